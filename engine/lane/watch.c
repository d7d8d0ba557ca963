/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lane/watch.h"

#include "lane/lane_parts.h"

#include <math.h>

/* A balance that changes between touches in another way than with the hedge. */
static int drifts(const rh_lane *lane, rh_currency currency) {
    const double rate = currency == RH_USD ? lane->terms.rate : lane->terms.rate_coin;
    if (rate != 0.0 && rh_ledger_cash(lane->ledger, currency) != 0.0)
        return 1;
    for (size_t i = HEDGE + 1; i < lane->n_holdings; i++) {
        const rh_holding *holding = rh_ledger_holding(lane->ledger, i);
        if (holding->quantity != 0.0 && rh_settles_in(holding->instrument) == currency)
            return 1;
    }
    return 0;
}

/* Adds `sign` times the balance in a currency, as rh_ledger_look would find it. 0 if it drifts. */
static int add_balance(const rh_lane *lane, rh_watch *watch, rh_currency unit, rh_currency currency,
                       double sign) {
    const rh_holding *hedge = rh_ledger_holding(lane->ledger, HEDGE);
    const double size = sign * hedge->quantity * lane->hedge->multiplier;
    const int inverse = lane->hedge->settle == RH_INVERSE;
    double stays = sign * rh_ledger_cash(lane->ledger, currency);
    if (drifts(lane, currency))
        return 0;
    if (size != 0.0 && rh_settles_in(lane->hedge) == currency) {
        stays += sign * hedge->quantity * hedge->funding_seen;
        if (lane->hedge->kind != RH_SPOT)
            stays += inverse ? size / hedge->entry : -size * hedge->entry;
        watch->b += inverse ? -size : size;
        watch->c -= sign * hedge->quantity;
    }
    *(currency == unit ? &watch->a : &watch->d) += stays;
    return 1;
}

/* gap = exposure of the book + balance that counts + exposure of the hedge - target. */
static int watch_gap(const rh_lane *lane, rh_watch *watch) {
    const rh_holding *hedge = rh_ledger_holding(lane->ledger, HEDGE);
    const double size = hedge->quantity * lane->hedge->multiplier;
    watch->series.kind = RH_SERIES_EXPOSURE;
    watch->series.numeraire = lane->terms.numeraire;
    watch->a -= lane->terms.target;
    *(lane->hedge->settle == RH_INVERSE ? &watch->b : &watch->a) += size;
    if (lane->terms.collateral != RH_COLLATERAL_INCLUDED)
        return 1;
    return lane->terms.numeraire == RH_NUMERAIRE_USD
               ? add_balance(lane, watch, RH_COIN, RH_COIN, 1.0)
               : add_balance(lane, watch, RH_COIN, RH_USD, -1.0);
}

/* pnl = worth of the options + both balances - equity at the start. */
static int watch_pnl(const rh_lane *lane, rh_watch *watch) {
    const int usd = lane->terms.numeraire == RH_NUMERAIRE_USD;
    const rh_currency unit = usd ? RH_USD : RH_COIN;
    watch->series.kind = RH_SERIES_VALUE;
    watch->series.numeraire = lane->terms.numeraire;
    watch->a -= usd ? lane->start.usd : lane->start.coin;
    return add_balance(lane, watch, unit, RH_USD, 1.0) &&
           add_balance(lane, watch, unit, RH_COIN, 1.0);
}

static void watch_variance(const rh_lane *lane, rh_watch *watch) {
    watch->series.kind = RH_SERIES_VARIANCE;
    watch->a -= lane->variance_at_open;
}

static int watch_observations(const rh_lane *lane, rh_watch *watch, uint32_t signal) {
    if (signal < RH_SIGNAL_OBSERVATION || signal - RH_SIGNAL_OBSERVATION >= lane->n_watched)
        return 0;
    watch->series.kind = RH_SERIES_OBSERVATIONS;
    watch->series.instrument = lane->watched[signal - RH_SIGNAL_OBSERVATION];
    return 1;
}

/* 0 if what the part waits for can't be said in numbers of the market. */
static int watch_signal(const rh_lane *lane, const rh_wake *wake, rh_watch *watch) {
    watch->series.instrument = lane->terms.hedge;
    watch->series.scale = wake->scale;
    if (wake->scale == RH_SCALE_ANCHOR) {
        watch->series.scale = RH_SCALE_ONE;
        watch->width *= fabs(wake->anchor);
    }
    switch (wake->signal) {
    case RH_SIGNAL_NONE: return 1;
    case RH_SIGNAL_GAP: return watch_gap(lane, watch);
    case RH_SIGNAL_PNL: return watch_pnl(lane, watch);
    case RH_SIGNAL_PRICE: watch->series.kind = RH_SERIES_PRICE; return 1;
    case RH_SIGNAL_VARIANCE: watch_variance(lane, watch); return 1;
    default: return watch_observations(lane, watch, wake->signal);
    }
}

