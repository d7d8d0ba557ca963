/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/store_tables.h"

#include "base/clock.h"
#include "base/memory.h"
#include "feed/sqlite.h"
#include "feed/store_slices.h"
#include "instrument/catalogue.h"

#include <math.h>
#include <string.h>

/* Columns of every table, in this order; its values follow, then `present`. */
enum { SOURCE, TS_NS, KNOWN_NS, TS, INSTRUMENT, VALUES };

const char *const rh_store_tables[RH_N_STORE_TABLES] = {"quote", "trade", "bar", "mark", "funding", "settlement"};

static const char *const values[RH_N_EVENT_KINDS] = {
    "bid REAL, bid_size REAL, ask REAL, ask_size REAL",
    "price REAL, size REAL",
    "open REAL, high REAL, low REAL, close REAL, volume REAL",
    "mark REAL, iv REAL, forward REAL, index_price REAL",
    "rate REAL, interval_s REAL",
    "price REAL"};

typedef struct {
    sqlite3_vtab base; /* SQLite's part comes first */
    sqlite3 *db;
    rh_event_kind kind;
} table;

typedef struct {
    sqlite3_vtab_cursor base;
    sqlite3_stmt *sources, *instrument;
    rh_slices *slices;
    rh_slices_query query;
    uint32_t *numbers; /* the store's own number, or none if the instrument isn't asked for */
    const rh_event *events;
    size_t count, at;
    int64_t source, row;
    uint32_t named; /* the instrument that `instrument` has the name of */
    int ended;
} cursor;

/* ---- tables ---- */

static int connect_table(sqlite3 *db, void *kind, int n, const char *const *words,
                         sqlite3_vtab **out, char **message) {
    (void)n;
    (void)words;
    (void)message;
    const rh_event_kind which = *(const rh_event_kind *)kind;
    char *sql = sqlite3_mprintf("CREATE TABLE x(source INTEGER, ts_ns INTEGER, known_ns INTEGER, "
                                "ts TEXT, instrument TEXT, %s, present INTEGER HIDDEN)",
                                values[which]);
    int code = sql ? sqlite3_declare_vtab(db, sql) : SQLITE_NOMEM;
    sqlite3_free(sql);
    table *t = code == SQLITE_OK ? sqlite3_malloc64(sizeof *t) : NULL;
    if (!t)
        return code == SQLITE_OK ? SQLITE_NOMEM : code;
    *t = (table){.db = db, .kind = which};
    *out = &t->base;
    return SQLITE_OK;
}

static int disconnect_table(sqlite3_vtab *base) {
    sqlite3_free(base);
    return SQLITE_OK;
}

/* ---- which rows are asked for ---- */

/* A condition that a table can use: a letter of the plan's text, and how well it narrows down. */
static char use_of(int column, int op) {
    if (column == SOURCE)
        return op == SQLITE_INDEX_CONSTRAINT_EQ ? 's' : '\0';
    if (column == INSTRUMENT)
        return op == SQLITE_INDEX_CONSTRAINT_EQ ? 'i' : '\0';
    if (column != TS_NS && column != KNOWN_NS)
        return '\0';
    const int known = column == KNOWN_NS;
    switch (op) {
    case SQLITE_INDEX_CONSTRAINT_EQ: return known ? 'E' : 'e';
    case SQLITE_INDEX_CONSTRAINT_GT:
    case SQLITE_INDEX_CONSTRAINT_GE: return known ? 'F' : 'f';
    case SQLITE_INDEX_CONSTRAINT_LT:
    case SQLITE_INDEX_CONSTRAINT_LE: return known ? 'T' : 't';
    default: return '\0';
    }
}

static double worth_of(char use) {
    return use == 'i' ? 100.0 : use == 's' ? 10.0 : use == 'e' || use == 'E' ? 1000.0 : 4.0;
}

/* SQLite checks every condition again, so that these only have to leave nothing out. */
static int choose_plan(sqlite3_vtab *base, sqlite3_index_info *info) {
    enum { MOST = 16 };
    char plan[MOST + 1];
    int used = 0;
    double cost = 1e9;
    (void)base;
    for (int i = 0; i < info->nConstraint && used < MOST; i++) {
        const struct sqlite3_index_constraint *c = &info->aConstraint[i];
        const char use = c->usable ? use_of(c->iColumn, c->op) : '\0';
        if (!use || (use == 'i' && strcmp(sqlite3_vtab_collation(info, i), "BINARY") != 0))
            continue;
        plan[used++] = use;
        info->aConstraintUsage[i].argvIndex = used;
        cost /= worth_of(use);
    }
    plan[used] = '\0';
    info->idxStr = sqlite3_mprintf("%s", plan);
    info->needToFreeIdxStr = 1;
    info->estimatedCost = cost;
    info->estimatedRows = (sqlite3_int64)cost + 1;
    return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

/* ---- cursors ---- */

static int fail(cursor *c, const char *text) {
    sqlite3_free(c->base.pVtab->zErrMsg);
    c->base.pVtab->zErrMsg = sqlite3_mprintf("%s", text);
    return SQLITE_CORRUPT_VTAB;
}

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out) {
    (void)base;
    cursor *c = sqlite3_malloc64(sizeof *c);
    if (!c)
        return SQLITE_NOMEM;
    memset(c, 0, sizeof *c);
    *out = &c->base;
    return SQLITE_OK;
}

