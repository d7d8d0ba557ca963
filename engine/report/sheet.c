/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/sheet.h"

#include "base/memory.h"
#include "base/output.h"
#include "report/axis.h"
#include "report/bridge.h"
#include "report/headline.h"
#include "report/series.h"
#include "report/text.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* What all panels share. */
typedef struct {
    const rh_report_run *run;
    rh_histogram histogram;
    rh_report_trade *trades; /* merged for drawing, priced on the curve if need be */
    size_t n_trades;
    rh_bridge_row bridge[RH_BRIDGE_ROWS];
    size_t n_bridge;
} sheet;

rh_status rh_report_write_file(const char *directory, const char *name, rh_report_writer *write,
                               const void *subject, rh_error *error) {
    char path[4096];
    rh_output *output;
    if ((size_t)snprintf(path, sizeof path, "%s/%s", directory, name) >= sizeof path)
        return rh_fail(error, RH_FAILED, "%s/%s: the path is too long", directory, name);
    rh_status status = rh_output_create(path, &output, error);
    if (status != RH_OK)
        return status;
    FILE *out = fopen(rh_output_temporary(output), "w");
    if (!out) {
        status = rh_fail(error, RH_FAILED, "%s: %s", path, strerror(errno));
        rh_output_abandon(output);
        return status;
    }
    status = write(out, subject, error);
    int bad = ferror(out);
    bad |= fclose(out) != 0;
    if (status == RH_OK && bad)
        status = rh_fail(error, RH_FAILED, "%s: %s", path, strerror(errno));
    if (status == RH_OK)
        return rh_output_commit(output, error);
    rh_output_abandon(output);
    return status;
}

/* gnuplot reads NaN as a gap. */
static void write_number(FILE *out, double value) {
    if (isfinite(value))
        (void)fprintf(out, "\t%.10g", value);
    else
        (void)fputs("\tNaN", out);
}

static double seconds(rh_time time) {
    return (double)time / 1e9;
}

typedef double step_value(const rh_report_step *step);
static double price_of(const rh_report_step *step) {
    return step->price;
}
static double wanted_of(const rh_report_step *step) {
    return step->wanted;
}
static double held_of(const rh_report_step *step) {
    return step->held;
}
static double pnl_of(const rh_report_step *step) {
    return step->pnl;
}
static double unhedged_of(const rh_report_step *step) {
    return step->unhedged;
}
static double error_of(const rh_report_step *step) {
    return step->error;
}
static double counted_of(const rh_report_step *step) {
    return step->counted;
}

/* One file of series: thinned by the first `n_thin` columns; the others go along. */
typedef struct {
    const rh_report_run *run;
    const char *header;
    step_value *columns[2];
    size_t n_columns, n_thin;
} curves;

static rh_status choose_rows(const curves *c, size_t *chosen, size_t *n_chosen, rh_error *error) {
    size_t count = c->run->n_steps;
    double *block = rh_allocate(count * c->n_thin + 1, sizeof *block);
    const double *columns[2] = {block, block ? block + count : NULL};
    if (!block)
        return rh_fail(error, RH_FAILED, "out of memory for %zu steps", count);
    for (size_t i = 0; i < c->n_thin; i++)
        for (size_t row = 0; row < count; row++)
            block[i * count + row] = c->columns[i](&c->run->steps[row]);
    *n_chosen = rh_thin(columns, c->n_thin, count, RH_DRAWN_ROWS, chosen);
    rh_release(block);
    return RH_OK;
}

static rh_status write_curves(FILE *out, const void *subject, rh_error *error) {
    const curves *c = subject;
    size_t chosen[RH_DRAWN_ROWS], n_chosen = 0;
    rh_status status = choose_rows(c, chosen, &n_chosen, error);
    (void)fprintf(out, "# %s\n", c->header);
    for (size_t i = 0; status == RH_OK && i < n_chosen; i++) {
        const rh_report_step *step = &c->run->steps[chosen[i]];
        (void)fprintf(out, "%.3f", seconds(step->ts));
        for (size_t k = 0; k < c->n_columns; k++)
            write_number(out, c->columns[k](step));
        (void)fputc('\n', out);
    }
    return status;
}

