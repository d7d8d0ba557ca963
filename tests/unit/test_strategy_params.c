/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameter tables of plug-ins against what the user wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/memory.h"
#include "strategy/params.h"

#include <math.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

enum { WIDTH, LEVEL, EVERY, TO, STEPS, ON, N_PARAMS };

static const rh_param params[N_PARAMS] = {
    [WIDTH] = {.name = "width",
               .type = RH_PARAM_NUMBER,
               .unit = "delta",
               .min = 0,
               .max = 5,
               .summary = "half width"},
    [LEVEL] = {.name = "level",
               .type = RH_PARAM_INTEGER,
               .initial = "3",
               .min = -10,
               .max = 10,
               .summary = "a whole number"},
    [EVERY] = {.name = "every",
               .type = RH_PARAM_DURATION,
               .initial = "",
               .min = 1,
               .max = 86400,
               .summary = "a time"},
    [TO] = {.name = "to",
            .type = RH_PARAM_CHOICE,
            .initial = "centre",
            .choices = "edge centre",
            .summary = "a word"},
    [STEPS] = {.name = "steps",
               .type = RH_PARAM_NUMBERS,
               .initial = "[1, 2.5]",
               .min = 0,
               .max = 9,
               .summary = "a list"},
    [ON] = {.name = "on", .type = RH_PARAM_TEXT, .initial = "", .summary = "a name"},
};

/* The parameters of `strategy: TEXT`. */
typedef struct {
    rh_config *config;
    rh_values values;
    rh_error error;
    rh_status status;
} reading;

static reading read_yaml(const char *text) {
    reading r = {.config = NULL};
    assert_int_equal(rh_config_read_text("x.yaml", text, strlen(text), &r.config, &r.error), RH_OK);
    const rh_node *map = rh_node_get(rh_config_root(r.config), "strategy");
    r.status = rh_values_read(params, N_PARAMS, r.config, map, "strategy", &r.values, &r.error);
    return r;
}

static void finish(reading *r) {
    rh_values_free(&r->values);
    rh_config_free(r->config);
}

static void every_type_is_read(void **state) {
    reading r = read_yaml("strategy: {name: x, width: 0.25, level: -7, every: 1.5h, to: edge,\n"
                          "  steps: [0, 9, 1e-3], on: BTC-PERPETUAL}\n");
    (void)state;
    assert_int_equal(r.status, RH_OK);
    assert_int_equal(r.values.count, N_PARAMS);
    const rh_value *v = r.values.values;
    for (int i = 0; i < N_PARAMS; i++)
        assert_true(v[i].given);
    assert_true(v[WIDTH].number == 0.25);
    assert_true(v[LEVEL].integer == -7);
    assert_true(v[EVERY].integer == 90 * RH_MIN);
    assert_true(v[TO].integer == 0);
    assert_string_equal(v[TO].text, "edge");
    assert_int_equal(v[STEPS].count, 3);
    assert_true(v[STEPS].numbers[0] == 0 && v[STEPS].numbers[1] == 9 &&
                v[STEPS].numbers[2] == 1e-3);
    assert_string_equal(v[ON].text, "BTC-PERPETUAL");
    finish(&r);
}

static void defaults_stand_in(void **state) {
    reading r = read_yaml("strategy: {name: x, width: 1}\n");
    (void)state;
    assert_int_equal(r.status, RH_OK);
    const rh_value *v = r.values.values;
    assert_true(v[LEVEL].given && v[LEVEL].integer == 3);
    assert_true(!v[EVERY].given && v[EVERY].integer == 0);
    assert_true(v[TO].given && v[TO].integer == 1);
    assert_string_equal(v[TO].text, "centre");
    assert_true(v[STEPS].given && v[STEPS].count == 2 && v[STEPS].numbers[1] == 2.5);
    assert_true(!v[ON].given && v[ON].text == NULL);
    finish(&r);
}

/* Texts outlive the document. */
static void texts_are_copies(void **state) {
    reading r = read_yaml("strategy: {width: 1, on: ABC}\n");
    (void)state;
    assert_int_equal(r.status, RH_OK);
    rh_config_free(r.config);
    r.config = NULL;
    assert_string_equal(r.values.values[ON].text, "ABC");
    finish(&r);
}

