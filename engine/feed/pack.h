/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pack.h: up to RH_PACK_VALUES numbers of one column in as few bits as they need.
 *
 * Each number becomes base + slope * i + unit * u[i], with u[i] in the fewest bits that hold the
 * largest of them (frame of reference); any of them can be read alone. Doubles become integers
 * first, in the form that gives back every bit: m / 10^e, or m / 10^e / 100 (a percentage that was
 * read and divided), else the bits themselves. A NaN among decimals is the largest u.
 *
 *   byte 0    bits of u, 0 to 64
 *        1    form: 0 integers or bits of a double, 1 decimal, 2 percent
 *        2    e, 0 to 15
 *        3    flags: 1 a slope follows, 2 a unit follows, 4 the largest u is NaN
 *        4    base, then slope, then unit: 8 bytes each
 *        ...  u: eight streams of bits side by side, u[i] in stream i % 8, each from the lowest bit
 *             of its first word on; word w of stream s is word 8 w + s. So eight of them are
 *             unpacked by the same shifts, which compilers make vector instructions of
 *
 * All numbers are little-endian; sums and products wrap. Decimal digits in the sense of P.
 * Afroozeh, L. Kuffo, P. Boncz, "ALP: Adaptive Lossless floating-Point Compression", SIGMOD 2023,
 * but with a division, which is exact for what was written as a decimal.
 */
#ifndef RH_FEED_PACK_H
#define RH_FEED_PACK_H

#include <stddef.h>
#include <stdint.h>

enum {
    RH_PACK_VALUES = 512,
    RH_PACK_MOST = 4 + 3 * 8 + 8 * RH_PACK_VALUES /* bytes that a column can take */
};

/* Both write at most RH_PACK_MOST bytes and return how many. `rising` looks for a slope: for
 * columns that grow evenly. `n` is 1 to RH_PACK_VALUES. */
size_t rh_pack_integers(const int64_t *values, size_t n, int rising, uint8_t *out);

/* What a column's last block was made of, where its next one starts to look. Zeroed at first. */
typedef struct {
    int form, exponent;
} rh_pack_hint;
size_t rh_pack_doubles(const double *values, size_t n, rh_pack_hint *hint, uint8_t *out);

/* Bytes of the column that begins here, or 0 if it is none of `n` values within `size` bytes. Any
 * bytes may be asked about. */
size_t rh_pack_length(const uint8_t *bytes, size_t size, size_t n);

/* Read a column whose length was found. */
void rh_unpack_integers(const uint8_t *bytes, size_t n, int64_t *out);
void rh_unpack_doubles(const uint8_t *bytes, size_t n, double *out);

#endif
