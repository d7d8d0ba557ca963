/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/hedge_block.h"

#include "execution/order.h"

#include <math.h>

/* ---- the market ---- */

RH_INLINE void quote_prices(const rh_block_quote *quote, const double *restrict spot,
                            rh_block_prices *restrict p) {
    const double factor = quote->factor, half_spread = quote->half_spread;
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const double mark = spot[i] * factor, half = mark * half_spread;
        const double bid = mark - half, ask = mark + half;
        p->bid[i] = bid;
        p->ask[i] = ask;
        p->mid[i] = 0.5 * (bid + ask);
    }
}

/* ---- the book ---- */

RH_INLINE void forwards(const rh_block_leg *leg, const double *restrict spot,
                        double *restrict forward) {
    const double factor = leg->factor, growth = leg->growth;
    for (size_t i = 0; i < RH_BLOCK; i++)
        forward[i] = spot[i] * factor * growth;
}

/* The hedge moves the forward in proportion. */
RH_INLINE void add_exposure(double size, const double *restrict forward,
                            const double *restrict hedge, const double *restrict delta,
                            double *restrict exposure) {
    for (size_t i = 0; i < RH_BLOCK; i++)
        exposure[i] += size * (forward[i] / hedge[i] * delta[i]);
}

/* ---- the hedge ---- */

/* A trade is blended in, since a branch would keep the loop from vectorising. */
RH_INLINE void rebalance(const rh_block_terms *terms, const rh_block_prices *restrict p,
                         const double *restrict exposure,
                         const rh_block_interest *restrict interest, double counted,
                         rh_block_account *restrict a) {
    const double multiplier = terms->multiplier, fee = terms->fee, target = terms->target;
    const double step = interest->step;
    const int is_spot = terms->is_spot, at_mid = terms->at_mid;
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const double mid = p->mid[i], bid = p->bid[i], ask = p->ask[i];
        const double before = a->cash[i], held = a->held[i], entry = a->entry[i];
        const double earned = before + before * interest->growth[i], paid_to = a->paid_to[i];
        const double wanted = (target - exposure[i]) / multiplier, quantity = wanted - held;
        const double most = fabs(held) > fabs(wanted) ? fabs(held) : fabs(wanted);
        const double touch = quantity > 0.0 ? ask : bid, price = at_mid ? mid : touch;
        const double size = quantity * multiplier, notional = fabs(quantity) * multiplier * price;
        const double gained = size * (mid - price);
        const double variation = held * multiplier * (mid - entry) + gained;
        const double paid = fee * notional;
        const double after = earned + (is_spot ? -size * price : variation) - paid;
        const int trades = fabs(quantity) > RH_ORDER_DUST * most;
        a->cash[i] = trades ? after : before;
        a->held[i] = trades ? held + quantity : held;
        a->entry[i] = trades ? mid : entry;
        a->paid_to[i] = trades ? step : paid_to;
        a->turnover[i] += trades ? notional : 0.0;
        a->fees[i] += trades ? paid : 0.0;
        a->spread[i] -= trades ? gained : 0.0;
        a->rebalances[i] += trades ? counted : 0.0;
    }
}

/* ---- for each width of vectors ---- */

static void prices_plain(const rh_block_quote *q, const double *spot, rh_block_prices *p) {
    quote_prices(q, spot, p);
}

RH_FOR_AVX2 static void prices_avx2(const rh_block_quote *q, const double *spot,
                                    rh_block_prices *p) {
    quote_prices(q, spot, p);
}

RH_FOR_AVX512 static void prices_avx512(const rh_block_quote *q, const double *spot,
                                        rh_block_prices *p) {
    quote_prices(q, spot, p);
}

static void forwards_plain(const rh_block_leg *leg, const double *spot, double *forward) {
    forwards(leg, spot, forward);
}

RH_FOR_AVX2 static void forwards_avx2(const rh_block_leg *leg, const double *spot,
                                      double *forward) {
    forwards(leg, spot, forward);
}

RH_FOR_AVX512 static void forwards_avx512(const rh_block_leg *leg, const double *spot,
                                          double *forward) {
    forwards(leg, spot, forward);
}

static void exposure_plain(double size, const double *forward, const double *hedge,
                           const double *delta, double *exposure) {
    add_exposure(size, forward, hedge, delta, exposure);
}

RH_FOR_AVX2 static void exposure_avx2(double size, const double *forward, const double *hedge,
                                      const double *delta, double *exposure) {
    add_exposure(size, forward, hedge, delta, exposure);
}

RH_FOR_AVX512 static void exposure_avx512(double size, const double *forward, const double *hedge,
                                          const double *delta, double *exposure) {
    add_exposure(size, forward, hedge, delta, exposure);
}

