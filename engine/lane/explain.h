/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explain.h: where an option leg's change in value came from.
 *
 * The change between two moments is the sum of its Taylor terms at the first one and a residual,
 * in USD and, separately, in coin. With D the delta against the hedge (price P), F the forward, S
 * the conversion price, sigma and t:
 *
 *   delta = D dP          basis = first order of what F and S did, less delta
 *   gamma = G dF^2 / 2    vega, theta, volga / 2, vanna (F, sigma), charm (F, t) likewise
 *
 * An inverse option is worth S/F times Black's value in USD, so its USD Greeks carry that factor.
 * In coin its first order is taken in 1/F and 1/P, because an inverse hedge is linear in them:
 * delta = (D - c) (1 - P0/P1) is what the hedge of it pays, and gamma is G/F dF^2 / 2. If F, S and
 * P move in proportion and S = P, basis is 0.
 * Source: the terms are the desks' usual PnL explain; the scaling follows from the chain rule.
 */
#ifndef RH_LANE_EXPLAIN_H
#define RH_LANE_EXPLAIN_H

#include "book/book.h"
#include "ledger/entry.h"

/* A leg's value at a moment, with the prices around it. */
typedef struct {
    rh_time ts;
    double spot, hedge; /* S, P */
    rh_leg_value value;
} rh_leg_mark;

/* Adds the terms of `size` options from one mark to the next to `out`. */
void rh_explain_leg(const rh_instrument *option, double size, const rh_leg_mark *from,
                    const rh_leg_mark *to, rh_attribution *out);

/* Value of one option in USD at a mark. */
double rh_leg_mark_usd(const rh_instrument *option, const rh_leg_mark *mark);

#endif
