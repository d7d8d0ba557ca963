/* SPDX-License-Identifier: GPL-3.0-or-later */
/* path.h: what a lane came to on each of many independent paths, and what that says of it.
 *
 * Paths of a simulation are independent draws from one law, so that numbers over paths have the
 * plain standard errors of a sample; nothing here knows an order. One option's final PnL over one
 * history is one observation; over n paths it is n.
 */
#ifndef RH_METRICS_PATH_H
#define RH_METRICS_PATH_H

#include "base/status.h"
#include "metrics/metric.h"

#include <stddef.h>

/* Sums from the opening of the book to the end of the path. A gain is positive; all NaN if the
 * lane failed on the path. */
typedef struct {
    double pnl_usd, pnl_coin; /* change of equity, costs and financing included */
    double error;             /* sum of the steps' hedging errors, numeraire, before costs: the
                                 terminal replication error; `error - cost` is the one after them */
    double unhedged_error;    /* the same of the unhedged shadow */
    double cost;              /* fees, spread, impact and latency, numeraire; positive costs */
    double fees, spread, impact, latency; /* its parts, in USD */
    double funding;                       /* USD received */
    double turnover_usd;                  /* sum of |notional| of the hedge's fills */
    double rebalances;                    /* hedge fills, without the closing one */
} rh_path_record;

/* Its numbers by name, in the order of the structure, and what follows from them. */
typedef struct {
    const char *name, *unit; /* unit as in metric.h */
    size_t offset;           /* in rh_path_record */
} rh_path_field;
enum { RH_N_PATH_FIELDS = 12 };
const rh_path_field *rh_path_fields(void);

/* Quantities whose distribution over paths is told: the fields, and the error after costs. */
enum { RH_PATH_ERROR_NET = RH_N_PATH_FIELDS, RH_N_PATH_QUANTITIES };
const char *rh_path_quantity_name(int quantity); /* "error_net" for RH_PATH_ERROR_NET */
const char *rh_path_quantity_unit(int quantity);
double rh_path_quantity(const rh_path_record *record, int quantity);

/* A sample of n independent numbers. Standard errors, with m_k the k-th central moment, b2 =
 * m_4 / m_2^2 and s the standard deviation with divisor n - 1:
 *
 *     se(mean) = s / sqrt(n),    se(s) = s sqrt((b2 - (n - 3) / (n - 1)) / (4 n));
 *
 * the second from Var(s^2) = sigma^4 (b2 - (n - 3)/(n - 1)) / n, which is exact, by the delta
 * method; for a normal law it is s / sqrt(2 (n - 1)) to leading order.
 * Source: H. Cramer, Mathematical Methods of Statistics (1946), 27.4 and 28.4.
 *
 * VaR and ES are those of statistic.h: losses as positive numbers. NaN where n is too small. */
typedef struct {
    size_t n;
    double mean, mean_se, std, std_se;
    double skewness, kurtosis; /* m_3 / m_2^(3/2), m_4 / m_2^2 (3 for a normal law) */
    double var95, es95, var99, es99;
    double least, largest;
    double loss_fraction; /* share below 0 */
} rh_sample;

/* Sorts x. NaN are left out; `n` is how many count. */
void rh_sample_of(double *x, size_t n, rh_sample *out);

/* Metrics of a lane over its paths: means of what is summed, and the error statistics with a path
 * in the place of a step (metric.h); NaN for those that say nothing of paths (extremes in time,
 * attribution, annualised numbers). low and high bound 95 % intervals: of means with se(mean), of
 * the standard deviation with se(s) on the scale of its logarithm, of VaR between order statistics
 * (binomial counts, no law assumed), of expected shortfall with the standard error
 *     sqrt((variance of the losses in the tail + (1 - a) (ES - VaR)^2) / (n a)),  a the tail's
 * share (B. J. Manistre and G. H. Hancock, North American Actuarial J. 9 (2005) 129-156), of the
 * share of losses by Wilson's formula. `first` are the metrics of the first path, from which the
 * book's size at its opening is taken (the theory line of Derman and Kamal, turnover_ratio,
 * error_over_premium). `coin`: the numeraire is coin. */
rh_status rh_path_metrics(const rh_path_record *records, size_t n, int coin,
                          const double first[RH_N_METRICS], double out[RH_N_METRICS],
                          double low[RH_N_METRICS], double high[RH_N_METRICS], rh_error *error);

#endif
