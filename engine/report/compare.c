/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/compare.h"

#include "base/memory.h"
#include "report/compare_parts.h"
#include "report/sheet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The frontier's panel on a page of 1800 x 1440, as compare.gp draws it. */
#define PANEL_LEFT   0.062
#define PANEL_RIGHT  0.560
#define PANEL_BOTTOM 0.450
#define PANEL_TOP    0.795
enum {
    PAGE_WIDTH = 1800,
    PAGE_HEIGHT = 1440,
    FEW_LANES = 60,
    MANY_LANES = 200,
    LABEL_COLUMNS = 34,
    USUAL_TICS = 6,
    FEW_TICS = 4
};
static const double panel_width = (PANEL_RIGHT - PANEL_LEFT) * PAGE_WIDTH;
static const double panel_height = (PANEL_TOP - PANEL_BOTTOM) * PAGE_HEIGHT;
static const double letter = 7.9, line_height = 17; /* of the labels' font */

typedef enum { KIND_PLAIN, KIND_SAME, KIND_REFERENCE } kind;

static kind kind_of(const rh_report_lane *lane) {
    return lane->marks & RH_LANE_REFERENCE    ? KIND_REFERENCE
           : lane->marks & RH_LANE_SAME_ERROR ? KIND_SAME
                                              : KIND_PLAIN;
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

static double total_of(const rh_report_lane *lane) {
    return lane->sigma.value * sqrt(lane->metrics[RH_METRIC_STEPS]);
}

static const rh_report_lane *lane_at(const rh_compare *c, size_t i) {
    return &c->lanes->lanes[c->order[i]];
}

/* ---- tables ---- */

/* The best last, so that they are drawn on top. */
static rh_status write_lanes(FILE *out, const void *subject, rh_error *error) {
    const rh_compare *c = subject;
    (void)error;
    (void)fputs("# run_id\tgroup\tcost\tsigma\tlow\thigh\trebalances\ttotal\tkind\n", out);
    for (size_t i = c->lanes->n_lanes; i > 0; i--) {
        const rh_report_lane *lane = lane_at(c, i - 1);
        (void)fprintf(out, "%lld\t%zu", (long long)lane->id, lane->group);
        rh_compare_number(out, lane->cost);
        rh_compare_number(out, lane->sigma.value);
        rh_compare_number(out, lane->sigma.low);
        rh_compare_number(out, lane->sigma.high);
        rh_compare_number(out, lane->metrics[RH_METRIC_REBALANCES]);
        rh_compare_number(out, total_of(lane));
        (void)fprintf(out, "\t%d\n", (int)kind_of(lane));
    }
    return RH_OK;
}

/* From the lowest σ, which costs most, to the highest. */
static rh_status write_frontier(FILE *out, const void *subject, rh_error *error) {
    const rh_compare *c = subject;
    (void)error;
    (void)fputs("# cost\tsigma\n", out);
    for (size_t i = 0; i < c->lanes->n_lanes; i++)
        if (lane_at(c, i)->marks & RH_LANE_FRONTIER)
            (void)fprintf(out, "%.10g\t%.10g\n", lane_at(c, i)->cost, lane_at(c, i)->sigma.value);
    return RH_OK;
}

/* The best lanes, and the reference in the last row if it is further down. Returns how many. */
static size_t choose_ranked(const rh_compare *c, const rh_report_lane *rows[RH_RANKED_ROWS],
                            int *has_gap) {
    size_t count = 0;
    const rh_report_lane *reference = rh_report_lane_find(c->lanes, c->lanes->reference);
    for (size_t i = 0; i < c->lanes->n_lanes && count < RH_RANKED_ROWS; i++)
        if (isfinite(lane_at(c, i)->sigma.value))
            rows[count++] = lane_at(c, i);
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
        (void)fprintf(out, "\t%zu\t%d\n", rows[i]->group, (int)kind_of(rows[i]));
    }
    return RH_OK;
}

