/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Binance klines of spot, USDT-M and coin-M, and those of mark and index prices, which have the
 * same columns. Old files have no header. close_time is the last unit of time inside the bar, whose
 * price is known one unit later; spot files changed from milliseconds to microseconds in 2025. */
#include "feed/format.h"

enum {
    TIME,
    START,
    CLOSE,
    N_MARK_FIELDS,
    OPEN = N_MARK_FIELDS, /* of bars only */
    HIGH,
    LOW,
    VOLUME,
    N_FIELDS
};

static const rh_field fields[N_FIELDS] = {
    [TIME] = {"close_time", 1}, [START] = {"open_time", 1}, [OPEN] = {"open", 1},
    [HIGH] = {"high", 1},       [LOW] = {"low", 1},         [CLOSE] = {"close", 1},
    [VOLUME] = {"volume", 0},
};

static const char *const columns[] = {"open_time",
                                      "open",
                                      "high",
                                      "low",
                                      "close",
                                      "volume",
                                      "close_time",
                                      "quote_volume",
                                      "count",
                                      "taker_buy_volume",
                                      "taker_buy_quote_volume",
                                      "ignore",
                                      NULL};

static rh_status adjust(rh_reading *reading, const rh_row *row, rh_time *time, rh_error *error) {
    char from[RH_TIME_TEXT], to[RH_TIME_TEXT];
    rh_time start;
    rh_status status = rh_cell_time(reading, row, START, &start, error);
    if (status != RH_OK)
        return status;
    if (reading->stamp.unit > 0)
        *time += reading->stamp.unit;
    if (*time <= start || *time - start > RH_PERIOD_MAX)
        return rh_cell_fail(reading, row, TIME, error, "a bar from %s to %s",
                            rh_time_text(start, from), rh_time_text(*time, to));
    return RH_OK;
}

static int64_t grid(const rh_reading *reading, const rh_row *row) {
    rh_time start;
    if (reading->interval)
        return reading->interval;
    return rh_cell_time(reading, row, START, &start, NULL) == RH_OK ? reading->time - start : 0;
}

static rh_status convert(rh_reading *reading, const rh_row *row, rh_batch *batch, rh_error *error) {
    static const int bar[5] = {OPEN, HIGH, LOW, CLOSE, VOLUME};
    return rh_batch_bar(reading, row, bar, batch, error);
}

static rh_status convert_mark(rh_reading *reading, const rh_row *row, rh_batch *batch,
                              rh_error *error) {
    static const int mark[4] = {CLOSE, RH_NO_FIELD, RH_NO_FIELD, RH_NO_FIELD};
    return rh_batch_mark(reading, row, mark, batch, error);
}

static rh_status convert_index(rh_reading *reading, const rh_row *row, rh_batch *batch,
                               rh_error *error) {
    static const int mark[4] = {RH_NO_FIELD, RH_NO_FIELD, RH_NO_FIELD, CLOSE};
    return rh_batch_mark(reading, row, mark, batch, error);
}

const rh_format rh_format_binance_klines = {
    .name = "binance-klines",
    .fields = fields,
    .n_fields = N_FIELDS,
    .time_field = TIME,
    .name_field = RH_NO_FIELD,
    .columns = columns,
    .unique = 1,
    .disorder = RH_DAY,
    .adjust = adjust,
    .grid = grid,
    .convert = convert,
};

const rh_format rh_format_binance_mark_klines = {
    .name = "binance-mark-klines",
    .fields = fields,
    .n_fields = N_MARK_FIELDS,
    .time_field = TIME,
    .name_field = RH_NO_FIELD,
    .columns = columns,
    .unique = 1,
    .disorder = RH_DAY,
    .adjust = adjust,
    .grid = grid,
    .convert = convert_mark,
};

const rh_format rh_format_binance_index_klines = {
    .name = "binance-index-klines",
    .fields = fields,
    .n_fields = N_MARK_FIELDS,
    .time_field = TIME,
    .name_field = RH_NO_FIELD,
    .columns = columns,
    .unique = 1,
    .disorder = RH_DAY,
    .adjust = adjust,
    .grid = grid,
    .convert = convert_index,
};
