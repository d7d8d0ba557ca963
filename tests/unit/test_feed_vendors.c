/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vendor formats on small files in the vendors' own layout. */
#include "test_feed_support.h"

static rh_source_spec file(const char *format, const char *text) {
    return (rh_source_spec){.format = format, .path = write_text(text)};
}

#define CHAIN_HEADER                                                                               \
    "[QUOTE_UNIXTIME], [INSTRUMENT_NAME], [UNDERLYING_PRICE], [EXPIRY_UNIX], [BID_SIZE], "         \
    "[BID_PRICE], [ASK_PRICE], [ASK_SIZE], [VOLUME], [MARK_IV]\n"

static void optionsdx_row(void **state) {
    (void)state;
    const rh_source_spec spec =
        file("optionsdx", CHAIN_HEADER
             "1622520046, BTC-25JUN21-36000-C, 36795.030000, 1, 21.000000, 0.105500, 0.109000, "
             "25.200000, , 95.140000\n"
             "1622520046, BTC-1JUN21-30000-C, 36677.34, 1, 0, 0.0, 0.0005, 3, 2, 149.63\n"
             "1622606445, BTC-25JUN21-36000-C, 36602.66, 1, 0.000000, 0.000000, 0.000000, "
             "0.000000, , 0.000000\n");
    const reading_result *r = read_source(&spec, NAMES("BTC-25JUN21-36000-C"));
    assert_ok(r);
    assert_int_equal(r->summary.rows, 3);
    assert_int_equal(r->summary.foreign, 1);
    assert_int_equal(r->count, 4);
    const rh_event *quote = &r->events[0], *mark = &r->events[1];
    assert_int_equal(quote->kind, RH_EVENT_QUOTE);
    assert_int_equal(quote->known, at("2021-06-01T04:00:46Z"));
    assert_int_equal(quote->present, 15);
    assert_true(quote->value[RH_BID] == 0.1055 && quote->value[RH_BID_SIZE] == 21);
    assert_true(quote->value[RH_ASK] == 0.109 && quote->value[RH_ASK_SIZE] == 25.2);
    assert_int_equal(mark->kind, RH_EVENT_MARK);
    assert_int_equal(mark->known, quote->known);
    assert_int_equal(mark->present, 1 << RH_IV | 1 << RH_FORWARD);
    assert_true(fabs(mark->value[RH_IV] - 0.9514) < 1e-15);
    assert_true(mark->value[RH_FORWARD] == 36795.03);
    for (int i = 0; i < 4; i++) /* a price of 0 is no quote, and a size without one nothing */
        assert_true(rh_event_has(&r->events[2], i) && isnan(r->events[2].value[i]));
    assert_int_equal(r->events[3].present, 1 << RH_FORWARD);
}

static void optionsdx_refusals(void **state) {
    (void)state;
    rh_source_spec spec = file("optionsdx", "[QUOTE_UNIXTIME], [INSTRUMENT], [BID_PRICE]\n");
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_DATA, "no column 'INSTRUMENT_NAME'");
    spec = file("optionsdx",
                "[QUOTE_UNIXTIME],[INSTRUMENT_NAME],[UNDERLYING_PRICE],[BID_SIZE],[BID_PRICES],"
                "[ASK_PRICE],[ASK_SIZE],[MARK_IV]\n");
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_DATA,
                "no column 'BID_PRICE' (did you mean 'BID_PRICES'?)");
    spec = file("optionsdx", CHAIN_HEADER "1622520046,X,1,1,1,-0.5,1,1,1,1\n");
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_DATA, ":2:6: BID_PRICE: -0.5 is negative");
    spec.timezone = "Europe/London";
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_CONFIG,
                "the clock of format optionsdx is UTC; remove timezone");
    spec.timezone = "UTC";
    spec.stamp = "start";
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_CONFIG,
                "format optionsdx has no bars; remove stamp");
}

#define BARS_HEADER                                                                                \
    "https://www.CryptoDataDownload.com\n"                                                         \
    "Unix,Date,Symbol,Open,High,Low,Close,Volume,Volume Base Asset,tradecount\n"

