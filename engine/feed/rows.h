/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rows.h: the rows of a comma-separated file, pulled one at a time (RFC 4180).
 *
 * libcsv is the reference and reads every row with a quote or a doubt in it (a NUL, a carriage
 * return inside a line, more than fits a block, a last line without an end). All other rows are
 * cut at their commas where they lie; what comes out is the same, errors included.
 *
 * Memory is that of the longest row, which is limited. Blanks around unquoted cells are dropped,
 * a byte-order mark too; CRLF and a last line without an end are fine; blank lines are skipped but
 * counted, so that line numbers are those of an editor.
 *
 * Refused, with the line: a quote that never closes, text after a closing quote, a NUL byte, a
 * cell over RH_CELL_MAX, a row over RH_ROW_MAX or RH_ROW_CELLS, a lone carriage return.
 */
#ifndef RH_FEED_ROWS_H
#define RH_FEED_ROWS_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

enum {
    RH_CELL_MAX = 1 << 20, /* bytes */
    RH_ROW_MAX = 1 << 22,  /* bytes */
    RH_ROW_CELLS = 4096
};

typedef struct {
    const char *text; /* `length` bytes, without a NUL behind them */
    size_t length;
} rh_cell;

typedef struct {
    uint64_t line; /* where the row begins, from 1 */
    size_t count;
    const rh_cell *cells; /* until the next pull */
    int plain;            /* not read by libcsv */
    uint64_t numbered;    /* bit i: numbers[i] is there (rh_rows_read_numbers) */
    const double *numbers;
} rh_row;

/* The cell as a message may show it: at most 40 bytes, control characters as '?'. Returns
 * `buffer`. */
#define RH_CELL_SHOWN 48
const char *rh_cell_show(const rh_cell *cell, char buffer[RH_CELL_SHOWN]);

typedef struct rh_rows rh_rows;

/* `path` must outlive the reader. */
rh_status rh_rows_open(const char *path, rh_rows **out, rh_error *error);
void rh_rows_close(rh_rows *rows);

/* 1 and a row, 0 at the end, -1 with the error filled. */
int rh_rows_next(rh_rows *rows, rh_row *row, rh_error *error);

/* From now on rows are expected to have `count` cells; in those that do, only the columns named
 * here are looked at, and other cells may be empty. */
rh_status rh_rows_want(rh_rows *rows, size_t count, const int *columns, size_t n_columns,
                       rh_error *error);

/* This column holds numbers: rh_rows_read_numbers reads it in rows to come, into which of
 * `numbers` is returned; RH_NUMBER_NOWHERE if it won't. */
enum { RH_NUMBER_NOWHERE = 63 };
unsigned rh_rows_learn_number(rh_rows *rows, size_t column);

/* Reads the numbers of the row that was pulled last, where they are short and plain. */
void rh_rows_read_numbers(rh_rows *rows, rh_row *row);

/* Back to the first row. */
rh_status rh_rows_rewind(rh_rows *rows, rh_error *error);

/* For tests and benchmarks: how the rows of files opened from now on are read, and how many bytes
 * at a time (64 to RH_ROWS_BLOCK). What comes out is always the same. */
typedef enum { RH_ROWS_FASTEST, RH_ROWS_PORTABLE, RH_ROWS_LIBCSV } rh_rows_path;
enum { RH_ROWS_BLOCK = 1 << 16 };
void rh_rows_choose(rh_rows_path path, size_t block);

/* SHA-256 of the decompressed bytes, "" before the end. */
void rh_rows_digest(const rh_rows *rows, char hex[65]);

#endif
