/* SPDX-License-Identifier: GPL-3.0-or-later */
/* source_store.c: a file that was brought into a market store, as a source. What it is said to hold
 * is read when it is opened, its events when they are asked for, and the store is open only while
 * there are any left. */
#include "base/memory.h"
#include "feed/source_kind.h"
#include "feed/store.h"
#include "feed/store_slices.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

/* What the store says of one instrument of the source. */
typedef struct {
    uint64_t rows, gaps;
} tally;

typedef struct {
    rh_source_spec spec;
    uint16_t number;
    const rh_catalogue *catalogue;
    sqlite3 *db;
    rh_slices *slices;
    uint32_t *numbers; /* of the catalogue, by the store's */
    size_t n_numbers;
    tally *tallies;         /* by the catalogue's number */
    const rh_event *events; /* of the slice that is being handed out */
    size_t count, at;
    rh_time first_known;
    rh_source_summary summary;
} stored;

static rh_status failed(const stored *s, rh_error *error) {
    return rh_database_fail(s->spec.store, s->db, error);
}

/* Puts the place in front of a sentence about the source's chunks. */
static rh_status in_source(const stored *s, rh_error *error) {
    return rh_fail_at(error, "%s: %s", s->spec.store, s->spec.path);
}

/* ---- opening ---- */

static rh_status prepare(const stored *s, const char *sql, sqlite3_stmt **out, rh_error *error) {
    if (sqlite3_prepare_v2(s->db, sql, -1, out, NULL) != SQLITE_OK)
        return failed(s, error);
    (void)sqlite3_bind_int64(*out, 1, s->spec.stored);
    return RH_OK;
}

static rh_time time_or(sqlite3_stmt *row, int column, rh_time otherwise) {
    return sqlite3_column_type(row, column) == SQLITE_NULL ? otherwise
                                                           : sqlite3_column_int64(row, column);
}

static rh_status read_summary(stored *s, rh_error *error) {
    sqlite3_stmt *row;
    rh_status status = prepare(s,
                               "SELECT rows, sha256, note, first_ns, last_ns, first_known_ns, "
                               "duplicates, conflicts, left_out, ahead, rejects, libcsv_rows FROM "
                               "source WHERE source_id=?1",
                               &row, error);
    if (status != RH_OK)
        return status;
    const int code = sqlite3_step(row);
    if (code == SQLITE_ROW) {
        rh_source_summary *sum = &s->summary;
        const char *sha256 = (const char *)sqlite3_column_text(row, 1);
        const char *note = (const char *)sqlite3_column_text(row, 2);
        sum->rows = (uint64_t)sqlite3_column_int64(row, 0);
        (void)snprintf(sum->sha256, sizeof sum->sha256, "%s", sha256 ? sha256 : "");
        (void)snprintf(sum->note, sizeof sum->note, "%s", note ? note : "");
        sum->first = time_or(row, 3, RH_NEVER);
        sum->last = time_or(row, 4, RH_DAWN);
        s->first_known = time_or(row, 5, RH_NEVER);
        sum->duplicates = (uint64_t)sqlite3_column_int64(row, 6);
        sum->conflicts = (uint64_t)sqlite3_column_int64(row, 7);
        sum->left_out = (uint64_t)sqlite3_column_int64(row, 8);
        sum->ahead = (uint64_t)sqlite3_column_int64(row, 9);
        sum->rejects = (uint64_t)sqlite3_column_int64(row, 10);
        sum->libcsv_rows = (uint64_t)sqlite3_column_int64(row, 11);
    }
    (void)sqlite3_finalize(row);
    if (code == SQLITE_DONE)
        return rh_fail(error, RH_BAD_DATA, "%s: has no source %" PRId64, s->spec.store,
                       s->spec.stored);
    return code == SQLITE_ROW ? RH_OK : failed(s, error);
}

