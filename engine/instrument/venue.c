/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "instrument/venue.h"

#include <math.h>
#include <string.h>

/* Fees are those of the lowest tier. Older fees differ and are not in the table because their
 * dates are not documented: give them in `costs:` when you replay old history. */
static const rh_venue venues[] = {
    {.name = "none",
     .from = RH_DAWN,
     .funding = RH_FUNDING_DISCRETE,
     .summary = "no fee, tick or lot but what the experiment says",
     .source = ""},
    {.name = "deribit",
     .from = RH_DAWN,
     .funding = RH_FUNDING_CONTINUOUS,
     .settlement_window = 30 * RH_MIN,
     .costs = {.maker = 0.0,
               .taker = 0.0005,
               .option = 0.0003,
               .option_cap = 0.125,
               .delivery = 0.00015},
     .summary = "coin-settled BTC and ETH options and perpetuals; USDC-settled ones",
     .source = "Deribit fees and contract specifications, 2024 to 2026"},
    {.name = "binance",
     .from = RH_DAWN,
     .funding = RH_FUNDING_DISCRETE,
     .settlement_window = 30 * RH_MIN,
     .costs = {.maker = 0.0002,
               .taker = 0.0005,
               .option = 0.0003,
               .option_cap = 0.10,
               .delivery = 0.00015},
     .summary = "USDT-margined and coin-margined perpetuals, USDT options",
     .source = "Binance futures and options fee schedules, VIP 0, 2026"},
};
enum { N_VENUES = sizeof venues / sizeof *venues };

/* Ticks and lots by underlying, "" for any other. */
static const struct {
    const char *venue, *underlying;
    rh_kind kind;
    rh_settle settle;
    double tick, lot;
} grids[] = {
    {"deribit", "BTC", RH_OPTION, RH_INVERSE, 0.0001, 0.1},
    {"deribit", "ETH", RH_OPTION, RH_INVERSE, 0.0001, 1.0},
    {"deribit", "BTC", RH_PERPETUAL, RH_INVERSE, 0.5, 10.0},
    {"deribit", "BTC", RH_FUTURE, RH_INVERSE, 2.5, 10.0},
    {"deribit", "ETH", RH_PERPETUAL, RH_INVERSE, 0.05, 1.0},
    {"deribit", "ETH", RH_FUTURE, RH_INVERSE, 0.05, 1.0},
    {"binance", "BTC", RH_PERPETUAL, RH_INVERSE, 0.1, 100.0},
    {"binance", "", RH_PERPETUAL, RH_INVERSE, 0.0, 10.0},
    {"binance", "BTC", RH_PERPETUAL, RH_LINEAR, 0.1, 0.001},
    {"binance", "ETH", RH_PERPETUAL, RH_LINEAR, 0.01, 0.001},
};
enum { N_GRIDS = sizeof grids / sizeof *grids };

const char *rh_funding_mode_text(rh_funding_mode mode) {
    static const char *const names[] = {"none", "discrete", "continuous"};
    return names[mode];
}

const rh_venue *rh_venues(size_t *count) {
    *count = N_VENUES;
    return venues;
}

const rh_venue *rh_venue_find(const char *name, rh_time when) {
    const rh_venue *found = NULL;
    for (int i = 0; i < N_VENUES; i++)
        if (strcmp(venues[i].name, name) == 0 && (!found || venues[i].from <= when))
            found = &venues[i];
    return found;
}

void rh_venue_apply(const rh_venue *venue, rh_instrument *instrument) {
    for (int i = 0; i < N_GRIDS; i++) {
        if (strcmp(grids[i].venue, venue->name) != 0 || grids[i].kind != instrument->kind ||
            grids[i].settle != instrument->settle)
            continue;
        if (grids[i].underlying[0] && strcmp(grids[i].underlying, instrument->underlying) != 0)
            continue;
        instrument->tick = grids[i].tick;
        instrument->lot = grids[i].lot;
        return;
    }
}

static double capped(double fee, double cap, double value) {
    return cap > 0.0 && fee > cap * value ? cap * value : fee;
}

double rh_fee(const rh_costs *costs, const rh_instrument *instrument, double quantity, double price,
              double underlying_price, int maker) {
    double size = fabs(quantity) * instrument->multiplier;
    if (instrument->kind == RH_OPTION) {
        double unit = instrument->settle == RH_INVERSE ? 1.0 : underlying_price;
        return size * capped(costs->option * unit, costs->option_cap, price);
    }
    double rate = maker ? costs->maker : costs->taker;
    return rate * (instrument->settle == RH_INVERSE ? size / price : size * price);
}

double rh_delivery_fee(const rh_costs *costs, const rh_instrument *option, double quantity,
                       double payoff, double delivery_price) {
    if (!(payoff > 0.0))
        return 0.0;
    double unit = option->settle == RH_INVERSE ? 1.0 : delivery_price;
    return fabs(quantity) * option->multiplier *
           capped(costs->delivery * unit, costs->option_cap, payoff);
}
