# SPDX-License-Identifier: GPL-3.0-or-later
# hull_oracle.awk: Hull's tables of delta hedging at full precision. Reads one price a week; prints
# "week shares cost" where cost is what has been spent so far, with interest at the continuous rate.
# 100,000 calls of strike 50 sold, 20 weeks of 1/52 year, volatility 20 %, rate 5 %. Needs black.awk.

{
    week = NR - 1
    years = (20 - week) / 52
    shares = 100000 * black_delta(1, $1 * exp(0.05 * years), 50, 0.2 * sqrt(years))
    cost = cost * exp(0.05 / 52) + (shares - held) * $1
    held = shares
    printf "%d %.17g %.17g\n", week, shares, cost
}

# In the money the writer delivers the shares for the strike; out of the money none are left.
END {
    printf "%d 0 %.17g\n", week, cost - (held > 0 ? 5000000 : 0)
}
