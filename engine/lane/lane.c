/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lane.c: one instant of one lane: the book's changes, orders, the rule, the record. */
#include "lane/lane.h"

#include "base/memory.h"
#include "lane/lane_parts.h"

#include <math.h>
#include <string.h>

/* ---- making ---- */

static rh_status hear_flow(void *self, const rh_flow *flow, rh_error *error) {
    rh_recorder *recorder = self;
    return recorder->flow(recorder, flow, error);
}

/* The hedge first, then every leg that isn't an option, each under its own number. */
static size_t list_holdings(rh_lane *lane, uint32_t *ids, rh_holding_role *roles) {
    size_t count = 1;
    ids[HEDGE] = lane->terms.hedge;
    roles[HEDGE] = RH_HELD_AS_HEDGE;
    for (size_t i = 0; i < rh_book_n_legs(lane->book); i++) {
        const rh_leg *leg = rh_book_leg(lane->book, i);
        if (leg->instrument->kind == RH_OPTION)
            continue;
        lane->holding_of_leg[i] = count;
        ids[count] = leg->terms.instrument;
        roles[count++] = RH_HELD_IN_BOOK;
    }
    return count;
}

static rh_status make_ledgers(rh_lane *lane, rh_error *error) {
    const size_t most = rh_book_n_legs(lane->book) + 1;
    uint32_t *ids = rh_allocate(most, sizeof *ids);
    rh_holding_role *roles = rh_allocate(most, sizeof *roles);
    rh_flow_listener listener = {0};
    rh_status status = RH_FAILED;
    if (lane->recorder)
        listener = (rh_flow_listener){hear_flow, lane->recorder};
    if (!ids || !roles) {
        (void)rh_no_memory(error);
    } else {
        lane->n_holdings = list_holdings(lane, ids, roles);
        const rh_ledger_terms terms = {.usd = lane->terms.usd,
                                       .coin = lane->terms.coin,
                                       .rate = lane->terms.rate,
                                       .rate_coin = lane->terms.rate_coin,
                                       .collateral = lane->terms.collateral,
                                       .n_holdings = lane->n_holdings,
                                       .holdings = ids,
                                       .roles = roles};
        status = rh_ledger_new(&terms, lane->market, listener, &lane->ledger, error);
        if (status == RH_OK)
            status =
                rh_ledger_new(&terms, lane->market, (rh_flow_listener){0}, &lane->shadow, error);
    }
    rh_release(ids);
    rh_release(roles);
    return status;
}

/* What rh_lane_reset goes back to. The pointers stay what they are. */
static rh_status remember_fresh(rh_lane *lane, rh_error *error) {
    const rh_rule *rule = lane->terms.rule;
    lane->fresh_state = rh_allocate(1, rule->state_size);
    lane->fresh_parts = rh_allocate(rule->n_parts, sizeof *lane->fresh_parts);
    lane->fresh = rh_allocate(1, sizeof *lane->fresh);
    if (!lane->fresh_state || !lane->fresh_parts || !lane->fresh)
        return rh_no_memory(error);
    memcpy(lane->fresh_state, lane->state, rule->state_size);
    memcpy(lane->fresh_parts, lane->parts, rule->n_parts * sizeof *lane->parts);
    *lane->fresh = *lane;
    return RH_OK;
}

rh_status rh_lane_new(const rh_lane_terms *terms, rh_book *book, const rh_market *market,
                      rh_recorder *recorder, rh_lane **out, rh_error *error) {
    rh_lane *lane = rh_allocate(1, sizeof *lane);
    if (!lane)
        return rh_no_memory(error);
    lane->terms = *terms;
    lane->book = book;
    lane->market = market;
    lane->recorder = recorder;
    lane->hedge = rh_catalogue_get(rh_market_catalogue(market), terms->hedge);
    lane->touched = lane->shadow_touched = lane->last_step = RH_DAWN;
    lane->next_record = RH_NEVER;
    lane->holding_of_leg = rh_allocate(rh_book_n_legs(book), sizeof *lane->holding_of_leg);
    lane->marks = rh_allocate(rh_book_n_legs(book), sizeof *lane->marks);
    rh_status status =
        lane->holding_of_leg && lane->marks ? make_ledgers(lane, error) : rh_no_memory(error);
    if (status == RH_OK)
        status = rh_lane_start_rule(lane, error);
    if (status == RH_OK)
        status = remember_fresh(lane, error);
    if (status != RH_OK) {
        rh_lane_free(lane);
        return status;
    }
    *out = lane;
    return RH_OK;
}