static rh_status write_theory(FILE *out, const void *subject, rh_error *error) {
    enum { POINTS = 60 };
    const rh_compare *c = subject;
    double low = HUGE_VAL, high = 0;
    (void)error;
    (void)fputs("# rebalances\ttotal\n", out);
    for (size_t i = 0; i < c->lanes->n_lanes; i++) {
        double n = c->lanes->lanes[i].metrics[RH_METRIC_REBALANCES];
        if (n > 0) {
            low = fmin(low, n);
            high = fmax(high, n);
        }
    }
    if (!isfinite(c->theory) || !(high > 0))
        (void)fputs("0\t0\n", out); /* not drawn, but gnuplot wants a row */
    for (int i = 0; i < POINTS && isfinite(c->theory) && high > 0; i++) {
        double n = low * pow(high / low, (double)i / (POINTS - 1));
        (void)fprintf(out, "%.10g\t%.10g\n", n, c->theory / sqrt(n));
    }
    return RH_OK;
}

/* ---- labels on the frontier ---- */

typedef struct {
    rh_label labels[RH_MOST_LABELS + 1]; /* the first is the legend's box */
    const rh_report_lane *lanes[RH_MOST_LABELS + 1];
    size_t count;
    int legend_is_low; /* in the lower left corner, not in the upper right */
} labelling;

static rh_spot spot_of(const rh_compare *c, const rh_report_lane *lane) {
    const rh_scale *x = &c->cost, *y = &c->sigma;
    return (rh_spot){(rh_scale_place(x, lane->cost) - x->low) / (x->high - x->low) * panel_width,
                     (rh_scale_place(y, lane->sigma.value) - y->low) / (y->high - y->low) *
                         panel_height};
}

static void want_label(const rh_compare *c, labelling *l, const rh_report_lane *lane) {
    char name[256];
    rh_spot spot = spot_of(c, lane);
    for (size_t i = 1; i < l->count; i++)
        if (l->lanes[i] == lane)
            return;
    if (l->count > RH_MOST_LABELS || !isfinite(spot.x) || !isfinite(spot.y))
        return;
    double columns =
        (double)rh_text_columns(rh_compare_name(lane, LABEL_COLUMNS, name, sizeof name));
    l->lanes[l->count] = lane;
    l->labels[l->count++] =
        (rh_label){.x = spot.x, .y = spot.y, .width = letter * columns + 6, .height = line_height};
}

/* In the order of their claim: the reference, the best, the groups' best, the frontier, then all.
 */
static void want_labels(const rh_compare *c, labelling *l) {
    const rh_report_lanes *lanes = c->lanes;
    const rh_report_lane *reference = rh_report_lane_find(lanes, lanes->reference);
    if (reference)
        want_label(c, l, reference);
    for (size_t k = 0; k < lanes->n_groups; k++)
        want_label(c, l, &lanes->lanes[lanes->groups[k].best]);
    for (size_t i = 0; i < lanes->n_lanes; i++)
        if (lane_at(c, i)->marks & RH_LANE_FRONTIER)
            want_label(c, l, lane_at(c, i));
    for (size_t i = 0; i < lanes->n_lanes && lanes->n_lanes <= FEW_LANES; i++)
        want_label(c, l, lane_at(c, i));
}

static size_t n_legend_rows(const rh_compare *c) {
    size_t groups = c->lanes->n_groups < 8 ? c->lanes->n_groups : 8;
    return (groups > 1 ? groups : 0) + (c->lanes->reference ? 2 : 0);
}

/* The corner with fewer lanes in it. */
static void place_legend(const rh_compare *c, labelling *l, const rh_spot *spots, size_t n_spots) {
    const double width = 230, height = 19.5 * (double)n_legend_rows(c) + 8;
    size_t upper = 0, lower = 0;
    for (size_t i = 0; i < n_spots; i++) {
        upper += spots[i].x > panel_width - width && spots[i].y > panel_height - height;
        lower += spots[i].x < width && spots[i].y < height;
    }
    l->legend_is_low = lower < upper;
    l->labels[0] = (rh_label){.left = l->legend_is_low ? 0 : panel_width - width,
                              .middle = l->legend_is_low ? height / 2 : panel_height - height / 2,
                              .width = width,
                              .height = height,
                              .is_placed = n_legend_rows(c) > 0};
    l->count = 1;
}

