/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Monte Carlo: a path run among others is what it is alone, on any number of threads. */
#include "base/memory.h"
#include "study/paths.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PATHS = 37, MOST_LANES = 8 };

static rh_registry *registry;
static rh_cases cases;
static size_t which[MOST_LANES];

static void read_cases(const char *name, const char *const *settings, size_t n) {
    char path[512];
    rh_error error = {0};
    (void)snprintf(path, sizeof path, "%s/%s", REHEDGE_SOURCE_DIR, name);
    if (rh_cases_read(path, settings, n, NULL, 0, registry, &cases, &error) != RH_OK)
        fail_msg("%s", error.text);
    assert_true(cases.n_cases <= MOST_LANES);
    for (size_t i = 0; i < cases.n_cases; i++)
        which[i] = i;
}

static int set_up(void **state) {
    rh_error error = {0};
    (void)state;
    return rh_registry_new(&registry, &error) == RH_OK ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    rh_cases_free(&cases);
    rh_registry_free(registry);
    return 0;
}

static rh_paths_terms terms_of(uint32_t first, size_t n_paths, size_t threads) {
    return (rh_paths_terms){.cases = &cases,
                            .which = which,
                            .n_which = cases.n_cases,
                            .first = first,
                            .n_paths = n_paths,
                            .threads = threads};
}

static rh_path_record *run(uint32_t first, size_t n_paths, size_t threads) {
    rh_error error = {0}, errors[MOST_LANES];
    rh_status status[MOST_LANES];
    rh_path_record *records = rh_allocate(cases.n_cases * n_paths, sizeof *records);
    const rh_paths_terms terms = terms_of(first, n_paths, threads);
    if (rh_paths_run(&terms, records, status, errors, &error) != RH_OK)
        fail_msg("%s", error.text);
    for (size_t i = 0; i < cases.n_cases; i++)
        if (status[i] != RH_OK)
            fail_msg("%s: %s", cases.cases[i].label, errors[i].text);
    return records;
}

static void threads_change_no_digit(void **state) {
    (void)state;
    read_cases("data/montecarlo.yaml", NULL, 0);
    rh_path_record *one = run(1, PATHS, 1);
    for (size_t threads = 2; threads <= 7; threads += 5) {
        rh_path_record *many = run(1, PATHS, threads);
        assert_memory_equal(one, many, cases.n_cases * PATHS * sizeof *one);
        rh_release(many);
    }
    assert_true(isfinite(one[0].error) && one[0].error != one[1].error);
    rh_release(one);
}

/* What `rehedge run` does with one path: everything opened for it alone. */
static void alone(size_t i, uint32_t path, double *pnl, double *cost, double *rebalances) {
    rh_error error = {0}, lane_error = {0};
    rh_status lane_status = RH_OK;
    rh_stage stage;
    rh_plan plan = *cases.cases[i].plan;
    const size_t book_of_lane = 0;
    double metrics[RH_N_METRICS];
    plan.first_path = path;
    if (rh_plan_open(&plan, NULL, &stage, &error) != RH_OK)
        fail_msg("%s", error.text);
    const rh_stream stream = rh_replay_stream(stage.replay);
    const rh_run_terms terms = {.stream = &stream,
                                .market = stage.market,
                                .books = &stage.book,
                                .n_books = 1,
                                .lanes = &stage.lane,
                                .book_of_lane = &book_of_lane,
                                .n_lanes = 1,
                                .from = RH_DAWN,
                                .to = RH_NEVER};
    rh_run_outcome outcome = {.status = &lane_status, .errors = &lane_error};
    assert_int_equal(rh_run(&terms, &outcome, &error), RH_OK);
    assert_int_equal(lane_status, RH_OK);
    assert_int_equal(rh_lane_metrics(stage.lane, metrics, &error), RH_OK);
    *pnl = metrics[RH_METRIC_PNL_USD];
    *cost = metrics[RH_METRIC_FEES] + metrics[RH_METRIC_SPREAD];
    *rebalances = metrics[RH_METRIC_REBALANCES];
    rh_stage_close(&stage);
}

static void compare_with_alone(uint32_t first, size_t n_paths) {
    rh_path_record *records = run(first, n_paths, 2);
    for (size_t i = 0; i < cases.n_cases; i++)
        for (size_t p = 0; p < n_paths; p++) {
            const rh_path_record *r = &records[i * n_paths + p];
            double pnl, cost, rebalances;
            alone(i, first + (uint32_t)p, &pnl, &cost, &rebalances);
            assert_memory_equal(&r->pnl_usd, &pnl, sizeof pnl);
            assert_true(fabs(r->fees + r->spread - cost) <= 1e-15 * fabs(cost));
            assert_true(r->rebalances == rebalances);
        }
    rh_release(records);
}

/* Rules with states, whose every path must begin as the first did; PnL bit for bit. */
static void a_path_among_others_is_the_path_alone(void **state) {
    static const char *const rules[] = {
        "compare=[{strategy: {name: interval, every: 125140s}},"
        "{strategy: {name: band, width: 0.05}},"
        "{strategy: {name: whalley-wilmott, risk_aversion: 1}},"
        "{strategy: {name: business-time, move: 0.01}},"
        "{strategy: {name: auto-ddh, threshold: 0.05, check: 12h}},"
        "{strategy: {name: hodges-neuberger, risk_aversion: 1, vol: 0.2, life: 31d}},"
        "{strategy: {name: stop-loss}},"
        "{strategy: {name: any, of: [{name: pnl-band, width: 0.1}, {name: interval, every: "
        "250280s}]}}]"};
    (void)state;
    read_cases("data/montecarlo.yaml", rules, 1);
    compare_with_alone(5, 9);
}

