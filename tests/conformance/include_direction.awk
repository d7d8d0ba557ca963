# SPDX-License-Identifier: GPL-3.0-or-later
# Input: engine/rooms.txt, then C files by their path from the root (see include_direction.sh).
# Prints file:line of each include that the rooms forbid; ends with 1 if there is one.

BEGIN {
    n = split("assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp " \
              "signal stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn " \
              "string tgmath threads time uchar wchar wctype", names, " ")
    for (i = 1; i <= n; i++)
        standard["<" names[i] ".h>"] = 1
    bad = 0
}

function refuse(reason) {
    printf "%s:%d: %s\n", FILENAME, FNR, reason
    bad = 1
}

# The room a path under engine/ lies in, "" for a file that lies in none.
function room_of_file(path,    part) {
    return split(path, part, "/") > 2 ? part[2] : ""
}

# The room that an include such as "base/status.h" names; "" where it names none.
function room_of_include(target,    name) {
    if (target == "<rehedge/strategy.h>")
        return "strategy"
    name = substr(target, 2, length(target) - 2)
    return index(name, "/") ? substr(name, 1, index(name, "/") - 1) : ""
}

function check_plugin(target) {
    if (target != "<rehedge/strategy.h>" && !(target in standard))
        refuse(target ": a plug-in includes <rehedge/strategy.h> and C standard headers only")
}

function check_public_header(target) {
    if (!(target in standard))
        refuse(target ": the plug-in header includes C standard headers only")
}

function check_room(from, target,    to) {
    to = room_of_include(target)
    if (!(to in rank)) {
        if (target ~ /^"/)
            refuse(target ": no such room in engine/rooms.txt (write \"room/file.h\")")
        return
    }
    if (to != from && rank[to] >= rank[from])
        refuse(target ": " from " (rank " rank[from] ") may not include " to " (rank " rank[to] ")")
}

FILENAME == "engine/rooms.txt" {
    if ($0 ~ /^#/ || NF == 0)
        next
    if ($1 !~ /^[0-9]+$/ || NF < 3)
        refuse("not 'rank room purpose'")
    else if ($2 in rank)
        refuse("room " $2 " stands twice")
    else
        rank[$2] = $1 + 0
    next
}

FNR == 1 && FILENAME ~ /^engine\// {
    room = room_of_file(FILENAME)
    if (room == "")
        refuse("lies in no room")
    else if (!(room in rank))
        refuse("room " room " has no line in engine/rooms.txt")
}

/^[ \t]*#[ \t]*include/ {
    target = $0
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", target)
    if (match(target, /^("[^"]*"|<[^>]*>)/) == 0) {
        refuse("an include by macro cannot be checked")
        next
    }
    target = substr(target, 1, RLENGTH)
    if (FILENAME ~ /^strategies\//)
        check_plugin(target)
    else if (FILENAME ~ /^engine\/strategy\/rehedge\//)
        check_public_header(target)
    else if (room in rank)
        check_room(room, target)
}

END { exit bad }
