/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chain.h: simulated option chains: which names there are, what they are quoted at, and what
 * they deliver.
 *
 * Every expiry has the same strikes, multiples of `strike_step` around the first spot price, calls
 * and puts, named as Deribit names them. The mark is Black-76 at exactly the forward and the
 * volatility that are given beside it (rounded to 1e-6 coin or 1e-4 USD where ticks are not 0), a
 * linear option discounted at `options.rate`.
 * The spread is made of the volatility's, the hedge's and, in the money, a share of the intrinsic
 * value; beyond `wing` standard deviations sides are missing at times.
 *
 * The volatility knows nothing of the averaging before delivery.
 */
#ifndef RH_SIMULATE_CHAIN_H
#define RH_SIMULATE_CHAIN_H

#include "simulate/quote.h"
#include "simulate/scenario.h"

typedef struct {
    char name[RH_NAME_MAX];
    double strike;
    int right; /* +1 call, -1 put */
} rh_sim_chain_option;

typedef struct {
    rh_time expiry;
    double index_sum; /* over the delivery window */
    uint64_t index_count;
    rh_sim_chain_option *options; /* by strike, call before put */
} rh_sim_chain_expiry;

typedef struct {
    const rh_scenario *scenario; /* borrowed */
    rh_sim_smile smile;
    rh_sim_grid grid, small_grid, forward_grid, mark_grid, iv_grid;
    size_t expiry_count, option_count; /* options of one expiry */
    rh_sim_chain_expiry *expiries;
} rh_sim_chain;

/* What the chain needs to know of the market at one step. */
typedef struct {
    rh_time time;
    uint64_t step;
    const rh_sim_stream *stream;
    double variance;    /* of the path */
    double carried;     /* price that forwards are carried from */
    double half_spread; /* of the hedge, as a fraction of its price */
} rh_sim_chain_state;

typedef struct {
    double forward, iv, mark;
    rh_sim_sides sides;
} rh_sim_chain_quote;

/* Release with rh_sim_chain_clear, also after a failure. `scenario` must outlive the chain. */
rh_status rh_sim_chain_make(rh_sim_chain *chain, const rh_scenario *scenario, rh_error *error);
void rh_sim_chain_clear(rh_sim_chain *chain);

/* Forgets what was observed of the index. */
void rh_sim_chain_rewind(rh_sim_chain *chain);

/* The forward of an expiry that is still ahead, as it is published. */
double rh_sim_chain_forward(const rh_sim_chain *chain, size_t expiry,
                            const rh_sim_chain_state *state);

/* What option number `option` of expiry number `expiry` shows; the expiry is still ahead. */
rh_sim_chain_quote rh_sim_chain_show(const rh_sim_chain *chain, size_t expiry, size_t option,
                                     const rh_sim_chain_state *state);

/* Counts the published index of a step towards the delivery prices whose window it is in. */
void rh_sim_chain_observe(rh_sim_chain *chain, rh_time time, double index);

/* The mean of what was counted, as it is published; NaN before anything was. */
double rh_sim_chain_delivery(const rh_sim_chain *chain, size_t expiry);

#endif
