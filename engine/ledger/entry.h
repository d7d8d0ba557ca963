/* SPDX-License-Identifier: GPL-3.0-or-later */
/* entry.h: what the ledger writes down: fills, cash movements, attribution.
 *
 * Amounts are the hedger's: a cost is negative cash. Costs in a fill (fee, spread, impact,
 * latency) are positive when they cost money. NaN means unknown; none enters the ledger.
 */
#ifndef RH_LEDGER_ENTRY_H
#define RH_LEDGER_ENTRY_H

#include "base/clock.h"
#include "instrument/evidence.h"

#include <stdint.h>

typedef enum { RH_USD, RH_COIN, RH_N_CURRENCIES } rh_currency;

typedef enum {
    RH_FILL_OPEN,
    RH_FILL_HEDGE,
    RH_FILL_CLOSE,
    RH_FILL_SETTLE,
    RH_FILL_LIQUIDATE
} rh_fill_reason;
const char *rh_fill_reason_text(rh_fill_reason reason);

typedef struct {
    rh_time ts;
    uint32_t instrument;
    double quantity; /* signed venue amount */
    double price;    /* in the instrument's own price currency */
    double mid;      /* the valuation price at the fill, same currency */
    double fee_usd, spread_usd, impact_usd, latency_usd;
    rh_fill_reason reason;
    rh_evidence evidence;
} rh_fill;

typedef enum {
    RH_FLOW_PREMIUM,    /* options bought and sold */
    RH_FLOW_HEDGE,      /* notional of spot; realised variation of perpetuals and futures */
    RH_FLOW_FEE,
    RH_FLOW_FUNDING,
    RH_FLOW_SETTLEMENT, /* payoffs */
    RH_FLOW_INTEREST,
    RH_FLOW_SWEEP       /* coin turned into USD under collateral: ignore (two rows) */
} rh_flow_reason;
const char *rh_flow_reason_text(rh_flow_reason reason);

typedef struct {
    rh_time ts;
    rh_currency currency;
    rh_flow_reason reason;
    uint32_t instrument; /* RH_NO_INSTRUMENT for interest */
    double amount;
} rh_flow;

/* The terms of a step's change in equity; their sum is the change (SPEC: attribution). */
typedef enum {
    RH_TERM_DELTA,
    RH_TERM_GAMMA,
    RH_TERM_THETA,
    RH_TERM_VEGA,
    RH_TERM_VANNA,
    RH_TERM_VOLGA,
    RH_TERM_CHARM,
    RH_TERM_BASIS,
    RH_TERM_HEDGE,
    RH_TERM_COLLATERAL,
    RH_TERM_INTEREST,
    RH_TERM_FUNDING,
    RH_TERM_FEE,
    RH_TERM_SPREAD,
    RH_TERM_IMPACT,
    RH_TERM_LATENCY,
    RH_TERM_SETTLEMENT,
    RH_TERM_RESIDUAL,
    RH_N_TERMS
} rh_term;
const char *rh_term_text(rh_term term);

/* One term in both currencies; usd and coin are each complete on their own. */
typedef struct {
    double usd[RH_N_TERMS], coin[RH_N_TERMS];
} rh_attribution;

#endif
