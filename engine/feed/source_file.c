/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/source.h"

#include "base/memory.h"
#include "feed/backwards.h"
#include "feed/format.h"
#include "feed/source_kind.h"
#include "feed/twins.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Different times that are looked at to find the length of a bar; rows that are looked at to find
 * which way a file runs where its rows may be out of order. */
enum { STEPS_FOR_INTERVAL = 64, ROWS_FOR_DIRECTION = 4096 };

/* What a file has said of one instrument. */
typedef struct {
    rh_time last; /* its last bar or funding stamp */
    uint64_t rows, gaps;
} tally;

typedef struct {
    rh_source_spec spec;
    uint16_t number;
    rh_reading reading;
    rh_batch batch;
    rh_event of_row[RH_ROW_EVENTS]; /* where the batch is, unless there is room in the block */
    size_t at;                      /* next event of the batch */
    rh_twins *twins;                /* of a format whose rows have a key */
    rh_backwards *backwards;        /* of a file written newest first */
    int turned;                     /* all of it has gone through */
    int ended;
    tally *seen; /* of each instrument of the catalogue, as far as the file has shown them */
    size_t n_seen;
    rh_source_summary summary;
} file;

/* ---- opening ---- */

static rh_status take_interval(rh_reading *reading, int64_t shortest, rh_error *error) {
    if (shortest == 0 || shortest > RH_PERIOD_MAX)
        return rh_fail(error, RH_BAD_DATA,
                       "%s: rows are stamped at the start of their bar, but their times do not "
                       "tell how long a bar is; say interval:",
                       reading->spec->path);
    reading->interval = shortest;
    return RH_OK;
}

/* What the first rows tell. */
typedef struct {
    rh_time first, before;
    int rows, steps; /* steps between different times */
    int64_t shortest;
} beginning;

static void look_at(beginning *b, rh_stamp *stamp, int64_t disorder) {
    const rh_time time = stamp->last;
    if (b->rows++ == 0)
        b->first = b->before = time;
    const int64_t step = time > b->before ? time - b->before : b->before - time;
    const int64_t whole = time > b->first ? time - b->first : b->first - time;
    b->shortest = step > 0 && (b->steps == 0 || step < b->shortest) ? step : b->shortest;
    b->steps += step > 0;
    b->before = time;
    if (stamp->direction == 0 && whole > (b->rows < ROWS_FOR_DIRECTION ? disorder : 0))
        stamp->direction = time > b->first ? 1 : -1;
}

/* Reads on until it is known which way the file runs, and how long a bar is if that is wanted. */
static rh_status look_ahead(rh_reading *reading, rh_error *error) {
    const int bars = reading->stamped_at_start && reading->interval == 0;
    beginning b = {0};
    uint64_t passed = 0;
    while (reading->stamp.direction == 0 || (bars && b.steps < STEPS_FOR_INTERVAL)) {
        rh_row row;
        const int got = rh_reading_next(reading, &row, error);
        if (got < 0 && !reading->broken && passed++ < reading->spec->skip_bad)
            continue;
        if (got < 0)
            return error->code;
        if (got == 0)
            break;
        look_at(&b, &reading->stamp, reading->disorder);
    }
    if (reading->stamp.direction == 0)
        reading->stamp.direction = b.before >= b.first ? 1 : -1;
    return bars && b.rows > 0 ? take_interval(reading, b.shortest, error) : RH_OK;
}

/* Room for one more instrument than there are, at least. */
static rh_status grow_seen(file *f, size_t needed, rh_error *error) {
    const size_t larger = needed > 2 * f->n_seen ? needed : 2 * f->n_seen;
    if (rh_resize_array(&f->seen, larger, sizeof *f->seen) != 0)
        return rh_fail(error, RH_FAILED, "%s: no memory to read", f->spec.path);
    for (size_t i = f->n_seen; i < larger; i++)
        f->seen[i] = (tally){.last = RH_DAWN};
    f->n_seen = larger;
    return RH_OK;
}

static rh_status prepare(file *f, const rh_catalogue *catalogue, rh_error *error) {
    const rh_format *format = rh_format_find(f->spec.format, error);
    if (!format)
        return RH_BAD_CONFIG;
    rh_status status = rh_reading_open(&f->reading, &f->spec, format, catalogue, error);
    if (status == RH_OK)
        status = look_ahead(&f->reading, error);
    if (status == RH_OK)
        status = rh_reading_rewind(&f->reading, error);
    if (status == RH_OK)
        status = grow_seen(f, rh_catalogue_count(catalogue) + 1, error);
    if (status == RH_OK && format->unique)
        status = rh_twins_open(&f->twins, error);
    if (status == RH_OK && f->reading.stamp.direction < 0)
        status = rh_backwards_open(&f->backwards, error);
    return status;
}

