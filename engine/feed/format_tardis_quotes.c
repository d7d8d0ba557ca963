/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tardis.dev quotes (and book_ticker, which has the same columns): the top of the book. The ask
 * comes first in the file. */
#include "feed/format.h"

enum { TIME, KNOWN, NAME, BID, BID_SIZE, ASK, ASK_SIZE, N_FIELDS };

static const rh_field fields[N_FIELDS] = {
    [TIME] = {"timestamp", 1},      [KNOWN] = {"local_timestamp", 1}, [NAME] = {"symbol", 1},
    [BID] = {"bid_price", 1},       [BID_SIZE] = {"bid_amount", 1},   [ASK] = {"ask_price", 1},
    [ASK_SIZE] = {"ask_amount", 1},
};

static rh_status convert(rh_reading *reading, const rh_row *row, rh_batch *batch, rh_error *error) {
    static const int quote[4] = {BID, BID_SIZE, ASK, ASK_SIZE};
    return rh_batch_book(reading, row, quote, batch, error);
}

const rh_format rh_format_tardis_quotes = {
    .name = "tardis-quotes",
    .fields = fields,
    .n_fields = N_FIELDS,
    .time_field = TIME,
    .name_field = NAME,
    .known_field = KNOWN,
    .convert = convert,
};
