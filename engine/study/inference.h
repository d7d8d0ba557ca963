/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inference.h: which differences between lanes are real.
 *
 * Intervals of the headline metrics and paired tests against the reference lane come from one
 * stationary bootstrap with the same indices for all lanes (metrics/bootstrap.h, paired.h). Only
 * lanes whose steps end at the same instants as the reference's can be paired with it, and only
 * steps that count in all of them enter.
 *
 * Over many paths (montecarlo.h) a path takes the place of a step: they are independent, so that
 * single paths are resampled, the tests know no lags, and any lanes on the same paths are pairs;
 * the intervals are those of a plain sample (metrics/path.h).
 *
 * The second loss is error^2 + weight x cost, the weight being the rms error of the reference: a
 * cost as large as that error weighs as much as it.
 */
#ifndef RH_STUDY_INFERENCE_H
#define RH_STUDY_INFERENCE_H

#include "metrics/paired.h"
#include "study/compare.h"

enum { RH_LOSS_ERROR2, RH_LOSS_ERROR2_COST, RH_N_LOSSES };
const char *rh_loss_text(int loss); /* "error2", "error2_cost" */

/* What is known of one case; NaN where nothing is. */
typedef struct {
    double low[RH_N_METRICS], high[RH_N_METRICS];
    int paired; /* rows[] are filled */
    rh_comparison_row rows[RH_N_LOSSES];
} rh_case_inference;

/* out[] has one for each case. `how` says seed, replicates, level; block length 0 is automatic. */
rh_status rh_infer(const rh_cases *cases, const rh_case_result *results, size_t reference,
                   const rh_bootstrap *how, rh_case_inference *out, rh_error *error);

#endif
