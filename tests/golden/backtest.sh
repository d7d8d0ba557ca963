#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# backtest.sh: the program's hourly equity, position, fees and funding over a week of delta hedging
# against backtest_oracle.awk, for every combination of contract, right, side, interval, fee, lot
# and funding, on a made market; and, where REHEDGE_SHARED has them, on the reference market, whose
# published backtests are compared too. Tolerance: 1e-9 of the value, or of a thousandth of all cash
# moved (1e-9 of the quantity for positions).
set -u
LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd) || exit 2
rehedge=${REHEDGE:-$here/../../build/bin/rehedge}
reference=${REHEDGE_SHARED:-$here/../../../shared}/reference
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
failed=0
compared=0

# market NAME [FILE]: NAME.txt for the oracle, NAME.csv for the program.
market() {
    name=$1
    shift
    awk -f "$here/backtest_market.awk" "$@" >"$name.txt"
    awk 'BEGIN { print "ts,instrument,mark,index,forward,iv,funding_rate,funding_interval" }
         {
             ts = sprintf("2024-01-%02dT%02d:00:00Z", 1 + int($1 / 24), $1 % 24)
             print ts ",PERP," $2 "," $2 ",,," $4 ",8h"
             print ts ",OPT,,," $2 "," $3 ",,"
         }' "$name.txt" >"$name.csv"
    [ "$(wc -l <"$name.csv")" -eq 339 ] || { echo "market $name is not 169 hours" >&2; exit 1; }
}

# experiment MARKET SETTLE RIGHT QUANTITY EVERY TAKER LOT FUNDED
experiment() {
    [ "$2" = linear ] && numeraire=usd || numeraire=coin
    [ "$3" = 1 ] && kind=call || kind=put
    [ "$8" = 1 ] && funding=continuous || funding=none
    cat <<END
data: [{format: csv, path: $1.csv}]
funding: $funding
numeraire: $numeraire
instruments:
  - {name: PERP, kind: perpetual, settle: $2, lot: $7}
  - {name: OPT, kind: option, settle: $2, strike: 60000, right: $kind, expiry: 2024-01-08}
book: [{instrument: OPT, quantity: $4, price: mark}]
hedge: {instrument: PERP}
strategy: {name: interval, every: ${5}h}
execution: {price: mark}
costs: {taker: $6}
END
}

# What the program says: "hour equity hedge", then the journal as "reason amount".
run() {
    experiment "$@" >run.yaml
    "$rehedge" run run.yaml -o run.db --no-report -q >run.txt 2>run.err || {
        echo "FAIL: run exits $?" >&2
        cat run.yaml run.err >&2
        exit 1
    }
    "$rehedge" export run.db step >step.csv && "$rehedge" export run.db journal >journal.csv || exit 1
    awk -F, -v equity="$([ "$2" = linear ] && echo equity_usd || echo equity_coin)" '
        NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
        {
            ts = sprintf("2024-01-%02dT%02d:00:00Z", 1 + int((NR - 2) / 24), (NR - 2) % 24)
            if ($column["ts"] != ts)
                print "step", NR - 2, "is at", $column["ts"] >"/dev/stderr"
            print NR - 2, $column[equity], $column["hedge_quantity"]
        }' step.csv >got.txt
}

# compare WHAT: got.txt against want.txt, and sums of the journal against its last row.
compare() {
    compared=$((compared + 1))
    awk -v what="$*" '
        function far(got, want, least,    off, scale) {
            off = got - want
            scale = want < 0 ? -want : want
            if (scale < least)
                scale = least
            return !((off < 0 ? -off : off) <= 1e-9 * scale)
        }
        function complain(row, name, got, want) {
            if (faults++ < 5)
                printf "FAIL: %s: hour %d: %s is %s, not %s\n", what, row, name, got, want
        }
        FILENAME == "journal.csv" {
            if (FNR > 1) {
                split($0, cell, ",")
                sum[cell[5]] += cell[7]
                gross += cell[7] < 0 ? -cell[7] : cell[7]
            }
            next
        }
        FILENAME == "want.txt" {
            rows = FNR
            equity[$1] = $2; hedge[$1] = $3; fees = $4; funding = $5
            next
        }
        {
            if (far($2, equity[$1], gross / 1000)) complain($1, "equity", $2, equity[$1])
            if (far($3, hedge[$1], 1e-6)) complain($1, "position", $3, hedge[$1])
            seen++
        }
        END {
            if (seen != 169 || rows != 169) complain(seen, "number of steps", seen, rows)
            if (far(sum["fee"], -fees, gross / 1000)) complain(168, "fee", sum["fee"], -fees)
            if (far(sum["funding"], funding, gross / 1000))
                complain(168, "funding", sum["funding"], funding)
            exit faults > 0
        }' journal.csv want.txt got.txt || failed=$((failed + 1))
}

# against_oracle MARKET SETTLE RIGHT QUANTITY EVERY TAKER LOT FUNDED
against_oracle() {
    run "$@"
    awk -v settle="$2" -v right="$3" -v quantity="$4" -v strike=60000 -v every="$5" -v taker="$6" \
        -v lot="$7" -v funded="$8" -f "$here/black.awk" -f "$here/backtest_oracle.awk" \
        "$1.txt" >want.txt
    compare "$@"
}

against_oracle_all() {
    for right in 1 -1; do
        for quantity in -10 7; do
            for every in 1 4 24; do
                for taker in 0 0.0005; do
                    for funded in 0 1; do
                        against_oracle "$1" linear $right $quantity $every $taker 0 $funded
                        against_oracle "$1" linear $right $quantity $every $taker 0.1 $funded
                        against_oracle "$1" inverse $right $quantity $every $taker 0 $funded
                        against_oracle "$1" inverse $right $quantity $every $taker 10 $funded
                    done
                done
            done
        done
    done
}

# against_file FILE SETTLE EVERY TAKER LOT FUNDED: a published backtest, short ten calls.
against_file() {
    run reference "$2" 1 -10 "$3" "$4" "$5" "$6"
    awk -F, '
        { sub(/\r$/, "") }
        NR == 1 { for (i = 1; i <= NF; i++) { split($i, word, "("); column[word[1]] = i } }
        NR > 1 && !("black_delta" in column) { exit 1 }
        NR > 1 && "equity_coin" in column {
            print $1, $column["equity_coin"], $column["perp_usd_size_after"],
                $column["cum_fees_coin"], $column["cum_funding_coin"]
        }
        NR > 1 && !("equity_coin" in column) {
            print $1, $column["equity_usd"], $column["perp_pos_coin_after"], $column["cum_fees"],
                $column["cum_funding"]
        }' "$reference/$1" >want.txt || { echo "FAIL: $1 is not a backtest" >&2; exit 1; }
    compare "$1"
}

market made
against_oracle_all made
if [ -f "$reference/golden_market.csv" ]; then
    market reference "$reference/golden_market.csv"
    against_oracle_all reference
    against_file "golden_linear_C_-10_1h_fee0_fund0.csv" linear 1 0 0 0
    against_file "golden_linear_C_-10_4h_fee5_fund1.csv" linear 4 0.0005 0 1
    against_file "golden_inverse_C_-10_4h_fee5_fund1.csv" inverse 4 0.0005 10 1
else
    echo "skipped: the published backtests, which are not in $reference"
fi
echo "$compared backtests compared, $failed differ"
[ $failed -eq 0 ]
