/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replay: one total order of many files, and its instants. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "replay/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_FILES = 4 };

typedef struct {
    rh_catalogue *catalogue;
    rh_replay *replay;
    rh_source_spec specs[MOST_FILES];
    char paths[MOST_FILES][40];
    size_t count;
} tape;

static void add_file(tape *t, const char *text) {
    char *path = t->paths[t->count];
    (void)strcpy(path, "/tmp/test_replay_XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    t->specs[t->count++] = (rh_source_spec){.format = "csv", .path = path};
}

static void make_tape(tape *t, const char *const *texts, size_t count) {
    static const char *const names[] = {"A", "B"};
    *t = (tape){.catalogue = rh_catalogue_new()};
    for (size_t i = 0; i < 2; i++) {
        rh_instrument item = {.multiplier = 1};
        (void)strcpy(item.name, names[i]);
        (void)rh_catalogue_add(t->catalogue, &item);
    }
    for (size_t i = 0; i < count; i++)
        add_file(t, texts[i]);
}

static void open_tape(tape *t) {
    rh_error error;
    if (rh_replay_open(t->specs, t->count, t->catalogue, &t->replay, &error) != RH_OK)
        fail_msg("%s", error.text);
}

static void close_tape(tape *t) {
    rh_replay_close(t->replay);
    rh_catalogue_free(t->catalogue);
    for (size_t i = 0; i < t->count; i++)
        (void)unlink(t->paths[i]);
}

/* The next instant as a text: `time: source.instrument=mark ...`, seconds after T0. */
static const char *next_instant(tape *t, char *out, size_t size) {
    const rh_event *events = NULL;
    rh_error error;
    size_t count = 99;
    const rh_time time = rh_replay_next_time(t->replay);
    if (rh_replay_take(t->replay, &events, &count, &error) != RH_OK)
        fail_msg("%s", error.text);
    if (count == 0) {
        assert_true(time == RH_NEVER);
        return "end";
    }
    int used = snprintf(out, size, "%d:", (int)(time / RH_S));
    for (size_t i = 0; i < count; i++) {
        assert_true(events[i].known == time);
        used += snprintf(out + used, size - (size_t)used, " %u.%u=%g", events[i].source,
                         events[i].instrument, events[i].value[RH_MARK]);
    }
    return out;
}

static void instants_are(tape *t, const char *const *wanted) {
    char text[256];
    for (; *wanted; wanted++)
        assert_string_equal(next_instant(t, text, sizeof text), *wanted);
    assert_string_equal(next_instant(t, text, sizeof text), "end");
    assert_string_equal(next_instant(t, text, sizeof text), "end"); /* and stays there */
}

static void ties_go_by_source_then_row(void **state) {
    static const char *const texts[] = {
        "ts,instrument,mark\n10,A,1\n20,A,2\n20,B,3\n20,A,4\n40,A,5\n",
        "ts,instrument,mark\n5,B,11\n20,B,12\n20,A,13\n30,B,14\n",
        "ts,instrument,mark\n20,A,21\n50,B,22\n",
    };
    static const char *const wanted[] = {
        "5: 1.1=11",  "10: 0.0=1", "20: 0.0=2 0.1=3 0.0=4 1.1=12 1.0=13 2.0=21",
        "30: 1.1=14", "40: 0.0=5", "50: 2.1=22",
        NULL};
    tape t;
    (void)state;
    make_tape(&t, texts, 3);
    open_tape(&t);
    assert_int_equal(rh_replay_n_sources(t.replay), 3);
    assert_true(rh_replay_next_time(t.replay) == 5 * RH_S);
    assert_true(rh_replay_events(t.replay) == 0);
    instants_are(&t, wanted);
    assert_true(rh_replay_events(t.replay) == 11);
    close_tape(&t);
}

/* The same files in another order: the same instants, ties the other way round. */
static void the_order_of_the_files_breaks_ties(void **state) {
    static const char *const texts[] = {"ts,instrument,mark\n20,A,21\n",
                                        "ts,instrument,mark\n10,B,1\n20,B,2\n"};
    static const char *const wanted[] = {"10: 1.1=1", "20: 0.0=21 1.1=2", NULL};
    tape t;
    (void)state;
    make_tape(&t, texts, 2);
    open_tape(&t);
    instants_are(&t, wanted);
    close_tape(&t);
}

static void delays_move_what_is_known(void **state) {
    static const char *const texts[] = {"ts,instrument,mark\n10,A,1\n20,A,2\n",
                                        "ts,instrument,mark\n10,B,11\n15,B,12\n"};
    static const char *const wanted[] = {"10: 0.0=1", "15: 1.1=11", "20: 0.0=2 1.1=12", NULL};
    tape t;
    (void)state;
    make_tape(&t, texts, 2);
    t.specs[1].delay = 5 * RH_S;
    open_tape(&t);
    instants_are(&t, wanted);
    close_tape(&t);
}

static void files_may_be_empty_or_foreign(void **state) {
    static const char *const texts[] = {"ts,instrument,mark\n",
                                        "ts,instrument,mark\n10,C,1\n20,A,2\n30,C,3\n"};
    static const char *const wanted[] = {"20: 1.0=2", NULL};
    rh_source_summary summary;
    tape t;
    (void)state;
    make_tape(&t, texts, 2);
    open_tape(&t);
    instants_are(&t, wanted);
    rh_replay_summarise(t.replay, 1, &summary);
    assert_true(summary.rows == 3 && summary.events == 1 && summary.foreign == 2);
    assert_int_equal(strlen(summary.sha256), 64);
    close_tape(&t);
}

static void no_sources_are_the_end(void **state) {
    static const char *const wanted[] = {NULL};
    tape t;
    (void)state;
    make_tape(&t, NULL, 0);
    open_tape(&t);
    assert_true(rh_replay_next_time(t.replay) == RH_NEVER);
    instants_are(&t, wanted);
    close_tape(&t);
    rh_replay_close(NULL);
}

static void instants_grow_as_needed(void **state) {
    enum { ROWS = 1000 };
    char *text = malloc(ROWS * 20 + 40);
    const rh_event *events;
    rh_error error;
    size_t count, used;
    (void)state;
    assert_non_null(text);
    used = (size_t)sprintf(text, "ts,instrument,mark\n");
    for (int i = 0; i < ROWS; i++)
        used += (size_t)sprintf(text + used, "10,A,%d\n", i + 1);
    const char *texts[] = {text};
    tape t;
    make_tape(&t, texts, 1);
    open_tape(&t);
    assert_int_equal(rh_replay_take(t.replay, &events, &count, &error), RH_OK);
    assert_int_equal(count, ROWS);
    for (int i = 0; i < ROWS; i++)
        assert_true(events[i].value[RH_MARK] == i + 1);
    close_tape(&t);
    free(text);
}

/* Rows enough that a replay doesn't take them all with the first block: 10,A,1 20,A,2 and so on. */
static const char *long_file(int rows) {
    static char text[64 + 4096 * 20];
    int used = sprintf(text, "ts,instrument,mark\n");
    for (int i = 1; i <= rows; i++)
        used += sprintf(text + used, "%d,A,%d\n", 10 * i, i);
    return text;
}

static void draining_reads_to_the_end(void **state) {
    const char *const texts[] = {long_file(4096), "ts,instrument,mark\n40,B,4\n"};
    rh_source_summary summary;
    rh_error error;
    char text[64];
    tape t;
    (void)state;
    make_tape(&t, texts, 2);
    open_tape(&t);
    assert_string_equal(next_instant(&t, text, sizeof text), "10: 0.0=1");
    rh_replay_summarise(t.replay, 0, &summary);
    assert_string_equal(summary.sha256, "");
    assert_int_equal(rh_replay_drain(t.replay, &error), RH_OK);
    assert_true(rh_replay_next_time(t.replay) == RH_NEVER);
    for (size_t i = 0; i < 2; i++) {
        rh_replay_summarise(t.replay, i, &summary);
        assert_int_equal(strlen(summary.sha256), 64);
    }
    assert_true(rh_replay_events(t.replay) == 1); /* drained events were not handed out */
    close_tape(&t);
}

static void a_bad_row_stops_with_its_place(void **state) {
    static const char *const texts[] = {"ts,instrument,mark\n10,A,1\n20,A,x\n",
                                        "ts,instrument,mark\n10,B,4\n"};
    const rh_event *events;
    rh_error error;
    size_t count;
    char place[64];
    tape t;
    (void)state;
    make_tape(&t, texts, 2);
    open_tape(&t);
    assert_int_equal(rh_replay_take(t.replay, &events, &count, &error), RH_BAD_DATA);
    (void)snprintf(place, sizeof place, "%s:3:3: ", t.paths[0]);
    assert_memory_equal(error.text, place, strlen(place));
    close_tape(&t);

    tape again;
    make_tape(&again, texts, 1);
    open_tape(&again);
    assert_int_equal(rh_replay_drain(again.replay, &error), RH_BAD_DATA);
    assert_memory_equal(error.text, again.paths[0], strlen(again.paths[0]));
    close_tape(&again);
}

static void a_source_that_can_t_be_opened_closes_the_others(void **state) {
    static const char *const texts[] = {"ts,instrument,mark\n10,A,1\n", "nonsense\n1\n"};
    rh_error error;
    tape t;
    (void)state;
    make_tape(&t, texts, 2);
    assert_int_equal(rh_replay_open(t.specs, 2, t.catalogue, &t.replay, &error), RH_BAD_DATA);
    assert_memory_equal(error.text, t.paths[1], strlen(t.paths[1]));
    t.specs[1].path = "/nowhere/at/all.csv";
    assert_int_not_equal(rh_replay_open(t.specs, 2, t.catalogue, &t.replay, &error), RH_OK);
    assert_memory_equal(error.text, "/nowhere/at/all.csv", 19);
    assert_null(t.replay);
    close_tape(&t);
}

static rh_status replay_all(tape *t, rh_error *error) {
    const rh_event *events;
    size_t count = 1;
    rh_replay *replay = NULL;
    rh_status status = rh_replay_open(t->specs, t->count, t->catalogue, &replay, error);
    while (status == RH_OK && count > 0)
        status = rh_replay_take(replay, &events, &count, error);
    rh_replay_close(replay);
    return status;
}

static void every_allocation_may_fail(void **state) {
    static const char *const texts[] = {"ts,instrument,mark\n10,A,1\n20,A,2\n",
                                        "ts,instrument,mark\n30,B,2\n20,B,1\n"};
    tape t;
    uint64_t n = 0;
    (void)state;
    make_tape(&t, texts, 2);
    for (;; n++) {
        rh_error error = {.text = ""};
        rh_memory_fail_after(n);
        rh_status status = replay_all(&t, &error);
        rh_memory_fail_after(UINT64_MAX);
        if (status == RH_OK)
            break;
        assert_int_equal(status, RH_FAILED);
        assert_non_null(strstr(error.text, "memory"));
        assert_true(n < 1000);
    }
    assert_true(n > 4);
    close_tape(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ties_go_by_source_then_row),
        cmocka_unit_test(the_order_of_the_files_breaks_ties),
        cmocka_unit_test(delays_move_what_is_known),
        cmocka_unit_test(files_may_be_empty_or_foreign),
        cmocka_unit_test(no_sources_are_the_end),
        cmocka_unit_test(instants_grow_as_needed),
        cmocka_unit_test(draining_reads_to_the_end),
        cmocka_unit_test(a_bad_row_stops_with_its_place),
        cmocka_unit_test(a_source_that_can_t_be_opened_closes_the_others),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
