/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terms of an option's change in value: against finite differences, and along a diffusion. */
#include "tape.h"

#include "lane/explain.h"

static rh_instrument option_named(const char *name) {
    rh_instrument option;
    assert_int_equal(rh_instrument_from_name(name, &option), 0);
    return option;
}

/* A mark with the oracle's price and the engine's Greeks. */
static rh_leg_mark mark_at(const rh_instrument *o, rh_time ts, double s, double p, double f,
                           double vol) {
    const double years = rh_years(ts, o->expiry);
    rh_leg_mark mark = {.ts = ts, .spot = s, .hedge = p};
    mark.value = (rh_leg_value){.forward = f, .iv = vol, .years = years, .remaining = 1.0};
    mark.value.black = rh_black(o->right, f, o->strike, years, vol, 0.0);
    mark.value.price = oracle_price(o->right, f, o->strike, years, vol);
    mark.value.black_delta = mark.value.black.delta * (o->settle == RH_INVERSE ? 1.0 : f / p);
    if (o->settle == RH_INVERSE)
        mark.value.price /= f;
    return mark;
}

static double value_usd(const rh_instrument *o, double s, double f, double vol, double years) {
    const double v = oracle_price(o->right, f, o->strike, years, vol);
    return o->settle == RH_INVERSE ? v * s / f : v;
}

static double total(const double terms[RH_N_TERMS]) {
    double sum = 0.0;
    for (int t = 0; t < RH_N_TERMS; t++)
        sum += terms[t];
    return sum;
}

static const char *const names[] = {"BTC-25JUN21-36000-C", "BTC-25JUN21-40000-P",
                                    "BTC-210625-36000-C", "BTC-210625-40000-P"};

/* Moves one thing at a time, in both currencies: its term is the finite difference. */
static void test_terms_are_derivatives(void **state) {
    const double s = 37000, p = 37010, f = 37100, v = 0.8;
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        const rh_instrument o = option_named(names[i]);
        const double years = rh_years(DAY0, o.expiry), u0 = value_usd(&o, s, f, v, years);
        const rh_leg_mark from = mark_at(&o, DAY0, s, p, f, v);
        rh_attribution a = {{0}, {0}};
        rh_leg_mark to = mark_at(&o, DAY0, s, p, f, v + 0.01);
        rh_explain_leg(&o, 2.0, &from, &to, &a);
        const double up = value_usd(&o, s, f, v + 0.001, years);
        const double down = value_usd(&o, s, f, v - 0.001, years);
        assert_near(a.usd[RH_TERM_VEGA], 2 * 0.01 * (up - down) / 0.002, 1e-3);
        assert_near(a.coin[RH_TERM_VEGA], 2 * 0.01 * (up - down) / 0.002 / s, 1e-7);
        assert_near(a.usd[RH_TERM_VOLGA], 2 * 0.5e-4 * (up - 2 * u0 + down) / 1e-6, 1e-3);
        assert_true(a.usd[RH_TERM_DELTA] == 0.0 && a.usd[RH_TERM_GAMMA] == 0.0);

        a = (rh_attribution){{0}, {0}};
        to = mark_at(&o, DAY0 + RH_HOUR, s, p, f, v);
        rh_explain_leg(&o, 2.0, &from, &to, &a);
        const double h = 1e-6, dt = rh_years(0, RH_HOUR);
        assert_near(a.usd[RH_TERM_THETA],
                    -2 * dt *
                        (value_usd(&o, s, f, v, years + h) - value_usd(&o, s, f, v, years - h)) /
                        (2 * h),
                    1e-3);
        assert_near(a.coin[RH_TERM_THETA], a.usd[RH_TERM_THETA] / s, 1e-9);

        a = (rh_attribution){{0},
                             {0}}; /* everything 1 % up: what the hedge's delta and gamma say */
        to = mark_at(&o, DAY0, 1.01 * s, 1.01 * p, 1.01 * f, v);
        rh_explain_leg(&o, 2.0, &from, &to, &a);
        const double x = 1e-4;
        const double plus = value_usd(&o, s * (1 + x), f * (1 + x), v, years);
        const double minus = value_usd(&o, s * (1 - x), f * (1 - x), v, years);
        assert_near(a.usd[RH_TERM_DELTA] + a.usd[RH_TERM_BASIS],
                    2 * 0.01 * (plus - minus) / (2 * x), 0.02);
        assert_near(a.usd[RH_TERM_GAMMA], 2 * 0.5e-4 * (plus - 2 * u0 + minus) / (x * x), 0.02);
        const double cplus = plus / (s * (1 + x)), cminus = minus / (s * (1 - x)), c0 = u0 / s;
        /* Of an inverse option the first order is in 1/F: 1 - 1/1.01, and not 0.01. */
        const int inverse = o.settle == RH_INVERSE;
        const double first = (cplus - cminus) / (2 * x);
        const double second = (cplus - 2 * c0 + cminus) / (x * x) + (inverse ? 2 * first : 0);
        assert_near(a.coin[RH_TERM_DELTA] + a.coin[RH_TERM_BASIS],
                    2 * first * (inverse ? 1 - 1 / 1.01 : 0.01), 1e-6);
        assert_near(a.coin[RH_TERM_GAMMA], 2 * 0.5e-4 * second, 1e-6);
    }
}

