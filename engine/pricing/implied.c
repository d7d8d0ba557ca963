/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pricing/implied.h"

#include "pricing/black_kernel.h"

#define LARGEST  0x1.fffffffffffffp1023
#define HALF_ULP 0x1p-53
#define SMALLEST 0x1p-1074 /* the spacing of the numbers below DBL_MIN */

enum { MOST_STEPS = 100 };

/* The out-of-the-money option, undiscounted, per unit of the smaller of F and K: worth `value`,
 * which is `gap` less than its upper bound 1. Both are given because near either end only one of
 * them keeps its digits. x = |ln(F/K)|. The logarithm is that of the smaller of the two. */
typedef struct {
    double x, value, gap, log;
} target;

/* ln of the model's value (or gap) over the target's, and its first two derivatives by s. */
typedef struct {
    double f, f1, f2;
} residual;

/* With u(s) = value, u' = n(a) and u'' = n(a) a b / s in the notation of black_kernel.h. */
static residual residual_of_value(const target *t, double s) {
    const double y = t->x / s, a = y - 0.5 * s, b = y + 0.5 * s, mills_b = rh_mills(b);
    residual r;
    double ratio; /* u / u' */
    if (s < RH_SERIES_BELOW || a >= 0.0) {
        ratio = s < RH_SERIES_BELOW ? rh_mills_step(b, mills_b, s) : rh_mills(a) - mills_b;
        r.f = rh_log(ratio) - 0.5 * a * a - RH_LOG_SQRT_2_PI - t->log;
    } else {
        const double density = rh_normal_density(a);
        const double value = 1.0 - density * (rh_mills(-a) + mills_b);
        ratio = value / density;
        r.f = rh_log(value) - t->log;
    }
    r.f1 = 1.0 / ratio;
    r.f2 = r.f1 * (a * b / s - r.f1);
    return r;
}

/* The gap is n(a) (M(-a) + M(b)) for a <= 0; its derivative is -n(a). */
static residual residual_of_gap(const target *t, double s) {
    const double y = t->x / s, a = y - 0.5 * s, b = y + 0.5 * s;
    residual r;
    double ratio; /* gap / n(a) */
    if (a <= 0.0) {
        ratio = rh_mills(-a) + rh_mills(b);
        r.f = rh_log(ratio) - 0.5 * a * a - RH_LOG_SQRT_2_PI - t->log;
    } else {
        const double density = rh_normal_density(a);
        const double gap = 1.0 - density * (rh_mills(a) - rh_mills(b));
        ratio = gap / density;
        r.f = rh_log(gap) - t->log;
    }
    r.f1 = -1.0 / ratio;
    r.f2 = r.f1 * (a * b / s - r.f1);
    return r;
}

/* value ~ n(a) s / y^2 in the wing: ln(value) + a^2/2 changes slowly, so put the last guess into it
 * and solve for a; s follows from a = x/s - s/2. */
static double start_from_wing(const target *t) {
    double s = sqrt(2.0 * t->x);
    for (int i = 0; i < 3; i++) {
        const double b = t->x / s + 0.5 * s;
        const double exponent =
            rh_log(rh_mills_step(b, rh_mills(b), s < 0.5 ? s : 0.5)) - RH_LOG_SQRT_2_PI - t->log;
        const double a = exponent > 0.0 ? sqrt(2.0 * exponent) : 0.0;
        s = 2.0 * t->x / (a + sqrt(a * a + 2.0 * t->x));
    }
    return s;
}

/* The value is above the inflection point: near the money s ~ sqrt(2 pi) value, and where the gap
 * is small it is about exp(-a^2/2) with a = s/2 - x/s. */
static double start_from_gap(const target *t, double inflection) {
    const double a = sqrt(-2.0 * rh_log(t->gap));
    const double near_money = t->value / RH_DENSITY_0;
    const double s = t->gap < 0.5 ? a + sqrt(a * a + 2.0 * t->x) : near_money;
    return s > inflection ? s : inflection;
}

/* Halley's step in ln(s), which is kinder than s to both ends. */
static double halley(residual r, double s) {
    const double g1 = s * r.f1, g2 = g1 + s * s * r.f2;
    const double newton = -r.f / g1;
    const double bend = 1.0 + 0.5 * newton * g2 / g1;
    return newton / (bend > 0.25 ? bend : 0.25);
}

/* The root s. Every step stays inside the bracket; one that would leave it halves it instead (in
 * ln s). Ends when the next step would be lost in rounding. */
