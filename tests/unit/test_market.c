/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The market: what is remembered of each instrument, which number counts as its price, and what
 * funding has cost. Funding against the venues' worked examples. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "market/market.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

enum { INVERSE, LINEAR }; /* BTC-PERPETUAL, BTCUSDT */

static const rh_time T0 = INT64_C(1622505600) * RH_S;

typedef struct {
    rh_catalogue *catalogue;
    rh_market *market;
} world;

static world begin(rh_funding_mode funding) {
    static const char *const names[] = {"BTC-PERPETUAL", "BTCUSDT"};
    world w = {rh_catalogue_new(), NULL};
    for (size_t i = 0; i < LENGTH(names); i++) {
        rh_instrument item;
        assert_int_equal(rh_instrument_from_name(names[i], &item), 0);
        assert_int_equal(rh_catalogue_add(w.catalogue, &item), i);
    }
    w.market = rh_market_new(w.catalogue, funding);
    assert_non_null(w.market);
    return w;
}

static void end(world *w) {
    rh_market_free(w->market);
    rh_catalogue_free(w->catalogue);
}

static const rh_state *look(const world *w, uint32_t instrument) {
    return rh_market_state(w->market, instrument);
}

static rh_event event(rh_time time, uint32_t instrument, rh_event_kind kind) {
    return (rh_event){
        .known = time, .happened = time, .instrument = instrument, .kind = (uint8_t)kind};
}

static rh_event one(rh_time time, uint32_t instrument, rh_event_kind kind, int position,
                    double value) {
    rh_event e = event(time, instrument, kind);
    rh_event_set(&e, position, value);
    return e;
}

static rh_event mark(rh_time time, uint32_t instrument, double value) {
    return one(time, instrument, RH_EVENT_MARK, RH_MARK, value);
}

static rh_event funding(rh_time time, uint32_t instrument, double rate, double seconds) {
    rh_event e = one(time, instrument, RH_EVENT_FUNDING, RH_RATE, rate);
    if (seconds > 0.0)
        rh_event_set(&e, RH_INTERVAL, seconds);
    return e;
}

static rh_event quote(rh_time time, uint32_t instrument, double bid, double ask) {
    rh_event e = one(time, instrument, RH_EVENT_QUOTE, RH_BID, bid);
    rh_event_set(&e, RH_ASK, ask);
    return e;
}

static void instant(world *w, const rh_event *events, size_t count) {
    rh_market_advance(w->market, events[0].known);
    for (size_t i = 0; i < count; i++)
        rh_market_apply(w->market, &events[i]);
    rh_market_complete(w->market);
}

static void say(world *w, rh_event e) {
    instant(w, &e, 1);
}

static void wait_until(world *w, rh_time time) {
    rh_market_advance(w->market, time);
    rh_market_complete(w->market);
}

static void near(double value, double wanted) {
    if (!(fabs(value - wanted) <= 4e-16 * fmax(fabs(value), fabs(wanted))))
        fail_msg("%.17g, not %.17g", value, wanted);
}

/* ---- what is known ---- */

static void nothing_is_known_at_first(void **state) {
    world w = begin(RH_FUNDING_DISCRETE);
    const rh_state *s = look(&w, INVERSE);
    rh_time at;
    (void)state;
    assert_true(isnan(s->bid) && isnan(s->ask) && isnan(s->bid_size) && isnan(s->ask_size));
    assert_true(isnan(s->last) && isnan(s->mark) && isnan(s->iv) && isnan(s->forward));
    assert_true(isnan(s->index) && isnan(s->rate) && isnan(s->delivery));
    assert_true(s->quoted == RH_DAWN && s->traded == RH_DAWN && s->marked == RH_DAWN);
    assert_true(s->iv_at == RH_DAWN && s->forward_at == RH_DAWN && s->index_at == RH_DAWN);
    assert_true(s->rate_at == RH_DAWN && s->delivered_at == RH_DAWN && s->observed == RH_DAWN);
    assert_true(s->happened == RH_DAWN && s->first == RH_DAWN && s->observations == 0);
    assert_true(s->funding_paid == 0.0 && s->variance == 0.0 && s->funding_gap == 0);
    assert_true(rh_market_now(w.market) == RH_DAWN);
    assert_true(isnan(rh_market_index(w.market, &at)) && at == RH_DAWN);
    assert_int_equal(rh_market_price(s).evidence, RH_BY_NOTHING);
    assert_true(isnan(rh_market_price(s).value));
    assert_false(rh_market_funding_stamp(w.market));
    assert_ptr_equal(rh_market_catalogue(w.market), w.catalogue);
    end(&w);
}

