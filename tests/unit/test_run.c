/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loop: where it begins and ends, what it does after the last row, what it allocates. */
#include "tape.h"

static usual start(tape *t, const char *option, rh_time first, rh_time last, int64_t every) {
    uint64_t seed = 17;
    double price = 36000;
    tape_make(t);
    const usual u = {add_named(t->catalogue, option), add_named(t->catalogue, "BTC-PERPETUAL"),
                     add_named(t->catalogue, "BTCUSDT")};
    tape_hedge(t, u.perpetual);
    tape_leg(t,
             (rh_leg_terms){
                 .instrument = u.option, .quantity = -10, .open = DAY0, .open_price = RH_AT_MARK});
    for (rh_time now = first; now <= last; now += every) {
        say_price(t, &u, now, price);
        say_iv(t, &u, now, 0.8);
        price *= exp(0.004 * draw_normal(&seed));
    }
    return u;
}

static const char *const june2 = "BTC-2JUN21-36000-C", *const june25 = "BTC-25JUN21-36000-C";
#define JUNE2 (DAY0 + 32 * RH_HOUR)

static void test_the_window_is_half_open(void **state) {
    tape t;
    rh_run_outcome outcome;
    tape_result r = {.status = RH_OK};
    (void)state;
    (void)start(&t, june25, DAY0 - 5 * RH_HOUR, DAY0 + 40 * RH_HOUR, RH_HOUR);
    t.from = DAY0 + 2 * RH_HOUR;
    t.to = DAY0 + 10 * RH_HOUR;
    t.legs[0].open = t.from;
    tape_rule(&t, "{name: interval, every: 1h}");
    assert_int_equal(tape_run_lanes(&t, &t.lane, 1, &r, &outcome, NULL), RH_OK);
    assert_int_equal(outcome.first, t.from);
    assert_int_equal(outcome.last, t.to - RH_HOUR);
    assert_int_equal(outcome.instants, 8);
    assert_int_equal(r.record.steps[0].ts, t.from);
    assert_int_equal(last_step(&r)->ts, t.to); /* marked there, not closed */
    assert_true(last_step(&r)->spot == r.record.steps[r.record.n_steps - 2].spot);
    assert_int_equal(r.counts.still_open, 1);
    assert_int_equal(r.record.fills[r.record.n_fills - 1].ts, t.to - RH_HOUR);
    tape_result_free(&r);
    tape_free(&t);
}

/* The mark at `to` knows that time has passed since the last row. */
static void test_time_runs_to_the_end_of_the_window(void **state) {
    tape t;
    (void)state;
    (void)start(&t, june25, DAY0, DAY0 + 40 * RH_HOUR, RH_HOUR);
    t.to = DAY0 + 10 * RH_HOUR - RH_MIN;
    tape_rule(&t, "{name: none}");
    tape_result r = tape_run(&t);
    const rh_step *end = last_step(&r);
    assert_int_equal(end->ts, t.to);
    assert_near(end->option_value_usd,
                -10 * oracle_price(1, end->spot, 36000, rh_years(t.to, EXPIRY), 0.8), 1e-6);
    assert_false(end->full);
    tape_result_free(&r);
    tape_free(&t);
}

/* The last row is 20 minutes before the expiry: it settles all the same, and the closing order
 * arrives though no more data come. */
static void test_expiry_soon_after_the_last_row(void **state) {
    static const int64_t latencies[] = {0, 100 * RH_MS};
    (void)state;
    for (int i = 0; i < 2; i++) {
        tape t;
        (void)start(&t, june2, DAY0, JUNE2 - 20 * RH_MIN, 20 * RH_MIN);
        t.lane.execution.latency = latencies[i];
        tape_rule(&t, "{name: interval, every: 1h}");
        tape_result r = tape_run(&t);
        const tape_record *k = &r.record;
        assert_int_equal(k->fills[k->n_fills - 2].reason, RH_FILL_SETTLE);
        assert_int_equal(k->fills[k->n_fills - 2].ts, JUNE2);
        assert_int_equal(k->fills[k->n_fills - 1].reason, RH_FILL_CLOSE);
        assert_int_equal(k->fills[k->n_fills - 1].ts, JUNE2 + latencies[i]);
        assert_true(last_step(&r)->hedge_quantity == 0.0 && r.counts.still_open == 0);
        assert_int_equal(last_step(&r)->ts, JUNE2 + latencies[i]);
        tape_result_free(&r);
        tape_free(&t);
    }
}

