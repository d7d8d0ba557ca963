/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lane/watch.h"

#include "lane/lane_parts.h"

#include <math.h>

static rh_watch always(rh_watch watch) {
    watch.series.kind = RH_SERIES_ALWAYS;
    return watch;
}

/* Balances that change between touches in another way than with the hedge's price. */
static int balances_drift(const rh_lane *lane) {
    const int funding = rh_market_funding(lane->market) == RH_FUNDING_CONTINUOUS;
    return lane->terms.rate != 0.0 || lane->terms.rate_coin != 0.0 || funding ||
           lane->n_holdings > 1;
}

/* gap = exposure of the book + balance that counts + exposure of the hedge - target. */
static rh_watch watch_gap(const rh_lane *lane, rh_watch watch) {
    const rh_holding *hedge = rh_ledger_holding(lane->ledger, HEDGE);
    const double size = hedge->quantity * lane->hedge->multiplier;
    const int inverse = lane->hedge->settle == RH_INVERSE;
    const int include = lane->terms.collateral == RH_COLLATERAL_INCLUDED;
    const int usd = lane->terms.numeraire == RH_NUMERAIRE_USD;
    const double cash_coin = rh_ledger_cash(lane->ledger, RH_COIN);
    if (balances_drift(lane))
        return always(watch);
    if (!usd && include && (!inverse || rh_ledger_cash(lane->ledger, RH_USD) != 0.0))
        return always(watch); /* W / S is neither constant nor a multiple of 1 / P */
    watch.series.kind = RH_SERIES_EXPOSURE;
    watch.series.numeraire = lane->terms.numeraire;
    watch.series.instrument = lane->terms.hedge;
    watch.a -= lane->terms.target;
    if (usd && include)
        watch.a += cash_coin;
    if (!inverse)
        watch.a += size;
    else if (usd && include && size != 0.0)
        watch.a += size / hedge->entry;
    else
        watch.b = size;
    return watch;
}

rh_watch rh_lane_watch(const rh_lane *lane) {
    const rh_wake *wake = &lane->wake;
    rh_watch watch = {.at = rh_lane_next_time(lane), .a = -wake->anchor, .width = wake->width};
    if (!lane->started || lane->finished)
        return (rh_watch){.at = RH_NEVER};
    if (lane->pending_ask || lane->order.quantity != 0.0 || lane->terms.ask_always ||
        lane->terms.strategy->observe || rh_market_now(lane->market) >= wake->at)
        return always(watch);
    watch.series.scale = wake->scale;
    if (wake->scale == RH_SCALE_ANCHOR) {
        watch.series.scale = RH_SCALE_ONE;
        watch.width *= fabs(wake->anchor);
    }
    switch (wake->signal) {
    case RH_SIGNAL_NONE: return watch;
    case RH_SIGNAL_GAP: return watch_gap(lane, watch);
    case RH_SIGNAL_PRICE:
        watch.series.kind = RH_SERIES_PRICE;
        watch.series.instrument = lane->terms.hedge;
        return watch;
    case RH_SIGNAL_VARIANCE:
        watch.series.kind = RH_SERIES_VARIANCE;
        watch.series.instrument = lane->terms.hedge;
        watch.a -= lane->variance_at_open;
        return watch;
    default: break;
    }
    if (wake->signal < RH_SIGNAL_OBSERVATION ||
        wake->signal - RH_SIGNAL_OBSERVATION >= lane->n_watched)
        return always(watch);
    watch.series.kind = RH_SERIES_OBSERVATIONS;
    watch.series.instrument = lane->watched[wake->signal - RH_SIGNAL_OBSERVATION];
    return watch;
}

void rh_series_now(const rh_series *series, rh_book *book, const rh_market *market, double *s,
                   double *scale, double *inverse) {
    const rh_state *state = rh_market_state(market, series->instrument);
    const int needs_book = series->kind == RH_SERIES_EXPOSURE || series->scale != RH_SCALE_ONE;
    const rh_book_value *value = needs_book ? rh_book_value_now(book) : NULL;
    *inverse = 0.0;
    switch (series->kind) {
    case RH_SERIES_EXPOSURE:
        *s = series->numeraire == RH_NUMERAIRE_USD ? value->exposure_usd : value->exposure_coin;
        *inverse = 1.0 / value->hedge;
        break;
    case RH_SERIES_PRICE: *s = rh_market_price(state).value; break;
    case RH_SERIES_VARIANCE: *s = state->variance; break;
    default: *s = (double)state->observations; break;
    }
    *scale = series->scale == RH_SCALE_SIZE    ? value->size_options
             : series->scale == RH_SCALE_GAMMA ? fabs(value->gamma) * value->hedge
                                               : 1.0;
}
