/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/lanes.h"

#include "base/config.h"
#include "base/memory.h"
#include "base/number.h"

#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

static rh_status query_failed(sqlite3 *db, rh_error *error) {
    return rh_fail(error, RH_BAD_DATA, "the results file can't be read: %s", sqlite3_errmsg(db));
}

static rh_status out_of_memory(const rh_report_lanes *lanes, rh_error *error) {
    return rh_fail(error, RH_FAILED, "out of memory after %zu lanes", lanes->n_lanes);
}

typedef rh_status row_reader(sqlite3_stmt *query, rh_report_lanes *lanes, rh_error *error);

static rh_status each_row(sqlite3 *db, const char *sql, row_reader *read_row,
                          rh_report_lanes *lanes, rh_error *error) {
    sqlite3_stmt *query;
    rh_status status = RH_OK;
    int answer = SQLITE_DONE;
    if (sqlite3_prepare_v2(db, sql, -1, &query, NULL) != SQLITE_OK)
        return query_failed(db, error);
    while (status == RH_OK && (answer = sqlite3_step(query)) == SQLITE_ROW)
        status = read_row(query, lanes, error);
    if (status == RH_OK && answer != SQLITE_DONE)
        status = query_failed(db, error);
    sqlite3_finalize(query);
    return status;
}

static char *text_at(sqlite3_stmt *query, int column) {
    char number[RH_NUMBER_TEXT];
    if (sqlite3_column_type(query, column) == SQLITE_FLOAT)
        return rh_copy_text(rh_number_text(sqlite3_column_double(query, column), number));
    const unsigned char *text = sqlite3_column_text(query, column);
    return rh_copy_text(text ? (const char *)text : "");
}

static double number_at(sqlite3_stmt *query, int column) {
    int type = sqlite3_column_type(query, column);
    return type == SQLITE_FLOAT || type == SQLITE_INTEGER ? sqlite3_column_double(query, column)
                                                          : NAN;
}

/* ---- reading ---- */

int64_t rh_report_count_lanes(sqlite3 *db) {
    sqlite3_stmt *query;
    int64_t count = 0;
    if (sqlite3_prepare_v2(db, "SELECT count(*) FROM run", -1, &query, NULL) != SQLITE_OK)
        return 0;
    if (sqlite3_step(query) == SQLITE_ROW)
        count = sqlite3_column_int64(query, 0);
    sqlite3_finalize(query);
    return count;
}

