/* SPDX-License-Identifier: GPL-3.0-or-later */
/* writer_parts.h: the open results file, shared by writer.c and errors.c; for the room's own use.
 */
#ifndef RH_RESULTS_WRITER_PARTS_H
#define RH_RESULTS_WRITER_PARTS_H

#include "base/output.h"
#include "results/results.h"

#include <sqlite3.h>

typedef enum {
    RH_INTO_STEP,
    RH_INTO_ATTRIBUTION,
    RH_INTO_FILL,
    RH_INTO_FLOW,
    RH_INTO_METRIC,
    RH_INTO_SHARED,
    RH_INTO_ERROR,
    RH_INTO_DIFFERENCE,
    RH_INTO_PATH,
    RH_INTO_DISTRIBUTION,
    RH_N_INSERTS
} rh_results_insert;

typedef struct rh_results_lane rh_results_lane;
struct rh_results_lane {
    rh_recorder recorder; /* first: a recorder is its lane */
    rh_results *results;
    rh_results_lane *next;
    int64_t run_id, steps, fills, flows, differences;
};

/* A row of shared_step. */
typedef struct {
    rh_time ts;
    double unhedged_error;
    int counted;
} rh_results_shared;

struct rh_results {
    char *path;
    rh_output *output;
    const rh_catalogue *catalogue;
    sqlite3 *db;
    sqlite3_stmt *insert[RH_N_INSERTS];
    rh_results_lane *lanes;
    int64_t runs;
    size_t instruments;        /* of the catalogue, stored so far */
    rh_results_shared *shared; /* the shared steps that were stored last */
    size_t n_shared, shared_room;
    int64_t series; /* their series_id; 0 before the first */
    int broken;     /* a write failed: the file is lost, `first` says why */
    rh_error first;
};

/* RH_OK for SQLITE_OK; anything else breaks the file. */
rh_status rh_results_check(rh_results *results, int code, rh_error *error);

/* Steps a statement that gives no rows, and resets it. */
rh_status rh_results_execute(rh_results *results, sqlite3_stmt *statement, rh_error *error);

#endif
