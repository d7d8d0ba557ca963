/* SPDX-License-Identifier: GPL-3.0-or-later */
/* funding-aware: a fixed delta band, shifted towards the side that earns the funding.
 *
 * An exposure x left open pays f x a year in funding (f in USD per unit, longs pay f > 0) and has
 * the variance (x S vol)^2 a year. With risk aversion a, f x + (a/2) (x S vol)^2 is least at
 *
 *     x = -f / (a S^2 vol^2)
 *
 * and the band is centred there instead of at neutral, but never further than `most` per option.
 * f annualises the last known rate: it is taken to persist. vol is the book's implied volatility,
 * S the price of the hedge; without options, or at an unknown rate, there is no shift. The risk
 * aversion in 1/USD is that of the utility -exp(-a W) of the whole book's wealth W.
 *
 * Source: mean-variance portfolio choice (Merton 1969) with the funding as the expected return.
 */
#include <rehedge/strategy.h>

#include <math.h>

enum { WIDTH, RISK_AVERSION, MOST };

static const rh_param params[] = {
    [WIDTH] = {.name = "width",
               .type = RH_PARAM_NUMBER,
               .unit = "delta",
               .min = 0,
               .max = 1e12,
               .summary = "half width of the band, per option"},
    [RISK_AVERSION] = {.name = "risk_aversion",
                       .type = RH_PARAM_NUMBER,
                       .unit = "1/USD",
                       .min = 1e-15,
                       .max = 1e9,
                       .summary = "of the whole book; the higher, the smaller the shift"},
    [MOST] = {.name = "most",
              .type = RH_PARAM_NUMBER,
              .unit = "delta",
              .initial = "0.1",
              .min = 0,
              .max = 1e12,
              .summary = "largest shift of the band, per option"},
};

typedef struct {
    double width, aversion, most;
} funding_state;

static int start(void *state, const rh_value *values, const rh_host *host) {
    funding_state *s = state;
    (void)host;
    s->width = values[WIDTH].number;
    s->aversion = values[RISK_AVERSION].number;
    s->most = values[MOST].number;
    return 0;
}

static double shift_of(const funding_state *s, const rh_view *view) {
    const rh_hedge *hedge = rh_hedge_at(view, 0);
    const double risk = hedge->price * view->vol;
    const double limit = s->most * view->size_options;
    const double shift = -hedge->funding / (s->aversion * risk * risk);
    if (view->n_options == 0 || hedge->funding == 0.0)
        return 0.0;
    return fabs(shift) > limit ? copysign(limit, shift) : shift;
}

static int decide(const void *state, const rh_view *view, double *target, rh_wake *wake) {
    const funding_state *s = state;
    const rh_hedge *hedge = rh_hedge_at(view, 0);
    const double centre = hedge->neutral + shift_of(s, view);
    const double half = s->width * view->size_options;
    const double gap = hedge->held + hedge->pending - centre;
    /* A trade to the edge must not fall due again, nor rounding and the creep of time be traded. */
    const double slack =
        1e-9 * (half + fabs(centre)) + (half > 0.0 ? 1e-6 : 1e-9) * view->size_options;

    wake->signal = RH_SIGNAL_EVERY; /* the shift moves with rate, price and volatility */
    if (!(fabs(gap) > half + slack))
        return RH_HOLD;
    target[0] = centre + copysign(half, gap);
    return RH_TRADE;
}

REHEDGE_STRATEGY(funding_aware) = {
    .abi = REHEDGE_ABI,
    .size = sizeof(rh_strategy),
    .name = "funding-aware",
    .summary = "hold within a band shifted towards the side that earns funding",
    .source = "Merton (1969), applied to funding",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .state_size = sizeof(funding_state),
    .start = start,
    .decide = decide,
};
