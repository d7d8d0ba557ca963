#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# run.sh [--accept] [CASE_DIR...]: runs command-line cases and compares stdout, stderr and exit
# code exactly; without a folder, all of them. --accept rewrites the expectations instead.
# REHEDGE names the program (default: the one in build/). See README.md here.
set -u
LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd -P) || exit 2
SOURCE=$(cd "$here/../.." && pwd -P) || exit 2

program=${REHEDGE:-$SOURCE/build/bin/rehedge}
plugins=${REHEDGE_PLUGINS:-$(dirname "$program")/../plugins}
if [ ! -x "$program" ]; then
    echo "no program at $program: build it, or set REHEDGE to its path" >&2
    exit 2
fi
BIN=$(cd "$(dirname "$program")" && pwd -P)
PLUGINS=$(cd "$plugins" 2>/dev/null && pwd -P)
VERSION=${REHEDGE_VERSION:-$(sed -n 's/^project(rehedge VERSION \([0-9.]*\).*/\1/p' \
    "$SOURCE/CMakeLists.txt")}

top=$(mktemp -d) || exit 2
trap 'rm -rf "$top"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
top=$(cd "$top" && pwd -P)
CASE=$top/case
export SOURCE PLUGINS VERSION CASE

# Runs the case in a fresh copy of its folder, without what it expects; nothing of the caller's
# environment reaches it but the sanitizers' options.
run_command() {
    rm -rf "$CASE" "${top:?}/home"
    mkdir -p "$top/home" "$top/tmp"
    cp -R "$1" "$CASE" || exit 2
    (cd "$CASE" && rm -f cmd stdout stderr exit filter.sed)
    (cd "$CASE" && exec env -i PATH="$BIN:$PATH" HOME="$top/home" TMPDIR="$top/tmp" \
        LC_ALL=C TZ=UTC TERM=dumb CASE="$CASE" SOURCE="$SOURCE" PLUGINS="$PLUGINS" \
        ASAN_OPTIONS="${ASAN_OPTIONS-}" UBSAN_OPTIONS="${UBSAN_OPTIONS-}" \
        sh "$1/cmd" <"/dev/null" >"$top/raw.stdout" 2>"$top/raw.stderr")
    echo $? >"$top/exit"
}

# normalise STREAM FILTER: puts $CASE, $PLUGINS, $SOURCE and $VERSION for the text that they stand
# for, then applies the case's own filter; a missing last newline becomes visible.
normalise() {
    awk '
        function put(line, text, name,    out, at, before, after) {
            out = ""
            while (text != "" && (at = index(line, text)) > 0) {
                before = at > 1 ? substr(line, at - 1, 1) : ""
                after = substr(line, at + length(text), 1)
                if (name == "$VERSION" && (before ~ /[0-9.]/ || after ~ /[0-9]/))
                    out = out substr(line, 1, at + length(text) - 1)
                else
                    out = out substr(line, 1, at - 1) name
                line = substr(line, at + length(text))
            }
            return out line
        }
        {
            $0 = put($0, ENVIRON["CASE"], "$CASE")
            $0 = put($0, ENVIRON["PLUGINS"], "$PLUGINS")
            $0 = put($0, ENVIRON["SOURCE"], "$SOURCE")
            print put($0, ENVIRON["VERSION"], "$VERSION")
        }' "$top/raw.$1" >"$top/named"
    if [ -s "$top/raw.$1" ] && [ -n "$(tail -c 1 "$top/raw.$1")" ]; then
        echo '\ No newline at the end' >>"$top/named"
    fi
    if [ -f "$2" ]; then
        sed -f "$2" "$top/named" >"$top/$1" || exit 2
    else
        cp "$top/named" "$top/$1"
    fi
}

# An expectation that isn't written is empty output, or exit code 0.
expectation() {
    if [ -f "$1/$2" ]; then
        cat "$1/$2"
    elif [ "$2" = exit ]; then
        echo 0
    fi
}

compare() {
    differs=0
    for what in exit stdout stderr; do
        expectation "$1" $what >"$top/expected"
        diff -u -L "expected $what" -L "got $what" "$top/expected" "$top/$what" || differs=1
    done
    return $differs
}

accept() {
    for what in exit stdout stderr; do
        rm -f "$1/$what"
        expectation "$1" $what | cmp -s - "$top/$what" || cp "$top/$what" "$1/$what"
    done
}

accepting=no
if [ "${1-}" = --accept ]; then
    accepting=yes
    shift
fi
[ $# -gt 0 ] || set -- "$here"/*/

passed=0
failed=0
for case in "$@"; do
    case=$(cd "$case" && pwd -P) || exit 2
    if [ ! -f "$case/cmd" ]; then
        echo "$case: no file cmd in it" >&2
        failed=$((failed + 1))
        continue
    fi
    run_command "$case"
    normalise stdout "$case/filter.sed"
    normalise stderr "$case/filter.sed"
    if [ $accepting = yes ]; then
        accept "$case"
        passed=$((passed + 1))
    elif compare "$case"; then
        passed=$((passed + 1))
    else
        echo "FAIL: $(basename "$case")   (if this is right: tests/cli/run.sh --accept $case)"
        failed=$((failed + 1))
    fi
done
[ $accepting = yes ] && echo "$passed accepted: read the diff before you commit it"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
