/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/scale.h"

#include <math.h>
#include <string.h>

typedef struct {
    double low, high, least; /* of all; the least positive one */
    int has_nought;
} spread;

static spread spread_of(const double *values, size_t count) {
    spread s = {HUGE_VAL, -HUGE_VAL, HUGE_VAL, 0};
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i]))
            continue;
        s.low = fmin(s.low, values[i]);
        s.high = fmax(s.high, values[i]);
        if (values[i] > 0)
            s.least = fmin(s.least, values[i]);
        s.has_nought |= !(fabs(values[i]) > 0);
    }
    return s;
}

static void add_tic(rh_scale *scale, double value) {
    double place = rh_scale_place(scale, value);
    char *label = scale->tics[scale->n_tics].label;
    double shown = value / scale->unit.factor;
    if (scale->n_tics == sizeof scale->tics / sizeof *scale->tics || !(place >= scale->low) ||
        !(place <= scale->high))
        return;
    int decimals = shown > 0 ? (int)fmax(0, -floor(log10(shown) + 1e-9)) : 0;
    (void)rh_figure_fixed(label, shown, decimals);
    scale->tics[scale->n_tics++].place = place;
}

/* 1, 2 and 5 of each decade as long as they are six or fewer, else 1 and 3, else 1 alone. */
static void make_log_tics(rh_scale *scale) {
    static const double leads[][3] = {{1, 2, 5}, {1, 3, 0}, {1, 0, 0}};
    for (size_t k = 0; k < 3; k++) {
        int from = (int)floor(scale->low), to = (int)ceil(scale->high);
        scale->n_tics = 0;
        if (isfinite(scale->zero))
            add_tic(scale, 0);
        for (int power = from; power <= to; power++)
            for (size_t i = 0; i < 3 && leads[k][i] > 0; i++)
                add_tic(scale, leads[k][i] * pow(10, power) * scale->unit.factor);
        if (scale->n_tics <= 6)
            return;
    }
}

static void make_log(rh_scale *scale, const spread *s) {
    double low = log10(s->least / scale->unit.factor), high = log10(s->high / scale->unit.factor);
    double margin = fmax(0.06 * (high - low), 0.04);
    scale->is_log = 1;
    scale->zero = s->has_nought ? low - 0.12 * (high - low) - margin : (double)NAN;
    scale->low = (s->has_nought ? scale->zero : low) - margin;
    scale->high = high + margin;
    make_log_tics(scale);
}

static void make_linear(rh_scale *scale, rh_extent extent) {
    const rh_axis axis = rh_axis_make(extent, scale->unit, 4);
    scale->low = axis.low;
    scale->high = axis.high;
    for (double k = ceil(axis.low / axis.step - 1e-9); k * axis.step <= axis.high; k++) {
        char *label = scale->tics[scale->n_tics].label;
        if (scale->n_tics == sizeof scale->tics / sizeof *scale->tics)
            return;
        (void)rh_figure_fixed(label, k * axis.step, axis.decimals);
        scale->tics[scale->n_tics++].place = k * axis.step + 0.0;
    }
}

rh_scale rh_scale_make(const double *values, size_t count, double ratio, int has_zero,
                       const char *currency) {
    const spread s = spread_of(values, count);
    const rh_extent extent = {s.low, s.high};
    rh_scale scale = {.zero = NAN, .unit = {.factor = 1, .unit = ""}};
    if (currency)
        scale.unit =
            rh_axis_unit_for(s.high >= s.low ? fmax(fabs(s.low), fabs(s.high)) : NAN, currency);
    const int is_positive = s.low > 0 || (has_zero && s.low >= 0);
    if (is_positive && isfinite(s.least) && s.high > ratio * s.least)
        make_log(&scale, &s);
    else
        make_linear(&scale, extent);
    return scale;
}

double rh_scale_place(const rh_scale *scale, double value) {
    if (!scale->is_log)
        return value / scale->unit.factor;
    if (value > 0)
        return log10(value / scale->unit.factor);
    return value < 0 ? (double)NAN : scale->zero;
}

static void write_number(FILE *out, const char *name, const char *what, double value) {
    if (isfinite(value))
        (void)fprintf(out, "%s_%s = %.15g\n", name, what, value);
    else
        (void)fprintf(out, "%s_%s = NaN\n", name, what);
}

void rh_scale_write(FILE *out, const char *name, const rh_scale *scale) {
    write_number(out, name, "LOG", scale->is_log);
    write_number(out, name, "FACTOR", scale->unit.factor);
    write_number(out, name, "ZERO", scale->zero);
    write_number(out, name, "LO", scale->low);
    write_number(out, name, "HI", scale->high);
    (void)fprintf(out, "%s_UNIT = ", name);
    rh_write_gnuplot_string(out, scale->unit.unit, 40);
    (void)fprintf(out, "\n%s_TICS = '(", name);
    for (size_t i = 0; i < scale->n_tics; i++)
        (void)fprintf(out, "%s\"%s\" %.10g", i ? ", " : "", scale->tics[i].label,
                      scale->tics[i].place);
    (void)fputs(")'\n", out);
}
