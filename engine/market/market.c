/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "market/market.h"

#include "base/memory.h"
#include "pricing/elementary.h"

#include <math.h>

struct rh_market {
    const rh_catalogue *catalogue;
    rh_state *states;
    size_t count;
    rh_funding_mode funding;
    rh_time now;
    double index;
    rh_time index_at;
    int stamps;         /* funding stamps in the instant that is being applied */
    rh_time news;       /* last instant with an event */
    rh_time stamped;    /* last instant in which discrete funding fell due */
    uint32_t *followed; /* whose variance is summed, each once */
    uint32_t *funded;   /* that ever had a funding rate */
    size_t n_followed, n_funded;
};

static const rh_state UNKNOWN = {
    .bid = NAN,
    .bid_size = NAN,
    .ask = NAN,
    .ask_size = NAN,
    .quoted = RH_DAWN,
    .last = NAN,
    .traded = RH_DAWN,
    .mark = NAN,
    .iv = NAN,
    .forward = NAN,
    .index = NAN,
    .marked = RH_DAWN,
    .iv_at = RH_DAWN,
    .forward_at = RH_DAWN,
    .index_at = RH_DAWN,
    .rate = NAN,
    .rate_at = RH_DAWN,
    .delivery = NAN,
    .delivered_at = RH_DAWN,
    .happened = RH_DAWN,
    .first = RH_DAWN,
    .observed = RH_DAWN,
    .variance_price = NAN,
    .price = {NAN, RH_DAWN, RH_BY_NOTHING},
    .known = {NAN, RH_DAWN, RH_BY_NOTHING},
};

rh_market *rh_market_new(const rh_catalogue *catalogue, rh_funding_mode funding) {
    rh_market *market = rh_allocate(1, sizeof *market);
    if (!market)
        return NULL;
    market->count = rh_catalogue_count(catalogue);
    market->states = rh_allocate(market->count, sizeof *market->states);
    market->followed = rh_allocate(market->count, sizeof *market->followed);
    market->funded = rh_allocate(market->count, sizeof *market->funded);
    if (!market->states || !market->followed || !market->funded) {
        rh_market_free(market);
        return NULL;
    }
    market->catalogue = catalogue;
    market->funding = funding;
    rh_market_reset(market);
    return market;
}

void rh_market_reset(rh_market *market) {
    for (size_t i = 0; i < market->count; i++)
        market->states[i] = UNKNOWN;
    market->now = market->index_at = market->stamped = market->news = RH_DAWN;
    market->index = NAN;
    market->stamps = 0;
    market->n_funded = 0;
}

void rh_market_free(rh_market *market) {
    if (!market)
        return;
    rh_release(market->states);
    rh_release(market->followed);
    rh_release(market->funded);
    rh_release(market);
}

rh_funding_mode rh_market_funding(const rh_market *market) {
    return market->funding;
}

rh_time rh_market_now(const rh_market *market) {
    return market->now;
}

const rh_state *rh_market_state(const rh_market *market, uint32_t instrument) {
    return &market->states[instrument];
}

const rh_catalogue *rh_market_catalogue(const rh_market *market) {
    return market->catalogue;
}

double rh_market_index(const rh_market *market, rh_time *at) {
    *at = market->index_at;
    return market->index;
}

/* ---- funding ---- */

/* What one unit held long pays when `elapsed` of an interval at the last rate is due. */
static double funding_due(const rh_instrument *instrument, const rh_state *state, double elapsed,
                          double interval) {
    const double mark = isnan(state->mark) ? rh_market_price(state).value : state->mark;
    if (isnan(mark))
        return 0.0;
    const double size = state->rate * instrument->multiplier * elapsed;
    return instrument->settle == RH_INVERSE ? size / (interval * mark) : size * mark / interval;
}

/* A rate holds from its row for one interval at most. What is paid is counted from the last event
 * of the instrument on, so that its digits don't hang on the instants that lanes ask for. */
