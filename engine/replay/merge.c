/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "replay/merge.h"

#include "base/memory.h"

#include <string.h>

/* Events of a block: long ones for few inputs, and 2 MiB for all together where they are many. */
enum { BLOCK_MOST = 512, BLOCK_LEAST = 32, BLOCK_ALL = 32768 };

typedef struct {
    rh_merge_input input;
    rh_event *block;        /* NULL: not begun */
    const rh_event *events; /* in the block, or the input's own */
    size_t at, count;       /* at == count: it is at its end, or hasn't begun */
    rh_time after;          /* when the event behind the next one is known, if that is here too */
} stream;

/* When a stream's next event is known, or no earlier where it hasn't begun; RH_NEVER at its end. */
typedef struct {
    rh_time known;
    size_t stream;
} head;

struct rh_merge {
    stream *streams;
    size_t n_streams, block_size;
    head *tree; /* 0: the winner of all; others: who lost there. The children of i are 2i, 2i + 1 */
    size_t leaves;    /* a power of two; stream i is below node (leaves + i) / 2 */
    size_t waiting;   /* streams that haven't begun */
    rh_event *events; /* of an instant that doesn't lie in one block */
    size_t capacity;
};

/* ---- the tree ---- */

/* The earlier one; of equals the lower number. */
static int beats(const head *a, const head *b) {
    return (a->known < b->known) | ((a->known == b->known) & (a->stream < b->stream));
}

static head head_of(const rh_merge *m, size_t i) {
    const stream *s = &m->streams[i];
    if (i < m->n_streams && !s->block)
        return (head){s->input.begins, i};
    const int live = i < m->n_streams && s->at < s->count;
    return (head){live ? s->events[s->at].known : RH_NEVER, i};
}

/* The winner has moved on: its new head plays against those who lost on its way. Without a branch
 * on who wins, which nobody can foresee where streams take turns. */
static inline void play(rh_merge *m, head best) {
    for (size_t node = (m->leaves + best.stream) / 2; node > 0; node /= 2) {
        const head other = m->tree[node];
        const uint64_t swap = 0 - (uint64_t)beats(&other, &best);
        const uint64_t known = ((uint64_t)other.known ^ (uint64_t)best.known) & swap;
        const uint64_t number = (other.stream ^ best.stream) & swap;
        m->tree[node] = (head){(rh_time)((uint64_t)other.known ^ known), other.stream ^ number};
        best = (head){(rh_time)((uint64_t)best.known ^ known), best.stream ^ number};
    }
    m->tree[0] = best;
}

/* The winner below a node; its losers are left on the way. */
static head play_all(rh_merge *m, size_t node) {
    if (node >= m->leaves)
        return head_of(m, node - m->leaves);
    const head left = play_all(m, 2 * node), right = play_all(m, 2 * node + 1);
    const int lost = beats(&right, &left);
    m->tree[node] = lost ? left : right;
    return lost ? right : left;
}

static rh_status make_tree(rh_merge *m, rh_error *error) {
    m->leaves = 1;
    while (m->leaves < m->n_streams)
        m->leaves *= 2;
    m->tree = rh_allocate(m->leaves, sizeof *m->tree);
    if (!m->tree)
        return rh_no_memory(error);
    m->tree[0] = play_all(m, 1);
    return RH_OK;
}

/* ---- opening and closing ---- */

static inline void move_to(stream *s, size_t at) {
    s->at = at;
    s->after = at + 1 < s->count ? s->events[at + 1].known : RH_NEVER;
}

static rh_status pull(const rh_merge *m, stream *s, rh_error *error) {
    s->at = s->count = 0;
    s->events = s->block;
    rh_status status =
        s->input.fill(s->input.self, s->block, m->block_size, &s->events, &s->count, error);
    move_to(s, 0);
    return status;
}

static size_t block_size(size_t streams) {
    const size_t share = BLOCK_ALL / (streams ? streams : 1);
    return share > BLOCK_MOST ? BLOCK_MOST : share < BLOCK_LEAST ? BLOCK_LEAST : share;
}

static rh_status begin(rh_merge *m, stream *s, rh_error *error) {
    if (s->block)
        return RH_OK;
    s->block = rh_allocate(m->block_size, sizeof *s->block);
    m->waiting -= s->block != NULL;
    return s->block ? pull(m, s, error) : rh_no_memory(error);
}

static rh_status begin_waiting(rh_merge *m, rh_error *error) {
    rh_status status = RH_OK;
    while (status == RH_OK && m->tree[0].known != RH_NEVER &&
           !m->streams[m->tree[0].stream].block) {
        const size_t winner = m->tree[0].stream;
        status = begin(m, &m->streams[winner], error);
        play(m, head_of(m, winner));
    }
    return status;
}

/* A stream that wins before it has begun begins, until one wins that has. */
static inline rh_status begin_winners(rh_merge *m, rh_error *error) {
    return m->waiting > 0 ? begin_waiting(m, error) : RH_OK;
}

