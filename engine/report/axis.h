/* SPDX-License-Identifier: GPL-3.0-or-later */
/* axis.h: ranges, tics and units of axes, so that a picture is right at any size of number. */
#ifndef RH_REPORT_AXIS_H
#define RH_REPORT_AXIS_H

#include "base/clock.h"
#include "report/text.h"

#include <stddef.h>

/* A value axis, already divided by the unit's factor. */
typedef struct {
    rh_axis_unit unit;
    double low, high, step;
    int decimals; /* that the tics need */
} rh_axis;

/* The least and greatest of known values; low > high if there are none yet. */
typedef struct {
    double low, high;
} rh_extent;
#define RH_EXTENT_NONE ((rh_extent){HUGE_VAL, -HUGE_VAL})
void rh_extent_add(rh_extent *extent, double value);

/* An axis that shows `extent` with a margin and 3 to 5 tics, nearest to `tics`, at 1, 2, 2.5 or 5
 * times a power of ten. Nothing known gives 0 to 1, one single value a range around it. */
rh_axis rh_axis_make(rh_extent extent, rh_axis_unit unit, int tics);

/* A tic of a time axis: on whole minutes, hours, days, months or years. */
typedef struct {
    rh_time at;
    char label[24]; /* "14:30", "5 Jun", "Jun 2021", "2021" */
} rh_time_tic;
#define RH_TIME_TICS 12

/* At most RH_TIME_TICS tics within [from, to]; returns how many. */
size_t rh_time_tics_make(rh_time from, rh_time to, rh_time_tic tics[RH_TIME_TICS]);

/* "1 Jun 2021", "1 Jun 2021 14:30" where the time of day isn't midnight. */
#define RH_DATE_TEXT 40
char *rh_date_text(rh_time time, char out[RH_DATE_TEXT]);

#endif
