/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/path.h"

#include "pricing/normal.h"

void rh_sim_path_start(const rh_sim_path_model *model, rh_sim_path *path) {
    *path = (rh_sim_path){.spot = model->spot0, .variance = model->v0};
}

double rh_sim_path_variance(const rh_sim_path *path) {
    return path->variance > 0.0 ? path->variance : 0.0;
}

/* The sum of n jumps is normal with n times the mean and the variance: one draw serves. */
static double jump(const rh_sim_path_model *model, const rh_sim_stream *stream, rh_sim_path *path) {
    if (model->intensity <= 0.0)
        return 0.0;
    const rh_draw u = rh_sim_draw_uniform(stream, path->step, RH_SIM_DRAW_JUMP, 0);
    const unsigned count = rh_poisson_quantile(model->intensity * model->dt, u.a);
    if (count == 0)
        return 0.0;
    path->jumps += count;
    return count * model->jump_mean + sqrt(count) * model->jump_sd * rh_normal_quantile(u.b);
}

void rh_sim_path_step(const rh_sim_path_model *model, const rh_sim_stream *stream,
                      rh_sim_path *path) {
    path->step++;
    const double v = rh_sim_path_variance(path), dt = model->dt, root = sqrt(v * dt);
    const rh_draw z = rh_sim_draw_normal(stream, path->step, RH_SIM_DRAW_DIFFUSION, 0);
    const double spot_shock = model->rho * z.a + sqrt(1.0 - model->rho * model->rho) * z.b;
    const double jumped = jump(model, stream, path);
    const double jump_drift =
        rh_exp(model->jump_mean + 0.5 * model->jump_sd * model->jump_sd) - 1.0;
    path->jump_log += jumped;
    path->log_move +=
        (model->drift - model->intensity * jump_drift - 0.5 * v) * dt + root * spot_shock + jumped;
    path->integrated_variance += v * dt;
    path->variance += model->kappa * (model->theta - v) * dt + model->xi * root * z.a;
    path->spot = model->spot0 * rh_exp(path->log_move);
}
