/* SPDX-License-Identifier: GPL-3.0-or-later */
/* glance.c: where the exposure surely is between two valuations, without pricing anything.
 *
 * From one valuation to the next observation of an option only the hedge's price and the clock
 * move, and forwards move with the hedge: F = F0 (1 + u), u = P/P0 - 1. Black's delta of a leg,
 * D = w e^(-r tau) N(w d1), is then D0 + F0 Gamma u plus at most
 *
 *     u^2/2 max |F0^2 dGamma/dF|  +  t max |dD/dtau|.
 *
 * With s = vol sqrt(tau) and n the normal density, F^2 dGamma/dF = -n(d1)/s (1 + d1/s), F dD/dF =
 * n(d1)/s and dN(d1)/dtau = -n(d1) d2 / (2 tau); n(x) <= 0.3990 and |x| n(x) <= 0.2420 bound all
 * of them whatever the moneyness. Bounds are taken over a share of the option's life and a range
 * of u, beyond which a glance says nothing.
 */
#include "book/book_parts.h"

#include <math.h>

static const double DENSITY = 0.3990, SLOPED_DENSITY = 0.2420; /* max n(x), max |x| n(x) */
static const double FARTHEST = 0.02;                           /* |u| */
static const double SHARE = 1.0 / 8.0;                         /* of the time to expiry */
static const double STRETCH = 1.05; /* at least 1 / (1 - FARTHEST)^2; of the carry too */

/* Until when the bounds of a leg hold. */
static rh_time good_until(const rh_book *book, const rh_leg *leg) {
    const double share = SHARE * leg->value.years * 365.0 * (double)RH_DAY;
    const rh_time end = rh_market_now(book->market) + (rh_time)share;
    const rh_time window = leg->instrument->expiry - book->settlement_window;
    return end < window ? end : window;
}

static void add_bounds(rh_line *line, const rh_leg *leg, double carry, double rate, double drift) {
    const rh_leg_value *value = &leg->value;
    const double least = (1.0 - SHARE) * value->years;
    const double s = value->iv * sqrt(value->years), s_least = value->iv * sqrt(least);
    const double weight = STRETCH * fabs(leg->size) * carry * exp(rate * value->years);
    line->curvature += weight * (DENSITY / s_least + SLOPED_DENSITY / (s_least * s_least));
    line->drift += weight * ((SLOPED_DENSITY + DENSITY * s) / (2.0 * least) + rate +
                             drift * (DENSITY / s_least + 1.0));
}

/* Adds one leg; 0 if nothing is known of how its delta moves. */
static int add_leg(rh_book *book, size_t i, double p) {
    const rh_leg *leg = &book->legs[i];
    const rh_leg_value *value = &leg->value;
    rh_line *line = &book->line;
    rh_forward_source source;
    if (leg->instrument->kind != RH_OPTION || value->remaining != 1.0 ||
        value->black.delta == 0.0 || !rh_leg_follows_hedge(book, i, p, &source))
        return 0;
    const double carry = value->black_delta / value->black.delta; /* 1, dF/dP */
    const double drift = source == RH_FORWARD_SPOT ? fabs(book->rate) : 0.0;
    const rh_time end = good_until(book, leg);
    line->slope += leg->size * carry * value->forward * value->black.gamma;
    add_bounds(line, leg, carry, fabs(rh_leg_rate(book, leg->instrument)), drift);
    line->until = end < line->until ? end : line->until;
    line->borrowed |= source != RH_FORWARD_OWN && source != RH_FORWARD_FUTURE;
    return 1;
}

void rh_line_take(rh_book *book) {
    rh_line *line = &book->line;
    *line = (rh_line){.at = rh_market_now(book->market),
                      .until = RH_NEVER,
                      .price = book->value.hedge,
                      .exposure = book->value.exposure_usd};
    int known = book->deltas_are_black && book->forward == RH_FORWARD_CARRIED;
    for (size_t i = 0; i < book->n_legs && known; i++)
        known = book->legs[i].state != RH_LEG_OPEN || add_leg(book, i, line->price);
    if (!known || !isfinite(line->exposure + line->slope + line->curvature + line->drift))
        line->at = RH_DAWN;
}

/* Nothing that the options' deltas rest on has been observed since. */
static int still_stands(const rh_book *book) {
    const rh_time at = book->line.at;
    if (book->line.borrowed &&
        (book->index.at > at || (book->spot.at > at && book->spot_instrument != book->hedge)))
        return 0;
    for (size_t i = 0; i < book->n_legs; i++) {
        const rh_leg_memory *memory = &book->memory[i];
        if (book->legs[i].state == RH_LEG_OPEN &&
            (memory->iv_at > at || memory->forward.at > at ||
             (memory->future.at > at && memory->dated_future != book->hedge)))
            return 0;
    }
    return 1;
}

int rh_book_glance(rh_book *book, rh_glance *out) {
    const rh_time now = rh_market_now(book->market);
    const rh_line *line = &book->line;
    const double p = rh_book_hedge_price(book).value, u = p / line->price - 1.0;
    if (line->at == RH_DAWN || now >= line->until || !(fabs(u) <= FARTHEST) || !still_stands(book))
        return 0;
    *out = (rh_glance){
        .spot = book->conversion,
        .hedge = p,
        .size_options = book->value.size_options,
        .exposure_usd = line->exposure + line->slope * u,
        .within = 0.5 * line->curvature * u * u + line->drift * rh_years(line->at, now) +
                  1e-9 * (fabs(line->exposure) + fabs(line->slope * u)),
    };
    return 1;
}
