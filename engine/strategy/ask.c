/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "strategy/ask.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static const rh_wake never = {.at = INT64_MAX};

static void *state_of(void *state, const rh_rule *leaf) {
    return (char *)state + leaf->offset;
}

/* ---- start ---- */

const rh_rule *rh_rule_start(const rh_rule *rule, void *state, rh_part *parts,
                             const rh_host *host) {
    for (size_t i = 0; i < rule->n_parts; i++)
        parts[i] = (rh_part){.wake = never};
    for (size_t i = 0; i < rule->n_leaves; i++) {
        const rh_rule *leaf = rh_rule_leaf(rule, i);
        const rh_strategy *s = leaf->strategy;
        if (s->start && s->start(state_of(state, leaf), leaf->values.values, host) != 0)
            return leaf;
    }
    return NULL;
}

/* ---- observe ---- */

static void observe(const rh_rule *rule, void *state, const rh_part *parts, rh_view *view,
                    uint32_t common) {
    if (!rule->observes)
        return;
    for (size_t i = 0; i < rule->n_children; i++)
        observe(&rule->children[i], state, parts, view, common);
    if (rule->kind != RH_RULE_LEAF)
        return;
    view->woke = common | parts[rule->part].woke;
    rule->strategy->observe(state_of(state, rule), view);
}

void rh_rule_observe(const rh_rule *rule, void *state, const rh_part *parts, rh_view *view) {
    observe(rule, state, parts, view, view->woke);
}

/* ---- asking ---- */

enum { FAULT = -1 };

typedef struct {
    void *state;
    rh_part *parts;
    rh_view *view;
    uint32_t common;                   /* bits that every leaf hears */
    double standing[RH_MOST_TARGETS];  /* targets before anybody is asked */
    double overruled[RH_MOST_TARGETS]; /* where targets go that nobody trades to */
    rh_rule_fault *fault;
} asking;

static int fail(const asking *a, const rh_rule *leaf, const char *what, double number) {
    *a->fault = (rh_rule_fault){leaf->name, what, number};
    return FAULT;
}

/* `target` holds what stands. */
static int ask_leaf(asking *a, const rh_rule *leaf, double *target) {
    rh_part *part = &a->parts[leaf->part];
    part->heard = a->common | part->woke | part->owed;
    part->woke = 0;
    part->wake = never;
    a->view->woke = part->heard;
    const int said = leaf->strategy->decide(state_of(a->state, leaf), a->view, target, &part->wake);
    part->wants = said == RH_TRADE;
    if (said != RH_HOLD && said != RH_TRADE)
        return fail(a, leaf, "decide returned neither RH_HOLD nor RH_TRADE", said);
    for (size_t i = 0; said == RH_TRADE && i < a->view->n_hedges; i++)
        if (!isfinite(target[i]))
            return fail(a, leaf, "named a target that is not a number", target[i]);
    return said;
}

/* One of several, of whom another may have named a target before. */
static int ask_one(asking *a, const rh_rule *leaf, double *target) {
    memcpy(target, a->standing, a->view->n_hedges * sizeof *target);
    return ask_leaf(a, leaf, target);
}

static int ask(asking *a, const rh_rule *rule, double *target);

/* All are asked, also when the answer is known: what woke them is told only once. */
static int ask_any(asking *a, const rh_rule *rule, double *target) {
    int wanted = RH_HOLD;
    for (size_t i = 0; i < rule->n_children; i++) {
        const int said = ask(a, &rule->children[i], wanted == RH_TRADE ? a->overruled : target);
        if (said == FAULT)
            return FAULT;
        wanted = said == RH_TRADE ? RH_TRADE : wanted;
    }
    return wanted;
}

static int ask_all(asking *a, const rh_rule *rule, double *target) {
    int wanted = RH_TRADE;
    for (size_t i = 0; i < rule->n_children; i++) {
        const int said = ask(a, &rule->children[i], i == 0 ? target : a->overruled);
        if (said == FAULT)
            return FAULT;
        wanted = said == RH_HOLD ? RH_HOLD : wanted;
    }
    return wanted;
}

static int ask_not_during(asking *a, const rh_rule *rule, double *target) {
    rh_part *part = &a->parts[rule->part];
    part->woke = 0;
    part->wake.at = rh_windows_next_end(&rule->windows, a->view->now);
    part->shut = (char)rh_windows_cover(&rule->windows, a->view->now);
    const int said = ask(a, rule->children, target);
    return said == FAULT || !part->shut ? said : RH_HOLD;
}