void rh_lane_reset(rh_lane *lane) {
    rh_lane *const fresh = lane->fresh;
    const rh_metric_series series = lane->series;
    *lane = *fresh;
    lane->fresh = fresh;
    lane->series = (rh_metric_series){.steps = series.steps, .capacity = series.capacity};
    memcpy(lane->state, lane->fresh_state, lane->terms.rule->state_size);
    memcpy(lane->parts, lane->fresh_parts, lane->terms.rule->n_parts * sizeof *lane->parts);
    memset(lane->marks, 0, rh_book_n_legs(lane->book) * sizeof *lane->marks);
    rh_ledger_reset(lane->ledger);
    rh_ledger_reset(lane->shadow);
}

void rh_lane_free(rh_lane *lane) {
    if (!lane)
        return;
    rh_ledger_free(lane->ledger);
    rh_ledger_free(lane->shadow);
    rh_metric_series_free(&lane->series);
    rh_release(lane->holding_of_leg);
    rh_release(lane->marks);
    rh_release(lane->state);
    if (lane->parts != &lane->alone)
        rh_release(lane->parts);
    rh_release(lane->fresh_parts);
    rh_release(lane->fresh_state);
    rh_release(lane->fresh);
    rh_release(lane);
}

/* ---- when ---- */

/* The earlier of `next` and a wish, if the wish lies in the future. */
static rh_time sooner(const rh_lane *lane, rh_time next, rh_time wish) {
    return wish > rh_market_now(lane->market) && wish < next ? wish : next;
}

rh_time rh_lane_next_time(const rh_lane *lane) {
    if (!lane->started || lane->finished)
        return RH_NEVER;
    rh_time next = sooner(lane, RH_NEVER, lane->next_record);
    next = sooner(lane, next, rh_order_next_time(&lane->order, &lane->terms.execution));
    for (size_t i = 0; i < lane->n_parts; i++)
        next = sooner(lane, next, lane->parts[i].wake.at);
    return next;
}

rh_time rh_lane_next_arrival(const rh_lane *lane) {
    if (!lane->started || lane->finished)
        return RH_NEVER;
    return sooner(lane, RH_NEVER, rh_order_next_time(&lane->order, &lane->terms.execution));
}

static int hedge_observed(const rh_lane *lane) {
    return rh_market_state(lane->market, lane->terms.hedge)->observed ==
           rh_market_now(lane->market);
}

/* The market said something in this instant. Signals are watched, and rules asked without a time
 * of their own, only then: what other lanes' timers make of time must not show in this one. */
static int has_news(const rh_lane *lane) {
    return rh_market_last_news(lane->market) == rh_market_now(lane->market);
}

int rh_lane_due(const rh_lane *lane, size_t n_changes) {
    const rh_time now = rh_market_now(lane->market);
    if (lane->finished)
        return 0;
    if (n_changes > 0)
        return 1;
    if (!lane->started)
        return 0;
    if (now >= lane->next_record || rh_market_funding_stamp(lane->market))
        return 1;
    if (rh_lane_has_order(lane) &&
        (hedge_observed(lane) || now >= rh_order_next_time(&lane->order, &lane->terms.execution)))
        return 1;
    if (has_news(lane) && (lane->pending_ask || lane->terms.ask_always || lane->observes))
        return 1;
    if (rh_lane_has_order(lane))
        return 0;
    return (!lane->pending_ask && rh_lane_time_has_come(lane)) ||
           (has_news(lane) && rh_lane_listens(lane));
}

