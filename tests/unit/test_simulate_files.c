/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files that a scenario makes: what stands in them, and what is left when making them fails. */
#include "base/memory.h"
#include "base/number.h"
#include "base/output.h"
#include "instrument/instrument.h"
#include "pricing/black.h"
#include "simulate/simulate.h"
#include "simulate/sink.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define SCENARIO(name) REHEDGE_SOURCE_DIR "/data/" name ".yaml"

static char place[256]; /* a fresh directory for each test */

/* ---- files ---- */

static const char *in_place(const char *name) {
    static char paths[8][768];
    static int turn;
    char *path = paths[turn++ % 8];
    (void)snprintf(path, sizeof paths[0], "%s/%s", place, name);
    return path;
}

static int entries(const char *path) {
    int count = 0;
    DIR *directory = opendir(path);
    if (!directory)
        return -1;
    for (const struct dirent *e; (e = readdir(directory));)
        count += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    (void)closedir(directory);
    return count;
}

static void remove_tree(const char *path) {
    DIR *directory = opendir(path);
    for (const struct dirent *e; directory && (e = readdir(directory));) {
        char child[1024];
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        (void)snprintf(child, sizeof child, "%s/%s", path, e->d_name);
        if (remove(child) != 0)
            remove_tree(child);
    }
    if (directory)
        (void)closedir(directory);
    (void)remove(path);
}

static int set_up(void **state) {
    (void)state;
    const char *base = getenv("TMPDIR");
    (void)snprintf(place, sizeof place, "%s/rehedge-simulate-XXXXXX", base ? base : "/tmp");
    return mkdtemp(place) ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    rh_output_fail_after(UINT64_MAX);
    rh_output_fail_after_bytes(UINT64_MAX);
    rh_memory_fail_after(UINT64_MAX);
    remove_tree(place);
    return 0;
}

/* The whole file, unpacked if it is gzip; freed by the caller. */
static char *content_of(const char *path, size_t *length) {
    size_t room = 1 << 20;
    char *text = malloc(room + 1);
    gzFile file = gzopen(path, "rb");
    assert_non_null(file);
    *length = 0;
    for (int got; text && (got = gzread(file, text + *length, (unsigned)(room - *length))) > 0;) {
        *length += (size_t)got;
        if (*length == room)
            text = realloc(text, (room *= 2) + 1);
    }
    assert_non_null(text);
    assert_int_equal(gzclose(file), Z_OK);
    text[*length] = '\0';
    return text;
}

static unsigned long crc_of(const char *path) {
    size_t length;
    char *text = content_of(path, &length);
    const unsigned long crc = crc32(0, (const unsigned char *)text, (unsigned)length);
    free(text);
    return crc;
}

/* A scenario's text with another line in front of it, as a new file. */
static const char *with_line(const char *scenario, const char *line, const char *instead_of) {
    size_t length;
    char *text = content_of(scenario, &length);
    static char path[768];
    (void)snprintf(path, sizeof path, "%s/changed.yaml", place);
    FILE *file = fopen(path, "w");
    const char *cut = instead_of ? strstr(text, instead_of) : text;
    assert_non_null(file);
    assert_non_null(cut);
    (void)fprintf(file, "%.*s%s%s", (int)(cut - text), text, line,
                  cut + (instead_of ? strlen(instead_of) : 0));
    assert_int_equal(fclose(file), 0);
    free(text);
    return path;
}

/* ---- tables ---- */

enum { CELLS = 12 };

typedef struct {
    char *text, *at;
    char *cells[CELLS];
    int count;
} table;

/* Cuts the next row at its commas; 0 at the end. */
static int next_row(table *t) {
    if (*t->at == '\0')
        return 0;
    char *end = strchr(t->at, '\n');
    assert_non_null(end); /* every row is whole */
    *end = '\0';
    t->count = 0;
    for (char *cell = t->at; cell; t->count++) {
        assert_true(t->count < CELLS);
        t->cells[t->count] = cell;
        cell = strchr(cell, ',');
        if (cell)
            *cell++ = '\0';
    }
    t->at = end + 1;
    return 1;
}

