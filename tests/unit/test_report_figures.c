/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Thinning, merging, bins, bridges and tics. */
#include "report/axis.h"
#include "report/bridge.h"
#include "report/series.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 60000 };

static int contains(const size_t *chosen, size_t count, size_t row) {
    for (size_t i = 0; i < count; i++)
        if (chosen[i] == row)
            return 1;
    return 0;
}

static void thinning_keeps_ends_and_extremes(void **state) {
    static double first[MANY], second[MANY];
    static size_t chosen[RH_DRAWN_ROWS];
    const double *columns[] = {first, second};
    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        first[i] = sin((double)i / 900.0);
        second[i] = i % 7 == 0 ? NAN : cos((double)i / 400.0);
    }
    first[12345] = 50;
    first[54321] = -50;
    second[33333] = 9;
    second[0] = NAN;
    size_t count = rh_thin(columns, 2, MANY, RH_DRAWN_ROWS, chosen);
    assert_in_range(count, RH_DRAWN_ROWS / 3, RH_DRAWN_ROWS);
    assert_int_equal(chosen[0], 0);
    assert_int_equal(chosen[count - 1], MANY - 1);
    assert_true(contains(chosen, count, 12345));
    assert_true(contains(chosen, count, 54321));
    assert_true(contains(chosen, count, 33333));
    for (size_t i = 1; i < count; i++)
        assert_true(chosen[i] > chosen[i - 1]);
}

static void thinning_keeps_gaps(void **state) {
    static double column[MANY];
    static size_t chosen[RH_DRAWN_ROWS];
    const double *columns[] = {column};
    int seen = 0;
    (void)state;
    for (size_t i = 0; i < MANY; i++)
        column[i] = i >= 20000 && i < 30000 ? NAN : 1.0;
    size_t count = rh_thin(columns, 1, MANY, RH_DRAWN_ROWS, chosen);
    for (size_t i = 0; i < count; i++)
        seen += isnan(column[chosen[i]]) != 0;
    assert_in_range(seen, 100, 1000);
}

static void short_series_are_left_alone(void **state) {
    const double column[] = {1, 1, 1};
    const double *columns[] = {column};
    size_t chosen[3];
    (void)state;
    assert_int_equal(rh_thin(columns, 1, 3, 4000, chosen), 3);
    assert_int_equal(chosen[2], 2);
    assert_int_equal(rh_thin(columns, 1, 0, 4000, chosen), 0);
}

static void merging_trades_keeps_quantity(void **state) {
    static rh_report_trade trades[2000];
    double bought = 0, sold = 0, merged_bought = 0, merged_sold = 0, largest = 0;
    (void)state;
    for (int i = 0; i < 2000; i++) {
        double quantity = (i % 3 ? 1 : -1) * (1 + i % 11);
        trades[i] = (rh_report_trade){.ts = i * RH_MIN,
                                      .price = 100 + i % 5,
                                      .quantity = quantity,
                                      .share = fabs(quantity) / 11};
        *(quantity > 0 ? &bought : &sold) += quantity;
    }
    size_t count = rh_merge_trades(trades, 2000, 0, 2000 * RH_MIN);
    assert_in_range(count, 100, 202);
    for (size_t i = 0; i < count; i++) {
        *(trades[i].quantity > 0 ? &merged_bought : &merged_sold) += trades[i].quantity;
        largest = fmax(largest, trades[i].share);
        assert_true(trades[i].price >= 100 && trades[i].price <= 104);
    }
    assert_true(merged_bought == bought && merged_sold == sold);
    assert_true(largest == 1.0);
}

static void few_trades_are_drawn_one_by_one(void **state) {
    rh_report_trade trades[2] = {{.ts = 0, .quantity = 1}, {.ts = 1, .quantity = 1}};
    (void)state;
    assert_int_equal(rh_merge_trades(trades, 2, 0, RH_DAY), 2);
}

