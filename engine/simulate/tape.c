/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/tape.h"

#include "base/memory.h"
#include "simulate/market_state.h"

#include <math.h>
#include <string.h>

enum { MOST_OF_A_ROW = 3 /* events: quote, mark and trade, or quote, mark and funding */ };

/* An option of the chain that the catalogue holds. */
typedef struct {
    size_t expiry, option;
    uint32_t id;
} listed;

/* The events of one instant. */
typedef struct {
    rh_event *events;
    size_t count;
    rh_time at;
} instant;

struct rh_sim_tape {
    rh_sim_market market;
    uint64_t steps;
    uint32_t spot, perpetual[RH_SIM_PERPETUALS]; /* RH_NO_INSTRUMENT: not wanted */
    uint16_t source_of_options;                  /* the place of their file */
    listed *options;
    size_t n_options;
    instant instants[2]; /* the one that was taken and the one that comes */
    int coming;          /* place of the latter */
    int over, left_range;
    uint64_t taken;
};

/* ---- events ---- */

static rh_event *add(rh_sim_tape *tape, uint32_t id, uint16_t source, rh_event_kind kind) {
    instant *to = &tape->instants[tape->coming];
    rh_event *event = &to->events[to->count++];
    *event = (rh_event){.known = tape->market.time,
                        .happened = tape->market.time,
                        .instrument = id,
                        .source = source,
                        .kind = (uint8_t)kind};
    return event;
}

static void set_side(rh_event *event, int position, double price, double size) {
    rh_event_set(event, position, price > 0.0 ? price : NAN);
    rh_event_set(event, position + 1, price > 0.0 ? size : NAN);
}

static void add_quote(rh_sim_tape *tape, uint32_t id, uint16_t source, rh_sim_sides sides,
                      rh_sim_outage outage) {
    rh_event *event = add(tape, id, source, RH_EVENT_QUOTE);
    if (outage == RH_SIM_SIDES_GONE)
        sides = (rh_sim_sides){0};
    set_side(event, RH_BID, sides.bid, sides.bid_size);
    set_side(event, RH_ASK, sides.ask, sides.ask_size);
}

/* Numbers that aren't above 0 are unknown. */
static void add_mark(rh_sim_tape *tape, uint32_t id, uint16_t source, const double values[4]) {
    rh_event *event = NULL;
    for (int i = 0; i < 4; i++) {
        if (!(values[i] > 0.0))
            continue;
        if (!event)
            event = add(tape, id, source, RH_EVENT_MARK);
        rh_event_set(event, i, values[i]);
    }
}

static void say_spot(rh_sim_tape *tape) {
    const rh_sim_market *m = &tape->market;
    if (tape->spot == RH_NO_INSTRUMENT || m->spot_outage == RH_SIM_SILENT)
        return;
    const rh_sim_sides sides = rh_sim_market_spot(m);
    const double last = rh_sim_market_last(m, &sides);
    add_quote(tape, tape->spot, 0, sides, m->spot_outage);
    add_mark(tape, tape->spot, 0, (const double[4]){[RH_INDEX] = m->index});
    if (last > 0.0)
        rh_event_set(add(tape, tape->spot, 0, RH_EVENT_TRADE), RH_TRADE_PRICE, last);
}

static void say_perpetual(rh_sim_tape *tape, int which) {
    const rh_sim_market *m = &tape->market;
    const uint32_t id = tape->perpetual[which];
    if (id == RH_NO_INSTRUMENT || isnan(m->mark[which]))
        return;
    if (m->perpetual_outage[which] != RH_SIM_SILENT) {
        add_quote(tape, id, 1, rh_sim_market_perpetual(m, which), m->perpetual_outage[which]);
        add_mark(tape, id, 1, (const double[4]){[RH_MARK] = m->mark[which], [RH_INDEX] = m->index});
    }
    if (isnan(m->funding[which]))
        return;
    rh_event *event = add(tape, id, 1, RH_EVENT_FUNDING);
    rh_event_set(event, RH_RATE, m->funding[which]);
    rh_event_set(event, RH_INTERVAL, (double)RH_SIM_FUNDING_EVERY_S);
}

static void say_option(rh_sim_tape *tape, const listed *o, const rh_sim_chain_state *state) {
    const rh_sim_market *m = &tape->market;
    const uint16_t source = tape->source_of_options;
    const rh_time expiry = m->chain.expiries[o->expiry].expiry;
    const rh_sim_outage outage = m->chain_outage[o->expiry];
    if (m->time == expiry) {
        const double delivery = rh_sim_chain_delivery(&m->chain, o->expiry);
        if (delivery > 0.0)
            rh_event_set(add(tape, o->id, source, RH_EVENT_SETTLEMENT), RH_DELIVERY, delivery);
    }
    if (m->time >= expiry || outage == RH_SIM_SILENT ||
        !rh_scenario_shows_chain(m->scenario, m->time))
        return;
    const rh_sim_chain_quote quote = rh_sim_chain_show(&m->chain, o->expiry, o->option, state);
    add_quote(tape, o->id, source, quote.sides, outage);
    add_mark(tape, o->id, source,
             (const double[4]){
                 [RH_MARK] = quote.mark, [RH_IV] = quote.iv, [RH_FORWARD] = quote.forward});
}

static void say(rh_sim_tape *tape) {
    say_spot(tape);
    for (int i = 0; i < RH_SIM_PERPETUALS; i++)
        say_perpetual(tape, i);
    if (tape->n_options == 0)
        return;
    const rh_sim_chain_state state = rh_sim_market_chain_state(&tape->market);
    for (size_t i = 0; i < tape->n_options; i++)
        say_option(tape, &tape->options[i], &state);
}

