#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# interrupted_run.sh: a run that is killed, interrupted or terminated leaves the old results file
# as it was, or none; signals that can be caught also leave no temporary file and their exit code;
# and the next run cleans up after a kill.
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 2
rehedge=${REHEDGE:-$here/../../build/bin/rehedge}
work=$(mktemp -d) || exit 2
child=
trap '[ -z "$child" ] || kill -KILL "$child" 2>/dev/null; rm -rf "$work"' EXIT
cd "$work" || exit 2
cp "$here"/../cli/tiny.* . || exit 2
failed=0

fail() {
    echo "FAIL: $*"
    failed=1
}

temporaries() {
    find . -name '.out.db*' | wc -l
}

# A record every millisecond makes a run of five hours of data last for minutes. It is at work
# once its temporary file has grown beyond the empty schema.
start_endless() {
    "$rehedge" run tiny.yaml --set record.every=1ms -o out.db --no-report -q >said 2>complained &
    child=$!
    tries=0
    until [ -n "$(find . -name ".out.db.tmp-$child" -size +400k)" ]; do
        tries=$((tries + 1))
        if [ $tries -gt 600 ] || ! kill -0 $child 2>/dev/null; then
            fail "the run did not come to work: $(cat complained)"
            exit 1
        fi
        sleep 0.1
    done
}

# stop SIGNAL CODE: sends the signal and checks the exit code and that nothing was printed.
stop() {
    kill -"$1" $child
    wait $child 2>/dev/null
    code=$?
    child=
    [ $code -eq "$2" ] || fail "$1: exit code $code, not $2"
    [ -s said ] && fail "$1: the summary of an unfinished run was printed"
}

finish() {
    "$rehedge" run tiny.yaml -o out.db --no-report -q >/dev/null || fail "a run after $1 fails"
    [ "$(temporaries)" -eq 0 ] || fail "$1: temporary files stay: $(ls -A)"
    "$rehedge" export out.db step >step.csv || fail "$1: the new results cannot be read"
    [ "$(wc -l <step.csv)" -eq 6 ] || fail "$1: the new results are not the run's"
}

# Without an older file.
start_endless
stop KILL 137
[ ! -e out.db ] || fail "KILL: results of an unfinished run"
[ "$(temporaries)" -gt 0 ] || fail "KILL: no temporary file was left: the test proves nothing"
finish KILL
rm out.db

start_endless
stop INT 130
[ ! -e out.db ] || fail "INT: results of an unfinished run"
[ "$(temporaries)" -eq 0 ] || fail "INT: temporary files stay: $(ls -A)"
[ "$(cat complained)" = "rehedge: interrupted" ] || fail "INT: said '$(cat complained)'"

# With one.
finish INT
cp out.db old.db
for signal in KILL INT TERM; do
    start_endless
    case $signal in
    KILL) stop KILL 137 ;;
    INT) stop INT 130 ;;
    TERM) stop TERM 143 ;;
    esac
    cmp out.db old.db || fail "$signal: the old results changed"
    [ $signal = KILL ] || [ "$(temporaries)" -eq 0 ] || fail "$signal: temporary files stay"
done
finish "KILL beside old results"

# A market that is cut off halfway has no file of a final name.
"$rehedge" simulate "$here/../../data/sample.yaml" -o market -q &
child=$!
until [ -n "$(find . -path './market/*' -size +100k 2>/dev/null)" ]; do
    kill -0 $child 2>/dev/null || break
done
if kill -TERM $child 2>/dev/null; then
    wait $child 2>/dev/null
    [ -z "$(find market -name '*.csv' ! -name '.*')" ] || fail "simulate: half a market: $(ls market)"
fi
child=
"$rehedge" simulate "$here/../../data/scenarios/small.yaml" -o market -q || fail "simulate fails"
[ -z "$(find market -name '.*.tmp-*')" ] || fail "simulate: temporary files stay: $(ls -A market)"
exit $failed
