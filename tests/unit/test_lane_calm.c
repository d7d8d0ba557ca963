/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calm is true: wherever the hedge goes inside the range, before its end, no watch is crossed. It
 * is wide enough to be of use, and not claimed where nothing is known. */
#include "bench_of_books.h"

#include "lane/calm.h"

enum { LEGS = 3, TRIALS = 400, LOOKS = 12 };
static const double PRICE = 36000.0;

typedef struct {
    const char *names[LEGS], *hedge;
} scene;

static const scene scenes[] = {
    {{"BTC-25JUN21-36000-C", "BTC-25JUN21-40000-P", "BTC-25JUN21-30000-C"}, "BTC-PERPETUAL"},
    {{"BTC-210625-36000-C", "BTC-210625-40000-P", "BTC-210625-30000-C"}, "BTCUSDT"},
    {{"BTC-210625-36000-C", "BTC-210625-40000-P", "BTC-210625-30000-C"}, "BTC-SPOT"},
};
enum { N_SCENES = sizeof scenes / sizeof *scenes };

typedef struct {
    bench b;
    uint32_t hedge;
    rh_time now;
} stage;

/* Three options of random sizes some time before their expiry, on an inverse hedge with funding. */
static void set_stage(stage *g, const scene *s, uint64_t *seed) {
    static const double days[] = {0.5, 3.0, 20.0};
    rh_leg_terms legs[LEGS];
    tape_row rows[LEGS + 1];
    bench_make(&g->b);
    (void)add_spot(g->b.catalogue);
    g->hedge = rh_catalogue_find(g->b.catalogue, s->hedge, strlen(s->hedge));
    if (g->hedge == RH_NO_INSTRUMENT)
        g->hedge = add_named(g->b.catalogue, s->hedge);
    g->b.funding = g->hedge == g->b.perpetual ? RH_FUNDING_CONTINUOUS : RH_FUNDING_NONE;
    g->now = EXPIRY - (rh_time)(days[draw_below(seed, 3)] * (1 + draw(seed)) * (double)RH_DAY);
    rows[0] = (tape_row){.instrument = g->hedge, .last = PRICE};
    if (g->b.funding == RH_FUNDING_CONTINUOUS)
        rows[0].rate = 0.01 * draw_normal(seed), rows[0].hours = 8;
    for (int i = 0; i < LEGS; i++) {
        const uint32_t id = add_named(g->b.catalogue, s->names[i]);
        legs[i] = (rh_leg_terms){.instrument = id,
                                 .quantity = 10.0 * draw_normal(seed),
                                 .open = g->now,
                                 .open_price = RH_AT_MARK};
        rows[i + 1] = (tape_row){.instrument = id, .iv = 0.2 + draw(seed)};
    }
    const rh_book_terms terms = {
        .hedge = g->hedge, .rate = 0.1 * draw_normal(seed), .settlement_window = 30 * RH_MIN};
    bench_open(&g->b, terms, legs, LEGS);
    assert_int_equal(bench_tell(&g->b, g->now, rows, LEGS + 1), LEGS);
}

static void move_to(stage *g, rh_time now, double price) {
    g->now = now;
    (void)bench_say(&g->b, now, (tape_row){.instrument = g->hedge, .last = price});
}

static double sum_of(const stage *g, const rh_watch *watch, double *width) {
    rh_series_value x;
    (void)rh_book_value_now(g->b.book);
    rh_series_now(&watch->series, g->b.book, g->b.market, &x);
    *width = watch->width * x.scale;
    return x.s + watch->a + watch->b * x.x1 + watch->c * x.x2 + watch->d * x.x3;
}

/* A gap somewhere inside its band, or at its edge, or a move of the price. */
static rh_watch draw_watch(const stage *g, uint64_t *seed) {
    rh_watch watch = {.at = RH_NEVER, .series = {.instrument = g->hedge}};
    double width;
    if (draw_below(seed, 6) == 0) {
        watch.series.kind = RH_SERIES_PRICE;
        watch.a = -PRICE * (1 + 0.001 * draw_normal(seed));
        watch.width = PRICE * 0.02 * draw(seed);
        return watch;
    }
    watch.series.kind = RH_SERIES_EXPOSURE;
    watch.series.scale = draw_below(seed, 2) ? RH_SCALE_SIZE : RH_SCALE_ONE;
    watch.width = exp(-6 * draw(seed));
    if (g->hedge == g->b.perpetual) {
        watch.b = PRICE * 10 * draw_normal(seed);
        watch.c = 10 * PRICE * draw_normal(seed);
    }
    const double off = sum_of(g, &watch, &width);
    watch.a = -off + width * (draw_below(seed, 3) ? 2 * draw(seed) - 1 : 1);
    return watch;
}

typedef struct {
    size_t trials, calms, looks, tight, ends;
} tally;