static void histogram_counts_every_value_once(void **state) {
    static double values[5000];
    rh_histogram h;
    size_t inside = 0;
    (void)state;
    for (int i = 0; i < 5000; i++)
        values[i] = pow(tan(((double)i + 0.5) / 5000 * 3.0 - 1.5), 3.0); /* heavy tails */
    rh_histogram_make(values, 5000, &h);
    for (size_t i = 0; i < h.n_bins; i++)
        inside += h.counts[i];
    assert_int_equal(inside + h.below + h.above, 5000);
    assert_int_equal(h.total, 5000);
    assert_true(h.below > 0 && h.above > 0);
    assert_in_range(h.n_bins, 8, RH_HISTOGRAM_BINS);
}

static void histogram_of_nothing_and_of_one_value(void **state) {
    double same[] = {-3, -3, -3};
    double three[] = {2, 4, 9};
    rh_histogram h;
    (void)state;
    rh_histogram_make(same, 0, &h);
    assert_int_equal(h.n_bins, 0);
    assert_true(isnan(h.std));
    rh_histogram_make(same, 3, &h);
    assert_int_equal(h.n_bins, 1);
    assert_int_equal(h.counts[0], 3);
    assert_true(h.mean == -3 && h.std == 0);
    rh_histogram_make(three, 3, &h);
    assert_true(h.mean == 5 && fabs(h.std - sqrt(13)) < 1e-15);
    assert_int_equal(h.below + h.above, 0);
}

static void expect_bridge(const double *terms, size_t most) {
    rh_bridge_row rows[RH_BRIDGE_ROWS];
    size_t count = rh_bridge_make(terms, most, rows);
    double sum = 0, all = 0, gross = 0;
    assert_true(count <= most && count >= 2);
    assert_string_equal(rows[count - 1].name, "net");
    assert_string_equal(rows[count - 2].name, "residual");
    for (size_t i = 0; i + 1 < count; i++) {
        assert_true(rows[i].from == sum);
        sum += rows[i].value;
        assert_true(rows[i].to == sum);
    }
    assert_true(rows[count - 1].from == 0 && rows[count - 1].to == sum);
    for (int i = 0; i < RH_N_TERMS; i++) {
        all += terms[i];
        gross += fabs(terms[i]);
    }
    assert_true(fabs(sum - all) <= 1e-15 * gross * RH_N_TERMS);
}

static void bridges_sum_to_the_net(void **state) {
    double terms[RH_N_TERMS] = {0};
    (void)state;
    expect_bridge(terms, 14);
    srand(7);
    for (int round = 0; round < 2000; round++) {
        for (int i = 0; i < RH_N_TERMS; i++) {
            double size = pow(10.0, rand() % 9 - 3);
            terms[i] = rand() % 4 ? size * (rand() / (double)RAND_MAX - 0.5) : 0.0;
        }
        expect_bridge(terms, round % 2 ? 14 : 6);
    }
}

static void small_terms_are_gathered(void **state) {
    double terms[RH_N_TERMS] = {
        [RH_TERM_GAMMA] = -100,    [RH_TERM_THETA] = 90,  [RH_TERM_VEGA] = 0.5,
        [RH_TERM_FEE] = -0.25,     [RH_TERM_DELTA] = 1e6, [RH_TERM_HEDGE] = -1e6 + 8,
        [RH_TERM_RESIDUAL] = 0.125};
    const char *expected[] = {"net delta", "gamma", "theta", "other", "residual", "net"};
    rh_bridge_row rows[RH_BRIDGE_ROWS];
    (void)state;
    assert_int_equal(rh_bridge_make(terms, 14, rows), 6);
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(rows[i].name, expected[i]);
    assert_true(rows[0].value == 8 && rows[3].value == 0.25);
    terms[RH_TERM_FEE] = 0; /* a single small term keeps its name */
    assert_int_equal(rh_bridge_make(terms, 14, rows), 6);
    assert_string_equal(rows[3].name, "vega");
}

