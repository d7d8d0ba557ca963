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

static void add_tic(rh_scale *scale, double shown, int decimals) {
    double place = scale->is_log && !(shown > 0)
                       ? scale->zero
                       : rh_scale_place(scale, shown * scale->unit.factor);
    if (scale->n_tics == sizeof scale->tics / sizeof *scale->tics || !(place >= scale->low) ||
        !(place <= scale->high))
        return;
    (void)rh_figure_fixed(scale->tics[scale->n_tics].label, shown, decimals);
    scale->tics[scale->n_tics++].place = place + 0.0;
}

/* Round numbers, ten times the number itself, of every so many decades. */
static void add_decades(rh_scale *scale, const int *leads, int every) {
    for (int power = (int)floor(scale->low) - 1; power <= (int)ceil(scale->high); power++)
        for (size_t i = 0; leads[i] > 0 && power % every == 0; i++) {
            double shown = leads[i] * pow(10, power - 1);
            int decimals = -power + (leads[i] % 10 != 0);
            add_tic(scale, shown, decimals > 0 ? decimals : 0);
        }
}

static void add_multiples(rh_scale *scale, const rh_axis *axis) {
    for (double k = ceil(axis->low / axis->step - 1e-9); k * axis->step <= axis->high; k++)
        add_tic(scale, k * axis->step, axis->decimals);
}

/* The first of these that leaves 3 to `most` tics, then fewer decades; if there are too few from
 * the start, and the range is short, the tics are those of a linear axis. */
static void make_log_tics(rh_scale *scale, size_t most) {
    static const int leads[][5] = {{10, 20, 30, 50, 0}, {10, 20, 50, 0}, {10, 30, 0}, {10, 0}};
    enum { N_LEADS = sizeof leads / sizeof *leads };
    for (int k = 0; k < N_LEADS + 300; k++) {
        scale->n_tics = 0;
        if (isfinite(scale->zero))
            add_tic(scale, 0, 0);
        add_decades(scale, leads[k < N_LEADS ? k : N_LEADS - 1], k < N_LEADS ? 1 : k - N_LEADS + 2);
        if (scale->n_tics <= most)
            break;
    }
    if (scale->n_tics >= 3 || (scale->n_tics > 0 && scale->high - scale->low > 1.0))
        return;
    double from = pow(10, scale->low), to = pow(10, scale->high);
    double margin = 0.07 / 1.14 * (to - from); /* which the axis adds again */
    const rh_extent extent = {from + margin, to - margin};
    const rh_axis axis = rh_axis_make(extent, (rh_axis_unit){.factor = 1}, 4);
    scale->n_tics = 0;
    add_multiples(scale, &axis);
}

static void make_log(rh_scale *scale, const spread *s, size_t tics) {
    double low = log10(s->least / scale->unit.factor), high = log10(s->high / scale->unit.factor);
    double margin = fmax(0.06 * (high - low), 0.04);
    scale->is_log = 1;
    scale->zero = s->has_nought ? low - 0.12 * (high - low) - margin : (double)NAN;
    scale->low = (s->has_nought ? scale->zero : low) - margin;
    scale->high = high + margin;
    make_log_tics(scale, tics);
}

static void make_linear(rh_scale *scale, rh_extent extent) {
    const rh_axis axis = rh_axis_make(extent, scale->unit, 4);
    scale->low = axis.low;
    scale->high = axis.high;
    add_multiples(scale, &axis);
}

rh_scale rh_scale_make(const double *values, size_t count, double ratio, int has_zero,
                       const char *currency, size_t tics) {
    const spread s = spread_of(values, count);
    const rh_extent extent = {s.low, s.high};
    rh_scale scale = {.zero = NAN, .unit = {.factor = 1, .unit = ""}};
    if (currency)
        scale.unit =
            rh_axis_unit_for(s.high >= s.low ? fmax(fabs(s.low), fabs(s.high)) : NAN, currency);
    const int is_positive = s.low > 0 || (has_zero && s.low >= 0);
    if (is_positive && isfinite(s.least) && s.high > ratio * s.least)
        make_log(&scale, &s, tics);
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
