/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/store.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/output.h"
#include "feed/bytes.h"
#include "feed/chunk.h"
#include "feed/store_pack.h"
#include "feed/store_schema.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct rh_store_writer {
    char *path;
    sqlite3 *db;
    rh_output *fresh; /* a store that is being made */
};

enum { KEPT_REJECTS = 32 };

/* What one import works with. */
typedef struct {
    rh_store_writer *w;
    const rh_source_spec *spec;
    const rh_store_watch *watch;
    rh_store_imported *out;
    rh_catalogue *names; /* of the store; number i is instrument i + 1 */
    size_t n_stored;     /* of them that are in the table */
    int64_t source_id, bytes;
    char *map; /* the renames, as JSON */
    rh_source *source;
    rh_packer *packer;
    rh_time first_known, last_known;
    rh_error rejects[KEPT_REJECTS];
    size_t n_rejects;
} import;

/* ---- SQL ---- */

static rh_status failed(const rh_store_writer *w, rh_error *error) {
    return rh_database_fail(w->path, w->db, error);
}

static rh_status run(const rh_store_writer *w, const char *sql, rh_error *error) {
    return sqlite3_exec(w->db, sql, NULL, NULL, NULL) == SQLITE_OK ? RH_OK : failed(w, error);
}

static rh_status prepare(const rh_store_writer *w, const char *sql, sqlite3_stmt **out,
                         rh_error *error) {
    return sqlite3_prepare_v2(w->db, sql, -1, out, NULL) == SQLITE_OK ? RH_OK : failed(w, error);
}

/* Steps a statement that gives no rows, and makes it ready for the next ones. */
static rh_status execute(const rh_store_writer *w, sqlite3_stmt *statement, rh_error *error) {
    const int code = sqlite3_step(statement);
    rh_status status = code == SQLITE_DONE ? RH_OK : failed(w, error);
    (void)sqlite3_reset(statement);
    return status;
}

static void bind_text(sqlite3_stmt *statement, int at, const char *text) {
    (void)sqlite3_bind_text(statement, at, text ? text : "", -1, SQLITE_TRANSIENT);
}

/* ---- opening ---- */

/* A store that isn't there yet grows in a temporary file, which needs no journal on disk. */
static rh_status make_store(rh_store_writer *w, rh_error *error) {
    rh_status status = rh_output_create(w->path, &w->fresh, error);
    if (status == RH_OK)
        status = rh_database_open_any(rh_output_temporary(w->fresh), &w->db, error);
    if (status == RH_OK)
        status = run(w, rh_store_schema, error);
    return status == RH_OK ? run(w, "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF", error)
                           : status;
}

rh_status rh_store_writer_open(const char *path, rh_store_writer **out, rh_error *error) {
    struct stat there;
    rh_store_writer *w = rh_allocate(1, sizeof *w);
    if (w)
        w->path = rh_copy_text(path);
    rh_status status = w && w->path ? RH_OK : rh_no_memory(error);
    if (status == RH_OK)
        status = stat(path, &there) == 0 ? rh_database_open(path, &rh_store_kind, 1, &w->db, error)
                                         : make_store(w, error);
    if (status != RH_OK) {
        rh_store_writer_close(w);
        return status;
    }
    *out = w;
    return RH_OK;
}

void rh_store_writer_close(rh_store_writer *w) {
    if (!w)
        return;
    (void)sqlite3_close(w->db);
    rh_output_abandon(w->fresh);
    rh_release(w->path);
    rh_release(w);
}

/* The file of a store that was just made appears; what follows is written to it in place. */
static rh_status appear(rh_store_writer *w, rh_error *error) {
    (void)sqlite3_close(w->db);
    w->db = NULL;
    rh_output *fresh = w->fresh;
    w->fresh = NULL;
    rh_status status = rh_output_commit(fresh, error);
    return status == RH_OK ? rh_database_open(w->path, &rh_store_kind, 1, &w->db, error) : status;
}

/* ---- what is there already ---- */

