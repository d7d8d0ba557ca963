/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_extension.c: where SQLite enters when it loads rehedge_store.so. */
#include <sqlite3ext.h>

#include "feed/store_tables.h"

SQLITE_EXTENSION_INIT1

__attribute__((visibility("default"))) int
sqlite3_rehedgestore_init(sqlite3 *db, char **message, const sqlite3_api_routines *api);

int sqlite3_rehedgestore_init(sqlite3 *db, char **message, const sqlite3_api_routines *api) {
    SQLITE_EXTENSION_INIT2(api);
    (void)message;
    return rh_store_register(db);
}
