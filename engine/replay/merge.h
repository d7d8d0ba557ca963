/* SPDX-License-Identifier: GPL-3.0-or-later */
/* merge.h: many ordered streams of events as one.
 *
 * The order is total: by the time an event was known, then by the number of its input, then as it
 * stands there. All events with one known time form an instant. A tournament finds the next
 * event in log2(inputs) comparisons; memory is a block of each input that has begun, smaller
 * where there are many, and the events of one instant.
 */
#ifndef RH_REPLAY_MERGE_H
#define RH_REPLAY_MERGE_H

#include "base/status.h"
#include "instrument/event.h"

#include <stddef.h>

typedef struct {
    void *self;
    /* The next *got events, up to `capacity`, `known` never going back; 0 at the end. They go into
     * the block, or *events, which comes in as the block, becomes where they stay until the next
     * call. */
    rh_status (*fill)(void *self, rh_event *block, size_t capacity, const rh_event **events,
                      size_t *got, rh_error *error);
    /* Reads on to the end; NULL: by filling blocks. */
    rh_status (*finish)(void *self, rh_error *error);
    /* Nothing of it is known earlier, so that it may wait unread until then; RH_NEVER: there is
     * nothing. */
    rh_time begins;
} rh_merge_input;

typedef struct rh_merge rh_merge;

/* Reads the first block of the inputs that may have the first event. */
rh_status rh_merge_open(const rh_merge_input *inputs, size_t count, rh_merge **out,
                        rh_error *error);
void rh_merge_close(rh_merge *merge);

/* When the next instant is known; RH_NEVER at the end. */
rh_time rh_merge_next_time(const rh_merge *merge);

/* Takes the next instant; *events stays valid until the next call. 0 events: the end. */
rh_status rh_merge_take(rh_merge *merge, const rh_event **events, size_t *count, rh_error *error);

/* Reads every input to its end. */
rh_status rh_merge_drain(rh_merge *merge, rh_error *error);

#endif
