/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/sorting.h"

#include "base/memory.h"

#include <string.h>

enum { BLOCK = 512, RUN = 16 };

struct rh_sorting {
    rh_sorting_fill fill;
    void *self;
    const char *path;
    int64_t window;
    rh_event *events, *scratch;
    size_t capacity;
    size_t at, ready, count; /* handed out before `at`; in order for good before `ready` */
    rh_time latest;
    int ended;
    rh_status status; /* once ended */
    rh_error error;
};

/* ---- the sort ---- */

static void insert_in_run(rh_event *events, size_t count) {
    for (size_t i = 1; i < count; i++) {
        size_t place = i;
        while (place > 0 && events[place - 1].known > events[i].known)
            place--;
        if (place == i)
            continue;
        const rh_event event = events[i];
        memmove(events + place + 1, events + place, (i - place) * sizeof *events);
        events[place] = event;
    }
}

/* How many of the sorted events were known before `time`, or at it too. */
static size_t count_until(const rh_event *events, size_t count, rh_time time, int with) {
    size_t low = 0;
    while (low < count) {
        const size_t middle = low + (count - low) / 2;
        if (events[middle].known < time || (with && events[middle].known == time))
            low = middle + 1;
        else
            count = middle;
    }
    return low;
}

/* Two sorted parts that meet at `middle`; only where they overlap is anything moved. */
static void merge(rh_event *events, size_t middle, size_t count, rh_event *scratch) {
    const size_t from = count_until(events, middle, events[middle].known, 1);
    const size_t end =
        middle + count_until(events + middle, count - middle, events[middle - 1].known, 0);
    const size_t n_left = middle - from;
    size_t left = 0, right = middle, to = from;
    memcpy(scratch, events + from, n_left * sizeof *events);
    while (left < n_left && right < end)
        events[to++] =
            events[right].known < scratch[left].known ? events[right++] : scratch[left++];
    memcpy(events + to, scratch + left, (n_left - left) * sizeof *events);
}

void rh_sort_events(rh_event *events, size_t count, rh_event *scratch) {
    for (size_t at = 0; at < count; at += RUN)
        insert_in_run(events + at, count - at < RUN ? count - at : RUN);
    for (size_t width = RUN; width < count; width *= 2)
        for (size_t at = 0; at + width < count; at += 2 * width) {
            const size_t both = count - at < 2 * width ? count - at : 2 * width;
            if (events[at + width].known < events[at + width - 1].known)
                merge(events + at, width, both, scratch);
        }
}

/* ---- the window ---- */

static rh_status grow(rh_sorting *s, rh_error *error) {
    char window[RH_DURATION_TEXT];
    const size_t larger = s->capacity ? 2 * s->capacity : BLOCK;
    if (larger > RH_SORTING_MOST)
        return rh_fail(error, RH_BAD_DATA,
                       "%s: more than %d events lie within a disorder of %s; say a smaller one, or "
                       "sort the file by time",
                       s->path, RH_SORTING_MOST, rh_duration_text(s->window, window));
    if (rh_resize_array(&s->events, larger, sizeof *s->events) != 0 ||
        rh_resize_array(&s->scratch, larger, sizeof *s->scratch) != 0)
        return rh_fail(error, RH_FAILED, "%s: no memory to sort", s->path);
    s->capacity = larger;
    return RH_OK;
}

rh_status rh_sorting_open(rh_sorting_fill fill, void *self, int64_t window, const char *path,
                          rh_sorting **out, rh_error *error) {
    rh_sorting *s = rh_allocate(1, sizeof *s);
    if (!s)
        return rh_fail(error, RH_FAILED, "%s: no memory to sort", path);
    s->fill = fill;
    s->self = self;
    s->window = window;
    s->path = path;
    s->latest = RH_DAWN;
    rh_status status = grow(s, error);
    if (status != RH_OK)
        rh_sorting_close(s);
    else
        *out = s;
    return status;
}

void rh_sorting_close(rh_sorting *s) {
    if (!s)
        return;
    rh_release(s->events);
    rh_release(s->scratch);
    rh_release(s);
}

static rh_status refuse_late(const rh_sorting *s, const rh_event *event, rh_error *error) {
    char at[RH_TIME_TEXT], by[RH_DURATION_TEXT], window[RH_DURATION_TEXT];
    return rh_fail(
        error, RH_BAD_DATA,
        "%s: an event of %s comes %s after a later one, beyond the disorder of %s; say "
        "disorder: %s, or sort by time",
        s->path, rh_time_text(event->known, at), rh_duration_text(s->latest - event->known, by),
        rh_duration_text(s->window, window), rh_duration_text(s->latest - event->known, by));
}

/* What was known until then, nothing that is still to come can precede. */
static rh_time horizon(const rh_sorting *s) {
    return s->latest < RH_DAWN + s->window ? RH_DAWN : s->latest - s->window;
}

/* Looks at what has come in: the latest time, and whether anything comes too late. */
static rh_status look_at(rh_sorting *s, size_t from, rh_error *error) {
    for (size_t i = from; i < s->count; i++) {
        const rh_event *event = &s->events[i];
        if (event->known < horizon(s)) {
            s->count = i;
            return refuse_late(s, event, error);
        }
        s->latest = event->known > s->latest ? event->known : s->latest;
    }
    return RH_OK;
}

/* Fills up what is free, sorts, and finds how much of it is in order for good. */
static void read_more(rh_sorting *s) {
    const size_t from = s->count, room = s->capacity - s->count;
    size_t got = 0;
    s->status = s->fill(s->self, s->events + from, room, &got, &s->error);
    s->count += got;
    s->ended = s->status != RH_OK || got < room;
    rh_error late;
    const rh_status status = look_at(s, from, &late);
    if (status != RH_OK) {
        s->ended = 1;
        s->status = status;
        s->error = late;
    }
    rh_sort_events(s->events, s->count, s->scratch);
    s->ready = s->ended ? s->count : count_until(s->events, s->count, horizon(s), 1);
}

static void make_ready(rh_sorting *s) {
    memmove(s->events, s->events + s->at, (s->count - s->at) * sizeof *s->events);
    s->count -= s->at;
    s->at = s->ready = 0;
    while (s->ready == 0 && !s->ended) {
        /* Half of it stays free for each reading, as long as it may grow. */
        if (s->count == s->capacity ||
            (s->count > s->capacity / 2 && s->capacity < RH_SORTING_MOST))
            s->status = grow(s, &s->error);
        if (s->status == RH_OK)
            read_more(s);
        else
            s->ended = 1;
    }
}

rh_status rh_sorting_take(rh_sorting *s, rh_event *block, size_t capacity, size_t *got,
                          rh_error *error) {
    while (*got < capacity) {
        if (s->at == s->ready && !s->ended)
            make_ready(s);
        const size_t left = s->ready - s->at, room = capacity - *got;
        const size_t part = left < room ? left : room;
        if (part == 0)
            break;
        memcpy(block + *got, s->events + s->at, part * sizeof *block);
        s->at += part;
        *got += part;
    }
    if (s->status != RH_OK && s->at == s->ready && *got < capacity) {
        *error = s->error;
        return s->status;
    }
    return RH_OK;
}
