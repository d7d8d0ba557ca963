/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of comparisons share: a results file of many lanes, made by the real writer from
 * rules that are simple sums: the error of a lane is its rule's share of the shadow's, plus noise
 * that falls with the number of trades, of which each costs the same. */
#ifndef TEST_REPORT_LANES_FIXTURE_H
#define TEST_REPORT_LANES_FIXTURE_H

#include "results/results.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUST(call)                                                                                 \
    do {                                                                                           \
        rh_error must_error = {.text = ""};                                                        \
        rh_error *const problem = &must_error;                                                     \
        if ((call) != RH_OK)                                                                       \
            fail_msg("%s", must_error.text);                                                       \
    } while (0)

/* One lane to write. */
typedef struct {
    const char *label, *rule, *status;
    const char *every; /* parameter of the rule; NULL: it has none */
    rh_results_swept swept[3];
    size_t n_swept;
    double rebalances;
    double share;  /* of the shadow's error that is left */
    int has_steps; /* recorded in `step` */
    int is_blank;  /* all metrics are unknown, and there are no errors */
    int is_bare;   /* no intervals */
} a_lane;

typedef struct {
    const char *path, *title, *numeraire;
    int steps;
    double scale; /* of all money */
    int one_life; /* the book is one that Leland's formula is for */
    int64_t reference, leader;
} a_comparison;

static inline double noise(uint64_t *state) { /* xorshift64*, roughly normal */
    double sum = 0;
    for (int i = 0; i < 6; i++) {
        *state ^= *state >> 12;
        *state ^= *state << 25;
        *state ^= *state >> 27;
        sum += (double)(*state * UINT64_C(2685821657736338717) >> 11) * 0x1p-53 - 0.5;
    }
    return sum * sqrt(2);
}

static inline rh_step step_of(const a_comparison *c, int i, double pnl, double unhedged,
                              double error) {
    double price = 42000 + 1500 * sin(i / 70.0);
    return (rh_step){.ts = INT64_C(1704153600) * RH_S + i * RH_HOUR,
                     .spot = price,
                     .forward = NAN,
                     .hedge_price = price,
                     .iv = NAN,
                     .pnl_usd = pnl * c->scale,
                     .pnl_coin = pnl * c->scale,
                     .unhedged_pnl_usd = unhedged * c->scale,
                     .unhedged_pnl_coin = unhedged * c->scale,
                     .error_usd = error,
                     .error_coin = error,
                     .evidence = RH_BY_QUOTE,
                     .full = i > 0};
}

/* Fills the lane's series and, if it has steps, records them; returns the final PnL. */
static inline double run_lane(const a_comparison *c, const a_lane *lane, rh_recorder *recorder,
                              rh_metric_series *series) {
    uint64_t market = 7, own = 99 + (uint64_t)(1e6 * lane->share) + (uint64_t)lane->rebalances;
    double pnl = 0, unhedged = 0;
    double width = lane->rebalances > 0 ? 2600 / sqrt(lane->rebalances) : 0;
    double cost = 9.0 * lane->rebalances / c->steps;
    for (int i = 0; i <= c->steps; i++) {
        double shadow = 1100 * noise(&market) * (1 - 0.6 * i / c->steps);
        double error = lane->share * shadow + width * noise(&own) * fabs(noise(&market)) + 1.5;
        if (i > 0) {
            unhedged += shadow;
            pnl += error - cost;
        }
        const rh_metric_step row = {.ts = INT64_C(1704153600) * RH_S + i * RH_HOUR,
                                    .years = i ? 1 / 8760.0 : 0,
                                    .error = i ? error * c->scale : NAN,
                                    .unhedged_error = i ? shadow * c->scale : NAN,
                                    .pnl = pnl * c->scale,
                                    .price = 42000,
                                    .slippage = cost * c->scale / 4,
                                    .counted = i > 0};
        MUST(rh_metric_series_add(series, &row, problem));
        if (lane->has_steps) {
            rh_step step = step_of(c, i, pnl, unhedged, row.error);
            MUST(recorder->step(recorder, &step, problem));
        }
    }
    return pnl * c->scale;
}

static inline void describe_lane(const a_comparison *c, const a_lane *lane,
                                 const rh_metric_series *series, double pnl, double *metrics) {
    const rh_metric_totals totals = {.pnl_usd = pnl,
                                     .pnl_coin = pnl,
                                     .fees = 6.5 * lane->rebalances * c->scale,
                                     .spread = 2.5 * lane->rebalances * c->scale,
                                     .impact = NAN,
                                     .latency = 0,
                                     .rebalances = lane->rebalances,
                                     .turnover_usd = 9000 * lane->rebalances,
                                     .book_notional_usd = 840000,
                                     .vega_at_open = 87000 * c->scale,
                                     .iv_at_open = 0.58,
                                     .gamma_at_open = 0.002,
                                     .spot_at_open = 42000,
                                     .one_life = c->one_life,
                                     .rebalance_cost = 9 * (lane->rebalances - 1) * c->scale,
                                     .rebalance_turnover_usd =
                                         9000 * (lane->rebalances - 1) * c->scale,
                                     .grid = RH_HOUR};
    MUST(rh_metric_compute(series, &totals, metrics, problem));
}

