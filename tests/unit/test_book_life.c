/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When positions open, close and settle, and at what price. */
#include "bench_of_books.h"

/* ---- opening ---- */

static rh_leg_terms short_option(const bench *b, rh_leg_price rule) {
    return (rh_leg_terms){.instrument = b->option, .quantity = -10, .open_price = rule};
}

static void start(bench *b, rh_leg_terms leg) {
    bench_make(b);
    bench_open(b, (rh_book_terms){.max_age = RH_DAY}, &leg, 1);
}

static void test_yesterdays_quote_opens_nothing(void **state) {
    bench b;
    (void)state;
    bench_make(&b);
    rh_leg_terms leg = short_option(&b, RH_AT_BID);
    leg.open = DAY0 + RH_HOUR;
    bench_open(&b, (rh_book_terms){.rate = 0}, &leg, 1);
    const tape_row early[] = {{.instrument = b.perpetual, .last = 36000},
                              {.instrument = b.option, .bid = 0.04, .ask = 0.05, .iv = 0.8}};
    assert_int_equal(bench_tell(&b, DAY0, early, 2), 0);
    assert_int_equal(rh_book_next_time(b.book), DAY0 + RH_HOUR);
    assert_int_equal(
        bench_say(&b, DAY0 + RH_HOUR, (tape_row){.instrument = b.perpetual, .last = 36100}), 0);
    assert_true(rh_book_opened(b.book) == RH_DAWN);
    /* an IV of now doesn't make the bid one of now */
    assert_int_equal(bench_usual(&b, DAY0 + 2 * RH_HOUR, 36000, 0.8), 0);
    assert_int_equal(
        bench_say(&b, DAY0 + 3 * RH_HOUR, (tape_row){.instrument = b.option, .bid = 0.041}), 1);
    assert_int_equal(b.changes[0].kind, RH_CHANGE_OPEN);
    assert_true(b.changes[0].price == 0.041);
    assert_int_equal(rh_book_opened(b.book), DAY0 + 3 * RH_HOUR);
    assert_int_equal(rh_book_next_time(b.book), EXPIRY);
    bench_drop(&b);
}

static void test_it_opens_at_the_price_that_was_asked_for(void **state) {
    static const struct {
        rh_leg_price rule;
        double price;
        rh_evidence evidence;
    } cases[] = {{RH_AT_BID, 0.04, RH_BY_QUOTE},
                 {RH_AT_ASK, 0.06, RH_BY_QUOTE},
                 {RH_AT_MID, 0.05, RH_BY_QUOTE},
                 {RH_AT_NUMBER, 0.123, RH_BY_USER}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bench b;
        bench_make(&b);
        rh_leg_terms leg = short_option(&b, cases[i].rule);
        leg.open_number = 0.123;
        bench_open(&b, (rh_book_terms){.rate = 0}, &leg, 1);
        const tape_row rows[] = {{.instrument = b.perpetual, .last = 36000},
                                 {.instrument = b.option, .bid = 0.04, .ask = 0.06, .iv = 0.8}};
        assert_int_equal(bench_tell(&b, DAY0, rows, 2), 1);
        assert_near(b.changes[0].price, cases[i].price, 1e-16);
        assert_int_equal(b.changes[0].evidence, cases[i].evidence);
        assert_near(b.changes[0].mark, oracle_price(1, 36000, 36000, years_left(DAY0), 0.8) / 36000,
                    1e-12);
        bench_drop(&b);
    }
}

static void test_mark_is_the_models_price(void **state) {
    bench b;
    (void)state;
    start(&b, (rh_leg_terms){.instrument = 0, .quantity = -10, .open_price = RH_AT_MARK});
    assert_int_equal(bench_usual(&b, DAY0, 35000, 0.8), 1);
    assert_true(b.changes[0].price == b.changes[0].mark);
    assert_near(b.changes[0].price, oracle_price(1, 35000, 36000, years_left(DAY0), 0.8) / 35000,
                1e-12);
    assert_int_equal(b.changes[0].evidence, RH_BY_MARK);
    bench_drop(&b);
}

static void test_one_side_is_enough_for_that_side_only(void **state) {
    static const struct {
        rh_leg_price rule;
        size_t opens;
    } cases[] = {{RH_AT_BID, 1}, {RH_AT_ASK, 0}, {RH_AT_MID, 0}};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        bench b;
        start(&b, (rh_leg_terms){.instrument = 0, .quantity = 1, .open_price = cases[i].rule});
        const tape_row rows[] = {{.instrument = b.perpetual, .last = 36000},
                                 {.instrument = b.option, .bid = 0.04, .iv = 0.8}};
        assert_int_equal(bench_tell(&b, DAY0, rows, 2), cases[i].opens);
        if (cases[i].opens)
            assert_int_equal(b.changes[0].evidence, RH_BY_ONE_SIDED);
        bench_drop(&b);
    }
}

