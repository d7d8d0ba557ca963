/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every kind of fault: a market that just hasn't got it, and one that has, with the worst case and
 * its place; and that a sound market has none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit/audit.h"
#include "pricing/black.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DAY0   (INT64_C(1622505600) * RH_S) /* 2021-06-01 */
#define EXPIRY (DAY0 + 24 * RH_DAY + 8 * RH_HOUR)

enum { STRIKES = 4 };
static const double strike[STRIKES] = {34000, 36000, 38000, 40000};
static const double FORWARD = 36500;

typedef struct {
    rh_catalogue *catalogue;
    rh_audit *audit;
    uint32_t perpetual, spot, call[STRIKES], put[STRIKES], later;
    rh_event events[64];
    size_t count;
} bench;

static uint32_t add(bench *b, const char *name, double tick) {
    rh_instrument instrument;
    assert_int_equal(rh_instrument_from_name(name, &instrument), 0);
    instrument.tick = tick;
    return rh_catalogue_add(b->catalogue, &instrument);
}

static bench make(void) {
    static const rh_instrument spot = {.name = "BTC-SPOT",
                                       .underlying = "BTC",
                                       .kind = RH_SPOT,
                                       .expiry = RH_NEVER,
                                       .multiplier = 1.0};
    bench b = {.catalogue = rh_catalogue_new()};
    char name[RH_NAME_MAX];
    b.perpetual = add(&b, "BTC-PERPETUAL", 0.5);
    b.spot = rh_catalogue_add(b.catalogue, &spot);
    for (int i = STRIKES - 1; i >= 0; i--) { /* the chain has to find its order */
        (void)snprintf(name, sizeof name, "BTC-25JUN21-%.0f-C", strike[i]);
        b.call[i] = add(&b, name, 0.0005);
        name[strlen(name) - 1] = 'P';
        b.put[i] = add(&b, name, 0.0005);
    }
    b.later = add(&b, "BTC-30JUL21-36000-C", 0.0005);
    b.audit = rh_audit_new(b.catalogue);
    assert_non_null(b.audit);
    return b;
}

static void drop(bench *b) {
    rh_audit_free(b->audit);
    rh_catalogue_free(b->catalogue);
}

/* ---- telling ---- */

static rh_event *say(bench *b, rh_event_kind kind, uint32_t instrument) {
    rh_event *event = &b->events[b->count++];
    assert_in_range(b->count, 1, 64);
    *event = (rh_event){.instrument = instrument, .kind = (uint8_t)kind, .source = 1};
    return event;
}

static void say_values(bench *b, rh_event_kind kind, uint32_t instrument, const double *values,
                       int n) {
    rh_event *event = say(b, kind, instrument);
    for (int i = 0; i < n; i++)
        if (!isnan(values[i]))
            rh_event_set(event, i, values[i]);
}

static void say_quote(bench *b, uint32_t instrument, double bid, double ask) {
    const double values[] = {bid, 1.0, ask, 1.0};
    say_values(b, RH_EVENT_QUOTE, instrument, values, 4);
}

static void say_mark(bench *b, uint32_t instrument, double mark, double iv, double forward,
                     double index) {
    const double values[] = {mark, iv, forward, index};
    say_values(b, RH_EVENT_MARK, instrument, values, 4);
}

static void say_bar(bench *b, uint32_t instrument, double open, double high, double low,
                    double close) {
    const double values[] = {open, high, low, close, 5.0};
    say_values(b, RH_EVENT_BAR, instrument, values, 5);
}

static void say_funding(bench *b, uint32_t instrument, double rate, double hours) {
    const double values[] = {rate, hours * 3600.0};
    say_values(b, RH_EVENT_FUNDING, instrument, values, 2);
}

/* What was said becomes an instant. */
static void at(bench *b, rh_time now) {
    for (size_t i = 0; i < b->count; i++) {
        b->events[i].known = now;
        if (b->events[i].happened == 0)
            b->events[i].happened = now;
    }
    rh_audit_hear(b->audit, now, b->events, b->count);
    b->count = 0;
}

