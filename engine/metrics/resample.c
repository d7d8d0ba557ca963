/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "metrics/resample.h"

#include "base/memory.h"
#include "base/random_block.h"
#include "metrics/statistic.h"

#include <assert.h>
#include <math.h>

/* ---- which steps ---- */

static double restart_probability(double block_length) {
    return floor(0x1p30 / block_length) * 0x1p-30;
}

/* Adds positions to `count` blocks, one for each draw, and returns how many there are then. */
static size_t add_positions(const double *a, const double *b, size_t draws, double restart,
                            double n, rh_resample_block *blocks, size_t count) {
    for (size_t i = 0; i < draws; i++) {
        if (count == 0 || a[i] < restart)
            blocks[count++] = (rh_resample_block){(uint32_t)(b[i] * n), 0};
        blocks[count - 1].length++;
    }
    return count;
}

/* The same where each position restarts. */
static size_t add_singles(const double *b, size_t draws, double n, rh_resample_block *blocks,
                          size_t count) {
    for (size_t i = 0; i < draws; i++)
        blocks[count + i] = (rh_resample_block){(uint32_t)(b[i] * n), 1};
    return count + draws;
}

size_t rh_resample_blocks(const rh_resampling *how, size_t replicate, rh_resample_block *blocks) {
    assert(how->n >= 1 && how->n <= RH_RESAMPLE_MOST_STEPS && how->block_length >= 1.0);
    const double restart = restart_probability(how->block_length), n = (double)how->n;
    const rh_vector vector = rh_vector_widest();
    double a[RH_BLOCK], b[RH_BLOCK];
    size_t count = 0;
    for (size_t from = 0; from < how->n; from += RH_BLOCK) {
        const rh_draw_place place = {how->seed, from, (uint32_t)replicate, RH_DRAW_RESAMPLE, 0};
        const size_t left = how->n - from, draws = left < RH_BLOCK ? left : RH_BLOCK;
        rh_draw_uniform_steps(vector, &place, restart < 1.0 ? a : NULL, b);
        count = restart < 1.0 ? add_positions(a, b, draws, restart, n, blocks, count)
                              : add_singles(b, draws, n, blocks, count);
    }
    return count;
}

void rh_resample_index(const rh_resample_block *blocks, size_t n_blocks, size_t n,
                       uint32_t *index) {
    for (size_t j = 0; j < n_blocks; j++) {
        uint32_t step = blocks[j].first;
        for (uint32_t k = 0; k < blocks[j].length; k++) {
            *index++ = step;
            step = step + 1 < n ? step + 1 : 0;
        }
    }
}

void rh_resample_counts(const rh_resample_block *blocks, size_t n_blocks, size_t n,
                        uint32_t *counts) {
    for (size_t i = 0; i < n; i++)
        counts[i] = 0;
    for (size_t j = 0; j < n_blocks; j++) {
        size_t step = blocks[j].first;
        for (uint32_t k = 0; k < blocks[j].length; k++) {
            counts[step]++;
            step = step + 1 < n ? step + 1 : 0;
        }
    }
}

/* ---- running sums ---- */

/* Every running sum is within a rounding of the exact one (Neumaier 1974). */
static void run_sums(const double *x, size_t n, double mean, double variance, double (*out)[2]) {
    double sum[2] = {0.0, 0.0}, lost[2] = {0.0, 0.0};
    out[0][0] = out[0][1] = 0.0;
    for (size_t i = 0; i < 2 * n; i++) {
        const double away = x[i < n ? i : i - n] - mean;
        const double term[2] = {away, away * away - variance};
        for (int k = 0; k < 2; k++) {
            const double next = sum[k] + term[k];
            lost[k] += fabs(sum[k]) >= fabs(term[k]) ? (sum[k] - next) + term[k]
                                                     : (term[k] - next) + sum[k];
            sum[k] = next;
            out[i + 1][k] = sum[k] + lost[k];
        }
    }
}

static double variance_of(const double *x, size_t n) {
    return n >= 2 ? rh_stat_variance(x, n) * ((double)(n - 1) / (double)n) : 0.0;
}

rh_status rh_running_sums_make(rh_running_sums *sums, const double *x, size_t n, rh_error *error) {
    assert(n >= 1 && n <= RH_RESAMPLE_MOST_STEPS);
    const double mean = rh_stat_mean(x, n);
    *sums = (rh_running_sums){n, mean, variance_of(x, n), NULL};
    sums->running = rh_allocate(2 * n + 1, sizeof *sums->running);
    if (!sums->running)
        return rh_fail(error, RH_FAILED, "out of memory for the running sums of %zu steps", n);
    run_sums(x, n, sums->mean, sums->variance, sums->running);
    return RH_OK;
}

void rh_running_sums_free(rh_running_sums *sums) {
    rh_release(sums->running);
    *sums = (rh_running_sums){0};
}

/* ---- moments of a replicate ---- */

