/* SPDX-License-Identifier: GPL-3.0-or-later */
/* path.h: one path of the spot price, with its variance and jumps.
 *
 *     dS / S = (mu - lambda m) dt + sqrt(v) dW + (e^J - 1) dN,   J ~ Normal(mean, sd^2)
 *     dv     = kappa (theta - v) dt + xi sqrt(v) dZ,             dW dZ = rho dt
 *
 * with N a Poisson process of intensity lambda and m = E[e^J] - 1, so that E[S] = S0 e^(mu t).
 * Stepped with full truncation: where v is negative it counts as 0, and it is let to come back.
 * Given the variance at its beginning a step of the logarithm is exact, so xi = 0 and no jumps
 * make exact geometric Brownian motion.
 *
 * A step is a function of (model, stream, number of the step, state): many paths may be stepped
 * in any order and on any thread.
 *
 * Sources: S. L. Heston, Review of Financial Studies 6 (1993) 327-343; R. C. Merton, J. Financial
 * Economics 3 (1976) 125-144; R. Lord, R. Koekkoek, D. van Dijk, A comparison of biased
 * simulation schemes for stochastic volatility models, Quantitative Finance 10 (2010) 177-194.
 */
#ifndef RH_SIMULATE_PATH_H
#define RH_SIMULATE_PATH_H

#include "simulate/random.h"

/* Spot prices are below it, or the simulation ends with an error. */
#define RH_SIM_PRICE_LIMIT 1e12

typedef struct {
    double spot0;
    double drift;                         /* mu, per year */
    double v0, kappa, theta, xi, rho;     /* variances per year, kappa and xi per year */
    double intensity, jump_mean, jump_sd; /* jumps per year; of the logarithm */
    double dt;                            /* length of a step in years */
} rh_sim_path_model;

typedef struct {
    uint64_t step; /* steps made */
    double spot;
    double log_move; /* ln(spot / spot0) */
    double variance; /* v; may be slightly negative, see rh_sim_path_variance */
    double
        integrated_variance; /* sum of max(v, 0) dt: what the diffusion's squared moves add up to */
    double jump_log;         /* sum of J */
    uint64_t jumps;
} rh_sim_path;

void rh_sim_path_start(const rh_sim_path_model *model, rh_sim_path *path);
void rh_sim_path_step(const rh_sim_path_model *model, const rh_sim_stream *stream,
                      rh_sim_path *path);

/* max(v, 0), the variance that the next step moves with. */
double rh_sim_path_variance(const rh_sim_path *path);

#endif
