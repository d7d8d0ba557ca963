/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/league.h"

#include "base/memory.h"
#include "report/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a column of numbers has in common: it divides by `factor` and has as many decimals as show
 * three digits of its smaller numbers, but no more than five of its largest. */
typedef struct {
    double factor;
    int decimals;
} format;

typedef double lane_value(const rh_report_lane *lane, rh_metric metric);

static double metric_of(const rh_report_lane *lane, rh_metric metric) {
    return lane->metrics[metric];
}

static double cost_of(const rh_report_lane *lane, rh_metric metric) {
    (void)metric;
    return lane->cost;
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* `part` 0 shows three digits of the least number, 0.5 of the middle one. */
static format format_of(const rh_league *league, lane_value *value, rh_metric metric, double factor,
                        double part) {
    size_t count = 0;
    for (size_t i = 0; i < league->n_rows; i++) {
        double size = fabs(value(league->rows[i].lane, metric) / factor);
        if (isfinite(size) && size > 0)
            league->sizes[count++] = size;
    }
    format f = {factor, 0};
    if (count > 0) {
        qsort(league->sizes, count, sizeof *league->sizes, by_size);
        double shown = league->sizes[(size_t)(part * (double)(count - 1))];
        int wanted = 2 - (int)floor(log10(shown));
        int most = 4 - (int)floor(log10(league->sizes[count - 1]));
        f.decimals = wanted < most ? wanted : most;
    }
    f.decimals = f.decimals < 0 ? 0 : f.decimals > 8 ? 8 : f.decimals;
    return f;
}

static void put(char *cell, const format *f, double value) {
    char figure[RH_FIGURE_TEXT];
    (void)snprintf(cell, RH_LEAGUE_TEXT, "%.60s",
                   rh_figure_fixed(figure, value / f->factor, f->decimals));
}

static void fill(rh_league *league, rh_league_column column, lane_value *value, rh_metric metric,
                 double factor) {
    const format f = format_of(league, value, metric, factor, column == RH_LEAGUE_SIGMA ? 0 : 0.5);
    for (size_t i = 0; i < league->n_rows; i++)
        put(league->rows[i].cells[column], &f, value(league->rows[i].lane, metric));
}

static void name(rh_league *league, rh_league_column column, const char *text, const char *unit) {
    (void)snprintf(league->names[column], RH_LEAGUE_TEXT, "%s", text);
    (void)rh_clean_text(league->units[column], RH_LEAGUE_TEXT, unit, 16);
}

/* Dollars are counted as they are; coins in thousandths where that reads better. */
static rh_axis_unit unit_of(const rh_league *league, rh_metric metric) {
    const rh_report_run *first = &league->lanes->first;
    double largest = 0;
    if (!first->coin) {
        rh_axis_unit usd = {.factor = 1, .unit = "USD"};
        return usd;
    }
    for (size_t i = 0; i < league->n_rows; i++) {
        double size = fabs(league->rows[i].lane->metrics[metric]);
        largest = isfinite(size) ? fmax(largest, size) : largest;
    }
    return rh_axis_unit_for(largest, first->underlying);
}

/* ---- the columns ---- */

static void fill_interval(rh_league *league, double factor) {
    const format f = format_of(league, metric_of, RH_METRIC_HEDGE_ERROR_STD, factor, 0.5);
    int known = 0;
    for (size_t i = 0; i < league->n_rows; i++) {
        char low[RH_LEAGUE_TEXT], high[RH_LEAGUE_TEXT];
        const rh_report_metric *sigma = &league->rows[i].lane->sigma;
        if (!isfinite(sigma->low) || !isfinite(sigma->high))
            continue;
        put(low, &f, sigma->low);
        put(high, &f, sigma->high);
        (void)snprintf(league->rows[i].cells[RH_LEAGUE_INTERVAL], RH_LEAGUE_TEXT, "%.28s–%.28s",
                       low, high);
        known = 1;
    }
    if (known)
        name(league, RH_LEAGUE_INTERVAL, "95 %", league->units[RH_LEAGUE_SIGMA]);
}

/* A share in per cent: 99.42, −3.5. */
static void fill_effectiveness(rh_league *league) {
    for (size_t i = 0; i < league->n_rows; i++) {
        double percent = 100 * league->rows[i].lane->metrics[RH_METRIC_HEDGE_EFFECTIVENESS];
        const format f = {1, fabs(percent) < 1000 ? 1 : 0};
        put(league->rows[i].cells[RH_LEAGUE_EFFECTIVENESS], &f, percent);
    }
    name(league, RH_LEAGUE_EFFECTIVENESS, "eff.", "%");
}

static void fill_errors(rh_league *league) {
    const rh_report_run *first = &league->lanes->first;
    char grid[RH_DURATION_TEXT], text[RH_LEAGUE_TEXT];
    rh_axis_unit unit = unit_of(league, RH_METRIC_HEDGE_ERROR_STD);
    (void)snprintf(text, sizeof text, "σ/%s",
                   first->paths > 0  ? "path"
                   : first->grid > 0 ? rh_duration_text(first->grid, grid)
                                     : "step");
    fill(league, RH_LEAGUE_SIGMA, metric_of, RH_METRIC_HEDGE_ERROR_STD, unit.factor);
    name(league, RH_LEAGUE_SIGMA, text, unit.unit);
    fill_interval(league, unit.factor);
    fill(league, RH_LEAGUE_ES95, metric_of, RH_METRIC_ES95, unit.factor);
    name(league, RH_LEAGUE_ES95, "ES95", unit.unit);
}

static int is_a_column(rh_metric metric, int coin) {
    return metric == (coin ? RH_METRIC_PNL_COIN : RH_METRIC_PNL_USD) ||
           metric == RH_METRIC_HEDGE_ERROR_STD || metric == RH_METRIC_ES95 ||
           metric == RH_METRIC_HEDGE_EFFECTIVENESS || metric == RH_METRIC_REBALANCES ||
           metric == RH_METRIC_TURNOVER_RATIO;
}

static void fill_sorted(rh_league *league) {
    const rh_report_run *first = &league->lanes->first;
    const rh_metric_entry *entry = &rh_metric_entries()[league->metric];
    const char *unit = strncmp(entry->unit, "coin", 4) == 0        ? first->underlying
                       : strncmp(entry->unit, "numeraire", 9) == 0 ? rh_report_numeraire(first)
                       : strcmp(entry->unit, "1") == 0             ? ""
                                                                   : entry->unit;
    if (is_a_column(league->metric, first->coin))
        return;
    fill(league, RH_LEAGUE_SORTED, metric_of, league->metric, 1.0);
    name(league, RH_LEAGUE_SORTED, entry->name, unit);
}

static void fill_columns(rh_league *league) {
    const int coin = league->lanes->first.coin;
    const rh_metric pnl = coin ? RH_METRIC_PNL_COIN : RH_METRIC_PNL_USD;
    const rh_axis_unit unit = unit_of(league, pnl);
    name(league, RH_LEAGUE_RANK, "#", "");
    name(league, RH_LEAGUE_RUN, "run", "");
    name(league, RH_LEAGUE_LABEL, "lane", "");
    fill_sorted(league);
    fill(league, RH_LEAGUE_PNL, metric_of, pnl, unit.factor);
    name(league, RH_LEAGUE_PNL, "PnL", unit.unit);
    fill(league, RH_LEAGUE_COST, cost_of, RH_METRIC_FEES, 1.0);
    name(league, RH_LEAGUE_COST, "cost", "USD");
    fill_errors(league);
    fill_effectiveness(league);
    fill(league, RH_LEAGUE_TURNOVER, metric_of, RH_METRIC_TURNOVER_RATIO, 1.0);
    name(league, RH_LEAGUE_TURNOVER, "turn.", "× book");
    for (size_t i = 0; i < league->n_rows; i++) {
        const format whole = {1, 0};
        put(league->rows[i].cells[RH_LEAGUE_REBALANCES], &whole,
            league->rows[i].lane->metrics[RH_METRIC_REBALANCES]);
        (void)snprintf(league->rows[i].cells[RH_LEAGUE_RUN], RH_LEAGUE_TEXT, "%lld",
                       (long long)league->rows[i].lane->id);
    }
    name(league, RH_LEAGUE_REBALANCES, "rebal.", "fills");
}

/* ---- marks: one place each, as far as any lane has them ---- */

static const struct {
    unsigned bits;
    const char *marks[2]; /* of the bits in their order */
} places[] = {{RH_LANE_FRONTIER, {"*", NULL}},
              {RH_LANE_REFERENCE | RH_LANE_SAME_ERROR, {"R", "≈"}},
              {RH_LANE_SAME_COST, {"c", NULL}},
              {RH_LANE_LIKE_LEADER, {"~", NULL}}};
enum { N_PLACES = sizeof places / sizeof *places };

/* What is known of the leader is worth a mark where it leads. */
static unsigned marks_of(const rh_league *league, const rh_report_lane *lane) {
    int leads = league->n_rows > 0 && league->rows[0].lane->id == league->lanes->leader;
    return leads ? lane->marks : lane->marks & ~(unsigned)RH_LANE_LIKE_LEADER;
}

static unsigned all_marks(const rh_league *league) {
    unsigned all = 0;
    for (size_t i = 0; i < league->n_rows; i++)
        all |= marks_of(league, league->rows[i].lane);
    return all;
}

static void fill_marks(rh_league *league) {
    const unsigned all = all_marks(league);
    for (size_t i = 0; i < league->n_rows; i++) {
        char *cell = league->rows[i].cells[RH_LEAGUE_MARKS];
        const unsigned marks = marks_of(league, league->rows[i].lane);
        for (size_t k = 0; k < N_PLACES; k++) {
            const unsigned lowest = places[k].bits & (~places[k].bits + 1);
            const char *mark = marks & lowest           ? places[k].marks[0]
                               : marks & places[k].bits ? places[k].marks[1]
                                                        : " ";
            if (all & places[k].bits)
                (void)strcat(cell, mark);
        }
    }
}

/* ---- rows ---- */

static void fill_ranks(rh_league *league, const size_t *order) {
    const rh_report_lane *lanes = league->lanes->lanes;
    size_t row = 0, rank = 0;
    for (size_t i = 0; i < league->lanes->n_lanes && row < league->n_rows; i++) {
        double value = lanes[order[i]].metrics[league->metric];
        if (i == 0 || value != lanes[order[i - 1]].metrics[league->metric])
            rank = i + 1;
        if (league->rows[row].lane != &lanes[order[i]])
            continue;
        (void)snprintf(league->rows[row++].cells[RH_LEAGUE_RANK], RH_LEAGUE_TEXT,
                       isfinite(value) ? "%zu" : "–", rank);
    }
}

static void choose_rows(rh_league *league, const size_t *order, size_t limit) {
    const rh_report_lanes *lanes = league->lanes;
    for (size_t i = 0; i < lanes->n_lanes; i++) {
        const rh_report_lane *lane = &lanes->lanes[order[i]];
        if (i >= limit && !(lane->marks & RH_LANE_REFERENCE))
            continue;
        league->has_gap = i > league->n_rows;
        league->rows[league->n_rows++].lane = lane;
    }
    league->n_left_out = lanes->n_lanes - league->n_rows;
}

rh_status rh_league_make(const rh_report_lanes *lanes, rh_metric metric, size_t limit,
                         rh_league *out, rh_error *error) {
    *out = (rh_league){.lanes = lanes, .metric = metric};
    size_t *order = rh_allocate(lanes->n_lanes + 1, sizeof *order);
    out->rows =
        rh_allocate((limit < lanes->n_lanes ? limit : lanes->n_lanes) + 1, sizeof *out->rows);
    out->sizes = rh_allocate(lanes->n_lanes + 1, sizeof *out->sizes);
    rh_status status =
        order && out->rows && out->sizes
            ? rh_report_lanes_order(lanes, metric, order, error)
            : rh_fail(error, RH_FAILED, "out of memory for %zu lanes", lanes->n_lanes);
    if (status == RH_OK) {
        choose_rows(out, order, limit);
        fill_ranks(out, order);
        fill_columns(out);
        fill_marks(out);
    }
    rh_release(order);
    return status;
}

void rh_league_free(rh_league *league) {
    rh_release(league->rows);
    rh_release(league->sizes);
    *league = (rh_league){0};
}

/* ---- what stands below ---- */

static const char *lane_words(const rh_report_lanes *lanes, int64_t id, char out[200]) {
    char clean[160];
    const rh_report_lane *lane = rh_report_lane_find(lanes, id);
    (void)snprintf(out, 200, "run %lld%s%s", (long long)id, lane ? ", " : "",
                   lane ? rh_clean_text(clean, sizeof clean, lane->label, 60) : "");
    return out;
}

/* "1,000 lanes" */
static const char *count_words(double count, const char *what, char out[RH_FIGURE_TEXT * 2]) {
    char figure[RH_FIGURE_TEXT];
    (void)snprintf(out, RH_FIGURE_TEXT * 2, "%s %s%s", rh_figure_fixed(figure, count, 0), what,
                   count == 1.0 ? "" : "s");
    return out;
}

static int count_marked(const rh_report_lanes *lanes, unsigned mark) {
    int count = 0;
    for (size_t i = 0; i < lanes->n_lanes; i++)
        count += (lanes->lanes[i].marks & mark) != 0;
    return count;
}

static void say_tests(const rh_report_lanes *lanes, char *out) {
    char words[200];
    int tested = 0;
    for (size_t i = 0; i < lanes->n_lanes; i++)
        tested += lanes->lanes[i].is_tested;
    if (lanes->reference == 0)
        (void)snprintf(out, RH_LEAGUE_LINE,
                       "The file has no tests against a reference: which of "
                       "the differences are real is not known.");
    else
        (void)snprintf(out, RH_LEAGUE_LINE,
                       "R is the reference, %s. ≈ cannot be told apart from it in squared error: "
                       "%d of %d, corrected for the number of lanes.",
                       lane_words(lanes, lanes->reference, words),
                       count_marked(lanes, RH_LANE_SAME_ERROR), tested);
}

static void say_cost_and_leader(const rh_league *league, char *out) {
    const unsigned all = all_marks(league);
    size_t used = 0;
    out[0] = '\0';
    if (all & RH_LANE_SAME_COST)
        used = (size_t)snprintf(out, RH_LEAGUE_LINE,
                                "c cannot be told apart from it in squared error plus cost: %d.",
                                count_marked(league->lanes, RH_LANE_SAME_COST));
    if (all & RH_LANE_LIKE_LEADER)
        (void)snprintf(out + used, RH_LEAGUE_LINE - used,
                       "%s~ cannot be told apart from the leader, run %lld: %d.", used ? " " : "",
                       (long long)league->lanes->leader,
                       count_marked(league->lanes, RH_LANE_LIKE_LEADER));
}

static void say_left_out(const rh_league *league, char *out) {
    char shown[RH_FIGURE_TEXT * 2], left[RH_FIGURE_TEXT];
    out[0] = '\0';
    if (league->n_left_out > 0)
        (void)snprintf(out, RH_LEAGUE_LINE,
                       "%s shown, %s left out; all are in rehedge export RESULTS comparison.",
                       count_words((double)league->n_rows, "lane", shown),
                       rh_figure_fixed(left, (double)league->n_left_out, 0));
}

static void say_failed(const rh_report_lanes *lanes, char *out) {
    char status[160], count[RH_FIGURE_TEXT * 2];
    out[0] = '\0';
    for (size_t i = 0; i < lanes->n_lanes; i++) {
        if (strcmp(lanes->lanes[i].status, "ok") == 0)
            continue;
        (void)snprintf(out, RH_LEAGUE_LINE, "%s not finished; the first is run %lld: %s",
                       count_words((double)lanes->n_failed, "lane", count),
                       (long long)lanes->lanes[i].id,
                       rh_clean_text(status, sizeof status, lanes->lanes[i].status, 100));
        return;
    }
}

static void say_tried(const rh_report_lanes *lanes, char *out) {
    char count[RH_FIGURE_TEXT * 2];
    (void)snprintf(out, RH_LEAGUE_LINE, "%s tried over the same %s%s",
                   count_words((double)lanes->tried, "lane", count),
                   lanes->first.paths > 0 ? "paths" : "history",
                   lanes->tried > 1 ? "; the best of many looks better than it will be." : ".");
}

static void say_observation(const rh_report_lanes *lanes, char *out) {
    char count[RH_FIGURE_TEXT * 2];
    if (lanes->first.paths > 0)
        (void)snprintf(out, RH_LEAGUE_LINE,
                       "%s: as many independent observations of the final PnL, of which PnL, cost "
                       "and fills are means; σ and ES95 are of the hedging error summed over a "
                       "path, before costs.",
                       count_words((double)lanes->first.paths, "path", count));
    else
        (void)snprintf(
            out, RH_LEAGUE_LINE,
            "One path is one observation of the final PnL: intervals and tests are of the "
            "hedging error of the steps, and none of them is of the PnL.");
}

static void say_mixed(const rh_report_lanes *lanes, char *out) {
    (void)snprintf(out, RH_LEAGUE_LINE, "%s",
                   lanes->is_mixed
                       ? "Lanes have different numeraires, grids or paths: their errors "
                         "don't compare; units are those of the first lane."
                       : "");
}

int rh_league_line(const rh_league *league, int index, char out[RH_LEAGUE_LINE]) {
    const int frontier = (all_marks(league) & RH_LANE_FRONTIER) != 0;
    out[0] = '\0';
    switch (index) {
    case 0:
        (void)snprintf(out, RH_LEAGUE_LINE, "%s",
                       frontier ? "* is on the frontier: no other lane has both a lower cost and a "
                                  "lower error σ."
                                : "");
        return 1;
    case 1: say_tests(league->lanes, out); return 1;
    case 2: say_cost_and_leader(league, out); return 1;
    case 3: say_left_out(league, out); return 1;
    case 4: say_failed(league->lanes, out); return 1;
    case 5: say_mixed(league->lanes, out); return 1;
    case 6: say_tried(league->lanes, out); return 1;
    case 7: say_observation(league->lanes, out); return 1;
    default: return 0;
    }
}
