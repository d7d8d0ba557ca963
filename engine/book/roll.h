/* SPDX-License-Identifier: GPL-3.0-or-later */
/* roll.h: positions that are renewed: a programme such as "sell a 30-day at-the-money straddle
 * every week".
 *
 * When a programme is due it looks for its contracts at every instant in which some option of its
 * kind is observed, among those that were observed in the last day: the expiry nearest to now +
 * tenor (of two equally near the later), in it the strike nearest to what is asked for (of two the
 * lower; a straddle needs both rights of one strike). It rolls as soon as all of them can be opened
 * at prices observed since it was due: they open, and what it held closes at the first price that
 * allows it. A contract that is chosen again is kept and not traded.
 *
 * Contracts come from what the data list; none is made up.
 */
#ifndef RH_BOOK_ROLL_H
#define RH_BOOK_ROLL_H

#include "base/clock.h"

#include <stdint.h>

typedef enum { RH_ROLL_CALL, RH_ROLL_PUT, RH_ROLL_STRADDLE, RH_ROLL_STRANGLE } rh_roll_structure;
typedef enum { RH_STRIKE_BY_MONEYNESS, RH_STRIKE_BY_DELTA } rh_strike_rule;
typedef enum { RH_AT_BID, RH_AT_ASK, RH_AT_MID, RH_AT_MARK, RH_AT_NUMBER } rh_leg_price;

typedef struct {
    rh_roll_structure structure;
    rh_strike_rule strike;
    double level;    /* K/F of a call (a strangle's put is at F/level), or |Black's delta| */
    double quantity; /* signed venue amount of each option */
    int64_t tenor;
    int64_t every; /* 0: when the last contracts have expired */
    int settle;    /* rh_settle */
    rh_time open;  /* first instant at which it is due; the times of `every` count from here, or, if
                    * this is RH_DAWN, from its first opening */
    rh_time close; /* it closes here and rolls no more; RH_NEVER: it never ends */
    rh_leg_price open_price, close_price; /* not RH_AT_NUMBER */
} rh_roll_terms;

#endif
