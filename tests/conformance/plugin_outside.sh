#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# plugin_outside.sh: a rule and a ratio model written outside the tree, as a user would: against
# the installed header found with pkg-config, with the C standard library only, and run by the installed
# program with --plugin: the commands of the README and the installed templates, and others. Then
# plug-ins that are wrong in one way each, and what is said of them.
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 2
source=$(cd "$here/../.." && pwd) || exit 2
build=${REHEDGE_BUILD:-$(dirname "$(dirname "${REHEDGE:-$source/build/bin/rehedge}")")}
compiler=${CC:-cc}
for tool in cmake pkg-config "$compiler"; do
    command -v "$tool" >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
failed=0

fail() {
    echo "FAIL: $*"
    failed=1
}

cmake --install "$build" --prefix "$work/prefix" >install.log 2>&1 || {
    cat install.log
    exit 1
}
rehedge=$work/prefix/bin/rehedge
pc=$(find prefix -name rehedge.pc)
PKG_CONFIG_PATH=$work/$(dirname "$pc")
export PKG_CONFIG_PATH
cflags=$(pkg-config --cflags rehedge) || exit 1
cp "$here"/../cli/tiny.* .

# The header must be clean under strict flags.
compile() {
    # shellcheck disable=SC2086
    "$compiler" -std=c11 -Wall -Wextra -Wpedantic -Werror -shared -fPIC $cflags "$1.c" -o "$1.so" ||
        { fail "$1.c does not compile"; exit 1; }
}

# A rule with a parameter and a state: trades to neutral when the hedge's price has moved by `move`
# USD since its last trade.
cat >moved.c <<'END'
#include <rehedge/strategy.h>

enum { MOVE };
static const rh_param params[] = {
    [MOVE] = {.name = "move", .type = RH_PARAM_NUMBER, .unit = "USD", .initial = "150",
              .min = 1, .max = 1e6, .summary = "distance between trades"},
};

typedef struct {
    double move, last;
} moved_state;

static int start(void *state, const rh_value *values, const rh_host *host) {
    moved_state *s = state;
    s->move = values[MOVE].number;
    if (s->move == 13) {
        host->complain(host->self, "13 brings bad luck");
        return -1;
    }
    return 0;
}

static int decide(const void *state, const rh_view *view, double *target, rh_wake *wake) {
    const moved_state *s = state;
    const rh_hedge *hedge = rh_hedge_at(view, 0);
    const double off = hedge->price > s->last ? hedge->price - s->last : s->last - hedge->price;
    wake->signal = RH_SIGNAL_PRICE;
    wake->anchor = s->last;
    wake->width = s->move;
    if (!(off > s->move) && !(view->woke & RH_WOKE_BOOK))
        return RH_HOLD;
    wake->anchor = hedge->price;
    target[0] = hedge->neutral;
    return RH_TRADE;
}

static void accepted(void *state, const rh_view *view) {
    moved_state *s = state;
    s->last = rh_hedge_at(view, 0)->price;
}

REHEDGE_STRATEGY(moved) = {
    .abi = REHEDGE_ABI, .size = sizeof(rh_strategy),
    .name = "moved", .summary = "trade when the price has moved by so much",
    .params = params, .n_params = 1, .state_size = sizeof(moved_state),
    .start = start, .decide = decide, .accepted = accepted,
};
END
cat >half.c <<'END'
#include <rehedge/strategy.h>

static double delta(const void *state, const rh_option_view *option) {
    (void)state;
    return option->delta / 2;
}

REHEDGE_RATIO(half) = {
    .abi = REHEDGE_ABI, .size = sizeof(rh_ratio),
    .name = "half", .summary = "half of Black's delta", .delta = delta,
};
END
compile moved
compile half

# trades DB: how many hedge fills, and what was held after the first.
trades() {
    "$rehedge" export "$1" fill | awk -F, '$12 == "hedge" { if (!n++) first = $5 } END { print n + 0, first }'
}

# The price of the tiny market is 41990.5, 42190.25, 42311, 42080.25 and 42250.25.
for expected in "150 2" "100 4" "250 2" "1000 1"; do
    move=${expected% *}
    "$rehedge" run tiny.yaml --plugin ./moved.so --set "strategy={name: moved, move: $move}" -o out.db \
        --no-report -q >/dev/null || fail "moved $move does not run"
    got=$(trades out.db)
    [ "${got% *}" = "${expected#* }" ] || fail "moved $move: ${got% *} trades, not ${expected#* }"
