#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# binance.sh: files of data.binance.vision. --help says how.
set -u
# shellcheck source=scripts/download/fetch.sh
. "$(dirname "$0")/fetch.sh"

help() {
    cat <<END
Example:
  $program um klines BTCUSDT 2021-01-01 2021-04-01 --interval 1h --monthly --dir data/binance
  fetches data/binance/futures/um/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2021-01.zip and two more,
  each checked against the sha256 that is offered beside it

usage: $program MARKET TYPE SYMBOL FROM [TO] [options]
  MARKET    spot, um (USDT-margined futures), cm (coin-margined), option
  TYPE      klines, markPriceKlines, indexPriceKlines, premiumIndexKlines (with --interval),
            aggTrades, trades, bookTicker, metrics, fundingRate (monthly only), EOHSummary, BVOLIndex
  SYMBOL    BTCUSDT, BTCUSD_PERP, ...
  FROM, TO  dates, YYYY-MM-DD; TO is exclusive; FROM alone is one day

  --interval I      of klines: 1m, 5m, 1h, 8h, 1d, ...
  --monthly         one file for each month that the range touches, instead of one for each day
$shared_options

Transfers that were cut off go on where they ended; files that are there are left alone. The archive
holds one CSV and is read by rehedge as it is.
Exit: 0 everything is there, 1 a transfer failed, 2 usage, 3 a wrong checksum, 4 no such file.
END
    exit 0
}

interval='' period=daily
words=0
market='' type='' symbol='' from='' to=''
while [ $# -gt 0 ]; do
    case $1 in
    --help | -h) help ;;
    --monthly) period=monthly taken=1 ;;
    --interval)
        [ $# -ge 2 ] || usage_error "--interval needs a value"
        interval=$2 taken=2
        ;;
    --interval=*) interval=${1#*=} taken=1 ;;
    *)
        take_option "$@"
        if [ $taken = 0 ]; then
            case $1 in -*) usage_error "no option '$1'" ;; esac
            words=$((words + 1)) taken=1
            case $words in
            1) market=$1 ;;
            2) type=$1 ;;
            3) symbol=$1 ;;
            4) from=$1 ;;
            5) to=$1 ;;
            *) usage_error "too many words: '$1'" ;;
            esac
        fi
        ;;
    esac
    shift $taken
done
[ $words -ge 4 ] || usage_error "needs MARKET TYPE SYMBOL FROM"
case $market in
spot | option) place=$market ;;
um | cm) place=futures/$market ;;
*) usage_error "no market '$market': spot, um, cm or option" ;;
esac
name_only TYPE "$type"
name_only SYMBOL "$symbol"
case $type in
*[Kk]lines)
    [ -n "$interval" ] || usage_error "$type needs --interval, such as 1h"
    name_only --interval "$interval"
    within=$type/$symbol/$interval
    stem=$symbol-$interval
    ;;
*)
    [ -z "$interval" ] || usage_error "--interval is for klines, not for $type"
    within=$type/$symbol
    stem=$symbol-$type
    ;;
esac
[ "$type" != fundingRate ] || period=monthly
read_range "$from" "$to"
: "${base_url:=https://data.binance.vision}"
start_up

# Against URL.CHECKSUM, "<sha256>  <name>"; where there is none, it must at least be an archive.
# shellcheck disable=SC2317 # called by fetch_file
check_sum() {
    if transfer "$1.CHECKSUM" "$2.sum" anew; then
        want=$(cut -d' ' -f1 <"$2.sum" | tr 'A-F' 'a-f')
        have=$(sha256_of "$2")
        [ "$want" = "$have" ] || echo "its sha256 is $have, not $want"
    elif [ "$status" = 404 ]; then
        say "$1: no checksum is offered"
        [ "$(dd if="$2" bs=2 count=1 2>/dev/null)" = PK ] || echo "is not a zip file"
    else
        echo "its checksum can't be had: $(describe_failure)"
    fi
    rm -f "$2.sum"
}

stamps() {
    if [ $period = monthly ]; then
        each_day "$first" "$end" | cut -c 1-7 | uniq
    else
        each_day "$first" "$end"
    fi
}
for stamp in $(stamps); do
    path=$place/$period/$within/$stem-$stamp.zip
    fetch_file "$base_url/data/$path" "$folder/$path" check_sum
done
exit "$code"
