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
 * n(d1)/s and dN(d1)/dtau = -n(d1) d2 / (2 tau). Bounds are taken over a share of the option's life
 * and a range of u, beyond which a glance says nothing: there |d1| = |x/s + s/2|, x = ln(F/K), is
 * at least (|x0| - max |ln(1 + u)|)/s0 - s0/2, which bounds n(d1) and |d1| n(d1).
 */
#include "book/book_parts.h"
#include "pricing/elementary.h"

#include <math.h>

static const double DENSITY = 0.3990, SLOPED_DENSITY = 0.2420; /* max n(x), max |x| n(x) */
static const double SHARE = 1.0 / 8.0;                         /* of the time to expiry */
static const double STRETCH = 1.05;     /* at least 1 / (1 - RH_LINE_REACH)^2; of the carry too */
static const double LOG_REACH = 0.0203; /* at least -ln(1 - RH_LINE_REACH) */

/* Until when the bounds of a leg hold. */
static rh_time good_until(const rh_book *book, const rh_leg *leg) {
    const double share = SHARE * leg->value.years * 365.0 * (double)RH_DAY;
    const rh_time end = rh_market_now(book->market) + (rh_time)share;
    const rh_time window = leg->instrument->expiry - book->settlement_window;
    return end < window ? end : window;
}

/* Of n(d1) and |d1| n(d1), as far as a glance goes. */
typedef struct {
    double density, sloped;
} bounds;

static bounds bounds_of(const rh_leg_value *value, double s, double drift) {
    const double density = value->black.gamma * value->forward * s; /* e^(-r tau) n(d1) */
    const double d2 = -value->black.vanna * value->iv / density;
    const double off = LOG_REACH + drift * SHARE * value->years;
    const double least = fabs(d2 + 0.5 * s) - off / s - 0.5 * s;
    if (!(least > 0.0)) /* nor if the density is 0 in double precision */
        return (bounds){DENSITY, SLOPED_DENSITY};
    const double most = DENSITY * rh_exp(-0.5 * least * least);
    return (bounds){most, least > 1.0 ? least * most : SLOPED_DENSITY};
}

static void add_bounds(rh_line *line, const rh_leg *leg, double carry, double rate, double drift) {
    const rh_leg_value *value = &leg->value;
    const double least = (1.0 - SHARE) * value->years;
    const double s = value->iv * sqrt(value->years), s_least = value->iv * sqrt(least);
    const double weight = STRETCH * fabs(leg->size) * carry * exp(rate * value->years);
    const bounds most = bounds_of(value, s, drift);
    line->curvature += weight * (most.density / s_least + most.sloped / (s_least * s_least));
    line->drift += weight * ((most.sloped + most.density * s) / (2.0 * least) + rate +
                             drift * (most.density / s_least + 1.0));
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
                      .exposure = book->value.exposure_usd,
                      .size_options = book->value.size_options};
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

const rh_line *rh_book_line(const rh_book *book) {
    const rh_line *line = &book->line;
    const int stands = line->at != RH_DAWN && rh_market_now(book->market) < line->until;
    return stands && still_stands(book) ? line : NULL;
}

int rh_book_glance(rh_book *book, rh_glance *out) {
    const rh_line *line = rh_book_line(book);
    if (!line)
        return 0;
    const double p = rh_book_hedge_price(book).value, u = p / line->price - 1.0;
    if (!(fabs(u) <= RH_LINE_REACH))
        return 0;
    const double years = rh_years(line->at, rh_market_now(book->market));
    *out = (rh_glance){
        .spot = book->conversion,
        .hedge = p,
        .size_options = line->size_options,
        .exposure_usd = line->exposure + line->slope * u,
        .within = 0.5 * line->curvature * u * u + line->drift * years +
                  1e-9 * (fabs(line->exposure) + fabs(line->slope * u)),
    };
    return 1;
}