static void absent_values_stay_as_they_were(void **state) {
    world w = begin(RH_FUNDING_NONE);
    const rh_state *s = look(&w, INVERSE);
    (void)state;
    say(&w, quote(T0, INVERSE, 100, 102));
    say(&w, one(T0 + 1, INVERSE, RH_EVENT_QUOTE, RH_BID, 101));
    assert_true(s->bid == 101 && s->ask == 102 && s->quoted == T0 + 1);
    say(&w, one(T0 + 2, INVERSE, RH_EVENT_QUOTE, RH_ASK_SIZE, 7));
    assert_true(s->bid == 101 && s->ask == 102 && s->ask_size == 7);
    say(&w, event(T0 + 3, INVERSE, RH_EVENT_QUOTE)); /* says nothing */
    assert_true(s->quoted == T0 + 2 && s->observed == T0 + 3);
    say(&w, one(T0 + 4, INVERSE, RH_EVENT_MARK, RH_IV, 0.7));
    say(&w, one(T0 + 5, INVERSE, RH_EVENT_MARK, RH_FORWARD, 103));
    say(&w, one(T0 + 6, INVERSE, RH_EVENT_SETTLEMENT, RH_DELIVERY, 99));
    assert_true(s->iv == 0.7 && s->iv_at == T0 + 4 && isnan(s->mark) && s->marked == RH_DAWN);
    assert_true(s->forward == 103 && s->forward_at == T0 + 5);
    assert_true(s->delivery == 99 && s->delivered_at == T0 + 6);
    assert_true(isnan(look(&w, LINEAR)->bid) && look(&w, LINEAR)->observations == 0);
    end(&w);
}

static void observations_are_instants(void **state) {
    world w = begin(RH_FUNDING_NONE);
    const rh_state *s = look(&w, INVERSE);
    const rh_event both[] = {mark(T0, INVERSE, 100), quote(T0, INVERSE, 99, 101),
                             mark(T0, LINEAR, 100)};
    (void)state;
    instant(&w, both, 3);
    assert_int_equal(s->observations, 1);
    say(&w, mark(T0 + 1, INVERSE, 100));
    say(&w, mark(T0 + 2, LINEAR, 100));
    assert_int_equal(s->observations, 2);
    assert_int_equal(look(&w, LINEAR)->observations, 2);
    assert_true(s->first == T0 && s->observed == T0 + 1);
    assert_true(rh_market_now(w.market) == T0 + 2);
    end(&w);
}

static void happened_is_the_latest(void **state) {
    world w = begin(RH_FUNDING_NONE);
    rh_event late = mark(T0 + 10, INVERSE, 100), later = mark(T0 + 20, INVERSE, 101);
    (void)state;
    late.happened = T0 + 9;
    later.happened = T0 + 5; /* known later, happened earlier */
    say(&w, late);
    say(&w, later);
    assert_true(look(&w, INVERSE)->happened == T0 + 9);
    assert_true(look(&w, INVERSE)->marked == T0 + 20);
    end(&w);
}

static void the_index_is_anybodys(void **state) {
    world w = begin(RH_FUNDING_NONE);
    rh_time at;
    (void)state;
    say(&w, one(T0, INVERSE, RH_EVENT_MARK, RH_INDEX, 100));
    say(&w, mark(T0 + 1, LINEAR, 500)); /* a mark without an index */
    assert_true(rh_market_index(w.market, &at) == 100 && at == T0);
    say(&w, one(T0 + 2, LINEAR, RH_EVENT_MARK, RH_INDEX, 101));
    assert_true(rh_market_index(w.market, &at) == 101 && at == T0 + 2);
    assert_true(look(&w, INVERSE)->index == 100);
    end(&w);
}

/* ---- prices ---- */

static void price_is(const world *w, double value, rh_time at, rh_evidence evidence) {
    rh_price p = rh_market_price(look(w, INVERSE));
    if (p.value != value || p.at != at || p.evidence != evidence)
        fail_msg("%g by %s", p.value, rh_evidence_text(p.evidence));
}

