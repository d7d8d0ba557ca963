/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the simulated market around the path: quotes, basis and funding, outages. */
#include "pricing/black.h"
#include "simulate/market_state.h"
#include "simulate/simulate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static rh_scenario scenario_of(const char *text) {
    rh_config *config = NULL;
    rh_scenario s;
    rh_error error = {0};
    assert_int_equal(rh_config_read_text("s", text, strlen(text), &config, &error), RH_OK);
    assert_int_equal(rh_scenario_read(config, &s, &error), RH_OK);
    rh_config_free(config);
    return s;
}

#define LEAST "start: 2024-01-01\nlength: 1d\nspot: {price: 40000}\n"

/* ---- quotes ---- */

static void grids_round_to_the_doubles_that_their_text_means(void **state) {
    (void)state;
    const rh_sim_grid half = rh_sim_grid_of_tick(0.5), coin = rh_sim_grid_of_tick(0.0005);
    const rh_sim_grid cent = rh_sim_grid_of_tick(0.01), free = rh_sim_grid_of_tick(0.0);
    assert_int_equal(half.decimals, 1);
    assert_int_equal(coin.decimals, 4);
    assert_int_equal(rh_sim_grid_of_tick(5.0).decimals, 0);
    assert_int_equal(rh_sim_grid_of_tick(1e-6).decimals, 6);
    assert_int_equal(rh_sim_grid_of_tick(0.25).decimals, 2);
    assert_int_equal(free.decimals, -1);
    assert_true(rh_sim_grid_floor(half, 42000.7) == 42000.5);
    assert_true(rh_sim_grid_ceiling(half, 42000.7) == 42001.0);
    assert_true(rh_sim_grid_nearest(cent, 42553.149999) == 42553.15);
    assert_true(rh_sim_grid_floor(coin, 0.0455) == 0.0455);
    assert_true(rh_sim_grid_ceiling(coin, 0.0455) == 0.0455);
    assert_true(rh_sim_grid_ceiling(coin, 0.04551) == 0.046);
    assert_true(rh_sim_grid_nearest(free, 1.0 / 3.0) == 1.0 / 3.0);
}

static void quotes_stand_around_the_middle(void **state) {
    (void)state;
    const rh_sim_grid grid = rh_sim_grid_of_tick(0.0005);
    for (double middle = 0.00001; middle < 0.2; middle *= 1.07)
        for (double half = 0.0; half < 0.01; half = 2.0 * half + 0.0001) {
            const rh_sim_sides q = rh_sim_quote_around(grid, middle, half);
            assert_true(q.bid >= 0.0 && q.bid <= middle + 1e-9);
            assert_true(q.ask >= middle - 1e-9 && q.ask >= 0.0005);
            assert_true(q.bid <= middle - half + 1e-9 || q.bid == 0.0);
            assert_true(q.ask >= middle + half - 1e-9);
            assert_true(q.ask < middle + half + 0.0005 + 1e-9);
        }
    const rh_sim_sides none = rh_sim_quote_around(grid, 0.0002, 0.0001);
    assert_true(none.bid == 0.0 && none.ask == 0.0005);
    const rh_sim_sides worthless = rh_sim_quote_around(grid, 0.0, 0.0);
    assert_true(worthless.bid == 0.0 && worthless.ask == 0.0005);
    const rh_sim_sides exact = rh_sim_quote_around(rh_sim_grid_of_tick(0.0), 1.0 / 3.0, 0.0);
    assert_true(exact.bid == 1.0 / 3.0 && exact.ask == 1.0 / 3.0);
}

static void sizes_are_whole_lots_around_their_median(void **state) {
    (void)state;
    enum { N = 4000 };
    const rh_sim_stream stream = {1, 0};
    int above = 0;
    for (uint64_t i = 0; i < N; i++) {
        rh_sim_sides q = {.bid = 1.0};
        rh_sim_quote_sizes(&q, &stream, i, 0, 12.05, 0.1);
        assert_true(q.ask_size == 0.0);
        assert_true(q.bid_size >= 0.1);
        assert_true(fabs(q.bid_size * 10.0 - floor(q.bid_size * 10.0 + 0.5)) < 1e-9);
        above += q.bid_size > 12.05;
    }
    assert_true(fabs(above - N / 2.0) < 4.0 * sqrt(N / 4.0));
}

