/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test_results_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

/* The whole export as a text that the caller frees. */
static char *export_text(const char *path, const char *view, rh_export_format format) {
    char *text = NULL;
    size_t length;
    rh_error error = {0};
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    if (rh_results_export(path, view, format, out, &error) != RH_OK)
        fail_msg("%s", error.text);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(strlen(text), length);
    return text;
}

static void assert_export(const fixture *f, const char *view, rh_export_format format,
                          const char *wanted) {
    char *text = export_text(f->path, view, format);
    assert_string_equal(text, wanted);
    free(text);
}

static void change(const fixture *f, const char *sql) {
    sqlite3 *db;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(db));
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

#define FILL_HEADER                                                                                \
    "run_id,ts,ts_ns,instrument,quantity,price,mid,fee_usd,spread_usd,impact_usd,latency_usd,"     \
    "reason,evidence\n"
#define CSV_FILL                                                                                   \
    ",1970-01-02T00:00:00.001Z,86400001000000,\"a,\"\"b\"\"\n'c' \xC3\xA9\xE2\x82\xBF\\\t\","      \
    "-0.1,1e-07,,0.3333333333333333,4.94065645841247e-324,1.7976931348623157e+308,0,hedge,"        \
    "one-sided\n"
#define JSON_FILL                                                                                  \
    ",\"ts\":\"1970-01-02T00:00:00.001Z\",\"ts_ns\":86400001000000,"                               \
    "\"instrument\":\"a,\\\"b\\\"\\n'c' \xC3\xA9\xE2\x82\xBF\\\\\\t\",\"quantity\":-0.1,"          \
    "\"price\":1e-07,\"mid\":null,\"fee_usd\":0.3333333333333333,"                                 \
    "\"spread_usd\":4.94065645841247e-324,\"impact_usd\":1.7976931348623157e+308,"                 \
    "\"latency_usd\":0,\"reason\":\"hedge\",\"evidence\":\"one-sided\"}"

/* The fill's latency of -0.0 is 0: SQLite knows no negative zero. */
static void fills_to_the_byte(void **state) {
    const fixture *f = *state;
    write_small_file(f);
    assert_export(f, "fill", RH_EXPORT_CSV, FILL_HEADER "1" CSV_FILL "2" CSV_FILL);
    assert_export(f, "fill", RH_EXPORT_JSON,
                  "[\n{\"run_id\":1" JSON_FILL ",\n{\"run_id\":2" JSON_FILL "\n]\n");
    assert_export(f, "fill", RH_EXPORT_JSONL,
                  "{\"run_id\":1" JSON_FILL "\n{\"run_id\":2" JSON_FILL "\n");
}

static void unknown_and_empty_differ(void **state) {
    const fixture *f = *state;
    write_small_file(f);
    char *text = export_text(f->path, "run", RH_EXPORT_CSV);
    const char *row = strchr(text, '\n') + 1;
    assert_ptr_equal(strstr(row, "1,\"interval, \"\"8h\"\"\",\"Line 1\nline 2\",{},44136fa3"), row);
    assert_non_null(strstr(row,
                           "aaff8a,," REHEDGE_VERSION
                           ",42,ok,7,1970-01-01T00:00:00Z,0,\"\",usd,BTC,90m,5400000000000,\n"));
    free(text);
}

static void empty_views_are_valid(void **state) {
    const fixture *f = *state;
    rh_results *results;
    MUST(rh_results_create(f->path, f->catalogue, &results, NULL));
    MUST(rh_results_commit(results, NULL));
    assert_export(f, "fill", RH_EXPORT_CSV, FILL_HEADER);
    assert_export(f, "fill", RH_EXPORT_JSON, "[]\n");
    assert_export(f, "fill", RH_EXPORT_JSONL, "");
}

/* ---- every view ---- */

static const char *const views[] = {"run",         "step",   "fill",      "journal",
                                    "attribution", "metric", "comparison"};
enum { N_VIEWS = sizeof views / sizeof *views };

static int is_json(sqlite3 *db, const char *text, size_t length) {
    sqlite3_stmt *ask;
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT json_valid(?)", -1, &ask, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_bind_text(ask, 1, text, (int)length, SQLITE_STATIC), SQLITE_OK);
    assert_int_equal(sqlite3_step(ask), SQLITE_ROW);
    int valid = sqlite3_column_int(ask, 0);
    (void)sqlite3_finalize(ask);
    return valid;
}

