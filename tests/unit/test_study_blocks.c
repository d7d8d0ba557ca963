/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Monte Carlo in blocks: the records are the engine's, path by path, on every width of vectors. */
#include "base/memory.h"
#include "pricing/elementary.h"
#include "study/block_run.h"
#include "study/paths.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_LANES = 8, PATHS = 2 * RH_BLOCK + 90 };

static rh_registry *registry;
static rh_cases cases;
static char directory[] = "/tmp/rehedge-blocks-XXXXXX";

static int set_up(void **state) {
    rh_error error = {0};
    (void)state;
    return mkdtemp(directory) && rh_registry_new(&registry, &error) == RH_OK ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    rh_registry_free(registry);
    return rmdir(directory);
}

/* ---- experiments ---- */

/* A perpetual with a basis and a spread that follows the variance, which moves but is the same on
 * all paths; two expiries. `more` is added to the scenario. */
static const char scenario_text[] = "title: SYNTHETIC\n"
                                    "seed: 5\n"
                                    "underlying: XYZ\n"
                                    "start: 2024-01-01T08:00Z\n"
                                    "length: 6d\n"
                                    "step: 2h\n"
                                    "spot: {instrument: XYZ, price: 100, drift: 0.1, "
                                    "half_spread_bps: 1, spread_vol_bps: 0, tick: 0}\n"
                                    "variance: {v0: 0.25, theta: 0.64, kappa: 20, xi: %s, "
                                    "rho: -0.6}\n"
                                    "perpetual: {inverse: false, linear: true, basis_bps: 7, "
                                    "basis_sd_bps: 0, half_spread_bps: 2, spread_vol_bps: 3, "
                                    "tick: %s, funding: none}\n"
                                    "options: {expiries: [2024-01-04, 2024-01-06], settle: linear, "
                                    "strikes: 3, strike_step: 5, every: %s, delivery_window: 0h, "
                                    "carry: 0.03, rate: 0.02, premium: 1, half_spread_vol: 0.01, "
                                    "itm_spread: 0.001, wing_missing: 0, tick: 0}\n";

static const char experiment_text[] =
    "data: [{scenario: scenario.yaml}]\n"
    "paths: 2000\n"
    "capital: {USD: 500}\n"
    "instruments: [{name: XYZ, kind: spot, underlying: XYZ}]\n"
    "book:\n"
    "  - {instrument: XYZ_USDC-4JAN24-100-C, quantity: -3, price: bid}\n"
    "  - {instrument: XYZ_USDC-6JAN24-100-P, quantity: -2, price: mark}\n"
    "  - {instrument: XYZ_USDC-6JAN24-105-C, quantity: 1.5, price: ask}\n"
    "hedge: {instrument: XYZ_USDC-PERPETUAL}\n"
    "strategy: {name: interval, every: 2h}\n"
    "costs: {taker: 0.0004, option: 0.0003, option_cap: 0.125, delivery: 0.00015}\n"
    "record: {every: 8h}\n";

static void write_file(const char *name, const char *text) {
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0 && fclose(file) == 0);
}

static void remove_file(const char *name) {
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    (void)unlink(path);
}

typedef struct {
    const char *xi, *tick, *every;
} variant;

static const variant simple = {"0", "0", "2h"};

static void read_cases(const char *path, const char *const *settings, size_t n) {
    rh_error error = {0};
    if (rh_cases_read(path, settings, n, NULL, 0, registry, &cases, &error) != RH_OK)
        fail_msg("%s", error.text);
    assert_true(cases.n_cases <= MOST_LANES);
}

static void read_busy(variant v, const char *const *settings, size_t n) {
    char text[2048], path[128];
    (void)snprintf(text, sizeof text, scenario_text, v.xi, v.tick, v.every);
    write_file("scenario.yaml", text);
    write_file("experiment.yaml", experiment_text);
    (void)snprintf(path, sizeof path, "%s/experiment.yaml", directory);
    read_cases(path, settings, n);
    remove_file("scenario.yaml");
    remove_file("experiment.yaml");
}

static void read_month(const char *const *settings, size_t n) {
    read_cases(REHEDGE_SOURCE_DIR "/data/montecarlo.yaml", settings, n);
}

