/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The market store: what files say, it says; what is killed or refused leaves no trace; what is
 * damaged is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/output.h"
#include "feed/store.h"
#include "replay/replay.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

enum { MOST_EVENTS = 40000, FILES = 3 };

static char store[64];

static void new_store(void) {
    static int n;
    (void)snprintf(store, sizeof store, "/tmp/test_store_%ld_%d.db", (long)getpid(), n++);
    (void)remove(store);
}

static char paths[FILES + 1][64];

static const char *put_file(int slot, const char *text) {
    (void)snprintf(paths[slot], sizeof paths[slot], "/tmp/test_store_%ld_%d.csv", (long)getpid(),
                   slot);
    FILE *file = fopen(paths[slot], "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
    return paths[slot];
}

static rh_catalogue *catalogue_of(const char *const *names) {
    rh_catalogue *catalogue = rh_catalogue_new();
    for (; catalogue && *names; names++) {
        rh_instrument instrument = {.multiplier = 1.0};
        (void)snprintf(instrument.name, sizeof instrument.name, "%s", *names);
        assert_int_not_equal(rh_catalogue_add(catalogue, &instrument), RH_NO_INSTRUMENT);
    }
    return catalogue;
}

static int remove_store(void **state) {
    (void)state;
    (void)remove(store);
    for (int i = 0; i <= FILES; i++)
        (void)remove(paths[i]);
    return 0;
}

static uint64_t draw(uint64_t *seed) {
    uint64_t z = *seed += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* A file of every kind of event, of 30 instruments or one. */
static const char *make_text(int file) {
    enum { ROWS = 4000, SIZE = ROWS * 100 };
    static char texts[FILES][SIZE];
    uint64_t seed = (uint64_t)file + 1;
    char *text = texts[file];
    int used = snprintf(text, SIZE,
                        "ts,%sbid,bid_size,ask,ask_size,mark,iv_pct,last,close,"
                        "volume,funding_rate,settlement\n",
                        file < 2 ? "instrument," : "");
    for (int i = 0; i < ROWS; i++) {
        const uint64_t dice = draw(&seed);
        used += snprintf(text + used, (size_t)(SIZE - used), "%d,",
                         1700000000 + 60 * (file < 2 ? i / 40 : i));
        if (file < 2)
            used += snprintf(text + used, (size_t)(SIZE - used), "I%d,", (int)(dice % 30));
        used += snprintf(text + used, (size_t)(SIZE - used), "%s,%d,%d.%d,,",
                         dice >> 8 & 1 ? "0" : "0.0405", (int)(dice >> 9 & 127),
                         (int)(dice >> 16 & 1023), (int)(dice >> 26 & 7));
        if (dice >> 30 & 1)
            used += snprintf(text + used, (size_t)(SIZE - used), "0.%d,%d.5,,,,,\n",
                             (int)(dice >> 32 & 65535), (int)(10 + (dice >> 40 & 63)));
        else
            used += snprintf(text + used, (size_t)(SIZE - used), ",,%d,%d,7,%s,%s\n",
                             (int)(1 + (dice >> 31 & 255)), (int)(1 + (dice >> 50)),
                             dice >> 44 & 1 ? "0.0001" : "", dice >> 45 & 7 ? "" : "42000.5");
    }
    return text;
}

static rh_source_spec specs[FILES];

static void make_files(void) {
    for (int i = 0; i < FILES; i++)
        specs[i] = (rh_source_spec){.format = "csv", .path = put_file(i, make_text(i))};
    specs[1].delay = 100 * RH_MS;
    specs[2].instrument = "I7";
    specs[2].stamp = "end";
}

static rh_status bring_in(const rh_source_spec *spec, rh_store_imported *out, rh_error *error) {
    rh_store_writer *writer = NULL;
    rh_status status = rh_store_writer_open(store, &writer, error);
    if (status == RH_OK)
        status = rh_store_import(writer, spec, NULL, out, error);
    rh_store_writer_close(writer);
    return status;
}

static void bring_in_all(void) {
    rh_store_imported got;
    rh_error error = {0};
    new_store();
    make_files();
    for (int i = 0; i < FILES; i++)
        if (bring_in(&specs[i], &got, &error) != RH_OK)
            fail_msg("%s", error.text);
}

typedef struct {
    rh_status status;
    rh_error error;
    size_t count;
    rh_event events[MOST_EVENTS];
    char sha256[RH_DIGEST_TEXT];
    rh_source_summary summaries[FILES];
} history;

static void read_history(const rh_source_spec *sources, const rh_catalogue *catalogue, history *h) {
    rh_replay *replay = NULL;
    const rh_event *events;
    size_t n = 1;
    memset(h, 0, sizeof *h);
    h->status = rh_replay_open(sources, FILES, catalogue, &replay, &h->error);
    while (h->status == RH_OK && n > 0) {
        h->status = rh_replay_take(replay, &events, &n, &h->error);
        assert_true(h->count + n <= MOST_EVENTS);
        if (n > 0)
            memcpy(h->events + h->count, events, n * sizeof *events);
        h->count += n;
    }
    if (h->status == RH_OK) {
        h->status = rh_replay_drain(replay, &h->error);
        rh_replay_digest(replay, h->sha256);
        for (size_t i = 0; i < FILES; i++)
            rh_replay_summarise(replay, i, &h->summaries[i]);
    }
    rh_replay_close(replay);
}

static void stored_specs(rh_source_spec out[FILES]) {
    for (int i = 0; i < FILES; i++)
        out[i] = (rh_source_spec){.format = "csv", .path = "file", .store = store, .stored = i + 1};
}

static void same_histories(const char *const *names) {
    static history files, stored;
    rh_source_spec sources[FILES];
    rh_catalogue *catalogue = catalogue_of(names);
    stored_specs(sources);
    read_history(specs, catalogue, &files);
    read_history(sources, catalogue, &stored);
    if (files.status != RH_OK)
        fail_msg("%s", files.error.text);
    if (stored.status != RH_OK)
        fail_msg("%s", stored.error.text);
    assert_int_equal(stored.count, files.count);
    assert_memory_equal(stored.events, files.events, files.count * sizeof *files.events);
    assert_string_equal(stored.sha256, files.sha256);
    for (int i = 0; i < FILES; i++) {
        const rh_source_summary *a = &files.summaries[i], *b = &stored.summaries[i];
        assert_true(a->rows == b->rows && a->events == b->events && a->foreign == b->foreign &&
                    a->gaps == b->gaps && a->first == b->first && a->last == b->last);
        assert_string_equal(a->note, b->note);
    }
    rh_catalogue_free(catalogue);
}

static void a_store_says_what_its_files_say(void **state) {
    static char all[30][8];
    const char *names[31] = {0};
    (void)state;
    for (int i = 0; i < 30; i++) {
        (void)snprintf(all[i], sizeof all[i], "I%d", i);
        names[i] = all[i];
    }
    bring_in_all();
    same_histories(names);
    same_histories(NAMES("I7"));
    same_histories(NAMES("I29", "I3", "nobody"));
    same_histories(NAMES("nobody"));
}

static void windows_and_names_narrow_it_down(void **state) {
    static history all, some;
    const rh_time from = 1700001200 * RH_S, to = 1700003600 * RH_S;
    rh_source_spec sources[FILES];
    size_t n = 0;
    (void)state;
    bring_in_all();
    rh_catalogue *catalogue = catalogue_of(NAMES("I1", "I2", "I7"));
    stored_specs(sources);
    read_history(sources, catalogue, &all);
    for (int i = 0; i < FILES; i++) {
        sources[i].from = from;
        sources[i].to = to;
        sources[i].instrument = "I2";
    }
    read_history(sources, catalogue, &some);
    for (size_t i = 0; i < all.count; i++) {
        const rh_event *event = &all.events[i];
        if (event->instrument != 1 || event->happened < from || event->happened >= to)
            continue;
        assert_true(n < some.count);
        assert_memory_equal(&some.events[n++], event, sizeof *event);
    }
    assert_int_equal(n, some.count);
    assert_in_range(n, 100, 1000);
    rh_catalogue_free(catalogue);
}

/* ---- bringing in ---- */

static int64_t number_of(const char *sql) {
    sqlite3 *db;
    int64_t number = -1;
    rh_error error = {0};
    if (rh_store_open(store, &db, &error) != RH_OK)
        fail_msg("%s", error.text);
    assert_int_equal(rh_database_number(db, sql, &number), SQLITE_OK);
    (void)sqlite3_close(db);
    return number;
}

static size_t read_bytes(unsigned char *bytes, size_t room) {
    FILE *file = fopen(store, "rb");
    assert_non_null(file);
    const size_t size = fread(bytes, 1, room, file);
    assert_true(size < room);
    (void)fclose(file);
    return size;
}

static void write_store(const unsigned char *bytes, size_t size) {
    FILE *file = fopen(store, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

enum { MOST_BYTES = 4 << 20 };
static unsigned char before[MOST_BYTES], after[MOST_BYTES];

static void the_same_again_changes_nothing(void **state) {
    rh_store_imported got;
    rh_error error = {0};
    (void)state;
    bring_in_all();
    const size_t size = read_bytes(before, MOST_BYTES);
    for (int i = 0; i < FILES; i++) {
        assert_int_equal(bring_in(&specs[i], &got, &error), RH_OK);
        assert_true(got.known);
    }
    assert_int_equal(read_bytes(after, MOST_BYTES), size);
    assert_memory_equal(after, before, size);

    rh_source_spec other = specs[0]; /* the same bytes, understood in another way */
    other.delay = RH_S;
    assert_int_equal(bring_in(&other, &got, &error), RH_OK);
    assert_false(got.known);
    assert_int_equal(number_of("SELECT count(*) FROM source"), FILES + 1);
    assert_int_equal(number_of("SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

static void a_bad_file_leaves_no_trace(void **state) {
    rh_store_imported got;
    rh_error error = {0};
    struct stat there;
    const rh_source_spec bad = {.format = "csv",
                                .path = put_file(FILES, "ts,instrument,bid\n1,NEW,1\n2,NEW,x\n")};
    (void)state;
    new_store();
    make_files();
    assert_int_equal(bring_in(&bad, &got, &error), RH_BAD_DATA);
    assert_non_null(strstr(error.text, ":3:3: "));
    assert_int_not_equal(stat(store, &there), 0); /* not even a store */
    assert_int_equal(bring_in(&specs[0], &got, &error), RH_OK);
    const size_t size = read_bytes(before, MOST_BYTES);
    assert_int_equal(bring_in(&bad, &got, &error), RH_BAD_DATA);
    assert_int_equal(read_bytes(after, MOST_BYTES), size);
    assert_memory_equal(after, before, size);
    assert_int_equal(number_of("SELECT count(*) FROM instrument WHERE name='NEW'"), 0);
}

static int stop_at_once(void *user, uint64_t events, int64_t bytes, int64_t of_bytes) {
    (void)user;
    assert_true(bytes > 0 && bytes <= of_bytes);
    return events > 0;
}

static void an_interrupt_keeps_what_was_there(void **state) {
    const rh_store_watch watch = {stop_at_once, NULL};
    rh_store_writer *writer = NULL;
    rh_store_imported got;
    rh_error error = {0};
    (void)state;
    new_store();
    make_files();
    assert_int_equal(bring_in(&specs[0], &got, &error), RH_OK);
    assert_int_equal(rh_store_writer_open(store, &writer, &error), RH_OK);
    assert_int_equal(rh_store_import(writer, &specs[1], &watch, &got, &error), RH_INTERRUPTED);
    assert_int_equal(rh_store_import(writer, &specs[2], NULL, &got, &error), RH_OK);
    rh_store_writer_close(writer);
    assert_int_equal(number_of("SELECT count(*) FROM source"), 2);
    assert_int_equal(number_of("SELECT count(DISTINCT source_id) FROM chunk"), 2);
}

static void allocations_may_fail(void **state) {
    uint64_t n = 0;
    rh_status status;
    (void)state;
    new_store();
    make_files();
    do {
        rh_store_imported got;
        rh_error error = {0};
        (void)remove(store);
        rh_memory_fail_after(n);
        status = bring_in(&specs[0], &got, &error);
        rh_memory_fail_after(UINT64_MAX);
        assert_true(status == RH_OK || (status == RH_FAILED && *error.text));
        n += n < 60 ? 1 : 7;
    } while (status != RH_OK && n < 1000);
    assert_true(n > 20 && n < 1000);
    assert_int_equal(number_of("SELECT count(*) FROM source"), 1);
}

static void reading_allocations_may_fail(void **state) {
    static history h;
    rh_source_spec sources[FILES];
    uint64_t n = 0;
    (void)state;
    bring_in_all();
    rh_catalogue *catalogue = catalogue_of(NAMES("I1", "I2", "I7"));
    stored_specs(sources);
    do {
        rh_memory_fail_after(n++);
        read_history(sources, catalogue, &h);
        rh_memory_fail_after(UINT64_MAX);
        assert_true(h.status == RH_OK || (h.status == RH_FAILED && *h.error.text));
    } while (h.status != RH_OK && n < 1000);
    assert_true(n > 10 && n < 1000);
    rh_catalogue_free(catalogue);
}

/* ---- damage ---- */

/* Bytes change at random; what is read then is the truth, or an error, and nothing else. */
static void damage_is_told(void **state) {
    static history truth, h;
    uint64_t seed = 9;
    int told = 0;
    rh_source_spec sources[FILES];
    (void)state;
    bring_in_all();
    rh_catalogue *catalogue = catalogue_of(NAMES("I1", "I2", "I7"));
    stored_specs(sources);
    read_history(sources, catalogue, &truth);
    const size_t size = read_bytes(before, MOST_BYTES);
    for (int round = 0; round < 400; round++) {
        memcpy(after, before, size);
        for (int k = 0; k < 3; k++)
            after[draw(&seed) % size] ^= (unsigned char)(1u << draw(&seed) % 8);
        write_store(after, round % 4 ? size : draw(&seed) % size);
        read_history(sources, catalogue, &h);
        if (h.status == RH_OK) /* what was hit isn't read, or is a count that nobody checks */
            assert_memory_equal(h.events, truth.events, sizeof *h.events);
        else
            assert_true(h.status == RH_BAD_DATA &&
                        strncmp(h.error.text, store, strlen(store)) == 0);
        told += h.status != RH_OK;
    }
    assert_true(told > 100);
    rh_catalogue_free(catalogue);
}

static void other_files_are_refused(void **state) {
    rh_store_imported got;
    rh_error error = {0};
    sqlite3 *db;
    (void)state;
    make_files();
    assert_int_equal(rh_store_open("/nowhere/at/all.db", &db, &error), RH_BAD_DATA);
    new_store();
    write_store((const unsigned char *)"no database at all", 18);
    assert_int_equal(bring_in(&specs[0], &got, &error), RH_BAD_DATA);
    assert_non_null(strstr(error.text, "is not a market store"));
    assert_int_equal(sqlite3_open(store, &db), SQLITE_OK);
    (void)sqlite3_close(db);
    write_store((const unsigned char *)"", 0);
    assert_int_equal(bring_in(&specs[0], &got, &error), RH_BAD_DATA);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_store_says_what_its_files_say, remove_store),
        cmocka_unit_test_teardown(windows_and_names_narrow_it_down, remove_store),
        cmocka_unit_test_teardown(the_same_again_changes_nothing, remove_store),
        cmocka_unit_test_teardown(a_bad_file_leaves_no_trace, remove_store),
        cmocka_unit_test_teardown(an_interrupt_keeps_what_was_there, remove_store),
        cmocka_unit_test_teardown(allocations_may_fail, remove_store),
        cmocka_unit_test_teardown(reading_allocations_may_fail, remove_store),
        cmocka_unit_test_teardown(damage_is_told, remove_store),
        cmocka_unit_test_teardown(other_files_are_refused, remove_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
