#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# hull.sh: the two tables of Hull, Options, Futures and Other Derivatives (chapter on the Greek
# letters): a bank hedges 100,000 calls it sold every week for 20 weeks. Shares and cost of each
# week against hull_oracle.awk to 1e-9, and the final cost against the book, which rounds deltas to
# three digits and dollars to hundreds: 263,300 in the money, 256,600 out of the money.
set -u
LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd) || exit 2
rehedge=${REHEDGE:-$here/../../build/bin/rehedge}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
failed=0
expiry=2024-05-20T09:13:50.769230769Z # week 20

# A week is a 52nd of 365 days: 604,984.615384615 s. Awk counts to 2^53, so nanoseconds are
# written as seconds and their rest.
nanoseconds() {
    awk -v from="$1" -v to="$2" 'BEGIN {
        for (week = from; week <= to; week++) {
            rest = week * 31536000 % 52 * 1000000000 / 52
            printf "%d%09.0f\n", 1704067200 + int(week * 31536000 / 52), rest
        }
    }'
}

# path NAME PUBLISHED PRICE...
path() {
    name=$1
    published=$2
    shift 2
    printf '%s\n' "$@" >prices.txt
    nanoseconds 0 20 | paste -d, - prices.txt | awk -F, '
        BEGIN { print "ts,instrument,last,iv" }
        { print $1 ",STOCK," $2 ","; print $1 ",CALL,,0.2" }' >market.csv
    cat >run.yaml <<END
data: [{format: csv, path: market.csv}]
rate: 0.05
instruments:
  - {name: STOCK, kind: spot}
  - {name: CALL, kind: option, strike: 50, right: call, expiry: $expiry}
book: [{instrument: CALL, quantity: -100000, price: 0}]
hedge: {instrument: STOCK}
strategy: {name: interval, on: STOCK}
END
    "$rehedge" run run.yaml -o run.db --no-report -q >/dev/null || exit 1
    "$rehedge" export run.db fill >fill.csv && "$rehedge" export run.db journal >journal.csv || exit 1
    awk -f "$here/black.awk" -f "$here/hull_oracle.awk" prices.txt >want.txt

    # Cost so far is the cash spent; the trade of a week comes before its interest, of which the
    # journal writes what fell due at the trade's instant.
    awk -F, -v name="$name" -v published="$published" '
        function far(got, want,    off, scale) {
            off = got - want
            scale = want < 0 ? -want : want
            return !((off < 0 ? -off : off) <= 1e-9 * (scale > 1 ? scale : 1))
        }
        FILENAME == "want.txt" { split($0, cell, " "); shares[++rows] = cell[2]; cost[rows] = cell[3]; next }
        FNR == 1 { next }
        FILENAME == "fill.csv" && $4 == "STOCK" {
            held += $5
            trades++
            at[$3] = trades
            left = trades <= 20 ? shares[trades] : 0
            if (far(held, left)) {
                printf "FAIL: %s: trade %d leaves %.17g shares, not %s\n", name, trades, held, left
                faults++
            }
        }
        FILENAME == "journal.csv" { spent -= $7; spent_at[$3] = spent }
        END {
            for (ts in at)
                if (at[ts] <= 20 && far(spent_at[ts], cost[at[ts]])) {
                    printf "FAIL: %s: week %d: cost %.17g, not %s\n", name, at[ts] - 1, spent_at[ts], cost[at[ts]]
                    faults++
                }
            if (rows != 22 || trades != 21) { print "FAIL: " name ": " trades " trades"; faults++ }
            if (far(spent, cost[rows])) {
                printf "FAIL: %s: final cost %.17g, not %s\n", name, spent, cost[rows]
                faults++
            }
            if (spent - published > 150 || published - spent > 150) {
                printf "FAIL: %s: final cost %.2f, published %d\n", name, spent, published
                faults++
            }
            printf "%s: cost %.2f\n", name, spent
            exit faults > 0
        }' want.txt fill.csv journal.csv || failed=$((failed + 1))
}

path "in the money" 263300 49.00 48.12 47.37 50.25 51.75 53.12 53.00 51.87 51.38 53.00 49.88 48.50 \
    49.88 50.37 52.13 51.88 52.87 54.87 54.62 55.87 57.25
path "out of the money" 256600 49.00 49.75 52.00 50.00 48.38 48.25 48.75 49.63 48.25 48.25 51.12 \
    51.50 49.88 49.88 48.75 47.50 48.00 46.25 48.13 46.63 48.12
[ $failed -eq 0 ]
