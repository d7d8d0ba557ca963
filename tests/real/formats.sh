#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# formats.sh: every folder of real data through the format that reads it, into a store. Rows are
# those that PROVENANCE.md counts; the numbers of events and gaps are what this reader made of them
# when they were looked at.
#
# What is no table of one row an observation is turned round or cut first, by the commands below.
set -u
LC_ALL=C
export LC_ALL
here=$(cd "$(dirname "$0")" && pwd) || exit 2
rehedge=${REHEDGE:-$here/../../build/bin/rehedge}
shared=${REHEDGE_SHARED:-$here/../../../shared}
data=$shared/data
if [ ! -d "$data" ]; then
    echo "skipped: no $data (REHEDGE_SHARED says where the data are)"
    exit 77
fi
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
failed=0
read=0

# Plain text of a file, packed or not.
plain() {
    case $1 in
    *.gz) gzip -dc "$1" ;;
    *) cat "$1" ;;
    esac
}

# expect ROWS EVENTS GAPS FORMAT FILE [OPTION]...: what `rehedge import` makes of a file
expect() {
    want="$1 $2 $3"
    format=$4
    file=$5
    shift 5
    rm -f market.db
    "$rehedge" import "$format" "$file" --store market.db "$@" >out.txt 2>err.txt
    code=$?
    got=$(awk 'NR == 2 { print $2, $3, $4 }' out.txt)
    read=$((read + 1))
    if [ "$code" != 0 ] || [ "$got" != "$want" ]; then
        echo "$format ${file#"$data"/}: exit $code, rows events gaps '$got', not '$want'"
        cat err.txt
        failed=1
    fi
}

# refused FORMAT FILE TEXT: why a file is not read
refused() {
    rm -f market.db
    if "$rehedge" import "$1" "$2" --store market.db >out.txt 2>err.txt ||
        ! grep -q -- "$3" err.txt; then
        echo "$1 ${2#"$data"/}: should be refused with '$3', but: $(cat err.txt)"
        failed=1
    fi
    read=$((read + 1))
}

# by_time FILE FIELD: the header, then the rows in order of a field
by_time() {
    plain "$1" | awk -v field="$2" 'NR == 1 { print; next }
        { print | "sort -s -t, -k" field "," field }'
}

# ---- Deribit's daily chains
chains=$data/deribit_btc_chain_eod
expect 12134 24268 0 optionsdx "$chains/btc_eod_202106.txt.gz"
expect 11926 23852 0 optionsdx "$chains/btc_eod_202107.txt.gz"
expect 12502 25004 0 optionsdx "$chains/btc_eod_202201.txt.gz"
expect 12158 24316 0 optionsdx "$chains/btc_eod_202202.txt.gz"
# a price a day, dates as month/day/year
awk -F'[/,]' 'NR == 1 { print "ts,index"; next } { printf "%d-%02d-%02d,%s\n", $3, $1, $2, $4 }' \
    "$chains/bitcoin_10pm_price.csv" >daily.csv
expect 4037 4037 0 csv daily.csv --instrument BTC-SPOT --delay 22h

# ---- trades of Deribit's calls. As delivered each instrument begins anew, newest first.
trades=$data/deribit_btc_option_trades
expect 10568 21136 0 deribit-trades "$trades/BTC-25DEC20_calls_bytime.csv.gz"
expect 90903 181806 0 deribit-trades "$trades/BTC-26MAR21_calls_bytime.csv.gz"
expect 90297 180594 0 deribit-trades "$trades/BTC-31DEC21_calls_bytime.csv.gz"
refused deribit-trades "$trades/BTC-25DEC20_calls_asdelivered.csv.gz" 'sort it by time'

# ---- Binance: bars, funding, closes
binance=$data/binance_spot_perp_funding
expect 13582 13582 18 cryptodatadownload "$binance/BTCUSD_PERP_CM_ohlcv_1h.csv.gz" \
    --instrument BTCUSD_PERP
expect 790 790 0 cryptodatadownload "$binance/BTCUSDT_UM_ohlcv_1d.csv.gz" --instrument BTCUSDT
expect 1657 1657 0 cryptodatadownload "$binance/BTCUSDT_spot_ohlcv_1d.csv.gz" --instrument BTCUSDT
expect 2708 2708 0 binance-funding-ui "$binance/BTCUSDT_UM_funding_8h.csv.gz" \
    --instrument BTCUSDT --timezone Europe/London
for contract in BTCUSDT_UM BTCUSD_PERP_CM; do
    expect 729 729 0 csv "$binance/${contract}_funding_8h_processed.csv.gz" \
        --instrument BTCUSDT --timezone Europe/London --interval 8h --map Time=ts \
        --map 'Funding Rate=funding_rate'
done
closes=$binance/btc_spot_umperp_cmperp_close_1h.csv.gz
expect 5819 5819 12 csv "$closes" --instrument BTCUSDT --interval 1h --stamp start \
    --map Time=ts --map 'BTCUSDT Spot=close'
expect 5819 5818 13 csv "$closes" --instrument BTC-PERPETUAL --interval 1h --stamp start \
    --map Time=ts --map 'BTCUSD PERP Future=close'