static void close_file(void *state) {
    file *f = state;
    rh_reading_close(&f->reading);
    rh_backwards_close(f->backwards);
    rh_twins_close(f->twins);
    rh_release(f->seen);
    rh_release(f);
}

static rh_status open_file(const rh_source_spec *spec, uint16_t number,
                           const rh_catalogue *catalogue, void **out, rh_error *error) {
    file *f = rh_allocate(1, sizeof *f);
    if (!f)
        return rh_fail(error, RH_FAILED, "%s: no memory to read", spec->path);
    f->spec = *spec;
    f->number = number;
    f->summary.first = RH_NEVER;
    f->summary.last = RH_DAWN;
    rh_status status = prepare(f, catalogue, error);
    if (status != RH_OK)
        close_file(f);
    else
        *out = f;
    return status;
}

/* ---- rows to events ---- */

static int has_period(const rh_batch *batch) {
    for (size_t i = 0; i < batch->count; i++)
        if (batch->events[i].kind == RH_EVENT_BAR || batch->events[i].kind == RH_EVENT_FUNDING)
            return 1;
    return 0;
}

static void count_gaps(file *f, const rh_row *row) {
    const rh_reading *reading = &f->reading;
    if (!has_period(&f->batch))
        return;
    const int64_t period =
        reading->format->grid ? reading->format->grid(reading, row) : reading->interval;
    tally *seen = &f->seen[reading->instrument];
    const rh_time before = seen->last;
    if (period <= 0 || before == RH_DAWN) {
        seen->last = reading->time;
        return;
    }
    const int64_t step =
        reading->stamp.direction > 0 ? reading->time - before : before - reading->time;
    if (step < 0) { /* it comes late, and was missed */
        f->summary.gaps -= seen->gaps > 0;
        seen->gaps -= seen->gaps > 0;
        return;
    }
    seen->last = reading->time;
    const int64_t periods = (step + period / 2) / period;
    if (periods <= 1)
        return;
    seen->gaps += (uint64_t)(periods - 1);
    f->summary.gaps += (uint64_t)(periods - 1);
}

/* Contracts to venue amounts. */
static void scale_sizes(rh_event *event, double contract_size) {
    static const int first[] = {[RH_EVENT_QUOTE] = RH_BID_SIZE,
                                [RH_EVENT_TRADE] = RH_TRADE_SIZE,
                                [RH_EVENT_BAR] = RH_VOLUME};
    if (event->kind > RH_EVENT_BAR)
        return;
    event->value[first[event->kind]] *= contract_size;
    if (event->kind == RH_EVENT_QUOTE)
        event->value[RH_ASK_SIZE] *= contract_size;
}

static void finish_events(file *f) {
    for (size_t i = 0; i < f->batch.count; i++) {
        rh_event *event = &f->batch.events[i];
        if (event->happened == 0)
            event->happened = f->reading.time;
        event->known = f->reading.known + f->spec.delay;
        event->instrument = f->reading.instrument;
        event->source = f->number;
        if (f->reading.contract_size != 1.0)
            scale_sizes(event, f->reading.contract_size);
    }
}

static rh_status count_row(file *f, const rh_row *row, rh_error *error) {
    rh_source_summary *summary = &f->summary;
    const rh_time time = f->reading.time;
    const uint32_t instrument = f->reading.instrument;
    summary->rows++;
    summary->libcsv_rows += row->cells != NULL;
    summary->first = time < summary->first ? time : summary->first;
    summary->last = time > summary->last ? time : summary->last;
    if (instrument == RH_NO_INSTRUMENT) {
        summary->foreign++;
        return RH_OK;
    }
    rh_status status = instrument < f->n_seen ? RH_OK : grow_seen(f, instrument + 1, error);
    if (status == RH_OK)
        f->seen[instrument].rows++;
    return status;
}

static int is_duplicate(file *f, const rh_row *row) {
    if (!f->twins || f->batch.count == 0)
        return 0;
    const rh_twin twin = rh_twins_add(f->twins, &f->reading, row, &f->batch);
    f->summary.duplicates += twin == RH_TWIN_SAME;
    f->summary.conflicts += twin == RH_TWIN_OTHER;
    return twin == RH_TWIN_SAME;
}

