/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The smile's level, its shape, and that it can't be arbitraged. */
#include "pricing/black.h"
#include "simulate/scenario.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const double DAY = 1.0 / 365.0;

static const rh_sim_smile usual = {.path = {.spot0 = 42500,
                                            .v0 = 0.26,
                                            .kappa = 12,
                                            .theta = 0.3,
                                            .xi = 1.5,
                                            .intensity = 24,
                                            .jump_mean = -0.01,
                                            .jump_sd = 0.025},
                                   .premium = 1.05,
                                   .skew = -0.2,
                                   .curvature = 0.8};

/* The mean of the variance over the option's life, by Simpson's rule on E[v]. */
static double mean_variance(const rh_sim_path_model *m, double v, double years) {
    enum { N = 20000 };
    double sum = 0.0;
    for (int i = 0; i <= N; i++) {
        const double at = m->theta + (v - m->theta) * exp(-m->kappa * years * i / N);
        sum += at * (i == 0 || i == N ? 1.0 : i % 2 ? 4.0 : 2.0);
    }
    return sum / (3.0 * N);
}

static void the_level_is_the_expected_variance(void **state) {
    (void)state;
    static const double years[] = {1e-6, 1e-5, 8e-5, 9e-5, 1e-3, 0.02, 0.25, 2.0};
    for (size_t i = 0; i < sizeof years / sizeof *years; i++)
        for (double v = 0.0; v < 1.0; v += 0.15) {
            const double expected =
                mean_variance(&usual.path, v, years[i]) + 24.0 * (1e-4 + 0.025 * 0.025);
            const double got = rh_sim_smile_at_money(&usual, v, years[i]) / 1.05;
            assert_true(fabs(got * got - expected) < 1e-12);
        }
}

/* d vol / dk at k = 0 is skew * curvature / (2 sqrt(years)) but for a factor sqrt(1 + W). */
static void the_slope_decays_with_the_root_of_time(void **state) {
    (void)state;
    for (double years = 0.01; years < 0.3; years *= 1.7) {
        const double h = 1e-4, level = rh_sim_smile_at_money(&usual, 0.26, years);
        const double slope = (rh_sim_smile_volatility(&usual, 0.26, years, h) -
                              rh_sim_smile_volatility(&usual, 0.26, years, -h)) /
                             (2.0 * h);
        const double expected =
            -0.2 * 0.8 / (2.0 * sqrt(years) * sqrt(1.0 + level * level * years));
        assert_true(fabs(slope / expected - 1.0) < 1e-3);
    }
}

/* Below a day the smile keeps its width, so that the last minutes have no absurd wings. */
static void the_last_day_widens_the_smile_no_more(void **state) {
    (void)state;
    for (double k = -0.4; k <= 0.4; k += 0.1) {
        const double day =
            rh_sim_smile_volatility(&usual, 0.3, DAY, k) / rh_sim_smile_at_money(&usual, 0.3, DAY);
        const double minutes = rh_sim_smile_volatility(&usual, 0.3, DAY / 96.0, k) /
                               rh_sim_smile_at_money(&usual, 0.3, DAY / 96.0);
        assert_true(fabs(minutes / day - 1.0) < 1e-12);
    }
}

static void constant_volatility_has_no_smile_to_the_bit(void **state) {
    (void)state;
    rh_sim_smile flat = usual;
    flat.path.xi = flat.path.intensity = 0.0;
    flat.path.v0 = flat.path.theta = 0.36;
    flat.premium = 1.0;
    for (double years = 1e-5; years < 1.0; years *= 1.5)
        for (double k = -1.0; k <= 1.0; k += 0.1)
            assert_true(rh_sim_smile_volatility(&flat, 0.36, years, k) == 0.6);
    flat.path.xi = 1.0;
    assert_true(rh_sim_smile_volatility(&flat, 0.36, 0.1, -0.3) > 0.61);
}

static void no_variance_at_all_is_no_volatility(void **state) {
    (void)state;
    rh_sim_smile still = usual;
    still.path.kappa = still.path.intensity = 0.0;
    assert_true(rh_sim_smile_volatility(&still, 0.0, 0.1, 0.2) == 0.0);
    assert_true(rh_sim_smile_volatility(&still, 0.0, 0.1, 0.0) == 0.0);
}

/* Undiscounted calls: falling in the strike by less than the strike grows, and convex. The
 * tolerance is the rounding of three prices. */
