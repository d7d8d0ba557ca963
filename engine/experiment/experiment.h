/* SPDX-License-Identifier: GPL-3.0-or-later */
/* experiment.h: an experiment file as a structure.
 *
 * The structure mirrors the file (SPEC: experiment file); keys.c says which key fills which
 * member. Texts and nodes belong to the document, which the experiment keeps.
 */
#ifndef RH_EXPERIMENT_EXPERIMENT_H
#define RH_EXPERIMENT_EXPERIMENT_H

#include "base/clock.h"
#include "base/config.h"

typedef struct {
    const char *format, *path, *store, *instrument, *timezone, *stamp, *iv_unit, *query;
    const char *scenario;
    int64_t interval, delay, disorder;
    double contract_size;
    int proxy;
    const rh_node *map;
    rh_time from, to; /* of a store; RH_NEVER: not given */
} rh_data_entry;

typedef struct {
    const char *name, *underlying, *right;
    int kind, settle;                     /* rh_kind, rh_settle; -1: not given */
    double multiplier, tick, lot, strike; /* NaN: not given */
    rh_time expiry;
} rh_instrument_entry;

typedef struct {
    const char *instrument, *price, *close_price;
    double quantity;
    rh_time open, close;
    int roll; /* rh_roll_structure; -1: one contract */
    int64_t tenor, every;
    const char *strike;
    double delta; /* NaN: not given */
    int settle;   /* rh_settle; -1: not given */
} rh_book_entry;

typedef struct {
    rh_config *config;
    char *directory; /* of the file; paths in it are relative to it */

    const char *title;
    rh_data_entry *data;
    size_t n_data;
    double paths, first_path; /* NaN: not given */
    rh_time from, to;
    const char *venue;
    int funding; /* 0: the venue's; else 1 + rh_funding_mode */
    int numeraire;
    const rh_node *capital;
    double rate, rate_coin;
    rh_instrument_entry *instruments;
    size_t n_instruments;
    rh_book_entry *book;
    size_t n_book;
    struct {
        const char *instrument;
        const rh_node *ratio;
        int vol, forward, collateral, at_end;
        double target;
    } hedge;
    const rh_node *strategy, *compare;
    struct {
        int price, liquidity;
        int64_t latency, max_age;
    } execution;
    struct {
        double maker, taker, option, option_cap, delivery; /* NaN: the venue's */
    } costs;
    struct {
        int64_t max_age;
    } mark;
    struct {
        int64_t every;
        int anchor;
    } record;
} rh_experiment;

/* Reads a file, applies `key=value` settings in their order, checks every key. */
rh_status rh_experiment_read(const char *path, const char *const *settings, size_t n_settings,
                             rh_experiment **out, rh_error *error);
void rh_experiment_free(rh_experiment *experiment);

/* Fails with the place of the node at a path such as "book.0.price" (or of its nearest parent). */
rh_status rh_experiment_fail(const rh_experiment *experiment, const char *path, rh_error *error,
                             const char *format, ...) RH_PRINTF(4, 5);

/* A path as the experiment gives it, made relative to the current directory. The caller releases
 * it; NULL without memory. */
char *rh_experiment_path(const rh_experiment *experiment, const char *path);

#endif
