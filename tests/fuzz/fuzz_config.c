/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as YAML, and as settings on top of it: a tree whose links and places hold, or an error
 * of one line. What follows the first line `--set PATH=VALUE` is set, not read. */
#include "base/config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int holds) {
    if (!holds)
        abort();
}

static void check_error(const rh_error *error, rh_status status) {
    check(status == RH_BAD_CONFIG && error->code == status);
    check(*error->text && !strchr(error->text, '\n'));
}

static void check_node(const rh_node *node, int depth) {
    check(depth <= 100000 && node->line >= 0 && node->column >= 1);
    check((node->kind == RH_NODE_SCALAR) == (node->text != NULL));
    check(node->kind != RH_NODE_SCALAR || !node->child);
    for (const rh_node *child = node->child; child; child = child->next) {
        check((node->kind == RH_NODE_MAP) == (child->key != NULL));
        if (child->key)
            check(rh_node_get(node, child->key) == child);
        check_node(child, depth + 1);
    }
}

/* One `--set PATH=VALUE` of the input, cut at its end of line. */
static void set(rh_config *config, char *line) {
    rh_error error = {.text = ""};
    char *equals = strchr(line, '=');
    if (!equals)
        return;
    *equals = '\0';
    rh_status status = rh_config_set(config, line, equals + 1, "--set", &error);
    if (status != RH_OK)
        check_error(&error, status);
    check_node(rh_config_root(config), 0);
}

static void set_all(rh_config *config, char *lines) {
    static const char mark[] = "--set ";
    while (lines && strncmp(lines, mark, sizeof mark - 1) == 0) {
        char *end = strchr(lines, '\n');
        if (end)
            *end = '\0';
        set(config, lines + sizeof mark - 1);
        lines = end ? end + 1 : NULL;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    rh_config *config = NULL;
    rh_error error = {.text = ""};
    char *text = malloc(size + 1);
    check(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    char *settings = strstr(text, "--set ");
    const size_t length = settings ? (size_t)(settings - text) : size;
    rh_status status = rh_config_read_text("x.yaml", text, length, &config, &error);
    if (status == RH_OK) {
        check_node(rh_config_root(config), 0);
        set_all(config, settings);
    } else {
        check_error(&error, status);
        check(strncmp(error.text, "x.yaml:", 7) == 0 && !config);
    }
    rh_config_free(config);
    free(text);
    return 0;
}
