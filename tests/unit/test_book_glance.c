/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a glance says of the exposure holds the exposure that a valuation finds, is narrow enough to
 * be of use, and falls silent where it doesn't know. */
#include "bench_of_books.h"

enum { LEGS = 3, TRIALS = 300, INSTANTS = 40, VALUED_EVERY = 8 };

typedef struct {
    const char *names[LEGS], *hedge;
} scene;

/* Inverse and linear, against a perpetual of either kind, spot and the future of the expiry. */
static const scene scenes[] = {
    {{"BTC-25JUN21-36000-C", "BTC-25JUN21-40000-P", "BTC-25JUN21-30000-C"}, "BTC-PERPETUAL"},
    {{"BTC-25JUN21-36000-C", "BTC-25JUN21-40000-P", "BTC-25JUN21-30000-C"}, "BTC-25JUN21"},
    {{"BTC-210625-36000-C", "BTC-210625-40000-P", "BTC-210625-30000-C"}, "BTCUSDT"},
    {{"BTC-210625-36000-C", "BTC-210625-40000-P", "BTC-210625-30000-C"}, "BTC-SPOT"},
};
enum { N_SCENES = sizeof scenes / sizeof *scenes };

/* Two books of one market: one is valued at every instant, the other now and then. */
typedef struct {
    bench b;
    rh_book *seldom;
    uint32_t hedge;
    rh_time now;
} pair;

static size_t tell_both(pair *p, const tape_row *rows, size_t count) {
    const rh_book_change *changes;
    const size_t n = bench_tell(&p->b, p->now, rows, count);
    rh_book_observe(p->seldom);
    assert_int_equal(rh_book_advance(p->seldom, &changes), n);
    return n;
}

static size_t say_hedge(pair *p, double price) {
    const tape_row row = {.instrument = p->hedge, .last = price};
    return tell_both(p, &row, 1);
}

static void open_pair(pair *p, const rh_book_terms *terms, const rh_leg_terms *legs, size_t n) {
    bench_open(&p->b, *terms, legs, n);
    p->seldom = bench_book(&p->b, *terms, legs, n);
}

static void drop_pair(pair *p) {
    rh_book_free(p->seldom);
    bench_drop(&p->b);
}

static uint32_t find_hedge(bench *b, const char *name) {
    (void)add_spot(b->catalogue);
    const uint32_t id = rh_catalogue_find(b->catalogue, name, strlen(name));
    return id == RH_NO_INSTRUMENT ? add_named(b->catalogue, name) : id;
}

/* Three options whose IVs, and perhaps forwards, are known some time before their expiry. */
static void make_scene(pair *p, const scene *s, uint64_t *seed) {
    static const double days[] = {0.3, 2.0, 20.0, 300.0};
    rh_leg_terms legs[LEGS];
    tape_row rows[LEGS + 1];
    bench_make(&p->b);
    p->hedge = find_hedge(&p->b, s->hedge);
    p->now = EXPIRY - (rh_time)(days[draw_below(seed, 4)] * (1 + draw(seed)) * (double)RH_DAY);
    const int own = draw_below(seed, 2);
    rows[0] = (tape_row){.instrument = p->hedge, .last = 36000.0};
    for (int i = 0; i < LEGS; i++) {
        const uint32_t id = add_named(p->b.catalogue, s->names[i]);
        legs[i] = (rh_leg_terms){.instrument = id,
                                 .quantity = 10.0 * draw_normal(seed),
                                 .open = p->now,
                                 .open_price = RH_AT_MARK};
        rows[i + 1] = (tape_row){.instrument = id, .iv = 0.2 + draw(seed)};
        rows[i + 1].forward = own ? 36000 * (0.99 + 0.02 * draw(seed)) : 0;
    }
    const rh_book_terms terms = {.hedge = p->hedge,
                                 .rate = 0.2 * draw_normal(seed),
                                 .rate_coin = 0.2 * draw_normal(seed),
                                 .settlement_window = 30 * RH_MIN};
    open_pair(p, &terms, legs, LEGS);
    assert_int_equal(tell_both(p, rows, LEGS + 1), LEGS);
}

