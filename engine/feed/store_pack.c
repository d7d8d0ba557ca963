/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/store_pack.h"

#include "base/clock.h"
#include "base/database.h"
#include "base/memory.h"
#include "feed/chunk.h"

#include <pthread.h>
#include <sqlite3.h>
#include <string.h>

/* Measured (tests/bench/bench_store.c): chunks of fewer events cost more to find and read than
 * they save, slices of more events outgrow the cache that reading puts them in order in. */
enum {
    CHUNK_LEAST = 4096,
    SLICE_LEAST = 1 << 16,
    PAIR_EVENTS = 128 /* of each kind and instrument that a slice is filled up to */
};

typedef struct {
    rh_event *events; /* RH_SLICE_EVENTS of them */
    size_t count;
    int64_t first; /* number of the first one in the source */
    int full;      /* the thread's to pack */
} slice;

struct rh_packer {
    sqlite3 *db;
    const char *path;
    int64_t source_id;

    /* The side that adds. */
    slice slices[2];
    int filling;
    uint64_t added;
    uint32_t *seen; /* by kind and instrument: the turn in which it was met last */
    size_t n_seen;
    uint32_t turn;
    size_t pairs; /* met in this turn */

    /* Shared. */
    pthread_t thread;
    int started;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int ending;
    rh_status status; /* of the thread */
    rh_error error;
    double busy_s;

    /* The side that packs. */
    rh_chunk_writer writer;
    sqlite3_stmt *insert_chunk, *insert_instrument;
    uint32_t *group; /* by kind and instrument: how many events, then which group */
    size_t n_group;
    uint32_t *ends; /* of each group in `order` */
    size_t n_groups, ends_capacity;
    uint32_t *order; /* places, group after group */
};

/* ---- groups: what goes into one chunk ---- */

static size_t highest_pair(const slice *s) {
    uint32_t highest = 0;
    for (size_t i = 0; i < s->count; i++)
        highest = s->events[i].instrument > highest ? s->events[i].instrument : highest;
    return ((size_t)highest + 1) * RH_N_EVENT_KINDS;
}

/* Kinds one after another, so that a group is a run of pairs. */
static size_t pair_of(const rh_event *event, size_t n_pairs) {
    return event->kind * (n_pairs / RH_N_EVENT_KINDS) + event->instrument;
}

static int add_group(rh_packer *p, size_t events) {
    if (rh_make_room(&p->ends, p->n_groups, &p->ends_capacity, sizeof *p->ends) != 0)
        return -1;
    p->ends[p->n_groups++] = (uint32_t)events;
    return 0;
}

/* Instruments of one kind are put together, in their order, until a chunk is worth reading; the
 * rest goes to the last group. Fills `ends` with sizes. */
static int group_kind(rh_packer *p, size_t from, size_t to) {
    const size_t first = p->n_groups;
    size_t events = 0;
    for (size_t pair = from; pair < to; pair++) {
        events += p->group[pair];
        p->group[pair] = (uint32_t)p->n_groups;
        if (events < CHUNK_LEAST)
            continue;
        if (add_group(p, events) != 0)
            return -1;
        events = 0;
    }
    if (events == 0)
        return 0;
    if (p->n_groups == first)
        return add_group(p, events);
    p->ends[p->n_groups - 1] += (uint32_t)events;
    for (size_t pair = to; pair-- > from && p->group[pair] == p->n_groups;)
        p->group[pair]--;
    return 0;
}

static int make_groups(rh_packer *p, const slice *s, size_t n_pairs) {
    if (n_pairs > p->n_group) {
        if (rh_resize_array(&p->group, n_pairs, sizeof *p->group) != 0)
            return -1;
        p->n_group = n_pairs;
    }
    memset(p->group, 0, n_pairs * sizeof *p->group);
    for (size_t i = 0; i < s->count; i++)
        p->group[pair_of(&s->events[i], n_pairs)]++;
    p->n_groups = 0;
    const size_t per_kind = n_pairs / RH_N_EVENT_KINDS;
    for (size_t kind = 0; kind < RH_N_EVENT_KINDS; kind++)
        if (group_kind(p, kind * per_kind, (kind + 1) * per_kind) != 0)
            return -1;
    return 0;
}

/* Sizes become beginnings, and with each place that is laid down, ends. */
static void lay_out(rh_packer *p, const slice *s, size_t n_pairs) {
    uint32_t begin = 0;
    for (size_t g = 0; g < p->n_groups; g++) {
        const uint32_t size = p->ends[g];
        p->ends[g] = begin;
        begin += size;
    }
    for (size_t i = 0; i < s->count; i++)
        p->order[p->ends[p->group[pair_of(&s->events[i], n_pairs)]]++] = (uint32_t)i;
}

