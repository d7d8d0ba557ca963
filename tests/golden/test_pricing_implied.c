/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implied volatilities against the volatility at which the exact formula returns exactly the
 * price that a double holds (60-digit arithmetic), so the rounding of the price is no excuse. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "pricing/implied.h"
#include "reference_table.h"

#define VOL_TOLERANCE 1e-13

/* 60-digit inversion of the double price (mpmath); rate 0. Out of the money, at it, and in it. */
static const struct {
    int right;
    double price, forward, strike, years, vol;
} digits[] = {
    {1, 18.126925000000004, 100.0, 81.873075, 0.0027397260273972603, 5.0083217854383459e-1},
    {1, 63.212056005187804, 100.0, 36.787944, 0.0821917808219178, 5.9999999577482559e-1},
    {1, 19.06676689739513, 100.0, 81.873075, 0.0821917808219178, 5.9999999999999988e-1},
    {1, 1.0440498704451926, 100.0, 100.0, 0.0027397260273972603, 4.9999999999999999e-1},
    {1, 0.028861753804488265, 100.0, 105.12711, 0.0027397260273972603, 5.0e-1},
    {1, 2.007699369617758e-82, 100.0, 164.872127, 0.0027397260273972603, 5.0e-1},
    {1, 1.0855e-320, 100.0, 271.828183, 0.0027397260273972603, 4.9999998916236291e-1},
    {1, 1.7532570506125487e-19, 100.0, 271.828183, 0.019178082191780823, 8.0000000000000004e-1},
    {1, 127.87296962786336, 60000.0, 60000.0, 0.00011415525114155251, 4.9999999999999999e-1},
    {1, 0.039894226377883826, 100.0, 100.0, 1.0, 9.9999999999999995e-4},
    {1, 98.75806693484478, 100.0, 100.0, 1.0, 5.0000000000000023},
    {1, 0.9999994266968563, 1.0, 1.0, 1.0, 1.0000000000015026e+1},
    {1, 99.00000367601952, 100.0, 1.0, 1.0, 9.999999999708055e-1},
    {1, 1.1862555332134119e-296, 100.0, 2900.0, 0.25, 1.83e-1},
    {1, 59999.900000001, 60000.0, 0.1, 1.0, 2.0735409466916809},
    {1, 63.212056, 100.0, 36.787944, 0.019178082191780823, NAN},
    {1, 39.346934, 100.0, 60.653066, 0.0027397260273972603, NAN},
    {1, 50000.0, 60000.0, 10000.0, 0.019178082191780823, NAN},
};

static double check(int right, double price, double forward, double strike, double years,
                    double rate, double vol) {
    const rh_implied got = rh_implied_vol(right, price, forward, strike, years, rate);
    if (isnan(vol)) {
        assert_int_equal(got.status, RH_IMPLIED_NO_TIME_VALUE);
        assert_true(isnan(got.vol));
        return 0.0;
    }
    if (got.status != RH_IMPLIED_OK || !(fabs(got.vol - vol) <= VOL_TOLERANCE * vol))
        fail_msg("price %.17g, F %.17g, K %.17g: got %.17g (%s), want %.17g", price, forward,
                 strike, got.vol, rh_implied_status_text(got.status), vol);
    return fabs(got.vol - vol) / vol;
}

static void sixty_digits(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof digits / sizeof *digits; i++)
        (void)check(digits[i].right, digits[i].price, digits[i].forward, digits[i].strike,
                    digits[i].years, 0.0, digits[i].vol);
}

static void table(void **state) {
    (void)state;
    reference_table *t = reference_open("iv_reference.csv");
    double worst = 0.0;
    size_t none = 0;
    if (!t)
        skip();
    for (size_t row = 0; row < reference_rows(t); row++) {
        const double vol = reference_number(t, row, "iv_of_price_double");
        const int right = reference_text(t, row, "type")[0] == 'C' ? 1 : -1;
        const double error =
            check(right, reference_number(t, row, "price_double"), reference_number(t, row, "F"),
                  reference_number(t, row, "K"), reference_number(t, row, "T"),
                  reference_number(t, row, "r"), vol);
        worst = error > worst ? error : worst;
        none += isnan(vol) ? 1 : 0;
    }
    printf("iv_reference: worst relative error %.1e, %zu rows without a solution\n", worst, none);
    reference_close(t);
}

/* How far the row's volatility is known at all: the table's abs_err_expected is the distance
 * between the volatility that made the price and the one its double has. */
static void table_uncertainty(void **state) {
    (void)state;
    reference_table *t = reference_open("iv_reference.csv");
    if (!t)
        skip();
    for (size_t row = 0; row < reference_rows(t); row++) {
        const double truth = reference_number(t, row, "vol_true");
        const rh_implied got =
            rh_implied_vol(reference_text(t, row, "type")[0] == 'C' ? 1 : -1,
                           reference_number(t, row, "price_double"), reference_number(t, row, "F"),
                           reference_number(t, row, "K"), reference_number(t, row, "T"), 0.0);
        if (got.status == RH_IMPLIED_OK)
            assert_true(fabs(got.vol - truth) <= 1.5 * got.uncertainty + VOL_TOLERANCE * truth);
    }
    reference_close(t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sixty_digits),
        cmocka_unit_test(table),
        cmocka_unit_test(table_uncertainty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
