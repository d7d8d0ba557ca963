/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/format.h"

#include "base/config.h"
#include "base/memory.h"
#include "base/number.h"
#include "feed/intake.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static rh_status check_stamp_key(const rh_source_spec *spec, const rh_format *format,
                                 rh_error *error) {
    if (!spec->stamp)
        return RH_OK;
    if (!format->takes_stamp)
        return rh_fail(error, RH_BAD_CONFIG, "%s: format %s has no bars; remove stamp", spec->path,
                       format->name);
    if (strcmp(spec->stamp, "start") != 0 && strcmp(spec->stamp, "end") != 0)
        return rh_fail(error, RH_BAD_CONFIG, "%s: stamp is 'start' or 'end', not '%.40s'",
                       spec->path, spec->stamp);
    return RH_OK;
}

static rh_status check_iv_unit(const rh_source_spec *spec, const rh_format *format,
                               rh_error *error) {
    if (!spec->iv_unit)
        return RH_OK;
    if (!format->takes_iv_unit)
        return rh_fail(error, RH_BAD_CONFIG,
                       "%s: the unit of volatilities is fixed in format %s; remove iv_unit",
                       spec->path, format->name);
    if (strcmp(spec->iv_unit, "percent") != 0 && strcmp(spec->iv_unit, "fraction") != 0)
        return rh_fail(error, RH_BAD_CONFIG, "%s: iv_unit is 'percent' or 'fraction', not '%.40s'",
                       spec->path, spec->iv_unit);
    return RH_OK;
}

static rh_status check_spec(const rh_source_spec *spec, const rh_format *format, rh_error *error) {
    if (spec->interval < 0 || spec->interval > RH_PERIOD_MAX)
        return rh_fail(error, RH_BAD_CONFIG, "%s: interval must lie between 0 and 366d",
                       spec->path);
    if (spec->delay < 0 || spec->delay > RH_PERIOD_MAX)
        return rh_fail(error, RH_BAD_CONFIG, "%s: delay must lie between 0 and 366d", spec->path);
    if (spec->disorder < 0 || spec->disorder > RH_PERIOD_MAX)
        return rh_fail(error, RH_BAD_CONFIG, "%s: disorder must lie between 0 and 366d",
                       spec->path);
    if (spec->instrument && (!*spec->instrument || strlen(spec->instrument) >= RH_NAME_MAX))
        return rh_fail(error, RH_BAD_CONFIG, "%s: instrument must have 1 to %d letters", spec->path,
                       RH_NAME_MAX - 1);
    if (spec->timezone && strcmp(spec->timezone, "UTC") != 0 && !format->takes_timezone)
        return rh_fail(error, RH_BAD_CONFIG, "%s: the clock of format %s is UTC; remove timezone",
                       spec->path, format->name);
    if (spec->contract_size != 0.0 && !(spec->contract_size > 0.0 && spec->contract_size < 1e12))
        return rh_fail(error, RH_BAD_CONFIG, "%s: contract_size must lie above 0", spec->path);
    if (format->takes_query && !spec->query)
        return rh_fail(error, RH_BAD_CONFIG, "%s: format %s needs query: a table or a SELECT",
                       spec->path, format->name);
    if (!format->takes_query && spec->query)
        return rh_fail(error, RH_BAD_CONFIG, "%s: query is for format sqlite; remove it",
                       spec->path);
    rh_status status = check_iv_unit(spec, format, error);
    return status == RH_OK ? check_stamp_key(spec, format, error) : status;
}

/* ---- header and columns ---- */

static int find_field(const rh_reading *reading, const char *name) {
    for (int i = 0; i < reading->format->n_fields; i++)
        if (rh_header_same(&reading->header, reading->format->fields[i].name, name))
            return i;
    return RH_NO_FIELD;
}

