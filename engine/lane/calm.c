/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lane/calm.h"

#include "base/number.h"

#include <math.h>

static const double SHARE = 0.01;    /* of a width, left to time and to funding each */
static const double ROUNDING = 2e-9; /* of the parts of a sum: twice what a crossing may hide in */
/* 1/(1 + u) = 1 - u + r, |r| <= 0.5 SECOND u^2 */
static const double SECOND = 2.0 / (1.0 - RH_LINE_REACH);

rh_calm rh_calm_everywhere(uint32_t hedge) {
    return (rh_calm){.hedge = hedge,
                     .low = 0.0,
                     .high = INFINITY,
                     .least_paid = -INFINITY,
                     .most_paid = INFINITY,
                     .until = RH_NEVER};
}

static int intersect(rh_calm *calm, double low, double high) {
    calm->low = rh_larger(low, calm->low);
    calm->high = rh_smaller(high, calm->high);
    return low <= high && calm->low <= calm->high;
}

/* The u between the roots of c u^2/2 + k u + rest, c > 0. Returns 0 if there are none. */
static int between_roots(double c, double k, double rest, double *low, double *high) {
    const double square = k * k - 2.0 * c * rest;
    if (!(square >= 0.0))
        return 0;
    const double far = -(k + copysign(sqrt(square), k)) / c; /* the root without cancellation */
    const double near = far == 0.0 ? 0.0 : 2.0 * rest / (c * far);
    *low = far < near ? far : near;
    *high = far < near ? near : far;
    return 1;
}

/* |gap + slope u| + curvature u^2/2 + doubt <= width, for which u? */
typedef struct {
    double gap, slope, curvature, doubt, width;
} parabola;

static int narrow_price(rh_calm *calm, const parabola *q, double price) {
    const double c = rh_larger(q->curvature, 1e-6 * q->width), rest = q->doubt - q->width;
    double low, high, below, above;
    if (!between_roots(c, q->slope, rest + q->gap, &low, &high) ||
        !between_roots(c, -q->slope, rest - q->gap, &below, &above))
        return 0;
    low = rh_larger(rh_larger(low, below), -RH_LINE_REACH);
    high = rh_smaller(rh_smaller(high, above), RH_LINE_REACH);
    return intersect(calm, price * (1.0 + low), price * (1.0 + high));
}

/* So far in time that the exposure creeps by a share of the width only. */
static double narrow_time(rh_calm *calm, const rh_line *line, rh_time now, double width) {
    const double years = SHARE * width / line->drift, year = 365.0 * (double)RH_DAY;
    rh_time until = line->until;
    if (years * year < (double)(until - now))
        until = now + (rh_time)(years * year);
    calm->until = until < calm->until ? until : calm->until;
    return line->drift * rh_years(line->at, until);
}

static double narrow_funding(rh_calm *calm, double paid, double weight, double width) {
    if (weight == 0.0)
        return 0.0;
    const double reach = SHARE * width / fabs(weight);
    calm->least_paid = rh_larger(calm->least_paid, paid - reach);
    calm->most_paid = rh_smaller(calm->most_paid, paid + reach);
    return SHARE * width;
}

/* The gap of a lane: a and, for an inverse hedge, b/P + c f beside the book's exposure. */
static int narrow_gap(rh_calm *calm, const rh_line *line, const rh_market *market,
                      const rh_watch *watch) {
    const rh_series *series = &watch->series;
    const rh_instrument *hedge = rh_catalogue_get(rh_market_catalogue(market), series->instrument);
    const double paid = rh_market_state(market, series->instrument)->funding_paid;
    const double scale = series->scale == RH_SCALE_SIZE ? line->size_options : 1.0;
    const double width = watch->width * scale, held = watch->b / line->price;
    const double parts = fabs(line->exposure) + fabs(line->slope) + fabs(watch->a) + fabs(held) +
                         fabs(watch->c * paid);
    if (series->numeraire != RH_NUMERAIRE_USD || series->scale == RH_SCALE_GAMMA ||
        !(width > 0.0) || watch->d != 0.0 ||
        (hedge->settle != RH_INVERSE && (watch->b != 0.0 || watch->c != 0.0)))
        return 0;
    calm->follows_index |= line->borrowed;
    const parabola q = {.gap = line->exposure + watch->a + held + watch->c * paid,
                        .slope = line->slope - held,
                        .curvature = line->curvature + SECOND * fabs(held),
                        .doubt = ROUNDING * parts +
                                 narrow_time(calm, line, rh_market_now(market), width) +
                                 narrow_funding(calm, paid, watch->c, width),
                        .width = width};
    return narrow_price(calm, &q, line->price);
}

static int narrow_move(rh_calm *calm, const rh_watch *watch) {
    const double reach = watch->width - ROUNDING * (fabs(watch->a) + watch->width);
    return watch->series.scale == RH_SCALE_ONE &&
           intersect(calm, -watch->a - reach, -watch->a + reach);
}

int rh_calm_narrow(rh_calm *calm, rh_book *book, const rh_market *market, const rh_watch *watch) {
    const rh_line *line;
    if (watch->series.kind == RH_SERIES_NONE)
        return 1;
    if (watch->series.instrument != calm->hedge)
        return 0;
    switch (watch->series.kind) {
    case RH_SERIES_PRICE: return narrow_move(calm, watch);
    case RH_SERIES_EXPOSURE:
        line = rh_book_line(book);
        return line && narrow_gap(calm, line, market, watch);
    default: return 0;
    }
}

int rh_calm_holds(const rh_calm *calm, const rh_market *market) {
    const rh_state *state = rh_market_state(market, calm->hedge);
    const double price = rh_market_known_price(state).value;
    return rh_market_now(market) < calm->until && price >= calm->low && price <= calm->high &&
           state->funding_paid >= calm->least_paid && state->funding_paid <= calm->most_paid;
}