/* The cases of one tape. */
static void run_tape(size_t tape, int path_by_path, size_t threads, int *in_blocks,
                     rh_path_record *records) {
    rh_error error = {0}, errors[MOST_LANES];
    rh_status status[MOST_LANES];
    size_t which[MOST_LANES], n = 0;
    int blocks[MOST_LANES];
    for (size_t i = 0; i < cases.n_cases; i++)
        if (cases.cases[i].tape == tape)
            which[n++] = i;
    rh_path_record *found = rh_allocate(n * PATHS, sizeof *found);
    const rh_paths_terms terms = {.cases = &cases,
                                  .which = which,
                                  .n_which = n,
                                  .first = 17,
                                  .n_paths = PATHS,
                                  .threads = threads,
                                  .path_by_path = path_by_path,
                                  .in_blocks = blocks};
    if (rh_paths_run(&terms, found, status, errors, &error) != RH_OK)
        fail_msg("%s", error.text);
    for (size_t i = 0; i < n; i++) {
        if (status[i] != RH_OK)
            fail_msg("%s: %s", cases.cases[which[i]].label, errors[i].text);
        in_blocks[which[i]] = blocks[i];
        memcpy(records + which[i] * PATHS, found + i * PATHS, PATHS * sizeof *found);
    }
    rh_release(found);
}

static rh_path_record *run(int path_by_path, size_t threads, int *in_blocks) {
    rh_path_record *records = rh_allocate(cases.n_cases * PATHS, sizeof *records);
    for (size_t tape = 0; tape < cases.n_tapes; tape++)
        run_tape(tape, path_by_path, threads, in_blocks, records);
    return records;
}

/* ---- equality ---- */

static void assert_bits(double got, double want, const char *what, size_t lane, size_t path) {
    if (rh_bits(got) != rh_bits(want))
        fail_msg("%s, path %zu: %s %.17g, not %.17g", cases.cases[lane].label, path, what, got,
                 want);
}

/* Without interest blocks leave the record grid out, and sums have fewer terms. */
static void assert_sum(double got, double want, double scale, const char *what, size_t lane,
                       size_t path) {
    const double tolerance = cases.cases[lane].plan->lane.rate == 0.0 ? 1e-13 * scale : 0.0;
    if (!(fabs(got - want) <= tolerance))
        fail_msg("%s, path %zu: %s %.17g, not %.17g", cases.cases[lane].label, path, what, got,
                 want);
}

static void compare_records(const rh_path_record *got, const rh_path_record *want) {
    for (size_t i = 0; i < cases.n_cases; i++)
        for (size_t p = 0; p < PATHS; p++) {
            const rh_path_record *x = &got[i * PATHS + p], *y = &want[i * PATHS + p];
            const double scale = 1000.0 + y->turnover_usd;
            assert_bits(x->pnl_usd, y->pnl_usd, "PnL", i, p);
            assert_bits(x->pnl_coin, y->pnl_coin, "PnL in coin", i, p);
            assert_bits(x->turnover_usd, y->turnover_usd, "turnover", i, p);
            assert_bits(x->rebalances, y->rebalances, "rebalances", i, p);
            assert_sum(x->fees, y->fees, y->fees, "fees", i, p);
            assert_sum(x->spread, y->spread, fabs(y->spread), "spread", i, p);
            assert_sum(x->cost, y->cost, y->cost, "cost", i, p);
            assert_sum(x->error, y->error, scale, "error", i, p);
            assert_sum(x->unhedged_error, y->unhedged_error, scale, "unhedged error", i, p);
            assert_true(x->impact == 0.0 && x->latency == 0.0 && x->funding == 0.0);
            assert_true(y->impact == 0.0 && y->latency == 0.0 && y->funding == 0.0);
        }
}

static void compare_with_engine(size_t lanes_in_blocks) {
    int in_blocks[MOST_LANES] = {0}, none[MOST_LANES] = {0};
    size_t n = 0;
    rh_path_record *engine = run(1, 2, none), *one = run(0, 1, in_blocks);
    rh_path_record *blocks = run(0, 2, in_blocks);
    for (size_t i = 0; i < cases.n_cases; i++) {
        n += (size_t)in_blocks[i];
        assert_false(none[i]);
    }
    assert_int_equal(n, lanes_in_blocks);
    compare_records(blocks, engine);
    assert_memory_equal(one, blocks, cases.n_cases * PATHS * sizeof *one);
    rh_release(blocks);
    rh_release(engine);
    rh_release(one);
    rh_cases_free(&cases);
}

