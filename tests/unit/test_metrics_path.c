/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers over independent paths, their standard errors and intervals. */
#include "base/random.h"
#include "metrics/path.h"
#include "metrics/theory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

static void assert_near(double a, double b, double tolerance) {
    if (!(fabs(a - b) <= tolerance))
        fail_msg("%.15g is not %.15g", a, b);
}

/* By hand: mean 4, squares 9 4 1 0 36 = 50, m2 = 10, m3 = (-27 - 8 - 1 + 216) / 5 = 36,
 * m4 = (81 + 16 + 1 + 1296) / 5 = 278.8, b2 = 2.788. */
static void five_numbers_by_hand(void **state) {
    double x[] = {10, 1, NAN, 3, 2, 4, NAN};
    rh_sample s;
    (void)state;
    rh_sample_of(x, 7, &s);
    assert_int_equal(s.n, 5);
    assert_near(s.mean, 4, 1e-15);
    assert_near(s.std, sqrt(12.5), 1e-15);
    assert_near(s.mean_se, sqrt(2.5), 1e-15);
    assert_near(s.skewness, 36 / pow(10, 1.5), 1e-14);
    assert_near(s.kurtosis, 2.788, 1e-14);
    assert_near(s.std_se, sqrt(12.5) * sqrt((2.788 - 0.5) / 20), 1e-14);
    assert_near(s.var95, -1.2, 1e-14); /* type 7: 1 + 0.05 x 4 x (2 - 1) */
    assert_near(s.es95, -1, 1e-14);
    assert_true(s.least == 1 && s.largest == 10 && s.loss_fraction == 0);
}

static void nothing_is_known_of_nothing(void **state) {
    double none[] = {NAN}, one[] = {-3};
    rh_sample s;
    (void)state;
    rh_sample_of(none, 1, &s);
    assert_true(s.n == 0 && isnan(s.mean) && isnan(s.std) && isnan(s.loss_fraction));
    rh_sample_of(one, 1, &s);
    assert_true(s.n == 1 && s.mean == -3 && isnan(s.std) && isnan(s.std_se));
    assert_true(s.loss_fraction == 1);
}

/* ---- do the intervals hold the truth as often as they say? ---- */

/* A gain with a long left tail: 1 minus an exponential number; mean 0, std 1, kurtosis 9; its 5 %
 * quantile is 1 + ln 0.05, the mean below it that less 1. */
static double gain(uint64_t round, uint32_t i) {
    const rh_draw_place place = {7, round, i, 100, 0};
    return 1.0 + log(rh_draw_uniform(&place).a);
}

enum { ROUNDS = 600, PATHS = 1000 };

static void intervals_hold_the_truth(void **state) {
    static const struct {
        rh_metric metric;
        double truth, least, most; /* of the share that holds it */
    } rows[] = {{RH_METRIC_PNL_USD, 0.0, 0.93, 0.97},
                {RH_METRIC_HEDGE_ERROR_MEAN, 0.0, 0.93, 0.97},
                {RH_METRIC_HEDGE_ERROR_STD, 1.0, 0.91, 0.97},
                {RH_METRIC_PNL_STD, 1.0, 0.91, 0.97},
                {RH_METRIC_VAR95, 1.99573227355399, 0.93, 0.98},
                {RH_METRIC_ES95, 2.99573227355399, 0.91, 0.97},
                {RH_METRIC_LOSS_FRACTION, 0.367879441171442, 0.93, 0.97}};
    enum { ROWS = sizeof rows / sizeof *rows };
    static rh_path_record records[PATHS];
    double first[RH_N_METRICS], out[RH_N_METRICS], low[RH_N_METRICS], high[RH_N_METRICS];
    int held[ROWS] = {0};
    rh_error error = {0};
    (void)state;
    for (int i = 0; i < RH_N_METRICS; i++)
        first[i] = NAN;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < PATHS; i++)
            records[i].error = records[i].pnl_usd = gain(round, i);
        assert_int_equal(rh_path_metrics(records, PATHS, 0, first, out, low, high, &error), RH_OK);
        for (int k = 0; k < ROWS; k++) {
            const rh_metric m = rows[k].metric;
            assert_true(low[m] <= out[m] && out[m] <= high[m]);
            held[k] += low[m] <= rows[k].truth && rows[k].truth <= high[m];
        }
    }
    for (int k = 0; k < ROWS; k++) {
        const double share = held[k] / (double)ROUNDS;
        if (!(share >= rows[k].least && share <= rows[k].most))
            fail_msg("%s: %.3f of the intervals hold the truth",
                     rh_metric_entries()[rows[k].metric].name, share);
    }
}

