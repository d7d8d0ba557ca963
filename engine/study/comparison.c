/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/comparison.h"

#include "base/memory.h"
#include "study/inference.h"
#include "study/montecarlo.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const rh_comparison_terms *terms;
    rh_cases cases;
    rh_case_result *results;
    rh_case_inference *inference;
    char (*sha256)[65];       /* by tape */
    rh_path_record **records; /* by tape; NULL: one history */
    size_t reference;
    rh_catalogue *catalogue; /* of all tapes together */
    rh_time started_at;
    double started;
} comparison;

static rh_compare_terms pass_terms(const comparison *c) {
    return (rh_compare_terms){.cases = &c->cases,
                              .threads = c->terms->threads,
                              .interrupted = c->terms->interrupted,
                              .path_progress = c->terms->path_progress,
                              .self = c->terms->self};
}

static rh_status find_reference(comparison *c, rh_error *error) {
    const char *wanted = c->terms->reference;
    for (size_t i = 0; wanted && i < c->cases.n_cases; i++) {
        if (strcmp(c->cases.cases[i].label, wanted) != 0)
            continue;
        c->reference = i;
        return RH_OK;
    }
    if (!wanted)
        return RH_OK;
    return rh_fail(error, RH_BAD_CONFIG, "--reference: no lane is labelled '%s'", wanted);
}

/* ---- leaders ---- */

static const comparison *ordering; /* qsort knows no context; one comparison is made at a time */

static double merit(size_t i) {
    const rh_case_result *result = &ordering->results[i];
    const double std = result->metrics[RH_METRIC_HEDGE_ERROR_STD];
    return result->status == RH_OK && !isnan(std) ? std : INFINITY;
}

static int by_merit(const void *x, const void *y) {
    const size_t i = *(const size_t *)x, k = *(const size_t *)y;
    const double a = merit(i), b = merit(k);
    return a < b ? -1 : a > b ? 1 : i < k ? -1 : i > k;
}

/* The reference and the best lanes by the error's standard deviation: 1 in chosen[]. */
static rh_status choose_leaders(const comparison *c, unsigned char *chosen, rh_error *error) {
    size_t *order = rh_allocate(c->cases.n_cases, sizeof *order);
    if (!order)
        return rh_no_memory(error);
    for (size_t i = 0; i < c->cases.n_cases; i++)
        order[i] = i;
    ordering = c;
    qsort(order, c->cases.n_cases, sizeof *order, by_merit);
    for (size_t i = 0; i < c->cases.n_cases && i < c->terms->leaders; i++)
        chosen[order[i]] = c->results[order[i]].status == RH_OK;
    chosen[c->reference] = c->results[c->reference].status == RH_OK;
    rh_release(order);
    return RH_OK;
}

/* ---- writing ---- */

static rh_status begin_lane(const comparison *c, rh_results *results, size_t i, rh_recorder **out,
                            rh_error *error) {
    const rh_case *lane = &c->cases.cases[i];
    const rh_axes *axes = &c->cases.axes;
    rh_json config = {0};
    rh_plan_json(lane->plan, 1, &config);
    rh_results_swept *swept = rh_allocate(axes->n_axes, sizeof *swept);
    rh_status status = swept && rh_json_text(&config) ? RH_OK : rh_no_memory(error);
    for (size_t k = 0; k < axes->n_axes && status == RH_OK; k++)
        swept[k] = (rh_results_swept){axes->axes[k].key, lane->swept[k]};
    const rh_results_run run = {
        .label = lane->label,
        .title = lane->experiment->title,
        .config = rh_json_text(&config),
        .identity = lane->identity,
        .numeraire = lane->plan->lane.numeraire == RH_NUMERAIRE_USD ? "usd" : "coin",
        .underlying = lane->plan->underlying,
        .grid = lane->experiment->record.every,
        .swept = swept,
        .n_swept = axes->n_axes,
    };
    if (status == RH_OK)
        status = rh_results_begin(results, &run, out, error);
    rh_json_free(&config);
    rh_release(swept);
    return status;
}

/* What a reader of one lane has to know; "" for one history. */
static void note_paths(const rh_case_paths *paths, char *out, size_t size) {
    out[0] = '\0';
    if (paths->n > 0)
        (void)snprintf(out, size,
                       "Metrics and errors are over %zu simulated paths; steps, fills, cash "
                       "movements and attribution are of path %" PRIu32 " alone.\n%s",
                       paths->n, paths->first,
                       paths->in_blocks ? "The paths were run in blocks; the engine has checked "
                                          "the first.\n"
                                        : "");
}

