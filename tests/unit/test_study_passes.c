/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The second pass of a comparison is over the same data as the first, or it says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "study/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static size_t n_steps;

static rh_status count_step(rh_recorder *self, const rh_step *step, rh_error *error) {
    (void)self;
    (void)step;
    (void)error;
    n_steps++;
    return RH_OK;
}

static rh_status ignore_fill(rh_recorder *self, const rh_fill *fill, rh_error *error) {
    (void)self;
    (void)fill;
    (void)error;
    return RH_OK;
}

static rh_status ignore_flow(rh_recorder *self, const rh_flow *flow, rh_error *error) {
    (void)self;
    (void)flow;
    (void)error;
    return RH_OK;
}

static char folder[] = "/tmp/test_passes_XXXXXX";

/* The five hours of tests/cli, and what is to follow them. */
static void write_data(const char *rest) {
    char path[64];
    (void)snprintf(path, sizeof path, "%s/tiny.csv", folder);
    FILE *from = fopen(REHEDGE_SOURCE_DIR "/tests/cli/tiny.csv", "r");
    FILE *to = fopen(path, "w");
    char line[256];
    assert_true(from && to);
    while (fgets(line, sizeof line, from))
        assert_true(fputs(line, to) >= 0);
    assert_true(fputs(rest, to) >= 0);
    (void)fclose(from);
    assert_int_equal(fclose(to), 0);
}

static void write_experiment(char path[64]) {
    (void)snprintf(path, 64, "%s/tiny.yaml", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs("data: [{format: csv, path: tiny.csv}]\nvenue: deribit\n"
                      "book: [{instrument: BTC-26JAN24-42000-C, quantity: -10}]\n"
                      "hedge: {instrument: BTC-PERPETUAL}\n"
                      "strategy: {name: interval, every: 1h}\n",
                      file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void a_second_pass_sees_the_data_of_the_first(void **state) {
    char path[64], sha256[1][65];
    rh_cases cases;
    rh_registry *registry = NULL;
    rh_case_result results[1] = {{0}};
    rh_error error = {.text = ""};
    rh_recorder recorder = {count_step, ignore_fill, ignore_flow};
    rh_recorder *recorders[] = {&recorder};
    const size_t which[] = {0};
    (void)state;
    write_data("");
    write_experiment(path);
    assert_int_equal(rh_registry_new(&registry, NULL), RH_OK);
    if (rh_cases_read(path, NULL, 0, NULL, 0, registry, &cases, &error) != RH_OK)
        fail_msg("%s", error.text);
    const rh_compare_terms terms = {.cases = &cases, .threads = 1};
    if (rh_compare_run(&terms, results, sha256, &error) != RH_OK)
        fail_msg("%s", error.text);
    assert_int_equal(rh_compare_record(&terms, which, 1, recorders, sha256[0], &error), RH_OK);
    assert_true(n_steps > 3);
    write_data("\n"); /* a blank line: nothing that an event could tell */
    assert_int_equal(rh_compare_record(&terms, which, 1, recorders, sha256[0], &error),
                     RH_BAD_DATA);
    assert_non_null(strstr(error.text, "the data changed between two passes over them"));
    assert_non_null(strstr(error.text, "compare again when nothing writes to them"));
    rh_case_result_free(&results[0]);
    rh_cases_free(&cases);
    rh_registry_free(registry);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_pass_sees_the_data_of_the_first),
    };
    char path[64];
    if (!mkdtemp(folder))
        return 1;
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)snprintf(path, sizeof path, "%s/tiny.csv", folder);
    (void)unlink(path);
    (void)snprintf(path, sizeof path, "%s/tiny.yaml", folder);
    (void)unlink(path);
    (void)rmdir(folder);
    return failed;
}
