/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "metrics/paired.h"

#include "base/memory.h"
#include "metrics/statistic.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>

void rh_loss_differences(const double *error, const double *cost, const double *reference_error,
                         const double *reference_cost, size_t n, double weight, double *out) {
    for (size_t t = 0; t < n; t++) {
        /* The difference of squares as a product: small differences keep their digits. */
        const double e = error[t], r = reference_error[t];
        const double extra = (cost ? cost[t] : 0.0) - (reference_cost ? reference_cost[t] : 0.0);
        out[t] = (e - r) * (e + r) + weight * extra;
    }
}

/* ---- long-run variance ---- */

static double autocovariance(const double *x, double mean, size_t n, size_t lag) {
    double sum = 0.0;
    for (size_t t = lag; t < n; t++)
        sum += (x[t] - mean) * (x[t - lag] - mean);
    return sum / (double)n;
}

double rh_hac_variance(const double *x, size_t n, size_t lag) {
    const double mean = rh_stat_mean(x, n);
    double variance = autocovariance(x, mean, n, 0);
    for (size_t k = 1; k <= lag && k < n; k++)
        variance += 2.0 * (1.0 - (double)k / (double)(lag + 1)) * autocovariance(x, mean, n, k);
    return fmax(variance, 0.0);
}

size_t rh_hac_lag(const double *x, size_t n) {
    if (n < 2)
        return 0;
    const double mean = rh_stat_mean(x, n), size = (double)n;
    const size_t pilot = (size_t)(4.0 * pow(size / 100.0, 2.0 / 9.0));
    double s0 = autocovariance(x, mean, n, 0), s1 = 0.0;
    for (size_t k = 1; k <= pilot && k < n; k++) {
        const double r = 2.0 * autocovariance(x, mean, n, k);
        s0 += r;
        s1 += (double)k * r;
    }
    const double lag = 1.1447 * cbrt(s1 * s1 / (s0 * s0) * size);
    return lag < size - 1.0 ? (size_t)lag : n - 1; /* also for s0 = 0 */
}

/* ---- Diebold and Mariano ---- */

static int is_constant(const double *d, size_t n) {
    for (size_t t = 1; t < n; t++)
        if (d[t] != d[0])
            return 0;
    return 1;
}

static rh_status check_test(const double *d, size_t n, size_t horizon, size_t lag,
                            rh_error *error) {
    if (n < 4)
        return RH_OK;
    if (horizon < 1 || horizon >= n)
        return rh_fail(error, RH_BAD_CONFIG, "horizon %zu for %zu steps: use 1 to %zu", horizon, n,
                       n - 1);
    if (lag != RH_LAG_AUTOMATIC && lag >= n)
        return rh_fail(error, RH_BAD_CONFIG, "lag %zu for %zu steps: use 0 to %zu", lag, n, n - 1);
    for (size_t t = 0; t < n; t++)
        if (!isfinite(d[t]))
            return rh_fail(error, RH_BAD_DATA,
                           "loss difference at step %zu is %g: leave out steps that one of the "
                           "two lanes does not count",
                           t, d[t]);
    return RH_OK;
}

static rh_diebold_mariano without_variation(const double *d, size_t n) {
    const double mean = n ? rh_stat_mean(d, n) : NAN;
    const int same = n >= 4 && mean == 0.0;
    return (rh_diebold_mariano){mean, same ? 0.0 : NAN, same ? 0.0 : NAN, same ? 1.0 : NAN, 0};
}

rh_status rh_diebold_mariano_test(const double *d, size_t n, size_t horizon, size_t lag,
                                  rh_diebold_mariano *out, rh_error *error) {
    const rh_status status = check_test(d, n, horizon, lag, error);
    if (status != RH_OK)
        return status;
    if (n < 4 || is_constant(d, n)) {
        *out = without_variation(d, n);
        return RH_OK;
    }
    const double size = (double)n, h = (double)horizon;
    out->lag = lag == RH_LAG_AUTOMATIC ? rh_hac_lag(d, n) : lag;
    out->mean = rh_stat_mean(d, n);
    out->standard_error = sqrt(rh_hac_variance(d, n, out->lag) / size);
    const double factor = sqrt((size + 1.0 - 2.0 * h + h * (h - 1.0) / size) / size);
    out->statistic = out->mean / out->standard_error * factor;
    out->p =
        isfinite(out->statistic) ? 2.0 * gsl_cdf_tdist_Q(fabs(out->statistic), size - 1.0) : NAN;
    return RH_OK;
}

