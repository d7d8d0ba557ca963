/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "metrics/metric.h"

#include "base/memory.h"
#include "metrics/statistic.h"
#include "metrics/theory.h"

#include <gsl/gsl_math.h>
#include <gsl/gsl_sort.h>
#include <math.h>

rh_status rh_metric_series_reserve(rh_metric_series *series, size_t steps, rh_error *error) {
    if (steps <= series->capacity)
        return RH_OK;
    if (rh_resize_array(&series->steps, steps, sizeof *series->steps) != 0)
        return rh_no_memory(error);
    series->capacity = steps;
    return RH_OK;
}

rh_status rh_metric_series_add(rh_metric_series *series, const rh_metric_step *step,
                               rh_error *error) {
    if (rh_make_room(&series->steps, series->count, &series->capacity, sizeof *step) != 0)
        return rh_fail(error, RH_FAILED, "out of memory after %zu steps", series->count);
    series->steps[series->count++] = *step;
    return RH_OK;
}

void rh_metric_series_free(rh_metric_series *series) {
    rh_release(series->steps);
    *series = (rh_metric_series){0};
}

/* ---- which numbers of which steps ---- */

static int is_counted(const rh_metric_step *step) {
    return step->counted && isfinite(step->error);
}

static size_t take_errors(const rh_metric_series *series, double *errors) {
    size_t n = 0;
    for (size_t i = 0; i < series->count; i++)
        if (is_counted(&series->steps[i]))
            errors[n++] = series->steps[i].error;
    return n;
}

static size_t take_pairs(const rh_metric_series *series, double *hedged, double *unhedged) {
    size_t n = 0;
    for (size_t i = 0; i < series->count; i++) {
        const rh_metric_step *step = &series->steps[i];
        if (!is_counted(step) || !isfinite(step->unhedged_error))
            continue;
        hedged[n] = step->error;
        unhedged[n++] = step->unhedged_error;
    }
    return n;
}

static size_t take_known_errors(const rh_metric_series *series, double *errors) {
    size_t n = 0;
    for (size_t i = 0; i < series->count; i++)
        if (isfinite(series->steps[i].error))
            errors[n++] = series->steps[i].error;
    return n;
}

static size_t take_deltas(const rh_metric_series *series, double *deltas) {
    size_t n = 0;
    for (size_t i = 0; i < series->count; i++)
        if (is_counted(&series->steps[i]) && isfinite(series->steps[i].net_delta))
            deltas[n++] = series->steps[i].net_delta;
    return n;
}

static size_t take_vols(const rh_metric_series *series, double *vols) {
    size_t n = 0;
    for (size_t i = 0; i < series->count; i++)
        if (!series->steps[i].stale && isfinite(series->steps[i].iv))
            vols[n++] = series->steps[i].iv;
    return n;
}

/* Changes in PnL over counted steps; before the first step the PnL is 0. */
static size_t take_gains(const rh_metric_series *series, double *gains) {
    size_t n = 0;
    double before = 0.0;
    for (size_t i = 0; i < series->count; i++) {
        const rh_metric_step *step = &series->steps[i];
        double gain = step->pnl - before;
        if (is_counted(step) && isfinite(gain))
            gains[n++] = gain;
        before = step->pnl;
    }
    return n;
}

/* Slippage and |log return| of the counted steps that know both. */
static size_t take_moves(const rh_metric_series *series, double *slippages, double *moves) {
    size_t n = 0;
    for (size_t i = 1; i < series->count; i++) {
        const rh_metric_step *step = &series->steps[i];
        double move = fabs(log(step->price / step[-1].price));
        if (!is_counted(step) || !isfinite(move) || !isfinite(step->slippage))
            continue;
        slippages[n] = step->slippage;
        moves[n++] = move;
    }
    return n;
}

/* ---- numbers of the path ---- */

