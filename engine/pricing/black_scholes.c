/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pricing/black_scholes.h"

#include "pricing/black_kernel.h"

#define LARGEST 0x1.fffffffffffffp1023

typedef struct {
    double w, spot, strike, years, vol, rate, yield;
    double spot_leg, strike_leg; /* S e^(-q tau), K e^(-r tau) */
} contract;

static int in_range(double x, double least) {
    return x >= least && x <= LARGEST;
}

static int admissible(const contract *c) {
    return (c->w == 1.0 || c->w == -1.0) && c->spot > 0.0 && in_range(c->spot, 0.0) &&
           in_range(c->strike, 0.0) && in_range(c->years, 0.0) && in_range(c->vol, 0.0) &&
           in_range(c->rate, -LARGEST) && in_range(c->yield, -LARGEST);
}

/* ln(S/K) + (r - q) tau; the carry is added in two parts because the two often nearly cancel. */
static rh_pair log_moneyness(const contract *c) {
    const rh_pair ratio = rh_log_ratio(c->spot, c->strike), rates = rh_sum(c->rate, -c->yield);
    const rh_pair carry = rh_product(rates.hi, c->years), sum = rh_sum(ratio.hi, carry.hi);
    return rh_fast_sum(sum.hi, sum.lo + (ratio.lo + carry.lo + rates.lo * c->years));
}

/* S e^(-q tau) - K e^(-r tau) = K e^(-r tau) (e^x - 1). Near the money the subtraction would leave
 * the rounding of two large legs in a small value; the series (remainder 3e-17) does not. */
static double leg_difference(const contract *c, double x) {
    double sum = 1.0;
    if (!(x > -0.125 && x < 0.125))
        return c->spot_leg - c->strike_leg;
    for (int n = 10; n >= 2; n--)
        sum = 1.0 + sum * x / n;
    return c->strike_leg * x * sum;
}

/* The Greeks that hold the two shares; the terms with the density are added by the caller. */
static rh_spot_greeks greeks_of_shares(const contract *c, double price, double asset_share,
                                       double strike_share) {
    rh_spot_greeks g = {0};
    const double asset = c->w * c->spot_leg * asset_share;
    const double strike = c->w * c->strike_leg * strike_share;
    g.price = price;
    g.delta = asset / c->spot;
    g.theta = c->yield * asset - c->rate * strike;
    g.rho = c->years * strike;
    g.dividend_rho = -c->years * asset;
    g.charm = c->yield * g.delta;
    g.elasticity = price > 0.0 ? asset / price : NAN;
    return g;
}

static rh_spot_greeks regular_greeks(const contract *c) {
    const rh_pair root = rh_sqrt_pair(RH_FUSED, c->years), x = log_moneyness(c);
    const rh_legs legs = {c->spot_leg, c->strike_leg, leg_difference(c, x.hi)};
    const rh_black_parts p =
        rh_black_assemble(RH_FUSED, c->w, legs, rh_moneyness_of(RH_FUSED, x, c->vol, root));
    const double density = p.density_leg / c->spot, s = c->vol * root.hi; /* e^(-q tau) n(d1) */
    rh_spot_greeks g = greeks_of_shares(c, p.price, p.asset_share, p.strike_share);
    g.gamma = density / (c->spot * s);
    g.vega = p.density_leg * root.hi;
    g.theta -= 0.5 * p.density_leg * c->vol / root.hi;
    g.vanna = -density * p.d2 / c->vol;
    g.volga = g.vega * p.d1 * p.d2 / c->vol;
    g.charm += density * (0.5 * p.d2 / c->years - (c->rate - c->yield) / s);
    g.d1 = p.d1;
    g.d2 = p.d2;
    return g;
}

static rh_spot_greeks limit_greeks(const contract *c) {
    const double x = c->strike > 0.0 ? log_moneyness(c).hi : INFINITY;
    const double inside = c->w * x, root = sqrt(c->years);
    const double held = inside > 0.0 ? 1.0 : inside < 0.0 ? 0.0 : 0.5;
    const double density = inside == 0.0 ? c->spot_leg / c->spot * RH_DENSITY_0 : 0.0;
    const double price = inside > 0.0 ? c->w * leg_difference(c, x) : 0.0;
    rh_spot_greeks g = greeks_of_shares(c, price, held, held);
    g.vega = density * c->spot * root;
    g.vanna = 0.5 * density * root;
    g.d1 = g.d2 = x == 0.0 ? 0.0 : x > 0.0 ? INFINITY : -INFINITY;
    return g;
}

rh_spot_greeks rh_black_scholes(int right, double spot, double strike, double years, double vol,
                                double rate, double yield) {
    contract c = {(double)right, spot, strike, years, vol, rate, yield, 0.0, 0.0};
    if (!admissible(&c))
        return (rh_spot_greeks){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    c.spot_leg = spot * rh_exp(-yield * years);
    c.strike_leg = strike * rh_exp(-rate * years);
    if (strike == 0.0 || vol * sqrt(years) < RH_LEAST_VOL_ROOT)
        return limit_greeks(&c);
    return regular_greeks(&c);
}
