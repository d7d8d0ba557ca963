/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "metrics/bootstrap.h"

#include "base/memory.h"
#include "metrics/resample.h"
#include "metrics/statistic.h"

#include <gsl/gsl_sort.h>
#include <math.h>

/* ---- what may be asked ---- */

const char *rh_interval_reason_text(rh_interval_reason reason) {
    switch (reason) {
    case RH_INTERVAL_GIVEN: return "";
    case RH_INTERVAL_TOO_FEW_BLOCKS: return "fewer than 30 blocks";
    case RH_INTERVAL_TOO_FEW_IN_TAIL: return "fewer than 10 steps in the tail";
    case RH_INTERVAL_CONSTANT: return "does not vary";
    case RH_INTERVAL_UNDEFINED: return "not a number in some replicate";
    case RH_INTERVAL_NOT_BOOTSTRAPPABLE: return "an extreme or a sum over the run";
    }
    return "";
}

int rh_measure_of_metric(rh_metric metric, rh_measure *out) {
    switch (metric) {
    case RH_METRIC_HEDGE_ERROR_MEAN:
        *out = (rh_measure){RH_MEASURE_MEAN, 0.0, RH_BOOTSTRAP_STUDENTISED};
        return 1;
    case RH_METRIC_HEDGE_ERROR_STD:
    case RH_METRIC_HEDGE_ERROR_STD_ANNUAL:
        *out = (rh_measure){RH_MEASURE_STD, 0.0, RH_BOOTSTRAP_STUDENTISED};
        return 1;
    case RH_METRIC_HEDGE_ERROR_RMSE:
        *out = (rh_measure){RH_MEASURE_RMS, 0.0, RH_BOOTSTRAP_STUDENTISED};
        return 1;
    case RH_METRIC_VAR95:
    case RH_METRIC_VAR99:
        *out = (rh_measure){RH_MEASURE_VALUE_AT_RISK, metric == RH_METRIC_VAR95 ? 0.05 : 0.01,
                            RH_BOOTSTRAP_PERCENTILE};
        return 1;
    case RH_METRIC_ES95:
    case RH_METRIC_ES99:
        *out = (rh_measure){RH_MEASURE_EXPECTED_SHORTFALL, metric == RH_METRIC_ES95 ? 0.05 : 0.01,
                            RH_BOOTSTRAP_BASIC};
        return 1;
    default: return 0;
    }
}

static rh_status check_spec(const rh_bootstrap *how, size_t n, rh_error *error) {
    if (n == 0 || n > RH_RESAMPLE_MOST_STEPS)
        return rh_fail(error, RH_BAD_DATA, "a bootstrap of %zu steps: 1 to %zu are possible", n,
                       RH_RESAMPLE_MOST_STEPS);
    if (!(how->level > 0.0 && how->level < 1.0))
        return rh_fail(error, RH_BAD_CONFIG, "bootstrap level %g: use a number such as 0.95",
                       how->level);
    if (how->block_length != 0.0 && !(how->block_length >= 1.0 && isfinite(how->block_length)))
        return rh_fail(error, RH_BAD_CONFIG,
                       "block length %g: use at least 1 step, or 0 for the automatic one",
                       how->block_length);
    if ((double)how->replicates + 1.0 < 2.0 / (1.0 - how->level) * (1.0 - 1e-12) ||
        how->replicates > UINT32_MAX)
        return rh_fail(error, RH_BAD_CONFIG,
                       "%zu bootstrap replicates are too %s for level %g: use 999 or 9999",
                       how->replicates, how->replicates > UINT32_MAX ? "many" : "few", how->level);
    return RH_OK;
}

rh_status rh_bootstrap_check(const rh_bootstrap *how, const double *const *series, size_t n_series,
                             size_t n, rh_error *error) {
    const rh_status status = check_spec(how, n, error);
    if (status != RH_OK)
        return status;
    for (size_t i = 0; i < n_series; i++)
        for (size_t t = 0; t < n; t++)
            if (!isfinite(series[i][t]))
                return rh_fail(error, RH_BAD_DATA,
                               "series %zu, step %zu is %g: leave out steps without a value in "
                               "all aligned series",
                               i, t, series[i][t]);
    return RH_OK;
}

rh_resampling rh_bootstrap_resampling(const rh_bootstrap *how, const double *const *series,
                                      size_t n_series, size_t n, int sizes) {
    const double length = how->block_length > 0.0
                              ? how->block_length
                              : rh_bootstrap_shared_block_length(series, n_series, n, sizes);
    return (rh_resampling){how->seed, n, length};
}

