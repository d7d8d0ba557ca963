/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paired tests: hand examples, numbers computed with 50 digits elsewhere, and how often they
 * reject what is true and what is false. */
#include "base/memory.h"
#include "base/random.h"
#include "metrics/paired.h"
#include "pricing/normal.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_close(double value, double expected, double relative) {
    if (!(fabs(value - expected) <= relative * fabs(expected)))
        fail_msg("%.17g, expected %.17g to %g", value, expected, relative);
}

static double normal(uint64_t step, uint32_t path, uint32_t item) {
    return rh_normal_quantile(rh_draw_uniform(&(rh_draw_place){11, step, path, 255, item}).a);
}

/* x_t = x_{t-1} / 2 + u_t, u_t from the generator s <- 1664525 s + 1013904223 modulo 2^32, seed 11
 * (Numerical Recipes): exact in every language. */
static void fill_fixed_series(double *x, size_t n) {
    uint32_t s = 11;
    double before = 0.0;
    for (size_t t = 0; t < n; t++) {
        s = s * 1664525u + 1013904223u;
        x[t] = before = 0.5 * before + ((double)s / 4294967296.0 - 0.5);
    }
}

/* Expected numbers: the definitions in Python's decimal with 50 digits. */
static void diebold_mariano_on_a_fixed_series(void **state) {
    (void)state;
    enum { N = 150 };
    double d[N];
    fill_fixed_series(d, N);
    assert_close(rh_hac_variance(d, N, 0), 0.096249719487470404, 1e-14);
    assert_close(rh_hac_variance(d, N, 3), 0.19203999023490356, 1e-14);
    assert_int_equal(rh_hac_lag(d, N), 5); /* floor of 5.70793620798 */
    static const struct {
        size_t horizon, lag;
        double statistic;
    } rows[] = {
        {1, 0, -2.6969978974244732},
        {4, 3, -1.8710303749161097},
        {1, RH_LAG_AUTOMATIC, -1.8455550045993118},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        rh_diebold_mariano dm;
        assert_int_equal(rh_diebold_mariano_test(d, N, rows[i].horizon, rows[i].lag, &dm, NULL),
                         RH_OK);
        assert_close(dm.mean, -0.06854680389259794, 1e-14);
        assert_close(dm.statistic, rows[i].statistic, 1e-13);
        assert_true(dm.p > 0.0 && dm.p < 0.1);
    }
}

/* d = 1, 2, 3, 4, 5: mean 3, variance 2 with divisor 5; h = 1: 3 / sqrt(2/5) sqrt(4/5) = 3 sqrt 2,
 * the t test, whose p with 4 degrees of freedom is 1 - s (3/2 - s^2/2) with s = x / sqrt(4 + x^2),
 * x = 3 sqrt 2. */
static void one_step_ahead_it_is_the_t_test(void **state) {
    (void)state;
    const double d[] = {4.0, 1.0, 3.0, 5.0, 2.0};
    rh_diebold_mariano dm;
    assert_int_equal(rh_diebold_mariano_test(d, 5, 1, 0, &dm, NULL), RH_OK);
    assert_close(dm.statistic, 3.0 * sqrt(2.0), 1e-15);
    const double s = sqrt(18.0 / 22.0);
    assert_close(dm.p, 1.0 - s * (1.5 - 0.5 * s * s), 1e-13);
    double larger[5];
    for (int i = 0; i < 5; i++)
        larger[i] = -8.0 * d[i];
    rh_diebold_mariano other;
    assert_int_equal(rh_diebold_mariano_test(larger, 5, 1, 0, &other, NULL), RH_OK);
    assert_true(other.statistic == -dm.statistic && other.p == dm.p);
}

