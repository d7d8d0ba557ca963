/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/format.h"
#include "feed/pattern.h"
#include "feed/source_kind.h"

#include "base/digest.h"
#include "base/memory.h"

#include <stdio.h>
#include <string.h>

/* Files are opened one after another; a file takes over what the one before it counted. */
typedef struct {
    rh_source_spec spec; /* its path is the file's at hand */
    uint16_t number;
    const rh_catalogue *catalogue;
    char **paths;
    size_t n_paths, opened; /* the file at hand is the one before `opened` */
    void *file;
    int begun, ended; /* the file at hand has given events; the last one has ended */
    rh_time latest;   /* event so far, when it was known */
    int64_t disorder; /* how far before it the next file may begin */
    char *digests;    /* of the files that have ended, a line each */
} series;

static void close_series(void *state) {
    series *s = state;
    if (s->file)
        rh_source_of_file.close(s->file);
    rh_pattern_free(s->paths, s->n_paths);
    rh_release(s->digests);
    rh_release(s);
}

static rh_status open_next(series *s, rh_error *error) {
    void *file = NULL;
    s->spec.path = s->paths[s->opened];
    s->spec.interval = s->file ? rh_file_interval(s->file) : s->spec.interval;
    rh_status status = rh_source_of_file.open(&s->spec, s->number, s->catalogue, &file, error);
    if (status != RH_OK)
        return status;
    if (s->file) {
        rh_file_follow(file, s->file);
        rh_source_of_file.close(s->file);
    }
    s->file = file;
    s->begun = 0;
    s->opened++;
    return RH_OK;
}

static rh_status open_series(const rh_source_spec *spec, uint16_t number,
                             const rh_catalogue *catalogue, void **out, rh_error *error) {
    series *s = rh_allocate(1, sizeof *s);
    if (!s)
        return rh_fail(error, RH_FAILED, "%s: no memory to read", spec->path);
    s->spec = *spec;
    s->number = number;
    s->catalogue = catalogue;
    s->latest = RH_DAWN;
    s->disorder = rh_format_disorder(spec);
    rh_status status = rh_pattern_expand(spec->path, &s->paths, &s->n_paths, error);
    if (status == RH_OK) {
        s->digests = rh_allocate(s->n_paths, RH_DIGEST_TEXT);
        status = s->digests ? open_next(s, error) : rh_no_memory(error);
    }
    if (status != RH_OK)
        close_series(s);
    else
        *out = s;
    return status;
}

static rh_status check_order(const series *s, rh_time first, rh_error *error) {
    char at[RH_TIME_TEXT], by[RH_DURATION_TEXT];
    if (s->latest == RH_DAWN || first >= s->latest || s->latest - first <= s->disorder)
        return RH_OK;
    return rh_fail(error, RH_BAD_DATA,
                   "%s: begins at %s, %s before the end of %s; the files of a series follow each "
                   "other by name and must not overlap",
                   s->paths[s->opened - 1], rh_time_text(first, at),
                   rh_duration_text(s->latest - first, by), s->paths[s->opened - 2]);
}

static void keep_digest(series *s) {
    rh_source_summary summary;
    rh_source_of_file.summarise(s->file, &summary);
    char *line = s->digests + (s->opened - 1) * RH_DIGEST_TEXT;
    memcpy(line, summary.sha256, RH_DIGEST_TEXT - 1);
    line[RH_DIGEST_TEXT - 1] = '\n';
}

/* Events of the file at hand; 0 of them where it has ended. */
static rh_status fill_from_one(series *s, rh_event *block, size_t capacity, size_t *got,
                               rh_error *error) {
    *got = 0;
    rh_status status = rh_source_of_file.fill(s->file, block, capacity, got, error);
    if (*got > 0 && !s->begun) {
        rh_error overlap;
        s->begun = 1;
        if (check_order(s, block[0].known, &overlap) != RH_OK) {
            *got = 0;
            *error = overlap;
            return RH_BAD_DATA;
        }
    }
    for (size_t i = 0; i < *got; i++)
        s->latest = block[i].known > s->latest ? block[i].known : s->latest;
    return status;
}

static rh_status fill_from_series(void *state, rh_event *block, size_t capacity, size_t *got,
                                  rh_error *error) {
    series *s = state;
    while (*got < capacity && !s->ended) {
        const size_t room = capacity - *got;
        size_t part;
        rh_status status = fill_from_one(s, block + *got, room, &part, error);
        *got += part;
        if (status == RH_OK && part < room) {
            keep_digest(s);
            s->ended = s->opened == s->n_paths;
            status = s->ended ? RH_OK : open_next(s, error);
        }
        if (status != RH_OK)
            return status;
    }
    return RH_OK;
}

static void counts_of_series(const void *state, uint32_t instrument, uint64_t *rows,
                             uint64_t *gaps) {
    rh_source_of_file.counts(((const series *)state)->file, instrument, rows, gaps);
}

static void summarise_series(const void *state, rh_source_summary *out) {
    const series *s = state;
    char note[sizeof out->note];
    rh_source_of_file.summarise(s->file, out);
    (void)snprintf(note, sizeof note, "%zu files%s%.200s", s->n_paths, *out->note ? "; " : "",
                   out->note);
    memcpy(out->note, note, sizeof note);
    out->sha256[0] = '\0';
    if (s->ended)
        (void)rh_digest(s->digests, s->n_paths * RH_DIGEST_TEXT, out->sha256);
}

/* ---- names ---- */

typedef struct {
    rh_catalogue *seen;
    void (*each)(void *user, const char *name);
    void *user;
    int failed;
} listener;

static void tell_new(void *user, const char *name) {
    listener *l = user;
    rh_instrument instrument = {.multiplier = 1.0};
    if (l->failed || rh_catalogue_find(l->seen, name, strlen(name)) != RH_NO_INSTRUMENT)
        return;
    (void)snprintf(instrument.name, sizeof instrument.name, "%s", name);
    l->failed = rh_catalogue_add(l->seen, &instrument) == RH_NO_INSTRUMENT;
    if (!l->failed)
        l->each(l->user, name);
}

static rh_status names_of_series(const rh_source_spec *spec,
                                 void (*each)(void *user, const char *name), void *user,
                                 rh_error *error) {
    rh_source_spec one = *spec;
    char **paths = NULL;
    size_t count = 0;
    listener l = {.seen = rh_catalogue_new(), .each = each, .user = user};
    rh_status status =
        l.seen ? rh_pattern_expand(spec->path, &paths, &count, error) : rh_no_memory(error);
    const size_t wanted = spec->instrument ? 1 : count; /* all are of that one */
    for (size_t i = 0; i < count && i < wanted && status == RH_OK; i++) {
        one.path = paths[i];
        status = rh_source_of_file.names(&one, tell_new, &l, error);
        if (status == RH_OK && l.failed)
            status = rh_no_memory(error);
    }
    rh_pattern_free(paths, count);
    rh_catalogue_free(l.seen);
    return status;
}

const rh_source_kind rh_source_of_series = {.open = open_series,
                                            .fill = fill_from_series,
                                            .summarise = summarise_series,
                                            .counts = counts_of_series,
                                            .close = close_series,
                                            .names = names_of_series};
