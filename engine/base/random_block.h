/* SPDX-License-Identifier: GPL-3.0-or-later */
/* random_block.h: the draws of many paths or steps, to the bit those of random.h. */
#ifndef RH_BASE_RANDOM_BLOCK_H
#define RH_BASE_RANDOM_BLOCK_H

#include "base/random.h"
#include "base/vector.h"

/* The two draws of paths place->path + i, i < RH_BLOCK: `a` and `b` of rh_draw_uniform. Path
 * numbers count on modulo 2^32. `a` may be NULL for less work. */
void rh_draw_uniform_block(rh_vector vector, const rh_draw_place *place, double *a, double *b);

/* The two draws at steps place->step + i, modulo 2^64, of one path. `a` may be NULL. */
void rh_draw_uniform_steps(rh_vector vector, const rh_draw_place *place, double *a, double *b);

#endif
