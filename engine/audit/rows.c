/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rows.c: a row beside the rows of its instrument that came before it. */
#include "audit/audit_parts.h"

#include <math.h>
#include <string.h>

/* A run of equal prices is told when it is this long. */
enum { STALE_ROWS = 60 };
static const int64_t STALE_TIME = RH_HOUR;

static const double LARGE_RATE = 0.005;

static double seconds(int64_t time) {
    return (double)time / (double)RH_S;
}

static const rh_instrument *instrument_of(const rh_audit *audit, const rh_event *event) {
    return rh_catalogue_get(audit->catalogue, event->instrument);
}

/* ---- order and repetition ---- */

static int same_numbers(const rh_event *a, const rh_event *b) {
    if (a->present != b->present)
        return 0;
    for (int i = 0; i < 5; i++)
        if (rh_event_has(a, i) && memcmp(&a->value[i], &b->value[i], sizeof a->value[i]) != 0)
            return 0;
    return 1;
}

static void test_order(rh_audit *audit, const rh_event *event, const rh_audit_memory *memory) {
    char then[RH_TIME_TEXT], when[RH_TIME_TEXT];
    if (event->known < event->happened)
        rh_audit_note(audit, RH_FINDING_FUTURE, seconds(event->happened - event->known),
                      event->instrument, event->source, "happened at %s",
                      rh_time_text(event->happened, when));
    if (memory->happened != RH_DAWN && event->happened < memory->happened)
        rh_audit_note(audit, RH_FINDING_DISORDER, seconds(memory->happened - event->happened),
                      event->instrument, event->source, "happened at %s, after one of %s",
                      rh_time_text(event->happened, when), rh_time_text(memory->happened, then));
}

static void test_duplicate(rh_audit *audit, const rh_event *event, const rh_event *before) {
    if (before->present && before->happened == event->happened && same_numbers(event, before))
        rh_audit_note(audit, RH_FINDING_DUPLICATE, 1.0, event->instrument, event->source,
                      "the same row twice");
}

static void end_run(rh_audit *audit, uint32_t instrument, uint16_t source, rh_time to) {
    rh_audit_memory *memory = &audit->memory[instrument];
    char from[RH_TIME_TEXT];
    if (memory->repeats + 1 >= STALE_ROWS && to - memory->repeats_from >= STALE_TIME)
        rh_audit_note(audit, RH_FINDING_STALE_RUN, (double)(memory->repeats + 1), instrument,
                      source, "from %s on", rh_time_text(memory->repeats_from, from));
    memory->repeats = 0;
}

static void test_stale(rh_audit *audit, const rh_event *event, const rh_event *before) {
    rh_audit_memory *memory = &audit->memory[event->instrument];
    if (instrument_of(audit, event)->kind == RH_OPTION ||
        (event->kind != RH_EVENT_QUOTE && event->kind != RH_EVENT_BAR) || !before->present)
        return;
    if (!same_numbers(event, before)) {
        end_run(audit, event->instrument, event->source, before->known);
        return;
    }
    if (memory->repeats++ == 0)
        memory->repeats_from = before->known;
}

void rh_audit_end_rows(rh_audit *audit) {
    for (uint32_t i = 0; i < rh_catalogue_count(audit->catalogue); i++) {
        const rh_audit_memory *memory = &audit->memory[i];
        const rh_event *quote = &memory->before[RH_EVENT_QUOTE],
                       *bar = &memory->before[RH_EVENT_BAR];
        const rh_event *last = quote->known > bar->known ? quote : bar;
        end_run(audit, i, last->source, last->known);
    }
}

/* ---- bars ---- */

static void test_bar_range(rh_audit *audit, const rh_event *event) {
    const double *v = event->value;
    double top = v[RH_CLOSE], bottom = v[RH_CLOSE];
    if (rh_event_has(event, RH_OPEN)) {
        top = fmax(top, v[RH_OPEN]);
        bottom = fmin(bottom, v[RH_OPEN]);
    }
    const double high = rh_event_has(event, RH_HIGH) ? v[RH_HIGH] : top;
    const double low = rh_event_has(event, RH_LOW) ? v[RH_LOW] : bottom;
    const double off = fmax(fmax(top - high, low - bottom), low - high);
    if (off > 0.0)
        rh_audit_note(audit, RH_FINDING_BAR_RANGE, off / v[RH_CLOSE], event->instrument,
                      event->source, "open %.10g high %.10g low %.10g close %.10g", v[RH_OPEN],
                      high, low, v[RH_CLOSE]);
}

/* The length of a bar is the smallest distance of two so far. */
static void test_bar_gap(rh_audit *audit, const rh_event *event, const rh_event *before) {
    rh_audit_memory *memory = &audit->memory[event->instrument];
    const int64_t step = event->happened - before->happened;
    char from[RH_TIME_TEXT];
    if (!before->present || step <= 0)
        return;
    if (memory->bar_step == 0 || step < memory->bar_step)
        memory->bar_step = step;
    const int64_t periods = (step + memory->bar_step / 2) / memory->bar_step;
    if (periods > 1)
        rh_audit_note(audit, RH_FINDING_BAR_MISSING, (double)(periods - 1), event->instrument,
                      event->source, "after %s", rh_time_text(before->happened, from));
}

/* ---- funding ---- */

/* Rows closer than half an interval are a rate that flows, not stamps. */
static void test_funding(rh_audit *audit, const rh_event *event, const rh_event *before) {
    const double rate = event->value[RH_RATE];
    char from[RH_TIME_TEXT];
    if (fabs(rate) > LARGE_RATE)
        rh_audit_note(audit, RH_FINDING_FUNDING_LARGE, fabs(rate), event->instrument, event->source,
                      "%+.4f %%", 100.0 * rate);
    if (!rh_event_has(event, RH_INTERVAL) || !(event->value[RH_INTERVAL] >= 1.0) ||
        !before->present)
        return;
    const int64_t interval = (int64_t)(event->value[RH_INTERVAL] * (double)RH_S);
    const int64_t step = event->happened - before->happened;
    if (step < interval / 2)
        return;
    const int64_t periods = (step + interval / 2) / interval, off = event->happened % interval;
    if (periods > 1)
        rh_audit_note(audit, RH_FINDING_FUNDING_MISSING, (double)(periods - 1), event->instrument,
                      event->source, "after %s", rh_time_text(before->happened, from));
    if (off != 0 && RH_DAY % interval == 0)
        rh_audit_note(audit, RH_FINDING_FUNDING_OFF_GRID,
                      seconds(off < interval / 2 ? off : interval - off), event->instrument,
                      event->source, "every %g h", seconds(interval) / 3600.0);
}

void rh_audit_row(rh_audit *audit, const rh_event *event) {
    rh_audit_memory *memory = &audit->memory[event->instrument];
    rh_event *before = &memory->before[event->kind];
    test_order(audit, event, memory);
    test_duplicate(audit, event, before);
    test_stale(audit, event, before);
    if (event->kind == RH_EVENT_BAR) {
        test_bar_range(audit, event);
        test_bar_gap(audit, event, before);
    }
    if (event->kind == RH_EVENT_FUNDING)
        test_funding(audit, event, before);
    *before = *event;
    memory->kinds |= 1u << event->kind;
    if (memory->happened == RH_DAWN || event->happened > memory->happened)
        memory->happened = event->happened;
}
