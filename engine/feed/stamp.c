/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/stamp.h"

#include "base/memory.h"
#include "base/number.h"

#include <string.h>

enum { TEXT_STAMPS = -1 };

rh_status rh_stamp_open(rh_stamp *stamp, const char *zone_name, rh_error *error) {
    *stamp = (rh_stamp){.zone_name = zone_name, .last = RH_DAWN, .length = SIZE_MAX};
    if (!zone_name || strcmp(zone_name, "UTC") == 0)
        return RH_OK;
    return rh_zone_open(zone_name, &stamp->zone, error);
}

void rh_stamp_clear(rh_stamp *stamp) {
    rh_zone_close(stamp->zone);
    stamp->zone = NULL;
}

static const char *unit_name(int64_t unit) {
    switch (unit) {
    case RH_S: return "seconds";
    case RH_MS: return "milliseconds";
    case RH_US: return "microseconds";
    case RH_NS: return "nanoseconds";
    default: return "text";
    }
}

/* If all that begin alike are times: those that follow need no look then. */
static void remember_head(rh_stamp *stamp, const rh_cell *cell, int64_t value, rh_time time) {
    const int64_t tail = value % 100000000;
    const rh_time first = time - tail * stamp->unit;
    stamp->length = SIZE_MAX;
    if (value < 100000000 || cell->length > 24 || first >= RH_STAMP_END - 99999999 * stamp->unit)
        return;
    const size_t head = cell->length - 8;
    stamp->length = cell->length;
    stamp->word_at = head < 8 ? 0 : head - 8;
    stamp->word = rh_decimal_load(cell->text + stamp->word_at);
    stamp->first_word = rh_decimal_load(cell->text);
    stamp->mask = head < 8 ? (UINT64_C(1) << 8 * head) - 1 : UINT64_MAX;
    stamp->head_time = first;
}

static rh_status read_integer(rh_stamp *stamp, const rh_cell *cell, rh_time *out, rh_error *error) {
    char shown[RH_CELL_SHOWN];
    int64_t value;
    if (rh_integer_parse(cell->text, cell->length, &value) != 0)
        return rh_fail(error, RH_BAD_DATA, "bad time '%s'", rh_cell_show(cell, shown));
    int64_t unit = rh_time_unit(value);
    if (stamp->unit == 0 && stamp->zone)
        return rh_fail(error, RH_BAD_CONFIG,
                       "integer times are UTC, but the file is said to be on the clock of %s; "
                       "remove timezone",
                       stamp->zone_name);
    if (stamp->unit == 0)
        stamp->unit = unit;
    if (stamp->unit != unit)
        return rh_fail(error, RH_BAD_DATA,
                       "time '%s' is in %s by its size, but the file began with %s",
                       rh_cell_show(cell, shown), unit_name(unit), unit_name(stamp->unit));
    if (rh_time_from_integer(value, unit, out) != 0)
        return rh_fail(error, RH_BAD_DATA, "bad time '%s'", rh_cell_show(cell, shown));
    remember_head(stamp, cell, value, *out);
    return RH_OK;
}

static int goes_back(const rh_stamp *stamp, rh_time time) {
    if (stamp->last == RH_DAWN || stamp->direction == 0)
        return 0;
    if (stamp->one_per_row && time == stamp->last)
        return 1;
    return stamp->direction > 0 ? time < stamp->last : time > stamp->last;
}

/* Which of the two instants of a repeated hour is meant. */
static rh_time settle_overlap(const rh_stamp *stamp, const rh_time times[2], int64_t grid) {
    if (grid > 0) {
        int first = times[0] % grid == 0, second = times[1] % grid == 0;
        if (first != second)
            return first ? times[0] : times[1];
    }
    int preferred = stamp->direction < 0;
    return goes_back(stamp, times[preferred]) ? times[!preferred] : times[preferred];
}

static rh_status to_utc(const rh_stamp *stamp, const rh_cell *cell, int64_t grid, rh_time *time,
                        rh_error *error) {
    char shown[RH_CELL_SHOWN];
    rh_time times[2];
    int count = rh_zone_from_local(stamp->zone, *time, times);
    if (count == 0)
        return rh_fail(error, RH_BAD_DATA,
                       "time '%s' does not exist in %s (clocks were set forward over it); is "
                       "the timezone right?",
                       rh_cell_show(cell, shown), stamp->zone_name);
    *time = count == 1 ? times[0] : settle_overlap(stamp, times, grid);
    return RH_OK;
}

/* An offset stands after the time of day; the date has hyphens of its own. */
static int has_offset(const rh_cell *cell) {
    for (size_t i = 10; i < cell->length; i++)
        if (strchr("Zz+-", cell->text[i]))
            return 1;
    return 0;
}

static rh_status read_text(rh_stamp *stamp, const rh_cell *cell, int64_t grid, rh_time *out,
                           rh_error *error) {
    char shown[RH_CELL_SHOWN];
    if (rh_time_parse(cell->text, cell->length, out) != 0)
        return rh_fail(error, RH_BAD_DATA, "bad time '%s'", rh_cell_show(cell, shown));
    if (stamp->unit > 0)
        return rh_fail(error, RH_BAD_DATA, "time '%s' is text, but the file began with %s",
                       rh_cell_show(cell, shown), unit_name(stamp->unit));
    stamp->unit = TEXT_STAMPS;
    if (stamp->zone && !has_offset(cell))
        return to_utc(stamp, cell, grid, out, error);
    return RH_OK;
}

rh_status rh_stamp_read(rh_stamp *stamp, const rh_cell *cell, int64_t grid, rh_time *out,
                        rh_error *error) {
    char shown[RH_CELL_SHOWN];
    if (cell->length == 0)
        return rh_fail(error, RH_BAD_DATA, "no time in this row");
    if (rh_stamp_read_tail(stamp, *cell, out))
        return RH_OK;
    int is_text = stamp->unit == TEXT_STAMPS || (cell->length > 4 && cell->text[4] == '-');
    rh_status status =
        is_text ? read_text(stamp, cell, grid, out, error) : read_integer(stamp, cell, out, error);
    if (status == RH_OK && (*out < RH_STAMP_FIRST || *out >= RH_STAMP_END))
        return rh_fail(error, RH_BAD_DATA, "time '%s' is outside 1970 to 2199",
                       rh_cell_show(cell, shown));
    return status;
}
