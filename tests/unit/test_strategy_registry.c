/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The registry: what is built in, and plug-ins that are good, missing, or wrong in every way. The
 * plug-ins are compiled here, against the header that users get. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "strategy/params.h"
#include "strategy/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

enum { PATH_BYTES = 128 };

static char folder[] = "/tmp/test_registry_XXXXXX";

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    char command[PATH_BYTES];
    (void)state;
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static rh_registry *new_registry(void) {
    rh_registry *registry = NULL;
    rh_error error;
    if (rh_registry_new(&registry, &error) != RH_OK)
        fail_msg("%s", error.text);
    return registry;
}

/* ---- making plug-ins ---- */

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int compiles(const char *out, const char *flags) {
    char command[1024];
    const char *compiler = getenv("CC");
    (void)snprintf(command, sizeof command,
                   "%s -std=c11 -shared -fPIC %s -I'%s/engine/strategy' '%s/plugin.c' -o '%s' "
                   "2>'%s/log'",
                   compiler && *compiler ? compiler : "cc", flags, REHEDGE_SOURCE_DIR, folder, out,
                   folder);
    return system(command) == 0;
}

static int has_compiler(void) {
    static int known = -1;
    char source[PATH_BYTES], out[PATH_BYTES];
    if (known < 0) {
        (void)snprintf(source, sizeof source, "%s/plugin.c", folder);
        (void)snprintf(out, sizeof out, "%s/try.so", folder);
        write_file(source, "int x;\n");
        known = compiles(out, "");
    }
    return known;
}

static const char head[] =
    "#include <rehedge/strategy.h>\n"
    "static int decide(const void *state, const rh_view *view, double *target, rh_wake *wake) {\n"
    "    (void)state; (void)view; (void)target; (void)wake;\n"
    "    return RH_HOLD;\n"
    "}\n"
    "static int start(void *state, const rh_value *values, const rh_host *host) {\n"
    "    (void)state; (void)values; (void)host;\n"
    "    return 0;\n"
    "}\n"
    "static double delta(const void *state, const rh_option_view *option) {\n"
    "    (void)state;\n"
    "    return option->delta;\n"
    "}\n"
    "static const rh_param params[] = {{.name = \"a\", .type = RH_PARAM_NUMBER, .initial = \"1\",\n"
    "                                   .summary = \"s\"}};\n"
    "int (*const used_start)(void *, const rh_value *, const rh_host *) = start;\n"
    "int (*const used_decide)(const void *, const rh_view *, double *, rh_wake *) = decide;\n"
    "double (*const used_delta)(const void *, const rh_option_view *) = delta;\n"
    "const rh_param *const used_params = params;\n";

/* Compiles `head` and `record`; the path of the shared object, made anew for each. */
static const char *plugin(const char *record) {
    static char path[PATH_BYTES];
    static int number;
    char source[PATH_BYTES], *text = malloc(sizeof head + strlen(record) + 1);
    assert_non_null(text);
    (void)sprintf(text, "%s%s\n", head, record);
    (void)snprintf(source, sizeof source, "%s/plugin.c", folder);
    (void)snprintf(path, sizeof path, "%s/p%d.so", folder, number++);
    write_file(source, text);
    free(text);
    if (!compiles(path, "-Wall -Wextra -Wpedantic -Werror"))
        fail_msg("the plug-in does not compile; see %s/log: %s", folder, record);
    return path;
}

#define GOOD ".abi = REHEDGE_ABI, .size = sizeof(rh_strategy), .name = \"mine\", .summary = \"s\", "
#define GOOD_RATIO                                                                                 \
    ".abi = REHEDGE_ABI, .size = sizeof(rh_ratio), .name = \"my-ratio\", .summary = \"s\", "