/* A spot every so many pixels along the frontier, which labels should not cover either. */
static size_t add_line_spots(const rh_compare *c, rh_spot *spots, size_t room) {
    const double every = 14;
    size_t count = 0;
    rh_spot last = {NAN, NAN};
    for (size_t i = 0; i < c->lanes->n_lanes; i++) {
        if (!(lane_at(c, i)->marks & RH_LANE_FRONTIER))
            continue;
        rh_spot next = spot_of(c, lane_at(c, i));
        int pieces = (int)(hypot(next.x - last.x, next.y - last.y) / every);
        for (int k = 1; isfinite(last.x) && k < pieces && count < room; k++)
            spots[count++] = (rh_spot){last.x + (next.x - last.x) * k / pieces,
                                       last.y + (next.y - last.y) * k / pieces};
        last = next;
    }
    return count;
}

static rh_status place_labels(const rh_compare *c, labelling *l, rh_error *error) {
    enum { LINE_SPOTS = 400 };
    size_t n_spots = 0;
    rh_spot *spots = rh_allocate(c->lanes->n_lanes + LINE_SPOTS, sizeof *spots);
    if (!spots)
        return rh_fail(error, RH_FAILED, "out of memory for %zu lanes", c->lanes->n_lanes);
    for (size_t i = 0; i < c->lanes->n_lanes; i++) {
        spots[n_spots] = spot_of(c, lane_at(c, i));
        n_spots += isfinite(spots[n_spots].x) && isfinite(spots[n_spots].y);
    }
    place_legend(c, l, spots, n_spots);
    want_labels(c, l);
    n_spots += add_line_spots(c, spots + n_spots, LINE_SPOTS);
    rh_labels_place(l->labels, 1, l->count, spots, n_spots, c->lanes->n_lanes > MANY_LANES ? 4 : 7,
                    panel_width, panel_height);
    rh_release(spots);
    return RH_OK;
}

/* ---- gnuplot variables ---- */

static void write_string(FILE *out, const char *name, const char *text, size_t columns) {
    (void)fprintf(out, "%s = ", name);
    rh_write_gnuplot_string(out, text, columns);
    (void)fputc('\n', out);
}

/* An element of an array of texts. */
static void write_element(FILE *out, const char *name, size_t k, const char *text, size_t columns) {
    (void)fprintf(out, "%s[%zu] = ", name, k);
    rh_write_gnuplot_string(out, text, columns);
    (void)fputc('\n', out);
}

static double place_across(const rh_compare *c, double pixels) {
    return c->cost.low + pixels / panel_width * (c->cost.high - c->cost.low);
}

static double place_up(const rh_compare *c, double pixels) {
    return c->sigma.low + pixels / panel_height * (c->sigma.high - c->sigma.low);
}

/* Where the line from a point that is far from its text ends: at the nearer end of the text. */
static double near_end(const rh_label *label) {
    double right = label->left + label->width;
    return label->x < label->left ? label->left : label->x > right ? right : label->x;
}

