/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "test_results_fixture.h"

/* ---- reading back ---- */

static sqlite3 *open_results(const fixture *f) {
    sqlite3 *db;
    MUST(rh_results_open(f->path, &db, NULL));
    return db;
}

static sqlite3_stmt *query(sqlite3 *db, const char *sql) {
    sqlite3_stmt *rows;
    if (sqlite3_prepare_v2(db, sql, -1, &rows, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    return rows;
}

/* All values of the answer, joined by '|' and rows by ';'. */
static void assert_answer(const fixture *f, const char *sql, const char *wanted) {
    char answer[4096] = "";
    size_t used = 0;
    sqlite3 *db = open_results(f);
    sqlite3_stmt *rows = query(db, sql);
    while (sqlite3_step(rows) == SQLITE_ROW)
        for (int i = 0; i < sqlite3_column_count(rows); i++) {
            const char *text = (const char *)sqlite3_column_text(rows, i);
            const char *before = i > 0 ? "|" : used ? ";" : "";
            used += (size_t)snprintf(answer + used, sizeof answer - used, "%s%s", before,
                                     text ? text : "NULL");
            assert_true(used < sizeof answer);
        }
    assert_int_equal(sqlite3_finalize(rows), SQLITE_OK);
    (void)sqlite3_close(db);
    if (strcmp(answer, wanted) != 0)
        fail_msg("%s\n  gives %s\n instead %s", sql, answer, wanted);
}

static void assert_columns(sqlite3 *db, const char *view, const char *wanted) {
    char sql[64], names[2048] = "";
    (void)snprintf(sql, sizeof sql, "SELECT * FROM %s", view);
    sqlite3_stmt *rows = query(db, sql);
    for (int i = 0; i < sqlite3_column_count(rows); i++) {
        (void)strcat(names, i > 0 ? " " : "");
        (void)strcat(names, sqlite3_column_name(rows, i));
    }
    (void)sqlite3_finalize(rows);
    assert_string_equal(names, wanted);
}

/* ---- the interface ---- */

static void views_have_their_columns(void **state) {
    const fixture *f = *state;
    char comparison[2048] = "run_id label";
    write_small_file(f);
    sqlite3 *db = open_results(f);
    assert_columns(db, "run",
                   "run_id label title config config_sha256 data_sha256 engine_version seed status "
                   "events started elapsed_s notes numeraire underlying grid grid_ns paths");
    assert_columns(db, "step",
                   "run_id ts ts_ns spot forward hedge_price iv option_value_usd book_delta "
                   "hedge_quantity target_quantity net_delta book_gamma book_vega book_theta "
                   "equity_usd equity_coin pnl_usd pnl_coin unhedged_pnl_usd unhedged_pnl_coin "
                   "error_usd error_coin evidence full_length");
    assert_columns(db, "fill",
                   "run_id ts ts_ns instrument quantity price mid fee_usd spread_usd impact_usd "
                   "latency_usd reason evidence");
    assert_columns(db, "journal", "run_id ts ts_ns currency reason instrument amount");
    assert_columns(db, "attribution", "run_id ts ts_ns term usd coin");
    assert_columns(db, "metric", "run_id metric value low high unit");
    assert_columns(db, "error", "run_id ts ts_ns error unhedged_error slippage counted");
    assert_columns(db, "difference",
                   "run_id label reference_id against loss mean low high dm p p_holm p_romano_wolf "
                   "distinguishable lanes");
    assert_columns(db, "path",
                   "run_id path pnl_usd pnl_coin error unhedged_error cost fees spread impact "
                   "latency funding turnover_usd rebalances error_net");
    assert_columns(db, "distribution",
                   "run_id label quantity unit n mean mean_se std std_se skewness kurtosis var95 "
                   "es95 var99 es99 least largest loss_fraction");
    for (int i = 0; i < RH_N_METRICS; i++) {
        (void)strcat(comparison, " ");
        (void)strcat(comparison, rh_metric_entries()[i].name);
    }
    assert_columns(db, "comparison", comparison);
    (void)sqlite3_close(db);
}

static void file_says_what_it_is(void **state) {
    const fixture *f = *state;
    write_small_file(f);
    assert_int_equal(files_there(f), 1);
    assert_answer(f, "PRAGMA application_id", "1919444071");
    assert_answer(f, "PRAGMA user_version", "1");
    assert_answer(f, "PRAGMA journal_mode", "delete");
    assert_answer(f, "PRAGMA integrity_check", "ok");
    assert_answer(f, "PRAGMA foreign_key_check", "");
    assert_answer(f,
                  "SELECT name FROM pragma_table_list WHERE type='table' AND NOT strict "
                  "AND name NOT LIKE 'sqlite%'",
                  "");
}

static void run_holds_what_was_given(void **state) {
    const fixture *f = *state;
    write_small_file(f);
    assert_answer(
        f, "SELECT * FROM run WHERE run_id=1",
        "1|interval, \"8h\"|Line 1\nline 2|{}|"
        /* sha256 of "{}" */
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a|NULL|" REHEDGE_VERSION
        "|42|ok|7|1970-01-01T00:00:00Z|0.0||usd|BTC|90m|5400000000000|NULL");
}

static void the_hash_is_of_the_identity_if_there_is_one(void **state) {
    const fixture *f = *state;
    rh_results *results;
    rh_results_run run = a_run();
    run.config = "{\"path\":\"here\"}";
    run.identity = "{}";
    MUST(rh_results_create(f->path, f->catalogue, &results, NULL));
    add_lane(results, &run, NULL);
    MUST(rh_results_commit(results, NULL));
    assert_answer(f, "SELECT config,substr(config_sha256,1,8) FROM run",
                  "{\"path\":\"here\"}|44136fa3");
}

static void steps_come_back_exactly(void **state) {
    const fixture *f = *state;
    double at = 1.0;
    write_small_file(f);
    sqlite3 *db = open_results(f);
    sqlite3_stmt *rows = query(db, "SELECT * FROM step WHERE run_id=2");
    assert_int_equal(sqlite3_step(rows), SQLITE_ROW);
    assert_int_equal(sqlite3_column_type(rows, 21), SQLITE_NULL);
    assert_int_equal(sqlite3_column_int(rows, 24), 0);
    for (int i = 1; i <= 3; i++) {
        const double first = at;
        const rh_step step = a_step(RH_DAY + i * 90 * RH_MIN, &at);
        assert_int_equal(sqlite3_step(rows), SQLITE_ROW);
        assert_int_equal(sqlite3_column_int64(rows, 2), step.ts);
        for (int k = 0; k < 20; k++)
            assert_true(sqlite3_column_double(rows, 3 + k) == (first + k) / 3.0);
        assert_string_equal((const char *)sqlite3_column_text(rows, 23), "model");
        assert_int_equal(sqlite3_column_int(rows, 24), 1);
    }
    assert_int_equal(sqlite3_step(rows), SQLITE_DONE);
    (void)sqlite3_finalize(rows);
    (void)sqlite3_close(db);
}

static void attribution_has_a_row_per_term(void **state) {
    const fixture *f = *state;
    double at = 1.0;
    write_small_file(f);
    sqlite3 *db = open_results(f);
    sqlite3_stmt *rows = query(db, "SELECT ts_ns,term,usd,coin FROM attribution WHERE run_id=1");
    for (int i = 1; i <= 3; i++) {
        const rh_step step = a_step(RH_DAY + i * 90 * RH_MIN, &at);
        for (rh_term term = 0; term < RH_N_TERMS; term++) {
            assert_int_equal(sqlite3_step(rows), SQLITE_ROW);
            assert_int_equal(sqlite3_column_int64(rows, 0), step.ts);
            assert_string_equal((const char *)sqlite3_column_text(rows, 1), rh_term_text(term));
            assert_true(sqlite3_column_double(rows, 2) == step.attribution.usd[term]);
            assert_true(sqlite3_column_double(rows, 3) == step.attribution.coin[term]);
        }
    }
    assert_int_equal(sqlite3_step(rows), SQLITE_DONE);
    (void)sqlite3_finalize(rows);
    (void)sqlite3_close(db);
}

static void opening_row_with_costs_has_attribution(void **state) {
    const fixture *f = *state;
    rh_results *results;
    rh_recorder *lane;
    const rh_results_run run = a_run();
    rh_step opening = {.ts = 0};
    opening.attribution.usd[RH_TERM_SPREAD] = -2.5;
    MUST(rh_results_create(f->path, f->catalogue, &results, NULL));
    MUST(rh_results_begin(results, &run, &lane, NULL));
    MUST(lane->step(lane, &opening, NULL));
    MUST(rh_results_commit(results, NULL));
    assert_answer(f, "SELECT count(*),sum(usd) FROM attribution", "18|-2.5");
}

static void fills_and_journal_have_names(void **state) {
    const fixture *f = *state;
    write_small_file(f);
    assert_answer(f,
                  "SELECT ts,instrument=(SELECT name FROM instrument WHERE instrument_id=1),"
                  "length(instrument),reason,evidence,mid,spread_usd>0,impact_usd "
                  "FROM fill WHERE run_id=1",
                  "1970-01-02T00:00:00.001Z|1|14|hedge|one-sided|NULL|1|1.79769313486232e+308");
    assert_answer(f,
                  "SELECT ts,currency,reason,instrument IS NULL,amount FROM journal "
                  "WHERE run_id=2",
                  "1970-01-02T00:00:00.000000001Z|BTC|fee|0|-0.25;"
                  "1970-01-02T00:00:00.000002Z|USD|interest|1|3.0");
}

static void metrics_have_units_of_the_numeraire(void **state) {
    const fixture *f = *state;
    char counts[64]; /* two lanes, of which one knows all but the sharpe */
    (void)snprintf(counts, sizeof counts, "%d|%d|0|0", 2 * RH_N_METRICS, RH_N_METRICS - 1);
    rh_results *results;
    rh_results_run run = a_run();
    write_small_file(f);
    assert_answer(f, "SELECT count(*),count(value),count(low),count(high) FROM metric", counts);
    assert_answer(f, "SELECT value,unit FROM metric WHERE run_id=1 AND metric='var95'",
                  "2.42857142857143|USD");
    assert_answer(f, "SELECT var95,sharpe FROM comparison", "2.42857142857143|NULL;NULL|NULL");
    run.numeraire = "coin";
    MUST(rh_results_create(f->path, f->catalogue, &results, NULL));
    add_lane(results, &run, NULL);
    MUST(rh_results_commit(results, NULL));
    assert_answer(f, "SELECT unit FROM metric WHERE metric IN ('hedge_error_std_annual','pnl_usd')",
                  "USD;coin/sqrt(yr)");
}

static void swept_keys_are_columns_of_comparison(void **state) {
    const fixture *f = *state;
    rh_results *results;
    rh_results_run run = a_run();
    const rh_results_swept first[] = {{"strategy.width", "0.05"}, {"odd \"key'", "it's"}};
    const rh_results_swept second[] = {{"ratio", "black"}, {"strategy.width", "1e-3"}};
    MUST(rh_results_create(f->path, f->catalogue, &results, NULL));
    run.swept = first;
    run.n_swept = 2;
    add_lane(results, &run, NULL);
    run.swept = second;
    add_lane(results, &run, NULL);
    MUST(rh_results_commit(results, NULL));
    assert_answer(f,
                  "SELECT run_id,\"strategy.width\",typeof(\"strategy.width\"),"
                  "\"odd \"\"key'\",ratio FROM comparison",
                  "1|0.05|real|it's|NULL;2|0.001|real|NULL|black");
}

static void times_read_as_the_engine_writes_them(void **state) {
    const fixture *f = *state;
    static const rh_time times[] = {INT64_MIN,
                                    -RH_DAY - 1,
                                    -RH_S,
                                    -RH_MS,
                                    -RH_US,
                                    -1,
                                    0,
                                    1,
                                    RH_US,
                                    RH_MS,
                                    999 * RH_MS,
                                    RH_S - 1,
                                    RH_S,
                                    951782400 * RH_S /* 29 February 2000 */,
                                    1622505600 * RH_S + 120 * RH_MS,
                                    1622505600 * RH_S + 123456 * RH_US,
                                    1622505600 * RH_S + 123456789,
                                    INT64_MAX - 1,
                                    INT64_MAX};
    rh_results *results;
    rh_recorder *lane;
    char text[RH_TIME_TEXT];
    uint64_t random = 88172645463325252u;
    const rh_results_run run = a_run();
    MUST(rh_results_create(f->path, f->catalogue, &results, NULL));
    MUST(rh_results_begin(results, &run, &lane, NULL));
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        const rh_step step = {.ts = times[i]};
        MUST(lane->step(lane, &step, NULL));
    }
    for (int i = 0; i < 3000; i++) { /* xorshift; cut to whole ms, us or ns by turns */
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        const rh_time unit = i % 3 == 0 ? RH_MS : i % 3 == 1 ? RH_US : 1;
        const rh_step step = {.ts = (rh_time)random / unit * unit};
        MUST(lane->step(lane, &step, NULL));
    }
    MUST(rh_results_commit(results, NULL));
    sqlite3 *db = open_results(f);
    sqlite3_stmt *rows = query(db, "SELECT ts_ns,ts FROM step");
    int count = 0;
    for (; sqlite3_step(rows) == SQLITE_ROW; count++)
        assert_string_equal((const char *)sqlite3_column_text(rows, 1),
                            rh_time_text(sqlite3_column_int64(rows, 0), text));
    assert_int_equal(count, 3000 + sizeof times / sizeof *times);
    (void)sqlite3_finalize(rows);
    (void)sqlite3_close(db);
}

static void interleaved_lanes_read_one_after_the_other(void **state) {
    const fixture *f = *state;
    enum { LANES = 5 };
    rh_results *results;
    rh_recorder *lanes[LANES];
    const rh_results_run run = a_run();
    MUST(rh_results_create(f->path, f->catalogue, &results, NULL));
    for (int i = 0; i < LANES; i++)
        MUST(rh_results_begin(results, &run, &lanes[i], NULL));
    for (int k = 0; k < 100; k++)
        for (int i = LANES; i-- > 0;) {
            const rh_step step = {.ts = k / 2, .spot = k}; /* ties in time */
            MUST(lanes[i]->step(lanes[i], &step, NULL));
        }
    MUST(rh_results_commit(results, NULL));
    sqlite3 *db = open_results(f);
    sqlite3_stmt *rows = query(db, "SELECT * FROM step");
    for (int n = 0; n < 100 * LANES; n++) {
        assert_int_equal(sqlite3_step(rows), SQLITE_ROW);
        assert_int_equal(sqlite3_column_int(rows, 0), n / 100 + 1);
        assert_int_equal(sqlite3_column_int(rows, 3), n % 100);
    }
    (void)sqlite3_finalize(rows);
    (void)sqlite3_close(db);
}

/* ---- bad rows ---- */

static void a_bad_row_fails_alone(void **state) {
    const fixture *f = *state;
    rh_results *results;
    rh_recorder *lane;
    rh_error error;
    rh_results_run run = a_run();
    MUST(rh_results_create(f->path, f->catalogue, &results, NULL));
    MUST(rh_results_begin(results, &run, &lane, NULL));
    rh_step step = {.ts = RH_S, .book_vega = INFINITY};
    assert_int_equal(lane->step(lane, &step, &error), RH_FAILED);
    assert_non_null(
        strstr(error.text, "run.db: book_vega at 1970-01-01T00:00:01Z is not a finite number"));
    step = (rh_step){.ts = RH_S};
    step.attribution.coin[RH_TERM_VANNA] = -INFINITY;
    assert_int_equal(lane->step(lane, &step, &error), RH_FAILED);
    assert_non_null(strstr(error.text, "vanna"));
    const rh_fill unknown = {.instrument = 2, .price = 1.0};
    assert_int_equal(lane->fill(lane, &unknown, &error), RH_FAILED);
    assert_non_null(strstr(error.text, "instrument number 2 is not in the catalogue"));
    const rh_fill priceless = {.price = NAN};
    assert_int_equal(lane->fill(lane, &priceless, &error), RH_FAILED);
    const rh_fill costly = {.price = 1.0, .latency_usd = INFINITY};
    assert_int_equal(lane->fill(lane, &costly, &error), RH_FAILED);
    const rh_flow nothing = {.amount = NAN};
    assert_int_equal(lane->flow(lane, &nothing, &error), RH_FAILED);
    double metrics[RH_N_METRICS] = {0};
    metrics[RH_METRIC_STEPS] = INFINITY;
    rh_results_end end = {.status = "ok", .metrics = metrics};
    assert_int_equal(rh_results_finish(results, lane, &end, &error), RH_FAILED);
    assert_non_null(strstr(error.text, "metric steps is infinite"));
    run.seed = UINT64_MAX;
    rh_recorder *second;
    assert_int_equal(rh_results_begin(results, &run, &second, &error), RH_BAD_CONFIG);
    assert_null(second);

    step = (rh_step){.ts = RH_S};
    MUST(lane->step(lane, &step, &error));
    MUST(rh_results_commit(results, &error));
    assert_answer(f,
                  "SELECT status,(SELECT count(*) FROM step),(SELECT count(*) FROM fill),"
                  "(SELECT count(*) FROM journal) FROM run",
                  "unfinished|1|0|0");
}

static void the_catalogue_may_grow(void **state) {
    const fixture *f = *state;
    rh_results *results;
    rh_recorder *lane;
    const rh_results_run run = a_run();
    MUST(rh_results_create(f->path, f->catalogue, &results, NULL));
    MUST(rh_results_begin(results, &run, &lane, NULL));
    rh_fill fill = {.instrument = 1, .price = 1.0};
    MUST(lane->fill(lane, &fill, NULL));
    name_instrument(f->catalogue, "later");
    fill.instrument = 2;
    MUST(lane->fill(lane, &fill, NULL));
    name_instrument(f->catalogue, "unused");
    MUST(rh_results_commit(results, NULL));
    assert_answer(f, "SELECT instrument FROM fill WHERE instrument='later'", "later");
    assert_answer(f, "SELECT count(*) FROM instrument", "4");
}

static void rows_need_no_allocation(void **state) {
    const fixture *f = *state;
    rh_results *results;
    rh_recorder *lane;
    double at = 0.0;
    const rh_results_run run = a_run();
    MUST(rh_results_create(f->path, f->catalogue, &results, NULL));
    MUST(rh_results_begin(results, &run, &lane, NULL));
    const uint64_t before = rh_memory_allocations();
    for (int i = 0; i < 1000; i++) {
        const rh_step step = a_step(i, &at);
        const rh_fill fill = {.ts = i, .price = 1.0};
        MUST(lane->step(lane, &step, NULL));
        MUST(lane->fill(lane, &fill, NULL));
    }
    assert_int_equal(rh_memory_allocations(), before);
    rh_results_abandon(results);
    assert_int_equal(files_there(f), 0);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(views_have_their_columns),
        TEST(file_says_what_it_is),
        TEST(run_holds_what_was_given),
        TEST(the_hash_is_of_the_identity_if_there_is_one),
        TEST(steps_come_back_exactly),
        TEST(attribution_has_a_row_per_term),
        TEST(opening_row_with_costs_has_attribution),
        TEST(fills_and_journal_have_names),
        TEST(metrics_have_units_of_the_numeraire),
        TEST(swept_keys_are_columns_of_comparison),
        TEST(times_read_as_the_engine_writes_them),
        TEST(interleaved_lanes_read_one_after_the_other),
        TEST(a_bad_row_fails_alone),
        TEST(the_catalogue_may_grow),
        TEST(rows_need_no_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
