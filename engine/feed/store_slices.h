/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_slices.h: the events of one source of a store, in their order.
 *
 * Only chunks that can hold a wanted event are read: by instrument, kind and time. A slice of which
 * one chunk is read is decoded as it is asked for; of several, memory is that of the slice.
 * Sentences have no path in front.
 */
#ifndef RH_FEED_STORE_SLICES_H
#define RH_FEED_STORE_SLICES_H

#include "feed/chunk.h"

struct sqlite3;

typedef struct {
    int64_t source_id;
    rh_chunk_view view; /* its numbers live as long as the slices */
    unsigned kinds;     /* bits 1 << rh_event_kind */
    rh_time from, to;   /* happened, both inclusive; RH_DAWN, RH_NEVER: any */
    rh_time known_from, known_to;
} rh_slices_query;

typedef struct rh_slices rh_slices;

/* The database stays the caller's and outlives the slices. */
rh_status rh_slices_open(struct sqlite3 *db, const rh_slices_query *query, rh_slices **out,
                         rh_error *error);
void rh_slices_close(rh_slices *slices);

/* The wanted events of the next slice that has any; valid until the next call. 0 events: the end.
 */
rh_status rh_slices_next(rh_slices *slices, const rh_event **events, size_t *count,
                         rh_error *error);

#endif
