#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# store.sh: a market store as other programs meet it. What its tables say in SQL is what the files
# said; an import that is killed, interrupted or out of disk leaves the store as it was; what was
# committed before an interrupt stays.
set -u
LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd) || exit 2
rehedge=${REHEDGE:-$here/../../build/bin/rehedge}
extension=$(dirname "$rehedge")/../lib/rehedge_store
work=$(mktemp -d) || exit 2
child=
trap '[ -z "$child" ] || kill -KILL "$child" 2>/dev/null; rm -rf "$work"' EXIT
cd "$work" || exit 2
failed=0

fail() {
    echo "FAIL: $*"
    failed=1
}

# Quotes of 50 instruments, all numbers as they are printed again.
awk 'BEGIN {
    print "ts,instrument,bid,bid_size,ask,ask_size"
    for (i = 0; i < 200000; i++) {
        x = (i * 7919) % 10007
        printf "%d,I%d,%d.5,%d,%s,%s\n", 1700000000 + int(i / 50) * 60, i % 50, 100 + x, x % 97 + 1,
               x % 3 ? 101 + x : "", x % 3 ? 7 : ""
    }
}' >quotes.csv
"$rehedge" import csv quotes.csv --store m.db -q >/dev/null || fail "import"

# As the file said, whatever the order: SQL through the program, and through the sqlite3 shell.
awk -F, 'NR > 1 { print $2 "," $1 "000000000," $3 "," $4 "," $5 "," $6 }' quotes.csv | sort >wanted
"$rehedge" export m.db quote |
    awk -F, 'NR > 1 { print $5 "," $2 "," $6 "," $7 "," $8 "," $9 }' | sort >got
cmp wanted got || fail "export differs from the file"
# A shell that wasn't built with the sanitizers cannot load what was.
if command -v sqlite3 >/dev/null && ! grep -q __asan_ "$extension".*; then
    shell() {
        sqlite3 -bail m.db ".load $extension" "$@" || fail "sqlite3: $*"
    }
    shell "SELECT instrument||','||ts_ns||','||bid||','||CAST(bid_size AS INTEGER)||','||
        ifnull(CAST(ask AS INTEGER),'')||','||ifnull(CAST(ask_size AS INTEGER),'') FROM quote" | sort >got
    cmp wanted got || fail "the extension differs from the file"
    where="instrument='I7' AND ts_ns>=1700060000000000000 AND ts_ns<1700120000000000000"
    shell "SELECT count(*), min(ts_ns), max(bid) FROM quote WHERE $where" >narrow
    shell "SELECT count(*), min(ts_ns), max(bid) FROM quote WHERE +instrument='I7' AND
        +ts_ns>=1700060000000000000 AND +ts_ns<1700120000000000000" >wide
    cmp narrow wide || fail "conditions that narrow down find other rows"
    [ "$(cut -d'|' -f1 narrow)" = 1000 ] || fail "not 1000 rows: $(cat narrow)"
    shell "SELECT count(*) FROM quote WHERE instrument='i7' COLLATE NOCASE" >got
    [ "$(cat got)" = 4000 ] || fail "another collation: $(cat got)"
    shell "SELECT count(*) FROM quote q JOIN mark m USING(instrument)" >/dev/null
fi

# A pipe that never ends: the import is at work for as long as it takes.
start_endless() {
    mkfifo pipe
    { cat quotes.csv; sleep 600; } >pipe &
    writer=$!
    "$rehedge" import csv "$@" pipe --store m.db -q >said 2>complained &
    child=$!
    sleep 1
    kill -0 $child 2>/dev/null || fail "the import did not come to work: $(cat complained)"
}

# stop SIGNAL CODE
stop() {
    kill -"$1" $child
    wait $child 2>/dev/null
    code=$?
    child=
    kill $writer 2>/dev/null
    wait $writer 2>/dev/null
    rm -f pipe
    [ $code -eq "$2" ] || fail "$1: exit code $code, not $2: $(cat complained)"
}

sum() {
    sha256sum <m.db
}

before=$(sum)
sed 's/I1/J1/' quotes.csv >other.csv
mv other.csv quotes.csv
start_endless
stop KILL 137
"$rehedge" export m.db source >/dev/null || fail "a store whose import was killed cannot be read"
[ "$(sum)" = "$before" ] || fail "a killed import has changed the store"

# What came before an interrupt stays.
printf 'ts,instrument,bid\n1,X,1\n' >small.csv
start_endless small.csv
{ sleep 1; sed 's/J1/K1/' quotes.csv; } >/dev/null
kill -INT $child
{ cat quotes.csv >pipe; } 2>/dev/null &
stop INT 130
[ "$("$rehedge" export m.db source | wc -l)" -eq 3 ] || fail "an interrupt lost what was committed"
[ "$("$rehedge" export m.db instrument | grep -c J1)" -eq 0 ] || fail "an interrupt left traces"

# No room left: the store is as it was, and says why.
before=$(sum)
room=$(($(wc -c <m.db) / 512 + 400))
(ulimit -f $room; "$rehedge" import csv quotes.csv --store m.db -q >said 2>complained)
[ $? -eq 1 ] || fail "a full disk is no failure"
grep -q 'cannot be written' complained || fail "a full disk is not told: $(cat complained)"
[ "$(sum)" = "$before" ] || fail "a full disk has changed the store"
"$rehedge" import csv quotes.csv --store m.db -q >/dev/null || fail "import after a full disk"
exit $failed
