/* SPDX-License-Identifier: GPL-3.0-or-later */
/* book.h: the positions to be hedged, and what they are worth and expose under one valuation.
 *
 * A book is followed instant by instant: rh_book_observe takes in what the market has just said
 * about its legs, rh_book_advance opens, closes and settles legs, rh_book_value prices what is open
 * (once per instant, however many lanes ask). A valuation is: the ratio model, the forward rule,
 * the rates, the hedge instrument that carries forwards. Lanes that share them share the book.
 *
 * Conversion price S (USD per coin): the index, else a spot instrument, else the hedge's own
 * price. Between two observations S and the forwards move with the hedge: S = S_last P / P_last.
 * A price that the market no longer shows (both sides of a quote gone) stays what it was last.
 */
#ifndef RH_BOOK_BOOK_H
#define RH_BOOK_BOOK_H

#include "book/roll.h"
#include "instrument/evidence.h"
#include "market/market.h"
#include "pricing/black.h"
#include "strategy/params.h"

#include <rehedge/strategy.h>
#include <stddef.h>

/* One position as the experiment gives it. */
typedef struct {
    uint32_t instrument;
    double quantity; /* signed venue amount */
    rh_time open;    /* first instant at which it may open */
    rh_time close;   /* RH_NEVER: at expiry, or not at all */
    rh_leg_price open_price, close_price;
    double open_number, close_number; /* for RH_AT_NUMBER, settlement currency */
} rh_leg_terms;

typedef enum { RH_FORWARD_CARRIED, RH_FORWARD_OBSERVED } rh_forward_rule;

typedef struct {
    const rh_leg_terms *legs; /* copied */
    size_t n_legs;
    const rh_roll_terms *rolls; /* copied; each adds two sets of legs, used in turn */
    size_t n_rolls;
    uint32_t hedge; /* the instrument whose price carries forwards and S */
    const rh_ratio *ratio;
    const rh_values *ratio_values;
    rh_forward_rule forward;
    double rate, rate_coin;    /* continuous: linear options and spot's carry; inverse options */
    int64_t max_age;           /* of an option's observation: older is stale */
    int64_t settlement_window; /* of the venue's delivery price; 0: price at expiry */
} rh_book_terms;

typedef enum { RH_LEG_WAITING, RH_LEG_OPEN, RH_LEG_GONE } rh_leg_state;

/* What one unit (multiplier included in nothing: per unit of underlying) is worth now. */
typedef struct {
    double price;   /* settlement currency; NaN if it cannot be priced */
    double forward; /* options: of the expiry */
    double iv, years;
    rh_greeks black;    /* options: USD, against the forward */
    double black_delta; /* options: Black's delta against the hedge, before any window decay */
    double gamma;       /* options: d black_delta / d hedge price, before any window decay; of an
                           inverse option d black_delta / d forward */
    double delta;       /* the ratio model's, against the hedge; of a future or spot its exposure */
    double coin; /* value of one unit in coin that `numeraire: coin` doesn't count as exposure */
    double remaining; /* share of the delivery price that isn't fixed yet; 1 outside the window */
    rh_time observed;
    rh_evidence evidence;
} rh_leg_value;

typedef struct {
    rh_leg_terms terms;
    const rh_instrument *instrument;
    rh_leg_state state;
    rh_time opened;
    double size; /* quantity x multiplier */
    int rolled;  /* a programme's: its instrument changes while it isn't open */
    rh_leg_value value;
} rh_leg;

/* The whole book now. */
typedef struct {
    double spot;  /* S */
    double hedge; /* P; NaN if unknown */
    rh_evidence hedge_evidence;
    double exposure_usd;       /* sum size x delta: units of underlying, without any cash */
    double exposure_coin;      /* sum size x (delta - coin price) */
    double gamma, vega, theta; /* USD per USD^2; USD per 1.00; USD per year */
    double option_value_usd;
    double size_options; /* sum |size| of open options */
    double vol;          /* weighted by |vega| */
    double iv, forward;  /* of the first open option */
    rh_time expiry;      /* the next one; RH_NEVER */
    rh_evidence evidence;
    int n_open;
    size_t n_options; /* open options, as rh_book_options lists them */
} rh_book_value;

