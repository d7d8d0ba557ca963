/* SPDX-License-Identifier: GPL-3.0-or-later */
/* black: the delta of Black (1976) against the hedge: w N(w d1) for inverse options whatever the
 * basis; for linear ones e^(-r tau) w N(w d1) times what the forward moves with the hedge. */
#include <rehedge/strategy.h>

static double delta(const void *state, const rh_option_view *option) {
    (void)state;
    return option->inverse ? option->delta : option->hedge_carry * option->delta;
}

REHEDGE_RATIO(black) = {
    .abi = REHEDGE_ABI,
    .size = sizeof(rh_ratio),
    .name = "black",
    .summary = "Black-76 delta at the option's implied volatility",
    .source = "Black, J. Financial Economics 3 (1976)",
    .delta = delta,
};