/* A row's events into the batch. 1, 0 at the end, -1 on failure. */
static int read_row(file *f, rh_error *error) {
    rh_reading *reading = &f->reading;
    rh_row row;
    f->batch.count = 0;
    const int got = rh_reading_next(reading, &row, error);
    if (got <= 0)
        return got;
    if (reading->instrument != RH_NO_INSTRUMENT &&
        reading->format->convert(reading, &row, &f->batch, error) != RH_OK)
        return -1;
    if (count_row(f, &row, error) != RH_OK)
        return -1;
    if (reading->instrument == RH_NO_INSTRUMENT)
        return 1;
    if (is_duplicate(f, &row))
        f->batch.count = 0;
    count_gaps(f, &row);
    return 1;
}

/* A bad row is let pass if the caller said so and not too many have been. */
static int may_skip(file *f, const rh_error *error) {
    if (f->reading.broken || error->code != RH_BAD_DATA || f->summary.rejects >= f->spec.skip_bad)
        return 0;
    f->summary.rejects++;
    if (f->spec.rejected)
        f->spec.rejected(f->spec.user, error);
    return 1;
}

/* The events of the next row that has any go to `events`. 1, 0 at the end, -1 on failure. */
static int read_batch(file *f, rh_event *events, rh_error *error) {
    int got = 1;
    f->batch = (rh_batch){.count = 0, .events = events};
    f->at = 0;
    while (f->batch.count == 0 && got > 0) {
        got = read_row(f, error);
        if (got < 0 && may_skip(f, error)) {
            f->batch.count = 0;
            got = 1;
        }
    }
    if (got > 0)
        finish_events(f);
    return got;
}

/* A row's events go in from the last to the first, so that they come out in their order. */
static int turn_round(file *f, rh_error *error) {
    int got;
    while ((got = read_batch(f, f->of_row, error)) > 0)
        for (size_t i = f->batch.count; i-- > 0;)
            if (rh_backwards_add(f->backwards, &f->batch.events[i], error) != RH_OK)
                return -1;
    f->turned = 1;
    return got;
}

static rh_status fill_backwards(file *f, rh_event *block, size_t capacity, size_t *got,
                                rh_error *error) {
    if (!f->turned && turn_round(f, error) < 0)
        return error->code;
    while (*got < capacity) {
        const int taken = rh_backwards_take(f->backwards, &block[*got], error);
        if (taken < 0)
            return error->code;
        f->ended = taken == 0;
        if (f->ended)
            break;
        ++*got;
    }
    return RH_OK;
}

/* Rows are read into the block, until one might not fit. */
static rh_status fill_forwards(file *f, rh_event *block, size_t capacity, size_t *got,
                               rh_error *error) {
    while (f->at < f->batch.count && *got < capacity)
        block[(*got)++] = f->batch.events[f->at++];
    while (*got < capacity) {
        const int fits = capacity - *got >= RH_ROW_EVENTS;
        const int read = read_batch(f, fits ? block + *got : f->of_row, error);
        if (read < 0)
            return error->code;
        f->ended = read == 0;
        if (f->ended)
            break;
        if (fits)
            *got += f->at = f->batch.count;
        while (f->at < f->batch.count && *got < capacity)
            block[(*got)++] = f->batch.events[f->at++];
    }
    return RH_OK;
}

static rh_status fill_from_file(void *state, rh_event *block, size_t capacity, size_t *got,
                                rh_error *error) {
    file *f = state;
    return f->backwards ? fill_backwards(f, block, capacity, got, error)
                        : fill_forwards(f, block, capacity, got, error);
}

static RH_PRINTF(2, 3) void tell(rh_source_summary *out, const char *format, ...) {
    size_t used = strlen(out->note);
    va_list arguments;
    if (used > 0)
        used += (size_t)snprintf(out->note + used, sizeof out->note - used, "; ");
    if (used >= sizeof out->note)
        return;
    va_start(arguments, format);
    (void)vsnprintf(out->note + used, sizeof out->note - used, format, arguments);
    va_end(arguments);
}

static void tell_counts(const file *f, rh_source_summary *out) {
    char most[RH_DURATION_TEXT];
    if (out->duplicates)
        tell(out, "rows that came twice and count once: %" PRIu64, out->duplicates);
    if (out->conflicts)
        tell(out, "rows that contradict an earlier one of their time, and stand: %" PRIu64,
             out->conflicts);
    if (out->left_out)
        tell(out, "rows left out: %" PRIu64 ", the first on line %" PRIu64 " (%s)", out->left_out,
             f->reading.left_out_at, f->reading.left_out_for);
    if (out->ahead)
        tell(out, "rows on a venue's clock ahead of the receiver's: %" PRIu64 ", by up to %s",
             out->ahead, rh_duration_text(f->reading.ahead_most, most));
}

