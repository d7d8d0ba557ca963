/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Theory lines against closed forms, against the unsimplified integrals evaluated elsewhere
 * (tanh-sinh quadrature in Python, on the formula as its header derives it from), and against
 * simulated hedges. */
#include "base/random.h"
#include "metrics/theory.h"
#include "pricing/black_scholes.h"
#include "pricing/normal.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_close(double value, double expected, double relative) {
    if (!(fabs(value - expected) <= relative * fabs(expected)))
        fail_msg("%.17g, expected %.17g to %g", value, expected, relative);
}

/* S = K = 100, a month, 20 %, r = 5 %: .443 at 21 and .222 at 84 hedges (Derman and Kamal 1998,
 * their formula beside table 1). */
static void derman_and_kamals_numbers(void **state) {
    (void)state;
    const double vega = rh_black_scholes(1, 100.0, 100.0, 1.0 / 12.0, 0.2, 0.05, 0.0).vega;
    assert_true(fabs(rh_derman_kamal_std(vega, 0.2, 21.0) - 0.443) < 0.0005);
    assert_true(fabs(rh_derman_kamal_std(vega, 0.2, 84.0) - 0.222) < 0.0006);
    assert_true(rh_derman_kamal_std(-vega, 0.2, 21.0) == rh_derman_kamal_std(vega, 0.2, 21.0));
    assert_true(isnan(rh_derman_kamal_std(vega, 0.2, 0.0)));
}

