/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A path in memory says what its files say when they are read, bit for bit. */
#include "base/memory.h"
#include "replay/replay.h"
#include "simulate/simulate.h"
#include "simulate/tape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATHS = 3 };

static char place[256];
static rh_scenario scenario;

static int set_up(void **state) {
    (void)state;
    const char *base = getenv("TMPDIR");
    (void)snprintf(place, sizeof place, "%s/rehedge-tape-XXXXXX", base ? base : "/tmp");
    return mkdtemp(place) ? 0 : -1;
}

static int tear_down(void **state) {
    char command[300];
    (void)state;
    (void)snprintf(command, sizeof command, "rm -rf '%s'", place);
    return system(command);
}

static void read_scenario(const char *name) {
    rh_error error = {0};
    rh_config *config = NULL;
    char path[512];
    (void)snprintf(path, sizeof path, "%s/data/scenarios/%s.yaml", REHEDGE_SOURCE_DIR, name);
    assert_int_equal(rh_config_read_file(path, &config, &error), RH_OK);
    assert_int_equal(rh_scenario_read(config, &scenario, &error), RH_OK);
    rh_config_free(config);
    assert_int_equal(rh_simulate_paths(path, PATHS, place, &error), RH_OK);
}

static void add_name(void *user, const char *name) {
    rh_instrument instrument;
    if (rh_instrument_from_name(name, &instrument) != 0) {
        instrument = (rh_instrument){.kind = RH_SPOT};
        (void)snprintf(instrument.name, sizeof instrument.name, "%s", name);
    }
    assert_int_not_equal(rh_catalogue_add(user, &instrument), RH_NO_INSTRUMENT);
}

typedef struct {
    char paths[3][400];
    rh_source_spec specs[3];
    size_t count;
} files;

static files files_of(int path) {
    static const char *const names[] = {"spot", "perp", "options"};
    files f = {.count = 0};
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(f.paths[f.count], sizeof f.paths[0], "%s/path-%d/%s.csv", place, path,
                       names[i]);
        if (access(f.paths[f.count], R_OK) == 0)
            f.count++;
    }
    return f;
}

static void point(files *f) {
    for (size_t i = 0; i < f->count; i++)
        f->specs[i] = (rh_source_spec){.format = "csv", .path = f->paths[i]};
}

static void assert_same_event(const rh_event *a, const rh_event *b) {
    assert_int_equal(a->known, b->known);
    assert_int_equal(a->happened, b->happened);
    assert_int_equal(a->instrument, b->instrument);
    assert_int_equal(a->source, b->source);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->present, b->present);
    for (int i = 0; i < 5; i++)
        if (rh_event_has(a, i) && !(isnan(a->value[i]) && isnan(b->value[i])))
            assert_memory_equal(&a->value[i], &b->value[i], sizeof a->value[i]);
}

/* Every instant of both, to the end of both; returns the events. */
static uint64_t compare(rh_sim_tape *tape, int path, const rh_catalogue *catalogue) {
    rh_error error = {0};
    rh_replay *replay = NULL;
    files f = files_of(path);
    point(&f);
    assert_int_equal(rh_replay_open(f.specs, f.count, catalogue, &replay, &error), RH_OK);
    for (;;) {
        const rh_event *a, *b;
        size_t n_a, n_b;
        assert_int_equal(rh_sim_tape_next_time(tape), rh_replay_next_time(replay));
        assert_int_equal(rh_sim_tape_take(tape, &a, &n_a, &error), RH_OK);
        if (rh_replay_next_time(replay) == RH_NEVER) {
            assert_int_equal(n_a, 0);
            break;
        }
        assert_int_equal(rh_replay_take(replay, &b, &n_b, &error), RH_OK);
        assert_int_equal(n_a, n_b);
        for (size_t i = 0; i < n_a; i++)
            assert_same_event(&a[i], &b[i]);
    }
    const uint64_t events = rh_replay_events(replay);
    rh_replay_close(replay);
    return events;
}

