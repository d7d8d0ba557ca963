/* SPDX-License-Identifier: GPL-3.0-or-later */
/* YAML nodes: what they hold, where they stood, what is refused, and what --set does to them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/config.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static rh_config *read_good(const char *text) {
    rh_config *config = NULL;
    rh_error error;
    if (rh_config_read_text("x.yaml", text, strlen(text), &config, &error) != RH_OK)
        fail_msg("%s", error.text);
    return config;
}

static const rh_node *at(const rh_config *config, const char *key) {
    const rh_node *node = rh_node_get(rh_config_root(config), key);
    assert_non_null(node);
    return node;
}

static void is_at(const rh_node *node, int line, int column) {
    assert_non_null(node);
    if (node->line != line || node->column != column)
        fail_msg("at %d:%d, not %d:%d", node->line, node->column, line, column);
}

static void key_is_at(const rh_node *node, int line, int column) {
    assert_non_null(node);
    if (node->key_line != line || node->key_column != column)
        fail_msg("%s at %d:%d, not %d:%d", node->key, node->key_line, node->key_column, line,
                 column);
}

/* ---- reading ---- */

static void nodes_remember_their_place(void **state) {
    rh_config *c = read_good("# comment\n"
                             "title:   A run\n"
                             "\n"
                             "data:\n"
                             "  - {format: csv, path: 'a b.csv'}\n"
                             "  - format: csv\n"
                             "    path: >\n"
                             "      folded\n"
                             "\"quoted key\" : [1, 2,\n"
                             "    3]\n"
                             "\xc3\xa9t\xc3\xa9: {hiver: x}\n");
    (void)state;
    is_at(rh_config_root(c), 2, 1);
    is_at(at(c, "title"), 2, 10);
    key_is_at(at(c, "title"), 2, 1);
    assert_string_equal(at(c, "title")->text, "A run");
    assert_false(at(c, "title")->quoted);
    const rh_node *data = at(c, "data");
    is_at(data, 5, 3);
    key_is_at(data, 4, 1);
    assert_int_equal(rh_node_count(data), 2);
    const rh_node *first = data->child, *second = first->next;
    is_at(first, 5, 5);
    assert_null(first->key);
    is_at(rh_node_get(first, "path"), 5, 25);
    key_is_at(rh_node_get(first, "path"), 5, 19);
    assert_true(rh_node_get(first, "path")->quoted);
    is_at(second, 6, 5);
    is_at(rh_node_get(second, "path"), 7, 11);
    assert_string_equal(rh_node_get(second, "path")->text, "folded\n");
    assert_true(rh_node_get(second, "path")->quoted);
    key_is_at(at(c, "quoted key"), 9, 1);
    is_at(at(c, "quoted key"), 9, 16);
    is_at(at(c, "quoted key")->child->next->next, 10, 5);
    /* columns count characters, as an editor does, not bytes */
    is_at(rh_node_get(at(c, "\xc3\xa9t\xc3\xa9"), "hiver"), 11, 14);
    assert_string_equal(rh_config_name(c), "x.yaml");
    rh_config_free(c);
}

static void empty_documents_are_empty_maps(void **state) {
    static const char *const texts[] = {
        "", "\n\n", "# only a comment\n", "---\n", "--- # x\n...\n", "{}", "\xef\xbb\xbf"};
    (void)state;
    for (size_t i = 0; i < LENGTH(texts); i++) {
        rh_config *c = read_good(texts[i]);
        assert_int_equal(rh_config_root(c)->kind, RH_NODE_MAP);
        assert_int_equal(rh_node_count(rh_config_root(c)), 0);
        rh_config_free(c);
    }
}

static void a_byte_order_mark_is_no_text(void **state) {
    rh_config *c = read_good("\xef\xbb\xbftitle: x\r\nfrom: y\r\n");
    (void)state;
    assert_string_equal(at(c, "title")->text, "x");
    key_is_at(at(c, "from"), 2, 1);
    rh_config_free(c);
}

