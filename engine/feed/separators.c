/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/separators.h"

#include <string.h>

/* One bit per byte of a block. */
typedef struct {
    uint64_t separators, ends; /* ',' and LF; LF */
    uint64_t quotes, returns;  /* quotes and NULs; CR */
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

/* How many bits are set, for processors without an instruction for it. */
static inline size_t count_bits(uint64_t bits) {
    bits -= bits >> 1 & UINT64_C(0x5555555555555555);
    bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
    bits = (bits + (bits >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (size_t)(bits * UINT64_C(0x0101010101010101) >> 56);
}

/* Four places are written at once, as most blocks have as many or more: `at` has room. */
static inline uint32_t *write_places(uint32_t *at, uint64_t bits, uint32_t base) {
    uint32_t *end = at + count_bits(bits);
    while (at < end) {
        for (int i = 0; i < 4; i++) {
            at[i] = base + (uint32_t)__builtin_ctzll(bits | UINT64_C(1) << 63);
            bits &= bits - 1;
        }
        at += 4;
    }
    return end;
}

static inline void write_masks(const rh_separators *out, const block *b, const char *text,
                               size_t size, size_t i) {
    out->ends[i / 64] = b->ends & first_bits(size - i);
    out->doubtful[i / 64] = b->quotes | b->returns ? doubts_of(b, text + i, size - i) : 0;
}

/* ---- words of eight bytes ---- */

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The highest bit of each byte is clear where the byte is `byte`; exact, without carries. */
static inline uint64_t other_bytes(uint64_t word, unsigned byte) {
    const uint64_t y = word ^ EACH(byte);
    return ((y & EACH(0x7f)) + EACH(0x7f)) | y;
}

static inline uint64_t equal_bytes(uint64_t word, unsigned byte) {
    return ~other_bytes(word, byte) & EACH(0x80);
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

/* Not 0 in a highest bit if the word has a quote or a control character but LF, whose bits `end`
 * has. Which byte it is doesn't show. */
static inline uint64_t any_doubt(uint64_t word, uint64_t end) {
    const uint64_t quote = word ^ EACH('"'), text = word | end >> 2;
    return ((quote - EACH(1)) & ~quote) | ((text - EACH(0x20)) & ~text);
}

static inline void look_closely_by_words(const char *text, block *b) {
    for (unsigned i = 0; i < 64; i += 8) {
        const uint64_t word = load(text + i);
        b->quotes |= gather(equal_bytes(word, '"') | equal_bytes(word, 0)) << i;
        b->returns |= gather(equal_bytes(word, '\r')) << i;
    }
}

static inline block look_by_words(const char *text) {
    block b = {0};
    uint64_t doubt = 0;
    for (unsigned i = 0; i < 64; i += 8) {
        const uint64_t word = load(text + i);
        const uint64_t no_end = other_bytes(word, '\n'), end = ~no_end & EACH(0x80);
        b.separators |= gather(~(no_end & other_bytes(word, ',')) & EACH(0x80)) << i;
        b.ends |= gather(end) << i;
        doubt |= any_doubt(word, end);
    }
    if (doubt & EACH(0x80))
        look_closely_by_words(text, &b);
    return b;
}

/* Words would take longer to look for blanks than cells are cut with an eye on them. */
size_t rh_separators_portable(const char *text, size_t size, rh_separators *out) {
    uint32_t *next = out->at;
    out->blanks = 1;
    for (size_t i = 0; i < size; i += 64) {
        const block b = look_by_words(text + i);
        next = write_places(next, b.separators & first_bits(size - i), (uint32_t)i);
        write_masks(out, &b, text, size, i);
    }
    return (size_t)(next - out->at);
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

/* The bytes that are those which the table has at their low four bits; the letters looked for all
 * differ there. Bytes from 0x80 on look up a 0. */
AVX2 static inline __m256i listed(__m256i bytes, __m256i table) {
    return _mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, bytes), bytes);
}

/* A 1 where nothing is listed: the 1 itself has other low bits, but for the place of 1. */
AVX2 static inline __m256i list_of_separators(void) {
    const __m128i list = _mm_setr_epi8(1, 0, 1, 1, 1, 1, 1, 1, 1, 1, '\n', 1, ',', 1, 1, 1);
    return _mm256_broadcastsi128_si256(list);
}

AVX2 static inline __m256i list_of_doubts(void) {
    const __m128i list = _mm_setr_epi8('\0', 0, '"', 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, '\r', 1, 1);
    return _mm256_broadcastsi128_si256(list);
}

AVX2 static inline __m256i list_of_blanks(void) {
    const __m128i list = _mm_setr_epi8(' ', 0, 1, 1, 1, 1, 1, 1, 1, '\t', 1, 1, 1, 1, 1, 1);
    return _mm256_broadcastsi128_si256(list);
}

AVX2 static inline block look_by_avx2(const char *text, __m256i *blanks) {
    const __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)text);
    const __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(text + 32));
    const __m256i separators = list_of_separators(), doubts = list_of_doubts();
    const __m256i low_doubts = listed(low, doubts), high_doubts = listed(high, doubts);
    const __m256i any = _mm256_or_si256(low_doubts, high_doubts);
    *blanks = _mm256_or_si256(*blanks, listed(low, list_of_blanks()));
    *blanks = _mm256_or_si256(*blanks, listed(high, list_of_blanks()));
    block b = {.separators = bits_of(listed(low, separators), listed(high, separators)),
               .ends = bits_of(equal(low, '\n'), equal(high, '\n'))};
    if (!_mm256_testz_si256(any, any)) {
        b.returns = bits_of(equal(low, '\r'), equal(high, '\r'));
        b.quotes = bits_of(low_doubts, high_doubts) & ~b.returns;
    }
    return b;
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

AVX2 static size_t by_avx2(const char *text, size_t size, rh_separators *out) {
    __m256i blanks = _mm256_setzero_si256();
    uint32_t *next = out->at;
    for (size_t i = 0; i < size; i += 64) {
        const block b = look_by_avx2(text + i, &blanks);
        next = write_places_by_bmi(next, b.separators & first_bits(size - i), (uint32_t)i);
        write_masks(out, &b, text, size, i);
    }
    out->blanks = !_mm256_testz_si256(blanks, blanks);
    return (size_t)(next - out->at);
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
