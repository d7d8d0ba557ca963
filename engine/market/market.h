/* SPDX-License-Identifier: GPL-3.0-or-later */
/* market.h: the last known state of every instrument, as the desk knows it.
 *
 * The market is folded from instants: advance (funding accrues up to the new time on what stood),
 * apply every event, complete. All lanes read it; none writes it. Unknown numbers are NaN, unknown
 * times RH_DAWN.
 */
#ifndef RH_MARKET_MARKET_H
#define RH_MARKET_MARKET_H

#include "instrument/catalogue.h"
#include "instrument/event.h"
#include "instrument/evidence.h"
#include "instrument/venue.h"

#include <stddef.h>

typedef struct {
    double value; /* NaN if there is none */
    rh_time at;   /* when it was observed */
    rh_evidence evidence;
} rh_price;

typedef struct {
    double bid, bid_size, ask, ask_size; /* NaN: no quote on that side */
    rh_time quoted;
    double last; /* trade, or close of a bar */
    rh_time traded;
    double mark, iv, forward, index;
    rh_time marked, iv_at, forward_at, index_at;
    double rate; /* funding rate of `interval` */
    int64_t interval;
    rh_time rate_at;
    int paid;        /* the rate is of the interval that ended at its row */
    double delivery; /* official delivery price */
    rh_time delivered_at;
    rh_time happened;        /* the latest time at which any of it happened */
    rh_price price;          /* rh_market_price */
    rh_price known;          /* the last valuation price that there was; value NaN: never */
    rh_time first, observed; /* first and last instant with an event of this instrument */
    uint64_t observations;   /* instants with an event of this instrument */
    /* Funding paid so far by one unit held long since the start: USD per unit of underlying
     * (linear), coin per USD (inverse). A position pays quantity x the difference of two reads. */
    double funding_paid;
    double funding_base;   /* the part of it up to `funding_from`, */
    rh_time funding_from;  /* when an event of this instrument was last applied */
    double variance;       /* sum of squared log returns of the valuation price, by instant */
    double variance_price; /* the price up to which it was summed */
    int64_t funding_gap;   /* time without a valid rate after the first one (continuous funding) */
} rh_state;

typedef struct rh_market rh_market;

/* The catalogue must outlive the market and must not grow any more. NULL without memory. */
rh_market *rh_market_new(const rh_catalogue *catalogue, rh_funding_mode funding);

/* Forgets everything that was said, for another history of the same instruments; what is followed
 * stays. Allocates nothing. */
void rh_market_reset(rh_market *market);

/* Asks for `variance` of an instrument to be summed. */
void rh_market_follow(rh_market *market, uint32_t instrument);
void rh_market_free(rh_market *market);

/* The last instant in which something was said. An instant without (somebody's timer) is news to
 * nobody else. */
rh_time rh_market_last_news(const rh_market *market);

/* Discrete funding fell due in this instant. */
int rh_market_funding_stamp(const rh_market *market);

/* Moves the clock: continuous funding accrues over (last time, now] on what stood. */
void rh_market_advance(rh_market *market, rh_time now);
void rh_market_apply(rh_market *market, const rh_event *event);

/* All events of the instant have been applied: discrete funding whose stamp it is falls due. */
void rh_market_complete(rh_market *market);

rh_time rh_market_now(const rh_market *market);
rh_funding_mode rh_market_funding(const rh_market *market);
const rh_state *rh_market_state(const rh_market *market, uint32_t instrument);
const rh_catalogue *rh_market_catalogue(const rh_market *market);

/* The last index price that any instrument's rows gave, and when; NaN if none did. */
double rh_market_index(const rh_market *market, rh_time *at);

/* The valuation price of anything but an option: mid of a two-sided quote, else the venue's mark,
 * else the last trade or bar close, else the one side that is quoted. */
static inline rh_price rh_market_price(const rh_state *state) {
    return state->price;
}

/* The same where there is one, else the last that there was, with evidence RH_BY_MODEL: both sides
 * of a quote may be gone. */
static inline rh_price rh_market_known_price(const rh_state *state) {
    return state->known;
}

/* The price at which `sign` (+1 buy, -1 sell) trades: the touched side of the quote; where the
 * data have no quotes, the valuation price. */
rh_price rh_market_touch(const rh_state *state, int sign);

#endif
