/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run.h: the loop: one tape, its market, its books, many lanes.
 *
 * An instant is either the next one of the tape or the next time that a book or a lane has asked
 * for, whichever comes first. In it the market is advanced and told, the books observe and change,
 * and every lane that is due acts. Which are due is told by their alarms (alarms.h), so that a lane
 * that sleeps costs next to nothing.
 */
#ifndef RH_RUN_RUN_H
#define RH_RUN_RUN_H

#include "lane/lane.h"
#include "replay/stream.h"

#include <stdatomic.h>

typedef struct {
    const rh_stream *stream; /* the tape */
    rh_market *market;
    rh_book *const *books;
    size_t n_books;
    rh_lane *const *lanes;
    const size_t *book_of_lane; /* a lane's place in `books` */
    size_t n_lanes;
    rh_time from, to;              /* [from, to); RH_NEVER: to the end of the data */
    const atomic_int *interrupted; /* may be NULL */
    void (*progress)(void *self, rh_time now, uint64_t events); /* may be NULL */
    void *self;
} rh_run_terms;

typedef struct {
    uint64_t instants, events;
    rh_time first, last; /* of the instants inside [from, to) */
    /* One for each lane, owned by the caller: RH_OK, or why the lane stopped. */
    rh_status *status;
    rh_error *errors;
} rh_run_outcome;

/* One history after the other with the same market, books and lanes: nothing is allocated between
 * them. `terms` must outlive the runner, and what it points to; before each rh_runner_go the caller
 * resets market, books and lanes, and outcome's status and errors. */
typedef struct rh_runner rh_runner;
rh_status rh_runner_open(const rh_run_terms *terms, rh_runner **out, rh_error *error);
void rh_runner_close(rh_runner *runner);
rh_status rh_runner_go(rh_runner *runner, rh_run_outcome *outcome, rh_error *error);

/* Opens, goes once, closes. A lane that fails stops alone; the return value is about the tape: bad
 * data, no memory, an interrupt. */
rh_status rh_run(const rh_run_terms *terms, rh_run_outcome *outcome, rh_error *error);

#endif