rh_report_lane *rh_report_lane_find(const rh_report_lanes *lanes, int64_t run_id) {
    size_t low = 0, high = lanes->n_lanes;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (lanes->lanes[middle].id < run_id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < lanes->n_lanes && lanes->lanes[low].id == run_id ? &lanes->lanes[low] : NULL;
}

/* A configuration that isn't JSON has no rule; the rest of the lane stands. */
static const char lane_sql[] =
    "SELECT run_id,label,status,CASE WHEN json_valid(config) THEN"
    " json_extract(config,'$.strategy.name') END,"
    " numeraire||' '||underlying||' '||grid_ns||' '||coalesce(paths,0)<>(SELECT"
    "  numeraire||' '||underlying||' '||grid_ns||' '||coalesce(paths,0) FROM run LIMIT 1),"
    " CASE WHEN json_valid(config) THEN json_extract(config,'$.strategy.every') IS NOT NULL"
    "  AND json_extract(config,'$.strategy.name') IN ('interval','leland') END FROM run";

static rh_status read_lane(sqlite3_stmt *query, rh_report_lanes *lanes, rh_error *error) {
    if (rh_make_room(&lanes->lanes, lanes->n_lanes, &lanes->lanes_room, sizeof *lanes->lanes) != 0)
        return out_of_memory(lanes, error);
    rh_report_lane *lane = &lanes->lanes[lanes->n_lanes++];
    *lane = (rh_report_lane){.id = sqlite3_column_int64(query, 0),
                             .label = text_at(query, 1),
                             .status = text_at(query, 2),
                             .rule = text_at(query, 3),
                             .sigma = {NAN, NAN, NAN},
                             .cost = NAN};
    for (int i = 0; i < RH_N_METRICS; i++)
        lane->metrics[i] = NAN;
    lanes->is_mixed |= sqlite3_column_int(query, 4);
    lane->is_clock = sqlite3_column_int(query, 5);
    if (!lane->label || !lane->status || !lane->rule)
        return out_of_memory(lanes, error);
    lanes->n_failed += strcmp(lane->status, "ok") != 0;
    return RH_OK;
}

static const char metric_sql[] = "SELECT run_id,metric,value,low,high FROM metric";

/* A metric of a later version, which this one doesn't know, is left out. */
static rh_status read_metric(sqlite3_stmt *query, rh_report_lanes *lanes, rh_error *error) {
    rh_report_lane *lane = rh_report_lane_find(lanes, sqlite3_column_int64(query, 0));
    const char *name = (const char *)sqlite3_column_text(query, 1);
    const rh_metric_entry *entries = rh_metric_entries();
    (void)error;
    for (int i = 0; lane && name && i < RH_N_METRICS; i++) {
        if (strcmp(entries[i].name, name) != 0)
            continue;
        lane->metrics[i] = number_at(query, 2);
        if (i == RH_METRIC_HEDGE_ERROR_STD)
            lane->sigma =
                (rh_report_metric){lane->metrics[i], number_at(query, 3), number_at(query, 4)};
        break;
    }
    return RH_OK;
}

static const char difference_sql[] =
    "SELECT run_id,reference_id,against,loss,distinguishable,lanes FROM difference";

static rh_status read_difference(sqlite3_stmt *query, rh_report_lanes *lanes, rh_error *error) {
    rh_report_lane *lane = rh_report_lane_find(lanes, sqlite3_column_int64(query, 0));
    const int64_t other = sqlite3_column_int64(query, 1);
    const char *against = (const char *)sqlite3_column_text(query, 2);
    const char *loss = (const char *)sqlite3_column_text(query, 3);
    const int is_same = sqlite3_column_int(query, 4) == 0;
    (void)error;
    if (!lane || !against || !loss)
        return RH_OK;
    if (sqlite3_column_int64(query, 5) > lanes->tried)
        lanes->tried = sqlite3_column_int64(query, 5);
    const int is_error = strcmp(loss, "error2") == 0;
    if (strcmp(against, "leader") == 0) {
        lanes->leader = other;
        if (is_error && is_same)
            lane->marks |= RH_LANE_LIKE_LEADER;
        return RH_OK;
    }
    lanes->reference = other;
    lane->is_tested |= is_error;
    if (is_same)
        lane->marks |= is_error ? RH_LANE_SAME_ERROR : RH_LANE_SAME_COST;
    return RH_OK;
}

static const char period_sql[] = "SELECT min(ts_ns),max(ts_ns) FROM error WHERE run_id="
                                 "(SELECT min(run_id) FROM error)";

static rh_status read_period(sqlite3_stmt *query, rh_report_lanes *lanes, rh_error *error) {
    (void)error;
    if (lanes->first.to <= lanes->first.from && sqlite3_column_type(query, 0) != SQLITE_NULL) {
        lanes->first.from = sqlite3_column_int64(query, 0) - lanes->first.grid;
        lanes->first.to = sqlite3_column_int64(query, 1);
    }
    return RH_OK;
}

/* ---- swept keys: the columns of `comparison` between the label and the first metric ---- */

static rh_status take_keys(sqlite3_stmt *query, rh_report_lanes *lanes, rh_error *error) {
    int columns = 2;
    while (columns < sqlite3_column_count(query) &&
           strcmp(sqlite3_column_name(query, columns), rh_metric_entries()[0].name) != 0)
        columns++;
    lanes->keys = rh_allocate((size_t)columns, sizeof *lanes->keys);
    if (!lanes->keys)
        return out_of_memory(lanes, error);
    for (int i = 2; i < columns; i++) {
        lanes->keys[lanes->n_keys] = rh_copy_text(sqlite3_column_name(query, i));
        if (!lanes->keys[lanes->n_keys++])
            return out_of_memory(lanes, error);
    }
    return RH_OK;
}

static rh_status read_values(sqlite3_stmt *query, rh_report_lanes *lanes, rh_error *error) {
    rh_report_lane *lane = rh_report_lane_find(lanes, sqlite3_column_int64(query, 0));
    rh_status status = lanes->keys ? RH_OK : take_keys(query, lanes, error);
    if (status != RH_OK || !lane)
        return status;
    lane->values = rh_allocate(lanes->n_keys + 1, sizeof *lane->values);
    for (size_t i = 0; lane->values && i < lanes->n_keys; i++)
        if (!(lane->values[i] = text_at(query, (int)i + 2)))
            return out_of_memory(lanes, error);
    return lane->values ? RH_OK : out_of_memory(lanes, error);
}

/* ---- cost, error and their frontier ---- */

static double cost_of(const rh_report_lane *lane) {
    static const rh_metric parts[] = {RH_METRIC_FEES, RH_METRIC_SPREAD, RH_METRIC_IMPACT,
                                      RH_METRIC_LATENCY};
    double sum = NAN;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        double part = lane->metrics[parts[i]];
        if (isfinite(part))
            sum = isnan(sum) ? part : sum + part;
    }
    return sum;
}

