/* SPDX-License-Identifier: GPL-3.0-or-later */
/* path_block.h: paths of one model, stepped a block at a time, to the bit as path.h steps each.
 *
 * For models whose variance is the same on all paths (xi = 0) and without jumps.
 */
#ifndef RH_SIMULATE_PATH_BLOCK_H
#define RH_SIMULATE_PATH_BLOCK_H

#include "base/vector.h"
#include "simulate/path.h"

typedef struct {
    uint64_t step;
    double variance; /* of all paths */
    double log_move[RH_BLOCK];
} rh_sim_path_block;

/* The model is one that can be stepped in blocks. */
int rh_sim_path_in_blocks(const rh_sim_path_model *model);

void rh_sim_path_block_start(const rh_sim_path_model *model, rh_sim_path_block *block);

/* One step of paths first->path + i, i < RH_BLOCK. */
void rh_sim_path_block_step(rh_vector vector, const rh_sim_path_model *model,
                            const rh_sim_stream *first, rh_sim_path_block *block);

/* Their spot prices now. Returns whether all lie in the range of simulated markets, and not below
 * 1e-280; otherwise they aren't to be used. */
int rh_sim_path_block_spot(rh_vector vector, const rh_sim_path_model *model,
                           const rh_sim_path_block *block, double *spot);

#endif