static void touch_is(const world *w, int sign, double value, rh_evidence evidence) {
    rh_price p = rh_market_touch(look(w, INVERSE), sign);
    if (isnan(value) ? !isnan(p.value) : p.value != value)
        fail_msg("%g, not %g", p.value, value);
    assert_int_equal(p.evidence, evidence);
}

static void prices_by_rank_of_evidence(void **state) {
    world w = begin(RH_FUNDING_NONE);
    (void)state;
    say(&w, one(T0, INVERSE, RH_EVENT_QUOTE, RH_BID, 90));
    price_is(&w, 90, T0, RH_BY_ONE_SIDED);
    say(&w, one(T0 + 1, INVERSE, RH_EVENT_TRADE, RH_TRADE_PRICE, 95));
    price_is(&w, 95, T0 + 1, RH_BY_TRADE);
    say(&w, one(T0 + 2, INVERSE, RH_EVENT_BAR, RH_CLOSE, 96));
    price_is(&w, 96, T0 + 2, RH_BY_TRADE);
    say(&w, mark(T0 + 3, INVERSE, 97));
    price_is(&w, 97, T0 + 3, RH_BY_MARK);
    say(&w, one(T0 + 4, INVERSE, RH_EVENT_QUOTE, RH_ASK, 94));
    price_is(&w, 92, T0 + 4, RH_BY_QUOTE);
    /* and back, as they vanish */
    say(&w, one(T0 + 5, INVERSE, RH_EVENT_QUOTE, RH_BID, (double)NAN));
    price_is(&w, 97, T0 + 3, RH_BY_MARK);
    say(&w, mark(T0 + 6, INVERSE, (double)NAN));
    price_is(&w, 96, T0 + 2, RH_BY_TRADE);
    say(&w, one(T0 + 7, INVERSE, RH_EVENT_TRADE, RH_TRADE_PRICE, (double)NAN));
    price_is(&w, 94, T0 + 5, RH_BY_ONE_SIDED);
    end(&w);
}

static void a_bar_is_known_by_its_close(void **state) {
    world w = begin(RH_FUNDING_NONE);
    rh_event bar = one(T0, INVERSE, RH_EVENT_BAR, RH_OPEN, 1);
    (void)state;
    rh_event_set(&bar, RH_HIGH, 9);
    rh_event_set(&bar, RH_LOW, 1);
    say(&w, bar);
    assert_int_equal(rh_market_price(look(&w, INVERSE)).evidence, RH_BY_NOTHING);
    rh_event_set(&bar, RH_CLOSE, 5);
    bar.known = bar.happened = T0 + 1;
    say(&w, bar);
    price_is(&w, 5, T0 + 1, RH_BY_TRADE);
    end(&w);
}

static void trades_touch_the_other_side(void **state) {
    world w = begin(RH_FUNDING_NONE);
    (void)state;
    touch_is(&w, 1, (double)NAN, RH_BY_NOTHING);
    say(&w, mark(T0, INVERSE, 97)); /* data without quotes: the valuation price */
    touch_is(&w, 1, 97, RH_BY_MARK);
    touch_is(&w, -1, 97, RH_BY_MARK);
    say(&w, quote(T0 + 1, INVERSE, 96, 98));
    touch_is(&w, 1, 98, RH_BY_QUOTE);
    touch_is(&w, -1, 96, RH_BY_QUOTE);
    say(&w, quote(T0 + 2, INVERSE, (double)NAN, 99));
    touch_is(&w, 1, 99, RH_BY_ONE_SIDED);
    touch_is(&w, -1, (double)NAN, RH_BY_NOTHING); /* nobody bids: not the mark instead */
    say(&w, quote(T0 + 3, INVERSE, (double)NAN, (double)NAN));
    touch_is(&w, 1, (double)NAN, RH_BY_NOTHING);
    assert_true(look(&w, INVERSE)->quoted == T0 + 3);
    price_is(&w, 97, T0, RH_BY_MARK);
    end(&w);
}

/* ---- discrete funding ---- */

