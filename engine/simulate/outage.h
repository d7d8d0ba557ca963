/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outage.h: times in which an instrument has no quotes.
 *
 * A chain of two states: an outage begins in a step with the probability the scenario gives, and
 * ends with step / (mean length); so the share of steps without quotes tends to
 * p / (p + step / length). A silent outage has no rows at all, in another one both sides are 0.
 */
#ifndef RH_SIMULATE_OUTAGE_H
#define RH_SIMULATE_OUTAGE_H

#include "simulate/scenario.h"

/* Instruments as draws tell them apart. */
enum {
    RH_SIM_ITEM_SPOT = 0,
    RH_SIM_ITEM_PERPETUAL = 1, /* and 2: the linear one */
    RH_SIM_ITEM_EXPIRY = 16,   /* and on: a whole chain goes at once */
    RH_SIM_ITEM_OPTION = 1024  /* and on, for sizes and wings */
};

static inline uint32_t rh_sim_item_of_option(size_t expiry, size_t option) {
    return (uint32_t)(RH_SIM_ITEM_OPTION + expiry * 2 * RH_SIM_STRIKES_MAX + option);
}

typedef enum { RH_SIM_QUOTING, RH_SIM_SIDES_GONE, RH_SIM_SILENT } rh_sim_outage;

/* The state at `step`, from the one at the step before it. */
rh_sim_outage rh_sim_outage_step(const rh_scenario *scenario, const rh_sim_stream *stream,
                                 uint64_t step, uint32_t item, rh_sim_outage before);

#endif
