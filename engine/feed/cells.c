/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/format.h"

#include "base/decimal.h"
#include "base/number.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

const rh_cell *rh_cell_of(const rh_reading *reading, const rh_row *row, int field) {
    if (field < 0 || reading->column[field] < 0)
        return NULL;
    const rh_cell *cell = &row->cells[reading->column[field]];
    return cell->length > 0 ? cell : NULL;
}

rh_status rh_cell_fail(const rh_reading *reading, const rh_row *row, int field, rh_error *error,
                       const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return rh_fail(error, RH_BAD_DATA, "%s:%" PRIu64 ":%d: %s", reading->spec->path, row->line,
                   reading->column[field] + 1, text);
}

static const char *name_of(const rh_reading *reading, int field) {
    return reading->header.names[reading->column[field]];
}

static int read_number(const rh_row *row, const rh_cell *cell, double *out) {
    if (row->roomy && rh_decimal_short(cell->text, cell->length, out) == 0)
        return 0;
    return rh_number_parse(cell->text, cell->length, out);
}

rh_status rh_cell_number(const rh_reading *reading, const rh_row *row, int field, double *out,
                         rh_error *error) {
    char shown[RH_CELL_SHOWN];
    const rh_cell *cell = rh_cell_of(reading, row, field);
    *out = NAN;
    if (cell && read_number(row, cell, out) != 0)
        return rh_cell_fail(reading, row, field, error, "%.80s: bad number '%s'",
                            name_of(reading, field), rh_cell_show(cell, shown));
    return RH_OK;
}

rh_status rh_cell_amount(const rh_reading *reading, const rh_row *row, int field, double *out,
                         rh_error *error) {
    char shown[RH_CELL_SHOWN];
    rh_status status = rh_cell_number(reading, row, field, out, error);
    if (status == RH_OK && *out < 0.0)
        return rh_cell_fail(reading, row, field, error, "%.80s: %s is negative",
                            name_of(reading, field),
                            rh_cell_show(rh_cell_of(reading, row, field), shown));
    return status;
}

rh_status rh_cell_price(const rh_reading *reading, const rh_row *row, int field, double *out,
                        rh_error *error) {
    rh_status status = rh_cell_amount(reading, row, field, out, error);
    if (status == RH_OK && *out == 0.0)
        return rh_cell_fail(reading, row, field, error, "%.80s: a price of 0",
                            name_of(reading, field));
    return status;
}

rh_status rh_cell_period(const rh_reading *reading, const rh_row *row, int field, int64_t *out,
                         rh_error *error) {
    char shown[RH_CELL_SHOWN];
    double number;
    const rh_cell *cell = rh_cell_of(reading, row, field);
    *out = 0;
    if (!cell)
        return RH_OK;
    if (rh_number_parse(cell->text, cell->length, &number) == 0) {
        const double unit = (double)(number <= 168.0 ? RH_HOUR : RH_S);
        if (number >= 1.0 && number <= 168.0 * 3600.0)
            *out = (int64_t)(number * unit);
    } else if (rh_duration_parse(cell->text, cell->length, out) != 0) {
        *out = 0;
    }
    if (*out < RH_HOUR || *out > 168 * RH_HOUR)
        return rh_cell_fail(reading, row, field, error,
                            "%.80s: bad period '%s' (a duration such as 8h, hours from 1 to 168, "
                            "or seconds from 3600)",
                            name_of(reading, field), rh_cell_show(cell, shown));
    return RH_OK;
}

rh_event *rh_batch_add(rh_batch *batch, rh_event_kind kind) {
    assert(batch->count < RH_ROW_EVENTS);
    rh_event *event = &batch->events[batch->count++];
    *event = (rh_event){.kind = (uint8_t)kind};
    return event;
}

/* A price of 0 takes the side away, and its size with it. */
static void set_side(rh_event *event, int position, double price, double size) {
    int gone = price == 0.0;
    if (gone || !isnan(price))
        rh_event_set(event, position, gone ? NAN : price);
    if (gone || !isnan(size))
        rh_event_set(event, position + 1, gone ? NAN : size);
}

rh_status rh_batch_quote(const rh_reading *reading, const rh_row *row, const int fields[4],
                         rh_batch *batch, rh_error *error) {
    double value[4];
    int given = 0;
    for (int i = 0; i < 4; i++) {
        rh_status status = rh_cell_amount(reading, row, fields[i], &value[i], error);
        if (status != RH_OK)
            return status;
        given |= !isnan(value[i]);
    }
    if (!given)
        return RH_OK;
    rh_event *event = rh_batch_add(batch, RH_EVENT_QUOTE);
    set_side(event, RH_BID, value[RH_BID], value[RH_BID_SIZE]);
    set_side(event, RH_ASK, value[RH_ASK], value[RH_ASK_SIZE]);
    return RH_OK;
}

rh_status rh_batch_bar(const rh_reading *reading, const rh_row *row, const int fields[5],
                       rh_batch *batch, rh_error *error) {
    double value[5];
    for (int i = 0; i < 5; i++) {
        rh_status status = i == RH_VOLUME
                               ? rh_cell_amount(reading, row, fields[i], &value[i], error)
                               : rh_cell_price(reading, row, fields[i], &value[i], error);
        if (status != RH_OK)
            return status;
    }
    if (isnan(value[RH_CLOSE])) {
        for (int i = RH_OPEN; i < RH_CLOSE; i++)
            if (!isnan(value[i]))
                return rh_cell_fail(reading, row, fields[i], error, "a bar without a close");
        return RH_OK;
    }
    rh_event *event = rh_batch_add(batch, RH_EVENT_BAR);
    for (int i = 0; i < 5; i++)
        if (!isnan(value[i]))
            rh_event_set(event, i, value[i]);
    return RH_OK;
}