static const rh_finding *found(const bench *b, rh_finding_kind kind) {
    return rh_audit_finding(b->audit, kind);
}

static void assert_nothing_but(const bench *b, rh_finding_kind kind, uint64_t count) {
    for (int k = 0; k < RH_N_FINDINGS; k++)
        if (found(b, (rh_finding_kind)k)->count != (k == (int)kind ? count : 0))
            fail_msg("%s: %d found, %s", rh_finding_table()[k].name,
                     (int)found(b, (rh_finding_kind)k)->count,
                     found(b, (rh_finding_kind)k)->detail);
}

static void assert_worst(const bench *b, rh_finding_kind kind, double size, uint32_t instrument,
                         rh_time when) {
    const rh_finding *finding = found(b, kind);
    if (!(fabs(finding->size - size) <= 1e-9 * fmax(1.0, fabs(size))))
        fail_msg("worst is %.17g, not %.17g", finding->size, size);
    assert_int_equal(finding->instrument, instrument);
    assert_true(finding->at == when);
    assert_int_equal(finding->source, 1);
    assert_true(strlen(finding->detail) > 0);
}

/* ---- rows ---- */

static void test_quotes(void **state) {
    bench b = make();
    (void)state;
    say_quote(&b, b.perpetual, 100.0, 100.5);
    at(&b, DAY0);
    say_quote(&b, b.perpetual, NAN, 101.0); /* the bid stays */
    at(&b, DAY0 + 1);
    assert_nothing_but(&b, RH_N_FINDINGS, 0);
    say_quote(&b, b.perpetual, 101.0, NAN);
    at(&b, DAY0 + 2);
    assert_nothing_but(&b, RH_FINDING_LOCKED, 1);
    assert_int_equal(rh_audit_faults(b.audit), 0); /* a note */
    say_quote(&b, b.perpetual, 102.0, NAN);
    at(&b, DAY0 + 3);
    say_quote(&b, b.perpetual, 101.5, NAN);
    at(&b, DAY0 + 4);
    assert_int_equal(found(&b, RH_FINDING_CROSSED)->count, 2);
    assert_worst(&b, RH_FINDING_CROSSED, 1.0 / 101.5, b.perpetual, DAY0 + 3);
    assert_int_equal(rh_audit_faults(b.audit), 2);
    drop(&b);
}

static void test_ticks(void **state) {
    bench b = make();
    (void)state;
    say_quote(&b, b.perpetual, 36500.5, 36501.0);
    say_quote(&b, b.call[0], 0.0715, 0.0725);
    say_quote(&b, b.call[3], 0.0003, 0.0004); /* a fifth below ten ticks */
    at(&b, DAY0);
    assert_nothing_but(&b, RH_N_FINDINGS, 0);
    say_quote(&b, b.call[0], 0.0716, 0.0725);
    at(&b, DAY0 + 1);
    assert_nothing_but(&b, RH_FINDING_OFF_TICK, 1);
    assert_worst(&b, RH_FINDING_OFF_TICK, 0.2, b.call[0], DAY0 + 1);
    drop(&b);
}

static void test_order(void **state) {
    bench b = make();
    (void)state;
    say_quote(&b, b.perpetual, 100, 101);
    b.events[0].happened = DAY0 - RH_S;
    at(&b, DAY0);
    say_quote(&b, b.perpetual, 101, 102);
    b.events[0].happened = DAY0 - 3 * RH_S;
    at(&b, DAY0 + RH_S);
    assert_nothing_but(&b, RH_FINDING_DISORDER, 1);
    assert_worst(&b, RH_FINDING_DISORDER, 2.0, b.perpetual, DAY0 + RH_S);
    say_quote(&b, b.perpetual, 102, 103);
    b.events[0].happened = DAY0 + 7 * RH_S;
    at(&b, DAY0 + 2 * RH_S);
    assert_worst(&b, RH_FINDING_FUTURE, 5.0, b.perpetual, DAY0 + 2 * RH_S);
    assert_int_equal(found(&b, RH_FINDING_DISORDER)->count, 1);
    drop(&b);
}

