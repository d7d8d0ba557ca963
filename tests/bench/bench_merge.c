/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_merge [EVENTS]: what it costs to merge 1 to 1,000 streams, each event an instant of its own
 * and the streams taking turns at random, which is the worst; and with 50 events an instant, as
 * chains come. Beside it the floor: the same events copied block by block and looked at, unmerged,
 * and a merge that looks at the head of every stream for every event.
 *
 * Times are of the processor, best of three. */
#include "replay/merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 3, BLOCK = 512, MOST_STREAMS = 1000 };

typedef struct {
    const rh_event *events;
    size_t at, count;
} stream;

static stream streams[MOST_STREAMS];
static size_t n_streams, n_events;
static rh_event *all;
static uint64_t sum; /* of what was looked at, so that nothing is left out */

static double now(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static rh_status fill(void *self, rh_event *block, size_t capacity, const rh_event **events,
                      size_t *got, rh_error *error) {
    stream *s = self;
    (void)events;
    (void)error;
    *got = s->count - s->at < capacity ? s->count - s->at : capacity;
    memcpy(block, s->events + s->at, *got * sizeof *block);
    s->at += *got;
    return RH_OK;
}

static void make_streams(size_t count, unsigned per_instant) {
    uint64_t x = 1;
    n_streams = count;
    for (size_t i = 0; i < count; i++) {
        streams[i] = (stream){all + n_events * i / count, 0,
                              n_events * (i + 1) / count - n_events * i / count};
        rh_time known = 0;
        for (size_t k = 0; k < streams[i].count; k++) {
            x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            known += k % per_instant == 0 ? (rh_time)((x >> 33) % (2000 * count)) : 0;
            all[n_events * i / count + k] =
                (rh_event){.known = known, .instrument = (uint32_t)k, .source = (uint16_t)i};
        }
    }
}

static void look_at(const rh_event *events, size_t count) {
    for (size_t i = 0; i < count; i++)
        sum += (uint64_t)events[i].known;
}

static void copy_only(void) {
    static rh_event block[BLOCK];
    size_t got = 1;
    for (size_t i = 0; i < n_streams; i++, got = 1)
        while (got > 0) {
            (void)fill(&streams[i], block, BLOCK, NULL, &got, NULL);
            look_at(block, got);
        }
}

static void merge_naively(void) {
    static rh_event event;
    for (;;) {
        stream *first = NULL;
        for (size_t i = 0; i < n_streams; i++) {
            stream *s = &streams[i];
            if (s->at < s->count &&
                (!first || s->events[s->at].known < first->events[first->at].known))
                first = s;
        }
        if (!first)
            return;
        event = first->events[first->at++];
        look_at(&event, 1);
    }
}

static void merge(void) {
    rh_merge_input inputs[MOST_STREAMS];
    rh_merge *m = NULL;
    const rh_event *events;
    size_t count = 1;
    for (size_t i = 0; i < n_streams; i++)
        inputs[i] = (rh_merge_input){.self = &streams[i], .fill = fill, .begins = RH_DAWN};
    if (rh_merge_open(inputs, n_streams, &m, NULL) != RH_OK)
        exit(1);
    while (count > 0 && rh_merge_take(m, &events, &count, NULL) == RH_OK)
        look_at(events, count);
    rh_merge_close(m);
}

/* Best nanoseconds an event. */
static double time_of(void (*work)(void)) {
    double best = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < n_streams; i++)
            streams[i].at = 0;
        const double start = now();
        work();
        const double took = now() - start;
        best = took < best ? took : best;
    }
    return 1e9 * best / (double)n_events;
}

int main(int argc, char **argv) {
    static const size_t counts[] = {1, 3, 10, 100, 1000};
    n_events = argc > 1 ? (size_t)strtoull(argv[1], NULL, 10) : 3000000;
    all = malloc((n_events + 1) * sizeof *all);
    if (!all || n_events == 0)
        return 1;
    printf("ns an event\nstreams  events/instant     copied     merged  one by one\n");
    for (unsigned per_instant = 1; per_instant <= 50; per_instant += 49)
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            make_streams(counts[i], per_instant);
            const double floor = time_of(copy_only), merged = time_of(merge);
            const double naive = counts[i] <= 100 ? time_of(merge_naively) : 0.0;
            printf("%7zu  %14u %10.1f %10.1f %11.1f\n", counts[i], per_instant, floor, merged,
                   naive);
        }
    free(all);
    return sum == 42; /* used */
}
