/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/compare_page.h"

#include "report/compare.h"
#include "report/league.h"
#include "report/page.h"
#include "report/text.h"

#include <math.h>
#include <sqlite3.h>
#include <string.h>

enum { SHOWN_LANES = 500, SHOWN_TESTS = 1000, SHOWN_NOTES = 40 };

static void put(FILE *out, const char *text) {
    (void)fputs(text, out);
}

/* ---- the league table ---- */

static int is_shown(const rh_league *league, int column) {
    return league->names[column][0] != '\0' || column == RH_LEAGUE_MARKS;
}

static const char *cell_class(int column) {
    return column == RH_LEAGUE_LABEL || column == RH_LEAGUE_MARKS ? "" : " class=\"n\"";
}

static void write_row(FILE *out, const rh_league *league, const rh_league_row *row) {
    put(out, row->lane->marks & RH_LANE_REFERENCE ? "<tr class=\"net\">" : "<tr>");
    for (int k = 0; k < RH_LEAGUE_COLUMNS; k++) {
        if (!is_shown(league, k))
            continue;
        (void)fprintf(out, "<td%s>", cell_class(k));
        rh_write_html(out, k == RH_LEAGUE_LABEL ? row->lane->label : row->cells[k]);
        put(out, "</td>");
    }
    put(out, "</tr>\n");
}

static void write_names(FILE *out, const rh_league *league) {
    put(out, "<tr>");
    for (int k = 0; k < RH_LEAGUE_COLUMNS; k++) {
        if (!is_shown(league, k))
            continue;
        (void)fprintf(out, "<th%s>", cell_class(k));
        rh_write_html(out, league->names[k]);
        if (league->units[k][0])
            rh_write_element(out, "<br>", league->units[k], "");
        put(out, "</th>");
    }
    put(out, "</tr>\n");
}

static void write_league(FILE *out, const rh_league *league) {
    char line[RH_LEAGUE_LINE];
    put(out, "<h2>League table</h2>\n<table>\n");
    write_names(out, league);
    for (size_t i = 0; i < league->n_rows; i++)
        write_row(out, league, &league->rows[i]);
    put(out, "</table>\n");
    for (int i = 0; rh_league_line(league, i, line); i++)
        if (line[0])
            rh_write_element(out, "<p class=\"muted\">", line, "</p>\n");
}

/* ---- the tests ---- */

static void write_number(FILE *out, sqlite3_stmt *query, int column) {
    char figure[RH_FIGURE_TEXT];
    double value = sqlite3_column_type(query, column) == SQLITE_NULL
                       ? (double)NAN
                       : sqlite3_column_double(query, column);
    int decimals = rh_figure_decimals(value) - 1;
    rh_write_element(out, "<td class=\"n\">",
                     rh_figure_fixed(figure, value,
                                     decimals < 0   ? 0
                                     : decimals > 4 ? 4
                                                    : decimals),
                     "</td>");
}

static void write_test(FILE *out, sqlite3_stmt *query) {
    char words[64];
    const unsigned char *label = sqlite3_column_text(query, 1);
    const unsigned char *against = sqlite3_column_text(query, 3);
    const unsigned char *loss = sqlite3_column_text(query, 4);
    (void)fprintf(out, "<tr><td class=\"n\">%lld</td>", (long long)sqlite3_column_int64(query, 0));
    rh_write_element(out, "<td>", label ? (const char *)label : "", "</td>");
    (void)snprintf(words, sizeof words, "%s, run %lld", against ? (const char *)against : "",
                   (long long)sqlite3_column_int64(query, 2));
    rh_write_element(out, "<td>", words, "</td>");
    rh_write_element(out, "<td>", loss ? (const char *)loss : "", "</td>");
    for (int i = 5; i < 12; i++)
        write_number(out, query, i);
    put(out, sqlite3_column_int(query, 12) ? "<td>yes</td></tr>\n" : "<td>no</td></tr>\n");
}

static const char tests_sql[] =
    "SELECT run_id,label,reference_id,against,loss,mean,low,high,dm,p,p_holm,p_romano_wolf,"
    "distinguishable FROM difference LIMIT ?1";

