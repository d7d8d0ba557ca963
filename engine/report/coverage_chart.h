/* SPDX-License-Identifier: GPL-3.0-or-later */
/* coverage_chart.h: how much market data there is of what, and when: one line an instrument, one
 * cell a slot of time, darker where there are more rows. */
#ifndef RH_REPORT_COVERAGE_CHART_H
#define RH_REPORT_COVERAGE_CHART_H

#include "audit/audit.h"

typedef struct {
    const char *name;
    const uint32_t *slots; /* RH_COVERAGE_SLOTS */
} rh_coverage_line;

typedef struct {
    const char *title;
    const rh_coverage_line *lines;
    size_t n_lines;
    rh_time from;  /* of the first slot */
    int64_t width; /* of each */
} rh_coverage_chart;

/* Makes coverage.png in `directory`, with data/coverage.tsv, data/coverage.gp and the scripts
 * beside it. RH_PARTIAL without gnuplot. At most the first 40 lines are drawn, and the picture
 * says so. */
rh_status rh_coverage_chart_draw(const rh_coverage_chart *chart, const char *directory,
                                 rh_error *error);

#endif