static void series_without_variation_and_refusals(void **state) {
    (void)state;
    double d[40] = {0};
    rh_diebold_mariano dm;
    rh_error error;
    assert_int_equal(rh_diebold_mariano_test(d, 40, 1, 0, &dm, &error), RH_OK);
    assert_true(dm.p == 1.0 && dm.statistic == 0.0);
    for (int i = 0; i < 40; i++)
        d[i] = 2.5;
    assert_int_equal(rh_diebold_mariano_test(d, 40, 1, 0, &dm, &error), RH_OK);
    assert_true(isnan(dm.p) && dm.mean == 2.5);
    assert_int_equal(rh_diebold_mariano_test(d, 3, 1, 0, &dm, &error), RH_OK);
    assert_true(isnan(dm.p));
    assert_int_equal(rh_diebold_mariano_test(d, 40, 0, 0, &dm, &error), RH_BAD_CONFIG);
    assert_int_equal(rh_diebold_mariano_test(d, 40, 40, 0, &dm, &error), RH_BAD_CONFIG);
    assert_int_equal(rh_diebold_mariano_test(d, 40, 1, 40, &dm, &error), RH_BAD_CONFIG);
    d[17] = NAN;
    assert_int_equal(rh_diebold_mariano_test(d, 40, 1, 0, &dm, &error), RH_BAD_DATA);
    assert_non_null(strstr(error.text, "step 17"));
}

static void loss_differences_are_squares_and_weighted_costs(void **state) {
    (void)state;
    const double lane[] = {3.0, -1.0}, reference[] = {-2.0, 0.5}, cost[] = {0.25, 0.0},
                 reference_cost[] = {1.0, 2.0};
    double out[2];
    rh_loss_differences(lane, NULL, reference, NULL, 2, 4.0, out);
    assert_true(out[0] == 5.0 && out[1] == 0.75);
    rh_loss_differences(lane, cost, reference, reference_cost, 2, 4.0, out);
    assert_true(out[0] == 5.0 - 3.0 && out[1] == 0.75 - 8.0);
}

static void holms_correction_by_hand(void **state) {
    (void)state;
    const double p[] = {0.01, 0.04, NAN, 0.03, 0.005};
    double adjusted[5];
    assert_int_equal(rh_holm(p, 5, 5, adjusted, NULL), RH_OK);
    assert_close(adjusted[4], 0.025, 1e-14);
    assert_close(adjusted[0], 0.04, 1e-14);
    assert_close(adjusted[3], 0.09, 1e-14);
    assert_close(adjusted[1], 0.09, 1e-14); /* 2 x 0.04 is less than the one before */
    assert_true(isnan(adjusted[2]));
    assert_int_equal(rh_holm(p, 5, 100, adjusted, NULL), RH_OK);
    assert_close(adjusted[4], 0.5, 1e-14);
    assert_close(adjusted[0], 0.99, 1e-14);
    assert_true(adjusted[1] == 1.0);
    assert_int_equal(rh_holm(p, 5, 4, adjusted, NULL), RH_BAD_CONFIG);
}

/* Three lanes and nine replicates; |t| = 3, 2, 1. Maxima over all: 1, 2.5, 3.5, 1, 1, 1, 1, 1, 1
 * (one at least 3); without the first lane: 1, 2.5, 0.5, ... (one at least 2); the last lane
 * alone: 2.5 and 1 (two at least 1). So 0.2, 0.2, 0.3. */
static void romano_and_wolfs_correction_by_hand(void **state) {
    (void)state;
    const double t[] = {-2.0, 1.0, 3.0};
    const double replicates[] = {1.0, 0.0, 0.5,  0.0, 0.0, 0.0,  0.0, 0.0, 0.0, /* |t| 2 */
                                 0.0, 2.5, 0.0,  0.0, 1.0, 0.0,  0.0, 0.0, 0.0, /* |t| 1 */
                                 1.0, 0.0, -3.5, 1.0, 1.0, -1.0, 1.0, 1.0, 1.0};
    double adjusted[3];
    assert_int_equal(rh_romano_wolf(t, replicates, 3, 9, 3, adjusted, NULL), RH_OK);
    assert_close(adjusted[2], 0.2, 1e-15);
    assert_close(adjusted[0], 0.2, 1e-15);
    assert_close(adjusted[1], 0.3, 1e-15);
    assert_int_equal(rh_romano_wolf(t, replicates, 3, 9, 6, adjusted, NULL), RH_OK);
    assert_close(adjusted[1], 0.6, 1e-15);
    const double without_second[] = {-2.0, NAN, 3.0};
    assert_int_equal(rh_romano_wolf(without_second, replicates, 3, 9, 3, adjusted, NULL), RH_OK);
    assert_close(adjusted[0], 0.2, 1e-15);
    assert_true(isnan(adjusted[1]));
    assert_int_equal(rh_romano_wolf(t, replicates, 3, 9, 2, adjusted, NULL), RH_BAD_CONFIG);
}

