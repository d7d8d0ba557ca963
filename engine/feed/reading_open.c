/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/format.h"

#include "base/config.h"
#include "base/memory.h"
#include "base/number.h"
#include "feed/intake.h"

#include <inttypes.h>
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
    const rh_cell first = rh_row_cell(row, 0);
    return rh_number_parse(first.text, first.length, &number) == 0 ||
           rh_time_parse(first.text, first.length, &time) == 0;
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
    for (int field = 0; field < format->n_fields; field++)
        reading->bound |= (uint32_t)(reading->column[field] >= 0) << field;
    return status;
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
