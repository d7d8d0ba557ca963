/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lanes.h: all lanes of a results file as a comparison needs them, read from its views. */
#ifndef RH_REPORT_LANES_H
#define RH_REPORT_LANES_H

#include "base/status.h"
#include "report/run.h"

#include <stddef.h>
#include <stdint.h>

struct sqlite3;

/* What is known of a lane beside others. */
enum {
    RH_LANE_FRONTIER = 1,    /* no other lane is at least as good in cost and error σ, and better
                              * in one of them */
    RH_LANE_REFERENCE = 2,   /* the lane that the others were tested against */
    RH_LANE_SAME_ERROR = 4,  /* tested, and not told apart from the reference: squared error */
    RH_LANE_SAME_COST = 8,   /* the same of squared error plus cost */
    RH_LANE_LIKE_LEADER = 16 /* not told apart from the leader: squared error */
};

typedef struct {
    int64_t id;
    char *label, *status;
    char *rule;             /* strategy.name of its configuration */
    int is_clock;           /* that is a rule of equal intervals: interval or leland, `every` */
    char **values;          /* of the swept keys; "" where the lane has none */
    rh_report_metric sigma; /* hedge_error_std with its interval */
    double metrics[RH_N_METRICS];
    double cost; /* fees + spread + impact + latency, USD; NaN if nothing is known */
    unsigned marks;
    size_t group;
    int is_tested; /* against the reference, squared error */
} rh_report_lane;

/* Lanes that belong together: of one rule or, if there is one rule only, of one value of the first
 * swept key that has 2 to RH_MOST_GROUPS values; else all of them. In the order of their best σ. */
typedef struct {
    const char *name; /* a rule or a value; "" if it is all of them */
    size_t count;
    size_t best; /* the lane of lowest σ */
} rh_report_group;
enum { RH_MOST_GROUPS = 12 };

typedef struct {
    rh_report_lane *lanes; /* in the order of the run_id */
    size_t n_lanes;
    size_t lanes_room;
    char **keys; /* swept */
    size_t n_keys;
    rh_report_group *groups;
    size_t n_groups;
    const char *grouped_by; /* "rule", a swept key, or "" */
    size_t n_failed;        /* lanes whose status isn't ok */
    int64_t tried;          /* lanes that the tests counted, at least those in the file */
    int64_t reference;      /* run_id, 0 without tests */
    int64_t leader;         /* run_id of the lane the others were tested against as the best */
    int is_mixed;        /* lanes have different numeraires, grids or numbers of paths: σ doesn't
                          * compare */
    rh_report_run first; /* the first lane: title, book, numeraire, grid; from and to of the
                          * errors if its steps aren't stored; no series */
} rh_report_lanes;

/* The caller frees the lanes, also after an error. */
rh_status rh_report_lanes_read(struct sqlite3 *db, rh_report_lanes *out, rh_error *error);
void rh_report_lanes_free(rh_report_lanes *lanes);

/* How many lanes the file has; 0 if it can't be read. */
int64_t rh_report_count_lanes(struct sqlite3 *db);

/* The lane with a run_id, or NULL. */
rh_report_lane *rh_report_lane_find(const rh_report_lanes *lanes, int64_t run_id);

/* Which way a metric is better. */
typedef enum { RH_BETTER_LOW, RH_BETTER_HIGH, RH_BETTER_NEAR_ZERO } rh_report_direction;
rh_report_direction rh_report_direction_of(rh_metric metric);

/* NULL is hedge_error_std. An unknown name is RH_BAD_CONFIG and proposes the nearest. */
rh_status rh_report_metric_find(const char *name, rh_metric *out, rh_error *error);

/* Numbers of the lanes (n_lanes of them), best first; equals by run_id, unknown last. */
rh_status rh_report_lanes_order(const rh_report_lanes *lanes, rh_metric metric, size_t *order,
                                rh_error *error);

#endif
