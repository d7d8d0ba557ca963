/* SPDX-License-Identifier: GPL-3.0-or-later */
/* format.h: what one vendor format has to say, and what it is given to work with.
 *
 * A format is a `static const` record: the columns it knows by header name, which of them is the
 * time and which the instrument, and a function that turns one row into events. Everything else
 * (bytes, rows, header, renames, clock, order, instruments, gaps) is the same for all and lives
 * in reading_open.c, reading.c and source.c. To add a format: copy the nearest format_*.c, change
 * it, and add the record to the list in formats.c.
 */
#ifndef RH_FEED_FORMAT_H
#define RH_FEED_FORMAT_H

#include "feed/header.h"
#include "feed/rows.h"
#include "feed/source.h"
#include "feed/stamp.h"

#include <math.h>

enum { RH_FIELDS_MAX = 32, RH_ROW_EVENTS = 8, RH_NO_FIELD = -1 };

/* Longest bar, funding period or delay: keeps sums of times far from overflow. */
#define RH_PERIOD_MAX (366 * RH_DAY)

/* The events of one row, in the order in which they apply. Times, instrument and source are
 * filled in afterwards. */
typedef struct {
    size_t count;
    rh_event *events; /* room for RH_ROW_EVENTS */
} rh_batch;

typedef struct {
    const char *name; /* in the header */
    int needed;
} rh_field;

typedef struct rh_reading rh_reading;

/* The time is field 0 of every format, so that 0 can stand for "none" in known_field and
 * key_field. */
typedef struct {
    const char *name;
    const rh_field *fields;
    int n_fields;
    int time_field;
    int name_field;  /* the instrument's, RH_NO_FIELD if the format has none */
    int known_field; /* a second clock, the receiver's, which orders the file; the rows happen at
                      * time_field, or when received if that clock is ahead of the receiver's */
    const char *const *columns; /* what the columns of a file without a header are, NULL at the end:
                                 * one whose first cell is a number or a time; fewer are fine */
    const rh_json_shape *json;  /* where its rows lie in JSON documents; NULL: not read as JSON */
    int takes_query;            /* the rows are those of spec->query over an SQLite file */
    int unique; /* two rows of one instrument, time and key_field are one row twice */
    int key_field;
    int64_t disorder;   /* how far behind the latest row a row may be in files as published */
    int64_t interval;   /* of bars, unless the user says otherwise */
    int ignore_case;    /* of header names */
    int title_line;     /* a line of one cell may stand above the header */
    int takes_timezone; /* text stamps on a local clock */
    int takes_stamp;    /* rows may be bars stamped at their start */
    int bars_start;     /* they are, unless the user says otherwise */
    int vendor_names;   /* the instrument column holds names of the vendor's own */
    int takes_iv_unit;  /* volatilities may be in percent or fractions */
    int percent;        /* they are in percent, unless the user says otherwise */

    /* After the columns are bound: checks and choices of the format's own. May be NULL. */
    rh_status (*prepare)(rh_reading *reading, rh_error *error);

    /* Moves a row's time, as read, to where it belongs, before its order is checked. May be
     * NULL. */
    rh_status (*adjust)(rh_reading *reading, const rh_row *row, rh_time *time, rh_error *error);

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
    uint32_t bound;            /* bit i: field i has a column */
    uint8_t *number_of;        /* which of a row's numbers field i - 1 is, RH_NUMBER_NOWHERE as long
                                * as it is none */
    rh_stamp stamp;            /* of the clock that orders the file */
    rh_stamp other_stamp;      /* of time_field, if that is another one */
    int headless;              /* the first row is data */
    int64_t disorder;          /* how late a row may come */
    rh_time furthest;          /* the latest row so far, the earliest if they run newest first */
    int64_t interval;          /* of bars: from the spec or the first rows; 0 while unknown */
    int stamped_at_start;
    int percent;                      /* volatilities are */
    double contract_size;             /* factor of sizes and volumes */
    const char *names[RH_FIELDS_MAX]; /* of the columns of JSON */
    void *state;                      /* of the format's own, released on closing */
    uint64_t ahead;                   /* rows whose time is later than when they were received, */
    int64_t ahead_most;               /* by at most this */
    uint64_t left_out;                /* rows, the first of which is */
    uint64_t left_out_at;             /* on this line */
    const char *left_out_for;         /* for this reason */
    rh_time time;                     /* of the current row: when it happened */
    rh_time known;                    /* without the spec's delay */
    uint32_t instrument; /* of the current row; RH_NO_INSTRUMENT if it isn't in the catalogue */
    int broken;          /* the file can't be read on: not a matter of one row */
    uint32_t given;      /* number of spec->instrument */
    char only_name[RH_NAME_MAX]; /* the one name in a file whose instrument is given */
    char last_name[RH_NAME_MAX]; /* the cell of the last instrument that was found, */
    size_t last_length;
    uint32_t last_found; /* and its number */
    char note[256];
};

