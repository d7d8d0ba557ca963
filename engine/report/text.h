/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text.h: texts of unknown origin (titles, instrument names, notes) made safe to show, and numbers
 * as people read them: a real minus sign (U+2212), separators, units. All is UTF-8. */
#ifndef RH_REPORT_TEXT_H
#define RH_REPORT_TEXT_H

#include <stddef.h>
#include <stdio.h>

/* Copies `text`, at most `columns` characters (then the last is an ellipsis). Control
 * characters, invalid UTF-8 and marks that turn the direction of writing become blanks, and runs
 * of blanks become one. `out` has `size` bytes, always ends in a NUL and is returned. */
char *rh_clean_text(char *out, size_t size, const char *text, size_t columns);

/* The same, but a text that is too long keeps its start and its end around the ellipsis: the labels
 * of lanes begin with the rule and end with its parameters. `columns` is 3 or more. */
char *rh_shorten_text(char *out, size_t size, const char *text, size_t columns);

/* Characters of a UTF-8 text, for alignment. */
size_t rh_text_columns(const char *text);

/* Writes `text` (cleaned, at most `columns` characters) as a gnuplot string. Single quotes, the
 * inner ones doubled: in them gnuplot neither runs backquotes nor sees escapes. */
void rh_write_gnuplot_string(FILE *out, const char *text, size_t columns);

/* The same for text that gnuplot sets in its enhanced mode (bold): `{}^_@&~\` are escaped. */
void rh_write_gnuplot_enhanced(FILE *out, const char *text, size_t columns);

/* Writes `text` for HTML, in a body or in a quoted attribute. Newlines and tabs are kept. */
void rh_write_html(FILE *out, const char *text);

/* The same between two pieces of markup, which are written as they are. */
void rh_write_element(FILE *out, const char *open, const char *text, const char *close);

/* Numbers. `out` has RH_FIGURE_TEXT bytes and is returned; unknown is an en dash. */
#define RH_FIGURE_TEXT 96

/* `12,345.67` with a fixed number of decimals. */
char *rh_figure_fixed(char *out, double value, int decimals);

/* As many decimals as `largest` (of a column) needs to show about five digits; 0 to 8. */
int rh_figure_decimals(double largest);

/* `$3,873` `−$12.3k` `$1.25M`, `0.1234 BTC` `0.00090 BTC` `12.3 µBTC`; two to four digits. USD for
 * the currency "USD", else the currency's name follows. */
char *rh_figure_money(char *out, double value, const char *currency);

/* `88.1 %`; from a fraction. */
char *rh_figure_percent(char *out, double fraction);

/* What an axis divides by, and what it then counts: `$ thousand`, `mBTC`. */
typedef struct {
    double factor;
    char unit[64];
} rh_axis_unit;
rh_axis_unit rh_axis_unit_for(double largest, const char *currency);

#endif
