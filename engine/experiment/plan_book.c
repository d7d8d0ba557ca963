/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan_book.c: the positions to be hedged: single contracts, and programmes that renew them. */
#include "base/memory.h"
#include "base/number.h"
#include "experiment/plan_parts.h"
#include "simulate/tape.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What a price key says; the side that is hit if it says nothing. */
static int read_price(const char *text, double quantity, rh_leg_price *kind, double *number) {
    static const char *const words[] = {"bid", "ask", "mid", "mark"};
    *number = NAN;
    if (!text) {
        *kind = quantity < 0.0 ? RH_AT_BID : RH_AT_ASK;
        return 0;
    }
    for (int i = 0; i < 4; i++) {
        if (strcmp(text, words[i]) != 0)
            continue;
        *kind = (rh_leg_price)i;
        return 0;
    }
    *kind = RH_AT_NUMBER;
    return rh_number_parse(text, strlen(text), number) == 0 && *number >= 0.0 ? 0 : -1;
}

static rh_status entry_fail(const rh_plan *plan, size_t i, const char *key, rh_error *error,
                            const char *fault) {
    char path[48];
    (void)snprintf(path, sizeof path, "book.%zu.%s", i, key);
    return rh_experiment_fail(plan->experiment, path, error, "%s", fault);
}

static rh_status leg_too_late(const rh_plan *plan, size_t i, const rh_leg_terms *leg,
                              const rh_instrument *instrument, rh_error *error) {
    const rh_time end = instrument->expiry < leg->close ? instrument->expiry : leg->close;
    char path[48], from[RH_TIME_TEXT], to[RH_TIME_TEXT];
    (void)snprintf(path, sizeof path, "book.%zu.open", i);
    return rh_experiment_fail(plan->experiment, path, error,
                              "%s ends at %s and may open only from %s on", instrument->name,
                              rh_time_text(end, to), rh_time_text(leg->open, from));
}

static rh_status bad_price(const rh_plan *plan, size_t i, const char *key, const char *text,
                           rh_error *error) {
    char path[48];
    (void)snprintf(path, sizeof path, "book.%zu.%s", i, key);
    return rh_experiment_fail(plan->experiment, path, error,
                              "'%s' is not bid, ask, mid, mark or a number from 0", text);
}

/* ---- single contracts ---- */

static rh_status plan_leg(rh_plan *plan, size_t i, rh_error *error) {
    const rh_book_entry *entry = &plan->experiment->book[i];
    rh_leg_terms *leg = &plan->legs[plan->n_legs];
    char path[48];
    (void)snprintf(path, sizeof path, "book.%zu.instrument", i);
    rh_status status = rh_plan_resolve(plan, entry->instrument, path, &leg->instrument, error);
    if (status == RH_OK)
        status = rh_plan_add_dated_future(plan, leg->instrument, error);
    if (status != RH_OK)
        return status;
    const rh_instrument *instrument = rh_catalogue_get(plan->catalogue, leg->instrument);
    status = rh_plan_one_underlying(plan, instrument, path, error);
    if (status != RH_OK)
        return status;
    leg->quantity = entry->quantity;
    leg->open = entry->open == RH_NEVER ? plan->experiment->from : entry->open;
    if (leg->open == RH_NEVER)
        leg->open = RH_DAWN;
    leg->close = entry->close;
    if (leg->quantity == 0.0)
        return entry_fail(plan, i, "quantity", error, "is 0");
    if (leg->open >= instrument->expiry || leg->open >= leg->close)
        return leg_too_late(plan, i, leg, instrument, error);
    if (read_price(entry->price, leg->quantity, &leg->open_price, &leg->open_number) != 0)
        return bad_price(plan, i, "price", entry->price, error);
    if (read_price(entry->close_price, -leg->quantity, &leg->close_price, &leg->close_number) != 0)
        return bad_price(plan, i, "close_price", entry->close_price, error);
    return RH_OK;
}

/* A future that expires before the book would leave it without a hedge. */
static rh_status check_hedge_lasts(const rh_plan *plan, rh_error *error) {
    const rh_instrument *hedge = rh_catalogue_get(plan->catalogue, plan->lane.hedge);
    for (size_t i = 0; i < plan->n_legs; i++) {
        const rh_instrument *leg = rh_catalogue_get(plan->catalogue, plan->legs[i].instrument);
        rh_time end = leg->expiry < plan->legs[i].close ? leg->expiry : plan->legs[i].close;
        if (plan->experiment->to < end)
            end = plan->experiment->to;
        if (hedge->expiry < end)
            return rh_experiment_fail(plan->experiment, "hedge.instrument", error,
                                      "%s expires before %s ends; use a later future or a "
                                      "perpetual",
                                      hedge->name, leg->name);
    }
    return RH_OK;
}

