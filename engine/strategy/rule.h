/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rule.h: a rebalance rule as the experiment gives it: one rule, or several composed by nodes.
 *
 *     strategy: {name: any, of: [{name: interval, every: 8h}, {name: band, width: 0.05}]}
 *
 * A leaf is a record of the registry with its parameters. The nodes belong to the engine:
 *
 *     any         trades when one of its children would; the first that would names the target
 *     all         trades when every child would at the same instant; the first one's target
 *     not-during  trades when its child would, but never inside a window (windows.h); what it held
 *                 back is traded at the window's end if the child still wants it then
 *
 * Children may be nodes. All leaves hear of every trade, whoever wanted it.
 *
 * What a node needs of a leaf is what the interface asks of every rule: `decide` changes nothing,
 * so that its answer can be overruled, and says whether the rule wants to trade now, however long
 * ago it was due: a clock that has struck stays struck until `accepted`; a band is outside or
 * inside as it stands. What `woke` says is lost after one asking, so the engine repeats
 * RH_WOKE_BOOK and RH_WOKE_FILL to a leaf that wanted to trade and was overruled, until a trade is
 * accepted.
 */
#ifndef RH_STRATEGY_RULE_H
#define RH_STRATEGY_RULE_H

#include "strategy/nodes.h"
#include "strategy/registry.h"
#include "strategy/windows.h"

/* Nodes within nodes, and leaves of one rule. */
enum { RH_RULE_DEPTH = 8, RH_RULE_LEAVES = 64 };

typedef struct rh_rule rh_rule;
struct rh_rule {
    rh_rule_kind kind;
    int observes;                /* a leaf, here or below, wants to see every instant */
    const rh_strategy *strategy; /* leaf; a record of the registry */
    size_t part;   /* leaf and not-during: its place among the parts of the whole rule */
    size_t offset; /* leaf: where its state begins in that of the whole rule */
    size_t n_parts, n_leaves, state_size; /* with all below */
    const char *name;
    rh_values values;  /* leaf: one for each parameter of the record */
    rh_rule *children; /* node */
    size_t n_children;
    rh_windows windows; /* not-during */
};

/* Reads a rule from a mapping with a name, or from a name alone. `path` ("strategy") goes in front
 * of keys in errors, which have the place of what is wrong. The registry and the document must
 * outlive the rule; the caller frees it. */
rh_status rh_rule_read(const rh_registry *registry, const rh_config *config, const rh_node *node,
                       const char *path, rh_rule **out, rh_error *error);
void rh_rule_free(rh_rule *rule);

/* A rule of one leaf, which owns nothing; `values` may be NULL if there are no parameters. */
rh_rule rh_rule_of(const rh_strategy *strategy, const rh_values *values);

/* Leaf i in the order of the experiment, or NULL. */
const rh_rule *rh_rule_leaf(const rh_rule *rule, size_t i);

/* The name, and the parameters that differ from their defaults: "interval every=8h",
 * "any(interval every=8h, band width=0.05)". Returns the length written. */
size_t rh_rule_label(const rh_rule *rule, char *out, size_t size);

#endif
