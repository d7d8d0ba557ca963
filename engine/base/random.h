/* SPDX-License-Identifier: GPL-3.0-or-later */
/* random.h: random numbers that are a function of where they are used.
 *
 * Philox 4x32-10 turns a counter and a key into four 32-bit words. Here the key is the seed and
 * the counter is (step, path, purpose, item), so that a draw doesn't depend on which draws were
 * made before it, on threads, or on what else is drawn. One call makes two draws of 52 bits.
 *
 * Source: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, Parallel random numbers: as easy as
 * 1, 2, 3, Proc. SC11 (2011), doi:10.1145/2063384.2063405.
 */
#ifndef RH_BASE_RANDOM_H
#define RH_BASE_RANDOM_H

#include <stdint.h>

/* Where one draw is used. Rooms have disjoint purposes, so that the same seed given to two of them
 * makes unrelated draws: 1 to 63 simulate (random.h there), 64 to 127 metrics (resample.h). */
typedef struct {
    uint64_t seed, step;
    uint32_t path;
    uint32_t purpose; /* below 2^8 */
    uint32_t item;    /* below 2^24 */
} rh_draw_place;

typedef struct {
    double a, b;
} rh_draw;

/* Two uniform numbers, strictly between 0 and 1: middles of 2^52 equal cells. */
rh_draw rh_draw_uniform(const rh_draw_place *place);

/* The block function itself. */
void rh_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

#endif
