/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prices and Greeks against published values, against digits computed with 60-digit arithmetic,
 * and against what venues print. The small tables are here; the large ones are read from the
 * reference directory where there is one. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "pricing/black.h"
#include "pricing/black_scholes.h"
#include "pricing/coin.h"
#include "reference_table.h"

/* Relative. The reference asks for 1e-10 and 1e-12; these are what the code keeps. */
#define PRICE_TOLERANCE 1e-12
#define GREEK_TOLERANCE 1e-13

static double worst;

static void near(const char *what, double got, double want, double tolerance) {
    const double error = reference_error(got, want);
    if (!(error <= tolerance))
        fail_msg("%s: got %.17g, want %.17g, relative error %.2g", what, got, want, error);
    worst = error > worst ? error : worst;
}

/* Haug, The Complete Guide to Option Pricing Formulas, 2nd ed.: chapter 1 examples and the
 * Black-76 table; printed with four decimals, right or cut. */
static void haug_prices(void **state) {
    (void)state;
    static const struct {
        int right;
        double spot, strike, years, rate, yield, vol, printed;
    } rows[] = {
        {1, 60.0, 65.0, 0.25, 0.08, 0.0, 0.3, 2.1334},
        {-1, 100.0, 95.0, 0.5, 0.1, 0.05, 0.2, 2.4648},
        {-1, 19.0, 19.0, 0.75, 0.1, 0.1, 0.28, 1.7011},
        {1, 1.56, 1.6, 0.5, 0.06, 0.08, 0.12, 0.0291},
        {-1, 75.0, 70.0, 0.5, 0.1, 0.05, 0.35, 4.0870},
        {1, 90.0, 100.0, 0.1, 0.1, 0.1, 0.15, 0.0205},
        {1, 100.0, 100.0, 0.1, 0.1, 0.1, 0.15, 1.8734},
        {1, 110.0, 100.0, 0.1, 0.1, 0.1, 0.15, 9.9413},
        {-1, 90.0, 100.0, 0.5, 0.1, 0.1, 0.25, 12.2149},
        {-1, 110.0, 100.0, 0.5, 0.1, 0.1, 0.35, 5.7963},
        {1, 42.0, 40.0, 0.75, 0.04, 0.08, 0.35, 5.0975},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const rh_spot_greeks g =
            rh_black_scholes(rows[i].right, rows[i].spot, rows[i].strike, rows[i].years,
                             rows[i].vol, rows[i].rate, rows[i].yield);
        assert_true(fabs(g.price - rows[i].printed) < 0.6e-4);
    }
}

/* Haug, chapter 2. */
static void haug_greeks(void **state) {
    (void)state;
    const double t = 0.6e-4;
    assert_true(fabs(rh_black_scholes(1, 105, 100, 0.5, 0.36, 0.1, 0.1).delta - 0.5946) < t);
    assert_true(fabs(rh_black_scholes(-1, 105, 100, 0.5, 0.36, 0.1, 0.1).delta + 0.3566) < t);
    assert_true(fabs(rh_black_scholes(-1, 105, 100, 0.5, 0.36, 0.1, 0.1).elasticity + 4.8775) < t);
    assert_true(fabs(rh_black_scholes(1, 55, 60, 0.75, 0.3, 0.1, 0).gamma - 0.0278) < t);
    assert_true(fabs(rh_black_scholes(1, 55, 60, 0.75, 0.3, 0.1, 0).vega - 18.9358) < t);
    assert_true(fabs(rh_black_scholes(-1, 430, 405, 1.0 / 12, 0.2, 0.07, 0.05).theta + 31.1924) <
                t);
    assert_true(fabs(rh_black_scholes(1, 72, 75, 1, 0.19, 0.09, 0).rho - 38.7325) < t);
    assert_true(
        fabs(rh_black_scholes(-1, 500, 490, 0.25, 0.15, 0.08, 0.05).dividend_rho - 42.2254) < t);
}

