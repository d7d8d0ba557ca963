/* SPDX-License-Identifier: GPL-3.0-or-later */
/* my-rule: a rebalance rule that is there to be copied and changed.
 *
 * It trades to neutral when the net exposure has drifted by more than `width` of an option, and at
 * the latest when `every` has passed since its last trade. That is enough to show everything that a
 * rule needs: parameters, a state, a decision, two kinds of wake, and what it remembers.
 *
 *     sed 's/my-rule/mine/' my-rule.c >mine.c              # then change it, step by step
 *     cc -std=c11 -shared -fPIC $(pkg-config --cflags rehedge) mine.c -o mine.so
 *     rehedge --plugin ./mine.so list strategies
 *     rehedge run experiment.yaml --plugin ./mine.so --set 'strategy={name: mine, width: 0.1}'
 *
 * Write here what the rule does in the words of somebody who would use it, and where it comes from.
 */

/* Step 1. This header and the C library are all that a rule may use: no clock, no files, no random
 * numbers, no variables outside of its state. The header is the manual. */
#include <rehedge/strategy.h>

#include <math.h>

/* Step 2. The parameters, as users will write them: name, type, unit, default, limits, one line of
 * explanation. The engine reads, checks and lists them; what is wrong is refused with the place in
 * the user's file. Without `.initial` a parameter must be given; with "" it may be left out, and
 * values[i].given tells. The enumeration keeps the table and the code together. */
enum { WIDTH, EVERY };

static const rh_param params[] = {
    [WIDTH] = {.name = "width",
               .type = RH_PARAM_NUMBER,
               .unit = "delta",
               .initial = "0.05",
               .min = 0,
               .max = 1e12,
               .summary = "drift of the net exposure per option that is left alone"},
    [EVERY] = {.name = "every",
               .type = RH_PARAM_DURATION,
               .initial = "8h",
               .min = 1e-3, /* limits of durations are in seconds */
               .max = 1e9,
               .summary = "longest time between trades"},
};

/* Step 3. The state: what the rule knows of itself. There is one for each lane, all zero bytes at
 * first; the engine keeps it. No pointers to what the rule allocates: nobody would free it. */
typedef struct {
    double width;  /* from the parameters */
    int64_t every; /* nanoseconds, as all times */
    int64_t next;  /* due from here on */
} my_state;

/* Step 4. The start: parameters go into the state. Parameters that contradict each other are
 * refused with host->complain(host->self, "a sentence for the user") and -1. */
static int start(void *state, const rh_value *values, const rh_host *host) {
    my_state *s = state;
    (void)host;
    s->width = values[WIDTH].number;
    s->every = values[EVERY].integer;
    s->next = INT64_MIN; /* due at once */
    return 0;
}

/* Step 5. The decision: RH_TRADE with a target, or RH_HOLD, and in either case when to ask again.
 *
 * The view is all that the desk knows now. `neutral` is the exposure of the hedge that would make
 * the book flat; contract types, lots and currencies are the engine's business. The state is const:
 * the question may be asked more often than was wished for, and the answer may be overruled when
 * the rule stands inside `all` or `not-during`. So the rule wants to trade as long as its reason
 * lasts: times are compared with >=, and only `accepted` ends a wish. */
static int decide(const void *state, const rh_view *view, double *target, rh_wake *wake) {
    const my_state *s = state;
    const rh_hedge *hedge = rh_hedge_at(view, 0);
    const double drift = hedge->held + hedge->pending - hedge->neutral;
    const int due = view->now >= s->next;

    /* Step 6. The wake: at a time, or when a number that the engine watches leaves its range, here
     * |held + pending - neutral - 0| > width x options. Early is harmless, late is a bug: the
     * conformance check finds it. wake->signal = RH_SIGNAL_EVERY is always right, and slower. */
    wake->at = due ? view->now + s->every : s->next;
    wake->signal = RH_SIGNAL_GAP;
    wake->scale = RH_SCALE_SIZE;
    wake->anchor = 0.0;
    wake->width = s->width;

    /* NaN means unknown, and comparisons with it are false: write them so that false holds. The
     * tiny slack keeps rounding from being traded. */
    const double slack = 1e-9 * (fabs(hedge->neutral) + view->size_options);
    if (!due && !(fabs(drift) > s->width * view->size_options + slack))
        return RH_HOLD;
    if (!isfinite(hedge->neutral))
        return RH_HOLD;
    target[0] = hedge->neutral;
    return RH_TRADE;
}

/* Step 7. What the rule remembers of a trade. It is called when the lane trades in the instant of
 * this view, also for another rule beside this one. A rule without memory leaves it out. (There is
 * also `observe`, which sees every instant and is the one thing that makes a lane slow.) */
static void accepted(void *state, const rh_view *view) {
    my_state *s = state;
    s->next = view->now + s->every;
}

/* Step 8. The record, by which the engine finds all this. abi and size say which version of the
 * header it was written against. The name is what users write: a-z, 0-9 and -. */
REHEDGE_STRATEGY(my_rule) = {
    .abi = REHEDGE_ABI,
    .size = sizeof(rh_strategy),
    .name = "my-rule",
    .summary = "trade to neutral when the exposure has drifted, or enough time has passed",
    .source = "paper, book or practice it comes from",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .state_size = sizeof(my_state),
    .start = start,
    .decide = decide,
    .accepted = accepted,
};

/* Step 9. Is it a good rule? With the source of rehedge built in build/:
 *
 *     build/tests/conformance_rules ./mine.so '{name: mine}' '{name: mine, width: 0.02, every: 3h}'
 *
 * runs it over random markets with vanishing quotes, expiries, latencies and mixed books, and
 * demands: asked at every instant it trades as when it is only woken; decide changes nothing; two
 * runs are equal; every number is finite. Then let it meet the others:
 *
 *     rehedge compare experiment.yaml --plugin ./mine.so -P strategy.name=mine,band,interval \
 *         -P strategy.every=1h,8h -P strategy.width=0.02,0.05 -o results/mine.db
 */
