/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules that go by a clock: interval with its offset, schedule, business-time, leland. */
#include "test_rules_view.h"

/* Seconds after the opening at which the rule trades; the desk is asked every `step` seconds. */
static size_t trades_at(desk *d, int64_t step, int64_t until, int64_t *at, size_t most) {
    size_t n = 0;
    for (int64_t s = 0; s <= until; s += step) {
        d->view.now = d->view.opened + s * RH_S;
        if (desk_step(d) == RH_TRADE) {
            assert_true(n < most);
            at[n++] = s;
        }
    }
    return n;
}

static void expect(const char *rule, const char *params, int64_t step, const int64_t *want,
                   size_t n_want) {
    int64_t at[32];
    desk *d = desk_open(rule, params);
    d->view.opened += 30 * RH_MIN; /* 00:30 UTC */
    const size_t n = trades_at(d, step, 86400, at, 32);
    assert_int_equal(n, n_want);
    assert_memory_equal(at, want, n * sizeof *at);
    desk_close(d);
}

/* The first trade is that of the opening. */
static void interval_offset(void **state) {
    (void)state;
    const int64_t plain[] = {0, 28800, 57600, 86400};
    expect("interval", "{every: 8h}", 60, plain, 4);
    const int64_t later[] = {0, 300, 29100, 57900};
    expect("interval", "{every: 8h, offset: 5m}", 60, later, 4);
    const int64_t utc[] = {0, 27300, 56100, 84900}; /* 08:05, 16:05, 00:05 */
    expect("interval", "{every: 8h, anchor: utc, offset: 5m}", 60, utc, 4);
    const int64_t far[] = {0, 300, 29100, 57900}; /* a whole period more is no other clock */
    expect("interval", "{every: 8h, offset: 485m}", 60, far, 4);
}

static void interval_refusals(void **state) {
    (void)state;
    static const char *const wrong[] = {"{}", "{every: 1h, on: BTC}", "{on: NONE}",
                                        "{on: BTC, offset: 5m}", "{every: 0s}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        desk *d = desk_find("interval");
        desk_start(d, wrong[i]);
        assert_true(d->refused);
        assert_true(d->complaint[0] != '\0');
        desk_close(d);
    }
}

static void schedule_times(void **state) {
    (void)state;
    const int64_t funding[] = {0, 27000, 55800, 84600}; /* 08:00, 16:00, 00:00 */
    expect("schedule", "{}", 60, funding, 4);
    const int64_t before[] = {0, 26940, 55740, 84540};
    expect("schedule", "{before: 1m}", 60, before, 4);
    const int64_t after[] = {0, 27060, 55860, 84660};
    expect("schedule", "{after: 1m}", 60, after, 4);
    const int64_t own[] = {0, 3605, 81000}; /* 01:30:05, 23:00, asked every 5 s */
    expect("schedule", "{at: '01:30:05 23:00'}", 5, own, 3);
    const int64_t across[] = {0, 84000}; /* 00:10 less 20 minutes is 23:50 */
    expect("schedule", "{at: '00:10', before: 20m}", 60, across, 2);
}

/* A time at which nothing could be done stays due, and is then past. */
static void schedule_catches_up(void **state) {
    (void)state;
    desk *d = desk_open("schedule", "{at: '08:00'}");
    assert_int_equal(desk_step(d), RH_TRADE);
    assert_int_equal(d->wake.at, d->view.opened + 8 * RH_HOUR);
    const double neutral = d->hedge.neutral;
    d->view.now = d->view.opened + 8 * RH_HOUR;
    d->hedge.neutral = NAN;
    assert_int_equal(desk_step(d), RH_HOLD);
    assert_true(desk_woken(d));
    d->view.now += 3 * RH_HOUR;
    d->hedge.neutral = neutral;
    assert_int_equal(desk_step(d), RH_TRADE);
    assert_int_equal(d->wake.at, d->view.opened + 32 * RH_HOUR);
    assert_int_equal(desk_step(d), RH_HOLD);
    desk_close(d);
}

static void schedule_refusals(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "{at: '24:00'}", "{at: '8:00'}",       "{at: '08:60'}",           "{at: '08:00;16:00'}",
        "{at: ','}",     "{at: '08:00:00.5'}", "{before: 1m, after: 1m}", "{before: 1d}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        desk *d = desk_find("schedule");
        desk_start(d, wrong[i]);
        if (!d->refused)
            fail_msg("%s was taken", wrong[i]);
        desk_close(d);
    }
}

/* One trade for each step of variance, however it is reached, and none in between. */
static void business_time_steps(void **state) {
    (void)state;
    desk *d = desk_open("business-time", "{move: 0.01}"); /* steps of 1e-4 */
    static const double variance[] = {0,       0.4e-4, 0.99e-4, 1.01e-4, 1.2e-4,
                                      1.99e-4, 5.5e-4, 5.9e-4,  6.01e-4};
    static const int want[] = {1, 0, 0, 1, 0, 0, 1, 0, 1};
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        d->view.variance = variance[i];
        assert_int_equal(i == 0 || desk_woken(d), want[i]);
        assert_int_equal(desk_step(d), want[i] ? RH_TRADE : RH_HOLD);
    }
    d->view.variance = NAN;
    d->view.woke = RH_WOKE_BOOK;
    assert_int_equal(desk_step(d), RH_HOLD);
    assert_int_equal(d->wake.signal, RH_SIGNAL_EVERY);
    desk_close(d);
}

/* Leland's delta of a short option is that of a higher volatility, of a long one of a lower; on a
 * mixed book each leg has its own; without cost it is the delta itself. */
static void leland_deltas(void **state) {
    (void)state;
    const double a = sqrt(2.0 / acos(-1.0)) * 0.002 / (0.6 * sqrt(1.0 / 365));
    desk *d = desk_open("leland", "{every: 1d, cost: 0.001}");
    d->options[0].strike = 110;
    d->options[1] = d->options[0];
    d->options[1].size = 2;
    d->options[1].right = -1;
    d->view.n_options = 2;
    d->hedge.price = 97;
    desk_price(d);
    assert_int_equal(desk_ask(d), RH_TRADE);
    const double want =
        desk_delta_at(d, 0, 0.6 * sqrt(1 + a)) - 2 * desk_delta_at(d, 1, 0.6 * sqrt(1 - a));
    assert_true(fabs(d->target - want) < 1e-14);
    desk_close(d);
    d = desk_open("leland", "{every: 1d, cost: 0}");
    assert_int_equal(desk_ask(d), RH_TRADE);
    assert_true(d->target == d->hedge.neutral);
    desk_close(d);
}

/* A long option on a clock that is too fast for its costs: the variance stays positive. */
static void leland_stays_positive(void **state) {
    (void)state;
    desk *d = desk_open("leland", "{every: 1s, cost: 0.01}");
    d->options[0].size = 1;
    d->hedge.price = 97;
    desk_price(d);
    assert_int_equal(desk_ask(d), RH_TRADE);
    assert_true(fabs(d->target + desk_delta_at(d, 0, 0.06)) < 1e-15);
    desk_close(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interval_offset),   cmocka_unit_test(interval_refusals),
        cmocka_unit_test(schedule_times),    cmocka_unit_test(schedule_catches_up),
        cmocka_unit_test(schedule_refusals), cmocka_unit_test(business_time_steps),
        cmocka_unit_test(leland_deltas),     cmocka_unit_test(leland_stays_positive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
