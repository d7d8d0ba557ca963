/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contracts from their names, and what they pay: names against the venues' rules, payoffs and
 * gains against worked examples. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "instrument/catalogue.h"
#include "instrument/evidence.h"
#include "instrument/instrument.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* ---- names ---- */

static void names_say_the_terms(void **state) {
    static const struct {
        const char *name, *underlying;
        rh_kind kind;
        rh_settle settle;
        int right;
        double strike;
        const char *expiry; /* NULL: never */
    } cases[] = {
        /* Deribit */
        {"BTC-25JUN21-36000-C", "BTC", RH_OPTION, RH_INVERSE, 1, 36000, "2021-06-25T08:00:00Z"},
        {"BTC-9JUN20-9875-P", "BTC", RH_OPTION, RH_INVERSE, -1, 9875, "2020-06-09T08:00:00Z"},
        {"ETH-29FEB24-2500-P", "ETH", RH_OPTION, RH_INVERSE, -1, 2500, "2024-02-29T08:00:00Z"},
        {"SOL_USDC-25SEP26-78-C", "SOL", RH_OPTION, RH_LINEAR, 1, 78, "2026-09-25T08:00:00Z"},
        {"AVAX_USDC-29MAY26-8D6-P", "AVAX", RH_OPTION, RH_LINEAR, -1, 8.6, "2026-05-29T08:00:00Z"},
        {"XRP_USDC-29MAY26-0d525-C", "XRP", RH_OPTION, RH_LINEAR, 1, 0.525, "2026-05-29T08:00:00Z"},
        {"BTC_USDC-31DEC26-100000-C", "BTC", RH_OPTION, RH_LINEAR, 1, 1e5, "2026-12-31T08:00:00Z"},
        {"BTC-PERPETUAL", "BTC", RH_PERPETUAL, RH_INVERSE, 0, 0, NULL},
        {"SOL_USDC-PERPETUAL", "SOL", RH_PERPETUAL, RH_LINEAR, 0, 0, NULL},
        {"BTC-25JUN21", "BTC", RH_FUTURE, RH_INVERSE, 0, 0, "2021-06-25T08:00:00Z"},
        {"BTC-4JUN21", "BTC", RH_FUTURE, RH_INVERSE, 0, 0, "2021-06-04T08:00:00Z"},
        {"SOL_USDC-25SEP26", "SOL", RH_FUTURE, RH_LINEAR, 0, 0, "2026-09-25T08:00:00Z"},
        /* Binance */
        {"BTC-250913-116000-C", "BTC", RH_OPTION, RH_LINEAR, 1, 116000, "2025-09-13T08:00:00Z"},
        {"DOGE-240119-0.085-P", "DOGE", RH_OPTION, RH_LINEAR, -1, 0.085, "2024-01-19T08:00:00Z"},
        {"BTCUSD_PERP", "BTC", RH_PERPETUAL, RH_INVERSE, 0, 0, NULL},
        {"BTCUSD_210625", "BTC", RH_FUTURE, RH_INVERSE, 0, 0, "2021-06-25T08:00:00Z"},
        {"BTCUSDT", "BTC", RH_PERPETUAL, RH_LINEAR, 0, 0, NULL},
        {"ETHUSDC", "ETH", RH_PERPETUAL, RH_LINEAR, 0, 0, NULL},
        {"1000SHIBUSDT", "1000SHIB", RH_PERPETUAL, RH_LINEAR, 0, 0, NULL},
        {"BTCUSDT_210625", "BTC", RH_FUTURE, RH_LINEAR, 0, 0, "2021-06-25T08:00:00Z"},
        /* OKX */
        {"BTC-USD-210625-36000-C", "BTC", RH_OPTION, RH_INVERSE, 1, 36000, "2021-06-25T08:00:00Z"},
        {"ETH-USDC-240119-2500-P", "ETH", RH_OPTION, RH_LINEAR, -1, 2500, "2024-01-19T08:00:00Z"},
        {"BTC-USD-SWAP", "BTC", RH_PERPETUAL, RH_INVERSE, 0, 0, NULL},
        {"BTC-USDT-SWAP", "BTC", RH_PERPETUAL, RH_LINEAR, 0, 0, NULL},
        {"BTC-USD-210625", "BTC", RH_FUTURE, RH_INVERSE, 0, 0, "2021-06-25T08:00:00Z"},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        rh_instrument found;
        char text[RH_TIME_TEXT];
        if (rh_instrument_from_name(cases[i].name, &found) != 0)
            fail_msg("%s was refused", cases[i].name);
        assert_string_equal(found.name, cases[i].name);
        assert_string_equal(found.underlying, cases[i].underlying);
        assert_string_equal(rh_kind_text(found.kind), rh_kind_text(cases[i].kind));
        assert_string_equal(rh_settle_text(found.settle), rh_settle_text(cases[i].settle));
        assert_int_equal(found.right, cases[i].right);
        assert_true(found.strike == cases[i].strike);
        assert_true(found.multiplier == 1.0 && found.tick == 0.0 && found.lot == 0.0);
        if (!cases[i].expiry)
            assert_true(found.expiry == RH_NEVER);
        else
            assert_string_equal(rh_time_text(found.expiry, text), cases[i].expiry);
    }
}

