/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The expected numbers come from the definitions evaluated with 50 decimal digits, not from the
 * engine: 30 hourly steps after an opening row, with a stale one, a short one and one unknown
 * number of each kind. */
#include "base/memory.h"
#include "metrics/metric.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

enum { N_ROWS = 30 };

static const struct {
    double error, unhedged_error, pnl, price, iv, net_delta, slippage;
    int counted, stale;
} rows[N_ROWS] = {
    {-14.8, -32.19, -13.67, 34713.0, 0.8016, -0.0329, 0.64, 1, 0},
    {-1.16, -34.44, -15.06, 34622.4, 0.8429, -0.061, 1.57, 1, 0},
    {13.18, -43.72, -3.55, 34742.2, 0.7875, -0.029, 0.41, 1, 0},
    {-0.32, 13.48, -4.19, 34993.4, 0.8332, -0.0399, 1.73, 1, 0},
    {-10.81, -0.27, -14.27, 35153.3, 0.8175, -0.0909, 1.32, 1, 0},
    {-27.35, -14.36, -39.24, 35221.8, 0.7785, -0.0437, 0.51, 1, 0},
    {-8.36, 76.96, -47.11, 34990.4, 0.7991, -0.0223, 3.12, 1, 0},
    {12.39, -19.27, -36.31, 34729.4, 0.8247, -0.0839, 0.41, 0, 1},
    {-3.44, 9.63, -39.76, 34392.9, 0.8489, -0.0768, 0.73, 1, 0},
    {9.04, 21.99, -31.97, 34521.5, 0.8417, -0.0138, 4.37, 1, 0},
    {3.15, 87.03, -29.49, 34250.9, 0.7724, 0.1127, 4.81, 1, 0},
    {1.04, NAN, -28.9, 34505.0, 0.7944, -0.0889, 3.24, 1, 0},
    {2.04, -37.61, -27.41, 34580.9, 0.8135, -0.038, 0.15, 1, 0},
    {-6.8, -27.96, -33.88, 34763.8, 0.7672, 0.0076, 0.06, 0, 0},
    {-6.15, -67.92, -39.76, 34966.5, 0.7996, 0.0106, 3.01, 1, 0},
    {-9.86, 15.46, -48.98, 34935.7, 0.8318, -0.003, 0.32, 1, 0},
    {NAN, -17.66, -59.33, 35115.3, 0.8118, -0.0073, 1.39, 1, 0},
    {1.48, -102.14, -58.35, 35214.7, 0.8226, -0.0482, 1.54, 1, 0},
    {4.37, 62.88, -54.77, 35195.7, 0.8125, 0.0384, 0.97, 1, 0},
    {-7.37, -28.51, -61.75, 35297.4, 0.8137, -0.0232, 4.26, 1, 0},
    {-4.42, 31.32, -66.08, NAN, 0.7878, -0.0256, 1.98, 1, 0},
    {5.71, 48.16, -61.29, 34976.1, 0.7897, 0.039, 5.33, 1, 0},
    {-0.79, -30.48, -62.35, 34833.4, NAN, 0.0405, 0.09, 1, 0},
    {-7.03, 6.88, -69.03, 35048.3, 0.7948, 0.0526, 1.9, 1, 0},
    {-10.21, 54.51, -78.57, 35194.5, 0.7838, NAN, 0.79, 1, 0},
    {-0.89, 15.97, -79.72, 35368.4, 0.7814, 0.0169, 1.19, 1, 0},
    {4.14, -69.04, -76.34, 35274.3, 0.8153, -0.0117, NAN, 1, 0},
    {-4.75, -62.14, -80.96, 35167.4, 0.7731, -0.0164, 0.42, 1, 0},
    {20.48, -35.7, -62.88, 34893.8, 0.788, -0.0753, 1.0, 1, 0},
    {-8.06, -17.86, -70.48, 34594.8, 0.7761, -0.0616, 1.87, 1, 0},
};