size_t rh_lane_n_watches(const rh_lane *lane) {
    return lane->n_parts;
}

/* Asked at every instant, whatever its parts wait for. */
static int is_restless(const rh_lane *lane) {
    return lane->pending_ask || rh_lane_has_order(lane) || lane->terms.ask_always ||
           lane->observes || rh_lane_time_has_come(lane);
}

void rh_lane_watch(const rh_lane *lane, size_t part, rh_watch *watch) {
    const rh_wake *wake = &lane->parts[part].wake;
    *watch = (rh_watch){.at = RH_NEVER};
    if (!lane->started || lane->finished)
        return;
    watch->a = -wake->anchor;
    watch->width = wake->width;
    if (part == 0)
        watch->at = rh_lane_next_time(lane);
    const int restless = is_restless(lane);
    if (restless ? part == 0 : lane->parts[part].listens && !watch_signal(lane, wake, watch))
        watch->series.kind = RH_SERIES_ALWAYS;
}

static double or_nothing(double x) {
    return isfinite(x) ? x : 0.0;
}

/* Exposures are in coin, values in the numeraire. */
static void add_balances(rh_series_value *now, const rh_series *series, double spot, double price,
                         const rh_market *market) {
    const rh_instrument *hedge = rh_catalogue_get(rh_market_catalogue(market), series->instrument);
    const int in_coin =
        series->kind == RH_SERIES_EXPOSURE || series->numeraire == RH_NUMERAIRE_COIN;
    const int inverse = hedge->settle == RH_INVERSE;
    const double other = in_coin ? 1.0 / spot : spot, own = inverse == in_coin ? 1.0 : other;
    now->x1 = or_nothing(own * (inverse ? 1.0 / price : price));
    now->x2 = or_nothing(own * rh_market_state(market, series->instrument)->funding_paid);
    now->x3 = or_nothing(other);
}

/* Without a valuation of the book; 0 if that can't be done. */
static int glance(const rh_series *series, rh_book *book, const rh_market *market,
                  rh_series_value *now) {
    rh_glance seen;
    if (series->kind != RH_SERIES_EXPOSURE || series->numeraire != RH_NUMERAIRE_USD ||
        series->scale == RH_SCALE_GAMMA || !rh_book_glance(book, &seen))
        return 0;
    *now = (rh_series_value){.s = seen.exposure_usd,
                             .scale = series->scale == RH_SCALE_SIZE ? seen.size_options : 1.0,
                             .within = seen.within};
    add_balances(now, series, seen.spot, seen.hedge, market);
    return 1;
}

static double scale_of(const rh_series *series, const rh_book_value *value) {
    switch (series->scale) {
    case RH_SCALE_SIZE: return value->size_options;
    case RH_SCALE_GAMMA: return fabs(value->gamma) * value->hedge;
    default: return 1.0;
    }
}

static void of_book(const rh_series *series, rh_book *book, const rh_market *market,
                    rh_series_value *now) {
    const rh_book_value *value = rh_book_value_now(book);
    const int usd = series->numeraire == RH_NUMERAIRE_USD;
    double s = usd ? value->option_value_usd : value->option_value_usd / value->spot;
    if (series->kind == RH_SERIES_EXPOSURE)
        s = usd ? value->exposure_usd : value->exposure_coin;
    *now = (rh_series_value){.s = s, .scale = scale_of(series, value)};
    add_balances(now, series, value->spot, value->hedge, market);
}

void rh_series_now(const rh_series *series, rh_book *book, const rh_market *market,
                   rh_series_value *now) {
    const rh_state *state = rh_market_state(market, series->instrument);
    if (series->kind == RH_SERIES_EXPOSURE || series->kind == RH_SERIES_VALUE) {
        if (!glance(series, book, market, now))
            of_book(series, book, market, now);
        return;
    }
    *now = (rh_series_value){.scale = 1.0};
    if (series->scale != RH_SCALE_ONE)
        now->scale = scale_of(series, rh_book_value_now(book));
    switch (series->kind) {
    case RH_SERIES_PRICE: now->s = rh_market_price(state).value; break;
    case RH_SERIES_VARIANCE: now->s = state->variance; break;
    default: now->s = (double)state->observations; break;
    }
}