static double max_drawdown(const rh_metric_series *series) {
    double peak = 0.0, deepest = NAN;
    for (size_t i = 0; i < series->count; i++) {
        double pnl = series->steps[i].pnl;
        if (!isfinite(pnl))
            continue;
        peak = fmax(peak, pnl);
        deepest = fmax(deepest, peak - pnl); /* fmax takes the number beside a NaN */
    }
    return deepest;
}

/* A return spans the steps between two known prices, whose lengths are added up. */
static double realised_vol(const rh_metric_series *series, double *squares, double *spans) {
    double before = NAN, span = 0.0;
    size_t n = 0;
    for (size_t i = 0; i < series->count; i++) {
        const rh_metric_step *step = &series->steps[i];
        span += step->years;
        if (!(step->price > 0.0) || !isfinite(step->price))
            continue;
        double move = log(step->price / before);
        if (isfinite(move) && span > 0.0) {
            squares[n] = move * move;
            spans[n++] = span;
        }
        before = step->price;
        span = 0.0;
    }
    return n >= 2 ? sqrt(rh_stat_sum(squares, n) / rh_stat_sum(spans, n)) : NAN;
}

static double stale_fraction(const rh_metric_series *series) {
    size_t steps = 0, stale = 0;
    for (size_t i = 0; i < series->count; i++) {
        steps += series->steps[i].years > 0.0;
        stale += series->steps[i].years > 0.0 && series->steps[i].stale;
    }
    return (double)stale / (double)steps;
}

/* ---- all of them ---- */

static void totals_of(const rh_metric_totals *totals, double *out) {
    out[RH_METRIC_PNL_USD] = totals->pnl_usd;
    out[RH_METRIC_PNL_COIN] = totals->pnl_coin;
    out[RH_METRIC_UNHEDGED_PNL_USD] = totals->unhedged_pnl_usd;
    out[RH_METRIC_UNHEDGED_PNL_COIN] = totals->unhedged_pnl_coin;
    out[RH_METRIC_OPTION_PNL] = totals->option_pnl;
    out[RH_METRIC_HEDGE_PNL] = totals->hedge_pnl;
    out[RH_METRIC_FUNDING] = totals->funding;
    out[RH_METRIC_FEES] = totals->fees;
    out[RH_METRIC_SPREAD] = totals->spread;
    out[RH_METRIC_IMPACT] = totals->impact;
    out[RH_METRIC_LATENCY] = totals->latency;
    out[RH_METRIC_INTEREST] = totals->interest;
    out[RH_METRIC_GAMMA_PNL] = totals->gamma_pnl;
    out[RH_METRIC_THETA_PNL] = totals->theta_pnl;
    out[RH_METRIC_UNEXPLAINED] = totals->unexplained;
    out[RH_METRIC_RESIDUAL_SHARE] = totals->absolute_residual / totals->absolute_gamma_theta;
    out[RH_METRIC_REBALANCES] = totals->rebalances;
    out[RH_METRIC_TURNOVER_USD] = totals->turnover_usd;
    out[RH_METRIC_TURNOVER_RATIO] = totals->turnover_usd / totals->book_notional_usd;
    out[RH_METRIC_DERMAN_KAMAL_STD] =
        rh_derman_kamal_std(totals->vega_at_open, totals->iv_at_open, totals->rebalances);
    out[RH_METRIC_REBALANCE_COST] = totals->rebalance_cost;
}

/* The discounted dollar gamma is a martingale, so the first rebalance stands for all. */
static double leland_cost(const rh_metric_series *series, const rh_metric_totals *totals) {
    const double n = totals->rebalances - 1.0;
    if (!totals->one_life || !(n > 0.0) || series->count < 2)
        return NAN;
    const double years = rh_years(series->steps[0].ts, series->steps[series->count - 1].ts);
    const double rate = totals->rebalance_cost / totals->rebalance_turnover_usd;
    return n * rh_rebalance_cost(rate, totals->spot_at_open, totals->gamma_at_open,
                                 totals->iv_at_open, years / n);
}