static rh_status write_labels(FILE *out, const rh_compare *c, rh_error *error) {
    labelling l = {.count = 0};
    size_t count = 0;
    char name[256];
    rh_status status = place_labels(c, &l, error);
    (void)fprintf(out,
                  "array LABEL[%d]\narray LABEL_X[%d]\narray LABEL_Y[%d]\narray LABEL_FAR[%d]\n"
                  "array LABEL_FROM_X[%d]\narray LABEL_FROM_Y[%d]\narray LABEL_TO_X[%d]\n"
                  "array LABEL_TO_Y[%d]\narray LABEL_KIND[%d]\n",
                  RH_MOST_LABELS, RH_MOST_LABELS, RH_MOST_LABELS, RH_MOST_LABELS, RH_MOST_LABELS,
                  RH_MOST_LABELS, RH_MOST_LABELS, RH_MOST_LABELS, RH_MOST_LABELS);
    for (size_t i = 1; i < l.count; i++) {
        const rh_label *label = &l.labels[i];
        if (!label->is_placed)
            continue;
        count++;
        double below = label->middle > label->y ? -0.5 : 0.5;
        write_element(out, "LABEL", count,
                      rh_compare_name(l.lanes[i], LABEL_COLUMNS, name, sizeof name), LABEL_COLUMNS);
        (void)fprintf(out,
                      "LABEL_X[%zu] = %.10g\nLABEL_Y[%zu] = %.10g\nLABEL_FAR[%zu] = %d\n"
                      "LABEL_FROM_X[%zu] = %.10g\nLABEL_FROM_Y[%zu] = %.10g\n"
                      "LABEL_TO_X[%zu] = %.10g\nLABEL_TO_Y[%zu] = %.10g\nLABEL_KIND[%zu] = %d\n",
                      count, place_across(c, label->left + 3), count, place_up(c, label->middle),
                      count, label->is_far, count, place_across(c, label->x), count,
                      place_up(c, label->y), count, place_across(c, near_end(label)), count,
                      place_up(c, label->middle + below * 0.8 * label->height), count,
                      (int)kind_of(l.lanes[i]));
    }
    (void)fprintf(out, "N_LABELS = %zu\nLEGEND_IS_LOW = %d\nN_LEGEND = %zu\n", count,
                  l.legend_is_low, n_legend_rows(c));
    return status;
}

static void write_legend(FILE *out, const rh_compare *c) {
    const size_t n_groups = c->lanes->n_groups < 8 ? c->lanes->n_groups : 8;
    size_t row = 0;
    char text[64];
    (void)fputs("array LEGEND[10]\narray LEGEND_GROUP[10]\narray LEGEND_KIND[10]\n", out);
    for (size_t k = 0; n_groups > 1 && k < n_groups; k++) {
        const int is_rest = k == 7 && c->lanes->n_groups > 8;
        (void)snprintf(text, sizeof text, "%zu others", c->lanes->n_groups - 7);
        write_element(out, "LEGEND", ++row, is_rest ? text : c->lanes->groups[k].name, 22);
        (void)fprintf(out, "LEGEND_GROUP[%zu] = %zu\nLEGEND_KIND[%zu] = 0\n", row, k, row);
    }
    if (c->lanes->reference) {
        write_element(out, "LEGEND", ++row, "the reference", 40);
        (void)fprintf(out, "LEGEND_GROUP[%zu] = -1\nLEGEND_KIND[%zu] = 2\n", row, row);
        write_element(out, "LEGEND", ++row, "not told apart from it", 40);
        (void)fprintf(out, "LEGEND_GROUP[%zu] = -1\nLEGEND_KIND[%zu] = 1\n", row, row);
    }
}