/* ---- the metrics ---- */

/* What is taken from the first path is the size of the book: notional 200, premium 5. */
static void metrics_are_means_and_theory(void **state) {
    rh_path_record records[] = {{.pnl_usd = 1, .error = 2, .turnover_usd = 100, .rebalances = 16},
                                {.pnl_usd = -2, .error = -1, .turnover_usd = 300, .rebalances = 32},
                                {.pnl_usd = -5, .error = 5, .turnover_usd = 500, .rebalances = 60},
                                {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN}};
    double first[RH_N_METRICS], out[RH_N_METRICS], low[RH_N_METRICS], high[RH_N_METRICS];
    rh_error error = {0};
    (void)state;
    for (int i = 0; i < RH_N_METRICS; i++)
        first[i] = 1e300; /* shows where it doesn't belong */
    first[RH_METRIC_TURNOVER_USD] = 100;
    first[RH_METRIC_TURNOVER_RATIO] = 0.5;
    first[RH_METRIC_ERROR_OVER_PREMIUM] = 0.4;
    first[RH_METRIC_REBALANCES] = 16;
    first[RH_METRIC_DERMAN_KAMAL_STD] = rh_derman_kamal_std(11.5, 0.2, 16);
    assert_int_equal(rh_path_metrics(records, 4, 0, first, out, low, high, &error), RH_OK);
    assert_near(out[RH_METRIC_PNL_USD], -2, 1e-15);
    assert_near(out[RH_METRIC_PNL_STD], 3, 1e-15);
    assert_near(out[RH_METRIC_LOSS_FRACTION], 2.0 / 3.0, 1e-15);
    assert_near(out[RH_METRIC_HEDGE_ERROR_MEAN], 2, 1e-15);
    assert_near(out[RH_METRIC_HEDGE_ERROR_STD], 3, 1e-15);
    assert_near(out[RH_METRIC_HEDGE_ERROR_RMSE], sqrt(10), 1e-15);
    assert_true(out[RH_METRIC_HEDGE_ERROR_MAX] == 5);
    assert_true(out[RH_METRIC_PATHS] == 3 && out[RH_METRIC_STEPS] == 3);
    assert_near(out[RH_METRIC_TURNOVER_RATIO], 300.0 / 200.0, 1e-15);
    assert_near(out[RH_METRIC_ERROR_OVER_PREMIUM], 2.0 / 5.0, 1e-15);
    assert_near(out[RH_METRIC_DERMAN_KAMAL_STD], rh_derman_kamal_std(11.5, 0.2, 36), 1e-15);
    for (int i = 0; i < RH_N_METRICS; i++)
        assert_false(out[i] > 1e100 || isinf(out[i]) || isinf(low[i]) || isinf(high[i]));
    assert_true(isnan(out[RH_METRIC_SHARPE]) && isnan(out[RH_METRIC_GAMMA_PNL]));
}

static void fields_are_in_the_order_of_the_record(void **state) {
    const rh_path_record record = {1, 2, 3, 4, 0.5, 6, 7, 8, 9, 10, 11, 12};
    const double values[] = {1, 2, 3, 4, 0.5, 6, 7, 8, 9, 10, 11, 12, 2.5};
    (void)state;
    assert_int_equal(sizeof record, RH_N_PATH_FIELDS * sizeof(double));
    for (int i = 0; i < RH_N_PATH_QUANTITIES; i++)
        assert_true(rh_path_quantity(&record, i) == values[i]);
    assert_string_equal(rh_path_quantity_name(2), "error");
    assert_string_equal(rh_path_quantity_name(11), "rebalances");
    assert_string_equal(rh_path_quantity_name(RH_PATH_ERROR_NET), "error_net");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(five_numbers_by_hand),
        cmocka_unit_test(nothing_is_known_of_nothing),
        cmocka_unit_test(intervals_hold_the_truth),
        cmocka_unit_test(metrics_are_means_and_theory),
        cmocka_unit_test(fields_are_in_the_order_of_the_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
