/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lane_parts.h: the inside of a lane, shared by the files of this room and by nobody else. */
#ifndef RH_LANE_LANE_PARTS_H
#define RH_LANE_LANE_PARTS_H

#include "lane/explain.h"
#include "lane/lane.h"
#include "strategy/ask.h"

enum { MAX_WATCHED = 16, HEDGE = 0 /* the hedge's place among the ledger's holdings */ };

/* Equity of an account in both currencies. */
typedef struct {
    double usd, coin;
} rh_equity;

/* Exposures as they stand, units of the underlying. */
typedef struct {
    double book;    /* exposure of everything but the hedge, in the numeraire */
    double held;    /* of the hedge */
    double pending; /* of the order on its way */
    double neutral; /* of the hedge that would meet the target */
    rh_balances balances;
} rh_exposures;

/* What every instant of a lane looks at stands together at the front: a thousand lanes don't fit
 * into a cache. */
struct rh_lane {
    rh_book *book;
    const rh_market *market;
    rh_recorder *recorder;
    const rh_instrument *hedge;
    int started, finished;
    rh_time next_record;

    rh_lane *fresh; /* this lane before its first instant, for rh_lane_reset */

    /* strategy */
    void *state;
    rh_part *parts; /* of the rule: what each waits for */
    rh_part alone;  /* the only one of most rules, at hand */
    size_t n_parts; /* what the rule says, at hand */
    int observes;
    void *fresh_state; /* as the rule's `start` left it, for rh_lane_reset; and so the parts */
    rh_part *fresh_parts;
    uint32_t woke;   /* RH_WOKE_BOOK and _FILL, gathered since the rule was last asked */
    int pending_ask; /* due, but the exposure was unknown */
    rh_exposures x;  /* of the instant in which the rule is about to be asked */

    /* accounts */
    rh_ledger *ledger, *shadow;
    size_t n_holdings;      /* the hedge, and legs that are no options */
    size_t *holding_of_leg; /* place among the holdings of legs that aren't options */
    rh_time touched, shadow_touched;

    rh_lane_terms terms;

    /* execution */
    rh_fill_reason order_reason;
    rh_order order;

    /* instruments whose observations the rule counts */
    size_t n_watched;
    uint32_t watched[MAX_WATCHED];
    uint64_t observations[MAX_WATCHED];

    /* steps */
    int last_stale; /* the step begins at a stale mark */
    rh_time opened;
    double variance_at_open;
    rh_equity start, last, shadow_last;
    rh_time last_step;
    rh_leg_mark *marks;       /* of each open option leg, at the last step or its opening */
    rh_attribution explained; /* of option legs, since the last step */

    /* sums */
    rh_metric_series series;
    rh_metric_totals totals;
    rh_attribution summed;
    double absolute_residual, absolute_gamma_theta;
    rh_lane_counts counts;
};

/* Brings both accounts to now, once per instant; or only the hedged one: the shadow isn't touched
 * by the hedge's fills, so that its digits are the same beside every rule. */
rh_status rh_lane_touch(rh_lane *lane, rh_error *error);
rh_status rh_lane_touch_hedged(rh_lane *lane, rh_error *error);

/* trade.c: an order for what is missing to the target, if that is anything; it meets the venue if
 * it is there; a change of the book in both accounts. */
int rh_lane_has_order(const rh_lane *lane);
void rh_lane_send_order(rh_lane *lane, double target_quantity, rh_fill_reason reason);
rh_status rh_lane_try_order(rh_lane *lane, rh_error *error);
rh_status rh_lane_apply(rh_lane *lane, const rh_book_change *change, rh_error *error);

/* decide.c: the exposures as they stand, and the rule. */
rh_exposures rh_lane_exposures(const rh_lane *lane);
int rh_lane_time_has_come(const rh_lane *lane); /* for a part of the rule */
int rh_lane_listens(const rh_lane *lane);       /* to a signal, for a part of the rule */
/* Looks at the exposures and notes whom time and signals wake; 1 if any. Comes before ask. */
int rh_lane_gather(rh_lane *lane, int news);
rh_status rh_lane_start_rule(rh_lane *lane, rh_error *error);
void rh_lane_show(rh_lane *lane);
rh_status rh_lane_ask(rh_lane *lane, double *target, int *trade, rh_error *error);

/* step.c: the record grid. */
rh_equity rh_lane_equity(const rh_lane *lane, const rh_ledger *ledger);
void rh_lane_mark_leg(rh_lane *lane, size_t i);
void rh_lane_explain_leg(rh_lane *lane, size_t i);
void rh_lane_start_steps(rh_lane *lane);
rh_status rh_lane_record(rh_lane *lane, rh_error *error);

#endif
