/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "replay/replay.h"

#include "base/memory.h"

#include <string.h>

enum { BLOCK = 512 };

/* A source and the events that it has given ahead. */
typedef struct {
    rh_source *source;
    rh_event *block;
    size_t at, count; /* at == count: the source is at its end */
} stream;

struct rh_replay {
    stream *streams;
    size_t n_streams;
    rh_time next; /* the earliest head of all streams */
    size_t first; /* the first stream that has it */
    int alone;    /* no other has it */
    rh_event *events;
    size_t capacity;
    uint64_t taken;
};

static rh_status pull(stream *s, rh_error *error) {
    s->at = 0;
    return rh_source_fill(s->source, s->block, BLOCK, &s->count, error);
}

static int is_live(const stream *s) {
    return s->at < s->count;
}

static void find_next(rh_replay *replay) {
    replay->next = RH_NEVER;
    for (size_t i = 0; i < replay->n_streams; i++) {
        const stream *s = &replay->streams[i];
        const rh_time known = is_live(s) ? s->block[s->at].known : RH_NEVER;
        replay->alone = known < replay->next || (replay->alone && known > replay->next);
        replay->first = known < replay->next ? i : replay->first;
        replay->next = known < replay->next ? known : replay->next;
    }
}

static rh_status open_stream(stream *s, const rh_source_spec *spec, size_t number,
                             const rh_catalogue *catalogue, rh_error *error) {
    s->block = rh_allocate(BLOCK, sizeof *s->block);
    if (!s->block)
        return rh_no_memory(error);
    rh_status status = rh_source_open(spec, (uint16_t)number, catalogue, &s->source, error);
    return status == RH_OK ? pull(s, error) : status;
}

rh_status rh_replay_open(const rh_source_spec *specs, size_t n_specs, const rh_catalogue *catalogue,
                         rh_replay **out, rh_error *error) {
    rh_replay *replay = rh_allocate(1, sizeof *replay);
    if (replay)
        replay->streams = rh_allocate(n_specs, sizeof *replay->streams);
    if (!replay || !replay->streams) {
        rh_replay_close(replay);
        return rh_no_memory(error);
    }
    for (size_t i = 0; i < n_specs; i++) {
        stream *s = &replay->streams[replay->n_streams++];
        rh_status status = open_stream(s, &specs[i], i, catalogue, error);
        if (status != RH_OK) {
            rh_replay_close(replay);
            return status;
        }
    }
    find_next(replay);
    *out = replay;
    return RH_OK;
}

void rh_replay_close(rh_replay *replay) {
    if (!replay)
        return;
    for (size_t i = 0; i < replay->n_streams; i++) {
        rh_source_close(replay->streams[i].source);
        rh_release(replay->streams[i].block);
    }
    rh_release(replay->streams);
    rh_release(replay->events);
    rh_release(replay);
}

rh_time rh_replay_next_time(const rh_replay *replay) {
    return replay->next;
}

/* An instant of one stream that ends inside its block is handed out where it lies; 0 events if
 * it is none. */
static size_t take_in_place(stream *s, rh_time now, const rh_event **events) {
    size_t end = s->at;
    while (end < s->count && s->block[end].known == now)
        end++;
    if (end == s->count)
        return 0;
    const size_t count = end - s->at;
    *events = s->block + s->at;
    s->at = end;
    return count;
}

static rh_status append(rh_replay *replay, const rh_event *event, size_t count, rh_error *error) {
    if (rh_make_room(&replay->events, count, &replay->capacity, sizeof *replay->events) != 0)
        return rh_no_memory(error);
    replay->events[count] = *event;
    return RH_OK;
}

static rh_status gather(rh_replay *replay, rh_time now, size_t *count, rh_error *error) {
    for (size_t i = replay->first; i < replay->n_streams; i++) {
        stream *s = &replay->streams[i];
        while (is_live(s) && s->block[s->at].known == now) {
            rh_status status = append(replay, &s->block[s->at++], (*count)++, error);
            if (status == RH_OK && !is_live(s))
                status = pull(s, error);
            if (status != RH_OK)
                return status;
        }
    }
    return RH_OK;
}

rh_status rh_replay_take(rh_replay *replay, const rh_event **events, size_t *count,
                         rh_error *error) {
    rh_status status = RH_OK;
    *count = 0;
    if (replay->next == RH_NEVER)
        return RH_OK;
    if (replay->alone)
        *count = take_in_place(&replay->streams[replay->first], replay->next, events);
    if (*count == 0) {
        status = gather(replay, replay->next, count, error);
        *events = replay->events;
    }
    replay->taken += *count;
    find_next(replay);
    return status;
}

rh_status rh_replay_drain(rh_replay *replay, rh_error *error) {
    rh_status status = RH_OK;
    for (size_t i = 0; i < replay->n_streams && status == RH_OK; i++)
        while (status == RH_OK && is_live(&replay->streams[i]))
            status = pull(&replay->streams[i], error);
    find_next(replay);
    return status;
}

uint64_t rh_replay_events(const rh_replay *replay) {
    return replay->taken;
}

size_t rh_replay_n_sources(const rh_replay *replay) {
    return replay->n_streams;
}

void rh_replay_summarise(const rh_replay *replay, size_t i, rh_source_summary *out) {
    rh_source_summarise(replay->streams[i].source, out);
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
    char *all = rh_allocate(replay->n_streams, RH_DIGEST_TEXT);
    for (size_t i = 0; i < replay->n_streams && all; i++) {
        rh_source_summary summary;
        rh_replay_summarise(replay, i, &summary);
        memcpy(all + i * RH_DIGEST_TEXT, summary.sha256, RH_DIGEST_TEXT - 1);
        all[i * RH_DIGEST_TEXT + RH_DIGEST_TEXT - 1] = '\n';
    }
    (void)rh_digest(all ? all : "", all ? replay->n_streams * RH_DIGEST_TEXT : 0, out);
    rh_release(all);
}
