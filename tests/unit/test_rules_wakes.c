/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every rule must keep, over one random market: asked only when its wake says so it trades as
 * if it were asked at every instant; a NaN anywhere is no reason to trade on nothing; a market that
 * stands still is traded once and not again. */
#include "test_rules_view.h"

static const struct {
    const char *rule, *params;
} all[] = {
    {"none", "{}"},
    {"static", "{}"},
    {"interval", "{every: 1h, offset: 7m}"},
    {"interval", "{on: BTC}"},
    {"schedule", "{before: 1m}"},
    {"business-time", "{move: 0.02}"},
    {"band", "{width: 0.05}"},
    {"band", "{width: 0.02, unit: gamma, to: 0.5}"},
    {"band", "{width: 0.3, per: book, to: centre}"},
    {"band", "{width: 0}"},
    {"price-move", "{move_pct: 1.5}"},
    {"price-move", "{implied: 0.5, over: 8h}"},
    {"pnl-band", "{width: 0.8}"},
    {"pnl-band", "{width: 0.4, per: option}"},
    {"whalley-wilmott", "{risk_aversion: 0.1}"},
    {"zakamouline", "{risk_aversion: 0.1}"},
    {"hodges-neuberger", "{risk_aversion: 0.5, vol: 0.6}"},
    {"leland", "{every: 2h}"},
    {"auto-ddh", "{threshold: 0.05, check: 10m, min_move_pct: 0.2, slice: 0.04}"},
    {"stop-loss", "{}"},
    {"gamma-scaled", "{width: 0.05}"},
    {"funding-aware", "{width: 0.05, risk_aversion: 0.01}"},
    {"cost-aware", "{risk_aversion: 0.1, fixed: 0.001}"},
};
enum { N_RULES = sizeof all / sizeof *all, INSTANTS = 4000 };

static double uniform(uint64_t *seed) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*seed >> 11) / 9007199254740992.0;
}

/* The next instant of a market that is also new in volatility, funding and costs. */
static void move_on(desk *d, uint64_t *seed) {
    const double r = 0.008 * (uniform(seed) + uniform(seed) + uniform(seed) - 1.5);
    const int64_t wait = (int64_t)(uniform(seed) * 12.0 * (double)RH_MIN) + 1;
    const double before = d->hedge.price;
    d->view.now += wait;
    d->hedge.price *= exp(r);
    d->view.variance += r * r;
    d->observations[0] += uniform(seed) < 0.1;
    d->hedge.funding = 20.0 * (uniform(seed) - 0.5);
    d->view.spot = d->view.forward = d->hedge.price;
    d->view.pnl += (d->hedge.price - before) * (d->hedge.held - d->hedge.neutral);
    for (size_t i = 0; i < d->view.n_options; i++) {
        d->options[i].vol *= exp(0.02 * (uniform(seed) - 0.5));
        d->options[i].years -= (double)wait / (365.0 * (double)RH_DAY);
        d->options[i].years = fmax(d->options[i].years, 0.0);
    }
    desk_price(d);
}

/* Trades of one lane; `lazy` asks only when woken, and passes observe over for nobody. */
static size_t trades_of(const char *rule, const char *params, int lazy, double *targets) {
    desk *d = desk_open(rule, params);
    uint64_t seed = 12345;
    size_t n = 0, asked = 0;
    for (int i = 0; i < INSTANTS; i++) {
        const int due = i == 0 || desk_woken(d) || d->rule->observe;
        d->view.woke = i == 0 ? RH_WOKE_BOOK : 0;
        if (!lazy || due) {
            asked++;
            targets[i] = desk_step(d) == RH_TRADE ? d->target : NAN;
            n += d->said == RH_TRADE;
        } else {
            targets[i] = NAN;
        }
        move_on(d, &seed);
    }
    if (lazy)
        printf("%-18s %-58s trades %5zu asked %5zu\n", rule, params, n, asked);
    desk_close(d);
    return n;
}

static void waking_late_changes_nothing(void **state) {
    (void)state;
    static double always[INSTANTS], lazily[INSTANTS];
    for (size_t i = 0; i < N_RULES; i++) {
        const size_t n = trades_of(all[i].rule, all[i].params, 0, always);
        assert_int_equal(trades_of(all[i].rule, all[i].params, 1, lazily), n);
        assert_memory_equal(always, lazily, sizeof always);
        assert_true(n > 2 || i < 2);
    }
}

/* Every number of the view in turn. A rule that doesn't look at it may trade; its target must be
 * a number, and without neutral or held there is nothing to trade on. */
