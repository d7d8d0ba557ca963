/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Public trades of Deribit as JSON (the pages of public/get_last_trades_by_...) and as CSV with its
 * columns. A trade comes with
 * the mark and the index of its moment. `iv` is the volatility of the trade's price, not of the
 * mark; blocks and combos are agreed off the market, and 500 (since 2022 999) is where the venue
 * stops counting, so these say nothing of the option's volatility. */
#include "feed/format.h"

#include <math.h>

enum { TIME, NAME, ID, PRICE, AMOUNT, MARK, IV, INDEX, BLOCK, COMBO, N_FIELDS };

static const rh_field fields[N_FIELDS] = {
    [TIME] = {"timestamp", 1}, [NAME] = {"instrument_name", 1}, [ID] = {"trade_id", 0},
    [PRICE] = {"price", 1},    [AMOUNT] = {"amount", 1},        [MARK] = {"mark_price", 0},
    [IV] = {"iv", 0},          [INDEX] = {"index_price", 0},    [BLOCK] = {"block_trade_id", 0},
    [COMBO] = {"combo_id", 0},
};

static int says_volatility(const rh_reading *reading, const rh_row *row) {
    double iv;
    return rh_cell_of(reading, row, BLOCK).length == 0 &&
           rh_cell_of(reading, row, COMBO).length == 0 &&
           rh_cell_number(reading, row, IV, &iv, NULL) == RH_OK && iv != 500.0 && iv != 999.0;
}

static rh_status convert(rh_reading *reading, const rh_row *row, rh_batch *batch, rh_error *error) {
    static const int trade[2] = {PRICE, AMOUNT};
    const int mark[4] = {MARK, says_volatility(reading, row) ? IV : RH_NO_FIELD, RH_NO_FIELD,
                         INDEX};
    rh_status status = rh_batch_mark(reading, row, mark, batch, error);
    return status == RH_OK ? rh_batch_trade(reading, row, trade, batch, error) : status;
}

static const char *const lists[] = {"$.result.trades", "$.trades", "$.result", "$", NULL};
static const rh_json_shape shape = {lists, 0};

const rh_format rh_format_deribit_trades = {
    .name = "deribit-trades",
    .fields = fields,
    .n_fields = N_FIELDS,
    .time_field = TIME,
    .name_field = NAME,
    .json = &shape,
    .unique = 1,
    .key_field = ID,
    .percent = 1,
    .convert = convert,
};
