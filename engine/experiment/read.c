/* SPDX-License-Identifier: GPL-3.0-or-later */
/* read.c: a document meets the table of keys. */
#include "experiment/experiment.h"

#include "base/memory.h"
#include "base/number.h"
#include "experiment/keys.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_MAX_BYTES = 128, MOST_SIBLINGS = 32 };

/* ---- one value ---- */

static void *member(void *into, const rh_key *key) {
    return (char *)into + key->offset;
}

static int out_of_range(const rh_key *key, double value) {
    return (key->min != 0.0 || key->max != 0.0) && !(value >= key->min && value <= key->max);
}

/* Writes a scalar into the structure. Returns NULL, or what is wrong with it. */
static const char *store(const rh_key *key, const char *text, void *into) {
    const size_t length = strlen(text);
    int64_t integer;
    double number;
    int choice;
    switch (key->type) {
    case RH_KEY_TEXT: *(const char **)into = text; return NULL;
    case RH_KEY_NUMBER:
        if (rh_number_parse(text, length, &number) != 0)
            return "is not a number";
        *(double *)into = number;
        return out_of_range(key, number) ? "is out of range" : NULL;
    case RH_KEY_TIME:
        if (rh_time_parse(text, length, &integer) != 0)
            return "is not a time such as 2021-06-01 or 2021-06-01T08:00Z";
        *(rh_time *)into = integer;
        return NULL;
    case RH_KEY_DURATION:
        if (rh_duration_parse(text, length, &integer) != 0)
            return "is not a duration such as 8h, 30m or 1.5d";
        *(int64_t *)into = integer;
        return out_of_range(key, (double)integer / (double)RH_S) ? "is out of range" : NULL;
    case RH_KEY_CHOICE:
    case RH_KEY_FLAG:
        choice = rh_choice_position(key->type == RH_KEY_FLAG ? "false true" : key->choices, text);
        *(int *)into = choice;
        return choice >= 0 ? NULL : "is not one of the choices";
    default: return "must be a list or a mapping";
    }
}

/* What a member holds when nothing was said. */
static void store_nothing(const rh_key *key, void *into) {
    if (key->type == RH_KEY_NUMBER)
        *(double *)into = NAN;
    else if (key->type == RH_KEY_TIME)
        *(rh_time *)into = RH_NEVER;
    else if (key->type == RH_KEY_CHOICE)
        *(int *)into = -1;
}

static rh_status complain(const rh_config *config, const rh_node *node, const char *path,
                          const rh_key *key, const char *text, const char *fault, rh_error *error) {
    char hint[200] = "", low[RH_NUMBER_TEXT], high[RH_NUMBER_TEXT];
    if (key->type == RH_KEY_CHOICE)
        (void)snprintf(hint, sizeof hint, " (one of: %s)", key->choices);
    else if (key->type == RH_KEY_FLAG)
        (void)snprintf(hint, sizeof hint, " (true or false)");
    else if (strcmp(fault, "is out of range") == 0)
        (void)snprintf(hint, sizeof hint, " (%s to %s%s)", rh_number_text(key->min, low),
                       rh_number_text(key->max, high),
                       key->type == RH_KEY_DURATION ? " seconds" : "");
    return rh_config_fail(config, node, error, "%s: '%s' %s%s", path, text, fault, hint);
}

/* ---- the tree ---- */

typedef struct {
    const rh_config *config;
    rh_error *error;
} reader;

static rh_status read_mapping(const reader *r, const rh_node *map, const char *pattern,
                              const char *path, void *into);

static rh_status read_list(const reader *r, const rh_key *key, const rh_node *node,
                           const char *path, void *into) {
    const size_t count = rh_node_count(node);
    char *items = rh_allocate(count, key->size);
    if (!items)
        return rh_fail(r->error, RH_FAILED, "out of memory");
    memcpy(into, &items, sizeof items);
    memcpy((char *)into + sizeof(void *), &count, sizeof count);
    char pattern[PATH_MAX_BYTES], place[PATH_MAX_BYTES + 32];
    size_t i = 0;
    (void)snprintf(pattern, sizeof pattern, "%s.*.", key->path);
    for (const rh_node *item = node->child; item; item = item->next, i++) {
        (void)snprintf(place, sizeof place, "%s.%zu.", path, i);
        if (item->kind != RH_NODE_MAP)
            return rh_config_fail(r->config, item, r->error, "%s.%zu: must be a mapping", path, i);
        rh_status status = read_mapping(r, item, pattern, place, items + i * key->size);
        if (status != RH_OK)
            return status;
    }
    return RH_OK;
}

