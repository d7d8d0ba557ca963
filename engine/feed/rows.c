/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/rows.h"

#include "base/memory.h"
#include "feed/bytes.h"
#include "feed/csv_rows.h"
#include "feed/query.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>

/* One of the two. */
struct rh_rows {
    rh_csv_rows *csv;
    rh_query *query;
};

const char *rh_cell_show(const rh_cell *cell, char buffer[RH_CELL_SHOWN]) {
    size_t length = cell->length < 40 ? cell->length : 40;
    for (size_t i = 0; i < length; i++)
        buffer[i] = iscntrl((unsigned char)cell->text[i]) ? '?' : cell->text[i];
    (void)snprintf(buffer + length, RH_CELL_SHOWN - length, "%s", cell->length > 40 ? "..." : "");
    return buffer;
}

static int is_blank(char c) {
    return c == ' ' || c == '\t';
}

rh_cell rh_cell_without_blanks(rh_cell cell) {
    while (cell.length > 0 && is_blank(*cell.text)) {
        cell.text++;
        cell.length--;
    }
    while (cell.length > 0 && is_blank(cell.text[cell.length - 1]))
        cell.length--;
    return cell;
}

static rh_status make(const char *path, rh_rows **out, rh_error *error) {
    *out = rh_allocate(1, sizeof **out);
    return *out ? RH_OK : rh_fail(error, RH_FAILED, "%s: no memory to read", path);
}

static rh_status or_close(rh_status status, rh_rows **rows) {
    if (status != RH_OK) {
        rh_rows_close(*rows);
        *rows = NULL;
    }
    return status;
}

rh_status rh_rows_open(const char *path, rh_rows **out, rh_error *error) {
    rh_status status = make(path, out, error);
    return status == RH_OK ? or_close(rh_csv_rows_open(path, &(*out)->csv, error), out) : status;
}

rh_status rh_rows_open_query(const char *path, const char *query, rh_rows **out, rh_error *error) {
    rh_status status = make(path, out, error);
    return status == RH_OK ? or_close(rh_query_open(path, query, &(*out)->query, error), out)
                           : status;
}

rh_status rh_rows_is_json(const char *path, int *is_json, rh_error *error) {
    unsigned char start[256];
    size_t got = 0, at = 0;
    rh_bytes *bytes;
    *is_json = 0;
    rh_status status = rh_bytes_open(path, &bytes, error);
    if (status != RH_OK)
        return status;
    status = rh_bytes_read(bytes, start, sizeof start, &got, error);
    rh_bytes_close(bytes);
    while (at < got && isspace(start[at]))
        at++;
    *is_json = at < got && (start[at] == '{' || start[at] == '[');
    return status;
}

rh_status rh_rows_open_json(const char *path, const rh_json_shape *shape,
                            const char *const *columns, size_t n_columns, rh_rows **out,
                            rh_error *error) {
    rh_status status = make(path, out, error);
    return status == RH_OK ? or_close(rh_query_open_json(path, shape, columns, n_columns,
                                                         &(*out)->query, error),
                                      out)
                           : status;
}

void rh_rows_close(rh_rows *rows) {
    if (!rows)
        return;
    rh_csv_rows_close(rows->csv);
    rh_query_close(rows->query);
    rh_release(rows);
}

#define EIGHT_NAN NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN

static const double no_numbers[RH_NUMBERS_MAX + 1] = {EIGHT_NAN, EIGHT_NAN, EIGHT_NAN, EIGHT_NAN,
                                                      NAN};

int rh_rows_next(rh_rows *rows, rh_row *row, rh_error *error) {
    const int got = rows->csv ? rh_csv_rows_next(rows->csv, row, error)
                              : rh_query_next(rows->query, row, error);
    row->numbers = no_numbers;
    return got;
}

unsigned rh_rows_learn_number(rh_rows *rows, size_t column) {
    return rows->csv ? rh_csv_rows_learn_number(rows->csv, column) : RH_NUMBER_NOWHERE;
}

void rh_rows_read_numbers(rh_rows *rows, rh_row *row) {
    if (row->cells == NULL)
        rh_csv_rows_read_numbers(rows->csv, row);
}

rh_status rh_rows_rewind(rh_rows *rows, rh_error *error) {
    return rows->csv ? rh_csv_rows_rewind(rows->csv, error) : rh_query_rewind(rows->query, error);
}

void rh_rows_digest(const rh_rows *rows, char hex[65]) {
    if (rows->csv)
        rh_csv_rows_digest(rows->csv, hex);
    else
        rh_query_digest(rows->query, hex);
}

void rh_rows_place(const rh_rows *rows, int64_t *done, int64_t *total) {
    *done = *total = -1;
    if (rows->csv)
        rh_csv_rows_place(rows->csv, done, total);
}
