/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The draws of simulated markets. */
#include "simulate/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_draw_depends_on_every_part_of_its_place(void **state) {
    (void)state;
    const rh_sim_stream stream = {42, 3}, other_seed = {42 + (UINT64_C(1) << 32), 3},
                        other_path = {42, 4};
    const uint64_t step = UINT64_C(5) << 32;
    const rh_draw here = rh_sim_draw_uniform(&stream, step, RH_SIM_DRAW_SIZE, 7);
    const rh_draw elsewhere[] = {
        rh_sim_draw_uniform(&other_seed, step, RH_SIM_DRAW_SIZE, 7),
        rh_sim_draw_uniform(&other_path, step, RH_SIM_DRAW_SIZE, 7),
        rh_sim_draw_uniform(&stream, step + 1, RH_SIM_DRAW_SIZE, 7),
        rh_sim_draw_uniform(&stream, 0, RH_SIM_DRAW_SIZE, 7), /* the high half of the step counts */
        rh_sim_draw_uniform(&stream, step, RH_SIM_DRAW_WING, 7),
        rh_sim_draw_uniform(&stream, step, RH_SIM_DRAW_SIZE, 8),
    };
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
        assert_true(elsewhere[i].a != here.a);
        assert_true(elsewhere[i].b != here.b);
    }
    const rh_draw again = rh_sim_draw_uniform(&stream, step, RH_SIM_DRAW_SIZE, 7);
    assert_true(again.a == here.a && again.b == here.b);
}

static void uniform_draws_are_uniform(void **state) {
    (void)state;
    enum { N = 200000, CELLS = 64 };
    const rh_sim_stream stream = {1, 0};
    double counts[CELLS] = {0}, chi2 = 0.0;
    for (uint64_t i = 0; i < N / 2; i++) {
        const rh_draw u = rh_sim_draw_uniform(&stream, i, RH_SIM_DRAW_JUMP, 0);
        assert_true(u.a > 0.0 && u.a < 1.0 && u.b > 0.0 && u.b < 1.0);
        counts[(int)(u.a * CELLS)]++;
        counts[(int)(u.b * CELLS)]++;
    }
    const double expected = (double)N / CELLS;
    for (int i = 0; i < CELLS; i++)
        chi2 += (counts[i] - expected) * (counts[i] - expected) / expected;
    /* 63 degrees of freedom: 0.1 % of samples are above 103.4, 0.1 % below 32.5. */
    assert_true(chi2 > 32.5 && chi2 < 103.4);
}

/* Bounds are 4 standard errors of each moment of N normal numbers. */
static void normal_draws_have_the_moments_of_the_law(void **state) {
    (void)state;
    enum { N = 200000 };
    const rh_sim_stream stream = {2, 0};
    double mean = 0.0, square = 0.0, fourth = 0.0, product = 0.0;
    for (uint64_t i = 0; i < N; i++) {
        const rh_draw z = rh_sim_draw_normal(&stream, i, RH_SIM_DRAW_DIFFUSION, 0);
        mean += z.a / N;
        square += z.a * z.a / N;
        fourth += z.a * z.a * z.a * z.a / N;
        product += z.a * z.b / N;
    }
    assert_true(fabs(mean) < 4.0 * sqrt(1.0 / N));
    assert_true(fabs(square - 1.0) < 4.0 * sqrt(2.0 / N));
    assert_true(fabs(fourth - 3.0) < 4.0 * sqrt(96.0 / N));
    assert_true(fabs(product) < 4.0 * sqrt(1.0 / N));
}

/* P(N <= n) of mean 2: 0.135335, 0.406006, 0.676676, 0.857123 (Abramowitz and Stegun, 26.7). */
static void poisson_quantiles_step_where_the_law_does(void **state) {
    (void)state;
    static const double steps[] = {0.135335, 0.406006, 0.676676, 0.857123};
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(rh_poisson_quantile(2.0, steps[i] - 1e-5), i);
        assert_int_equal(rh_poisson_quantile(2.0, steps[i] + 1e-5), i + 1);
    }
    assert_int_equal(rh_poisson_quantile(0.0, 1.0 - 0x1p-53), 0);
    const unsigned most = rh_poisson_quantile(100.0, 1.0 - 0x1p-53);
    assert_true(most > 180 && most < 260);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_draw_depends_on_every_part_of_its_place),
        cmocka_unit_test(uniform_draws_are_uniform),
        cmocka_unit_test(normal_draws_have_the_moments_of_the_law),
        cmocka_unit_test(poisson_quantiles_step_where_the_law_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
