/* SPDX-License-Identifier: GPL-3.0-or-later */
/* csv_rows.h: the rows of a comma-separated file, pulled one at a time (RFC 4180).
 *
 * libcsv is the reference and reads every row with a quote or a doubt in it (a NUL, a carriage
 * return inside a line, more than fits a block, a last line without an end; csv_careful.h). All
 * other rows stay where they lie, with the places of their commas; what comes out is the same,
 * errors included.
 *
 * Blanks around unquoted cells are dropped, a byte-order mark too; CRLF and a last line without an
 * end are fine; blank lines are skipped but counted, so that line numbers are those of an editor.
 *
 * Refused, with the line: a quote that never closes, text after a closing quote, a NUL byte, a
 * cell over RH_CELL_MAX, a row over RH_ROW_MAX or RH_ROW_CELLS, a lone carriage return.
 */
#ifndef RH_FEED_CSV_ROWS_H
#define RH_FEED_CSV_ROWS_H

#include "feed/rows.h"

typedef struct rh_csv_rows rh_csv_rows;

/* As the functions of rows.h. */
rh_status rh_csv_rows_open(const char *path, rh_csv_rows **out, rh_error *error);
void rh_csv_rows_close(rh_csv_rows *rows);
int rh_csv_rows_next(rh_csv_rows *rows, rh_row *row, rh_error *error);
rh_status rh_csv_rows_rewind(rh_csv_rows *rows, rh_error *error);
unsigned rh_csv_rows_learn_number(rh_csv_rows *rows, size_t column);

/* Leaves rows alone that lack one of the columns. */
void rh_csv_rows_read_numbers(rh_csv_rows *rows, rh_row *row);

void rh_csv_rows_digest(const rh_csv_rows *rows, char hex[65]);

/* See rh_bytes_place. */
void rh_csv_rows_place(const rh_csv_rows *rows, int64_t *done, int64_t *total);

#endif
