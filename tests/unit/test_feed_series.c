/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several files as one series, and files whose rows are out of order. */
#include "test_feed_support.h"

#include "base/digest.h"
#include "base/memory.h"
#include "feed/pattern.h"

#include <dirent.h>
#include <sys/stat.h>

/* A folder of files, emptied by the next test and at exit. */
static char folder[] = "/tmp/test_series_XXXXXX";
static char pattern[64];

static void empty_folder(void) {
    char path[400];
    DIR *entries = opendir(folder);
    for (const struct dirent *entry; entries && (entry = readdir(entries));) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.')
            (void)unlink(path);
    }
    if (entries)
        (void)closedir(entries);
}

static void remove_folder(void) {
    empty_folder();
    (void)rmdir(folder);
}

static int begin(void **state) {
    (void)state;
    empty_folder();
    (void)snprintf(pattern, sizeof pattern, "%s/d-*", folder);
    return 0;
}

static void put_bytes(const char *name, const void *bytes, size_t size) {
    char path[400];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void put(const char *name, const char *text) {
    put_bytes(name, text, strlen(text));
}

static void put_gzip(const char *name, const char *text, size_t cut) {
    unsigned char packed[4096];
    put_bytes(name, packed, gzip_into(text, packed, sizeof packed) - cut);
}

static const reading_result *read_pattern(void) {
    const rh_source_spec spec = {.format = "csv", .path = pattern, .instrument = "X"};
    return read_source(&spec, NAMES("X"));
}

static void expect_marks(const reading_result *r, const char *marks) {
    char seen[400] = "";
    assert_ok(r);
    for (size_t i = 0; i < r->count; i++)
        (void)sprintf(seen + strlen(seen), "%s%g", i ? " " : "", r->events[i].value[RH_MARK]);
    assert_string_equal(seen, marks);
}

static void names_are_in_natural_order(void **state) {
    static const char *const names[] = {
        "",     "-",    "10",     "a",       "a-1",    "a-02",   "a-2",
        "a-2b", "a-10", "a-10-9", "a-10-10", "a-0100", "a-1000", "a-99999999999999999999",
        "ab"};
    (void)state;
    const int count = sizeof names / sizeof *names;
    for (int i = 0; i < count; i++)
        for (int k = 0; k < count; k++) {
            const int order = rh_natural_order(names[i], names[k]);
            if ((order > 0) - (order < 0) != (i > k) - (i < k))
                fail_msg("'%s' and '%s': %d", names[i], names[k], order);
        }
}

static void files_follow_each_other(void **state) {
    char lines[3 * 65 + 1], hex[RH_DIGEST_TEXT];
    (void)state;
    put_gzip("d-10.gz", "mark,ts\n5,2024-01-10\n6,2024-01-11\n", 0);
    put("d-2.csv", "ts,mark\n2024-01-02,3\n2024-01-03,4\n");
    put("d-1.csv", "ts,mark\n2024-01-01T00:00:01,1\n2024-01-02,2\n");
    const reading_result *r = read_pattern();
    expect_marks(r, "1 2 3 4 5 6"); /* also of the instant where two meet */
    assert_int_equal(r->summary.rows, 6);
    assert_int_equal(r->summary.events, 6);
    assert_true(r->summary.first == at("2024-01-01T00:00:01"));
    assert_true(r->summary.last == at("2024-01-11"));
    assert_string_equal(r->summary.note, "3 files");
    /* printf of each file's text | sha256sum, then of those three lines */
    (void)rh_digest("ts,mark\n2024-01-01T00:00:01,1\n2024-01-02,2\n", 43, lines);
    (void)rh_digest("ts,mark\n2024-01-02,3\n2024-01-03,4\n", 34, lines + 65);
    (void)rh_digest("mark,ts\n5,2024-01-10\n6,2024-01-11\n", 34, lines + 130);
    lines[64] = lines[129] = lines[194] = '\n';
    (void)rh_digest(lines, 195, hex);
    assert_string_equal(r->summary.sha256, hex);
}

static void files_that_overlap_are_refused(void **state) {
    char part[200];
    (void)state;
    put("d-1", "ts,mark\n2024-01-01,1\n2024-01-03,2\n");
    put("d-2", "ts,mark\n2024-01-02,3\n2024-01-04,4\n");
    const reading_result *r = read_pattern();
    (void)snprintf(part, sizeof part,
                   "%s/d-2: begins at 2024-01-02T00:00:00Z, 1d before the end of %s/d-1; the files "
                   "of a series follow each other by name and must not overlap",
                   folder, folder);
    assert_says(r, RH_BAD_DATA, part);
    assert_int_equal(r->count, 2);
    assert_string_equal(r->summary.sha256, "");
}

static void the_very_file_is_named(void **state) {
    char part[200];
    (void)state;
    put("d-1", "ts,mark\n2024-01-01,1\n");
    put_gzip("d-2", "ts,mark\n2024-01-02,2\n2024-01-03,x\n", 0);
    const reading_result *r = read_pattern();
    (void)snprintf(part, sizeof part, "%s/d-2:3:2: mark: bad number 'x'", folder);
    assert_says(r, RH_BAD_DATA, part);
    assert_int_equal(r->count, 2);
    put_gzip("d-2", "ts,mark\n2024-01-02,2\n2024-01-03,3\n", 5);
    (void)snprintf(part, sizeof part, "%s/d-2: truncated gzip", folder);
    assert_says(read_pattern(), RH_BAD_DATA, part);
    put("d-2", "");
    (void)snprintf(part, sizeof part, "%s/d-2: the file is empty", folder);
    assert_says(read_pattern(), RH_BAD_DATA, part);
}

static void what_matches_nothing_is_an_error(void **state) {
    char part[100];
    (void)state;
    put("e-1", "ts,mark\n2024-01-01,1\n");
    (void)snprintf(part, sizeof part, "%s/d-*: no file matches", folder);
    assert_says(read_pattern(), RH_BAD_DATA, part);
    put("d-[1]?*", "ts,mark\n2024-01-01,7\n"); /* there is a file of that very name */
    (void)snprintf(pattern, sizeof pattern, "%s/d-[1]?*", folder);
    expect_marks(read_pattern(), "7");
}

static void gaps_between_files_count(void **state) {
    (void)state;
    put("d-1", "ts,close\n2024-01-01T01:00,1\n2024-01-01T02:00,1\n2024-01-01T04:00,1\n");
    put("d-2", "ts,close\n2024-01-01T08:00,2\n2024-01-01T09:00,2\n");
    put("d-3", "ts,close\n2024-01-01T12:00,2\n"); /* doesn't tell the length of its bar */
    rh_source_spec spec = {.format = "csv", .path = pattern, .instrument = "X", .stamp = "start"};
    const reading_result *r = read_source(&spec, NAMES("X"));
    assert_ok(r);
    assert_int_equal(r->count, 6);
    assert_int_equal(r->summary.gaps, 1 + 3 + 2);
    assert_true(r->events[5].known == at("2024-01-01T13:00"));
}

static void files_may_be_newest_first_each(void **state) {
    (void)state;
    put("d-1", "ts,mark\n2024-01-02,2\n2024-01-01,1\n");
    put("d-2", "ts,mark\n2024-01-04,4\n2024-01-03,3\n");
    expect_marks(read_pattern(), "1 2 3 4");
}

static int open_files(void) {
    DIR *entries = opendir("/proc/self/fd");
    int count = 0;
    if (!entries)
        return -1;
    while (readdir(entries))
        count++;
    (void)closedir(entries);
    return count;
}

static void one_file_is_open_at_a_time(void **state) {
    enum { FILES = 300 };
    rh_catalogue *catalogue = catalogue_of(NAMES("X"));
    const rh_source_spec spec = {.format = "csv", .path = pattern, .instrument = "X"};
    rh_source *source = NULL;
    rh_error error;
    rh_event event;
    const int before = open_files();
    (void)state;
    if (before < 0)
        skip();
    for (int i = 0; i < FILES; i++) {
        char name[40], text[100];
        (void)sprintf(name, "d-%d", i);
        (void)sprintf(text, "ts,mark\n%d,%d\n%d,%d\n", 1000 * i, i + 1, 1000 * i + 1, i + 1);
        put(name, text);
    }
    assert_int_equal(rh_source_open(&spec, 1, catalogue, &source, &error), RH_OK);
    for (int i = 0; i < 2 * FILES; i++) {
        assert_int_equal(rh_source_next(source, &event, &error), 1);
        assert_true(event.value[RH_MARK] == i / 2 + 1);
        assert_true(open_files() <= before + 1);
    }
    assert_int_equal(rh_source_next(source, &event, &error), 0);
    rh_source_close(source);
    rh_catalogue_free(catalogue);
}

static void collect_name(void *user, const char *name) {
    char *names = user;
    (void)sprintf(names + strlen(names), "%s ", name);
}

static void names_are_those_of_all_files(void **state) {
    char names[100] = "";
    rh_error error;
    rh_source_spec spec = {.format = "csv", .path = pattern};
    (void)state;
    put("d-1", "ts,instrument,mark\n1,A,1\n2,B,1\n");
    put("d-2", "ts,instrument,mark\n3,C,1\n4,B,1\n");
    assert_int_equal(rh_source_names(&spec, collect_name, names, &error), RH_OK);
    assert_string_equal(names, "A B C ");
    names[0] = '\0';
    spec.instrument = "X";
    assert_int_equal(rh_source_names(&spec, collect_name, names, &error), RH_OK);
    assert_string_equal(names, "X ");
}

static void every_allocation_may_fail(void **state) {
    rh_catalogue *catalogue = catalogue_of(NAMES("X"));
    const rh_source_spec spec = {
        .format = "csv", .path = pattern, .instrument = "X", .disorder = RH_HOUR};
    rh_status status;
    uint64_t n = 0;
    (void)state;
    put("d-1", "ts,mark\n2024-01-01,1\n2024-01-02,2\n");
    put_gzip("d-2", "ts,mark\n2024-01-04,4\n2024-01-03,3\n", 0);
    do {
        rh_source *source = NULL;
        rh_error error = {.text = ""};
        rh_event event;
        int got = 1;
        rh_memory_fail_after(n++);
        status = rh_source_open(&spec, 1, catalogue, &source, &error);
        while (status == RH_OK && (got = rh_source_next(source, &event, &error)) > 0)
            ;
        status = got < 0 ? error.code : status;
        rh_memory_fail_after(UINT64_MAX);
        rh_source_close(source);
        if (status != RH_OK && (status != RH_FAILED || !strstr(error.text, "memory")))
            fail_msg("%d: %s", (int)status, error.text);
    } while (status != RH_OK && n < 1000);
    assert_true(n > 20 && n < 1000);
    rh_catalogue_free(catalogue);
}

/* ---- disorder ---- */

static const reading_result *read_disorder(const char *text, int64_t disorder) {
    const rh_source_spec spec = {
        .format = "csv", .path = write_text(text), .instrument = "X", .disorder = disorder};
    return read_source(&spec, NAMES("X"));
}

#define LATE                                                                                       \
    "ts,mark\n2024-01-01T00:00:10,1\n2024-01-01T00:00:14,3\n2024-01-01T00:00:12,2\n"               \
    "2024-01-01T00:00:14,4\n2024-01-01T00:00:20,6\n2024-01-01T00:00:15,5\n2024-01-01T00:00:20,7\n"

static void late_rows_find_their_place(void **state) {
    (void)state;
    const reading_result *r = read_disorder(LATE, 5 * RH_S);
    expect_marks(r, "1 2 3 4 5 6 7"); /* rows of one time as they stand */
    assert_true(r->summary.last == at("2024-01-01T00:00:20"));
    assert_int_equal(strlen(r->summary.sha256), 64);
    expect_marks(read_disorder(LATE, RH_DAY), "1 2 3 4 5 6 7");
}

static void later_ones_are_refused_with_what_would_do(void **state) {
    (void)state;
    const reading_result *r = read_disorder(LATE, 0);
    assert_says(r, RH_BAD_DATA,
                ":4:1: 2024-01-01T00:00:12Z is 2s earlier than the row before, in a file that "
                "began oldest first; sort it by time, or allow it with disorder: 2s");
    r = read_disorder(LATE, 2 * RH_S);
    assert_says(r, RH_BAD_DATA,
                ":7:1: 2024-01-01T00:00:15Z is 5s earlier than a row before it, in a file that "
                "began oldest first, beyond the disorder of 2s; sort it by time, or allow it with "
                "disorder: 5s");
    assert_int_equal(r->count, 5); /* what stood before it, in order */
    assert_says(read_disorder(LATE, 5 * RH_S - 1), RH_BAD_DATA, "with disorder: 5s");
    assert_says(read_disorder(LATE, -1), RH_BAD_CONFIG, "disorder must lie between 0 and 366d");
}

static void newest_first_may_be_out_of_order_too(void **state) {
    static const char text[] =
        "ts,mark\n2024-01-01T00:00:18,6\n2024-01-01T00:00:20,7\n2024-01-01T00:00:14,4\n"
        "2024-01-01T00:00:15,5\n2024-01-01T00:00:10,2\n2024-01-01T00:00:12,3\n"
        "2024-01-01T00:00:01,1\n";
    (void)state;
    expect_marks(read_disorder(text, 3 * RH_S), "1 2 3 4 5 6 7");
    assert_says(read_disorder(text, RH_S), RH_BAD_DATA, "allow it with disorder: 6s");
}

/* The direction isn't told by rows that only jitter. */
static void direction_is_told_beyond_the_disorder(void **state) {
    static char text[60 * 600];
    (void)state;
    for (int forwards = 0; forwards <= 1; forwards++) {
        size_t used = (size_t)sprintf(text, "ts,mark\n");
        for (int i = 0; i < 600; i++) {
            const int place = forwards ? i ^ 1 : 599 - (i ^ 1); /* neighbours change places */
            used += (size_t)sprintf(text + used, "%d,%d\n", 1000000 + place, place + 1);
        }
        const reading_result *r = read_disorder(text, 10 * RH_S);
        assert_ok(r);
        assert_int_equal(r->count, 600);
        for (int i = 0; i < KEPT_EVENTS; i++)
            assert_true(r->events[i].value[RH_MARK] == i + 1);
    }
}

static void late_bars_are_no_gaps(void **state) {
    static const char text[] = "ts,close\n2024-01-01T01:00,1\n2024-01-01T02:00,1\n"
                               "2024-01-01T04:00,1\n2024-01-01T03:00,1\n2024-01-01T07:00,1\n";
    const rh_source_spec spec = {.format = "csv",
                                 .path = write_text(text),
                                 .instrument = "X",
                                 .interval = RH_HOUR,
                                 .disorder = RH_HOUR};
    (void)state;
    const reading_result *r = read_source(&spec, NAMES("X"));
    assert_ok(r);
    assert_int_equal(r->summary.gaps, 2);
}

static void files_of_a_series_may_meet_within_the_disorder(void **state) {
    const rh_source_spec spec = {
        .format = "csv", .path = pattern, .instrument = "X", .disorder = 5 * RH_S};
    (void)state;
    put("d-1", "ts,mark\n100,1\n104,3\n");
    put("d-2", "ts,mark\n103,2\n109,4\n");
    expect_marks(read_source(&spec, NAMES("X")), "1 2 3 4");
    put("d-3", "ts,mark\n103,2\n109,4\n");
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_DATA,
                "d-3: begins at 1970-01-01T00:01:43Z, 6s before the end of ");
}

