/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/run.h"

#include "base/memory.h"

/* Without data the clock may run on this far, for an expiry that follows the last row closely. */
static const int64_t AFTERGLOW = RH_HOUR;

enum { PROGRESS_EVERY = 4096 /* instants */ };

typedef struct {
    const rh_run_terms *terms;
    rh_run_outcome *outcome;
    const rh_book_change **changes; /* of each book in this instant */
    size_t *n_changes;
    rh_time last_data;
} loop;

static rh_time earlier(rh_time a, rh_time b) {
    return a < b ? a : b;
}

/* The next time that a book or a living lane has asked for. */
static rh_time next_wish(const loop *l) {
    rh_time next = RH_NEVER;
    for (size_t i = 0; i < l->terms->n_books; i++)
        next = earlier(next, rh_book_next_time(l->terms->books[i]));
    for (size_t i = 0; i < l->terms->n_lanes; i++)
        if (l->outcome->status[i] == RH_OK)
            next = earlier(next, rh_lane_next_time(l->terms->lanes[i]));
    return next;
}

static rh_status take_events(loop *l, rh_time now, rh_error *error) {
    const rh_event *events;
    size_t count;
    rh_market_advance(l->terms->market, now);
    if (rh_replay_next_time(l->terms->replay) != now)
        return RH_OK;
    rh_status status = rh_replay_take(l->terms->replay, &events, &count, error);
    for (size_t i = 0; i < count && status == RH_OK; i++)
        rh_market_apply(l->terms->market, &events[i]);
    l->last_data = now;
    return status;
}

static void advance_lanes(loop *l) {
    const rh_run_terms *t = l->terms;
    for (size_t i = 0; i < t->n_lanes; i++) {
        const size_t book = t->book_of_lane[i];
        if (l->outcome->status[i] != RH_OK || !rh_lane_due(t->lanes[i], l->n_changes[book]))
            continue;
        l->outcome->status[i] = rh_lane_advance(t->lanes[i], l->changes[book], l->n_changes[book],
                                                &l->outcome->errors[i]);
    }
}

static rh_status one_instant(loop *l, rh_time now, rh_error *error) {
    rh_status status = take_events(l, now, error);
    if (status != RH_OK)
        return status;
    rh_market_complete(l->terms->market);
    for (size_t i = 0; i < l->terms->n_books; i++)
        rh_book_observe(l->terms->books[i]);
    if (now < l->terms->from)
        return RH_OK;
    for (size_t i = 0; i < l->terms->n_books; i++)
        l->n_changes[i] = rh_book_advance(l->terms->books[i], &l->changes[i]);
    advance_lanes(l);
    if (l->outcome->instants++ == 0)
        l->outcome->first = now;
    l->outcome->last = now;
    if (l->terms->progress && l->outcome->instants % PROGRESS_EVERY == 0)
        l->terms->progress(l->terms->self, now, rh_replay_events(l->terms->replay));
    return RH_OK;
}

static int lanes_finished(const loop *l) {
    for (size_t i = 0; i < l->terms->n_lanes; i++)
        if (l->outcome->status[i] == RH_OK && !rh_lane_finished(l->terms->lanes[i]))
            return 0;
    return 1;
}

/* The next instant to look at, or RH_NEVER at the end. When the data are over, only what the book
 * still has to do soon (an expiry) keeps the clock running. */
static rh_time next_instant(const loop *l) {
    const rh_time data = rh_replay_next_time(l->terms->replay);
    rh_time next = earlier(data, next_wish(l));
    if (data == RH_NEVER) {
        next = RH_NEVER;
        for (size_t i = 0; i < l->terms->n_books; i++)
            next = earlier(next, rh_book_next_time(l->terms->books[i]));
        if (l->last_data == RH_DAWN || next > l->last_data + AFTERGLOW)
            return RH_NEVER;
    }
    return next < l->terms->to ? next : RH_NEVER;
}

static int is_interrupted(const loop *l) {
    return l->terms->interrupted && *l->terms->interrupted;
}

/* Positions alive at `to` are marked there, if the data reach that far; else at the last
 * instant. */
static void finish(loop *l) {
    const rh_run_terms *t = l->terms;
    const int data_go_on = rh_replay_next_time(t->replay) != RH_NEVER;
    if (t->to != RH_NEVER && data_go_on && l->outcome->instants > 0 && !lanes_finished(l)) {
        rh_market_advance(t->market, t->to);
        for (size_t i = 0; i < t->n_books; i++)
            rh_book_observe(t->books[i]);
    }
    for (size_t i = 0; i < t->n_lanes; i++)
        if (l->outcome->status[i] == RH_OK)
            l->outcome->status[i] = rh_lane_end(t->lanes[i], &l->outcome->errors[i]);
}

static rh_status go(loop *l, rh_error *error) {
    for (;;) {
        if (is_interrupted(l))
            return rh_fail(error, RH_INTERRUPTED, "interrupted");
        const rh_time now = next_instant(l);
        if (now == RH_NEVER || lanes_finished(l)) {
            finish(l);
            return RH_OK;
        }
        rh_status status = one_instant(l, now, error);
        if (status != RH_OK)
            return status;
    }
}

rh_status rh_run(const rh_run_terms *terms, rh_run_outcome *outcome, rh_error *error) {
    loop l = {.terms = terms, .outcome = outcome, .last_data = RH_DAWN};
    l.changes = rh_allocate(terms->n_books, sizeof *l.changes);
    l.n_changes = rh_allocate(terms->n_books, sizeof *l.n_changes);
    rh_status status =
        l.changes && l.n_changes ? go(&l, error) : rh_fail(error, RH_FAILED, "out of memory");
    rh_release((void *)l.changes);
    rh_release(l.n_changes);
    return status;
}
