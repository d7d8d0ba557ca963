/* SPDX-License-Identifier: GPL-3.0-or-later */
/* density.h: the shape and the quantiles of a distribution. */
#ifndef RH_REPORT_DENSITY_H
#define RH_REPORT_DENSITY_H

#include <stddef.h>

/* Quantile of ascending values, type 7 of Hyndman and Fan (1996); NaN of none. */
double rh_quantile(const double *sorted, size_t count, double share);

/* Density at `n_points` places from low to high (ascending, high > low), 1 where it is greatest: a
 * Gaussian kernel of Silverman's width (1986, eq. 3.31), 0.9 min(σ, IQR / 1.34) n^(-1/5). Values
 * outside have their part of it. `sorted` ascends. All 0 of no values. */
void rh_density_make(const double *sorted, size_t count, double low, double high, double *points,
                     size_t n_points);

#endif