static void bars_are_known_at_their_close(void **state) {
    (void)state;
    rh_source_spec spec = file("cryptodatadownload", BARS_HEADER
                               "1646089200000,2022-02-28 23:00:00,BTCUSD_PERP,4,6,3,5,403,93.5,61\n"
                               "1646085600000,2022-02-28 22:00:00,BTCUSD_PERP,3,5,2,4,794,18.2,12\n"
                               "1646071200000,2022-02-28 18:00:00,BTCUSD_PERP,2,4,1,3,794,18.2,12");
    spec.instrument = "BTC-PERPETUAL";
    const reading_result *r = read_source(&spec, NAMES("BTC-PERPETUAL"));
    assert_ok(r);
    assert_int_equal(r->count, 3);
    assert_int_equal(r->events[0].known, at("2022-02-28T19:00Z"));
    assert_int_equal(r->events[2].known, at("2022-03-01T00:00Z"));
    assert_int_equal(r->events[2].happened, r->events[2].known);
    assert_int_equal(r->events[2].present, 31);
    assert_true(r->events[2].value[RH_CLOSE] == 5 && r->events[2].value[RH_VOLUME] == 403);
    assert_int_equal(r->summary.gaps, 3);
    spec.stamp = "end";
    r = read_source(&spec, NAMES("BTC-PERPETUAL"));
    assert_int_equal(r->events[2].known, at("2022-02-28T23:00Z"));
}

static void bars_in_other_hands(void **state) {
    (void)state;
    /* Lower case, no title, seconds, two volumes, oldest first, the symbol is the instrument. */
    rh_source_spec spec =
        file("cryptodatadownload", "unix,date,symbol,open,high,low,close,Volume BTC,Volume USD\r\n"
                                   "1646006400,2022-02-28,BTCUSDT,4,6,3,5,7,70\r\n"
                                   "1646092800,2022-03-01,BTCUSDT,4,6,3,5,8,80\r\n");
    const reading_result *r = read_source(&spec, NAMES("BTCUSDT"));
    assert_ok(r);
    assert_int_equal(r->events[0].known, at("2022-03-01"));
    assert_true(r->events[1].value[RH_VOLUME] == 8);
    assert_says(read_source(&spec, NAMES("BTC-PERPETUAL")), RH_BAD_DATA,
                ":2:3: no instrument is called 'BTCUSDT' here; say which one the file is of with "
                "instrument:");
    spec = file("cryptodatadownload", BARS_HEADER "1646089200000,x,S,4,6,3,5,403,93.5,61\n");
    spec.instrument = "X";
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_DATA, "say interval:");
    spec.interval = RH_HOUR;
    assert_ok(read_source(&spec, NAMES("X")));
    spec = file("cryptodatadownload", "https://www.CryptoDataDownload.com\n");
    spec.instrument = "X";
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_DATA, "the file is empty");
    spec = file("cryptodatadownload", BARS_HEADER);
    spec.instrument = "X";
    assert_ok(read_source(&spec, NAMES("X")));
}

#define FUNDING_HEADER "\xef\xbb\xbf\"Time\",\"Contracts\",\"Funding Interval\",\"Funding Rate\"\n"

/* Over the night when London's clock went back, and the one when it went forward. */
#define FUNDING_ROWS                                                                               \
    "\"2021-10-31 08:00:00\",\"BTCUSDT Perpetual\",\"8h\",\"-0.005386%\"\n"                        \
    "\"2021-10-31 01:00:00\",\"BTCUSDT Perpetual\",\"8h\",\"0.010000%\"\n"                         \
    "\"2021-10-30 17:00:00\",\"BTCUSDT Perpetual\",\"8h\",\"0.020000%\"\n"                         \
    "\"2021-10-30 01:00:00\",\"BTCUSDT Perpetual\",\"8h\",\"0.030000%\"\n"                         \
    "\"2021-03-28 09:00:00\",\"BTCUSDT Perpetual\",\"8h\",\"0.040000%\"\n"                         \
    "\"2021-03-28 00:00:00\",\"BTCUSDT Perpetual\",\"8h\",\"0.050000%\"\n"

static void funding_on_a_local_clock(void **state) {
    static const struct {
        const char *paid;
        double rate;
    } wanted[] = {{"2021-03-28T00:00Z", 5e-4}, {"2021-03-28T08:00Z", 4e-4},
                  {"2021-10-30T00:00Z", 3e-4}, {"2021-10-30T16:00Z", 2e-4},
                  {"2021-10-31T00:00Z", 1e-4}, {"2021-10-31T08:00Z", -5.386e-5}};
    (void)state;
    rh_source_spec spec = file("binance-funding-ui", FUNDING_HEADER FUNDING_ROWS);
    spec.instrument = "BTCUSDT";
    spec.timezone = "Europe/London";
    const reading_result *r = read_source(&spec, NAMES("BTCUSDT"));
    assert_ok(r);
    assert_int_equal(r->count, 6);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(r->events[i].kind, RH_EVENT_FUNDING);
        assert_int_equal(r->events[i].known, at(wanted[i].paid));
        assert_true(fabs(r->events[i].value[RH_RATE] - wanted[i].rate) < 1e-19);
        assert_true(r->events[i].value[RH_INTERVAL] == 28800);
    }
    assert_int_equal(r->summary.gaps, 1 + 3 * 216 - 2); /* 216 days, 30 October 08:00 */
    assert_string_equal(r->summary.note, "");
}

