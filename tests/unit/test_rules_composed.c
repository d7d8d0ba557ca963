/* SPDX-License-Identifier: GPL-3.0-or-later */
/* any, all and not-during: who is asked, who is heard, what is remembered, and how they are
 * written. That they trade the same when asked at every instant is shown in
 * tests/conformance/test_rules.c. */
#include "tape.h"

#include "strategy/ask.h"

/* ---- a rule at a desk of bare numbers ---- */

typedef struct {
    rh_registry *registry;
    rh_config *config;
    rh_rule *rule;
    void *state;
    rh_part *parts;
    rh_hedge hedge;
    rh_view view;
    double target;
    rh_error error;
} desk;

static int no_instrument(void *self, const char *name) {
    (void)self;
    (void)name;
    return -1;
}

static void no_complaint(void *self, const char *sentence) {
    (void)self;
    fail_msg("%s", sentence);
}

static const char *read_rule(desk *d, const char *text) {
    *d = (desk){.error = {.text = ""}};
    assert_int_equal(rh_registry_new(&d->registry, NULL), RH_OK);
    assert_int_equal(rh_config_read_text("file", text, strlen(text), &d->config, &d->error), RH_OK);
    if (rh_rule_read(d->registry, d->config, rh_config_root(d->config), "strategy", &d->rule,
                     &d->error) != RH_OK)
        return d->error.text;
    return NULL;
}

static void close_desk(desk *d) {
    free(d->state);
    free(d->parts);
    rh_rule_free(d->rule);
    rh_config_free(d->config);
    rh_registry_free(d->registry);
}

/* It opens at DAY0 with ten options, at 100, and wants to hold 0. */
static void open_desk(desk *d, const char *text) {
    const rh_host host = {
        .size = sizeof host, .watch = no_instrument, .complain = no_complaint, .n_hedges = 1};
    const char *fault = read_rule(d, text);
    if (fault)
        fail_msg("%s: %s", text, fault);
    d->state = calloc(1, d->rule->state_size + 1);
    d->parts = calloc(d->rule->n_parts, sizeof *d->parts);
    assert_non_null(d->state);
    assert_non_null(d->parts);
    d->hedge = (rh_hedge){.price = 100, .bid = 100, .ask = 100, .delta = 1};
    d->view = (rh_view){.size = sizeof d->view,
                        .hedge_size = sizeof d->hedge,
                        .now = DAY0,
                        .opened = DAY0,
                        .expiry = EXPIRY,
                        .hedges = &d->hedge,
                        .n_hedges = 1,
                        .size_options = 10};
    assert_null(rh_rule_start(d->rule, d->state, d->parts, &host));
}

/* Asks at an hour of the day with a gap of held - neutral; a trade is made at once and in full. */
static int at(desk *d, double hour, double gap, uint32_t woke) {
    rh_rule_fault fault;
    d->view.now = DAY0 + (rh_time)(hour * (double)RH_HOUR);
    d->view.woke = woke;
    d->hedge.neutral = d->hedge.held - gap;
    d->target = d->hedge.held;
    const int said = rh_rule_ask(d->rule, d->state, d->parts, &d->view, &d->target, &fault);
    if (said == RH_TRADE)
        d->hedge.held = d->target;
    else
        assert_true(d->target == d->hedge.held);
    return said;
}

static double left_over(const desk *d) {
    return d->hedge.held - d->hedge.neutral;
}

static int listens(const desk *d, size_t leaf) {
    return d->parts[rh_rule_leaf(d->rule, leaf)->part].listens;
}

/* ---- any ---- */

static void test_the_first_that_fires_names_the_target(void **state) {
    desk d;
    (void)state;
    open_desk(&d, "{name: any, of: [{name: band, width: 0.05}, {name: interval, every: 8h}]}");
    assert_int_equal(at(&d, 0, 2, RH_WOKE_BOOK), RH_TRADE);
    assert_near(left_over(&d), 0.5, 1e-12); /* the band's edge: 0.05 of ten options */
    assert_int_equal(at(&d, 7.9, 0.4, 0), RH_HOLD);
    assert_int_equal(at(&d, 8, 0.4, 0), RH_TRADE);
    assert_near(left_over(&d), 0, 1e-12); /* the interval alone: neutral */
    close_desk(&d);
    open_desk(&d, "{name: any, of: [{name: interval, every: 8h}, {name: band, width: 0.05}]}");
    assert_int_equal(at(&d, 0, 2, RH_WOKE_BOOK), RH_TRADE);
    assert_near(left_over(&d), 0, 1e-12);
    close_desk(&d);
}