static void test_duplicates(void **state) {
    bench b = make();
    (void)state;
    say_quote(&b, b.perpetual, 100, 101);
    say_quote(&b, b.spot, 100, 101); /* another instrument */
    say_bar(&b, b.perpetual, 100, 101, 100, 100);
    at(&b, DAY0);
    say_quote(&b, b.perpetual, 100, 101); /* another time */
    at(&b, DAY0 + 1);
    assert_nothing_but(&b, RH_N_FINDINGS, 0);
    say_quote(&b, b.spot, NAN, 105);
    say_quote(&b, b.spot, NAN, 105);
    at(&b, DAY0 + 2);
    assert_nothing_but(&b, RH_FINDING_DUPLICATE, 1);
    drop(&b);
}

static void test_stale_runs(void **state) {
    bench b = make();
    (void)state;
    for (int i = 0; i < 61; i++) {
        say_quote(&b, b.perpetual, 100, 101 + i % 2);
        say_quote(&b, b.call[3], 0.0005, 0.001); /* wings stand still for days */
        at(&b, DAY0 + i * RH_MIN);
    }
    rh_audit_finish(b.audit);
    assert_nothing_but(&b, RH_N_FINDINGS, 0);
    for (int i = 0; i < 75; i++) {
        say_quote(&b, b.perpetual, 105, 106);
        at(&b, DAY0 + RH_DAY + i * RH_MIN);
    }
    assert_nothing_but(&b, RH_N_FINDINGS, 0);
    rh_audit_finish(b.audit);
    assert_nothing_but(&b, RH_FINDING_STALE_RUN, 1);
    assert_worst(&b, RH_FINDING_STALE_RUN, 75, b.perpetual, DAY0 + RH_DAY + 74 * RH_MIN);
    drop(&b);
}

static void test_spikes(void **state) {
    bench b = make();
    (void)state;
    for (int i = 0; i < 40; i++) {
        say_quote(&b, b.spot, 100 + 0.05 * (i % 2), 100 + 0.05 * (i % 2));
        at(&b, DAY0 + i * RH_MIN);
    }
    say_quote(&b, b.spot, 104, 104.1); /* a move that stays is news */
    at(&b, DAY0 + 40 * RH_MIN);
    say_quote(&b, b.spot, 104.1, 104.2);
    at(&b, DAY0 + 41 * RH_MIN);
    assert_int_equal(found(&b, RH_FINDING_SPIKE)->count, 0);
    for (int i = 42; i < 140; i++) {
        say_quote(&b, b.spot, 104 + 0.05 * (i % 2), 104 + 0.05 * (i % 2));
        at(&b, DAY0 + i * RH_MIN);
    }
    say_quote(&b, b.spot, 94, 94.1);
    at(&b, DAY0 + 140 * RH_MIN);
    say_quote(&b, b.spot, 104, 104.1);
    at(&b, DAY0 + 141 * RH_MIN);
    assert_int_equal(found(&b, RH_FINDING_SPIKE)->count, 1);
    assert_int_equal(found(&b, RH_FINDING_SPIKE)->instrument, b.spot);
    assert_true(found(&b, RH_FINDING_SPIKE)->size > 100.0);
    drop(&b);
}

static void test_bars(void **state) {
    bench b = make();
    (void)state;
    for (int i = 0; i < 3; i++) {
        say_bar(&b, b.perpetual, 100, 102 + i, 99, 101);
        at(&b, DAY0 + i * RH_HOUR);
    }
    assert_nothing_but(&b, RH_N_FINDINGS, 0);
    say_bar(&b, b.perpetual, 100, 102, 99, 101);
    at(&b, DAY0 + 6 * RH_HOUR);
    assert_nothing_but(&b, RH_FINDING_BAR_MISSING, 1);
    assert_worst(&b, RH_FINDING_BAR_MISSING, 3, b.perpetual, DAY0 + 6 * RH_HOUR);
    say_bar(&b, b.perpetual, 100, 100.5, 99, 101);
    at(&b, DAY0 + 7 * RH_HOUR);
    assert_int_equal(found(&b, RH_FINDING_BAR_RANGE)->count, 1);
    assert_worst(&b, RH_FINDING_BAR_RANGE, 0.5 / 101, b.perpetual, DAY0 + 7 * RH_HOUR);
    drop(&b);
}

