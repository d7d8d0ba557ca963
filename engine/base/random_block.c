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

/* What counts on from one draw to the next: 1, the other one 0. */
typedef struct {
    uint32_t path, step;
} stride;

static void plain(const rh_draw_place *place, stride by, double *a, double *b) {
    rh_draw_place at = *place;
    for (size_t i = 0; i < RH_BLOCK; i++, at.path += by.path, at.step += by.step) {
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

/* Vectors that are worked on together, since a round of one waits for its last round. */
enum { TWINS = 2 };

/* The keys of each round, repeated so that they can be read as vectors. */
typedef struct {
    _Alignas(64) uint64_t k0[ROUNDS][8], k1[ROUNDS][8];
} key_schedule;

static void fill_keys(uint64_t seed, key_schedule *keys) {
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < ROUNDS; round++, k0 += WEYL_0, k1 += WEYL_1)
        for (int i = 0; i < 8; i++)
            keys->k0[round][i] = k0, keys->k1[round][i] = k1;
}

/* The upper halves of x, in place of the lower ones as well: a move takes another port of the
 * processor than a shift, which shares one with the products. */
RH_FOR_AVX2 static inline words4 upper4(words4 x) {
    return _mm256_shuffle_epi32(x, 0xf5);
}

/* 1 + (cell + 1/2) / 2^52, less 1; both steps are exact. The cell is the upper 52 bits of both. */
RH_FOR_AVX2 static inline void store4(double *out, words4 high, words4 low) {
    const words4 both = _mm256_blend_epi32(low, _mm256_shuffle_epi32(high, 0xa0), 0xaa);
    const words4 above =
        _mm256_or_si256(_mm256_srli_epi64(both, 12), _mm256_set1_epi64x((long long)ONE));
    _mm256_storeu_pd(out, _mm256_sub_pd(_mm256_castsi256_pd(above), _mm256_set1_pd(1.0 - 0x1p-53)));
}

RH_FOR_AVX2 static inline void rounds4(const key_schedule *keys, words4 c[TWINS][4]) {
    const words4 m0 = _mm256_set1_epi64x((long long)MULTIPLY_0);
    const words4 m1 = _mm256_set1_epi64x((long long)MULTIPLY_1);
    for (int round = 0; round < ROUNDS; round++) {
        const words4 k0 = _mm256_load_si256((const words4 *)keys->k0[round]);
        const words4 k1 = _mm256_load_si256((const words4 *)keys->k1[round]);
        for (int j = 0; j < TWINS; j++) {
            const words4 p0 = _mm256_mul_epu32(m0, c[j][0]), p1 = _mm256_mul_epu32(m1, c[j][2]);
            c[j][0] = _mm256_xor_si256(_mm256_xor_si256(upper4(p1), c[j][1]), k0);
            c[j][1] = p1;
            c[j][2] = _mm256_xor_si256(_mm256_xor_si256(upper4(p0), c[j][3]), k1);
            c[j][3] = p0;
        }
    }
}

/* 0, 1, 2, 3 or, where it doesn't count on, four times 0. */
RH_FOR_AVX2 static inline words4 lanes4(uint32_t by) {
    return _mm256_mul_epu32(_mm256_set1_epi64x(by), _mm256_set_epi64x(3, 2, 1, 0));
}

RH_FOR_AVX2 static void avx2(const rh_draw_place *place, stride by, double *a, double *b) {
    const words4 last = _mm256_set1_epi64x((long long)(place->purpose << 24 | place->item));
    const words4 path_on = _mm256_set1_epi64x(4 * by.path);
    const words4 step_on = _mm256_set1_epi64x(4 * by.step);
    words4 path = _mm256_add_epi64(_mm256_set1_epi64x((long long)place->path), lanes4(by.path));
    words4 step = _mm256_add_epi64(_mm256_set1_epi64x((long long)place->step), lanes4(by.step));
    key_schedule keys;
    fill_keys(place->seed, &keys);
    for (size_t i = 0; i < RH_BLOCK; i += 4 * TWINS) {
        words4 c[TWINS][4];
        for (int j = 0; j < TWINS; j++) {
            c[j][0] = step, c[j][1] = _mm256_srli_epi64(step, 32), c[j][2] = path, c[j][3] = last;
            path = _mm256_add_epi64(path, path_on);
            step = _mm256_add_epi64(step, step_on);
        }
        rounds4(&keys, c);
        for (size_t j = 0; j < TWINS; j++) {
            if (a)
                store4(a + i + 4 * j, c[j][0], c[j][1]);
            store4(b + i + 4 * j, c[j][2], c[j][3]);
        }
    }
}

RH_FOR_AVX512 static inline words8 upper8(words8 x) {
    return _mm512_shuffle_epi32(x, 0xf5);
}

RH_FOR_AVX512 static inline words8 xor8(words8 x, words8 y, words8 z) {
    return _mm512_ternarylogic_epi64(x, y, z, 0x96);
}

RH_FOR_AVX512 static inline void store8(double *out, words8 high, words8 low) {
    const words8 both = _mm512_mask_shuffle_epi32(low, 0xaaaa, high, 0xa0);
    const words8 above =
        _mm512_or_si512(_mm512_srli_epi64(both, 12), _mm512_set1_epi64((long long)ONE));
    _mm512_storeu_pd(out, _mm512_sub_pd(_mm512_castsi512_pd(above), _mm512_set1_pd(1.0 - 0x1p-53)));
}

RH_FOR_AVX512 static inline void rounds8(const key_schedule *keys, words8 c[TWINS][4]) {
    const words8 m0 = _mm512_set1_epi64((long long)MULTIPLY_0);
    const words8 m1 = _mm512_set1_epi64((long long)MULTIPLY_1);
    for (int round = 0; round < ROUNDS; round++) {
        const words8 k0 = _mm512_load_si512(keys->k0[round]);
        const words8 k1 = _mm512_load_si512(keys->k1[round]);
        for (int j = 0; j < TWINS; j++) {
            const words8 p0 = _mm512_mul_epu32(m0, c[j][0]), p1 = _mm512_mul_epu32(m1, c[j][2]);
            c[j][0] = xor8(upper8(p1), c[j][1], k0);
            c[j][1] = p1;
            c[j][2] = xor8(upper8(p0), c[j][3], k1);
            c[j][3] = p0;
        }
    }
}

RH_FOR_AVX512 static inline words8 lanes8(uint32_t by) {
    return _mm512_mul_epu32(_mm512_set1_epi64(by), _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0));
}