enum { NEUTRAL = 1, N_NUMBERS = 28 };
static void spoil(desk *d, int which) {
    double *const numbers[] = {
        &d->hedge.held,        &d->hedge.neutral,     &d->hedge.price,        &d->hedge.bid,
        &d->hedge.ask,         &d->hedge.cost,        &d->hedge.funding,      &d->view.exposure,
        &d->view.target,       &d->view.size_options, &d->view.gamma,         &d->view.vega,
        &d->view.theta,        &d->view.spot,         &d->view.forward,       &d->view.vol,
        &d->view.rate,         &d->view.cost,         &d->view.pnl,           &d->view.variance,
        &d->options[0].strike, &d->options[0].years,  &d->options[0].forward, &d->options[0].vol,
        &d->options[0].delta,  &d->options[0].gamma,  &d->options[0].vega,    &d->hedge.pending,
    };
    assert_int_equal(sizeof numbers / sizeof *numbers, N_NUMBERS);
    *numbers[which] = NAN;
}

static void spoiled_desk(desk *d, int which, int instants) {
    uint64_t seed = 99;
    desk_again(d);
    for (int n = 0; n < instants; n++) {
        (void)desk_step(d);
        move_on(d, &seed);
    }
    spoil(d, which);
    d->view.woke = RH_WOKE_BOOK; /* desk_ask checks that a target is finite */
    const int said = desk_ask(d);
    if (which == NEUTRAL)
        assert_int_equal(said, RH_HOLD);
}

static void nan_anywhere(void **state) {
    (void)state;
    for (size_t i = 0; i < N_RULES; i++) {
        desk *d = desk_open(all[i].rule, all[i].params);
        for (int which = 0; which < N_NUMBERS; which++) {
            spoiled_desk(d, which, 0);
            spoiled_desk(d, which, 50);
        }
        desk_close(d);
    }
}

/* After at most a few trades (slices) a market that stands still is left alone. */
static void stillness_is_not_traded(void **state) {
    (void)state;
    for (size_t i = 0; i < N_RULES; i++) {
        desk *d = desk_open(all[i].rule, all[i].params);
        for (int n = 0; n < 200; n++) {
            (void)desk_step(d);
            d->view.now += RH_S; /* nothing but the clock */
        }
        const double held = d->hedge.held;
        for (int n = 0; n < 200; n++) {
            (void)desk_step(d);
            d->view.now += RH_MIN;
        }
        if (strcmp(all[i].rule, "auto-ddh") != 0) /* its slices come a check apart */
            assert_true(fabs(d->hedge.held - held) <= 1e-12);
        desk_close(d);
    }
}

/* Long, short and mixed books, without gamma, at the very expiry, and with no option left. */
static void corner(desk *d, double first, double second, double years, double price) {
    desk_again(d);
    d->options[1] = d->options[0];
    d->options[0].size = first;
    d->options[1].size = second;
    d->options[1].right = -1;
    d->options[0].years = years;
    d->options[1].years = 2.0 * years;
    d->hedge.price = price;
    d->view.n_options = second == 0.0 ? 1 : 2;
    desk_price(d);
    for (int k = 0; k < 5; k++)
        (void)desk_step(d);
    const double before = d->hedge.held;
    (void)desk_step(d);
    if (!(fabs(d->hedge.held - before) <= 1e-8))
        fail_msg("%s trades %g again: sizes %g %g, years %g, price %g", d->rule->name,
                 d->hedge.held - before, first, second, years, price);
    d->view.n_options = 0; /* all gone: what remains is the hedge */
    desk_price(d);
    d->view.woke = RH_WOKE_BOOK;
    (void)desk_step(d);
}

static void corners(void **state) {
    (void)state;
    static const double sizes[][2] = {{-1, 0}, {1, 0}, {-10, -10}, {5, -5}, {3, -2}};
    static const double years[] = {0.1, 1e-6, 0.0};
    static const double prices[] = {100, 5, 5000};
    for (size_t i = 0; i < N_RULES; i++) {
        desk *d = desk_open(all[i].rule, all[i].params);
        for (size_t n = 0; n < 45; n++)
            corner(d, sizes[n % 5][0], sizes[n % 5][1], years[n / 5 % 3], prices[n / 15]);
        desk_close(d);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waking_late_changes_nothing),
        cmocka_unit_test(nan_anywhere),
        cmocka_unit_test(stillness_is_not_traded),
        cmocka_unit_test(corners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
