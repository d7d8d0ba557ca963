/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bands of Whalley and Wilmott and of Zakamouline, and Leland's volatility, against reference
 * digits and published examples. A rule shows its band by where it trades to: from far above it
 * goes to the upper edge, from far below to the lower one. */
#include "../unit/test_rules_view.h"
#include "reference_table.h"

/* What bands_reference.csv is asked to be met to. */
#define TOLERANCE 1e-12

typedef struct {
    double spot, strike, years, rate, vol, cost, aversion, dt, delta, gamma;
    double leland_short, leland_long; /* NaN: the number is 1 or more */
    double ww_half, zak_half, zak_short, zak_long, centre_short, centre_long;
} band_row;

/* From the formulas at the head of each rule, computed with 40 digits. */
static const band_row embedded[] = {
    {100, 110, 0.5, 0.02, 0.34999999999999998, 0.0030000000000000001, 0.20000000000000001,
     0.019230769230769232, 0.41256120758354609, 0.015730952740796153, 0.36685503611464615,
     0.33229111104169134, 0.081994214302172796, 0.067437085552297979, 0.36925745337386845,
     0.32961937614139936, 0.42223622616129625, 0.40149455225713571},
    {42500, 42000, 0.066000000000000003, 0, 0.59999999999999998, 0.00059999999999999995, 0.0001,
     0.00011415525114155251, 0.5611349450476536, 6.0180841899717662e-05, 0.64324807827588293,
     0.5533822456443499, 0.11147632742692909, 0.092361603894509578, 0.60747302983697027,
     0.59243271180843093, 0.56114103362859613, 0.56113835219265162},
    {1800, 1500, 0.25, 0.050000000000000003, 0.90000000000000002, 0.01, 0.01, 0.0027397260273972603,
     0.74471062637420316, 0.00039666709028548554, 1.0413376668254015, 0.73185781655361792,
     0.07486218086198089, 0.05384223826810431, 0.98686029598362979, 0.80380766120453384,
     0.7394160468891916, 0.75354841086827062},
};

static band_row row_of(const reference_table *t, size_t i) {
    return (band_row){
        .spot = reference_number(t, i, "S"),
        .strike = reference_number(t, i, "K"),
        .years = reference_number(t, i, "T"),
        .rate = reference_number(t, i, "r"),
        .vol = reference_number(t, i, "sigma"),
        .cost = reference_number(t, i, "lambda_one_way"),
        .aversion = reference_number(t, i, "gamma_riskaversion"),
        .dt = reference_number(t, i, "dt"),
        .delta = reference_number(t, i, "bs_delta_call"),
        .gamma = reference_number(t, i, "bs_gamma"),
        .leland_short = reference_number(t, i, "leland_sigma_short"),
        .leland_long = reference_number(t, i, "leland_sigma_long(blank if A>=1)"),
        .ww_half = reference_number(t, i, "ww_half_width"),
        .zak_half = reference_number(t, i, "zak_half_width"),
        .zak_short = reference_number(t, i, "zak_sigma_short_gamma"),
        .zak_long = reference_number(t, i, "zak_sigma_long_gamma"),
        .centre_short = reference_number(t, i, "zak_delta_centre_short"),
        .centre_long = reference_number(t, i, "zak_delta_centre_long"),
    };
}

static void check(const char *what, size_t row, double got, double want) {
    if (!(reference_error(got, want) <= TOLERANCE))
        fail_msg("row %zu, %s: got %.17g, want %.17g", row, what, got, want);
}

/* A centre is the sum of numbers of the order of the band: that is what its digits count from. */
static void check_beside(const char *what, size_t row, double got, double want, double beside) {
    if (!(fabs(got - want) <= TOLERANCE * (fabs(want) + beside)))
        fail_msg("row %zu, %s: got %.17g, want %.17g", row, what, got, want);
}

/* "Delta" that is the volatility itself, so that a shift of the target shows it. */
static double vol_as_delta(const void *self, size_t i, double vol) {
    (void)self;
    (void)i;
    return vol;
}

static double no_delta(const void *self, size_t i, double vol) {
    (void)self;
    (void)i;
    (void)vol;
    return 0.0;
}

