/* SPDX-License-Identifier: GPL-3.0-or-later */
/* block_run.h: cases over blocks of paths: records as rh_paths_run makes them, one by one, only
 * for simple cases (block_case.h) and some hundred times faster.
 *
 * All cases of a run go through the same block of paths together: a draw is made once, and a book
 * is valued once for all cases that have it. What a case comes to on a path doesn't depend on the
 * others, on the number of workers or on the width of vectors. The records are the engine's to the
 * last bit, but that without interest the record grid is left out: then error and cost are sums of
 * fewer terms.
 */
#ifndef RH_STUDY_BLOCK_RUN_H
#define RH_STUDY_BLOCK_RUN_H

#include "metrics/path.h"
#include "study/block_case.h"

#include <stdatomic.h>

typedef struct {
    rh_block_case *const *cases; /* of one scenario */
    size_t n_cases;
    uint32_t first; /* number of the first path */
    size_t n_paths;
    rh_path_record *const *records; /* of each case, n_paths each */
    rh_vector vector;
    size_t threads; /* at least 1 */
    const atomic_int *interrupted;
    void (*progress)(void *self, size_t done, size_t n_paths); /* as in rh_paths_terms */
    void *self;
} rh_block_run_terms;

/* *in_range is 0 if a price left the range of simulated markets; the records are then incomplete,
 * and the engine will say on which path it was. */
rh_status rh_block_run(const rh_block_run_terms *terms, int *in_range, rh_error *error);

#endif