static void funding_without_its_clock(void **state) {
    (void)state;
    rh_source_spec spec = file("binance-funding-ui", FUNDING_HEADER FUNDING_ROWS);
    assert_says(read_source(&spec, NAMES("BTCUSDT")), RH_BAD_DATA,
                ":3:1: 2021-10-31T01:00:00Z is no time at which funding is paid every 8h, so the "
                "file's clock is not UTC; say which it is, such as timezone: Europe/London");
    spec.timezone = "America/New_York";
    assert_says(read_source(&spec, NAMES("BTCUSDT")), RH_BAD_DATA,
                ":2:1: 2021-10-31T12:00:00Z is no time at which funding is paid every 8h; is the "
                "clock really that of America/New_York?");
    spec = file("binance-funding-ui",
                FUNDING_HEADER "2022-02-28 16:00:00,BTCUSDT Perpetual,8h,0.01%\n"
                               "2022-02-28 12:00:00,BTCUSDT Perpetual,4h,0.01%\n"
                               "2022-02-28 08:00:00,BTCUSDT Perpetual,4h,0.01%\n");
    const reading_result *r = read_source(&spec, NAMES("BTCUSDT")); /* on the grid in UTC */
    assert_ok(r);
    assert_true(r->events[0].value[RH_INTERVAL] == 14400);
    assert_int_equal(r->summary.gaps, 0);
}

static void funding_of_another_contract(void **state) {
    (void)state;
    rh_source_spec spec = file("binance-funding-ui",
                               FUNDING_HEADER "2022-02-28 16:00:00,BTCUSD Perpetual,8h,0.01%\n");
    spec.instrument = "BTCUSD_PERP";
    assert_ok(read_source(&spec, NAMES("BTCUSD_PERP")));
    spec.instrument = "BTC-PERPETUAL";
    assert_says(read_source(&spec, NAMES("BTC-PERPETUAL")), RH_BAD_DATA,
                ":2:2: the rates are of BTCUSD, not of BTC-PERPETUAL; to let them stand for it, "
                "say proxy: true");
    spec.instrument = "BTCUSDT";
    assert_says(read_source(&spec, NAMES("BTCUSDT")), RH_BAD_DATA, "not of BTCUSDT");
    spec.proxy = 1;
    const reading_result *r = read_source(&spec, NAMES("BTCUSDT"));
    assert_ok(r);
    assert_string_equal(r->summary.note, "funding of BTCUSD stands for BTCUSDT");
    spec.instrument = NULL;
    assert_says(read_source(&spec, NAMES("BTCUSDT")), RH_BAD_DATA,
                "no instrument is called 'BTCUSD'");
}

static void refuse_rate(const char *rate, const char *part) {
    char text[256];
    (void)snprintf(text, sizeof text, FUNDING_HEADER "2022-02-28 16:00:00,BTCUSDT X,8h,%s\n", rate);
    const rh_source_spec spec = file("binance-funding-ui", text);
    assert_says(read_source(&spec, NAMES("BTCUSDT")), RH_BAD_DATA, part);
}

static void funding_rates_that_are_none(void **state) {
    (void)state;
    refuse_rate("0.01", ":2:4: bad rate '0.01' (such as 0.010000%)");
    refuse_rate("%", "bad rate '%'");
    refuse_rate("nan%", "bad rate 'nan%'");
    refuse_rate("101%", "bad rate '101%'");
    rh_source_spec spec =
        file("binance-funding-ui", FUNDING_HEADER "2022-02-28 16:00:00,BTCUSDT X,8h,\n");
    const reading_result *r = read_source(&spec, NAMES("BTCUSDT"));
    assert_ok(r);
    assert_int_equal(r->count, 0);
    spec = file("binance-funding-ui", FUNDING_HEADER "2022-02-28 16:00:00,BTCUSDT X,8,0%\n");
    assert_ok(read_source(&spec, NAMES("BTCUSDT")));
    spec = file("binance-funding-ui", FUNDING_HEADER "2022-02-28 16:00:00,BTCUSDT X,0h,0%\n");
    assert_says(read_source(&spec, NAMES("BTCUSDT")), RH_BAD_DATA, "bad period '0h'");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(optionsdx_row),
        cmocka_unit_test(optionsdx_refusals),
        cmocka_unit_test(bars_are_known_at_their_close),
        cmocka_unit_test(bars_in_other_hands),
        cmocka_unit_test(funding_on_a_local_clock),
        cmocka_unit_test(funding_without_its_clock),
        cmocka_unit_test(funding_of_another_contract),
        cmocka_unit_test(funding_rates_that_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
