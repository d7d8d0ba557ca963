/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/chunk.h"

#include "base/memory.h"
#include "feed/format.h"
#include "feed/little.h"
#include "feed/pack.h"

#include <string.h>

enum { AT_COUNT = 4, AT_INSTRUMENTS = 8, AT_KIND = 12, AT_CHECKSUM = 16, HEADER = 24 };
enum { INSTRUMENT, PLACE, HAPPENED, KNOWN, PRESENT, N_INTEGERS, MOST_VALUES = 5 };

static const char magic[4] = {'R', 'H', 'C', '1'};

int rh_event_values(rh_event_kind kind) {
    static const int values[RH_N_EVENT_KINDS] = {4, 2, 5, 4, 2, 1};
    return values[kind];
}

/* Four lanes of 8 bytes, each step of which can be undone, so that no change of one word is lost;
 * of all bytes but its own. Odd multiplier of xxHash64 (Y. Collet). */
static uint64_t checksum(const uint8_t *chunk, size_t size) {
    static const uint64_t odd = UINT64_C(0x9E3779B185EBCA87);
    uint64_t lane[4] = {rh_get_64(chunk), rh_get_64(chunk + 8), size, 0}, sum = size;
    size_t i = HEADER;
    for (; i + 32 <= size; i += 32)
        for (size_t k = 0; k < 4; k++) {
            lane[k] = (lane[k] ^ rh_get_64(chunk + i + 8 * k)) * odd;
            lane[k] ^= lane[k] >> 32;
        }
    for (; i < size; i++)
        lane[3] = (lane[3] ^ chunk[i]) * odd;
    for (int k = 0; k < 4; k++)
        sum = (sum ^ lane[k] ^ lane[k] >> 32) * odd;
    return sum ^ sum >> 29;
}

/* ---- writing ---- */

static int make_bytes(rh_chunk_writer *w, size_t more) {
    if (w->count + more <= w->capacity)
        return 0;
    const size_t larger = 2 * w->capacity > w->count + more ? 2 * w->capacity : w->count + more;
    if (rh_resize_array(&w->bytes, larger, 1) != 0)
        return -1;
    w->capacity = larger;
    return 0;
}

static int make_positions(rh_chunk_writer *w, uint32_t highest) {
    if (highest < w->n_positions)
        return 0;
    const size_t larger = 2 * ((size_t)highest + 1);
    if (rh_resize_array(&w->position, larger, sizeof *w->position) != 0)
        return -1;
    memset(w->position + w->n_positions, 0xff, (larger - w->n_positions) * sizeof *w->position);
    w->n_positions = larger;
    return 0;
}

static void sort_numbers(uint32_t *numbers, size_t count) {
    for (size_t gap = count / 2; gap > 0; gap /= 2) /* Shell's; the list is short or sorted */
        for (size_t i = gap; i < count; i++) {
            const uint32_t number = numbers[i];
            size_t k = i;
            for (; k >= gap && numbers[k - gap] > number; k -= gap)
                numbers[k] = numbers[k - gap];
            numbers[k] = number;
        }
}

/* Every instrument once, ascending, and where each is in that list. */
static int list_instruments(rh_chunk_writer *w, const rh_event *events, const uint32_t *place,
                            size_t count) {
    w->n_instruments = 0;
    for (size_t i = 0; i < count; i++) {
        const uint32_t id = events[place[i]].instrument;
        if (make_positions(w, id) != 0)
            return -1;
        if (w->position[id] != UINT32_MAX)
            continue;
        if (rh_make_room(&w->instruments, w->n_instruments, &w->instruments_capacity,
                         sizeof *w->instruments) != 0)
            return -1;
        w->position[id] = 0;
        w->instruments[w->n_instruments++] = id + 1;
    }
    sort_numbers(w->instruments, w->n_instruments);
    for (size_t i = 0; i < w->n_instruments; i++)
        w->position[w->instruments[i] - 1] = (uint32_t)i;
    return 0;
}

static void forget_positions(rh_chunk_writer *w) {
    for (size_t i = 0; i < w->n_instruments; i++)
        w->position[w->instruments[i] - 1] = UINT32_MAX;
}

