/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Delivery prices of one index of Deribit (public/get_delivery_prices), newest first. They are
 * those of everything on the underlying that expires at 08:00 UTC of the day. */
#include "feed/format.h"

enum { TIME, PRICE, N_FIELDS };

static const rh_field fields[N_FIELDS] = {[TIME] = {"date", 1}, [PRICE] = {"delivery_price", 1}};

static rh_status at_eight(rh_reading *reading, const rh_row *row, rh_time *time, rh_error *error) {
    (void)reading;
    (void)row;
    (void)error;
    *time = *time / RH_DAY * RH_DAY + 8 * RH_HOUR;
    return RH_OK;
}

static rh_status convert(rh_reading *reading, const rh_row *row, rh_batch *batch, rh_error *error) {
    double price;
    rh_status status = rh_cell_price(reading, row, PRICE, &price, error);
    if (status == RH_OK && price > 0.0)
        rh_event_set(rh_batch_add(batch, RH_EVENT_SETTLEMENT), RH_DELIVERY, price);
    return status;
}

static const char *const lists[] = {"$.result.data", "$.data", "$.result", "$", NULL};
static const rh_json_shape shape = {lists, 0};

const rh_format rh_format_deribit_delivery = {
    .name = "deribit-delivery",
    .fields = fields,
    .n_fields = N_FIELDS,
    .time_field = TIME,
    .name_field = RH_NO_FIELD,
    .json = &shape,
    .unique = 1,
    .adjust = at_eight,
    .convert = convert,
};
