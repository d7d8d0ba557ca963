/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/run.h"

#include "base/memory.h"
#include "run/alarms.h"

/* Without data the clock may run on this far, for an expiry that follows the last row closely. */
static const int64_t AFTERGLOW = RH_HOUR;

enum { PROGRESS_EVERY = 4096 /* instants */ };

typedef struct rh_runner {
    const rh_run_terms *terms;
    rh_run_outcome *outcome;
    const rh_book_change **changes; /* of each book in this instant */
    size_t *n_changes;
    rh_alarms *alarms;
    size_t *due;    /* lanes to look at in this instant */
    size_t living;  /* lanes that have neither finished nor failed */
    rh_time coming; /* data, as the next instant was chosen */
    rh_time last_data;
    rh_calm calm;   /* until RH_DAWN: there is none */
    int only_hedge; /* nothing in this instant's data ends the calm but a price */
} loop;             /* what a runner is */

static rh_time earlier(rh_time a, rh_time b) {
    return a < b ? a : b;
}

/* The next time that a book or a lane has asked for. */
static rh_time next_wish(const loop *l) {
    rh_time next = rh_alarms_next_time(l->alarms);
    for (size_t i = 0; i < l->terms->n_books; i++)
        next = earlier(next, rh_book_next_time(l->terms->books[i]));
    return next;
}

static rh_time next_data(const loop *l) {
    return l->terms->stream->next_time(l->terms->stream->self);
}

/* It tells of the calm's hedge, and of nothing else that matters. */
static int is_of_hedge(const rh_calm *calm, const rh_event *event) {
    const int index = event->kind == RH_EVENT_MARK && rh_event_has(event, RH_INDEX);
    return event->instrument == calm->hedge && event->kind != RH_EVENT_SETTLEMENT &&
           !(index && calm->follows_index);
}

static rh_status take_events(loop *l, rh_time now, rh_error *error) {
    const rh_stream *stream = l->terms->stream;
    const rh_event *events;
    size_t count;
    rh_market_advance(l->terms->market, now);
    l->only_hedge = 1;
    if (l->coming != now)
        return RH_OK;
    rh_status status = stream->take(stream->self, &events, &count, error);
    for (size_t i = 0; i < count && status == RH_OK; i++) {
        rh_market_apply(l->terms->market, &events[i]);
        l->only_hedge &= is_of_hedge(&l->calm, &events[i]);
    }
    l->last_data = now;
    l->outcome->events += count;
    return status;
}

/* ---- lanes ---- */

static rh_status set_alarm(loop *l, size_t i, rh_error *error) {
    const rh_lane *lane = l->terms->lanes[i];
    const int over = l->outcome->status[i] != RH_OK || rh_lane_finished(lane);
    const size_t book = l->terms->book_of_lane[i];
    rh_status status = RH_OK;
    for (size_t k = 0; k < rh_lane_n_watches(lane) && status == RH_OK; k++) {
        rh_watch watch;
        if (over)
            watch = (rh_watch){.at = RH_NEVER};
        else
            rh_lane_watch(lane, k, &watch);
        status = rh_alarms_set(l->alarms, i, k, book, &watch, error);
    }
    return status;
}

static rh_status advance_lane(loop *l, size_t i, rh_error *error) {
    const rh_run_terms *t = l->terms;
    const size_t book = t->book_of_lane[i];
    if (l->outcome->status[i] != RH_OK || rh_lane_finished(t->lanes[i]))
        return RH_OK;
    if (rh_lane_due(t->lanes[i], l->n_changes[book]))
        l->outcome->status[i] = rh_lane_advance(t->lanes[i], l->changes[book], l->n_changes[book],
                                                &l->outcome->errors[i]);
    /* Set anew though it wasn't due: a time that has come must not keep the clock standing. */
    l->living -= (size_t)(l->outcome->status[i] != RH_OK || rh_lane_finished(t->lanes[i]));
    return set_alarm(l, i, error);
}

/* A change of the book or a funding stamp concerns every lane, else the alarms tell. */
static rh_status advance_lanes(loop *l, rh_error *error) {
    const rh_run_terms *t = l->terms;
    int all = rh_market_funding_stamp(t->market);
    for (size_t i = 0; i < t->n_books; i++)
        all |= l->n_changes[i] > 0;
    const size_t count = all ? t->n_lanes : rh_alarms_due(l->alarms, t->books, t->market, l->due);
    rh_status status = RH_OK;
    for (size_t i = 0; i < count && status == RH_OK; i++)
        status = advance_lane(l, all ? i : l->due[i], error);
    return status;
}

