/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/numbers.h"

#include "base/decimal.h"

static inline int read_one(const char *text, const uint32_t *starts, size_t column, double *out) {
    const uint32_t from = starts[column];
    return rh_decimal_short(text + from, starts[column + 1] - 1 - from, out) == 0;
}

uint32_t rh_numbers_portable(const char *text, const uint32_t *starts, const uint16_t *columns,
                             size_t n, double *out) {
    uint32_t done = 0;
    for (size_t i = 0; i < n; i++)
        done |= (uint32_t)read_one(text, starts, columns[i], &out[i]) << i;
    return done;
}

/* ---- AVX2: four cells of 1 to 8 characters at a time, the others one by one ---- */

#if defined __x86_64__

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

/* In memory, as making them takes longer than the work that they are for. */
#define ALL(lane) ((lane)*INT64_C(0x0101010101010101))
#define FOUR(lane)                                                                                 \
    { lane, lane, lane, lane }
static const __m256i zeros = FOUR(ALL('0')), points = FOUR(ALL('.' ^ '0')), ones = FOUR(ALL(1)),
                     nines = FOUR(ALL(9)), tens = FOUR(INT64_C(0x010a010a010a010a)),
                     hundreds = FOUR(INT64_C(0x0001006400010064)), myriad = FOUR(10000),
                     one = FOUR(1), eight = FOUR(8), nine = FOUR(9), all_bits = FOUR(64),
                     low_half = FOUR(INT64_C(0xffffffff)),
                     two_52 = FOUR(INT64_C(0x4330000000000000));

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
    const __m256i from = _mm256_and_si256(bounds, low_half);
    const __m256i lengths = _mm256_sub_epi64(_mm256_sub_epi64(behind, from), one);
    const __m256i unused = _mm256_sub_epi64(all_bits, _mm256_slli_epi64(lengths, 3));
    return (four_cells){_mm256_sllv_epi64(_mm256_xor_si256(words, zeros), unused), lengths};
}

/* As rh_decimal_join, in each lane; `above` are the bytes behind the point. */
AVX2 static inline __m256i join_four(__m256i words, __m256i *above, __m256i *point) {
    const __m256i zero = _mm256_setzero_si256(), full = _mm256_cmpeq_epi8(zero, zero);
    const __m256i found = _mm256_cmpeq_epi8(words, points);
    const __m256i lowest = _mm256_and_si256(found, _mm256_sub_epi64(zero, found));
    const __m256i byte = _mm256_sub_epi64(_mm256_slli_epi64(lowest, 8), lowest);
    const __m256i below = _mm256_add_epi64(lowest, full);
    *point = byte;
    *above = _mm256_andnot_si256(_mm256_or_si256(below, byte), full);
    const __m256i shift = _mm256_andnot_si256(_mm256_cmpeq_epi64(found, zero), eight);
    return _mm256_or_si256(_mm256_sllv_epi64(_mm256_and_si256(words, below), shift),
                           _mm256_and_si256(words, *above));
}

/* Eight digits a lane to four doubles: integers below 2^52 are the low bits of a double from 2^52
 * on. */
AVX2 static inline __m256d values_of(__m256i digits) {
    const __m256i by2 = _mm256_maddubs_epi16(digits, tens);
    const __m256i by4 = _mm256_madd_epi16(by2, hundreds);
    const __m256i by8 = _mm256_add_epi64(_mm256_mul_epu32(by4, myriad), _mm256_srli_epi64(by4, 32));
    const __m256d base = _mm256_castsi256_pd(two_52);
    return _mm256_sub_pd(_mm256_castsi256_pd(_mm256_or_si256(by8, two_52)), base);
}

/* 10 to the number of bytes set in each lane; the first eight powers are floats. */
AVX2 static inline __m256d powers_of(__m256i bytes) {
    const __m256i counts = _mm256_sad_epu8(_mm256_and_si256(bytes, ones), _mm256_setzero_si256());
    const __m256 powers = _mm256_permutevar8x32_ps(
        _mm256_setr_ps(1e0f, 1e1f, 1e2f, 1e3f, 1e4f, 1e5f, 1e6f, 1e7f), counts);
    const __m256i first = _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6);
    return _mm256_cvtps_pd(_mm256_castps256_ps128(_mm256_permutevar8x32_ps(powers, first)));
}

/* Lanes of nothing but digits, of 1 to 8 characters that are not the point alone. */
AVX2 static inline unsigned good_lanes(const four_cells *cells, __m256i digits, __m256i point) {
    const __m256i full = _mm256_cmpeq_epi8(digits, digits);
    const __m256i plain = _mm256_cmpeq_epi8(_mm256_max_epu8(digits, nines), nines);
    const __m256i all = _mm256_cmpeq_epi64(plain, full);
    const __m256i n_points =
        _mm256_add_epi64(_mm256_cmpeq_epi64(point, _mm256_setzero_si256()), one);
    const __m256i enough = _mm256_cmpgt_epi64(cells->lengths, n_points);
    const __m256i fits = _mm256_cmpgt_epi64(nine, cells->lengths);
    return (unsigned)_mm256_movemask_pd(
        _mm256_castsi256_pd(_mm256_and_si256(all, _mm256_and_si256(enough, fits))));
}

AVX2 static __attribute__((noinline)) uint32_t read_four(const char *text, const uint32_t *starts,
                                                         const uint16_t *columns, double *out) {
    __m256i above, point;
    const four_cells four = gather_four(text, starts, columns);
    const __m256i digits = join_four(four.words, &above, &point);
    _mm256_storeu_pd(out, _mm256_div_pd(values_of(digits), powers_of(above)));
    return good_lanes(&four, digits, point);
}

/* What the fours leave is read outside of them, as mixing the two kinds of instructions is slow. */
static __attribute__((noinline)) uint32_t read_left(const char *text, const uint32_t *starts,
                                                    const uint16_t *columns, uint32_t left,
                                                    double *out) {
    uint32_t done = 0;
    for (; left; left &= left - 1) {
        const int i = __builtin_ctz(left);
        done |= (uint32_t)read_one(text, starts, columns[i], &out[i]) << i;
    }
    return done;
}

static uint32_t by_avx2(const char *text, const uint32_t *starts, const uint16_t *columns, size_t n,
                        double *out) {
    const uint32_t all = n < 32 ? (UINT32_C(1) << n) - 1 : UINT32_MAX;
    uint32_t done = 0;
    for (size_t i = 0; i < n; i += 4)
        done |= read_four(text, starts, columns + i, out + i) << i;
    done &= all;
    return done == all ? done : done | read_left(text, starts, columns, all & ~done, out);
}

rh_numbers_reader *rh_numbers_fastest(void) {
    return __builtin_cpu_supports("avx2") ? by_avx2 : rh_numbers_portable;
}

#else

rh_numbers_reader *rh_numbers_fastest(void) {
    return rh_numbers_portable;
}

#endif
