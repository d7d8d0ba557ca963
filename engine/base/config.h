/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config.h: YAML as a tree of nodes that remember where they stood.
 *
 * A document is read whole by libyaml and owned by the caller (rh_config_free). Nodes belong to
 * the document. Aliases and tags are refused; a key that occurs twice in one mapping is an error,
 * and so is nesting deeper than 64, a mapping of more than 1,000 keys or a document of more than
 * 1,000,000 nodes.
 */
#ifndef RH_BASE_CONFIG_H
#define RH_BASE_CONFIG_H

#include "base/status.h"

#include <stddef.h>

typedef enum { RH_NODE_SCALAR, RH_NODE_LIST, RH_NODE_MAP } rh_node_kind;

typedef struct rh_node rh_node;
struct rh_node {
    rh_node_kind kind;
    int line, column; /* from 1 */
    const char *text; /* scalar: its text; else NULL */
    int quoted;       /* scalar: was written in quotes */
    const char *key;  /* the name in the parent mapping; NULL elsewhere */
    int key_line, key_column;
    rh_node *child; /* list and map: the first element */
    rh_node *next;  /* the next element of the parent */
};

typedef struct rh_config rh_config;

/* Reads a file, or a text (`name` stands for it in errors). An empty document is an empty map. */
rh_status rh_config_read_file(const char *path, rh_config **out, rh_error *error);
rh_status rh_config_read_text(const char *name, const char *text, size_t length, rh_config **out,
                              rh_error *error);
void rh_config_free(rh_config *config);

const rh_node *rh_config_root(const rh_config *config);
const char *rh_config_name(const rh_config *config);

/* The child of a mapping by key, or NULL. `node` may be NULL. */
const rh_node *rh_node_get(const rh_node *node, const char *key);
size_t rh_node_count(const rh_node *node);

/* Sets the value at a dotted path (`strategy.every`, `book.0.quantity`), creating mappings on the
 * way and replacing what was there. `value` is itself YAML (`[a, b]` makes a list); an empty one
 * is an empty text. `origin` ("--set") stands in front of this call's errors. */
rh_status rh_config_set(rh_config *config, const char *path, const char *value, const char *origin,
                        rh_error *error);

/* Fails with "file:line:column: " in front, or "--set: " for a node that was set there. */
rh_status rh_config_fail(const rh_config *config, const rh_node *node, rh_error *error,
                         const char *format, ...) RH_PRINTF(4, 5);

/* The same at the place of the node's key: for a key that has no business there. */
rh_status rh_config_fail_key(const rh_config *config, const rh_node *node, rh_error *error,
                             const char *format, ...) RH_PRINTF(4, 5);

/* Position of a word in a blank-separated list of choices, or -1; `choices` may be NULL. */
int rh_choice_position(const char *choices, const char *word);

/* Of `count` candidate names the nearest to `word` by edit distance, if it is near enough to be
 * worth proposing; else NULL. */
const char *rh_nearest_name(const char *word, const char *const *candidates, size_t count);

#endif
