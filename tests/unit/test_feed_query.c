/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables and queries of SQLite files as data; JSON documents are held against CSV by the
 * conformance of formats. */
#include "test_feed_support.h"

#include <sqlite3.h>

static const char fixture[] =
    "CREATE TABLE quotes (ts INTEGER, instrument TEXT, bid REAL, ask TEXT, note BLOB);"
    "INSERT INTO quotes VALUES (1609459200, 'A', 0.1, '0.30000000000000004', x'00'),"
    " (1609459260, 'B', NULL, '7', NULL), (1609459320, 'A', 1e23, NULL, NULL);"
    "CREATE TABLE \"odd \"\"name\" (ts, instrument, last);"
    "INSERT INTO \"odd \"\"name\" VALUES (1609459200, 'A', 5);"
    "CREATE TABLE empty (ts, instrument, bid);";

static const char *make_file(void) {
    sqlite3 *db;
    (void)write_text("");
    assert_int_equal(sqlite3_open(file_path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, fixture, NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(db);
    return file_path;
}

static const reading_result *ask(const char *query) {
    const rh_source_spec spec = {.format = "sqlite", .path = file_path, .query = query};
    return read_source(&spec, NAMES("A", "B"));
}

static void test_a_query_gives_the_events_of_its_rows(void **state) {
    (void)state;
    (void)make_file();
    const reading_result *r = ask("SELECT ts, instrument, bid, ask FROM quotes ORDER BY ts");
    assert_ok(r);
    assert_int_equal(r->count, 3);
    assert_true(r->events[0].known == at("2021-01-01T00:00:00Z"));
    assert_true(r->events[0].value[RH_BID] == 0.1);
    assert_true(r->events[0].value[RH_ASK] == 0.1 + 0.2); /* to the last bit */
    assert_int_equal(r->events[1].instrument, 1);
    assert_false(rh_event_has(&r->events[1], RH_BID));
    assert_true(r->events[2].value[RH_BID] == 1e23);
    assert_int_equal(r->summary.rows, 3);
    assert_int_equal(strlen(r->summary.sha256), 64);
}

static void test_the_digest_is_of_what_was_read(void **state) {
    char first[65];
    (void)state;
    (void)make_file();
    (void)snprintf(first, sizeof first, "%s",
                   ask("SELECT ts, instrument, bid FROM quotes")->summary.sha256);
    assert_string_equal(ask("SELECT ts, instrument, bid FROM quotes ")->summary.sha256, first);
    assert_string_not_equal(ask("SELECT ts, instrument, ask FROM quotes")->summary.sha256, first);
}

static void test_newest_first_is_turned_round(void **state) {
    (void)state;
    (void)make_file();
    const reading_result *r = ask("SELECT ts, instrument, ask FROM quotes ORDER BY ts DESC");
    assert_ok(r);
    assert_int_equal(r->count, 2);
    assert_int_equal(r->events[0].instrument, 0);
    assert_true(r->events[1].value[RH_ASK] == 7.0);
}

static void test_a_table_is_named(void **state) {
    (void)state;
    (void)make_file();
    const rh_source_spec quoted = {
        .format = "sqlite", .path = file_path, .query = "SELECT * FROM \"odd \"\"name\""};
    const reading_result *r = read_source(&quoted, NAMES("A"));
    assert_ok(r);
    assert_int_equal(r->events[0].kind, RH_EVENT_TRADE);
    assert_says(ask("quotes"), RH_BAD_DATA, ":2:5: a BLOB is no cell");
    assert_ok(ask("empty"));
    assert_says(ask("quote"), RH_BAD_DATA, "no such table: quote");
}

static void test_columns_may_be_renamed(void **state) {
    const struct rh_column_map map[] = {{"b", "bid"}};
    (void)state;
    (void)make_file();
    const rh_source_spec spec = {.format = "sqlite",
                                 .path = file_path,
                                 .query = "SELECT ts, bid AS b FROM quotes WHERE bid < 1",
                                 .instrument = "A",
                                 .n_map = 1,
                                 .map = map};
    const reading_result *r = read_source(&spec, NAMES("A"));
    assert_ok(r);
    assert_int_equal(r->count, 1);
}

static void test_only_one_statement_that_reads(void **state) {
    static const struct {
        const char *query, *part;
        rh_status status;
    } cases[] = {
        {"DROP TABLE quotes", "must be a SELECT", RH_BAD_CONFIG},
        {"INSERT INTO quotes SELECT * FROM quotes", "must be a SELECT", RH_BAD_CONFIG},
        {"ATTACH '/tmp/x' AS y", "must be a SELECT", RH_BAD_CONFIG},
        {"SELECT ts FROM quotes; DROP TABLE quotes", "more than one statement", RH_BAD_CONFIG},
        {" ", "is empty", RH_BAD_CONFIG},
        {"SELECT tss FROM quotes", "no such column: tss", RH_BAD_DATA},
        {"SELECT ts AS t FROM quotes", "no column 'ts' (did you mean 't'?)", RH_BAD_DATA},
        {"SELECT ts, ts FROM quotes", "column 'ts' is there twice", RH_BAD_DATA},
        {"SELECT 'x' AS ts, instrument, 1 AS bid FROM quotes", ":2:1: ", RH_BAD_DATA},
        {"SELECT ts, instrument, 'x' AS bid FROM quotes", ":2:3: bid: bad number 'x'", RH_BAD_DATA},
    };
    (void)state;
    (void)make_file();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_says(ask(cases[i].query), cases[i].status, cases[i].part);
    assert_ok(ask("SELECT ts, instrument, bid FROM quotes")); /* still there */
}

static void test_what_is_no_database_is_refused(void **state) {
    (void)state;
    (void)write_text("ts,bid\n1609459200,5\n");
    assert_says(ask("quotes"), RH_BAD_DATA, "file is not a database");
    (void)make_file();
    assert_says(ask(NULL), RH_BAD_CONFIG, "needs query");
    const rh_source_spec csv = {.format = "csv", .path = file_path, .query = "quotes"};
    assert_says(read_source(&csv, NAMES("A")), RH_BAD_CONFIG, "query is for format sqlite");
    const rh_source_spec absent = {.format = "sqlite", .path = "/nowhere/x.db", .query = "quotes"};
    assert_int_equal(read_source(&absent, NAMES("A"))->status, RH_BAD_DATA);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_query_gives_the_events_of_its_rows),
        cmocka_unit_test(test_the_digest_is_of_what_was_read),
        cmocka_unit_test(test_newest_first_is_turned_round),
        cmocka_unit_test(test_a_table_is_named),
        cmocka_unit_test(test_columns_may_be_renamed),
        cmocka_unit_test(test_only_one_statement_that_reads),
        cmocka_unit_test(test_what_is_no_database_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
