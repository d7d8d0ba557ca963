/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare_parts.h: what the files of the comparison's data share; for compare*.c only. */
#ifndef RH_REPORT_COMPARE_PARTS_H
#define RH_REPORT_COMPARE_PARTS_H

#include "report/compare.h"
#include "report/density.h"
#include "report/labels.h"
#include "report/scale.h"

#include <sqlite3.h>
#include <stdio.h>

enum {
    RH_MOST_LEADERS = 6,
    RH_MOST_LABELS = 16,
    RH_DENSITY_POINTS = 160,
    RH_RANKED_ROWS = 24,
    RH_FEW_LANES = 60,
    RH_MANY_LANES = 200
};

/* One lane's PnL, thinned. */
typedef struct {
    const rh_report_lane *lane; /* NULL: the unhedged book */
    double *t, *pnl;            /* seconds since 1970, numeraire */
    size_t count;
    double end;
    int dash; /* how many lines its group has already */
} rh_compare_leader;

/* The errors of a group, all lanes together, and the quantiles of its best lane. */
typedef struct {
    double *errors; /* ascending */
    size_t count, room;
    double *best; /* of the best lane, ascending */
    size_t n_best, best_room;
} rh_compare_group;

typedef struct {
    const rh_report_lanes *lanes;
    sqlite3 *db;
    size_t *order;          /* by σ */
    double *values;         /* room for a number of each lane */
    rh_scale cost, sigma;   /* of the frontier */
    rh_scale trades, total; /* of the theory panel */
    rh_scale ranked;        /* of the ranked dots */
    double theory;          /* Derman and Kamal's std * sqrt(N); NaN if it doesn't apply */
    double leland;          /* Leland's cost / sqrt(N - 1), USD; NaN if it doesn't apply */
    rh_compare_leader leaders[RH_MOST_LEADERS + 1];
    size_t n_leaders;         /* the last is the unhedged book if there is any */
    rh_compare_group *groups; /* as many as are drawn */
    size_t n_groups;
    double reach; /* of the distributions' axis: from -reach to reach */
    int is_grid;  /* two swept keys, every pair once */
    size_t n_across, n_up;
    const char **across, **up; /* the values of the two keys in order */
} rh_compare;

/* How a lane is marked in a picture. */
typedef enum { RH_KIND_PLAIN, RH_KIND_SAME, RH_KIND_REFERENCE } rh_compare_kind;
rh_compare_kind rh_compare_kind_of(const rh_report_lane *lane);

/* The lane of a rank by σ, from 0. */
const rh_report_lane *rh_compare_lane_at(const rh_compare *c, size_t i);

/* What a lane is called in a picture. */
char *rh_compare_name(const rh_report_lane *lane, size_t columns, char *out, size_t size);

const char *rh_compare_numeraire(const rh_compare *c);

/* After a tab; "NaN" for unknown. */
void rh_compare_number(FILE *out, double value);

/* An element (from 1) of a gnuplot array of texts. */
void rh_compare_element(FILE *out, const char *name, size_t k, const char *text, size_t columns);

/* The frontier's panel: its place on the page, its legend, its labels. */
rh_status rh_compare_labels_write(FILE *out, const rh_compare *c, rh_error *error);

/* Reads the series that leaders and distributions are made of; frees nothing on failure. */
rh_status rh_compare_read_leaders(rh_compare *c, rh_error *error);
rh_status rh_compare_read_errors(rh_compare *c, rh_error *error);
void rh_compare_free_series(rh_compare *c);

/* Writers of the tables (rh_report_writer) and of their gnuplot variables. */
rh_status rh_compare_leaders_table(FILE *out, const void *subject, rh_error *error);
rh_status rh_compare_density_table(FILE *out, const void *subject, rh_error *error);
rh_status rh_compare_spread_table(FILE *out, const void *subject, rh_error *error);
void rh_compare_leaders_write(FILE *out, const rh_compare *c);
void rh_compare_groups_write(FILE *out, const rh_compare *c);

/* Finds out whether the lanes are a grid; its table and variables. */
rh_status rh_compare_find_grid(rh_compare *c, rh_error *error);
rh_status rh_compare_cells_table(FILE *out, const void *subject, rh_error *error);
void rh_compare_grid_write(FILE *out, const rh_compare *c);

#endif
