/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calm.h: while the hedge's price stays in a range, nobody needs to be looked at.
 *
 * A watch (watch.h) is crossed by the hedge's price, by the hours and by funding that accrues. Over
 * a range of all three the sum that it waits for has a bound, from the line along which the book's
 * exposure moves (rh_book_line). Inside the range an instant that tells of nothing but the hedge
 * costs a few comparisons, however many watches the range was narrowed for.
 */
#ifndef RH_LANE_CALM_H
#define RH_LANE_CALM_H

#include "lane/watch.h"

/* Ranges of the hedge's price P and of what one unit held long has paid, ends included; before
 * `until`. */
typedef struct {
    uint32_t hedge;
    double low, high;
    double least_paid, most_paid;
    rh_time until;
    int follows_index; /* it ends with an observation of the index */
} rh_calm;

/* What doesn't narrow it: all prices, for ever. */
rh_calm rh_calm_everywhere(uint32_t hedge);

/* Narrows the calm so far that the watch isn't crossed inside. Returns 0 if no bound is known, or
 * nothing is left. */
int rh_calm_narrow(rh_calm *calm, rh_book *book, const rh_market *market, const rh_watch *watch);

/* The hedge, as it stands, is inside. */
int rh_calm_holds(const rh_calm *calm, const rh_market *market);

#endif
