/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/ahead.h"

#include "base/memory.h"

#include <nettle/sha2.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum {
    RING = 3,
    FIRST_SIZE = 1 << 16, /* of the only block without a thread */
    BLOCK_SIZE = 1 << 20, /* of each of the ring: long, since waiting for one another costs time */
    FIRST_BLOCKS = 16,    /* without a thread: 1 MiB, which is over before a thread has begun */
    STACK_SIZE = 1 << 18,
    MOST_THREADS = 16
};

typedef struct {
    unsigned char *bytes;
    size_t count;
} block;

struct rh_ahead {
    rh_ahead_fill fill;
    void *self;
    int may_thread, threaded; /* it could have one; it has one */
    uint64_t alone;           /* blocks read without it */
    unsigned char *first;
    struct sha256_ctx sha;
    pthread_t thread;
    pthread_mutex_t lock; /* everything below, but for bytes of a block that one side has */
    pthread_cond_t changed;
    block ring[RING];
    uint64_t filled, hashed, released; /* blocks so far */
    int holding;                       /* the listener is in block `released` */
    int hashing;                       /* one side is in block `hashed` */
    int stopping, ended;
    rh_status status; /* once ended */
    rh_error error;
};

/* ---- how many ---- */

static _Atomic int threads_now;
static _Atomic int threads_most = -1;

void rh_ahead_limit(int threads) {
    atomic_store(&threads_most, threads);
}

static _Atomic int listeners_help = 1;

void rh_ahead_help(int help) {
    atomic_store(&listeners_help, help);
}

static int most_threads(void) {
    const int set = atomic_load(&threads_most);
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (set >= 0)
        return set;
    if (processors < 2)
        return 0;
    return processors < MOST_THREADS ? (int)processors : MOST_THREADS;
}

static int claim_thread(void) {
    if (atomic_fetch_add(&threads_now, 1) < most_threads())
        return 1;
    (void)atomic_fetch_sub(&threads_now, 1);
    return 0;
}

/* ---- both sides; the lock is held ---- */

/* Takes the digest of the oldest block without one; 0 if there is none, or the other side is at
 * it. */
static int hash_one(rh_ahead *a) {
    if (a->hashing || a->hashed == a->filled)
        return 0;
    const block *b = &a->ring[a->hashed % RING];
    a->hashing = 1;
    (void)pthread_mutex_unlock(&a->lock);
    sha256_update(&a->sha, b->count, b->bytes);
    (void)pthread_mutex_lock(&a->lock);
    a->hashing = 0;
    a->hashed++;
    (void)pthread_cond_broadcast(&a->changed);
    return 1;
}

static void hash_or_wait(rh_ahead *a) {
    if (!hash_one(a))
        (void)pthread_cond_wait(&a->changed, &a->lock);
}

/* ---- the thread ---- */

static int ring_is_full(const rh_ahead *a) {
    const uint64_t done = a->hashed < a->released ? a->hashed : a->released;
    return a->filled - done == RING;
}

static void *read_ahead(void *self) {
    rh_ahead *a = self;
    (void)pthread_mutex_lock(&a->lock);
    while (!a->ended) {
        while (!a->stopping && ring_is_full(a))
            hash_or_wait(a);
        if (a->stopping)
            break;
        block *b = &a->ring[a->filled % RING];
        rh_error error = {0};
        (void)pthread_mutex_unlock(&a->lock);
        const rh_status status = a->fill(a->self, b->bytes, BLOCK_SIZE, &b->count, &error);
        (void)pthread_mutex_lock(&a->lock);
        a->filled += status == RH_OK && b->count > 0;
        a->ended = status != RH_OK || b->count < BLOCK_SIZE;
        a->status = status;
        a->error = error;
        (void)pthread_cond_broadcast(&a->changed);
    }
    (void)pthread_mutex_unlock(&a->lock);
    return NULL;
}

static unsigned char *make_block(size_t size) {
    unsigned char *all = rh_allocate(RH_AHEAD_BEFORE + size + RH_AHEAD_BEHIND, 1);
    return all ? all + RH_AHEAD_BEFORE : NULL;
}

static void free_block(unsigned char *bytes) {
    rh_release(bytes ? bytes - RH_AHEAD_BEFORE : NULL);
}

static int make_ring(rh_ahead *a) {
    for (int i = 0; i < RING; i++) {
        if (!a->ring[i].bytes)
            a->ring[i].bytes = make_block(BLOCK_SIZE);
        if (!a->ring[i].bytes)
            return 0;
    }
    return 1;
}

/* Small, so that many fit where the address space is limited; doubled for what sanitizers add. */
static int create_thread(rh_ahead *a) {
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0)
        return 0;
    (void)pthread_attr_setstacksize(&attributes, 2 * STACK_SIZE);
    const int failed = pthread_create(&a->thread, &attributes, read_ahead, a);
    (void)pthread_attr_destroy(&attributes);
    return failed == 0;
}

