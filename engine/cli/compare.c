/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare: replay the cartesian product of configurations as lanes over one pass of the data. */
#include "base/memory.h"
#include "base/number.h"
#include "cli/command.h"
#include "report/report.h"
#include "study/comparison.h"

#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

enum { AXIS, SET, PATHS, OUTPUT, THREADS, SORT, REFERENCE, LEADERS, SEED, NO_REPORT };
static const rh_option options[] = {
    [AXIS] = {"axis", 'P', "KEY=A,B,C",
              "vary a key; KEY=FROM:TO:STEP for a range (may be repeated)"},
    [SET] = {"set", 's', "KEY=VALUE", "override a key of the experiment (may be repeated)"},
    [PATHS] = {"paths", 'n', "N", "Monte Carlo over so many paths of a scenario; sets `paths`"},
    [OUTPUT] = {"output", 'o', "FILE.db",
                "results file; the experiment's name with -compare.db if not given"},
    [THREADS] = {"threads", 'j', "N", "workers; one for each processor if not given"},
    [SORT] = {"sort", 0, "METRIC", "what the table is sorted by; hedge_error_std if not given"},
    [REFERENCE] = {"reference", 0, "LABEL",
                   "lane that the others are tested against; the first if "
                   "not given"},
    [LEADERS] = {"leaders", 0, "N", "lanes whose steps and fills are stored; 5 if not given"},
    [SEED] = {"seed", 0, "N", "seed of the resampling behind intervals and tests; 1 if not given"},
    [NO_REPORT] = {"no-report", 0, NULL, "draw no charts"},
};

/* A count given on the command line, or what stands for it. */
static rh_status read_count(const rh_arguments *arguments, size_t option, size_t otherwise,
                            size_t most, size_t *out, rh_error *error) {
    const char *text = rh_argument(arguments, option);
    int64_t value;
    *out = otherwise;
    if (!text)
        return RH_OK;
    if (rh_integer_parse(text, strlen(text), &value) != 0 || value < 1 || (size_t)value > most)
        return rh_fail(error, RH_BAD_CONFIG, "--%s takes a number from 1 to %zu",
                       options[option].name, most);
    *out = (size_t)value;
    return RH_OK;
}

static size_t processors(void) {
    const long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 && n < 64 ? (size_t)n : 1;
}

/* What --set says, and then --paths. The settings are allocated, the text is not. */
typedef struct {
    const char **all;
    size_t count;
    char paths[48];
} settings;

static rh_status read_settings(const rh_arguments *arguments, settings *out, rh_error *error) {
    const char *paths = rh_argument(arguments, PATHS);
    out->all = rh_allocate(arguments->count[SET] + 1, sizeof *out->all);
    if (!out->all)
        return rh_no_memory(error);
    for (; out->count < arguments->count[SET]; out->count++)
        out->all[out->count] = arguments->given[SET][out->count];
    if (!paths)
        return RH_OK;
    (void)snprintf(out->paths, sizeof out->paths, "paths=%.40s", paths);
    out->all[out->count++] = out->paths;
    return RH_OK;
}

static void show_paths(void *self, size_t done, size_t n_paths) {
    const rh_globals *globals = self;
    static double last; /* one thread at a time calls */
    const double at = rh_stopwatch();
    if (!globals->progress || (at - last < 0.2 && done < n_paths))
        return;
    last = at;
    (void)fprintf(stderr, done < n_paths ? "\r%zu of %zu paths\033[K" : "\r\033[K", done, n_paths);
}

static rh_status read_terms(const rh_arguments *arguments, const settings *given,
                            const rh_globals *globals, rh_comparison_terms *out, rh_error *error) {
    *out = (rh_comparison_terms){.path = arguments->operands[0],
                                 .settings = given->all,
                                 .n_settings = given->count,
                                 .axes = arguments->given[AXIS],
                                 .n_axes = arguments->count[AXIS],
                                 .registry = globals->registry,
                                 .reference = rh_argument(arguments, REFERENCE),
                                 .replicates = 999,
                                 .level = 0.95,
                                 .interrupted = globals->interrupted,
                                 .path_progress = show_paths,
                                 .self = (void *)(uintptr_t)globals};
    rh_status status = read_count(arguments, THREADS, processors(), 64, &out->threads, error);
    if (status == RH_OK)
        status = read_count(arguments, LEADERS, 5, 1000, &out->leaders, error);
    size_t seed = 1;
    if (status == RH_OK)
        status = read_count(arguments, SEED, 1, SIZE_MAX >> 1, &seed, error);
    out->seed = seed;
    return status;
}

