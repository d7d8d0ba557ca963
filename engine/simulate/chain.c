/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/chain.h"

#include "base/memory.h"
#include "base/number.h"
#include "pricing/black.h"
#include "pricing/elementary.h"
#include "simulate/outage.h"

#include <stdio.h>
#include <string.h>

/* Sides that go missing in the wings stay away for so long. */
static const int64_t WING_PERIOD = 4 * RH_HOUR;

/* ---- names ---- */

/* BTC-26JAN24-42000-C, or BTC_USDC-... if it settles in USD; 0d5 is a strike of 0.5. */
static int name_option(const rh_scenario *scenario, rh_time expiry, rh_sim_chain_option *option) {
    static const char months[] = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
    char strike[RH_NUMBER_TEXT], date[RH_TIME_TEXT]; /* 2024-01-26T08:00:00Z */
    (void)rh_time_text(expiry, date);
    const char *year = date + 2, *day = date + (date[8] == '0' ? 9 : 8);
    const int month = 10 * (date[5] - '0') + date[6] - '0';
    (void)rh_number_text(option->strike, strike);
    char *point = strchr(strike, '.');
    if (point)
        *point = 'd';
    const int length =
        snprintf(option->name, sizeof option->name, "%s%s-%.*s%.3s%.2s-%s-%c", scenario->underlying,
                 scenario->options.settle == RH_LINEAR ? "_USDC" : "", (int)(date + 10 - day), day,
                 months + 3 * (month - 1), year, strike, option->right > 0 ? 'C' : 'P');
    return length < (int)sizeof option->name ? 0 : -1;
}

static rh_status make_expiry(const rh_sim_chain *chain, rh_sim_chain_expiry *out, rh_error *error) {
    const rh_scenario *s = chain->scenario;
    const rh_sim_grid strikes = rh_sim_grid_of_tick(s->options.strike_step);
    const double middle = rh_sim_grid_nearest(strikes, s->path.spot0);
    out->options = rh_allocate(chain->option_count, sizeof *out->options);
    if (!out->options)
        return rh_no_memory(error);
    for (size_t i = 0; i < chain->option_count; i++) {
        const double place = (double)(i / 2) - (double)(s->options.strikes / 2);
        rh_sim_chain_option *option = &out->options[i];
        option->strike = rh_sim_grid_nearest(strikes, middle + place * s->options.strike_step);
        option->right = i % 2 == 0 ? 1 : -1;
        if (name_option(s, out->expiry, option) != 0)
            return rh_fail(error, RH_BAD_CONFIG, "%s...: name of an option too long", option->name);
    }
    return RH_OK;
}

rh_status rh_sim_chain_make(rh_sim_chain *chain, const rh_scenario *scenario, rh_error *error) {
    const int rounds = scenario->options.tick > 0.0;
    const int inverse = scenario->options.settle == RH_INVERSE;
    *chain = (rh_sim_chain){.scenario = scenario, .smile = rh_scenario_smile(scenario)};
    chain->grid = rh_sim_grid_of_tick(scenario->options.tick);
    chain->small_grid = rh_sim_grid_of_tick(rounds ? scenario->options.tick_small : 0.0);
    chain->forward_grid = rh_sim_grid_of_tick(rounds ? 0.01 : 0.0);
    chain->mark_grid = rh_sim_grid_of_tick(!rounds ? 0.0 : inverse ? 1e-6 : 1e-4);
    chain->iv_grid =
        rh_sim_grid_of_tick(rounds && !rh_sim_smile_is_flat(&chain->smile) ? 1e-6 : 0.0);
    chain->option_count = 2 * (size_t)scenario->options.strikes;
    chain->expiries = rh_allocate(scenario->options.expiries.count + 1, sizeof *chain->expiries);
    if (!chain->expiries)
        return rh_no_memory(error);
    for (size_t i = 0; i < scenario->options.expiries.count; i++) {
        chain->expiries[i].expiry = scenario->options.expiries.at[i];
        chain->expiry_count++;
        const rh_status status = make_expiry(chain, &chain->expiries[i], error);
        if (status != RH_OK)
            return status;
    }
    return RH_OK;
}

void rh_sim_chain_clear(rh_sim_chain *chain) {
    for (size_t i = 0; i < chain->expiry_count; i++)
        rh_release(chain->expiries[i].options);
    rh_release(chain->expiries);
    *chain = (rh_sim_chain){0};
}

void rh_sim_chain_rewind(rh_sim_chain *chain) {
    for (size_t i = 0; i < chain->expiry_count; i++) {
        chain->expiries[i].index_sum = 0.0;
        chain->expiries[i].index_count = 0;
    }
}

/* ---- quotes ---- */

