/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/league.h"

#include "report/report.h"
#include "report/text.h"

#include <stdio.h>
#include <string.h>

enum { USUAL_ROWS = 40, WIDE = 100, LEAST_LABEL = 18, MOST_LABEL = 60 };

typedef struct {
    FILE *out;
    size_t width, gap;
    int colour;
    const rh_league *league;
    size_t columns[RH_LEAGUE_COLUMNS]; /* widths; 0 is not shown */
} table;

typedef enum { PLAIN, BOLD, DIM } style;

static void styled(const table *t, style s, const char *text) {
    static const char *const codes[] = {"", "\033[1m", "\033[2m"};
    int plain = !t->colour || s == PLAIN || !*text;
    (void)fprintf(t->out, "%s%s%s", plain ? "" : codes[s], text, plain ? "" : "\033[0m");
}

static void blanks(const table *t, size_t count) {
    for (size_t i = 0; i < count; i++)
        (void)fputc(' ', t->out);
}

static int is_left(rh_league_column column) {
    return column == RH_LEAGUE_LABEL || column == RH_LEAGUE_MARKS;
}

static void cell(const table *t, rh_league_column column, style s, const char *text) {
    size_t used = rh_text_columns(text), room = t->columns[column];
    size_t pad = used < room ? room - used : 0;
    if (room == 0)
        return;
    if (column > 0)
        blanks(t, column <= RH_LEAGUE_LABEL ? 1 : t->gap);
    if (!is_left(column))
        blanks(t, pad);
    styled(t, s, text);
    if (is_left(column))
        blanks(t, pad);
}

/* ---- widths ---- */

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

static size_t label_columns(const rh_report_lane *lane) {
    char clean[512];
    return rh_text_columns(rh_clean_text(clean, sizeof clean, lane->label, MOST_LABEL));
}

static void measure(table *t) {
    const rh_league *league = t->league;
    for (int k = 0; k < RH_LEAGUE_COLUMNS; k++) {
        const int is_shown = league->names[k][0] != '\0' || k == RH_LEAGUE_MARKS;
        size_t room = larger(rh_text_columns(league->names[k]), rh_text_columns(league->units[k]));
        for (size_t i = 0; i < league->n_rows; i++)
            room = larger(room, k == RH_LEAGUE_LABEL ? label_columns(league->rows[i].lane)
                                                     : rh_text_columns(league->rows[i].cells[k]));
        t->columns[k] = is_shown ? room : 0;
    }
}

static size_t total(const table *t) {
    size_t sum = 0;
    for (int k = 0; k < RH_LEAGUE_COLUMNS; k++)
        if (t->columns[k] > 0)
            sum += t->columns[k] + (k == 0 ? 0 : k <= RH_LEAGUE_LABEL ? 1 : t->gap);
    return sum;
}

/* A narrow terminal shortens labels, then does without the columns of least weight. */
static void fit(table *t) {
    static const rh_league_column spare[] = {RH_LEAGUE_TURNOVER, RH_LEAGUE_REBALANCES,
                                             RH_LEAGUE_EFFECTIVENESS, RH_LEAGUE_ES95};
    const size_t wanted = t->columns[RH_LEAGUE_LABEL];
    const size_t least = wanted < LEAST_LABEL ? wanted : LEAST_LABEL;
    for (size_t i = 0; i <= sizeof spare / sizeof *spare; i++) {
        const size_t others = total(t) - t->columns[RH_LEAGUE_LABEL];
        const size_t room = t->width > others ? t->width - others : 0;
        t->columns[RH_LEAGUE_LABEL] = room < least ? least : room < wanted ? room : wanted;
        if (room >= least || i == sizeof spare / sizeof *spare)
            return;
        t->columns[spare[i]] = 0;
    }
}

/* ---- rows ---- */

static void write_row(const table *t, const rh_league_row *row) {
    char label[512];
    const style s = row->lane->marks & RH_LANE_REFERENCE ? BOLD : PLAIN;
    for (rh_league_column k = 0; k < RH_LEAGUE_COLUMNS; k++)
        cell(t, k, k == RH_LEAGUE_RANK || k == RH_LEAGUE_RUN ? DIM : s,
             k == RH_LEAGUE_LABEL ? rh_shorten_text(label, sizeof label, row->lane->label,
                                                    t->columns[RH_LEAGUE_LABEL])
                                  : row->cells[k]);
    (void)fputc('\n', t->out);
}

