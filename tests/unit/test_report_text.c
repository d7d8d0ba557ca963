/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef void writer(FILE *out, const char *text);

static void as_string(FILE *out, const char *text) {
    rh_write_gnuplot_string(out, text, 200);
}
static void as_enhanced(FILE *out, const char *text) {
    rh_write_gnuplot_enhanced(out, text, 200);
}

static void expect_written(writer *write, const char *text, const char *expected) {
    char *written = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&written, &size);
    assert_non_null(out);
    write(out, text);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(written, expected);
    free(written);
}

static void expect_clean(const char *text, size_t columns, const char *expected) {
    char out[64];
    assert_ptr_equal(rh_clean_text(out, sizeof out, text, columns), out);
    assert_string_equal(out, expected);
}

static void controls_become_one_blank(void **state) {
    (void)state;
    expect_clean("a\x1b[31mred\r\n\tb", 60, "a [31mred b");
    expect_clean("  \n lead and trail \n", 60, "lead and trail");
    expect_clean("x\xC2\x9By", 60, "x y");      /* C1 control sequence introducer */
    expect_clean("x\xE2\x80\xAEy", 60, "x y");  /* right-to-left override */
    expect_clean("x\xFFy\xC3(z", 60, "x y (z"); /* not UTF-8 */
    expect_clean("x\xC0\xAFy", 60, "x y");      /* overlong slash */
    expect_clean("x\xED\xA0\x80y", 60, "x y");  /* surrogate */
    expect_clean("\xE2\x82\xBF 1 \xC3\xA9", 60, "\xE2\x82\xBF 1 \xC3\xA9");
    expect_clean("x\xE2\x82", 60, "x"); /* cut short */
    expect_clean("", 60, "");
}

static void long_texts_end_in_an_ellipsis(void **state) {
    char out[12];
    (void)state;
    expect_clean("abcdef", 6, "abcdef");
    expect_clean("abcdefg", 6, "abcde…");
    expect_clean("éééé", 3, "éé…");
    /* by bytes, never in the middle of a character */
    rh_clean_text(out, sizeof out, "éééééééééé", 100);
    assert_true(strlen(out) < sizeof out);
    assert_string_equal(out + strlen(out) - 3, "…");
    assert_int_equal(rh_text_columns(out), (strlen(out) - 3) / 2 + 1);
}

static void gnuplot_strings_hold_what_they_hold(void **state) {
    (void)state;
    expect_written(as_string, "`touch /tmp/x`", "'`touch /tmp/x`'");
    expect_written(as_string, "'; system('id') ;'", "'''; system(''id'') ;'''");
    expect_written(as_string, "{/:Bold x} a_b\\n", "'{/:Bold x} a_b\\n'");
    expect_written(as_string, "two\nlines", "'two lines'");
    expect_written(as_enhanced, "{/:Bold x} a_b^c @&~ \\n 'q'",
                   "'\\{/:Bold x\\} a\\_b\\^c \\@\\&\\~ \\\\n ''q'''");
}

