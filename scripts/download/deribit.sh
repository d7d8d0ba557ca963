#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# deribit.sh: Deribit's public history as the pages of JSON that its API gives. --help says how.
set -u
# shellcheck source=scripts/download/fetch.sh
. "$(dirname "$0")/fetch.sh"

help() {
    cat <<END
Example:
  $program funding BTC-PERPETUAL 2021-01-01 2021-04-01 --dir data/deribit
  fetches data/deribit/funding-BTC-PERPETUAL-1609455600000-1610668800000.json and so on

usage: $program KIND NAME FROM TO [options]
  trades INSTRUMENT      trades of one instrument, such as BTC-PERPETUAL or BTC-26MAR21-40000-C
  option-trades COIN     trades of all options of BTC, ETH, ...
  future-trades COIN     trades of all its futures and the perpetual
  funding INSTRUMENT     hourly funding of a perpetual
  dvol COIN              the volatility index, hourly (--resolution: seconds, or 1D)
  delivery INDEX         delivery prices of btc_usd, eth_usd, ...
  FROM, TO               dates, YYYY-MM-DD; TO is exclusive

  --history URL          server of past trades (https://history.deribit.com)
  --resolution R         of dvol: 1, 60, 3600, 43200 or 1D (3600)
$shared_options

Pages overlap by one stamp, since the API leaves out the row at a page's very start; whoever reads
them drops what is there twice. Pages that are there are not fetched again, but for the last one.
Exit: 0 everything is there, 1 a transfer failed, 2 usage, 3 an answer that is none, 4 no such name.
END
    exit 0
}

history=https://history.deribit.com
resolution=3600
words=0
pause=0.1
kind='' name='' from='' to=''
while [ $# -gt 0 ]; do
    case $1 in
    --help | -h) help ;;
    --history | --resolution)
        [ $# -ge 2 ] || usage_error "$1 needs a value"
        case $1 in
        --history) history=${2%/} ;;
        *) resolution=$2 ;;
        esac
        taken=2
        ;;
    *)
        take_option "$@"
        if [ $taken = 0 ]; then
            case $1 in -*) usage_error "no option '$1'" ;; esac
            words=$((words + 1)) taken=1
            case $words in
            1) kind=$1 ;;
            2) name=$1 ;;
            3) from=$1 ;;
            4) to=$1 ;;
            *) usage_error "too many words: '$1'" ;;
            esac
        fi
        ;;
    esac
    shift $taken
done
[ $words = 4 ] || usage_error "needs KIND NAME FROM TO"
name_only NAME "$name"
case $resolution in
1D) seconds_per_candle=86400 ;;
*) seconds_per_candle=$(whole --resolution "$resolution") || exit 2 ;;
esac
[ "$seconds_per_candle" -gt 0 ] || usage_error "--resolution: '$resolution' is not 1, 60, 3600, 43200 or 1D"
read_range "$from" "$to"
if [ -n "$base_url" ]; then # one server for everything
    history=$base_url
fi
: "${base_url:=https://www.deribit.com}"
HOUR=3600000
begin=$((first * 86400000))
finish=$((end * 86400000))
start_up

# get URL PATH: a page; only an answer with a result becomes PATH.
get() {
    if ! transfer "$1" "$2.part" anew; then
        message=$(sed -n 's/.*"message":"\([^"]*\)".*/\1/p' "$2.part" 2>/dev/null)
        rm -f "$2.part"
        case $status in
        400 | 404) worse 4 "$1: HTTP $status${message:+: $message}" ;;
        *) worse 1 "$1: $(describe_failure)${message:+: $message}" ;;
        esac
        return 1
    fi
    case $(tr -d '\n' <"$2.part" | sed 's/[[:space:]]*$//') in
    '{'*'"result"'*'}') mv "$2.part" "$2" || exit 1 ;;
    *)
        rm -f "$2.part"
        worse 3 "$1: the answer is not JSON with a result"
        return 1
        ;;
    esac
    echo "fetched $2"
}

# One member of an object a line.
members() {
    tr ',{}[]' '[\n*]' <"$1"
}

