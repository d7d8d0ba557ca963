/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alarms of several hundred lanes, in several tables of more than one block: those that a plain
 * look at every watch finds due are listed, each once, and no others but by rounding. */
#include "bench_of_books.h"

#include "run/alarms.h"

enum { LANES = 300, INSTANTS = 400, REARMED = 40, WATCHES = 2 };

typedef struct {
    rh_alarms *alarms;
    rh_watch watch[LANES][WATCHES];
    char listed[LANES];
} guard;

/* A watch of the perpetual's price or variance, of the options' worth or exposure, or of time. */
static rh_watch draw_watch(const bench *b, uint64_t *seed) {
    static const rh_series_kind kinds[] = {RH_SERIES_PRICE, RH_SERIES_VARIANCE,
                                           RH_SERIES_VALUE, RH_SERIES_EXPOSURE,
                                           RH_SERIES_NONE,  RH_SERIES_ALWAYS};
    const int kind = draw_below(seed, 40) == 0 ? 5 : draw_below(seed, 5);
    rh_watch watch = {.at = RH_NEVER, .series = {.kind = kinds[kind], .instrument = b->perpetual}};
    const double size = draw_normal(seed);
    if (draw_below(seed, 4) == 0)
        watch.at = rh_market_now(b->market) + (rh_time)(draw(seed) * 60 * (double)RH_MIN) + 1;
    if (kind == 0)
        watch.a = -36000.0, watch.width = 300 + 600 * draw(seed);
    else if (kind == 1)
        watch.a = -1e-4 * draw(seed), watch.width = 1e-3 * draw(seed);
    else if (kind == 2)
        watch.b = 36000 * size, watch.d = 0.1 * size, watch.width = 20000 * draw(seed);
    else if (kind == 3)
        watch.a = size, watch.b = 36000 * size, watch.c = size, watch.width = 4 * draw(seed);
    if (kind >= 2 && kind <= 3)
        watch.series.scale = draw_below(seed, 2) ? RH_SCALE_SIZE : RH_SCALE_ONE;
    return watch;
}

static void arm(guard *g, const bench *b, size_t lane, uint64_t *seed) {
    for (size_t k = 0; k < WATCHES; k++) {
        g->watch[lane][k] = draw_watch(b, seed);
        if (k > 0)
            g->watch[lane][k].at = RH_NEVER; /* times go with the first */
        assert_int_equal(rh_alarms_set(g->alarms, lane, k, 0, &g->watch[lane][k], NULL), RH_OK);
    }
}

/* By how much a watch is over its threshold; s is known within x.within. */
static double excess(const rh_watch *watch, const bench *b, double *doubt) {
    *doubt = 0.0;
    if (watch->series.kind == RH_SERIES_NONE)
        return -INFINITY;
    if (watch->series.kind == RH_SERIES_ALWAYS)
        return INFINITY;
    rh_series_value x;
    rh_series_now(&watch->series, b->book, b->market, &x);
    *doubt = x.within + 1e-6 * (fabs(x.s) + 1e5); /* of the largest parts in the table */
    return fabs(x.s + watch->a + watch->b * x.x1 + watch->c * x.x2 + watch->d * x.x3) -
           watch->width * x.scale;
}

static void check(guard *g, const bench *b, rh_book *const *books, size_t *crossings) {
    size_t due[LANES];
    const rh_time now = rh_market_now(b->market);
    const size_t n = rh_alarms_due(g->alarms, books, b->market, due);
    memset(g->listed, 0, sizeof g->listed);
    for (size_t i = 0; i < n; i++) {
        assert_in_range(due[i], 0, LANES - 1);
        assert_int_equal(g->listed[due[i]]++, 0);
    }
    for (size_t lane = 0; lane < LANES; lane++) {
        double most = g->watch[lane][0].at <= now ? INFINITY : -INFINITY, doubt = 0.0;
        for (size_t k = 0; k < WATCHES; k++) {
            double unsure;
            most = fmax(most, excess(&g->watch[lane][k], b, &unsure));
            doubt = fmax(doubt, unsure);
        }
        if (most > 0.0)
            assert_true(g->listed[lane]);
        if (most < -doubt)
            assert_false(g->listed[lane]);
        *crossings += most > 0.0 && isfinite(most);
    }
}

static rh_time earliest(const guard *g) {
    rh_time next = RH_NEVER;
    for (size_t i = 0; i < LANES; i++)
        next = g->watch[i][0].at < next ? g->watch[i][0].at : next;
    return next;
}

