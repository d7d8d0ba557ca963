/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loop that people write first: one-minute bars, a rolling 30-day at-the-money call, hedged to
 * the edge of a band of 0.02 delta at 3 bp. Two years of bars and a chain a day stand in a store;
 * what is timed is opening it, the run with its whole ledger, and, for comparison, the same with
 * every fill, step and cash movement written to a results file. backtrader 1.9.78 does 22,000
 * bars a second of that loop on such a machine. See README.md. */
#include "experiment/plan.h"
#include "feed/store.h"
#include "pricing/elementary.h"
#include "pricing/normal.h"
#include "results/results.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DAYS = 730, STRIKES = 7, WEEKS = 7 };
static const double BACKTRADER = 22000.0, TARGET = 500.0;
static const rh_time START = INT64_C(1609459200) * RH_S; /* 2021-01-01, a Friday */

static const char experiment_text[] =
    "data: [{store: market.db}]\n"
    "venue: none\n"
    "instruments: [{name: BTC-PERPETUAL, settle: linear}]\n"
    "book: [{roll: call, tenor: 30d, strike: atm, quantity: -10, price: mark}]\n"
    "hedge: {instrument: BTC-PERPETUAL, collateral: ignore}\n"
    "strategy: {name: band, width: 0.02}\n"
    "execution: {price: mid}\n"
    "costs: {taker: 0.0003}\n"
    "record: {every: 1d}\n";

static void require(int fine, const char *what) {
    if (fine)
        return;
    (void)fprintf(stderr, "bench_bars: %s\n", what);
    exit(1);
}

