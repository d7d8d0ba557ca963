/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/compare.h"

#include "base/memory.h"
#include "replay/broadcast.h"
#include "study/lineup.h"

#include <pthread.h>
#include <string.h>

/* ---- one worker: a market, books and a share of the lanes ---- */

typedef struct {
    const rh_compare_terms *terms;
    rh_lineup lineup;
    rh_stream stream;
    rh_status outcome;
    rh_error error;
    rh_broadcast *broadcast; /* to leave, NULL if it reads the tape itself */
    size_t place;
} worker;

static rh_status run_worker(worker *w, rh_error *error) {
    rh_run_outcome outcome = {.status = w->lineup.status, .errors = w->lineup.errors};
    rh_run_terms terms = rh_lineup_terms(&w->lineup, &w->stream);
    terms.interrupted = w->terms->interrupted;
    terms.progress = w->place == 0 ? w->terms->progress : NULL;
    terms.self = w->terms->self;
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
        workers[i] = (worker){.terms = terms, .place = i};
        status = rh_lineup_open(terms->cases, which + from, to - from,
                                recorders ? recorders + from : NULL, &workers[i].lineup, error);
    }
    return status;
}

static rh_status collect(const rh_lineup *l, rh_case_result *results, rh_error *error) {
    rh_status status = RH_OK;
    for (size_t i = 0; i < l->count && status == RH_OK; i++) {
        rh_case_result *result = &results[l->which[i]];
        result->status = l->status[i];
        result->error = l->errors[i];
        if (result->status == RH_OK)
            result->status = rh_lineup_check_started(l, i, &result->error);
        if (result->status == RH_OK)
            status = rh_lane_metrics(l->lanes[i], result->metrics, error);
        rh_lane_take_series(l->lanes[i], &result->series);
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
    rh_status status = rh_plan_replay(plan, &replay, error);
    if (status == RH_OK)
        status = open_workers(terms, which, n_which, recorders, workers, count, error);
    if (status == RH_OK)
        status = run_on(replay, workers, count, error);
    for (size_t i = 0; i < count && results && status == RH_OK; i++)
        status = collect(&workers[i].lineup, results, error);
    if (status == RH_OK)
        status = rh_replay_drain(replay, error);
    if (status == RH_OK)
        rh_replay_digest(replay, sha256);
    for (size_t i = 0; i < count; i++)
        rh_lineup_close(&workers[i].lineup);
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
