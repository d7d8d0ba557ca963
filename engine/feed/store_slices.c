/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/store_slices.h"

#include "base/memory.h"
#include "feed/pack.h"
#include "feed/sqlite.h"
#include "instrument/catalogue.h"

#include <string.h>

enum { WORDS = RH_SLICE_EVENTS / 64, BLOCK = RH_PACK_VALUES };

/* A row of the directory. */
typedef struct {
    int64_t chunk_id, slice;
    int kind;
    size_t events;
    rh_time first, last, first_known, last_known;
} row;

/* A chunk of a slice that has several. */
typedef struct {
    rh_chunk_reader *reader;
    row directory;
    size_t bytes; /* where they begin in `packed`, */
    size_t size;  /* and how many they are */
    size_t laid;  /* all of its events before this place are laid down; SIZE_MAX: all there are */
} part;

struct rh_slices {
    sqlite3 *db;
    rh_slices_query query;
    sqlite3_stmt *directory, *data;
    rh_chunk_reader *reader;
    row next; /* of the directory, if there is one */
    int has_next;
    int64_t lowest, highest; /* chunk_id of the source, that `chosen` spans */
    uint8_t *chosen;         /* a bit a chunk: it has a wanted instrument; NULL: look at all */
    int alone;               /* a slice's one chunk is being decoded, from where `data` stands */
    part *parts;             /* of a slice with several chunks */
    size_t n_parts, parts_capacity;
    uint8_t *packed; /* bytes of all of them */
    size_t packed_capacity;
    rh_event *slice;       /* their events, each in its place */
    size_t word, end;      /* of `there`: those with events that may be handed out */
    uint64_t there[WORDS]; /* a bit a place: an event stands there that wasn't handed out */
    rh_event block[BLOCK];
    uint32_t places[BLOCK];
    rh_time known; /* of the last event handed out */
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
    s->word = s->end = WORDS;
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
    for (size_t i = 0; i < s->parts_capacity; i++)
        rh_chunk_reader_free(s->parts[i].reader);
    rh_chunk_reader_free(s->reader);
    rh_release(s->parts);
    rh_release(s->packed);
    rh_release(s->chosen);
    rh_release(s->slice);
    rh_release(s);
}

/* ---- chunks ---- */

/* The chunk's bytes, until the next call. */
static rh_status read_chunk(rh_slices *s, const row *r, const void **bytes, size_t *size,
                            rh_error *error) {
    (void)sqlite3_reset(s->data);
    (void)sqlite3_bind_int64(s->data, 1, r->chunk_id);
    if (sqlite3_step(s->data) != SQLITE_ROW)
        return sql_failed(s, error);
    *bytes = sqlite3_column_blob(s->data, 0);
    *size = (size_t)sqlite3_column_bytes(s->data, 0);
    return *bytes ? RH_OK : damaged(error, "a chunk without data");
}

static rh_status open_chunk(rh_slices *s, const row *r, rh_chunk_reader *reader, const void *bytes,
                            size_t size, rh_error *error) {
    return rh_chunk_open(reader, bytes, size, (rh_event_kind)r->kind, r->events, &s->query.view,
                         error);
}

static rh_status open_alone(rh_slices *s, const row *r, rh_error *error) {
    const void *bytes;
    size_t size;
    rh_status status = read_chunk(s, r, &bytes, &size, error);
    return status == RH_OK ? open_chunk(s, r, s->reader, bytes, size, error) : status;
}

/* ---- several chunks of a slice ---- */

/* Those that were there keep their readers. */
static rh_status make_room(rh_slices *s, rh_error *error) {
    size_t i = s->parts_capacity;
    if (rh_make_room(&s->parts, s->n_parts, &s->parts_capacity, sizeof *s->parts) != 0)
        return rh_no_memory(error);
    for (; i < s->parts_capacity; i++)
        s->parts[i] = (part){.reader = NULL};
    return RH_OK;
}

/* Keeps a chunk's bytes, to be read in turns with the others. */
static rh_status add_part(rh_slices *s, const row *r, size_t *used, rh_error *error) {
    const void *bytes;
    size_t size;
    rh_status status = make_room(s, error);
    if (status == RH_OK)
        status = read_chunk(s, r, &bytes, &size, error);
    if (status != RH_OK)
        return status;
    part *p = &s->parts[s->n_parts];
    if (!p->reader)
        p->reader = rh_chunk_reader_beside(s->reader);
    if (*used + size > s->packed_capacity) {
        if (rh_resize_array(&s->packed, 2 * (*used + size), 1) != 0)
            return rh_no_memory(error);
        s->packed_capacity = 2 * (*used + size);
    }
    if (!p->reader)
        return rh_no_memory(error);
    memcpy(s->packed + *used, bytes, size);
    *p = (part){.reader = p->reader, .directory = *r, .bytes = *used, .size = size};
    *used += size;
    s->n_parts++;
    return RH_OK;
}

/* Marks the places of a block, which ascend. */
static rh_status mark_places(rh_slices *s, part *p, size_t count, rh_error *error) {
    uint64_t taken = 0;
    int back = 0;
    size_t next = p->laid;
    for (size_t i = 0; i < count; i++) {
        const size_t place = s->places[i];
        const uint64_t bit = UINT64_C(1) << (place & 63);
        taken |= s->there[place / 64] & bit;
        back |= place < next;
        s->there[place / 64] |= bit;
        next = place + 1;
    }
    p->laid = count > 0 ? next : SIZE_MAX;
    if (back)
        return damaged(error, "places that go back");
    return taken ? damaged(error, "two events in one place") : RH_OK;
}

