/* SPDX-License-Identifier: GPL-3.0-or-later */
/* auto-ddh: the dynamic delta hedger of crypto option venues.
 *
 * Every `check` it looks at the net exposure. If that lies further than `threshold` from the
 * `target`, and the price has moved by `min_move_pct` since the last hedge was finished, it trades
 * back to the target, in orders of at most `slice`, one a check, until the target is met. Target,
 * threshold and slice are in units of the underlying, for the whole book; the target adds to that
 * of the experiment. Between checks nothing is seen. A change of the book is checked at once.
 *
 * Source: practice of the hedgers that venues and brokers offer (target delta, delta threshold,
 * check interval, minimum price move, order slice); the names are theirs, the order of the
 * conditions is the plain one.
 */
#include <rehedge/strategy.h>

#include <math.h>

enum { THRESHOLD, TARGET, CHECK, MIN_MOVE_PCT, SLICE };

static const rh_param params[] = {
    [THRESHOLD] = {.name = "threshold",
                   .type = RH_PARAM_NUMBER,
                   .unit = "units of underlying",
                   .min = 0,
                   .max = 1e12,
                   .summary = "drift of the net exposure from the target that is left alone"},
    [TARGET] = {.name = "target",
                .type = RH_PARAM_NUMBER,
                .unit = "units of underlying",
                .initial = "0",
                .min = -1e12,
                .max = 1e12,
                .summary = "net exposure to keep, on top of the experiment's own target"},
    [CHECK] = {.name = "check",
               .type = RH_PARAM_DURATION,
               .initial = "1m",
               .min = 1e-3,
               .max = 1e9,
               .summary = "time between looks, counted from the book's first open"},
    [MIN_MOVE_PCT] = {.name = "min_move_pct",
                      .type = RH_PARAM_NUMBER,
                      .unit = "%",
                      .initial = "0",
                      .min = 0,
                      .max = 1e6,
                      .summary = "move of the price since the last hedge that is left alone"},
    [SLICE] = {.name = "slice",
               .type = RH_PARAM_NUMBER,
               .unit = "units of underlying",
               .initial = "",
               .min = 1e-9,
               .max = 1e12,
               .summary = "largest single order; left out: no limit"},
};

typedef struct {
    double threshold, target, min_move, slice;
    int64_t check;
    int64_t next; /* check from here on */
    int due;      /* the last check found something to do, and no order has followed */
    double price; /* when the last hedge was finished; 0: none was */
    int working;  /* slices of a hedge are still to come */
} ddh_state;

static int start(void *state, const rh_value *values, const rh_host *host) {
    ddh_state *s = state;
    (void)host;
    s->threshold = values[THRESHOLD].number;
    s->target = values[TARGET].number;
    s->check = values[CHECK].integer;
    s->min_move = values[MIN_MOVE_PCT].number / 100.0;
    s->slice = values[SLICE].given ? values[SLICE].number : INFINITY;
    s->next = INT64_MIN;
    return 0;
}

static double gap_of(const ddh_state *s, const rh_view *view) {
    const rh_hedge *hedge = rh_hedge_at(view, 0);
    return hedge->held + hedge->pending - (hedge->neutral + s->target);
}

/* What a look would find. */
static int wants(const ddh_state *s, const rh_view *view) {
    const rh_hedge *hedge = rh_hedge_at(view, 0);
    const double gap = gap_of(s, view);
    const double dust = 1e-9 * (view->size_options + fabs(hedge->neutral + s->target));
    if (!isfinite(gap) || !isfinite(hedge->price))
        return 0;
    const int moved = fabs(hedge->price - s->price) >= s->min_move * s->price;
    return s->working || (moved && fabs(gap) > s->threshold + dust);
}

/* A check that finds nothing to do must be remembered too, or the next instant would look again:
 * that is why this rule observes. While an order is on its way a check finds nothing. */
static void observe(void *state, const rh_view *view) {
    ddh_state *s = state;
    if (view->now < s->next && !(view->woke & RH_WOKE_BOOK))
        return;
    s->due = rh_hedge_at(view, 0)->pending == 0.0 && wants(s, view);
    s->next = view->opened + ((view->now - view->opened) / s->check + 1) * s->check;
}

/* What the last check found must still be true: a rule around this one may have held it back. */
static int decide(const void *state, const rh_view *view, double *target, rh_wake *wake) {
    const ddh_state *s = state;
    const rh_hedge *hedge = rh_hedge_at(view, 0);
    const double gap = gap_of(s, view);
    wake->at = s->next;
    if (!s->due || !wants(s, view))
        return RH_HOLD;
    target[0] = fabs(gap) > s->slice ? hedge->held + hedge->pending - copysign(s->slice, gap)
                                     : hedge->neutral + s->target;
    return RH_TRADE;
}

static void accepted(void *state, const rh_view *view) {
    ddh_state *s = state;
    s->due = 0; /* one order a check */
    s->working = fabs(gap_of(s, view)) > s->slice;
    if (!s->working)
        s->price = rh_hedge_at(view, 0)->price;
}

REHEDGE_STRATEGY(auto_ddh) = {
    .abi = REHEDGE_ABI,
    .size = sizeof(rh_strategy),
    .name = "auto-ddh",
    .summary = "a venue's dynamic delta hedger: threshold, check interval, minimum move, slices",
    .source = "practice of crypto option venues",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .state_size = sizeof(ddh_state),
    .start = start,
    .decide = decide,
    .accepted = accepted,
    .observe = observe,
};
