/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/montecarlo.h"

#include "base/memory.h"

#include <math.h>
#include <string.h>

int rh_is_montecarlo(const rh_case *c) {
    return c->plan->n_paths > 1;
}

int rh_shares_paths(const rh_case *a, const rh_case *b) {
    return rh_is_montecarlo(a) && a->plan->n_paths == b->plan->n_paths &&
           a->plan->first_path == b->plan->first_path &&
           strcmp(a->plan->scenario_sha256, b->plan->scenario_sha256) == 0;
}

/* ---- one case ---- */

/* One step for each path, at the end of the simulated time. */
static rh_status make_series(const rh_case *c, const rh_case_paths *paths, rh_metric_series *out,
                             rh_error *error) {
    const rh_scenario *s = c->plan->scenario;
    const rh_time end = s->start + s->length - s->step;
    rh_status status = RH_OK;
    rh_metric_series_free(out);
    *out = (rh_metric_series){0};
    for (size_t i = 0; i < paths->n && status == RH_OK; i++) {
        const rh_path_record *r = &paths->records[i];
        const rh_metric_step step = {.ts = end,
                                     .years = rh_years(s->start, end),
                                     .error = r->error,
                                     .unhedged_error = r->unhedged_error,
                                     .pnl = NAN,
                                     .price = NAN,
                                     .iv = NAN,
                                     .net_delta = NAN,
                                     .cost = r->cost,
                                     .slippage = r->spread + r->impact + r->latency,
                                     .counted = isfinite(r->error)};
        status = rh_metric_series_add(out, &step, error);
    }
    return status;
}

static rh_status fill_result(const rh_case *c, rh_case_result *result, rh_error *error) {
    double first[RH_N_METRICS];
    memcpy(first, result->metrics, sizeof first);
    rh_status status = rh_path_metrics(
        result->paths.records, result->paths.n, c->plan->lane.numeraire == RH_NUMERAIRE_COIN, first,
        result->metrics, result->paths.low, result->paths.high, error);
    return status == RH_OK ? make_series(c, &result->paths, &result->series, error) : status;
}

/* ---- one tape ---- */

typedef struct {
    const rh_compare_terms *terms;
    size_t *which, n_which;
    rh_status *status;
    rh_error *errors;
    int *in_blocks;
} tape_cases;

static rh_status list_cases(tape_cases *t, size_t tape, rh_error *error) {
    const rh_cases *cases = t->terms->cases;
    t->which = rh_allocate(cases->n_cases, sizeof *t->which);
    t->status = rh_allocate(cases->n_cases, sizeof *t->status);
    t->errors = rh_allocate(cases->n_cases, sizeof *t->errors);
    t->in_blocks = rh_allocate(cases->n_cases, sizeof *t->in_blocks);
    if (!t->which || !t->status || !t->errors || !t->in_blocks)
        return rh_no_memory(error);
    for (size_t i = 0; i < cases->n_cases; i++)
        if (cases->cases[i].tape == tape && rh_is_montecarlo(&cases->cases[i]))
            t->which[t->n_which++] = i;
    return RH_OK;
}

static rh_status take_results(const tape_cases *t, const rh_path_record *records,
                              rh_case_result *results, rh_error *error) {
    const rh_cases *cases = t->terms->cases;
    rh_status status = RH_OK;
    for (size_t i = 0; i < t->n_which && status == RH_OK; i++) {
        const rh_case *c = &cases->cases[t->which[i]];
        rh_case_result *result = &results[t->which[i]];
        const size_t n = c->plan->n_paths;
        result->paths = (rh_case_paths){.records = records + i * n,
                                        .n = n,
                                        .first = c->plan->first_path,
                                        .in_blocks = t->in_blocks[i]};
        if (result->status == RH_OK && t->status[i] != RH_OK) {
            result->status = t->status[i];
            result->error = t->errors[i];
        }
        status = fill_result(c, result, error);
    }
    return status;
}

static rh_status run_cases(const tape_cases *t, rh_case_result *results, rh_path_record **records,
                           rh_error *error) {
    const rh_plan *plan = t->terms->cases->cases[t->which[0]].plan;
    const rh_paths_terms terms = {.cases = t->terms->cases,
                                  .which = t->which,
                                  .n_which = t->n_which,
                                  .first = plan->first_path,
                                  .n_paths = plan->n_paths,
                                  .threads = t->terms->threads,
                                  .interrupted = t->terms->interrupted,
                                  .in_blocks = t->in_blocks,
                                  .progress = t->terms->path_progress,
                                  .self = t->terms->self};
    *records = rh_allocate(t->n_which, plan->n_paths * sizeof **records);
    if (!*records)
        return rh_no_memory(error);
    const rh_status status = rh_paths_run(&terms, *records, t->status, t->errors, error);
    return status == RH_OK ? take_results(t, *records, results, error) : status;
}

rh_status rh_montecarlo_tape(const rh_compare_terms *terms, size_t tape, rh_case_result *results,
                             rh_path_record **records, rh_error *error) {
    tape_cases t = {.terms = terms};
    rh_status status = list_cases(&t, tape, error);
    if (status == RH_OK && t.n_which > 0)
        status = run_cases(&t, results, records, error);
    rh_release(t.which);
    rh_release(t.status);
    rh_release(t.errors);
    rh_release(t.in_blocks);
    return status;
}
