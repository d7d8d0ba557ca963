/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens inside one instant, in which order, and what rules see and may do. */
#include "tape.h"

static const double IV = 0.8;

/* Hourly prices and IVs over two days. */
static void hourly(tape *t, const usual *u, int hours) {
    uint64_t seed = 3;
    double price = 36000;
    for (int h = 0; h <= hours; h++) {
        say_price(t, u, DAY0 + h * RH_HOUR, price);
        say_iv(t, u, DAY0 + h * RH_HOUR, IV);
        price *= exp(0.01 * draw_normal(&seed));
    }
}

static usual start(tape *t, int hours) {
    const usual u = tape_usual(t);
    tape_leg(t,
             (rh_leg_terms){
                 .instrument = u.option, .quantity = -10, .open = DAY0, .open_price = RH_AT_MARK});
    hourly(t, &u, hours);
    return u;
}

static size_t count_fills(const tape_result *r, rh_fill_reason reason) {
    size_t n = 0;
    for (size_t i = 0; i < r->record.n_fills; i++)
        n += r->record.fills[i].reason == reason;
    return n;
}

/* ---- the built-in rules mean what they say ---- */

static void test_none_never_trades(void **state) {
    tape t;
    (void)state;
    (void)start(&t, 48);
    tape_rule(&t, "{name: none}");
    tape_result r = tape_run(&t);
    assert_int_equal(r.record.n_fills, 1);
    assert_int_equal(r.record.fills[0].reason, RH_FILL_OPEN);
    for (size_t i = 0; i < r.record.n_steps; i++) /* its own shadow */
        assert_true(r.record.steps[i].pnl_usd == r.record.steps[i].unhedged_pnl_usd);
    tape_result_free(&r);
    tape_free(&t);
}

static void test_static_trades_when_the_book_changes(void **state) {
    tape t;
    (void)state;
    const usual u = start(&t, 48);
    tape_leg(&t, (rh_leg_terms){.instrument = u.option,
                                .quantity = -3,
                                .open = DAY0 + 9 * RH_HOUR,
                                .open_price = RH_AT_MARK,
                                .close = DAY0 + 20 * RH_HOUR,
                                .close_price = RH_AT_MARK});
    tape_rule(&t, "{name: static}");
    tape_result r = tape_run(&t);
    const int64_t hours[] = {0, 9, 20};
    size_t n = 0;
    for (size_t i = 0; i < r.record.n_fills; i++)
        if (r.record.fills[i].reason == RH_FILL_HEDGE)
            assert_int_equal(r.record.fills[i].ts, DAY0 + hours[n++] * RH_HOUR);
    assert_int_equal(n, 3);
    tape_result_free(&r);
    tape_free(&t);
}

static void test_interval_keeps_its_grid(void **state) {
    static const struct {
        const char *rule;
        int first, every; /* minutes after the open, which is at 00:10 */
    } cases[] = {{"{name: interval, every: 8h}", 480, 480},
                 {"{name: interval, every: 8h, anchor: utc}", 470, 480}};
    (void)state;
    for (size_t c = 0; c < 2; c++) {
        tape t;
        const usual u = tape_usual(&t);
        tape_leg(&t, (rh_leg_terms){.instrument = u.option,
                                    .quantity = -10,
                                    .open = DAY0 + 10 * RH_MIN,
                                    .open_price = RH_AT_MARK});
        for (int m = 10; m < 48 * 60; m += 7) {
            say_price(&t, &u, DAY0 + m * RH_MIN, 36000 + m);
            say_iv(&t, &u, DAY0 + m * RH_MIN, IV);
        }
        tape_rule(&t, cases[c].rule);
        tape_result r = tape_run(&t);
        rh_time expected = DAY0 + 10 * RH_MIN;
        int next = cases[c].first;
        for (size_t i = 1; i < r.record.n_fills; i++) {
            assert_int_equal(r.record.fills[i].ts, expected);
            expected = DAY0 + (10 + next) * RH_MIN;
            next += cases[c].every;
        }
        assert_int_equal(r.record.n_fills, 1 + 6);
        tape_result_free(&r);
        tape_free(&t);
    }
}

