/* SPDX-License-Identifier: GPL-3.0-or-later */
/* league.h: the league table as texts, for the terminal and for the page. */
#ifndef RH_REPORT_LEAGUE_H
#define RH_REPORT_LEAGUE_H

#include "base/status.h"
#include "report/lanes.h"

#include <stddef.h>

/* The metric the table is sorted by stands before `cost` if it isn't a column anyway. */
typedef enum {
    RH_LEAGUE_RANK,
    RH_LEAGUE_MARKS,
    RH_LEAGUE_RUN,
    RH_LEAGUE_LABEL,
    RH_LEAGUE_SORTED,
    RH_LEAGUE_PNL,
    RH_LEAGUE_COST,
    RH_LEAGUE_SIGMA,
    RH_LEAGUE_INTERVAL,
    RH_LEAGUE_ES95,
    RH_LEAGUE_EFFECTIVENESS,
    RH_LEAGUE_REBALANCES,
    RH_LEAGUE_TURNOVER,
    RH_LEAGUE_COLUMNS
} rh_league_column;

#define RH_LEAGUE_TEXT 64
typedef struct {
    const rh_report_lane *lane;
    char cells[RH_LEAGUE_COLUMNS][RH_LEAGUE_TEXT]; /* not of the label, which is the lane's */
} rh_league_row;

typedef struct {
    const rh_report_lanes *lanes;
    rh_metric metric;                              /* sorted by */
    char names[RH_LEAGUE_COLUMNS][RH_LEAGUE_TEXT]; /* "" for a column that says nothing */
    char units[RH_LEAGUE_COLUMNS][RH_LEAGUE_TEXT];
    rh_league_row *rows; /* the first in order, and the reference if it is further down */
    size_t n_rows;
    double *sizes; /* room to sort numbers in */
    size_t n_left_out;
    int has_gap; /* lanes are left out between the last two rows */
} rh_league;

/* Equal lanes share a rank, a lane whose metric is unknown has none. At most `limit` rows, and one
 * more for the reference. The lanes must outlive the table; the caller frees it, also after an
 * error. */
rh_status rh_league_make(const rh_report_lanes *lanes, rh_metric metric, size_t limit,
                         rh_league *out, rh_error *error);
void rh_league_free(rh_league *league);

/* What stands below the table, line by line: the meaning of the marks, the tests, how many lanes
 * were tried. Line `index` from 0; returns 0 after the last. */
#define RH_LEAGUE_LINE 512
int rh_league_line(const rh_league *league, int index, char out[RH_LEAGUE_LINE]);

#endif
