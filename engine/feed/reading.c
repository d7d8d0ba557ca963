/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/format.h"

#include "base/memory.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- instruments ---- */

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Whether any of eight bytes is a control character: below 0x20, or 0x7f. */
static inline int has_control(uint64_t word) {
    const uint64_t erased = word ^ EACH(0x7f);
    return (((word - EACH(0x20)) & ~word) | ((erased - EACH(1)) & ~erased)) & EACH(0x80) ? 1 : 0;
}

static int is_printable(const char *text, size_t length) {
    uint64_t word = EACH(' ');
    if (length < sizeof word) {
        memcpy(&word, text, length);
        return length > 0 && !has_control(word);
    }
    for (size_t i = 0; i < length; i += sizeof word) {
        memcpy(&word, text + (i + sizeof word <= length ? i : length - sizeof word), sizeof word);
        if (has_control(word))
            return 0;
    }
    return 1;
}

const char *rh_reading_name(const rh_reading *reading, const rh_row *row, size_t *length,
                            rh_error *error) {
    char shown[RH_CELL_SHOWN];
    const int field = reading->format->name_field;
    const rh_cell cell = rh_cell_of(reading, row, field);
    if (cell.length == 0) {
        (void)rh_cell_fail(reading, row, field, error, "no instrument in this row");
        return NULL;
    }
    *length = cell.length;
    const char *blank = reading->format->vendor_names ? memchr(cell.text, ' ', cell.length) : NULL;
    if (blank)
        *length = (size_t)(blank - cell.text);
    if (*length < RH_NAME_MAX && is_printable(cell.text, *length))
        return cell.text;
    (void)rh_cell_fail(reading, row, field, error, "bad instrument name '%s' (1 to %d letters)",
                       rh_cell_show(&cell, shown), RH_NAME_MAX - 1);
    return NULL;
}

/* A file that is said to be of one instrument may call it what it likes, but only one thing. */
static rh_status check_only_name(rh_reading *reading, const rh_row *row, const char *name,
                                 size_t length, rh_error *error) {
    if (!reading->only_name[0]) {
        memcpy(reading->only_name, name, length);
        reading->only_name[length] = '\0';
    }
    if (strlen(reading->only_name) == length && memcmp(reading->only_name, name, length) == 0)
        return RH_OK;
    return rh_cell_fail(reading, row, reading->format->name_field, error,
                        "instrument '%.*s' in a file that is said to be of one instrument and "
                        "began with '%s'; remove instrument:",
                        (int)length, name, reading->only_name);
}

static rh_status collect(rh_reading *reading, const char *name, size_t length, rh_error *error) {
    rh_instrument instrument = {.multiplier = 1.0};
    memcpy(instrument.name, name, length);
    reading->instrument = rh_catalogue_add(reading->spec->collect, &instrument);
    return reading->instrument == RH_NO_INSTRUMENT ? rh_no_memory(error) : RH_OK;
}

/* Names of fewer than RH_NAME_MAX bytes only, which those of any instrument are. */
static void remember_name(rh_reading *reading, const rh_cell *cell) {
    if (cell->length >= RH_NAME_MAX)
        return;
    memcpy(reading->last_name, cell->text, cell->length);
    reading->last_length = cell->length;
    reading->last_found = reading->instrument;
}

static rh_status look_up_instrument(rh_reading *reading, const rh_row *row, rh_error *error) {
    const int field = reading->format->name_field;
    size_t length;
    const char *name = rh_reading_name(reading, row, &length, error);
    if (!name)
        return RH_BAD_DATA;
    if (reading->spec->instrument)
        return check_only_name(reading, row, name, length, error);
    reading->instrument = rh_catalogue_find(reading->catalogue, name, length);
    if (reading->instrument == RH_NO_INSTRUMENT && reading->spec->collect &&
        !reading->format->vendor_names)
        return collect(reading, name, length, error);
    if (reading->instrument == RH_NO_INSTRUMENT && reading->format->vendor_names)
        return rh_cell_fail(reading, row, field, error,
                            "no instrument is called '%.*s' here; say which one the file is of "
                            "with instrument:",
                            (int)length, name);
    return RH_OK;
}

/* As most rows name them: a name that the catalogue has is a good one. */
static int is_listed(rh_reading *reading, const rh_cell *cell) {
    if (reading->spec->instrument || reading->format->vendor_names)
        return 0;
    reading->instrument = rh_catalogue_find(reading->catalogue, cell->text, cell->length);
    return reading->instrument != RH_NO_INSTRUMENT;
}

/* Many rows name the instrument of the row before, in the same letters. */
static rh_status find_instrument(rh_reading *reading, const rh_row *row, rh_error *error) {
    const int field = reading->format->name_field;
    reading->instrument = reading->given;
    if (field == RH_NO_FIELD || reading->column[field] < 0)
        return RH_OK;
    const rh_cell cell = rh_row_cell(row, (size_t)reading->column[field]);
    if (cell.length == reading->last_length && cell.length > 0 &&
        rh_same_bytes(cell.text, reading->last_name, cell.length)) {
        reading->instrument = reading->last_found;
        return RH_OK;
    }
    rh_status status = is_listed(reading, &cell) ? RH_OK : look_up_instrument(reading, row, error);
    if (status == RH_OK)
        remember_name(reading, &cell);
    return status;
}

