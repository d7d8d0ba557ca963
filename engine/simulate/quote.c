/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/quote.h"

#include "pricing/elementary.h"

/* A price this near to a multiple of the tick (in ticks) is that multiple. */
static const double SLACK = 1e-7;

/* Of the logarithm of a size: one side in three is outside a factor of 2.2. */
static const double SIZE_SD = 0.8;

rh_sim_grid rh_sim_grid_of_tick(double tick) {
    rh_sim_grid grid = {0.0, 1.0, -1};
    if (tick <= 0.0)
        return grid;
    for (grid.decimals = 0; grid.decimals < 8; grid.decimals++, grid.scale *= 10.0) {
        const double units = tick * grid.scale;
        if (units > 0.5 && fabs(units - floor(units + 0.5)) < 1e-9 * units)
            break;
    }
    grid.units = floor(tick * grid.scale + 0.5);
    return grid;
}

static double at_tick(rh_sim_grid grid, double ticks) {
    return ticks * grid.units / grid.scale;
}

static double in_ticks(rh_sim_grid grid, double price) {
    return price * grid.scale / grid.units;
}

double rh_sim_grid_floor(rh_sim_grid grid, double price) {
    return grid.decimals < 0 ? price : at_tick(grid, floor(in_ticks(grid, price) + SLACK));
}

double rh_sim_grid_ceiling(rh_sim_grid grid, double price) {
    return grid.decimals < 0 ? price : at_tick(grid, ceil(in_ticks(grid, price) - SLACK));
}

double rh_sim_grid_nearest(rh_sim_grid grid, double price) {
    return grid.decimals < 0 ? price : at_tick(grid, floor(in_ticks(grid, price) + 0.5));
}

rh_sim_sides rh_sim_quote_around(rh_sim_grid grid, double middle, double half_spread) {
    const double bid = rh_sim_grid_floor(grid, middle - half_spread);
    const double ask = rh_sim_grid_ceiling(grid, middle + half_spread);
    const double least = grid.decimals < 0 ? 0.0 : at_tick(grid, 1.0);
    return (rh_sim_sides){.bid = bid > 0.0 ? bid : 0.0, .ask = ask > least ? ask : least};
}

static double size(double shock, double median, double lot) {
    const rh_sim_grid lots = rh_sim_grid_of_tick(lot);
    const double drawn = rh_sim_grid_nearest(lots, median * rh_exp(SIZE_SD * shock));
    return drawn > 0.0 ? drawn : at_tick(lots, 1.0);
}

void rh_sim_quote_sizes(rh_sim_sides *sides, const rh_sim_stream *stream, uint64_t step,
                        uint32_t item, double median, double lot) {
    const rh_draw z = rh_sim_draw_normal(stream, step, RH_SIM_DRAW_SIZE, item);
    sides->bid_size = sides->bid > 0.0 ? size(z.a, median, lot) : 0.0;
    sides->ask_size = sides->ask > 0.0 ? size(z.b, median, lot) : 0.0;
}
