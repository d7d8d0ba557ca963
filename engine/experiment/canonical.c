/* SPDX-License-Identifier: GPL-3.0-or-later */
/* canonical.c: the configuration as it was understood, as JSON, from the table of keys. */
#include "base/number.h"
#include "experiment/keys.h"
#include "experiment/plan.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void write_time(rh_json *json, const char *name, rh_time time) {
    char text[RH_TIME_TEXT];
    rh_json_string(json, name, time == RH_NEVER ? NULL : rh_time_text(time, text));
}

static void write_duration(rh_json *json, const char *name, int64_t duration) {
    char text[RH_DURATION_TEXT];
    rh_json_string(json, name, rh_duration_text(duration, text));
}

static void write_choice(rh_json *json, const char *name, const char *choices, int position) {
    char word[40];
    if (position < 0) {
        rh_json_string(json, name, NULL);
        return;
    }
    for (; position > 0; position--)
        choices += strcspn(choices, " ") + 1;
    (void)snprintf(word, sizeof word, "%.*s", (int)strcspn(choices, " "), choices);
    rh_json_string(json, name, word);
}

/* The node whose key comes next after `after` in the order of bytes, or NULL. */
static const rh_node *next_by_key(const rh_node *map, const char *after) {
    const rh_node *best = NULL;
    for (const rh_node *node = map ? map->child : NULL; node; node = node->next)
        if ((!after || strcmp(node->key, after) > 0) && (!best || strcmp(node->key, best->key) < 0))
            best = node;
    return best;
}

/* Sorted, since the order of a mapping says nothing. */
static void write_map(rh_json *json, const char *name, const rh_node *map) {
    double number;
    rh_json_begin(json, name, '{');
    for (const rh_node *node = next_by_key(map, NULL); node; node = next_by_key(map, node->key)) {
        if (node->text && rh_number_parse(node->text, strlen(node->text), &number) == 0)
            rh_json_number(json, node->key, number);
        else
            rh_json_string(json, node->key, node->text);
    }
    rh_json_end(json, '}');
}

static void write_param(rh_json *json, const rh_param *param, const rh_value *value) {
    switch (value->given ? param->type : RH_PARAM_TEXT) {
    case RH_PARAM_NUMBER: rh_json_number(json, param->name, value->number); break;
    case RH_PARAM_INTEGER: rh_json_number(json, param->name, (double)value->integer); break;
    case RH_PARAM_DURATION: write_duration(json, param->name, value->integer); break;
    case RH_PARAM_NUMBERS:
        rh_json_begin(json, param->name, '[');
        for (size_t i = 0; i < value->count; i++)
            rh_json_number(json, NULL, value->numbers[i]);
        rh_json_end(json, ']');
        break;
    default: rh_json_string(json, param->name, value->given ? value->text : NULL); break;
    }
}

static void write_params(rh_json *json, const rh_param *params, const rh_values *values) {
    for (size_t i = 0; i < values->count; i++)
        write_param(json, &params[i], &values->values[i]);
}

static void write_ratio(rh_json *json, const char *key, const rh_plan *plan) {
    rh_json_begin(json, key, '{');
    rh_json_string(json, "name", plan->ratio->name);
    write_params(json, plan->ratio->params, &plan->ratio_values);
    rh_json_end(json, '}');
}

static void write_windows(rh_json *json, const rh_windows *windows) {
    size_t n;
    const rh_param *params = rh_window_params(&n);
    rh_json_begin(json, "windows", '[');
    for (size_t i = 0; i < windows->n_entries; i++) {
        rh_json_begin(json, NULL, '{');
        write_params(json, params, &windows->entries[i]);
        rh_json_end(json, '}');
    }
    rh_json_end(json, ']');
}

static void write_rule(rh_json *json, const char *key, const rh_rule *rule) {
    rh_json_begin(json, key, '{');
    rh_json_string(json, "name", rule->name);
    if (rule->kind == RH_RULE_LEAF) {
        write_params(json, rule->strategy->params, &rule->values);
    } else {
        rh_json_begin(json, "of", '[');
        for (size_t i = 0; i < rule->n_children; i++)
            write_rule(json, NULL, &rule->children[i]);
        rh_json_end(json, ']');
    }
    if (rule->kind == RH_RULE_NOT_DURING)
        write_windows(json, &rule->windows);
    rh_json_end(json, '}');
}

typedef struct {
    const rh_plan *plan;
    int with_paths;
    unsigned scopes; /* bits 1 << rh_key_scope */
    rh_json *json;
} writer;

enum { EVERY_SCOPE = ~0 };

static void write_keys(const writer *w, const char *pattern, const void *from);

