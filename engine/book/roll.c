/* SPDX-License-Identifier: GPL-3.0-or-later */
/* roll.c: which contracts a programme takes, and when. */
#include "book/roll.h"

#include "base/memory.h"
#include "book/book_parts.h"
#include "pricing/elementary.h"

#include <math.h>
#include <string.h>

enum { MOST_PARTS = 2 };

/* An option that wasn't observed for so long is no longer listed, as far as anyone can see. */
static const int64_t LISTED = RH_DAY;

static size_t n_parts(const rh_roll_terms *terms) {
    return terms->structure == RH_ROLL_STRADDLE || terms->structure == RH_ROLL_STRANGLE ? 2 : 1;
}

/* The right of part k: a structure's call comes first. */
static int right_of(const rh_roll_terms *terms, size_t k) {
    return terms->structure == RH_ROLL_PUT || k == 1 ? -1 : 1;
}

/* ---- making ---- */

size_t rh_roll_n_legs(const rh_roll_terms *terms) {
    return 2 * n_parts(terms);
}

static int is_wanted(const rh_book *book, const rh_roll_terms *terms,
                     const rh_instrument *instrument) {
    const rh_instrument *hedge = rh_catalogue_get(rh_market_catalogue(book->market), book->hedge);
    return instrument->kind == RH_OPTION && (int)instrument->settle == terms->settle &&
           (!*hedge->underlying || strcmp(instrument->underlying, hedge->underlying) == 0);
}

static rh_status list_options(const rh_book *book, rh_roll *roll, rh_error *error) {
    const rh_catalogue *catalogue = rh_market_catalogue(book->market);
    const size_t count = rh_catalogue_count(catalogue);
    roll->listed = rh_allocate(count, sizeof *roll->listed);
    if (!roll->listed)
        return rh_no_memory(error);
    for (uint32_t i = 0; i < count; i++)
        if (is_wanted(book, &roll->terms, rh_catalogue_get(catalogue, i)))
            roll->listed[roll->n_listed++] = i;
    return roll->n_listed > 0 ? RH_OK
                              : rh_fail(error, RH_BAD_DATA, "the data list no option to roll into");
}

static rh_leg_terms leg_terms(const rh_roll *roll, uint32_t instrument) {
    return (rh_leg_terms){.instrument = instrument,
                          .quantity = roll->terms.quantity,
                          .open = roll->due,
                          .close = roll->terms.close,
                          .open_price = roll->terms.open_price,
                          .close_price = roll->terms.close_price,
                          .open_number = NAN,
                          .close_number = NAN};
}

/* Legs between two uses are gone, and still have some instrument. */
static void clear_leg(rh_book *book, const rh_roll *roll, size_t i, uint32_t instrument) {
    const rh_leg_terms terms = leg_terms(roll, instrument);
    rh_leg_make(book, i, &terms);
    book->legs[i].state = RH_LEG_GONE;
    book->legs[i].rolled = 1;
}

rh_status rh_rolls_make(rh_book *book, const rh_book_terms *terms, rh_error *error) {
    size_t first = terms->n_legs;
    book->rolls = rh_allocate(terms->n_rolls, sizeof *book->rolls);
    if (!book->rolls)
        return rh_no_memory(error);
    for (; book->n_rolls < terms->n_rolls; book->n_rolls++) {
        rh_roll *roll = &book->rolls[book->n_rolls];
        *roll = (rh_roll){.terms = terms->rolls[book->n_rolls],
                          .first = first,
                          .current = {-1, -1},
                          .due = terms->rolls[book->n_rolls].open};
        rh_status status = list_options(book, roll, error);
        if (status != RH_OK) {
            rh_release(roll->listed);
            return status;
        }
        roll->origin = roll->due;
        first += rh_roll_n_legs(&roll->terms);
        for (size_t i = roll->first; i < first; i++)
            clear_leg(book, roll, i, roll->listed[0]);
    }
    return RH_OK;
}

void rh_rolls_free(rh_book *book) {
    for (size_t i = 0; i < book->n_rolls; i++)
        rh_release(book->rolls[i].listed);
    rh_release(book->rolls);
}

/* ---- choosing ---- */

static const rh_instrument *option_of(const rh_book *book, uint32_t id) {
    return rh_catalogue_get(rh_market_catalogue(book->market), id);
}

static int is_listed(const rh_book *book, uint32_t id) {
    const rh_time now = rh_market_now(book->market);
    const rh_state *state = rh_market_state(book->market, id);
    return state->observations > 0 && now - state->observed < LISTED &&
           option_of(book, id)->expiry > now;
}

static int64_t distance(rh_time a, rh_time b) {
    return a < b ? b - a : a - b;
}

