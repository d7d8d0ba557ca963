/* SPDX-License-Identifier: GPL-3.0-or-later */
/* leland: trades on a clock to the delta of a volatility that has the costs of that clock in it.
 *
 *     vol_L = vol sqrt(1 + A) for an option held short, vol sqrt(1 - A) for one held long
 *     A     = sqrt(2/pi) k / (vol sqrt(dt)),    k = 2 lambda
 *
 * dt is `every` in years, lambda the one-way cost of trading as a fraction of the notional (what it
 * is now, unless given), k that of a round trip. Each leg has its own A and sign. 1 - A is kept at
 * 0.01 or more: a long option on a clock so fast costs more than it can earn. The clock starts at
 * the book's first open, or at 00:00 UTC; a change of the book trades at once.
 *
 * Source: Leland, Option pricing and replication with transaction costs, J. Finance 40 (1985)
 * 1283-1301; for long options Hoggard, Whalley and Wilmott, Advances in Futures and Options
 * Research 7 (1994).
 */
#include <rehedge/strategy.h>

#include <math.h>

#define YEAR           (365.0 * 86400e9) /* nanoseconds */
#define SQRT_2_OVER_PI 0.79788456080286536

enum { EVERY, ANCHOR, COST };
enum { ANCHOR_OPEN, ANCHOR_UTC };

static const rh_param params[] = {
    [EVERY] = {.name = "every",
               .type = RH_PARAM_DURATION,
               .min = 1e-6,
               .max = 1e9,
               .summary = "time between rebalances, and the dt of the formula"},
    [ANCHOR] = {.name = "anchor",
                .type = RH_PARAM_CHOICE,
                .initial = "open",
                .choices = "open utc",
                .summary = "the clock starts at the book's first open, or at 00:00 UTC"},
    [COST] = {.name = "cost",
              .type = RH_PARAM_NUMBER,
              .unit = "fraction of notional",
              .initial = "",
              .min = 0,
              .max = 1,
              .summary = "one-way cost of trading, instead of what it is now"},
};

typedef struct {
    int64_t every, anchor;
    double cost;  /* NaN: what it is now */
    int64_t next; /* due from here on */
} leland_state;

static int start(void *state, const rh_value *values, const rh_host *host) {
    leland_state *s = state;
    (void)host;
    s->every = values[EVERY].integer;
    s->anchor = values[ANCHOR].integer;
    s->cost = values[COST].given ? values[COST].number : NAN;
    s->next = INT64_MIN;
    return 0;
}

/* The first instant of the grid after now. */
static int64_t grid_after(const leland_state *s, const rh_view *view) {
    const int64_t origin = s->anchor == ANCHOR_OPEN ? view->opened : 0;
    const int64_t since = view->now - origin;
    return origin + (since / s->every - (since % s->every < 0) + 1) * s->every;
}

static double leland_vol(const leland_state *s, const rh_view *view, const rh_option_leg *option) {
    const double cost = isnan(s->cost) ? view->cost : s->cost;
    const double a = SQRT_2_OVER_PI * 2.0 * cost / (option->vol * sqrt((double)s->every / YEAR));
    return option->vol * sqrt(option->size < 0.0 ? 1.0 + a : (a > 0.99 ? 0.01 : 1.0 - a));
}

/* The exposure to hold: neutral, with each leg at its own Leland delta. */
static double leland_target(const leland_state *s, const rh_view *view) {
    double target = rh_hedge_at(view, 0)->neutral;
    for (size_t i = 0; i < view->n_options; i++) {
        const rh_option_leg *option = rh_option_at(view, i);
        const double vol = leland_vol(s, view, option);
        if (option->years > 0.0)
            target -= option->size * (view->delta_at(view->self, i, vol) -
                                      view->delta_at(view->self, i, option->vol));
    }
    return target;
}

static int decide(const void *state, const rh_view *view, double *target, rh_wake *wake) {
    const leland_state *s = state;
    const int due = view->now >= s->next;
    wake->at = due ? grid_after(s, view) : s->next;
    if (!due && !(view->woke & RH_WOKE_BOOK))
        return RH_HOLD;
    const double wanted = leland_target(s, view);
    if (!isfinite(wanted)) {
        wake->signal = RH_SIGNAL_EVERY; /* it stays due */
        return RH_HOLD;
    }
    target[0] = wanted;
    return RH_TRADE;
}

static void accepted(void *state, const rh_view *view) {
    leland_state *s = state;
    s->next = grid_after(s, view);
}

REHEDGE_STRATEGY(leland) = {
    .abi = REHEDGE_ABI,
    .size = sizeof(rh_strategy),
    .name = "leland",
    .summary = "trade on a clock to the delta at Leland's cost-adjusted volatility",
    .source = "Leland (1985)",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .state_size = sizeof(leland_state),
    .start = start,
    .decide = decide,
    .accepted = accepted,
};
