/* SPDX-License-Identifier: GPL-3.0-or-later */
/* query_parts.h: the inside of a query, shared by its two files and by nobody else. */
#ifndef RH_FEED_QUERY_PARTS_H
#define RH_FEED_QUERY_PARTS_H

#include "base/number.h"
#include "feed/query.h"

#include <nettle/sha2.h>
#include <sqlite3.h>

struct rh_query {
    const char *path;
    sqlite3 *db;
    sqlite3_stmt *statement;
    uint64_t line; /* of the row before */
    int ended;
    size_t n_columns;
    rh_cell *cells;
    char (*numbers)[RH_NUMBER_TEXT]; /* texts of the row's doubles */
    struct sha256_ctx sha;           /* of the cells */

    /* of JSON */
    char *documents;   /* the file's bytes with a NUL behind */
    size_t length, at; /* the next document begins here */
    char sha256[65];   /* of the bytes */
    const rh_json_shape *shape;
    const char *const *columns;
};

/* Takes the columns of the statement. */
rh_status rh_query_prepare(rh_query *query, const char *sql, rh_error *error);
rh_status rh_query_fail(const rh_query *query, const char *what, rh_error *error);

/* Binds the next document: 1, 0 if there is none, -1 with the error filled. */
int rh_query_next_document(rh_query *query, rh_error *error);

#endif
