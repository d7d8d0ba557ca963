/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implied volatility: the round trip everywhere a price still knows its volatility, and a refusal
 * with the right name everywhere else. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pricing/black.h"
#include "pricing/implied.h"

/* splitmix64, uniform in [0, 1). */
static double draw(uint64_t *seed) {
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static double between(uint64_t *seed, double low, double high) {
    return low + (high - low) * draw(seed);
}

/* Out of the money the price determines the volatility to 1e-10 and better wherever it is a normal
 * number: s from 1e-9 to 12, up to 36 standard deviations from the money. */
static void round_trip_out_of_the_money(void **state) {
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < 20000; i++) {
        const double s = pow(10.0, between(&seed, -9.0, 1.08)), years = between(&seed, 1e-4, 3.0);
        const double forward = pow(10.0, between(&seed, -3.0, 6.0));
        const double x = fmin(s * between(&seed, 0.0, 36.0), 300.0);
        const int right = draw(&seed) < 0.5 ? 1 : -1;
        const double strike = forward * exp(right * x), vol = s / sqrt(years);
        const double price = rh_black_price(right, forward, strike, years, vol, 0.0);
        if (price < 1e-300 || price > 0.999 * fmin(forward, strike))
            continue;
        const rh_implied got = rh_implied_vol(right, price, forward, strike, years, 0.0);
        if (got.status != RH_IMPLIED_OK || !(fabs(got.vol - vol) <= 1e-11 * vol))
            fail_msg("s %.17g x %.17g: %s, %.17g for %.17g", s, x,
                     rh_implied_status_text(got.status), got.vol, vol);
    }
}

/* In the money the volatility comes back to within what rounding the price to a double allows. */
static void round_trip_in_the_money(void **state) {
    (void)state;
    uint64_t seed = 2;
    int solved = 0, refused = 0;
    for (int i = 0; i < 20000; i++) {
        const double s = pow(10.0, between(&seed, -4.0, 0.5)), years = between(&seed, 1e-3, 2.0);
        const int right = draw(&seed) < 0.5 ? 1 : -1;
        const double forward = 40000.0, rate = i % 2 ? 0.04 : 0.0;
        const double strike = forward * exp(-right * s * between(&seed, 0.0, 12.0));
        const double vol = s / sqrt(years);
        const double price = rh_black_price(right, forward, strike, years, vol, rate);
        const rh_implied got = rh_implied_vol(right, price, forward, strike, years, rate);
        if (got.status == RH_IMPLIED_OK) {
            /* The price itself may be off by two ulp, the uncertainty counts half a one (more with
             * a rate); where it is as large as the volatility nothing linear holds. */
            if (got.uncertainty < 0.01 * vol)
                assert_true(fabs(got.vol - vol) <= 6.0 * got.uncertainty + 1e-12 * vol);
            solved++;
        } else {
            assert_int_equal(got.status, RH_IMPLIED_NO_TIME_VALUE);
            assert_true(rh_black_price(-right, forward, strike, years, vol, rate) < 4e-15 * price);
            refused++;
        }
    }
    assert_true(solved > 10000 && refused > 1000);
}

/* The price at the volatility found is the price asked for. */
static void prices_come_back(void **state) {
    (void)state;
    uint64_t seed = 3;
    for (int i = 0; i < 5000; i++) {
        const double forward = 100.0, strike = between(&seed, 100.0, 400.0), years = 0.3;
        const double price = 100.0 * pow(10.0, between(&seed, -250.0, -0.01));
        const rh_implied got = rh_implied_vol(1, price, forward, strike, years, 0.0);
        assert_int_equal(got.status, RH_IMPLIED_OK);
        const double back = rh_black_price(1, forward, strike, years, got.vol, 0.0);
        /* One ulp of the volatility is y^2 ulp of the price, y = ln(K/F) / (vol sqrt(tau)). */
        const double y = log(strike / forward) / (got.vol * sqrt(years));
        assert_true(fabs(back / price - 1.0) < 1e-11 + 1e-15 * y * y);
    }
}

