/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/results.h"

#include "base/digest.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/output.h"
#include "results/schema.h"
#include "results/writer_parts.h"

#include <inttypes.h>
#include <math.h>
#include <sqlite3.h>
#include <string.h>

static const struct {
    const char *table;
    int values;
} inserts[RH_N_INSERTS] = {
    [RH_INTO_STEP] = {"lane_step", 5 + RH_RESULTS_N_STEP_FIELDS},
    [RH_INTO_ATTRIBUTION] = {"lane_attribution", 3 + 2 * RH_N_TERMS},
    [RH_INTO_FILL] = {"lane_fill", 13},
    [RH_INTO_FLOW] = {"lane_flow", 7},
    [RH_INTO_METRIC] = {"lane_metric", 5},
    [RH_INTO_SHARED] = {"shared_step", 5},
    [RH_INTO_ERROR] = {"lane_error", 4},
    [RH_INTO_DIFFERENCE] = {"lane_difference", 14},
    [RH_INTO_PATH] = {"lane_path", 2 + RH_N_PATH_FIELDS},
    [RH_INTO_DISTRIBUTION] = {"lane_distribution", 16},
};

/* ---- failing ---- */

/* SQLite's sentence, and the system's where the system is to blame. The handle doesn't know of
 * memory that ran out while a statement's text was built. */
static rh_status sql_fail(rh_results *results, int code, rh_error *error) {
    int system = sqlite3_system_errno(results->db);
    int known = sqlite3_errcode(results->db) == code;
    int by_system = system != 0 && (code == SQLITE_IOERR || code == SQLITE_CANTOPEN);
    (void)rh_fail(&results->first, RH_FAILED, "%s: cannot be written: %s%s%s", results->path,
                  known ? sqlite3_errmsg(results->db) : sqlite3_errstr(code), by_system ? ": " : "",
                  by_system ? strerror(system) : "");
    results->broken = 1;
    return rh_fail(error, RH_FAILED, "%s", results->first.text);
}

rh_status rh_results_check(rh_results *results, int code, rh_error *error) {
    return code == SQLITE_OK ? RH_OK : sql_fail(results, code, error);
}

rh_status rh_results_execute(rh_results *results, sqlite3_stmt *statement, rh_error *error) {
    rh_status status = RH_OK;
    if (results->broken)
        return rh_fail(error, RH_FAILED, "%s", results->first.text);
    int code = sqlite3_step(statement);
    if (code != SQLITE_DONE)
        status = sql_fail(results, code, error);
    (void)sqlite3_reset(statement);
    return status;
}

static rh_status refuse_number(const rh_results *results, rh_time ts, const char *name,
                               rh_error *error) {
    char text[RH_TIME_TEXT];
    return rh_fail(error, RH_FAILED, "%s: %s at %s is not a finite number", results->path, name,
                   rh_time_text(ts, text));
}

/* ---- recording ---- */

static double field_of(const rh_step *step, size_t offset) {
    double value;
    memcpy(&value, (const char *)step + offset, sizeof value);
    return value;
}

static rh_status refuse_infinite_step(const rh_results *results, const rh_step *step,
                                      rh_error *error) {
    const rh_results_field *fields = rh_results_step_fields();
    for (int i = 0; i < RH_RESULTS_N_STEP_FIELDS; i++)
        if (isinf(field_of(step, fields[i].offset)))
            return refuse_number(results, step->ts, fields[i].name, error);
    for (rh_term term = 0; term < RH_N_TERMS; term++)
        if (isinf(step->attribution.usd[term]) || isinf(step->attribution.coin[term]))
            return refuse_number(results, step->ts, rh_term_text(term), error);
    return RH_OK;
}

static int says_nothing(const rh_attribution *attribution) {
    for (int i = 0; i < RH_N_TERMS; i++)
        if (fabs(attribution->usd[i]) > 0.0 || fabs(attribution->coin[i]) > 0.0)
            return 0;
    return 1;
}

/* Binding a double cannot fail short of a wrong index, which the tests would see; SQLite turns
 * NaN into NULL. */
static void bind_place(sqlite3_stmt *statement, const rh_results_lane *self, int64_t seq,
                       rh_time ts) {
    (void)sqlite3_bind_int64(statement, 1, self->run_id);
    (void)sqlite3_bind_int64(statement, 2, seq);
    (void)sqlite3_bind_int64(statement, 3, ts);
}