/* ---- time ---- */

/* Fills the coming instant from the step at which the market stands, or the next that says
 * anything. */
static void find_instant(rh_sim_tape *tape) {
    instant *coming = &tape->instants[tape->coming];
    coming->at = RH_NEVER;
    coming->count = 0;
    while (!tape->over && !tape->left_range && coming->count == 0) {
        tape->left_range = !rh_sim_market_in_range(&tape->market);
        if (tape->left_range)
            return;
        say(tape);
        coming->at = coming->count > 0 ? tape->market.time : RH_NEVER;
        tape->over = tape->market.path.step + 1 == tape->steps;
        if (!tape->over)
            rh_sim_market_step(&tape->market);
    }
}

void rh_sim_tape_rewind(rh_sim_tape *tape, uint32_t path) {
    tape->over = tape->left_range = 0;
    rh_sim_market_rewind(&tape->market, path);
    find_instant(tape);
}

rh_time rh_sim_tape_next_time(void *self) {
    const rh_sim_tape *tape = self;
    return tape->instants[tape->coming].at;
}

rh_status rh_sim_tape_take(void *self, const rh_event **events, size_t *count, rh_error *error) {
    rh_sim_tape *tape = self;
    const instant *taken = &tape->instants[tape->coming];
    *events = taken->events;
    *count = taken->count;
    tape->taken += taken->count;
    if (taken->count == 0)
        return tape->left_range ? rh_sim_market_out_of_range(&tape->market, error) : RH_OK;
    tape->coming = !tape->coming;
    find_instant(tape);
    return RH_OK;
}

uint64_t rh_sim_tape_events(const rh_sim_tape *tape) {
    return tape->taken;
}

/* ---- making ---- */

rh_status rh_sim_list_options(const rh_scenario *scenario, rh_catalogue *into, rh_error *error) {
    rh_sim_chain chain;
    rh_status status = rh_sim_chain_make(&chain, scenario, error);
    for (size_t e = 0; e < chain.expiry_count && status == RH_OK; e++)
        for (size_t i = 0; i < chain.option_count && status == RH_OK; i++) {
            rh_instrument option;
            if (rh_instrument_from_name(chain.expiries[e].options[i].name, &option) == 0 &&
                rh_catalogue_add(into, &option) == RH_NO_INSTRUMENT)
                status = rh_no_memory(error);
        }
    rh_sim_chain_clear(&chain);
    return status;
}

static uint32_t find(const rh_catalogue *catalogue, const char *name) {
    return rh_catalogue_find(catalogue, name, strlen(name));
}

static rh_status list_options(rh_sim_tape *tape, const rh_catalogue *catalogue, rh_error *error) {
    const rh_sim_chain *chain = &tape->market.chain;
    tape->options = rh_allocate(chain->expiry_count * chain->option_count, sizeof *tape->options);
    if (!tape->options)
        return rh_no_memory(error);
    for (size_t e = 0; e < chain->expiry_count; e++)
        for (size_t i = 0; i < chain->option_count; i++) {
            const uint32_t id = find(catalogue, chain->expiries[e].options[i].name);
            if (id != RH_NO_INSTRUMENT)
                tape->options[tape->n_options++] = (listed){e, i, id};
        }
    return RH_OK;
}

static rh_status make_room(rh_sim_tape *tape, rh_error *error) {
    const size_t rows = 1 + RH_SIM_PERPETUALS + tape->n_options;
    for (int i = 0; i < 2; i++) {
        tape->instants[i].events = rh_allocate(rows * MOST_OF_A_ROW, sizeof(rh_event));
        if (!tape->instants[i].events)
            return rh_no_memory(error);
    }
    return RH_OK;
}

static rh_status make(rh_sim_tape *tape, const rh_scenario *scenario, uint32_t path,
                      const rh_catalogue *catalogue, rh_error *error) {
    char name[RH_NAME_MAX];
    rh_status status = rh_sim_market_start(&tape->market, scenario, path, error);
    if (status != RH_OK)
        return status;
    tape->steps = rh_scenario_steps(scenario);
    tape->spot = find(catalogue, scenario->spot.instrument);
    for (int i = 0; i < RH_SIM_PERPETUALS; i++) {
        rh_sim_perpetual_name(scenario, i, name);
        tape->perpetual[i] = find(catalogue, name);
    }
    tape->source_of_options = scenario->perpetual.inverse || scenario->perpetual.linear ? 2 : 1;
    status = list_options(tape, catalogue, error);
    if (status == RH_OK)
        status = make_room(tape, error);
    if (status == RH_OK)
        find_instant(tape);
    return status;
}

rh_status rh_sim_tape_open(const rh_scenario *scenario, uint32_t path,
                           const rh_catalogue *catalogue, rh_sim_tape **out, rh_error *error) {
    rh_sim_tape *tape = rh_allocate(1, sizeof *tape);
    if (!tape)
        return rh_no_memory(error);
    const rh_status status = make(tape, scenario, path, catalogue, error);
    if (status != RH_OK) {
        rh_sim_tape_close(tape);
        return status;
    }
    *out = tape;
    return RH_OK;
}

void rh_sim_tape_close(rh_sim_tape *tape) {
    if (!tape)
        return;
    rh_sim_market_clear(&tape->market);
    rh_release(tape->options);
    for (int i = 0; i < 2; i++)
        rh_release(tape->instants[i].events);
    rh_release(tape);
}