/* ---- calm ---- */

/* For how long nobody will be due. */
static void look_ahead(loop *l) {
    const rh_run_terms *t = l->terms;
    l->calm.until = RH_DAWN;
    if (t->n_books == 0)
        return;
    rh_calm calm = rh_calm_everywhere(rh_book_hedge(t->books[0]));
    calm.until = rh_alarms_next_time(l->alarms);
    for (size_t i = 0; i < t->n_books; i++) {
        if (rh_book_hedge(t->books[i]) != calm.hedge)
            return;
        calm.until = earlier(calm.until, rh_book_alone_until(t->books[i]));
    }
    if (calm.until > rh_market_now(t->market) &&
        rh_alarms_calm(l->alarms, t->books, t->market, &calm))
        l->calm = calm;
}

static int still_calm(const loop *l) {
    return l->only_hedge && rh_calm_holds(&l->calm, l->terms->market) &&
           !rh_market_funding_stamp(l->terms->market);
}

/* ---- instants ---- */

static rh_status advance_all(loop *l, rh_error *error) {
    for (size_t i = 0; i < l->terms->n_books; i++)
        l->n_changes[i] = rh_book_advance(l->terms->books[i], &l->changes[i]);
    const rh_status status = advance_lanes(l, error);
    if (status == RH_OK)
        look_ahead(l);
    return status;
}

static rh_status one_instant(loop *l, rh_time now, rh_error *error) {
    rh_status status = take_events(l, now, error);
    if (status != RH_OK)
        return status;
    rh_market_complete(l->terms->market);
    const int calm = still_calm(l);
    for (size_t i = 0; i < l->terms->n_books; i++)
        (calm ? rh_book_follow : rh_book_observe)(l->terms->books[i]);
    if (now < l->terms->from)
        return RH_OK;
    if (!calm)
        status = advance_all(l, error);
    if (l->outcome->instants++ == 0)
        l->outcome->first = now;
    l->outcome->last = now;
    if (l->terms->progress && l->outcome->instants % PROGRESS_EVERY == 0)
        l->terms->progress(l->terms->self, now, l->outcome->events);
    return status;
}

/* The next instant to look at, or RH_NEVER at the end. When the data are over, only what the book
 * still has to do soon (an expiry), and orders on their way, keep the clock running. */
static rh_time next_instant(loop *l) {
    l->coming = next_data(l);
    if (l->coming < l->calm.until)
        return l->coming < l->terms->to ? l->coming : RH_NEVER;
    rh_time next = earlier(l->coming, next_wish(l));
    if (l->coming == RH_NEVER) {
        next = RH_NEVER;
        for (size_t i = 0; i < l->terms->n_books; i++)
            next = earlier(next, rh_book_next_time(l->terms->books[i]));
        for (size_t i = 0; i < l->terms->n_lanes; i++)
            if (l->outcome->status[i] == RH_OK)
                next = earlier(next, rh_lane_next_arrival(l->terms->lanes[i]));
        if (l->last_data == RH_DAWN || next > l->last_data + AFTERGLOW)
            return RH_NEVER;
    }
    return next < l->terms->to ? next : RH_NEVER;
}

static int is_interrupted(const loop *l) {
    return l->terms->interrupted && atomic_load(l->terms->interrupted) != 0;
}

/* Positions alive at `to` are marked there, if the data reach that far; else at the last
 * instant. */
static void finish(loop *l) {
    const rh_run_terms *t = l->terms;
    if (t->to != RH_NEVER && next_data(l) != RH_NEVER && l->outcome->instants > 0 &&
        l->living > 0) {
        rh_market_advance(t->market, t->to);
        for (size_t i = 0; i < t->n_books; i++)
            rh_book_observe(t->books[i]);
    }
    for (size_t i = 0; i < t->n_lanes; i++)
        if (l->outcome->status[i] == RH_OK)
            l->outcome->status[i] = rh_lane_end(t->lanes[i], &l->outcome->errors[i]);
}

/* What keeps a lane going when the data are over: what its book has to do soon, and its order. */
static rh_time own_wish(const loop *l, size_t i) {
    const rh_time wish = earlier(rh_book_next_time(l->terms->books[l->terms->book_of_lane[i]]),
                                 rh_lane_next_arrival(l->terms->lanes[i]));
    return wish > l->last_data + AFTERGLOW ? RH_NEVER : wish;
}

/* When the data are over a lane ends where it would end alone, and isn't marked later because
 * another one still waits for something. */