static const struct {
    rh_metric metric;
    double value;
} expected[] = {
    {RH_METRIC_STEPS, 27.0},
    {RH_METRIC_HEDGE_ERROR_MEAN, -2.2644444444444445},
    {RH_METRIC_HEDGE_ERROR_STD, 9.284406833848367},
    {RH_METRIC_HEDGE_ERROR_STD_ANNUAL, 868.97286600109317},
    {RH_METRIC_HEDGE_ERROR_RMSE, 9.3880412503630666},
    {RH_METRIC_HEDGE_ERROR_MAX, 27.350000000000001},
    {RH_METRIC_VAR95, 13.603000000000002},
    {RH_METRIC_ES95, 21.075000000000003},
    {RH_METRIC_VAR99, 24.087},
    {RH_METRIC_ES99, 27.350000000000001},
    {RH_METRIC_HEDGE_EFFECTIVENESS, 0.96095777524418213},
    {RH_METRIC_ERROR_OVER_PREMIUM, -0.022109452736318411},
    {RH_METRIC_RESIDUAL_DELTA_RMS, 0.050854343283236202},
    {RH_METRIC_MAX_DRAWDOWN, 80.959999999999994},
    {RH_METRIC_SHARPE, -26.74097084738305},
    {RH_METRIC_SORTINO, -31.115688577212001},
    {RH_METRIC_REALISED_VOL, 0.52086598538775308},
    {RH_METRIC_IMPLIED_VOL_MEAN, 0.80311724137931029},
    {RH_METRIC_STALE_FRACTION, 0.033333333333333333},
    {RH_METRIC_SLIPPAGE_VOL_CORRELATION, 0.26742377368520109},
    {RH_METRIC_DERMAN_KAMAL_STD, 0.44479831086805116},
    {RH_METRIC_TURNOVER_RATIO, 2.8218685714285714},
};

static rh_metric_totals some_totals(void) {
    return (rh_metric_totals){.pnl_usd = 1.0,
                              .pnl_coin = 2.0,
                              .unhedged_pnl_usd = 3.0,
                              .unhedged_pnl_coin = 4.0,
                              .option_pnl = 5.0,
                              .hedge_pnl = 6.0,
                              .funding = 7.0,
                              .fees = 8.0,
                              .spread = 9.0,
                              .impact = 10.0,
                              .latency = 11.0,
                              .interest = 12.0,
                              .gamma_pnl = 13.0,
                              .theta_pnl = 14.0,
                              .unexplained = 15.0,
                              .absolute_residual = 3.0,
                              .absolute_gamma_theta = 12.0,
                              .rebalances = 21.0,
                              .turnover_usd = 987654.0,
                              .book_notional_usd = 350000.0,
                              .premium = -2512.5,
                              .vega_at_open = -11.5,
                              .iv_at_open = 0.2,
                              .capital = 10000.0,
                              .grid = RH_HOUR};
}

static rh_metric_step opening(void) {
    return (rh_metric_step){.error = NAN,
                            .unhedged_error = NAN,
                            .price = 35000.0,
                            .iv = 0.81,
                            .net_delta = 9.0,
                            .slippage = 50.0};
}

static rh_metric_step row_step(int i) {
    return (rh_metric_step){.ts = (i + 1) * RH_HOUR,
                            .years = 1.0 / 8760.0,
                            .error = rows[i].error,
                            .unhedged_error = rows[i].unhedged_error,
                            .pnl = rows[i].pnl,
                            .price = rows[i].price,
                            .iv = rows[i].iv,
                            .net_delta = rows[i].net_delta,
                            .slippage = rows[i].slippage,
                            .counted = rows[i].counted,
                            .stale = rows[i].stale};
}

static void add(rh_metric_series *series, rh_metric_step step) {
    assert_int_equal(rh_metric_series_add(series, &step, NULL), RH_OK);
}

static rh_metric_series reference_series(void) {
    rh_metric_series series = {0};
    add(&series, opening());
    for (int i = 0; i < N_ROWS; i++)
        add(&series, row_step(i));
    return series;
}

static void compute(const rh_metric_series *series, const rh_metric_totals *totals, double *out) {
    rh_error error;
    assert_int_equal(rh_metric_compute(series, totals, out, &error), RH_OK);
    for (int i = 0; i < RH_N_METRICS; i++)
        assert_true(isnan(out[i]) || isfinite(out[i]));
}

