#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# demo.sh: installs what is missing, builds, makes the sample market, runs data/demo.yaml on it and
# says where the charts are. The build goes to build/demo, or to $BUILD; everything else to results/.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD:-$root/build/demo}

sh "$root/scripts/setup.sh"

set -- -S "$root" -B "$build" -DBUILD_TESTING=OFF
if [ ! -f "$build/CMakeCache.txt" ] && command -v ninja >/dev/null 2>&1; then
    set -- "$@" -G Ninja
fi
mkdir -p "$build"
log=$build/demo.log
if ! { cmake "$@" && cmake --build "$build" --parallel 2; } >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    echo "demo.sh: the build failed; all of its output is in $log" >&2
    exit 1
fi
echo "built   $build/bin/rehedge"

cd "$root"
"$build/bin/rehedge" simulate data/sample.yaml -o results/sample
echo
"$build/bin/rehedge" run data/demo.yaml -o results/demo.db
