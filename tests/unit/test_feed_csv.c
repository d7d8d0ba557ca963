/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Generic CSV and what all formats share: columns, renames, clocks, order, gaps, messages. */
#include "test_feed_support.h"

#include "feed/format.h"

#include <signal.h>
#include <sys/resource.h>

static rh_source_spec csv(const char *text) {
    return (rh_source_spec){.format = "csv", .path = write_text(text)};
}

static void expect_event(const reading_result *result, size_t i, rh_event_kind kind,
                         const char *known, int present, const double *values) {
    const rh_event *event = &result->events[i];
    assert_true(i < result->count);
    assert_int_equal(event->kind, kind);
    assert_int_equal(event->known, at(known));
    assert_int_equal(event->happened, at(known));
    assert_int_equal(event->source, 7);
    assert_int_equal(event->present, present);
    for (int j = 0; j < 5; j++)
        if (present >> j & 1)
            assert_true(isnan(values[j]) ? isnan(event->value[j]) : event->value[j] == values[j]);
}

#define VALUES(...) ((const double[5]){__VA_ARGS__})

static void every_column_in_one_row(void **state) {
    (void)state;
    const rh_source_spec spec = csv(
        "settlement,volume,close,low,high,open,funding_interval,funding_rate,iv,forward,index,mark,"
        "last,ask_size,ask,bid_size,bid,instrument,ts\n"
        "36000,9,5,4,6,4.5,4,-0.0001,0.8,36100,36050,0.1,0.11,3,0.12,2,0.09,X,2021-06-01T08:00Z\n");
    const reading_result *r = read_source(&spec, NAMES("W", "X"));
    const char *time = "2021-06-01T08:00Z";
    assert_ok(r);
    assert_int_equal(r->count, 6);
    expect_event(r, 0, RH_EVENT_QUOTE, time, 15, VALUES(0.09, 2, 0.12, 3));
    expect_event(r, 1, RH_EVENT_MARK, time, 15, VALUES(0.1, 0.8, 36100, 36050));
    expect_event(r, 2, RH_EVENT_TRADE, time, 1, VALUES(0.11));
    expect_event(r, 3, RH_EVENT_BAR, time, 31, VALUES(4.5, 6, 4, 5, 9));
    expect_event(r, 4, RH_EVENT_FUNDING, time, 3, VALUES(-0.0001, 14400));
    expect_event(r, 5, RH_EVENT_SETTLEMENT, time, 1, VALUES(36000));
    assert_int_equal(r->events[0].instrument, 1);
    assert_int_equal(r->summary.rows, 1);
    assert_int_equal(r->summary.events, 6);
    assert_string_equal(r->summary.note, "");
    assert_int_equal(strlen(r->summary.sha256), 64);
}

static void empty_cells_change_nothing(void **state) {
    (void)state;
    const rh_source_spec spec = csv("ts,instrument,bid,bid_size,ask,ask_size,iv_pct,close\n"
                                    "1000000000,X,,,,,,\n"
                                    "1000000001,X,1.5,,,,,\n"
                                    "1000000002,X,,2,,,65.5,\n"
                                    "1000000003,X,0,,0,7,0,\n"
                                    "1000000004,X,-0,,1,,,3\n");
    const reading_result *r = read_source(&spec, NAMES("X"));
    assert_ok(r);
    assert_int_equal(r->count, 6);
    expect_event(r, 0, RH_EVENT_QUOTE, "2001-09-09T01:46:41Z", 1, VALUES(1.5));
    expect_event(r, 1, RH_EVENT_QUOTE, "2001-09-09T01:46:42Z", 2, VALUES(0, 2));
    expect_event(r, 2, RH_EVENT_MARK, "2001-09-09T01:46:42Z", 2, VALUES(0, 0.655));
    expect_event(r, 3, RH_EVENT_QUOTE, "2001-09-09T01:46:43Z", 15, VALUES(NAN, NAN, NAN, NAN));
    expect_event(r, 4, RH_EVENT_QUOTE, "2001-09-09T01:46:44Z", 7, VALUES(NAN, NAN, 1));
    expect_event(r, 5, RH_EVENT_BAR, "2001-09-09T01:46:44Z", 8, VALUES(0, 0, 0, 3));
    assert_int_equal(r->summary.rows, 5);
}

