/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check: read an experiment and all of its data, and say what is there and what is wrong with it.
 */
#include "base/memory.h"
#include "cli/check_parts.h"
#include "cli/command.h"
#include "experiment/plan.h"
#include "feed/store.h"
#include "report/coverage_chart.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SET, STRICT, OUTPUT };

typedef struct {
    rh_experiment *experiment; /* NULL, as the plan and the listing: a store is checked */
    rh_listing *listing;
    rh_plan *plan;
    rh_catalogue *own;       /* of a store */
    rh_catalogue *catalogue; /* that or the plan's */
    const char *title;
    rh_source_spec *sources; /* a store's own, or the plan's */
    char **paths;            /* of the sources, as they are shown */
    size_t n_sources, sources_room, paths_room;
    rh_replay *replay;
    rh_audit *audit;
    rh_check_row *rows;
    size_t n_rows;
} survey;

/* ---- what there is to hear ---- */

/* Everything that the data name in the venues' way is audited, not only what the run needs. */
static rh_status add_all(survey *s, rh_error *error) {
    const rh_catalogue *listed;
    rh_status status = RH_OK;
    for (size_t i = 0; i < s->plan->n_sources && status == RH_OK; i++) {
        status = rh_listing_read(s->listing, &s->plan->sources[i], &listed, error);
        for (uint32_t k = 0; status == RH_OK && k < rh_catalogue_count(listed); k++) {
            rh_instrument instrument = *rh_catalogue_get(listed, k);
            rh_venue_apply(s->plan->venue, &instrument);
            if (rh_catalogue_add(s->plan->catalogue, &instrument) == RH_NO_INSTRUMENT)
                status = rh_no_memory(error);
        }
    }
    return status;
}

static rh_status show_path(survey *s, const char *path, rh_error *error) {
    if (rh_make_room(&s->paths, s->n_sources, &s->paths_room, sizeof *s->paths) != 0)
        return rh_no_memory(error);
    s->paths[s->n_sources] = rh_copy_text(path);
    return s->paths[s->n_sources++] ? RH_OK : rh_no_memory(error);
}

/* Findings name the files that `simulate` would write. */
static rh_status show_scenario(survey *s, const rh_scenario *scenario, rh_error *error) {
    rh_status status = show_path(s, "spot", error);
    if (status == RH_OK && (scenario->perpetual.inverse || scenario->perpetual.linear))
        status = show_path(s, "perp", error);
    return status == RH_OK ? show_path(s, "options", error) : status;
}

static rh_status open_experiment(survey *s, const rh_arguments *arguments,
                                 const rh_globals *globals, rh_error *error) {
    rh_status status = rh_experiment_read(arguments->operands[0], arguments->given[SET],
                                          arguments->count[SET], &s->experiment, error);
    s->listing = rh_listing_new();
    const rh_plan_shared shared = {.listing = s->listing};
    if (status == RH_OK && !s->listing)
        status = rh_no_memory(error);
    if (status == RH_OK)
        status = rh_plan_new_shared(s->experiment, globals->registry, &shared, &s->plan, error);
    if (status == RH_OK)
        status = add_all(s, error);
    for (size_t i = 0; status == RH_OK && i < s->plan->n_sources; i++)
        status = show_path(s, s->plan->entries[i].path, error);
    if (status == RH_OK && s->plan->scenario)
        status = show_scenario(s, s->plan->scenario, error);
    if (status != RH_OK)
        return status;
    s->title = s->experiment->title;
    s->catalogue = s->plan->catalogue;
    s->sources = s->plan->sources;
    return RH_OK;
}

/* ---- a store ---- */

typedef struct {
    survey *survey;
    const char *store;
    int failed;
} intake;

/* What a name doesn't say isn't needed to look at the numbers: it is treated as spot. */
static void add_stored_name(void *user, const char *name) {
    intake *in = user;
    rh_instrument instrument;
    if (rh_instrument_from_name(name, &instrument) != 0) {
        instrument = (rh_instrument){.kind = RH_SPOT, .expiry = RH_NEVER, .multiplier = 1.0};
        (void)snprintf(instrument.name, sizeof instrument.name, "%s", name);
    }
    in->failed |= rh_catalogue_add(in->survey->own, &instrument) == RH_NO_INSTRUMENT;
}

static rh_status add_stored(void *user, const rh_store_source *source, rh_error *error) {
    const intake *in = user;
    survey *s = in->survey;
    if (rh_make_room(&s->sources, s->n_sources, &s->sources_room, sizeof *s->sources) != 0)
        return rh_no_memory(error);
    rh_status status = show_path(s, source->file, error);
    if (status != RH_OK)
        return status;
    s->sources[s->n_sources - 1] = (rh_source_spec){
        .path = s->paths[s->n_sources - 1], .store = in->store, .stored = source->id};
    return RH_OK;
}