static void write_table(const table *t) {
    for (rh_league_column k = 0; k < RH_LEAGUE_COLUMNS; k++)
        cell(t, k, BOLD, t->league->names[k]);
    (void)fputc('\n', t->out);
    for (rh_league_column k = 0; k < RH_LEAGUE_COLUMNS; k++)
        cell(t, k, DIM, t->league->units[k]);
    (void)fputc('\n', t->out);
    for (size_t i = 0; i < t->league->n_rows; i++) {
        if (t->league->has_gap && i + 1 == t->league->n_rows)
            (void)fprintf(t->out, "…\n");
        write_row(t, &t->league->rows[i]);
    }
}

/* ---- words ---- */

/* On as many lines as it takes, broken at blanks. */
static void write_paragraph(const table *t, const char *text) {
    while (*text) {
        size_t used = 0, cut = 0, at = 0;
        for (; text[at] && used <= t->width; at++) {
            if (text[at] == ' ')
                cut = at;
            used += ((unsigned char)text[at + 1] & 0xC0) != 0x80;
        }
        if (text[at] == '\0' && used <= t->width)
            cut = at;
        if (cut == 0)
            cut = at;
        char line[RH_LEAGUE_LINE + 1];
        (void)snprintf(line, sizeof line, "%.*s", (int)cut, text);
        styled(t, DIM, line);
        (void)fputc('\n', t->out);
        text += cut;
        while (*text == ' ')
            text++;
    }
}

static void write_left_out_columns(const table *t, const rh_league *league) {
    char text[RH_LEAGUE_LINE] = "";
    size_t used = 0;
    for (rh_league_column k = 0; k < RH_LEAGUE_COLUMNS; k++)
        if (league->names[k][0] && t->columns[k] == 0)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s %s", used ? "," : "",
                                     league->names[k]);
    if (used > 0) {
        char line[RH_LEAGUE_LINE + 64];
        (void)snprintf(line, sizeof line, "No room for%s; a wider terminal shows more.", text);
        write_paragraph(t, line);
    }
}

static void write_words(const table *t) {
    char line[RH_LEAGUE_LINE];
    (void)fputc('\n', t->out);
    for (int i = 0; rh_league_line(t->league, i, line); i++)
        write_paragraph(t, line);
    write_left_out_columns(t, t->league);
}

static void write_heading(const table *t) {
    char title[512];
    const rh_report_run *first = &t->league->lanes->first;
    static const char *const ways[] = {"lowest first", "highest first", "nearest to 0 first"};
    styled(t, BOLD,
           rh_clean_text(title, sizeof title, first->title[0] ? first->title : "Comparison",
                         t->width));
    (void)fputc('\n', t->out);
    char paths[RH_FIGURE_TEXT + 32] = "", figure[RH_FIGURE_TEXT];
    if (first->paths > 0)
        (void)snprintf(paths, sizeof paths, " over %s simulated paths",
                       rh_figure_fixed(figure, (double)first->paths, 0));
    (void)snprintf(title, sizeof title, "%lld lane%s%s by %s, %s",
                   (long long)t->league->lanes->n_lanes, t->league->lanes->n_lanes == 1 ? "" : "s",
                   paths, rh_metric_entries()[t->league->metric].name,
                   ways[rh_report_direction_of(t->league->metric)]);
    styled(t, DIM, title);
    (void)fputs("\n\n", t->out);
}

rh_status rh_report_league(struct sqlite3 *db, const char *metric, int limit, FILE *out, int width,
                           int colour, rh_error *error) {
    rh_report_lanes lanes;
    rh_league league = {0};
    rh_metric sorted;
    rh_status status = rh_report_metric_find(metric, &sorted, error);
    if (status != RH_OK)
        return status;
    status = rh_report_lanes_read(db, &lanes, error);
    if (status == RH_OK)
        status =
            rh_league_make(&lanes, sorted, limit > 0 ? (size_t)limit : USUAL_ROWS, &league, error);
    if (status == RH_OK) {
        table t = {.out = out,
                   .width = (size_t)(width < 60 ? 60 : width),
                   .gap = width < WIDE ? 1 : 2,
                   .colour = colour,
                   .league = &league};
        measure(&t);
        fit(&t);
        write_heading(&t);
        write_table(&t);
        write_words(&t);
        if (ferror(out))
            status = rh_fail(error, RH_FAILED, "the league table could not be written");
    }
    rh_league_free(&league);
    rh_report_lanes_free(&lanes);
    return status;
}
