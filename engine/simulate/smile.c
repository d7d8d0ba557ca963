/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/smile.h"

#include "pricing/elementary.h"

static const double ONE_DAY = 1.0 / 365.0;

/* (1 - e^-x) / x, x >= 0. The series has an error below 1e-16 where it is used. */
static double decay(double x) {
    if (x < 1e-3)
        return 1.0 - x / 2.0 * (1.0 - x / 3.0 * (1.0 - x / 4.0 * (1.0 - x / 5.0)));
    return (1.0 - rh_exp(-x)) / x;
}

double rh_sim_smile_at_money(const rh_sim_smile *smile, double variance, double years) {
    const rh_sim_path_model *m = &smile->path;
    const double diffusion = m->theta + (variance - m->theta) * decay(m->kappa * years);
    const double jumps = m->intensity * (m->jump_mean * m->jump_mean + m->jump_sd * m->jump_sd);
    return smile->premium * sqrt(diffusion + jumps);
}

int rh_sim_smile_is_flat(const rh_sim_smile *smile) {
    return smile->path.xi == 0.0 && smile->path.intensity == 0.0;
}

double rh_sim_smile_volatility(const rh_sim_smile *smile, double variance, double years, double k) {
    const double middle = rh_sim_smile_at_money(smile, variance, years);
    if (rh_sim_smile_is_flat(smile) || smile->curvature == 0.0 || middle == 0.0)
        return middle;
    const double span = years > ONE_DAY ? years : ONE_DAY;
    const double level = span == years ? middle : rh_sim_smile_at_money(smile, variance, span);
    const double total = level * level * span;
    const double x = smile->curvature / sqrt(total * (1.0 + total)) * k, rho = smile->skew;
    return middle * sqrt(0.5 * (1.0 + rho * x + sqrt((x + rho) * (x + rho) + 1.0 - rho * rho)));
}