static void getting_is_forgiving(void **state) {
    rh_config *c = read_good("a: [x]\nb: y\n");
    (void)state;
    assert_null(rh_node_get(NULL, "a"));
    assert_null(rh_node_get(at(c, "a"), "a"));
    assert_null(rh_node_get(at(c, "b"), "b"));
    assert_null(rh_node_get(rh_config_root(c), "c"));
    assert_null(rh_node_get(rh_config_root(c), ""));
    assert_int_equal(rh_node_count(NULL), 0);
    assert_int_equal(rh_node_count(at(c, "b")), 0);
    rh_config_free(c);
    rh_config_free(NULL);
}

static void refusals_name_the_place(void **state) {
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"a: 1\nb: 2\na: 3\n", "x.yaml:3:1: a: stands twice in this mapping"},
        {"o: {p: 1, q: 2, 'p': 3}\n", "x.yaml:1:17: p: stands twice in this mapping"},
        {"a: &x 1\nb: *x\n", "x.yaml:2:4: aliases are not supported"},
        {"a: [*x]\n", "x.yaml:1:5: aliases are not supported"},
        {"*x\n", "x.yaml:1:1: aliases are not supported"},
        {"? [1]\n: 2\n", "x.yaml:1:3: a key must be a plain word"},
        {"{a: 1, *x : 2}\n", "x.yaml:1:8: a key must be a plain word"},
        {"a: 1\n---\nb: 2\n", "x.yaml:2:1: a second document; one was expected"},
        {"a: 1\n...\n---\n", "x.yaml:3:1: a second document; one was expected"},
        {"a: \"x\\0y\"\n", "x.yaml:1:4: a NUL byte in a text"},
        {"b: 1\n\"a\\0b\": 1\n", "x.yaml:2:1: a NUL byte in a key"},
        {"a: !!int 3\n", "x.yaml:1:4: tags are not supported"},
        {"a: !mine {b: 1}\n", "x.yaml:1:4: tags are not supported"},
        {"a: !!seq [1]\n", "x.yaml:1:4: tags are not supported"},
        {"!!str a: 1\n", "x.yaml:1:1: tags are not supported"},
        {"a: [1, 2\n", "x.yaml:2:1: did not find expected ',' or ']'"},
        {"a: {b: 1\nc: 2}}\n", NULL},
        {"a: 'x\n", NULL},
        {"a: b: c\n", "x.yaml:1:5: mapping values are not allowed in this context"},
        {"a:\n\t- b\n", NULL},
        {"a: @b\n", NULL},
        {"a: 1\nb: 2\nc: \xff\xfe\n", NULL},
        {"%YAML 3.0\n---\na: 1\n", NULL},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        rh_config *config = NULL;
        rh_error error = {.text = ""};
        rh_status status =
            rh_config_read_text("x.yaml", cases[i].text, strlen(cases[i].text), &config, &error);
        if (status != RH_BAD_CONFIG)
            fail_msg("%s: status %d", cases[i].text, status);
        assert_null(config);
        assert_memory_equal(error.text, "x.yaml:", 7);
        if (cases[i].message)
            assert_string_equal(error.text, cases[i].message);
    }
}

static void a_nul_byte_in_the_file_is_refused(void **state) {
    static const char text[] = "a: 1\nb: x\0y\n";
    rh_config *config;
    rh_error error;
    (void)state;
    assert_int_equal(rh_config_read_text("x.yaml", text, sizeof text - 1, &config, &error),
                     RH_BAD_CONFIG);
    assert_string_equal(error.text, "x.yaml:2:5: control characters are not allowed");
}

static void bad_bytes_are_found_where_they_stand(void **state) {
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"\xff", "x.yaml:1:1: invalid leading UTF-8 octet"},
        {"title: ok\nfrom: ok\nto: \xff\n", "x.yaml:3:5: invalid leading UTF-8 octet"},
        {"a: \xc3\xa9 \xc3\n", "x.yaml:1:7: invalid trailing UTF-8 octet"},
        {"a: 1\nb: \x01\n", "x.yaml:2:4: control characters are not allowed"},
        {"a: 1\nb: \xe2\x82", "x.yaml:2:4: incomplete UTF-8 octet sequence"},
    };
    rh_config *config;
    rh_error error;
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        assert_int_equal(
            rh_config_read_text("x.yaml", cases[i].text, strlen(cases[i].text), &config, &error),
            RH_BAD_CONFIG);
        assert_string_equal(error.text, cases[i].message);
    }
}

