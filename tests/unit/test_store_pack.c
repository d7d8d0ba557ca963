/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Columns and chunks of the market store: what goes in comes out, and nothing else ever does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "feed/chunk.h"
#include "feed/pack.h"
#include "instrument/catalogue.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = RH_PACK_VALUES };

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t draw(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* ---- columns ---- */

static size_t integers_survive(const int64_t *values, size_t n, int rising) {
    static uint8_t bytes[RH_PACK_MOST];
    int64_t back[N];
    const size_t length = rh_pack_integers(values, n, rising, bytes);
    assert_true(length <= RH_PACK_MOST);
    assert_int_equal(rh_pack_length(bytes, length, n), length);
    assert_int_equal(rh_pack_length(bytes, length - 1, n), 0);
    rh_unpack_integers(bytes, n, back);
    assert_memory_equal(back, values, n * sizeof *back);
    return length;
}

static size_t doubles_survive(const double *values, size_t n) {
    static uint8_t bytes[RH_PACK_MOST];
    double back[N];
    rh_pack_hint hint = {0};
    size_t length = 0;
    for (int again = 0; again < 2; again++) { /* also with the hint of the first time */
        length = rh_pack_doubles(values, n, &hint, bytes);
        assert_true(length <= RH_PACK_MOST);
        assert_int_equal(rh_pack_length(bytes, length, n), length);
        rh_unpack_doubles(bytes, n, back);
        assert_memory_equal(back, values, n * sizeof *back);
    }
    return length;
}

static void integers_come_back(void **state) {
    int64_t values[N];
    uint64_t seed = 1;
    (void)state;
    for (unsigned bits = 0; bits <= 64; bits++)
        for (size_t n = 1; n <= N; n = n * 3 + 1) {
            for (size_t i = 0; i < n; i++)
                values[i] = bits ? (int64_t)(draw(&seed) >> (64 - bits)) : -7;
            (void)integers_survive(values, n, 0);
            (void)integers_survive(values, n, 1);
        }
    const int64_t ends[] = {INT64_MIN, INT64_MAX, 0, -1, INT64_MIN, 1};
    (void)integers_survive(ends, 6, 0);
    (void)integers_survive(ends, 6, 1);
    (void)integers_survive(ends, 2, 1);
}

static void regular_columns_cost_nothing(void **state) {
    int64_t same[N], even[N], stamps[N];
    uint64_t seed = 2;
    (void)state;
    for (size_t i = 0; i < N; i++) {
        same[i] = 1700000000000000000;
        even[i] = 1700000000000000000 + (int64_t)i * 60000000000;
        stamps[i] = 1700000000000000000 + (int64_t)(draw(&seed) % 1024) * 1000000;
    }
    assert_int_equal(integers_survive(same, N, 0), 12);
    assert_int_equal(integers_survive(even, N, 1), 28); /* base, slope, unit */
    assert_int_equal(integers_survive(stamps, N, 0), 20 + N * 10 / 8);
}

static void decimals_come_back_small(void **state) {
    double prices[N], percents[N], gone[N];
    uint64_t seed = 3;
    (void)state;
    for (size_t i = 0; i < N; i++) {
        const double dollars = 42000.0 + 0.5 * (double)(draw(&seed) % 1024);
        prices[i] = dollars;
        percents[i] = (double)(6000 + draw(&seed) % 1000) / 100.0 / 100.0; /* as it is read */
        gone[i] = i % 5 == 0 ? NAN : (double)(5 + 5 * (draw(&seed) % 255)) / 10000.0;
    }
    assert_int_equal(doubles_survive(prices, N), 20 + N * 10 / 8);
    assert_int_equal(doubles_survive(percents, N), 12 + N * 10 / 8);
    assert_int_equal(doubles_survive(gone, N), 20 + N * 8 / 8);
}

static double bits_as_double(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void every_double_comes_back(void **state) {
    double values[N];
    uint64_t seed = 4;
    (void)state;
    for (int round = 0; round < 50; round++) {
        for (size_t i = 0; i < N; i++) {
            const uint64_t bits = draw(&seed);
            values[i] = round % 2 ? bits_as_double(bits) : (double)(bits >> 11) * 0x1p-53;
        }
        (void)doubles_survive(values, N);
    }
    const double odd[] = {0.0,     -0.0,         NAN, -NAN, INFINITY, -INFINITY, DBL_MIN,
                          DBL_MAX, DBL_TRUE_MIN, 0.1, 1e22, 1e-15,    1e15,      2251799813685248.0,
                          1e16};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        for (size_t k = 0; k < sizeof odd / sizeof *odd; k++) {
            const double pair[] = {odd[i], odd[k], odd[i]};
            (void)doubles_survive(pair, 3);
        }
    const double gaps[] = {NAN, NAN, NAN};
    (void)doubles_survive(gaps, 3);
    (void)doubles_survive(gaps, 1);
}

/* ---- chunks ---- */

enum { MANY = 3000, INSTRUMENTS = 40 };
static rh_event events[MANY];
static uint32_t places[MANY];
static uint32_t numbers[INSTRUMENTS + 1];

/* A chain that is quoted every minute, with sides that vanish and sides that aren't mentioned. */
static size_t make_events(rh_event_kind kind) {
    uint64_t seed = 5;
    for (size_t i = 0; i < MANY; i++) {
        const uint64_t dice = draw(&seed);
        rh_event *event = &events[i];
        *event = (rh_event){.kind = (uint8_t)kind, .source = 7};
        event->happened = 1700000000000000000 + (int64_t)(i / INSTRUMENTS) * RH_MIN;
        event->known = event->happened + 250 * RH_MS;
        event->instrument = (uint32_t)(i * 7 % INSTRUMENTS);
        for (int v = 0; v < rh_event_values(kind); v++)
            if (dice >> v & 1)
                rh_event_set(event, v, dice >> 8 & 1 ? NAN : (double)(dice >> 32) / 10000.0);
        places[i] = (uint32_t)(2 * i);
    }
    for (size_t i = 0; i <= INSTRUMENTS; i++)
        numbers[i] = i == 0 ? RH_NO_INSTRUMENT : (uint32_t)i - 1;
    return MANY;
}

static size_t encoded; /* events in the chunk, as its row would say */

typedef struct {
    rh_status status;
    rh_error error;
    size_t count;
    rh_event events[MANY + RH_PACK_VALUES];
    uint32_t places[MANY + RH_PACK_VALUES];
} decoded;

static decoded *decode(const uint8_t *bytes, size_t size) {
    static decoded d;
    rh_chunk_reader *reader = rh_chunk_reader_new();
    const rh_chunk_view view = {numbers, INSTRUMENTS + 1, 7};
    assert_non_null(reader);
    /* Exactly as long as it is, so that a sanitizer sees the first byte read past it. */
    uint8_t *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    if (size)
        memcpy(copy, bytes, size);
    size_t count = 1;
    d.count = 0;
    d.status =
        rh_chunk_open(reader, copy, size, (rh_event_kind)events[0].kind, encoded, &view, &d.error);
    while (d.status == RH_OK && count > 0) {
        d.status = rh_chunk_next(reader, d.events + d.count, d.places + d.count, &count, &d.error);
        d.count += count;
        assert_true(d.count <= MANY);
    }
    free(copy);
    rh_chunk_reader_free(reader);
    return &d;
}

/* Places that every event has: as a source's slice they'd be 0, 1, 2 and so on. */
static void encode(rh_chunk_writer *writer, size_t count) {
    static rh_event spread[2 * MANY];
    encoded = count;
    for (size_t i = 0; i < count; i++)
        spread[places[i]] = events[i];
    assert_int_equal(rh_chunk_encode(writer, spread, places, count, NULL), RH_OK);
}

static void chunks_come_back(void **state) {
    (void)state;
    for (int kind = 0; kind < RH_N_EVENT_KINDS; kind++) {
        rh_chunk_writer writer = {0};
        const size_t count = make_events((rh_event_kind)kind);
        encode(&writer, count);
        const decoded *d = decode(writer.bytes, writer.count);
        assert_int_equal(d->status, RH_OK);
        assert_int_equal(d->count, count);
        assert_memory_equal(d->events, events, count * sizeof *events);
        assert_memory_equal(d->places, places, count * sizeof *places);
        rh_chunk_writer_clear(&writer);
    }
}

static void only_wanted_instruments_come_back(void **state) {
    rh_chunk_writer writer = {0};
    size_t wanted = 0;
    (void)state;
    (void)make_events(RH_EVENT_QUOTE);
    encode(&writer, MANY);
    for (size_t i = 0; i <= INSTRUMENTS; i++)
        numbers[i] = i == 3 ? 90 : i == 11 ? 91 : RH_NO_INSTRUMENT;
    const decoded *d = decode(writer.bytes, writer.count);
    assert_int_equal(d->status, RH_OK);
    for (size_t i = 0; i < MANY; i++) {
        if (events[i].instrument != 2 && events[i].instrument != 10)
            continue;
        rh_event expected = events[i];
        expected.instrument = expected.instrument == 2 ? 90 : 91;
        assert_memory_equal(&d->events[wanted], &expected, sizeof expected);
        wanted++;
    }
    assert_int_equal(d->count, wanted);
    numbers[3] = numbers[11] = RH_NO_INSTRUMENT;
    assert_int_equal(decode(writer.bytes, writer.count)->count, 0);
    rh_chunk_writer_clear(&writer);
}

static void damage_is_refused(void **state) {
    enum { FEW = 600 };
    rh_chunk_writer writer = {0};
    (void)state;
    (void)make_events(RH_EVENT_TRADE);
    encode(&writer, FEW);
    for (size_t size = 0; size < writer.count; size++)
        assert_int_equal(decode(writer.bytes, size)->status, RH_BAD_DATA);
    for (size_t i = 0; i < writer.count; i++) {
        writer.bytes[i] ^= 0x10;
        const decoded *d = decode(writer.bytes, writer.count);
        assert_int_equal(d->status, RH_BAD_DATA);
        assert_non_null(strstr(d->error.text, "damaged"));
        writer.bytes[i] ^= 0x10;
    }
    assert_int_equal(decode(writer.bytes, writer.count)->status, RH_OK);
    rh_chunk_writer_clear(&writer);
}

/* A chunk that was made to mislead: its checksum is right, what it says can't be. */
static void lies_are_refused(void **state) {
    static const struct {
        int64_t happened, lag;
        uint32_t instrument;
        uint8_t present;
    } lies[] = {{-1, 0, 0, 1},
                {INT64_MAX, 0, 0, 1},
                {RH_DAY, -2 * RH_DAY, 0, 1},
                {RH_DAY, INT64_MAX - RH_DAY, 0, 1},
                {RH_DAY, 0, INSTRUMENTS, 1},
                {RH_DAY, 0, 0, 4}};
    (void)state;
    (void)make_events(RH_EVENT_TRADE);
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        rh_chunk_writer writer = {0};
        const uint32_t first = 0;
        events[0] =
            (rh_event){.kind = RH_EVENT_TRADE,
                       .happened = lies[i].happened,
                       .known = (int64_t)((uint64_t)lies[i].happened + (uint64_t)lies[i].lag),
                       .instrument = lies[i].instrument,
                       .present = lies[i].present};
        assert_int_equal(rh_chunk_encode(&writer, events, &first, 1, NULL), RH_OK);
        encoded = 1;
        assert_int_equal(decode(writer.bytes, writer.count)->status, RH_BAD_DATA);
        rh_chunk_writer_clear(&writer);
    }
}

static void every_allocation_may_fail(void **state) {
    uint64_t failed = 0;
    rh_status status = RH_FAILED;
    (void)state;
    (void)make_events(RH_EVENT_MARK);
    for (; status != RH_OK && failed < 100; failed += status != RH_OK) {
        rh_chunk_writer writer = {0};
        rh_error error = {0};
        rh_memory_fail_after(failed);
        status = rh_chunk_encode(&writer, events, places, MANY / 2, &error);
        rh_memory_fail_after(UINT64_MAX);
        assert_true(status == RH_OK || error.code == RH_FAILED);
        rh_chunk_writer_clear(&writer);
    }
    assert_true(failed > 2 && failed < 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_come_back),
        cmocka_unit_test(regular_columns_cost_nothing),
        cmocka_unit_test(decimals_come_back_small),
        cmocka_unit_test(every_double_comes_back),
        cmocka_unit_test(chunks_come_back),
        cmocka_unit_test(only_wanted_instruments_come_back),
        cmocka_unit_test(damage_is_refused),
        cmocka_unit_test(lies_are_refused),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
