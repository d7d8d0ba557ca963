/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must hold of any option price, checked on random options: parity, bounds, symmetry, Greeks
 * as the slopes of the prices, the pricing equation; the limits; the batch. */
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pricing/black.h"
#include "pricing/black_scholes.h"
#include "pricing/coin.h"

enum { OPTIONS = 2000, FIELDS = sizeof(rh_greeks) / sizeof(double) };

typedef struct {
    int right;
    double forward, strike, years, vol, rate, yield;
} option;

/* splitmix64, uniform in [0, 1). */
static double draw(uint64_t *seed) {
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

/* Up to `wing` standard deviations from the money. */
static option draw_option(uint64_t *seed, double wing) {
    option o;
    o.right = draw(seed) < 0.5 ? 1 : -1;
    o.forward = pow(10.0, 5.0 * draw(seed));
    o.years = 0.003 + 1.5 * draw(seed) * draw(seed);
    o.vol = 0.1 + 1.4 * draw(seed);
    o.strike = o.forward * exp((2.0 * draw(seed) - 1.0) * wing * o.vol * sqrt(o.years));
    o.rate = 0.3 * draw(seed) - 0.1;
    o.yield = 0.2 * draw(seed) - 0.1;
    return o;
}

static rh_greeks greeks_of(option o) {
    return rh_black(o.right, o.forward, o.strike, o.years, o.vol, o.rate);
}

static rh_spot_greeks spot_greeks_of(option o) {
    return rh_black_scholes(o.right, o.forward, o.strike, o.years, o.vol, o.rate, o.yield);
}

/* Equal to `tolerance` of the size of the numbers that went into them. */
static void close_to(double a, double b, double size, double tolerance) {
    if (!(fabs(a - b) <= tolerance * size))
        fail_msg("%.17g and %.17g differ by more than %g of %g", a, b, tolerance, size);
}

static void parity(void **state) {
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < OPTIONS; i++) {
        option o = draw_option(&seed, 8.0);
        const double discount = exp(-o.rate * o.years), e = 4e-15;
        o.right = 1;
        const rh_greeks call = greeks_of(o);
        o.right = -1;
        const rh_greeks put = greeks_of(o);
        close_to(call.price - put.price, discount * (o.forward - o.strike),
                 call.price + put.price + o.forward, e);
        close_to(call.delta - put.delta, discount, 1.0, e);
        close_to(call.net - put.net, discount * o.strike / o.forward, call.net - put.net, e);
        assert_true(call.gamma == put.gamma && call.vega == put.vega && call.volga == put.volga);
        assert_true(call.vanna == put.vanna);
        const rh_coin_greeks a = rh_coin(&call, o.forward), b = rh_coin(&put, o.forward);
        close_to(a.price - b.price, discount * (1.0 - o.strike / o.forward), 1.0 + b.price, e);
    }
}

static void bounds(void **state) {
    (void)state;
    uint64_t seed = 2;
    for (int i = 0; i < OPTIONS; i++) {
        const option o = draw_option(&seed, 30.0);
        const rh_greeks g = greeks_of(o);
        const double discount = exp(-o.rate * o.years);
        const double intrinsic = discount * fmax(o.right * (o.forward - o.strike), 0.0);
        const double bound = discount * (o.right > 0 ? o.forward : o.strike);
        assert_true(g.price > 0.0 && g.price >= intrinsic * (1 - 1e-15));
        assert_true(g.price <= bound * (1 + 1e-15));
        assert_true(o.right * g.delta >= 0.0 && o.right * g.delta <= discount * (1 + 1e-15));
        assert_true(g.gamma > 0.0 && g.vega > 0.0 && o.right * g.net > 0.0);
        assert_true(g.price ==
                    rh_black_price(o.right, o.forward, o.strike, o.years, o.vol, o.rate));
    }
}

static void rises_with_vol_and_falls_with_strike(void **state) {
    (void)state;
    for (double s = 0.004; s < 4.0; s *= 1.37) {
        double before = 0.0;
        for (double vol = 0.2 * s; vol < 5.0; vol *= 1.01) {
            const double price = rh_black_price(1, 100.0, 100.0 * exp(s), 0.7, vol, 0.0);
            assert_true(price > before || price == 0.0);
            before = price;
        }
        before = 100.0;
        for (double strike = 1.0; strike < 1e4; strike *= 1.01) {
            const double price = rh_black_price(1, 100.0, strike, 1.0, s, 0.0);
            assert_true(price < before || (price == before && price == 0.0));
            before = price;
        }
    }
}

