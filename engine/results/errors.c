/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/memory.h"
#include "results/writer_parts.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ---- the error series of a lane ---- */

static int is_opening(const rh_metric_step *step) {
    return !(step->years > 0.0) && isnan(step->error);
}

static rh_status refuse_infinite(const rh_results *results, const rh_metric_series *series,
                                 rh_error *error) {
    char text[RH_TIME_TEXT];
    for (size_t i = 0; i < series->count; i++) {
        const rh_metric_step *step = &series->steps[i];
        if (isinf(step->error) || isinf(step->unhedged_error) || isinf(step->slippage))
            return rh_fail(error, RH_FAILED, "%s: an error or its slippage at %s is infinite",
                           results->path, rh_time_text(step->ts, text));
    }
    return RH_OK;
}

static rh_results_shared shared_of(const rh_metric_step *step) {
    return (rh_results_shared){.ts = step->ts,
                               .unhedged_error = step->unhedged_error,
                               .counted = step->counted && isfinite(step->error)};
}

/* Bits, so that unknown equals unknown. */
static int is_same(const rh_results_shared *a, const rh_results_shared *b) {
    return a->ts == b->ts && a->counted == b->counted &&
           memcmp(&a->unhedged_error, &b->unhedged_error, sizeof a->unhedged_error) == 0;
}

static int is_stored(const rh_results *results, const rh_metric_series *series) {
    size_t seq = 0;
    if (results->series == 0)
        return 0;
    for (size_t i = 0; i < series->count; i++) {
        if (is_opening(&series->steps[i]))
            continue;
        const rh_results_shared shared = shared_of(&series->steps[i]);
        if (seq == results->n_shared || !is_same(&results->shared[seq++], &shared))
            return 0;
    }
    return seq == results->n_shared;
}

static rh_status keep_shared(rh_results *results, const rh_metric_series *series, rh_error *error) {
    results->n_shared = 0;
    results->series++;
    for (size_t i = 0; i < series->count; i++) {
        if (is_opening(&series->steps[i]))
            continue;
        if (rh_make_room(&results->shared, results->n_shared, &results->shared_room,
                         sizeof *results->shared) != 0)
            return rh_fail(error, RH_FAILED, "%s: out of memory after %zu steps", results->path,
                           results->n_shared);
        results->shared[results->n_shared++] = shared_of(&series->steps[i]);
    }
    return RH_OK;
}

static rh_status store_shared(rh_results *results, rh_error *error) {
    sqlite3_stmt *statement = results->insert[RH_INTO_SHARED];
    rh_status status = RH_OK;
    for (size_t seq = 0; seq < results->n_shared && status == RH_OK; seq++) {
        const rh_results_shared *shared = &results->shared[seq];
        (void)sqlite3_bind_int64(statement, 1, results->series);
        (void)sqlite3_bind_int64(statement, 2, (int64_t)seq);
        (void)sqlite3_bind_int64(statement, 3, shared->ts);
        (void)sqlite3_bind_double(statement, 4, shared->unhedged_error);
        (void)sqlite3_bind_int(statement, 5, shared->counted);
        status = rh_results_execute(results, statement, error);
    }
    return status;
}

static rh_status store_own(rh_results *results, int64_t run_id, const rh_metric_series *series,
                           rh_error *error) {
    sqlite3_stmt *statement = results->insert[RH_INTO_ERROR];
    rh_status status = RH_OK;
    int64_t seq = 0;
    (void)sqlite3_bind_int64(statement, 1, run_id);
    for (size_t i = 0; i < series->count && status == RH_OK; i++) {
        const rh_metric_step *step = &series->steps[i];
        if (is_opening(step))
            continue;
        (void)sqlite3_bind_int64(statement, 2, seq++);
        (void)sqlite3_bind_double(statement, 3, step->error);
        (void)sqlite3_bind_double(statement, 4, step->slippage);
        status = rh_results_execute(results, statement, error);
    }
    return status;
}

