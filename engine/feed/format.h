/* SPDX-License-Identifier: GPL-3.0-or-later */
/* format.h: what one vendor format has to say, and what it is given to work with.
 *
 * A format is a `static const` record: the columns it knows by header name, which of them is the
 * time and which the instrument, and a function that turns one row into events. Everything else
 * (bytes, rows, header, renames, clock, order, instruments, gaps) is the same for all and lives
 * in reading.c and source.c. To add a format: copy the nearest format_*.c, change it, and add
 * the record to the list in formats.c.
 */
#ifndef RH_FEED_FORMAT_H
#define RH_FEED_FORMAT_H

#include "feed/header.h"
#include "feed/rows.h"
#include "feed/source.h"
#include "feed/stamp.h"

enum { RH_FIELDS_MAX = 32, RH_ROW_EVENTS = 8, RH_NO_FIELD = -1 };

/* Longest bar, funding period or delay: keeps sums of times far from overflow. */
#define RH_PERIOD_MAX (366 * RH_DAY)

/* The events of one row, in the order in which they apply. Times, instrument and source are
 * filled in afterwards. */
typedef struct {
    size_t count;
    rh_event events[RH_ROW_EVENTS];
} rh_batch;

typedef struct {
    const char *name; /* in the header */
    int needed;
} rh_field;

typedef struct rh_reading rh_reading;

typedef struct {
    const char *name;
    const rh_field *fields;
    int n_fields;
    int time_field;
    int name_field;     /* the instrument's, RH_NO_FIELD if the format has none */
    int ignore_case;    /* of header names */
    int title_line;     /* a line of one cell may stand above the header */
    int takes_timezone; /* text stamps on a local clock */
    int takes_stamp;    /* rows may be bars stamped at their start */
    int bars_start;     /* they are, unless the user says otherwise */
    int vendor_names;   /* the instrument column holds names of the vendor's own */

    /* After the columns are bound: checks and choices of the format's own. May be NULL. */
    rh_status (*prepare)(rh_reading *reading, rh_error *error);

    /* Length in ns of the period that this row's time ends, to settle doubtful local hours and
     * count gaps; 0 if the row has none. NULL: bars of reading->interval. */
    int64_t (*grid)(const rh_reading *reading, const rh_row *row);

    /* Turns a row into events; reading->time and reading->instrument are set. */
    rh_status (*convert)(rh_reading *reading, const rh_row *row, rh_batch *batch, rh_error *error);
} rh_format;

/* One pass over a file. */
struct rh_reading {
    const rh_source_spec *spec;
    const rh_format *format;
    const rh_catalogue *catalogue;
    rh_rows *rows;
    rh_header header;
    int column[RH_FIELDS_MAX]; /* of each field, or -1 */
    rh_stamp stamp;
    int64_t interval; /* of bars: from the spec or the first rows; 0 while unknown */
    int stamped_at_start;
    rh_time time;        /* of the current row: when it happened */
    uint32_t instrument; /* of the current row; RH_NO_INSTRUMENT if it isn't in the catalogue */
    uint32_t given;      /* number of spec->instrument */
    char only_name[RH_NAME_MAX]; /* the one name in a file whose instrument is given */
    char note[256];
};

/* ---- the pass (reading.c); in here an error is never NULL ---- */

/* Opens the file, reads its header and binds the columns. Close also after a failure. */
rh_status rh_reading_open(rh_reading *reading, const rh_source_spec *spec, const rh_format *format,
                          const rh_catalogue *catalogue, rh_error *error);
void rh_reading_close(rh_reading *reading);
rh_status rh_reading_rewind(rh_reading *reading, rh_error *error);

/* The next row with its time and instrument. 1, 0 at the end, -1 with the error filled. */
int rh_reading_next(rh_reading *reading, rh_row *row, rh_error *error);

/* The row's instrument as the file names it (of vendors' names the first word), and its length;
 * NULL with the error filled if there is none. Not for formats without such a column. */
const char *rh_reading_name(const rh_reading *reading, const rh_row *row, size_t *length,
                            rh_error *error);

/* Adds a sentence to the note; what doesn't fit is cut. */
void rh_reading_note(rh_reading *reading, const char *format, ...) RH_PRINTF(2, 3);

/* ---- cells (cells.c) ---- */

/* The cell of a field, or NULL if the file has no such column or the cell is empty. */
const rh_cell *rh_cell_of(const rh_reading *reading, const rh_row *row, int field);

/* Fails with file:line:column of a field in front. */
rh_status rh_cell_fail(const rh_reading *reading, const rh_row *row, int field, rh_error *error,
                       const char *format, ...) RH_PRINTF(5, 6);

/* A finite number, NaN if there is none. */
rh_status rh_cell_number(const rh_reading *reading, const rh_row *row, int field, double *out,
                         rh_error *error);

/* A number of 0 or more, NaN if there is none. */
rh_status rh_cell_amount(const rh_reading *reading, const rh_row *row, int field, double *out,
                         rh_error *error);

/* A number above 0, NaN if there is none. */
rh_status rh_cell_price(const rh_reading *reading, const rh_row *row, int field, double *out,
                        rh_error *error);

/* A length of time from 1 to 168 hours: text (8h), or a number of hours, or (3600 and more) of
 * seconds; 0 if there is none. */
rh_status rh_cell_period(const rh_reading *reading, const rh_row *row, int field, int64_t *out,
                         rh_error *error);

/* One more event of a kind, without values. */
rh_event *rh_batch_add(rh_batch *batch, rh_event_kind kind);

/* Adds a quote of four fields, if the row says anything of it. A price of 0 is a side without a
 * quote: price and size become NaN. */
rh_status rh_batch_quote(const rh_reading *reading, const rh_row *row, const int fields[4],
                         rh_batch *batch, rh_error *error);

/* Adds a bar of five fields (open high low close volume), if there is a close. */
rh_status rh_batch_bar(const rh_reading *reading, const rh_row *row, const int fields[5],
                       rh_batch *batch, rh_error *error);

/* ---- the list (formats.c) ---- */

/* NULL with the error filled, naming the nearest, if there is none. `name` may be NULL. */
const rh_format *rh_format_find(const char *name, rh_error *error);

extern const rh_format rh_format_csv;
extern const rh_format rh_format_optionsdx;
extern const rh_format rh_format_cryptodatadownload;
extern const rh_format rh_format_binance_funding_ui;

#endif
