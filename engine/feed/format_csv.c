/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Generic CSV: the columns of the program's own vocabulary, other names through `map`.
 *
 * A row may hold several events of one instrument and time: a quote, marks, a trade at `last`, a
 * bar, a funding rate, a settlement. They apply in that order. */
#include "feed/format.h"

#include <math.h>

enum {
    TS,
    INSTRUMENT,
    BID,
    BID_SIZE,
    ASK,
    ASK_SIZE,
    LAST,
    MARK,
    INDEX,
    FORWARD,
    IV,
    IV_PCT,
    RATE,
    PERIOD,
    OPEN,
    HIGH,
    LOW,
    CLOSE,
    VOLUME,
    SETTLEMENT,
    N_FIELDS
};

static const rh_field fields[N_FIELDS] = {
    [TS] = {"ts", 1},
    [INSTRUMENT] = {"instrument", 0},
    [BID] = {"bid", 0},
    [BID_SIZE] = {"bid_size", 0},
    [ASK] = {"ask", 0},
    [ASK_SIZE] = {"ask_size", 0},
    [LAST] = {"last", 0},
    [MARK] = {"mark", 0},
    [INDEX] = {"index", 0},
    [FORWARD] = {"forward", 0},
    [IV] = {"iv", 0},
    [IV_PCT] = {"iv_pct", 0},
    [RATE] = {"funding_rate", 0},
    [PERIOD] = {"funding_interval", 0},
    [OPEN] = {"open", 0},
    [HIGH] = {"high", 0},
    [LOW] = {"low", 0},
    [CLOSE] = {"close", 0},
    [VOLUME] = {"volume", 0},
    [SETTLEMENT] = {"settlement", 0},
};

#define DEFAULT_PERIOD (8 * RH_HOUR)

static int has_column(const rh_reading *reading, int field) {
    return reading->column[field] >= 0;
}

static int is_bound(const rh_reading *reading, int column) {
    for (int field = 0; field < N_FIELDS; field++)
        if (reading->column[field] == column)
            return 1;
    return 0;
}

static void note_extra_columns(rh_reading *reading) {
    const char *before = "columns not read: ";
    for (size_t i = 0; i < reading->header.count; i++) {
        if (!*reading->header.names[i] || is_bound(reading, (int)i))
            continue;
        rh_reading_note(reading, "%s%.60s", before, reading->header.names[i]);
        before = ", ";
    }
}

/* Without a close the others are no bar: high, low and volume of a day beside a quote, say. */
static void forget_half_bars(rh_reading *reading) {
    for (int field = OPEN; field <= VOLUME && !has_column(reading, CLOSE); field++)
        if (field != CLOSE)
            reading->column[field] = RH_NO_FIELD;
}

static rh_status prepare(rh_reading *reading, rh_error *error) {
    static const int says[] = {BID,     BID_SIZE, ASK,    ASK_SIZE, LAST,  MARK,      INDEX,
                               FORWARD, IV,       IV_PCT, RATE,     CLOSE, SETTLEMENT};
    int any = 0;
    for (size_t i = 0; i < sizeof says / sizeof *says; i++)
        any |= has_column(reading, says[i]);
    if (!any)
        return rh_fail(error, RH_BAD_DATA,
                       "%s: no column says anything of a market (bid, ask, mark, iv, close, ...); "
                       "rename one with map",
                       reading->spec->path);
    if (has_column(reading, IV) && has_column(reading, IV_PCT))
        return rh_fail(error, RH_BAD_DATA, "%s: columns iv and iv_pct are both there; keep one",
                       reading->spec->path);
    forget_half_bars(reading);
    reading->percent = has_column(reading, IV_PCT);
    reading->stamp.one_per_row =
        reading->spec->instrument && (has_column(reading, CLOSE) || has_column(reading, RATE));
    note_extra_columns(reading);
    return RH_OK;
}

static int64_t default_period(const rh_reading *reading) {
    return reading->spec->interval ? reading->spec->interval : DEFAULT_PERIOD;
}