static rh_status check_measures(const rh_measure *measures, size_t n_measures, rh_error *error) {
    for (size_t k = 0; k < n_measures; k++) {
        const rh_measure *measure = &measures[k];
        const int is_tail = measure->kind >= RH_MEASURE_VALUE_AT_RISK;
        if (is_tail && !(measure->tail > 0.0 && measure->tail < 0.5))
            return rh_fail(error, RH_BAD_CONFIG, "tail %g: use a number such as 0.05",
                           measure->tail);
        if (is_tail && measure->method == RH_BOOTSTRAP_STUDENTISED)
            return rh_fail(error, RH_BAD_CONFIG,
                           "studentised intervals are for mean, std and rms: use percentile");
    }
    return RH_OK;
}

/* ---- from replicates to an interval ---- */

/* Type 6 (Hyndman and Fan 1996): the order statistic of rank (count + 1) p, between two of them
 * linearly. */
static double quantile(const double *sorted, size_t count, double p) {
    const double rank = fmin(fmax(((double)count + 1.0) * p, 1.0), (double)count);
    const size_t below = (size_t)floor(rank + 1e-9); /* 0.025 is no binary fraction */
    const double part = fmax(rank - (double)below, 0.0);
    if (below >= count)
        return sorted[count - 1];
    return part < 1e-9 ? sorted[below - 1]
                       : sorted[below - 1] + part * (sorted[below] - sorted[below - 1]);
}

static void no_interval(rh_interval *out, rh_interval_reason reason) {
    out->low = out->high = out->standard_error = NAN;
    out->reason = reason;
}

static int all_finite(const double *x, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!isfinite(x[i]))
            return 0;
    return 1;
}

/* A statistic that doesn't vary still differs by roundings from one replicate to the next. */
static int is_constant(const double *x, size_t count, double estimate) {
    double least = x[0], most = x[0];
    for (size_t i = 1; i < count; i++) {
        least = fmin(least, x[i]);
        most = fmax(most, x[i]);
    }
    return most - least <= 1e-13 * fabs(estimate);
}

/* Sorts `replicates`. out->estimate is there. */
static void interval_of(double *replicates, const rh_bootstrap *how, int basic, rh_interval *out) {
    const double a = 0.5 * (1.0 - how->level), center = basic ? 2.0 * out->estimate : 0.0;
    out->standard_error = rh_stat_std(replicates, how->replicates);
    gsl_sort(replicates, 1, how->replicates);
    const double below = quantile(replicates, how->replicates, a);
    const double above = quantile(replicates, how->replicates, 1.0 - a);
    out->low = basic ? center - above : below;
    out->high = basic ? center - below : above;
    out->reason = RH_INTERVAL_GIVEN;
}

static void finish(double *replicates, const rh_bootstrap *how, rh_bootstrap_method method,
                   rh_interval *out) {
    if (!isfinite(out->estimate) || !all_finite(replicates, how->replicates))
        no_interval(out, RH_INTERVAL_UNDEFINED);
    else if (is_constant(replicates, how->replicates, out->estimate))
        no_interval(out, RH_INTERVAL_CONSTANT);
    else
        interval_of(replicates, how, method == RH_BOOTSTRAP_BASIC, out);
}

/* ---- many lanes, statistics with a fast path ---- */

/* Lanes that share one making of the indices: enough that making them costs little, few enough
 * that their running sums stay in a cache. */
enum { BATCH = 16 };

typedef struct {
    rh_running_sums sums;
    rh_estimate moments[RH_N_MOMENTS];
    double *sorted; /* upwards; only where a tail is asked for */
    size_t *order;  /* the steps they come from */
} lane_state;

typedef struct {
    const rh_bootstrap *how;
    rh_resampling resampling;
    const rh_measure *measures;
    size_t n_measures;
    int has_tails;
    lane_state lanes[BATCH];
    rh_resample_block *blocks; /* n */
    uint32_t *counts;          /* n */
    double *replicates;        /* [lane of the batch][measure][replicate] */
} work;

static void free_lane(lane_state *lane) {
    rh_running_sums_free(&lane->sums);
    rh_release(lane->sorted);
    rh_release(lane->order);
    *lane = (lane_state){0};
}

