/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a wanted quantity to a fill: lots, latency on the venue's clock, ages, sides. */
#include "tape.h"

#include "execution/order.h"

typedef struct {
    rh_catalogue *catalogue;
    rh_market *market;
    uint32_t id;
    rh_order order;
} venue;

static void make(venue *v) {
    *v = (venue){.catalogue = rh_catalogue_new()};
    v->id = add_named(v->catalogue, "BTC-PERPETUAL");
    v->market = rh_market_new(v->catalogue, RH_FUNDING_NONE);
}

static void drop(venue *v) {
    rh_market_free(v->market);
    rh_catalogue_free(v->catalogue);
}

/* Known at `known`, happened at `happened`. */
static void quote(venue *v, rh_time known, rh_time happened, double bid, double ask) {
    const tape_row row = {.ts = happened, .instrument = v->id, .bid = bid, .ask = ask};
    tell(v->market, known, &row, 1);
}

static void send(venue *v, const rh_execution_terms *terms, double quantity) {
    rh_order_send(&v->order, terms, v->market, v->id, quantity, 0.0);
}

static void test_lots(void **state) {
    rh_instrument perpetual;
    (void)state;
    assert_int_equal(rh_instrument_from_name("BTC-PERPETUAL", &perpetual), 0);
    perpetual.lot = 10.0;
    assert_true(rh_order_quantity(&perpetual, 0.0, 14.9) == 10.0);
    assert_true(rh_order_quantity(&perpetual, 0.0, 15.0) == 20.0); /* floor(x / lot + .5) */
    assert_true(rh_order_quantity(&perpetual, 0.0, -15.0) == -10.0);
    assert_true(rh_order_quantity(&perpetual, 20.0, 24.9) == 0.0);
    assert_true(rh_order_quantity(&perpetual, 20.0, -4.0) == -20.0);
    perpetual.lot = 0.0;
    assert_true(rh_order_quantity(&perpetual, 3.0, 3.0 * (1 + 1e-15)) == 0.0); /* no dust */
    assert_true(rh_order_quantity(&perpetual, 3.0, 0.0) == -3.0);
}

static void test_no_latency_fills_at_what_triggered_it(void **state) {
    static const struct {
        rh_fill_price rule;
        double sign, price;
    } cases[] = {{RH_FILL_AT_TOUCH, 1, 102}, {RH_FILL_AT_TOUCH, -1, 98},
                 {RH_FILL_AT_MID, 1, 100},   {RH_FILL_AT_MID, -1, 100},
                 {RH_FILL_AT_MARK, 1, 101},  {RH_FILL_AT_MARK, -1, 101}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        venue v;
        const rh_execution_terms terms = {.price = cases[i].rule, .delay = 10 * RH_S};
        make(&v);
        const tape_row row = {.instrument = v.id, .bid = 98, .ask = 102, .mark = 101};
        tell(v.market, DAY0, &row, 1);
        send(&v, &terms, cases[i].sign);
        assert_true(rh_order_arrives(&v.order, &terms, v.market));
        assert_true(rh_order_price(&v.order, &terms, v.market).value == cases[i].price);
        drop(&v);
    }
}

static void test_touch_needs_its_side(void **state) {
    venue v;
    const rh_execution_terms terms = {.price = RH_FILL_AT_TOUCH};
    (void)state;
    make(&v);
    quote(&v, DAY0, DAY0, 98, 0);
    send(&v, &terms, -1);
    rh_price price = rh_order_price(&v.order, &terms, v.market);
    assert_true(price.value == 98 && price.evidence == RH_BY_ONE_SIDED);
    send(&v, &terms, 1);
    assert_true(isnan(rh_order_price(&v.order, &terms, v.market).value));
    drop(&v);
    make(&v); /* bars only: the close is all there is */
    const tape_row bar = {.instrument = v.id, .last = 100};
    tell(v.market, DAY0, &bar, 1);
    send(&v, &terms, 1);
    price = rh_order_price(&v.order, &terms, v.market);
    assert_true(price.value == 100 && price.evidence == RH_BY_TRADE);
    drop(&v);
}

