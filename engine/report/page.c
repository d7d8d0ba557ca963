/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/page.h"

#include "report/text.h"

#include <math.h>
#include <sqlite3.h>
#include <string.h>

enum { SHOWN_FILLS = 12 }; /* of the head, and of the tail */

static const char style[] =
    "<style>\n"
    "body{font:15px/1.5 Inter,'DejaVu Sans',Helvetica,Arial,sans-serif;color:#1f2933;"
    "background:#fff;max-width:1180px;margin:2rem auto;padding:0 1.5rem}\n"
    "h1{font-size:1.6em;line-height:1.2;margin:0 0 .3rem;overflow-wrap:anywhere}\n"
    "h2{font-size:1.2em;margin:2.2rem 0 .6rem}\n"
    "p{margin:.2rem 0}.muted{color:#66717e}\n"
    "figure{margin:1.2rem 0}figure svg{width:100%;height:auto}\n"
    "table{border-collapse:collapse;width:100%;font-size:.9em}\n"
    "th{text-align:left;font-weight:600;color:#66717e;border-bottom:1px solid #c4cbd3}\n"
    "td,th{padding:.22rem .7rem .22rem 0;vertical-align:top}\n"
    "td{border-bottom:1px solid #e9edf1}\n"
    ".n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\n"
    "td.m{width:46%}\n"
    ".unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0,0,0,0)}\n"
    "tr.net td{font-weight:600;border-top:1px solid #66717e}\n"
    "pre{background:#f6f8fa;padding:1rem;font-size:.8em;white-space:pre-wrap;"
    "overflow-wrap:anywhere}\n"
    "code{font-size:.9em;background:#f6f8fa;padding:.1em .3em}\n"
    "li{overflow-wrap:anywhere}\n"
    "@media print{body{margin:0;max-width:none;padding:0;font-size:10px}h2{break-after:avoid}"
    "tr,figure{break-inside:avoid}}\n"
    "@page{size:A4;margin:14mm}\n"
    "</style>\n";

static void put(FILE *out, const char *text) {
    (void)fputs(text, out);
}

static void number_cell(FILE *out, double value) {
    char figure[RH_FIGURE_TEXT];
    int decimals = value == floor(value) && fabs(value) < 1e15 ? 0 : rh_figure_decimals(value);
    if (decimals < 2 && value != floor(value)) /* cents of a price */
        decimals = 2;
    rh_write_element(out, "<td class=\"n\">", rh_figure_fixed(figure, value, decimals), "</td>");
}