static void free_work(work *w) {
    for (size_t i = 0; i < BATCH; i++)
        free_lane(&w->lanes[i]);
    rh_release(w->blocks);
    rh_release(w->counts);
    rh_release(w->replicates);
}

static rh_status sort_lane(lane_state *lane, const double *x, size_t n, rh_error *error) {
    lane->sorted = rh_allocate(n, sizeof *lane->sorted);
    lane->order = rh_allocate(n, sizeof *lane->order);
    if (!lane->sorted || !lane->order)
        return rh_fail(error, RH_FAILED, "out of memory for the tails of %zu steps", n);
    gsl_sort_index(lane->order, x, 1, n);
    for (size_t i = 0; i < n; i++)
        lane->sorted[i] = x[lane->order[i]];
    return RH_OK;
}

static rh_status prepare_lane(work *w, lane_state *lane, const double *x, rh_error *error) {
    const size_t n = w->resampling.n;
    rh_status status = rh_running_sums_make(&lane->sums, x, n, error);
    if (status == RH_OK && w->has_tails)
        status = sort_lane(lane, x, n, error);
    if (status == RH_OK)
        rh_series_moments(&lane->sums, w->resampling.block_length, lane->moments);
    return status;
}

static double estimate_of(const rh_measure *measure, const lane_state *lane, const double *x,
                          size_t n) {
    switch (measure->kind) {
    case RH_MEASURE_MEAN: return rh_stat_mean(x, n);
    case RH_MEASURE_STD: return rh_stat_std(x, n);
    case RH_MEASURE_RMS: return rh_stat_rms(x, n);
    case RH_MEASURE_VALUE_AT_RISK: return rh_stat_value_at_risk(lane->sorted, n, measure->tail);
    case RH_MEASURE_EXPECTED_SHORTFALL:
        return rh_stat_expected_shortfall(lane->sorted, n, measure->tail);
    case RH_N_MEASURES: break;
    }
    return NAN;
}

/* The order statistics of ranks k and k + 1 (from 0) of the replicate that holds each step as
 * often as `counts` says, and the quantile between them (type 7). */
static double counted_quantile(const lane_state *lane, const uint32_t *counts, size_t n,
                               double tail) {
    const double rank = (double)(n - 1) * tail;
    const size_t k = (size_t)rank;
    size_t seen = 0, i = 0;
    while ((seen += counts[lane->order[i]]) <= k)
        i++;
    const double below = lane->sorted[i];
    while (seen <= k + 1 && i + 1 < n)
        seen += counts[lane->order[++i]];
    return fmax(below, below + (rank - (double)k) * (lane->sorted[i] - below));
}

static double counted_tail(const rh_measure *measure, const lane_state *lane,
                           const uint32_t *counts, size_t n) {
    const double limit = counted_quantile(lane, counts, n, measure->tail);
    if (measure->kind == RH_MEASURE_VALUE_AT_RISK)
        return -limit;
    double sum = 0.0, within = 0.0;
    for (size_t i = 0; i < n && lane->sorted[i] <= limit; i++) {
        const double count = counts[lane->order[i]];
        sum += count * lane->sorted[i];
        within += count;
    }
    return -sum / within;
}

static double studentised(rh_moment moment, const rh_estimate *replicate,
                          const rh_estimate *series) {
    const rh_estimate *r = &replicate[moment], *s = &series[moment];
    return moment == RH_MOMENT_MEAN ? (r->value - s->value) / r->error
                                    : log(r->value / s->value) * (r->value / r->error);
}

static double replicate_of(const work *w, const rh_measure *measure, const lane_state *lane,
                           const rh_estimate *moments) {
    if (measure->kind >= RH_MEASURE_VALUE_AT_RISK)
        return counted_tail(measure, lane, w->counts, w->resampling.n);
    const rh_moment moment = (rh_moment)measure->kind; /* the same order */
    return measure->method == RH_BOOTSTRAP_STUDENTISED ? studentised(moment, moments, lane->moments)
                                                       : moments[moment].value;
}

static double *replicates_of(const work *w, size_t lane, size_t measure) {
    return w->replicates + (lane * w->n_measures + measure) * w->how->replicates;
}