static void is_refused(const char *path, const char *message) {
    rh_registry *registry = new_registry();
    const size_t strategies = rh_registry_n_strategies(registry);
    const size_t ratios = rh_registry_n_ratios(registry);
    rh_error error = {.text = ""};
    char wanted[1024];
    if (rh_registry_load(registry, path, &error) != RH_BAD_CONFIG)
        fail_msg("was taken; wanted: %s", message);
    (void)snprintf(wanted, sizeof wanted, "%s: %s", path, message);
    assert_string_equal(error.text, wanted);
    assert_int_equal(rh_registry_n_strategies(registry), strategies);
    assert_int_equal(rh_registry_n_ratios(registry), ratios);
    rh_registry_free(registry);
}

/* ---- built in ---- */

static void what_is_built_in_is_sound(void **state) {
    rh_registry *registry = new_registry();
    const char *near = NULL;
    (void)state;
    assert_true(rh_registry_n_strategies(registry) >= 3);
    assert_true(rh_registry_n_ratios(registry) >= 2);
    for (size_t i = 0; i < rh_registry_n_strategies(registry); i++) {
        const rh_strategy *s = rh_registry_strategy(registry, i);
        assert_ptr_equal(rh_registry_find_strategy(registry, s->name, &near), s);
        assert_null(rh_params_fault(s->params, s->n_params));
        assert_true(s->abi == REHEDGE_ABI && s->size == sizeof(rh_strategy));
    }
    for (size_t i = 0; i < rh_registry_n_ratios(registry); i++) {
        const rh_ratio *r = rh_registry_ratio(registry, i);
        assert_ptr_equal(rh_registry_find_ratio(registry, r->name, &near), r);
        assert_null(rh_params_fault(r->params, r->n_params));
    }
    rh_registry_free(registry);
    rh_registry_free(NULL);
}

static void near_names_are_proposed(void **state) {
    rh_registry *registry = new_registry();
    const char *near = "x";
    (void)state;
    assert_null(rh_registry_find_strategy(registry, "intervall", &near));
    assert_string_equal(near, "interval");
    assert_null(rh_registry_find_strategy(registry, "qqqqqqqqqq", &near));
    assert_null(near);
    assert_null(rh_registry_find_ratio(registry, "blak", &near));
    assert_string_equal(near, "black");
    assert_null(rh_registry_find_ratio(registry, "interval", &near)); /* a rule is no ratio */
    rh_registry_free(registry);
}

static void every_allocation_may_fail(void **state) {
    rh_registry *registry = NULL;
    rh_error error;
    uint64_t n = 0;
    (void)state;
    for (;; n++) {
        rh_memory_fail_after(n);
        rh_status status = rh_registry_new(&registry, &error);
        rh_memory_fail_after(UINT64_MAX);
        if (status == RH_OK)
            break;
        assert_int_equal(status, RH_FAILED);
        assert_string_equal(error.text, "out of memory");
        assert_null(registry);
    }
    assert_true(n >= 3);
    rh_memory_fail_after(0);
    assert_int_equal(rh_registry_load(registry, "/x.so", &error), RH_FAILED);
    rh_memory_fail_after(UINT64_MAX);
    rh_registry_free(registry);
}

/* ---- files that are none ---- */

static void files_that_are_no_plug_ins(void **state) {
    rh_registry *registry = new_registry();
    rh_error error;
    char path[PATH_BYTES];
    (void)state;
    is_refused("/nowhere/mine.so", "plug-in: No such file or directory");
    is_refused("", "plug-in: No such file or directory");
    is_refused("libm.so.6", "plug-in: No such file or directory"); /* no search of library paths */
    (void)snprintf(path, sizeof path, "%s/text.so", folder);
    write_file(path, "not an ELF file, but long enough to have had a header if it had been one\n");
    assert_int_equal(rh_registry_load(registry, path, &error), RH_BAD_CONFIG);
    assert_memory_equal(error.text, path, strlen(path));
    assert_non_null(strstr(error.text, ": cannot be loaded: "));
    write_file(path, "");
    assert_int_equal(rh_registry_load(registry, path, &error), RH_BAD_CONFIG);
    assert_non_null(strstr(error.text, ": cannot be loaded: "));
    assert_int_equal(rh_registry_load(registry, folder, &error), RH_BAD_CONFIG);
    assert_non_null(strstr(error.text, ": cannot be loaded: "));
    rh_registry_free(registry);
}

