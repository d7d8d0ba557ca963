/* SPDX-License-Identifier: GPL-3.0-or-later */
/* value.c: what the legs are worth now, and what they expose. */
#include "book/book_parts.h"

#include <math.h>
#include <string.h>

static rh_evidence aged(const rh_book *book, rh_time seen, rh_evidence evidence) {
    if (seen == RH_DAWN)
        return RH_BY_NOTHING;
    return rh_market_now(book->market) - seen > book->max_age ? RH_BY_STALE : evidence;
}

/* An option that isn't observed in this instant is repriced: its value is a model's. */
static rh_evidence repriced(const rh_book *book, rh_time seen, rh_evidence evidence) {
    return aged(book, seen, seen == rh_market_now(book->market) ? evidence : RH_BY_MODEL);
}

/* d forward / d hedge price: the forward moves with the hedge in proportion, unless the hedge is
 * the future of that very expiry. */
static double hedge_carry(const rh_book *book, const rh_leg *leg, double forward, double p) {
    const rh_instrument *hedge = rh_catalogue_get(rh_market_catalogue(book->market), book->hedge);
    return hedge->kind == RH_FUTURE && hedge->expiry == leg->instrument->expiry ? 1.0 : forward / p;
}

/* The forward at which the ratio model sees the option: that of the marks, or the last observed
 * (inside the settlement window the estimate of the delivery price in either case). */
static double ratio_forward(const rh_book *book, size_t i, double marked) {
    const double observed = book->memory[i].forward.value;
    return book->forward == RH_FORWARD_OBSERVED && !isnan(observed) &&
                   book->legs[i].value.remaining == 1.0
               ? observed
               : marked;
}

static rh_option_view view_option(const rh_leg *leg, const rh_greeks *black, double forward,
                                  double p, double spot, double rate, double carry) {
    const int inverse = leg->instrument->settle == RH_INVERSE;
    return (rh_option_view){.size = sizeof(rh_option_view),
                            .right = leg->instrument->right,
                            .inverse = inverse,
                            .strike = leg->instrument->strike,
                            .years = leg->value.years,
                            .forward = forward,
                            .spot = p,
                            .vol = leg->value.iv,
                            .rate = rate,
                            .price_coin = black->price / (inverse ? forward : spot),
                            .delta = black->delta,
                            .gamma = black->gamma,
                            .vega = black->vega,
                            .vanna = black->vanna,
                            .hedge_carry = carry};
}

/* What the ratio model says of a leg at a volatility. */
static double ratio_at(const rh_book *book, size_t i, double vol, double p, double spot,
                       double *coin) {
    const rh_leg *leg = &book->legs[i];
    const int inverse = leg->instrument->settle == RH_INVERSE;
    const double forward = ratio_forward(book, i, leg->value.forward);
    const double rate = rh_leg_rate(book, leg->instrument);
    const int as_marked = forward == leg->value.forward && vol == leg->value.iv;
    const rh_greeks black = as_marked
                                ? leg->value.black
                                : rh_black(leg->instrument->right, forward, leg->instrument->strike,
                                           leg->value.years, vol, rate);
    rh_option_view view =
        view_option(leg, &black, forward, p, spot, rate, hedge_carry(book, leg, forward, p));
    view.vol = vol;
    *coin = view.price_coin;
    /* Of the share of the delivery price that is fixed already only the coin price is left to
     * follow S (inverse options). */
    const double fixed = inverse ? view.price_coin * (1.0 - leg->value.remaining) : 0.0;
    return book->ratio.delta(book->ratio_state, &view) * leg->value.remaining + fixed;
}

static void price_option(rh_book *book, size_t i, double p, double spot) {
    rh_leg *leg = &book->legs[i];
    const rh_instrument *option = leg->instrument;
    rh_leg_value *value = &leg->value;
    const int inverse = option->settle == RH_INVERSE;
    const double rate = rh_leg_rate(book, option);
    double estimate;

    value->iv = book->memory[i].iv;
    value->years = fmax(0.0, rh_years(rh_market_now(book->market), option->expiry));
    value->forward = rh_leg_forward(book, i, p);
    if (rh_leg_window(book, i, spot, &estimate, &value->remaining))
        value->forward = estimate;
    value->observed = book->memory[i].iv_at;
    value->evidence = repriced(book, value->observed, book->memory[i].iv_evidence);
    value->black =
        rh_black(option->right, value->forward, option->strike, value->years, value->iv, rate);
    value->price = inverse ? value->black.price / value->forward : value->black.price;
    const double carry = inverse ? 1.0 : hedge_carry(book, leg, value->forward, p);
    value->black_delta = value->black.delta * carry;
    value->gamma = value->black.gamma * carry * carry;
    if (isnan(value->price))
        value->evidence = RH_BY_NOTHING;
    value->delta = ratio_at(book, i, value->iv, p, spot, &value->coin);
}

