/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Monte Carlo of a discretely hedged call: path-steps a second. One path-step is one path taken
 * through one rebalance: a new draw, the price, the delta, the trade and its cost. Beside the
 * kernel a plain C loop over paths does the same with the C library's functions, in the same run.
 * Processor time of one thread, then two threads by the clock; the best of several rounds. Every
 * width of vectors must make the same bits, and the plain loop the same PnL, or the program fails.
 */
#include "pricing/elementary.h"
#include "simulate/path_block.h"
#include "study/hedge_block.h"
#include "study/paths.h"

#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STEPS = 84, BLOCKS = 32768 / RH_BLOCK, ROUNDS = 7, ROUNDS_BY_THE_CLOCK = 50 };

static const double SPOT = 100, STRIKE = 100, YEARS = 1.0 / 12, VOL = 0.2, RATE = 0.05;
static const double HALF_SPREAD = 0.0001, FEE = 0.0005;

static void require(int holds, const char *what) {
    if (holds)
        return;
    (void)fprintf(stderr, "bench_montecarlo: %s\n", what);
    exit(1);
}

static double seconds_of(clockid_t clock) {
    struct timespec t;
    (void)clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- the kernel ---- */

typedef struct {
    double pnl[BLOCKS * RH_BLOCK];
    rh_vector vector;
    size_t from, to; /* blocks */
} job;

static rh_sim_path_model model(void) {
    return (rh_sim_path_model){
        .spot0 = SPOT, .drift = RATE, .v0 = VOL * VOL, .theta = VOL * VOL, .dt = YEARS / STEPS};
}

/* Cash at the risk-free rate; a call sold for its value at the beginning. */
static void run_block(rh_vector v, uint32_t first, double *pnl) {
    static const rh_block_terms terms = {.is_spot = 1, .multiplier = 1.0, .fee = FEE};
    const rh_sim_path_model m = model();
    const rh_sim_stream stream = {1999, first};
    const rh_block_quote quote = {1.0, HALF_SPREAD};
    rh_sim_path_block paths;
    rh_block_account account;
    rh_block_prices prices;
    static const rh_block_interest none;
    rh_block_interest interest = {0};
    double spot[RH_BLOCK], exposure[RH_BLOCK];
    memset(&account, 0, sizeof account);
    for (size_t i = 0; i < RH_BLOCK; i++)
        interest.growth[i] = expm1(RATE * YEARS / STEPS);
    rh_sim_path_block_start(&m, &paths);
    for (int step = 0; step <= STEPS; step++) {
        const double years = YEARS * (STEPS - step) / STEPS;
        const rh_block_leg call = {{1, STRIKE, years, VOL, RATE}, -1.0, 1.0, rh_exp(RATE * years)};
        if (step > 0)
            rh_sim_path_block_step(v, &m, &stream, &paths);
        rh_sim_path_block_spot(v, &m, &paths, spot);
        rh_block_quote_prices(v, &quote, spot, &prices);
        rh_block_sum_up(v, &call, step < STEPS, spot, &prices, exposure, NULL);
        if (step > 0)
            rh_block_earn(v, &interest, &account);
        if (step < STEPS)
            rh_block_rebalance(v, &terms, &prices, exposure, &none, &account);
    }
    rh_block_balance(&terms, &prices, &account, pnl);
    for (size_t i = 0; i < RH_BLOCK; i++)
        pnl[i] -= fmax(spot[i] - STRIKE, 0.0);
}

static void *run_job(void *self) {
    job *j = self;
    for (size_t i = j->from; i < j->to; i++)
        run_block(j->vector, (uint32_t)(i * RH_BLOCK), j->pnl + i * RH_BLOCK);
    return NULL;
}

/* ---- the plain loop ---- */

static double normal(double x) {
    return 0.5 * erfc(-x * sqrt(0.5));
}

static double delta(double spot, double years) {
    const double s = VOL * sqrt(years);
    return normal((log(spot / STRIKE) + RATE * years) / s + 0.5 * s);
}

static double run_path(const rh_sim_path_model *m, uint32_t number) {
    const rh_sim_stream stream = {1999, number};
    const double growth = exp(RATE * m->dt);
    double spot = m->spot0, cash = 0.0, held = 0.0;
    for (int step = 0; step < STEPS; step++) {
        const double quantity = delta(spot, YEARS * (STEPS - step) / STEPS) - held;
        const double price = spot * (1.0 + (quantity > 0.0 ? HALF_SPREAD : -HALF_SPREAD));
        cash -= quantity * price + FEE * fabs(quantity) * price;
        held += quantity;
        cash *= growth;
        const rh_draw z = rh_sim_draw_normal(&stream, (uint64_t)step + 1, RH_SIM_DRAW_DIFFUSION, 0);
        spot *= exp((m->drift - 0.5 * m->v0) * m->dt + sqrt(m->v0 * m->dt) * z.b);
    }
    return cash + held * spot - fmax(spot - STRIKE, 0.0);
}

static void *run_paths(void *self) {
    job *j = self;
    const rh_sim_path_model m = model();
    for (size_t i = j->from * RH_BLOCK; i < j->to * RH_BLOCK; i++)
        j->pnl[i] = run_path(&m, (uint32_t)i);
    return NULL;
}

/* ---- times ---- */

static double best_of(void *(*run)(void *), job *j) {
    double best = INFINITY;
    for (int i = 0; i < ROUNDS; i++) {
        const double start = seconds_of(CLOCK_THREAD_CPUTIME_ID);
        (void)run(j);
        best = fmin(best, seconds_of(CLOCK_THREAD_CPUTIME_ID) - start);
    }
    return best;
}

static double best_of_two(job *jobs) {
    double best = INFINITY;
    for (int i = 0; i < ROUNDS_BY_THE_CLOCK; i++) {
        pthread_t other;
        const double start = seconds_of(CLOCK_MONOTONIC);
        require(pthread_create(&other, NULL, run_job, &jobs[1]) == 0, "no second thread");
        (void)run_job(&jobs[0]);
        (void)pthread_join(other, NULL);
        best = fmin(best, seconds_of(CLOCK_MONOTONIC) - start);
    }
    return best;
}

static const double WORK = 1e-6 * BLOCKS * RH_BLOCK * STEPS;

static void row(const char *text, double seconds, double plain) {
    (void)printf("%-28s %10.1f %8.1f\n", text, WORK / seconds, plain / seconds);
}

static void check(const job *j, const job *want, double tolerance) {
    for (size_t i = 0; i < BLOCKS * RH_BLOCK; i++)
        require(fabs(j->pnl[i] - want->pnl[i]) <= tolerance * SPOT, "the PnL differ");
}

/* ---- the whole ---- */

static const char *const one_lane[] = {"compare=[{strategy: {name: interval, every: 31285s}}]"};

/* Seconds for as much work as the kernel had. */
static double whole_seconds(const rh_cases *cases, int path_by_path, size_t n_paths) {
    static const size_t which[] = {0};
    rh_path_record *records = malloc(n_paths * sizeof *records);
    rh_error lane_error, error = {.text = ""};
    rh_status status;
    int in_blocks;
    const rh_paths_terms terms = {.cases = cases,
                                  .which = which,
                                  .n_which = 1,
                                  .first = 1,
                                  .n_paths = n_paths,
                                  .threads = 1,
                                  .path_by_path = path_by_path,
                                  .in_blocks = &in_blocks};
    double best = INFINITY;
    require(records != NULL, "no memory");
    for (int i = 0; i < ROUNDS; i++) {
        const double start = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
        require(rh_paths_run(&terms, records, &status, &lane_error, &error) == RH_OK, error.text);
        best = fmin(best, seconds_of(CLOCK_PROCESS_CPUTIME_ID) - start);
        require(status == RH_OK && in_blocks != path_by_path, "the case isn't run in blocks");
    }
    free(records);
    return best * BLOCKS * RH_BLOCK / (double)n_paths;
}

static void measure_whole(double plain) {
    rh_error error = {.text = ""};
    rh_registry *registry;
    rh_cases cases;
    require(rh_registry_new(&registry, &error) == RH_OK &&
                rh_cases_read(REHEDGE_SOURCE_DIR "/data/montecarlo.yaml", one_lane, 1, NULL, 0,
                              registry, &cases, &error) == RH_OK,
            error.text);
    row("compare, path by path", whole_seconds(&cases, 1, 500), plain);
    row("compare, in blocks", whole_seconds(&cases, 0, BLOCKS * RH_BLOCK), plain);
    rh_cases_free(&cases);
    rh_registry_free(registry);
}

int main(void) {
    static const char *const names[] = {"blocks, baseline", "blocks, AVX2", "blocks, AVX-512"};
    static job plain = {.to = BLOCKS}, kernel[RH_N_VECTORS], halves[2];
    const double floor_seconds = best_of(run_paths, &plain);
    (void)printf("%-28s %10s %8s\n", "one core", "million/s", "ratio");
    row("plain loop", floor_seconds, floor_seconds);
    for (rh_vector v = RH_VECTOR_PLAIN; v <= rh_vector_widest(); v++) {
        kernel[v] = (job){.vector = v, .to = BLOCKS};
        row(names[v], best_of(run_job, &kernel[v]), floor_seconds);
        check(&kernel[v], &plain, 1e-12);
        check(&kernel[v], &kernel[RH_VECTOR_PLAIN], 0.0);
    }
    halves[0] = (job){.vector = rh_vector_widest(), .to = BLOCKS / 2};
    halves[1] = (job){.vector = rh_vector_widest(), .from = BLOCKS / 2, .to = BLOCKS};
    row("the widest, two threads", best_of_two(halves), floor_seconds);
    measure_whole(floor_seconds);
    return 0;
}