static void test_band_stays_within_its_edge(void **state) {
    tape t;
    (void)state;
    const usual u = tape_usual(&t);
    uint64_t seed = 9;
    double price = 36000;
    tape_leg(&t,
             (rh_leg_terms){
                 .instrument = u.option, .quantity = -10, .open = DAY0, .open_price = RH_AT_MARK});
    for (int m = 0; m < 2000; m++, price *= exp(0.003 * draw_normal(&seed))) {
        say_price(&t, &u, DAY0 + m * RH_MIN, price);
        say_iv(&t, &u, DAY0 + m * RH_MIN, IV);
    }
    t.lane.record_every = RH_MIN;
    tape_rule(&t, "{name: band, width: 0.03}");
    tape_result r = tape_run(&t);
    size_t at_edge = 0;
    for (size_t i = 0; i < r.record.n_steps; i++) {
        const double gap = fabs(r.record.steps[i].net_delta);
        assert_true(gap <= 0.3 * (1 + 1e-8));
        at_edge += gap > 0.3 * (1 - 1e-9);
    }
    assert_int_equal(at_edge, count_fills(&r, RH_FILL_HEDGE)); /* each trade ends there */
    assert_true(at_edge > 50);
    for (size_t i = 1; i < r.record.n_fills; i++)
        assert_true(fabs(r.record.fills[i].quantity) > 1e-3); /* no dust */
    tape_result_free(&r);
    tape_free(&t);
}

/* ---- rules made for one question ---- */

static struct {
    int64_t asked[4096], shown[4096];
    size_t n_asked, n_shown;
    double answer; /* target; NaN is a mistake */
} script;

static int trade_to_answer(const void *state, const rh_view *view, double *target, rh_wake *wake) {
    (void)state;
    wake->signal = RH_SIGNAL_EVERY;
    assert_true(isfinite(rh_hedge_at(view, 0)->neutral));
    script.asked[script.n_asked++ % 4096] = view->now;
    *target = script.answer;
    return RH_TRADE;
}

static int always_neutral(const void *state, const rh_view *view, double *target, rh_wake *wake) {
    (void)state;
    wake->signal = RH_SIGNAL_EVERY;
    script.asked[script.n_asked++ % 4096] = view->now;
    *target = rh_hedge_at(view, 0)->neutral;
    return RH_TRADE;
}

static void note(void *state, const rh_view *view) {
    (void)state;
    script.shown[script.n_shown++ % 4096] = view->now;
}

static int answer_twice(const void *state, const rh_view *view, double *target, rh_wake *wake) {
    (void)state, (void)view, (void)target, (void)wake;
    return 7;
}

static rh_strategy rule_of(int (*decide)(const void *, const rh_view *, double *, rh_wake *)) {
    script.n_asked = script.n_shown = 0;
    return (rh_strategy){.abi = REHEDGE_ABI,
                         .size = sizeof(rh_strategy),
                         .name = "script",
                         .summary = "for a test",
                         .decide = decide};
}

/* At a funding stamp the position held before any decision of that instant pays. */
static void test_funding_meets_the_old_position(void **state) {
    tape t;
    (void)state;
    const usual u = tape_usual(&t);
    tape_leg(&t,
             (rh_leg_terms){
                 .instrument = u.option, .quantity = -10, .open = DAY0, .open_price = RH_AT_MARK});
    t.funding = RH_FUNDING_DISCRETE;
    const rh_strategy rule = rule_of(trade_to_answer);
    const rh_rule leaf = rh_rule_of(&rule, NULL);
    t.lane.rule = &leaf;
    script.answer = 2.0;
    for (int h = 0; h <= 8; h += 4) {
        say_price(&t, &u, DAY0 + h * RH_HOUR, 40000 + 1000 * h);
        say_iv(&t, &u, DAY0 + h * RH_HOUR, IV);
    }
    tape_say(
        &t,
        (tape_row){.ts = DAY0 + 8 * RH_HOUR, .instrument = u.perpetual, .rate = 1e-3, .hours = 8});
    t.lane.target = 0;
    tape_result r = tape_run(&t);
    double paid = 0;
    for (size_t i = 0; i < r.record.n_flows; i++)
        paid += r.record.flows[i].reason == RH_FLOW_FUNDING ? r.record.flows[i].amount : 0;
    /* held: 2 coin as of 4h, so 2 x 44000 USD; its mark at the stamp 48000 */
    assert_near(paid, -2.0 * 44000 / 48000 * 1e-3, 1e-15);
    tape_result_free(&r);
    tape_free(&t);
}