/* The build makes every built-in rule as a plug-in, too: its name is taken. */
static void a_name_that_is_taken_is_refused(void **state) {
    char path[512], message[128];
    static const char *const names[] = {"interval", "none", "static"};
    const char *plugins = getenv("REHEDGE_PLUGINS");
    (void)state;
    for (size_t i = 0; i < LENGTH(names); i++) {
        (void)snprintf(path, sizeof path, "%s/%s.so", plugins ? plugins : REHEDGE_PLUGIN_DIR,
                       names[i]);
        if (access(path, R_OK) != 0)
            skip();
        (void)snprintf(message, sizeof message, "a strategy named '%s' is there already", names[i]);
        is_refused(path, message);
    }
    (void)snprintf(path, sizeof path, "%s/ratios/black.so", plugins ? plugins : REHEDGE_PLUGIN_DIR);
    if (access(path, R_OK) != 0)
        skip();
    is_refused(path, "a ratio named 'black' is there already");
}

/* ---- good ones ---- */

static void a_rule_is_loaded(void **state) {
    (void)state;
    if (!has_compiler())
        skip();
    const char *path =
        plugin("REHEDGE_STRATEGY(mine) = {" GOOD ".source = \"me\", .params = params,"
               " .n_params = 1, .state_size = 64, .start = start, .decide = decide};");
    rh_registry *registry = new_registry();
    const size_t before = rh_registry_n_strategies(registry);
    const char *near;
    rh_error error;
    if (rh_registry_load(registry, path, &error) != RH_OK)
        fail_msg("%s", error.text);
    assert_int_equal(rh_registry_n_strategies(registry), before + 1);
    const rh_strategy *mine = rh_registry_find_strategy(registry, "mine", &near);
    assert_non_null(mine);
    assert_ptr_equal(mine, rh_registry_strategy(registry, before));
    assert_string_equal(mine->source, "me");
    assert_true(mine->state_size == 64 && mine->n_params == 1);
    const rh_view view = {.size = sizeof view};
    rh_wake wake;
    double target = 0.0;
    assert_int_equal(mine->decide(NULL, &view, &target, &wake), RH_HOLD);
    /* the same file again: the name is taken, by itself */
    assert_int_equal(rh_registry_load(registry, path, &error), RH_BAD_CONFIG);
    assert_non_null(strstr(error.text, ": a strategy named 'mine' is there already"));
    rh_registry_free(registry);
}

static void a_file_may_hold_a_rule_and_a_ratio(void **state) {
    (void)state;
    if (!has_compiler())
        skip();
    const char *path = plugin("REHEDGE_STRATEGY(mine) = {" GOOD ".decide = decide};\n"
                              "REHEDGE_RATIO(mine) = {" GOOD_RATIO ".delta = delta};");
    rh_registry *registry = new_registry();
    const char *near;
    rh_error error;
    assert_int_equal(rh_registry_load(registry, path, &error), RH_OK);
    assert_non_null(rh_registry_find_strategy(registry, "mine", &near));
    const rh_ratio *ratio = rh_registry_find_ratio(registry, "my-ratio", &near);
    assert_non_null(ratio);
    assert_true(ratio->delta(NULL, &(rh_option_view){.delta = 0.25}) == 0.25);
    rh_registry_free(registry);
}