static void zero_marks_are_not_known(void **state) {
    (void)state;
    rh_source_spec spec = csv("ts,mark,index,forward,last\n1,0,0,0,0\n2,0,5,0,\n");
    spec.instrument = "X";
    const reading_result *r = read_source(&spec, NAMES("X"));
    assert_ok(r);
    assert_int_equal(r->count, 1);
    expect_event(r, 0, RH_EVENT_MARK, "1970-01-01T00:00:02Z", 8, VALUES(0, 0, 0, 5));
}

static void refuse(const char *text, const char *part) {
    rh_source_spec spec = csv(text);
    spec.instrument = strstr(text, "instrument") ? NULL : "X";
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_DATA, part);
}

static void bad_cells_are_named(void **state) {
    (void)state;
    refuse("ts,bid\n1,2\n2,abc\n", ":3:2: bid: bad number 'abc'");
    refuse("ts,bid\n1,nan\n", ":2:2: bid: bad number 'nan'");
    refuse("ts,bid\n1,inf\n", "bad number 'inf'");
    refuse("ts,bid\n1,1e400\n", "bad number '1e400'");
    refuse("ts,bid\n1,0x10\n", "bad number '0x10'");
    refuse("ts,bid\n1,\"1,5\"\n", "bad number '1,5'");
    refuse("ts,bid\n1,\"1\n2\"\n", "bad number '1?2'");
    refuse("ts,bid\n1,-2\n", ":2:2: bid: -2 is negative");
    refuse("ts,bid_size\n1,-2\n", "bid_size: -2 is negative");
    refuse("ts,close\n1,0\n", ":2:2: close: a price of 0");
    refuse("ts,settlement\n1,-1\n", "settlement: -1 is negative");
    refuse("ts,open,close\n1,5,\n", ":2:2: a bar without a close");
    refuse("ts,iv\n1,65.5\n", "a volatility of 6550 %; a column in percent is called iv_pct");
    refuse("ts,iv\n1,-0.5\n", "iv: -0.5 is negative");
    refuse("ts,funding_rate\n1,1.5\n", "more than the whole position");
    refuse("ts,funding_rate,funding_interval\n1,0,0.5\n", "bad period '0.5'");
    refuse("ts,funding_rate,funding_interval\n1,0,169\n", "bad period '169'");
    refuse("ts,funding_rate,funding_interval\n1,0,8 hours\n", "bad period '8 hours'");
    refuse("ts,bid\n1,2\n2\n", ":3: the row has 1 cells, the header 2");
    refuse("ts,bid\n1,2,3\n", ":2: the row has 3 cells, the header 2");
    refuse("ts,bid\nyesterday,2\n", ":2:1: bad time 'yesterday'");
    refuse("ts,bid\n1969-12-31T23:59Z,2\n", ":2:1: time '1969-12-31T23:59Z' is outside");
    refuse("bid,ts\n1,2262-01-01\n", ":2:2: bad time '2262-01-01'");
    refuse("ts,instrument,bid\n1,,2\n", ":2:2: no instrument in this row");
    refuse("ts,instrument,bid\n1,\"a\nb\",2\n", ":2:2: bad instrument name 'a?b'");
    refuse("ts,instrument,bid\n1,a23456789 b23456789 c23456789 d23456789 e2345678,2\n",
           ":2:2: bad instrument name 'a23456789 b23456789 c23456789 d23456789 ...'");
}

static void bad_headers_are_named(void **state) {
    (void)state;
    refuse("", "the file is empty");
    refuse("\n\n", "the file is empty");
    refuse("time,bid\n1,2\n", ":1: no column 'ts'; rename one with map");
    refuse("tss,bid\n1,2\n", ":1: no column 'ts' (did you mean 'tss'?)");
    refuse("TS,bid\n1,2\n", ":1: no column 'ts' (did you mean 'TS'?)");
    refuse("1607126400000,567.24\n", "no header: the first row begins with the number");
    refuse("ts,bid,bid\n1,2,3\n", ":1:3: column 'bid' is there twice");
    refuse("ts,bids\n1,2\n", "no column says anything of a market");
    refuse("ts,iv,iv_pct\n1,2,3\n", "iv and iv_pct are both there");
    const rh_source_spec spec = csv("ts,bid\n1,2\n");
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_CONFIG, "no column 'instrument'; say which");
}

