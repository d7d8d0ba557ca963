/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Binance trades and aggTrades, with and without a header; spot files have one column more. */
#include "feed/format.h"

enum { TIME, ID, PRICE, AMOUNT, N_FIELDS };

static const rh_field trade_fields[N_FIELDS] = {
    [TIME] = {"time", 1},
    [ID] = {"id", 1},
    [PRICE] = {"price", 1},
    [AMOUNT] = {"qty", 1},
};

static const char *const trade_columns[] = {"id",   "price",          "qty",           "quote_qty",
                                            "time", "is_buyer_maker", "is_best_match", NULL};

static const rh_field aggregate_fields[N_FIELDS] = {
    [TIME] = {"transact_time", 1},
    [ID] = {"agg_trade_id", 1},
    [PRICE] = {"price", 1},
    [AMOUNT] = {"quantity", 1},
};

static const char *const aggregate_columns[] = {"agg_trade_id",   "price",         "quantity",
                                                "first_trade_id", "last_trade_id", "transact_time",
                                                "is_buyer_maker", "best_match",    NULL};

static rh_status convert(rh_reading *reading, const rh_row *row, rh_batch *batch, rh_error *error) {
    static const int trade[2] = {PRICE, AMOUNT};
    return rh_batch_trade(reading, row, trade, batch, error);
}

const rh_format rh_format_binance_trades = {
    .name = "binance-trades",
    .fields = trade_fields,
    .n_fields = N_FIELDS,
    .time_field = TIME,
    .name_field = RH_NO_FIELD,
    .columns = trade_columns,
    .unique = 1,
    .key_field = ID,
    .convert = convert,
};

const rh_format rh_format_binance_aggtrades = {
    .name = "binance-aggtrades",
    .fields = aggregate_fields,
    .n_fields = N_FIELDS,
    .time_field = TIME,
    .name_field = RH_NO_FIELD,
    .columns = aggregate_columns,
    .unique = 1,
    .key_field = ID,
    .convert = convert,
};
