/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/paths_replay.h"

#include "base/memory.h"
#include "simulate/tape.h"
#include "study/lineup.h"
#include "study/workers.h"

#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

enum { CHUNK = 8 /* paths that a worker takes at a time */ };

/* Where workers take their paths from. They are taken in order and a path that was taken is run to
 * its end, so that which failure comes first by number doesn't depend on the workers. */
typedef struct {
    const rh_paths_terms *terms;
    rh_path_record *const *records;
    pthread_mutex_t lock;
    size_t next, done;
    int stopped;
} pool;

/* A lane's failure on the earliest path that it failed on. */
typedef struct {
    size_t path; /* SIZE_MAX: none */
    rh_status status;
    rh_error error;
} failure;

typedef struct {
    pool *pool;
    rh_lineup lineup;
    rh_sim_tape *tape;
    rh_stream stream;
    rh_run_terms run;
    rh_runner *runner;
    failure *failures; /* of each lane */
    failure whole;
} worker;

/* ---- records ---- */

static const rh_path_record NOTHING = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};

static double number_or_0(double x) {
    return isnan(x) ? 0.0 : x;
}

/* The opening row has costs and no error. */
static rh_path_record record_of(const rh_lane *lane) {
    const rh_metric_series *series = rh_lane_series(lane);
    rh_metric_totals t;
    rh_lane_totals(lane, &t);
    rh_path_record record = {.pnl_usd = t.pnl_usd,
                             .pnl_coin = t.pnl_coin,
                             .fees = t.fees,
                             .spread = t.spread,
                             .impact = t.impact,
                             .latency = t.latency,
                             .funding = t.funding,
                             .turnover_usd = t.turnover_usd,
                             .rebalances = t.rebalances};
    for (size_t i = 0; i < series->count; i++) {
        record.error += number_or_0(series->steps[i].error);
        record.unhedged_error += number_or_0(series->steps[i].unhedged_error);
        record.cost += number_or_0(series->steps[i].cost);
    }
    return record;
}

static void note_failure(failure *f, size_t path, uint32_t number, rh_status status,
                         const rh_error *said) {
    if (path >= f->path)
        return;
    f->path = path;
    f->status = rh_fail(&f->error, status, "path %" PRIu32 ": %.400s", number, said->text);
}

static void keep_lane(worker *w, size_t i, size_t path) {
    const rh_paths_terms *t = w->pool->terms;
    rh_lineup *l = &w->lineup;
    rh_path_record *record = &w->pool->records[i][path];
    if (l->status[i] == RH_OK)
        l->status[i] = rh_lineup_check_started(l, i, &l->errors[i]);
    *record = l->status[i] == RH_OK ? record_of(l->lanes[i]) : NOTHING;
    if (l->status[i] != RH_OK)
        note_failure(&w->failures[i], path, t->first + (uint32_t)path, l->status[i], &l->errors[i]);
}

/* ---- one path ---- */

static rh_status run_path(worker *w, size_t path, rh_error *error) {
    rh_run_outcome outcome = {.status = w->lineup.status, .errors = w->lineup.errors};
    rh_lineup_reset(&w->lineup);
    rh_sim_tape_rewind(w->tape, w->pool->terms->first + (uint32_t)path);
    const rh_status status = rh_runner_go(w->runner, &outcome, error);
    for (size_t i = 0; i < w->lineup.count && status == RH_OK; i++)
        keep_lane(w, i, path);
    return status;
}

/* ---- workers ---- */

/* Takes the next paths; returns how many, 0 at the end or when one has failed. */
static size_t take_paths(pool *p, size_t done, size_t *from) {
    (void)pthread_mutex_lock(&p->lock);
    const size_t left = p->terms->n_paths - p->next;
    const size_t count = p->stopped ? 0 : left < CHUNK ? left : CHUNK;
    *from = p->next;
    p->next += count;
    p->done += done;
    if (p->terms->progress && done > 0)
        p->terms->progress(p->terms->self, p->done, p->terms->n_paths);
    (void)pthread_mutex_unlock(&p->lock);
    return count;
}

