/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programmes that renew a position: what they choose, when they trade, when they wait. */
#include "bench_of_books.h"

#define JUN11 "BTC-11JUN21-"
#define JUN25 "BTC-25JUN21-"

/* A chain of two expiries, 11 and 25 June, strikes 34000 to 38000. */
enum { STRIKES = 3, NEAR = 0, FAR = 1, CALL = 0, PUT = 1 };
static const rh_time NEAR_EXPIRY = DAY0 + 10 * RH_DAY + 8 * RH_HOUR;

typedef struct {
    bench b;
    uint32_t option[2][STRIKES][2];
} chain;

static void make(chain *c, const rh_roll_terms *roll) {
    static const rh_values none;
    const char *near = NULL;
    char name[RH_NAME_MAX];
    *c = (chain){.b = {.catalogue = rh_catalogue_new()}};
    assert_int_equal(rh_registry_new(&c->b.registry, NULL), RH_OK);
    c->b.perpetual = add_named(c->b.catalogue, "BTC-PERPETUAL");
    for (int e = 0; e < 2; e++)
        for (int k = 0; k < STRIKES; k++)
            for (int w = 0; w < 2; w++) {
                (void)snprintf(name, sizeof name, "%s%d-%c", e == NEAR ? JUN11 : JUN25,
                               34000 + 2000 * k, w == CALL ? 'C' : 'P');
                c->option[e][k][w] = add_named(c->b.catalogue, name);
            }
    const rh_book_terms terms = {.rolls = roll,
                                 .n_rolls = 1,
                                 .hedge = c->b.perpetual,
                                 .ratio = rh_registry_find_ratio(c->b.registry, "black", &near),
                                 .ratio_values = &none,
                                 .max_age = RH_DAY};
    c->b.market = rh_market_new(c->b.catalogue, RH_FUNDING_NONE);
    assert_int_equal(rh_book_new(&terms, c->b.market, &c->b.book, NULL), RH_OK);
}

static rh_roll_terms sell(rh_roll_structure structure, int64_t tenor, int64_t every) {
    return (rh_roll_terms){.structure = structure,
                           .level = 1.0,
                           .quantity = -10,
                           .tenor = tenor,
                           .every = every,
                           .settle = RH_INVERSE,
                           .open = DAY0,
                           .close = RH_NEVER,
                           .open_price = RH_AT_BID,
                           .close_price = RH_AT_ASK};
}

static tape_row quoted(uint32_t instrument) {
    return (tape_row){.instrument = instrument, .bid = 0.04, .ask = 0.05, .iv = 0.8};
}

/* Every option of the chain and the perpetual, in one instant; the number of changes. */
static size_t say_chain(chain *c, rh_time now, double price) {
    tape_row rows[1 + 4 * STRIKES] = {{.instrument = c->b.perpetual, .last = price}};
    size_t n = 1;
    for (int e = 0; e < 2; e++)
        for (int k = 0; k < STRIKES; k++)
            for (int w = 0; w < 2; w++)
                if (e == FAR || now < NEAR_EXPIRY)
                    rows[n++] = quoted(c->option[e][k][w]);
    return bench_tell(&c->b, now, rows, n);
}

static uint32_t changed(const chain *c, size_t i) {
    return rh_book_leg(c->b.book, c->b.changes[i].leg)->terms.instrument;
}

static void assert_change(const chain *c, size_t i, rh_change_kind kind, uint32_t instrument,
                          double price) {
    assert_int_equal(c->b.changes[i].kind, kind);
    assert_int_equal(changed(c, i), instrument);
    assert_true(c->b.changes[i].price == price);
}

/* ---- choosing ---- */

static void test_the_nearest_expiry_and_strike_are_taken(void **state) {
    static const struct {
        int64_t tenor;
        double price;
        int expiry, strike;
    } cases[] = {{10 * RH_DAY, 35100, NEAR, 1}, /* 35100 is nearer to 36000 in logarithms */
                 {17 * RH_DAY, 34900, NEAR, 0}, /* 17 d 8 h is half-way */
                 {18 * RH_DAY, 37100, FAR, 2},
                 {17 * RH_DAY + 8 * RH_HOUR, 36000, FAR, 1}, /* of two equally near the later */
                 {300 * RH_DAY, 90000, FAR, 2}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        chain c;
        const rh_roll_terms roll = sell(RH_ROLL_CALL, cases[i].tenor, 7 * RH_DAY);
        make(&c, &roll);
        assert_int_equal(say_chain(&c, DAY0, cases[i].price), 1);
        assert_change(&c, 0, RH_CHANGE_OPEN, c.option[cases[i].expiry][cases[i].strike][CALL],
                      0.04);
        bench_drop(&c.b);
    }
}

