/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_schema.h: the tables of the market store as SQL. */
#ifndef RH_FEED_STORE_SCHEMA_H
#define RH_FEED_STORE_SCHEMA_H

enum {
    RH_STORE_APPLICATION_ID = 0x72686d6b, /* "rhmk" */
    RH_STORE_VERSION = 1                  /* user_version; it stays 1 until the first release */
};

extern const char *const rh_store_schema; /* of an empty file, PRAGMAs included */

#endif
