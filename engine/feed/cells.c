/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/format.h"

#include "base/number.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

rh_status rh_cell_number_alone(const rh_reading *reading, const rh_row *row, int field, double *out,
                               rh_error *error) {
    char shown[RH_CELL_SHOWN];
    const rh_cell cell = rh_cell_of(reading, row, field);
    *out = NAN;
    if (cell.length == 0)
        return RH_OK;
    if (!row->cells && reading->number_of[field + 1] == RH_NUMBER_NOWHERE)
        reading->number_of[field + 1] =
            (uint8_t)rh_rows_learn_number(reading->rows, (size_t)reading->column[field]);
    if (rh_number_parse(cell.text, cell.length, out) != 0)
        return rh_cell_fail(reading, row, field, error, "%.80s: bad number '%s'",
                            name_of(reading, field), rh_cell_show(&cell, shown));
    return RH_OK;
}

rh_status rh_cell_refuse_negative(const rh_reading *reading, const rh_row *row, int field,
                                  rh_error *error) {
    char shown[RH_CELL_SHOWN];
    const rh_cell cell = rh_cell_of(reading, row, field);
    return rh_cell_fail(reading, row, field, error, "%.80s: %s is negative",
                        name_of(reading, field), rh_cell_show(&cell, shown));
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
    const rh_cell cell = rh_cell_of(reading, row, field);
    *out = 0;
    if (cell.length == 0)
        return RH_OK;
    if (rh_number_parse(cell.text, cell.length, &number) == 0) {
        const double unit = (double)(number <= 168.0 ? RH_HOUR : RH_S);
        if (number >= 1.0 && number <= 168.0 * 3600.0)
            *out = (int64_t)(number * unit);
    } else if (rh_duration_parse(cell.text, cell.length, out) != 0) {
        *out = 0;
    }
    if (*out < RH_HOUR || *out > 168 * RH_HOUR)
        return rh_cell_fail(reading, row, field, error,
                            "%.80s: bad period '%s' (a duration such as 8h, hours from 1 to 168, "
                            "or seconds from 3600)",
                            name_of(reading, field), rh_cell_show(&cell, shown));
    return RH_OK;
}

/* Above 2000 % a volatility is in percent, or no volatility. */
static const double highest_volatility = 20.0;

rh_status rh_cell_volatility(const rh_reading *reading, const rh_row *row, int field, double *out,
                             rh_error *error) {
    rh_status status = rh_cell_amount(reading, row, field, out, error);
    if (status != RH_OK)
        return status;
    if (reading->percent)
        *out /= 100.0;
    if (*out > highest_volatility)
        return rh_cell_fail(reading, row, field, error, "a volatility of %g %%%s", *out * 100.0,
                            reading->percent ? ""
                            : reading->format->takes_iv_unit
                                ? "; say iv_unit: percent"
                                : "; a column in percent is called iv_pct");
    if (*out == 0.0)
        *out = NAN;
    return RH_OK;
}

int rh_cell_is(const rh_reading *reading, const rh_row *row, int field, const char *text) {
    const rh_cell cell = rh_cell_of(reading, row, field);
    return cell.length == strlen(text) && memcmp(cell.text, text, cell.length) == 0;
}

rh_status rh_cell_time(const rh_reading *reading, const rh_row *row, int field, rh_time *out,
                       rh_error *error) {
    char shown[RH_CELL_SHOWN];
    int64_t value;
    const rh_cell cell = rh_cell_of(reading, row, field);
    if (cell.length == 0)
        return rh_cell_fail(reading, row, field, error, "no %.80s", name_of(reading, field));
    int failed = rh_integer_parse(cell.text, cell.length, &value) == 0
                     ? rh_time_from_integer(value, rh_time_unit(value), out)
                     : rh_time_parse(cell.text, cell.length, out);
    if (failed || *out < RH_STAMP_FIRST || *out >= RH_STAMP_END)
        return rh_cell_fail(reading, row, field, error, "%.80s: bad time '%s'",
                            name_of(reading, field), rh_cell_show(&cell, shown));
    return RH_OK;
}

/* ---- an option's terms ---- */

static rh_status check_strike(const rh_reading *reading, const rh_row *row, int field,
                              const rh_instrument *option, rh_error *error) {
    double strike;
    rh_status status = rh_cell_price(reading, row, field, &strike, error);
    if (status == RH_OK && !isnan(strike) && strike != option->strike)
        return rh_cell_fail(reading, row, field, error, "the strike is %.15g, that of %s is %.15g",
                            strike, option->name, option->strike);
    return status;
}

static rh_status check_expiry(const rh_reading *reading, const rh_row *row, int field,
                              const rh_instrument *option, rh_error *error) {
    char here[RH_TIME_TEXT], there[RH_TIME_TEXT];
    rh_time expiry;
    if (rh_cell_of(reading, row, field).length == 0)
        return RH_OK;
    rh_status status = rh_cell_time(reading, row, field, &expiry, error);
    if (status == RH_OK && expiry != option->expiry)
        return rh_cell_fail(reading, row, field, error, "it expires at %s, %s at %s",
                            rh_time_text(expiry, here), option->name,
                            rh_time_text(option->expiry, there));
    return status;
}

static rh_status check_right(const rh_reading *reading, const rh_row *row, int field,
                             const rh_instrument *option, rh_error *error) {
    char shown[RH_CELL_SHOWN];
    const rh_cell cell = rh_cell_of(reading, row, field);
    if (cell.length == 0)
        return RH_OK;
    const int letter = toupper((unsigned char)*cell.text);
    if (letter != (option->right > 0 ? 'C' : 'P'))
        return rh_cell_fail(reading, row, field, error, "it is a '%s', %s is a %s",
                            rh_cell_show(&cell, shown), option->name,
                            option->right > 0 ? "call" : "put");
    return RH_OK;
}

rh_status rh_cell_check_option(const rh_reading *reading, const rh_row *row, int strike, int expiry,
                               int right, rh_error *error) {
    const rh_instrument *option = rh_catalogue_get(reading->catalogue, reading->instrument);
    if (option->kind != RH_OPTION)
        return RH_OK;
    rh_status status = check_strike(reading, row, strike, option, error);
    if (status == RH_OK)
        status = check_expiry(reading, row, expiry, option, error);
    return status == RH_OK ? check_right(reading, row, right, option, error) : status;
}
