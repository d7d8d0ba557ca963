/* SPDX-License-Identifier: GPL-3.0-or-later */
/* finding.h: the kinds of fault that market data can have, each with its test in one sentence.
 *
 * A finding counts how often a test failed and keeps the worst case with its place. Whether a
 * fault matters is the user's to say; `check --strict` fails on any that the table calls a fault.
 * Notes are facts that a good file may have too (locked quotes, vanished sides of a quote).
 */
#ifndef RH_AUDIT_FINDING_H
#define RH_AUDIT_FINDING_H

#include "base/clock.h"

#include <stddef.h>
#include <stdint.h>

typedef enum {
    RH_FINDING_CROSSED,
    RH_FINDING_LOCKED,
    RH_FINDING_OFF_TICK,
    RH_FINDING_STALE_RUN,
    RH_FINDING_SPIKE,
    RH_FINDING_DUPLICATE,
    RH_FINDING_DISORDER,
    RH_FINDING_FUTURE,
    RH_FINDING_BAR_RANGE,
    RH_FINDING_BAR_MISSING,
    RH_FINDING_FUNDING_MISSING,
    RH_FINDING_FUNDING_OFF_GRID,
    RH_FINDING_FUNDING_LARGE,
    RH_FINDING_INDEX_SPOT,
    RH_FINDING_MARK_INDEX,
    RH_FINDING_IV_RANGE,
    RH_FINDING_IV_PRICE,
    RH_FINDING_PRICE_BOUNDS,
    RH_FINDING_PARITY,
    RH_FINDING_BOX,
    RH_FINDING_VERTICAL,
    RH_FINDING_BUTTERFLY,
    RH_FINDING_CALENDAR,
    RH_N_FINDINGS
} rh_finding_kind;

typedef struct {
    const char *name;
    const char *unit; /* of the size of a case */
    int fault;        /* 0: a note */
    const char *test; /* what is counted */
} rh_finding_entry;

/* One row a kind, in the order of the enumeration. */
const rh_finding_entry *rh_finding_table(void);

typedef struct {
    uint64_t count;
    double size;         /* of the worst case, in the table's unit */
    rh_time at;          /* when it was known */
    uint32_t instrument; /* the one it is about */
    uint16_t source;     /* number of the source that said it last */
    char detail[112];    /* what was seen, in words and numbers */
} rh_finding;

#endif
