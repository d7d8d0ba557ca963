/* SPDX-License-Identifier: GPL-3.0-or-later */
/* database.h: the SQLite files that this program writes, told apart by their application_id.
 *
 * What is opened here may be damaged, cut short, or somebody else's: every such file is refused
 * with a sentence that begins with its path.
 */
#ifndef RH_BASE_DATABASE_H
#define RH_BASE_DATABASE_H

#include "base/status.h"

#include <stdint.h>

struct sqlite3;

typedef struct {
    uint32_t application_id;
    int newest;         /* user_version that this program writes; it reads 1 and up to that */
    const char *name;   /* "results file" */
    const char *makers; /* "`rehedge run` and `rehedge compare` write them" */
} rh_database_kind;

/* Opens a file of a kind, which must be there. `writable` 0 never changes it, but for what a killed
 * writer has left to be undone. The caller closes *out, which is NULL after a failure. */
rh_status rh_database_open(const char *path, const rh_database_kind *kind, int writable,
                           struct sqlite3 **out, rh_error *error);

/* Opens any file for writing, an empty one too. */
rh_status rh_database_open_any(const char *path, struct sqlite3 **out, rh_error *error);

/* A sentence for what the database last said, with the path in front. */
rh_status rh_database_fail(const char *path, struct sqlite3 *db, rh_error *error);

/* The number that a statement gives (a PRAGMA, a count). Returns SQLite's code. */
int rh_database_number(struct sqlite3 *db, const char *sql, int64_t *out);

/* The application_id of a SQLite file, 0 if it is none or can't be read. */
uint32_t rh_database_application(const char *path);

#endif
