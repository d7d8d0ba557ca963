/* SPDX-License-Identifier: GPL-3.0-or-later */
/* watch.h: when a lane must be looked at again, in numbers that can be kept in arrays.
 *
 * A lane sleeps until `at`, or until |s + a + b x1 + c x2 + d x3| > width x scale. s, x1 to x3 and
 * scale are numbers of the market that all lanes of a book share (rh_series); a to d and width are
 * the lane's own and stay true until the lane is touched again. So a thousand sleeping lanes are
 * one pass over five arrays. A lane whose condition has no such form asks to be looked at always.
 *
 * Gap and PnL take this form because a balance is linear in what the market says of the hedge:
 * since the last touch N inverse contracts have earned N (1/P0 - 1/P) coin, linear ones N (P - P0)
 * USD, and either has paid N (f - f0) of funding, f being what one contract held long has paid so
 * far. With u the worth of one unit of the hedge's settlement currency in the signal's own unit
 * (coin for a gap, the numeraire for a PnL):
 *
 *     x1 = u / P (inverse) or u P (linear),  x2 = u f,  x3 = S, or 1/S where the unit is coin.
 */
#ifndef RH_LANE_WATCH_H
#define RH_LANE_WATCH_H

#include "lane/lane.h"

/* What s is. */
typedef enum {
    RH_SERIES_NONE,        /* only the time counts */
    RH_SERIES_ALWAYS,      /* look at every instant */
    RH_SERIES_EXPOSURE,    /* of the book, in the lane's numeraire */
    RH_SERIES_VALUE,       /* of the book's options, in the lane's numeraire */
    RH_SERIES_PRICE,       /* of the hedge */
    RH_SERIES_VARIANCE,    /* of the hedge, since the start */
    RH_SERIES_OBSERVATIONS /* of `instrument` */
} rh_series_kind;

/* Lanes with equal series and one book share s and scale. */
typedef struct {
    rh_series_kind kind;
    rh_numeraire numeraire; /* RH_SERIES_EXPOSURE, RH_SERIES_VALUE */
    uint32_t instrument;    /* the hedge, or whose observations */
    uint32_t scale;         /* RH_SCALE_ONE, RH_SCALE_GAMMA or RH_SCALE_SIZE */
} rh_series;

typedef struct {
    rh_time at; /* RH_NEVER: no time */
    rh_series series;
    double a, b, c, d, width;
} rh_watch;

/* How many watches the lane may need at once: one for each part of its rule. */
size_t rh_lane_n_watches(const rh_lane *lane);

/* What part `part` of its rule waits for now. The times of all parts, and what the lane waits for
 * by itself, are in the watch of part 0. */
void rh_lane_watch(const rh_lane *lane, size_t part, rh_watch *out);

/* The numbers of a series at the market's instant. s is known to `within` only where it takes a
 * valuation of the book to know it exactly, which is not made for the asking; x1 to x3 are 0 where
 * they are unknown, so that those who don't use them don't see that. */
typedef struct {
    double s, within, x1, x2, x3, scale;
} rh_series_value;
void rh_series_now(const rh_series *series, rh_book *book, const rh_market *market,
                   rh_series_value *now);

#endif