static void summarise_file(const void *state, rh_source_summary *out) {
    const file *f = state;
    *out = f->summary;
    out->ahead = f->reading.ahead;
    out->left_out = f->reading.left_out;
    (void)snprintf(out->note, sizeof out->note, "%s", f->reading.note);
    tell_counts(f, out);
    out->sha256[0] = '\0';
    if (f->ended)
        rh_rows_digest(f->reading.rows, out->sha256);
}

static void place_in_file(const void *state, int64_t *done, int64_t *total) {
    rh_rows_place(((const file *)state)->reading.rows, done, total);
}

static void counts_of_file(const void *state, uint32_t instrument, uint64_t *rows, uint64_t *gaps) {
    const file *f = state;
    if (instrument >= f->n_seen)
        return;
    *rows = f->seen[instrument].rows;
    *gaps = f->seen[instrument].gaps;
}

/* ---- series ---- */

int64_t rh_file_interval(const void *state) {
    return ((const file *)state)->reading.interval;
}

void rh_file_follow(void *state, void *before) {
    file *f = state, *old = before;
    tally *seen = f->seen;
    const size_t n_seen = f->n_seen;
    rh_twins *twins = f->twins;
    f->twins = old->twins;
    old->twins = twins;
    f->reading.state = old->reading.state;
    old->reading.state = NULL;
    f->summary = old->summary;
    f->reading.ahead = old->reading.ahead;
    f->reading.ahead_most = old->reading.ahead_most;
    f->reading.left_out = old->reading.left_out;
    f->reading.left_out_at = old->reading.left_out_at;
    f->reading.left_out_for = old->reading.left_out_for;
    f->seen = old->seen;
    f->n_seen = old->n_seen;
    old->seen = seen;
    old->n_seen = n_seen;
    if (f->reading.stamp.direction < 0 || old->reading.stamp.direction < 0)
        for (size_t i = 0; i < f->n_seen; i++)
            f->seen[i].last = RH_DAWN; /* where they meet isn't known yet */
}

/* ---- names ---- */

/* Calls `each` if the name is new; the catalogue serves as the set of those seen. */
static rh_status tell_name(rh_catalogue *seen, const char *name, size_t length,
                           void (*each)(void *user, const char *name), void *user,
                           rh_error *error) {
    rh_instrument instrument = {.multiplier = 1.0};
    if (rh_catalogue_find(seen, name, length) != RH_NO_INSTRUMENT)
        return RH_OK;
    memcpy(instrument.name, name, length);
    if (rh_catalogue_add(seen, &instrument) == RH_NO_INSTRUMENT)
        return rh_fail(error, RH_FAILED, "no memory for the names of a file");
    each(user, instrument.name);
    return RH_OK;
}

static rh_status tell_names(rh_reading *reading, rh_catalogue *seen,
                            void (*each)(void *user, const char *name), void *user,
                            rh_error *error) {
    rh_row row;
    int got;
    while ((got = rh_rows_next(reading->rows, &row, error)) > 0) {
        size_t length;
        if (row.count != reading->header.count)
            continue; /* reading the file for its events will say so */
        const char *name = rh_reading_name(reading, &row, &length, error);
        if (!name)
            return error->code;
        rh_status status = tell_name(seen, name, length, each, user, error);
        if (status != RH_OK)
            return status;
    }
    return got < 0 ? error->code : RH_OK;
}

static rh_status names_of_file(const rh_source_spec *spec,
                               void (*each)(void *user, const char *name), void *user,
                               rh_error *error) {
    rh_reading reading;
    const rh_format *format = rh_format_find(spec->format, error);
    if (!format)
        return RH_BAD_CONFIG;
    rh_catalogue *seen = rh_catalogue_new();
    if (!seen)
        return rh_fail(error, RH_FAILED, "%s: no memory to read", spec->path);
    rh_status status = rh_reading_open(&reading, spec, format, NULL, error);
    if (status == RH_OK && spec->instrument)
        each(user, spec->instrument);
    else if (status == RH_OK)
        status = tell_names(&reading, seen, each, user, error);
    rh_reading_close(&reading);
    rh_catalogue_free(seen);
    return status;
}

const rh_source_kind rh_source_of_file = {.open = open_file,
                                          .fill = fill_from_file,
                                          .summarise = summarise_file,
                                          .counts = counts_of_file,
                                          .place = place_in_file,
                                          .close = close_file,
                                          .names = names_of_file};
