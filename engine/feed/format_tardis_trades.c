/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tardis.dev trades. An exchange without trade ids leaves the column empty. */
#include "feed/format.h"

enum { TIME, KNOWN, NAME, ID, PRICE, AMOUNT, N_FIELDS };

static const rh_field fields[N_FIELDS] = {
    [TIME] = {"timestamp", 1}, [KNOWN] = {"local_timestamp", 1}, [NAME] = {"symbol", 1},
    [ID] = {"id", 0},          [PRICE] = {"price", 1},           [AMOUNT] = {"amount", 1},
};

static rh_status convert(rh_reading *reading, const rh_row *row, rh_batch *batch, rh_error *error) {
    static const int trade[2] = {PRICE, AMOUNT};
    return rh_batch_trade(reading, row, trade, batch, error);
}

const rh_format rh_format_tardis_trades = {
    .name = "tardis-trades",
    .fields = fields,
    .n_fields = N_FIELDS,
    .time_field = TIME,
    .name_field = NAME,
    .known_field = KNOWN,
    .unique = 1,
    .key_field = ID,
    .convert = convert,
};
