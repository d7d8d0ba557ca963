#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# download.sh: the scripts in scripts/download against a server on 127.0.0.1 that this test starts:
# what is fetched, checked, resumed, left alone, tried again, and what is said of the rest.
set -u
source=${REHEDGE_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
for tool in busybox curl gzip; do
    command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
busybox --list | grep -qx httpd || { echo "skipped: busybox without httpd"; exit 77; }
work=$(mktemp -d) || exit 2
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
cd "$work" || exit 2
unset TARDIS_API_KEY http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
failed=0

fail() {
    echo "FAIL: $*"
    failed=1
}

# ---- the server ----

mkdir -p site/cgi-bin state
echo here >site/token
for try in 1 2 3 4 5 6 7 8 9 10; do
    port=$((20000 + ($$ * 7 + try * 1013) % 20000))
    busybox httpd -f -p 127.0.0.1:$port -h "$work/site" 2>/dev/null &
    server=$!
    for wait in 1 2 3 4 5 6 7 8 9 10; do
        [ "$(curl -s "http://127.0.0.1:$port/token")" = here ] && break 2
        kill -0 $server 2>/dev/null || break
        sleep 0.1
    done
    kill $server 2>/dev/null
done
url=http://127.0.0.1:$port
[ "$(curl -s "$url/token")" = here ] || { echo "no server could be started"; exit 1; }

# /cgi-bin/flaky/PATH misbehaves as the file state/next says, once for each line of it, then serves
# site/PATH. It knows nothing of ranges.
cat >site/cgi-bin/flaky <<END
#!/bin/sh
cd "$work"
echo "\$PATH_INFO" >>state/asked
read -r next <state/next
sed 1d state/next >state/rest && mv state/rest state/next
file=site\$PATH_INFO
[ -e "\$file" ] || { printf 'HTTP/1.0 404 Not Found\r\n\r\n'; exit; }
size=\$(wc -c <"\$file")
case \$next in
cut) printf 'HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n' "\$size"; head -c \$((size / 2)) "\$file" ;;
[345]*) printf 'HTTP/1.0 %d No\r\nRetry-After: 0\r\nContent-Length: 3\r\n\r\nno\n' "\$next" ;;
*) printf 'HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n' "\$size"; cat "\$file" ;;
esac
END
chmod +x site/cgi-bin/flaky

behave() { # WORD...: of the next answers
    : >state/asked
    printf '%s\n' "$@" >state/next
}

# run CODE SCRIPT ARGUMENT...: the script ends with that code; `out` and `err` have what it said.
run() {
    wanted=$1
    script=$2
    shift 2
    sh "$source/scripts/download/$script.sh" "$@" --wait 0 >out 2>err
    got=$?
    [ $got = "$wanted" ] || { cat err; fail "$script $*: exit $got, not $wanted"; }
}

says() { # TEXT: the last run said it
    grep -qF -- "$1" err || fail "not said: '$1', but '$(cat err)'"
}

nothing_but() { # FOLDER FILE...: these are there, and no others
    dir=$1
    shift
    [ "$(cd "$dir" 2>/dev/null && find . -type f | sed 's,^\./,,' | sort)" = "$(printf '%s\n' "$@" | sort)" ] ||
        fail "in $dir: $(find "$dir" -type f), not $*"
}

# ---- binance ----

monthly=data/futures/um/monthly/klines/BTCUSDT/1h
daily=data/spot/daily/aggTrades/BTCUSDT
mkdir -p site/$monthly site/$daily
offer() { # PATH TEXT: a file with its checksum beside it
    printf 'PK%s' "$2" >"site/$1"
    (cd "site/$(dirname "$1")" && sha256sum "$(basename "$1")" >"$(basename "$1").CHECKSUM")
}
for month in 01 02 03 04; do offer $monthly/BTCUSDT-1h-2021-$month.zip "month $month"; done
for day in 28 29 31; do offer $daily/BTCUSDT-aggTrades-2020-12-$day.zip "day $day"; done
offer $daily/BTCUSDT-aggTrades-2021-01-01.zip "new year"

