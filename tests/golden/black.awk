# SPDX-License-Identifier: GPL-3.0-or-later
# black.awk: Black-76 without discounting, written from the formulas and not from the engine, as
# the oracle of the backtests. awk has exp and log only: the normal distribution is the series
#   N(x) = 1/2 + n(x) (x + x^3/3 + x^5/(3 5) + ...)      (Marsaglia, J. Stat. Software 11(4), 2004)
# whose terms all have one sign, and in the tails Laplace's continued fraction.

function density(x) {
    return exp(-x * x / 2) / 2.50662827463100050242
}

function upper_tail(x,    k, fraction) { # x > 6
    fraction = 0
    for (k = 60; k >= 1; k--)
        fraction = k / (x + fraction)
    return density(x) / (x + fraction)
}

function cumulative(x,    sum, term, k) {
    if (x > 6)
        return 1 - upper_tail(x)
    if (x < -6)
        return upper_tail(-x)
    sum = term = x
    for (k = 3; sum + term != sum; k += 2) {
        term *= x * x / k
        sum += term
    }
    return 0.5 + density(x) * sum
}

# w is 1 for a call, -1 for a put; total is vol sqrt(years). At expiry the delta is that of the
# payoff.
function black_delta(w, F, K, total,    d1) {
    if (total <= 0)
        return w * (F - K) > 0 ? w : 0
    d1 = log(F / K) / total + total / 2
    return w * cumulative(w * d1)
}

function black_price(w, F, K, total,    d1) {
    if (total <= 0)
        return w * (F - K) > 0 ? w * (F - K) : 0
    d1 = log(F / K) / total + total / 2
    return w * (F * cumulative(w * d1) - K * cumulative(w * (d1 - total)))
}

# The coin value of an inverse option changes as if the option had this delta: w (K/F) N(w d2).
function net_delta(w, F, K, total) {
    return black_delta(w, F, K, total) - black_price(w, F, K, total) / F
}

function to_lots(x, lot) {
    return lot > 0 ? floor(x / lot + 0.5) * lot : x
}

function floor(x,    whole) {
    whole = int(x)
    return whole > x ? whole - 1 : whole
}

function magnitude(x) {
    return x < 0 ? -x : x
}
