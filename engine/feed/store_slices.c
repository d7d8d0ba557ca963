/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/store_slices.h"

#include "base/memory.h"
#include "feed/sqlite.h"
#include "instrument/catalogue.h"

#include <string.h>

enum { WORDS = RH_SLICE_EVENTS / 64 };

/* A row of the directory. */
typedef struct {
    int64_t chunk_id, slice;
    int kind;
    size_t events;
    rh_time first, last, first_known, last_known;
} row;

struct rh_slices {
    sqlite3 *db;
    rh_slices_query query;
    sqlite3_stmt *directory, *data;
    rh_chunk_reader *reader;
    row next; /* of the directory, if there is one */
    int has_next;
    int64_t lowest, highest;  /* chunk_id of the source, that `chosen` spans */
    uint8_t *chosen;          /* a bit a chunk: it has a wanted instrument; NULL: look at all */
    rh_event *read, *ordered; /* chunk after chunk, and in order */
    uint32_t *places;         /* of `read` */
    size_t capacity, count, chunks;
    uint64_t there[WORDS];  /* a bit a place: an event stands there */
    uint32_t before[WORDS]; /* events in front of each word */
    rh_time known;          /* of the last event handed out */
};

static rh_status sql_failed(const rh_slices *s, rh_error *error) {
    return rh_fail(error, RH_BAD_DATA, "is damaged or cannot be read: %s", sqlite3_errmsg(s->db));
}

static rh_status damaged(rh_error *error, const char *what) {
    return rh_fail(error, RH_BAD_DATA, "is damaged: %s", what);
}

static rh_status prepare(const rh_slices *s, const char *sql, sqlite3_stmt **out, rh_error *error) {
    return sqlite3_prepare_v2(s->db, sql, -1, out, NULL) == SQLITE_OK ? RH_OK
                                                                      : sql_failed(s, error);
}

/* ---- which chunks ---- */

/* Marks the chunks of one instrument. */
static rh_status choose(rh_slices *s, sqlite3_stmt *chunks, uint32_t instrument, rh_error *error) {
    int code;
    (void)sqlite3_bind_int64(chunks, 1, instrument);
    (void)sqlite3_bind_int64(chunks, 2, s->lowest);
    (void)sqlite3_bind_int64(chunks, 3, s->highest);
    while ((code = sqlite3_step(chunks)) == SQLITE_ROW) {
        const uint64_t bit = (uint64_t)(sqlite3_column_int64(chunks, 0) - s->lowest);
        s->chosen[bit / 8] = (uint8_t)(s->chosen[bit / 8] | 1u << (bit & 7));
    }
    (void)sqlite3_reset(chunks);
    return code == SQLITE_DONE ? RH_OK : sql_failed(s, error);
}

static rh_status choose_all(rh_slices *s, rh_error *error) {
    sqlite3_stmt *chunks;
    const rh_chunk_view *view = &s->query.view;
    rh_status status = prepare(s,
                               "SELECT chunk_id FROM chunk_instrument WHERE instrument_id=?1 AND "
                               "chunk_id BETWEEN ?2 AND ?3",
                               &chunks, error);
    for (size_t i = 0; i < view->count && status == RH_OK; i++)
        if (view->numbers[i] != RH_NO_INSTRUMENT)
            status = choose(s, chunks, (uint32_t)i, error);
    (void)sqlite3_finalize(chunks);
    return status;
}

static int is_selective(const rh_chunk_view *view) {
    size_t wanted = 0;
    for (size_t i = 0; i < view->count; i++)
        wanted += view->numbers[i] != RH_NO_INSTRUMENT;
    return wanted < view->count - (view->count > 0);
}

/* Chunk numbers of a source follow each other, so that a bit for each is little. */
static rh_status choose_chunks(rh_slices *s, rh_error *error) {
    enum { MOST = 1 << 28 };
    sqlite3_stmt *range;
    if (!is_selective(&s->query.view))
        return RH_OK;
    rh_status status = prepare(
        s, "SELECT min(chunk_id), max(chunk_id) FROM chunk WHERE source_id=?1", &range, error);
    if (status != RH_OK)
        return status;
    (void)sqlite3_bind_int64(range, 1, s->query.source_id);
    const int code = sqlite3_step(range);
    const int64_t lowest = sqlite3_column_int64(range, 0), highest = sqlite3_column_int64(range, 1);
    const int none = sqlite3_column_type(range, 0) == SQLITE_NULL;
    (void)sqlite3_finalize(range);
    if (code != SQLITE_ROW)
        return sql_failed(s, error);
    if (none || lowest < 0 || highest - lowest >= MOST)
        return RH_OK;
    s->lowest = lowest;
    s->highest = highest;
    s->chosen = rh_allocate((size_t)(highest - lowest) / 8 + 1, 1);
    return s->chosen ? choose_all(s, error) : rh_no_memory(error);
}