static rh_status read_nested(size_t depth, char open, char close, rh_error *error) {
    char text[512];
    rh_config *config;
    memset(text, open, depth);
    memset(text + depth, close, depth);
    rh_status status = rh_config_read_text("x.yaml", text, 2 * depth, &config, error);
    rh_config_free(config);
    return status;
}

static void nesting_has_a_limit(void **state) {
    rh_error error;
    (void)state;
    assert_int_equal(read_nested(65, '[', ']', &error), RH_OK);
    assert_int_equal(read_nested(66, '[', ']', &error), RH_BAD_CONFIG);
    assert_string_equal(error.text, "x.yaml:1:66: nested too deeply");
    assert_int_equal(read_nested(250, '[', ']', &error), RH_BAD_CONFIG);
}

/* Looking for a key that is there already is linear: without a limit a 16 MiB file takes hours. */
static void a_mapping_has_a_limit(void **state) {
    char text[16000] = "";
    rh_config *config;
    rh_error error;
    size_t used = 0;
    (void)state;
    for (int i = 0; i < 1000; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "k%d: 1\n", i);
    rh_config *good = read_good(text);
    assert_int_equal(rh_node_count(rh_config_root(good)), 1000);
    rh_config_free(good);
    used += (size_t)snprintf(text + used, sizeof text - used, "k1000: 1\n");
    assert_int_equal(rh_config_read_text("x.yaml", text, used, &config, &error), RH_BAD_CONFIG);
    assert_string_equal(error.text, "x.yaml:1001:1: more than 1000 keys in one mapping");
}

static void a_document_has_a_limit(void **state) {
    const size_t count = 1000001, size = 2 * count + 2;
    char *text = malloc(size);
    rh_config *config;
    rh_error error;
    (void)state;
    assert_non_null(text);
    text[0] = '[';
    for (size_t i = 0; i < count; i++)
        memcpy(text + 1 + 2 * i, "1,", 2);
    text[size - 1] = ']';
    assert_int_equal(rh_config_read_text("x.yaml", text, size, &config, &error), RH_BAD_CONFIG);
    assert_non_null(strstr(error.text, "too many values in one file"));
    free(text);
}

/* ---- files ---- */

static void files_are_read(void **state) {
    char path[] = "/tmp/test_config_XXXXXX";
    int fd = mkstemp(path);
    rh_config *config = NULL;
    rh_error error;
    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "a: 1\n", 5), 5);
    (void)close(fd);
    assert_int_equal(rh_config_read_file(path, &config, &error), RH_OK);
    assert_string_equal(at(config, "a")->text, "1");
    assert_string_equal(rh_config_name(config), path);
    rh_config_free(config);
    (void)unlink(path);
    assert_int_equal(rh_config_read_file(path, &config, &error), RH_BAD_CONFIG);
    assert_non_null(strstr(error.text, "No such file or directory"));
    assert_memory_equal(error.text, path, strlen(path));
    assert_int_equal(rh_config_read_file("/tmp", &config, &error), RH_BAD_CONFIG);
    assert_string_equal(error.text, "/tmp: Is a directory");
    assert_null(config);
}

static void huge_files_are_refused(void **state) {
    char path[] = "/tmp/test_config_XXXXXX";
    int fd = mkstemp(path);
    rh_config *config;
    rh_error error;
    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, (16 << 20) + 1), 0);
    (void)close(fd);
    assert_int_equal(rh_config_read_file(path, &config, &error), RH_BAD_CONFIG);
    assert_non_null(strstr(error.text, "larger than 16 MiB; not an experiment"));
    (void)unlink(path);
}

/* ---- setting ---- */

static void set_good(rh_config *config, const char *path, const char *value) {
    rh_error error;
    if (rh_config_set(config, path, value, "--set", &error) != RH_OK)
        fail_msg("%s", error.text);
}

