/* SPDX-License-Identifier: GPL-3.0-or-later */
/* series.h: long series made short enough to draw, without losing what the eye looks for. */
#ifndef RH_REPORT_SERIES_H
#define RH_REPORT_SERIES_H

#include "base/status.h"
#include "report/run.h"

#include <stddef.h>

/* Rows that a picture is given at most for one file of series. */
#define RH_DRAWN_ROWS 4000

/* Chooses the rows to draw of `n_columns` series of `count` rows (columns[i][row]): of each of
 * some hundreds of equal buckets the first and last row and those with each series' least and
 * greatest value; all of them if there are no more than `most`. `chosen` has room for
 * min(count, most) row numbers, which come ascending; returns how many. A bucket that is
 * all unknown keeps its first row, so that a gap stays a gap. */
size_t rh_thin(const double *const *columns, size_t n_columns, size_t count, size_t most,
               size_t *chosen);

/* Trades drawn one by one up to this many; else those of one side within a hundredth of the
 * period are drawn as one, at their average price weighted by size. */
#define RH_DRAWN_TRADES 160

/* Merges in place, returns how many are left; `share` becomes relative to the largest of them. */
size_t rh_merge_trades(rh_report_trade *trades, size_t count, rh_time from, rh_time to);

/* A histogram of equal bins. Values outside [low, high] are counted apart. */
#define RH_HISTOGRAM_BINS 60
typedef struct {
    double low, width;
    size_t n_bins, counts[RH_HISTOGRAM_BINS];
    size_t total, below, above;
    double mean, std; /* of all values */
} rh_histogram;

/* Bins of the width of Freedman and Diaconis (1981), 2 IQR n^(-1/3), between 8 and
 * RH_HISTOGRAM_BINS; the range is that of the values, but no wider than 8 IQR on either side of
 * the quartiles' middle. Sorts `values`, which are finite. */
void rh_histogram_make(double *values, size_t count, rh_histogram *out);

#endif
