/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The venues' rulebooks: rows, ticks and lots, fees with their caps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "instrument/venue.h"

#include <math.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static const rh_venue *venue(const char *name) {
    const rh_venue *found = rh_venue_find(name, 0);
    assert_non_null(found);
    return found;
}

static rh_instrument instrument(const char *name) {
    rh_instrument found;
    if (rh_instrument_from_name(name, &found) != 0)
        fail_msg("%s", name);
    return found;
}

static void near(double value, double wanted) {
    if (!(fabs(value - wanted) <= 1e-15 * fmax(1.0, fabs(wanted))))
        fail_msg("%.17g, not %.17g", value, wanted);
}

static void the_table_is_in_order(void **state) {
    size_t count;
    const rh_venue *rows = rh_venues(&count);
    (void)state;
    assert_true(count >= 3);
    for (size_t i = 0; i < count; i++) {
        assert_true(rows[i].name && *rows[i].name && rows[i].summary && *rows[i].summary);
        assert_non_null(rows[i].source);
        assert_true(strcmp(rows[i].name, "none") == 0 || *rows[i].source);
        assert_true(rows[i].settlement_window >= 0);
        const rh_costs *c = &rows[i].costs;
        assert_true(c->option >= 0.0 && c->option_cap >= 0.0 && c->delivery >= 0.0);
        assert_true(fabs(c->maker) < 0.01 && fabs(c->taker) < 0.01 && c->maker <= c->taker);
        if (i > 0 && strcmp(rows[i].name, rows[i - 1].name) == 0)
            assert_true(rows[i].from > rows[i - 1].from);
        for (size_t j = 0; j + 1 < i; j++) /* rows of one venue stand together */
            assert_true(strcmp(rows[i].name, rows[j].name) != 0 ||
                        strcmp(rows[i].name, rows[i - 1].name) == 0);
    }
}

static void rows_are_found_by_name_and_time(void **state) {
    (void)state;
    assert_null(rh_venue_find("nowhere", 0));
    assert_null(rh_venue_find("", 0));
    assert_null(rh_venue_find("Deribit", 0));
    assert_string_equal(rh_venue_find("deribit", RH_DAWN)->name, "deribit");
    assert_string_equal(rh_venue_find("deribit", RH_NEVER)->name, "deribit");
    assert_int_equal(venue("none")->funding, RH_FUNDING_DISCRETE);
    assert_int_equal(venue("deribit")->funding, RH_FUNDING_CONTINUOUS);
    assert_int_equal(venue("binance")->funding, RH_FUNDING_DISCRETE);
    assert_true(venue("none")->settlement_window == 0);
    assert_true(venue("deribit")->settlement_window == 30 * RH_MIN);
}

static void ticks_and_lots_come_from_the_venue(void **state) {
    static const struct {
        const char *venue, *name;
        double tick, lot;
    } cases[] = {
        {"deribit", "BTC-25JUN21-36000-C", 0.0001, 0.1},
        {"deribit", "ETH-25JUN21-3600-C", 0.0001, 1.0},
        {"deribit", "BTC-PERPETUAL", 0.5, 10.0},
        {"deribit", "ETH-PERPETUAL", 0.05, 1.0},
        {"binance", "BTCUSD_PERP", 0.1, 100.0},
        {"binance", "SOLUSD_PERP", 0.0, 10.0},
        {"binance", "BTCUSDT", 0.1, 0.001},
        {"none", "BTC-PERPETUAL", 0.0, 0.0},
        {"deribit", "SOL_USDC-25SEP26-78-C", 0.0, 0.0}, /* not in the table: unknown, not guessed */
        {"deribit", "BTCUSDT", 0.0, 0.0},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        rh_instrument found = instrument(cases[i].name);
        rh_venue_apply(venue(cases[i].venue), &found);
        assert_true(found.tick == cases[i].tick);
        assert_true(found.lot == cases[i].lot);
    }
}

/* Deribit, fees of BTC options: 0.0003 BTC an option, at most 12.5 % of its price; the venue's
 * examples of prices 0.05, 0.0001 and 0.0025. */
static void deribit_caps_option_fees(void **state) {
    const rh_costs *costs = &venue("deribit")->costs;
    const rh_instrument call = instrument("BTC-25JUN21-100000-C");
    (void)state;
    near(rh_fee(costs, &call, 1, 0.05, 60000, 0), 0.0003);
    near(rh_fee(costs, &call, 1, 0.0001, 60000, 0), 0.0000125);
    near(rh_fee(costs, &call, 10, 0.0025, 60000, 0), 0.003);
    near(rh_fee(costs, &call, -10, 0.0025, 60000, 1), 0.003); /* maker pays the same */
    near(rh_fee(costs, &call, 1, 0.0024, 60000, 0), 0.0003);  /* where the cap begins */
    near(rh_fee(costs, &call, 1, 0.0, 60000, 0), 0.0);
    near(rh_fee(costs, &call, 0, 0.05, 60000, 0), 0.0);
}