static void test_it_meets_the_last_state_before_its_arrival(void **state) {
    venue v;
    const rh_execution_terms terms = {.price = RH_FILL_AT_MID, .latency = 100};
    (void)state;
    make(&v);
    quote(&v, DAY0, DAY0, 99, 101);
    send(&v, &terms, 1); /* arrives at 100 */
    assert_int_equal(rh_order_next_time(&v.order, &terms), DAY0 + 100);
    assert_false(rh_order_arrives(&v.order, &terms, v.market));
    quote(&v, DAY0 + 40, DAY0 + 40, 199, 201);
    assert_false(rh_order_arrives(&v.order, &terms, v.market));
    quote(&v, DAY0 + 130, DAY0 + 130, 299, 301); /* too late for it */
    assert_true(rh_order_arrives(&v.order, &terms, v.market));
    assert_true(rh_order_price(&v.order, &terms, v.market).value == 200);
    drop(&v);
    make(&v); /* what happens at the very arrival counts */
    quote(&v, DAY0, DAY0, 99, 101);
    send(&v, &terms, 1);
    quote(&v, DAY0 + 100, DAY0 + 100, 199, 201);
    assert_true(rh_order_arrives(&v.order, &terms, v.market));
    assert_true(rh_order_price(&v.order, &terms, v.market).value == 200);
    drop(&v);
}

/* A source that tells everything 1000 late: decided on the state of 0 at 1000, arrives at 1100. */
static void test_a_slow_source_is_waited_for(void **state) {
    (void)state;
    for (int shown = 0; shown < 2; shown++) {
        venue v;
        const rh_execution_terms terms = {.price = RH_FILL_AT_MID, .latency = 100, .delay = 1000};
        make(&v);
        quote(&v, DAY0 + 1000, DAY0, 99, 101);
        send(&v, &terms, 1);
        assert_int_equal(rh_order_next_time(&v.order, &terms), DAY0 + 2100);
        quote(&v, DAY0 + 1900, DAY0 + 900, 199, 201);
        assert_false(rh_order_arrives(&v.order, &terms, v.market));
        if (shown) /* something later: so 200 was the last before */
            quote(&v, DAY0 + 2110, DAY0 + 1110, 299, 301);
        else /* the clock says that nothing more can come */
            tell(v.market, DAY0 + 2100, NULL, 0);
        assert_true(rh_order_arrives(&v.order, &terms, v.market));
        assert_true(rh_order_price(&v.order, &terms, v.market).value == 200);
        drop(&v);
    }
}

static void test_an_old_price_does_not_fill(void **state) {
    venue v;
    const rh_execution_terms terms = {.price = RH_FILL_AT_MID, .latency = 10, .max_age = 50};
    (void)state;
    make(&v);
    quote(&v, DAY0, DAY0, 99, 101);
    tell(v.market, DAY0 + 60, NULL, 0);
    send(&v, &terms, 1);
    tell(v.market, DAY0 + 70, NULL, 0);
    assert_true(rh_order_arrives(&v.order, &terms, v.market));
    assert_true(isnan(rh_order_price(&v.order, &terms, v.market).value));
    v.order.waiting = 1;
    assert_true(rh_order_next_time(&v.order, &terms) == RH_NEVER);
    tell(v.market, DAY0 + 80, NULL, 0);
    assert_false(rh_order_arrives(&v.order, &terms, v.market));
    quote(&v, DAY0 + 90, DAY0 + 90, 109, 111);
    assert_true(rh_order_arrives(&v.order, &terms, v.market));
    assert_true(rh_order_price(&v.order, &terms, v.market).value == 110);
    drop(&v);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lots),
        cmocka_unit_test(test_no_latency_fills_at_what_triggered_it),
        cmocka_unit_test(test_touch_needs_its_side),
        cmocka_unit_test(test_it_meets_the_last_state_before_its_arrival),
        cmocka_unit_test(test_a_slow_source_is_waited_for),
        cmocka_unit_test(test_an_old_price_does_not_fill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
