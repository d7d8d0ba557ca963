/* SPDX-License-Identifier: GPL-3.0-or-later */
/* query.c: stepping through a SELECT. */
#include "feed/query.h"

#include "base/digest.h"
#include "base/memory.h"
#include "feed/query_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

rh_status rh_query_fail(const rh_query *query, const char *what, rh_error *error) {
    const int code = query->db ? sqlite3_errcode(query->db) : SQLITE_NOMEM;
    return rh_fail(error, code == SQLITE_NOMEM ? RH_FAILED : RH_BAD_DATA, "%s: %s: %s", query->path,
                   what, query->db ? sqlite3_errmsg(query->db) : "out of memory");
}

/* ---- opening ---- */

static int is_name(const char *query) {
    return strpbrk(query, " \t\r\n(") == NULL;
}

/* One statement that reads, and has columns. */
static rh_status check_statement(const rh_query *query, const char *tail, rh_error *error) {
    if (!query->statement)
        return rh_fail(error, RH_BAD_CONFIG, "%s: query: is empty", query->path);
    if (tail[strspn(tail, " \t\r\n;")] != '\0')
        return rh_fail(error, RH_BAD_CONFIG, "%s: query: is more than one statement", query->path);
    if (!sqlite3_stmt_readonly(query->statement) || sqlite3_column_count(query->statement) == 0)
        return rh_fail(error, RH_BAD_CONFIG, "%s: query: must be a SELECT", query->path);
    return RH_OK;
}

rh_status rh_query_prepare(rh_query *query, const char *sql, rh_error *error) {
    const char *tail = "";
    if (sqlite3_prepare_v2(query->db, sql, -1, &query->statement, &tail) != SQLITE_OK)
        return rh_query_fail(query, "query", error);
    rh_status status = check_statement(query, tail, error);
    if (status != RH_OK)
        return status;
    query->n_columns = (size_t)sqlite3_column_count(query->statement);
    query->cells = rh_allocate(query->n_columns, sizeof *query->cells);
    query->numbers = rh_allocate(query->n_columns, sizeof *query->numbers);
    sha256_init(&query->sha);
    return query->cells && query->numbers ? RH_OK : rh_no_memory(error);
}

static rh_status open_file(rh_query *query, const char *text, rh_error *error) {
    if (sqlite3_open_v2(query->path, &query->db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        return rh_query_fail(query, "cannot open as SQLite", error);
    (void)sqlite3_db_config(query->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    if (!is_name(text))
        return rh_query_prepare(query, text, error);
    char *sql = sqlite3_mprintf("SELECT * FROM \"%w\"", text);
    if (!sql)
        return rh_no_memory(error);
    rh_status status = rh_query_prepare(query, sql, error);
    sqlite3_free(sql);
    return status;
}

rh_status rh_query_open(const char *path, const char *text, rh_query **out, rh_error *error) {
    rh_query *query = rh_allocate(1, sizeof *query);
    if (!query)
        return rh_no_memory(error);
    query->path = path;
    rh_status status = open_file(query, text, error);
    if (status != RH_OK) {
        rh_query_close(query);
        return status;
    }
    *out = query;
    return RH_OK;
}

void rh_query_close(rh_query *query) {
    if (!query)
        return;
    (void)sqlite3_finalize(query->statement);
    (void)sqlite3_close(query->db);
    rh_release(query->cells);
    rh_release(query->numbers);
    rh_release(query->documents);
    rh_release(query);
}

/* ---- rows ---- */

static rh_status take_cell(rh_query *query, size_t i, rh_error *error) {
    const int column = (int)i;
    rh_cell *cell = &query->cells[i];
    *cell = (rh_cell){"", 0};
    switch (sqlite3_column_type(query->statement, column)) {
    case SQLITE_NULL: break;
    case SQLITE_FLOAT:
        cell->text =
            rh_number_text(sqlite3_column_double(query->statement, column), query->numbers[i]);
        cell->length = strlen(cell->text);
        break;
    case SQLITE_BLOB:
        return rh_fail(error, RH_BAD_DATA, "%s:%" PRIu64 ":%zu: a BLOB is no cell", query->path,
                       query->line + 1, i + 1);
    default:
        cell->text = (const char *)sqlite3_column_text(query->statement, column);
        if (!cell->text)
            return rh_no_memory(error);
        cell->length = (size_t)sqlite3_column_bytes(query->statement, column);
        break;
    }
    if (cell->length > RH_CELL_MAX)
        return rh_fail(error, RH_BAD_DATA, "%s:%" PRIu64 ":%zu: a cell of more than %d bytes",
                       query->path, query->line + 1, i + 1, RH_CELL_MAX);
    return RH_OK;
}

static void publish(rh_query *query, rh_row *row) {
    for (size_t i = 0; i < query->n_columns; i++) {
        sha256_update(&query->sha, query->cells[i].length, (const uint8_t *)query->cells[i].text);
        sha256_update(&query->sha, 1, (const uint8_t *)"\x1f");
    }
    sha256_update(&query->sha, 1, (const uint8_t *)"\x1e");
    *row = (rh_row){.line = ++query->line, .count = query->n_columns, .cells = query->cells};
}

static void name_columns(rh_query *query) {
    for (size_t i = 0; i < query->n_columns; i++) {
        const char *name =
            query->columns ? query->columns[i] : sqlite3_column_name(query->statement, (int)i);
        query->cells[i] = (rh_cell){name ? name : "", name ? strlen(name) : 0};
    }
}

/* Steps, over the ends of documents too. 1 a row, 0 the end, -1 a failure. */
static int step(rh_query *query, rh_error *error) {
    for (;;) {
        const int code = sqlite3_step(query->statement);
        if (code == SQLITE_ROW)
            return 1;
        if (code != SQLITE_DONE) {
            (void)rh_query_fail(query, "cannot read on", error);
            return -1;
        }
        const int got = query->documents ? rh_query_next_document(query, error) : 0;
        if (got <= 0)
            return got;
    }
}

int rh_query_next(rh_query *query, rh_row *row, rh_error *error) {
    if (query->ended)
        return 0;
    if (query->line == 0) {
        name_columns(query);
        publish(query, row);
        return 1;
    }
    const int got = step(query, error);
    query->ended = got <= 0;
    if (got <= 0)
        return got;
    for (size_t i = 0; i < query->n_columns; i++)
        if (take_cell(query, i, error) != RH_OK) {
            query->ended = 1;
            return -1;
        }
    publish(query, row);
    return 1;
}

rh_status rh_query_rewind(rh_query *query, rh_error *error) {
    (void)sqlite3_reset(query->statement);
    query->line = 0;
    query->ended = 0;
    query->at = 0;
    sha256_init(&query->sha);
    if (query->documents && rh_query_next_document(query, error) < 0)
        return error->code;
    return RH_OK;
}

void rh_query_digest(const rh_query *query, char hex[65]) {
    struct sha256_ctx copy = query->sha;
    uint8_t digest[SHA256_DIGEST_SIZE];
    hex[0] = '\0';
    if (!query->ended)
        return;
    if (query->documents) {
        (void)snprintf(hex, 65, "%s", query->sha256);
        return;
    }
    sha256_digest(&copy, sizeof digest, digest);
    (void)rh_digest_text(digest, hex);
}
