/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quantile_kernel.h: the pieces of the normal quantile (AS 241, see normal.h); not for others. */
#ifndef RH_PRICING_QUANTILE_KERNEL_H
#define RH_PRICING_QUANTILE_KERNEL_H

#include "pricing/elementary.h"

#define RH_QUANTILE_MIDDLE 0.425
#define RH_QUANTILE_FAR    5.0

/* The coefficients a, b, c, d, e, f of AS 241, lowest power first. */
static const double rh_middle_top[8] = {3.3871328727963666080e0,  1.3314166789178437745e+2,
                                        1.9715909503065514427e+3, 1.3731693765509461125e+4,
                                        4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                        3.3430575583588128105e+4, 2.5090809287301226727e+3};
static const double rh_middle_bottom[8] = {1.0,
                                           4.2313330701600911252e+1,
                                           6.8718700749205790830e+2,
                                           5.3941960214247511077e+3,
                                           2.1213794301586595867e+4,
                                           3.9307895800092710610e+4,
                                           2.8729085735721942674e+4,
                                           5.2264952788528545610e+3};
static const double rh_tail_top[8] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                      5.76949722146069140550e0,  3.64784832476320460504e0,
                                      1.27045825245236838258e0,  2.41780725177450611770e-1,
                                      2.27238449892691845833e-2, 7.74545014278341407640e-4};
static const double rh_tail_bottom[8] = {1.0,
                                         2.05319162663775882187e0,
                                         1.67638483018380384940e0,
                                         6.89767334985100004550e-1,
                                         1.48103976427480074590e-1,
                                         1.51986665636164571966e-2,
                                         5.47593808499534494600e-4,
                                         1.05075007164441684324e-9};
static const double rh_far_top[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                     1.78482653991729133580e0,  2.96560571828504891230e-1,
                                     2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                     2.71155556874348757815e-5, 2.01033439929228813265e-7};
static const double rh_far_bottom[8] = {1.0,
                                        5.99832206555887937690e-1,
                                        1.36929880922735805310e-1,
                                        1.48753612908506148525e-2,
                                        7.86869131145613259100e-4,
                                        1.84631831751005468180e-5,
                                        1.42151175831644588870e-7,
                                        2.04426310338993978564e-15};

/* Horner's scheme without a loop, since a loop in a loop doesn't vectorise. */
RH_INLINE double rh_quantile_sum(const double c[8], double x) {
    return ((((((c[7] * x + c[6]) * x + c[5]) * x + c[4]) * x + c[3]) * x + c[2]) * x + c[1]) * x +
           c[0];
}

RH_INLINE double rh_quantile_ratio(const double top[8], const double bottom[8], double x) {
    return rh_quantile_sum(top, x) / rh_quantile_sum(bottom, x);
}

/* |p - 1/2| <= RH_QUANTILE_MIDDLE; `centred` is p - 1/2. */
RH_INLINE double rh_quantile_middle(double centred) {
    return centred *
           rh_quantile_ratio(rh_middle_top, rh_middle_bottom, 0.180625 - centred * centred);
}

/* How far out the quantile of a tail probability lies: r of AS 241. */
RH_INLINE double rh_quantile_depth(double tail) {
    return sqrt(-rh_log(tail));
}

/* The same bits for a normal number. */
RH_INLINE double rh_quantile_depth_normal(double tail) {
    return sqrt(-rh_log_normal(tail, 0.0));
}

/* -x where N(x) = tail: for depths up to RH_QUANTILE_FAR, and beyond. */
RH_INLINE double rh_quantile_tail(double depth) {
    return rh_quantile_ratio(rh_tail_top, rh_tail_bottom, depth - 1.6);
}

RH_INLINE double rh_quantile_far(double depth) {
    return rh_quantile_ratio(rh_far_top, rh_far_bottom, depth - 5.0);
}

#endif
