/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/text.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define MINUS    "\xE2\x88\x92" /* U+2212 */
#define UNKNOWN  "\xE2\x80\x93" /* U+2013, en dash */
#define ELLIPSIS "\xE2\x80\xA6" /* U+2026 */

/* Reads one character; returns its bytes, or 0 if it isn't UTF-8 (RFC 3629: shortest form, no
 * surrogates, at most U+10FFFF). */
static size_t read_character(const unsigned char *text, uint32_t *character) {
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = text[0] < 0x80           ? 1
                    : (text[0] >> 5) == 0x06 ? 2
                    : (text[0] >> 4) == 0x0E ? 3
                    : (text[0] >> 3) == 0x1E ? 4
                                             : 0;
    if (length == 0)
        return 0;
    *character = length == 1 ? text[0] : text[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xC0) != 0x80)
            return 0;
        *character = *character << 6 | (text[i] & 0x3F);
    }
    if (*character < smallest[length] || *character > 0x10FFFF ||
        (*character >= 0xD800 && *character <= 0xDFFF))
        return 0;
    return length;
}

/* Controls (C0, DEL, C1), line and paragraph separators, and the marks of Unicode TR9 that change
 * the direction of what follows. */
static int is_unseen(uint32_t c) {
    return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x200E || c == 0x200F ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

/* The next character that may be shown, blanks joined into one; returns its bytes, 0 at the end. */
static size_t next_visible(const unsigned char **at, char shown[5]) {
    uint32_t character = 0;
    size_t length;
    int blank = 0;
    for (; **at; *at += length ? length : 1) {
        length = read_character(*at, &character);
        if (length != 0 && !is_unseen(character) && character != ' ')
            break;
        blank = 1;
    }
    if (blank && **at) {
        memcpy(shown, " ", 2);
        return 1;
    }
    length = **at ? read_character(*at, &character) : 0;
    memcpy(shown, *at, length);
    shown[length] = '\0';
    *at += length;
    return length;
}

char *rh_clean_text(char *out, size_t size, const char *text, size_t columns) {
    const unsigned char *at = (const unsigned char *)text;
    size_t used = 0, last = 0, count = 0, length;
    char shown[5];
    out[0] = '\0';
    while ((length = next_visible(&at, shown)) > 0) {
        if (count == 0 && shown[0] == ' ')
            continue;
        if (count == columns || used + length + sizeof ELLIPSIS > size) {
            memcpy(out + last, ELLIPSIS, sizeof ELLIPSIS);
            return out;
        }
        last = used;
        memcpy(out + used, shown, length + 1);
        used += length;
        count++;
    }
    return out;
}

size_t rh_text_columns(const char *text) {
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

char *rh_shorten_text(char *out, size_t size, const char *text, size_t columns) {
    char clean[1024];
    const char *tail = rh_clean_text(clean, sizeof clean, text, sizeof clean);
    const size_t length = rh_text_columns(clean), kept = (columns - 1) / 2;
    if (length <= columns)
        return rh_clean_text(out, size, clean, columns);
    for (size_t skip = length - kept; skip > 0; skip--)
        do
            tail++;
        while (((unsigned char)*tail & 0xC0) == 0x80);
    size_t used = strlen(rh_clean_text(out, size, clean, columns - kept)); /* ends in an ellipsis */
    if (used + strlen(tail) < size)
        strcpy(out + used, tail);
    return out;
}

/* Each of `special` gets a backslash, each single quote its double. */
static void write_quoted(FILE *out, const char *text, size_t columns, const char *special) {
    char clean[2048];
    rh_clean_text(clean, sizeof clean, text, columns);
    (void)fputc('\'', out);
    for (const char *c = clean; *c; c++) {
        if (strchr(special, *c))
            (void)fputc('\\', out);
        if (*c == '\'')
            (void)fputc('\'', out);
        (void)fputc(*c, out);
    }
    (void)fputc('\'', out);
}

void rh_write_gnuplot_string(FILE *out, const char *text, size_t columns) {
    write_quoted(out, text, columns, "");
}

void rh_write_gnuplot_enhanced(FILE *out, const char *text, size_t columns) {
    write_quoted(out, text, columns, "\\{}^_@&~");
}

static void write_html_character(FILE *out, uint32_t character, const char *bytes, size_t length) {
    switch (character) {
    case '<': (void)fputs("&lt;", out); break;
    case '>': (void)fputs("&gt;", out); break;
    case '&': (void)fputs("&amp;", out); break;
    case '"': (void)fputs("&quot;", out); break;
    case '\'': (void)fputs("&#39;", out); break;
    case '\n':
    case '\t': (void)fputc((int)character, out); break;
    default:
        if (is_unseen(character))
            (void)fputc(' ', out);
        else
            (void)fwrite(bytes, 1, length, out);
    }
}

void rh_write_html(FILE *out, const char *text) {
    for (const unsigned char *at = (const unsigned char *)text; *at;) {
        uint32_t character = 0;
        size_t length = read_character(at, &character);
        write_html_character(out, length ? character : 0, (const char *)at, length);
        at += length ? length : 1;
    }
}

void rh_write_element(FILE *out, const char *open, const char *text, const char *close) {
    (void)fputs(open, out);
    rh_write_html(out, text);
    (void)fputs(close, out);
}

char *rh_figure_fixed(char *out, double value, int decimals) {
    char digits[RH_FIGURE_TEXT];
    if (!isfinite(value) || fabs(value) >= 1e18)
        return strcpy(out, UNKNOWN);
    (void)snprintf(digits, sizeof digits, "%.*f", decimals > 0 ? decimals : 0, fabs(value));
    size_t whole = strcspn(digits, "."), used = 0;
    /* No minus in front of what rounds to nought. */
    if (value < 0 && strpbrk(digits, "123456789")) {
        memcpy(out, MINUS, sizeof MINUS);
        used = sizeof MINUS - 1;
    }
    for (size_t i = 0; digits[i]; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0)
            out[used++] = ',';
        out[used++] = digits[i];
    }
    out[used] = '\0';
    return out;
}

int rh_figure_decimals(double largest) {
    if (!isfinite(largest) || largest == 0.0)
        return 2;
    int decimals = 4 - (int)floor(log10(fabs(largest)));
    return decimals < 0 ? 0 : decimals > 8 ? 8 : decimals;
}

/* Decimals that show three digits of a size of 1 or more, or two of a smaller one. */
static int three_digits(double size) {
    if (size == 0.0)
        return 0;
    int magnitude = (int)floor(log10(size * 1.0005)); /* 99.96 is written 100 */
    int decimals = magnitude >= 0 ? 2 - magnitude : 1 - magnitude;
    return decimals < 0 ? 0 : decimals > 8 ? 8 : decimals;
}

static char *figure_usd(char *out, double value) {
    static const struct {
        double from, factor;
        const char *suffix;
    } steps[] = {{999.5e6, 1e9, "bn"}, {999.5e3, 1e6, "M"}, {9999.5, 1e3, "k"}, {0, 1, ""}};
    char digits[RH_FIGURE_TEXT];
    size_t i = 0;
    while (fabs(value) < steps[i].from)
        i++;
    double size = fabs(value) / steps[i].factor;
    int decimals = three_digits(size);
    if (i == 3 && decimals == 1) /* cents have two digits */
        decimals = 2;
    (void)snprintf(out, RH_FIGURE_TEXT, "%s$%.60s%s", value < 0 ? MINUS : "",
                   rh_figure_fixed(digits, size, decimals), steps[i].suffix);
    return out;
}

/* Below a ten-thousandth, millionths are easier to read than noughts. */
static char *figure_coin(char *out, double value, const char *currency) {
    static const struct {
        double from, factor;
        const char *suffix, *prefix;
    } steps[] = {{999.5e6, 1e9, "bn", ""},
                 {999.5e3, 1e6, "M", ""},
                 {99.95e-6, 1, "", ""},
                 {0, 1e-6, "", "µ"}};
    char digits[RH_FIGURE_TEXT], name[RH_FIGURE_TEXT / 2];
    size_t i = value == 0 ? 2 : 0;
    while (fabs(value) < steps[i].from && value != 0)
        i++;
    double shown = value / steps[i].factor, size = fabs(shown);
    int decimals = three_digits(size) + (i == 2 && size >= 1e-3 && size < 100.0);
    (void)snprintf(out, RH_FIGURE_TEXT, "%.40s%s %s%s", rh_figure_fixed(digits, shown, decimals),
                   steps[i].suffix, steps[i].prefix, rh_clean_text(name, sizeof name, currency, 6));
    return out;
}

char *rh_figure_money(char *out, double value, const char *currency) {
    if (!isfinite(value))
        return strcpy(out, UNKNOWN);
    return strcmp(currency, "USD") == 0 ? figure_usd(out, value)
                                        : figure_coin(out, value, currency);
}

char *rh_figure_percent(char *out, double fraction) {
    char digits[RH_FIGURE_TEXT];
    if (!isfinite(fraction))
        return strcpy(out, UNKNOWN);
    double percent = 100 * fraction;
    double size = fabs(percent);
    if (size >= 1e6) {
        (void)snprintf(out, RH_FIGURE_TEXT, "%s%.0e %%", percent < 0 ? MINUS : "", size);
        return out;
    }
    int decimals = size >= 100 ? 0 : (size > 0 && size < 1) || size > 99 ? 2 : 1;
    (void)snprintf(out, RH_FIGURE_TEXT, "%.80s %%", rh_figure_fixed(digits, percent, decimals));
    return out;
}

rh_axis_unit rh_axis_unit_for(double largest, const char *currency) {
    static const struct {
        double factor;
        const char *usd, *coin;
    } steps[] = {{1e9, "$ billion", "G"},  {1e6, "$ million", "M"},
                 {1e3, "$ thousand", "k"}, {1, "$", ""},
                 {1e-3, "$ × 10⁻³", "m"},  {1e-6, "$ × 10⁻⁶", "µ"}};
    enum { last = sizeof steps / sizeof *steps - 1 };
    int is_usd = strcmp(currency, "USD") == 0;
    /* Dollars stay dollars from a cent to two thousand; coins from a tenth of one. */
    const double low = 2.0;
    size_t i = 0;
    while (i < 3 && !(largest >= low * steps[i].factor))
        i++;
    while (i >= 3 && i < last && largest > 0 && largest < (is_usd ? 0.01 : 0.1) * steps[i].factor)
        i++;
    rh_axis_unit unit = {.factor = isfinite(largest) ? steps[i].factor : 1.0};
    char name[32];
    if (is_usd)
        (void)snprintf(unit.unit, sizeof unit.unit, "%s", steps[i].usd);
    else
        (void)snprintf(unit.unit, sizeof unit.unit, "%s%s", steps[i].coin,
                       rh_clean_text(name, sizeof name, currency, 10));
    return unit;
}