static void errors_of(const rh_metric_series *series, double year, double *errors, double *out) {
    size_t n = take_errors(series, errors);
    out[RH_METRIC_STEPS] = (double)n;
    out[RH_METRIC_HEDGE_ERROR_MEAN] = rh_stat_mean(errors, n);
    out[RH_METRIC_HEDGE_ERROR_STD] = rh_stat_std(errors, n);
    out[RH_METRIC_HEDGE_ERROR_STD_ANNUAL] = out[RH_METRIC_HEDGE_ERROR_STD] * year;
    out[RH_METRIC_HEDGE_ERROR_RMSE] = rh_stat_rms(errors, n);
    out[RH_METRIC_HEDGE_ERROR_MAX] = rh_stat_largest(errors, n);
    gsl_sort(errors, 1, n);
    out[RH_METRIC_VAR95] = rh_stat_value_at_risk(errors, n, 0.05);
    out[RH_METRIC_ES95] = rh_stat_expected_shortfall(errors, n, 0.05);
    out[RH_METRIC_VAR99] = rh_stat_value_at_risk(errors, n, 0.01);
    out[RH_METRIC_ES99] = rh_stat_expected_shortfall(errors, n, 0.01);
}

/* Capital is the unit of the returns and so falls out of both ratios; without it there are none. */
static void ratios_of(const rh_metric_series *series, double capital, double year, double *gains,
                      double *out) {
    size_t n = take_gains(series, gains);
    double scale = capital > 0.0 && n >= 2 ? year : NAN;
    double mean = rh_stat_mean(gains, n);
    out[RH_METRIC_SHARPE] = mean / rh_stat_std(gains, n) * scale;
    out[RH_METRIC_SORTINO] = mean / rh_stat_downside(gains, n) * scale;
}

rh_status rh_metric_compute(const rh_metric_series *series, const rh_metric_totals *totals,
                            double out[RH_N_METRICS], rh_error *error) {
    double *x = rh_allocate(series->count, 2 * sizeof *x);
    if (!x)
        return rh_fail(error, RH_FAILED, "out of memory for the metrics of %zu steps",
                       series->count);
    double *y = x + series->count;
    double year = sqrt(365.0 * (double)RH_DAY / (double)totals->grid);

    for (int i = 0; i < RH_N_METRICS; i++)
        out[i] = NAN; /* numbers over paths stay unknown: this is one history */
    totals_of(totals, out);
    errors_of(series, year, x, out);
    ratios_of(series, totals->capital, year, x, out);
    size_t n = take_pairs(series, x, y);
    out[RH_METRIC_HEDGE_EFFECTIVENESS] = rh_stat_effectiveness(x, y, n);
    n = take_known_errors(series, x);
    out[RH_METRIC_ERROR_OVER_PREMIUM] = n >= 1 ? rh_stat_sum(x, n) / fabs(totals->premium) : NAN;
    n = take_deltas(series, x);
    out[RH_METRIC_RESIDUAL_DELTA_RMS] = rh_stat_rms(x, n);
    n = take_vols(series, x);
    out[RH_METRIC_IMPLIED_VOL_MEAN] = rh_stat_mean(x, n);
    n = take_moves(series, x, y);
    out[RH_METRIC_SLIPPAGE_VOL_CORRELATION] = rh_stat_correlation(x, y, n);
    out[RH_METRIC_REALISED_VOL] = realised_vol(series, x, y);
    out[RH_METRIC_LELAND_COST] = leland_cost(series, totals);
    out[RH_METRIC_MAX_DRAWDOWN] = max_drawdown(series);
    out[RH_METRIC_STALE_FRACTION] = stale_fraction(series);

    for (int i = 0; i < RH_N_METRICS; i++)
        if (!isfinite(out[i]))
            out[i] = NAN; /* a division by nothing: no premium, no rebalance, no downside */
    rh_release(x);
    return RH_OK;
}