static rh_status open_store(survey *s, const char *path, rh_error *error) {
    intake in = {.survey = s, .store = path};
    s->own = s->catalogue = rh_catalogue_new();
    if (!s->own)
        return rh_no_memory(error);
    s->title = path;
    rh_status status = rh_store_instruments(path, add_stored_name, &in, error);
    if (status == RH_OK)
        status = in.failed ? rh_no_memory(error) : rh_store_sources(path, add_stored, &in, error);
    if (status == RH_OK && s->n_sources == 0)
        return rh_fail(error, RH_BAD_DATA, "%s: nothing in it; see `rehedge import`", path);
    return status;
}

static rh_status open_survey(survey *s, const rh_arguments *arguments, const rh_globals *globals,
                             rh_error *error) {
    const char *subject = arguments->operands[0];
    if (rh_store_is(subject) && arguments->count[SET] > 0)
        return rh_fail(error, RH_BAD_CONFIG, "--set is for experiments, and %s is a store",
                       subject);
    rh_status status = rh_store_is(subject) ? open_store(s, subject, error)
                                            : open_experiment(s, arguments, globals, error);
    if (status == RH_OK)
        status = s->plan
                     ? rh_plan_replay(s->plan, &s->replay, error)
                     : rh_replay_open(s->sources, s->n_sources, s->catalogue, &s->replay, error);
    if (status != RH_OK)
        return status;
    s->audit = rh_audit_new(s->catalogue);
    s->rows = rh_allocate(rh_catalogue_count(s->catalogue), sizeof *s->rows);
    return s->audit && s->rows ? RH_OK : rh_no_memory(error);
}

static void close_survey(survey *s) {
    rh_release(s->rows);
    rh_audit_free(s->audit);
    rh_replay_close(s->replay);
    for (size_t i = 0; i < s->n_sources; i++)
        rh_release(s->paths[i]);
    rh_release(s->paths);
    if (!s->plan)
        rh_release(s->sources);
    rh_catalogue_free(s->own);
    rh_plan_free(s->plan);
    rh_listing_free(s->listing);
    rh_experiment_free(s->experiment);
}

static rh_status read_all(survey *s, const rh_globals *globals, rh_error *error) {
    const rh_event *events;
    size_t count;
    for (;;) {
        const rh_time now = rh_replay_next_time(s->replay);
        if (atomic_load(globals->interrupted))
            return rh_fail(error, RH_INTERRUPTED, "interrupted");
        rh_status status = rh_replay_take(s->replay, &events, &count, error);
        if (status != RH_OK)
            return status;
        if (count == 0)
            break;
        rh_audit_hear(s->audit, now, events, count);
    }
    rh_audit_finish(s->audit);
    return RH_OK;
}

/* ---- rows of the coverage ---- */

/* Instruments that the experiment speaks of, and all but options, have rows of their own. */
static int has_own_row(const survey *s, uint32_t id) {
    for (size_t i = 0; s->plan && i < s->plan->n_legs; i++)
        if (s->plan->legs[i].instrument == id)
            return 1;
    return rh_catalogue_get(s->catalogue, id)->kind != RH_OPTION;
}

static void name_group(rh_check_row *row, const rh_instrument *option) {
    const size_t length = rh_instrument_dated_length(option->name);
    (void)snprintf(row->name, sizeof row->name, "%.*s-* (%zu option%s)", (int)length, option->name,
                   row->count, row->count == 1 ? "" : "s");
}

static rh_check_row *find_row(survey *s, uint32_t id) {
    const rh_instrument *option = rh_catalogue_get(s->catalogue, id);
    for (size_t i = 0; i < s->n_rows && !has_own_row(s, id); i++) {
        const rh_instrument *other = rh_catalogue_get(s->catalogue, s->rows[i].instrument);
        if (!has_own_row(s, s->rows[i].instrument) && other->expiry == option->expiry &&
            other->settle == option->settle && strcmp(other->underlying, option->underlying) == 0)
            return &s->rows[i];
    }
    rh_check_row *row = &s->rows[s->n_rows++];
    *row =
        (rh_check_row){.instrument = id, .expiry = has_own_row(s, id) ? RH_DAWN : option->expiry};
    return row;
}

static void add_coverage(rh_coverage *sum, const rh_coverage *one) {
    if (sum->events == 0 || one->first < sum->first)
        sum->first = one->first;
    if (sum->events == 0 || one->last > sum->last)
        sum->last = one->last;
    if (one->longest_gap > sum->longest_gap) {
        sum->longest_gap = one->longest_gap;
        sum->gap_from = one->gap_from;
    }
    sum->events += one->events;
    sum->one_sided += one->one_sided;
    for (int f = 0; f < RH_N_AUDIT_FIELDS; f++)
        sum->fields[f] += one->fields[f];
    for (int k = 0; k < RH_COVERAGE_SLOTS; k++)
        sum->slots[k] += one->slots[k];
}

/* First what has a row of its own, as the experiment has it; then expiries in their order. */
static int by_expiry(const void *a, const void *b) {
    const rh_check_row *x = a, *y = b;
    if (x->expiry != y->expiry)
        return x->expiry < y->expiry ? -1 : 1;
    return x->instrument < y->instrument ? -1 : x->instrument > y->instrument;
}

