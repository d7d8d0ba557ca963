/* SPDX-License-Identifier: GPL-3.0-or-later */
/* states.c: what an instrument shows after an instant in which a row of it came. */
#include "audit/audit_parts.h"
#include "pricing/black.h"

#include <math.h>

static const double INDEX_OFF = 0.01, MARK_OFF = 0.02;
static const double LEAST_IV = 0.02, MOST_IV = 5.0;

/* A spike is this many usual moves, at least so large, and comes after so many moves. */
static const double SPIKE_MOVES = 25.0, SPIKE_LEAST = 0.01;
enum { SPIKE_AFTER = 20 };
static const double SPIKE_MEMORY = 0.05; /* weight of the newest move in the usual one */

/* The case that is being looked at. */
typedef struct {
    rh_audit *audit;
    const rh_event *event;
    const rh_instrument *instrument;
    const rh_state *state;
    rh_time now;
} look;

#define note(l, kind, size, ...)                                                                   \
    rh_audit_note((l)->audit, kind, size, (l)->event->instrument, (l)->event->source, __VA_ARGS__)

/* ---- quotes ---- */

static void test_sides(const look *l) {
    const double bid = l->state->bid, ask = l->state->ask, mid = 0.5 * (bid + ask);
    if (isnan(bid) || isnan(ask))
        return;
    if (bid > ask)
        note(l, RH_FINDING_CROSSED, (bid - ask) / mid, "bid %.10g ask %.10g", bid, ask);
    if (bid == ask)
        note(l, RH_FINDING_LOCKED, 1.0, "bid and ask %.10g", bid);
}

/* Deribit's cheap options trade in ticks of a fifth. */
static double tick_at(const rh_instrument *instrument, double price) {
    return instrument->kind == RH_OPTION && price < 10.0 * instrument->tick ? instrument->tick / 5.0
                                                                            : instrument->tick;
}

static void test_tick(const look *l, double price) {
    if (isnan(price) || l->instrument->tick <= 0.0)
        return;
    const double ticks = price / tick_at(l->instrument, price), off = fabs(ticks - round(ticks));
    if (off > 1e-6 * fmax(1.0, ticks * 1e-3))
        note(l, RH_FINDING_OFF_TICK, off, "%.10g, tick %.10g", price,
             tick_at(l->instrument, price));
}

/* ---- moves ---- */

static void test_spike(const look *l) {
    rh_audit_memory *m = &l->audit->memory[l->event->instrument];
    const double price = rh_market_price(l->state).value;
    if (isnan(price) || price == m->price)
        return;
    const double move = isnan(m->price) ? 0.0 : log(price / m->price);
    if (m->moves > SPIKE_AFTER && fabs(m->move) > SPIKE_MOVES * m->before_move &&
        fabs(m->move) > SPIKE_LEAST && move * m->move < 0.0 && fabs(move) > 0.5 * fabs(m->move))
        note(l, RH_FINDING_SPIKE, fabs(m->move) / m->before_move, "%+.2f %%, then %+.2f %%",
             100.0 * expm1(m->move), 100.0 * expm1(move));
    m->before_move = m->usual;
    m->usual = m->moves == 0 ? fabs(move) : m->usual + SPIKE_MEMORY * (fabs(move) - m->usual);
    if (!isnan(m->price))
        m->moves++;
    m->move = move;
    m->price = price;
}

/* ---- marks and indices ---- */

static void test_mark(const look *l) {
    const rh_state *s = l->state;
    if (s->marked != l->now || isnan(s->mark) || isnan(s->index) ||
        l->now - s->index_at > RH_AUDIT_MOMENT)
        return;
    const double off = s->mark / s->index - 1.0;
    if (fabs(off) > MARK_OFF)
        note(l, RH_FINDING_MARK_INDEX, fabs(off), "mark %.10g, index %.10g", s->mark, s->index);
}

static void test_index(const look *l) {
    if (l->state->index_at != l->now || isnan(l->state->index))
        return;
    for (size_t i = 0; i < l->audit->n_spots; i++) {
        const uint32_t id = l->audit->spots[i];
        const rh_price price = rh_market_price(rh_market_state(l->audit->market, id));
        if (isnan(price.value) || l->now - price.at > RH_AUDIT_MOMENT)
            continue;
        const double off = l->state->index / price.value - 1.0;
        if (fabs(off) > INDEX_OFF)
            note(l, RH_FINDING_INDEX_SPOT, fabs(off), "index %.10g, %s %.10g", l->state->index,
                 rh_catalogue_get(l->audit->catalogue, id)->name, price.value);
        return;
    }
}