static void test_funding(void **state) {
    bench b = make();
    (void)state;
    for (int i = 0; i < 100; i++) { /* a rate that flows has no stamps */
        say_funding(&b, b.spot, 0.0001 + 1e-7 * i, 8);
        at(&b, DAY0 + i * RH_MIN + RH_S);
    }
    for (int i = 1; i < 4; i++) {
        say_funding(&b, b.perpetual, 0.0001, 8);
        at(&b, DAY0 + i * 8 * RH_HOUR);
    }
    assert_nothing_but(&b, RH_N_FINDINGS, 0);
    say_funding(&b, b.perpetual, -0.006, 8);
    at(&b, DAY0 + 48 * RH_HOUR + 90 * RH_S);
    assert_worst(&b, RH_FINDING_FUNDING_LARGE, 0.006, b.perpetual, DAY0 + 48 * RH_HOUR + 90 * RH_S);
    assert_worst(&b, RH_FINDING_FUNDING_MISSING, 2, b.perpetual, DAY0 + 48 * RH_HOUR + 90 * RH_S);
    assert_worst(&b, RH_FINDING_FUNDING_OFF_GRID, 90, b.perpetual, DAY0 + 48 * RH_HOUR + 90 * RH_S);
    assert_int_equal(rh_audit_faults(b.audit), 3);
    drop(&b);
}

static void test_indices(void **state) {
    bench b = make();
    (void)state;
    say_quote(&b, b.spot, 100, 100);
    say_mark(&b, b.perpetual, 101.5, NAN, NAN, 100.5);
    at(&b, DAY0);
    say_mark(&b, b.perpetual, NAN, NAN, NAN, 120.0); /* the spot price is two minutes old */
    at(&b, DAY0 + 2 * RH_MIN);
    assert_nothing_but(&b, RH_FINDING_LOCKED, 1);
    say_quote(&b, b.spot, 100, 101);
    say_mark(&b, b.perpetual, 99.0, NAN, NAN, 102.0);
    at(&b, DAY0 + 3 * RH_MIN);
    assert_worst(&b, RH_FINDING_INDEX_SPOT, 102.0 / 100.5 - 1.0, b.perpetual, DAY0 + 3 * RH_MIN);
    assert_worst(&b, RH_FINDING_MARK_INDEX, 3.0 / 102.0, b.perpetual, DAY0 + 3 * RH_MIN);
    drop(&b);
}

/* ---- options ---- */

/* In coin, undiscounted. */
static double fair(int right, double k, double iv, rh_time expiry) {
    return rh_black(right, FORWARD, k, rh_years(DAY0, expiry), iv, 0.0).price / FORWARD;
}

/* A sound chain on a tick grid: quotes around fair prices, a smile. */
static void say_chain(bench *b) {
    for (int i = 0; i < STRIKES; i++) {
        const double iv = 0.8 + 0.05 * fabs(log(strike[i] / FORWARD));
        const double call = fair(1, strike[i], iv, EXPIRY), put = fair(-1, strike[i], iv, EXPIRY);
        say_quote(b, b->call[i], floor(call / 0.0005) * 0.0005, ceil(call / 0.0005) * 0.0005);
        say_mark(b, b->call[i], call, iv, FORWARD, NAN);
        say_quote(b, b->put[i], floor(put / 0.0005) * 0.0005, ceil(put / 0.0005) * 0.0005);
        say_mark(b, b->put[i], put, iv, FORWARD, NAN);
    }
}

static void test_a_sound_chain_has_no_faults(void **state) {
    bench b = make();
    (void)state;
    say_chain(&b);
    at(&b, DAY0);
    assert_nothing_but(&b, RH_N_FINDINGS, 0);
    drop(&b);
}

