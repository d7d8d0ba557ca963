/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "strategy/nodes.h"

#include <string.h>

#define OF_SEVERAL                                                                                 \
    { "of", "rules", "the children, each a name or a mapping like `strategy`" }

static const rh_rule_node nodes[] = {
    {"any",
     "trade when one of several rules would, to the target of the first that would",
     RH_RULE_ANY,
     {OF_SEVERAL, {0}}},
    {"all",
     "trade when several rules would at the same instant, to the target of the first",
     RH_RULE_ALL,
     {OF_SEVERAL, {0}}},
    {"not-during",
     "keep a rule from trading inside windows of time; what it still wants follows at their end",
     RH_RULE_NOT_DURING,
     {{"of", "rules", "the one child, in a list"},
      {"windows", "windows",
       "{at: '08:00', before: 5m, after: 10m, days: mon-fri} in UTC, or {from: TIME, to: TIME}"}}},
};
enum { N_NODES = sizeof nodes / sizeof *nodes };

const rh_rule_node *rh_rule_nodes(size_t *count) {
    *count = N_NODES;
    return nodes;
}

const rh_rule_node *rh_rule_find_node(const char *name) {
    for (size_t i = 0; i < N_NODES; i++)
        if (strcmp(nodes[i].name, name) == 0)
            return &nodes[i];
    return NULL;
}
