/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bounded disorder: a stable sort within a window, in constant memory, and refused beyond it. */
#include "test_feed_support.h"

#include "base/memory.h"
#include "feed/sorting.h"

enum { MOST = 40000 };

static rh_event events[MOST], sorted[MOST], scratch[MOST];

/* By known, then as they came, which `instrument` says. */
static int in_order(const void *left, const void *right) {
    const rh_event *a = left, *b = right;
    if (a->known != b->known)
        return a->known < b->known ? -1 : 1;
    return (a->instrument > b->instrument) - (a->instrument < b->instrument);
}

/* Times rise by 0 to 3 ns on average, and each is late by up to `window`. */
static void make_events(size_t count, uint64_t window, uint64_t seed) {
    rh_time time = 1000000;
    for (size_t i = 0; i < count; i++) {
        time += (rh_time)(noise(&seed) % 4);
        const rh_time late = (rh_time)(noise(&seed) % (window + 1));
        events[i] = (rh_event){.known = time - late, .instrument = (uint32_t)i};
    }
    memcpy(sorted, events, count * sizeof *events);
    qsort(sorted, count, sizeof *sorted, in_order);
}

static void the_sort_is_stable(void **state) {
    static const size_t counts[] = {0, 1, 2, 15, 16, 17, 31, 33, 100, 1000, 4097, MOST};
    static const uint64_t windows[] = {0, 1, 10, 1000, 1000000};
    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        for (size_t k = 0; k < sizeof windows / sizeof *windows; k++) {
            make_events(counts[i], windows[k], 17 * i + k);
            rh_sort_events(events, counts[i], scratch);
            assert_memory_equal(events, sorted, counts[i] * sizeof *events);
        }
}

typedef struct {
    size_t at, count, fails_at;
} list;

static rh_status fill_from_list(void *self, rh_event *block, size_t capacity, size_t *got,
                                rh_error *error) {
    list *l = self;
    for (; *got < capacity && l->at < l->count && l->at < l->fails_at; l->at++)
        block[(*got)++] = events[l->at];
    return *got < capacity && l->at == l->fails_at ? rh_fail(error, RH_BAD_DATA, "broken") : RH_OK;
}

/* Takes in pieces of `piece`; how many came, with the status. */
static rh_status take_all(list *l, int64_t window, size_t piece, size_t *total, rh_error *error) {
    rh_sorting *sorting = NULL;
    size_t got;
    rh_status status = rh_sorting_open(fill_from_list, l, window, "f", &sorting, error);
    for (*total = 0; status == RH_OK; *total += got) {
        got = 0;
        status = rh_sorting_take(sorting, scratch + *total,
                                 MOST - *total < piece ? MOST - *total : piece, &got, error);
        if (got == 0)
            break;
    }
    rh_sorting_close(sorting);
    return status;
}

static void a_window_is_put_in_order(void **state) {
    static const uint64_t windows[] = {1, 10, 1000, 1000000};
    (void)state;
    for (size_t k = 0; k < sizeof windows / sizeof *windows; k++)
        for (size_t piece = 1; piece <= 5000; piece = piece * 7 + 1) {
            list l = {.count = MOST - 1, .fails_at = SIZE_MAX};
            rh_error error = {.text = ""};
            size_t total;
            make_events(l.count, windows[k], k);
            if (take_all(&l, (int64_t)windows[k], piece, &total, &error) != RH_OK)
                fail_msg("%s", error.text);
            assert_int_equal(total, l.count);
            assert_memory_equal(scratch, sorted, total * sizeof *events);
        }
}

static void more_is_an_error(void **state) {
    list l = {.count = 20000, .fails_at = SIZE_MAX};
    rh_error error = {.text = ""};
    size_t total;
    (void)state;
    for (size_t i = 0; i < l.count; i++)
        events[i] = (rh_event){.known = (rh_time)i * RH_S};
    events[15000].known = 14000 * RH_S;
    assert_int_equal(take_all(&l, 5 * RH_S, 512, &total, &error), RH_BAD_DATA);
    assert_string_equal(error.text, "f: an event of 1970-01-01T03:53:20Z comes 999s after a later "
                                    "one, beyond the disorder of 5s; say disorder: 999s, or sort "
                                    "by time");
    assert_int_equal(total, 15000); /* all that came before it */
    for (size_t i = 0; i < total; i++)
        assert_true(scratch[i].known == (rh_time)i * RH_S);
    l.at = 0;
    assert_int_equal(take_all(&l, 999 * RH_S, 512, &total, &error), RH_OK);
    assert_int_equal(total, l.count);
}

static void a_failure_comes_after_what_stands_before_it(void **state) {
    list l = {.count = 9000, .fails_at = 8000};
    rh_error error = {.text = ""};
    size_t total;
    (void)state;
    make_events(l.count, 100, 1);
    assert_int_equal(take_all(&l, 100, 300, &total, &error), RH_BAD_DATA);
    assert_string_equal(error.text, "broken");
    assert_int_equal(total, 8000);
}

static rh_status fill_with_one_time(void *self, rh_event *block, size_t capacity, size_t *got,
                                    rh_error *error) {
    (void)self;
    (void)error;
    for (; *got < capacity; ++*got)
        block[*got] = (rh_event){.known = 7};
    return RH_OK;
}

static void a_window_has_a_bounded_number(void **state) {
    rh_sorting *sorting = NULL;
    rh_error error = {.text = ""};
    size_t got = 0;
    (void)state;
    assert_int_equal(rh_sorting_open(fill_with_one_time, NULL, RH_S, "f", &sorting, &error), RH_OK);
    assert_int_equal(rh_sorting_take(sorting, scratch, 10, &got, &error), RH_BAD_DATA);
    assert_non_null(strstr(error.text, "f: more than 524288 events lie within a disorder of 1s"));
    rh_sorting_close(sorting);
}

static void every_allocation_may_fail(void **state) {
    rh_status status;
    uint64_t n = 0;
    (void)state;
    make_events(MOST - 1, 1000000, 5);
    do {
        list l = {.count = MOST - 1, .fails_at = SIZE_MAX};
        rh_error error = {.text = ""};
        size_t total;
        rh_memory_fail_after(n++);
        status = take_all(&l, 1000000, 512, &total, &error);
        rh_memory_fail_after(UINT64_MAX);
        assert_true(status == RH_OK || (status == RH_FAILED && strstr(error.text, "no memory")));
    } while (status != RH_OK && n < 100);
    assert_true(n > 5 && n < 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sort_is_stable),
        cmocka_unit_test(a_window_is_put_in_order),
        cmocka_unit_test(more_is_an_error),
        cmocka_unit_test(a_failure_comes_after_what_stands_before_it),
        cmocka_unit_test(a_window_has_a_bounded_number),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
