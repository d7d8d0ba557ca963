/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole reports of comparisons, with and without gnuplot. */
#include "test_report_lanes_fixture.h"

#include "base/memory.h"
#include "report/report.h"

#include <dirent.h>
#include <unistd.h>

#define EVIL                                                                                       \
    "`touch pwned` '; system('touch pwned') ;' \"q {/:Bold x} a_b <script>alert(1)</script> "      \
    "\t\n\x1b[31m\\"

enum { MOST_LANES = 1000 };

typedef struct {
    char folder[128]; /* removed at the end */
    char results[160], report[160];
    char data[300]; /* for REHEDGE_DATA */
    a_lane lanes[MOST_LANES];
    char texts[MOST_LANES][96];
} fixture;

static void remove_tree(const char *folder) {
    char path[512];
    DIR *directory = opendir(folder);
    for (const struct dirent *entry; directory && (entry = readdir(directory));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (unlink(path) != 0)
            remove_tree(path);
    }
    if (directory)
        (void)closedir(directory);
    (void)rmdir(folder);
}

static int set_up(void **state) {
    static fixture f;
    memset(&f, 0, sizeof f);
    (void)snprintf(f.folder, sizeof f.folder, "/tmp/rehedge_compare_XXXXXX");
    if (!mkdtemp(f.folder))
        return -1;
    (void)snprintf(f.results, sizeof f.results, "%s/many.db", f.folder);
    (void)snprintf(f.report, sizeof f.report, "%s/a `b` 'c'", f.folder);
    (void)snprintf(f.data, sizeof f.data, "%s/scripts", REHEDGE_SOURCE_DIR);
    (void)setenv("REHEDGE_DATA", f.data, 1);
    (void)unsetenv("REHEDGE_GNUPLOT");
    *state = &f;
    return 0;
}

static int tear_down(void **state) {
    remove_tree(((fixture *)*state)->folder);
    return 0;
}

static void write_file(const fixture *f, size_t count, int steps, int64_t reference) {
    const a_comparison c = {.path = f->results,
                            .title = "A title",
                            .numeraire = "usd",
                            .steps = steps,
                            .scale = 1,
                            .reference = reference};
    write_comparison(&c, f->lanes, count);
}

static int is_there(const fixture *f, const char *name) {
    char path[400];
    (void)snprintf(path, sizeof path, "%s/%s", f->report, name);
    return access(path, F_OK) == 0;
}

