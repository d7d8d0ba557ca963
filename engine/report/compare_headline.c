/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/axis.h"
#include "report/compare.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A part of the configuration that lanes differ in isn't told of all of them. */
static int is_swept(const rh_report_lanes *lanes, const char *section) {
    for (size_t i = 0; i < lanes->n_keys; i++)
        if (strncmp(lanes->keys[i], section, strlen(section)) == 0)
            return 1;
    return 0;
}

static void make_setup(const rh_report_lanes *lanes, rh_headline *out) {
    const rh_report_run *first = &lanes->first;
    if (!is_swept(lanes, "book"))
        rh_headline_append(out->setup, sizeof out->setup, "", first->book, 72);
    if (!is_swept(lanes, "hedge"))
        rh_headline_append(out->setup, sizeof out->setup, "hedged with ", first->hedge, 48);
    if (!is_swept(lanes, "costs"))
        rh_headline_append(out->setup, sizeof out->setup, "costs ", first->costs, 40);
}

static void make_period(const rh_report_lanes *lanes, rh_headline *out) {
    const rh_report_run *first = &lanes->first;
    char from[RH_DATE_TEXT], to[RH_DATE_TEXT], grid[RH_DURATION_TEXT], figure[RH_FIGURE_TEXT],
        text[128];
    const size_t size = sizeof out->period;
    if (first->to > first->from) {
        (void)snprintf(text, sizeof text, "%s – %s UTC", rh_date_text(first->from, from),
                       rh_date_text(first->to, to));
        rh_headline_append(out->period, size, "", text, 100);
    }
    if (first->paths > 0) {
        (void)snprintf(text, sizeof text, "%s simulated paths",
                       rh_figure_fixed(figure, (double)first->paths, 0));
        rh_headline_append(out->period, size, "", text, 60);
    } else if (first->grid > 0) {
        rh_headline_append(out->period, size, "steps of ", rh_duration_text(first->grid, grid), 20);
    }
    rh_headline_append(out->period, size, "numeraire ", rh_report_numeraire(first), 10);
    if (lanes->is_mixed)
        rh_headline_append(out->period, size, "", "lanes differ in numeraire or grid", 60);
    rh_headline_append(out->period, size, "",
                       first->paths > 0 ? "each path is one observation of the final PnL"
                                        : "one path is one observation of the final PnL",
                       60);
}

static void make_origin(const rh_report_lanes *lanes, rh_headline *out) {
    char text[64];
    rh_headline_append(out->origin, sizeof out->origin, "rehedge ", lanes->first.engine_version,
                       24);
    (void)snprintf(text, sizeof text, "%zu lanes", lanes->n_lanes);
    rh_headline_append(out->origin, sizeof out->origin, "", text, 30);
    (void)snprintf(text, sizeof text, "%.12s", lanes->first.data_sha256);
    rh_headline_append(out->origin, sizeof out->origin, "data ", text, 12);
}

static void name_lane(char *out, size_t size, const char *prefix, const rh_report_lane *lane) {
    char clean[128];
    (void)snprintf(out, size, "%s%s%s", prefix, lane ? ", " : "",
                   lane ? rh_shorten_text(clean, sizeof clean, lane->label, 28) : "");
}

static const rh_report_lane *best_of(const rh_report_lanes *lanes) {
    const rh_report_lane *best = lanes->n_groups > 0 ? &lanes->lanes[lanes->groups[0].best] : NULL;
    return best && isfinite(best->sigma.value) ? best : NULL;
}

static void count_kpi(rh_kpi *kpi, const char *name, double value) {
    rh_figure_fixed(kpi->value, value, 0);
    (void)snprintf(kpi->name, sizeof kpi->name, "%s", name);
}

static void make_costs(const rh_report_lanes *lanes, rh_kpi *kpi) {
    double low = HUGE_VAL, high = -HUGE_VAL;
    char first[RH_FIGURE_TEXT], second[RH_FIGURE_TEXT];
    for (size_t i = 0; i < lanes->n_lanes; i++)
        if (isfinite(lanes->lanes[i].cost)) {
            low = fmin(low, lanes->lanes[i].cost);
            high = fmax(high, lanes->lanes[i].cost);
        }
    (void)snprintf(kpi->value, sizeof kpi->value, "%s – %s", rh_figure_money(first, low, "USD"),
                   rh_figure_money(second, high, "USD"));
    (void)snprintf(kpi->name, sizeof kpi->name, "costs, least to most");
}

static void make_tests(const rh_report_lanes *lanes, rh_kpi *kpi) {
    size_t tested = 0, same = 0;
    for (size_t i = 0; i < lanes->n_lanes; i++) {
        tested += (size_t)lanes->lanes[i].is_tested;
        same += (lanes->lanes[i].marks & RH_LANE_SAME_ERROR) != 0;
    }
    (void)snprintf(kpi->name, sizeof kpi->name,
                   lanes->reference ? "not told apart from the reference" : "no tests in the file");
    if (lanes->reference)
        (void)snprintf(kpi->value, sizeof kpi->value, "%zu of %zu", same, tested);
    else
        rh_figure_fixed(kpi->value, NAN, 0);
}

static void make_kpis(const rh_report_lanes *lanes, rh_kpi *kpis) {
    const char *currency = rh_report_numeraire(&lanes->first);
    const rh_report_lane *best = best_of(lanes);
    const rh_report_lane *reference = rh_report_lane_find(lanes, lanes->reference);
    size_t n_frontier = 0;
    for (size_t i = 0; i < lanes->n_lanes; i++)
        n_frontier += (lanes->lanes[i].marks & RH_LANE_FRONTIER) != 0;
    count_kpi(&kpis[0], lanes->tried == 1 ? "lane tried" : "lanes tried", (double)lanes->tried);
    rh_figure_money(kpis[1].value, best ? best->sigma.value : NAN, currency);
    name_lane(kpis[1].name, sizeof kpis[1].name, "lowest σ", best);
    rh_figure_money(kpis[2].value, reference ? reference->sigma.value : NAN, currency);
    name_lane(kpis[2].name, sizeof kpis[2].name, "reference", reference);
    make_costs(lanes, &kpis[3]);
    count_kpi(&kpis[4], "on the frontier of cost and σ", (double)n_frontier);
    make_tests(lanes, &kpis[5]);
}

void rh_compare_headline(const rh_report_lanes *lanes, rh_headline *out) {
    *out = (rh_headline){.title = ""};
    rh_clean_text(out->title, sizeof out->title,
                  lanes->first.title[0] ? lanes->first.title : "Comparison", 120);
    make_setup(lanes, out);
    make_period(lanes, out);
    make_origin(lanes, out);
    make_kpis(lanes, out->kpis);
}
