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
    double percent, forward;
    rh_status status = rh_batch_quote(reading, row, quote, batch, error);
    if (status == RH_OK)
        status = rh_cell_amount(reading, row, IV, &percent, error);
    if (status == RH_OK)
        status = rh_cell_amount(reading, row, FORWARD, &forward, error);
    if (status != RH_OK || !(percent > 0.0 || forward > 0.0))
        return status;
    rh_event *mark = rh_batch_add(batch, RH_EVENT_MARK);
    if (percent > 0.0)
        rh_event_set(mark, RH_IV, percent / 100.0);
    if (forward > 0.0)
        rh_event_set(mark, RH_FORWARD, forward);
    return RH_OK;
}

const rh_format rh_format_optionsdx = {
    .name = "optionsdx",
    .fields = fields,
    .n_fields = N_FIELDS,
    .time_field = TIME,
    .name_field = NAME,
    .convert = convert,
};