static int is_wanted(const rh_slices *s, const row *r) {
    const rh_slices_query *q = &s->query;
    if (!(q->kinds >> r->kind & 1) || r->last < q->from || r->first > q->to ||
        r->last_known < q->known_from || r->first_known > q->known_to)
        return 0;
    if (!s->chosen)
        return 1;
    const uint64_t bit = (uint64_t)(r->chunk_id - s->lowest);
    return r->chunk_id >= s->lowest && r->chunk_id <= s->highest &&
           (s->chosen[bit / 8] >> (bit & 7) & 1);
}

static rh_status read_row(rh_slices *s, row *r, rh_error *error) {
    sqlite3_stmt *d = s->directory;
    const int64_t kind = sqlite3_column_int64(d, 2), events = sqlite3_column_int64(d, 3);
    if (kind < 0 || kind >= RH_N_EVENT_KINDS || events < 1 || events > RH_CHUNK_EVENTS)
        return damaged(error, "a chunk that can't be");
    *r = (row){.chunk_id = sqlite3_column_int64(d, 0),
               .slice = sqlite3_column_int64(d, 1),
               .kind = (int)kind,
               .events = (size_t)events,
               .first = sqlite3_column_int64(d, 4),
               .last = sqlite3_column_int64(d, 5),
               .first_known = sqlite3_column_int64(d, 6),
               .last_known = sqlite3_column_int64(d, 7)};
    return RH_OK;
}

/* The next wanted row of the directory. */
static rh_status step(rh_slices *s, rh_error *error) {
    int code;
    s->has_next = 0;
    while ((code = sqlite3_step(s->directory)) == SQLITE_ROW) {
        rh_status status = read_row(s, &s->next, error);
        if (status != RH_OK)
            return status;
        s->has_next = is_wanted(s, &s->next);
        if (s->has_next)
            return RH_OK;
    }
    return code == SQLITE_DONE ? RH_OK : sql_failed(s, error);
}

/* ---- opening ---- */

rh_status rh_slices_open(sqlite3 *db, const rh_slices_query *query, rh_slices **out,
                         rh_error *error) {
    rh_slices *s = rh_allocate(1, sizeof *s);
    if (!s)
        return rh_no_memory(error);
    s->db = db;
    s->query = *query;
    s->known = RH_DAWN;
    s->reader = rh_chunk_reader_new();
    rh_status status = s->reader ? RH_OK : rh_no_memory(error);
    if (status == RH_OK)
        status = prepare(s,
                         "SELECT chunk_id, slice, kind, events, first_ns, last_ns, first_known_ns,"
                         " last_known_ns FROM chunk WHERE source_id=?1 ORDER BY slice, chunk_id",
                         &s->directory, error);
    if (status == RH_OK)
        status = prepare(s, "SELECT data FROM chunk WHERE chunk_id=?1", &s->data, error);
    if (status == RH_OK)
        status = choose_chunks(s, error);
    if (status == RH_OK) {
        (void)sqlite3_bind_int64(s->directory, 1, query->source_id);
        status = step(s, error);
    }
    if (status != RH_OK) {
        rh_slices_close(s);
        return status;
    }
    *out = s;
    return RH_OK;
}

void rh_slices_close(rh_slices *s) {
    if (!s)
        return;
    (void)sqlite3_finalize(s->directory);
    (void)sqlite3_finalize(s->data);
    rh_chunk_reader_free(s->reader);
    rh_release(s->chosen);
    rh_release(s->read);
    rh_release(s->ordered);
    rh_release(s->places);
    rh_release(s);
}

/* ---- a slice ---- */

static rh_status make_room(rh_slices *s, size_t events, rh_error *error) {
    if (s->count + events > RH_SLICE_EVENTS)
        return damaged(error, "a slice with too many events");
    if (s->count + events <= s->capacity)
        return RH_OK;
    const size_t needed = s->count + events, doubled = 2 * s->capacity;
    const size_t larger = doubled > needed && doubled <= RH_SLICE_EVENTS ? doubled : needed;
    if (rh_resize_array(&s->read, larger, sizeof *s->read) != 0 ||
        rh_resize_array(&s->places, larger, sizeof *s->places) != 0)
        return rh_no_memory(error);
    rh_release(s->ordered);
    s->ordered = NULL; /* made when it is needed */
    s->capacity = larger;
    return RH_OK;
}

