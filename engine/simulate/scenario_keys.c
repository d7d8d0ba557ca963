/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/scenario.h"

/* Deribit's and Binance's funding: formulas in perpetual.h. */
static const char *const fundings[] = {"none", "deribit", "binance", NULL};
static const char *const settles[] = {"linear", "inverse", NULL}; /* as rh_settle */

#define AT(member) offsetof(rh_scenario, member)
#define NUMBER(key, member, initial, low, high, unit, help)                                        \
    { key, RH_SCENARIO_NUMBER, AT(member), initial, low, high, unit, NULL, help }
#define COUNT(key, member, initial, low, high, unit, help)                                         \
    { key, RH_SCENARIO_COUNT, AT(member), initial, low, high, unit, NULL, help }
#define DURATION(key, member, initial, low, high, help)                                            \
    {                                                                                              \
        key, RH_SCENARIO_DURATION, AT(member), initial, (double)(low), (double)(high), "", NULL,   \
            help                                                                                   \
    }
#define TEXT(key, kind, member, initial, help)                                                     \
    { key, kind, AT(member), initial, 0, sizeof((rh_scenario *)0)->member - 1, "", NULL, help }
#define FLAG(key, member, initial, help)                                                           \
    { key, RH_SCENARIO_FLAG, AT(member), initial, 0, 0, "", NULL, help }
#define CHOICE(key, member, initial, choices, help)                                                \
    { key, RH_SCENARIO_CHOICE, AT(member), initial, 0, 0, "", choices, help }