done
"$rehedge" run tiny.yaml --plugin ./moved.so --set strategy=moved -o out.db --no-report -q >/dev/null ||
    fail "the default of a parameter is not taken"
"$rehedge" --plugin moved.so list strategies >list.txt || fail "a plug-in in this folder"
grep -q '^moved  *trade when the price has moved by so much$' list.txt || fail "moved is not listed"

"$rehedge" run tiny.yaml -s capital='{BTC: 0}' -o whole.db --no-report -q >/dev/null || fail "black"
"$rehedge" run tiny.yaml --plugin ./half.so --plugin ./moved.so -s hedge.ratio=half -s hedge.collateral=ignore \
    -o half.db --no-report -q >/dev/null || fail "half does not run"
"$rehedge" run tiny.yaml -s hedge.collateral=ignore -o whole.db --no-report -q >/dev/null || fail "black"
whole=$(trades whole.db)
half=$(trades half.db)
awk -v whole="${whole#* }" -v half="${half#* }" 'BEGIN { exit !(half > 0 && half * 2 - whole <= 10 && whole - half * 2 <= 10) }' ||
    fail "half of ${whole#* } is ${half#* }"

# The templates as they are installed: no warning, and they do what they say.
template=$(pkg-config --variable=templatedir rehedge)
for name in my-rule my-ratio; do
    cp "$template/$name.c" . || fail "$name.c is not installed"
    compile $name
done
"$rehedge" run tiny.yaml --plugin ./my-ratio.so -s 'hedge.ratio={name: my-ratio, slope: 0}' -s hedge.collateral=ignore \
    -o template.db --no-report -q >/dev/null || fail "my-ratio does not run"
[ "$(trades template.db)" = "$whole" ] || fail "my-ratio: $(trades template.db), not $whole as black"
"$rehedge" run tiny.yaml --plugin ./my-ratio.so -s 'hedge.ratio={name: my-ratio, slope: 1}' -s hedge.collateral=ignore \
    -o template.db --no-report -q >/dev/null || fail "my-ratio does not run"
[ "$(trades template.db)" != "$whole" ] || fail "my-ratio: the slope changes nothing"

# As a child of a composed rule.
"$rehedge" run tiny.yaml --plugin ./moved.so -s 'strategy={name: any, of: [none, {name: moved, move: 100}]}' \
    -o child.db --no-report -q >/dev/null || fail "a loaded rule as a child"
got=$(trades child.db)
[ "${got% *}" = 4 ] || fail "a loaded rule as a child: ${got% *} trades, not 4"

# The commands of the README, letter by letter, where a reader would stand.
mkdir -p reader/data reader/results reader/build
cp tiny.yaml reader/data/demo.yaml
cp tiny.csv reader/data
ln -s "$build/tests" reader/build/tests
sed -n '/^### A rule of your own/,/^##* [^A]/p' "$source/README.md" | sed -n '/^```sh/,/^```/{/^```/!p;}' >reader/commands
lines=$(wc -l <reader/commands)
[ "$lines" -ge 7 ] || fail "$lines lines of commands in the README"
(cd reader && PATH=$work/prefix/bin:$PATH sh -eu commands >said 2>&1) || {
    cat reader/said
    fail "the commands of the README"
}
got=$("$rehedge" export reader/results/mine-compare.db run | grep -c ',ok,')
[ "$got" -eq 8 ] || fail "the README's comparison has $got lanes, not 8"

# refused CODE SENTENCE ARGUMENT...: the program ends with that code and sentence.
refused() {
    code=$1
    sentence=$2
    shift 2
    "$rehedge" "$@" -o refused.db --no-report >/dev/null 2>said
    got=$?
    [ $got -eq "$code" ] || fail "$*: exit $got, not $code"
    [ "$(cat said)" = "rehedge: $sentence" ] || fail "$*: said '$(cat said)', not 'rehedge: $sentence'"
    [ ! -e refused.db ] || fail "$*: there are results"
}

# wrong NAME EDIT SENTENCE: the rule (or $original) with one thing edited is refused when it is loaded.
original=moved
wrong() {
    sed "$2" $original.c >"$1.c"
    cmp -s $original.c "$1.c" && fail "$1: nothing was edited"
    compile "$1"
    refused 2 "./$1.so: $3" run tiny.yaml --plugin "./$1.so"
}