/* What the sets say is checked when they are applied. */
static rh_status read_sets(const reader *r, const rh_node *list, const char *path) {
    if (list->kind != RH_NODE_LIST)
        return rh_config_fail(r->config, list, r->error, "%s: must be a list", path);
    for (const rh_node *set = list->child; set; set = set->next)
        if (set->kind != RH_NODE_MAP)
            return rh_config_fail(r->config, set, r->error, "%s: must be mappings of keys", path);
    return RH_OK;
}

static rh_status read_value(const reader *r, const rh_key *key, const rh_node *node,
                            const char *path, void *into) {
    if (key->type == RH_KEY_LIST) {
        if (node->kind != RH_NODE_LIST)
            return rh_config_fail(r->config, node, r->error, "%s: must be a list", path);
        return read_list(r, key, node, path, into);
    }
    if (key->type == RH_KEY_SETS) {
        *(const rh_node **)into = node;
        return read_sets(r, node, path);
    }
    if (key->type == RH_KEY_MAP || key->type == RH_KEY_PLUGIN) {
        *(const rh_node **)into = node;
        if (node->kind == RH_NODE_MAP ||
            (key->type == RH_KEY_PLUGIN && node->kind == RH_NODE_SCALAR))
            return RH_OK;
        return rh_config_fail(r->config, node, r->error, "%s: must be a mapping", path);
    }
    if (node->kind != RH_NODE_SCALAR)
        return rh_config_fail(r->config, node, r->error, "%s: must be one %s", path,
                              rh_key_type_text(key->type));
    const char *fault = store(key, node->text, into);
    return fault ? complain(r->config, node, path, key, node->text, fault, r->error) : RH_OK;
}

static rh_status read_missing(const reader *r, const rh_key *key, const rh_node *map,
                              const char *path, void *into) {
    if (!key->initial)
        return rh_config_fail(r->config, map, r->error, "%s is needed: %s", path, key->help);
    if (!*key->initial || key->type == RH_KEY_PLUGIN)
        store_nothing(key, into);
    else
        (void)store(key, key->initial, into);
    return RH_OK;
}

/* The part of a key's path behind `pattern`, if the key lies directly or deeper below it and not
 * in a list; else NULL. */
static const char *below(const rh_key *key, const char *pattern) {
    const size_t length = strlen(pattern);
    if (strncmp(key->path, pattern, length) != 0 || strchr(key->path + length, '*'))
        return NULL;
    return key->path + length;
}

static rh_status refuse_unknown(const reader *r, const rh_node *map, const char *pattern,
                                const char *path) {
    size_t n_keys, n = 0;
    const rh_key *keys = rh_keys(&n_keys);
    char names[MOST_SIBLINGS][40];
    const char *pointers[MOST_SIBLINGS];
    for (size_t i = 0; i < n_keys && n < MOST_SIBLINGS; i++) {
        const char *rest = below(&keys[i], pattern);
        if (!rest)
            continue;
        (void)snprintf(names[n], sizeof names[n], "%.*s", (int)strcspn(rest, "."), rest);
        pointers[n] = names[n];
        if (n == 0 || strcmp(names[n], names[n - 1]) != 0) /* a group counts once */
            n++;
    }
    for (const rh_node *node = map->child; node; node = node->next) {
        size_t i = 0;
        while (i < n && strcmp(pointers[i], node->key) != 0)
            i++;
        if (i < n)
            continue;
        const char *near = rh_nearest_name(node->key, pointers, n);
        if (near)
            return rh_config_fail_key(r->config, node, r->error,
                                      "%s%s: unknown key (did you mean '%s'?)", path, node->key,
                                      near);
        return rh_config_fail_key(r->config, node, r->error, "%s%s: unknown key", path, node->key);
    }
    return RH_OK;
}

/* A group such as `hedge:` is a mapping of its own; it is read as part of its parent. */
static rh_status check_group(const reader *r, const rh_node *map, const char *pattern,
                             const char *path, const char *rest) {
    char group[40], deeper[PATH_MAX_BYTES], place[PATH_MAX_BYTES];
    (void)snprintf(group, sizeof group, "%.*s", (int)strcspn(rest, "."), rest);
    const rh_node *node = rh_node_get(map, group);
    if (!node)
        return RH_OK;
    if (node->kind != RH_NODE_MAP)
        return rh_config_fail(r->config, node, r->error, "%s%s: must be a mapping", path, group);
    (void)snprintf(deeper, sizeof deeper, "%s%s.", pattern, group);
    (void)snprintf(place, sizeof place, "%s%s.", path, group);
    return refuse_unknown(r, node, deeper, place);
}