static rh_status make_numbers(stored *s, rh_error *error) {
    int64_t highest = 0, count = 0;
    if (rh_database_number(s->db, "SELECT max(instrument_id) FROM instrument", &highest) !=
            SQLITE_OK ||
        rh_database_number(s->db, "SELECT count(*) FROM instrument", &count) != SQLITE_OK)
        return failed(s, error);
    if (highest != count || highest >= UINT32_MAX)
        return rh_fail(error, RH_BAD_DATA, "%s: is damaged: its instruments can't be",
                       s->spec.store);
    s->n_numbers = (size_t)count + 1;
    s->numbers = rh_allocate(s->n_numbers, sizeof *s->numbers);
    s->tallies = rh_allocate(rh_catalogue_count(s->catalogue) + 1, sizeof *s->tallies);
    if (!s->numbers || !s->tallies)
        return rh_no_memory(error);
    for (size_t i = 0; i < s->n_numbers; i++)
        s->numbers[i] = RH_NO_INSTRUMENT;
    return RH_OK;
}

/* Of an entry that is said to be of one instrument, only that one is heard. */
static uint32_t number_of(const stored *s, const char *name) {
    if (!name || (s->spec.instrument && strcmp(name, s->spec.instrument) != 0))
        return RH_NO_INSTRUMENT;
    return rh_catalogue_find(s->catalogue, name, strlen(name));
}

static void take_instrument(stored *s, sqlite3_stmt *row) {
    const int64_t id = sqlite3_column_int64(row, 0);
    const uint64_t rows = (uint64_t)sqlite3_column_int64(row, 2);
    const uint32_t number = number_of(s, (const char *)sqlite3_column_text(row, 1));
    if (number == RH_NO_INSTRUMENT || id < 1 || (uint64_t)id >= s->n_numbers) {
        s->summary.foreign += rows;
        return;
    }
    s->numbers[id] = number;
    s->tallies[number] = (tally){rows, (uint64_t)sqlite3_column_int64(row, 3)};
    s->summary.gaps += s->tallies[number].gaps;
}

static rh_status read_instruments(stored *s, rh_error *error) {
    sqlite3_stmt *row;
    rh_status status = make_numbers(s, error);
    if (status == RH_OK)
        status = prepare(s,
                         "SELECT instrument_id, name, rows, gaps FROM source_instrument "
                         "JOIN instrument USING(instrument_id) WHERE source_id=?1",
                         &row, error);
    if (status != RH_OK)
        return status;
    int code;
    while ((code = sqlite3_step(row)) == SQLITE_ROW)
        take_instrument(s, row);
    (void)sqlite3_finalize(row);
    return code == SQLITE_DONE ? RH_OK : failed(s, error);
}

static void close_store(stored *s) {
    rh_slices_close(s->slices);
    (void)sqlite3_close(s->db);
    s->slices = NULL;
    s->db = NULL;
}

static void close_stored(void *state) {
    stored *s = state;
    close_store(s);
    rh_release(s->numbers);
    rh_release(s->tallies);
    rh_release(s);
}

static rh_status open_stored(const rh_source_spec *spec, uint16_t number,
                             const rh_catalogue *catalogue, void **out, rh_error *error) {
    stored *s = rh_allocate(1, sizeof *s);
    if (!s)
        return rh_no_memory(error);
    s->spec = *spec;
    s->number = number;
    s->catalogue = catalogue;
    rh_status status = rh_store_open(spec->store, &s->db, error);
    if (status == RH_OK)
        status = read_summary(s, error);
    if (status == RH_OK)
        status = read_instruments(s, error);
    if (status != RH_OK) {
        close_stored(s);
        return status;
    }
    close_store(s);
    *out = s;
    return RH_OK;
}

/* ---- events ---- */

static int hears_anything(const stored *s) {
    for (size_t i = 0; i < s->n_numbers; i++)
        if (s->numbers[i] != RH_NO_INSTRUMENT)
            return 1;
    return 0;
}

