/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the results file share: a fresh directory, a catalogue of awkward names, a
 * small file with two lanes. */
#ifndef TEST_RESULTS_FIXTURE_H
#define TEST_RESULTS_FIXTURE_H

#include "base/memory.h"
#include "results/results.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NASTY_NAME "a,\"b\"\n'c' \xC3\xA9\xE2\x82\xBF\\\t"

typedef struct {
    char place[256]; /* a fresh directory */
    char path[300];  /* place/run.db */
    rh_catalogue *catalogue;
} fixture;

static inline void name_instrument(rh_catalogue *catalogue, const char *name) {
    rh_instrument instrument = {.kind = RH_PERPETUAL, .settle = RH_INVERSE, .multiplier = 1.0};
    (void)snprintf(instrument.name, sizeof instrument.name, "%s", name);
    (void)snprintf(instrument.underlying, sizeof instrument.underlying, "BTC");
    assert_true(rh_catalogue_add(catalogue, &instrument) != RH_NO_INSTRUMENT);
}

static inline int set_up(void **state) {
    const char *base = getenv("TMPDIR");
    fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    (void)snprintf(f->place, sizeof f->place, "%s/rehedge-results-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(f->place))
        return -1;
    (void)snprintf(f->path, sizeof f->path, "%s/run.db", f->place);
    f->catalogue = rh_catalogue_new();
    name_instrument(f->catalogue, "BTC-PERPETUAL");
    name_instrument(f->catalogue, NASTY_NAME);
    *state = f;
    return 0;
}

static inline int files_there(const fixture *f) {
    int count = 0;
    const struct dirent *entry;
    DIR *directory = opendir(f->place);
    assert_non_null(directory);
    while ((entry = readdir(directory)))
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    (void)closedir(directory);
    return count;
}

static inline int tear_down(void **state) {
    fixture *f = *state;
    char path[600];
    const struct dirent *entry;
    rh_memory_fail_after(UINT64_MAX);
    DIR *directory = opendir(f->place);
    while (directory && (entry = readdir(directory))) {
        (void)snprintf(path, sizeof path, "%s/%s", f->place, entry->d_name);
        (void)remove(path);
    }
    if (directory)
        (void)closedir(directory);
    int status = rmdir(f->place);
    rh_catalogue_free(f->catalogue);
    free(f);
    return status;
}

/* Every number differs from every other; *at is advanced past them. */
static inline rh_step a_step(rh_time ts, double *at) {
    rh_step step = {.ts = ts, .evidence = RH_BY_MODEL, .full = 1};
    double *const fields[] = {&step.spot,
                              &step.forward,
                              &step.hedge_price,
                              &step.iv,
                              &step.option_value_usd,
                              &step.book_delta,
                              &step.hedge_quantity,
                              &step.target_quantity,
                              &step.net_delta,
                              &step.book_gamma,
                              &step.book_vega,
                              &step.book_theta,
                              &step.equity_usd,
                              &step.equity_coin,
                              &step.pnl_usd,
                              &step.pnl_coin,
                              &step.unhedged_pnl_usd,
                              &step.unhedged_pnl_coin,
                              &step.error_usd,
                              &step.error_coin};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        *fields[i] = (*at)++ / 3.0;
    for (int i = 0; i < RH_N_TERMS; i++) {
        step.attribution.usd[i] = (*at)++ / 3.0;
        step.attribution.coin[i] = (*at)++ / 3.0;
    }
    return step;
}

static inline rh_results_run a_run(void) {
    return (rh_results_run){.label = "interval, \"8h\"",
                            .title = "Line 1\nline 2",
                            .config = "{}",
                            .seed = 42,
                            .numeraire = "usd",
                            .underlying = "BTC",
                            .grid = 90 * RH_MIN};
}

#define MUST(call) assert_int_equal((call), RH_OK)

static inline void add_lane(rh_results *results, const rh_results_run *run, const double *metrics) {
    rh_recorder *lane;
    double at = 1.0;
    rh_results_end end = {.status = "ok", .notes = "", .events = 7, .metrics = metrics};
    MUST(rh_results_begin(results, run, &lane, NULL));
    rh_step opening = {.ts = RH_DAY, .error_usd = NAN, .error_coin = NAN};
    MUST(lane->step(lane, &opening, NULL));
    for (int i = 1; i <= 3; i++) {
        rh_step step = a_step(RH_DAY + i * run->grid, &at);
        MUST(lane->step(lane, &step, NULL));
    }
    const rh_fill fill = {.ts = RH_DAY + RH_MS,
                          .instrument = 1,
                          .quantity = -0.1,
                          .price = 1e-7,
                          .mid = NAN,
                          .fee_usd = 1.0 / 3.0,
                          .spread_usd = 5e-324,
                          .impact_usd = 1.7976931348623157e308,
                          .latency_usd = -0.0,
                          .reason = RH_FILL_HEDGE,
                          .evidence = RH_BY_ONE_SIDED};
    const rh_flow fee = {.ts = RH_DAY + 1,
                         .currency = RH_COIN,
                         .reason = RH_FLOW_FEE,
                         .instrument = 1,
                         .amount = -0.25};
    const rh_flow interest = {.ts = RH_DAY + 2 * RH_US,
                              .currency = RH_USD,
                              .reason = RH_FLOW_INTEREST,
                              .instrument = RH_NO_INSTRUMENT,
                              .amount = 3.0};
    MUST(lane->fill(lane, &fill, NULL));
    MUST(lane->flow(lane, &fee, NULL));
    MUST(lane->flow(lane, &interest, NULL));
    MUST(rh_results_finish(results, lane, &end, NULL));
}

static inline void write_small_file(const fixture *f) {
    rh_results *results;
    double metrics[RH_N_METRICS];
    const rh_results_run run = a_run();
    for (int i = 0; i < RH_N_METRICS; i++)
        metrics[i] = i == RH_METRIC_SHARPE ? (double)NAN : i / 7.0;
    MUST(rh_results_create(f->path, f->catalogue, &results, NULL));
    add_lane(results, &run, metrics);
    add_lane(results, &run, NULL);
    MUST(rh_results_commit(results, NULL));
}

#endif
