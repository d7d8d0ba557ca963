/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/schema.h"

#include "lane/record.h"
#include "metrics/path.h"

#define STEP_FIELD(name)                                                                           \
    { #name, offsetof(rh_step, name) }
static const rh_results_field step_fields[RH_RESULTS_N_STEP_FIELDS] = {
    STEP_FIELD(spot),
    STEP_FIELD(forward),
    STEP_FIELD(hedge_price),
    STEP_FIELD(iv),
    STEP_FIELD(option_value_usd),
    STEP_FIELD(book_delta),
    STEP_FIELD(hedge_quantity),
    STEP_FIELD(target_quantity),
    STEP_FIELD(net_delta),
    STEP_FIELD(book_gamma),
    STEP_FIELD(book_vega),
    STEP_FIELD(book_theta),
    STEP_FIELD(equity_usd),
    STEP_FIELD(equity_coin),
    STEP_FIELD(pnl_usd),
    STEP_FIELD(pnl_coin),
    STEP_FIELD(unhedged_pnl_usd),
    STEP_FIELD(unhedged_pnl_coin),
    STEP_FIELD(error_usd),
    STEP_FIELD(error_coin),
};

const rh_results_field *rh_results_step_fields(void) {
    return step_fields;
}

/* ISO 8601 from nanoseconds in SQL alone, as rh_time_text writes it: seconds rounded down, then 0,
 * 3, 6 or 9 decimals. */
/* clang-format off */
#define BELOW_SECOND(ns) "((" ns "%1000000000+1000000000)%1000000000)"
#define ISO_TEXT(ns) \
    "strftime('%Y-%m-%dT%H:%M:%S'," ns "/1000000000-(" ns "%1000000000<0),'unixepoch')||" \
    "CASE WHEN " ns "%1000000000=0 THEN 'Z' " \
    "WHEN " ns "%1000000=0 THEN printf('.%03dZ'," BELOW_SECOND(ns) "/1000000) " \
    "WHEN " ns "%1000=0 THEN printf('.%06dZ'," BELOW_SECOND(ns) "/1000) " \
    "ELSE printf('.%09dZ'," BELOW_SECOND(ns) ") END"
/* clang-format on */

static const char fixed_tables[] =
    "CREATE TABLE lane("
    " run_id INTEGER PRIMARY KEY, label TEXT NOT NULL, title TEXT, config TEXT NOT NULL,"
    " config_sha256 TEXT NOT NULL, data_sha256 TEXT, engine_version TEXT NOT NULL,"
    " seed INTEGER NOT NULL, status TEXT NOT NULL, events INTEGER, started_ns INTEGER,"
    " elapsed_s REAL, notes TEXT, numeraire TEXT NOT NULL CHECK(numeraire IN ('usd','coin')),"
    " underlying TEXT NOT NULL, grid TEXT NOT NULL, grid_ns INTEGER NOT NULL,"
    " series_id INTEGER, paths INTEGER) STRICT;"
    "CREATE TABLE swept("
    " run_id INTEGER NOT NULL REFERENCES lane, position INTEGER NOT NULL, key TEXT NOT NULL,"
    " value ANY, PRIMARY KEY(run_id,position), UNIQUE(run_id,key)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE instrument("
    " instrument_id INTEGER PRIMARY KEY, name TEXT NOT NULL, underlying TEXT NOT NULL,"
    " kind TEXT NOT NULL, settle TEXT NOT NULL, option_right INTEGER, strike REAL,"
    " expiry_ns INTEGER, multiplier REAL) STRICT;"
    "CREATE TABLE evidence(evidence_id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;"
    "CREATE TABLE fill_reason(fill_reason_id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;"
    "CREATE TABLE flow_reason(flow_reason_id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;"
    "CREATE TABLE term(term_id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;"
    "CREATE TABLE metric_name("
    " metric_id INTEGER PRIMARY KEY, name TEXT NOT NULL, unit TEXT NOT NULL,"
    " meaning TEXT NOT NULL) STRICT;"
    "CREATE TABLE lane_fill("
    " run_id INTEGER NOT NULL REFERENCES lane, seq INTEGER NOT NULL, ts_ns INTEGER NOT NULL,"
    " instrument_id INTEGER NOT NULL REFERENCES instrument,"
    " reason INTEGER NOT NULL REFERENCES fill_reason,"
    " evidence INTEGER NOT NULL REFERENCES evidence,"
    " quantity REAL NOT NULL, price REAL NOT NULL, mid REAL, fee_usd REAL, spread_usd REAL,"
    " impact_usd REAL, latency_usd REAL, PRIMARY KEY(run_id,seq)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE lane_flow("
    " run_id INTEGER NOT NULL REFERENCES lane, seq INTEGER NOT NULL, ts_ns INTEGER NOT NULL,"
    " currency INTEGER NOT NULL CHECK(currency IN (0,1)),"
    " reason INTEGER NOT NULL REFERENCES flow_reason,"
    " instrument_id INTEGER REFERENCES instrument, amount REAL NOT NULL,"
    " PRIMARY KEY(run_id,seq)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE lane_metric("
    " run_id INTEGER NOT NULL REFERENCES lane, metric_id INTEGER NOT NULL REFERENCES metric_name,"
    " value REAL, low REAL, high REAL, PRIMARY KEY(run_id,metric_id)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE shared_step("
    " series_id INTEGER NOT NULL, seq INTEGER NOT NULL, ts_ns INTEGER NOT NULL,"
    " unhedged_error REAL, counted INTEGER NOT NULL CHECK(counted IN (0,1)),"
    " PRIMARY KEY(series_id,seq)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE lane_error("
    " run_id INTEGER NOT NULL REFERENCES lane, seq INTEGER NOT NULL, error REAL, slippage REAL,"
    " PRIMARY KEY(run_id,seq)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE lane_difference("
    " run_id INTEGER NOT NULL REFERENCES lane, seq INTEGER NOT NULL,"
    " reference_id INTEGER NOT NULL REFERENCES lane,"
    " against TEXT NOT NULL CHECK(against IN ('reference','leader')),"
    " loss TEXT NOT NULL CHECK(loss IN ('error2','error2_cost')), mean REAL, low REAL, high REAL,"
    " dm REAL, p REAL, p_holm REAL, p_romano_wolf REAL,"
    " distinguishable INTEGER NOT NULL CHECK(distinguishable IN (0,1)),"
    " lanes INTEGER NOT NULL, PRIMARY KEY(run_id,seq), UNIQUE(run_id,reference_id,against,loss))"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE lane_distribution("
    " run_id INTEGER NOT NULL REFERENCES lane, quantity INTEGER NOT NULL, n INTEGER NOT NULL,"
    " mean REAL, mean_se REAL, std REAL, std_se REAL, skewness REAL, kurtosis REAL, var95 REAL,"
    " es95 REAL, var99 REAL, es99 REAL, least REAL, largest REAL, loss_fraction REAL,"
    " PRIMARY KEY(run_id,quantity)) STRICT, WITHOUT ROWID;";

#define TS      ISO_TEXT("ts_ns") " AS ts,ts_ns"
#define STARTED ISO_TEXT("started_ns") " AS started"

static const char run_view[] =
    "CREATE VIEW run AS SELECT run_id,label,title,config,config_sha256,data_sha256,"
    "engine_version,seed,status,events," STARTED ",elapsed_s,notes,numeraire,underlying,grid,"
    "grid_ns,paths FROM lane ORDER BY run_id";

static const char fill_and_journal_views[] =
    "CREATE VIEW fill AS SELECT run_id," TS ","
    "(SELECT name FROM instrument i WHERE i.instrument_id=f.instrument_id) AS instrument,"
    "quantity,price,mid,fee_usd,spread_usd,impact_usd,latency_usd,"
    "(SELECT name FROM fill_reason r WHERE r.fill_reason_id=f.reason) AS reason,"
    "(SELECT name FROM evidence e WHERE e.evidence_id=f.evidence) AS evidence "
    "FROM lane_fill f ORDER BY run_id,seq;"
    "CREATE VIEW journal AS SELECT run_id," TS ","
    "CASE currency WHEN 0 THEN 'USD' ELSE"
    " (SELECT underlying FROM lane l WHERE l.run_id=f.run_id) END AS currency,"
    "(SELECT name FROM flow_reason r WHERE r.flow_reason_id=f.reason) AS reason,"
    "(SELECT name FROM instrument i WHERE i.instrument_id=f.instrument_id) AS instrument,"
    "amount FROM lane_flow f ORDER BY run_id,seq";

static const char metric_view[] =
    "CREATE VIEW metric AS SELECT m.run_id AS run_id,n.name AS metric,value,low,high,"
    "replace(n.unit,'numeraire',(SELECT CASE numeraire WHEN 'usd' THEN 'USD' ELSE 'coin' END"
    " FROM lane l WHERE l.run_id=m.run_id)) AS unit "
    "FROM lane_metric m CROSS JOIN metric_name n ON n.metric_id=m.metric_id "
    "ORDER BY m.run_id,m.metric_id";

/* The rows of a lane and those it shares are in the same order; the cross joins make SQLite walk
 * both by their keys. */
static const char error_view[] =
    "CREATE VIEW error AS SELECT e.run_id AS run_id," TS ",error,unhedged_error,slippage,counted "
    "FROM lane l CROSS JOIN lane_error e ON e.run_id=l.run_id "
    "CROSS JOIN shared_step s ON s.series_id=l.series_id AND s.seq=e.seq "
    "ORDER BY l.run_id,e.seq";

static const char difference_view[] =
    "CREATE VIEW difference AS SELECT d.run_id AS run_id,label,reference_id,against,loss,mean,low,"
    "high,dm,p,p_holm,p_romano_wolf,distinguishable,lanes "
    "FROM lane l CROSS JOIN lane_difference d ON d.run_id=l.run_id ORDER BY d.run_id,d.seq";

/* Runs what a builder holds and frees it; an empty one means that memory ran out. */
static int run_built(sqlite3 *db, sqlite3_str *built) {
    char *sql = sqlite3_str_finish(built);
    int code = sql ? sqlite3_exec(db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
    sqlite3_free(sql);
    return code;
}

/* ---- tables ---- */

static int make_step_table(sqlite3 *db) {
    sqlite3_str *sql = sqlite3_str_new(db);
    sqlite3_str_appendall(
        sql, "CREATE TABLE lane_step(run_id INTEGER NOT NULL REFERENCES lane,"
             " seq INTEGER NOT NULL, ts_ns INTEGER NOT NULL,"
             " evidence INTEGER NOT NULL REFERENCES evidence, full_length INTEGER NOT NULL,");
    for (int i = 0; i < RH_RESULTS_N_STEP_FIELDS; i++)
        sqlite3_str_appendf(sql, " %s REAL,", step_fields[i].name);
    sqlite3_str_appendall(sql, " PRIMARY KEY(run_id,seq)) STRICT, WITHOUT ROWID");
    return run_built(db, sql);
}

static int make_attribution_table(sqlite3 *db) {
    sqlite3_str *sql = sqlite3_str_new(db);
    sqlite3_str_appendall(sql, "CREATE TABLE lane_attribution(run_id INTEGER NOT NULL,"
                               " seq INTEGER NOT NULL, ts_ns INTEGER NOT NULL,");
    for (rh_term term = 0; term < RH_N_TERMS; term++)
        sqlite3_str_appendf(sql, " %s_usd REAL, %s_coin REAL,", rh_term_text(term),
                            rh_term_text(term));
    sqlite3_str_appendall(sql, " PRIMARY KEY(run_id,seq),"
                               " FOREIGN KEY(run_id,seq) REFERENCES lane_step(run_id,seq))"
                               " STRICT, WITHOUT ROWID");
    return run_built(db, sql);
}

static int make_path_table(sqlite3 *db) {
    sqlite3_str *sql = sqlite3_str_new(db);
    sqlite3_str_appendall(sql, "CREATE TABLE lane_path(run_id INTEGER NOT NULL REFERENCES lane,"
                               " path INTEGER NOT NULL,");
    for (int i = 0; i < RH_N_PATH_FIELDS; i++)
        sqlite3_str_appendf(sql, " %s REAL,", rh_path_fields()[i].name);
    sqlite3_str_appendall(sql, " PRIMARY KEY(run_id,path)) STRICT, WITHOUT ROWID");
    return run_built(db, sql);
}

static void append_name(sqlite3_str *sql, const char *table, int id, const char *name) {
    sqlite3_str_appendf(sql, "INSERT INTO %s VALUES(%d,%Q);", table, id, name);
}

static int fill_name_tables(sqlite3 *db) {
    sqlite3_str *sql = sqlite3_str_new(db);
    for (rh_evidence id = 0; id <= RH_BY_NOTHING; id++)
        append_name(sql, "evidence", (int)id, rh_evidence_text(id));
    for (rh_fill_reason id = 0; id <= RH_FILL_LIQUIDATE; id++)
        append_name(sql, "fill_reason", (int)id, rh_fill_reason_text(id));
    for (rh_flow_reason id = 0; id <= RH_FLOW_SWEEP; id++)
        append_name(sql, "flow_reason", (int)id, rh_flow_reason_text(id));
    for (rh_term id = 0; id < RH_N_TERMS; id++)
        append_name(sql, "term", (int)id, rh_term_text(id));
    for (int id = 0; id < RH_N_METRICS; id++) {
        const rh_metric_entry *entry = &rh_metric_entries()[id];
        sqlite3_str_appendf(sql, "INSERT INTO metric_name VALUES(%d,%Q,%Q,%Q);", id, entry->name,
                            entry->unit, entry->meaning);
    }
    return run_built(db, sql);
}

static int set_identity(sqlite3 *db) {
    sqlite3_str *sql = sqlite3_str_new(db);
    sqlite3_str_appendf(sql, "PRAGMA application_id=%d;PRAGMA user_version=%d",
                        RH_RESULTS_APPLICATION_ID, RH_RESULTS_VERSION);
    return run_built(db, sql);
}

int rh_results_make_tables(sqlite3 *db) {
    int code = set_identity(db);
    if (code == SQLITE_OK)
        code = sqlite3_exec(db, fixed_tables, NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = make_step_table(db);
    if (code == SQLITE_OK)
        code = make_attribution_table(db);
    if (code == SQLITE_OK)
        code = make_path_table(db);
    if (code == SQLITE_OK)
        code = fill_name_tables(db);
    return code;
}

/* ---- views ---- */

static int make_step_view(sqlite3 *db) {
    sqlite3_str *sql = sqlite3_str_new(db);
    sqlite3_str_appendall(sql, "CREATE VIEW step AS SELECT run_id," TS ",");
    for (int i = 0; i < RH_RESULTS_N_STEP_FIELDS; i++)
        sqlite3_str_appendf(sql, "%s,", step_fields[i].name);
    sqlite3_str_appendall(
        sql, "(SELECT name FROM evidence e WHERE e.evidence_id=s.evidence) AS evidence,full_length "
             "FROM lane_step s ORDER BY run_id,seq");
    return run_built(db, sql);
}

static int make_path_views(sqlite3 *db) {
    sqlite3_str *sql = sqlite3_str_new(db);
    sqlite3_str_appendall(sql, "CREATE VIEW path AS SELECT run_id,path");
    for (int i = 0; i < RH_N_PATH_FIELDS; i++)
        sqlite3_str_appendf(sql, ",%s", rh_path_fields()[i].name);
    sqlite3_str_appendall(sql, ",error-cost AS error_net FROM lane_path ORDER BY run_id,path;"
                               "CREATE VIEW distribution AS SELECT d.run_id AS run_id,label,"
                               "CASE quantity");
    for (int i = 0; i < RH_N_PATH_QUANTITIES; i++)
        sqlite3_str_appendf(sql, " WHEN %d THEN %Q", i, rh_path_quantity_name(i));
    sqlite3_str_appendall(sql, " END AS quantity,CASE quantity");
    for (int i = 0; i < RH_N_PATH_QUANTITIES; i++)
        sqlite3_str_appendf(sql,
                            " WHEN %d THEN replace(%Q,'numeraire',"
                            "CASE numeraire WHEN 'usd' THEN 'USD' ELSE 'coin' END)",
                            i, rh_path_quantity_unit(i));
    sqlite3_str_appendall(
        sql, " END AS unit,n,mean,mean_se,std,std_se,skewness,kurtosis,var95,es95,var99,es99,least,"
             "largest,loss_fraction FROM lane l CROSS JOIN lane_distribution d ON"
             " d.run_id=l.run_id ORDER BY d.run_id,d.quantity");
    return run_built(db, sql);
}

static void append_term_choice(sqlite3_str *sql, const char *currency) {
    sqlite3_str_appendall(sql, "CASE t.term_id");
    for (rh_term term = 0; term < RH_N_TERMS; term++)
        sqlite3_str_appendf(sql, " WHEN %d THEN a.%s_%s", (int)term, rh_term_text(term), currency);
    sqlite3_str_appendf(sql, " END AS %s", currency);
}

static int make_attribution_view(sqlite3 *db) {
    sqlite3_str *sql = sqlite3_str_new(db);
    sqlite3_str_appendall(sql, "CREATE VIEW attribution AS SELECT run_id," TS ",t.name AS term,");
    append_term_choice(sql, "usd");
    sqlite3_str_appendall(sql, ",");
    append_term_choice(sql, "coin");
    sqlite3_str_appendall(sql, " FROM lane_attribution a CROSS JOIN term t"
                               " ORDER BY run_id,seq,t.term_id");
    return run_built(db, sql);
}

/* A column per key that any lane swept, in the order in which the keys first appear. */
static int append_swept_columns(sqlite3 *db, sqlite3_str *sql) {
    sqlite3_stmt *keys;
    int code = sqlite3_prepare_v2(
        db, "SELECT key FROM swept GROUP BY key ORDER BY min(run_id*1000000+position)", -1, &keys,
        NULL);
    while (code == SQLITE_OK && (code = sqlite3_step(keys)) == SQLITE_ROW) {
        const char *key = (const char *)sqlite3_column_text(keys, 0);
        sqlite3_str_appendf(
            sql, ",(SELECT value FROM swept k WHERE k.run_id=l.run_id AND k.key=%Q) AS \"%w\"", key,
            key);
        code = SQLITE_OK;
    }
    sqlite3_finalize(keys);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int make_comparison_view(sqlite3 *db) {
    sqlite3_str *sql = sqlite3_str_new(db);
    sqlite3_str_appendall(sql, "CREATE VIEW comparison AS SELECT run_id,label");
    int code = append_swept_columns(db, sql);
    for (int id = 0; id < RH_N_METRICS; id++)
        sqlite3_str_appendf(sql,
                            ",(SELECT value FROM lane_metric m WHERE m.run_id=l.run_id AND"
                            " m.metric_id=%d) AS %s",
                            id, rh_metric_entries()[id].name);
    sqlite3_str_appendall(sql, " FROM lane l ORDER BY run_id");
    int made = run_built(db, sql);
    return code == SQLITE_OK ? made : code;
}

int rh_results_make_views(sqlite3 *db) {
    int code = sqlite3_exec(db, run_view, NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = make_step_view(db);
    if (code == SQLITE_OK)
        code = sqlite3_exec(db, fill_and_journal_views, NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = make_attribution_view(db);
    if (code == SQLITE_OK)
        code = sqlite3_exec(db, metric_view, NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(db, error_view, NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = make_comparison_view(db);
    if (code == SQLITE_OK)
        code = sqlite3_exec(db, difference_view, NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = make_path_views(db);
    return code;
}

int rh_results_prepare_insert(sqlite3 *db, const char *table, int values, sqlite3_stmt **out) {
    *out = NULL;
    sqlite3_str *built = sqlite3_str_new(db);
    sqlite3_str_appendf(built, "INSERT INTO %s VALUES(?", table);
    for (int i = 1; i < values; i++)
        sqlite3_str_appendall(built, ",?");
    sqlite3_str_appendall(built, ")");
    char *sql = sqlite3_str_finish(built);
    int code =
        sql ? sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) : SQLITE_NOMEM;
    sqlite3_free(sql);
    return code;
}
