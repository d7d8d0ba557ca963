/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pricing/black_block.h"

#include "pricing/black.h"
#include "pricing/black_kernel.h"

#include <stddef.h>

/* What the steps of the calculation hand on. Many short loops: a processor has several rounds of a
 * short one in hand at the same time, and hides the latency of one behind the others. */
typedef struct {
    double log_high[RH_BLOCK], log_low[RH_BLOCK];       /* ln(F / K) */
    double near_high[RH_BLOCK], near_low[RH_BLOCK];     /* a of black_kernel.h */
    double far[RH_BLOCK];                               /* b */
    double tail_at[RH_BLOCK];                           /* |a| below the strike, b above it */
    double density[RH_BLOCK];                           /* n(a) */
    double tail_density[RH_BLOCK];                      /* n of tail_at */
    double tail_mills[RH_BLOCK], other_mills[RH_BLOCK]; /* of tail_at, and of the other one */
} workings;

/* What the forwards have in common. */
typedef struct {
    rh_pair root;
    double discount;
} common;

RH_INLINE common common_of(const rh_black_contract *c) {
    return (common){rh_sqrt_pair(c->years), rh_exp(-c->rate * c->years)};
}

RH_INLINE void log_ratios(const double *restrict forward, double strike, workings *restrict w) {
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const rh_pair x = rh_log_ratio(forward[i], strike);
        w->log_high[i] = x.hi;
        w->log_low[i] = x.lo;
    }
}

/* The share's tail is N(-|a|) below the strike, N(-b) above it. */
RH_INLINE void moneyness(double vol, rh_pair root, workings *restrict w) {
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const rh_moneyness m = rh_moneyness_of((rh_pair){w->log_high[i], w->log_low[i]}, vol, root);
        const double a = m.near.hi;
        w->near_high[i] = a;
        w->near_low[i] = m.near.lo;
        w->far[i] = m.far.hi;
        w->tail_at[i] = m.below ? (a < 0.0 ? -a : a) : m.far.hi;
    }
}

RH_INLINE void densities(const double *restrict forward, double discount, double strike,
                         workings *restrict w) {
    const double p = discount * strike;
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const double share = p / (discount * forward[i]);
        const double density = rh_normal_density_pair(w->near_high[i], w->near_low[i]);
        w->density[i] = density;
        w->tail_density[i] = density * (w->log_high[i] <= 0.0 ? 1.0 : share);
    }
}

RH_INLINE void tail_mills_ratios(workings *restrict w) {
    for (size_t i = 0; i < RH_BLOCK; i++)
        w->tail_mills[i] = rh_mills(w->tail_at[i]);
}

RH_INLINE void other_mills_ratios(workings *restrict w) {
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const double a = w->near_high[i], size = a < 0.0 ? -a : a;
        w->other_mills[i] = rh_mills(w->log_high[i] <= 0.0 ? w->far[i] : size);
    }
}

/* w N(w d1) discounted, put together as rh_black_assemble does. */
RH_INLINE void deltas(int right, double discount, const workings *restrict w,
                      double *restrict delta) {
    const double scale = right * discount;
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const double tail = w->tail_density[i] * w->tail_mills[i], rest = 1.0 - tail;
        const double above_a = w->near_high[i] >= 0.0 ? tail : rest;
        const double below_a = w->near_high[i] >= 0.0 ? rest : tail;
        const double below = right > 0 ? above_a : below_a, above = right > 0 ? rest : tail;
        delta[i] = scale * (w->log_high[i] <= 0.0 ? below : above);
    }
}

/* The option out of the money per unit of the smaller leg; s is vol sqrt(years). */
RH_INLINE void outside_prices(double s, const workings *restrict w, double *restrict price) {
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const int below = w->log_high[i] <= 0.0;
        const double near = below ? w->tail_mills[i] : w->other_mills[i];
        const double far = below ? w->other_mills[i] : w->tail_mills[i];
        const double density = w->density[i];
        const double spread = density * (near - far), inside = 1.0 - density * (near + far);
        const double plain = w->near_high[i] >= 0.0 ? spread : inside;
        const double series = density * rh_mills_step(w->far[i], far, s);
        price[i] = s < RH_SERIES_BELOW ? series : plain;
    }
}

RH_INLINE void prices(const rh_black_contract *c, double discount, const double *restrict forward,
                      const workings *restrict w, double *restrict price) {
    const double p = discount * c->strike, sign = c->right;
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const int below = w->log_high[i] <= 0.0;
        const double q = discount * forward[i], q_less_p = discount * (forward[i] - c->strike);
        const double outside = (below ? q : p) * price[i], inside = sign * q_less_p;
        const double parity = c->right > 0 ? (below ? 0.0 : inside) : (below ? inside : 0.0);
        price[i] = outside + parity;
    }
}

RH_INLINE void block(const rh_black_contract *c, const double *forward, double *delta,
                     double *price) {
    const common shared = common_of(c);
    workings w;
    log_ratios(forward, c->strike, &w);
    moneyness(c->vol, shared.root, &w);
    densities(forward, shared.discount, c->strike, &w);
    tail_mills_ratios(&w);
    if (delta)
        deltas(c->right, shared.discount, &w, delta);
    if (!price)
        return;
    other_mills_ratios(&w);
    outside_prices(rh_product(c->vol, shared.root.hi).hi, &w, price);
    prices(c, shared.discount, forward, &w, price);
}

static void plain(const rh_black_contract *c, const double *f, double *delta, double *price) {
    block(c, f, delta, price);
}

RH_FOR_AVX2 static void avx2(const rh_black_contract *c, const double *f, double *delta,
                             double *price) {
    block(c, f, delta, price);
}

RH_FOR_AVX512 static void avx512(const rh_black_contract *c, const double *f, double *delta,
                                 double *price) {
    block(c, f, delta, price);
}

/* Expired, worthless or without volatility: black.h's limits. */
static int is_limit(const rh_black_contract *c) {
    return !(c->years > 0.0 && c->strike > 0.0 && c->vol * sqrt(c->years) >= RH_LEAST_VOL_ROOT);
}

void rh_black_block(rh_vector vector, const rh_black_contract *contract, const double *forward,
                    double *delta, double *price) {
    static void (*const of[RH_N_VECTORS])(const rh_black_contract *, const double *, double *,
                                          double *) = {plain, avx2, avx512};
    const rh_black_contract *c = contract;
    if (!is_limit(c)) {
        of[vector](c, forward, delta, price);
        return;
    }
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const rh_greeks g = rh_black(c->right, forward[i], c->strike, c->years, c->vol, c->rate);
        if (delta)
            delta[i] = g.delta;
        if (price)
            price[i] = g.price;
    }
}