/* price-move counts from the last trade, whoever wanted it, and is woken by the new price. */
static void test_all_hear_of_a_trade(void **state) {
    desk d;
    (void)state;
    open_desk(&d,
              "{name: any, of: [{name: interval, every: 1h}, {name: price-move, move_pct: 5}]}");
    assert_int_equal(at(&d, 0, 1, RH_WOKE_BOOK), RH_TRADE);
    d.hedge.price = 104;
    assert_int_equal(at(&d, 0.5, 1, 0), RH_HOLD);
    assert_int_equal(at(&d, 1, 1, 0), RH_TRADE);
    const rh_part *move = &d.parts[rh_rule_leaf(d.rule, 1)->part];
    assert_true(move->wake.anchor == 104);
    assert_int_equal(listens(&d, 0) + listens(&d, 1), 2);
    d.hedge.price = 108; /* 8 % from the open, less than 4 % from 104 */
    assert_int_equal(at(&d, 1.5, 1, 0), RH_HOLD);
    d.hedge.price = 110;
    assert_int_equal(at(&d, 1.6, 1, 0), RH_TRADE);
    assert_int_equal(at(&d, 1.7, 1, 0), RH_HOLD);
    close_desk(&d);
}

/* ---- all ---- */

/* The clock has struck and stays struck until a trade; the band is outside or it isn't. */
static void test_a_child_stays_due_until_a_trade(void **state) {
    desk d;
    (void)state;
    open_desk(&d, "{name: all, of: [{name: interval, every: 8h}, {name: band, width: 0.05}]}");
    assert_int_equal(at(&d, 0, 0.2, RH_WOKE_BOOK), RH_HOLD);
    assert_int_equal(at(&d, 3, 0.7, 0), RH_TRADE); /* due since the open */
    assert_near(left_over(&d), 0, 1e-12);
    assert_int_equal(at(&d, 5, 0.7, 0), RH_HOLD); /* outside, not due */
    assert_int_equal(at(&d, 8, 0.4, 0), RH_HOLD); /* due, inside again */
    assert_int_equal(at(&d, 9, 0.7, 0), RH_TRADE);
    assert_int_equal(at(&d, 15.9, 0.7, 0), RH_HOLD);
    assert_int_equal(at(&d, 16, 0.7, 0), RH_TRADE);
    close_desk(&d);
}

/* Only one child that holds is listened to; times are kept of all. */
static void test_one_that_holds_is_enough_to_wait_for(void **state) {
    desk d;
    (void)state;
    open_desk(&d, "{name: all, of: [{name: price-move, move_pct: 5}, {name: band, width: 0.05}, "
                  "{name: interval, every: 8h}]}");
    assert_int_equal(at(&d, 0, 2, RH_WOKE_BOOK), RH_TRADE);
    assert_int_equal(listens(&d, 0), 1);
    assert_int_equal(listens(&d, 1) + listens(&d, 2), 0);
    d.hedge.price = 110;
    assert_int_equal(at(&d, 1, 0.1, RH_WOKE_SIGNAL), RH_HOLD); /* now it waits for the band */
    assert_int_equal(listens(&d, 1), 1);
    assert_int_equal(listens(&d, 0) + listens(&d, 2), 0);
    assert_int_equal(d.parts[2].wake.at, DAY0 + 8 * RH_HOUR);
    d.hedge.price = 101; /* the band is left, but the price has come back */
    assert_int_equal(at(&d, 2, 0.9, 0), RH_HOLD);
    assert_int_equal(listens(&d, 0), 1);
    close_desk(&d);
}

/* static knows of a change of the book only by being told: it is told until there is a trade. */
static void test_a_change_of_the_book_is_owed(void **state) {
    desk d;
    (void)state;
    open_desk(&d, "{name: all, of: [static, {name: band, width: 0.05}]}");
    assert_int_equal(at(&d, 0, 0.1, RH_WOKE_BOOK), RH_HOLD);
    assert_int_equal(at(&d, 1, 0.2, 0), RH_HOLD);
    assert_int_equal(at(&d, 2, 0.8, 0), RH_TRADE);
    assert_int_equal(at(&d, 3, 0.8, 0), RH_HOLD); /* paid */
    close_desk(&d);
}

