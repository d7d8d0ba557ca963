/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Binance EOHSummary: the option chain at the end of each hour, with the hour's trading. The
 * clock is a date and the number of the hour, whose end is when the row is known. Prices are USDT;
 * strike is written 231027-33000, or alone. */
#include "feed/format.h"

#include <string.h>

enum {
    TIME,
    HOUR,
    NAME,
    RIGHT,
    STRIKE,
    OPEN,
    HIGH,
    LOW,
    CLOSE,
    VOLUME,
    BID,
    ASK,
    BID_SIZE,
    ASK_SIZE,
    MARK,
    IV,
    N_FIELDS
};

static const rh_field fields[N_FIELDS] = {
    [TIME] = {"date", 1},
    [HOUR] = {"hour", 1},
    [NAME] = {"symbol", 1},
    [RIGHT] = {"type", 1},
    [STRIKE] = {"strike", 1},
    [OPEN] = {"open", 1},
    [HIGH] = {"high", 1},
    [LOW] = {"low", 1},
    [CLOSE] = {"close", 1},
    [VOLUME] = {"volume_contracts", 1},
    [BID] = {"best_bid_price", 1},
    [ASK] = {"best_ask_price", 1},
    [BID_SIZE] = {"best_bid_qty", 1},
    [ASK_SIZE] = {"best_ask_qty", 1},
    [MARK] = {"mark_price", 1},
    [IV] = {"mark_iv", 1},
};

static rh_status adjust(rh_reading *reading, const rh_row *row, rh_time *time, rh_error *error) {
    double hour;
    rh_status status = rh_cell_amount(reading, row, HOUR, &hour, error);
    if (status != RH_OK)
        return status;
    if (!(hour <= 23.0) || hour != (double)(int)hour)
        return rh_cell_fail(reading, row, HOUR, error, "hours go from 0 to 23");
    *time += (int)hour * RH_HOUR;
    return RH_OK;
}

/* The name ends in the strike and a right: BTC-231027-33000-C. */
static rh_status check_strike(const rh_reading *reading, const rh_row *row, rh_error *error) {
    char shown[RH_CELL_SHOWN], of[RH_CELL_SHOWN];
    const rh_cell strike = rh_cell_of(reading, row, STRIKE);
    const rh_cell name = rh_cell_of(reading, row, NAME);
    if (strike.length == 0)
        return RH_OK;
    if (name.length > strike.length + 3) {
        const char *from = name.text + name.length - 2 - strike.length;
        if (from[-1] == '-' && memcmp(from, strike.text, strike.length) == 0)
            return RH_OK;
    }
    return rh_cell_fail(reading, row, STRIKE, error, "the strike '%s' is not that of %s",
                        rh_cell_show(&strike, shown), rh_cell_show(&name, of));
}

static rh_status add_bar(const rh_reading *reading, const rh_row *row, rh_batch *batch,
                         rh_error *error) {
    static const int bar[5] = {OPEN, HIGH, LOW, CLOSE, VOLUME};
    double volume;
    rh_status status = rh_cell_amount(reading, row, VOLUME, &volume, error);
    if (status != RH_OK || !(volume > 0.0)) /* its prices are 0, or those of an earlier hour */
        return status;
    return rh_batch_bar(reading, row, bar, batch, error);
}

static rh_status convert(rh_reading *reading, const rh_row *row, rh_batch *batch, rh_error *error) {
    static const int quote[4] = {BID, BID_SIZE, ASK, ASK_SIZE};
    static const int mark[4] = {MARK, IV, RH_NO_FIELD, RH_NO_FIELD};
    rh_status status = check_strike(reading, row, error);
    if (status == RH_OK)
        status = rh_cell_check_option(reading, row, RH_NO_FIELD, RH_NO_FIELD, RIGHT, error);
    if (status == RH_OK)
        status = rh_batch_book(reading, row, quote, batch, error);
    if (status == RH_OK)
        status = rh_batch_mark(reading, row, mark, batch, error);
    return status == RH_OK ? add_bar(reading, row, batch, error) : status;
}

const rh_format rh_format_binance_eoh = {
    .name = "binance-eoh",
    .fields = fields,
    .n_fields = N_FIELDS,
    .time_field = TIME,
    .name_field = NAME,
    .unique = 1,
    .disorder = RH_DAY,
    .interval = RH_HOUR,
    .takes_stamp = 1,
    .bars_start = 1,
    .takes_iv_unit = 1,
    .adjust = adjust,
    .convert = convert,
};
