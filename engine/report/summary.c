/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/axis.h"
#include "report/bridge.h"
#include "report/headline.h"
#include "report/report.h"
#include "report/run.h"
#include "report/text.h"

#include <math.h>
#include <string.h>

enum { NOTE_LINES = 5, BAR_HALF = 12, EXPLAIN_ROWS = 10, NAME_COLUMNS = 12 };

typedef enum { PLAIN, BOLD, DIM, GAIN, LOSS } style;

typedef struct {
    FILE *out;
    int width, colour;
    const rh_report_run *run;
} page;

static void styled(const page *p, style s, const char *text) {
    static const char *const codes[] = {"", "\033[1m", "\033[2m", "\033[34m", "\033[33m"};
    int plain = !p->colour || s == PLAIN || !*text;
    (void)fprintf(p->out, "%s%s%s", plain ? "" : codes[s], text, plain ? "" : "\033[0m");
}

static void blanks(const page *p, size_t count) {
    for (size_t i = 0; i < count; i++)
        (void)fputc(' ', p->out);
}

static void left(const page *p, style s, const char *text, size_t columns) {
    size_t used = rh_text_columns(text);
    styled(p, s, text);
    blanks(p, used < columns ? columns - used : 0);
}

static void right(const page *p, style s, const char *text, size_t columns) {
    size_t used = rh_text_columns(text);
    blanks(p, used < columns ? columns - used : 0);
    styled(p, s, text);
}

/* "name  text" on one line; nothing if the text is empty. */
static void fact(const page *p, const char *name, const char *text) {
    char clean[512];
    if (!rh_clean_text(clean, sizeof clean, text, (size_t)p->width - 8)[0])
        return;
    left(p, DIM, name, 8);
    (void)fprintf(p->out, "%s\n", clean);
}

static void write_head(const page *p) {
    rh_headline headline;
    char line[512];
    rh_headline_make(p->run, &headline);
    styled(p, BOLD, rh_clean_text(line, sizeof line, headline.title, (size_t)p->width));
    (void)fprintf(p->out, "\n%s\n",
                  rh_clean_text(line, sizeof line, headline.period, (size_t)p->width));
    fact(p, "book", p->run->book);
    fact(p, "hedge", p->run->hedge);
    const char *rule = p->run->label[0] ? p->run->label : p->run->rule;
    char name[256]; /* of limited width, so that the costs behind it stay */
    (void)snprintf(line, sizeof line, "%.200s%s%.100s",
                   rh_clean_text(name, sizeof name, rule, (size_t)p->width / 2),
                   p->run->costs[0] ? ", costs " : "", p->run->costs);
    fact(p, "rule", line);
}

static double value_of(const page *p, rh_metric metric) {
    return p->run->metrics[metric].value;
}

/* Room for a column of money: the widest we promise is −999,999,999,999.99. */
enum { MONEY_COLUMNS = 17 };

static void money(const page *p, double value, int decimals) {
    char figure[RH_FIGURE_TEXT];
    right(p, PLAIN, rh_figure_fixed(figure, value, decimals), MONEY_COLUMNS);
}

static int usd_decimals(double largest) {
    int decimals = rh_figure_decimals(largest);
    return decimals < 2 ? (fabs(largest) >= 1e6 ? 0 : 2) : decimals;
}

static void write_pnl(const page *p) {
    char unit[64];
    double usd = value_of(p, RH_METRIC_PNL_USD), coin = value_of(p, RH_METRIC_PNL_COIN);
    double bare_usd = value_of(p, RH_METRIC_UNHEDGED_PNL_USD);
    double bare_coin = value_of(p, RH_METRIC_UNHEDGED_PNL_COIN);
    int of_usd = usd_decimals(fmax(fabs(usd), fabs(bare_usd)));
    int of_coin = rh_figure_decimals(fmax(fabs(coin), fabs(bare_coin)));
    (void)fputc('\n', p->out);
    left(p, BOLD, "PnL", NAME_COLUMNS);
    right(p, DIM, "USD", MONEY_COLUMNS);
    right(p, DIM, rh_clean_text(unit, sizeof unit, p->run->underlying, 10), MONEY_COLUMNS);
    (void)fputc('\n', p->out);
    left(p, PLAIN, "  hedged", NAME_COLUMNS);
    money(p, usd, of_usd);
    money(p, coin, of_coin);
    (void)fputc('\n', p->out);
    left(p, PLAIN, "  unhedged", NAME_COLUMNS);
    money(p, bare_usd, of_usd);
    money(p, bare_coin, of_coin);
    (void)fputc('\n', p->out);
}

