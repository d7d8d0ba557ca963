/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/inference.h"

#include "base/memory.h"
#include "study/montecarlo.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *rh_loss_text(int loss) {
    return loss == RH_LOSS_ERROR2 ? "error2" : "error2_cost";
}

/* The lanes that can be compared, as series over the steps that count in all of them. */
typedef struct {
    const rh_case_result *results;
    size_t reference; /* place in `which` */
    size_t *which, n_lanes;
    size_t *steps, n_steps;
    double **errors, **costs, **differences; /* by place in `which` */
    double *values;                          /* all of them */
} panel;

static int same_grid(const rh_metric_series *a, const rh_metric_series *b) {
    if (a->count != b->count)
        return 0;
    for (size_t i = 0; i < a->count; i++)
        if (a->steps[i].ts != b->steps[i].ts)
            return 0;
    return 1;
}

static int counts_everywhere(const panel *p, size_t step) {
    for (size_t i = 0; i < p->n_lanes; i++) {
        const rh_metric_step *s = &p->results[p->which[i]].series.steps[step];
        if (!s->counted || !isfinite(s->error) || !isfinite(s->cost))
            return 0;
    }
    return 1;
}

static void choose(panel *p, const rh_cases *cases, size_t reference) {
    const rh_case_result *against = &p->results[reference];
    for (size_t i = 0; i < cases->n_cases; i++) {
        const rh_case *c = &cases->cases[i], *other = &cases->cases[reference];
        if (p->results[i].status != RH_OK ||
            (c->tape != other->tape && !rh_shares_paths(c, other)) ||
            !same_grid(&p->results[i].series, &against->series))
            continue;
        if (i == reference)
            p->reference = p->n_lanes;
        p->which[p->n_lanes++] = i;
    }
    for (size_t step = 0; step < against->series.count; step++)
        if (counts_everywhere(p, step))
            p->steps[p->n_steps++] = step;
}

static void free_panel(panel *p) {
    rh_release(p->which);
    rh_release(p->steps);
    rh_release((void *)p->errors);
    rh_release((void *)p->costs);
    rh_release((void *)p->differences);
    rh_release(p->values);
}

static rh_status make_panel(panel *p, const rh_cases *cases, size_t reference, rh_error *error) {
    const size_t most = cases->n_cases, steps = p->results[reference].series.count;
    p->which = rh_allocate(most, sizeof *p->which);
    p->steps = rh_allocate(steps, sizeof *p->steps);
    p->errors = rh_allocate(most, sizeof *p->errors);
    p->costs = rh_allocate(most, sizeof *p->costs);
    p->differences = rh_allocate(most, sizeof *p->differences);
    if (!p->which || !p->steps || !p->errors || !p->costs || !p->differences)
        return rh_no_memory(error);
    choose(p, cases, reference);
    const size_t n = p->n_steps;
    p->values = rh_allocate(3 * p->n_lanes, n * sizeof *p->values);
    if (!p->values)
        return rh_no_memory(error);
    for (size_t i = 0; i < p->n_lanes; i++) {
        const rh_metric_step *from = p->results[p->which[i]].series.steps;
        p->errors[i] = p->values + 3 * i * n;
        p->costs[i] = p->errors[i] + n;
        p->differences[i] = p->costs[i] + n;
        for (size_t k = 0; k < n; k++) {
            p->errors[i][k] = from[p->steps[k]].error;
            p->costs[i][k] = from[p->steps[k]].cost;
        }
    }
    return RH_OK;
}

/* Intervals of every metric that has a measure. */
static rh_status intervals(const panel *p, const rh_bootstrap *how, rh_case_inference *out,
                           rh_error *error) {
    rh_measure measures[RH_N_METRICS];
    rh_metric metrics[RH_N_METRICS];
    size_t n = 0;
    for (rh_metric m = 0; m < RH_N_METRICS; m++) {
        if (!rh_measure_of_metric(m, &measures[n]))
            continue;
        metrics[n++] = m;
    }
    rh_interval *found = rh_allocate(p->n_lanes * n, sizeof *found);
    if (!found)
        return rh_no_memory(error);
    rh_status status = rh_bootstrap_lanes(how, (const double *const *)p->errors, p->n_lanes,
                                          p->n_steps, measures, n, found, NULL, error);
    for (size_t i = 0; i < p->n_lanes && status == RH_OK; i++)
        for (size_t k = 0; k < n; k++) {
            out[p->which[i]].low[metrics[k]] = found[i * n + k].low;
            out[p->which[i]].high[metrics[k]] = found[i * n + k].high;
        }
    rh_release(found);
    return status;
}

/* Those of a sample of paths are known already. */
static void sample_intervals(const rh_cases *cases, const rh_case_result *results,
                             rh_case_inference *out) {
    for (size_t i = 0; i < cases->n_cases; i++) {
        if (results[i].paths.n == 0 || results[i].status != RH_OK)
            continue;
        memcpy(out[i].low, results[i].paths.low, sizeof out[i].low);
        memcpy(out[i].high, results[i].paths.high, sizeof out[i].high);
    }
}

static rh_status test_loss(const panel *p, const rh_bootstrap *how, int loss,
                           rh_case_inference *out, rh_error *error) {
    const double weight =
        loss == RH_LOSS_ERROR2
            ? 0.0
            : p->results[p->which[p->reference]].metrics[RH_METRIC_HEDGE_ERROR_RMSE];
    rh_comparison_row *rows = rh_allocate(p->n_lanes, sizeof *rows);
    if (!rows)
        return rh_no_memory(error);
    for (size_t i = 0; i < p->n_lanes; i++)
        rh_loss_differences(p->errors[i], p->costs[i], p->errors[p->reference],
                            p->costs[p->reference], p->n_steps, weight, p->differences[i]);
    const rh_comparison comparison = {
        .bootstrap = *how,
        .horizon = 1,
        .lag = how->block_length == 1.0 ? 0 : RH_LAG_AUTOMATIC, /* independent: no lags */
        .tried = p->n_lanes};
    rh_status status = rh_compare_lanes(&comparison, (const double *const *)p->differences,
                                        p->n_lanes, p->n_steps, rows, error);
    for (size_t i = 0; i < p->n_lanes && status == RH_OK; i++) {
        out[p->which[i]].rows[loss] = rows[i];
        out[p->which[i]].paired = i != p->reference;
    }
    rh_release(rows);
    return status;
}

rh_status rh_infer(const rh_cases *cases, const rh_case_result *results, size_t reference,
                   const rh_bootstrap *how, rh_case_inference *out, rh_error *error) {
    enum { LEAST_STEPS = 4 };
    for (size_t i = 0; i < cases->n_cases; i++)
        for (int m = 0; m < RH_N_METRICS; m++)
            out[i].low[m] = out[i].high[m] = NAN;
    sample_intervals(cases, results, out);
    if (results[reference].status != RH_OK)
        return RH_OK;
    const int paths = results[reference].paths.n > 0;
    rh_bootstrap resampling = *how;
    if (paths)
        resampling.block_length = 1.0;
    panel p = {.results = results};
    rh_status status = make_panel(&p, cases, reference, error);
    if (status == RH_OK && p.n_steps >= LEAST_STEPS) {
        if (!paths)
            status = intervals(&p, how, out, error);
        for (int loss = 0; loss < RH_N_LOSSES && status == RH_OK; loss++)
            status = test_loss(&p, &resampling, loss, out, error);
    }
    free_panel(&p);
    return status;
}