/* ---- not-during ---- */

static void test_what_was_held_back_follows_at_the_end(void **state) {
    desk d;
    (void)state;
    open_desk(&d, "{name: not-during, of: [{name: band, width: 0.05}], windows: "
                  "[{at: '08:00', before: 1h, after: 30m}]}");
    assert_int_equal(at(&d, 6.99, 0.8, 0), RH_TRADE);
    assert_int_equal(d.parts[0].wake.at, DAY0 + 17 * RH_HOUR / 2);
    assert_int_equal(at(&d, 7, 0.8, 0), RH_HOLD);
    assert_int_equal(listens(&d, 0), 0); /* nothing but the end can bring it about */
    assert_int_equal(at(&d, 8.4999, 0.8, 0), RH_HOLD);
    assert_int_equal(at(&d, 8.5, 0.8, 0), RH_TRADE);
    assert_int_equal(d.parts[0].wake.at, DAY0 + RH_DAY + 17 * RH_HOUR / 2);
    assert_int_equal(at(&d, 31.5, 0.8, 0), RH_HOLD);
    assert_int_equal(at(&d, 32.5, 0.2, 0), RH_HOLD); /* it no longer wants to */
    close_desk(&d);
}

static void test_clocks_and_changes_outlast_a_window(void **state) {
    desk d;
    (void)state;
    open_desk(&d, "{name: not-during, of: [{name: any, of: [static, {name: interval, every: 5h}, "
                  "{name: auto-ddh, threshold: 0.3, check: 8h}]}], "
                  "windows: [{from: 2021-06-01T04:00Z, to: 2021-06-01T09:00Z}]}");
    assert_int_equal(at(&d, 0, 0.1, RH_WOKE_BOOK), RH_TRADE);
    assert_int_equal(at(&d, 5, 0.1, 0), RH_HOLD);
    assert_int_equal(at(&d, 9, 0.1, 0), RH_TRADE); /* the clock of 5 h */
    assert_int_equal(d.parts[0].wake.at, RH_NEVER);
    close_desk(&d);
    open_desk(&d, "{name: not-during, of: [static], windows: [{at: '00:00', after: 9h}]}");
    assert_int_equal(at(&d, 5, 0.1, RH_WOKE_BOOK), RH_HOLD);
    assert_int_equal(at(&d, 9, 0.1, 0), RH_TRADE);
    assert_int_equal(at(&d, 10, 0.1, 0), RH_HOLD);
    close_desk(&d);
}

/* A check that found something to do is acted upon at the window's end, if it still is. */
static void test_a_check_outlasts_a_window(void **state) {
    desk d;
    (void)state;
    static const double later[] = {0.5, 0.2};
    for (int i = 0; i < 2; i++) {
        open_desk(&d, "{name: not-during, of: [{name: auto-ddh, threshold: 0.3, check: 4h}], "
                      "windows: [{at: '03:30', after: 1h}]}");
        assert_true(d.rule->observes);
        for (int k = 0; k < 3; k++) { /* the check of 04:00 lies in the window, 04:30 is its end */
            static const double hours[] = {1, 4.1, 4.5};
            const double gap = k == 0 ? 0.1 : k == 1 ? 0.5 : later[i];
            d.view.now = DAY0 + (rh_time)(hours[k] * (double)RH_HOUR);
            d.view.woke = 0;
            d.hedge.neutral = d.hedge.held - gap;
            rh_rule_observe(d.rule, d.state, d.parts, &d.view);
            assert_int_equal(at(&d, hours[k], gap, 0), k == 2 && i == 0 ? RH_TRADE : RH_HOLD);
        }
        close_desk(&d);
    }
}

/* Nobody says anything until the window's end, where time alone has moved the delta out of the
 * band: the end is awaited also by a rule that was last asked before the window. */
