/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OptionsDX chain of Deribit options, one option a row: a quote and the venue's volatility with
 * the forward of that expiry. QUOTE_UNIXTIME is the clock; the other times of a row are New York's.
 * The variant with call and put on one row has no INSTRUMENT_NAME and is refused by its header. */
#include "feed/format.h"

enum { TIME, NAME, FORWARD, BID_SIZE, BID, ASK, ASK_SIZE, IV, N_FIELDS };

static const rh_field fields[N_FIELDS] = {
    [TIME] = {"QUOTE_UNIXTIME", 1},
    [NAME] = {"INSTRUMENT_NAME", 1},
    [FORWARD] = {"UNDERLYING_PRICE", 1},
    [BID_SIZE] = {"BID_SIZE", 1},
    [BID] = {"BID_PRICE", 1},
    [ASK] = {"ASK_PRICE", 1},
    [ASK_SIZE] = {"ASK_SIZE", 1},
    [IV] = {"MARK_IV", 1},
};

static rh_status convert(rh_reading *reading, const rh_row *row, rh_batch *batch, rh_error *error) {
    static const int quote[4] = {BID, BID_SIZE, ASK, ASK_SIZE};
    static const int mark[4] = {RH_NO_FIELD, IV, FORWARD, RH_NO_FIELD};
    rh_status status = rh_batch_quote(reading, row, quote, batch, error);
    return status == RH_OK ? rh_batch_mark(reading, row, mark, batch, error) : status;
}

const rh_format rh_format_optionsdx = {
    .name = "optionsdx",
    .fields = fields,
    .n_fields = N_FIELDS,
    .time_field = TIME,
    .name_field = NAME,
    .percent = 1,
    .convert = convert,
};