static table open_table(const char *path, const char *header) {
    size_t length;
    table t = {.text = content_of(path, &length)};
    t.at = t.text;
    assert_true(strncmp(t.text, header, strlen(header)) == 0 && t.text[strlen(header)] == '\n');
    assert_true(next_row(&t));
    return t;
}

static double number(const table *t, int cell) {
    double value;
    assert_true(cell < t->count);
    if (!*t->cells[cell])
        return NAN;
    assert_int_equal(rh_number_parse(t->cells[cell], strlen(t->cells[cell]), &value), 0);
    return value;
}

static rh_time time_of(const table *t) {
    rh_time time;
    assert_int_equal(rh_time_parse(t->cells[0], strlen(t->cells[0]), &time), 0);
    return time;
}

#define SPOT_HEADER "ts,instrument,bid,bid_size,ask,ask_size,last,index"
#define PERP_HEADER                                                                                \
    "ts,instrument,bid,bid_size,ask,ask_size,mark,index,funding_rate,funding_interval"
#define OPTIONS_HEADER "ts,instrument,bid,bid_size,ask,ask_size,mark,forward,iv,settlement"
#define TRUTH_HEADER                                                                               \
    "ts,spot,variance,integrated_variance,jumps,jump_log,basis_bps,basis_linear_bps"

/* What truth.csv says, by step. */
typedef struct {
    size_t count;
    double *spot, *variance, *basis[2];
} truth;

static truth read_truth(const rh_scenario *s, const char *path) {
    const size_t steps = (size_t)rh_scenario_steps(s);
    truth all = {0, calloc(steps, 8), calloc(steps, 8), {calloc(steps, 8), calloc(steps, 8)}};
    table t = open_table(path, TRUTH_HEADER);
    double integral = 0.0;
    for (; next_row(&t); all.count++) {
        assert_true(all.count < steps);
        assert_int_equal(time_of(&t), s->start + (rh_time)all.count * s->step);
        all.spot[all.count] = number(&t, 1);
        all.variance[all.count] = number(&t, 2);
        assert_true(number(&t, 3) == integral);
        integral += all.variance[all.count] * s->path.dt;
        for (int i = 0; i < 2; i++)
            all.basis[i][all.count] = number(&t, 6 + i);
    }
    free(t.text);
    assert_int_equal(all.count, steps);
    return all;
}

static void free_truth(truth *all) {
    free(all->spot);
    free(all->variance);
    free(all->basis[0]);
    free(all->basis[1]);
}

static double to_cent(double price) {
    return floor(price * 100.0 + 0.5) / 100.0;
}

static rh_scenario load(const char *path) {
    rh_config *config = NULL;
    rh_scenario s;
    rh_error error = {0};
    assert_int_equal(rh_config_read_file(path, &config, &error), RH_OK);
    assert_int_equal(rh_scenario_read(config, &s, &error), RH_OK);
    rh_config_free(config);
    return s;
}

/* bid <= middle <= ask of a row whose sides begin in cell 2; sizes where prices are. */
static void check_sides(const table *t, double middle) {
    const double bid = number(t, 2), ask = number(t, 4);
    assert_true(bid >= 0.0 && ask >= 0.0);
    assert_true((bid > 0.0) == (number(t, 3) > 0.0));
    assert_true((ask > 0.0) == (number(t, 5) > 0.0));
    assert_true(bid <= middle * (1.0 + 1e-15));
    assert_true(ask == 0.0 || ask >= middle * (1.0 - 1e-15));
}

static void check_on_tick(double price, double tick) {
    assert_true(fabs(price / tick - floor(price / tick + 0.5)) < 1e-7);
}