static rh_status finish_lane(const comparison *c, rh_results *results, size_t i,
                             rh_recorder *recorder, rh_error *error) {
    const rh_case_result *result = &c->results[i];
    char text[sizeof result->error.text + 16] = "ok";
    if (result->status != RH_OK)
        (void)snprintf(text, sizeof text, "failed: %s", result->error.text);
    char notes[320];
    note_paths(&result->paths, notes, sizeof notes);
    const rh_results_end end = {.status = text,
                                .data_sha256 = c->sha256[c->cases.cases[i].tape],
                                .notes = notes,
                                .events = result->events,
                                .elapsed_s = rh_stopwatch() - c->started,
                                .started = c->started_at,
                                .metrics = result->status == RH_OK ? result->metrics : NULL,
                                .low = c->inference[i].low,
                                .high = c->inference[i].high};
    rh_status status = rh_results_errors(results, recorder, &result->series, error);
    if (status == RH_OK && result->paths.n > 0)
        status = rh_results_paths(results, recorder, result->paths.records, result->paths.n,
                                  result->paths.first, error);
    return status == RH_OK ? rh_results_finish(results, recorder, &end, error) : status;
}

/* A lane and the reference count as different if the p corrected over all lanes says so. */
static rh_status write_differences(const comparison *c, rh_results *results, size_t i,
                                   rh_recorder *recorder, rh_error *error) {
    rh_status status = RH_OK;
    for (int loss = 0; loss < RH_N_LOSSES && c->inference[i].paired && status == RH_OK; loss++) {
        const rh_comparison_row *row = &c->inference[i].rows[loss];
        const rh_results_difference difference = {
            .reference_id = (int64_t)c->reference + 1,
            .loss = rh_loss_text(loss),
            .mean = row->dm.mean,
            .low = row->mean.low,
            .high = row->mean.high,
            .dm = row->dm.statistic,
            .p = row->dm.p,
            .p_holm = row->dm_holm,
            .p_romano_wolf = row->romano_wolf,
            .distinguishable = row->dm_holm <= 1.0 - c->terms->level,
            .lanes = (int64_t)c->cases.n_cases,
        };
        status = rh_results_differ(results, recorder, &difference, error);
    }
    return status;
}

/* The results know one catalogue, each tape has its own: instruments get their number there. */
typedef struct {
    rh_recorder recorder; /* first: a recorder is its translator */
    rh_recorder *to;
    const rh_catalogue *theirs, *ours;
} translator;

static uint32_t translate(const translator *t, uint32_t id) {
    const rh_instrument *instrument = rh_catalogue_get(t->theirs, id);
    return instrument ? rh_catalogue_find(t->ours, instrument->name, strlen(instrument->name))
                      : RH_NO_INSTRUMENT;
}

static rh_status pass_step(rh_recorder *self, const rh_step *step, rh_error *error) {
    translator *t = (translator *)self;
    return t->to->step(t->to, step, error);
}

static rh_status pass_fill(rh_recorder *self, const rh_fill *fill, rh_error *error) {
    translator *t = (translator *)self;
    rh_fill ours = *fill;
    ours.instrument = translate(t, fill->instrument);
    return t->to->fill(t->to, &ours, error);
}

static rh_status pass_flow(rh_recorder *self, const rh_flow *flow, rh_error *error) {
    translator *t = (translator *)self;
    rh_flow ours = *flow;
    ours.instrument = translate(t, flow->instrument);
    return t->to->flow(t->to, &ours, error);
}

/* Runs the chosen lanes of one tape again, recorded. */
static rh_status record_tape(const comparison *c, size_t tape, const unsigned char *chosen,
                             rh_recorder *const *recorders, rh_error *error) {
    const size_t n_cases = c->cases.n_cases;
    size_t *which = rh_allocate(n_cases, sizeof *which), n = 0;
    translator *translators = rh_allocate(n_cases, sizeof *translators);
    rh_recorder **theirs = rh_allocate(n_cases, sizeof *theirs);
    rh_status status = which && translators && theirs ? RH_OK : rh_no_memory(error);
    for (size_t i = 0; i < n_cases && status == RH_OK; i++) {
        if (!chosen[i] || c->cases.cases[i].tape != tape)
            continue;
        translators[n] = (translator){.recorder = {pass_step, pass_fill, pass_flow},
                                      .to = recorders[i],
                                      .theirs = c->cases.catalogues[tape],
                                      .ours = c->catalogue};
        theirs[n] = &translators[n].recorder;
        which[n++] = i;
    }
    const rh_compare_terms terms = pass_terms(c);
    if (status == RH_OK && n > 0)
        status = rh_compare_record(&terms, which, n, theirs, c->sha256[tape], error);
    rh_release(which);
    rh_release(translators);
    rh_release((void *)theirs);
    return status;
}

