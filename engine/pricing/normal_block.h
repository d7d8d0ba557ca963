/* SPDX-License-Identifier: GPL-3.0-or-later */
/* normal_block.h: normal quantiles of a block of probabilities, to the bit those of normal.h. */
#ifndef RH_PRICING_NORMAL_BLOCK_H
#define RH_PRICING_NORMAL_BLOCK_H

#include "base/vector.h"

/* x[i] = rh_normal_quantile(p[i]) for i < RH_BLOCK; 0 < p[i] < 1. */
void rh_normal_quantile_block(rh_vector vector, const double *p, double *x);

#endif