static void test_a_straddle_needs_both_rights_of_one_strike(void **state) {
    chain c;
    const rh_roll_terms roll = sell(RH_ROLL_STRADDLE, 10 * RH_DAY, 7 * RH_DAY);
    (void)state;
    make(&c, &roll);
    /* the put of the nearest strike isn't listed */
    const tape_row rows[] = {{.instrument = c.b.perpetual, .last = 36000},
                             quoted(c.option[NEAR][1][CALL]),
                             quoted(c.option[NEAR][2][CALL]),
                             quoted(c.option[NEAR][2][PUT])};
    assert_int_equal(bench_tell(&c.b, DAY0, rows, 4), 2);
    assert_change(&c, 0, RH_CHANGE_OPEN, c.option[NEAR][2][CALL], 0.04);
    assert_change(&c, 1, RH_CHANGE_OPEN, c.option[NEAR][2][PUT], 0.04);
    bench_drop(&c.b);
}

static void test_a_strangle_lies_on_both_sides_of_the_forward(void **state) {
    chain c;
    rh_roll_terms roll = sell(RH_ROLL_STRANGLE, 10 * RH_DAY, 7 * RH_DAY);
    (void)state;
    roll.level = 1.06;
    make(&c, &roll);
    assert_int_equal(say_chain(&c, DAY0, 36000), 2);
    assert_int_equal(changed(&c, 0), c.option[NEAR][2][CALL]);
    assert_int_equal(changed(&c, 1), c.option[NEAR][0][PUT]);
    bench_drop(&c.b);
}

static void test_a_delta_is_looked_for_among_known_volatilities(void **state) {
    chain c;
    rh_roll_terms roll = sell(RH_ROLL_PUT, 10 * RH_DAY, 7 * RH_DAY);
    (void)state;
    roll.strike = RH_STRIKE_BY_DELTA;
    roll.level = fabs(oracle_delta(-1, 36000, 34000, (10 + 8 / 24.0) / 365, 0.8)) + 0.01;
    make(&c, &roll);
    assert_int_equal(say_chain(&c, DAY0, 36000), 1);
    assert_int_equal(changed(&c, 0), c.option[NEAR][0][PUT]);
    bench_drop(&c.b);
}

static void test_what_was_not_seen_for_a_day_is_not_listed(void **state) {
    chain c;
    const rh_roll_terms roll = sell(RH_ROLL_CALL, 10 * RH_DAY, 7 * RH_DAY);
    (void)state;
    make(&c, &roll);
    assert_int_equal(bench_say(&c.b, DAY0 - 2 * RH_DAY, quoted(c.option[NEAR][1][CALL])), 0);
    const tape_row rows[] = {{.instrument = c.b.perpetual, .last = 36000},
                             quoted(c.option[FAR][1][CALL])};
    assert_int_equal(bench_tell(&c.b, DAY0, rows, 2), 1);
    assert_int_equal(changed(&c, 0), c.option[FAR][1][CALL]);
    bench_drop(&c.b);
}

/* ---- rolling ---- */

static void test_it_waits_for_a_price_of_its_choice_since_it_was_due(void **state) {
    chain c;
    const rh_roll_terms roll = sell(RH_ROLL_CALL, 10 * RH_DAY, 7 * RH_DAY);
    (void)state;
    make(&c, &roll);
    assert_int_equal(say_chain(&c, DAY0 - RH_HOUR, 36000), 0);
    assert_int_equal(rh_book_next_time(c.b.book), DAY0);
    assert_int_equal(bench_tell(&c.b, DAY0, NULL, 0), 0); /* the clock alone tells no price */
    assert_int_equal(bench_say(&c.b, DAY0 + 1, quoted(c.option[NEAR][0][CALL])), 0);
    assert_int_equal(bench_say(&c.b, DAY0 + 2, quoted(c.option[NEAR][1][CALL])), 1);
    assert_change(&c, 0, RH_CHANGE_OPEN, c.option[NEAR][1][CALL], 0.04);
    assert_int_equal(rh_book_rolls(c.b.book, 0), 1);
    bench_drop(&c.b);
}

static void test_the_old_position_closes_when_the_new_one_opens(void **state) {
    chain c;
    const rh_roll_terms roll = sell(RH_ROLL_STRADDLE, 14 * RH_DAY, 7 * RH_DAY);
    (void)state;
    make(&c, &roll);
    assert_int_equal(say_chain(&c, DAY0, 36000), 2);
    assert_int_equal(say_chain(&c, DAY0 + 7 * RH_DAY - RH_HOUR, 38000), 0);
    assert_int_equal(rh_book_next_time(c.b.book), DAY0 + 7 * RH_DAY);
    assert_int_equal(say_chain(&c, DAY0 + 7 * RH_DAY, 38000), 4);
    int opened = 0, closed = 0;
    for (size_t i = 0; i < 4; i++) {
        const int open = c.b.changes[i].kind == RH_CHANGE_OPEN;
        opened += open && changed(&c, i) >= c.option[FAR][2][CALL];
        closed += !open && c.b.changes[i].price == 0.05;
    }
    assert_int_equal(opened, 2);
    assert_int_equal(closed, 2);
    assert_int_equal(rh_book_value_now(c.b.book)->n_open, 2);
    assert_true(rh_book_value_now(c.b.book)->size_options == 20.0);
    bench_drop(&c.b);
}

