/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/source.h"

#include "base/memory.h"
#include "feed/backwards.h"
#include "feed/format.h"

#include <stdio.h>
#include <string.h>

/* Different times that are looked at to find the length of a bar. */
enum { STEPS_FOR_INTERVAL = 64 };

struct rh_source {
    rh_source_spec spec;
    uint16_t number;
    rh_reading reading;
    rh_batch batch;
    size_t at;               /* next event of the batch */
    rh_backwards *backwards; /* of a file written newest first */
    int turned;              /* all of it has gone through */
    int ended, failed;
    rh_time *last_seen; /* of each instrument of the catalogue: its last bar or funding stamp */
    size_t n_last_seen;
    rh_source_summary summary;
};

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

/* Reads on to the first two different times, and further if the length of a bar is wanted. */
static rh_status look_ahead(rh_reading *reading, rh_error *error) {
    const int wanted = reading->stamped_at_start && reading->interval == 0 ? STEPS_FOR_INTERVAL : 1;
    int64_t shortest = 0;
    rh_time before = RH_DAWN;
    int got = 1;
    for (int steps = 0; steps < wanted;) {
        rh_row row;
        got = rh_reading_next(reading, &row, error);
        if (got <= 0)
            break;
        const rh_time time = reading->stamp.last;
        if (before != RH_DAWN && time != before) {
            int64_t step = time > before ? time - before : before - time;
            reading->stamp.direction = time > before ? 1 : -1;
            shortest = steps == 0 || step < shortest ? step : shortest;
            steps++;
        }
        before = time;
    }
    if (got < 0)
        return error->code;
    if (reading->stamp.direction == 0)
        reading->stamp.direction = 1;
    return wanted == 1 || before == RH_DAWN ? RH_OK : take_interval(reading, shortest, error);
}

static rh_status prepare_gaps(rh_source *source, const rh_catalogue *catalogue, rh_error *error) {
    source->n_last_seen = rh_catalogue_count(catalogue);
    source->last_seen = rh_allocate(source->n_last_seen, sizeof *source->last_seen);
    if (!source->last_seen)
        return rh_fail(error, RH_FAILED, "%s: no memory to read", source->spec.path);
    for (size_t i = 0; i < source->n_last_seen; i++)
        source->last_seen[i] = RH_DAWN;
    return RH_OK;
}

static rh_status open_source(rh_source *source, const rh_catalogue *catalogue, rh_error *error) {
    const rh_format *format = rh_format_find(source->spec.format, error);
    if (!format)
        return RH_BAD_CONFIG;
    rh_status status = rh_reading_open(&source->reading, &source->spec, format, catalogue, error);
    if (status == RH_OK)
        status = look_ahead(&source->reading, error);
    if (status == RH_OK)
        status = rh_reading_rewind(&source->reading, error);
    if (status == RH_OK)
        status = prepare_gaps(source, catalogue, error);
    if (status == RH_OK && source->reading.stamp.direction < 0)
        status = rh_backwards_open(&source->backwards, error);
    return status;
}

rh_status rh_source_open(const rh_source_spec *spec, uint16_t number, const rh_catalogue *catalogue,
                         rh_source **out, rh_error *error) {
    rh_error own;
    if (!error)
        error = &own;
    rh_source *source = rh_allocate(1, sizeof *source);
    if (!source)
        return rh_fail(error, RH_FAILED, "%s: no memory to read", spec->path);
    source->spec = *spec;
    source->number = number;
    source->summary.first = RH_NEVER;
    source->summary.last = RH_DAWN;
    rh_status status = open_source(source, catalogue, error);
    if (status != RH_OK) {
        rh_source_close(source);
        return status;
    }
    *out = source;
    return RH_OK;
}

void rh_source_close(rh_source *source) {
    if (!source)
        return;
    rh_reading_close(&source->reading);
    rh_backwards_close(source->backwards);
    rh_release(source->last_seen);
    rh_release(source);
}

/* ---- rows to events ---- */