/* The listed expiry nearest to the tenor; RH_NEVER if none is listed. */
static rh_time choose_expiry(const rh_book *book, const rh_roll *roll) {
    const rh_time aim = rh_market_now(book->market) + roll->terms.tenor;
    rh_time best = RH_NEVER;
    for (size_t i = 0; i < roll->n_listed; i++) {
        const rh_time expiry = option_of(book, roll->listed[i])->expiry;
        if (!is_listed(book, roll->listed[i]) || expiry == best)
            continue;
        const int64_t off = distance(expiry, aim), least = distance(best, aim);
        if (best == RH_NEVER || off < least || (off == least && expiry > best))
            best = expiry;
    }
    return best;
}

/* The forward of an expiry: the newest that its options were given, else S carried at the rate. */
static double forward_of(const rh_book *book, const rh_roll *roll, rh_time expiry) {
    const double years = rh_years(rh_market_now(book->market), expiry);
    double forward = NAN;
    rh_time at = RH_DAWN;
    for (size_t i = 0; i < roll->n_listed; i++) {
        const rh_state *state = rh_market_state(book->market, roll->listed[i]);
        if (option_of(book, roll->listed[i])->expiry != expiry || isnan(state->forward) ||
            state->forward_at <= at)
            continue;
        forward = state->forward;
        at = state->forward_at;
    }
    return isnan(forward) ? book->conversion * rh_exp(book->rate * years) : forward;
}

/* How far an option is from what part k asks for; NaN if that cannot be told. */
static double miss(const rh_book *book, const rh_roll *roll, size_t k, uint32_t id,
                   double forward) {
    const rh_instrument *option = option_of(book, id);
    const rh_time now = rh_market_now(book->market);
    if (roll->terms.strike == RH_STRIKE_BY_DELTA) {
        const double iv = rh_market_state(book->market, id)->iv;
        const rh_greeks greeks = rh_black(option->right, forward, option->strike,
                                          rh_years(now, option->expiry), iv, 0.0);
        return fabs(fabs(greeks.delta) - roll->terms.level);
    }
    const double level = k == 1 && roll->terms.structure == RH_ROLL_STRANGLE
                             ? 1.0 / roll->terms.level
                             : roll->terms.level;
    return fabs(rh_log(option->strike / (forward * level)));
}

/* The listed option of one expiry, strike and right; RH_NO_INSTRUMENT if there is none. */
static uint32_t find_partner(const rh_book *book, const rh_roll *roll, const rh_instrument *call) {
    for (size_t i = 0; i < roll->n_listed; i++) {
        const rh_instrument *option = option_of(book, roll->listed[i]);
        if (option->right == -1 && option->strike == call->strike &&
            option->expiry == call->expiry && is_listed(book, roll->listed[i]))
            return roll->listed[i];
    }
    return RH_NO_INSTRUMENT;
}

/* Whether `id` is a better choice than `best`, which may be none. */
static int is_better(const rh_book *book, uint32_t id, double off, uint32_t best, double least) {
    if (isnan(off))
        return 0;
    return best == RH_NO_INSTRUMENT || off < least ||
           (off == least && option_of(book, id)->strike < option_of(book, best)->strike);
}

/* The best option for part k; for a straddle only one whose partner is listed too. */
static uint32_t choose_part(const rh_book *book, const rh_roll *roll, size_t k, rh_time expiry,
                            double forward) {
    uint32_t best = RH_NO_INSTRUMENT;
    double least = NAN;
    for (size_t i = 0; i < roll->n_listed; i++) {
        const uint32_t id = roll->listed[i];
        const rh_instrument *option = option_of(book, id);
        if (option->expiry != expiry || option->right != right_of(&roll->terms, k) ||
            !is_listed(book, id))
            continue;
        const double off = miss(book, roll, k, id, forward);
        if (!is_better(book, id, off, best, least) ||
            (roll->terms.structure == RH_ROLL_STRADDLE &&
             find_partner(book, roll, option) == RH_NO_INSTRUMENT))
            continue;
        best = id;
        least = off;
    }
    return best;
}

/* 1 and the contracts of every part, 0 if they can't be had. */
static int choose(const rh_book *book, const rh_roll *roll, uint32_t out[MOST_PARTS]) {
    const rh_time expiry = choose_expiry(book, roll);
    if (expiry == RH_NEVER)
        return 0;
    const double forward = forward_of(book, roll, expiry);
    for (size_t k = 0; k < n_parts(&roll->terms); k++) {
        out[k] = k == 1 && roll->terms.structure == RH_ROLL_STRADDLE
                     ? find_partner(book, roll, option_of(book, out[0]))
                     : choose_part(book, roll, k, expiry, forward);
        if (out[k] == RH_NO_INSTRUMENT)
            return 0;
    }
    return 1;
}

/* ---- rolling ---- */

static rh_leg *leg_of(rh_book *book, const rh_roll *roll, int set, size_t k) {
    return &book->legs[roll->first + (size_t)set * n_parts(&roll->terms) + k];
}

/* What the market knew of an option before the book cared. Nobody noted the hedge's price of that
 * moment, so its forward stays as it was until the next one comes. */
