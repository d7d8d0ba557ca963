/* SPDX-License-Identifier: GPL-3.0-or-later */
/* random.h: the draws of simulated markets, which are a function of where they are used
 * (base/random.h).
 */
#ifndef RH_SIMULATE_RANDOM_H
#define RH_SIMULATE_RANDOM_H

#include "base/random.h"

#include <stdint.h>

/* What a draw is for. The numbers are part of every simulated market: append only, below 64. */
typedef enum {
    RH_SIM_DRAW_DIFFUSION = 1, /* spot and variance */
    RH_SIM_DRAW_JUMP = 2,
    RH_SIM_DRAW_BASIS = 3,  /* item: perpetual */
    RH_SIM_DRAW_OUTAGE = 4, /* item: as outage.h has it */
    RH_SIM_DRAW_SIZE = 5,   /* item: as outage.h has it; options count on from RH_SIM_ITEM_OPTION */
    RH_SIM_DRAW_WING = 6,   /* item: as for sizes */
    RH_SIM_DRAW_TRADE = 7
} rh_sim_draw_purpose;

/* One simulated history: scenarios with the same seed and path get the same draws. */
typedef struct {
    uint64_t seed;
    uint32_t path;
} rh_sim_stream;

/* Two uniform numbers, strictly between 0 and 1. `item` is below 2^24. */
rh_draw rh_sim_draw_uniform(const rh_sim_stream *stream, uint64_t step, rh_sim_draw_purpose purpose,
                            uint32_t item);

/* Two independent standard normal numbers, by inversion of the same uniform ones. */
rh_draw rh_sim_draw_normal(const rh_sim_stream *stream, uint64_t step, rh_sim_draw_purpose purpose,
                           uint32_t item);

/* The count of a Poisson law with this mean (at most 100) at the quantile `uniform`. */
unsigned rh_poisson_quantile(double mean, double uniform);

#endif
