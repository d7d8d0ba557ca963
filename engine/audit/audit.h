/* SPDX-License-Identifier: GPL-3.0-or-later */
/* audit.h: what market data hold, and what is wrong with them.
 *
 * An audit hears a tape instant by instant, as a run would, and keeps in memory that doesn't grow
 * with its length: of every instrument how much of each kind of number there is and when; and of
 * every kind of fault how often it occurs and the worst case with its place (finding.h).
 *
 * What is tested against what: quotes as they stand after an instant; options of one expiry that
 * were observed in the same instant, or within a minute before it, with each other and with the
 * forward of the newest of them; the index with spot and perpetuals observed within a minute.
 * Options are tested undiscounted: on the venues read here premium and payoff are in one
 * currency and interest is inside the forward.
 */
#ifndef RH_AUDIT_AUDIT_H
#define RH_AUDIT_AUDIT_H

#include "audit/finding.h"
#include "base/status.h"
#include "instrument/catalogue.h"
#include "instrument/event.h"

/* What rows can say of an instrument. */
typedef enum {
    RH_FIELD_QUOTE,
    RH_FIELD_TRADE,
    RH_FIELD_BAR,
    RH_FIELD_MARK,
    RH_FIELD_IV,
    RH_FIELD_FORWARD,
    RH_FIELD_INDEX,
    RH_FIELD_FUNDING,
    RH_FIELD_SETTLEMENT,
    RH_N_AUDIT_FIELDS
} rh_audit_field;
const char *rh_audit_field_text(rh_audit_field field); /* "quote", ... */

enum { RH_COVERAGE_SLOTS = 512 };

/* Of one instrument. Times are those at which rows were known. */
typedef struct {
    uint64_t events;
    uint64_t fields[RH_N_AUDIT_FIELDS];
    uint64_t one_sided; /* quotes with one side gone */
    rh_time first, last;
    int64_t longest_gap;
    rh_time gap_from;                  /* the longest gap begins here */
    uint32_t slots[RH_COVERAGE_SLOTS]; /* events by time, see rh_audit_slot */
} rh_coverage;

typedef struct rh_audit rh_audit;

/* The catalogue must outlive the audit and must not grow any more. NULL without memory. */
rh_audit *rh_audit_new(const rh_catalogue *catalogue);
void rh_audit_free(rh_audit *audit);

/* One instant: all events with one known time, in order. */
void rh_audit_hear(rh_audit *audit, rh_time now, const rh_event *events, size_t count);

/* After the last instant: faults that show only then. */
void rh_audit_finish(rh_audit *audit);

const rh_coverage *rh_audit_coverage(const rh_audit *audit, uint32_t instrument);
const rh_finding *rh_audit_finding(const rh_audit *audit, rh_finding_kind kind);

/* How many findings are faults. */
uint64_t rh_audit_faults(const rh_audit *audit);

/* Slot i of every coverage begins at `from` + i x `width`. */
void rh_audit_slot(const rh_audit *audit, rh_time *from, int64_t *width);

#endif
