/* SPDX-License-Identifier: GPL-3.0-or-later */
/* event.h: one thing that the market said about one instrument.
 *
 * An event is 64 bytes, carries up to five numbers and two times: when it happened (at the venue)
 * and when it was known (at the desk). `present` has bit i set where value[i] says something; a
 * present NaN means "no longer there" (a quote side that vanished), an absent value means "as it
 * was".
 */
#ifndef RH_INSTRUMENT_EVENT_H
#define RH_INSTRUMENT_EVENT_H

#include "base/clock.h"

#include <stdint.h>

typedef enum {
    RH_EVENT_QUOTE,     /* RH_BID RH_BID_SIZE RH_ASK RH_ASK_SIZE */
    RH_EVENT_TRADE,     /* RH_TRADE_PRICE RH_TRADE_SIZE */
    RH_EVENT_BAR,       /* RH_OPEN RH_HIGH RH_LOW RH_CLOSE RH_VOLUME; happens at its close */
    RH_EVENT_MARK,      /* RH_MARK RH_IV RH_FORWARD RH_INDEX */
    RH_EVENT_FUNDING,   /* RH_RATE (of the interval) RH_INTERVAL (seconds) RH_PAID */
    RH_EVENT_SETTLEMENT /* RH_DELIVERY */
} rh_event_kind;

/* Positions in value[], by kind. */
enum { RH_BID, RH_BID_SIZE, RH_ASK, RH_ASK_SIZE };
enum { RH_TRADE_PRICE, RH_TRADE_SIZE };
enum { RH_OPEN, RH_HIGH, RH_LOW, RH_CLOSE, RH_VOLUME };
enum { RH_MARK, RH_IV, RH_FORWARD, RH_INDEX }; /* iv as a fraction; the others are prices */
enum {
    RH_RATE,
    RH_INTERVAL,
    RH_PAID
}; /* paid 1: of the interval that ended here, whatever the
    * venue's way of paying */
enum { RH_DELIVERY };

typedef struct {
    rh_time known, happened;
    uint32_t instrument; /* number in the tape's catalogue */
    uint16_t source;     /* number of the source in the tape */
    uint8_t kind;        /* rh_event_kind */
    uint8_t present;     /* bit i: value[i] is given */
    double value[5];
} rh_event;

_Static_assert(sizeof(rh_event) == 64, "an event is one cache line");

static inline int rh_event_has(const rh_event *event, int position) {
    return event->present >> position & 1;
}

static inline void rh_event_set(rh_event *event, int position, double value) {
    event->value[position] = value;
    event->present = (uint8_t)(event->present | 1u << position);
}

#endif
