/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "strategy/rule.h"

#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- reading ---- */

enum { PATH_BYTES = 160 };

typedef struct {
    const rh_registry *registry;
    const rh_config *config;
    rh_error *error;
    size_t n_leaves;
} reading;

static rh_status read_rule(reading *r, const rh_node *node, const char *path, int depth,
                           rh_rule *out);

static rh_status unknown_rule(const reading *r, const rh_node *node, const char *path,
                              const char *name) {
    const char *near;
    (void)rh_registry_find_strategy(r->registry, name, &near);
    if (near)
        return rh_config_fail(r->config, node, r->error,
                              "%s.name: no such name '%s' (did you mean '%s'?)", path, name, near);
    return rh_config_fail(r->config, node, r->error,
                          "%s.name: no such name '%s'; see `rehedge list strategies`", path, name);
}

static rh_status refuse_unknown(const reading *r, const rh_node *map, const char *path,
                                const rh_rule_node *kind) {
    const char *names[3] = {"name"};
    char hint[128];
    size_t n = 1;
    for (int i = 0; i < 2 && kind->params[i].name; i++)
        names[n++] = kind->params[i].name;
    (void)snprintf(hint, sizeof hint, "; '%s' has only rules of its own in `of`", kind->name);
    return rh_params_refuse_unknown(names, n, hint, r->config, map, path, r->error);
}

static rh_status read_children(reading *r, const rh_node *map, const char *path, int depth,
                               rh_rule *out) {
    const rh_node *list = rh_node_get(map, "of");
    const size_t count = rh_node_count(list);
    if (!list || list->kind != RH_NODE_LIST || count == 0)
        return rh_config_fail(r->config, list ? list : map, r->error,
                              "%s.of: must be a list of rules, such as [{name: interval, every: "
                              "8h}]",
                              path);
    if (out->kind == RH_RULE_NOT_DURING && count != 1)
        return rh_config_fail(r->config, list, r->error,
                              "%s.of: not-during has one child; put `any` or `all` between", path);
    if (depth == RH_RULE_DEPTH)
        return rh_config_fail(r->config, list, r->error, "%s.of: more than %d nodes deep", path,
                              RH_RULE_DEPTH);
    out->children = rh_allocate(count, sizeof *out->children);
    if (!out->children)
        return rh_no_memory(r->error);
    rh_status status = RH_OK;
    for (const rh_node *child = list->child; child && status == RH_OK; child = child->next) {
        char deeper[PATH_BYTES];
        (void)snprintf(deeper, sizeof deeper, "%s.of.%zu", path, out->n_children);
        status = read_rule(r, child, deeper, depth + 1, &out->children[out->n_children++]);
    }
    return status;
}

static rh_status read_node(reading *r, const rh_node *map, const char *path, int depth,
                           const rh_rule_node *kind, rh_rule *out) {
    char deeper[PATH_BYTES];
    out->kind = kind->kind;
    out->name = kind->name;
    if (map->kind != RH_NODE_MAP)
        return rh_config_fail(r->config, map, r->error,
                              "%s: '%s' needs children: {name: %s, of: "
                              "[...]}",
                              path, kind->name, kind->name);
    rh_status status = refuse_unknown(r, map, path, kind);
    if (status == RH_OK)
        status = read_children(r, map, path, depth, out);
    if (status != RH_OK || kind->kind != RH_RULE_NOT_DURING)
        return status;
    const rh_node *windows = rh_node_get(map, "windows");
    if (!windows)
        return rh_config_fail(r->config, map, r->error, "%s.windows is needed: %s", path,
                              kind->params[1].summary);
    (void)snprintf(deeper, sizeof deeper, "%s.windows", path);
    return rh_windows_read(r->config, windows, deeper, &out->windows, r->error);
}

static rh_status read_leaf(reading *r, const rh_node *node, const char *path, const char *name,
                           rh_rule *out) {
    const char *near;
    const rh_node *map = node->kind == RH_NODE_MAP ? node : NULL;
    const rh_node *at = map ? rh_node_get(map, "name") : node;
    out->strategy = rh_registry_find_strategy(r->registry, name, &near);
    if (!out->strategy)
        return unknown_rule(r, at, path, name);
    if (++r->n_leaves > RH_RULE_LEAVES)
        return rh_config_fail(r->config, node, r->error, "%s: more than %d rules in one", path,
                              RH_RULE_LEAVES);
    out->name = out->strategy->name;
    return rh_values_read(out->strategy->params, out->strategy->n_params, r->config, map, path,
                          &out->values, r->error);
}

