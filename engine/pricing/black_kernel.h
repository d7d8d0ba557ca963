/* SPDX-License-Identifier: GPL-3.0-or-later */
/* black_kernel.h: the arithmetic shared by the pricing formulas of this room; not for others.
 *
 * An option exchanges an asset leg worth Q now (F or S, discounted) for a strike leg worth P. With
 * A = min(Q, P), B = max(Q, P), s = vol sqrt(years), y = ln(B / A) / s, a = y - s/2 and b = y + s/2
 * the option that is out of the money is worth
 *     A N(-a) - B N(-b) = A n(a) (M(a) - M(b)),   since A n(a) = B n(b),
 * where n is the normal density and M the Mills ratio: no cancellation is left in the wings. The
 * other option follows by parity.
 */
#ifndef RH_PRICING_BLACK_KERNEL_H
#define RH_PRICING_BLACK_KERNEL_H

#include "pricing/normal.h"

/* Below this s the difference of Mills ratios is summed as a Taylor series. */
#define RH_SERIES_BELOW 0.03125

/* A smaller s is taken for 0. */
#define RH_LEAST_VOL_ROOT 1e-100

/* Where the option stands. */
typedef struct {
    rh_pair d1;      /* ln(Q / P) / s + s / 2 */
    double d2;       /* ln(Q / P) / s - s / 2 */
    double vol_root; /* s */
    int below;       /* Q <= P: the call is the one out of the money */
} rh_moneyness;

/* What the prices and Greeks are put together from; Q, P as above, w = +1 call, -1 put. */
typedef struct {
    double price;        /* of the option asked for */
    double asset_share;  /* N(w d1) */
    double strike_share; /* N(w d2) */
    double density_leg;  /* Q n(d1) = P n(d2) */
    double d1, d2;
} rh_black_parts;

/* M(b - s) - M(b) by Taylor's series about b, with M' = x M - 1, M'' = x M' + M and
 * M^(n+1) = x M^(n) + n M^(n-1). For s < 1/32 nine terms leave a relative error below 1e-15 plus
 * b^2 ulp, where the plain difference would lose b / s ulp. */
RH_INLINE double rh_mills_step(double b, double mills_b, double s) {
    const double m1 = b * mills_b - 1.0, m2 = b * m1 + mills_b, m3 = b * m2 + 2.0 * m1;
    const double m4 = b * m3 + 3.0 * m2, m5 = b * m4 + 4.0 * m3, m6 = b * m5 + 5.0 * m4;
    const double m7 = b * m6 + 6.0 * m5, m8 = b * m7 + 7.0 * m6, m9 = b * m8 + 8.0 * m7;
    const double high =
        m6 * (1.0 / 720) -
        s * (m7 * (1.0 / 5040) - s * (m8 * (1.0 / 40320) - s * (m9 * (1.0 / 362880))));
    return -s *
           (m1 - s * (m2 * 0.5 - s * (m3 * (1.0 / 6) -
                                      s * (m4 * (1.0 / 24) - s * (m5 * (1.0 / 120) - s * high)))));
}

/* Beyond it s changes nothing. */
#define RH_MOST_VOL_ROOT 1e100

/* s in two parts, given the root of the time. */
RH_INLINE rh_pair rh_vol_root(int fused, double vol, rh_pair root) {
    const rh_pair s = rh_product_by(fused, vol, root.hi);
    const int most = s.hi > RH_MOST_VOL_ROOT;
    return (rh_pair){most ? RH_MOST_VOL_ROOT : s.hi, most ? 0.0 : s.lo + vol * root.lo};
}

/* y + half, where y is ln(Q / P) / s and half is s/2 or -s/2. In two parts, because vanna, volga
 * and charm need d2 when it is nearly 0, and densities in the wings magnify an error by d1^2. */
RH_INLINE rh_pair rh_standard_distance(rh_pair y, rh_pair half) {
    const rh_pair sum = rh_sum(y.hi, half.hi);
    return rh_fast_sum(sum.hi, sum.lo + (y.lo + half.lo));
}

/* From ln(Q / P), the volatility and the root of the time. */
RH_INLINE rh_moneyness rh_moneyness_of(int fused, rh_pair log_ratio, double vol, rh_pair root) {
    const rh_pair s = rh_vol_root(fused, vol, root), y = rh_quotient(fused, log_ratio, s);
    const rh_pair half = {0.5 * s.hi, 0.5 * s.lo}, minus = {-half.hi, -half.lo};
    return (rh_moneyness){rh_standard_distance(y, half), rh_standard_distance(y, minus).hi, s.hi,
                          log_ratio.hi <= 0.0};
}

/* Q / P as far as it is needed, and never infinite. */
RH_INLINE double rh_leg_ratio(double q, double p) {
    const double ratio = q / p;
    return ratio < 1e300 ? ratio : 1e300;
}

/* N(w d) from the tail beyond |d|. */
RH_INLINE double rh_share(double w, double d, double tail) {
    return w * d <= 0.0 ? tail : 1.0 - tail;
}

/* The option out of the money per unit of its smaller leg: `near` and `far` are the Mills ratios
 * at |a| and b, `density` is n(a). Where it is 0 the series may have overflowed. */
RH_INLINE double rh_outside_price(int by_series, double a, double b, double s, double density,
                                  double near, double far) {
    if (by_series)
        return density == 0.0 ? 0.0 : density * rh_mills_step(b, far, s);
    const double spread = density * (near - far), inside = 1.0 - density * (near + far);
    return a >= 0.0 ? spread : inside;
}

/* What the legs are worth, and Q - P, which the caller may know better than by subtracting. */
typedef struct {
    double q, p, q_less_p;
} rh_legs;

/* The density is handed over as rh_density_core has it at d1: n(d2) = n(d1) Q / P is made of it
 * before it is scaled down, lest it be 0 with n(d1). `by_series`: s < RH_SERIES_BELOW. */
RH_INLINE double rh_option_price(int by_series, double w, rh_legs legs, rh_moneyness m, double core,
                                 double mills_1, double mills_2) {
    const double ratio = rh_leg_ratio(legs.q, legs.p);
    const double density = RH_DENSITY_SCALE * (m.below ? core : core * ratio);
    const double a = m.below ? -m.d1.hi : m.d2, b = m.below ? -m.d2 : m.d1.hi;
    const double near = m.below ? mills_1 : mills_2, far = m.below ? mills_2 : mills_1;
    const double outside = rh_outside_price(by_series, a, b, m.vol_root, density, near, far);
    return (m.below ? legs.q : legs.p) * outside + ((w > 0.0) == m.below ? 0.0 : w * legs.q_less_p);
}

RH_INLINE rh_black_parts rh_black_assemble(int fused, double w, rh_legs legs, rh_moneyness m) {
    const double core = rh_density_core(fused, m.d1.hi, m.d1.lo);
    const double density_1 = RH_DENSITY_SCALE * core;
    const double density_2 = RH_DENSITY_SCALE * (core * rh_leg_ratio(legs.q, legs.p));
    const double mills_1 = rh_mills_near(fabs(m.d1.hi)), mills_2 = rh_mills_near(fabs(m.d2));
    const int by_series = m.vol_root < RH_SERIES_BELOW;
    return (rh_black_parts){.price = rh_option_price(by_series, w, legs, m, core, mills_1, mills_2),
                            .asset_share = rh_share(w, m.d1.hi, density_1 * mills_1),
                            .strike_share = rh_share(w, m.d2, density_2 * mills_2),
                            .density_leg = legs.q * density_1,
                            .d1 = m.d1.hi,
                            .d2 = m.d2};
}

#endif
