/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/memory.h"
#include "report/compare_parts.h"

#include <math.h>

/* The frontier's panel on a page of 1800 x 1440, as compare.gp draws it. */
#define PANEL_LEFT   0.062
#define PANEL_RIGHT  0.560
#define PANEL_BOTTOM 0.450
#define PANEL_TOP    0.795
enum { PAGE_WIDTH = 1800, PAGE_HEIGHT = 1440, LABEL_COLUMNS = 34 };
static const double panel_width = (PANEL_RIGHT - PANEL_LEFT) * PAGE_WIDTH;
static const double panel_height = (PANEL_TOP - PANEL_BOTTOM) * PAGE_HEIGHT;
static const double letter = 7.9, line_height = 17; /* of the labels' font */

/* ---- which, and where ---- */

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
        if (rh_compare_lane_at(c, i)->marks & RH_LANE_FRONTIER)
            want_label(c, l, rh_compare_lane_at(c, i));
    for (size_t i = 0; i < lanes->n_lanes && lanes->n_lanes <= RH_FEW_LANES; i++)
        want_label(c, l, rh_compare_lane_at(c, i));
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
        if (!(rh_compare_lane_at(c, i)->marks & RH_LANE_FRONTIER))
            continue;
        rh_spot next = spot_of(c, rh_compare_lane_at(c, i));
        const double length = hypot(next.x - last.x, next.y - last.y);
        const int pieces = isfinite(length) ? (int)(length / every) : 0;
        for (int k = 1; k < pieces && count < room; k++)
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
        spots[n_spots] = spot_of(c, rh_compare_lane_at(c, i));
        n_spots += isfinite(spots[n_spots].x) && isfinite(spots[n_spots].y);
    }
    place_legend(c, l, spots, n_spots);
    want_labels(c, l);
    n_spots += add_line_spots(c, spots + n_spots, LINE_SPOTS);
    rh_labels_place(l->labels, 1, l->count, spots, n_spots,
                    c->lanes->n_lanes > RH_MANY_LANES ? 4 : 7, panel_width, panel_height);
    rh_release(spots);
    return RH_OK;
}

/* ---- gnuplot variables ---- */

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

static void write_legend(FILE *out, const rh_compare *c) {
    const size_t n_groups = c->lanes->n_groups < 8 ? c->lanes->n_groups : 8;
    size_t row = 0;
    char text[64];
    (void)fputs("array LEGEND[10]\narray LEGEND_GROUP[10]\narray LEGEND_KIND[10]\n", out);
    for (size_t k = 0; n_groups > 1 && k < n_groups; k++) {
        const int is_rest = k == 7 && c->lanes->n_groups > 8;
        (void)snprintf(text, sizeof text, "%zu others", c->lanes->n_groups - 7);
        rh_compare_element(out, "LEGEND", ++row, is_rest ? text : c->lanes->groups[k].name, 22);
        (void)fprintf(out, "LEGEND_GROUP[%zu] = %zu\nLEGEND_KIND[%zu] = 0\n", row, k, row);
    }
    if (c->lanes->reference) {
        rh_compare_element(out, "LEGEND", ++row, "the reference", 40);
        (void)fprintf(out, "LEGEND_GROUP[%zu] = -1\nLEGEND_KIND[%zu] = 2\n", row, row);
        rh_compare_element(out, "LEGEND", ++row, "not told apart from it", 40);
        (void)fprintf(out, "LEGEND_GROUP[%zu] = -1\nLEGEND_KIND[%zu] = 1\n", row, row);
    }
}

rh_status rh_compare_labels_write(FILE *out, const rh_compare *c, rh_error *error) {
    labelling l = {.count = 0};
    size_t count = 0;
    char name[256];
    rh_status status = place_labels(c, &l, error);
    (void)fprintf(out,
                  "FRONTIER_LEFT = %g\nFRONTIER_RIGHT = %g\nFRONTIER_BOTTOM = %g\n"
                  "FRONTIER_TOP = %g\n",
                  PANEL_LEFT, PANEL_RIGHT, PANEL_BOTTOM, PANEL_TOP);
    write_legend(out, c);
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
        rh_compare_element(out, "LABEL", count,
                           rh_compare_name(l.lanes[i], LABEL_COLUMNS, name, sizeof name),
                           LABEL_COLUMNS);
        (void)fprintf(out,
                      "LABEL_X[%zu] = %.10g\nLABEL_Y[%zu] = %.10g\nLABEL_FAR[%zu] = %d\n"
                      "LABEL_FROM_X[%zu] = %.10g\nLABEL_FROM_Y[%zu] = %.10g\n"
                      "LABEL_TO_X[%zu] = %.10g\nLABEL_TO_Y[%zu] = %.10g\nLABEL_KIND[%zu] = %d\n",
                      count, place_across(c, label->left + 3), count, place_up(c, label->middle),
                      count, label->is_far, count, place_across(c, label->x), count,
                      place_up(c, label->y), count, place_across(c, near_end(label)), count,
                      place_up(c, label->middle + below * 0.8 * label->height), count,
                      (int)rh_compare_kind_of(l.lanes[i]));
    }
    (void)fprintf(out, "N_LABELS = %zu\nLEGEND_IS_LOW = %d\nN_LEGEND = %zu\n", count,
                  l.legend_is_low, n_legend_rows(c));
    return status;
}
