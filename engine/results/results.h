/* SPDX-License-Identifier: GPL-3.0-or-later */
/* results.h: the results file: one SQLite database, written whole or not at all.
 *
 * The views below are the interface for users, and only ever gain columns; the tables behind them
 * (schema.h) may change. While it is written the file has a temporary name in the same directory;
 * rh_results_commit syncs it and renames it over the old one. There is no journal and nothing
 * beside it, before or after.
 *
 *   view         one row per            columns
 *   run          lane                   run_id label title config config_sha256 data_sha256
 *                                       engine_version seed status events started elapsed_s notes
 *                                       numeraire underlying grid grid_ns paths
 *   step         lane x record instant  run_id ts ts_ns, the fields of rh_step, evidence
 *                                       full_length; only of lanes whose steps were recorded
 *   error        lane x step            run_id ts ts_ns error unhedged_error slippage counted: the
 *                                       series behind the error statistics, numeraire; of every
 *                                       lane of a comparison, without the opening row
 *   fill         execution              run_id ts ts_ns instrument quantity price mid fee_usd
 *                                       spread_usd impact_usd latency_usd reason evidence
 *   journal      cash movement          run_id ts ts_ns currency reason instrument amount
 *   attribution  lane x step x term     run_id ts ts_ns term usd coin
 *   metric       lane x metric          run_id metric value low high unit; low and high are the
 *                                       bounds of a 95 % interval where there is one
 *   comparison   lane                   run_id label, one column per swept key, all metrics
 *   path         lane x simulated path  run_id path, the fields of rh_path_record, error_net; only
 *                                       of a Monte Carlo comparison
 *   distribution lane x quantity        run_id label quantity unit n mean mean_se std std_se
 *                                       skewness kurtosis var95 es95 var99 es99 least largest
 *                                       loss_fraction: the quantities of `path` over the paths
 *                                       (rh_sample)
 *   difference   lane x loss x other    run_id label reference_id against loss mean low high dm p
 *                                       p_holm p_romano_wolf distinguishable lanes; see
 *                                       rh_results_difference
 *
 * Writing: one thread at a time, all lanes in one transaction, lanes numbered from 1 in the order
 * of rh_results_begin; their rows may come interleaved. Unknown numbers (NaN) become NULL, -0
 * becomes 0. An infinite number, or an instrument that isn't in the catalogue, fails the row it is
 * in and leaves the file usable, so that one lane fails alone; a write that fails (disk full) fails
 * every later call with the same sentence.
 */
#ifndef RH_RESULTS_RESULTS_H
#define RH_RESULTS_RESULTS_H

#include "base/status.h"
#include "instrument/catalogue.h"
#include "lane/record.h"
#include "metrics/path.h"

#include <stdint.h>
#include <stdio.h>

typedef struct rh_results rh_results;

/* One swept key (-P) and the value that this lane has: a column of `comparison`, number or text. */
typedef struct {
    const char *key, *value;
} rh_results_swept;

/* What is known of a lane before it starts. Texts are copied. */
typedef struct {
    const char *label, *title;     /* title may be NULL */
    const char *config;            /* canonical JSON of the whole configuration */
    const char *identity;          /* what config_sha256 is of; `config` if NULL */
    const char *data_sha256;       /* may be NULL until rh_results_finish */
    uint64_t seed;                 /* below 2^63, as SQL has no larger integers */
    const char *numeraire;         /* "usd" or "coin" */
    const char *underlying;        /* "BTC" */
    rh_time grid;                  /* record.every */
    const rh_results_swept *swept; /* `n_swept` of them; NULL for a single run */
    size_t n_swept;
} rh_results_run;

/* What is known when it has ended. */
typedef struct {
    const char *status;      /* "ok", "failed: ...", ...; a lane never finished is "unfinished" */
    const char *data_sha256; /* NULL keeps the one given before */
    const char
        *notes; /* lines for the reader: conversions used, stale quotes, proxies; may be "" */
    uint64_t events;
    double elapsed_s;
    rh_time started;
    const double *metrics; /* RH_N_METRICS; NULL if all are unknown */
    /* Bounds of the metrics' 95 % intervals, RH_N_METRICS each, NaN where there is none; NULL if
     * there are none at all. */
    const double *low, *high;
} rh_results_end;