/* ---- the pass (reading_open.c, reading.c); in here an error is never NULL ---- */

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

/* A row that says nothing that can be true gives no event, is counted, and the summary says so.
 * `reason` is a literal. */
void rh_reading_leave_out(rh_reading *reading, const rh_row *row, const char *reason);

/* Adds a sentence to the note; what doesn't fit is cut. */
void rh_reading_note(rh_reading *reading, const char *format, ...) RH_PRINTF(2, 3);

/* ---- cells (cells.c) and events (batch.c) ---- */

/* The cell of a field; one of length 0 if the file has no such column or it is empty. */
static inline rh_cell rh_cell_of(const rh_reading *reading, const rh_row *row, int field) {
    const int column = field < 0 ? -1 : reading->column[field];
    return column < 0 ? (rh_cell){"", 0} : rh_row_cell(row, (size_t)column);
}

/* Fails with file:line:column of a field in front. */
rh_status rh_cell_fail(const rh_reading *reading, const rh_row *row, int field, rh_error *error,
                       const char *format, ...) RH_PRINTF(5, 6);

/* What rh_cell_number and rh_cell_amount do where the number wasn't read along with its row, and
 * where it is negative. */
rh_status rh_cell_number_alone(const rh_reading *reading, const rh_row *row, int field, double *out,
                               rh_error *error);
rh_status rh_cell_refuse_negative(const rh_reading *reading, const rh_row *row, int field,
                                  rh_error *error);

/* A finite number, NaN if there is none. */
static inline rh_status rh_cell_number(const rh_reading *reading, const rh_row *row, int field,
                                       double *out, rh_error *error) {
    *out = row->numbers[reading->number_of[field + 1]];
    return isnan(*out) ? rh_cell_number_alone(reading, row, field, out, error) : RH_OK;
}

/* A number of 0 or more, NaN if there is none. */
static inline rh_status rh_cell_amount(const rh_reading *reading, const rh_row *row, int field,
                                       double *out, rh_error *error) {
    rh_status status = rh_cell_number(reading, row, field, out, error);
    return status == RH_OK && *out < 0.0 ? rh_cell_refuse_negative(reading, row, field, error)
                                         : status;
}

/* A number above 0, NaN if there is none. */
rh_status rh_cell_price(const rh_reading *reading, const rh_row *row, int field, double *out,
                        rh_error *error);

/* A length of time from 1 to 168 hours: text (8h), or a number of hours, or (3600 and more) of
 * seconds; 0 if there is none. */
rh_status rh_cell_period(const rh_reading *reading, const rh_row *row, int field, int64_t *out,
                         rh_error *error);

/* A volatility as a fraction, NaN if there is none or it is 0. Above 2000 % it is none. */
rh_status rh_cell_volatility(const rh_reading *reading, const rh_row *row, int field, double *out,
                             rh_error *error);