static rh_status store_attribution(rh_results_lane *self, const rh_step *step, rh_error *error) {
    sqlite3_stmt *statement = self->results->insert[RH_INTO_ATTRIBUTION];
    bind_place(statement, self, self->steps, step->ts);
    for (int i = 0; i < RH_N_TERMS; i++) {
        (void)sqlite3_bind_double(statement, 4 + 2 * i, step->attribution.usd[i]);
        (void)sqlite3_bind_double(statement, 5 + 2 * i, step->attribution.coin[i]);
    }
    return rh_results_execute(self->results, statement, error);
}

static rh_status record_step(rh_recorder *recorder, const rh_step *step, rh_error *error) {
    rh_results_lane *self = (rh_results_lane *)recorder;
    sqlite3_stmt *statement = self->results->insert[RH_INTO_STEP];
    const rh_results_field *fields = rh_results_step_fields();
    rh_status status = refuse_infinite_step(self->results, step, error);
    if (status != RH_OK)
        return status;
    bind_place(statement, self, self->steps, step->ts);
    (void)sqlite3_bind_int(statement, 4, (int)step->evidence);
    (void)sqlite3_bind_int(statement, 5, step->full != 0);
    for (int i = 0; i < RH_RESULTS_N_STEP_FIELDS; i++)
        (void)sqlite3_bind_double(statement, 6 + i, field_of(step, fields[i].offset));
    status = rh_results_execute(self->results, statement, error);
    if (status == RH_OK && (self->steps > 0 || !says_nothing(&step->attribution)))
        status = store_attribution(self, step, error);
    self->steps += status == RH_OK;
    return status;
}

/* NULL stands for what an instrument of its kind doesn't have. */
static void bind_instrument(sqlite3_stmt *statement, size_t id, const rh_instrument *instrument) {
    int is_option = instrument->kind == RH_OPTION;
    (void)sqlite3_bind_int64(statement, 1, (int64_t)id);
    (void)sqlite3_bind_text(statement, 2, instrument->name, -1, SQLITE_TRANSIENT);
    (void)sqlite3_bind_text(statement, 3, instrument->underlying, -1, SQLITE_TRANSIENT);
    (void)sqlite3_bind_text(statement, 4, rh_kind_text(instrument->kind), -1, SQLITE_STATIC);
    (void)sqlite3_bind_text(statement, 5, rh_settle_text(instrument->settle), -1, SQLITE_STATIC);
    if (is_option)
        (void)sqlite3_bind_int(statement, 6, instrument->right);
    (void)sqlite3_bind_double(statement, 7, is_option ? instrument->strike : (double)NAN);
    if (is_option || instrument->kind == RH_FUTURE)
        (void)sqlite3_bind_int64(statement, 8, instrument->expiry);
    (void)sqlite3_bind_double(statement, 9, instrument->multiplier);
}

/* The catalogue may grow while lanes run (rolls), so it is stored as far as rows refer to it. */
static rh_status store_instruments(rh_results *results, rh_error *error) {
    sqlite3_stmt *statement;
    rh_status status = rh_results_check(
        results, rh_results_prepare_insert(results->db, "instrument", 9, &statement), error);
    size_t count = rh_catalogue_count(results->catalogue);
    while (status == RH_OK && results->instruments < count) {
        size_t id = results->instruments++;
        (void)sqlite3_clear_bindings(statement);
        bind_instrument(statement, id, rh_catalogue_get(results->catalogue, (uint32_t)id));
        status = rh_results_execute(results, statement, error);
    }
    (void)sqlite3_finalize(statement);
    return status;
}

static rh_status know_instrument(rh_results *results, uint32_t id, rh_error *error) {
    if (id < results->instruments)
        return RH_OK;
    if (id >= rh_catalogue_count(results->catalogue))
        return rh_fail(error, RH_FAILED,
                       "%s: instrument number %" PRIu32 " is not in the catalogue", results->path,
                       id);
    return store_instruments(results, error);
}

