/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "metrics/path.h"

#include "base/memory.h"
#include "metrics/bootstrap.h"
#include "metrics/statistic.h"

#include <gsl/gsl_sort.h>
#include <math.h>
#include <string.h>

/* The normal quantile of 95 % intervals. */
static const double Z95 = 1.959963984540054;

#define FIELD(name, unit)                                                                          \
    { #name, unit, offsetof(rh_path_record, name) }
static const rh_path_field fields[RH_N_PATH_FIELDS] = {
    FIELD(pnl_usd, "USD"),      FIELD(pnl_coin, "coin"),
    FIELD(error, "numeraire"),  FIELD(unhedged_error, "numeraire"),
    FIELD(cost, "numeraire"),   FIELD(fees, "USD"),
    FIELD(spread, "USD"),       FIELD(impact, "USD"),
    FIELD(latency, "USD"),      FIELD(funding, "USD"),
    FIELD(turnover_usd, "USD"), FIELD(rebalances, "1"),
};

const rh_path_field *rh_path_fields(void) {
    return fields;
}

const char *rh_path_quantity_name(int quantity) {
    return quantity == RH_PATH_ERROR_NET ? "error_net" : fields[quantity].name;
}

const char *rh_path_quantity_unit(int quantity) {
    return quantity == RH_PATH_ERROR_NET ? "numeraire" : fields[quantity].unit;
}

double rh_path_quantity(const rh_path_record *record, int quantity) {
    double value;
    if (quantity == RH_PATH_ERROR_NET)
        return record->error - record->cost;
    memcpy(&value, (const char *)record + fields[quantity].offset, sizeof value);
    return value;
}

/* ---- a sample ---- */

static size_t drop_unknown(double *x, size_t n) {
    size_t known = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i]))
            x[known++] = x[i];
    return known;
}

/* Central moments about the mean, divisor n. */
static void moments(const double *x, size_t n, double mean, double out[3]) {
    double m[3] = {0.0, 0.0, 0.0};
    for (size_t i = 0; i < n; i++) {
        const double d = x[i] - mean;
        m[0] += d * d;
        m[1] += d * d * d;
        m[2] += d * d * d * d;
    }
    for (int k = 0; k < 3; k++)
        out[k] = m[k] / (double)n;
}

static double share_below_0(const double *sorted, size_t n) {
    size_t below = 0;
    while (below < n && sorted[below] < 0.0)
        below++;
    return (double)below / (double)n;
}

void rh_sample_of(double *x, size_t n, rh_sample *out) {
    double m[3];
    n = drop_unknown(x, n);
    gsl_sort(x, 1, n);
    *out = (rh_sample){.n = n,
                       .mean = rh_stat_mean(x, n),
                       .std = rh_stat_std(x, n),
                       .var95 = rh_stat_value_at_risk(x, n, 0.05),
                       .es95 = rh_stat_expected_shortfall(x, n, 0.05),
                       .var99 = rh_stat_value_at_risk(x, n, 0.01),
                       .es99 = rh_stat_expected_shortfall(x, n, 0.01),
                       .least = n > 0 ? x[0] : NAN,
                       .largest = n > 0 ? x[n - 1] : NAN};
    const double size = (double)n;
    moments(x, n, out->mean, m);
    out->mean_se = out->std / sqrt(size);
    out->skewness = m[0] > 0.0 ? m[1] / pow(m[0], 1.5) : NAN;
    out->kurtosis = m[0] > 0.0 ? m[2] / (m[0] * m[0]) : NAN;
    out->std_se = out->std * sqrt((out->kurtosis - (size - 3.0) / (size - 1.0)) / (4.0 * size));
    out->loss_fraction = n > 0 ? share_below_0(x, n) : NAN;
}

/* ---- intervals ---- */

typedef struct {
    double *out, *low, *high;
} metrics;