/* The cell is exactly `text`. 0 if there is none. */
int rh_cell_is(const rh_reading *reading, const rh_row *row, int field, const char *text);

/* A time that isn't the row's: an integer whose unit is told by its magnitude, or ISO-8601 in UTC.
 * Fails where the cell is empty. */
rh_status rh_cell_time(const rh_reading *reading, const rh_row *row, int field, rh_time *out,
                       rh_error *error);

/* Holds a strike, an expiry and a right that the row gives against the terms of its instrument, if
 * that is an option; fields may be RH_NO_FIELD, their cells empty. The right begins with C or P. */
rh_status rh_cell_check_option(const rh_reading *reading, const rh_row *row, int strike, int expiry,
                               int right, rh_error *error);

/* One more event of a kind, without values. One that didn't happen at reading->time has its
 * `happened` set. */
rh_event *rh_batch_add(rh_batch *batch, rh_event_kind kind);

/* Adds a quote of four fields, if the row says anything of it. A price of 0 is a side without a
 * quote: price and size become NaN. */
rh_status rh_batch_quote(const rh_reading *reading, const rh_row *row, const int fields[4],
                         rh_batch *batch, rh_error *error);

/* The same for rows that show the whole top of the book: an empty price too takes its side away. */
rh_status rh_batch_book(const rh_reading *reading, const rh_row *row, const int fields[4],
                        rh_batch *batch, rh_error *error);

/* Adds a mark of four fields (mark iv forward index, each may be RH_NO_FIELD), of which 0 is not
 * known, if any is. */
rh_status rh_batch_mark(const rh_reading *reading, const rh_row *row, const int fields[4],
                        rh_batch *batch, rh_error *error);

/* Adds a trade of two fields (price size), if it has a price above 0. */
rh_status rh_batch_trade(const rh_reading *reading, const rh_row *row, const int fields[2],
                         rh_batch *batch, rh_error *error);

/* Adds a funding rate, a fraction of the position paid for `period` ns; fails above 1. */
rh_status rh_batch_funding(const rh_reading *reading, const rh_row *row, int field, double rate,
                           int64_t period, rh_batch *batch, rh_error *error);

/* Adds a bar of five fields (open high low close volume), if there is a close. */
rh_status rh_batch_bar(const rh_reading *reading, const rh_row *row, const int fields[5],
                       rh_batch *batch, rh_error *error);

/* ---- the list (formats.c) ---- */

/* NULL with the error filled, naming the nearest, if there is none. `name` may be NULL. */
const rh_format *rh_format_find(const char *name, rh_error *error);

/* The spec's, else its format's; 0 without a format. */
int64_t rh_format_disorder(const rh_source_spec *spec);

extern const rh_format rh_format_csv;
extern const rh_format rh_format_sqlite;
extern const rh_format rh_format_optionsdx;
extern const rh_format rh_format_cryptodatadownload;
extern const rh_format rh_format_binance_funding_ui;
extern const rh_format rh_format_tardis_options_chain;
extern const rh_format rh_format_tardis_derivative_ticker;
extern const rh_format rh_format_tardis_quotes;
extern const rh_format rh_format_tardis_trades;
extern const rh_format rh_format_tardis_book_snapshot;
extern const rh_format rh_format_binance_klines;
extern const rh_format rh_format_binance_mark_klines;
extern const rh_format rh_format_binance_index_klines;
extern const rh_format rh_format_binance_trades;
extern const rh_format rh_format_binance_aggtrades;
extern const rh_format rh_format_binance_bookticker;
extern const rh_format rh_format_binance_funding;
extern const rh_format rh_format_binance_eoh;
extern const rh_format rh_format_ohlcv;
extern const rh_format rh_format_deribit_trades;
extern const rh_format rh_format_deribit_ticker;
extern const rh_format rh_format_deribit_candles;
extern const rh_format rh_format_deribit_funding;
extern const rh_format rh_format_deribit_delivery;
extern const rh_format rh_format_deribit_dvol;

#endif