static void test_time_alone_at_the_end(void **state) {
    tape t;
    (void)state;
    tape_make(&t);
    const uint32_t perpetual = add_with_lot(t.catalogue, "BTC-PERPETUAL", 10);
    const uint32_t call = add_named(t.catalogue, "BTC-2JUN21-36000-C");
    tape_hedge(&t, perpetual);
    tape_leg(&t, (rh_leg_terms){
                     .instrument = call, .quantity = -10, .open = DAY0, .open_price = RH_AT_MARK});
    tape_say(&t, (tape_row){.ts = DAY0, .instrument = call, .iv = 0.8});
    for (int hour = 0; hour < 24; hour += hour < 2 ? 1 : 20)
        tape_say(
            &t,
            (tape_row){.ts = DAY0 + hour * RH_HOUR, .instrument = perpetual, .last = 36500 + hour});
    tape_rule(&t,
              "{name: not-during, of: [{name: band, width: 0.02, to: centre}], windows: [{from: "
              "2021-06-01T00:30Z, to: 2021-06-01T14:00Z}]}");
    for (int always = 0; always < 2; always++) {
        t.lane.ask_always = always;
        tape_result r = tape_run(&t);
        assert_true(r.record.n_fills > 2);
        assert_int_equal(r.record.fills[2].ts, DAY0 + 14 * RH_HOUR);
        tape_result_free(&r);
    }
    tape_free(&t);
}

/* ---- windows ---- */

typedef struct {
    const char *windows, *now, *end; /* of the next window; NULL: never */
    int inside;
} window_case;

