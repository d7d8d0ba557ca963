/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smile.h: implied volatility by moneyness and time, driven by the current variance.
 *
 * At the money the total variance is what the path's model expects, times a premium:
 *
 *     W(tau) = premium^2 (theta tau + (v - theta) (1 - e^(-kappa tau)) / kappa
 *                         + lambda (mean^2 + sd^2) tau)
 *
 * and around it lies the surface SSVI, k = ln(K / F):
 *
 *     w(k) = W/2 (1 + skew phi k + sqrt((phi k + skew)^2 + 1 - skew^2)),
 *     phi  = curvature / sqrt(W (1 + W)),  W not below its value at one day in phi
 *
 * whose slope and curvature in k decay with sqrt(tau). It has no butterfly arbitrage where
 * curvature (1 + |skew|) <= 2 and, W growing with tau, no calendar arbitrage. Where neither
 * variance nor jumps are random there is no smile: the volatility is the constant to the bit.
 *
 * Source: J. Gatheral, A. Jacquier, Arbitrage-free SVI volatility surfaces, Quantitative Finance
 * 14 (2014) 59-71, theorems 4.1 and 4.2 and equation 4.5 with gamma = 1/2.
 */
#ifndef RH_SIMULATE_SMILE_H
#define RH_SIMULATE_SMILE_H

#include "simulate/path.h"

typedef struct {
    rh_sim_path_model path;
    double premium;         /* implied over expected volatility at the money; 1 for none */
    double skew, curvature; /* skew in (-1, 1), curvature >= 0 */
} rh_sim_smile;

/* Implied volatility at the money for the current variance v >= 0 and `years` > 0. */
double rh_sim_smile_at_money(const rh_sim_smile *smile, double variance, double years);

/* Implied volatility at k = ln(strike / forward). */
double rh_sim_smile_volatility(const rh_sim_smile *smile, double variance, double years, double k);

/* Whether anything is random but the diffusion, so that there is a smile at all. */
int rh_sim_smile_is_flat(const rh_sim_smile *smile);

#endif