static rh_status read_chunk(rh_slices *s, const row *r, rh_error *error) {
    size_t count = 0;
    rh_status status = make_room(s, r->events, error);
    if (status != RH_OK)
        return status;
    (void)sqlite3_bind_int64(s->data, 1, r->chunk_id);
    if (sqlite3_step(s->data) != SQLITE_ROW)
        return sql_failed(s, error);
    const void *bytes = sqlite3_column_blob(s->data, 0);
    const int size = sqlite3_column_bytes(s->data, 0);
    if (!bytes)
        status = damaged(error, "a chunk without data");
    else
        status = rh_chunk_decode(s->reader, bytes, (size_t)size, &s->query.view, s->read + s->count,
                                 s->places + s->count, r->events, &count, error);
    (void)sqlite3_reset(s->data);
    if (status == RH_OK && count > 0 && s->read[s->count].kind != r->kind)
        return damaged(error, "a chunk of another kind than its row says");
    s->count += count;
    s->chunks += count > 0;
    return status;
}

/* Marks every place; counts the events in front of each word of the map. */
static rh_status map_places(rh_slices *s, rh_error *error) {
    uint32_t total = 0;
    memset(s->there, 0, sizeof s->there);
    for (size_t i = 0; i < s->count; i++)
        s->there[s->places[i] / 64] |= UINT64_C(1) << (s->places[i] & 63);
    for (size_t w = 0; w < WORDS; w++) {
        s->before[w] = total;
        total += (uint32_t)__builtin_popcountll(s->there[w]);
    }
    return total == s->count ? RH_OK : damaged(error, "two events in one place");
}

/* Chunks of a slice hold some of its events each; this puts them where they stood. */
static rh_status put_in_order(rh_slices *s, rh_error *error) {
    if (!s->ordered) {
        s->ordered = rh_allocate(s->capacity, sizeof *s->ordered);
        if (!s->ordered)
            return rh_no_memory(error);
    }
    rh_status status = map_places(s, error);
    if (status != RH_OK)
        return status;
    for (size_t i = 0; i < s->count; i++) {
        const uint32_t word = s->places[i] / 64;
        const uint64_t lower = (UINT64_C(1) << (s->places[i] & 63)) - 1;
        s->ordered[s->before[word] + (uint32_t)__builtin_popcountll(s->there[word] & lower)] =
            s->read[i];
    }
    return RH_OK;
}

/* Events outside the times that are wanted go; the order must be that of what was known. */
static rh_status keep_wanted(rh_slices *s, rh_event *events, rh_error *error) {
    const rh_slices_query *q = &s->query;
    size_t kept = 0;
    for (size_t i = 0; i < s->count; i++) {
        const rh_event *event = &events[i];
        if (event->known < s->known)
            return damaged(error, "events out of order");
        s->known = event->known;
        if (event->happened < q->from || event->happened > q->to || event->known < q->known_from ||
            event->known > q->known_to)
            continue;
        if (kept != i)
            events[kept] = *event;
        kept++;
    }
    s->count = kept;
    return RH_OK;
}

static rh_status read_slice(rh_slices *s, rh_event **events, rh_error *error) {
    const int64_t slice = s->next.slice;
    rh_status status = RH_OK;
    s->count = s->chunks = 0;
    while (s->has_next && s->next.slice == slice && status == RH_OK) {
        status = read_chunk(s, &s->next, error);
        if (status == RH_OK)
            status = step(s, error);
    }
    if (status == RH_OK && s->chunks > 1)
        status = put_in_order(s, error);
    *events = s->chunks > 1 ? s->ordered : s->read;
    return status == RH_OK ? keep_wanted(s, *events, error) : status;
}

rh_status rh_slices_next(rh_slices *s, const rh_event **out, size_t *count, rh_error *error) {
    rh_event *events = NULL;
    rh_status status = RH_OK;
    *count = s->count = 0;
    while (s->has_next && s->count == 0 && status == RH_OK)
        status = read_slice(s, &events, error);
    *out = events;
    *count = status == RH_OK ? s->count : 0;
    return status;
}
