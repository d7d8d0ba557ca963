/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The simulated path against what its model says. Seeds are fixed, so the tests always give the
 * same numbers; bounds are 4 standard errors. */
#include "simulate/path.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const double MINUTE = 1.0 / (365.0 * 1440.0);

static const rh_sim_path_model market = {.spot0 = 42500,
                                         .drift = 0.1,
                                         .v0 = 0.26,
                                         .kappa = 12,
                                         .theta = 0.3,
                                         .xi = 1.5,
                                         .rho = -0.25,
                                         .intensity = 365,
                                         .jump_mean = -0.01,
                                         .jump_sd = 0.02,
                                         .dt = 1.0 / (365.0 * 1440.0)};

static void realised_variance_is_the_integrated_variance(void **state) {
    (void)state;
    enum { N = 60480 };
    const rh_sim_stream stream = {1, 0};
    rh_sim_path path;
    double realised = 0.0, quarticity = 0.0;
    rh_sim_path_start(&market, &path);
    for (int i = 0; i < N; i++) {
        const rh_sim_path before = path;
        rh_sim_path_step(&market, &stream, &path);
        const double move = path.log_move - before.log_move - (path.jump_log - before.jump_log);
        const double v = rh_sim_path_variance(&before) * market.dt;
        realised += move * move;
        quarticity += 2.0 * v * v; /* variance of a squared normal move */
    }
    assert_true(fabs(realised - path.integrated_variance) < 4.0 * sqrt(quarticity));
    assert_true(4.0 * sqrt(quarticity) < 0.03 * path.integrated_variance); /* the bound is sharp */
    assert_true(path.step == N);
    assert_true(path.spot == path.spot && path.spot > 0.0);
}

static void spot_and_variance_move_with_the_correlation(void **state) {
    (void)state;
    enum { N = 40000 };
    for (int sign = -1; sign <= 1; sign += 2) {
        const rh_sim_stream stream = {5, 0};
        rh_sim_path_model model = market;
        model.rho = 0.4 * sign;
        model.intensity = 0.0;
        rh_sim_path path;
        double xy = 0.0, xx = 0.0, yy = 0.0;
        rh_sim_path_start(&model, &path);
        for (int i = 0; i < N; i++) {
            const rh_sim_path before = path;
            rh_sim_path_step(&model, &stream, &path);
            const double scale = sqrt(rh_sim_path_variance(&before));
            const double x = (path.log_move - before.log_move) / scale;
            const double y = (path.variance - before.variance) / scale;
            xy += x * y, xx += x * x, yy += y * y;
        }
        const double correlation = xy / sqrt(xx * yy);
        assert_true(fabs(correlation - model.rho) < 4.0 * (1.0 - 0.16) / sqrt(N));
    }
}

static void jumps_are_as_many_and_as_large_as_asked(void **state) {
    (void)state;
    enum { N = 8760 };
    const rh_sim_stream stream = {3, 9};
    rh_sim_path_model model = market;
    model.dt = 1.0 / N; /* a year of hours; one hour in 24 has a jump, some have two */
    rh_sim_path path;
    double square = 0.0;
    rh_sim_path_start(&model, &path);
    for (int i = 0; i < N; i++) {
        const double before = path.jump_log;
        rh_sim_path_step(&model, &stream, &path);
        square += (path.jump_log - before) * (path.jump_log - before);
    }
    const double count = model.intensity, second = 0.01 * 0.01 + 0.02 * 0.02;
    const double n = (double)path.jumps;
    assert_true(fabs(n - count) < 4.0 * sqrt(count));
    assert_true(fabs(path.jump_log - n * model.jump_mean) < 4.0 * model.jump_sd * sqrt(n));
    assert_true(fabs(square / n / second - 1.0) < 4.0 * sqrt(2.0 / n) + 0.05);
}

typedef struct {
    double mean, error; /* of the mean */
} estimate;

typedef double measure(const rh_sim_path *path);

static double final_spot(const rh_sim_path *path) {
    return path->spot;
}

static double final_variance(const rh_sim_path *path) {
    return path->variance;
}

static estimate over_paths(const rh_sim_path_model *model, int steps, measure *value) {
    enum { PATHS = 4000 };
    double sum = 0.0, square = 0.0;
    for (uint32_t p = 0; p < PATHS; p++) {
        const rh_sim_stream stream = {77, p};
        rh_sim_path path;
        rh_sim_path_start(model, &path);
        for (int i = 0; i < steps; i++)
            rh_sim_path_step(model, &stream, &path);
        const double x = value(&path);
        sum += x;
        square += x * x;
    }
    const double mean = sum / PATHS;
    return (estimate){mean, sqrt((square / PATHS - mean * mean) / PATHS)};
}

