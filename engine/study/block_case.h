/* SPDX-License-Identifier: GPL-3.0-or-later */
/* block_case.h: cases that many paths can be run through at once, and what such a run needs.
 *
 * The quick way is for what does the same things at the same instants on every path: linear
 * options that all open with the scenario, hedged with spot or a linear perpetual by `interval` on
 * a clock, `static` or `none`, in a scenario without stochastic volatility, jumps, moving basis,
 * funding, outages, ticks and lots. Opening and record grid are read off a path that the engine
 * has run.
 */
#ifndef RH_STUDY_BLOCK_CASE_H
#define RH_STUDY_BLOCK_CASE_H

#include "study/cases.h"
#include "study/hedge_block.h"

/* Why a case has to be run path by path, or NULL if blocks will do. */
const char *rh_block_refusal(const rh_case *c);

typedef struct {
    const rh_instrument *instrument;
    double quantity, size; /* size: quantity x multiplier */
    uint64_t last;         /* step of its expiry */
} rh_block_option;

/* What a lane does at a step, beside settlements. */
enum { RH_BLOCK_REBALANCES = 1, RH_BLOCK_RECORDS = 2 };

/* The state after the first instant, which is the same on all paths. */
typedef struct {
    double cash, shadow_cash;
    double held, entry;
    double turnover, fees, spread, rebalances;
    double equity, shadow_equity;
} rh_block_opening;

typedef struct {
    const rh_plan *plan;
    size_t book; /* cases of one number have the same options, hedge and valuation */
    rh_block_terms terms;
    rh_block_option *options; /* in the order of the book */
    size_t n_options;
    double hedge_factor, forward_factor; /* over the spot price: hedge, what forwards grow from */
    double spread_bps, spread_vol_bps;   /* of the hedge */
    uint64_t last;                       /* step of the last expiry */
    unsigned char *acts;                 /* bits above for steps 0 ... last */
    rh_block_opening opening;
} rh_block_case;

/* For a case that isn't refused; runs path `first` through the engine. *out is NULL if the record
 * grid lies between the steps, where blocks can't follow. The cases must outlive it. */
rh_status rh_block_case_new(const rh_cases *cases, size_t which, uint32_t first,
                            rh_block_case **out, rh_error *error);
void rh_block_case_free(rh_block_case *c);

#endif
