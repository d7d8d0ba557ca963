/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers as text: equal to strtod to the bit, and back; nothing that isn't a decimal number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/decimal.h"
#include "base/number.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double double_of(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint64_t next_random(uint64_t *seed) { /* SplitMix64 */
    uint64_t z = (*seed += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Every bit pattern, so also subnormals and the largest. */
static double random_double(uint64_t *seed) {
    for (;;) {
        double value = double_of(next_random(seed));
        if (isfinite(value))
            return value;
    }
}

static void equals_strtod(const char *text) {
    double value = NAN;
    if (rh_number_parse(text, strlen(text), &value) != 0)
        fail_msg("'%s' was refused", text);
    if (bits_of(value) != bits_of(strtod(text, NULL)))
        fail_msg("'%s' gave %.17g", text, value);
}

static void reads_what_strtod_reads(void **state) {
    static const char *const cases[] = {
        "0",
        "-0",
        "+0",
        "1",
        "-1",
        "+1",
        "1.",
        ".5",
        "-.5",
        "0.1",
        "1e3",
        "1E3",
        "1e+3",
        "1e-3",
        "00012",
        "1e-400",
        "4.9e-324",
        "2.2250738585072011e-308",
        "1.7976931348623157e308",
        "9007199254740993",
        "0.1000000000000000055511151231257827",
        "123456789012345678901234567890",
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++)
        equals_strtod(cases[i]);
}

static void equals_strtod_on_random_doubles(void **state) {
    static const char *const shapes[] = {"%.17g", "%.16e", "%.5g", "%.20g"};
    uint64_t seed = 3;
    (void)state;
    for (int i = 0; i < 100000; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, shapes[i % 4], random_double(&seed));
        equals_strtod(text);
    }
    for (int i = 0; i < 20000; i++) { /* prices, as files write them */
        char text[64];
        (void)snprintf(text, sizeof text, "%" PRIu64 ".%0*" PRIu64, next_random(&seed) % 100000,
                       1 + i % 9, next_random(&seed) % 10);
        equals_strtod(text);
    }
}

/* Halfway between two doubles and next to it, where digits beyond the 17th decide. */
static void equals_strtod_at_ties(void **state) {
    uint64_t seed = 5;
    (void)state;
    for (int i = 0; i < 50000; i++) {
        const uint64_t exponent = 1023 - 30 + next_random(&seed) % 90;
        const uint64_t bits = (next_random(&seed) >> 12) | exponent << 52;
        const long double below = double_of(bits), above = double_of(bits + 1);
        char text[160];
        (void)snprintf(text, sizeof text, "%.*Lf", (int)(next_random(&seed) % 90),
                       (below + above) / 2);
        if (strlen(text) < 128)
            equals_strtod(text);
    }
}

/* All powers of the table of 5^q and some beyond, with digits of every length. */
static void equals_strtod_at_every_power(void **state) {
    uint64_t seed = 6;
    (void)state;
    for (int exponent = RH_DECIMAL_LEAST - 300; exponent <= RH_DECIMAL_MOST + 220; exponent++)
        for (int i = 0; i < 100; i++) {
            char text[64];
            (void)snprintf(text, sizeof text, "%" PRIu64 "e%d",
                           next_random(&seed) >> next_random(&seed) % 64, exponent);
            equals_strtod(text);
        }
}

/* What rh_decimal_short takes is what rh_number_parse makes of it, and it takes all it says. */
static void short_numbers_equal_long_ones(void **state) {
    static const char letters[] = "0123456789.0123456789-e:/";
    uint64_t seed = 7;
    int taken = 0;
    (void)state;
    for (int i = 0; i < 300000; i++) {
        char text[32];
        const size_t length = next_random(&seed) % 19, kinds = i % 3 ? 21 : sizeof letters - 1;
        for (size_t k = 0; k < sizeof text; k++)
            text[k] = k < length ? letters[next_random(&seed) % kinds] : (char)next_random(&seed);
        double wanted = 0.0, value = 0.0;
        const int known = rh_number_parse(text, length, &wanted) == 0;
        const int done = rh_decimal_short(text, length, &value) == 0;
        if (done && (!known || bits_of(value) != bits_of(wanted)))
            fail_msg("'%.*s' gave %.17g", (int)length, text, value);
        if (!done && known && length <= 15 && strspn(text, "0123456789.") >= length)
            fail_msg("'%.*s' was not taken", (int)length, text);
        taken += done;
    }
    assert_true(taken > 50000);
}

static void refuses_what_is_no_number(void **state) {
    static const char *const cases[] = {
        "",       " ",   " 1",    "1 ",       "1 2",   "abc",   "1a",     "a1",
        ".",      "+",   "-",     "e",        "e5",    "1e",    "1e+",    "--1",
        "+-1",    "1-",  "1..2",  "1.2.3",    "1e5e5", "1e5.5", "0x10",   "0X1p3",
        "inf",    "INF", "-inf",  "infinity", "nan",   "NAN",   "nan(1)", "1e309",
        "-1e309", "1,5", "1_000", "1'000",    "1\n",   "\t1",   "1f",     "\xd9\xa1",
    };
    double value = 42.0;
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++)
        if (rh_number_parse(cases[i], strlen(cases[i]), &value) == 0)
            fail_msg("'%s' was read as %g", cases[i], value);
    assert_true(value == 42.0);
    assert_int_equal(rh_number_parse("1\0", 2, &value), -1);
    assert_int_equal(rh_number_parse("12345", 2, &value), 0);
    assert_true(value == 12.0);
}

