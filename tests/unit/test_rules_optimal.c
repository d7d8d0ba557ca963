/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bands of utility: hodges-neuberger against a plain solution of the same problem and against
 * the law of small costs; how the bands of whalley-wilmott and zakamouline behave. */
#include "test_rules_view.h"

enum { STEPS = 60, REACH = 40, HOLDINGS = 1801 };
static const double LOWEST = -2.0, SPACING = 0.002;

typedef struct {
    double lo, hi;
} band;

static double log_mean(double up, double a, double b, double aversion) {
    const double most = fmax(a, b);
    return most +
           log(up * exp(aversion * (a - most)) + (1 - up) * exp(aversion * (b - most))) / aversion;
}

/* The best of holding, buying and selling for every holding: two running minima. */
static void trade(double *h, double cost) {
    for (int j = 1; j < HOLDINGS; j++)
        h[j] = fmin(h[j], h[j - 1] + cost * SPACING);
    for (int j = HOLDINGS - 2; j >= 0; j--)
        h[j] = fmin(h[j], h[j + 1] + cost * SPACING);
}

/* Where trading doesn't beat holding. */
static band held(const double *before, const double *after) {
    band b = {NAN, NAN};
    for (int j = 0; j < HOLDINGS; j++) {
        if (after[j] < before[j] - 1e-13)
            continue;
        b.lo = isnan(b.lo) ? LOWEST + j * SPACING : b.lo;
        b.hi = LOWEST + j * SPACING;
    }
    return b;
}

/* The band of `calls` calls and `puts` puts with the strike 1 at ln x = place sqrt(v), by a minimum
 * over a grid of holdings; the edges half a jump of the delta further out, as the steps are few. */
static band plain_solution(double aversion, double cost, double v, double calls, double puts,
                           int close, double place) {
    static double now[2 * REACH + 1][HOLDINGS], next[2 * REACH + 1][HOLDINGS], hold[HOLDINGS];
    const double dx = sqrt(v / STEPS), up = 1.0 / (1.0 + exp(dx));
    const int at = (int)lround(place * sqrt(STEPS));
    band b = {NAN, NAN};
    for (int i = -REACH; i <= REACH; i++)
        for (int j = 0; j < HOLDINGS; j++)
            now[REACH + i][j] = next[REACH + i][j] =
                -calls * fmax(exp(i * dx) - 1.0, 0.0) - puts * fmax(1.0 - exp(i * dx), 0.0) +
                (close ? cost * exp(i * dx) * fabs(LOWEST + j * SPACING) : 0.0);
    for (int k = 1; k <= STEPS; k++) {
        memcpy(next, now, sizeof now);
        for (int i = 1 - REACH; i < REACH; i++) {
            const double x = exp(i * dx);
            double *h = now[REACH + i];
            for (int j = 0; j < HOLDINGS; j++) {
                const double y = LOWEST + j * SPACING;
                h[j] = log_mean(up, next[REACH + i + 1][j] - y * x * expm1(dx),
                                next[REACH + i - 1][j] - y * x * expm1(-dx), aversion);
            }
            memcpy(hold, h, sizeof hold);
            trade(h, cost * x);
            if (k == STEPS && i == at)
                b = held(hold, h);
        }
    }
    const double d1 = at * dx / sqrt(v) + 0.5 * sqrt(v);
    const double jump = fabs(calls + puts) * exp(-0.5 * d1 * d1) / sqrt(2.0 * acos(-1.0) * STEPS);
    return (band){b.lo - 0.5 * jump, b.hi + 0.5 * jump};
}

/* The desk's contracts are calls and puts with the strike 100; years make v = 0.6^2 years. */
static desk *desk_of(double aversion, double cost, double v, double calls, double puts, int close) {
    char params[160];
    const double years = v / 0.36;
    desk *d = desk_find("hodges-neuberger");
    size_t n = 0;
    for (int right = 1; right >= -1; right -= 2) {
        const double size = right > 0 ? calls : puts;
        if (size == 0.0)
            continue;
        d->contracts[n] = d->contracts[0];
        d->contracts[n].size = size;
        d->contracts[n].right = right;
        d->contracts[n].expiry = d->contracts[0].open + (int64_t)(years * 365.0 * (double)RH_DAY);
        d->options[n] = d->options[0];
        d->options[n].size = size;
        d->options[n].right = right;
        d->options[n++].years = years;
    }
    d->host.n_contracts = d->view.n_options = n;
    (void)snprintf(params, sizeof params,
                   "{risk_aversion: %.17g, vol: 0.6, cost: %.17g, at_end: %s}", aversion / 100.0,
                   cost, close ? "close" : "keep");
    desk_start(d, params);
    if (d->refused)
        fail_msg("%s", d->complaint);
    return d;
}

