/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lane.h: one configuration replayed over the shared market: strategy, execution, ledger.
 *
 * A lane reads the market and its book, owns everything else, and never looks at another lane.
 * At each instant the run asks rh_lane_due of the lanes that its alarms name; a lane that isn't due
 * isn't touched, and its numbers are the same as if it had been.
 *
 * Beside the hedged account a lane keeps its unhedged shadow: the same book, costs and cash, no
 * hedge.
 */
#ifndef RH_LANE_LANE_H
#define RH_LANE_LANE_H

#include "book/book.h"
#include "execution/order.h"
#include "instrument/venue.h"
#include "lane/record.h"
#include "ledger/ledger.h"
#include "metrics/metric.h"
#include "strategy/rule.h"

#include <rehedge/strategy.h>

typedef enum { RH_NUMERAIRE_USD, RH_NUMERAIRE_COIN } rh_numeraire;
typedef enum { RH_AT_END_CLOSE, RH_AT_END_KEEP } rh_at_end;

typedef struct {
    const rh_rule *rule;
    uint32_t hedge;
    rh_execution_terms execution;
    rh_costs costs;
    rh_numeraire numeraire;
    rh_collateral collateral;
    double target;    /* exposure to keep, units of underlying */
    double usd, coin; /* capital */
    double rate, rate_coin;
    int64_t record_every;
    size_t steps;        /* about how many there will be, for room; 0: unknown */
    int record_on_clock; /* the grid starts at 1970-01-01T00:00Z, not at the first open */
    rh_at_end at_end;
    int ask_always; /* tests: decide at every instant, whatever the wakes say */
} rh_lane_terms;

typedef struct rh_lane rh_lane;

/* `terms`' pointers, the book and the market must outlive the lane; the recorder may be NULL. */
rh_status rh_lane_new(const rh_lane_terms *terms, rh_book *book, const rh_market *market,
                      rh_recorder *recorder, rh_lane **out, rh_error *error);
void rh_lane_free(rh_lane *lane);

/* Back to before its first instant, rule and accounts too, for another history of the same book and
 * market, which the caller resets. Allocates nothing; the series keeps its room. */
void rh_lane_reset(rh_lane *lane);

/* The lane may have something to do at the market's instant, given what has happened to its book:
 * whether a signal has crossed is found out by rh_lane_advance, which does nothing if none has. */
int rh_lane_due(const rh_lane *lane, size_t n_changes);
rh_status rh_lane_advance(rh_lane *lane, const rh_book_change *changes, size_t n_changes,
                          rh_error *error);

/* When the lane must be looked at again at the latest, whatever the market says. */
rh_time rh_lane_next_time(const rh_lane *lane);

/* The part of it that stands though the data are over: an order on its way arrives. */
rh_time rh_lane_next_arrival(const rh_lane *lane);

/* The book has opened. */
int rh_lane_started(const rh_lane *lane);

/* Nothing is left to do. */
int rh_lane_finished(const rh_lane *lane);

/* The window has ended at `to`: positions that are alive are marked, the last step is recorded. */
rh_status rh_lane_end(rh_lane *lane, rh_error *error);

/* What the lane has summed up; out has RH_N_METRICS numbers. */
rh_status rh_lane_metrics(const rh_lane *lane, double out[RH_N_METRICS], rh_error *error);

/* The same as sums, and the steps that have an error; both are the lane's. */
void rh_lane_totals(const rh_lane *lane, rh_metric_totals *out);
const rh_metric_series *rh_lane_series(const rh_lane *lane);

/* Hands over the steps that the metrics were computed from; the lane has none any more. */
void rh_lane_take_series(rh_lane *lane, rh_metric_series *out);

#define RH_FAR_TRADE 0.02

/* Counts for the notes. */
typedef struct {
    uint64_t decisions;     /* times the rule was asked */
    uint64_t blind;         /* times it was due but the exposure was unknown */
    uint64_t waited;        /* orders that had to wait for a fresh price */
    int64_t oldest_fill;    /* age of the oldest price that filled, ns */
    uint64_t without_quote; /* touch fills for want of a quote made at another price */
    int still_open;         /* positions marked, not closed, at the end */
    uint64_t far_trades;  /* options of the book that traded more than RH_FAR_TRADE of the price of
                           * their underlying away from their mark: a stub quote, perhaps */
    double farthest;      /* of them, as a share of that price */
    uint32_t farthest_of; /* the instrument */
} rh_lane_counts;
void rh_lane_count(const rh_lane *lane, rh_lane_counts *out);

#endif
