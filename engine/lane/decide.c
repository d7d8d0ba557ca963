/* SPDX-License-Identifier: GPL-3.0-or-later */
/* decide.c: what the rule sees, when it is asked, and what it says. */
#include "base/memory.h"
#include "lane/lane_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- exposures (SPEC: exposure) ---- */

/* X of everything but the hedge: with the book's delta sum, the coin balance B counts towards
 * X_usd; X_coin = X_usd - E/S, which takes off the options' coin prices, B again, and the USD
 * balance over S. */
static double book_exposure(const rh_lane *lane, const rh_book_value *value,
                            const rh_balances *balances) {
    const int include = lane->terms.collateral == RH_COLLATERAL_INCLUDED;
    if (lane->terms.numeraire == RH_NUMERAIRE_USD)
        return value->exposure_usd + (include ? balances->coin : 0.0);
    return value->exposure_coin - (include ? balances->usd / value->spot : 0.0);
}

rh_exposures rh_lane_exposures(const rh_lane *lane) {
    const rh_book_value *value = rh_book_value_now(lane->book);
    const rh_holding *holding = rh_ledger_holding(lane->ledger, HEDGE);
    const rh_balances balances = rh_ledger_look(lane->ledger);
    const double book = book_exposure(lane, value, &balances);
    return (rh_exposures){
        .balances = balances,
        .book = book,
        .held = rh_exposure(lane->hedge, holding->quantity, value->hedge),
        .pending = rh_exposure(lane->hedge, lane->order.quantity, value->hedge),
        .neutral = lane->terms.target - book,
    };
}

static double pnl_of(const rh_lane *lane, const rh_balances *balances) {
    const rh_book_value *value = rh_book_value_now(lane->book);
    const double usd = balances->usd + balances->coin * value->spot + value->option_value_usd;
    return lane->terms.numeraire == RH_NUMERAIRE_USD ? usd - lane->start.usd
                                                     : usd / value->spot - lane->start.coin;
}

/* ---- the view ---- */

static double fee_rate(const rh_lane *lane) {
    return lane->terms.execution.maker ? lane->terms.costs.maker : lane->terms.costs.taker;
}

static double half_spread(const rh_state *state) {
    return isnan(state->bid) || isnan(state->ask) ? 0.0 : 0.5 * (state->ask - state->bid);
}

static double yearly_funding(const rh_state *state, double price) {
    if (isnan(state->rate) || state->interval <= 0)
        return 0.0;
    return state->rate * price * (365.0 * (double)RH_DAY) / (double)state->interval;
}

static rh_hedge view_hedge(const rh_lane *lane, const rh_book_value *value,
                           const rh_exposures *exposures) {
    const rh_state *state = rh_market_state(lane->market, lane->terms.hedge);
    const double spread =
        lane->terms.execution.price == RH_FILL_AT_TOUCH ? half_spread(state) : 0.0;
    return (rh_hedge){.held = exposures->held,
                      .pending = exposures->pending,
                      .neutral = exposures->neutral,
                      .price = value->hedge,
                      .bid = state->bid,
                      .ask = state->ask,
                      .cost = spread + fee_rate(lane) * value->hedge,
                      .delta = 1.0,
                      .funding = yearly_funding(state, value->hedge)};
}

static uint32_t seen_of(const rh_book_value *value) {
    if (value->evidence == RH_BY_STALE || value->evidence == RH_BY_NOTHING)
        return RH_SEEN_STALE;
    return value->evidence == RH_BY_MODEL ? RH_SEEN_BEFORE : RH_SEEN_NOW;
}

static void count_observations(rh_lane *lane) {
    for (size_t i = 0; i < lane->n_watched; i++)
        lane->observations[i] = rh_market_state(lane->market, lane->watched[i])->observations;
}

/* In the numeraire: with `coin` the option's coin price is no exposure. */
static double delta_at(const void *self, size_t i, double vol) {
    const rh_lane *lane = self;
    return rh_book_delta_at(lane->book, i, vol, lane->terms.numeraire == RH_NUMERAIRE_COIN);
}