static void assert_close(double value, double wanted, const char *name) {
    double scale = fmax(fabs(wanted), 1e-300);
    if (isnan(value) != isnan(wanted) || fabs(value - wanted) > 1e-13 * scale)
        fail_msg("%s is %.17g instead of %.17g", name, value, wanted);
}

static void assert_unknown(const double *out, rh_metric metric) {
    if (!isnan(out[metric]))
        fail_msg("%s is %.17g", rh_metric_entries()[metric].name, out[metric]);
}

static void table_is_complete(void **state) {
    (void)state;
    const rh_metric_entry *entries = rh_metric_entries();
    for (int i = 0; i < RH_N_METRICS; i++) {
        assert_non_null(entries[i].name);
        assert_true(strlen(entries[i].unit) > 0);
        assert_true(strlen(entries[i].meaning) > 20);
        assert_int_equal(strspn(entries[i].name, "abcdefghijklmnopqrstuvwxyz_0123456789"),
                         strlen(entries[i].name));
        for (int j = 0; j < i; j++)
            assert_string_not_equal(entries[i].name, entries[j].name);
    }
}

static void matches_the_definitions(void **state) {
    (void)state;
    double out[RH_N_METRICS];
    rh_metric_totals totals = some_totals();
    rh_metric_series series = reference_series();
    compute(&series, &totals, out);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_close(out[expected[i].metric], expected[i].value,
                     rh_metric_entries()[expected[i].metric].name);
    rh_metric_series_free(&series);
}

static void totals_arrive_under_their_names(void **state) {
    (void)state;
    static const struct {
        const char *name;
        double value;
    } named[] = {{"pnl_usd", 1},
                 {"pnl_coin", 2},
                 {"unhedged_pnl_usd", 3},
                 {"unhedged_pnl_coin", 4},
                 {"option_pnl", 5},
                 {"hedge_pnl", 6},
                 {"funding", 7},
                 {"fees", 8},
                 {"spread", 9},
                 {"impact", 10},
                 {"latency", 11},
                 {"interest", 12},
                 {"gamma_pnl", 13},
                 {"theta_pnl", 14},
                 {"unexplained", 15},
                 {"rebalances", 21},
                 {"turnover_usd", 987654},
                 {"residual_share", 0.25}};
    double out[RH_N_METRICS];
    rh_metric_totals totals = some_totals();
    rh_metric_series series = {0};
    compute(&series, &totals, out);
    size_t found = 0;
    for (size_t k = 0; k < sizeof named / sizeof *named; k++)
        for (int i = 0; i < RH_N_METRICS; i++)
            if (strcmp(rh_metric_entries()[i].name, named[k].name) == 0) {
                assert_close(out[i], named[k].value, named[k].name);
                found++;
            }
    assert_int_equal(found, sizeof named / sizeof *named);
}

static void doubling_the_size_doubles_the_money(void **state) {
    (void)state;
    static const rh_metric money[] = {RH_METRIC_HEDGE_ERROR_MEAN,
                                      RH_METRIC_HEDGE_ERROR_STD,
                                      RH_METRIC_HEDGE_ERROR_STD_ANNUAL,
                                      RH_METRIC_HEDGE_ERROR_RMSE,
                                      RH_METRIC_HEDGE_ERROR_MAX,
                                      RH_METRIC_VAR95,
                                      RH_METRIC_ES95,
                                      RH_METRIC_VAR99,
                                      RH_METRIC_ES99,
                                      RH_METRIC_MAX_DRAWDOWN};
    static const rh_metric ratios[] = {
        RH_METRIC_HEDGE_EFFECTIVENESS,      RH_METRIC_SHARPE,       RH_METRIC_SORTINO,
        RH_METRIC_SLIPPAGE_VOL_CORRELATION, RH_METRIC_REALISED_VOL, RH_METRIC_ERROR_OVER_PREMIUM};
    double one[RH_N_METRICS], two[RH_N_METRICS];
    rh_metric_totals totals = some_totals();
    rh_metric_series series = reference_series();
    compute(&series, &totals, one);
    totals.premium *= 2.0;
    for (size_t i = 0; i < series.count; i++) {
        series.steps[i].error *= 2.0;
        series.steps[i].unhedged_error *= 2.0;
        series.steps[i].pnl *= 2.0;
        series.steps[i].slippage *= 2.0;
    }
    compute(&series, &totals, two);
    for (size_t i = 0; i < sizeof money / sizeof *money; i++)
        assert_true(two[money[i]] == 2.0 * one[money[i]]);
    for (size_t i = 0; i < sizeof ratios / sizeof *ratios; i++)
        assert_true(two[ratios[i]] == one[ratios[i]]);
    rh_metric_series_free(&series);
}

