/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/coverage_chart.h"

#include "report/folder.h"
#include "report/gnuplot.h"
#include "report/sheet.h"
#include "report/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MOST_LINES = 40, DRAWING_SECONDS = 60, PATH_TEXT = 4096 };

static size_t n_drawn(const rh_coverage_chart *chart) {
    return chart->n_lines < MOST_LINES ? chart->n_lines : MOST_LINES;
}

static int last_slot(const rh_coverage_chart *chart) {
    int last = 0;
    for (size_t i = 0; i < n_drawn(chart); i++)
        for (int k = last; k < RH_COVERAGE_SLOTS; k++)
            last = chart->lines[i].slots[k] > 0 ? k : last;
    return last;
}

static double seconds(int64_t time) {
    return (double)time / (double)RH_S;
}

/* Counts by their logarithm, as a share of the line's greatest: a gap shows beside any density. */
static rh_status write_cells(FILE *out, const void *subject, rh_error *error) {
    const rh_coverage_chart *chart = subject;
    (void)error;
    for (size_t i = 0; i < n_drawn(chart); i++) {
        const uint32_t *slots = chart->lines[i].slots;
        uint32_t most = 1;
        for (int k = 0; k < RH_COVERAGE_SLOTS; k++)
            most = slots[k] > most ? slots[k] : most;
        for (int k = 0; k < RH_COVERAGE_SLOTS; k++)
            if (slots[k] > 0)
                (void)fprintf(
                    out, "%zu\t%.0f\t%.0f\t%.4f\n", i + 1, seconds(chart->from + k * chart->width),
                    seconds(chart->from + (k + 1) * chart->width), log1p(slots[k]) / log1p(most));
    }
    return RH_OK;
}

/* A slot is a minute times a power of two, which is no round number of hours or days. */
static void write_width(FILE *out, int64_t width) {
    const double hours = seconds(width) / 3600.0;
    if (hours < 2.0)
        (void)fprintf(out, "SLOT = '%.0f minutes'\n", hours * 60.0);
    else if (hours < 48.0)
        (void)fprintf(out, "SLOT = '%.1f hours'\n", hours);
    else
        (void)fprintf(out, "SLOT = '%.1f days'\n", hours / 24.0);
}

static rh_status write_words(FILE *out, const void *subject, rh_error *error) {
    const rh_coverage_chart *chart = subject;
    (void)error;
    write_width(out, chart->width);
    (void)fputs("TITLE = ", out);
    rh_write_gnuplot_enhanced(out, chart->title && *chart->title ? chart->title : "Market data",
                              90);
    (void)fprintf(out, "\nN_LINES = %zu\nN_LEFT_OUT = %zu\nFROM = %.0f\nTO = %.0f\n",
                  n_drawn(chart), chart->n_lines - n_drawn(chart), seconds(chart->from),
                  seconds(chart->from + (last_slot(chart) + 1) * chart->width));
    (void)fprintf(out, "array NAME[%zu]\n", n_drawn(chart) + 1);
    for (size_t i = 0; i < n_drawn(chart); i++) {
        (void)fprintf(out, "NAME[%zu] = ", i + 1);
        rh_write_gnuplot_string(out, chart->lines[i].name, 36);
        (void)fputc('\n', out);
    }
    return RH_OK;
}

rh_status rh_coverage_chart_draw(const rh_coverage_chart *chart, const char *directory,
                                 rh_error *error) {
    char data[PATH_TEXT], log_path[PATH_TEXT];
    (void)snprintf(data, sizeof data, "%.4000s/data", directory);
    (void)snprintf(log_path, sizeof log_path, "%.4000s/gnuplot.log", directory);
    rh_status status = rh_folder_make(data, error);
    if (status == RH_OK)
        status = rh_folder_take_script(directory, "coverage.gp", error);
    if (status == RH_OK)
        status = rh_report_write_file(directory, "data/coverage.tsv", write_cells, chart, error);
    if (status == RH_OK)
        status = rh_report_write_file(directory, "data/coverage.gp", write_words, chart, error);
    if (status == RH_OK)
        status = rh_gnuplot_draw(directory, "coverage.gp", "coverage.png", DRAWING_SECONDS, error);
    if (status == RH_OK)
        (void)unlink(log_path);
    return status;
}