/* Where nothing is said of the data's places, a store is what it holds: the same as its files. */
static void write_list(const writer *w, const rh_key *key, const char *name, const void *from) {
    const char *items;
    size_t count;
    char pattern[128];
    memcpy(&items, from, sizeof items);
    memcpy(&count, (const char *)from + sizeof items, sizeof count);
    if (strcmp(key->path, "data") == 0 && !w->with_paths) {
        items = (const char *)w->plan->entries;
        count = w->plan->n_sources;
    }
    (void)snprintf(pattern, sizeof pattern, "%s.*.", key->path);
    rh_json_begin(w->json, name, '[');
    for (size_t i = 0; i < count; i++) {
        rh_json_begin(w->json, NULL, '{');
        write_keys(w, pattern, items + i * key->size);
        rh_json_end(w->json, '}');
    }
    rh_json_end(w->json, ']');
}

/* Costs that the venue gave are written as the numbers that were used. */
static double number_used(const writer *w, const rh_key *key, double given) {
    const rh_costs *costs = &w->plan->lane.costs;
    const struct {
        const char *path;
        double value;
    } used[] = {{"costs.maker", costs->maker},
                {"costs.taker", costs->taker},
                {"costs.option", costs->option},
                {"costs.option_cap", costs->option_cap},
                {"costs.delivery", costs->delivery}};
    for (size_t i = 0; i < sizeof used / sizeof *used; i++)
        if (strcmp(used[i].path, key->path) == 0)
            return used[i].value;
    return given;
}

static void write_key(const writer *w, const rh_key *key, const char *name, const void *from) {
    rh_json *json = w->json;
    switch (key->type) {
    case RH_KEY_TEXT:
        if (w->with_paths ||
            (strcmp(key->path, "data.*.path") != 0 && strcmp(key->path, "data.*.store") != 0 &&
             strcmp(key->path, "data.*.scenario") != 0))
            rh_json_string(json, name, *(const char *const *)from);
        break;
    case RH_KEY_NUMBER:
        rh_json_number(json, name, number_used(w, key, *(const double *)from));
        break;
    case RH_KEY_TIME: write_time(json, name, *(const rh_time *)from); break;
    case RH_KEY_DURATION: write_duration(json, name, *(const int64_t *)from); break;
    case RH_KEY_CHOICE:
        if (strcmp(key->path, "funding") == 0)
            rh_json_string(json, name, rh_funding_mode_text(w->plan->funding));
        else
            write_choice(json, name, key->choices, *(const int *)from);
        break;
    case RH_KEY_FLAG: rh_json_boolean(json, name, *(const int *)from); break;
    case RH_KEY_MAP: write_map(json, name, *(const rh_node *const *)from); break;
    case RH_KEY_SETS: break; /* what a lane differs in has become its keys */
    case RH_KEY_LIST: write_list(w, key, name, from); break;
    case RH_KEY_PLUGIN:
        if (strcmp(key->path, "strategy") == 0)
            write_rule(json, name, w->plan->rule);
        else
            write_ratio(json, name, w->plan);
        break;
    }
}

/* Writes the keys below a pattern; those with one more dot form an object of their own, and the
 * table keeps them together. */
static void write_keys(const writer *w, const char *pattern, const void *from) {
    size_t n_keys;
    const rh_key *keys = rh_keys(&n_keys);
    char group[40] = "";
    for (size_t i = 0; i < n_keys; i++) {
        const char *rest = keys[i].path + strlen(pattern);
        if (strncmp(keys[i].path, pattern, strlen(pattern)) != 0 || strchr(rest, '*') ||
            !(w->scopes >> keys[i].scope & 1))
            continue;
        const char *dot = strchr(rest, '.');
        const size_t length = dot ? (size_t)(dot - rest) : 0;
        if (strlen(group) != length || strncmp(group, rest, length) != 0) {
            if (*group)
                rh_json_end(w->json, '}');
            (void)snprintf(group, sizeof group, "%.*s", (int)length, rest);
            if (*group)
                rh_json_begin(w->json, group, '{');
        }
        write_key(w, &keys[i], dot ? dot + 1 : rest, (const char *)from + keys[i].offset);
    }
    if (*group)
        rh_json_end(w->json, '}');
}

static void write_plan(const writer *w) {
    rh_json_begin(w->json, NULL, '{');
    write_keys(w, "", w->plan->experiment);
    rh_json_end(w->json, '}');
}

void rh_plan_json(const rh_plan *plan, int with_paths, rh_json *json) {
    write_plan(&(writer){plan, with_paths, (unsigned)EVERY_SCOPE, json});
}

void rh_plan_scope_json(const rh_plan *plan, unsigned scopes, rh_json *json) {
    write_plan(&(writer){plan, 1, scopes, json});
}