/* Hedging errors of lanes: a common part, which clusters, and one's own of relative size `own`. */
enum { STEPS = 300, LANES = 8 };

static void fill_errors(uint32_t path, const double own[LANES], double errors[LANES][STEPS],
                        double reference[STEPS]) {
    double h = 1.0, y = 0.0;
    for (uint64_t t = 0; t < STEPS; t++) {
        h = 0.1 + 0.1 * y * y + 0.8 * h;
        y = sqrt(h) * normal(t, path, 0);
        reference[t] = y + sqrt(h) * 0.5 * normal(t, path, 1);
        for (uint32_t i = 0; i < LANES; i++)
            errors[i][t] = y + sqrt(h) * own[i] * normal(t, path, 2 + i);
    }
}

static void compare(uint32_t path, const double own[LANES], rh_comparison_row rows[LANES]) {
    static double errors[LANES][STEPS], reference[STEPS], differences[LANES][STEPS];
    const double *d[LANES];
    fill_errors(path, own, errors, reference);
    for (int i = 0; i < LANES; i++) {
        rh_loss_differences(errors[i], NULL, reference, NULL, STEPS, 0.0, differences[i]);
        d[i] = differences[i];
    }
    const rh_comparison how = {{path, 199, 0.0, 0.95}, 1, RH_LAG_AUTOMATIC, LANES};
    rh_error error;
    if (rh_compare_lanes(&how, d, LANES, STEPS, rows, &error) != RH_OK)
        fail_msg("%s", error.text);
}

typedef struct {
    double dm, bootstrap;                     /* share of lanes rejected at 5 % */
    double any_dm, any_holm, any_romano_wolf; /* share of histories with a rejection */
    double holm, romano_wolf;                 /* share of lanes rejected after correction */
} rejections;

static rejections reject(const double own[LANES], uint32_t first, uint32_t histories) {
    rejections sum = {0};
    const double each = 1.0 / histories;
    for (uint32_t path = first; path < first + histories; path++) {
        rh_comparison_row rows[LANES];
        compare(path, own, rows);
        int any_dm = 0, any_holm = 0, any_romano_wolf = 0;
        for (int i = 0; i < LANES; i++) {
            sum.dm += (rows[i].dm.p <= 0.05) * each / LANES;
            sum.bootstrap += (rows[i].p <= 0.05) * each / LANES;
            sum.holm += (rows[i].dm_holm <= 0.05) * each / LANES;
            sum.romano_wolf += (rows[i].romano_wolf <= 0.05) * each / LANES;
            any_dm |= rows[i].dm.p <= 0.05;
            any_holm |= rows[i].dm_holm <= 0.05;
            any_romano_wolf |= rows[i].romano_wolf <= 0.05;
        }
        sum.any_dm += any_dm * each;
        sum.any_holm += any_holm * each;
        sum.any_romano_wolf += any_romano_wolf * each;
    }
    print_message("DM %.3f, bootstrap %.3f, Holm %.3f, Romano-Wolf %.3f of lanes; any: DM %.3f, "
                  "Holm %.3f, Romano-Wolf %.3f\n",
                  sum.dm, sum.bootstrap, sum.holm, sum.romano_wolf, sum.any_dm, sum.any_holm,
                  sum.any_romano_wolf);
    return sum;
}

/* All lanes as good as the reference: 5 % are called different one by one, and after correction
 * at most about 5 % of histories have any such lane. 400 histories: standard errors about 0.01. */
static void equal_lanes_are_rarely_called_different(void **state) {
    (void)state;
    const double own[LANES] = {0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5};
    const rejections share = reject(own, 0, 400);
    assert_true(share.dm > 0.03 && share.dm < 0.08);
    assert_true(share.bootstrap > 0.02 && share.bootstrap < 0.08);
    assert_true(share.any_dm > 0.15); /* what the corrections are for */
    assert_true(share.any_holm < 0.08);
    assert_true(share.any_romano_wolf < 0.08);
}

static void different_lanes_are_found(void **state) {
    (void)state;
    const double own[LANES] = {0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8};
    const rejections share = reject(own, 1000, 100);
    assert_true(share.dm > 0.8 && share.bootstrap > 0.8);
    assert_true(share.romano_wolf > 0.6);
    assert_true(share.romano_wolf >= share.holm - 0.06);
}

