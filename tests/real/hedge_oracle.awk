# SPDX-License-Identifier: GPL-3.0-or-later
# hedge_oracle.awk: what one inverse option that was sold at its first bid and hedged until its
# expiry earned, written from the definitions. Reads a file of "second price" of the hedge, in
# order, then the option's rows from chain_rows.awk, in order; needs black.awk.
#
# Variables: numeraire (usd, coin); hedge (inverse, linear); keep (1: coin stays; 0: every coin
# flow becomes USD as it comes); every: seconds between hedges since the opening, 0: at each row.
# Between two rows volatility stands and the forward moves in proportion to the hedge's price.
# Prints "usd coin unhedged_usd unhedged_coin".

function price_at(second) {
    while (at < prices && time[at + 1] <= second)
        at++
    return price[at]
}

# Variation of the hedge since the last price, and what was accrued in coin.
function mark(second,    now, gained) {
    now = price_at(second)
    if (!known)
        last = now
    known = 1
    gained = hedge == "linear" ? position * (now - last) : position * (1 / last - 1 / now)
    if (hedge == "linear")
        usd += gained
    else if (keep)
        coin += gained
    else
        usd += gained * now
    last = now
}

function rebalance(second,    F, total, exposure) {
    F = forward * last / carrier
    total = iv * sqrt((expiry - second) / (365 * 86400))
    exposure = -black_delta(right, F, strike, total)
    if (numeraire == "coin")
        exposure = -net_delta(right, F, strike, total) - (keep ? usd / last : 0)
    else if (keep)
        exposure += coin
    position = hedge == "linear" ? -exposure : -exposure * last
}

function receive(amount) {
    if (keep)
        coin += amount
    else
        usd += amount * last
    shadow_coin += keep ? amount : 0
    shadow_usd += keep ? 0 : amount * last
}

FNR == NR {
    time[++prices] = $1
    price[prices] = $2
    next
}

# Rows of the clock that lie before this row come first.
{
    if (opened && every)
        for (; next_hedge < $2; next_hedge += every) {
            mark(next_hedge)
            rebalance(next_hedge)
        }
    mark($2)
    if ($4 > 0)
        iv = $4
    if ($5 > 0) {
        forward = $5
        carrier = last
    }
    expiry = $6
    strike = $7
    right = $8
    if (!opened && $3 > 0 && iv > 0) {
        opened = 1
        receive($3)
        rebalance($2)
        next_hedge = $2 + every
    } else if (opened && (!every || next_hedge == $2)) {
        rebalance($2)
        next_hedge += every
    }
}

END {
    if (!opened) {
        print "never opened"
        exit 1
    }
    if (every)
        for (; next_hedge < expiry; next_hedge += every) {
            mark(next_hedge)
            rebalance(next_hedge)
        }
    mark(expiry)
    value = right * (last - strike)
    receive(value > 0 ? -value / last : 0)
    total = usd + coin * last
    shadow = shadow_usd + shadow_coin * last
    printf "%.10f %.15f %.10f %.15f\n", total, total / last, shadow, shadow / last
}