/* C(F, K) = P(K, F), and degree one in (F, K). Powers of two scale without rounding. */
static void symmetry(void **state) {
    (void)state;
    uint64_t seed = 3;
    for (int i = 0; i < OPTIONS; i++) {
        const option o = draw_option(&seed, 20.0);
        const double price = greeks_of(o).price;
        close_to(rh_black_price(-o.right, o.strike, o.forward, o.years, o.vol, o.rate), price,
                 price, 1e-11);
        assert_true(rh_black_price(o.right, 8 * o.forward, 8 * o.strike, o.years, o.vol, o.rate) ==
                    8 * price);
    }
}

/* The forms meet where the kernel changes between them: s = 1/32 and a = 0. */
static void no_seams(void **state) {
    (void)state;
    for (double x = 0.0; x < 0.9; x += 0.0071) {
        const double k = 100.0 * exp(x), below = nextafter(0.03125, 0.0);
        const double left = rh_black_price(1, 100.0, k, 1.0, below, 0.0);
        const double right = rh_black_price(1, 100.0, k, 1.0, 0.03125, 0.0);
        close_to(left, right, right, 1e-12);
        const double seam = sqrt(2.0 * x);
        if (seam > 0.04)
            close_to(rh_black_price(1, 100.0, k, 1.0, seam * (1 - 1e-15), 0.0),
                     rh_black_price(1, 100.0, k, 1.0, seam * (1 + 1e-15), 0.0), 100.0, 4e-15);
    }
}

/* Fourth-order central difference of `f(o)` by the double at `member` of a copy of the option. */
static double slope(double (*f)(option), option o, size_t member, double h) {
    double at[4];
    static const double steps[4] = {-2, -1, 1, 2};
    for (int i = 0; i < 4; i++) {
        option moved = o;
        double *x = (double *)(void *)((char *)&moved + member);
        *x += steps[i] * h;
        at[i] = f(moved);
    }
    return (8.0 * (at[2] - at[1]) - (at[3] - at[0])) / (12.0 * h);
}
#define SLOPE(f, o, member, h) slope(f, o, offsetof(option, member), h)

static double price_of(option o) {
    return greeks_of(o).price;
}
static double delta_of(option o) {
    return greeks_of(o).delta;
}
static double vega_of(option o) {
    return greeks_of(o).vega;
}
static double spot_price_of(option o) {
    return spot_greeks_of(o).price;
}
static double spot_delta_of(option o) {
    return spot_greeks_of(o).delta;
}
static double spot_vega_of(option o) {
    return spot_greeks_of(o).vega;
}
static double coin_of(option o) {
    const rh_greeks g = greeks_of(o);
    return rh_coin(&g, o.forward).price;
}
static double coin_delta_of(option o) {
    const rh_greeks g = greeks_of(o);
    return rh_coin(&g, o.forward).delta;
}
static double coin_vega_of(option o) {
    const rh_greeks g = greeks_of(o);
    return rh_coin(&g, o.forward).vega;
}

/* Steps that are small against the scale on which the option bends; e is what they leave. */
typedef struct {
    double forward, vol, years, rate, unit;
} steps;

static steps steps_for(option o) {
    const double s = o.vol * sqrt(o.years);
    return (steps){2e-3 * o.forward * s, 2e-3 * o.vol, 2e-3 * o.years, 1e-3, o.forward};
}

static void greeks_are_slopes(void **state) {
    (void)state;
    uint64_t seed = 4;
    const double e = 1e-8;
    for (int i = 0; i < OPTIONS; i++) {
        const option o = draw_option(&seed, 3.0);
        const rh_greeks g = greeks_of(o);
        const steps h = steps_for(o);
        close_to(SLOPE(price_of, o, forward, h.forward), g.delta, 1.0, e);
        close_to(SLOPE(delta_of, o, forward, h.forward), g.gamma, 1e-3 / h.forward, e);
        close_to(SLOPE(price_of, o, vol, h.vol), g.vega, h.unit, e);
        close_to(-SLOPE(price_of, o, years, h.years), g.theta, h.unit / o.years, e);
        close_to(SLOPE(price_of, o, rate, h.rate), g.rho, h.unit * (1 + o.years), e);
        close_to(SLOPE(delta_of, o, vol, h.vol), g.vanna, 1 / o.vol, e);
        close_to(SLOPE(vega_of, o, vol, h.vol), g.volga, h.unit / o.vol, e);
        close_to(-SLOPE(delta_of, o, years, h.years), g.charm, 1 / o.years, e);
    }
}

