/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nodes.h: the names under which rules are composed (rule.h says what they do). */
#ifndef RH_STRATEGY_NODES_H
#define RH_STRATEGY_NODES_H

#include <stddef.h>

typedef enum { RH_RULE_LEAF, RH_RULE_ANY, RH_RULE_ALL, RH_RULE_NOT_DURING } rh_rule_kind;

/* What a row of the registry says of a rule. */
typedef struct {
    const char *name, *summary;
    rh_rule_kind kind;
    struct {
        const char *name, *type, *summary;
    } params[2]; /* all needed; name NULL: no more */
} rh_rule_node;

const rh_rule_node *rh_rule_nodes(size_t *count);
const rh_rule_node *rh_rule_find_node(const char *name); /* NULL if there is none */

#endif