static void header_alone_is_fine(void **state) {
    (void)state;
    const rh_source_spec spec = csv("ts,instrument,bid");
    const reading_result *r = read_source(&spec, NAMES("X"));
    assert_ok(r);
    assert_int_equal(r->summary.rows, 0);
    assert_int_equal(strlen(r->summary.sha256), 64);
}

static void renames(void **state) {
    static const struct rh_column_map map[] = {{"Time", "ts"}, {"last", "mark"}, {"P x", "close"}};
    (void)state;
    rh_source_spec spec = csv("last,Time,P x,close,\n5,1,6,x,\n");
    spec.instrument = "X";
    spec.map = map;
    spec.n_map = 2;
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_DATA, ":2:4: close: bad number 'x'");
    spec.n_map = 3;
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_CONFIG,
                "columns 'P x' and 'close' are both close");
    spec = csv("last,Time,P x,y,,z\n5,1,6,x,,\n");
    spec.instrument = "X";
    spec.map = map;
    spec.n_map = 3;
    const reading_result *r = read_source(&spec, NAMES("X"));
    assert_ok(r);
    assert_int_equal(r->count, 2);
    expect_event(r, 0, RH_EVENT_MARK, "1970-01-01T00:00:01Z", 1, VALUES(5));
    expect_event(r, 1, RH_EVENT_BAR, "1970-01-01T00:00:01Z", 8, VALUES(0, 0, 0, 6));
    assert_string_equal(r->summary.note, "columns not read: y, z");
}

static void bad_renames(void **state) {
    static const struct rh_column_map column[] = {{"Tim", "ts"}};
    static const struct rh_column_map field[] = {{"Time", "ts"}, {"b", "bidd"}};
    static const struct rh_column_map twice[] = {{"Time", "ts"}, {"b", "bid"}, {"c", "bid"}};
    static const struct rh_column_map nameless[] = {{"", "ts"}};
    (void)state;
    rh_source_spec spec = csv("Time,b,c\n1,2,3\n");
    spec.instrument = "X";
    spec.n_map = 1;
    spec.map = column;
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_DATA,
                "no column 'Tim' (did you mean 'Time'?)");
    spec.map = nameless;
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_DATA, "no column ''");
    spec.n_map = 2;
    spec.map = field;
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_CONFIG,
                "format csv has no field 'bidd' (did you mean 'bid'?)");
    spec.n_map = 3;
    spec.map = twice;
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_CONFIG, "columns 'b' and 'c' are both bid");
}

static void bad_specifications(void **state) {
    (void)state;
    rh_source_spec spec = csv("ts,bid\n1,2\n");
    spec.instrument = "X";
    spec.format = "cvs";
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_CONFIG,
                "no format 'cvs' (did you mean 'csv'?)");
    spec.format = NULL;
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_CONFIG, "a file without a format");
    spec.format = "csv";
    spec.stamp = "begin";
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_CONFIG, "stamp is 'start' or 'end'");
    spec.stamp = NULL;
    spec.interval = -1;
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_CONFIG, "interval must lie");
    spec.interval = 0;
    spec.delay = INT64_MAX;
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_CONFIG, "delay must lie");
    spec.delay = 0;
    spec.timezone = "../x";
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_CONFIG, "is not the name of a time zone");
    spec.timezone = NULL;
    spec.instrument = "";
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_CONFIG, "instrument must have");
    spec.instrument = "X";
    assert_ok(read_source(&spec, NAMES("X")));
}

static void foreign_rows_are_counted(void **state) {
    (void)state;
    rh_source_spec spec = csv("ts,instrument,bid\n1,Y,not read\n2,X,3\n3,Z,1e999\n4,X,4\n");
    const reading_result *r = read_source(&spec, NAMES("X"));
    assert_ok(r);
    assert_int_equal(r->summary.rows, 4);
    assert_int_equal(r->summary.foreign, 2);
    assert_int_equal(r->count, 2);
    assert_int_equal(r->summary.first, 1 * RH_S);
    assert_int_equal(r->summary.last, 4 * RH_S);
    spec = csv("ts,instrument,bid\n1,Y,1\n2,Y,2\n3,Z,1\n");
    spec.instrument = "X";
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_DATA,
                ":4:2: instrument 'Z' in a file that is said to be of one instrument and began "
                "with 'Y'");
}

