/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lanes of a comparison and their league table, read from files that the real writer made. */
#include "test_report_lanes_fixture.h"

#include "report/density.h"
#include "report/labels.h"
#include "report/lanes.h"
#include "report/league.h"
#include "report/report.h"
#include "report/scale.h"

#include <sqlite3.h>
#include <unistd.h>

#define HOSTILE                                                                                    \
    "`touch pwned` '; system('x') ;' {/:Bold x}\n\x1b[31m <script>\t\xFF\xE2\x80\xAE end=1"

typedef struct {
    char path[160];
    sqlite3 *db;
    rh_report_lanes lanes;
} fixture;

static int set_up(void **state) {
    static fixture f;
    f = (fixture){.db = NULL};
    (void)snprintf(f.path, sizeof f.path, "/tmp/rehedge_lanes_XXXXXX");
    int file = mkstemp(f.path);
    if (file < 0)
        return -1;
    (void)close(file);
    *state = &f;
    return 0;
}

static int tear_down(void **state) {
    fixture *f = *state;
    rh_report_lanes_free(&f->lanes);
    (void)sqlite3_close(f->db);
    return unlink(f->path);
}

static void write_and_read(fixture *f, const a_lane *lanes, size_t count, int64_t reference,
                           int64_t leader) {
    const a_comparison c = {.path = f->path,
                            .title = "A title",
                            .numeraire = "usd",
                            .steps = 40,
                            .scale = 1,
                            .reference = reference,
                            .leader = leader};
    write_comparison(&c, lanes, count);
    MUST(rh_results_open(f->path, &f->db, problem));
    MUST(rh_report_lanes_read(f->db, &f->lanes, problem));
}

/* The table's text; the caller frees it. */
static char *league_text(const fixture *f, const char *metric, int limit, int width, int colour) {
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    MUST(rh_report_league(f->db, metric, limit, out, width, colour, problem));
    assert_int_equal(fclose(out), 0);
    return text;
}

/* Characters of the longest line. */
static size_t widest(const char *text) {
    size_t most = 0, count = 0;
    for (; *text; text++) {
        count = *text == '\n' ? 0 : count + (((unsigned char)*text & 0xC0) != 0x80);
        most = count > most ? count : most;
    }
    return most;
}

static int count_lines_with(const char *text, const char *part) {
    int count = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
        count++;
    return count;
}

/* ---- what is read ---- */

static void lanes_are_read(void **state) {
    fixture *f = *state;
    const a_lane lanes[] = {{.label = "one",
                             .rule = "interval",
                             .rebalances = 100,
                             .share = 0.1,
                             .swept = {{"strategy.every", "8h"}, {"costs.taker", "0.0005"}},
                             .n_swept = 2},
                            {.label = "two",
                             .rule = "band",
                             .rebalances = 90,
                             .share = 0.1,
                             .swept = {{"costs.taker", "0.001"}},
                             .n_swept = 1,
                             .status = "failed: no quote"},
                            {.label = "three", .rule = "band", .rebalances = 10, .share = 0.3}};
    write_and_read(f, lanes, 3, 1, 0);
    const rh_report_lanes *l = &f->lanes;
    assert_int_equal(l->n_lanes, 3);
    assert_int_equal(l->n_failed, 1);
    assert_int_equal(l->n_keys, 2);
    assert_string_equal(l->keys[0], "strategy.every");
    assert_string_equal(l->lanes[0].values[0], "8h");
    assert_string_equal(l->lanes[0].values[1], "0.0005");
    assert_string_equal(l->lanes[1].values[0], "");
    assert_string_equal(l->lanes[1].rule, "band");
    assert_true(l->lanes[0].cost == 900 && l->lanes[2].cost == 90); /* impact is unknown */
    assert_true(l->lanes[0].sigma.low == 0.9 * l->lanes[0].sigma.value);
    assert_int_equal(l->reference, 1);
    assert_int_equal(l->tried, 3);
    assert_int_equal(l->lanes[0].marks & RH_LANE_REFERENCE, RH_LANE_REFERENCE);
    assert_int_equal(l->lanes[1].marks & (RH_LANE_SAME_ERROR | RH_LANE_SAME_COST),
                     RH_LANE_SAME_ERROR | RH_LANE_SAME_COST);
    assert_int_equal(l->lanes[2].marks & RH_LANE_SAME_ERROR, 0);
    assert_true(l->lanes[2].is_tested && !l->lanes[0].is_tested);
    assert_true(l->first.to - l->first.from == 40 * RH_HOUR); /* of the errors: no steps */
    assert_int_equal(l->n_groups, 2);
    assert_string_equal(l->grouped_by, "rule");
}

