/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/memory.h"
#include "report/compare_parts.h"
#include "report/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the PnL of the leaders ---- */

static int has_steps(sqlite3 *db, int64_t run_id) {
    sqlite3_stmt *query;
    int there = 0;
    if (sqlite3_prepare_v2(db, "SELECT 1 FROM step WHERE run_id=?1 LIMIT 1", -1, &query, NULL) !=
        SQLITE_OK)
        return 0;
    sqlite3_bind_int64(query, 1, run_id);
    there = sqlite3_step(query) == SQLITE_ROW;
    sqlite3_finalize(query);
    return there;
}

static double last_known(const double *values, size_t count) {
    while (count > 0 && !isfinite(values[count - 1]))
        count--;
    return count > 0 ? values[count - 1] : NAN;
}

static rh_status keep_curve(const rh_report_run *run, int is_unhedged, rh_compare_leader *out,
                            rh_error *error) {
    enum { MOST = RH_DRAWN_ROWS / (RH_MOST_LEADERS + 1) };
    size_t chosen[MOST];
    double *values = rh_allocate(run->n_steps + 1, sizeof *values);
    out->t = rh_allocate(MOST, sizeof *out->t);
    out->pnl = rh_allocate(MOST, sizeof *out->pnl);
    if (!values || !out->t || !out->pnl) {
        rh_release(values);
        return rh_fail(error, RH_FAILED, "out of memory for %zu steps", run->n_steps);
    }
    for (size_t i = 0; i < run->n_steps; i++)
        values[i] = is_unhedged ? run->steps[i].unhedged : run->steps[i].pnl;
    const double *column = values;
    out->end = last_known(values, run->n_steps);
    out->count = rh_thin(&column, 1, run->n_steps, MOST, chosen);
    for (size_t i = 0; i < out->count; i++) {
        out->t[i] = (double)run->steps[chosen[i]].ts / 1e9;
        out->pnl[i] = values[chosen[i]];
    }
    rh_release(values);
    return RH_OK;
}

static rh_status read_curve(rh_compare *c, const rh_report_lane *lane, int is_unhedged,
                            rh_error *error) {
    rh_report_run run;
    rh_compare_leader *out = &c->leaders[c->n_leaders++];
    rh_status status = rh_report_run_read(c->db, lane->id, &run, error);
    *out = (rh_compare_leader){.lane = is_unhedged ? NULL : lane, .end = NAN};
    for (size_t i = 0; !is_unhedged && i + 1 < c->n_leaders; i++)
        out->dash += c->leaders[i].lane->group == lane->group;
    if (status == RH_OK)
        status = rh_report_run_read_series(c->db, &run, error);
    if (status == RH_OK)
        status = keep_curve(&run, is_unhedged, out, error);
    rh_report_run_free(&run);
    if (status == RH_OK && !isfinite(out->end)) { /* nothing to draw */
        rh_release(out->t);
        rh_release(out->pnl);
        c->n_leaders--;
    }
    return status;
}

static int is_chosen(const rh_compare *c, const rh_report_lane *lane, int by_group) {
    for (size_t i = 0; i < c->n_leaders; i++)
        if (c->leaders[i].lane == lane || (by_group && c->leaders[i].lane->group == lane->group))
            return 1;
    return 0;
}

/* Of lanes with steps: the best of each group first, then the next best; one place is kept for the
 * reference. */
static rh_status choose_leaders(rh_compare *c, const rh_report_lane *reference, rh_error *error) {
    rh_status status = RH_OK;
    size_t most = RH_MOST_LEADERS - (reference != NULL);
    for (int by_group = 1; by_group >= 0; by_group--)
        for (size_t i = 0; i < c->lanes->n_lanes && status == RH_OK && c->n_leaders < most; i++) {
            const rh_report_lane *lane = &c->lanes->lanes[c->order[i]];
            if (lane != reference && isfinite(lane->sigma.value) && !is_chosen(c, lane, by_group) &&
                has_steps(c->db, lane->id))
                status = read_curve(c, lane, 0, error);
        }
    if (status == RH_OK && reference)
        status = read_curve(c, reference, 0, error);
    return status;
}