static void write_ranked_names(FILE *out, const rh_compare *c) {
    const rh_report_lane *rows[RH_RANKED_ROWS];
    int has_gap;
    char name[256], figure[RH_FIGURE_TEXT];
    size_t count = choose_ranked(c, rows, &has_gap);
    (void)fprintf(out,
                  "N_RANKED = %zu\nRANKED_GAP = %d\nN_UNRANKED = %zu\narray RANKED[%d]\n"
                  "array RANKED_TEXT[%d]\narray RANKED_KIND[%d]\n",
                  count, has_gap, c->lanes->n_lanes - count, RH_RANKED_ROWS, RH_RANKED_ROWS,
                  RH_RANKED_ROWS);
    for (size_t i = 0; i < count; i++) {
        write_element(out, "RANKED", i + 1, rh_compare_name(rows[i], 30, name, sizeof name), 30);
        write_element(out, "RANKED_TEXT", i + 1,
                      rh_figure_money(figure, rows[i]->sigma.value, rh_compare_numeraire(c)), 20);
        (void)fprintf(out, "RANKED_KIND[%zu] = %d\n", i + 1, (int)kind_of(rows[i]));
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
static int is_traded(const rh_report_lane *lane) {
    return lane->metrics[RH_METRIC_REBALANCES] > 0 && isfinite(total_of(lane));
}

static size_t count_lanes(const rh_compare *c, has_place *has) {
    size_t count = 0;
    for (size_t i = 0; i < c->lanes->n_lanes; i++)
        count += has(&c->lanes->lanes[i]) != 0;
    return count;
}

static rh_status write_variables(FILE *out, const void *subject, rh_error *error) {
    const rh_compare *c = subject;
    char grid[RH_DURATION_TEXT];
    const rh_report_run *first = &c->lanes->first;
    write_headline(out, c);
    write_string(out, "STEP_NAME", first->grid > 0 ? rh_duration_text(first->grid, grid) : "step",
                 20);
    (void)fprintf(out, "N_LANES = %zu\nHAS_TESTS = %d\nHAS_BARS = %d\nIS_CROWDED = %d\n",
                  c->lanes->n_lanes, c->lanes->reference != 0, c->lanes->n_lanes <= FEW_LANES,
                  c->lanes->n_lanes > MANY_LANES);
    (void)fprintf(out,
                  "FRONTIER_LEFT = %g\nFRONTIER_RIGHT = %g\nFRONTIER_BOTTOM = %g\n"
                  "FRONTIER_TOP = %g\n",
                  PANEL_LEFT, PANEL_RIGHT, PANEL_BOTTOM, PANEL_TOP);
    rh_scale_write(out, "COST", &c->cost);
    rh_scale_write(out, "SIGMA", &c->sigma);
    rh_scale_write(out, "TRADES", &c->trades);
    rh_scale_write(out, "TOTAL", &c->total);
    rh_scale_write(out, "RANKED", &c->ranked);
    (void)fprintf(out, "HAS_THEORY = %d\n", isfinite(c->theory) != 0);
    write_time_axis(out, c);
    write_legend(out, c);
    write_ranked_names(out, c);
    rh_compare_grid_write(out, c);
    rh_compare_leaders_write(out, c);
    rh_compare_groups_write(out, c);
    (void)fprintf(out, "N_DRAWN = %zu\nN_TRADED = %zu\n", count_lanes(c, is_on_frontier_panel),
                  count_lanes(c, is_traded));
    return write_labels(out, c, error);
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
        const int has_bars = c->lanes->n_lanes <= FEW_LANES && isfinite(lane->cost);
        c->values[used++] = sigma_of(lane);
        c->values[used++] = has_bars ? lane->sigma.low : NAN;
        c->values[used++] = has_bars ? lane->sigma.high : NAN;
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

/* With both ends of the theory line. */
static rh_scale total_scale(const rh_compare *c) {
    double *values = c->values, low = HUGE_VAL, high = 0;
    size_t count = c->lanes->n_lanes;
    for (size_t i = 0; i < count; i++) {
        double n = trades_of(&c->lanes->lanes[i]);
        values[i] = traded_total_of(&c->lanes->lanes[i]);
        low = fmin(low, n);
        high = fmax(high, n);
    }
    values[count] = c->theory / sqrt(low);
    values[count + 1] = c->theory / sqrt(high);
    return rh_scale_make(values, count + 2, 1.01, 0, rh_compare_numeraire(c), USUAL_TICS);
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
    c->values = rh_allocate(3 * c->lanes->n_lanes + 2, sizeof *c->values);
    if (!c->order || !c->values)
        return rh_fail(error, RH_FAILED, "out of memory for %zu lanes", c->lanes->n_lanes);
    rh_status status = rh_report_lanes_order(c->lanes, RH_METRIC_HEDGE_ERROR_STD, c->order, error);
    c->cost = scale_of(c, cost_of, 20, 1, "USD", USUAL_TICS);
    c->sigma = sigma_scale(c);
    c->trades = scale_of(c, trades_of, 1.01, 0, NULL, FEW_TICS);
    c->theory = theory_of(c);
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
