/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/separators.h"

#include <string.h>

/* One bit per byte of a block of 64. */
typedef struct {
    uint64_t separators, ends; /* ',' and LF; LF */
    int odd;                   /* it may have a quote, a NUL, a CR or a blank */
} block;

typedef struct {
    uint64_t quotes, returns; /* quotes and NULs; CR */
    int blanks;
} oddities;

static inline uint64_t first_bits(size_t count) {
    return count < 64 ? (UINT64_C(1) << count) - 1 : UINT64_MAX;
}

/* A CR that ends a line with its LF is fine. `text` is the block's, of which `size` bytes and
 * what follows them are left. */
static inline uint64_t doubts_of(const oddities *o, uint64_t ends, const char *text, size_t size) {
    const uint64_t inside = first_bits(size);
    const uint64_t next = size > 64 && text[64] == '\n';
    const uint64_t before_end = (ends & inside) >> 1 | next << 63;
    return (o->quotes | (o->returns & ~before_end)) & inside;
}

/* How many bits are set, for processors without an instruction for it. */
static inline size_t count_bits(uint64_t bits) {
    bits -= bits >> 1 & UINT64_C(0x5555555555555555);
    bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
    bits = (bits + (bits >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (size_t)(bits * UINT64_C(0x0101010101010101) >> 56);
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

/* Not 0 in a highest bit if the word has a quote, a blank or a control character but LF, whose bits
 * `end` has. Which byte it is doesn't show. */
static inline uint64_t any_oddity(uint64_t word, uint64_t end) {
    const uint64_t quote = word ^ EACH('"'), text = word | end >> 2;
    return ((quote - EACH(1)) & ~quote) | ((text - EACH(0x21)) & ~text);
}

static inline block look_by_words(const char *text) {
    block b = {0};
    uint64_t odd = 0;
    for (unsigned i = 0; i < 64; i += 8) {
        const uint64_t word = load(text + i);
        const uint64_t no_end = other_bytes(word, '\n'), end = ~no_end & EACH(0x80);
        b.separators |= gather(~(no_end & other_bytes(word, ',')) & EACH(0x80)) << i;
        b.ends |= gather(end) << i;
        odd |= any_oddity(word, end);
    }
    b.odd = (odd & EACH(0x80)) != 0;
    return b;
}

static oddities look_closely_by_words(const char *text) {
    oddities o = {0};
    uint64_t blanks = 0;
    for (unsigned i = 0; i < 64; i += 8) {
        const uint64_t word = load(text + i);
        o.quotes |= gather(equal_bytes(word, '"') | equal_bytes(word, 0)) << i;
        o.returns |= gather(equal_bytes(word, '\r')) << i;
        blanks |= equal_bytes(word, ' ') | equal_bytes(word, '\t');
    }
    o.blanks = blanks != 0;
    return o;
}

/* Four places are written at once, as most blocks have as many or more: there is room. */
static inline void write_places(rh_separators *out, uint64_t bits, uint32_t base) {
    uint32_t *at = out->behind + out->count;
    const uint32_t *end = at + count_bits(bits);
    out->count = (size_t)(end - out->behind);
    for (; at < end; at += 4)
        for (int i = 0; i < 4; i++) {
            at[i] = base + (uint32_t)__builtin_ctzll(bits | UINT64_C(1) << 63);
            bits &= bits - 1;
        }
}

/* Before the block's separators are counted. */
static inline void write_lines(rh_separators *out, uint64_t separators, uint64_t ends) {
    for (; ends; ends &= ends - 1)
        out->lines[out->n_lines++] =
            (uint32_t)(out->count + count_bits(separators & ((ends & (0 - ends)) - 1)));
}

void rh_separators_portable(const char *text, size_t size, rh_separators *out) {
    out->count = out->n_lines = 0;
    out->blanks = 0;
    for (size_t i = 0; i < size; i += 64) {
        const block b = look_by_words(text + i);
        const uint64_t inside = first_bits(size - i);
        write_lines(out, b.separators, b.ends & inside);
        write_places(out, b.separators & inside, (uint32_t)i + 1);
        out->doubtful[i / 64] = 0;
        if (b.odd) {
            const oddities o = look_closely_by_words(text + i);
            out->doubtful[i / 64] = doubts_of(&o, b.ends, text + i, size - i);
            out->blanks |= o.blanks;
        }
    }
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

/* All that is odd is among the bytes up to the quote, of which LF alone is a common one. */
AVX2 static inline __m256i up_to_quote(__m256i bytes) {
    return _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, _mm256_set1_epi8('"')), bytes);
}

AVX2 static inline block look_by_avx2(__m256i low, __m256i high) {
    const __m256i low_end = equal(low, '\n'), high_end = equal(high, '\n');
    const uint64_t ends = bits_of(low_end, high_end);
    return (block){.separators = ends | bits_of(equal(low, ','), equal(high, ',')),
                   .ends = ends,
                   .odd = bits_of(up_to_quote(low), up_to_quote(high)) != ends};
}

AVX2 static inline oddities look_closely_by_avx2(__m256i low, __m256i high) {
    const __m256i low_quotes = _mm256_or_si256(equal(low, '"'), equal(low, '\0'));
    const __m256i high_quotes = _mm256_or_si256(equal(high, '"'), equal(high, '\0'));
    const __m256i blanks = _mm256_or_si256(_mm256_or_si256(equal(low, ' '), equal(low, '\t')),
                                           _mm256_or_si256(equal(high, ' '), equal(high, '\t')));
    return (oddities){.quotes = bits_of(low_quotes, high_quotes),
                      .returns = bits_of(equal(low, '\r'), equal(high, '\r')),
                      .blanks = !_mm256_testz_si256(blanks, blanks)};
}

/* Eight at once, and more where there are. */
AVX2 static inline uint32_t *write_places_by_bmi(uint32_t *at, uint64_t bits, uint32_t base) {
    uint32_t *end = at + _mm_popcnt_u64(bits);
    do {
        for (int i = 0; i < 8; i++) {
            at[i] = base + (uint32_t)_tzcnt_u64(bits);
            bits = _blsr_u64(bits);
        }
        at += 8;
    } while (at < end);
    return end;
}

/* Two at once; `before` is how many separators there are before the block. */
AVX2 static inline uint32_t *write_lines_by_bmi(uint32_t *lines, const block *b, uint32_t before) {
    uint64_t ends = b->ends;
    uint32_t *end = lines + _mm_popcnt_u64(ends);
    do {
        for (int i = 0; i < 2; i++) {
            lines[i] = before + (uint32_t)_mm_popcnt_u64(b->separators & (_blsmsk_u64(ends) >> 1));
            ends = _blsr_u64(ends);
        }
        lines += 2;
    } while (lines < end);
    return end;
}

AVX2 static void by_avx2(const char *text, size_t size, rh_separators *out) {
    uint32_t *at = out->behind, *line = out->lines;
    int blanks = 0;
    for (size_t i = 0; i < size; i += 64) {
        const __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)(text + i));
        const __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(text + i + 32));
        block b = look_by_avx2(low, high);
        uint64_t doubts = 0;
        if (b.odd) {
            const oddities o = look_closely_by_avx2(low, high);
            doubts = doubts_of(&o, b.ends, text + i, size - i);
            blanks |= o.blanks;
        }
        if (size - i < 64) {
            b.separators &= first_bits(size - i);
            b.ends &= first_bits(size - i);
        }
        out->doubtful[i / 64] = doubts;
        line = write_lines_by_bmi(line, &b, (uint32_t)(at - out->behind));
        at = write_places_by_bmi(at, b.separators, (uint32_t)i + 1);
    }
    out->count = (size_t)(at - out->behind);
    out->n_lines = (size_t)(line - out->lines);
    out->blanks = blanks;
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