static void recall(rh_book *book, size_t i) {
    const rh_state *state = rh_market_state(book->market, book->legs[i].terms.instrument);
    rh_leg_memory *memory = &book->memory[i];
    if (!isnan(state->forward))
        memory->forward = (rh_carried){state->forward, NAN, state->forward_at};
    if (isnan(state->iv))
        return;
    memory->iv = state->iv;
    memory->iv_at = state->iv_at;
    memory->iv_evidence = RH_BY_MARK;
}

/* Prepares a leg for a contract; whether it could open now. */
static int can_open(rh_book *book, const rh_roll *roll, rh_leg *leg, uint32_t id,
                    double hedge_price) {
    const size_t i = (size_t)(leg - book->legs);
    if (leg->terms.instrument != id || leg->terms.open != roll->due) {
        clear_leg(book, roll, i, id);
        recall(book, i);
    }
    rh_leg_observe(book, i, hedge_price);
    rh_leg_price_now(book, i, hedge_price, book->conversion);
    return !isnan(leg->value.price) &&
           !isnan(rh_leg_trade_price(book, i, roll->terms.open_price, NAN, roll->due).value);
}

/* Part k already holds this contract. */
static int holds(rh_book *book, const rh_roll *roll, size_t k, uint32_t id) {
    if (roll->current[k] < 0)
        return 0;
    const rh_leg *held = leg_of(book, roll, roll->current[k], k);
    return held->state == RH_LEG_OPEN && held->terms.instrument == id;
}

/* The set that part k takes next. */
static int other_set(const rh_roll *roll, size_t k) {
    return roll->current[k] == 0 ? 1 : 0;
}

/* Part k holds its contract, or could take it now. */
static int is_ready(rh_book *book, const rh_roll *roll, size_t k, uint32_t id, double hedge_price) {
    rh_leg *leg = leg_of(book, roll, other_set(roll, k), k);
    return holds(book, roll, k, id) ||
           (leg->state == RH_LEG_GONE && can_open(book, roll, leg, id, hedge_price));
}

static void set_next(rh_roll *roll, rh_time now, rh_time expiry) {
    roll->times++;
    if (roll->terms.every == 0) {
        roll->due = expiry;
        return;
    }
    if (roll->origin == RH_DAWN)
        roll->origin = now;
    roll->due = roll->origin + ((now - roll->origin) / roll->terms.every + 1) * roll->terms.every;
}

/* The new contract waits for an opening that is known to succeed; the old one may close. */
static void change_over(rh_book *book, rh_roll *roll, size_t k) {
    const int to = other_set(roll, k);
    if (roll->current[k] >= 0)
        leg_of(book, roll, roll->current[k], k)->terms.close = roll->due;
    leg_of(book, roll, to, k)->state = RH_LEG_WAITING;
    roll->current[k] = to;
}

static void try_roll(rh_book *book, rh_roll *roll, double hedge_price) {
    uint32_t ids[MOST_PARTS];
    if (!choose(book, roll, ids))
        return;
    for (size_t k = 0; k < n_parts(&roll->terms); k++)
        if (!is_ready(book, roll, k, ids[k], hedge_price))
            return;
    for (size_t k = 0; k < n_parts(&roll->terms); k++)
        if (!holds(book, roll, k, ids[k]))
            change_over(book, roll, k);
    set_next(roll, rh_market_now(book->market), option_of(book, ids[0])->expiry);
}

static int has_news(const rh_book *book, const rh_roll *roll) {
    const rh_time now = rh_market_now(book->market);
    if (rh_market_last_news(book->market) != now)
        return 0;
    for (size_t i = 0; i < roll->n_listed; i++)
        if (rh_market_state(book->market, roll->listed[i])->observed == now)
            return 1;
    return 0;
}

void rh_rolls_advance(rh_book *book, double hedge_price) {
    const rh_time now = rh_market_now(book->market);
    for (size_t i = 0; i < book->n_rolls; i++) {
        rh_roll *roll = &book->rolls[i];
        if (now >= roll->due && now < roll->terms.close && !isnan(hedge_price) &&
            !isnan(book->conversion) && has_news(book, roll))
            try_roll(book, roll, hedge_price);
    }
}

/* ---- reading ---- */

rh_time rh_rolls_next_time(const rh_book *book) {
    const rh_time now = rh_market_now(book->market);
    rh_time next = RH_NEVER;
    for (size_t i = 0; i < book->n_rolls; i++) {
        const rh_roll *roll = &book->rolls[i];
        if (roll->due > now && roll->due < roll->terms.close && roll->due < next)
            next = roll->due;
    }
    return next;
}

int rh_rolls_finished(const rh_book *book) {
    for (size_t i = 0; i < book->n_rolls; i++)
        if (rh_market_now(book->market) < book->rolls[i].terms.close)
            return 0;
    return 1;
}

uint64_t rh_book_rolls(const rh_book *book, size_t i) {
    return book->rolls[i].times;
}