static double now_s(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- the market ---- */

static double draw_normal(uint64_t *state) { /* splitmix64 */
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return rh_normal_quantile(((double)((z ^ z >> 31) >> 11) + 0.5) * 0x1p-53);
}

/* A chain of the next Fridays, strikes around the price, as it is listed that day. */
static void write_chain(FILE *out, rh_time now, double price) {
    static const char *const months[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                         "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
    const rh_time day = now / RH_DAY * RH_DAY;
    const int64_t since = (day - START) / RH_DAY % 7;
    for (int week = 1; week <= WEEKS; week++) {
        const rh_time expiry = day + (7 * week - since) * RH_DAY + 8 * RH_HOUR;
        const time_t seconds = (time_t)(expiry / RH_S);
        struct tm date;
        (void)gmtime_r(&seconds, &date);
        for (int k = 0; k < STRIKES; k++) {
            const double strike = 1000.0 * (round(price / 1000.0) + k - STRIKES / 2);
            (void)fprintf(out, "%" PRId64 ",BTC-%d%s%02d-%.0f-C,0.7,%.2f\n", now / RH_S,
                          date.tm_mday, months[date.tm_mon], date.tm_year % 100, strike, price);
        }
    }
}

static void write_market(const char *bars_path, const char *chain_path) {
    FILE *bars = fopen(bars_path, "w"), *chain = fopen(chain_path, "w");
    uint64_t state = 1;
    double price = 30000.0;
    const double sigma = 0.7 / sqrt(365.0 * 1440.0);
    require(bars && chain, "cannot write");
    (void)fputs("ts,open,high,low,close,volume\n", bars);
    (void)fputs("ts,instrument,iv,forward\n", chain);
    for (int64_t minute = 1; minute <= DAYS * INT64_C(1440); minute++) {
        const double open = price;
        price *= rh_exp(sigma * draw_normal(&state) - 0.5 * sigma * sigma);
        const rh_time now = START + minute * RH_MIN;
        (void)fprintf(bars, "%" PRId64 ",%.1f,%.1f,%.1f,%.1f,5\n", now / RH_S, open,
                      fmax(open, price), fmin(open, price), price);
        if (now % RH_DAY == 8 * RH_HOUR)
            write_chain(chain, now, price);
    }
    require(fclose(bars) == 0 && fclose(chain) == 0, "cannot write");
}

static double import_market(void) {
    rh_error error = {.text = ""};
    rh_store_writer *writer;
    rh_store_imported imported;
    const rh_source_spec files[] = {
        {.format = "csv", .path = "bars.csv", .instrument = "BTC-PERPETUAL"},
        {.format = "csv", .path = "chain.csv"}};
    const double from = now_s();
    require(rh_store_writer_open("market.db", &writer, &error) == RH_OK, error.text);
    for (int i = 0; i < 2; i++)
        require(rh_store_import(writer, &files[i], NULL, &imported, &error) == RH_OK, error.text);
    rh_store_writer_close(writer);
    return now_s() - from;
}

/* ---- the run ---- */

typedef struct {
    double seconds;
    uint64_t bars, rebalances;
} outcome;

static rh_recorder *open_results(const rh_plan *plan, rh_results **results) {
    const rh_results_run run = {.label = "bars",
                                .title = "",
                                .config = "{}",
                                .identity = "{}",
                                .numeraire = "usd",
                                .underlying = "BTC",
                                .grid = RH_DAY};
    rh_error error = {.text = ""};
    rh_recorder *recorder = NULL;
    require(rh_results_create("results.db", plan->catalogue, results, &error) == RH_OK &&
                rh_results_begin(*results, &run, &recorder, &error) == RH_OK,
            error.text);
    return recorder;
}

static void close_results(const rh_stage *stage, rh_results *results, rh_recorder *recorder,
                          const double *metrics) {
    const rh_results_end end = {.status = "ok",
                                .data_sha256 = "",
                                .notes = "",
                                .events = rh_replay_events(stage->replay),
                                .started = 0,
                                .metrics = metrics};
    rh_error error = {.text = ""};
    require(rh_results_finish(results, recorder, &end, &error) == RH_OK &&
                rh_results_commit(results, &error) == RH_OK,
            error.text);
}

static outcome run_once(const rh_plan *plan, int with_results) {
    rh_error error = {.text = ""}, lane_error = {.text = ""};
    rh_status lane_status = RH_OK;
    rh_run_outcome run_outcome = {.status = &lane_status, .errors = &lane_error};
    double metrics[RH_N_METRICS];
    const size_t book_of_lane = 0;
    rh_stage stage;
    rh_results *results = NULL;
    const double from = now_s();
    rh_recorder *recorder = with_results ? open_results(plan, &results) : NULL;
    require(rh_plan_open(plan, recorder, &stage, &error) == RH_OK, error.text);
    const rh_stream stream = rh_replay_stream(stage.replay);
    const rh_run_terms terms = {.stream = &stream,
                                .market = stage.market,
                                .books = &stage.book,
                                .n_books = 1,
                                .lanes = &stage.lane,
                                .book_of_lane = &book_of_lane,
                                .n_lanes = 1,
                                .from = RH_DAWN,
                                .to = RH_NEVER};
    require(rh_run(&terms, &run_outcome, &error) == RH_OK, error.text);
    require(lane_status == RH_OK, lane_error.text);
    require(rh_lane_metrics(stage.lane, metrics, &error) == RH_OK, error.text);
    if (results)
        close_results(&stage, results, recorder, metrics);
    const outcome out = {now_s() - from, run_outcome.instants,
                         (uint64_t)metrics[RH_METRIC_REBALANCES]};
    rh_stage_close(&stage);
    return out;
}

static outcome best_of(int times, const rh_plan *plan, int with_results) {
    outcome best = run_once(plan, with_results);
    for (int i = 1; i < times; i++) {
        const outcome next = run_once(plan, with_results);
        require(next.rebalances == best.rebalances, "two runs differ");
        best = next.seconds < best.seconds ? next : best;
    }
    return best;
}

/* `target`: 0 for none. */
static void row(const char *what, const outcome *o, double target) {
    const double rate = (double)o->bars / o->seconds, times = rate / BACKTRADER;
    (void)printf("%-36s %9.3f %12.2f %11.0f", what, o->seconds, rate * 1e-6, times);
    if (target > 0.0)
        (void)printf(" %9.0f%s", target, times >= target ? "  met" : "  NOT met");
    (void)putchar('\n');
}

/* bench_bars [TIMES]: the best of so many runs. */
int main(int argc, char **argv) {
    const long asked = argc > 1 ? strtol(argv[1], NULL, 10) : 5;
    const int times = asked > 0 && asked < 10000 ? (int)asked : 1;
    char folder[] = "/tmp/bench_bars_XXXXXX";
    rh_error error = {.text = ""};
    rh_experiment *experiment = NULL;
    rh_registry *registry = NULL;
    rh_plan *plan = NULL;
    require(mkdtemp(folder) && chdir(folder) == 0, "no temporary folder");
    write_market("bars.csv", "chain.csv");
    const double imported = import_market();
    FILE *text = fopen("bars.yaml", "w");
    require(text && fputs(experiment_text, text) >= 0 && fclose(text) == 0, "cannot write");
    require(rh_registry_new(&registry, &error) == RH_OK &&
                rh_experiment_read("bars.yaml", NULL, 0, &experiment, &error) == RH_OK &&
                rh_plan_new(experiment, registry, &plan, &error) == RH_OK,
            error.text);
    const outcome bare = best_of(times, plan, 0), full = best_of(times > 5 ? 5 : times, plan, 1);
    (void)printf("%d one-minute bars, %" PRIu64 " rebalances; imported in %.2f s\n\n", DAYS * 1440,
                 bare.rebalances, imported);
    (void)printf("%-36s %9s %12s %11s %9s\n", "processor time of the process", "seconds",
                 "M bars/s", "x backtr.", "target");
    row("store to ledger", &bare, TARGET);
    row("store to ledger and results file", &full, 0.0);
    rh_plan_free(plan);
    rh_experiment_free(experiment);
    rh_registry_free(registry);
    static const char *const files[] = {"bars.csv", "chain.csv", "market.db", "bars.yaml",
                                        "results.db"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        (void)unlink(files[i]);
    (void)rmdir(folder);
    return 0;
}
