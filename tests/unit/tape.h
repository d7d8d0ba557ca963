/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tape.h: a small market out of rows in a test: told to a market row by row, or written as generic
 * CSV files and run with lanes over it. Each test program includes it once. */
#ifndef TEST_TAPE_H
#define TEST_TAPE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "replay/replay.h"
#include "run/run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define UNUSED __attribute__((unused))

/* 2021-06-01T00:00:00Z and the expiry of 25JUN21. */
#define DAY0   (INT64_C(1622505600) * RH_S)
#define EXPIRY (DAY0 + 24 * RH_DAY + 8 * RH_HOUR)

static const double GONE = -1.0; /* a side of a quote that vanishes */

/* What one row says of one instrument; 0 is silence. */
typedef struct {
    rh_time ts; /* when it happened */
    uint32_t instrument;
    double bid, ask, last, mark, iv, forward, index, settlement;
    double rate, hours; /* funding of an interval */
    int source;
} tape_row;

/* ---- random numbers (splitmix64) ---- */

static UNUSED double draw(uint64_t *seed) {
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return ((double)((z ^ z >> 31) >> 11) + 0.5) * 0x1p-53;
}

static UNUSED double draw_normal(uint64_t *seed) {
    const double radius = sqrt(-2.0 * log(draw(seed)));
    return radius * cos(6.283185307179586 * draw(seed));
}

static UNUSED int draw_below(uint64_t *seed, int n) {
    return (int)(draw(seed) * n);
}

/* ---- oracles: Black 1976 written down once more, with erfc ---- */

static double normal_cdf(double x) {
    return 0.5 * erfc(-x * 0.70710678118654752440);
}

/* USD per unit at rate 0. */
static UNUSED double oracle_price(int w, double f, double k, double years, double vol) {
    const double s = vol * sqrt(years), d1 = log(f / k) / s + 0.5 * s;
    if (years <= 0.0)
        return fmax(w * (f - k), 0.0);
    return w * (f * normal_cdf(w * d1) - k * normal_cdf(w * (d1 - s)));
}

static UNUSED double oracle_delta(int w, double f, double k, double years, double vol) {
    const double s = vol * sqrt(years);
    return w * normal_cdf(w * (log(f / k) / s + 0.5 * s));
}

static UNUSED void assert_near(double a, double b, double tolerance) {
    if (!(fabs(a - b) <= tolerance))
        fail_msg("%.17g is not %.17g (off by %.3g, allowed %.3g)", a, b, a - b, tolerance);
}

/* ---- instruments ---- */

static UNUSED uint32_t add_named(rh_catalogue *catalogue, const char *name) {
    rh_instrument instrument;
    assert_int_equal(rh_instrument_from_name(name, &instrument), 0);
    const uint32_t id = rh_catalogue_add(catalogue, &instrument);
    assert_int_not_equal(id, RH_NO_INSTRUMENT);
    return id;
}

static UNUSED uint32_t add_with_lot(rh_catalogue *catalogue, const char *name, double lot) {
    rh_instrument instrument;
    assert_int_equal(rh_instrument_from_name(name, &instrument), 0);
    instrument.lot = lot;
    return rh_catalogue_add(catalogue, &instrument);
}

static UNUSED uint32_t add_spot(rh_catalogue *catalogue) {
    const rh_instrument spot = {.name = "BTC-SPOT",
                                .underlying = "BTC",
                                .kind = RH_SPOT,
                                .settle = RH_LINEAR,
                                .expiry = RH_NEVER,
                                .multiplier = 1.0};
    return rh_catalogue_add(catalogue, &spot);
}

/* ---- a market told by hand ---- */

static double told(double value) {
    return value == GONE ? NAN : value;
}

static void set_if(rh_event *event, int position, double value) {
    if (value != 0.0)
        rh_event_set(event, position, told(value));
}

static void apply_if_any(rh_market *market, const rh_event *event) {
    if (event->present)
        rh_market_apply(market, event);
}

