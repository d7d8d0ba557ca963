/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "strategy/registry.h"

#include "base/config.h"
#include "base/memory.h"
#include "strategy/nodes.h"
#include "strategy/params.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Generated from the folders; see strategies/CMakeLists.txt. */
extern const rh_strategy *const rh_builtin_strategies[];
extern const rh_ratio *const rh_builtin_ratios[];

struct rh_registry {
    rh_strategy *strategies;
    size_t n_strategies, strategies_capacity;
    rh_ratio *ratios;
    size_t n_ratios, ratios_capacity;
    void **libraries;
    size_t n_libraries, libraries_capacity;
};

/* ---- adding ---- */

static const char *name_fault(const char *name, const char *summary) {
    if (!name || !*name || strlen(name) > 40 ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(name))
        return "its name is missing or not made of a-z 0-9 -";
    return summary && *summary ? NULL : "it has no summary";
}

static rh_status fault(const char *origin, const char *what, rh_error *error) {
    return rh_fail(error, RH_BAD_CONFIG, "%s: not a usable plug-in: %s", origin, what);
}

static rh_status check_abi(const char *origin, uint32_t abi, uint32_t size, size_t least,
                           rh_error *error) {
    if (abi != REHEDGE_ABI)
        return rh_fail(error, RH_BAD_CONFIG,
                       "%s: plug-in has ABI %u, this program has %u: rebuild it against "
                       "rehedge/strategy.h of this version",
                       origin, abi, REHEDGE_ABI);
    if (size < least || size > 65536)
        return fault(origin, "its `size` is not sizeof of its record", error);
    return RH_OK;
}

/* Everything up to and including `decide` has been there since the first version. */
static rh_status add_strategy(rh_registry *registry, const rh_strategy *record, const char *origin,
                              rh_error *error) {
    const size_t least = offsetof(rh_strategy, decide) + sizeof record->decide;
    rh_status status = check_abi(origin, record->abi, record->size, least, error);
    if (status != RH_OK)
        return status;
    rh_strategy copy = {0};
    memcpy(&copy, record, record->size < sizeof copy ? record->size : sizeof copy);
    const char *wrong = name_fault(copy.name, copy.summary);
    if (!wrong)
        wrong = rh_params_fault(copy.params, copy.n_params);
    if (!wrong && !copy.decide)
        wrong = "it has no decide function";
    if (!wrong && copy.state_size > 1 << 20)
        wrong = "its state is larger than 1 MiB";
    if (!wrong && copy.n_params > 0 && !copy.start)
        wrong = "it has parameters but no start function that would take them";
    if (wrong)
        return fault(origin, wrong, error);
    const char *near;
    if (rh_rule_find_node(copy.name) || rh_registry_find_strategy(registry, copy.name, &near))
        return rh_fail(error, RH_BAD_CONFIG, "%s: a strategy named '%s' is there already", origin,
                       copy.name);
    if (rh_make_room(&registry->strategies, registry->n_strategies, &registry->strategies_capacity,
                     sizeof copy) != 0)
        return rh_no_memory(error);
    registry->strategies[registry->n_strategies++] = copy;
    return RH_OK;
}

static rh_status add_ratio(rh_registry *registry, const rh_ratio *record, const char *origin,
                           rh_error *error) {
    const size_t least = offsetof(rh_ratio, delta) + sizeof record->delta;
    rh_status status = check_abi(origin, record->abi, record->size, least, error);
    if (status != RH_OK)
        return status;
    rh_ratio copy = {0};
    memcpy(&copy, record, record->size < sizeof copy ? record->size : sizeof copy);
    const char *wrong = name_fault(copy.name, copy.summary);
    if (!wrong)
        wrong = rh_params_fault(copy.params, copy.n_params);
    if (!wrong && !copy.delta)
        wrong = "it has no delta function";
    if (!wrong && copy.state_size > 1 << 20)
        wrong = "its state is larger than 1 MiB";
    if (!wrong && copy.n_params > 0 && !copy.start)
        wrong = "it has parameters but no start function that would take them";
    if (wrong)
        return fault(origin, wrong, error);
    const char *near;
    if (rh_registry_find_ratio(registry, copy.name, &near))
        return rh_fail(error, RH_BAD_CONFIG, "%s: a ratio named '%s' is there already", origin,
                       copy.name);
    if (rh_make_room(&registry->ratios, registry->n_ratios, &registry->ratios_capacity,
                     sizeof copy) != 0)
        return rh_no_memory(error);
    registry->ratios[registry->n_ratios++] = copy;
    return RH_OK;
}