/* The compensator of the jumps is in the drift, so the mean is the drift's alone. */
static void the_spot_grows_with_the_drift(void **state) {
    (void)state;
    rh_sim_path_model model = market;
    model.dt = 1.0 / (365.0 * 3.0);
    model.drift = 1.0;
    model.intensity = 50.0;
    const estimate e = over_paths(&model, 270, final_spot);
    const double expected = model.spot0 * exp(90.0 / 365.0);
    assert_true(fabs(e.mean - expected) < 4.0 * e.error);
    assert_true(e.error < 0.005 * expected); /* variance alone makes 3.7 %, jumps 10 % */
}

/* E[v] = theta + (v0 - theta) e^(-kappa t) (Heston 1993). */
static void the_variance_returns_to_its_mean(void **state) {
    (void)state;
    rh_sim_path_model model = market;
    model.dt = 1.0 / (365.0 * 24.0);
    model.v0 = 0.6;
    model.xi = 1.0;
    const estimate e = over_paths(&model, 480, final_variance);
    const double expected = 0.3 + 0.3 * exp(-12.0 * 20.0 / 365.0);
    assert_true(fabs(e.mean - expected) < 4.0 * e.error);
    assert_true(e.error < 0.02 * expected);
}

static void constant_volatility_stays_constant_to_the_bit(void **state) {
    (void)state;
    const rh_sim_stream stream = {8, 0};
    const rh_sim_path_model model = {
        .spot0 = 100, .v0 = 0.36, .theta = 0.36, .kappa = 5, .rho = 0, .dt = MINUTE};
    rh_sim_path path;
    rh_sim_path_start(&model, &path);
    for (int i = 0; i < 1000; i++) {
        rh_sim_path_step(&model, &stream, &path);
        assert_true(path.variance == 0.36);
        assert_true(path.jumps == 0 && path.jump_log == 0.0);
    }
}

/* Feller's condition is broken on purpose: the variance wants to go below 0. */
static void a_variance_that_hits_zero_comes_back(void **state) {
    (void)state;
    enum { N = 50000 };
    const rh_sim_stream stream = {4, 0};
    rh_sim_path_model model = market;
    model.dt = 1.0 / (365.0 * 24.0);
    model.theta = model.v0 = 0.05;
    model.kappa = 5;
    model.xi = 3;
    rh_sim_path path;
    int below = 0, above = 0;
    rh_sim_path_start(&model, &path);
    for (int i = 0; i < N; i++) {
        rh_sim_path_step(&model, &stream, &path);
        assert_true(rh_sim_path_variance(&path) >= 0.0);
        assert_true(path.spot > 0.0 && isfinite(path.spot));
        below += path.variance < 0.0;
        above += path.variance > model.theta;
    }
    assert_true(below > 0);
    assert_true(above > N / 100);
}

/* Two paths stepped in turn are the two paths stepped one after the other. */
static void paths_do_not_disturb_each_other(void **state) {
    (void)state;
    const rh_sim_stream streams[2] = {{6, 0}, {6, 1}};
    rh_sim_path together[2], alone;
    rh_sim_path_start(&market, &together[0]);
    rh_sim_path_start(&market, &together[1]);
    for (int i = 0; i < 500; i++) {
        rh_sim_path_step(&market, &streams[1], &together[1]);
        rh_sim_path_step(&market, &streams[0], &together[0]);
    }
    for (int p = 0; p < 2; p++) {
        rh_sim_path_start(&market, &alone);
        for (int i = 0; i < 500; i++)
            rh_sim_path_step(&market, &streams[p], &alone);
        assert_memory_equal(&alone, &together[p], sizeof alone);
    }
    assert_true(together[0].spot != together[1].spot);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(realised_variance_is_the_integrated_variance),
        cmocka_unit_test(spot_and_variance_move_with_the_correlation),
        cmocka_unit_test(jumps_are_as_many_and_as_large_as_asked),
        cmocka_unit_test(the_spot_grows_with_the_drift),
        cmocka_unit_test(the_variance_returns_to_its_mean),
        cmocka_unit_test(constant_volatility_stays_constant_to_the_bit),
        cmocka_unit_test(a_variance_that_hits_zero_comes_back),
        cmocka_unit_test(paths_do_not_disturb_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