/* One call of `size` with the row's numbers; neutral is 0 until the test says otherwise. */
static desk *desk_of(const char *rule, const char *params, const band_row *r, double size) {
    desk *d = desk_open(rule, params);
    d->options[0] = (rh_option_leg){.size = size,
                                    .right = 1,
                                    .strike = r->strike,
                                    .years = r->years,
                                    .forward = r->spot * exp(r->rate * r->years),
                                    .vol = r->vol,
                                    .delta = r->delta,
                                    .gamma = r->gamma};
    d->hedge.price = r->spot;
    d->hedge.neutral = 0.0;
    d->hedge.cost = r->cost * r->spot;
    d->view.cost = r->cost;
    d->view.rate = r->rate;
    d->view.vol = r->vol;
    d->view.gamma = size * r->gamma;
    d->view.size_options = fabs(size);
    d->view.delta_at = no_delta;
    return d;
}

/* Where it trades to from far above (sign 1) or below (-1). */
static double edge(desk *d, double sign) {
    d->hedge.held = sign * 1e6;
    assert_int_equal(desk_ask(d), RH_TRADE);
    return d->target;
}

static const char *with_aversion(double aversion) {
    static char text[64];
    (void)snprintf(text, sizeof text, "{risk_aversion: %.17g}", aversion);
    return text;
}

static void check_whalley_wilmott(const band_row *r, size_t row) {
    for (double size = -1; size <= 1; size += 2) {
        desk *d = desk_of("whalley-wilmott", with_aversion(r->aversion), r, size);
        check("ww upper", row, edge(d, 1), r->ww_half);
        check("ww lower", row, edge(d, -1), -r->ww_half);
        desk_close(d);
    }
}

static void check_zakamouline(const band_row *r, size_t row) {
    for (double size = -1; size <= 1; size += 2) {
        desk *d = desk_of("zakamouline", with_aversion(r->aversion), r, size);
        const double vol = size < 0 ? r->zak_short : r->zak_long;
        const double centre = size < 0 ? r->centre_short : r->centre_long;
        check("zak upper", row, edge(d, 1), r->zak_half);
        check("zak lower", row, edge(d, -1), -r->zak_half);
        d->view.delta_at = vol_as_delta; /* the target moves by -size (vol_m - vol) */
        const double shift = 0.5 * (edge(d, 1) + edge(d, -1));
        check_beside("zak vol", row, r->vol - shift / size, vol, r->zak_half);
        d->view.delta_at = desk_delta_at;
        d->hedge.neutral = -size * r->delta;
        check_beside("zak centre", row, -0.5 * (edge(d, 1) + edge(d, -1)) / size, centre,
                     r->zak_half);
        desk_close(d);
    }
}

static void check_leland(const band_row *r, size_t row) {
    for (double size = -1; size <= 1; size += 2) {
        char params[64];
        (void)snprintf(params, sizeof params, "{every: %.0fns}", r->dt * 365 * 86400e9);
        desk *d = desk_of("leland", params, r, size);
        const double want = size < 0 ? r->leland_short : r->leland_long;
        d->view.delta_at = vol_as_delta;
        const double vol = r->vol - edge(d, 1) / size;
        check("leland vol", row, vol, isnan(want) ? 0.1 * r->vol : want);
        desk_close(d);
    }
}

static void check_row(const band_row *r, size_t row) {
    check_whalley_wilmott(r, row);
    check_zakamouline(r, row);
    check_leland(r, row);
}

static void embedded_rows(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof embedded / sizeof *embedded; i++)
        check_row(&embedded[i], i);
}

static void reference_rows_all(void **state) {
    (void)state;
    reference_table *t = reference_open("bands_reference.csv");
    if (!t)
        skip();
    assert_true(reference_rows(t) > 0);
    for (size_t i = 0; i < reference_rows(t); i++) {
        const band_row r = row_of(t, i);
        check_row(&r, i);
    }
    reference_close(t);
}

/* pfhedge, class WhalleyWilmott, examples in its documentation: strike 1, vol 0.2, 0.1 years left,
 * a = 1, holding 0.5 against one option held short; printed with four decimals. */
