/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several chunks of one slice: their events come out by place, however the chunks lie in one
 * another, and places that can't be are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "feed/store_schema.h"
#include "feed/store_slices.h"
#include "instrument/catalogue.h"

#include <sqlite3.h>
#include <string.h>

enum { EVENTS = 20000, SLICES = 2, INSTRUMENTS = 3 };

static rh_event events[EVENTS];
static sqlite3 *db;
static rh_chunk_writer writer;

static uint64_t draw(uint64_t *state) { /* SplitMix64 */
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* Kinds and instruments in any order; long stretches of one kind, too. */
static int set_up(void **state) {
    uint64_t seed = 3;
    (void)state;
    for (size_t i = 0; i < EVENTS; i++) {
        const uint64_t dice = draw(&seed);
        const int trade = i % 5000 < 2000 ? i % 5000 < 900 : dice % 7 == 0;
        events[i] = (rh_event){.kind = trade ? RH_EVENT_TRADE : RH_EVENT_QUOTE};
        events[i].known = events[i].happened = 1700000000 * RH_S + (rh_time)i * RH_MS;
        events[i].instrument = (uint32_t)(dice >> 8) % INSTRUMENTS;
        rh_event_set(&events[i], 0, (double)(dice >> 40));
    }
    return 0;
}

static void new_store(void) {
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, rh_store_schema, NULL, NULL, NULL), SQLITE_OK);
}

static void close_store(void) {
    rh_chunk_writer_clear(&writer);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* A chunk of the events at these places of a slice. */
static void put_chunk(int slice, const uint32_t *places, size_t count) {
    sqlite3_stmt *insert;
    const rh_event *from = events + slice * (EVENTS / SLICES);
    assert_int_equal(rh_chunk_encode(&writer, from, places, count, NULL), RH_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db,
                           "INSERT INTO chunk(source_id, slice, kind, events, first_ns,"
                           " last_ns, first_known_ns, last_known_ns, data)"
                           " VALUES(1, ?1, ?2, ?3, 0, 1e18, 0, 1e18, ?4)",
                           -1, &insert, NULL),
        SQLITE_OK);
    (void)sqlite3_bind_int(insert, 1, slice);
    (void)sqlite3_bind_int(insert, 2, from[places[0]].kind);
    (void)sqlite3_bind_int64(insert, 3, (int64_t)count);
    (void)sqlite3_bind_blob64(insert, 4, writer.bytes, writer.count, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(insert), SQLITE_DONE);
    (void)sqlite3_finalize(insert);
    assert_int_equal(sqlite3_exec(db,
                                  "INSERT INTO chunk_instrument SELECT value, last_insert_rowid()"
                                  " FROM json_each('[1, 2, 3]')",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
}

static void put_kind(int slice, rh_event_kind kind) {
    static uint32_t places[EVENTS];
    size_t count = 0;
    for (uint32_t i = 0; i < EVENTS / SLICES; i++)
        if (events[(uint32_t)slice * (EVENTS / SLICES) + i].kind == kind)
            places[count++] = i;
    put_chunk(slice, places, count);
}

/* How many events came before the end or the error; each is the next one that is wanted. */
static size_t read_all(uint32_t unwanted, rh_status *status, rh_error *error) {
    uint32_t numbers[INSTRUMENTS + 1] = {RH_NO_INSTRUMENT, 0, 1, 2};
    const rh_slices_query query = {.source_id = 1,
                                   .view = {numbers, INSTRUMENTS + 1, 0},
                                   .kinds = (1u << RH_N_EVENT_KINDS) - 1,
                                   .from = RH_DAWN,
                                   .to = RH_NEVER,
                                   .known_from = RH_DAWN,
                                   .known_to = RH_NEVER};
    rh_slices *slices = NULL;
    const rh_event *got = NULL;
    size_t count = 1, next = 0, total = 0;
    if (unwanted < INSTRUMENTS)
        numbers[1 + unwanted] = RH_NO_INSTRUMENT;
    *status = rh_slices_open(db, &query, &slices, error);
    while (*status == RH_OK && count > 0) {
        *status = rh_slices_next(slices, &got, &count, error);
        for (size_t i = 0; i < count; i++, next++, total++) {
            while (events[next].instrument == unwanted)
                next++;
            assert_memory_equal(&got[i], &events[next], sizeof *got);
        }
    }
    rh_slices_close(slices);
    return total;
}

static void events_come_by_place(void **state) {
    rh_status status;
    (void)state;
    new_store();
    for (int slice = 0; slice < SLICES; slice++) {
        put_kind(slice, RH_EVENT_QUOTE);
        put_kind(slice, RH_EVENT_TRADE);
    }
    assert_int_equal(read_all(INSTRUMENTS, &status, NULL), EVENTS);
    assert_int_equal(status, RH_OK);
    size_t wanted = 0;
    for (size_t i = 0; i < EVENTS; i++)
        wanted += events[i].instrument != 1;
    assert_int_equal(read_all(1, &status, NULL), wanted);
    assert_int_equal(status, RH_OK);
    close_store();
}

/* Two chunks of the first slice's quotes, as `places` has them. */
static void expect_refused(const uint32_t *places, size_t first, size_t count, const char *part) {
    rh_status status;
    rh_error error = {.text = ""};
    new_store();
    put_chunk(0, places, first);
    put_chunk(0, places + first, count - first);
    (void)read_all(INSTRUMENTS, &status, &error);
    assert_int_equal(status, RH_BAD_DATA);
    if (!strstr(error.text, part))
        fail_msg("'%s' is not in: %s", part, error.text);
    close_store();
}

static void impossible_places_are_refused(void **state) {
    static const uint32_t twice[] = {900, 901, 902, 901, 903}, back[] = {900, 902, 901, 904, 903};
    (void)state;
    for (size_t i = 900; i < 910; i++)
        assert_int_equal(events[i].kind, RH_EVENT_QUOTE);
    expect_refused(twice, 3, 5, "two events in one place");
    expect_refused(back, 2, 5, "places that go back");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_come_by_place),
        cmocka_unit_test(impossible_places_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
