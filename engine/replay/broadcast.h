/* SPDX-License-Identifier: GPL-3.0-or-later */
/* broadcast.h: one thread reads the tape, several listen.
 *
 * The reader publishes blocks of instants that nobody changes any more; each listener goes through
 * all of them in order, at its own pace. The ring holds a few blocks: the reader waits for the
 * slowest listener, so memory doesn't grow with the tape. What a listener hears doesn't depend
 * on how many there are.
 */
#ifndef RH_REPLAY_BROADCAST_H
#define RH_REPLAY_BROADCAST_H

#include "replay/replay.h"
#include "replay/stream.h"

typedef struct rh_broadcast rh_broadcast;

/* Starts the reader. The replay belongs to it until rh_broadcast_close. */
rh_status rh_broadcast_open(rh_replay *replay, size_t n_listeners, rh_broadcast **out,
                            rh_error *error);

/* The stream of listener i, for one thread. */
rh_stream rh_broadcast_stream(rh_broadcast *broadcast, size_t i);

/* The listener wants no more; the reader doesn't wait for it. */
void rh_broadcast_leave(rh_broadcast *broadcast, size_t i);

/* Stops the reader and waits for it; every listener must have left or finished. */
void rh_broadcast_close(rh_broadcast *broadcast);

#endif
