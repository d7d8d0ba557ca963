/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/path_block.h"

#include "base/random_block.h"
#include "pricing/elementary.h"
#include "pricing/normal_block.h"

#include <stddef.h>

int rh_sim_path_in_blocks(const rh_sim_path_model *model) {
    return model->xi == 0.0 && model->intensity == 0.0;
}

void rh_sim_path_block_start(const rh_sim_path_model *model, rh_sim_path_block *block) {
    block->step = 0;
    block->variance = model->v0;
    for (size_t i = 0; i < RH_BLOCK; i++)
        block->log_move[i] = 0.0;
}

/* The shock of the spot, as rh_sim_path_step mixes it; 0 times a draw adds nothing. */
static void shocks(rh_vector vector, double rho, const rh_draw_place *place, double *shock) {
    const double rest = sqrt(1.0 - rho * rho);
    double a[RH_BLOCK], b[RH_BLOCK], other[RH_BLOCK];
    rh_draw_uniform_block(vector, place, rho == 0.0 ? NULL : a, b);
    rh_normal_quantile_block(vector, b, shock);
    if (rho == 0.0)
        return;
    rh_normal_quantile_block(vector, a, other);
    for (size_t i = 0; i < RH_BLOCK; i++)
        shock[i] = rho * other[i] + rest * shock[i];
}

RH_INLINE void moves(double drift, double root, const double *restrict shock,
                     double *restrict log_move) {
    for (size_t i = 0; i < RH_BLOCK; i++)
        log_move[i] += drift + root * shock[i];
}

static void move_plain(double drift, double root, const double *shock, double *log_move) {
    moves(drift, root, shock, log_move);
}

RH_FOR_AVX2 static void move_avx2(double drift, double root, const double *shock,
                                  double *log_move) {
    moves(drift, root, shock, log_move);
}

RH_FOR_AVX512 static void move_avx512(double drift, double root, const double *shock,
                                      double *log_move) {
    moves(drift, root, shock, log_move);
}

void rh_sim_path_block_step(rh_vector vector, const rh_sim_path_model *model,
                            const rh_sim_stream *first, rh_sim_path_block *block) {
    static void (*const of[RH_N_VECTORS])(double, double, const double *,
                                          double *) = {move_plain, move_avx2, move_avx512};
    const double v = block->variance > 0.0 ? block->variance : 0.0, dt = model->dt;
    double shock[RH_BLOCK];
    block->step++;
    const rh_draw_place place = {first->seed, block->step, first->path, RH_SIM_DRAW_DIFFUSION, 0};
    shocks(vector, model->rho, &place, shock);
    of[vector]((model->drift - 0.5 * v) * dt, sqrt(v * dt), shock, block->log_move);
    block->variance += model->kappa * (model->theta - v) * dt;
}

/* Prices below the least are left to path.h, and so are logarithms that moved too far for
 * rh_exp_near. */
#define LEAST    1e-280
#define MOST_LOG 700.0

/* Bits of numbers that aren't negative are ordered as they are, with NaN above all: a difference
 * has its highest bit if a number is below its least or not below its limit. Two loops, since one
 * would be so long that the next round isn't begun before this one ends. */
RH_INLINE int spots(double spot0, const double *restrict log_move, double *restrict spot) {
    const uint64_t least = rh_bits(LEAST), limit = rh_bits(RH_SIM_PRICE_LIMIT) - 1;
    const uint64_t most_log = rh_bits(MOST_LOG);
    double r[RH_BLOCK], rest[RH_BLOCK], scale[RH_BLOCK];
    uint64_t outside = 0;
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const rh_exp_parts parts = rh_exp_lifted(log_move[i], 0.0, 0);
        outside |= most_log - rh_bits(fabs(log_move[i]));
        r[i] = parts.r, rest[i] = parts.rest, scale[i] = parts.scale;
    }
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const double price = spot0 * rh_exp_combine((rh_exp_parts){r[i], rest[i], scale[i]});
        outside |= (rh_bits(price) - least) | (limit - rh_bits(price));
        spot[i] = price;
    }
    return !(outside >> 63);
}

static int spot_plain(double spot0, const double *log_move, double *spot) {
    return spots(spot0, log_move, spot);
}

RH_FOR_AVX2 static int spot_avx2(double spot0, const double *log_move, double *spot) {
    return spots(spot0, log_move, spot);
}

RH_FOR_AVX512 static int spot_avx512(double spot0, const double *log_move, double *spot) {
    return spots(spot0, log_move, spot);
}

int rh_sim_path_block_spot(rh_vector vector, const rh_sim_path_model *model,
                           const rh_sim_path_block *block, double *spot) {
    static int (*const of[RH_N_VECTORS])(double, const double *, double *) = {spot_plain, spot_avx2,
                                                                              spot_avx512};
    return of[vector](model->spot0, block->log_move, spot);
}
