/* SPDX-License-Identifier: GPL-3.0-or-later */
/* static: hedges when the book changes (opens, rolls, loses a leg) and holds in between. */
#include <rehedge/strategy.h>

#include <math.h>

static int decide(const void *state, const rh_view *view, double *target, rh_wake *wake) {
    (void)state;
    (void)wake;
    const double neutral = rh_hedge_at(view, 0)->neutral;
    if (!(view->woke & RH_WOKE_BOOK) || !isfinite(neutral))
        return RH_HOLD;
    target[0] = neutral;
    return RH_TRADE;
}

REHEDGE_STRATEGY(static) = {
    .abi = REHEDGE_ABI,
    .size = sizeof(rh_strategy),
    .name = "static",
    .summary = "hedge when the book changes, then hold",
    .source = "the benchmark of every study of discrete hedging",
    .decide = decide,
};