/* A bar to either side of a middle line, in halves of a character. */
static void bar(const page *p, double value, double largest) {
    char text[4 * BAR_HALF + 8] = "";
    int halves = largest > 0 ? (int)(fabs(value) / largest * 2 * BAR_HALF + 0.5) : 0;
    if (value < 0 && halves % 2)
        (void)strcat(text, "▐");
    for (int i = 0; i < halves / 2; i++)
        (void)strcat(text, "█");
    if (value >= 0 && halves % 2)
        (void)strcat(text, "▌");
    blanks(p, 2);
    right(p, LOSS, value < 0 ? text : "", BAR_HALF);
    styled(p, DIM, "│");
    if (value >= 0)
        styled(p, GAIN, text);
}

static void write_explain(const page *p) {
    rh_bridge_row rows[RH_BRIDGE_ROWS];
    char unit[64];
    size_t count = rh_bridge_make(rh_report_terms(p->run), EXPLAIN_ROWS, rows);
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(rows[i].value));
    int decimals = p->run->coin ? rh_figure_decimals(largest) : usd_decimals(largest);
    (void)fputc('\n', p->out);
    left(p, BOLD, "PnL explain", NAME_COLUMNS);
    right(p, DIM, rh_clean_text(unit, sizeof unit, rh_report_numeraire(p->run), 10), MONEY_COLUMNS);
    (void)fputc('\n', p->out);
    for (size_t i = 0; i < count; i++) {
        blanks(p, 2);
        left(p, i + 1 == count ? BOLD : PLAIN, rows[i].name, NAME_COLUMNS - 2);
        money(p, rows[i].value, decimals);
        bar(p, rows[i].value, largest);
        (void)fputc('\n', p->out);
    }
}

/* "name value" in one of the columns of the lower tables. */
static void cell(const page *p, const char *name, const char *value) {
    blanks(p, 2);
    left(p, DIM, name, 11);
    right(p, PLAIN, value, 13);
}

static void money_cell(const page *p, const char *name, rh_metric metric, const char *currency) {
    char figure[RH_FIGURE_TEXT];
    cell(p, name, rh_figure_money(figure, value_of(p, metric), currency));
}

static void percent_cell(const page *p, const char *name, double fraction) {
    char figure[RH_FIGURE_TEXT];
    cell(p, name, rh_figure_percent(figure, fraction));
}

static void number_cell(const page *p, const char *name, double value, int decimals) {
    char figure[RH_FIGURE_TEXT];
    cell(p, name, rh_figure_fixed(figure, value, decimals));
}

static void end_row(const page *p) {
    (void)fputc('\n', p->out);
}

static void write_errors(const page *p) {
    const char *currency = rh_report_numeraire(p->run);
    char grid[RH_DURATION_TEXT], heading[96];
    (void)snprintf(heading, sizeof heading, "Hedging error per %s step",
                   p->run->grid > 0 ? rh_duration_text(p->run->grid, grid) : "");
    (void)fputc('\n', p->out);
    styled(p, BOLD, heading);
    end_row(p);
    money_cell(p, "σ", RH_METRIC_HEDGE_ERROR_STD, currency);
    money_cell(p, "VaR 95 %", RH_METRIC_VAR95, currency);
    money_cell(p, "VaR 99 %", RH_METRIC_VAR99, currency);
    end_row(p);
    money_cell(p, "σ, annual", RH_METRIC_HEDGE_ERROR_STD_ANNUAL, currency);
    money_cell(p, "ES 95 %", RH_METRIC_ES95, currency);
    money_cell(p, "ES 99 %", RH_METRIC_ES99, currency);
    end_row(p);
    money_cell(p, "mean", RH_METRIC_HEDGE_ERROR_MEAN, currency);
    percent_cell(p, "var removed", value_of(p, RH_METRIC_HEDGE_EFFECTIVENESS));
    number_cell(p, "steps", value_of(p, RH_METRIC_STEPS), 0);
    end_row(p);
}

