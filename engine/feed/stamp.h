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
    char head[16];         /* of the last integer, all but its last 8 digits, */
    size_t head_length;    /* 0: not known */
    int64_t head_value;
} rh_stamp;

/* Times outside are refused, so that arithmetic on a plausible delay or interval can't overflow. */
#define RH_STAMP_FIRST INT64_C(0)                   /* 1970-01-01 */
#define RH_STAMP_END   INT64_C(7258118400000000000) /* 2200-01-01 */

/* `zone_name` must outlive the stamp; close with rh_stamp_clear, also after a failure. */
rh_status rh_stamp_open(rh_stamp *stamp, const char *zone_name, rh_error *error);
void rh_stamp_clear(rh_stamp *stamp);

/* Reads one row's time. `grid` is 0 if there is none. Errors have no place yet. */
rh_status rh_stamp_read(rh_stamp *stamp, const rh_cell *cell, int64_t grid, rh_time *out,
                        rh_error *error);

#endif