static void order_matters_only_to_the_path(void **state) {
    (void)state;
    static const rh_metric same[] = {RH_METRIC_HEDGE_ERROR_MEAN,   RH_METRIC_HEDGE_ERROR_STD,
                                     RH_METRIC_HEDGE_ERROR_RMSE,   RH_METRIC_HEDGE_EFFECTIVENESS,
                                     RH_METRIC_RESIDUAL_DELTA_RMS, RH_METRIC_ERROR_OVER_PREMIUM,
                                     RH_METRIC_IMPLIED_VOL_MEAN};
    static const rh_metric equal[] = {RH_METRIC_HEDGE_ERROR_MAX, RH_METRIC_VAR95,
                                      RH_METRIC_VAR99,           RH_METRIC_ES99,
                                      RH_METRIC_STEPS,           RH_METRIC_STALE_FRACTION};
    double there[RH_N_METRICS], back[RH_N_METRICS];
    rh_metric_totals totals = some_totals();
    rh_metric_series series = reference_series(), turned = {0};
    for (size_t i = series.count; i-- > 0;)
        add(&turned, series.steps[i]);
    compute(&series, &totals, there);
    compute(&turned, &totals, back);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        assert_close(back[same[i]], there[same[i]], rh_metric_entries()[same[i]].name);
    for (size_t i = 0; i < sizeof equal / sizeof *equal; i++)
        assert_true(back[equal[i]] == there[equal[i]]);
    assert_true(back[RH_METRIC_SHARPE] != there[RH_METRIC_SHARPE]);
    rh_metric_series_free(&series);
    rh_metric_series_free(&turned);
}

static void no_steps_have_no_statistics(void **state) {
    (void)state;
    double out[RH_N_METRICS];
    rh_metric_totals totals = {.grid = RH_HOUR, .capital = 1.0};
    rh_metric_series series = {0};
    compute(&series, &totals, out);
    assert_true(out[RH_METRIC_STEPS] == 0.0);
    for (rh_metric i = RH_METRIC_HEDGE_ERROR_MEAN; i <= RH_METRIC_RESIDUAL_DELTA_RMS; i++)
        assert_unknown(out, i);
    for (rh_metric i = RH_METRIC_TURNOVER_RATIO; i <= RH_METRIC_IMPLIED_VOL_MEAN; i++)
        assert_unknown(out, i);
    for (rh_metric i = RH_METRIC_STALE_FRACTION; i <= RH_METRIC_SLIPPAGE_VOL_CORRELATION; i++)
        assert_unknown(out, i);
    rh_metric_series_free(&series);
}

static void one_step_has_no_spread(void **state) {
    (void)state;
    double out[RH_N_METRICS];
    rh_metric_totals totals = some_totals();
    rh_metric_series series = {0};
    add(&series, opening());
    add(&series, row_step(0));
    compute(&series, &totals, out);
    assert_true(out[RH_METRIC_STEPS] == 1.0);
    assert_true(out[RH_METRIC_HEDGE_ERROR_MEAN] == -14.8);
    assert_true(out[RH_METRIC_HEDGE_ERROR_RMSE] == 14.8);
    assert_true(out[RH_METRIC_HEDGE_ERROR_MAX] == 14.8);
    assert_unknown(out, RH_METRIC_HEDGE_ERROR_STD);
    assert_unknown(out, RH_METRIC_HEDGE_ERROR_STD_ANNUAL);
    for (rh_metric i = RH_METRIC_VAR95; i <= RH_METRIC_HEDGE_EFFECTIVENESS; i++)
        assert_unknown(out, i);
    assert_unknown(out, RH_METRIC_SHARPE);
    assert_unknown(out, RH_METRIC_SORTINO);
    assert_unknown(out, RH_METRIC_REALISED_VOL);
    assert_unknown(out, RH_METRIC_SLIPPAGE_VOL_CORRELATION);
    rh_metric_series_free(&series);
}

