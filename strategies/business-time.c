/* SPDX-License-Identifier: GPL-3.0-or-later */
/* business-time: trades to neutral after equal steps of realised variance rather than of clock.
 *
 * The variance is the sum of squared log returns of the hedge's price since the book opened, at
 * every change of that price. One step is `move` squared: with `move: 0.01` a step has passed when
 * the returns add up to a root mean square move of 1 %, which takes a day at a volatility of 19 %
 * and an hour at 94 %. A step that could not be acted upon stays due. A change of the book trades
 * at once. The bounce between bid and ask counts as variance where prices come from trades.
 *
 * Source: Dambis (1965), Dubins and Schwarz (1965): a continuous martingale is a Brownian motion
 * run by its own variance; Geman, Madan and Yor, Time changes for Levy processes (2001).
 */
#include <rehedge/strategy.h>

#include <math.h>

enum { MOVE };

static const rh_param params[] = {
    [MOVE] = {.name = "move",
              .type = RH_PARAM_NUMBER,
              .unit = "fraction of price",
              .min = 1e-6,
              .max = 10,
              .summary = "root mean square move of the price between rebalances"},
};

typedef struct {
    double step; /* of variance */
    double next; /* due from this variance on; 0: at once */
} business_state;

static int start(void *state, const rh_value *values, const rh_host *host) {
    business_state *s = state;
    (void)host;
    s->step = values[MOVE].number * values[MOVE].number;
    return 0;
}

/* The first step after this variance. */
static double step_after(const business_state *s, double variance) {
    const double next = (floor(variance / s->step) + 1.0) * s->step;
    return next > variance ? next : next + s->step;
}

static int decide(const void *state, const rh_view *view, double *target, rh_wake *wake) {
    const business_state *s = state;
    const double neutral = rh_hedge_at(view, 0)->neutral;
    const int due = view->variance >= s->next;
    if (!isfinite(view->variance) || !isfinite(neutral)) {
        wake->signal = RH_SIGNAL_EVERY;
        return RH_HOLD;
    }
    wake->signal = RH_SIGNAL_VARIANCE; /* never negative: > the number below next is >= next */
    wake->width = nextafter(due ? step_after(s, view->variance) : s->next, 0.0);
    if (!due && !(view->woke & RH_WOKE_BOOK))
        return RH_HOLD;
    target[0] = neutral;
    return RH_TRADE;
}

static void accepted(void *state, const rh_view *view) {
    business_state *s = state;
    s->next = step_after(s, view->variance);
}

REHEDGE_STRATEGY(business_time) = {
    .abi = REHEDGE_ABI,
    .size = sizeof(rh_strategy),
    .name = "business-time",
    .summary = "trade to neutral after equal steps of realised variance",
    .source = "Dambis (1965), Dubins and Schwarz (1965)",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .state_size = sizeof(business_state),
    .start = start,
    .decide = decide,
    .accepted = accepted,
};