static int has_period(const rh_batch *batch) {
    for (size_t i = 0; i < batch->count; i++)
        if (batch->events[i].kind == RH_EVENT_BAR || batch->events[i].kind == RH_EVENT_FUNDING)
            return 1;
    return 0;
}

static void count_gaps(rh_source *source, const rh_row *row) {
    const rh_reading *reading = &source->reading;
    if (reading->instrument >= source->n_last_seen || !has_period(&source->batch))
        return;
    const int64_t period =
        reading->format->grid ? reading->format->grid(reading, row) : reading->interval;
    const rh_time before = source->last_seen[reading->instrument];
    source->last_seen[reading->instrument] = reading->time;
    if (period <= 0 || before == RH_DAWN)
        return;
    int64_t step = reading->time > before ? reading->time - before : before - reading->time;
    int64_t periods = (step + period / 2) / period;
    if (periods > 1)
        source->summary.gaps += (uint64_t)(periods - 1);
}

static void finish_events(rh_source *source) {
    for (size_t i = 0; i < source->batch.count; i++) {
        rh_event *event = &source->batch.events[i];
        event->happened = source->reading.time;
        event->known = source->reading.time + source->spec.delay;
        event->instrument = source->reading.instrument;
        event->source = source->number;
    }
}

static void count_row(rh_source *source) {
    rh_source_summary *summary = &source->summary;
    const rh_time time = source->reading.time;
    summary->rows++;
    summary->first = time < summary->first ? time : summary->first;
    summary->last = time > summary->last ? time : summary->last;
    summary->foreign += source->reading.instrument == RH_NO_INSTRUMENT;
}

/* The events of the next row that has any. 1, 0 at the end, -1 on failure. */
static int read_batch(rh_source *source, rh_error *error) {
    rh_reading *reading = &source->reading;
    source->batch.count = source->at = 0;
    while (source->batch.count == 0) {
        rh_row row;
        int got = rh_reading_next(reading, &row, error);
        if (got <= 0)
            return got;
        count_row(source);
        if (reading->instrument == RH_NO_INSTRUMENT)
            continue;
        if (reading->format->convert(reading, &row, &source->batch, error) != RH_OK)
            return -1;
        count_gaps(source, &row);
    }
    finish_events(source);
    return 1;
}

/* A row's events go in from the last to the first, so that they come out in their order. */
static int turn_round(rh_source *source, rh_error *error) {
    int got;
    while ((got = read_batch(source, error)) > 0)
        for (size_t i = source->batch.count; i-- > 0;)
            if (rh_backwards_add(source->backwards, &source->batch.events[i], error) != RH_OK)
                return -1;
    source->turned = 1;
    return got;
}

static int next_backwards(rh_source *source, rh_event *event, rh_error *error) {
    if (!source->turned && turn_round(source, error) < 0)
        return -1;
    return rh_backwards_take(source->backwards, event, error);
}

static int next_forwards(rh_source *source, rh_event *event, rh_error *error) {
    if (source->at == source->batch.count) {
        int got = read_batch(source, error);
        if (got <= 0)
            return got;
    }
    *event = source->batch.events[source->at++];
    return 1;
}

int rh_source_next(rh_source *source, rh_event *event, rh_error *error) {
    rh_error own;
    if (!error)
        error = &own;
    if (source->failed) {
        (void)rh_fail(error, RH_FAILED, "%s: cannot go on after an error", source->spec.path);
        return -1;
    }
    if (source->ended)
        return 0;
    int got = source->backwards ? next_backwards(source, event, error)
                                : next_forwards(source, event, error);
    source->failed = got < 0;
    source->ended = got == 0;
    source->summary.events += got > 0;
    return got;
}

void rh_source_summarise(const rh_source *source, rh_source_summary *out) {
    *out = source->summary;
    (void)snprintf(out->note, sizeof out->note, "%s", source->reading.note);
    out->sha256[0] = '\0';
    if (source->ended)
        rh_rows_digest(source->reading.rows, out->sha256);
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

rh_status rh_source_names(const rh_source_spec *spec, void (*each)(void *user, const char *name),
                          void *user, rh_error *error) {
    rh_error own;
    rh_reading reading;
    if (!error)
        error = &own;
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
