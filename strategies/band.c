/* SPDX-License-Identifier: GPL-3.0-or-later */
/* band: holds while the net exposure lies within a fixed band around the target; outside it trades
 * back to the nearest edge, or to the centre.
 *
 * The width is one-sided and in deltas: of one option (times the number of options in the book), or
 * of the whole book in units of the underlying with `per: book`. A width of 0 trades at every
 * instant.
 *
 * Source: Whalley and Wilmott, Counting the costs, Risk 6:10 (1993), for the rule of a fixed band.
 */
#include <rehedge/strategy.h>

#include <math.h>

enum { WIDTH, TO, PER };
enum { TO_EDGE, TO_CENTRE };
enum { PER_OPTION, PER_BOOK };

static const rh_param params[] = {
    [WIDTH] = {.name = "width",
               .type = RH_PARAM_NUMBER,
               .unit = "delta",
               .min = 0,
               .max = 1e12,
               .summary = "half width of the band"},
    [TO] = {.name = "to",
            .type = RH_PARAM_CHOICE,
            .initial = "edge",
            .choices = "edge centre",
            .summary = "where a trade ends: the nearest edge of the band, or its centre"},
    [PER] = {.name = "per",
             .type = RH_PARAM_CHOICE,
             .initial = "option",
             .choices = "option book",
             .summary = "width is per option, or for the whole book"},
};

typedef struct {
    double width;
    int64_t to, per;
} band_state;

static int start(void *state, const rh_value *values, const rh_host *host) {
    band_state *s = state;
    (void)host;
    s->width = values[WIDTH].number;
    s->to = values[TO].integer;
    s->per = values[PER].integer;
    return 0;
}

static int decide(const void *state, const rh_view *view, double *target, rh_wake *wake) {
    const band_state *s = state;
    const rh_hedge *hedge = rh_hedge_at(view, 0);
    const double half = s->width * (s->per == PER_OPTION ? view->size_options : 1.0);
    const double gap = hedge->held + hedge->pending - hedge->neutral;
    const double slack = 1.0 + 1e-9; /* a trade to the edge must not fall due again */

    wake->signal = RH_SIGNAL_GAP;
    wake->scale = s->per == PER_OPTION ? RH_SCALE_SIZE : RH_SCALE_ONE;
    wake->anchor = 0.0;
    wake->width = s->width * slack;
    if (!(fabs(gap) > half * slack))
        return RH_HOLD;
    target[0] = hedge->neutral + (s->to == TO_EDGE ? copysign(half, gap) : 0.0);
    return RH_TRADE;
}

REHEDGE_STRATEGY(band) = {
    .abi = REHEDGE_ABI,
    .size = sizeof(rh_strategy),
    .name = "band",
    .summary = "hold within a fixed delta band, trade back to its edge or centre",
    .source = "Whalley and Wilmott (1993)",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .state_size = sizeof(band_state),
    .start = start,
    .decide = decide,
};