/* It sees every instant, also those in which an order is under way and nothing is asked. */
static void test_observe_sees_every_instant(void **state) {
    tape t;
    (void)state;
    (void)start(&t, 20);
    rh_strategy rule = rule_of(always_neutral);
    rule.observe = note;
    const rh_rule leaf = rh_rule_of(&rule, NULL);
    t.lane.rule = &leaf;
    t.lane.execution.latency = 90 * RH_MIN;
    tape_result r = tape_run(&t);
    assert_true(script.n_asked < 20);
    size_t hours = 0;
    for (size_t i = 0; i < script.n_shown; i++)
        hours += (script.shown[i] - DAY0) % RH_HOUR == 0 && script.shown[i] <= DAY0 + 20 * RH_HOUR;
    assert_int_equal(hours, 21);
    tape_result_free(&r);
    tape_free(&t);
}

/* One order at a time: asked at 0, filled at 1:30, asked there, filled at 3:00 ... */
static void test_one_order_is_under_way(void **state) {
    tape t;
    (void)state;
    (void)start(&t, 12);
    const rh_strategy rule = rule_of(always_neutral);
    const rh_rule leaf = rh_rule_of(&rule, NULL);
    t.lane.rule = &leaf;
    t.lane.execution.latency = 90 * RH_MIN;
    tape_result r = tape_run(&t);
    assert_true(script.n_asked >= 8);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(script.asked[i], DAY0 + (rh_time)i * 90 * RH_MIN);
    for (size_t i = 0; i < 7; i++) /* after the opening fill */
        assert_int_equal(r.record.fills[i + 1].ts, DAY0 + (rh_time)(i + 1) * 90 * RH_MIN);
    tape_result_free(&r);
    tape_free(&t);
}

/* The order waits for a quote; in the instant in which it fills the next one fills too. */
static void test_no_latency_is_none_after_a_wait(void **state) {
    tape t;
    (void)state;
    const usual u = tape_usual(&t);
    tape_leg(&t,
             (rh_leg_terms){
                 .instrument = u.option, .quantity = -10, .open = DAY0, .open_price = RH_AT_MARK});
    const rh_strategy rule = rule_of(always_neutral);
    const rh_rule leaf = rh_rule_of(&rule, NULL);
    t.lane.rule = &leaf;
    t.lane.execution.price = RH_FILL_AT_TOUCH;
    tape_say(&t, (tape_row){.ts = DAY0, .instrument = u.perpetual, .bid = 36000, .mark = 36000});
    say_iv(&t, &u, DAY0, IV);
    tape_say(&t, (tape_row){
                     .ts = DAY0 + RH_HOUR, .instrument = u.perpetual, .bid = 39999, .ask = 40001});
    tape_say(&t,
             (tape_row){
                 .ts = DAY0 + 3 * RH_HOUR, .instrument = u.perpetual, .bid = 35999, .ask = 36001});
    tape_result r = tape_run(&t);
    assert_int_equal(r.counts.waited, 1);
    assert_true(r.record.n_fills >= 4);
    assert_int_equal(r.record.fills[1].ts, DAY0 + RH_HOUR);
    assert_int_equal(r.record.fills[2].ts, DAY0 + RH_HOUR);
    assert_true(r.record.fills[1].price == 40001 && r.record.fills[2].price == 40001);
    assert_true(r.record.fills[3].ts > DAY0 + RH_HOUR);
    tape_result_free(&r);
    tape_free(&t);
}

/* ---- blind instants ---- */

static double seldom(const void *state, const rh_option_view *option) {
    (void)state;
    const int64_t minute = (int64_t)(option->years * 365 * 24 * 60 + 0.5);
    return minute / 60 % 5 == 0 ? option->delta : NAN; /* known in one hour out of five */
}