static void the_reference_itself_is_no_different(void **state) {
    (void)state;
    enum { N = 400 };
    static double better[N], same[N], worse[N];
    for (uint64_t t = 0; t < N; t++) {
        better[t] = -0.5 + normal(t, 1, 0);
        worse[t] = 0.01 + 0.001 * normal(t, 1, 1);
    }
    const double *const d[] = {better, same, worse};
    const rh_comparison how = {{3, 999, 5.0, 0.95}, 1, RH_LAG_AUTOMATIC, 3};
    rh_comparison_row rows[3];
    assert_int_equal(rh_compare_lanes(&how, d, 3, N, rows, NULL), RH_OK);
    assert_true(rows[1].p == 1.0 && rows[1].romano_wolf == 1.0 && rows[1].dm_holm == 1.0);
    assert_true(rows[0].mean.high < 0.0 && rows[0].t < 0.0 && rows[0].romano_wolf <= 0.01);
    assert_true(rows[2].mean.low > 0.0 && rows[2].t > 0.0 && rows[2].p == 0.001);

    /* Order of lanes and scale (by powers of two) change nothing. */
    for (int t = 0; t < N; t++)
        better[t] *= 1024.0;
    const double *const turned[] = {worse, better, same};
    rh_comparison_row again[3];
    assert_int_equal(rh_compare_lanes(&how, turned, 3, N, again, NULL), RH_OK);
    assert_true(again[1].t == rows[0].t && again[1].p == rows[0].p);
    assert_true(again[1].romano_wolf == rows[0].romano_wolf);
    assert_true(again[0].dm.p == rows[2].dm.p && again[0].dm_holm == rows[2].dm_holm);
    assert_true(again[0].mean.low == rows[2].mean.low && again[0].mean.high == rows[2].mean.high);
    assert_true(again[0].p == rows[2].p && again[0].romano_wolf == rows[2].romano_wolf);
}

static void too_few_blocks_leave_the_plain_test(void **state) {
    (void)state;
    enum { N = 100 };
    double d[N];
    fill_fixed_series(d, N);
    const double *const lanes[] = {d};
    rh_comparison how = {{3, 199, 4.0, 0.95}, 1, 0, 1};
    rh_comparison_row row;
    assert_int_equal(rh_compare_lanes(&how, lanes, 1, N, &row, NULL), RH_OK);
    assert_int_equal(row.mean.reason, RH_INTERVAL_TOO_FEW_BLOCKS);
    assert_true(isnan(row.p) && isnan(row.t) && isnan(row.romano_wolf) && isnan(row.mean.low));
    assert_true(row.dm.p > 0.0 && row.dm_holm == row.dm.p);
    how.tried = 0;
    rh_error error;
    assert_int_equal(rh_compare_lanes(&how, lanes, 1, N, &row, &error), RH_BAD_CONFIG);
    d[3] = INFINITY;
    assert_int_equal(rh_compare_lanes(&how, lanes, 1, N, &row, &error), RH_BAD_DATA);
}

static void every_failed_allocation_is_reported(void **state) {
    (void)state;
    enum { N = 200 };
    double d[N];
    fill_fixed_series(d, N);
    const double *const lanes[] = {d, d};
    const rh_comparison how = {{3, 99, 0.0, 0.95}, 1, 0, 2};
    rh_comparison_row rows[2];
    rh_status status = RH_FAILED;
    uint64_t allowed = 0;
    for (; status != RH_OK && allowed < 100; allowed++) {
        rh_memory_fail_after(allowed);
        status = rh_compare_lanes(&how, lanes, 2, N, rows, NULL);
        rh_memory_fail_after(UINT64_MAX);
        assert_true(status == RH_OK || status == RH_FAILED);
    }
    assert_int_equal(status, RH_OK);
    assert_true(allowed > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(diebold_mariano_on_a_fixed_series),
        cmocka_unit_test(one_step_ahead_it_is_the_t_test),
        cmocka_unit_test(series_without_variation_and_refusals),
        cmocka_unit_test(loss_differences_are_squares_and_weighted_costs),
        cmocka_unit_test(holms_correction_by_hand),
        cmocka_unit_test(romano_and_wolfs_correction_by_hand),
        cmocka_unit_test(equal_lanes_are_rarely_called_different),
        cmocka_unit_test(different_lanes_are_found),
        cmocka_unit_test(the_reference_itself_is_no_different),
        cmocka_unit_test(too_few_blocks_leave_the_plain_test),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
