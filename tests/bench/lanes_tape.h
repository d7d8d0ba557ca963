/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lanes_tape.h: the market and the lanes that the benchmarks of lanes run on.
 *
 * Some days of one-second quotes of a coin-margined perpetual (continuous funding, a rate every
 * hour) and, every minute, one row for each of four options of the book: a short straddle with
 * bought wings, ten days before expiry. A random walk at 60 % a year from a fixed seed, held in
 * memory as events, or written as one CSV file.
 */
#ifndef BENCH_LANES_TAPE_H
#define BENCH_LANES_TAPE_H

#include "replay/replay.h"
#include "run/run.h"
#include "strategy/registry.h"

#include <stdint.h>

enum { BENCH_LEGS = 4, BENCH_PERPETUAL = BENCH_LEGS, BENCH_STEPS = 31 * 24 + 2 };

typedef struct {
    rh_catalogue *catalogue; /* the legs, then the perpetual */
    rh_registry *registry;
    rh_event *events;
    size_t n_events, at;
    uint64_t instants;
    rh_book_terms book;
    rh_leg_terms legs[BENCH_LEGS];
} bench_tape;

void bench_tape_make(bench_tape *tape, int days);
void bench_tape_free(bench_tape *tape);

/* From its beginning on; one at a time. */
rh_stream bench_tape_stream(bench_tape *tape);
void bench_tape_write_csv(const bench_tape *tape, const char *path);

/* A set of lanes: every rule is a mapping such as "{name: band, width: 0.01}". */
typedef struct {
    rh_lane_terms *terms;
    rh_rule **rules;
    rh_config **configs;
    size_t count, capacity;
} bench_lanes;

void bench_lanes_add(bench_lanes *lanes, const bench_tape *tape, const char *rule);
void bench_lanes_free(bench_lanes *lanes);

/* What one run came to. */
typedef struct {
    double seconds;       /* of this thread's processor time, the loop only */
    uint64_t allocations; /* in the loop */
    size_t bytes;         /* that market, book and lanes held after the loop */
    uint64_t fills, decisions;
    uint64_t fewest_hedges; /* of any lane */
    uint64_t digest;        /* of all fills in order of lanes; 0 unless asked for */
} bench_outcome;

/* The tape into a market and nothing else. */
double bench_replay(const bench_tape *tape, const rh_stream *stream);

/* Lanes over one book; `digest` asks for the fills, `always` for a question at every instant. */
bench_outcome bench_run(const bench_tape *tape, const rh_stream *stream, const bench_lanes *lanes,
                        size_t n_lanes, int digest, int always);

/* Processor time of this thread, seconds. */
double bench_clock(void);

/* Ends the program with a sentence: a benchmark that measures nothing says so. */
void bench_require(int condition, const char *sentence);

#endif
