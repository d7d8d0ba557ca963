/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scenario files: what they may say, and what is said of wrong ones. */
#include "simulate/scenario.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LEAST "start: 2024-01-01\nlength: 1d\nspot: {price: 40000}\n"

static rh_status read(const char *text, rh_scenario *out, rh_error *error) {
    rh_config *config = NULL;
    rh_status status = rh_config_read_text("s.yaml", text, strlen(text), &config, error);
    if (status == RH_OK)
        status = rh_scenario_read(config, out, error);
    rh_config_free(config);
    return status;
}

static void the_least_scenario_takes_the_defaults(void **state) {
    (void)state;
    rh_scenario s;
    rh_error error = {0};
    assert_int_equal(read(LEAST, &s, &error), RH_OK);
    assert_int_equal(s.start, INT64_C(1704067200) * RH_S);
    assert_int_equal(rh_scenario_steps(&s), 1440);
    assert_true(s.path.dt == 1.0 / 525600.0);
    assert_string_equal(s.underlying, "BTC");
    assert_string_equal(s.spot.instrument, "BTC-SPOT");
    assert_int_equal(s.perpetual.inverse, 1);
    assert_int_equal(s.perpetual.linear, 0);
    assert_int_equal(s.perpetual.funding, RH_SIM_FUNDING_DERIBIT);
    assert_true(s.perpetual.damper == 0.0005);
    assert_int_equal(s.options.expiries.count, 0);
    assert_int_equal(s.options.settle, RH_INVERSE);
    assert_true(s.options.tick == 0.0005);
}

static void values_are_read(void **state) {
    (void)state;
    rh_scenario s;
    rh_error error = {0};
    assert_int_equal(read("title: 'a, b'\nseed: 9000000000000000000\nunderlying: ETH\n"
                          "start: 2024-01-01T06:30Z\nlength: 1.5d\nstep: 5m\ngzip: true\n"
                          "spot: {price: 2300, drift: -0.5}\n"
                          "perpetual: {inverse: false, linear: true, funding: none}\n"
                          "options: {settle: linear, expiries: [2024-01-02, 2024-01-05T08:00Z], "
                          "strike_step: 50, every: 10m}\n",
                          &s, &error),
                     RH_OK);
    assert_string_equal(s.title, "a, b");
    assert_int_equal(s.seed, UINT64_C(9000000000000000000));
    assert_int_equal(s.gzip, 1);
    assert_int_equal(rh_scenario_steps(&s), 432);
    assert_true(s.path.drift == -0.5);
    assert_int_equal(s.perpetual.inverse, 0);
    assert_int_equal(s.perpetual.linear, 1);
    assert_int_equal(s.perpetual.funding, RH_SIM_FUNDING_NONE);
    assert_int_equal(s.options.expiries.count, 2);
    assert_int_equal(s.options.expiries.at[0], INT64_C(1704182400) * RH_S);
    assert_int_equal(s.options.expiries.at[1], INT64_C(1704441600) * RH_S);
    assert_true(s.options.tick == 5.0 && s.options.tick_small == 5.0);
}