static char *read_whole(const fixture *f, const char *name) {
    char path[400];
    enum { MOST = 8000000 };
    (void)snprintf(path, sizeof path, "%s/%s", f->report, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s is not there", path);
    char *text = calloc(1, MOST);
    assert_non_null(text);
    assert_true(fread(text, 1, MOST - 1, file) < MOST - 1);
    (void)fclose(file);
    return text;
}

static int count_rows(const fixture *f, const char *name) {
    char *text = read_whole(f, name);
    int count = -1; /* the names of the columns */
    for (const char *at = text; *at; at++)
        count += *at == '\n';
    free(text);
    return count;
}

static void expect_in(const fixture *f, const char *name, const char *part) {
    char *text = read_whole(f, name);
    if (!strstr(text, part))
        fail_msg("'%s' is not in %s", part, name);
    free(text);
}

static void expect_not_in(const fixture *f, const char *name, const char *part) {
    char *text = read_whole(f, name);
    if (strstr(text, part))
        fail_msg("'%s' is in %s", part, name);
    free(text);
}

/* gnuplot is an option of the machine; it must have had nothing to complain about. */
static void draw_or_skip(const fixture *f, unsigned formats) {
    rh_report_files files;
    rh_error error = {.text = ""};
    rh_status status = rh_report_draw(f->results, 0, f->report, formats, &files, &error);
    if (status == RH_PARTIAL) {
        print_message("skipped: %s\n", error.text);
        skip();
    }
    if (status != RH_OK)
        fail_msg("%s", error.text);
    assert_true(files.is_comparison);
    assert_int_equal(files.made & formats, formats);
    if (is_there(f, "gnuplot.log"))
        fail_msg("%s", read_whole(f, "gnuplot.log"));
}

static void everything_is_drawn(void **state) {
    fixture *f = *state;
    const rh_report_files files = {.is_comparison = 1};
    make_rules(f->lanes, 40, f->texts);
    write_file(f, 40, 60, 3);
    draw_or_skip(f, RH_REPORT_ALL);
    for (unsigned format = 1; format <= RH_REPORT_ALL; format <<= 1)
        assert_true(is_there(f, rh_report_made_name(&files, format)));
    assert_true(is_there(f, "compare.png") && is_there(f, "compare.gp"));
    assert_false(is_there(f, "tearsheet.gp"));
    assert_int_equal(count_rows(f, "data/lanes.tsv"), 40);
    assert_int_equal(count_rows(f, "data/ranked.tsv"), 24);
    assert_int_equal(count_rows(f, "data/spread.tsv"), N_RULES);
    assert_int_equal(count_rows(f, "data/theory.tsv"), 60);
    expect_in(f, "data/compare.gp", "N_LEADERS = 7\n"); /* six and the unhedged book */
    expect_in(f, "data/compare.gp", "IS_GRID = 0\n");
    expect_in(f, "report.html", "<svg");
    expect_in(f, "report.html", "One path is one observation of the final PnL");
    expect_in(f, "report.html", "difference --csv");
    expect_in(f, "summary.txt", "40 lanes tried");
}

/* Leland's line is for rules of equal intervals over books that he wrote about, in USD. */
static void lelands_line_is_drawn_where_it_applies(void **state) {
    static const a_lane lanes[] = {
        {.label = "interval 1h",
         .rule = "interval",
         .every = "1h",
         .rebalances = 500,
         .share = 0.1},
        {.label = "interval 8h", .rule = "interval", .every = "8h", .rebalances = 80, .share = 0.2},
        {.label = "leland 1d", .rule = "leland", .every = "1d", .rebalances = 26, .share = 0.3},
        {.label = "interval on", .rule = "interval", .rebalances = 200, .share = 0.3},
        {.label = "band", .rule = "band", .rebalances = 100, .share = 0.2},
    };
    static const struct {
        const char *numeraire;
        int one_life;
        size_t first, count;
        int drawn;
    } cases[] = {{"usd", 1, 0, 5, 1}, {"coin", 1, 0, 5, 0}, {"usd", 0, 0, 5, 0},
                 {"usd", 1, 2, 3, 0}, {"usd", 1, 3, 2, 0},  {"usd", 1, 0, 2, 1}};
    fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const a_comparison c = {.path = f->results,
                                .title = "A title",
                                .numeraire = cases[i].numeraire,
                                .steps = 60,
                                .scale = 1,
                                .one_life = cases[i].one_life,
                                .reference = 1};
        write_comparison(&c, lanes + cases[i].first, cases[i].count);
        draw_or_skip(f, RH_REPORT_PNG);
        expect_in(f, "data/compare.gp", cases[i].drawn ? "HAS_LELAND = 1\n" : "HAS_LELAND = 0\n");
        assert_int_equal(count_rows(f, "data/leland.tsv"), cases[i].drawn ? 60 : 1);
        if (i == 0) {
            expect_in(f, "data/lanes.tsv", "\t4491\n");     /* 499 x 9 */
            expect_not_in(f, "data/lanes.tsv", "\t891\n");  /* a band's cost */
            expect_not_in(f, "data/lanes.tsv", "\t1791\n"); /* at observations */
        }
    }
}