static void tell_row(rh_market *market, rh_time known, const tape_row *row) {
    const rh_event blank = {.known = known, .happened = row->ts, .instrument = row->instrument};
    rh_event quote = blank, mark = blank, trade = blank, funding = blank, settlement = blank;
    quote.kind = RH_EVENT_QUOTE;
    set_if(&quote, RH_BID, row->bid);
    set_if(&quote, RH_ASK, row->ask);
    mark.kind = RH_EVENT_MARK;
    set_if(&mark, RH_MARK, row->mark);
    set_if(&mark, RH_IV, row->iv);
    set_if(&mark, RH_FORWARD, row->forward);
    set_if(&mark, RH_INDEX, row->index);
    trade.kind = RH_EVENT_TRADE;
    set_if(&trade, RH_TRADE_PRICE, row->last);
    funding.kind = RH_EVENT_FUNDING;
    set_if(&funding, RH_RATE, row->rate);
    if (row->hours != 0.0)
        rh_event_set(&funding, RH_INTERVAL, row->hours * 3600.0);
    settlement.kind = RH_EVENT_SETTLEMENT;
    set_if(&settlement, RH_DELIVERY, row->settlement);
    apply_if_any(market, &quote);
    apply_if_any(market, &mark);
    apply_if_any(market, &trade);
    apply_if_any(market, &funding);
    apply_if_any(market, &settlement);
}

/* One instant, at which `count` rows become known. */
static UNUSED void tell(rh_market *market, rh_time now, const tape_row *rows, size_t count) {
    rh_market_advance(market, now);
    for (size_t i = 0; i < count; i++) {
        tape_row row = rows[i];
        row.ts = row.ts ? row.ts : now;
        tell_row(market, now, &row);
    }
    rh_market_complete(market);
}

/* ---- what a lane says ---- */

typedef struct {
    rh_recorder recorder; /* first: the lane sees this */
    rh_step *steps;
    rh_fill *fills;
    rh_flow *flows;
    size_t n_steps, n_fills, n_flows;
    size_t fail_at; /* the n-th row fails; 0: none */
    int silent;     /* keep nothing */
} tape_record;

static rh_status keep(tape_record *r, void *array, size_t *count, const void *row, size_t size,
                      rh_error *error) {
    void **block = array;
    if (r->fail_at > 0 && --r->fail_at == 0)
        return rh_fail(error, RH_FAILED, "the disk is full");
    if (r->silent)
        return RH_OK;
    if ((*count & (*count - 1)) == 0) {
        *block = realloc(*block, (*count ? 2 * *count : 1) * size);
        assert_non_null(*block);
    }
    memcpy((char *)*block + *count * size, row, size);
    ++*count;
    return RH_OK;
}

static rh_status keep_step(rh_recorder *self, const rh_step *step, rh_error *error) {
    tape_record *r = (tape_record *)(void *)self;
    return keep(r, &r->steps, &r->n_steps, step, sizeof *step, error);
}

static rh_status keep_fill(rh_recorder *self, const rh_fill *fill, rh_error *error) {
    tape_record *r = (tape_record *)(void *)self;
    return keep(r, &r->fills, &r->n_fills, fill, sizeof *fill, error);
}

static rh_status keep_flow(rh_recorder *self, const rh_flow *flow, rh_error *error) {
    tape_record *r = (tape_record *)(void *)self;
    return keep(r, &r->flows, &r->n_flows, flow, sizeof *flow, error);
}

/* ---- a tape with a book and lanes ---- */

enum { TAPE_LEGS = 8, TAPE_SOURCES = 2 };

/* Filled by tape_make with: option 0.5 vol, no costs, no lots, mid fills, USD, hourly records. */
typedef struct {
    rh_catalogue *catalogue;
    rh_registry *registry;
    tape_row *rows;
    size_t n_rows, capacity;
    int64_t delay[TAPE_SOURCES];
    rh_funding_mode funding;
    rh_leg_terms legs[TAPE_LEGS];
    rh_book_terms book; /* n_legs counts legs[] */
    rh_lane_terms lane;
    rh_config *config;
    rh_rule *rule;
    rh_time from, to;
    const atomic_int *interrupted;
} tape;

/* What one lane came to. */
typedef struct {
    tape_record record;
    rh_status status;
    rh_error error;
    rh_lane_counts counts;
    double metrics[RH_N_METRICS];
} tape_result;

static UNUSED void tape_make(tape *t) {
    const char *near = NULL;
    *t = (tape){.from = RH_DAWN, .to = RH_NEVER};
    t->catalogue = rh_catalogue_new();
    assert_int_equal(rh_registry_new(&t->registry, NULL), RH_OK);
    t->book = (rh_book_terms){.ratio = rh_registry_find_ratio(t->registry, "black", &near),
                              .max_age = RH_DAY};
    t->lane = (rh_lane_terms){.execution = {.price = RH_FILL_AT_MID}, .record_every = RH_HOUR};
}

