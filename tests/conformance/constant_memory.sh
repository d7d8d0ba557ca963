#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# constant_memory.sh: a replay takes no more memory the longer its data are: 90 MB of rows, whose
# events alone would be 96 MB, go through 80 MB of address space, packed or plain, in one file or in
# several, in order or not. That the limit is felt is shown by as many rows of one instant, which
# has to be held whole.
set -eu

rehedge=${REHEDGE:?}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

limit=80000 # KiB
if ! (ulimit -v $limit && "$rehedge" --version) >/dev/null 2>&1; then
    echo "skipped: the program doesn't start in $limit KiB of address space (a sanitizer's build?)"
    exit 77
fi

# rows FROM TO STEP: quotes, STEP milliseconds apart.
rows() {
    awk -v from="$1" -v to="$2" -v step="$3" 'BEGIN {
        print "ts,instrument,bid,bid_size,ask,ask_size"
        for (i = from; i < to; i++)
            printf "%.0f,BTC-PERPETUAL,%d.5,%d,%d,%d\n", 1704067200000 + step * i,
                42000 + i % 7, 1000 + i % 9, 42001 + i % 7, 1000 + i % 8
    }'
}
cat >long.yaml <<EOF
data: [{format: csv, path: one.csv.gz}]
venue: deribit
book: [{instrument: BTC-PERPETUAL, quantity: 100}]
hedge: {instrument: BTC-PERPETUAL}
strategy: {name: interval, every: 1h}
EOF

fail() {
    echo "constant_memory.sh: $*"
    exit 1
}
within() { # COMMAND...: in the limit
    (ulimit -v $limit && exec "$rehedge" "$@" >out.txt 2>&1)
}
n=1500000
rows 0 $n 1 | gzip -1 >one.csv.gz
mkdir days
rows 0 600000 1 | gzip -1 >days/1.csv.gz
rows 600000 $n 1 >days/2.csv

within check long.yaml || fail "check: $(cat out.txt)"
grep -q " $n " out.txt || fail "not all rows were read: $(cat out.txt)"
within -q run long.yaml --no-report -o out.db || fail "run: $(cat out.txt)"
within check long.yaml --set 'data.0.path="days/*"' || fail "a series: $(cat out.txt)"
within check long.yaml --set 'data.0.disorder=5s' || fail "disorder: $(cat out.txt)"

rows 0 $n 0 | gzip -1 >one.csv.gz
if within check long.yaml; then
    fail "the limit isn't felt"
fi
grep -q memory out.txt || fail "another failure than that of memory: $(cat out.txt)"
