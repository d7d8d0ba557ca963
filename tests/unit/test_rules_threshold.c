/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules that go by a distance: band, price-move, pnl-band, gamma-scaled, funding-aware, cost-aware.
 */
#include "test_rules_view.h"

static void refused(const char *rule, const char *params) {
    desk *d = desk_find(rule);
    desk_start(d, params);
    if (!d->refused)
        fail_msg("%s %s was taken", rule, params);
    assert_true(d->complaint[0] != '\0');
    desk_close(d);
}

/* Where the rule trades to from `gap` beside neutral; NaN if it holds. */
static double from(desk *d, double gap) {
    d->hedge.held = d->hedge.neutral + gap;
    return desk_ask(d) == RH_TRADE ? d->target - d->hedge.neutral : NAN;
}

static void assert_near(double got, double want) {
    if (!(fabs(got - want) <= 1e-12 * (1.0 + fabs(want))))
        fail_msg("got %.17g, want %.17g", got, want);
}

static void band_goes_where_told(void **state) {
    (void)state;
    static const struct {
        const char *params;
        double to;
    } cases[] = {{"{width: 0.1}", 1},
                 {"{width: 0.1, to: edge}", 1},
                 {"{width: 0.1, to: centre}", 0},
                 {"{width: 0.1, to: 0.25}", 0.25},
                 {"{width: 0.1, to: 0}", 0},
                 {"{width: 0.1, to: 1}", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        desk *d = desk_open("band", cases[i].params);
        d->options[0].size = -3;
        desk_price(d);
        assert_true(isnan(from(d, 0.2999)));
        assert_near(from(d, 0.31), 0.3 * cases[i].to);
        assert_near(from(d, -2), -0.3 * cases[i].to);
        desk_close(d);
    }
    refused("band", "{width: 0.1, to: middle}");
    refused("band", "{width: 0.1, to: 1.5}");
    refused("band", "{width: 0.1, to: -0.1}");
    refused("band", "{width: 0.1, to: 0.5x}");
    refused("band", "{}");
}

/* A fraction of gamma times price: what delta changes by when the price moves by that fraction. */
static void band_of_gamma(void **state) {
    (void)state;
    desk *d = desk_open("band", "{width: 0.01, unit: gamma}");
    d->options[0].size = 5;
    desk_price(d);
    const double half = 0.01 * d->view.gamma * d->hedge.price;
    assert_true(isnan(from(d, 0.999 * half)));
    assert_near(from(d, 1.001 * half), half);
    const double before = d->view.exposure;
    d->hedge.price *= 1.0001;
    desk_price(d);
    assert_true(fabs((d->view.exposure - before) / (half * 0.01) - 1.0) < 0.01);
    desk_close(d);
}

static void price_move_from_the_last_trade(void **state) {
    (void)state;
    desk *d = desk_open("price-move", "{move_pct: 2}");
    static const double price[] = {100, 101.9, 98.1, 102.1, 100.1, 104.1, 104.2, 106.3};
    static const int want[] = {1, 0, 0, 1, 0, 0, 1, 1};
    static const double fixed[] = {100, 101.9, 98.1, 102.1, 100.1, 104.1, 104.2, 106.3};
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        d->hedge.price = price[i];
        desk_price(d);
        const int far = i == 0 || desk_woken(d);
        assert_int_equal(far, want[i] && fixed[i] > 0);
        assert_int_equal(desk_step(d), want[i] ? RH_TRADE : RH_HOLD);
    }
    desk_close(d);
    refused("price-move", "{}");
    refused("price-move", "{move_pct: 1, implied: 1}");
}

/* Vol 0.6 over 365/36 days: one standard deviation is 0.6 sqrt(1/36) = 10 %. */
static void price_move_in_implied_moves(void **state) {
    (void)state;
    desk *d = desk_open("price-move", "{implied: 0.5, over: 876000s}");
    assert_int_equal(desk_step(d), RH_TRADE);
    d->options[0].vol = 6.0; /* the move was fixed at the last trade */
    d->hedge.price = 104.99;
    desk_price(d);
    assert_int_equal(desk_step(d), RH_HOLD);
    d->hedge.price = 105.01;
    desk_price(d);
    assert_int_equal(desk_step(d), RH_TRADE);
    d->hedge.price = 140;
    desk_price(d);
    assert_int_equal(desk_step(d), RH_HOLD);
    desk_close(d);
}

