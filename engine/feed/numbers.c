/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/numbers.h"

#include "base/decimal.h"

#include <math.h>

static inline double read_one(const char *text, const uint32_t *starts, size_t column) {
    const uint32_t from = starts[column];
    double value;
    return rh_decimal_short(text + from, starts[column + 1] - 1 - from, &value) == 0 ? value : NAN;
}

void rh_numbers_portable(const char *text, const uint32_t *starts, const uint16_t *columns,
                         size_t n, double *out) {
    for (size_t i = 0; i < n; i++)
        out[i] = read_one(text, starts, columns[i]);
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

/* Where two cells begin, and where the next ones do. */
AVX2 static inline __m128i bounds_of(const uint32_t *a, const uint32_t *b) {
    return load_two((const char *)a, (const char *)b);
}

AVX2 static inline four_cells gather_four(const char *text, const uint32_t *starts,
                                          const uint16_t *columns) {
    const uint32_t *a = starts + columns[0], *b = starts + columns[1];
    const uint32_t *c = starts + columns[2], *d = starts + columns[3];
    const __m256i words =
        _mm256_set_m128i(load_two(text + *c, text + *d), load_two(text + *a, text + *b));
    const __m256i bounds = _mm256_set_m128i(bounds_of(c, d), bounds_of(a, b));
    const __m256i behind = _mm256_srli_epi64(bounds, 32);
    const __m256i from = _mm256_and_si256(bounds, _mm256_set1_epi64x(UINT32_MAX));
    const __m256i lengths = _mm256_sub_epi64(_mm256_sub_epi64(behind, from), _mm256_set1_epi64x(1));
    const __m256i unused = _mm256_sub_epi64(_mm256_set1_epi64x(64), _mm256_slli_epi64(lengths, 3));
    return (four_cells){_mm256_sllv_epi64(_mm256_xor_si256(words, _mm256_set1_epi8('0')), unused),
                        lengths};
}

/* As rh_decimal_join, in each lane; `above` are the bytes behind the point. */
AVX2 static inline __m256i join_four(__m256i words, __m256i *above, __m256i *point) {
    const __m256i zero = _mm256_setzero_si256(), full = _mm256_cmpeq_epi8(zero, zero);
    const __m256i found = _mm256_cmpeq_epi8(words, _mm256_set1_epi8('.' ^ '0'));
    const __m256i lowest = _mm256_and_si256(found, _mm256_sub_epi64(zero, found));
    const __m256i byte = _mm256_sub_epi64(_mm256_slli_epi64(lowest, 8), lowest);
    const __m256i below = _mm256_add_epi64(lowest, full);
    *point = byte;
    *above = _mm256_andnot_si256(_mm256_or_si256(below, byte), full);
    const __m256i shift =
        _mm256_andnot_si256(_mm256_cmpeq_epi64(found, zero), _mm256_set1_epi64x(8));
    return _mm256_or_si256(_mm256_sllv_epi64(_mm256_and_si256(words, below), shift),
                           _mm256_and_si256(words, *above));
}

/* Eight digits a lane to four doubles: integers below 2^52 are the low bits of a double from 2^52
 * on. */
AVX2 static inline __m256d values_of(__m256i digits) {
    const __m256i by2 = _mm256_maddubs_epi16(digits, _mm256_set1_epi16(1 << 8 | 10));
    const __m256i by4 = _mm256_madd_epi16(by2, _mm256_set1_epi32(1 << 16 | 100));
    const __m256i by8 = _mm256_add_epi64(_mm256_mul_epu32(by4, _mm256_set1_epi64x(10000)),
                                         _mm256_srli_epi64(by4, 32));
    const __m256d base = _mm256_set1_pd(0x1p52);
    return _mm256_sub_pd(_mm256_or_pd(_mm256_castsi256_pd(by8), base), base);
}

/* 10 to the number of bytes set in each lane; the first eight powers are floats. */
AVX2 static inline __m256d powers_of(__m256i bytes) {
    const __m256i counts =
        _mm256_sad_epu8(_mm256_and_si256(bytes, _mm256_set1_epi8(1)), _mm256_setzero_si256());
    const __m256 powers = _mm256_permutevar8x32_ps(
        _mm256_setr_ps(1e0f, 1e1f, 1e2f, 1e3f, 1e4f, 1e5f, 1e6f, 1e7f), counts);
    const __m256i first = _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6);
    return _mm256_cvtps_pd(_mm256_castps256_ps128(_mm256_permutevar8x32_ps(powers, first)));
}

/* All bits of the lanes that have anything but digits, or not 1 to 8 characters, or a point
 * alone. */
AVX2 static inline __m256d bad_lanes(const four_cells *cells, __m256i digits, __m256i point) {
    const __m256i full = _mm256_cmpeq_epi8(digits, digits), nine = _mm256_set1_epi8(9);
    const __m256i plain = _mm256_cmpeq_epi8(_mm256_max_epu8(digits, nine), nine);
    const __m256i all = _mm256_cmpeq_epi64(plain, full);
    const __m256i n_points =
        _mm256_sub_epi64(_mm256_cmpeq_epi64(point, _mm256_setzero_si256()), full);
    const __m256i enough = _mm256_cmpgt_epi64(cells->lengths, n_points);
    const __m256i long_ones = _mm256_cmpgt_epi64(cells->lengths, _mm256_set1_epi64x(8));
    const __m256i good = _mm256_andnot_si256(long_ones, _mm256_and_si256(all, enough));
    return _mm256_castsi256_pd(_mm256_andnot_si256(good, full));
}

/* Which of the four were not read: these become NaN. */
AVX2 static __attribute__((noinline)) unsigned read_four(const char *text, const uint32_t *starts,
                                                         const uint16_t *columns, double *out) {
    __m256i above, point;
    const four_cells four = gather_four(text, starts, columns);
    const __m256i digits = join_four(four.words, &above, &point);
    const __m256d values = _mm256_div_pd(values_of(digits), powers_of(above));
    const __m256d bad = bad_lanes(&four, digits, point);
    _mm256_storeu_pd(out, _mm256_or_pd(values, bad));
    return (unsigned)_mm256_movemask_pd(bad);
}

static void by_avx2(const char *text, const uint32_t *starts, const uint16_t *columns, size_t n,
                    double *out) {
    for (size_t i = 0; i < n; i += 4) {
        const unsigned asked = n - i < 4 ? (1u << (n - i)) - 1 : 15;
        unsigned left = read_four(text, starts, columns + i, out + i) & asked;
        for (; left; left &= left - 1) {
            const size_t k = i + (size_t)__builtin_ctz(left);
            out[k] = read_one(text, starts, columns[k]);
        }
    }
}

rh_numbers_reader *rh_numbers_fastest(void) {
    return __builtin_cpu_supports("avx2") ? by_avx2 : rh_numbers_portable;
}

#else

rh_numbers_reader *rh_numbers_fastest(void) {
    return rh_numbers_portable;
}

#endif
