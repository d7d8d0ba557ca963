/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pricing/normal_block.h"

#include "pricing/normal.h"
#include "pricing/quantile_kernel.h"

#include <stddef.h>
#include <stdint.h>

/* Tails are collected and worked on together: three in twenty draws are one, so that nearly every
 * vector of draws holds some. Their list is filled up to whole vectors. */
enum { VECTOR = 8 };

typedef struct {
    size_t count;
    uint16_t place[RH_BLOCK + VECTOR];
    double tail[RH_BLOCK + VECTOR]; /* probabilities, then sizes of the quantiles */
} tails;

static void list_tails(const double *p, tails *t) {
    size_t count = 0;
    for (size_t i = 0; i < RH_BLOCK; i++) {
        t->place[count] = (uint16_t)i;
        count += fabs(p[i] - 0.5) > RH_QUANTILE_MIDDLE;
    }
    for (size_t j = 0; j < count; j++) {
        const double at = p[t->place[j]];
        t->tail[j] = at < 0.5 ? at : 1.0 - at;
    }
    for (size_t j = count; j < count + VECTOR; j++)
        t->tail[j] = 0.05;
    t->count = count;
}

/* Beyond RH_QUANTILE_FAR the formula is another one. The first one goes on growing there, so that
 * what lies beyond is seen from its size: 6.658 at the border. */
static void put_tails(const double *p, const tails *t, double *x) {
    for (size_t j = 0; j < t->count; j++) {
        const size_t i = t->place[j];
        x[i] = copysign(t->tail[j], p[i] - 0.5);
        if (t->tail[j] > 6.6)
            x[i] = rh_normal_quantile(p[i]);
    }
}

RH_INLINE void middles(const double *restrict p, double *restrict x) {
    for (size_t i = 0; i < RH_BLOCK; i++)
        x[i] = rh_quantile_middle(p[i] - 0.5);
}

RH_INLINE void sizes(double *tail, size_t vectors) {
    for (size_t i = 0; i < vectors * VECTOR; i++)
        tail[i] = rh_quantile_tail(rh_quantile_depth(tail[i]));
}

RH_INLINE void quantiles(const double *p, double *x) {
    tails t;
    middles(p, x);
    list_tails(p, &t);
    sizes(t.tail, (t.count + VECTOR - 1) / VECTOR);
    put_tails(p, &t, x);
}

static void plain(const double *p, double *x) {
    quantiles(p, x);
}

RH_FOR_AVX2 static void avx2(const double *p, double *x) {
    quantiles(p, x);
}

RH_FOR_AVX512 static void avx512(const double *p, double *x) {
    quantiles(p, x);
}

void rh_normal_quantile_block(rh_vector vector, const double *p, double *x) {
    static void (*const of[RH_N_VECTORS])(const double *, double *) = {plain, avx2, avx512};
    of[vector](p, x);
}
