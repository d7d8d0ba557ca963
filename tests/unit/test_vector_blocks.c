/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_vector_blocks.c: blocks make the digits of their scalar twins, at every vector width. */
#include "base/random_block.h"
#include "pricing/black.h"
#include "pricing/black_block.h"
#include "pricing/normal.h"
#include "pricing/normal_block.h"
#include "simulate/path_block.h"
#include "study/hedge_block.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_same(const double *got, const double *want) {
    for (size_t i = 0; i < RH_BLOCK; i++)
        if (rh_bits(got[i]) != rh_bits(want[i]))
            fail_msg("element %zu: %.17g, not %.17g", i, got[i], want[i]);
}

static void test_draws(void **state) {
    static const rh_draw_place places[] = {
        {7, 1, 0, 1, 0},
        {UINT64_C(0xfedcba9876543210), UINT64_C(0x123456789a), 4096, 255, 0xffffff},
        {0, UINT64_MAX, UINT32_MAX - RH_BLOCK + 1, 64, 12},
    };
    double a[RH_BLOCK], b[RH_BLOCK], alone[RH_BLOCK], want_a[RH_BLOCK], want_b[RH_BLOCK];
    (void)state;
    for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
        rh_draw_place at = places[p];
        for (size_t i = 0; i < RH_BLOCK; i++, at.path++) {
            const rh_draw draw = rh_draw_uniform(&at);
            want_a[i] = draw.a, want_b[i] = draw.b;
        }
        for (rh_vector v = RH_VECTOR_PLAIN; v <= rh_vector_widest(); v++) {
            rh_draw_uniform_block(v, &places[p], a, b);
            rh_draw_uniform_block(v, &places[p], NULL, alone);
            assert_same(a, want_a);
            assert_same(b, want_b);
            assert_same(alone, want_b);
        }
    }
}

/* Steps whose number passes 2^32, and one that begins anew after the last. */
static void test_draws_of_steps(void **state) {
    static const rh_draw_place places[] = {
        {7, 0, 5, 64, 0},
        {UINT64_C(0xfedcba9876543210), UINT64_C(0x7fffffff0), UINT32_MAX, 255, 0xffffff},
        {0, UINT64_MAX - 9, 12, 64, 12},
    };
    double a[RH_BLOCK], b[RH_BLOCK], alone[RH_BLOCK], want_a[RH_BLOCK], want_b[RH_BLOCK];
    (void)state;
    for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
        rh_draw_place at = places[p];
        for (size_t i = 0; i < RH_BLOCK; i++, at.step++) {
            const rh_draw draw = rh_draw_uniform(&at);
            want_a[i] = draw.a, want_b[i] = draw.b;
        }
        for (rh_vector v = RH_VECTOR_PLAIN; v <= rh_vector_widest(); v++) {
            rh_draw_uniform_steps(v, &places[p], a, b);
            rh_draw_uniform_steps(v, &places[p], NULL, alone);
            assert_same(a, want_a);
            assert_same(b, want_b);
            assert_same(alone, want_b);
        }
    }
}

/* Draws, and numbers near the borders of the formula's three parts. */
static void fill_probabilities(uint64_t step, double *p) {
    static const double edges[] = {0x1p-53, 1e-300, 1.38e-11, 1.4e-11, 2e-11, 0.075, 0.5};
    enum { EDGES = sizeof edges / sizeof *edges, APART = RH_BLOCK / EDGES };
    rh_draw_uniform_block(RH_VECTOR_PLAIN, &(rh_draw_place){1, step, 0, 1, 0}, NULL, p);
    for (size_t i = 0; i < EDGES; i++) {
        p[APART * i] = edges[i];
        p[APART * i + 1] = edges[i] * (1 + 0x1p-52);
        p[APART * i + 2] = 1.0 - edges[i] < 1.0 ? 1.0 - edges[i] : 1.0 - 0x1p-53;
    }
}

static void test_quantiles(void **state) {
    double p[RH_BLOCK], x[RH_BLOCK], want[RH_BLOCK];
    (void)state;
    for (uint64_t step = 0; step < 200; step++) {
        fill_probabilities(step, p);
        for (size_t i = 0; i < RH_BLOCK; i++)
            want[i] = rh_normal_quantile(p[i]);
        for (rh_vector v = RH_VECTOR_PLAIN; v <= rh_vector_widest(); v++) {
            rh_normal_quantile_block(v, p, x);
            assert_same(x, want);
        }
    }
}