static void two_steps_by_hand(void **state) {
    (void)state;
    double out[RH_N_METRICS];
    rh_metric_totals totals = some_totals();
    rh_metric_series series = {0};
    add(&series, (rh_metric_step){.years = 0.01,
                                  .error = -3.0,
                                  .unhedged_error = -8.0,
                                  .pnl = 5.0,
                                  .price = 100.0,
                                  .iv = 0.5,
                                  .counted = 1});
    add(&series, (rh_metric_step){.years = 0.01,
                                  .error = 1.0,
                                  .unhedged_error = 8.0,
                                  .pnl = 2.0,
                                  .price = 110.0,
                                  .iv = 0.7,
                                  .counted = 1});
    compute(&series, &totals, out);
    assert_close(out[RH_METRIC_HEDGE_ERROR_STD], sqrt(8.0), "std");
    assert_close(out[RH_METRIC_VAR95], 2.8, "var95"); /* -3 + 0.05 * 4 */
    assert_close(out[RH_METRIC_VAR99], 2.96, "var99");
    assert_close(out[RH_METRIC_ES95], 3.0, "es95");
    assert_close(out[RH_METRIC_HEDGE_EFFECTIVENESS], 1.0 - 8.0 / 128.0, "effectiveness");
    assert_close(out[RH_METRIC_MAX_DRAWDOWN], 3.0, "drawdown"); /* 0, 5, 2 */
    assert_close(out[RH_METRIC_IMPLIED_VOL_MEAN], 0.6, "iv");
    assert_unknown(out, RH_METRIC_REALISED_VOL); /* only one return */
    assert_unknown(out, RH_METRIC_SLIPPAGE_VOL_CORRELATION);
    /* gains 5 and -3: mean 1, std sqrt(32), downside sqrt(9 / 2) */
    assert_close(out[RH_METRIC_SHARPE], 1.0 / sqrt(32.0) * sqrt(8760.0), "sharpe");
    assert_close(out[RH_METRIC_SORTINO], 1.0 / sqrt(4.5) * sqrt(8760.0), "sortino");
    rh_metric_series_free(&series);
}

static void a_fall_from_the_start_is_a_drawdown(void **state) {
    (void)state;
    double out[RH_N_METRICS];
    rh_metric_totals totals = some_totals();
    rh_metric_series series = {0};
    const double prices[] = {100.0, 110.0, 105.0};
    for (int i = 0; i < 3; i++)
        add(&series, (rh_metric_step){.years = 0.01,
                                      .error = i,
                                      .pnl = -4.0 + i,
                                      .price = prices[i],
                                      .slippage = i,
                                      .counted = 1});
    compute(&series, &totals, out);
    assert_true(out[RH_METRIC_MAX_DRAWDOWN] == 4.0);
    /* two returns: any two points correlate fully, which says nothing */
    assert_unknown(out, RH_METRIC_SLIPPAGE_VOL_CORRELATION);
    rh_metric_series_free(&series);
}

static void equal_steps_have_no_spread_at_all(void **state) {
    (void)state;
    double out[RH_N_METRICS];
    rh_metric_totals totals = some_totals();
    rh_metric_series series = {0};
    for (int i = 0; i < 41; i++)
        add(&series, (rh_metric_step){.years = 0.1,
                                      .error = -0.1,
                                      .unhedged_error = 0.3,
                                      .pnl = 0.0,
                                      .price = 7.0,
                                      .iv = 0.1,
                                      .net_delta = -0.1,
                                      .slippage = 0.1,
                                      .counted = 1});
    compute(&series, &totals, out);
    assert_true(out[RH_METRIC_HEDGE_ERROR_MEAN] == -0.1);
    assert_true(out[RH_METRIC_HEDGE_ERROR_STD] == 0.0);
    assert_true(out[RH_METRIC_ES95] == 0.1);
    assert_close(out[RH_METRIC_VAR95], 0.1, "var95");
    assert_close(out[RH_METRIC_RESIDUAL_DELTA_RMS], 0.1, "delta");
    assert_true(out[RH_METRIC_REALISED_VOL] == 0.0);
    assert_true(out[RH_METRIC_MAX_DRAWDOWN] == 0.0);
    assert_unknown(out, RH_METRIC_HEDGE_EFFECTIVENESS);
    assert_unknown(out, RH_METRIC_SHARPE);
    assert_unknown(out, RH_METRIC_SORTINO);
    assert_unknown(out, RH_METRIC_SLIPPAGE_VOL_CORRELATION);
    rh_metric_series_free(&series);
}

