/* SPDX-License-Identifier: GPL-3.0-or-later */
/* net: the premium-adjusted delta of inverse options, Black's delta less the coin price.
 *
 * What Deribit calls net transaction delta. With `numeraire: coin` the engine takes the coin price
 * off by itself, so this ratio is for `numeraire: usd` with `collateral: ignore` only. */
#include <rehedge/strategy.h>

static double delta(const void *state, const rh_option_view *option) {
    (void)state;
    return option->inverse ? option->delta - option->price_coin
                           : option->hedge_carry * option->delta;
}

REHEDGE_RATIO(net) = {
    .abi = REHEDGE_ABI,
    .size = sizeof(rh_ratio),
    .name = "net",
    .summary = "Black-76 delta less the option's price in coin (premium-adjusted)",
    .source = "Deribit, net transaction delta",
    .delta = delta,
};