static void set(const metrics *m, rh_metric metric, double value, double low, double high) {
    m->out[metric] = isfinite(value) ? value : NAN;
    if (!isfinite(value) || !isfinite(low) || !isfinite(high))
        return;
    m->low[metric] = low;
    m->high[metric] = high;
}

static void set_mean(const metrics *m, rh_metric metric, const rh_sample *s) {
    set(m, metric, s->mean, s->mean - Z95 * s->mean_se, s->mean + Z95 * s->mean_se);
}

static void set_std(const metrics *m, rh_metric metric, const rh_sample *s) {
    const double factor = exp(Z95 * s->std_se / s->std);
    set(m, metric, s->std, s->std / factor, s->std * factor);
}

/* Order statistics whose ranks are the binomial count's quantiles, as a normal law gives them. */
static void set_value_at_risk(const metrics *m, rh_metric metric, const double *sorted, size_t n,
                              double tail, double value) {
    const double middle = (double)n * tail, reach = Z95 * sqrt((double)n * tail * (1.0 - tail));
    const double first = floor(middle - reach), last = ceil(middle + reach) + 1.0;
    const int given = first >= 1.0 && last <= (double)n;
    set(m, metric, value, given ? -sorted[(size_t)last - 1] : NAN,
        given ? -sorted[(size_t)first - 1] : NAN);
}

static void set_shortfall(const metrics *m, rh_metric metric, const double *sorted, size_t n,
                          double tail, double es, double var) {
    size_t within = 0;
    while (within < n && sorted[within] <= -var)
        within++;
    const double spread = (1.0 - tail) * (es - var) * (es - var);
    const double se = sqrt((rh_stat_variance(sorted, within) + spread) / ((double)n * tail));
    const int given = (double)within >= RH_BOOTSTRAP_LEAST_TAIL;
    set(m, metric, es, given ? es - Z95 * se : NAN, given ? es + Z95 * se : NAN);
}

/* E. B. Wilson, J. Amer. Statist. Assoc. 22 (1927) 209-212. */
static void set_share(const metrics *m, rh_metric metric, double share, size_t n) {
    const double size = (double)n, z2 = Z95 * Z95 / size;
    const double middle = (share + z2 / 2.0) / (1.0 + z2);
    const double reach = Z95 / (1.0 + z2) * sqrt(share * (1.0 - share) / size + z2 / (4.0 * size));
    set(m, metric, share, middle - reach, middle + reach);
}

/* ---- metrics ---- */

static size_t take(const rh_path_record *records, size_t n, int quantity, double *x) {
    for (size_t i = 0; i < n; i++)
        x[i] = rh_path_quantity(&records[i], quantity);
    return n;
}

/* Positions of fields by name would be looked up each time; the structure's order is fixed. */
enum {
    PNL_USD,
    PNL_COIN,
    ERROR,
    UNHEDGED,
    COST,
    FEES,
    SPREAD,
    IMPACT,
    LATENCY,
    FUNDING,
    TURNOVER,
    REBALANCES
};

static void means_of(const metrics *m, const rh_path_record *records, size_t n, double *x) {
    static const struct {
        rh_metric metric;
        int quantity;
    } means[] = {{RH_METRIC_PNL_USD, PNL_USD},
                 {RH_METRIC_PNL_COIN, PNL_COIN},
                 {RH_METRIC_FEES, FEES},
                 {RH_METRIC_SPREAD, SPREAD},
                 {RH_METRIC_IMPACT, IMPACT},
                 {RH_METRIC_LATENCY, LATENCY},
                 {RH_METRIC_FUNDING, FUNDING},
                 {RH_METRIC_TURNOVER_USD, TURNOVER},
                 {RH_METRIC_REBALANCES, REBALANCES}};
    for (size_t i = 0; i < sizeof means / sizeof *means; i++) {
        rh_sample s;
        rh_sample_of(x, take(records, n, means[i].quantity, x), &s);
        set_mean(m, means[i].metric, &s);
    }
}