/* ---- basis and funding ---- */

static double funding_of(int rule, double damper, double cap, double interest, double index,
                         const double *marks, int count) {
    rh_scenario s = scenario_of(LEAST);
    s.perpetual.funding = rule;
    s.perpetual.damper = damper;
    s.perpetual.cap = cap;
    s.perpetual.interest = interest;
    rh_sim_perpetual p;
    rh_sim_perpetual_start(&s, &p);
    for (int i = 0; i < count; i++)
        rh_sim_perpetual_sample(&s, marks[i], index, &p);
    return rh_sim_perpetual_funding(&s, &p);
}

/* Deribit's documents, index 60000: damper, mark, rate of 8h. */
static void deribit_funding_is_damped_and_capped(void **state) {
    (void)state;
    static const struct {
        double damper, mark, rate;
    } rows[] = {{0.0005, 60010, 0.0},      {0.0005, 60060, 0.0005},    {0.0005, 60600, 0.005},
                {0.00025, 60030, 0.00025}, {0.00025, 59940, -0.00075}, {0.0005, 59000, -0.005}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const double rate = funding_of(RH_SIM_FUNDING_DERIBIT, rows[i].damper, 0.005, 0.0, 60000.0,
                                       &rows[i].mark, 1);
        assert_true(fabs(rate - rows[i].rate) < 1e-15);
    }
    /* The mean of the damped rates, not the damped mean. */
    const double marks[2] = {60060, 59970};
    const double mean = funding_of(RH_SIM_FUNDING_DERIBIT, 0.0005, 0.005, 0.0, 60000.0, marks, 2);
    assert_true(fabs(mean - 0.00025) < 1e-15);
}

/* Binance: average premium, rate; interest 0.01 %, clamp 0.05 %, cap 0.3 %. */
static void binance_funding_is_clamped_to_the_interest(void **state) {
    (void)state;
    static const struct {
        double premium, rate;
    } rows[] = {{0.0, 0.0001}, {0.0004, 0.0001}, {0.001, 0.0005}, {-0.001, -0.0005}, {0.02, 0.003}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const double mark = 60000.0 * (1.0 + rows[i].premium);
        const double rate =
            funding_of(RH_SIM_FUNDING_BINANCE, 0.0005, 0.003, 0.0001, 60000.0, &mark, 1);
        assert_true(fabs(rate - rows[i].rate) < 1e-14);
    }
    /* Weights 1 and 2: premium (0 + 2 * 0.003) / 3 = 0.002, less 0.0005. */
    const double marks[2] = {60000, 60180};
    const double rate =
        funding_of(RH_SIM_FUNDING_BINANCE, 0.0005, 0.003, 0.0001, 60000.0, marks, 2);
    assert_true(fabs(rate - 0.0015) < 1e-14);
}

/* Bounds are 4 standard errors of an autocorrelated sample: n becomes n (1 - a) / (1 + a). */
static void the_basis_has_its_mean_and_deviation(void **state) {
    (void)state;
    enum { N = 400000 };
    rh_scenario s = scenario_of(LEAST "perpetual: {basis_bps: 3, basis_sd_bps: 5, "
                                      "basis_half_life: 30m, basis_correlation: 0.4}\n");
    const rh_sim_stream stream = {1, 0};
    rh_sim_perpetual p;
    double mean = 0.0, square = 0.0, lagged = 0.0, before = 0.0, with_spot = 0.0;
    rh_sim_perpetual_start(&s, &p);
    for (uint64_t i = 1; i <= N; i++) {
        before = p.basis_bps - 3.0;
        rh_sim_perpetual_step(&s, &stream, i, 0, &p);
        const double x = p.basis_bps - 3.0;
        const rh_draw z = rh_sim_draw_normal(&stream, i, RH_SIM_DRAW_DIFFUSION, 0);
        mean += x / N;
        square += x * x / N;
        lagged += x * before / N;
        with_spot += (x - exp2(-1.0 / 30.0) * before) *
                     (s.path.rho * z.a + sqrt(1.0 - s.path.rho * s.path.rho) * z.b) / N;
    }
    const double a = exp2(-1.0 / 30.0), n = N * (1.0 - a) / (1.0 + a);
    const double shock = 5.0 * sqrt(1.0 - a * a);
    assert_true(fabs(mean) < 4.0 * 5.0 / sqrt(n));
    assert_true(fabs(square / 25.0 - 1.0) < 4.0 * sqrt(2.0 / n));
    assert_true(fabs(lagged / square - a) < 4.0 * sqrt((1.0 - a * a) / N));
    assert_true(fabs(with_spot / shock - 0.4) < 4.0 * sqrt(1.16 / N));
}

