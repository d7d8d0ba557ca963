/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any number of streams merged are their events sorted, stably, by time and input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "replay/merge.h"

#include <stdlib.h>
#include <string.h>

/* SplitMix64 (Steele, Lea, Flood 2014): the same streams every time. */
static uint64_t noise(uint64_t *seed) {
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

enum { OWN = 3 };

typedef struct {
    rh_event *events;
    size_t count, at;
    size_t fails_at; /* events before a failure; SIZE_MAX: none */
    int lends;       /* events stay with it, few at a time */
    rh_event own[OWN];
} list;

static rh_status fill_from_list(void *self, rh_event *block, size_t capacity,
                                const rh_event **events, size_t *got, rh_error *error) {
    list *l = self;
    rh_event *into = block;
    if (l->lends) { /* what it lent before is gone */
        memset(l->own, 0x55, sizeof l->own);
        capacity = capacity < OWN ? capacity : OWN;
        *events = into = l->own;
    }
    for (*got = 0; *got < capacity && l->at < l->count && l->at < l->fails_at; l->at++)
        into[(*got)++] = l->events[l->at];
    return *got == 0 && l->at == l->fails_at ? rh_fail(error, RH_BAD_DATA, "broken") : RH_OK;
}

typedef struct {
    list *lists;
    rh_merge_input *inputs;
    rh_event *all;
    size_t n_lists, n_all;
} streams;

/* Streams of very different lengths, whose times step by 0 to `widest`: with 0 and 1 most instants
 * have many events, with more few have. */
static streams make_streams(size_t count, size_t longest, uint64_t widest, uint64_t seed) {
    streams s = {.n_lists = count};
    s.lists = calloc(count + 1, sizeof *s.lists);
    s.inputs = calloc(count + 1, sizeof *s.inputs);
    s.all = calloc(count * longest + 1, sizeof *s.all);
    assert_true(s.lists && s.inputs && s.all);
    for (size_t i = 0; i < count; i++) {
        list *l = &s.lists[i];
        *l = (list){.events = s.all + s.n_all, .fails_at = SIZE_MAX, .lends = i % 3 == 1};
        l->count = noise(&seed) % (longest + 1);
        rh_time known = (rh_time)(noise(&seed) % (4 * widest + 1));
        for (size_t k = 0; k < l->count; k++) {
            known += (rh_time)(noise(&seed) % (widest + 1));
            l->events[k] =
                (rh_event){.known = known, .instrument = (uint32_t)k, .source = (uint16_t)i};
        }
        s.n_all += l->count;
        s.inputs[i] = (rh_merge_input){.self = l, .fill = fill_from_list, .begins = RH_DAWN};
    }
    return s;
}

static void free_streams(streams *s) {
    free(s->lists);
    free(s->inputs);
    free(s->all);
}

/* By known, source, and place in the source, which `instrument` holds. */
static int in_order(const void *left, const void *right) {
    const rh_event *a = left, *b = right;
    if (a->known != b->known)
        return a->known < b->known ? -1 : 1;
    if (a->source != b->source)
        return a->source < b->source ? -1 : 1;
    return (a->instrument > b->instrument) - (a->instrument < b->instrument);
}

/* Some streams tell when they begin, exactly or a while before; what never begins is empty. */
static void tell_beginnings(streams *s) {
    for (size_t i = 0; i < s->n_lists; i++) {
        const list *l = &s->lists[i];
        const rh_time first = l->count > 0 ? l->events[0].known : RH_NEVER;
        if (i % 3 > 0)
            s->inputs[i].begins = i % 3 == 1 || first == RH_NEVER ? first : first - 3;
    }
}

/* Nobody has asked a stream for events before its time. */
static void assert_unread_until(const streams *s, rh_time now) {
    for (size_t i = 0; i < s->n_lists; i++)
        assert_true(s->lists[i].at == 0 || s->inputs[i].begins <= now);
}

static void check_merge(size_t count, size_t longest, uint64_t widest, uint64_t seed) {
    streams s = make_streams(count, longest, widest, seed);
    rh_event *wanted = malloc((s.n_all + 1) * sizeof *wanted);
    rh_merge *merge = NULL;
    rh_error error;
    const rh_event *events = NULL;
    size_t n, at = 0;
    assert_non_null(wanted);
    memcpy(wanted, s.all, s.n_all * sizeof *wanted);
    qsort(wanted, s.n_all, sizeof *wanted, in_order);
    tell_beginnings(&s);
    assert_int_equal(rh_merge_open(s.inputs, count, &merge, &error), RH_OK);
    for (;;) {
        const rh_time now = rh_merge_next_time(merge);
        if (count < 100)
            assert_unread_until(&s, now);
        assert_int_equal(rh_merge_take(merge, &events, &n, &error), RH_OK);
        if (n == 0)
            break;
        assert_true(at + n <= s.n_all);
        assert_memory_equal(events, wanted + at, n * sizeof *events);
        assert_true(events[0].known == now && events[n - 1].known == now);
        at += n;
        assert_true(at == s.n_all || wanted[at].known > now); /* the whole instant */
    }
    assert_int_equal(at, s.n_all);
    assert_true(rh_merge_next_time(merge) == RH_NEVER);
    rh_merge_close(merge);
    free(wanted);
    free_streams(&s);
}

static void merging_is_a_stable_sort(void **state) {
    static const size_t counts[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 33};
    static const uint64_t steps[] = {0, 1, 3, 1000, UINT64_C(3600000000000)};
    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        for (size_t k = 0; k < sizeof steps / sizeof *steps; k++)
            for (uint64_t seed = 1; seed <= 4; seed++)
                check_merge(counts[i], 1500, steps[k], seed);
    check_merge(1000, 100, 5, 9);
    check_merge(2000, 40, 100000, 10);
}

/* Nothing of a stream is handed out behind its fault, and the fault is told when its time comes. */
static void a_fault_is_told(void **state) {
    streams s = make_streams(3, 3000, 1000, 3);
    rh_merge *merge = NULL;
    rh_error error = {.text = ""};
    const rh_event *events;
    size_t n = 1, of_it = 0;
    rh_status status = RH_OK;
    (void)state;
    assert_true(s.lists[1].count > 600);
    s.lists[1].fails_at = 600;
    assert_int_equal(rh_merge_open(s.inputs, 3, &merge, &error), RH_OK);
    while (status == RH_OK && n > 0) {
        status = rh_merge_take(merge, &events, &n, &error);
        for (size_t i = 0; i < n && status == RH_OK; i++)
            of_it += events[i].source == 1;
    }
    assert_int_equal(status, RH_BAD_DATA);
    assert_string_equal(error.text, "broken");
    assert_true(of_it >= 599 && of_it <= 600);
    rh_merge_close(merge);
    free_streams(&s);
}

static void draining_reads_every_stream_to_its_end(void **state) {
    streams s = make_streams(5, 3000, 1000, 3);
    rh_merge *merge = NULL;
    rh_error error;
    const rh_event *events;
    size_t n;
    (void)state;
    assert_int_equal(rh_merge_open(s.inputs, 5, &merge, &error), RH_OK);
    assert_int_equal(rh_merge_take(merge, &events, &n, &error), RH_OK);
    assert_int_equal(rh_merge_drain(merge, &error), RH_OK);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(s.lists[i].at, s.lists[i].count);
    assert_true(rh_merge_next_time(merge) == RH_NEVER);
    assert_int_equal(rh_merge_take(merge, &events, &n, &error), RH_OK);
    assert_int_equal(n, 0);
    rh_merge_close(merge);
    free_streams(&s);
}

static void instants_allocate_nothing_in_the_long_run(void **state) {
    streams s = make_streams(3, 100000, 3, 5);
    rh_merge *merge = NULL;
    rh_error error;
    const rh_event *events;
    size_t n = 1, taken = 0;
    (void)state;
    assert_int_equal(rh_merge_open(s.inputs, 3, &merge, &error), RH_OK);
    const uint64_t before = rh_memory_allocations();
    while (n > 0) {
        assert_int_equal(rh_merge_take(merge, &events, &n, &error), RH_OK);
        taken += n;
    }
    assert_int_equal(taken, s.n_all);
    assert_true(rh_memory_allocations() - before <= 2);
    rh_merge_close(merge);
    free_streams(&s);
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    rh_status status;
    uint64_t n = 0;
    do {
        streams s = make_streams(3, 100, 0, 5);
        rh_merge *merge = NULL;
        rh_error error = {.text = ""};
        const rh_event *events;
        size_t count;
        rh_memory_fail_after(n++);
        status = rh_merge_open(s.inputs, 3, &merge, &error);
        if (status == RH_OK)
            status = rh_merge_take(merge, &events, &count, &error);
        rh_memory_fail_after(UINT64_MAX);
        assert_true(status == RH_OK || status == RH_FAILED);
        rh_merge_close(merge);
        free_streams(&s);
    } while (status != RH_OK && n < 100);
    assert_true(n > 6 && n < 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merging_is_a_stable_sort),
        cmocka_unit_test(a_fault_is_told),
        cmocka_unit_test(draining_reads_every_stream_to_its_end),
        cmocka_unit_test(instants_allocate_nothing_in_the_long_run),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