/* Built against a shorter or a longer record: what isn't there reads as 0, the rest is ignored. */
static void records_may_be_older_or_newer(void **state) {
    static const char *const records[] = {
        "REHEDGE_STRATEGY(mine) = {.abi = REHEDGE_ABI, .size = offsetof(rh_strategy, accepted),\n"
        "    .name = \"mine\", .summary = \"s\", .decide = decide,\n"
        "    .accepted = (void (*)(void *, const rh_view *))1};",
        "extern const struct longer { rh_strategy now; double later[8]; } rehedge_strategy;\n"
        "const struct longer rehedge_strategy = {{.abi = REHEDGE_ABI,\n"
        "    .size = sizeof(struct longer), .name = \"mine\", .summary = \"s\", .decide = "
        "decide},\n"
        "    {1, 2}};"};
    (void)state;
    if (!has_compiler())
        skip();
    for (size_t i = 0; i < LENGTH(records); i++) {
        rh_registry *registry = new_registry();
        const char *near;
        rh_error error;
        if (rh_registry_load(registry, plugin(records[i]), &error) != RH_OK)
            fail_msg("%s", error.text);
        const rh_strategy *mine = rh_registry_find_strategy(registry, "mine", &near);
        assert_non_null(mine);
        assert_true(mine->accepted == NULL && mine->observe == NULL);
        rh_registry_free(registry);
    }
}

/* ---- bad ones ---- */

