/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "metrics/metric.h"

/* "Counted" steps have the grid's full length, aren't stale and have a known error. */
static const rh_metric_entry entries[RH_N_METRICS] = {
    [RH_METRIC_PNL_USD] = {"pnl_usd", "USD",
                           "Change in equity from the opening of the book to its end, in USD"},
    [RH_METRIC_PNL_COIN] = {"pnl_coin", "coin",
                            "Change in equity from the opening of the book to its end, in coin"},
    [RH_METRIC_UNHEDGED_PNL_USD] = {"unhedged_pnl_usd", "USD",
                                    "The same in USD for the book without any hedge"},
    [RH_METRIC_UNHEDGED_PNL_COIN] = {"unhedged_pnl_coin", "coin",
                                     "The same in coin for the book without any hedge"},
    [RH_METRIC_OPTION_PNL] = {"option_pnl", "USD", "Gain of the book's positions, before costs"},
    [RH_METRIC_HEDGE_PNL] = {"hedge_pnl", "USD",
                             "Gain of the hedge from mid to mid, before costs and funding"},
    [RH_METRIC_FUNDING] = {"funding", "USD", "Funding received (negative if paid)"},
    [RH_METRIC_FEES] = {"fees", "USD", "Fees paid on all fills and settlements (a cost)"},
    [RH_METRIC_SPREAD] = {"spread", "USD",
                          "Cost of filling away from the mid or, at the opening, the mark"},
    [RH_METRIC_IMPACT] = {"impact", "USD", "Cost of the price moved by the hedger's own orders"},
    [RH_METRIC_LATENCY] = {"latency", "USD",
                           "Cost of the price moving between a decision and its fill"},
    [RH_METRIC_INTEREST] = {"interest", "USD", "Interest received on cash (negative if paid)"},
    [RH_METRIC_HEDGE_ERROR_MEAN] = {"hedge_error_mean", "numeraire",
                                    "Mean hedging error per counted step"},
    [RH_METRIC_HEDGE_ERROR_STD] =
        {"hedge_error_std", "numeraire",
         "Standard deviation of the hedging error per counted step, divisor n - 1"},
    [RH_METRIC_HEDGE_ERROR_STD_ANNUAL] = {"hedge_error_std_annual", "numeraire/sqrt(yr)",
                                          "hedge_error_std * sqrt(365 d / grid)"},
    [RH_METRIC_HEDGE_ERROR_RMSE] =
        {"hedge_error_rmse", "numeraire",
         "Root of the mean squared hedging error per counted step (about zero, not the mean)"},
    [RH_METRIC_HEDGE_ERROR_MAX] = {"hedge_error_max", "numeraire",
                                   "Largest absolute hedging error of a counted step"},
    [RH_METRIC_VAR95] = {"var95", "numeraire",
                         "Value at risk per step: minus the 5 % quantile (type 7, interpolated) "
                         "of the counted errors; a loss is positive"},
    [RH_METRIC_ES95] = {"es95", "numeraire",
                        "Expected shortfall per step: minus the mean of the counted errors at or "
                        "below their 5 % quantile"},
    [RH_METRIC_VAR99] = {"var99", "numeraire",
                         "Value at risk per step: minus the 1 % quantile (type 7, interpolated) "
                         "of the counted errors; a loss is positive"},
    [RH_METRIC_ES99] = {"es99", "numeraire",
                        "Expected shortfall per step: minus the mean of the counted errors at or "
                        "below their 1 % quantile"},
    [RH_METRIC_HEDGE_EFFECTIVENESS] =
        {"hedge_effectiveness", "1",
         "1 - Var(error) / Var(error of the unhedged book), over the counted steps where both are "
         "known"},
    [RH_METRIC_ERROR_OVER_PREMIUM] =
        {"error_over_premium", "1",
         "Sum of all known errors, short and stale steps too, / |premium at the openings|"},
    [RH_METRIC_RESIDUAL_DELTA_RMS] =
        {"residual_delta_rms", "coin",
         "Root mean square of the net delta at the end of the counted steps, as it stands then: "
         "an order that is still on its way is not in it"},
    [RH_METRIC_REBALANCES] = {"rebalances", "1", "Number of hedge fills, without the closing one"},
    [RH_METRIC_TURNOVER_USD] = {"turnover_usd", "USD",
                                "Sum of the absolute notionals of all hedge fills"},
    [RH_METRIC_REBALANCE_COST] = {"rebalance_cost", "USD",
                                  "Fee, spread and impact of the rebalances after the first, "
                                  "which opens the hedge; positive"},
    [RH_METRIC_TURNOVER_RATIO] = {"turnover_ratio", "1",
                                  "turnover_usd / notional of the book at its openings, sum |q| S"},
    [RH_METRIC_MAX_DRAWDOWN] = {"max_drawdown", "numeraire",
                                "Largest fall of the cumulative PnL from an earlier peak, the "
                                "start at 0 included, seen on the grid; positive"},
    [RH_METRIC_SHARPE] = {"sharpe", "1/sqrt(yr)",
                          "mean(r) / std(r) * sqrt(365 d / grid), r = change in PnL over a counted "
                          "step / capital; only with capital"},
    [RH_METRIC_SORTINO] = {"sortino", "1/sqrt(yr)",
                           "mean(r) / sqrt(mean(min(r, 0)^2)) * sqrt(365 d / grid), r as in "
                           "sharpe; only with capital"},
    [RH_METRIC_REALISED_VOL] = {"realised_vol", "1/sqrt(yr)",
                                "sqrt(sum of squared log returns of the hedge price on the grid / "
                                "years they span), mean not removed"},
    [RH_METRIC_IMPLIED_VOL_MEAN] =
        {"implied_vol_mean", "1/sqrt(yr)",
         "Mean over the grid of the first open option's implied volatility, stale steps left out"},
    [RH_METRIC_GAMMA_PNL] = {"gamma_pnl", "USD", "Sum of the attribution's gamma term"},
    [RH_METRIC_THETA_PNL] = {"theta_pnl", "USD", "Sum of the attribution's theta term"},
    [RH_METRIC_UNEXPLAINED] = {"unexplained", "USD",
                               "Sum of the attribution's residual: what the Taylor terms leave"},
    [RH_METRIC_RESIDUAL_SHARE] =
        {"residual_share", "1",
         "Sum over steps of |residual| / (sum of |gamma| + sum of |theta|): how much of the option "
         "PnL the Taylor terms do not explain"},
    [RH_METRIC_STALE_FRACTION] = {"stale_fraction", "1",
                                  "Share of the steps that are stale (evidence older than "
                                  "mark.max_age) and left out of the error statistics"},
    [RH_METRIC_DERMAN_KAMAL_STD] =
        {"derman_kamal_std", "numeraire",
         "Theory line for the std of the whole PnL from hedging at N instants: sqrt(pi / 4) * "
         "|vega at opening| * implied vol at opening / sqrt(N), N = rebalances (Derman and Kamal "
         "1998)"},
    [RH_METRIC_LELAND_COST] =
        {"leland_cost", "USD",
         "Theory line for rebalance_cost at N - 1 equal intervals: each costs k |gamma| S^2 vol "
         "sqrt(2 dt / pi), gamma, S and implied vol at the opening, k = rebalance_cost / turnover, "
         "N = rebalances (Leland 1985); for books of options of one sign and one expiry, opened "
         "together and kept"},
    [RH_METRIC_SLIPPAGE_VOL_CORRELATION] =
        {"slippage_vol_correlation", "1",
         "Pearson correlation over the counted steps of spread + impact + latency cost with the "
         "absolute log return of the hedge price"},
    [RH_METRIC_STEPS] = {"steps", "1",
                         "Number of counted steps: full length, not stale, error known"},
    [RH_METRIC_PATHS] = {"paths", "1",
                         "Monte Carlo: number of simulated paths; a path then stands for a step, "
                         "sums become means over paths"},
    [RH_METRIC_PNL_STD] = {"pnl_std", "numeraire",
                           "Monte Carlo: standard deviation over paths of the final PnL, divisor "
                           "n - 1"},
    [RH_METRIC_LOSS_FRACTION] = {"loss_fraction", "1",
                                 "Monte Carlo: share of the paths whose final PnL is below 0"},
};

const rh_metric_entry *rh_metric_entries(void) {
    return entries;
}
