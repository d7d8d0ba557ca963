/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_text.c: what `check` has found, as tables. */
#include "cli/check_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- files ---- */

static void print_sources(const rh_check_result *r) {
    char first[RH_TIME_TEXT], last[RH_TIME_TEXT];
    (void)printf("%-44s %9s %9s %6s %9s  %-20s  %s\n", "file", "rows", "events", "gaps", "libcsv",
                 "first", "last");
    for (size_t i = 0; i < rh_replay_n_sources(r->replay); i++) {
        rh_source_summary sum;
        rh_replay_summarise(r->replay, i, &sum);
        (void)printf("%-44s %9" PRIu64 " %9" PRIu64 " %6" PRIu64 " %9" PRIu64 "  %-20s  %s\n",
                     r->paths[i], sum.rows, sum.events, sum.gaps, sum.libcsv_rows,
                     sum.rows ? rh_time_text(sum.first, first) : "-",
                     sum.rows ? rh_time_text(sum.last, last) : "-");
        if (sum.foreign > 0)
            (void)printf("    %" PRIu64 " rows of instruments whose names say nothing and that are "
                         "not declared\n",
                         sum.foreign);
        if (*sum.note)
            (void)printf("    %s\n", sum.note);
    }
}

/* ---- coverage ---- */

/* Seconds don't matter in gaps of hours. */
static int64_t readable(int64_t gap) {
    const int64_t unit = gap < RH_HOUR ? RH_S : RH_MIN;
    return gap / unit * unit;
}

/* Columns that are empty for everybody aren't shown. */
static unsigned fields_there(const rh_check_result *r) {
    unsigned there = 0;
    for (size_t i = 0; i < r->n_rows; i++)
        for (int f = 0; f < RH_N_AUDIT_FIELDS; f++)
            there |= (r->rows[i].coverage.fields[f] > 0 ? 1u : 0u) << f;
    return there;
}

static void print_row(const rh_check_row *row, unsigned there) {
    const rh_coverage *c = &row->coverage;
    char first[RH_TIME_TEXT], last[RH_TIME_TEXT], gap[RH_DURATION_TEXT];
    (void)printf("%-32s", row->name);
    if (c->events == 0) {
        (void)printf(" %9s\n", "no data");
        return;
    }
    for (int f = 0; f < RH_N_AUDIT_FIELDS; f++)
        if (there >> f & 1u)
            (void)printf(" %10" PRIu64, c->fields[f]);
    if (there >> RH_FIELD_QUOTE & 1u) {
        const double quotes = (double)c->fields[RH_FIELD_QUOTE];
        (void)printf(" %8.1f%%", quotes > 0.0 ? 100.0 * (double)c->one_sided / quotes : 0.0);
    }
    (void)printf("  %-20s  %-20s  %s\n", rh_time_text(c->first, first), rh_time_text(c->last, last),
                 rh_duration_text(readable(c->longest_gap), gap));
}

static void print_coverage(const rh_check_result *r) {
    const unsigned there = fields_there(r);
    (void)printf("\n%-32s", "instrument");
    for (int f = 0; f < RH_N_AUDIT_FIELDS; f++)
        if (there >> f & 1u)
            (void)printf(" %10s", rh_audit_field_text((rh_audit_field)f));
    if (there >> RH_FIELD_QUOTE & 1u)
        (void)printf(" %9s", "one-sided");
    (void)printf("  %-20s  %-20s  %s\n", "first", "last", "longest gap");
    for (size_t i = 0; i < r->n_rows; i++)
        print_row(&r->rows[i], there);
}

/* ---- findings ---- */

static void print_finding(const rh_check_result *r, int kind) {
    const rh_finding_entry *entry = &rh_finding_table()[kind];
    const rh_finding *finding = rh_audit_finding(r->audit, (rh_finding_kind)kind);
    char when[RH_TIME_TEXT];
    if (finding->count == 0)
        return;
    const char *slash = strrchr(r->paths[finding->source], '/');
    (void)printf("%-17s %9" PRIu64 "  %10.4g %-14s  %s\n", entry->name, finding->count,
                 finding->size, entry->unit, entry->test);
    (void)printf("%-27s  %s%s %s, %s: %s\n", "", entry->fault ? "" : "(no fault) ",
                 rh_catalogue_get(r->catalogue, finding->instrument)->name,
                 rh_time_text(finding->at, when), slash ? slash + 1 : r->paths[finding->source],
                 finding->detail);
}

static void print_findings(const rh_check_result *r) {
    const uint64_t faults = rh_audit_faults(r->audit);
    uint64_t notes = 0;
    for (int kind = 0; kind < RH_N_FINDINGS; kind++)
        notes += rh_audit_finding(r->audit, (rh_finding_kind)kind)->count;
    notes -= faults;
    if (faults + notes > 0)
        (void)printf("\n%-17s %9s  %10s %-14s  %s\n", "finding", "count", "worst", "", "what");
    for (int kind = 0; kind < RH_N_FINDINGS; kind++)
        print_finding(r, kind);
    (void)printf("\n%" PRIu64 " fault%s in %d tests\n", faults, faults == 1 ? "" : "s",
                 RH_N_FINDINGS);
}

/* Another path than the first, which was looked at, differs in its outages at most. */
static void print_scenario(const rh_plan *plan) {
    const rh_scenario *scenario = plan->scenario;
    char step[RH_DURATION_TEXT];
    (void)printf("scenario %s: %s\n", plan->experiment->data[0].scenario, scenario->title);
    (void)printf("%" PRIu64 " steps of %s, seed %" PRIu64 "; ", rh_scenario_steps(scenario),
                 rh_duration_text(scenario->step, step), scenario->seed);
    if (plan->n_paths > 1)
        (void)printf("%zu paths from number %" PRIu32 " on, of which this is the first\n",
                     plan->n_paths, plan->first_path);
    else
        (void)printf("path %" PRIu32 "\n", plan->first_path);
}

void rh_check_print(const rh_check_result *result) {
    if (result->plan && result->plan->scenario)
        print_scenario(result->plan);
    else
        print_sources(result);
    print_coverage(result);
    print_findings(result);
}
