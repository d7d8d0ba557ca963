/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chain.c: options of one expiry beside each other, and expiries beside each other.
 *
 * Whatever forwards and volatilities are, these hold without a model: puts and calls of one strike
 * make a forward (parity), two of them a certain payoff (box), prices fall or rise with the strike
 * (vertical) and are convex in it (butterfly), and total variance grows with the expiry (calendar).
 * All but the last are told by prices that could have been traded, not by mids.
 * Source: P. Carr, D. Madan, A note on sufficient conditions for no arbitrage, Finance Research
 * Letters 2 (2005); J. Gatheral, The Volatility Surface (2006), ch. 3.
 */
#include "audit/audit_parts.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Gains below this share of the forward are rounding; against an estimated forward, doubt. */
static const double LEAST_GAIN = 1e-6, FORWARD_DOUBT = 2e-3;

/* A total variance may fall by so much of itself before it is told. */
static const double VARIANCE_SLACK = 0.02;

/* ---- the list ---- */

typedef struct {
    const rh_instrument *option;
    uint32_t id;
} listed;

static int same_expiry(const rh_instrument *a, const rh_instrument *b) {
    return a->expiry == b->expiry && a->settle == b->settle &&
           strcmp(a->underlying, b->underlying) == 0;
}

static int by_expiry_and_strike(const void *a, const void *b) {
    const rh_instrument *x = ((const listed *)a)->option, *y = ((const listed *)b)->option;
    const int underlying = strcmp(x->underlying, y->underlying);
    if (underlying != 0)
        return underlying;
    if (x->settle != y->settle)
        return x->settle < y->settle ? -1 : 1;
    if (x->expiry != y->expiry)
        return x->expiry < y->expiry ? -1 : 1;
    return x->strike < y->strike ? -1 : x->strike > y->strike;
}

static size_t list_sorted(const rh_audit *audit, listed *out) {
    size_t count = 0;
    for (uint32_t i = 0; i < rh_catalogue_count(audit->catalogue); i++) {
        const rh_instrument *option = rh_catalogue_get(audit->catalogue, i);
        if (option->kind == RH_OPTION)
            out[count++] = (listed){option, i};
    }
    qsort(out, count, sizeof *out, by_expiry_and_strike);
    return count;
}

static void add_option(rh_audit *audit, const listed *option) {
    rh_audit_expiry *expiry = &audit->expiries[audit->n_expiries - 1];
    const double k = option->option->strike;
    if (expiry->count == 0 || audit->strikes[audit->n_strikes - 1].strike != k) {
        audit->strikes[audit->n_strikes++] =
            (rh_audit_strike){k, RH_NO_INSTRUMENT, RH_NO_INSTRUMENT};
        expiry->count++;
    }
    rh_audit_strike *strike = &audit->strikes[audit->n_strikes - 1];
    *(option->option->right > 0 ? &strike->call : &strike->put) = option->id;
    audit->expiry_of[option->id] = audit->n_expiries - 1;
}

static void fill_list(rh_audit *audit, const listed *options, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const rh_instrument *option = options[i].option;
        if (i == 0 || !same_expiry(option, options[i - 1].option))
            audit->expiries[audit->n_expiries++] = (rh_audit_expiry){.option = option,
                                                                     .first = audit->n_strikes,
                                                                     .heard = RH_DAWN,
                                                                     .variance = NAN,
                                                                     .variance_at = RH_DAWN};
        add_option(audit, &options[i]);
    }
}

rh_status rh_audit_list_chain(rh_audit *audit) {
    const size_t most = rh_catalogue_count(audit->catalogue);
    listed *options = rh_allocate(most, sizeof *options);
    audit->expiries = rh_allocate(most, sizeof *audit->expiries);
    audit->strikes = rh_allocate(most, sizeof *audit->strikes);
    audit->expiry_of = rh_allocate(most, sizeof *audit->expiry_of);
    const int enough = options && audit->expiries && audit->strikes && audit->expiry_of;
    if (enough)
        fill_list(audit, options, list_sorted(audit, options));
    rh_release(options);
    return enough ? RH_OK : RH_FAILED;
}

/* ---- one look at one expiry ---- */

/* What is quoted now for one option, as a share of the forward; NaN: nothing. */
typedef struct {
    double bid, ask;
} sides;

typedef struct {
    rh_audit *audit;
    const rh_audit_expiry *expiry;
    const rh_audit_strike *strikes; /* of the expiry */
    rh_time now;
    double forward;
    uint16_t source;
} look;

