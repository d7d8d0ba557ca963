/* SPDX-License-Identifier: GPL-3.0-or-later */
/* step.c: the record grid: equity, hedging error and attribution of each step. */
#include "lane/lane_parts.h"

#include <math.h>

rh_equity rh_lane_equity(const rh_lane *lane, const rh_ledger *ledger) {
    const rh_book_value *value = rh_book_value_now(lane->book);
    const double usd = rh_ledger_equity_usd(ledger, value->option_value_usd);
    return (rh_equity){usd, usd / value->spot};
}

static rh_leg_mark mark_now(const rh_lane *lane, size_t i) {
    const rh_book_value *value = rh_book_value_now(lane->book);
    return (rh_leg_mark){.ts = rh_market_now(lane->market),
                         .spot = value->spot,
                         .hedge = value->hedge,
                         .value = rh_book_leg(lane->book, i)->value};
}

void rh_lane_mark_leg(rh_lane *lane, size_t i) {
    lane->marks[i] = mark_now(lane, i);
}

void rh_lane_explain_leg(rh_lane *lane, size_t i) {
    const rh_leg *leg = rh_book_leg(lane->book, i);
    const rh_leg_mark now = mark_now(lane, i);
    rh_explain_leg(leg->instrument, leg->size, &lane->marks[i], &now, &lane->explained);
    lane->marks[i] = now;
}

static void explain_open_legs(rh_lane *lane) {
    for (size_t i = 0; i < rh_book_n_legs(lane->book); i++) {
        const rh_leg *leg = rh_book_leg(lane->book, i);
        if (leg->state == RH_LEG_OPEN && leg->instrument->kind == RH_OPTION)
            rh_lane_explain_leg(lane, i);
    }
}

static rh_attribution add(const rh_attribution *a, const rh_attribution *b) {
    rh_attribution sum;
    for (int t = 0; t < RH_N_TERMS; t++) {
        sum.usd[t] = a->usd[t] + b->usd[t];
        sum.coin[t] = a->coin[t] + b->coin[t];
    }
    return sum;
}

/* What trading cost, as a positive number. */
static double costs(const double terms[RH_N_TERMS]) {
    return -(terms[RH_TERM_FEE] + terms[RH_TERM_SPREAD] + terms[RH_TERM_IMPACT] +
             terms[RH_TERM_LATENCY]);
}

static double interest_on(double equity, double rate, double years) {
    return rate == 0.0 ? 0.0 : equity * expm1(rate * years);
}

/* Change of equity, before costs, over what the opening equity would have earned. */
static rh_equity hedging_error(const rh_lane *lane, const rh_equity *from, const rh_equity *to,
                               const rh_attribution *explained, double years) {
    return (rh_equity){
        to->usd - from->usd + costs(explained->usd) -
            interest_on(from->usd, lane->terms.rate, years),
        to->coin - from->coin + costs(explained->coin) -
            interest_on(from->coin, lane->terms.rate_coin, years),
    };
}

/* The terms must add up to the change of equity, in both currencies. */
static rh_status check_identity(const rh_lane *lane, const rh_equity *to,
                                const rh_attribution *terms, rh_error *error) {
    double usd = 0.0, coin = 0.0;
    for (int t = 0; t < RH_N_TERMS; t++) {
        usd += terms->usd[t];
        coin += terms->coin[t];
    }
    const double spot = rh_book_value_now(lane->book)->spot;
    const double scale = rh_ledger_gross_flow(lane->ledger) + fabs(lane->last.usd) + fabs(to->usd);
    const double off_usd = to->usd - lane->last.usd - usd;
    const double off_coin = (to->coin - lane->last.coin - coin) * spot;
    char when[RH_TIME_TEXT];
    if (fabs(off_usd) <= 1e-9 * scale && fabs(off_coin) <= 1e-9 * scale)
        return rh_ledger_check(lane->ledger, error);
    return rh_fail(error, RH_IDENTITY,
                   "%s: the attribution misses the change of equity by %g USD (%g USD in coin)",
                   rh_time_text(rh_market_now(lane->market), when), off_usd, off_coin);
}

static void fill_state(const rh_lane *lane, rh_step *step) {
    const rh_book_value *value = rh_book_value_now(lane->book);
    const rh_exposures x = rh_lane_exposures(lane);
    const double held = rh_ledger_holding(lane->ledger, HEDGE)->quantity;
    step->ts = rh_market_now(lane->market);
    step->spot = value->spot;
    step->forward = value->forward;
    step->hedge_price = value->hedge;
    step->iv = value->iv;
    step->option_value_usd = value->option_value_usd;
    step->book_delta =
        lane->terms.numeraire == RH_NUMERAIRE_USD ? value->exposure_usd : value->exposure_coin;
    step->hedge_quantity = held;
    step->target_quantity =
        value->n_open > 0 ? rh_quantity_for(lane->hedge, x.neutral, value->hedge) : 0.0;
    step->net_delta = x.held - x.neutral;
    step->book_gamma = value->gamma;
    step->book_vega = value->vega / 100.0;
    step->book_theta = value->theta / 365.0;
    step->evidence =
        value->evidence > value->hedge_evidence ? value->evidence : value->hedge_evidence;
}

