/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quote.h: the two sides of a simulated order book, on the venue's price grid. */
#ifndef RH_SIMULATE_QUOTE_H
#define RH_SIMULATE_QUOTE_H

#include "simulate/random.h"

/* Prices that are whole multiples of a tick. Values are quotients of integers by a power of ten,
 * so they are the doubles that their decimal text reads back to. */
typedef struct {
    double units, scale; /* tick = units / scale */
    int decimals;        /* -1: no grid, nothing is rounded */
} rh_sim_grid;

/* tick 0 makes the grid that rounds nothing; ticks finer than 1e-8 are not representable. */
rh_sim_grid rh_sim_grid_of_tick(double tick);
double rh_sim_grid_floor(rh_sim_grid grid, double price);
double rh_sim_grid_ceiling(rh_sim_grid grid, double price);
double rh_sim_grid_nearest(rh_sim_grid grid, double price);

/* A price or size of 0 is a side that isn't there. */
typedef struct {
    double bid, bid_size, ask, ask_size;
} rh_sim_sides;

/* bid <= middle <= ask, `half_spread` or more away from it; a bid that would be 0 is none. */
rh_sim_sides rh_sim_quote_around(rh_sim_grid grid, double middle, double half_spread);

/* Gives the sides that are there sizes: lognormal around the median, in whole lots, at least
 * one. `item` tells instruments apart. */
void rh_sim_quote_sizes(rh_sim_sides *sides, const rh_sim_stream *stream, uint64_t step,
                        uint32_t item, double median, double lot);

#endif
