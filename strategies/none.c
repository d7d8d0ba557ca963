/* SPDX-License-Identifier: GPL-3.0-or-later */
/* none: never trades. What the other rules are measured against. */
#include <rehedge/strategy.h>

static int decide(const void *state, const rh_view *view, double *target, rh_wake *wake) {
    (void)state;
    (void)view;
    (void)target;
    (void)wake;
    return RH_HOLD;
}

REHEDGE_STRATEGY(none) = {
    .abi = REHEDGE_ABI,
    .size = sizeof(rh_strategy),
    .name = "none",
    .summary = "never hedge",
    .decide = decide,
};
