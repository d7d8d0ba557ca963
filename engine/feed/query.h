/* SPDX-License-Identifier: GPL-3.0-or-later */
/* query.h: the rows of one SELECT, with its columns' names as the first: over an SQLite file, or
 * over JSON documents, which SQLite reads too.
 *
 * A number comes out as the text that reads back to the same double; of JSON, as it stands in the
 * document. NULL is an empty cell. A BLOB is refused.
 */
#ifndef RH_FEED_QUERY_H
#define RH_FEED_QUERY_H

#include "feed/rows.h"

typedef struct rh_query rh_query;

/* `query` is a table's or a view's name, or one SELECT; the file is opened read-only. `path` must
 * outlive the query. */
rh_status rh_query_open(const char *path, const char *query, rh_query **out, rh_error *error);

/* The file is read whole. It is one document, or one a line. `path`, `shape` and `columns` must
 * outlive the query. */
rh_status rh_query_open_json(const char *path, const rh_json_shape *shape,
                             const char *const *columns, size_t n_columns, rh_query **out,
                             rh_error *error);
void rh_query_close(rh_query *query);

/* As the functions of rows.h. */
int rh_query_next(rh_query *query, rh_row *row, rh_error *error);
rh_status rh_query_rewind(rh_query *query, rh_error *error);
void rh_query_digest(const rh_query *query, char hex[65]);

#endif