/* Computed with 60 digits from the formula in black_scholes.h (mpmath); the inputs are doubles. */
static const struct {
    int right;
    double spot, strike, years, vol, rate, yield;
    double price, delta, gamma, vega, theta, rho, dividend_rho, vanna, volga, charm;
} digits[] = {
    {1, 60, 65, 0.25, 0.3, 0.08, 0, 2.1333684449161999, 3.7248279796197285e-1,
     4.2042755753785171e-2, 1.1351544053521996e+1, -8.428174386737371, 5.0538998582005428,
     -5.5872419694295928, 5.9946837914889957e-1, 5.8499370766681914, -5.6148625510750855e-1},
    {-1, 100, 95, 0.5, 0.2, 0.1, 0.05, 2.4647876467558214, -2.6418159963607241e-1,
     2.283957429626999e-2, 2.2839574296269991e+1, -3.0005280963980543, -1.4441473805181531e+1,
     1.3209079981803621e+1, -7.5705531125447934e-1, 3.2664398420870741e+1, 2.4004110787742298e-2},
    {1, 60000, 60000, 0.25, 0.8, 0, 0, 9.5111651326923633e+3, 5.7925970943910303e-1,
     1.6293445582310661e-5, 1.1731280819263676e+4, -1.8770049310821883e+4, 6.3111043584134546e+3,
     -8.6888956415865454e+3, 9.7760673493863969e-2, -5.8656404096318385e+2, -1.5641707759018236e-1},
    {-1, 60000, 100000, 0.02, 0.65, 0, 0, 4.000000001657318e+4, -9.9999998216890773e-1,
     1.837020936754458e-11, 8.5972579840108639e-4, -1.3970544224017654e-2, -1.9999999789341529e+3,
     1.1999999786026893e+3, 8.7337733478144746e-7, 4.0841861776925514e-2, -1.4192381690198521e-5},
    {1, 9756.36, 9875, 0.003654, 0.6289, 0, 0, 9.6997410524441054e+1, 3.824945601293825e-1,
     1.028611920610632e-3, 2.2499730943337882e+2, -1.936245318864969e+4, 1.3281402867773592e+1,
     -1.36358314058299e+1, 2.0440485596140402e-1, 3.6036371524258228e+1, -1.759034125809072e+1},
    {1, 100, 2000, 0.25, 0.2, 0, 0, 2.6275676182977982e-197, 7.9021108858047544e-197,
     2.3659461296487846e-196, 1.1829730648243923e-193, -4.7318922592975697e-194,
     1.9689588024054441e-195, -1.9755277214511886e-195, 3.5497854543636312e-193,
     5.3082289612789146e-190, -1.4199141817454526e-193},
    {-1, 100, 5, 0.25, 0.2, 0, 0, 1.3137838091488991e-198, -3.9379176048108882e-198,
     1.1829730648243923e-197, 5.9148653241219617e-195, -2.3659461296487848e-195,
     -9.877638607255943e-197, 9.8447940120272205e-197, -1.7689778618576937e-194,
     2.6541144806394573e-191, 7.075911447430775e-195},
    {1, 100, 2900, 0.25, 0.183, 0, 0, 1.1862555332134119e-296, 4.7840485031642962e-296,
     1.9231594817817913e-295, 8.798454629151695e-293, -3.2202343942695203e-293,
     1.1930464869580405e-294, -1.196012125791074e-294, 3.5431133821794798e-292,
     6.5114092904236388e-289, -1.2967794978776896e-292},
    {1, 100, 100, 3.1709791983764586e-08, 0.6, 0, 0, 4.2624373874335502e-3, 5.0002131218693717e-1,
     3.7338951478397592e+1, 7.1040623056312005e-3, -6.721011266111566e+4, 1.5854220186867796e-6,
     -1.585557179689679e-6, 3.5520311528156002e-5, -3.3790250692690259e-11, -3.360505633055783e+2},
    {-1, 100, 101, 1e-05, 0.5, 0.02, -0.03, 9.9994980000127842e-1, -1.0000002998433795,
     6.3847678641982854e-9, 3.1923839320991429e-10, 5.019992514257093, -1.0099997978433924e-3,
     1.0000002998433796e-3, 1.2707068249069286e-8, 2.5283459176518156e-8, 2.9682300365235332e-2},
    {1, 100, 50, 10, 10, 0.05, 0.02, 8.1873075307798186e+1, 8.1873075307798186e-1,
     3.2461424958128187e-59, 3.2461424958128187e-53, 1.6374615061559637, 6.4793903370036634e-54,
     -8.1873075307798186e+2, 1.619847350638997e-55, -8.1153242214872314e-52, 1.6374615061559637e-2},
    {-1, 100, 300, 30, 0.25, 0.03, 0.01, 7.6296447751330083e+1, -2.7727917966915051e-1,
     2.0502797567960236e-3, 1.5377098175970177e+2, 2.202739367879446, -3.120730971547354e+3,
     8.3183753900745152e+2, 1.1777727815768931, -2.0676400023011077e+2, -1.1780737900187273e-2},
    {1, 1e-06, 1e-06, 0.5, 0.9, 0.02, 0, 2.5342791430686256e-7, 6.3077684260245198e-1,
     5.9288615251489688e+5, 2.6679876863170358e-7, -2.4766587033444501e-7, 1.886744641477947e-7,
     -3.1538842130122598e-7, 1.2681176039901961e-1, -2.9941665649768518e-8, -1.2598830740941559e-1},
    {-1, 1000000000.0, 1200000000.0, 0.5, 0.9, 0.02, 0, 3.7676281624567872e+8,
     -4.8108890649488023e-1, 6.2617287008791472e-10, 2.8177779153956163e+8, -2.3644297793079429e+8,
     -4.2892586137027947e+8, 2.4054445324744011e+8, 2.6078121109832322e-1, -8.7444121870383103e+6,
     -2.472265473902492e-1},
    {1, 100, 105.12710963760242, 1, 0.2, 0.05, 0, 7.9655674554057915, 5.3982783727702876e-1,
     1.9847627373850588e-2, 3.9695254747701179e+1, -6.2703862883849724, 4.6017216272297084e+1,
     -5.3982783727702876e+1, 1.9847627373850701e-1, -1.984762737385059, -1.1908576424310365e-1},
    {-1, 45.48177479674249, 45.481777768064966, 4.066608601437693e-08, 0.001985538804164053,
     -0.08193931980308489, -0.048117611138737276, 8.882633491885817e-6, -5.6615618590198948e-1,
     2.1604852927511058e+4, 3.6085844648713454e-3, -8.8966231928930562e+1, -1.0471434608588863e-6,
     1.0471430996369487e-6, 3.3011978107642212e+1, 5.0441818929372097e-2, -7.726777251766067e+5},
    {1, 100, 99, 0.7, 0.29785164118576657, 0.05, 0.02, 1.1210330632176192e+1, 5.9007779729527934e-1,
     1.5303682117511978e-2, 3.1907587844203468e+1, -7.9980935786163279, 3.3458214368146217e+1,
     -4.1305445810669551e+1, 6.3814984276148574e-7, -1.3305151848949216e-5, -3.4109626173757486e-2},
};

