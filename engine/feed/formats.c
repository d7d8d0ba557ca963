/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/format.h"

#include "base/config.h"

#include <string.h>

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
};

static const rh_format *const formats[] = {
    &rh_format_csv,
    &rh_format_optionsdx,
    &rh_format_cryptodatadownload,
    &rh_format_binance_funding_ui,
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