static void rises_with_price(void **state) {
    (void)state;
    for (double strike = 40.0; strike < 260.0; strike *= 1.11) {
        double before = 0.0;
        for (double value = 1e-300; value < 0.99 * fmin(100.0, strike); value *= 1.31) {
            const rh_implied got =
                rh_implied_vol(strike < 100.0 ? -1 : 1, value, 100.0, strike, 1.0, 0.0);
            assert_int_equal(got.status, RH_IMPLIED_OK);
            assert_true(got.vol > before && got.uncertainty >= 0.0);
            before = got.vol;
        }
    }
}

static void refused(rh_implied got, rh_implied_status status) {
    assert_int_equal(got.status, status);
    assert_true(isnan(got.vol) && isnan(got.uncertainty));
}

static void refusals(void **state) {
    (void)state;
    refused(rh_implied_vol(1, 9.0, 110, 100, 1, 0), RH_IMPLIED_BELOW_INTRINSIC);
    refused(rh_implied_vol(-1, 9.9999, 90, 100, 1, 0), RH_IMPLIED_BELOW_INTRINSIC);
    refused(rh_implied_vol(1, 0.0, 110, 100, 1, 0), RH_IMPLIED_BELOW_INTRINSIC);
    refused(rh_implied_vol(1, -1e-9, 90, 100, 1, 0), RH_IMPLIED_BELOW_INTRINSIC);
    refused(rh_implied_vol(1, 10.0, 110, 100, 1, 0), RH_IMPLIED_NO_TIME_VALUE);
    refused(rh_implied_vol(-1, 10.0, 90, 100, 1, 0), RH_IMPLIED_NO_TIME_VALUE);
    refused(rh_implied_vol(1, 0.0, 90, 100, 1, 0), RH_IMPLIED_NO_TIME_VALUE);
    refused(rh_implied_vol(1, 0.0, 100, 100, 1, 0), RH_IMPLIED_NO_TIME_VALUE);
    /* A few ulp below: rounding of some pricer, not an arbitrage. */
    refused(rh_implied_vol(1, 10.0 * (1 - 4e-16), 110, 100, 1, 0), RH_IMPLIED_NO_TIME_VALUE);
    refused(rh_implied_vol(1, 110.0, 110, 100, 1, 0), RH_IMPLIED_ABOVE_BOUND);
    refused(rh_implied_vol(1, 1e9, 110, 100, 1, 0), RH_IMPLIED_ABOVE_BOUND);
    refused(rh_implied_vol(-1, 100.0, 110, 100, 1, 0), RH_IMPLIED_ABOVE_BOUND);
    refused(rh_implied_vol(0, 12, 110, 100, 1, 0), RH_IMPLIED_BAD_INPUT);
    refused(rh_implied_vol(1, NAN, 110, 100, 1, 0), RH_IMPLIED_BAD_INPUT);
    refused(rh_implied_vol(1, INFINITY, 110, 100, 1, 0), RH_IMPLIED_BAD_INPUT);
    refused(rh_implied_vol(1, 12, 0, 100, 1, 0), RH_IMPLIED_BAD_INPUT);
    refused(rh_implied_vol(1, 12, 110, 0, 1, 0), RH_IMPLIED_BAD_INPUT);
    refused(rh_implied_vol(1, 12, 110, NAN, 1, 0), RH_IMPLIED_BAD_INPUT);
    refused(rh_implied_vol(1, 12, 110, 100, 0, 0), RH_IMPLIED_BAD_INPUT);
    refused(rh_implied_vol(1, 12, 110, 100, 1, NAN), RH_IMPLIED_BAD_INPUT);
    refused(rh_implied_vol(1, 0.0, 110, 100, 1, 800), RH_IMPLIED_BAD_INPUT);
    refused(rh_implied_vol(1, 1.0, 110, 100, 1, 800), RH_IMPLIED_ABOVE_BOUND);
    refused(rh_implied_vol_coin(1, 0.0, 90, 100, 1), RH_IMPLIED_NO_TIME_VALUE);
    refused(rh_implied_vol_coin(1, 1.0, 90, 100, 1), RH_IMPLIED_ABOVE_BOUND);
    refused(rh_implied_vol_coin(1, NAN, 90, 100, 1), RH_IMPLIED_BAD_INPUT);
}

