/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/compare.h"

#include "base/memory.h"
#include "replay/broadcast.h"

#include <pthread.h>
#include <string.h>

/* ---- one worker: a market, books and a share of the lanes ---- */

typedef struct {
    const rh_compare_terms *terms;
    const size_t *which; /* its cases */
    size_t count;
    rh_recorder *const *recorders; /* of its cases; NULL: none */
    rh_stream stream;
    rh_market *market;
    rh_book **books;
    size_t n_books, *book_of_case; /* by the cases' book number, SIZE_MAX: not here */
    rh_lane **lanes;
    size_t *book_of_lane;
    rh_status *status;
    rh_error *errors;
    rh_status outcome;
    rh_error error;
    rh_broadcast *broadcast; /* to leave, NULL if it reads the tape itself */
    size_t place;
} worker;

static const rh_case *case_of(const worker *w, size_t i) {
    return &w->terms->cases->cases[w->which[i]];
}

static rh_status open_book(worker *w, const rh_case *c, size_t *place, rh_error *error) {
    *place = w->book_of_case[c->book];
    if (*place != SIZE_MAX)
        return RH_OK;
    *place = w->book_of_case[c->book] = w->n_books;
    return rh_book_new(&c->plan->book, w->market, &w->books[w->n_books++], error);
}

static rh_status open_lane(worker *w, size_t i, rh_error *error) {
    const rh_case *c = case_of(w, i);
    rh_status status = open_book(w, c, &w->book_of_lane[i], error);
    if (status != RH_OK)
        return status;
    return rh_lane_new(&c->plan->lane, w->books[w->book_of_lane[i]], w->market,
                       w->recorders ? w->recorders[i] : NULL, &w->lanes[i], error);
}

static rh_status open_worker(worker *w, rh_error *error) {
    const rh_cases *cases = w->terms->cases;
    const rh_plan *plan = case_of(w, 0)->plan;
    w->market = rh_market_new(plan->catalogue, plan->funding);
    w->books = rh_allocate(w->count, sizeof *w->books);
    w->book_of_case = rh_allocate(cases->n_books, sizeof *w->book_of_case);
    w->lanes = rh_allocate(w->count, sizeof *w->lanes);
    w->book_of_lane = rh_allocate(w->count, sizeof *w->book_of_lane);
    w->status = rh_allocate(w->count, sizeof *w->status);
    w->errors = rh_allocate(w->count, sizeof *w->errors);
    if (!w->market || !w->books || !w->book_of_case || !w->lanes || !w->book_of_lane ||
        !w->status || !w->errors)
        return rh_no_memory(error);
    for (size_t i = 0; i < cases->n_books; i++)
        w->book_of_case[i] = SIZE_MAX;
    for (size_t i = 0; i < w->count; i++) {
        rh_market_follow(w->market, case_of(w, i)->plan->lane.hedge);
        rh_status status = open_lane(w, i, error);
        if (status != RH_OK)
            return rh_fail_at(error, "%s", case_of(w, i)->label);
    }
    return RH_OK;
}

static void close_worker(worker *w) {
    for (size_t i = 0; i < w->count && w->lanes; i++)
        rh_lane_free(w->lanes[i]);
    for (size_t i = 0; i < w->n_books; i++)
        rh_book_free(w->books[i]);
    rh_market_free(w->market);
    rh_release(w->books);
    rh_release(w->book_of_case);
    rh_release(w->lanes);
    rh_release(w->book_of_lane);
    rh_release(w->status);
    rh_release(w->errors);
}

static rh_status run_worker(worker *w, rh_error *error) {
    const rh_experiment *e = case_of(w, 0)->experiment;
    rh_run_outcome outcome = {.status = w->status, .errors = w->errors};
    const rh_run_terms terms = {
        .stream = &w->stream,
        .market = w->market,
        .books = w->books,
        .n_books = w->n_books,
        .lanes = w->lanes,
        .book_of_lane = w->book_of_lane,
        .n_lanes = w->count,
        .from = e->from == RH_NEVER ? RH_DAWN : e->from,
        .to = e->to,
        .interrupted = w->terms->interrupted,
        .progress = w->place == 0 ? w->terms->progress : NULL,
        .self = w->terms->self,
    };
    return rh_run(&terms, &outcome, error);
}

static void *work(void *self) {
    worker *w = self;
    w->outcome = run_worker(w, &w->error);
    if (w->broadcast)
        rh_broadcast_leave(w->broadcast, w->place);
    return NULL;
}

/* ---- one tape ---- */

/* Starts the workers but the first, which is this thread, and waits for all. */
static rh_status run_workers(worker *workers, size_t count, rh_error *error) {
    pthread_t threads[64];
    size_t started = 1;
    while (started < count && pthread_create(&threads[started], NULL, work, &workers[started]) == 0)
        started++;
    for (size_t i = started; i < count; i++) { /* no thread to be had: it cannot wait its turn */
        rh_broadcast_leave(workers[i].broadcast, i);
        workers[i].outcome = rh_fail(&workers[i].error, RH_FAILED, "no thread to be had");
    }
    (void)work(&workers[0]);
    for (size_t i = 1; i < started; i++)
        (void)pthread_join(threads[i], NULL);
    for (size_t i = 0; i < count; i++)
        if (workers[i].outcome != RH_OK)
            return rh_fail(error, workers[i].outcome, "%s", workers[i].error.text);
    return RH_OK;
}

