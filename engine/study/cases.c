/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/cases.h"

#include "base/memory.h"
#include "experiment/keys.h"

#include <stdio.h>
#include <string.h>

/* ---- is an axis known? ---- */

static int has_param(const rh_param *params, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(params[i].name, name) == 0)
            return 1;
    return strcmp(name, "name") == 0;
}

static int node_has(const rh_rule_node *node, const char *name) {
    for (int i = 0; i < 2 && node->params[i].name; i++)
        if (strcmp(node->params[i].name, name) == 0)
            return 1;
    return strcmp(name, "name") == 0;
}

static int any_rule_has(const rh_registry *registry, const char *name) {
    size_t n_nodes;
    const rh_rule_node *nodes = rh_rule_nodes(&n_nodes);
    for (size_t i = 0; i < n_nodes; i++)
        if (node_has(&nodes[i], name))
            return 1;
    for (size_t i = 0; i < rh_registry_n_strategies(registry); i++) {
        const rh_strategy *rule = rh_registry_strategy(registry, i);
        if (has_param(rule->params, rule->n_params, name))
            return 1;
    }
    return 0;
}

static int any_ratio_has(const rh_registry *registry, const char *name) {
    for (size_t i = 0; i < rh_registry_n_ratios(registry); i++) {
        const rh_ratio *ratio = rh_registry_ratio(registry, i);
        if (has_param(ratio->params, ratio->n_params, name))
            return 1;
    }
    return 0;
}

/* `data.0.delay` is the key `data.*.delay`; whole lists and groups may be replaced, too. */
static int same_path(const char *pattern, const char *path) {
    while (*pattern && *path) {
        if (*pattern == '*' && *path >= '0' && *path <= '9') {
            path += strspn(path, "0123456789");
            pattern++;
        } else if (*pattern++ != *path++) {
            return 0;
        }
    }
    return *path == '\0' && (*pattern == '\0' || *pattern == '.');
}

/* `path` behind a name and a number, such as "of.0." for `of`; NULL if it doesn't begin so. */
static const char *behind_element(const char *path, const char *list) {
    const size_t length = strlen(list);
    if (strncmp(path, list, length) != 0 || path[length] != '.')
        return NULL;
    path += length + 1;
    const size_t digits = strspn(path, "0123456789");
    if (digits == 0 || (path[digits] != '.' && path[digits] != '\0'))
        return NULL;
    return path + digits + (path[digits] == '.');
}

/* The path, behind "strategy.", of a parameter of a rule or of one of its children. */
static int is_in_rule(const rh_registry *registry, const char *path) {
    size_t n;
    const rh_param *window = rh_window_params(&n);
    for (const char *rest = behind_element(path, "of"); rest; rest = behind_element(path, "of")) {
        if (*rest == '\0')
            return 1;
        path = rest;
    }
    const char *key = behind_element(path, "windows");
    if (key)
        return *key == '\0' || (has_param(window, n, key) && strcmp(key, "name") != 0);
    return any_rule_has(registry, path);
}

static rh_status check_axis(const rh_axis *axis, const rh_registry *registry, rh_error *error) {
    size_t n;
    const rh_key *keys = rh_keys(&n);
    enum { MOST = 128 };
    const char *names[MOST];
    for (size_t i = 0; i < n; i++)
        if (same_path(keys[i].path, axis->key))
            return RH_OK;
    if (strncmp(axis->key, "strategy.", 9) == 0 && is_in_rule(registry, axis->key + 9))
        return RH_OK;
    if (strncmp(axis->key, "hedge.ratio.", 12) == 0 && any_ratio_has(registry, axis->key + 12))
        return RH_OK;
    for (size_t i = 0; i < n && i < MOST; i++)
        names[i] = keys[i].path;
    const char *near = rh_nearest_name(axis->key, names, n < MOST ? n : MOST);
    if (near)
        return rh_fail(error, RH_BAD_CONFIG, "-P %s: no such key (did you mean '%s'?)", axis->key,
                       near);
    return rh_fail(
        error, RH_BAD_CONFIG,
        "-P %s: no such key; see `rehedge help experiment` and `rehedge list strategies`",
        axis->key);
}

/* ---- settings of one case ---- */

typedef struct {
    char **texts;
    size_t count, capacity;
} settings;

static rh_status add_text(settings *s, const char *text, rh_error *error) {
    if (rh_make_room(&s->texts, s->count, &s->capacity, sizeof *s->texts) != 0)
        return rh_no_memory(error);
    s->texts[s->count] = rh_copy_text(text);
    return s->texts[s->count++] ? RH_OK : rh_no_memory(error);
}

