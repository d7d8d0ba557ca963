/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line against tables of options. The program's own sources are not in the library, so
 * the one under test is compiled in here, with global options made for the test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "cli/options.c"

#include <stdio.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

enum { QUIET, PLUGIN, COLOUR };
static const rh_option globals[] = {{"quiet", 'q', NULL, "say less"},
                                    {"plugin", 0, "FILE", "load a plug-in"},
                                    {"color", 0, "WHEN", "auto, always or never"}};

const rh_option *rh_global_options(size_t *count) {
    *count = LENGTH(globals);
    return globals;
}

enum { SET, OUT, PARAM, DRY };
static const rh_option own[] = {{"set", 0, "KEY=VALUE", "override a key"},
                                {"output", 'o', "FILE", "where to"},
                                {"param", 'P', "KEY=VALUES", "an axis"},
                                {"dry-run", 'n', NULL, "only plan"}};

static const rh_command command = {.name = "run",
                                   .operands = "EXPERIMENT",
                                   .options = own,
                                   .n_options = LENGTH(own),
                                   .least_operands = 1,
                                   .most_operands = 2};

enum { MOST_WORDS = 100 };

typedef struct {
    rh_parsed parsed;
    rh_error error;
    rh_status status;
    int argc;
    char *argv[MOST_WORDS];
    char line[512];
} typed;

/* `line` as a shell would split it at blanks; "''" is an empty word. */
static void split(typed *t, const char *line) {
    assert_true(strlen(line) < sizeof t->line);
    (void)strcpy(t->line, line);
    t->argc = 0;
    for (char *word = strtok(t->line, " "); word; word = strtok(NULL, " ")) {
        if (strcmp(word, "''") == 0)
            word += 2;
        t->argv[t->argc++] = word;
    }
    t->argv[t->argc] = NULL;
}

static void type(typed *t, const char *line) {
    split(t, line);
    t->status = rh_options_parse(&command, t->argc, t->argv, &t->parsed, &t->error);
}

static void good(typed *t, const char *line) {
    type(t, line);
    if (t->status != RH_OK)
        fail_msg("%s: %s", line, t->error.text);
}

static void options_stand_anywhere(void **state) {
    static const char *const lines[] = {
        "rehedge run x.yaml --set a=1 -o out.db -q --set b=2 -n",
        "rehedge -q run --set a=1 --output out.db x.yaml --set=b=2 --dry-run",
        "rehedge --quiet run -oout.db --set=a=1 --set b=2 -n x.yaml",
        "rehedge run --set a=1 --output=out.db --set b=2 -n -q -- x.yaml",
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(lines); i++) {
        typed t;
        good(&t, lines[i]);
        const rh_arguments *a = &t.parsed.own;
        assert_int_equal(a->count[SET], 2);
        assert_string_equal(a->given[SET][0], "a=1");
        assert_string_equal(a->given[SET][1], "b=2");
        assert_string_equal(rh_argument(a, SET), "b=2");
        assert_string_equal(rh_argument(a, OUT), "out.db");
        assert_null(rh_argument(a, PARAM));
        assert_int_equal(a->count[DRY], 1);
        assert_int_equal(t.parsed.globals.count[QUIET], 1);
        assert_int_equal(a->n_operands, 1);
        assert_string_equal(a->operands[0], "x.yaml");
        assert_int_equal(rh_options_check(&command, &t.parsed, &t.error), RH_OK);
        rh_options_free(&t.parsed);
    }
}

static void values_may_look_like_anything(void **state) {
    typed t;
    (void)state;
    good(&t, "rehedge run --set -x -P -- -o '' --set= --color=a=b x");
    assert_string_equal(t.parsed.own.given[SET][0], "-x");
    assert_string_equal(rh_argument(&t.parsed.own, PARAM), "--");
    assert_string_equal(rh_argument(&t.parsed.own, OUT), "");
    assert_string_equal(t.parsed.own.given[SET][1], "");
    assert_string_equal(rh_argument(&t.parsed.globals, COLOUR), "a=b");
    assert_int_equal(t.parsed.own.n_operands, 1);
    rh_options_free(&t.parsed);
}

static void behind_two_dashes_all_are_operands(void **state) {
    typed t;
    (void)state;
    good(&t, "rehedge run -- --set -- -q");
    assert_int_equal(t.parsed.own.n_operands, 3);
    assert_string_equal(t.parsed.own.operands[0], "--set");
    assert_string_equal(t.parsed.own.operands[1], "--");
    assert_string_equal(t.parsed.own.operands[2], "-q");
    assert_int_equal(t.parsed.globals.count[QUIET], 0);
    rh_options_free(&t.parsed);
    good(&t, "rehedge run - ''"); /* standard input, an empty name */
    assert_int_equal(t.parsed.own.n_operands, 2);
    assert_string_equal(t.parsed.own.operands[0], "-");
    assert_string_equal(t.parsed.own.operands[1], "");
    rh_options_free(&t.parsed);
}