static rh_status read_rule(reading *r, const rh_node *node, const char *path, int depth,
                           rh_rule *out) {
    const rh_node *name = node->kind == RH_NODE_MAP ? rh_node_get(node, "name") : node;
    if (!name || name->kind != RH_NODE_SCALAR)
        return rh_config_fail(r->config, name ? name : node, r->error, "%s: needs a name", path);
    const rh_rule_node *kind = rh_rule_find_node(name->text);
    return kind ? read_node(r, node, path, depth, kind, out)
                : read_leaf(r, node, path, name->text, out);
}

/* Room for a state, so that the next one is aligned for every type. */
static size_t aligned(size_t size) {
    const size_t unit = _Alignof(max_align_t);
    return (size + unit - 1) / unit * unit;
}

/* Gives every part its number and every leaf its place in the state. */
static void number(rh_rule *rule, size_t part, size_t offset) {
    const int leaf = rule->kind == RH_RULE_LEAF;
    rule->part = part;
    rule->offset = offset;
    rule->n_parts = leaf || rule->kind == RH_RULE_NOT_DURING;
    rule->n_leaves = (size_t)leaf;
    rule->state_size = leaf ? rule->strategy->state_size : 0;
    rule->observes = leaf && rule->strategy->observe;
    for (size_t i = 0; i < rule->n_children; i++) {
        rh_rule *child = &rule->children[i];
        rule->state_size = aligned(rule->state_size);
        number(child, part + rule->n_parts, offset + rule->state_size);
        rule->n_parts += child->n_parts;
        rule->n_leaves += child->n_leaves;
        rule->state_size += child->state_size;
        rule->observes |= child->observes;
    }
}

static void release(rh_rule *rule) {
    for (size_t i = 0; i < rule->n_children; i++)
        release(&rule->children[i]);
    rh_release(rule->children);
    rh_values_free(&rule->values);
    rh_windows_free(&rule->windows);
}

void rh_rule_free(rh_rule *rule) {
    if (!rule)
        return;
    release(rule);
    rh_release(rule);
}

rh_status rh_rule_read(const rh_registry *registry, const rh_config *config, const rh_node *node,
                       const char *path, rh_rule **out, rh_error *error) {
    reading r = {registry, config, error, 0};
    rh_rule *rule = rh_allocate(1, sizeof *rule);
    if (!rule)
        return rh_no_memory(error);
    rh_status status = read_rule(&r, node, path, 0, rule);
    if (status != RH_OK) {
        rh_rule_free(rule);
        return status;
    }
    number(rule, 0, 0);
    *out = rule;
    return RH_OK;
}

rh_rule rh_rule_of(const rh_strategy *strategy, const rh_values *values) {
    rh_rule rule = {.name = strategy->name, .strategy = strategy};
    if (values)
        rule.values = *values;
    number(&rule, 0, 0);
    return rule;
}

/* ---- looking ---- */

const rh_rule *rh_rule_leaf(const rh_rule *rule, size_t i) {
    if (rule->kind == RH_RULE_LEAF)
        return i == 0 ? rule : NULL;
    for (size_t k = 0; k < rule->n_children; k++) {
        const rh_rule *child = &rule->children[k];
        if (i < child->n_leaves)
            return rh_rule_leaf(child, i);
        i -= child->n_leaves;
    }
    return NULL;
}

/* ---- naming ---- */

typedef struct {
    char *out;
    size_t size, used;
} label;

static void append(label *l, const char *format, ...) RH_PRINTF(2, 3);
static void append(label *l, const char *format, ...) {
    va_list arguments;
    if (l->used >= l->size)
        return;
    va_start(arguments, format);
    l->used += (size_t)vsnprintf(l->out + l->used, l->size - l->used, format, arguments);
    va_end(arguments);
}

static void append_values(label *l, const rh_param *params, const rh_values *values) {
    for (size_t i = 0; i < values->count; i++) {
        const rh_value *value = &values->values[i];
        if (!value->given || !value->text ||
            (params[i].initial && strcmp(params[i].initial, value->text) == 0))
            continue;
        append(l, " %s=%s", params[i].name, value->text);
    }
}

static void append_rule(label *l, const rh_rule *rule) {
    append(l, "%s", rule->name);
    if (rule->kind == RH_RULE_LEAF) {
        append_values(l, rule->strategy->params, &rule->values);
        return;
    }
    for (size_t i = 0; i < rule->n_children; i++) {
        append(l, "%s", i == 0 ? "(" : ", ");
        append_rule(l, &rule->children[i]);
    }
    for (size_t i = 0; i < rule->windows.n_entries; i++) {
        char text[200];
        append(l, ", %s", rh_windows_text(&rule->windows, i, text, sizeof text));
    }
    append(l, ")");
}

size_t rh_rule_label(const rh_rule *rule, char *out, size_t size) {
    label l = {out, size, 0};
    append_rule(&l, rule);
    return l.used < size ? l.used : size - 1;
}
