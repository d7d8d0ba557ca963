/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/results.h"

#include "base/memory.h"
#include "results/schema.h"

#include <errno.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>

/* SQLite gives names like ":memory:" a meaning of their own; a path never starts that way. */
static char *plain_path(const char *path) {
    char *plain = rh_allocate(strlen(path) + 3, 1);
    if (!plain)
        return NULL;
    strcpy(plain, path[0] == '/' ? "" : "./");
    return strcat(plain, path);
}

static rh_status must_be_a_file(const char *path, int64_t *bytes, rh_error *error) {
    struct stat there;
    if (stat(path, &there) != 0)
        return rh_fail(error, RH_BAD_DATA, "%s: cannot be read: %s", path, strerror(errno));
    if (!S_ISREG(there.st_mode))
        return rh_fail(error, RH_BAD_DATA, "%s: is not a regular file", path);
    *bytes = there.st_size;
    return RH_OK;
}

static rh_status not_results(const char *path, rh_error *error) {
    return rh_fail(error, RH_BAD_DATA,
                   "%s: is not a results file; `rehedge run` and `rehedge compare` write them",
                   path);
}

static rh_status read_fail(const char *path, sqlite3 *db, rh_error *error) {
    switch (sqlite3_errcode(db)) {
    case SQLITE_NOTADB: return not_results(path, error);
    case SQLITE_CORRUPT:
        return rh_fail(error, RH_BAD_DATA, "%s: is damaged or cut short; make it again (%s)", path,
                       sqlite3_errmsg(db));
    case SQLITE_NOMEM: return rh_fail(error, RH_FAILED, "%s: out of memory", path);
    default: return rh_fail(error, RH_BAD_DATA, "%s: cannot be read: %s", path, sqlite3_errmsg(db));
    }
}

static int read_pragma(sqlite3 *db, const char *sql, int64_t *out) {
    sqlite3_stmt *statement;
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        *out = sqlite3_column_int64(statement, 0);
        code = SQLITE_OK;
    }
    (void)sqlite3_finalize(statement);
    return code;
}

static rh_status check_identity(const char *path, sqlite3 *db, rh_error *error) {
    int64_t application = 0, version = 0;
    if (read_pragma(db, "PRAGMA application_id", &application) != SQLITE_OK ||
        read_pragma(db, "PRAGMA user_version", &version) != SQLITE_OK)
        return read_fail(path, db, error);
    if (application != RH_RESULTS_APPLICATION_ID || version < 1)
        return not_results(path, error);
    if (version > RH_RESULTS_VERSION)
        return rh_fail(error, RH_BAD_DATA,
                       "%s: was written by a newer rehedge (results version %" PRId64
                       "; this one reads up to %d); update rehedge",
                       path, version, RH_RESULTS_VERSION);
    return RH_OK;
}

/* SQLite itself misses a last page that is cut short: it reads as zeros. */
static rh_status check_length(const char *path, sqlite3 *db, int64_t bytes, rh_error *error) {
    int64_t pages = 0, page_bytes = 0;
    if (read_pragma(db, "PRAGMA page_count", &pages) != SQLITE_OK ||
        read_pragma(db, "PRAGMA page_size", &page_bytes) != SQLITE_OK)
        return read_fail(path, db, error);
    if (bytes < pages * page_bytes)
        return rh_fail(error, RH_BAD_DATA,
                       "%s: is damaged or cut short; make it again (%" PRId64 " of %" PRId64
                       " bytes are there)",
                       path, bytes, pages * page_bytes);
    return RH_OK;
}

rh_status rh_results_open(const char *path, struct sqlite3 **out, rh_error *error) {
    sqlite3 *db = NULL;
    int64_t bytes = 0;
    *out = NULL;
    rh_status status = must_be_a_file(path, &bytes, error);
    if (status != RH_OK)
        return status;
    char *plain = plain_path(path);
    if (!plain)
        return rh_fail(error, RH_FAILED, "%s: out of memory", path);
    int code = sqlite3_open_v2(plain, &db, SQLITE_OPEN_READONLY, NULL);
    rh_release(plain);
    status = code == SQLITE_OK ? check_identity(path, db, error) : read_fail(path, db, error);
    if (status == RH_OK)
        status = check_length(path, db, bytes, error);
    if (status != RH_OK) {
        (void)sqlite3_close(db);
        return status;
    }
    *out = db;
    return RH_OK;
}
