/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Binance fundingRate, a file a month. Funding is paid on the hour; calc_time is some milliseconds
 * later and is moved back to it. */
#include "feed/format.h"

#include <math.h>

enum { TIME, PERIOD, RATE, N_FIELDS };

static const rh_field fields[N_FIELDS] = {
    [TIME] = {"calc_time", 1},
    [PERIOD] = {"funding_interval_hours", 1},
    [RATE] = {"last_funding_rate", 1},
};

static const char *const columns[] = {"calc_time", "funding_interval_hours", "last_funding_rate",
                                      NULL};

#define LATEST (10 * RH_S)

static rh_status adjust(rh_reading *reading, const rh_row *row, rh_time *time, rh_error *error) {
    char at[RH_TIME_TEXT];
    const int64_t late = *time % RH_HOUR;
    if (late > LATEST)
        return rh_cell_fail(reading, row, TIME, error,
                            "%s is more than 10s after the hour, when funding is paid",
                            rh_time_text(*time, at));
    if (late > 0 && !reading->note[0])
        rh_reading_note(reading, "funding is stamped shortly after the hour, and moved back to it");
    *time -= late;
    return RH_OK;
}

static int64_t grid(const rh_reading *reading, const rh_row *row) {
    int64_t period = 0;
    (void)rh_cell_period(reading, row, PERIOD, &period, NULL);
    return period;
}

static rh_status convert(rh_reading *reading, const rh_row *row, rh_batch *batch, rh_error *error) {
    double rate;
    int64_t period;
    rh_status status = rh_cell_number(reading, row, RATE, &rate, error);
    if (status == RH_OK)
        status = rh_cell_period(reading, row, PERIOD, &period, error);
    if (status != RH_OK || isnan(rate))
        return status;
    if (period == 0)
        return rh_cell_fail(reading, row, PERIOD, error, "a rate without its period");
    return rh_batch_funding(reading, row, RATE, rate, period, batch, error);
}

const rh_format rh_format_binance_funding = {
    .name = "binance-funding",
    .fields = fields,
    .n_fields = N_FIELDS,
    .time_field = TIME,
    .name_field = RH_NO_FIELD,
    .columns = columns,
    .unique = 1,
    .adjust = adjust,
    .grid = grid,
    .convert = convert,
};