static void spreads_grow_with_the_volatility(void **state) {
    (void)state;
    rh_scenario s = scenario_of(LEAST);
    s.perpetual.tick = 0.0;
    rh_sim_market m;
    rh_error error = {0};
    assert_int_equal(rh_sim_market_start(&m, &s, 0, &error), RH_OK);
    m.volatility = 0.4;
    const rh_sim_sides calm = rh_sim_market_perpetual(&m, 0);
    m.volatility = 1.4;
    const rh_sim_sides wild = rh_sim_market_perpetual(&m, 0);
    /* spread_vol_bps, twice, on the mark */
    assert_true(fabs((wild.ask - wild.bid) - (calm.ask - calm.bid) - m.mark[0] * 0.6e-4) < 1e-6);
    rh_sim_market_clear(&m);
}

/* The median is 150000 USD for both, in coin for the linear one. */
static void perpetual_sizes_are_in_their_units(void **state) {
    (void)state;
    enum { N = 1000 };
    rh_scenario s = scenario_of(LEAST "perpetual: {linear: true}\n");
    rh_sim_market m;
    rh_error error = {0};
    double logs[2] = {0.0, 0.0};
    assert_int_equal(rh_sim_market_start(&m, &s, 0, &error), RH_OK);
    for (int i = 0; i < N; i++) {
        rh_sim_market_step(&m);
        logs[0] += log(rh_sim_market_perpetual(&m, 0).ask_size / 150000.0) / N;
        logs[1] += log(rh_sim_market_perpetual(&m, 1).ask_size * m.mark[1] / 150000.0) / N;
    }
    assert_true(fabs(logs[0]) < 4.0 * 0.8 / sqrt(N));
    assert_true(fabs(logs[1]) < 4.0 * 0.8 / sqrt(N));
    rh_sim_market_clear(&m);
}

/* ---- outages ---- */

static void outages_are_as_frequent_and_as_long_as_asked(void **state) {
    (void)state;
    enum { N = 400000 };
    const rh_scenario s =
        scenario_of(LEAST "dropout: {probability: 0.01, length: 10m, silent: 0.3}\n");
    const rh_sim_stream stream = {1, 0};
    rh_sim_outage now = RH_SIM_QUOTING;
    double out = 0.0, silent = 0.0, begun = 0.0, begun_silent = 0.0;
    for (uint64_t i = 1; i <= N; i++) {
        const rh_sim_outage before = now;
        now = rh_sim_outage_step(&s, &stream, i, RH_SIM_ITEM_SPOT, before);
        out += now != RH_SIM_QUOTING;
        silent += now == RH_SIM_SILENT;
        begun += before == RH_SIM_QUOTING && now != RH_SIM_QUOTING;
        begun_silent += before == RH_SIM_QUOTING && now == RH_SIM_SILENT;
        assert_true(before == RH_SIM_QUOTING || now == RH_SIM_QUOTING || now == before);
    }
    const double p = 0.01, q = 0.1, share = p / (p + q), a = 1.0 - p - q;
    const double error = sqrt(share * (1.0 - share) * (1.0 + a) / (1.0 - a) / N);
    assert_true(fabs(out / N - share) < 4.0 * error);
    assert_true(fabs(out / begun - 10.0) < 4.0 * 10.0 / sqrt(begun));
    assert_true(fabs(begun_silent / begun - 0.3) < 4.0 * sqrt(0.21 / begun));
    assert_true(silent > 0.0);
}

