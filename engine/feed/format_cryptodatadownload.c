/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CryptoDataDownload bars: a line with the site's address, a header whose case varies, newest
 * first, stamped at the start of the bar. The price of a bar is known when it closes. */
#include "feed/format.h"

#include <strings.h>

enum { TIME, NAME, OPEN, HIGH, LOW, CLOSE, VOLUME, N_FIELDS };

static const rh_field fields[N_FIELDS] = {
    [TIME] = {"Unix", 1}, [NAME] = {"Symbol", 1}, [OPEN] = {"Open", 1},     [HIGH] = {"High", 1},
    [LOW] = {"Low", 1},   [CLOSE] = {"Close", 1}, [VOLUME] = {"Volume", 0},
};

/* "Volume BTC, Volume USDT": the first is in units of what is traded. */
static rh_status prepare(rh_reading *reading, rh_error *error) {
    (void)error;
    for (size_t i = 0; i < reading->header.count && reading->column[VOLUME] < 0; i++)
        if (strncasecmp(reading->header.names[i], "volume ", 7) == 0)
            reading->column[VOLUME] = (int)i;
    return RH_OK;
}

static rh_status convert(rh_reading *reading, const rh_row *row, rh_batch *batch, rh_error *error) {
    static const int bar[5] = {OPEN, HIGH, LOW, CLOSE, VOLUME};
    return rh_batch_bar(reading, row, bar, batch, error);
}

const rh_format rh_format_cryptodatadownload = {
    .name = "cryptodatadownload",
    .fields = fields,
    .n_fields = N_FIELDS,
    .time_field = TIME,
    .name_field = NAME,
    .ignore_case = 1,
    .title_line = 1,
    .takes_stamp = 1,
    .bars_start = 1,
    .vendor_names = 1,
    .prepare = prepare,
    .convert = convert,
};