/* ---- tests ---- */

static const char four_rules[] = "compare=[{strategy: {name: interval, every: 2h}},"
                                 "{strategy: {name: interval, every: 6h, offset: 4h}},"
                                 "{strategy: {name: interval, every: 8h, anchor: utc}},"
                                 "{strategy: static}, {strategy: none}]";

static void a_short_call(void **state) {
    static const char *const touch[] = {"execution.price=touch", "rate=0"};
    (void)state;
    read_month(NULL, 0);
    compare_with_engine(4); /* the band isn't */
    read_month(touch, 2);
    compare_with_engine(4);
}

static void a_book_with_costs(void **state) {
    static const char *const settings[] = {four_rules, "hedge.target=0.25"};
    (void)state;
    read_busy(simple, settings, 2);
    compare_with_engine(5);
}

static void with_interest(void **state) {
    static const char *const settings[] = {four_rules, "rate=0.04"};
    (void)state;
    read_busy(simple, settings, 2);
    compare_with_engine(5);
}

static void the_hedge_may_stay_and_may_be_spot(void **state) {
    static const char *const settings[] = {four_rules, "hedge.at_end=keep", "hedge.instrument=XYZ",
                                           "record.every=20h"};
    (void)state;
    read_busy(simple, settings, 4);
    compare_with_engine(5);
}

/* Lanes with different books and hedges go through the same paths. */
static void books_of_several_kinds(void **state) {
    static const char *const settings[] = {
        "compare=[{strategy: {name: interval, every: 4h}},"
        "{hedge: {instrument: XYZ}},"
        "{book: [{instrument: XYZ_USDC-4JAN24-95-P, quantity: 4, price: mid}]},"
        "{execution: {price: mid}}]"};
    (void)state;
    read_busy(simple, settings, 1);
    compare_with_engine(4);
}

/* ---- printed numbers ---- */

static double deviation(const rh_path_record *records, size_t n) {
    double sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += records[i].error;
        squares += records[i].error * records[i].error;
    }
    return sqrt((squares - sum * sum / (double)n) / (double)(n - 1));
}

/* Derman and Kamal, When you cannot hedge continuously, Risk 12 (1999): a call of one month at
 * the money, 20 %, r = 5 %, hedged 84 and 21 times: 0.218 and 0.427 of a spot of 100. The standard
 * error is 0.2 % here. */
static void derman_and_kamal(void **state) {
    enum { MANY = 100000 };
    static const char *const settings[] = {"costs.taker=0",
                                           "compare=[{strategy: {name: interval, every: 31285s}},"
                                           "{strategy: {name: interval, every: 125140s}}]"};
    static const size_t which[] = {0, 1};
    rh_error error = {0}, errors[2];
    rh_status status[2];
    int blocks[2];
    (void)state;
    read_month(settings, 2);
    rh_path_record *records = rh_allocate(2 * (size_t)MANY, sizeof *records);
    const rh_paths_terms terms = {.cases = &cases,
                                  .which = which,
                                  .n_which = 2,
                                  .first = 1,
                                  .n_paths = MANY,
                                  .threads = 2,
                                  .in_blocks = blocks};
    assert_int_equal(rh_paths_run(&terms, records, status, errors, &error), RH_OK);
    assert_true(blocks[0] && blocks[1]);
    assert_true(fabs(deviation(records, MANY) - 0.218) < 0.0015);
    assert_true(fabs(deviation(records + MANY, MANY) - 0.427) < 0.003);
    rh_release(records);
    rh_cases_free(&cases);
}

/* ---- widths ---- */

static void run_width(rh_vector vector, size_t threads, rh_block_case *const *blocks,
                      rh_path_record *records) {
    rh_error error = {0};
    int in_range = 0;
    rh_path_record *places[MOST_LANES];
    for (size_t i = 0; i < cases.n_cases; i++)
        places[i] = records + i * PATHS;
    const rh_block_run_terms terms = {.cases = blocks,
                                      .n_cases = cases.n_cases,
                                      .first = 17,
                                      .n_paths = PATHS,
                                      .records = places,
                                      .vector = vector,
                                      .threads = threads};
    assert_int_equal(rh_block_run(&terms, &in_range, &error), RH_OK);
    assert_true(in_range);
}