static int by_cost_and_sigma(const void *a, const void *b) {
    const rh_report_lane *x = *(rh_report_lane *const *)a, *y = *(rh_report_lane *const *)b;
    if (x->cost != y->cost)
        return x->cost < y->cost ? -1 : 1;
    return (x->sigma.value > y->sigma.value) - (x->sigma.value < y->sigma.value);
}

/* From the cheapest on, a lane is on the frontier if its σ is below that of every cheaper one;
 * lanes that are equal in both are on it together. */
static rh_status mark_frontier(rh_report_lanes *lanes, rh_error *error) {
    rh_report_lane **known = rh_allocate(lanes->n_lanes + 1, sizeof *known);
    size_t count = 0;
    const rh_report_lane *last = NULL;
    if (!known)
        return out_of_memory(lanes, error);
    for (size_t i = 0; i < lanes->n_lanes; i++)
        if (isfinite(lanes->lanes[i].cost) && isfinite(lanes->lanes[i].sigma.value))
            known[count++] = &lanes->lanes[i];
    qsort(known, count, sizeof *known, by_cost_and_sigma);
    for (size_t i = 0; i < count; i++) {
        if (last && !(known[i]->sigma.value < last->sigma.value) &&
            by_cost_and_sigma(&known[i], &last) != 0)
            continue;
        known[i]->marks |= RH_LANE_FRONTIER;
        last = known[i];
    }
    rh_release(known);
    return RH_OK;
}

/* ---- groups ---- */

static const char *group_name(const rh_report_lanes *lanes, const rh_report_lane *lane,
                              size_t key) {
    return key == SIZE_MAX ? lane->rule : key < lanes->n_keys ? lane->values[key] : "";
}

/* Counts the different names, and stops counting above `most`. */
static size_t count_names(const rh_report_lanes *lanes, size_t key, size_t most) {
    const char *seen[RH_MOST_GROUPS + 1];
    size_t count = 0;
    for (size_t i = 0; i < lanes->n_lanes && count <= most; i++) {
        const char *name = group_name(lanes, &lanes->lanes[i], key);
        size_t k = 0;
        while (k < count && strcmp(seen[k], name) != 0)
            k++;
        if (k == count)
            seen[count++] = name;
    }
    return count;
}

/* SIZE_MAX is the rule, a number below n_keys a key, n_keys nothing. */
static size_t choose_key(const rh_report_lanes *lanes) {
    if (count_names(lanes, SIZE_MAX, 1) > 1)
        return SIZE_MAX;
    for (size_t key = 0; key < lanes->n_keys; key++) {
        size_t count = count_names(lanes, key, RH_MOST_GROUPS);
        if (count >= 2 && count <= RH_MOST_GROUPS)
            return key;
    }
    return lanes->n_keys;
}

