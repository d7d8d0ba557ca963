/* SPDX-License-Identifier: GPL-3.0-or-later */
/* price-move: trades to neutral once the hedge's price has moved far enough since the last trade.
 *
 * Far enough is `move_pct` per cent of the price at that trade, or `implied` times the move that
 * the options implied then for the time `over`: vol sqrt(over), one standard deviation, with the
 * book's vega-weighted volatility. A change of the book trades at once.
 *
 * Source: Henrotte, Transaction costs and duplication strategies (1993), for rebalancing at equal
 * relative moves; the multiple of the implied move is desk practice.
 */
#include <rehedge/strategy.h>

#include <math.h>

#define YEAR (365.0 * 86400e9) /* nanoseconds */

enum { MOVE_PCT, IMPLIED, OVER };

static const rh_param params[] = {
    [MOVE_PCT] = {.name = "move_pct",
                  .type = RH_PARAM_NUMBER,
                  .unit = "%",
                  .initial = "",
                  .min = 1e-6,
                  .max = 1e6,
                  .summary = "move of the price since the last trade"},
    [IMPLIED] = {.name = "implied",
                 .type = RH_PARAM_NUMBER,
                 .initial = "",
                 .min = 1e-6,
                 .max = 1e6,
                 .summary = "instead: the move in multiples of the implied one"},
    [OVER] = {.name = "over",
              .type = RH_PARAM_DURATION,
              .initial = "1d",
              .min = 1e-6,
              .max = 1e9,
              .summary = "the time whose implied move is meant"},
};

typedef struct {
    double fraction;   /* of price; 0: implied */
    double per_vol;    /* implied x sqrt(over in years) */
    double price, vol; /* at the last trade */
    int traded;
} move_state;

static int start(void *state, const rh_value *values, const rh_host *host) {
    move_state *s = state;
    if (values[MOVE_PCT].given == values[IMPLIED].given) {
        host->complain(host->self, "give either `move_pct` or `implied`");
        return -1;
    }
    s->fraction = values[MOVE_PCT].given ? values[MOVE_PCT].number / 100.0 : 0.0;
    s->per_vol = values[IMPLIED].number * sqrt((double)values[OVER].integer / YEAR);
    return 0;
}

/* The fraction of the price that is far enough, by the volatility at the last trade. */
static double width_at(const move_state *s, double vol) {
    return s->fraction > 0.0 ? s->fraction : s->per_vol * vol;
}

/* Until the next trade only the price can make it due, unless the move isn't known. */
static void watch(double price, double width, rh_wake *wake) {
    wake->signal = isfinite(width) ? RH_SIGNAL_PRICE : RH_SIGNAL_EVERY;
    wake->scale = RH_SCALE_ANCHOR;
    wake->anchor = price;
    wake->width = width;
}

static int decide(const void *state, const rh_view *view, double *target, rh_wake *wake) {
    const move_state *s = state;
    const rh_hedge *hedge = rh_hedge_at(view, 0);
    const double width = width_at(s, isfinite(s->vol) ? s->vol : view->vol);
    int due = !s->traded || (view->woke & RH_WOKE_BOOK);

    wake->signal = RH_SIGNAL_EVERY;
    if (!isfinite(hedge->price) || !isfinite(hedge->neutral))
        return RH_HOLD;
    due = due || fabs(hedge->price - s->price) > width * fabs(s->price);
    watch(due ? hedge->price : s->price, width_at(s, due ? view->vol : s->vol), wake);
    if (!due)
        return RH_HOLD;
    target[0] = hedge->neutral;
    return RH_TRADE;
}

static void accepted(void *state, const rh_view *view) {
    move_state *s = state;
    s->price = rh_hedge_at(view, 0)->price;
    s->vol = view->vol;
    s->traded = 1;
}

REHEDGE_STRATEGY(price_move) = {
    .abi = REHEDGE_ABI,
    .size = sizeof(rh_strategy),
    .name = "price-move",
    .summary = "trade to neutral once the price has moved by a percentage or an implied move",
    .source = "Henrotte (1993); desk practice",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .state_size = sizeof(move_state),
    .start = start,
    .decide = decide,
    .accepted = accepted,
};