static UNUSED void tape_free(tape *t) {
    rh_rule_free(t->rule);
    rh_config_free(t->config);
    rh_registry_free(t->registry);
    rh_catalogue_free(t->catalogue);
    free(t->rows);
}

static UNUSED void tape_say(tape *t, tape_row row) {
    if (t->n_rows == t->capacity) {
        t->capacity = t->capacity ? 2 * t->capacity : 64;
        t->rows = realloc(t->rows, t->capacity * sizeof *t->rows);
        assert_non_null(t->rows);
    }
    t->rows[t->n_rows++] = row;
}

static UNUSED void tape_leg(tape *t, rh_leg_terms leg) {
    assert_in_range(t->book.n_legs, 0, TAPE_LEGS - 1);
    if (leg.close == 0)
        leg.close = RH_NEVER;
    t->legs[t->book.n_legs++] = leg;
}

static UNUSED void tape_hedge(tape *t, uint32_t instrument) {
    t->book.hedge = t->lane.hedge = instrument;
}

/* `rule` is a mapping such as "{name: interval, every: 8h}". */
static UNUSED void tape_rule(tape *t, const char *rule) {
    rh_error error = {.text = ""};
    rh_rule_free(t->rule);
    rh_config_free(t->config);
    assert_int_equal(rh_config_read_text("rule", rule, strlen(rule), &t->config, &error), RH_OK);
    if (rh_rule_read(t->registry, t->config, rh_config_root(t->config), "strategy", &t->rule,
                     &error) != RH_OK)
        fail_msg("%s: %s", rule, error.text);
    t->lane.rule = t->rule;
}

static void write_cell(FILE *file, double value) {
    (void)fputc(',', file);
    if (value == GONE)
        (void)fputc('0', file);
    else if (value != 0.0)
        (void)fprintf(file, "%.17g", value);
}

static void write_source(const tape *t, int source, const char *path) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs("ts,instrument,bid,ask,last,mark,iv,forward,index,settlement,funding_rate,"
                "funding_interval\n",
                file);
    for (size_t i = 0; i < t->n_rows; i++) {
        const tape_row *row = &t->rows[i];
        if (row->source != source)
            continue;
        (void)fprintf(file, "%lld,%s", (long long)row->ts,
                      rh_catalogue_get(t->catalogue, row->instrument)->name);
        const double cells[] = {row->bid,     row->ask,   row->last,       row->mark, row->iv,
                                row->forward, row->index, row->settlement, row->rate, row->hours};
        for (size_t c = 0; c < sizeof cells / sizeof *cells; c++)
            write_cell(file, cells[c]);
        (void)fputc('\n', file);
    }
    assert_int_equal(fclose(file), 0);
}

static size_t count_sources(const tape *t) {
    int last = 0;
    for (size_t i = 0; i < t->n_rows; i++)
        last = t->rows[i].source > last ? t->rows[i].source : last;
    return (size_t)last + 1;
}

static rh_replay *open_tape(const tape *t) {
    char paths[TAPE_SOURCES][32];
    rh_source_spec specs[TAPE_SOURCES] = {{0}};
    const size_t n = count_sources(t);
    rh_error error = {.text = ""};
    rh_replay *replay = NULL;
    for (size_t i = 0; i < n; i++) {
        memcpy(paths[i], "/tmp/test_tape_XXXXXX", 22);
        const int fd = mkstemp(paths[i]);
        assert_true(fd >= 0);
        (void)close(fd);
        write_source(t, (int)i, paths[i]);
        specs[i] = (rh_source_spec){.format = "csv", .path = paths[i], .delay = t->delay[i]};
    }
    if (rh_replay_open(specs, n, t->catalogue, &replay, &error) != RH_OK)
        fail_msg("%s", error.text);
    for (size_t i = 0; i < n; i++)
        (void)unlink(paths[i]); /* it stays open */
    return replay;
}

enum { TAPE_LANES = 4 };

/* Runs `n` lanes over one book; results[i].record says how each recorder behaves. `before` and
 * `after`, if given, take the allocations made before and after the loop. */
