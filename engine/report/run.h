/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run.h: one run as a report needs it, read from the views of a results file. */
#ifndef RH_REPORT_RUN_H
#define RH_REPORT_RUN_H

#include "base/clock.h"
#include "base/status.h"
#include "ledger/entry.h"
#include "metrics/metric.h"

#include <stddef.h>
#include <stdint.h>

struct sqlite3;

/* One row of the view `step`; money is in the numeraire, exposures in units of the underlying. */
typedef struct {
    rh_time ts;
    double price;  /* of the hedge, else the spot; USD */
    double wanted; /* exposure that would bring the net delta to nought */
    double held;   /* exposure that is held against the book: hedge, and collateral if counted */
    double pnl, unhedged;
    double error; /* of the step that ends here */
    int counted;  /* the error enters the statistics: full length, not stale */
} rh_report_step;

/* One fill in a hedge instrument. */
typedef struct {
    rh_time ts;
    double price, quantity; /* as in the view: venue amount, signed */
    double share;           /* |quantity| over the largest in the same instrument */
} rh_report_trade;

typedef struct {
    double value, low, high; /* NaN where unknown */
} rh_report_metric;

typedef struct {
    int64_t id;
    char *title, *label, *config, *config_sha256, *data_sha256, *engine_version, *status, *notes;
    char *underlying;                  /* "BTC" */
    char *book, *hedge, *rule, *costs; /* one line each, from the configuration */
    int coin;                          /* the numeraire is the coin, not USD */
    rh_time grid;                      /* 0 if unknown */
    int64_t paths;                     /* Monte Carlo: how many; 0: one history */
    rh_time from, to;                  /* first and last step; equal if there is one */
    rh_report_metric metrics[RH_N_METRICS];
    rh_attribution total;            /* of the view `attribution` over the run */
    double absolute_usd[RH_N_TERMS]; /* sums of the steps' absolute values */
    rh_report_step *steps;           /* NULL until rh_report_run_read_series */
    size_t n_steps, steps_room;
    rh_report_trade *trades;
    size_t n_trades, trades_room;
} rh_report_run;

/* Everything but the series. The caller frees the run, also after an error. */
rh_status rh_report_run_read(struct sqlite3 *db, int64_t run_id, rh_report_run *run,
                             rh_error *error);
rh_status rh_report_run_read_series(struct sqlite3 *db, rh_report_run *run, rh_error *error);
void rh_report_run_free(rh_report_run *run);

/* What the numeraire is called: "USD", or the underlying's name. */
const char *rh_report_numeraire(const rh_report_run *run);

/* The RH_N_TERMS totals in the numeraire. */
const double *rh_report_terms(const rh_report_run *run);

#endif
