/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/market_state.h"

#include <math.h>
#include <stdio.h>

static const double CENT = 0.01;

/* Inverse perpetuals trade in lots of 10 USD, linear ones of 0.001 coin (Deribit, BTC). */
const double rh_sim_perpetual_lots[RH_SIM_PERPETUALS] = {10.0, 0.001};

static int has_perpetual(const rh_scenario *scenario, int which) {
    return which == 0 ? scenario->perpetual.inverse : scenario->perpetual.linear;
}

static double to_cent(double price, double tick) {
    return tick > 0.0 ? rh_sim_grid_nearest(rh_sim_grid_of_tick(CENT), price) : price;
}

static void publish_perpetual(rh_sim_market *m, int which) {
    const rh_scenario *s = m->scenario;
    const int at_stamp = m->time % (RH_SIM_FUNDING_EVERY_S * RH_S) == 0 && m->path.step > 0;
    m->mark[which] = m->funding[which] = NAN;
    if (!has_perpetual(s, which))
        return;
    const double fair = m->path.spot * (1.0 + m->perpetual[which].basis_bps / 1e4);
    m->mark[which] = to_cent(fair, s->perpetual.tick);
    rh_sim_perpetual_sample(s, m->mark[which], m->index, &m->perpetual[which]);
    if (at_stamp && s->perpetual.funding != RH_SIM_FUNDING_NONE)
        m->funding[which] = rh_sim_perpetual_funding(s, &m->perpetual[which]);
}

static void publish(rh_sim_market *m) {
    m->volatility = sqrt(rh_sim_path_variance(&m->path));
    m->index = to_cent(m->path.spot, m->scenario->spot.tick);
    for (int i = 0; i < RH_SIM_PERPETUALS; i++)
        publish_perpetual(m, i);
    rh_sim_chain_observe(&m->chain, m->time, m->index);
}

rh_status rh_sim_market_start(rh_sim_market *market, const rh_scenario *scenario, uint32_t path,
                              rh_error *error) {
    *market = (rh_sim_market){.scenario = scenario};
    const rh_status status = rh_sim_chain_make(&market->chain, scenario, error);
    if (status == RH_OK)
        rh_sim_market_rewind(market, path);
    return status;
}

void rh_sim_market_rewind(rh_sim_market *market, uint32_t path) {
    const rh_scenario *scenario = market->scenario;
    const rh_sim_chain chain = market->chain;
    *market = (rh_sim_market){.scenario = scenario,
                              .stream = {scenario->seed, path},
                              .time = scenario->start,
                              .chain = chain};
    rh_sim_chain_rewind(&market->chain);
    rh_sim_path_start(&scenario->path, &market->path);
    for (int i = 0; i < RH_SIM_PERPETUALS; i++)
        rh_sim_perpetual_start(scenario, &market->perpetual[i]);
    publish(market);
}

void rh_sim_market_clear(rh_sim_market *market) {
    rh_sim_chain_clear(&market->chain);
}

static void step_outages(rh_sim_market *m) {
    const rh_scenario *s = m->scenario;
    const uint64_t step = m->path.step;
    m->spot_outage = rh_sim_outage_step(s, &m->stream, step, RH_SIM_ITEM_SPOT, m->spot_outage);
    for (uint32_t i = 0; i < RH_SIM_PERPETUALS; i++)
        m->perpetual_outage[i] = rh_sim_outage_step(s, &m->stream, step, RH_SIM_ITEM_PERPETUAL + i,
                                                    m->perpetual_outage[i]);
    for (uint32_t i = 0; i < m->chain.expiry_count; i++)
        m->chain_outage[i] =
            rh_sim_outage_step(s, &m->stream, step, RH_SIM_ITEM_EXPIRY + i, m->chain_outage[i]);
}

void rh_sim_market_step(rh_sim_market *market) {
    const rh_scenario *s = market->scenario;
    market->time += s->step;
    rh_sim_path_step(&s->path, &market->stream, &market->path);
    for (uint32_t i = 0; i < RH_SIM_PERPETUALS; i++)
        if (has_perpetual(s, (int)i))
            rh_sim_perpetual_step(s, &market->stream, market->path.step, i, &market->perpetual[i]);
    step_outages(market);
    publish(market);
}