/* Without memory or a thread the stream goes on as it is. */
static void start_thread(rh_ahead *a) {
    a->may_thread = 0;
    if (!claim_thread())
        return;
    a->filled = a->hashed = a->released = 0;
    a->holding = a->stopping = 0;
    a->threaded = make_ring(a) && create_thread(a);
    if (!a->threaded)
        (void)atomic_fetch_sub(&threads_now, 1);
}

static void stop_thread(rh_ahead *a) {
    if (!a->threaded)
        return;
    (void)pthread_mutex_lock(&a->lock);
    a->stopping = 1;
    (void)pthread_cond_broadcast(&a->changed);
    (void)pthread_mutex_unlock(&a->lock);
    (void)pthread_join(a->thread, NULL);
    (void)atomic_fetch_sub(&threads_now, 1);
    a->threaded = 0;
}

/* ---- the listener ---- */

static void help_or_wait(rh_ahead *a) {
    if (atomic_load(&listeners_help))
        hash_or_wait(a);
    else
        (void)pthread_cond_wait(&a->changed, &a->lock);
}

static rh_status tell_end(const rh_ahead *a, rh_error *error) {
    if (a->status != RH_OK && error)
        *error = a->error;
    return a->status;
}

static rh_status next_from_thread(rh_ahead *a, unsigned char **bytes, size_t *count,
                                  rh_error *error) {
    (void)pthread_mutex_lock(&a->lock);
    if (a->holding) {
        a->holding = 0;
        a->released++;
        (void)pthread_cond_broadcast(&a->changed);
    }
    while (a->released == a->filled && !a->ended)
        help_or_wait(a);
    while (a->released == a->filled && a->hashed < a->filled)
        hash_or_wait(a);
    a->holding = a->released < a->filled;
    if (a->holding) {
        *bytes = a->ring[a->released % RING].bytes;
        *count = a->ring[a->released % RING].count;
    }
    rh_status status = a->holding ? RH_OK : tell_end(a, error);
    (void)pthread_mutex_unlock(&a->lock);
    return status;
}

static rh_status next_alone(rh_ahead *a, unsigned char **bytes, size_t *count, rh_error *error) {
    if (a->ended)
        return tell_end(a, error);
    a->error = (rh_error){0};
    a->status = a->fill(a->self, a->first, FIRST_SIZE, count, &a->error);
    a->ended = a->status != RH_OK || *count < FIRST_SIZE;
    a->alone++;
    if (a->status != RH_OK) {
        *count = 0;
        return tell_end(a, error);
    }
    sha256_update(&a->sha, *count, a->first);
    *bytes = a->first;
    return RH_OK;
}

rh_status rh_ahead_next(rh_ahead *a, unsigned char **bytes, size_t *count, rh_error *error) {
    *count = 0;
    if (a->may_thread && !a->ended && a->alone >= FIRST_BLOCKS)
        start_thread(a);
    return a->threaded ? next_from_thread(a, bytes, count, error)
                       : next_alone(a, bytes, count, error);
}

void rh_ahead_digest(const rh_ahead *a, uint8_t sha256[32]) {
    struct sha256_ctx copy = a->sha;
    sha256_digest(&copy, SHA256_DIGEST_SIZE, sha256);
}

/* ---- opening and closing ---- */

static void begin(rh_ahead *a, int threaded) {
    a->may_thread = threaded;
    a->alone = 0;
    a->ended = 0;
    a->status = RH_OK;
    sha256_init(&a->sha);
}

rh_ahead *rh_ahead_open(rh_ahead_fill fill, void *self, int threaded) {
    rh_ahead *a = rh_allocate(1, sizeof *a);
    unsigned char *first = make_block(FIRST_SIZE);
    if (!a || !first) {
        rh_release(a);
        free_block(first);
        return NULL;
    }
    a->fill = fill;
    a->self = self;
    a->first = first;
    (void)pthread_mutex_init(&a->lock, NULL);
    (void)pthread_cond_init(&a->changed, NULL);
    begin(a, threaded);
    return a;
}

void rh_ahead_restart(rh_ahead *a) {
    const int threaded = a->may_thread || a->threaded;
    stop_thread(a);
    begin(a, threaded);
}

void rh_ahead_close(rh_ahead *a) {
    if (!a)
        return;
    stop_thread(a);
    for (int i = 0; i < RING; i++)
        free_block(a->ring[i].bytes);
    (void)pthread_cond_destroy(&a->changed);
    (void)pthread_mutex_destroy(&a->lock);
    free_block(a->first);
    rh_release(a);
}