/* In both currencies the terms are the change, whatever moves; vol terms are 0 without vol. */
static void test_terms_add_up(void **state) {
    uint64_t seed = 5;
    (void)state;
    for (int n = 0; n < 4000; n++) {
        const rh_instrument o = option_named(names[n % 4]);
        const int constant_vol = draw_below(&seed, 2);
        const double s = 30000 + 15000 * draw(&seed), v = 0.2 + draw(&seed);
        const rh_time later = DAY0 + (rh_time)(draw(&seed) * 20 * (double)RH_DAY);
        const rh_leg_mark from = mark_at(&o, DAY0, s, s * 1.001, s * 1.01, v);
        const double s2 = s * exp(0.1 * draw_normal(&seed));
        const rh_leg_mark to = mark_at(&o, later, s2, s2 * (1 + 0.01 * draw(&seed)), s2 * 1.02,
                                       constant_vol ? v : v * (0.5 + draw(&seed)));
        rh_attribution a = {{0}, {0}};
        rh_explain_leg(&o, -3.0, &from, &to, &a);
        const double u0 = rh_leg_mark_usd(&o, &from), u1 = rh_leg_mark_usd(&o, &to);
        assert_near(total(a.usd), -3 * (u1 - u0), 1e-7);
        assert_near(total(a.coin), -3 * (u1 / s2 - u0 / s), 1e-11);
        if (constant_vol)
            for (int t = RH_TERM_VEGA; t <= RH_TERM_VOLGA; t++)
                assert_true(a.usd[t] == 0.0 && a.coin[t] == 0.0);
        assert_true(a.usd[RH_TERM_HEDGE] == 0.0 && a.usd[RH_TERM_FEE] == 0.0);
    }
}

static void test_no_basis_when_all_move_in_proportion(void **state) {
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        const rh_instrument o = option_named(names[i]);
        const rh_leg_mark from = mark_at(&o, DAY0, 36000, 36000, 36700, 0.8);
        const rh_leg_mark to = mark_at(&o, DAY0 + 1, 36360, 36360, 36700 * 1.01, 0.8);
        rh_attribution a = {{0}, {0}};
        rh_explain_leg(&o, 1.0, &from, &to, &a);
        assert_near(a.usd[RH_TERM_BASIS], 0.0, 1e-9);
        assert_near(a.coin[RH_TERM_BASIS], 0.0, 1e-13);
        assert_true(fabs(a.usd[RH_TERM_DELTA]) > 50);
    }
}

/* sum |residual| over (sum |gamma| + sum |theta|) along a diffusion at constant vol. */
static double residual_share(const rh_instrument *o, int64_t step, int coin) {
    uint64_t seed = 11;
    const double vol = 0.8, dt = rh_years(0, step);
    double s = 36000, left = 0.0, named = 0.0;
    rh_leg_mark from = mark_at(o, DAY0, s, s, s, vol);
    for (rh_time now = DAY0 + step; now <= DAY0 + 5 * RH_DAY; now += step) {
        rh_attribution a = {{0}, {0}};
        s *= exp(vol * sqrt(dt) * draw_normal(&seed) - 0.5 * vol * vol * dt);
        const rh_leg_mark to = mark_at(o, now, s, s, s, vol);
        rh_explain_leg(o, 1.0, &from, &to, &a);
        const double *terms = coin ? a.coin : a.usd;
        left += fabs(terms[RH_TERM_RESIDUAL]);
        named += fabs(terms[RH_TERM_GAMMA]) + fabs(terms[RH_TERM_THETA]);
        from = to;
    }
    return left / named;
}

static void test_residual_falls_with_the_step(void **state) {
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        const rh_instrument o = option_named(names[i]);
        for (int coin = 0; coin < 2; coin++) {
            const double minute = residual_share(&o, RH_MIN, coin);
            const double hour = residual_share(&o, RH_HOUR, coin);
            if (!(minute < 0.02 && minute < 0.5 * hour))
                fail_msg("%s, coin %d: %g at a minute, %g at an hour", names[i], coin, minute,
                         hour);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_terms_are_derivatives),
        cmocka_unit_test(test_terms_add_up),
        cmocka_unit_test(test_no_basis_when_all_move_in_proportion),
        cmocka_unit_test(test_residual_falls_with_the_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
