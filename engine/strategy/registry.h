/* SPDX-License-Identifier: GPL-3.0-or-later */
/* registry.h: the rules and ratio models that this process knows: built in, or loaded.
 *
 * Built-in records come from the folders strategies/ and strategies/ratios/. A plug-in is loaded
 * only from an explicit path; its record is copied, so that a plug-in built against an older,
 * shorter structure reads as if the new fields were 0. The shared object stays loaded until
 * rh_registry_free.
 */
#ifndef RH_STRATEGY_REGISTRY_H
#define RH_STRATEGY_REGISTRY_H

#include "base/status.h"

#include <rehedge/strategy.h>
#include <stddef.h>

typedef struct rh_registry rh_registry;

rh_status rh_registry_new(rh_registry **out, rh_error *error);
void rh_registry_free(rh_registry *registry);

/* Errors say which step failed: opening, finding the record, its ABI, its table, its name. A name
 * that is taken, by a built-in record too, is refused. */
rh_status rh_registry_load(rh_registry *registry, const char *path, rh_error *error);

size_t rh_registry_n_strategies(const rh_registry *registry);
const rh_strategy *rh_registry_strategy(const rh_registry *registry, size_t i);
size_t rh_registry_n_ratios(const rh_registry *registry);
const rh_ratio *rh_registry_ratio(const rh_registry *registry, size_t i);

/* By name; NULL if there is none, and then *near is a name to propose (or NULL), of a node
 * (nodes.h), too. */
const rh_strategy *rh_registry_find_strategy(const rh_registry *registry, const char *name,
                                             const char **near);
const rh_ratio *rh_registry_find_ratio(const rh_registry *registry, const char *name,
                                       const char **near);

#endif
