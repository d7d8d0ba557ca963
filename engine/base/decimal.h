/* SPDX-License-Identifier: GPL-3.0-or-later */
/* decimal.h: decimal digits to the nearest double (ties to even), as strtod has it.
 *
 * rh_decimal_short is for the many short numbers of a large file: eight characters at a time in
 * one machine word, without a branch on where the point stands. Everything that it doesn't take
 * goes to rh_number_parse, which says whether it is a number at all.
 */
#ifndef RH_BASE_DECIMAL_H
#define RH_BASE_DECIMAL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Powers of ten that rh_decimal_double knows beyond those that are doubles. */
enum { RH_DECIMAL_LEAST = -64, RH_DECIMAL_MOST = 64 };

/* digits * 10^exponent, correctly rounded. 0, or -1 where it can't tell (powers outside of the
 * table, subnormal or infinite results, a few products that 128 bits leave open). */
int rh_decimal_double(uint64_t digits, int exponent, double *out);

/* Bytes after the text that must be readable, whatever they hold. */
enum { RH_DECIMAL_SLACK = 8, RH_DECIMAL_CHARACTERS = 16 };

/* The first character in the lowest byte. */
static inline uint64_t rh_decimal_load(const char *text) {
    uint64_t word;
    memcpy(&word, text, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word ^ UINT64_C(0x3030303030303030);
}

/* The lowest byte that is a point (less '0'), as its highest bit; 0 if there is none. */
static inline uint64_t rh_decimal_point(uint64_t word) {
    const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);
    const uint64_t y = word ^ UINT64_C(0x1e1e1e1e1e1e1e1e);
    const uint64_t zero = ~(((y & low) + low) | y) & ~low;
    return zero & (0 - zero);
}

/* Takes the point out, if there is one: what stands before it moves up by a byte. */
static inline uint64_t rh_decimal_join(uint64_t word, uint64_t point) {
    const unsigned shift = point ? 8 : 0;
    return (word & ((point >> 7) - 1)) << shift | (word & (0 - (point << 1)));
}

/* Bytes after the point; 0 if there is none. */
static inline unsigned rh_decimal_after(uint64_t point) {
    return (unsigned)__builtin_clzll(point | ((uint64_t)(point != 0) - 1)) >> 3;
}

static inline int rh_decimal_are_digits(uint64_t word) {
    return (((word + UINT64_C(0x7676767676767676)) | word) & UINT64_C(0x8080808080808080)) == 0;
}

/* Eight digits, one a byte, the first in the lowest. */
static inline uint64_t rh_decimal_value(uint64_t word) {
    const uint64_t pairs = UINT64_C(0x000000ff000000ff);
    word = word * 10 + (word >> 8);
    return ((word & pairs) * UINT64_C(0x000f424000000064) +
            ((word >> 16) & pairs) * UINT64_C(0x0000271000000001)) >>
           32;
}

/* 1 to 8 characters; 0, or -1 if they are anything else. */
static inline int rh_decimal_upto8(const char *text, size_t length, uint64_t *digits,
                                   unsigned *decimals) {
    uint64_t word = rh_decimal_load(text) << (64 - 8 * length);
    const uint64_t point = rh_decimal_point(word);
    word = rh_decimal_join(word, point);
    *decimals = rh_decimal_after(point);
    *digits = rh_decimal_value(word);
    return rh_decimal_are_digits(word) && length > (point != 0) ? 0 : -1;
}

/* 9 to 16. */
static inline int rh_decimal_upto16(const char *text, size_t length, uint64_t *digits,
                                    unsigned *decimals) {
    uint64_t high = rh_decimal_load(text) << (128 - 8 * length);
    uint64_t low = rh_decimal_load(text + length - 8);
    const uint64_t point = rh_decimal_point(low);
    *decimals = rh_decimal_after(point);
    if (point) {
        low = rh_decimal_join(low, point) | high >> 56;
        high <<= 8;
    } else {
        const uint64_t early = rh_decimal_point(high);
        high = rh_decimal_join(high, early);
        *decimals = early ? 8 + rh_decimal_after(early) : 0;
    }
    *digits = rh_decimal_value(high) * 100000000 + rh_decimal_value(low);
    return rh_decimal_are_digits(high) && rh_decimal_are_digits(low) ? 0 : -1;
}

/* A number of at most 16 characters after a minus, digits and a point only. 0, or -1 if it isn't
 * one. RH_DECIMAL_SLACK bytes after the text must be readable. */
static inline int rh_decimal_short(const char *text, size_t length, double *out) {
    static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    uint64_t digits;
    unsigned decimals;
    const size_t negative = length > 0 && *text == '-';
    text += negative;
    length -= negative;
    if (length - 1 >= RH_DECIMAL_CHARACTERS)
        return -1;
    const int failed = length <= 8 ? rh_decimal_upto8(text, length, &digits, &decimals)
                                   : rh_decimal_upto16(text, length, &digits, &decimals);
    if (failed || digits > UINT64_C(1) << 53)
        return -1;
    const double value = (double)(int64_t)digits / powers[decimals];
    *out = negative ? -value : value;
    return 0;
}

#endif
