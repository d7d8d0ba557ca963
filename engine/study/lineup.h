/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lineup.h: what one thread needs to run some cases of one tape: a market, their books (each once)
 * and their lanes.
 */
#ifndef RH_STUDY_LINEUP_H
#define RH_STUDY_LINEUP_H

#include "study/cases.h"

typedef struct {
    const rh_cases *cases; /* borrowed, and so is `which` */
    const size_t *which;   /* places of its cases */
    size_t count;
    rh_market *market;
    rh_book **books;
    size_t n_books;
    rh_lane **lanes; /* by place in `which` */
    size_t *book_of_lane;
    rh_status *status; /* of each lane, for an rh_run_outcome */
    rh_error *errors;
} rh_lineup;

/* `recorders`, one for each case, may be NULL. Release with rh_lineup_close, also after a failure,
 * which names the case. */
rh_status rh_lineup_open(const rh_cases *cases, const size_t *which, size_t count,
                         rh_recorder *const *recorders, rh_lineup *out, rh_error *error);
void rh_lineup_close(rh_lineup *lineup);

/* Everything is as it was when it was opened. Allocates nothing. */
void rh_lineup_reset(rh_lineup *lineup);

/* For rh_run; without interrupt and progress. The stream must outlive the terms. */
rh_run_terms rh_lineup_terms(const rh_lineup *lineup, const rh_stream *stream);

/* RH_BAD_DATA if lane i has ended without a position. */
rh_status rh_lineup_check_started(const rh_lineup *lineup, size_t i, rh_error *error);

#endif
