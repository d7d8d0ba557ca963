/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads one file by every path of engine/feed/rows and demands the same rows, lines and errors. */
#ifndef ROWS_EQUAL_H
#define ROWS_EQUAL_H

#include "feed/rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int same_row(const rh_row *a, const rh_row *b) {
    if (a->line != b->line || a->count != b->count)
        return 0;
    for (size_t i = 0; i < a->count; i++) {
        const rh_cell x = rh_row_cell(a, i), y = rh_row_cell(b, i);
        if (x.length != y.length || memcmp(x.text, y.text, x.length) != 0)
            return 0;
    }
    return 1;
}

static int same_error(const rh_error *a, const rh_error *b) {
    return a->code == b->code && strcmp(a->text, b->text) == 0;
}

/* Walks both to their end; 0 if they differ, with the place in `where`. */
static int same_rows(rh_rows *a, rh_rows *b, char *where, size_t size) {
    for (uint64_t n = 1;; n++) {
        rh_error error_a = {.text = ""}, error_b = {.text = ""};
        rh_row row_a = {0}, row_b = {0};
        const int got_a = rh_rows_next(a, &row_a, &error_a);
        const int got_b = rh_rows_next(b, &row_b, &error_b);
        const int same = got_a == got_b && (got_a <= 0 || same_row(&row_a, &row_b)) &&
                         (got_a >= 0 || same_error(&error_a, &error_b));
        if (!same) {
            (void)snprintf(where, size,
                           "row %" PRIu64 ": %d line %" PRIu64 " with %zu cells, '%.200s'; %d line "
                           "%" PRIu64 " with %zu cells, '%.200s'",
                           n, got_a, row_a.line, row_a.count, error_a.text, got_b, row_b.line,
                           row_b.count, error_b.text);
            return 0;
        }
        if (got_a <= 0)
            return 1;
    }
}

/* libcsv in whole blocks is the measure. */
static int same_by(const char *path, rh_rows_path by, size_t block, char *where, size_t size) {
    rh_error error_a = {.text = ""}, error_b = {.text = ""};
    rh_rows *a = NULL, *b = NULL;
    rh_rows_choose(RH_ROWS_LIBCSV, RH_ROWS_BLOCK);
    const rh_status status_a = rh_rows_open(path, &a, &error_a);
    rh_rows_choose(by, block);
    const rh_status status_b = rh_rows_open(path, &b, &error_b);
    rh_rows_choose(RH_ROWS_FASTEST, RH_ROWS_BLOCK);
    int same = status_a == status_b;
    if (!same)
        (void)snprintf(where, size, "opening: '%.200s'; '%.200s'", error_a.text, error_b.text);
    else if (status_a == RH_OK)
        same = same_rows(a, b, where, size);
    rh_rows_close(a);
    rh_rows_close(b);
    return same;
}

static int rows_are_equal(const char *path, char *where, size_t size) {
    static const struct {
        rh_rows_path by;
        size_t block;
    } ways[] = {
        {RH_ROWS_LIBCSV, 64},    {RH_ROWS_LIBCSV, 77},   {RH_ROWS_PORTABLE, RH_ROWS_BLOCK},
        {RH_ROWS_PORTABLE, 64},  {RH_ROWS_PORTABLE, 99}, {RH_ROWS_FASTEST, RH_ROWS_BLOCK},
        {RH_ROWS_FASTEST, 64},   {RH_ROWS_FASTEST, 65},  {RH_ROWS_FASTEST, 130},
        {RH_ROWS_FASTEST, 1000},
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (same_by(path, ways[i].by, ways[i].block, where, size))
            continue;
        const size_t used = strlen(where);
        (void)snprintf(where + used, size - used, " (path %d, %zu bytes at a time)",
                       (int)ways[i].by, ways[i].block);
        return 0;
    }
    return 1;
}

#endif