static void rebalance_plain(const rh_block_terms *t, const rh_block_prices *p,
                            const double *exposure, const rh_block_interest *interest,
                            double counted, rh_block_account *a) {
    rebalance(t, p, exposure, interest, counted, a);
}

RH_FOR_AVX2 static void rebalance_avx2(const rh_block_terms *t, const rh_block_prices *p,
                                       const double *exposure, const rh_block_interest *interest,
                                       double counted, rh_block_account *a) {
    rebalance(t, p, exposure, interest, counted, a);
}

RH_FOR_AVX512 static void rebalance_avx512(const rh_block_terms *t, const rh_block_prices *p,
                                           const double *exposure,
                                           const rh_block_interest *interest, double counted,
                                           rh_block_account *a) {
    rebalance(t, p, exposure, interest, counted, a);
}

/* ---- functions ---- */

void rh_block_quote_prices(rh_vector vector, const rh_block_quote *quote, const double *spot,
                           rh_block_prices *prices) {
    static void (*const of[RH_N_VECTORS])(const rh_block_quote *, const double *,
                                          rh_block_prices *) = {prices_plain, prices_avx2,
                                                                prices_avx512};
    of[vector](quote, spot, prices);
}

static void leg_forwards(rh_vector vector, const rh_block_leg *leg, const double *spot,
                         double *forward) {
    static void (*const of[RH_N_VECTORS])(const rh_block_leg *, const double *, double *) = {
        forwards_plain, forwards_avx2, forwards_avx512};
    of[vector](leg, spot, forward);
}

static void clear(double *sum) {
    for (size_t i = 0; i < RH_BLOCK && sum; i++)
        sum[i] = 0.0;
}

static void add_value(double size, const double *price, double *value) {
    for (size_t i = 0; i < RH_BLOCK; i++)
        value[i] += size * price[i];
}

void rh_block_sum_up(rh_vector vector, const rh_block_leg *legs, size_t n_legs, const double *spot,
                     const rh_block_prices *prices, double *exposure, double *value) {
    static void (*const of[RH_N_VECTORS])(double, const double *, const double *, const double *,
                                          double *) = {exposure_plain, exposure_avx2,
                                                       exposure_avx512};
    double forward[RH_BLOCK], delta[RH_BLOCK], price[RH_BLOCK];
    clear(exposure);
    clear(value);
    for (size_t j = 0; j < n_legs; j++) {
        leg_forwards(vector, &legs[j], spot, forward);
        rh_black_block(vector, &legs[j].option, forward, exposure ? delta : NULL,
                       value ? price : NULL);
        if (exposure)
            of[vector](legs[j].size, forward, prices->mid, delta, exposure);
        if (value)
            add_value(legs[j].size, price, value);
    }
}

void rh_block_earn(const rh_block_interest *interest, rh_block_account *account) {
    for (size_t i = 0; i < RH_BLOCK; i++) {
        account->cash[i] += account->cash[i] * interest->growth[i];
        account->paid_to[i] = interest->step;
    }
}

int rh_block_paid_to(const rh_block_account *account, double step) {
    int same = 1;
    for (size_t i = 0; i < RH_BLOCK; i++)
        same &= account->paid_to[i] == step;
    return same;
}

static void trade(rh_vector vector, const rh_block_terms *terms, const rh_block_prices *prices,
                  const double *exposure, const rh_block_interest *interest, double counted,
                  rh_block_account *account) {
    static void (*const of[RH_N_VECTORS])(
        const rh_block_terms *, const rh_block_prices *, const double *, const rh_block_interest *,
        double, rh_block_account *) = {rebalance_plain, rebalance_avx2, rebalance_avx512};
    of[vector](terms, prices, exposure, interest, counted, account);
}

void rh_block_rebalance(rh_vector vector, const rh_block_terms *terms,
                        const rh_block_prices *prices, const double *exposure,
                        const rh_block_interest *interest, rh_block_account *account) {
    trade(vector, terms, prices, exposure, interest, 1.0, account);
}

/* A book that has the target itself wants no hedge. */
void rh_block_close(rh_vector vector, const rh_block_terms *terms, const rh_block_prices *prices,
                    rh_block_account *account) {
    const rh_block_interest none = {.step = account->paid_to[0]};
    double exposure[RH_BLOCK];
    for (size_t i = 0; i < RH_BLOCK; i++)
        exposure[i] = terms->target;
    trade(vector, terms, prices, exposure, &none, 0.0, account);
}

void rh_block_balance(const rh_block_terms *terms, const rh_block_prices *prices,
                      const rh_block_account *account, double *balance) {
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const double size = account->held[i] * terms->multiplier;
        const double from = terms->is_spot ? 0.0 : account->entry[i];
        balance[i] = account->cash[i] + size * (prices->mid[i] - from);
    }
}