/* Lanes come best first, so that a group's first lane is its best and the groups are in order. */
static void fill_groups(rh_report_lanes *lanes, const size_t *order, size_t key) {
    for (size_t i = 0; i < lanes->n_lanes; i++) {
        rh_report_lane *lane = &lanes->lanes[order[i]];
        const char *name = group_name(lanes, lane, key);
        size_t k = 0;
        while (k < lanes->n_groups && strcmp(lanes->groups[k].name, name) != 0)
            k++;
        if (k == lanes->n_groups)
            lanes->groups[lanes->n_groups++] = (rh_report_group){.name = name, .best = order[i]};
        lanes->groups[k].count++;
        lane->group = k;
    }
}

static rh_status make_groups(rh_report_lanes *lanes, rh_error *error) {
    size_t *order = rh_allocate(lanes->n_lanes + 1, sizeof *order);
    const size_t key = choose_key(lanes);
    lanes->groups = rh_allocate(lanes->n_lanes + 1, sizeof *lanes->groups);
    rh_status status = order && lanes->groups ? RH_OK : out_of_memory(lanes, error);
    if (status == RH_OK)
        status = rh_report_lanes_order(lanes, RH_METRIC_HEDGE_ERROR_STD, order, error);
    if (status == RH_OK) {
        fill_groups(lanes, order, key);
        lanes->grouped_by = key == SIZE_MAX ? "rule" : key < lanes->n_keys ? lanes->keys[key] : "";
    }
    rh_release(order);
    return status;
}

/* ---- order ---- */

/* Of those metrics that aren't better when they are low. */
rh_report_direction rh_report_direction_of(rh_metric metric) {
    static const rh_report_direction directions[RH_N_METRICS] = {
        [RH_METRIC_PNL_USD] = RH_BETTER_HIGH,
        [RH_METRIC_PNL_COIN] = RH_BETTER_HIGH,
        [RH_METRIC_UNHEDGED_PNL_USD] = RH_BETTER_HIGH,
        [RH_METRIC_UNHEDGED_PNL_COIN] = RH_BETTER_HIGH,
        [RH_METRIC_OPTION_PNL] = RH_BETTER_HIGH,
        [RH_METRIC_HEDGE_PNL] = RH_BETTER_HIGH,
        [RH_METRIC_FUNDING] = RH_BETTER_HIGH,
        [RH_METRIC_INTEREST] = RH_BETTER_HIGH,
        [RH_METRIC_HEDGE_ERROR_MEAN] = RH_BETTER_NEAR_ZERO,
        [RH_METRIC_HEDGE_EFFECTIVENESS] = RH_BETTER_HIGH,
        [RH_METRIC_ERROR_OVER_PREMIUM] = RH_BETTER_NEAR_ZERO,
        [RH_METRIC_SHARPE] = RH_BETTER_HIGH,
        [RH_METRIC_SORTINO] = RH_BETTER_HIGH,
        [RH_METRIC_GAMMA_PNL] = RH_BETTER_HIGH,
        [RH_METRIC_THETA_PNL] = RH_BETTER_HIGH,
        [RH_METRIC_UNEXPLAINED] = RH_BETTER_NEAR_ZERO,
        [RH_METRIC_SLIPPAGE_VOL_CORRELATION] = RH_BETTER_NEAR_ZERO,
        [RH_METRIC_STEPS] = RH_BETTER_HIGH,
    };
    return directions[metric];
}