static rh_status read_mapping(const reader *r, const rh_node *map, const char *pattern,
                              const char *path, void *into) {
    size_t n_keys;
    const rh_key *keys = rh_keys(&n_keys);
    rh_status status = refuse_unknown(r, map, pattern, path);
    for (size_t i = 0; i < n_keys && status == RH_OK; i++) {
        const char *rest = below(&keys[i], pattern);
        const char *dot = rest ? strchr(rest, '.') : NULL;
        char place[PATH_MAX_BYTES];
        if (!rest)
            continue;
        const rh_node *node = NULL, *parent = map;
        if (dot) {
            char group[40];
            status = check_group(r, map, pattern, path, rest);
            (void)snprintf(group, sizeof group, "%.*s", (int)(dot - rest), rest);
            if (rh_node_get(map, group))
                parent = rh_node_get(map, group);
            node = rh_node_get(rh_node_get(map, group), dot + 1);
        } else {
            node = rh_node_get(map, rest);
        }
        (void)snprintf(place, sizeof place, "%s%s", path, rest);
        if (status == RH_OK)
            status = node ? read_value(r, &keys[i], node, place, member(into, &keys[i]))
                          : read_missing(r, &keys[i], parent, place, member(into, &keys[i]));
    }
    return status;
}

rh_status rh_keys_read(const rh_config *config, void *into, rh_error *error) {
    const reader r = {config, error};
    const rh_node *root = rh_config_root(config);
    if (root->kind != RH_NODE_MAP)
        return rh_config_fail(config, root, error, "an experiment is a mapping of keys");
    return read_mapping(&r, root, "", "", into);
}

void rh_keys_free(void *into) {
    size_t n_keys;
    const rh_key *keys = rh_keys(&n_keys);
    for (size_t i = 0; i < n_keys; i++) {
        void *items;
        if (keys[i].type != RH_KEY_LIST)
            continue;
        memcpy(&items, member(into, &keys[i]), sizeof items);
        rh_release(items);
    }
}

/* ---- the experiment ---- */

static char *directory_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? rh_copy_bytes_as_text(path, (size_t)(slash - path) + 1) : rh_copy_text("");
}

static rh_status apply_setting(rh_config *config, const char *setting, rh_error *error) {
    const char *equals = strchr(setting, '=');
    if (!equals || equals == setting)
        return rh_fail(error, RH_BAD_CONFIG, "--set %s: must be key=value", setting);
    char *path = rh_copy_bytes_as_text(setting, (size_t)(equals - setting));
    if (!path)
        return rh_no_memory(error);
    rh_status status = rh_config_set(config, path, equals + 1, "--set", error);
    rh_release(path);
    return status;
}

rh_status rh_experiment_read(const char *path, const char *const *settings, size_t n_settings,
                             rh_experiment **out, rh_error *error) {
    rh_experiment *experiment = rh_allocate(1, sizeof *experiment);
    if (!experiment)
        return rh_no_memory(error);
    rh_status status = rh_config_read_file(path, &experiment->config, error);
    for (size_t i = 0; i < n_settings && status == RH_OK; i++)
        status = apply_setting(experiment->config, settings[i], error);
    if (status == RH_OK)
        status = rh_keys_read(experiment->config, experiment, error);
    if (status == RH_OK) {
        experiment->directory = directory_of(path);
        if (!experiment->directory)
            status = rh_no_memory(error);
    }
    if (status != RH_OK) {
        rh_experiment_free(experiment);
        return status;
    }
    *out = experiment;
    return RH_OK;
}

void rh_experiment_free(rh_experiment *experiment) {
    if (!experiment)
        return;
    rh_keys_free(experiment);
    rh_config_free(experiment->config);
    rh_release(experiment->directory);
    rh_release(experiment);
}

/* The node at a dotted path, or as far down as there are nodes. */
static const rh_node *nearest_node(const rh_node *node, const char *path) {
    while (*path) {
        char part[PATH_MAX_BYTES];
        const size_t length = strcspn(path, ".");
        const rh_node *child = node->child;
        (void)snprintf(part, sizeof part, "%.*s", (int)length, path);
        if (node->kind == RH_NODE_LIST)
            for (long i = strtol(part, NULL, 10); child && i > 0; i--)
                child = child->next;
        else
            child = rh_node_get(node, part);
        if (!child)
            return node;
        node = child;
        path += length + (path[length] == '.');
    }
    return node;
}

rh_status rh_experiment_fail(const rh_experiment *experiment, const char *path, rh_error *error,
                             const char *format, ...) {
    char sentence[800];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    const rh_node *node = nearest_node(rh_config_root(experiment->config), path);
    return rh_config_fail(experiment->config, node, error, "%s: %s", path, sentence);
}

char *rh_experiment_path(const rh_experiment *experiment, const char *path) {
    const size_t size = strlen(experiment->directory) + strlen(path) + 1;
    char *full = rh_allocate(size, 1);
    if (full)
        (void)snprintf(full, size, "%s%s", path[0] == '/' ? "" : experiment->directory, path);
    return full;
}