static void test_the_same_choice_is_kept_and_costs_nothing(void **state) {
    chain c;
    const rh_roll_terms roll = sell(RH_ROLL_CALL, 24 * RH_DAY, RH_DAY);
    (void)state;
    make(&c, &roll);
    assert_int_equal(say_chain(&c, DAY0, 36000), 1);
    for (int day = 1; day < 5; day++)
        assert_int_equal(say_chain(&c, DAY0 + day * RH_DAY, 36100), 0);
    assert_int_equal(rh_book_rolls(c.b.book, 0), 5);
    assert_int_equal(rh_book_next_time(c.b.book), DAY0 + 5 * RH_DAY);
    bench_drop(&c.b);
}

static void test_without_every_it_rolls_at_expiry(void **state) {
    chain c;
    const rh_roll_terms roll = sell(RH_ROLL_CALL, 10 * RH_DAY, 0);
    (void)state;
    make(&c, &roll);
    assert_int_equal(say_chain(&c, DAY0, 36000), 1);
    assert_int_equal(rh_book_next_time(c.b.book), NEAR_EXPIRY);
    assert_int_equal(say_chain(&c, NEAR_EXPIRY, 38500), 2);
    assert_int_equal(c.b.changes[0].kind, RH_CHANGE_SETTLE);
    assert_change(&c, 1, RH_CHANGE_OPEN, c.option[FAR][2][CALL], 0.04);
    assert_false(rh_book_finished(c.b.book));
    bench_drop(&c.b);
}

static void test_it_ends_at_its_close(void **state) {
    chain c;
    rh_roll_terms roll = sell(RH_ROLL_CALL, 24 * RH_DAY, 2 * RH_DAY);
    (void)state;
    roll.close = DAY0 + 3 * RH_DAY;
    make(&c, &roll);
    assert_int_equal(say_chain(&c, DAY0, 36000), 1);
    assert_int_equal(say_chain(&c, DAY0 + 2 * RH_DAY, 36000), 0);
    assert_int_equal(rh_book_next_time(c.b.book), DAY0 + 3 * RH_DAY);
    assert_int_equal(say_chain(&c, DAY0 + 3 * RH_DAY, 36000), 1);
    assert_int_equal(c.b.changes[0].kind, RH_CHANGE_CLOSE);
    assert_true(rh_book_finished(c.b.book));
    assert_int_equal(say_chain(&c, DAY0 + 4 * RH_DAY, 36000), 0);
    bench_drop(&c.b);
}

static void test_a_missed_time_is_not_made_up_for(void **state) {
    chain c;
    const rh_roll_terms roll = sell(RH_ROLL_CALL, 10 * RH_DAY, RH_DAY);
    (void)state;
    make(&c, &roll);
    assert_int_equal(say_chain(&c, DAY0, 36000), 1);
    assert_int_equal(say_chain(&c, DAY0 + 3 * RH_DAY + RH_HOUR, 38000), 2); /* days without data */
    assert_int_equal(rh_book_next_time(c.b.book), DAY0 + 4 * RH_DAY);
    bench_drop(&c.b);
}

static void test_it_needs_options_to_choose_from(void **state) {
    rh_error error = {.text = ""};
    chain c;
    rh_roll_terms roll = sell(RH_ROLL_CALL, 10 * RH_DAY, 0);
    const char *near = NULL;
    static const rh_values none;
    rh_book *book = NULL;
    (void)state;
    make(&c, &roll);
    roll.settle = RH_LINEAR;
    const rh_book_terms terms = {.rolls = &roll,
                                 .n_rolls = 1,
                                 .hedge = c.b.perpetual,
                                 .ratio = rh_registry_find_ratio(c.b.registry, "black", &near),
                                 .ratio_values = &none};
    assert_int_equal(rh_book_new(&terms, c.b.market, &book, &error), RH_BAD_DATA);
    assert_string_equal(error.text, "the data list no option to roll into");
    bench_drop(&c.b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_nearest_expiry_and_strike_are_taken),
        cmocka_unit_test(test_a_straddle_needs_both_rights_of_one_strike),
        cmocka_unit_test(test_a_strangle_lies_on_both_sides_of_the_forward),
        cmocka_unit_test(test_a_delta_is_looked_for_among_known_volatilities),
        cmocka_unit_test(test_what_was_not_seen_for_a_day_is_not_listed),
        cmocka_unit_test(test_it_waits_for_a_price_of_its_choice_since_it_was_due),
        cmocka_unit_test(test_the_old_position_closes_when_the_new_one_opens),
        cmocka_unit_test(test_the_same_choice_is_kept_and_costs_nothing),
        cmocka_unit_test(test_without_every_it_rolls_at_expiry),
        cmocka_unit_test(test_it_ends_at_its_close),
        cmocka_unit_test(test_a_missed_time_is_not_made_up_for),
        cmocka_unit_test(test_it_needs_options_to_choose_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
