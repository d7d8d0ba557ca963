/* SPDX-License-Identifier: GPL-3.0-or-later */
/* header.h: the first row of a file as the names of its columns.
 *
 * Surrounding blanks and [BRACKETS] are dropped, a line break inside a name becomes a blank. Two
 * columns of one name are refused; columns without a name are kept but never found.
 */
#ifndef RH_FEED_HEADER_H
#define RH_FEED_HEADER_H

#include "base/status.h"
#include "feed/rows.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t line;
    size_t count;
    char **names; /* as written */
    int ignore_case;
} rh_header;

/* Equal, or equal but for case where the format ignores it. */
int rh_header_same(const rh_header *header, const char *a, const char *b);

/* Copies the names out of `row`; release with rh_header_clear, also after a failure. */
rh_status rh_header_read(rh_header *header, const rh_row *row, int ignore_case, const char *path,
                         rh_error *error);
void rh_header_clear(rh_header *header);

/* The number of a column from 0, or -1. */
int rh_header_find(const rh_header *header, const char *name);

/* Fails for a column that has to be there, naming the nearest one that is. */
rh_status rh_header_missing(const rh_header *header, const char *name, const char *path,
                            rh_error *error);

#endif
