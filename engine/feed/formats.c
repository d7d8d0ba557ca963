/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/format.h"

#include "base/config.h"

#include <string.h>

#define TARDIS_CLOCK                                                                               \
    "happened at timestamp, known at local_timestamp, microseconds UTC, ordered by the latter"

static const rh_format_entry entries[] = {
    {"csv", "Generic CSV: columns by header name, any subset, an empty cell means no change",
     "ts instrument bid bid_size ask ask_size last mark index forward iv iv_pct funding_rate "
     "funding_interval open high low close volume settlement; map: renames",
     "prices as the instrument is quoted; iv as a fraction, iv_pct in percent; funding_rate as a "
     "fraction per funding_interval (8h unless said; text, hours or seconds); a bid or ask of 0 is "
     "no quote",
     "ts is when the row is known, ISO-8601 or integer (unit by magnitude), UTC unless timezone: "
     "is given; bars at their end unless stamp: start",
     "anyone"},
    {"sqlite", "A table or a SELECT of an SQLite file, with the columns of the generic CSV",
     "ts instrument bid bid_size ask ask_size last mark index forward iv iv_pct funding_rate "
     "funding_interval open high low close volume settlement; query: is a table's name or one "
     "SELECT; map: renames",
     "as csv", "as csv", "anyone"},
    {"optionsdx", "OptionsDX daily option chain of Deribit, one option a row",
     "QUOTE_UNIXTIME INSTRUMENT_NAME UNDERLYING_PRICE BID_SIZE BID_PRICE ASK_PRICE ASK_SIZE "
     "MARK_IV",
     "option prices in coin, sizes in contracts, UNDERLYING_PRICE (the forward of that expiry) in "
     "USD, MARK_IV in percent; a price of 0 is no quote",
     "QUOTE_UNIXTIME, seconds UTC", "optionsdx.com"},
    {"cryptodatadownload", "CryptoDataDownload bars, newest first",
     "Unix Symbol Open High Low Close Volume (or the first column whose name begins so)",
     "prices in quote currency, volume as the vendor gives it",
     "Unix, seconds or milliseconds UTC, start of the bar: happens and is known one interval "
     "later",
     "cryptodatadownload.com"},
    {"binance-funding-ui", "Funding history as exported by the pages of Binance, newest first",
     "Time, Contracts, Funding Interval, Funding Rate",
     "rate in percent of the position per interval, as text with a % sign",
     "Time on the local clock of whoever exported it: timezone: names it; paid at the stamp",
     "binance.com"},
    {"tardis-options-chain", "tardis.dev options_chain: tickers of options",
     "exchange symbol timestamp local_timestamp type strike_price expiration bid_price bid_amount "
     "ask_price ask_amount mark_price mark_iv underlying_price; strike, expiration and type must "
     "be those of the symbol",
     "prices as the option is quoted (coin where inverse), amounts in contracts, underlying_price "
     "(the forward of that expiry) in USD; mark_iv in percent on deribit, else a fraction unless "
     "iv_unit: percent; an empty price is no quote",
     TARDIS_CLOCK, "tardis.dev"},
    {"tardis-derivative-ticker", "tardis.dev derivative_ticker: mark, index, funding",
     "exchange symbol timestamp local_timestamp funding_timestamp funding_rate index_price "
     "mark_price",
     "prices in quote currency; funding_rate as a fraction, paid at funding_timestamp and told by "
     "the first row that names the next one; on deribit a rate of 8h that accrues",
     TARDIS_CLOCK, "tardis.dev"},
    {"tardis-quotes", "tardis.dev quotes and book_ticker: top of the book",
     "symbol timestamp local_timestamp ask_amount ask_price bid_price bid_amount",
     "prices and amounts as the venue gives them (contract_size: turns contracts into USD or "
     "coin); an empty price is no quote",
     TARDIS_CLOCK, "tardis.dev"},
    {"tardis-trades", "tardis.dev trades", "symbol timestamp local_timestamp id price amount",
     "price and amount as the venue gives them (contract_size: turns contracts into USD or coin); "
     "a trade that comes twice, by its id, counts once",
     TARDIS_CLOCK, "tardis.dev"},
    {"tardis-book-snapshot", "tardis.dev book_snapshot_5 and _25: the best level is read",
     "symbol timestamp local_timestamp asks[0].price asks[0].amount bids[0].price bids[0].amount",
     "prices and amounts as the venue gives them (contract_size: turns contracts into USD or "
     "coin); an empty price is no quote",
     TARDIS_CLOCK, "tardis.dev"},
    {"binance-klines", "Binance klines of spot, USDT-M and coin-M, with and without header",
     "open_time open high low close volume close_time; the file's instrument: is needed",
     "prices in quote currency; volume in the coin traded, of coin-M in contracts "
     "(contract_size: 100 for BTC, 10 for the others)",
     "close_time, integer UTC (unit by magnitude: ms, spot since 2025 us), the last unit of the "
     "bar: it happens and is known one unit later",
     "data.binance.vision"},
    {"binance-mark-klines", "Binance markPriceKlines: the mark at the end of each bar",
     "open_time close close_time; the file's instrument: is needed",
     "prices in quote currency", "as binance-klines", "data.binance.vision"},
    {"binance-index-klines", "Binance indexPriceKlines: the index at the end of each bar",
     "open_time close close_time; the file's instrument: is needed",
     "prices in quote currency", "as binance-klines", "data.binance.vision"},
    {"binance-trades", "Binance trades, with and without header",
     "id price qty time; the file's instrument: is needed",
     "price in quote currency; qty in the coin traded, of coin-M in contracts (contract_size:)",
     "time, integer UTC (unit by magnitude)", "data.binance.vision"},
    {"binance-aggtrades", "Binance aggTrades, with and without header",
     "agg_trade_id price quantity transact_time; the file's instrument: is needed",
     "price in quote currency; quantity in the coin traded, of coin-M in contracts "
     "(contract_size:)",
     "transact_time, integer UTC (unit by magnitude)", "data.binance.vision"},
    {"binance-bookticker", "Binance bookTicker of futures: top of the book",
     "update_id best_bid_price best_bid_qty best_ask_price best_ask_qty transaction_time "
     "event_time; the file's instrument: is needed",
     "prices in quote currency; sizes in the coin traded, of coin-M in contracts (contract_size:); "
     "a price of 0 is no quote",
     "happened at transaction_time, known at event_time, integers UTC (unit by magnitude)",
     "data.binance.vision"},
    {"binance-funding", "Binance fundingRate, a file a month",
     "calc_time funding_interval_hours last_funding_rate; the file's instrument: is needed",
     "rate as a fraction per interval",
     "calc_time, integer UTC (unit by magnitude), up to 10s late: moved back to the hour",
     "data.binance.vision"},
    {"binance-eoh", "Binance EOHSummary: hourly chain of USDT options",
     "date hour symbol type strike open high low close volume_contracts best_bid_price "
     "best_ask_price best_bid_qty best_ask_qty mark_price mark_iv; strike and type must be those "
     "of the symbol",
     "prices in USDT, sizes in contracts of one coin, mark_iv as a fraction unless iv_unit: "
     "percent; an empty price or 0 is no quote, an hour without volume has no bar",
     "date and hour UTC: happens and is known at the end of that hour (stamp: end for its start)",
     "data.binance.vision"},
    {"ohlcv", "Bars of one instrument in six columns, FTX style, with and without header",
     "timestamp open high low close volume, in any case; symbol, if there is one",
     "prices in quote currency; volume as the vendor gives it",
     "timestamp, integer (unit by magnitude) or ISO-8601, UTC unless timezone: is given; start of "
     "the bar unless stamp: end",
     "FTX, ccxt, Kaiko and many others"},
    {"deribit-funding", "Hourly funding of a perpetual of Deribit (get_funding_rate_history)",
     "timestamp interest_1h index_price; the file's instrument: is needed; JSON as the API gives "
     "it, or CSV",
     "interest_1h as a fraction of the position, of the hour that ended at the stamp: it is paid "
     "there",
     "timestamp, integer UTC (unit by magnitude)", "deribit.com"},
    {"deribit-delivery", "Delivery prices of an index of Deribit (get_delivery_prices)",
     "date delivery_price; the file's instrument: (any on that underlying that doesn't expire) is "
     "needed; JSON as the API gives it, or CSV",
     "USD", "date: at 08:00 UTC of that day", "deribit.com"},
    {"deribit-dvol", "Deribit's volatility index (get_volatility_index_data)",
     "timestamp open high low close; the file's instrument: is needed, whose implied volatility "
     "it becomes; JSON as the API gives it, or CSV",
     "volatility points: percent a year",
     "timestamp, integer UTC, start of the candle: known at "
     "its end",
     "deribit.com"},
    {"deribit-trades", "Public trades of Deribit as JSON or CSV",
     "trade_id timestamp instrument_name price amount mark_price iv index_price block_trade_id "
     "combo_id",
     "prices of options in coin (inverse) or USDC, amount in USD for inverse futures, else in "
     "coin; iv in percent, of the trade's price: taken as the option's volatility but for blocks, "
     "combos, 0, 500 and 999",
     "timestamp, integer UTC (unit by magnitude)", "deribit.com"},
    {"deribit-ticker", "Tickers or order books of Deribit as CSV, one instrument a row",
     "timestamp instrument_name best_bid_price best_bid_amount best_ask_price best_ask_amount "
     "mark_price mark_iv underlying_price index_price",
     "prices of options in coin (inverse) or USDC, underlying_price (the forward of that expiry) "
     "in USD, mark_iv in percent; an empty price or 0 is no quote",
     "timestamp, integer UTC (unit by magnitude)", "deribit.com"},
    {"deribit-candles", "Candles of Deribit as CSV",
     "tick open high low close volume; instrument_name, or the file's instrument:",
     "prices as the instrument is quoted; a candle without volume carries an old price and gives "
     "no event",
     "tick, integer UTC (unit by magnitude), start of the bar unless stamp: end", "deribit.com"},
};