static sides quoted(const look *l, uint32_t id) {
    if (id == RH_NO_INSTRUMENT)
        return (sides){NAN, NAN};
    const rh_state *state = rh_market_state(l->audit->market, id);
    const double unit = l->expiry->option->settle == RH_INVERSE ? 1.0 : 1.0 / l->forward;
    if (state->quoted == RH_DAWN || l->now - state->quoted > RH_AUDIT_MOMENT)
        return (sides){NAN, NAN};
    return (sides){state->bid * unit, state->ask * unit};
}

static void newest_forward(const look *l, uint32_t id, double *forward, rh_time *at) {
    const rh_state *state = id == RH_NO_INSTRUMENT ? NULL : rh_market_state(l->audit->market, id);
    if (!state || isnan(state->forward) || state->forward_at <= *at ||
        l->now - state->forward_at > RH_AUDIT_MOMENT)
        return;
    *forward = state->forward;
    *at = state->forward_at;
}

static double find_forward(const look *l) {
    double forward = NAN;
    rh_time at = RH_DAWN;
    for (size_t i = 0; i < l->expiry->count; i++) {
        newest_forward(l, l->strikes[i].call, &forward, &at);
        newest_forward(l, l->strikes[i].put, &forward, &at);
    }
    return forward;
}

static void note(const look *l, rh_finding_kind kind, double gain, const rh_audit_strike *strike,
                 const char *detail, double other) {
    const uint32_t id = strike->call != RH_NO_INSTRUMENT ? strike->call : strike->put;
    rh_audit_note(l->audit, kind, gain, id, l->source, detail, strike->strike, other);
}

/* ---- calls and puts ---- */

/* Buying the call and selling the put costs `ask`, and is worth 1 - K/F (in shares of F). */
static sides synthetic(const look *l, const rh_audit_strike *strike) {
    const sides call = quoted(l, strike->call), put = quoted(l, strike->put);
    return (sides){call.bid - put.ask, call.ask - put.bid};
}

static void test_parity(const look *l) {
    for (size_t i = 0; i < l->expiry->count; i++) {
        const sides s = synthetic(l, &l->strikes[i]);
        const double worth = 1.0 - l->strikes[i].strike / l->forward;
        const double sold = s.bid - worth, bought = worth - s.ask;
        const double gain = fmax(isnan(sold) ? 0.0 : sold, isnan(bought) ? 0.0 : bought);
        if (gain > FORWARD_DOUBT)
            note(l, RH_FINDING_PARITY, gain, &l->strikes[i], "strike %g at a forward of %.10g",
                 l->forward);
    }
}

/* The forward that a strike's synthetic makes, as a share of the forward that is shown. */
static sides synthetic_forward(const look *l, const rh_audit_strike *strike) {
    const sides s = synthetic(l, strike);
    const double k = strike->strike / l->forward;
    return l->expiry->option->settle == RH_INVERSE ? (sides){k / (1.0 - s.bid), k / (1.0 - s.ask)}
                                                   : (sides){k + s.bid, k + s.ask};
}

static void test_box(const look *l) {
    double bid = NAN, ask = NAN;
    size_t highest = 0, lowest = 0;
    for (size_t i = 0; i < l->expiry->count; i++) {
        const sides s = synthetic_forward(l, &l->strikes[i]);
        if (s.bid > 0.0 && !(s.bid <= bid)) {
            bid = s.bid;
            highest = i;
        }
        if (s.ask > 0.0 && !(s.ask >= ask)) {
            ask = s.ask;
            lowest = i;
        }
    }
    if (bid - ask > LEAST_GAIN)
        note(l, RH_FINDING_BOX, bid - ask, &l->strikes[highest], "strikes %g and %g",
             l->strikes[lowest].strike);
}

/* ---- strikes beside each other ---- */

static uint32_t option_of(const rh_audit_strike *strike, int right) {
    return right > 0 ? strike->call : strike->put;
}

/* Of two strikes the call of the higher and the put of the lower is worth less. */
static void test_vertical(const look *l, int right) {
    size_t before = SIZE_MAX;
    for (size_t i = 0; i < l->expiry->count; i++) {
        const sides now = quoted(l, option_of(&l->strikes[i], right));
        if (isnan(now.bid) && isnan(now.ask))
            continue;
        if (before != SIZE_MAX) {
            const sides last = quoted(l, option_of(&l->strikes[before], right));
            const double gain = right > 0 ? now.bid - last.ask : last.bid - now.ask;
            if (gain > LEAST_GAIN)
                note(l, RH_FINDING_VERTICAL, gain, &l->strikes[i], "strikes %g and %g",
                     l->strikes[before].strike);
        }
        before = i;
    }
}

