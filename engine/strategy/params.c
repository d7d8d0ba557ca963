/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "strategy/params.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/number.h"

#include <stdio.h>
#include <string.h>

const char *rh_param_type_text(rh_param_type type) {
    static const char *const names[] = {"number", "integer", "duration",
                                        "choice", "numbers", "text"};
    return names[type];
}

static int within(const rh_param *param, double value) {
    return (param->min == 0.0 && param->max == 0.0) || (value >= param->min && value <= param->max);
}

/* Reads one value from text; `value->text` must be its lasting copy. Returns NULL or what is
 * wrong. */
static const char *read_text(const rh_param *param, const char *text, rh_value *value) {
    int64_t integer = 0;
    double number = 0.0;
    value->given = 1;
    value->text = text;
    switch (param->type) {
    case RH_PARAM_NUMBER:
        if (rh_number_parse(text, strlen(text), &number) != 0)
            return "is not a number";
        value->number = number;
        return within(param, number) ? NULL : "is out of range";
    case RH_PARAM_INTEGER:
        if (rh_integer_parse(text, strlen(text), &integer) != 0)
            return "is not a whole number";
        value->integer = integer;
        return within(param, (double)integer) ? NULL : "is out of range";
    case RH_PARAM_DURATION:
        if (rh_duration_parse(text, strlen(text), &integer) != 0)
            return "is not a duration such as 8h, 30m or 1.5d";
        value->integer = integer;
        return within(param, (double)integer / (double)RH_S) ? NULL : "is out of range";
    case RH_PARAM_CHOICE:
        value->integer = rh_choice_position(param->choices, text);
        return value->integer >= 0 ? NULL : "is not one of the choices";
    case RH_PARAM_TEXT: return *text ? NULL : "is empty";
    case RH_PARAM_NUMBERS: break;
    }
    return "must be a list of numbers, such as [1, 2]";
}

static rh_status complain(const rh_config *config, const rh_node *node, const char *path,
                          const rh_param *param, const char *text, const char *fault,
                          rh_error *error) {
    char hint[256] = "", low[RH_NUMBER_TEXT], high[RH_NUMBER_TEXT];
    if (param->type == RH_PARAM_CHOICE)
        (void)snprintf(hint, sizeof hint, " (one of: %s)", param->choices);
    else if (strcmp(fault, "is out of range") == 0)
        (void)snprintf(hint, sizeof hint, " (%s to %s%s)", rh_number_text(param->min, low),
                       rh_number_text(param->max, high),
                       param->type == RH_PARAM_DURATION ? " seconds" : "");
    return rh_config_fail(config, node, error, "%s.%s: '%s' %s%s", path, param->name, text, fault,
                          hint);
}

static rh_status read_list(const rh_param *param, const rh_config *config, const rh_node *node,
                           const char *path, rh_value *value, rh_error *error) {
    double *numbers = rh_allocate(rh_node_count(node) + 1, sizeof *numbers);
    if (!numbers)
        return rh_no_memory(error);
    value->given = 1;
    value->numbers = numbers;
    for (const rh_node *item = node->child; item; item = item->next) {
        double *number = &numbers[value->count++];
        if (item->kind != RH_NODE_SCALAR ||
            rh_number_parse(item->text, strlen(item->text), number) != 0)
            return complain(config, item, path, param, item->text ? item->text : "...",
                            "is not a number", error);
        if (!within(param, *number))
            return complain(config, item, path, param, item->text, "is out of range", error);
    }
    return RH_OK;
}

/* A default such as "[1, 2]". */
static rh_status read_list_text(const rh_param *param, rh_value *value, rh_error *error) {
    rh_config *list = NULL;
    rh_status status =
        rh_config_read_text(param->name, param->initial, strlen(param->initial), &list, error);
    if (status != RH_OK)
        return status;
    const rh_node *root = rh_config_root(list);
    status = root->kind == RH_NODE_LIST
                 ? read_list(param, list, root, "default", value, error)
                 : complain(list, root, "default", param, param->initial, "is not a list", error);
    rh_config_free(list);
    return status;
}

