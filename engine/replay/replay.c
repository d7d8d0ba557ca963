/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "replay/replay.h"

#include "base/memory.h"
#include "replay/merge.h"

#include <string.h>

struct rh_replay {
    rh_source **sources;
    size_t n_sources;
    rh_merge *merge;
    uint64_t taken;
    rh_stream made; /* self NULL: the instants come from the sources */
    void (*close_made)(void *self);
    char sha256[RH_DIGEST_TEXT]; /* of what `made` is made from */
};

static rh_status fill_from_source(void *self, rh_event *block, size_t capacity,
                                  const rh_event **events, size_t *got, rh_error *error) {
    return rh_source_lend(self, block, capacity, events, got, error);
}

static rh_status finish_source(void *self, rh_error *error) {
    return rh_source_finish(self, error);
}

static rh_status open_merge(rh_replay *replay, rh_error *error) {
    rh_merge_input *inputs = rh_allocate(replay->n_sources, sizeof *inputs);
    if (!inputs)
        return rh_no_memory(error);
    for (size_t i = 0; i < replay->n_sources; i++)
        inputs[i] = (rh_merge_input){replay->sources[i], fill_from_source, finish_source,
                                     rh_source_begins(replay->sources[i])};
    rh_status status = rh_merge_open(inputs, replay->n_sources, &replay->merge, error);
    rh_release(inputs);
    return status;
}

static rh_status open_sources(rh_replay *replay, const rh_source_spec *specs, size_t n_specs,
                              const rh_catalogue *catalogue, rh_error *error) {
    replay->sources = rh_allocate(n_specs, sizeof *replay->sources);
    if (!replay->sources)
        return rh_no_memory(error);
    for (size_t i = 0; i < n_specs; i++) {
        rh_status status =
            rh_source_open(&specs[i], (uint16_t)i, catalogue, &replay->sources[i], error);
        if (status != RH_OK)
            return status;
        replay->n_sources++;
    }
    return RH_OK;
}

rh_status rh_replay_open(const rh_source_spec *specs, size_t n_specs, const rh_catalogue *catalogue,
                         rh_replay **out, rh_error *error) {
    rh_replay *replay = rh_allocate(1, sizeof *replay);
    if (!replay)
        return rh_no_memory(error);
    rh_status status = open_sources(replay, specs, n_specs, catalogue, error);
    if (status == RH_OK)
        status = open_merge(replay, error);
    if (status != RH_OK)
        rh_replay_close(replay);
    else
        *out = replay;
    return status;
}

rh_status rh_replay_of(const rh_stream *made, void (*close)(void *self),
                       const char sha256[RH_DIGEST_TEXT], rh_replay **out, rh_error *error) {
    rh_replay *replay = rh_allocate(1, sizeof *replay);
    if (!replay) {
        close(made->self);
        return rh_no_memory(error);
    }
    replay->made = *made;
    replay->close_made = close;
    memcpy(replay->sha256, sha256, RH_DIGEST_TEXT);
    *out = replay;
    return RH_OK;
}

void rh_replay_close(rh_replay *replay) {
    if (!replay)
        return;
    if (replay->made.self)
        replay->close_made(replay->made.self);
    rh_merge_close(replay->merge);
    for (size_t i = 0; i < replay->n_sources; i++)
        rh_source_close(replay->sources[i]);
    rh_release(replay->sources);
    rh_release(replay);
}

rh_time rh_replay_next_time(const rh_replay *replay) {
    return replay->made.self ? replay->made.next_time(replay->made.self)
                             : rh_merge_next_time(replay->merge);
}

rh_status rh_replay_take(rh_replay *replay, const rh_event **events, size_t *count,
                         rh_error *error) {
    *count = 0;
    rh_status status = replay->made.self
                           ? replay->made.take(replay->made.self, events, count, error)
                           : rh_merge_take(replay->merge, events, count, error);
    replay->taken += *count;
    return status;
}

rh_status rh_replay_drain(rh_replay *replay, rh_error *error) {
    return replay->made.self ? RH_OK : rh_merge_drain(replay->merge, error);
}

uint64_t rh_replay_events(const rh_replay *replay) {
    return replay->taken;
}

size_t rh_replay_n_sources(const rh_replay *replay) {
    return replay->n_sources;
}

void rh_replay_summarise(const rh_replay *replay, size_t i, rh_source_summary *out) {
    rh_source_summarise(replay->sources[i], out);
}

static rh_time stream_next_time(void *self) {
    return rh_replay_next_time(self);
}

static rh_status stream_take(void *self, const rh_event **events, size_t *count, rh_error *error) {
    return rh_replay_take(self, events, count, error);
}

rh_stream rh_replay_stream(rh_replay *replay) {
    return (rh_stream){replay, stream_next_time, stream_take};
}

void rh_replay_digest(const rh_replay *replay, char out[RH_DIGEST_TEXT]) {
    if (replay->made.self) {
        memcpy(out, replay->sha256, RH_DIGEST_TEXT);
        return;
    }
    char *all = rh_allocate(replay->n_sources, RH_DIGEST_TEXT);
    for (size_t i = 0; i < replay->n_sources && all; i++) {
        rh_source_summary summary;
        rh_replay_summarise(replay, i, &summary);
        memcpy(all + i * RH_DIGEST_TEXT, summary.sha256, RH_DIGEST_TEXT - 1);
        all[i * RH_DIGEST_TEXT + RH_DIGEST_TEXT - 1] = '\n';
    }
    (void)rh_digest(all ? all : "", all ? replay->n_sources * RH_DIGEST_TEXT : 0, out);
    rh_release(all);
}
