/* SPDX-License-Identifier: GPL-3.0-or-later */
/* audit.c: one instant of an audit. */
#include "audit/audit.h"

#include "audit/audit_parts.h"
#include "base/memory.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

rh_audit *rh_audit_new(const rh_catalogue *catalogue) {
    rh_audit *audit = rh_allocate(1, sizeof *audit);
    if (!audit)
        return NULL;
    const size_t count = rh_catalogue_count(catalogue);
    audit->catalogue = catalogue;
    audit->market = rh_market_new(catalogue, RH_FUNDING_NONE);
    audit->coverage = rh_allocate(count, sizeof *audit->coverage);
    audit->memory = rh_allocate(count, sizeof *audit->memory);
    audit->slots_from = RH_DAWN;
    audit->slot_width = RH_MIN;
    audit->spots = rh_allocate(count, sizeof *audit->spots);
    if (!audit->market || !audit->coverage || !audit->memory || !audit->spots ||
        rh_audit_list_chain(audit) != RH_OK) {
        rh_audit_free(audit);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        audit->memory[i].price = NAN;
        audit->memory[i].happened = RH_DAWN;
        if (rh_catalogue_get(catalogue, (uint32_t)i)->kind == RH_SPOT)
            audit->spots[audit->n_spots++] = (uint32_t)i;
    }
    return audit;
}

void rh_audit_free(rh_audit *audit) {
    if (!audit)
        return;
    rh_market_free(audit->market);
    rh_release(audit->coverage);
    rh_release(audit->memory);
    rh_release(audit->spots);
    rh_release(audit->expiries);
    rh_release(audit->strikes);
    rh_release(audit->expiry_of);
    rh_release(audit);
}

void rh_audit_note(rh_audit *audit, rh_finding_kind kind, double size, uint32_t instrument,
                   uint16_t source, const char *format, ...) {
    rh_finding *finding = &audit->findings[kind];
    va_list arguments;
    if (finding->count++ > 0 && !(size > finding->size))
        return;
    finding->size = size;
    finding->at = rh_market_now(audit->market);
    finding->instrument = instrument;
    finding->source = source;
    va_start(arguments, format);
    (void)vsnprintf(finding->detail, sizeof finding->detail, format, arguments);
    va_end(arguments);
}

void rh_audit_hear(rh_audit *audit, rh_time now, const rh_event *events, size_t count) {
    rh_market_advance(audit->market, now);
    for (size_t i = 0; i < count; i++) {
        rh_audit_cover(audit, &events[i]);
        rh_audit_row(audit, &events[i]);
        rh_market_apply(audit->market, &events[i]);
    }
    rh_market_complete(audit->market);
    for (size_t i = 0; i < count; i++)
        rh_audit_state(audit, &events[i]);
    for (size_t i = 0; i < count; i++)
        if (rh_catalogue_get(audit->catalogue, events[i].instrument)->kind == RH_OPTION)
            rh_audit_chain(audit, audit->expiry_of[events[i].instrument], events[i].source);
}

void rh_audit_finish(rh_audit *audit) {
    rh_audit_end_rows(audit);
}

const rh_coverage *rh_audit_coverage(const rh_audit *audit, uint32_t instrument) {
    return &audit->coverage[instrument];
}

const rh_finding *rh_audit_finding(const rh_audit *audit, rh_finding_kind kind) {
    return &audit->findings[kind];
}

uint64_t rh_audit_faults(const rh_audit *audit) {
    uint64_t faults = 0;
    for (int i = 0; i < RH_N_FINDINGS; i++)
        faults += rh_finding_table()[i].fault ? audit->findings[i].count : 0;
    return faults;
}

void rh_audit_slot(const rh_audit *audit, rh_time *from, int64_t *width) {
    *from = audit->slots_from;
    *width = audit->slot_width;
}
