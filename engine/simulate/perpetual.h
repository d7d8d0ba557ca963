/* SPDX-License-Identifier: GPL-3.0-or-later */
/* perpetual.h: the basis of a simulated perpetual and the funding that follows from it.
 *
 * The basis b (perpetual over index) is an Ornstein-Uhlenbeck process, stepped exactly:
 *
 *     b' = mean + (b - mean) a + sd sqrt(1 - a^2) z,   a = 2^(-step / half-life)
 *
 * Funding at 00, 08 and 16 h UTC, with p = (mark - index) / index of each step since the last:
 *     deribit: the mean over the steps of clamp(max(d, p) + min(-d, p), -cap, cap), d the damper;
 *     binance: clamp(P + clamp(I - P, -d, d), -cap, cap), P the mean of p with weights 1, 2, 3...
 * Sources: Deribit, Perpetual instrument specification (damper 0.05 % in older editions); Binance,
 * Introduction to funding rates (damper 0.05 %, interest I = 0.01 % for 8 h).
 */
#ifndef RH_SIMULATE_PERPETUAL_H
#define RH_SIMULATE_PERPETUAL_H

#include "simulate/scenario.h"

enum { RH_SIM_FUNDING_EVERY_S = 28800 };

typedef struct {
    double basis_bps;
    double rate_sum;                /* deribit */
    double premium_sum, weight_sum; /* binance */
    uint64_t samples;               /* since the last stamp */
} rh_sim_perpetual;

void rh_sim_perpetual_start(const rh_scenario *scenario, rh_sim_perpetual *perpetual);

/* The basis at `step`; `item` is 0 or 1, so that two perpetuals have each their own. */
void rh_sim_perpetual_step(const rh_scenario *scenario, const rh_sim_stream *stream, uint64_t step,
                           uint32_t item, rh_sim_perpetual *perpetual);

/* Takes the published mark and index of a step into account. */
void rh_sim_perpetual_sample(const rh_scenario *scenario, double mark, double index,
                             rh_sim_perpetual *perpetual);

/* The rate paid now, for the samples since it was asked last. */
double rh_sim_perpetual_funding(const rh_scenario *scenario, rh_sim_perpetual *perpetual);

#endif
