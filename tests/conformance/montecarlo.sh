#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# montecarlo.sh: a path that is made in memory runs to the bytes of its files; neither the number of
# threads nor where the paths begin changes a digit of a path; the views say what the table says.
set -eu

rehedge=${REHEDGE:?}
source=${REHEDGE_SOURCE_DIR:?}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
    echo "montecarlo.sh: $*"
    exit 1
}
views() {
    for view in "$@"; do
        "$rehedge" export one.db "$view" >"one.$view"
        "$rehedge" export two.db "$view" >"two.$view"
        cmp "one.$view" "two.$view" || fail "$what: view $view"
        [ "$(wc -l <"one.$view")" -gt 1 ] || fail "$what: view $view is empty"
    done
}

# ---- a path as files and in memory: no rounding is lost in the text of the files.
cat >rest.yaml <<EOF
venue: deribit
funding: discrete
instruments:
  - {name: BTC-SPOT, kind: spot, underlying: BTC}
book:
  - {instrument: BTC-5JAN24-42000-C, quantity: -10}
  - {instrument: BTC-2JAN24-42000-P, quantity: 4}
hedge: {instrument: BTC-PERPETUAL}
strategy: {name: band, width: 0.2}
execution: {latency: 100ms}
record: {every: 1h}
EOF
{
    echo "data: [{scenario: $source/data/scenarios/small.yaml}]"
    cat rest.yaml
} >memory.yaml
"$rehedge" -q simulate "$source/data/scenarios/small.yaml" --paths 3 -o paths
"$rehedge" -q simulate "$source/data/scenarios/small.yaml" -o paths/path-0
for path in 0 1 3; do
    {
        echo "data:"
        for file in spot perp options; do
            echo "  - {format: csv, path: paths/path-$path/$file.csv}"
        done
        cat rest.yaml
    } >files.yaml
    "$rehedge" -q run files.yaml --no-report -o one.db >/dev/null
    "$rehedge" -q run memory.yaml --set first_path=$path --no-report -o two.db >/dev/null
    what="path $path"
    views step fill journal attribution metric
    mv one.step "step-$path"
done
cmp -s step-0 step-1 && fail "paths 0 and 1 are the same"

# ---- many paths.
experiment=$source/data/montecarlo.yaml
"$rehedge" -q compare "$experiment" --paths 40 -j 1 --no-report -o one.db >one.txt
for threads in 2 7; do
    "$rehedge" -q compare "$experiment" --paths 40 -j $threads --no-report -o two.db >two.txt
    what="$threads threads"
    views metric path distribution difference comparison error step fill
    cmp one.txt two.txt || fail "$threads threads change the table"
done
grep -q "over 40 simulated paths" one.txt || fail "the table doesn't say how many paths"
[ "$(wc -l <one.path)" -eq 281 ] || fail "7 lanes and 40 paths make 280 rows"

# Paths 21 to 40 are the same beside others.
"$rehedge" -q compare "$experiment" --paths 20 --set first_path=21 --no-report -o two.db >/dev/null
"$rehedge" export two.db path | sed 1d >late
awk -F, 'NR > 1 && $2 > 20' one.path | cmp - late || fail "paths 21 to 40 depend on others"

# What the views say of the first lane, computed from its paths.
awk -F, 'NR == FNR { if (FNR > 1 && $1 == 1) { n++; pnl += $3; error[n] = $5; mean += $5 } next }
    $1 == 1 && $2 == "pnl_usd" { told_pnl = $3 }
    $1 == 1 && $2 == "hedge_error_std" { told_std = $3 }
    END {
        mean /= n
        for (i = 1; i <= n; i++)
            squares += (error[i] - mean) ^ 2
        std = sqrt(squares / (n - 1))
        exit !(n == 40 && (pnl / n - told_pnl) ^ 2 < 1e-18 && (std - told_std) ^ 2 < 1e-18)
    }' one.path one.metric || fail "the metrics are not those of the paths"

# One path is a history like others.
"$rehedge" -q compare "$experiment" --paths 1 --no-report -o two.db >two.txt
grep -q "One path is one observation" two.txt || fail "one path is one observation"

# ---- refusals.
refused() { # WHAT COMMAND...
    wanted=$1
    shift
    if "$rehedge" "$@" >/dev/null 2>refusal; then
        fail "$* was not refused"
    fi
    grep -q "$wanted" refusal || fail "$*: $(cat refusal)"
}
refused "run replays one path" run "$experiment"
refused "out of range" compare "$experiment" --paths 0
refused "not a whole number" compare "$experiment" --paths 2.5
refused "takes a number from 1" simulate "$source/data/scenarios/small.yaml" --paths 0 -o no
