/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_of_books.h: one book over a market told by hand, for the tests of engine/book. */
#ifndef TEST_BENCH_OF_BOOKS_H
#define TEST_BENCH_OF_BOOKS_H

#include "tape.h"

typedef struct {
    rh_catalogue *catalogue;
    rh_registry *registry;
    rh_market *market;
    rh_funding_mode funding; /* before bench_open */
    rh_book *book;
    const rh_book_change *changes;
    size_t n_changes;
    uint32_t option, other, linear, perpetual, spot, future; /* 36000-C, 40000-P, linear 36000-C */
} bench;

static UNUSED void bench_make(bench *b) {
    *b = (bench){.catalogue = rh_catalogue_new()};
    assert_int_equal(rh_registry_new(&b->registry, NULL), RH_OK);
    b->option = add_named(b->catalogue, "BTC-25JUN21-36000-C");
    b->other = add_named(b->catalogue, "BTC-25JUN21-40000-P");
    b->linear = add_named(b->catalogue, "BTC-210625-36000-C");
    b->perpetual = add_named(b->catalogue, "BTC-PERPETUAL");
}

/* A book of the market. Fills in what `terms` leaves out: the ratio black, max_age a day, hedge the
 * perpetual. */
static UNUSED rh_book *bench_book(const bench *b, rh_book_terms terms, const rh_leg_terms *legs,
                                  size_t n) {
    static const rh_values none;
    const char *near = NULL;
    rh_leg_terms copies[TAPE_LEGS];
    rh_book *book = NULL;
    for (size_t i = 0; i < n; i++) {
        copies[i] = legs[i];
        copies[i].close = legs[i].close ? legs[i].close : RH_NEVER;
        copies[i].open = legs[i].open ? legs[i].open : DAY0;
    }
    terms.legs = copies;
    terms.n_legs = n;
    terms.hedge = terms.hedge ? terms.hedge : b->perpetual;
    terms.ratio = terms.ratio ? terms.ratio : rh_registry_find_ratio(b->registry, "black", &near);
    terms.ratio_values = &none;
    terms.max_age = terms.max_age ? terms.max_age : RH_DAY;
    assert_int_equal(rh_book_new(&terms, b->market, &book, NULL), RH_OK);
    return book;
}

static UNUSED void bench_open(bench *b, rh_book_terms terms, const rh_leg_terms *legs, size_t n) {
    b->market = rh_market_new(b->catalogue, b->funding);
    b->book = bench_book(b, terms, legs, n);
}

static UNUSED void bench_drop(bench *b) {
    rh_book_free(b->book);
    rh_market_free(b->market);
    rh_registry_free(b->registry);
    rh_catalogue_free(b->catalogue);
}

/* One instant; the number of changes. */
static UNUSED size_t bench_tell(bench *b, rh_time now, const tape_row *rows, size_t count) {
    tell(b->market, now, rows, count);
    rh_book_observe(b->book);
    b->n_changes = rh_book_advance(b->book, &b->changes);
    return b->n_changes;
}

static UNUSED size_t bench_say(bench *b, rh_time now, tape_row row) {
    return bench_tell(b, now, &row, 1);
}

/* The option's IV and the perpetual's price, in one instant. */
static UNUSED size_t bench_usual(bench *b, rh_time now, double price, double iv) {
    const tape_row rows[] = {{.instrument = b->perpetual, .last = price},
                             {.instrument = b->option, .iv = iv}};
    return bench_tell(b, now, rows, 2);
}

static UNUSED const rh_leg_value *value_of(bench *b, size_t leg) {
    (void)rh_book_value_now(b->book);
    return &rh_book_leg(b->book, leg)->value;
}

static UNUSED double years_left(rh_time now) {
    return (double)(EXPIRY - now) / (365.0 * 86400e9);
}

#endif
