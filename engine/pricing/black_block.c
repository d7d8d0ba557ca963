/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pricing/black_block.h"

#include "pricing/black.h"
#include "pricing/black_kernel.h"

#include <stddef.h>

/* What the steps of the calculation hand on. Many short loops: a processor has several rounds of a
 * short one in hand at the same time, and hides the latency of one behind the others. */
typedef struct {
    double exponent[RH_BLOCK], q[RH_BLOCK], q_low[RH_BLOCK]; /* of the logarithm */
    double log[RH_BLOCK], log_low[RH_BLOCK];                 /* ln(F / K) */
    double d1[RH_BLOCK], d1_low[RH_BLOCK], d2[RH_BLOCK];
    double power[RH_BLOCK], power_low[RH_BLOCK], scale[RH_BLOCK]; /* of the exponential */
    double per_hedge[RH_BLOCK];                  /* the forward over the hedge's price */
    double core[RH_BLOCK];                       /* of the density at d1 */
    double mills_1[RH_BLOCK], mills_2[RH_BLOCK]; /* at |d1| and |d2| */
} workings;

/* What the forwards have in common. */
typedef struct {
    rh_log_base strike;
    rh_pair vol_root; /* s of black_kernel.h */
    double discount;
} common;

static common common_of(const rh_black_contract *c) {
    return (common){rh_log_base_of(c->strike),
                    rh_vol_root(RH_FUSED, c->vol, rh_sqrt_pair(RH_FUSED, c->years)),
                    rh_exp(-c->rate * c->years)};
}

/* Returns whether all forwards are normal numbers. */
RH_INLINE int log_parts(int fused, const double *restrict forward, rh_log_base strike,
                        workings *restrict w) {
    uint64_t small = 0;
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const rh_log_parts parts = rh_log_divide(fused, forward[i], strike);
        small |= rh_bits(forward[i]) - (UINT64_C(1) << 52);
        w->exponent[i] = parts.exponent;
        w->q[i] = parts.q;
        w->q_low[i] = parts.q_low;
    }
    return !(small >> 63);
}

RH_INLINE void logarithms(workings *restrict w) {
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const rh_pair x = rh_log_combine((rh_log_parts){w->exponent[i], w->q[i], w->q_low[i]});
        w->log[i] = x.hi;
        w->log_low[i] = x.lo;
    }
}

RH_INLINE void distances(int fused, int both, rh_pair s, workings *restrict w) {
    const rh_pair half = {0.5 * s.hi, 0.5 * s.lo}, minus = {-half.hi, -half.lo};
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const rh_pair y = rh_quotient(fused, (rh_pair){w->log[i], w->log_low[i]}, s);
        const rh_pair d1 = rh_standard_distance(y, half);
        w->d1[i] = d1.hi;
        w->d1_low[i] = d1.lo;
        if (both)
            w->d2[i] = rh_standard_distance(y, minus).hi;
    }
}

RH_INLINE void density_parts(int fused, workings *restrict w) {
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const rh_exp_parts parts = rh_density_parts(fused, w->d1[i], w->d1_low[i]);
        w->power[i] = parts.r;
        w->power_low[i] = parts.rest;
        w->scale[i] = parts.scale;
    }
}

/* The division has no more to do with it than that it takes no time beside so many products. */
RH_INLINE void densities(const double *restrict forward, const double *restrict hedge,
                         workings *restrict w) {
    for (size_t i = 0; i < RH_BLOCK; i++) {
        w->core[i] = rh_exp_combine((rh_exp_parts){w->power[i], w->power_low[i], w->scale[i]});
        if (hedge)
            w->per_hedge[i] = forward[i] / hedge[i];
    }
}

RH_INLINE void mills_ratios(const double *restrict d, double *restrict mills) {
    for (size_t i = 0; i < RH_BLOCK; i++)
        mills[i] = rh_mills_near(fabs(d[i]));
}