rh_status rh_compare_read_leaders(rh_compare *c, rh_error *error) {
    const rh_report_lane *reference = rh_report_lane_find(c->lanes, c->lanes->reference);
    if (reference && !has_steps(c->db, reference->id))
        reference = NULL;
    rh_status status = choose_leaders(c, reference, error);
    if (status == RH_OK && c->n_leaders > 0)
        status = read_curve(c, c->leaders[0].lane, 1, error);
    return status;
}

rh_status rh_compare_leaders_table(FILE *out, const void *subject, rh_error *error) {
    const rh_compare *c = subject;
    (void)error;
    (void)fputs("# number\tt\tpnl\n", out);
    for (size_t k = 0; k < c->n_leaders; k++) {
        (void)fputs(k ? "\n\n" : "", out);
        for (size_t i = 0; i < c->leaders[k].count; i++) {
            (void)fprintf(out, "%zu\t%.3f", k, c->leaders[k].t[i]);
            rh_compare_number(out, c->leaders[k].pnl[i]);
            (void)fputc('\n', out);
        }
    }
    return RH_OK;
}

/* ---- words of the leaders ---- */

static rh_axis pnl_axis(const rh_compare *c) {
    rh_extent extent = {0, 0};
    for (size_t k = 0; k < c->n_leaders; k++)
        for (size_t i = 0; i < c->leaders[k].count; i++)
            rh_extent_add(&extent, c->leaders[k].pnl[i]);
    return rh_axis_make(
        extent,
        rh_axis_unit_for(fmax(fabs(extent.low), fabs(extent.high)), rh_compare_numeraire(c)), 4);
}

static void write_leader(FILE *out, const rh_compare *c, size_t k, double place) {
    const rh_compare_leader *leader = &c->leaders[k];
    char name[256], figure[RH_FIGURE_TEXT], text[512];
    if (leader->lane)
        (void)rh_compare_name(leader->lane, 26, name, sizeof name);
    else
        (void)strcpy(name, "unhedged");
    (void)snprintf(text, sizeof text, "%s  %s", name,
                   rh_figure_money(figure, leader->end, rh_compare_numeraire(c)));
    (void)fprintf(out, "LEADER_TEXT[%zu] = ", k + 1);
    rh_write_gnuplot_string(out, text, 50);
    (void)fprintf(out, "\nLEADER_AT[%zu] = %.10g\nLEADER_GROUP[%zu] = %d\nLEADER_DASH[%zu] = %d\n",
                  k + 1, isfinite(place) ? place : 0.0, k + 1,
                  leader->lane ? (int)leader->lane->group : -1, k + 1, leader->dash);
}

void rh_compare_leaders_write(FILE *out, const rh_compare *c) {
    double places[RH_MOST_LEADERS + 1];
    const rh_axis axis = pnl_axis(c);
    const double size = axis.high - axis.low;
    for (size_t k = 0; k < c->n_leaders; k++)
        places[k] = isfinite(c->leaders[k].end) ? c->leaders[k].end / axis.unit.factor : 0;
    rh_labels_spread(places, c->n_leaders, 0.052 * size, axis.low, axis.high + 0.02 * size);
    (void)fprintf(out, "N_LEADERS = %zu\n", c->n_leaders);
    (void)fprintf(out,
                  "array LEADER_TEXT[%d]\narray LEADER_AT[%d]\narray LEADER_GROUP[%d]\n"
                  "array LEADER_DASH[%d]\n",
                  RH_MOST_LEADERS + 1, RH_MOST_LEADERS + 1, RH_MOST_LEADERS + 1,
                  RH_MOST_LEADERS + 1);
    for (size_t k = 0; k < c->n_leaders; k++)
        write_leader(out, c, k, places[k]);
    (void)fprintf(out,
                  "PNL_FACTOR = %.15g\nPNL_LO = %.15g\nPNL_HI = %.15g\nPNL_STEP = %.15g\n"
                  "PNL_FORMAT = '%%.%df'\nPNL_UNIT = ",
                  axis.unit.factor, axis.low, axis.high, axis.step, axis.decimals);
    rh_write_gnuplot_string(out, axis.unit.unit, 40);
    (void)fputc('\n', out);
}