static void stop(pool *p) {
    (void)pthread_mutex_lock(&p->lock);
    p->stopped = 1;
    (void)pthread_mutex_unlock(&p->lock);
}

static void *work(void *self) {
    worker *w = self;
    size_t from, count = 0;
    while (w->whole.status == RH_OK && (count = take_paths(w->pool, count, &from)) > 0)
        for (size_t i = from; i < from + count && w->whole.status == RH_OK; i++) {
            w->whole.status = run_path(w, i, &w->whole.error);
            w->whole.path = i;
        }
    if (w->whole.status != RH_OK)
        stop(w->pool);
    return NULL;
}

static rh_status open_worker(worker *w, pool *p, rh_error *error) {
    const rh_paths_terms *t = p->terms;
    const rh_plan *plan = t->cases->cases[t->which[0]].plan;
    w->pool = p;
    w->failures = rh_allocate(t->n_which, sizeof *w->failures);
    if (!w->failures)
        return rh_no_memory(error);
    for (size_t i = 0; i < t->n_which; i++)
        w->failures[i].path = SIZE_MAX;
    rh_status status = rh_lineup_open(t->cases, t->which, t->n_which, NULL, &w->lineup, error);
    if (status == RH_OK)
        status = rh_sim_tape_open(plan->scenario, t->first, plan->catalogue, &w->tape, error);
    if (status != RH_OK)
        return status;
    w->stream = (rh_stream){w->tape, rh_sim_tape_next_time, rh_sim_tape_take};
    w->run = rh_lineup_terms(&w->lineup, &w->stream);
    w->run.interrupted = t->interrupted;
    return rh_runner_open(&w->run, &w->runner, error);
}

static void close_worker(worker *w) {
    rh_runner_close(w->runner);
    rh_sim_tape_close(w->tape);
    rh_lineup_close(&w->lineup);
    rh_release(w->failures);
}

static void join_failures(const worker *workers, size_t count, size_t lane, rh_status *status,
                          rh_error *error) {
    size_t earliest = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        const failure *f = &workers[i].failures[lane];
        if (f->path >= earliest)
            continue;
        earliest = f->path;
        *status = f->status;
        *error = f->error;
    }
}

/* The failure of the whole on the earliest path. */
static rh_status whole_of(const worker *workers, size_t count, rh_error *error) {
    const worker *first = NULL;
    for (size_t i = 0; i < count; i++)
        if (workers[i].whole.status != RH_OK &&
            (!first || workers[i].whole.path < first->whole.path))
            first = &workers[i];
    return first ? rh_fail(error, first->whole.status, "%s", first->whole.error.text) : RH_OK;
}

static rh_status run_pool(pool *p, worker *workers, size_t count, rh_status *statuses,
                          rh_error *errors, rh_error *error) {
    rh_status status = RH_OK;
    for (size_t i = 0; i < count && status == RH_OK; i++)
        status = open_worker(&workers[i], p, error);
    if (status != RH_OK)
        return status;
    rh_workers_run(work, workers, sizeof *workers, count);
    for (size_t i = 0; i < p->terms->n_which; i++) {
        statuses[i] = RH_OK;
        join_failures(workers, count, i, &statuses[i], &errors[i]);
    }
    return whole_of(workers, count, error);
}

rh_status rh_paths_replay(const rh_paths_terms *terms, rh_path_record *const *records,
                          rh_status *status, rh_error *errors, rh_error *error) {
    pool p = {.terms = terms, .records = records, .lock = PTHREAD_MUTEX_INITIALIZER};
    const size_t chunks = (terms->n_paths + CHUNK - 1) / CHUNK;
    size_t count = terms->threads < RH_MOST_WORKERS ? terms->threads : RH_MOST_WORKERS;
    if (count > chunks)
        count = chunks;
    worker *workers = rh_allocate(count, sizeof *workers);
    const rh_status made =
        workers ? run_pool(&p, workers, count, status, errors, error) : rh_no_memory(error);
    for (size_t i = 0; i < count && workers; i++)
        close_worker(&workers[i]);
    rh_release(workers);
    (void)pthread_mutex_destroy(&p.lock);
    return made;
}
