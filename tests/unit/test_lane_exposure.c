/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flat is flat: an inverse and a linear hedge at the same prices come to the same equity, in either
 * numeraire; and the exposure that is left is the one that SPEC 4.5 defines. */
#include "tape.h"

static const char *const rules[] = {"{name: interval, every: 10m}", "{name: interval, every: 4h}",
                                    "{name: band, width: 0.05}", "{name: static}"};

/* A day and a half to the expiry of a short call and a long linear put; no funding, no costs. */
static void random_path(tape *t, uint32_t *inverse, uint32_t *linear, uint64_t seed) {
    tape_make(t);
    *inverse = add_named(t->catalogue, "BTC-PERPETUAL");
    *linear = add_named(t->catalogue, "BTCUSDT");
    const uint32_t call = add_named(t->catalogue, "BTC-2JUN21-36000-C");
    const uint32_t put = add_named(t->catalogue, "BTC-210602-35000-P");
    tape_leg(t, (rh_leg_terms){
                    .instrument = call, .quantity = -10, .open = DAY0, .open_price = RH_AT_MARK});
    tape_leg(t, (rh_leg_terms){
                    .instrument = put, .quantity = 3, .open = DAY0, .open_price = RH_AT_MARK});
    double price = 36000;
    for (rh_time now = DAY0; now <= DAY0 + 32 * RH_HOUR; now += 10 * RH_MIN) {
        tape_say(t, (tape_row){.ts = now, .instrument = *inverse, .last = price});
        tape_say(t, (tape_row){.ts = now, .instrument = *linear, .last = price});
        tape_say(t, (tape_row){.ts = now, .instrument = call, .iv = 0.7 + 0.2 * draw(&seed)});
        tape_say(t, (tape_row){.ts = now, .instrument = put, .iv = 0.7 + 0.2 * draw(&seed)});
        price *= exp(0.008 * draw_normal(&seed));
    }
}

static void same_equity(rh_numeraire numeraire, const char *rule, uint64_t seed) {
    tape t;
    uint32_t inverse, linear;
    random_path(&t, &inverse, &linear, seed);
    t.lane.numeraire = numeraire;
    t.lane.coin = 0.5;
    t.lane.usd = 3000;
    t.lane.target = 0.25;
    tape_rule(&t, rule);
    tape_hedge(&t, inverse);
    tape_result a = tape_run(&t);
    tape_hedge(&t, linear);
    tape_result b = tape_run(&t);
    assert_int_equal(a.record.n_steps, b.record.n_steps);
    for (size_t i = 0; i < a.record.n_steps; i++) {
        const rh_step *x = &a.record.steps[i], *y = &b.record.steps[i];
        assert_near(x->equity_usd, y->equity_usd, 1e-7);
        assert_near(x->equity_coin, y->equity_coin, 1e-12);
        if (i > 0)
            assert_near(x->error_usd, y->error_usd, 1e-7);
        if (i + 1 < a.record.n_steps) /* the last is after the hedge's end */
            assert_near(x->net_delta, y->net_delta, 1e-10);
    }
    assert_true(fabs(a.record.steps[20].hedge_quantity - b.record.steps[20].hedge_quantity) > 1e3);
    tape_result_free(&a);
    tape_result_free(&b);
    tape_free(&t);
}

static void test_inverse_and_linear_hedges_earn_the_same(void **state) {
    (void)state;
    for (size_t r = 0; r < sizeof rules / sizeof *rules; r++)
        for (uint64_t seed = 1; seed <= 15; seed++) {
            same_equity(RH_NUMERAIRE_USD, rules[r], seed);
            same_equity(RH_NUMERAIRE_COIN, rules[r], seed);
        }
}

/* dE/dS, seen from outside: the same past, then the price steps up or down by a little. */
static double bumped(rh_numeraire numeraire, uint64_t seed, double up, double *net) {
    tape t;
    uint32_t inverse, linear;
    random_path(&t, &inverse, &linear, seed);
    tape_hedge(&t, inverse);
    const rh_time cut = DAY0 + 20 * RH_HOUR;
    size_t kept = 0;
    double price = 0;
    while (t.rows[kept].ts <= cut)
        price = t.rows[kept].last > 0.0 ? t.rows[kept].last : price, kept++;
    t.n_rows = kept;
    for (int i = 0; i < 2; i++) /* a nanosecond later, so that nothing else changes */
        tape_say(&t, (tape_row){.ts = cut + 1 + i, .instrument = inverse, .last = price * up});
    t.lane.numeraire = numeraire;
    t.lane.coin = 0.5;
    t.lane.usd = 3000;
    t.lane.record_every = 20 * RH_HOUR;
    tape_rule(&t, "{name: static}"); /* so that something is left */
    tape_result r = tape_run(&t);
    const rh_step *before = &r.record.steps[r.record.n_steps - 2], *after = last_step(&r);
    assert_int_equal(before->ts, cut);
    *net = before->net_delta;
    const double moved = before->spot * (up - 1.0);
    const double gained = numeraire == RH_NUMERAIRE_USD
                              ? (after->equity_usd - before->equity_usd) / moved
                              : (after->equity_coin - before->equity_coin) / moved * before->spot;
    tape_result_free(&r);
    tape_free(&t);
    return gained;
}

static void test_net_delta_is_the_derivative_of_equity(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++)
        for (int n = 0; n < 2; n++) {
            double net;
            const double up = bumped((rh_numeraire)n, seed, 1 + 1e-5, &net);
            const double down = bumped((rh_numeraire)n, seed, 1 - 1e-5, &net);
            /* X_coin = X_usd - E/S = S^2 d(E/S)/dS / S: units of the underlying in both */
            assert_near(0.5 * (up + down), net, 2e-5);
            assert_true(fabs(net) > 1e-3);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inverse_and_linear_hedges_earn_the_same),
        cmocka_unit_test(test_net_delta_is_the_derivative_of_equity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
