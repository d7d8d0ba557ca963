/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tardis.dev options_chain: the ticker of each option whenever it changes. A row is a whole
 * ticker, so that an empty price is a side without a quote. Volatilities are as the exchange gives
 * them: Deribit in percent, OKX, Bybit and Binance as fractions. */
#include "feed/format.h"

enum {
    TIME,
    KNOWN,
    EXCHANGE,
    NAME,
    RIGHT,
    STRIKE,
    EXPIRY,
    BID,
    BID_SIZE,
    ASK,
    ASK_SIZE,
    MARK,
    IV,
    FORWARD,
    N_FIELDS
};

static const rh_field fields[N_FIELDS] = {
    [TIME] = {"timestamp", 1},      [KNOWN] = {"local_timestamp", 1},
    [EXCHANGE] = {"exchange", 1},   [NAME] = {"symbol", 1},
    [RIGHT] = {"type", 1},          [STRIKE] = {"strike_price", 1},
    [EXPIRY] = {"expiration", 1},   [BID] = {"bid_price", 1},
    [BID_SIZE] = {"bid_amount", 1}, [ASK] = {"ask_price", 1},
    [ASK_SIZE] = {"ask_amount", 1}, [MARK] = {"mark_price", 1},
    [IV] = {"mark_iv", 1},          [FORWARD] = {"underlying_price", 1},
};

/* Bybit names its options as Deribit does, but settles them in USDC. */
static rh_status check_settlement(const rh_reading *reading, const rh_row *row, rh_error *error) {
    const rh_instrument *option = rh_catalogue_get(reading->catalogue, reading->instrument);
    if (option->kind == RH_OPTION && option->settle == RH_INVERSE &&
        rh_cell_is(reading, row, EXCHANGE, "bybit-options"))
        return rh_cell_fail(reading, row, NAME, error,
                            "options of Bybit are settled in USDC; say settle: linear of %s in "
                            "instruments:",
                            option->name);
    return RH_OK;
}

static rh_status convert(rh_reading *reading, const rh_row *row, rh_batch *batch, rh_error *error) {
    static const int quote[4] = {BID, BID_SIZE, ASK, ASK_SIZE};
    static const int mark[4] = {MARK, IV, FORWARD, RH_NO_FIELD};
    if (!reading->spec->iv_unit)
        reading->percent = rh_cell_is(reading, row, EXCHANGE, "deribit");
    rh_status status = check_settlement(reading, row, error);
    if (status == RH_OK)
        status = rh_cell_check_option(reading, row, STRIKE, EXPIRY, RIGHT, error);
    if (status == RH_OK)
        status = rh_batch_book(reading, row, quote, batch, error);
    return status == RH_OK ? rh_batch_mark(reading, row, mark, batch, error) : status;
}

const rh_format rh_format_tardis_options_chain = {
    .name = "tardis-options-chain",
    .fields = fields,
    .n_fields = N_FIELDS,
    .time_field = TIME,
    .name_field = NAME,
    .known_field = KNOWN,
    .takes_iv_unit = 1,
    .convert = convert,
};
