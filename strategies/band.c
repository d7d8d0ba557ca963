/* SPDX-License-Identifier: GPL-3.0-or-later */
/* band: holds while the net exposure lies within a fixed band around the target; outside it trades
 * back to the nearest edge, to the centre, or to a point between.
 *
 * The width is one-sided. With `unit: delta` it is in deltas: of one option (times the number of
 * options in the book), or of the whole book in units of the underlying with `per: book`. With
 * `unit: gamma` it is a fraction of gamma times price: 0.01 is the change of the book's delta when
 * the price moves by 1 %, so that the band is wide where delta moves fast. A width of 0 trades at
 * every instant; a millionth of an option beyond the edge is not beyond it.
 *
 * Source: Whalley and Wilmott, Counting the costs, Risk 6:10 (1993), for the rule of a fixed band.
 */
#include <rehedge/strategy.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH, TO, PER, UNIT };
enum { PER_OPTION, PER_BOOK };
enum { UNIT_DELTA, UNIT_GAMMA };

static const double CREEP = 1e-6; /* of an option */

static const rh_param params[] = {
    [WIDTH] = {.name = "width",
               .type = RH_PARAM_NUMBER,
               .unit = "delta",
               .min = 0,
               .max = 1e12,
               .summary = "half width of the band"},
    [TO] = {.name = "to",
            .type = RH_PARAM_TEXT,
            .initial = "edge",
            .summary =
                "where a trade ends: edge, centre, or a fraction from 0 (centre) to 1 (edge)"},
    [PER] = {.name = "per",
             .type = RH_PARAM_CHOICE,
             .initial = "option",
             .choices = "option book",
             .summary = "width in deltas is per option, or for the whole book"},
    [UNIT] = {.name = "unit",
              .type = RH_PARAM_CHOICE,
              .initial = "delta",
              .choices = "delta gamma",
              .summary = "width is in deltas, or a fraction of gamma times price"},
};

typedef struct {
    double width;
    double to; /* in half widths from the centre */
    uint32_t scale;
} band_state;

static double read_to(const char *text) {
    char *end;
    const double number = strtod(text, &end);
    if (strcmp(text, "edge") == 0)
        return 1.0;
    if (strcmp(text, "centre") == 0)
        return 0.0;
    return *end == '\0' && number >= 0.0 && number <= 1.0 ? number : NAN;
}

static int start(void *state, const rh_value *values, const rh_host *host) {
    band_state *s = state;
    const int per_option = values[PER].integer == PER_OPTION;
    s->width = values[WIDTH].number;
    s->to = read_to(values[TO].text);
    s->scale = per_option ? RH_SCALE_SIZE : RH_SCALE_ONE;
    if (values[UNIT].integer == UNIT_GAMMA)
        s->scale = RH_SCALE_GAMMA;
    if (!isnan(s->to))
        return 0;
    host->complain(host->self, "`to` is neither edge, centre nor a number from 0 to 1");
    return -1;
}

static double scale_now(const band_state *s, const rh_view *view) {
    if (s->scale == RH_SCALE_GAMMA)
        return fabs(view->gamma) * rh_hedge_at(view, 0)->price;
    return s->scale == RH_SCALE_SIZE ? view->size_options : 1.0;
}

/* The millionth of an option, in units of the width; rather none than one that moves with gamma. */
static double creep_of(const band_state *s, const rh_view *view) {
    if (s->scale == RH_SCALE_GAMMA || s->width == 0.0)
        return 0.0;
    return s->scale == RH_SCALE_SIZE ? CREEP : CREEP * view->size_options;
}

static int decide(const void *state, const rh_view *view, double *target, rh_wake *wake) {
    const band_state *s = state;
    const rh_hedge *hedge = rh_hedge_at(view, 0);
    const double half = s->width * scale_now(s, view);
    const double gap = hedge->held + hedge->pending - hedge->neutral;
    /* A trade to the edge must not fall due again, nor rounding and the creep of time be traded. */
    const double rounding = 1e-9 * (half + fabs(hedge->neutral));
    const double slack = rounding + (half > 0.0 ? CREEP : 1e-9) * view->size_options;

    wake->signal = RH_SIGNAL_GAP;
    wake->scale = s->scale;
    wake->anchor = 0.0;
    wake->width = s->width + creep_of(s, view); /* without the rounding: rather early than late */
    if (!(fabs(gap) > half + slack))
        return RH_HOLD;
    target[0] = hedge->neutral + copysign(s->to * half, gap);
    return RH_TRADE;
}

REHEDGE_STRATEGY(band) = {
    .abi = REHEDGE_ABI,
    .size = sizeof(rh_strategy),
    .name = "band",
    .summary = "hold within a fixed band, trade back to its edge, its centre or between",
    .source = "Whalley and Wilmott (1993)",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .state_size = sizeof(band_state),
    .start = start,
    .decide = decide,
};
