/* SPDX-License-Identifier: GPL-3.0-or-later */
/* random.h: random numbers that are a function of where they are used.
 *
 * Philox 4x32-10 turns a counter and a key into four 32-bit words. Here the key is the seed and
 * the counter is (step, path, purpose, item), so that a draw doesn't depend on which draws were
 * made before it, on threads, or on what else is simulated. One call makes two draws of 52 bits.
 *
 * Source: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, Parallel random numbers: as easy as
 * 1, 2, 3, Proc. SC11 (2011), doi:10.1145/2063384.2063405.
 */
#ifndef RH_SIMULATE_RANDOM_H
#define RH_SIMULATE_RANDOM_H

#include <stdint.h>

/* What a draw is for. The numbers are part of every simulated market: append only. */
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

typedef struct {
    double a, b;
} rh_sim_draw;

/* Two uniform numbers, strictly between 0 and 1. `item` is below 2^24. */
rh_sim_draw rh_sim_draw_uniform(const rh_sim_stream *stream, uint64_t step,
                                rh_sim_draw_purpose purpose, uint32_t item);

/* Two independent standard normal numbers, by inversion of the same uniform ones. */
rh_sim_draw rh_sim_draw_normal(const rh_sim_stream *stream, uint64_t step,
                               rh_sim_draw_purpose purpose, uint32_t item);

/* The count of a Poisson law with this mean (at most 100) at the quantile `uniform`. */
unsigned rh_poisson_quantile(double mean, double uniform);

/* The block function itself. */
void rh_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

#endif
