/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lanes_tape.h"

#include "base/memory.h"
#include "base/random.h"

#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const rh_time START = INT64_C(1622505600) * RH_S; /* 2021-06-01T00:00:00Z */
static const double VOL = 0.6, FIRST_PRICE = 36000.0;
static const uint64_t SEED = 20210601;

void bench_require(int condition, const char *sentence) {
    if (condition)
        return;
    (void)fprintf(stderr, "benchmark: %s\n", sentence);
    exit(1);
}

static void require_ok(rh_status status, const rh_error *error) {
    bench_require(status == RH_OK, error->text);
}

double bench_clock(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- the market ---- */

static const struct {
    const char *name;
    double quantity;
} positions[BENCH_LEGS] = {{"BTC-11JUN21-36000-C", -10},
                           {"BTC-11JUN21-36000-P", -10},
                           {"BTC-11JUN21-40000-C", 5},
                           {"BTC-11JUN21-32000-P", 5}};

static uint32_t add_instrument(bench_tape *tape, const char *name) {
    rh_instrument instrument;
    bench_require(rh_instrument_from_name(name, &instrument) == 0, "a name isn't understood");
    rh_venue_apply(rh_venue_find("deribit", START), &instrument);
    return rh_catalogue_add(tape->catalogue, &instrument);
}

static rh_event *say(bench_tape *tape, rh_time now, uint32_t instrument, rh_event_kind kind) {
    rh_event *event = &tape->events[tape->n_events++];
    *event =
        (rh_event){.known = now, .happened = now, .instrument = instrument, .kind = (uint8_t)kind};
    return event;
}

static void say_quote(bench_tape *tape, rh_time now, double price) {
    rh_event *quote = say(tape, now, BENCH_PERPETUAL, RH_EVENT_QUOTE);
    rh_event_set(quote, RH_BID, floor(price * 2.0) * 0.5 - 0.5);
    rh_event_set(quote, RH_BID_SIZE, 120000);
    rh_event_set(quote, RH_ASK, floor(price * 2.0) * 0.5);
    rh_event_set(quote, RH_ASK_SIZE, 80000);
}

static void say_funding(bench_tape *tape, rh_time now, double rate) {
    rh_event *funding = say(tape, now, BENCH_PERPETUAL, RH_EVENT_FUNDING);
    rh_event_set(funding, RH_RATE, rate);
    rh_event_set(funding, RH_INTERVAL, 8 * 3600.0);
}

static void say_chain(bench_tape *tape, rh_time now, double price, double iv) {
    for (uint32_t i = 0; i < BENCH_LEGS; i++) {
        rh_event *mark = say(tape, now, i, RH_EVENT_MARK);
        rh_event_set(mark, RH_IV, iv + 0.01 * i);
        rh_event_set(mark, RH_FORWARD, price * 1.0005);
        rh_event_set(mark, RH_INDEX, price * 0.9998);
    }
}

/* A normal number for each second. */
static double shock(uint64_t second) {
    const rh_draw_place place = {.seed = SEED, .step = second, .purpose = 200};
    const rh_draw draw = rh_draw_uniform(&place);
    return sqrt(-2.0 * log(draw.a)) * cos(6.283185307179586 * draw.b);
}

void bench_tape_make(bench_tape *tape, int days) {
    const uint64_t seconds = (uint64_t)days * 86400;
    const double step = VOL / sqrt(365.0 * 86400.0);
    double price = FIRST_PRICE;
    rh_error error = {.text = ""};
    const char *near = NULL;
    static const rh_values none;
    *tape = (bench_tape){.catalogue = rh_catalogue_new(), .instants = seconds};
    tape->events = calloc(seconds * 2, sizeof *tape->events);
    bench_require(tape->catalogue && tape->events, "no memory");
    require_ok(rh_registry_new(&tape->registry, &error), &error);
    for (int i = 0; i < BENCH_LEGS; i++)
        tape->legs[i] = (rh_leg_terms){.instrument = add_instrument(tape, positions[i].name),
                                       .quantity = positions[i].quantity,
                                       .open = START,
                                       .close = RH_NEVER,
                                       .open_price = RH_AT_MARK};
    (void)add_instrument(tape, "BTC-PERPETUAL");
    for (uint64_t s = 0; s < seconds; s++) {
        const rh_time now = START + (rh_time)s * RH_S;
        say_quote(tape, now, price);
        if (s % 60 == 0)
            say_chain(tape, now, price, 0.7 + 0.0005 * shock(s + seconds));
        if (s % 3600 == 0)
            say_funding(tape, now, 1e-4 * shock(s + 2 * seconds));
        price *= exp(step * shock(s));
    }
    tape->book = (rh_book_terms){.legs = tape->legs,
                                 .n_legs = BENCH_LEGS,
                                 .hedge = BENCH_PERPETUAL,
                                 .ratio = rh_registry_find_ratio(tape->registry, "black", &near),
                                 .ratio_values = &none,
                                 .max_age = RH_DAY,
                                 .settlement_window = 30 * RH_MIN};
}

void bench_tape_free(bench_tape *tape) {
    rh_registry_free(tape->registry);
    rh_catalogue_free(tape->catalogue);
    free(tape->events);
}

static rh_time next_time(void *self) {
    const bench_tape *tape = self;
    return tape->at < tape->n_events ? tape->events[tape->at].known : RH_NEVER;
}

static rh_status take(void *self, const rh_event **events, size_t *count, rh_error *error) {
    bench_tape *tape = self;
    const size_t from = tape->at;
    (void)error;
    *events = &tape->events[from];
    while (tape->at < tape->n_events && tape->events[tape->at].known == tape->events[from].known)
        tape->at++;
    *count = tape->at - from;
    return RH_OK;
}

rh_stream bench_tape_stream(bench_tape *tape) {
    tape->at = 0;
    return (rh_stream){tape, next_time, take};
}

static void write_cells(FILE *file, const rh_event *event, int first, int last) {
    for (int i = first; i <= last; i++)
        if (rh_event_has(event, i))
            (void)fprintf(file, ",%.12g", event->value[i]);
        else
            (void)fputc(',', file);
}

void bench_tape_write_csv(const bench_tape *tape, const char *path) {
    FILE *file = fopen(path, "w");
    bench_require(file != NULL, "the CSV file can't be written");
    (void)fputs("ts,instrument,bid,bid_size,ask,ask_size,mark,iv,forward,index,funding_rate,"
                "funding_interval\n",
                file);
    for (size_t i = 0; i < tape->n_events; i++) {
        const rh_event *event = &tape->events[i];
        const rh_event silent = {.present = 0};
        (void)fprintf(file, "%lld,%s", (long long)(event->known / RH_MS),
                      rh_catalogue_get(tape->catalogue, event->instrument)->name);
        write_cells(file, event->kind == RH_EVENT_QUOTE ? event : &silent, RH_BID, RH_ASK_SIZE);
        write_cells(file, event->kind == RH_EVENT_MARK ? event : &silent, RH_MARK, RH_INDEX);
        write_cells(file, event->kind == RH_EVENT_FUNDING ? event : &silent, RH_RATE, RH_INTERVAL);
        (void)fputc('\n', file);
    }
    bench_require(fclose(file) == 0, "the CSV file can't be written");
}

/* ---- lanes ---- */

static void make_room(bench_lanes *lanes) {
    if (lanes->count < lanes->capacity)
        return;
    lanes->capacity = lanes->capacity ? 2 * lanes->capacity : 64;
    lanes->terms = realloc(lanes->terms, lanes->capacity * sizeof *lanes->terms);
    lanes->rules = realloc(lanes->rules, lanes->capacity * sizeof *lanes->rules);
    lanes->configs = realloc(lanes->configs, lanes->capacity * sizeof *lanes->configs);
    bench_require(lanes->terms && lanes->rules && lanes->configs, "no memory");
}

void bench_lanes_add(bench_lanes *lanes, const bench_tape *tape, const char *rule) {
    rh_error error = {.text = ""};
    make_room(lanes);
    const size_t i = lanes->count++;
    require_ok(rh_config_read_text("rule", rule, strlen(rule), &lanes->configs[i], &error), &error);
    require_ok(rh_rule_read(tape->registry, lanes->configs[i], rh_config_root(lanes->configs[i]),
                            "strategy", &lanes->rules[i], &error),
               &error);
    lanes->terms[i] = (rh_lane_terms){.rule = lanes->rules[i],
                                      .hedge = BENCH_PERPETUAL,
                                      .costs = rh_venue_find("deribit", START)->costs,
                                      .record_every = RH_HOUR,
                                      .steps = BENCH_STEPS};
}

void bench_lanes_free(bench_lanes *lanes) {
    for (size_t i = 0; i < lanes->count; i++) {
        rh_rule_free(lanes->rules[i]);
        rh_config_free(lanes->configs[i]);
    }
    free(lanes->terms);
    free(lanes->rules);
    free(lanes->configs);
}

/* ---- running ---- */

/* FNV-1a over the numbers of fills. */
typedef struct {
    rh_recorder recorder; /* first: the lane sees this */
    uint64_t digest;
} listener;

static uint64_t mix(uint64_t digest, const void *bytes, size_t count) {
    const unsigned char *b = bytes;
    for (size_t i = 0; i < count; i++)
        digest = (digest ^ b[i]) * UINT64_C(0x100000001b3);
    return digest;
}

static rh_status hear_fill(rh_recorder *self, const rh_fill *fill, rh_error *error) {
    listener *l = (listener *)(void *)self;
    (void)error;
    l->digest = mix(l->digest, &fill->ts, sizeof fill->ts);
    l->digest = mix(l->digest, &fill->quantity, sizeof fill->quantity);
    l->digest = mix(l->digest, &fill->price, sizeof fill->price);
    l->digest = mix(l->digest, &fill->fee_usd, sizeof fill->fee_usd);
    return RH_OK;
}

static rh_status hear_step(rh_recorder *self, const rh_step *step, rh_error *error) {
    (void)self, (void)step, (void)error;
    return RH_OK;
}

static rh_status hear_flow(rh_recorder *self, const rh_flow *flow, rh_error *error) {
    (void)self, (void)flow, (void)error;
    return RH_OK;
}

static rh_market *open_market(const bench_tape *tape) {
    rh_market *market = rh_market_new(tape->catalogue, RH_FUNDING_CONTINUOUS);
    bench_require(market != NULL, "no memory");
    rh_market_follow(market, BENCH_PERPETUAL);
    return market;
}

double bench_replay(const bench_tape *tape, const rh_stream *stream) {
    rh_error error = {.text = ""};
    rh_market *market = open_market(tape);
    const double before = bench_clock();
    for (rh_time now; (now = stream->next_time(stream->self)) != RH_NEVER;) {
        const rh_event *events;
        size_t count;
        rh_market_advance(market, now);
        require_ok(stream->take(stream->self, &events, &count, &error), &error);
        for (size_t i = 0; i < count; i++)
            rh_market_apply(market, &events[i]);
        rh_market_complete(market);
    }
    const double seconds = bench_clock() - before;
    rh_market_free(market);
    return seconds;
}

typedef struct {
    rh_market *market;
    rh_book *book;
    rh_lane **lanes;
    listener *listeners;
    size_t *book_of_lane;
    rh_status *status;
    rh_error *errors;
    size_t count;
} party;

static party open_party(const bench_tape *tape, const bench_lanes *lanes, size_t n, int digest,
                        int always) {
    rh_error error = {.text = ""};
    party p = {.market = open_market(tape), .count = n};
    p.lanes = calloc(n, sizeof *p.lanes);
    p.listeners = calloc(n, sizeof *p.listeners);
    p.book_of_lane = calloc(n, sizeof *p.book_of_lane);
    p.status = calloc(n, sizeof *p.status);
    p.errors = calloc(n, sizeof *p.errors);
    bench_require(p.lanes && p.listeners && p.book_of_lane && p.status && p.errors, "no memory");
    require_ok(rh_book_new(&tape->book, p.market, &p.book, &error), &error);
    for (size_t i = 0; i < n; i++) {
        rh_lane_terms terms = lanes->terms[i];
        terms.ask_always = always;
        p.listeners[i] = (listener){{hear_step, hear_fill, hear_flow}, 0xcbf29ce484222325};
        require_ok(rh_lane_new(&terms, p.book, p.market, digest ? &p.listeners[i].recorder : NULL,
                               &p.lanes[i], &error),
                   &error);
    }
    return p;
}

static void close_party(party *p) {
    for (size_t i = 0; i < p->count; i++)
        rh_lane_free(p->lanes[i]);
    rh_book_free(p->book);
    rh_market_free(p->market);
    free(p->lanes);
    free(p->listeners);
    free(p->book_of_lane);
    free(p->status);
    free(p->errors);
}

static void sum_up(const party *p, int digest, bench_outcome *out) {
    rh_error error = {.text = ""};
    out->fewest_hedges = UINT64_MAX;
    for (size_t i = 0; i < p->count; i++) {
        rh_lane_counts counts;
        double metrics[RH_N_METRICS];
        require_ok(p->status[i], &p->errors[i]);
        rh_lane_count(p->lanes[i], &counts);
        require_ok(rh_lane_metrics(p->lanes[i], metrics, &error), &error);
        const uint64_t hedges = (uint64_t)metrics[RH_METRIC_REBALANCES];
        out->decisions += counts.decisions;
        out->fills += hedges;
        out->fewest_hedges = hedges < out->fewest_hedges ? hedges : out->fewest_hedges;
        if (digest)
            out->digest = mix(out->digest, &p->listeners[i].digest, sizeof out->digest);
    }
}

/* In use, whether the C library took it from its heap or mapped it. */
static size_t bytes_in_use(void) {
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

bench_outcome bench_run(const bench_tape *tape, const rh_stream *stream, const bench_lanes *lanes,
                        size_t n_lanes, int digest, int always) {
    rh_error error = {.text = ""};
    bench_outcome out = {0};
    const size_t bytes = bytes_in_use();
    party p = open_party(tape, lanes, n_lanes, digest, always);
    rh_run_outcome outcome = {.status = p.status, .errors = p.errors};
    const rh_run_terms terms = {.stream = stream,
                                .market = p.market,
                                .books = &p.book,
                                .n_books = 1,
                                .lanes = p.lanes,
                                .book_of_lane = p.book_of_lane,
                                .n_lanes = n_lanes,
                                .from = RH_DAWN,
                                .to = RH_NEVER};
    const uint64_t allocations = rh_memory_allocations();
    const double before = bench_clock();
    require_ok(rh_run(&terms, &outcome, &error), &error);
    out.seconds = bench_clock() - before;
    out.allocations = rh_memory_allocations() - allocations;
    out.bytes = bytes_in_use() - bytes;
    sum_up(&p, digest, &out);
    close_party(&p);
    return out;
}