static rh_status refuse_bad_fill(const rh_results *results, const rh_fill *fill, rh_error *error) {
    if (!isfinite(fill->quantity) || !isfinite(fill->price))
        return refuse_number(results, fill->ts, "quantity or price of a fill", error);
    if (isinf(fill->mid) || isinf(fill->fee_usd) || isinf(fill->spread_usd) ||
        isinf(fill->impact_usd) || isinf(fill->latency_usd))
        return refuse_number(results, fill->ts, "mid or a cost of a fill", error);
    return RH_OK;
}

static rh_status record_fill(rh_recorder *recorder, const rh_fill *fill, rh_error *error) {
    rh_results_lane *self = (rh_results_lane *)recorder;
    sqlite3_stmt *statement = self->results->insert[RH_INTO_FILL];
    const double numbers[] = {fill->quantity,   fill->price,      fill->mid,        fill->fee_usd,
                              fill->spread_usd, fill->impact_usd, fill->latency_usd};
    rh_status status = refuse_bad_fill(self->results, fill, error);
    if (status == RH_OK)
        status = know_instrument(self->results, fill->instrument, error);
    if (status != RH_OK)
        return status;
    bind_place(statement, self, self->fills, fill->ts);
    (void)sqlite3_bind_int64(statement, 4, fill->instrument);
    (void)sqlite3_bind_int(statement, 5, (int)fill->reason);
    (void)sqlite3_bind_int(statement, 6, (int)fill->evidence);
    for (int i = 0; i < (int)(sizeof numbers / sizeof *numbers); i++)
        (void)sqlite3_bind_double(statement, 7 + i, numbers[i]);
    status = rh_results_execute(self->results, statement, error);
    self->fills += status == RH_OK;
    return status;
}

static rh_status record_flow(rh_recorder *recorder, const rh_flow *flow, rh_error *error) {
    rh_results_lane *self = (rh_results_lane *)recorder;
    sqlite3_stmt *statement = self->results->insert[RH_INTO_FLOW];
    int has_instrument = flow->instrument != RH_NO_INSTRUMENT;
    rh_status status = RH_OK;
    if (!isfinite(flow->amount))
        return refuse_number(self->results, flow->ts, "amount of a cash movement", error);
    if (has_instrument)
        status = know_instrument(self->results, flow->instrument, error);
    if (status != RH_OK)
        return status;
    bind_place(statement, self, self->flows, flow->ts);
    (void)sqlite3_bind_int(statement, 4, (int)flow->currency);
    (void)sqlite3_bind_int(statement, 5, (int)flow->reason);
    (void)sqlite3_bind_null(statement, 6);
    if (has_instrument)
        (void)sqlite3_bind_int64(statement, 6, flow->instrument);
    (void)sqlite3_bind_double(statement, 7, flow->amount);
    status = rh_results_execute(self->results, statement, error);
    self->flows += status == RH_OK;
    return status;
}

/* ---- lanes ---- */

/* A NULL text binds NULL. Binding copies a text, which may want memory. */
static int bind_texts(sqlite3_stmt *statement, int first, const char *const *texts, int count) {
    int code = SQLITE_OK;
    for (int i = 0; i < count && code == SQLITE_OK; i++)
        code = sqlite3_bind_text(statement, first + i, texts[i], -1, SQLITE_TRANSIENT);
    return code;
}