static band band_at(desk *d, double place) {
    band b;
    d->hedge.price = 100.0 * exp(place * 0.6 * sqrt(d->options[0].years));
    desk_price(d);
    d->hedge.held = -1e3;
    assert_int_equal(desk_ask(d), RH_TRADE);
    b.lo = d->target;
    d->hedge.held = 1e3;
    assert_int_equal(desk_ask(d), RH_TRADE);
    b.hi = d->target;
    d->hedge.held = 0.5 * (b.lo + b.hi);
    assert_int_equal(desk_ask(d), RH_HOLD);
    return b;
}

/* Both are lattices, so they differ by what few steps cost: 0.008 of an option at most. */
static void hodges_neuberger_against_the_plain_solution(void **state) {
    (void)state;
    static const struct {
        double aversion, cost, v, calls, puts;
        int close;
    } cases[] = {
        {10, 0.01, 0.0625, -1, 0, 1},     {10, 0.01, 0.0625, 0, 1, 0},
        {40, 0.001, 0.03, -1, 0, 1},      {10, 0.01, 0.0625, -0.5, -0.5, 1}, /* a straddle */
        {40, 0.001, 0.03, 0.75, 0.25, 0}, {20, 0.004, 0.05, -0.7, 0.3, 1},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const double root = sqrt(STEPS);
        desk *d = desk_of(cases[c].aversion, cases[c].cost, cases[c].v, cases[c].calls,
                          cases[c].puts, cases[c].close);
        for (int i = -8; i <= 8; i += 8) { /* nodes of the plain lattice */
            const band want =
                plain_solution(cases[c].aversion, cases[c].cost, cases[c].v, cases[c].calls,
                               cases[c].puts, cases[c].close, i / root);
            const band got = band_at(d, i / root);
            printf("case %zu at %+.2f: [%.4f %.4f], plainly [%.4f %.4f]\n", c, i / root, got.lo,
                   got.hi, want.lo, want.hi);
            assert_true(fabs(got.lo - want.lo) < 0.008);
            assert_true(fabs(got.hi - want.hi) < 0.008);
        }
        desk_close(d);
    }
}

/* Whalley and Wilmott's is the first term of this very problem for small costs. At the money the
 * widths come together as costs fall, to what a lattice of 120 to 250 steps can tell. */
static void hodges_neuberger_for_small_costs(void **state) {
    (void)state;
    static const double costs[] = {0.01, 0.001, 0.0003};
    for (size_t i = 0; i < 3; i++) {
        desk *d = desk_of(10, costs[i], 0.0625, -1, 0, 0);
        const band b = band_at(d, 0.0);
        const double gamma = d->options[0].gamma * 100.0;
        const double ww = cbrt(1.5 * costs[i] * gamma * gamma / 10.0);
        const double off = fabs((b.hi - b.lo) / (2.0 * ww) - 1.0);
        printf("cost %g: half width %.5f, Whalley and Wilmott %.5f\n", costs[i],
               0.5 * (b.hi - b.lo), ww);
        assert_true(off < (i == 0 ? 0.08 : 0.015));
        desk_close(d);
    }
}

/* More risk aversion, a narrower band; ten options, ten bands of a ten times larger aversion. */
static void hodges_neuberger_scales(void **state) {
    (void)state;
    desk *calm = desk_of(5, 0.002, 0.03, -1, 0, 1), *keen = desk_of(50, 0.002, 0.03, -1, 0, 1);
    const band b = band_at(calm, 0.3), k = band_at(keen, 0.3);
    assert_true(k.hi - k.lo < 0.7 * (b.hi - b.lo));
    desk *ten = desk_find("hodges-neuberger");
    ten->contracts[0] = keen->contracts[0];
    ten->contracts[0].size = -10;
    desk_start(ten, "{risk_aversion: 0.05, vol: 0.6, cost: 0.002}");
    assert_false(ten->refused);
    ten->options[0].size = -10;
    ten->options[0].years = keen->options[0].years;
    const band t = band_at(ten, 0.3);
    assert_true(fabs(t.lo - 10 * k.lo) < 1e-9 && fabs(t.hi - 10 * k.hi) < 1e-9);
    desk_close(calm);
    desk_close(keen);
    desk_close(ten);
}

static void refused_two(rh_contract contract, rh_contract second, size_t count,
                        const char *params) {
    desk *d = desk_find("hodges-neuberger");
    d->contracts[0] = contract;
    d->contracts[1] = second;
    d->host.n_contracts = count;
    desk_start(d, params);
    if (!d->refused)
        fail_msg("%s was taken", params);
    printf("%s\n", d->complaint);
    desk_close(d);
}