static UNUSED rh_status tape_run_lanes(const tape *t, const rh_lane_terms *terms, size_t n,
                                       tape_result *results, rh_run_outcome *outcome,
                                       uint64_t *allocations) {
    rh_lane *lanes[TAPE_LANES] = {NULL};
    size_t book_of_lane[TAPE_LANES] = {0};
    rh_status status[TAPE_LANES] = {RH_OK};
    rh_error errors[TAPE_LANES];
    rh_error error = {.text = ""};
    rh_book *book = NULL;
    rh_book_terms book_terms = t->book;
    book_terms.legs = t->legs;
    rh_replay *replay = open_tape(t);
    rh_market *market = rh_market_new(t->catalogue, t->funding);
    rh_market_follow(market, t->lane.hedge);
    memset(errors, 0, sizeof errors);
    assert_int_equal(rh_book_new(&book_terms, market, &book, &error), RH_OK);
    for (size_t i = 0; i < n; i++) {
        results[i].record.recorder = (rh_recorder){keep_step, keep_fill, keep_flow};
        if (rh_lane_new(&terms[i], book, market, &results[i].record.recorder, &lanes[i], &error) !=
            RH_OK)
            fail_msg("%s", error.text);
    }
    const rh_stream stream = rh_replay_stream(replay);
    const rh_run_terms run = {.stream = &stream,
                              .market = market,
                              .books = &book,
                              .n_books = 1,
                              .lanes = lanes,
                              .book_of_lane = book_of_lane,
                              .n_lanes = n,
                              .from = t->from,
                              .to = t->to,
                              .interrupted = t->interrupted};
    *outcome = (rh_run_outcome){.status = status, .errors = errors};
    const uint64_t before = rh_memory_allocations();
    const rh_status ran = rh_run(&run, outcome, &error);
    if (allocations)
        *allocations = rh_memory_allocations() - before;
    if (ran != RH_OK && ran != RH_INTERRUPTED)
        fail_msg("the run failed: %s", error.text);
    for (size_t i = 0; i < n; i++) {
        results[i].status = status[i];
        results[i].error = errors[i];
        rh_lane_count(lanes[i], &results[i].counts);
        assert_int_equal(rh_lane_metrics(lanes[i], results[i].metrics, NULL), RH_OK);
        rh_lane_free(lanes[i]);
    }
    rh_book_free(book);
    rh_market_free(market);
    rh_replay_close(replay);
    outcome->status = NULL;
    outcome->errors = NULL;
    return ran;
}

/* One lane as the tape has it; any failure fails the test. */
static UNUSED tape_result tape_run(const tape *t) {
    rh_run_outcome outcome;
    tape_result result = {.status = RH_OK};
    assert_int_equal(tape_run_lanes(t, &t->lane, 1, &result, &outcome, NULL), RH_OK);
    if (result.status != RH_OK)
        fail_msg("%s", result.error.text);
    return result;
}

static UNUSED void tape_result_free(tape_result *result) {
    free(result->record.steps);
    free(result->record.fills);
    free(result->record.flows);
    result->record = (tape_record){.silent = 0};
}

static UNUSED const rh_step *last_step(const tape_result *result) {
    assert_true(result->record.n_steps > 0);
    return &result->record.steps[result->record.n_steps - 1];
}

/* ---- the usual market: an inverse option and its perpetual ---- */

typedef struct {
    uint32_t option, perpetual, linear;
} usual;

/* BTC-25JUN21-36000-C, BTC-PERPETUAL, BTCUSDT; hedged with the inverse perpetual. */
static UNUSED usual tape_usual(tape *t) {
    tape_make(t);
    const usual u = {add_named(t->catalogue, "BTC-25JUN21-36000-C"),
                     add_named(t->catalogue, "BTC-PERPETUAL"), add_named(t->catalogue, "BTCUSDT")};
    tape_hedge(t, u.perpetual);
    return u;
}

/* Both perpetuals at one price; an option's IV. */
static UNUSED void say_price(tape *t, const usual *u, rh_time ts, double price) {
    tape_say(t, (tape_row){.ts = ts, .instrument = u->perpetual, .last = price});
    tape_say(t, (tape_row){.ts = ts, .instrument = u->linear, .last = price});
}

static UNUSED void say_iv(tape *t, const usual *u, rh_time ts, double iv) {
    tape_say(t, (tape_row){.ts = ts, .instrument = u->option, .iv = iv});
}

#endif
