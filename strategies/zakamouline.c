/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zakamouline: the optimal band, fitted to its numerical solution, around an adjusted delta.
 *
 *     hold within      Delta(vol_m) +- (H0 + H1)                    trade to the nearest edge
 *     H0    = lambda / (a S vol^2 tau)
 *     H1    = 1.12 lambda^0.31 tau^0.05 (e^(-r tau) / vol)^0.25 (|Gamma| / a)^0.5
 *     K     = 4.76 lambda^0.78 tau^-0.02 (e^(-r tau) / vol)^0.25 (a S^2 |Gamma|)^0.15
 *     vol_m = vol sqrt(1 + K) for an option held short, vol sqrt(1 - K) for one held long
 *
 * for one option; S price of the hedge, lambda the cost of trading as a fraction of the notional,
 * tau years left. (Sinclair's book prints 5.76 for 4.76.) A book of n options is n times the mean
 * option: each leg's delta is adjusted by its own size and gamma, the band follows the net gamma.
 * 1 - K is kept at 0.01 or more: where costs are that high the fit says nothing. At expiry the band
 * is infinite.
 *
 * a, the risk aversion, is that of the utility -exp(-a W) of final wealth W in USD, and belongs to
 * the whole book: one of n options sees n times as much. With `per: option` each option is hedged
 * as if it were alone.
 *
 * Source: Zakamouline, Efficient analytic approximation of the optimal hedging strategy for a
 * European call option with transaction costs, Quantitative Finance 6 (2006) 435-445.
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
} zak_state;

/* What one option of the book sees. */
typedef struct {
    double cost, aversion, price, rate;
} zak_terms;

static int start(void *state, const rh_value *values, const rh_host *host) {
    zak_state *s = state;
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

/* H0 + H1. */
static double half_width(const zak_terms *t, double gamma, double years, double vol) {
    const double h0 = t->cost / (t->aversion * t->price * vol * vol * years);
    const double h1 = 1.12 * pow(t->cost, 0.31) * pow(years, 0.05) *
                      pow(exp(-t->rate * years) / vol, 0.25) * sqrt(fabs(gamma) / t->aversion);
    return h0 + h1;
}

/* vol_m of one leg. */
static double adjusted_vol(const zak_terms *t, const rh_option_leg *option) {
    const double k = 4.76 * pow(t->cost, 0.78) / pow(option->years, 0.02) *
                     pow(exp(-t->rate * option->years) / option->vol, 0.25) *
                     pow(t->aversion * t->price * t->price * option->gamma, 0.15);
    return option->vol * sqrt(option->size < 0.0 ? 1.0 + k : (k > 0.99 ? 0.01 : 1.0 - k));
}

/* How far the adjusted deltas of the book lie from its deltas. */
static double delta_shift(const zak_terms *t, const rh_view *view) {
    double shift = 0.0;
    for (size_t i = 0; i < view->n_options; i++) {
        const rh_option_leg *option = rh_option_at(view, i);
        const double vol = adjusted_vol(t, option);
        if (option->years > 0.0)
            shift += option->size * (view->delta_at(view->self, i, vol) -
                                     view->delta_at(view->self, i, option->vol));
    }
    return shift;
}

static int decide(const void *state, const rh_view *view, double *target, rh_wake *wake) {
    const zak_state *s = state;
    const rh_hedge *hedge = rh_hedge_at(view, 0);
    const double count = view->size_options;
    const zak_terms t = {.cost = isnan(s->cost) ? view->cost : s->cost,
                         .aversion = s->aversion * (s->per == PER_BOOK ? count : 1.0),
                         .price = hedge->price,
                         .rate = view->rate};
    const int any = view->n_options > 0;
    const double centre = hedge->neutral - (any ? delta_shift(&t, view) : 0.0);
    const double half =
        any ? count * half_width(&t, view->gamma / count, mean_years(view), view->vol) : 0.0;
    const double gap = hedge->held + hedge->pending - centre;
    /* A trade to the edge must not fall due again, nor rounding and the creep of time be traded. */
    const double slack = 1e-9 * (half + fabs(centre)) + (half > 0.0 ? 1e-6 : 1e-9) * count;

    wake->signal = RH_SIGNAL_EVERY; /* the band moves with the price and with time */
    if (!(fabs(gap) > half + slack))
        return RH_HOLD;
    target[0] = centre + copysign(half, gap);
    return RH_TRADE;
}

REHEDGE_STRATEGY(zakamouline) = {
    .abi = REHEDGE_ABI,
    .size = sizeof(rh_strategy),
    .name = "zakamouline",
    .summary = "hold within a fitted optimal band around an adjusted delta, trade to its edge",
    .source = "Zakamouline (2006)",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .state_size = sizeof(zak_state),
    .start = start,
    .decide = decide,
};