static void gather_integers(const rh_chunk_writer *w, const rh_event *events, const uint32_t *place,
                            size_t n, int64_t columns[N_INTEGERS][RH_PACK_VALUES]) {
    for (size_t i = 0; i < n; i++) {
        const rh_event *event = &events[place[i]];
        columns[INSTRUMENT][i] = w->position[event->instrument];
        columns[PLACE][i] = place[i];
        columns[HAPPENED][i] = event->happened;
        columns[KNOWN][i] = event->known - event->happened; /* mostly always the same */
        columns[PRESENT][i] = event->present;
    }
}

/* Where a value is absent the one before it stands, which costs no bits. */
static void gather_values(const rh_event *events, const uint32_t *place, size_t n, int position,
                          double *column) {
    double last = 0.0;
    for (size_t i = 0; i < n; i++)
        if (rh_event_has(&events[place[i]], position)) {
            last = events[place[i]].value[position];
            break;
        }
    for (size_t i = 0; i < n; i++) {
        if (rh_event_has(&events[place[i]], position))
            last = events[place[i]].value[position];
        column[i] = last;
    }
}

static void encode_block(rh_chunk_writer *w, const rh_event *events, const uint32_t *place,
                         size_t n, int n_values, rh_pack_hint *hints) {
    int64_t integers[N_INTEGERS][RH_PACK_VALUES];
    double values[RH_PACK_VALUES];
    gather_integers(w, events, place, n, integers);
    for (int c = 0; c < N_INTEGERS; c++)
        w->count +=
            rh_pack_integers(integers[c], n, c == PLACE || c == HAPPENED, w->bytes + w->count);
    for (int c = 0; c < n_values; c++) {
        gather_values(events, place, n, c, values);
        w->count += rh_pack_doubles(values, n, &hints[c], w->bytes + w->count);
    }
}

static int put_header(rh_chunk_writer *w, rh_event_kind kind, size_t count) {
    w->count = 0;
    if (make_bytes(w, HEADER + 4 * w->n_instruments) != 0)
        return -1;
    memcpy(w->bytes, magic, sizeof magic);
    rh_put_32(w->bytes + AT_COUNT, (uint32_t)count);
    rh_put_32(w->bytes + AT_INSTRUMENTS, (uint32_t)w->n_instruments);
    rh_put_32(w->bytes + AT_KIND, kind);
    for (size_t i = 0; i < w->n_instruments; i++)
        rh_put_32(w->bytes + HEADER + 4 * i, w->instruments[i]);
    w->count = HEADER + 4 * w->n_instruments;
    return 0;
}

rh_status rh_chunk_encode(rh_chunk_writer *w, const rh_event *events, const uint32_t *place,
                          size_t count, rh_error *error) {
    const rh_event_kind kind = (rh_event_kind)events[place[0]].kind;
    const int n_values = rh_event_values(kind);
    const size_t block = (size_t)(N_INTEGERS + n_values) * RH_PACK_MOST;
    rh_pack_hint hints[MOST_VALUES] = {{0}};
    int failed = list_instruments(w, events, place, count) != 0 || put_header(w, kind, count) != 0;
    for (size_t i = 0; i < count && !failed; i += RH_PACK_VALUES) {
        const size_t n = count - i < RH_PACK_VALUES ? count - i : RH_PACK_VALUES;
        failed = make_bytes(w, block) != 0;
        if (!failed)
            encode_block(w, events, place + i, n, n_values, hints);
    }
    forget_positions(w);
    if (failed)
        return rh_no_memory(error);
    rh_chunk_seal(w->bytes, w->count);
    return RH_OK;
}

void rh_chunk_seal(uint8_t *bytes, size_t size) {
    if (size >= HEADER)
        rh_put_64(bytes + AT_CHECKSUM, checksum(bytes, size));
}

void rh_chunk_writer_clear(rh_chunk_writer *w) {
    rh_release(w->bytes);
    rh_release(w->instruments);
    rh_release(w->position);
    *w = (rh_chunk_writer){0};
}

/* ---- reading ---- */

/* What a block is unpacked into. */
typedef struct {
    int64_t integers[N_INTEGERS][RH_PACK_VALUES];
    double values[MOST_VALUES][RH_PACK_VALUES];
} columns;

