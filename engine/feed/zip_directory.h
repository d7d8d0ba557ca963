/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zip_directory.h: what stands at the end of a zip: how many members it has, and their names.
 *
 * Layout and signatures: APPNOTE.TXT 6.3 (PKWARE), sections 4.3.12 to 4.3.16.
 */
#ifndef RH_FEED_ZIP_DIRECTORY_H
#define RH_FEED_ZIP_DIRECTORY_H

#include "feed/intake.h"

/* Signatures, as little-endian numbers. */
enum {
    RH_ZIP_LOCAL = 0x04034b50,
    RH_ZIP_DESCRIPTOR = 0x08074b50,
    RH_ZIP_ENTRY = 0x02014b50,
    RH_ZIP_END = 0x06054b50,
    RH_ZIP_END_64 = 0x06064b50,
    RH_ZIP_LOCATOR_64 = 0x07064b50
};

/* A number of `bytes` (2 to 8) bytes, little-endian. */
uint64_t rh_zip_number(const unsigned char *from, int bytes);

/* Fails with the names of the members if there are several, or none. A file whose end doesn't look
 * like a zip's passes (reading on will say what is wrong), and so does a pipe. */
rh_status rh_zip_require_one(const rh_intake *intake, rh_error *error);

/* "PATH: this zip holds ...; " with the names and the mend. */
rh_status rh_zip_refuse(const char *path, const char *names, rh_error *error);

/* Appends a member's name in quotes, if there is room for it; 0 if there wasn't. */
int rh_zip_add_name(char *names, size_t room, const unsigned char *name, size_t length);

#endif