static rh_status touch(rh_lane *lane, rh_ledger *ledger, rh_time *touched, rh_error *error) {
    const rh_time now = rh_market_now(lane->market);
    if (*touched == now)
        return RH_OK;
    *touched = now;
    return rh_ledger_touch(ledger, rh_book_value_now(lane->book)->spot, error);
}

rh_status rh_lane_touch_hedged(rh_lane *lane, rh_error *error) {
    return touch(lane, lane->ledger, &lane->touched, error);
}

rh_status rh_lane_touch(rh_lane *lane, rh_error *error) {
    rh_status status = rh_lane_touch_hedged(lane, error);
    return status == RH_OK ? touch(lane, lane->shadow, &lane->shadow_touched, error) : status;
}

/* ---- one instant ---- */

static void start(rh_lane *lane) {
    lane->started = 1;
    lane->opened = rh_market_now(lane->market);
    lane->variance_at_open = rh_market_state(lane->market, lane->terms.hedge)->variance;
    lane->next_record = lane->opened;
    rh_lane_start_steps(lane);
}

/* All of the book is open now, options of one sign and one expiry, and will be kept until then. */
static int has_one_life(const rh_book *book) {
    const rh_leg *first = rh_book_leg(book, 0);
    for (size_t i = 0; i < rh_book_n_legs(book); i++) {
        const rh_leg *leg = rh_book_leg(book, i);
        if (leg->state != RH_LEG_OPEN || leg->rolled || leg->instrument->kind != RH_OPTION ||
            leg->terms.close < leg->instrument->expiry ||
            leg->instrument->expiry != first->instrument->expiry ||
            (leg->size < 0.0) != (first->size < 0.0))
            return 0;
    }
    return 1;
}

/* Numbers of the whole book once its first legs are open. */
static void note_opening(rh_lane *lane) {
    const rh_book_value *value = rh_book_value_now(lane->book);
    const double unit = lane->terms.numeraire == RH_NUMERAIRE_USD ? 1.0 : value->spot;
    lane->totals.vega_at_open = fabs(value->vega) / unit;
    lane->totals.iv_at_open = value->vol;
    lane->totals.gamma_at_open = fabs(value->gamma);
    lane->totals.spot_at_open = value->hedge;
    lane->totals.one_life = has_one_life(lane->book);
}

static rh_status decide(rh_lane *lane, rh_error *error) {
    double target;
    int trade = 0;
    const int news = has_news(lane);
    if (news)
        rh_lane_show(lane);
    if (rh_lane_has_order(lane))
        return RH_OK;
    if (rh_book_finished(lane->book)) {
        if (lane->terms.at_end == RH_AT_END_CLOSE)
            rh_lane_send_order(lane, 0.0, RH_FILL_CLOSE);
        return RH_OK;
    }
    const int woken = rh_lane_gather(lane, news);
    if (!woken && !lane->woke &&
        !(news && (lane->pending_ask || lane->terms.ask_always || lane->observes)))
        return RH_OK;
    rh_status status = rh_lane_ask(lane, &target, &trade, error);
    if (status == RH_OK && trade)
        rh_lane_send_order(
            lane, rh_quantity_for(lane->hedge, target, rh_book_value_now(lane->book)->hedge),
            RH_FILL_HEDGE);
    return status;
}

/* The book is gone and so is the hedge, or it is meant to stay. */
static int all_done(const rh_lane *lane) {
    return rh_book_finished(lane->book) && !rh_lane_has_order(lane) &&
           (lane->terms.at_end == RH_AT_END_KEEP ||
            rh_ledger_holding(lane->ledger, HEDGE)->quantity == 0.0);
}

/* Hundreds of lanes don't fit into a cache: what the end of an instant needs is sent for at its
 * beginning. */
static void send_for(const rh_lane *lane) {
    __builtin_prefetch(lane->terms.rule);
    __builtin_prefetch(lane->state);
    __builtin_prefetch(&lane->order);
    __builtin_prefetch(&lane->totals.turnover_usd);
    __builtin_prefetch(&lane->counts);
}