static void setting_replaces_and_creates(void **state) {
    rh_config *c = read_good("a: 1\nb: {c: 2, d: 3}\nlist: [x, {y: 1}, z]\n");
    (void)state;
    set_good(c, "a", "one");
    set_good(c, "b.d", "'four'");
    set_good(c, "list.1.y", "2");
    set_good(c, "list.2", "[p, q]");
    set_good(c, "list.0", "w");
    set_good(c, "new.deep.er", "5");
    set_good(c, "new.empty", "");
    set_good(c, "map", "{k: v}");
    set_good(c, "map.k2", "a=b.c");
    assert_string_equal(at(c, "a")->text, "one");
    assert_string_equal(rh_node_get(at(c, "b"), "c")->text, "2");
    assert_string_equal(rh_node_get(at(c, "b"), "d")->text, "four");
    assert_true(rh_node_get(at(c, "b"), "d")->quoted);
    const rh_node *list = at(c, "list");
    assert_int_equal(rh_node_count(list), 3);
    assert_string_equal(list->child->text, "w");
    assert_null(list->child->key);
    assert_string_equal(rh_node_get(list->child->next, "y")->text, "2");
    assert_int_equal(list->child->next->next->kind, RH_NODE_LIST);
    assert_string_equal(rh_node_get(rh_node_get(at(c, "new"), "deep"), "er")->text, "5");
    assert_string_equal(rh_node_get(at(c, "new"), "empty")->text, "");
    assert_string_equal(rh_node_get(at(c, "map"), "k")->text, "v");
    assert_string_equal(rh_node_get(at(c, "map"), "k2")->text, "a=b.c");
    assert_int_equal(rh_node_count(rh_config_root(c)), 5);
    rh_config_free(c);
}

static void the_last_setting_wins(void **state) {
    rh_config *c = read_good("a: 1\n");
    (void)state;
    set_good(c, "a", "2");
    set_good(c, "a", "3");
    assert_string_equal(at(c, "a")->text, "3");
    assert_int_equal(rh_node_count(rh_config_root(c)), 1);
    rh_config_free(c);
}

static void errors_of_settings(void **state) {
    static const struct {
        const char *path, *value, *message;
    } cases[] = {
        {"", "1", "--set: '' is not a key path"},
        {".a", "1", "--set: '.a' is not a key path"},
        {"b.", "1", "--set: 'b.' is not a key path"},
        {"b..c", "1", "--set: 'b..c' is not a key path"},
        {"a.x", "1", "--set: a.x: nothing at 'x'"},
        {"list.3", "1", "--set: list.3: nothing at '3'"},
        {"list.x", "1", "--set: list.x: nothing at 'x'"},
        {"list.-1", "1", "--set: list.-1: nothing at '-1'"},
        {"list.0.x", "1", "--set: list.0.x: nothing at 'x'"},
        {"list.99999999999999999999", "1",
         "--set: list.99999999999999999999: nothing at '99999999999999999999'"},
        {"a", "[1", "--set: a: '[1' is not a value: did not find expected ',' or ']'"},
        {"a", "*x", "--set: a: '*x' is not a value: aliases are not supported"},
        {"a", "!!int 1", "--set: a: '!!int 1' is not a value: tags are not supported"},
        {"a", "{x: 1, x: 2}",
         "--set: a: '{x: 1, x: 2}' is not a value: x: stands twice in this mapping"},
        {"a", "x: y: z",
         "--set: a: 'x: y: z' is not a value: mapping values are not allowed in "
         "this context"},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        rh_config *c = read_good("a: 1\nb: {c: 2}\nlist: [x, y, z]\n");
        rh_error error;
        if (rh_config_set(c, cases[i].path, cases[i].value, "--set", &error) != RH_BAD_CONFIG)
            fail_msg("%s=%s was taken", cases[i].path, cases[i].value);
        assert_string_equal(error.text, cases[i].message);
        rh_config_free(c);
    }
}

