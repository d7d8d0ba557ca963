/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/density.h"

#include <math.h>
#include <string.h>

double rh_quantile(const double *sorted, size_t count, double share) {
    if (count == 0)
        return NAN;
    double at = share * (double)(count - 1);
    size_t below = (size_t)at;
    double next = sorted[below + 1 < count ? below + 1 : below];
    return sorted[below] + (at - (double)below) * (next - sorted[below]);
}

static double width_of(const double *sorted, size_t count) {
    double sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++)
        sum += sorted[i];
    for (size_t i = 0; i < count; i++)
        squares += (sorted[i] - sum / (double)count) * (sorted[i] - sum / (double)count);
    double sigma = sqrt(squares / (double)count);
    double iqr = rh_quantile(sorted, count, 0.75) - rh_quantile(sorted, count, 0.25);
    double size = iqr > 0 ? fmin(sigma, iqr / 1.34) : sigma;
    return 0.9 * size * pow((double)count, -0.2);
}

/* Values are counted in cells of equal width, and the kernel runs over the cells:
 * the cost doesn't grow with their number. A kernel narrower than a cell becomes one. */
enum { CELLS = 1024 };

static void count_cells(const double *sorted, size_t count, double low, double cell,
                        double *cells) {
    for (size_t i = 0; i < count; i++) {
        double at = (sorted[i] - low) / cell;
        if (at >= 0 && at < CELLS)
            cells[(size_t)at]++;
    }
}

void rh_density_make(const double *sorted, size_t count, double low, double high, double *points,
                     size_t n_points) {
    double cells[CELLS] = {0}, greatest = 0;
    memset(points, 0, n_points * sizeof *points);
    if (count == 0 || n_points < 2)
        return;
    double width = width_of(sorted, count);
    double reach = 4 * width, from = low - reach, cell = (high - low + 2 * reach) / CELLS;
    width = fmax(width, cell);
    count_cells(sorted, count, from, cell, cells);
    for (size_t k = 0; k < n_points; k++) {
        double x = low + (high - low) * (double)k / (double)(n_points - 1);
        for (size_t i = 0; i < CELLS; i++) {
            double z = (x - from - cell * ((double)i + 0.5)) / width;
            if (cells[i] > 0 && fabs(z) < 5)
                points[k] += cells[i] * exp(-0.5 * z * z);
        }
        greatest = fmax(greatest, points[k]);
    }
    for (size_t k = 0; k < n_points && greatest > 0; k++)
        points[k] /= greatest;
}