static void delay_moves_what_is_known(void **state) {
    (void)state;
    rh_source_spec spec = csv("ts,close\n3600,5\n7200,6\n");
    spec.instrument = "X";
    spec.delay = 2 * RH_S;
    const reading_result *r = read_source(&spec, NAMES("X"));
    assert_ok(r);
    assert_int_equal(r->events[0].happened, RH_HOUR);
    assert_int_equal(r->events[0].known, RH_HOUR + 2 * RH_S);
}

static void bars_stamped_at_their_start(void **state) {
    (void)state;
    rh_source_spec spec = csv("ts,close\n3600,5\n10800,7\n14400,8\n28800,9\n");
    spec.instrument = "X";
    spec.stamp = "start";
    const reading_result *r = read_source(&spec, NAMES("X"));
    assert_ok(r); /* the smallest step is one hour */
    expect_event(r, 0, RH_EVENT_BAR, "1970-01-01T02:00Z", 8, VALUES(0, 0, 0, 5));
    expect_event(r, 3, RH_EVENT_BAR, "1970-01-01T09:00Z", 8, VALUES(0, 0, 0, 9));
    assert_int_equal(r->summary.gaps, 1 + 3);
    spec.interval = 30 * RH_MIN;
    r = read_source(&spec, NAMES("X"));
    expect_event(r, 0, RH_EVENT_BAR, "1970-01-01T01:30Z", 8, VALUES(0, 0, 0, 5));
    spec = csv("ts,close\n3600,5\n3600,6\n");
    spec.instrument = "X";
    spec.stamp = "start";
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_DATA, "say interval:");
    spec = csv("ts,close\n1970-01-01,5\n2199-12-31,6\n"); /* no bar lasts 230 years */
    spec.instrument = "X";
    spec.stamp = "start";
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_DATA, "say interval:");
    spec = csv("ts,close\n");
    spec.instrument = "X";
    spec.stamp = "start";
    assert_ok(read_source(&spec, NAMES("X")));
}

static void gaps_are_counted_by_instrument(void **state) {
    (void)state;
    rh_source_spec spec = csv("ts,instrument,close,bid\n"
                              "3600,X,1,\n3600,Y,1,\n"
                              "7200,Y,1,\n10800,X,,2\n10800,Y,1,\n14400,X,1,\n25200,Y,1,\n");
    const reading_result *r = read_source(&spec, NAMES("X", "Y"));
    assert_int_equal(r->summary.gaps, 0); /* without interval there is no grid */
    spec.interval = RH_HOUR;
    r = read_source(&spec, NAMES("X", "Y"));
    assert_ok(r);
    assert_int_equal(r->summary.gaps, 2 + 3);
}

static void funding_periods(void **state) {
    (void)state;
    rh_source_spec spec = csv("ts,funding_rate\n28800,0.0001\n57600,\n86400,-0.0002\n");
    spec.instrument = "X";
    const reading_result *r = read_source(&spec, NAMES("X"));
    assert_ok(r);
    assert_int_equal(r->count, 2);
    expect_event(r, 1, RH_EVENT_FUNDING, "1970-01-02", 3, VALUES(-0.0002, 28800));
    assert_int_equal(r->summary.gaps, 1);
    spec.interval = 4 * RH_HOUR;
    r = read_source(&spec, NAMES("X"));
    assert_int_equal(r->summary.gaps, 3);
    assert_true(r->events[0].value[RH_INTERVAL] == 14400);
}

static void newest_first_is_turned_round(void **state) {
    (void)state;
    const rh_source_spec spec = csv("ts,instrument,bid,mark\n"
                                    "4,Y,7,70\n3,X,6,\n3,Y,5,50\n3,X,4,40\n1,X,3,30\n");
    const reading_result *r = read_source(&spec, NAMES("X", "Y"));
    static const double wanted[] = {3, 30, 4, 40, 5, 50, 6, 7, 70};
    assert_ok(r);
    assert_int_equal(r->count, 9);
    for (size_t i = 0; i < r->count; i++)
        assert_true(r->events[i].value[0] == wanted[i]);
    assert_int_equal(r->summary.first, 1 * RH_S);
    assert_int_equal(r->summary.last, 4 * RH_S);
    assert_int_equal(strlen(r->summary.sha256), 64);
}

