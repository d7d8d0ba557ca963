/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/results.h"

#include "base/database.h"
#include "base/number.h"
#include "feed/store.h"
#include "feed/store_tables.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <sqlite3.h>
#include <string.h>

typedef struct {
    const char *path, *view;
    rh_export_format format;
    FILE *out;
    sqlite3 *db;
    sqlite3_stmt *rows;
    int columns;
    int64_t row; /* from 1 */
    rh_error *error;
} exporter;

/* ---- texts ---- */

static void put_csv_text(FILE *out, const char *text, size_t length) {
    int plain = length > 0;
    for (size_t i = 0; i < length && plain; i++)
        plain = text[i] != ',' && text[i] != '"' && text[i] != '\n' && text[i] != '\r';
    if (plain) {
        (void)fwrite(text, 1, length, out);
        return;
    }
    (void)fputc('"', out);
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"')
            (void)fputc('"', out);
        (void)fputc(text[i], out);
    }
    (void)fputc('"', out);
}

/* Bytes of the UTF-8 character at `text` (Unicode 15, table 3-7); 0 if there is none. */
static size_t character_length(const unsigned char *text, size_t length) {
    unsigned char lead = text[0], low = 0x80, high = 0xBF;
    size_t bytes = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (lead > 0xF4 || bytes == 0 || bytes > length)
        return 0;
    if (lead == 0xE0)
        low = 0xA0; /* overlong */
    if (lead == 0xED)
        high = 0x9F; /* surrogates */
    if (lead == 0xF0)
        low = 0x90;
    if (lead == 0xF4)
        high = 0x8F; /* beyond U+10FFFF */
    for (size_t i = 1; i < bytes; i++) {
        if (text[i] < low || text[i] > high)
            return 0;
        low = 0x80;
        high = 0xBF;
    }
    return bytes;
}

static void put_json_character(FILE *out, const unsigned char *text, size_t bytes) {
    static const char named[] = "\"\\\b\f\n\r\t", names[] = "\"\\bfnrt";
    const char *at = *text ? strchr(named, *text) : NULL;
    if (at)
        (void)fprintf(out, "\\%c", names[at - named]);
    else if (*text < 0x20)
        (void)fprintf(out, "\\u%04x", *text);
    else
        (void)fwrite(text, 1, bytes, out);
}

static void put_json_text(FILE *out, const char *text, size_t length) {
    const unsigned char *at = (const unsigned char *)text;
    (void)fputc('"', out);
    while (length > 0) {
        size_t bytes = character_length(at, length);
        if (bytes > 0)
            put_json_character(out, at, bytes);
        else
            (void)fputs("\\ufffd", out);
        at += bytes ? bytes : 1;
        length -= bytes ? bytes : 1;
    }
    (void)fputc('"', out);
}

static void put_text(const exporter *e, const char *text, size_t length) {
    if (e->format == RH_EXPORT_CSV)
        put_csv_text(e->out, text, length);
    else
        put_json_text(e->out, text, length);
}

/* ---- values ---- */

static rh_status refuse_value(const exporter *e, int column) {
    return rh_fail(e->error, RH_BAD_DATA,
                   "%s: view %s, row %" PRId64 ": %s is neither a finite number nor a text",
                   e->path, e->view, e->row, sqlite3_column_name(e->rows, column));
}

static rh_status put_value(const exporter *e, int column) {
    char number[RH_NUMBER_TEXT];
    switch (sqlite3_column_type(e->rows, column)) {
    case SQLITE_NULL:
        if (e->format != RH_EXPORT_CSV)
            (void)fputs("null", e->out);
        return RH_OK;
    case SQLITE_INTEGER:
        (void)fprintf(e->out, "%" PRId64, (int64_t)sqlite3_column_int64(e->rows, column));
        return RH_OK;
    case SQLITE_FLOAT:
        if (!isfinite(sqlite3_column_double(e->rows, column)))
            return refuse_value(e, column);
        (void)fputs(rh_number_text(sqlite3_column_double(e->rows, column), number), e->out);
        return RH_OK;
    case SQLITE_TEXT: {
        const char *text = (const char *)sqlite3_column_text(e->rows, column);
        if (!text)
            return rh_fail(e->error, RH_FAILED, "%s: out of memory", e->path);
        put_text(e, text, (size_t)sqlite3_column_bytes(e->rows, column));
        return RH_OK;
    }
    default: return refuse_value(e, column);
    }
}

/* ---- rows ---- */

static void put_csv_header(const exporter *e) {
    for (int i = 0; i < e->columns; i++) {
        const char *name = sqlite3_column_name(e->rows, i);
        if (i > 0)
            (void)fputc(',', e->out);
        put_csv_text(e->out, name, strlen(name));
    }
    (void)fputc('\n', e->out);
}

static rh_status put_csv_row(const exporter *e) {
    rh_status status = RH_OK;
    for (int i = 0; i < e->columns && status == RH_OK; i++) {
        if (i > 0)
            (void)fputc(',', e->out);
        status = put_value(e, i);
    }
    (void)fputc('\n', e->out);
    return status;
}