/* Prices and times wander; glances are taken up to VALUED_EVERY instants after a valuation. */
static void one_trial(const scene *s, uint64_t *seed, size_t *glances, size_t *narrow) {
    pair p = {.seldom = NULL};
    rh_glance glance;
    double price = 36000.0;
    make_scene(&p, s, seed);
    for (int i = 0; i < INSTANTS; i++) {
        if (i % VALUED_EVERY == 0)
            (void)rh_book_value_now(p.seldom);
        price *= exp(0.002 * draw_normal(seed));
        p.now += RH_S + (rh_time)(draw(seed) * draw(seed) * 20 * (double)RH_MIN);
        if (p.now >= EXPIRY)
            break;
        (void)say_hedge(&p, price);
        if (!rh_book_glance(p.seldom, &glance))
            continue;
        const rh_book_value *value = rh_book_value_now(p.b.book);
        if (!(fabs(value->exposure_usd - glance.exposure_usd) <= glance.within))
            fail_msg("%s: exposure %.17g, glance %.17g within %.3g", s->hedge, value->exposure_usd,
                     glance.exposure_usd, glance.within);
        assert_true(glance.spot == value->spot && glance.hedge == value->hedge);
        assert_true(glance.size_options == value->size_options);
        ++*glances;
        *narrow += glance.within < 0.02 * value->size_options;
    }
    drop_pair(&p);
}

static void test_holds_the_exposure(void **state) {
    (void)state;
    for (int i = 0; i < N_SCENES; i++) {
        uint64_t seed = 77 + (uint64_t)i;
        size_t glances = 0, narrow = 0;
        for (int k = 0; k < TRIALS; k++)
            one_trial(&scenes[i], &seed, &glances, &narrow);
        if (glances < TRIALS * INSTANTS / 2 || narrow < glances / 2)
            fail_msg("%s: %zu glances, %zu of them narrow", scenes[i].hedge, glances, narrow);
    }
}

/* ---- silence ---- */

/* One option of the expiry 25JUN21 with its IV, 20 days before; valued once. */
static void make_one(pair *p, rh_book_terms terms) {
    bench_make(&p->b);
    p->hedge = p->b.perpetual;
    p->now = EXPIRY - 20 * RH_DAY;
    p->b.future = add_named(p->b.catalogue, "BTC-25JUN21");
    (void)add_spot(p->b.catalogue);
    const rh_leg_terms leg = {
        .instrument = p->b.option, .quantity = 1, .open = p->now, .open_price = RH_AT_MARK};
    const tape_row rows[] = {{.instrument = p->hedge, .last = 36000},
                             {.instrument = p->b.option, .iv = 0.8}};
    terms.hedge = p->hedge;
    open_pair(p, &terms, &leg, 1);
    assert_int_equal(tell_both(p, rows, 2), 1);
    (void)rh_book_value_now(p->seldom);
}

static int sees(pair *p, rh_time after, tape_row row) {
    rh_glance glance;
    p->now += after;
    (void)tell_both(p, &row, 1);
    const int seen = rh_book_glance(p->seldom, &glance);
    drop_pair(p);
    return seen;
}

static void test_is_silent_where_it_does_not_know(void **state) {
    const rh_book_terms plain = {.settlement_window = 30 * RH_MIN};
    pair p = {.seldom = NULL};
    (void)state;
    make_one(&p, plain);
    assert_true(sees(&p, RH_MIN, (tape_row){.instrument = p.hedge, .last = 36100}));
    make_one(&p, plain);
    assert_false(sees(&p, RH_MIN, (tape_row){.instrument = p.hedge, .last = 36800}));
    make_one(&p, plain);
    assert_false(sees(&p, 3 * RH_DAY, (tape_row){.instrument = p.hedge, .last = 36000}));
    make_one(&p, plain);
    assert_false(sees(&p, RH_MIN, (tape_row){.instrument = p.b.option, .iv = 0.7}));
    make_one(&p, plain);
    assert_false(sees(&p, RH_MIN, (tape_row){.instrument = p.b.option, .forward = 36500}));
    make_one(&p, plain);
    assert_false(sees(&p, RH_MIN, (tape_row){.instrument = p.b.future, .last = 36500}));
    make_one(&p, plain);
    assert_false(sees(&p, RH_MIN, (tape_row){.instrument = p.b.option, .index = 36500}));
}

static void test_is_silent_for_other_deltas(void **state) {
    const char *near = NULL;
    pair p = {.seldom = NULL};
    rh_registry *registry;
    (void)state;
    assert_int_equal(rh_registry_new(&registry, NULL), RH_OK);
    make_one(&p, (rh_book_terms){.ratio = rh_registry_find_ratio(registry, "net", &near)});
    assert_false(sees(&p, RH_MIN, (tape_row){.instrument = p.hedge, .last = 36100}));
    make_one(&p, (rh_book_terms){.forward = RH_FORWARD_OBSERVED});
    assert_false(sees(&p, RH_MIN, (tape_row){.instrument = p.hedge, .last = 36100}));
    rh_registry_free(registry);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_holds_the_exposure),
        cmocka_unit_test(test_is_silent_where_it_does_not_know),
        cmocka_unit_test(test_is_silent_for_other_deltas),
    };
    return cmocka_run_group_tests_name("book glance", tests, NULL, NULL);
}