int rh_sim_market_in_range(const rh_sim_market *market) {
    return market->index > 0.0 && market->path.spot < RH_SIM_PRICE_LIMIT;
}

rh_status rh_sim_market_out_of_range(const rh_sim_market *market, rh_error *error) {
    char when[RH_TIME_TEXT];
    return rh_fail(
        error, RH_BAD_CONFIG,
        "the simulated price came to %g USD on %.10s; lower the drift, the variance, the "
        "jumps or the length",
        market->path.spot, rh_time_text(market->time, when));
}

void rh_sim_perpetual_name(const rh_scenario *scenario, int which, char name[RH_NAME_MAX]) {
    (void)snprintf(name, RH_NAME_MAX, "%s%s-PERPETUAL", scenario->underlying,
                   which == 0 ? "" : "_USDC");
}

static double fraction(double at_rest_bps, double per_volatility_bps, double volatility) {
    return (at_rest_bps + per_volatility_bps * volatility) / 1e4;
}

static double perpetual_half_spread(const rh_sim_market *m) {
    return fraction(m->scenario->perpetual.half_spread_bps, m->scenario->perpetual.spread_vol_bps,
                    m->volatility);
}

static double spot_half_spread(const rh_sim_market *m) {
    return fraction(m->scenario->spot.half_spread_bps, m->scenario->spot.spread_vol_bps,
                    m->volatility);
}

rh_sim_sides rh_sim_market_spot(const rh_sim_market *market) {
    const rh_scenario *s = market->scenario;
    rh_sim_sides sides = rh_sim_quote_around(rh_sim_grid_of_tick(s->spot.tick), market->index,
                                             market->index * spot_half_spread(market));
    rh_sim_quote_sizes(&sides, &market->stream, market->path.step, RH_SIM_ITEM_SPOT, s->spot.size,
                       s->spot.lot);
    return sides;
}

/* On either side with the same probability. */
double rh_sim_market_last(const rh_sim_market *market, const rh_sim_sides *spot) {
    const rh_draw u = rh_sim_draw_uniform(&market->stream, market->path.step, RH_SIM_DRAW_TRADE,
                                          RH_SIM_ITEM_SPOT);
    if (market->spot_outage != RH_SIM_QUOTING)
        return NAN;
    return u.a < 0.5 && spot->bid > 0.0 ? spot->bid : spot->ask;
}

rh_sim_sides rh_sim_market_perpetual(const rh_sim_market *market, int which) {
    const rh_scenario *s = market->scenario;
    const double mark = market->mark[which];
    const double size = which == 0 ? s->perpetual.size : s->perpetual.size / mark;
    rh_sim_sides sides = rh_sim_quote_around(rh_sim_grid_of_tick(s->perpetual.tick), mark,
                                             mark * perpetual_half_spread(market));
    rh_sim_quote_sizes(&sides, &market->stream, market->path.step,
                       (uint32_t)(RH_SIM_ITEM_PERPETUAL + which), size,
                       rh_sim_perpetual_lots[which]);
    return sides;
}

/* Forwards are carried from the perpetual of the options' own kind, else the other one, else
 * the index; and that one is what their makers hedge with. */
rh_sim_chain_state rh_sim_market_chain_state(const rh_sim_market *market) {
    const rh_scenario *s = market->scenario;
    const int own = s->options.settle == RH_INVERSE ? 0 : 1;
    const int which = has_perpetual(s, own) ? own : has_perpetual(s, 1 - own) ? 1 - own : -1;
    return (rh_sim_chain_state){
        .time = market->time,
        .step = market->path.step,
        .stream = &market->stream,
        .variance = rh_sim_path_variance(&market->path),
        .carried = which >= 0 ? market->mark[which] : market->index,
        .half_spread = which >= 0 ? perpetual_half_spread(market) : spot_half_spread(market),
    };
}