static void html_is_escaped(void **state) {
    (void)state;
    expect_written(rh_write_html, "<a href=\"x\">'&'</a>",
                   "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
    expect_written(rh_write_html, "a\nb\x01\xFF₿", "a\nb  ₿");
}

static void fixed_figures(void **state) {
    char out[RH_FIGURE_TEXT];
    (void)state;
    assert_string_equal(rh_figure_fixed(out, 1234567.891, 2), "1,234,567.89");
    assert_string_equal(rh_figure_fixed(out, -1234.5, 0), "−1,234");
    assert_string_equal(rh_figure_fixed(out, 999.999, 2), "1,000.00");
    assert_string_equal(rh_figure_fixed(out, 123, 0), "123");
    assert_string_equal(rh_figure_fixed(out, -0.001, 2), "0.00");
    assert_string_equal(rh_figure_fixed(out, 5, -3), "5");
    assert_string_equal(rh_figure_fixed(out, NAN, 2), "–");
    assert_string_equal(rh_figure_fixed(out, INFINITY, 2), "–");
    assert_string_equal(rh_figure_fixed(out, 1e300, 2), "–");
    assert_int_equal(rh_figure_decimals(12345), 0);
    assert_int_equal(rh_figure_decimals(0.05), 6);
    assert_int_equal(rh_figure_decimals(1e-30), 8);
    assert_int_equal(rh_figure_decimals(NAN), 2);
}

static void money_has_a_size_that_reads(void **state) {
    static const struct {
        double value;
        const char *currency, *text;
    } cases[] = {
        {0, "USD", "$0"},
        {3873, "USD", "$3,873"},
        {-12345, "USD", "−$12.3k"},
        {9999.4, "USD", "$9,999"},
        {9999.6, "USD", "$10.0k"},
        {999600, "USD", "$1.00M"},
        {1.25e6, "USD", "$1.25M"},
        {2.5e9, "USD", "$2.50bn"},
        {12.3, "USD", "$12.30"},
        {0.5, "USD", "$0.50"},
        {0.00123, "USD", "$0.0012"},
        {-99.999, "USD", "−$100"},
        {0, "BTC", "0 BTC"},
        {0.0009, "BTC", "0.00090 BTC"},
        {-1.2345, "BTC", "−1.234 BTC"},
        {0.12345, "BTC", "0.123 BTC"},
        {123456, "BTC", "123,456 BTC"},
        {-1.23e-5, "BTC", "−12.3 µBTC"},
        {4.5e-8, "BTC", "0.045 µBTC"},
        {-2.5e9, "BTC", "−2.50bn BTC"},
        {1.25e6, "1000PEPE", "1.25M 1000P…"},
        {NAN, "BTC", "–"},
    };
    char out[RH_FIGURE_TEXT];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(rh_figure_money(out, cases[i].value, cases[i].currency), cases[i].text);
}

static void percents(void **state) {
    char out[RH_FIGURE_TEXT];
    (void)state;
    assert_string_equal(rh_figure_percent(out, 0.881), "88.1 %");
    assert_string_equal(rh_figure_percent(out, 0.99184), "99.18 %");
    assert_string_equal(rh_figure_percent(out, 0.0), "0.0 %");
    assert_string_equal(rh_figure_percent(out, -2.5), "−250 %");
    assert_string_equal(rh_figure_percent(out, -2e12), "−2e+14 %");
    assert_string_equal(rh_figure_percent(out, NAN), "–");
}

static void axes_choose_their_unit(void **state) {
    static const struct {
        double largest;
        const char *currency;
        double factor;
        const char *unit;
    } cases[] = {
        {2.5e9, "USD", 1e9, "$ billion"},
        {1e7, "USD", 1e6, "$ million"},
        {5000, "USD", 1e3, "$ thousand"},
        {1500, "USD", 1, "$"},
        {0.5, "USD", 1, "$"},
        {0.005, "USD", 1e-3, "$ × 10⁻³"},
        {12, "BTC", 1, "BTC"},
        {0.02, "BTC", 1e-3, "mBTC"},
        {1e-5, "BTC", 1e-6, "µBTC"},
        {1e-12, "BTC", 1e-6, "µBTC"},
        {9000, "BTC", 1e3, "kBTC"},
        {0, "BTC", 1, "BTC"},
        {NAN, "USD", 1, "$"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rh_axis_unit unit = rh_axis_unit_for(cases[i].largest, cases[i].currency);
        assert_true(unit.factor == cases[i].factor);
        assert_string_equal(unit.unit, cases[i].unit);
    }
}

static void shortened_texts_keep_their_end(void **state) {
    char out[64];
    (void)state;
    assert_string_equal(rh_shorten_text(out, sizeof out, "short", 10), "short");
    assert_string_equal(rh_shorten_text(out, sizeof out, "whalley-wilmott aversion=0.01", 15),
                        "whalley…on=0.01");
    assert_string_equal(rh_shorten_text(out, sizeof out, "ééééééééééü", 5), "éé…éü");
    assert_string_equal(rh_shorten_text(out, sizeof out, "a\nb\x1b cdefgh", 3), "a…h");
    for (size_t columns = 3; columns < 40; columns++) {
        rh_shorten_text(out, sizeof out, "a label that is quite long, and ends in x", columns);
        assert_int_equal(rh_text_columns(out), columns);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(controls_become_one_blank),
        cmocka_unit_test(long_texts_end_in_an_ellipsis),
        cmocka_unit_test(shortened_texts_keep_their_end),
        cmocka_unit_test(gnuplot_strings_hold_what_they_hold),
        cmocka_unit_test(html_is_escaped),
        cmocka_unit_test(fixed_figures),
        cmocka_unit_test(money_has_a_size_that_reads),
        cmocka_unit_test(percents),
        cmocka_unit_test(axes_choose_their_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