static rh_status write_trades(FILE *out, const void *subject, rh_error *error) {
    const sheet *s = subject;
    (void)error;
    (void)fputs("# t\tprice\tshare\tside\n", out);
    for (size_t i = 0; i < s->n_trades; i++) {
        const rh_report_trade *trade = &s->trades[i];
        (void)fprintf(out, "%.3f", seconds(trade->ts));
        write_number(out, trade->price);
        write_number(out, trade->share);
        (void)fprintf(out, "\t%d\n", trade->quantity > 0 ? 1 : -1);
    }
    return RH_OK;
}

static rh_axis bridge_axis(const sheet *s) {
    rh_extent extent = {0, 0};
    for (size_t i = 0; i < s->n_bridge; i++) {
        rh_extent_add(&extent, s->bridge[i].from);
        rh_extent_add(&extent, s->bridge[i].to);
    }
    double largest = fmax(fabs(extent.low), fabs(extent.high));
    return rh_axis_make(extent, rh_axis_unit_for(largest, rh_report_numeraire(s->run)), 4);
}

/* Dollars in full; coins in the axis's unit, which its heading names. */
static char *bridge_figure(const sheet *s, double value, char *out) {
    if (!s->run->coin)
        return rh_figure_money(out, value, "USD");
    rh_axis axis = bridge_axis(s);
    double largest = fmax(fabs(axis.low), fabs(axis.high));
    return rh_figure_fixed(out, value / axis.unit.factor, rh_figure_decimals(largest) - 1);
}

static rh_status write_attribution(FILE *out, const void *subject, rh_error *error) {
    const sheet *s = subject;
    char figure[RH_FIGURE_TEXT];
    (void)error;
    (void)fputs("# row\tfrom\tto\tkind\tname\ttext\n", out);
    for (size_t i = 0; i < s->n_bridge; i++) {
        const rh_bridge_row *row = &s->bridge[i];
        int kind = i + 1 == s->n_bridge ? 2 : i + 2 == s->n_bridge ? 1 : 0;
        (void)fprintf(out, "%zu", i);
        write_number(out, row->from);
        write_number(out, row->to);
        (void)fprintf(out, "\t%d\t%s\t%s\n", kind, row->name, bridge_figure(s, row->value, figure));
    }
    return RH_OK;
}

static rh_status write_histogram(FILE *out, const void *subject, rh_error *error) {
    const rh_histogram *histogram = &((const sheet *)subject)->histogram;
    (void)error;
    (void)fputs("# middle\tcount\n", out);
    for (size_t i = 0; i < histogram->n_bins; i++) {
        (void)fprintf(out, "%.10g", histogram->low + ((double)i + 0.5) * histogram->width);
        (void)fprintf(out, "\t%zu\n", histogram->counts[i]);
    }
    return RH_OK;
}

static rh_extent extent_of(const rh_report_run *run, step_value *first, step_value *second) {
    rh_extent extent = RH_EXTENT_NONE;
    for (size_t i = 0; i < run->n_steps; i++) {
        rh_extent_add(&extent, first(&run->steps[i]));
        if (second)
            rh_extent_add(&extent, second(&run->steps[i]));
    }
    return extent;
}

static double largest_of(rh_extent extent) {
    return extent.low <= extent.high ? fmax(fabs(extent.low), fabs(extent.high)) : NAN;
}

static void write_set(FILE *out, const char *name, double value) {
    if (isfinite(value))
        (void)fprintf(out, "%s = %.15g\n", name, value + 0.0);
    else
        (void)fprintf(out, "%s = NaN\n", name);
}

static void write_string(FILE *out, const char *name, const char *text, size_t columns) {
    (void)fprintf(out, "%s = ", name);
    rh_write_gnuplot_string(out, text, columns);
    (void)fputc('\n', out);
}

static void write_panel_number(FILE *out, const char *panel, const char *what, double value) {
    char name[64];
    (void)snprintf(name, sizeof name, "%s_%s", panel, what);
    write_set(out, name, value);
}

