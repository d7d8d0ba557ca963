#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# test.sh [--compiler gcc|clang] [--sanitize] [--werror]: installs what is missing, builds, and runs
# every test. The build goes to build/test (or build/test-clang-sanitize and the like), or to $BUILD.
set -eu
usage() {
    echo "usage: test.sh [--compiler gcc|clang] [--sanitize] [--werror]" >&2
    exit 2
}

compiler=
sanitizers=
werror=OFF
suffix=
while [ $# -gt 0 ]; do
    case $1 in
    --compiler)
        [ $# -ge 2 ] || usage
        compiler=$2
        suffix=$suffix-$(basename "$2")
        shift
        ;;
    --sanitize)
        sanitizers='address;undefined'
        suffix=$suffix-sanitize
        ;;
    --werror) werror=ON ;;
    *) usage ;;
    esac
    shift
done

root=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD:-$root/build/test$suffix}

if command -v apt-get >/dev/null 2>&1; then
    sh "$root/scripts/setup.sh" --test
else
    sh "$root/scripts/setup.sh" --test || echo "test.sh: going on; cmake names what is missing" >&2
fi

set -- -S "$root" -B "$build" -DBUILD_TESTING=ON -DREHEDGE_WERROR=$werror \
    "-DREHEDGE_SANITIZE=$sanitizers"
[ -z "$compiler" ] || set -- "$@" "-DCMAKE_C_COMPILER=$compiler"
if [ ! -f "$build/CMakeCache.txt" ] && command -v ninja >/dev/null 2>&1; then
    set -- "$@" -G Ninja
fi
cmake "$@"
cmake --build "$build" --parallel 2
if [ -z "$sanitizers" ]; then # not run, but they have to keep up with what they time
    cmake --build "$build" --parallel 2 --target benchmarks
fi

report=$build/tests.xml
rm -f "$report"
status=0
(cd "$build" && ctest --output-on-failure --no-tests=error -j 2 --output-junit "$report") || status=$?

# The counts are attributes of the report's first element.
count() {
    sed -n "s/^[[:space:]]*\(<testsuite .*[[:space:]]\)\{0,1\}$1=\"\([0-9]*\)\".*/\2/p;/<testcase/q" \
        "$report" | head -n 1
}
[ -f "$report" ] || exit 1
failed=$(count failures)
skipped=$(count skipped)
echo "$(($(count tests) - failed - skipped)) passed, $failed failed, $skipped skipped"
exit $status
