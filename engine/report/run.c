/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/run.h"

#include "base/memory.h"

#include <math.h>
#include <sqlite3.h>
#include <string.h>

static rh_status query_failed(sqlite3 *db, rh_error *error) {
    return rh_fail(error, RH_BAD_DATA, "the results file can't be read: %s", sqlite3_errmsg(db));
}

static rh_status prepare(sqlite3 *db, const char *sql, int64_t run_id, sqlite3_stmt **out,
                         rh_error *error) {
    if (sqlite3_prepare_v2(db, sql, -1, out, NULL) != SQLITE_OK)
        return query_failed(db, error);
    sqlite3_bind_int64(*out, 1, run_id);
    return RH_OK;
}

/* Ends a loop over sqlite3_step, whose last answer was `answer`. */
static rh_status finish(sqlite3 *db, sqlite3_stmt *query, int answer, rh_error *error) {
    rh_status status = answer == SQLITE_DONE ? RH_OK : query_failed(db, error);
    sqlite3_finalize(query);
    return status;
}

static double number_at(sqlite3_stmt *query, int column) {
    int type = sqlite3_column_type(query, column);
    return type == SQLITE_FLOAT || type == SQLITE_INTEGER ? sqlite3_column_double(query, column)
                                                          : NAN;
}

static char *text_at(sqlite3_stmt *query, int column) {
    const unsigned char *text = sqlite3_column_text(query, column);
    return rh_copy_text(text ? (const char *)text : "");
}

static rh_status read_head(sqlite3 *db, int64_t run_id, rh_report_run *run, rh_error *error) {
    static const char sql[] =
        "SELECT run_id, title, label, config, config_sha256, data_sha256, engine_version, status,"
        " notes, underlying, numeraire, grid_ns, paths FROM run WHERE ?1 = 0 OR run_id = ?1"
        " ORDER BY run_id LIMIT 1";
    char **texts[] = {&run->title,         &run->label,       &run->config,
                      &run->config_sha256, &run->data_sha256, &run->engine_version,
                      &run->status,        &run->notes,       &run->underlying};
    sqlite3_stmt *query;
    rh_status status = prepare(db, sql, run_id, &query, error);
    if (status != RH_OK)
        return status;
    int answer = sqlite3_step(query);
    if (answer == SQLITE_DONE) {
        sqlite3_finalize(query);
        return rh_fail(error, RH_BAD_CONFIG, "there is no run %lld in the results file",
                       (long long)run_id);
    }
    if (answer != SQLITE_ROW)
        return finish(db, query, answer, error);
    run->id = sqlite3_column_int64(query, 0);
    int missing = 0;
    for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++) {
        *texts[i] = text_at(query, i + 1);
        missing |= !*texts[i];
    }
    const unsigned char *numeraire = sqlite3_column_text(query, 10);
    run->coin = numeraire && strcmp((const char *)numeraire, "coin") == 0;
    run->grid = sqlite3_column_int64(query, 11);
    run->paths = sqlite3_column_int64(query, 12);
    sqlite3_finalize(query);
    return missing ? rh_no_memory(error) : RH_OK;
}

/* One line of the configuration in words, made by SQL from the canonical JSON (?1); "" if there is
 * none. The keys are those of the experiment file. A configuration that isn't JSON describes
 * nothing; the rest of the report stands. */
static rh_status describe(sqlite3 *db, const rh_report_run *run, const char *sql, char **out,
                          rh_error *error) {
    sqlite3_stmt *query;
    if (sqlite3_prepare_v2(db, sql, -1, &query, NULL) != SQLITE_OK)
        return query_failed(db, error);
    sqlite3_bind_text(query, 1, run->config, -1, SQLITE_STATIC);
    *out = sqlite3_step(query) == SQLITE_ROW ? text_at(query, 0) : rh_copy_text("");
    sqlite3_finalize(query);
    return *out ? RH_OK : rh_no_memory(error);
}

static const char book_sql[] =
    "SELECT group_concat(CASE"
    " WHEN json_extract(value, '$.trades') IS NOT NULL THEN"
    "  'trades of ' || json_extract(value, '$.trades')"
    " ELSE coalesce(replace(json_extract(value, '$.quantity'), '-', '−') || ' × ', '')"
    "  || coalesce(json_extract(value, '$.instrument'),"
    "   coalesce(json_extract(value, '$.tenor') || ' ', '')"
    "   || coalesce(json_extract(value, '$.roll'), '?')"
    "   || CASE json_extract(value, '$.every') WHEN '0s' THEN ' at each expiry'"
    "       ELSE ' every ' || json_extract(value, '$.every') END) END, ', ')"
    " FROM json_each(?1, '$.book') WHERE type = 'object'";

