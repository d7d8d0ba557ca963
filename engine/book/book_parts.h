/* SPDX-License-Identifier: GPL-3.0-or-later */
/* book_parts.h: the inside of a book, shared by the files of this room and by nobody else. */
#ifndef RH_BOOK_BOOK_PARTS_H
#define RH_BOOK_BOOK_PARTS_H

#include "book/book.h"

/* A number that was observed once and is carried with the hedge since. */
typedef struct {
    double value;   /* NaN: never observed */
    double carrier; /* P when it was observed; NaN: unknown then, and it stays as it was */
    rh_time at;
} rh_carried;

/* What a book remembers of a leg between observations. */
typedef struct {
    rh_carried forward; /* the expiry's own */
    rh_carried future;  /* the price of its dated future */
    double iv;
    rh_time iv_at;
    rh_evidence iv_evidence;
    uint32_t dated_future; /* same expiry; RH_NO_INSTRUMENT */
    double averaged;       /* integral of S over the settlement window, USD x ns, up to */
    rh_time averaged_to;   /* here; S has stood unchanged since */
    int window_broken;     /* S was not fresh enough inside the window to average it */
} rh_leg_memory;

/* A programme at work. */
typedef struct {
    rh_roll_terms terms;
    uint32_t *listed; /* the options of its kind, by catalogue number */
    size_t n_listed;
    size_t first;   /* its legs: two sets of as many as its structure has parts */
    int current[2]; /* of each part: the set that was taken last; -1: none yet */
    rh_time due, origin;
    uint64_t times;
} rh_roll;

struct rh_book {
    rh_leg *legs;
    rh_leg_memory *memory;
    rh_book_change *changes;
    rh_option_leg *options; /* open options as rules see them, and the leg of each */
    size_t *leg_of_option;
    size_t n_legs;
    rh_roll *rolls;
    size_t n_rolls;
    uint32_t hedge, spot_instrument; /* RH_NO_INSTRUMENT: none */
    rh_forward_rule forward;
    double rate, rate_coin;
    int64_t max_age, settlement_window;
    rh_ratio ratio;
    void *ratio_state;
    const rh_market *market;
    rh_carried index, spot;
    double conversion;     /* S as it stands */
    rh_time conversion_at; /* when what it comes from was observed */
    rh_time opened;
    rh_time valued_at; /* instant of `value`; RH_DAWN: must be computed */
    rh_book_value value;
    rh_line line;
    int deltas_are_black; /* the ratio model is Black's */
    unsigned conversions, forwards;
    rh_book *fresh; /* this book before anything was observed, with legs, memory and rolls of its
                       own, for rh_book_reset */
};

/* Gives leg i its terms; it waits, and nothing is known of it. */
void rh_leg_make(rh_book *book, size_t i, const rh_leg_terms *terms);

/* The price at which leg i trades by a rule; NaN while it isn't known. Only what was observed at
 * or after `since` counts: a position isn't opened at yesterday's quote. */
rh_price rh_leg_trade_price(const rh_book *book, size_t i, rh_leg_price rule, double number,
                            rh_time since);

/* Legs that the programmes add. */
size_t rh_roll_n_legs(const rh_roll_terms *terms);
rh_status rh_rolls_make(rh_book *book, const rh_book_terms *terms, rh_error *error);
void rh_rolls_free(rh_book *book);

/* Lets programmes that are due choose; their legs then open and close as others do. */
void rh_rolls_advance(rh_book *book, double hedge_price);
rh_time rh_rolls_next_time(const rh_book *book);
int rh_rolls_finished(const rh_book *book);

/* The value of a carried number at hedge price `p`. */
double rh_carried_value(const rh_carried *carried, double p);

/* P, the last known one if the market has none now; S. */
rh_price rh_book_hedge_price(const rh_book *book);
double rh_book_conversion(rh_book *book, double hedge_price);

/* The rate at which an option's payoff is discounted. */
double rh_leg_rate(const rh_book *book, const rh_instrument *option);

/* The forward of an option leg at this hedge price, by the best evidence there is. */
double rh_leg_forward(rh_book *book, size_t i, double hedge_price);

/* The forward moves in proportion to the hedge's price (from spot it also grows at the rate). */
int rh_leg_follows_hedge(const rh_book *book, size_t i, double hedge_price,
                         rh_forward_source *source);

/* After a valuation: from where a glance is taken. */
void rh_line_take(rh_book *book);

/* Takes in a leg's newest observation. */
void rh_leg_observe(rh_book *book, size_t i, double hedge_price);

/* Prices one leg. */
void rh_leg_price_now(rh_book *book, size_t i, double hedge_price, double spot);

/* S older than this is not the price of the moment. */
#define RH_FRESH (5 * RH_MIN)

/* The venue's estimate of the delivery price so far and the share that is still open. Returns 0
 * outside the window, or where the data don't allow an average. */
int rh_leg_window(const rh_book *book, size_t i, double spot, double *estimate, double *remaining);

/* S has been `before` up to now, last observed at `seen`. */
void rh_leg_average(rh_book *book, size_t i, double before, rh_time seen);

#endif
