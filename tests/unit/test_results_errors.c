/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error series, the intervals and the differences of a comparison, written and read back. */
#include "test_results_fixture.h"

enum { STEPS = 5 };

static sqlite3 *open_results(const fixture *f) {
    sqlite3 *db;
    MUST(rh_results_open(f->path, &db, NULL));
    return db;
}

/* All values of the answer, joined by '|' and rows by ';'. */
static void assert_answer(const fixture *f, const char *sql, const char *wanted) {
    char answer[4096] = "";
    size_t used = 0;
    sqlite3_stmt *rows;
    sqlite3 *db = open_results(f);
    if (sqlite3_prepare_v2(db, sql, -1, &rows, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
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

static rh_results *start(const fixture *f) {
    rh_results *results;
    MUST(rh_results_create(f->path, f->catalogue, &results, NULL));
    return results;
}

static rh_recorder *begin(rh_results *results) {
    rh_recorder *lane;
    const rh_results_run run = a_run();
    MUST(rh_results_begin(results, &run, &lane, NULL));
    return lane;
}

static void finish(rh_results *results, rh_recorder *lane) {
    const rh_results_end end = {.status = "ok", .notes = ""};
    MUST(rh_results_finish(results, lane, &end, NULL));
}

/* An opening row and STEPS steps; the last isn't counted, the one before is unknown. */
static rh_metric_series a_series(double scale, double shadow) {
    rh_metric_series series = {0};
    const rh_metric_step opening = {.ts = RH_DAY, .error = NAN, .unhedged_error = NAN};
    MUST(rh_metric_series_add(&series, &opening, NULL));
    for (int i = 1; i <= STEPS; i++) {
        const rh_metric_step step = {.ts = RH_DAY + i * RH_HOUR,
                                     .years = 1.0 / 8760,
                                     .error = i == STEPS - 1 ? (double)NAN : scale * i,
                                     .unhedged_error = shadow * i,
                                     .slippage = i % 2 ? 0.25 * i : -0.0,
                                     .counted = i < STEPS};
        MUST(rh_metric_series_add(&series, &step, NULL));
    }
    return series;
}

static void errors_come_back(void **state) {
    const fixture *f = *state;
    rh_results *results = start(f);
    rh_recorder *first = begin(results), *second = begin(results), *third = begin(results);
    rh_metric_series series = a_series(1, 10), other = a_series(-0.5, 10), last = a_series(2, 20);
    MUST(rh_results_errors(results, second, &other, NULL)); /* not in the lanes' order */
    MUST(rh_results_errors(results, first, &series, NULL));
    MUST(rh_results_errors(results, third, &last, NULL));
    finish(results, first);
    finish(results, second);
    finish(results, third);
    MUST(rh_results_commit(results, NULL));
    assert_answer(f, "SELECT * FROM error WHERE run_id=1",
                  "1|1970-01-02T01:00:00Z|90000000000000|1.0|10.0|0.25|1;"
                  "1|1970-01-02T02:00:00Z|93600000000000|2.0|20.0|0.0|1;"
                  "1|1970-01-02T03:00:00Z|97200000000000|3.0|30.0|0.75|1;"
                  "1|1970-01-02T04:00:00Z|100800000000000|NULL|40.0|0.0|0;"
                  "1|1970-01-02T05:00:00Z|104400000000000|5.0|50.0|1.25|0");
    assert_answer(f, "SELECT run_id,group_concat(error),sum(unhedged_error) FROM error GROUP BY 1",
                  "1|1.0,2.0,3.0,5.0|150.0;2|-0.5,-1.0,-1.5,-2.5|150.0;"
                  "3|2.0,4.0,6.0,10.0|300.0");
    assert_answer(f, "SELECT group_concat(run_id,'') FROM (SELECT run_id FROM error)",
                  "111112222233333");
    /* Two lanes have their instants and shadows in common, the third has its own. */
    assert_answer(f, "SELECT count(DISTINCT series_id),count(*) FROM shared_step", "2|10");
    assert_answer(f, "PRAGMA foreign_key_check", "");
    rh_metric_series_free(&series);
    rh_metric_series_free(&other);
    rh_metric_series_free(&last);
}

static void a_lane_may_have_no_errors(void **state) {
    const fixture *f = *state;
    const rh_metric_series nothing = {0};
    rh_results *results = start(f);
    rh_recorder *first = begin(results), *second = begin(results);
    rh_metric_series series = a_series(1, 1);
    MUST(rh_results_errors(results, first, &nothing, NULL));
    MUST(rh_results_errors(results, second, &series, NULL));
    finish(results, first);
    finish(results, second);
    MUST(rh_results_commit(results, NULL));
    assert_answer(f, "SELECT run_id,count(*),sum(counted) FROM error GROUP BY 1", "2|5|3");
    rh_metric_series_free(&series);
}

static void bad_errors_fail_their_lane_alone(void **state) {
    const fixture *f = *state;
    rh_error error = {.text = ""};
    rh_results *results = start(f);
    rh_recorder *first = begin(results), *second = begin(results);
    rh_metric_series series = a_series(1, 1), bad = a_series(1, 2);
    bad.steps[2].error = (double)INFINITY;
    assert_int_equal(rh_results_errors(results, first, &bad, &error), RH_FAILED);
    assert_non_null(strstr(error.text, "1970-01-02T02:00:00Z is infinite"));
    MUST(rh_results_errors(results, first, &series, NULL));
    bad.steps[2].error = 1; /* now fine, but of a lane that has its errors */
    assert_int_equal(rh_results_errors(results, first, &bad, &error), RH_FAILED);
    assert_non_null(strstr(error.text, "errors of run 1 are already there"));
    MUST(rh_results_errors(results, second, &bad, NULL)); /* what was refused isn't shared */
    finish(results, first);
    finish(results, second);
    MUST(rh_results_commit(results, NULL));
    assert_answer(f, "SELECT run_id,sum(unhedged_error) FROM error GROUP BY 1", "1|15.0;2|30.0");
    rh_metric_series_free(&series);
    rh_metric_series_free(&bad);
}

static void memory_that_runs_out_is_said(void **state) {
    const fixture *f = *state;
    rh_error error = {.text = ""};
    rh_results *results = start(f);
    rh_recorder *lane = begin(results);
    rh_metric_series series = a_series(1, 1);
    rh_memory_fail_after(0);
    assert_int_equal(rh_results_errors(results, lane, &series, &error), RH_FAILED);
    rh_memory_fail_after(UINT64_MAX);
    assert_non_null(strstr(error.text, "out of memory"));
    MUST(rh_results_errors(results, lane, &series, NULL));
    finish(results, lane);
    MUST(rh_results_commit(results, NULL));
    assert_answer(f, "SELECT count(*) FROM error", "5");
    rh_metric_series_free(&series);
}

static void metrics_have_intervals(void **state) {
    const fixture *f = *state;
    double metrics[RH_N_METRICS], low[RH_N_METRICS], high[RH_N_METRICS];
    rh_error error = {.text = ""};
    rh_results *results = start(f);
    rh_recorder *lane = begin(results);
    rh_results_end end = {
        .status = "ok", .notes = "", .metrics = metrics, .low = low, .high = high};
    for (int i = 0; i < RH_N_METRICS; i++) {
        metrics[i] = i;
        low[i] = i % 2 ? i - 0.5 : (double)NAN;
        high[i] = i % 2 ? i + 0.25 : (double)NAN;
    }
    high[1] = (double)INFINITY;
    assert_int_equal(rh_results_finish(results, lane, &end, &error), RH_FAILED);
    assert_non_null(strstr(error.text, "metric pnl_coin, its interval, is infinite"));
    high[1] = 1.25;
    MUST(rh_results_finish(results, lane, &end, NULL));
    rh_recorder *without = begin(results);
    end.low = end.high = NULL;
    MUST(rh_results_finish(results, without, &end, NULL));
    MUST(rh_results_commit(results, NULL));
    assert_answer(f,
                  "SELECT run_id,value,low,high FROM metric "
                  "WHERE metric IN ('pnl_usd','pnl_coin')",
                  "1|0.0|NULL|NULL;1|1.0|0.5|1.25;2|0.0|NULL|NULL;2|1.0|NULL|NULL");
}

static rh_results_difference a_difference(void) {
    return (rh_results_difference){.reference_id = 1,
                                   .loss = "error2",
                                   .mean = -3.5,
                                   .low = -5,
                                   .high = -2,
                                   .dm = -4.25,
                                   .p = 0.001,
                                   .p_holm = 0.002,
                                   .p_romano_wolf = NAN,
                                   .distinguishable = 1,
                                   .lanes = 40};
}

static void differences_come_back(void **state) {
    const fixture *f = *state;
    rh_results *results = start(f);
    rh_recorder *first = begin(results), *second = begin(results);
    rh_results_difference d = a_difference();
    MUST(rh_results_differ(results, second, &d, NULL));
    d.loss = "error2_cost";
    d.distinguishable = 0;
    d.p = d.mean = NAN;
    MUST(rh_results_differ(results, second, &d, NULL));
    d = a_difference();
    d.reference_id = 2;
    d.is_leader = 1;
    MUST(rh_results_differ(results, first, &d, NULL));
    finish(results, first);
    finish(results, second);
    MUST(rh_results_commit(results, NULL));
    assert_answer(
        f, "SELECT * FROM difference",
        "1|interval, \"8h\"|2|leader|error2|-3.5|-5.0|-2.0|-4.25|0.001|0.002|NULL|1|40;"
        "2|interval, \"8h\"|1|reference|error2|-3.5|-5.0|-2.0|-4.25|0.001|0.002|NULL|1|40;"
        "2|interval, \"8h\"|1|reference|error2_cost|NULL|-5.0|-2.0|-4.25|NULL|0.002|NULL|0|40");
}

static void bad_differences_are_refused(void **state) {
    const fixture *f = *state;
    static const struct {
        int64_t reference;
        const char *loss;
        double mean;
        const char *complaint;
    } cases[] = {{0, "error2", 0, "run 2 cannot be compared with run 0; there are runs 1 to 2"},
                 {3, "error2", 0, "with run 3"},
                 {2, "error2", 0, "with run 2"},
                 {1, "squared", 0, "no loss 'squared'; there are error2, error2_cost"},
                 {1, "error2", HUGE_VAL, "an infinite number"}};
    rh_results *results = start(f);
    rh_recorder *first = begin(results), *second = begin(results);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rh_error error = {.text = ""};
        rh_results_difference d = a_difference();
        d.reference_id = cases[i].reference;
        d.loss = cases[i].loss;
        d.mean = cases[i].mean;
        assert_int_equal(rh_results_differ(results, second, &d, &error), RH_FAILED);
        if (!strstr(error.text, cases[i].complaint))
            fail_msg("%s", error.text);
    }
    finish(results, first);
    finish(results, second);
    MUST(rh_results_commit(results, NULL));
    assert_answer(f, "SELECT count(*) FROM difference", "0");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(errors_come_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_lane_may_have_no_errors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bad_errors_fail_their_lane_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(memory_that_runs_out_is_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(metrics_have_intervals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(differences_come_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bad_differences_are_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