void rh_page_start(FILE *out, const rh_headline *headline, int has_picture) {
    put(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    rh_write_element(out, "<title>", headline->title, "</title>\n");
    put(out, style);
    put(out, "</head>\n<body>\n<header");
    rh_write_element(out, has_picture ? " class=\"unseen\"><h1>" : "><h1>", headline->title,
                     "</h1>\n");
    rh_write_element(out, "<p>", headline->setup, "</p>\n");
    rh_write_element(out, "<p class=\"muted\">", headline->period, "</p></header>\n");
}

/* The picture without the lines before <svg, which belong to a file of its own. */
void rh_page_write_picture(FILE *out, const char *path, const char *name) {
    char block[4096];
    FILE *svg = path ? fopen(path, "r") : NULL;
    if (!svg) {
        rh_write_element(out, "<p class=\"muted\">", name, " was not drawn.</p>\n");
        return;
    }
    put(out, "<figure>\n");
    while (fgets(block, sizeof block, svg))
        if (strncmp(block, "<?xml", 5) != 0 && strncmp(block, "<!DOCTYPE", 9) != 0)
            put(out, block);
    put(out, "</figure>\n");
    (void)fclose(svg);
}

static void write_notes(FILE *out, const char *notes) {
    if (!*notes)
        return;
    put(out, "<h2>Notes</h2>\n<ul>\n");
    while (*notes) {
        char line[2048];
        size_t length = strcspn(notes, "\n");
        (void)snprintf(line, sizeof line, "%.*s", length < 2000 ? (int)length : 2000, notes);
        if (length > 0)
            rh_write_element(out, "<li>", line, "</li>\n");
        notes += length + (notes[length] == '\n');
    }
    put(out, "</ul>\n");
}

static void write_interval(FILE *out, const rh_report_metric *metric) {
    char low[RH_FIGURE_TEXT], high[RH_FIGURE_TEXT];
    if (!isfinite(metric->low) || !isfinite(metric->high)) {
        put(out, "<td></td>");
        return;
    }
    int decimals = rh_figure_decimals(fmax(fabs(metric->low), fabs(metric->high)));
    rh_write_element(out, "<td class=\"n\">", rh_figure_fixed(low, metric->low, decimals), " to ");
    rh_write_element(out, "", rh_figure_fixed(high, metric->high, decimals), "</td>");
}

/* "coin" and "numeraire" in the units of the table become the currency's own name. */
static void write_unit(FILE *out, const rh_report_run *run, const char *unit) {
    const char *name = strncmp(unit, "coin", 4) == 0        ? run->underlying
                       : strncmp(unit, "numeraire", 9) == 0 ? rh_report_numeraire(run)
                                                            : NULL;
    put(out, "<td>");
    if (name)
        rh_write_html(out, name);
    rh_write_html(out, !name ? unit : unit + (unit[0] == 'c' ? 4 : 9));
    put(out, "</td>");
}

static void write_metrics(FILE *out, const rh_report_run *run) {
    const rh_metric_entry *entries = rh_metric_entries();
    put(out, "<h2>Metrics</h2>\n<table>\n<tr><th>metric</th><th class=\"n\">value</th>"
             "<th class=\"n\">interval</th><th>unit</th><th>meaning</th></tr>\n");
    for (int i = 0; i < RH_N_METRICS; i++) {
        rh_write_element(out, "<tr><td><code>", entries[i].name, "</code></td>");
        number_cell(out, run->metrics[i].value);
        write_interval(out, &run->metrics[i]);
        write_unit(out, run, entries[i].unit);
        rh_write_element(out, "<td class=\"m\">", entries[i].meaning, "</td></tr>\n");
    }
    put(out, "</table>\n");
}

static void write_attribution(FILE *out, const rh_report_run *run) {
    double usd = 0, coin = 0;
    put(out, "<h2>Attribution</h2>\n<table>\n<tr><th>term</th><th class=\"n\">USD</th>");
    rh_write_element(out, "<th class=\"n\">", run->underlying, "</th></tr>\n");
    for (int i = 0; i < RH_N_TERMS; i++) {
        usd += run->total.usd[i];
        coin += run->total.coin[i];
        rh_write_element(out, "<tr><td>", rh_term_text((rh_term)i), "</td>");
        number_cell(out, run->total.usd[i]);
        number_cell(out, run->total.coin[i]);
        put(out, "</tr>\n");
    }
    put(out, "<tr class=\"net\"><td>net</td>");
    number_cell(out, usd);
    number_cell(out, coin);
    put(out, "</tr>\n</table>\n");
}

static void write_fill(FILE *out, sqlite3_stmt *query) {
    put(out, "<tr>");
    for (int column = 0; column < sqlite3_column_count(query); column++) {
        const unsigned char *text = sqlite3_column_text(query, column);
        int type = sqlite3_column_type(query, column);
        if (type == SQLITE_FLOAT || type == SQLITE_INTEGER)
            number_cell(out, sqlite3_column_double(query, column));
        else
            rh_write_element(out, "<td>", text ? (const char *)text : "", "</td>");
    }
    put(out, "</tr>\n");
}

static int64_t count_fills(sqlite3 *db, int64_t run_id) {
    sqlite3_stmt *query;
    int64_t count = 0;
    if (sqlite3_prepare_v2(db, "SELECT count(*) FROM fill WHERE run_id = ?1", -1, &query, NULL) !=
        SQLITE_OK)
        return 0;
    sqlite3_bind_int64(query, 1, run_id);
    if (sqlite3_step(query) == SQLITE_ROW)
        count = sqlite3_column_int64(query, 0);
    sqlite3_finalize(query);
    return count;
}

static rh_status write_fill_rows(FILE *out, const rh_report_page *page, int64_t first,
                                 rh_error *error) {
    static const char sql[] =
        "SELECT ts, instrument, quantity, price, mid, fee_usd, spread_usd, reason, evidence"
        " FROM fill WHERE run_id = ?1 LIMIT ?2 OFFSET ?3";
    sqlite3_stmt *query;
    int answer;
    if (sqlite3_prepare_v2(page->db, sql, -1, &query, NULL) != SQLITE_OK)
        return rh_fail(error, RH_BAD_DATA, "the fills can't be read: %s", sqlite3_errmsg(page->db));
    sqlite3_bind_int64(query, 1, page->run->id);
    sqlite3_bind_int64(query, 2, SHOWN_FILLS);
    sqlite3_bind_int64(query, 3, first);
    while ((answer = sqlite3_step(query)) == SQLITE_ROW)
        write_fill(out, query);
    sqlite3_finalize(query);
    return answer == SQLITE_DONE ? RH_OK
                                 : rh_fail(error, RH_BAD_DATA, "the fills can't be read: %s",
                                           sqlite3_errmsg(page->db));
}

static rh_status write_fills(FILE *out, const rh_report_page *page, rh_error *error) {
    int64_t count = count_fills(page->db, page->run->id);
    (void)fprintf(out,
                  "<h2>Fills (%lld)</h2>\n<table>\n<tr><th>time, UTC</th><th>instrument</th>"
                  "<th class=\"n\">quantity</th><th class=\"n\">price</th><th class=\"n\">mid</th>"
                  "<th class=\"n\">fee, USD</th><th class=\"n\">spread, USD</th><th>reason</th>"
                  "<th>evidence</th></tr>\n",
                  (long long)count);
    rh_status status = write_fill_rows(out, page, 0, error);
    int64_t tail = count > 2 * SHOWN_FILLS ? count - SHOWN_FILLS : SHOWN_FILLS;
    if (tail > SHOWN_FILLS)
        (void)fprintf(out, "<tr><td colspan=\"9\" class=\"muted\">%lld more</td></tr>\n",
                      (long long)(tail - SHOWN_FILLS));
    if (status == RH_OK && count > SHOWN_FILLS)
        status = write_fill_rows(out, page, tail, error);
    rh_write_element(out, "</table>\n<p class=\"muted\">All of them: <code>rehedge export ",
                     page->results_path, " fill --csv</code></p>\n");
    return status;
}

static void write_byte(FILE *out, char c) {
    const char text[2] = {c, '\0'};
    if (strchr("<>&", c))
        rh_write_html(out, text);
    else
        (void)fputc(c, out);
}

static void new_line(FILE *out, int depth) {
    (void)fputc('\n', out);
    for (int i = 0; i < depth && i < 64; i++)
        put(out, "  ");
}

/* What follows a byte outside of strings: a new line after each bracket that isn't closed at once
 * and after each comma. Returns the new depth. */
static int indent_after(FILE *out, const char *c, int depth) {
    int is_empty = c[1] == ']' || c[1] == '}';
    if (*c == '[' || *c == '{') {
        depth++;
        if (!is_empty)
            new_line(out, depth);
    } else if (*c == ',') {
        new_line(out, depth);
    } else if (*c == ':') {
        (void)fputc(' ', out);
    }
    return depth;
}

void rh_page_write_json(FILE *out, const char *json) {
    int depth = 0, in_string = 0;
    for (const char *c = json; *c; c++) {
        if (!in_string && (*c == ']' || *c == '}')) {
            depth--;
            if (c > json && c[-1] != '[' && c[-1] != '{')
                new_line(out, depth);
        }
        write_byte(out, *c);
        if (in_string && *c == '\\' && c[1])
            write_byte(out, *++c);
        else if (*c == '"')
            in_string = !in_string;
        else if (!in_string)
            depth = indent_after(out, c, depth);
    }
}

rh_status rh_page_write(FILE *out, const void *subject, rh_error *error) {
    const rh_report_page *page = subject;
    rh_headline headline;
    rh_headline_make(page->run, &headline);
    rh_page_start(out, &headline, page->svg_path != NULL);
    rh_page_write_picture(out, page->svg_path, "The tear sheet");
    write_notes(out, page->run->notes);
    write_metrics(out, page->run);
    write_attribution(out, page->run);
    rh_status status = write_fills(out, page, error);
    put(out, "<h2>Configuration</h2>\n<pre>");
    rh_page_write_json(out, page->run->config);
    rh_write_element(out, "</pre>\n<p class=\"muted\">", headline.origin,
                     "</p>\n</body>\n</html>\n");
    return status;
}
