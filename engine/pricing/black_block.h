/* SPDX-License-Identifier: GPL-3.0-or-later */
/* black_block.h: one option on a block of forwards, to the bit as black.h has it. */
#ifndef RH_PRICING_BLACK_BLOCK_H
#define RH_PRICING_BLACK_BLOCK_H

#include "base/vector.h"

/* The arguments of rh_black that all forwards have in common. */
typedef struct {
    int right;
    double strike, years, vol, rate;
} rh_black_contract;

/* delta[i] = rh_black(...).delta on forward[i], for i < RH_BLOCK; forwards are positive and
 * finite. */
void rh_black_delta_block(rh_vector vector, const rh_black_contract *contract,
                          const double *forward, double *delta);

/* The same for the price, at more work. */
void rh_black_price_block(rh_vector vector, const rh_black_contract *contract,
                          const double *forward, double *price);

#endif
