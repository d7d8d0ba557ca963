/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pricing/black.h"

#include "pricing/black_kernel.h"

enum { BLOCK = 64 }; /* a constant, so that the loop over a block can be vectorised */

#define LARGEST 0x1.fffffffffffffp1023

typedef struct {
    double w, forward, strike, years, vol, rate;
} contract;

static int admissible(contract c) {
    return (c.w == 1.0 || c.w == -1.0) && c.forward > 0.0 && c.forward <= LARGEST &&
           c.strike >= 0.0 && c.strike <= LARGEST && c.years >= 0.0 && c.years <= LARGEST &&
           c.vol >= 0.0 && c.vol <= LARGEST && c.rate >= -LARGEST && c.rate <= LARGEST;
}

static int regular(contract c) {
    return admissible(c) && c.strike > 0.0 && c.vol * sqrt(c.years) >= RH_LEAST_VOL_ROOT;
}

RH_INLINE rh_black_parts parts_of(int fused, contract c, double discount, rh_pair root) {
    const rh_pair log_ratio = rh_log_ratio_by(fused, c.forward, c.strike);
    const rh_moneyness m = rh_moneyness_of(fused, log_ratio, c.vol, root);
    const rh_legs legs = {discount * c.forward, discount * c.strike,
                          discount * (c.forward - c.strike)};
    return rh_black_assemble(fused, c.w, legs, m);
}

RH_INLINE rh_greeks regular_greeks(int fused, contract c) {
    const rh_pair root = rh_sqrt_pair(fused, c.years);
    const double discount = rh_exp(-c.rate * c.years), s = c.vol * root.hi;
    const rh_black_parts p = parts_of(fused, c, discount, root);
    const double density = p.density_leg / c.forward; /* e^(-r tau) n(d1) */
    rh_greeks g;
    g.price = p.price;
    g.delta = c.w * discount * p.asset_share;
    g.gamma = density / (c.forward * s);
    g.vega = p.density_leg * root.hi;
    g.theta = c.rate * g.price - 0.5 * p.density_leg * c.vol / root.hi;
    g.rho = -c.years * g.price;
    g.vanna = -density * p.d2 / c.vol;
    g.volga = g.vega * p.d1 * p.d2 / c.vol;
    g.charm = c.rate * g.delta + 0.5 * density * p.d2 / c.years;
    g.net = c.w * (c.strike / c.forward) * discount * p.strike_share;
    return g;
}

