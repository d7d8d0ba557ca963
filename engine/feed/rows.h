/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rows.h: the rows of a table, pulled one at a time, wherever they stand: in a comma-separated file
 * (csv_rows.h), in an SQLite file or in JSON documents (query.h). Cells are text in every case; the
 * first row is the names of the columns where the file has them.
 *
 * Memory is that of the longest row, which is limited, but for JSON: that of the longest document.
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

/* A row, until the next pull. Most rows of text are left where they lie: cell i begins at
 * text[starts[i]] and ends before the separator in front of text[starts[i + 1]]. */
typedef struct {
    uint64_t line;        /* where the row begins, from 1 */
    size_t count;         /* of cells */
    const rh_cell *cells; /* NULL: they lie in `text` */
    const char *text;
    const uint32_t *starts; /* count + 1 of them */
    int blanks;             /* cells may have blanks about them */
    const double *numbers;  /* all NaN before rh_rows_read_numbers */
} rh_row;

rh_cell rh_cell_without_blanks(rh_cell cell);

/* Cell i < row->count. */
static inline rh_cell rh_row_cell(const rh_row *row, size_t i) {
    if (row->cells)
        return row->cells[i];
    const uint32_t from = row->starts[i];
    const rh_cell cell = {row->text + from, row->starts[i + 1] - 1 - from};
    return row->blanks ? rh_cell_without_blanks(cell) : cell;
}

/* The cell as a message may show it: at most 40 bytes, control characters as '?'. Returns
 * `buffer`. */
#define RH_CELL_SHOWN 48
const char *rh_cell_show(const rh_cell *cell, char buffer[RH_CELL_SHOWN]);

typedef struct rh_rows rh_rows;

/* `path` must outlive the reader. */
rh_status rh_rows_open(const char *path, rh_rows **out, rh_error *error);

/* Of an SQLite file: a table's name, or one SELECT. */
rh_status rh_rows_open_query(const char *path, const char *query, rh_rows **out, rh_error *error);

/* Where rows stand in a JSON document: in the list at the first of these paths that has one (NULL
 * at the end), each an object with the columns as members, or (`lists`) a list of them in order. */
typedef struct {
    const char *const *paths;
    int lists;
} rh_json_shape;

/* 1 if the unpacked file begins as JSON does. */
rh_status rh_rows_is_json(const char *path, int *is_json, rh_error *error);

/* Of JSON documents, one after another in one file: `columns` are the header's names. A row's
 * `line` is its number in the file, from 2. */
rh_status rh_rows_open_json(const char *path, const rh_json_shape *shape,
                            const char *const *columns, size_t n_columns, rh_rows **out,
                            rh_error *error);
void rh_rows_close(rh_rows *rows);

/* 1 and a row, 0 at the end, -1 with the error filled. */
int rh_rows_next(rh_rows *rows, rh_row *row, rh_error *error);

enum { RH_NUMBERS_MAX = 32, RH_NUMBER_NOWHERE = RH_NUMBERS_MAX };

/* This column holds numbers: rh_rows_read_numbers reads it in rows to come, into which of
 * `numbers` is returned; RH_NUMBER_NOWHERE if it won't. */
unsigned rh_rows_learn_number(rh_rows *rows, size_t column);

/* Reads the numbers of the row that was pulled last, where they are short and plain; all others are
 * NaN, and so is that of RH_NUMBER_NOWHERE. */
void rh_rows_read_numbers(rh_rows *rows, rh_row *row);

/* Back to the first row. */
rh_status rh_rows_rewind(rh_rows *rows, rh_error *error);

/* For tests and benchmarks: how the rows of files opened from now on are read, and how many bytes
 * at a time (64 to RH_ROWS_BLOCK). What comes out is always the same. */
typedef enum { RH_ROWS_FASTEST, RH_ROWS_PORTABLE, RH_ROWS_LIBCSV } rh_rows_path;
enum { RH_ROWS_BLOCK = 1 << 16 };
void rh_rows_choose(rh_rows_path path, size_t block);

/* SHA-256 of the decompressed bytes (of a query, of its cells as text, each ended by byte 0x1f,
 * each row by 0x1e), "" before the end. */
void rh_rows_digest(const rh_rows *rows, char hex[65]);

/* See rh_bytes_place. */
void rh_rows_place(const rh_rows *rows, int64_t *done, int64_t *total);

#endif
