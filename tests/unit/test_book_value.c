/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What open positions are worth and expose: forwards, volatilities, conversion, evidence. */
#include "bench_of_books.h"

static void with_one(bench *b, rh_book_terms terms, rh_leg_terms leg) {
    leg.open_price = RH_AT_MARK;
    bench_open(b, terms, &leg, 1);
}

/* ---- forwards ---- */

static void test_forward_is_carried_with_the_hedge(void **state) {
    static const rh_forward_rule rules[] = {RH_FORWARD_CARRIED, RH_FORWARD_OBSERVED};
    (void)state;
    for (int i = 0; i < 2; i++) {
        bench b;
        bench_make(&b);
        with_one(&b, (rh_book_terms){.forward = rules[i]},
                 (rh_leg_terms){.instrument = b.option, .quantity = 1});
        const tape_row rows[] = {{.instrument = b.perpetual, .last = 36000},
                                 {.instrument = b.option, .iv = 0.8, .forward = 36500}};
        assert_int_equal(bench_tell(&b, DAY0, rows, 2), 1);
        const rh_time now = DAY0 + RH_HOUR;
        (void)bench_say(&b, now, (tape_row){.instrument = b.perpetual, .last = 40000});
        const double carried = 36500.0 * 40000 / 36000, years = years_left(now);
        const rh_leg_value *value = value_of(&b, 0);
        assert_near(value->forward, carried, 1e-9); /* marks: always */
        assert_near(value->price, oracle_price(1, carried, 36000, years, 0.8) / carried, 1e-12);
        assert_near(value->black_delta, oracle_delta(1, carried, 36000, years, 0.8), 1e-12);
        const double seen = rules[i] == RH_FORWARD_CARRIED ? carried : 36500;
        assert_near(value->delta, oracle_delta(1, seen, 36000, years, 0.8), 1e-12);
        assert_near(value->coin, oracle_price(1, seen, 36000, years, 0.8) / seen, 1e-12);
        assert_int_equal(rh_book_forwards(b.book), 1 << RH_FORWARD_OWN);
        bench_drop(&b);
    }
}

static void test_dated_future_is_the_next_best_forward(void **state) {
    bench b;
    (void)state;
    bench_make(&b);
    b.future = add_named(b.catalogue, "BTC-25JUN21");
    with_one(&b, (rh_book_terms){.rate = 0.1},
             (rh_leg_terms){.instrument = b.option, .quantity = 1});
    const tape_row rows[] = {{.instrument = b.perpetual, .last = 36000},
                             {.instrument = b.future, .bid = 36990, .ask = 37010},
                             {.instrument = b.option, .iv = 0.8}};
    assert_int_equal(bench_tell(&b, DAY0, rows, 3), 1);
    assert_near(value_of(&b, 0)->forward, 37000, 1e-9);
    assert_int_equal(rh_book_forwards(b.book), 1 << RH_FORWARD_FUTURE);
    /* observed at 36000 it moves with the hedge until the next observation */
    (void)bench_say(&b, DAY0 + 1, (tape_row){.instrument = b.perpetual, .last = 39600});
    assert_near(value_of(&b, 0)->forward, 40700, 1e-9);
    (void)bench_say(&b, DAY0 + 2, (tape_row){.instrument = b.future, .bid = 40000, .ask = 40002});
    assert_near(value_of(&b, 0)->forward, 40001, 1e-9);
    bench_drop(&b);
}

