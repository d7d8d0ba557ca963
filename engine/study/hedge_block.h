/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hedge_block.h: a book of linear options and its hedge on a block of paths at once.
 *
 * What a lane does at one instant (lane.h, ledger.h), restricted to linear options, hedged with
 * spot or a linear perpetual at the simulated price without lots, and done for RH_BLOCK paths in
 * the same order of operations: the accounts have the bits that lanes of their own would have.
 */
#ifndef RH_STUDY_HEDGE_BLOCK_H
#define RH_STUDY_HEDGE_BLOCK_H

#include "pricing/black_block.h"

#include <stddef.h>

/* ---- the market ---- */

/* What the hedge shows at one instant, given the spot price of the paths. */
typedef struct {
    double factor;      /* its mark over the spot price */
    double half_spread; /* as a share of the mark */
} rh_block_quote;

/* Its sides and what it is valued at. */
typedef struct {
    double mid[RH_BLOCK], bid[RH_BLOCK], ask[RH_BLOCK];
} rh_block_prices;

void rh_block_quote_prices(rh_vector vector, const rh_block_quote *quote, const double *spot,
                           rh_block_prices *prices);

/* ---- the book ---- */

/* An open option at one instant. */
typedef struct {
    rh_black_contract option;
    double size;   /* signed units of underlying */
    double factor; /* the forward over the spot price is factor x growth */
    double growth;
} rh_block_leg;

/* Sums of size x delta against the hedge's price, and of size x value, by path. Either may be
 * NULL for less work. */
void rh_block_sum_up(rh_vector vector, const rh_block_leg *legs, size_t n_legs, const double *spot,
                     const rh_block_prices *prices, double *exposure, double *value);

/* ---- the hedge ---- */

typedef struct {
    int is_spot;       /* pays its notional, where a perpetual pays variation */
    int at_mid;        /* fills at the mid, not at the touch */
    double multiplier; /* of the contract */
    double fee;        /* rate on the notional */
    double target;     /* exposure to keep */
} rh_block_terms;

/* By path; what is summed starts at 0. */
typedef struct {
    double cash[RH_BLOCK];
    double held[RH_BLOCK];  /* contracts of the hedge */
    double entry[RH_BLOCK]; /* price from which variation runs */
    double turnover[RH_BLOCK], fees[RH_BLOCK], spread[RH_BLOCK]; /* USD */
    double rebalances[RH_BLOCK]; /* without those that found nothing to trade */
    double paid_to[RH_BLOCK];    /* step up to which interest is in the cash */
    int mixed;                   /* paid_to may not be the same on all paths */
} rh_block_account;

/* What the cash of each path has earned since `paid_to`, as a share of itself. It is booked where
 * something is done to an account, and only there. */
typedef struct {
    double step; /* now */
    double growth[RH_BLOCK];
} rh_block_interest;

/* Books it on all paths. */
void rh_block_earn(rh_vector vector, const rh_block_interest *interest, rh_block_account *account);

/* Whether it is known to be paid up to this step on all paths. */
int rh_block_paid_to(const rh_block_account *account, double step);

/* Trades each path to its neutral position. */
void rh_block_rebalance(rh_vector vector, const rh_block_terms *terms,
                        const rh_block_prices *prices, const double *exposure,
                        const rh_block_interest *interest, rh_block_account *account);

/* Closes the hedge; interest has been booked. */
void rh_block_close(rh_vector vector, const rh_block_terms *terms, const rh_block_prices *prices,
                    rh_block_account *account);

/* Cash and what the hedge has accrued. */
void rh_block_balance(const rh_block_terms *terms, const rh_block_prices *prices,
                      const rh_block_account *account, double *balance);

/* ---- the record ---- */

/* By path, up to the last record: what the steps of the record grid add up to, and the shadow,
 * which has the book but no hedge. */
typedef struct {
    double shadow[RH_BLOCK];                      /* cash of the shadow */
    double shadow_fees[RH_BLOCK];                 /* since the last record */
    double last[RH_BLOCK], shadow_last[RH_BLOCK]; /* equity at it */
    double error[RH_BLOCK], shadow_error[RH_BLOCK];
    double cost[RH_BLOCK], fees[RH_BLOCK], spread[RH_BLOCK];
} rh_block_sums;

/* What one step of the record grid has made of 1 at the interest of the account, less 1. */
typedef struct {
    double growth;        /* since the last record */
    double shadow_growth; /* since interest was last booked for the shadow */
} rh_block_step;

/* Ends a step of the record grid: see hedging_error in lane/step.c. The account's interest has been
 * booked, the shadow's is booked here; `value` is that of the book. The account's fees and spread
 * are those since the last record. */
void rh_block_record(rh_vector vector, const rh_block_terms *terms, const rh_block_prices *prices,
                     const double *value, const rh_block_step *step, rh_block_account *account,
                     rh_block_sums *sums);

#endif
