/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a lane costs: bands that are hit in at least 1 % of the instants of three days of one-second
 * quotes, 1, 64 and 1,000 of them, beside a replay of the same data without any. Ratios of one run,
 * processor time of one thread, nothing written. Every claim that isn't about time ends the
 * program where it doesn't hold. See README.md. */
#include "lanes_tape.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DAYS = 3, MANY = 1000, SOME = 64, ASKED = 16, MIXED = 160, SLEEPERS = 4000 };

/* A way to read the tape: from memory, or anew from its file. */
typedef struct {
    bench_tape *tape;
    const char *path; /* NULL: memory */
    rh_replay *replay;
} reading;

static rh_stream open_stream(reading *r) {
    rh_error error = {.text = ""};
    const rh_source_spec spec = {.format = "csv", .path = r->path};
    if (!r->path)
        return bench_tape_stream(r->tape);
    if (rh_replay_open(&spec, 1, r->tape->catalogue, &r->replay, &error) != RH_OK)
        bench_require(0, error.text);
    return rh_replay_stream(r->replay);
}

static void close_stream(reading *r) {
    rh_replay_close(r->replay);
    r->replay = NULL;
}

static double best_replay(reading *r, int times) {
    double best = INFINITY;
    for (int i = 0; i < times; i++) {
        const rh_stream stream = open_stream(r);
        best = fmin(best, bench_replay(r->tape, &stream));
        close_stream(r);
    }
    return best;
}

static bench_outcome best_run(reading *r, const bench_lanes *lanes, size_t n, int times) {
    bench_outcome best = {.seconds = INFINITY};
    for (int i = 0; i < times; i++) {
        const rh_stream stream = open_stream(r);
        const bench_outcome out = bench_run(r->tape, &stream, lanes, n, 0, 0);
        close_stream(r);
        if (out.seconds < best.seconds)
            best = out;
    }
    return best;
}

/* ---- the table ---- */

static void title(const char *text) {
    (void)printf("\n%-44s %9s %9s %9s\n", text, "seconds", "ratio", "target");
}

static void row(const char *text, double seconds, double floor_seconds, double target) {
    const double ratio = seconds / floor_seconds;
    if (target == 0.0)
        (void)printf("%-44s %9.4f\n", text, seconds);
    else
        (void)printf("%-44s %9.4f %9.2f %8.1f%s\n", text, seconds, ratio, target,
                     ratio < target ? "  met" : "  NOT met");
}

static void compare_costs(reading *r, const bench_lanes *bands, const char *text) {
    const uint64_t hits = r->tape->instants / 100;
    const double none = best_replay(r, 7);
    const bench_outcome one = best_run(r, bands, 1, 7), some = best_run(r, bands, SOME, 1),
                        many = best_run(r, bands, MANY, 2);
    bench_require(many.fewest_hedges >= hits, "a band is hit in less than 1 % of the instants");
    title(text);
    row("no lane: the replay alone", none, none, 0.0);
    row("one lane, to the replay alone", one.seconds, none, 2.0);
    row("64 lanes, to one lane", some.seconds, one.seconds, 3.0);
    row("1,000 lanes, to one lane", many.seconds, one.seconds, 15.0);
    (void)printf("1,000 lanes: %.2f %% of instants hit, %.0f ns a decision with its fill\n",
                 100.0 * (double)many.fills / (double)MANY / (double)r->tape->instants,
                 1e9 * (many.seconds - one.seconds) / (double)many.fills);
}

/* ---- lanes ---- */

static void add_bands(bench_lanes *lanes, const bench_tape *tape) {
    char rule[64];
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(rule, sizeof rule, "{name: band, width: %.6f}", 0.0136 - 0.000002 * i);
        bench_lanes_add(lanes, tape, rule);
    }
}

enum { KINDS = 5 };

/* Gap, price, PnL, variance and time in turn, each with a parameter of its own; `far` times as far
 * from being due. */
static void add_mixture(bench_lanes *lanes, const bench_tape *tape, int count, double far) {
    char rule[96];
    for (int i = 0; i < count; i++) {
        const double x = far * (1.0 + i / (double)count);
        if (i % KINDS == 0)
            (void)snprintf(rule, sizeof rule, "{name: band, width: %.6f}", 0.01 * x);
        else if (i % KINDS == 1)
            (void)snprintf(rule, sizeof rule, "{name: price-move, move_pct: %.6f}", 0.1 * x);
        else if (i % KINDS == 2)
            (void)snprintf(rule, sizeof rule, "{name: pnl-band, width: %.6f}", 200 * x);
        else if (i % KINDS == 3)
            (void)snprintf(rule, sizeof rule, "{name: business-time, move: %.6f}", 0.002 * x);
        else
            (void)snprintf(rule, sizeof rule, "{name: interval, every: %.0fs}", 300 * x);
        bench_lanes_add(lanes, tape, rule);
    }
}

