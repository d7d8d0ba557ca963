/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bridge.h: the attribution of a whole run as the bars of a bridge from nought to the net. */
#ifndef RH_REPORT_BRIDGE_H
#define RH_REPORT_BRIDGE_H

#include "ledger/entry.h"

#include <stddef.h>

typedef struct {
    char name[32];
    double from, to; /* the bar; its value is to - from, but for rounding */
    double value;
} rh_bridge_row;

#define RH_BRIDGE_ROWS (RH_N_TERMS + 2)

/* Makes at most `most` rows (6 or more): "net delta" (the book's delta, the hedge and the
 * collateral, which mostly cancel), the other terms in the order of rh_term, "residual" always,
 * and "net" from 0. Terms below a hundredth of the largest bar, or more if the rows would be too
 * many, are gathered in "other" if they are more than one. The net is the sum of the rows' values
 * in their order, to the last bit. Returns how many rows. */
size_t rh_bridge_make(const double terms[RH_N_TERMS], size_t most,
                      rh_bridge_row rows[RH_BRIDGE_ROWS]);

#endif
