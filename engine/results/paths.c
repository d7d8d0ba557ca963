/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/memory.h"
#include "results/writer_parts.h"

#include <inttypes.h>
#include <math.h>

/* Monte Carlo: what a lane came to on each path. */

static rh_status refuse_infinite(const rh_results *results, const rh_path_record *record,
                                 uint32_t path, rh_error *error) {
    for (int i = 0; i < RH_N_PATH_FIELDS; i++)
        if (isinf(rh_path_quantity(record, i)))
            return rh_fail(error, RH_FAILED, "%s: %s of path %" PRIu32 " is infinite",
                           results->path, rh_path_quantity_name(i), path);
    return RH_OK;
}

static rh_status store_paths(rh_results *results, int64_t run_id, const rh_path_record *records,
                             size_t n_paths, uint32_t first, rh_error *error) {
    sqlite3_stmt *statement = results->insert[RH_INTO_PATH];
    rh_status status = RH_OK;
    (void)sqlite3_bind_int64(statement, 1, run_id);
    for (size_t p = 0; p < n_paths && status == RH_OK; p++) {
        const uint32_t path = first + (uint32_t)p;
        status = refuse_infinite(results, &records[p], path, error);
        if (status != RH_OK)
            return status;
        (void)sqlite3_bind_int64(statement, 2, path);
        for (int i = 0; i < RH_N_PATH_FIELDS; i++)
            (void)sqlite3_bind_double(statement, 3 + i, rh_path_quantity(&records[p], i));
        status = rh_results_execute(results, statement, error);
    }
    return status;
}

static rh_status store_sample(rh_results *results, int64_t run_id, int quantity, const rh_sample *s,
                              rh_error *error) {
    sqlite3_stmt *statement = results->insert[RH_INTO_DISTRIBUTION];
    const double numbers[] = {s->mean,     s->mean_se, s->std,          s->std_se, s->skewness,
                              s->kurtosis, s->var95,   s->es95,         s->var99,  s->es99,
                              s->least,    s->largest, s->loss_fraction};
    (void)sqlite3_bind_int64(statement, 1, run_id);
    (void)sqlite3_bind_int(statement, 2, quantity);
    (void)sqlite3_bind_int64(statement, 3, (int64_t)s->n);
    for (int i = 0; i < (int)(sizeof numbers / sizeof *numbers); i++)
        (void)sqlite3_bind_double(statement, 4 + i,
                                  isfinite(numbers[i]) ? numbers[i] : (double)NAN);
    return rh_results_execute(results, statement, error);
}

static rh_status store_distributions(rh_results *results, int64_t run_id,
                                     const rh_path_record *records, size_t n_paths,
                                     rh_error *error) {
    double *x = rh_allocate(n_paths, sizeof *x);
    rh_status status = x ? RH_OK : rh_no_memory(error);
    for (int quantity = 0; quantity < RH_N_PATH_QUANTITIES && status == RH_OK; quantity++) {
        rh_sample sample;
        for (size_t p = 0; p < n_paths; p++)
            x[p] = rh_path_quantity(&records[p], quantity);
        rh_sample_of(x, n_paths, &sample);
        status = store_sample(results, run_id, quantity, &sample, error);
    }
    rh_release(x);
    return status;
}

static rh_status store_count(rh_results *results, int64_t run_id, size_t n_paths, rh_error *error) {
    sqlite3_stmt *statement;
    rh_status status =
        rh_results_check(results,
                         sqlite3_prepare_v2(results->db, "UPDATE lane SET paths=? WHERE run_id=?",
                                            -1, &statement, NULL),
                         error);
    if (status != RH_OK)
        return status;
    (void)sqlite3_bind_int64(statement, 1, (int64_t)n_paths);
    (void)sqlite3_bind_int64(statement, 2, run_id);
    status = rh_results_execute(results, statement, error);
    (void)sqlite3_finalize(statement);
    return status;
}

rh_status rh_results_paths(rh_results *results, rh_recorder *recorder,
                           const rh_path_record *records, size_t n_paths, uint32_t first,
                           rh_error *error) {
    const int64_t run_id = ((const rh_results_lane *)recorder)->run_id;
    if (results->broken)
        return rh_fail(error, RH_FAILED, "%s", results->first.text);
    rh_status status = store_count(results, run_id, n_paths, error);
    if (status == RH_OK)
        status = store_paths(results, run_id, records, n_paths, first, error);
    return status == RH_OK ? store_distributions(results, run_id, records, n_paths, error) : status;
}