/* hedge.instrument is a name or a list, ratio a name or a mapping with a name. */
static const char hedge_sql[] =
    "SELECT coalesce((SELECT group_concat(coalesce(CASE WHEN type = 'object'"
    "   THEN json_extract(value, '$.name') END, value), ' + ')"
    "  FROM json_each(?1, '$.hedge.instrument')), '')"
    " || coalesce(', ratio ' || coalesce(json_extract(?1, '$.hedge.ratio.name'),"
    "  json_extract(?1, '$.hedge.ratio')), '')";

/* The name and then the parameters, in the order of the configuration; of a composed rule the
 * children, each with its own, and if these are composed, too, their names. */
static const char rule_sql[] =
    "SELECT coalesce(json_extract(?1, '$.strategy.name'), '')"
    " || coalesce((SELECT group_concat(' ' || key || ' ' || value, ',')"
    "  FROM json_each(?1, '$.strategy')"
    "  WHERE key NOT IN ('name', 'of', 'windows') AND type <> 'null'), '')"
    " || coalesce(' of ' || (SELECT group_concat(json_extract(child.value, '$.name')"
    "   || coalesce((SELECT group_concat(' ' || key || ' ' || value, ',')"
    "    FROM json_each(child.value)"
    "    WHERE key NOT IN ('name', 'of', 'windows') AND type <> 'null'), ''),"
    "   ' and ') FROM json_each(?1, '$.strategy.of') child), '')";

/* Of the perpetual's and the future's trades; the rest of the costs is in the configuration. */
static const char costs_sql[] =
    "SELECT group_concat(key || CASE WHEN type IN ('real', 'integer')"
    "  THEN printf(' %g bp', value * 1e4) ELSE ' ' || value END, ', ')"
    " FROM json_each(?1, '$.costs') WHERE key IN ('taker', 'maker') AND type <> 'null'";

static rh_status read_words(sqlite3 *db, rh_report_run *run, rh_error *error) {
    rh_status status = describe(db, run, book_sql, &run->book, error);
    if (status == RH_OK)
        status = describe(db, run, hedge_sql, &run->hedge, error);
    if (status == RH_OK)
        status = describe(db, run, rule_sql, &run->rule, error);
    if (status == RH_OK)
        status = describe(db, run, costs_sql, &run->costs, error);
    return status;
}

/* Reads one row of a query into the run. */
typedef rh_status row_reader(sqlite3_stmt *query, rh_report_run *run, rh_error *error);

static rh_status each_row(sqlite3 *db, const char *sql, row_reader *read_row, rh_report_run *run,
                          rh_error *error) {
    sqlite3_stmt *query;
    int answer;
    rh_status status = prepare(db, sql, run->id, &query, error);
    if (status != RH_OK)
        return status;
    while ((answer = sqlite3_step(query)) == SQLITE_ROW) {
        status = read_row(query, run, error);
        if (status != RH_OK) {
            sqlite3_finalize(query);
            return status;
        }
    }
    return finish(db, query, answer, error);
}

static const char metric_sql[] = "SELECT metric, value, low, high FROM metric WHERE run_id = ?1";

/* A metric of a later version, which this one doesn't know, is left out. */
static rh_status read_metric(sqlite3_stmt *query, rh_report_run *run, rh_error *error) {
    (void)error;
    const char *name = (const char *)sqlite3_column_text(query, 0);
    const rh_metric_entry *entries = rh_metric_entries();
    for (int i = 0; name && i < RH_N_METRICS; i++)
        if (strcmp(entries[i].name, name) == 0)
            run->metrics[i] =
                (rh_report_metric){number_at(query, 1), number_at(query, 2), number_at(query, 3)};
    return RH_OK;
}

static const char term_sql[] = "SELECT term, sum(usd), sum(coin), sum(abs(usd)) FROM attribution"
                               " WHERE run_id = ?1 GROUP BY term";

static rh_status read_term(sqlite3_stmt *query, rh_report_run *run, rh_error *error) {
    const char *name = (const char *)sqlite3_column_text(query, 0);
    for (int i = 0; name && i < RH_N_TERMS; i++) {
        if (strcmp(rh_term_text((rh_term)i), name) != 0)
            continue;
        run->total.usd[i] = sqlite3_column_double(query, 1);
        run->total.coin[i] = sqlite3_column_double(query, 2);
        run->absolute_usd[i] = sqlite3_column_double(query, 3);
        return RH_OK;
    }
    return rh_fail(error, RH_BAD_DATA, "attribution has the unknown term '%s'", name ? name : "");
}

static const char period_sql[] = "SELECT min(ts_ns), max(ts_ns) FROM step WHERE run_id = ?1";

