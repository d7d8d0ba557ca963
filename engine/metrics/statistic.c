/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "metrics/statistic.h"

#include <gsl/gsl_statistics_double.h>
#include <math.h>

/* GSL's means run in long double, mean += (x - mean) / i: a constant series has exactly that mean
 * and no variance, which a rounded sum divided by n doesn't promise. */

double rh_stat_sum(const double *x, size_t n) {
    double sum = 0.0, lost = 0.0;
    for (size_t i = 0; i < n; i++) {
        double next = sum + x[i];
        lost += fabs(sum) >= fabs(x[i]) ? (sum - next) + x[i] : (x[i] - next) + sum;
        sum = next;
    }
    return sum + lost;
}

double rh_stat_mean(const double *x, size_t n) {
    return n >= 1 ? gsl_stats_mean(x, 1, n) : NAN;
}

double rh_stat_variance(const double *x, size_t n) {
    return n >= 2 ? gsl_stats_variance(x, 1, n) : NAN;
}

double rh_stat_std(const double *x, size_t n) {
    return sqrt(rh_stat_variance(x, n));
}

double rh_stat_rms(const double *x, size_t n) {
    return n >= 1 ? sqrt(gsl_stats_variance_with_fixed_mean(x, 1, n, 0.0)) : NAN;
}

double rh_stat_largest(const double *x, size_t n) {
    double largest = n >= 1 ? 0.0 : NAN;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(x[i]));
    return largest;
}

double rh_stat_downside(const double *x, size_t n) {
    long double mean = 0.0L;
    for (size_t i = 0; i < n; i++) {
        long double loss = x[i] < 0.0 ? (long double)x[i] : 0.0L;
        mean += (loss * loss - mean) / (long double)(i + 1);
    }
    return n >= 1 ? sqrt((double)mean) : NAN;
}

double rh_stat_value_at_risk(const double *sorted, size_t n, double tail) {
    if (n < 2)
        return NAN;
    return 0.0 - gsl_stats_quantile_from_sorted_data(sorted, 1, n, tail); /* not -0 */
}

/* The quantile lies between two order statistics; the lower one is in the tail whatever the
 * rounding of the interpolation says. */
double rh_stat_expected_shortfall(const double *sorted, size_t n, double tail) {
    if (n < 2)
        return NAN;
    double quantile = gsl_stats_quantile_from_sorted_data(sorted, 1, n, tail);
    size_t within = 1 + (size_t)(tail * (double)(n - 1));
    while (within < n && sorted[within] <= quantile)
        within++;
    return 0.0 - rh_stat_mean(sorted, within);
}

double rh_stat_effectiveness(const double *hedged, const double *unhedged, size_t n) {
    double all = rh_stat_variance(unhedged, n);
    return all > 0.0 ? 1.0 - rh_stat_variance(hedged, n) / all : NAN;
}

double rh_stat_correlation(const double *x, const double *y, size_t n) {
    if (n < 3 || !(rh_stat_variance(x, n) > 0.0) || !(rh_stat_variance(y, n) > 0.0))
        return NAN;
    return gsl_stats_correlation(x, 1, y, 1, n);
}
