/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/format.h"

#include <assert.h>
#include <math.h>
#include <string.h>

rh_event *rh_batch_add(rh_batch *batch, rh_event_kind kind) {
    assert(batch->count < RH_ROW_EVENTS);
    rh_event *event = &batch->events[batch->count++];
    *event = (rh_event){.kind = (uint8_t)kind};
    return event;
}

/* A price of 0 takes the side away, and its size with it. */
static void set_side(rh_event *event, int position, double price, double size) {
    int gone = price == 0.0;
    if (gone || !isnan(price))
        rh_event_set(event, position, gone ? NAN : price);
    if (gone || !isnan(size))
        rh_event_set(event, position + 1, gone ? NAN : size);
}

/* A quote of two sides whose numbers were all read along with the row, as nearly all are; 0 if it
 * is another one. */
static int add_plain_quote(const rh_reading *reading, const rh_row *row, const int fields[4],
                           rh_batch *batch) {
    const uint8_t *of = reading->number_of + 1;
    const double bid = row->numbers[of[fields[RH_BID]]], ask = row->numbers[of[fields[RH_ASK]]];
    const double bid_size = row->numbers[of[fields[RH_BID_SIZE]]];
    const double ask_size = row->numbers[of[fields[RH_ASK_SIZE]]];
    if (!(bid > 0.0 && bid_size >= 0.0 && ask > 0.0 && ask_size >= 0.0))
        return 0;
    *rh_batch_add(batch, RH_EVENT_QUOTE) =
        (rh_event){.kind = RH_EVENT_QUOTE, .present = 0xf, .value = {bid, bid_size, ask, ask_size}};
    return 1;
}

/* `whole`: an empty price is a price of 0. */
static rh_status add_quote(const rh_reading *reading, const rh_row *row, const int fields[4],
                           int whole, rh_batch *batch, rh_error *error) {
    double value[4];
    int given = whole;
    if (add_plain_quote(reading, row, fields, batch))
        return RH_OK;
    for (int i = 0; i < 4; i++) {
        rh_status status = rh_cell_amount(reading, row, fields[i], &value[i], error);
        if (status != RH_OK)
            return status;
        given |= !isnan(value[i]);
    }
    if (!given)
        return RH_OK;
    for (int i = RH_BID; whole && i <= RH_ASK; i += RH_ASK - RH_BID)
        if (isnan(value[i]))
            value[i] = 0.0;
    rh_event *event = rh_batch_add(batch, RH_EVENT_QUOTE);
    set_side(event, RH_BID, value[RH_BID], value[RH_BID_SIZE]);
    set_side(event, RH_ASK, value[RH_ASK], value[RH_ASK_SIZE]);
    return RH_OK;
}

rh_status rh_batch_quote(const rh_reading *reading, const rh_row *row, const int fields[4],
                         rh_batch *batch, rh_error *error) {
    return add_quote(reading, row, fields, 0, batch, error);
}

rh_status rh_batch_book(const rh_reading *reading, const rh_row *row, const int fields[4],
                        rh_batch *batch, rh_error *error) {
    return add_quote(reading, row, fields, 1, batch, error);
}

rh_status rh_batch_mark(const rh_reading *reading, const rh_row *row, const int fields[4],
                        rh_batch *batch, rh_error *error) {
    double value[4];
    int known = 0;
    for (int i = 0; i < 4; i++) {
        rh_status status = i == RH_IV
                               ? rh_cell_volatility(reading, row, fields[i], &value[i], error)
                               : rh_cell_amount(reading, row, fields[i], &value[i], error);
        if (status != RH_OK)
            return status;
        known |= value[i] > 0.0;
    }
    if (!known)
        return RH_OK;
    rh_event *event = rh_batch_add(batch, RH_EVENT_MARK);
    for (int i = 0; i < 4; i++)
        if (value[i] > 0.0)
            rh_event_set(event, i, value[i]);
    return RH_OK;
}

rh_status rh_batch_trade(const rh_reading *reading, const rh_row *row, const int fields[2],
                         rh_batch *batch, rh_error *error) {
    double price, size;
    rh_status status = rh_cell_amount(reading, row, fields[0], &price, error);
    if (status == RH_OK)
        status = rh_cell_amount(reading, row, fields[1], &size, error);
    if (status != RH_OK || !(price > 0.0))
        return status;
    rh_event *event = rh_batch_add(batch, RH_EVENT_TRADE);
    rh_event_set(event, RH_TRADE_PRICE, price);
    if (!isnan(size))
        rh_event_set(event, RH_TRADE_SIZE, size);
    return RH_OK;
}

rh_status rh_batch_funding(const rh_reading *reading, const rh_row *row, int field, double rate,
                           int64_t period, rh_batch *batch, rh_error *error) {
    if (fabs(rate) > 1.0)
        return rh_cell_fail(reading, row, field, error,
                            "a funding rate of %g is more than the whole position; it has to be a "
                            "fraction",
                            rate);
    rh_event *event = rh_batch_add(batch, RH_EVENT_FUNDING);
    rh_event_set(event, RH_RATE, rate);
    rh_event_set(event, RH_INTERVAL, (double)period / (double)RH_S);
    return RH_OK;
}

rh_status rh_batch_bar(const rh_reading *reading, const rh_row *row, const int fields[5],
                       rh_batch *batch, rh_error *error) {
    double value[5];
    for (int i = 0; i < 5; i++) {
        rh_status status = i == RH_VOLUME
                               ? rh_cell_amount(reading, row, fields[i], &value[i], error)
                               : rh_cell_price(reading, row, fields[i], &value[i], error);
        if (status != RH_OK)
            return status;
    }
    if (isnan(value[RH_CLOSE])) {
        for (int i = RH_OPEN; i < RH_CLOSE; i++)
            if (!isnan(value[i]))
                return rh_cell_fail(reading, row, fields[i], error, "a bar without a close");
        return RH_OK;
    }
    rh_event *event = rh_batch_add(batch, RH_EVENT_BAR);
    for (int i = 0; i < 5; i++)
        if (!isnan(value[i]))
            rh_event_set(event, i, value[i]);
    return RH_OK;
}