rh_status rh_lane_advance(rh_lane *lane, const rh_book_change *changes, size_t n_changes,
                          rh_error *error) {
    const int first = !lane->started;
    rh_status status = RH_OK;
    send_for(lane);
    if (first)
        start(lane);
    if (n_changes > 0 || rh_market_funding_stamp(lane->market))
        status = rh_lane_touch(lane, error);
    for (size_t i = 0; i < n_changes && status == RH_OK; i++)
        status = rh_lane_apply(lane, &changes[i], error);
    if (first)
        note_opening(lane);
    if (status == RH_OK && rh_lane_has_order(lane)) {
        const rh_time sent = lane->order.sent;
        status = rh_lane_try_order(lane, error);
        /* A fill that comes before any news changes nothing that the rule didn't know. */
        if (!rh_lane_has_order(lane) && rh_market_last_news(lane->market) > sent)
            lane->woke |= RH_WOKE_FILL;
    }
    const int under_way = rh_lane_has_order(lane);
    if (status == RH_OK)
        status = decide(lane, error);
    if (status == RH_OK && !under_way)
        status = rh_lane_try_order(lane, error);
    if (status != RH_OK)
        return status;
    lane->finished = all_done(lane);
    if (lane->finished || rh_market_now(lane->market) >= lane->next_record)
        status = rh_lane_record(lane, error);
    return status;
}

/* ---- the end ---- */

int rh_lane_started(const rh_lane *lane) {
    return lane->started;
}

int rh_lane_finished(const rh_lane *lane) {
    return lane->finished;
}

rh_status rh_lane_end(rh_lane *lane, rh_error *error) {
    if (lane->finished || !lane->started)
        return RH_OK;
    lane->finished = 1;
    lane->counts.still_open = rh_book_value_now(lane->book)->n_open;
    return lane->last_step == rh_market_now(lane->market) ? RH_OK : rh_lane_record(lane, error);
}

void rh_lane_totals(const rh_lane *lane, rh_metric_totals *out) {
    const double *usd = lane->summed.usd;
    rh_metric_totals totals = lane->totals;
    totals.funding = usd[RH_TERM_FUNDING];
    totals.interest = usd[RH_TERM_INTEREST];
    totals.fees = -usd[RH_TERM_FEE];
    totals.spread = -usd[RH_TERM_SPREAD];
    totals.impact = -usd[RH_TERM_IMPACT];
    totals.latency = -usd[RH_TERM_LATENCY];
    totals.hedge_pnl = usd[RH_TERM_HEDGE];
    totals.gamma_pnl = usd[RH_TERM_GAMMA];
    totals.theta_pnl = usd[RH_TERM_THETA];
    totals.unexplained = usd[RH_TERM_RESIDUAL];
    totals.absolute_residual = lane->absolute_residual;
    totals.absolute_gamma_theta = lane->absolute_gamma_theta;
    totals.option_pnl = 0.0;
    for (int t = RH_TERM_DELTA; t <= RH_TERM_BASIS; t++)
        totals.option_pnl += usd[t];
    totals.option_pnl += usd[RH_TERM_SETTLEMENT] + usd[RH_TERM_RESIDUAL];
    totals.capital = lane->terms.numeraire == RH_NUMERAIRE_USD ? lane->start.usd : lane->start.coin;
    totals.grid = lane->terms.record_every;
    *out = totals;
}

const rh_metric_series *rh_lane_series(const rh_lane *lane) {
    return &lane->series;
}

rh_status rh_lane_metrics(const rh_lane *lane, double out[RH_N_METRICS], rh_error *error) {
    rh_metric_totals totals;
    rh_lane_totals(lane, &totals);
    return rh_metric_compute(&lane->series, &totals, out, error);
}

void rh_lane_count(const rh_lane *lane, rh_lane_counts *out) {
    *out = lane->counts;
}

void rh_lane_take_series(rh_lane *lane, rh_metric_series *out) {
    *out = lane->series;
    lane->series = (rh_metric_series){0};
}
