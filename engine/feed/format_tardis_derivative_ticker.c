/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tardis.dev derivative_ticker: mark, index and funding of perpetuals and futures.
 *
 * funding_rate is what will be paid at funding_timestamp. A payment is therefore told by the first
 * row after its time that names the next one, at the last rate named before; one that falls due
 * between two files read one by one is in neither. Deribit pays as time passes: its rows have no
 * funding_timestamp, and the rate stands for 8 hours. */
#include "feed/format.h"

#include "base/memory.h"

#include <math.h>

enum { TIME, KNOWN, EXCHANGE, NAME, DUE, RATE, INDEX, MARK, N_FIELDS };

static const rh_field fields[N_FIELDS] = {
    [TIME] = {"timestamp", 1},    [KNOWN] = {"local_timestamp", 1}, [EXCHANGE] = {"exchange", 1},
    [NAME] = {"symbol", 1},       [DUE] = {"funding_timestamp", 1}, [RATE] = {"funding_rate", 1},
    [INDEX] = {"index_price", 1}, [MARK] = {"mark_price", 1},
};

#define DEFAULT_PERIOD (8 * RH_HOUR)

/* The next payment of one instrument, as last named. */
typedef struct {
    rh_time due; /* 0: none was named */
    double rate;
} payment;

static payment *payment_of(rh_reading *reading, rh_error *error) {
    if (!reading->state)
        reading->state = rh_allocate(rh_catalogue_count(reading->catalogue), sizeof(payment));
    if (!reading->state) {
        (void)rh_fail(error, RH_FAILED, "%s: no memory to read", reading->spec->path);
        return NULL;
    }
    return (payment *)reading->state + reading->instrument;
}

static int64_t period_between(const rh_reading *reading, rh_time due, rh_time next) {
    const int64_t period = next - due;
    if (period >= RH_HOUR && period <= RH_DAY)
        return period;
    return reading->interval ? reading->interval : DEFAULT_PERIOD;
}

static rh_status add_payment(rh_reading *reading, const rh_row *row, double rate, rh_batch *batch,
                             rh_error *error) {
    rh_time next;
    rh_status status = rh_cell_time(reading, row, DUE, &next, error);
    payment *last = status == RH_OK ? payment_of(reading, error) : NULL;
    if (!last)
        return error->code;
    const payment paid = *last;
    if (next >= paid.due)
        *last = (payment){next, rate};
    if (paid.due == 0 || next <= paid.due || reading->time < paid.due)
        return RH_OK;
    status = rh_batch_funding(reading, row, RATE, paid.rate,
                              period_between(reading, paid.due, next), batch, error);
    if (status == RH_OK)
        batch->events[batch->count - 1].happened = paid.due;
    return status;
}

static rh_status convert(rh_reading *reading, const rh_row *row, rh_batch *batch, rh_error *error) {
    static const int mark[4] = {MARK, RH_NO_FIELD, RH_NO_FIELD, INDEX};
    double rate;
    rh_status status = rh_batch_mark(reading, row, mark, batch, error);
    if (status == RH_OK)
        status = rh_cell_number(reading, row, RATE, &rate, error);
    if (status != RH_OK || isnan(rate))
        return status;
    if (rh_cell_of(reading, row, DUE).length > 0)
        return add_payment(reading, row, rate, batch, error);
    if (rh_cell_is(reading, row, EXCHANGE, "deribit"))
        return rh_batch_funding(reading, row, RATE, rate, DEFAULT_PERIOD, batch, error);
    return RH_OK;
}

const rh_format rh_format_tardis_derivative_ticker = {
    .name = "tardis-derivative-ticker",
    .fields = fields,
    .n_fields = N_FIELDS,
    .time_field = TIME,
    .name_field = NAME,
    .known_field = KNOWN,
    .convert = convert,
};
