/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Monte Carlo through the program against a second computation on the same draws, path by path,
 * and against numbers that were printed. */
#include "montecarlo_oracle.h"

#include "base/memory.h"
#include "study/paths.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>

enum { MOST_LANES = 8 };

static rh_registry *registry;
static rh_cases cases;

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

static rh_path_record *run(const char *const *settings, size_t n_settings, size_t n_paths) {
    rh_error error = {0}, errors[MOST_LANES];
    rh_status status[MOST_LANES];
    size_t which[MOST_LANES];
    if (rh_cases_read(REHEDGE_SOURCE_DIR "/data/montecarlo.yaml", settings, n_settings, NULL, 0,
                      registry, &cases, &error) != RH_OK)
        fail_msg("%s", error.text);
    assert_true(cases.n_cases <= MOST_LANES && cases.n_tapes == 1);
    for (size_t i = 0; i < cases.n_cases; i++)
        which[i] = i;
    rh_path_record *records = rh_allocate(cases.n_cases * n_paths, sizeof *records);
    const rh_paths_terms terms = {.cases = &cases,
                                  .which = which,
                                  .n_which = cases.n_cases,
                                  .first = 1,
                                  .n_paths = n_paths,
                                  .threads = 2};
    if (rh_paths_run(&terms, records, status, errors, &error) != RH_OK)
        fail_msg("%s", error.text);
    for (size_t i = 0; i < cases.n_cases; i++)
        assert_int_equal(status[i], RH_OK);
    return records;
}

static rh_sample sample_of(const rh_path_record *records, size_t n, int quantity) {
    double *x = rh_allocate(n, sizeof *x);
    rh_sample sample;
    for (size_t i = 0; i < n; i++)
        x[i] = rh_path_quantity(&records[i], quantity);
    rh_sample_of(x, n, &sample);
    rh_release(x);
    return sample;
}

enum { PNL_USD = 0, REBALANCES = 11 }; /* places among rh_path_fields */

/* ---- standard strategies with proportional costs ---- */

static const oracle_world month = {.spot = 100,
                                   .strike = 100,
                                   .years = 84.0 * 31285.0 / (365.0 * 86400.0),
                                   .vol = 0.2,
                                   .rate = 0.05,
                                   .drift = 0.05,
                                   .steps = 84,
                                   .seed = 1};

static const char *const rules_with_costs[] = {
    "costs.taker=0.002", "compare=[{strategy: {name: interval, every: 31285s}},"
                         "{strategy: {name: interval, every: 125140s}},"
                         "{strategy: {name: leland, every: 31285s}},"
                         "{strategy: {name: leland, every: 125140s}},"
                         "{strategy: {name: band, width: 0.05}},"
                         "{strategy: {name: band, width: 0.15}},"
                         "{strategy: {name: whalley-wilmott, risk_aversion: 1}},"
                         "{strategy: {name: zakamouline, risk_aversion: 1}}]"};

static const oracle_rule oracle_rules[] = {
    {ORACLE_INTERVAL, 1, 0, 0.002},        {ORACLE_INTERVAL, 4, 0, 0.002},
    {ORACLE_LELAND, 1, 0, 0.002},          {ORACLE_LELAND, 4, 0, 0.002},
    {ORACLE_BAND, 1, 0.05, 0.002},         {ORACLE_BAND, 1, 0.15, 0.002},
    {ORACLE_WHALLEY_WILMOTT, 1, 1, 0.002}, {ORACLE_ZAKAMOULINE, 1, 1, 0.002}};

/* Sums of some 170 products of numbers up to 100 agree to 1e-11 or so. Rules leave alone what is
 * below a millionth of an option, and where gamma is 0 below a billionth: where one computation's
 * gamma underflows and the other's doesn't yet, they may disagree by such a trade. */
static void every_path_is_what_the_oracle_says(void **state) {
    enum { PATHS = 1500, RARE = PATHS / 100 };
    (void)state;
    size_t creeps = 0;
    rh_path_record *records = run(rules_with_costs, 2, PATHS);
    for (size_t i = 0; i < cases.n_cases; i++)
        for (uint32_t p = 0; p < PATHS; p++) {
            const rh_path_record *r = &records[i * PATHS + p];
            const oracle_outcome o = oracle_hedge(&month, &oracle_rules[i], p + 1);
            const double off = fmax(fabs(r->pnl_usd - o.pnl), fabs(r->cost - o.cost));
            if (off <= 1e-9)
                continue;
            creeps++;
            if (oracle_rules[i].kind < ORACLE_WHALLEY_WILMOTT || !(off <= 1e-6))
                fail_msg("%s, path %u: PnL %.12g, cost %.12g, %g trades; the oracle: %.12g, %.12g, "
                         "%d",
                         cases.cases[i].label, p + 1, r->pnl_usd, r->cost, r->rebalances, o.pnl,
                         o.cost, o.trades);
        }
    assert_true(creeps <= RARE);
    rh_release(records);
}

