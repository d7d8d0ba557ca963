# SPDX-License-Identifier: GPL-3.0-or-later
# backtest_market.awk: hours 0 to 168 as "hour price iv funding_8h", from a file of that layout with
# a header (formulas: a backtest's market), or, without a file, made here. Prices are multiples of
# 0.5 and both sines and powers of ten are far from rounding, so every awk prints the same text.

function made(i,    price, iv, rate) {
    price = 60000 + 2600 * sin(i / 23) + 900 * sin(i / 3.1) + 350 * sin(i * 1.7) - 11 * i
    iv = 0.7 + 0.08 * sin(i / 31) + 0.015 * sin(i * 2.3)
    rate = 0.0003 * sin(i / 11) - 0.00004
    printf "%d %.1f %.6f %.8f\n", i, int(price * 2) / 2, iv, rate
}

BEGIN {
    FS = ","
    if (ARGC < 2) {
        for (hour = 0; hour <= 168; hour++)
            made(hour)
        exit
    }
}

FNR > 1 {
    sub(/\r$/, "")
    print $1, $3, $4, $5
}
