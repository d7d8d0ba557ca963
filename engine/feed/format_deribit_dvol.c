/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Deribit's volatility index (public/get_volatility_index_data): candles of volatility points,
 * stamped at their start. The close becomes the implied volatility of the instrument that the file
 * is said to be of. */
#include "feed/format.h"

#include <math.h>

enum { TIME, OPEN, HIGH, LOW, CLOSE, N_FIELDS };

static const rh_field fields[N_FIELDS] = {
    [TIME] = {"timestamp", 1}, [OPEN] = {"open", 0},   [HIGH] = {"high", 0},
    [LOW] = {"low", 0},        [CLOSE] = {"close", 1},
};

static rh_status convert(rh_reading *reading, const rh_row *row, rh_batch *batch, rh_error *error) {
    double iv, other;
    rh_status status = RH_OK;
    for (int field = OPEN; field < CLOSE && status == RH_OK; field++)
        status = rh_cell_volatility(reading, row, field, &other, error);
    if (status == RH_OK)
        status = rh_cell_volatility(reading, row, CLOSE, &iv, error);
    if (status == RH_OK && !isnan(iv))
        rh_event_set(rh_batch_add(batch, RH_EVENT_MARK), RH_IV, iv);
    return status;
}

static const char *const lists[] = {"$.result.data", "$.data", "$.result", "$", NULL};
static const rh_json_shape shape = {lists, 1};

const rh_format rh_format_deribit_dvol = {
    .name = "deribit-dvol",
    .fields = fields,
    .n_fields = N_FIELDS,
    .time_field = TIME,
    .name_field = RH_NO_FIELD,
    .json = &shape,
    .unique = 1,
    .percent = 1,
    .takes_stamp = 1,
    .bars_start = 1,
    .convert = convert,
};