static void test_every_probability_a_tail(void **state) {
    double p[RH_BLOCK], x[RH_BLOCK], want[RH_BLOCK];
    (void)state;
    for (size_t i = 0; i < RH_BLOCK; i++) {
        p[i] = i % 2 ? 1e-4 * (double)(i + 1) : 1.0 - 1e-4 * (double)(i + 1);
        want[i] = rh_normal_quantile(p[i]);
    }
    for (rh_vector v = RH_VECTOR_PLAIN; v <= rh_vector_widest(); v++) {
        rh_normal_quantile_block(v, p, x);
        assert_same(x, want);
    }
}

/* Forwards from far below the strike to far above, with the strike itself among them. */
static void fill_forwards(double width, double strike, double *forward) {
    const double middle = RH_BLOCK / 2 - 1;
    for (size_t i = 0; i < RH_BLOCK; i++)
        forward[i] = strike * rh_exp(width * ((double)i - middle) / middle);
}

static void check_option(const rh_black_contract *c, const double *forward) {
    double delta[RH_BLOCK], price[RH_BLOCK], want_delta[RH_BLOCK], want_price[RH_BLOCK];
    double hedge[RH_BLOCK], want_hedged[RH_BLOCK];
    for (size_t i = 0; i < RH_BLOCK; i++) {
        const rh_greeks g = rh_black(c->right, forward[i], c->strike, c->years, c->vol, c->rate);
        want_delta[i] = g.delta, want_price[i] = g.price;
        hedge[i] = 90.0 + (double)i;
        want_hedged[i] = forward[i] / hedge[i] * g.delta;
    }
    for (rh_vector v = RH_VECTOR_PLAIN; v <= rh_vector_widest(); v++) {
        rh_black_block(v, c, forward, NULL, delta, price);
        assert_same(delta, want_delta);
        assert_same(price, want_price);
        rh_black_block(v, c, forward, NULL, delta, NULL);
        assert_same(delta, want_delta);
        rh_black_block(v, c, forward, NULL, NULL, price);
        assert_same(price, want_price);
        rh_black_block(v, c, forward, hedge, delta, price);
        assert_same(delta, want_hedged);
        assert_same(price, want_price);
    }
}

static void test_options(void **state) {
    static const double years[] = {0.0, 1e-9, 1e-4, 0.02, 0.5, 4.0}, vols[] = {0.0, 0.01, 0.2, 2.0};
    static const double widths[] = {1e-13, 0.01, 0.5, 5.0, 100.0};
    double forward[RH_BLOCK];
    (void)state;
    for (size_t w = 0; w < 5; w++) {
        fill_forwards(widths[w], 101.0, forward);
        for (size_t t = 0; t < 6; t++)
            for (size_t s = 0; s < 4; s++)
                for (int right = -1; right <= 1; right += 2) {
                    check_option(&(rh_black_contract){right, 101.0, years[t], vols[s], 0.0},
                                 forward);
                    check_option(&(rh_black_contract){right, 101.0, years[t], vols[s], 0.07},
                                 forward);
                }
    }
    check_option(&(rh_black_contract){1, 0.0, 1.0, 0.3, 0.0}, forward);
}

/* Numbers whose parts or products leave the range of normal ones. */
static void test_options_at_the_borders(void **state) {
    static const struct {
        double width, strike, years, vol;
    } rows[] = {{600.0, 101.0, 2.0, 0.9},   {600.0, 101.0, 2.0, 25.0}, {20.0, 1e-300, 0.5, 0.4},
                {20.0, 1e-310, 0.5, 0.4},   {5.0, 1e300, 0.5, 0.4},    {5.0, 101.0, 1.0, 1e-90},
                {5.0, 101.0, 1.0, 1e-40},   {5.0, 101.0, 1e8, 1e10},   {5.0, 101.0, 1e100, 1e60},
                {5.0, 101.0, 1e250, 1e200}, {100.0, 1e20, 1.0, 6.0}};
    double forward[RH_BLOCK];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fill_forwards(rows[i].width, rows[i].strike, forward);
        for (size_t j = 0; j < RH_BLOCK; j++)
            assert_true(isfinite(
                rh_black_price(1, forward[j], rows[i].strike, rows[i].years, rows[i].vol, 0.0)));
        for (int right = -1; right <= 1; right += 2)
            check_option(
                &(rh_black_contract){right, rows[i].strike, rows[i].years, rows[i].vol, 0.0},
                forward);
    }
}

