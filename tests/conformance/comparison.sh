#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# comparison.sh: a lane in a comparison has the digits that it has alone; neither the number of
# threads nor the order of the axes changes a byte; lanes that become equal are merged; axes over the data
# are several passes; wrong axes are refused by name.
set -eu

rehedge=${REHEDGE:?}
source=${REHEDGE_SOURCE_DIR:?}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$rehedge" -q simulate "$source/data/scenarios/small.yaml" -o market
name=$(sed -n 's/^[^,]*,\([^,]*-C\),.*/\1/p' market/options.csv | sort | uniq -c | sort -rn |
    sed -n '1s/^ *[0-9]* //p')
cat >base.yaml <<EOF
data:
  - {format: csv, path: market/perp.csv}
  - {format: csv, path: market/options.csv}
venue: deribit
funding: discrete
book: [{instrument: $name, quantity: -10}]
hedge: {instrument: BTC-PERPETUAL}
strategy: {name: interval, every: 1h}
record: {every: 10m}
EOF

fail() {
    echo "comparison.sh: $*"
    exit 1
}
views() {
    for view in metric error step fill journal attribution comparison difference; do
        "$rehedge" export "$1" "$view"
    done
}
axes="-P strategy.name=interval,band,static -P strategy.every=30m,2h -P strategy.width=0.01:0.05:0.02"

# Threads, and the order in which the axes are given.
for threads in 1 2 7; do
    # shellcheck disable=SC2086
    "$rehedge" -q compare base.yaml $axes -j $threads -o "j$threads.db" --no-report >"j$threads.txt"
    views "j$threads.db" >"j$threads.views"
    cmp j1.views "j$threads.views" || fail "$threads threads change the results"
    cmp j1.txt "j$threads.txt" || fail "$threads threads change the table"
done
"$rehedge" -q compare base.yaml -P strategy.width=0.01:0.05:0.02 -P strategy.every=30m,2h \
    -P strategy.name=interval,band,static -j 2 -o order.db --no-report >/dev/null
views order.db | cmp j1.views - || fail "the order of the axes changes the results"

# interval x 2, band x 3, static x 1: the others are equal to one of these.
lanes=$("$rehedge" export j1.db run | wc -l)
[ "$lanes" -eq 7 ] || fail "6 lanes were expected, there are $((lanes - 1))"

# Each lane alone.
alone() { # LABEL STRATEGY
    "$rehedge" -q run base.yaml --set "strategy=$2" -o alone.db --no-report >/dev/null
    run=$("$rehedge" export j1.db run | awk -F, -v label="$1" '$2 == label { print $1 }')
    [ -n "$run" ] || fail "no lane '$1'"
    "$rehedge" export j1.db metric | sed -n "s/^$run,\([^,]*,[^,]*\),.*/\1/p" >together.txt
    "$rehedge" export alone.db metric | sed -n 's/^1,\([^,]*,[^,]*\),.*/\1/p' >alone.txt
    cmp alone.txt together.txt || fail "'$1' differs from itself run alone"
}
alone 'interval every=30m' '{name: interval, every: 30m}'
alone 'band width=0.03' '{name: band, width: 0.03}'
alone 'static' 'static'

# A lane that makes its own instants (latency, odd intervals) doesn't show in its neighbour.
"$rehedge" -q compare base.yaml -P strategy.name=band,interval -P strategy.every=7s \
    -P strategy.width=0.02 --set execution.latency=150ms -o crowd.db --no-report >/dev/null
"$rehedge" -q run base.yaml --set 'strategy={name: band, width: 0.02}' \
    --set execution.latency=150ms -o alone.db --no-report >/dev/null
"$rehedge" export crowd.db metric | sed -n 's/^1,\([^,]*,[^,]*\),.*/\1/p' >crowd.txt
"$rehedge" export alone.db metric | sed -n 's/^1,\([^,]*,[^,]*\),.*/\1/p' | cmp crowd.txt - ||
    fail "a neighbour's timers show in a lane"

# Two hedges: neither lane hears of the other's, and business time runs by each one's own price.
sed 's/strategy: .*/strategy: {name: business-time, move: 0.01}/' base.yaml >hedges.yaml
"$rehedge" -q compare hedges.yaml -P hedge.instrument=BTC-PERPETUAL,BTC_USDC-PERPETUAL -j 1 \
    -o hedges.db --no-report >/dev/null
id=0
for hedge in BTC-PERPETUAL BTC_USDC-PERPETUAL; do
    id=$((id + 1))
    "$rehedge" -q run hedges.yaml --set "hedge.instrument=$hedge" -o alone.db --no-report >/dev/null
    "$rehedge" export hedges.db metric | sed -n "s/^$id,\([^,]*,[^,]*\),.*/\1/p" >together.txt
    "$rehedge" export alone.db metric | sed -n 's/^1,\([^,]*,[^,]*\),.*/\1/p' | cmp together.txt - ||
        fail "hedged with $hedge a lane differs from itself run alone"
done

# Named sets, and an axis over each of them.
cat base.yaml - >sets.yaml <<'EOF'
compare:
  - {label: hourly, strategy: {name: interval, every: 1h}}
  - {label: "tight band", strategy: {name: band, width: 0.01}, costs: {taker: 0.001}}
EOF
"$rehedge" -q compare sets.yaml -P numeraire=usd,coin -o sets.db --no-report >/dev/null
"$rehedge" export sets.db run | cut -d, -f2 >labels.txt
printf 'label\nhourly numeraire=coin\n' | sed 2d >expected.txt
printf '%s\n' 'hourly numeraire=usd' 'hourly numeraire=coin' 'tight band numeraire=usd' \
    'tight band numeraire=coin' >>expected.txt
diff expected.txt labels.txt || fail "the labels of named sets"

# Axes that change the tape are several passes, and said to be.
"$rehedge" compare base.yaml -P venue=none,deribit -o venues.db --no-report >/dev/null 2>warning.txt
grep -q 'passed over 2 times' warning.txt || fail "two passes were not announced"

# Wrong axes.
refused() { # MESSAGE ARGUMENTS...
    message=$1
    shift
    code=0
    "$rehedge" compare base.yaml "$@" -o no.db --no-report >stdout.txt 2>stderr.txt || code=$?
    [ $code -eq 2 ] || fail "$*: exit code $code"
    grep -qF -- "$message" stderr.txt || {
        cat stderr.txt
        fail "$*: another message"
    }
    [ ! -e no.db ] || fail "$*: left a file"
}
refused "-P strategy.widht: no such key" -P strategy.widht=1
refused "-P strategy.width: given twice" -P strategy.width=0.1 -P strategy.width=0.2
refused "a range is from:to:step" -P strategy.width=1:0:0.1
refused "must be key=value" -P strategy.width
refused "no lane is labelled 'nobody'" -P strategy.every=1h,2h --reference nobody
refused "--threads takes a number from 1 to 64" -j 0