/* ---- claims ---- */

static void check_fills(bench_tape *tape, const bench_lanes *lanes, size_t n, const char *what) {
    const rh_stream woken = bench_tape_stream(tape);
    const bench_outcome a = bench_run(tape, &woken, lanes, n, 1, 0);
    const rh_stream always = bench_tape_stream(tape);
    const bench_outcome b = bench_run(tape, &always, lanes, n, 1, 1);
    bench_require(b.decisions > 10 * a.decisions, "not every lane was asked at every instant");
    bench_require(a.fills > n && a.digest == b.digest,
                  "woken lanes fill otherwise than lanes that are asked at every instant");
    (void)printf("%zu %s: the same %llu fills when asked %.1f M times and %.2f M times\n", n, what,
                 (unsigned long long)a.fills, (double)b.decisions / 1e6, (double)a.decisions / 1e6);
}

/* A month's steps are reserved when a lane is made, so that growing arrays don't hide an event that
 * allocates. */
static void check_allocations(bench_tape *day, bench_tape *three, const bench_lanes *bands) {
    const rh_stream short_one = bench_tape_stream(day);
    const bench_outcome a = bench_run(day, &short_one, bands, SOME, 0, 0);
    const rh_stream long_one = bench_tape_stream(three);
    const bench_outcome b = bench_run(three, &long_one, bands, SOME, 0, 0);
    bench_require(a.allocations == b.allocations, "the loop allocates by the event or the step");
    (void)printf("allocations in the loop, %d lanes: %llu for one day and for three\n", SOME,
                 (unsigned long long)a.allocations);
}

/* Lanes that wait for something that never comes, beside a few that wait for the same. */
static void measure_sleep(reading *r) {
    bench_lanes sleepers = {0};
    add_mixture(&sleepers, r->tape, SLEEPERS, 1000.0);
    const bench_outcome few = best_run(r, &sleepers, KINDS, 3),
                        all = best_run(r, &sleepers, SLEEPERS, 2);
    const double more = (double)(SLEEPERS - KINDS) * (double)r->tape->instants;
    bench_require(all.fills <= SLEEPERS, "lanes that should sleep trade");
    const double rate = more / (all.seconds - few.seconds) / 1e6;
    (void)printf("%d lanes that wait for gap, price, PnL, variance and time, none due:\n"
                 "    %.0f million lane-instants a second, target 300%s\n",
                 SLEEPERS, rate, rate >= 300.0 ? ", met" : ", NOT met");
    (void)printf("memory of a lane: %.1f KB, and %zu bytes a recorded step\n",
                 (double)(all.bytes - few.bytes) / (SLEEPERS - KINDS) / 1024.0 -
                     (double)BENCH_STEPS * (double)sizeof(rh_metric_step) / 1024.0,
                 sizeof(rh_metric_step));
    bench_lanes_free(&sleepers);
}

static void compare_from_file(bench_tape *tape, const bench_lanes *bands) {
    char path[] = "/tmp/bench_lanes_XXXXXX";
    reading file = {.tape = tape, .path = path};
    const int fd = mkstemp(path);
    bench_require(fd >= 0 && close(fd) == 0, "no temporary file");
    bench_tape_write_csv(tape, path);
    compare_costs(&file, bands, "events from a CSV file");
    (void)unlink(path);
}

int main(void) {
    bench_tape tape, day;
    bench_lanes bands = {0}, mixture = {0};
    bench_tape_make(&tape, DAYS);
    bench_tape_make(&day, 1);
    add_bands(&bands, &tape);
    add_mixture(&mixture, &tape, MIXED, 1.0);
    (void)printf("%llu instants, %zu events, a book of %d options\n",
                 (unsigned long long)tape.instants, tape.n_events, BENCH_LEGS);
    reading memory = {.tape = &tape};
    compare_costs(&memory, &bands, "events in memory");
    compare_from_file(&tape, &bands);
    (void)putchar('\n');
    measure_sleep(&memory);
    check_allocations(&day, &tape, &bands);
    check_fills(&tape, &bands, ASKED, "bands");
    check_fills(&day, &mixture, MIXED, "lanes of five kinds");
    bench_lanes_free(&mixture);
    bench_lanes_free(&bands);
    bench_tape_free(&day);
    bench_tape_free(&tape);
    return 0;
}