static void check_paths(rh_vector vector, const rh_sim_path_model *model) {
    const rh_sim_stream first = {11, 3000000000u};
    static rh_sim_path paths[RH_BLOCK];
    static rh_sim_path_block block;
    double spot[RH_BLOCK], want[RH_BLOCK];
    rh_sim_path_block_start(model, &block);
    for (uint32_t i = 0; i < RH_BLOCK; i++)
        rh_sim_path_start(model, &paths[i]);
    for (int step = 0; step < 40; step++) {
        rh_sim_path_block_step(vector, model, &first, &block);
        rh_sim_path_block_spot(vector, model, &block, spot);
        for (uint32_t i = 0; i < RH_BLOCK; i++) {
            rh_sim_path_step(model, &(rh_sim_stream){first.seed, first.path + i}, &paths[i]);
            want[i] = paths[i].spot;
            assert_true(rh_bits(paths[i].variance) == rh_bits(block.variance));
        }
        assert_same(spot, want);
        assert_true(block.step == paths[0].step);
    }
}

static void test_paths(void **state) {
    const rh_sim_path_model constant = {
        .spot0 = 100, .drift = 0.05, .v0 = 0.04, .theta = 0.04, .dt = 1.0 / 252};
    rh_sim_path_model moving = constant;
    moving.kappa = 3.0, moving.theta = 0.3, moving.rho = -0.7, moving.jump_mean = -0.1;
    rh_sim_path_model still = constant;
    still.v0 = still.theta = 0.0;
    (void)state;
    assert_true(rh_sim_path_in_blocks(&constant) && rh_sim_path_in_blocks(&moving));
    for (rh_vector v = RH_VECTOR_PLAIN; v <= rh_vector_widest(); v++) {
        check_paths(v, &constant);
        check_paths(v, &moving);
        check_paths(v, &still);
    }
    moving.xi = 0.1;
    assert_false(rh_sim_path_in_blocks(&moving));
    moving.xi = 0.0, moving.intensity = 2.0;
    assert_false(rh_sim_path_in_blocks(&moving));
}

/* Whether paths that moved this far are in the range of blocks. */
static int is_in_range(rh_vector vector, double log_move) {
    const rh_sim_path_model model = {.spot0 = 100};
    static rh_sim_path_block block;
    double spot[RH_BLOCK];
    rh_sim_path_block_start(&model, &block);
    block.log_move[RH_BLOCK - 1] = log_move;
    return rh_sim_path_block_spot(vector, &model, &block, spot);
}

static void test_range_of_paths(void **state) {
    (void)state;
    for (rh_vector v = RH_VECTOR_PLAIN; v <= rh_vector_widest(); v++) {
        assert_true(is_in_range(v, 0.0) && is_in_range(v, 23.0) && is_in_range(v, -640.0));
        assert_false(is_in_range(v, 23.03) || is_in_range(v, -651.0) || is_in_range(v, 701.0));
        assert_false(is_in_range(v, -1420.0) || is_in_range(v, 1420.0) || is_in_range(v, 1e300));
        assert_false(is_in_range(v, INFINITY) || is_in_range(v, -INFINITY) || is_in_range(v, NAN));
    }
}

/* The hedge is the exposure over the multiplier, rounded once, whichever way it is divided. */
static void test_multipliers(void **state) {
    static const double multipliers[] = {1.0, 0.25, 1024.0, 0.1, 3.0, 0x1p-1021, 0x1p1023};
    static rh_block_prices prices;
    static rh_block_account account;
    static const rh_block_interest none;
    double exposure[RH_BLOCK], want[RH_BLOCK];
    (void)state;
    for (size_t m = 0; m < sizeof multipliers / sizeof *multipliers; m++)
        for (int is_spot = 0; is_spot < 2; is_spot++)
            for (rh_vector v = RH_VECTOR_PLAIN; v <= rh_vector_widest(); v++) {
                const rh_block_terms terms = {.is_spot = is_spot, .multiplier = multipliers[m]};
                account = (rh_block_account){0};
                rh_draw_uniform_block(v, &(rh_draw_place){3, m, 0, 1, 0}, NULL, exposure);
                for (size_t i = 0; i < RH_BLOCK; i++)
                    want[i] = (0.0 - exposure[i]) / multipliers[m];
                rh_block_rebalance(v, &terms, &prices, exposure, &none, &account);
                assert_same(account.held, want);
            }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draws),       cmocka_unit_test(test_draws_of_steps),
        cmocka_unit_test(test_quantiles),   cmocka_unit_test(test_every_probability_a_tail),
        cmocka_unit_test(test_options),     cmocka_unit_test(test_options_at_the_borders),
        cmocka_unit_test(test_paths),       cmocka_unit_test(test_range_of_paths),
        cmocka_unit_test(test_multipliers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