/* Each text is one mistake in an otherwise good scenario. */
static void mistakes_are_named_with_their_place(void **state) {
    (void)state;
    static const struct {
        const char *text, *expected;
    } rows[] = {
        {LEAST "sead: 1\n", "s.yaml:4:7: sead: unknown key (did you mean 'seed'?)"},
        {LEAST "xyzzyx: 1\n", "s.yaml:4:9: xyzzyx: unknown key"},
        {LEAST "variance: {kapa: 1}\n",
         "s.yaml:4:18: variance.kapa: unknown key (did you mean 'kappa'?)"},
        {LEAST "jumps: 3\n", "s.yaml:4:8: jumps: a section of keys was expected"},
        {LEAST "seed: [1]\n", "s.yaml:4:7: seed: one value was expected"},
        {LEAST "seed: 1.5\n", "s.yaml:4:7: seed: '1.5' is not a whole number"},
        {LEAST "seed: -1\n", "s.yaml:4:7: seed: -1 is not between 0 and 9.2e+18"},
        {LEAST "variance: {rho: 1.5}\n", "s.yaml:4:17: variance.rho: 1.5 is not between -1 and 1"},
        {LEAST "variance: {rho: much}\n", "s.yaml:4:17: variance.rho: 'much' is not a number"},
        {LEAST "step: 90\n", "s.yaml:4:7: step: '90' is not a duration such as 15m or 8h"},
        {LEAST "step: 9000h\n", "s.yaml:4:7: step: 9000h is not between 1s and 366d"},
        {LEAST "step: 7m\n",
         "s.yaml:4:7: step: 8h is not a multiple of it, as the funding of a perpetual needs"},
        {"start: 2024-01-01\nlength: 7d\nspot: {price: 1}\nperpetual: {inverse: false}\n"
         "step: 7m\noptions: {expiries: [2024-01-05], every: 7m, delivery_window: 0s}\n",
         "s.yaml:6:21: options.expiries: not a whole number of steps after start (expiries are at "
         "08:00 UTC)"},
        {LEAST "gzip: yes\n", "s.yaml:4:7: gzip: 'yes' is none of false, true"},
        {LEAST "perpetual: {funding: okx}\n",
         "s.yaml:4:22: perpetual.funding: 'okx' is none of none, deribit, binance"},
        {LEAST "underlying: 'BTC,1'\n",
         "s.yaml:4:13: underlying: 'BTC,1' is not a name of letters, "
         "digits, '-', '_' and '.'"},
        {LEAST "underlying: BTC_USD\n",
         "s.yaml:4:13: underlying: '-', '_' and '.' divide the parts of a name"},
        {LEAST "underlying: ABCDEFGHIJKLMNOP\n", "s.yaml:4:13: underlying: longer than 15 bytes"},
        {LEAST "dropout: {probability: 0.1, length: 30s}\n",
         "s.yaml:4:37: dropout.length: shorter than step"},
        {LEAST "step: 8h\nvariance: {kappa: 800}\n",
         "s.yaml:5:19: variance.kappa: kappa * step is above 0.5 (take a shorter step)"},
        {"start: 2024-01-01T00:00:30Z\nlength: 1d\nspot: {price: 1}\n",
         "s.yaml:1:8: start: not a multiple of step"},
        {"start: soon\nlength: 1d\nspot: {price: 1}\n",
         "s.yaml:1:8: start: 'soon' is not a time such as 2024-01-01 or 2024-01-01T08:00Z"},
        {"start: 1969-12-31\nlength: 1d\nspot: {price: 1}\n",
         "s.yaml:1:8: start: 1969-12-31 is not between 1970-01-01 and 2099-12-31"},
        {"start: 2024-01-01\nlength: 90s\nspot: {price: 1}\n",
         "s.yaml:2:9: length: not a multiple of step"},
        {"start: 2024-01-01\nlength: 1d\n", "s.yaml: spot.price: missing; it has no default"},
        {"start: 2024-01-01\nlength: 1d\nspot: {price: 0}\n",
         "s.yaml:3:15: spot.price: 0 is not between 1e-06 and 1000000000"},
        {"[1, 2]\n", "s.yaml:1:1: a scenario is a mapping of keys"},
        {LEAST "options: {expiries: 2024-01-05}\n",
         "s.yaml:4:21: options.expiries: a list of dates was expected"},
        {LEAST "options: {expiries: [2024-01-05, 2024-01-05]}\n",
         "s.yaml:4:34: options.expiries: 2024-01-05 is not later than the date before it"},
        {LEAST "options: {expiries: [2024-01-05T09:00Z]}\n",
         "s.yaml:4:22: options.expiries: '2024-01-05T09:00Z' is not an expiry: they are at 08:00 "
         "UTC"},
        {LEAST "options: {expiries: [2023-12-29]}\n",
         "s.yaml:4:21: options.expiries: the first date is not after start"},
        {LEAST "options: {expiries: [2024-01-05], strikes: 41}\n",
         "s.yaml:4:44: options.strikes: the lowest strike would not be above 0"},
        {LEAST "options: {expiries: [2024-01-05], every: 90s}\n",
         "s.yaml:4:42: options.every: not a multiple of step"},
        {LEAST "options: {expiries: [2024-01-05], curvature: 1.5, skew: -0.5}\n",
         "s.yaml:4:46: options.curvature: curvature * (1 + |skew|) is above 2: butterflies would "
         "be "
         "negative"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        rh_scenario s;
        rh_error error = {0};
        assert_int_equal(read(rows[i].text, &s, &error), RH_BAD_CONFIG);
        assert_string_equal(error.text, rows[i].expected);
    }
}

static void every_key_is_described_and_its_default_is_in_range(void **state) {
    (void)state;
    size_t count;
    const rh_scenario_key *keys = rh_scenario_keys(&count);
    for (size_t i = 0; i < count; i++) {
        assert_true(strlen(keys[i].help) > 5);
        assert_non_null(keys[i].unit);
        assert_true((keys[i].kind == RH_SCENARIO_CHOICE) == (keys[i].choices != NULL));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(keys[i].key, keys[j].key);
        for (size_t j = 0; j < i; j++) /* no two keys share a member */
            assert_true(keys[i].offset != keys[j].offset);
    }
}

/* The files that come with the program. */
static void the_committed_scenarios_are_good(void **state) {
    (void)state;
    static const char *const paths[] = {"sample", "scenarios/diffusion", "scenarios/small"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char path[512];
        rh_config *config = NULL;
        rh_scenario s;
        rh_error error = {0};
        (void)snprintf(path, sizeof path, REHEDGE_SOURCE_DIR "/data/%s.yaml", paths[i]);
        assert_int_equal(rh_config_read_file(path, &config, &error), RH_OK);
        assert_int_equal(rh_scenario_read(config, &s, &error), RH_OK);
        assert_non_null(strstr(s.title, "SYNTHETIC"));
        rh_config_free(config);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_least_scenario_takes_the_defaults),
        cmocka_unit_test(values_are_read),
        cmocka_unit_test(mistakes_are_named_with_their_place),
        cmocka_unit_test(every_key_is_described_and_its_default_is_in_range),
        cmocka_unit_test(the_committed_scenarios_are_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