static void assert_no_butterfly(const rh_sim_smile *smile, double v, double years, double forward,
                                const double *strikes, size_t count) {
    double price[128];
    assert_true(count <= 128);
    for (size_t i = 0; i < count; i++) {
        const double vol = rh_sim_smile_volatility(smile, v, years, log(strikes[i] / forward));
        price[i] = rh_black_price(1, forward, strikes[i], years, vol, 0.0);
    }
    const double tolerance = 16.0 * DBL_EPSILON * forward;
    for (size_t i = 1; i < count; i++) {
        const double drop = price[i - 1] - price[i];
        assert_true(drop > -tolerance);
        assert_true(drop < strikes[i] - strikes[i - 1] + tolerance);
    }
    for (size_t i = 1; i + 1 < count; i++) {
        const double left = (price[i] - price[i - 1]) / (strikes[i] - strikes[i - 1]);
        const double right = (price[i + 1] - price[i]) / (strikes[i + 1] - strikes[i]);
        assert_true(right - left > -tolerance / (strikes[1] - strikes[0]));
    }
}

static void the_surface_has_no_butterfly_arbitrage(void **state) {
    (void)state;
    static const struct {
        double skew, curvature;
    } shapes[] = {{-0.2, 0.8}, {-0.6, 1.25}, {0.9, 1.05}, {0.0, 2.0}, {-0.99, 1.0}};
    double strikes[121];
    for (size_t i = 0; i < 121; i++)
        strikes[i] = 42500.0 * exp(-1.5 + 0.025 * (double)i);
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        rh_sim_smile smile = usual;
        smile.skew = shapes[s].skew;
        smile.curvature = shapes[s].curvature;
        for (double years = DAY / 96.0; years < 2.0; years *= 1.6)
            for (double v = 0.01; v < 2.0; v *= 2.5)
                assert_no_butterfly(&smile, v, years, 42500.0, strikes, 121);
    }
}

/* At one moneyness the total variance grows with time. */
static void the_surface_has_no_calendar_arbitrage(void **state) {
    (void)state;
    for (double k = -1.0; k <= 1.0; k += 0.05)
        for (double v = 0.01; v < 2.0; v *= 2.5) {
            double before = 0.0;
            for (double years = DAY / 96.0; years < 2.0; years *= 1.05) {
                const double vol = rh_sim_smile_volatility(&usual, v, years, k);
                assert_true(vol * vol * years > before);
                before = vol * vol * years;
            }
        }
}

/* Every six hours of the sample's own path, on its own strikes and expiries. */
static void the_sample_has_no_arbitrage_where_it_is_quoted(void **state) {
    (void)state;
    enum { EVERY = 360 };
    rh_config *config = NULL;
    rh_scenario s;
    rh_error error = {0};
    assert_int_equal(rh_config_read_file(REHEDGE_SOURCE_DIR "/data/sample.yaml", &config, &error),
                     RH_OK);
    assert_int_equal(rh_scenario_read(config, &s, &error), RH_OK);
    const rh_sim_smile smile = rh_scenario_smile(&s);
    const rh_sim_stream stream = {s.seed, 0};
    rh_sim_path path;
    double strikes[128];
    int looked = 0;
    for (uint64_t i = 0; i < s.options.strikes; i++)
        strikes[i] =
            42000.0 + ((double)i - (double)(s.options.strikes / 2)) * s.options.strike_step;
    rh_sim_path_start(&s.path, &path);
    for (uint64_t i = 0; i < rh_scenario_steps(&s); i++) {
        if (i % EVERY == 0)
            for (size_t e = 0; e < s.options.expiries.count; e++) {
                const double years =
                    rh_years(s.start + (rh_time)i * s.step, s.options.expiries.at[e]);
                if (years <= 0.0)
                    continue;
                assert_no_butterfly(&smile, rh_sim_path_variance(&path), years,
                                    path.spot * exp(s.options.carry * years), strikes,
                                    (size_t)s.options.strikes);
                looked++;
            }
        rh_sim_path_step(&s.path, &stream, &path);
    }
    assert_true(looked > 500);
    rh_config_free(config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_level_is_the_expected_variance),
        cmocka_unit_test(the_slope_decays_with_the_root_of_time),
        cmocka_unit_test(the_last_day_widens_the_smile_no_more),
        cmocka_unit_test(constant_volatility_has_no_smile_to_the_bit),
        cmocka_unit_test(no_variance_at_all_is_no_volatility),
        cmocka_unit_test(the_surface_has_no_butterfly_arbitrage),
        cmocka_unit_test(the_surface_has_no_calendar_arbitrage),
        cmocka_unit_test(the_sample_has_no_arbitrage_where_it_is_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