static rh_view make_view(rh_lane *lane, const rh_hedge *hedge, const rh_exposures *exposures) {
    const rh_book_value *value = rh_book_value_now(lane->book);
    const double variance = rh_market_state(lane->market, lane->terms.hedge)->variance;
    count_observations(lane);
    return (rh_view){.size = sizeof(rh_view),
                     .hedge_size = sizeof *hedge,
                     .now = rh_market_now(lane->market),
                     .opened = lane->opened,
                     .expiry = value->expiry,
                     .woke = lane->woke,
                     .seen = seen_of(value),
                     .hedges = hedge,
                     .n_hedges = 1,
                     .exposure = exposures->book,
                     .target = lane->terms.target,
                     .size_options = value->size_options,
                     .gamma = value->gamma,
                     .vega = value->vega,
                     .theta = value->theta,
                     .spot = value->spot,
                     .forward = value->forward,
                     .vol = value->vol,
                     .rate = lane->terms.rate,
                     .cost = hedge->cost / hedge->price,
                     .pnl = pnl_of(lane, &exposures->balances),
                     .variance = variance - lane->variance_at_open,
                     .observations = lane->observations,
                     .n_observations = lane->n_watched,
                     .options = rh_book_options(lane->book),
                     .n_options = value->n_options,
                     .option_size = sizeof(rh_option_leg),
                     .delta_at = delta_at,
                     .self = lane};
}

/* ---- wakes ---- */

static double signal_now(const rh_lane *lane, uint32_t signal) {
    const rh_book_value *value;
    switch (signal) {
    case RH_SIGNAL_GAP: return lane->x.held + lane->x.pending - lane->x.neutral;
    case RH_SIGNAL_PRICE: value = rh_book_value_now(lane->book); return value->hedge;
    case RH_SIGNAL_PNL: return pnl_of(lane, &lane->x.balances);
    case RH_SIGNAL_VARIANCE:
        return rh_market_state(lane->market, lane->terms.hedge)->variance - lane->variance_at_open;
    default: break;
    }
    const size_t i = signal - RH_SIGNAL_OBSERVATION;
    return i < lane->n_watched
               ? (double)rh_market_state(lane->market, lane->watched[i])->observations
               : NAN;
}

static double scale_now(const rh_lane *lane, const rh_wake *wake) {
    const rh_book_value *value;
    switch (wake->scale) {
    case RH_SCALE_ANCHOR: return fabs(wake->anchor);
    case RH_SCALE_GAMMA:
        value = rh_book_value_now(lane->book);
        return fabs(value->gamma) * value->hedge;
    case RH_SCALE_SIZE: return rh_book_value_now(lane->book)->size_options;
    default: return 1.0;
    }
}

static int signalled(const rh_lane *lane, const rh_part *part) {
    const rh_wake *wake = &part->wake;
    if (!part->listens || wake->signal == RH_SIGNAL_NONE)
        return 0;
    if (wake->signal == RH_SIGNAL_EVERY)
        return 1;
    return fabs(signal_now(lane, wake->signal) - wake->anchor) >
           wake->width * scale_now(lane, wake);
}

int rh_lane_listens(const rh_lane *lane) {
    for (size_t i = 0; i < lane->n_parts; i++)
        if (lane->parts[i].listens && lane->parts[i].wake.signal != RH_SIGNAL_NONE)
            return 1;
    return 0;
}

int rh_lane_time_has_come(const rh_lane *lane) {
    const rh_time now = rh_market_now(lane->market);
    for (size_t i = 0; i < lane->n_parts; i++)
        if (now >= lane->parts[i].wake.at)
            return 1;
    return 0;
}

int rh_lane_gather(rh_lane *lane, int news) {
    const rh_time now = rh_market_now(lane->market);
    uint32_t any = 0;
    lane->x = rh_lane_exposures(lane);
    for (size_t i = 0; i < lane->n_parts; i++) {
        rh_part *part = &lane->parts[i];
        if (now >= part->wake.at)
            part->woke |= RH_WOKE_TIME;
        if (news && signalled(lane, part))
            part->woke |= RH_WOKE_SIGNAL;
        any |= part->woke;
    }
    return any != 0;
}

/* ---- the rule ---- */

typedef struct {
    rh_lane *lane;
    char said[256];
} starting;

