/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare.h: many lanes over one pass of the data.
 *
 * The cases of a comparison are grouped by tape; each tape is read once (twice, if steps of leaders
 * are wanted), decoded once, and heard by as many workers as there are threads. A worker folds
 * its own market and books and owns its share of the lanes; what a lane does depends neither on the
 * other lanes nor on the number of workers.
 */
#ifndef RH_STUDY_COMPARE_H
#define RH_STUDY_COMPARE_H

#include "metrics/path.h"
#include "study/cases.h"

#include <stdatomic.h>

/* What a case came to on paths `first` ... `first + n - 1`; n 0 if it was one history. Bounds of
 * the metrics' 95 % intervals, NaN where there are none. */
typedef struct {
    const rh_path_record *records; /* somebody else's */
    size_t n;
    uint32_t first;
    double low[RH_N_METRICS], high[RH_N_METRICS];
    int in_blocks; /* run in blocks of paths (paths.h) */
} rh_case_paths;

/* What came of one case. */
typedef struct {
    rh_status status;
    rh_error error;
    double metrics[RH_N_METRICS];
    rh_metric_series series;
    uint64_t events; /* of one pass; Monte Carlo: of the first path */
    rh_case_paths paths;
} rh_case_result;

typedef struct {
    const rh_cases *cases;
    size_t threads;                                                 /* at least 1 */
    const atomic_int *interrupted;                                  /* may be NULL */
    void (*progress)(void *self, rh_time now, uint64_t events);     /* may be NULL; any thread */
    void (*path_progress)(void *self, size_t done, size_t n_paths); /* the same of paths */
    void *self;
} rh_compare_terms;

/* Runs every case; results[] has one for each, zeroed at first. A case that fails says so in its
 * result and the others go on; the return value is about the whole: bad data, an interrupt. Notes
 * and digests of each tape's sources go to data_sha256[] (one text a tape). */
rh_status rh_compare_run(const rh_compare_terms *terms, rh_case_result *results,
                         char (*data_sha256)[65], rh_error *error);
void rh_case_result_free(rh_case_result *result);

/* Runs some cases, all of one tape, again, each with a recorder. Data that no longer have the
 * digest of the first pass are RH_BAD_DATA. */
rh_status rh_compare_record(const rh_compare_terms *terms, const size_t *which, size_t n_which,
                            rh_recorder *const *recorders, const char *data_sha256,
                            rh_error *error);

#endif