/* A market with outages, jumps, funding and an expiry, a coin account, orders on their way. */
static void a_busy_market_too(void **state) {
    static const char *const settings[] = {
        "data=[{scenario: scenarios/small.yaml}]",
        "rate=0",
        "venue=deribit",
        "funding=discrete",
        "numeraire=coin",
        "instruments=[{name: BTC-SPOT, kind: spot, underlying: BTC}]",
        ("book=[{instrument: BTC-2JAN24-42000-C, quantity: -3, price: mark},"
         " {instrument: BTC-5JAN24-42000-P, quantity: 2, price: mark}]"),
        "hedge={instrument: BTC-PERPETUAL}",
        "record={every: 1h}",
        "execution={latency: 100ms, max_age: 1h}",
        "compare=[{strategy: {name: interval, every: 30m}}, {strategy: {name: band, width: 0.1}}]"};
    (void)state;
    read_cases("data/montecarlo.yaml", settings, sizeof settings / sizeof *settings);
    compare_with_alone(0, 16); /* more paths than instruments */
}

/* A book that chooses its contracts anew on every path. */
static void a_rolling_book_too(void **state) {
    static const char *const settings[] = {
        "data=[{scenario: scenarios/small.yaml}]",
        "rate=0",
        "book=[{roll: straddle, quantity: -1, tenor: 3d, every: 6h}]",
        "hedge={instrument: BTC-PERPETUAL}",
        "record={every: 4h}",
        "compare=[{strategy: {name: interval, every: 2h}}]"};
    (void)state;
    read_cases("data/montecarlo.yaml", settings, sizeof settings / sizeof *settings);
    compare_with_alone(1, 5);
}

/* The first path of a run is no part of its result; where it starts is. */
static void paths_keep_their_numbers(void **state) {
    (void)state;
    read_cases("data/montecarlo.yaml", NULL, 0);
    rh_path_record *from_1 = run(1, 20, 1), *from_11 = run(11, 10, 2);
    for (size_t i = 0; i < cases.n_cases; i++)
        assert_memory_equal(&from_1[i * 20 + 10], &from_11[i * 10], 10 * sizeof *from_1);
    rh_release(from_1);
    rh_release(from_11);
}

/* Ten times the paths: not one allocation more. */
static void nothing_is_allocated_for_a_path(void **state) {
    uint64_t counts[2];
    (void)state;
    read_cases("data/montecarlo.yaml", NULL, 0);
    for (int i = 0; i < 2; i++) {
        const uint64_t before = rh_memory_allocations();
        rh_release(run(1, i == 0 ? 20 : 200, 1));
        counts[i] = rh_memory_allocations() - before;
    }
    assert_int_equal(counts[0], counts[1]);
}

/* Every allocation is made to fail once: an error, or a lane that says so, and nothing is lost. */
static void memory_may_run_out_anywhere(void **state) {
    enum { N_PATHS = 2, MOST = 2000 };
    (void)state;
    read_cases("data/montecarlo.yaml", NULL, 0);
    rh_path_record *records = rh_allocate(cases.n_cases * N_PATHS, sizeof *records);
    const rh_paths_terms terms = terms_of(1, N_PATHS, 1);
    uint64_t n = 0;
    for (rh_status made = RH_FAILED; made != RH_OK && n < MOST; n++) {
        rh_error error = {0}, errors[MOST_LANES] = {{0}};
        rh_status status[MOST_LANES] = {RH_OK};
        rh_memory_fail_after(n);
        made = rh_paths_run(&terms, records, status, errors, &error);
        for (size_t i = 0; i < cases.n_cases && made == RH_OK; i++)
            made = status[i];
        rh_memory_fail_after(UINT64_MAX);
        assert_true(made == RH_OK || made == RH_FAILED);
    }
    assert_true(n > 50 && n < MOST);
    rh_release(records);
}

/* A lane that fails names the first path it failed on; the others go on. */
static void a_failing_lane_fails_alone(void **state) {
    static const char *const settings[] = {
        "compare=[{label: good, strategy: none}, {label: bad, strategy: none,"
        " book: [{instrument: XYZ_USDC-31JAN24-101-C, quantity: -1, price: mark}]}]"};
    rh_error error = {0}, errors[MOST_LANES] = {{0}};
    rh_status status[MOST_LANES];
    rh_path_record records[2 * 20];
    (void)state;
    read_cases("data/montecarlo.yaml", settings, 1);
    /* The lanes ask for different options and so have tapes of their own. */
    for (size_t i = 0; i < 2; i++) {
        rh_paths_terms terms = terms_of(3, 20, 3);
        terms.which = &which[i];
        terms.n_which = 1;
        assert_int_equal(rh_paths_run(&terms, records + 20 * i, status + i, errors + i, &error),
                         RH_OK);
    }
    assert_int_equal(status[0], RH_OK);
    assert_int_equal(status[1], RH_BAD_DATA);
    assert_string_equal(errors[1].text,
                        "path 3: no position ever opened: the data have no price for it");
    for (size_t p = 0; p < 20; p++) {
        assert_true(isfinite(records[p].pnl_usd));
        assert_true(isnan(records[20 + p].pnl_usd) && isnan(records[20 + p].rebalances));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(threads_change_no_digit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_path_among_others_is_the_path_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_busy_market_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_rolling_book_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(paths_keep_their_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_allocated_for_a_path, set_up, tear_down),
        cmocka_unit_test_setup_teardown(memory_may_run_out_anywhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failing_lane_fails_alone, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
