/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exp, log and the normal law: known digits, an independent implementation (libm), identities,
 * edges, and one hash that pins every bit. */
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pricing/normal.h"

/* In units of the last place of `want`, which below DBL_MIN is the smallest number. */
static double ulps(double got, double want) {
    const double unit = nextafter(fabs(want), INFINITY) - fabs(want);
    return fabs(got - want) / unit;
}

typedef struct {
    double x, want;
} known;

static void expect(double (*f)(double), const known *rows, size_t count, double most) {
    for (size_t i = 0; i < count; i++) {
        const double got = f(rows[i].x);
        if (!(ulps(got, rows[i].want) <= most))
            fail_msg("f(%.17g) = %.17g, want %.17g", rows[i].x, got, rows[i].want);
    }
}
#define EXPECT(f, rows, most) expect(f, rows, sizeof(rows) / sizeof *(rows), most)

static double exp_of(double x) {
    return rh_exp(x);
}
static double log_of(double x) {
    return rh_log(x);
}
static double density_of(double x) {
    return rh_normal_density(x);
}
static double normal_of(double x) {
    return rh_normal(x);
}
static double mills_of(double x) {
    return rh_mills(x);
}

/* 60-digit arithmetic (mpmath) at the doubles given. */
static void known_digits(void **state) {
    (void)state;
    static const known exps[] = {{0.0, 1.0},
                                 {1.0, 2.7182818284590452354},
                                 {-1.0, 3.678794411714423216e-1},
                                 {0.5, 1.6487212707001281468},
                                 {-745.0, 2.8223507304719370764e-324},
                                 {700.5, 1.6721859620674985572e+304},
                                 {-700.25, 7.6787238131108722116e-305},
                                 {1e-05, 1.0000100000500001667}};
    static const known logs[] = {{1.0, 0.0},
                                 {2.0, 6.9314718055994530942e-1},
                                 {10.0, 2.302585092994045684},
                                 {0.1, -2.3025850929940456285},
                                 {1.0000001, 9.9999995058387045178e-8},
                                 {5e-324, -7.4444007192138126231e+2},
                                 {1.7976931348623157e+308, 7.0978271289338399673e+2},
                                 {0.7, -3.5667494393873244235e-1}};
    static const known densities[] = {{0.0, 3.9894228040143267794e-1},
                                      {1.0, 2.419707245191433498e-1},
                                      {-3.0, 4.4318484119380071756e-3},
                                      {20.0, 5.5209483621597631896e-88},
                                      {37.5, 1.7282337322841052208e-306}};
    static const known normals[] = {
        {-1.0, 1.5865525393145705141e-1},    {0.0, 0.5},
        {1.0, 8.4134474606854294859e-1},     {-5.0, 2.8665157187919391167e-7},
        {-10.0, 7.619853024160526066e-24},   {-20.0, 2.7536241186062336951e-89},
        {-37.5, 4.6053530095819548438e-308}, {-38.4, 6.6015998543267680242e-323},
        {0.25, 5.9870632568292372424e-1},    {8.0, 9.999999999999993779e-1}};
    static const known ratios[] = {{0.0, 1.2533141373155002512},
                                   {1.0, 6.5567954241879847154e-1},
                                   {10.0, 9.9028596471731921395e-2},
                                   {1000.0, 9.99999000002999985e-4}};
    static const known quantiles[] = {{0.5, 0.0},
                                      {0.975, 1.9599639845400538556},
                                      {0.001, -3.0902323061678135354},
                                      {1e-10, -6.3613409024040561991},
                                      {1e-300, -37.047096299361199237},
                                      {0.3, -0.52440051270804081597},
                                      {0.99999, 4.2648907939238407699}};
    EXPECT(exp_of, exps, 1.0);
    EXPECT(log_of, logs, 1.0);
    EXPECT(density_of, densities, 2.0);
    EXPECT(normal_of, normals, 4.0);
    EXPECT(mills_of, ratios, 3.0);
    EXPECT(rh_normal_quantile, quantiles, 6.0);
}

