/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/source.h"

#include "base/memory.h"
#include "feed/format.h"
#include "feed/pattern.h"
#include "feed/sorting.h"
#include "feed/source_kind.h"

struct rh_source {
    const rh_source_kind *kind;
    void *state;
    rh_sorting *sorting; /* where rows may be out of order */
    const char *path;
    int ended, failed, told; /* told: the error has been handed out */
    rh_error error;
    uint64_t events;
};

static const rh_source_kind *kind_of(const rh_source_spec *spec) {
    if (spec->store)
        return &rh_source_of_store;
    return rh_is_pattern(spec->path) ? &rh_source_of_series : &rh_source_of_file;
}

static rh_status open_sorting(rh_source *source, int64_t disorder, rh_error *error) {
    return disorder == 0 ? RH_OK
                         : rh_sorting_open(source->kind->fill, source->state, disorder,
                                           source->path, &source->sorting, error);
}

rh_status rh_source_open(const rh_source_spec *spec, uint16_t number, const rh_catalogue *catalogue,
                         rh_source **out, rh_error *error) {
    rh_error own;
    if (!error)
        error = &own;
    rh_source *source = rh_allocate(1, sizeof *source);
    if (!source)
        return rh_fail(error, RH_FAILED, "%s: no memory to read", spec->path);
    source->kind = kind_of(spec);
    source->path = spec->path;
    rh_status status = source->kind->open(spec, number, catalogue, &source->state, error);
    if (status == RH_OK)
        status = open_sorting(source, rh_format_disorder(spec), error);
    if (status != RH_OK)
        rh_source_close(source);
    else
        *out = source;
    return status;
}

void rh_source_close(rh_source *source) {
    if (!source)
        return;
    rh_sorting_close(source->sorting);
    if (source->state)
        source->kind->close(source->state);
    rh_release(source);
}

/* Events that stand before a fault are handed out before the fault is told. */
static rh_status tell_failure(rh_source *source, rh_error *error) {
    if (source->told)
        return rh_fail(error, RH_FAILED, "%s: cannot go on after an error", source->path);
    source->told = 1;
    if (error)
        *error = source->error;
    return source->error.code;
}

rh_status rh_source_fill(rh_source *source, rh_event *block, size_t capacity, size_t *got,
                         rh_error *error) {
    *got = 0;
    if (!source->failed && !source->ended) {
        rh_status status =
            source->sorting
                ? rh_sorting_take(source->sorting, block, capacity, got, &source->error)
                : source->kind->fill(source->state, block, capacity, got, &source->error);
        source->failed = status != RH_OK;
        source->ended = !source->failed && *got < capacity;
        source->events += *got;
    }
    return source->failed && *got == 0 ? tell_failure(source, error) : RH_OK;
}

rh_status rh_source_lend(rh_source *source, rh_event *block, size_t capacity,
                         const rh_event **events, size_t *got, rh_error *error) {
    *events = block;
    if (source->sorting || !source->kind->lend)
        return rh_source_fill(source, block, capacity, got, error);
    *got = 0;
    if (!source->failed && !source->ended) {
        rh_status status = source->kind->lend(source->state, capacity, events, got, &source->error);
        source->failed = status != RH_OK;
        source->ended = *got == 0;
        source->events += *got;
    }
    return source->failed ? tell_failure(source, error) : RH_OK;
}

int rh_source_next(rh_source *source, rh_event *event, rh_error *error) {
    size_t got;
    return rh_source_fill(source, event, 1, &got, error) == RH_OK ? (int)got : -1;
}

rh_time rh_source_begins(const rh_source *source) {
    return source->kind->begins ? source->kind->begins(source->state) : RH_DAWN;
}

void rh_source_place(const rh_source *source, int64_t *done, int64_t *total) {
    *done = *total = -1;
    if (source->kind->place)
        source->kind->place(source->state, done, total);
}

rh_status rh_source_finish(rh_source *source, rh_error *error) {
    enum { BLOCK = 128 };
    rh_event block[BLOCK];
    size_t got = 1;
    rh_status status = RH_OK;
    while (!source->kind->is_summed_up && status == RH_OK && got > 0)
        status = rh_source_fill(source, block, BLOCK, &got, error);
    return status;
}

void rh_source_summarise(const rh_source *source, rh_source_summary *out) {
    source->kind->summarise(source->state, out);
    out->events = source->events;
}

void rh_source_counts(const rh_source *source, uint32_t instrument, uint64_t *rows,
                      uint64_t *gaps) {
    *rows = *gaps = 0;
    source->kind->counts(source->state, instrument, rows, gaps);
}

rh_status rh_source_names(const rh_source_spec *spec, void (*each)(void *user, const char *name),
                          void *user, rh_error *error) {
    rh_error own;
    return kind_of(spec)->names(spec, each, user, error ? error : &own);
}
