/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bars as FTX gave them and most tools write them: six columns, with or without a header. Nothing
 * in such a file says whether its stamps are the starts or the ends of the bars; a start is the
 * reading that cannot look ahead. */
#include "feed/format.h"

enum { TIME, NAME, OPEN, HIGH, LOW, CLOSE, VOLUME, N_FIELDS };

static const rh_field fields[N_FIELDS] = {
    [TIME] = {"timestamp", 1}, [NAME] = {"symbol", 0}, [OPEN] = {"open", 1},
    [HIGH] = {"high", 1},      [LOW] = {"low", 1},     [CLOSE] = {"close", 1},
    [VOLUME] = {"volume", 0},
};

static const char *const columns[] = {"timestamp", "open", "high", "low", "close", "volume", NULL};

static rh_status prepare(rh_reading *reading, rh_error *error) {
    (void)error;
    reading->stamp.one_per_row = reading->spec->instrument != NULL;
    return RH_OK;
}

static rh_status convert(rh_reading *reading, const rh_row *row, rh_batch *batch, rh_error *error) {
    static const int bar[5] = {OPEN, HIGH, LOW, CLOSE, VOLUME};
    return rh_batch_bar(reading, row, bar, batch, error);
}

const rh_format rh_format_ohlcv = {
    .name = "ohlcv",
    .fields = fields,
    .n_fields = N_FIELDS,
    .time_field = TIME,
    .name_field = NAME,
    .columns = columns,
    .unique = 1,
    .disorder = RH_DAY,
    .ignore_case = 1,
    .takes_timezone = 1,
    .takes_stamp = 1,
    .bars_start = 1,
    .prepare = prepare,
    .convert = convert,
};
