/* SPDX-License-Identifier: GPL-3.0-or-later */
/* black.h: European options on a forward (Black 1976), in the currency of the strike.
 *
 *     V = w e^(-r tau) (F N(w d1) - K N(w d2)),  d1,2 = ln(F/K) / (vol sqrt(tau)) +- vol
 * sqrt(tau)/2
 *
 * F forward, K strike (same currency), tau years to expiry, vol per root year (0.5 is 50 %), r
 * continuous discount rate per year, w = +1 call, -1 put. Greeks are those of one option on one
 * unit and are taken at a fixed forward, in natural units: vega per 1.00 of vol, theta and charm
 * per year. Display units (per vol point, per day, rho per 1 %) are made where numbers are shown.
 * Greeks against a spot price with its carry are in black_scholes.h, coin-priced ones in coin.h.
 *
 * Source: F. Black, The pricing of commodity contracts, J. Financial Economics 3 (1976) 167-179;
 * E. G. Haug, The Complete Guide to Option Pricing Formulas, 2nd ed., chapters 1 and 2.
 *
 * Accuracy: relative error below 1e-12 for the price and 2e-14 for the Greeks however far the wing,
 * while F/K is between 1e-90 and 1e90 and until a number falls below 1e-290 (theta and charm at a
 * rate other than 0: relative to the larger of their two terms).
 *
 * Limits. tau = 0 or vol = 0: the discounted intrinsic value; delta 0 or 1, and 1/2 at F = K;
 * the other Greeks 0, except that vol = 0 at F = K keeps its finite vega and vanna. Gamma, theta
 * and charm have no finite limit at F = K and are given as 0 there. K = 0: the call is the forward
 * (delta 1), the put is worthless. NaN in all fields for: F <= 0, K < 0, tau < 0, vol < 0, an
 * argument that is not finite, a right that is neither +1 nor -1.
 */
#ifndef RH_PRICING_BLACK_H
#define RH_PRICING_BLACK_H

#include <stddef.h>

typedef struct {
    double price; /* V */
    double delta; /* dV/dF */
    double gamma; /* d2V/dF2 */
    double vega;  /* dV/dvol, per 1.00 */
    double theta; /* dV/dt = -dV/dtau, per year */
    double rho;   /* dV/dr, per 1.00 */
    double vanna; /* d2V/dF dvol */
    double volga; /* d2V/dvol2 */
    double charm; /* d delta/dt, per year */
    double net;   /* dV/dF - V/F = w (K/F) e^(-r tau) N(w d2), computed as the right-hand side */
} rh_greeks;

/* One option. */
rh_greeks rh_black(int right, double forward, double strike, double years, double vol, double rate);

/* Its price alone: the same bits as rh_black(...).price for less work. */
double rh_black_price(int right, double forward, double strike, double years, double vol,
                      double rate);

/* Arrays of `count` options; `rate` may be NULL for 0. Borrowed for the call. */
typedef struct {
    size_t count;
    const signed char *right; /* +1 or -1 */
    const double *forward, *strike, *years, *vol, *rate;
} rh_black_options;

/* Where the results go: arrays of `count`, owned by the caller; NULL for what is not wanted. */
typedef struct {
    double *price, *delta, *gamma, *vega, *theta, *rho, *vanna, *volga, *charm, *net;
} rh_greek_arrays;

/* Bit for bit what rh_black returns for each element. Outputs must not overlap inputs. */
void rh_black_batch(const rh_black_options *options, const rh_greek_arrays *out);

#endif
