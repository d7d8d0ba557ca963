/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scale.h: an axis that is logarithmic where numbers differ by much, with its tics as texts. */
#ifndef RH_REPORT_SCALE_H
#define RH_REPORT_SCALE_H

#include "report/axis.h"

#include <stddef.h>
#include <stdio.h>

/* Places on the axis are value / factor, or its log10; nought has a place of its own to the left
 * of a logarithmic axis. */
typedef struct {
    rh_axis_unit unit;
    int is_log;
    double low, high; /* places */
    double zero;      /* the place of nought on a logarithmic axis; NaN if nothing is nought */
    size_t n_tics;
    struct {
        double place;
        char label[RH_FIGURE_TEXT];
    } tics[12];
} rh_scale;

/* Logarithmic if all known values are positive (or nought, with `has_zero`), and the largest is
 * more than `ratio` times the smallest positive one. A logarithmic axis has at most `tics` (4 or
 * more). `currency` may be NULL for numbers that aren't money. */
rh_scale rh_scale_make(const double *values, size_t count, double ratio, int has_zero,
                       const char *currency, size_t tics);

/* NaN for what has no place. */
double rh_scale_place(const rh_scale *scale, double value);

/* Writes NAME_LOG, _FACTOR, _ZERO, _LO, _HI, _UNIT and _TICS for gnuplot. */
void rh_scale_write(FILE *out, const char *name, const rh_scale *scale);

#endif