/* Binance: position pays mark x quantity x rate at the stamp. */
static void discrete_funding_of_binance(void **state) {
    static const struct {
        double rate, mark, quantity, fee;
    } cases[] = {{0.0001, 60000, 1, 6},
                 {0.0001, 60000, 2.5, 15},
                 {0.0005, 60000, -1, -30},
                 {-0.0005, 60000, 1, -30},
                 {-0.003, 60000, 1, -180}};
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        world w = begin(RH_FUNDING_DISCRETE);
        say(&w, mark(T0, LINEAR, cases[i].mark));
        say(&w, funding(T0 + RH_HOUR, LINEAR, cases[i].rate, 28800));
        assert_true(rh_market_funding_stamp(w.market));
        near(cases[i].quantity * look(&w, LINEAR)->funding_paid, cases[i].fee);
        wait_until(&w, T0 + 20 * RH_HOUR); /* nothing runs on */
        assert_false(rh_market_funding_stamp(w.market));
        near(cases[i].quantity * look(&w, LINEAR)->funding_paid, cases[i].fee);
        assert_true(look(&w, INVERSE)->funding_paid == 0.0);
        end(&w);
    }
}

static void the_mark_of_the_stamps_instant_counts(void **state) {
    const rh_event old = mark(T0, LINEAR, 50000);
    const rh_event orders[][2] = {
        {funding(T0 + RH_HOUR, LINEAR, 0.0001, 28800), mark(T0 + RH_HOUR, LINEAR, 60000)},
        {mark(T0 + RH_HOUR, LINEAR, 60000), funding(T0 + RH_HOUR, LINEAR, 0.0001, 28800)},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(orders); i++) {
        world w = begin(RH_FUNDING_DISCRETE);
        say(&w, old);
        instant(&w, orders[i], 2);
        near(look(&w, LINEAR)->funding_paid, 6.0);
        end(&w);
    }
}

static void each_stamp_is_paid_once(void **state) {
    world w = begin(RH_FUNDING_DISCRETE);
    const rh_event start[] = {mark(T0, INVERSE, 50000), mark(T0, LINEAR, 50000)};
    const rh_event twice[] = {funding(T0 + 1, LINEAR, 0.0001, 0),
                              funding(T0 + 1, INVERSE, 0.0001, 0),
                              funding(T0 + 1, LINEAR, 0.0002, 0)};
    (void)state;
    instant(&w, start, 2);
    instant(&w, twice, 3);
    near(look(&w, LINEAR)->funding_paid, 10.0); /* the last word of the instant */
    near(look(&w, INVERSE)->funding_paid, 0.0001 / 50000);
    say(&w, funding(T0 + 2, LINEAR, 0.0001, 0));
    near(look(&w, LINEAR)->funding_paid, 15.0);
    near(look(&w, INVERSE)->funding_paid, 0.0001 / 50000);
    rh_market_complete(w.market); /* completing again pays nothing */
    near(look(&w, LINEAR)->funding_paid, 15.0);
    end(&w);
}

/* Deribit's hourly history tells what was paid: it is due at its row whatever the venue's way, and
 * doesn't run on; beside it another rate may flow. */
static void what_was_paid_falls_due_at_its_row(void **state) {
    static const rh_funding_mode modes[] = {RH_FUNDING_CONTINUOUS, RH_FUNDING_DISCRETE};
    (void)state;
    for (size_t i = 0; i < LENGTH(modes); i++) {
        world w = begin(modes[i]);
        const rh_event start[] = {mark(T0, INVERSE, 50000), mark(T0, LINEAR, 50000)};
        rh_event paid = funding(T0 + RH_HOUR, INVERSE, 0.0002, 3600);
        rh_event_set(&paid, RH_PAID, 1.0);
        const rh_event both[] = {paid, funding(T0 + RH_HOUR, LINEAR, 0.0001, 3600)};
        instant(&w, start, 2);
        instant(&w, both, 2);
        assert_true(rh_market_funding_stamp(w.market));
        near(look(&w, INVERSE)->funding_paid, 0.0002 / 50000);
        wait_until(&w, T0 + 90 * RH_MIN);
        near(look(&w, INVERSE)->funding_paid, 0.0002 / 50000);
        near(look(&w, LINEAR)->funding_paid, modes[i] == RH_FUNDING_CONTINUOUS ? 2.5 : 5.0);
        assert_int_equal(look(&w, INVERSE)->funding_gap, 0);
        end(&w);
    }
    world w = begin(RH_FUNDING_NONE);
    rh_event paid = funding(T0, INVERSE, 0.0002, 3600);
    rh_event_set(&paid, RH_PAID, 1.0);
    say(&w, mark(T0, INVERSE, 50000));
    say(&w, paid);
    assert_true(look(&w, INVERSE)->funding_paid == 0.0);
    end(&w);
}