static rh_status end_idle_lanes(loop *l, rh_error *error) {
    rh_status status = RH_OK;
    for (size_t i = 0; i < l->terms->n_lanes && status == RH_OK; i++) {
        rh_lane *lane = l->terms->lanes[i];
        if (l->outcome->status[i] != RH_OK || rh_lane_finished(lane) || !rh_lane_started(lane) ||
            own_wish(l, i) != RH_NEVER)
            continue;
        l->outcome->status[i] = rh_lane_end(lane, &l->outcome->errors[i]);
        l->living--;
        status = set_alarm(l, i, error);
    }
    return status;
}

/* A stream that has failed has no next time; taking from it tells why. */
static rh_status check_stream(const loop *l, rh_error *error) {
    const rh_event *events;
    size_t count;
    if (next_data(l) != RH_NEVER)
        return RH_OK;
    return l->terms->stream->take(l->terms->stream->self, &events, &count, error);
}

static rh_status go(loop *l, rh_error *error) {
    rh_status status = RH_OK;
    while (status == RH_OK) {
        if (is_interrupted(l))
            return rh_fail(error, RH_INTERRUPTED, "interrupted");
        if (next_data(l) == RH_NEVER && l->last_data != RH_DAWN)
            status = end_idle_lanes(l, error);
        const rh_time now = next_instant(l);
        if (now == RH_NEVER || l->living == 0 || status != RH_OK)
            break;
        if (now <= rh_market_now(l->terms->market) && l->outcome->instants > 0)
            return rh_fail(error, RH_FAILED, "run: the clock stands still");
        status = one_instant(l, now, error);
    }
    if (status == RH_OK)
        status = check_stream(l, error);
    if (status == RH_OK)
        finish(l);
    return status;
}

/* NULL without memory. */
static rh_alarms *make_alarms(const rh_run_terms *terms) {
    size_t *n_watches = rh_allocate(terms->n_lanes, sizeof *n_watches);
    if (!n_watches)
        return NULL;
    for (size_t i = 0; i < terms->n_lanes; i++)
        n_watches[i] = rh_lane_n_watches(terms->lanes[i]);
    rh_alarms *alarms = rh_alarms_new(terms->n_lanes, n_watches);
    rh_release(n_watches);
    return alarms;
}

/* The alarms of the history before are put off. */
static rh_status start_anew(loop *l, rh_run_outcome *outcome, rh_error *error) {
    const rh_watch never = {.at = RH_NEVER};
    rh_status status = RH_OK;
    l->outcome = outcome;
    l->living = l->terms->n_lanes;
    l->last_data = l->calm.until = RH_DAWN;
    for (size_t i = 0; i < l->terms->n_lanes; i++)
        for (size_t k = 0; k < rh_lane_n_watches(l->terms->lanes[i]) && status == RH_OK; k++)
            status = rh_alarms_set(l->alarms, i, k, l->terms->book_of_lane[i], &never, error);
    return status;
}

rh_status rh_runner_go(rh_runner *runner, rh_run_outcome *outcome, rh_error *error) {
    outcome->instants = outcome->events = 0;
    const rh_status status = start_anew(runner, outcome, error);
    return status == RH_OK ? go(runner, error) : status;
}

rh_status rh_runner_open(const rh_run_terms *terms, rh_runner **out, rh_error *error) {
    loop *l = rh_allocate(1, sizeof *l);
    if (!l)
        return rh_no_memory(error);
    l->terms = terms;
    l->changes = rh_allocate(terms->n_books, sizeof *l->changes);
    l->n_changes = rh_allocate(terms->n_books, sizeof *l->n_changes);
    l->due = rh_allocate(terms->n_lanes, sizeof *l->due);
    l->alarms = make_alarms(terms);
    if (!l->changes || !l->n_changes || !l->due || !l->alarms) {
        rh_runner_close(l);
        return rh_no_memory(error);
    }
    *out = l;
    return RH_OK;
}

void rh_runner_close(rh_runner *runner) {
    if (!runner)
        return;
    rh_release((void *)runner->changes);
    rh_release(runner->n_changes);
    rh_release(runner->due);
    rh_alarms_free(runner->alarms);
    rh_release(runner);
}

rh_status rh_run(const rh_run_terms *terms, rh_run_outcome *outcome, rh_error *error) {
    rh_runner *runner = NULL;
    rh_status status = rh_runner_open(terms, &runner, error);
    if (status == RH_OK)
        status = rh_runner_go(runner, outcome, error);
    rh_runner_close(runner);
    return status;
}
