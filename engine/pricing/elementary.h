/* SPDX-License-Identifier: GPL-3.0-or-later */
/* elementary.h: exp, log and error-free products, with the same digits on every machine.
 *
 * Only + - * / sqrt, comparisons and moves of bits are used, each of which IEEE 754 defines to
 * the last bit; a program compiled without contraction (-ffp-contract=off) and without
 * -ffast-math therefore gets the same digits from every compiler, C library and vector width.
 * The bodies are in the header and free of branches, so that loops over arrays can vectorise.
 *
 * Largest errors seen against 40-digit arithmetic: rh_exp 0.83 ulp, rh_log 0.77 ulp. An rh_pair
 * is an unevaluated sum hi + lo with |lo| <= ulp(hi).
 */
#ifndef RH_PRICING_ELEMENTARY_H
#define RH_PRICING_ELEMENTARY_H

#include "base/vector.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define RH_LOG_2_HIGH 0.69314718036912382    /* 0x1.62e42feep-1: times an exponent it is exact */
#define RH_LOG_2_LOW  1.9082149292705877e-10 /* ln 2 - RH_LOG_2_HIGH */
#define RH_LOG2_E     1.4426950408889634     /* 1 / ln 2 */
#define RH_MAGIC      6755399441055744.0     /* 1.5 * 2^52: adding it rounds to an integer */

typedef struct {
    double hi, lo;
} rh_pair;