static void check_paths(const rh_catalogue *catalogue, uint64_t least) {
    rh_error error = {0};
    rh_sim_tape *tape = NULL;
    assert_int_equal(rh_sim_tape_open(&scenario, 2, catalogue, &tape, &error), RH_OK);
    uint64_t events = compare(tape, 2, catalogue);
    const uint64_t allocations = rh_memory_allocations();
    for (uint32_t path = 1; path <= PATHS; path++)
        rh_sim_tape_rewind(tape, path);
    assert_true(rh_memory_allocations() == allocations);
    for (int path = PATHS; path > 0; path--) {
        rh_sim_tape_rewind(tape, (uint32_t)path);
        events += compare(tape, path, catalogue);
    }
    assert_true(events > least);
    assert_true(rh_sim_tape_events(tape) == events);
    rh_sim_tape_close(tape);
}

/* Jumps, outages of both kinds, both perpetuals, funding, three expiries of which one settles. */
static void everything_that_files_say_is_said(void **state) {
    (void)state;
    read_scenario("small");
    rh_catalogue *catalogue = rh_catalogue_new();
    files f = files_of(1);
    rh_error error = {0};
    point(&f);
    assert_int_equal(f.count, 3);
    for (size_t i = 0; i < f.count; i++)
        assert_int_equal(rh_source_names(&f.specs[i], add_name, catalogue, &error), RH_OK);
    check_paths(catalogue, 10000);
    rh_catalogue_free(catalogue);
}

/* Of a chain only what is wanted is made, with the draws that it has in the whole. */
static void a_part_of_the_chain_is_what_it_is_in_the_whole(void **state) {
    static const char *const wanted[] = {"BTC-5JAN24-43000-P", "BTC_USDC-PERPETUAL",
                                         "BTC-2JAN24-42000-C"};
    (void)state;
    read_scenario("small");
    rh_catalogue *catalogue = rh_catalogue_new();
    for (size_t i = 0; i < 3; i++)
        add_name(catalogue, wanted[i]);
    check_paths(catalogue, 1000);
    rh_catalogue_free(catalogue);
}

static void nothing_is_rounded_where_ticks_are_0(void **state) {
    (void)state;
    read_scenario("diffusion");
    rh_catalogue *catalogue = rh_catalogue_new();
    add_name(catalogue, "BTC-SPOT");
    add_name(catalogue, "BTC-PERPETUAL");
    add_name(catalogue, "BTC-8JAN24-40000-C");
    check_paths(catalogue, 5000);
    rh_catalogue_free(catalogue);
}

/* Two files instead of three, steps that divide no hour, options in USD. */
static void a_stock_without_perpetuals_too(void **state) {
    (void)state;
    read_scenario("one-month");
    rh_catalogue *catalogue = rh_catalogue_new();
    add_name(catalogue, "XYZ_USDC-31JAN24-100-P");
    add_name(catalogue, "XYZ");
    check_paths(catalogue, 1000);
    rh_catalogue_free(catalogue);
}

static void a_price_that_runs_away_is_an_error_of_the_stream(void **state) {
    (void)state;
    rh_error error = {0};
    rh_sim_tape *tape = NULL;
    const rh_event *events;
    size_t count = 1;
    read_scenario("diffusion");
    scenario.path.drift = 100.0;
    scenario.length = 4000 * RH_DAY;
    scenario.options.expiries.count = 0;
    rh_catalogue *catalogue = rh_catalogue_new();
    add_name(catalogue, "BTC-SPOT");
    assert_int_equal(rh_sim_tape_open(&scenario, 0, catalogue, &tape, &error), RH_OK);
    while (rh_sim_tape_next_time(tape) != RH_NEVER)
        assert_int_equal(rh_sim_tape_take(tape, &events, &count, &error), RH_OK);
    assert_int_equal(rh_sim_tape_take(tape, &events, &count, &error), RH_BAD_CONFIG);
    assert_non_null(strstr(error.text, "the simulated price came to"));
    rh_sim_tape_close(tape);
    rh_catalogue_free(catalogue);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(everything_that_files_say_is_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_part_of_the_chain_is_what_it_is_in_the_whole, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_rounded_where_ticks_are_0, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stock_without_perpetuals_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_price_that_runs_away_is_an_error_of_the_stream, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
