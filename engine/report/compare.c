/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/compare.h"

#include "base/memory.h"
#include "report/compare_parts.h"
#include "report/sheet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { USUAL_TICS = 6, FEW_TICS = 4 };

rh_compare_kind rh_compare_kind_of(const rh_report_lane *lane) {
    return lane->marks & RH_LANE_REFERENCE    ? RH_KIND_REFERENCE
           : lane->marks & RH_LANE_SAME_ERROR ? RH_KIND_SAME
                                              : RH_KIND_PLAIN;
}

char *rh_compare_name(const rh_report_lane *lane, size_t columns, char *out, size_t size) {
    return rh_shorten_text(out, size, lane->label, columns);
}

const char *rh_compare_numeraire(const rh_compare *c) {
    return rh_report_numeraire(&c->lanes->first);
}

void rh_compare_number(FILE *out, double value) {
    if (isfinite(value))
        (void)fprintf(out, "\t%.10g", value);
    else
        (void)fputs("\tNaN", out);
}

void rh_compare_element(FILE *out, const char *name, size_t k, const char *text, size_t columns) {
    (void)fprintf(out, "%s[%zu] = ", name, k);
    rh_write_gnuplot_string(out, text, columns);
    (void)fputc('\n', out);
}

/* Of the whole life: over paths it is known, over one history it is made of the steps. */
static double total_of(const rh_report_lane *lane) {
    const int over_paths = lane->metrics[RH_METRIC_PATHS] > 0;
    return lane->sigma.value * (over_paths ? 1.0 : sqrt(lane->metrics[RH_METRIC_STEPS]));
}

/* What the rebalances of a rule of equal intervals cost, where Leland has something to say of it.
 */
static double clock_cost_of(const rh_report_lane *lane) {
    const double cost = lane->metrics[RH_METRIC_REBALANCE_COST];
    return lane->is_clock && cost > 0 && lane->metrics[RH_METRIC_LELAND_COST] > 0 ? cost : NAN;
}

const rh_report_lane *rh_compare_lane_at(const rh_compare *c, size_t i) {
    return &c->lanes->lanes[c->order[i]];
}

/* ---- tables ---- */

/* The best last, so that they are drawn on top. */
static rh_status write_lanes(FILE *out, const void *subject, rh_error *error) {
    const rh_compare *c = subject;
    (void)error;
    (void)fputs("# run_id\tgroup\tcost\tsigma\tlow\thigh\trebalances\ttotal\tkind\tclock_cost\n",
                out);
    for (size_t i = c->lanes->n_lanes; i > 0; i--) {
        const rh_report_lane *lane = rh_compare_lane_at(c, i - 1);
        (void)fprintf(out, "%lld\t%zu", (long long)lane->id, lane->group);
        rh_compare_number(out, lane->cost);
        rh_compare_number(out, lane->sigma.value);
        rh_compare_number(out, lane->sigma.low);
        rh_compare_number(out, lane->sigma.high);
        rh_compare_number(out, lane->metrics[RH_METRIC_REBALANCES]);
        rh_compare_number(out, total_of(lane));
        const double clock_cost = isfinite(c->leland) ? clock_cost_of(lane) : NAN;
        (void)fprintf(out, "\t%d\t%.10g\n", (int)rh_compare_kind_of(lane),
                      isfinite(clock_cost) ? clock_cost : 0.0); /* gnuplot skips rows with NaN */
    }
    return RH_OK;
}

/* From the lowest σ, which costs most, to the highest. */
static rh_status write_frontier(FILE *out, const void *subject, rh_error *error) {
    const rh_compare *c = subject;
    (void)error;
    (void)fputs("# cost\tsigma\n", out);
    for (size_t i = 0; i < c->lanes->n_lanes; i++)
        if (rh_compare_lane_at(c, i)->marks & RH_LANE_FRONTIER)
            (void)fprintf(out, "%.10g\t%.10g\n", rh_compare_lane_at(c, i)->cost,
                          rh_compare_lane_at(c, i)->sigma.value);
    return RH_OK;
}

/* The best lanes, and the reference in the last row if it is further down. Returns how many. */
static size_t choose_ranked(const rh_compare *c, const rh_report_lane *rows[RH_RANKED_ROWS],
                            int *has_gap) {
    size_t count = 0;
    const rh_report_lane *reference = rh_report_lane_find(c->lanes, c->lanes->reference);
    for (size_t i = 0; i < c->lanes->n_lanes && count < RH_RANKED_ROWS; i++)
        if (isfinite(rh_compare_lane_at(c, i)->sigma.value))
            rows[count++] = rh_compare_lane_at(c, i);
    *has_gap = 0;
    if (!reference || !isfinite(reference->sigma.value))
        return count;
    for (size_t i = 0; i < count; i++)
        if (rows[i] == reference)
            return count;
    rows[count - 1] = reference;
    *has_gap = 1;
    return count;
}