static void sixty_digits(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof digits / sizeof *digits; i++) {
        const rh_spot_greeks g =
            rh_black_scholes(digits[i].right, digits[i].spot, digits[i].strike, digits[i].years,
                             digits[i].vol, digits[i].rate, digits[i].yield);
        near("price", g.price, digits[i].price, PRICE_TOLERANCE);
        near("delta", g.delta, digits[i].delta, GREEK_TOLERANCE);
        near("gamma", g.gamma, digits[i].gamma, GREEK_TOLERANCE);
        near("vega", g.vega, digits[i].vega, GREEK_TOLERANCE);
        near("theta", g.theta, digits[i].theta, GREEK_TOLERANCE);
        near("rho", g.rho, digits[i].rho, GREEK_TOLERANCE);
        near("dividend rho", g.dividend_rho, digits[i].dividend_rho, GREEK_TOLERANCE);
        near("vanna", g.vanna, digits[i].vanna, GREEK_TOLERANCE);
        near("volga", g.volga, digits[i].volga, GREEK_TOLERANCE);
        near("charm", g.charm, digits[i].charm, GREEK_TOLERANCE);
    }
}

/* Rows of Tardis options_chain files (Deribit's own numbers), against the digits they print.
 * Years are ACT/365 from the timestamp to the expiry; vega per vol point, theta per day, rho per
 * 1 %; the published IV has two decimals, which is worth half the last digit of each. */
