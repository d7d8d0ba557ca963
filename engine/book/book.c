/* SPDX-License-Identifier: GPL-3.0-or-later */
/* book.c: the life of legs: waiting, open, gone. */
#include "book/book.h"

#include "base/memory.h"
#include "book/book_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- making ---- */

/* The dated future of an option's expiry, as Deribit names it: the option's name without strike
 * and right. */
static uint32_t dated_future(const rh_catalogue *catalogue, const rh_instrument *option) {
    if (option->kind != RH_OPTION)
        return RH_NO_INSTRUMENT;
    const size_t length = rh_instrument_dated_length(option->name);
    const uint32_t id = rh_catalogue_find(catalogue, option->name, length);
    const rh_instrument *future = rh_catalogue_get(catalogue, id);
    return future && future->kind == RH_FUTURE && future->expiry == option->expiry
               ? id
               : RH_NO_INSTRUMENT;
}

static uint32_t spot_instrument(const rh_catalogue *catalogue) {
    for (uint32_t i = 0; i < rh_catalogue_count(catalogue); i++)
        if (rh_catalogue_get(catalogue, i)->kind == RH_SPOT)
            return i;
    return RH_NO_INSTRUMENT;
}

static void complain(void *self, const char *sentence) {
    (void)rh_fail(self, RH_BAD_CONFIG, "hedge.ratio: %s", sentence);
}

static int watch_nothing(void *self, const char *instrument) {
    (void)self;
    (void)instrument;
    return -1;
}

static rh_status start_ratio(rh_book *book, const rh_book_terms *terms, rh_error *error) {
    book->ratio = *terms->ratio;
    if (!book->ratio.start)
        return RH_OK;
    rh_error said = {.code = RH_BAD_CONFIG, .text = "hedge.ratio: refused its parameters"};
    const rh_host host = {.size = sizeof host,
                          .self = &said,
                          .watch = watch_nothing,
                          .complain = complain,
                          .n_hedges = 1};
    if (book->ratio.start(book->ratio_state, terms->ratio_values->values, &host) == 0)
        return RH_OK;
    return rh_fail(error, RH_BAD_CONFIG, "%s", said.text);
}

void rh_leg_make(rh_book *book, size_t i, const rh_leg_terms *terms) {
    const rh_catalogue *catalogue = rh_market_catalogue(book->market);
    const rh_instrument *instrument = rh_catalogue_get(catalogue, terms->instrument);
    book->legs[i] = (rh_leg){.terms = *terms,
                             .instrument = instrument,
                             .opened = RH_DAWN,
                             .size = terms->quantity * instrument->multiplier};
    book->memory[i] = (rh_leg_memory){.forward = {NAN, NAN, RH_DAWN},
                                      .future = {NAN, NAN, RH_DAWN},
                                      .iv = NAN,
                                      .iv_at = RH_DAWN,
                                      .iv_evidence = RH_BY_NOTHING,
                                      .dated_future = dated_future(catalogue, instrument),
                                      .averaged_to = instrument->expiry - book->settlement_window};
}

static void *copy(const void *from, size_t count, size_t size) {
    void *into = rh_allocate(count, size);
    if (into)
        memcpy(into, from, count * size);
    return into;
}

static rh_status remember_fresh(rh_book *book, rh_error *error) {
    rh_book *fresh = copy(book, 1, sizeof *book);
    if (!fresh)
        return rh_no_memory(error);
    book->fresh = fresh;
    fresh->legs = copy(book->legs, book->n_legs, sizeof *book->legs);
    fresh->memory = copy(book->memory, book->n_legs, sizeof *book->memory);
    fresh->rolls = copy(book->rolls, book->n_rolls, sizeof *book->rolls);
    return fresh->legs && fresh->memory && fresh->rolls ? RH_OK : rh_no_memory(error);
}