static rh_status no_such_field(const rh_reading *reading, const char *name, rh_error *error) {
    const char *names[RH_FIELDS_MAX];
    for (int i = 0; i < reading->format->n_fields; i++)
        names[i] = reading->format->fields[i].name;
    const char *near = rh_nearest_name(name, names, (size_t)reading->format->n_fields);
    return rh_fail(error, RH_BAD_CONFIG, "%s: map: format %s has no field '%.80s'%s%s%s",
                   reading->spec->path, reading->format->name, name, near ? " (did you mean '" : "",
                   near ? near : "", near ? "'?)" : "");
}

static int is_renamed(const rh_reading *reading, int column) {
    for (size_t i = 0; i < reading->spec->n_map; i++)
        if (rh_header_find(&reading->header, reading->spec->map[i].column) == column)
            return 1;
    return 0;
}

static rh_status bind(rh_reading *reading, int field, int column, rh_error *error) {
    if (reading->column[field] >= 0)
        return rh_fail(error, RH_BAD_CONFIG,
                       "%s:%" PRIu64 ": columns '%.80s' and '%.80s' are both %s; map one of them "
                       "only",
                       reading->spec->path, reading->header.line,
                       reading->header.names[reading->column[field]], reading->header.names[column],
                       reading->format->fields[field].name);
    reading->column[field] = column;
    return RH_OK;
}

static rh_status bind_renamed(rh_reading *reading, rh_error *error) {
    for (size_t i = 0; i < reading->spec->n_map; i++) {
        const struct rh_column_map *map = &reading->spec->map[i];
        int field = find_field(reading, map->field);
        if (field == RH_NO_FIELD)
            return no_such_field(reading, map->field, error);
        int column = rh_header_find(&reading->header, map->column);
        if (column < 0)
            return rh_header_missing(&reading->header, map->column, reading->spec->path, error);
        rh_status status = bind(reading, field, column, error);
        if (status != RH_OK)
            return status;
    }
    return RH_OK;
}

static rh_status bind_named(rh_reading *reading, rh_error *error) {
    for (int field = 0; field < reading->format->n_fields; field++) {
        int column = rh_header_find(&reading->header, reading->format->fields[field].name);
        if (column < 0 || is_renamed(reading, column))
            continue;
        rh_status status = bind(reading, field, column, error);
        if (status != RH_OK)
            return status;
    }
    return RH_OK;
}

static rh_status check_needed(const rh_reading *reading, rh_error *error) {
    const rh_format *format = reading->format;
    for (int field = 0; field < format->n_fields; field++)
        if (format->fields[field].needed && reading->column[field] < 0)
            return rh_header_missing(&reading->header, format->fields[field].name,
                                     reading->spec->path, error);
    int named = format->name_field != RH_NO_FIELD && reading->column[format->name_field] >= 0;
    if (!named && !reading->spec->instrument)
        return rh_fail(error, RH_BAD_CONFIG,
                       "%s:%" PRIu64 ": no column '%s'; say which instrument the file is of with "
                       "instrument:",
                       reading->spec->path, reading->header.line,
                       format->name_field == RH_NO_FIELD ? "instrument"
                                                         : format->fields[format->name_field].name);
    return RH_OK;
}

/* ---- files without a header ---- */

static int is_headless(const rh_format *format, const rh_row *row) {
    double number;
    rh_time time;
    if (!format->columns || row->count == 0)
        return 0;
    const rh_cell *first = &row->cells[0];
    return rh_number_parse(first->text, first->length, &number) == 0 ||
           rh_time_parse(first->text, first->length, &time) == 0;
}

/* The format's own names stand for the header. */
static rh_status name_columns(rh_reading *reading, const rh_row *row, rh_error *error) {
    const char *const *columns = reading->format->columns;
    rh_cell names[RH_FIELDS_MAX];
    size_t count = 0;
    for (; columns[count] && count < row->count; count++)
        names[count] = (rh_cell){columns[count], strlen(columns[count])};
    if (count < row->count)
        return rh_fail(error, RH_BAD_DATA,
                       "%s:%" PRIu64 ": %zu columns without a header, where format %s knows %zu; "
                       "add a row of column names",
                       reading->spec->path, row->line, row->count, reading->format->name, count);
    const rh_row header = {.line = row->line, .count = count, .cells = names};
    reading->headless = 1;
    return rh_header_read(&reading->header, &header, 0, reading->spec->path, error);
}

