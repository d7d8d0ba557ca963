/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/hedge_block.h"

#include "execution/order.h"
#include "pricing/elementary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
RH_FOR_EACH_WIDTH(quote_prices,
                  (const rh_block_quote *quote, const double *spot, rh_block_prices *p),
                  (quote, spot, p));

void rh_block_quote_prices(rh_vector vector, const rh_block_quote *quote, const double *spot,
                           rh_block_prices *prices) {
    quote_prices_of[vector](quote, spot, prices);
}

/* ---- the book ---- */

RH_INLINE void forwards(const rh_block_leg *leg, const double *restrict spot,
                        double *restrict forward) {
    const double factor = leg->factor, growth = leg->growth;
    for (size_t i = 0; i < RH_BLOCK; i++)
        forward[i] = spot[i] * factor * growth;
}
RH_FOR_EACH_WIDTH(forwards, (const rh_block_leg *leg, const double *spot, double *forward),
                  (leg, spot, forward));

/* The first leg of a book begins the sum. */
RH_INLINE void add(int is_first, double size, const double *restrict of_one, double *restrict sum) {
    for (size_t i = 0; i < RH_BLOCK && is_first; i++)
        sum[i] = 0.0 + size * of_one[i];
    for (size_t i = 0; i < RH_BLOCK && !is_first; i++)
        sum[i] += size * of_one[i];
}
RH_FOR_EACH_WIDTH(add, (int is_first, double size, const double *of_one, double *sum),
                  (is_first, size, of_one, sum));

static void clear(double *sum) {
    if (sum)
        memset(sum, 0, RH_BLOCK * sizeof *sum);
}

void rh_block_sum_up(rh_vector vector, const rh_block_leg *legs, size_t n_legs, const double *spot,
                     const rh_block_prices *prices, double *exposure, double *value) {
    double forward[RH_BLOCK], delta[RH_BLOCK], price[RH_BLOCK];
    if (n_legs == 0) {
        clear(exposure);
        clear(value);
    }
    for (size_t j = 0; j < n_legs; j++) {
        forwards_of[vector](&legs[j], spot, forward);
        rh_black_block(vector, &legs[j].option, forward, prices->mid, exposure ? delta : NULL,
                       value ? price : NULL);
        if (exposure)
            add_of[vector](j == 0, legs[j].size, delta, exposure);
        if (value)
            add_of[vector](j == 0, legs[j].size, price, value);
    }
}

/* ---- interest ---- */

RH_INLINE void earn(const rh_block_interest *restrict interest, rh_block_account *restrict a) {
    const double step = interest->step;
    for (size_t i = 0; i < RH_BLOCK; i++) {
        a->cash[i] += a->cash[i] * interest->growth[i];
        a->paid_to[i] = step;
    }
    a->mixed = 0;
}
RH_FOR_EACH_WIDTH(earn, (const rh_block_interest *interest, rh_block_account *a), (interest, a));

void rh_block_earn(rh_vector vector, const rh_block_interest *interest, rh_block_account *account) {
    earn_of[vector](interest, account);
}

int rh_block_paid_to(const rh_block_account *account, double step) {
    return !account->mixed && account->paid_to[0] == step;
}

/* ---- the hedge ---- */

/* What trades have in common. x / multiplier has the bits of x * inverse if that is exact. */
typedef struct {
    const rh_block_terms *terms;
    double counted; /* as a rebalance */
    double inverse; /* of the multiplier */
    int is_exact;   /* the multiplier is a power of two */
} trade_terms;

/* All bits where it holds. A choice by `?:` would be stored under a mask, which is slower. */
RH_INLINE uint64_t mask_of(int holds) {
    return (uint64_t)0 - (uint64_t)holds;
}

RH_INLINE double choose(uint64_t mask, double yes, double no) {
    return rh_from_bits((rh_bits(yes) & mask) | (rh_bits(no) & ~mask));
}

/* A trade is blended in, since a branch would keep the loop from vectorising. */
RH_INLINE void trade_by(int is_exact, int is_spot, const trade_terms *t,
                        const rh_block_prices *restrict p, const double *restrict exposure,
                        const rh_block_interest *restrict interest, rh_block_account *restrict a) {
    const double multiplier = t->terms->multiplier, fee = t->terms->fee;
    const double target = t->terms->target, inverse = t->inverse, counted = t->counted;
    const double step = interest->step;
    const int at_mid = t->terms->at_mid;
    uint64_t unpaid = 0;
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const double mid = p->mid[i], bid = p->bid[i], ask = p->ask[i];
        const double before = a->cash[i], held = a->held[i], entry = a->entry[i];
        const double earned = before + before * interest->growth[i], paid_to = a->paid_to[i];
        const double gap = target - exposure[i];
        const double wanted = is_exact ? gap * inverse : gap / multiplier, quantity = wanted - held;
        const double most = fabs(held) > fabs(wanted) ? fabs(held) : fabs(wanted);
        const double touch = quantity > 0.0 ? ask : bid, price = at_mid ? mid : touch;
        const double size = quantity * multiplier, notional = fabs(quantity) * multiplier * price;
        const double gained = size * (mid - price);
        const double variation = held * multiplier * (mid - entry) + gained;
        const double paid = fee * notional;
        const double after = earned + (is_spot ? -size * price : variation) - paid;
        const uint64_t trades = mask_of(fabs(quantity) > RH_ORDER_DUST * most);
        const double paid_up_to = choose(trades, step, paid_to);
        unpaid |= rh_bits(paid_up_to) ^ rh_bits(step);
        a->cash[i] = choose(trades, after, before);
        a->held[i] = choose(trades, held + quantity, held);
        a->entry[i] = choose(trades, mid, entry);
        a->paid_to[i] = paid_up_to;
        a->turnover[i] += choose(trades, notional, 0.0);
        a->fees[i] += choose(trades, paid, 0.0);
        a->spread[i] -= choose(trades, gained, 0.0);
        a->rebalances[i] += choose(trades, counted, 0.0);
    }
    a->mixed = unpaid != 0;
}