/* The discount moves the intrinsic value and the bound with it. */
static void discounted(void **state) {
    (void)state;
    const double discount = exp(-0.1);
    refused(rh_implied_vol(1, 10.0 * discount, 110, 100, 1, 0.1), RH_IMPLIED_NO_TIME_VALUE);
    refused(rh_implied_vol(1, 9.9 * discount, 110, 100, 1, 0.1), RH_IMPLIED_BELOW_INTRINSIC);
    refused(rh_implied_vol(1, 110.1 * discount, 110, 100, 1, 0.1), RH_IMPLIED_ABOVE_BOUND);
    const double price = rh_black_price(1, 110, 100, 1, 0.37, 0.1);
    assert_true(fabs(rh_implied_vol(1, price, 110, 100, 1, 0.1).vol - 0.37) < 1e-14);
}

/* The ends of what doubles can say. */
static void ends(void **state) {
    (void)state;
    const rh_implied least = rh_implied_vol(1, 5e-324, 100, 200, 0.01, 0);
    assert_int_equal(least.status, RH_IMPLIED_OK);
    assert_true(least.vol > 0.15 && least.vol < 0.2 && least.uncertainty > 1e-5);
    const rh_implied most = rh_implied_vol(1, nextafter(100.0, 0.0), 100, 100, 1, 0);
    assert_int_equal(most.status, RH_IMPLIED_OK);
    assert_true(most.vol > 15.0 && most.vol < 18.0 && most.uncertainty > 0.01);
    const rh_implied calm = rh_implied_vol(1, 1e-14, 100, 100, 1, 0);
    assert_int_equal(calm.status, RH_IMPLIED_OK);
    assert_true(fabs(calm.vol / (1e-16 * sqrt(2.0 * 3.14159265358979323846)) - 1.0) < 1e-12);
    const rh_implied one_ulp = rh_implied_vol(1, nextafter(10.0, 11.0), 110, 100, 0.01, 0);
    assert_int_equal(one_ulp.status, RH_IMPLIED_OK);
    assert_true(one_ulp.uncertainty > 1e-3);
}

static void coin_price(void **state) {
    (void)state;
    /* Deribit's row of BTC-9JUN20-9875-P: 0.0221002 coin at 62.89 %. */
    const double years = (1591689600000.0 - 1591574399413.0) / (365.0 * 86400e3);
    const double coin = rh_black_price(-1, 9756.36, 9875, years, 0.6289, 0) / 9756.36;
    const rh_implied got = rh_implied_vol_coin(-1, coin, 9756.36, 9875, years);
    assert_int_equal(got.status, RH_IMPLIED_OK);
    assert_true(fabs(got.vol - 0.6289) < 1e-14);
    /* The published mark, 0.02210436, is 0.04 USD higher: 0.018 of the 2.25 USD per vol point. */
    assert_true(fabs(rh_implied_vol_coin(-1, 0.02210436, 9756.36, 9875, years).vol - 0.6289) <
                0.0002);
}

static void words(void **state) {
    (void)state;
    for (int i = RH_IMPLIED_OK; i <= RH_IMPLIED_BAD_INPUT; i++)
        assert_string_not_equal(rh_implied_status_text((rh_implied_status)i), "unknown");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip_out_of_the_money),
        cmocka_unit_test(round_trip_in_the_money),
        cmocka_unit_test(prices_come_back),
        cmocka_unit_test(rises_with_price),
        cmocka_unit_test(refusals),
        cmocka_unit_test(discounted),
        cmocka_unit_test(ends),
        cmocka_unit_test(coin_price),
        cmocka_unit_test(words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