rh_status rh_merge_open(const rh_merge_input *inputs, size_t count, rh_merge **out,
                        rh_error *error) {
    rh_merge *m = rh_allocate(1, sizeof *m);
    if (!m)
        return rh_no_memory(error);
    m->streams = rh_allocate(count, sizeof *m->streams);
    m->n_streams = m->waiting = m->streams ? count : 0;
    m->block_size = block_size(count);
    for (size_t i = 0; i < m->n_streams; i++)
        m->streams[i].input = inputs[i];
    rh_status status = m->streams ? make_tree(m, error) : rh_no_memory(error);
    if (status == RH_OK)
        status = begin_winners(m, error);
    if (status != RH_OK)
        rh_merge_close(m);
    else
        *out = m;
    return status;
}

void rh_merge_close(rh_merge *m) {
    if (!m)
        return;
    for (size_t i = 0; i < m->n_streams; i++)
        rh_release(m->streams[i].block);
    rh_release(m->streams);
    rh_release(m->tree);
    rh_release(m->events);
    rh_release(m);
}

/* ---- instants ---- */

rh_time rh_merge_next_time(const rh_merge *m) {
    return m->tree[0].known;
}

static rh_status collect(rh_merge *m, const rh_event *events, size_t more, size_t *count,
                         rh_error *error) {
    while (m->capacity < *count + more) {
        const size_t larger = m->capacity ? 2 * m->capacity : 2 * m->block_size;
        if (rh_resize_array(&m->events, larger, sizeof *m->events) != 0)
            return rh_no_memory(error);
        m->capacity = larger;
    }
    memcpy(m->events + *count, events, more * sizeof *m->events);
    *count += more;
    return RH_OK;
}

static size_t end_of_instant(const stream *s, rh_time now) {
    size_t end = s->at;
    while (end < s->count && s->events[end].known == now)
        end++;
    return end;
}

/* All of a stream's events of one time, over as many blocks as they fill. */
static rh_status collect_stream(rh_merge *m, stream *s, rh_time now, size_t *count,
                                rh_error *error) {
    for (;;) {
        const size_t end = end_of_instant(s, now);
        if (end == s->at)
            return RH_OK;
        rh_status status = collect(m, s->events + s->at, end - s->at, count, error);
        move_to(s, end);
        if (status == RH_OK && s->at == s->count)
            status = pull(m, s, error);
        if (status != RH_OK)
            return status;
    }
}

/* What the first stream has, where it lies: its block doesn't end with it and stays as it is. Who
 * is next hangs on nothing that is far to fetch, where the instant has one event. */
static inline rh_status take_first(rh_merge *m, rh_time now, const rh_event **events, size_t *count,
                                   rh_error *error) {
    const size_t first = m->tree[0].stream;
    stream *s = &m->streams[first];
    const size_t from = s->at, end = s->after == now ? end_of_instant(s, now) : from + 1;
    if (end == s->count)
        return RH_OK;
    play(m, (head){end == from + 1 ? s->after : s->events[end].known, first});
    move_to(s, end);
    rh_status status = begin_winners(m, error);
    if (status != RH_OK || m->tree[0].known == now)
        return status != RH_OK ? status : collect(m, s->events + from, end - from, count, error);
    *events = s->events + from;
    *count = end - from;
    return RH_OK;
}

static rh_status take_rest(rh_merge *m, rh_time now, size_t *count, rh_error *error) {
    rh_status status = RH_OK;
    while (status == RH_OK && m->tree[0].known == now) {
        const size_t next = m->tree[0].stream;
        status = collect_stream(m, &m->streams[next], now, count, error);
        play(m, head_of(m, next));
        if (status == RH_OK)
            status = begin_winners(m, error);
    }
    return status;
}

rh_status rh_merge_take(rh_merge *m, const rh_event **events, size_t *count, rh_error *error) {
    const rh_time now = rh_merge_next_time(m);
    *events = NULL;
    *count = 0;
    if (now == RH_NEVER)
        return RH_OK;
    rh_status status = take_first(m, now, events, count, error);
    if (status == RH_OK && !*events) {
        status = take_rest(m, now, count, error);
        *events = m->events;
    }
    return status;
}

static rh_status read_on(rh_merge *m, stream *s, rh_error *error) {
    rh_status status = begin(m, s, error);
    while (status == RH_OK && s->count > 0)
        status = pull(m, s, error);
    return status;
}

rh_status rh_merge_drain(rh_merge *m, rh_error *error) {
    rh_status status = RH_OK;
    for (size_t i = 0; i < m->n_streams && status == RH_OK; i++) {
        stream *s = &m->streams[i];
        if (s->input.finish)
            status = s->input.finish(s->input.self, error);
        else
            status = read_on(m, s, error);
        s->at = s->count = 0;
        s->input.begins = RH_NEVER;
    }
    m->tree[0] = play_all(m, 1);
    return status;
}