static void ties_at_the_quantile_belong_to_the_tail(void **state) {
    (void)state;
    double out[RH_N_METRICS];
    rh_metric_totals totals = some_totals();
    rh_metric_series series = {0};
    /* sorted -9 -4 -4 0 ...: the 5 % quantile of 21 is the second, the tail the first three */
    for (int i = 0; i < 21; i++)
        add(&series, (rh_metric_step){.years = 0.1,
                                      .counted = 1,
                                      .error = i == 10      ? -9.0
                                               : i % 7 == 3 ? -4.0
                                                            : 0.0});
    compute(&series, &totals, out);
    assert_close(out[RH_METRIC_VAR95], 4.0, "var95");
    assert_close(out[RH_METRIC_ES95], 17.0 / 3.0, "es95");
    rh_metric_series_free(&series);
}

static void only_gains_make_the_value_at_risk_negative(void **state) {
    (void)state;
    double out[RH_N_METRICS];
    rh_metric_totals totals = some_totals();
    rh_metric_series series = {0};
    for (int i = 1; i <= 101; i++)
        add(&series, (rh_metric_step){.years = 0.1, .counted = 1, .error = i});
    compute(&series, &totals, out);
    assert_close(out[RH_METRIC_VAR95], -6.0, "var95");
    assert_close(out[RH_METRIC_ES95], -3.5, "es95");
    assert_close(out[RH_METRIC_VAR99], -2.0, "var99");
    assert_close(out[RH_METRIC_ES99], -1.5, "es99");
    rh_metric_series_free(&series);
}

static void what_is_not_given_is_not_made_up(void **state) {
    (void)state;
    double out[RH_N_METRICS];
    rh_metric_totals totals = some_totals();
    rh_metric_series series = reference_series();
    totals.capital = totals.rebalances = totals.premium = totals.book_notional_usd = 0.0;
    totals.fees = INFINITY;
    compute(&series, &totals, out);
    assert_unknown(out, RH_METRIC_SHARPE);
    assert_unknown(out, RH_METRIC_SORTINO);
    assert_unknown(out, RH_METRIC_DERMAN_KAMAL_STD);
    assert_unknown(out, RH_METRIC_ERROR_OVER_PREMIUM);
    assert_unknown(out, RH_METRIC_TURNOVER_RATIO);
    assert_unknown(out, RH_METRIC_FEES);
    rh_metric_series_free(&series);
}

/* Derman and Kamal 1998, table 1: S = K = 100, T = 1/12, 20 %: vega 0.115 per point; for 21 and 84
 * hedges their formula gives 0.443 and 0.222 (printed digits). */
static void derman_kamal_prints_its_own_table(void **state) {
    (void)state;
    double out[RH_N_METRICS];
    rh_metric_series series = {0};
    rh_metric_totals totals = {.vega_at_open = 11.48, .iv_at_open = 0.2, .rebalances = 21.0};
    compute(&series, &totals, out);
    assert_true(fabs(out[RH_METRIC_DERMAN_KAMAL_STD] - 0.443) < 0.002);
    totals.rebalances = 84.0;
    compute(&series, &totals, out);
    assert_true(fabs(out[RH_METRIC_DERMAN_KAMAL_STD] - 0.222) < 0.001);
}

/* 101 rebalances in a quarter of a year, S = 100, gamma 0.05, 40 %, costs of 10 on a turnover of
 * 10,000: 100 x 0.001 x 0.05 x 100^2 x 0.4 x sqrt(2 x 0.0025 / pi), by hand. */