unusable="not a usable plug-in:"
abi=$(pkg-config --variable=abi rehedge)
wrong abi 's/\.abi = REHEDGE_ABI/.abi = 77u/' \
    "plug-in has ABI 77, this program has $abi: rebuild it against rehedge/strategy.h of this version"
wrong size 's/\.size = sizeof(rh_strategy)/.size = 8/' "$unusable its \`size\` is not sizeof of its record"
wrong symbol 's/^REHEDGE_STRATEGY(moved)/extern const rh_strategy my_rule; const rh_strategy my_rule/' \
    "exports neither rehedge_strategy nor rehedge_ratio (declare the record with REHEDGE_STRATEGY or REHEDGE_RATIO)"
wrong clash 's/"moved"/"band"/' "a strategy named 'band' is there already"
wrong badname 's/"moved"/"My Rule"/' "$unusable its name is missing or not made of a-z 0-9 -"
wrong silent 's/\.summary = "trade[^"]*"/.summary = ""/' "$unusable it has no summary"
wrong initial 's/\.initial = "150"/.initial = "many"/' "$unusable a parameter's default is not a value that it would take"
wrong node 's/"moved"/"not-during"/' "a strategy named 'not-during' is there already"
wrong nostart 's/\.start = start,/.start = 0,/; s/^static int start/int start(void *, const rh_value *, const rh_host *); int start/' \
    "$unusable it has parameters but no start function that would take them"
original=my-ratio
wrong ratio-abi 's/\.abi = REHEDGE_ABI/.abi = 77u/' \
    "plug-in has ABI 77, this program has $abi: rebuild it against rehedge/strategy.h of this version"
wrong ratio-size 's/\.size = sizeof(rh_ratio)/.size = 8/' "$unusable its \`size\` is not sizeof of its record"
wrong ratio-symbol 's/^REHEDGE_RATIO(my_ratio)/extern const rh_ratio mine; const rh_ratio mine/' \
    "exports neither rehedge_strategy nor rehedge_ratio (declare the record with REHEDGE_STRATEGY or REHEDGE_RATIO)"
wrong ratio-clash 's/"my-ratio"/"black"/' "a ratio named 'black' is there already"
wrong ratio-name 's/"my-ratio"/""/' "$unusable its name is missing or not made of a-z 0-9 -"
wrong ratio-initial 's/\.initial = "0"/.initial = "11"/' "$unusable a parameter's default is not a value that it would take"
wrong ratio-limits 's/\.min = -10/.min = 100/' "$unusable a parameter's min is above its max"
refused 2 "./my-ratio.so: a ratio named 'my-ratio' is there already" run tiny.yaml --plugin ./my-ratio.so --plugin ./my-ratio.so
refused 2 "--set: hedge.ratio.slope: '11' is out of range (-10 to 10)" run tiny.yaml --plugin ./my-ratio.so -s 'hedge.ratio={name: my-ratio, slope: 11}'
refused 2 "./moved.so: a strategy named 'moved' is there already" run tiny.yaml --plugin ./moved.so --plugin ./moved.so
refused 2 "--set: strategy.name: no such name 'moved'; see \`rehedge list strategies\`" run tiny.yaml -s strategy.name=moved
refused 2 "--set: strategy.mvoe: unknown key (did you mean 'move'?)" run tiny.yaml --plugin ./moved.so -s 'strategy={name: moved, mvoe: 2}'
refused 2 "--set: strategy.move: '0' is out of range (1 to 1000000)" run tiny.yaml --plugin ./moved.so -s 'strategy={name: moved, move: 0}'
refused 2 "strategy moved: 13 brings bad luck" run tiny.yaml --plugin ./moved.so -s 'strategy={name: moved, move: 13}'

# A rule that misbehaves at work: its lane fails, and the sentence says when.
broken() {
    sed "$2" moved.c >"$1.c"
    compile "$1"
    refused 1 "$3" run tiny.yaml --plugin "./$1.so" -s strategy=moved
}
broken nan 's/target\[0\] = hedge->neutral/target[0] = hedge->neutral \/ (hedge->gamma - hedge->gamma)/' \
    "strategy moved at 2024-01-26T04:00:00Z: named a target that is not a number (inf)"
broken answer 's/return RH_TRADE/return 7/' \
    "strategy moved at 2024-01-26T04:00:00Z: decide returned neither RH_HOLD nor RH_TRADE (7)"
exit $failed