static void test_what_cannot_be_priced_does_not_open(void **state) {
    bench b;
    (void)state;
    start(&b, (rh_leg_terms){
                  .instrument = 0, .quantity = 1, .open_price = RH_AT_NUMBER, .open_number = 0.05});
    const tape_row worthless = {.instrument = b.option, .mark = 2.0}; /* above any IV */
    assert_int_equal(bench_say(&b, DAY0, (tape_row){.instrument = b.option, .iv = 0.8}), 0);
    assert_int_equal(bench_say(&b, DAY0 + 1, (tape_row){.instrument = b.perpetual, .last = 36000}),
                     1); /* now there is a hedge price */
    bench_drop(&b);
    start(&b, (rh_leg_terms){
                  .instrument = 0, .quantity = 1, .open_price = RH_AT_NUMBER, .open_number = 0.05});
    assert_int_equal(bench_say(&b, DAY0, (tape_row){.instrument = b.perpetual, .last = 36000}), 0);
    assert_int_equal(bench_say(&b, DAY0 + 1, worthless), 0);
    assert_false(rh_book_finished(b.book));
    bench_drop(&b);
}

static void test_it_never_opens_at_or_after_expiry(void **state) {
    bench b;
    (void)state;
    start(&b, (rh_leg_terms){.instrument = 0, .quantity = 1, .open_price = RH_AT_MARK});
    assert_int_equal(bench_usual(&b, EXPIRY, 36000, 0.8), 0);
    assert_int_equal(bench_usual(&b, EXPIRY + RH_HOUR, 36000, 0.8), 0);
    assert_true(rh_book_opened(b.book) == RH_DAWN);
    bench_drop(&b);
}

/* ---- closing ---- */

static void test_it_closes_at_a_price_of_its_time(void **state) {
    bench b;
    (void)state;
    bench_make(&b);
    rh_leg_terms leg = short_option(&b, RH_AT_MARK);
    leg.close = DAY0 + 5 * RH_HOUR;
    leg.close_price = RH_AT_ASK;
    bench_open(&b, (rh_book_terms){.rate = 0}, &leg, 1);
    assert_int_equal(bench_usual(&b, DAY0, 36000, 0.8), 1);
    assert_int_equal(rh_book_next_time(b.book), DAY0 + 5 * RH_HOUR);
    assert_int_equal(
        bench_say(&b, DAY0 + 4 * RH_HOUR, (tape_row){.instrument = b.option, .ask = 0.07}), 0);
    assert_int_equal(bench_tell(&b, DAY0 + 5 * RH_HOUR, NULL, 0), 0); /* an hour old */
    assert_false(rh_book_finished(b.book));
    assert_int_equal(
        bench_say(&b, DAY0 + 6 * RH_HOUR, (tape_row){.instrument = b.option, .ask = 0.08}), 1);
    assert_int_equal(b.changes[0].kind, RH_CHANGE_CLOSE);
    assert_true(b.changes[0].price == 0.08);
    assert_true(rh_book_finished(b.book));
    assert_true(rh_book_next_time(b.book) == RH_NEVER);
    bench_drop(&b);
}

/* ---- settlement ---- */

static void test_official_price_settles_every_leg_at_once(void **state) {
    bench b;
    (void)state;
    bench_make(&b);
    b.future = add_named(b.catalogue, "BTC-25JUN21");
    const rh_leg_terms legs[] = {
        {.instrument = b.option, .quantity = -10, .open_price = RH_AT_MARK},
        {.instrument = b.other, .quantity = 1, .open_price = RH_AT_MARK},
        {.instrument = b.linear, .quantity = 1, .open_price = RH_AT_MARK},
        {.instrument = b.future, .quantity = 10, .open_price = RH_AT_MARK}};
    bench_open(&b, (rh_book_terms){.settlement_window = 30 * RH_MIN}, legs, 4);
    const tape_row rows[] = {{.instrument = b.perpetual, .last = 36000},
                             {.instrument = b.option, .iv = 0.8},
                             {.instrument = b.other, .iv = 0.8},
                             {.instrument = b.linear, .iv = 0.8},
                             {.instrument = b.future, .last = 36100}};
    assert_int_equal(bench_tell(&b, DAY0, rows, 5), 4);
    const tape_row last[] = {{.instrument = b.perpetual, .last = 39000},
                             {.instrument = b.other, .settlement = 38000}};
    assert_int_equal(bench_tell(&b, EXPIRY, last, 2), 4);
    const double payoffs[] = {2000.0 / 38000, 2000.0 / 38000, 2000.0, 38000.0};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(b.changes[i].kind, RH_CHANGE_SETTLE);
        assert_int_equal(b.changes[i].evidence, RH_BY_MARK);
        assert_true(b.changes[i].delivery == 38000);
        assert_near(b.changes[i].price, payoffs[i], 1e-16 * payoffs[i]);
    }
    assert_true(rh_book_finished(b.book));
    bench_drop(&b);
}