static void other_names_are_refused(void **state) {
    static const char *const names[] = {
        "",
        "-",
        "--",
        "BTC",
        "BTC-",
        "-BTC",
        "BTC--PERPETUAL",
        "BTC-PERP",
        "BTC-perpetual",
        "PERPETUAL",
        "USDT",
        "USD_PERP",
        "USDT_210625",
        "BTCUSD",
        "BTCEUR",
        "BTCUSD_",
        "BTCUSD_PERP_",
        "BTCUSD_PERPETUAL",
        "BTCUSD_21062",
        "BTC-EUR-SWAP",
        "BTC-USD-PERPETUAL",
        "BTC-USD-21JUN25",
        "BTC-USD-25JUN21-36000-C",
        "BTC-USD-210625-36000-X",
        "BTCUSD_2106255",
        "BTCUSD_210631",
        "BTCUSD_211325",
        "BTCUSD_21O625",
        "BTC-25JUN21-36000",
        "BTC-25JUN21-36000-X",
        "BTC-25JUN21-36000-c",
        "BTC-25JUN21-36000-CALL",
        "BTC-25JUN21-C",
        "BTC-25JUN21--C",
        "BTC-25JUN21-36000-C-X",
        "BTC-25JUN21-36000-C-",
        "BTC-25JUN21-0-C",
        "BTC-25JUN21-x-C",
        "BTC-25JUN21-1e5-C",
        "BTC-25JUN21-+5-C",
        "BTC-25JUN21-8d6d5-C",
        "BTC-25JUN21-d-C",
        "BTC-25JUN21-nan-C",
        "BTC-25JUNE21-36000-C",
        "BTC-25JUX21-36000-C",
        "BTC-25jun21-36000-C",
        "BTC-JUN21-36000-C",
        "BTC-31JUN21-36000-C",
        "BTC-0JUN21-36000-C",
        "BTC-29FEB23-36000-C",
        "BTC-25JUN2X",
        "BTC-25JUNXX",
        "BTC-2XJUN21",
        "BTC-XJUN21",
        "BTC-25JUN2021",
        "BTC-25JUN2X-36000-C",
        "BTC-25JUN-1-36000-C",
        "BTC-2509131-116000-C",
        "BTC-251313-116000-C",
        "BTC-250931-1-C",
        "BTC_-PERPETUAL",
        "_USDC-PERPETUAL",
        "BTC_-25JUN21-36000-C",
        "ABCDEFGHIJKLMNOP-PERPETUAL",                      /* underlying of 16 bytes */
        "ABCDEFGHIJKLMNOPUSDT",                            /* the same */
        "BTC-25JUN21-000000000000000000000000000036000-C", /* 48 bytes */
        "BTC-25JUN21-000000000000000000000000036000.0-C-",
        "SPY",
        "AAPL 210618C00130000",
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(names); i++) {
        rh_instrument found;
        if (rh_instrument_from_name(names[i], &found) == 0)
            fail_msg("'%s' was read as a %s on %s", names[i], rh_kind_text(found.kind),
                     found.underlying);
    }
}

