/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replay.h: many sources merged into one order, grouped into instants.
 *
 * The order is total: by the time an event was known, then by the number of its source (the order
 * in the experiment), then as it stands in the source. All events with one known time form one
 * instant. Memory: a block of events ahead per source, and the events of one
 * instant.
 */
#ifndef RH_REPLAY_REPLAY_H
#define RH_REPLAY_REPLAY_H

#include "base/digest.h"
#include "feed/source.h"
#include "replay/stream.h"

typedef struct rh_replay rh_replay;

/* Opens every source. `catalogue` must outlive the replay. */
rh_status rh_replay_open(const rh_source_spec *specs, size_t n_specs, const rh_catalogue *catalogue,
                         rh_replay **out, rh_error *error);

/* A replay of instants that are made elsewhere, without a source; `sha256` is of what they are made
 * from. `close` releases made->self when the replay is closed, and at once if there is no memory.
 */
rh_status rh_replay_of(const rh_stream *made, void (*close)(void *self),
                       const char sha256[RH_DIGEST_TEXT], rh_replay **out, rh_error *error);
void rh_replay_close(rh_replay *replay);

/* When the next instant is known; RH_NEVER at the end. */
rh_time rh_replay_next_time(const rh_replay *replay);

/* Takes the next instant; *events stays valid until the next call. An instant of 0 events is the
 * end. */
rh_status rh_replay_take(rh_replay *replay, const rh_event **events, size_t *count,
                         rh_error *error);

/* Reads what is left of every source, so that its summary covers the whole file. */
rh_status rh_replay_drain(rh_replay *replay, rh_error *error);

/* Events handed out so far. */
uint64_t rh_replay_events(const rh_replay *replay);

/* The replay as a stream for the thread that holds it. */
rh_stream rh_replay_stream(rh_replay *replay);

/* One SHA-256 over those of all sources, in their order; complete after rh_replay_drain. */
void rh_replay_digest(const rh_replay *replay, char out[RH_DIGEST_TEXT]);

size_t rh_replay_n_sources(const rh_replay *replay);
void rh_replay_summarise(const rh_replay *replay, size_t i, rh_source_summary *out);

#endif
