/* SPDX-License-Identifier: GPL-3.0-or-later */
/* venue.h: the venues' rulebooks: ticks, lots, fees, funding and settlement, dated.
 *
 * A rulebook is a table of rows; the row that applies is the last one whose date isn't after the
 * run's first instant. Everything in it can be overridden by the experiment (`instruments:`,
 * `costs:`, `funding:`).
 */
#ifndef RH_INSTRUMENT_VENUE_H
#define RH_INSTRUMENT_VENUE_H

#include "instrument/instrument.h"

#include <stddef.h>

typedef enum { RH_FUNDING_NONE, RH_FUNDING_DISCRETE, RH_FUNDING_CONTINUOUS } rh_funding_mode;
const char *rh_funding_mode_text(rh_funding_mode mode);

/* What trading costs. Fractions of notional, except that options pay the lesser of `option` times
 * the underlying and `option_cap` times the option's price; likewise `delivery` at settlement. */
typedef struct {
    double maker, taker;       /* perpetuals, futures, spot */
    double option, option_cap; /* a cap of 0 caps nothing */
    double delivery;           /* options that expire in the money */
} rh_costs;

typedef struct {
    const char *name;
    rh_time from;
    rh_funding_mode funding;
    int64_t settlement_window; /* delivery price: mean of the index over this time; 0: at expiry */
    rh_costs costs;
    const char *summary, *source;
} rh_venue;

/* The table, for `list venues`; the rows of one venue follow each other in time. */
const rh_venue *rh_venues(size_t *count);

/* The row of that name that applies at `when`, or NULL if there is no such venue. */
const rh_venue *rh_venue_find(const char *name, rh_time when);

/* Fills in tick and lot of an instrument that was read from its name. */
void rh_venue_apply(const rh_venue *venue, rh_instrument *instrument);

/* The fee of a fill, in the instrument's settlement currency, positive when it costs.
 * `underlying_price` is USD per unit of underlying. */
double rh_fee(const rh_costs *costs, const rh_instrument *instrument, double quantity, double price,
              double underlying_price, int maker);

/* The fee at expiry on a payoff (per unit, settlement currency). */
double rh_delivery_fee(const rh_costs *costs, const rh_instrument *option, double quantity,
                       double payoff, double delivery_price);

#endif
