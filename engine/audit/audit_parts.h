/* SPDX-License-Identifier: GPL-3.0-or-later */
/* audit_parts.h: the inside of an audit, shared by the files of this room and by nobody else. */
#ifndef RH_AUDIT_AUDIT_PARTS_H
#define RH_AUDIT_AUDIT_PARTS_H

#include "audit/audit.h"
#include "market/market.h"

/* Numbers observed so long ago still belong to the moment. */
#define RH_AUDIT_MOMENT RH_MIN

/* What is remembered of an instrument from one row to the next. */
typedef struct {
    rh_event before[RH_EVENT_SETTLEMENT + 1]; /* the last row of each kind */
    uint64_t repeats;                         /* rows in a row with the prices of the one before */
    rh_time repeats_from;
    double price, move, usual; /* last price, its last log move, the mean size of moves */
    double before_move;        /* the usual move before that one */
    uint64_t moves;
    rh_time happened;
    int64_t bar_step; /* smallest distance of two bars so far */
    unsigned kinds;   /* of its rows in this instant: bits 1 << rh_event_kind */
} rh_audit_memory;

/* The options of one expiry, underlying and settlement, by strike. Neighbours in the list are
 * neighbours in time. */
typedef struct {
    const rh_instrument *option; /* one of them */
    size_t first, count;         /* in rh_audit.strikes */
    rh_time heard;               /* the last instant in which they were looked at */
    double variance;             /* total, at the money; NaN: unknown, */
    rh_time variance_at;         /* and when it was seen */
} rh_audit_expiry;

typedef struct {
    double strike;
    uint32_t call, put; /* RH_NO_INSTRUMENT: not listed */
} rh_audit_strike;

struct rh_audit {
    const rh_catalogue *catalogue;
    rh_market *market;
    rh_coverage *coverage;
    rh_audit_memory *memory;
    rh_audit_expiry *expiries;
    rh_audit_strike *strikes;
    size_t n_expiries, n_strikes;
    uint32_t *spots; /* the instruments that indices are held against */
    size_t n_spots;
    size_t *expiry_of; /* of each option */
    rh_time slots_from;
    int64_t slot_width;
    rh_finding findings[RH_N_FINDINGS];
};

/* Counts a case; if it is the worst so far, its place is kept and detail is printed. */
void rh_audit_note(rh_audit *audit, rh_finding_kind kind, double size, uint32_t instrument,
                   uint16_t source, const char *format, ...) RH_PRINTF(6, 7);

/* coverage.c */
void rh_audit_cover(rh_audit *audit, const rh_event *event);

/* rows.c: a row beside the rows before it, before the market takes it in. */
void rh_audit_row(rh_audit *audit, const rh_event *event);
void rh_audit_end_rows(rh_audit *audit);

/* states.c: what an instrument shows after an instant in which a row of it came. Once an instant;
 * forgets which kinds of rows there were. */
void rh_audit_state(rh_audit *audit, const rh_event *event);

/* chain.c */
rh_status rh_audit_list_chain(rh_audit *audit);
/* The options of one expiry after an instant in which one of them said something; at most once a
 * second. */
void rh_audit_chain(rh_audit *audit, size_t expiry, uint16_t source);

#endif