static int is_programme(const rh_book_entry *entry) {
    return entry->roll >= 0;
}

/* What only programmes have, or they have not. */
static rh_status check_entry(const rh_plan *plan, size_t i, rh_error *error) {
    const rh_book_entry *entry = &plan->experiment->book[i];
    if (is_programme(entry) && entry->instrument)
        return entry_fail(plan, i, "instrument", error,
                          "a position that rolls finds its own; remove one of instrument and roll");
    if (is_programme(entry))
        return RH_OK;
    if (!entry->instrument)
        return entry_fail(plan, i, "instrument", error, "is needed, or roll: what is traded");
    if (entry->tenor || entry->every || entry->strike || !isnan(entry->delta) || entry->settle >= 0)
        return entry_fail(plan, i, "roll", error,
                          "is needed for tenor, every, strike, delta and settle");
    return RH_OK;
}

rh_status rh_plan_legs(rh_plan *plan, rh_error *error) {
    const size_t count = plan->experiment->n_book;
    if (count == 0)
        return rh_experiment_fail(plan->experiment, "book", error, "no position is given");
    plan->legs = rh_allocate(count, sizeof *plan->legs);
    if (!plan->legs)
        return rh_no_memory(error);
    rh_status status = RH_OK;
    for (size_t i = 0; i < count && status == RH_OK; i++) {
        status = check_entry(plan, i, error);
        if (status != RH_OK || is_programme(&plan->experiment->book[i]))
            continue;
        status = plan_leg(plan, i, error);
        plan->n_legs++;
    }
    return status == RH_OK ? check_hedge_lasts(plan, error) : status;
}

/* ---- programmes ---- */

/* Which options of the data a programme may take. */
static int may_take(const rh_plan *plan, const rh_book_entry *entry,
                    const rh_instrument *instrument) {
    return instrument->kind == RH_OPTION &&
           (!*plan->underlying || strcmp(instrument->underlying, plan->underlying) == 0) &&
           (entry->settle < 0 || (int)instrument->settle == entry->settle);
}

/* Adds what one file lists; notes which kinds of settlement there are. */
static rh_status add_listed(rh_plan *plan, const rh_book_entry *entry, const rh_catalogue *listed,
                            unsigned *settles, rh_error *error) {
    rh_status status = RH_OK;
    for (uint32_t i = 0; i < rh_catalogue_count(listed) && status == RH_OK; i++) {
        rh_instrument option = *rh_catalogue_get(listed, i);
        if (!may_take(plan, entry, &option))
            continue;
        rh_venue_apply(plan->venue, &option);
        status = rh_plan_add_instrument(plan, &option, error);
        *settles |= 1u << option.settle;
    }
    return status;
}

static rh_status add_simulated(rh_plan *plan, const rh_book_entry *entry, unsigned *settles,
                               rh_error *error) {
    rh_catalogue *listed = rh_catalogue_new();
    rh_status status =
        listed ? rh_sim_list_options(plan->scenario, listed, error) : rh_no_memory(error);
    if (status == RH_OK)
        status = add_listed(plan, entry, listed, settles, error);
    rh_catalogue_free(listed);
    return status;
}

/* The options of the data, and those that the experiment declares, into the catalogue. */
static rh_status list_options(rh_plan *plan, size_t i, rh_listing *listing, int *settle,
                              rh_error *error) {
    const rh_book_entry *entry = &plan->experiment->book[i];
    const rh_catalogue *listed;
    unsigned settles = 0;
    rh_status status = add_listed(plan, entry, plan->catalogue, &settles, error);
    if (status == RH_OK && plan->scenario)
        status = add_simulated(plan, entry, &settles, error);
    for (size_t k = 0; k < plan->n_sources && status == RH_OK; k++) {
        status = rh_listing_read(listing, &plan->sources[k], &listed, error);
        if (status == RH_OK)
            status = add_listed(plan, entry, listed, &settles, error);
    }
    if (status != RH_OK)
        return status;
    if (settles == 0)
        return entry_fail(plan, i, "roll", error,
                          "the data list no such options on the hedge's "
                          "underlying; see `rehedge check`");
    if (settles == (1u << RH_LINEAR | 1u << RH_INVERSE))
        return entry_fail(plan, i, "settle", error,
                          "the data have linear and inverse options; say which");
    *settle = settles == 1u << RH_INVERSE ? RH_INVERSE : RH_LINEAR;
    return RH_OK;
}

