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

/* delta[i] = rh_black(...).delta and price[i] = rh_black(...).price on forward[i], for i <
 * RH_BLOCK; forwards are positive and finite. Either may be NULL for less work. With `hedge` the
 * delta is that against a price hedge[i] which moves the forward in proportion: forward[i] /
 * hedge[i] times as much. */
void rh_black_block(rh_vector vector, const rh_black_contract *contract, const double *forward,
                    const double *hedge, double *delta, double *price);

#endif
