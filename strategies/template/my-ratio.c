/* SPDX-License-Identifier: GPL-3.0-or-later */
/* my-ratio: a hedge-ratio model that is there to be copied and changed: Black's delta with a
 * volatility that moves with the price.
 *
 * When the price moves by 1, the volatility of the option is taken to move by `slope` / price; the
 * delta that knows this is delta + vega x slope / price. With 0 it is Black's.
 *
 *     sed 's/my-ratio/mine/' my-ratio.c >mine.c
 *     cc -std=c11 -shared -fPIC $(pkg-config --cflags rehedge) mine.c -o mine.so
 *     rehedge run experiment.yaml --plugin ./mine.so --set 'hedge.ratio={name: mine, slope: -0.2}'
 *
 * The steps are those of my-rule.c, which explains them. A ratio model answers for one option at a
 * time: how many units of hedge exposure offset one option held long, seen in USD (NaN: unknown).
 */
#include <rehedge/strategy.h>

enum { SLOPE };

static const rh_param params[] = {
    [SLOPE] = {.name = "slope",
               .type = RH_PARAM_NUMBER,
               .unit = "vol",
               .initial = "0",
               .min = -10,
               .max = 10,
               .summary = "change of the volatility (a fraction) when the price doubles, to first "
                          "order"},
};

typedef struct {
    double slope;
} my_state;

static int start(void *state, const rh_value *values, const rh_host *host) {
    my_state *s = state;
    (void)host;
    s->slope = values[SLOPE].number;
    return 0;
}

static double delta(const void *state, const rh_option_view *option) {
    const my_state *s = state;
    const double carry = option->inverse ? 1.0 : option->hedge_carry; /* as ratios/black.c */
    return carry * (option->delta + option->vega * s->slope / option->forward);
}

REHEDGE_RATIO(my_ratio) = {
    .abi = REHEDGE_ABI,
    .size = sizeof(rh_ratio),
    .name = "my-ratio",
    .summary = "Black's delta with a volatility that moves with the price",
    .source = "paper, book or practice it comes from",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .state_size = sizeof(my_state),
    .start = start,
    .delta = delta,
};
