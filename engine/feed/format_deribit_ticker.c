/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tickers of Deribit as CSV, columns named as in public/ticker and public/get_order_book. A row is
 * a whole ticker: an empty price is a side without a quote. Rows that were asked for in parallel
 * come a little out of order. */
#include "feed/format.h"

enum { TIME, NAME, BID, BID_SIZE, ASK, ASK_SIZE, MARK, IV, FORWARD, INDEX, N_FIELDS };

static const rh_field fields[N_FIELDS] = {
    [TIME] = {"timestamp", 1},           [NAME] = {"instrument_name", 1},
    [BID] = {"best_bid_price", 1},       [BID_SIZE] = {"best_bid_amount", 1},
    [ASK] = {"best_ask_price", 1},       [ASK_SIZE] = {"best_ask_amount", 1},
    [MARK] = {"mark_price", 1},          [IV] = {"mark_iv", 0},
    [FORWARD] = {"underlying_price", 0}, [INDEX] = {"index_price", 0},
};

static rh_status convert(rh_reading *reading, const rh_row *row, rh_batch *batch, rh_error *error) {
    static const int quote[4] = {BID, BID_SIZE, ASK, ASK_SIZE};
    static const int mark[4] = {MARK, IV, FORWARD, INDEX};
    rh_status status = rh_batch_book(reading, row, quote, batch, error);
    return status == RH_OK ? rh_batch_mark(reading, row, mark, batch, error) : status;
}

const rh_format rh_format_deribit_ticker = {
    .name = "deribit-ticker",
    .fields = fields,
    .n_fields = N_FIELDS,
    .time_field = TIME,
    .name_field = NAME,
    .unique = 1,
    .disorder = RH_S,
    .percent = 1,
    .convert = convert,
};