double rh_sim_chain_forward(const rh_sim_chain *chain, size_t expiry,
                            const rh_sim_chain_state *state) {
    const double years = rh_years(state->time, chain->expiries[expiry].expiry);
    const double carry = chain->scenario->options.carry;
    return rh_sim_grid_nearest(chain->forward_grid, state->carried * rh_exp(carry * years));
}

/* The spread's parts, in the currency of the option: the volatility's, the hedge's, and what
 * makers ask for carrying intrinsic value. */
static double half_spread(const rh_sim_chain *chain, const rh_sim_chain_option *option,
                          const rh_greeks *greeks, double forward, double hedge_half_spread) {
    const rh_scenario *s = chain->scenario;
    const double intrinsic = option->right * (forward - option->strike);
    const double unit = s->options.settle == RH_INVERSE ? 1.0 / forward : 1.0;
    const double delta = s->options.settle == RH_INVERSE ? greeks->net : greeks->delta;
    return unit *
           (greeks->vega * s->options.half_spread_vol + fabs(delta) * forward * hedge_half_spread +
            (intrinsic > 0.0 ? intrinsic * s->options.itm_spread : 0.0));
}

/* The small tick holds up to and at its limit, so that neither side jumps over it. */
static rh_sim_sides sides_of(const rh_sim_chain *chain, double mark, double half) {
    const double limit = chain->scenario->options.tick_small_below;
    const rh_sim_sides coarse = rh_sim_quote_around(chain->grid, mark, half);
    const rh_sim_sides fine = rh_sim_quote_around(chain->small_grid, mark, half);
    return (rh_sim_sides){.bid = mark - half < limit ? fine.bid : coarse.bid,
                          .ask = mark + half <= limit ? fine.ask : coarse.ask};
}

static void thin_wing(const rh_sim_chain *chain, const rh_sim_chain_state *state, uint32_t item,
                      double deviations, rh_sim_sides *sides) {
    const rh_scenario *s = chain->scenario;
    if (deviations <= s->options.wing)
        return;
    const rh_draw u = rh_sim_draw_uniform(state->stream, (uint64_t)(state->time / WING_PERIOD),
                                          RH_SIM_DRAW_WING, item);
    if (u.a < s->options.wing_missing)
        sides->bid = 0.0;
    if (u.b < s->options.wing_missing)
        sides->ask = 0.0;
}

rh_sim_chain_quote rh_sim_chain_show(const rh_sim_chain *chain, size_t expiry, size_t option,
                                     const rh_sim_chain_state *state) {
    const rh_scenario *s = chain->scenario;
    const rh_sim_chain_option *o = &chain->expiries[expiry].options[option];
    const double years = rh_years(state->time, chain->expiries[expiry].expiry);
    const double forward = rh_sim_chain_forward(chain, expiry, state);
    const double k = rh_log_ratio(o->strike, forward).hi;
    const double at_money = rh_sim_smile_at_money(&chain->smile, state->variance, years);
    const double iv = rh_sim_grid_nearest(
        chain->iv_grid, rh_sim_smile_volatility(&chain->smile, state->variance, years, k));
    const int inverse = s->options.settle == RH_INVERSE;
    const rh_greeks greeks =
        rh_black(o->right, forward, o->strike, years, iv, inverse ? 0.0 : s->options.rate);
    const double value = inverse ? greeks.price / forward : greeks.price;
    rh_sim_chain_quote quote = {
        forward, iv, rh_sim_grid_nearest(chain->mark_grid, value), {.bid = 0.0}};
    const uint32_t item = rh_sim_item_of_option(expiry, option);
    quote.sides =
        sides_of(chain, quote.mark, half_spread(chain, o, &greeks, forward, state->half_spread));
    thin_wing(chain, state, item, fabs(k) / (at_money * sqrt(years)), &quote.sides);
    rh_sim_quote_sizes(&quote.sides, state->stream, state->step, item, s->options.size,
                       s->options.lot);
    return quote;
}

/* ---- delivery ---- */

void rh_sim_chain_observe(rh_sim_chain *chain, rh_time time, double index) {
    const int64_t window = chain->scenario->options.delivery_window;
    for (size_t i = 0; i < chain->expiry_count; i++) {
        rh_sim_chain_expiry *e = &chain->expiries[i];
        if (time > e->expiry || (time <= e->expiry - window && time != e->expiry))
            continue;
        e->index_sum += index;
        e->index_count++;
    }
}

double rh_sim_chain_delivery(const rh_sim_chain *chain, size_t expiry) {
    const rh_sim_chain_expiry *e = &chain->expiries[expiry];
    if (e->index_count == 0)
        return NAN;
    return rh_sim_grid_nearest(chain->forward_grid, e->index_sum / (double)e->index_count);
}