static void write_axis(FILE *out, const char *panel, const rh_axis *axis) {
    write_panel_number(out, panel, "FACTOR", axis->unit.factor);
    write_panel_number(out, panel, "LO", axis->low);
    write_panel_number(out, panel, "HI", axis->high);
    write_panel_number(out, panel, "STEP", axis->step);
    (void)fprintf(out, "%s_FORMAT = '%%.%df'\n%s_UNIT = ", panel, axis->decimals, panel);
    rh_write_gnuplot_string(out, axis->unit.unit, 40);
    (void)fputc('\n', out);
}

/* Tics as gnuplot lists them; the labels are ours. */
static void write_time_axis(FILE *out, const rh_report_run *run) {
    rh_time_tic tics[RH_TIME_TICS];
    rh_time from = run->from, to = run->to;
    if (to <= from) { /* one instant gets an hour around it */
        from -= RH_HOUR / 2;
        to += RH_HOUR / 2;
    }
    size_t count = rh_time_tics_make(from, to, tics);
    write_set(out, "T0", seconds(from));
    write_set(out, "T1", seconds(to));
    for (int labelled = 0; labelled < 2; labelled++) {
        (void)fputs(labelled ? "TIME_TICS = '" : "TIME_TICS_BARE = '", out);
        for (size_t i = 0; i < count; i++)
            (void)fprintf(out, "%s\"%s\" %.3f", i ? ", " : "(", labelled ? tics[i].label : "",
                          seconds(tics[i].at));
        (void)fputs(count ? ")'\n" : "()'\n", out);
    }
}

static void write_price(FILE *out, const sheet *s) {
    char merged[160] = "", figure[RH_FIGURE_TEXT];
    rh_extent extent = extent_of(s->run, price_of, NULL);
    for (size_t i = 0; i < s->n_trades; i++)
        rh_extent_add(&extent, s->trades[i].price);
    rh_axis_unit unit = rh_axis_unit_for(largest_of(extent), "USD");
    rh_axis axis = rh_axis_make(extent, unit, 4);
    if (axis.decimals > 3 && unit.factor > 1.0) { /* a narrow range of a high price */
        unit = rh_axis_unit_for(1.0, "USD");
        axis = rh_axis_make(extent, unit, 4);
    }
    write_axis(out, "PRICE", &axis);
    (void)fprintf(out, "N_TRADES = %zu\n", s->n_trades);
    if (s->n_trades < s->run->n_trades)
        (void)snprintf(merged, sizeof merged, "(%s trades, those close together drawn as one)",
                       rh_figure_fixed(figure, (double)s->run->n_trades, 0));
    write_string(out, "TRADES_NOTE", merged, 90);
}

/* The last known value of a series and how it reads. */
static double last_known(const rh_report_run *run, step_value *value) {
    for (size_t i = run->n_steps; i > 0; i--)
        if (isfinite(value(&run->steps[i - 1])))
            return value(&run->steps[i - 1]);
    return NAN;
}

static void write_end(FILE *out, const rh_report_run *run, const char *name, step_value *value,
                      const char *currency) {
    char figure[RH_FIGURE_TEXT], text_name[64];
    double end = last_known(run, value);
    write_set(out, name, end);
    (void)snprintf(text_name, sizeof text_name, "%s_TEXT", name);
    write_string(out, text_name, rh_figure_money(figure, end, currency), 24);
}

static void write_hedge(FILE *out, const rh_report_run *run) {
    rh_extent extent = extent_of(run, wanted_of, held_of);
    rh_extent_add(&extent, 0.0);
    rh_axis axis = rh_axis_make(extent, rh_axis_unit_for(largest_of(extent), run->underlying), 4);
    write_axis(out, "HEDGE", &axis);
    write_end(out, run, "WANTED_END", wanted_of, run->underlying);
    write_end(out, run, "HELD_END", held_of, run->underlying);
}

static void write_pnl(FILE *out, const rh_report_run *run) {
    const char *currency = rh_report_numeraire(run);
    rh_extent extent = extent_of(run, pnl_of, unhedged_of);
    rh_extent_add(&extent, 0.0);
    rh_axis axis = rh_axis_make(extent, rh_axis_unit_for(largest_of(extent), currency), 4);
    write_axis(out, "PNL", &axis);
    write_end(out, run, "PNL_END", pnl_of, currency);
    write_end(out, run, "UNHEDGED_END", unhedged_of, currency);
}