/* ---- corrections for many lanes ---- */

static rh_status check_tried(size_t n, size_t tried, rh_error *error) {
    if (tried < n)
        return rh_fail(error, RH_BAD_CONFIG, "%zu lanes tried, but %zu are given", tried, n);
    return RH_OK;
}

/* Indices of the numbers (not the NaN) of x, the smallest x first; returns how many. */
static size_t order_of(const double *x, size_t n, size_t *order, double *keys) {
    size_t *place = order, count = 0;
    for (size_t i = 0; i < n; i++)
        keys[i] = isnan(x[i]) ? INFINITY : x[i];
    gsl_sort_index(place, keys, 1, n);
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[order[i]]))
            order[count++] = order[i];
    return count;
}

typedef struct {
    size_t *order;
    double *keys;
} sorting;

static rh_status make_sorting(sorting *s, size_t n, rh_error *error) {
    s->order = rh_allocate(n + 1, sizeof *s->order);
    s->keys = rh_allocate(n + 1, sizeof *s->keys);
    if (!s->order || !s->keys)
        return rh_fail(error, RH_FAILED, "out of memory for the tests of %zu lanes", n);
    return RH_OK;
}

static void free_sorting(sorting *s) {
    rh_release(s->order);
    rh_release(s->keys);
}

rh_status rh_holm(const double *p, size_t n, size_t tried, double *adjusted, rh_error *error) {
    sorting s = {0};
    rh_status status = check_tried(n, tried, error);
    if (status == RH_OK)
        status = make_sorting(&s, n, error);
    if (status == RH_OK) {
        const size_t count = order_of(p, n, s.order, s.keys);
        double largest = 0.0;
        for (size_t i = 0; i < n; i++)
            adjusted[i] = p[i];
        for (size_t i = 0; i < count; i++) {
            largest = fmax(largest, fmin(1.0, (double)(tried - i) * p[s.order[i]]));
            adjusted[s.order[i]] = largest;
        }
    }
    free_sorting(&s);
    return status;
}

static size_t count_at_least(const double *x, size_t n, double limit) {
    size_t count = 0;
    for (size_t r = 0; r < n; r++)
        count += fabs(x[r]) >= limit;
    return count;
}

static void include_in_maxima(double *maxima, const double *replicates, size_t n) {
    for (size_t r = 0; r < n; r++)
        maxima[r] = fmax(maxima[r], fabs(replicates[r]));
}

/* From the smallest |t| upwards the maxima grow by one lane each; downwards p may not fall. */
static void step_down(const double *t, const double *replicates, size_t n_replicates,
                      const size_t *order, size_t count, double *maxima, double *adjusted) {
    for (size_t i = 0; i < count; i++) {
        const size_t lane = order[i];
        include_in_maxima(maxima, replicates + lane * n_replicates, n_replicates);
        adjusted[lane] = (1.0 + (double)count_at_least(maxima, n_replicates, fabs(t[lane]))) /
                         (1.0 + (double)n_replicates);
    }
    for (size_t i = count; i-- > 1;)
        adjusted[order[i - 1]] = fmax(adjusted[order[i - 1]], adjusted[order[i]]);
}

rh_status rh_romano_wolf(const double *t, const double *replicates, size_t n, size_t n_replicates,
                         size_t tried, double *adjusted, rh_error *error) {
    sorting s = {0};
    double *maxima = rh_allocate(n_replicates + 1, sizeof *maxima);
    rh_status status = check_tried(n, tried, error);
    if (status == RH_OK)
        status = make_sorting(&s, n, error);
    if (status == RH_OK && !maxima)
        status = rh_fail(error, RH_FAILED, "out of memory for %zu maxima", n_replicates);
    if (status == RH_OK) {
        for (size_t i = 0; i < n; i++)
            adjusted[i] = fabs(t[i]); /* NaN stays */
        const size_t count = order_of(adjusted, n, s.order, s.keys);
        step_down(t, replicates, n_replicates, s.order, count, maxima, adjusted);
        for (size_t i = 0; i < count; i++)
            adjusted[s.order[i]] = fmin(1.0, adjusted[s.order[i]] * ((double)tried / (double)n));
    }
    rh_release(maxima);
    free_sorting(&s);
    return status;
}