static void few_and_many_lanes_are_drawn(void **state) {
    static const struct {
        size_t count;
        int steps;
        int64_t reference;
    } shapes[] = {{2, 60, 1}, {2, 1, 0}, {3, 2, 3}, {13, 40, 0}, {1000, 20, 900}};
    fixture *f = *state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        make_rules(f->lanes, shapes[i].count, f->texts);
        write_file(f, shapes[i].count, shapes[i].steps, shapes[i].reference);
        draw_or_skip(f, RH_REPORT_ALL);
        assert_int_equal(count_rows(f, "data/lanes.tsv"), shapes[i].count);
    }
    expect_in(f, "data/compare.gp", "RANKED_GAP = 1\n"); /* the reference is far down */
    expect_in(f, "data/compare.gp", "N_UNRANKED = 976\n");
}

static void unknown_numbers_are_drawn_as_nothing(void **state) {
    fixture *f = *state;
    make_rules(f->lanes, 12, f->texts);
    for (size_t i = 0; i < 12; i++)
        f->lanes[i].has_steps = 0;
    f->lanes[4].is_blank = 1;
    write_file(f, 12, 30, 5); /* the reference is the unknown one */
    draw_or_skip(f, RH_REPORT_ALL);
    expect_in(f, "data/compare.gp", "N_LEADERS = 0\n");
    expect_in(f, "data/lanes.tsv", "\tNaN\tNaN\tNaN\tNaN\tNaN");
    for (size_t i = 0; i < 12; i++)
        f->lanes[i].is_blank = 1;
    write_file(f, 12, 30, 0);
    draw_or_skip(f, RH_REPORT_ALL);
    expect_in(f, "data/compare.gp", "N_DRAWN = 0\n");
}

static void lanes_without_trades_and_ties_are_drawn(void **state) {
    fixture *f = *state;
    for (size_t i = 0; i < 5; i++)
        f->lanes[i] =
            (a_lane){.label = "none", .rule = "none", .share = 0.5, .has_steps = 1, .is_bare = 1};
    write_file(f, 5, 30, 1);
    draw_or_skip(f, RH_REPORT_ALL);
    expect_in(f, "data/compare.gp", "N_TRADED = 0\n");
    assert_int_equal(count_rows(f, "data/frontier.tsv"), 5);
}

/* Two swept keys with every pair once make a map; a missing pair doesn't. */
static void two_keys_make_a_map(void **state) {
    static const char *const every[] = {"8h", "15m", "2h"};
    static const char *const width[] = {"0.1", "0.02"};
    fixture *f = *state;
    for (size_t i = 0; i < 6; i++)
        f->lanes[i] =
            (a_lane){.label = "lane",
                     .rule = "interval",
                     .rebalances = 20 + 30 * (double)i,
                     .share = 0.1,
                     .swept = {{"strategy.every", every[i % 3]}, {"strategy.width", width[i / 3]}},
                     .n_swept = 2};
    write_file(f, 6, 30, 0);
    draw_or_skip(f, RH_REPORT_ALL);
    expect_in(f, "data/compare.gp", "IS_GRID = 1\n");
    expect_in(f, "data/compare.gp", "ACROSS[1] = '15m'\nACROSS[2] = '2h'\nACROSS[3] = '8h'\n");
    expect_in(f, "data/compare.gp", "UP[1] = '0.02'\nUP[2] = '0.1'\n");
    assert_int_equal(count_rows(f, "data/cells.tsv"), 6);
    write_file(f, 5, 30, 0);
    draw_or_skip(f, RH_REPORT_PNG);
    expect_in(f, "data/compare.gp", "IS_GRID = 0\n");
}