static void errors_name_place_value_and_mend(void **state) {
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"strategy: {name: x, width: abc}\n",
         "x.yaml:1:28: strategy.width: 'abc' is not a number"},
        {"strategy: {width: 5.0001}\n",
         "x.yaml:1:19: strategy.width: '5.0001' is out of range (0 to 5)"},
        {"strategy: {width: -1e-9}\n",
         "x.yaml:1:19: strategy.width: '-1e-9' is out of range (0 to 5)"},
        {"strategy: {width: nan}\n", "x.yaml:1:19: strategy.width: 'nan' is not a number"},
        {"strategy: {width: [1]}\n",
         "x.yaml:1:19: strategy.width: '...' must be one value"},
        {"strategy: {width: }\n", "x.yaml:1:19: strategy.width: '' is not a number"},
        {"strategy: {width: 1, level: 1.5}\n",
         "x.yaml:1:29: strategy.level: '1.5' is not a whole number"},
        {"strategy: {width: 1, level: 11}\n",
         "x.yaml:1:29: strategy.level: '11' is out of range (-10 to 10)"},
        {"strategy: {width: 1, every: 8}\n",
         "x.yaml:1:29: strategy.every: '8' is not a duration such as 8h, 30m or 1.5d"},
        {"strategy: {width: 1, every: 2d}\n",
         "x.yaml:1:29: strategy.every: '2d' is out of range (1 to 86400 seconds)"},
        {"strategy: {width: 1, to: side}\n",
         "x.yaml:1:26: strategy.to: 'side' is not one of the choices (one of: edge centre)"},
        {"strategy: {width: 1, to: edg}\n",
         "x.yaml:1:26: strategy.to: 'edg' is not one of the choices (one of: edge centre)"},
        {"strategy: {width: 1, to: edge centre}\n", NULL},
        {"strategy: {width: 1, steps: 5}\n",
         "x.yaml:1:29: strategy.steps: '5' must be a list of numbers, such as [1, 2]"},
        {"strategy: {width: 1, steps: [1, x]}\n",
         "x.yaml:1:33: strategy.steps: 'x' is not a number"},
        {"strategy: {width: 1, steps: [1, 10]}\n",
         "x.yaml:1:33: strategy.steps: '10' is out of range (0 to 9)"},
        {"strategy: {width: 1, steps: [1, [2]]}\n",
         "x.yaml:1:33: strategy.steps: '...' is not a number"},
        {"strategy: {width: 1, steps: {a: 1}}\n",
         "x.yaml:1:29: strategy.steps: '...' must be one value"},
        {"strategy: {width: 1, on: ''}\n", "x.yaml:1:26: strategy.on: '' is empty"},
        {"strategy: {width: 1, on: }\n", "x.yaml:1:26: strategy.on: '' is empty"},
        {"strategy: {widht: 1}\n",
         "x.yaml:1:12: strategy.widht: unknown key (did you mean 'width'?)"},
        {"strategy: {width: 1, zzzzzz: 1}\n", "x.yaml:1:22: strategy.zzzzzz: unknown key"},
        {"title: t\nstrategy: {name: x}\n", "x.yaml:2:11: strategy.width is needed: half width"},
        {"title: t\n", "x.yaml: strategy.width is needed: half width"},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        reading r = read_yaml(cases[i].text);
        if (r.status != RH_BAD_CONFIG)
            fail_msg("status %d of %s", r.status, cases[i].text);
        if (cases[i].message)
            assert_string_equal(r.error.text, cases[i].message);
        assert_null(r.values.values);
        finish(&r);
    }
}

static void limits_are_inclusive(void **state) {
    reading low = read_yaml("strategy: {width: 0, level: -10, every: 1s, steps: []}\n");
    reading high = read_yaml("strategy: {width: 5, level: 10, every: 1d, steps: [9]}\n");
    (void)state;
    assert_int_equal(low.status, RH_OK);
    assert_int_equal(high.status, RH_OK);
    assert_true(low.values.values[STEPS].given && low.values.values[STEPS].count == 0);
    finish(&low);
    finish(&high);
}

static void no_limits_let_everything_pass(void **state) {
    static const rh_param free_one[] = {
        {.name = "x", .type = RH_PARAM_NUMBER, .initial = "-1e300", .summary = "s"}};
    rh_values values;
    rh_config *config;
    rh_error error;
    (void)state;
    assert_null(rh_params_fault(free_one, 1));
    assert_int_equal(rh_config_read_text("x", "{}", 2, &config, &error), RH_OK);
    assert_int_equal(rh_values_read(free_one, 1, config, NULL, "p", &values, &error), RH_OK);
    assert_true(values.values[0].number == -1e300);
    rh_values_free(&values);
    rh_values_free(&values); /* harmless */
    assert_int_equal(rh_values_read(NULL, 0, config, NULL, "p", &values, &error), RH_OK);
    assert_int_equal(values.count, 0);
    rh_values_free(&values);
    rh_config_free(config);
}