/* Sums over blocks; a, b: of x - m and of (x - m)^2 - v over one block, l: its length. */
typedef struct {
    double a, b, aa, ab, bb, al, bl, ll;
} block_sums;

static block_sums sum_blocks(const rh_running_sums *sums, const rh_resample_block *blocks,
                             size_t n_blocks) {
    block_sums s = {0};
    for (size_t j = 0; j < n_blocks; j++) {
        const double *from = sums->running[blocks[j].first];
        const double *to = from + 2 * (size_t)blocks[j].length;
        const double a = to[0] - from[0], b = to[1] - from[1], l = blocks[j].length;
        s.a += a;
        s.b += b;
        s.aa += a * a;
        s.ab += a * b;
        s.bb += b * b;
        s.al += a * l;
        s.bl += b * l;
        s.ll += l * l;
    }
    return s;
}

/* sqrt(sum_j (b + p a + q l)^2) / n */
static double block_error(const block_sums *s, double p, double q, double n) {
    const double squares =
        s->bb + p * (2.0 * s->ab + p * s->aa) + q * (2.0 * s->bl + 2.0 * p * s->al + q * s->ll);
    return sqrt(fmax(squares, 0.0)) / n;
}

void rh_resample_moments(const rh_running_sums *sums, const rh_resample_block *blocks,
                         size_t n_blocks, rh_estimate out[RH_N_MOMENTS]) {
    const block_sums s = sum_blocks(sums, blocks, n_blocks);
    const double n = (double)sums->n, m = sums->mean;
    const double d = s.a / n, e = s.b / n;
    const double of_mean = s.aa + d * (d * s.ll - 2.0 * s.al);
    out[RH_MOMENT_MEAN] = (rh_estimate){m + d, sqrt(fmax(of_mean, 0.0)) / n};

    const double rms = sqrt(fmax(sums->variance + m * m + 2.0 * m * d + e, 0.0));
    const double of_square = block_error(&s, 2.0 * m, -(2.0 * m * d + e), n);
    out[RH_MOMENT_RMS] = (rh_estimate){rms, of_square / (2.0 * rms)};

    const double unbiased = sqrt(n / (n - 1.0));
    const double deviation = sqrt(fmax(sums->variance + e - d * d, 0.0));
    const double of_variance = block_error(&s, -2.0 * d, 2.0 * d * d - e, n);
    out[RH_MOMENT_STD] =
        (rh_estimate){deviation * unbiased, of_variance * unbiased / (2.0 * deviation)};
}

/* ---- standard errors of the series itself ---- */

/* (x - m)^2 - v + p (x - m) at a step */
static double influence(const rh_running_sums *sums, size_t step, double of_square, double p) {
    const double *from = sums->running[step], *to = sums->running[step + 1];
    return of_square * (to[1] - from[1]) + p * (to[0] - from[0]);
}

/* Backwards through one round: near = sum_i w^i u_{t+i} and far = sum_i i w^i u_{t+i}, i >= 1,
 * by near_t = w (u_{t+1} + near_{t+1}) and far_t = near_t + w far_{t+1}. Returns the sum over t
 * of u_t (u_t + 2 near_t - 2 far_t / n). */
static double weighted_products(const rh_running_sums *sums, double of_square, double p, double w,
                                double state[2]) {
    double sum = 0.0, next = influence(sums, 0, of_square, p);
    for (size_t t = sums->n; t-- > 0;) {
        const double u = influence(sums, t, of_square, p);
        state[0] = w * (next + state[0]);
        state[1] = state[0] + w * state[1];
        sum += u * (u + 2.0 * (state[0] - state[1] / (double)sums->n));
        next = u;
    }
    return sum;
}

static double stationary_error(const rh_running_sums *sums, double of_square, double p,
                               double block_length) {
    const double w = 1.0 - restart_probability(block_length);
    double state[2] = {0.0, 0.0};
    (void)weighted_products(sums, of_square, p, w, state); /* the first round fills the sums */
    return sqrt(fmax(weighted_products(sums, of_square, p, w, state), 0.0)) / (double)sums->n;
}

void rh_series_moments(const rh_running_sums *sums, double block_length,
                       rh_estimate out[RH_N_MOMENTS]) {
    const double n = (double)sums->n, m = sums->mean, unbiased = sqrt(n / (n - 1.0));
    const double rms = sqrt(sums->variance + m * m), deviation = sqrt(sums->variance);
    out[RH_MOMENT_MEAN] = (rh_estimate){m, stationary_error(sums, 0.0, 1.0, block_length)};
    out[RH_MOMENT_RMS] =
        (rh_estimate){rms, stationary_error(sums, 1.0, 2.0 * m, block_length) / (2.0 * rms)};
    out[RH_MOMENT_STD] =
        (rh_estimate){deviation * unbiased, stationary_error(sums, 1.0, 0.0, block_length) *
                                                unbiased / (2.0 * deviation)};
}
