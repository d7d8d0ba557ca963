/* SPDX-License-Identifier: GPL-3.0-or-later */
/* market_state.h: the whole simulated market at one step, and its way to the next.
 *
 * What is published is on the venues' grids already: index and marks to the cent, unless the tick
 * of their instrument is 0.
 */
#ifndef RH_SIMULATE_MARKET_STATE_H
#define RH_SIMULATE_MARKET_STATE_H

#include "simulate/chain.h"
#include "simulate/outage.h"
#include "simulate/perpetual.h"

enum { RH_SIM_PERPETUALS = 2 }; /* inverse, linear */

typedef struct {
    const rh_scenario *scenario; /* borrowed */
    rh_sim_stream stream;
    rh_time time;
    rh_sim_path path;
    double volatility; /* instantaneous, without jumps */
    double index;      /* published */
    rh_sim_perpetual perpetual[RH_SIM_PERPETUALS];
    double mark[RH_SIM_PERPETUALS];    /* published; NaN where there is no such perpetual */
    double funding[RH_SIM_PERPETUALS]; /* paid at this step; NaN at others */
    rh_sim_outage spot_outage, perpetual_outage[RH_SIM_PERPETUALS],
        chain_outage[RH_SIM_EXPIRIES_MAX];
    rh_sim_chain chain;
} rh_sim_market;

extern const double rh_sim_perpetual_lots[RH_SIM_PERPETUALS];

/* At the first step. Release with rh_sim_market_clear, also after a failure. */
rh_status rh_sim_market_start(rh_sim_market *market, const rh_scenario *scenario, uint32_t path,
                              rh_error *error);
void rh_sim_market_clear(rh_sim_market *market);

/* Back to the first step, of another path. Allocates nothing. */
void rh_sim_market_rewind(rh_sim_market *market, uint32_t path);

void rh_sim_market_step(rh_sim_market *market);

/* Whether prices are such as the files' digits can hold; and the error if they aren't. */
int rh_sim_market_in_range(const rh_sim_market *market);
rh_status rh_sim_market_out_of_range(const rh_sim_market *market, rh_error *error);

/* "BTC-PERPETUAL", "BTC_USDC-PERPETUAL". */
void rh_sim_perpetual_name(const rh_scenario *scenario, int which, char name[RH_NAME_MAX]);

/* What is quoted now, with sizes but whatever the outages. */
rh_sim_sides rh_sim_market_spot(const rh_sim_market *market);
/* The last trade of spot, at one of these sides; NaN in an outage. */
double rh_sim_market_last(const rh_sim_market *market, const rh_sim_sides *spot);

rh_sim_sides rh_sim_market_perpetual(const rh_sim_market *market, int which);
rh_sim_chain_state rh_sim_market_chain_state(const rh_sim_market *market);

#endif
