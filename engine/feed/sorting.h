/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sorting.h: events that come nearly in order, put in order of when they were known.
 *
 * An event may come up to `window` later than one that was known after it; among events of one
 * time the order in which they came stays. What is held grows with the events inside one window,
 * of which RH_SORTING_MOST are allowed, never with the length of the stream.
 */
#ifndef RH_FEED_SORTING_H
#define RH_FEED_SORTING_H

#include "base/status.h"
#include "instrument/event.h"

#include <stddef.h>

enum { RH_SORTING_MOST = 1 << 19 }; /* events, 64 bytes each and as many again to merge them */

/* Adds events to a block of which *got comes in as 0; fewer than there is room for only at the end.
 * Those before a failure count. Not called again after either. */
typedef rh_status (*rh_sorting_fill)(void *self, rh_event *block, size_t capacity, size_t *got,
                                     rh_error *error);

typedef struct rh_sorting rh_sorting;

/* `path` is for messages, and must outlive the sorting. */
rh_status rh_sorting_open(rh_sorting_fill fill, void *self, int64_t window, const char *path,
                          rh_sorting **out, rh_error *error);
void rh_sorting_close(rh_sorting *sorting);

/* As rh_sorting_fill, in order. Events that come too late are RH_BAD_DATA. */
rh_status rh_sorting_take(rh_sorting *sorting, rh_event *block, size_t capacity, size_t *got,
                          rh_error *error);

/* A stable sort by `known`; `scratch` has room for as many. Time grows with what is out of place.
 */
void rh_sort_events(rh_event *events, size_t count, rh_event *scratch);

#endif
