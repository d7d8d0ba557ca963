/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pnl-band: trades to neutral once the lane's PnL has moved far enough since the last trade.
 *
 * `width` is in the numeraire, for the whole book or per option. It is the PnL of book and hedge
 * together, costs and funding included, so a gain makes it due as a loss does. A width below what
 * one trade costs makes the next trade due at once; that one is then nearly nothing. A change of
 * the book trades at once.
 *
 * Source: desk practice.
 */
#include <rehedge/strategy.h>

#include <math.h>

enum { WIDTH, PER };
enum { PER_BOOK, PER_OPTION };

static const rh_param params[] = {
    [WIDTH] = {.name = "width",
               .type = RH_PARAM_NUMBER,
               .unit = "numeraire",
               .min = 1e-12,
               .max = 1e15,
               .summary = "change of the PnL since the last trade"},
    [PER] = {.name = "per",
             .type = RH_PARAM_CHOICE,
             .initial = "book",
             .choices = "book option",
             .summary = "width is for the whole book, or per option"},
};

typedef struct {
    double width;
    int64_t per;
    double pnl; /* at the last trade */
    int traded;
} pnl_state;

static int start(void *state, const rh_value *values, const rh_host *host) {
    pnl_state *s = state;
    (void)host;
    s->width = values[WIDTH].number;
    s->per = values[PER].integer;
    return 0;
}

static int decide(const void *state, const rh_view *view, double *target, rh_wake *wake) {
    const pnl_state *s = state;
    const double neutral = rh_hedge_at(view, 0)->neutral;
    const double width = s->width * (s->per == PER_OPTION ? view->size_options : 1.0);
    int due = !s->traded || (view->woke & RH_WOKE_BOOK);

    wake->signal = RH_SIGNAL_EVERY;
    if (!isfinite(view->pnl) || !isfinite(neutral))
        return RH_HOLD;
    due = due || fabs(view->pnl - s->pnl) > width;
    wake->signal = RH_SIGNAL_PNL;
    wake->scale = s->per == PER_OPTION ? RH_SCALE_SIZE : RH_SCALE_ONE;
    wake->anchor = due ? view->pnl : s->pnl;
    wake->width = s->width;
    if (!due)
        return RH_HOLD;
    target[0] = neutral;
    return RH_TRADE;
}

static void accepted(void *state, const rh_view *view) {
    pnl_state *s = state;
    s->pnl = view->pnl;
    s->traded = 1;
}

REHEDGE_STRATEGY(pnl_band) = {
    .abi = REHEDGE_ABI,
    .size = sizeof(rh_strategy),
    .name = "pnl-band",
    .summary = "trade to neutral once the PnL has moved far enough since the last trade",
    .source = "desk practice",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .state_size = sizeof(pnl_state),
    .start = start,
    .decide = decide,
    .accepted = accepted,
};
