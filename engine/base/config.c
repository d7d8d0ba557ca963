/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/config.h"

#include "base/input.h"
#include "base/memory.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { MAX_DEPTH = 64, MAX_NODES = 1000000, MAX_KEYS = 1000 };

/* Everything a document owns hangs on one chain, freed together. */
typedef struct block {
    struct block *next;
    max_align_t data[];
} block;

struct rh_config {
    char *name;
    rh_node *root;
    block *blocks;
    size_t nodes;
};

static void *own(rh_config *config, size_t size) {
    block *fresh = rh_allocate(1, sizeof(block) + size);
    if (!fresh)
        return NULL;
    fresh->next = config->blocks;
    config->blocks = fresh;
    return fresh->data;
}

static const char *own_text(rh_config *config, const char *text, size_t length) {
    char *copy = own(config, length + 1);
    if (copy)
        memcpy(copy, text, length);
    return copy;
}

/* ---- reading ---- */

typedef struct {
    rh_config *config;
    yaml_parser_t *parser;
    rh_error *error;
    int line_base; /* --set values keep line 0: their place is named by `origin` */
} reader;

static rh_status at_mark(const reader *r, yaml_mark_t mark, const char *what) {
    if (!r->line_base)
        return rh_fail(r->error, RH_BAD_CONFIG, "%s", what);
    return rh_fail(r->error, RH_BAD_CONFIG, "%s:%zu:%zu: %s", r->config->name, mark.line + 1,
                   mark.column + 1, what);
}

/* Of bytes that are no text libyaml says only how far they are from the start. */
static yaml_mark_t mark_of_bad_byte(const yaml_parser_t *parser) {
    const unsigned char *at = parser->input.string.start;
    yaml_mark_t mark = {0};
    for (size_t i = 0; i < parser->problem_offset && at < parser->input.string.end; i++, at++) {
        mark.column += (*at & 0xc0) != 0x80; /* a character, not each byte of it */
        if (*at == '\n') {
            mark.line++;
            mark.column = 0;
        }
    }
    return mark;
}

static rh_status next_event(reader *r, yaml_event_t *event) {
    if (yaml_parser_parse(r->parser, event))
        return RH_OK;
    if (r->parser->error == YAML_MEMORY_ERROR)
        return rh_no_memory(r->error);
    const yaml_mark_t mark = r->parser->error == YAML_READER_ERROR ? mark_of_bad_byte(r->parser)
                                                                   : r->parser->problem_mark;
    return at_mark(r, mark, r->parser->problem ? r->parser->problem : "not YAML");
}

static rh_node *new_node(reader *r, rh_node_kind kind, yaml_mark_t mark) {
    rh_node *node = own(r->config, sizeof *node);
    if (!node)
        return NULL;
    node->kind = kind;
    node->line = r->line_base ? (int)mark.line + r->line_base : 0;
    node->column = (int)mark.column + 1;
    return node;
}

static int has_tag(const yaml_event_t *event) {
    switch (event->type) {
    case YAML_SCALAR_EVENT: return event->data.scalar.tag != NULL;
    case YAML_SEQUENCE_START_EVENT: return event->data.sequence_start.tag != NULL;
    case YAML_MAPPING_START_EVENT: return event->data.mapping_start.tag != NULL;
    default: return 0;
    }
}

static rh_status read_node(reader *r, yaml_event_t *event, int depth, rh_node **out);

static rh_status read_scalar(reader *r, const yaml_event_t *event, rh_node **out) {
    if (memchr(event->data.scalar.value, '\0', event->data.scalar.length))
        return at_mark(r, event->start_mark, "a NUL byte in a text");
    rh_node *node = new_node(r, RH_NODE_SCALAR, event->start_mark);
    if (!node)
        return rh_no_memory(r->error);
    node->text =
        own_text(r->config, (const char *)event->data.scalar.value, event->data.scalar.length);
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    *out = node;
    return node->text ? RH_OK : rh_no_memory(r->error);
}

