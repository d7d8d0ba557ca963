/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A book that only follows its hedge, where it may, is the book that observes everything: the same
 * values and changes to the bit through openings, closings, windows of settlement and expiry. */
#include "bench_of_books.h"

enum { LEGS = 3, TRIALS = 200, INSTANTS = 300 };

typedef struct {
    bench b; /* whose book observes */
    rh_book *follower;
    uint32_t hedge, ids[LEGS];
    rh_time now;
} pair;

static uint32_t draw_hedge(bench *b, uint64_t *seed) {
    static const char *const names[] = {"BTC-PERPETUAL", "BTCUSDT", "BTC-25JUN21"};
    const char *name = names[draw_below(seed, 3)];
    const uint32_t id = rh_catalogue_find(b->catalogue, name, strlen(name));
    return id == RH_NO_INSTRUMENT ? add_named(b->catalogue, name) : id;
}

/* Two options and a holding of the hedge, that open and close around the expiry. */
static void make(pair *p, uint64_t *seed) {
    rh_leg_terms legs[LEGS];
    bench_make(&p->b);
    p->hedge = draw_hedge(&p->b, seed);
    p->now = EXPIRY - 3 * RH_HOUR;
    p->ids[0] = p->b.option;
    p->ids[1] = p->b.other;
    p->ids[2] = p->hedge;
    for (int i = 0; i < LEGS; i++) {
        legs[i] = (rh_leg_terms){.instrument = p->ids[i],
                                 .quantity = draw_normal(seed),
                                 .open = p->now + (rh_time)(draw(seed) * 2 * (double)RH_HOUR),
                                 .open_price = draw_below(seed, 2) ? RH_AT_MARK : RH_AT_MID,
                                 .close_price = RH_AT_MARK};
        if (draw_below(seed, 2))
            legs[i].close = legs[i].open + (rh_time)(draw(seed) * 2 * (double)RH_HOUR) + 1;
    }
    const rh_book_terms terms = {.hedge = p->hedge, .settlement_window = 30 * RH_MIN};
    bench_open(&p->b, terms, legs, LEGS);
    p->follower = bench_book(&p->b, terms, legs, LEGS);
}

static tape_row draw_row(const pair *p, double price, uint64_t *seed) {
    const int what = draw_below(seed, 12);
    if (what < 2)
        return (tape_row){.instrument = p->ids[what], .iv = 0.5 + draw(seed)};
    if (what == 2)
        return (tape_row){.instrument = p->ids[draw_below(seed, 2)], .bid = 0.01, .ask = 0.02};
    if (what == 3)
        return (tape_row){.instrument = p->hedge, .mark = price, .index = price * 1.001};
    if (what == 4)
        return (tape_row){.instrument = p->hedge, .bid = price - 1, .ask = price + 1};
    return (tape_row){.instrument = p->hedge, .last = price};
}

static void assert_same_number(double a, double b) {
    assert_true(a == b || (isnan(a) && isnan(b)));
}

static void assert_same_change(const rh_book_change *a, const rh_book_change *b) {
    assert_true(a->kind == b->kind && a->leg == b->leg && a->evidence == b->evidence);
    assert_same_number(a->price, b->price);
    assert_same_number(a->mark, b->mark);
    assert_same_number(a->delivery, b->delivery);
}

static void assert_same_leg(const rh_leg *a, const rh_leg *b) {
    assert_true(a->state == b->state && a->value.evidence == b->value.evidence);
    assert_same_number(a->value.price, b->value.price);
    assert_same_number(a->value.forward, b->value.forward);
    assert_same_number(a->value.remaining, b->value.remaining);
    assert_same_number(a->value.delta, b->value.delta);
}

static void assert_same_books(pair *p, const rh_book_change *changes, size_t n) {
    assert_int_equal(n, p->b.n_changes);
    for (size_t i = 0; i < n; i++)
        assert_same_change(&changes[i], &p->b.changes[i]);
    const rh_book_value *a = rh_book_value_now(p->b.book), *b = rh_book_value_now(p->follower);
    assert_true(a->evidence == b->evidence && a->n_open == b->n_open);
    assert_same_number(a->spot, b->spot);
    assert_same_number(a->exposure_usd, b->exposure_usd);
    assert_same_number(a->exposure_coin, b->exposure_coin);
    assert_same_number(a->option_value_usd, b->option_value_usd);
    for (size_t i = 0; i < LEGS; i++)
        assert_same_leg(rh_book_leg(p->b.book, i), rh_book_leg(p->follower, i));
}

static void live(pair *p, uint64_t *seed, size_t *followed) {
    double price = 36000.0;
    rh_time alone = RH_DAWN;
    for (int i = 0; i < INSTANTS; i++) {
        const rh_book_change *changes = NULL;
        size_t n = 0;
        price *= exp(0.001 * draw_normal(seed));
        p->now += (rh_time)(draw(seed) * 90 * (double)RH_S) + 1;
        const tape_row row = draw_row(p, price, seed);
        (void)bench_say(&p->b, p->now, row);
        if (row.instrument == p->hedge && p->now < alone) {
            rh_book_follow(p->follower);
            ++*followed;
        } else {
            rh_book_observe(p->follower);
            n = rh_book_advance(p->follower, &changes);
            alone = rh_book_alone_until(p->follower);
        }
        assert_same_books(p, changes, n);
    }
}

static void test_follows_as_if_it_observed(void **state) {
    uint64_t seed = 1789;
    size_t followed = 0;
    (void)state;
    for (int i = 0; i < TRIALS; i++) {
        pair p;
        make(&p, &seed);
        live(&p, &seed, &followed);
        rh_book_free(p.follower);
        bench_drop(&p.b);
    }
    assert_true(followed > TRIALS * INSTANTS / 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_follows_as_if_it_observed)};
    return cmocka_run_group_tests_name("book alone", tests, NULL, NULL);
}