static const rh_scenario_key keys[] = {
    TEXT("title", RH_SCENARIO_TEXT, title, "", "what the scenario is, for people"),
    COUNT("seed", seed, "1", 0, 9.2e18, "",
          "key of all random draws; another seed is another market"),
    TEXT("underlying", RH_SCENARIO_NAME, underlying, "BTC",
         "first part of the names of perpetuals and options"),
    {"start", RH_SCENARIO_TIME, AT(start), NULL, 0, 0, "UTC", NULL,
     "time of the first row; a multiple of `step` where funding is paid"},
    DURATION("length", length, NULL, RH_S, 36525 * RH_DAY,
             "how long the market runs; its end is not part of it"),
    DURATION("step", step, "1m", RH_S, 366 * RH_DAY,
             "time between rows; divides 8h where a perpetual pays funding"),
    FLAG("gzip", gzip, "false", "compress the files (.csv.gz)"),

    TEXT("spot.instrument", RH_SCENARIO_NAME, spot.instrument, "BTC-SPOT", "name in spot.csv"),
    NUMBER("spot.price", path.spot0, NULL, 1e-6, 1e9, "USD", "at the start"),
    NUMBER("spot.drift", path.drift, "0", -100, 100, "1/year", "growth of the expected price"),
    NUMBER("spot.half_spread_bps", spot.half_spread_bps, "0.5", 0, 1000, "bps",
           "half the spread at no volatility"),
    NUMBER("spot.spread_vol_bps", spot.spread_vol_bps, "0.5", 0, 1000, "bps",
           "added per 1.00 of instantaneous volatility"),
    NUMBER("spot.tick", spot.tick, "0.1", 0, 1e6, "USD",
           "of quotes; 0 rounds nothing, the index neither"),
    NUMBER("spot.size", spot.size, "1.5", 0, 1e9, "coins", "median size at the touch"),
    NUMBER("spot.lot", spot.lot, "0.0001", 1e-8, 1e6, "coins", "of sizes"),

    NUMBER("variance.v0", path.v0, "0.3025", 1e-6, 100, "1/year",
           "variance at the start; 0.3025 is a volatility of 55 %"),
    NUMBER("variance.kappa", path.kappa, "8", 0, 1000, "1/year",
           "speed of its return to theta; kappa * step at most 0.5"),
    NUMBER("variance.theta", path.theta, "0.3025", 1e-6, 100, "1/year", "its long-run mean"),
    NUMBER("variance.xi", path.xi, "1.5", 0, 50, "1/year",
           "volatility of variance; 0 with v0 = theta is constant volatility"),
    NUMBER("variance.rho", path.rho, "-0.2", -1, 1, "", "correlation of spot and variance"),

    NUMBER("jumps.intensity", path.intensity, "0", 0, 10000, "1/year", "mean number of jumps"),
    NUMBER("jumps.mean", path.jump_mean, "0", -1, 1, "", "mean of a jump of ln(spot)"),
    NUMBER("jumps.sd", path.jump_sd, "0", 0, 1, "", "its standard deviation"),

    FLAG("perpetual.inverse", perpetual.inverse, "true",
         "a coin-margined perpetual, e.g. BTC-PERPETUAL"),
    FLAG("perpetual.linear", perpetual.linear, "false",
         "a USDC-margined perpetual, e.g. BTC_USDC-PERPETUAL"),
    NUMBER("perpetual.basis_bps", perpetual.basis_bps, "2", -1000, 1000, "bps",
           "mean of perpetual over index"),
    NUMBER("perpetual.basis_sd_bps", perpetual.basis_sd_bps, "4", 0, 1000, "bps",
           "its long-run standard deviation"),
    NUMBER("perpetual.basis_correlation", perpetual.basis_correlation, "0.3", -1, 1, "",
           "of its shocks with those of spot"),
    DURATION("perpetual.basis_half_life", perpetual.basis_half_life, "2h", RH_S, 365 * RH_DAY,
             "time in which a deviation halves"),
    NUMBER("perpetual.half_spread_bps", perpetual.half_spread_bps, "0.1", 0, 1000, "bps",
           "half the spread at no volatility"),
    NUMBER("perpetual.spread_vol_bps", perpetual.spread_vol_bps, "0.3", 0, 1000, "bps",
           "added per 1.00 of instantaneous volatility"),
    NUMBER("perpetual.tick", perpetual.tick, "0.5", 0, 1e6, "USD",
           "of quotes; 0 rounds nothing, the mark neither"),
    NUMBER("perpetual.size", perpetual.size, "150000", 0, 1e12, "USD",
           "median size at the touch (coins' worth, if linear)"),
    CHOICE("perpetual.funding", perpetual.funding, "deribit", fundings,
           "rule that turns the basis into the rate paid at 00, 08 and 16 h UTC"),
    NUMBER("perpetual.damper", perpetual.damper, "0.0005", 0, 1, "",
           "basis without funding (deribit), reach of the clamp (binance)"),
    NUMBER("perpetual.cap", perpetual.cap, "0.005", 0, 1, "", "largest rate either way"),
    NUMBER("perpetual.interest", perpetual.interest, "0.0001", -1, 1, "",
           "interest of 8h in Binance's formula"),

    NUMBER("dropout.probability", dropout.probability, "0", 0, 1, "1/step",
           "that an outage of quotes begins; by instrument, options by expiry"),
    DURATION("dropout.length", dropout.length, "10m", RH_S, 365 * RH_DAY,
             "mean length; at least `step`"),
    NUMBER("dropout.silent", dropout.silent, "0.5", 0, 1, "",
           "share of outages without rows; in the others both sides are 0"),

    {"options.expiries", RH_SCENARIO_DATES, AT(options.expiries), "[]", 0, 0, "UTC", NULL,
     "dates, ascending, whole steps after `start`; none means no options"},
    CHOICE("options.settle", options.settle, "inverse", settles,
           "inverse is quoted in coin, linear in USD"),
    COUNT("options.strikes", options.strikes, "11", 1, RH_SIM_STRIKES_MAX, "",
          "of each expiry, around spot.price"),
    NUMBER("options.strike_step", options.strike_step, "2000", 1e-4, 1e6, "USD",
           "distance of strikes"),
    DURATION("options.every", options.every, "15m", RH_S, 366 * RH_DAY,
             "time between chains; a multiple of `step`; from `start` where it doesn't divide 8h"),
    DURATION("options.delivery_window", options.delivery_window, "30m", 0, 8 * RH_HOUR,
             "index average before expiry that is delivered; 0: the index at expiry"),
    NUMBER("options.carry", options.carry, "0.06", -10, 10, "1/year",
           "forward = perpetual (spot without one) * exp(carry * years)"),
    NUMBER("options.rate", options.rate, "0", -10, 10, "1/year",
           "discounts the prices of linear options from their expiry"),
    NUMBER("options.premium", options.premium, "1.05", 0.01, 100, "",
           "implied over expected volatility at the money"),
    NUMBER("options.skew", options.skew, "-0.2", -0.99, 0.99, "",
           "of the smile; below 0 puts are dearer"),
    NUMBER("options.curvature", options.curvature, "0.8", 0, 2, "",
           "of the smile; curvature * (1 + |skew|) at most 2"),
    NUMBER("options.half_spread_vol", options.half_spread_vol, "0.008", 0, 10, "vol",
           "half the spread; 0.01 is one vol point"),
    NUMBER("options.itm_spread", options.itm_spread, "0.01", 0, 1, "",
           "added, as a share of the intrinsic value"),
    NUMBER("options.wing", options.wing, "2.5", 0, 1000, "sd",
           "distance from the forward beyond which sides go missing"),
    NUMBER("options.wing_missing", options.wing_missing, "0.4", 0, 1, "",
           "probability, for each side there, for 4 hours at a time"),
    NUMBER("options.tick", options.tick, "0.0005", 0, 1e6, "coin or USD",
           "of quotes; 0 rounds nothing: mark, forward and iv neither"),
    NUMBER("options.tick_small", options.tick_small, "0.0001", 1e-8, 1e6, "coin or USD",
           "of quotes below tick_small_below"),
    NUMBER("options.tick_small_below", options.tick_small_below, "0.005", 0, 1e9, "coin or USD",
           "a multiple of both ticks"),
    NUMBER("options.size", options.size, "12", 0, 1e9, "coins", "median size at the touch"),
    NUMBER("options.lot", options.lot, "0.1", 1e-8, 1e6, "coins", "of sizes"),
};

const rh_scenario_key *rh_scenario_keys(size_t *count) {
    *count = sizeof keys / sizeof *keys;
    return keys;
}