static void has_a_longest_number(void **state) {
    char text[200];
    double value;
    (void)state;
    memset(text, '0', sizeof text);
    text[126] = '7';
    assert_int_equal(rh_number_parse(text, 127, &value), 0);
    assert_true(value == 7.0);
    assert_int_equal(rh_number_parse(text, 128, &value), -1);
}

static void reads_integers(void **state) {
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {{"0", 0},
                {"-0", 0},
                {"+5", 5},
                {"-5", -5},
                {"007", 7},
                {"9223372036854775807", INT64_MAX},
                {"-9223372036854775808", INT64_MIN}};
    static const char *const bad[] = {"",
                                      "+",
                                      "-",
                                      " 1",
                                      "1 ",
                                      "1.0",
                                      "1e3",
                                      "--1",
                                      "1-",
                                      "0x10",
                                      "9223372036854775808",
                                      "-9223372036854775809",
                                      "99999999999999999999",
                                      "000000000000000000000001"};
    int64_t value;
    (void)state;
    for (size_t i = 0; i < LENGTH(good); i++) {
        assert_int_equal(rh_integer_parse(good[i].text, strlen(good[i].text), &value), 0);
        assert_true(value == good[i].value);
    }
    for (size_t i = 0; i < LENGTH(bad); i++)
        if (rh_integer_parse(bad[i], strlen(bad[i]), &value) == 0)
            fail_msg("'%s' was read", bad[i]);
    assert_int_equal(rh_integer_parse("1\0", 2, &value), -1);
}

static void writes_short_texts(void **state) {
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0.0, "0"},
        {-0.0, "-0"},
        {1.0, "1"},
        {-1.5, "-1.5"},
        {0.1, "0.1"},
        {0.0005, "0.0005"},
        {36000.0, "36000"},
        {1e15, "1e+15"},
        {123456789012345.0, "123456789012345"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3.0, "0.3333333333333333"},
        {DBL_MAX, "1.7976931348623157e+308"},
        {-DBL_MAX, "-1.7976931348623157e+308"},
        {9007199254740993.0, "9007199254740992"},
        {1e22, "1e+22"},
        {1e-7, "1e-07"},
    };
    char text[RH_NUMBER_TEXT];
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++)
        assert_string_equal(rh_number_text(cases[i].value, text), cases[i].text);
    assert_string_equal(rh_number_text((double)NAN, text), "");
    assert_string_equal(rh_number_text((double)INFINITY, text), "inf");
}

/* Reads back to the same bits; and fewer of 15, 16 or 17 digits would not. */
static void texts_read_back(void **state) {
    uint64_t seed = 4;
    (void)state;
    for (int i = 0; i < 200000; i++) {
        char text[RH_NUMBER_TEXT], shorter[RH_NUMBER_TEXT];
        double back, value = random_double(&seed);
        rh_number_text(value, text);
        assert_true(strlen(text) < RH_NUMBER_TEXT);
        assert_int_equal(rh_number_parse(text, strlen(text), &back), 0);
        if (bits_of(back) != bits_of(value))
            fail_msg("%a was written as %s", value, text);
        for (int digits = 15; digits < 17; digits++) {
            (void)snprintf(shorter, sizeof shorter, "%.*g", digits, value);
            if (strcmp(shorter, text) == 0)
                break;
            if (bits_of(strtod(shorter, NULL)) == bits_of(value))
                fail_msg("%s would have done for %s", shorter, text);
        }
    }
}

static void rounds_to_lots_as_venues_do(void **state) {
    (void)state;
    assert_true(rh_round_to(0.24, 0.1) == 2 * 0.1);
    assert_true(rh_round_to(15.0, 10.0) == 20.0);   /* half goes up */
    assert_true(rh_round_to(-15.0, 10.0) == -10.0); /* for sold amounts, too */
    assert_true(rh_round_to(-15.1, 10.0) == -20.0);
    assert_true(rh_round_to(4.999, 10.0) == 0.0);
    assert_true(rh_round_to(1.2345, 0.0) == 1.2345);
    assert_true(isnan(rh_round_to((double)NAN, 10.0)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_strtod_reads),
        cmocka_unit_test(equals_strtod_on_random_doubles),
        cmocka_unit_test(equals_strtod_at_ties),
        cmocka_unit_test(equals_strtod_at_every_power),
        cmocka_unit_test(short_numbers_equal_long_ones),
        cmocka_unit_test(refuses_what_is_no_number),
        cmocka_unit_test(has_a_longest_number),
        cmocka_unit_test(reads_integers),
        cmocka_unit_test(writes_short_texts),
        cmocka_unit_test(texts_read_back),
        cmocka_unit_test(rounds_to_lots_as_venues_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