static const rh_format *const formats[] = {
    &rh_format_csv,
    &rh_format_sqlite,
    &rh_format_optionsdx,
    &rh_format_cryptodatadownload,
    &rh_format_binance_funding_ui,
    &rh_format_tardis_options_chain,
    &rh_format_tardis_derivative_ticker,
    &rh_format_tardis_quotes,
    &rh_format_tardis_trades,
    &rh_format_tardis_book_snapshot,
    &rh_format_binance_klines,
    &rh_format_binance_mark_klines,
    &rh_format_binance_index_klines,
    &rh_format_binance_trades,
    &rh_format_binance_aggtrades,
    &rh_format_binance_bookticker,
    &rh_format_binance_funding,
    &rh_format_binance_eoh,
    &rh_format_ohlcv,
    &rh_format_deribit_funding,
    &rh_format_deribit_delivery,
    &rh_format_deribit_dvol,
    &rh_format_deribit_trades,
    &rh_format_deribit_ticker,
    &rh_format_deribit_candles,
};

enum { N_FORMATS = sizeof formats / sizeof *formats };
_Static_assert(sizeof entries / sizeof *entries == N_FORMATS, "one entry a format");

const rh_format_entry *rh_formats(size_t *count) {
    *count = N_FORMATS;
    return entries;
}

const rh_format *rh_format_find(const char *name, rh_error *error) {
    const char *names[N_FORMATS];
    for (int i = 0; i < N_FORMATS; i++) {
        if (name && strcmp(formats[i]->name, name) == 0)
            return formats[i];
        names[i] = formats[i]->name;
    }
    if (!name) {
        (void)rh_fail(error, RH_BAD_CONFIG, "a file without a format");
        return NULL;
    }
    const char *near = rh_nearest_name(name, names, N_FORMATS);
    (void)rh_fail(error, RH_BAD_CONFIG, "no format '%.40s'%s%s%s; see 'rehedge list formats'", name,
                  near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
    return NULL;
}

int64_t rh_format_disorder(const rh_source_spec *spec) {
    const rh_format *format = NULL;
    if (spec->store)
        return 0; /* it holds them in order */
    if (spec->disorder == 0)
        format = rh_format_find(spec->format, NULL);
    return format ? format->disorder : spec->disorder;
}
