#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# repeatable.sh: the same inputs give the same `export` of every view, byte for byte, but for
# `started`, `elapsed_s` and paths: run again, from another folder, with the data compressed, with
# Windows line ends (the digest of the data then differs too), in another time zone and locale; and,
# with REHEDGE_TEST_COMPILERS=1, by programs that other compilers and optimisations made.
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 2
source=$(cd "$here/../.." && pwd) || exit 2
rehedge=${REHEDGE:-$source/build/bin/rehedge}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
failed=0

fail() {
    echo "FAIL: $*"
    failed=1
}

mkdir market
"$rehedge" simulate "$source/data/scenarios/small.yaml" -o market -q || exit 1
cat >experiment.yaml <<'END'
title: Two days, both clocks, costs and funding
data:
  - {format: csv, path: market/spot.csv}
  - {format: csv, path: market/perp.csv}
  - {format: csv, path: market/options.csv}
venue: deribit
capital: {BTC: 1, USD: 1000}
rate: 0.04
book:
  - {instrument: BTC-2JAN24-42000-C, quantity: -10}
  - {instrument: BTC-26JAN24-42000-P, quantity: 5, open: 2024-01-01T06:00Z, close: 2024-01-02T20:00Z}
instruments:
  - {name: BTC-SPOT, kind: spot, underlying: BTC}
hedge: {instrument: BTC-PERPETUAL}
strategy: {name: band, width: 0.02}
execution: {latency: 100ms}
record: {every: 15m}
END

# export_all DB INTO: every view; of `run`, what may differ is taken out.
export_all() {
    mkdir "$2"
    for view in step fill journal attribution metric comparison; do
        "$rehedge" export "$1" $view >"$2/$view" || fail "export $1 $view"
    done
    "$rehedge" export "$1" run --jsonl | sed 's/"started":"[^"]*"//; s/"elapsed_s":[0-9.e-]*//
        s/\\"path\\":\\"[^"]*\\"//g' >"$2/run"
}

same() {
    diff -r first "$1" >difference || {
        fail "$1: exports differ"
        head -n 20 difference | cut -c 1-400
    }
}

# try NAME EXPERIMENT [SETTING...]: a run whose exports must be those of the first.
try() {
    name=$1
    shift
    "$rehedge" run "$@" -o "$name.db" --no-report -q >"$name.txt" || fail "$name: run exits $?"
    export_all "$name.db" "$name"
    [ "$name" = first ] || same "$name"
}

try first experiment.yaml
[ "$(wc -l <first/step)" -gt 150 ] || fail "there are few steps"
[ "$(wc -l <first/fill)" -gt 20 ] || fail "there are few fills"

try again experiment.yaml

mkdir elsewhere
cp -R market elsewhere/market
cp experiment.yaml elsewhere/other.yaml
try away elsewhere/other.yaml

mkdir packed
for file in spot perp options; do
    gzip -c market/$file.csv >packed/$file.csv.gz
done
try packed.out experiment.yaml --set data.0.path=packed/spot.csv.gz \
    --set data.1.path=packed/perp.csv.gz --set data.2.path=packed/options.csv.gz

(
    TZ=America/New_York LC_ALL=de_DE.UTF-8 LANG=de_DE.UTF-8
    export TZ LC_ALL LANG
    try abroad experiment.yaml
    exit $failed
) || failed=1

# Bytes that mean the same: only the digest of the data may differ.
mkdir windows
for file in spot perp options; do
    awk '{ printf "%s\r\n", $0 }' market/$file.csv >windows/$file.csv
done
"$rehedge" run experiment.yaml --set data.0.path=windows/spot.csv --set data.1.path=windows/perp.csv \
    --set data.2.path=windows/options.csv -o windows.db --no-report -q >/dev/null || fail "windows"
export_all windows.db windows.out
for part in first windows.out; do
    sed 's/"data_sha256":"[0-9a-f]*"//' $part/run >$part.run
done
cmp first.run windows.out.run || fail "windows: run differs"
cp first/run windows.out/run
same windows.out

# built NAME COMPILER FLAGS: a program of its own.
built() {
    if ! { cmake -S "$source" -B "$1.build" -DBUILD_TESTING=OFF -DCMAKE_C_COMPILER="$2" \
        -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS="$3" &&
        cmake --build "$1.build" --target rehedge -j2; } >build.log 2>&1; then
        tail -n 20 build.log
        fail "$1 does not build"
        return
    fi
    ours=$rehedge
    rehedge=$work/$1.build/bin/rehedge
    try "$1" experiment.yaml
    rehedge=$ours
}

if [ "${REHEDGE_TEST_COMPILERS-}" = 1 ]; then
    for compiler in gcc clang; do
        if command -v $compiler >/dev/null; then
            built $compiler-plain $compiler -O0
            built $compiler-fast $compiler "-O3 -march=native"
        else
            echo "skipped: no $compiler"
        fi
    done
else
    echo "skipped: other compilers (REHEDGE_TEST_COMPILERS=1 builds with them)"
fi
exit $failed