static void without_a_probability_nothing_goes_out(void **state) {
    (void)state;
    const rh_scenario s = scenario_of(LEAST);
    const rh_sim_stream stream = {1, 0};
    for (uint64_t i = 0; i < 10000; i++)
        assert_int_equal(rh_sim_outage_step(&s, &stream, i, 1, RH_SIM_QUOTING), RH_SIM_QUOTING);
}

/* ---- chain ---- */

static void names_are_the_venues(void **state) {
    (void)state;
    static const char *const inverse[] = {"BTC-5JAN24-38000-C", "BTC-5JAN24-38000-P",
                                          "BTC-5JAN24-40000-C", "BTC-5JAN24-40000-P",
                                          "BTC-5JAN24-42000-C", "BTC-5JAN24-42000-P"};
    rh_error error = {0};
    rh_sim_chain chain;
    rh_instrument instrument;
    rh_scenario s =
        scenario_of(LEAST "options: {expiries: [2024-01-05, 2024-02-29], strikes: 3}\n");
    assert_int_equal(rh_sim_chain_make(&chain, &s, &error), RH_OK);
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(chain.expiries[0].options[i].name, inverse[i]);
    assert_string_equal(chain.expiries[1].options[0].name, "BTC-29FEB24-38000-C");
    assert_int_equal(rh_instrument_from_name(chain.expiries[1].options[5].name, &instrument), 0);
    assert_true(instrument.expiry == s.options.expiries.at[1] && instrument.strike == 42000.0);
    assert_true(instrument.right == -1 && instrument.settle == RH_INVERSE);
    rh_sim_chain_clear(&chain);

    s = scenario_of("start: 2030-12-30\nlength: 1d\nspot: {price: 9.1}\nunderlying: AVAX\noptions: "
                    "{expiries: [2030-12-31], strikes: 2, strike_step: 0.5, settle: linear}\n");
    assert_int_equal(rh_sim_chain_make(&chain, &s, &error), RH_OK);
    assert_string_equal(chain.expiries[0].options[0].name, "AVAX_USDC-31DEC30-8d5-C");
    assert_int_equal(rh_instrument_from_name(chain.expiries[0].options[0].name, &instrument), 0);
    assert_true(instrument.settle == RH_LINEAR && instrument.strike == 8.5);
    assert_true(instrument.expiry == s.options.expiries.at[0]);
    rh_sim_chain_clear(&chain);
}

#define CHAIN                                                                                      \
    LEAST "options: {expiries: [2024-01-12], strikes: 15, tick: 0, half_spread_vol: 0.01, "        \
          "itm_spread: 0.02, wing: 1.5, wing_missing: 1}\n"

/* Half the spread in coin: vega for a vol point, the hedge's spread for the delta that is left
 * once the premium is counted, 2 % of the intrinsic value. Beyond 1.5 deviations nothing. */
static void option_spreads_have_their_parts(void **state) {
    (void)state;
    const rh_scenario s = scenario_of(CHAIN);
    const rh_sim_stream stream = {1, 0};
    const rh_sim_chain_state now = {.time = s.start,
                                    .stream = &stream,
                                    .variance = 0.3,
                                    .carried = 40010.0,
                                    .half_spread = 1e-4};
    const double years = rh_years(s.start, s.options.expiries.at[0]);
    rh_sim_chain chain;
    rh_error error = {0};
    int gone = 0;
    assert_int_equal(rh_sim_chain_make(&chain, &s, &error), RH_OK);
    for (size_t i = 0; i < chain.option_count; i++) {
        const rh_sim_chain_option *o = &chain.expiries[0].options[i];
        const rh_sim_chain_quote q = rh_sim_chain_show(&chain, 0, i, &now);
        const rh_greeks g = rh_black(o->right, q.forward, o->strike, years, q.iv, 0.0);
        const double intrinsic = fmax(0.0, o->right * (q.forward - o->strike)) / q.forward;
        const double half = g.vega / q.forward * 0.01 + fabs(g.net) * 1e-4 + 0.02 * intrinsic;
        const double deviations = fabs(log(o->strike / q.forward)) /
                                  (rh_sim_smile_at_money(&chain.smile, 0.3, years) * sqrt(years));
        if (deviations > 1.5) {
            assert_true(q.sides.bid == 0.0 && q.sides.ask == 0.0);
            assert_true(q.sides.bid_size == 0.0 && q.sides.ask_size == 0.0);
            gone++;
            continue;
        }
        assert_true(fabs(q.sides.ask - q.mark - half) < 1e-12);
        assert_true(fabs(q.sides.bid - fmax(0.0, q.mark - half)) < 1e-12);
    }
    assert_int_equal(gone, 18); /* 26000 to 34000, 48000 to 54000 */
    rh_sim_chain_clear(&chain);
}

