/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Binance bookTicker of futures: the top of the book at each change. It happens when the book
 * changed and is known when the venue said so. Rows of neighbouring moments are interleaved. */
#include "feed/format.h"

enum { TIME, KNOWN, UPDATE, BID, BID_SIZE, ASK, ASK_SIZE, N_FIELDS };

static const rh_field fields[N_FIELDS] = {
    [TIME] = {"transaction_time", 1}, [KNOWN] = {"event_time", 1},
    [UPDATE] = {"update_id", 1},      [BID] = {"best_bid_price", 1},
    [BID_SIZE] = {"best_bid_qty", 1}, [ASK] = {"best_ask_price", 1},
    [ASK_SIZE] = {"best_ask_qty", 1},
};

static const char *const columns[] = {
    "update_id",    "best_bid_price",   "best_bid_qty", "best_ask_price",
    "best_ask_qty", "transaction_time", "event_time",   NULL};

static rh_status convert(rh_reading *reading, const rh_row *row, rh_batch *batch, rh_error *error) {
    static const int quote[4] = {BID, BID_SIZE, ASK, ASK_SIZE};
    return rh_batch_book(reading, row, quote, batch, error);
}

const rh_format rh_format_binance_bookticker = {
    .name = "binance-bookticker",
    .fields = fields,
    .n_fields = N_FIELDS,
    .time_field = TIME,
    .name_field = RH_NO_FIELD,
    .known_field = KNOWN,
    .columns = columns,
    .unique = 1,
    .key_field = UPDATE,
    .disorder = 10 * RH_S,
    .convert = convert,
};