static void edges(void **state) {
    (void)state;
    assert_true(rh_exp(-INFINITY) == 0.0 && rh_exp(INFINITY) == INFINITY && isnan(rh_exp(NAN)));
    assert_true(rh_exp(-746.0) == 0.0 && rh_exp(709.8) == INFINITY && rh_exp(1e308) == INFINITY);
    assert_true(rh_log(0.0) == -INFINITY && rh_log(INFINITY) == INFINITY);
    assert_true(isnan(rh_log(-1.0)) && isnan(rh_log(NAN)) && isnan(rh_log(-INFINITY)));
    assert_true(rh_normal(-INFINITY) == 0.0 && rh_normal(INFINITY) == 1.0);
    assert_true(isnan(rh_normal(NAN)) && isnan(rh_normal_density(NAN)) && isnan(rh_mills(NAN)));
    assert_true(rh_normal_density(INFINITY) == 0.0 && rh_mills(INFINITY) == 0.0);
    assert_true(rh_normal(-39.0) == 0.0 && rh_normal(-38.4) > 0.0);
    assert_true(rh_normal_quantile(0.0) == -INFINITY && rh_normal_quantile(1.0) == INFINITY);
    assert_true(isnan(rh_normal_quantile(-0.1)) && isnan(rh_normal_quantile(1.1)) &&
                isnan(rh_normal_quantile(NAN)));
}

/* libm is another implementation, within 1 ulp (exp, log) or a few (erfc) of the truth. */
static void agrees_with_libm(void **state) {
    (void)state;
    for (double x = -740.0; x < 709.0; x += 0.0371)
        assert_true(ulps(rh_exp(x), exp(x)) <= 2.0);
    for (double x = 1e-320; x < 1e308; x *= 1.0137)
        assert_true(ulps(rh_log(x), log(x)) <= 2.0);
    for (double x = 0.4; x < 2.5; x += 1.7e-4)
        assert_true(ulps(rh_log(x), log(x)) <= 2.0);
    /* The argument of erfc is rounded, which costs x^2 ulp. */
    for (double x = -37.0; x < 9.0; x += 0.00731)
        assert_true(fabs(rh_normal(x) / (0.5 * erfc(-x * sqrt(0.5))) - 1.0) <
                    1e-15 + 3e-16 * (x < 0.0 ? x * x : 0.0));
}

static void normal_rises(void **state) {
    (void)state;
    double before = 0.0;
    for (double x = -38.4; x < 8.0; x += 0.00137) {
        const double now = rh_normal(x);
        assert_true(now >= before);
        assert_true(now > before || x < -37.0 || x > 6.0);
        assert_true(fabs(now + rh_normal(-x) - 1.0) <= 0x1p-52);
        before = now;
    }
}

/* M' = x M - 1, by a five-point difference. */
static void mills_equation(void **state) {
    (void)state;
    const double h = 1e-3;
    for (double x = 0.01; x < 30.0; x += 0.0493) {
        const double slope = (8.0 * (rh_mills(x + h) - rh_mills(x - h)) -
                              (rh_mills(x + 2 * h) - rh_mills(x - 2 * h))) /
                             (12.0 * h);
        assert_true(fabs(slope - (x * rh_mills(x) - 1.0)) < 2e-12);
    }
}

static void quantile_inverts(void **state) {
    (void)state;
    for (double p = 1e-307; p < 0.5; p *= 1.09) {
        const double x = rh_normal_quantile(p);
        /* An error of a few ulp in x is worth x^2 times as much in p. */
        assert_true(fabs(rh_normal(x) / p - 1.0) < 4e-16 * (4.0 + 6.0 * x * x));
    }
    for (double p = 0.5; p < 1.0; p += 0.00037)
        assert_true(fabs(rh_normal(rh_normal_quantile(p)) - p) < 1e-15);
}

/* ln(a/b) of neighbours: the pair must know the difference the quotient rounds away. */
static void ratio_of_neighbours(void **state) {
    (void)state;
    for (double gap = 1e-12; gap < 0.1; gap *= 1.7) {
        const double b = 60000.3, a = b * (1.0 + gap), f = (a - b) / b; /* a - b is exact */
        const rh_pair got = rh_log_ratio(a, b);
        assert_true(fabs(got.hi / log1p(f) - 1.0) < 4e-16);
        assert_true(rh_log_ratio(b, a).hi == -got.hi || gap > 1e-6);
    }
    const rh_pair one = rh_log_ratio(0.3, 0.3);
    assert_true(one.hi == 0.0 && one.lo == 0.0);
}

