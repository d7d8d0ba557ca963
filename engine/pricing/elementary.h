/* SPDX-License-Identifier: GPL-3.0-or-later */
/* elementary.h: exp, log and error-free products, with the same digits on every machine.
 *
 * Only + - * / sqrt, comparisons, moves of bits and fused multiply-adds that could be put together
 * from these are used, each of which IEEE 754 defines to the last bit; a program compiled without
 * contraction (-ffp-contract=off) and without -ffast-math therefore gets the same digits from every
 * compiler, C library and vector width. The bodies are in the header and free of branches, so that
 * loops over arrays can vectorise.
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

/* The nearest number with 26 bits of significand: products of such heads and of what they leave
 * of a number are exact. */
RH_INLINE double rh_head(double x) {
    return rh_from_bits((rh_bits(x) + UINT64_C(0x4000000)) & UINT64_C(0xfffffffff8000000));
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

/* c - a * b with one rounding, for a c that the product lies within a few ulp of, or any c that is
 * the product rounded. `fused`: by the processor's fused multiply-add, otherwise in parts (Dekker
 * 1971, the split made by masking). Both come to the same bits while |a * b| is within 2^+-900. */
RH_INLINE double rh_residual(int fused, double c, double a, double b) {
    if (fused)
        return fma(-a, b, c);
    const double hi = a * b, ah = rh_head(a), bh = rh_head(b), al = a - ah, bl = b - bh;
    return (c - hi) - (((ah * bh - hi) + ah * bl + al * bh) + al * bl);
}

/* a * b exactly. */
RH_INLINE rh_pair rh_product_by(int fused, double a, double b) {
    const double hi = a * b;
    return (rh_pair){hi, -rh_residual(fused, hi, a, b)};
}

RH_INLINE rh_pair rh_product(double a, double b) {
    return rh_product_by(RH_FUSED, a, b);
}

/* Square root of x > 0. */
RH_INLINE rh_pair rh_sqrt_pair(int fused, double x) {
    const double root = sqrt(x);
    return (rh_pair){root, rh_residual(fused, x, root, root) / (root + root)};
}

/* x / y, with |lo| up to 2 ulp(hi): by a reciprocal, since many are divided by the same y. */
RH_INLINE rh_pair rh_quotient(int fused, rh_pair x, rh_pair y) {
    const double reciprocal = 1.0 / y.hi, hi = x.hi * reciprocal;
    const double rest = rh_residual(fused, x.hi, hi, y.hi);
    return (rh_pair){hi, (rest + x.lo - hi * y.lo) * reciprocal};
}

/* e^r for |r| <= ln(2)/2 and a small rest of r: the Taylor series to r^13 (remainder 4e-18). */
RH_INLINE double rh_exp_series(double r, double rest) {
    const double r2 = r * r;
    const double even =
        1.0 / 2 +
        r2 * (1.0 / 24 + r2 * (1.0 / 720 +
                               r2 * (1.0 / 40320 + r2 * (1.0 / 3628800 + r2 * (1.0 / 479001600)))));
    const double odd =
        1.0 / 6 +
        r2 * (1.0 / 120 + r2 * (1.0 / 5040 + r2 * (1.0 / 362880 + r2 * (1.0 / 39916800 +
                                                                        r2 * (1.0 / 6227020800)))));
    return 1.0 + (r + (rest + r2 * (even + r * odd)));
}

/* e^x is scale * e^(r + rest). */
typedef struct {
    double r, rest, scale;
} rh_exp_parts;

/* For x = hi + lo with |lo| << 1, less the scale of 2^k: k is the integer nearest to hi / ln 2
 * (Cody and Waite). */
RH_INLINE rh_exp_parts rh_exp_reduce(double hi, double lo, double k) {
    const double head = hi - k * RH_LOG_2_HIGH, tail = lo - k * RH_LOG_2_LOW;
    const double r = head + tail;
    return (rh_exp_parts){r, (head - r) + tail, 1.0};
}

/* For exp(hi + lo) 2^lift with |lo| << 1, if that is a normal number. */
RH_INLINE rh_exp_parts rh_exp_lifted(double hi, double lo, int lift) {
    const double magic = RH_MAGIC + 1023 + lift, shifted = hi * RH_LOG2_E + magic;
    rh_exp_parts parts = rh_exp_reduce(hi, lo, shifted - magic);
    parts.scale = rh_from_bits(rh_bits(shifted) << 52);
    return parts;
}

RH_INLINE double rh_exp_combine(rh_exp_parts parts) {
    return rh_exp_series(parts.r, parts.rest) * parts.scale;
}

/* e^x for |x| <= 700: the bits of rh_exp for less work. */
RH_INLINE double rh_exp_near(double x) {
    return rh_exp_combine(rh_exp_lifted(x, 0.0, 0));
}

/* e^x for any x; 0 below -745.2, infinity above 709.8. Underflows gradually with one rounding; NaN
 * stays NaN. */
RH_INLINE double rh_exp(double x) {
    x = x < -760.0 ? -760.0 : x;
    x = x > 720.0 ? 720.0 : x;
    const double shifted = x * RH_LOG2_E + RH_MAGIC;
    /* 2^k in two factors, so that k may lie outside the range of normal exponents. */
    const uint64_t biased = (rh_bits(shifted) & 0xffff) ^ 0x8000; /* k + 32768 */
    const uint64_t half = biased >> 1, other = biased - half;
    return rh_exp_combine(rh_exp_reduce(x, 0.0, shifted - RH_MAGIC)) *
           rh_from_bits((half - 16384 + 1023) << 52) * rh_from_bits((other - 16384 + 1023) << 52);
}

/* 2^exponent * (1 + f) = x > 0 finite and normal, with sqrt(1/2) <= 1 + f < sqrt(2); f is exact. */
RH_INLINE double rh_log_reduce(double x, double *f) {
    const uint64_t root_half = UINT64_C(0x3fe6a09e667f3bcd), one = UINT64_C(0x3ff0000000000000);
    const uint64_t bits = rh_bits(x) + (one - root_half);
    *f = rh_from_bits((bits & UINT64_C(0x000fffffffffffff)) + root_half) - 1.0;
    return rh_from_bits((bits >> 52) | UINT64_C(0x4330000000000000)) - (0x1p52 + 1023.0);
}

/* 2 atanh(s) / s - 2, for z = s^2 <= 0.0295. */
RH_INLINE double rh_atanh_tail(double z) {
    const double z2 = z * z;
    return z *
           (2.0 / 3 + z2 * (2.0 / 7 + z2 * (2.0 / 11 + z2 * (2.0 / 15 + z2 * (2.0 / 19)))) +
            z * (2.0 / 5 + z2 * (2.0 / 9 + z2 * (2.0 / 13 + z2 * (2.0 / 17 + z2 * (2.0 / 21))))));
}

/* (2 atanh(q/2) - q) / q^3 for z = q^2 <= 0.1178: minimax, 7 terms, which leave 5e-18 of q. */
RH_INLINE double rh_atanh_series(double z) {
    const double z2 = z * z;
    const double even =
        0x1.5555555555558p-4 +
        z2 * (0x1.2492492df70a6p-9 + z2 * (0x1.7462b657a3392p-14 + z2 * 0x1.2b5a884526642p-18));
    const double odd =
        0x1.99999999952a7p-7 + z2 * (0x1.c71c62def8568p-12 + z2 * 0x1.39fe2dcb833e6p-16);
    return even + z * odd;
}

/* What numbers are compared with by their logarithms: b > 0 normal. */
typedef struct {
    double significand; /* of b, in [1, 2) */
    double exponent;    /* of b */
} rh_log_base;

RH_INLINE rh_log_base rh_log_base_of(double b) {
    const uint64_t fraction = UINT64_C(0x000fffffffffffff), one = UINT64_C(0x3ff0000000000000);
    return (rh_log_base){rh_from_bits((rh_bits(b) & fraction) | one),
                         (double)(rh_bits(b) >> 52) - 1023.0};
}

/* ln(a / b) = exponent ln 2 + 2 atanh(q / 2) with |q| <= 0.3432; q has two parts. */
typedef struct {
    double exponent, q, q_low;
} rh_log_parts;

/* For positive, finite and normal a. With a = 2^exponent c and c between b sqrt(1/2) and
 * b sqrt(2), q = (c - b) / ((c + b) / 2): the numerator is exact, and what rounding takes from the
 * denominator is known. */
RH_INLINE rh_log_parts rh_log_divide(int fused, double a, rh_log_base base) {
    const uint64_t bias = UINT64_C(1024) << 52, fraction = UINT64_C(0x000fffffffffffff);
    const double b = base.significand;
    const uint64_t border = rh_bits(b * 0.70710678118654757);
    const uint64_t over = rh_bits(a) + (bias - border);
    const double c = rh_from_bits(border + (over & fraction));
    const double biased = rh_from_bits((over >> 52) | UINT64_C(0x4330000000000000));
    const double difference = c - b, half = 0.5 * difference, middle = b + half;
    const double middle_low = half - (middle - b), reciprocal = 1.0 / middle;
    const double q = difference * reciprocal;
    const double rest = rh_residual(fused, difference, q, middle) - q * middle_low;
    return (rh_log_parts){biased - (0x1p52 + 1024 + base.exponent), q, rest * reciprocal};
}

/* The logarithm. The error is below 2^-56 |ln(a / b)| + 2^-105, so it keeps its digits when a is
 * near b. */
RH_INLINE rh_pair rh_log_combine(rh_log_parts parts) {
    const double e = parts.exponent, q = parts.q, z = q * q;
    const rh_pair line = rh_fast_sum(e * RH_LOG_2_HIGH, q);
    const double low = parts.q_low + e * RH_LOG_2_LOW;
    return rh_fast_sum(line.hi, line.lo + (low + q * (z * rh_atanh_series(z))));
}

/* ln(a / b) for positive finite a and b, with the error of rh_log_combine. */
RH_INLINE rh_pair rh_log_ratio_by(int fused, double a, double b) {
    const int small = a < 0x1p-1022 || b < 0x1p-1022;
    const double lift = small ? 0x1p60 : 1.0;
    return rh_log_combine(rh_log_divide(fused, lift * a, rh_log_base_of(lift * b)));
}

RH_INLINE rh_pair rh_log_ratio(double a, double b) {
    return rh_log_ratio_by(RH_FUSED, a, b);
}

/* ln(x 2^-lift) for positive, finite and normal x. */
RH_INLINE double rh_log_normal(double x, double lift) {
    double f;
    const double e = rh_log_reduce(x, &f) - lift;
    const double s = f / (2.0 + f), square = 0.5 * f * f;
    const double rest = s * (square + rh_atanh_tail(s * s)) + e * RH_LOG_2_LOW;
    return e * RH_LOG_2_HIGH - ((square - rest) - f);
}

/* Natural logarithm; -infinity at 0, NaN below. */
RH_INLINE double rh_log(double x) {
    const int regular = x > 0.0 && x <= 0x1.fffffffffffffp1023, small = x < 0x1p-1022;
    const double lifted = small ? x * 0x1p54 : x;
    const double value = rh_log_normal(regular ? lifted : 1.0, small ? 54.0 : 0.0);
    const double edge = x > 0.0 ? x : x == 0.0 ? -INFINITY : NAN;
    return regular ? value : edge;
}

#endif