static void funding_needs_a_rate_and_a_price(void **state) {
    world w = begin(RH_FUNDING_DISCRETE);
    (void)state;
    say(&w, funding(T0, LINEAR, 0.0001, 28800)); /* no price yet */
    assert_true(look(&w, LINEAR)->funding_paid == 0.0);
    say(&w, quote(T0 + 1, LINEAR, 99, 101)); /* no mark: the valuation price stands in */
    say(&w, funding(T0 + 2, LINEAR, 0.0001, 28800));
    near(look(&w, LINEAR)->funding_paid, 0.01);
    say(&w, funding(T0 + 3, LINEAR, (double)NAN, 28800));
    assert_false(rh_market_funding_stamp(w.market));
    near(look(&w, LINEAR)->funding_paid, 0.01);
    say(&w, one(T0 + 4, LINEAR, RH_EVENT_FUNDING, RH_INTERVAL, 3600)); /* no rate said */
    assert_false(rh_market_funding_stamp(w.market));
    near(look(&w, LINEAR)->funding_paid, 0.01);
    end(&w);
}

static void none_is_free(void **state) {
    world w = begin(RH_FUNDING_NONE);
    (void)state;
    say(&w, mark(T0, LINEAR, 60000));
    say(&w, funding(T0 + 1, LINEAR, 0.01, 28800));
    wait_until(&w, T0 + 8 * RH_HOUR);
    assert_false(rh_market_funding_stamp(w.market));
    assert_true(look(&w, LINEAR)->funding_paid == 0.0);
    assert_true(look(&w, LINEAR)->rate == 0.01); /* a rule may still want to see it */
    end(&w);
}

/* ---- continuous funding ---- */

/* Deribit: payment = rate (of 8 h) x size in coin x seconds / 28800, longs pay when positive; the
 * size in coin is here USD / mark. The venue's examples take the index, which is the mark here. */
static void continuous_funding_of_deribit(void **state) {
    static const struct {
        double rate, price, usd, seconds, coin; /* coin > 0: received */
    } cases[] = {
        {0.0, 60000, 100000, 3600, 0.0},
        {0.0005, 60000, 100000, 28800, -0.0008333333333333333333},
        {0.005, 60000, 100000, 3600, -0.001041666666666666666667},
        {0.00025, 60000, 100000, 3600, -0.00005208333333333333333},
        {-0.00075, 60000, 100000, 3600, 0.00015625},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        world w = begin(RH_FUNDING_CONTINUOUS);
        const rh_event start[] = {mark(T0, INVERSE, cases[i].price),
                                  funding(T0, INVERSE, cases[i].rate, 28800)};
        instant(&w, start, 2);
        assert_true(look(&w, INVERSE)->funding_paid == 0.0); /* it starts to run */
        assert_false(rh_market_funding_stamp(w.market));
        wait_until(&w, T0 + (int64_t)cases[i].seconds * RH_S);
        near(-cases[i].usd * look(&w, INVERSE)->funding_paid, cases[i].coin);
        end(&w);
    }
}

static void linear_funding_is_in_usd(void **state) {
    world w = begin(RH_FUNDING_CONTINUOUS);
    const rh_event start[] = {mark(T0, LINEAR, 60000), funding(T0, LINEAR, 0.0008, 28800)};
    (void)state;
    instant(&w, start, 2);
    wait_until(&w, T0 + RH_HOUR);
    near(look(&w, LINEAR)->funding_paid, 6.0);
    end(&w);
}

static void multipliers_count(void **state) {
    rh_catalogue *catalogue = rh_catalogue_new();
    rh_instrument item;
    (void)state;
    assert_int_equal(rh_instrument_from_name("BTC-PERPETUAL", &item), 0);
    item.multiplier = 10;
    (void)rh_catalogue_add(catalogue, &item);
    world w = {catalogue, rh_market_new(catalogue, RH_FUNDING_DISCRETE)};
    say(&w, mark(T0, 0, 50000));
    say(&w, funding(T0 + 1, 0, 0.0001, 0));
    near(look(&w, 0)->funding_paid, 0.001 / 50000);
    end(&w);
}