static rh_greeks no_greeks(void) {
    return (rh_greeks){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
}

/* tau = 0, vol = 0 or K = 0: the option is its discounted intrinsic value. */
static rh_greeks limit_greeks(contract c) {
    if (!admissible(c))
        return no_greeks();
    const double discount = rh_exp(-c.rate * c.years), root = sqrt(c.years);
    const double inside = c.w * (c.forward - c.strike);
    const double held = inside > 0.0 ? 1.0 : inside < 0.0 ? 0.0 : 0.5;
    const double density = inside == 0.0 ? discount * RH_DENSITY_0 : 0.0;
    rh_greeks g = {0};
    g.price = discount * (inside > 0.0 ? inside : 0.0);
    g.delta = c.w * held * discount;
    g.vega = density * c.forward * root;
    g.theta = c.rate * g.price;
    g.rho = -c.years * g.price;
    g.vanna = 0.5 * density * root; /* -n(d1) d2 / vol with d2 = -vol root / 2 */
    g.charm = c.rate * g.delta;
    g.net = c.w * (c.strike / c.forward) * held * discount;
    return g;
}

static contract contract_of(int right, double forward, double strike, double years, double vol,
                            double rate) {
    return (contract){(double)right, forward, strike, years, vol, rate};
}

rh_greeks rh_black(int right, double forward, double strike, double years, double vol,
                   double rate) {
    const contract c = contract_of(right, forward, strike, years, vol, rate);
    return regular(c) ? regular_greeks(RH_FUSED, c) : limit_greeks(c);
}

double rh_black_price(int right, double forward, double strike, double years, double vol,
                      double rate) {
    const contract c = contract_of(right, forward, strike, years, vol, rate);
    if (!regular(c))
        return limit_greeks(c).price;
    return parts_of(RH_FUSED, c, rh_exp(-rate * years), rh_sqrt_pair(RH_FUSED, years)).price;
}

typedef struct {
    double w[BLOCK], forward[BLOCK], strike[BLOCK], years[BLOCK], vol[BLOCK], rate[BLOCK];
    unsigned char limit[BLOCK];
} contract_block;

typedef struct {
    double price[BLOCK], delta[BLOCK], gamma[BLOCK], vega[BLOCK], theta[BLOCK], rho[BLOCK],
        vanna[BLOCK], volga[BLOCK], charm[BLOCK], net[BLOCK];
} greek_block;

static contract contract_at(const rh_black_options *o, size_t i) {
    return contract_of(o->right[i], o->forward[i], o->strike[i], o->years[i], o->vol[i],
                       o->rate ? o->rate[i] : 0.0);
}

/* Options that are limits, and the places past the end, are replaced by a harmless one. */
static void load_block(const rh_black_options *o, size_t first, size_t count, contract_block *b) {
    for (size_t i = 0; i < BLOCK; i++) {
        const contract harmless = {1.0, 1.0, 1.0, 1.0, 1.0, 0.0};
        const contract asked = i < count ? contract_at(o, first + i) : harmless;
        b->limit[i] = !regular(asked);
        const contract c = b->limit[i] ? harmless : asked;
        b->w[i] = c.w, b->forward[i] = c.forward, b->strike[i] = c.strike;
        b->years[i] = c.years, b->vol[i] = c.vol, b->rate[i] = c.rate;
    }
}

RH_INLINE void price_block(int fused, const contract_block *restrict b, greek_block *restrict out) {
    for (size_t i = 0; i < BLOCK; i++) {
        const contract c = {b->w[i],     b->forward[i], b->strike[i],
                            b->years[i], b->vol[i],     b->rate[i]};
        const rh_greeks g = regular_greeks(fused, c);
        out->price[i] = g.price, out->delta[i] = g.delta, out->gamma[i] = g.gamma;
        out->vega[i] = g.vega, out->theta[i] = g.theta, out->rho[i] = g.rho;
        out->vanna[i] = g.vanna, out->volga[i] = g.volga, out->charm[i] = g.charm;
        out->net[i] = g.net;
    }
}

static void price_plain(const contract_block *b, greek_block *out) {
    price_block(RH_FUSED, b, out);
}

RH_FOR_AVX2 static void price_avx2(const contract_block *b, greek_block *out) {
    price_block(1, b, out);
}

RH_FOR_AVX512 static void price_avx512(const contract_block *b, greek_block *out) {
    price_block(1, b, out);
}

static void replace_limit(const contract c, greek_block *out, size_t i) {
    const rh_greeks g = limit_greeks(c);
    out->price[i] = g.price, out->delta[i] = g.delta, out->gamma[i] = g.gamma;
    out->vega[i] = g.vega, out->theta[i] = g.theta, out->rho[i] = g.rho;
    out->vanna[i] = g.vanna, out->volga[i] = g.volga, out->charm[i] = g.charm;
    out->net[i] = g.net;
}

static void store(double *to, size_t first, size_t count, const double *from) {
    if (to)
        memcpy(to + first, from, count * sizeof *from);
}

static void store_block(const rh_greek_arrays *to, size_t first, size_t n, const greek_block *b) {
    store(to->price, first, n, b->price);
    store(to->delta, first, n, b->delta);
    store(to->gamma, first, n, b->gamma);
    store(to->vega, first, n, b->vega);
    store(to->theta, first, n, b->theta);
    store(to->rho, first, n, b->rho);
    store(to->vanna, first, n, b->vanna);
    store(to->volga, first, n, b->volga);
    store(to->charm, first, n, b->charm);
    store(to->net, first, n, b->net);
}

void rh_black_batch(const rh_black_options *options, const rh_greek_arrays *out) {
    static void (*const of[RH_N_VECTORS])(const contract_block *,
                                          greek_block *) = {price_plain, price_avx2, price_avx512};
    const rh_vector vector = rh_vector_widest();
    contract_block contracts;
    greek_block greeks;
    for (size_t first = 0; first < options->count; first += BLOCK) {
        const size_t left = options->count - first, count = left < BLOCK ? left : BLOCK;
        load_block(options, first, count, &contracts);
        of[vector](&contracts, &greeks);
        for (size_t i = 0; i < count; i++)
            if (contracts.limit[i])
                replace_limit(contract_at(options, first + i), &greeks, i);
        store_block(out, first, count, &greeks);
    }
}