static void test_an_expiry_far_after_the_data_is_not_made_up(void **state) {
    tape t;
    (void)state;
    (void)start(&t, june2, DAY0, JUNE2 - 2 * RH_HOUR, RH_HOUR);
    tape_rule(&t, "{name: interval, every: 1h}");
    tape_result r = tape_run(&t);
    assert_int_equal(last_step(&r)->ts, JUNE2 - 2 * RH_HOUR);
    assert_int_equal(r.counts.still_open, 1);
    tape_result_free(&r);
    tape_free(&t);
}

static void test_the_hedge_is_closed_or_kept(void **state) {
    (void)state;
    for (int keep = 0; keep < 2; keep++) {
        tape t;
        (void)start(&t, june2, DAY0, JUNE2 + 5 * RH_HOUR, RH_HOUR);
        t.lane.at_end = keep ? RH_AT_END_KEEP : RH_AT_END_CLOSE;
        tape_rule(&t, "{name: interval, every: 1h}");
        tape_result r = tape_run(&t);
        const rh_fill *last = &r.record.fills[r.record.n_fills - 1];
        assert_int_equal(last->reason, keep ? RH_FILL_SETTLE : RH_FILL_CLOSE);
        assert_int_equal(last->ts, JUNE2);
        assert_true((last_step(&r)->hedge_quantity != 0.0) == keep);
        assert_int_equal(last_step(&r)->ts, JUNE2); /* nothing is left to do */
        tape_result_free(&r);
        tape_free(&t);
    }
}

/* An order waits for a price while the time of the next decision comes and goes. */
static void test_a_waiting_order_does_not_stop_the_clock(void **state) {
    tape t;
    (void)state;
    const usual u = tape_usual(&t);
    tape_leg(&t,
             (rh_leg_terms){
                 .instrument = u.option, .quantity = -10, .open = DAY0, .open_price = RH_AT_MARK});
    tape_say(&t, (tape_row){.ts = DAY0, .instrument = u.perpetual, .bid = 36000});
    for (int h = 0; h <= 10; h++)
        say_iv(&t, &u, DAY0 + h * RH_HOUR, 0.8);
    tape_say(&t, (tape_row){.ts = DAY0 + 11 * RH_HOUR, .instrument = u.perpetual, .ask = 36010});
    t.lane.execution.price = RH_FILL_AT_TOUCH;
    tape_rule(&t, "{name: interval, every: 25m}");
    t.lane.record_every = 7 * RH_HOUR;
    tape_result r = tape_run(&t);
    assert_int_equal(r.counts.waited, 1);
    assert_int_equal(r.record.fills[1].ts, DAY0 + 11 * RH_HOUR);
    tape_result_free(&r);
    tape_free(&t);
}

static void test_an_interrupt_stops_it(void **state) {
    tape t;
    rh_run_outcome outcome;
    tape_result r = {.status = RH_OK};
    const atomic_int now = 1;
    (void)state;
    (void)start(&t, june25, DAY0, DAY0 + 40 * RH_HOUR, RH_HOUR);
    tape_rule(&t, "{name: none}");
    t.interrupted = &now;
    assert_int_equal(tape_run_lanes(&t, &t.lane, 1, &r, &outcome, NULL), RH_INTERRUPTED);
    assert_int_equal(outcome.instants, 0);
    tape_result_free(&r);
    tape_free(&t);
}

/* Twenty times the data cost only the doublings of the series of steps. */
static void test_nothing_is_allocated_per_event(void **state) {
    uint64_t allocations[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        tape t;
        rh_run_outcome outcome;
        tape_result r = {.record.silent = 1};
        (void)start(&t, june25, DAY0, DAY0 + (i ? 20 : 1) * RH_DAY, 2 * RH_MIN);
        t.funding = RH_FUNDING_CONTINUOUS;
        t.lane.rate = 0.1;
        tape_rule(&t, "{name: band, width: 0.01}");
        assert_int_equal(tape_run_lanes(&t, &t.lane, 1, &r, &outcome, &allocations[i]), RH_OK);
        assert_true(outcome.instants >= (i ? 14400 : 720));
        tape_free(&t);
    }
    assert_true(allocations[1] <= allocations[0] + 8);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_window_is_half_open),
        cmocka_unit_test(test_time_runs_to_the_end_of_the_window),
        cmocka_unit_test(test_expiry_soon_after_the_last_row),
        cmocka_unit_test(test_an_expiry_far_after_the_data_is_not_made_up),
        cmocka_unit_test(test_the_hedge_is_closed_or_kept),
        cmocka_unit_test(test_a_waiting_order_does_not_stop_the_clock),
        cmocka_unit_test(test_an_interrupt_stops_it),
        cmocka_unit_test(test_nothing_is_allocated_per_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