/* What stood counts: the price of a step is the one from before it. */
static void each_step_is_paid_at_what_stood(void **state) {
    world w = begin(RH_FUNDING_CONTINUOUS);
    const rh_event start[] = {mark(T0, LINEAR, 1000), funding(T0, LINEAR, 0.08, 28800)};
    (void)state;
    instant(&w, start, 2);
    say(&w, mark(T0 + RH_HOUR, LINEAR, 2000));
    near(look(&w, LINEAR)->funding_paid, 10.0);
    say(&w, funding(T0 + 2 * RH_HOUR, LINEAR, 0.16, 28800)); /* the old rate up to here */
    near(look(&w, LINEAR)->funding_paid, 30.0);
    wait_until(&w, T0 + 3 * RH_HOUR);
    near(look(&w, LINEAR)->funding_paid, 70.0);
    assert_true(look(&w, LINEAR)->funding_gap == 0);
    end(&w);
}

static void steps_don_t_change_the_sum(void **state) {
    world w = begin(RH_FUNDING_CONTINUOUS);
    const rh_event start[] = {mark(T0, LINEAR, 1000), funding(T0, LINEAR, 0.08, 28800)};
    (void)state;
    instant(&w, start, 2);
    for (int i = 1; i <= 8 * 3600; i++)
        wait_until(&w, T0 + i * RH_S);
    assert_true(fabs(look(&w, LINEAR)->funding_paid - 80.0) < 1e-10);
    end(&w);
}

static void a_rate_holds_for_one_interval(void **state) {
    world w = begin(RH_FUNDING_CONTINUOUS);
    const rh_event start[] = {mark(T0, LINEAR, 1000), funding(T0, LINEAR, 0.01, 3600)};
    (void)state;
    wait_until(&w, T0 - RH_DAY);
    instant(&w, start, 2);
    assert_true(look(&w, LINEAR)->funding_gap == 0); /* before the first rate isn't a gap */
    wait_until(&w, T0 + 90 * RH_MIN);
    near(look(&w, LINEAR)->funding_paid, 10.0);
    assert_true(look(&w, LINEAR)->funding_gap == 30 * RH_MIN);
    wait_until(&w, T0 + 120 * RH_MIN);
    near(look(&w, LINEAR)->funding_paid, 10.0);
    assert_true(look(&w, LINEAR)->funding_gap == 60 * RH_MIN);
    say(&w, funding(T0 + 150 * RH_MIN, LINEAR, 0.02, 3600));
    assert_true(look(&w, LINEAR)->funding_gap == 90 * RH_MIN);
    wait_until(&w, T0 + 180 * RH_MIN);
    near(look(&w, LINEAR)->funding_paid, 20.0);
    assert_true(look(&w, LINEAR)->funding_gap == 90 * RH_MIN);
    assert_true(look(&w, INVERSE)->funding_gap == 0);
    end(&w);
}

static void a_rate_that_is_gone_is_a_gap(void **state) {
    world w = begin(RH_FUNDING_CONTINUOUS);
    const rh_event start[] = {mark(T0, LINEAR, 1000), funding(T0, LINEAR, 0.01, 3600)};
    (void)state;
    instant(&w, start, 2);
    say(&w, funding(T0 + 30 * RH_MIN, LINEAR, (double)NAN, 3600));
    near(look(&w, LINEAR)->funding_paid, 5.0);
    assert_true(look(&w, LINEAR)->funding_gap == 0);
    wait_until(&w, T0 + 40 * RH_MIN);
    near(look(&w, LINEAR)->funding_paid, 5.0);
    assert_true(look(&w, LINEAR)->funding_gap == 10 * RH_MIN);
    end(&w);
}

static void eight_hours_unless_said(void **state) {
    world w = begin(RH_FUNDING_CONTINUOUS);
    const rh_event start[] = {mark(T0, LINEAR, 1000), funding(T0, LINEAR, 0.08, 0)};
    (void)state;
    instant(&w, start, 2);
    assert_true(look(&w, LINEAR)->interval == 8 * RH_HOUR);
    wait_until(&w, T0 + RH_DAY);
    near(look(&w, LINEAR)->funding_paid, 80.0);
    assert_true(look(&w, LINEAR)->funding_gap == 16 * RH_HOUR);
    end(&w);
}

/* ---- variance ---- */

