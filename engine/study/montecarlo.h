/* SPDX-License-Identifier: GPL-3.0-or-later */
/* montecarlo.h: comparisons over many paths: from records to the results of cases.
 *
 * A path takes the place of a step: the error series of a case has one element for each path, its
 * terminal hedging error, and metrics, intervals and paired tests are of that series. Paths are
 * independent, so that the tests resample single paths and know no lags.
 */
#ifndef RH_STUDY_MONTECARLO_H
#define RH_STUDY_MONTECARLO_H

#include "study/compare.h"
#include "study/paths.h"

/* The case asks for more than one path. */
int rh_is_montecarlo(const rh_case *c);

/* The cases meet the same draws on paths of the same number, though their tapes may tell of
 * different instruments. */
int rh_shares_paths(const rh_case *a, const rh_case *b);

/* Runs the paths of one tape's cases and puts what came of them in the place of the results of
 * its first path, which rh_compare_run has filled. `records` is allocated with rh_allocate and the
 * caller's; results point into it. */
rh_status rh_montecarlo_tape(const rh_compare_terms *terms, size_t tape, rh_case_result *results,
                             rh_path_record **records, rh_error *error);

#endif
