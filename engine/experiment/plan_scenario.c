/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan_scenario.c: data that are made from a scenario instead of read from files. */
#include "base/digest.h"
#include "base/input.h"
#include "base/memory.h"
#include "experiment/plan_parts.h"
#include "simulate/tape.h"

#include <math.h>

static const char path_of_scenario[] = "data.0.scenario";

int rh_plan_is_simulated(const rh_experiment *experiment) {
    for (size_t i = 0; i < experiment->n_data; i++)
        if (experiment->data[i].scenario)
            return 1;
    return 0;
}

/* The whole market comes from the scenario, at its own times. */
static rh_status check_alone(const rh_plan *plan, rh_error *error) {
    const rh_node *data = rh_node_get(rh_config_root(plan->experiment->config), "data");
    if (plan->experiment->n_data > 1)
        return rh_experiment_fail(plan->experiment, "data", error,
                                  "a scenario is the whole market; it stands alone");
    if (rh_node_count(data->child) > 1)
        return rh_experiment_fail(plan->experiment, path_of_scenario, error,
                                  "the other keys of `data` are about files, not scenarios");
    return RH_OK;
}

static rh_status read_paths(rh_plan *plan, rh_error *error) {
    const rh_experiment *e = plan->experiment;
    const double paths = isnan(e->paths) ? 0.0 : e->paths;
    const double first = !isnan(e->first_path) ? e->first_path : paths > 0.0 ? 1.0 : 0.0;
    if (paths != floor(paths))
        return rh_experiment_fail(e, "paths", error, "is not a whole number");
    if (first != floor(first))
        return rh_experiment_fail(e, "first_path", error, "is not a whole number");
    plan->n_paths = (size_t)paths;
    plan->first_path = (uint32_t)first;
    return RH_OK;
}

static rh_status read_scenario(rh_plan *plan, const char *path, const char *text, size_t length,
                               rh_error *error) {
    rh_config *config = NULL;
    (void)rh_digest(text, length, plan->scenario_sha256);
    rh_status status = rh_config_read_text(path, text, length, &config, error);
    if (status == RH_OK)
        status = rh_scenario_read(config, plan->scenario, error);
    rh_config_free(config);
    return status;
}

rh_status rh_plan_simulate(rh_plan *plan, rh_error *error) {
    char *text = NULL,
         *path = rh_experiment_path(plan->experiment, plan->experiment->data[0].scenario);
    size_t length = 0;
    plan->scenario = rh_allocate(1, sizeof *plan->scenario);
    rh_status status = path && plan->scenario ? check_alone(plan, error) : rh_no_memory(error);
    if (status == RH_OK)
        status = read_paths(plan, error);
    if (status == RH_OK)
        status = rh_input_read(path, "a scenario", &text, &length, error);
    if (status == RH_OK)
        status = read_scenario(plan, path, text, length, error);
    rh_release(text);
    rh_release(path);
    return status;
}

static void close_tape(void *tape) {
    rh_sim_tape_close(tape);
}

static rh_status replay_path(const rh_plan *plan, rh_replay **out, rh_error *error) {
    rh_sim_tape *tape = NULL;
    rh_status status =
        rh_sim_tape_open(plan->scenario, plan->first_path, plan->catalogue, &tape, error);
    if (status != RH_OK)
        return status;
    const rh_stream stream = {tape, rh_sim_tape_next_time, rh_sim_tape_take};
    return rh_replay_of(&stream, close_tape, plan->scenario_sha256, out, error);
}

rh_status rh_plan_replay(const rh_plan *plan, rh_replay **out, rh_error *error) {
    return plan->scenario
               ? replay_path(plan, out, error)
               : rh_replay_open(plan->sources, plan->n_sources, plan->catalogue, out, error);
}
