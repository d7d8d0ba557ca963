/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check: read an experiment and all of its data, and say what is there. Touches nothing. */
#include "base/memory.h"
#include "cli/command.h"
#include "experiment/plan.h"

#include <inttypes.h>
#include <math.h>

/* What the data say of one instrument. */
typedef struct {
    uint64_t events, quotes, one_sided, crossed;
    rh_time first, last;
    int64_t longest_gap;
} coverage;

typedef struct {
    const rh_plan *plan;
    rh_replay *replay;
    coverage *seen;
    rh_time first, last;
} survey;

static void count_event(survey *s, const rh_event *event) {
    coverage *c = &s->seen[event->instrument];
    if (c->events++ == 0)
        c->first = event->known;
    else if (event->known - c->last > c->longest_gap)
        c->longest_gap = event->known - c->last;
    c->last = event->known;
    if (event->kind != RH_EVENT_QUOTE)
        return;
    c->quotes++;
    c->one_sided += (rh_event_has(event, RH_BID) && isnan(event->value[RH_BID])) ||
                    (rh_event_has(event, RH_ASK) && isnan(event->value[RH_ASK]));
    c->crossed += rh_event_has(event, RH_BID) && rh_event_has(event, RH_ASK) &&
                  event->value[RH_BID] > event->value[RH_ASK];
}

static rh_status read_all(survey *s, const rh_globals *globals, rh_error *error) {
    const rh_event *events;
    size_t count;
    while (rh_replay_next_time(s->replay) != RH_NEVER) {
        if (atomic_load(globals->interrupted))
            return rh_fail(error, RH_INTERRUPTED, "interrupted");
        rh_status status = rh_replay_take(s->replay, &events, &count, error);
        if (status != RH_OK)
            return status;
        for (size_t i = 0; i < count; i++)
            count_event(s, &events[i]);
    }
    return RH_OK;
}

static void print_sources(const survey *s) {
    char first[RH_TIME_TEXT], last[RH_TIME_TEXT];
    (void)printf("%-44s %9s %9s %6s %9s  %-20s  %s\n", "file", "rows", "events", "gaps", "libcsv",
                 "first", "last");
    for (size_t i = 0; i < rh_replay_n_sources(s->replay); i++) {
        rh_source_summary sum;
        rh_replay_summarise(s->replay, i, &sum);
        (void)printf("%-44s %9" PRIu64 " %9" PRIu64 " %6" PRIu64 " %9" PRIu64 "  %-20s  %s\n",
                     s->plan->entries[i].path, sum.rows, sum.events, sum.gaps, sum.gaps,
                     sum.rows ? rh_time_text(sum.first, first) : "-",
                     sum.rows ? rh_time_text(sum.last, last) : "-");
        if (*sum.note)
            (void)printf("    %s\n", sum.note);
    }
}

/* Seconds don't matter in gaps of hours. */
static int64_t readable(int64_t gap) {
    const int64_t unit = gap < RH_HOUR ? RH_S : RH_MIN;
    return gap / unit * unit;
}

static void print_instruments(const survey *s) {
    char first[RH_TIME_TEXT], last[RH_TIME_TEXT], gap[RH_DURATION_TEXT];
    (void)printf("\n%-24s %9s %9s %7s  %-20s  %-20s  %s\n", "instrument", "events", "one-sided",
                 "crossed", "first", "last", "longest gap");
    for (uint32_t i = 0; i < rh_catalogue_count(s->plan->catalogue); i++) {
        const rh_instrument *instrument = rh_catalogue_get(s->plan->catalogue, i);
        const coverage *c = &s->seen[i];
        const int looked_for = instrument->kind == RH_FUTURE && i != s->plan->lane.hedge;
        if (c->events == 0 && looked_for) /* a dated future that might have given a forward */
            continue;
        if (c->events == 0) {
            (void)printf("%-24s %9s\n", instrument->name, "no data");
            continue;
        }
        (void)printf("%-24s %9" PRIu64 " %8.1f%% %7" PRIu64 "  %-20s  %-20s  %s\n",
                     instrument->name, c->events,
                     c->quotes ? 100.0 * (double)c->one_sided / (double)c->quotes : 0.0, c->crossed,
                     rh_time_text(c->first, first), rh_time_text(c->last, last),
                     rh_duration_text(readable(c->longest_gap), gap));
    }
}

/* The hedge and every leg must have data, or the run cannot be made. */
static rh_status check_needed(const survey *s, rh_error *error) {
    const rh_plan *plan = s->plan;
    if (s->seen[plan->lane.hedge].events == 0)
        return rh_fail(error, RH_BAD_DATA, "the data have nothing of the hedge %s",
                       plan->experiment->hedge.instrument);
    for (size_t i = 0; i < plan->n_legs; i++)
        if (s->seen[plan->legs[i].instrument].events == 0)
            return rh_fail(error, RH_BAD_DATA, "the data have nothing of %s",
                           rh_catalogue_get(plan->catalogue, plan->legs[i].instrument)->name);
    return RH_OK;
}

static int run(const rh_arguments *arguments, const rh_globals *globals) {
    rh_error error = {0};
    rh_experiment *experiment = NULL;
    rh_plan *plan = NULL;
    survey s = {0};
    rh_status status = rh_experiment_read(arguments->operands[0], arguments->given[0],
                                          arguments->count[0], &experiment, &error);
    if (status == RH_OK)
        status = rh_plan_new(experiment, globals->registry, &plan, &error);
    if (status == RH_OK)
        status = rh_replay_open(plan->sources, plan->n_sources, plan->catalogue, &s.replay, &error);
    if (status == RH_OK) {
        s.plan = plan;
        s.seen = rh_allocate(rh_catalogue_count(plan->catalogue), sizeof *s.seen);
        status =
            s.seen ? read_all(&s, globals, &error) : rh_fail(&error, RH_FAILED, "out of memory");
    }
    if (status == RH_OK) {
        print_sources(&s);
        print_instruments(&s);
        status = check_needed(&s, &error);
    }
    int code = status == RH_OK ? RH_OK : rh_report_error(&error);
    rh_release(s.seen);
    rh_replay_close(s.replay);
    rh_plan_free(plan);
    rh_experiment_free(experiment);
    return status == RH_INTERRUPTED ? 128 + atomic_load(globals->interrupted) : code;
}

static const rh_option options[] = {
    {"set", 's', "KEY=VALUE", "override a key of the experiment (may be repeated)"},
};

const rh_command rh_command_check = {
    .name = "check",
    .operands = "EXPERIMENT",
    .summary = "read an experiment and all of its data and say what is there; touches nothing",
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