/* A second call for one lane meets the primary key only if it has rows; this always tells. */
static rh_status name_series(rh_results *results, int64_t run_id, rh_error *error) {
    static const char sql[] = "UPDATE lane SET series_id=? WHERE run_id=? AND series_id IS NULL";
    sqlite3_stmt *statement;
    rh_status status = rh_results_check(
        results, sqlite3_prepare_v2(results->db, sql, -1, &statement, NULL), error);
    if (status != RH_OK)
        return status;
    (void)sqlite3_bind_int64(statement, 1, results->series);
    (void)sqlite3_bind_int64(statement, 2, run_id);
    status = rh_results_execute(results, statement, error);
    (void)sqlite3_finalize(statement);
    if (status == RH_OK && sqlite3_changes(results->db) == 0)
        return rh_fail(error, RH_FAILED, "%s: the errors of run %" PRId64 " are already there",
                       results->path, run_id);
    return status;
}

rh_status rh_results_errors(rh_results *results, rh_recorder *recorder,
                            const rh_metric_series *series, rh_error *error) {
    const rh_results_lane *self = (const rh_results_lane *)recorder;
    const int fresh = !is_stored(results, series);
    rh_status status = refuse_infinite(results, series, error);
    if (status == RH_OK && fresh)
        status = keep_shared(results, series, error);
    if (status == RH_OK)
        status = name_series(results, self->run_id, error);
    if (status == RH_OK && fresh)
        status = store_shared(results, error);
    if (status != RH_OK && fresh)
        results->n_shared = 0; /* it isn't there to be shared */
    return status == RH_OK ? store_own(results, self->run_id, series, error) : status;
}

/* ---- differences between lanes ---- */

static rh_status refuse_bad_difference(const rh_results *results, int64_t run_id,
                                       const rh_results_difference *d, rh_error *error) {
    const double numbers[] = {d->mean, d->low, d->high, d->dm, d->p, d->p_holm, d->p_romano_wolf};
    if (d->reference_id < 1 || d->reference_id > results->runs || d->reference_id == run_id)
        return rh_fail(error, RH_FAILED,
                       "%s: run %" PRId64 " cannot be compared with run %" PRId64
                       "; there are runs 1 to %" PRId64,
                       results->path, run_id, d->reference_id, results->runs);
    if (strcmp(d->loss, "error2") != 0 && strcmp(d->loss, "error2_cost") != 0)
        return rh_fail(error, RH_FAILED, "%s: no loss '%s'; there are error2, error2_cost",
                       results->path, d->loss);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (isinf(numbers[i]))
            return rh_fail(error, RH_FAILED,
                           "%s: the difference of runs %" PRId64 " and %" PRId64
                           " has an infinite number",
                           results->path, run_id, d->reference_id);
    return RH_OK;
}

rh_status rh_results_differ(rh_results *results, rh_recorder *recorder,
                            const rh_results_difference *difference, rh_error *error) {
    rh_results_lane *self = (rh_results_lane *)recorder;
    sqlite3_stmt *statement = results->insert[RH_INTO_DIFFERENCE];
    const rh_results_difference *d = difference;
    const double numbers[] = {d->mean, d->low, d->high, d->dm, d->p, d->p_holm, d->p_romano_wolf};
    rh_status status = refuse_bad_difference(results, self->run_id, d, error);
    if (status != RH_OK)
        return status;
    (void)sqlite3_bind_int64(statement, 1, self->run_id);
    (void)sqlite3_bind_int64(statement, 2, self->differences++);
    (void)sqlite3_bind_int64(statement, 3, d->reference_id);
    (void)sqlite3_bind_text(statement, 4, d->is_leader ? "leader" : "reference", -1, SQLITE_STATIC);
    (void)sqlite3_bind_text(statement, 5, d->loss, -1, SQLITE_TRANSIENT);
    for (int i = 0; i < (int)(sizeof numbers / sizeof *numbers); i++)
        (void)sqlite3_bind_double(statement, 6 + i, numbers[i]);
    (void)sqlite3_bind_int(statement, 13, d->distinguishable != 0);
    (void)sqlite3_bind_int64(statement, 14, d->lanes);
    return rh_results_execute(results, statement, error);
}