static int64_t grid_of(const rh_reading *reading, const rh_row *row) {
    return reading->format->grid ? reading->format->grid(reading, row) : 0;
}

/* The field whose clock orders the file. */
static int order_field(const rh_reading *reading) {
    const rh_format *format = reading->format;
    return format->known_field ? format->known_field : format->time_field;
}

static rh_status refuse_late(const rh_reading *reading, const rh_row *row, rh_time time,
                             int64_t late, rh_error *error) {
    char at[RH_TIME_TEXT], by[RH_DURATION_TEXT], allowed[RH_DURATION_TEXT];
    const int forwards = reading->stamp.direction > 0;
    const char *than = forwards ? "earlier" : "later";
    if (reading->disorder == 0)
        return rh_cell_fail(reading, row, order_field(reading), error,
                            "%s is %s %s than the row before, in a file that began %s first; sort "
                            "it by time, or allow it with disorder: %s",
                            rh_time_text(time, at), rh_duration_text(late, by), than,
                            forwards ? "oldest" : "newest", by);
    return rh_cell_fail(reading, row, order_field(reading), error,
                        "%s is %s %s than a row before it, in a file that began %s first, beyond "
                        "the disorder of %s; sort it by time, or allow it with disorder: %s",
                        rh_time_text(time, at), rh_duration_text(late, by), than,
                        forwards ? "oldest" : "newest",
                        rh_duration_text(reading->disorder, allowed), by);
}

static rh_status check_order(rh_reading *reading, const rh_row *row, rh_time time,
                             rh_error *error) {
    const rh_time furthest = reading->furthest;
    if (reading->stamp.direction == 0)
        return RH_OK;
    const int64_t late = furthest == RH_DAWN            ? 0
                         : reading->stamp.direction > 0 ? furthest - time
                                                        : time - furthest;
    if (late <= 0)
        reading->furthest = time;
    return late <= reading->disorder ? RH_OK : refuse_late(reading, row, time, late, error);
}

static rh_status read_other_stamp(rh_reading *reading, rh_stamp *stamp, int column,
                                  const rh_row *row, rh_time *time, rh_error *error) {
    const rh_cell cell = rh_row_cell(row, (size_t)column);
    /* Only a local clock needs the row's grid. */
    int64_t grid = stamp->zone ? grid_of(reading, row) : 0;
    rh_status status = rh_stamp_read(stamp, &cell, grid, time, error);
    if (status != RH_OK)
        (void)rh_fail_at(error, "%s:%" PRIu64 ":%d", reading->spec->path, row->line, column + 1);
    return status;
}

static inline rh_status read_clock(rh_reading *reading, rh_stamp *stamp, int field,
                                   const rh_row *row, rh_time *time, rh_error *error) {
    const int column = reading->column[field];
    if (rh_stamp_read_tail(stamp, rh_row_cell(row, (size_t)column), time))
        return RH_OK;
    return read_other_stamp(reading, stamp, column, row, time, error);
}

/* The venue's clock beside the receiver's: nothing was known before it happened. */
static rh_status find_happened(rh_reading *reading, const rh_row *row, rh_error *error) {
    rh_status status = read_clock(reading, &reading->other_stamp, reading->format->time_field, row,
                                  &reading->time, error);
    const int64_t ahead = reading->time - reading->known;
    if (status != RH_OK || ahead <= 0)
        return status;
    reading->ahead++;
    reading->ahead_most = ahead > reading->ahead_most ? ahead : reading->ahead_most;
    reading->time = reading->known;
    return RH_OK;
}

static rh_status find_time(rh_reading *reading, const rh_row *row, rh_error *error) {
    rh_time time = 0;
    rh_status status =
        read_clock(reading, &reading->stamp, order_field(reading), row, &time, error);
    if (status == RH_OK && reading->format->adjust)
        status = reading->format->adjust(reading, row, &time, error);
    if (status != RH_OK)
        return status;
    status = check_order(reading, row, time, error);
    if (status != RH_OK)
        return status;
    reading->stamp.last = time;
    reading->time = reading->known = reading->stamped_at_start ? time + reading->interval : time;
    return reading->format->known_field ? find_happened(reading, row, error) : RH_OK;
}

int rh_reading_next(rh_reading *reading, rh_row *row, rh_error *error) {
    int got = rh_rows_next(reading->rows, row, error);
    reading->broken = got < 0;
    if (got <= 0)
        return got;
    if (row->count != reading->header.count) {
        (void)rh_fail(error, RH_BAD_DATA,
                      "%s:%" PRIu64
                      ": the row has %zu cells, the header %zu (is the file cut off?)",
                      reading->spec->path, row->line, row->count, reading->header.count);
        return -1;
    }
    if (find_time(reading, row, error) != RH_OK || find_instrument(reading, row, error) != RH_OK)
        return -1;
    if (reading->instrument != RH_NO_INSTRUMENT)
        rh_rows_read_numbers(reading->rows, row);
    return 1;
}

void rh_reading_leave_out(rh_reading *reading, const rh_row *row, const char *reason) {
    if (reading->left_out++ > 0)
        return;
    reading->left_out_at = row->line;
    reading->left_out_for = reason;
}

void rh_reading_note(rh_reading *reading, const char *format, ...) {
    size_t used = strlen(reading->note);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(reading->note + used, sizeof reading->note - used, format, arguments);
    va_end(arguments);
}