static void write_trading(const page *p) {
    (void)fputc('\n', p->out);
    styled(p, BOLD, "Trading and costs");
    end_row(p);
    number_cell(p, "rebalances", value_of(p, RH_METRIC_REBALANCES), 0);
    money_cell(p, "turnover", RH_METRIC_TURNOVER_USD, "USD");
    number_cell(p, "× book", value_of(p, RH_METRIC_TURNOVER_RATIO), 2);
    end_row(p);
    money_cell(p, "fees", RH_METRIC_FEES, "USD");
    money_cell(p, "spread", RH_METRIC_SPREAD, "USD");
    money_cell(p, "funding", RH_METRIC_FUNDING, "USD");
    end_row(p);
    money_cell(p, "impact", RH_METRIC_IMPACT, "USD");
    money_cell(p, "latency", RH_METRIC_LATENCY, "USD");
    money_cell(p, "drawdown", RH_METRIC_MAX_DRAWDOWN, rh_report_numeraire(p->run));
    end_row(p);
}

static void write_quality(const page *p) {
    const double *absolute = p->run->absolute_usd;
    double gross = absolute[RH_TERM_GAMMA] + absolute[RH_TERM_THETA];
    (void)fputc('\n', p->out);
    styled(p, BOLD, "Trust");
    styled(p, DIM, "  (residual: sum of |residual| over sum of |gamma| + |theta|, steps)");
    end_row(p);
    percent_cell(p, "residual", gross > 0 ? absolute[RH_TERM_RESIDUAL] / gross : NAN);
    percent_cell(p, "stale steps", value_of(p, RH_METRIC_STALE_FRACTION));
    percent_cell(p, "implied vol", value_of(p, RH_METRIC_IMPLIED_VOL_MEAN));
    end_row(p);
}

/* Bytes of `text` that fit on a line of `columns`, cut after the last blank if there is one. */
static size_t fitting(const char *text, size_t columns) {
    size_t used = 0, cut = 0, at = 0;
    for (; text[at] && (used < columns || ((unsigned char)text[at] & 0xC0) == 0x80); at++) {
        used += ((unsigned char)text[at] & 0xC0) != 0x80;
        if (text[at] == ' ')
            cut = at + 1;
    }
    return text[at] == '\0' || text[at] == ' ' || cut == 0 ? at : cut;
}

/* Writes a note behind "! " on as many lines as it takes, or only counts them if `out` is NULL. */
static int write_note(FILE *out, const char *note, size_t columns) {
    int lines = 0;
    for (size_t length; *note; note += length + (note[length] == ' '), lines++) {
        length = fitting(note, columns);
        if (out)
            (void)fprintf(out, "%s%.*s\n", lines == 0 ? "! " : "  ",
                          (int)(length - (note[length - 1] == ' ')), note);
    }
    return lines;
}

/* The next note, cleaned; 0 at the end. */
static int next_note(const char **at, char *clean, size_t size) {
    char line[1024];
    while (**at) {
        size_t length = strcspn(*at, "\n");
        (void)snprintf(line, sizeof line, "%.*s", length < 1000 ? (int)length : 1000, *at);
        *at += length + ((*at)[length] == '\n');
        if (rh_clean_text(clean, size, line, 300)[0])
            return 1;
    }
    return 0;
}

static void write_notes(const page *p) {
    int lines = 0, hidden = 0;
    char note[1024];
    size_t columns = (size_t)p->width - 2;
    for (const char *at = p->run->notes; next_note(&at, note, sizeof note);) {
        int needed = write_note(NULL, note, columns);
        if (hidden > 0 || lines + needed > NOTE_LINES - (*at != '\0')) {
            hidden++;
            continue;
        }
        (void)fputs(lines == 0 ? "\n" : "", p->out);
        lines += write_note(p->out, note, columns);
    }
    if (hidden > 0)
        (void)fprintf(p->out, "%s  %s%d more in the report\n", lines == 0 ? "\n" : "",
                      lines == 0 ? "" : "and ", hidden);
}

rh_status rh_report_summary(struct sqlite3 *db, int64_t run_id, FILE *out, int width, int colour,
                            rh_error *error) {
    rh_report_run run;
    rh_status status = rh_report_run_read(db, run_id, &run, error);
    if (status == RH_OK) {
        const page p = {out, width < 60 ? 60 : width, colour, &run};
        write_head(&p);
        write_pnl(&p);
        write_explain(&p);
        write_errors(&p);
        write_trading(&p);
        write_quality(&p);
        write_notes(&p);
        if (ferror(out))
            status = rh_fail(error, RH_FAILED, "the summary could not be written");
    }
    rh_report_run_free(&run);
    return status;
}