/* A list of an index's delivery prices hangs on something that doesn't expire. */
static void test_official_price_of_the_day_may_come_with_the_perpetual(void **state) {
    bench b;
    (void)state;
    start(&b, (rh_leg_terms){.instrument = 0, .quantity = 1, .open_price = RH_AT_MARK});
    assert_int_equal(bench_usual(&b, DAY0, 36000, 0.8), 1);
    assert_int_equal(
        bench_say(&b, EXPIRY - RH_DAY, (tape_row){.instrument = b.perpetual, .settlement = 50000}),
        0); /* yesterday's */
    const tape_row last[] = {{.instrument = b.perpetual, .last = 39000},
                             {.instrument = b.perpetual, .settlement = 38000}};
    assert_int_equal(bench_tell(&b, EXPIRY, last, 2), 1);
    assert_true(b.changes[0].delivery == 38000);
    bench_drop(&b);
}

/* With an index every minute the venue's mean over the window is known; a step in the middle. */
static void mean_of_window(int spot_not_index) {
    bench b;
    bench_make(&b);
    if (spot_not_index)
        b.spot = add_spot(b.catalogue);
    const rh_leg_terms leg = short_option(&b, RH_AT_MARK);
    bench_open(&b, (rh_book_terms){.settlement_window = 30 * RH_MIN}, &leg, 1);
    assert_int_equal(bench_usual(&b, DAY0, 40000, 0.8), 1);
    for (rh_time now = EXPIRY - 40 * RH_MIN; now <= EXPIRY; now += RH_MIN) {
        const double s = now < EXPIRY - 10 * RH_MIN ? 40000.0 : 46000.0; /* a third of the time */
        tape_row rows[] = {{.instrument = b.perpetual, .last = 41000}, {.instrument = b.perpetual}};
        rows[1].index = spot_not_index ? 0 : s;
        if (spot_not_index)
            rows[1] = (tape_row){.instrument = b.spot, .last = s};
        const size_t changes = bench_tell(&b, now, rows, 2);
        const double left = fmin(1.0, (double)(EXPIRY - now) / (30.0 * (double)RH_MIN));
        if (changes == 0)
            assert_near(value_of(&b, 0)->remaining, left, 1e-15);
        if (now == EXPIRY - 15 * RH_MIN)
            assert_near(value_of(&b, 0)->forward, 40000, 1e-9);
        if (now == EXPIRY - 5 * RH_MIN)
            assert_near(value_of(&b, 0)->forward, (40000.0 * 20 + 46000.0 * 10) / 30, 1e-9);
    }
    assert_int_equal(b.n_changes, 1);
    assert_near(b.changes[0].delivery, 42000.0, 1e-9);
    assert_near(b.changes[0].price, 6000.0 / 42000.0, 1e-15);
    assert_int_equal(b.changes[0].evidence, spot_not_index ? RH_BY_TRADE : RH_BY_MARK);
    bench_drop(&b);
}

static void test_mean_of_the_window(void **state) {
    (void)state;
    mean_of_window(0);
    mean_of_window(1);
}

/* A leg that opens inside the window settles at the same mean as one that was there before. */
static void test_late_legs_settle_at_the_same_price(void **state) {
    bench b;
    (void)state;
    bench_make(&b);
    const rh_leg_terms legs[] = {short_option(&b, RH_AT_MARK),
                                 {.instrument = b.other,
                                  .quantity = 1,
                                  .open = EXPIRY - 5 * RH_MIN,
                                  .open_price = RH_AT_MARK}};
    bench_open(&b, (rh_book_terms){.settlement_window = 30 * RH_MIN}, legs, 2);
    assert_int_equal(bench_usual(&b, DAY0, 40000, 0.8), 1);
    for (rh_time now = EXPIRY - 40 * RH_MIN; now <= EXPIRY; now += RH_MIN) {
        const tape_row rows[] = {{.instrument = b.perpetual,
                                  .last = 41000,
                                  .index = now < EXPIRY - 10 * RH_MIN ? 3e4 : 6e4},
                                 {.instrument = b.other, .iv = 0.8}};
        (void)bench_tell(&b, now, rows, 2);
    }
    assert_int_equal(b.n_changes, 2);
    assert_near(b.changes[0].delivery, 40000, 1e-9);
    assert_true(b.changes[1].delivery == b.changes[0].delivery);
    bench_drop(&b);
}