# numbers KEY PATH: all whole numbers of that name, one a line.
numbers() {
    members "$2" | sed -n "s/^ *\"$1\" *: *\\([0-9][0-9]*\\) *\$/\\1/p"
}

has() { # PATH TEXT, blanks aside
    tr -d ' \n' <"$1" | grep -q "$2"
}

# Page after page, each from the last stamp of the one before.
trades() { # FUNCTION QUERY
    at=$begin
    while [ "$at" -lt "$finish" ]; do
        page=$folder/$kind-$name-$at.json
        if [ -e "$page" ] && has "$page" '"has_more":true'; then
            echo "there   $page"
        else
            get "$history/api/v2/public/$1?$2&start_timestamp=$at&end_timestamp=$((finish - 1))&count=1000&include_old=true&sorting=asc" \
                "$page" || return 1
        fi
        has "$page" '"has_more":true' || return 0
        last=$(numbers timestamp "$page" | sort -n | tail -n 1)
        if [ -z "$last" ] || [ "$last" -le "$at" ]; then
            worse 3 "$page: more than a page of trades at one time, $at ms; going on behind it"
            last=$((at + 1))
        fi
        at=$last
    done
}

# Windows of so many milliseconds, each begun `overlap` early. A window that reaches to now is
# fetched again the next time.
windows() { # LENGTH OVERLAP QUERY-FUNCTION
    at=$begin
    now=$(($(date +%s) * 1000))
    while [ "$at" -lt "$finish" ]; do
        stop=$((at + $1 < finish ? at + $1 : finish))
        page=$folder/$kind-$name-$((at - $2))-$stop.json
        if [ -e "$page" ] && [ "$stop" -lt "$now" ]; then
            echo "there   $page"
        else
            get "$base_url/api/v2/public/$($3 $((at - $2)) "$stop")" "$page" || return 1
        fi
        if has "$page" '"continuation":[0-9]'; then
            worse 3 "$page: the server holds back part of this window; take a coarser --resolution"
        fi
        at=$stop
    done
}

# shellcheck disable=SC2317 # called by windows, as is the next
funding_query() {
    echo "get_funding_rate_history?instrument_name=$name&start_timestamp=$1&end_timestamp=$2"
}

# shellcheck disable=SC2317
dvol_query() {
    echo "get_volatility_index_data?currency=$name&start_timestamp=$1&end_timestamp=$2&resolution=$resolution"
}

# Newest first, by offset: all pages are fetched each time, until one ends before FROM.
delivery() {
    offset=0
    oldest=$(each_day "$first" $((first + 1)))
    while :; do
        page=$folder/$(printf '%s-%s-%05d.json' "$kind" "$name" "$offset")
        get "$base_url/api/v2/public/get_delivery_prices?index_name=$name&offset=$offset&count=1000" \
            "$page" || return 1
        reached=$(members "$page" | sed -n 's/^ *"date" *: *"\([0-9-]*\)".*/\1/p' | sort | head -n 1)
        offset=$((offset + 1000))
        total=$(numbers records_total "$page" | head -n 1)
        if [ -z "$reached" ] || [ "$offset" -ge "${total:-0}" ]; then return 0; fi
        [ "$(printf '%s\n%s\n' "$reached" "$oldest" | sort | head -n 1)" != "$reached" ] || return 0
    done
}

case $kind in
trades) trades get_last_trades_by_instrument_and_time "instrument_name=$name" ;;
option-trades) trades get_last_trades_by_currency_and_time "currency=$name&kind=option" ;;
future-trades) trades get_last_trades_by_currency_and_time "currency=$name&kind=future" ;;
funding) windows $((14 * 24 * HOUR)) "$HOUR" funding_query ;;
dvol) windows $((998 * seconds_per_candle * 1000)) $((seconds_per_candle * 1000)) dvol_query ;;
delivery) delivery ;;
*) usage_error "no kind '$kind': trades, option-trades, future-trades, funding, dvol or delivery" ;;
esac
exit "$code"
