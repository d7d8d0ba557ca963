/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules of desks: auto-ddh and stop-loss. */
#include "test_rules_view.h"

/* Asked at a time after the opening. */
static int at(desk *d, int64_t seconds) {
    d->view.now = d->view.opened + seconds * RH_S;
    return desk_step(d);
}

static void drift(desk *d, double gap) {
    d->hedge.held = d->hedge.neutral + gap;
}

/* It sees nothing between checks, however large the drift; a check that finds nothing is over. */
static void ddh_checks_on_its_clock(void **state) {
    (void)state;
    desk *d = desk_open("auto-ddh", "{threshold: 0.1, check: 60s}");
    assert_int_equal(at(d, 0), RH_TRADE);
    drift(d, 5);
    assert_int_equal(at(d, 59), RH_HOLD);
    drift(d, 0.09);
    assert_int_equal(at(d, 61), RH_HOLD); /* the check of 60 s, first instant after it */
    drift(d, 5);
    assert_int_equal(at(d, 62), RH_HOLD);
    assert_int_equal(at(d, 119), RH_HOLD);
    assert_int_equal(at(d, 300), RH_TRADE);
    assert_true(d->target == d->hedge.neutral);
    drift(d, 5);
    d->view.woke = RH_WOKE_BOOK; /* a change of the book is checked at once */
    assert_int_equal(at(d, 301), RH_TRADE);
    desk_close(d);
}

static void ddh_slices_until_done(void **state) {
    (void)state;
    desk *d = desk_open("auto-ddh", "{threshold: 0.3, target: 1, slice: 0.25, min_move_pct: 1}");
    d->hedge.neutral = -0.6; /* it wants 0.4 */
    d->hedge.held = -0.3;
    static const double want[] = {-0.05, 0.2, 0.4};
    for (int n = 0; n < 3; n++) {
        assert_int_equal(at(d, 60 * n), RH_TRADE);
        assert_true(fabs(d->hedge.held - want[n]) < 1e-12);
        assert_int_equal(at(d, 60 * n + 30), RH_HOLD); /* one order a check */
    }
    assert_int_equal(at(d, 240), RH_HOLD);
    d->hedge.neutral = -2; /* drifted, but the price stands where the hedge was finished */
    assert_int_equal(at(d, 300), RH_HOLD);
    d->hedge.price = 100.99;
    assert_int_equal(at(d, 360), RH_HOLD);
    d->hedge.price = 101.01;
    assert_int_equal(at(d, 420), RH_TRADE);
    assert_true(fabs(d->hedge.held - 0.15) < 1e-12);
    d->hedge.price = 100; /* the slices of a hedge that has begun don't wait for the price */
    assert_int_equal(at(d, 480), RH_TRADE);
    desk_close(d);
}

static void cover(desk *d, double price) {
    d->hedge.price = price;
    desk_price(d);
}

/* Hull's: a short call is covered above the strike and naked below, nothing in between. */
static void stop_loss_crosses(void **state) {
    (void)state;
    desk *d = desk_open("stop-loss", "{}");
    static const double price[] = {99, 98, 100, 100.5, 107, 101, 100, 99};
    static const int want[] = {1, 0, 0, 1, 0, 0, 1, 0};
    static const double held[] = {0, 0, 0, 1, 1, 1, 0, 0};
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        cover(d, price[i]);
        assert_true(i == 0 || !want[i] || desk_woken(d));
        assert_int_equal(desk_step(d), want[i] ? RH_TRADE : RH_HOLD);
        assert_true(fabs(d->hedge.held - held[i]) < 1e-12);
    }
    desk_close(d);
}

/* Two calls long at 90, three puts short at 110, and 0.7 of something else. */
static void stop_loss_of_a_book(void **state) {
    (void)state;
    desk *d = desk_open("stop-loss", "{}");
    d->options[0].size = 2;
    d->options[0].strike = 90;
    d->options[1] =
        (rh_option_leg){.size = -3, .right = -1, .strike = 110, .years = 0.2, .vol = 0.5};
    d->view.n_options = 2;
    static const double price[] = {85, 100, 115};
    static const double held[] = {-3, -2 - 3, -2};
    for (size_t i = 0; i < 3; i++) {
        cover(d, price[i]);
        d->hedge.neutral -= 0.7;
        assert_int_equal(desk_step(d), RH_TRADE);
        assert_true(fabs(d->hedge.held - (held[i] - 0.7)) < 1e-12);
    }
    desk_close(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ddh_checks_on_its_clock),
        cmocka_unit_test(ddh_slices_until_done),
        cmocka_unit_test(stop_loss_crosses),
        cmocka_unit_test(stop_loss_of_a_book),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