static void spot_greeks_are_slopes(void **state) {
    (void)state;
    uint64_t seed = 5;
    const double e = 1e-8;
    for (int i = 0; i < OPTIONS; i++) {
        const option o = draw_option(&seed, 3.0);
        const rh_spot_greeks g = spot_greeks_of(o);
        const steps h = steps_for(o);
        close_to(SLOPE(spot_price_of, o, forward, h.forward), g.delta, 1.0, e);
        close_to(SLOPE(spot_delta_of, o, forward, h.forward), g.gamma, 1e-3 / h.forward, e);
        close_to(SLOPE(spot_price_of, o, vol, h.vol), g.vega, h.unit, e);
        close_to(-SLOPE(spot_price_of, o, years, h.years), g.theta, h.unit / o.years, e);
        close_to(SLOPE(spot_price_of, o, rate, h.rate), g.rho, h.unit * (1 + o.years), 1e-7);
        close_to(SLOPE(spot_price_of, o, yield, h.rate), g.dividend_rho, h.unit * (1 + o.years),
                 1e-7);
        close_to(SLOPE(spot_delta_of, o, vol, h.vol), g.vanna, 1 / o.vol, e);
        close_to(SLOPE(spot_vega_of, o, vol, h.vol), g.volga, h.unit / o.vol, e);
        close_to(-SLOPE(spot_delta_of, o, years, h.years), g.charm, 1 / o.years, e);
        close_to(g.elasticity * g.price, g.delta * o.forward, o.forward, 1e-14);
    }
}

static void coin_greeks_are_slopes(void **state) {
    (void)state;
    uint64_t seed = 6;
    const double e = 1e-8;
    for (int i = 0; i < OPTIONS; i++) {
        option o = draw_option(&seed, 3.0);
        o.rate = 0.0;
        const rh_greeks usd = greeks_of(o);
        const rh_coin_greeks g = rh_coin(&usd, o.forward);
        const steps h = steps_for(o);
        const double size = 1.0 + o.strike / o.forward;
        close_to(SLOPE(coin_of, o, forward, h.forward), g.delta, size / o.forward, e);
        close_to(SLOPE(coin_delta_of, o, forward, h.forward), g.gamma,
                 1e-3 * size / h.forward / o.forward, e);
        close_to(SLOPE(coin_of, o, vol, h.vol), g.vega, size, e);
        close_to(-SLOPE(coin_of, o, years, h.years), g.theta, size / o.years, e);
        close_to(SLOPE(coin_delta_of, o, vol, h.vol), g.vanna, size / o.forward / o.vol, e);
        close_to(SLOPE(coin_vega_of, o, vol, h.vol), g.volga, size / o.vol, e);
        close_to(-SLOPE(coin_delta_of, o, years, h.years), g.charm, size / o.forward / o.years, e);
        close_to(g.net, usd.delta - g.price, size, 1e-14);
    }
}

/* theta + vol^2 S^2 gamma / 2 + (r - q) S delta = r V, and its martingale form on a forward. */
static void pricing_equation(void **state) {
    (void)state;
    uint64_t seed = 7;
    for (int i = 0; i < OPTIONS; i++) {
        const option o = draw_option(&seed, 10.0);
        const double f = o.forward, bend = 0.5 * o.vol * o.vol * f * f;
        const rh_greeks g = greeks_of(o);
        close_to(g.theta + bend * g.gamma, o.rate * g.price, bend * g.gamma + g.price, 1e-14);
        const rh_spot_greeks s = spot_greeks_of(o);
        close_to(s.theta + bend * s.gamma + (o.rate - o.yield) * f * s.delta, o.rate * s.price,
                 bend * s.gamma + f + o.strike, 1e-14);
    }
}

/* The spot formula on F e^((q - r) tau) is the forward formula. */
static void spot_and_forward_agree(void **state) {
    (void)state;
    uint64_t seed = 8;
    for (int i = 0; i < OPTIONS; i++) {
        option o = draw_option(&seed, 4.0);
        const rh_greeks forward = greeks_of(o);
        o.yield = o.rate; /* carry 0: the spot is the forward */
        const rh_spot_greeks g = spot_greeks_of(o);
        close_to(g.price, forward.price, o.forward + o.strike, 1e-15);
        close_to(g.gamma, forward.gamma, forward.gamma, 1e-13);
        close_to(g.theta, forward.theta, fabs(forward.theta) + o.forward + o.strike, 1e-14);
    }
}

static void all_nan(rh_greeks g) {
    double fields[FIELDS];
    memcpy(fields, &g, sizeof g);
    for (size_t i = 0; i < FIELDS; i++)
        assert_true(isnan(fields[i]));
}

