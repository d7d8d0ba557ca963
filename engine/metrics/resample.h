/* SPDX-License-Identifier: GPL-3.0-or-later */
/* resample.h: series of the same length, resampled alike by the stationary bootstrap.
 *
 * A replicate of a series of n steps is n steps again, made of blocks of consecutive steps. Its
 * first index is uniform on 0 ... n-1; at every later position a new uniform index is drawn with
 * probability 1/b, else the index goes on by one, after n-1 with 0. So blocks have geometric
 * lengths of mean b, and the replicate is stationary given the series.
 *
 * Whether position j of replicate r begins a block, and where, is a function of (seed, r, j) alone
 * (base/random.h, purpose RH_DRAW_RESAMPLE): results depend neither on threads, nor on the order
 * in which lanes and replicates are computed, nor on how many there are. 1/b is rounded to a
 * multiple of 2^-30, so that the last digit of b decides nothing.
 *
 * Source: D. N. Politis and J. P. Romano, The stationary bootstrap, J. Amer. Statist. Assoc. 89
 * (1994) 1303-1313, section 2.
 */
#ifndef RH_METRICS_RESAMPLE_H
#define RH_METRICS_RESAMPLE_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

/* What a draw of this room is for: 64 to 127, append only. */
enum { RH_DRAW_RESAMPLE = 64 };

/* Most steps of a series: an index and a running sum over two rounds fit 32 bits. */
#define RH_RESAMPLE_MOST_STEPS ((size_t)1 << 30)

typedef struct {
    uint64_t seed;
    size_t n;            /* steps, 1 to RH_RESAMPLE_MOST_STEPS */
    double block_length; /* b, steps, at least 1 */
} rh_resampling;

/* Steps first, first + 1, ... (after n - 1 comes 0), `length` of them, at most n. */
typedef struct {
    uint32_t first, length;
} rh_resample_block;

/* Writes the blocks of one replicate and returns how many; their lengths add up to n.
 * `blocks` has room for n. `replicate` is below 2^32. */
size_t rh_resample_blocks(const rh_resampling *how, size_t replicate, rh_resample_block *blocks);

/* The same as n indices. */
void rh_resample_index(const rh_resample_block *blocks, size_t n_blocks, size_t n, uint32_t *index);

/* How often the replicate holds each of the n steps. */
void rh_resample_counts(const rh_resample_block *blocks, size_t n_blocks, size_t n,
                        uint32_t *counts);

/* Mean, standard deviation and root mean square of replicates of one series, at a cost of one
 * step per block: running sums, over two rounds, of x - m and of (x - m)^2 - v, where m is the
 * mean and v = sum (x - m)^2 / n. */
typedef struct {
    size_t n;
    double mean, variance; /* m and v */
    double (*running)[2];  /* 2 n + 1 pairs */
} rh_running_sums;

/* `x`: n finite numbers. The caller frees, also after a failure. */
rh_status rh_running_sums_make(rh_running_sums *sums, const double *x, size_t n, rh_error *error);
void rh_running_sums_free(rh_running_sums *sums);

/* A number and its standard error. */
typedef struct {
    double value, error;
} rh_estimate;

typedef enum {
    RH_MOMENT_MEAN,
    RH_MOMENT_STD, /* divisor n - 1 */
    RH_MOMENT_RMS, /* about zero */
    RH_N_MOMENTS
} rh_moment;

/* The moments of one replicate. With B_j the sum over block j of length L_j of the influence
 * function u (mean: x - m*; rms: (x^2 - rms*^2)/(2 rms*); std: ((x - m*)^2 - v*)/(2 std*)), the
 * squared standard error is sum_j B_j^2 / n^2, as the blocks are independent given the series.
 *
 * Source: F. Goetze and H. R. Kuensch, Second-order correctness of the blockwise bootstrap for
 * stationary observations, Ann. Statist. 24 (1996) 1914-1933 (studentising by block sums). */
void rh_resample_moments(const rh_running_sums *sums, const rh_resample_block *blocks,
                         size_t n_blocks, rh_estimate out[RH_N_MOMENTS]);

/* The standard errors that belong to them in the series itself: for a series u the standard
 * deviation of the mean of its replicates, which needs no draws,
 *
 *     n se^2 = C(0) + 2 sum_{i=1}^{n-1} (1 - i/n) (1 - 1/b)^i C(i),
 *
 * C(i) = sum_t (u_t - mean)(u_{t+i} - mean) / n with u continued periodically (Politis and Romano
 * 1994, lemma 1). The sum runs on to infinity, which alters se^2 by less than
 * n exp(-n/b) / b of itself. */
void rh_series_moments(const rh_running_sums *sums, double block_length,
                       rh_estimate out[RH_N_MOMENTS]);

#endif