/* Prices every hour say nothing of the mean over half an hour: the price at expiry counts, be it
 * the index or the hedge's own. */
static void coarse(int with_index) {
    bench b;
    bench_make(&b);
    const rh_leg_terms leg = short_option(&b, RH_AT_MARK);
    bench_open(&b, (rh_book_terms){.settlement_window = 30 * RH_MIN}, &leg, 1);
    assert_int_equal(bench_usual(&b, DAY0, 40000, 0.8), 1);
    for (rh_time now = EXPIRY - 3 * RH_HOUR; now <= EXPIRY; now += RH_HOUR) {
        const double price = now == EXPIRY ? 45000.0 : 40000.0;
        (void)bench_say(&b, now,
                        (tape_row){.instrument = b.perpetual,
                                   .last = price,
                                   .index = with_index ? price + 100 : 0});
    }
    assert_int_equal(b.n_changes, 1);
    assert_near(b.changes[0].delivery, with_index ? 45100 : 45000, 1e-9);
    assert_int_equal(b.changes[0].evidence, with_index ? RH_BY_MARK : RH_BY_TRADE);
    bench_drop(&b);
}

static void test_coarse_data_settle_at_the_price_at_expiry(void **state) {
    (void)state;
    coarse(0);
    coarse(1);
}

static void test_a_carried_index_is_no_index(void **state) {
    bench b;
    (void)state;
    start(&b, (rh_leg_terms){.instrument = 0, .quantity = 1, .open_price = RH_AT_MARK});
    const tape_row rows[] = {{.instrument = b.perpetual, .last = 40000, .index = 40400},
                             {.instrument = b.option, .iv = 0.8}};
    assert_int_equal(bench_tell(&b, EXPIRY - 2 * RH_HOUR, rows, 2), 1);
    assert_int_equal(bench_say(&b, EXPIRY, (tape_row){.instrument = b.perpetual, .last = 50000}),
                     1);
    assert_near(b.changes[0].delivery, 50500, 1e-9);
    assert_int_equal(b.changes[0].evidence, RH_BY_MODEL);
    bench_drop(&b);
}

/* Deribit: call delta 1.0, mark 0.3, after 15 of 30 minutes: .5 - .3 * .5 = .35 (formulas, 4). */
static void test_delta_decays_linearly_in_the_window(void **state) {
    bench b;
    (void)state;
    bench_make(&b);
    const rh_leg_terms leg = short_option(&b, RH_AT_MARK);
    bench_open(&b, (rh_book_terms){.settlement_window = 30 * RH_MIN}, &leg, 1);
    const double s = 36000 / 0.7; /* deep in the money at 1 % vol: delta 1, mark 0.3 */
    assert_int_equal(bench_usual(&b, EXPIRY - 32 * RH_MIN, s, 0.01), 1);
    for (int minute = 31; minute >= 15; minute--)
        (void)bench_say(&b, EXPIRY - minute * RH_MIN,
                        (tape_row){.instrument = b.perpetual, .last = s});
    const rh_book_value *value = rh_book_value_now(b.book);
    assert_near(value_of(&b, 0)->price, 0.3, 1e-12);
    assert_near(value->exposure_coin, -10 * 0.35, 1e-11);
    assert_near(value->exposure_usd, -10 * (0.5 + 0.3 * 0.5), 1e-11);
    bench_drop(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_yesterdays_quote_opens_nothing),
        cmocka_unit_test(test_it_opens_at_the_price_that_was_asked_for),
        cmocka_unit_test(test_mark_is_the_models_price),
        cmocka_unit_test(test_one_side_is_enough_for_that_side_only),
        cmocka_unit_test(test_what_cannot_be_priced_does_not_open),
        cmocka_unit_test(test_it_never_opens_at_or_after_expiry),
        cmocka_unit_test(test_it_closes_at_a_price_of_its_time),
        cmocka_unit_test(test_official_price_settles_every_leg_at_once),
        cmocka_unit_test(test_official_price_of_the_day_may_come_with_the_perpetual),
        cmocka_unit_test(test_mean_of_the_window),
        cmocka_unit_test(test_late_legs_settle_at_the_same_price),
        cmocka_unit_test(test_coarse_data_settle_at_the_price_at_expiry),
        cmocka_unit_test(test_a_carried_index_is_no_index),
        cmocka_unit_test(test_delta_decays_linearly_in_the_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
