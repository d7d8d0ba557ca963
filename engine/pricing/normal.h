/* SPDX-License-Identifier: GPL-3.0-or-later */
/* normal.h: density, distribution, Mills ratio and quantile of the standard normal law.
 *
 * Built on elementary.h, so the digits do not depend on the machine. Largest errors seen
 * against 40-digit arithmetic: density 2 ulp for every x, distribution 4 ulp for every x down to
 * -38.4 (results below DBL_MIN: one unit of the smallest number), Mills ratio 3 ulp, quantile
 * 6 ulp.
 */
#ifndef RH_PRICING_NORMAL_H
#define RH_PRICING_NORMAL_H

#include "pricing/elementary.h"

#define RH_LOG_SQRT_2_PI 0.91893853320467274 /* ln sqrt(2 pi) */
#define RH_DENSITY_0     0.39894228040143268 /* n(0) = 1 / sqrt(2 pi) */

/* Beyond it the density is taken for 0; n(42) is 4e-384. */
#define RH_DENSITY_ENDS 42.0

/* 2^256 exp(-x^2 / 2) at x = hi + lo, |lo| << |hi|: a normal number, or 0 beyond RH_DENSITY_ENDS.
 * The square is carried in two parts, because an error of half an ulp in it would become x^2/4 ulp
 * in the density. `fused` as for rh_residual. */
RH_INLINE rh_exp_parts rh_density_parts(int fused, double hi, double lo) {
    const int beyond = fabs(hi) > RH_DENSITY_ENDS;
    const double x = beyond ? 0.0 : hi, square = x * x;
    const double square_low = rh_residual(fused, square, x, x);
    rh_exp_parts parts = rh_exp_lifted(-0.5 * square, 0.5 * square_low - x * lo, 256);
    parts.scale = beyond ? 0.0 : parts.scale;
    return parts;
}

RH_INLINE double rh_density_core(int fused, double hi, double lo) {
    return rh_exp_combine(rh_density_parts(fused, hi, lo));
}

/* What makes a density of it. */
#define RH_DENSITY_SCALE (0x1p-256 * RH_DENSITY_0)

/* n(x) = exp(-x^2 / 2) / sqrt(2 pi). */
RH_INLINE double rh_normal_density(double x) {
    return RH_DENSITY_SCALE * rh_density_core(RH_FUSED, x, 0.0);
}

/* The Mills ratio M(x) = N(-x) / n(x) for 0 <= x <= 1e25, with M(1e25) beyond (NaN stays NaN), as
 * 1 / (x + R / T): polynomials of degree 9 and 10 whose quotient comes nearest for all x >= 0
 * (Remez' exchange with 60 digits; relative error 1.3e-17). All coefficients are positive, so that
 * no digits cancel, and the error of T counts for less the larger x is. */
RH_INLINE double rh_mills_near(double x) {
    x = x > 1e25 ? 1e25 : x;
    const double u = x * x, v = u * u;
    const double top = ((1.2533141373155003 + x * 2.1566407337060896) +
                        u * (1.8328900982395637 + x * 0.997272021469032)) +
                       v * (((0.38163478951318824 + x * 0.10693923793645203) +
                             u * (0.022209870545481084 + x * 0.0033831191238971876)) +
                            v * ((0.00036355412436135567 + x * 2.5112138838519982e-05) +
                                 u * 8.604567310026636e-07));
    const double rest =
        ((1.0 + x * 1.2653207681100203) + u * (0.81537388266583 + x * 0.34078649505082387)) +
        v * (((0.10042413916599555 + x * 0.021491366295706454) +
              u * (0.00333289485855753 + x * 0.0003618332107294026)) +
             v * (2.5112138839805896e-05 + x * 8.604567309987951e-07));
    return top / (x * top + rest);
}

/* M(x) for all x >= 0; infinity gives 0. */
RH_INLINE double rh_mills(double x) {
    return x > 1e20 ? 1.0 / x : rh_mills_near(x);
}

/* N(x). The lower tail keeps its relative accuracy down to the smallest numbers. */
RH_INLINE double rh_normal(double x) {
    const double size = x < 0.0 ? -x : x;
    const double tail = rh_normal_density(x) * rh_mills(size);
    return x > 0.0 ? 1.0 - tail : tail;
}

/* The x with N(x) = p; -infinity at 0, infinity at 1, NaN outside [0, 1].
 * Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37 (1988) 477-484. */
double rh_normal_quantile(double p);

#endif