/* The part that has come least far lays down a block; what is before all parts' next places may be
 * handed out. So the places in use are few enough for a cache, however long the slice. */
static rh_status lay_down_more(rh_slices *s, rh_error *error) {
    part *last = s->parts;
    size_t count;
    for (part *p = s->parts; p < s->parts + s->n_parts; p++)
        last = p->laid < last->laid ? p : last;
    rh_status status = rh_chunk_lay(last->reader, s->slice, s->places, &count, error);
    if (status == RH_OK)
        status = mark_places(s, last, count, error);
    size_t laid = SIZE_MAX;
    for (const part *p = s->parts; p < s->parts + s->n_parts; p++)
        laid = p->laid < laid ? p->laid : laid;
    s->end = laid == SIZE_MAX ? WORDS : laid / 64;
    return status;
}

static rh_status open_parts(rh_slices *s, const row *first, rh_error *error) {
    size_t used = 0;
    s->n_parts = 0;
    if (!s->slice)
        s->slice = rh_allocate(RH_SLICE_EVENTS, sizeof *s->slice);
    rh_status status = s->slice ? add_part(s, first, &used, error) : rh_no_memory(error);
    while (status == RH_OK && s->has_next && s->next.slice == first->slice) {
        status = add_part(s, &s->next, &used, error);
        if (status == RH_OK)
            status = step(s, error);
    }
    for (size_t i = 0; i < s->n_parts && status == RH_OK; i++) {
        const part *p = &s->parts[i];
        status = open_chunk(s, &p->directory, p->reader, s->packed + p->bytes, p->size, error);
    }
    return status;
}

/* ---- a slice ---- */

static rh_status open_slice(rh_slices *s, rh_error *error) {
    const row first = s->next;
    rh_status status = step(s, error);
    s->word = s->end = 0;
    s->alone = !s->has_next || s->next.slice != first.slice;
    if (status != RH_OK)
        return status;
    return s->alone ? open_alone(s, &first, error) : open_parts(s, &first, error);
}

/* Up to a block of events that follow each other without a gap. */
static size_t take_run(rh_slices *s, rh_event **events) {
    while (s->word < s->end && s->there[s->word] == 0)
        s->word++;
    if (s->word >= s->end)
        return 0;
    const uint64_t bits = s->there[s->word];
    const unsigned from = (unsigned)__builtin_ctzll(bits);
    const uint64_t after = ~(bits >> from);
    size_t count = after ? (size_t)__builtin_ctzll(after) : 64;
    *events = s->slice + 64 * s->word + from;
    if (from + count < 64) {
        s->there[s->word] = bits & (UINT64_MAX << (from + count));
        return count;
    }
    s->there[s->word++] = 0;
    for (; count + 64 <= BLOCK && s->word < s->end && s->there[s->word] == UINT64_MAX; count += 64)
        s->there[s->word++] = 0;
    return count;
}

/* The order must be that of what was known. */
static rh_status check_order(rh_slices *s, const rh_event *events, size_t count, rh_error *error) {
    rh_time before = s->known;
    int wrong = 0;
    for (size_t i = 0; i < count; i++) {
        wrong |= events[i].known < before;
        before = events[i].known;
    }
    s->known = before;
    return wrong ? damaged(error, "events out of order") : RH_OK;
}

static int is_everything(const rh_slices_query *q) {
    return q->from == RH_DAWN && q->to == RH_NEVER && q->known_from == RH_DAWN &&
           q->known_to == RH_NEVER;
}

/* Events outside the times that are wanted go. */
static size_t keep_wanted(const rh_slices_query *q, rh_event *events, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        const rh_event *event = &events[i];
        if (event->happened < q->from || event->happened > q->to || event->known < q->known_from ||
            event->known > q->known_to)
            continue;
        if (kept != i)
            events[kept] = *event;
        kept++;
    }
    return kept;
}

/* Some events, wanted or not; none at the end of the slice. */
static rh_status read_some(rh_slices *s, rh_event **events, size_t *count, rh_error *error) {
    *events = s->block;
    if (s->alone)
        return rh_chunk_next(s->reader, s->block, s->places, count, error);
    rh_status status = RH_OK;
    while ((*count = take_run(s, events)) == 0 && s->end < WORDS && status == RH_OK)
        status = lay_down_more(s, error);
    return status;
}

rh_status rh_slices_next(rh_slices *s, const rh_event **out, size_t *count, rh_error *error) {
    rh_status status = RH_OK;
    *count = 0;
    while (status == RH_OK && *count == 0) {
        rh_event *events = NULL;
        status = read_some(s, &events, count, error);
        if (status == RH_OK && *count == 0) {
            if (!s->has_next)
                return RH_OK;
            status = open_slice(s, error);
            continue;
        }
        if (status == RH_OK)
            status = check_order(s, events, *count, error);
        if (status == RH_OK && !is_everything(&s->query))
            *count = keep_wanted(&s->query, events, *count);
        *out = events;
    }
    if (status != RH_OK)
        *count = 0;
    return status;
}
