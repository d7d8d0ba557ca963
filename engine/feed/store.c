/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/store.h"

#include "base/memory.h"

#include <sqlite3.h>

int rh_store_is(const char *path) {
    return rh_database_application(path) == rh_store_kind.application_id;
}

rh_status rh_store_open(const char *path, sqlite3 **out, rh_error *error) {
    return rh_database_open(path, &rh_store_kind, 0, out, error);
}

static const char *text(sqlite3_stmt *row, int column) {
    const char *value = (const char *)sqlite3_column_text(row, column);
    return value ? value : "";
}

static rh_time time_or(sqlite3_stmt *row, int column, rh_time otherwise) {
    return sqlite3_column_type(row, column) == SQLITE_NULL ? otherwise
                                                           : sqlite3_column_int64(row, column);
}

static rh_store_source source_of(sqlite3_stmt *row) {
    return (rh_store_source){.id = sqlite3_column_int64(row, 0),
                             .file = text(row, 1),
                             .sha256 = text(row, 2),
                             .format = text(row, 3),
                             .instrument = text(row, 4),
                             .timezone = text(row, 5),
                             .interval = sqlite3_column_int64(row, 6),
                             .stamp = text(row, 7),
                             .delay = sqlite3_column_int64(row, 8),
                             .proxy = sqlite3_column_int(row, 9) != 0,
                             .map = text(row, 10),
                             .rows = (uint64_t)sqlite3_column_int64(row, 11),
                             .events = (uint64_t)sqlite3_column_int64(row, 12),
                             .rejects = (uint64_t)sqlite3_column_int64(row, 13),
                             .gaps = (uint64_t)sqlite3_column_int64(row, 14),
                             .first = time_or(row, 15, RH_NEVER),
                             .last = time_or(row, 16, RH_DAWN),
                             .first_known = time_or(row, 17, RH_NEVER),
                             .last_known = time_or(row, 18, RH_DAWN),
                             .note = text(row, 19),
                             .contract_size = sqlite3_column_double(row, 20),
                             .iv_unit = text(row, 21),
                             .query = text(row, 22)};
}

rh_status rh_store_sources(const char *path,
                           rh_status (*each)(void *user, const rh_store_source *source,
                                             rh_error *error),
                           void *user, rh_error *error) {
    sqlite3 *db;
    sqlite3_stmt *rows = NULL;
    rh_status status = rh_store_open(path, &db, error);
    if (status != RH_OK)
        return status;
    int code = sqlite3_prepare_v2(
        db,
        "SELECT source_id, file, sha256, format, instrument, timezone, interval_ns, stamp,"
        " delay_ns, proxy, map, rows, events, rejects, gaps, first_ns, last_ns, first_known_ns,"
        " last_known_ns, note, contract_size, iv_unit, query FROM source ORDER BY source_id",
        -1, &rows, NULL);
    while (code == SQLITE_OK || (code == SQLITE_ROW && status == RH_OK)) {
        code = sqlite3_step(rows);
        if (code != SQLITE_ROW)
            break;
        const rh_store_source source = source_of(rows);
        status = each(user, &source, error);
    }
    if (status == RH_OK && code != SQLITE_DONE)
        status = rh_database_fail(path, db, error);
    (void)sqlite3_finalize(rows);
    (void)sqlite3_close(db);
    return status;
}

rh_status rh_store_instruments(const char *path, void (*each)(void *user, const char *name),
                               void *user, rh_error *error) {
    sqlite3 *db;
    sqlite3_stmt *rows = NULL;
    rh_status status = rh_store_open(path, &db, error);
    if (status != RH_OK)
        return status;
    int code = sqlite3_prepare_v2(db, "SELECT name FROM instrument ORDER BY instrument_id", -1,
                                  &rows, NULL);
    while ((code == SQLITE_OK || code == SQLITE_ROW) && (code = sqlite3_step(rows)) == SQLITE_ROW)
        each(user, text(rows, 0));
    if (code != SQLITE_DONE)
        status = rh_database_fail(path, db, error);
    (void)sqlite3_finalize(rows);
    (void)sqlite3_close(db);
    return status;
}
