/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as an experiment: refused in one line, or a plan whose canonical JSON is stable. */
#include "experiment/plan.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[] = "/tmp/fuzz_experiment_XXXXXX";
static int file = -1;
static rh_registry *registry;

static void check(int holds) {
    if (!holds)
        abort();
}

static void clean_up(void) {
    (void)unlink(path);
    rh_registry_free(registry);
}

static void save(const uint8_t *data, size_t size) {
    if (file < 0) {
        file = mkstemp(path);
        check(file >= 0 && rh_registry_new(&registry, NULL) == RH_OK);
        (void)atexit(clean_up);
    }
    check(ftruncate(file, 0) == 0 && (size == 0 || pwrite(file, data, size, 0) == (ssize_t)size));
}

/* An end lies ahead, and a covered instant has one. */
static void check_rule(const rh_rule *rule) {
    static const rh_time times[] = {RH_DAWN, -1, 0, 1623866400000000000, RH_NEVER - 1};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        const rh_time end = rh_windows_next_end(&rule->windows, times[i]);
        check(end > times[i]);
        (void)rh_windows_cover(&rule->windows, times[i]);
    }
    for (size_t i = 0; i < rule->n_children; i++)
        check_rule(&rule->children[i]);
}

static void check_plan(const rh_plan *plan) {
    char label[64];
    rh_json one = {0}, other = {0};
    rh_plan_json(plan, 0, &one);
    rh_plan_json(plan, 0, &other);
    const char *text = rh_json_text(&one);
    check(text && strcmp(text, rh_json_text(&other)) == 0);
    check(text[0] == '{' && text[one.length - 1] == '}' && strlen(text) == one.length);
    check(!strchr(text, '\n'));
    for (size_t i = 0; i < plan->n_legs; i++)
        check(plan->legs[i].instrument < rh_catalogue_count(plan->catalogue));
    check(rh_rule_label(plan->rule, label, sizeof label) < sizeof label);
    check_rule(plan->rule);
    rh_json_free(&one);
    rh_json_free(&other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    rh_experiment *experiment = NULL;
    rh_plan *plan = NULL;
    rh_error error = {.text = ""};
    save(data, size);
    rh_status status = rh_experiment_read(path, NULL, 0, &experiment, &error);
    if (status == RH_OK)
        status = rh_plan_new(experiment, registry, &plan, &error);
    if (status == RH_OK)
        check_plan(plan);
    else
        check(status == RH_BAD_CONFIG && *error.text && !strchr(error.text, '\n'));
    rh_plan_free(plan);
    rh_experiment_free(experiment);
    return 0;
}