/* Every prefix and every name with one byte changed is either refused or a contract with sane
 * terms; nothing is read past the end. */
static void damaged_names_do_no_harm(void **state) {
    static const char *const names[] = {"BTC-25JUN21-36000-C", "SOL_USDC-25SEP26-8d6-P",
                                        "BTC-250913-116000-C", "BTCUSD_210625", "BTCUSDT"};
    (void)state;
    for (size_t i = 0; i < LENGTH(names); i++)
        for (size_t position = 0; position < strlen(names[i]); position++)
            for (int byte = 0; byte < 256; byte++) {
                char name[RH_NAME_MAX];
                rh_instrument found;
                (void)snprintf(name, sizeof name, "%s", names[i]);
                name[position] = (char)byte;
                if (rh_instrument_from_name(name, &found) != 0)
                    continue;
                assert_true(*found.underlying);
                assert_true(found.kind != RH_OPTION || (found.right != 0 && found.strike > 0.0));
                assert_true(found.expiry == RH_NEVER || found.expiry >= INT64_C(946684800) * RH_S);
                assert_string_equal(found.name, name);
            }
}

/* ---- payoffs ---- */

/* Inverse options: Deribit's worked examples (coin = max(w (S - K), 0) / S). */
static void inverse_options_pay_coin(void **state) {
    static const struct {
        int right;
        double strike, delivery, coin;
    } cases[] = {
        {1, 100000, 125000, 0.2},   {-1, 100000, 80000, 0.25}, {1, 10000, 12500, 0.2},
        {-1, 10000, 5000, 1.0},     {1, 100000, 100000, 0.0},  {1, 100000, 99999, 0.0},
        {-1, 60000, 60000.01, 0.0},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const rh_instrument option = {.kind = RH_OPTION,
                                      .settle = RH_INVERSE,
                                      .right = cases[i].right,
                                      .strike = cases[i].strike};
        assert_true(rh_payoff_settled(&option, cases[i].delivery) == cases[i].coin);
    }
    const rh_instrument put = {
        .kind = RH_OPTION, .settle = RH_INVERSE, .right = -1, .strike = 60000};
    assert_true(fabs(rh_payoff_settled(&put, 59999.99) - 0.0000001666666944) < 1e-15);
}

static void linear_options_pay_usd(void **state) {
    const rh_instrument call = {.kind = RH_OPTION, .settle = RH_LINEAR, .right = 1, .strike = 78};
    const rh_instrument put = {.kind = RH_OPTION, .settle = RH_LINEAR, .right = -1, .strike = 78};
    (void)state;
    assert_true(rh_payoff(&call, 80.5) == 2.5 && rh_payoff_settled(&call, 80.5) == 2.5);
    assert_true(rh_payoff(&put, 80.5) == 0.0 && rh_payoff_settled(&put, 70.0) == 8.0);
    assert_true(rh_payoff(&put, 0.0) == 78.0);
    assert_true(isnan(rh_payoff(&call, (double)NAN)));
    assert_true(isnan(rh_payoff_settled(&put, (double)NAN)));
}

/* Published profit examples of inverse and linear perpetuals: size (1/entry - 1/exit) coin, size
 * (exit - entry) USD. */