/* ---- numbers ---- */

static void numbers_are_written_as_asked(void **state) {
    (void)state;
    static const struct {
        double value;
        int decimals;
    } rows[] = {{0.0, 0},      {0.0, 2},     {0.05, 2},  {0.0049, 2}, {-0.004, 2},
                {-1.005, 1},   {42000.5, 1}, {9.995, 0}, {1e-8, 8},   {NAN, 2},
                {1.0 / 3, -1}, {0.6, -1},    {8e10, 8},  {2.5e11, 8}, {6e14, 8}};
    rh_error error = {0};
    rh_sim_sink sink;
    size_t length;
    assert_int_equal(rh_sim_sink_open(&sink, place, "n", 0, &error), RH_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        rh_sim_sink_number(&sink, rows[i].value, rows[i].decimals);
    assert_int_equal(rh_sim_sink_commit(&sink, &error), RH_OK);
    rh_sim_sink_abandon(&sink);
    char *text = content_of(in_place("n"), &length);
    assert_string_equal(text,
                        ",0,0.00,0.05,0.00,0.00,-1.0,42000.5,10,0.00000001,,0.3333333333333333,"
                        "0.6,80000000000.00000000,250000000000,600000000000000");
    free(text);
}

/* ---- what stands in the files ---- */

static void check_spot(const rh_scenario *s, const truth *true_, const char *path) {
    table t = open_table(path, SPOT_HEADER);
    double trades = 0.0, at_bid = 0.0;
    while (next_row(&t)) {
        const double index = number(&t, 7), last = number(&t, 6);
        const size_t step = (size_t)((time_of(&t) - s->start) / s->step);
        assert_string_equal(t.cells[1], s->spot.instrument);
        assert_true(index == to_cent(true_->spot[step]));
        check_sides(&t, index);
        check_on_tick(number(&t, 2), s->spot.tick);
        check_on_tick(number(&t, 4), s->spot.tick);
        assert_true(isnan(last) || last == number(&t, 2) || last == number(&t, 4));
        trades += !isnan(last);
        at_bid += last == number(&t, 2);
    }
    free(t.text);
    assert_true(fabs(at_bid / trades - 0.5) < 4.0 * sqrt(0.25 / trades));
}

/* The funding that the rows before `step` back to the stamp before it make. */
static double funding_at(const rh_scenario *s, const truth *true_, int which, size_t step) {
    const size_t window = (size_t)(8 * RH_HOUR / s->step);
    const size_t from = step > window ? step - window + 1 : 0;
    const double d = s->perpetual.damper;
    double rates = 0.0, premiums = 0.0, weights = 0.0;
    for (size_t i = from; i <= step; i++) {
        const double index = to_cent(true_->spot[i]);
        const double mark = to_cent(true_->spot[i] * (1.0 + true_->basis[which][i] / 1e4));
        const double premium = (mark - index) / index, weight = (double)(i - from + 1);
        rates += fmax(d, premium) + fmin(-d, premium);
        premiums += weight * premium;
        weights += weight;
    }
    if (s->perpetual.funding == RH_SIM_FUNDING_DERIBIT)
        return rates / (double)(step - from + 1);
    premiums /= weights;
    return premiums + fmax(-d, fmin(d, s->perpetual.interest - premiums));
}

static int check_perpetuals(const rh_scenario *s, const truth *true_, const char *path) {
    int stamps = 0;
    table t = open_table(path, PERP_HEADER);
    while (next_row(&t)) {
        const int which = strcmp(t.cells[1], "BTC-PERPETUAL") != 0;
        const rh_time time = time_of(&t);
        const size_t step = (size_t)((time - s->start) / s->step);
        const double mark = number(&t, 6), rate = number(&t, 8);
        if (!isnan(mark)) {
            assert_true(mark ==
                        to_cent(true_->spot[step] * (1.0 + true_->basis[which][step] / 1e4)));
            assert_true(number(&t, 7) == to_cent(true_->spot[step]));
            check_sides(&t, mark);
            check_on_tick(number(&t, 2), s->perpetual.tick);
            check_on_tick(number(&t, 4), s->perpetual.tick);
        }
        assert_true(!isnan(rate) == (time % (8 * RH_HOUR) == 0 && step > 0));
        assert_string_equal(t.cells[9], isnan(rate) ? "" : "8h");
        if (isnan(rate))
            continue;
        assert_true(fabs(rate - funding_at(s, true_, which, step)) < 1e-12);
        assert_true(fabs(rate) <= s->perpetual.cap);
        stamps++;
    }
    free(t.text);
    return stamps;
}

/* Mark, forward and delivery follow from what stands beside them. */
static void check_option(const rh_scenario *s, const truth *true_, const table *t,
                         const rh_instrument *o) {
    const rh_time time = time_of(t);
    const size_t step = (size_t)((time - s->start) / s->step);
    const double mark = number(t, 6), forward = number(t, 7), iv = number(t, 8);
    const double years = rh_years(time, o->expiry);
    const double perpetual = to_cent(true_->spot[step] * (1.0 + true_->basis[0][step] / 1e4));
    const double value = rh_black_price(o->right, forward, o->strike, years, iv, 0.0) / forward;
    assert_true(time < o->expiry);
    assert_int_equal(time % s->options.every, 0);
    assert_true(fabs(mark - value) <= 0.5e-6 + 1e-12);
    assert_true(fabs(forward - perpetual * exp(s->options.carry * years)) <= 0.005 + 1e-6);
    assert_true(iv > 0.1 && iv < 5.0);
    check_sides(t, mark);
    for (int side = 2; side <= 4; side += 2)
        check_on_tick(number(t, side), number(t, side) < 0.005 ? 0.0001 : 0.0005);
}

static double delivery_of(const rh_scenario *s, const truth *true_, rh_time expiry) {
    double sum = 0.0, count = 0.0;
    for (rh_time at = expiry; at > expiry - s->options.delivery_window; at -= s->step, count++)
        sum += to_cent(true_->spot[(size_t)((at - s->start) / s->step)]);
    return to_cent(sum / count);
}

/* Returns the number of settlement rows. */
static size_t check_options(const rh_scenario *s, const truth *true_, const char *path) {
    size_t settled = 0;
    table t = open_table(path, OPTIONS_HEADER);
    while (next_row(&t)) {
        rh_instrument o;
        assert_int_equal(rh_instrument_from_name(t.cells[1], &o), 0);
        assert_true(o.kind == RH_OPTION && o.settle == RH_INVERSE);
        if (isnan(number(&t, 9))) {
            check_option(s, true_, &t, &o);
            continue;
        }
        assert_int_equal(time_of(&t), o.expiry);
        assert_true(isnan(number(&t, 2)) && isnan(number(&t, 6)) && isnan(number(&t, 8)));
        assert_true(fabs(number(&t, 9) - delivery_of(s, true_, o.expiry)) < 0.0101);
        settled++;
    }
    free(t.text);
    return settled;
}

static void check_market(const char *scenario, size_t inside, int stamps) {
    rh_error error = {0};
    const rh_scenario s = load(scenario);
    assert_int_equal(rh_simulate(scenario, in_place("out"), &error), RH_OK);
    assert_int_equal(entries(in_place("out")), 5);
    truth true_ = read_truth(&s, in_place("out/truth.csv"));
    check_spot(&s, &true_, in_place("out/spot.csv"));
    assert_int_equal(check_perpetuals(&s, &true_, in_place("out/perp.csv")), stamps);
    assert_int_equal(check_options(&s, &true_, in_place("out/options.csv")),
                     inside * 2 * s.options.strikes);
    free_truth(&true_);
}

static void the_small_market_is_what_it_says(void **state) {
    (void)state;
    check_market(SCENARIO("scenarios/small"), 1, 2 * 5);
}

static void the_sample_market_is_what_it_says(void **state) {
    (void)state;
    static const char *const files[] = {"spot.csv", "perp.csv", "options.csv", "truth.csv"};
    int64_t total = 0;
    check_market(SCENARIO("sample"), 4, 42 * 3 - 1);
    for (size_t i = 0; i < 4; i++) {
        char path[512];
        struct stat file;
        (void)snprintf(path, sizeof path, "%s/out/%s", place, files[i]);
        assert_int_equal(stat(path, &file), 0);
        total += file.st_size;
    }
    assert_true(total > 20000000 && total < 60000000);
}

/* Nothing is rounded, nothing is quoted around: one price, one volatility, to the last bit. */
static void the_diffusion_is_without_friction(void **state) {
    (void)state;
    rh_error error = {0};
    const char *scenario = SCENARIO("scenarios/diffusion");
    const rh_scenario s = load(scenario);
    assert_int_equal(rh_simulate(scenario, in_place("out"), &error), RH_OK);
    truth true_ = read_truth(&s, in_place("out/truth.csv"));
    table t = open_table(in_place("out/perp.csv"), PERP_HEADER);
    for (size_t i = 0; next_row(&t); i++) {
        for (int cell = 2; cell <= 7; cell++)
            assert_true(cell == 3 || cell == 5 || number(&t, cell) == true_.spot[i]);
        assert_string_equal(t.cells[8], "");
    }
    free(t.text);
    t = open_table(in_place("out/options.csv"), OPTIONS_HEADER);
    size_t settled = 0, quoted = 0;
    while (next_row(&t)) {
        rh_instrument o;
        assert_int_equal(rh_instrument_from_name(t.cells[1], &o), 0);
        const double spot = true_.spot[(time_of(&t) - s.start) / s.step];
        if (*t.cells[9]) {
            assert_true(number(&t, 9) == spot);
            settled++;
            continue;
        }
        const double value =
            rh_black_price(o.right, spot, o.strike, rh_years(time_of(&t), o.expiry), 0.6, 0.0);
        assert_string_equal(t.cells[8], "0.6");
        assert_true(number(&t, 7) == spot);
        assert_true(number(&t, 6) == value / spot);
        assert_true(number(&t, 2) == value / spot && number(&t, 4) == value / spot);
        quoted++;
    }
    assert_int_equal(settled, 10);
    assert_int_equal(quoted, 10 * (7 * 96 + 32));
    free(t.text);
    free_truth(&true_);
}

/* Rows that an outage takes are missing, sides that it takes are 0, in the shares asked for. */
static void outages_show_in_the_files(void **state) {
    (void)state;
    rh_error error = {0};
    const char *scenario =
        with_line(SCENARIO("scenarios/small"), "step: 1m\ndropout: {probability: 0.02, length: 5m}",
                  "step: 15m");
    scenario = with_line(scenario, "", "dropout: {probability: 0.01, length: 45m}\n");
    const rh_scenario s = load(scenario);
    const double steps = (double)rh_scenario_steps(&s);
    assert_int_equal(rh_simulate(scenario, in_place("out"), &error), RH_OK);
    table t = open_table(in_place("out/spot.csv"), SPOT_HEADER);
    double rows = 0.0, empty = 0.0;
    for (; next_row(&t); rows++)
        empty += strcmp(t.cells[2], "0") == 0 && strcmp(t.cells[4], "0") == 0;
    free(t.text);
    /* Each kind: half of p / (p + q) = 1/11; 0.025 is 4 standard errors at this length. */
    assert_true(fabs((steps - rows) / steps - 0.5 / 11.0) < 0.025);
    assert_true(fabs(empty / steps - 0.5 / 11.0) < 0.025);
}

static void the_linear_chain_is_in_dollars(void **state) {
    (void)state;
    rh_error error = {0};
    const char *scenario = with_line(SCENARIO("scenarios/small"),
                                     "\n  settle: linear\n  strikes: 5", "\n  strikes: 5");
    assert_int_equal(rh_simulate(scenario, in_place("out"), &error), RH_OK);
    table t = open_table(in_place("out/options.csv"), OPTIONS_HEADER);
    size_t looked = 0;
    while (next_row(&t)) {
        rh_instrument o;
        assert_int_equal(rh_instrument_from_name(t.cells[1], &o), 0);
        assert_int_equal(o.settle, RH_LINEAR);
        if (*t.cells[9])
            continue;
        const double years = rh_years(time_of(&t), o.expiry), mark = number(&t, 6);
        const double value =
            rh_black_price(o.right, number(&t, 7), o.strike, years, number(&t, 8), 0.0);
        assert_true(fabs(mark - value) <= 0.5e-4 + 1e-9);
        check_sides(&t, mark);
        check_on_tick(number(&t, 2), 5.0);
        looked++;
    }
    free(t.text);
    assert_true(looked > 500);
}

static void without_options_and_perpetuals_there_are_no_such_files(void **state) {
    (void)state;
    rh_error error = {0};
    const char *path = in_place("s.yaml");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs("start: 2024-01-01\nlength: 1h\nspot: {price: 1}\nperpetual: {inverse: false}\n",
                file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(rh_simulate(path, in_place("out"), &error), RH_OK);
    assert_int_equal(entries(in_place("out")), 3);
    table t = open_table(in_place("out/spot.csv"), SPOT_HEADER);
    free(t.text);
}

/* ---- the same bytes ---- */

static const char *const outputs[] = {"spot.csv", "perp.csv", "options.csv", "truth.csv"};

/* The bytes don't depend on compiler, machine or C library. A change of the model changes them,
 * and then these numbers; they are the CRC-32 of zlib and of gzip -lv. */
static void the_small_market_has_these_bytes(void **state) {
    (void)state;
    static const unsigned long expected[4] = {0xb7f51104, 0x00b50e66, 0xcd5147ab, 0x4cc22f30};
    rh_error error = {0};
    assert_int_equal(rh_simulate(SCENARIO("scenarios/small"), in_place("out"), &error), RH_OK);
    for (size_t i = 0; i < 4; i++) {
        char path[512];
        (void)snprintf(path, sizeof path, "%s/out/%s", place, outputs[i]);
        if (crc_of(path) != expected[i])
            print_error("%s: crc32 is now %08lx\n", outputs[i], crc_of(path));
        assert_int_equal(crc_of(path), expected[i]);
    }
    assert_int_equal(crc_of(in_place("out/scenario.yaml")), crc_of(SCENARIO("scenarios/small")));
}

static void compare_runs(const char *first, const char *second, const char *suffix, int same) {
    rh_error error = {0};
    assert_int_equal(rh_simulate(SCENARIO("scenarios/small"), in_place(first), &error), RH_OK);
    for (size_t i = 0; i < 4; i++) {
        char a[512], b[512];
        (void)snprintf(a, sizeof a, "%s/%s/%s", place, first, outputs[i]);
        (void)snprintf(b, sizeof b, "%s/%s/%s%s", place, second, outputs[i], suffix);
        assert_int_equal(crc_of(a) == crc_of(b), same);
    }
}

static void two_runs_give_the_same_bytes(void **state) {
    (void)state;
    rh_error error = {0};
    assert_int_equal(rh_simulate(SCENARIO("scenarios/small"), in_place("b"), &error), RH_OK);
    compare_runs("a", "b", "", 1);
    compare_runs("b", "a", "", 1); /* over what is there already */
    assert_int_equal(entries(in_place("b")), 5);
}

static void another_seed_gives_other_bytes(void **state) {
    (void)state;
    rh_error error = {0};
    const char *scenario = with_line(SCENARIO("scenarios/small"), "seed: 12\n", "seed: 11\n");
    assert_int_equal(rh_simulate(scenario, in_place("b"), &error), RH_OK);
    compare_runs("a", "b", "", 0);
}

static void gzip_packs_the_same_bytes(void **state) {
    (void)state;
    rh_error error = {0};
    struct stat packed, plain;
    const char *scenario = with_line(SCENARIO("scenarios/small"), "gzip: true\n", NULL);
    assert_int_equal(rh_simulate(scenario, in_place("b"), &error), RH_OK);
    compare_runs("a", "b", ".gz", 1);
    assert_int_equal(stat(in_place("b/options.csv.gz"), &packed), 0);
    assert_int_equal(stat(in_place("a/options.csv"), &plain), 0);
    assert_true(packed.st_size < plain.st_size / 2);
}

/* ---- what is left when it fails ---- */

static void wrong_paths_are_named(void **state) {
    (void)state;
    rh_error error = {0};
    char expected[1024];
    assert_int_equal(rh_simulate(in_place("none.yaml"), in_place("out"), &error), RH_BAD_CONFIG);
    (void)snprintf(expected, sizeof expected, "%s: %s", in_place("none.yaml"), strerror(ENOENT));
    assert_string_equal(error.text, expected);
    assert_int_equal(rh_simulate(SCENARIO("scenarios/small"), in_place("no/out"), &error),
                     RH_FAILED);
    (void)snprintf(expected, sizeof expected, "%s: %s", in_place("no/out"), strerror(ENOENT));
    assert_string_equal(error.text, expected);
    assert_int_equal(rh_simulate(place, in_place("out"), &error), RH_BAD_CONFIG);
    assert_int_equal(entries(place), 0);
}

static void a_wrong_scenario_makes_nothing(void **state) {
    (void)state;
    rh_error error = {0};
    const char *scenario = with_line(SCENARIO("scenarios/small"), "sed: 11\n", "seed: 11\n");
    assert_int_equal(rh_simulate(scenario, in_place("out"), &error), RH_BAD_CONFIG);
    assert_non_null(
        strstr(error.text, "changed.yaml:3:6: sed: unknown key (did you mean 'seed'?)"));
    assert_int_equal(entries(in_place("out")), -1);
}

static void a_price_out_of_range_makes_nothing(void **state) {
    (void)state;
    rh_error error = {0};
    const char *scenario = in_place("far.yaml");
    FILE *file = fopen(scenario, "w");
    assert_non_null(file);
    (void)fputs("start: 2024-01-01\nlength: 4000d\nstep: 8h\nspot: {price: 42000, drift: 50}\n",
                file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(rh_simulate(scenario, in_place("out"), &error), RH_BAD_CONFIG);
    assert_non_null(strstr(error.text, "the simulated price came to "));
    assert_int_equal(entries(in_place("out")), -1);
}

static const char *const small_scenario = SCENARIO("scenarios/small");

static const char *plain_or_gzip(int gzip) {
    return gzip ? with_line(small_scenario, "gzip: true\n", NULL) : small_scenario;
}

static void a_full_disk_leaves_nothing(void **state) {
    (void)state;
    for (int gzip = 0; gzip <= 1; gzip++) {
        const char *scenario = plain_or_gzip(gzip);
        for (uint64_t bytes = 0; bytes < 30000; bytes += 2999) {
            rh_error error = {0};
            rh_output_fail_after_bytes(bytes);
            assert_int_equal(rh_simulate(scenario, in_place("out"), &error), RH_FAILED);
            rh_output_fail_after_bytes(UINT64_MAX);
            assert_non_null(strstr(error.text, strerror(ENOSPC)));
            assert_int_equal(entries(in_place("out")), -1);
        }
    }
}

/* Every system call of the outputs in turn, into a directory that was there. */
static void a_failing_call_leaves_nothing(void **state) {
    (void)state;
    rh_status status = RH_FAILED;
    assert_int_equal(mkdir(in_place("out"), 0777), 0);
    for (uint64_t n = 0; status != RH_OK; n++) {
        rh_error error = {0};
        assert_true(n < 200);
        rh_output_fail_after(n);
        status = rh_simulate(small_scenario, in_place("out"), &error);
        rh_output_fail_after(UINT64_MAX);
        /* Where only the last step of a file failed, syncing its directory, that file stays. */
        const int unsynced = strstr(error.text, "could not be synced") != NULL;
        if (status != RH_OK)
            assert_int_equal(entries(in_place("out")), unsynced);
        remove_tree(in_place("out"));
        assert_int_equal(mkdir(in_place("out"), 0777), 0);
    }
}

/* The kernel's own refusal instead of the hook's. */
static void a_limit_on_file_size_leaves_nothing(void **state) {
    (void)state;
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, SIG_IGN);
    for (rlim_t limit = 0; limit < 100000; limit = 3 * limit + 1) {
        rh_error error = {0};
        const struct rlimit small = {limit, before.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        const rh_status status = rh_simulate(small_scenario, in_place("out"), &error);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        assert_int_equal(status, RH_FAILED);
        assert_non_null(strstr(error.text, "options.csv: "));
        assert_non_null(strstr(error.text, strerror(EFBIG)));
        assert_int_equal(entries(in_place("out")), -1);
    }
}

static void a_target_in_the_way_leaves_nothing_else(void **state) {
    (void)state;
    rh_error error = {0};
    assert_int_equal(mkdir(in_place("out"), 0777), 0);
    assert_int_equal(mkdir(in_place("out/spot.csv"), 0777), 0);
    assert_int_equal(rh_simulate(small_scenario, in_place("out"), &error), RH_FAILED);
    assert_non_null(strstr(error.text, "out/spot.csv: is a directory"));
    assert_int_equal(entries(in_place("out")), 1);
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    for (int gzip = 0; gzip <= 1; gzip++) {
        const char *scenario = plain_or_gzip(gzip);
        rh_status status = RH_FAILED;
        for (uint64_t n = 0; status != RH_OK; n += n < 20 ? 1 : n / 8) {
            rh_error error = {0};
            assert_true(n < 5000);
            rh_memory_fail_after(n);
            status = rh_simulate(scenario, in_place("out"), &error);
            rh_memory_fail_after(UINT64_MAX);
            assert_true(status == RH_OK || strstr(error.text, "out of memory"));
            assert_int_equal(entries(in_place("out")), status == RH_OK ? 5 : -1);
        }
        remove_tree(in_place("out"));
    }
}

int main(void) {
#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        IN_PLACE(numbers_are_written_as_asked),
        IN_PLACE(the_small_market_is_what_it_says),
        IN_PLACE(the_sample_market_is_what_it_says),
        IN_PLACE(the_diffusion_is_without_friction),
        IN_PLACE(outages_show_in_the_files),
        IN_PLACE(the_linear_chain_is_in_dollars),
        IN_PLACE(without_options_and_perpetuals_there_are_no_such_files),
        IN_PLACE(the_small_market_has_these_bytes),
        IN_PLACE(two_runs_give_the_same_bytes),
        IN_PLACE(another_seed_gives_other_bytes),
        IN_PLACE(gzip_packs_the_same_bytes),
        IN_PLACE(wrong_paths_are_named),
        IN_PLACE(a_wrong_scenario_makes_nothing),
        IN_PLACE(a_price_out_of_range_makes_nothing),
        IN_PLACE(a_full_disk_leaves_nothing),
        IN_PLACE(a_failing_call_leaves_nothing),
        IN_PLACE(a_limit_on_file_size_leaves_nothing),
        IN_PLACE(a_target_in_the_way_leaves_nothing_else),
        IN_PLACE(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