/* An offer that nobody meant can be most of a result; the worst is told. */
static void test_trades_far_from_the_mark_are_counted(void **state) {
    tape t;
    (void)state;
    const usual u = start(&t, 12);
    for (int i = 1; i <= 2; i++)
        tape_leg(&t, (rh_leg_terms){.instrument = u.option,
                                    .quantity = -3,
                                    .open = DAY0,
                                    .open_price = RH_AT_MARK,
                                    .close = DAY0 + i * RH_HOUR,
                                    .close_price = RH_AT_NUMBER,
                                    .close_number = 0.5 * i});
    tape_rule(&t, "{name: none}");
    tape_result r = tape_run(&t);
    assert_int_equal(r.counts.far_trades, 2);
    assert_int_equal(r.counts.farthest_of, u.option);
    assert_true(r.counts.farthest > 0.8 && r.counts.farthest < 1.0);
    tape_result_free(&r);
    tape_free(&t);
}

static void test_blind_instants_stay_due(void **state) {
    tape t;
    (void)state;
    (void)start(&t, 40);
    const rh_ratio ratio = {.abi = REHEDGE_ABI,
                            .size = sizeof ratio,
                            .name = "seldom",
                            .summary = "for a test",
                            .delta = seldom};
    t.book.ratio = &ratio;
    tape_rule(&t, "{name: interval, every: 12h}");
    tape_result r = tape_run(&t);
    assert_true(r.counts.blind > 4);
    for (size_t i = 1; i < r.record.n_fills; i++) {
        const int64_t left = (EXPIRY - r.record.fills[i].ts) / RH_HOUR;
        const int64_t since = (r.record.fills[i].ts - DAY0) / RH_HOUR;
        assert_int_equal(left % 5, 0);
        assert_true(since % 12 < 5); /* the first hour that could see after the grid's */
    }
    assert_int_equal(count_fills(&r, RH_FILL_HEDGE), 4);
    tape_result_free(&r);
    t.lane.record_every = RH_DAY;    /* no step wakes it */
    tape_rule(&t, "{name: static}"); /* due at the opening, which was blind */
    r = tape_run(&t);
    assert_int_equal(count_fills(&r, RH_FILL_HEDGE), 1);
    assert_int_equal(r.record.fills[1].ts, DAY0 + 4 * RH_HOUR);
    tape_result_free(&r);
    tape_free(&t);
}

/* ---- failures ---- */

static void test_a_lane_fails_alone(void **state) {
    tape t;
    rh_run_outcome outcome;
    (void)state;
    (void)start(&t, 30);
    tape_rule(&t, "{name: interval, every: 1h}");
    tape_result alone = tape_run(&t),
                r[3] = {{.status = RH_OK}, {.status = RH_OK}, {.status = RH_OK}};
    const rh_strategy nan = rule_of(trade_to_answer), odd = rule_of(answer_twice);
    script.answer = NAN;
    rh_lane_terms terms[3] = {t.lane, t.lane, t.lane};
    const rh_rule leaves[] = {rh_rule_of(&nan, NULL), rh_rule_of(&odd, NULL)};
    terms[0].rule = &leaves[0];
    terms[2].rule = &leaves[1];
    assert_int_equal(tape_run_lanes(&t, terms, 3, r, &outcome, NULL), RH_OK);
    assert_int_equal(r[0].status, RH_FAILED);
    assert_non_null(strstr(r[0].error.text, "script at 2021-06-01T00:00:00Z: named a target"));
    assert_int_equal(r[2].status, RH_FAILED);
    assert_non_null(strstr(r[2].error.text, "neither RH_HOLD nor RH_TRADE (7)"));
    assert_int_equal(r[1].status, RH_OK);
    assert_int_equal(r[1].record.n_fills, alone.record.n_fills);
    assert_true(last_step(&r[1])->equity_usd == last_step(&alone)->equity_usd);
    for (int i = 0; i < 3; i++)
        tape_result_free(&r[i]);
    tape_result_free(&alone);
    tape_free(&t);
}

static void test_a_failing_recorder_stops_its_lane(void **state) {
    tape t;
    rh_run_outcome outcome;
    (void)state;
    (void)start(&t, 10);
    tape_rule(&t, "{name: interval, every: 1h}");
    for (size_t n = 1; n < 30; n++) {
        tape_result r[2] = {{.status = RH_OK}, {.status = RH_OK}};
        const rh_lane_terms terms[2] = {t.lane, t.lane};
        r[0].record.fail_at = n;
        assert_int_equal(tape_run_lanes(&t, terms, 2, r, &outcome, NULL), RH_OK);
        assert_int_equal(r[0].status, RH_FAILED);
        assert_string_equal(r[0].error.text, "the disk is full");
        assert_true(r[0].record.n_steps + r[0].record.n_fills + r[0].record.n_flows == n - 1);
        assert_int_equal(r[1].status, RH_OK);
        assert_true(r[1].record.n_steps == 11);
        tape_result_free(&r[0]);
        tape_result_free(&r[1]);
    }
    tape_free(&t);
}

