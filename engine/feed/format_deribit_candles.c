/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Candles of Deribit as CSV (public/get_tradingview_chart_data), one instrument or several. The
 * venue carries the last price through the hours without a trade, with a volume of 0: such a bar
 * is no observation and gives no event. */
#include "feed/format.h"

enum { TIME, NAME, OPEN, HIGH, LOW, CLOSE, VOLUME, N_FIELDS };

static const rh_field fields[N_FIELDS] = {
    [TIME] = {"tick", 1},     [NAME] = {"instrument_name", 0},
    [OPEN] = {"open", 1},     [HIGH] = {"high", 1},
    [LOW] = {"low", 1},       [CLOSE] = {"close", 1},
    [VOLUME] = {"volume", 1},
};

static rh_status convert(rh_reading *reading, const rh_row *row, rh_batch *batch, rh_error *error) {
    static const int bar[5] = {OPEN, HIGH, LOW, CLOSE, VOLUME};
    double volume, close;
    rh_status status = rh_cell_amount(reading, row, VOLUME, &volume, error);
    if (status == RH_OK)
        status = rh_cell_amount(reading, row, CLOSE, &close, error);
    if (status != RH_OK || !(volume > 0.0))
        return status;
    if (close == 0.0) {
        rh_reading_leave_out(reading, row, "a price of 0");
        return RH_OK;
    }
    return rh_batch_bar(reading, row, bar, batch, error);
}

const rh_format rh_format_deribit_candles = {
    .name = "deribit-candles",
    .fields = fields,
    .n_fields = N_FIELDS,
    .time_field = TIME,
    .name_field = NAME,
    .unique = 1,
    .disorder = RH_DAY,
    .takes_stamp = 1,
    .bars_start = 1,
    .convert = convert,
};