static int ask(asking *a, const rh_rule *rule, double *target) {
    switch (rule->kind) {
    case RH_RULE_ANY: return ask_any(a, rule, target);
    case RH_RULE_ALL: return ask_all(a, rule, target);
    case RH_RULE_NOT_DURING: return ask_not_during(a, rule, target);
    default: return ask_one(a, rule, target);
    }
}

/* ---- after the answer ---- */

/* Would it trade, by what the leaves said last? */
static int wants(const rh_rule *rule, const rh_part *parts) {
    const int any = rule->kind == RH_RULE_ANY;
    if (rule->kind == RH_RULE_LEAF)
        return parts[rule->part].wants;
    if (rule->kind == RH_RULE_NOT_DURING && parts[rule->part].shut)
        return 0;
    for (size_t i = 0; i < rule->n_children; i++)
        if (wants(&rule->children[i], parts) == any)
            return any;
    return !any;
}

static void listen(const rh_rule *rule, rh_part *parts) {
    const int wanted = wants(rule, parts);
    if (rule->kind == RH_RULE_LEAF) {
        parts[rule->part].listens = 1;
        return;
    }
    if (rule->kind == RH_RULE_NOT_DURING && parts[rule->part].shut)
        return;
    for (size_t i = 0; i < rule->n_children; i++) {
        const rh_rule *child = &rule->children[i];
        if (rule->kind == RH_RULE_ALL && !wanted && wants(child, parts))
            continue;
        listen(child, parts);
        if (rule->kind == RH_RULE_ALL && !wanted)
            return; /* without this one nothing happens */
    }
}

static void listen_anew(const rh_rule *rule, rh_part *parts) {
    for (size_t i = 0; i < rule->n_parts; i++)
        parts[i].listens = 0;
    listen(rule, parts);
}

/* Everybody hears of the trade before anybody is asked again. */
static void accept(asking *a, const rh_rule *rule) {
    for (size_t i = 0; i < rule->n_leaves; i++) {
        const rh_rule *leaf = rh_rule_leaf(rule, i);
        a->parts[leaf->part].owed = 0;
        a->view->woke = a->parts[leaf->part].heard;
        if (leaf->strategy->accepted)
            leaf->strategy->accepted(state_of(a->state, leaf), a->view);
    }
}

/* Those that held say when they want to be asked in their new state; whoever wants to trade yet
 * is asked at the next news. */
static int renew(asking *a, const rh_rule *rule) {
    a->common = 0;
    for (size_t i = 0; i < rule->n_leaves; i++) {
        const rh_rule *leaf = rh_rule_leaf(rule, i);
        rh_part *part = &a->parts[leaf->part];
        if (part->wants) {
            part->wants = 0;
            continue;
        }
        const int said = ask_one(a, leaf, a->overruled);
        if (said == FAULT)
            return FAULT;
        if (said == RH_TRADE)
            part->wake.signal = RH_SIGNAL_EVERY;
    }
    return RH_TRADE;
}

static void owe(asking *a, const rh_rule *rule) {
    for (size_t i = 0; i < rule->n_leaves; i++) {
        rh_part *part = &a->parts[rh_rule_leaf(rule, i)->part];
        if (part->wants)
            part->owed |= part->heard & (RH_WOKE_BOOK | RH_WOKE_FILL);
    }
}

/* A rule that is one leaf is never overruled: nothing to remember, nobody else to ask. */
static int ask_alone(asking *a, const rh_rule *leaf, double *target) {
    const int said = ask_leaf(a, leaf, target);
    a->parts->wants = 0;
    a->parts->listens = 1;
    if (said == RH_TRADE && leaf->strategy->accepted)
        leaf->strategy->accepted(a->state, a->view);
    return said;
}

int rh_rule_ask(const rh_rule *rule, void *state, rh_part *parts, rh_view *view, double *target,
                rh_rule_fault *fault) {
    asking a;
    assert(view->n_hedges <= RH_MOST_TARGETS);
    a.state = state;
    a.parts = parts;
    a.view = view;
    a.common = view->woke;
    a.fault = fault;
    if (rule->kind == RH_RULE_LEAF)
        return ask_alone(&a, rule, target);
    memcpy(a.standing, target, view->n_hedges * sizeof *target);
    int said = ask(&a, rule, target);
    if (said == RH_TRADE) {
        accept(&a, rule);
        said = renew(&a, rule);
    } else if (said == RH_HOLD) {
        owe(&a, rule);
        memcpy(target, a.standing, view->n_hedges * sizeof *target);
    }
    if (said != FAULT)
        listen_anew(rule, parts);
    return said;
}