# 18 series in one file, 3186 rows
exchanges=$binance/all_exchanges_8h_2023-01_2023-02.csv.gz
plain "$exchanges" | awk -F, 'NR > 1 { print $2 "," $3 "," $4 }' | sort -u >series.txt
while read -r series; do
    plain "$exchanges" | awk -F, -v series="$series" \
        'NR == 1 || $2 "," $3 "," $4 == series' >series.csv
    case $series in
    */*) events=177 ;; # spot has no funding
    *) events=354 ;;
    esac
    expect 177 $events 0 csv series.csv --instrument BTC-SERIES --timezone Europe/London \
        --interval 8h --stamp start --map time=ts --map 'funding rate=funding_rate'
done <series.txt
[ "$(wc -l <series.txt)" -eq 18 ] || failed=1

# ---- bars of FTX, stamped at their end, and of Binance's spot: without a header, chunks overlap
expect 45031 45031 0 ohlcv "$data/ftx_btc_perp_1m/btc-perp-20211231-20220201_1m.csv.gz" \
    --instrument BTC-PERP --stamp end
for coin in eth btc; do
    expect 16000 15982 18 ohlcv "$data/binance_eth_spot_1h/${coin}_usdt_1h.csv.gz" \
        --instrument ETHUSDT
done

# ---- Deribit's chain in USDC: trades, candles by instrument, forwards
linear=$data/deribit_sol_usdc_options
expect 27078 53735 0 deribit-trades "$linear/SOL_trades.csv.gz"
by_time "$linear/SOL_candles.csv.gz" 2 >candles.csv
# an hour without a trade repeats the last close with a volume of 0: no event; some never traded
expect 155413 8027 158863 deribit-candles candles.csv
expect 1051 1047 0 csv "$linear/SOL_spots.csv.gz" --instrument SOL --map snapshot_time=ts \
    --map spot=forward

# ---- one moment of Deribit's whole chain
expect 976 1952 0 deribit-ticker "$data/deribit_chain_snapshot_20210211/btc_option_data.csv"

# ---- one option of Binance every minute
expect 1299 2598 0 csv "$data/binance_option_1m/BTC-250913-116000-C.csv" \
    --map fetchTimestamp=ts --map symbol=instrument --map bidPrice=bid --map askPrice=ask \
    --map markPrice=mark --map markIV=iv --map spotPrice=index

# ---- tardis.dev
tardis=$data/tardis_fixtures
expect 10 10 0 tardis-trades "$tardis/real/bitmex_trades_XBTUSD.csv"
expect 10 10 0 tardis-quotes "$tardis/real/huobi-dm-swap_quotes_BTC-USD.csv"
for depth in 5 25; do
    expect 10 10 0 tardis-book-snapshot \
        "$tardis/real/binance-futures_book_snapshot_${depth}_BTCUSDT.csv"
done
expect 7 14 0 tardis-options-chain "$tardis/handmade_or_edited/options_chain.csv"
expect 2 3 0 tardis-derivative-ticker "$tardis/handmade_or_edited/derivative_ticker_1.csv"
expect 2 2 0 tardis-trades "$tardis/handmade_or_edited/trades_1.csv"
# books by their changes are not read
refused tardis-quotes "$tardis/real/deribit_incremental_book_L2_BTC-PERPETUAL.csv" \
    "no column 'bid_price'"
refused tardis-quotes "$tardis/handmade_or_edited/deltas_1.csv" "no column 'bid_price'"

# ---- Deribit's JSON as the API gave it, and a chain that somebody keeps in SQLite
expect 3159 6318 0 deribit-trades \
    "$data/deribit_btc_option_trades/raw_sample/BTC-31DEC21-48000-C.json.gz"
# call and put share a name there, and the clock is three hours ahead of UTC
expect 20224 37890 0 sqlite "$data/deribit_eth_chain_sqlite/options_database.db" \
    --timezone Etc/GMT-3 --query "SELECT \"current_time\" AS ts,
        full_name || CASE type WHEN 'call' THEN '-C' ELSE '-P' END AS instrument,
        bid_price AS bid, ask_price AS ask, underlying_price AS forward
        FROM options_table ORDER BY ts, \"index\""

# ---- equity options: daily rows are known at the close in New York
lambda=$data/equity_options/lambdaclass
expect 392 1131 0 csv "$lambda/test_data_options.csv" --timezone America/New_York --delay 16h \
    --map quotedate=ts --map optionalias=instrument --map impliedvol=iv \
    --map underlying_last=index
by_time "$lambda/test_data_stocks.csv" 2 >stocks.csv
expect 1056 1056 0 csv stocks.csv --timezone America/New_York --delay 16h --map date=ts \
    --map symbol=instrument
# Lean: prices in 1/10000, a file a contract joined into one, bars stamped at their start
lean=$data/equity_options/lean
plain "$lean/aapl_2014_hour_quote_american.csv.gz" | awk -F, '{
    time = substr($2, 1, 4) "-" substr($2, 5, 2) "-" substr($2, 7, 2) "T" substr($2, 10)
    split($1, n, "_")
    bid = $6 == "" ? 0 : $6 / 10000
    ask = $11 == "" ? 0 : $11 / 10000
    print time ",AAPL" n[6] toupper(substr(n[4], 1, 1)) n[5] / 10000 "," bid "," $7 "," ask "," $12
}' | sort -s -t, -k1,1 >rows.txt
{ echo ts,instrument,bid,bid_size,ask,ask_size && cat rows.txt; } >lean.csv
expect 31407 31407 0 csv lean.csv --timezone America/New_York --delay 1h
plain "$lean/spy_20230803_minute_quote_american.csv.gz" | awk -F, '{
    split($1, n, "_")
    s = $2 / 1000
    time = sprintf("2023-08-03T%02d:%02d:%02d", s / 3600, s / 60 % 60, s % 60)
    print time ",SPY" n[7] toupper(substr(n[6], 1, 1)) "," $6 / 10000 "," $7 "," $11 / 10000 "," $12
}' | sort -s -t, -k1,1 >rows.txt
{ echo ts,instrument,bid,bid_size,ask,ask_size && cat rows.txt; } >lean.csv
expect 1620 1620 0 csv lean.csv --timezone America/New_York --delay 1m

[ $failed = 0 ] && echo "$read files read or refused as expected"
exit $failed