static rh_status add_setting(settings *s, const char *key, const char *value, rh_error *error) {
    const size_t size = strlen(key) + strlen(value) + 2;
    char *text = rh_allocate(size, 1);
    if (!text)
        return rh_no_memory(error);
    (void)snprintf(text, size, "%s=%s", key, value);
    rh_status status = add_text(s, text, error);
    rh_release(text);
    return status;
}

static void free_settings(settings *s) {
    for (size_t i = 0; i < s->count; i++)
        rh_release(s->texts[i]);
    rh_release(s->texts);
}

/* A node as flow YAML, which JSON is. */
static void write_node(const rh_node *node, const char *key, rh_json *json) {
    if (node->kind == RH_NODE_SCALAR) {
        rh_json_string(json, key, node->text);
        return;
    }
    rh_json_begin(json, key, node->kind == RH_NODE_MAP ? '{' : '[');
    for (const rh_node *child = node->child; child; child = child->next)
        write_node(child, child->key, json);
    rh_json_end(json, node->kind == RH_NODE_MAP ? '}' : ']');
}

/* Groups such as `costs:` are gone into, so that a set changes one key and keeps the others; a
 * plug-in, a list or a scalar is replaced whole. */
static rh_status add_set(settings *s, const rh_node *node, const char *path, rh_error *error) {
    static const char *const groups[] = {"hedge", "execution", "costs", "mark", "record"};
    int is_group = 0;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        is_group |= strcmp(path, groups[i]) == 0;
    if (*path && !(is_group && node->kind == RH_NODE_MAP)) {
        rh_json json = {0};
        write_node(node, NULL, &json);
        rh_status status = rh_json_text(&json) ? add_setting(s, path, rh_json_text(&json), error)
                                               : rh_no_memory(error);
        rh_json_free(&json);
        return status;
    }
    rh_status status = RH_OK;
    for (const rh_node *child = node->child; child && status == RH_OK; child = child->next) {
        char deeper[128];
        if (!*path && strcmp(child->key, "label") == 0)
            continue;
        (void)snprintf(deeper, sizeof deeper, "%s%s%s", path, *path ? "." : "", child->key);
        status = add_set(s, child, deeper, error);
    }
    return status;
}

/* Unlinks the parameters that a rule doesn't have but another rule has, also of its children. */
static void drop_foreign_parameters(rh_node *map, const rh_registry *registry) {
    const char *near;
    const rh_node *name = rh_node_get(map, "name");
    if (!name || name->kind != RH_NODE_SCALAR)
        return;
    const rh_rule_node *node = rh_rule_find_node(name->text);
    const rh_strategy *rule = node ? NULL : rh_registry_find_strategy(registry, name->text, &near);
    if (!node && !rule)
        return;
    for (rh_node **link = &map->child; *link;) {
        const char *key = (*link)->key;
        const int own = node ? node_has(node, key) : has_param(rule->params, rule->n_params, key);
        if (!own && any_rule_has(registry, key))
            *link = (*link)->next;
        else
            link = &(*link)->next;
    }
    const rh_node *of = node ? rh_node_get(map, "of") : NULL;
    for (rh_node *child = of ? of->child : NULL; child; child = child->next)
        drop_foreign_parameters(child, registry);
}

/* ---- sharing ---- */

static char *scope_text(const rh_plan *plan, unsigned scopes) {
    rh_json json = {0};
    rh_plan_scope_json(plan, scopes, &json);
    char *text = rh_json_text(&json) ? rh_copy_text(rh_json_text(&json)) : NULL;
    rh_json_free(&json);
    return text;
}

/* The place of a text in a list, added if it is new. Takes over `text`. */
static rh_status place_of(char ***texts, size_t *count, size_t *capacity, char *text, size_t *out,
                          rh_error *error) {
    if (!text)
        return rh_no_memory(error);
    for (*out = 0; *out < *count; ++*out) {
        if (strcmp((*texts)[*out], text) != 0)
            continue;
        rh_release(text);
        return RH_OK;
    }
    if (rh_make_room(texts, *count, capacity, sizeof **texts) != 0) {
        rh_release(text);
        return rh_no_memory(error);
    }
    (*texts)[(*count)++] = text;
    return RH_OK;
}