static int host_watch(void *self, const char *instrument) {
    rh_lane *lane = ((starting *)self)->lane;
    uint32_t id =
        rh_catalogue_find(rh_market_catalogue(lane->market), instrument, strlen(instrument));
    if (id == RH_NO_INSTRUMENT || lane->n_watched == MAX_WATCHED)
        return -1;
    lane->watched[lane->n_watched] = id;
    return (int)lane->n_watched++;
}

static void host_complain(void *self, const char *sentence) {
    starting *s = self;
    (void)snprintf(s->said, sizeof s->said, "%s", sentence);
}

static rh_contract describe(const rh_leg *leg) {
    return (rh_contract){.size = leg->size,
                         .right = leg->instrument->right,
                         .inverse = leg->instrument->settle == RH_INVERSE,
                         .strike = leg->rolled ? NAN : leg->instrument->strike,
                         .open = leg->terms.open,
                         .expiry = leg->rolled ? RH_NEVER : leg->instrument->expiry};
}

rh_status rh_lane_start_rule(rh_lane *lane, rh_error *error) {
    const rh_rule *rule = lane->terms.rule;
    const size_t n_legs = rh_book_n_legs(lane->book);
    starting s = {lane, "refused its parameters"};
    lane->n_parts = rule->n_parts;
    lane->observes = rule->observes;
    lane->state = rh_allocate(1, rule->state_size);
    lane->parts =
        rule->n_parts == 1 ? &lane->alone : rh_allocate(rule->n_parts, sizeof *lane->parts);
    rh_contract *contracts = rh_allocate(n_legs, sizeof *contracts);
    if (!lane->state || !lane->parts || !contracts) {
        rh_release(contracts);
        return rh_no_memory(error);
    }
    for (size_t i = 0; i < n_legs; i++)
        contracts[i] = describe(rh_book_leg(lane->book, i));
    const rh_host host = {.size = sizeof host,
                          .self = &s,
                          .watch = host_watch,
                          .complain = host_complain,
                          .n_hedges = 1,
                          .contracts = contracts,
                          .n_contracts = n_legs,
                          .contract_size = sizeof *contracts,
                          .cost = fee_rate(lane),
                          .rate = lane->terms.rate};
    const rh_rule *refused = rh_rule_start(rule, lane->state, lane->parts, &host);
    rh_release(contracts);
    return refused ? rh_fail(error, RH_BAD_CONFIG, "strategy %s: %s", refused->name, s.said)
                   : RH_OK;
}

static rh_status misbehaved(const rh_lane *lane, const rh_rule_fault *fault, rh_error *error) {
    char when[RH_TIME_TEXT];
    return rh_fail(error, RH_FAILED, "strategy %s at %s: %s (%g)", fault->name,
                   rh_time_text(rh_market_now(lane->market), when), fault->what, fault->number);
}

/* Every instant, whether or not the rule may be asked in it. */
void rh_lane_show(rh_lane *lane) {
    if (!lane->observes)
        return;
    const rh_exposures x = rh_lane_exposures(lane);
    const rh_hedge hedge = view_hedge(lane, rh_book_value_now(lane->book), &x);
    rh_view view = make_view(lane, &hedge, &x);
    rh_rule_observe(lane->terms.rule, lane->state, lane->parts, &view);
}

/* Asks the rule. *trade says whether it wants `target`; what it waits for is kept in either case.
 */
rh_status rh_lane_ask(rh_lane *lane, double *target, int *trade, rh_error *error) {
    const rh_book_value *value = rh_book_value_now(lane->book);
    const rh_exposures *x = &lane->x;
    *trade = 0;
    if (isnan(x->neutral) || isnan(x->held)) {
        lane->pending_ask = 1;
        lane->counts.blind++;
        return RH_OK;
    }
    const rh_hedge hedge = view_hedge(lane, value, x);
    rh_view view = make_view(lane, &hedge, x);
    rh_rule_fault fault;
    *target = x->held + x->pending;
    const int said = rh_rule_ask(lane->terms.rule, lane->state, lane->parts, &view, target, &fault);
    lane->counts.decisions++;
    if (said != RH_HOLD && said != RH_TRADE)
        return misbehaved(lane, &fault, error);
    lane->woke = 0;
    lane->pending_ask = 0;
    *trade = said == RH_TRADE;
    return RH_OK;
}
