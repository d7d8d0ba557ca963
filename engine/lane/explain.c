/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lane/explain.h"

#include "pricing/coin.h"

#include <math.h>

/* What changed between two marks; in coin a price moves as 1/P does, as a share of itself. */
typedef struct {
    double forward, hedge, spot, vol, years;
    double forward_in_coin, hedge_in_coin; /* 1 - F0/F1, 1 - P0/P1 */
} moves;

/* What one option's value in one currency does: changes already multiplied out, and derivatives. */
typedef struct {
    double delta; /* change with the hedge's price */
    double first; /* the whole first-order change from F and S */
    double gamma, theta, vega, vanna, volga, charm;
    double cross; /* second-order terms with S that belong to no name of their own */
} derivatives;

double rh_leg_mark_usd(const rh_instrument *option, const rh_leg_mark *mark) {
    return mark->value.price * (option->settle == RH_INVERSE ? mark->spot : 1.0);
}

static double value_coin(const rh_instrument *option, const rh_leg_mark *mark) {
    return mark->value.price / (option->settle == RH_INVERSE ? 1.0 : mark->spot);
}

/* Value in USD: V S/F of an inverse option, V of a linear one. */
static derivatives in_usd(const rh_instrument *option, const rh_leg_mark *at, const moves *d) {
    const rh_greeks *g = &at->value.black;
    const double scale = option->settle == RH_INVERSE ? at->spot / at->value.forward : 1.0;
    derivatives out = {.delta = at->value.black_delta * d->hedge,
                       .gamma = scale * g->gamma,
                       .theta = scale * g->theta,
                       .vega = scale * g->vega,
                       .vanna = scale * g->vanna,
                       .volga = scale * g->volga,
                       .charm = scale * g->charm};
    out.first = option->settle == RH_INVERSE
                    ? at->value.price * d->spot + scale * g->net * d->forward
                    : g->delta * d->forward;
    return out;
}

/* Value in coin of an inverse option: V/F. Its first order is taken in 1/F, in which an inverse
 * hedge is linear; what is left of the second order is then G/F, without the -2 net/F^2. */
static derivatives inverse_in_coin(const rh_leg_mark *at, const moves *d) {
    const rh_coin_greeks c = rh_coin(&at->value.black, at->value.forward);
    return (derivatives){.delta = (at->value.black_delta - at->value.price) * d->hedge_in_coin,
                         .first = c.net * d->forward_in_coin,
                         .gamma = at->value.black.gamma / at->value.forward,
                         .theta = c.theta,
                         .vega = c.vega,
                         .vanna = c.vanna,
                         .volga = c.volga,
                         .charm = c.charm};
}

/* Value in coin of a linear option: V/S, to second order in S. */
static derivatives linear_in_coin(const rh_leg_mark *at, const moves *d) {
    const rh_greeks *g = &at->value.black;
    const double s = at->spot, v = at->value.price, ds = d->spot / s;
    derivatives out = {.delta = (at->value.black_delta - v / s) / s * d->hedge,
                       .gamma = g->gamma / s,
                       .theta = g->theta / s,
                       .vega = g->vega / s,
                       .vanna = g->vanna / s,
                       .volga = g->volga / s,
                       .charm = g->charm / s};
    out.first = g->delta * d->forward / s - v * ds / s;
    out.cross = (v * ds - g->delta * d->forward - g->vega * d->vol - g->theta * d->years) * ds / s;
    return out;
}

/* Writes the terms of `size` options; what is left of `change` is the residual. */
static void write_terms(const derivatives *g, const moves *d, double size, double change,
                        double out[RH_N_TERMS]) {
    double terms[RH_N_TERMS] = {0};
    terms[RH_TERM_DELTA] = g->delta;
    terms[RH_TERM_BASIS] = g->first - terms[RH_TERM_DELTA];
    terms[RH_TERM_GAMMA] = 0.5 * g->gamma * d->forward * d->forward + g->cross;
    terms[RH_TERM_THETA] = g->theta * d->years;
    terms[RH_TERM_VEGA] = g->vega * d->vol;
    terms[RH_TERM_VANNA] = g->vanna * d->forward * d->vol;
    terms[RH_TERM_VOLGA] = 0.5 * g->volga * d->vol * d->vol;
    terms[RH_TERM_CHARM] = g->charm * d->forward * d->years;
    double explained = 0.0;
    for (int t = 0; t < RH_N_TERMS; t++) {
        explained += terms[t];
        out[t] += size * terms[t];
    }
    out[RH_TERM_RESIDUAL] += size * (change - explained);
}

void rh_explain_leg(const rh_instrument *option, double size, const rh_leg_mark *from,
                    const rh_leg_mark *to, rh_attribution *out) {
    const moves d = {.forward = to->value.forward - from->value.forward,
                     .hedge = to->hedge - from->hedge,
                     .spot = to->spot - from->spot,
                     .vol = to->value.iv - from->value.iv,
                     .years = rh_years(from->ts, to->ts),
                     .forward_in_coin = 1.0 - from->value.forward / to->value.forward,
                     .hedge_in_coin = 1.0 - from->hedge / to->hedge};
    const derivatives usd = in_usd(option, from, &d);
    const derivatives coin =
        option->settle == RH_INVERSE ? inverse_in_coin(from, &d) : linear_in_coin(from, &d);
    write_terms(&usd, &d, size, rh_leg_mark_usd(option, to) - rh_leg_mark_usd(option, from),
                out->usd);
    write_terms(&coin, &d, size, value_coin(option, to) - value_coin(option, from), out->coin);
}
