/* SPDX-License-Identifier: GPL-3.0-or-later */
/* normal.h: density, distribution, Mills ratio and quantile of the standard normal law.
 *
 * Built on elementary.h, so the digits do not depend on the machine. Largest errors seen
 * against 40-digit arithmetic: density 2 ulp for every x, distribution 5 ulp for every x down to
 * -38.4 (results below DBL_MIN: one unit of the smallest number), Mills ratio 5 ulp up to x = 40
 * and 6 beyond, quantile 6 ulp.
 */
#ifndef RH_PRICING_NORMAL_H
#define RH_PRICING_NORMAL_H

#include "pricing/elementary.h"

#define RH_LOG_SQRT_2_PI 0.91893853320467274 /* ln sqrt(2 pi) */
#define RH_DENSITY_0     0.39894228040143268 /* n(0) = 1 / sqrt(2 pi) */

/* n(x) = exp(-x^2 / 2) / sqrt(2 pi) at x = hi + lo, |lo| << |hi|. The square is carried in two
 * parts, because an error of half an ulp in it would become x^2/4 ulp in the density. */
RH_INLINE double rh_normal_density_pair(double hi, double lo) {
    double x = hi < 0.0 ? -hi : hi;
    lo = hi < 0.0 ? -lo : lo;
    x = x > 40.0 ? 40.0 : x;
    const double head = rh_head(x);
    return RH_DENSITY_0 *
           rh_exp_pair(-0.5 * head * head, -(0.5 * (x - head) * (x + head) + x * lo));
}

RH_INLINE double rh_normal_density(double x) {
    return rh_normal_density_pair(x, 0.0);
}

/* The Mills ratio M(x) = N(-x) / n(x) for x >= 0 (NaN stays NaN; infinity gives 0).
 * After Shepherd and Laframboise, Math. Comp. 36 (1981) 249-253, who expand
 * (1 + 2x) exp(x^2) erfc(x) in Chebyshev polynomials of (x - k) / (x + k) on [0, infinity);
 * here (1 + x/4) M(x), t = (x - 4) / (x + 4), coefficients interpolated with 60 digits at 70
 * Chebyshev nodes, cut after t^25 (error 4e-18) and written in powers of t. */
RH_INLINE double rh_mills(double x) {
    const double r = 1.0 / (x + 4.0);
    const double t = x > 1e300 ? 1.0 : (x - 4.0) * r, u = t * t;
    double even = 2.1327097150651325e-10, odd = 7.3662221907011028e-11;
    even = even * u - 2.337835111206085e-09, odd = odd * u - 5.3557383609981579e-10;
    even = even * u + 1.3427759412897394e-08, odd = odd * u + 8.9799446593309443e-10;
    even = even * u - 5.4435487555098314e-08, odd = odd * u + 9.1684487483559749e-09;
    even = even * u + 1.7074084579183665e-07, odd = odd * u - 9.8073313050732381e-08;
    even = even * u - 3.9469164136693432e-07, odd = odd * u + 6.4079471270922953e-07;
    even = even * u + 4.4909928035101945e-07, odd = odd * u - 3.7101773930801125e-06;
    even = even * u - 1.1958160648543021e-06, odd = odd * u + 2.2023734080133952e-05;
    even = even * u + 8.3561154058211021e-05, odd = odd * u - 0.00014481728597910004;
    even = even * u - 0.0021805738185650312, odd = odd * u + 0.0010219639152771593;
    even = even * u + 0.037847940578110868, odd = odd * u - 0.0047251127150762144;
    even = even * u + 0.2426023887168971, odd = odd * u - 0.11688524074959453;
    even = even * u + 0.47330476582712133, odd = odd * u - 0.38094272770499576;
    return 4.0 * r * (even + t * odd);
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