# A range that ends on a first of a month doesn't touch that month.
run 0 binance um klines BTCUSDT 2021-01-31 2021-04-01 --interval 1h --monthly --dir b --base-url "$url/"
nothing_but b/futures/um/monthly/klines/BTCUSDT/1h BTCUSDT-1h-2021-01.zip BTCUSDT-1h-2021-02.zip BTCUSDT-1h-2021-03.zip
cmp -s site/$monthly/BTCUSDT-1h-2021-02.zip b/futures/um/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2021-02.zip ||
    fail "another file came"

# What is there is left alone: nobody is asked, though nobody would answer.
run 0 binance um klines BTCUSDT 2021-01-31 2021-04-01 --interval=1h --monthly --dir=b --base-url=http://127.0.0.1:1
[ "$(grep -c '^there ' out)" = 3 ] || fail "not left alone: $(cat out)"

# One day isn't there: the others are fetched, the code tells.
run 4 binance spot aggTrades BTCUSDT 2020-12-28 2021-01-02 --dir c --base-url "$url"
says "BTCUSDT-aggTrades-2020-12-30.zip: not there (HTTP 404)"
nothing_but c spot/daily/aggTrades/BTCUSDT/BTCUSDT-aggTrades-2020-12-28.zip \
    spot/daily/aggTrades/BTCUSDT/BTCUSDT-aggTrades-2020-12-29.zip \
    spot/daily/aggTrades/BTCUSDT/BTCUSDT-aggTrades-2020-12-31.zip \
    spot/daily/aggTrades/BTCUSDT/BTCUSDT-aggTrades-2021-01-01.zip

# A wrong checksum: fetched twice, then refused; nothing stays behind.
echo "0000000000000000000000000000000000000000000000000000000000000000  x" >site/$monthly/BTCUSDT-1h-2021-04.zip.CHECKSUM
run 3 binance um klines BTCUSDT 2021-04-01 --interval 1h --monthly --dir d --base-url "$url"
says "its sha256 is $(sha256sum <site/$monthly/BTCUSDT-1h-2021-04.zip | cut -d' ' -f1), not 0000"
says "once more from the start"
[ -z "$(find d -type f)" ] || fail "a wrong file stays: $(find d -type f)"

# No checksum offered: an archive at least.
rm site/$monthly/BTCUSDT-1h-2021-04.zip.CHECKSUM
run 0 binance um klines BTCUSDT 2021-04-01 --interval 1h --monthly --dir e --base-url "$url"
says "no checksum is offered"
echo "<html>" >site/$monthly/BTCUSDT-1h-2021-05.zip
run 3 binance um klines BTCUSDT 2021-05-01 --interval 1h --monthly --dir e --base-url "$url"
says "is not a zip file"

# A transfer goes on where the last one ended: the server's first half is not what the checksum is
# of, so only the half that is there already can make it whole.
part=g/spot/daily/aggTrades/BTCUSDT/BTCUSDT-aggTrades-2020-12-28.zip.part
mkdir -p "$(dirname "$part")"
head -c 4 site/$daily/BTCUSDT-aggTrades-2020-12-28.zip >"$part"
printf 'XXXX%s' "$(tail -c +5 site/$daily/BTCUSDT-aggTrades-2020-12-28.zip)" >swapped
cp swapped site/$daily/BTCUSDT-aggTrades-2020-12-28.zip
run 0 binance spot aggTrades BTCUSDT 2020-12-28 --dir g --base-url "$url"
grep -q '^fetched' out || fail "it didn't go on"
# And without that half, the same server is found out.
run 3 binance spot aggTrades BTCUSDT 2020-12-28 --dir h --base-url "$url"
# A part of another file is found out by the checksum, and fetched from the start.
part=i/spot/daily/aggTrades/BTCUSDT/BTCUSDT-aggTrades-2020-12-29.zip.part
mkdir -p "$(dirname "$part")"
printf 'junk' >"$part"
run 0 binance spot aggTrades BTCUSDT 2020-12-29 --dir i --base-url "$url"
says "once more from the start"

# A part that is longer than the file.
part=j/spot/daily/aggTrades/BTCUSDT/BTCUSDT-aggTrades-2020-12-29.zip.part
mkdir -p "$(dirname "$part")"
printf 'much more than there is to be had' >"$part"
run 0 binance spot aggTrades BTCUSDT 2020-12-29 --dir j --base-url "$url"

