# SPDX-License-Identifier: GPL-3.0-or-later
# backtest_oracle.awk: one delta hedge of one option over 168 hours, written from its definition.
# Reads "hour price iv funding_8h"; prints "hour equity hedge fees funding" in the contract's currency,
# fees and funding as sums so far. Variables: settle (linear, inverse), right (1, -1), quantity,
# strike, every (hours), taker, lot, funded (0, 1). Needs black.awk.
#
# At hour 0 the option is traded at its model value; perpetual and forward cost the same. Every
# `every` hours, before hour 168, the perpetual is traded to -quantity x delta (inverse: USD
# -quantity x net delta x price, in lots); at 168 it is closed and the payoff is paid. Funding from an
# hour to the next is on the position after trading, at price and rate of its beginning.

function trade_to(wanted, price,    traded, fee) {
    traded = wanted - position
    if (settle == "linear") {
        cash -= traded * price
        fee = taker * magnitude(traded) * price
    } else {
        fee = taker * magnitude(traded) / price
    }
    cash -= fee
    fees += fee
    position = wanted
}

function accrue(price, rate,    paid) {
    paid = (settle == "linear" ? position * price : position / price) * rate / 8
    cash -= paid
    funding -= paid
}

{
    hour = $1
    price = $2
    total = $3 * sqrt((168 - hour) / 8760)
    value = quantity * black_price(right, price, strike, total)
    if (settle == "inverse")
        value /= price
    if (hour == 0)
        cash = -value
    if (hour > 0 && settle == "inverse")
        cash += position * (1 / before - 1 / price)
    if (hour > 0 && funded)
        accrue(before, rate_before)
    if (hour == 168) {
        trade_to(0, price)
        cash += value
        value = 0
    } else if (hour % every == 0 && settle == "linear") {
        trade_to(to_lots(-quantity * black_delta(right, price, strike, total), lot), price)
    } else if (hour % every == 0) {
        trade_to(to_lots(-quantity * net_delta(right, price, strike, total) * price, lot), price)
    }
    before = price
    rate_before = $4
    equity = cash + value + (settle == "linear" ? position * price : 0)
    printf "%d %.17g %.17g %.17g %.17g\n", hour, equity, position, fees, funding
}
