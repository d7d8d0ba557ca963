/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simulate: synthetic markets with known truth, from a scenario and its seed. */
#include "simulate/simulate.h"

#include "base/memory.h"
#include "base/number.h"
#include "cli/command.h"
#include "feed/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OUTPUT, STORE, PATHS };
static const rh_option options[] = {
    [OUTPUT] = {"output", 'o', "DIR", "folder to write"},
    [STORE] = {"store", 0, "FILE.db", "store to write the market into; one of the two is needed"},
    [PATHS] = {"paths", 'n', "N", "paths 1 to N, in DIR/path-1 ...; without it path 0, in DIR"},
};

static const char *const names[] = {"spot.csv", "perp.csv", "options.csv", "truth.csv",
                                    "scenario.yaml"};
enum { MARKETS = 3, FILES = 5, PATH_BYTES = 4096 };

/* The name of a file in a folder, packed if it is there that way; 0 if it isn't there. */
static int find_file(const char *folder, const char *name, char path[PATH_BYTES]) {
    static const char *const endings[] = {"", ".gz"};
    for (int i = 0; i < 2; i++)
        if (snprintf(path, PATH_BYTES, "%s/%s%s", folder, name, endings[i]) < PATH_BYTES &&
            access(path, F_OK) == 0)
            return 1;
    return 0;
}

/* The very files that -o would leave, so that the store has the same events. */
static rh_status store_files(const char *folder, const char *store, rh_error *error) {
    rh_store_writer *writer = NULL;
    rh_status status = rh_store_writer_open(store, &writer, error);
    for (int i = 0; i < MARKETS && status == RH_OK; i++) {
        char path[PATH_BYTES];
        rh_store_imported got;
        const rh_source_spec spec = {.format = "csv", .path = path};
        if (find_file(folder, names[i], path))
            status = rh_store_import(writer, &spec, NULL, &got, error);
    }
    rh_store_writer_close(writer);
    return status;
}

static void remove_folder(const char *folder) {
    char path[PATH_BYTES];
    for (int i = 0; i < FILES; i++)
        if (find_file(folder, names[i], path))
            (void)unlink(path);
    (void)rmdir(folder);
}

static rh_status simulate_into_store(const char *scenario, const char *store, rh_error *error) {
    char folder[PATH_BYTES];
    const char *parent = getenv("TMPDIR");
    if (snprintf(folder, sizeof folder, "%s/rehedge-XXXXXX", parent && *parent ? parent : "/tmp") >=
            (int)sizeof folder ||
        !mkdtemp(folder))
        return rh_fail(error, RH_FAILED, "%s: cannot make a temporary folder: %s", folder,
                       strerror(errno));
    rh_status status = rh_simulate(scenario, folder, error);
    if (status == RH_OK)
        status = store_files(folder, store, error);
    remove_folder(folder);
    return status;
}

/* 0 where there is no --paths. */
static rh_status read_paths(const rh_arguments *arguments, uint32_t *out, rh_error *error) {
    const char *text = rh_argument(arguments, PATHS);
    int64_t value = 0;
    if (text && (rh_integer_parse(text, strlen(text), &value) != 0 || value < 1 || value > 1000000))
        return rh_fail(error, RH_BAD_CONFIG, "--paths takes a number from 1 to 1000000");
    if (text && rh_argument(arguments, STORE))
        return rh_fail(error, RH_BAD_CONFIG, "--paths is for folders: a store holds one market");
    *out = (uint32_t)value;
    return RH_OK;
}

static int run(const rh_arguments *arguments, const rh_globals *globals) {
    rh_error error = {0};
    const char *scenario = arguments->operands[0], *directory = rh_argument(arguments, OUTPUT),
               *store = rh_argument(arguments, STORE);
    uint32_t paths = 0;
    rh_status status = read_paths(arguments, &paths, &error);
    if (status == RH_OK && !directory && !store)
        status = rh_fail(&error, RH_BAD_CONFIG, "simulate needs -o DIR or --store FILE.db");
    else if (status == RH_OK && !directory)
        status = simulate_into_store(scenario, store, &error);
    else if (status == RH_OK)
        status = paths > 0 ? rh_simulate_paths(scenario, paths, directory, &error)
                           : rh_simulate(scenario, directory, &error);
    if (status == RH_OK && directory && store)
        status = store_files(directory, store, &error);
    if (status != RH_OK)
        return rh_report_error(&error);
    if (!globals->quiet && directory)
        (void)fprintf(stderr, "market  %s\n", directory);
    if (!globals->quiet && store)
        (void)fprintf(stderr, "store   %s\n", store);
    return RH_OK;
}

const rh_command rh_command_simulate = {
    .name = "simulate",
    .operands = "SCENARIO",
    .summary = "synthetic markets with known truth, as generic CSV or in a market store",
    .example = "simulate data/sample.yaml -o results/sample\n"
               "market  results/sample",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .least_operands = 1,
    .most_operands = 1,
    .run = run,
};