static void granularity_is_the_integral(void **state) {
    (void)state;
    static const struct {
        rh_hedged_option option;
        double g;
    } rows[] = {
        {{100, 100, .2, 1.0 / 12.0, .05, .05}, 2.0400235738418635},
        {{100, 100, .2, .25, 0, 0}, 3.5327216421743426},
        {{100, 90, .3, .5, .03, .10}, 6.113065418601029},
        {{100, 130, .8, 30.0 / 365.0, 0, -.5}, 5.872002900135006},
        {{60000, 60000, .6, 30.0 / 365.0, 0, 0}, 3640.4009335727756},
        {{100, 105, .01, 1, 0, .5}, 0.057225921329328064},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_close(rh_granularity(&rows[i].option), rows[i].g, 1e-13);
}

/* r = mu = 0 at the money: g^2 = K^2 vol^2 T / (4 pi) Int exp(-a / (1 + sin theta)), a =
 * vol^2 T / 4, whose series in a is pi/2 - a + a^2/3 - 7 a^3/90 + ... */
static void granularity_at_the_money_is_a_series(void **state) {
    (void)state;
    for (double vol = 0.05; vol < 0.4; vol *= 2.0) {
        const rh_hedged_option option = {100.0, 100.0, vol, 0.25, 0.0, 0.0};
        const double a = vol * vol * 0.25 / 4.0;
        const double series = M_PI_2 - a + a * a / 3.0 - 7.0 * a * a * a / 90.0;
        const double g = 100.0 * vol * sqrt(0.25 / (4.0 * M_PI) * series);
        assert_close(rh_granularity(&option), g, a * a * a * a + 1e-14);
        assert_close(rh_granularity(&option), 100.0 * vol * sqrt(0.25 / 8.0), a);
    }
}

static void granularity_scales_with_currency_and_refuses_nonsense(void **state) {
    (void)state;
    const rh_hedged_option option = {100.0, 110.0, 0.3, 0.5, 0.02, 0.1};
    rh_hedged_option other = option;
    other.spot *= 4.0;
    other.strike *= 4.0;
    assert_close(rh_granularity(&other), 4.0 * rh_granularity(&option), 1e-15);
    for (int i = 0; i < 5; i++) {
        other = option;
        *(i == 0   ? &other.spot
          : i == 1 ? &other.strike
          : i == 2 ? &other.vol
          : i == 3 ? &other.years
                   : &other.drift) = i < 4 ? 0.0 : NAN;
        assert_true(isnan(rh_granularity(&other)));
        assert_true(isnan(rh_interval_cost(&other, 0.001, 0.01)));
    }
}

/* vol 10 %, round trip 1 %, daily: 15.888 % (Sinclair, Volatility trading, prints 15.9 %). */
static void lelands_numbers(void **state) {
    (void)state;
    assert_true(fabs(rh_leland_vol(0.005, 0.1, 1.0 / 365.0, -1) - 0.15888) < 5e-6);
    const double number = rh_leland_number(0.0005, 0.5, 1.0 / 365.0);
    assert_close(number, 2.0 * sqrt(2.0 / M_PI) * 0.0005 / (0.5 * sqrt(1.0 / 365.0)), 1e-15);
    const double up = rh_leland_vol(0.0005, 0.5, 1.0 / 365.0, -1);
    const double down = rh_leland_vol(0.0005, 0.5, 1.0 / 365.0, 1);
    assert_close(up * up + down * down, 2.0 * 0.25, 1e-15);
    assert_true(isnan(rh_leland_vol(0.005, 0.1, 1.0 / 365.0, 1))); /* A is 1.52 */
    assert_true(isnan(rh_leland_number(0.001, 0.2, 0.0)));
}

static void one_rebalance_and_one_step(void **state) {
    (void)state;
    const double dt = 1.0 / 365.0;
    const double cost = rh_rebalance_cost(0.0005, 100.0, -0.02, 0.5, dt);
    assert_close(cost, 0.0005 * 0.02 * 1e4 * 0.5 * sqrt(2.0 * dt / M_PI), 1e-15);
    /* A short position breaks even where implied = realised sqrt(1 + A). */
    const double implied = rh_leland_vol(0.0005, 0.5, dt, -1);
    assert_true(fabs(rh_hedged_step_pnl(0.0005, 100.0, -0.02, 0.5, implied, dt)) < 1e-15);
    assert_close(rh_hedged_step_pnl(0.0, 100.0, 0.02, 0.6, 0.5, dt), 0.5 * 0.02 * 1e4 * 0.11 * dt,
                 1e-14);
}

static void interval_cost_is_the_integral(void **state) {
    (void)state;
    const rh_hedged_option first = {100, 100, .2, 1.0 / 12.0, .05, .05};
    const rh_hedged_option second = {100, 110, .3, .5, .03, .15};
    const rh_hedged_option third = {60000, 55000, .6, 30.0 / 365.0, 0, -.3};
    assert_close(rh_interval_cost(&first, .001, 1.0 / 252.0), 0.14512527752507845, 1e-13);
    assert_close(rh_interval_cost(&second, .0005, 1.0 / 365.0), 0.21901441006120065, 1e-13);
    assert_close(rh_interval_cost(&third, .0003, 1.0 / 1095.0), 46.860567767754816, 1e-13);
}

static void interval_cost_is_that_of_the_first_step_times_the_steps(void **state) {
    (void)state;
    const rh_hedged_option o = {100.0, 95.0, 0.25, 0.4, 0.03, 0.03};
    const double dt = 0.4 / 50.0;
    const rh_spot_greeks greeks = rh_black_scholes(1, 100.0, 95.0, 0.4, 0.25, 0.03, 0.0);
    const double first = rh_rebalance_cost(0.001, 100.0, greeks.gamma, 0.25, dt);
    assert_close(rh_interval_cost(&o, 0.001, dt), 50.0 * first, 1e-13);
    /* The first order of Leland's price difference: vega vol A / 2. */
    assert_close(rh_interval_cost(&o, 0.001, dt),
                 greeks.vega * 0.25 * rh_leland_number(0.001, 0.25, dt) / 2.0, 1e-13);
}

typedef struct {
    double std, cost; /* of the terminal PnL; mean discounted cost of the rebalances */
} simulated;

static simulated simulate(const rh_hedged_option *o, uint64_t hedges, double cost, uint32_t paths) {
    const double dt = o->years / (double)hedges;
    double sum = 0.0, squares = 0.0, costs = 0.0;
    for (uint32_t path = 0; path < paths; path++) {
        double spot = o->spot, delta = 0.0, pnl = 0.0, paid = 0.0;
        for (uint64_t i = 0; i < hedges; i++) {
            const double left = o->years - (double)i * dt;
            const double next =
                rh_black_scholes(1, spot, o->strike, left, o->vol, o->rate, 0.0).delta;
            if (i > 0)
                paid += cost * spot * fabs(next - delta) * exp(-o->rate * (o->years - left));
            delta = next;
            const rh_draw_place place = {5, i, path, 255, 0};
            const double z = rh_normal_quantile(rh_draw_uniform(&place).a);
            const double before = spot;
            spot *= exp((o->drift - 0.5 * o->vol * o->vol) * dt + o->vol * sqrt(dt) * z);
            pnl += delta * (spot - before * exp(o->rate * dt)) * exp(o->rate * (left - dt));
        }
        pnl -= fmax(spot - o->strike, 0.0);
        sum += pnl;
        squares += pnl * pnl;
        costs += paid;
    }
    const double n = (double)paths, mean = sum / n;
    return (simulated){sqrt(squares / n - mean * mean), costs / n};
}

/* Exact standard deviations of Derman and Kamal's case are 0.427 and 0.218 (100,000 paths each),
 * where the leading order says 0.445 and 0.223; sampling errors here are 0.8 %. Costs are below
 * their leading order by a share that falls with the interval. */
static void theory_is_the_limit_of_simulated_hedges(void **state) {
    (void)state;
    const rh_hedged_option o = {100.0, 100.0, 0.2, 1.0 / 12.0, 0.05, 0.05};
    const uint64_t hedges[] = {21, 84};
    const double known[] = {0.427, 0.218}, lowest[] = {0.90, 0.95};
    for (int i = 0; i < 2; i++) {
        const double n = (double)hedges[i];
        const simulated s = simulate(&o, hedges[i], 0.001, 20000);
        const double ratio = s.cost / rh_interval_cost(&o, 0.001, o.years / n);
        print_message("N %g: std %.4f of %.4f, cost %.4f of the leading order\n", n, s.std,
                      rh_granularity(&o) / sqrt(n), ratio);
        assert_close(s.std, known[i], 0.025);
        assert_true(rh_granularity(&o) / sqrt(n) > known[i]);
        assert_close(rh_granularity(&o) / sqrt(n), known[i], 0.05);
        assert_true(ratio > lowest[i] && ratio < 1.0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(derman_and_kamals_numbers),
        cmocka_unit_test(granularity_is_the_integral),
        cmocka_unit_test(granularity_at_the_money_is_a_series),
        cmocka_unit_test(granularity_scales_with_currency_and_refuses_nonsense),
        cmocka_unit_test(lelands_numbers),
        cmocka_unit_test(one_rebalance_and_one_step),
        cmocka_unit_test(interval_cost_is_the_integral),
        cmocka_unit_test(interval_cost_is_that_of_the_first_step_times_the_steps),
        cmocka_unit_test(theory_is_the_limit_of_simulated_hedges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
