/* SPDX-License-Identifier: GPL-3.0-or-later */
/* black_scholes.h: European options on a spot price with a carry (Black-Scholes-Merton).
 *
 *     V = w (S e^(-q tau) N(w d1) - K e^(-r tau) N(w d2)),
 *     d1,2 = (ln(S/K) + (r - q) tau) / (vol sqrt(tau)) +- vol sqrt(tau) / 2
 *
 * S spot, r continuous rate, q continuous yield of the asset (q = r: a future; q = 0: Black and
 * Scholes 1973), the rest as in black.h. Greeks are taken at a fixed spot. With S = F and r = q = 0
 * they are those Deribit publishes: its rho is this one, not that of a fixed forward.
 *
 * Source: R. C. Merton, Bell J. Economics 4 (1973) 141-183; Haug, as in black.h, chapter 2.
 * Limits and NaN as in black.h, "at the money" meaning S e^(-q tau) = K e^(-r tau).
 */
#ifndef RH_PRICING_BLACK_SCHOLES_H
#define RH_PRICING_BLACK_SCHOLES_H

typedef struct {
    double price;        /* V */
    double delta;        /* dV/dS */
    double gamma;        /* d2V/dS2 */
    double vega;         /* dV/dvol, per 1.00 */
    double theta;        /* dV/dt = -dV/dtau, per year */
    double rho;          /* dV/dr, per 1.00 */
    double dividend_rho; /* dV/dq, per 1.00 */
    double vanna;        /* d2V/dS dvol */
    double volga;        /* d2V/dvol2 */
    double charm;        /* d delta/dt, per year */
    double elasticity;   /* delta S / V; NaN where V is 0 */
    double d1, d2;       /* infinite or NaN in the limits */
} rh_spot_greeks;

rh_spot_greeks rh_black_scholes(int right, double spot, double strike, double years, double vol,
                                double rate, double yield);

#endif
