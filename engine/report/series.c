/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_row(const void *a, const void *b) {
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

static void find_extremes(const double *column, size_t first, size_t end, size_t *least,
                          size_t *greatest) {
    *least = *greatest = first;
    for (size_t row = first; row < end; row++) {
        if (isnan(column[row]))
            continue;
        if (isnan(column[*least]) || column[row] < column[*least])
            *least = row;
        if (isnan(column[*greatest]) || column[row] > column[*greatest])
            *greatest = row;
    }
}

/* Adds a bucket's rows, ascending and each once; returns how many. */
static size_t take_bucket(const double *const *columns, size_t n_columns, size_t first, size_t end,
                          size_t *chosen) {
    size_t found = 0, kept = 1;
    chosen[found++] = first;
    for (size_t i = 0; i < n_columns; i++, found += 2)
        find_extremes(columns[i], first, end, &chosen[found], &chosen[found + 1]);
    chosen[found++] = end - 1;
    qsort(chosen, found, sizeof *chosen, by_row);
    for (size_t i = 1; i < found; i++)
        if (chosen[i] != chosen[kept - 1])
            chosen[kept++] = chosen[i];
    return kept;
}

size_t rh_thin(const double *const *columns, size_t n_columns, size_t count, size_t most,
               size_t *chosen) {
    size_t used = 0, buckets = most / (2 + 2 * n_columns);
    if (count <= most || buckets == 0) {
        for (; used < count && used < most; used++)
            chosen[used] = used;
        return used;
    }
    for (size_t i = 0; i < buckets; i++)
        used += take_bucket(columns, n_columns, count * i / buckets, count * (i + 1) / buckets,
                            chosen + used);
    return used;
}

static void add_trade(rh_report_trade *sum, const rh_report_trade *trade) {
    double size = fabs(sum->quantity), more = fabs(trade->quantity);
    sum->price = (sum->price * size + trade->price * more) / (size + more);
    sum->quantity += trade->quantity;
    sum->share += trade->share;
}

static void scale_to_largest(rh_report_trade *trades, size_t count) {
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, trades[i].share);
    for (size_t i = 0; i < count && largest > 0; i++)
        trades[i].share /= largest;
}

size_t rh_merge_trades(rh_report_trade *trades, size_t count, rh_time from, rh_time to) {
    if (count <= RH_DRAWN_TRADES || to <= from)
        return count;
    double span = (double)(to - from) / 100.0;
    size_t kept = 0, last_of_side[2] = {SIZE_MAX, SIZE_MAX};
    double bucket_of_side[2] = {-1, -1};
    for (size_t i = 0; i < count; i++) {
        int side = trades[i].quantity > 0;
        double bucket = floor((double)(trades[i].ts - from) / span);
        if (last_of_side[side] != SIZE_MAX && bucket_of_side[side] == bucket) {
            add_trade(&trades[last_of_side[side]], &trades[i]);
            continue;
        }
        trades[kept] = trades[i];
        bucket_of_side[side] = bucket;
        last_of_side[side] = kept++;
    }
    scale_to_largest(trades, kept);
    return kept;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void find_moments(const double *values, size_t count, rh_histogram *out) {
    double sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    out->mean = sum / (double)count;
    for (size_t i = 0; i < count; i++)
        squares += (values[i] - out->mean) * (values[i] - out->mean);
    out->std = count > 1 ? sqrt(squares / (double)(count - 1)) : NAN;
}

static void choose_bins(const double *sorted, size_t count, rh_histogram *out) {
    double least = sorted[0], greatest = sorted[count - 1];
    double lower = sorted[count / 4], upper = sorted[count - 1 - count / 4];
    double iqr = upper - lower, middle = (upper + lower) / 2;
    double high = iqr > 0 ? fmin(greatest, middle + 8 * iqr) : greatest;
    out->low = iqr > 0 ? fmax(least, middle - 8 * iqr) : least;
    if (!(high > out->low)) { /* one value only: one bin around it */
        double half = out->low != 0 ? fabs(out->low) / 2 : 0.5;
        out->n_bins = 1;
        out->low -= half;
        out->width = 2 * half;
        return;
    }
    double wanted = iqr > 0 ? (high - out->low) * cbrt((double)count) / (2 * iqr) : 0;
    out->n_bins = wanted < 8 ? 8 : wanted > RH_HISTOGRAM_BINS ? RH_HISTOGRAM_BINS : (size_t)wanted;
    out->width = (high - out->low) / (double)out->n_bins;
}

void rh_histogram_make(double *values, size_t count, rh_histogram *out) {
    *out = (rh_histogram){.width = 1, .mean = NAN, .std = NAN};
    out->total = count;
    if (count == 0)
        return;
    qsort(values, count, sizeof *values, by_value);
    find_moments(values, count, out);
    choose_bins(values, count, out);
    double high = out->low + out->width * (double)out->n_bins;
    for (size_t i = 0; i < count; i++) {
        if (values[i] < out->low) {
            out->below++;
        } else if (values[i] > high * (1 + 1e-12 * (high > 0 ? 1 : -1))) {
            out->above++;
        } else {
            size_t bin = (size_t)((values[i] - out->low) / out->width);
            out->counts[bin < out->n_bins ? bin : out->n_bins - 1]++;
        }
    }
}
