/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simulate.h: a synthetic market as files of generic CSV, with the truth beside them.
 *
 * From a scenario (scenario.h) these files are made; times are ISO-8601 UTC, steps half-open
 * [start, start + length), an empty cell is nothing new and a price of 0 a side that isn't there:
 *
 *   spot.csv       ts instrument bid bid_size ask ask_size last index                  every step
 *   perp.csv       ts instrument bid bid_size ask ask_size mark index funding_rate
 *                  funding_interval; the rate is the one paid at its stamp (00, 08, 16 h UTC)
 *   options.csv    ts instrument bid bid_size ask ask_size mark forward iv settlement; the chain
 *                  every `options.every`, for each name until its expiry, and there one row with
 *                  its delivery price
 *   truth.csv      ts spot variance integrated_variance jumps jump_log basis_bps
 *                  basis_linear_bps: the state behind the prices, unrounded, every step
 *   scenario.yaml  the scenario, byte for byte
 *
 * perp.csv and options.csv are there if the scenario has perpetuals and expiries. With `gzip:
 * true` the CSV files end in .csv.gz. The same scenario gives the same bytes from every compiler
 * and machine (gzip: with the same zlib).
 *
 * Files appear whole or not at all, in the sense of base/output.h; when one fails, those of the
 * same call that are in place already are removed, and so is a directory that had to be made.
 */
#ifndef RH_SIMULATE_SIMULATE_H
#define RH_SIMULATE_SIMULATE_H

#include "simulate/scenario.h"

/* Reads a scenario file and writes its market to `out_dir`, which is created if it is missing
 * (its parent is not). Fails with RH_BAD_CONFIG for the scenario, RH_FAILED for the machine. */
rh_status rh_simulate(const char *scenario_path, const char *out_dir, rh_error *error);

/* Paths 1 to n_paths of the same scenario, which differ in nothing but their draws:
 * `out_dir`/path-1
 * ... `out_dir`/path-N, each with the files above. The numbers are the paths' own, so that path-3
 * is the same market however many there are; path 0 is the one that rh_simulate writes. When one
 * path fails those before it stay. */
rh_status rh_simulate_paths(const char *scenario_path, uint32_t n_paths, const char *out_dir,
                            rh_error *error);

/* The same for path number `path` of a scenario that was read already; `text` is written as
 * scenario.yaml. rh_simulate takes path 0. */
rh_status rh_simulate_path(const rh_scenario *scenario, uint32_t path, const char *text,
                           size_t length, const char *out_dir, rh_error *error);

#endif