/* What the data are and which instruments are taken from them: a lane must not hear what it would
 * not hear alone (an index that comes with another lane's hedge). */
static char *tape_text(const rh_plan *plan) {
    rh_json json = {0};
    rh_json_begin(&json, NULL, '[');
    char *keys = scope_text(plan, 1u << RH_SCOPE_TAPE);
    rh_json_string(&json, NULL, keys);
    for (uint32_t i = 0; i < rh_catalogue_count(plan->catalogue); i++)
        rh_json_string(&json, NULL, rh_catalogue_get(plan->catalogue, i)->name);
    rh_json_end(&json, ']');
    char *text = keys && rh_json_text(&json) ? rh_copy_text(rh_json_text(&json)) : NULL;
    rh_json_free(&json);
    rh_release(keys);
    return text;
}

/* Which tape a case runs on. A plan of its own tells; the lasting one shares the tape's
 * catalogue. */
static rh_status place_on_tape(rh_cases *cases, rh_case *c, const rh_registry *registry,
                               rh_error *error) {
    rh_plan *alone;
    const size_t known = cases->n_tapes;
    const rh_plan_shared shared = {.listing = cases->listing};
    rh_status status = rh_plan_new_shared(c->experiment, registry, &shared, &alone, error);
    if (status != RH_OK)
        return status;
    if (rh_make_room(&cases->catalogues, known, &cases->tapes_capacity,
                     sizeof *cases->catalogues) != 0)
        status = rh_no_memory(error);
    if (status == RH_OK) {
        cases->catalogues[known] = NULL;
        status = place_of(&cases->tape_texts, &cases->n_tapes, &cases->tape_texts_capacity,
                          tape_text(alone), &c->tape, error);
    }
    rh_plan_free(alone);
    if (status != RH_OK || cases->n_tapes == known)
        return status;
    cases->catalogues[known] = rh_catalogue_new();
    return cases->catalogues[known] ? RH_OK : rh_no_memory(error);
}

static rh_status share(rh_cases *cases, rh_case *c, const rh_registry *registry, rh_error *error) {
    const unsigned scopes = 1u << RH_SCOPE_TAPE | 1u << RH_SCOPE_BOOK | 1u << RH_SCOPE_VALUATION;
    rh_status status = place_on_tape(cases, c, registry, error);
    if (status == RH_OK) {
        const rh_plan_shared shared = {cases->catalogues[c->tape], cases->listing};
        status = rh_plan_new_shared(c->experiment, registry, &shared, &c->plan, error);
    }
    if (status != RH_OK)
        return status;
    return place_of(&cases->book_texts, &cases->n_books, &cases->books_capacity,
                    scope_text(c->plan, scopes), &c->book, error);
}

/* ---- labels ---- */

/* The axis says something of this case's rule: it wasn't dropped as another rule's. */
static int applies(const rh_case *c, const char *key) {
    char first[64];
    if (strncmp(key, "strategy.", 9) != 0)
        return 1;
    (void)snprintf(first, sizeof first, "%.*s", (int)strcspn(key + 9, "."), key + 9);
    return rh_node_get(c->experiment->strategy, first) != NULL;
}

/* "interval every=8h", or the set's own label; then the other axes. */
static rh_status make_label(rh_case *c, const rh_axes *axes, const char *label, rh_error *error) {
    char text[512];
    size_t used = 0;
    if (label)
        used = (size_t)snprintf(text, sizeof text, "%s", label);
    else
        used = rh_rule_label(c->plan->rule, text, sizeof text);
    for (size_t i = 0; i < axes->n_axes && used < sizeof text; i++) {
        const char *key = axes->axes[i].key, *dot = strrchr(key, '.');
        const int in_rule = strncmp(key, "strategy", 8) == 0;
        if (axes->axes[i].n_values > 1 && (label ? applies(c, key) : !in_rule))
            used += (size_t)snprintf(text + used, sizeof text - used, " %s=%s", dot ? dot + 1 : key,
                                     c->swept[i]);
    }
    c->label = rh_copy_text(text);
    return c->label ? RH_OK : rh_no_memory(error);
}

/* ---- all of them ---- */

static void free_case(rh_case *c) {
    rh_plan_free(c->plan);
    rh_experiment_free(c->experiment);
    rh_release(c->label);
    rh_release(c->identity);
    rh_release((void *)c->swept);
    *c = (rh_case){0};
}