void rh_book_reset(rh_book *book) {
    const rh_book now = *book;
    *book = *now.fresh;
    book->fresh = now.fresh;
    book->legs = now.legs;
    book->memory = now.memory;
    book->rolls = now.rolls;
    memcpy(book->legs, book->fresh->legs, book->n_legs * sizeof *book->legs);
    memcpy(book->memory, book->fresh->memory, book->n_legs * sizeof *book->memory);
    memcpy(book->rolls, book->fresh->rolls, book->n_rolls * sizeof *book->rolls);
}

rh_status rh_book_new(const rh_book_terms *terms, const rh_market *market, rh_book **out,
                      rh_error *error) {
    rh_book *book = rh_allocate(1, sizeof *book);
    if (!book)
        return rh_no_memory(error);
    book->n_legs = terms->n_legs;
    for (size_t i = 0; i < terms->n_rolls; i++)
        book->n_legs += rh_roll_n_legs(&terms->rolls[i]);
    book->legs = rh_allocate(book->n_legs, sizeof *book->legs);
    book->memory = rh_allocate(book->n_legs, sizeof *book->memory);
    book->changes = rh_allocate(book->n_legs, sizeof *book->changes);
    book->options = rh_allocate(book->n_legs, sizeof *book->options);
    book->leg_of_option = rh_allocate(book->n_legs, sizeof *book->leg_of_option);
    book->ratio_state = rh_allocate(1, terms->ratio->state_size);
    book->market = market;
    book->hedge = terms->hedge;
    book->spot_instrument = spot_instrument(rh_market_catalogue(market));
    book->forward = terms->forward;
    book->rate = terms->rate;
    book->rate_coin = terms->rate_coin;
    book->max_age = terms->max_age;
    book->settlement_window = terms->settlement_window;
    book->index = book->spot = (rh_carried){NAN, NAN, RH_DAWN};
    book->conversion = NAN;
    book->conversion_at = RH_DAWN;
    book->opened = book->valued_at = book->line.at = RH_DAWN;
    book->deltas_are_black = strcmp(terms->ratio->name, "black") == 0;
    rh_status status = book->legs && book->memory && book->changes && book->options &&
                               book->leg_of_option && book->ratio_state
                           ? RH_OK
                           : rh_no_memory(error);
    for (size_t i = 0; i < terms->n_legs && status == RH_OK; i++)
        rh_leg_make(book, i, &terms->legs[i]);
    if (status == RH_OK)
        status = rh_rolls_make(book, terms, error);
    if (status == RH_OK)
        status = start_ratio(book, terms, error);
    if (status == RH_OK)
        status = remember_fresh(book, error);
    if (status != RH_OK) {
        rh_book_free(book);
        return status;
    }
    *out = book;
    return RH_OK;
}

void rh_book_free(rh_book *book) {
    if (!book)
        return;
    rh_rolls_free(book);
    if (book->fresh) {
        rh_release(book->fresh->legs);
        rh_release(book->fresh->memory);
        rh_release(book->fresh->rolls);
    }
    rh_release(book->fresh);
    rh_release(book->legs);
    rh_release(book->memory);
    rh_release(book->changes);
    rh_release(book->options);
    rh_release(book->leg_of_option);
    rh_release(book->ratio_state);
    rh_release(book);
}

/* ---- opening and closing ---- */

rh_price rh_leg_trade_price(const rh_book *book, size_t i, rh_leg_price rule, double number,
                            rh_time since) {
    const rh_leg *leg = &book->legs[i];
    const rh_state *state = rh_market_state(book->market, leg->terms.instrument);
    const rh_price unknown = {NAN, RH_DAWN, RH_BY_NOTHING};
    rh_price price = unknown;
    int two_sided = !isnan(state->bid) && !isnan(state->ask);
    rh_evidence quoted = two_sided ? RH_BY_QUOTE : RH_BY_ONE_SIDED;
    switch (rule) {
    case RH_AT_NUMBER: return (rh_price){number, rh_market_now(book->market), RH_BY_USER};
    case RH_AT_BID: price = (rh_price){state->bid, state->quoted, quoted}; break;
    case RH_AT_ASK: price = (rh_price){state->ask, state->quoted, quoted}; break;
    case RH_AT_MID:
        if (two_sided)
            price = (rh_price){0.5 * (state->bid + state->ask), state->quoted, RH_BY_QUOTE};
        break;
    case RH_AT_MARK:
        price = (rh_price){leg->value.price, leg->value.observed, leg->value.evidence};
        break;
    }
    return !isnan(price.value) && price.at >= since ? price : unknown;
}