static void test_windows(void **state) {
    static const window_case cases[] = {
        {"[{at: '08:00', before: 5m, after: 10m}]", "2021-06-01T07:54:59Z", "2021-06-01T08:10Z", 0},
        {"[{at: '08:00', before: 5m, after: 10m}]", "2021-06-01T07:55Z", "2021-06-01T08:10Z", 1},
        {"[{at: '08:00', before: 5m, after: 10m}]", "2021-06-01T08:10Z", "2021-06-02T08:10Z", 0},
        {"[{at: '00:00,08:00, 16:00:30', after: 1m}]", "2021-06-01T16:01:29Z",
         "2021-06-01T16:01:30Z", 1},
        {"[{at: '00:00', before: 5m}]", "2021-06-01T23:57Z", "2021-06-02", 1}, /* over midnight */
        {"[{at: '23:00', after: 2h}]", "2021-06-02T00:30Z", "2021-06-02T01:00Z", 1},
        {"[{at: '00:00', after: 1d}]", "2021-06-02T00:30Z", "2021-06-03", 1}, /* always */
        /* 2021-06-01 was a Tuesday */
        {"[{at: 07:30, after: 1h, days: fri}]", "2021-06-01T07:45Z", "2021-06-04T08:30Z", 0},
        {"[{at: 07:30, after: 1h, days: fri}]", "2021-06-04T07:45Z", "2021-06-04T08:30Z", 1},
        {"[{at: 07:30, after: 1h, days: 'tue fri'}]", "2021-06-01T07:45Z", "2021-06-01T08:30Z", 1},
        {"[{at: '12:00', after: 1h, days: fri-mon}]", "2021-06-02T12:30Z", "2021-06-04T13:00Z", 0},
        {"[{at: '12:00', after: 1h, days: fri-mon}]", "2021-06-07T12:30Z", "2021-06-07T13:00Z", 1},
        {"[{at: '12:00', after: 1h, days: fri-mon}]", "2021-06-08T12:30Z", "2021-06-11T13:00Z", 0},
        {"[{at: '23:30', after: 1h, days: sun}]", "2021-06-07T00:15Z", "2021-06-07T00:30Z", 1},
        {"[{at: '00:15', before: 1h, days: mon}]", "2021-06-06T23:30Z", "2021-06-07T00:15Z", 1},
        {"[{at: '12:00', after: 1h, days: thu}]", "1969-12-25T12:30Z", "1969-12-25T13:00Z", 1},
        {"[{from: 2021-06-16T17:30Z, to: 2021-06-16T19:00Z}]", "2021-06-16T17:29Z",
         "2021-06-16T19:00Z", 0},
        {"[{from: 2021-06-16T17:30Z, to: 2021-06-16T19:00Z}]", "2021-06-16T17:30Z",
         "2021-06-16T19:00Z", 1},
        {"[{from: 2021-06-16T17:30Z, to: 2021-06-16T19:00Z}]", "2021-06-16T19:00Z", NULL, 0},
        {"[{from: 2021-06-16, to: 2021-06-17}, {at: '08:00', after: 1h}]", "2021-06-16T08:30Z",
         "2021-06-16T09:00Z", 1}, /* they overlap: it is inside still at that end */
        {"[{from: 2021-06-16, to: 2021-06-17}, {at: '08:00', after: 1h}]", "2021-06-16T09:00Z",
         "2021-06-17", 1},
        {"[{from: 1678-01-01, to: 2261-12-31}]", "2261-12-30", "2261-12-31", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const window_case *c = &cases[i];
        desk d;
        rh_time now, end = RH_NEVER;
        char rule[300];
        (void)snprintf(rule, sizeof rule, "{name: not-during, of: [none], windows: %s}",
                       c->windows);
        if (read_rule(&d, rule))
            fail_msg("%s: %s", rule, d.error.text);
        assert_int_equal(rh_time_parse(c->now, strlen(c->now), &now), 0);
        if (c->end)
            assert_int_equal(rh_time_parse(c->end, strlen(c->end), &end), 0);
        if (rh_windows_cover(&d.rule->windows, now) != c->inside ||
            rh_windows_next_end(&d.rule->windows, now) != end)
            fail_msg("%s at %s", c->windows, c->now);
        close_desk(&d);
    }
}

/* By brute force: cover and next_end agree with each other on every minute of three weeks. */
static void test_every_minute_of_windows(void **state) {
    desk d;
    (void)state;
    assert_null(read_rule(&d,
                          "{name: not-during, of: [none], windows: [{at: '07:10 23:30', before: "
                          "20m, after: 55m, days: sat-tue}, {at: '12:00', after: 3m}, {from: "
                          "2021-06-09T01:00Z, to: 2021-06-09T05:00Z}]}"));
    const rh_windows *w = &d.rule->windows;
    size_t inside = 0;
    for (rh_time now = DAY0; now < DAY0 + 21 * RH_DAY; now += RH_MIN) {
        const rh_time end = rh_windows_next_end(w, now);
        assert_true(end > now);
        inside += (size_t)rh_windows_cover(w, now);
        if (!rh_windows_cover(w, end)) /* unless the next one has begun by then */
            assert_true(rh_windows_cover(w, end - 1));
        if (rh_windows_cover(w, now) && !rh_windows_cover(w, now + RH_MIN))
            assert_int_equal(end, now + RH_MIN);
    }
    /* three weeks: 4 days x 2 windows of 75 minutes, 3 minutes a day, and 240 minutes once */
    assert_int_equal(inside, 3 * 4 * 2 * 75 + 21 * 3 + 240);
    close_desk(&d);
}

/* ---- reading ---- */

static void test_what_is_wrong_is_named(void **state) {
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"{name: any}", "file:1:1: strategy.of: must be a list of rules, such as [{name: interval, "
                        "every: 8h}]"},
        {"any", "file:1:1: strategy: 'any' needs children: {name: any, of: [...]}"},
        {"{name: any, of: []}", "file:1:17: strategy.of: must be a list of rules, such as [{name: "
                                "interval, every: 8h}]"},
        {"{name: anyy, of: [none]}",
         "file:1:8: strategy.name: no such name 'anyy' (did you mean 'any'?)"},
        {"{name: any, of: [none], every: 8h}",
         "file:1:25: strategy.every: unknown key; 'any' has only rules of its own in `of`"},
        {"{name: any, off: [none]}", "file:1:13: strategy.off: unknown key (did you mean 'of'?)"},
        {"{name: all, of: [none, {name: bandd, width: 1}]}",
         "file:1:31: strategy.of.1.name: no such name 'bandd' (did you mean 'band'?)"},
        {"{name: all, of: [none, {name: band, widht: 1}]}",
         "file:1:37: strategy.of.1.widht: unknown key (did you mean 'width'?)"},
        {"{name: all, of: [none, {name: band, width: x}]}",
         "file:1:44: strategy.of.1.width: 'x' is not a number"},
        {"{name: all, of: [{width: 1}]}", "file:1:18: strategy.of.0: needs a name"},
        {"{name: all, of: [[none]]}", "file:1:18: strategy.of.0: needs a name"},
        {"{name: all, of: [{name: any, of: [nonsense]}]}",
         "file:1:35: strategy.of.0.of.0.name: no such name 'nonsense'; see `rehedge list "
         "strategies`"},
        {"{name: not-during, of: [none]}",
         "file:1:1: strategy.windows is needed: {at: '08:00', before: 5m, after: 10m, days: "
         "mon-fri} in UTC, or {from: TIME, to: TIME}"},
        {"{name: not-during, of: [none, none], windows: []}",
         "file:1:24: strategy.of: not-during has one child; put `any` or `all` between"},
        {"{name: not-during, of: [none], windows: []}",
         "file:1:41: strategy.windows: must be a list of windows"},
        {"{name: not-during, of: [none], windows: ['08:00']}",
         "file:1:42: strategy.windows.0: must be a mapping such as {at: '08:00', before: 5m}"},
        {"{name: not-during, of: [none], windows: [{at: '08:00'}]}",
         "file:1:42: strategy.windows.0: give `before`, `after` or both: how long is the window?"},
        {"{name: not-during, of: [none], windows: [{after: 1h}]}",
         "file:1:42: strategy.windows.0: needs `at` (times of day) or `from` and `to`"},
        {"{name: not-during, of: [none], windows: [{at: '8:00', after: 1h}]}",
         "file:1:47: strategy.windows.0.at: '8:00' is not a list of times of day such as '00:00 "
         "08:00 16:00'"},
        {"{name: not-during, of: [none], windows: [{at: '24:00', after: 1h}]}",
         "file:1:47: strategy.windows.0.at: '24:00' is not a list of times of day such as '00:00 "
         "08:00 16:00'"},
        {"{name: not-during, of: [none], windows: [{at: ', ', after: 1h}]}",
         "file:1:47: strategy.windows.0.at: ', ' lists no time"},
        {"{name: not-during, of: [none], windows: [{at: '08:00', after: 1h, days: friday}]}",
         "file:1:73: strategy.windows.0.days: 'friday' is not a list of days such as 'mon tue' or "
         "mon-fri"},
        {"{name: not-during, of: [none], windows: [{at: '08:00', after: 25h}]}",
         "file:1:63: strategy.windows.0.after: '25h' is out of range (0 to 86400 seconds)"},
        {"{name: not-during, of: [none], windows: [{at: '08:00', after: 20h, before: 5h}]}",
         "file:1:42: strategy.windows.0: `before` and `after` make more than a day"},
        {"{name: not-during, of: [none], windows: [{at: '08:00', form: 2021-06-01}]}",
         "file:1:56: strategy.windows.0.form: unknown key (did you mean 'from'?)"},
        {"{name: not-during, of: [none], windows: [{at: '08:00', after: 1h, to: 2021-06-01}]}",
         "file:1:42: strategy.windows.0: give either `at` (times of day) or `from` and `to`"},
        {"{name: not-during, of: [none], windows: [{from: 2021-06-01}]}",
         "file:1:42: strategy.windows.0: `from` and `to` go together"},
        {"{name: not-during, of: [none], windows: [{from: 2021-06-02, to: 2021-06-02}]}",
         "file:1:65: strategy.windows.0.to: '2021-06-02' is not later than `from`"},
        {"{name: not-during, of: [none], windows: [{from: 2021-06-31, to: 2021-07-02}]}",
         "file:1:49: strategy.windows.0.from: '2021-06-31' is not a time such as 2021-06-01 or "
         "2021-06-01T08:00Z"},
        {"{name: not-during, of: [none], windows: [{from: 2021-06-01, to: 2021-07-02, after: 1h}]}",
         "file:1:42: strategy.windows.0: `before`, `after` and `days` belong to `at`"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        desk d;
        const char *fault = read_rule(&d, cases[i].text);
        assert_string_equal(fault ? fault : "nothing", cases[i].error);
        close_desk(&d);
    }
}