static rh_status show(const char *path, const char *metric, const rh_globals *globals,
                      rh_error *error) {
    sqlite3 *db = NULL;
    if (globals->json)
        return rh_results_export(path, "comparison", RH_EXPORT_JSON, stdout, error);
    rh_status status = rh_results_open(path, &db, error);
    if (status == RH_OK)
        status = rh_report_league(db, metric, 0, stdout, 100, globals->colour, error);
    (void)sqlite3_close(db);
    return status;
}

static rh_status draw(const char *path, const char *folder, const rh_globals *globals,
                      rh_error *error) {
    const unsigned formats = RH_REPORT_PNG | RH_REPORT_SVG | RH_REPORT_HTML;
    (void)fflush(stdout);
    rh_status status = rh_report_draw(path, 0, folder, formats, NULL, error);
    if (status == RH_PARTIAL) {
        rh_warn(globals, "%s", error->text);
        return RH_OK;
    }
    if (status == RH_OK && !globals->quiet)
        (void)fprintf(stderr, "results  %s\npage     %s/report.html\n", path, folder);
    return status;
}

static int run(const rh_arguments *arguments, const rh_globals *globals) {
    rh_error error = {0};
    rh_comparison_terms terms;
    rh_comparison_outcome outcome = {0};
    settings given_settings = {0};
    const char *given = rh_argument(arguments, OUTPUT);
    char *path =
        given ? rh_copy_text(given) : rh_output_name(arguments->operands[0], "-compare.db");
    char *folder = path ? rh_report_folder(path) : NULL;
    rh_status status = folder ? read_settings(arguments, &given_settings, &error)
                              : rh_fail(&error, RH_FAILED, "out of memory");
    if (status == RH_OK)
        status = read_terms(arguments, &given_settings, globals, &terms, &error);
    if (status == RH_OK)
        status = rh_comparison_make(&terms, path, &outcome, &error);
    if (status == RH_OK && outcome.passes > 1)
        rh_warn(globals, "the axes change what is read: the data were passed over %zu times",
                outcome.passes);
    if (status == RH_OK)
        status = show(path, rh_argument(arguments, SORT), globals, &error);
    if (status == RH_OK && !arguments->count[NO_REPORT])
        status = draw(path, folder, globals, &error);
    int code = status == RH_OK ? RH_OK : rh_report_error(&error);
    if (status == RH_OK && outcome.failed > 0) {
        rh_warn(globals, "%zu of %zu lanes failed; the first: %s", outcome.failed, outcome.lanes,
                outcome.first_failure);
        code = RH_PARTIAL;
    }
    if (status == RH_INTERRUPTED)
        code = 128 + atomic_load(globals->interrupted);
    rh_release((void *)given_settings.all);
    rh_release(path);
    rh_release(folder);
    return code;
}

const rh_command rh_command_compare = {
    .name = "compare",
    .operands = "EXPERIMENT",
    .summary = "many configurations as lanes over one pass of the data; print the league table",
    .example =
        "compare data/demo.yaml -P strategy.every=1h,4h,8h -o results/compare.db\n"
        "Short 10 BTC straddle 26 Jan 2024, hedged with the perpetual (SYNTHETIC DATA)\n"
        "3 lanes by hedge_error_std, lowest first\n"
        "\n"
        "#     run lane                PnL   cost  σ/1h     95 %   ES95  eff.  rebal.   turn.\n"
        "                              USD    USD   USD      USD    USD     %   fills  × book\n"
        "1 *R    1 interval every=1h  −856  4,706   368  320–411    820  92.4     583    8.23\n"
        "2 * c   2 interval every=4h   414  2,958   389  339–434    841  91.5     146    4.28\n"
        "3 *     3 interval every=8h   287  2,536   425  373–490  1,001  89.9      73    3.33",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .least_operands = 1,
    .most_operands = 1,
    .polls = 1,
    .run = run,
};