static void reset(cursor *c) {
    rh_slices_close(c->slices);
    (void)sqlite3_finalize(c->sources);
    (void)sqlite3_finalize(c->instrument);
    rh_release(c->numbers);
    const sqlite3_vtab_cursor base = c->base;
    *c = (cursor){.base = base};
}

static int close_cursor(sqlite3_vtab_cursor *base) {
    reset((cursor *)base);
    sqlite3_free(base);
    return SQLITE_OK;
}

static int one_number(sqlite3 *db, const char *sql, sqlite3_value *parameter, int64_t *out) {
    sqlite3_stmt *statement;
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (code != SQLITE_OK)
        return code;
    *out = 0;
    if (parameter)
        (void)sqlite3_bind_value(statement, 1, parameter);
    if (sqlite3_step(statement) == SQLITE_ROW)
        *out = sqlite3_column_int64(statement, 0);
    return sqlite3_finalize(statement);
}

/* Every instrument is wanted under its own number, or one of them only. */
static int make_numbers(cursor *c, sqlite3 *db, sqlite3_value *name) {
    int64_t highest = 0, count = 0, only = 0;
    int code = one_number(db, "SELECT max(instrument_id) FROM instrument", NULL, &highest);
    if (code == SQLITE_OK)
        code = one_number(db, "SELECT count(*) FROM instrument", NULL, &count);
    if (code == SQLITE_OK && name)
        code = one_number(db, "SELECT instrument_id FROM instrument WHERE name=?1", name, &only);
    if (code != SQLITE_OK)
        return code;
    if (highest != count || highest >= UINT32_MAX)
        return fail(c, "the store is damaged: its instruments can't be");
    c->numbers = rh_allocate((size_t)count + 1, sizeof *c->numbers);
    if (!c->numbers)
        return SQLITE_NOMEM;
    for (int64_t i = 0; i <= count; i++)
        c->numbers[i] = i > 0 && (!name || i == only) ? (uint32_t)i : RH_NO_INSTRUMENT;
    c->query.view = (rh_chunk_view){.numbers = c->numbers, .count = (size_t)count + 1};
    c->ended = name && only == 0;
    return SQLITE_OK;
}

/* A bound from SQL may be a real number or a text; what is no number bounds nothing. */
static void narrow(sqlite3_value *value, int is_from, int is_to, rh_time *from, rh_time *to) {
    const int type = sqlite3_value_numeric_type(value);
    rh_time low, high;
    if (type == SQLITE_INTEGER) {
        low = high = sqlite3_value_int64(value);
    } else if (type == SQLITE_FLOAT && fabs(sqlite3_value_double(value)) < 9.2e18) {
        low = (rh_time)floor(sqlite3_value_double(value));
        high = (rh_time)ceil(sqlite3_value_double(value));
    } else {
        return;
    }
    if (is_from && low > *from)
        *from = low;
    if (is_to && high < *to)
        *to = high;
}

static void use(cursor *c, char letter, sqlite3_value *value) {
    rh_slices_query *q = &c->query;
    switch (letter) {
    case 'e':
    case 'f':
    case 't': narrow(value, letter != 't', letter != 'f', &q->from, &q->to); break;
    case 'E':
    case 'F':
    case 'T': narrow(value, letter != 'T', letter != 'F', &q->known_from, &q->known_to); break;
    default: break;
    }
}

/* The next slice that has rows, of this source or a later one. */
static int next_slice(cursor *c) {
    table *t = (table *)c->base.pVtab;
    rh_error error = {0};
    c->at = c->count = 0;
    while (c->count == 0) {
        if (c->slices && rh_slices_next(c->slices, &c->events, &c->count, &error) != RH_OK)
            return fail(c, error.text);
        if (c->count > 0)
            return SQLITE_OK;
        rh_slices_close(c->slices);
        c->slices = NULL;
        const int code = sqlite3_step(c->sources);
        c->ended = code != SQLITE_ROW;
        if (c->ended)
            return code == SQLITE_DONE ? SQLITE_OK : code;
        c->source = c->query.source_id = sqlite3_column_int64(c->sources, 0);
        if (rh_slices_open(t->db, &c->query, &c->slices, &error) != RH_OK)
            return fail(c, error.text);
    }
    return SQLITE_OK;
}