/* One look inside the calm; now and then at an end of its range. */
static void look(stage *g, const rh_calm *calm, const rh_watch *watch, rh_time now, uint64_t *seed,
                 tally *t) {
    const double low = fmax(calm->low, 0.9 * PRICE), high = fmin(calm->high, 1.1 * PRICE);
    const double at = draw(seed);
    const double price = at < 0.2 ? low : at > 0.8 ? high : low + (high - low) * at;
    double width;
    move_to(g, now, price);
    if (!rh_calm_holds(calm, g->b.market))
        return; /* funding has left its range, or the time is over */
    const double sum = sum_of(g, watch, &width);
    const size_t end = (price == low || price == high) && fabs(price / PRICE - 1) < 0.019;
    if (!(fabs(sum) <= width))
        fail_msg("at %.17g of [%.17g, %.17g]: |%.17g| > %.17g", price, calm->low, calm->high, sum,
                 width);
    t->looks++;
    t->ends += end;
    t->tight += end && fabs(sum) > 0.8 * width;
}

static void one_trial(const scene *s, uint64_t *seed, tally *t) {
    stage g;
    set_stage(&g, s, seed);
    const rh_watch watch = draw_watch(&g, seed);
    rh_calm calm = rh_calm_everywhere(g.hedge);
    (void)rh_book_value_now(g.b.book);
    t->trials++;
    if (rh_calm_narrow(&calm, g.b.book, g.b.market, &watch)) {
        const rh_time from = g.now;
        const double life = fmin((double)(calm.until - from), 3 * (double)RH_HOUR);
        t->calms++;
        for (int i = 1; i <= LOOKS; i++)
            look(&g, &calm, &watch, from + (rh_time)(life * i / (LOOKS + 1)), seed, t);
    }
    bench_drop(&g.b);
}

static void test_nothing_is_crossed_inside(void **state) {
    (void)state;
    for (int i = 0; i < N_SCENES; i++) {
        uint64_t seed = 5 + (uint64_t)i;
        tally t = {0};
        for (int k = 0; k < TRIALS; k++)
            one_trial(&scenes[i], &seed, &t);
        if (t.calms < t.trials / 2 || t.looks < t.calms * LOOKS / 2 || t.tight < t.ends / 2 ||
            t.ends < t.calms / 4)
            fail_msg("%s: %zu calms of %zu, %zu looks, %zu ends, %zu of them tight",
                     scenes[i].hedge, t.calms, t.trials, t.looks, t.ends, t.tight);
    }
}

static int narrows(const stage *g, rh_watch watch) {
    rh_calm calm = rh_calm_everywhere(g->hedge);
    watch.series.instrument = watch.series.instrument ? watch.series.instrument : g->hedge;
    return rh_calm_narrow(&calm, g->b.book, g->b.market, &watch);
}

static void test_is_not_claimed_without_a_bound(void **state) {
    const rh_series gap = {.kind = RH_SERIES_EXPOSURE};
    rh_series other = gap;
    uint64_t seed = 99;
    stage g;
    (void)state;
    set_stage(&g, &scenes[0], &seed);
    assert_false(narrows(&g, (rh_watch){.series = gap, .width = 1e6})); /* not valued yet */
    (void)rh_book_value_now(g.b.book);
    assert_true(narrows(&g, (rh_watch){.series = gap, .width = 1e6}));
    assert_true(narrows(&g, (rh_watch){.series = {.kind = RH_SERIES_NONE}}));
    assert_false(narrows(&g, (rh_watch){.series = {.kind = RH_SERIES_ALWAYS}}));
    assert_false(narrows(&g, (rh_watch){.series = {.kind = RH_SERIES_VALUE}, .width = 1e9}));
    assert_false(narrows(&g, (rh_watch){.series = {.kind = RH_SERIES_VARIANCE}, .width = 1e9}));
    assert_false(narrows(&g, (rh_watch){.series = gap, .width = 0.0}));
    assert_false(narrows(&g, (rh_watch){.series = gap, .width = 1e6, .a = NAN}));
    assert_false(narrows(&g, (rh_watch){.series = gap, .width = 1e6, .d = 1.0}));
    other.scale = RH_SCALE_GAMMA;
    assert_false(narrows(&g, (rh_watch){.series = other, .width = 1e6}));
    other = gap, other.numeraire = RH_NUMERAIRE_COIN;
    assert_false(narrows(&g, (rh_watch){.series = other, .width = 1e6}));
    other = gap, other.instrument = g.b.other;
    assert_false(narrows(&g, (rh_watch){.series = other, .width = 1e6}));
    (void)bench_say(&g.b, g.now + RH_S, (tape_row){.instrument = g.b.option, .iv = 0.5});
    assert_false(narrows(&g, (rh_watch){.series = gap, .width = 1e6}));
    bench_drop(&g.b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_crossed_inside),
        cmocka_unit_test(test_is_not_claimed_without_a_bound),
    };
    return cmocka_run_group_tests_name("lane calm", tests, NULL, NULL);
}