static void pnl_band_both_ways(void **state) {
    (void)state;
    desk *d = desk_open("pnl-band", "{width: 10, per: option}");
    d->options[0].size = -2;
    desk_price(d);
    static const double pnl[] = {5, 24.9, -14.9, -15.1, 4.8, 5, 25};
    static const int want[] = {1, 0, 0, 1, 0, 1, 0};
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        d->view.pnl = pnl[i];
        assert_int_equal(i == 0 || desk_woken(d), want[i]);
        assert_int_equal(desk_step(d), want[i] ? RH_TRADE : RH_HOLD);
    }
    desk_close(d);
}

static void gamma_scaled_follows_gamma(void **state) {
    (void)state;
    static const double powers[] = {1, 0.5, 0, -1};
    for (size_t i = 0; i < 4; i++) {
        char params[64];
        (void)snprintf(params, sizeof params, "{width: 0.05, power: %g}", powers[i]);
        desk *d = desk_open("gamma-scaled", params);
        assert_int_equal(desk_step(d), RH_TRADE); /* to neutral, and remembers gamma */
        assert_true(d->target == d->hedge.neutral);
        assert_near(from(d, 1), 0.05);
        d->view.gamma *= 0.25;
        assert_near(from(d, -1), -0.05 * pow(0.25, powers[i]));
        desk_close(d);
    }
}

/* Centre -f / (a S^2 vol^2) = -36 / (0.1 x 10^4 x 0.36) = -0.1 for one option; capped at `most`. */
static void funding_aware_leans_against_funding(void **state) {
    (void)state;
    desk *d = desk_open("funding-aware", "{width: 0.02, risk_aversion: 0.1, most: 0.3}");
    d->hedge.funding = 36;
    assert_near(from(d, 1), -0.1 + 0.02);
    assert_near(from(d, -1), -0.1 - 0.02);
    assert_true(isnan(from(d, -0.1)));
    d->hedge.funding = -360;
    assert_near(from(d, -1), 0.3 - 0.02);
    d->hedge.funding = 0;
    d->view.vol = NAN; /* nothing to weigh: no shift, vol isn't needed */
    assert_near(from(d, 1), 0.02);
    d->hedge.funding = 36;
    assert_true(isnan(from(d, 1)));
    desk_close(d);
}

/* r = a S^2 vol^2 over = 0.1 x 10^4 x 0.36 x 8/8760, c = 0.05: the edge c / r = 0.152. */
static void cost_aware_objective(void **state) {
    (void)state;
    const double r = 0.1 * 1e4 * 0.36 * 8 / 8760, edge = 0.05 / r;
    desk *d = desk_open("cost-aware", "{risk_aversion: 0.1}");
    assert_true(isnan(from(d, 0.999 * edge)));
    assert_near(from(d, 1.001 * edge), edge);
    assert_near(from(d, -3), -edge);
    desk_close(d);
    d = desk_open("cost-aware", "{risk_aversion: 0.1, to: centre}");
    assert_true(isnan(from(d, 1.999 * edge)));
    assert_near(from(d, 2.001 * edge), 0);
    desk_close(d);
    d = desk_open("cost-aware", "{risk_aversion: 0.1, fixed: 0.02}");
    const double far = edge + sqrt(2 * 0.02 / r);
    assert_true(isnan(from(d, 0.999 * far)));
    assert_near(from(d, 1.001 * far), edge);
    desk_close(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(band_goes_where_told),
        cmocka_unit_test(band_of_gamma),
        cmocka_unit_test(price_move_from_the_last_trade),
        cmocka_unit_test(price_move_in_implied_moves),
        cmocka_unit_test(pnl_band_both_ways),
        cmocka_unit_test(gamma_scaled_follows_gamma),
        cmocka_unit_test(funding_aware_leans_against_funding),
        cmocka_unit_test(cost_aware_objective),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