/* Only columns that are bound are ever looked at. */
static rh_status want_columns(rh_reading *reading, rh_error *error) {
    int columns[RH_FIELDS_MAX];
    size_t n = 0;
    for (int field = 0; field < reading->format->n_fields; field++) {
        if (reading->column[field] < 0)
            continue;
        columns[n++] = reading->column[field];
        reading->bound |= UINT32_C(1) << field;
    }
    return rh_rows_want(reading->rows, reading->header.count, columns, n, error);
}

static rh_status read_header(rh_reading *reading, rh_error *error) {
    const rh_format *format = reading->format;
    rh_row row;
    for (int titles = format->title_line;; titles--) {
        int got = rh_rows_next(reading->rows, &row, error);
        if (got < 0)
            return error->code;
        if (got == 0)
            return rh_fail(error, RH_BAD_DATA, "%s: the file is empty (not even a header)",
                           reading->spec->path);
        if (titles == 0 || row.count > 1)
            break;
    }
    rh_status status = is_headless(format, &row)
                           ? name_columns(reading, &row, error)
                           : rh_header_read(&reading->header, &row, format->ignore_case,
                                            reading->spec->path, error);
    for (int i = 0; i < RH_FIELDS_MAX; i++)
        reading->column[i] = -1;
    if (status == RH_OK)
        status = bind_renamed(reading, error);
    if (status == RH_OK)
        status = bind_named(reading, error);
    return status == RH_OK ? check_needed(reading, error) : status;
}

/* ---- the pass ---- */

/* JSON, for formats that have it; a pipe cannot be looked into. */
static rh_status is_json(const rh_reading *reading, int *out, rh_error *error) {
    *out = 0;
    if (!reading->format->json || rh_intake_require_file(reading->spec->path, NULL) != RH_OK)
        return RH_OK;
    return rh_rows_is_json(reading->spec->path, out, error);
}

static rh_status open_rows(rh_reading *reading, rh_error *error) {
    const char *path = reading->spec->path;
    int json = 0;
    if (reading->format->takes_query)
        return rh_rows_open_query(path, reading->spec->query, &reading->rows, error);
    rh_status status = is_json(reading, &json, error);
    if (status != RH_OK || !json)
        return status == RH_OK ? rh_rows_open(path, &reading->rows, error) : status;
    for (int i = 0; i < reading->format->n_fields; i++)
        reading->names[i] = reading->format->fields[i].name;
    return rh_rows_open_json(path, reading->format->json, reading->names,
                             (size_t)reading->format->n_fields, &reading->rows, error);
}

rh_status rh_reading_open(rh_reading *reading, const rh_source_spec *spec, const rh_format *format,
                          const rh_catalogue *catalogue, rh_error *error) {
    *reading = (rh_reading){.spec = spec, .format = format, .catalogue = catalogue};
    rh_status status = check_spec(spec, format, error);
    if (status != RH_OK)
        return status;
    reading->number_of = rh_allocate(RH_FIELDS_MAX + 1, 1);
    if (!reading->number_of)
        return rh_fail(error, RH_FAILED, "%s: no memory to read", spec->path);
    memset(reading->number_of, RH_NUMBER_NOWHERE, RH_FIELDS_MAX + 1);
    reading->disorder = rh_format_disorder(spec);
    reading->furthest = RH_DAWN;
    reading->interval = spec->interval ? spec->interval : format->interval;
    reading->percent = spec->iv_unit ? *spec->iv_unit == 'p' : format->percent;
    reading->contract_size = spec->contract_size != 0.0 ? spec->contract_size : 1.0;
    reading->stamped_at_start =
        spec->stamp ? strcmp(spec->stamp, "start") == 0 : format->bars_start;
    reading->given = RH_NO_INSTRUMENT;
    if (spec->instrument && catalogue)
        reading->given = rh_catalogue_find(catalogue, spec->instrument, strlen(spec->instrument));
    status = rh_stamp_open(&reading->stamp, spec->timezone, error);
    if (status != RH_OK) {
        (void)rh_fail_at(error, "%s", spec->path);
        return status;
    }
    (void)rh_stamp_open(&reading->other_stamp, NULL, error);
    if (!spec->once)
        status = rh_intake_require_file(spec->path, error);
    if (status == RH_OK)
        status = open_rows(reading, error);
    if (status == RH_OK)
        status = read_header(reading, error);
    if (status == RH_OK && reading->headless)
        status = rh_rows_rewind(reading->rows, error);
    if (status == RH_OK && format->prepare)
        status = format->prepare(reading, error);
    return status == RH_OK ? want_columns(reading, error) : status;
}

