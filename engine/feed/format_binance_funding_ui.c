/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Funding history as the pages of Binance export it: quoted, newest first, "0.010000%", times on
 * the clock of the browser. Binance pays at multiples of the interval in UTC, so a stamp that
 * isn't one after conversion shows that the clock was another one. */
#include "feed/format.h"

#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TIME, NAME, PERIOD, RATE, N_FIELDS };

static const rh_field fields[N_FIELDS] = {
    [TIME] = {"Time", 1},
    [NAME] = {"Contracts", 1},
    [PERIOD] = {"Funding Interval", 1},
    [RATE] = {"Funding Rate", 1},
};

#define DEFAULT_PERIOD (8 * RH_HOUR)

static rh_status prepare(rh_reading *reading, rh_error *error) {
    (void)error;
    reading->stamp.one_per_row = 1;
    return RH_OK;
}

static int64_t grid(const rh_reading *reading, const rh_row *row) {
    int64_t period = 0;
    if (rh_cell_period(reading, row, PERIOD, &period, NULL) == RH_OK && period > 0)
        return period;
    return reading->interval ? reading->interval : DEFAULT_PERIOD;
}

/* BTCUSDT, or BTCUSD_PERP for what the page calls "BTCUSD Perpetual". */
static int is_same_contract(const char *symbol, size_t length, const char *instrument) {
    return strncmp(symbol, instrument, length) == 0 &&
           (instrument[length] == '\0' || strcmp(instrument + length, "_PERP") == 0);
}

static rh_status check_contract(rh_reading *reading, const rh_row *row, rh_error *error) {
    const char *instrument = reading->spec->instrument;
    size_t length;
    if (!instrument)
        return RH_OK;
    const char *symbol = rh_reading_name(reading, row, &length, error);
    if (!symbol)
        return RH_BAD_DATA;
    if (is_same_contract(symbol, length, instrument))
        return RH_OK;
    if (!reading->spec->proxy)
        return rh_cell_fail(reading, row, NAME, error,
                            "the rates are of %.*s, not of %s; to let them stand for it, say "
                            "proxy: true",
                            (int)length, symbol, instrument);
    if (!reading->note[0])
        rh_reading_note(reading, "funding of %.*s stands for %s", (int)length, symbol, instrument);
    return RH_OK;
}

static rh_status check_grid(const rh_reading *reading, const rh_row *row, rh_error *error) {
    char at[RH_TIME_TEXT], every[RH_DURATION_TEXT];
    const int64_t period = grid(reading, row);
    if (reading->time % period == 0)
        return RH_OK;
    (void)rh_time_text(reading->time, at);
    (void)rh_duration_text(period, every);
    if (reading->spec->timezone)
        return rh_cell_fail(reading, row, TIME, error,
                            "%s is no time at which funding is paid every %s; is the clock really "
                            "that of %s?",
                            at, every, reading->spec->timezone);
    return rh_cell_fail(reading, row, TIME, error,
                        "%s is no time at which funding is paid every %s, so the file's clock is "
                        "not UTC; say which it is, such as timezone: Europe/London",
                        at, every);
}

static rh_status read_rate(const rh_reading *reading, const rh_row *row, double *rate,
                           rh_error *error) {
    char shown[RH_CELL_SHOWN];
    const rh_cell cell = rh_cell_of(reading, row, RATE);
    *rate = NAN;
    if (cell.length == 0)
        return RH_OK;
    if (cell.text[cell.length - 1] != '%' ||
        rh_number_parse(cell.text, cell.length - 1, rate) != 0 || fabs(*rate) > 100.0)
        return rh_cell_fail(reading, row, RATE, error, "bad rate '%s' (such as 0.010000%%)",
                            rh_cell_show(&cell, shown));
    *rate /= 100.0;
    return RH_OK;
}

static rh_status convert(rh_reading *reading, const rh_row *row, rh_batch *batch, rh_error *error) {
    double rate;
    int64_t period;
    rh_status status = check_contract(reading, row, error);
    if (status == RH_OK)
        status = rh_cell_period(reading, row, PERIOD, &period, error);
    if (status == RH_OK)
        status = check_grid(reading, row, error);
    if (status == RH_OK)
        status = read_rate(reading, row, &rate, error);
    if (status != RH_OK || isnan(rate))
        return status;
    return rh_batch_funding(reading, row, RATE, rate, grid(reading, row), batch, error);
}

const rh_format rh_format_binance_funding_ui = {
    .name = "binance-funding-ui",
    .fields = fields,
    .n_fields = N_FIELDS,
    .time_field = TIME,
    .name_field = NAME,
    .takes_timezone = 1,
    .vendor_names = 1,
    .prepare = prepare,
    .grid = grid,
    .convert = convert,
};