static void pnl_of(const metrics *m, const rh_path_record *records, size_t n, int coin, double *x) {
    rh_sample s;
    rh_sample_of(x, take(records, n, coin ? PNL_COIN : PNL_USD, x), &s);
    set_std(m, RH_METRIC_PNL_STD, &s);
    set_share(m, RH_METRIC_LOSS_FRACTION, s.loss_fraction, s.n);
    m->out[RH_METRIC_PATHS] = (double)s.n;
}

static void errors_of(const metrics *m, const rh_path_record *records, size_t n, double *x) {
    rh_sample s;
    rh_sample_of(x, take(records, n, ERROR, x), &s);
    m->out[RH_METRIC_STEPS] = (double)s.n;
    m->out[RH_METRIC_HEDGE_ERROR_MAX] = fmax(fabs(s.least), fabs(s.largest));
    m->out[RH_METRIC_HEDGE_ERROR_RMSE] = rh_stat_rms(x, s.n);
    set_mean(m, RH_METRIC_HEDGE_ERROR_MEAN, &s);
    set_std(m, RH_METRIC_HEDGE_ERROR_STD, &s);
    set_value_at_risk(m, RH_METRIC_VAR95, x, s.n, 0.05, s.var95);
    set_value_at_risk(m, RH_METRIC_VAR99, x, s.n, 0.01, s.var99);
    set_shortfall(m, RH_METRIC_ES95, x, s.n, 0.05, s.es95, s.var95);
    set_shortfall(m, RH_METRIC_ES99, x, s.n, 0.01, s.es99, s.var99);
}

static void effectiveness_of(const metrics *m, const rh_path_record *records, size_t n, double *x,
                             double *y) {
    size_t known = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(records[i].error) && !isnan(records[i].unhedged_error)) {
            x[known] = records[i].error;
            y[known++] = records[i].unhedged_error;
        }
    const double share = rh_stat_effectiveness(x, y, known);
    m->out[RH_METRIC_HEDGE_EFFECTIVENESS] = isfinite(share) ? share : NAN;
}

/* The book at its opening is what the first path says it is. */
static void scaled_of(const metrics *m, const double *first, const rh_path_record *records) {
    const double hedges = m->out[RH_METRIC_REBALANCES];
    const double notional = first[RH_METRIC_TURNOVER_USD] / first[RH_METRIC_TURNOVER_RATIO];
    const double premium = records[0].error / first[RH_METRIC_ERROR_OVER_PREMIUM];
    set(m, RH_METRIC_DERMAN_KAMAL_STD,
        first[RH_METRIC_DERMAN_KAMAL_STD] * sqrt(first[RH_METRIC_REBALANCES] / hedges), NAN, NAN);
    set(m, RH_METRIC_TURNOVER_RATIO, m->out[RH_METRIC_TURNOVER_USD] / notional, NAN, NAN);
    set(m, RH_METRIC_ERROR_OVER_PREMIUM, m->out[RH_METRIC_HEDGE_ERROR_MEAN] / premium, NAN, NAN);
}

rh_status rh_path_metrics(const rh_path_record *records, size_t n, int coin,
                          const double first[RH_N_METRICS], double out[RH_N_METRICS],
                          double low[RH_N_METRICS], double high[RH_N_METRICS], rh_error *error) {
    const metrics m = {out, low, high};
    double *x = rh_allocate(n, 2 * sizeof *x);
    if (!x)
        return rh_no_memory(error);
    for (int i = 0; i < RH_N_METRICS; i++)
        out[i] = low[i] = high[i] = NAN;
    means_of(&m, records, n, x);
    pnl_of(&m, records, n, coin, x);
    errors_of(&m, records, n, x);
    effectiveness_of(&m, records, n, x, x + n);
    scaled_of(&m, first, records);
    rh_release(x);
    return RH_OK;
}