static rh_status write_ranked(FILE *out, const void *subject, rh_error *error) {
    const rh_compare *c = subject;
    const rh_report_lane *rows[RH_RANKED_ROWS];
    int has_gap;
    size_t count = choose_ranked(c, rows, &has_gap);
    (void)error;
    (void)fputs("# row\tsigma\tlow\thigh\tgroup\tkind\n", out);
    for (size_t i = 0; i < count; i++) {
        (void)fprintf(out, "%zu", i + (has_gap && i + 1 == count));
        rh_compare_number(out, rows[i]->sigma.value);
        rh_compare_number(out, rows[i]->sigma.low);
        rh_compare_number(out, rows[i]->sigma.high);
        (void)fprintf(out, "\t%zu\t%d\n", rows[i]->group, (int)rh_compare_kind_of(rows[i]));
    }
    return RH_OK;
}

/* The fewest and the most rebalances; of the lanes whose costs Leland knows, or of all. */
static void trades_range(const rh_compare *c, int of_clocks, double *low, double *high) {
    *low = HUGE_VAL;
    *high = 0;
    for (size_t i = 0; i < c->lanes->n_lanes; i++) {
        const rh_report_lane *lane = &c->lanes->lanes[i];
        const double n = lane->metrics[RH_METRIC_REBALANCES];
        if (n > 0 && (!of_clocks || isfinite(clock_cost_of(lane)))) {
            *low = fmin(*low, n);
            *high = fmax(*high, n);
        }
    }
}

static rh_status write_leland(FILE *out, const void *subject, rh_error *error) {
    enum { POINTS = 60 };
    const rh_compare *c = subject;
    double low, high;
    (void)error;
    (void)fputs("# rebalances\tcost\n", out);
    trades_range(c, 1, &low, &high);
    if (!isfinite(c->leland))
        (void)fputs("0\t0\n", out);
    for (int i = 0; i < POINTS && isfinite(c->leland); i++) {
        double n = low * pow(high / low, (double)i / (POINTS - 1));
        (void)fprintf(out, "%.10g\t%.10g\n", n, c->leland * sqrt(n - 1));
    }
    return RH_OK;
}

static rh_status write_theory(FILE *out, const void *subject, rh_error *error) {
    enum { POINTS = 60 };
    const rh_compare *c = subject;
    double low, high;
    (void)error;
    (void)fputs("# rebalances\ttotal\n", out);
    trades_range(c, 0, &low, &high);
    if (!isfinite(c->theory) || !(high > 0))
        (void)fputs("0\t0\n", out); /* not drawn, but gnuplot wants a row */
    for (int i = 0; i < POINTS && isfinite(c->theory) && high > 0; i++) {
        double n = low * pow(high / low, (double)i / (POINTS - 1));
        (void)fprintf(out, "%.10g\t%.10g\n", n, c->theory / sqrt(n));
    }
    return RH_OK;
}

/* ---- gnuplot variables ---- */

static void write_string(FILE *out, const char *name, const char *text, size_t columns) {
    (void)fprintf(out, "%s = ", name);
    rh_write_gnuplot_string(out, text, columns);
    (void)fputc('\n', out);
}

static void write_ranked_names(FILE *out, const rh_compare *c) {
    const rh_report_lane *rows[RH_RANKED_ROWS];
    int has_gap;
    char name[256], figure[RH_FIGURE_TEXT];
    size_t count = choose_ranked(c, rows, &has_gap), n_bars = 0;
    (void)fprintf(out,
                  "N_RANKED = %zu\nRANKED_GAP = %d\nN_UNRANKED = %zu\narray RANKED[%d]\n"
                  "array RANKED_TEXT[%d]\narray RANKED_KIND[%d]\n",
                  count, has_gap, c->lanes->n_lanes - count, RH_RANKED_ROWS, RH_RANKED_ROWS,
                  RH_RANKED_ROWS);
    for (size_t i = 0; i < count; i++)
        n_bars += isfinite(rows[i]->sigma.low) && isfinite(rows[i]->sigma.high);
    (void)fprintf(out, "N_RANKED_BARS = %zu\n", n_bars);
    for (size_t i = 0; i < count; i++) {
        rh_compare_element(out, "RANKED", i + 1, rh_compare_name(rows[i], 30, name, sizeof name),
                           30);
        rh_compare_element(out, "RANKED_TEXT", i + 1,
                           rh_figure_money(figure, rows[i]->sigma.value, rh_compare_numeraire(c)),
                           20);
        (void)fprintf(out, "RANKED_KIND[%zu] = %d\n", i + 1, (int)rh_compare_kind_of(rows[i]));
    }
}

