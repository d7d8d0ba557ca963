/* SPDX-License-Identifier: GPL-3.0-or-later */
/* coin.h: inverse options, whose price and payoff are in coin: payoff max(w (S - K), 0) / S.
 *
 * With V the USD value of black.h at rate 0 and F the forward of the expiry, the coin price is
 * c = V / F = w (N(w d1) - (K/F) N(w d2)). Derivatives of c follow from those of V by the quotient
 * rule; the first needs no subtraction because dV/dF - V/F = w (K/F) N(w d2) (Deribit's net
 * transaction delta) comes with rh_greeks.
 *
 * Source: C. Alexander, D. Chen, A. Imeraj, Crypto quanto and inverse options, Mathematical
 * Finance 33 (2023) 1005-1043; Deribit, Net transaction delta (support article).
 */
#ifndef RH_PRICING_COIN_H
#define RH_PRICING_COIN_H

#include "pricing/black.h"

typedef struct {
    double price; /* c, coin per option on one coin */
    double delta; /* dc/dF, coin per USD: net / F */
    double gamma; /* d2c/dF2 */
    double vega;  /* dc/dvol, per 1.00 */
    double theta; /* dc/dt, per year */
    double vanna; /* d2c/dF dvol */
    double volga; /* d2c/dvol2 */
    double charm; /* d(dc/dF)/dt, per year */
    double net;   /* F dc/dF = Black delta - c: coins of delta left once the premium is counted */
} rh_coin_greeks;

/* `greeks` of the USD value and the forward they were computed at. */
rh_coin_greeks rh_coin(const rh_greeks *greeks, double forward);

#endif