static rh_status run_on(rh_replay *replay, worker *workers, size_t count, rh_error *error) {
    rh_broadcast *broadcast = NULL;
    rh_status status = RH_OK;
    if (count == 1) {
        workers[0].stream = rh_replay_stream(replay);
        return run_workers(workers, 1, error);
    }
    status = rh_broadcast_open(replay, count, &broadcast, error);
    if (status != RH_OK)
        return status;
    for (size_t i = 0; i < count; i++) {
        workers[i].stream = rh_broadcast_stream(broadcast, i);
        workers[i].broadcast = broadcast;
    }
    status = run_workers(workers, count, error);
    rh_broadcast_close(broadcast);
    return status;
}

/* Gives every case of the tape to a worker, in equal shares. */
static rh_status open_workers(const rh_compare_terms *terms, const size_t *which, size_t n_which,
                              rh_recorder *const *recorders, worker *workers, size_t count,
                              rh_error *error) {
    rh_status status = RH_OK;
    for (size_t i = 0; i < count && status == RH_OK; i++) {
        const size_t from = n_which * i / count, to = n_which * (i + 1) / count;
        workers[i] = (worker){.terms = terms,
                              .which = which + from,
                              .count = to - from,
                              .recorders = recorders ? recorders + from : NULL,
                              .place = i};
        status = open_worker(&workers[i], error);
    }
    return status;
}

static rh_status collect(const worker *w, rh_case_result *results, rh_error *error) {
    rh_status status = RH_OK;
    for (size_t i = 0; i < w->count && status == RH_OK; i++) {
        rh_case_result *result = &results[w->which[i]];
        result->status = w->status[i];
        result->error = w->errors[i];
        if (result->status == RH_OK && !rh_lane_started(w->lanes[i]))
            result->status = rh_fail(&result->error, RH_BAD_DATA,
                                     "no position ever opened: the data have no price for it");
        if (result->status == RH_OK)
            status = rh_lane_metrics(w->lanes[i], result->metrics, error);
        rh_lane_take_series(w->lanes[i], &result->series);
    }
    return status;
}

static rh_status run_tape(const rh_compare_terms *terms, const size_t *which, size_t n_which,
                          rh_recorder *const *recorders, rh_case_result *results, char *sha256,
                          rh_error *error) {
    enum { MOST_WORKERS = 64 };
    worker workers[MOST_WORKERS] = {{0}};
    size_t count = terms->threads < MOST_WORKERS ? terms->threads : MOST_WORKERS;
    if (count > n_which)
        count = n_which;
    if (count == 0)
        count = 1;
    const rh_plan *plan = terms->cases->cases[which[0]].plan;
    rh_replay *replay = NULL;
    rh_status status =
        rh_replay_open(plan->sources, plan->n_sources, plan->catalogue, &replay, error);
    if (status == RH_OK)
        status = open_workers(terms, which, n_which, recorders, workers, count, error);
    if (status == RH_OK)
        status = run_on(replay, workers, count, error);
    for (size_t i = 0; i < count && results && status == RH_OK; i++)
        status = collect(&workers[i], results, error);
    if (status == RH_OK)
        status = rh_replay_drain(replay, error);
    if (status == RH_OK)
        rh_replay_digest(replay, sha256);
    for (size_t i = 0; i < count; i++)
        close_worker(&workers[i]);
    for (size_t i = 0; i < n_which && results && replay; i++)
        results[which[i]].events = rh_replay_events(replay);
    rh_replay_close(replay);
    return status;
}

rh_status rh_compare_run(const rh_compare_terms *terms, rh_case_result *results,
                         char (*data_sha256)[65], rh_error *error) {
    const rh_cases *cases = terms->cases;
    size_t *which = rh_allocate(cases->n_cases, sizeof *which);
    rh_status status = which ? RH_OK : rh_no_memory(error);
    for (size_t tape = 0; tape < cases->n_tapes && status == RH_OK; tape++) {
        size_t n = 0;
        for (size_t i = 0; i < cases->n_cases; i++)
            if (cases->cases[i].tape == tape)
                which[n++] = i;
        if (n > 0)
            status = run_tape(terms, which, n, NULL, results, data_sha256[tape], error);
    }
    rh_release(which);
    return status;
}

rh_status rh_compare_record(const rh_compare_terms *terms, const size_t *which, size_t n_which,
                            rh_recorder *const *recorders, const char *data_sha256,
                            rh_error *error) {
    rh_compare_terms alone = *terms;
    char again[65] = "";
    alone.threads = 1; /* recorders write to one file */
    rh_status status = run_tape(&alone, which, n_which, recorders, NULL, again, error);
    if (status == RH_OK && strcmp(again, data_sha256) != 0)
        return rh_fail(error, RH_BAD_DATA,
                       "the data changed between two passes over them (their digest was %.12s... "
                       "and is %.12s...); compare again when nothing writes to them",
                       data_sha256, again);
    return status;
}

void rh_case_result_free(rh_case_result *result) {
    rh_metric_series_free(&result->series);
}