static rh_status open_slices(stored *s, rh_error *error) {
    const rh_slices_query query = {
        .source_id = s->spec.stored,
        .view = {.numbers = s->numbers, .count = s->n_numbers, .source = s->number},
        .kinds = (1u << RH_N_EVENT_KINDS) - 1,
        .from = s->spec.from ? s->spec.from : RH_DAWN,
        .to = s->spec.to ? s->spec.to - 1 : RH_NEVER,
        .known_from = RH_DAWN,
        .known_to = RH_NEVER,
    };
    rh_status status = rh_store_open(s->spec.store, &s->db, error);
    if (status == RH_OK && rh_slices_open(s->db, &query, &s->slices, error) != RH_OK)
        status = in_source(s, error);
    return status;
}

/* The next slice, or none at the end. */
static rh_status next_slice(stored *s, rh_error *error) {
    rh_status status = s->slices ? RH_OK : open_slices(s, error);
    s->at = s->count = 0;
    if (status == RH_OK && rh_slices_next(s->slices, &s->events, &s->count, error) != RH_OK)
        status = in_source(s, error);
    if (status == RH_OK && s->count == 0)
        close_store(s);
    return status;
}

static rh_status lend_stored(void *state, size_t capacity, const rh_event **events, size_t *got,
                             rh_error *error) {
    stored *s = state;
    if (!s->slices && !hears_anything(s))
        return RH_OK;
    if (s->at == s->count) {
        rh_status status = next_slice(s, error);
        if (status != RH_OK)
            return status;
    }
    const size_t left = s->count - s->at;
    if (left == 0)
        return RH_OK;
    *events = s->events + s->at;
    *got = left < capacity ? left : capacity;
    s->at += *got;
    return RH_OK;
}

static rh_status fill_stored(void *state, rh_event *block, size_t capacity, size_t *got,
                             rh_error *error) {
    rh_status status = RH_OK;
    size_t more = 1;
    while (*got < capacity && more > 0 && status == RH_OK) {
        const rh_event *events = NULL;
        more = 0;
        status = lend_stored(state, capacity - *got, &events, &more, error);
        if (more > 0)
            memcpy(block + *got, events, more * sizeof *block);
        *got += more;
    }
    return status;
}

static rh_time stored_begins(const void *state) {
    const stored *s = state;
    return hears_anything(s) ? s->first_known : RH_NEVER;
}

static void summarise_stored(const void *state, rh_source_summary *out) {
    *out = ((const stored *)state)->summary;
}

static void counts_of_stored(const void *state, uint32_t instrument, uint64_t *rows,
                             uint64_t *gaps) {
    const stored *s = state;
    if (instrument >= rh_catalogue_count(s->catalogue))
        return;
    *rows = s->tallies[instrument].rows;
    *gaps = s->tallies[instrument].gaps;
}

/* ---- names ---- */

static rh_status names_of_stored(const rh_source_spec *spec,
                                 void (*each)(void *user, const char *name), void *user,
                                 rh_error *error) {
    stored s = {.spec = *spec};
    sqlite3_stmt *row = NULL;
    int code = SQLITE_DONE;
    rh_status status = rh_store_open(spec->store, &s.db, error);
    if (status == RH_OK)
        status = prepare(&s,
                         "SELECT name FROM source_instrument JOIN instrument USING(instrument_id) "
                         "WHERE source_id=?1 ORDER BY instrument_id",
                         &row, error);
    while (status == RH_OK && (code = sqlite3_step(row)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(row, 0);
        if (name && (!spec->instrument || strcmp(name, spec->instrument) == 0))
            each(user, name);
    }
    if (status == RH_OK && code != SQLITE_DONE)
        status = failed(&s, error);
    (void)sqlite3_finalize(row);
    (void)sqlite3_close(s.db);
    return status;
}

const rh_source_kind rh_source_of_store = {
    .open = open_stored,
    .fill = fill_stored,
    .lend = lend_stored,
    .begins = stored_begins,
    .is_summed_up = 1,
    .summarise = summarise_stored,
    .counts = counts_of_stored,
    .close = close_stored,
    .names = names_of_stored,
};
