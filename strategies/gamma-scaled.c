/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gamma-scaled: a delta band whose width follows the gamma of the book.
 *
 *     half width = width x options in the book x (|Gamma| / |Gamma_0|)^power     trade to the edge
 *
 * Gamma_0 is the gamma at the last change of the book, when it trades to neutral, so that `width`
 * is in deltas of one option as the desk sets it up. The power says how the band follows: 1 is a
 * band of equal price moves, 2/3 the law of Whalley and Wilmott, 1/2 that of Zakamouline, a
 * negative one a risk limit that tightens when gamma rises. A book that began without gamma keeps
 * its width.
 *
 * Source: desk practice; the powers from Whalley and Wilmott (1997), Zakamouline (2006).
 */
#include <rehedge/strategy.h>

#include <math.h>

enum { WIDTH, POWER };

static const rh_param params[] = {
    [WIDTH] = {.name = "width",
               .type = RH_PARAM_NUMBER,
               .unit = "delta",
               .min = 0,
               .max = 1e12,
               .summary = "half width of the band, per option, at the gamma of the start"},
    [POWER] = {.name = "power",
               .type = RH_PARAM_NUMBER,
               .initial = "0.6666666666666666",
               .min = -2,
               .max = 2,
               .summary = "how the width follows gamma; 0: not at all"},
};

typedef struct {
    double width, power;
    double gamma; /* |Gamma_0| */
    int traded;
} gamma_state;

static int start(void *state, const rh_value *values, const rh_host *host) {
    gamma_state *s = state;
    (void)host;
    s->width = values[WIDTH].number;
    s->power = values[POWER].number;
    return 0;
}

static double half_width(const gamma_state *s, const rh_view *view) {
    const double ratio = s->gamma > 0.0 ? fabs(view->gamma) / s->gamma : 1.0;
    return s->width * view->size_options * pow(ratio, s->power);
}

static int decide(const void *state, const rh_view *view, double *target, rh_wake *wake) {
    const gamma_state *s = state;
    const rh_hedge *hedge = rh_hedge_at(view, 0);
    const int changed = !s->traded || (view->woke & RH_WOKE_BOOK);
    const double half = changed ? 0.0 : half_width(s, view);
    const double gap = hedge->held + hedge->pending - hedge->neutral;
    /* A trade to the edge must not fall due again, nor rounding and the creep of time be traded. */
    const double slack =
        1e-9 * (half + fabs(hedge->neutral)) + (half > 0.0 ? 1e-6 : 1e-9) * view->size_options;

    wake->signal = RH_SIGNAL_EVERY;
    if (!isfinite(view->gamma) || !isfinite(gap))
        return RH_HOLD;
    if (!changed && !(fabs(gap) > half + slack))
        return RH_HOLD;
    target[0] = hedge->neutral + copysign(half, gap);
    return RH_TRADE;
}

static void accepted(void *state, const rh_view *view) {
    gamma_state *s = state;
    if (!s->traded || (view->woke & RH_WOKE_BOOK))
        s->gamma = fabs(view->gamma);
    s->traded = 1;
}

REHEDGE_STRATEGY(gamma_scaled) = {
    .abi = REHEDGE_ABI,
    .size = sizeof(rh_strategy),
    .name = "gamma-scaled",
    .summary = "hold within a band whose width follows gamma, trade to its edge",
    .source = "desk practice",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .state_size = sizeof(gamma_state),
    .start = start,
    .decide = decide,
    .accepted = accepted,
};
