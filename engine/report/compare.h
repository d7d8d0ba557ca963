/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare.h: the files that the comparison's gnuplot script loads. */
#ifndef RH_REPORT_COMPARE_H
#define RH_REPORT_COMPARE_H

#include "base/status.h"
#include "report/headline.h"
#include "report/lanes.h"

struct sqlite3;

/* The words above a comparison; 6 key figures. */
enum { RH_COMPARE_KPIS = 6 };
void rh_compare_headline(const rh_report_lanes *lanes, rh_headline *out);

/* Writes data/compare.gp and the tables below into `directory`, where `data` exists.
 *
 *   lanes.tsv       run_id, group, cost, sigma, low, high, rebalances, total, kind
 *                   cost in USD, errors in the numeraire; total = sigma * sqrt(steps); groups
 *                   count from 0; kind 0 told apart or not tested, 1 not told apart, 2 reference
 *   frontier.tsv    cost, sigma                 of the lanes on the frontier, by cost
 *   ranked.tsv      row, sigma, low, high, group, kind
 *   cells.tsv       column, row, shade, best, text   of a full grid of two swept keys; shade 0 is
 *                                               the best, 1 the worst
 *   theory.tsv      rebalances, total           Derman and Kamal's line
 *   leaders.tsv     number, t, pnl              one block a lane; the last is the unhedged book
 *   density.tsv     error, row, half height     one block a group
 *   spread.tsv      row, q05, q25, q50, q75, q95     of each group's best lane
 *
 * Texts of unknown origin are in data/compare.gp only, where they are quoted.
 */
rh_status rh_compare_write(const char *directory, struct sqlite3 *db, const rh_report_lanes *lanes,
                           rh_error *error);

#endif