static void one_rule_is_grouped_by_a_key(void **state) {
    fixture *f = *state;
    a_lane lanes[20];
    char values[20][8];
    for (size_t i = 0; i < 20; i++) {
        (void)snprintf(values[i], sizeof values[i], "%zu", i);
        lanes[i] = (a_lane){.label = values[i],
                            .rule = "interval",
                            .rebalances = 10,
                            .share = 0.1,
                            .swept = {{"a.many", values[i]}, {"a.few", values[i % 3]}},
                            .n_swept = 2};
    }
    write_and_read(f, lanes, 20, 0, 0);
    assert_string_equal(f->lanes.grouped_by, "a.few");
    assert_int_equal(f->lanes.n_groups, 3);
    assert_int_equal(f->lanes.groups[0].count + f->lanes.groups[1].count + f->lanes.groups[2].count,
                     20);
    assert_int_equal(f->lanes.reference, 0);
}

/* Against the definition, over all pairs. */
static void frontier_is_what_nothing_dominates(void **state) {
    fixture *f = *state;
    static a_lane lanes[60];
    static char texts[60][96];
    make_rules(lanes, 60, texts);
    lanes[30] = lanes[7]; /* equal in cost and error */
    lanes[31].is_blank = 1;
    write_and_read(f, lanes, 60, 0, 0);
    int n_on = 0;
    for (size_t i = 0; i < 60; i++) {
        const rh_report_lane *a = &f->lanes.lanes[i];
        int is_on = isfinite(a->cost) && isfinite(a->sigma.value);
        for (size_t k = 0; k < 60; k++) {
            const rh_report_lane *b = &f->lanes.lanes[k];
            if (b->cost <= a->cost && b->sigma.value <= a->sigma.value &&
                (b->cost < a->cost || b->sigma.value < a->sigma.value))
                is_on = 0;
        }
        n_on += is_on;
        assert_int_equal((a->marks & RH_LANE_FRONTIER) != 0, is_on);
    }
    assert_in_range(n_on, 2, 40);
}

static void order_knows_what_is_better(void **state) {
    fixture *f = *state;
    size_t order[4];
    const a_lane lanes[] = {{.label = "a", .rule = "x", .rebalances = 50, .share = 0.2},
                            {.label = "b", .rule = "x", .rebalances = 500, .share = 0.02},
                            {.label = "c", .rule = "x", .is_blank = 1},
                            {.label = "d", .rule = "x", .rebalances = 50, .share = 0.2}};
    write_and_read(f, lanes, 4, 0, 0);
    MUST(rh_report_lanes_order(&f->lanes, RH_METRIC_HEDGE_ERROR_STD, order, problem));
    assert_int_equal(order[0], 1);
    assert_int_equal(order[1], 0); /* a tie: by run_id */
    assert_int_equal(order[2], 3);
    assert_int_equal(order[3], 2); /* unknown */
    MUST(rh_report_lanes_order(&f->lanes, RH_METRIC_REBALANCES, order, problem));
    assert_int_equal(order[0], 0);
    MUST(rh_report_lanes_order(&f->lanes, RH_METRIC_HEDGE_EFFECTIVENESS, order, problem));
    assert_int_equal(order[0], 1);
    f->lanes.lanes[0].metrics[RH_METRIC_UNEXPLAINED] = -3;
    f->lanes.lanes[1].metrics[RH_METRIC_UNEXPLAINED] = 2;
    f->lanes.lanes[3].metrics[RH_METRIC_UNEXPLAINED] = -1;
    MUST(rh_report_lanes_order(&f->lanes, RH_METRIC_UNEXPLAINED, order, problem));
    assert_int_equal(order[0], 3);
    assert_int_equal(order[2], 0);
}

