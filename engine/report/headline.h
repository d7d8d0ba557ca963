/* SPDX-License-Identifier: GPL-3.0-or-later */
/* headline.h: the words and the key figures that stand above a report, in every format. */
#ifndef RH_REPORT_HEADLINE_H
#define RH_REPORT_HEADLINE_H

#include "report/run.h"
#include "report/text.h"

typedef struct {
    char value[RH_FIGURE_TEXT * 2], name[64];
} rh_kpi;

#define RH_N_KPIS 8

/* Texts are cleaned, but not escaped for any format. */
typedef struct {
    char title[512];
    char setup[768];  /* book, hedge, rule, costs */
    char period[256]; /* from, to, grid, numeraire */
    char origin[256]; /* version, hashes */
    rh_kpi kpis[RH_N_KPIS];
} rh_headline;

void rh_headline_make(const rh_report_run *run, rh_headline *out);

/* Appends " · prefix text" (without the dot at the start) to a text of `size` bytes, cleaned and at
 * most `columns` long; nothing if the text is empty. */
void rh_headline_append(char *out, size_t size, const char *prefix, const char *text,
                        size_t columns);

/* fee + spread + impact + latency, USD, as far as known; NaN if nothing is. */
double rh_report_costs(const rh_report_run *run);

#endif