static void accrue(const rh_instrument *instrument, rh_state *state, rh_time from, rh_time to) {
    if (state->rate_at == RH_DAWN || state->interval <= 0 || state->paid)
        return;
    rh_time end = isnan(state->rate) ? from : state->rate_at + state->interval;
    rh_time covered = to < end ? to : end;
    const rh_time since = state->funding_from;
    if (covered > since)
        state->funding_paid =
            state->funding_base +
            funding_due(instrument, state, (double)(covered - since), (double)state->interval);
    state->funding_gap += to - (covered > from ? covered : from);
}

void rh_market_advance(rh_market *market, rh_time now) {
    if (market->funding == RH_FUNDING_CONTINUOUS && market->now != RH_DAWN)
        for (size_t i = 0; i < market->n_funded; i++)
            accrue(rh_catalogue_get(market->catalogue, market->funded[i]),
                   &market->states[market->funded[i]], market->now, now);
    market->now = now;
}

/* ---- events ---- */

static int take(const rh_event *event, int position, double *into) {
    if (!rh_event_has(event, position))
        return 0;
    *into = event->value[position];
    return 1;
}

static void apply_quote(rh_state *state, const rh_event *event) {
    int any = take(event, RH_BID, &state->bid) | take(event, RH_ASK, &state->ask);
    any |= take(event, RH_BID_SIZE, &state->bid_size) | take(event, RH_ASK_SIZE, &state->ask_size);
    if (any)
        state->quoted = event->known;
}

static void apply_mark(rh_market *market, rh_state *state, const rh_event *event) {
    if (take(event, RH_MARK, &state->mark))
        state->marked = event->known;
    if (take(event, RH_IV, &state->iv))
        state->iv_at = event->known;
    if (take(event, RH_FORWARD, &state->forward))
        state->forward_at = event->known;
    if (take(event, RH_INDEX, &state->index)) {
        state->index_at = event->known;
        market->index = state->index;
        market->index_at = event->known;
    }
}

/* Funding that falls due in the instant at which its row came. */
static int falls_due(const rh_market *market, const rh_state *state) {
    return (market->funding == RH_FUNDING_DISCRETE ||
            (market->funding == RH_FUNDING_CONTINUOUS && state->paid)) &&
           state->rate_at == market->now && !isnan(state->rate);
}

/* Discrete funding, and what was paid for an interval that ended, is due at its stamp, when the
 * instant is complete; a continuous rate starts to run there. */
static void apply_funding(rh_market *market, rh_state *state, const rh_event *event) {
    double seconds = (double)(8 * RH_HOUR) / (double)RH_S;
    if (!take(event, RH_RATE, &state->rate))
        return;
    if (state->rate_at == RH_DAWN)
        market->funded[market->n_funded++] = event->instrument;
    (void)take(event, RH_INTERVAL, &seconds);
    state->interval = (int64_t)(seconds * (double)RH_S);
    state->rate_at = event->known;
    state->paid = rh_event_has(event, RH_PAID) && event->value[RH_PAID] != 0.0;
    market->stamps += falls_due(market, state);
}

static void set_price(rh_state *state, double value, rh_time at, rh_evidence evidence) {
    state->price = (rh_price){value, at, evidence};
    if (!isnan(value))
        state->known = (rh_price){value, at, evidence};
    else if (!isnan(state->known.value))
        state->known.evidence = RH_BY_MODEL;
}

static void note_price(rh_state *state) {
    const int bid = !isnan(state->bid), ask = !isnan(state->ask);
    if (bid && ask)
        set_price(state, 0.5 * (state->bid + state->ask), state->quoted, RH_BY_QUOTE);
    else if (!isnan(state->mark))
        set_price(state, state->mark, state->marked, RH_BY_MARK);
    else if (!isnan(state->last))
        set_price(state, state->last, state->traded, RH_BY_TRADE);
    else if (bid || ask)
        set_price(state, bid ? state->bid : state->ask, state->quoted, RH_BY_ONE_SIDED);
    else
        set_price(state, NAN, RH_DAWN, RH_BY_NOTHING);
}