/* A number in [2^-20, 2^20) out of a counter. */
static double number_of(uint64_t *state) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    const uint64_t mixed = *state ^ *state >> 29, exponent = 1003 + mixed % 40;
    return rh_from_bits(exponent << 52 | mixed >> 12);
}

/* The portable products must have the bits of the processor's fused ones. */
static void residuals_are_fused(void **state) {
    uint64_t seed = 1;
    (void)state;
    for (int i = 0; i < 200000; i++) {
        const double a = number_of(&seed), b = number_of(&seed), hi = a * b;
        const double q = a * (1.0 / b); /* off by up to 1.5 ulp */
        assert_true(rh_residual(0, hi, a, b) == fma(-a, b, hi));
        assert_true(rh_residual(0, a, q, b) == fma(-q, b, a));
        assert_true(rh_product(a, b).lo == fma(a, b, -hi));
    }
}

/* 60 digits at the doubles given; what hi leaves is in lo. */
static void ratios_in_two_parts(void **state) {
    static const struct {
        double a, b, hi, lo;
    } rows[] = {{101.0, 100.0, 0.009950330853168083, -4.938709121937863e-19},
                {100.0, 101.0, -0.009950330853168083, 4.938709121937863e-19},
                {100.00000001, 100.0, 9.999993721476353e-11, 4.439472003082705e-27},
                {1.5, 1.0, 0.4054651081081644, -2.8811380259626426e-18},
                {1.0, 1.4142135623730951, -0.3465735902799727, -2.4442169414592898e-17},
                {1.414213562373095, 1.0, 0.3465735902799726, -2.1544773991268955e-17},
                {3.0, 700000.0, -12.360223325357431, -8.549275621381901e-16},
                {1e+300, 1e-300, 1381.5510557964274, 4.7417756205510075e-14},
                {5e-324, 3e-310, -31.737305381895208, 1.095884116063971e-15},
                {60000.25, 59999.75, 8.333333333381559e-06, -6.452429887872498e-23},
                {1.9999999999999998, 1.0, 0.6931471805599452, 2.319046813846299e-17},
                {1.0, 1.9999999999999998, -0.6931471805599452, -2.319046813846299e-17},
                {97.3, 131.9, -0.3042450705313096, 5.17311926666355e-18},
                {1e-05, 2e-05, -0.6931471805599453, -2.3190468138462996e-17}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const rh_pair got = rh_log_ratio(rows[i].a, rows[i].b);
        const double missing = (got.hi - rows[i].hi) + (got.lo - rows[i].lo);
        assert_true(fabs(missing) <= 0x1p-56 * fabs(rows[i].hi) + 0x1p-105);
        assert_true(fabs(got.lo) <= 0x1p-53 * fabs(got.hi));
    }
}

static void near_exponentials(void **state) {
    (void)state;
    for (double x = -700.0; x <= 700.0; x += 0.0137)
        assert_true(rh_bits(rh_exp_near(x)) == rh_bits(rh_exp(x)));
}

/* FNV-1a over the bits of a sweep: the same for every compiler, option and machine. */
static void pinned_bits(void **state) {
    (void)state;
    uint64_t hash = UINT64_C(14695981039346656037);
    for (int i = 0; i < 20000; i++) {
        const double x = -40.0 + 0.004 * i;
        const double results[] = {
            rh_exp(18.0 * x),     rh_log(1e-3 + x * x),     rh_normal(x),
            rh_normal_density(x), rh_mills(x < 0 ? -x : x), rh_normal_quantile((i + 0.5) / 20000)};
        for (size_t k = 0; k < sizeof results / sizeof *results; k++)
            hash = (hash ^ rh_bits(results[k])) * UINT64_C(1099511628211);
    }
    if (hash != UINT64_C(219869105837732297))
        fail_msg("the hash is %" PRIu64, hash);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_digits),        cmocka_unit_test(edges),
        cmocka_unit_test(agrees_with_libm),    cmocka_unit_test(normal_rises),
        cmocka_unit_test(mills_equation),      cmocka_unit_test(quantile_inverts),
        cmocka_unit_test(ratio_of_neighbours), cmocka_unit_test(residuals_are_fused),
        cmocka_unit_test(ratios_in_two_parts), cmocka_unit_test(near_exponentials),
        cmocka_unit_test(pinned_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
