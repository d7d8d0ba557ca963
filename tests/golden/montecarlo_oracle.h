/* SPDX-License-Identifier: GPL-3.0-or-later */
/* montecarlo_oracle.h: hedging a short call along one simulated path, written down a second time.
 *
 * Nothing of the engine's pricing, simulation, lanes, ledger or rules is in it: the C library's
 * exp, log and erfc, and the uniform draws of base/random.h, so that a path here is the path there.
 */
#ifndef MONTECARLO_ORACLE_H
#define MONTECARLO_ORACLE_H

#include <stdint.h>

typedef struct {
    double spot, strike, years, vol, rate, drift;
    int steps;
    uint64_t seed;
} oracle_world;

typedef enum {
    ORACLE_INTERVAL,
    ORACLE_LELAND,
    ORACLE_BAND,
    ORACLE_WHALLEY_WILMOTT,
    ORACLE_ZAKAMOULINE
} oracle_kind;

typedef struct {
    oracle_kind kind;
    int every;     /* steps between rebalances; bands look at every step */
    double number; /* half width of the band, or the risk aversion */
    double cost;   /* proportional, one way */
} oracle_rule;

typedef struct {
    double pnl;  /* at expiry, cash at the rate */
    double cost; /* paid, without interest */
    int trades;  /* without the closing one */
} oracle_outcome;

double oracle_call(const oracle_world *world, double spot, double years);

/* The standard normal draw of step 1 ... world->steps of a path. */
double oracle_shock(const oracle_world *world, uint32_t path, int step);

oracle_outcome oracle_hedge(const oracle_world *world, const oracle_rule *rule, uint32_t path);

#endif