/* The most frequent case has a loop of its own, without a division. */
RH_INLINE void trade(const trade_terms *t, const rh_block_prices *p, const double *exposure,
                     const rh_block_interest *interest, rh_block_account *a) {
    if (t->is_exact && t->terms->is_spot)
        trade_by(1, 1, t, p, exposure, interest, a);
    else
        trade_by(0, t->terms->is_spot, t, p, exposure, interest, a);
}
RH_FOR_EACH_WIDTH(trade,
                  (const trade_terms *t, const rh_block_prices *p, const double *exposure,
                   const rh_block_interest *interest, rh_block_account *a),
                  (t, p, exposure, interest, a));

static trade_terms terms_of(const rh_block_terms *terms, double counted) {
    int exponent;
    const int is_power = frexp(terms->multiplier, &exponent) == 0.5 && abs(exponent) < 1000;
    return (trade_terms){terms, counted, 1.0 / terms->multiplier, is_power};
}

void rh_block_rebalance(rh_vector vector, const rh_block_terms *terms,
                        const rh_block_prices *prices, const double *exposure,
                        const rh_block_interest *interest, rh_block_account *account) {
    const trade_terms t = terms_of(terms, 1.0);
    trade_of[vector](&t, prices, exposure, interest, account);
}

/* A book that has the target itself wants no hedge. */
void rh_block_close(rh_vector vector, const rh_block_terms *terms, const rh_block_prices *prices,
                    rh_block_account *account) {
    const trade_terms t = terms_of(terms, 0.0);
    const rh_block_interest none = {.step = account->paid_to[0]};
    double exposure[RH_BLOCK];
    for (size_t i = 0; i < RH_BLOCK; i++)
        exposure[i] = terms->target;
    trade_of[vector](&t, prices, exposure, &none, account);
}

RH_INLINE double balance_of(const rh_block_terms *terms, double held, double cash, double entry,
                            double mid) {
    const double size = held * terms->multiplier, from = terms->is_spot ? 0.0 : entry;
    return cash + size * (mid - from);
}

void rh_block_balance(const rh_block_terms *terms, const rh_block_prices *prices,
                      const rh_block_account *account, double *balance) {
    const rh_block_account *a = account;
    for (size_t i = 0; i < RH_BLOCK; i++)
        balance[i] = balance_of(terms, a->held[i], a->cash[i], a->entry[i], prices->mid[i]);
}

/* ---- the record ---- */

RH_INLINE void record(const rh_block_terms *terms, const rh_block_prices *restrict p,
                      const double *restrict value, const rh_block_step *step,
                      rh_block_account *restrict a, rh_block_sums *restrict s) {
    const double growth = step->growth, shadow_growth = step->shadow_growth;
    const rh_block_terms t = *terms;
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const double cash = s->shadow[i] + s->shadow[i] * shadow_growth;
        const double balance = balance_of(&t, a->held[i], a->cash[i], a->entry[i], p->mid[i]);
        const double equity = balance + value[i], shadow = cash + value[i];
        const double fees = a->fees[i], spread = a->spread[i], cost = fees + spread;
        const double last = s->last[i], shadow_last = s->shadow_last[i];
        s->error[i] += equity - last + cost - last * growth;
        s->shadow_error[i] += shadow - shadow_last + s->shadow_fees[i] - shadow_last * growth;
        s->shadow[i] = cash;
        s->cost[i] += cost;
        s->fees[i] += fees;
        s->spread[i] += spread;
        s->last[i] = equity;
        s->shadow_last[i] = shadow;
        a->fees[i] = a->spread[i] = s->shadow_fees[i] = 0.0;
    }
}
RH_FOR_EACH_WIDTH(record,
                  (const rh_block_terms *terms, const rh_block_prices *p, const double *value,
                   const rh_block_step *step, rh_block_account *a, rh_block_sums *s),
                  (terms, p, value, step, a, s));

void rh_block_record(rh_vector vector, const rh_block_terms *terms, const rh_block_prices *prices,
                     const double *value, const rh_block_step *step, rh_block_account *account,
                     rh_block_sums *sums) {
    record_of[vector](terms, prices, value, step, account, sums);
}
