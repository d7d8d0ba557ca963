/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hourly funding of Deribit's perpetuals (public/get_funding_rate_history). interest_1h is what a
 * position paid in the hour that ended at the stamp, which nobody knew before: it is paid there, on
 * the position of that moment. The API leaves out the row at a request's very start, so pages
 * overlap and rows come twice. */
#include "feed/format.h"

#include <math.h>

enum { TIME, INTEREST, INDEX, N_FIELDS };

static const rh_field fields[N_FIELDS] = {
    [TIME] = {"timestamp", 1},
    [INTEREST] = {"interest_1h", 1},
    [INDEX] = {"index_price", 0},
};

static rh_status convert(rh_reading *reading, const rh_row *row, rh_batch *batch, rh_error *error) {
    static const int mark[4] = {RH_NO_FIELD, RH_NO_FIELD, RH_NO_FIELD, INDEX};
    double interest;
    rh_status status = rh_batch_mark(reading, row, mark, batch, error);
    if (status == RH_OK)
        status = rh_cell_number(reading, row, INTEREST, &interest, error);
    if (status != RH_OK || isnan(interest))
        return status;
    status = rh_batch_funding(reading, row, INTEREST, interest, RH_HOUR, batch, error);
    if (status == RH_OK)
        rh_event_set(&batch->events[batch->count - 1], RH_PAID, 1.0);
    return status;
}

static int64_t an_hour(const rh_reading *reading, const rh_row *row) {
    (void)reading;
    (void)row;
    return RH_HOUR;
}

static const char *const lists[] = {"$.result", "$", NULL};
static const rh_json_shape shape = {lists, 0};

const rh_format rh_format_deribit_funding = {
    .name = "deribit-funding",
    .fields = fields,
    .n_fields = N_FIELDS,
    .time_field = TIME,
    .name_field = RH_NO_FIELD,
    .json = &shape,
    .unique = 1,
    .grid = an_hour,
    .convert = convert,
};
