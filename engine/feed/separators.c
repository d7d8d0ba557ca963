/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/separators.h"

#include <string.h>

/* One bit per byte of a block. */
typedef struct {
    uint64_t separators, quotes; /* quotes and NULs */
    uint64_t returns, ends;      /* CR and LF; `ends` only where there is a CR */
} block;

static inline uint64_t first_bits(size_t count) {
    return count < 64 ? (UINT64_C(1) << count) - 1 : UINT64_MAX;
}

/* A CR that ends a line with its LF is fine. `text` is the block's, of which `size` bytes and
 * what follows them are left. */
static inline uint64_t doubts_of(const block *b, const char *text, size_t size) {
    const uint64_t inside = first_bits(size);
    const uint64_t next = size > 64 && text[64] == '\n';
    const uint64_t before_end = (b->ends & inside) >> 1 | next << 63;
    return (b->quotes | (b->returns & ~before_end)) & inside;
}

/* Four places are written at once, as most blocks have as many or more: `at` has room. */
static inline uint32_t *write_places(uint32_t *at, uint64_t bits, uint32_t base) {
    uint32_t *end = at + __builtin_popcountll(bits);
    while (at < end) {
        for (int i = 0; i < 4; i++) {
            at[i] = base + (uint32_t)__builtin_ctzll(bits | UINT64_C(1) << 63);
            bits &= bits - 1;
        }
        at += 4;
    }
    return end;
}

static inline size_t find_all(const char *text, size_t size, uint32_t *at, uint64_t *doubtful,
                              block (*look)(const char *)) {
    uint32_t *next = at;
    for (size_t i = 0; i < size; i += 64) {
        const block b = look(text + i);
        next = write_places(next, b.separators & first_bits(size - i), (uint32_t)i);
        doubtful[i / 64] = b.quotes | b.returns ? doubts_of(&b, text + i, size - i) : 0;
    }
    return (size_t)(next - at);
}

/* ---- words of eight bytes ---- */

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The highest bit of each byte that is `byte`; exact, without carries from byte to byte. */
static inline uint64_t equal_bytes(uint64_t word, unsigned byte) {
    const uint64_t y = word ^ EACH(byte);
    return ~(((y & EACH(0x7f)) + EACH(0x7f)) | y) & EACH(0x80);
}

/* The highest bits of eight bytes as eight bits. */
static inline uint64_t gather(uint64_t bits) {
    return (bits >> 7) * UINT64_C(0x0102040810204080) >> 56;
}

static inline uint64_t load(const char *text) {
    uint64_t word;
    memcpy(&word, text, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

static inline block look_by_words(const char *text) {
    block b = {0};
    for (unsigned i = 0; i < 64; i += 8) {
        const uint64_t word = load(text + i);
        const uint64_t end = equal_bytes(word, '\n'), comma = equal_bytes(word, ',');
        const uint64_t quote = equal_bytes(word, '"') | equal_bytes(word, 0);
        const uint64_t cr = equal_bytes(word, '\r');
        b.separators |= gather(end | comma) << i;
        b.ends |= gather(end) << i;
        if (quote | cr) {
            b.quotes |= gather(quote) << i;
            b.returns |= gather(cr) << i;
        }
    }
    return b;
}

size_t rh_separators_portable(const char *text, size_t size, uint32_t *at, uint64_t *doubtful) {
    return find_all(text, size, at, doubtful, look_by_words);
}

/* ---- AVX2 ---- */

#if defined __x86_64__

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,bmi,popcnt")))

AVX2 static inline uint64_t bits_of(__m256i low, __m256i high) {
    return (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32 |
           (uint32_t)_mm256_movemask_epi8(low);
}

AVX2 static inline __m256i equal(__m256i bytes, char byte) {
    return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte));
}

AVX2 static inline __m256i either(__m256i bytes, char a, char b) {
    return _mm256_or_si256(equal(bytes, a), equal(bytes, b));
}

AVX2 static inline block look_closely(__m256i low, __m256i high) {
    return (block){.quotes = bits_of(either(low, '"', '\0'), either(high, '"', '\0')),
                   .returns = bits_of(equal(low, '\r'), equal(high, '\r')),
                   .ends = bits_of(equal(low, '\n'), equal(high, '\n'))};
}

AVX2 static inline __m256i doubtful_bytes(__m256i bytes) {
    return _mm256_or_si256(either(bytes, '"', '\0'), equal(bytes, '\r'));
}

AVX2 static inline uint32_t *write_places_by_bmi(uint32_t *at, uint64_t bits, uint32_t base) {
    uint32_t *end = at + _mm_popcnt_u64(bits);
    while (at < end) {
        for (int i = 0; i < 8; i++) {
            at[i] = base + (uint32_t)_tzcnt_u64(bits);
            bits = _blsr_u64(bits);
        }
        at += 8;
    }
    return end;
}

AVX2 static size_t by_avx2(const char *text, size_t size, uint32_t *at, uint64_t *doubtful) {
    uint32_t *next = at;
    for (size_t i = 0; i < size; i += 64) {
        const __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)(text + i));
        const __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(text + i + 32));
        const uint64_t separators = bits_of(either(low, ',', '\n'), either(high, ',', '\n'));
        next = write_places_by_bmi(next, separators & first_bits(size - i), (uint32_t)i);
        const __m256i doubt = _mm256_or_si256(doubtful_bytes(low), doubtful_bytes(high));
        doubtful[i / 64] = 0;
        if (_mm256_testz_si256(doubt, doubt))
            continue;
        const block b = look_closely(low, high);
        doubtful[i / 64] = doubts_of(&b, text + i, size - i);
    }
    return (size_t)(next - at);
}

rh_separators_finder *rh_separators_fastest(void) {
    const int fits = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                     __builtin_cpu_supports("popcnt");
    return fits ? by_avx2 : rh_separators_portable;
}

#else

rh_separators_finder *rh_separators_fastest(void) {
    return rh_separators_portable;
}

#endif