static void test_volatilities(void **state) {
    bench b = make();
    (void)state;
    const double price = fair(1, strike[1], 0.8, EXPIRY);
    say_mark(&b, b.call[1], price + 0.0004, 0.8, FORWARD, NAN);
    at(&b, DAY0);
    assert_nothing_but(&b, RH_N_FINDINGS, 0);
    say_mark(&b, b.call[1], 1.5 * price, 0.8, FORWARD, NAN);
    at(&b, DAY0 + 1);
    assert_nothing_but(&b, RH_FINDING_IV_PRICE, 1);
    assert_true(fabs(found(&b, RH_FINDING_IV_PRICE)->size - 0.5 * price) < 1e-9);
    say_mark(&b, b.call[1], NAN, 5.5, NAN, NAN);
    at(&b, DAY0 + 2);
    assert_worst(&b, RH_FINDING_IV_RANGE, 5.5, b.call[1], DAY0 + 2);
    drop(&b);
}

static void test_bounds(void **state) {
    bench b = make();
    (void)state;
    const double intrinsic = 1.0 - strike[0] / FORWARD;
    say_quote(&b, b.call[0], NAN, 0.0005 * floor(intrinsic / 0.0005 - 4));
    say_mark(&b, b.call[0], NAN, NAN, FORWARD, NAN);
    at(&b, DAY0);
    assert_nothing_but(&b, RH_FINDING_PRICE_BOUNDS, 1);
    say_quote(&b, b.put[0], 0.95, NAN); /* above K/F */
    say_mark(&b, b.put[0], NAN, NAN, FORWARD, NAN);
    at(&b, DAY0 + RH_S);
    assert_worst(&b, RH_FINDING_PRICE_BOUNDS, 0.95 - strike[0] / FORWARD, b.put[0], DAY0 + RH_S);
    drop(&b);
}

static void test_parity_and_box(void **state) {
    bench b = make();
    (void)state;
    say_chain(&b);
    const double put = fair(-1, strike[1], 0.8, EXPIRY);
    say_quote(&b, b.put[1], 0.0005 * ceil(put / 0.0005) + 0.01, 0.2);
    at(&b, DAY0);
    assert_int_equal(found(&b, RH_FINDING_PARITY)->count, 1);
    assert_int_equal(found(&b, RH_FINDING_PARITY)->instrument, b.call[1]);
    assert_true(found(&b, RH_FINDING_PARITY)->size > 0.009);
    assert_int_equal(found(&b, RH_FINDING_BOX)->count, 1);
    assert_true(found(&b, RH_FINDING_BOX)->size > 0.008);
    assert_int_equal(found(&b, RH_FINDING_VERTICAL)->count, 0);
    drop(&b);
}

static void test_strikes_beside_each_other(void **state) {
    bench b = make();
    (void)state;
    say_mark(&b, b.call[0], NAN, NAN, FORWARD, NAN);
    say_quote(&b, b.call[0], 0.070, 0.071);
    say_quote(&b, b.call[1], 0.060, 0.061);
    say_quote(&b, b.call[2], 0.040, 0.041); /* the middle of 0.071 and 0.041 is 0.056 */
    at(&b, DAY0);
    assert_nothing_but(&b, RH_FINDING_BUTTERFLY, 1);
    assert_worst(&b, RH_FINDING_BUTTERFLY, 0.060 - 0.056, b.call[1], DAY0);
    say_quote(&b, b.call[2], 0.0625, 0.063);
    at(&b, DAY0 + RH_MIN);
    assert_int_equal(found(&b, RH_FINDING_VERTICAL)->count, 1);
    assert_worst(&b, RH_FINDING_VERTICAL, 0.0625 - 0.061, b.call[2], DAY0 + RH_MIN);
    drop(&b);
}

static void test_quotes_of_an_hour_ago_are_not_beside_these(void **state) {
    bench b = make();
    (void)state;
    say_quote(&b, b.call[1], 0.060, 0.061);
    at(&b, DAY0);
    say_mark(&b, b.call[2], NAN, NAN, FORWARD, NAN);
    say_quote(&b, b.call[2], 0.070, 0.071);
    at(&b, DAY0 + RH_HOUR);
    assert_nothing_but(&b, RH_N_FINDINGS, 0);
    drop(&b);
}

