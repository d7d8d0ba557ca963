/* SPDX-License-Identifier: GPL-3.0-or-later */
/* comparison.h: from an experiment and its axes to a results file.
 *
 * All lanes run over one pass of each tape; then intervals and paired tests are computed on the
 * same resampled indices for all lanes; then the reference and the leaders run once more with their
 * steps, fills and cash movements recorded. Metrics and error series are stored for every lane.
 *
 * Cases that name many paths are run over all of them (montecarlo.h); what is recorded in detail is
 * their first path.
 */
#ifndef RH_STUDY_COMPARISON_H
#define RH_STUDY_COMPARISON_H

#include "results/results.h"
#include "study/compare.h"

typedef struct {
    const char *path; /* of the experiment */
    const char *const *settings, *const *axes;
    size_t n_settings, n_axes;
    const rh_registry *registry;
    size_t threads, leaders;
    uint64_t seed;         /* of the bootstrap */
    size_t replicates;     /* 999 */
    double level;          /* of intervals, 0.95 */
    const char *reference; /* label; NULL: the first lane */
    const atomic_int *interrupted;
    void (*path_progress)(void *self, size_t done, size_t n_paths); /* may be NULL; any thread */
    void *self;
} rh_comparison_terms;

typedef struct {
    size_t lanes, merged, failed, passes;
    char first_failure[512];
} rh_comparison_outcome;

/* Writes the results file, whole or not at all. Lanes that fail are in it with their reason. */
rh_status rh_comparison_make(const rh_comparison_terms *terms, const char *output,
                             rh_comparison_outcome *outcome, rh_error *error);

#endif