static void deribit_prints(void **state) {
    (void)state;
    const double years = (1591689600000.0 - 1591574399413.0) / (365.0 * 86400e3);
    const rh_spot_greeks put = rh_black_scholes(-1, 9756.36, 9875, years, 0.6289, 0, 0);
    assert_true(fabs(put.price / 9756.36 - 0.02210436) < 5e-6);
    assert_true(fabs(put.delta + 0.61752) < 0.5e-5);
    assert_true(fabs(put.gamma - 0.00103) < 0.5e-5);
    assert_true(fabs(put.vega / 100 - 2.24964) < 2e-5);
    assert_true(fabs(put.theta / 365 + 53.05655) < 0.005);
    assert_true(fabs(put.rho / 100 + 0.22796) < 0.5e-5);

    const rh_greeks same = rh_black(-1, 9756.36, 9875, years, 0.6289, 0);
    near("price", same.price, put.price, 1e-15);
    near("delta", same.delta, put.delta, 1e-15);
    const rh_coin_greeks coin = rh_coin(&same, 9756.36);
    assert_true(fabs(coin.price - 0.0221002) < 0.5e-7);
    near("net", coin.net, same.delta - coin.price, 1e-14);
}

static double by_name(const rh_spot_greeks *g, const char *quantity) {
    const struct {
        const char *name;
        double value;
    } all[] = {{"price", g->price},
               {"delta", g->delta},
               {"gamma", g->gamma},
               {"vega", g->vega},
               {"theta", g->theta},
               {"theta_year", g->theta},
               {"theta_day365", g->theta / 365},
               {"rho", g->rho},
               {"dividend_rho", g->dividend_rho},
               {"vanna", g->vanna},
               {"volga", g->volga},
               {"charm", g->charm},
               {"elasticity", g->elasticity},
               {"d1", g->d1},
               {"d2", g->d2}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i].name, quantity) == 0)
            return all[i].value;
    fail_msg("no quantity %s", quantity);
    return NAN;
}

static rh_spot_greeks greeks_of_row(const reference_table *t, size_t row) {
    const int right = reference_text(t, row, "type")[0] == 'C' ? 1 : -1;
    return rh_black_scholes(right, reference_number(t, row, "spot"),
                            reference_number(t, row, "strike"), reference_number(t, row, "T"),
                            reference_number(t, row, "vol"), reference_number(t, row, "r"),
                            reference_number(t, row, "q"));
}

static void table_black_scholes(void **state) {
    (void)state;
    static const char *const columns[] = {"price", "delta", "gamma", "vega", "theta", "rho",
                                          "vanna", "volga", "charm", "d1",   "d2"};
    reference_table *t = reference_open("bs_reference.csv");
    if (!t)
        skip();
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        worst = 0.0;
        for (size_t row = 0; row < reference_rows(t); row++) {
            const rh_spot_greeks g = greeks_of_row(t, row);
            near(columns[c], by_name(&g, columns[c]), reference_number(t, row, columns[c]),
                 c == 0 ? PRICE_TOLERANCE : GREEK_TOLERANCE);
        }
        printf("bs_reference %s: worst relative error %.1e\n", columns[c], worst);
    }
    reference_close(t);
}

