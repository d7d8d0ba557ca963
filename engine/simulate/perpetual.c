/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/perpetual.h"

#include "pricing/elementary.h"

static double clamp(double x, double low, double high) {
    return x < low ? low : x > high ? high : x;
}

void rh_sim_perpetual_start(const rh_scenario *scenario, rh_sim_perpetual *perpetual) {
    *perpetual = (rh_sim_perpetual){.basis_bps = scenario->perpetual.basis_bps};
}

/* The shock of the spot is drawn again rather than handed over: draws depend on their place. */
static double shock(const rh_scenario *s, const rh_sim_stream *stream, uint64_t step,
                    uint32_t item) {
    const double with_spot = s->perpetual.basis_correlation, rho = s->path.rho;
    const double own = rh_sim_draw_normal(stream, step, RH_SIM_DRAW_BASIS, item).a;
    const rh_draw z = rh_sim_draw_normal(stream, step, RH_SIM_DRAW_DIFFUSION, 0);
    const double spot = rho * z.a + sqrt(1.0 - rho * rho) * z.b;
    return with_spot * spot + sqrt(1.0 - with_spot * with_spot) * own;
}

void rh_sim_perpetual_step(const rh_scenario *scenario, const rh_sim_stream *stream, uint64_t step,
                           uint32_t item, rh_sim_perpetual *perpetual) {
    const double mean = scenario->perpetual.basis_bps, sd = scenario->perpetual.basis_sd_bps;
    const double keep =
        rh_exp(-rh_log(2.0) * (double)scenario->step / (double)scenario->perpetual.basis_half_life);
    const double z = sd > 0.0 ? shock(scenario, stream, step, item) : 0.0;
    perpetual->basis_bps =
        mean + (perpetual->basis_bps - mean) * keep + sd * sqrt(1.0 - keep * keep) * z;
}

void rh_sim_perpetual_sample(const rh_scenario *scenario, double mark, double index,
                             rh_sim_perpetual *perpetual) {
    const double premium = (mark - index) / index;
    const double d = scenario->perpetual.damper, cap = scenario->perpetual.cap;
    const double damped = (premium > d ? premium : d) + (premium < -d ? premium : -d);
    perpetual->samples++;
    perpetual->rate_sum += clamp(damped, -cap, cap);
    perpetual->premium_sum += (double)perpetual->samples * premium;
    perpetual->weight_sum += (double)perpetual->samples;
}

double rh_sim_perpetual_funding(const rh_scenario *scenario, rh_sim_perpetual *perpetual) {
    const double d = scenario->perpetual.damper, cap = scenario->perpetual.cap;
    double rate = 0.0;
    if (perpetual->samples > 0 && scenario->perpetual.funding == RH_SIM_FUNDING_DERIBIT)
        rate = perpetual->rate_sum / (double)perpetual->samples;
    if (perpetual->samples > 0 && scenario->perpetual.funding == RH_SIM_FUNDING_BINANCE) {
        const double premium = perpetual->premium_sum / perpetual->weight_sum;
        rate = clamp(premium + clamp(scenario->perpetual.interest - premium, -d, d), -cap, cap);
    }
    *perpetual = (rh_sim_perpetual){.basis_bps = perpetual->basis_bps};
    return rate;
}