static void perpetuals_gain(void **state) {
    static const struct {
        double size, entry, exit, coin;
    } inverse[] = {{100000, 60000, 66000, 0.15151515151515151515},
                   {-100000, 60000, 54000, 0.18518518518518518519},
                   {10, 3000, 3300, 0.00030303030303030303}};
    const rh_instrument perpetual = {.kind = RH_PERPETUAL, .settle = RH_INVERSE, .multiplier = 1};
    const rh_instrument linear = {.kind = RH_PERPETUAL, .settle = RH_LINEAR, .multiplier = 1};
    (void)state;
    for (size_t i = 0; i < LENGTH(inverse); i++) {
        double coin = rh_variation(&perpetual, inverse[i].size, inverse[i].entry, inverse[i].exit);
        assert_true(fabs(coin / inverse[i].coin - 1.0) < 1e-14);
        double usd = inverse[i].size * (inverse[i].exit / inverse[i].entry - 1.0);
        assert_true(fabs(coin * inverse[i].exit - usd) < 1e-11 * fabs(usd));
    }
    assert_true(rh_variation(&linear, -2.5, 60000, 66000) == -15000.0);
    assert_true(rh_variation(&linear, 2.5, 60000, 60000) == 0.0);
}

static void exposures_and_quantities_are_inverses(void **state) {
    const rh_instrument inverse = {.kind = RH_PERPETUAL, .settle = RH_INVERSE, .multiplier = 1};
    const rh_instrument contracts = {.kind = RH_FUTURE, .settle = RH_INVERSE, .multiplier = 10};
    const rh_instrument linear = {.kind = RH_SPOT, .settle = RH_LINEAR, .multiplier = 0.01};
    (void)state;
    assert_true(rh_exposure(&inverse, 100000, 50000) == 2.0);
    assert_true(rh_exposure(&inverse, -100000, 50000) == -2.0);
    assert_true(rh_quantity_for(&inverse, -2.0, 50000) == -100000.0);
    assert_true(rh_exposure(&contracts, 10000, 50000) == 2.0);
    assert_true(rh_quantity_for(&contracts, 2.0, 50000) == 10000.0);
    assert_true(rh_exposure(&linear, 300, 50000) == 3.0);
    assert_true(fabs(rh_quantity_for(&linear, 3.0, 50000) - 300.0) < 1e-12);
    assert_true(rh_notional_usd(&inverse, -100000, 50000) == 100000.0);
    assert_true(rh_notional_usd(&contracts, 10, 50000) == 100.0);
    assert_true(rh_notional_usd(&linear, -300, 50000) == 150000.0);
}

/* The exposure is the slope of the gain: d (q (1/p0 - 1/p)) p / dp at p0, and q for linear. */
static void exposure_is_the_slope_of_the_gain(void **state) {
    const rh_instrument kinds[] = {{.settle = RH_INVERSE, .multiplier = 10},
                                   {.settle = RH_LINEAR, .multiplier = 0.1}};
    (void)state;
    for (size_t i = 0; i < LENGTH(kinds); i++) {
        const double p = 41234.5, step = 0.01;
        double gain = rh_variation(&kinds[i], 777, p, p + step);
        double usd = kinds[i].settle == RH_INVERSE ? gain * (p + step) : gain;
        assert_true(fabs(usd / step / rh_exposure(&kinds[i], 777, p) - 1.0) < 1e-6);
    }
}

static void texts_of_enumerations(void **state) {
    static const char *const evidence[] = {"quote", "mark",  "trade", "one-sided",
                                           "model", "stale", "user",  "nothing"};
    (void)state;
    for (int i = 0; i <= RH_BY_NOTHING; i++)
        assert_string_equal(rh_evidence_text((rh_evidence)i), evidence[i]);
    assert_string_equal(rh_kind_text(RH_SPOT), "spot");
    assert_string_equal(rh_kind_text(RH_OPTION), "option");
}

/* ---- the catalogue ---- */

static rh_instrument named(const char *format, int number) {
    rh_instrument out = {.multiplier = number};
    (void)snprintf(out.name, sizeof out.name, format, number);
    return out;
}