# 503 and 429 pass; the checksum is asked for behind the same door.
behave 503 429
run 0 binance spot aggTrades BTCUSDT 2020-12-31 --dir k --base-url "$url/cgi-bin/flaky"
says "HTTP 503, again (1 of 5)"
says "HTTP 429, again (2 of 5)"
[ "$(wc -l <state/asked)" -eq 4 ] || fail "asked $(wc -l <state/asked) times, not 4"
behave 500 500 500 500
run 1 binance spot aggTrades BTCUSDT 2020-12-31 --dir l --base-url "$url/cgi-bin/flaky" --retries 2
says "BTCUSDT-aggTrades-2020-12-31.zip: HTTP 500"
[ "$(wc -l <state/asked)" -eq 3 ] || fail "asked $(wc -l <state/asked) times, not 3"
# A refusal doesn't pass: it isn't asked twice.
behave 401
run 1 binance spot aggTrades BTCUSDT 2020-12-31 --dir l --base-url "$url/cgi-bin/flaky"
says "HTTP 401: it wants a key"
[ "$(wc -l <state/asked)" -eq 1 ] || fail "asked $(wc -l <state/asked) times, not 1"

# The connection ends in the middle; this server can't go on, so it is taken from the start.
behave cut
run 0 binance spot aggTrades BTCUSDT 2020-12-31 --dir m --base-url "$url/cgi-bin/flaky"
says "again (1 of 5)"
behave cut cut cut cut cut cut
run 1 binance spot aggTrades BTCUSDT 2020-12-31 --dir n --base-url "$url/cgi-bin/flaky" --retries 1
[ -z "$(find n -name '*.zip')" ] || fail "half a file stays"

# Nobody there.
run 1 binance spot aggTrades BTCUSDT 2020-12-31 --dir n --base-url http://127.0.0.1:1 --retries 1
says "again (1 of 1)"

# ---- tardis ----

for day in 2020/03/01 2020/03/02 2020/04/01 2020/05/01; do
    mkdir -p site/v1/deribit/options_chain/$day
    echo "exchange,symbol $day" | gzip >site/v1/deribit/options_chain/$day/OPTIONS.csv.gz
done
run 0 tardis deribit options_chain OPTIONS 2020-03-01 2020-05-01 --dir t --base-url "$url"
nothing_but t deribit_options_chain_2020-03-01_OPTIONS.csv.gz deribit_options_chain_2020-04-01_OPTIONS.csv.gz
[ "$(gzip -dc <t/deribit_options_chain_2020-04-01_OPTIONS.csv.gz)" = "exchange,symbol 2020/04/01" ] || fail "another day"
run 4 tardis deribit options_chain OPTIONS 2020-03-01 2020-03-04 --all-days --dir t --base-url "$url"
says "2020/03/03/OPTIONS.csv.gz: not there"
[ -e t/deribit_options_chain_2020-03-02_OPTIONS.csv.gz ] || fail "the day after"
head -c 30 site/v1/deribit/options_chain/2020/05/01/OPTIONS.csv.gz >cut && cp cut site/v1/deribit/options_chain/2020/05/01/OPTIONS.csv.gz
run 3 tardis deribit options_chain OPTIONS 2020-05-01 --dir t --base-url "$url"
says "is not a whole gzip file"
[ ! -e t/deribit_options_chain_2020-05-01_OPTIONS.csv.gz ] || fail "a broken file stays"
run 2 tardis deribit options_chain OPTIONS 2020-03-02 2020-03-31 --base-url "$url"
says "no first day of a month"
# The key goes with the request, and only then.
cat >site/cgi-bin/who <<END
#!/bin/sh
echo "\$HTTP_AUTHORIZATION" >"$work/state/who"
printf 'HTTP/1.0 404 No\r\n\r\n'
END
chmod +x site/cgi-bin/who
TARDIS_API_KEY=my-key run 4 tardis deribit trades BTC-PERPETUAL 2020-03-02 --all-days --dir t --base-url "$url/cgi-bin/who"
[ "$(cat state/who)" = "Bearer my-key" ] || fail "the key: $(cat state/who)"
TARDIS_API_KEY=my-key run 4 tardis deribit trades BTC-PERPETUAL 2020-03-01 --dir t --base-url "$url/cgi-bin/who"
[ "$(cat state/who)" = "" ] || fail "a key for a free day"

