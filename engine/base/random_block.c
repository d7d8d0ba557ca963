/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/random_block.h"

#include <assert.h>
#include <stddef.h>

/* Multipliers and Weyl constants: see random.c. The words of a counter stand in the lower halves
 * of 64 bits; what the products leave in the upper halves never gets into a lower one. */
#define MULTIPLY_0 UINT64_C(0xD2511F53)
#define MULTIPLY_1 UINT64_C(0xCD9E8D57)
#define WEYL_0     UINT32_C(0x9E3779B9)
#define WEYL_1     UINT32_C(0xBB67AE85)
#define LOW        UINT64_C(0xffffffff)

/* Above 52 bits of a fraction: the exponent of [1, 2). */
#define ONE UINT64_C(0x3ff0000000000000)

enum { ROUNDS = 10 };

static void plain(const rh_draw_place *place, double *a, double *b) {
    rh_draw_place at = *place;
    for (size_t i = 0; i < RH_BLOCK; i++, at.path++) {
        const rh_draw draw = rh_draw_uniform(&at);
        if (a)
            a[i] = draw.a;
        b[i] = draw.b;
    }
}

#if RH_HAS_AVX
#include <immintrin.h>

typedef __m256i words4;
typedef __m512i words8;

RH_FOR_AVX2 static inline words4 xor4(words4 x, words4 y, words4 z) {
    return _mm256_xor_si256(_mm256_xor_si256(x, y), z);
}

/* 1 + (cell + 1/2) / 2^52, less 1; both steps are exact. */
RH_FOR_AVX2 static inline void store4(double *out, words4 high, words4 low) {
    const words4 cell = _mm256_or_si256(
        _mm256_srli_epi64(_mm256_slli_epi64(high, 32), 12),
        _mm256_srli_epi64(_mm256_and_si256(low, _mm256_set1_epi64x((long long)LOW)), 12));
    const words4 above = _mm256_or_si256(cell, _mm256_set1_epi64x((long long)ONE));
    _mm256_storeu_pd(out, _mm256_sub_pd(_mm256_castsi256_pd(above), _mm256_set1_pd(1.0 - 0x1p-53)));
}

RH_FOR_AVX2 static void avx2(const rh_draw_place *place, double *a, double *b) {
    const words4 m0 = _mm256_set1_epi64x((long long)MULTIPLY_0);
    const words4 m1 = _mm256_set1_epi64x((long long)MULTIPLY_1);
    const words4 step = _mm256_set1_epi64x((long long)(place->step & LOW));
    const words4 step_high = _mm256_set1_epi64x((long long)(place->step >> 32));
    const words4 last = _mm256_set1_epi64x((long long)(place->purpose << 24 | place->item));
    words4 path =
        _mm256_add_epi64(_mm256_set1_epi64x((long long)place->path), _mm256_set_epi64x(3, 2, 1, 0));
    for (size_t i = 0; i < RH_BLOCK; i += 4) {
        uint32_t k0 = (uint32_t)place->seed, k1 = (uint32_t)(place->seed >> 32);
        words4 c0 = step, c1 = step_high, c2 = path, c3 = last;
        for (int round = 0; round < ROUNDS; round++, k0 += WEYL_0, k1 += WEYL_1) {
            const words4 p0 = _mm256_mul_epu32(m0, c0), p1 = _mm256_mul_epu32(m1, c2);
            c0 = xor4(_mm256_srli_epi64(p1, 32), c1, _mm256_set1_epi64x((long long)k0));
            c1 = p1;
            c2 = xor4(_mm256_srli_epi64(p0, 32), c3, _mm256_set1_epi64x((long long)k1));
            c3 = p0;
        }
        if (a)
            store4(a + i, c0, c1);
        store4(b + i, c2, c3);
        path = _mm256_add_epi64(path, _mm256_set1_epi64x(4));
    }
}

RH_FOR_AVX512 static inline words8 xor8(words8 x, words8 y, words8 z) {
    return _mm512_ternarylogic_epi64(x, y, z, 0x96);
}

RH_FOR_AVX512 static inline void store8(double *out, words8 high, words8 low) {
    const words8 cell = _mm512_or_si512(
        _mm512_srli_epi64(_mm512_slli_epi64(high, 32), 12),
        _mm512_srli_epi64(_mm512_and_si512(low, _mm512_set1_epi64((long long)LOW)), 12));
    const words8 above = _mm512_or_si512(cell, _mm512_set1_epi64((long long)ONE));
    _mm512_storeu_pd(out, _mm512_sub_pd(_mm512_castsi512_pd(above), _mm512_set1_pd(1.0 - 0x1p-53)));
}

RH_FOR_AVX512 static void avx512(const rh_draw_place *place, double *a, double *b) {
    const words8 m0 = _mm512_set1_epi64((long long)MULTIPLY_0);
    const words8 m1 = _mm512_set1_epi64((long long)MULTIPLY_1);
    const words8 step = _mm512_set1_epi64((long long)(place->step & LOW));
    const words8 step_high = _mm512_set1_epi64((long long)(place->step >> 32));
    const words8 last = _mm512_set1_epi64((long long)(place->purpose << 24 | place->item));
    words8 path = _mm512_add_epi64(_mm512_set1_epi64((long long)place->path),
                                   _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0));
    for (size_t i = 0; i < RH_BLOCK; i += 8) {
        uint32_t k0 = (uint32_t)place->seed, k1 = (uint32_t)(place->seed >> 32);
        words8 c0 = step, c1 = step_high, c2 = path, c3 = last;
        for (int round = 0; round < ROUNDS; round++, k0 += WEYL_0, k1 += WEYL_1) {
            const words8 p0 = _mm512_mul_epu32(m0, c0), p1 = _mm512_mul_epu32(m1, c2);
            c0 = xor8(_mm512_srli_epi64(p1, 32), c1, _mm512_set1_epi64((long long)k0));
            c1 = p1;
            c2 = xor8(_mm512_srli_epi64(p0, 32), c3, _mm512_set1_epi64((long long)k1));
            c3 = p0;
        }
        if (a)
            store8(a + i, c0, c1);
        store8(b + i, c2, c3);
        path = _mm512_add_epi64(path, _mm512_set1_epi64(8));
    }
}
#else
#define avx2   plain
#define avx512 plain
#endif

void rh_draw_uniform_block(rh_vector vector, const rh_draw_place *place, double *a, double *b) {
    static void (*const of[RH_N_VECTORS])(const rh_draw_place *, double *, double *) = {plain, avx2,
                                                                                        avx512};
    assert(place->purpose < 1u << 8 && place->item < 1u << 24);
    of[vector](place, a, b);
}