/* A lane's loss less that of another lane over the same steps, tested on paired resamples; a row
 * of `difference`. Unknown numbers are NaN. */
typedef struct {
    int64_t reference_id; /* the other lane: the n-th that was begun, from 1; begun before */
    int is_leader;        /* the other is the best lane, not the reference that was asked for:
                           * `against` is "leader", else "reference" */
    const char *loss;     /* "error2": squared error; "error2_cost": squared error plus cost */
    double mean;          /* of the difference per step; below nought the lane is the better one */
    double low, high;     /* 95 % interval of the mean, not corrected for the number of lanes */
    double dm, p;         /* Diebold and Mariano's statistic and its two-sided p */
    double p_holm, p_romano_wolf; /* p corrected over all lanes */
    int distinguishable;          /* 0 or 1: the corrected p says that the lanes differ */
    int64_t lanes;                /* tried, which the correction counts */
} rh_results_difference;

/* Makes the temporary file. The catalogue must live as long as rows are recorded. */
rh_status rh_results_create(const char *path, const rh_catalogue *catalogue, rh_results **out,
                            rh_error *error);

/* Adds a lane; the recorder never allocates through base/memory.h and belongs to the results and
 * lives until commit or abandon. */
rh_status rh_results_begin(rh_results *results, const rh_results_run *run, rh_recorder **out,
                           rh_error *error);
rh_status rh_results_finish(rh_results *results, rh_recorder *recorder, const rh_results_end *end,
                            rh_error *error);

/* The error series of a lane, once per lane and between begin and commit. Rows without length and
 * error (the opening) are left out. Lanes that share instants, shadow and counted steps with the
 * lane before share their storage too. */
rh_status rh_results_errors(rh_results *results, rh_recorder *recorder,
                            const rh_metric_series *series, rh_error *error);

/* What a lane came to on paths `first`, first + 1, ...: rows of `path` and `distribution`, once per
 * lane. The records may hold NaN, but no infinite number. */
rh_status rh_results_paths(rh_results *results, rh_recorder *recorder,
                           const rh_path_record *records, size_t n_paths, uint32_t first,
                           rh_error *error);

/* Adds a row of `difference` for a lane; one for each loss and other lane. */
rh_status rh_results_differ(rh_results *results, rh_recorder *recorder,
                            const rh_results_difference *difference, rh_error *error);

/* Both free `results`, whatever they return. Abandon, and a commit that fails, remove the temporary
 * file and leave an older results file as it was; NULL is harmless to abandon. */
rh_status rh_results_commit(rh_results *results, rh_error *error);
void rh_results_abandon(rh_results *results);

/* Opens for reading after checking application_id and user_version; returns a sqlite3 handle
 * that the caller closes with sqlite3_close. Never writes, not even beside the file. A file that
 * isn't there, isn't ours, is damaged or of a newer version is RH_BAD_DATA. */
struct sqlite3;
rh_status rh_results_open(const char *path, struct sqlite3 **out, rh_error *error);

/* Writes a view: CSV (RFC 4180, but LF), JSON (one array) or JSON lines. Rows in the view's own
 * order (lane, then as recorded); numbers in the shortest text that reads back to the same double;
 * unknown is empty, or null; an empty text is "" in CSV too. In JSON, bytes that aren't UTF-8
 * become U+FFFD. An unknown view is RH_BAD_CONFIG and names those there are; a stream that
 * refuses (broken pipe, full disk) is RH_FAILED; the caller keeps and closes `out`. */
typedef enum { RH_EXPORT_CSV, RH_EXPORT_JSON, RH_EXPORT_JSONL } rh_export_format;
rh_status rh_results_export(const char *path, const char *view, rh_export_format format, FILE *out,
                            rh_error *error);

#endif