static void delivery_is_the_mean_of_the_window(void **state) {
    (void)state;
    rh_error error = {0};
    rh_sim_chain chain;
    rh_scenario s = scenario_of(LEAST "step: 10m\noptions: {expiries: [2024-01-05, 2024-01-06], "
                                      "every: 10m}\n");
    const rh_time expiry = s.options.expiries.at[0];
    assert_int_equal(rh_sim_chain_make(&chain, &s, &error), RH_OK);
    assert_true(isnan(rh_sim_chain_delivery(&chain, 0)));
    for (int i = -6; i <= 2; i++) /* only -20, -10 and 0 minutes are in (expiry - 30m, expiry] */
        rh_sim_chain_observe(&chain, expiry + i * 10 * RH_MIN,
                             i == -3 ? 1e6
                             : i > 0 ? 2e6
                                     : 100.0 + i);
    assert_true(fabs(rh_sim_chain_delivery(&chain, 0) - 99.0) < 1e-12);
    assert_true(isnan(rh_sim_chain_delivery(&chain, 1)));
    rh_sim_chain_clear(&chain);

    s.options.delivery_window = 0;
    assert_int_equal(rh_sim_chain_make(&chain, &s, &error), RH_OK);
    rh_sim_chain_observe(&chain, expiry - 10 * RH_MIN, 50.0);
    rh_sim_chain_observe(&chain, expiry, 70.0);
    assert_true(rh_sim_chain_delivery(&chain, 0) == 70.0);
    rh_sim_chain_clear(&chain);
}

static void markets_differ_by_path_and_seed_alone(void **state) {
    (void)state;
    rh_error error = {0};
    rh_sim_market a, b, c;
    rh_scenario s = scenario_of(LEAST "jumps: {intensity: 5000, sd: 0.01}\n"
                                      "dropout: {probability: 0.1}\n");
    rh_scenario other = s;
    other.seed++;
    assert_int_equal(rh_sim_market_start(&a, &s, 0, &error), RH_OK);
    assert_int_equal(rh_sim_market_start(&b, &s, 1, &error), RH_OK);
    assert_int_equal(rh_sim_market_start(&c, &other, 0, &error), RH_OK);
    for (int i = 0; i < 100; i++) {
        rh_sim_market_step(&a);
        rh_sim_market_step(&b);
        rh_sim_market_step(&c);
    }
    assert_true(a.path.spot != b.path.spot && a.path.spot != c.path.spot);
    assert_true(a.mark[0] / a.index != b.mark[0] / b.index);
    rh_sim_market_clear(&a);
    rh_sim_market_clear(&b);
    rh_sim_market_clear(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grids_round_to_the_doubles_that_their_text_means),
        cmocka_unit_test(quotes_stand_around_the_middle),
        cmocka_unit_test(sizes_are_whole_lots_around_their_median),
        cmocka_unit_test(deribit_funding_is_damped_and_capped),
        cmocka_unit_test(binance_funding_is_clamped_to_the_interest),
        cmocka_unit_test(the_basis_has_its_mean_and_deviation),
        cmocka_unit_test(spreads_grow_with_the_volatility),
        cmocka_unit_test(perpetual_sizes_are_in_their_units),
        cmocka_unit_test(outages_are_as_frequent_and_as_long_as_asked),
        cmocka_unit_test(without_a_probability_nothing_goes_out),
        cmocka_unit_test(names_are_the_venues),
        cmocka_unit_test(option_spreads_have_their_parts),
        cmocka_unit_test(delivery_is_the_mean_of_the_window),
        cmocka_unit_test(markets_differ_by_path_and_seed_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