/* ---- printed numbers ---- */

/* A 99.9 % interval of a standard deviation has to hold what was printed, which is itself known
 * to `error` (rounding, and the sampling error of those who printed it). */
static void assert_std(const char *what, const rh_sample *s, double scale, double printed,
                       double error) {
    const double std = s->std / scale, se = hypot(s->std_se / scale, error);
    print_message("%-28s std %.4f, standard error %.4f; printed %.3f\n", what, std,
                  s->std_se / scale, printed);
    if (!(fabs(std - printed) <= 3.29 * se))
        fail_msg("%s: the standard deviation is %.4f +- %.4f and not %.3f", what, std, se, printed);
}

/* E. Derman and M. Kamal, When You Cannot Hedge Continuously (1998), table 1: S = K = 100, T =
 * 1/12, 20 %, r = mu = 5 %. The table has 0.41 and 0.20 from 50,000 paths; the case computed anew
 * with 100,000 has 0.427 and 0.218, and the formula sqrt(pi/4) vega vol / sqrt(N) 0.443 and 0.222.
 */
static void derman_and_kamal(void **state) {
    enum { PATHS = 6000 };
    static const char *const settings[] = {"costs.taker=0",
                                           "compare=[{strategy: {name: interval, every: 125140s}},"
                                           "{strategy: {name: interval, every: 31285s}}]"};
    (void)state;
    rh_path_record *records = run(settings, 2, PATHS);
    const rh_sample daily = sample_of(records, PATHS, PNL_USD),
                    often = sample_of(records + PATHS, PATHS, PNL_USD),
                    trades = sample_of(records, PATHS, REBALANCES);
    assert_std("Derman-Kamal, N = 21", &daily, 1.0, 0.427, 0.0005);
    assert_std("Derman-Kamal, N = 84", &often, 1.0, 0.218, 0.0005);
    assert_true(fabs(daily.mean) <= 3.29 * daily.mean_se);
    assert_true(fabs(often.mean) <= 3.29 * often.mean_se);
    assert_true(trades.largest == 21.0);
    rh_release(records);
}

/* J. Hull, Options, Futures and Other Derivatives, chapter on the Greeks, performance of delta
 * hedging: standard deviation of the cost of writing and hedging over the Black-Scholes price, for
 * rebalancing every 5, 4, 2, 1, 0.5 and 0.25 weeks: .43 .39 .26 .19 .14 .09, from 1000 trials:
 * known to 3 % of each or so. The cost is counted at time 0; here it is the PnL at the end, exp(r
 * T) times as much. The 11th edition prints .42 .38 .28 .21 .16 .13, of which the last four lie
 * above what geometric Brownian motion gives, by up to 9 of its standard errors. */
static void hull(void **state) {
    enum { PATHS = 3000, INTERVALS = 6 };
    static const double printed[INTERVALS] = {0.43, 0.39, 0.26, 0.19, 0.14, 0.09};
    static const int steps[INTERVALS] = {20, 16, 8, 4, 2, 1};
    static const char *const settings[] = {
        "data=[{scenario: scenarios/twenty-weeks.yaml}]",
        "book=[{instrument: XYZ_USDC-24MAY24-50-C, quantity: -1, price: mark}]", "costs.taker=0",
        "record.every=200d",
        "compare=[{strategy: {name: interval, every: 5w}},"
        "{strategy: {name: interval, every: 4w}}, {strategy: {name: interval, every: 2w}},"
        "{strategy: {name: interval, every: 1w}}, {strategy: {name: interval, every: 84h}},"
        "{strategy: {name: interval, every: 42h}}]"};
    const oracle_world weeks = {.spot = 49,
                                .strike = 50,
                                .years = 140.0 / 365.0,
                                .vol = 0.2,
                                .rate = 0.05,
                                .drift = 0.13,
                                .steps = 80,
                                .seed = 1};
    const double price = oracle_call(&weeks, 49, weeks.years);
    (void)state;
    rh_path_record *records = run(settings, 5, PATHS);
    for (int i = 0; i < INTERVALS; i++) {
        char what[40];
        const rh_sample s = sample_of(records + (size_t)i * PATHS, PATHS, PNL_USD);
        (void)snprintf(what, sizeof what, "Hull, every %g weeks", steps[i] / 4.0);
        assert_std(what, &s, price * exp(0.05 * weeks.years), printed[i], 0.03 * printed[i]);
    }
    rh_release(records);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_path_is_what_the_oracle_says, set_up, tear_down),
        cmocka_unit_test_setup_teardown(derman_and_kamal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hull, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
