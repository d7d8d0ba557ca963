#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# help_examples.sh: the example at the head of every command's help is run, in a folder where the
# demo's market has been made; its output must begin with what the help says.
set -eu

source=${REHEDGE_SOURCE_DIR:?}
rehedge=${REHEDGE:?}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -R "$source/data" "$work/data"
mkdir "$work/results"
cd "$work"

status=0
for command in simulate check run report export list help compare import; do
    "$rehedge" "$command" --help >help.txt
    # The example: the first line without "$ rehedge ", then the lines down to the usage line.
    sed -n '1s/^\$ rehedge //p' help.txt >line.txt
    sed "1d;/^$command .*: /,\$d" help.txt | sed '$d' >expected.txt
    # shellcheck disable=SC2046 # the words of the example are words
    "$rehedge" --color never $(cat line.txt) >stdout.txt 2>stderr.txt || {
        echo "$command: its example fails:"
        cat stderr.txt
        status=1
        continue
    }
    cat stdout.txt stderr.txt | head -n "$(wc -l <expected.txt)" >actual.txt
    diff expected.txt actual.txt || {
        echo "$command: the help's example and its output differ"
        status=1
    }
done
exit $status