static int seen_before(const rh_cases *cases, const rh_case *c) {
    for (size_t i = 0; i < cases->n_cases; i++)
        if (cases->cases[i].tape == c->tape && strcmp(cases->cases[i].identity, c->identity) == 0)
            return 1;
    return 0;
}

typedef struct {
    const char *path;
    const char *const *settings;
    size_t n_settings;
    const rh_registry *registry;
    rh_cases *cases;
} reading;

static rh_status make_case(const reading *r, const rh_node *set, size_t combination, rh_case *c,
                           rh_error *error) {
    settings s = {0};
    rh_status status = RH_OK;
    const rh_axes *axes = &r->cases->axes;
    c->swept = rh_allocate(axes->n_axes, sizeof *c->swept);
    if (!c->swept)
        return rh_no_memory(error);
    for (size_t i = 0; i < r->n_settings && status == RH_OK; i++)
        status = add_text(&s, r->settings[i], error);
    if (set && status == RH_OK)
        status = add_set(&s, set, "", error);
    for (size_t i = 0; i < axes->n_axes && status == RH_OK; i++) {
        c->swept[i] = rh_axes_value(axes, combination, i);
        status = add_setting(&s, axes->axes[i].key, c->swept[i], error);
    }
    if (status == RH_OK)
        status = rh_experiment_read(r->path, (const char *const *)s.texts, s.count, &c->experiment,
                                    error);
    free_settings(&s);
    if (status != RH_OK)
        return status;
    drop_foreign_parameters((rh_node *)(uintptr_t)c->experiment->strategy, r->registry);
    return share(r->cases, c, r->registry, error);
}

static rh_status add_case(const reading *r, const rh_node *set, size_t combination,
                          rh_error *error) {
    rh_cases *cases = r->cases;
    const rh_node *label = set ? rh_node_get(set, "label") : NULL;
    rh_case c = {0};
    rh_json json = {0};
    if (rh_make_room(&cases->cases, cases->n_cases, &cases->capacity, sizeof c) != 0)
        return rh_no_memory(error);
    rh_status status = make_case(r, set, combination, &c, error);
    if (status == RH_OK) {
        rh_plan_json(c.plan, 0, &json);
        c.identity = rh_json_text(&json) ? rh_copy_text(rh_json_text(&json)) : NULL;
        rh_json_free(&json);
        status = c.identity ? make_label(&c, &cases->axes, label ? label->text : NULL, error)
                            : rh_no_memory(error);
    }
    if (status != RH_OK || seen_before(cases, &c)) {
        cases->merged += status == RH_OK;
        free_case(&c);
        return status;
    }
    cases->cases[cases->n_cases++] = c;
    return RH_OK;
}

rh_status rh_cases_read(const char *path, const char *const *given, size_t n_given,
                        const char *const *axes, size_t n_axes, const rh_registry *registry,
                        rh_cases *out, rh_error *error) {
    rh_experiment *base = NULL;
    const reading r = {path, given, n_given, registry, out};
    *out = (rh_cases){.listing = rh_listing_new()};
    rh_status status =
        out->listing ? rh_axes_read(axes, n_axes, &out->axes, error) : rh_no_memory(error);
    for (size_t i = 0; i < out->axes.n_axes && status == RH_OK; i++)
        status = check_axis(&out->axes.axes[i], registry, error);
    if (status == RH_OK)
        status = rh_experiment_read(path, given, n_given, &base, error);
    const rh_node *set = status == RH_OK && base->compare ? base->compare->child : NULL;
    do {
        for (size_t i = 0; i < out->axes.n_combinations && status == RH_OK; i++)
            status = add_case(&r, set, i, error);
        set = set ? set->next : NULL;
    } while (set && status == RH_OK);
    rh_experiment_free(base);
    if (status != RH_OK)
        rh_cases_free(out);
    return status;
}

void rh_cases_free(rh_cases *cases) {
    for (size_t i = 0; i < cases->n_cases; i++)
        free_case(&cases->cases[i]);
    rh_release(cases->cases);
    for (size_t i = 0; i < cases->n_tapes; i++) {
        rh_catalogue_free(cases->catalogues ? cases->catalogues[i] : NULL);
        rh_release(cases->tape_texts[i]);
    }
    for (size_t i = 0; i < cases->n_books; i++)
        rh_release(cases->book_texts[i]);
    rh_release(cases->catalogues);
    rh_release(cases->tape_texts);
    rh_release(cases->book_texts);
    rh_axes_free(&cases->axes);
    rh_listing_free(cases->listing);
    *cases = (rh_cases){0};
}