/* ---- the thread ---- */

static void bind_times(rh_packer *p, const slice *s, const uint32_t *place, size_t count) {
    rh_time first = RH_NEVER, last = RH_DAWN;
    for (size_t i = 0; i < count; i++) {
        const rh_time time = s->events[place[i]].happened;
        first = time < first ? time : first;
        last = time > last ? time : last;
    }
    (void)sqlite3_bind_int64(p->insert_chunk, 5, first);
    (void)sqlite3_bind_int64(p->insert_chunk, 6, last);
    (void)sqlite3_bind_int64(p->insert_chunk, 7, s->events[place[0]].known);
    (void)sqlite3_bind_int64(p->insert_chunk, 8, s->events[place[count - 1]].known);
}

static rh_status execute(rh_packer *p, sqlite3_stmt *statement, rh_error *error) {
    const int code = sqlite3_step(statement);
    if (code != SQLITE_DONE)
        (void)rh_database_fail(p->path, p->db, error);
    (void)sqlite3_reset(statement);
    return code == SQLITE_DONE ? RH_OK : error->code;
}

static rh_status insert_chunk(rh_packer *p, const slice *s, const uint32_t *place, size_t count,
                              rh_error *error) {
    rh_status status = rh_chunk_encode(&p->writer, s->events, place, count, error);
    if (status != RH_OK)
        return status;
    (void)sqlite3_bind_int64(p->insert_chunk, 1, p->source_id);
    (void)sqlite3_bind_int64(p->insert_chunk, 2, s->first);
    (void)sqlite3_bind_int(p->insert_chunk, 3, s->events[place[0]].kind);
    (void)sqlite3_bind_int64(p->insert_chunk, 4, (int64_t)count);
    bind_times(p, s, place, count);
    (void)sqlite3_bind_blob64(p->insert_chunk, 9, p->writer.bytes, p->writer.count, SQLITE_STATIC);
    status = execute(p, p->insert_chunk, error);
    const int64_t chunk_id = sqlite3_last_insert_rowid(p->db);
    for (size_t i = 0; i < p->writer.n_instruments && status == RH_OK; i++) {
        (void)sqlite3_bind_int64(p->insert_instrument, 1, p->writer.instruments[i]);
        (void)sqlite3_bind_int64(p->insert_instrument, 2, chunk_id);
        status = execute(p, p->insert_instrument, error);
    }
    return status;
}

static rh_status pack(rh_packer *p, const slice *s, rh_error *error) {
    const size_t n_pairs = highest_pair(s);
    if (make_groups(p, s, n_pairs) != 0)
        return rh_no_memory(error);
    lay_out(p, s, n_pairs);
    rh_status status = RH_OK;
    size_t from = 0;
    for (size_t g = 0; g < p->n_groups; g++)
        for (; from < p->ends[g] && status == RH_OK;) {
            const size_t left = p->ends[g] - from;
            const size_t count = left < RH_CHUNK_EVENTS ? left : RH_CHUNK_EVENTS;
            status = insert_chunk(p, s, p->order + from, count, error);
            from += count;
        }
    return status;
}