static void test_spot_is_carried_at_the_rate(void **state) {
    bench b;
    (void)state;
    bench_make(&b);
    b.spot = add_spot(b.catalogue);
    with_one(&b, (rh_book_terms){.rate = 0.1},
             (rh_leg_terms){.instrument = b.linear, .quantity = 1});
    const tape_row rows[] = {{.instrument = b.perpetual, .last = 36000},
                             {.instrument = b.spot, .last = 35900},
                             {.instrument = b.linear, .iv = 0.8}};
    assert_int_equal(bench_tell(&b, DAY0, rows, 3), 1);
    const double years = years_left(DAY0), f = 35900 * exp(0.1 * years);
    assert_near(value_of(&b, 0)->forward, f, 1e-9);
    assert_near(value_of(&b, 0)->price, exp(-0.1 * years) * oracle_price(1, f, 36000, years, 0.8),
                1e-8);
    /* linear against the perpetual: (F/P) e^(-rT) N(d1) */
    assert_near(value_of(&b, 0)->delta,
                f / 36000 * exp(-0.1 * years) * oracle_delta(1, f, 36000, years, 0.8), 1e-12);
    assert_int_equal(rh_book_forwards(b.book), 1 << RH_FORWARD_SPOT);
    bench_drop(&b);
}

static void test_linear_delta_against_the_future_of_the_expiry(void **state) {
    bench b;
    (void)state;
    bench_make(&b);
    rh_instrument future;
    assert_int_equal(rh_instrument_from_name("BTC_USDC-25JUN21", &future), 0);
    const uint32_t hedge = rh_catalogue_add(b.catalogue, &future);
    with_one(&b, (rh_book_terms){.rate = 0.1, .hedge = hedge},
             (rh_leg_terms){.instrument = b.linear, .quantity = 1});
    const tape_row rows[] = {{.instrument = hedge, .last = 37000},
                             {.instrument = b.linear, .iv = 0.8, .forward = 36900}};
    assert_int_equal(bench_tell(&b, DAY0, rows, 2), 1);
    const double years = years_left(DAY0);
    assert_near(value_of(&b, 0)->delta,
                exp(-0.1 * years) * oracle_delta(1, 36900, 36000, years, 0.8), 1e-12);
    bench_drop(&b);
}

/* ---- volatilities ---- */

static void test_iv_comes_from_the_best_evidence(void **state) {
    static const struct {
        double iv, mark, bid, ask, last;
        rh_evidence evidence;
    } cases[] = {{0.8, 0.2, 0.05, 0.06, 0.3, RH_BY_MARK},
                 {0, 0.07, 0.05, 0.06, 0.3, RH_BY_MARK},
                 {0, 0, 0.05, 0.06, 0.3, RH_BY_QUOTE},
                 {0, 0, 0.05, 0, 0.08, RH_BY_TRADE},
                 {0, 0, 0.05, 0, 0, RH_BY_NOTHING}};
    static const double prices[] = {NAN, 0.07, 0.055, 0.08, NAN};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bench b;
        bench_make(&b);
        with_one(&b, (rh_book_terms){.rate = 0},
                 (rh_leg_terms){.instrument = b.option, .quantity = 1});
        const tape_row rows[] = {{.instrument = b.perpetual, .last = 36000},
                                 {.instrument = b.option,
                                  .iv = cases[i].iv,
                                  .mark = cases[i].mark,
                                  .bid = cases[i].bid,
                                  .ask = cases[i].ask,
                                  .last = cases[i].last}};
        const size_t opened = bench_tell(&b, DAY0, rows, 2);
        assert_int_equal(opened, cases[i].evidence != RH_BY_NOTHING);
        if (!opened) {
            bench_drop(&b);
            continue;
        }
        const rh_leg_value *value = value_of(&b, 0);
        assert_int_equal(value->evidence, cases[i].evidence);
        if (cases[i].iv > 0)
            assert_true(value->iv == cases[i].iv);
        else /* repriced at its own IV it is the price again */
            assert_near(oracle_price(1, 36000, 36000, years_left(DAY0), value->iv) / 36000,
                        prices[i], 1e-12);
        bench_drop(&b);
    }
}

