/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole reports from a small results file, with and without gnuplot. */
#include "base/memory.h"
#include "base/output.h"
#include "report/gnuplot.h"
#include "report/page.h"
#include "report/report.h"
#include "results/results.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STEPS = 49 };
#define EVIL                                                                                       \
    "`touch pwned` '; system('touch pwned') ;' {/:Bold x} a_b <script>alert(1)</script> "          \
    "\n\x1b[31m"

typedef struct {
    char folder[128]; /* removed at the end */
    char results[160], report[160];
    char data[300]; /* for REHEDGE_DATA */
} fixture;

static uint32_t add_instrument(rh_catalogue *catalogue, const char *name) {
    rh_instrument instrument = {.multiplier = 1, .kind = RH_PERPETUAL, .expiry = RH_NEVER};
    (void)snprintf(instrument.name, sizeof instrument.name, "%s", name);
    (void)snprintf(instrument.underlying, sizeof instrument.underlying, "BTC");
    return rh_catalogue_add(catalogue, &instrument);
}

static rh_step make_step(int i, double scale) {
    double price = 30000 + 500 * sin(i / 5.0), error = scale * sin(i * 1.7);
    rh_step step = {.ts = INT64_C(1622505600) * RH_S + i * RH_HOUR,
                    .spot = price,
                    .forward = NAN,
                    .hedge_price = price,
                    .iv = NAN,
                    .option_value_usd = -100 * scale,
                    .book_delta = -5 + i / 20.0,
                    .net_delta = 0.25,
                    .pnl_usd = scale * i,
                    .pnl_coin = scale * i / price,
                    .unhedged_pnl_usd = -scale * i * i,
                    .unhedged_pnl_coin = -scale * i * i / price,
                    .error_usd = i ? error : NAN,
                    .error_coin = i ? error / price : NAN,
                    .evidence = i == 7 ? RH_BY_STALE : RH_BY_MODEL,
                    .full = i > 0};
    if (i == 0)
        return step;
    step.attribution.usd[RH_TERM_GAMMA] = -2 * scale;
    step.attribution.usd[RH_TERM_THETA] = 3 * scale;
    step.attribution.coin[RH_TERM_GAMMA] = -2 * scale / 3e4;
    step.attribution.coin[RH_TERM_THETA] = 3 * scale / 3e4;
    return step;
}

static void record_lane(rh_recorder *recorder, uint32_t instrument, int steps, double scale) {
    for (int i = 0; i < steps; i++) {
        rh_step step = make_step(i, scale);
        assert_int_equal(recorder->step(recorder, &step, NULL), RH_OK);
        if (i % 8 != 0)
            continue;
        rh_fill fill = {.ts = step.ts,
                        .instrument = instrument,
                        .quantity = i % 16 ? -1000 : 2000,
                        .price = step.spot + 1,
                        .mid = step.spot,
                        .reason = RH_FILL_HEDGE,
                        .evidence = RH_BY_QUOTE};
        assert_int_equal(recorder->fill(recorder, &fill, NULL), RH_OK);
    }
}