static rh_status read_key(reader *r, const yaml_event_t *event, const rh_node *map,
                          const char **out) {
    if (event->type != YAML_SCALAR_EVENT)
        return at_mark(r, event->start_mark, "a key must be a plain word");
    if (has_tag(event))
        return at_mark(r, event->start_mark, "tags are not supported");
    if (memchr(event->data.scalar.value, '\0', event->data.scalar.length))
        return at_mark(r, event->start_mark, "a NUL byte in a key");
    *out = own_text(r->config, (const char *)event->data.scalar.value, event->data.scalar.length);
    if (!*out)
        return rh_no_memory(r->error);
    if (!rh_node_get(map, *out))
        return RH_OK;
    char sentence[200];
    (void)snprintf(sentence, sizeof sentence, "%.150s: stands twice in this mapping", *out);
    return at_mark(r, event->start_mark, sentence);
}

/* Reads the elements of a list or a map up to its end event. */
static rh_status read_children(reader *r, rh_node *parent, yaml_event_type_t end, int depth) {
    rh_node **tail = &parent->child;
    for (int n = 0;; n++) {
        yaml_event_t event;
        const char *key = NULL;
        rh_status status = next_event(r, &event);
        if (status != RH_OK)
            return status;
        const yaml_mark_t key_mark = event.start_mark;
        if (event.type == end) {
            yaml_event_delete(&event);
            return RH_OK;
        }
        if (parent->kind == RH_NODE_MAP) {
            status = n < MAX_KEYS
                         ? read_key(r, &event, parent, &key)
                         : at_mark(r, event.start_mark, "more than 1000 keys in one mapping");
            yaml_event_delete(&event);
            if (status == RH_OK)
                status = next_event(r, &event);
            if (status != RH_OK)
                return status;
        }
        rh_node *child = NULL;
        status = read_node(r, &event, depth + 1, &child);
        yaml_event_delete(&event);
        if (status != RH_OK)
            return status;
        child->key = key;
        child->key_line = r->line_base ? (int)key_mark.line + r->line_base : 0;
        child->key_column = (int)key_mark.column + 1;
        *tail = child;
        tail = &child->next;
    }
}

static rh_status read_node(reader *r, yaml_event_t *event, int depth, rh_node **out) {
    if (depth > MAX_DEPTH)
        return at_mark(r, event->start_mark, "nested too deeply");
    if (r->config->nodes++ >= MAX_NODES)
        return at_mark(r, event->start_mark, "too many values in one file");
    if (has_tag(event))
        return at_mark(r, event->start_mark, "tags are not supported");
    switch (event->type) {
    case YAML_SCALAR_EVENT: return read_scalar(r, event, out);
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT: break;
    case YAML_ALIAS_EVENT: return at_mark(r, event->start_mark, "aliases are not supported");
    default: return at_mark(r, event->start_mark, "a value was expected here");
    }
    int is_map = event->type == YAML_MAPPING_START_EVENT;
    *out = new_node(r, is_map ? RH_NODE_MAP : RH_NODE_LIST, event->start_mark);
    if (!*out)
        return rh_no_memory(r->error);
    return read_children(r, *out, is_map ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT, depth);
}

/* Stream start, document start, node, document end, stream end: exactly one document. */
static rh_status read_document(reader *r, rh_node **out) {
    for (;;) {
        yaml_event_t event;
        rh_status status = next_event(r, &event);
        if (status != RH_OK)
            return status;
        yaml_event_type_t type = event.type;
        if (type == YAML_DOCUMENT_START_EVENT && *out)
            status = at_mark(r, event.start_mark, "a second document; one was expected");
        else if (type != YAML_STREAM_START_EVENT && type != YAML_STREAM_END_EVENT &&
                 type != YAML_DOCUMENT_START_EVENT && type != YAML_DOCUMENT_END_EVENT)
            status = read_node(r, &event, 0, out);
        yaml_event_delete(&event);
        if (status != RH_OK || type == YAML_STREAM_END_EVENT)
            return status;
    }
}

