/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pricing/black_block.h"

#include "pricing/black.h"
#include "pricing/black_kernel.h"

#include <stddef.h>

/* What the steps of the calculation hand on. Many short loops: a processor has several rounds of a
 * short one in hand at the same time, and hides the latency of one behind the others. */
typedef struct {
    double log_high[RH_BLOCK], log_low[RH_BLOCK];   /* ln(F / K) */
    double near_high[RH_BLOCK], near_low[RH_BLOCK]; /* a of black_kernel.h */
    double tail_at[RH_BLOCK];                       /* where the Mills ratio is taken */
    double density[RH_BLOCK];                       /* n(a), or n(b) where F > K */
    double mills[RH_BLOCK];
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
        w->tail_at[i] = m.below ? (a < 0.0 ? -a : a) : m.far.hi;
    }
}

RH_INLINE void densities(const double *restrict forward, double discount, double strike,
                         workings *restrict w) {
    const double p = discount * strike;
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const double share = p / (discount * forward[i]);
        const double density = rh_normal_density_pair(w->near_high[i], w->near_low[i]);
        w->density[i] = density * (w->log_high[i] <= 0.0 ? 1.0 : share);
    }
}

RH_INLINE void mills_ratios(workings *restrict w) {
    for (size_t i = 0; i < RH_BLOCK; i++)
        w->mills[i] = rh_mills(w->tail_at[i]);
}

/* w N(w d1) discounted, put together as rh_black_assemble does. */
RH_INLINE void deltas(int right, double discount, const workings *restrict w,
                      double *restrict delta) {
    const double scale = right * discount;
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const double tail = w->density[i] * w->mills[i], rest = 1.0 - tail;
        const double above_a = w->near_high[i] >= 0.0 ? tail : rest;
        const double below_a = w->near_high[i] >= 0.0 ? rest : tail;
        const double below = right > 0 ? above_a : below_a, above = right > 0 ? rest : tail;
        delta[i] = scale * (w->log_high[i] <= 0.0 ? below : above);
    }
}

RH_INLINE void delta_block(const rh_black_contract *c, const double *forward, double *delta) {
    const common shared = common_of(c);
    workings w;
    log_ratios(forward, c->strike, &w);
    moneyness(c->vol, shared.root, &w);
    densities(forward, shared.discount, c->strike, &w);
    mills_ratios(&w);
    deltas(c->right, shared.discount, &w, delta);
}

RH_INLINE void price_block(const rh_black_contract *c, const double *restrict forward,
                           double *restrict price) {
    const common shared = common_of(c);
    const double d = shared.discount, k = c->strike;
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const rh_moneyness m = rh_moneyness_of(rh_log_ratio(forward[i], k), c->vol, shared.root);
        const double f = forward[i];
        price[i] = rh_black_assemble(c->right, d * f, d * k, d * (f - k), m).price;
    }
}

static void delta_plain(const rh_black_contract *c, const double *forward, double *delta) {
    delta_block(c, forward, delta);
}

RH_FOR_AVX2 static void delta_avx2(const rh_black_contract *c, const double *f, double *delta) {
    delta_block(c, f, delta);
}

RH_FOR_AVX512 static void delta_avx512(const rh_black_contract *c, const double *f, double *delta) {
    delta_block(c, f, delta);
}

static void price_plain(const rh_black_contract *c, const double *forward, double *price) {
    price_block(c, forward, price);
}

RH_FOR_AVX2 static void price_avx2(const rh_black_contract *c, const double *f, double *price) {
    price_block(c, f, price);
}

RH_FOR_AVX512 static void price_avx512(const rh_black_contract *c, const double *f, double *price) {
    price_block(c, f, price);
}

/* Expired, worthless or without volatility: black.h's limits. */
static int is_limit(const rh_black_contract *c) {
    return !(c->years > 0.0 && c->strike > 0.0 && c->vol * sqrt(c->years) >= RH_LEAST_VOL_ROOT);
}

void rh_black_delta_block(rh_vector vector, const rh_black_contract *contract,
                          const double *forward, double *delta) {
    static void (*const of[RH_N_VECTORS])(const rh_black_contract *, const double *,
                                          double *) = {delta_plain, delta_avx2, delta_avx512};
    const rh_black_contract *c = contract;
    if (!is_limit(c)) {
        of[vector](c, forward, delta);
        return;
    }
    for (size_t i = 0; i < RH_BLOCK; i++)
        delta[i] = rh_black(c->right, forward[i], c->strike, c->years, c->vol, c->rate).delta;
}

void rh_black_price_block(rh_vector vector, const rh_black_contract *contract,
                          const double *forward, double *price) {
    static void (*const of[RH_N_VECTORS])(const rh_black_contract *, const double *,
                                          double *) = {price_plain, price_avx2, price_avx512};
    const rh_black_contract *c = contract;
    if (!is_limit(c)) {
        of[vector](c, forward, price);
        return;
    }
    for (size_t i = 0; i < RH_BLOCK; i++)
        price[i] = rh_black_price(c->right, forward[i], c->strike, c->years, c->vol, c->rate);
}
