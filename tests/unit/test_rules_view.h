/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_rules_view.h: a rule at a desk made by hand.
 *
 * desk_open finds a built-in rule and starts it with parameters written as in an experiment file;
 * the desk's numbers are then set as the test wants them, and desk_ask shows them to the rule. Each
 * test file is one program, so that the functions are static. `count` options with the
 * Black-Scholes numbers of `price`, `rate` and their own terms come from desk_price; nothing forces
 * a test to use them. */
#ifndef TEST_RULES_VIEW_H
#define TEST_RULES_VIEW_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/config.h"
#include "pricing/black_scholes.h"
#include "strategy/params.h"
#include "strategy/registry.h"

typedef struct {
    rh_registry *registry;
    const rh_strategy *rule;
    rh_values values;
    void *state, *fresh; /* its state now, and as start left it */
    int refused;
    char complaint[1024];
    rh_contract contracts[4];
    rh_host host;
    /* what the rule sees */
    rh_hedge hedge;
    rh_option_leg options[4];
    uint64_t observations[4];
    rh_view view;
    /* what it said */
    int said;
    double target;
    rh_wake wake;
} desk;

static inline double desk_delta_at(const void *self, size_t i, double vol) {
    const desk *d = self;
    const rh_option_leg *o = &d->options[i];
    return rh_black_scholes(o->right, d->hedge.price, o->strike, o->years, vol, d->view.rate, 0.0)
        .delta;
}

static inline int desk_watch(void *self, const char *instrument) {
    (void)self;
    return strcmp(instrument, "NONE") == 0 ? -1 : 0;
}

static inline void desk_complain(void *self, const char *sentence) {
    desk *d = self;
    (void)snprintf(d->complaint, sizeof d->complaint, "%s", sentence);
}

/* One option of size -1, at the money, 30 days to go. */
static inline void desk_furnish(desk *d) {
    d->hedge = (rh_hedge){.price = 100, .bid = 100, .ask = 100, .cost = 0.05, .delta = 1};
    d->options[0] = (rh_option_leg){
        .size = -1, .right = 1, .strike = 100, .years = 30.0 / 365, .forward = 100, .vol = 0.6};
    d->view = (rh_view){.size = sizeof d->view,
                        .hedge_size = sizeof d->hedge,
                        .now = 1000 * RH_DAY,
                        .opened = 1000 * RH_DAY,
                        .expiry = 1030 * RH_DAY,
                        .woke = RH_WOKE_BOOK,
                        .hedges = &d->hedge,
                        .n_hedges = 1,
                        .spot = 100,
                        .forward = 100,
                        .cost = 0.0005,
                        .observations = d->observations,
                        .n_observations = 1,
                        .options = d->options,
                        .n_options = 1,
                        .option_size = sizeof *d->options,
                        .delta_at = desk_delta_at,
                        .self = d};
}

/* Prices the options at hedge.price: their Greeks, the book's sums, neutral. */
static inline void desk_price(desk *d) {
    rh_view *v = &d->view;
    double weight = 0.0, vol = 0.0;
    v->exposure = v->gamma = v->vega = v->size_options = 0.0;
    for (size_t i = 0; i < v->n_options; i++) {
        rh_option_leg *o = &d->options[i];
        const rh_spot_greeks g =
            rh_black_scholes(o->right, d->hedge.price, o->strike, o->years, o->vol, v->rate, 0.0);
        o->delta = g.delta;
        o->gamma = g.gamma;
        o->vega = g.vega;
        o->forward = d->hedge.price * exp(v->rate * o->years);
        v->exposure += o->size * g.delta;
        v->gamma += o->size * g.gamma;
        v->vega += o->size * g.vega;
        v->size_options += fabs(o->size);
        weight += fabs(o->size * g.vega);
        vol += fabs(o->size * g.vega) * o->vol;
    }
    v->vol = vol / weight;
    d->hedge.neutral = v->target - v->exposure;
}

static inline desk *desk_find(const char *rule) {
    rh_error error = {0};
    const char *near;
    desk *d = calloc(1, sizeof *d);
    assert_non_null(d);
    assert_int_equal(rh_registry_new(&d->registry, &error), RH_OK);
    d->rule = rh_registry_find_strategy(d->registry, rule, &near);
    assert_non_null(d->rule);
    desk_furnish(d);
    desk_price(d);
    d->contracts[0] = (rh_contract){
        .size = -1, .right = 1, .strike = 100, .open = 1000 * RH_DAY, .expiry = 1030 * RH_DAY};
    d->host = (rh_host){.size = sizeof d->host,
                        .self = d,
                        .watch = desk_watch,
                        .complain = desk_complain,
                        .n_hedges = 1,
                        .contracts = d->contracts,
                        .n_contracts = 1,
                        .contract_size = sizeof *d->contracts,
                        .cost = 0.0005};
    return d;
}