/* Deribit: 10,000 USD of the perpetual at 100,000 costs a taker 0.00005 BTC. */
static void fees_of_perpetuals(void **state) {
    const rh_costs *deribit = &venue("deribit")->costs, *binance = &venue("binance")->costs;
    const rh_instrument inverse = instrument("BTC-PERPETUAL"), linear = instrument("BTCUSDT");
    (void)state;
    near(rh_fee(deribit, &inverse, 10000, 100000, 100000, 0), 0.00005);
    near(rh_fee(deribit, &inverse, -10000, 100000, 100000, 0), 0.00005);
    near(rh_fee(deribit, &inverse, 10000, 100000, 100000, 1), 0.0);
    near(rh_fee(binance, &linear, -0.5, 60000, 60000, 0), 15.0); /* 0.05 % of 30,000 */
    near(rh_fee(binance, &linear, 0.5, 60000, 60000, 1), 6.0);
    const rh_costs rebate = {.maker = -0.0001};
    near(rh_fee(&rebate, &linear, 1, 60000, 60000, 1), -6.0);
}

static void linear_options_pay_on_the_underlying(void **state) {
    const rh_costs *binance = &venue("binance")->costs;
    const rh_instrument call = instrument("BTC-250913-116000-C");
    (void)state;
    near(rh_fee(binance, &call, 2, 5000, 100000, 0), 60.0); /* 0.03 % of 100,000, twice */
    near(rh_fee(binance, &call, 2, 10, 100000, 0), 2.0);    /* 10 % of the price, twice */
}

static void no_cap_caps_nothing(void **state) {
    const rh_costs costs = {.option = 0.0003, .delivery = 0.00015};
    const rh_instrument call = instrument("BTC-25JUN21-100000-C");
    (void)state;
    near(rh_fee(&costs, &call, 1, 0.0001, 60000, 0), 0.0003);
    near(rh_delivery_fee(&costs, &call, 1, 0.0001, 60000), 0.00015);
}

static void multipliers_count(void **state) {
    const rh_costs costs = {.taker = 0.001, .option = 0.0003};
    rh_instrument perpetual = instrument("BTC-PERPETUAL"), option = instrument("BTC-25JUN21-1-C");
    (void)state;
    perpetual.multiplier = 10;
    option.multiplier = 0.1;
    near(rh_fee(&costs, &perpetual, 100, 50000, 50000, 0), 0.00002);
    near(rh_fee(&costs, &option, 10, 0.9, 50000, 0), 0.0003);
    near(rh_delivery_fee(&(rh_costs){.delivery = 0.00015}, &option, 10, 0.9, 50000), 0.00015);
}

static void delivery_costs_only_in_the_money(void **state) {
    const rh_costs *costs = &venue("deribit")->costs;
    const rh_instrument inverse = instrument("BTC-25JUN21-36000-C");
    const rh_instrument linear = instrument("SOL_USDC-25SEP26-78-C");
    (void)state;
    near(rh_delivery_fee(costs, &inverse, -10, 0.2, 45000), 0.0015);
    near(rh_delivery_fee(costs, &inverse, 1, 0.0008, 45000), 0.0001); /* 12.5 % of the payoff */
    near(rh_delivery_fee(costs, &inverse, 1, 0.0, 45000), 0.0);
    near(rh_delivery_fee(costs, &inverse, 1, (double)NAN, 45000), 0.0);
    near(rh_delivery_fee(costs, &linear, 3, 22, 100), 3 * 0.015);
    near(rh_delivery_fee(costs, &linear, 3, 0.08, 100), 3 * 0.01);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_in_order),
        cmocka_unit_test(rows_are_found_by_name_and_time),
        cmocka_unit_test(ticks_and_lots_come_from_the_venue),
        cmocka_unit_test(deribit_caps_option_fees),
        cmocka_unit_test(fees_of_perpetuals),
        cmocka_unit_test(linear_options_pay_on_the_underlying),
        cmocka_unit_test(no_cap_caps_nothing),
        cmocka_unit_test(multipliers_count),
        cmocka_unit_test(delivery_costs_only_in_the_money),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