static rh_status store_lane(rh_results *results, const rh_results_run *run, int64_t run_id,
                            rh_error *error) {
    static const char sql[] =
        "INSERT INTO lane(label,title,config,config_sha256,data_sha256,engine_version,numeraire,"
        "underlying,grid,run_id,seed,status,grid_ns) VALUES(?,?,?,?,?,?,?,?,?,?,?,'unfinished',?)";
    const char *hashed = run->identity ? run->identity : run->config;
    char hash[RH_DIGEST_TEXT], grid[RH_DURATION_TEXT];
    (void)rh_digest(hashed, strlen(hashed), hash);
    const char *texts[] = {run->label,     run->title,       run->config,
                           hash,           run->data_sha256, REHEDGE_VERSION,
                           run->numeraire, run->underlying,  rh_duration_text(run->grid, grid)};
    sqlite3_stmt *statement;
    int code = sqlite3_prepare_v2(results->db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = bind_texts(statement, 1, texts, 9);
    rh_status status = rh_results_check(results, code, error);
    if (status == RH_OK) {
        (void)sqlite3_bind_int64(statement, 10, run_id);
        (void)sqlite3_bind_int64(statement, 11, (int64_t)run->seed);
        (void)sqlite3_bind_int64(statement, 12, run->grid);
        status = rh_results_execute(results, statement, error);
    }
    (void)sqlite3_finalize(statement);
    return status;
}

static int bind_swept(sqlite3_stmt *statement, int64_t run_id, int position,
                      const rh_results_swept *swept) {
    double number;
    (void)sqlite3_bind_int64(statement, 1, run_id);
    (void)sqlite3_bind_int(statement, 2, position);
    int code = sqlite3_bind_text(statement, 3, swept->key, -1, SQLITE_TRANSIENT);
    if (code != SQLITE_OK)
        return code;
    if (rh_number_parse(swept->value, strlen(swept->value), &number) == 0)
        return sqlite3_bind_double(statement, 4, number);
    return sqlite3_bind_text(statement, 4, swept->value, -1, SQLITE_TRANSIENT);
}

static rh_status store_swept(rh_results *results, const rh_results_run *run, int64_t run_id,
                             rh_error *error) {
    sqlite3_stmt *statement;
    rh_status status = rh_results_check(
        results, rh_results_prepare_insert(results->db, "swept", 4, &statement), error);
    for (size_t i = 0; i < run->n_swept && status == RH_OK; i++) {
        status =
            rh_results_check(results, bind_swept(statement, run_id, (int)i, &run->swept[i]), error);
        if (status == RH_OK)
            status = rh_results_execute(results, statement, error);
    }
    (void)sqlite3_finalize(statement);
    return status;
}

rh_status rh_results_begin(rh_results *results, const rh_results_run *run, rh_recorder **out,
                           rh_error *error) {
    *out = NULL;
    if (results->broken)
        return rh_fail(error, RH_FAILED, "%s", results->first.text);
    if (run->seed > INT64_MAX)
        return rh_fail(error, RH_BAD_CONFIG, "seed: %" PRIu64 " is too large; stay below 2^63",
                       run->seed);
    rh_results_lane *fresh = rh_allocate(1, sizeof *fresh);
    if (!fresh)
        return rh_fail(error, RH_FAILED, "%s: out of memory", results->path);
    int64_t run_id = results->runs + 1;
    rh_status status = store_lane(results, run, run_id, error);
    if (status == RH_OK)
        status = store_swept(results, run, run_id, error);
    if (status != RH_OK) {
        rh_release(fresh);
        return status;
    }
    *fresh = (rh_results_lane){.recorder = {record_step, record_fill, record_flow},
                               .results = results,
                               .next = results->lanes,
                               .run_id = run_id};
    results->lanes = fresh;
    results->runs = run_id;
    *out = &fresh->recorder;
    return RH_OK;
}

static rh_status refuse_infinite_metric(const rh_results *results, const rh_results_end *end,
                                        rh_error *error) {
    const double *const numbers[] = {end->metrics, end->low, end->high};
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
        for (int i = 0; numbers[k] && i < RH_N_METRICS; i++)
            if (isinf(numbers[k][i]))
                return rh_fail(error, RH_FAILED, "%s: metric %s%s is infinite", results->path,
                               rh_metric_entries()[i].name, k ? ", its interval," : "");
    return RH_OK;
}

static double number_of(const double *numbers, int i) {
    return numbers ? numbers[i] : (double)NAN;
}

static rh_status store_metrics(rh_results *results, int64_t run_id, const rh_results_end *end,
                               rh_error *error) {
    sqlite3_stmt *statement = results->insert[RH_INTO_METRIC];
    rh_status status = RH_OK;
    for (int i = 0; i < RH_N_METRICS && status == RH_OK; i++) {
        (void)sqlite3_bind_int64(statement, 1, run_id);
        (void)sqlite3_bind_int(statement, 2, i);
        (void)sqlite3_bind_double(statement, 3, number_of(end->metrics, i));
        (void)sqlite3_bind_double(statement, 4, number_of(end->low, i));
        (void)sqlite3_bind_double(statement, 5, number_of(end->high, i));
        status = rh_results_execute(results, statement, error);
    }
    return status;
}

rh_status rh_results_finish(rh_results *results, rh_recorder *recorder, const rh_results_end *end,
                            rh_error *error) {
    static const char sql[] =
        "UPDATE lane SET status=?,data_sha256=coalesce(?,data_sha256),notes=?,events=?,"
        "elapsed_s=?,started_ns=? WHERE run_id=?";
    const rh_results_lane *self = (const rh_results_lane *)recorder;
    const char *texts[] = {end->status, end->data_sha256, end->notes};
    sqlite3_stmt *statement;
    if (results->broken)
        return rh_fail(error, RH_FAILED, "%s", results->first.text);
    rh_status status = refuse_infinite_metric(results, end, error);
    if (status != RH_OK)
        return status;
    int code = sqlite3_prepare_v2(results->db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = bind_texts(statement, 1, texts, 3);
    status = rh_results_check(results, code, error);
    if (status == RH_OK) {
        (void)sqlite3_bind_int64(statement, 4, (int64_t)end->events);
        (void)sqlite3_bind_double(statement, 5, end->elapsed_s);
        (void)sqlite3_bind_int64(statement, 6, end->started);
        (void)sqlite3_bind_int64(statement, 7, self->run_id);
        status = rh_results_execute(results, statement, error);
    }
    (void)sqlite3_finalize(statement);
    return status == RH_OK ? store_metrics(results, self->run_id, end, error) : status;
}

/* ---- the file ---- */

static void close_database(rh_results *results) {
    for (int i = 0; i < RH_N_INSERTS; i++) {
        (void)sqlite3_finalize(results->insert[i]);
        results->insert[i] = NULL;
    }
    (void)sqlite3_close_v2(results->db);
    results->db = NULL;
}

static void release(rh_results *results) {
    while (results->lanes) {
        rh_results_lane *next = results->lanes->next;
        rh_release(results->lanes);
        results->lanes = next;
    }
    rh_release(results->shared);
    rh_release(results->path);
    rh_release(results);
}

void rh_results_abandon(rh_results *results) {
    if (!results)
        return;
    close_database(results);
    rh_output_abandon(results->output);
    release(results);
}

/* Nobody reads the file before the rename, and a crash throws it away: it needs no journal, no
 * sync and no lock of its own. */
static int prepare_database(rh_results *results) {
    static const char settings[] =
        "PRAGMA journal_mode=OFF;PRAGMA synchronous=OFF;PRAGMA locking_mode=EXCLUSIVE;"
        "PRAGMA temp_store=MEMORY;PRAGMA cache_size=-16384;PRAGMA foreign_keys=ON;";
    int code = sqlite3_open_v2(rh_output_temporary(results->output), &results->db,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(results->db, settings, NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(results->db, "BEGIN", NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = rh_results_make_tables(results->db);
    for (int i = 0; i < RH_N_INSERTS && code == SQLITE_OK; i++)
        code = rh_results_prepare_insert(results->db, inserts[i].table, inserts[i].values,
                                         &results->insert[i]);
    return code;
}

rh_status rh_results_create(const char *path, const rh_catalogue *catalogue, rh_results **out,
                            rh_error *error) {
    *out = NULL;
    rh_results *results = rh_allocate(1, sizeof *results);
    if (!results)
        return rh_fail(error, RH_FAILED, "%s: out of memory", path);
    results->catalogue = catalogue;
    results->path = rh_copy_text(path);
    rh_status status = results->path ? rh_output_create(path, &results->output, error)
                                     : rh_fail(error, RH_FAILED, "%s: out of memory", path);
    if (status == RH_OK)
        status = rh_results_check(results, prepare_database(results), error);
    if (status != RH_OK) {
        rh_results_abandon(results);
        return status;
    }
    *out = results;
    return RH_OK;
}

static rh_status complete(rh_results *results, rh_error *error) {
    if (results->broken)
        return rh_fail(error, RH_FAILED, "%s", results->first.text);
    rh_status status = store_instruments(results, error);
    if (status == RH_OK)
        status = rh_results_check(results, rh_results_make_views(results->db), error);
    if (status == RH_OK)
        status =
            rh_results_check(results, sqlite3_exec(results->db, "COMMIT", NULL, NULL, NULL), error);
    return status;
}

rh_status rh_results_commit(rh_results *results, rh_error *error) {
    rh_status status = complete(results, error);
    if (status != RH_OK) {
        rh_results_abandon(results);
        return status;
    }
    close_database(results);
    status = rh_output_commit(results->output, error);
    release(results);
    return status;
}