# ---- deribit: an API of its habits ----

# 2300 trades within an hour, some of one millisecond, also across the end of a page.
awk 'BEGIN { for (i = 0; i < 2300; i++) { t = 1609459200000 + 1500 * int(i / 3) + (i > 1500) * 777; printf "%.0f %d\n", t, i } }' >trades.txt
cat >site/cgi-bin/api <<END
#!/bin/sh
cd "$work"
echo "\$PATH_INFO?\$QUERY_STRING" >>state/api
for pair in \$(echo "\$QUERY_STRING" | tr '&' ' '); do
    case \$pair in
    start_timestamp=*) start=\${pair#*=} ;;
    end_timestamp=*) stop=\${pair#*=} ;;
    offset=*) offset=\${pair#*=} ;;
    instrument_name=* | currency=* | index_name=*) name=\${pair#*=} ;;
    esac
done
case \$name in
ODD)
    printf 'HTTP/1.0 400 Bad Request\r\n\r\n{"jsonrpc":"2.0","error":{"message":"instrument not found","code":13020}}'
    exit ;;
HTML) printf 'HTTP/1.0 200 OK\r\n\r\n<html>maintenance</html>'; exit ;;
esac
printf 'HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n'
case \$PATH_INFO in
*get_last_trades_by_*)
    awk -v start="\$start" -v stop="\$stop" 'BEGIN { printf "{\"jsonrpc\":\"2.0\",\"result\":{\"trades\":[" }
        \$1 >= start && \$1 <= stop {
            if (n == 1000) { more = 1; exit }
            printf "%s{\"trade_seq\":%d,\"timestamp\":%.0f,\"price\":1.5}", n++ ? "," : "", \$2, \$1
        }
        END { printf "],\"has_more\":%s}}", more ? "true" : "false" }' trades.txt ;;
*get_funding_rate_history) # the row at the very start is left out
    awk -v start="\$start" -v stop="\$stop" 'BEGIN { printf "{\"result\":["
        for (t = int(start / 3600000) * 3600000; t <= stop; t += 3600000) if (t > start)
            printf "%s{\"timestamp\":%.0f,\"interest_1h\":1e-6}", n++ ? "," : "", t
        printf "]}" }' ;;
*get_volatility_index_data) # with blanks, as another server might
    awk -v start="\$start" -v stop="\$stop" 'BEGIN { printf "{ \"result\" : { \"data\" : ["
        for (t = int((start + 3599999) / 3600000) * 3600000; t <= stop; t += 3600000)
            printf "%s[%.0f,1,2,0.5,1.5]", n++ ? "," : "", t
        printf "], \"continuation\" : %s } }\n", (n > 1000 ? "123" : "null") }' ;;
*get_delivery_prices) # newest first: one a day backwards from 2021-06-30, 1500 in all
    awk -v offset="\$offset" 'BEGIN { printf "{\"result\":{\"records_total\":1500,\"data\":["
        for (i = offset; i < offset + 1000 && i < 1500; i++)
            printf "%s{\"date\":\"%04d-%02d-%02d\",\"delivery_price\":%d}", n++ ? "," : "", 2021 - int(i / 360),
                12 - int(i % 360 / 30), 30 - i % 30, i
        printf "]}}" }' ;;
esac
END
chmod +x site/cgi-bin/api
api=$url/cgi-bin/api
stamps() { # FILES: distinct values of one member
    cat "$@" | tr ',{}[]' '[\n*]' | sed -n 's/^"trade_seq"://p' | sort -un | wc -l
}

run 0 deribit trades BTC-PERPETUAL 2021-01-01 2021-01-02 --dir r --base-url "$api" --pause 0
[ "$(stamps r/*.json)" -eq 2300 ] || fail "$(stamps r/*.json) trades, not 2300"
[ "$(find r -type f | wc -l)" -eq 3 ] || fail "pages: $(ls r)"
: >state/api
run 0 deribit trades BTC-PERPETUAL 2021-01-01 2021-01-02 --dir r --base-url "$api" --pause 0
[ "$(grep -c '^there ' out)" = 2 ] && [ "$(wc -l <state/api)" -eq 1 ] || fail "only the last page is asked for again"
run 0 deribit option-trades BTC 2021-01-01 2021-01-02 --dir r --base-url "$api" --pause 0
grep -q 'get_last_trades_by_currency_and_time?currency=BTC&kind=option&start_timestamp=1609459200000&end_timestamp=1609545599999&count=1000' \
    state/api || fail "the query of option trades: $(tail -n 1 state/api)"

