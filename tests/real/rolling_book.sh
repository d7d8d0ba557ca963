#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# rolling_book.sh: programmes that roll through two months of Deribit's daily chains. Whatever they
# chose, the same positions given one by one, with the times at which they opened and closed, must
# make the same money to the last digit that is shown.
set -u
LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd) || exit 2
rehedge=${REHEDGE:-$here/../../build/bin/rehedge}
shared=${REHEDGE_SHARED:-$here/../../../shared}
chains=$shared/data/deribit_btc_chain_eod
bars=$shared/data/binance_spot_perp_funding/BTCUSD_PERP_CM_ohlcv_1h.csv.gz
for file in "$chains/btc_eod_202106.txt.gz" "$chains/btc_eod_202107.txt.gz" "$bars"; do
    if [ ! -f "$file" ]; then
        echo "skipped: no $file (REHEDGE_SHARED says where the data are)"
        exit 77
    fi
done
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
failed=0

# experiment BOOK
experiment() {
    cat <<END
data:
  - {format: optionsdx, path: $chains/btc_eod_202106.txt.gz}
  - {format: optionsdx, path: $chains/btc_eod_202107.txt.gz}
  - {format: cryptodatadownload, path: $bars, instrument: BTC-PERPETUAL}
from: 2021-06-01
to: 2021-07-31
venue: deribit
funding: none
hedge: {instrument: BTC-PERPETUAL, collateral: ignore}
strategy: {name: interval, every: 8h}
book:
$1
END
}

# replay NAME: pnl and number of option fills
replay() {
    "$rehedge" run "$1.yaml" --no-report -o "$1.db" >/dev/null || exit 1
    "$rehedge" export "$1.db" metric --csv |
        awk -F, '$2 == "pnl_usd" || $2 == "fees" || $2 == "spread" { printf "%s %.6f ", $2, $3 }'
    "$rehedge" export "$1.db" fill --csv | grep -c -v -e PERPETUAL -e run_id
}

for book in 'roll: straddle, tenor: 14d, every: 7d' 'roll: call, tenor: 7d, delta: 0.25' \
    'roll: strangle, tenor: 30d, every: 3d, strike: 1.2' 'roll: put, tenor: 30d, every: 1d'; do
    experiment "  - {$book, quantity: -10}" >rolled.yaml
    rolled=$(replay rolled) || exit 1
    "$rehedge" export rolled.db fill --csv | awk -F, '
        $4 ~ /PERPETUAL|instrument/ { next }
        $(NF - 1) == "open" { opened[$4] = $2 }
        $(NF - 1) == "close" { print "  - {instrument: " $4 ", quantity: -10, open: " opened[$4] ", close: " $2 "}"; delete opened[$4] }
        $(NF - 1) == "settle" { print "  - {instrument: " $4 ", quantity: -10, open: " opened[$4] "}"; delete opened[$4] }
        END { for (name in opened) print "  - {instrument: " name ", quantity: -10, open: " opened[name] "}" }' |
        sort >positions.txt
    experiment "$(cat positions.txt)" >given.yaml
    given=$(replay given) || exit 1
    if [ "$rolled" != "$given" ]; then
        echo "$book: $rolled; position by position: $given"
        failed=$((failed + 1))
    fi
    echo "$book: $(wc -l <positions.txt) positions, $rolled"
done
[ $failed -eq 0 ]
