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

/* The one number the strike leg and the asset leg are compared by. */
typedef struct {
    rh_pair near, far; /* a and b above */
    double vol_root;   /* s */
    int below;         /* Q <= P: the call is the one out of the money */
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
    const double high = m6 / 720.0 - s * (m7 / 5040.0 - s * (m8 / 40320.0 - s * (m9 / 362880.0)));
    return -s *
           (m1 - s * (m2 / 2.0 - s * (m3 / 6.0 - s * (m4 / 24.0 - s * (m5 / 120.0 - s * high)))));
}

/* a and b in two parts each from ln(Q / P), the volatility and the root of the time: vanna, volga
 * and charm need a when it is nearly 0, and densities in the wings magnify its error by a^2. */
RH_INLINE rh_moneyness rh_moneyness_of(rh_pair log_ratio, double vol, rh_pair root) {
    rh_moneyness m;
    m.below = log_ratio.hi <= 0.0;
    const double sign = m.below ? -1.0 : 1.0;
    rh_pair s = rh_product(vol, root.hi);
    s.lo += vol * root.lo;
    const rh_pair y = rh_quotient((rh_pair){sign * log_ratio.hi, sign * log_ratio.lo}, s);
    const rh_pair a = rh_sum(y.hi, -0.5 * s.hi), b = rh_sum(y.hi, 0.5 * s.hi);
    m.near = rh_fast_sum(a.hi, a.lo + (y.lo - 0.5 * s.lo));
    m.far = rh_fast_sum(b.hi, b.lo + (y.lo + 0.5 * s.lo));
    m.vol_root = s.hi;
    return m;
}

/* `q_less_p` is Q - P, which the caller may know better than by subtracting. */
RH_INLINE rh_black_parts rh_black_assemble(double w, double q, double p, double q_less_p,
                                           rh_moneyness m) {
    rh_black_parts parts;
    const double a = m.near.hi, b = m.far.hi, s = m.vol_root;
    const double small_leg = m.below ? q : p, share = m.below ? q / p : p / q;
    const double density = rh_normal_density_pair(a, m.near.lo);
    const double mills_a = rh_mills(a < 0.0 ? -a : a), mills_b = rh_mills(b);
    const double near_tail = density * mills_a, far_tail = density * share * mills_b;
    const double spread = density * (mills_a - mills_b);
    const double inside = 1.0 - density * (mills_a + mills_b);
    const double series = density * rh_mills_step(b, mills_b, s);
    const double plain = a >= 0.0 ? spread : inside;
    const double outside_price = small_leg * (s < RH_SERIES_BELOW ? series : plain);

    const double above_a = a >= 0.0 ? near_tail : 1.0 - near_tail; /* N(-a) */
    const double below_a = a >= 0.0 ? 1.0 - near_tail : near_tail; /* N(a) */
    const double below_b = 1.0 - far_tail;                         /* N(b) */
    const int outside = (w > 0.0) == m.below;
    const double near_share = outside ? above_a : below_a;
    const double far_share = outside ? far_tail : below_b;
    parts.asset_share = m.below ? near_share : far_share;
    parts.strike_share = m.below ? far_share : near_share;
    parts.price = outside_price + (outside ? 0.0 : w * q_less_p);
    parts.density_leg = small_leg * density;
    parts.d1 = m.below ? -a : b;
    parts.d2 = m.below ? -b : a;
    return parts;
}

#endif
