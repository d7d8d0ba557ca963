/* SPDX-License-Identifier: GPL-3.0-or-later */
/* help: what the program can do, from the tables that make it do so. */
#include "base/config.h"
#include "cli/command.h"
#include "experiment/keys.h"
#include "simulate/scenario.h"

#include <string.h>

static void print_options(const rh_option *options, size_t count, FILE *out) {
    for (size_t i = 0; i < count; i++) {
        char left[64];
        const rh_option *o = &options[i];
        if (o->letter)
            (void)snprintf(left, sizeof left, "-%c, --%s%s%s", o->letter, o->name,
                           o->value ? " " : "", o->value ? o->value : "");
        else
            (void)snprintf(left, sizeof left, "    --%s%s%s", o->name, o->value ? " " : "",
                           o->value ? o->value : "");
        (void)fprintf(out, "  %-34s %s\n", left, o->help);
    }
}

void rh_print_help(const rh_command *command, FILE *out) {
    size_t n;
    const rh_option *globals = rh_global_options(&n);
    (void)fprintf(out, "$ rehedge %s\n\n%s %s: %s\n", command->example, command->name,
                  command->operands, command->summary);
    if (command->n_options > 0)
        (void)fputs("\nOptions\n", out);
    print_options(command->options, command->n_options, out);
    (void)fputs("\nOptions of every command\n", out);
    print_options(globals, n, out);
}

void rh_print_overview(FILE *out) {
    size_t n;
    const rh_option *globals = rh_global_options(&n);
    (void)fputs("rehedge: a historical backtesting engine for dynamic hedging\n\n"
                "  $ rehedge simulate data/sample.yaml -o results/sample\n"
                "  $ rehedge run data/demo.yaml -o results/demo.db\n\nCommands\n",
                out);
    for (const rh_command *const *c = rh_commands(); *c; c++)
        (void)fprintf(out, "  %-9s %-17s %s\n", (*c)->name, (*c)->operands, (*c)->summary);
    (void)fputs("\nOptions of every command\n", out);
    print_options(globals, n, out);
    (void)fputs("\n`rehedge help experiment` lists the keys of an experiment file; `rehedge list "
                "strategies` the rules.\n"
                "Exit codes: 0 ok, 1 failed, 2 usage or configuration, 3 data, 4 partial, "
                "5 self-check failed, 130 interrupted.\n",
                out);
}

static void print_keys(FILE *out) {
    size_t n;
    const rh_key *keys = rh_keys(&n);
    (void)fputs("Keys of an experiment file (YAML); `*` stands for each element of a list.\n\n",
                out);
    for (size_t i = 0; i < n; i++) {
        const rh_key *k = &keys[i];
        const char *initial = !k->initial ? "needed" : *k->initial ? k->initial : "-";
        (void)fprintf(out, "%-26s %-9s %-9s %s", k->path, rh_key_type_text(k->type), initial,
                      k->help);
        if (k->choices)
            (void)fprintf(out, " [%s]", k->choices);
        if (k->max > k->min && k->max < 1e9) /* wider limits only keep nonsense out */
            (void)fprintf(out, " [%g to %g%s]", k->min, k->max,
                          k->type == RH_KEY_DURATION ? " s" : "");
        if (k->unit && *k->unit)
            (void)fprintf(out, " (%s)", k->unit);
        (void)fputc('\n', out);
    }
}

static void print_scenario_keys(FILE *out) {
    size_t n;
    const rh_scenario_key *keys = rh_scenario_keys(&n);
    (void)fputs(
        "Keys of a scenario file (YAML), from which `simulate` and `data: [{scenario: FILE}]` "
        "make markets.\n\n",
        out);
    for (size_t i = 0; i < n; i++) {
        const rh_scenario_key *k = &keys[i];
        const char *initial = !k->initial ? "needed" : *k->initial ? k->initial : "-";
        (void)fprintf(out, "%-28s %-9s %s", k->key, initial, k->help);
        for (size_t c = 0; k->choices && k->choices[c]; c++)
            (void)fprintf(out, "%s%s%s", c ? " " : " [", k->choices[c],
                          k->choices[c + 1] ? "" : "]");
        if (k->high > k->low && k->high < 1e9 && k->kind != RH_SCENARIO_DURATION &&
            k->kind != RH_SCENARIO_TEXT && k->kind != RH_SCENARIO_NAME)
            (void)fprintf(out, " [%g to %g]", k->low, k->high);
        if (k->unit && *k->unit)
            (void)fprintf(out, " (%s)", k->unit);
        (void)fputc('\n', out);
    }
}

static int run(const rh_arguments *arguments, const rh_globals *globals) {
    const char *topic = arguments->n_operands ? arguments->operands[0] : NULL;
    (void)globals;
    if (!topic) {
        rh_print_overview(stdout);
        return RH_OK;
    }
    if (strcmp(topic, "experiment") == 0) {
        print_keys(stdout);
        return RH_OK;
    }
    if (strcmp(topic, "scenario") == 0) {
        print_scenario_keys(stdout);
        return RH_OK;
    }
    const char *names[16] = {"experiment", "scenario"};
    size_t n = 2;
    for (const rh_command *const *c = rh_commands(); *c; c++) {
        if (strcmp((*c)->name, topic) == 0) {
            rh_print_help(*c, stdout);
            return RH_OK;
        }
        names[n++] = (*c)->name;
    }
    rh_error error;
    const char *near = rh_nearest_name(topic, names, n);
    if (near)
        (void)rh_fail(&error, RH_BAD_CONFIG, "no help on '%s' (did you mean '%s'?)", topic, near);
    else
        (void)rh_fail(&error, RH_BAD_CONFIG,
                      "no help on '%s'; topics: experiment, scenario, and every "
                      "command",
                      topic);
    return rh_report_error(&error);
}

const rh_command rh_command_help = {
    .name = "help",
    .operands = "[TOPIC]",
    .summary = "help on a command, or the keys of an `experiment` or a `scenario` file",
    .example = "help experiment\n"
               "Keys of an experiment file (YAML); `*` stands for each element of a list.\n"
               "\n"
               "title                      text      -         what the charts are headed\n"
               "data                       list      needed    the files that make up the market's "
               "history",
    .least_operands = 0,
    .most_operands = 1,
    .run = run,
};
