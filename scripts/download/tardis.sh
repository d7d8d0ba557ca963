#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# tardis.sh: daily CSV files of tardis.dev. --help says how.
set -u
# shellcheck source=scripts/download/fetch.sh
. "$(dirname "$0")/fetch.sh"

help() {
    cat <<END
Example:
  $program deribit options_chain OPTIONS 2020-03-01 2020-06-01 --dir data/tardis
  fetches the first days of March, April and May 2020, which need no key:
  data/tardis/deribit_options_chain_2020-03-01_OPTIONS.csv.gz and so on

usage: $program EXCHANGE TYPE SYMBOL FROM [TO] [options]
  EXCHANGE  deribit, binance, binance-futures, bitmex, okex-options, ...
  TYPE      options_chain, derivative_ticker, quotes, trades, book_snapshot_5, ...
  SYMBOL    BTC-PERPETUAL, ... or a group: OPTIONS, PERPETUALS, FUTURES
  FROM, TO  dates, YYYY-MM-DD; TO is exclusive; FROM alone is one day

  --all-days        also days that need a key, which stands in the variable TARDIS_API_KEY
$shared_options

Without --all-days only the first day of each month is fetched. Transfers that were cut off go on
where they ended; files that are there are left alone. Every file is tested with gzip -t.
Exit: 0 everything is there, 1 a transfer failed, 2 usage, 3 a broken file, 4 no such file.
END
    exit 0
}

all_days=no
words=0
exchange='' type='' symbol='' from='' to=''
while [ $# -gt 0 ]; do
    case $1 in
    --help | -h) help ;;
    --all-days) all_days=yes taken=1 ;;
    *)
        take_option "$@"
        if [ $taken = 0 ]; then
            case $1 in -*) usage_error "no option '$1'" ;; esac
            words=$((words + 1)) taken=1
            case $words in
            1) exchange=$1 ;;
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
[ $words -ge 4 ] || usage_error "needs EXCHANGE TYPE SYMBOL FROM"
name_only EXCHANGE "$exchange"
name_only TYPE "$type"
name_only SYMBOL "$symbol"
read_range "$from" "$to"
: "${base_url:=https://datasets.tardis.dev}"
start_up
if [ -n "${TARDIS_API_KEY-}" ] && [ $all_days = yes ]; then
    # shellcheck disable=SC2034 # read by transfer
    curl_config="header = \"Authorization: Bearer $TARDIS_API_KEY\""
fi

# shellcheck disable=SC2317 # called by fetch_file
check_gzip() {
    gzip -t <"$2" 2>/dev/null || echo "is not a whole gzip file"
}

days=0
for day in $(each_day "$first" "$end"); do
    case $all_days:$day in
    no:*-01 | yes:*) ;;
    *) continue ;;
    esac
    days=$((days + 1))
    path=$(echo "$day" | tr - /)
    fetch_file "$base_url/v1/$exchange/$type/$path/$symbol.csv.gz" \
        "$folder/${exchange}_${type}_${day}_$symbol.csv.gz" check_gzip
done
[ $days -gt 0 ] || usage_error "no first day of a month in the range; --all-days takes every day (with a key)"
exit "$code"