static void test_evidence_ages(void **state) {
    bench b;
    (void)state;
    bench_make(&b);
    with_one(&b, (rh_book_terms){.max_age = 2 * RH_HOUR},
             (rh_leg_terms){.instrument = b.option, .quantity = 1});
    (void)bench_usual(&b, DAY0, 36000, 0.8);
    assert_int_equal(value_of(&b, 0)->evidence, RH_BY_MARK);
    (void)bench_say(&b, DAY0 + 1, (tape_row){.instrument = b.perpetual, .last = 36000});
    assert_int_equal(value_of(&b, 0)->evidence, RH_BY_MODEL);
    (void)bench_say(&b, DAY0 + 2 * RH_HOUR, (tape_row){.instrument = b.perpetual, .last = 36000});
    assert_int_equal(value_of(&b, 0)->evidence, RH_BY_MODEL);
    (void)bench_say(&b, DAY0 + 2 * RH_HOUR + 1,
                    (tape_row){.instrument = b.perpetual, .last = 36000});
    assert_int_equal(value_of(&b, 0)->evidence, RH_BY_STALE);
    assert_int_equal(rh_book_value_now(b.book)->evidence, RH_BY_STALE);
    assert_true(value_of(&b, 0)->iv == 0.8); /* stale, but still a number */
    bench_drop(&b);
}

/* rate_coin discounts what is paid in coin. */
static void test_rate_coin_discounts_inverse_options(void **state) {
    bench b;
    (void)state;
    bench_make(&b);
    with_one(&b, (rh_book_terms){.rate = 0.5, .rate_coin = 0.2},
             (rh_leg_terms){.instrument = b.option, .quantity = 1});
    (void)bench_usual(&b, DAY0, 36000, 0.8);
    const double years = years_left(DAY0);
    const double price = exp(-0.2 * years) * oracle_price(1, 36000, 36000, years, 0.8) / 36000;
    assert_near(value_of(&b, 0)->price, price, 1e-12);
    (void)bench_say(&b, DAY0 + 1, (tape_row){.instrument = b.option, .mark = price});
    assert_near(value_of(&b, 0)->iv, 0.8, 1e-9); /* and there and back */
    bench_drop(&b);
}

/* ---- conversion ---- */

static void test_conversion_is_index_then_spot_then_hedge(void **state) {
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        bench b;
        bench_make(&b);
        if (kind < 2)
            b.spot = add_spot(b.catalogue);
        with_one(&b, (rh_book_terms){.rate = 0},
                 (rh_leg_terms){.instrument = b.option, .quantity = 1});
        tape_row rows[] = {{.instrument = b.perpetual, .last = 40000},
                           {.instrument = b.option, .iv = 0.8},
                           {.instrument = b.perpetual, .last = 40000}};
        if (kind < 2)
            rows[2] = (tape_row){.instrument = b.spot, .last = 39000};
        if (kind == 0)
            rows[1].index = 38000;
        (void)bench_tell(&b, DAY0, rows, 3);
        const double expected[] = {38000, 39000, 40000};
        assert_near(rh_book_value_now(b.book)->spot, expected[kind], 1e-9);
        assert_int_equal(rh_book_conversions(b.book) & 1u << kind, 1 << kind);
        (void)bench_say(&b, DAY0 + 1, (tape_row){.instrument = b.perpetual, .last = 44000});
        assert_near(rh_book_value_now(b.book)->spot, 1.1 * expected[kind], 1e-8);
        bench_drop(&b);
    }
}