static void json_is_json(void **state) {
    const fixture *f = *state;
    sqlite3 *db;
    write_small_file(f);
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_false(is_json(db, "{]", 2));
    for (int i = 0; i < N_VIEWS; i++) {
        char *text = export_text(f->path, views[i], RH_EXPORT_JSON);
        assert_true(is_json(db, text, strlen(text)));
        free(text);
        text = export_text(f->path, views[i], RH_EXPORT_JSONL);
        for (const char *line = text; *line; line = strchr(line, '\n') + 1)
            assert_true(is_json(db, line, strcspn(line, "\n")));
        free(text);
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* In JSON Pilcrow and friends pass, control characters and broken UTF-8 don't. */
static void odd_bytes_are_escaped(void **state) {
    const fixture *f = *state;
    static const struct {
        const char *sql_hex, *json;
    } cases[] = {
        {"01081F7F", "\"\\u0001\\b\\u001f\x7F\""},
        {"0D0A0C09225C2F", "\"\\r\\n\\f\\t\\\"\\\\/\""},
        {"410042", "\"A\\u0000B\""},
        {"C3A9E282ACF09F9880F48FBFBF", "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF\""},
        {"41FF42", "\"A\\ufffdB\""},
        {"C0AF", "\"\\ufffd\\ufffd\""},          /* overlong / */
        {"E080AF", "\"\\ufffd\\ufffd\\ufffd\""}, /* overlong / */
        {"F08080AF", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""},
        {"EDA080", "\"\\ufffd\\ufffd\\ufffd\""},          /* a surrogate */
        {"F4908080", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""}, /* beyond U+10FFFF */
        {"F5", "\"\\ufffd\""},
        {"E282", "\"\\ufffd\\ufffd\""}, /* cut short */
        {"C341", "\"\\ufffdA\""},
    };
    char sql[200], wanted[200];
    write_small_file(f);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        (void)snprintf(sql, sizeof sql,
                       "DROP VIEW IF EXISTS odd; CREATE VIEW odd AS SELECT CAST(x'%s' AS TEXT) t",
                       cases[i].sql_hex);
        change(f, sql);
        (void)snprintf(wanted, sizeof wanted, "{\"t\":%s}\n", cases[i].json);
        assert_export(f, "odd", RH_EXPORT_JSONL, wanted);
    }
    change(f, "DROP VIEW odd; CREATE VIEW odd AS SELECT 1 AS \"a\"\"b,\"");
    assert_export(f, "odd", RH_EXPORT_CSV, "\"a\"\"b,\"\n1\n");
    assert_export(f, "odd", RH_EXPORT_JSONL, "{\"a\\\"b,\":1}\n");
}

static void numbers_read_back_to_the_same_double(void **state) {
    const fixture *f = *state;
    static const double numbers[] = {0.1,
                                     1.0 / 3.0,
                                     5e-324,
                                     2.2250738585072014e-308,
                                     1.7976931348623157e308,
                                     9007199254740993.0,
                                     36000.5,
                                     1e22,
                                     -123456789.12345679,
                                     0.30000000000000004};
    enum { COUNT = sizeof numbers / sizeof *numbers };
    rh_results *results;
    rh_recorder *lane;
    const rh_results_run run = a_run();
    MUST(rh_results_create(f->path, f->catalogue, &results, NULL));
    MUST(rh_results_begin(results, &run, &lane, NULL));
    for (int i = 0; i < COUNT; i++) {
        const rh_step step = {.ts = i, .spot = numbers[i], .error_coin = numbers[COUNT - 1 - i]};
        MUST(lane->step(lane, &step, NULL));
    }
    MUST(rh_results_commit(results, NULL));
    char *text = export_text(f->path, "step", RH_EXPORT_CSV);
    const char *line = text;
    for (int i = 0; i < COUNT; i++) {
        double spot, error_coin;
        line = strchr(line, '\n') + 1;
        assert_int_equal(sscanf(line,
                                "1,%*[^,],%*[^,],%lf,%*[^,],%*[^,],%*[^,],%*[^,],%*[^,],%*[^,],"
                                "%*[^,],%*[^,],%*[^,],%*[^,],%*[^,],%*[^,],%*[^,],%*[^,],%*[^,],"
                                "%*[^,],%*[^,],%*[^,],%lf,quote,0",
                                &spot, &error_coin),
                         2);
        assert_memory_equal(&spot, &numbers[i], sizeof spot);
        assert_memory_equal(&error_coin, &numbers[COUNT - 1 - i], sizeof error_coin);
    }
    free(text);
}

static void the_same_run_exports_the_same_bytes(void **state) {
    const fixture *f = *state;
    char *first[N_VIEWS];
    write_small_file(f);
    for (int i = 0; i < N_VIEWS; i++)
        first[i] = export_text(f->path, views[i], RH_EXPORT_CSV);
    write_small_file(f);
    for (int i = 0; i < N_VIEWS; i++) {
        assert_export(f, views[i], RH_EXPORT_CSV, first[i]);
        free(first[i]);
    }
}

/* ---- what is refused ---- */

static void assert_refused(const fixture *f, const char *view, FILE *out, rh_status code,
                           const char *sentence) {
    rh_error error = {0};
    assert_int_equal(rh_results_export(f->path, view, RH_EXPORT_CSV, out, &error), code);
    if (!strstr(error.text, sentence))
        fail_msg("'%s' is not in '%s'", sentence, error.text);
}

static void unknown_views_name_the_known(void **state) {
    const fixture *f = *state;
    write_small_file(f);
    assert_refused(f, "fills", stdout, RH_BAD_CONFIG,
                   "'fills': no such view; there are run, step, fill, journal, attribution, "
                   "metric, error, comparison, "
                   "difference, path, distribution");
    assert_refused(f, "lane", stdout, RH_BAD_CONFIG, "'lane': no such view");
    assert_refused(f, "", stdout, RH_BAD_CONFIG, "'': no such view");
}

static void missing_files_are_named(void **state) {
    const fixture *f = *state;
    assert_refused(f, "run", stdout, RH_BAD_DATA, "run.db: cannot be read: No such file");
}

static void infinite_numbers_and_bytes_are_refused(void **state) {
    const fixture *f = *state;
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    write_small_file(f);
    change(f, "UPDATE lane_step SET spot=9e999 WHERE run_id=1 AND seq=2");
    assert_refused(f, "step", out, RH_BAD_DATA,
                   "run.db: view step, row 3: spot is neither a finite number nor a text");
    change(f, "CREATE VIEW bytes AS SELECT x'00' AS b");
    assert_refused(f, "bytes", out, RH_BAD_DATA, "view bytes, row 1: b is neither");
    (void)fclose(out);
    free(text);
}

static void streams_that_refuse_are_reported(void **state) {
    const fixture *f = *state;
    int ends[2];
    write_small_file(f);
    FILE *full = fopen("/dev/full", "w");
    if (full) {
        assert_refused(f, "run", full, RH_FAILED, strerror(ENOSPC));
        (void)fclose(full);
    }
    (void)signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(ends), 0);
    (void)close(ends[0]);
    FILE *broken = fdopen(ends[1], "w");
    assert_non_null(broken);
    assert_refused(f, "attribution", broken, RH_FAILED,
                   "view attribution: cannot be written: Broken pipe");
    (void)fclose(broken);
}

