/* SPDX-License-Identifier: GPL-3.0-or-later */
/* schema.h: the tables and views of the results file. For the room's own use; users read views.
 *
 * lane              one row per lane
 * swept             lane x swept key
 * lane_step         lane x record instant; rows are numbered by `seq` from 0 in each lane
 * lane_attribution  the same rows, one pair of columns per term, without an opening row of zeros
 * lane_error        lane x step of the error statistics; what lanes have in common is in
 * shared_step       the instants, shadow errors and counted marks that many lanes share
 * lane_path         lane x simulated path; lane_distribution  lane x quantity over its paths
 * lane_fill, lane_flow, lane_metric, lane_difference
 * instrument, evidence, fill_reason, flow_reason, term, metric_name: names by number
 *
 * The wide tables take their columns from the tables below and from rh_term_text, and so do their
 * views; the name tables are filled from the engine's own texts.
 */
#ifndef RH_RESULTS_SCHEMA_H
#define RH_RESULTS_SCHEMA_H

#include <sqlite3.h>
#include <stddef.h>

enum {
    RH_RESULTS_APPLICATION_ID = 0x72686467, /* "rhdg" */
    RH_RESULTS_VERSION = 1                  /* user_version; it stays 1 until the first release */
};

/* The doubles of rh_step, in the order of the view. */
typedef struct {
    const char *name;
    size_t offset;
} rh_results_field;
enum { RH_RESULTS_N_STEP_FIELDS = 20 };
const rh_results_field *rh_results_step_fields(void);

/* Each returns an SQLite result code, with the message in the handle. */
int rh_results_make_tables(sqlite3 *db);
int rh_results_make_views(
    sqlite3 *db); /* after the lanes are known: `comparison` depends on them */

/* Prepares "INSERT INTO <table> VALUES(?, ...)" with `values` parameters, in the order of the
 * columns as rh_results_make_tables lists them. */
int rh_results_prepare_insert(sqlite3 *db, const char *table, int values, sqlite3_stmt **out);

#endif