/* More events than fit the blocks in memory: the temporary file is really used. */
static void many_events_turned_round(void **state) {
    enum { ROWS = 5000 };
    static char text[ROWS * 32];
    size_t used = (size_t)sprintf(text, "ts,bid,mark\n");
    rh_error error;
    rh_source *source = NULL;
    rh_event event;
    (void)state;
    for (int i = ROWS; i > 0; i--)
        used += (size_t)sprintf(text + used, "%d,%d,%d\n", i, i, i);
    rh_source_spec spec = csv(text);
    spec.instrument = "X";
    rh_catalogue *catalogue = catalogue_of(NAMES("X"));
    assert_int_equal(rh_source_open(&spec, 0, catalogue, &source, &error), RH_OK);
    for (int i = 1; i <= ROWS; i++)
        for (int part = 0; part < 2; part++) {
            assert_int_equal(rh_source_next(source, &event, &error), 1);
            assert_int_equal(event.kind, part ? RH_EVENT_MARK : RH_EVENT_QUOTE);
            assert_true(event.value[0] == i && event.known == i * RH_S);
        }
    assert_int_equal(rh_source_next(source, &event, &error), 0);
    assert_int_equal(rh_source_next(source, &event, &error), 0);
    rh_source_close(source);
    rh_catalogue_free(catalogue);
}

static void temporary_folder_that_is_not_there(void **state) {
    static char text[1 << 16];
    size_t used = (size_t)sprintf(text, "ts,bid\n");
    (void)state;
    for (int i = 3000; i > 0; i--)
        used += (size_t)sprintf(text + used, "%d,%d\n", i, i);
    rh_source_spec spec = csv(text);
    spec.instrument = "X";
    assert_int_equal(setenv("TMPDIR", "/nowhere", 1), 0);
    assert_says(read_source(&spec, NAMES("X")), RH_FAILED,
                "/nowhere: cannot make a temporary file: No such file");
    assert_int_equal(unsetenv("TMPDIR"), 0);
}

/* A file-size limit stands for a full disk. */
static void temporary_file_that_cannot_grow(void **state) {
    static char text[1 << 16];
    struct rlimit before, tight;
    size_t used = (size_t)sprintf(text, "ts,bid\n");
    (void)state;
    for (int i = 3000; i > 0; i--)
        used += (size_t)sprintf(text + used, "%d,%d\n", i, i);
    rh_source_spec spec = csv(text);
    spec.instrument = "X";
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    tight = before;
    tight.rlim_cur = 100000; /* the first block of 64 KiB fits, the second one only in part */
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    const reading_result *r = read_source(&spec, NAMES("X"));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_says(r, RH_FAILED, "cannot write a temporary file: File too large");
}

static void mixed_directions_are_refused(void **state) {
    (void)state;
    refuse("ts,bid\n3600,1\n7200,2\n7200,3\n5400,4\n",
           ":5:1: 1970-01-01T01:30:00Z is 30m earlier than the row before, in a file that began "
           "oldest first");
    refuse(
        "ts,bid\n7200,1\n7200,1\n3600,2\n3601,4\n",
        ":5:1: 1970-01-01T01:00:01Z is 1s later than the row before, in a file that began newest "
        "first");
    rh_source_spec spec = csv("ts,bid\n1,1\n2,2\n1,3\n");
    rh_error error;
    rh_event event;
    rh_source *source = NULL;
    rh_catalogue *catalogue = catalogue_of(NAMES("X"));
    spec.instrument = "X";
    assert_int_equal(rh_source_open(&spec, 0, catalogue, &source, &error), RH_OK);
    assert_int_equal(rh_source_next(source, &event, &error), 1);
    assert_int_equal(rh_source_next(source, &event, &error), 1);
    assert_int_equal(rh_source_next(source, &event, &error), -1);
    assert_int_equal(rh_source_next(source, &event, &error), -1); /* and stays so */
    rh_source_summary summary;
    rh_source_summarise(source, &summary);
    assert_string_equal(summary.sha256, ""); /* it wasn't read to its end */
    rh_source_close(source);
    assert_int_equal(rh_source_open(&spec, 0, catalogue, &source, NULL), RH_OK);
    assert_int_equal(rh_source_next(source, &event, NULL), 1);
    assert_int_equal(rh_source_next(source, &event, NULL), 1);
    assert_int_equal(rh_source_next(source, &event, NULL), -1); /* nobody has to ask why */
    rh_source_close(source);
    rh_catalogue_free(catalogue);
}

