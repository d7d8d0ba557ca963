/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/memory.h"
#include "metrics/bootstrap.h"
#include "metrics/statistic.h"

#include <gsl/gsl_sort.h>
#include <math.h>

enum { IN_A_ROW = 5 }; /* max(5, sqrt(log10 n)) of the paper, for every n that fits a memory */

static size_t most_lags(size_t n) {
    const size_t lags = (size_t)ceil(sqrt((double)n)) + IN_A_ROW;
    return lags < n ? lags : n - 1;
}

static double autocovariance(const double *away, size_t n, size_t lag) {
    double sum = 0.0;
    for (size_t t = lag; t < n; t++)
        sum += away[t] * away[t - lag];
    return sum / (double)n;
}

/* The lag m of bootstrap.h; 0 if no lag is significant at all and too few exist for five. */
static size_t last_significant_lag(const double *r, size_t lags, size_t n) {
    const double band = 2.0 * sqrt(log10((double)n) / (double)n) * r[0];
    size_t largest = 0, small = 0;
    for (size_t k = 1; k <= lags; k++) {
        small = fabs(r[k]) < band ? small + 1 : 0;
        if (small == IN_A_ROW)
            return k - IN_A_ROW + 1;
        if (small == 0)
            largest = k;
    }
    return largest;
}

static double flat_top(double t) {
    return t <= 0.5 ? 1.0 : 2.0 * (1.0 - t);
}

static double optimal_length(const double *r, size_t window, size_t n) {
    double g = r[0], slope = 0.0;
    for (size_t k = 1; k <= window; k++) {
        const double weighted = 2.0 * flat_top((double)k / (double)window) * r[k];
        g += weighted;
        slope += weighted * (double)k;
    }
    const double most = ceil(fmin(3.0 * sqrt((double)n), (double)n / 3.0));
    const double best = cbrt(slope * slope / (g * g) * (double)n); /* 2 G^2 / (2 g^2) n */
    return fmax(1.0, fmin(best, most));                            /* infinite if g is 0 */
}

/* `scratch`: n + most_lags + 1 doubles. */
static double block_length_of(const double *x, size_t n, int squared, double *scratch) {
    double *away = scratch, *r = scratch + n;
    for (size_t t = 0; t < n; t++)
        away[t] = squared ? x[t] * x[t] : x[t];
    const double mean = rh_stat_mean(away, n);
    for (size_t t = 0; t < n; t++)
        away[t] -= mean;
    const size_t lags = most_lags(n);
    for (size_t k = 0; k <= lags; k++)
        r[k] = autocovariance(away, n, k);
    if (!(r[0] > 0.0))
        return 1.0;
    const size_t window = 2 * last_significant_lag(r, lags, n);
    return optimal_length(r, window < lags ? window : lags, n);
}

static double *make_scratch(size_t n) {
    return rh_allocate(n + most_lags(n) + 1, sizeof(double));
}

double rh_bootstrap_block_length(const double *x, size_t n) {
    if (n < 4)
        return 1.0;
    double *scratch = make_scratch(n);
    const double length = scratch ? block_length_of(x, n, 0, scratch) : 0.0;
    rh_release(scratch);
    return length;
}

/* Of bootstrap.h: clustering of volatility hides below the band of single lags. */
static double least_shared_length(size_t n) {
    return fmax(1.0, fmin(cbrt((double)n), (double)n / RH_BOOTSTRAP_LEAST_BLOCKS));
}

static double lane_length(const double *x, size_t n, int sizes, double *scratch) {
    const double length = block_length_of(x, n, 0, scratch);
    return sizes ? fmax(length, block_length_of(x, n, 1, scratch)) : length;
}

double rh_bootstrap_shared_block_length(const double *const *lanes, size_t n_lanes, size_t n,
                                        int sizes) {
    if (n < 4 || n_lanes == 0)
        return 1.0;
    double *scratch = make_scratch(n), *lengths = rh_allocate(n_lanes, sizeof *lengths);
    double median = 0.0;
    if (scratch && lengths) {
        for (size_t i = 0; i < n_lanes; i++)
            lengths[i] = lane_length(lanes[i], n, sizes, scratch);
        gsl_sort(lengths, 1, n_lanes);
        median = fmax(lengths[n_lanes / 2], sizes ? least_shared_length(n) : 1.0);
    }
    rh_release(scratch);
    rh_release(lengths);
    return median;
}