static rh_book_change *add_change(rh_book *book, size_t *count, rh_change_kind kind, size_t leg,
                                  rh_price price) {
    rh_book_change *change = &book->changes[(*count)++];
    *change = (rh_book_change){.kind = kind,
                               .leg = leg,
                               .price = price.value,
                               .mark = book->legs[leg].value.price,
                               .delivery = NAN,
                               .evidence = price.evidence};
    return change;
}

static void try_open(rh_book *book, size_t i, double p, size_t *count) {
    rh_leg *leg = &book->legs[i];
    const rh_time now = rh_market_now(book->market);
    if (now < leg->terms.open || now >= leg->instrument->expiry || isnan(book->conversion) ||
        isnan(p))
        return;
    rh_leg_price_now(book, i, p, book->conversion);
    rh_price price =
        rh_leg_trade_price(book, i, leg->terms.open_price, leg->terms.open_number, leg->terms.open);
    if (isnan(price.value) || isnan(leg->value.price))
        return;
    leg->state = RH_LEG_OPEN;
    leg->opened = now;
    if (book->opened == RH_DAWN)
        book->opened = now;
    (void)add_change(book, count, RH_CHANGE_OPEN, i, price);
}

static void try_close(rh_book *book, size_t i, double p, size_t *count) {
    rh_leg *leg = &book->legs[i];
    if (rh_market_now(book->market) < leg->terms.close)
        return;
    rh_leg_price_now(book, i, p, book->conversion);
    rh_price price = rh_leg_trade_price(book, i, leg->terms.close_price, leg->terms.close_number,
                                        leg->terms.close);
    if (isnan(price.value) || isnan(leg->value.price))
        return;
    leg->state = RH_LEG_GONE;
    (void)add_change(book, count, RH_CHANGE_CLOSE, i, price);
}

/* ---- settlement ---- */

/* An official price that was given to some instrument of this expiry, or, of the day, to one of its
 * underlying that never expires. */
static double official_delivery(const rh_book *book, const rh_instrument *instrument) {
    const rh_catalogue *catalogue = rh_market_catalogue(book->market);
    for (uint32_t i = 0; i < rh_catalogue_count(catalogue); i++) {
        const rh_instrument *other = rh_catalogue_get(catalogue, i);
        const rh_state *state = rh_market_state(book->market, i);
        int same = other == instrument ||
                   (strcmp(other->underlying, instrument->underlying) == 0 &&
                    (other->expiry == instrument->expiry || other->expiry == RH_NEVER));
        if (same && !isnan(state->delivery) && state->delivered_at >= instrument->expiry)
            return state->delivery;
    }
    return NAN;
}

/* Where S comes from at expiry: itself if it is of the moment, else carried there by the hedge. */
static rh_evidence conversion_evidence(const rh_book *book) {
    const int64_t age = rh_market_now(book->market) - book->conversion_at;
    if (age > RH_FRESH)
        return age > book->max_age ? RH_BY_STALE : RH_BY_MODEL;
    if (!isnan(book->index.value))
        return RH_BY_MARK;
    if (isnan(book->spot.value))
        return rh_book_hedge_price(book).evidence;
    return rh_market_price(rh_market_state(book->market, book->spot_instrument)).evidence;
}

static rh_price delivery_price(rh_book *book, size_t i) {
    const rh_time now = rh_market_now(book->market);
    double official = official_delivery(book, book->legs[i].instrument), estimate, remaining;
    if (!isnan(official))
        return (rh_price){official, now, RH_BY_MARK};
    if (!rh_leg_window(book, i, book->conversion, &estimate, &remaining))
        estimate = book->conversion;
    return (rh_price){estimate, now, conversion_evidence(book)};
}