static rh_status read_text(rh_config *config, const char *text, size_t length, int line_base,
                           rh_node **out, rh_error *error) {
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return rh_no_memory(error);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    reader r = {config, &parser, error, line_base};
    rh_status status = read_document(&r, out);
    yaml_parser_delete(&parser);
    return status;
}

/* No document at all, or one of nothing but its `---`. */
static int is_nothing(const rh_node *root) {
    return !root || (root->kind == RH_NODE_SCALAR && !root->quoted && !*root->text);
}

rh_status rh_config_read_text(const char *name, const char *text, size_t length, rh_config **out,
                              rh_error *error) {
    *out = NULL;
    rh_config *config = rh_allocate(1, sizeof *config);
    if (!config)
        return rh_no_memory(error);
    config->name = rh_copy_text(name);
    rh_status status = config->name ? RH_OK : rh_no_memory(error);
    if (status == RH_OK)
        status = read_text(config, text, length, 1, &config->root, error);
    if (status == RH_OK && is_nothing(config->root)) {
        config->root = own(config, sizeof *config->root);
        if (config->root)
            *config->root = (rh_node){.kind = RH_NODE_MAP, .line = 1, .column = 1};
        else
            status = rh_no_memory(error);
    }
    if (status != RH_OK) {
        rh_config_free(config);
        return status;
    }
    *out = config;
    return RH_OK;
}

rh_status rh_config_read_file(const char *path, rh_config **out, rh_error *error) {
    char *text = NULL;
    size_t length = 0;
    *out = NULL;
    rh_status status = rh_input_read(path, "an experiment", &text, &length, error);
    if (status == RH_OK)
        status = rh_config_read_text(path, text, length, out, error);
    rh_release(text);
    return status;
}

void rh_config_free(rh_config *config) {
    if (!config)
        return;
    while (config->blocks) {
        block *next = config->blocks->next;
        rh_release(config->blocks);
        config->blocks = next;
    }
    rh_release(config->name);
    rh_release(config);
}

/* ---- looking ---- */

const rh_node *rh_config_root(const rh_config *config) {
    return config->root;
}

const char *rh_config_name(const rh_config *config) {
    return config->name;
}

const rh_node *rh_node_get(const rh_node *node, const char *key) {
    if (!node || node->kind != RH_NODE_MAP)
        return NULL;
    for (const rh_node *child = node->child; child; child = child->next)
        if (child->key && strcmp(child->key, key) == 0)
            return child;
    return NULL;
}

size_t rh_node_count(const rh_node *node) {
    size_t count = 0;
    for (const rh_node *child = node ? node->child : NULL; child; child = child->next)
        count++;
    return count;
}

static rh_status fail_at(const rh_config *config, int line, int column, rh_error *error,
                         const char *sentence) {
    if (line == 0)
        return rh_fail(error, RH_BAD_CONFIG, "--set: %s", sentence);
    return rh_fail(error, RH_BAD_CONFIG, "%s:%d:%d: %s", config->name, line, column, sentence);
}

rh_status rh_config_fail(const rh_config *config, const rh_node *node, rh_error *error,
                         const char *format, ...) {
    char sentence[800];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    if (!node)
        return rh_fail(error, RH_BAD_CONFIG, "%s: %s", config->name, sentence);
    return fail_at(config, node->line, node->column, error, sentence);
}

rh_status rh_config_fail_key(const rh_config *config, const rh_node *node, rh_error *error,
                             const char *format, ...) {
    char sentence[800];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    return fail_at(config, node->key_line, node->key_column, error, sentence);
}

/* ---- setting ---- */

static int is_index(const char *part, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (part[i] < '0' || part[i] > '9')
            return 0;
    return length > 0 && length < 7;
}