static void test_expiries_beside_each_other(void **state) {
    bench b = make();
    (void)state;
    say_chain(&b);
    at(&b, DAY0);
    rh_audit_free(b.audit);
    const uint32_t higher = add(&b, "BTC-30JUL21-38000-C", 0.0005);
    b.audit = rh_audit_new(b.catalogue);
    for (int twice = 0; twice < 2; twice++) {
        const double iv = twice ? 0.4 : 0.7; /* over 60 days, beside 0.8 over 24 */
        say_chain(&b);
        say_mark(&b, b.later, NAN, iv, FORWARD, NAN);
        say_mark(&b, higher, NAN, iv, FORWARD, NAN);
        at(&b, DAY0 + twice * RH_MIN);
        assert_int_equal(found(&b, RH_FINDING_CALENDAR)->count, twice);
    }
    assert_int_equal(found(&b, RH_FINDING_CALENDAR)->instrument, b.later);
    drop(&b);
}

/* ---- coverage ---- */

static void test_coverage_counts_fields_and_gaps(void **state) {
    bench b = make();
    (void)state;
    say_mark(&b, b.call[0], 0.1, 0.8, NAN, NAN);
    say_quote(&b, b.call[0], NAN, 0.101);
    b.events[1].present |= 1u << RH_BID;
    b.events[1].value[RH_BID] = NAN;
    at(&b, DAY0);
    say_quote(&b, b.call[0], 0.1, 0.101);
    at(&b, DAY0 + RH_HOUR);
    say_quote(&b, b.call[0], 0.1, 0.101);
    at(&b, DAY0 + 4 * RH_HOUR);
    const rh_coverage *c = rh_audit_coverage(b.audit, b.call[0]);
    assert_int_equal(c->events, 4);
    assert_int_equal(c->fields[RH_FIELD_QUOTE], 3);
    assert_int_equal(c->fields[RH_FIELD_MARK], 1);
    assert_int_equal(c->fields[RH_FIELD_IV], 1);
    assert_int_equal(c->fields[RH_FIELD_FORWARD], 0);
    assert_int_equal(c->one_sided, 1);
    assert_true(c->longest_gap == 3 * RH_HOUR && c->gap_from == DAY0 + RH_HOUR);
    assert_true(c->first == DAY0 && c->last == DAY0 + 4 * RH_HOUR);
    drop(&b);
}

static void test_slots_widen_and_lose_nothing(void **state) {
    bench b = make();
    rh_time from;
    int64_t width;
    (void)state;
    for (int i = 0; i < 5000; i++) {
        say_quote(&b, b.spot, 100 + i % 7, 108);
        at(&b, DAY0 + 3 * RH_HOUR + i * RH_HOUR);
    }
    rh_audit_slot(b.audit, &from, &width);
    const rh_coverage *c = rh_audit_coverage(b.audit, b.spot);
    uint64_t sum = 0;
    for (int k = 0; k < RH_COVERAGE_SLOTS; k++)
        sum += c->slots[k];
    assert_int_equal(sum, 5000);
    assert_true(from == DAY0);
    assert_true(width * RH_COVERAGE_SLOTS > 5003 * RH_HOUR);
    assert_true(width * RH_COVERAGE_SLOTS <= 2 * 5003 * RH_HOUR);
    assert_int_equal(c->slots[5003 * RH_HOUR / width - 1], width / RH_HOUR);
    drop(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_ticks),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_stale_runs),
        cmocka_unit_test(test_spikes),
        cmocka_unit_test(test_bars),
        cmocka_unit_test(test_funding),
        cmocka_unit_test(test_indices),
        cmocka_unit_test(test_a_sound_chain_has_no_faults),
        cmocka_unit_test(test_volatilities),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_parity_and_box),
        cmocka_unit_test(test_strikes_beside_each_other),
        cmocka_unit_test(test_quotes_of_an_hour_ago_are_not_beside_these),
        cmocka_unit_test(test_expiries_beside_each_other),
        cmocka_unit_test(test_coverage_counts_fields_and_gaps),
        cmocka_unit_test(test_slots_widen_and_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