static double solve(const target *t) {
    const int by_value = t->value < 0.5;
    const double inflection = sqrt(2.0 * t->x);
    double low = 1e-160, high = 1e5, s = inflection;
    if (inflection > 0.0) {
        const double at = 0.5 - rh_normal_density(0.0) * rh_mills(inflection);
        *(t->value < at ? &high : &low) = inflection;
    }
    s = high == inflection ? start_from_wing(t) : start_from_gap(t, inflection);
    for (int i = 0; i < MOST_STEPS; i++) {
        const residual r = by_value ? residual_of_value(t, s) : residual_of_gap(t, s);
        *((r.f > 0.0) == by_value ? &high : &low) = s;
        const double step = halley(r, s), wing = 1.0 + t->x * t->x / (s * s);
        double next = s * rh_exp(step);
        if (!(next >= low && next <= high))
            next = sqrt(low) * sqrt(high);
        else if (step * wing < 1e-5 && step * wing > -1e-5) /* cubic: the next is below 1e-15 */
            return next;
        if (next == s)
            break;
        s = next;
    }
    return s;
}

static rh_implied refusal(rh_implied_status status) {
    return (rh_implied){status, NAN, NAN};
}

static int positive(double x) {
    return x > 0.0 && x <= LARGEST;
}

/* The quotient of a number below DBL_MIN would be rounded, the difference of logarithms is not. */
static target target_of(double log_ratio, double value, double gap, double small) {
    target t = {log_ratio < 0.0 ? -log_ratio : log_ratio, value / small, gap / small, 0.0};
    t.log = rh_log(t.value < 0.5 ? t.value : t.gap);
    if (t.value < 1e-290)
        t.log = rh_log(value) - rh_log(small);
    return t;
}

/* `noise` is the largest error that rounding may have put into `value` (undiscounted). */
static rh_implied solve_value(int right, double value, double noise, double forward, double strike,
                              double years) {
    const double bound = right > 0 ? forward : strike, other = right > 0 ? strike : forward;
    const double small = bound < other ? bound : other;
    /* value - (bound - other), the difference in two parts; 0 intrinsic value out of the money. */
    const rh_pair inside = bound > other ? rh_sum(bound, -other) : (rh_pair){0.0, 0.0};
    const double time_value = (value - inside.hi) - inside.lo;
    if (time_value < -8.0 * noise || value < 0.0)
        return refusal(RH_IMPLIED_BELOW_INTRINSIC);
    if (time_value <= (inside.hi > 0.0 ? noise : 0.0))
        return refusal(RH_IMPLIED_NO_TIME_VALUE);
    if (value >= bound)
        return refusal(RH_IMPLIED_ABOVE_BOUND);
    const target t = target_of(rh_log_ratio(forward, strike).hi, time_value, bound - value, small);
    const double s = solve(&t), root = sqrt(years);
    const double error = noise > SMALLEST ? noise : SMALLEST;
    const double slope = residual_of_value(&t, s).f1 * root; /* d ln(value) / dvol */
    return (rh_implied){RH_IMPLIED_OK, s / root, error / (time_value * slope)};
}

static int acceptable(int right, double price, double forward, double strike, double years) {
    return (right == 1 || right == -1) && price >= -LARGEST && price <= LARGEST &&
           positive(forward) && positive(strike) && positive(years);
}

rh_implied rh_implied_vol(int right, double price, double forward, double strike, double years,
                          double rate) {
    if (!acceptable(right, price, forward, strike, years) || !(rate >= -LARGEST && rate <= LARGEST))
        return refusal(RH_IMPLIED_BAD_INPUT);
    /* Undiscounting rounds twice more, and its exponent adds its own error. */
    const double exponent = rate * years, value = price * rh_exp(exponent);
    const double size = exponent < 0.0 ? -exponent : exponent;
    const double ulps = rate == 0.0 ? 1.0 : 4.0 + size;
    if (isnan(value))
        return refusal(RH_IMPLIED_BAD_INPUT); /* 0 * infinity */
    if (value > LARGEST)
        return refusal(RH_IMPLIED_ABOVE_BOUND);
    return solve_value(right, value, ulps * HALF_ULP * value, forward, strike, years);
}

rh_implied rh_implied_vol_coin(int right, double price, double forward, double strike,
                               double years) {
    if (!acceptable(right, price, forward, strike, years))
        return refusal(RH_IMPLIED_BAD_INPUT);
    const double value = price * forward;
    if (value > LARGEST)
        return refusal(RH_IMPLIED_ABOVE_BOUND);
    return solve_value(right, value, 2.0 * HALF_ULP * value, forward, strike, years);
}

const char *rh_implied_status_text(rh_implied_status status) {
    switch (status) {
    case RH_IMPLIED_OK: return "solved";
    case RH_IMPLIED_BELOW_INTRINSIC: return "below intrinsic value";
    case RH_IMPLIED_NO_TIME_VALUE: return "no time value left";
    case RH_IMPLIED_ABOVE_BOUND: return "at or above the upper bound";
    case RH_IMPLIED_BAD_INPUT: return "bad input";
    }
    return "unknown";
}