static void write_errors(FILE *out, const rh_report_run *run) {
    char figure[RH_FIGURE_TEXT];
    const char *currency = rh_report_numeraire(run);
    rh_extent extent = extent_of(run, error_of, NULL);
    rh_extent_add(&extent, 0.0);
    rh_axis axis = rh_axis_make(extent, rh_axis_unit_for(largest_of(extent), currency), 4);
    write_axis(out, "ERROR", &axis);
    (void)fprintf(out, "N_STEPS = %zu\n", run->n_steps);
    write_set(out, "ERROR_STD", run->metrics[RH_METRIC_HEDGE_ERROR_STD].value);
    write_set(out, "VAR95", run->metrics[RH_METRIC_VAR95].value);
    write_set(out, "ES95", run->metrics[RH_METRIC_ES95].value);
    write_string(out, "ERROR_STD_TEXT",
                 rh_figure_money(figure, run->metrics[RH_METRIC_HEDGE_ERROR_STD].value, currency),
                 24);
    write_string(out, "VAR95_TEXT",
                 rh_figure_money(figure, run->metrics[RH_METRIC_VAR95].value, currency), 24);
    write_string(out, "ES95_TEXT",
                 rh_figure_money(figure, run->metrics[RH_METRIC_ES95].value, currency), 24);
}

static void write_distribution(FILE *out, const sheet *s) {
    const rh_histogram *h = &s->histogram;
    char note[128], figure[RH_FIGURE_TEXT];
    rh_extent across = RH_EXTENT_NONE, up = {0, 1};
    for (size_t i = 0; i < h->n_bins; i++)
        rh_extent_add(&up, (double)h->counts[i]);
    if (h->n_bins > 0) {
        rh_extent_add(&across, h->low);
        rh_extent_add(&across, h->low + h->width * (double)h->n_bins);
    }
    rh_extent_add(&across, -s->run->metrics[RH_METRIC_ES95].value);
    rh_axis_unit unit = rh_axis_unit_for(largest_of(across), rh_report_numeraire(s->run));
    rh_axis axis = rh_axis_make(across, unit, 5);
    write_axis(out, "BINS", &axis);
    rh_axis_unit steps = {.factor = 1, .unit = "number of steps"};
    if (up.high >= 2000)
        steps = (rh_axis_unit){.factor = 1000, .unit = "thousand steps"};
    axis = rh_axis_make(up, steps, 5);
    write_axis(out, "COUNT", &axis);
    (void)fprintf(out, "N_BINS = %zu\nN_COUNTED = %zu\n", h->n_bins, h->total);
    write_set(out, "BIN_WIDTH", h->width);
    write_set(out, "COUNTED_MEAN", h->mean);
    write_set(out, "COUNTED_STD", h->std);
    int used =
        snprintf(note, sizeof note, "%s counted", rh_figure_fixed(figure, (double)h->total, 0));
    if (h->below + h->above > 0)
        (void)snprintf(note + used, sizeof note - (size_t)used, ", %zu beyond the axis",
                       h->below + h->above);
    write_string(out, "BINS_NOTE", note, 60);
}

static void write_bridge(FILE *out, const sheet *s) {
    rh_axis axis = bridge_axis(s);
    write_axis(out, "BRIDGE", &axis);
    (void)fprintf(out, "N_BRIDGE = %zu\n", s->n_bridge);
}

static rh_status write_run(FILE *out, const void *subject, rh_error *error) {
    const sheet *s = subject;
    rh_headline headline;
    (void)error;
    rh_headline_make(s->run, &headline);
    (void)fputs("# What tearsheet.gp draws. Axes are divided by their FACTOR.\n", out);
    (void)fputs("TITLE = ", out);
    rh_write_gnuplot_enhanced(out, headline.title, 80);
    (void)fputc('\n', out);
    write_string(out, "SUBTITLE", headline.setup, 165);
    write_string(out, "SUBTITLE2", headline.period, 165);
    write_string(out, "FOOTER", headline.origin, 165);
    (void)fprintf(out, "N_KPI = %d\narray KPI[N_KPI]\narray KPI_NAME[N_KPI]\n", RH_N_KPIS);
    for (int i = 0; i < RH_N_KPIS; i++) {
        (void)fprintf(out, "KPI[%d] = ", i + 1);
        rh_write_gnuplot_enhanced(out, headline.kpis[i].value, 24);
        (void)fprintf(out, "\nKPI_NAME[%d] = ", i + 1);
        rh_write_gnuplot_string(out, headline.kpis[i].name, 36);
        (void)fputc('\n', out);
    }
    write_string(out, "UNDERLYING", s->run->underlying, 10);
    write_time_axis(out, s->run);
    write_price(out, s);
    write_hedge(out, s->run);
    write_pnl(out, s->run);
    write_errors(out, s->run);
    write_distribution(out, s);
    write_bridge(out, s);
    return RH_OK;
}

