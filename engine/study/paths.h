/* SPDX-License-Identifier: GPL-3.0-or-later */
/* paths.h: Monte Carlo: the cases of a comparison over many simulated paths.
 *
 * A path is a tape: every lane starts fresh on it, and all that is kept of it is one record for
 * each lane. Path number p is the market that `simulate` writes for it (rh_sim_stream {seed, p}),
 * so lanes that share a scenario meet the same draws on the same path, and their records are pairs.
 *
 * Cases that are simple enough are run in blocks of paths (block_run.h), which the first path of
 * each checks against the engine. For the others workers take paths, not lanes: each has a market,
 * books and lanes of its own for all cases and resets them between paths. A record depends on its
 * case and its path alone, neither on the other lanes nor on the number of workers.
 */
#ifndef RH_STUDY_PATHS_H
#define RH_STUDY_PATHS_H

#include "metrics/path.h"
#include "study/cases.h"

#include <stdatomic.h>

typedef struct {
    const rh_cases *cases;
    const size_t *which; /* places of the cases to run; all of one tape */
    size_t n_which;
    uint32_t first; /* number of the first path */
    size_t n_paths;
    size_t threads;                /* at least 1 */
    const atomic_int *interrupted; /* may be NULL */
    int path_by_path;              /* tests: no blocks */
    int *in_blocks;                /* of each case: set to whether blocks were used; may be NULL */
    /* May be NULL; called by any thread, with the paths that are done. */
    void (*progress)(void *self, size_t done, size_t n_paths);
    void *self;
} rh_paths_terms;

/* Fills records[i * n_paths + p] for case which[i] on path first + p. status[i] and errors[i] tell
 * of a case that failed on some path: of the first such path, which the text names; its other
 * paths are kept. The return value is about the whole: the scenario, no memory, an interrupt. */
rh_status rh_paths_run(const rh_paths_terms *terms, rh_path_record *records, rh_status *status,
                       rh_error *errors, rh_error *error);

#endif