static void *work(void *self) {
    rh_packer *p = self;
    int turn = 0;
    (void)pthread_mutex_lock(&p->lock);
    for (;; turn = 1 - turn) {
        slice *s = &p->slices[turn];
        while (!s->full && !p->ending)
            (void)pthread_cond_wait(&p->changed, &p->lock);
        if (!s->full)
            break;
        (void)pthread_mutex_unlock(&p->lock);
        const double since = rh_stopwatch();
        rh_error error = {0};
        rh_status status = p->status == RH_OK ? pack(p, s, &error) : p->status;
        const double took = rh_stopwatch() - since;
        (void)pthread_mutex_lock(&p->lock);
        if (p->status == RH_OK && status != RH_OK) {
            p->status = status;
            p->error = error;
        }
        p->busy_s += took;
        s->full = 0;
        (void)pthread_cond_signal(&p->changed);
    }
    (void)pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* ---- opening and ending ---- */

static rh_status prepare(rh_packer *p, const char *sql, sqlite3_stmt **out, rh_error *error) {
    return sqlite3_prepare_v2(p->db, sql, -1, out, NULL) == SQLITE_OK
               ? RH_OK
               : rh_database_fail(p->path, p->db, error);
}

static rh_status start(rh_packer *p, rh_error *error) {
    for (int i = 0; i < 2; i++)
        p->slices[i].events = rh_allocate(RH_SLICE_EVENTS, sizeof(rh_event));
    p->order = rh_allocate(RH_SLICE_EVENTS, sizeof *p->order);
    if (!p->slices[0].events || !p->slices[1].events || !p->order)
        return rh_no_memory(error);
    rh_status status = prepare(p,
                               "INSERT INTO chunk(source_id, slice, kind, events, first_ns, "
                               "last_ns, first_known_ns, last_known_ns, data) "
                               "VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)",
                               &p->insert_chunk, error);
    if (status == RH_OK)
        status =
            prepare(p, "INSERT INTO chunk_instrument VALUES(?1,?2)", &p->insert_instrument, error);
    if (status == RH_OK && pthread_create(&p->thread, NULL, work, p) != 0)
        status = rh_fail(error, RH_FAILED, "%s: no thread to write it", p->path);
    p->started = status == RH_OK;
    return status;
}

rh_status rh_packer_open(sqlite3 *db, const char *path, int64_t source_id, rh_packer **out,
                         rh_error *error) {
    rh_packer *p = rh_allocate(1, sizeof *p);
    if (!p)
        return rh_no_memory(error);
    p->db = db;
    p->path = path;
    p->source_id = source_id;
    p->turn = 1;
    (void)pthread_mutex_init(&p->lock, NULL);
    (void)pthread_cond_init(&p->changed, NULL);
    rh_status status = start(p, error);
    if (status != RH_OK) {
        rh_packer_close(p);
        return status;
    }
    *out = p;
    return RH_OK;
}

static void stop(rh_packer *p) {
    if (!p->started)
        return;
    (void)pthread_mutex_lock(&p->lock);
    p->ending = 1;
    (void)pthread_cond_signal(&p->changed);
    (void)pthread_mutex_unlock(&p->lock);
    (void)pthread_join(p->thread, NULL);
    p->started = 0;
}

void rh_packer_close(rh_packer *p) {
    if (!p)
        return;
    stop(p);
    (void)sqlite3_finalize(p->insert_chunk);
    (void)sqlite3_finalize(p->insert_instrument);
    (void)pthread_mutex_destroy(&p->lock);
    (void)pthread_cond_destroy(&p->changed);
    rh_chunk_writer_clear(&p->writer);
    rh_release(p->slices[0].events);
    rh_release(p->slices[1].events);
    rh_release(p->seen);
    rh_release(p->group);
    rh_release(p->ends);
    rh_release(p->order);
    rh_release(p);
}

/* ---- adding ---- */

static rh_status tell(const rh_packer *p, rh_error *error) {
    if (p->status != RH_OK)
        *error = p->error;
    return p->status;
}

/* Gives the slice to the thread and waits until the other one has been packed. */
static rh_status hand_over(rh_packer *p, rh_error *error) {
    (void)pthread_mutex_lock(&p->lock);
    p->slices[p->filling].full = 1;
    (void)pthread_cond_signal(&p->changed);
    p->filling = 1 - p->filling;
    while (p->slices[p->filling].full)
        (void)pthread_cond_wait(&p->changed, &p->lock);
    rh_status status = tell(p, error);
    (void)pthread_mutex_unlock(&p->lock);
    p->slices[p->filling].count = 0;
    p->slices[p->filling].first = (int64_t)p->added;
    p->pairs = 0;
    p->turn++;
    return status;
}

static int is_full(const rh_packer *p) {
    const size_t count = p->slices[p->filling].count;
    return count == RH_SLICE_EVENTS ||
           (count >= SLICE_LEAST && count >= (size_t)PAIR_EVENTS * p->pairs);
}

static int note_pair(rh_packer *p, const rh_event *event) {
    const size_t pair = (size_t)event->instrument * RH_N_EVENT_KINDS + event->kind;
    if (pair >= p->n_seen) {
        const size_t larger = 2 * (pair + 1);
        if (rh_resize_array(&p->seen, larger, sizeof *p->seen) != 0)
            return -1;
        memset(p->seen + p->n_seen, 0, (larger - p->n_seen) * sizeof *p->seen);
        p->n_seen = larger;
    }
    p->pairs += p->seen[pair] != p->turn;
    p->seen[pair] = p->turn;
    return 0;
}

rh_status rh_packer_add(rh_packer *p, const rh_event *events, size_t count, rh_error *error) {
    for (size_t i = 0; i < count; i++) {
        slice *s = &p->slices[p->filling];
        if (note_pair(p, &events[i]) != 0)
            return rh_no_memory(error);
        s->events[s->count++] = events[i];
        p->added++;
        rh_status status = is_full(p) ? hand_over(p, error) : RH_OK;
        if (status != RH_OK)
            return status;
    }
    return RH_OK;
}

rh_status rh_packer_finish(rh_packer *p, double *busy_s, rh_error *error) {
    rh_status status = p->slices[p->filling].count > 0 ? hand_over(p, error) : RH_OK;
    stop(p);
    *busy_s = p->busy_s;
    return status == RH_OK ? tell(p, error) : status;
}
