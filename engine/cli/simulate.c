/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simulate: a synthetic market with known truth, from a scenario and its seed. */
#include "simulate/simulate.h"

#include "cli/command.h"

enum { OUTPUT };
static const rh_option options[] = {
    [OUTPUT] = {"output", 'o', "DIR", "folder to write (needed)"},
};

static int run(const rh_arguments *arguments, const rh_globals *globals) {
    rh_error error = {0};
    const char *directory = rh_argument(arguments, OUTPUT);
    rh_status status = directory ? rh_simulate(arguments->operands[0], directory, &error)
                                 : rh_fail(&error, RH_BAD_CONFIG, "simulate needs -o DIR");
    if (status != RH_OK)
        return rh_report_error(&error);
    if (!globals->quiet)
        (void)fprintf(stderr, "market  %s\n", directory);
    return RH_OK;
}

const rh_command rh_command_simulate = {
    .name = "simulate",
    .operands = "SCENARIO",
    .summary = "a synthetic market with known truth, as generic CSV",
    .example = "simulate data/sample.yaml -o results/sample\n"
               "market  results/sample",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .least_operands = 1,
    .most_operands = 1,
    .run = run,
};
