/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/database.h"

#include "base/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { PATIENCE_MS = 5000 }; /* with another process that has the file locked */

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

rh_status rh_database_fail(const char *path, sqlite3 *db, rh_error *error) {
    switch (sqlite3_errcode(db)) {
    case SQLITE_CORRUPT:
        return rh_fail(error, RH_BAD_DATA, "%s: is damaged or cut short; make it again (%s)", path,
                       sqlite3_errmsg(db));
    case SQLITE_NOMEM: return rh_fail(error, RH_FAILED, "%s: out of memory", path);
    case SQLITE_BUSY:
        return rh_fail(error, RH_FAILED, "%s: another process is writing it; wait for it", path);
    case SQLITE_FULL:
    case SQLITE_IOERR:
        return rh_fail(error, RH_FAILED, "%s: cannot be written: %s (is the disk full?)", path,
                       sqlite3_errmsg(db));
    default: return rh_fail(error, RH_BAD_DATA, "%s: cannot be read: %s", path, sqlite3_errmsg(db));
    }
}

int rh_database_number(sqlite3 *db, const char *sql, int64_t *out) {
    sqlite3_stmt *statement;
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        *out = sqlite3_column_int64(statement, 0);
        code = SQLITE_OK;
    }
    (void)sqlite3_finalize(statement);
    return code;
}

uint32_t rh_database_application(const char *path) {
    enum { PLACE = 68, HEADER = 100 }; /* sqlite.org/fileformat2.html, 1.3 */
    unsigned char header[HEADER];
    struct stat there;
    uint32_t id = 0;
    if (stat(path, &there) != 0 || !S_ISREG(there.st_mode))
        return 0;
    FILE *file = fopen(path, "rb");
    if (!file)
        return 0;
    if (fread(header, 1, HEADER, file) == HEADER && memcmp(header, "SQLite format 3", 16) == 0)
        for (int i = 0; i < 4; i++)
            id = id << 8 | header[PLACE + i];
    (void)fclose(file);
    return id;
}

static rh_status not_of_the_kind(const char *path, const rh_database_kind *kind, rh_error *error) {
    return rh_fail(error, RH_BAD_DATA, "%s: is not a %s; %s", path, kind->name, kind->makers);
}

static rh_status read_fail(const char *path, sqlite3 *db, const rh_database_kind *kind,
                           rh_error *error) {
    return sqlite3_errcode(db) == SQLITE_NOTADB ? not_of_the_kind(path, kind, error)
                                                : rh_database_fail(path, db, error);
}

static rh_status check_identity(const char *path, sqlite3 *db, const rh_database_kind *kind,
                                rh_error *error) {
    int64_t application = 0, version = 0;
    if (rh_database_number(db, "PRAGMA application_id", &application) != SQLITE_OK ||
        rh_database_number(db, "PRAGMA user_version", &version) != SQLITE_OK)
        return read_fail(path, db, kind, error);
    if (application != (int64_t)kind->application_id || version < 1)
        return not_of_the_kind(path, kind, error);
    if (version > kind->newest)
        return rh_fail(error, RH_BAD_DATA,
                       "%s: was written by a newer rehedge (%s version %" PRId64
                       "; this one reads up to %d); update rehedge",
                       path, kind->name, version, kind->newest);
    return RH_OK;
}

/* SQLite itself misses a last page that is cut short: it reads as zeros. */
static rh_status check_length(const char *path, sqlite3 *db, const rh_database_kind *kind,
                              int64_t bytes, rh_error *error) {
    int64_t pages = 0, page_bytes = 0;
    if (rh_database_number(db, "PRAGMA page_count", &pages) != SQLITE_OK ||
        rh_database_number(db, "PRAGMA page_size", &page_bytes) != SQLITE_OK)
        return read_fail(path, db, kind, error);
    if (bytes < pages * page_bytes)
        return rh_fail(error, RH_BAD_DATA,
                       "%s: is damaged or cut short; make it again (%" PRId64 " of %" PRId64
                       " bytes are there)",
                       path, bytes, pages * page_bytes);
    return RH_OK;
}

static rh_status open_file(const char *path, int flags, sqlite3 **out, rh_error *error) {
    char *plain = plain_path(path);
    if (!plain)
        return rh_fail(error, RH_FAILED, "%s: out of memory", path);
    int code = sqlite3_open_v2(plain, out, flags, NULL);
    rh_release(plain);
    if (code == SQLITE_OK)
        code = sqlite3_busy_timeout(*out, PATIENCE_MS);
    return code == SQLITE_OK ? RH_OK : rh_database_fail(path, *out, error);
}

/* A writer that was killed has left a journal beside the file. Who only reads can't undo it. */
static int needs_undoing(sqlite3 *db) {
    int64_t version;
    return (rh_database_number(db, "PRAGMA user_version", &version) & 0xff) == SQLITE_READONLY;
}

rh_status rh_database_open_any(const char *path, sqlite3 **out, rh_error *error) {
    *out = NULL;
    rh_status status = open_file(path, SQLITE_OPEN_READWRITE, out, error);
    if (status != RH_OK) {
        (void)sqlite3_close(*out);
        *out = NULL;
    }
    return status;
}

rh_status rh_database_open(const char *path, const rh_database_kind *kind, int writable,
                           sqlite3 **out, rh_error *error) {
    int64_t bytes = 0;
    *out = NULL;
    rh_status status = must_be_a_file(path, &bytes, error);
    if (status != RH_OK)
        return status;
    status = open_file(path, writable ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY, out, error);
    if (status == RH_OK && !writable && needs_undoing(*out)) {
        (void)sqlite3_close(*out);
        status = open_file(path, SQLITE_OPEN_READWRITE, out, error);
    }
    if (status == RH_OK)
        status = check_identity(path, *out, kind, error);
    if (status == RH_OK)
        status = must_be_a_file(path, &bytes, error);
    if (status == RH_OK)
        status = check_length(path, *out, kind, bytes, error);
    if (status != RH_OK) {
        (void)sqlite3_close(*out);
        *out = NULL;
    }
    return status;
}