rh_status rh_registry_new(rh_registry **out, rh_error *error) {
    rh_registry *registry = rh_allocate(1, sizeof *registry);
    rh_status status = registry ? RH_OK : rh_no_memory(error);
    for (size_t i = 0; status == RH_OK && rh_builtin_strategies[i]; i++)
        status = add_strategy(registry, rh_builtin_strategies[i], "built in", error);
    for (size_t i = 0; status == RH_OK && rh_builtin_ratios[i]; i++)
        status = add_ratio(registry, rh_builtin_ratios[i], "built in", error);
    if (status != RH_OK) {
        rh_registry_free(registry);
        return status;
    }
    *out = registry;
    return RH_OK;
}

/* ---- loading ---- */

/* A bare file name would make dlopen search the system's library path: only the file that the
 * user named will do. */
static rh_status open_library(const char *path, void **library, rh_error *error) {
    char *full = realpath(path, NULL);
    if (!full)
        return rh_fail(error, RH_BAD_CONFIG, "%s: plug-in: %s", path, strerror(errno));
    *library = dlopen(full, RTLD_NOW | RTLD_LOCAL);
    free(full);
    return *library ? RH_OK
                    : rh_fail(error, RH_BAD_CONFIG, "%s: cannot be loaded: %s", path, dlerror());
}

rh_status rh_registry_load(rh_registry *registry, const char *path, rh_error *error) {
    void *library = NULL;
    if (rh_make_room(&registry->libraries, registry->n_libraries, &registry->libraries_capacity,
                     sizeof library) != 0)
        return rh_no_memory(error);
    rh_status status = open_library(path, &library, error);
    if (status != RH_OK)
        return status;
    registry->libraries[registry->n_libraries++] = library;
    const rh_strategy *strategy = dlsym(library, "rehedge_strategy");
    const rh_ratio *ratio = dlsym(library, "rehedge_ratio");
    if (!strategy && !ratio)
        return rh_fail(error, RH_BAD_CONFIG,
                       "%s: exports neither rehedge_strategy nor rehedge_ratio (declare the "
                       "record with REHEDGE_STRATEGY or REHEDGE_RATIO)",
                       path);
    if (strategy)
        status = add_strategy(registry, strategy, path, error);
    if (ratio && status == RH_OK)
        status = add_ratio(registry, ratio, path, error);
    return status;
}

void rh_registry_free(rh_registry *registry) {
    if (!registry)
        return;
    for (size_t i = 0; i < registry->n_libraries; i++)
        (void)dlclose(registry->libraries[i]);
    rh_release(registry->libraries);
    rh_release(registry->strategies);
    rh_release(registry->ratios);
    rh_release(registry);
}

/* ---- finding ---- */

size_t rh_registry_n_strategies(const rh_registry *registry) {
    return registry->n_strategies;
}

const rh_strategy *rh_registry_strategy(const rh_registry *registry, size_t i) {
    return &registry->strategies[i];
}

size_t rh_registry_n_ratios(const rh_registry *registry) {
    return registry->n_ratios;
}

const rh_ratio *rh_registry_ratio(const rh_registry *registry, size_t i) {
    return &registry->ratios[i];
}

enum { MOST_NAMES = 256 };

const rh_strategy *rh_registry_find_strategy(const rh_registry *registry, const char *name,
                                             const char **near) {
    const char *names[MOST_NAMES];
    size_t n = 0, n_nodes;
    const rh_rule_node *nodes = rh_rule_nodes(&n_nodes);
    for (size_t i = 0; i < n_nodes; i++)
        names[n++] = nodes[i].name;
    for (size_t i = 0; i < registry->n_strategies; i++) {
        if (strcmp(registry->strategies[i].name, name) == 0)
            return &registry->strategies[i];
        if (n < MOST_NAMES)
            names[n++] = registry->strategies[i].name;
    }
    *near = rh_nearest_name(name, names, n);
    return NULL;
}

const rh_ratio *rh_registry_find_ratio(const rh_registry *registry, const char *name,
                                       const char **near) {
    const char *names[MOST_NAMES];
    size_t n = 0;
    for (size_t i = 0; i < registry->n_ratios; i++) {
        if (strcmp(registry->ratios[i].name, name) == 0)
            return &registry->ratios[i];
        if (n < MOST_NAMES)
            names[n++] = registry->ratios[i].name;
    }
    *near = rh_nearest_name(name, names, n);
    return NULL;
}