/* As in the tear sheet: tics as gnuplot lists them, from the first to the last instant. */
static void write_time_axis(FILE *out, const rh_compare *c) {
    rh_time_tic tics[RH_TIME_TICS];
    rh_time from = c->lanes->first.from, to = c->lanes->first.to;
    for (size_t k = 0; k < c->n_leaders; k++)
        if (c->leaders[k].count > 0)
            to = (rh_time)fmax((double)to, 1e9 * c->leaders[k].t[c->leaders[k].count - 1]);
    if (to <= from) {
        from -= RH_HOUR / 2;
        to += RH_HOUR / 2;
    }
    size_t count = rh_time_tics_make(from, to, tics), every = count > 6 ? 2 : 1;
    (void)fprintf(out, "T0 = %.15g\nT1 = %.15g\nTIME_TICS = '(", (double)from / 1e9,
                  (double)to / 1e9);
    for (size_t i = 0; i < count; i++)
        (void)fprintf(out, "%s\"%s\" %.3f", i ? ", " : "", i % every ? "" : tics[i].label,
                      (double)tics[i].at / 1e9);
    (void)fputs(")'\n", out);
}

static void write_headline(FILE *out, const rh_compare *c) {
    rh_headline headline;
    rh_compare_headline(c->lanes, &headline);
    (void)fputs("# What compare.gp draws. Places on axes are value / FACTOR, or its log10.\n"
                "TITLE = ",
                out);
    rh_write_gnuplot_enhanced(out, headline.title, 80);
    (void)fputc('\n', out);
    write_string(out, "SUBTITLE", headline.setup, 165);
    write_string(out, "SUBTITLE2", headline.period, 165);
    write_string(out, "FOOTER", headline.origin, 165);
    (void)fprintf(out, "N_KPI = %d\narray KPI[N_KPI]\narray KPI_NAME[N_KPI]\n", RH_COMPARE_KPIS);
    for (int i = 0; i < RH_COMPARE_KPIS; i++) {
        (void)fprintf(out, "KPI[%d] = ", i + 1);
        rh_write_gnuplot_enhanced(out, headline.kpis[i].value, 24);
        (void)fprintf(out, "\nKPI_NAME[%d] = ", i + 1);
        rh_write_gnuplot_string(out, headline.kpis[i].name, 40);
        (void)fputc('\n', out);
    }
}

/* How many lanes have a place in a panel. */
typedef int has_place(const rh_report_lane *lane);

static int is_on_frontier_panel(const rh_report_lane *lane) {
    return isfinite(lane->cost) && isfinite(lane->sigma.value);
}
static int has_bars(const rh_report_lane *lane) {
    return is_on_frontier_panel(lane) && isfinite(lane->sigma.low) && isfinite(lane->sigma.high);
}
static int is_traded(const rh_report_lane *lane) {
    return lane->metrics[RH_METRIC_REBALANCES] > 0 && isfinite(total_of(lane));
}

static size_t count_lanes(const rh_compare *c, has_place *has) {
    size_t count = 0;
    for (size_t i = 0; i < c->lanes->n_lanes; i++)
        count += has(&c->lanes->lanes[i]) != 0;
    return count;
}

/* What σ is of. */
static void write_sigma_name(FILE *out, const rh_report_run *first) {
    char figure[RH_FIGURE_TEXT], grid[RH_DURATION_TEXT], text[RH_FIGURE_TEXT + 32];
    if (first->paths > 0)
        (void)snprintf(text, sizeof text, "σ over %s paths",
                       rh_figure_fixed(figure, (double)first->paths, 0));
    else
        (void)snprintf(text, sizeof text, "σ per %s step",
                       first->grid > 0 ? rh_duration_text(first->grid, grid) : "step");
    write_string(out, "SIGMA_NAME", text, 40);
    write_string(out, "TOTAL_NAME", first->paths > 0 ? "σ over the paths" : "σ × √steps", 40);
    write_string(out, "LEADERS_NAME",
                 first->paths > 0 ? "Cumulative PnL of the leaders, first path"
                                  : "Cumulative PnL of the leaders",
                 60);
}