static void metrics_are_found_or_proposed(void **state) {
    rh_error error = {.text = ""};
    rh_metric metric;
    (void)state;
    MUST(rh_report_metric_find(NULL, &metric, problem));
    assert_int_equal(metric, RH_METRIC_HEDGE_ERROR_STD);
    MUST(rh_report_metric_find("es95", &metric, problem));
    assert_int_equal(metric, RH_METRIC_ES95);
    assert_int_equal(rh_report_metric_find("hedge_eror_std", &metric, &error), RH_BAD_CONFIG);
    assert_non_null(strstr(error.text, "did you mean 'hedge_error_std'"));
    assert_int_equal(rh_report_metric_find("weather in Rome", &metric, &error), RH_BAD_CONFIG);
    assert_non_null(strstr(error.text, "list metrics"));
}

/* ---- the table ---- */

static void league_says_what_it_must(void **state) {
    fixture *f = *state;
    static a_lane lanes[60];
    static char texts[60][96];
    make_rules(lanes, 60, texts);
    lanes[59].is_blank = 1;
    lanes[59].status = "failed: no quote";
    write_and_read(f, lanes, 60, 55, 0);
    const int64_t leader = (int64_t)f->lanes.groups[0].best + 1;
    const a_comparison c = {.path = f->path,
                            .title = "A title",
                            .numeraire = "usd",
                            .steps = 40,
                            .scale = 1,
                            .reference = 55,
                            .leader = leader};
    (void)sqlite3_close(f->db);
    write_comparison(&c, lanes, 60);
    MUST(rh_results_open(f->path, &f->db, problem));
    char words[64];
    (void)snprintf(words, sizeof words, "the leader, run %lld", (long long)leader);
    char *text = league_text(f, NULL, 0, 120, 0);
    assert_non_null(strstr(text, "60 lanes by hedge_error_std, lowest first"));
    assert_non_null(strstr(text, "One path is one observation of the final PnL"));
    assert_non_null(strstr(text, "60 lanes tried"));
    assert_non_null(strstr(text, "R is the reference, run 55, zakamouline aversion=0.06."));
    assert_non_null(strstr(text, "41 lanes shown, 19 left out")); /* 40 and the reference */
    assert_non_null(strstr(text, "1 lane not finished; the first is run 60: failed: no quote"));
    assert_non_null(strstr(text, words));
    assert_int_equal(count_lines_with(text, "\n…\n"), 1);
    assert_true(widest(text) <= 120);
    free(text);
    text = league_text(f, "pnl_usd", 3, 120, 0); /* another lane leads */
    assert_null(strstr(text, "the leader"));
    free(text);
}

static void league_fits_its_width(void **state) {
    fixture *f = *state;
    static a_lane lanes[40];
    static char texts[40][96];
    make_rules(lanes, 40, texts);
    write_and_read(f, lanes, 40, 1, 0);
    for (int width = 60; width <= 130; width += 10) {
        char *text = league_text(f, NULL, 0, width, 0);
        assert_true(widest(text) <= (size_t)width);
        assert_null(strstr(text, " \n"));
        free(text);
    }
    char *text = league_text(f, "var99", 5, 80, 0); /* a column of its own */
    assert_non_null(strstr(text, "var99"));
    assert_non_null(strstr(text, "No room for "));
    assert_null(strchr(text, '\x1b'));
    free(text);
    text = league_text(f, NULL, 5, 120, 1);
    assert_non_null(strstr(text, "\x1b[1m"));
    free(text);
}

static void ties_share_a_rank(void **state) {
    fixture *f = *state;
    rh_league league;
    const a_lane same = {.label = "same", .rule = "x", .rebalances = 50, .share = 0.2};
    const a_lane best = {.label = "best", .rule = "x", .rebalances = 500, .share = 0.02};
    const a_lane blank = {.label = "blank", .rule = "x", .is_blank = 1};
    const a_lane lanes[] = {same, best, same, blank};
    const char *ranks[] = {"1", "2", "2", "–"};
    write_and_read(f, lanes, 4, 0, 0);
    MUST(rh_league_make(&f->lanes, RH_METRIC_HEDGE_ERROR_STD, 10, &league, problem));
    assert_int_equal(league.n_rows, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(league.rows[i].cells[RH_LEAGUE_RANK], ranks[i]);
    assert_string_equal(league.rows[3].cells[RH_LEAGUE_SIGMA], "–");
    assert_string_equal(league.rows[0].cells[RH_LEAGUE_REBALANCES], "500");
    rh_league_free(&league);
}

static void a_league_of_one(void **state) {
    fixture *f = *state;
    const a_lane lane = {.label = "alone", .rule = "interval", .rebalances = 5, .share = 0.1};
    write_and_read(f, &lane, 1, 0, 0);
    char *text = league_text(f, NULL, 0, 80, 0);
    assert_non_null(strstr(text, "1 lane by"));
    assert_non_null(strstr(text, "1 lane tried over the same history."));
    assert_non_null(strstr(text, "no tests against a reference"));
    free(text);
}

static void unknown_numbers_are_dashes(void **state) {
    fixture *f = *state;
    const a_lane lanes[] = {{.label = "a", .rule = "x", .is_blank = 1},
                            {.label = "b", .rule = "x", .is_blank = 1}};
    write_and_read(f, lanes, 2, 0, 0);
    char *text = league_text(f, NULL, 0, 80, 0);
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "frontier"));
    assert_int_equal(count_lines_with(text, "\n –") + count_lines_with(text, "\n– "), 2);
    free(text);
}