struct rh_chunk_reader {
    columns *columns, *own; /* own: NULL if they are another reader's */
    uint32_t *numbers;      /* the reader's, by position in the chunk's list */
    size_t numbers_capacity;
    size_t n_instruments, count; /* events that are left */
    int any_wanted;
    rh_event_kind kind;
    uint16_t source;
    const uint8_t *at;
    size_t left; /* bytes from `at` on */
};

rh_chunk_reader *rh_chunk_reader_new(void) {
    rh_chunk_reader *r = rh_allocate(1, sizeof *r);
    if (r)
        r->columns = r->own = rh_allocate(1, sizeof *r->own);
    if (r && r->own)
        return r;
    rh_release(r);
    return NULL;
}

rh_chunk_reader *rh_chunk_reader_beside(const rh_chunk_reader *other) {
    rh_chunk_reader *r = rh_allocate(1, sizeof *r);
    if (r)
        r->columns = other->columns;
    return r;
}

void rh_chunk_reader_free(rh_chunk_reader *r) {
    if (!r)
        return;
    rh_release(r->numbers);
    rh_release(r->own);
    rh_release(r);
}

static rh_status damaged(rh_error *error, const char *what) {
    return rh_fail(error, RH_BAD_DATA, "is damaged: %s", what);
}

/* Whom the chunk's instruments are for the reader. */
static rh_status read_instruments(rh_chunk_reader *r, const rh_chunk_view *view, rh_error *error) {
    if (r->n_instruments > r->numbers_capacity) {
        if (rh_resize_array(&r->numbers, r->n_instruments, sizeof *r->numbers) != 0)
            return rh_no_memory(error);
        r->numbers_capacity = r->n_instruments;
    }
    uint32_t before = 0;
    r->any_wanted = 0;
    for (size_t i = 0; i < r->n_instruments; i++, r->at += 4, r->left -= 4) {
        const uint32_t id = rh_get_32(r->at);
        if (id <= before || id >= view->count)
            return damaged(error, "an instrument that isn't there");
        r->numbers[i] = view->numbers[id];
        r->any_wanted |= r->numbers[i] != RH_NO_INSTRUMENT;
        before = id;
    }
    return RH_OK;
}

rh_status rh_chunk_open(rh_chunk_reader *r, const void *chunk, size_t size, rh_event_kind kind,
                        size_t events, const rh_chunk_view *view, rh_error *error) {
    const uint8_t *bytes = chunk;
    r->count = 0;
    if (size < HEADER || memcmp(bytes, magic, sizeof magic) != 0)
        return damaged(error, "no chunk of a codec that is known");
    if (rh_get_64(bytes + AT_CHECKSUM) != checksum(bytes, size))
        return damaged(error, "the checksum is another");
    r->n_instruments = rh_get_32(bytes + AT_INSTRUMENTS);
    r->at = bytes + HEADER;
    r->left = size - HEADER;
    if (rh_get_32(bytes + AT_KIND) != kind || rh_get_32(bytes + AT_COUNT) != events ||
        events > RH_CHUNK_EVENTS)
        return damaged(error, "a chunk that is none of its row");
    if (r->n_instruments == 0 || r->n_instruments > events || r->left < 4 * r->n_instruments)
        return damaged(error, "a header that can't be");
    r->kind = kind;
    r->source = view->source;
    rh_status status = read_instruments(r, view, error);
    r->count = status == RH_OK && r->any_wanted ? events : 0;
    return status;
}

static int skip_column(rh_chunk_reader *r, size_t n, const uint8_t **column) {
    const size_t length = rh_pack_length(r->at, r->left, n);
    *column = r->at;
    r->at += length;
    r->left -= length;
    return length > 0 ? 0 : -1;
}

static int read_columns(rh_chunk_reader *r, size_t n) {
    const uint8_t *column;
    for (int c = 0; c < N_INTEGERS; c++) {
        if (skip_column(r, n, &column) != 0)
            return -1;
        rh_unpack_integers(column, n, r->columns->integers[c]);
    }
    for (size_t i = 0; i < n; i++)
        r->columns->integers[KNOWN][i] = (int64_t)((uint64_t)r->columns->integers[KNOWN][i] +
                                                   (uint64_t)r->columns->integers[HAPPENED][i]);
    for (int c = 0; c < rh_event_values(r->kind); c++) {
        if (skip_column(r, n, &column) != 0)
            return -1;
        rh_unpack_doubles(column, n, r->columns->values[c]);
    }
    return 0;
}

