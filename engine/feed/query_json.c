/* SPDX-License-Identifier: GPL-3.0-or-later */
/* query_json.c: JSON documents as rows, by SQLite's JSON functions. */
#include "base/memory.h"
#include "feed/bytes.h"
#include "feed/query_parts.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* SQLite takes no text beyond this. */
static const size_t LONGEST = 1000000000;

enum { FIRST_ROOM = 1 << 20, STATEMENT_ROOM = 1 << 14 };

/* ---- the file ---- */

static rh_status read_on(rh_query *query, rh_bytes *bytes, rh_error *error) {
    size_t room = FIRST_ROOM, got = 0;
    do {
        if (rh_resize_array(&query->documents, room + 1, 1) != 0)
            return rh_no_memory(error);
        rh_status status = rh_bytes_read(bytes, (unsigned char *)query->documents + query->length,
                                         room - query->length, &got, error);
        if (status != RH_OK)
            return status;
        query->length += got;
        if (query->length < room)
            break;
        room *= 2;
    } while (room <= 2 * LONGEST);
    query->documents[query->length] = '\0';
    if (query->length > LONGEST)
        return rh_fail(error, RH_BAD_DATA,
                       "%s: more than %zu bytes of JSON; give it in several files", query->path,
                       LONGEST);
    return RH_OK;
}

static rh_status read_file(rh_query *query, rh_error *error) {
    rh_bytes *bytes;
    rh_status status = rh_bytes_open(query->path, &bytes, error);
    if (status != RH_OK)
        return status;
    status = read_on(query, bytes, error);
    if (status == RH_OK)
        rh_bytes_digest(bytes, query->sha256);
    rh_bytes_close(bytes);
    if (status == RH_OK && memchr(query->documents, '\0', query->length))
        status = rh_fail(error, RH_BAD_DATA, "%s: a NUL byte in JSON", query->path);
    return status;
}

/* ---- documents ---- */

/* The answer of a one-row query about a text; NULL and an unfinished statement on failure. */
static int ask(rh_query *query, const char *sql, const char *text, size_t length, const char *path,
               int *answer) {
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(query->db, sql, -1, &statement, NULL) != SQLITE_OK)
        return -1;
    (void)sqlite3_bind_text(statement, 1, text, (int)length, SQLITE_STATIC);
    (void)sqlite3_bind_text(statement, 2, path, -1, SQLITE_STATIC);
    const int code = sqlite3_step(statement);
    *answer = code == SQLITE_ROW && sqlite3_column_int(statement, 0);
    (void)sqlite3_finalize(statement);
    return code == SQLITE_ROW ? 0 : -1;
}

static int is_valid(rh_query *query, const char *text, size_t length) {
    int valid = 0;
    return ask(query, "SELECT json_valid(?1)", text, length, "", &valid) == 0 && valid;
}

static const char *find_list(rh_query *query, const char *text, size_t length) {
    for (const char *const *path = query->shape->paths; *path; path++) {
        int found = 0;
        if (ask(query, "SELECT json_type(?1, ?2) = 'array'", text, length, *path, &found) == 0 &&
            found)
            return *path;
    }
    return NULL;
}

/* Where a text stands, for messages. */
static uint64_t line_of(const rh_query *query, const char *text) {
    uint64_t line = 1;
    for (const char *c = query->documents; c < text; c++)
        line += *c == '\n';
    return line;
}

/* The next document: the rest of the file if that is one, else the next line. */
static size_t cut_document(rh_query *query, const char **text) {
    while (query->at < query->length && isspace((unsigned char)query->documents[query->at]))
        query->at++;
    *text = query->documents + query->at;
    const size_t rest = query->length - query->at;
    if (query->at == 0 && is_valid(query, *text, rest))
        return rest;
    const char *end = memchr(*text, '\n', rest);
    return end ? (size_t)(end - *text) : rest;
}

int rh_query_next_document(rh_query *query, rh_error *error) {
    const char *text;
    const size_t length = cut_document(query, &text);
    if (length == 0)
        return 0;
    if (!is_valid(query, text, length)) {
        (void)rh_fail(error, RH_BAD_DATA, "%s:%" PRIu64 ":1: is not JSON: %.40s", query->path,
                      line_of(query, text), text);
        return -1;
    }
    const char *list = find_list(query, text, length);
    if (!list) {
        (void)rh_fail(error, RH_BAD_DATA,
                      "%s:%" PRIu64 ":1: no list of rows at %s; it begins with %.60s", query->path,
                      line_of(query, text), query->shape->paths[0], text);
        return -1;
    }
    query->at += length;
    (void)sqlite3_reset(query->statement);
    (void)sqlite3_bind_text(query->statement, 1, text, (int)length, SQLITE_STATIC);
    (void)sqlite3_bind_text(query->statement, 2, list, -1, SQLITE_STATIC);
    return 1;
}

/* ---- the statement ---- */

/* A member as text. Numbers must come as they stand, not as SQLite would print them: extracted with
 * another path beside it a member comes as part of a list, `[60.5,60.5]`, of which half is cut. */
static size_t write_member(char *sql, size_t room, const char *path) {
    return (size_t)snprintf(sql, room,
                            "CASE ifnull(json_type(value,'%s'),'null') WHEN 'null' THEN NULL "
                            "WHEN 'text' THEN json_extract(value,'%s') "
                            "ELSE substr(json_extract(value,'%s','%s'),2,"
                            "(length(json_extract(value,'%s','%s'))-3)/2) END",
                            path, path, path, path, path, path);
}

static rh_status prepare(rh_query *query, size_t n_columns, rh_error *error) {
    char sql[STATEMENT_ROOM] = "SELECT ", path[80];
    size_t used = strlen(sql);
    for (size_t i = 0; i < n_columns && used < sizeof sql; i++) {
        if (query->shape->lists)
            (void)snprintf(path, sizeof path, "$[%zu]", i);
        else
            (void)snprintf(path, sizeof path, "$.\"%.70s\"", query->columns[i]);
        used += (size_t)snprintf(sql + used, sizeof sql - used, "%s", i > 0 ? "," : "");
        if (used < sizeof sql)
            used += write_member(sql + used, sizeof sql - used, path);
    }
    if (used < sizeof sql)
        used += (size_t)snprintf(sql + used, sizeof sql - used, " FROM json_each(?1,?2)");
    if (used >= sizeof sql)
        return rh_fail(error, RH_FAILED, "%s: too many columns", query->path);
    return rh_query_prepare(query, sql, error);
}

static rh_status open_json(rh_query *query, size_t n_columns, rh_error *error) {
    if (sqlite3_open(":memory:", &query->db) != SQLITE_OK)
        return rh_query_fail(query, "cannot start SQLite", error);
    rh_status status = read_file(query, error);
    if (status == RH_OK)
        status = prepare(query, n_columns, error);
    if (status != RH_OK)
        return status;
    const int got = rh_query_next_document(query, error);
    if (got == 0)
        return rh_fail(error, RH_BAD_DATA, "%s: no JSON in it", query->path);
    return got < 0 ? error->code : RH_OK;
}

rh_status rh_query_open_json(const char *path, const rh_json_shape *shape,
                             const char *const *columns, size_t n_columns, rh_query **out,
                             rh_error *error) {
    rh_query *query = rh_allocate(1, sizeof *query);
    if (!query)
        return rh_no_memory(error);
    query->path = path;
    query->shape = shape;
    query->columns = columns;
    rh_status status = open_json(query, n_columns, error);
    if (status != RH_OK) {
        rh_query_close(query);
        return status;
    }
    *out = query;
    return RH_OK;
}