static void hostile_labels_are_only_shown(void **state) {
    fixture *f = *state;
    const a_lane lanes[] = {{.label = HOSTILE, .rule = "x", .rebalances = 50, .share = 0.2},
                            {.label = "", .rule = "x", .rebalances = 9, .share = 0.3}};
    write_and_read(f, lanes, 2, 1, 0);
    char *text = league_text(f, NULL, 0, 120, 0);
    assert_null(strchr(text, '\x1b'));
    assert_null(strchr(text, '\t'));
    assert_null(strchr(text, '\xFF'));
    assert_null(strstr(text, "\xE2\x80\xAE")); /* turns the direction of writing */
    assert_non_null(strstr(text, "end=1"));    /* a long label keeps its end */
    assert_true(widest(text) <= 120);
    free(text);
}

static void coins_have_their_unit(void **state) {
    fixture *f = *state;
    const a_lane lanes[] = {{.label = "a", .rule = "x", .rebalances = 50, .share = 0.2},
                            {.label = "b", .rule = "y", .rebalances = 9, .share = 0.3}};
    const a_comparison c = {
        .path = f->path, .title = "Coins", .numeraire = "coin", .steps = 40, .scale = 1e-5};
    write_comparison(&c, lanes, 2);
    MUST(rh_results_open(f->path, &f->db, problem));
    char *text = league_text(f, NULL, 0, 120, 0);
    assert_non_null(strstr(text, "mBTC"));
    free(text);
}

/* ---- scales, labels, shapes ---- */

static void scales_are_logarithmic_where_it_helps(void **state) {
    const double near[] = {80, 100, 130}, far[] = {3, 40, 5000}, with_nought[] = {0, 3, 5000};
    const double negative[] = {-1, 3, 5000}, none[] = {NAN, NAN};
    (void)state;
    rh_scale scale = rh_scale_make(near, 3, 8, 0, "USD", 6);
    assert_false(scale.is_log);
    assert_in_range(scale.n_tics, 3, 5);
    scale = rh_scale_make(far, 3, 8, 0, "USD", 6);
    assert_true(scale.is_log);
    assert_in_range(scale.n_tics, 3, 6);
    for (int i = 0; i < 3; i++) {
        double place = rh_scale_place(&scale, far[i]);
        assert_true(place > scale.low && place < scale.high);
    }
    assert_true(isnan(rh_scale_place(&scale, 0)) && isnan(rh_scale_place(&scale, -1)));
    scale = rh_scale_make(with_nought, 3, 8, 1, "USD", 6);
    assert_true(scale.is_log && rh_scale_place(&scale, 0) > scale.low);
    assert_true(rh_scale_place(&scale, 0) < rh_scale_place(&scale, 3));
    assert_string_equal(scale.tics[0].label, "0");
    assert_false(rh_scale_make(with_nought, 3, 8, 0, "USD", 6).is_log);
    assert_false(rh_scale_make(negative, 3, 8, 1, "USD", 6).is_log);
    scale = rh_scale_make(none, 2, 8, 0, NULL, 6);
    assert_true(scale.low < scale.high);
}

static void short_logarithmic_scales_have_tics(void **state) {
    (void)state;
    for (double ratio = 1.02; ratio < 1e7; ratio *= 1.07) {
        const double values[] = {37, 37 * ratio};
        rh_scale scale = rh_scale_make(values, 2, 1.01, 0, NULL, 6);
        assert_true(scale.is_log);
        assert_in_range(scale.n_tics, 3, 6);
        for (size_t i = 1; i < scale.n_tics; i++) {
            assert_true(scale.tics[i].place > scale.tics[i - 1].place);
            assert_string_not_equal(scale.tics[i].label, scale.tics[i - 1].label);
        }
    }
}

