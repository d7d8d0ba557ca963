/* SPDX-License-Identifier: GPL-3.0-or-later */
/* coverage.c: how much there is of what, and when. */
#include "audit/audit_parts.h"

#include <math.h>

const char *rh_audit_field_text(rh_audit_field field) {
    static const char *const names[RH_N_AUDIT_FIELDS] = {
        "quote", "trade", "bar", "mark", "iv", "forward", "index", "funding", "settlement"};
    return names[field];
}

/* ---- time ---- */

/* Slots become twice as wide, of every instrument at once. */
static void widen(rh_audit *audit) {
    for (size_t i = 0; i < rh_catalogue_count(audit->catalogue); i++) {
        uint32_t *slots = audit->coverage[i].slots;
        for (size_t k = 0; k < RH_COVERAGE_SLOTS / 2; k++)
            slots[k] = slots[2 * k] + slots[2 * k + 1];
        for (size_t k = RH_COVERAGE_SLOTS / 2; k < RH_COVERAGE_SLOTS; k++)
            slots[k] = 0;
    }
    audit->slot_width *= 2;
}

static void count_in_slot(rh_audit *audit, rh_coverage *coverage, rh_time known) {
    if (audit->slots_from == RH_DAWN)
        audit->slots_from = known / RH_DAY * RH_DAY;
    while ((known - audit->slots_from) / audit->slot_width >= RH_COVERAGE_SLOTS)
        widen(audit);
    const int64_t slot = (known - audit->slots_from) / audit->slot_width;
    if (slot >= 0 && coverage->slots[slot] < UINT32_MAX)
        coverage->slots[slot]++;
}

static void measure_gap(rh_coverage *coverage, rh_time known) {
    if (coverage->events > 0 && known - coverage->last > coverage->longest_gap) {
        coverage->longest_gap = known - coverage->last;
        coverage->gap_from = coverage->last;
    }
    if (coverage->events == 0)
        coverage->first = known;
    coverage->last = known;
}

/* ---- fields ---- */

static uint64_t says(const rh_event *event, int position) {
    return rh_event_has(event, position) && !isnan(event->value[position]);
}

static void count_mark(rh_coverage *coverage, const rh_event *event) {
    coverage->fields[RH_FIELD_MARK] += says(event, RH_MARK);
    coverage->fields[RH_FIELD_IV] += says(event, RH_IV);
    coverage->fields[RH_FIELD_FORWARD] += says(event, RH_FORWARD);
    coverage->fields[RH_FIELD_INDEX] += says(event, RH_INDEX);
}

static void count_quote(rh_coverage *coverage, const rh_event *event) {
    coverage->fields[RH_FIELD_QUOTE]++;
    coverage->one_sided += (uint64_t)(rh_event_has(event, RH_BID) && isnan(event->value[RH_BID])) ||
                           (rh_event_has(event, RH_ASK) && isnan(event->value[RH_ASK]));
}

void rh_audit_cover(rh_audit *audit, const rh_event *event) {
    rh_coverage *coverage = &audit->coverage[event->instrument];
    measure_gap(coverage, event->known);
    count_in_slot(audit, coverage, event->known);
    coverage->events++;
    switch ((rh_event_kind)event->kind) {
    case RH_EVENT_QUOTE: count_quote(coverage, event); break;
    case RH_EVENT_TRADE: coverage->fields[RH_FIELD_TRADE]++; break;
    case RH_EVENT_BAR: coverage->fields[RH_FIELD_BAR]++; break;
    case RH_EVENT_MARK: count_mark(coverage, event); break;
    case RH_EVENT_FUNDING: coverage->fields[RH_FIELD_FUNDING]++; break;
    case RH_EVENT_SETTLEMENT: coverage->fields[RH_FIELD_SETTLEMENT]++; break;
    }
}
