/* SPDX-License-Identifier: GPL-3.0-or-later */
/* order.h: from a wanted quantity to a fill.
 *
 * One order is on its way at a time. It is sent at t, arrives at t + latency, and meets the last
 * state of its instrument that happened at or before its arrival. What the desk has not yet been
 * told when the order arrives is waited for: until the instrument shows something that happened
 * later, or the clock has passed the arrival by the slowest source's delay. Latency 0 fills at the
 * known state that triggered the decision.
 *
 * A price older than max_age doesn't fill: the order waits for a fresh one, and the waiting is
 * counted. All prices are USD (hedges are spot, perpetuals and futures).
 */
#ifndef RH_EXECUTION_ORDER_H
#define RH_EXECUTION_ORDER_H

#include "market/market.h"

#include <stdint.h>

typedef enum { RH_FILL_AT_TOUCH, RH_FILL_AT_MID, RH_FILL_AT_MARK } rh_fill_price;

typedef struct {
    rh_fill_price price;
    int64_t latency;
    int64_t max_age; /* 0: any age */
    int64_t delay;   /* the greatest known - happened of the tape's sources */
    int maker;       /* pays the maker's fee */
} rh_execution_terms;

typedef struct {
    uint32_t instrument;
    double quantity; /* signed venue amount; 0: no order */
    double decided;  /* the mid at the decision */
    rh_time sent, arrival;
    rh_state venue; /* with latency: the newest state known to have happened by the arrival */
    int waiting;    /* has arrived and found no fresh price */
} rh_order;

/* Positions closer than this share of their size differ by rounding only. */
#define RH_ORDER_DUST 1e-12

/* The quantity to trade so that the position becomes `target`, rounded to the instrument's lots;
 * 0 if it is already there, or off by no more than rounding. */
double rh_order_quantity(const rh_instrument *instrument, double held, double target);

/* Puts an order on its way. */
void rh_order_send(rh_order *order, const rh_execution_terms *terms, const rh_market *market,
                   uint32_t instrument, double quantity, double mid);

/* Takes in what the market has shown in this instant. 1 if the order meets the venue now. */
int rh_order_arrives(rh_order *order, const rh_execution_terms *terms, const rh_market *market);

/* The state that an order meets which arrives in this instant. */
const rh_state *rh_order_venue(const rh_order *order, const rh_execution_terms *terms,
                               const rh_market *market);

/* The price that an order that has arrived gets; value NaN if it must wait. */
rh_price rh_order_price(const rh_order *order, const rh_execution_terms *terms,
                        const rh_market *market);

/* When the order must be looked at again at the latest; RH_NEVER without one. */
rh_time rh_order_next_time(const rh_order *order, const rh_execution_terms *terms);

#endif