static rh_status read_one(const rh_param *param, const rh_config *config, const rh_node *map,
                          const char *path, rh_value *value, char **copy, rh_error *error) {
    const rh_node *node = rh_node_get(map, param->name);
    if (node && param->type == RH_PARAM_NUMBERS && node->kind == RH_NODE_LIST)
        return read_list(param, config, node, path, value, error);
    if (node && node->kind != RH_NODE_SCALAR)
        return complain(config, node, path, param, "...", "must be one value", error);
    if (!node && !param->initial)
        return rh_config_fail(config, map, error, "%s.%s is needed: %s", path, param->name,
                              param->summary);
    const char *text = node ? node->text : param->initial;
    if (!node && !*text)
        return RH_OK;
    if (!node && param->type == RH_PARAM_NUMBERS)
        return read_list_text(param, value, error);
    *copy = rh_copy_text(text);
    if (!*copy)
        return rh_no_memory(error);
    const char *fault = read_text(param, *copy, value);
    return fault ? complain(config, node, path, param, text, fault, error) : RH_OK;
}

rh_status rh_params_refuse_unknown(const char *const *names, size_t n, const char *hint,
                                   const rh_config *config, const rh_node *map, const char *path,
                                   rh_error *error) {
    for (const rh_node *node = map ? map->child : NULL; node; node = node->next) {
        size_t i = 0;
        while (i < n && strcmp(names[i], node->key) != 0)
            i++;
        if (i < n)
            continue;
        const char *near = rh_nearest_name(node->key, names, n);
        if (near)
            return rh_config_fail_key(config, node, error,
                                      "%s.%s: unknown key (did you mean '%s'?)", path, node->key,
                                      near);
        return rh_config_fail_key(config, node, error, "%s.%s: unknown key%s", path, node->key,
                                  hint);
    }
    return RH_OK;
}

static rh_status refuse_unknown(const rh_param *params, size_t count, const rh_config *config,
                                const rh_node *map, const char *path, rh_error *error) {
    enum { MOST = 64 };
    const char *names[MOST] = {"name"};
    size_t n = 1;
    for (size_t i = 0; i < count && n < MOST; i++)
        names[n++] = params[i].name;
    return rh_params_refuse_unknown(names, n, "", config, map, path, error);
}

rh_status rh_values_read(const rh_param *params, size_t count, const rh_config *config,
                         const rh_node *map, const char *path, rh_values *out, rh_error *error) {
    *out = (rh_values){.count = count};
    rh_status status = refuse_unknown(params, count, config, map, path, error);
    if (status != RH_OK)
        return status;
    out->values = rh_allocate(count + 1, sizeof *out->values);
    out->texts = rh_allocate(count + 1, sizeof *out->texts);
    if (!out->values || !out->texts)
        status = rh_no_memory(error);
    for (size_t i = 0; i < count && status == RH_OK; i++)
        status = read_one(&params[i], config, map, path, &out->values[i], &out->texts[i], error);
    if (status != RH_OK)
        rh_values_free(out);
    return status;
}

void rh_values_free(rh_values *values) {
    for (size_t i = 0; i < values->count; i++) {
        if (values->values)
            rh_release((void *)(uintptr_t)values->values[i].numbers);
        if (values->texts)
            rh_release(values->texts[i]);
    }
    rh_release(values->values);
    rh_release(values->texts);
    *values = (rh_values){0};
}

static int is_name(const char *text) {
    if (!text || !*text)
        return 0;
    return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(text);
}

static int default_is_good(const rh_param *param) {
    rh_value value = {0};
    if (!param->initial || !*param->initial)
        return 1;
    if (param->type != RH_PARAM_NUMBERS)
        return read_text(param, param->initial, &value) == NULL;
    rh_status status = read_list_text(param, &value, NULL);
    rh_release((void *)(uintptr_t)value.numbers);
    return status == RH_OK;
}

const char *rh_params_fault(const rh_param *params, size_t count) {
    if (count > 0 && !params)
        return "n_params is not 0 but params is NULL";
    if (count > 60)
        return "more than 60 parameters";
    for (size_t i = 0; i < count; i++) {
        const rh_param *p = &params[i];
        if (!is_name(p->name) || strcmp(p->name, "name") == 0)
            return "a parameter's name is missing or not made of a-z 0-9 _ -";
        if ((unsigned)p->type > RH_PARAM_TEXT)
            return "a parameter has an unknown type";
        if (!p->summary || !*p->summary)
            return "a parameter has no summary";
        if (p->type == RH_PARAM_CHOICE && (!p->choices || !*p->choices))
            return "a choice has no choices";
        if (!(p->min <= p->max))
            return "a parameter's min is above its max";
        if (!default_is_good(p))
            return "a parameter's default is not a value that it would take";
        for (size_t j = 0; j < i; j++)
            if (strcmp(params[j].name, p->name) == 0)
                return "two parameters have one name";
    }
    return NULL;
}