rh_status rh_report_metric_find(const char *name, rh_metric *out, rh_error *error) {
    const char *names[RH_N_METRICS];
    *out = RH_METRIC_HEDGE_ERROR_STD;
    for (int i = 0; i < RH_N_METRICS; i++) {
        names[i] = rh_metric_entries()[i].name;
        if (name && strcmp(name, names[i]) == 0) {
            *out = (rh_metric)i;
            return RH_OK;
        }
    }
    if (!name)
        return RH_OK;
    const char *near = rh_nearest_name(name, names, RH_N_METRICS);
    return rh_fail(error, RH_BAD_CONFIG, "no metric '%.60s'%s%s%s", name,
                   near ? " (did you mean '" : "; see rehedge list metrics", near ? near : "",
                   near ? "'?)" : "");
}

typedef struct {
    double badness; /* infinite where unknown */
    size_t lane;
} place;

static int by_badness(const void *a, const void *b) {
    const place *x = a, *y = b;
    if (x->badness != y->badness)
        return x->badness < y->badness ? -1 : 1;
    return (x->lane > y->lane) - (x->lane < y->lane);
}

static double badness_of(double value, rh_report_direction direction) {
    if (!isfinite(value))
        return HUGE_VAL;
    return direction == RH_BETTER_LOW ? value : direction == RH_BETTER_HIGH ? -value : fabs(value);
}

rh_status rh_report_lanes_order(const rh_report_lanes *lanes, rh_metric metric, size_t *order,
                                rh_error *error) {
    const rh_report_direction direction = rh_report_direction_of(metric);
    place *places = rh_allocate(lanes->n_lanes + 1, sizeof *places);
    if (!places)
        return out_of_memory(lanes, error);
    for (size_t i = 0; i < lanes->n_lanes; i++)
        places[i] = (place){badness_of(lanes->lanes[i].metrics[metric], direction), .lane = i};
    qsort(places, lanes->n_lanes, sizeof *places, by_badness);
    for (size_t i = 0; i < lanes->n_lanes; i++)
        order[i] = places[i].lane;
    rh_release(places);
    return RH_OK;
}

/* ---- all of it ---- */

static void settle_marks(rh_report_lanes *lanes) {
    rh_report_lane *reference = rh_report_lane_find(lanes, lanes->reference);
    if (reference)
        reference->marks |= RH_LANE_REFERENCE;
    for (size_t i = 0; i < lanes->n_lanes; i++)
        lanes->lanes[i].cost = cost_of(&lanes->lanes[i]);
    if (lanes->tried < (int64_t)lanes->n_lanes)
        lanes->tried = (int64_t)lanes->n_lanes;
}

rh_status rh_report_lanes_read(sqlite3 *db, rh_report_lanes *out, rh_error *error) {
    *out = (rh_report_lanes){.grouped_by = ""};
    rh_status status = rh_report_run_read(db, 0, &out->first, error);
    if (status == RH_OK)
        status = each_row(db, lane_sql, read_lane, out, error);
    if (status == RH_OK)
        status = each_row(db, metric_sql, read_metric, out, error);
    if (status == RH_OK)
        status = each_row(db, difference_sql, read_difference, out, error);
    if (status == RH_OK)
        status = each_row(db, period_sql, read_period, out, error);
    if (status == RH_OK)
        status = each_row(db, "SELECT * FROM comparison", read_values, out, error);
    if (status != RH_OK)
        return status;
    settle_marks(out);
    status = mark_frontier(out, error);
    return status == RH_OK ? make_groups(out, error) : status;
}

void rh_report_lanes_free(rh_report_lanes *lanes) {
    for (size_t i = 0; i < lanes->n_lanes; i++) {
        rh_report_lane *lane = &lanes->lanes[i];
        for (size_t k = 0; lane->values && k < lanes->n_keys; k++)
            rh_release(lane->values[k]);
        rh_release(lane->values);
        rh_release(lane->label);
        rh_release(lane->status);
        rh_release(lane->rule);
    }
    for (size_t k = 0; k < lanes->n_keys; k++)
        rh_release(lanes->keys[k]);
    rh_release(lanes->keys);
    rh_release(lanes->groups);
    rh_release(lanes->lanes);
    rh_report_run_free(&lanes->first);
    *lanes = (rh_report_lanes){.grouped_by = ""};
}