static void variance_sums_squared_log_returns(void **state) {
    world w = begin(RH_FUNDING_NONE);
    const rh_event jump[] = {mark(T0 + 2, INVERSE, 1000), mark(T0 + 2, INVERSE, 121)};
    const double r = log(1.1);
    (void)state;
    rh_market_follow(w.market, INVERSE);
    say(&w, mark(T0, INVERSE, 100));
    assert_true(look(&w, INVERSE)->variance == 0.0);
    say(&w, mark(T0 + 1, INVERSE, 110));
    instant(&w, jump, 2); /* only what stands at the end of an instant counts */
    assert_true(fabs(look(&w, INVERSE)->variance - 2 * r * r) < 1e-15);
    say(&w, mark(T0 + 3, INVERSE, (double)NAN)); /* a hole is bridged */
    say(&w, mark(T0 + 4, INVERSE, 0.0));         /* no return leads to 0 */
    say(&w, mark(T0 + 5, INVERSE, 110));
    assert_true(fabs(look(&w, INVERSE)->variance - 3 * r * r) < 1e-15);
    say(&w, mark(T0 + 6, LINEAR, 7));
    say(&w, mark(T0 + 7, LINEAR, 8));
    assert_true(look(&w, LINEAR)->variance == 0.0); /* not followed */
    end(&w);
}

/* Beside long double, whose logarithm has three digits more: returns from 1e-9 to a hundredfold. */
static void variance_keeps_the_digits_of_small_returns(void **state) {
    (void)state;
    for (double size = 1e-9; size < 100.0; size *= 1.37)
        for (int sign = -1; sign <= 1; sign += 2) {
            world w = begin(RH_FUNDING_NONE);
            const double to = 36123.45 * exp(sign * size);
            const long double r = logl((long double)to / (long double)36123.45);
            rh_market_follow(w.market, INVERSE);
            say(&w, mark(T0, INVERSE, 36123.45));
            say(&w, mark(T0 + 1, INVERSE, to));
            const double off = (double)(look(&w, INVERSE)->variance / (r * r) - 1);
            if (!(fabs(off) < 1e-15 + 2e-19 / size)) /* what long double loses of a small return */
                fail_msg("a return of %g: variance off by %g", sign * size, off);
            end(&w);
        }
}

static void every_allocation_may_fail(void **state) {
    rh_catalogue *catalogue = rh_catalogue_new();
    (void)state;
    for (uint64_t n = 0; n < 2; n++) {
        rh_memory_fail_after(n);
        assert_null(rh_market_new(catalogue, RH_FUNDING_NONE));
    }
    rh_memory_fail_after(UINT64_MAX);
    rh_market *empty = rh_market_new(catalogue, RH_FUNDING_CONTINUOUS);
    rh_market_advance(empty, T0);
    rh_market_complete(empty);
    rh_market_free(empty);
    rh_market_free(NULL);
    rh_catalogue_free(catalogue);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known_at_first),
        cmocka_unit_test(absent_values_stay_as_they_were),
        cmocka_unit_test(observations_are_instants),
        cmocka_unit_test(happened_is_the_latest),
        cmocka_unit_test(the_index_is_anybodys),
        cmocka_unit_test(prices_by_rank_of_evidence),
        cmocka_unit_test(a_bar_is_known_by_its_close),
        cmocka_unit_test(trades_touch_the_other_side),
        cmocka_unit_test(discrete_funding_of_binance),
        cmocka_unit_test(the_mark_of_the_stamps_instant_counts),
        cmocka_unit_test(each_stamp_is_paid_once),
        cmocka_unit_test(what_was_paid_falls_due_at_its_row),
        cmocka_unit_test(funding_needs_a_rate_and_a_price),
        cmocka_unit_test(none_is_free),
        cmocka_unit_test(continuous_funding_of_deribit),
        cmocka_unit_test(linear_funding_is_in_usd),
        cmocka_unit_test(multipliers_count),
        cmocka_unit_test(each_step_is_paid_at_what_stood),
        cmocka_unit_test(steps_don_t_change_the_sum),
        cmocka_unit_test(a_rate_holds_for_one_interval),
        cmocka_unit_test(a_rate_that_is_gone_is_a_gap),
        cmocka_unit_test(eight_hours_unless_said),
        cmocka_unit_test(variance_sums_squared_log_returns),
        cmocka_unit_test(variance_keeps_the_digits_of_small_returns),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