static void pfhedge_example(void **state) {
    (void)state;
    static const struct {
        double cost, log_moneyness, next_hedge;
    } rows[] = {
        {1e-5, -0.05, 0.2946}, {1e-5, -0.01, 0.5000}, {1e-5, 0.00, 0.5000}, {1e-5, 0.01, 0.5000},
        {1e-5, 0.05, 0.7284},  {0.0, -0.05, 0.2239},  {0.0, -0.01, 0.4497}, {0.0, 0.00, 0.5126},
        {0.0, 0.01, 0.5752},   {0.0, 0.05, 0.7945},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        desk *d = desk_open("whalley-wilmott", "{risk_aversion: 1}");
        d->options[0] =
            (rh_option_leg){.size = -1, .right = 1, .strike = 1, .years = 0.1, .vol = 0.2};
        d->hedge.price = exp(rows[i].log_moneyness);
        d->hedge.held = 0.5;
        d->view.cost = rows[i].cost;
        desk_price(d);
        const double next = desk_ask(d) == RH_TRADE ? d->target : d->hedge.held;
        if (!(fabs(next - rows[i].next_hedge) < 0.51e-4))
            fail_msg("row %zu: got %.6f, printed %.4f", i, next, rows[i].next_hedge);
        desk_close(d);
    }
}

/* Sinclair, Option Trading, the example of both bands at S 5,000, gamma 0.02, three months, vol
 * 20 %, cost 5 bp, risk aversion 1: H0 = 1e-5, H0 + H1 = 0.02095369, Whalley and Wilmott 0.114471.
 */
static void sinclair_example(void **state) {
    (void)state;
    const band_row r = {.spot = 5000,
                        .strike = 5000,
                        .years = 0.25,
                        .vol = 0.2,
                        .cost = 0.0005,
                        .delta = 0.5,
                        .gamma = 0.02};
    desk *zak = desk_of("zakamouline", "{risk_aversion: 1}", &r, -1);
    assert_true(fabs(edge(zak, 1) - 0.02095369) < 0.51e-8);
    zak->view.gamma = zak->options[0].gamma = 0.0; /* leaves H0 */
    assert_true(fabs(edge(zak, 1) - 1e-5) < 1e-16);
    desk *ww = desk_of("whalley-wilmott", "{risk_aversion: 1}", &r, -1);
    assert_true(fabs(edge(ww, 1) - 0.114471) < 0.51e-6);
    desk_close(zak);
    desk_close(ww);
}

/* Sinclair, Volatility Trading: vol 10 %, a round trip of 1 %, daily: 15.9 %. */
static void leland_example(void **state) {
    (void)state;
    const band_row r = {.spot = 100, .strike = 100, .years = 1, .vol = 0.1, .cost = 0.005};
    desk *d = desk_of("leland", "{every: 1d}", &r, -1);
    d->view.delta_at = vol_as_delta;
    assert_true(fabs(r.vol + edge(d, 1) - 0.15888) < 0.51e-5);
    desk_close(d);
}

/* Cost and size: a given cost replaces the view's; n options with `per: option` are n bands of one
 * option, with `per: book` the band of an n times larger gamma. */
static void cost_and_size(void **state) {
    (void)state;
    static const char *const rules[] = {"whalley-wilmott", "zakamouline"};
    const band_row r = {.spot = 42000, .years = 0.06, .vol = 0.6, .cost = 0.0005, .gamma = 6e-5};
    const band_row ten = {.spot = 42000, .years = 0.06, .vol = 0.6, .cost = 0.9, .gamma = 6e-4};
    for (size_t i = 0; i < 2; i++) {
        desk *one = desk_of(rules[i], "{risk_aversion: 1e-3}", &r, -1);
        desk *each = desk_of(rules[i], "{risk_aversion: 1e-3, per: option}", &r, -10);
        desk *book = desk_of(rules[i], "{risk_aversion: 1e-3}", &r, -10);
        desk *large = desk_of(rules[i], "{risk_aversion: 1e-3, cost: 0.0005}", &ten, -1);
        check("ten alone", i, edge(each, 1), 10 * edge(one, 1));
        check("ten together", i, edge(book, 1), edge(large, 1));
        assert_true(edge(book, 1) < edge(each, 1));
        desk_close(one);
        desk_close(each);
        desk_close(book);
        desk_close(large);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(embedded_rows),   cmocka_unit_test(reference_rows_all),
        cmocka_unit_test(pfhedge_example), cmocka_unit_test(sinclair_example),
        cmocka_unit_test(leland_example),  cmocka_unit_test(cost_and_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
