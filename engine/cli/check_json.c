/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_json.c: what `check` has found, as one JSON object. */
#include "base/json.h"
#include "cli/check_parts.h"

#include <stdio.h>

static void write_time(rh_json *json, const char *key, rh_time time, int known) {
    char text[RH_TIME_TEXT];
    rh_json_string(json, key, known ? rh_time_text(time, text) : NULL);
}

static void write_sources(rh_json *json, const rh_check_result *r) {
    rh_json_begin(json, "sources", '[');
    for (size_t i = 0; i < rh_replay_n_sources(r->replay); i++) {
        rh_source_summary sum;
        rh_replay_summarise(r->replay, i, &sum);
        rh_json_begin(json, NULL, '{');
        rh_json_string(json, "path", r->paths[i]);
        rh_json_number(json, "rows", (double)sum.rows);
        rh_json_number(json, "events", (double)sum.events);
        rh_json_number(json, "foreign", (double)sum.foreign);
        rh_json_number(json, "gaps", (double)sum.gaps);
        rh_json_number(json, "libcsv_rows", (double)sum.libcsv_rows);
        write_time(json, "first", sum.first, sum.rows > 0);
        write_time(json, "last", sum.last, sum.rows > 0);
        rh_json_string(json, "sha256", sum.sha256);
        rh_json_string(json, "note", sum.note);
        rh_json_end(json, '}');
    }
    rh_json_end(json, ']');
}

static void write_coverage(rh_json *json, const rh_check_row *row) {
    const rh_coverage *c = &row->coverage;
    rh_json_begin(json, NULL, '{');
    rh_json_string(json, "name", row->name);
    rh_json_number(json, "instruments", (double)row->count);
    rh_json_number(json, "events", (double)c->events);
    for (int f = 0; f < RH_N_AUDIT_FIELDS; f++)
        rh_json_number(json, rh_audit_field_text((rh_audit_field)f), (double)c->fields[f]);
    rh_json_number(json, "one_sided", (double)c->one_sided);
    write_time(json, "first", c->first, c->events > 0);
    write_time(json, "last", c->last, c->events > 0);
    rh_json_number(json, "longest_gap_s", (double)c->longest_gap / (double)RH_S);
    rh_json_end(json, '}');
}

static void write_finding(rh_json *json, const rh_check_result *r, int kind) {
    const rh_finding_entry *entry = &rh_finding_table()[kind];
    const rh_finding *finding = rh_audit_finding(r->audit, (rh_finding_kind)kind);
    rh_json_begin(json, NULL, '{');
    rh_json_string(json, "name", entry->name);
    rh_json_boolean(json, "fault", entry->fault);
    rh_json_number(json, "count", (double)finding->count);
    if (finding->count > 0) {
        rh_json_number(json, "worst", finding->size);
        rh_json_string(json, "unit", entry->unit);
        rh_json_string(json, "instrument",
                       rh_catalogue_get(r->catalogue, finding->instrument)->name);
        write_time(json, "ts", finding->at, 1);
        rh_json_string(json, "source", r->paths[finding->source]);
        rh_json_string(json, "detail", finding->detail);
    }
    rh_json_end(json, '}');
}

void rh_check_print_json(const rh_check_result *result) {
    rh_json json = {0};
    rh_json_begin(&json, NULL, '{');
    write_sources(&json, result);
    rh_json_begin(&json, "instruments", '[');
    for (size_t i = 0; i < result->n_rows; i++)
        write_coverage(&json, &result->rows[i]);
    rh_json_end(&json, ']');
    rh_json_begin(&json, "findings", '[');
    for (int kind = 0; kind < RH_N_FINDINGS; kind++)
        write_finding(&json, result, kind);
    rh_json_end(&json, ']');
    rh_json_end(&json, '}');
    if (rh_json_text(&json))
        (void)puts(rh_json_text(&json));
    rh_json_free(&json);
}