static void table_haug(void **state) {
    (void)state;
    reference_table *t = reference_open("haug_values.csv");
    if (!t)
        skip();
    worst = 0.0;
    for (size_t row = 0; row < reference_rows(t); row++) {
        const rh_spot_greeks g = greeks_of_row(t, row);
        const char *quantity = reference_text(t, row, "quantity");
        const double value = by_name(&g, quantity);
        near(quantity, value, reference_number(t, row, "recomputed_17sig"), GREEK_TOLERANCE);
        assert_true(fabs(value - reference_number(t, row, "published_4dp")) < 0.6e-4);
    }
    printf("haug_values: worst relative error %.1e\n", worst);
    reference_close(t);
}

static void check_inverse(const reference_table *t, size_t row) {
    const int right = reference_text(t, row, "type")[0] == 'C' ? 1 : -1;
    const double f = reference_number(t, row, "F");
    const rh_greeks g = rh_black(right, f, reference_number(t, row, "K"),
                                 reference_number(t, row, "T"), reference_number(t, row, "vol"), 0);
    const rh_coin_greeks c = rh_coin(&g, f);
    const struct {
        const char *column;
        double value, tolerance;
    } all[] = {{"coin_price", c.price, PRICE_TOLERANCE},
               {"usd_price", g.price, PRICE_TOLERANCE},
               {"delta_black", g.delta, GREEK_TOLERANCE},
               {"net_transaction_delta", c.net, GREEK_TOLERANCE},
               {"dcoin_dF", c.delta, GREEK_TOLERANCE},
               {"gamma_usd", g.gamma, GREEK_TOLERANCE},
               {"d2coin_dF2", c.gamma, GREEK_TOLERANCE},
               {"vega_usd_per1", g.vega, GREEK_TOLERANCE},
               {"vega_usd_per_volpt", g.vega / 100, GREEK_TOLERANCE},
               {"vega_coin_per1", c.vega, GREEK_TOLERANCE},
               {"theta_usd_year", g.theta, GREEK_TOLERANCE},
               {"theta_usd_day", g.theta / 365, GREEK_TOLERANCE},
               {"hedge_usd_notional_coin_neutral", -c.net * f, GREEK_TOLERANCE},
               {"hedge_contracts_10usd", -c.net * f / 10, GREEK_TOLERANCE}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        near(all[i].column, all[i].value, reference_number(t, row, all[i].column),
             all[i].tolerance);
}

static void table_inverse(void **state) {
    (void)state;
    reference_table *t = reference_open("inverse_reference.csv");
    if (!t)
        skip();
    worst = 0.0;
    for (size_t row = 0; row < reference_rows(t); row++)
        check_inverse(t, row);
    printf("inverse_reference: worst relative error %.1e\n", worst);
    reference_close(t);
}

/* At expiry the coin price is the payoff. */
static void table_payoff(void **state) {
    (void)state;
    reference_table *t = reference_open("deribit_option_examples.csv");
    size_t checked = 0;
    if (!t)
        skip();
    for (size_t row = 0; row < reference_rows(t); row++) {
        if (strcmp(reference_text(t, row, "item"), "payoff") != 0)
            continue;
        const int right = reference_text(t, row, "type")[0] == 'C' ? 1 : -1;
        const double delivery = reference_number(t, row, "underlying_or_delivery");
        const rh_greeks g =
            rh_black(right, delivery, reference_number(t, row, "strike"), 0.0, 0.6, 0.0);
        /* The table prints 16 decimals, and the decimal delivery price was rounded to a double. */
        assert_true(fabs(rh_coin(&g, delivery).price - reference_number(t, row, "result_coin")) <=
                    0.5e-16 + 0x1p-53 + 1e-15 * g.price / delivery);
        checked++;
    }
    assert_true(checked >= 6);
    reference_close(t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(haug_prices),         cmocka_unit_test(haug_greeks),
        cmocka_unit_test(sixty_digits),        cmocka_unit_test(deribit_prints),
        cmocka_unit_test(table_black_scholes), cmocka_unit_test(table_haug),
        cmocka_unit_test(table_inverse),       cmocka_unit_test(table_payoff),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