/* The link (a parent's pointer) at which the child named by `part` hangs or would hang. */
static rh_node **find_link(rh_node *parent, const char *part, size_t length) {
    rh_node **link = &parent->child;
    if (parent->kind == RH_NODE_LIST) {
        if (!is_index(part, length))
            return NULL;
        for (long i = strtol(part, NULL, 10); *link && i > 0; i--)
            link = &(*link)->next;
        return *link ? link : NULL;
    }
    while (*link && !(strlen((*link)->key) == length && memcmp((*link)->key, part, length) == 0))
        link = &(*link)->next;
    return link;
}

static rh_status replace(rh_config *config, rh_node **link, rh_node *value, const char *part,
                         size_t length, int in_list, rh_error *error) {
    value->next = *link ? (*link)->next : NULL;
    if (!in_list) {
        value->key = own_text(config, part, length);
        if (!value->key)
            return rh_no_memory(error);
    }
    *link = value;
    return RH_OK;
}

rh_status rh_config_set(rh_config *config, const char *path, const char *value, const char *origin,
                        rh_error *error) {
    rh_node *fresh = NULL, *parent = config->root;
    rh_error fault;
    rh_status status = read_text(config, value, strlen(value), 0, &fresh, &fault);
    if (status == RH_FAILED)
        return rh_no_memory(error);
    if (status != RH_OK)
        return rh_fail(error, status, "%s: %s: '%.200s' is not a value: %.500s", origin, path,
                       value, fault.text);
    if (!fresh) {
        fresh = own(config, sizeof *fresh);
        if (!fresh)
            return rh_no_memory(error);
        *fresh = (rh_node){.kind = RH_NODE_SCALAR, .text = "", .column = 1};
    }
    for (const char *part = path;;) {
        size_t length = strcspn(part, ".");
        if (length == 0)
            return rh_fail(error, RH_BAD_CONFIG, "%s: '%s' is not a key path", origin, path);
        rh_node **link = parent->kind == RH_NODE_SCALAR ? NULL : find_link(parent, part, length);
        if (!link)
            return rh_fail(error, RH_BAD_CONFIG, "%s: %s: nothing at '%.*s'", origin, path,
                           (int)length, part);
        if (part[length] == '\0')
            return replace(config, link, fresh, part, length, parent->kind == RH_NODE_LIST, error);
        if (!*link) {
            rh_node *map = own(config, sizeof *map);
            if (!map)
                return rh_no_memory(error);
            *map = (rh_node){.kind = RH_NODE_MAP, .column = 1};
            status = replace(config, link, map, part, length, 0, error);
            if (status != RH_OK)
                return status;
        }
        parent = *link;
        part += length + 1;
    }
}

/* ---- choosing and proposing ---- */

int rh_choice_position(const char *choices, const char *word) {
    size_t length = strlen(word);
    int position = 0;
    for (const char *at = choices; at && *at; position++) {
        size_t width = strcspn(at, " ");
        if (width == length && length > 0 && memcmp(at, word, width) == 0)
            return position;
        at += width + strspn(at + width, " ");
    }
    return -1;
}

/* Levenshtein distance with a swap of neighbours counted as one; words above 63 bytes are far. */
static size_t distance(const char *a, const char *b) {
    size_t before[64], last[64], row[64], n = strlen(a), m = strlen(b);
    if (n > 63 || m > 63)
        return SIZE_MAX;
    memset(before, 0, sizeof before);
    for (size_t j = 0; j <= m; j++)
        last[j] = j;
    for (size_t i = 1; i <= n; i++) {
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
            if (last[j] + 1 < best)
                best = last[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            row[j] = best;
        }
        memcpy(before, last, sizeof last);
        memcpy(last, row, sizeof row);
    }
    return last[m];
}

const char *rh_nearest_name(const char *word, const char *const *candidates, size_t count) {
    const char *best = NULL;
    size_t least = strlen(word) / 3 + 1;
    for (size_t i = 0; i < count; i++) {
        size_t far = distance(word, candidates[i]);
        if (far <= least && (!best || far < least)) {
            best = candidates[i];
            least = far;
        }
    }
    return best;
}