static void bad_input_is_nan(void **state) {
    (void)state;
    all_nan(rh_black(1, 0.0, 100, 1, 0.5, 0));
    all_nan(rh_black(1, -1.0, 100, 1, 0.5, 0));
    all_nan(rh_black(1, 100, -1.0, 1, 0.5, 0));
    all_nan(rh_black(1, 100, 100, -1e-9, 0.5, 0));
    all_nan(rh_black(1, 100, 100, 1, -0.5, 0));
    all_nan(rh_black(0, 100, 100, 1, 0.5, 0));
    all_nan(rh_black(2, 100, 100, 1, 0.5, 0));
    all_nan(rh_black(1, NAN, 100, 1, 0.5, 0));
    all_nan(rh_black(1, 100, NAN, 1, 0.5, 0));
    all_nan(rh_black(1, 100, 100, NAN, 0.5, 0));
    all_nan(rh_black(1, 100, 100, 1, NAN, 0));
    all_nan(rh_black(1, 100, 100, 1, 0.5, NAN));
    all_nan(rh_black(1, INFINITY, 100, 1, 0.5, 0));
    all_nan(rh_black(1, 100, 100, 1, INFINITY, 0));
    assert_true(isnan(rh_black_price(1, 0.0, 100, 1, 0.5, 0)));
    assert_true(isnan(rh_black_scholes(1, 100, 100, 1, 0.5, 0, NAN).price));
    assert_true(isnan(rh_black_scholes(1, 0, 100, 1, 0.5, 0, 0).delta));
}

static void expired(double years, double vol) {
    const rh_greeks in = rh_black(1, 120, 100, years, vol, 0);
    assert_true(in.price == 20 && in.delta == 1 && in.gamma == 0 && in.vega == 0);
    assert_true(in.theta == 0 && in.charm == 0 && in.net == 100.0 / 120.0);
    const rh_greeks out = rh_black(-1, 120, 100, years, vol, 0);
    assert_true(out.price == 0 && out.delta == 0 && out.gamma == 0 && out.net == 0);
    const rh_greeks put = rh_black(-1, 80, 100, years, vol, 0);
    assert_true(put.price == 20 && put.delta == -1 && put.net == -1.25);
    assert_true(rh_black(1, 100, 100, years, vol, 0).delta == 0.5);
    assert_true(rh_black(-1, 100, 100, years, vol, 0).delta == -0.5);
    assert_true(rh_black(-1, 100, 100, years, vol, 0).price == 0.0);
    const rh_spot_greeks spot = rh_black_scholes(-1, 80, 100, years, vol, 0, 0);
    assert_true(spot.price == 20 && spot.delta == -1 && spot.d1 == -INFINITY);
}

static void limits(void **state) {
    (void)state;
    expired(0.0, 0.6);
    expired(1.0, 0.0);
    expired(0.0, 0.0);
    /* Without volatility but with time at the money, vega is F sqrt(tau) n(0). */
    close_to(rh_black(1, 100, 100, 0.25, 0, 0).vega, rh_black(1, 100, 100, 0.25, 1e-9, 0).vega, 20,
             1e-14);
    close_to(rh_black(1, 100, 100, 0.25, 0, 0).vanna, rh_black(1, 100, 100, 0.25, 1e-9, 0).vanna, 1,
             1e-9);
    const rh_greeks discounted = rh_black(1, 120, 100, 1, 0, 0.1);
    close_to(discounted.price, 20 * exp(-0.1), 20, 1e-15);
    close_to(discounted.theta, 2 * exp(-0.1), 2, 1e-15);
    const rh_greeks whole = rh_black(1, 60000, 0, 0.5, 0.8, 0);
    assert_true(whole.price == 60000 && whole.delta == 1 && whole.net == 0 && whole.gamma == 0);
    assert_true(rh_black(-1, 60000, 0, 0.5, 0.8, 0).price == 0);
    const rh_spot_greeks carried = rh_black_scholes(1, 100, 0, 2, 0.5, 0.1, 0.05);
    close_to(carried.price, 100 * exp(-0.1), 100, 1e-15);
    close_to(carried.delta, exp(-0.1), 1, 1e-15);
}

/* The limits are where the formula goes. */
static void limits_are_approached(void **state) {
    (void)state;
    const rh_greeks late = rh_black(1, 120, 100, 1e-12, 0.5, 0.05);
    const rh_greeks end = rh_black(1, 120, 100, 0, 0.5, 0.05);
    close_to(late.price, end.price, 20, 1e-12);
    close_to(late.theta, end.theta, 1, 1e-12);
    close_to(late.delta, end.delta, 1, 1e-12);
    close_to(rh_black(1, 100, 100, 1e-14, 0.5, 0).delta, 0.5, 1, 1e-7);
    assert_true(rh_black(1, 100, 130, 1e-9, 0.5, 0).price == 0.0);
    assert_true(rh_black(1, 100, 50, 1e9, 1.0, 0).price == 100.0);
}

