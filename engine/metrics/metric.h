/* SPDX-License-Identifier: GPL-3.0-or-later */
/* metric.h: the headline numbers of one lane: names, units, meanings and how each is computed.
 *
 * One table (rh_metric_entries) names every metric; the results file, the reports, `list metrics`
 * and the league table take names and units from there. Errors, PnL and drawdown are in the
 * numeraire unless the name says usd or coin.
 */
#ifndef RH_METRICS_METRIC_H
#define RH_METRICS_METRIC_H

#include "base/clock.h"
#include "base/status.h"

#include <stddef.h>

typedef enum {
    RH_METRIC_PNL_USD,
    RH_METRIC_PNL_COIN,
    RH_METRIC_UNHEDGED_PNL_USD,
    RH_METRIC_UNHEDGED_PNL_COIN,
    RH_METRIC_OPTION_PNL,
    RH_METRIC_HEDGE_PNL,
    RH_METRIC_FUNDING,
    RH_METRIC_FEES,
    RH_METRIC_SPREAD,
    RH_METRIC_IMPACT,
    RH_METRIC_LATENCY,
    RH_METRIC_INTEREST,
    RH_METRIC_HEDGE_ERROR_MEAN,
    RH_METRIC_HEDGE_ERROR_STD,
    RH_METRIC_HEDGE_ERROR_STD_ANNUAL,
    RH_METRIC_HEDGE_ERROR_RMSE,
    RH_METRIC_HEDGE_ERROR_MAX,
    RH_METRIC_VAR95,
    RH_METRIC_ES95,
    RH_METRIC_VAR99,
    RH_METRIC_ES99,
    RH_METRIC_HEDGE_EFFECTIVENESS,
    RH_METRIC_ERROR_OVER_PREMIUM,
    RH_METRIC_RESIDUAL_DELTA_RMS,
    RH_METRIC_REBALANCES,
    RH_METRIC_TURNOVER_USD,
    RH_METRIC_REBALANCE_COST,
    RH_METRIC_TURNOVER_RATIO,
    RH_METRIC_MAX_DRAWDOWN,
    RH_METRIC_SHARPE,
    RH_METRIC_SORTINO,
    RH_METRIC_REALISED_VOL,
    RH_METRIC_IMPLIED_VOL_MEAN,
    RH_METRIC_GAMMA_PNL,
    RH_METRIC_THETA_PNL,
    RH_METRIC_UNEXPLAINED,
    RH_METRIC_RESIDUAL_SHARE,
    RH_METRIC_STALE_FRACTION,
    RH_METRIC_DERMAN_KAMAL_STD,
    RH_METRIC_LELAND_COST,
    RH_METRIC_SLIPPAGE_VOL_CORRELATION,
    RH_METRIC_STEPS,
    RH_METRIC_PATHS,
    RH_METRIC_PNL_STD,
    RH_METRIC_LOSS_FRACTION,
    RH_N_METRICS
} rh_metric;

typedef struct {
    const char *name, *unit, *meaning; /* unit: "USD", "coin", "numeraire", "1", "1/yr", ... */
} rh_metric_entry;
const rh_metric_entry *rh_metric_entries(void); /* RH_N_METRICS of them, in enum order */

/* One step of the record grid. NaN where unknown. An error or a PnL is positive when the hedger
 * gained. The opening row of a lane is a step of no length: years 0, error NaN, not counted; its
 * price, iv and pnl are where the first real step starts. */
typedef struct {
    rh_time ts;            /* its end */
    double years;          /* its length */
    double error;          /* hedging error, numeraire */
    double unhedged_error; /* the same of the unhedged shadow */
    double pnl;            /* cumulative, numeraire, at its end */
    double price;          /* hedge price at its end */
    double iv;             /* at its end */
    double net_delta;      /* at its end */
    double cost;           /* fee + slippage within it, numeraire, positive */
    double slippage;       /* spread + impact + latency cost within it, numeraire, positive */
    int counted;           /* full length and not stale: enters the error statistics */
    int stale;
} rh_metric_step;

/* What the ledger summed over the whole run. */
typedef struct {
    double pnl_usd, pnl_coin, unhedged_pnl_usd, unhedged_pnl_coin;
    /* USD; costs positive, funding and interest as cash */
    double option_pnl, hedge_pnl, funding, fees, spread, impact, latency, interest;
    double absolute_residual, absolute_gamma_theta; /* sums over steps of |terms|, USD */
    double gamma_pnl, theta_pnl, unexplained;       /* USD */
    double rebalances;                              /* hedge fills, without the closing one */
    double turnover_usd;                            /* sum of |notional| of all hedge fills */
    double book_notional_usd;                       /* sum |q| S at the openings */
    double premium;                                 /* received at the openings, numeraire */
    double vega_at_open; /* |book vega| in the numeraire per 1.00 of vol, when it opened */
    double iv_at_open;
    double gamma_at_open, spot_at_open; /* |d exposure / d USD| of the book; USD */
    int one_life; /* options of one sign and one expiry that open together and are kept */
    double rebalance_cost,
        rebalance_turnover_usd; /* of the hedge fills between first and last, USD */
    double capital;             /* numeraire; 0 if none was given */
    rh_time grid;               /* length of a full step */
} rh_metric_totals;

/* The steps of one lane, kept as they come. */
typedef struct {
    rh_metric_step *steps;
    size_t count, capacity;
} rh_metric_series;

/* Makes room for `steps` in all; more can be added nevertheless. */
rh_status rh_metric_series_reserve(rh_metric_series *series, size_t steps, rh_error *error);
rh_status rh_metric_series_add(rh_metric_series *series, const rh_metric_step *step,
                               rh_error *error);
void rh_metric_series_free(rh_metric_series *series);

/* Fills all of out[]; NaN, never an infinity, where a metric has no meaning (too few steps, no
 * capital, ...). The same steps and totals give the same bits. Fails only for want of memory. */
rh_status rh_metric_compute(const rh_metric_series *series, const rh_metric_totals *totals,
                            double out[RH_N_METRICS], rh_error *error);

#endif