static rh_status read_period(sqlite3_stmt *query, rh_report_run *run, rh_error *error) {
    (void)error;
    run->from = sqlite3_column_int64(query, 0);
    run->to = sqlite3_column_int64(query, 1);
    return RH_OK;
}

rh_status rh_report_run_read(sqlite3 *db, int64_t run_id, rh_report_run *run, rh_error *error) {
    *run = (rh_report_run){0};
    for (int i = 0; i < RH_N_METRICS; i++)
        run->metrics[i] = (rh_report_metric){NAN, NAN, NAN};
    rh_status status = read_head(db, run_id, run, error);
    if (status == RH_OK)
        status = read_words(db, run, error);
    if (status == RH_OK)
        status = each_row(db, metric_sql, read_metric, run, error);
    if (status == RH_OK)
        status = each_row(db, term_sql, read_term, run, error);
    if (status == RH_OK)
        status = each_row(db, period_sql, read_period, run, error);
    return status;
}

/* Rows in the views' own order, which is that of time. */
static const char step_sql[] =
    "SELECT ts_ns, coalesce(hedge_price, spot), -book_delta, net_delta - book_delta, pnl_usd,"
    " unhedged_pnl_usd, error_usd, full_length, evidence FROM step WHERE run_id = ?1";
static const char step_coin_sql[] =
    "SELECT ts_ns, coalesce(hedge_price, spot), -book_delta, net_delta - book_delta, pnl_coin,"
    " unhedged_pnl_coin, error_coin, full_length, evidence FROM step WHERE run_id = ?1";

static rh_status read_step(sqlite3_stmt *query, rh_report_run *run, rh_error *error) {
    if (rh_make_room(&run->steps, run->n_steps, &run->steps_room, sizeof *run->steps) != 0)
        return rh_fail(error, RH_FAILED, "out of memory after %zu steps", run->n_steps);
    const char *evidence = (const char *)sqlite3_column_text(query, 8);
    rh_report_step *step = &run->steps[run->n_steps];
    *step = (rh_report_step){.ts = sqlite3_column_int64(query, 0),
                             .price = number_at(query, 1),
                             .wanted = number_at(query, 2),
                             .held = number_at(query, 3),
                             .pnl = number_at(query, 4),
                             .unhedged = number_at(query, 5),
                             .error = number_at(query, 6)};
    int full = sqlite3_column_int(query, 7);
    int stale = evidence && strcmp(evidence, rh_evidence_text(RH_BY_STALE)) == 0;
    step->counted = full && !stale && isfinite(step->error);
    run->n_steps++;
    return RH_OK;
}

/* A hedge instrument is one that was ever traded to hedge; its fills at the end count as well. */
static const char trade_sql[] =
    "SELECT ts_ns, price, quantity,"
    " abs(quantity) / max(abs(quantity)) OVER (PARTITION BY instrument) FROM fill"
    " WHERE run_id = ?1 AND quantity <> 0 AND reason IN ('hedge', 'close', 'liquidate')"
    " AND instrument IN (SELECT instrument FROM fill WHERE run_id = ?1 AND reason = 'hedge')"
    " ORDER BY ts_ns";

static rh_status read_trade(sqlite3_stmt *query, rh_report_run *run, rh_error *error) {
    if (rh_make_room(&run->trades, run->n_trades, &run->trades_room, sizeof *run->trades) != 0)
        return rh_fail(error, RH_FAILED, "out of memory after %zu fills", run->n_trades);
    run->trades[run->n_trades++] = (rh_report_trade){.ts = sqlite3_column_int64(query, 0),
                                                     .price = number_at(query, 1),
                                                     .quantity = number_at(query, 2),
                                                     .share = number_at(query, 3)};
    return RH_OK;
}

rh_status rh_report_run_read_series(sqlite3 *db, rh_report_run *run, rh_error *error) {
    rh_status status = each_row(db, run->coin ? step_coin_sql : step_sql, read_step, run, error);
    if (status == RH_OK)
        status = each_row(db, trade_sql, read_trade, run, error);
    return status;
}

void rh_report_run_free(rh_report_run *run) {
    char *texts[] = {run->title,       run->label,          run->config, run->config_sha256,
                     run->data_sha256, run->engine_version, run->status, run->notes,
                     run->underlying,  run->book,           run->hedge,  run->rule,
                     run->costs};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        rh_release(texts[i]);
    rh_release(run->steps);
    rh_release(run->trades);
    *run = (rh_report_run){0};
}

const char *rh_report_numeraire(const rh_report_run *run) {
    return run->coin ? run->underlying : "USD";
}

const double *rh_report_terms(const rh_report_run *run) {
    return run->coin ? run->total.coin : run->total.usd;
}