static rh_status write_variables(FILE *out, const void *subject, rh_error *error) {
    const rh_compare *c = subject;
    const rh_report_run *first = &c->lanes->first;
    write_headline(out, c);
    write_sigma_name(out, first);
    (void)fprintf(out, "N_LANES = %zu\nHAS_TESTS = %d\nHAS_BARS = %d\nIS_CROWDED = %d\n",
                  c->lanes->n_lanes, c->lanes->reference != 0, c->lanes->n_lanes <= RH_FEW_LANES,
                  c->lanes->n_lanes > RH_MANY_LANES);
    rh_scale_write(out, "COST", &c->cost);
    rh_scale_write(out, "SIGMA", &c->sigma);
    rh_scale_write(out, "TRADES", &c->trades);
    rh_scale_write(out, "TOTAL", &c->total);
    rh_scale_write(out, "RANKED", &c->ranked);
    (void)fprintf(out, "HAS_THEORY = %d\nHAS_LELAND = %d\n", isfinite(c->theory) != 0,
                  isfinite(c->leland) != 0);
    write_time_axis(out, c);
    write_ranked_names(out, c);
    rh_compare_grid_write(out, c);
    rh_compare_leaders_write(out, c);
    rh_compare_groups_write(out, c);
    (void)fprintf(out, "N_DRAWN = %zu\nN_BARS = %zu\nN_TRADED = %zu\n",
                  count_lanes(c, is_on_frontier_panel), count_lanes(c, has_bars),
                  count_lanes(c, is_traded));
    return rh_compare_labels_write(out, c, error);
}

/* ---- scales ---- */

typedef double number_of(const rh_report_lane *lane);

static double cost_of(const rh_report_lane *lane) {
    return isfinite(lane->sigma.value) ? lane->cost : NAN;
}
static double sigma_of(const rh_report_lane *lane) {
    return isfinite(lane->cost) ? lane->sigma.value : NAN;
}
static double trades_of(const rh_report_lane *lane) {
    return lane->metrics[RH_METRIC_REBALANCES] > 0 ? lane->metrics[RH_METRIC_REBALANCES] : NAN;
}
static double traded_total_of(const rh_report_lane *lane) {
    return lane->metrics[RH_METRIC_REBALANCES] > 0 ? total_of(lane) : NAN;
}

/* With the intervals, if they are drawn. */
static rh_scale sigma_scale(const rh_compare *c) {
    size_t used = 0;
    for (size_t i = 0; i < c->lanes->n_lanes; i++) {
        const rh_report_lane *lane = &c->lanes->lanes[i];
        const int is_drawn = c->lanes->n_lanes <= RH_FEW_LANES && isfinite(lane->cost);
        c->values[used++] = sigma_of(lane);
        c->values[used++] = is_drawn ? lane->sigma.low : NAN;
        c->values[used++] = is_drawn ? lane->sigma.high : NAN;
    }
    return rh_scale_make(c->values, used, 8, 0, rh_compare_numeraire(c), USUAL_TICS);
}

static rh_scale scale_of(const rh_compare *c, number_of *number, double ratio, int has_zero,
                         const char *currency, size_t tics) {
    for (size_t i = 0; i < c->lanes->n_lanes; i++)
        c->values[i] = number(&c->lanes->lanes[i]);
    return rh_scale_make(c->values, c->lanes->n_lanes, ratio, has_zero, currency, tics);
}

/* Derman and Kamal's std times sqrt(N) is the same for all lanes of one book; where it isn't
 * (a swept book), one line would not do. */
static double theory_of(const rh_compare *c) {
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (size_t i = 0; i < c->lanes->n_lanes; i++) {
        const double *m = c->lanes->lanes[i].metrics;
        double level = m[RH_METRIC_DERMAN_KAMAL_STD] * sqrt(m[RH_METRIC_REBALANCES]);
        if (!isfinite(level) || !(level > 0))
            continue;
        low = fmin(low, level);
        high = fmax(high, level);
    }
    return high > 0 && high < 1.1 * low ? sqrt(low * high) : NAN;
}

/* Leland's cost of the same book grows as sqrt(N - 1) if the rate of cost is the same, which it is
 * for orders that pay a fee and a spread. It is drawn for rules of equal intervals, two or more, on
 * the axis of the error, so only in USD. */
