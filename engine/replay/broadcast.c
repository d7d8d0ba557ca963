/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "replay/broadcast.h"

#include "base/memory.h"

#include <pthread.h>
#include <string.h>

enum { RING = 4, BLOCK_EVENTS = 8192 };

typedef struct {
    rh_event *events;
    size_t count, capacity;
    size_t *ends; /* where each instant ends */
    size_t n_instants, ends_capacity;
} block;

typedef struct {
    rh_broadcast *broadcast;
    uint64_t block; /* the one it is in */
    size_t instant, from;
    int inside; /* holds the block: the reader must not reuse it */
    int left;
} listener;

struct rh_broadcast {
    rh_replay *replay;
    pthread_t reader;
    pthread_mutex_t lock;
    pthread_cond_t published_more, released_some;
    block ring[RING];
    uint64_t published; /* blocks so far */
    int ended, stopping;
    rh_status status; /* of the tape, once ended */
    rh_error error;
    listener *listeners;
    size_t n_listeners;
};

/* ---- the reader ---- */

static rh_status append(block *b, const rh_event *events, size_t count, rh_error *error) {
    while (b->capacity < b->count + count) {
        const size_t larger = b->capacity ? b->capacity * 2 : 2 * BLOCK_EVENTS;
        rh_event *grown = rh_resize(b->events, larger, sizeof *grown);
        if (!grown)
            return rh_no_memory(error);
        b->events = grown;
        b->capacity = larger;
    }
    if (rh_make_room(&b->ends, b->n_instants, &b->ends_capacity, sizeof *b->ends) != 0)
        return rh_no_memory(error);
    memcpy(b->events + b->count, events, count * sizeof *events);
    b->count += count;
    b->ends[b->n_instants++] = b->count;
    return RH_OK;
}

static rh_status fill(rh_replay *replay, block *b, rh_error *error) {
    b->count = b->n_instants = 0;
    while (b->count < BLOCK_EVENTS && rh_replay_next_time(replay) != RH_NEVER) {
        const rh_event *events;
        size_t count;
        rh_status status = rh_replay_take(replay, &events, &count, error);
        if (status == RH_OK)
            status = append(b, events, count, error);
        if (status != RH_OK)
            return status;
    }
    return RH_OK;
}

/* Every listener that is still there has gone past the block that is to be reused. */
static int may_reuse(const rh_broadcast *b) {
    for (size_t i = 0; i < b->n_listeners; i++)
        if (!b->listeners[i].left && b->listeners[i].block + RING <= b->published)
            return 0;
    return 1;
}

static int nobody_listens(const rh_broadcast *b) {
    for (size_t i = 0; i < b->n_listeners; i++)
        if (!b->listeners[i].left)
            return 0;
    return 1;
}

static void *read_tape(void *self) {
    rh_broadcast *b = self;
    for (;;) {
        (void)pthread_mutex_lock(&b->lock);
        while (!b->stopping && !nobody_listens(b) && !may_reuse(b))
            (void)pthread_cond_wait(&b->released_some, &b->lock);
        const int stop = b->stopping || nobody_listens(b);
        (void)pthread_mutex_unlock(&b->lock);
        block *next = &b->ring[b->published % RING];
        rh_error error = {0};
        const rh_status status = stop ? RH_OK : fill(b->replay, next, &error);
        (void)pthread_mutex_lock(&b->lock);
        if (!stop && next->n_instants > 0)
            b->published++;
        if (stop || status != RH_OK || rh_replay_next_time(b->replay) == RH_NEVER) {
            b->ended = 1;
            b->status = status;
            b->error = error;
        }
        const int over = b->ended;
        (void)pthread_cond_broadcast(&b->published_more);
        (void)pthread_mutex_unlock(&b->lock);
        if (over)
            return NULL;
    }
}

/* ---- the listeners ---- */

/* Makes sure that there is an instant in front of the listener; 0 at the end. */
static int reach(listener *l) {
    rh_broadcast *b = l->broadcast;
    if (l->inside && l->instant < b->ring[l->block % RING].n_instants)
        return 1;
    (void)pthread_mutex_lock(&b->lock);
    if (l->inside) {
        l->inside = 0;
        l->block++;
        (void)pthread_cond_signal(&b->released_some);
    }
    while (l->block >= b->published && !b->ended)
        (void)pthread_cond_wait(&b->published_more, &b->lock);
    l->inside = l->block < b->published;
    (void)pthread_mutex_unlock(&b->lock);
    l->instant = l->from = 0;
    return l->inside;
}

static rh_time next_time(void *self) {
    listener *l = self;
    if (!reach(l))
        return RH_NEVER;
    return l->broadcast->ring[l->block % RING].events[l->from].known;
}

static rh_status take(void *self, const rh_event **events, size_t *count, rh_error *error) {
    listener *l = self;
    *count = 0;
    if (!reach(l)) {
        if (l->broadcast->status != RH_OK && error)
            *error = l->broadcast->error;
        return l->broadcast->status;
    }
    const block *b = &l->broadcast->ring[l->block % RING];
    *events = b->events + l->from;
    *count = b->ends[l->instant] - l->from;
    l->from = b->ends[l->instant++];
    return RH_OK;
}

rh_stream rh_broadcast_stream(rh_broadcast *broadcast, size_t i) {
    return (rh_stream){&broadcast->listeners[i], next_time, take};
}

void rh_broadcast_leave(rh_broadcast *broadcast, size_t i) {
    (void)pthread_mutex_lock(&broadcast->lock);
    broadcast->listeners[i].left = 1;
    (void)pthread_cond_signal(&broadcast->released_some);
    (void)pthread_mutex_unlock(&broadcast->lock);
}

/* ---- opening and closing ---- */

static void release(rh_broadcast *b) {
    for (int i = 0; i < RING; i++) {
        rh_release(b->ring[i].events);
        rh_release(b->ring[i].ends);
    }
    (void)pthread_cond_destroy(&b->published_more);
    (void)pthread_cond_destroy(&b->released_some);
    (void)pthread_mutex_destroy(&b->lock);
    rh_release(b->listeners);
    rh_release(b);
}

rh_status rh_broadcast_open(rh_replay *replay, size_t n_listeners, rh_broadcast **out,
                            rh_error *error) {
    rh_broadcast *b = rh_allocate(1, sizeof *b);
    if (!b)
        return rh_no_memory(error);
    (void)pthread_mutex_init(&b->lock, NULL);
    (void)pthread_cond_init(&b->published_more, NULL);
    (void)pthread_cond_init(&b->released_some, NULL);
    b->replay = replay;
    b->n_listeners = n_listeners;
    b->listeners = rh_allocate(n_listeners, sizeof *b->listeners);
    for (size_t i = 0; b->listeners && i < n_listeners; i++)
        b->listeners[i].broadcast = b;
    if (!b->listeners || pthread_create(&b->reader, NULL, read_tape, b) != 0) {
        release(b);
        return rh_fail(error, RH_FAILED, "no memory or no thread for the reader");
    }
    *out = b;
    return RH_OK;
}

void rh_broadcast_close(rh_broadcast *broadcast) {
    if (!broadcast)
        return;
    (void)pthread_mutex_lock(&broadcast->lock);
    broadcast->stopping = 1;
    (void)pthread_cond_signal(&broadcast->released_some);
    (void)pthread_mutex_unlock(&broadcast->lock);
    (void)pthread_join(broadcast->reader, NULL);
    release(broadcast);
}
