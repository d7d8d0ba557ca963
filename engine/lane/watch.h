/* SPDX-License-Identifier: GPL-3.0-or-later */
/* watch.h: when a lane must be looked at again, in numbers that can be kept in arrays.
 *
 * A lane sleeps until `at`, or until |s + a + b / P| > width x scale, where s and scale are
 * numbers of the market that all lanes of a book share (rh_series), P is the hedge's price, and a,
 * b and width are the lane's own. They stay true until the lane is touched again, so a thousand
 * sleeping lanes are one pass over four arrays. A lane whose condition has no such form asks to be
 * looked at always.
 *
 * The gap of a rule with RH_SIGNAL_GAP takes this form because, between two touches, the exposure
 * of an inverse hedge and that of the coin it has earned move against each other: N/P + N (1/P0 -
 * 1/P) = N/P0.
 */
#ifndef RH_LANE_WATCH_H
#define RH_LANE_WATCH_H

#include "lane/lane.h"

/* What s is. */
typedef enum {
    RH_SERIES_NONE,        /* only the time counts */
    RH_SERIES_ALWAYS,      /* look at every instant */
    RH_SERIES_EXPOSURE,    /* of the book, in the lane's numeraire */
    RH_SERIES_PRICE,       /* of the hedge */
    RH_SERIES_VARIANCE,    /* of the hedge, since the start */
    RH_SERIES_OBSERVATIONS /* of `instrument` */
} rh_series_kind;

/* Lanes with equal series and one book share s and scale. */
typedef struct {
    rh_series_kind kind;
    rh_numeraire numeraire; /* RH_SERIES_EXPOSURE */
    uint32_t instrument;    /* whose price, variance or observations */
    uint32_t scale;         /* RH_SCALE_ONE, RH_SCALE_GAMMA or RH_SCALE_SIZE */
} rh_series;

typedef struct {
    rh_time at; /* RH_NEVER: no time */
    rh_series series;
    double a, b, width;
} rh_watch;

/* What the lane waits for now. */
rh_watch rh_lane_watch(const rh_lane *lane);

/* s and the scale of a series at the market's instant; *inverse is 1 / P. */
void rh_series_now(const rh_series *series, rh_book *book, const rh_market *market, double *s,
                   double *scale, double *inverse);

#endif
