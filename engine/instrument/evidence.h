/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evidence.h: where a price came from. Best first, so that the weaker of two is the larger. */
#ifndef RH_INSTRUMENT_EVIDENCE_H
#define RH_INSTRUMENT_EVIDENCE_H

typedef enum {
    RH_BY_QUOTE,     /* two-sided quote */
    RH_BY_MARK,      /* the venue's own mark, mark IV, index or delivery price */
    RH_BY_TRADE,     /* last trade, or the close of a bar */
    RH_BY_ONE_SIDED, /* one side of a quote */
    RH_BY_MODEL,     /* repriced from the last observation */
    RH_BY_STALE,     /* the same, older than mark.max_age */
    RH_BY_USER,      /* a number in the experiment */
    RH_BY_NOTHING    /* no evidence: the number is NaN */
} rh_evidence;

const char *rh_evidence_text(rh_evidence evidence);

#endif