/* ---- all lanes against the reference ---- */

typedef struct {
    double *t;          /* [lane] */
    double *replicates; /* [lane][replicate] */
    double *p;          /* [lane] */
    rh_interval *means; /* [lane] */
} comparison_work;

static rh_status make_comparison(comparison_work *w, size_t n_lanes, size_t n_replicates,
                                 rh_error *error) {
    w->t = rh_allocate(n_lanes + 1, sizeof *w->t);
    w->p = rh_allocate(n_lanes + 1, sizeof *w->p);
    w->means = rh_allocate(n_lanes + 1, sizeof *w->means);
    w->replicates = rh_allocate(n_lanes + 1, n_replicates * sizeof *w->replicates);
    if (!w->t || !w->p || !w->means || !w->replicates)
        return rh_fail(error, RH_FAILED, "out of memory to compare %zu lanes", n_lanes);
    return RH_OK;
}

static void free_comparison(comparison_work *w) {
    rh_release(w->t);
    rh_release(w->p);
    rh_release(w->means);
    rh_release(w->replicates);
}

static rh_status test_lanes(const rh_comparison *how, const double *const *differences,
                            size_t n_lanes, size_t n, comparison_work *w, rh_comparison_row *rows,
                            rh_error *error) {
    for (size_t i = 0; i < n_lanes; i++) {
        const rh_status status =
            rh_diebold_mariano_test(differences[i], n, how->horizon, how->lag, &rows[i].dm, error);
        if (status != RH_OK)
            return status;
        w->p[i] = rows[i].dm.p;
    }
    const rh_status status = rh_holm(w->p, n_lanes, how->tried, w->p, error);
    for (size_t i = 0; i < n_lanes && status == RH_OK; i++)
        rows[i].dm_holm = w->p[i];
    return status;
}

static void fill_row(const comparison_work *w, size_t lane, size_t n_replicates,
                     rh_comparison_row *row) {
    const rh_interval *mean = &w->means[lane];
    const int given = mean->reason == RH_INTERVAL_GIVEN;
    row->mean = *mean;
    row->t = w->t[lane] = given ? mean->estimate / mean->standard_error : NAN;
    row->p = given ? (1.0 + (double)count_at_least(w->replicates + lane * n_replicates,
                                                   n_replicates, fabs(row->t))) /
                         (1.0 + (double)n_replicates)
                   : NAN;
}

static rh_status resample_lanes(const rh_comparison *how, const double *const *differences,
                                size_t n_lanes, size_t n, comparison_work *w,
                                rh_comparison_row *rows, rh_error *error) {
    const rh_measure mean = {RH_MEASURE_MEAN, 0.0, RH_BOOTSTRAP_STUDENTISED};
    const size_t n_replicates = how->bootstrap.replicates;
    rh_status status = rh_bootstrap_lanes(&how->bootstrap, differences, n_lanes, n, &mean, 1,
                                          w->means, w->replicates, error);
    for (size_t i = 0; i < n_lanes && status == RH_OK; i++)
        fill_row(w, i, n_replicates, &rows[i]);
    if (status == RH_OK)
        status =
            rh_romano_wolf(w->t, w->replicates, n_lanes, n_replicates, how->tried, w->p, error);
    for (size_t i = 0; i < n_lanes && status == RH_OK; i++) {
        rows[i].romano_wolf = w->p[i];
        if (rows[i].mean.reason == RH_INTERVAL_CONSTANT && rows[i].mean.estimate == 0.0) {
            rows[i].t = 0.0;
            rows[i].p = rows[i].romano_wolf = 1.0;
        }
    }
    return status;
}

rh_status rh_compare_lanes(const rh_comparison *how, const double *const *differences,
                           size_t n_lanes, size_t n, rh_comparison_row *rows, rh_error *error) {
    rh_status status = rh_bootstrap_check(&how->bootstrap, differences, n_lanes, n, error);
    comparison_work w = {0};
    if (status == RH_OK)
        status = make_comparison(&w, n_lanes, how->bootstrap.replicates, error);
    if (status == RH_OK)
        status = test_lanes(how, differences, n_lanes, n, &w, rows, error);
    if (status == RH_OK)
        status = resample_lanes(how, differences, n_lanes, n, &w, rows, error);
    free_comparison(&w);
    return status;
}