#define HERE(test) cmocka_unit_test_setup(test, begin)

#define TICKER                                                                                     \
    "exchange,symbol,timestamp,local_timestamp,funding_timestamp,funding_rate,index_price,"        \
    "mark_price\n"

/* What the last row of a day announced is paid by the first of the next; a row that both days hold
 * counts once. */
static void formats_remember_the_day_before(void **state) {
    (void)state;
    put("d-1", TICKER "bybit,X,1622591999000000,1622591999000000,1622592000000000,0.0002,,\n");
    put("d-2", TICKER "bybit,X,1622592000500000,1622592000500000,1622620800000000,0.0003,,\n");
    rh_source_spec spec = {.format = "tardis-derivative-ticker", .path = pattern};
    const reading_result *r = read_source(&spec, NAMES("X"));
    assert_ok(r);
    assert_int_equal(r->count, 1);
    assert_int_equal(r->events[0].kind, RH_EVENT_FUNDING);
    assert_int_equal(r->events[0].happened, at("2021-06-02T00:00Z"));
    assert_true(r->events[0].value[RH_RATE] == 0.0002);
    empty_folder();
    put("d-1", "id,price,qty,time\n1,10,1,1622592000000\n2,11,1,1622592000001\n");
    put("d-2", "id,price,qty,time\n2,11,1,1622592000001\n3,12,1,1622592000002\n");
    spec = (rh_source_spec){.format = "binance-trades", .path = pattern, .instrument = "X"};
    r = read_source(&spec, NAMES("X"));
    assert_ok(r);
    assert_int_equal(r->count, 3);
    assert_int_equal(r->summary.duplicates, 1);
    empty_folder();
    put("d-1", "tick,open,high,low,close,volume\n1622592000000,0,0,0,0,5\n");
    put("d-2", "tick,open,high,low,close,volume\n1622595600000,1,1,1,1,5\n");
    spec = (rh_source_spec){
        .format = "deribit-candles", .path = pattern, .instrument = "X", .interval = RH_HOUR};
    r = read_source(&spec, NAMES("X"));
    assert_ok(r);
    assert_int_equal(r->count, 1);
    assert_string_equal(r->summary.note,
                        "2 files; rows left out: 1, the first on line 2 (a price of 0)");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        HERE(formats_remember_the_day_before),
        HERE(names_are_in_natural_order),
        HERE(files_follow_each_other),
        HERE(files_that_overlap_are_refused),
        HERE(the_very_file_is_named),
        HERE(what_matches_nothing_is_an_error),
        HERE(gaps_between_files_count),
        HERE(files_may_be_newest_first_each),
        HERE(one_file_is_open_at_a_time),
        HERE(names_are_those_of_all_files),
        HERE(every_allocation_may_fail),
        HERE(late_rows_find_their_place),
        HERE(later_ones_are_refused_with_what_would_do),
        HERE(newest_first_may_be_out_of_order_too),
        HERE(direction_is_told_beyond_the_disorder),
        HERE(late_bars_are_no_gaps),
        HERE(files_of_a_series_may_meet_within_the_disorder),
    };
    if (!mkdtemp(folder))
        return 1;
    (void)atexit(remove_folder);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