/* Hourly bars on London's clock over the night when it went back, in both directions. */
static void local_hours_in_both_directions(void **state) {
    static const char *const files[] = {"ts,close\n2021-10-31 00:00,1\n2021-10-31 "
                                        "01:00,2\n2021-10-31 01:00,3\n2021-10-31 02:00,4\n",
                                        "ts,close\n2021-10-31 02:00,4\n2021-10-31 "
                                        "01:00,3\n2021-10-31 01:00,2\n2021-10-31 00:00,1\n"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        rh_source_spec spec = csv(files[i]);
        spec.instrument = "X";
        spec.timezone = "Europe/London";
        spec.interval = RH_HOUR;
        const reading_result *r = read_source(&spec, NAMES("X"));
        assert_ok(r);
        assert_int_equal(r->count, 4);
        for (int j = 0; j < 4; j++) {
            assert_int_equal(r->events[j].known, at("2021-10-30T23:00Z") + j * RH_HOUR);
            assert_true(r->events[j].value[RH_CLOSE] == j + 1);
        }
        assert_int_equal(r->summary.gaps, 0);
    }
}

static void note_name(void *user, const char *name) {
    char *all = user;
    (void)sprintf(all + strlen(all), "%s;", name);
}

static void names_of_a_file(void **state) {
    char all[256] = "";
    rh_error error;
    (void)state;
    rh_source_spec spec = csv("ts,instrument,bid\nx,B,1\nx,A,1\nx,B,1\nshort\nx,C,\n");
    assert_int_equal(rh_source_names(&spec, note_name, all, &error), RH_OK);
    assert_string_equal(all, "B;A;C;");
    all[0] = '\0';
    spec.instrument = "X";
    assert_int_equal(rh_source_names(&spec, note_name, all, &error), RH_OK);
    assert_string_equal(all, "X;");
    spec = csv("ts,instrument,bid\nx,A23456789 123456789 123456789 123456789 12345678,1\n");
    assert_int_equal(rh_source_names(&spec, note_name, all, NULL), RH_BAD_DATA);
    spec.path = "/nowhere";
    assert_int_equal(rh_source_names(&spec, note_name, all, &error), RH_BAD_DATA);
}

static void formats_are_described(void **state) {
    size_t count;
    const rh_format_entry *entries = rh_formats(&count);
    (void)state;
    assert_true(count >= 4);
    for (size_t i = 0; i < count; i++) {
        const rh_format *format = rh_format_find(entries[i].name, NULL);
        assert_non_null(format);
        assert_string_equal(format->name, entries[i].name);
        for (int field = 0; field < format->n_fields; field++)
            if (!strstr(entries[i].columns, format->fields[field].name))
                fail_msg("%s: column %s isn't described", format->name, format->fields[field].name);
        assert_true(*entries[i].units && *entries[i].clock && *entries[i].source);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_column_in_one_row),
        cmocka_unit_test(empty_cells_change_nothing),
        cmocka_unit_test(zero_marks_are_not_known),
        cmocka_unit_test(bad_cells_are_named),
        cmocka_unit_test(bad_headers_are_named),
        cmocka_unit_test(header_alone_is_fine),
        cmocka_unit_test(renames),
        cmocka_unit_test(bad_renames),
        cmocka_unit_test(bad_specifications),
        cmocka_unit_test(foreign_rows_are_counted),
        cmocka_unit_test(delay_moves_what_is_known),
        cmocka_unit_test(bars_stamped_at_their_start),
        cmocka_unit_test(gaps_are_counted_by_instrument),
        cmocka_unit_test(funding_periods),
        cmocka_unit_test(newest_first_is_turned_round),
        cmocka_unit_test(many_events_turned_round),
        cmocka_unit_test(temporary_folder_that_is_not_there),
        cmocka_unit_test(temporary_file_that_cannot_grow),
        cmocka_unit_test(mixed_directions_are_refused),
        cmocka_unit_test(local_hours_in_both_directions),
        cmocka_unit_test(names_of_a_file),
        cmocka_unit_test(formats_are_described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
