/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/numbers.h"

#include "base/decimal.h"

static inline int read_one(const char *text, const uint32_t *ends, ptrdiff_t column, double *out) {
    const uint32_t from = ends[column - 1] + 1;
    return rh_decimal_short(text + from, ends[column] - from, out) == 0;
}

uint32_t rh_numbers_portable(const char *text, const uint32_t *ends, const uint16_t *columns,
                             size_t n, double *out) {
    uint32_t done = 0;
    for (size_t i = 0; i < n; i++)
        done |= (uint32_t)read_one(text, ends, columns[i], &out[i]) << i;
    return done;
}

/* ---- AVX2: four cells of 1 to 8 characters at a time, the others one by one ---- */

#if defined __x86_64__

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

/* Each 64-bit lane has the characters of a cell less '0' at its end, the first in the lowest byte,
 * zeros before them. */
typedef struct {
    __m256i words;
    __m256i lengths;
} four_cells;

AVX2 static inline __m128i load_two(const char *a, const char *b) {
    return _mm_unpacklo_epi64(_mm_loadl_epi64((const __m128i *)(const void *)a),
                              _mm_loadl_epi64((const __m128i *)(const void *)b));
}

AVX2 static inline four_cells gather_four(const char *text, const uint32_t *ends,
                                          const uint16_t *columns) {
    uint32_t from[4], length[4];
    for (int i = 0; i < 4; i++) {
        from[i] = ends[(ptrdiff_t)columns[i] - 1] + 1;
        length[i] = ends[columns[i]] - from[i];
    }
    const __m256i lengths = _mm256_set_epi64x(length[3], length[2], length[1], length[0]);
    const __m256i words = _mm256_set_m128i(load_two(text + from[2], text + from[3]),
                                           load_two(text + from[0], text + from[1]));
    const __m256i unused = _mm256_sub_epi64(_mm256_set1_epi64x(64), _mm256_slli_epi64(lengths, 3));
    return (four_cells){_mm256_sllv_epi64(_mm256_xor_si256(words, _mm256_set1_epi8('0')), unused),
                        lengths};
}

/* As rh_decimal_join, in each lane; `above` are the bytes behind the point. */
AVX2 static inline __m256i join_four(__m256i words, __m256i *above, __m256i *point) {
    const __m256i zero = _mm256_setzero_si256(), ones = _mm256_cmpeq_epi8(zero, zero);
    const __m256i points = _mm256_cmpeq_epi8(words, _mm256_set1_epi8('.' ^ '0'));
    const __m256i lowest = _mm256_and_si256(points, _mm256_sub_epi64(zero, points));
    const __m256i byte = _mm256_sub_epi64(_mm256_slli_epi64(lowest, 8), lowest);
    const __m256i below = _mm256_add_epi64(lowest, ones);
    *point = byte;
    *above = _mm256_andnot_si256(_mm256_or_si256(below, byte), ones);
    const __m256i shift =
        _mm256_andnot_si256(_mm256_cmpeq_epi64(points, zero), _mm256_set1_epi64x(8));
    return _mm256_or_si256(_mm256_sllv_epi64(_mm256_and_si256(words, below), shift),
                           _mm256_and_si256(words, *above));
}

/* Eight digits a lane to four doubles. */
AVX2 static inline __m256d values_of(__m256i digits) {
    const __m256i by2 = _mm256_maddubs_epi16(digits, _mm256_set1_epi16(1 << 8 | 10));
    const __m256i by4 = _mm256_madd_epi16(by2, _mm256_set1_epi32(1 << 16 | 100));
    const __m256i packed = _mm256_packus_epi32(by4, by4);
    const __m256i by8 = _mm256_madd_epi16(packed, _mm256_set1_epi32(1 << 16 | 10000));
    return _mm256_cvtepi32_pd(_mm256_castsi256_si128(_mm256_permute4x64_epi64(by8, 8)));
}

/* 10 to the number of bytes set in each lane; the first eight powers are floats. */
AVX2 static inline __m256d powers_of(__m256i bytes) {
    const __m256i ones = _mm256_and_si256(bytes, _mm256_set1_epi8(1));
    const __m256i counts = _mm256_sad_epu8(ones, _mm256_setzero_si256());
    const __m256 powers = _mm256_permutevar8x32_ps(
        _mm256_setr_ps(1e0f, 1e1f, 1e2f, 1e3f, 1e4f, 1e5f, 1e6f, 1e7f), counts);
    const __m256i first = _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6);
    return _mm256_cvtps_pd(_mm256_castps256_ps128(_mm256_permutevar8x32_ps(powers, first)));
}

/* Lanes of nothing but digits, of 1 to 8 characters that are not the point alone. */
AVX2 static inline unsigned good_lanes(const four_cells *cells, __m256i digits, __m256i point) {
    const __m256i nine = _mm256_set1_epi8(9), one = _mm256_set1_epi64x(1);
    const __m256i plain = _mm256_cmpeq_epi8(_mm256_max_epu8(digits, nine), nine);
    const __m256i all = _mm256_cmpeq_epi64(plain, _mm256_set1_epi64x(-1));
    const __m256i points = _mm256_add_epi64(_mm256_cmpeq_epi64(point, _mm256_setzero_si256()), one);
    const __m256i enough = _mm256_cmpgt_epi64(cells->lengths, points);
    const __m256i fits = _mm256_cmpgt_epi64(_mm256_set1_epi64x(9), cells->lengths);
    return (unsigned)_mm256_movemask_pd(
        _mm256_castsi256_pd(_mm256_and_si256(all, _mm256_and_si256(enough, fits))));
}

AVX2 static inline unsigned read_four(const char *text, const uint32_t *ends,
                                      const uint16_t *columns, double *out) {
    __m256i above, point;
    const four_cells four = gather_four(text, ends, columns);
    const __m256i digits = join_four(four.words, &above, &point);
    _mm256_storeu_pd(out, _mm256_div_pd(values_of(digits), powers_of(above)));
    return good_lanes(&four, digits, point);
}

AVX2 static __attribute__((noinline)) uint32_t
read_fours(const char *text, const uint32_t *ends, const uint16_t *columns, size_t n, double *out) {
    uint32_t done = 0;
    for (size_t i = 0; i < n; i += 4)
        done |= read_four(text, ends, columns + i, out + i) << i;
    return done;
}

/* What the fours leave is read outside of them, as mixing the two kinds of instructions is slow. */
static __attribute__((noinline)) uint32_t read_left(const char *text, const uint32_t *ends,
                                                    const uint16_t *columns, uint32_t left,
                                                    double *out) {
    uint32_t done = 0;
    for (; left; left &= left - 1) {
        const int i = __builtin_ctz(left);
        done |= (uint32_t)read_one(text, ends, columns[i], &out[i]) << i;
    }
    return done;
}

static uint32_t by_avx2(const char *text, const uint32_t *ends, const uint16_t *columns, size_t n,
                        double *out) {
    const uint32_t all = n < 32 ? (UINT32_C(1) << n) - 1 : UINT32_MAX;
    const uint32_t done = read_fours(text, ends, columns, n, out) & all;
    return done == all ? done : done | read_left(text, ends, columns, all & ~done, out);
}

rh_numbers_reader *rh_numbers_fastest(void) {
    return __builtin_cpu_supports("avx2") ? by_avx2 : rh_numbers_portable;
}

#else

rh_numbers_reader *rh_numbers_fastest(void) {
    return rh_numbers_portable;
}

#endif
