/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ask.h: a rule of one leaf or many is started, shown, asked, and told of trades.
 *
 * When a node holds, what can make it trade? Of `any` each child; of `all` a child that holds, and
 * one such child is enough to wait for, since without it nothing happens; of not-during its child,
 * or inside a window only the end. So each part remembers its own wake, and whether anybody
 * listens to its signal. Times are listened to always: at an instant without news only a time can
 * ask, and who is asked then must not depend on who was asked before.
 *
 * The wake that a leaf gives with RH_TRADE is about the time after the trade. If it was overruled,
 * that wake says nothing, but its wish stands and the node waits for others. A leaf that held while
 * another's trade was accepted is asked once more, for the wake of its new state.
 */
#ifndef RH_STRATEGY_ASK_H
#define RH_STRATEGY_ASK_H

#include "strategy/rule.h"

/* What a lane keeps for each part (rule->n_parts) between two askings; zeroed and then set by
 * rh_rule_start. */
typedef struct {
    rh_wake wake;  /* a not-during: only `at`, the end of a window */
    uint32_t woke; /* RH_WOKE_TIME and RH_WOKE_SIGNAL, gathered by the lane since the last asking */
    uint32_t owed; /* bits on which it wanted to trade, and was overruled */
    uint32_t heard; /* the bits that it was asked with */
    char wants;     /* leaf: said RH_TRADE when last asked */
    char shut;      /* not-during: was inside a window when last asked */
    char listens;   /* its signal may bring about a trade */
} rh_part;

/* What a leaf did wrong. */
typedef struct {
    const char *name; /* the leaf's */
    const char *what;
    double number;
} rh_rule_fault;

/* `state` has rule->state_size zeroed bytes. Returns the leaf that refused, after it complained to
 * the host, or NULL. */
const rh_rule *rh_rule_start(const rh_rule *rule, void *state, rh_part *parts, const rh_host *host);

/* Shows the instant to those that want to see it; view->woke has the bits common to all. */
void rh_rule_observe(const rh_rule *rule, void *state, const rh_part *parts, rh_view *view);

/* Asks. target[] has the exposures that stand, and on RH_TRADE those to trade to (at most
 * RH_MOST_TARGETS); the trade counts as accepted. Any other value than RH_HOLD and RH_TRADE is a
 * failure that *fault tells of. */
enum { RH_MOST_TARGETS = 16 };
int rh_rule_ask(const rh_rule *rule, void *state, rh_part *parts, rh_view *view, double *target,
                rh_rule_fault *fault);

#endif