static double leland_of(const rh_compare *c) {
    double low = HUGE_VAL, high = -HUGE_VAL, fewest, most;
    for (size_t i = 0; i < c->lanes->n_lanes; i++) {
        const rh_report_lane *lane = &c->lanes->lanes[i];
        const double level =
            lane->metrics[RH_METRIC_LELAND_COST] / sqrt(lane->metrics[RH_METRIC_REBALANCES] - 1);
        if (!isfinite(clock_cost_of(lane)) || !isfinite(level))
            continue;
        low = fmin(low, level);
        high = fmax(high, level);
    }
    trades_range(c, 1, &fewest, &most);
    const int is_usd = strcmp(rh_compare_numeraire(c), "USD") == 0;
    return is_usd && most > fewest && high < 1.1 * low ? sqrt(low * high) : NAN;
}

/* With both ends of the theory lines, and the costs that belong to Leland's. */
static rh_scale total_scale(const rh_compare *c) {
    double *values = c->values, low, high;
    size_t used = 0;
    for (size_t i = 0; i < c->lanes->n_lanes; i++) {
        values[used++] = traded_total_of(&c->lanes->lanes[i]);
        values[used++] = isfinite(c->leland) ? clock_cost_of(&c->lanes->lanes[i]) : NAN;
    }
    trades_range(c, 0, &low, &high);
    values[used++] = c->theory / sqrt(low);
    values[used++] = c->theory / sqrt(high);
    trades_range(c, 1, &low, &high);
    values[used++] = c->leland * sqrt(low - 1);
    values[used++] = c->leland * sqrt(high - 1);
    return rh_scale_make(values, used, 1.01, 0, rh_compare_numeraire(c), USUAL_TICS);
}

static rh_scale ranked_scale(const rh_compare *c) {
    const rh_report_lane *rows[RH_RANKED_ROWS];
    double values[3 * RH_RANKED_ROWS];
    int has_gap;
    size_t count = choose_ranked(c, rows, &has_gap), used = 0;
    for (size_t i = 0; i < count; i++) {
        values[used++] = rows[i]->sigma.value;
        values[used++] = rows[i]->sigma.low;
        values[used++] = rows[i]->sigma.high;
    }
    return rh_scale_make(values, used, 8, 0, rh_compare_numeraire(c), FEW_TICS);
}

static rh_status prepare(rh_compare *c, rh_error *error) {
    c->order = rh_allocate(c->lanes->n_lanes + 1, sizeof *c->order);
    c->values = rh_allocate(3 * c->lanes->n_lanes + 4, sizeof *c->values);
    if (!c->order || !c->values)
        return rh_fail(error, RH_FAILED, "out of memory for %zu lanes", c->lanes->n_lanes);
    rh_status status = rh_report_lanes_order(c->lanes, RH_METRIC_HEDGE_ERROR_STD, c->order, error);
    c->cost = scale_of(c, cost_of, 20, 1, "USD", USUAL_TICS);
    c->sigma = sigma_scale(c);
    c->trades = scale_of(c, trades_of, 1.01, 0, NULL, FEW_TICS);
    c->theory = theory_of(c);
    c->leland = leland_of(c);
    c->total = total_scale(c);
    c->ranked = ranked_scale(c);
    if (status == RH_OK)
        status = rh_compare_find_grid(c, error);
    if (status == RH_OK)
        status = rh_compare_read_leaders(c, error);
    return status == RH_OK ? rh_compare_read_errors(c, error) : status;
}

rh_status rh_compare_write(const char *directory, sqlite3 *db, const rh_report_lanes *lanes,
                           rh_error *error) {
    static const struct {
        const char *name;
        rh_report_writer *write;
    } files[] = {{"data/lanes.tsv", write_lanes},
                 {"data/frontier.tsv", write_frontier},
                 {"data/ranked.tsv", write_ranked},
                 {"data/theory.tsv", write_theory},
                 {"data/leland.tsv", write_leland},
                 {"data/cells.tsv", rh_compare_cells_table},
                 {"data/leaders.tsv", rh_compare_leaders_table},
                 {"data/density.tsv", rh_compare_density_table},
                 {"data/spread.tsv", rh_compare_spread_table},
                 {"data/compare.gp", write_variables}};
    rh_compare c = {.lanes = lanes, .db = db, .reach = NAN};
    rh_status status = prepare(&c, error);
    for (size_t i = 0; status == RH_OK && i < sizeof files / sizeof *files; i++)
        status = rh_report_write_file(directory, files[i].name, files[i].write, &c, error);
    rh_compare_free_series(&c);
    rh_release(c.order);
    rh_release(c.values);
    rh_release(c.across);
    rh_release(c.up);
    return status;
}