/* ---- steps ---- */

/* The row's error is the change of equity, costs added back, less interest on the opening equity.
 */
static void test_errors_are_changes_before_costs(void **state) {
    tape t;
    (void)state;
    (void)start(&t, 24);
    t.lane.costs = (rh_costs){.taker = 0.001, .option = 0.0003, .option_cap = 0.125};
    t.lane.rate = 0.1;
    t.lane.rate_coin = 0.05;
    t.lane.usd = 1e5;
    tape_rule(&t, "{name: interval, every: 1h}");
    tape_result r = tape_run(&t);
    assert_int_equal(r.record.n_steps, 25);
    assert_true(isnan(r.record.steps[0].error_usd));
    size_t f = 0;
    for (size_t i = 0; i < 25; i++) {
        const rh_step *s = &r.record.steps[i], *b = i ? s - 1 : NULL;
        double cost = 0, usd = 0, coin = 0;
        for (; f < r.record.n_fills && r.record.fills[f].ts <= s->ts; f++)
            cost += r.record.fills[f].fee_usd + r.record.fills[f].spread_usd;
        for (int k = 0; k < RH_N_TERMS; k++)
            usd += s->attribution.usd[k], coin += s->attribution.coin[k];
        if (!b)
            continue;
        const double year = 1.0 / 8760;
        assert_near(s->error_usd,
                    s->equity_usd - b->equity_usd + cost - b->equity_usd * expm1(0.1 * year), 1e-8);
        assert_near(s->error_coin,
                    s->equity_coin - b->equity_coin + cost / s->spot -
                        b->equity_coin * expm1(0.05 * year),
                    1e-13);
        assert_near(usd, s->equity_usd - b->equity_usd, 1e-7);
        assert_near(coin, s->equity_coin - b->equity_coin, 1e-12);
        assert_true(s->full && cost > 0);
    }
    assert_true(r.metrics[RH_METRIC_STEPS] == 24);
    tape_result_free(&r);
    tape_free(&t);
}

/* A step that begins or ends at a stale mark isn't counted. */
static void test_stale_steps_are_not_counted(void **state) {
    tape t;
    (void)state;
    const usual u = tape_usual(&t);
    tape_leg(&t,
             (rh_leg_terms){
                 .instrument = u.option, .quantity = -1, .open = DAY0, .open_price = RH_AT_MARK});
    t.book.max_age = 2 * RH_HOUR;
    for (int h = 0; h <= 12; h++) {
        say_price(&t, &u, DAY0 + h * RH_HOUR, 36000 + 100 * h);
        if (h == 0 || h == 6)
            say_iv(&t, &u, DAY0 + h * RH_HOUR, IV);
    }
    tape_rule(&t, "{name: none}");
    tape_result r = tape_run(&t); /* stale at 3 4 5, 9 10 11 12; counted: 1 2 7 8 */
    assert_true(r.metrics[RH_METRIC_STEPS] == 4);
    assert_near(r.metrics[RH_METRIC_STALE_FRACTION], 7.0 / 12, 1e-15);
    tape_result_free(&r);
    tape_free(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none_never_trades),
        cmocka_unit_test(test_static_trades_when_the_book_changes),
        cmocka_unit_test(test_interval_keeps_its_grid),
        cmocka_unit_test(test_band_stays_within_its_edge),
        cmocka_unit_test(test_funding_meets_the_old_position),
        cmocka_unit_test(test_observe_sees_every_instant),
        cmocka_unit_test(test_one_order_is_under_way),
        cmocka_unit_test(test_no_latency_is_none_after_a_wait),
        cmocka_unit_test(test_trades_far_from_the_mark_are_counted),
        cmocka_unit_test(test_blind_instants_stay_due),
        cmocka_unit_test(test_a_lane_fails_alone),
        cmocka_unit_test(test_a_failing_recorder_stops_its_lane),
        cmocka_unit_test(test_errors_are_changes_before_costs),
        cmocka_unit_test(test_stale_steps_are_not_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