static void texts_run_nothing(void **state) {
    fixture *f = *state;
    char here[1024], there[1200];
    for (size_t i = 0; i < 4; i++)
        f->lanes[i] = (a_lane){.label = EVIL,
                               .rule = i % 2 ? "`touch pwned`' # {" : "x",
                               .status = EVIL,
                               .rebalances = 20 + 30 * (double)i,
                               .share = 0.1,
                               .swept = {{EVIL, i % 2 ? EVIL : "NaN"}, {"b'", i / 2 ? "\"" : "#"}},
                               .n_swept = 2,
                               .has_steps = 1};
    const a_comparison c = {.path = f->results,
                            .title = EVIL,
                            .numeraire = "usd",
                            .steps = 30,
                            .scale = 1,
                            .reference = 2};
    write_comparison(&c, f->lanes, 4);
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(f->folder), 0);
    draw_or_skip(f, RH_REPORT_ALL);
    assert_int_equal(chdir(here), 0);
    (void)snprintf(there, sizeof there, "%s/pwned", f->folder);
    assert_int_not_equal(access(there, F_OK), 0);
    (void)snprintf(there, sizeof there, "%s/pwned", here);
    assert_int_not_equal(access(there, F_OK), 0);
    assert_false(is_there(f, "pwned"));
    expect_in(f, "data/compare.gp", "IS_GRID = 1\n");
    expect_not_in(f, "report.html", "<script");
    expect_not_in(f, "report.html", "\x1b");
    expect_not_in(f, "summary.txt", "\x1b");
    expect_in(f, "compare.svg", "`touch pwned`");
}

static void one_lane_has_its_own_sheet(void **state) {
    fixture *f = *state;
    rh_report_files files;
    rh_error error = {.text = ""};
    make_rules(f->lanes, 12, f->texts);
    write_file(f, 12, 30, 1);
    rh_status status = rh_report_draw(f->results, 2, f->report, RH_REPORT_TXT, &files, &error);
    assert_int_equal(status, RH_OK);
    assert_false(files.is_comparison);
    expect_in(f, "summary.txt", "Hedging error per 1h step");
    status = rh_report_draw(f->results, 12, f->report, RH_REPORT_ALL, &files, &error);
    assert_int_equal(status, RH_BAD_CONFIG);
    assert_non_null(strstr(error.text, "run 12 of the comparison has no steps"));
    status = rh_report_draw(f->results, 13, f->report, RH_REPORT_ALL, &files, &error);
    assert_int_equal(status, RH_BAD_CONFIG);
    assert_non_null(strstr(error.text, "no run 13"));
}

static void without_gnuplot_all_else_is_there(void **state) {
    fixture *f = *state;
    rh_report_files files;
    rh_error error = {.text = ""};
    make_rules(f->lanes, 12, f->texts);
    write_file(f, 12, 30, 1);
    (void)setenv("REHEDGE_GNUPLOT", "/nowhere/gnuplot", 1);
    rh_status status = rh_report_draw(f->results, 0, f->report, RH_REPORT_ALL, &files, &error);
    assert_int_equal(status, RH_PARTIAL);
    assert_int_equal(files.made, RH_REPORT_HTML | RH_REPORT_TXT);
    assert_true(is_there(f, "compare.gp") && is_there(f, "data/compare.gp"));
    expect_in(f, "report.html", "The comparison was not drawn");
}

static void memory_that_runs_out_is_said(void **state) {
    fixture *f = *state;
    rh_report_files files;
    make_rules(f->lanes, 4, f->texts);
    write_file(f, 4, 10, 1);
    (void)setenv("REHEDGE_GNUPLOT", "/nowhere/gnuplot", 1);
    for (uint64_t allowed = 0; allowed < 100000; allowed++) {
        rh_error error = {.text = ""};
        rh_memory_fail_after(allowed);
        rh_status status = rh_report_draw(f->results, 0, f->report, RH_REPORT_HTML | RH_REPORT_TXT,
                                          &files, &error);
        rh_memory_fail_after(UINT64_MAX);
        if (status == RH_PARTIAL)
            return;
        assert_int_equal(status, RH_FAILED);
        assert_non_null(strstr(error.text, "memory"));
    }
    fail();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(everything_is_drawn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(few_and_many_lanes_are_drawn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lelands_line_is_drawn_where_it_applies, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unknown_numbers_are_drawn_as_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lanes_without_trades_and_ties_are_drawn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_keys_make_a_map, set_up, tear_down),
        cmocka_unit_test_setup_teardown(texts_run_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_lane_has_its_own_sheet, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_gnuplot_all_else_is_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(memory_that_runs_out_is_said, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