static rh_status write_tests(FILE *out, const rh_compare_page *page, rh_error *error) {
    sqlite3_stmt *query;
    int answer;
    if (page->lanes->reference == 0)
        return RH_OK;
    if (sqlite3_prepare_v2(page->db, tests_sql, -1, &query, NULL) != SQLITE_OK)
        return rh_fail(error, RH_BAD_DATA, "the tests can't be read: %s", sqlite3_errmsg(page->db));
    sqlite3_bind_int(query, 1, SHOWN_TESTS);
    put(out, "<h2>Differences</h2>\n<p class=\"muted\">Loss of the lane less that of the other, ");
    put(out, page->lanes->first.paths > 0 ? "per path, on the same paths; "
                                          : "per step, on paired steps; ");
    put(out, "p two-sided, then corrected for the number of lanes.</p>\n"
             "<details><summary>All tests</summary>\n<table>\n<tr><th class=\"n\">run</th>"
             "<th>lane</th><th>against</th><th>loss</th><th class=\"n\">mean</th>"
             "<th class=\"n\">low</th><th class=\"n\">high</th><th class=\"n\">DM</th>"
             "<th class=\"n\">p</th><th class=\"n\">p Holm</th><th class=\"n\">p Romano–Wolf</th>"
             "<th>told apart</th></tr>\n");
    while ((answer = sqlite3_step(query)) == SQLITE_ROW)
        write_test(out, query);
    sqlite3_finalize(query);
    rh_write_element(out, "</table>\n<p class=\"muted\">All of them: <code>rehedge export ",
                     page->results_path, " difference --csv</code></p>\n</details>\n");
    return answer == SQLITE_DONE ? RH_OK
                                 : rh_fail(error, RH_BAD_DATA, "the tests can't be read: %s",
                                           sqlite3_errmsg(page->db));
}

/* ---- notes: each once, with the number of lanes that have it ---- */

static void write_note(FILE *out, const char *note, long long lanes, size_t all) {
    for (const char *at = note; *at;) {
        char line[2048];
        size_t length = strcspn(at, "\n");
        (void)snprintf(line, sizeof line, "%.*s", length < 1900 ? (int)length : 1900, at);
        if (length > 0) {
            rh_write_element(out, "<li>", line, "");
            if ((size_t)lanes < all)
                (void)fprintf(out, " <span class=\"muted\">(%lld lane%s)</span>", lanes,
                              lanes == 1 ? "" : "s");
            put(out, "</li>\n");
        }
        at += length + (at[length] == '\n');
    }
}

static void write_notes(FILE *out, const rh_compare_page *page) {
    static const char sql[] = "SELECT notes,count(*) FROM run WHERE notes<>'' GROUP BY notes"
                              " ORDER BY min(run_id) LIMIT ?1";
    sqlite3_stmt *query;
    int rows = 0;
    if (sqlite3_prepare_v2(page->db, sql, -1, &query, NULL) != SQLITE_OK)
        return;
    sqlite3_bind_int(query, 1, SHOWN_NOTES);
    for (; sqlite3_step(query) == SQLITE_ROW; rows++) {
        const unsigned char *note = sqlite3_column_text(query, 0);
        put(out, rows == 0 ? "<h2>Notes</h2>\n<ul>\n" : "");
        write_note(out, note ? (const char *)note : "", (long long)sqlite3_column_int64(query, 1),
                   page->lanes->n_lanes);
    }
    put(out, rows ? "</ul>\n" : "");
    sqlite3_finalize(query);
}

/* ---- the page ---- */

rh_status rh_compare_page_write(FILE *out, const void *subject, rh_error *error) {
    const rh_compare_page *page = subject;
    rh_headline headline;
    rh_league league;
    rh_compare_headline(page->lanes, &headline);
    rh_status status =
        rh_league_make(page->lanes, RH_METRIC_HEDGE_ERROR_STD, SHOWN_LANES, &league, error);
    if (status == RH_OK) {
        rh_page_start(out, &headline, page->svg_path != NULL);
        rh_page_write_picture(out, page->svg_path, "The comparison");
        write_league(out, &league);
        status = write_tests(out, page, error);
        write_notes(out, page);
        rh_write_element(out,
                         "<p class=\"muted\">One lane's tear sheet, where its steps are stored: "
                         "<code>rehedge report ",
                         page->results_path, " --run N</code></p>\n");
        put(out, "<h2>Configuration of the first lane</h2>\n<pre>");
        rh_page_write_json(out, page->lanes->first.config);
        rh_write_element(out, "</pre>\n<p class=\"muted\">", headline.origin,
                         "</p>\n</body>\n</html>\n");
    }
    rh_league_free(&league);
    return status;
}