static void errors_name_the_option(void **state) {
    static const struct {
        const char *line, *message;
    } cases[] = {
        {"rehedge run --ste a=1", "no option '--ste' (did you mean '--set'?)"},
        {"rehedge run --ste=a=1", "no option '--ste=a=1' (did you mean '--set'?)"},
        {"rehedge run --plugni x", "no option '--plugni' (did you mean '--plugin'?)"},
        {"rehedge run --zzzzzzzzz", "no option '--zzzzzzzzz'; see --help"},
        {"rehedge run --sett a", "no option '--sett' (did you mean '--set'?)"},
        {"rehedge run --se a", "no option '--se' (did you mean '--set'?)"},
        {"rehedge run -z", "no option '-z'; see --help"},
        {"rehedge run -5", "no option '-5'; see --help"},
        {"rehedge run ---set a", "no option '---set' (did you mean '--set'?)"},
        {"rehedge run --set", "--set needs a value: KEY=VALUE"},
        {"rehedge run x -o", "--output needs a value: FILE"},
        {"rehedge run --plugin", "--plugin needs a value: FILE"},
        {"rehedge run --dry-run=yes", "--dry-run takes no value"},
        {"rehedge run --quiet= x", "--quiet takes no value"},
        {"rehedge run -nq", "--dry-run takes no value"},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        typed t;
        type(&t, cases[i].line);
        if (t.status != RH_BAD_CONFIG)
            fail_msg("%s was taken", cases[i].line);
        assert_string_equal(t.error.text, cases[i].message);
        rh_options_free(&t.parsed);
    }
}

static void long_words_are_no_danger(void **state) {
    typed t;
    char line[400] = "rehedge run --";
    (void)state;
    memset(line + strlen(line), 'x', 300);
    line[314] = '\0';
    type(&t, line);
    assert_int_equal(t.status, RH_BAD_CONFIG);
    assert_non_null(strstr(t.error.text, "; see --help"));
    rh_options_free(&t.parsed);
}

static void operands_are_counted(void **state) {
    static const struct {
        const char *line, *message;
    } cases[] = {
        {"rehedge run", "run needs EXPERIMENT; see `rehedge run --help`"},
        {"rehedge run a b c", "run: 'c' is one argument too many; see `rehedge run --help`"}};
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        typed t;
        good(&t, cases[i].line);
        assert_int_equal(rh_options_check(&command, &t.parsed, &t.error), RH_BAD_CONFIG);
        assert_string_equal(t.error.text, cases[i].message);
        rh_options_free(&t.parsed);
    }
}

static void words_may_be_many(void **state) {
    enum { MANY = 90 };
    typed t;
    char line[400] = "rehedge run";
    (void)state;
    for (int i = 0; i < MANY; i++)
        (void)strcat(line, i % 2 ? " y" : " x");
    good(&t, line);
    assert_int_equal(t.parsed.own.n_operands, MANY);
    for (size_t i = 0; i < MANY; i++)
        assert_string_equal(t.parsed.own.operands[i], i % 2 ? "y" : "x");
    rh_options_free(&t.parsed);
}

static void the_command_is_the_first_word(void **state) {
    static const struct {
        const char *line, *command;
    } cases[] = {
        {"rehedge", NULL},
        {"rehedge run", "run"},
        {"rehedge -q run x", "run"},
        {"rehedge --plugin a.so run", "run"},
        {"rehedge --plugin=a.so run", "run"},
        {"rehedge --color always -q list", "list"},
        {"rehedge --plugin", NULL},
        {"rehedge --plugin run", NULL},
        {"rehedge --help", NULL},
        {"rehedge --unknown run", "run"},
        {"rehedge -- run", "run"},
        {"rehedge - run", "-"},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        typed t;
        split(&t, cases[i].line);
        const char *found = rh_options_command(t.argc, t.argv);
        if (!cases[i].command)
            assert_null(found);
        else
            assert_string_equal(found, cases[i].command);
    }
}

static void without_a_command_only_globals_are_known(void **state) {
    typed t;
    (void)state;
    split(&t, "rehedge -q --color never");
    assert_int_equal(rh_options_parse(NULL, t.argc, t.argv, &t.parsed, &t.error), RH_OK);
    assert_string_equal(rh_argument(&t.parsed.globals, COLOUR), "never");
    rh_options_free(&t.parsed);
    split(&t, "rehedge --set a=1");
    assert_int_equal(rh_options_parse(NULL, t.argc, t.argv, &t.parsed, &t.error), RH_BAD_CONFIG);
    rh_options_free(&t.parsed);
    rh_options_free(&t.parsed); /* harmless twice */
}

static void every_allocation_may_fail(void **state) {
    typed t;
    (void)state;
    rh_memory_fail_after(0);
    type(&t, "rehedge run x --set a=1");
    rh_memory_fail_after(UINT64_MAX);
    assert_int_equal(t.status, RH_FAILED);
    assert_string_equal(t.error.text, "out of memory");
    rh_options_free(&t.parsed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_stand_anywhere),
        cmocka_unit_test(values_may_look_like_anything),
        cmocka_unit_test(behind_two_dashes_all_are_operands),
        cmocka_unit_test(errors_name_the_option),
        cmocka_unit_test(long_words_are_no_danger),
        cmocka_unit_test(operands_are_counted),
        cmocka_unit_test(words_may_be_many),
        cmocka_unit_test(the_command_is_the_first_word),
        cmocka_unit_test(without_a_command_only_globals_are_known),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