static void resample_batch(work *w, size_t n_lanes) {
    for (size_t r = 0; r < w->how->replicates; r++) {
        const size_t n_blocks = rh_resample_blocks(&w->resampling, r, w->blocks);
        if (w->has_tails)
            rh_resample_counts(w->blocks, n_blocks, w->resampling.n, w->counts);
        for (size_t i = 0; i < n_lanes; i++) {
            rh_estimate moments[RH_N_MOMENTS];
            rh_resample_moments(&w->lanes[i].sums, w->blocks, n_blocks, moments);
            for (size_t k = 0; k < w->n_measures; k++)
                replicates_of(w, i, k)[r] = replicate_of(w, &w->measures[k], &w->lanes[i], moments);
        }
    }
}

/* The replicates are of t*; for std and rms ends are T exp(-t s / T). */
static void finish_studentised(double *t, const rh_bootstrap *how, rh_moment moment,
                               const rh_estimate *series, rh_interval *out) {
    rh_interval of_t = {.estimate = 0.0};
    if (!(series->error > 0.0)) {
        no_interval(out, RH_INTERVAL_CONSTANT);
        return;
    }
    finish(t, how, RH_BOOTSTRAP_PERCENTILE, &of_t);
    if (of_t.reason != RH_INTERVAL_GIVEN) {
        no_interval(out, of_t.reason);
        return;
    }
    const double s = series->error, scale = s / series->value;
    const int on_log = moment != RH_MOMENT_MEAN;
    out->low = on_log ? out->estimate * exp(-of_t.high * scale) : out->estimate - of_t.high * s;
    out->high = on_log ? out->estimate * exp(-of_t.low * scale) : out->estimate - of_t.low * s;
    out->standard_error = s;
    out->reason = RH_INTERVAL_GIVEN;
}

static int has_blocks(const rh_resampling *resampling) {
    return (double)resampling->n / resampling->block_length >= RH_BOOTSTRAP_LEAST_BLOCKS;
}

static rh_interval_reason reason_against(const work *w, const rh_measure *measure) {
    if (!has_blocks(&w->resampling))
        return RH_INTERVAL_TOO_FEW_BLOCKS;
    if (measure->kind >= RH_MEASURE_VALUE_AT_RISK &&
        (double)w->resampling.n * measure->tail < RH_BOOTSTRAP_LEAST_TAIL)
        return RH_INTERVAL_TOO_FEW_IN_TAIL;
    return RH_INTERVAL_GIVEN;
}

static void finish_measure(const work *w, size_t lane, size_t k, rh_interval *out) {
    const rh_measure *measure = &w->measures[k];
    const rh_interval_reason reason = reason_against(w, measure);
    if (reason != RH_INTERVAL_GIVEN)
        no_interval(out, reason);
    else if (measure->method == RH_BOOTSTRAP_STUDENTISED)
        finish_studentised(replicates_of(w, lane, k), w->how, (rh_moment)measure->kind,
                           &w->lanes[lane].moments[measure->kind], out);
    else
        finish(replicates_of(w, lane, k), w->how, measure->method, out);
}

static rh_status bootstrap_batch(work *w, const double *const *lanes, size_t n_lanes,
                                 rh_error *error) {
    for (size_t i = 0; i < n_lanes; i++) {
        free_lane(&w->lanes[i]);
        const rh_status status = prepare_lane(w, &w->lanes[i], lanes[i], error);
        if (status != RH_OK)
            return status;
    }
    if (has_blocks(&w->resampling))
        resample_batch(w, n_lanes);
    return RH_OK;
}

static void keep_replicates(const work *w, size_t n_lanes, double *out) {
    const size_t count = n_lanes * w->n_measures * w->how->replicates;
    for (size_t i = 0; i < count; i++)
        out[i] = has_blocks(&w->resampling) ? w->replicates[i] : NAN;
}

static void finish_batch(work *w, const double *const *lanes, size_t n_lanes, rh_interval *out) {
    for (size_t i = 0; i < n_lanes; i++)
        for (size_t k = 0; k < w->n_measures; k++, out++) {
            *out = (rh_interval){
                .estimate = estimate_of(&w->measures[k], &w->lanes[i], lanes[i], w->resampling.n),
                .block_length = w->resampling.block_length};
            finish_measure(w, i, k, out);
        }
}

static rh_status make_work(work *w, rh_error *error) {
    const size_t n = w->resampling.n;
    w->blocks = rh_allocate(n, sizeof *w->blocks);
    w->counts = rh_allocate(n, sizeof *w->counts);
    w->replicates = rh_allocate(w->n_measures * BATCH, w->how->replicates * sizeof *w->replicates);
    if (!w->blocks || !w->counts || !w->replicates || !(w->resampling.block_length >= 1.0))
        return rh_fail(error, RH_FAILED, "out of memory for a bootstrap of %zu steps", n);
    for (size_t k = 0; k < w->n_measures; k++)
        w->has_tails |= w->measures[k].kind >= RH_MEASURE_VALUE_AT_RISK;
    return RH_OK;
}