static void faulty_rules_are_refused(void **state) {
    static const struct {
        const char *record, *message;
    } cases[] = {
        {"int nothing;", "exports neither rehedge_strategy nor rehedge_ratio (declare the record "
                         "with REHEDGE_STRATEGY or REHEDGE_RATIO)"},
        {"static const rh_strategy rehedge_strategy = {" GOOD ".decide = decide};\n"
         "const void *const seen = &rehedge_strategy;",
         "exports neither rehedge_strategy nor rehedge_ratio (declare the record with "
         "REHEDGE_STRATEGY or REHEDGE_RATIO)"},
        {"REHEDGE_STRATEGY(m) = {.abi = 2, .size = sizeof(rh_strategy), .name = \"m\", .summary = "
         "\"s\", .decide = decide};",
         "plug-in has ABI 2, this program has 1: rebuild it against rehedge/strategy.h of this "
         "version"},
        {"REHEDGE_STRATEGY(m) = {.size = sizeof(rh_strategy), .name = \"m\", .summary = \"s\", "
         ".decide = decide};",
         "plug-in has ABI 0, this program has 1: rebuild it against rehedge/strategy.h of this "
         "version"},
        {"REHEDGE_STRATEGY(m) = {.abi = 1, .size = 0, .name = \"m\", .summary = \"s\", .decide = "
         "decide};",
         "not a usable plug-in: its `size` is not sizeof of its record"},
        {"REHEDGE_STRATEGY(m) = {.abi = 1, .size = offsetof(rh_strategy, decide), .name = \"m\", "
         ".summary = \"s\", .decide = decide};",
         "not a usable plug-in: its `size` is not sizeof of its record"},
        {"REHEDGE_STRATEGY(m) = {.abi = 1, .size = 65537, .name = \"m\", .summary = \"s\", .decide "
         "= decide};",
         "not a usable plug-in: its `size` is not sizeof of its record"},
        {"REHEDGE_STRATEGY(m) = {.abi = 1, .size = sizeof(rh_strategy), .summary = \"s\", .decide "
         "= decide};",
         "not a usable plug-in: its name is missing or not made of a-z 0-9 -"},
        {"REHEDGE_STRATEGY(m) = {.abi = 1, .size = sizeof(rh_strategy), .name = \"\", .summary = "
         "\"s\", .decide = decide};",
         "not a usable plug-in: its name is missing or not made of a-z 0-9 -"},
        {"REHEDGE_STRATEGY(m) = {.abi = 1, .size = sizeof(rh_strategy), .name = \"My Rule\", "
         ".summary = \"s\", .decide = decide};",
         "not a usable plug-in: its name is missing or not made of a-z 0-9 -"},
        {"REHEDGE_STRATEGY(m) = {.abi = 1, .size = sizeof(rh_strategy), .name = "
         "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", .summary = \"s\", .decide = decide};",
         "not a usable plug-in: its name is missing or not made of a-z 0-9 -"},
        {"REHEDGE_STRATEGY(m) = {.abi = 1, .size = sizeof(rh_strategy), .name = \"m\", .decide = "
         "decide};",
         "not a usable plug-in: it has no summary"},
        {"REHEDGE_STRATEGY(m) = {" GOOD ".start = start};",
         "not a usable plug-in: it has no decide function"},
        {"REHEDGE_STRATEGY(m) = {" GOOD ".n_params = 1, .start = start, .decide = decide};",
         "not a usable plug-in: n_params is not 0 but params is NULL"},
        {"static const rh_param bad[] = {{.name = \"a\", .initial = \"x\", .summary = \"s\"}};\n"
         "REHEDGE_STRATEGY(m) = {" GOOD ".params = bad, .n_params = 1, .start = start, .decide = "
         "decide};",
         "not a usable plug-in: a parameter's default is not a value that it would take"},
        {"REHEDGE_STRATEGY(m) = {" GOOD ".params = params, .n_params = 1, .decide = decide};",
         "not a usable plug-in: it has parameters but no start function that would take them"},
        {"REHEDGE_STRATEGY(m) = {" GOOD ".state_size = 1048577, .decide = decide};",
         "not a usable plug-in: its state is larger than 1 MiB"},
        {"REHEDGE_RATIO(m) = {.abi = 7, .size = sizeof(rh_ratio), .name = \"m\", .summary = "
         "\"s\", .delta = delta};",
         "plug-in has ABI 7, this program has 1: rebuild it against rehedge/strategy.h of this "
         "version"},
        {"REHEDGE_RATIO(m) = {" GOOD_RATIO ".start = start};",
         "not a usable plug-in: it has no delta function"},
        {"REHEDGE_RATIO(m) = {" GOOD_RATIO ".params = params, .n_params = 1, .delta = delta};",
         "not a usable plug-in: it has parameters but no start function that would take them"},
        {"REHEDGE_RATIO(m) = {" GOOD_RATIO ".state_size = 1048577, .delta = delta};",
         "not a usable plug-in: its state is larger than 1 MiB"},
        {"REHEDGE_RATIO(m) = {.abi = 1, .size = 8, .name = \"m\", .summary = \"s\", .delta = "
         "delta};",
         "not a usable plug-in: its `size` is not sizeof of its record"},
    };
    (void)state;
    if (!has_compiler())
        skip();
    for (size_t i = 0; i < LENGTH(cases); i++)
        is_refused(plugin(cases[i].record), cases[i].message);
}

static void undefined_symbols_are_found_at_once(void **state) {
    rh_registry *registry = new_registry();
    rh_error error;
    (void)state;
    if (!has_compiler())
        skip();
    const char *path = plugin("extern int missing_function(void);\n"
                              "int calls(void);\nint calls(void) { return missing_function(); }\n"
                              "REHEDGE_STRATEGY(m) = {" GOOD ".decide = decide};");
    assert_int_equal(rh_registry_load(registry, path, &error), RH_BAD_CONFIG);
    assert_non_null(strstr(error.text, "cannot be loaded: "));
    assert_non_null(strstr(error.text, "missing_function"));
    rh_registry_free(registry);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_built_in_is_sound),
        cmocka_unit_test(near_names_are_proposed),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(files_that_are_no_plug_ins),
        cmocka_unit_test(a_name_that_is_taken_is_refused),
        cmocka_unit_test(a_rule_is_loaded),
        cmocka_unit_test(a_file_may_hold_a_rule_and_a_ratio),
        cmocka_unit_test(records_may_be_older_or_newer),
        cmocka_unit_test(faulty_rules_are_refused),
        cmocka_unit_test(undefined_symbols_are_found_at_once),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