static rh_status read_strike(const rh_plan *plan, size_t i, rh_roll_terms *roll, rh_error *error) {
    const rh_book_entry *entry = &plan->experiment->book[i];
    if (!isnan(entry->delta) && entry->strike)
        return entry_fail(plan, i, "delta", error, "give strike or delta, not both");
    roll->strike = isnan(entry->delta) ? RH_STRIKE_BY_MONEYNESS : RH_STRIKE_BY_DELTA;
    roll->level = isnan(entry->delta) ? 1.0 : entry->delta;
    if (roll->structure == RH_ROLL_STRANGLE && isnan(entry->delta) && !entry->strike)
        return entry_fail(plan, i, "strike", error, "a strangle needs a strike or a delta");
    if (!entry->strike || strcmp(entry->strike, "atm") == 0)
        return RH_OK;
    if (rh_number_parse(entry->strike, strlen(entry->strike), &roll->level) != 0 ||
        !(roll->level >= 0.01 && roll->level <= 100.0))
        return entry_fail(plan, i, "strike", error,
                          "is atm, or a multiple of the forward from 0.01 to 100");
    return RH_OK;
}

static rh_status read_roll_prices(const rh_plan *plan, size_t i, rh_roll_terms *roll,
                                  rh_error *error) {
    const rh_book_entry *entry = &plan->experiment->book[i];
    double number;
    if (read_price(entry->price, roll->quantity, &roll->open_price, &number) != 0 ||
        roll->open_price == RH_AT_NUMBER)
        return entry_fail(plan, i, "price", error, "of a roll is bid, ask, mid or mark");
    if (read_price(entry->close_price, -roll->quantity, &roll->close_price, &number) != 0 ||
        roll->close_price == RH_AT_NUMBER)
        return entry_fail(plan, i, "close_price", error, "of a roll is bid, ask, mid or mark");
    return RH_OK;
}

static rh_status plan_roll(rh_plan *plan, size_t i, rh_listing *listing, rh_error *error) {
    const rh_book_entry *entry = &plan->experiment->book[i];
    rh_roll_terms *roll = &plan->rolls[plan->n_rolls++];
    *roll = (rh_roll_terms){.structure = (rh_roll_structure)entry->roll,
                            .quantity = entry->quantity,
                            .tenor = entry->tenor,
                            .every = entry->every,
                            .open = entry->open == RH_NEVER ? plan->experiment->from : entry->open,
                            .close = entry->close};
    if (roll->open == RH_NEVER)
        roll->open = RH_DAWN;
    if (roll->quantity == 0.0)
        return entry_fail(plan, i, "quantity", error, "is 0");
    if (roll->tenor == 0)
        return entry_fail(plan, i, "tenor", error, "is needed: how far ahead contracts expire");
    if (roll->open >= roll->close)
        return entry_fail(plan, i, "close", error, "must be later than open");
    rh_status status = read_strike(plan, i, roll, error);
    if (status == RH_OK)
        status = read_roll_prices(plan, i, roll, error);
    return status == RH_OK ? list_options(plan, i, listing, &roll->settle, error) : status;
}

/* Contracts that are yet to be chosen may expire at any time. */
static rh_status check_hedge_rolls(const rh_plan *plan, rh_error *error) {
    const rh_instrument *hedge = rh_catalogue_get(plan->catalogue, plan->lane.hedge);
    for (size_t i = 0; i < plan->n_rolls; i++) {
        const rh_time end = plan->experiment->to < plan->rolls[i].close ? plan->experiment->to
                                                                        : plan->rolls[i].close;
        if (hedge->expiry < end)
            return rh_experiment_fail(plan->experiment, "hedge.instrument", error,
                                      "%s expires while the book still rolls; use a perpetual or "
                                      "spot, or end the roll (close) or the run (to) before",
                                      hedge->name);
    }
    return RH_OK;
}

rh_status rh_plan_rolls(rh_plan *plan, rh_listing *listing, rh_error *error) {
    const size_t count = plan->experiment->n_book;
    plan->rolls = rh_allocate(count, sizeof *plan->rolls);
    if (!plan->rolls)
        return rh_no_memory(error);
    rh_status status = RH_OK;
    for (size_t i = 0; i < count && status == RH_OK; i++)
        if (is_programme(&plan->experiment->book[i]))
            status = plan_roll(plan, i, listing, error);
    return status == RH_OK ? check_hedge_rolls(plan, error) : status;
}