/* `depth` nodes around `none`. */
static void nest(char *text, int depth) {
    text[0] = '\0';
    for (int i = 0; i < depth; i++)
        strcat(text, "{name: any, of: [");
    strcat(text, "none");
    for (int i = 0; i < depth; i++)
        strcat(text, "]}");
}

static void test_limits(void **state) {
    char text[2000];
    desk d;
    (void)state;
    nest(text, RH_RULE_DEPTH);
    assert_null(read_rule(&d, text));
    close_desk(&d);
    nest(text, RH_RULE_DEPTH + 1);
    assert_non_null(strstr(read_rule(&d, text), "more than 8 nodes deep"));
    close_desk(&d);
    for (int extra = 0; extra < 2; extra++) {
        (void)strcpy(text, "{name: any, of: [none");
        for (int i = 1; i < RH_RULE_LEAVES + extra; i++)
            strcat(text, ", none");
        strcat(text, "]}");
        const char *fault = read_rule(&d, text);
        assert_true(extra ? strstr(fault, "more than 64 rules in one") != NULL : fault == NULL);
        close_desk(&d);
    }
}

static void test_labels(void **state) {
    static const char *const cases[][2] = {
        {"none", "none"},
        {"{name: interval, every: 8h}", "interval every=8h"},
        {"{name: any, of: [{name: interval, every: 8h}, {name: band, width: 0.05}]}",
         "any(interval every=8h, band width=0.05)"},
        {"{name: not-during, of: [{name: all, of: [static, {name: interval, every: 8h}]}], "
         "windows: "
         "[{at: 07:30, after: 1h, days: fri}, {from: 2021-06-16, to: 2021-06-17}]}",
         "not-during(all(static, interval every=8h), 07:30+1h fri, 2021-06-16..2021-06-17)"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        desk d;
        char text[200], tight[12];
        assert_null(read_rule(&d, cases[i][0]));
        assert_int_equal(rh_rule_label(d.rule, text, sizeof text), strlen(cases[i][1]));
        assert_string_equal(text, cases[i][1]);
        (void)rh_rule_label(d.rule, tight, sizeof tight);
        assert_memory_equal(tight, text, strlen(text) < 11 ? strlen(text) : 11);
        close_desk(&d);
    }
}

/* States lie one after another, aligned, and none over another. */
static void test_states_do_not_overlap(void **state) {
    desk d;
    (void)state;
    assert_null(read_rule(&d,
                          "{name: any, of: [{name: interval, every: 1h}, {name: not-during, of: "
                          "[{name: all, of: [{name: pnl-band, width: 1}, static]}], windows: "
                          "[{at: '00:00', after: 1h}]}, {name: auto-ddh, threshold: 1}]}"));
    size_t end = 0;
    assert_int_equal(d.rule->n_leaves, 4);
    assert_int_equal(d.rule->n_parts, 5);
    for (size_t i = 0; i < d.rule->n_leaves; i++) {
        const rh_rule *leaf = rh_rule_leaf(d.rule, i);
        assert_int_equal(leaf->offset % _Alignof(max_align_t), 0);
        assert_true(leaf->offset >= end);
        end = leaf->offset + leaf->strategy->state_size;
    }
    assert_int_equal(end, d.rule->state_size);
    assert_null(rh_rule_leaf(d.rule, 4));
    close_desk(&d);
}

static void test_memory_runs_out(void **state) {
    static const char text[] = "{name: not-during, of: [{name: any, of: [{name: interval, every: "
                               "1h}, {name: band, width: 1}]}], windows: [{at: '00:00 08:00', "
                               "after: 1h, days: mon-fri}, {from: 2021-06-01, to: 2021-06-02}]}";
    desk d;
    (void)state;
    assert_null(read_rule(&d, text));
    rh_status status = RH_FAILED;
    int n = 0;
    for (; status != RH_OK; n++) {
        rh_rule *rule = NULL;
        rh_memory_fail_after((uint64_t)n);
        status = rh_rule_read(d.registry, d.config, rh_config_root(d.config), "strategy", &rule,
                              &d.error);
        rh_memory_fail_after(UINT64_MAX);
        assert_true(status == RH_OK || status == RH_FAILED);
        rh_rule_free(rule);
    }
    assert_true(n > 10);
    close_desk(&d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_that_fires_names_the_target),
        cmocka_unit_test(test_all_hear_of_a_trade),
        cmocka_unit_test(test_a_child_stays_due_until_a_trade),
        cmocka_unit_test(test_one_that_holds_is_enough_to_wait_for),
        cmocka_unit_test(test_a_change_of_the_book_is_owed),
        cmocka_unit_test(test_what_was_held_back_follows_at_the_end),
        cmocka_unit_test(test_clocks_and_changes_outlast_a_window),
        cmocka_unit_test(test_a_check_outlasts_a_window),
        cmocka_unit_test(test_time_alone_at_the_end),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_every_minute_of_windows),
        cmocka_unit_test(test_what_is_wrong_is_named),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_states_do_not_overlap),
        cmocka_unit_test(test_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
