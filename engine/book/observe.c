/* SPDX-License-Identifier: GPL-3.0-or-later */
/* observe.c: what the market says about legs, forwards and the conversion price, remembered with
 * the hedge's price of that moment so that it can be carried along. */
#include "book/book_parts.h"
#include "pricing/implied.h"

#include <math.h>

double rh_carried_value(const rh_carried *carried, double p) {
    if (isnan(carried->carrier) || isnan(p))
        return carried->value;
    return p == carried->carrier ? carried->value : carried->value * (p / carried->carrier);
}

rh_price rh_book_hedge_price(const rh_book *book) {
    return rh_market_known_price(rh_market_state(book->market, book->hedge));
}

double rh_leg_rate(const rh_book *book, const rh_instrument *option) {
    return option->settle == RH_INVERSE ? book->rate_coin : book->rate;
}

double rh_book_conversion(rh_book *book, double hedge_price) {
    const rh_carried *from = !isnan(book->index.value)  ? &book->index
                             : !isnan(book->spot.value) ? &book->spot
                                                        : NULL;
    if (!from) {
        if (!isnan(hedge_price))
            book->conversions |= 1u << RH_CONVERT_HEDGE;
        return hedge_price;
    }
    book->conversions |= 1u << (from == &book->index ? RH_CONVERT_INDEX : RH_CONVERT_SPOT);
    return rh_carried_value(from, hedge_price);
}

/* The newest evidence of an option's own price that isn't an IV. */
static rh_price option_price(const rh_state *state, rh_time now) {
    rh_price price = {NAN, RH_DAWN, RH_BY_NOTHING};
    if (state->marked == now && !isnan(state->mark))
        price = (rh_price){state->mark, now, RH_BY_MARK};
    else if (state->quoted == now && !isnan(state->bid) && !isnan(state->ask))
        price = (rh_price){0.5 * (state->bid + state->ask), now, RH_BY_QUOTE};
    else if (state->traded == now && !isnan(state->last))
        price = (rh_price){state->last, now, RH_BY_TRADE};
    return price;
}

static double implied_from(const rh_instrument *option, double price, double forward, double years,
                           double rate) {
    rh_implied implied =
        option->settle == RH_INVERSE
            ? rh_implied_vol_coin(option->right, price * exp(rate * years), forward, option->strike,
                                  years)
            : rh_implied_vol(option->right, price, forward, option->strike, years, rate);
    return implied.status == RH_IMPLIED_OK ? implied.vol : NAN;
}

/* The forward of a leg's expiry: its own, its dated future, spot carried at the rate, the index,
 * the hedge. */
static double forward_of(const rh_book *book, size_t i, double p, rh_forward_source *source) {
    const rh_leg_memory *memory = &book->memory[i];
    if (!isnan(memory->forward.value)) {
        *source = RH_FORWARD_OWN;
        return rh_carried_value(&memory->forward, p);
    }
    if (memory->dated_future != RH_NO_INSTRUMENT) {
        *source = RH_FORWARD_FUTURE;
        if (!isnan(memory->future.value))
            return rh_carried_value(&memory->future, p);
    }
    double years = rh_years(rh_market_now(book->market), book->legs[i].instrument->expiry);
    const rh_instrument *hedge = rh_catalogue_get(rh_market_catalogue(book->market), book->hedge);
    *source = RH_FORWARD_SPOT;
    if (!isnan(book->spot.value))
        return rh_carried_value(&book->spot, p) * exp(book->rate * years);
    if (hedge->kind == RH_SPOT)
        return p * exp(book->rate * years);
    *source = isnan(book->index.value) ? RH_FORWARD_HEDGE : RH_FORWARD_INDEX;
    return isnan(book->index.value) ? p : rh_carried_value(&book->index, p);
}

double rh_leg_forward(rh_book *book, size_t i, double hedge_price) {
    rh_forward_source source = RH_FORWARD_OWN;
    double forward = forward_of(book, i, hedge_price, &source);
    if (!isnan(forward) && book->legs[i].state == RH_LEG_OPEN)
        book->forwards |= 1u << source;
    return forward;
}