/* ---- distributions ---- */

static rh_status keep_error(rh_compare *c, const rh_report_lane *lane, double error_value,
                            rh_error *error) {
    if (lane->group >= c->n_groups)
        return RH_OK;
    rh_compare_group *group = &c->groups[lane->group];
    const size_t best = c->lanes->groups[lane->group].best;
    if (rh_make_room(&group->errors, group->count, &group->room, sizeof *group->errors) != 0)
        return rh_fail(error, RH_FAILED, "out of memory after %zu errors", group->count);
    group->errors[group->count++] = error_value;
    if (lane != &c->lanes->lanes[best])
        return RH_OK;
    if (rh_make_room(&group->best, group->n_best, &group->best_room, sizeof *group->best) != 0)
        return rh_fail(error, RH_FAILED, "out of memory after %zu errors", group->n_best);
    group->best[group->n_best++] = error_value;
    return RH_OK;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void sort(double *values, size_t count) {
    if (count > 0)
        qsort(values, count, sizeof *values, by_value);
}

static double reach_of(const rh_compare_group *group) {
    return fmax(fabs(rh_quantile(group->best, group->n_best, 0.02)),
                fabs(rh_quantile(group->best, group->n_best, 0.98)));
}

/* Wide enough for every group's best lane, but not for one that is five times wider than the middle
 * one: the unhedged book would flatten all others. */
static double choose_reach(const rh_compare *c) {
    double reaches[RH_MOST_GROUPS], largest = 0;
    size_t count = 0;
    for (size_t i = 0; i < c->n_groups; i++)
        if (c->groups[i].n_best > 0)
            reaches[count++] = reach_of(&c->groups[i]);
    if (count == 0)
        return NAN;
    qsort(reaches, count, sizeof *reaches, by_value);
    for (size_t i = 0; i < count; i++)
        if (reaches[i] <= 5 * reaches[(count - 1) / 2])
            largest = reaches[i];
    return largest > 0 ? 1.25 * largest : 1;
}

rh_status rh_compare_read_errors(rh_compare *c, rh_error *error) {
    sqlite3_stmt *query;
    rh_status status = RH_OK;
    int answer = SQLITE_DONE;
    const rh_report_lane *lane = NULL;
    c->n_groups = c->lanes->n_groups < RH_MOST_GROUPS ? c->lanes->n_groups : RH_MOST_GROUPS;
    c->groups = rh_allocate(RH_MOST_GROUPS, sizeof *c->groups);
    if (!c->groups)
        return rh_no_memory(error);
    if (sqlite3_prepare_v2(c->db, "SELECT run_id,error FROM error WHERE counted", -1, &query,
                           NULL) != SQLITE_OK)
        return rh_fail(error, RH_BAD_DATA, "the errors can't be read: %s", sqlite3_errmsg(c->db));
    while (status == RH_OK && (answer = sqlite3_step(query)) == SQLITE_ROW) {
        const int64_t run_id = sqlite3_column_int64(query, 0);
        if (!lane || lane->id != run_id)
            lane = rh_report_lane_find(c->lanes, run_id);
        if (lane)
            status = keep_error(c, lane, sqlite3_column_double(query, 1), error);
    }
    sqlite3_finalize(query);
    if (status == RH_OK && answer != SQLITE_DONE)
        return rh_fail(error, RH_BAD_DATA, "the errors can't be read: %s", sqlite3_errmsg(c->db));
    for (size_t i = 0; i < c->n_groups; i++) {
        sort(c->groups[i].errors, c->groups[i].count);
        sort(c->groups[i].best, c->groups[i].n_best);
    }
    c->reach = choose_reach(c);
    return status;
}

rh_status rh_compare_density_table(FILE *out, const void *subject, rh_error *error) {
    const rh_compare *c = subject;
    double points[RH_DENSITY_POINTS];
    (void)error;
    (void)fputs("# error\trow\thalf height\n", out);
    for (size_t k = 0; k < c->n_groups && c->reach > 0; k++) {
        (void)fputs(k ? "\n\n" : "", out);
        rh_density_make(c->groups[k].errors, c->groups[k].count, -c->reach, c->reach, points,
                        RH_DENSITY_POINTS);
        for (int i = 0; i < RH_DENSITY_POINTS; i++)
            (void)fprintf(out, "%.10g\t%zu\t%.4g\n",
                          c->reach * (2.0 * i / (RH_DENSITY_POINTS - 1) - 1), k, points[i]);
    }
    return RH_OK;
}

rh_status rh_compare_spread_table(FILE *out, const void *subject, rh_error *error) {
    static const double shares[] = {0.05, 0.25, 0.5, 0.75, 0.95};
    const rh_compare *c = subject;
    (void)error;
    (void)fputs("# row\tq05\tq25\tq50\tq75\tq95\n", out);
    for (size_t k = 0; k < c->n_groups; k++) {
        (void)fprintf(out, "%zu", k);
        for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
            rh_compare_number(out, rh_quantile(c->groups[k].best, c->groups[k].n_best, shares[i]));
        (void)fputc('\n', out);
    }
    return RH_OK;
}

static void write_group_name(FILE *out, const rh_report_group *group, size_t k) {
    char name[160], text[200];
    rh_clean_text(name, sizeof name, group->name[0] ? group->name : "all lanes", 18);
    (void)snprintf(text, sizeof text, group->count > 1 ? "%s (%zu)" : "%s", name, group->count);
    (void)fprintf(out, "SHAPE_NAME[%zu] = ", k + 1);
    rh_write_gnuplot_string(out, text, 40);
    (void)fputc('\n', out);
}

void rh_compare_groups_write(FILE *out, const rh_compare *c) {
    const double reach = isfinite(c->reach) ? c->reach : 1;
    const rh_extent extent = {-reach / 1.14, reach / 1.14}; /* the axis adds its margin */
    const rh_axis axis = rh_axis_make(extent, rh_axis_unit_for(reach, rh_compare_numeraire(c)), 4);
    (void)fprintf(out, "N_SHAPES = %zu\nN_GROUPS = %zu\n", isfinite(c->reach) ? c->n_groups : 0,
                  c->lanes->n_groups);
    (void)fprintf(out,
                  "SHAPE_FACTOR = %.15g\nSHAPE_LO = %.15g\nSHAPE_HI = %.15g\n"
                  "SHAPE_STEP = %.15g\nSHAPE_FORMAT = '%%.%df'\nSHAPE_UNIT = ",
                  axis.unit.factor, -reach / axis.unit.factor, reach / axis.unit.factor, axis.step,
                  axis.decimals);
    rh_write_gnuplot_string(out, axis.unit.unit, 40);
    (void)fputs("\nGROUPED_BY = ", out);
    rh_write_gnuplot_enhanced(out, c->lanes->grouped_by[0] ? c->lanes->grouped_by : "lane", 30);
    (void)fprintf(out, "\narray SHAPE_NAME[%d]\n", RH_MOST_GROUPS);
    for (size_t k = 0; k < c->n_groups; k++)
        write_group_name(out, &c->lanes->groups[k], k);
}

void rh_compare_free_series(rh_compare *c) {
    for (size_t k = 0; k < c->n_leaders; k++) {
        rh_release(c->leaders[k].t);
        rh_release(c->leaders[k].pnl);
    }
    for (size_t k = 0; c->groups && k < c->n_groups; k++) {
        rh_release(c->groups[k].errors);
        rh_release(c->groups[k].best);
    }
    rh_release(c->groups);
    c->groups = NULL;
    c->n_leaders = c->n_groups = 0;
}