/* ---- options ---- */

/* Price of an option at a volatility, in the currency that it is quoted in. */
static double price_at(const look *l, double iv) {
    const double years = rh_years(l->now, l->instrument->expiry);
    const rh_greeks greeks =
        rh_black(l->instrument->right, l->state->forward, l->instrument->strike, years, iv, 0.0);
    return l->instrument->settle == RH_INVERSE ? greeks.price / l->state->forward : greeks.price;
}

static void test_iv_price(const look *l) {
    const rh_state *s = l->state;
    const double price = price_at(l, s->iv);
    const double unit = l->instrument->settle == RH_INVERSE ? 1.0 : s->forward;
    const double slack = fmax(l->instrument->tick, 0.05 * price);
    double off = 0.0;
    if (s->marked == l->now && !isnan(s->mark))
        off = fabs(price - s->mark);
    else if (s->quoted == l->now && !isnan(s->bid) && !isnan(s->ask))
        off = fmax(s->bid - price, price - s->ask);
    if (off > slack)
        note(l, RH_FINDING_IV_PRICE, off / unit, "iv %.4g gives %.6g, quoted %.6g/%.6g mark %.6g",
             s->iv, price, s->bid, s->ask, s->mark);
}

/* Between intrinsic value and forward or strike, undiscounted. */
static void test_bounds(const look *l) {
    const rh_state *s = l->state;
    const int call = l->instrument->right > 0;
    const double unit = l->instrument->settle == RH_INVERSE ? s->forward : 1.0;
    const double intrinsic = fmax(l->instrument->right * (s->forward - l->instrument->strike), 0.0);
    const double below = intrinsic - s->ask * unit;
    const double above = s->bid * unit - (call ? s->forward : l->instrument->strike);
    const double off = fmax(isnan(below) ? 0.0 : below, isnan(above) ? 0.0 : above) / s->forward;
    if (off > 1e-3) /* forwards are estimates */
        note(l, RH_FINDING_PRICE_BOUNDS, off, "%.6g/%.6g at a forward of %.10g", s->bid, s->ask,
             s->forward);
}

static void test_option(const look *l) {
    const rh_state *s = l->state;
    if (s->iv_at == l->now && !isnan(s->iv) && !(s->iv >= LEAST_IV && s->iv <= MOST_IV))
        note(l, RH_FINDING_IV_RANGE, fabs(s->iv), "iv %.6g", s->iv);
    if (l->now >= l->instrument->expiry || s->forward_at != l->now || isnan(s->forward))
        return;
    if (s->quoted == l->now)
        test_bounds(l);
    if (s->iv_at == l->now && s->iv >= LEAST_IV && s->iv <= MOST_IV)
        test_iv_price(l);
}

static int came(unsigned kinds, rh_event_kind kind) {
    return kinds >> kind & 1u;
}

static void test_prices(const look *l, unsigned kinds) {
    if (came(kinds, RH_EVENT_QUOTE)) {
        test_sides(l);
        test_tick(l, l->state->bid);
        test_tick(l, l->state->ask);
    }
    if (came(kinds, RH_EVENT_TRADE) && !came(kinds, RH_EVENT_BAR))
        test_tick(l, l->state->last);
}

void rh_audit_state(rh_audit *audit, const rh_event *event) {
    rh_audit_memory *memory = &audit->memory[event->instrument];
    const unsigned kinds = memory->kinds;
    const look l = {audit, event, rh_catalogue_get(audit->catalogue, event->instrument),
                    rh_market_state(audit->market, event->instrument),
                    rh_market_now(audit->market)};
    memory->kinds = 0;
    if (kinds == 0)
        return;
    test_prices(&l, kinds);
    if (l.instrument->kind == RH_OPTION) {
        test_option(&l);
        return;
    }
    test_spike(&l);
    if (l.instrument->kind == RH_PERPETUAL && came(kinds, RH_EVENT_MARK))
        test_mark(&l);
    if (came(kinds, RH_EVENT_MARK))
        test_index(&l);
}
