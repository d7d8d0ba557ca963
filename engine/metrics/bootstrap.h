/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bootstrap.h: intervals for statistics of dependent series, by the stationary bootstrap.
 *
 * Series are aligned: n steps each, resampled with the same indices (resample.h). Nothing depends
 * on threads or order; one seed gives one result.
 *
 * When there is no interval. An interval says how far the statistic would vary over other
 * stretches of the same length, so a series has to hold many stretches that know little of each
 * other: below RH_BOOTSTRAP_LEAST_BLOCKS mean blocks, n / b, there is none, nor for a tail with
 * fewer than RH_BOOTSTRAP_LEAST_TAIL steps in it, nor for extremes (the largest error, the deepest
 * drawdown), for which the bootstrap fails: a replicate never exceeds what was seen. One option's
 * final PnL is one observation and has no interval either. `reason` says which it was.
 */
#ifndef RH_METRICS_BOOTSTRAP_H
#define RH_METRICS_BOOTSTRAP_H

#include "base/status.h"
#include "metrics/metric.h"
#include "metrics/resample.h"

#include <stddef.h>
#include <stdint.h>

#define RH_BOOTSTRAP_LEAST_BLOCKS 30.0
#define RH_BOOTSTRAP_LEAST_TAIL   10.0

/* ---- block length ---- */

/* The mean block length that minimises the mean squared error of the stationary bootstrap's
 * variance of the mean, in steps:
 *
 *     b = (2 G^2 / D)^(1/3) n^(1/3),  G = sum_k lambda(k/M) |k| R(k),  D = 2 g^2,
 *     g = sum_k lambda(k/M) R(k),  k = -M ... M,  lambda(t) = 1, |t| <= 1/2, else 2 (1 - |t|),
 *
 * R autocovariance with divisor n, M = 2 m, but at most ceil(sqrt n) + 5, where m is the first lag
 * of the first five in a row with |R/R(0)| below 2 sqrt(log10(n) / n); without five such, the
 * largest lag above it. The result is between 1 and ceil(min(3 sqrt n, n / 3)). 1 for a constant
 * series and below four steps. 0 if there is no memory.
 *
 * Sources: D. N. Politis and H. White, Automatic block-length selection for the dependent
 * bootstrap, Econometric Reviews 23 (2004) 53-70; A. Patton, D. N. Politis and H. White,
 * correction to it, ibid. 28 (2009) 372-375 (D, and the upper bound). They count m from the lag
 * before the five; their published programs from the first of the five, as here. */
double rh_bootstrap_block_length(const double *x, size_t n);

/* One block length for lanes that share their indices: the median over lanes, the upper one of
 * two; the largest would be ruled by the luckiest of many estimates. For means (`sizes` 0) that of
 * x. Where sizes of errors count (std, rms, tails; `sizes` 1), for each lane the larger of those
 * of x and of x^2, and of all at least n^(1/3), as far as that leaves RH_BOOTSTRAP_LEAST_BLOCKS
 * blocks: where volatility clusters, the autocorrelations of x^2 are small and many, and in a few
 * hundred steps each by itself looks like none. 0 if there is no memory. */
double rh_bootstrap_shared_block_length(const double *const *lanes, size_t n_lanes, size_t n,
                                        int sizes);

/* ---- intervals ---- */

typedef struct {
    uint64_t seed;
    size_t replicates; /* 999 or 9999: (replicates + 1) (1 - level) / 2 should be a whole number */
    double block_length; /* mean, steps, at least 1; 0: automatic, the shared one of the series,
                            for sizes unless only means are asked for */
    double level;        /* 0.95 */
} rh_bootstrap;

/* With T the statistic, T* its replicates and q(p) their quantile at (replicates + 1) p:
 *   percentile   q(a) ... q(1 - a), a = (1 - level) / 2;
 *   basic        2 T - q(1 - a) ... 2 T - q(a), which turns the skewness of T* round;
 *   studentised  T - s q_t(1 - a) ... T - s q_t(a), q_t of t* = (T* - T) / s*, with the standard
 *                errors of resample.h. For std and rms on the scale of their logarithm, so that
 *                the lower end stays above 0. The most accurate of the three, for moments only.
 * Source: A. C. Davison and D. V. Hinkley, Bootstrap methods and their application (1997),
 * chapters 2, 5 and 8. */
typedef enum {
    RH_BOOTSTRAP_PERCENTILE,
    RH_BOOTSTRAP_BASIC,
    RH_BOOTSTRAP_STUDENTISED
} rh_bootstrap_method;