static void make_rows(survey *s) {
    const rh_catalogue *catalogue = s->catalogue;
    for (uint32_t i = 0; i < rh_catalogue_count(catalogue); i++) {
        const rh_instrument *instrument = rh_catalogue_get(catalogue, i);
        const rh_coverage *coverage = rh_audit_coverage(s->audit, i);
        const int looked_for = s->plan && instrument->kind == RH_FUTURE && i != s->plan->lane.hedge;
        if (coverage->events == 0 && (looked_for || !has_own_row(s, i)))
            continue; /* a dated future that might have given a forward */
        rh_check_row *row = find_row(s, i);
        row->count++;
        add_coverage(&row->coverage, coverage);
        if (has_own_row(s, i))
            (void)snprintf(row->name, sizeof row->name, "%s", instrument->name);
        else
            name_group(row, instrument);
    }
    qsort(s->rows, s->n_rows, sizeof *s->rows, by_expiry);
}

/* ---- the answer ---- */

/* The hedge and every leg must have data, or the run cannot be made. */
static rh_status check_needed(const survey *s, rh_error *error) {
    const rh_plan *plan = s->plan;
    if (!plan)
        return RH_OK;
    if (rh_audit_coverage(s->audit, plan->lane.hedge)->events == 0)
        return rh_fail(error, RH_BAD_DATA, "the data have nothing of the hedge %s",
                       plan->experiment->hedge.instrument);
    for (size_t i = 0; i < plan->n_legs; i++)
        if (rh_audit_coverage(s->audit, plan->legs[i].instrument)->events == 0)
            return rh_fail(error, RH_BAD_DATA, "the data have nothing of %s",
                           rh_catalogue_get(plan->catalogue, plan->legs[i].instrument)->name);
    return RH_OK;
}

static rh_status draw(const survey *s, const char *directory, const rh_globals *globals,
                      rh_error *error) {
    rh_coverage_line *lines = rh_allocate(s->n_rows, sizeof *lines);
    rh_coverage_chart chart = {.title = s->title, .lines = lines, .n_lines = s->n_rows};
    if (!lines)
        return rh_no_memory(error);
    rh_audit_slot(s->audit, &chart.from, &chart.width);
    for (size_t i = 0; i < s->n_rows; i++)
        lines[i] = (rh_coverage_line){s->rows[i].name, s->rows[i].coverage.slots};
    rh_status status = rh_coverage_chart_draw(&chart, directory, error);
    rh_release(lines);
    if (status == RH_OK && !globals->json)
        (void)printf("chart    %s/coverage.png\n", directory);
    return status;
}

static rh_status answer(survey *s, const rh_arguments *arguments, const rh_globals *globals,
                        rh_error *error) {
    make_rows(s);
    const rh_check_result result = {(const char *const *)s->paths,
                                    s->plan,
                                    s->catalogue,
                                    s->replay,
                                    s->audit,
                                    s->rows,
                                    s->n_rows};
    if (globals->json)
        rh_check_print_json(&result);
    else
        rh_check_print(&result);
    const char *directory = rh_argument(arguments, OUTPUT);
    rh_status status = directory ? draw(s, directory, globals, error) : RH_OK;
    if (status == RH_OK)
        status = check_needed(s, error);
    if (status == RH_OK && arguments->count[STRICT] > 0 && rh_audit_faults(s->audit) > 0)
        status = rh_fail(error, RH_BAD_DATA, "%s: faults in the data: %" PRIu64,
                         arguments->operands[0], rh_audit_faults(s->audit));
    return status;
}

static int run(const rh_arguments *arguments, const rh_globals *globals) {
    rh_error error = {0};
    survey s = {0};
    rh_status status = open_survey(&s, arguments, globals, &error);
    if (status == RH_OK)
        status = read_all(&s, globals, &error);
    if (status == RH_OK)
        status = answer(&s, arguments, globals, &error);
    const int code = status == RH_OK ? RH_OK : rh_report_error(&error);
    close_survey(&s);
    return status == RH_INTERRUPTED ? 128 + atomic_load(globals->interrupted) : code;
}

static const rh_option options[] = {
    [SET] = {"set", 's', "KEY=VALUE", "override a key of the experiment (may be repeated)"},
    [STRICT] = {"strict", 0, NULL, "exit with code 3 if any fault is found"},
    [OUTPUT] = {"output", 'o', "DIR", "draw the coverage into DIR/coverage.png"},
};

const rh_command rh_command_check = {
    .name = "check",
    .operands = "EXPERIMENT|STORE",
    .summary = "read all of an experiment's or a store's data: what is there, what is wrong",
    .example =
        "check data/demo.yaml\n"
        "file                                              rows    events   gaps    libcsv  first"
        "                 last\n"
        "../results/sample/spot.csv                       60372    180983      0         0  "
        "2024-01-01T00:00:00Z  2024-02-11T23:59:00Z",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .least_operands = 1,
    .most_operands = 1,
    .polls = 1,
    .run = run,
};
