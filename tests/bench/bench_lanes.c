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

enum { DAYS = 3, MANY = 1000, SOME = 64, ASKED = 16 };

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
    (void)printf("\nfewest %llu", (unsigned long long)many.fewest_hedges);
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
        (void)snprintf(rule, sizeof rule, "{name: band, width: %.6f}", 0.013 - 0.000005 * i);
        bench_lanes_add(lanes, tape, rule);
    }
}

/* ---- claims ---- */

static void check_fills(bench_tape *tape, const bench_lanes *bands) {
    const rh_stream woken = bench_tape_stream(tape);
    const bench_outcome a = bench_run(tape, &woken, bands, ASKED, 1, 0);
    const rh_stream always = bench_tape_stream(tape);
    const bench_outcome b = bench_run(tape, &always, bands, ASKED, 1, 1);
    bench_require(b.decisions > 10 * a.decisions, "not every lane was asked at every instant");
    bench_require(a.digest == b.digest, "woken lanes fill otherwise than lanes that are asked");
    (void)printf("\nfills of %d lanes: the same when asked %.1f M times and %.2f M times\n", ASKED,
                 (double)b.decisions / 1e6, (double)a.decisions / 1e6);
}

static void check_allocations(const bench_tape *day, bench_tape *three, const bench_lanes *bands) {
    bench_tape first = *day;
    const rh_stream short_one = bench_tape_stream(&first);
    const bench_outcome a = bench_run(&first, &short_one, bands, SOME, 0, 0);
    const rh_stream long_one = bench_tape_stream(three);
    const bench_outcome b = bench_run(three, &long_one, bands, SOME, 0, 0);
    (void)printf("allocations of 64 lanes in the loop: %llu for one day, %llu for three\n",
                 (unsigned long long)a.allocations, (unsigned long long)b.allocations);
}

int main(void) {
    bench_tape tape, day;
    bench_lanes bands = {0};
    char path[] = "/tmp/bench_lanes_XXXXXX";
    bench_tape_make(&tape, DAYS);
    bench_tape_make(&day, 1);
    add_bands(&bands, &tape);
    (void)printf("%llu instants, %zu events, a book of %d options\n",
                 (unsigned long long)tape.instants, tape.n_events, BENCH_LEGS);
    reading memory = {.tape = &tape}, file = {.tape = &tape, .path = path};
    compare_costs(&memory, &bands, "events in memory");
    const int fd = mkstemp(path);
    bench_require(fd >= 0 && close(fd) == 0, "no temporary file");
    bench_tape_write_csv(&tape, path);
    compare_costs(&file, &bands, "events from a CSV file");
    (void)unlink(path);
    check_fills(&tape, &bands);
    check_allocations(&day, &tape, &bands);
    bench_lanes_free(&bands);
    bench_tape_free(&day);
    bench_tape_free(&tape);
    return 0;
}
