/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/header.h"

#include "base/config.h"
#include "base/memory.h"
#include "base/number.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

int rh_header_same(const rh_header *h, const char *a, const char *b) {
    return (h->ignore_case ? strcasecmp(a, b) : strcmp(a, b)) == 0;
}

static char *clean_name(const rh_cell *cell) {
    const char *from = cell->text, *end = cell->text + cell->length;
    while (from < end && isspace((unsigned char)*from))
        from++;
    while (from < end && isspace((unsigned char)end[-1]))
        end--;
    if (end - from >= 2 && *from == '[' && end[-1] == ']') {
        from++;
        end--;
    }
    char *name = rh_copy_bytes_as_text(from, (size_t)(end - from));
    for (char *c = name; c && *c; c++)
        if (iscntrl((unsigned char)*c))
            *c = ' '; /* names are shown in messages of one line */
    return name;
}

static rh_status refuse_twins(const rh_header *h, const char *path, rh_error *error) {
    for (size_t i = 1; i < h->count; i++)
        for (size_t j = 0; j < i && *h->names[i]; j++)
            if (rh_header_same(h, h->names[i], h->names[j]))
                return rh_fail(error, RH_BAD_DATA,
                               "%s:%" PRIu64 ":%zu: column '%.80s' is there twice (also column "
                               "%zu)",
                               path, h->line, i + 1, h->names[i], j + 1);
    return RH_OK;
}

rh_status rh_header_read(rh_header *h, const rh_row *row, int ignore_case, const char *path,
                         rh_error *error) {
    h->line = row->line;
    h->count = 0;
    h->ignore_case = ignore_case;
    h->names = rh_allocate(row->count, sizeof *h->names);
    if (!h->names)
        return rh_fail(error, RH_FAILED, "%s: no memory for the header", path);
    for (; h->count < row->count; h->count++) {
        const rh_cell cell = rh_row_cell(row, h->count);
        h->names[h->count] = clean_name(&cell);
        if (!h->names[h->count])
            return rh_fail(error, RH_FAILED, "%s: no memory for the header", path);
    }
    return refuse_twins(h, path, error);
}

void rh_header_clear(rh_header *h) {
    for (size_t i = 0; i < h->count; i++)
        rh_release(h->names[i]);
    rh_release(h->names);
    *h = (rh_header){0};
}

int rh_header_find(const rh_header *h, const char *name) {
    for (size_t i = 0; i < h->count; i++)
        if (*name && rh_header_same(h, h->names[i], name))
            return (int)i;
    return -1;
}

static const char *nearest(const rh_header *h, const char *name) {
    for (size_t i = 0; i < h->count; i++)
        if (strcasecmp(h->names[i], name) == 0)
            return h->names[i];
    const char *near = rh_nearest_name(name, (const char *const *)h->names, h->count);
    return near && *near ? near : NULL;
}

rh_status rh_header_missing(const rh_header *h, const char *name, const char *path,
                            rh_error *error) {
    double number;
    if (h->count > 0 && rh_number_parse(h->names[0], strlen(h->names[0]), &number) == 0)
        return rh_fail(error, RH_BAD_DATA,
                       "%s:%" PRIu64 ": no header: the first row begins with the number '%.40s' "
                       "where a column '%s' is needed; add a row of column names",
                       path, h->line, h->names[0], name);
    const char *near = nearest(h, name);
    if (near)
        return rh_fail(error, RH_BAD_DATA,
                       "%s:%" PRIu64 ": no column '%s' (did you mean '%.80s'?); rename it with map",
                       path, h->line, name, near);
    return rh_fail(error, RH_BAD_DATA, "%s:%" PRIu64 ": no column '%s'; rename one with map", path,
                   h->line, name);
}
