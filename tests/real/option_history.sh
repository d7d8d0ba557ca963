#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# option_history.sh: options of four months of Deribit's daily chains, sold at the bid and hedged
# with a perpetual until they expire, against hedge_oracle.awk, an independent calculation from the
# same files. With the hourly bars of Binance, five hedges of each: flat in USD with the inverse
# perpetual, with a linear one at the same prices, flat in coin, all at each row of the chain, and
# both inverse ones every 6 hours. With the minutes of FTX, January 2022 hedged every hour.
set -u
LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd) || exit 2
rehedge=${REHEDGE:-$here/../../build/bin/rehedge}
shared=${REHEDGE_SHARED:-$here/../../../shared}
chains=$shared/data/deribit_btc_chain_eod
minutes=$shared/data/ftx_btc_perp_1m/btc-perp-20211231-20220201_1m.csv.gz
bars=$shared/data/binance_spot_perp_funding/BTCUSD_PERP_CM_ohlcv_1h.csv.gz
for file in "$chains/btc_eod_202106.txt.gz" "$bars" "$minutes"; do
    if [ ! -f "$file" ]; then
        echo "skipped: no $file (REHEDGE_SHARED says where the data are)"
        exit 77
    fi
done
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
failed=0
compared=0

# Where the hedge's prices come from: binance or ftx sets the experiment's entry and the oracle's
# closes. The minutes of FTX lie between 2021-12-31, day 18992 of the epoch, and 2022-02-01.
binance() {
    entry="format: cryptodatadownload, path: $bars"
    gzip -dc "$bars" | awk -f "$here/bar_closes.awk" | sort -n >closes.txt
}

ftx() {
    entry="format: csv, path: $minutes, map: {timestamp: ts}"
    gzip -dc "$minutes" | awk -F, -v OFMT=%.17g 'NR > 1 {
        split($1, t, "[-: ]")
        day = t[1] == 2021 ? 18992 : 18992 + (t[2] - 1) * 31 + t[3]
        print day * 86400 + t[4] * 3600 + t[5] * 60 + t[6], $5
    }' >closes.txt
}

chain() {
    gzip -dc "$chains/btc_eod_$1.txt.gz" | awk -f "$here/chain_rows.awk" >"$1.txt"
    rm -f data.txt.gz
    cp "$chains/btc_eod_$1.txt.gz" data.txt.gz
}

# experiment OPTION NUMERAIRE HEDGE KEEP EVERY
experiment() {
    [ "$3" = linear ] && hedge=BTC-LINEAR || hedge=BTC-PERPETUAL
    [ "$4" = 1 ] && collateral=include || collateral=ignore
    [ "$5" = 0 ] && clock="on: $1" || clock="every: ${5}s"
    cat <<END
data:
  - {format: optionsdx, path: data.txt.gz}
  - {$entry, instrument: $hedge}
instruments:
  - {name: BTC-LINEAR, kind: perpetual, settle: linear, underlying: BTC}
from: $(echo "$month" | sed 's/..$/-&-01/')
numeraire: $2
book: [{instrument: $1, quantity: -1, price: bid}]
hedge: {instrument: $hedge, collateral: $collateral}
strategy: {name: interval, $clock}
END
}

# run OPTION NUMERAIRE HEDGE KEEP EVERY: got.txt holds what the program earned.
run() {
    experiment "$@" >run.yaml
    "$rehedge" run run.yaml -o run.db --no-report -q >run.txt 2>run.err || {
        echo "FAIL: $*: run exits $?" >&2
        cat run.err >&2
        exit 1
    }
    "$rehedge" export run.db metric >metric.csv || exit 1
    awk -F, '{ value[$2] = $3 }
        END { print value["pnl_usd"], value["pnl_coin"], value["unhedged_pnl_usd"], value["unhedged_pnl_coin"] }' \
        metric.csv >got.txt
}

# To a millionth of a dollar, and 1e-10 coin.
compare() {
    compared=$((compared + 1))
    paste -d' ' got.txt want.txt | awk -v what="$*" '
        function far(a, b, most) { return !((a > b ? a - b : b - a) <= most) }
        {
            if (NF == 8 && !far($1, $5, 1e-6) && !far($2, $6, 1e-10) && !far($3, $7, 1e-6) &&
                !far($4, $8, 1e-10))
                exit 0
            print "FAIL: " what ": got " $1, $2, $3, $4 ", not " $5, $6, $7, $8
            exit 1
        }' || failed=$((failed + 1))
}

# against_oracle OPTION NUMERAIRE HEDGE KEEP EVERY
against_oracle() {
    run "$@"
    awk -v name="$1" '$1 == name' "$month.txt" >rows.txt
    awk -v numeraire="$2" -v hedge="$3" -v keep="$4" -v every="$5" -f "$here/../golden/black.awk" \
        -f "$here/hedge_oracle.awk" closes.txt rows.txt >want.txt
    compare "$@"
}

# Eight options that expire within the month, were quoted on seven days or more, and had a bid
# when the month began or they were listed.
choose() {
    awk '
        !($1 in rows) { first[$1] = $3; expiry[$1] = $6; order[++n] = $1 }
        { rows[$1]++; end = $2 }
        END { for (i = 1; i <= n; i++) { o = order[i]; if (rows[o] >= 7 && first[o] > 0 && expiry[o] < end) print o } }' \
        "$month.txt" | sort >all.txt
    awk -v n="$(wc -l <all.txt)" 'int(NR * 8 / n) > int((NR - 1) * 8 / n)' all.txt
}

# to_the_cent OPTION NUMERAIRE HEDGE KEEP PNL UNHEDGED: figures worked out by hand.
to_the_cent() {
    run "$1" "$2" "$3" "$4" 0
    awk -v want="$2 $5 $6" -v what="$1 $2 $3 $4" '{
        got = $2 == "" ? "" : split(want, w, " ")
        pnl = w[1] == "coin" ? sprintf("%.8f", $2) : sprintf("%.2f", $1)
        unhedged = sprintf("%.2f", $3)
        if (got == 3 && pnl == w[2] && unhedged == w[3])
            exit 0
        print "FAIL: " what ": got " pnl, unhedged ", not " w[2], w[3]
        exit 1
    }' got.txt || failed=$((failed + 1))
    compared=$((compared + 1))
}

binance
for month in 202106 202107 202201 202202; do
    chain $month
    for option in $(choose); do
        against_oracle "$option" usd inverse 1 0
        against_oracle "$option" usd linear 0 0
        against_oracle "$option" coin inverse 1 0
        against_oracle "$option" usd inverse 1 21600
        against_oracle "$option" coin inverse 1 21600
    done
done

month=202106
chain $month
to_the_cent BTC-25JUN21-36000-C usd inverse 1 55.84 3615.16
to_the_cent BTC-25JUN21-36000-C usd linear 0 55.84 3873.06
to_the_cent BTC-25JUN21-36000-C coin inverse 1 0.00089834 3615.16
month=202107
chain $month
to_the_cent BTC-30JUL21-34000-P usd inverse 1 422.05 4111.30
to_the_cent BTC-30JUL21-34000-P usd linear 0 422.05 3532.35
to_the_cent BTC-30JUL21-34000-P coin inverse 1 0.01694393 4111.30

ftx
month=202201
chain $month
for option in $(choose); do
    against_oracle "$option" usd inverse 1 3600
    against_oracle "$option" coin inverse 1 3600
    against_oracle "$option" usd linear 0 900
done

echo "$compared hedges compared, $failed differ"
[ $failed -eq 0 ]
