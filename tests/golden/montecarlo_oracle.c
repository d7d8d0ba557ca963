/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "montecarlo_oracle.h"

#include "base/random.h"

#include <math.h>

/* Rules leave alone what is less than a millionth of an option. */
static const double LEAST_TRADE = 1e-6;
static const double PI = 3.14159265358979323846;

/* ---- the normal law ---- */

static double cdf(double x) {
    return 0.5 * erfc(-x / sqrt(2.0));
}

static double density(double x) {
    return exp(-0.5 * x * x) / sqrt(2.0 * PI);
}

/* By bisection, below the median; by symmetry above it. */
static double quantile(double u) {
    double low = -10.0, high = 0.0;
    if (u > 0.5)
        return -quantile(1.0 - u);
    for (int i = 0; i < 60; i++) {
        const double middle = 0.5 * (low + high);
        if (cdf(middle) < u)
            low = middle;
        else
            high = middle;
    }
    return 0.5 * (low + high);
}

double oracle_shock(const oracle_world *world, uint32_t path, int step) {
    const rh_draw_place place = {world->seed, (uint64_t)step, path, 1 /* diffusion */, 0};
    return quantile(rh_draw_uniform(&place).b);
}

/* ---- Black and Scholes ---- */

static double d1_of(const oracle_world *w, double spot, double years, double vol) {
    return (log(spot / w->strike) + (w->rate + 0.5 * vol * vol) * years) / (vol * sqrt(years));
}

double oracle_call(const oracle_world *w, double spot, double years) {
    const double d1 = d1_of(w, spot, years, w->vol), d2 = d1 - w->vol * sqrt(years);
    return spot * cdf(d1) - w->strike * exp(-w->rate * years) * cdf(d2);
}

static double gamma_of(const oracle_world *w, double spot, double years) {
    return density(d1_of(w, spot, years, w->vol)) / (spot * w->vol * sqrt(years));
}

/* ---- rules: the stock to hold against one short call ---- */

/* Leland (1985): sigma^2 (1 + sqrt(2/pi) k / (sigma sqrt(dt))), k the cost of the round trip. */
static double leland_delta(const oracle_world *w, const oracle_rule *r, double spot, double years) {
    const double dt = w->years / w->steps * r->every;
    const double number = sqrt(2.0 / PI) * 2.0 * r->cost / (w->vol * sqrt(dt));
    return cdf(d1_of(w, spot, years, w->vol * sqrt(1.0 + number)));
}

/* Whalley and Wilmott (1997). */
static double optimal_width(const oracle_world *w, const oracle_rule *r, double spot,
                            double years) {
    const double gamma = gamma_of(w, spot, years);
    return pow(1.5 * exp(-w->rate * years) * r->cost * spot * gamma * gamma / r->number, 1.0 / 3.0);
}

/* Zakamouline (2006), an option held short. */
static void zakamouline_band(const oracle_world *w, const oracle_rule *r, double spot, double years,
                             double *centre, double *half) {
    const double gamma = gamma_of(w, spot, years), a = r->number;
    const double part = pow(exp(-w->rate * years) / w->vol, 0.25);
    const double k =
        4.76 * pow(r->cost, 0.78) / pow(years, 0.02) * part * pow(a * spot * spot * gamma, 0.15);
    *centre = cdf(d1_of(w, spot, years, w->vol * sqrt(1.0 + k)));
    *half = r->cost / (a * spot * w->vol * w->vol * years) +
            1.12 * pow(r->cost, 0.31) * pow(years, 0.05) * part * sqrt(gamma / a);
}

static double nearest_edge(double held, double centre, double half) {
    if (fabs(held - centre) <= half + LEAST_TRADE)
        return held;
    return held > centre ? centre + half : centre - half;
}

static double wanted(const oracle_world *w, const oracle_rule *r, double spot, double years,
                     int step, double held) {
    double centre = cdf(d1_of(w, spot, years, w->vol)), half = r->number;
    switch (r->kind) {
    case ORACLE_INTERVAL: return step % r->every == 0 ? centre : held;
    case ORACLE_LELAND: return step % r->every == 0 ? leland_delta(w, r, spot, years) : held;
    case ORACLE_BAND: break;
    case ORACLE_WHALLEY_WILMOTT: half = optimal_width(w, r, spot, years); break;
    case ORACLE_ZAKAMOULINE: zakamouline_band(w, r, spot, years, &centre, &half); break;
    }
    return nearest_edge(held, centre, half);
}

/* ---- one path ---- */

oracle_outcome oracle_hedge(const oracle_world *w, const oracle_rule *r, uint32_t path) {
    const double dt = w->years / w->steps;
    oracle_outcome out = {0.0, 0.0, 0};
    double spot = w->spot, held = 0.0, cash = oracle_call(w, spot, w->years);
    for (int step = 0; step < w->steps; step++) {
        const double target = wanted(w, r, spot, w->years - step * dt, step, held);
        const double paid = r->cost * fabs(target - held) * spot;
        out.trades += target != held;
        out.cost += paid;
        cash -= (target - held) * spot + paid;
        held = target;
        cash *= exp(w->rate * dt);
        spot *= exp((w->drift - 0.5 * w->vol * w->vol) * dt +
                    w->vol * sqrt(dt) * oracle_shock(w, path, step + 1));
    }
    out.cost += r->cost * fabs(held) * spot;
    out.pnl = cash + held * spot - r->cost * fabs(held) * spot - fmax(spot - w->strike, 0.0);
    return out;
}