static void test_lists_what_is_due(void **state) {
    bench b;
    static guard g;
    size_t n_watches[LANES], crossings = 0;
    uint64_t seed = 4711;
    double price = 36000.0;
    (void)state;
    bench_make(&b);
    const rh_leg_terms leg = {.instrument = b.option, .quantity = -2, .open_price = RH_AT_MARK};
    bench_open(&b, (rh_book_terms){.settlement_window = 30 * RH_MIN}, &leg, 1);
    rh_market_follow(b.market, b.perpetual);
    assert_int_equal(bench_usual(&b, DAY0, price, 0.8), 1);
    for (size_t i = 0; i < LANES; i++)
        n_watches[i] = WATCHES;
    g.alarms = rh_alarms_new(LANES, n_watches);
    assert_non_null(g.alarms);
    for (size_t i = 0; i < LANES; i++)
        arm(&g, &b, i, &seed);
    for (int i = 1; i <= INSTANTS; i++) {
        price *= exp(0.003 * draw_normal(&seed));
        (void)bench_say(&b, DAY0 + i * RH_MIN,
                        (tape_row){.instrument = b.perpetual, .last = price});
        check(&g, &b, &b.book, &crossings);
        assert_true(rh_alarms_next_time(g.alarms) == earliest(&g));
        for (int k = 0; k < REARMED; k++)
            arm(&g, &b, (size_t)draw_below(&seed, LANES), &seed);
    }
    assert_true(crossings > INSTANTS * LANES / 10 && crossings < INSTANTS * LANES * 9 / 10);
    rh_alarms_free(g.alarms);
    bench_drop(&b);
}

/* ---- long sleep ---- */

/* Somewhere inside its threshold, which takes hundreds of instants to reach, each part of the sum
 * being as large as the others at times. */
static rh_watch draw_sleeper(const bench *b, uint64_t *seed) {
    static const rh_series_kind kinds[] = {RH_SERIES_PRICE, RH_SERIES_VALUE, RH_SERIES_EXPOSURE};
    static const uint32_t scales[] = {RH_SCALE_ONE, RH_SCALE_SIZE, RH_SCALE_GAMMA};
    const int kind = draw_below(seed, 3);
    const double unit = kind == 1 ? 36000.0 : 1.0;
    rh_watch watch = {.at = RH_NEVER, .series = {.kind = kinds[kind], .instrument = b->perpetual}};
    rh_series_value x;
    watch.series.scale = scales[draw_below(seed, 3)];
    if (kind > 0) {
        watch.b = draw_below(seed, 2) * 36000 * 5 * draw_normal(seed);
        watch.c = draw_below(seed, 2) * 36000 * 5 * draw_normal(seed);
    }
    rh_series_now(&watch.series, b->book, b->market, &x);
    watch.width = (kind == 0 ? 400 : 0.1 * unit) * (0.2 + draw(seed)) / x.scale;
    watch.a = watch.width * x.scale * (2 * draw(seed) - 1) -
              (x.s + watch.b * x.x1 + watch.c * x.x2 + watch.d * x.x3);
    return watch;
}

static void arm_sleeper(guard *g, const bench *b, size_t lane, uint64_t *seed) {
    g->watch[lane][0] = draw_sleeper(b, seed);
    assert_int_equal(rh_alarms_set(g->alarms, lane, 0, 0, &g->watch[lane][0], NULL), RH_OK);
}

/* Lanes are armed anew only when they are due, so that most are passed over for a long time. */
static void test_misses_none_that_slept_for_long(void **state) {
    bench b;
    static guard g;
    size_t crossings = 0;
    uint64_t seed = 1848;
    double price = 36000.0;
    (void)state;
    bench_make(&b);
    b.funding = RH_FUNDING_CONTINUOUS;
    const rh_leg_terms leg = {.instrument = b.option, .quantity = -2, .open_price = RH_AT_MARK};
    bench_open(&b, (rh_book_terms){.settlement_window = 30 * RH_MIN}, &leg, 1);
    assert_int_equal(bench_usual(&b, DAY0, price, 0.8), 1);
    g = (guard){.alarms = rh_alarms_new(LANES, NULL)};
    assert_non_null(g.alarms);
    for (size_t i = 0; i < LANES; i++) {
        arm_sleeper(&g, &b, i, &seed);
        g.watch[i][1] = (rh_watch){.at = RH_NEVER};
    }
    for (int i = 1; i <= 4 * INSTANTS; i++) {
        price *= exp(0.0005 * draw_normal(&seed));
        tape_row row = {.instrument = b.perpetual, .last = price};
        if (i % 100 == 1)
            row.rate = 0.05 * draw_normal(&seed), row.hours = 8;
        if (i % 50 == 25) /* gamma halves or doubles, the delta hardly moves */
            (void)bench_usual(&b, DAY0 + i * RH_MIN, price, i % 100 == 25 ? 1.6 : 0.8);
        else
            (void)bench_say(&b, DAY0 + i * RH_MIN, row);
        check(&g, &b, &b.book, &crossings);
        for (size_t lane = 0; lane < LANES; lane++)
            if (g.listed[lane])
                arm_sleeper(&g, &b, lane, &seed);
    }
    if (crossings < INSTANTS || crossings > 4 * INSTANTS * LANES / 20)
        fail_msg("%zu crossings", crossings);
    rh_alarms_free(g.alarms);
    bench_drop(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lists_what_is_due),
                                       cmocka_unit_test(test_misses_none_that_slept_for_long)};
    return cmocka_run_group_tests_name("alarms", tests, NULL, NULL);
}