static void settle(rh_book *book, size_t i, double p, size_t *count) {
    rh_leg *leg = &book->legs[i];
    const int option = leg->instrument->kind == RH_OPTION;
    rh_leg_price_now(book, i, p, book->conversion);
    rh_price delivery = delivery_price(book, i), price = delivery;
    if (option)
        price.value = rh_payoff_settled(leg->instrument, delivery.value);
    rh_book_change *change = add_change(book, count, RH_CHANGE_SETTLE, i, price);
    change->delivery = delivery.value;
    leg->state = RH_LEG_GONE;
}

static int may_still_open(const rh_leg *leg, rh_time now) {
    return now < leg->instrument->expiry && now < leg->terms.close;
}

size_t rh_book_advance(rh_book *book, const rh_book_change **changes) {
    const rh_time now = rh_market_now(book->market);
    const double p = rh_book_hedge_price(book).value;
    size_t count = 0;
    for (size_t i = 0; i < book->n_legs; i++)
        if (book->legs[i].state == RH_LEG_OPEN && now >= book->legs[i].instrument->expiry)
            settle(book, i, p, &count);
    rh_rolls_advance(book, p);
    for (size_t i = 0; i < book->n_legs; i++) {
        if (book->legs[i].state == RH_LEG_OPEN && now >= book->legs[i].terms.close)
            try_close(book, i, p, &count);
        else if (book->legs[i].state == RH_LEG_WAITING && may_still_open(&book->legs[i], now))
            try_open(book, i, p, &count);
        else if (book->legs[i].state == RH_LEG_WAITING)
            book->legs[i].state = RH_LEG_GONE; /* `opened` stays RH_DAWN: the run says so */
    }
    if (count > 0)
        book->valued_at = book->line.at = RH_DAWN;
    *changes = book->changes;
    return count;
}

/* ---- reading ---- */

uint32_t rh_book_hedge(const rh_book *book) {
    return book->hedge;
}

size_t rh_book_n_legs(const rh_book *book) {
    return book->n_legs;
}

const rh_leg *rh_book_leg(const rh_book *book, size_t i) {
    return &book->legs[i];
}

rh_time rh_book_opened(const rh_book *book) {
    return book->opened;
}

int rh_book_finished(const rh_book *book) {
    for (size_t i = 0; i < book->n_legs; i++)
        if (book->legs[i].state != RH_LEG_GONE)
            return 0;
    return rh_rolls_finished(book);
}

static rh_time earlier(rh_time a, rh_time b) {
    return a < b ? a : b;
}

rh_time rh_book_next_time(const rh_book *book) {
    const rh_time now = rh_market_now(book->market);
    rh_time next = rh_rolls_next_time(book);
    for (size_t i = 0; i < book->n_legs; i++) {
        const rh_leg *leg = &book->legs[i];
        if (leg->state == RH_LEG_WAITING && leg->terms.open > now)
            next = earlier(next, leg->terms.open);
        if (leg->state == RH_LEG_OPEN && leg->terms.close > now)
            next = earlier(next, leg->terms.close);
        if (leg->state == RH_LEG_OPEN && leg->instrument->expiry > now)
            next = earlier(next, leg->instrument->expiry);
    }
    return next;
}

rh_time rh_book_alone_until(const rh_book *book) {
    const rh_time now = rh_market_now(book->market);
    rh_time until = rh_book_next_time(book);
    for (size_t i = 0; i < book->n_legs; i++) {
        const rh_leg *leg = &book->legs[i];
        const rh_leg_memory *memory = &book->memory[i];
        if (leg->state == RH_LEG_GONE)
            continue;
        if ((leg->state == RH_LEG_WAITING && leg->terms.open <= now) ||
            (leg->state == RH_LEG_OPEN && leg->terms.close <= now) ||
            memory->dated_future == book->hedge)
            return RH_DAWN;
        until = earlier(until, leg->instrument->expiry - book->settlement_window);
    }
    return until > now ? until : RH_DAWN;
}

unsigned rh_book_conversions(const rh_book *book) {
    return book->conversions;
}

unsigned rh_book_forwards(const rh_book *book) {
    return book->forwards;
}
