/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keys.c: the table, in the order of the documentation. */
#include "experiment/keys.h"

#include "experiment/experiment.h"

#define AT(member)            .offset = offsetof(rh_experiment, member)
#define IN(structure, member) .offset = offsetof(structure, member)

static const rh_key keys[] = {
    {"title", RH_KEY_TEXT, RH_SCOPE_STUDY, AT(title), "", .help = "what the charts are headed"},

    {"data", RH_KEY_LIST, RH_SCOPE_TAPE, AT(data), NULL, .size = sizeof(rh_data_entry),
     .help = "the files that make up the market's history"},
    {"data.*.format", RH_KEY_TEXT, RH_SCOPE_TAPE, IN(rh_data_entry, format), "",
     .help = "of a file: see `rehedge list formats`"},
    {"data.*.path", RH_KEY_TEXT, RH_SCOPE_TAPE, IN(rh_data_entry, path), "",
     .help =
         "the file, plain, gzip, zstd or zip; relative to the experiment's folder; * ? [ ] name a "
         "series"},
    {"data.*.store", RH_KEY_TEXT, RH_SCOPE_TAPE, IN(rh_data_entry, store), "",
     .help = "instead of a file: a store made by `rehedge import`, with all that it holds"},
    {"data.*.scenario", RH_KEY_TEXT, RH_SCOPE_TAPE, IN(rh_data_entry, scenario), "",
     .help = "instead of all other keys: a synthetic market, made in memory from this file; see "
             "`rehedge help scenario`"},
    {"data.*.instrument", RH_KEY_TEXT, RH_SCOPE_TAPE, IN(rh_data_entry, instrument), "",
     .help = "the instrument that every row of the file is about; of a store, the only one heard"},
    {"data.*.timezone", RH_KEY_TEXT, RH_SCOPE_TAPE, IN(rh_data_entry, timezone), "",
     .help = "IANA name of the file's clock; UTC if not given"},
    {"data.*.interval", RH_KEY_DURATION, RH_SCOPE_TAPE, IN(rh_data_entry, interval), "",
     .help = "length of its bars or funding periods; found from the rows if not given"},
    {"data.*.stamp", RH_KEY_TEXT, RH_SCOPE_TAPE, IN(rh_data_entry, stamp), "",
     .help = "a row's time is the `start` or the `end` of its bar"},
    {"data.*.delay", RH_KEY_DURATION, RH_SCOPE_TAPE, IN(rh_data_entry, delay), "0",
     .help = "rows are known this long after they happened"},
    {"data.*.disorder", RH_KEY_DURATION, RH_SCOPE_TAPE, IN(rh_data_entry, disorder), "0",
     .help = "rows may come this late and are put in order; 0: what the format is known for"},
    {"data.*.proxy", RH_KEY_FLAG, RH_SCOPE_TAPE, IN(rh_data_entry, proxy), "false",
     .help = "funding of another contract may stand in for this instrument's"},
    {"data.*.contract_size", RH_KEY_NUMBER, RH_SCOPE_TAPE, IN(rh_data_entry, contract_size), "1",
     "USD or units", 1e-9, 1e9, .help = "sizes in the file are contracts of this much"},
    {"data.*.query", RH_KEY_TEXT, RH_SCOPE_TAPE, IN(rh_data_entry, query), "",
     .help = "format sqlite: a table's name, or one SELECT"},
    {"data.*.iv_unit", RH_KEY_TEXT, RH_SCOPE_TAPE, IN(rh_data_entry, iv_unit), "",
     .help = "volatilities are in `percent` or a `fraction`; the format's own unit if not given"},
    {"data.*.map", RH_KEY_MAP, RH_SCOPE_TAPE, IN(rh_data_entry, map), "",
     .help = "column in the file: field of the format"},
    {"data.*.from", RH_KEY_TIME, RH_SCOPE_TAPE, IN(rh_data_entry, from), "", .unit = "UTC",
     .help = "of a store: nothing that happened earlier is heard, not even to warm up"},
    {"data.*.to", RH_KEY_TIME, RH_SCOPE_TAPE, IN(rh_data_entry, to), "", .unit = "UTC",
     .help = "of a store: nothing that happened then or later is heard"},

    {"paths", RH_KEY_NUMBER, RH_SCOPE_TAPE, AT(paths), "", "", 1, 1e7,
     .help = "for `rehedge compare`: Monte Carlo over so many paths of the scenario"},
    {"first_path", RH_KEY_NUMBER, RH_SCOPE_TAPE, AT(first_path), "", "", 0, 4e9,
     .help = "number of the first path of the scenario; 1 with `paths`, else 0, if not given"},

    {"from", RH_KEY_TIME, RH_SCOPE_TAPE, AT(from), "", .unit = "UTC",
     .help = "first instant of the run; data before it only warm up"},
    {"to", RH_KEY_TIME, RH_SCOPE_TAPE, AT(to), "", .unit = "UTC",
     .help = "end of the run (exclusive); positions alive then are marked"},
    {"venue", RH_KEY_TEXT, RH_SCOPE_TAPE, AT(venue), "none",
     .help = "rulebook for ticks, lots, fees, funding, settlement; see `rehedge list venues`"},
    {"funding", RH_KEY_CHOICE, RH_SCOPE_TAPE, AT(funding), "venue",
     .choices = "venue none discrete continuous",
     .help = "paid at its stamp (discrete) or as time passes (continuous)"},
    {"numeraire", RH_KEY_CHOICE, RH_SCOPE_LANE, AT(numeraire), "usd", .choices = "usd coin",
     .help = "the currency in which the hedger wants to be flat"},
    {"capital", RH_KEY_MAP, RH_SCOPE_LANE, AT(capital), "",
     .help = "collateral at the start, by currency: {BTC: 0, USD: 0}"},
    {"rate", RH_KEY_NUMBER, RH_SCOPE_VALUATION, AT(rate), "0", "1/yr", -1, 10,
     .help = "continuous; discounts USD options, carries forwards, accrues on USD cash"},
    {"rate_coin", RH_KEY_NUMBER, RH_SCOPE_VALUATION, AT(rate_coin), "0", "1/yr", -1, 10,
     .help = "continuous; accrues on coin cash"},

    {"instruments", RH_KEY_LIST, RH_SCOPE_TAPE, AT(instruments), "",
     .size = sizeof(rh_instrument_entry),
     .help = "contracts whose names say nothing, or whose terms differ from the rulebook"},
    {"instruments.*.name", RH_KEY_TEXT, RH_SCOPE_TAPE, IN(rh_instrument_entry, name), NULL,
     .help = "as the data call it"},
    {"instruments.*.kind", RH_KEY_CHOICE, RH_SCOPE_TAPE, IN(rh_instrument_entry, kind), "",
     .choices = "spot perpetual future option",
     .help = "needed if the name is not one that a venue uses"},
    {"instruments.*.settle", RH_KEY_CHOICE, RH_SCOPE_TAPE, IN(rh_instrument_entry, settle), "",
     .choices = "linear inverse",
     .help = "settled in USD or in coin; as the name says, else linear"},
    {"instruments.*.multiplier", RH_KEY_NUMBER, RH_SCOPE_TAPE, IN(rh_instrument_entry, multiplier),
     "", "", 1e-12, 1e12,
     .help = "units of underlying (inverse futures: USD) per contract; 1 if not given"},
    {"instruments.*.tick", RH_KEY_NUMBER, RH_SCOPE_TAPE, IN(rh_instrument_entry, tick), "", "", 0,
     1e12, .help = "smallest step of the price; the venue's if not given"},
    {"instruments.*.lot", RH_KEY_NUMBER, RH_SCOPE_TAPE, IN(rh_instrument_entry, lot), "", "", 0,
     1e12, .help = "smallest step of the quantity, 0 rounds nothing; the venue's if not given"},
    {"instruments.*.strike", RH_KEY_NUMBER, RH_SCOPE_TAPE, IN(rh_instrument_entry, strike), "",
     "USD", 1e-12, 1e15, .help = "options"},
    {"instruments.*.right", RH_KEY_TEXT, RH_SCOPE_TAPE, IN(rh_instrument_entry, right), "",
     .help = "options: call or put"},
    {"instruments.*.expiry", RH_KEY_TIME, RH_SCOPE_TAPE, IN(rh_instrument_entry, expiry), "",
     .unit = "UTC", .help = "options and futures"},
    {"instruments.*.underlying", RH_KEY_TEXT, RH_SCOPE_TAPE, IN(rh_instrument_entry, underlying),
     "", .help = "BTC, ETH, ...; any if not given"},

    {"book", RH_KEY_LIST, RH_SCOPE_BOOK, AT(book), NULL, .size = sizeof(rh_book_entry),
     .help = "the positions to be hedged"},
    {"book.*.instrument", RH_KEY_TEXT, RH_SCOPE_BOOK, IN(rh_book_entry, instrument), "",
     .help = "as the venue names it, or from `instruments`; or say `roll`"},
    {"book.*.quantity", RH_KEY_NUMBER, RH_SCOPE_BOOK, IN(rh_book_entry, quantity), NULL,
     "venue amount", -1e15, 1e15, .help = "negative when sold"},
    {"book.*.open", RH_KEY_TIME, RH_SCOPE_BOOK, IN(rh_book_entry, open), "", .unit = "UTC",
     .help = "opens at the first moment from here on when its price is observed; `from` if not "
             "given"},
    {"book.*.price", RH_KEY_TEXT, RH_SCOPE_BOOK, IN(rh_book_entry, price), "",
     .help = "bid, ask, mid, mark or a number; the side that is hit if not given"},
    {"book.*.close", RH_KEY_TIME, RH_SCOPE_BOOK, IN(rh_book_entry, close), "", .unit = "UTC",
     .help = "closes at the first moment from here on; at expiry if not given"},
    {"book.*.close_price", RH_KEY_TEXT, RH_SCOPE_BOOK, IN(rh_book_entry, close_price), "",
     .help = "as price; the side that is hit if not given"},
    {"book.*.roll", RH_KEY_CHOICE, RH_SCOPE_BOOK, IN(rh_book_entry, roll), "",
     .choices = "call put straddle strangle",
     .help = "instead of an instrument: a position that is renewed from what the data list"},
    {"book.*.tenor", RH_KEY_DURATION, RH_SCOPE_BOOK, IN(rh_book_entry, tenor), "", "", 1, 1e9,
     .help = "roll: the expiry nearest to this far ahead is taken"},
    {"book.*.strike", RH_KEY_TEXT, RH_SCOPE_BOOK, IN(rh_book_entry, strike), "",
     .help = "roll: atm, or a multiple of the forward (of a strangle's call; its put lies as far "
             "below)"},
    {"book.*.delta", RH_KEY_NUMBER, RH_SCOPE_BOOK, IN(rh_book_entry, delta), "", "", 0.001, 0.999,
     .help = "roll: instead of strike, the size of the delta to look for"},
    {"book.*.every", RH_KEY_DURATION, RH_SCOPE_BOOK, IN(rh_book_entry, every), "", "", 1, 1e9,
     .help = "roll: from one renewal to the next; when the last contracts expire if not given"},
    {"book.*.settle", RH_KEY_CHOICE, RH_SCOPE_BOOK, IN(rh_book_entry, settle), "",
     .choices = "linear inverse", .help = "roll: the kind of options, where the data have both"},

    {"hedge.instrument", RH_KEY_TEXT, RH_SCOPE_VALUATION, AT(hedge.instrument), NULL,
     .help = "spot, perpetual or future that offsets the exposure"},
    {"hedge.ratio", RH_KEY_PLUGIN, RH_SCOPE_VALUATION, AT(hedge.ratio), "black",
     .help = "hedge-ratio model; see `rehedge list ratios`"},
    {"hedge.vol", RH_KEY_CHOICE, RH_SCOPE_VALUATION, AT(hedge.vol), "mark", .choices = "mark",
     .help = "volatility that the ratio uses; see `rehedge list vols`"},
    {"hedge.forward", RH_KEY_CHOICE, RH_SCOPE_VALUATION, AT(hedge.forward), "carried",
     .choices = "carried observed",
     .help = "between observations the forward moves with the hedge, or stays"},
    {"hedge.target", RH_KEY_NUMBER, RH_SCOPE_LANE, AT(hedge.target), "0", "units of underlying",
     -1e15, 1e15, .help = "exposure to keep"},
    {"hedge.collateral", RH_KEY_CHOICE, RH_SCOPE_LANE, AT(hedge.collateral), "include",
     .choices = "include ignore",
     .help = "coin cash counts as exposure; or is turned into USD as it comes"},
    {"hedge.at_end", RH_KEY_CHOICE, RH_SCOPE_LANE, AT(hedge.at_end), "close",
     .choices = "close keep", .help = "the hedge, when the last position has gone"},
    {"strategy", RH_KEY_PLUGIN, RH_SCOPE_LANE, AT(strategy), NULL,
     .help = "rebalance rule and its parameters; see `rehedge list strategies`"},
    {"compare", RH_KEY_SETS, RH_SCOPE_STUDY, AT(compare), "",
     .help =
         "for `rehedge compare`: a list of mappings, each with a `label` and the keys in which it "
         "differs"},

    {"execution.price", RH_KEY_CHOICE, RH_SCOPE_LANE, AT(execution.price), "touch",
     .choices = "touch mid mark", .help = "where orders fill"},
    {"execution.latency", RH_KEY_DURATION, RH_SCOPE_LANE, AT(execution.latency), "0",
     .help = "from the decision to the venue"},
    {"execution.max_age", RH_KEY_DURATION, RH_SCOPE_LANE, AT(execution.max_age), "0",
     .help = "an older price doesn't fill, the order waits; 0: any age fills"},
    {"execution.liquidity", RH_KEY_CHOICE, RH_SCOPE_LANE, AT(execution.liquidity), "taker",
     .choices = "taker maker", .help = "which fee the hedge pays"},

    {"costs.maker", RH_KEY_NUMBER, RH_SCOPE_LANE, AT(costs.maker), "", "fraction", -0.1, 1,
     .help = "fee on the hedge's notional; the venue's if not given"},
    {"costs.taker", RH_KEY_NUMBER, RH_SCOPE_LANE, AT(costs.taker), "", "fraction", -0.1, 1,
     .help = "fee on the hedge's notional; the venue's if not given"},
    {"costs.option", RH_KEY_NUMBER, RH_SCOPE_LANE, AT(costs.option), "", "fraction", 0, 1,
     .help = "fee on the underlying of an option; the venue's if not given"},
    {"costs.option_cap", RH_KEY_NUMBER, RH_SCOPE_LANE, AT(costs.option_cap), "", "fraction", 0, 1,
     .help = "most that an option's fee may be of its price; 0: no cap"},
    {"costs.delivery", RH_KEY_NUMBER, RH_SCOPE_LANE, AT(costs.delivery), "", "fraction", 0, 1,
     .help = "fee on the underlying of an option that expires in the money"},

    {"mark.max_age", RH_KEY_DURATION, RH_SCOPE_VALUATION, AT(mark.max_age), "2d", "", 1e-9, 1e9,
     .help = "an option observed longer ago is stale: its steps don't count in error statistics"},
    {"record.every", RH_KEY_DURATION, RH_SCOPE_STUDY, AT(record.every), "1h", "", 1e-3, 1e9,
     .help = "grid of steps, errors and attribution"},
    {"record.anchor", RH_KEY_CHOICE, RH_SCOPE_STUDY, AT(record.anchor), "open",
     .choices = "open utc", .help = "the grid starts at the book's first open, or at 00:00 UTC"},
};

const rh_key *rh_keys(size_t *count) {
    *count = sizeof keys / sizeof *keys;
    return keys;
}

const char *rh_key_type_text(rh_key_type type) {
    static const char *const names[] = {"text", "number",  "time",    "duration", "choice",
                                        "flag", "plug-in", "mapping", "sets",     "list"};
    return names[type];
}

const char *rh_key_scope_text(rh_key_scope scope) {
    static const char *const names[] = {"study", "tape", "book", "valuation", "lane"};
    return names[scope];
}