typedef enum {
    RH_INTERVAL_GIVEN,
    RH_INTERVAL_TOO_FEW_BLOCKS,
    RH_INTERVAL_TOO_FEW_IN_TAIL,
    RH_INTERVAL_CONSTANT,          /* the statistic doesn't vary over replicates */
    RH_INTERVAL_UNDEFINED,         /* the statistic is not finite, for the series or a replicate */
    RH_INTERVAL_NOT_BOOTSTRAPPABLE /* an extreme, or a sum over the run */
} rh_interval_reason;

/* "fewer than 30 blocks", ... for a table's foot; "" for RH_INTERVAL_GIVEN. */
const char *rh_interval_reason_text(rh_interval_reason reason);

typedef struct {
    double estimate;       /* of the series itself */
    double low, high;      /* NaN unless given */
    double standard_error; /* of the replicates; studentised: of resample.h; NaN unless given */
    double block_length;   /* the one used */
    rh_interval_reason reason;
} rh_interval;

/* Statistics with a fast path. Their estimates are those of statistic.h, to the last bit. */
typedef enum {
    RH_MEASURE_MEAN,
    RH_MEASURE_STD,
    RH_MEASURE_RMS,
    RH_MEASURE_VALUE_AT_RISK,      /* of the tail */
    RH_MEASURE_EXPECTED_SHORTFALL, /* of the tail */
    RH_N_MEASURES
} rh_measure_kind;

typedef struct {
    rh_measure_kind kind;
    double tail; /* of the last two, between 0 and 1/2: 0.05 */
    rh_bootstrap_method method;
} rh_measure;

/* The measure of the counted errors of a lane that a metric is, with the method that serves it
 * best (the table below): studentised for mean, std and rmse, percentile for VaR, basic for ES.
 * Returns 0 for a metric that has none (extremes, sums over the run, ratios). std_annual is std
 * times a constant: scale it. */
int rh_measure_of_metric(rh_metric metric, rh_measure *out);

/* How often 95 % intervals of the metrics' measures hold the truth, automatic block length, 399
 * replicates, 1000 histories (400 and 200 of the last two), where an interval is given (97 % of
 * the third, 87 % of the fourth kind of history):
 *
 *     series, steps             mean   std    rmse   VaR95  ES95
 *     independent, 500          .960   .958   .964   .930   .929
 *     AR(1), phi 0.3, 500       .956   .953   .953   .920   .902
 *     AR(1), phi 0.6, 500       .936   .931   .932   .901   .879
 *     GARCH(1,1) .1/.8, 500     .963   .879   .881   .859   .851
 *     GARCH(1,1) .1/.8, 2000    .960   .905   .905   .910   .912
 *     GARCH(1,1) .1/.8, 5000    .940   .935   .930   .915   .925
 *
 * Hedging errors cluster as GARCH does: below some thousand steps their std and rmse are known
 * less well than the intervals say. Those of VaR and ES are always somewhat too short.
 *
 * out[lane * n_measures + measure]. `replicates`, if not NULL, gets all of them as they were drawn
 * (t* if studentised; NaN below 30 blocks): [(lane * n_measures + measure) * how->replicates + r].
 * Indices are made once for 16 lanes; memory beyond that is 16 lanes' running sums. Fails with
 * RH_BAD_DATA if a value is not finite, RH_BAD_CONFIG if `how` or a measure makes no sense. */
rh_status rh_bootstrap_lanes(const rh_bootstrap *how, const double *const *lanes, size_t n_lanes,
                             size_t n, const rh_measure *measures, size_t n_measures,
                             rh_interval *out, double *replicates, rh_error *error);

/* A statistic of some aligned series at the steps index[0] ... index[n-1]; finite. Called with
 * 0, 1, ..., n-1 first. Must not keep `index`, nor depend on earlier calls. Not for maxima. */
typedef double rh_statistic(const double *const *series, size_t n_series, const uint32_t *index,
                            size_t n, void *context);

/* Percentile or basic. Nothing is allocated per replicate. */
rh_status rh_bootstrap_statistic(const rh_bootstrap *how, rh_bootstrap_method method,
                                 const double *const *series, size_t n_series, size_t n,
                                 rh_statistic *statistic, void *context, rh_interval *out,
                                 rh_error *error);

/* For those who resample by themselves: refuses what the functions above refuse, and how they
 * resample, with the automatic block length where none is given (0 if there is no memory). */
rh_status rh_bootstrap_check(const rh_bootstrap *how, const double *const *series, size_t n_series,
                             size_t n, rh_error *error);
rh_resampling rh_bootstrap_resampling(const rh_bootstrap *how, const double *const *series,
                                      size_t n_series, size_t n, int sizes);

#endif
