/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real files of the shared folder, where it is there: rows, ends, gaps, clocks. */
#include "test_feed_support.h"

#define BINANCE "binance_spot_perp_funding/"

static const reading_result *read_shared(const char *name, rh_source_spec spec,
                                         const char *const *names) {
    spec.path = shared_file(name);
    if (!spec.path)
        return NULL;
    const reading_result *result = read_source(&spec, names);
    if (result->status != RH_OK)
        fail_msg("%s", result->error.text);
    return result;
}

static void expect_summary(const reading_result *r, uint64_t rows, uint64_t events,
                           uint64_t foreign, uint64_t gaps) {
    assert_int_equal(r->summary.rows, rows);
    assert_int_equal(r->summary.events, events);
    assert_int_equal(r->summary.foreign, foreign);
    assert_int_equal(r->summary.gaps, gaps);
    assert_int_equal(r->count, events);
}

static void expect_span(const reading_result *r, const char *first, const char *last) {
    assert_int_equal(r->summary.first, at(first));
    assert_int_equal(r->summary.last, at(last));
}

static void count_name(void *user, const char *name) {
    (void)name;
    (*(int *)user)++;
}

/* Row counts as in the data's own description; names and quote days counted with awk. */
static void chains(void **state) {
    static const struct {
        const char *name;
        uint64_t rows, days;
        int names;
    } files[] = {
        {"deribit_btc_chain_eod/btc_eod_202106.txt.gz", 12134, 25, 1278},
        {"deribit_btc_chain_eod/btc_eod_202107.txt.gz", 11926, 0, 1270},
        {"deribit_btc_chain_eod/btc_eod_202201.txt.gz", 12502, 0, 1398},
        {"deribit_btc_chain_eod/btc_eod_202202.txt.gz", 12158, 0, 1322},
    };
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const rh_source_spec spec = {.format = "optionsdx"};
        const reading_result *r = read_shared(files[i].name, spec, NAMES("BTC-25JUN21-36000-C"));
        if (!r)
            return;
        expect_summary(r, files[i].rows, 2 * files[i].days, files[i].rows - files[i].days, 0);
        rh_source_spec again = {.format = "optionsdx", .path = shared_file(files[i].name)};
        int names = 0;
        rh_error error;
        assert_int_equal(rh_source_names(&again, count_name, &names, &error), RH_OK);
        assert_int_equal(names, files[i].names);
    }
}

/* Sold at the bid of 0.1055 BTC on 1 June: the demo's trade. */
static void demo_option(void **state) {
    const rh_source_spec spec = {.format = "optionsdx"};
    const reading_result *r = read_shared("deribit_btc_chain_eod/btc_eod_202106.txt.gz", spec,
                                          NAMES("BTC-25JUN21-36000-C"));
    (void)state;
    if (!r)
        return;
    assert_int_equal(r->events[0].known, at("2021-06-01T04:00:46Z"));
    assert_true(r->events[0].value[RH_BID] == 0.1055);
    assert_true(r->events[1].value[RH_FORWARD] == 36795.03);
    expect_span(r, "2021-06-01T04:00:46Z", "2021-06-30T04:00:43Z");
    assert_int_equal(r->events[49].known, at("2021-06-25T04:00:48Z"));
}

static void bars(void **state) {
    const rh_source_spec spec = {.format = "cryptodatadownload", .instrument = "P"};
    const reading_result *r =
        read_shared(BINANCE "BTCUSD_PERP_CM_ohlcv_1h.csv.gz", spec, NAMES("P"));
    (void)state;
    if (!r)
        return;
    expect_summary(r, 13582, 13582, 0, 18);
    expect_span(r, "2020-08-11T09:00Z", "2022-03-01T00:00Z");
    assert_true(r->events[0].value[RH_CLOSE] == 11717.7);
    r = read_shared(BINANCE "BTCUSDT_UM_ohlcv_1d.csv.gz", spec, NAMES("P"));
    expect_summary(r, 790, 790, 0, 0);
    expect_span(r, "2020-01-02", "2022-03-01");
    r = read_shared(BINANCE "BTCUSDT_spot_ohlcv_1d.csv.gz", spec, NAMES("P"));
    expect_summary(r, 1657, 1657, 0, 0);
    expect_span(r, "2017-08-18", "2022-03-01");
}

static void expect_stamps_on_grid(const char *name, rh_source_spec spec) {
    rh_error error;
    rh_event event;
    rh_source *source = NULL;
    rh_catalogue *catalogue = catalogue_of(NAMES("P"));
    rh_time before = RH_DAWN;
    spec.path = shared_file(name);
    assert_int_equal(rh_source_open(&spec, 0, catalogue, &source, &error), RH_OK);
    while (rh_source_next(source, &event, &error) > 0) {
        assert_int_equal(event.known % (8 * RH_HOUR), 0);
        assert_true(before == RH_DAWN || event.known == before + 8 * RH_HOUR);
        before = event.known;
    }
    rh_source_close(source);
    rh_catalogue_free(catalogue);
}