static void price_linear_leg(rh_book *book, size_t i) {
    rh_leg *leg = &book->legs[i];
    const rh_price price =
        rh_market_known_price(rh_market_state(book->market, leg->terms.instrument));
    leg->value = (rh_leg_value){
        .price = price.value,
        .forward = price.value,
        .iv = NAN,
        .delta = rh_exposure(leg->instrument, 1.0, price.value) / leg->instrument->multiplier,
        .observed = price.at,
        .evidence = aged(book, price.at, price.evidence),
        .remaining = 1.0,
    };
    leg->value.black_delta = leg->value.delta;
    if (isnan(price.value))
        leg->value.evidence = RH_BY_NOTHING;
}

void rh_leg_price_now(rh_book *book, size_t i, double hedge_price, double spot) {
    if (book->legs[i].instrument->kind == RH_OPTION)
        price_option(book, i, hedge_price, spot);
    else
        price_linear_leg(book, i);
}

/* Greeks of an inverse option in USD: it is worth S/F times Black's value. */
static double usd_scale(const rh_leg *leg, double spot) {
    return leg->instrument->settle == RH_INVERSE ? spot / leg->value.forward : 1.0;
}

static void add_option(rh_book_value *total, const rh_leg *leg) {
    const rh_leg_value *value = &leg->value;
    const double scale = leg->size * usd_scale(leg, total->spot);
    const double open = value->remaining * value->remaining;
    total->gamma += scale * value->gamma * open;
    total->vega += scale * value->black.vega * value->remaining;
    total->theta += scale * value->black.theta;
    total->option_value_usd +=
        leg->size * value->price * (leg->instrument->settle == RH_INVERSE ? total->spot : 1.0);
    total->size_options += fabs(leg->size);
    if (isnan(total->iv)) {
        total->iv = value->iv;
        total->forward = value->forward;
    }
    if (leg->instrument->expiry < total->expiry)
        total->expiry = leg->instrument->expiry;
}

/* Lists an open option for the rules. */
static void show_option(rh_book *book, size_t i) {
    const rh_leg *leg = &book->legs[i];
    const size_t at = book->value.n_options++;
    book->leg_of_option[at] = i;
    book->options[at] = (rh_option_leg){.size = leg->size,
                                        .right = leg->instrument->right,
                                        .inverse = leg->instrument->settle == RH_INVERSE,
                                        .strike = leg->instrument->strike,
                                        .years = leg->value.years,
                                        .forward = leg->value.forward,
                                        .vol = leg->value.iv,
                                        .delta = leg->value.delta,
                                        .gamma = leg->value.gamma,
                                        .vega = leg->value.black.vega};
}

const rh_option_leg *rh_book_options(const rh_book *book) {
    return book->options;
}

double rh_book_delta_at(const rh_book *book, size_t option, double vol, int net) {
    double coin;
    const double delta = ratio_at(book, book->leg_of_option[option], vol, book->value.hedge,
                                  book->value.spot, &coin);
    return net ? delta - coin : delta;
}

/* The mean of the legs' vols, each weighted by the size of its vega. */
static double mean_vol(const rh_book *book) {
    double weight = 0.0, sum = 0.0;
    for (size_t i = 0; i < book->n_legs; i++) {
        const rh_leg *leg = &book->legs[i];
        if (leg->state != RH_LEG_OPEN || leg->instrument->kind != RH_OPTION)
            continue;
        weight += fabs(leg->size * leg->value.black.vega);
        sum += fabs(leg->size * leg->value.black.vega) * leg->value.iv;
    }
    return sum / weight;
}

static void compute(rh_book *book) {
    rh_price hedge = rh_book_hedge_price(book);
    book->value = (rh_book_value){.spot = book->conversion,
                                  .hedge = hedge.value,
                                  .hedge_evidence = aged(book, hedge.at, hedge.evidence),
                                  .iv = NAN,
                                  .forward = NAN,
                                  .expiry = RH_NEVER,
                                  .evidence = RH_BY_QUOTE};
    for (size_t i = 0; i < book->n_legs; i++) {
        rh_leg *leg = &book->legs[i];
        if (leg->state != RH_LEG_OPEN)
            continue;
        rh_leg_price_now(book, i, hedge.value, book->conversion);
        book->value.exposure_usd += leg->size * leg->value.delta;
        book->value.exposure_coin += leg->size * (leg->value.delta - leg->value.coin);
        book->value.n_open++;
        if (leg->value.evidence > book->value.evidence)
            book->value.evidence = leg->value.evidence;
        if (leg->instrument->kind == RH_OPTION) {
            show_option(book, i);
            add_option(&book->value, leg);
        }
    }
    book->value.vol = mean_vol(book);
}

const rh_book_value *rh_book_value_now(rh_book *book) {
    const rh_time now = rh_market_now(book->market);
    if (book->valued_at != now) {
        compute(book);
        rh_line_take(book);
        book->valued_at = now;
    }
    return &book->value;
}
