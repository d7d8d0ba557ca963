/* SPDX-License-Identifier: GPL-3.0-or-later */
/* theory.h: what hedging errors and costs are expected to be, for lines in charts.
 *
 * The world of the formulas: one European option on a lognormal price, hedged at N equal intervals
 * with the Black-Scholes delta at the true volatility. They are leading orders in 1/N: right for
 * frequent hedging, a guide elsewhere. Amounts are per option, in the option's currency; times in
 * years; vega per 1.00 of volatility; `cost` is the proportional cost of one trade (one way: half
 * a relative spread, or a fee rate), 0.0005 for 5 bp. NaN where a formula has no meaning.
 */
#ifndef RH_METRICS_THEORY_H
#define RH_METRICS_THEORY_H

#include <stddef.h>

/* ---- error of hedging at intervals, without costs ---- */

/* Standard deviation of the total PnL at expiry: sqrt(pi/4) vega vol / sqrt(N), vega at the
 * opening. For an option near the money; the constant is that of the money exactly.
 * Source: E. Derman and M. Kamal, When you cannot hedge continuously: the corrections of
 * Black-Scholes, Goldman Sachs Quantitative Strategies Research Notes (1998). */
double rh_derman_kamal_std(double vega, double vol, double hedges);

typedef struct {
    double spot, strike, vol, years;
    double rate;  /* r, continuous; cash accrues at it */
    double drift; /* mu of the real price: dS/S = mu dt + vol dW */
} rh_hedged_option;

/* Granularity g: the root mean squared error at expiry is g / sqrt(N) to leading order, for any
 * strike, call or put. Per step the error is (1/2) gamma S^2 vol^2 dt (z^2 - 1), so
 *
 *     g^2 = (vol^4 T / 2) Int_0^T e^(2 r tau) E[(S_t^2 gamma_t)^2] dt,  tau = T - t.
 *
 * With t = T sin(theta) the discount factors and the pole at expiry cancel:
 *
 *     g^2 = (K^2 vol^2 T / (4 pi)) Int_0^(pi/2) exp(-(m + (r - vol^2/2) tau)^2
 *                                                    / (vol^2 (T + t))) d theta,
 *     m = ln(S/K) + (mu - vol^2/2) t.
 *
 * At the money with small r, mu and vol sqrt T: g = K vol sqrt(T / 8), which is Derman and Kamal's
 * with vega = S sqrt(T / (2 pi)).
 *
 * Source: D. Bertsimas, L. Kogan and A. W. Lo, When is time continuous?, J. Financial Economics 55
 * (2000) 173-204 (definition of granularity; the integral here is derived, not copied). Relative
 * error about 1e-14. NaN unless spot, strike, vol and years are above 0. */
double rh_granularity(const rh_hedged_option *option);

/* ---- costs of hedging at intervals ---- */

/* Leland's number A = sqrt(8/pi) cost / (vol sqrt(dt)), dt the interval in years.
 * Source: H. E. Leland, Option pricing and replication with transactions costs, J. Finance 40
 * (1985) 1283-1301, whose k is the cost of the round trip, 2 cost. */
double rh_leland_number(double cost, double vol, double interval);

/* The volatility that pays for the costs, vol sqrt(1 + A) of a short option (side -1), or leaves
 * them over, vol sqrt(1 - A) of a long one (side 1; NaN from A = 1 on: no such price). */
double rh_leland_vol(double cost, double vol, double interval, int side);

/* Expected cost of one rebalance after dt: cost S E|d delta| = cost |gamma| S^2 vol sqrt(2 dt/pi).
 * `gamma` of the position. */
double rh_rebalance_cost(double cost, double spot, double gamma, double vol, double interval);

/* Expected PnL of one step of a hedged position bought (gamma > 0) or sold (< 0) at `implied`,
 * after costs, when the price moves with `realised` (Hoggard, Whalley and Wilmott):
 *     (1/2) gamma S^2 (realised^2 - implied^2) dt - cost |gamma| S^2 realised sqrt(2 dt/pi).
 * Source: T. Hoggard, A. E. Whalley and P. Wilmott, Hedging option portfolios in the presence of
 * transaction costs, Adv. Futures Options Res. 7 (1994) 21-35. */
double rh_hedged_step_pnl(double cost, double spot, double gamma, double realised, double implied,
                          double interval);

/* Expected cost of all rebalances of one option from the opening to expiry, discounted to the
 * opening, to leading order in the interval; without the opening and the closing trade, which are
 * cost S |delta| and, at expiry in the money, cost S_T:
 *
 *     (cost vol sqrt(2 / (pi dt))) Int_0^T e^(-r t) E[S_t^2 gamma_t] dt,
 *     E[S_t^2 gamma_t] = K e^(-r tau) n((ln(S/K) + (mu - vol^2/2) t + (r - vol^2/2) tau)
 *                                       / (vol sqrt T)) / (vol sqrt T).
 *
 * With mu = r the dollar gamma is a martingale when discounted, and the sum is T/dt times the cost
 * of the first rebalance: the first order in A of the price difference at Leland's volatility.
 * The true expectation is lower, by the order of sqrt(dt/T), as delta near expiry moves less than
 * gamma says. Derived here from the expected cost of one rebalance. */
double rh_interval_cost(const rh_hedged_option *option, double cost, double interval);

#endif