static void funding(void **state) {
    rh_source_spec spec = {
        .format = "binance-funding-ui", .instrument = "P", .timezone = "Europe/London", .proxy = 1};
    const reading_result *r = read_shared(BINANCE "BTCUSDT_UM_funding_8h.csv.gz", spec, NAMES("P"));
    (void)state;
    if (!r)
        return;
    expect_summary(r, 2708, 2708, 0, 0);
    expect_span(r, "2019-09-10T08:00Z", "2022-02-28T16:00Z");
    assert_string_equal(r->summary.note, "funding of BTCUSDT stands for P");
    expect_stamps_on_grid(BINANCE "BTCUSDT_UM_funding_8h.csv.gz", spec);
    spec.timezone = NULL;
    spec.path = shared_file(BINANCE "BTCUSDT_UM_funding_8h.csv.gz");
    assert_says(read_source(&spec, NAMES("P")), RH_BAD_DATA, "timezone:");
}

static const struct rh_column_map funding_map[] = {{"Time", "ts"},
                                                   {"Funding Rate", "funding_rate"}};

static void processed_funding(void **state) {
    static const char *const files[] = {BINANCE "BTCUSDT_UM_funding_8h_processed.csv.gz",
                                        BINANCE "BTCUSD_PERP_CM_funding_8h_processed.csv.gz"};
    const rh_source_spec spec = {.format = "csv",
                                 .instrument = "P",
                                 .timezone = "Europe/London",
                                 .interval = 8 * RH_HOUR,
                                 .n_map = 2,
                                 .map = funding_map};
    (void)state;
    for (int i = 0; i < 2; i++) {
        const reading_result *r = read_shared(files[i], spec, NAMES("P"));
        if (!r)
            return;
        expect_summary(r, 729, 729, 0, 0);
        expect_span(r, "2021-07-01T00:00Z", "2022-02-28T16:00Z");
        expect_stamps_on_grid(files[i], spec);
    }
}

static void closes(void **state) {
    static const struct rh_column_map spot[] = {{"Time", "ts"}, {"BTCUSDT Spot", "close"}};
    static const struct rh_column_map perp[] = {{"Time", "ts"}, {"BTCUSD PERP Future", "close"}};
    rh_source_spec spec = {.format = "csv",
                           .instrument = "P",
                           .interval = RH_HOUR,
                           .stamp = "start",
                           .n_map = 2,
                           .map = spot};
    const char *name = BINANCE "btc_spot_umperp_cmperp_close_1h.csv.gz";
    const reading_result *r = read_shared(name, spec, NAMES("P"));
    (void)state;
    if (!r)
        return;
    expect_summary(r, 5819, 5819, 0, 12); /* 8 gaps, one of 4 hours, one of 2 */
    expect_span(r, "2021-07-01T02:00Z", "2022-03-01T00:00Z");
    assert_true(r->events[0].value[RH_CLOSE] == 34936.43);
    assert_non_null(strstr(r->summary.note, "columns not read: BTCUSDT Future, Basis"));
    spec.map = perp;
    r = read_shared(name, spec, NAMES("P"));
    expect_summary(r, 5819, 5818, 0, 13); /* one value is empty */
}

static void minutes(void **state) {
    static const struct rh_column_map map[] = {{"timestamp", "ts"}};
    const rh_source_spec spec = {
        .format = "csv", .instrument = "P", .interval = RH_MIN, .n_map = 1, .map = map};
    const reading_result *r =
        read_shared("ftx_btc_perp_1m/btc-perp-20211231-20220201_1m.csv.gz", spec, NAMES("P"));
    (void)state;
    if (!r)
        return;
    expect_summary(r, 45031, 45031, 0, 0);
    expect_span(r, "2021-12-31T23:01Z", "2022-02-01T05:31Z");
}

/* Several trades share a millisecond; the file as delivered is newest first for each instrument
 * in turn, so its time jumps back where the next one begins. */
static void trades(void **state) {
    static const struct rh_column_map map[] = {
        {"timestamp", "ts"}, {"instrument_name", "instrument"},
        {"price", "last"},   {"mark_price", "mark"},
        {"iv", "iv_pct"},    {"index_price", "index"}};
    rh_source_spec spec = {.format = "csv", .n_map = 6, .map = map};
    const reading_result *r =
        read_shared("deribit_btc_option_trades/BTC-25DEC20_calls_bytime.csv.gz", spec,
                    NAMES("BTC-25DEC20-9000-C"));
    (void)state;
    if (!r)
        return;
    expect_summary(r, 10568, 2 * 567, 10568 - 567, 0);
    spec.path = shared_file("deribit_btc_option_trades/BTC-25DEC20_calls_asdelivered.csv.gz");
    assert_says(read_source(&spec, NAMES("BTC-25DEC20-9000-C")), RH_BAD_DATA,
                "than the row before, in a file that began newest first; sort it by time");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chains),
        cmocka_unit_test(demo_option),
        cmocka_unit_test(bars),
        cmocka_unit_test(funding),
        cmocka_unit_test(processed_funding),
        cmocka_unit_test(closes),
        cmocka_unit_test(minutes),
        cmocka_unit_test(trades),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