static void faulty_tables_are_named(void **state) {
    static const struct {
        rh_param param;
        const char *fault;
    } cases[] = {
        {{.name = NULL, .summary = "s"},
         "a parameter's name is missing or not made of a-z 0-9 _ -"},
        {{.name = "", .summary = "s"}, "a parameter's name is missing or not made of a-z 0-9 _ -"},
        {{.name = "Width", .summary = "s"},
         "a parameter's name is missing or not made of a-z 0-9 _ -"},
        {{.name = "a.b", .summary = "s"},
         "a parameter's name is missing or not made of a-z 0-9 _ -"},
        {{.name = "name", .summary = "s"},
         "a parameter's name is missing or not made of a-z 0-9 _ -"},
        {{.name = "a", .type = (rh_param_type)6, .summary = "s"},
         "a parameter has an unknown type"},
        {{.name = "a", .type = (rh_param_type)77, .summary = "s"},
         "a parameter has an unknown type"},
        {{.name = "a"}, "a parameter has no summary"},
        {{.name = "a", .summary = ""}, "a parameter has no summary"},
        {{.name = "a", .type = RH_PARAM_CHOICE, .summary = "s"}, "a choice has no choices"},
        {{.name = "a", .type = RH_PARAM_CHOICE, .choices = "", .summary = "s"},
         "a choice has no choices"},
        {{.name = "a", .initial = "x", .summary = "s"},
         "a parameter's default is not a value that it would take"},
        {{.name = "a", .initial = "6", .min = 1, .max = 5, .summary = "s"},
         "a parameter's default is not a value that it would take"},
        {{.name = "a", .type = RH_PARAM_CHOICE, .choices = "b c", .initial = "d", .summary = "s"},
         "a parameter's default is not a value that it would take"},
        {{.name = "a", .type = RH_PARAM_NUMBERS, .initial = "5", .summary = "s"},
         "a parameter's default is not a value that it would take"},
        {{.name = "a", .type = RH_PARAM_NUMBERS, .initial = "[1, 2", .summary = "s"},
         "a parameter's default is not a value that it would take"},
        {{.name = "a",
          .type = RH_PARAM_NUMBERS,
          .initial = "[1, 7]",
          .min = 1,
          .max = 5,
          .summary = "s"},
         "a parameter's default is not a value that it would take"},
        {{.name = "a", .min = 2, .max = 1, .summary = "s"}, "a parameter's min is above its max"},
    };
    (void)state;
    assert_null(rh_params_fault(params, N_PARAMS));
    assert_null(rh_params_fault(NULL, 0));
    assert_string_equal(rh_params_fault(NULL, 1), "n_params is not 0 but params is NULL");
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const char *fault = rh_params_fault(&cases[i].param, 1);
        if (!fault)
            fail_msg("case %zu has no fault", i);
        assert_string_equal(fault, cases[i].fault);
    }
    const rh_param twins[] = {params[WIDTH], params[LEVEL], params[WIDTH]};
    assert_string_equal(rh_params_fault(twins, 3), "two parameters have one name");
    assert_string_equal(rh_params_fault(params, 61), "more than 60 parameters");
}

static void types_have_names(void **state) {
    static const char *const names[] = {"number", "integer", "duration",
                                        "choice", "numbers", "text"};
    (void)state;
    for (int i = 0; i < N_PARAMS; i++)
        assert_string_equal(rh_param_type_text((rh_param_type)i), names[i]);
}

static void every_allocation_may_fail(void **state) {
    static const char text[] = "strategy: {width: 1, level: 2, to: edge, on: ABC}\n";
    rh_config *config;
    rh_error error;
    uint64_t n = 0;
    (void)state;
    assert_int_equal(rh_config_read_text("x", text, sizeof text - 1, &config, &error), RH_OK);
    const rh_node *map = rh_node_get(rh_config_root(config), "strategy");
    for (;; n++) {
        rh_values values;
        rh_memory_fail_after(n);
        rh_status status =
            rh_values_read(params, N_PARAMS, config, map, "strategy", &values, &error);
        rh_memory_fail_after(UINT64_MAX);
        if (status == RH_OK) {
            rh_values_free(&values);
            break;
        }
        assert_int_equal(status, RH_FAILED);
        assert_string_equal(error.text, "out of memory");
        assert_null(values.values);
    }
    assert_true(n >= 7);
    rh_config_free(config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_read),
        cmocka_unit_test(defaults_stand_in),
        cmocka_unit_test(texts_are_copies),
        cmocka_unit_test(errors_name_place_value_and_mend),
        cmocka_unit_test(limits_are_inclusive),
        cmocka_unit_test(no_limits_let_everything_pass),
        cmocka_unit_test(faulty_tables_are_named),
        cmocka_unit_test(types_have_names),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