/* Zeroes every page in turn: the export says so or its rows never used it, but it never crashes. */
static void damaged_pages_are_reported(void **state) {
    const fixture *f = *state;
    enum { PAGE = 4096 };
    static const char nothing[PAGE];
    char page[PAGE];
    int reported = 0;
    write_small_file(f);
    int file = open(f->path, O_RDWR);
    assert_true(file >= 0);
    for (off_t at = 0; pread(file, page, PAGE, at) == PAGE; at += PAGE) {
        assert_int_equal(pwrite(file, nothing, PAGE, at), PAGE);
        for (int i = 0; i < N_VIEWS; i++) {
            char *text = NULL;
            size_t length;
            rh_error error = {0};
            FILE *out = open_memstream(&text, &length);
            assert_non_null(out);
            rh_status status = rh_results_export(f->path, views[i], RH_EXPORT_JSON, out, &error);
            assert_true(status == RH_OK || (status == RH_BAD_DATA && strlen(error.text) > 0));
            reported += status == RH_BAD_DATA;
            (void)fclose(out);
            free(text);
        }
        assert_int_equal(pwrite(file, page, PAGE, at), PAGE);
    }
    (void)close(file);
    assert_true(reported >= 2 * N_VIEWS);
}

static void no_memory_to_open(void **state) {
    const fixture *f = *state;
    write_small_file(f);
    rh_memory_fail_after(0);
    assert_refused(f, "run", stdout, RH_FAILED, "run.db: out of memory");
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(fills_to_the_byte),
        TEST(unknown_and_empty_differ),
        TEST(empty_views_are_valid),
        TEST(json_is_json),
        TEST(odd_bytes_are_escaped),
        TEST(numbers_read_back_to_the_same_double),
        TEST(the_same_run_exports_the_same_bytes),
        TEST(unknown_views_name_the_known),
        TEST(missing_files_are_named),
        TEST(infinite_numbers_and_bytes_are_refused),
        TEST(streams_that_refuse_are_reported),
        TEST(damaged_pages_are_reported),
        TEST(no_memory_to_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