static void refused(rh_contract contract, size_t count, const char *params) {
    refused_two(contract, contract, count, params);
}

static void hodges_neuberger_refusals(void **state) {
    (void)state;
    static const char *const good = "{risk_aversion: 0.1, vol: 0.6}";
    const rh_contract call = {
        .size = -1, .right = 1, .strike = 100, .open = 0, .expiry = 30 * RH_DAY};
    rh_contract other = call;
    refused(call, 0, good);
    for (int i = 0; i < 4; i++) {
        other = call;
        other.right = -1;
        other.strike = i == 0 ? 101 : i == 1 ? (double)NAN : 100;
        other.expiry += i == 2;
        other.inverse = i == 3;
        refused_two(call, other, 2, good);
    }
    other = call;
    other.strike = NAN;
    refused(other, 2, good);
    refused(other, 1, good);
    other = call;
    other.right = 0;
    refused(other, 1, good);
    other = call;
    other.open = INT64_MIN;
    refused(other, 1, good);
    refused(call, 1, "{risk_aversion: 1e8, vol: 0.6}");
    refused(call, 1, "{risk_aversion: 0.1, vol: 0.6, cost: 0}");
    refused(call, 1, "{risk_aversion: 0.1, vol: 9}");
    refused(call, 1, "{risk_aversion: 0.1}");
}

/* A long option so costly to hedge that 1 - K would be negative: the adjusted variance is kept at
 * a hundredth, the target finite, for every sign and mix. */
static void zakamouline_stays_positive(void **state) {
    (void)state;
    desk *d = desk_open("zakamouline", "{risk_aversion: 1e3, cost: 0.2}");
    d->options[0].size = 1;
    d->hedge.price = 97;
    desk_price(d);
    d->hedge.held = 1e3;
    assert_int_equal(desk_ask(d), RH_TRADE);
    const double above = d->target;
    d->hedge.held = -1e3;
    assert_int_equal(desk_ask(d), RH_TRADE);
    assert_true(fabs(0.5 * (above + d->target) + desk_delta_at(d, 0, 0.06)) < 1e-9);
    desk_close(d);
}

/* In a straddle held long against a strangle held short each leg keeps its own adjustment. */
static void zakamouline_adjusts_each_leg(void **state) {
    (void)state;
    desk *d = desk_open("zakamouline", "{risk_aversion: 0.1, per: option}");
    d->options[1] = (rh_option_leg){.size = 2, .right = -1, .strike = 90, .years = 0.3, .vol = 0.8};
    d->view.n_options = 2;
    desk_price(d);
    double want = 0.0;
    for (int i = 0; i < 2; i++) {
        const rh_option_leg *o = &d->options[i];
        const double k = 4.76 * pow(0.0005, 0.78) / pow(o->years, 0.02) * pow(1 / o->vol, 0.25) *
                         pow(0.1 * 100 * 100 * o->gamma, 0.15);
        want -= o->size * desk_delta_at(d, (size_t)i, o->vol * sqrt(o->size < 0 ? 1 + k : 1 - k));
    }
    d->hedge.held = 1e3;
    assert_int_equal(desk_ask(d), RH_TRADE);
    const double above = d->target;
    d->hedge.held = -1e3;
    assert_int_equal(desk_ask(d), RH_TRADE);
    assert_true(fabs(0.5 * (above + d->target) - want) < 1e-12);
    desk_close(d);
}

/* At the expiry instant H0 is infinite: hold. Without gamma Whalley and Wilmott have no band, and
 * what is left is hedged once, not over and over. */
static void bands_at_the_end(void **state) {
    (void)state;
    desk *d = desk_open("zakamouline", "{risk_aversion: 0.1}");
    d->options[0].years = 0.0;
    d->hedge.price = 120;
    desk_price(d);
    assert_int_equal(desk_ask(d), RH_HOLD);
    desk_close(d);
    d = desk_open("whalley-wilmott", "{risk_aversion: 0.1}");
    d->options[0].years = 1e-9;
    d->hedge.price = 120;
    desk_price(d);
    assert_true(d->view.gamma == 0.0);
    assert_int_equal(desk_step(d), RH_TRADE);
    assert_true(d->target == 1.0);
    d->hedge.neutral += 1e-12;
    assert_int_equal(desk_step(d), RH_HOLD);
    desk_close(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hodges_neuberger_against_the_plain_solution),
        cmocka_unit_test(hodges_neuberger_for_small_costs),
        cmocka_unit_test(hodges_neuberger_scales),
        cmocka_unit_test(hodges_neuberger_refusals),
        cmocka_unit_test(zakamouline_stays_positive),
        cmocka_unit_test(zakamouline_adjusts_each_leg),
        cmocka_unit_test(bands_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