void rh_reading_close(rh_reading *reading) {
    rh_stamp_clear(&reading->stamp);
    rh_header_clear(&reading->header);
    rh_rows_close(reading->rows);
    reading->rows = NULL;
    rh_release(reading->state);
    rh_release(reading->number_of);
    reading->state = NULL;
}

rh_status rh_reading_rewind(rh_reading *reading, rh_error *error) {
    rh_row row;
    rh_status status = rh_rows_rewind(reading->rows, error);
    if (status != RH_OK)
        return status;
    reading->stamp.last = reading->furthest = RH_DAWN;
    reading->ahead = 0;
    reading->ahead_most = 0;
    while (!reading->headless) {
        int got = rh_rows_next(reading->rows, &row, error);
        if (got < 0)
            return error->code;
        if (got == 0)
            return rh_fail(error, RH_BAD_DATA, "%s: the file changed while it was read",
                           reading->spec->path);
        if (row.line >= reading->header.line)
            break;
    }
    return RH_OK;
}

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
    const rh_cell *cell = rh_cell_of(reading, row, field);
    if (!cell) {
        (void)rh_cell_fail(reading, row, field, error, "no instrument in this row");
        return NULL;
    }
    *length = cell->length;
    const char *blank =
        reading->format->vendor_names ? memchr(cell->text, ' ', cell->length) : NULL;
    if (blank)
        *length = (size_t)(blank - cell->text);
    if (*length < RH_NAME_MAX && is_printable(cell->text, *length))
        return cell->text;
    (void)rh_cell_fail(reading, row, field, error, "bad instrument name '%s' (1 to %d letters)",
                       rh_cell_show(cell, shown), RH_NAME_MAX - 1);
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

/* Most rows name the instrument of the row before, in the same letters. */
static rh_status find_instrument(rh_reading *reading, const rh_row *row, rh_error *error) {
    const int field = reading->format->name_field;
    reading->instrument = reading->given;
    if (field == RH_NO_FIELD || reading->column[field] < 0)
        return RH_OK;
    const rh_cell *cell = &row->cells[reading->column[field]];
    if (cell->length == reading->last_length && cell->length > 0 &&
        rh_same_bytes(cell->text, reading->last_name, cell->length)) {
        reading->instrument = reading->last_found;
        return RH_OK;
    }
    rh_status status = look_up_instrument(reading, row, error);
    if (status == RH_OK)
        remember_name(reading, cell);
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

static rh_status read_clock(rh_reading *reading, rh_stamp *stamp, int field, const rh_row *row,
                            rh_time *time, rh_error *error) {
    const int column = reading->column[field];
    /* Only a local clock needs the row's grid. */
    int64_t grid = stamp->zone ? grid_of(reading, row) : 0;
    rh_status status = rh_stamp_read(stamp, &row->cells[column], grid, time, error);
    if (status != RH_OK)
        (void)rh_fail_at(error, "%s:%" PRIu64 ":%d", reading->spec->path, row->line, column + 1);
    return status;
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