static void labels_cover_nothing(void **state) {
    enum { MANY = 30 };
    rh_label labels[MANY];
    rh_spot spots[MANY];
    size_t placed = 0;
    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        spots[i] = (rh_spot){20 + fmod(173.0 * (double)i, 760), 15 + fmod(97.0 * (double)i, 370)};
        labels[i] = (rh_label){.x = spots[i].x, .y = spots[i].y, .width = 120, .height = 17};
    }
    rh_labels_place(labels, 0, MANY, spots, MANY, 6, 800, 400);
    for (size_t i = 0; i < MANY; i++) {
        const rh_label *a = &labels[i];
        if (!a->is_placed)
            continue;
        placed++;
        assert_true(a->left >= 0 && a->left + a->width <= 800);
        assert_true(a->middle >= 8.5 && a->middle <= 400 - 8.5);
        for (size_t k = 0; k < MANY; k++) {
            const rh_label *b = &labels[k];
            assert_false(k != i && b->is_placed && fabs(a->middle - b->middle) < 17 - 1e-9 &&
                         fabs(a->left - b->left) < 120 - 1e-9);
            assert_false(fabs(spots[k].y - a->middle) < 8.5 && spots[k].x > a->left &&
                         spots[k].x < a->left + a->width);
        }
    }
    assert_true(placed >= MANY / 2);
}

static void ends_are_spread(void **state) {
    double places[] = {5, 5, 5.1, 9, -2};
    (void)state;
    rh_labels_spread(places, 5, 1, -10, 20);
    for (int i = 0; i < 5; i++)
        for (int k = 0; k < i; k++)
            assert_true(fabs(places[i] - places[k]) > 0.98);
    assert_true(fabs(places[3] - 9) < 1e-9 && fabs(places[4] + 2) < 1e-9);
}

static void quantiles_and_densities(void **state) {
    const double four[] = {1, 2, 3, 4}, same[] = {7, 7, 7};
    static double normal[20001];
    double points[41], sum = 0;
    (void)state;
    assert_true(rh_quantile(four, 4, 0.25) == 1.75); /* R: quantile(1:4, 0.25) */
    assert_true(rh_quantile(four, 4, 0) == 1 && rh_quantile(four, 4, 1) == 4);
    assert_true(isnan(rh_quantile(four, 0, 0.5)));
    /* A logistic distribution by its quantiles; density e^-x / (1 + e^-x)^2, 1/4 at 0. */
    for (int i = 0; i <= 20000; i++)
        normal[i] = log((i + 0.5) / (20001 - (i + 0.5)));
    rh_density_make(normal, 20001, -5, 5, points, 41);
    for (int i = 0; i < 41; i++) {
        double x = -5 + 0.25 * i, e = exp(-x);
        sum = fmax(sum, fabs(points[i] - 4 * e / ((1 + e) * (1 + e))));
    }
    assert_true(sum < 0.02);
    rh_density_make(same, 3, 6, 8, points, 41);
    assert_true(points[20] == 1.0 && points[0] < 1e-6);
    rh_density_make(same, 0, 6, 8, points, 41);
    assert_true(points[20] == 0.0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lanes_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_rule_is_grouped_by_a_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(frontier_is_what_nothing_dominates, set_up, tear_down),
        cmocka_unit_test_setup_teardown(order_knows_what_is_better, set_up, tear_down),
        cmocka_unit_test(metrics_are_found_or_proposed),
        cmocka_unit_test_setup_teardown(league_says_what_it_must, set_up, tear_down),
        cmocka_unit_test_setup_teardown(league_fits_its_width, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ties_share_a_rank, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_league_of_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unknown_numbers_are_dashes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hostile_labels_are_only_shown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(coins_have_their_unit, set_up, tear_down),
        cmocka_unit_test(scales_are_logarithmic_where_it_helps),
        cmocka_unit_test(short_logarithmic_scales_have_tics),
        cmocka_unit_test(labels_cover_nothing),
        cmocka_unit_test(ends_are_spread),
        cmocka_unit_test(quantiles_and_densities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
