/* SPDX-License-Identifier: GPL-3.0-or-later */
/* record.h: what a lane says while it runs, and to whom.
 *
 * A lane writes to a recorder; the results file is one, a test's array is another. Rows come in
 * the order of time. A recorder that fails stops its lane.
 */
#ifndef RH_LANE_RECORD_H
#define RH_LANE_RECORD_H

#include "base/status.h"
#include "ledger/entry.h"

/* The state at one instant of the record grid, after everything of that instant. The first row of
 * a lane is the moment its book opens, the last its end. Unknown numbers are NaN. */
typedef struct {
    rh_time ts;
    double spot;        /* conversion price S, USD per coin */
    double forward;     /* of the first open option's expiry; NaN without one */
    double hedge_price; /* P, USD */
    double iv;          /* of the first open option, as a fraction */
    double option_value_usd;
    double book_delta;      /* units of underlying: the book without the hedge */
    double hedge_quantity;  /* venue amount held in the (first) hedge instrument */
    double target_quantity; /* venue amount that would meet the target now */
    double net_delta;       /* book, collateral and hedge, less the target */
    double book_gamma;      /* d delta / d USD */
    double book_vega;       /* USD per vol point */
    double book_theta;      /* USD per day */
    double equity_usd, equity_coin;
    double pnl_usd, pnl_coin; /* since the start */
    double unhedged_pnl_usd, unhedged_pnl_coin;
    double error_usd, error_coin; /* of the step that ends here; NaN in the first row */
    rh_evidence evidence;         /* the weakest that the row's numbers rest on */
    int full;                     /* the step has the grid's full length */
    rh_attribution attribution;   /* of the step that ends here */
} rh_step;

typedef struct rh_recorder rh_recorder;
struct rh_recorder {
    rh_status (*step)(rh_recorder *self, const rh_step *step, rh_error *error);
    rh_status (*fill)(rh_recorder *self, const rh_fill *fill, rh_error *error);
    rh_status (*flow)(rh_recorder *self, const rh_flow *flow, rh_error *error);
};

#endif