static rh_status put_json_row(const exporter *e) {
    rh_status status = RH_OK;
    if (e->format == RH_EXPORT_JSON)
        (void)fputs(e->row == 1 ? "[\n" : ",\n", e->out);
    (void)fputc('{', e->out);
    for (int i = 0; i < e->columns && status == RH_OK; i++) {
        const char *name = sqlite3_column_name(e->rows, i);
        if (i > 0)
            (void)fputc(',', e->out);
        put_json_text(e->out, name, strlen(name));
        (void)fputc(':', e->out);
        status = put_value(e, i);
    }
    (void)fputs(e->format == RH_EXPORT_JSONL ? "}\n" : "}", e->out);
    return status;
}

static rh_status stream_fail(const exporter *e, int why) {
    return rh_fail(e->error, RH_FAILED, "view %s: cannot be written: %s", e->view, strerror(why));
}

static rh_status put_rows(exporter *e) {
    int code;
    errno = 0;
    if (e->format == RH_EXPORT_CSV)
        put_csv_header(e);
    while ((code = sqlite3_step(e->rows)) == SQLITE_ROW) {
        e->row++;
        rh_status status = e->format == RH_EXPORT_CSV ? put_csv_row(e) : put_json_row(e);
        if (status != RH_OK)
            return status;
        if (ferror(e->out))
            return stream_fail(e, errno);
    }
    if (code != SQLITE_DONE)
        return rh_fail(e->error, RH_BAD_DATA, "%s: view %s, after row %" PRId64 ": %s", e->path,
                       e->view, e->row, sqlite3_errmsg(e->db));
    if (e->format == RH_EXPORT_JSON)
        (void)fputs(e->row == 0 ? "[]\n" : "\n]\n", e->out);
    return fflush(e->out) != 0 || ferror(e->out) ? stream_fail(e, errno) : RH_OK;
}

/* ---- which view ---- */

static rh_status must_be_a_view(const exporter *e) {
    sqlite3_stmt *names;
    char known[512] = "";
    size_t used = 0;
    int found = 0;
    int code = sqlite3_prepare_v2(
        e->db, "SELECT name FROM sqlite_master WHERE type='view' ORDER BY rowid", -1, &names, NULL);
    while (code == SQLITE_OK && sqlite3_step(names) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(names, 0);
        found |= name && strcmp(name, e->view) == 0;
        if (name && used < sizeof known)
            used +=
                (size_t)snprintf(known + used, sizeof known - used, "%s%s", used ? ", " : "", name);
    }
    code = sqlite3_finalize(names);
    if (code != SQLITE_OK)
        return rh_fail(e->error, RH_BAD_DATA, "%s: is damaged: %s", e->path, sqlite3_errmsg(e->db));
    if (!found)
        return rh_fail(e->error, RH_BAD_CONFIG, "'%s': no such view; there are %s", e->view, known);
    return RH_OK;
}

static rh_status prepare_rows(exporter *e) {
    char *sql = sqlite3_mprintf("SELECT * FROM \"%w\"", e->view);
    int code = sql ? sqlite3_prepare_v2(e->db, sql, -1, &e->rows, NULL) : SQLITE_NOMEM;
    sqlite3_free(sql);
    if (code != SQLITE_OK)
        return rh_fail(e->error, RH_BAD_DATA, "%s: view %s: %s", e->path, e->view,
                       sqlite3_errmsg(e->db));
    e->columns = sqlite3_column_count(e->rows);
    return RH_OK;
}

/* ---- market stores ---- */

/* A store shows its tables of events, and what it says of files and instruments. */
static rh_status must_be_a_table(const exporter *e) {
    static const char *const others[] = {"instrument", "source", "source_instrument", "reject"};
    char known[200] = "";
    size_t used = 0;
    for (int i = 0; i < RH_N_STORE_TABLES + 4; i++) {
        const char *name =
            i < RH_N_STORE_TABLES ? rh_store_tables[i] : others[i - RH_N_STORE_TABLES];
        if (strcmp(name, e->view) == 0)
            return RH_OK;
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", used ? ", " : "", name);
    }
    return rh_fail(e->error, RH_BAD_CONFIG, "'%s': no such table; there are %s", e->view, known);
}

static rh_status open_store(exporter *e) {
    rh_status status = rh_store_open(e->path, &e->db, e->error);
    if (status == RH_OK && rh_store_register(e->db) != SQLITE_OK)
        status = rh_database_fail(e->path, e->db, e->error);
    return status == RH_OK ? must_be_a_table(e) : status;
}

static rh_status open_results(exporter *e) {
    rh_status status = rh_results_open(e->path, &e->db, e->error);
    return status == RH_OK ? must_be_a_view(e) : status;
}

rh_status rh_results_export(const char *path, const char *view, rh_export_format format, FILE *out,
                            rh_error *error) {
    exporter e = {.path = path, .view = view, .format = format, .out = out, .error = error};
    rh_status status = rh_store_is(path) ? open_store(&e) : open_results(&e);
    if (status == RH_OK)
        status = prepare_rows(&e);
    if (status == RH_OK)
        status = put_rows(&e);
    (void)sqlite3_finalize(e.rows);
    (void)sqlite3_close(e.db);
    return status;
}
