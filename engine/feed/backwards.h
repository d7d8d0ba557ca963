/* SPDX-License-Identifier: GPL-3.0-or-later */
/* backwards.h: events that were written newest first, handed out oldest first.
 *
 * They go through an unnamed temporary file below $TMPDIR, else /tmp, in blocks: the memory used
 * doesn't grow with their number. 64 bytes of disk an event.
 */
#ifndef RH_FEED_BACKWARDS_H
#define RH_FEED_BACKWARDS_H

#include "base/status.h"
#include "instrument/event.h"

typedef struct rh_backwards rh_backwards;

rh_status rh_backwards_open(rh_backwards **out, rh_error *error);
void rh_backwards_close(rh_backwards *backwards);

/* All adding comes before the first taking. */
rh_status rh_backwards_add(rh_backwards *backwards, const rh_event *event, rh_error *error);

/* The last added first. 1 and an event, 0 when none is left, -1 with the error filled. */
int rh_backwards_take(rh_backwards *backwards, rh_event *event, rh_error *error);

#endif