run 0 deribit funding BTC-PERPETUAL 2021-01-01 2021-02-01 --dir f --base-url "$api" --pause 0
hours=$(cat f/funding-*.json | tr ',{}[]' '[\n*]' | sed -n 's/^"timestamp"://p' | sort -un |
    awk '$1 >= 1609459200000 && $1 < 1612137600000' | wc -l)
[ "$hours" -eq 744 ] || fail "funding of $hours hours, not 744"
: >state/api
run 0 deribit funding BTC-PERPETUAL 2021-01-01 2021-02-01 --dir f --base-url "$api" --pause 0
[ ! -s state/api ] || fail "past windows are asked for again"

run 0 deribit dvol BTC 2021-03-24 2021-06-24 --dir v --base-url "$api" --pause 0
hours=$(cat v/dvol-*.json | tr '[' '\n' | sed -n 's/^\([0-9]*\),1,2.*/\1/p' | sort -un |
    awk '$1 >= 1616544000000 && $1 < 1624492800000' | wc -l)
[ "$hours" -eq 2208 ] || fail "volatility of $hours hours, not 2208"

run 0 deribit delivery btc_usd 2017-01-01 2021-07-01 --dir y --base-url "$api" --pause 0
nothing_but y delivery-btc_usd-00000.json delivery-btc_usd-01000.json
run 0 deribit delivery btc_usd 2021-06-01 2021-07-01 --dir z --base-url "$api" --pause 0
nothing_but z delivery-btc_usd-00000.json

run 4 deribit trades ODD 2021-01-01 2021-01-02 --dir q --base-url "$api" --pause 0
says "HTTP 400: instrument not found"
run 3 deribit trades HTML 2021-01-01 2021-01-02 --dir q --base-url "$api" --pause 0
says "the answer is not JSON with a result"
[ -z "$(find q -type f)" ] || fail "an answer that is none stays: $(find q -type f)"

# ---- usage ----

for script in tardis binance deribit; do
    sh "$source/scripts/download/$script.sh" --help >out 2>err || fail "$script --help"
    [ "$(head -n 1 out)" = "Example:" ] && [ ! -s err ] || fail "$script --help starts with an example"
    run 2 $script
    says "needs"
    run 2 $script --nonsense
    says "no option '--nonsense'"
    run 2 $script a b c d e f g
    says "too many words"
    run 2 $script --dir
done
run 2 tardis deribit trades BTC-PERPETUAL 2021-02-29
says "'2021-02-29' is not a date"
run 2 tardis deribit trades BTC-PERPETUAL 2021-03-01 2021-03-01
says "the range is empty"
run 2 tardis deribit ../trades BTC-PERPETUAL 2021-03-01
says "TYPE: '../trades' is not a name"
run 2 binance moon klines BTCUSDT 2021-03-01
says "no market 'moon'"
run 2 binance um klines BTCUSDT 2021-03-01
says "klines needs --interval"
run 2 binance um fundingRate BTCUSDT 2021-03-01 --interval 1h
says "--interval is for klines"
run 2 binance um fundingRate BTCUSDT 2021-03-01 --retries many
says "--retries: 'many' is not a whole number"
run 2 deribit rumours BTC 2021-03-01 2021-03-02 --dir q
says "no kind 'rumours'"

# Days, against the calendar of the shell's own tool where it has one.
. "$source/scripts/download/fetch.sh"
for date in 1970-01-01 1999-12-31 2000-02-29 2020-02-29 2020-03-01 2021-12-31 2100-02-28; do
    n=$(day_number $date)
    [ "$(each_day "$n" $((n + 1)))" = $date ] || fail "$date is day $n, which is $(each_day "$n" $((n + 1)))"
    want=$(date -u -d "$date" +%s 2>/dev/null) || continue
    [ $((n * 86400)) = "$want" ] || fail "$date is $((n * 86400)), not $want"
done
exit $failed