static rh_status write_lanes(const comparison *c, rh_results *results, rh_error *error) {
    const size_t n_cases = c->cases.n_cases;
    rh_recorder **recorders = rh_allocate(n_cases, sizeof *recorders);
    unsigned char *chosen = rh_allocate(n_cases, 1);
    rh_status status = recorders && chosen ? choose_leaders(c, chosen, error) : rh_no_memory(error);
    for (size_t i = 0; i < n_cases && status == RH_OK; i++)
        status = begin_lane(c, results, i, &recorders[i], error);
    for (size_t tape = 0; tape < c->cases.n_tapes && status == RH_OK; tape++)
        status = record_tape(c, tape, chosen, recorders, error);
    for (size_t i = 0; i < n_cases && status == RH_OK; i++) {
        status = finish_lane(c, results, i, recorders[i], error);
        if (status == RH_OK)
            status = write_differences(c, results, i, recorders[i], error);
    }
    rh_release((void *)recorders);
    rh_release(chosen);
    return status;
}

/* ---- all of it ---- */

static void sum_up(const comparison *c, rh_comparison_outcome *outcome) {
    *outcome = (rh_comparison_outcome){
        .lanes = c->cases.n_cases, .merged = c->cases.merged, .passes = c->cases.n_tapes};
    for (size_t i = 0; i < c->cases.n_cases; i++) {
        if (c->results[i].status == RH_OK)
            continue;
        if (outcome->failed++ == 0)
            (void)snprintf(outcome->first_failure, sizeof outcome->first_failure, "%.100s: %.400s",
                           c->cases.cases[i].label, c->results[i].error.text);
    }
}

static rh_status join_catalogues(comparison *c, rh_error *error) {
    c->catalogue = rh_catalogue_new();
    if (!c->catalogue)
        return rh_no_memory(error);
    for (size_t t = 0; t < c->cases.n_tapes; t++)
        for (uint32_t i = 0; i < rh_catalogue_count(c->cases.catalogues[t]); i++)
            if (rh_catalogue_add(c->catalogue, rh_catalogue_get(c->cases.catalogues[t], i)) ==
                RH_NO_INSTRUMENT)
                return rh_no_memory(error);
    return RH_OK;
}

static rh_status write_file(comparison *c, const char *output, rh_error *error) {
    rh_results *results = NULL;
    rh_status status = join_catalogues(c, error);
    if (status == RH_OK)
        status = rh_results_create(output, c->catalogue, &results, error);
    if (status == RH_OK)
        status = write_lanes(c, results, error);
    if (status == RH_OK) {
        status = rh_results_commit(results, error);
        results = NULL;
    }
    rh_results_abandon(results);
    return status;
}

static rh_status make(comparison *c, const char *output, rh_comparison_outcome *outcome,
                      rh_error *error) {
    c->results = rh_allocate(c->cases.n_cases, sizeof *c->results);
    c->inference = rh_allocate(c->cases.n_cases, sizeof *c->inference);
    c->sha256 = rh_allocate(c->cases.n_tapes, sizeof *c->sha256);
    c->records = rh_allocate(c->cases.n_tapes, sizeof *c->records);
    rh_status status = c->results && c->inference && c->sha256 && c->records
                           ? find_reference(c, error)
                           : rh_no_memory(error);
    if (status != RH_OK)
        return status;
    const rh_compare_terms terms = pass_terms(c);
    status = rh_compare_run(&terms, c->results, c->sha256, error);
    for (size_t tape = 0; tape < c->cases.n_tapes && status == RH_OK; tape++)
        status = rh_montecarlo_tape(&terms, tape, c->results, &c->records[tape], error);
    if (status != RH_OK)
        return status;
    sum_up(c, outcome);
    const rh_bootstrap how = {
        .seed = c->terms->seed, .replicates = c->terms->replicates, .level = c->terms->level};
    status = rh_infer(&c->cases, c->results, c->reference, &how, c->inference, error);
    if (status != RH_OK)
        return status;
    if (outcome->failed == outcome->lanes)
        return rh_fail(error, c->results[0].status, "%s", outcome->first_failure);
    return write_file(c, output, error);
}

rh_status rh_comparison_make(const rh_comparison_terms *terms, const char *output,
                             rh_comparison_outcome *outcome, rh_error *error) {
    comparison c = {.terms = terms, .started_at = rh_time_now(), .started = rh_stopwatch()};
    rh_status status = rh_cases_read(terms->path, terms->settings, terms->n_settings, terms->axes,
                                     terms->n_axes, terms->registry, &c.cases, error);
    if (status == RH_OK)
        status = make(&c, output, outcome, error);
    for (size_t i = 0; i < c.cases.n_cases && c.results; i++)
        rh_case_result_free(&c.results[i]);
    rh_release(c.results);
    for (size_t i = 0; i < c.cases.n_tapes && c.records; i++)
        rh_release(c.records[i]);
    rh_release((void *)c.records);
    rh_release(c.inference);
    rh_release(c.sha256);
    rh_catalogue_free(c.catalogue);
    rh_cases_free(&c.cases);
    return status;
}