static void write_results(const fixture *f, const char *title, const char *numeraire, int steps,
                          double scale) {
    double metrics[RH_N_METRICS];
    char notes[1024];
    rh_error error = {.text = ""};
    rh_results *results = NULL;
    rh_recorder *recorder = NULL;
    rh_catalogue *catalogue = rh_catalogue_new();
    uint32_t instrument = add_instrument(catalogue, "BTC-PERPETUAL");
    (void)snprintf(notes, sizeof notes,
                   "first note\n%s\nA note that is longer than a line of a terminal and so goes on "
                   "in the one below it.\nthird\nfourth\n",
                   title);
    for (int i = 0; i < RH_N_METRICS; i++)
        metrics[i] = i % 5 == 4 ? NAN : scale * (i + 1);
    metrics[RH_METRIC_HEDGE_EFFECTIVENESS] = 0.9;
    metrics[RH_METRIC_REBALANCES] = 12345;
    metrics[RH_METRIC_TURNOVER_RATIO] = 1.75;
    metrics[RH_METRIC_STALE_FRACTION] = metrics[RH_METRIC_IMPLIED_VOL_MEAN] = 0.5;
    metrics[RH_METRIC_STEPS] = steps;
    rh_results_run run = {
        .label = title,
        .title = title,
        .config = "{\"book\":[{\"instrument\":\"BTC-25JUN21-36000-C\",\"quantity\":-10}],"
                  "\"costs\":{\"taker\":0.0005},\"hedge\":{\"instrument\":\"BTC-PERPETUAL\","
                  "\"ratio\":\"black\"},\"note\":\"<b>\",\"strategy\":{\"every\":\"8h\","
                  "\"name\":\"interval\"}}",
        .data_sha256 = "00ff",
        .numeraire = numeraire,
        .underlying = "BTC",
        .grid = RH_HOUR};
    rh_results_end end = {.status = "ok", .notes = notes, .metrics = metrics};
    (void)unlink(f->results);
    if (rh_results_create(f->results, catalogue, &results, &error) != RH_OK ||
        rh_results_begin(results, &run, &recorder, &error) != RH_OK)
        fail_msg("%s", error.text);
    record_lane(recorder, instrument, steps, scale);
    if (rh_results_finish(results, recorder, &end, &error) != RH_OK ||
        rh_results_commit(results, &error) != RH_OK)
        fail_msg("%s", error.text);
    rh_catalogue_free(catalogue);
}

static void path_in(char *out, const char *folder, const char *name) {
    (void)snprintf(out, 400, "%s/%s", folder, name);
}

