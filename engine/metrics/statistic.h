/* SPDX-License-Identifier: GPL-3.0-or-later */
/* statistic.h: numbers of one or two plain series of finite doubles.
 *
 * Pure functions; NaN where the number has no meaning. Losses are the negative side of a series
 * of gains, and positive as results.
 */
#ifndef RH_METRICS_STATISTIC_H
#define RH_METRICS_STATISTIC_H

#include <stddef.h>

/* Compensated (Neumaier 1974); 0 for none. */
double rh_stat_sum(const double *x, size_t n);

double rh_stat_mean(const double *x, size_t n);     /* n >= 1 */
double rh_stat_variance(const double *x, size_t n); /* divisor n - 1; n >= 2 */
double rh_stat_std(const double *x, size_t n);
double rh_stat_rms(const double *x, size_t n);     /* about zero; n >= 1 */
double rh_stat_largest(const double *x, size_t n); /* of |x|; n >= 1 */

/* sqrt(mean(min(x, 0)^2)), over all n; n >= 1. */
double rh_stat_downside(const double *x, size_t n);

/* Of x sorted upwards, n >= 2. Value at risk: minus the `tail` quantile (0.05: one step in twenty)
 * of type 7 (Hyndman and Fan 1996: linear between order statistics, the default of R, NumPy and
 * Excel). Expected shortfall: minus the mean of the x at or below that quantile. */
double rh_stat_value_at_risk(const double *sorted, size_t n, double tail);
double rh_stat_expected_shortfall(const double *sorted, size_t n, double tail);

/* 1 - Var(hedged) / Var(unhedged) (Ederington 1979); NaN if the unhedged series is constant. */
double rh_stat_effectiveness(const double *hedged, const double *unhedged, size_t n);

/* Pearson's; n >= 3, as two points always lie on a line; NaN if either series is constant. */
double rh_stat_correlation(const double *x, const double *y, size_t n);

#endif
