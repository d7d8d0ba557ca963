/* SPDX-License-Identifier: GPL-3.0-or-later */
/* format_cases.h: a small file of each vendor format and the events that it has to give, worked out
 * by hand. The numbers are invented, the headers are the vendors'. An event is a line: when it was
 * known, (when it happened, if that is another time), instrument, kind, values. */
#ifndef FORMAT_CASES_H
#define FORMAT_CASES_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *format, *instrument, *iv_unit, *stamp, *timezone;
    int64_t interval;
    double contract_size;
    const char *names[4]; /* of instruments in the file, in order */
    const char *file, *events;
} format_case;

/* Formats whose files aren't such tables have tests of their own. */
static const char tested_elsewhere[] = "cryptodatadownload binance-funding-ui sqlite";

#define TARDIS "exchange,symbol,timestamp,local_timestamp,"
#define CHAIN                                                                                      \
    TARDIS "type,strike_price,expiration,open_interest,last_price,bid_price,bid_amount,bid_iv,"    \
           "ask_price,ask_amount,ask_iv,mark_price,mark_iv,underlying_index,underlying_price,"     \
           "delta,gamma,vega,theta,rho\n"
#define KLINES                                                                                     \
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,"         \
    "taker_buy_quote_volume,ignore\n"

static const format_case format_cases[] = {
    {.format = "csv",
     .names = {"A", "B"},
     .file = "ts,instrument,bid,bid_size,ask,ask_size,last,mark,index,forward,iv\n"
             "1600000000,A,0.01,5,0,1,,0.012,10000,10010,0.8\n"
             "1600000060,B,,,,,0.3,,,,\n"
             "1600000120,A,0.02,6,0.03,2,,,,,\n",
     .events = "2020-09-13T12:26:40Z A quote bid=0.01 bid_size=5 ask=nan ask_size=nan\n"
               "2020-09-13T12:26:40Z A mark mark=0.012 iv=0.8 forward=10010 index=10000\n"
               "2020-09-13T12:27:40Z B trade price=0.3\n"
               "2020-09-13T12:28:40Z A quote bid=0.02 bid_size=6 ask=0.03 ask_size=2\n"},
    {.format = "optionsdx",
     .names = {"BTC-25JUN21-36000-C", "BTC-25JUN21-36000-P"},
     .file = "QUOTE_UNIXTIME,INSTRUMENT_NAME,UNDERLYING_PRICE,BID_SIZE,BID_PRICE,ASK_PRICE,"
             "ASK_SIZE,MARK_IV\n"
             "1622520046,BTC-25JUN21-36000-C,36800.5,21,0.105,0.109,25.2,95.5\n"
             "1622520046,BTC-25JUN21-36000-P,36800.5,0,0.000000,0.09,3,96\n"
             "1622606446,BTC-25JUN21-36000-P,36900,1,0.08,0.09,3,96\n",
     .events = "2021-06-01T04:00:46Z BTC-25JUN21-36000-C quote bid=0.105 bid_size=21 ask=0.109 "
               "ask_size=25.2\n"
               "2021-06-01T04:00:46Z BTC-25JUN21-36000-C mark iv=0.955 forward=36800.5\n"
               "2021-06-01T04:00:46Z BTC-25JUN21-36000-P quote bid=nan bid_size=nan ask=0.09 "
               "ask_size=3\n"
               "2021-06-01T04:00:46Z BTC-25JUN21-36000-P mark iv=0.96 forward=36800.5\n"
               "2021-06-02T04:00:46Z BTC-25JUN21-36000-P quote bid=0.08 bid_size=1 ask=0.09 "
               "ask_size=3\n"
               "2021-06-02T04:00:46Z BTC-25JUN21-36000-P mark iv=0.96 forward=36900\n"},
    {.format = "tardis-options-chain",
     .names = {"BTC-25JUN21-36000-C", "BTC-25JUN21-36000-P"},
     .file = CHAIN
     "deribit,BTC-25JUN21-36000-C,1622520000100000,1622520000200000,call,36000,1624608000000000,"
     "12,0.1,0.105,21,94,0.109,25.2,97,0.107,95.5,BTC-25JUN21,36800.5,0.6,0.00002,40,-60,10\n"
     "deribit,BTC-25JUN21-36000-P,1622520000300000,1622520000250000,put,36000,1624608000000000,"
     "12,,,,,0.09,3,97,0.085,96,BTC-25JUN21,36800.5,-0.4,0.00002,40,-60,-10\n"
     "deribit,BTC-25JUN21-36000-C,1622520000150000,1622520000400000,call,36000,1624608000000000,"
     ",,0.106,1,,0.11,2,,,,,,,,,,\n",
     .events = "2021-06-01T04:00:00.200Z (2021-06-01T04:00:00.100Z) BTC-25JUN21-36000-C quote "
               "bid=0.105 bid_size=21 ask=0.109 ask_size=25.2\n"
               "2021-06-01T04:00:00.200Z (2021-06-01T04:00:00.100Z) BTC-25JUN21-36000-C mark "
               "mark=0.107 iv=0.955 forward=36800.5\n"
               "2021-06-01T04:00:00.250Z BTC-25JUN21-36000-P quote bid=nan bid_size=nan ask=0.09 "
               "ask_size=3\n"
               "2021-06-01T04:00:00.250Z BTC-25JUN21-36000-P mark mark=0.085 iv=0.96 "
               "forward=36800.5\n"
               "2021-06-01T04:00:00.400Z (2021-06-01T04:00:00.150Z) BTC-25JUN21-36000-C quote "
               "bid=0.106 bid_size=1 ask=0.11 ask_size=2\n"},
    {.format = "tardis-options-chain", /* not Deribit: fractions, and the venue's own names */
     .names = {"BTC-USD-210625-36000-C"},
     .file =
         CHAIN "okex-options,BTC-USD-210625-36000-C,1622520000100000,1622520000200000,call,36000,"
               "1624608000000000,,,0.105,21,,0.109,25,,0.107,0.955,BTC-USD,36800.5,,,,,\n",
     .events = "2021-06-01T04:00:00.200Z (2021-06-01T04:00:00.100Z) BTC-USD-210625-36000-C quote "
               "bid=0.105 bid_size=21 ask=0.109 ask_size=25\n"
               "2021-06-01T04:00:00.200Z (2021-06-01T04:00:00.100Z) BTC-USD-210625-36000-C mark "
               "mark=0.107 iv=0.955 forward=36800.5\n"},
    {.format = "tardis-quotes",
     .contract_size = 10,
     .names = {"BTC-PERPETUAL"},
     .file = TARDIS "ask_amount,ask_price,bid_price,bid_amount\n"
                    "deribit,BTC-PERPETUAL,1622520000100000,1622520000100500,86,36800.5,36800,112\n"
                    "deribit,BTC-PERPETUAL,1622520000200000,1622520000200900,,,36799.5,3\n",
     .events = "2021-06-01T04:00:00.100500Z (2021-06-01T04:00:00.100Z) BTC-PERPETUAL quote "
               "bid=36800 bid_size=1120 ask=36800.5 ask_size=860\n"
               "2021-06-01T04:00:00.200900Z (2021-06-01T04:00:00.200Z) BTC-PERPETUAL quote "
               "bid=36799.5 bid_size=30 ask=nan ask_size=nan\n"},
    {.format = "tardis-trades",
     .names = {"XBTUSD"},
     .file = TARDIS "id,side,price,amount\n"
                    "bitmex,XBTUSD,1622520000100000,1622520000200000,a-1,buy,36800.5,12\n"
                    "bitmex,XBTUSD,1622520000100000,1622520000200000,a-2,buy,36800.5,12\n"
                    "bitmex,XBTUSD,1622520000100000,1622520000200000,a-3,sell,36800,7\n",
     .events = "2021-06-01T04:00:00.200Z (2021-06-01T04:00:00.100Z) XBTUSD trade price=36800.5 "
               "size=12\n"
               "2021-06-01T04:00:00.200Z (2021-06-01T04:00:00.100Z) XBTUSD trade price=36800.5 "
               "size=12\n"
               "2021-06-01T04:00:00.200Z (2021-06-01T04:00:00.100Z) XBTUSD trade price=36800 "
               "size=7\n"},
    {.format = "tardis-book-snapshot",
     .names = {"BTCUSDT"},
     .file =
         TARDIS "asks[0].price,asks[0].amount,bids[0].price,bids[0].amount,asks[1].price,"
                "asks[1].amount,bids[1].price,bids[1].amount\n"
                "binance-futures,BTCUSDT,1622520000100000,1622520000200000,36801,1.5,36800,2,"
                "36802,9,36799,8\n"
                "binance-futures,BTCUSDT,1622520000300000,1622520000400000,,,36800,2.5,,,36799,8\n",
     .events = "2021-06-01T04:00:00.200Z (2021-06-01T04:00:00.100Z) BTCUSDT quote bid=36800 "
               "bid_size=2 ask=36801 ask_size=1.5\n"
               "2021-06-01T04:00:00.400Z (2021-06-01T04:00:00.300Z) BTCUSDT quote bid=36800 "
               "bid_size=2.5 ask=nan ask_size=nan\n"},
    {.format = "tardis-derivative-ticker", /* paid at 08:00 at the last rate, told at 08:00:02.1 */
     .names = {"BTCUSDT"},
     .file =
         TARDIS "funding_timestamp,funding_rate,predicted_funding_rate,open_interest,last_price,"
                "index_price,mark_price\n"
                "binance-futures,BTCUSDT,1622534397000000,1622534397100000,1622534400000000,0.0001,"
                ",,36799,36800,36801\n"
                "binance-futures,BTCUSDT,1622534399000000,1622534399100000,1622534400000000,0.0002,"
                ",,36799,36800,\n"
                "binance-futures,BTCUSDT,1622534402000000,1622534402100000,1622563200000000,0.0003,"
                ",,36799,,36805\n"
                "binance-futures,BTCUSDT,1622534403000000,1622534403100000,1622563200000000,0.0003,"
                ",,36799,,36806\n",
     .events = "2021-06-01T07:59:57.100Z (2021-06-01T07:59:57Z) BTCUSDT mark mark=36801 "
               "index=36800\n"
               "2021-06-01T07:59:59.100Z (2021-06-01T07:59:59Z) BTCUSDT mark index=36800\n"
               "2021-06-01T08:00:02.100Z (2021-06-01T08:00:02Z) BTCUSDT mark mark=36805\n"
               "2021-06-01T08:00:02.100Z (2021-06-01T08:00:00Z) BTCUSDT funding rate=0.0002 "
               "interval=28800\n"
               "2021-06-01T08:00:03.100Z (2021-06-01T08:00:03Z) BTCUSDT mark mark=36806\n"},
    {.format = "tardis-derivative-ticker", /* Deribit accrues */
     .names = {"BTC-PERPETUAL", "BTC-25JUN21"},
     .file =
         TARDIS "funding_timestamp,funding_rate,predicted_funding_rate,open_interest,last_price,"
                "index_price,mark_price\n"
                "deribit,BTC-PERPETUAL,1622534397000000,1622534397100000,,-0.0001,,1,36799,36800,"
                "36801\n"
                "deribit,BTC-25JUN21,1622534398000000,1622534398100000,,,,1,36799,36800,36900\n",
     .events = "2021-06-01T07:59:57.100Z (2021-06-01T07:59:57Z) BTC-PERPETUAL mark mark=36801 "
               "index=36800\n"
               "2021-06-01T07:59:57.100Z (2021-06-01T07:59:57Z) BTC-PERPETUAL funding rate=-0.0001 "
               "interval=28800\n"
               "2021-06-01T07:59:58.100Z (2021-06-01T07:59:58Z) BTC-25JUN21 mark mark=36900 "
               "index=36800\n"},
    {.format = "binance-klines", /* spot since 2025: microseconds */
     .instrument = "BTCUSDT",
     .names = {"BTCUSDT"},
     .file = KLINES "1735689600000000,93000,93500,92900,93400,12.5,1735693199999999,1160000,9,6,"
                    "550000,0\n"
                    "1735693200000000,93400,93600,93300,93350,3,1735696799999999,280000,4,1,"
                    "90000,0\n",
     .events = "2025-01-01T01:00:00Z BTCUSDT bar open=93000 high=93500 low=92900 close=93400 "
               "volume=12.5\n"
               "2025-01-01T02:00:00Z BTCUSDT bar open=93400 high=93600 low=93300 close=93350 "
               "volume=3\n"},
    {.format = "binance-klines", /* one day of coin-M, contracts of 100 USD */
     .instrument = "BTCUSD_PERP",
     .contract_size = 100,
     .names = {"BTCUSD_PERP"},
     .file = KLINES "1622505600000,36000,37000,35000,36500,12,1622591999999,1,9,6,1,0\n",
     .events = "2021-06-02T00:00:00Z BTCUSD_PERP bar open=36000 high=37000 low=35000 close=36500 "
               "volume=1200\n"},
    {.format = "binance-mark-klines",
     .instrument = "BTCUSDT",
     .names = {"BTCUSDT"},
     .file = KLINES "1622505600000,36000,37000,35000,36500,0,1622505659999,0,9,0,0,0\n"
                    "1622505660000,36500,37000,35000,36600.5,0,1622505719999,0,9,0,0,0\n",
     .events = "2021-06-01T00:01:00Z BTCUSDT mark mark=36500\n"
               "2021-06-01T00:02:00Z BTCUSDT mark mark=36600.5\n"},
    {.format = "binance-index-klines",
     .instrument = "BTCUSDT",
     .names = {"BTCUSDT"},
     .file = KLINES "1622505600000,36000,37000,35000,36500,0,1622505659999,0,9,0,0,0\n",
     .events = "2021-06-01T00:01:00Z BTCUSDT mark index=36500\n"},
    {.format = "binance-trades",
     .instrument = "BTCUSDT",
     .names = {"BTCUSDT"},
     .file = "id,price,qty,quote_qty,time,is_buyer_maker\n"
             "1,36500,0.5,18250,1622505600123,true\n"
             "2,36500,0.5,18250,1622505600123,true\n",
     .events = "2021-06-01T00:00:00.123Z BTCUSDT trade price=36500 size=0.5\n"
               "2021-06-01T00:00:00.123Z BTCUSDT trade price=36500 size=0.5\n"},
    {.format = "binance-aggtrades",
     .instrument = "BTCUSDT",
     .names = {"BTCUSDT"},
     .file = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,"
             "is_buyer_maker\n"
             "26129,36500,0.5,27781,27781,1622505600123,true\n"
             "26130,36500.5,0.25,27782,27784,1622505600456,false\n",
     .events = "2021-06-01T00:00:00.123Z BTCUSDT trade price=36500 size=0.5\n"
               "2021-06-01T00:00:00.456Z BTCUSDT trade price=36500.5 size=0.25\n"},
    {.format = "binance-bookticker",
     .instrument = "BTCUSDT",
     .names = {"BTCUSDT"},
     .file = "update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time,"
             "event_time\n"
             "1,36500,19.5,36500.1,39.2,1622505600120,1622505600125\n"
             "2,36500,19.4,36500.1,39.2,1622505600130,1622505600135\n",
     .events = "2021-06-01T00:00:00.125Z (2021-06-01T00:00:00.120Z) BTCUSDT quote bid=36500 "
               "bid_size=19.5 ask=36500.1 ask_size=39.2\n"
               "2021-06-01T00:00:00.135Z (2021-06-01T00:00:00.130Z) BTCUSDT quote bid=36500 "
               "bid_size=19.4 ask=36500.1 ask_size=39.2\n"},
    {.format = "binance-funding",
     .instrument = "BTCUSDT",
     .names = {"BTCUSDT"},
     .file = "calc_time,funding_interval_hours,last_funding_rate\n"
             "1622534400002,8,0.00050000\n"
             "1622563200000,8,-0.0001\n"
             "1622577600001,4,0.0002\n",
     .events = "2021-06-01T08:00:00Z BTCUSDT funding rate=0.0005 interval=28800\n"
               "2021-06-01T16:00:00Z BTCUSDT funding rate=-0.0001 interval=28800\n"
               "2021-06-01T20:00:00Z BTCUSDT funding rate=0.0002 interval=14400\n"},
    {.format = "binance-eoh",
     .names = {"BTC-231027-33000-P", "BTC-231027-33000-C"},
     .file = "date,hour,symbol,underlying,type,strike,open,high,low,close,volume_contracts,"
             "volume_usdt,best_bid_price,best_ask_price,best_bid_qty,best_ask_qty,best_buy_iv,"
             "best_sell_iv,mark_price,mark_iv,delta,gamma,vega,theta,openinterest_contracts,"
             "openinterest_usdt\n"
             "2023-10-20,22,BTC-231027-33000-P,BTCUSDT,P,231027-33000,0,0,0,0,0,0,0,3400,0,1,,,,,"
             ",,,,0,0\n"
             "2023-10-20,23,BTC-231027-33000-C,BTCUSDT,C,231027-33000,120,140,110,130,2.5,310,"
             "125,135,4,5,0.5,0.55,130,0.525,0.2,0.0001,9,-40,3,90000\n",
     .events = "2023-10-20T23:00:00Z BTC-231027-33000-P quote bid=nan bid_size=nan ask=3400 "
               "ask_size=1\n"
               "2023-10-21T00:00:00Z BTC-231027-33000-C quote bid=125 bid_size=4 ask=135 "
               "ask_size=5\n"
               "2023-10-21T00:00:00Z BTC-231027-33000-C mark mark=130 iv=0.525\n"
               "2023-10-21T00:00:00Z BTC-231027-33000-C bar open=120 high=140 low=110 close=130 "
               "volume=2.5\n"},
    {.format = "ohlcv",
     .instrument = "BTC-PERP",
     .stamp = "end",
     .names = {"BTC-PERP"},
     .file = "timestamp,open,high,low,close,volume\n"
             "2021-12-31 23:01:00.000000,46300,46385,46290,46377,2300413.5\n"
             "2021-12-31 23:02:00.000000,46377,46411,46370,46411,1829623.25\n",
     .events = "2021-12-31T23:01:00Z BTC-PERP bar open=46300 high=46385 low=46290 close=46377 "
               "volume=2300413.5\n"
               "2021-12-31T23:02:00Z BTC-PERP bar open=46377 high=46411 low=46370 close=46411 "
               "volume=1829623.25\n"},
    {.format = "ohlcv",
     .instrument = "ETHUSDT",
     .names = {"ETHUSDT"},
     .file = "timestamp,open,high,low,close,volume\n"
             "1607130000000,571,574,567,567.5,34147.5\n"
             "1607133600000,567.5,576,567,573,33823.25\n",
     .events = "2020-12-05T02:00:00Z ETHUSDT bar open=571 high=574 low=567 close=567.5 "
               "volume=34147.5\n"
               "2020-12-05T03:00:00Z ETHUSDT bar open=567.5 high=576 low=567 close=573 "
               "volume=33823.25\n"},
    {.format = "deribit-trades",
     .names = {"BTC-25DEC20-20000-C", "BTC-PERPETUAL"},
     .file = "trade_seq,trade_id,timestamp,tick_direction,price,mark_price,iv,instrument_name,"
             "index_price,direction,amount,liquidation,block_trade_id,combo_id,combo_trade_id\n"
             "1,69955873,1585230142610,1,0.0825,0.076,106.5,BTC-25DEC20-20000-C,6599.5,buy,0.1,,,,"
             "\n"
             "2,69955874,1585230142610,1,0.5,0.076,500.0,BTC-25DEC20-20000-C,6599.5,buy,0.1,,,,\n"
             "3,69955875,1585230142611,1,0.09,0.076,120,BTC-25DEC20-20000-C,6599.5,buy,25,,4794,,\n"
             "4,69955876,1585230142612,1,6600,6599,,BTC-PERPETUAL,6599.5,sell,120,,,,\n",
     .events = "2020-03-26T13:42:22.610Z BTC-25DEC20-20000-C mark mark=0.076 iv=1.065 "
               "index=6599.5\n"
               "2020-03-26T13:42:22.610Z BTC-25DEC20-20000-C trade price=0.0825 size=0.1\n"
               "2020-03-26T13:42:22.610Z BTC-25DEC20-20000-C mark mark=0.076 index=6599.5\n"
               "2020-03-26T13:42:22.610Z BTC-25DEC20-20000-C trade price=0.5 size=0.1\n"
               "2020-03-26T13:42:22.611Z BTC-25DEC20-20000-C mark mark=0.076 index=6599.5\n"
               "2020-03-26T13:42:22.611Z BTC-25DEC20-20000-C trade price=0.09 size=25\n"
               "2020-03-26T13:42:22.612Z BTC-PERPETUAL mark mark=6599 index=6599.5\n"
               "2020-03-26T13:42:22.612Z BTC-PERPETUAL trade price=6600 size=120\n"},
    {.format = "deribit-ticker",
     .names = {"BTC-13FEB21-37500-C", "BTC-5MAR21-57500-C"},
     .file = "underlying_price,timestamp,mark_price,mark_iv,last_price,instrument_name,"
             "index_price,best_bid_price,best_bid_amount,best_ask_price,best_ask_amount\n"
             "45671.5,1613068625266,0.179,124.5,0.2365,BTC-13FEB21-37500-C,47795,0.0,0.0,0.221,3\n"
             "48875.5,1613068625269,0.005,48.5,,BTC-5MAR21-57500-C,47795,0.0045,2,,\n",
     .events =
         "2021-02-11T18:37:05.266Z BTC-13FEB21-37500-C quote bid=nan bid_size=nan ask=0.221 "
         "ask_size=3\n"
         "2021-02-11T18:37:05.266Z BTC-13FEB21-37500-C mark mark=0.179 iv=1.245 forward=45671.5 "
         "index=47795\n"
         "2021-02-11T18:37:05.269Z BTC-5MAR21-57500-C quote bid=0.0045 bid_size=2 ask=nan "
         "ask_size=nan\n"
         "2021-02-11T18:37:05.269Z BTC-5MAR21-57500-C mark mark=0.005 iv=0.485 forward=48875.5 "
         "index=47795\n"},
    {.format = "deribit-candles",
     .interval = INT64_C(3600000000000),
     .names = {"SOL_USDC-10AUG26-70-C", "SOL_USDC-10AUG26-72-C"},
     .file = "instrument_name,tick,open,high,low,close,volume\n"
             "SOL_USDC-10AUG26-70-C,1786291200000,10.5,11,10.25,10.75,40\n"
             "SOL_USDC-10AUG26-72-C,1786291200000,9,9,9,9,0\n"
             "SOL_USDC-10AUG26-70-C,1786294800000,10.75,10.75,10.5,10.5,3\n",
     .events = "2026-08-09T17:00:00Z SOL_USDC-10AUG26-70-C bar open=10.5 high=11 low=10.25 "
               "close=10.75 volume=40\n"
               "2026-08-09T18:00:00Z SOL_USDC-10AUG26-70-C bar open=10.75 high=10.75 low=10.5 "
               "close=10.5 volume=3\n"},
    {.format = "deribit-funding",
     .instrument = "BTC-PERPETUAL",
     .names = {"BTC-PERPETUAL"},
     .file = "timestamp,index_price,prev_index_price,interest_1h\n"
             "1609462800000,28990.5,28900.25,1.25e-06\n"
             "1609466400000,29000.75,28990.5,-2.5e-07\n",
     .events = "2021-01-01T01:00:00Z BTC-PERPETUAL mark index=28990.5\n"
               "2021-01-01T01:00:00Z BTC-PERPETUAL funding rate=1.25e-06 interval=3600 paid=1\n"
               "2021-01-01T02:00:00Z BTC-PERPETUAL mark index=29000.75\n"
               "2021-01-01T02:00:00Z BTC-PERPETUAL funding rate=-2.5e-07 interval=3600 paid=1\n"},
    {.format = "deribit-delivery",
     .instrument = "BTC-PERPETUAL",
     .names = {"BTC-PERPETUAL"},
     .file = "date,delivery_price\n"
             "2021-01-01,29001.25\n"
             "2021-01-02,30000.5\n",
     .events = "2021-01-01T08:00:00Z BTC-PERPETUAL settlement delivery=29001.25\n"
               "2021-01-02T08:00:00Z BTC-PERPETUAL settlement delivery=30000.5\n"},
    {.format = "deribit-dvol",
     .instrument = "BTC-PERPETUAL",
     .names = {"BTC-PERPETUAL"},
     .file = "timestamp,open,high,low,close\n"
             "1609459200000,80.1,81,79.5,80.25\n"
             "1609462800000,80.25,82,80,81.75\n",
     .events = "2021-01-01T01:00:00Z BTC-PERPETUAL mark iv=0.8025\n"
               "2021-01-01T02:00:00Z BTC-PERPETUAL mark iv=0.8175\n"},
};

#endif