static inline void finish_lane(rh_results *results, const a_comparison *c, const a_lane *lane,
                               rh_recorder *recorder) {
    double metrics[RH_N_METRICS], low[RH_N_METRICS], high[RH_N_METRICS];
    rh_metric_series series = {0};
    rh_results_end end = {.status = lane->status ? lane->status : "ok", .notes = ""};
    if (!lane->is_blank) {
        double pnl = run_lane(c, lane, recorder, &series);
        describe_lane(c, lane, &series, pnl, metrics);
        for (int i = 0; i < RH_N_METRICS; i++)
            low[i] = high[i] = NAN;
        low[RH_METRIC_HEDGE_ERROR_STD] = 0.9 * metrics[RH_METRIC_HEDGE_ERROR_STD];
        high[RH_METRIC_HEDGE_ERROR_STD] = 1.13 * metrics[RH_METRIC_HEDGE_ERROR_STD];
        end.metrics = metrics;
        end.low = lane->is_bare ? NULL : low;
        end.high = lane->is_bare ? NULL : high;
        MUST(rh_results_errors(results, recorder, &series, problem));
    }
    MUST(rh_results_finish(results, recorder, &end, problem));
    rh_metric_series_free(&series);
}

/* Lanes with nearly the reference's share aren't told apart from it. */
static inline void compare_lane(rh_results *results, const a_comparison *c, const a_lane *lanes,
                                int64_t run_id, size_t n_lanes, rh_recorder *recorder) {
    const int64_t others[] = {c->reference, c->leader};
    for (int k = 0; k < 2; k++) {
        if (others[k] == 0 || others[k] == run_id)
            continue;
        double gap = lanes[run_id - 1].rebalances / lanes[others[k] - 1].rebalances;
        rh_results_difference d = {.reference_id = others[k],
                                   .is_leader = k,
                                   .loss = "error2",
                                   .mean = 100 * (1 - gap),
                                   .low = NAN,
                                   .high = NAN,
                                   .dm = 1 - gap,
                                   .p = 0.01,
                                   .p_holm = NAN,
                                   .p_romano_wolf = 0.02,
                                   .distinguishable = !(gap > 0.6 && gap < 1.7),
                                   .lanes = (int64_t)n_lanes};
        MUST(rh_results_differ(results, recorder, &d, problem));
        d.loss = "error2_cost";
        d.distinguishable = !(gap > 0.8 && gap < 1.3);
        MUST(rh_results_differ(results, recorder, &d, problem));
    }
}

static inline void begin_lane(rh_results *results, const a_comparison *c, const a_lane *lane,
                              rh_recorder **recorder) {
    char config[1024];
    (void)snprintf(config, sizeof config,
                   "{\"book\":[{\"instrument\":\"BTC-26JAN24-42000-C\",\"quantity\":-10},"
                   "{\"instrument\":\"BTC-26JAN24-42000-P\",\"quantity\":-10}],"
                   "\"hedge\":{\"instrument\":\"BTC-PERPETUAL\",\"ratio\":\"black\"},"
                   "\"costs\":{\"taker\":0.0005},\"strategy\":{\"name\":\"%s\"%s%s%s}}",
                   lane->rule, lane->every ? ",\"every\":\"" : "", lane->every ? lane->every : "",
                   lane->every ? "\"" : "");
    const rh_results_run run = {.label = lane->label,
                                .title = c->title,
                                .config = config,
                                .data_sha256 = "00ff",
                                .numeraire = c->numeraire,
                                .underlying = "BTC",
                                .grid = RH_HOUR,
                                .swept = lane->swept,
                                .n_swept = lane->n_swept};
    MUST(rh_results_begin(results, &run, recorder, problem));
}

static inline void write_comparison(const a_comparison *c, const a_lane *lanes, size_t n_lanes) {
    rh_catalogue *catalogue = rh_catalogue_new();
    rh_results *results = NULL;
    rh_recorder **recorders = calloc(n_lanes, sizeof *recorders);
    assert_non_null(recorders);
    (void)remove(c->path);
    MUST(rh_results_create(c->path, catalogue, &results, problem));
    for (size_t i = 0; i < n_lanes; i++)
        begin_lane(results, c, &lanes[i], &recorders[i]);
    for (size_t i = 0; i < n_lanes; i++) {
        finish_lane(results, c, &lanes[i], recorders[i]);
        compare_lane(results, c, lanes, (int64_t)i + 1, n_lanes, recorders[i]);
    }
    MUST(rh_results_commit(results, problem));
    rh_catalogue_free(catalogue);
    free(recorders);
}

/* ---- lanes as users have them ---- */

enum { N_RULES = 10 };

/* `count` lanes of ten rules with growing numbers of trades; texts live in `texts`. */
static inline void make_rules(a_lane *lanes, size_t count, char (*texts)[96]) {
    static const struct {
        const char *name, *key;
        double share;
    } rules[N_RULES] = {{"interval", "every", 0.02},       {"band", "width", 0.045},
                        {"price-move", "move", 0.05},      {"whalley-wilmott", "aversion", 0.03},
                        {"zakamouline", "aversion", 0.03}, {"auto-ddh", "threshold", 0.06},
                        {"leland", "every", 0.035},        {"business-time", "step", 0.025},
                        {"cost-aware", "weight", 0.05},    {"gamma-scaled", "scale", 0.04}};
    for (size_t i = 0; i < count; i++) {
        const size_t rule = i % N_RULES, level = i / N_RULES;
        (void)snprintf(texts[i], sizeof *texts, "%s %s=%g", rules[rule].name, rules[rule].key,
                       0.01 * (double)(level + 1));
        lanes[i] =
            (a_lane){.label = texts[i],
                     .rule = rules[rule].name,
                     .rebalances = floor(900 / (1.0 + 1.7 * (double)level) + 13 * (double)rule),
                     .share = rules[rule].share * (1 + 0.3 * (double)level),
                     .has_steps = i < 8};
    }
}

#endif