static void lelands_cost_is_known_where_it_applies(void **state) {
    (void)state;
    double out[RH_N_METRICS];
    rh_metric_series series = {0};
    rh_metric_totals totals = {.iv_at_open = 0.4,
                               .gamma_at_open = 0.05,
                               .spot_at_open = 100.0,
                               .one_life = 1,
                               .rebalances = 101.0,
                               .rebalance_cost = 10.0,
                               .rebalance_turnover_usd = 10000.0,
                               .grid = RH_HOUR};
    for (int i = 0; i < 2; i++) {
        const rh_metric_step step = {.ts = i * 365 * RH_DAY / 4, .price = 100.0, .error = NAN};
        assert_int_equal(rh_metric_series_add(&series, &step, NULL), RH_OK);
    }
    compute(&series, &totals, out);
    assert_true(out[RH_METRIC_REBALANCE_COST] == 10.0);
    assert_true(fabs(out[RH_METRIC_LELAND_COST] - 0.7978845608028654) < 1e-12);
    totals.one_life = 0;
    compute(&series, &totals, out);
    assert_unknown(out, RH_METRIC_LELAND_COST);
    totals.one_life = 1;
    totals.rebalances = 1.0;
    compute(&series, &totals, out);
    assert_unknown(out, RH_METRIC_LELAND_COST);
    rh_metric_series_free(&series);
}

static void small_numbers_survive_beside_large_ones(void **state) {
    (void)state;
    double out[RH_N_METRICS];
    rh_metric_totals totals = some_totals();
    rh_metric_series series = {0};
    totals.premium = 1.0;
    add(&series, (rh_metric_step){.error = 1.0, .years = 0.1});
    add(&series, (rh_metric_step){.error = 1e100, .years = 0.1});
    add(&series, (rh_metric_step){.error = 1.0, .years = 0.1});
    add(&series, (rh_metric_step){.error = -1e100, .years = 0.1});
    compute(&series, &totals, out);
    assert_true(out[RH_METRIC_ERROR_OVER_PREMIUM] == 2.0);
    rh_metric_series_free(&series);
}

static void failing_allocations_are_reported(void **state) {
    (void)state;
    double out[RH_N_METRICS];
    rh_error error;
    rh_metric_totals totals = some_totals();
    rh_metric_step step = row_step(0);
    rh_metric_series series = {0};
    rh_memory_fail_after(0);
    assert_int_equal(rh_metric_series_add(&series, &step, &error), RH_FAILED);
    assert_int_equal(rh_metric_compute(&series, &totals, out, &error), RH_FAILED);
    rh_memory_fail_after(UINT64_MAX);
    assert_non_null(strstr(error.text, "out of memory"));
    for (int i = 0; i < 16; i++)
        add(&series, step);
    rh_memory_fail_after(0);
    assert_int_equal(rh_metric_series_add(&series, &step, &error), RH_FAILED);
    rh_memory_fail_after(UINT64_MAX);
    assert_int_equal(series.count, 16);
    rh_metric_series_free(&series);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_complete),
        cmocka_unit_test(matches_the_definitions),
        cmocka_unit_test(totals_arrive_under_their_names),
        cmocka_unit_test(doubling_the_size_doubles_the_money),
        cmocka_unit_test(order_matters_only_to_the_path),
        cmocka_unit_test(no_steps_have_no_statistics),
        cmocka_unit_test(one_step_has_no_spread),
        cmocka_unit_test(two_steps_by_hand),
        cmocka_unit_test(a_fall_from_the_start_is_a_drawdown),
        cmocka_unit_test(equal_steps_have_no_spread_at_all),
        cmocka_unit_test(ties_at_the_quantile_belong_to_the_tail),
        cmocka_unit_test(only_gains_make_the_value_at_risk_negative),
        cmocka_unit_test(what_is_not_given_is_not_made_up),
        cmocka_unit_test(derman_kamal_prints_its_own_table),
        cmocka_unit_test(lelands_cost_is_known_where_it_applies),
        cmocka_unit_test(small_numbers_survive_beside_large_ones),
        cmocka_unit_test(failing_allocations_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
