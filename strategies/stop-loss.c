/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stop-loss: covers an option while it is in the money and leaves it naked while it is not.
 *
 * In place of its delta every option counts as +1 (call) or -1 (put) in the money and as 0 out of
 * it, by the price of the hedge. It trades when an option crosses its strike, and when the book
 * changes. It looks free and isn't: every crossing buys above the strike and sells below it, and
 * more frequent looks don't help.
 *
 * Source: Hull, Options, Futures and Other Derivatives, chapter "The Greek letters", section on
 * the stop-loss strategy; Carr and Jarrow, Review of Financial Studies 3 (1990) 469-492.
 */
#include <rehedge/strategy.h>

#include <math.h>

typedef struct {
    double covered; /* exposure of the options counted so, at the last trade */
    int traded;
} stop_state;

typedef struct {
    double covered;  /* options counted as +1, -1 or 0 */
    double delta;    /* the same by their deltas */
    double distance; /* of the price to the nearest strike */
} stop_cover;

static stop_cover cover_of(const rh_view *view) {
    const double price = rh_hedge_at(view, 0)->price;
    stop_cover cover = {.distance = INFINITY};
    for (size_t i = 0; i < view->n_options; i++) {
        const rh_option_leg *option = rh_option_at(view, i);
        const double inside = option->right * (price - option->strike);
        cover.covered += inside > 0.0 ? option->size * option->right : 0.0 * inside; /* keeps NaN */
        cover.delta += option->size * option->delta;
        cover.distance = fmin(cover.distance, fabs(price - option->strike));
    }
    return cover;
}

static int decide(const void *state, const rh_view *view, double *target, rh_wake *wake) {
    const stop_state *s = state;
    const rh_hedge *hedge = rh_hedge_at(view, 0);
    const stop_cover cover = cover_of(view);
    const double wanted = hedge->neutral + cover.delta - cover.covered;

    wake->signal = RH_SIGNAL_EVERY;
    if (!isfinite(wanted) || !isfinite(hedge->price))
        return RH_HOLD;
    wake->signal = RH_SIGNAL_PRICE; /* as soon as the price reaches a strike */
    wake->anchor = hedge->price;
    wake->width = nextafter(cover.distance, 0.0);
    if (s->traded && cover.covered == s->covered && !(view->woke & RH_WOKE_BOOK))
        return RH_HOLD;
    target[0] = wanted;
    return RH_TRADE;
}

static void accepted(void *state, const rh_view *view) {
    stop_state *s = state;
    s->covered = cover_of(view).covered;
    s->traded = 1;
}

REHEDGE_STRATEGY(stop_loss) = {
    .abi = REHEDGE_ABI,
    .size = sizeof(rh_strategy),
    .name = "stop-loss",
    .summary = "cover options in the money, leave them naked out of it (the classic warning)",
    .source = "Hull; Carr and Jarrow (1990)",
    .state_size = sizeof(stop_state),
    .decide = decide,
    .accepted = accepted,
};