/* w N(w d1) discounted. */
RH_INLINE void deltas(double right, double discount, int per_hedge, const workings *restrict w,
                      double *restrict delta) {
    const double scale = right * discount;
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const double tail = RH_DENSITY_SCALE * w->core[i] * w->mills_1[i];
        const double of_forward = scale * rh_share(right, w->d1[i], tail);
        delta[i] = per_hedge ? w->per_hedge[i] * of_forward : of_forward;
    }
}

RH_INLINE void prices(int by_series, const rh_black_contract *c, const common *shared,
                      const double *restrict forward, const workings *restrict w,
                      double *restrict price) {
    const double discount = shared->discount, strike = c->strike, p = discount * strike;
    const double s = shared->vol_root.hi, right = c->right;
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const double f = forward[i];
        const rh_moneyness m = {{w->d1[i], w->d1_low[i]}, w->d2[i], s, f <= strike};
        const rh_legs legs = {discount * f, p, discount * (f - strike)};
        price[i] =
            rh_option_price(by_series, right, legs, m, w->core[i], w->mills_1[i], w->mills_2[i]);
    }
}

RH_INLINE int block(int fused, const rh_black_contract *c, const double *forward,
                    const double *hedge, double *delta, double *price) {
    const common shared = common_of(c);
    workings w;
    if (!log_parts(fused, forward, shared.strike, &w))
        return 0;
    logarithms(&w);
    if (price)
        distances(fused, 1, shared.vol_root, &w);
    else
        distances(fused, 0, shared.vol_root, &w);
    density_parts(fused, &w);
    const int per_hedge = delta && hedge;
    if (per_hedge)
        densities(forward, hedge, &w);
    else
        densities(forward, NULL, &w);
    mills_ratios(w.d1, w.mills_1);
    if (per_hedge)
        deltas(c->right, shared.discount, 1, &w, delta);
    else if (delta)
        deltas(c->right, shared.discount, 0, &w, delta);
    if (price) {
        mills_ratios(w.d2, w.mills_2);
        if (shared.vol_root.hi < RH_SERIES_BELOW)
            prices(1, c, &shared, forward, &w, price);
        else
            prices(0, c, &shared, forward, &w, price);
    }
    return 1;
}

static int plain(const rh_black_contract *c, const double *f, const double *hedge, double *delta,
                 double *price) {
    return block(RH_FUSED, c, f, hedge, delta, price);
}

RH_FOR_AVX2 static int avx2(const rh_black_contract *c, const double *f, const double *hedge,
                            double *delta, double *price) {
    return block(1, c, f, hedge, delta, price);
}

RH_FOR_AVX512 static int avx512(const rh_black_contract *c, const double *f, const double *hedge,
                                double *delta, double *price) {
    return block(1, c, f, hedge, delta, price);
}

/* Not one of black.h's limits (expired, worthless, without volatility), and no number so large or
 * so small that parts of it would be lost. */
static int is_regular(const rh_black_contract *c) {
    const double s = c->vol * sqrt(c->years);
    return c->strike >= 0x1p-1022 && s >= RH_LEAST_VOL_ROOT && s < RH_MOST_VOL_ROOT;
}

void rh_black_block(rh_vector vector, const rh_black_contract *contract, const double *forward,
                    const double *hedge, double *delta, double *price) {
    static int (*const of[RH_N_VECTORS])(const rh_black_contract *, const double *, const double *,
                                         double *, double *) = {plain, avx2, avx512};
    const rh_black_contract *c = contract;
    if (is_regular(c) && of[vector](c, forward, hedge, delta, price))
        return;
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const rh_greeks g = rh_black(c->right, forward[i], c->strike, c->years, c->vol, c->rate);
        if (delta)
            delta[i] = hedge ? forward[i] / hedge[i] * g.delta : g.delta;
        if (price)
            price[i] = g.price;
    }
}