static void widths_and_threads_change_no_digit(void **state) {
    static const char *const settings[] = {four_rules, "rate=0.04"};
    rh_block_case *blocks[MOST_LANES];
    rh_error error = {0};
    (void)state;
    read_busy(simple, settings, 2);
    const size_t size = cases.n_cases * PATHS;
    rh_path_record *plain = rh_allocate(size, sizeof *plain);
    rh_path_record *other = rh_allocate(size, sizeof *other);
    for (size_t i = 0; i < cases.n_cases; i++)
        assert_int_equal(rh_block_case_new(&cases, i, 17, &blocks[i], &error), RH_OK);
    run_width(RH_VECTOR_PLAIN, 1, blocks, plain);
    for (rh_vector v = RH_VECTOR_PLAIN; v <= rh_vector_widest(); v++) {
        run_width(v, 3, blocks, other);
        assert_memory_equal(other, plain, size * sizeof *plain);
    }
    for (size_t i = 0; i < cases.n_cases; i++)
        rh_block_case_free(blocks[i]);
    rh_release(plain);
    rh_release(other);
    rh_cases_free(&cases);
}

/* ---- what isn't simple ---- */

static void assert_refused(const char *why) {
    for (size_t i = 0; i < cases.n_cases; i++) {
        const char *said = rh_block_refusal(&cases.cases[i]);
        if (!said || !strstr(said, why))
            fail_msg("%s: '%s', not '%s'", cases.cases[i].label, said ? said : "nothing", why);
    }
    rh_cases_free(&cases);
}

static void other_cases_are_refused(void **state) {
    static const struct {
        const char *setting, *why;
    } refused[] = {
        {"strategy={name: band, width: 0.1}", "interval on a clock"},
        {"strategy={name: interval, on: XYZ}", "interval on a clock"},
        {"strategy={name: interval, every: 3h}", "between two steps"},
        {"strategy={name: interval, every: 2h, offset: 1h}", "between two steps"},
        {"strategy={name: any, of: [{name: interval, every: 2h}, static]}", "composed"},
        {"execution.latency=1s", "orders take time"},
        {"execution.price=mark", "fill at marks"},
        {"numeraire=coin", "coin"},
        {"capital={XYZ: 1}", "coin"},
        {"to=2024-01-05", "expires"},
        {"from=2024-01-02", "begins after"},
        {"book=[{instrument: XYZ_USDC-4JAN24-100-C, quantity: 1, open: 2024-01-02}]", "on the way"},
        {"book=[{instrument: XYZ_USDC-4JAN24-100-C, quantity: 1}, {instrument: XYZ, quantity: 1}]",
         "something else"},
        {"hedge={instrument: XYZ, ratio: net, collateral: ignore}", "ratio"},
        {"venue=deribit", "mean"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        read_busy(simple, &refused[i].setting, 1);
        assert_refused(refused[i].why);
    }
    read_busy((variant){"0.5", "0", "2h"}, NULL, 0);
    assert_refused("stochastic");
    read_busy((variant){"0", "0.01", "2h"}, NULL, 0);
    assert_refused("ticks");
}

/* Options that aren't quoted at every rebalance, and records between steps that interest would be
 * paid at, show only when the case is prepared. */
static void some_show_later(void **state) {
    static const char *const settings[] = {"rate=0.04", "record.every=3h"};
    (void)state;
    read_busy((variant){"0", "0", "4h"}, NULL, 0);
    compare_with_engine(0);
    read_busy(simple, settings, 2);
    compare_with_engine(0);
    read_busy(simple, settings + 1, 1);
    compare_with_engine(1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_call),
        cmocka_unit_test(a_book_with_costs),
        cmocka_unit_test(with_interest),
        cmocka_unit_test(the_hedge_may_stay_and_may_be_spot),
        cmocka_unit_test(books_of_several_kinds),
        cmocka_unit_test(derman_and_kamal),
        cmocka_unit_test(widths_and_threads_change_no_digit),
        cmocka_unit_test(other_cases_are_refused),
        cmocka_unit_test(some_show_later),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