static double arrays[FIELDS][OPTIONS];

static void batch_equals_scalar(void **state) {
    (void)state;
    static signed char right[OPTIONS];
    static double forward[OPTIONS], strike[OPTIONS], years[OPTIONS], vol[OPTIONS], rate[OPTIONS];
    uint64_t seed = 9;
    for (int i = 0; i < OPTIONS; i++) {
        const option o = draw_option(&seed, i % 3 ? 3.0 : 36.0);
        right[i] = (signed char)o.right, forward[i] = o.forward, strike[i] = o.strike;
        years[i] = i % 11 ? o.years : 0.0, vol[i] = i % 13 ? o.vol : 0.0;
        rate[i] = i % 17 ? o.rate : NAN;
    }
    strike[77] = 0.0, strike[78] = -1.0, right[79] = 0;
    /* A count that is no multiple of the block; each field in the order of rh_greeks. */
    const rh_black_options options = {OPTIONS - 3, right, forward, strike, years, vol, rate};
    const rh_greek_arrays out = {arrays[0], arrays[1], arrays[2], arrays[3], arrays[4],
                                 arrays[5], arrays[6], arrays[7], arrays[8], arrays[9]};
    rh_black_batch(&options, &out);
    for (size_t i = 0; i < options.count; i++) {
        const rh_greeks g = rh_black(right[i], forward[i], strike[i], years[i], vol[i], rate[i]);
        double fields[FIELDS];
        memcpy(fields, &g, sizeof g);
        for (size_t k = 0; k < FIELDS; k++)
            assert_true(memcmp(&fields[k], &arrays[k][i], sizeof(double)) == 0 ||
                        (isnan(fields[k]) && isnan(arrays[k][i])));
    }
    for (size_t k = 0; k < FIELDS; k++)
        assert_true(arrays[k][OPTIONS - 1] == 0.0); /* nothing is written past the count */
}

static void batch_without_rate_and_outputs(void **state) {
    (void)state;
    const signed char right[2] = {1, -1};
    const double forward[2] = {100, 100}, strike[2] = {90, 120}, years[2] = {0.5, 0.1},
                 vol[2] = {0.5, 0.7};
    double price[2] = {0, 0};
    const rh_black_options options = {2, right, forward, strike, years, vol, NULL};
    const rh_greek_arrays out = {.price = price};
    rh_black_batch(&options, &out);
    for (int i = 0; i < 2; i++)
        assert_true(price[i] ==
                    rh_black_price(right[i], forward[i], strike[i], years[i], vol[i], 0));
    const rh_black_options none = {0, right, forward, strike, years, vol, NULL};
    rh_black_batch(&none, &out);
}

/* FNV-1a over every bit of many results: no compiler, option or machine may change one. */
static void pinned_bits(void **state) {
    (void)state;
    uint64_t hash = UINT64_C(14695981039346656037), bits;
    for (int i = 0; i < 4000; i++) {
        /* Inputs made by exact or correctly rounded operations only. */
        const double k = 20000.0 + 25.0 * i, years = (1 + i % 97) / 365.0;
        const rh_greeks g =
            rh_black(i % 2 ? 1 : -1, 60000.0, k, years, 0.2 + i % 7 / 8.0, i % 3 / 64.0);
        double fields[FIELDS];
        memcpy(fields, &g, sizeof g);
        for (size_t f = 0; f < FIELDS; f++) {
            memcpy(&bits, &fields[f], sizeof bits);
            hash = (hash ^ bits) * UINT64_C(1099511628211);
        }
    }
    if (hash != UINT64_C(8141211086413244046))
        fail_msg("the hash is %" PRIu64, hash);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parity),
        cmocka_unit_test(bounds),
        cmocka_unit_test(rises_with_vol_and_falls_with_strike),
        cmocka_unit_test(symmetry),
        cmocka_unit_test(no_seams),
        cmocka_unit_test(greeks_are_slopes),
        cmocka_unit_test(spot_greeks_are_slopes),
        cmocka_unit_test(coin_greeks_are_slopes),
        cmocka_unit_test(pricing_equation),
        cmocka_unit_test(spot_and_forward_agree),
        cmocka_unit_test(bad_input_is_nan),
        cmocka_unit_test(limits),
        cmocka_unit_test(limits_are_approached),
        cmocka_unit_test(batch_equals_scalar),
        cmocka_unit_test(batch_without_rate_and_outputs),
        cmocka_unit_test(pinned_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