static int begin(sqlite3_vtab_cursor *base, int number, const char *plan, int n,
                 sqlite3_value **arguments) {
    cursor *c = (cursor *)base;
    table *t = (table *)base->pVtab;
    sqlite3_value *name = NULL, *source = NULL;
    (void)number;
    reset(c);
    c->query = (rh_slices_query){.kinds = 1u << t->kind,
                                 .from = RH_DAWN,
                                 .to = RH_NEVER,
                                 .known_from = RH_DAWN,
                                 .known_to = RH_NEVER};
    for (int i = 0; i < n; i++) {
        name = plan[i] == 'i' ? arguments[i] : name;
        source = plan[i] == 's' ? arguments[i] : source;
        use(c, plan[i], arguments[i]);
    }
    int code = make_numbers(c, t->db, name);
    if (code != SQLITE_OK || c->ended)
        return code;
    code = sqlite3_prepare_v2(t->db,
                              source ? "SELECT source_id FROM source WHERE source_id=?1"
                                     : "SELECT source_id FROM source ORDER BY source_id",
                              -1, &c->sources, NULL);
    if (code == SQLITE_OK && source)
        (void)sqlite3_bind_value(c->sources, 1, source);
    if (code == SQLITE_OK)
        code = sqlite3_prepare_v2(t->db, "SELECT name FROM instrument WHERE instrument_id=?1", -1,
                                  &c->instrument, NULL);
    return code == SQLITE_OK ? next_slice(c) : code;
}

static int step(sqlite3_vtab_cursor *base) {
    cursor *c = (cursor *)base;
    c->row++;
    return ++c->at < c->count ? SQLITE_OK : next_slice(c);
}

static int is_at_end(sqlite3_vtab_cursor *base) {
    return ((cursor *)base)->ended;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out) {
    *out = ((cursor *)base)->row;
    return SQLITE_OK;
}

/* ---- values ---- */

static void give_text_time(sqlite3_context *context, rh_time time) {
    char text[RH_TIME_TEXT];
    sqlite3_result_text(context, rh_time_text(time, text), -1, SQLITE_TRANSIENT);
}

static void give_name(cursor *c, sqlite3_context *context, uint32_t instrument) {
    if (c->named != instrument) {
        (void)sqlite3_reset(c->instrument);
        (void)sqlite3_bind_int64(c->instrument, 1, instrument);
        c->named = sqlite3_step(c->instrument) == SQLITE_ROW ? instrument : 0;
    }
    if (c->named)
        sqlite3_result_value(context, sqlite3_column_value(c->instrument, 0));
}

static int give(sqlite3_vtab_cursor *base, sqlite3_context *context, int column) {
    cursor *c = (cursor *)base;
    const rh_event *event = &c->events[c->at];
    const int value = column - VALUES;
    switch (column) {
    case SOURCE: sqlite3_result_int64(context, c->source); return SQLITE_OK;
    case TS_NS: sqlite3_result_int64(context, event->happened); return SQLITE_OK;
    case KNOWN_NS: sqlite3_result_int64(context, event->known); return SQLITE_OK;
    case TS: give_text_time(context, event->happened); return SQLITE_OK;
    case INSTRUMENT: give_name(c, context, event->instrument); return SQLITE_OK;
    default: break;
    }
    if (value == rh_event_values((rh_event_kind)event->kind))
        sqlite3_result_int64(context, event->present);
    else if (rh_event_has(event, value)) /* NaN becomes NULL */
        sqlite3_result_double(context, event->value[value]);
    return SQLITE_OK;
}

/* Tables of this kind are there without CREATE VIRTUAL TABLE, and can't be made with it. */
static const sqlite3_module module = {
    .xConnect = connect_table,
    .xBestIndex = choose_plan,
    .xDisconnect = disconnect_table,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = begin,
    .xNext = step,
    .xEof = is_at_end,
    .xColumn = give,
    .xRowid = rowid,
};

int rh_store_register(sqlite3 *db) {
    static const rh_event_kind kinds[RH_N_EVENT_KINDS] = {RH_EVENT_QUOTE,   RH_EVENT_TRADE,
                                                          RH_EVENT_BAR,     RH_EVENT_MARK,
                                                          RH_EVENT_FUNDING, RH_EVENT_SETTLEMENT};
    int code = SQLITE_OK;
    for (int i = 0; i < RH_N_EVENT_KINDS && code == SQLITE_OK; i++)
        code = sqlite3_create_module_v2(db, rh_store_tables[i], &module,
                                        (void *)(uintptr_t)&kinds[i], NULL);
    return code;
}
