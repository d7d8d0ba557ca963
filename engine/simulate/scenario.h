/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario.h: what a synthetic market is made of, read from a YAML file.
 *
 * One table (rh_scenario_keys) names every key with its unit, default, range and help; reading,
 * checking and documentation take from it. A key that isn't in it is an error. Sections are the
 * words before the dot: `spot.price` is `price` in the mapping `spot`.
 */
#ifndef RH_SIMULATE_SCENARIO_H
#define RH_SIMULATE_SCENARIO_H

#include "base/clock.h"
#include "base/config.h"
#include "instrument/instrument.h"
#include "simulate/smile.h"

#include <stddef.h>
#include <stdint.h>

enum { RH_SIM_EXPIRIES_MAX = 64, RH_SIM_STRIKES_MAX = 401 };

typedef enum { RH_SIM_FUNDING_NONE, RH_SIM_FUNDING_DERIBIT, RH_SIM_FUNDING_BINANCE } rh_sim_funding;

typedef struct {
    rh_time at[RH_SIM_EXPIRIES_MAX]; /* ascending */
    size_t count;
} rh_sim_expiries;

/* A tick of 0 means that nothing about the instrument is rounded. */
typedef struct {
    char title[256], underlying[16];
    uint64_t seed;
    rh_time start;
    int64_t length, step;
    int gzip;
    rh_sim_path_model path; /* price, drift, variance, jumps; dt from `step` */
    struct {
        char instrument[RH_NAME_MAX];
        double half_spread_bps, spread_vol_bps, tick, size, lot;
    } spot;
    struct {
        int inverse, linear; /* which of the two there are */
        double basis_bps, basis_sd_bps, basis_correlation;
        int64_t basis_half_life;
        double half_spread_bps, spread_vol_bps, tick, size;
        int funding; /* rh_sim_funding */
        double damper, cap, interest;
    } perpetual;
    struct {
        double probability, silent;
        int64_t length;
    } dropout;
    struct {
        rh_sim_expiries expiries;
        int settle; /* rh_settle */
        uint64_t strikes;
        double strike_step;
        int64_t every, delivery_window;
        double carry, rate, premium, skew, curvature;
        double half_spread_vol, itm_spread, wing, wing_missing;
        double tick, tick_small, tick_small_below, size, lot;
    } options;
} rh_scenario;

/* One row of the table. Numbers lie in [low, high]; durations too, in nanoseconds. */
typedef enum {
    RH_SCENARIO_NUMBER,
    RH_SCENARIO_COUNT, /* uint64_t */
    RH_SCENARIO_DURATION,
    RH_SCENARIO_TIME,
    RH_SCENARIO_TEXT, /* at most `high` bytes */
    RH_SCENARIO_NAME, /* the same, but of letters, digits, '-', '_' and '.' */
    RH_SCENARIO_FLAG, /* true, false */
    RH_SCENARIO_CHOICE,
    RH_SCENARIO_DATES /* rh_sim_expiries; a date is its 08:00 UTC */
} rh_scenario_key_kind;

typedef struct {
    const char *key;
    rh_scenario_key_kind kind;
    size_t offset;       /* in rh_scenario */
    const char *initial; /* default, as it would be written; NULL if the key has to be given */
    double low, high;
    const char *unit;
    const char *const *choices; /* NULL-terminated; the value is the position */
    const char *help;
} rh_scenario_key;

const rh_scenario_key *rh_scenario_keys(size_t *count);

/* Fills `out` from a document; errors name line and column. */
rh_status rh_scenario_read(const rh_config *config, rh_scenario *out, rh_error *error);

/* The smile that the scenario's options are quoted with. */
rh_sim_smile rh_scenario_smile(const rh_scenario *scenario);

/* Chains are published at this step: every `options.every` of the clock where that divides 8h,
 * else counted from `start`. */
int rh_scenario_shows_chain(const rh_scenario *scenario, rh_time time);

/* Steps from `start` to its end, which is not simulated. */
uint64_t rh_scenario_steps(const rh_scenario *scenario);

#endif