static void axes_cover_their_values(void **state) {
    static const rh_extent extents[] = {{0, 1},        {-5, -4},       {3, 3},     {0, 0},
                                        {-1e-9, 2e-9}, {36500, 36501}, {1e9, 7e9}, {-2, 1e6}};
    const rh_axis_unit one = {.factor = 1};
    (void)state;
    for (size_t i = 0; i < sizeof extents / sizeof *extents; i++) {
        rh_axis axis = rh_axis_make(extents[i], one, 4);
        assert_true(axis.low < extents[i].low && axis.high > extents[i].high);
        double tics = (axis.high - axis.low) / axis.step;
        assert_true(tics > 1 && tics <= 4.001);
        assert_true(fabs(axis.step * pow(10, axis.decimals) -
                         rint(axis.step * pow(10, axis.decimals))) < 1e-6);
    }
    rh_axis nothing = rh_axis_make(RH_EXTENT_NONE, one, 4);
    assert_true(nothing.low < 0 && nothing.high > 1);
}

static void axes_have_three_to_five_tics(void **state) {
    const rh_axis_unit one = {.factor = 1};
    (void)state;
    srand(11);
    for (int round = 0; round < 20000; round++) {
        double low = pow(10.0, rand() % 9 - 4) * (rand() / (double)RAND_MAX - 0.5);
        double size = pow(10.0, rand() % 9 - 4) * (0.1 + rand() / (double)RAND_MAX);
        rh_axis axis = rh_axis_make((rh_extent){low, low + size}, one, 3 + round % 3);
        double tics = floor(axis.high / axis.step + 1e-9) - ceil(axis.low / axis.step - 1e-9) + 1;
        assert_true(tics >= 3 && tics <= 5);
        double shown = axis.step * pow(10, axis.decimals);
        assert_true(fabs(shown - rint(shown)) < 1e-6 * shown);
    }
}

static rh_time at(const char *text) {
    rh_time time = 0;
    assert_int_equal(rh_time_parse(text, strlen(text), &time), 0);
    return time;
}

static void expect_tics(const char *from, const char *to, size_t count, const char *first,
                        const char *last) {
    rh_time_tic tics[RH_TIME_TICS];
    assert_int_equal(rh_time_tics_make(at(from), at(to), tics), count);
    assert_string_equal(tics[0].label, first);
    assert_string_equal(tics[count - 1].label, last);
    assert_true(tics[0].at >= at(from) && tics[count - 1].at <= at(to));
}

static void time_tics_are_whole(void **state) {
    (void)state;
    expect_tics("2021-06-01", "2021-07-01", 8, "1 Jun", "29 Jun");
    expect_tics("2021-06-01T00:20", "2021-06-01T03:00", 6, "00:30", "03:00");
    expect_tics("2021-06-01T12:00", "2021-06-03T12:00", 9, "12:00", "12:00");
    expect_tics("2019-12-15", "2021-03-01", 8, "Jan 2020", "Mar 2021");
    expect_tics("2014-01-01", "2022-01-01", 9, "2014", "2022");
    expect_tics("2021-06-01T00:00:00", "2021-06-01T00:00:20", 5, "1 Jun", "00:00:20");
}

static void dates_read_well(void **state) {
    char out[RH_DATE_TEXT];
    (void)state;
    assert_string_equal(rh_date_text(at("2021-06-01"), out), "1 Jun 2021");
    assert_string_equal(rh_date_text(at("2021-06-01T08:05"), out), "1 Jun 2021 08:05");
    assert_string_equal(rh_date_text(at("2021-12-31T23:59:59Z"), out), "31 Dec 2021 23:59:59");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thinning_keeps_ends_and_extremes),
        cmocka_unit_test(thinning_keeps_gaps),
        cmocka_unit_test(short_series_are_left_alone),
        cmocka_unit_test(merging_trades_keeps_quantity),
        cmocka_unit_test(few_trades_are_drawn_one_by_one),
        cmocka_unit_test(histogram_counts_every_value_once),
        cmocka_unit_test(histogram_of_nothing_and_of_one_value),
        cmocka_unit_test(bridges_sum_to_the_net),
        cmocka_unit_test(small_terms_are_gathered),
        cmocka_unit_test(axes_cover_their_values),
        cmocka_unit_test(axes_have_three_to_five_tics),
        cmocka_unit_test(time_tics_are_whole),
        cmocka_unit_test(dates_read_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