/* 1 if each number of a column lies from 0 to `last`: else it, or what is left to `last`, has a
 * sign. */
static int all_up_to(const int64_t *column, size_t n, int64_t last) {
    uint64_t signs = 0;
    for (size_t i = 0; i < n; i++)
        signs |= (uint64_t)column[i] | ((uint64_t)last - (uint64_t)column[i]);
    return (int64_t)signs >= 0;
}

static rh_status check_columns(const rh_chunk_reader *r, size_t n, rh_error *error) {
    /* A bar ends after its stamp, and may be known later than that. */
    static const int64_t last = RH_STAMP_END + RH_PERIOD_MAX;
    const int64_t present = (INT64_C(1) << rh_event_values(r->kind)) - 1;
    if (!all_up_to(r->columns->integers[INSTRUMENT], n, (int64_t)r->n_instruments - 1) ||
        !all_up_to(r->columns->integers[PLACE], n, RH_SLICE_EVENTS - 1) ||
        !all_up_to(r->columns->integers[PRESENT], n, present))
        return damaged(error, "an event that can't be");
    if (!all_up_to(r->columns->integers[HAPPENED], n, last) ||
        !all_up_to(r->columns->integers[KNOWN], n, last + RH_PERIOD_MAX))
        return damaged(error, "a time that can't be");
    return RH_OK;
}

static inline void write_event(const rh_chunk_reader *r, size_t i, uint32_t number, int n_values,
                               rh_event *event) {
    const unsigned present = (unsigned)r->columns->integers[PRESENT][i];
    event->happened = r->columns->integers[HAPPENED][i];
    event->known = r->columns->integers[KNOWN][i];
    event->instrument = number;
    event->source = r->source;
    event->kind = (uint8_t)r->kind;
    event->present = (uint8_t)present;
    for (int c = 0; c < MOST_VALUES; c++)
        event->value[c] = c < n_values && (present >> c & 1) ? r->columns->values[c][i] : 0.0;
}

static inline size_t write_wanted(const rh_chunk_reader *r, size_t n, int n_values, int in_place,
                                  rh_event *events, uint32_t *places) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t number = r->numbers[r->columns->integers[INSTRUMENT][i]];
        const uint32_t place = (uint32_t)r->columns->integers[PLACE][i];
        if (number == RH_NO_INSTRUMENT)
            continue;
        write_event(r, i, number, n_values, &events[in_place ? place : count]);
        places[count++] = place;
    }
    return count;
}

/* Each number of values gets a loop of its own. */
static inline size_t write_events(const rh_chunk_reader *r, size_t n, int in_place,
                                  rh_event *events, uint32_t *places) {
    switch (rh_event_values(r->kind)) {
    case 1: return write_wanted(r, n, 1, in_place, events, places);
    case 2: return write_wanted(r, n, 2, in_place, events, places);
    case 4: return write_wanted(r, n, 4, in_place, events, places);
    default: return write_wanted(r, n, 5, in_place, events, places);
    }
}

/* Unpacks the next block, of *n events; 0: the end. */
static inline rh_status next_block(rh_chunk_reader *r, size_t *n, rh_error *error) {
    *n = r->count < RH_PACK_VALUES ? r->count : RH_PACK_VALUES;
    r->count -= *n;
    if (*n > 0 && read_columns(r, *n) != 0)
        return damaged(error, "a column that is cut short");
    return check_columns(r, *n, error);
}

static inline rh_status next_wanted(rh_chunk_reader *r, int in_place, rh_event *events,
                                    uint32_t *places, size_t *count, rh_error *error) {
    size_t n = 1;
    for (*count = 0; n > 0 && *count == 0;) {
        rh_status status = next_block(r, &n, error);
        if (status != RH_OK)
            return status;
        *count = write_events(r, n, in_place, events, places);
    }
    return RH_OK;
}

rh_status rh_chunk_next(rh_chunk_reader *r, rh_event *events, uint32_t *places, size_t *count,
                        rh_error *error) {
    return next_wanted(r, 0, events, places, count, error);
}

rh_status rh_chunk_lay(rh_chunk_reader *r, rh_event *slice, uint32_t *places, size_t *count,
                       rh_error *error) {
    return next_wanted(r, 1, slice, places, count, error);
}
