#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# include_direction.sh [ROOT]: the rooms under engine/ know only what lies below them
# (engine/rooms.txt), plug-ins know only their header, and the plug-in header stands alone.
set -u
LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd) || exit 1
cd "${1:-$here/../..}" || exit 1

status=0
for folder in engine/*/; do
    room=$(basename "$folder")
    if ! awk -v room="$room" '!/^#/ && $2 == room { found = 1 } END { exit !found }' \
        engine/rooms.txt; then
        echo "engine/$room: has no line in engine/rooms.txt"
        status=1
    fi
done

files=$(mktemp) || exit 1
trap 'rm -f "$files"' EXIT
find engine strategies -name '*.[ch]' -type f | sort >"$files"
if [ ! -s "$files" ]; then
    echo "no C file under engine/ and strategies/"
    exit 1
fi
# File names here have no blanks: they are names of rooms and subjects.
xargs awk -f "$here/include_direction.awk" engine/rooms.txt <"$files" || status=1
[ $status -eq 0 ] && echo "$(grep -c . "$files") files, all includes point down"
exit $status