RH_INLINE uint64_t rh_bits(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

RH_INLINE double rh_from_bits(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* The first 26 bits of the significand: the square of the result is exact. */
RH_INLINE double rh_head(double x) {
    return rh_from_bits(rh_bits(x) & UINT64_C(0xfffffffff8000000));
}

/* a + b exactly, if |a| >= |b| or a == 0 (Dekker 1971). */
RH_INLINE rh_pair rh_fast_sum(double a, double b) {
    const double hi = a + b;
    return (rh_pair){hi, b - (hi - a)};
}

/* a + b exactly (Knuth, The Art of Computer Programming 2, 4.2.2). */
RH_INLINE rh_pair rh_sum(double a, double b) {
    const double hi = a + b, b_part = hi - a;
    return (rh_pair){hi, (a - (hi - b_part)) + (b - b_part)};
}

/* a * b to about 105 bits (Dekker 1971, the split made by masking). */
RH_INLINE rh_pair rh_product(double a, double b) {
    const double hi = a * b, ah = rh_head(a), bh = rh_head(b), al = a - ah, bl = b - bh;
    return (rh_pair){hi, ((ah * bh - hi) + ah * bl + al * bh) + al * bl};
}

/* Square root of x > 0. */
RH_INLINE rh_pair rh_sqrt_pair(double x) {
    const double root = sqrt(x);
    const rh_pair square = rh_product(root, root);
    return (rh_pair){root, ((x - square.hi) - square.lo) / (root + root)};
}

/* x / y, with |lo| up to 2 ulp(hi): by a reciprocal, since many are divided by the same y. */
RH_INLINE rh_pair rh_quotient(rh_pair x, rh_pair y) {
    const double reciprocal = 1.0 / y.hi, hi = x.hi * reciprocal;
    const rh_pair back = rh_product(hi, y.hi);
    return (rh_pair){hi, ((x.hi - back.hi) - back.lo + x.lo - hi * y.lo) * reciprocal};
}

/* exp(hi + lo) for |lo| << 1. Cody and Waite's reduction to |r| <= ln(2)/2, then the Taylor
 * series to r^13 (remainder 4e-18). Underflows gradually with one rounding; NaN stays NaN. */
RH_INLINE double rh_exp_pair(double hi, double lo) {
    hi = hi < -760.0 ? -760.0 : hi;
    hi = hi > 720.0 ? 720.0 : hi;
    const double shifted = hi * RH_LOG2_E + RH_MAGIC, k = shifted - RH_MAGIC;
    const double head = hi - k * RH_LOG_2_HIGH, tail = lo - k * RH_LOG_2_LOW;
    const double r = head + tail, rest = (head - r) + tail, r2 = r * r;
    const double even =
        1.0 / 2 +
        r2 * (1.0 / 24 + r2 * (1.0 / 720 +
                               r2 * (1.0 / 40320 + r2 * (1.0 / 3628800 + r2 * (1.0 / 479001600)))));
    const double odd =
        1.0 / 6 +
        r2 * (1.0 / 120 + r2 * (1.0 / 5040 + r2 * (1.0 / 362880 + r2 * (1.0 / 39916800 +
                                                                        r2 * (1.0 / 6227020800)))));
    const double value = 1.0 + (r + (rest + r2 * (even + r * odd)));
    /* 2^k in two factors, so that k may lie outside the range of normal exponents. */
    const uint64_t biased = (rh_bits(shifted) & 0xffff) ^ 0x8000; /* k + 32768 */
    const uint64_t half = biased >> 1, other = biased - half;
    return value * rh_from_bits((half - 16384 + 1023) << 52) *
           rh_from_bits((other - 16384 + 1023) << 52);
}

/* e^x for any x; 0 below -745.2, infinity above 709.8. */
RH_INLINE double rh_exp(double x) {
    return rh_exp_pair(x, 0.0);
}

/* 2^exponent * (1 + f) = x > 0 finite, with sqrt(1/2) <= 1 + f < sqrt(2); f is exact. */
RH_INLINE double rh_log_reduce(double x, double *f) {
    const uint64_t root_half = UINT64_C(0x3fe6a09e667f3bcd), one = UINT64_C(0x3ff0000000000000);
    const int small = x < 0x1p-1022;
    const double normal = small ? x * 0x1p54 : x;
    const uint64_t bits = rh_bits(normal) + (one - root_half);
    *f = rh_from_bits((bits & UINT64_C(0x000fffffffffffff)) + root_half) - 1.0;
    const double biased = rh_from_bits((bits >> 52) | UINT64_C(0x4330000000000000)) - 0x1p52;
    return biased - (small ? 1077.0 : 1023.0);
}

/* 2 atanh(s) / s - 2, for z = s^2 <= 0.0295. */
RH_INLINE double rh_atanh_tail(double z) {
    const double z2 = z * z;
    return z *
           (2.0 / 3 + z2 * (2.0 / 7 + z2 * (2.0 / 11 + z2 * (2.0 / 15 + z2 * (2.0 / 19)))) +
            z * (2.0 / 5 + z2 * (2.0 / 9 + z2 * (2.0 / 13 + z2 * (2.0 / 17 + z2 * (2.0 / 21))))));
}

/* ln(a / b) for positive finite a, b whose quotient neither overflows nor underflows. The error
 * is below 2^-56 |ln(a / b)| + 2^-105, so the logarithm keeps its digits when a is near b. */
RH_INLINE rh_pair rh_log_ratio(double a, double b) {
    const double q = a / b;
    const rh_pair back = rh_product(q, b);
    const double missing = ((a - back.hi) - back.lo) / a; /* ln(a / b) - ln(q) */
    double f;
    const double e = rh_log_reduce(q, &f);
    /* ln(1 + f) = f - f^2/2 + s (f^2/2 + tail), s = f / (2 + f). */
    const double s = f / (2.0 + f), fh = rh_head(f);
    const double square = 0.5 * fh * fh, square_low = 0.5 * (f - fh) * (f + fh);
    const double third = s * (square + square_low + rh_atanh_tail(s * s));
    const rh_pair line = rh_fast_sum(e * RH_LOG_2_HIGH, f);
    const rh_pair parabola = rh_fast_sum(line.hi, -square);
    const double low =
        third + (e * RH_LOG_2_LOW - square_low + (missing + (line.lo + parabola.lo)));
    return rh_fast_sum(parabola.hi, low);
}

/* Natural logarithm; -infinity at 0, NaN below. */
RH_INLINE double rh_log(double x) {
    const int regular = x > 0.0 && x <= 0x1.fffffffffffffp1023;
    double f;
    const double e = rh_log_reduce(regular ? x : 1.0, &f);
    const double s = f / (2.0 + f), square = 0.5 * f * f;
    const double rest = s * (square + rh_atanh_tail(s * s)) + e * RH_LOG_2_LOW;
    const double value = e * RH_LOG_2_HIGH - ((square - rest) - f);
    const double edge = x > 0.0 ? x : x == 0.0 ? -INFINITY : NAN;
    return regular ? value : edge;
}

#endif