static void set_nodes_have_no_line(void **state) {
    rh_config *c = read_good("a: 1\nb: {c: 2}\n");
    rh_error error;
    (void)state;
    set_good(c, "b.c", "{d: 3}");
    set_good(c, "n.m", "4");
    const rh_node *node = rh_node_get(at(c, "b"), "c");
    assert_int_equal(rh_config_fail(c, node, &error, "no %s", "good"), RH_BAD_CONFIG);
    assert_string_equal(error.text, "--set: no good");
    (void)rh_config_fail_key(c, rh_node_get(node, "d"), &error, "bad");
    assert_string_equal(error.text, "--set: bad");
    (void)rh_config_fail_key(c, at(c, "n"), &error, "bad");
    assert_string_equal(error.text, "--set: bad");
    (void)rh_config_fail(c, at(c, "a"), &error, "bad");
    assert_string_equal(error.text, "x.yaml:1:4: bad");
    (void)rh_config_fail_key(c, at(c, "b"), &error, "bad");
    assert_string_equal(error.text, "x.yaml:2:1: bad");
    (void)rh_config_fail(c, NULL, &error, "bad");
    assert_string_equal(error.text, "x.yaml: bad");
    rh_config_free(c);
}

/* ---- memory ---- */

static rh_status read_and_set(rh_error *error) {
    static const char text[] = "a: 1\nb: {c: [2, 3], 'd': {e: f}}\n";
    rh_config *config = NULL;
    rh_status status = rh_config_read_text("x.yaml", text, sizeof text - 1, &config, error);
    if (status == RH_OK)
        status = rh_config_set(config, "b.d.e", "[x, {y: z}]", "--set", error);
    if (status == RH_OK)
        status = rh_config_set(config, "new.map.k", "", "--set", error);
    rh_config_free(config);
    return status;
}

static void every_allocation_may_fail(void **state) {
    rh_error error;
    uint64_t n = 0;
    (void)state;
    for (;; n++) {
        rh_memory_fail_after(n);
        rh_status status = read_and_set(&error);
        rh_memory_fail_after(UINT64_MAX);
        if (status == RH_OK)
            break;
        assert_int_equal(status, RH_FAILED);
        assert_string_equal(error.text, "out of memory");
        assert_true(n < 1000);
    }
    assert_true(n > 20);
}

/* ---- proposing ---- */

static void the_nearest_name_is_proposed(void **state) {
    static const char *const names[] = {"width", "interval", "latency", "price", "to", "from"};
    static const struct {
        const char *word, *near;
    } cases[] = {
        {"widht", "width"},        {"wdith", "width"},     {"Width", "width"}, {"widthh", "width"},
        {"intervall", "interval"}, {"latnecy", "latency"}, {"prise", "price"}, {"ot", "to"},
        {"fro", "from"},           {"form", "from"},       {"xyzzy", NULL},    {"", NULL},
        {"slippage", NULL},
    };
    char longest[200];
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const char *near = rh_nearest_name(cases[i].word, names, LENGTH(names));
        if (!cases[i].near)
            assert_null(near);
        else
            assert_string_equal(near, cases[i].near);
    }
    assert_null(rh_nearest_name("width", names, 0));
    memset(longest, 'w', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_null(rh_nearest_name(longest, names, LENGTH(names)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_remember_their_place),
        cmocka_unit_test(empty_documents_are_empty_maps),
        cmocka_unit_test(a_byte_order_mark_is_no_text),
        cmocka_unit_test(getting_is_forgiving),
        cmocka_unit_test(refusals_name_the_place),
        cmocka_unit_test(a_nul_byte_in_the_file_is_refused),
        cmocka_unit_test(bad_bytes_are_found_where_they_stand),
        cmocka_unit_test(nesting_has_a_limit),
        cmocka_unit_test(a_mapping_has_a_limit),
        cmocka_unit_test(a_document_has_a_limit),
        cmocka_unit_test(files_are_read),
        cmocka_unit_test(huge_files_are_refused),
        cmocka_unit_test(setting_replaces_and_creates),
        cmocka_unit_test(the_last_setting_wins),
        cmocka_unit_test(errors_of_settings),
        cmocka_unit_test(set_nodes_have_no_line),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(the_nearest_name_is_proposed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