static char *read_whole(const char *folder, const char *name) {
    char path[400];
    path_in(path, folder, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s is not there", path);
    char *text = calloc(1, 4000000);
    assert_non_null(text);
    (void)fread(text, 1, 3999999, file);
    (void)fclose(file);
    return text;
}

static int is_there(const char *folder, const char *name) {
    char path[400];
    path_in(path, folder, name);
    return access(path, F_OK) == 0;
}

static int count_lines(const char *text) {
    int count = 0;
    for (; *text; text++)
        count += *text == '\n';
    return count;
}

static void write_text(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void remove_tree(const char *folder) {
    char path[512];
    DIR *directory = opendir(folder);
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
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
    (void)snprintf(f.folder, sizeof f.folder, "/tmp/rehedge_report_XXXXXX");
    if (!mkdtemp(f.folder))
        return -1;
    (void)snprintf(f.results, sizeof f.results, "%s/run.db", f.folder);
    /* A folder that must be made, with a name that a shell would trip over. */
    (void)snprintf(f.report, sizeof f.report, "%s/sub/a `b` 'c' $d", f.folder);
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

static rh_status draw(const fixture *f, unsigned formats, unsigned *made, rh_error *error) {
    rh_report_files files;
    *error = (rh_error){.text = ""};
    rh_status status = rh_report_draw(f->results, 0, f->report, formats, &files, error);
    *made = files.made;
    return status;
}

/* gnuplot is an option of the machine, not of the tests that need none. */
static void draw_or_skip(const fixture *f, unsigned formats) {
    unsigned made;
    rh_error error;
    rh_status status = draw(f, formats, &made, &error);
    if (status == RH_PARTIAL) {
        print_message("skipped: %s\n", error.text);
        skip();
    }
    if (status != RH_OK)
        fail_msg("%s", error.text);
}

static void expect_series(const fixture *f) {
    double t, price;
    char line[80];
    char *text = read_whole(f->report, "data/price.tsv");
    assert_int_equal(count_lines(text), STEPS + 1);
    assert_int_equal(sscanf(strchr(text, '\n'), "%lf %lf", &t, &price), 2);
    assert_true(t == 1622505600 && price == 30000);
    free(text);
    text = read_whole(f->report, "data/error.tsv");
    assert_non_null(strstr(text, "1622505600.000\tNaN\t0\n")); /* no error yet */
    (void)snprintf(line, sizeof line, "1622530800.000\t%.10g\t0\n", 100 * sin(7 * 1.7));
    assert_non_null(strstr(text, line)); /* stale: not counted */
    free(text);
    text = read_whole(f->report, "data/hedge.tsv");
    assert_non_null(strstr(text, "1622505600.000\t5\t5.25\n"));
    free(text);
    text = read_whole(f->report, "data/attribution.tsv");
    assert_non_null(strstr(text, "0\t0\t-9600\t0\tgamma\t−$9,600\n"));
    assert_non_null(strstr(text, "2\t4800\t4800\t1\tresidual\t$0\n"));
    assert_non_null(strstr(text, "3\t0\t4800\t2\tnet\t$4,800\n"));
    free(text);
    text = read_whole(f->report, "data/trades.tsv");
    assert_int_equal(count_lines(text), 1 + 7);
    assert_non_null(strstr(text, "1622505600.000\t30001\t1\t1\n"));
    assert_non_null(strstr(text, "\t0.5\t-1\n"));
    free(text);
    text = read_whole(f->report, "data/run.gp");
    assert_non_null(strstr(text, "BINS_NOTE = '47 counted'")); /* 48 steps, one stale */
    free(text);
}

static void everything_is_drawn(void **state) {
    const fixture *f = *state;
    unsigned made;
    rh_error error;
    write_results(f, "A title", "usd", STEPS, 100);
    draw_or_skip(f, RH_REPORT_ALL);
    assert_int_equal(draw(f, RH_REPORT_ALL, &made, &error), RH_OK); /* over an older report */
    assert_int_equal(made, RH_REPORT_ALL);
    for (unsigned format = 1; format <= RH_REPORT_ALL; format <<= 1)
        assert_true(is_there(f->report, rh_report_file_name(format)));
    assert_false(is_there(f->report, "gnuplot.log"));
    expect_series(f);
    char *page = read_whole(f->report, "report.html");
    assert_non_null(strstr(page, "<svg"));
    assert_null(strstr(page, "<?xml"));
    assert_non_null(strstr(page, "&lt;b&gt;"));
    assert_non_null(strstr(page, "fill --csv"));
    free(page);
}

/* The same folder elsewhere gives the same picture: nothing but its own files is read. */
static void a_report_stands_alone(void **state) {
    const fixture *f = *state;
    char moved[200];
    rh_error error = {.text = ""};
    write_results(f, "A title", "usd", STEPS, 100);
    draw_or_skip(f, RH_REPORT_SVG);
    char *before = read_whole(f->report, "tearsheet.svg");
    (void)snprintf(moved, sizeof moved, "%s/moved", f->folder);
    assert_int_equal(rename(f->report, moved), 0);
    if (rh_gnuplot_draw(moved, "tearsheet.gp", "tearsheet.svg", 60, &error) != RH_OK)
        fail_msg("%s", error.text);
    char *after = read_whole(moved, "tearsheet.svg");
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static void titles_run_nothing(void **state) {
    const fixture *f = *state;
    char here[1024], moved[1100];
    write_results(f, EVIL, "usd", STEPS, 100);
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(f->folder), 0);
    draw_or_skip(f, RH_REPORT_ALL);
    assert_int_equal(chdir(here), 0);
    (void)snprintf(moved, sizeof moved, "%s/pwned", here);
    assert_int_not_equal(access(moved, F_OK), 0);
    assert_false(is_there(f->folder, "pwned"));
    assert_false(is_there(f->report, "pwned"));
    char *svg = read_whole(f->report, "tearsheet.svg");
    assert_non_null(strstr(svg, "`touch pwned` '; system('touch pwned') ;' {/:Bold x} a_b &lt;"));
    free(svg);
    char *page = read_whole(f->report, "report.html");
    assert_null(strstr(page, "<script"));
    assert_null(strchr(page, '\x1b'));
    assert_non_null(strstr(page, "&lt;script&gt;"));
    free(page);
    char *text = read_whole(f->report, "summary.txt");
    assert_null(strchr(text, '\x1b'));
    free(text);
}

static void every_shape_is_drawn(void **state) {
    static const struct {
        const char *numeraire;
        int steps;
        double scale;
    } shapes[] = {{"usd", 1, 1},     {"usd", 2, 1},     {"coin", 2, 1},
                  {"usd", 49, 1e-7}, {"usd", 49, 1e9},  {"coin", 49, 1e-6},
                  {"usd", 49, -500}, {"usd", 9000, 10}, {"usd", 49, 0}};
    const fixture *f = *state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        write_results(f, "Shape", shapes[i].numeraire, shapes[i].steps, shapes[i].scale);
        draw_or_skip(f, RH_REPORT_ALL);
        char *text = read_whole(f->report, "data/pnl.tsv");
        assert_in_range(count_lines(text), 2, 4001);
        free(text);
    }
}

static void without_gnuplot_all_else_is_there(void **state) {
    const fixture *f = *state;
    unsigned made;
    rh_error error;
    write_results(f, "A title", "usd", STEPS, 100);
    (void)setenv("REHEDGE_GNUPLOT", "/nowhere/gnuplot", 1);
    assert_int_equal(draw(f, RH_REPORT_ALL, &made, &error), RH_PARTIAL);
    assert_int_equal(made, RH_REPORT_HTML | RH_REPORT_TXT);
    assert_non_null(strstr(error.text, "gnuplot was not found"));
    assert_true(is_there(f->report, "tearsheet.gp"));
    assert_true(is_there(f->report, "data/run.gp"));
    assert_false(is_there(f->report, "tearsheet.png"));
    assert_false(is_there(f->report, "gnuplot.log"));
    char *page = read_whole(f->report, "report.html");
    assert_non_null(strstr(page, "was not drawn"));
    free(page);
    assert_int_equal(draw(f, RH_REPORT_TXT, &made, &error), RH_OK);
}

static void make_scripts(fixture *f, const char *tearsheet) {
    char path[400];
    (void)snprintf(f->data, sizeof f->data, "%s/share", f->folder);
    (void)mkdir(f->data, 0777);
    path_in(path, f->data, "plots");
    (void)mkdir(path, 0777);
    path_in(path, f->data, "plots/theme.gp");
    write_text(path, "# empty\n");
    path_in(path, f->data, "plots/tearsheet.gp");
    write_text(path, tearsheet);
    (void)setenv("REHEDGE_DATA", f->data, 1);
}

static void a_script_error_is_quoted(void **state) {
    fixture *f = *state;
    unsigned made;
    rh_error error;
    write_results(f, "A title", "usd", STEPS, 100);
    draw_or_skip(f, RH_REPORT_PNG);
    char *before = read_whole(f->report, "tearsheet.png");
    make_scripts(f, "set terminal pngcairo\nset output out\nplot nonsense(x\n");
    assert_int_equal(draw(f, RH_REPORT_PNG, &made, &error), RH_FAILED);
    assert_non_null(strstr(error.text, "tearsheet.png: gnuplot drew no picture: "));
    assert_non_null(strstr(error.text, "line 3: "));
    assert_true(is_there(f->report, "gnuplot.log"));
    char *after = read_whole(f->report, "tearsheet.png"); /* the old picture is still there */
    assert_memory_equal(before, after, 1000);
    free(before);
    free(after);
    make_scripts(f, "set terminal dumb\n"); /* ends well, draws nothing */
    assert_int_equal(draw(f, RH_REPORT_PNG, &made, &error), RH_FAILED);
    assert_non_null(strstr(error.text, "drew no picture"));
}

static void a_hanging_gnuplot_is_stopped(void **state) {
    const fixture *f = *state;
    char path[400];
    rh_error error;
    path_in(path, f->folder, "slow");
    write_text(path, "#!/bin/sh\nexec sleep 30\n");
    assert_int_equal(chmod(path, 0755), 0);
    (void)setenv("REHEDGE_GNUPLOT", path, 1);
    assert_int_equal(rh_gnuplot_draw(f->folder, "x.gp", "x.png", 1, &error), RH_FAILED);
    assert_non_null(strstr(error.text, "longer than 1 s"));
    assert_false(is_there(f->folder, "x.png"));
}

static void missing_scripts_and_runs_are_named(void **state) {
    const fixture *f = *state;
    rh_error error;
    unsigned made;
    write_results(f, "A title", "usd", STEPS, 100);
    assert_int_equal(rh_report_draw(f->results, 99, f->report, RH_REPORT_TXT, NULL, &error),
                     RH_BAD_CONFIG);
    assert_non_null(strstr(error.text, "no run 99"));
    (void)setenv("REHEDGE_DATA", "/nowhere", 1);
    assert_int_equal(draw(f, RH_REPORT_PNG, &made, &error), RH_FAILED);
    assert_non_null(strstr(error.text, "/nowhere/plots/tearsheet.gp"));
}

static void summary_of(const fixture *f, int width, int colour, char *out, size_t size) {
    sqlite3 *db;
    FILE *memory = fmemopen(out, size, "w");
    assert_non_null(memory);
    assert_int_equal(rh_results_open(f->results, &db, NULL), RH_OK);
    assert_int_equal(rh_report_summary(db, 0, memory, width, colour, NULL), RH_OK);
    sqlite3_close(db);
    assert_int_equal(fclose(memory), 0);
}

static size_t widest_line(const char *text) {
    size_t widest = 0, columns = 0;
    for (; *text; text++) {
        columns = *text == '\n' ? 0 : columns + (((unsigned char)*text & 0xC0) != 0x80);
        widest = columns > widest ? columns : widest;
    }
    return widest;
}

static void the_summary_fits_a_terminal(void **state) {
    static const double scales[] = {1e-6, 1, 123456, 1e9, -1e9};
    static char plain[16384], again[16384];
    const fixture *f = *state;
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        write_results(f, EVIL " and a long tail of a title that does not end here at all", "coin",
                      STEPS, scales[i]);
        summary_of(f, 80, 0, plain, sizeof plain);
        summary_of(f, 80, 0, again, sizeof again);
        assert_string_equal(plain, again);
        assert_true(count_lines(plain) <= 40);
        if (widest_line(plain) > 80)
            fail_msg("too wide:\n%s", plain);
        assert_null(strchr(plain, '\x1b'));
        assert_non_null(strstr(plain, "−10 × BTC-25JUN21-36000-C"));
        assert_non_null(strstr(plain, "taker 5 bp"));
        assert_non_null(strstr(plain, "! first note\n! `touch pwned`"));
        assert_non_null(strstr(plain, "\n  and 3 more in the report\n"));
        summary_of(f, 80, 1, again, sizeof again);
        assert_non_null(strstr(again, "\x1b[1m"));
    }
}

/* Every allocation and every write to a report's files is made to fail once. */
static void failures_are_reported(void **state) {
    const fixture *f = *state;
    unsigned made, formats = RH_REPORT_HTML | RH_REPORT_TXT;
    rh_error error;
    int failed = 0;
    write_results(f, "A title", "usd", STEPS, 100);
    (void)setenv("REHEDGE_GNUPLOT", "/nowhere/gnuplot", 1);
    for (uint64_t n = 0;; n++) {
        rh_memory_fail_after(n);
        rh_status status = draw(f, formats, &made, &error);
        rh_memory_fail_after(UINT64_MAX);
        if (status == RH_PARTIAL)
            break;
        assert_int_equal(status, RH_FAILED);
        assert_true(error.text[0] != '\0');
        failed++;
    }
    assert_true(failed > 15);
    failed = 0;
    for (uint64_t n = 0;; n++) {
        rh_output_fail_after(n);
        rh_status status = draw(f, formats, &made, &error);
        rh_output_fail_after(UINT64_MAX);
        if (status == RH_PARTIAL)
            break;
        assert_int_equal(status, RH_FAILED);
        assert_true(error.text[0] != '\0');
        failed++;
    }
    assert_true(failed > 15);
}

static void json_is_indented_and_escaped(void **state) {
    char *text = NULL;
    size_t size = 0;
    (void)state;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    rh_page_write_json(out, "{\"a\":[1,{}],\"b\":\"x,{\\\"<\",\"c\":[]}");
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": \"x,{\\\"&lt;\",\n"
                              "  \"c\": []\n}");
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(everything_is_drawn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_report_stands_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(titles_run_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_shape_is_drawn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_gnuplot_all_else_is_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_script_error_is_quoted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_hanging_gnuplot_is_stopped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(missing_scripts_and_runs_are_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_summary_fits_a_terminal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(failures_are_reported, set_up, tear_down),
        cmocka_unit_test(json_is_indented_and_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
