/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pricing/normal_block.h"

#include "pricing/normal.h"
#include "pricing/quantile_kernel.h"

#include <stddef.h>
#include <stdint.h>

/* Tails are collected and worked on together: three in twenty draws are one, so that nearly every
 * vector of draws holds some. Their list is filled up to whole vectors. */
enum { VECTOR = 8, WORDS = RH_BLOCK / 64 };

typedef struct {
    size_t count;
    uint16_t place[RH_BLOCK];
    double tail[RH_BLOCK + VECTOR]; /* probabilities, then sizes of the quantiles */
} tails;

/* A bit for each of 64 probabilities: it is a tail. */
static uint64_t mark_plain(const double *p) {
    uint64_t marks = 0;
    for (size_t i = 0; i < 64; i++)
        marks |= (uint64_t)(fabs(p[i] - 0.5) > RH_QUANTILE_MIDDLE) << i;
    return marks;
}

#if RH_HAS_AVX
#include <immintrin.h>

RH_FOR_AVX2 static inline uint64_t mark_avx2(const double *p) {
    const __m256d half = _mm256_set1_pd(0.5), middle = _mm256_set1_pd(RH_QUANTILE_MIDDLE);
    const __m256d sign = _mm256_set1_pd(-0.0);
    uint64_t marks = 0;
    for (size_t i = 0; i < 64; i += 4) {
        const __m256d centred = _mm256_sub_pd(_mm256_loadu_pd(p + i), half);
        const __m256d far = _mm256_cmp_pd(_mm256_andnot_pd(sign, centred), middle, _CMP_GT_OQ);
        marks |= (uint64_t)(unsigned)_mm256_movemask_pd(far) << i;
    }
    return marks;
}

RH_FOR_AVX512 static inline uint64_t mark_avx512(const double *p) {
    const __m512d half = _mm512_set1_pd(0.5), middle = _mm512_set1_pd(RH_QUANTILE_MIDDLE);
    uint64_t marks = 0;
    for (size_t i = 0; i < 64; i += 8) {
        const __m512d centred = _mm512_sub_pd(_mm512_loadu_pd(p + i), half);
        const __mmask8 far = _mm512_cmp_pd_mask(_mm512_abs_pd(centred), middle, _CMP_GT_OQ);
        marks |= (uint64_t)far << i;
    }
    return marks;
}
#else
#define mark_avx2   mark_plain
#define mark_avx512 mark_plain
#endif

RH_INLINE void list_tails(const double *p, uint64_t (*mark)(const double *), tails *t) {
    size_t count = 0;
    for (size_t word = 0; word < WORDS; word++)
        for (uint64_t marks = mark(p + 64 * word); marks; marks &= marks - 1) {
            const size_t i = 64 * word + (size_t)__builtin_ctzll(marks);
            t->place[count] = (uint16_t)i;
            t->tail[count++] = p[i];
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

/* Two loops, since one would be so long that the next round isn't begun before this one ends. */
RH_INLINE void sizes(double *tail, size_t vectors) {
    for (size_t i = 0; i < vectors * VECTOR; i++)
        tail[i] = rh_quantile_depth_normal(tail[i] < 0.5 ? tail[i] : 1.0 - tail[i]);
    for (size_t i = 0; i < vectors * VECTOR; i++)
        tail[i] = rh_quantile_tail(tail[i]);
}

RH_INLINE void quantiles(const double *p, uint64_t (*mark)(const double *), double *x) {
    tails t;
    list_tails(p, mark, &t);
    sizes(t.tail, (t.count + VECTOR - 1) / VECTOR);
    middles(p, x);
    put_tails(p, &t, x);
}

static void plain(const double *p, double *x) {
    quantiles(p, mark_plain, x);
}

RH_FOR_AVX2 static void avx2(const double *p, double *x) {
    quantiles(p, mark_avx2, x);
}

RH_FOR_AVX512 static void avx512(const double *p, double *x) {
    quantiles(p, mark_avx512, x);
}

void rh_normal_quantile_block(rh_vector vector, const double *p, double *x) {
    static void (*const of[RH_N_VECTORS])(const double *, double *) = {plain, avx2, avx512};
    of[vector](p, x);
}
