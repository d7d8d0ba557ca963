/* SPDX-License-Identifier: GPL-3.0-or-later */
/* interval: trades to neutral on a clock, or at each new observation of an instrument.
 *
 * The clock starts at the book's first open, or at 1970-01-01T00:00Z with `anchor: utc` (so that
 * `every: 8h` means 00:00, 08:00 and 16:00), `offset` later. A step that could not be acted upon
 * (no price) stays due.
 *
 * Source: Boyle and Emanuel, Discretely adjusted option hedges, J. Financial Economics 8 (1980).
 */
#include <rehedge/strategy.h>

#include <math.h>

enum { EVERY, ON, ANCHOR, OFFSET };
enum { ANCHOR_OPEN, ANCHOR_UTC };

static const rh_param params[] = {
    [EVERY] = {.name = "every",
               .type = RH_PARAM_DURATION,
               .initial = "",
               .min = 1e-6,
               .max = 1e9,
               .summary = "time between rebalances"},
    [ON] = {.name = "on",
            .type = RH_PARAM_TEXT,
            .initial = "",
            .summary = "instead of a clock: each new observation of this instrument"},
    [ANCHOR] = {.name = "anchor",
                .type = RH_PARAM_CHOICE,
                .initial = "open",
                .choices = "open utc",
                .summary = "the clock starts at the book's first open, or at 00:00 UTC"},
    [OFFSET] = {.name = "offset",
                .type = RH_PARAM_DURATION,
                .initial = "0s",
                .min = 0,
                .max = 1e9,
                .summary = "every step of the clock comes so much later"},
};

typedef struct {
    int64_t every; /* 0: on observations */
    int64_t anchor, offset;
    int64_t next; /* due from here on */
    int watched;
    uint64_t seen;
} interval_state;

static int start(void *state, const rh_value *values, const rh_host *host) {
    interval_state *s = state;
    if (values[EVERY].given == values[ON].given) {
        host->complain(host->self, "give either `every` (a duration) or `on` (an instrument)");
        return -1;
    }
    s->every = values[EVERY].given ? values[EVERY].integer : 0;
    s->anchor = values[ANCHOR].integer;
    s->offset = values[OFFSET].integer;
    s->next = INT64_MIN;
    if (values[ON].given && (s->watched = host->watch(host->self, values[ON].text)) < 0) {
        host->complain(host->self, "`on` names an instrument that the experiment doesn't have");
        return -1;
    }
    if (!s->every && s->offset != 0) {
        host->complain(host->self, "`offset` belongs to `every`, and `on` is given");
        return -1;
    }
    return 0;
}

/* The first instant of the grid after now. */
static int64_t grid_after(const interval_state *s, const rh_view *view) {
    const int64_t origin = (s->anchor == ANCHOR_OPEN ? view->opened : 0) + s->offset;
    const int64_t since = view->now - origin;
    int64_t steps = since / s->every;
    if (since % s->every < 0)
        steps--;
    return origin + (steps + 1) * s->every;
}

static int decide(const void *state, const rh_view *view, double *target, rh_wake *wake) {
    const interval_state *s = state;
    const int due = s->every ? view->now >= s->next : view->observations[s->watched] != s->seen;
    if (s->every) {
        wake->at = due ? grid_after(s, view) : s->next;
    } else {
        wake->signal = RH_SIGNAL_OBSERVATION + (uint32_t)s->watched;
        wake->anchor = (double)view->observations[s->watched];
    }
    if (!due && !(view->woke & RH_WOKE_BOOK))
        return RH_HOLD;
    if (!isfinite(rh_hedge_at(view, 0)->neutral)) {
        wake->signal = RH_SIGNAL_EVERY;
        return RH_HOLD;
    }
    target[0] = rh_hedge_at(view, 0)->neutral;
    return RH_TRADE;
}

static void accepted(void *state, const rh_view *view) {
    interval_state *s = state;
    if (s->every)
        s->next = grid_after(s, view);
    else
        s->seen = view->observations[s->watched];
}

REHEDGE_STRATEGY(interval) = {
    .abi = REHEDGE_ABI,
    .size = sizeof(rh_strategy),
    .name = "interval",
    .summary = "trade to neutral on a clock, or at each observation of an instrument",
    .source = "Boyle and Emanuel (1980)",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .state_size = sizeof(interval_state),
    .start = start,
    .decide = decide,
    .accepted = accepted,
};
