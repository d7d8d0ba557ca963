/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cost-aware: trades when the risk that it takes away is worth more than the trade costs.
 *
 * A drift x from neutral, carried for the time `over`, has the variance (x S vol)^2 over; with risk
 * aversion a it is worth r x^2 / 2 with r = a S^2 vol^2 over, in USD. A trade from x to y is made
 * if it lowers
 *
 *     r y^2 / 2 + c |x - y| + fixed        (against r x^2 / 2 for waiting)
 *
 * where c is what trading one unit costs now (half spread and fee, USD) and `fixed` a price of each
 * order. The best y is the edge c / r; going there gains r (|x| - c/r)^2 / 2, which must exceed
 * `fixed`. With `to: centre` it goes to 0 instead, if that gains anything: |x| > 2 c / r without
 * a fixed price. vol is the book's implied volatility, S the price of the hedge. The risk aversion
 * in 1/USD is that of the utility -exp(-a W) of the whole book's wealth W. Without options there
 * is no volatility to go by, and it holds.
 *
 * Source: a one-step mean-variance problem; Martellini and Priaulet, J. Derivatives 9:3 (2002), for
 * comparing rules by that objective.
 */
#include <rehedge/strategy.h>

#include <math.h>

#define YEAR (365.0 * 86400e9) /* nanoseconds */

enum { RISK_AVERSION, OVER, FIXED, TO };
enum { TO_EDGE, TO_CENTRE };

static const rh_param params[] = {
    [RISK_AVERSION] = {.name = "risk_aversion",
                       .type = RH_PARAM_NUMBER,
                       .unit = "1/USD",
                       .min = 1e-15,
                       .max = 1e9,
                       .summary = "of the whole book"},
    [OVER] = {.name = "over",
              .type = RH_PARAM_DURATION,
              .initial = "8h",
              .min = 1e-3,
              .max = 1e9,
              .summary = "how long a drift would be carried"},
    [FIXED] = {.name = "fixed",
               .type = RH_PARAM_NUMBER,
               .unit = "USD",
               .initial = "0",
               .min = 0,
               .max = 1e12,
               .summary = "price of each order, whatever its size"},
    [TO] = {.name = "to",
            .type = RH_PARAM_CHOICE,
            .initial = "edge",
            .choices = "edge centre",
            .summary = "where a trade ends: where a further unit isn't worth its cost, or neutral"},
};

typedef struct {
    double aversion, years, fixed;
    int64_t to;
} cost_state;

static int start(void *state, const rh_value *values, const rh_host *host) {
    cost_state *s = state;
    (void)host;
    s->aversion = values[RISK_AVERSION].number;
    s->years = (double)values[OVER].integer / YEAR;
    s->fixed = values[FIXED].number;
    s->to = values[TO].integer;
    return 0;
}

/* What the trade of a drift of size x to y gains, USD. */
static double gain(double r, double c, double x, double y) {
    return 0.5 * r * (x * x - y * y) - c * (x - y);
}

static int decide(const void *state, const rh_view *view, double *target, rh_wake *wake) {
    const cost_state *s = state;
    const rh_hedge *hedge = rh_hedge_at(view, 0);
    const double risk = hedge->price * view->vol;
    const double r = s->aversion * risk * risk * s->years;
    const double edge = s->to == TO_EDGE ? hedge->cost / r : 0.0;
    const double gap = hedge->held + hedge->pending - hedge->neutral;
    /* A trade to the edge must not fall due again, nor rounding and the creep of time be traded. */
    const double slack =
        1e-9 * (edge + fabs(hedge->neutral)) + (edge > 0.0 ? 1e-6 : 1e-9) * view->size_options;

    wake->signal = RH_SIGNAL_EVERY; /* the edge moves with spread, price and volatility */
    if (!(fabs(gap) > edge + slack) || !(gain(r, hedge->cost, fabs(gap), edge) > s->fixed))
        return RH_HOLD;
    target[0] = hedge->neutral + copysign(edge, gap);
    return RH_TRADE;
}

REHEDGE_STRATEGY(cost_aware) = {
    .abi = REHEDGE_ABI,
    .size = sizeof(rh_strategy),
    .name = "cost-aware",
    .summary = "trade when the reduction of risk is worth more than the cost",
    .source = "one-step mean-variance; Martellini and Priaulet (2002)",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .state_size = sizeof(cost_state),
    .start = start,
    .decide = decide,
};