void rh_market_apply(rh_market *market, const rh_event *event) {
    market->news = event->known;
    rh_state *state = &market->states[event->instrument];
    state->funding_base = state->funding_paid;
    state->funding_from = market->now;
    if (state->observed != event->known && state->observations++ == 0)
        state->first = event->known;
    state->observed = event->known;
    if (event->happened > state->happened)
        state->happened = event->happened;
    switch ((rh_event_kind)event->kind) {
    case RH_EVENT_QUOTE: apply_quote(state, event); break;
    case RH_EVENT_TRADE:
        if (take(event, RH_TRADE_PRICE, &state->last))
            state->traded = event->known;
        break;
    case RH_EVENT_BAR:
        if (take(event, RH_CLOSE, &state->last))
            state->traded = event->known;
        break;
    case RH_EVENT_MARK: apply_mark(market, state, event); break;
    case RH_EVENT_FUNDING: apply_funding(market, state, event); break;
    case RH_EVENT_SETTLEMENT:
        if (take(event, RH_DELIVERY, &state->delivery))
            state->delivered_at = event->known;
        break;
    }
    note_price(state);
}

void rh_market_follow(rh_market *market, uint32_t instrument) {
    for (size_t i = 0; i < market->n_followed; i++)
        if (market->followed[i] == instrument)
            return;
    market->followed[market->n_followed++] = instrument;
}

/* ln(price/before)^2. Most returns are small, and their logarithm is 2 atanh of a number whose
 * square leaves less than 1e-19 of it after five terms; log(price/before) would lose as many digits
 * as the return is smaller than 1. */
static double squared_return(double price, double before) {
    const double q = (price - before) / (price + before), z = q * q;
    double r = 2.0 * q * (1.0 + z * (1.0 / 3 + z * (1.0 / 5 + z * (1.0 / 7 + z * (1.0 / 9)))));
    if (!(z < 0x1p-12))
        r = rh_log_ratio(price, before).hi;
    return r * r;
}

static void sum_variance(rh_state *state) {
    double price = rh_market_price(state).value;
    if (!(price > 0.0) || price == state->variance_price)
        return;
    if (!isnan(state->variance_price))
        state->variance += squared_return(price, state->variance_price);
    state->variance_price = price;
}

rh_time rh_market_last_news(const rh_market *market) {
    return market->news;
}

int rh_market_funding_stamp(const rh_market *market) {
    return market->stamped == market->now && market->now != RH_DAWN;
}

void rh_market_complete(rh_market *market) {
    for (size_t i = 0; i < market->n_followed; i++)
        sum_variance(&market->states[market->followed[i]]);
    if (market->stamps > 0)
        market->stamped = market->now;
    for (size_t i = 0; market->stamps > 0 && i < market->n_funded; i++) {
        const uint32_t instrument = market->funded[i];
        rh_state *state = &market->states[instrument];
        if (!falls_due(market, state))
            continue;
        state->funding_paid +=
            funding_due(rh_catalogue_get(market->catalogue, instrument), state, 1.0, 1.0);
        market->stamps--;
    }
    market->stamps = 0;
}

/* ---- prices ---- */

rh_price rh_market_touch(const rh_state *state, int sign) {
    double side = sign > 0 ? state->ask : state->bid;
    double other = sign > 0 ? state->bid : state->ask;
    if (!isnan(side))
        return (rh_price){side, state->quoted, isnan(other) ? RH_BY_ONE_SIDED : RH_BY_QUOTE};
    if (state->quoted != RH_DAWN) /* quoted instrument, but nobody on this side now */
        return (rh_price){NAN, RH_DAWN, RH_BY_NOTHING};
    return rh_market_price(state);
}