/* Starts the rule with parameters such as "{width: 0.1}". */
static inline void desk_start(desk *d, const char *params) {
    rh_error error = {0};
    rh_config *config = NULL;
    assert_int_equal(rh_config_read_text("test", params, strlen(params), &config, &error), RH_OK);
    const rh_status status = rh_values_read(d->rule->params, d->rule->n_params, config,
                                            rh_config_root(config), "strategy", &d->values, &error);
    rh_config_free(config);
    d->refused = status != RH_OK;
    if (d->refused) {
        (void)snprintf(d->complaint, sizeof d->complaint, "%s", error.text);
        return;
    }
    d->state = calloc(1, d->rule->state_size + 1);
    assert_non_null(d->state);
    if (d->rule->start)
        d->refused = d->rule->start(d->state, d->values.values, &d->host) != 0;
    d->fresh = calloc(1, d->rule->state_size + 1);
    assert_non_null(d->fresh);
    memcpy(d->fresh, d->state, d->rule->state_size);
}

/* The same rule, just started, at the desk as it was furnished at first. */
static inline void desk_again(desk *d) {
    memcpy(d->state, d->fresh, d->rule->state_size);
    desk_furnish(d);
    desk_price(d);
}

static inline void desk_close(desk *d) {
    rh_values_free(&d->values);
    rh_registry_free(d->registry);
    free(d->state);
    free(d->fresh);
    free(d);
}

static inline desk *desk_open(const char *rule, const char *params) {
    desk *d = desk_find(rule);
    desk_start(d, params);
    if (d->refused)
        fail_msg("%s %s: %s", rule, params, d->complaint);
    return d;
}

/* Asks twice, as decide is pure, and sees to it that a hold leaves the target alone. */
static inline int desk_ask(desk *d) {
    const double untouched = -987.25;
    double again = untouched;
    rh_wake wake = {.at = RH_NEVER};
    if (d->rule->observe)
        d->rule->observe(d->state, &d->view);
    d->target = untouched;
    d->wake = wake;
    d->said = d->rule->decide(d->state, &d->view, &d->target, &d->wake);
    assert_int_equal(d->rule->decide(d->state, &d->view, &again, &wake), d->said);
    assert_memory_equal(&again, &d->target, sizeof again);
    assert_int_equal(wake.at, d->wake.at);
    assert_int_equal(wake.signal, d->wake.signal);
    if (d->said == RH_HOLD)
        assert_true(d->target == untouched);
    else
        assert_true(isfinite(d->target));
    return d->said;
}

/* Asks, and does what the rule says, at once and in full. The book hasn't changed afterwards. */
static inline int desk_step(desk *d) {
    if (desk_ask(d) == RH_TRADE) {
        if (d->rule->accepted)
            d->rule->accepted(d->state, &d->view);
        d->hedge.held = d->target;
    }
    d->view.woke = 0;
    return d->said;
}

/* What the engine would make of the wake now: 1 if the rule is to be asked. */
static inline int desk_woken(const desk *d) {
    const rh_wake *w = &d->wake;
    double signal = NAN, scale = 1.0;
    if (d->view.now >= w->at || w->signal == RH_SIGNAL_EVERY)
        return 1;
    switch (w->signal) {
    case RH_SIGNAL_NONE: return 0;
    case RH_SIGNAL_GAP: signal = d->hedge.held + d->hedge.pending - d->hedge.neutral; break;
    case RH_SIGNAL_PRICE: signal = d->hedge.price; break;
    case RH_SIGNAL_PNL: signal = d->view.pnl; break;
    case RH_SIGNAL_VARIANCE: signal = d->view.variance; break;
    default: signal = (double)d->observations[w->signal - RH_SIGNAL_OBSERVATION]; break;
    }
    if (w->scale == RH_SCALE_ANCHOR)
        scale = fabs(w->anchor);
    else if (w->scale == RH_SCALE_GAMMA)
        scale = fabs(d->view.gamma) * d->hedge.price;
    else if (w->scale == RH_SCALE_SIZE)
        scale = d->view.size_options;
    return fabs(signal - w->anchor) > w->width * scale;
}

#endif