RH_FOR_AVX512 static void avx512(const rh_draw_place *place, stride by, double *a, double *b) {
    const words8 last = _mm512_set1_epi64((long long)(place->purpose << 24 | place->item));
    const words8 path_on = _mm512_set1_epi64(8 * by.path), step_on = _mm512_set1_epi64(8 * by.step);
    words8 path = _mm512_add_epi64(_mm512_set1_epi64((long long)place->path), lanes8(by.path));
    words8 step = _mm512_add_epi64(_mm512_set1_epi64((long long)place->step), lanes8(by.step));
    key_schedule keys;
    fill_keys(place->seed, &keys);
    for (size_t i = 0; i < RH_BLOCK; i += 8 * TWINS) {
        words8 c[TWINS][4];
        for (int j = 0; j < TWINS; j++) {
            c[j][0] = step, c[j][1] = _mm512_srli_epi64(step, 32), c[j][2] = path, c[j][3] = last;
            path = _mm512_add_epi64(path, path_on);
            step = _mm512_add_epi64(step, step_on);
        }
        rounds8(&keys, c);
        for (size_t j = 0; j < TWINS; j++) {
            if (a)
                store8(a + i + 8 * j, c[j][0], c[j][1]);
            store8(b + i + 8 * j, c[j][2], c[j][3]);
        }
    }
}
#else
#define avx2   plain
#define avx512 plain
#endif

static void draw(rh_vector vector, const rh_draw_place *place, stride by, double *a, double *b) {
    static void (*const of[RH_N_VECTORS])(const rh_draw_place *, stride, double *,
                                          double *) = {plain, avx2, avx512};
    assert(place->purpose < 1u << 8 && place->item < 1u << 24);
    of[vector](place, by, a, b);
}

void rh_draw_uniform_block(rh_vector vector, const rh_draw_place *place, double *a, double *b) {
    draw(vector, place, (stride){.path = 1}, a, b);
}

void rh_draw_uniform_steps(rh_vector vector, const rh_draw_place *place, double *a, double *b) {
    draw(vector, place, (stride){.step = 1}, a, b);
}