static int asks_for_sizes(const rh_measure *measures, size_t n_measures) {
    for (size_t k = 0; k < n_measures; k++)
        if (measures[k].kind != RH_MEASURE_MEAN)
            return 1;
    return 0;
}

rh_status rh_bootstrap_lanes(const rh_bootstrap *how, const double *const *lanes, size_t n_lanes,
                             size_t n, const rh_measure *measures, size_t n_measures,
                             rh_interval *out, double *replicates, rh_error *error) {
    rh_status status = rh_bootstrap_check(how, lanes, n_lanes, n, error);
    if (status == RH_OK)
        status = check_measures(measures, n_measures, error);
    if (status != RH_OK || n_lanes == 0 || n_measures == 0)
        return status;
    work w = {.how = how, .measures = measures, .n_measures = n_measures};
    w.resampling =
        rh_bootstrap_resampling(how, lanes, n_lanes, n, asks_for_sizes(measures, n_measures));
    status = make_work(&w, error);
    for (size_t i = 0; i < n_lanes && status == RH_OK; i += BATCH) {
        const size_t n_batch = n_lanes - i < BATCH ? n_lanes - i : BATCH;
        status = bootstrap_batch(&w, lanes + i, n_batch, error);
        if (status == RH_OK && replicates)
            keep_replicates(&w, n_batch, replicates + i * n_measures * how->replicates);
        if (status == RH_OK)
            finish_batch(&w, lanes + i, n_batch, out + i * n_measures);
    }
    free_work(&w);
    return status;
}

/* ---- a statistic of the caller's ---- */

typedef struct {
    rh_resample_block *blocks; /* n */
    uint32_t *index;           /* n */
    double *replicates;
} call_work;

static rh_status make_call_work(call_work *w, const rh_resampling *resampling, size_t replicates,
                                rh_error *error) {
    w->blocks = rh_allocate(resampling->n, sizeof *w->blocks);
    w->index = rh_allocate(resampling->n, sizeof *w->index);
    w->replicates = rh_allocate(replicates, sizeof *w->replicates);
    if (!w->blocks || !w->index || !w->replicates || !(resampling->block_length >= 1.0))
        return rh_fail(error, RH_FAILED, "out of memory for a bootstrap of %zu steps",
                       resampling->n);
    return RH_OK;
}

static void free_call_work(call_work *w) {
    rh_release(w->blocks);
    rh_release(w->index);
    rh_release(w->replicates);
}

rh_status rh_bootstrap_statistic(const rh_bootstrap *how, rh_bootstrap_method method,
                                 const double *const *series, size_t n_series, size_t n,
                                 rh_statistic *statistic, void *context, rh_interval *out,
                                 rh_error *error) {
    rh_status status = rh_bootstrap_check(how, series, n_series, n, error);
    if (status == RH_OK && method == RH_BOOTSTRAP_STUDENTISED)
        status = rh_fail(error, RH_BAD_CONFIG,
                         "studentised intervals are for mean, std and rms: use percentile or "
                         "basic");
    if (status != RH_OK)
        return status;
    const rh_resampling resampling = rh_bootstrap_resampling(how, series, n_series, n, 1);
    call_work w = {0};
    status = make_call_work(&w, &resampling, how->replicates, error);
    if (status == RH_OK) {
        const rh_resample_block all = {0, (uint32_t)n};
        rh_resample_index(&all, 1, n, w.index);
        *out = (rh_interval){.estimate = statistic(series, n_series, w.index, n, context),
                             .block_length = resampling.block_length};
    }
    if (status == RH_OK && !has_blocks(&resampling)) {
        no_interval(out, RH_INTERVAL_TOO_FEW_BLOCKS);
    } else if (status == RH_OK) {
        for (size_t r = 0; r < how->replicates; r++) {
            const size_t n_blocks = rh_resample_blocks(&resampling, r, w.blocks);
            rh_resample_index(w.blocks, n_blocks, n, w.index);
            w.replicates[r] = statistic(series, n_series, w.index, n, context);
        }
        finish(w.replicates, how, method, out);
    }
    free_call_work(&w);
    return status;
}