/* Both sides of the only quote are gone: the last price stays, nothing turns into NaN. */
static void test_a_vanished_hedge_price_stays(void **state) {
    bench b;
    (void)state;
    bench_make(&b);
    b.future = add_named(b.catalogue, "BTC-25JUN21");
    const rh_leg_terms legs[] = {
        {.instrument = b.option, .quantity = 1, .open_price = RH_AT_MARK},
        {.instrument = b.future, .quantity = 36000, .open_price = RH_AT_MARK}};
    bench_open(&b, (rh_book_terms){.max_age = RH_HOUR}, legs, 2);
    const tape_row rows[] = {{.instrument = b.perpetual, .bid = 35990, .ask = 36010},
                             {.instrument = b.future, .bid = 35990, .ask = 36010},
                             {.instrument = b.option, .iv = 0.8}};
    assert_int_equal(bench_tell(&b, DAY0, rows, 3), 2);
    const tape_row gone[] = {{.instrument = b.perpetual, .bid = GONE, .ask = GONE},
                             {.instrument = b.future, .bid = GONE, .ask = GONE}};
    (void)bench_tell(&b, DAY0 + 1, gone, 2);
    const rh_book_value *value = rh_book_value_now(b.book);
    assert_true(value->hedge == 36000 && value->spot == 36000);
    assert_int_equal(value->hedge_evidence, RH_BY_MODEL);
    assert_near(value->exposure_usd, 1.0 + oracle_delta(1, 36000, 36000, years_left(DAY0 + 1), 0.8),
                1e-12);
    bench_drop(&b);
}

/* ---- sums ---- */

static void test_exposures_add_up(void **state) {
    bench b;
    (void)state;
    bench_make(&b);
    b.future = add_named(b.catalogue, "BTC-25JUN21");
    const rh_leg_terms legs[] = {
        {.instrument = b.option, .quantity = -10, .open_price = RH_AT_MARK},
        {.instrument = b.other, .quantity = 4, .open_price = RH_AT_MARK},
        {.instrument = b.future, .quantity = -74000, .open_price = RH_AT_MARK},
        {.instrument = b.perpetual, .quantity = 36000, .open_price = RH_AT_MARK}};
    bench_open(&b, (rh_book_terms){.rate = 0}, legs, 4);
    const tape_row rows[] = {{.instrument = b.perpetual, .last = 36000},
                             {.instrument = b.future, .last = 37000},
                             {.instrument = b.option, .iv = 0.8, .forward = 36000},
                             {.instrument = b.other, .iv = 0.6, .forward = 36000}};
    assert_int_equal(bench_tell(&b, DAY0, rows, 4), 4);
    const double t = years_left(DAY0), h = 1e-5, f = 36000;
    const double call = oracle_price(1, f, 36000, t, 0.8), put = oracle_price(-1, f, 40000, t, 0.6);
    const double deltas =
        -10 * oracle_delta(1, f, 36000, t, 0.8) + 4 * oracle_delta(-1, f, 40000, t, 0.6);
    const double coins = (-10 * call + 4 * put) / f;
    const rh_book_value *value = rh_book_value_now(b.book);
    assert_near(value->exposure_usd, deltas - 2.0 + 1.0, 1e-11);
    assert_near(value->exposure_coin, deltas - coins - 1.0, 1e-11);
    assert_near(value->option_value_usd, coins * f, 1e-7);
    assert_near(value->vega,
                (-10 * (oracle_price(1, f, 36000, t, 0.8 + h) - call) +
                 4 * (oracle_price(-1, f, 40000, t, 0.6 + h) - put)) /
                    h,
                0.5);
    assert_true(value->size_options == 14 && value->n_open == 4 && value->iv == 0.8);
    assert_int_equal(value->expiry, EXPIRY);
    assert_true(value->vol > 0.6 && value->vol < 0.8);
    bench_drop(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forward_is_carried_with_the_hedge),
        cmocka_unit_test(test_dated_future_is_the_next_best_forward),
        cmocka_unit_test(test_spot_is_carried_at_the_rate),
        cmocka_unit_test(test_linear_delta_against_the_future_of_the_expiry),
        cmocka_unit_test(test_iv_comes_from_the_best_evidence),
        cmocka_unit_test(test_evidence_ages),
        cmocka_unit_test(test_rate_coin_discounts_inverse_options),
        cmocka_unit_test(test_conversion_is_index_then_spot_then_hedge),
        cmocka_unit_test(test_a_vanished_hedge_price_stays),
        cmocka_unit_test(test_exposures_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
