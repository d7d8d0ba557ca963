#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Shows that include_direction.sh can fail: each wrong include, put alone into a sound little tree,
# has to be refused at its file and line; the sound tree has to pass.
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 1
tree=$(mktemp -d) || exit 1
trap 'rm -rf "$tree"' EXIT
failed=0

sound_tree() {
    rm -rf "${tree:?}"/*
    mkdir -p "$tree/engine/base" "$tree/engine/feed" "$tree/engine/pricing" \
        "$tree/engine/strategy/rehedge" "$tree/engine/cli" "$tree/strategies/ratios"
    printf '%s\n' '# rank room purpose' '0 base ground' '2 feed rows' '2 pricing options' \
        '4 strategy rules' '9 cli commands' >"$tree/engine/rooms.txt"
    printf '#include <stdint.h>\n' >"$tree/engine/strategy/rehedge/strategy.h"
    printf '#include "base/a.h"\n\n#include <stdio.h>\n' >"$tree/engine/base/a.c"
    printf '#include "feed/b.h"\n#include "base/a.h" /* x */\n#include <sys/stat.h>\n' \
        >"$tree/engine/feed/b.c"
    printf '#include <rehedge/strategy.h>\n#  include "feed/b.h"\n' >"$tree/engine/cli/c.c"
    printf '#include <rehedge/strategy.h>\n\n#include <math.h>\n' >"$tree/strategies/d.c"
    cp "$tree/strategies/d.c" "$tree/strategies/ratios/e.c"
}

fail() {
    echo "FAIL: $1"
    failed=1
}

# refused FILE TEXT PLACE: TEXT appended to FILE must be refused with a line that starts with PLACE.
refused() {
    mkdir -p "$(dirname "$tree/$1")"
    printf '%s\n' "$2" >>"$tree/$1"
    if output=$(sh "$here/include_direction.sh" "$tree" 2>&1); then
        fail "accepted '$2' in $1"
    elif ! printf '%s\n' "$output" | grep -q "^$3"; then
        fail "'$2' in $1: expected '$3', got: $output"
    fi
    sound_tree
}

sound_tree
sh "$here/include_direction.sh" "$tree" || fail "refused the sound tree"

refused engine/base/a.c '#include "feed/b.h"' 'engine/base/a.c:4: '
refused engine/base/a.c '# include <feed/b.h>' 'engine/base/a.c:4: '
refused engine/feed/b.c '#include "pricing/p.h"' 'engine/feed/b.c:4: '
refused engine/feed/b.c '#include <rehedge/strategy.h>' 'engine/feed/b.c:4: '
refused engine/cli/c.c '#include "nowhere/x.h"' 'engine/cli/c.c:3: '
refused engine/cli/c.c '#include "c.h"' 'engine/cli/c.c:3: '
refused engine/cli/c.c '#include HEADER' 'engine/cli/c.c:3: '
refused engine/cli/sub/deep.h '#include "../base/a.h"' 'engine/cli/sub/deep.h:1: '
refused engine/attic/x.c 'int x;' 'engine/attic: has no line'
refused engine/loose.c 'int x;' 'engine/loose.c:1: '
refused engine/rooms.txt '3 base again' 'engine/rooms.txt:7: '
refused engine/rooms.txt 'x replay order' 'engine/rooms.txt:7: '
refused engine/strategy/rehedge/strategy.h '#include "base/a.h"' \
    'engine/strategy/rehedge/strategy.h:2: '
refused strategies/d.c '#include "base/a.h"' 'strategies/d.c:4: '
refused strategies/d.c '#include <unistd.h>' 'strategies/d.c:4: '
refused strategies/ratios/e.c '#include "d.h"' 'strategies/ratios/e.c:4: '

[ $failed -eq 0 ] && echo "every wrong include was refused"
exit $failed