static void a_catalogue_numbers_from_0(void **state) {
    enum { COUNT = 5000 };
    rh_catalogue *c = rh_catalogue_new();
    (void)state;
    assert_non_null(c);
    assert_int_equal(rh_catalogue_count(c), 0);
    assert_null(rh_catalogue_get(c, 0));
    assert_int_equal(rh_catalogue_find(c, "", 0), RH_NO_INSTRUMENT);
    const rh_instrument first = named("I%d", 0);
    assert_int_equal(rh_catalogue_add(c, &first), 0);
    const rh_instrument *kept = rh_catalogue_get(c, 0);
    for (int i = 1; i < COUNT; i++) {
        const rh_instrument item = named("I%d", i);
        assert_int_equal(rh_catalogue_find(c, item.name, strlen(item.name)), RH_NO_INSTRUMENT);
        assert_int_equal(rh_catalogue_add(c, &item), i);
    }
    assert_ptr_equal(rh_catalogue_get(c, 0), kept);
    for (int i = 0; i < COUNT; i++) {
        const rh_instrument item = named("I%d", i);
        assert_int_equal(rh_catalogue_find(c, item.name, strlen(item.name)), i);
        assert_true(rh_catalogue_get(c, (uint32_t)i)->multiplier == i);
    }
    assert_int_equal(rh_catalogue_count(c), COUNT);
    assert_null(rh_catalogue_get(c, COUNT));
    assert_null(rh_catalogue_get(c, RH_NO_INSTRUMENT));
    rh_catalogue_free(c);
    rh_catalogue_free(NULL);
}

static void a_name_is_added_once(void **state) {
    rh_catalogue *c = rh_catalogue_new();
    rh_instrument item = named("BTC%d", 1);
    (void)state;
    assert_int_equal(rh_catalogue_add(c, &item), 0);
    item.multiplier = 99;
    assert_int_equal(rh_catalogue_add(c, &item), 0);
    assert_true(rh_catalogue_get(c, 0)->multiplier == 1);
    assert_int_equal(rh_catalogue_find(c, "BTC1,x", 4), 0); /* needs no terminator */
    assert_int_equal(rh_catalogue_find(c, "BTC1", 3), RH_NO_INSTRUMENT);
    assert_int_equal(rh_catalogue_find(c, "BTC1", 5), RH_NO_INSTRUMENT);
    rh_catalogue_free(c);
}

static int fill_catalogue(void) {
    rh_catalogue *c = rh_catalogue_new();
    int done = c != NULL;
    for (int i = 0; done && i < 100; i++) {
        const rh_instrument item = named("I%d", i);
        done = rh_catalogue_add(c, &item) == (uint32_t)i;
        if (!done) { /* what was there is still there, and it can be tried again */
            assert_int_equal(rh_catalogue_count(c), i);
            for (int j = 0; j < i; j++) {
                const rh_instrument other = named("I%d", j);
                assert_int_equal(rh_catalogue_find(c, other.name, strlen(other.name)), j);
            }
            rh_memory_fail_after(UINT64_MAX);
            assert_int_equal(rh_catalogue_add(c, &item), i);
        }
    }
    rh_catalogue_free(c);
    return done;
}

static void every_allocation_may_fail(void **state) {
    uint64_t n = 0;
    (void)state;
    for (;; n++) {
        rh_memory_fail_after(n);
        int done = fill_catalogue();
        rh_memory_fail_after(UINT64_MAX);
        if (done)
            break;
        assert_true(n < 1000);
    }
    assert_true(n > 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_say_the_terms),
        cmocka_unit_test(other_names_are_refused),
        cmocka_unit_test(damaged_names_do_no_harm),
        cmocka_unit_test(inverse_options_pay_coin),
        cmocka_unit_test(linear_options_pay_usd),
        cmocka_unit_test(perpetuals_gain),
        cmocka_unit_test(exposures_and_quantities_are_inverses),
        cmocka_unit_test(exposure_is_the_slope_of_the_gain),
        cmocka_unit_test(texts_of_enumerations),
        cmocka_unit_test(a_catalogue_numbers_from_0),
        cmocka_unit_test(a_name_is_added_once),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