static rh_status add_name(rh_catalogue *names, const char *name, rh_error *error) {
    rh_instrument instrument = {.multiplier = 1.0};
    (void)snprintf(instrument.name, sizeof instrument.name, "%s", name);
    return rh_catalogue_add(names, &instrument) == RH_NO_INSTRUMENT ? rh_no_memory(error) : RH_OK;
}

/* The numbers must follow each other, so that the catalogue's are the table's. */
static rh_status read_names(import *im, rh_error *error) {
    sqlite3_stmt *rows;
    rh_status status =
        prepare(im->w, "SELECT instrument_id, name FROM instrument ORDER BY 1", &rows, error);
    int code = SQLITE_DONE;
    while (status == RH_OK && (code = sqlite3_step(rows)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(rows, 1);
        if (!name || sqlite3_column_int64(rows, 0) != (int64_t)im->n_stored + 1 ||
            strlen(name) >= RH_NAME_MAX)
            status = rh_fail(error, RH_BAD_DATA, "%s: is damaged: its instruments can't be",
                             im->w->path);
        else
            status = add_name(im->names, name, error);
        im->n_stored++;
    }
    if (status == RH_OK && code != SQLITE_DONE)
        status = failed(im->w, error);
    (void)sqlite3_finalize(rows);
    if (status == RH_OK && rh_catalogue_count(im->names) != im->n_stored)
        status = rh_fail(error, RH_BAD_DATA, "%s: is damaged: an instrument is there twice",
                         im->w->path);
    return status;
}

/* Binds what, beside the bytes, decides which events a file gives: parameters 1 to 11. */
static void bind_settings(const import *im, sqlite3_stmt *statement) {
    const rh_source_spec *spec = im->spec;
    bind_text(statement, 1, spec->format);
    bind_text(statement, 2, spec->instrument);
    bind_text(statement, 3, spec->timezone);
    (void)sqlite3_bind_int64(statement, 4, spec->interval);
    bind_text(statement, 5, spec->stamp);
    (void)sqlite3_bind_int64(statement, 6, spec->delay);
    (void)sqlite3_bind_int(statement, 7, spec->proxy != 0);
    (void)sqlite3_bind_double(statement, 8, spec->contract_size != 0.0 ? spec->contract_size : 1.0);
    bind_text(statement, 9, spec->iv_unit);
    bind_text(statement, 10, im->map);
    bind_text(statement, 11, spec->query);
}

#define SAME_SETTINGS                                                                              \
    "format=?1 AND instrument=?2 AND timezone=?3 AND interval_ns=?4 AND stamp=?5 AND "             \
    "delay_ns=?6 AND proxy=?7 AND contract_size=?8 AND iv_unit=?9 AND map=?10 AND query=?11"

/* 1 if a source with these settings and this sha256 is there; its name goes to out->as. */
static rh_status find_twin(import *im, const char *sha256, rh_error *error) {
    sqlite3_stmt *rows;
    rh_status status =
        prepare(im->w, "SELECT file FROM source WHERE sha256=?12 AND " SAME_SETTINGS, &rows, error);
    if (status != RH_OK)
        return status;
    bind_settings(im, rows);
    bind_text(rows, 12, sha256);
    const int code = sqlite3_step(rows);
    im->out->known = code == SQLITE_ROW;
    if (im->out->known)
        (void)snprintf(im->out->as, sizeof im->out->as, "%s",
                       (const char *)sqlite3_column_text(rows, 0));
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        status = failed(im->w, error);
    (void)sqlite3_finalize(rows);
    return status;
}

static rh_status digest_file(const char *path, char out[RH_DIGEST_TEXT], rh_error *error) {
    enum { BLOCK = 1 << 18 };
    rh_bytes *bytes = NULL;
    unsigned char *buffer = rh_allocate(BLOCK, 1);
    size_t got = 1; /* a short block needn't be the last: a fault may follow it */
    rh_status status = buffer ? rh_bytes_open(path, &bytes, error) : rh_no_memory(error);
    while (status == RH_OK && got == BLOCK)
        status = rh_bytes_read(bytes, buffer, BLOCK, &got, error);
    if (status == RH_OK)
        rh_bytes_digest(bytes, out);
    rh_bytes_close(bytes);
    rh_release(buffer);
    return status;
}

/* A file of a size that is there already is hashed before it is read for its events, since that is
 * faster and it will mostly be the same. */
static rh_status look_for_twin(import *im, rh_error *error) {
    sqlite3_stmt *rows;
    char sha256[RH_DIGEST_TEXT] = "";
    rh_status status =
        prepare(im->w, "SELECT 1 FROM source WHERE bytes=?12 AND " SAME_SETTINGS, &rows, error);
    if (status != RH_OK)
        return status;
    bind_settings(im, rows);
    (void)sqlite3_bind_int64(rows, 12, im->bytes);
    const int code = sqlite3_step(rows);
    (void)sqlite3_finalize(rows);
    if (code != SQLITE_ROW)
        return code == SQLITE_DONE ? RH_OK : failed(im->w, error);
    if (im->bytes < 0) /* a pipe can't be read twice */
        return RH_OK;
    if (digest_file(im->spec->path, sha256, NULL) !=
        RH_OK) /* reading it will tell why, if it fails */
        return RH_OK;
    return find_twin(im, sha256, error);
}

/* ---- the events ---- */

static int is_stopped(const import *im, uint64_t events) {
    int64_t done, total;
    if (!im->watch)
        return 0;
    rh_source_place(im->source, &done, &total);
    return im->watch->report(im->watch->user, events, done, total);
}

static rh_status copy_events(import *im, rh_error *error) {
    enum { BLOCK = 4096 };
    rh_event *block = rh_allocate(BLOCK, sizeof *block);
    size_t got = 1;
    uint64_t events = 0;
    rh_status status = block ? RH_OK : rh_no_memory(error);
    while (status == RH_OK && got > 0) {
        status = rh_source_fill(im->source, block, BLOCK, &got, error);
        if (status != RH_OK || got == 0)
            break;
        if (events == 0)
            im->first_known = block[0].known;
        im->last_known = block[got - 1].known;
        status = rh_packer_add(im->packer, block, got, error);
        events += got;
        if (status == RH_OK && is_stopped(im, events))
            status = rh_fail(error, RH_INTERRUPTED, "%s: interrupted; nothing of it was kept",
                             im->spec->path);
    }
    rh_release(block);
    return status;
}

static void keep_reject(void *user, const rh_error *error) {
    import *im = user;
    if (im->n_rejects < KEPT_REJECTS)
        im->rejects[im->n_rejects++] = *error;
}

static rh_status read_events(import *im, rh_error *error) {
    rh_source_spec spec = *im->spec;
    spec.rejected = keep_reject;
    spec.user = im;
    spec.collect = im->names;
    spec.once = 1;
    rh_status status = rh_source_open(&spec, 0, im->names, &im->source, error);
    if (status == RH_OK)
        status = rh_packer_open(im->w->db, im->w->path, im->source_id, &im->packer, error);
    if (status == RH_OK)
        status = copy_events(im, error);
    if (status == RH_OK)
        status = rh_packer_finish(im->packer, &im->out->writing_s, error);
    rh_packer_close(im->packer);
    im->packer = NULL;
    if (status == RH_OK)
        rh_source_summarise(im->source, &im->out->summary);
    return status;
}

/* ---- the rows about them ---- */

static rh_status write_names(const import *im, rh_error *error) {
    sqlite3_stmt *insert;
    rh_status status =
        prepare(im->w, "INSERT INTO instrument(instrument_id, name) VALUES(?1,?2)", &insert, error);
    for (size_t i = im->n_stored; i < rh_catalogue_count(im->names) && status == RH_OK; i++) {
        (void)sqlite3_bind_int64(insert, 1, (int64_t)i + 1);
        bind_text(insert, 2, rh_catalogue_get(im->names, (uint32_t)i)->name);
        status = execute(im->w, insert, error);
    }
    (void)sqlite3_finalize(insert);
    return status;
}

static rh_status write_counts(const import *im, rh_error *error) {
    sqlite3_stmt *insert;
    rh_status status =
        prepare(im->w, "INSERT INTO source_instrument VALUES(?1,?2,?3,?4)", &insert, error);
    (void)sqlite3_bind_int64(insert, 1, im->source_id);
    for (size_t i = 0; i < rh_catalogue_count(im->names) && status == RH_OK; i++) {
        uint64_t rows, gaps;
        rh_source_counts(im->source, (uint32_t)i, &rows, &gaps);
        if (rows == 0)
            continue;
        (void)sqlite3_bind_int64(insert, 2, (int64_t)i + 1);
        (void)sqlite3_bind_int64(insert, 3, (int64_t)rows);
        (void)sqlite3_bind_int64(insert, 4, (int64_t)gaps);
        status = execute(im->w, insert, error);
    }
    (void)sqlite3_finalize(insert);
    return status;
}

static void bind_span(const import *im, sqlite3_stmt *insert) {
    const rh_source_summary *sum = &im->out->summary;
    if (sum->rows > 0) {
        (void)sqlite3_bind_int64(insert, 25, sum->first);
        (void)sqlite3_bind_int64(insert, 26, sum->last);
    }
    if (sum->events > 0) {
        (void)sqlite3_bind_int64(insert, 27, im->first_known);
        (void)sqlite3_bind_int64(insert, 28, im->last_known);
    }
}

static void bind_counts(const import *im, sqlite3_stmt *insert) {
    const rh_source_summary *sum = &im->out->summary;
    const uint64_t counts[] = {sum->rows,     sum->libcsv_rows, sum->events,
                               sum->rejects,  sum->duplicates,  sum->conflicts,
                               sum->left_out, sum->ahead,       sum->gaps};
    for (int i = 0; i < (int)(sizeof counts / sizeof *counts); i++)
        (void)sqlite3_bind_int64(insert, 16 + i, (int64_t)counts[i]);
}

static rh_status write_source(const import *im, rh_error *error) {
    static const char sql[] =
        "INSERT INTO source(format, instrument, timezone, interval_ns, stamp, delay_ns, proxy,"
        " contract_size, iv_unit, map, query, source_id, file, sha256, bytes, rows, libcsv_rows, "
        "events, "
        "rejects,"
        " duplicates, conflicts, left_out, ahead, gaps, first_ns, last_ns, first_known_ns, "
        "last_known_ns, clock,"
        " note, imported, engine_version) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,"
        "?15,?16,?17,?18,?19,?20,?21,?22,?23,?24,?25,?26,?27,?28,?29,?30,?31,?32)";
    const rh_source_summary *sum = &im->out->summary;
    const char *slash = strrchr(im->spec->path, '/');
    char now[RH_TIME_TEXT];
    sqlite3_stmt *insert;
    rh_status status = prepare(im->w, sql, &insert, error);
    if (status != RH_OK)
        return status;
    bind_settings(im, insert);
    (void)sqlite3_bind_int64(insert, 12, im->source_id);
    bind_text(insert, 13, slash ? slash + 1 : im->spec->path);
    bind_text(insert, 14, sum->sha256);
    (void)sqlite3_bind_int64(insert, 15, im->bytes);
    bind_counts(im, insert);
    bind_span(im, insert);
    bind_text(insert, 29, im->spec->timezone ? im->spec->timezone : "UTC");
    bind_text(insert, 30, sum->note);
    bind_text(insert, 31, rh_time_text(rh_time_now() / RH_S * RH_S, now));
    bind_text(insert, 32, REHEDGE_VERSION);
    status = execute(im->w, insert, error);
    (void)sqlite3_finalize(insert);
    return status;
}

/* A sentence about a row begins with its place, up to ": ". */
static rh_status write_rejects(const import *im, rh_error *error) {
    sqlite3_stmt *insert;
    rh_status status = prepare(im->w, "INSERT INTO reject VALUES(?1,?2,?3)", &insert, error);
    for (size_t i = 0; i < im->n_rejects && status == RH_OK; i++) {
        const char *text = im->rejects[i].text, *behind = strstr(text, ": ");
        (void)sqlite3_bind_int64(insert, 1, im->source_id);
        (void)sqlite3_bind_text(insert, 2, text, behind ? (int)(behind - text) : 0,
                                SQLITE_TRANSIENT);
        bind_text(insert, 3, behind ? behind + 2 : text);
        status = execute(im->w, insert, error);
    }
    (void)sqlite3_finalize(insert);
    return status;
}

/* ---- one file ---- */

static rh_status bring_in(import *im, rh_error *error) {
    int64_t last_id = 0;
    if (rh_database_number(im->w->db, "SELECT max(source_id) FROM source", &last_id) != SQLITE_OK)
        return failed(im->w, error);
    im->source_id = last_id + 1;
    rh_status status = read_names(im, error);
    if (status == RH_OK)
        status = look_for_twin(im, error);
    if (status != RH_OK || im->out->known)
        return status;
    if (im->spec->instrument)
        status = add_name(im->names, im->spec->instrument, error);
    if (status == RH_OK)
        status = read_events(im, error);
    if (status == RH_OK)
        status = find_twin(im, im->out->summary.sha256, error);
    if (status != RH_OK || im->out->known)
        return status;
    status = write_names(im, error);
    if (status == RH_OK)
        status = write_source(im, error);
    if (status == RH_OK)
        status = write_rejects(im, error);
    return status == RH_OK ? write_counts(im, error) : status;
}

static int compare_columns(const void *a, const void *b) {
    return strcmp(((const struct rh_column_map *)a)->column,
                  ((const struct rh_column_map *)b)->column);
}

/* Sorted, since the order of renames says nothing. */
static char *map_text(const rh_source_spec *spec) {
    rh_json json = {0};
    struct rh_column_map *sorted = rh_allocate(spec->n_map + 1, sizeof *sorted);
    if (!sorted)
        return NULL;
    if (spec->n_map > 0) {
        memcpy(sorted, spec->map, spec->n_map * sizeof *sorted);
        qsort(sorted, spec->n_map, sizeof *sorted, compare_columns);
    }
    rh_json_begin(&json, NULL, '{');
    for (size_t i = 0; i < spec->n_map; i++)
        rh_json_string(&json, sorted[i].column, sorted[i].field);
    rh_json_end(&json, '}');
    char *text = rh_json_text(&json) ? rh_copy_text(rh_json_text(&json)) : NULL;
    rh_json_free(&json);
    rh_release(sorted);
    return text;
}

static rh_status in_transaction(import *im, rh_error *error) {
    rh_status status = run(im->w, "BEGIN IMMEDIATE", error);
    if (status != RH_OK)
        return status;
    status = bring_in(im, error);
    rh_source_close(im->source);
    if (status == RH_OK && !im->out->known)
        status = run(im->w, "COMMIT", error);
    if (status != RH_OK || im->out->known)
        (void)sqlite3_exec(im->w->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

rh_status rh_store_import(rh_store_writer *w, const rh_source_spec *spec,
                          const rh_store_watch *watch, rh_store_imported *out, rh_error *error) {
    const double since = rh_stopwatch();
    struct stat there;
    *out = (rh_store_imported){0};
import im = {.w = w, .spec = spec, .watch = watch, .out = out };
    im.bytes = stat(spec->path, &there) == 0 && S_ISREG(there.st_mode) ? there.st_size : -1;
    im.names = rh_catalogue_new();
    im.map = map_text(spec);
    rh_status status = im.names && im.map ? in_transaction(&im, error) : rh_no_memory(error);
    rh_catalogue_free(im.names);
    rh_release(im.map);
    if (status == RH_OK && w->fresh && !out->known)
        status = appear(w, error);
    out->elapsed_s = rh_stopwatch() - since;
    return status;
}
