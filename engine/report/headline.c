/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/headline.h"

#include "report/axis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

double rh_report_costs(const rh_report_run *run) {
    static const rh_metric parts[] = {RH_METRIC_FEES, RH_METRIC_SPREAD, RH_METRIC_IMPACT,
                                      RH_METRIC_LATENCY};
    double sum = NAN;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        double part = run->metrics[parts[i]].value;
        if (isfinite(part))
            sum = isnan(sum) ? part : sum + part;
    }
    return sum;
}

void rh_headline_append(char *out, size_t size, const char *prefix, const char *text,
                        size_t columns) {
    char clean[512];
    size_t used = strlen(out);
    if (!rh_clean_text(clean, sizeof clean, text, columns)[0])
        return;
    (void)snprintf(out + used, size - used, "%s%s%s", used ? " · " : "", prefix, clean);
}

static void make_setup(const rh_report_run *run, rh_headline *out) {
    rh_headline_append(out->setup, sizeof out->setup, "", run->book, 64);
    rh_headline_append(out->setup, sizeof out->setup, "hedged with ", run->hedge, 40);
    rh_headline_append(out->setup, sizeof out->setup, "rule ",
                       run->label[0] ? run->label : run->rule, 48);
    rh_headline_append(out->setup, sizeof out->setup, "costs ", run->costs, 40);
}

static void make_period(const rh_report_run *run, rh_headline *out) {
    char from[RH_DATE_TEXT], to[RH_DATE_TEXT], grid[RH_DURATION_TEXT], text[128];
    (void)snprintf(text, sizeof text, "%s – %s UTC", rh_date_text(run->from, from),
                   rh_date_text(run->to, to));
    rh_headline_append(out->period, sizeof out->period, "", text, 100);
    if (run->grid > 0)
        rh_headline_append(out->period, sizeof out->period, "steps of ",
                           rh_duration_text(run->grid, grid), 20);
    rh_headline_append(out->period, sizeof out->period, "numeraire ", rh_report_numeraire(run), 10);
    if (strcmp(run->status, "ok") != 0)
        rh_headline_append(out->period, sizeof out->period, "status: ", run->status, 60);
}

static void make_origin(const rh_report_run *run, rh_headline *out) {
    char text[64];
    rh_headline_append(out->origin, sizeof out->origin, "rehedge ", run->engine_version, 24);
    (void)snprintf(text, sizeof text, "run %lld", (long long)run->id);
    rh_headline_append(out->origin, sizeof out->origin, "", text, 30);
    (void)snprintf(text, sizeof text, "%.12s", run->config_sha256);
    rh_headline_append(out->origin, sizeof out->origin, "configuration ", text, 12);
    (void)snprintf(text, sizeof text, "%.12s", run->data_sha256);
    rh_headline_append(out->origin, sizeof out->origin, "data ", text, 12);
}

static void money_kpi(rh_kpi *kpi, const char *name, double value, const char *currency) {
    (void)snprintf(kpi->name, sizeof kpi->name, "%s", name);
    rh_figure_money(kpi->value, value, currency);
}

static void make_kpis(const rh_report_run *run, rh_kpi *kpis) {
    const rh_report_metric *m = run->metrics;
    const char *currency = rh_report_numeraire(run);
    char first[RH_FIGURE_TEXT], second[RH_FIGURE_TEXT], grid[RH_DURATION_TEXT];
    money_kpi(&kpis[0], "net PnL, hedged",
              m[run->coin ? RH_METRIC_PNL_COIN : RH_METRIC_PNL_USD].value, currency);
    money_kpi(&kpis[1], "PnL without the hedge",
              m[run->coin ? RH_METRIC_UNHEDGED_PNL_COIN : RH_METRIC_UNHEDGED_PNL_USD].value,
              currency);
    money_kpi(&kpis[2], "", m[RH_METRIC_HEDGE_ERROR_STD].value, currency);
    (void)snprintf(kpis[2].name, sizeof kpis[2].name, "hedging error σ per %s",
                   run->grid > 0 ? rh_duration_text(run->grid, grid) : "step");
    money_kpi(&kpis[3], "expected shortfall 95 %", m[RH_METRIC_ES95].value, currency);
    (void)snprintf(kpis[4].name, sizeof kpis[4].name, "variance removed");
    rh_figure_percent(kpis[4].value, m[RH_METRIC_HEDGE_EFFECTIVENESS].value);
    money_kpi(&kpis[5], "costs", rh_report_costs(run), "USD");
    (void)snprintf(kpis[6].name, sizeof kpis[6].name, "rebalances / turnover");
    (void)snprintf(kpis[6].value, sizeof kpis[6].value, "%s / %s",
                   rh_figure_fixed(first, m[RH_METRIC_REBALANCES].value, 0),
                   rh_figure_money(second, m[RH_METRIC_TURNOVER_USD].value, "USD"));
    (void)snprintf(kpis[7].name, sizeof kpis[7].name, "realised / implied vol");
    (void)snprintf(kpis[7].value, sizeof kpis[7].value, "%s / %s %%",
                   rh_figure_fixed(first, 100 * m[RH_METRIC_REALISED_VOL].value, 1),
                   rh_figure_fixed(second, 100 * m[RH_METRIC_IMPLIED_VOL_MEAN].value, 1));
}

void rh_headline_make(const rh_report_run *run, rh_headline *out) {
    *out = (rh_headline){.title = ""};
    rh_clean_text(out->title, sizeof out->title, run->title[0] ? run->title : run->label, 120);
    make_setup(run, out);
    make_period(run, out);
    make_origin(run, out);
    make_kpis(run, out->kpis);
}
