/* SPDX-License-Identifier: GPL-3.0-or-later */
/* alarms.h: which of many sleeping lanes must be looked at in this instant.
 *
 * Every lane has one watch (lane/watch.h), or as many as its rule is composed of. Those that wait
 * for the same number of the market stand in one table of arrays, which keeps account of how far
 * that number has moved, and of how far it may move before a group of them is worth a look: lanes
 * that aren't due cost next to nothing. What comes out are candidates: a threshold that is within
 * rounding of being crossed counts as crossed, and the lane itself decides (rh_lane_due). None is
 * missed.
 */
#ifndef RH_RUN_ALARMS_H
#define RH_RUN_ALARMS_H

#include "lane/calm.h"

typedef struct rh_alarms rh_alarms;

/* n_watches[i] is how many watches lane i may need at once (at least 1; NULL: 1 each). All lanes
 * start without an alarm. NULL without memory. */
rh_alarms *rh_alarms_new(size_t n_lanes, const size_t *n_watches);
void rh_alarms_free(rh_alarms *alarms);

/* Replaces watch k of the lane; its time counts if k is 0. `book` is the place of the lane's book.
 * RH_FAILED without memory. */
rh_status rh_alarms_set(rh_alarms *alarms, size_t lane, size_t k, size_t book,
                        const rh_watch *watch, rh_error *error);

/* The earliest time that any lane waits for; RH_NEVER if none. */
rh_time rh_alarms_next_time(const rh_alarms *alarms);

/* Writes the candidates to due[] (room for every lane), each once; returns how many. */
size_t rh_alarms_due(rh_alarms *alarms, rh_book *const *books, const rh_market *market,
                     size_t *due);

/* Narrows the calm so far that no watch is crossed inside; times are not looked at. Returns 0 if no
 * bound is known or nothing is left, and for more watches than it would be worth it for. */
int rh_alarms_calm(const rh_alarms *alarms, rh_book *const *books, const rh_market *market,
                   rh_calm *calm);

#endif