static int64_t grid(const rh_reading *reading, const rh_row *row) {
    int64_t period = 0;
    if (rh_cell_of(reading, row, RATE).length == 0)
        return reading->interval;
    if (rh_cell_period(reading, row, PERIOD, &period, NULL) != RH_OK || period == 0)
        return default_period(reading);
    return period;
}

static rh_status add_mark(const rh_reading *reading, const rh_row *row, rh_batch *batch,
                          rh_error *error) {
    const int from[4] = {[RH_MARK] = MARK,
                         [RH_IV] = reading->percent ? IV_PCT : IV,
                         [RH_FORWARD] = FORWARD,
                         [RH_INDEX] = INDEX};
    return rh_batch_mark(reading, row, from, batch, error);
}

static rh_status add_funding(const rh_reading *reading, const rh_row *row, rh_batch *batch,
                             rh_error *error) {
    double rate;
    int64_t period;
    rh_status status = rh_cell_number(reading, row, RATE, &rate, error);
    if (status == RH_OK)
        status = rh_cell_period(reading, row, PERIOD, &period, error);
    if (status != RH_OK || isnan(rate))
        return status;
    return rh_batch_funding(reading, row, RATE, rate, period ? period : default_period(reading),
                            batch, error);
}

static rh_status add_settlement(const rh_reading *reading, const rh_row *row, rh_batch *batch,
                                rh_error *error) {
    double price;
    rh_status status = rh_cell_price(reading, row, SETTLEMENT, &price, error);
    if (status == RH_OK && !isnan(price))
        rh_event_set(rh_batch_add(batch, RH_EVENT_SETTLEMENT), RH_DELIVERY, price);
    return status;
}

#define BIT(field) (UINT32_C(1) << (field))

static rh_status convert(rh_reading *reading, const rh_row *row, rh_batch *batch, rh_error *error) {
    static const int quote[4] = {BID, BID_SIZE, ASK, ASK_SIZE};
    static const int bar[5] = {OPEN, HIGH, LOW, CLOSE, VOLUME};
    static const int trade[2] = {LAST, RH_NO_FIELD};
    const uint32_t marks = BIT(MARK) | BIT(INDEX) | BIT(FORWARD) | BIT(IV) | BIT(IV_PCT);
    const uint32_t bars = BIT(OPEN) | BIT(HIGH) | BIT(LOW) | BIT(CLOSE) | BIT(VOLUME);
    const uint32_t bound = reading->bound;
    rh_status status = rh_batch_quote(reading, row, quote, batch, error);
    if (status == RH_OK && bound & marks)
        status = add_mark(reading, row, batch, error);
    if (status == RH_OK && bound & BIT(LAST))
        status = rh_batch_trade(reading, row, trade, batch, error);
    if (status == RH_OK && bound & bars)
        status = rh_batch_bar(reading, row, bar, batch, error);
    if (status == RH_OK && bound & (BIT(RATE) | BIT(PERIOD)))
        status = add_funding(reading, row, batch, error);
    if (status == RH_OK && bound & BIT(SETTLEMENT))
        status = add_settlement(reading, row, batch, error);
    return status;
}

const rh_format rh_format_csv = {
    .name = "csv",
    .fields = fields,
    .n_fields = N_FIELDS,
    .time_field = TS,
    .name_field = INSTRUMENT,
    .takes_timezone = 1,
    .takes_stamp = 1,
    .prepare = prepare,
    .grid = grid,
    .convert = convert,
};

/* The same columns out of a table or a query. */
const rh_format rh_format_sqlite = {
    .name = "sqlite",
    .takes_query = 1,
    .fields = fields,
    .n_fields = N_FIELDS,
    .time_field = TS,
    .name_field = INSTRUMENT,
    .takes_timezone = 1,
    .takes_stamp = 1,
    .prepare = prepare,
    .grid = grid,
    .convert = convert,
};