static double price_at(const rh_report_run *run, rh_time at) {
    size_t low = 0, high = run->n_steps; /* the last step at or before */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (run->steps[middle].ts <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? run->steps[low - 1].price : NAN;
}

/* Copies, prices and merges the trades. An option's price, in coin or far from the curve, is
 * replaced by the curve's. */
static rh_status prepare_trades(sheet *s, rh_error *error) {
    const rh_report_run *run = s->run;
    s->trades = rh_allocate(run->n_trades + 1, sizeof *s->trades);
    if (!s->trades)
        return rh_fail(error, RH_FAILED, "out of memory for %zu fills", run->n_trades);
    for (size_t i = 0; i < run->n_trades; i++) {
        s->trades[i] = run->trades[i];
        double curve = price_at(run, run->trades[i].ts);
        if (isfinite(curve) && !(fabs(run->trades[i].price / curve - 1) < 0.25))
            s->trades[i].price = curve;
    }
    s->n_trades = rh_merge_trades(s->trades, run->n_trades, run->from, run->to);
    return RH_OK;
}

static rh_status prepare_histogram(sheet *s, rh_error *error) {
    double *values = rh_allocate(s->run->n_steps + 1, sizeof *values);
    size_t count = 0;
    if (!values)
        return rh_fail(error, RH_FAILED, "out of memory for %zu steps", s->run->n_steps);
    for (size_t i = 0; i < s->run->n_steps; i++)
        if (s->run->steps[i].counted)
            values[count++] = s->run->steps[i].error;
    rh_histogram_make(values, count, &s->histogram);
    rh_release(values);
    return RH_OK;
}

static rh_status write_all_curves(const char *directory, const rh_report_run *run,
                                  rh_error *error) {
    const struct {
        const char *name;
        curves curves;
    } files[] = {
        {"data/price.tsv", {run, "t\tprice", {price_of, NULL}, 1, 1}},
        {"data/hedge.tsv", {run, "t\twanted\theld", {wanted_of, held_of}, 2, 2}},
        {"data/pnl.tsv", {run, "t\thedged\tunhedged", {pnl_of, unhedged_of}, 2, 2}},
        {"data/error.tsv", {run, "t\terror\tcounted", {error_of, counted_of}, 2, 1}},
    };
    rh_status status = RH_OK;
    for (size_t i = 0; status == RH_OK && i < sizeof files / sizeof *files; i++)
        status =
            rh_report_write_file(directory, files[i].name, write_curves, &files[i].curves, error);
    return status;
}

static rh_status write_sheet(const char *directory, const sheet *s, rh_error *error) {
    const struct {
        const char *name;
        rh_report_writer *write;
    } files[] = {{"data/trades.tsv", write_trades},
                 {"data/attribution.tsv", write_attribution},
                 {"data/histogram.tsv", write_histogram},
                 {"data/run.gp", write_run}};
    rh_status status = write_all_curves(directory, s->run, error);
    for (size_t i = 0; status == RH_OK && i < sizeof files / sizeof *files; i++)
        status = rh_report_write_file(directory, files[i].name, files[i].write, s, error);
    return status;
}

rh_status rh_sheet_write(const char *directory, const rh_report_run *run, rh_error *error) {
    sheet s = {.run = run};
    s.n_bridge = rh_bridge_make(rh_report_terms(run), 14, s.bridge);
    rh_status status = prepare_trades(&s, error);
    if (status == RH_OK)
        status = prepare_histogram(&s, error);
    if (status == RH_OK)
        status = write_sheet(directory, &s, error);
    rh_release(s.trades);
    return status;
}
