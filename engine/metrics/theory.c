/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "metrics/theory.h"

#include <gsl/gsl_integration.h>
#include <gsl/gsl_math.h>
#include <math.h>

double rh_derman_kamal_std(double vega, double vol, double hedges) {
    return hedges > 0.0 ? sqrt(M_PI_4) * fabs(vega) * vol / sqrt(hedges) : NAN;
}

static int makes_sense(const rh_hedged_option *option) {
    return option->spot > 0.0 && option->strike > 0.0 && option->vol > 0.0 && option->years > 0.0 &&
           isfinite(option->rate) && isfinite(option->drift);
}

/* Both integrands are smooth: Gauss-Kronrod with 61 points on equal panels, which needs neither
 * a workspace nor GSL's error handler. */
static double integrate(double (*integrand)(double, void *), const rh_hedged_option *option,
                        double end) {
    enum { PANELS = 32 };
    rh_hedged_option copy = *option; /* GSL's parameters aren't const */
    const gsl_function function = {integrand, &copy};
    double sum = 0.0;
    for (int i = 0; i < PANELS; i++) {
        double part, estimate, absolute, about_mean;
        gsl_integration_qk61(&function, end * i / PANELS, end * (i + 1) / PANELS, &part, &estimate,
                             &absolute, &about_mean);
        sum += part;
    }
    return sum;
}

/* ln(S_t/K) and the drift left, on the way to expiry: the mean of d2 times vol sqrt(tau). */
static double mean_moneyness(const rh_hedged_option *o, double t) {
    const double half_variance = 0.5 * o->vol * o->vol;
    return log(o->spot / o->strike) + (o->drift - half_variance) * t +
           (o->rate - half_variance) * (o->years - t);
}

static double squared_gamma_density(double theta, void *option) {
    const rh_hedged_option *o = option;
    const double t = o->years * sin(theta), z = mean_moneyness(o, t) / o->vol;
    return exp(-z * z / (o->years + t));
}

double rh_granularity(const rh_hedged_option *option) {
    if (!makes_sense(option))
        return NAN;
    const double scale = option->strike * option->vol * sqrt(option->years / (4.0 * M_PI));
    return scale * sqrt(integrate(squared_gamma_density, option, M_PI_2));
}

double rh_leland_number(double cost, double vol, double interval) {
    return vol > 0.0 && interval > 0.0 ? sqrt(8.0 / M_PI) * cost / (vol * sqrt(interval)) : NAN;
}

double rh_leland_vol(double cost, double vol, double interval, int side) {
    const double number = rh_leland_number(cost, vol, interval);
    if (side < 0)
        return vol * sqrt(1.0 + number);
    return number < 1.0 ? vol * sqrt(1.0 - number) : NAN;
}

double rh_rebalance_cost(double cost, double spot, double gamma, double vol, double interval) {
    return cost * fabs(gamma) * spot * spot * vol * sqrt(interval * M_2_PI);
}

double rh_hedged_step_pnl(double cost, double spot, double gamma, double realised, double implied,
                          double interval) {
    const double variance = (realised - implied) * (realised + implied) * interval;
    return 0.5 * gamma * spot * spot * variance -
           rh_rebalance_cost(cost, spot, gamma, realised, interval);
}

static double dollar_gamma_density(double t, void *option) {
    const rh_hedged_option *o = option;
    const double z = mean_moneyness(o, t) / o->vol;
    return exp(-0.5 * z * z / o->years);
}

double rh_interval_cost(const rh_hedged_option *option, double cost, double interval) {
    if (!makes_sense(option) || !(interval > 0.0))
        return NAN;
    /* K e^(-r T) / (vol sqrt T) / sqrt(2 pi), times cost vol sqrt(2 / (pi dt)) */
    const double scale = cost * option->strike * exp(-option->rate * option->years) /
                         (M_PI * sqrt(option->years * interval));
    return scale * integrate(dollar_gamma_density, option, option->years);
}
