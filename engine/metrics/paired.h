/* SPDX-License-Identifier: GPL-3.0-or-later */
/* paired.h: is a lane better than the reference lane, or only luckier?
 *
 * Lanes and reference were hedged over the same steps, so they share most of their noise. What
 * counts is the difference d_t = loss of the lane - loss of the reference, step by step; a
 * negative mean speaks for the lane. All lanes are resampled with the same indices.
 *
 * Steps are those that enter the statistics in the lane and in the reference alike; nothing may be
 * NaN. A difference of final PnLs over one history is one observation: no test has power over it.
 */
#ifndef RH_METRICS_PAIRED_H
#define RH_METRICS_PAIRED_H

#include "base/status.h"
#include "metrics/bootstrap.h"

#include <stddef.h>

/* ---- losses ---- */

/* out_t = e_t^2 + weight c_t for the lane minus the same for the reference. Costs (NULL: none) are
 * in the numeraire per step and positive; the squared error is in numeraire^2, so `weight` is in
 * the numeraire: 2/a for a hedger who minimises cost + (a/2) error^2, a in 1/numeraire (the
 * mean-variance form of the loss, times 2/a). 0 leaves the squared error alone. The errors must
 * not hold the costs already, or they count twice. */
void rh_loss_differences(const double *error, const double *cost, const double *reference_error,
                         const double *reference_cost, size_t n, double weight, double *out);

/* ---- one lane ---- */

/* Long-run variance of a series with Bartlett's weights 1 - k/(lag + 1), autocovariances with
 * divisor n: R(0) + 2 sum_{k=1}^{lag} (1 - k/(lag + 1)) R(k); never negative.
 * Source: W. K. Newey and K. D. West, Econometrica 55 (1987) 703-708. */
double rh_hac_variance(const double *x, size_t n, size_t lag);

/* The lag that suits the series: floor(1.1447 ((s1/s0)^2 n)^(1/3)), s0 = R(0) + 2 sum R(k),
 * s1 = 2 sum k R(k), k = 1 ... floor(4 (n/100)^(2/9)); at most n - 1.
 * Source: W. K. Newey and K. D. West, Rev. Econ. Studies 61 (1994) 631-653, Bartlett's kernel,
 * weights all 1, without prewhitening. */
size_t rh_hac_lag(const double *x, size_t n);

#define RH_LAG_AUTOMATIC SIZE_MAX

typedef struct {
    double mean;           /* of d */
    double standard_error; /* sqrt(long-run variance / n) */
    double statistic;      /* mean / standard error, times the small-sample factor */
    double p;              /* two-sided, Student's t with n - 1 degrees of freedom */
    size_t lag;            /* the one used */
} rh_diebold_mariano;

/* Tests that the mean of d is 0:
 *
 *     DM = mean / sqrt(V/n) sqrt((n + 1 - 2h + h (h - 1)/n) / n),
 *
 * V the long-run variance with `lag` (h - 1 for forecasts over h steps: 0 for h = 1; or
 * RH_LAG_AUTOMATIC where the differences may depend on each other for other reasons, as those of
 * hedging errors do: volatility clusters), h the `horizon`, at least 1 and below n. A series of
 * zeros (the same lane twice) has p = 1, any other without variation, or of fewer than 4 steps,
 * has NaN. RH_BAD_DATA if a d is not finite, RH_BAD_CONFIG for an impossible horizon or lag.
 *
 * Sources: F. X. Diebold and R. S. Mariano, J. Business Econ. Stat. 13 (1995) 253-263; D. Harvey,
 * S. Leybourne and P. Newbold, Int. J. Forecasting 13 (1997) 281-291 (factor and Student's t),
 * whose V has weights 1 and may be negative; Bartlett's may not. */
rh_status rh_diebold_mariano_test(const double *d, size_t n, size_t horizon, size_t lag,
                                  rh_diebold_mariano *out, rh_error *error);

/* ---- many lanes ---- */

/* Holm's step-down adjusted p-values: with p(1) <= p(2) <= ..., adjusted(i) is the largest of
 * min(1, (tried - j + 1) p(j)), j <= i. `tried` is how many lanes were tried in all, at least n;
 * lanes that were tried and dropped count. NaN stays NaN and counts as tried. `adjusted` may be
 * `p`. Fails only for want of memory, or with RH_BAD_CONFIG if tried < n.
 * Source: S. Holm, Scand. J. Statist. 6 (1979) 65-70. */
rh_status rh_holm(const double *p, size_t n, size_t tried, double *adjusted, rh_error *error);

/* Romano and Wolf's step-down adjusted p-values of |t_i|, from replicates of t_i under the
 * hypothesis that lane i is no different, made with the same indices for all lanes:
 * replicates[i * n_replicates + r]. With lanes by falling |t|, adjusted(i) is the largest over
 * j <= i of (1 + #{r : max_{k >= j} |t*_k,r| >= |t_j|}) / (1 + n_replicates): unlike Holm's it
 * knows that lanes resemble each other. Lanes tried but not given are paid for by a Bonferroni
 * split: times tried / n. A NaN t stays NaN and is left out of the maxima.
 * Sources: J. P. Romano and M. Wolf, J. Amer. Statist. Assoc. 100 (2005) 94-108; Stat. Prob.
 * Letters 113 (2016) 38-40 (p-values). */
rh_status rh_romano_wolf(const double *t, const double *replicates, size_t n, size_t n_replicates,
                         size_t tried, double *adjusted, rh_error *error);

typedef struct {
    rh_bootstrap bootstrap; /* block length 0: the shared one of the differences */
    size_t horizon, lag;    /* of the Diebold-Mariano test */
    size_t tried;           /* lanes tried, at least those given */
} rh_comparison;

typedef struct {
    rh_diebold_mariano dm;
    double dm_holm;     /* dm.p after Holm */
    rh_interval mean;   /* of d, studentised */
    double t;           /* mean / its standard error of resample.h */
    double p;           /* two-sided, (1 + #{r : |t*_r| >= |t|}) / (1 + replicates) */
    double romano_wolf; /* p after Romano and Wolf */
} rh_comparison_row;

/* Every lane's d against 0, with the same indices. A lane that is the reference itself (d
 * all 0) gets p = 1 and takes no part in the maxima. Where there is no interval (rh_bootstrap:
 * too few blocks, constant) t, p and romano_wolf are NaN, and mean.reason says why; the
 * Diebold-Mariano test and Holm's correction stand. */
rh_status rh_compare_lanes(const rh_comparison *how, const double *const *differences,
                           size_t n_lanes, size_t n, rh_comparison_row *rows, rh_error *error);

#endif
