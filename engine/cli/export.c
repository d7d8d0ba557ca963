/* SPDX-License-Identifier: GPL-3.0-or-later */
/* export: a view of a results file, or a table of a market store, to stdout. */
#include "cli/command.h"
#include "results/results.h"

enum { CSV, JSON_LINES };
static const rh_option options[] = {
    [CSV] = {"csv", 0, NULL, "comma-separated values with a header (the default)"},
    [JSON_LINES] = {"jsonl", 0, NULL, "one JSON object a line"},
};

static int run(const rh_arguments *arguments, const rh_globals *globals) {
    rh_error error = {0};
    const rh_export_format format = arguments->count[JSON_LINES] ? RH_EXPORT_JSONL
                                    : globals->json              ? RH_EXPORT_JSON
                                                                 : RH_EXPORT_CSV;
    rh_status status =
        rh_results_export(arguments->operands[0], arguments->operands[1], format, stdout, &error);
    return status == RH_OK ? RH_OK : rh_report_error(&error);
}

const rh_command rh_command_export = {
    .name = "export",
    .operands = "FILE VIEW",
    .summary = "a view of the results (run step fill journal attribution metric comparison), or a "
               "table of a market store (quote trade bar mark funding settlement instrument "
               "source), to stdout",
    .example = "export results/demo.db metric --csv\n"
               "run_id,metric,value,low,high,unit\n"
               "1,pnl_usd,-856.0362624362607,,,USD\n"
               "1,pnl_coin,-0.02179540891104873,,,coin",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .least_operands = 2,
    .most_operands = 2,
    .run = run,
};