typedef enum { RH_CHANGE_OPEN, RH_CHANGE_CLOSE, RH_CHANGE_SETTLE } rh_change_kind;

/* What happened to a leg in this instant. Prices in settlement currency; at settlement `price`
 * is the payoff of one option, or the delivery price of a future. */
typedef struct {
    rh_change_kind kind;
    size_t leg;
    double price, mark, delivery;
    rh_evidence evidence;
} rh_book_change;

typedef struct rh_book rh_book;

/* The market must outlive the book; `terms` need not. */
rh_status rh_book_new(const rh_book_terms *terms, const rh_market *market, rh_book **out,
                      rh_error *error);

/* Back to before anything was observed or opened. Allocates nothing. */
void rh_book_reset(rh_book *book);
void rh_book_free(rh_book *book);

/* In this order, once per instant, after rh_market_complete. */
void rh_book_observe(rh_book *book);
/* Instead of observe, where nothing but the hedge has been observed, before rh_book_alone_until. */
void rh_book_follow(rh_book *book);
size_t rh_book_advance(rh_book *book, const rh_book_change **changes);

const rh_book_value *rh_book_value_now(rh_book *book);

/* What can be said of the book without pricing it: its exposure in USD is within `within` of
 * exposure_usd; the others are what rh_book_value_now would say. Returns 0 if nothing can. */
typedef struct {
    double spot, hedge, size_options, exposure_usd, within;
} rh_glance;
int rh_book_glance(rh_book *book, rh_glance *out);

/* The same for every price of the hedge and every moment to come before `until`, as long as nothing
 * but the hedge is observed: with u = P/price - 1, |u| <= RH_LINE_REACH, the exposure in USD is
 * exposure + slope u within curvature u^2/2 + drift t, t in years since `at`. */
typedef struct {
    rh_time at, until; /* RH_DAWN: there is none */
    double price, exposure, slope, curvature, drift, size_options;
    int borrowed; /* rests on spot or the index, or on the hedge in their place */
} rh_line;
#define RH_LINE_REACH 0.02

/* NULL if nothing is known. Good until the book is observed again. */
const rh_line *rh_book_line(const rh_book *book);

/* The open options as rules see them, in the order of the legs; n_options of the value. */
const rh_option_leg *rh_book_options(const rh_book *book);

/* The delta of one of them at another volatility; `net` takes its coin price off. */
double rh_book_delta_at(const rh_book *book, size_t option, double vol, int net);

uint32_t rh_book_hedge(const rh_book *book);
size_t rh_book_n_legs(const rh_book *book);
const rh_leg *rh_book_leg(const rh_book *book, size_t i); /* value is current after value_now */

/* When the first leg opened; RH_DAWN before. */
rh_time rh_book_opened(const rh_book *book);

/* How often programme i took contracts. */
uint64_t rh_book_rolls(const rh_book *book, size_t i);

/* Nothing is open and nothing will open any more. */
int rh_book_finished(const rh_book *book);

/* The next instant at which a leg may open, closes or expires; RH_NEVER if none. */
rh_time rh_book_next_time(const rh_book *book);

/* Until when nothing but observations of other instruments than the hedge changes anything of the
 * book but its value: no leg waits for a price to open or close at, or sees the hedge as its
 * dated future, and no window of settlement averages. RH_DAWN: not even now. */
rh_time rh_book_alone_until(const rh_book *book);

/* Where S came from so far, for the notes: bits of 1 << rh_conversion. */
typedef enum { RH_CONVERT_INDEX, RH_CONVERT_SPOT, RH_CONVERT_HEDGE } rh_conversion;
unsigned rh_book_conversions(const rh_book *book);

/* Where forwards came from so far. */
typedef enum {
    RH_FORWARD_OWN,
    RH_FORWARD_FUTURE,
    RH_FORWARD_SPOT,
    RH_FORWARD_INDEX,
    RH_FORWARD_HEDGE
} rh_forward_source;
unsigned rh_book_forwards(const rh_book *book);

#endif