/* Strikes whose options of one right are quoted, three at a time. */
static void test_butterfly(const look *l, int right) {
    size_t three[3] = {SIZE_MAX, SIZE_MAX, SIZE_MAX};
    for (size_t i = 0; i < l->expiry->count; i++) {
        const sides upper = quoted(l, option_of(&l->strikes[i], right));
        if (isnan(upper.bid) && isnan(upper.ask))
            continue;
        three[0] = three[1];
        three[1] = three[2];
        three[2] = i;
        if (three[0] == SIZE_MAX)
            continue;
        const rh_audit_strike *low = &l->strikes[three[0]], *middle = &l->strikes[three[1]];
        const double weight =
            (l->strikes[i].strike - middle->strike) / (l->strikes[i].strike - low->strike);
        const double wings =
            weight * quoted(l, option_of(low, right)).ask + (1.0 - weight) * upper.ask;
        const double gain = quoted(l, option_of(middle, right)).bid - wings;
        if (gain > LEAST_GAIN)
            note(l, RH_FINDING_BUTTERFLY, gain, middle, "strike %g at a forward of %.10g",
                 l->forward);
    }
}

/* ---- expiries beside each other ---- */

static double iv_at(const look *l, const rh_audit_strike *strike) {
    const uint32_t ids[] = {strike->call, strike->put};
    for (int i = 0; i < 2; i++) {
        if (ids[i] == RH_NO_INSTRUMENT)
            continue;
        const rh_state *state = rh_market_state(l->audit->market, ids[i]);
        if (!isnan(state->iv) && l->now - state->iv_at <= RH_AUDIT_MOMENT)
            return state->iv;
    }
    return NAN;
}

/* Total variance at the forward, between the two strikes around it. */
static double variance_at_the_money(const look *l) {
    const double years = rh_years(l->now, l->expiry->option->expiry);
    double below = NAN, above = NAN, low = NAN, high = NAN;
    for (size_t i = 0; i < l->expiry->count; i++) {
        const double iv = iv_at(l, &l->strikes[i]), strike = l->strikes[i].strike;
        if (isnan(iv))
            continue;
        if (strike <= l->forward) {
            below = iv;
            low = strike;
        } else {
            above = iv;
            high = strike;
            break;
        }
    }
    const double share = log(l->forward / low) / log(high / low);
    const double iv = below + share * (above - below);
    return iv * iv * years;
}

static void compare_expiries(const look *l, const rh_audit_expiry *sooner,
                             const rh_audit_expiry *later) {
    const double fall = sooner->variance - later->variance;
    char expiry[RH_TIME_TEXT];
    if (!(fall > VARIANCE_SLACK * sooner->variance))
        return;
    rh_audit_note(l->audit, RH_FINDING_CALENDAR, fall / sooner->variance,
                  option_of(&l->audit->strikes[later->first], 1) != RH_NO_INSTRUMENT
                      ? l->audit->strikes[later->first].call
                      : l->audit->strikes[later->first].put,
                  l->source, "%.5g, but %.5g already on %.10s", later->variance, sooner->variance,
                  rh_time_text(sooner->option->expiry, expiry));
}

static int is_neighbour(const look *l, size_t i) {
    const rh_audit_expiry *other = &l->audit->expiries[i];
    return i < l->audit->n_expiries && other->option->settle == l->expiry->option->settle &&
           strcmp(other->option->underlying, l->expiry->option->underlying) == 0 &&
           other->variance_at != RH_DAWN && l->now - other->variance_at <= RH_AUDIT_MOMENT;
}

static void test_calendar(const look *l, rh_audit_expiry *expiry) {
    const size_t place = (size_t)(expiry - l->audit->expiries);
    expiry->variance = variance_at_the_money(l);
    if (isnan(expiry->variance))
        return;
    expiry->variance_at = l->now;
    if (place > 0 && is_neighbour(l, place - 1))
        compare_expiries(l, expiry - 1, expiry);
    if (is_neighbour(l, place + 1))
        compare_expiries(l, expiry, expiry + 1);
}

void rh_audit_chain(rh_audit *audit, size_t i, uint16_t source) {
    rh_audit_expiry *expiry = &audit->expiries[i];
    look l = {audit, expiry, audit->strikes + expiry->first, rh_market_now(audit->market),
              NAN,   source};
    if (l.now >= expiry->option->expiry ||
        (expiry->heard != RH_DAWN && l.now - expiry->heard < RH_S))
        return;
    expiry->heard = l.now;
    l.forward = find_forward(&l);
    if (isnan(l.forward))
        return;
    test_parity(&l);
    test_box(&l);
    for (int right = -1; right <= 1; right += 2) {
        test_vertical(&l, right);
        test_butterfly(&l, right);
    }
    test_calendar(&l, expiry);
}