int rh_leg_follows_hedge(const rh_book *book, size_t i, double p, rh_forward_source *source) {
    const rh_leg_memory *memory = &book->memory[i];
    (void)forward_of(book, i, p, source);
    switch (*source) {
    case RH_FORWARD_OWN: return !isnan(memory->forward.carrier);
    case RH_FORWARD_FUTURE: return !isnan(memory->future.carrier);
    case RH_FORWARD_SPOT: return isnan(book->spot.value) || !isnan(book->spot.carrier);
    case RH_FORWARD_INDEX: return !isnan(book->index.carrier);
    case RH_FORWARD_HEDGE: return 1;
    }
    return 0;
}

void rh_leg_observe(rh_book *book, size_t i, double hedge_price) {
    const rh_leg *leg = &book->legs[i];
    rh_leg_memory *memory = &book->memory[i];
    const rh_state *state = rh_market_state(book->market, leg->terms.instrument);
    const rh_time now = rh_market_now(book->market);
    if (leg->instrument->kind != RH_OPTION || state->observed != now)
        return;
    if (state->forward_at == now && !isnan(state->forward))
        memory->forward = (rh_carried){state->forward, hedge_price, now};
    if (state->iv_at == now && !isnan(state->iv)) {
        memory->iv = state->iv;
        memory->iv_at = now;
        memory->iv_evidence = RH_BY_MARK;
        return;
    }
    rh_price price = option_price(state, now);
    double years = rh_years(now, leg->instrument->expiry);
    double iv = implied_from(leg->instrument, price.value, rh_leg_forward(book, i, hedge_price),
                             years, rh_leg_rate(book, leg->instrument));
    if (isnan(iv))
        return;
    memory->iv = iv;
    memory->iv_at = now;
    memory->iv_evidence = price.evidence;
}

/* The dated future's price, before the option's IV is taken at it. */
static void observe_future(rh_book *book, size_t i, double hedge_price) {
    rh_leg_memory *memory = &book->memory[i];
    const rh_time now = rh_market_now(book->market);
    if (memory->dated_future == RH_NO_INSTRUMENT)
        return;
    const rh_state *state = rh_market_state(book->market, memory->dated_future);
    const double price = rh_market_price(state).value;
    if (state->observed == now && !isnan(price))
        memory->future = (rh_carried){price, hedge_price, now};
}

static rh_time conversion_seen(const rh_book *book) {
    if (!isnan(book->index.value))
        return book->index.at;
    return isnan(book->spot.value) ? rh_book_hedge_price(book).at : book->spot.at;
}

static void observe_conversion(rh_book *book, double p) {
    const rh_time now = rh_market_now(book->market);
    rh_time at;
    double index = rh_market_index(book->market, &at);
    if (at == now && !isnan(index))
        book->index = (rh_carried){index, p, now};
    if (book->spot_instrument == RH_NO_INSTRUMENT)
        return;
    const rh_state *state = rh_market_state(book->market, book->spot_instrument);
    const double price = rh_market_price(state).value;
    if (state->observed == now && !isnan(price))
        book->spot = (rh_carried){price, p, now};
}

void rh_book_follow(rh_book *book) {
    const double p = rh_book_hedge_price(book).value;
    observe_conversion(book, p);
    book->conversion = rh_book_conversion(book, p);
    book->conversion_at = conversion_seen(book);
    book->valued_at = RH_DAWN;
}

void rh_book_observe(rh_book *book) {
    const double before = book->conversion;
    const rh_time seen = book->conversion_at;
    const double p = rh_book_hedge_price(book).value;
    rh_book_follow(book);
    for (size_t i = 0; i < book->n_legs; i++) {
        if (book->legs[i].state == RH_LEG_GONE)
            continue;
        rh_leg_average(book, i, before, seen);
        observe_future(book, i, p);
        rh_leg_observe(book, i, p);
    }
}