static rh_status sum_up(rh_lane *lane, const rh_step *step, double unhedged_error, double years,
                        rh_error *error) {
    const int usd = lane->terms.numeraire == RH_NUMERAIRE_USD;
    const double *terms = usd ? step->attribution.usd : step->attribution.coin;
    const int stale = step->evidence == RH_BY_STALE || step->evidence == RH_BY_NOTHING;
    const rh_metric_step row = {
        .ts = step->ts,
        .years = years,
        .error = usd ? step->error_usd : step->error_coin,
        .unhedged_error = unhedged_error,
        .pnl = usd ? step->pnl_usd : step->pnl_coin,
        .price = step->hedge_price,
        .iv = step->iv,
        .net_delta = step->net_delta,
        .cost = costs(terms),
        .slippage = -(terms[RH_TERM_SPREAD] + terms[RH_TERM_IMPACT] + terms[RH_TERM_LATENCY]),
        .counted = step->full && !stale && !lane->last_stale,
        .stale = stale,
    };
    lane->last_stale = stale;
    lane->absolute_residual += fabs(step->attribution.usd[RH_TERM_RESIDUAL]);
    lane->absolute_gamma_theta +=
        fabs(step->attribution.usd[RH_TERM_GAMMA]) + fabs(step->attribution.usd[RH_TERM_THETA]);
    const rh_status status =
        rh_metric_series_reserve(&lane->series, lane->terms.steps, error); /* the first time */
    return status == RH_OK ? rh_metric_series_add(&lane->series, &row, error) : status;
}

static rh_time grid_after(const rh_lane *lane, rh_time now) {
    const rh_time origin = lane->terms.record_on_clock ? 0 : lane->opened;
    const int64_t every = lane->terms.record_every;
    int64_t steps = (now - origin) / every;
    if ((now - origin) % every < 0)
        steps--;
    return origin + (steps + 1) * every;
}

static rh_status write_step(rh_lane *lane, rh_step *step, const rh_equity *equity,
                            const rh_equity *shadow, rh_error *error) {
    step->equity_usd = equity->usd;
    step->equity_coin = equity->coin;
    step->pnl_usd = equity->usd - lane->start.usd;
    step->pnl_coin = equity->coin - lane->start.coin;
    step->unhedged_pnl_usd = shadow->usd - lane->start.usd;
    step->unhedged_pnl_coin = shadow->coin - lane->start.coin;
    lane->totals.pnl_usd = step->pnl_usd;
    lane->totals.pnl_coin = step->pnl_coin;
    lane->totals.unhedged_pnl_usd = step->unhedged_pnl_usd;
    lane->totals.unhedged_pnl_coin = step->unhedged_pnl_coin;
    lane->last = *equity;
    lane->shadow_last = *shadow;
    lane->last_step = step->ts;
    lane->next_record = grid_after(lane, step->ts);
    lane->explained = (rh_attribution){0};
    rh_ledger_explain_reset(lane->ledger);
    rh_ledger_explain_reset(lane->shadow);
    return lane->recorder ? lane->recorder->step(lane->recorder, step, error) : RH_OK;
}

/* The equity from which the account starts, before anything opens. */
void rh_lane_start_steps(rh_lane *lane) {
    const double spot = rh_book_value_now(lane->book)->spot;
    lane->start.usd = lane->terms.usd + lane->terms.coin * spot;
    lane->start.coin = lane->start.usd / spot;
    lane->last = lane->shadow_last = lane->start;
    lane->last_step = RH_DAWN;
}

rh_status rh_lane_record(rh_lane *lane, rh_error *error) {
    const rh_time now = rh_market_now(lane->market);
    const int first = lane->last_step == RH_DAWN;
    const double years = first ? 0.0 : rh_years(lane->last_step, now);
    rh_status status = rh_lane_touch(lane, error);
    if (status != RH_OK)
        return status;
    explain_open_legs(lane);
    rh_step step = {.full = !first && now - lane->last_step == lane->terms.record_every};
    step.attribution = add(&lane->explained, rh_ledger_explained(lane->ledger));
    const rh_equity equity = rh_lane_equity(lane, lane->ledger);
    const rh_equity shadow = rh_lane_equity(lane, lane->shadow);
    status = check_identity(lane, &equity, &step.attribution, error);
    if (status != RH_OK)
        return status;
    const rh_equity error_now = hedging_error(lane, &lane->last, &equity, &step.attribution, years);
    const rh_equity shadow_error =
        hedging_error(lane, &lane->shadow_last, &shadow, rh_ledger_explained(lane->shadow), years);
    step.error_usd = first ? NAN : error_now.usd;
    step.error_coin = first ? NAN : error_now.coin;
    fill_state(lane, &step);
    lane->summed = add(&lane->summed, &step.attribution);
    status = write_step(lane, &step, &equity, &shadow, error);
    if (status != RH_OK)
        return status;
    double unhedged = NAN; /* the opening row is a step of no length */
    if (!first)
        unhedged = lane->terms.numeraire == RH_NUMERAIRE_USD ? shadow_error.usd : shadow_error.coin;
    return sum_up(lane, &step, unhedged, years, error);
}
