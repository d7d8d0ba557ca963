/* SPDX-License-Identifier: GPL-3.0-or-later */
/* whalley-wilmott: the band that is optimal for small proportional costs.
 *
 *     half width = (3/2 e^(-r tau) lambda S Gamma^2 / a)^(1/3)      trade to the nearest edge
 *
 * S price of the hedge, lambda the cost of trading as a fraction of the notional (what it is now,
 * unless given), Gamma of the book, tau years left (of a book with several expiries the mean,
 * weighted by gamma).
 *
 * a, the risk aversion, is that of the utility -exp(-a W) of final wealth W in USD: at 1e-4 per USD
 * a fair bet of 10,000 USD is worth 4,300 USD less than nothing. It belongs to the whole book: ten
 * options have a band 10^(2/3) = 4.6 times that of one. With `per: option` each option is hedged as
 * if it were alone, which is the risk aversion divided by the number of options.
 *
 * Source: Whalley and Wilmott, An asymptotic analysis of an optimal hedging model for option
 * pricing with transaction costs, Mathematical Finance 7 (1997) 307-324.
 */
#include <rehedge/strategy.h>

#include <math.h>

enum { RISK_AVERSION, COST, PER };
enum { PER_BOOK, PER_OPTION };

static const rh_param params[] = {
    [RISK_AVERSION] = {.name = "risk_aversion",
                       .type = RH_PARAM_NUMBER,
                       .unit = "1/USD",
                       .min = 1e-15,
                       .max = 1e9,
                       .summary = "of the exponential utility of final wealth"},
    [COST] = {.name = "cost",
              .type = RH_PARAM_NUMBER,
              .unit = "fraction of notional",
              .initial = "",
              .min = 0,
              .max = 1,
              .summary = "one-way cost of trading, instead of what it is now"},
    [PER] = {.name = "per",
             .type = RH_PARAM_CHOICE,
             .initial = "book",
             .choices = "book option",
             .summary = "the risk aversion is towards the whole book, or towards each option"},
};

typedef struct {
    double aversion;
    double cost; /* NaN: what it is now */
    int64_t per;
} ww_state;

static int start(void *state, const rh_value *values, const rh_host *host) {
    ww_state *s = state;
    (void)host;
    s->aversion = values[RISK_AVERSION].number;
    s->cost = values[COST].given ? values[COST].number : NAN;
    s->per = values[PER].integer;
    return 0;
}

/* Weighted by gamma; by size where no option has any. */
static double mean_years(const rh_view *view) {
    double weight = 0.0, sum = 0.0;
    for (size_t i = 0; i < view->n_options; i++) {
        const rh_option_leg *option = rh_option_at(view, i);
        const double w = fabs(option->size) * (option->gamma + 1e-300);
        weight += w;
        sum += w * option->years;
    }
    return sum / weight;
}

/* Of the whole book; 0 where nothing bends, NaN where something isn't known. */
static double half_width(const ww_state *s, const rh_view *view) {
    const double cost = isnan(s->cost) ? view->cost : s->cost;
    const double count = s->per == PER_OPTION ? view->size_options : 1.0;
    const double gamma = view->gamma / count;
    if (view->n_options == 0)
        return 0.0;
    return count * cbrt(1.5 * exp(-view->rate * mean_years(view)) * cost *
                        rh_hedge_at(view, 0)->price * gamma * gamma / s->aversion);
}

static int decide(const void *state, const rh_view *view, double *target, rh_wake *wake) {
    const rh_hedge *hedge = rh_hedge_at(view, 0);
    const double half = half_width(state, view);
    const double gap = hedge->held + hedge->pending - hedge->neutral;
    /* A trade to the edge must not fall due again, nor rounding and the creep of time be traded. */
    const double slack =
        1e-9 * (half + fabs(hedge->neutral)) + (half > 0.0 ? 1e-6 : 1e-9) * view->size_options;

    wake->signal = RH_SIGNAL_EVERY; /* the band moves with the price and with time */
    if (!(fabs(gap) > half + slack))
        return RH_HOLD;
    target[0] = hedge->neutral + copysign(half, gap);
    return RH_TRADE;
}

REHEDGE_STRATEGY(whalley_wilmott) = {
    .abi = REHEDGE_ABI,
    .size = sizeof(rh_strategy),
    .name = "whalley-wilmott",
    .summary = "hold within the band that is optimal for small costs, trade to its edge",
    .source = "Whalley and Wilmott (1997)",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .state_size = sizeof(ww_state),
    .start = start,
    .decide = decide,
};
