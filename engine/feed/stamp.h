/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stamp.h: the time column of one file.
 *
 * The first row settles whether stamps are integers (and of what unit, by magnitude) or ISO-8601
 * text; every further row has to agree. Text without an offset is on the file's local clock.
 *
 * A local hour that happens twice is settled by the caller's grid (funding is paid on multiples of
 * its interval, UTC) if only one of the two lies on it; else by the file's own order: the reading
 * that doesn't go back, nor stands still where every row has a time of its own. A local hour that
 * doesn't exist is an error.
 */
#ifndef RH_FEED_STAMP_H
#define RH_FEED_STAMP_H

#include "base/clock.h"
#include "base/decimal.h"
#include "base/status.h"
#include "feed/rows.h"
#include "feed/timezone.h"

typedef struct {
    const char *zone_name; /* NULL: UTC */
    rh_zone *zone;         /* NULL: UTC */
    int64_t unit;          /* nanoseconds; 0 while unknown, -1 for text */
    int direction;         /* +1 oldest first, -1 newest first, 0 while unknown */
    int one_per_row;       /* no two rows have one time */
    rh_time last;          /* RH_DAWN before the first row */
    size_t length;         /* of the last integer's text; SIZE_MAX: there is none */
    size_t word_at;        /* the last word of its head, which is all but its last 8 digits, */
    uint64_t word, mask;   /* what it is there, as far as the mask goes, */
    uint64_t first_word;   /* and the first word of a head of more than one */
    rh_time head_time;     /* with zeros for the other digits */
} rh_stamp;

/* Times outside are refused, so that arithmetic on a plausible delay or interval can't overflow. */
#define RH_STAMP_FIRST INT64_C(0)                   /* 1970-01-01 */
#define RH_STAMP_END   INT64_C(7258118400000000000) /* 2200-01-01 */

/* `zone_name` must outlive the stamp; close with rh_stamp_clear, also after a failure. */
rh_status rh_stamp_open(rh_stamp *stamp, const char *zone_name, rh_error *error);
void rh_stamp_clear(rh_stamp *stamp);

/* Most integers differ from the one before in their last 8 digits only: 1 and the time, or 0 if
 * this one doesn't. A unit, which is found by magnitude, can't differ then. */
static inline int rh_stamp_read_tail(const rh_stamp *stamp, rh_cell cell, rh_time *out) {
    if (cell.length != stamp->length)
        return 0;
    if ((rh_decimal_load(cell.text + stamp->word_at) ^ stamp->word) & stamp->mask)
        return 0;
    if (cell.length > 16 && rh_decimal_load(cell.text) != stamp->first_word)
        return 0;
    const uint64_t tail = rh_decimal_load(cell.text + cell.length - 8);
    *out = stamp->head_time + (int64_t)rh_decimal_value(tail) * stamp->unit;
    return rh_decimal_are_digits(tail);
}

/* Reads one row's time. `grid` is 0 if there is none. Errors have no place yet. */
rh_status rh_stamp_read(rh_stamp *stamp, const rh_cell *cell, int64_t grid, rh_time *out,
                        rh_error *error);

#endif
