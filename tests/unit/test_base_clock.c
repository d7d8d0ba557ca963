/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Instants and durations: every text against its nanoseconds, and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static int parse_time(const char *text, rh_time *out) {
    return rh_time_parse(text, strlen(text), out);
}

/* Seconds by `date -u -d TEXT +%s` of GNU coreutils 9.1. */
static void reads_iso_times(void **state) {
    static const struct {
        const char *text;
        int64_t seconds, nanoseconds;
    } cases[] = {
        {"1970-01-01", 0, 0},
        {"2021-06-01", 1622505600, 0},
        {"2021-06-01T08:00Z", 1622534400, 0},
        {"2021-06-01T08:00", 1622534400, 0},
        {"2021-06-01 08:00:46Z", 1622534446, 0},
        {"2021-06-01t08:00:46z", 1622534446, 0},
        {"2021-06-01T08:00:46.5Z", 1622534446, 500000000},
        {"2021-06-01T08:00:46.123456789Z", 1622534446, 123456789},
        {"2021-06-01T08:00:46.000000001", 1622534446, 1},
        {"2021-06-01T08:00:00+00:00", 1622534400, 0},
        {"2021-06-01T08:00:00+0000", 1622534400, 0},
        {"2021-06-01T08:00:00-00:00", 1622534400, 0},
        {"2021-06-01T08:00:00+05:30", 1622514600, 0},
        {"2021-06-01T08:00:00-0330", 1622547000, 0},
        {"2021-06-01T00:00:00+14:00", 1622455200, 0},
        {"2000-02-29T23:59:59Z", 951868799, 0},
        {"2024-02-29", 1709164800, 0},
        {"2100-02-28", 4107456000, 0},
        {"2100-03-01", 4107542400, 0},
        {"1969-12-31T23:59:59.999999999Z", -1, 999999999},
        {"1678-01-01", -9214560000, 0},
        {"1678-01-01T00:00:00+14:00", -9214610400, 0},
        {"2261-12-31T23:59:59.999999999Z", 9214646399, 999999999},
        {"2261-12-31T23:59:59-14:00", 9214696799, 0},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        rh_time time = RH_DAWN;
        if (parse_time(cases[i].text, &time) != 0)
            fail_msg("%s was refused", cases[i].text);
        if (time != cases[i].seconds * RH_S + cases[i].nanoseconds)
            fail_msg("%s gave %" PRId64, cases[i].text, time);
    }
}

static void refuses_what_is_no_time(void **state) {
    static const char *const cases[] = {
        "",
        " ",
        "2021",
        "2021-06",
        "2021-6-1",
        "21-06-01",
        "2021/06/01",
        "20210601",
        "2021-00-01",
        "2021-13-01",
        "2021-06-00",
        "2021-06-31",
        "2021-02-29",
        "1900-02-29",
        "2100-02-29",
        "1677-12-31",
        "2262-01-01",
        "0000-01-01",
        "9999-12-31",
        "-2021-06-01",
        "+2021-06-01",
        " 2021-06-01",
        "2021-06-01 ",
        "2021-06-01T",
        "2021-06-01T08",
        "2021-06-01T8:00",
        "2021-06-01T08:0",
        "2021-06-01T24:00",
        "2021-06-01T08:60",
        "2021-06-01T08:00:60",
        "2021-06-01T08:00:",
        "2021-06-01T08:00:00.",
        "2021-06-01T08:00:00,5",
        "2021-06-01T08:00:00.1234567890",
        "2021-06-01T08:00:00.Z",
        "2021-06-01T08:00ZZ",
        "2021-06-01T08:00 Z",
        "2021-06-01T08:00+",
        "2021-06-01T08:00+0",
        "2021-06-01T08:00+00",
        "2021-06-01T08:00+00:",
        "2021-06-01T08:00+00:60",
        "2021-06-01T08:00+15:00",
        "2021-06-01T08:00+1:00",
        "2021-06-01Z",
        "2021-06-01+00:00",
        "2021-06-01_08:00",
        "2021-06-01T08.00",
        "2021-06-01T-8:00",
        "now",
        "1622505600",
        "2021-06-01T08:00:00.5.5Z",
        "2021-06-01\t08:00",
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        rh_time time = 42;
        if (parse_time(cases[i], &time) == 0)
            fail_msg("'%s' was read as %" PRId64, cases[i], time);
    }
}

/* `length` rules, not a terminator: a longer buffer is not read past it, a NUL is no end. */
static void obeys_the_length(void **state) {
    rh_time time = 0;
    (void)state;
    assert_int_equal(rh_time_parse("2021-06-01T08:00Zgarbage", 17, &time), 0);
    assert_true(time == 1622534400 * RH_S);
    assert_int_equal(rh_time_parse("2021-06-01T08:00Zgarbage", 10, &time), 0);
    assert_int_equal(rh_time_parse("2021-06-01T08:00Zgarbage", 9, &time), -1);
    assert_int_equal(rh_time_parse("2021-06-01\0", 11, &time), -1);
    for (size_t length = 0; length < 10; length++)
        assert_int_equal(rh_time_parse("2021-06-01", length, &time), -1);
}

static int is_leap(int year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Counts days one by one from 1678-01-01, against the formula and back through the text. */
static void knows_every_day(void **state) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    rh_time expected, time, again;
    (void)state;
    assert_int_equal(rh_time_of_date(1678, 1, 1, &expected), 0);
    assert_true(expected == -INT64_C(106650) * RH_DAY);
    for (int year = 1678; year <= 2261; year++)
        for (int month = 1; month <= 12; month++) {
            int days = lengths[month - 1] + (month == 2 && is_leap(year));
            for (int day = 1; day <= days; day++, expected += RH_DAY) {
                char wanted[48], text[RH_TIME_TEXT];
                assert_int_equal(rh_time_of_date(year, month, day, &time), 0);
                assert_true(time == expected);
                (void)snprintf(wanted, sizeof wanted, "%04d-%02d-%02dT00:00:00Z", year, month, day);
                assert_string_equal(rh_time_text(time, text), wanted);
                assert_int_equal(parse_time(text, &again), 0);
                assert_true(again == time);
            }
            assert_int_equal(rh_time_of_date(year, month, days + 1, &time), -1);
        }
    assert_int_equal(rh_time_of_date(1677, 12, 31, &time), -1);
    assert_int_equal(rh_time_of_date(2262, 1, 1, &time), -1);
}

static void refuses_dates_out_of_range(void **state) {
    static const int dates[][3] = {{2021, 0, 1},  {2021, 13, 1},     {2021, 1, 0},
                                   {2021, 1, -1}, {2021, -1, 1},     {2021, 4, 31},
                                   {-1, 1, 1},    {INT32_MAX, 1, 1}, {INT32_MIN, 1, 1}};
    (void)state;
    for (size_t i = 0; i < LENGTH(dates); i++) {
        rh_time time;
        assert_int_equal(rh_time_of_date(dates[i][0], dates[i][1], dates[i][2], &time), -1);
    }
}

static void writes_as_many_decimals_as_needed(void **state) {
    static const struct {
        rh_time time;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00Z"},
        {1, "1970-01-01T00:00:00.000000001Z"},
        {-1, "1969-12-31T23:59:59.999999999Z"},
        {RH_US, "1970-01-01T00:00:00.000001Z"},
        {RH_MS, "1970-01-01T00:00:00.001Z"},
        {100 * RH_MS, "1970-01-01T00:00:00.100Z"},
        {999 * RH_MS, "1970-01-01T00:00:00.999Z"},
        {999999 * RH_US, "1970-01-01T00:00:00.999999Z"},
        {RH_DAY - 1, "1970-01-01T23:59:59.999999999Z"},
        {-RH_DAY, "1969-12-31T00:00:00Z"},
        {RH_DAWN, "1677-09-21T00:12:43.145224192Z"},
        {RH_NEVER, "2262-04-11T23:47:16.854775807Z"},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        char text[RH_TIME_TEXT];
        assert_string_equal(rh_time_text(cases[i].time, text), cases[i].text);
    }
}

static uint64_t next_random(uint64_t *seed) { /* SplitMix64 */
    uint64_t z = (*seed += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void times_survive_their_text(void **state) {
    static const int64_t grains[] = {1, RH_US, RH_MS, RH_S, RH_MIN};
    const int64_t limit = INT64_C(9214560000000000000); /* within 1678 to 2261 */
    uint64_t seed = 1;
    (void)state;
    for (int i = 0; i < 100000; i++) {
        char text[RH_TIME_TEXT];
        rh_time back, time = (int64_t)(next_random(&seed) % (uint64_t)limit);
        time -= time % grains[i % 5];
        if (i & 8)
            time = -time;
        assert_int_equal(parse_time(rh_time_text(time, text), &back), 0);
        assert_true(back == time);
    }
}

static int parse_duration(const char *text, int64_t *out) {
    return rh_duration_parse(text, strlen(text), out);
}

static void reads_durations_exactly(void **state) {
    static const struct {
        const char *text;
        int64_t nanoseconds;
    } cases[] = {
        {"0", 0},
        {"0.0", 0},
        {"00", 0},
        {"0s", 0},
        {"0.000000000000000000000ns", 0},
        {"1ns", 1},
        {"1us", 1000},
        {"1ms", 1000000},
        {"1s", RH_S},
        {"1m", 60 * RH_S},
        {"1h", 3600 * RH_S},
        {"1d", 86400 * RH_S},
        {"1w", 604800 * RH_S},
        {"007d", 7 * RH_DAY},
        {"0.1s", 100000000},
        {"1.5d", 129600 * RH_S},
        {"0.000000001s", 1},
        {"1.0ns", 1},
        {"0.001us", 1},
        {"0.000001ms", 1},
        {"0.3s", 300000000},
        {"0.7h", 2520 * RH_S},
        {"2.675s", INT64_C(2675000000)},
        {"0.1w", 60480 * RH_S},
        {"0.00000000001h", 36},
        {"0.999999999s", 999999999},
        {"0.123456789d", INT64_C(10666666569600)},
        {"1.100000000000000000000000s", 1100 * RH_MS},
        {"9223372036854775807ns", INT64_MAX},
        {"9223372036854775.807us", INT64_MAX},
        {"9223372036.854775807s", INT64_MAX},
        {"106751d", 106751 * RH_DAY},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        int64_t duration = -1;
        if (parse_duration(cases[i].text, &duration) != 0)
            fail_msg("%s was refused", cases[i].text);
        if (duration != cases[i].nanoseconds)
            fail_msg("%s gave %" PRId64, cases[i].text, duration);
    }
}

static void refuses_what_is_no_duration(void **state) {
    static const char *const cases[] = {
        "",
        " ",
        "s",
        "h",
        ".",
        ".s",
        ".5s",
        "5.s",
        "1",
        "1.5",
        "0.1",
        "60",
        "-1s",
        "+1s",
        "1 s",
        " 1s",
        "1s ",
        "1S",
        "1H",
        "1min",
        "1sec",
        "1M",
        "1y",
        "1hh",
        "1h30m",
        "1e3s",
        "1,5s",
        "1..5s",
        "1.5.5s",
        "0x1s",
        "infs",
        "nans",
        "0.5ns",
        "0.1ns",
        "0.0001us",
        "1.0000000001s",
        "0.0000000000001h",
        "0.000000000001h",
        "9223372036854775808ns",
        "9223372036854775.808us",
        "9223372036.854775808s",
        "18446744073709551617ns",
        "99999999999999999999999ns",
        "106752d",
        "15251w",
        "1\xc2\xb5s",
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        int64_t duration = 42;
        if (parse_duration(cases[i], &duration) == 0)
            fail_msg("'%s' was read as %" PRId64, cases[i], duration);
        assert_true(duration == 42);
    }
    int64_t duration;
    assert_int_equal(rh_duration_parse("8h\0", 3, &duration), -1);
    assert_int_equal(rh_duration_parse("8hours", 2, &duration), 0);
    assert_true(duration == 8 * RH_HOUR);
}

static void writes_the_largest_exact_unit(void **state) {
    static const struct {
        int64_t duration;
        const char *text;
    } cases[] = {
        {0, "0s"},
        {1, "1ns"},
        {1000, "1us"},
        {1500, "1500ns"},
        {1500 * RH_US, "1500us"},
        {1500 * RH_MS, "1500ms"},
        {60 * RH_S, "1m"},
        {90 * RH_S, "90s"},
        {90 * RH_MIN, "90m"},
        {8 * RH_HOUR, "8h"},
        {24 * RH_HOUR, "1d"},
        {7 * RH_DAY, "7d"},
        {36 * RH_HOUR, "36h"},
        {INT64_MAX, "9223372036854775807ns"},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        char text[RH_DURATION_TEXT];
        assert_string_equal(rh_duration_text(cases[i].duration, text), cases[i].text);
    }
}

static void durations_survive_their_text(void **state) {
    static const int64_t grains[] = {1, RH_US, RH_MS, RH_S, RH_MIN, RH_HOUR, RH_DAY};
    uint64_t seed = 2;
    (void)state;
    for (int i = 0; i < 100000; i++) {
        char text[RH_DURATION_TEXT];
        int64_t back, duration = (int64_t)(next_random(&seed) >> (1 + i % 40));
        duration -= duration % grains[i % 7];
        assert_int_equal(parse_duration(rh_duration_text(duration, text), &back), 0);
        assert_true(back == duration);
    }
}

static void years_are_act_365(void **state) {
    rh_time from, to;
    (void)state;
    assert_int_equal(parse_time("2021-06-01T00:00Z", &from), 0);
    assert_int_equal(parse_time("2021-06-25T08:00Z", &to), 0);
    assert_true(rh_years(from, to) == (24.0 + 1.0 / 3.0) * 86400e9 / (365.0 * 86400e9));
    assert_true(rh_years(to, from) == -rh_years(from, to));
    assert_true(rh_years(from, from) == 0.0);
    assert_true(rh_years(0, 365 * RH_DAY) == 1.0);
    assert_true(rh_years(0, 1) > 0.0);
    /* further apart than an int64 can say */
    assert_true(rh_years(RH_DAWN, RH_NEVER) > 584.0 && rh_years(RH_DAWN, RH_NEVER) < 585.5);
    assert_true(rh_years(RH_NEVER, RH_DAWN) == -rh_years(RH_DAWN, RH_NEVER));
}

static void units_of_integers_by_magnitude(void **state) {
    static const struct {
        int64_t stamp, unit;
    } cases[] = {
        {0, RH_S},
        {1622505600, RH_S},
        {-1622505600, RH_S},
        {99999999999, RH_S},
        {100000000000, RH_MS},
        {1622505600000, RH_MS},
        {99999999999999, RH_MS},
        {100000000000000, RH_US},
        {1622505600000000, RH_US},
        {99999999999999999, RH_US},
        {100000000000000000, RH_NS},
        {1622505600000000000, RH_NS},
        {INT64_MAX, RH_NS},
        {INT64_MIN, RH_NS},
        {-100000000000, RH_MS},
    };
    rh_time time;
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++)
        assert_true(rh_time_unit(cases[i].stamp) == cases[i].unit);
    assert_int_equal(rh_time_from_integer(1622505600, RH_S, &time), 0);
    assert_true(time == 1622505600 * RH_S);
    assert_int_equal(rh_time_from_integer(INT64_MAX, RH_NS, &time), 0);
    assert_true(time == INT64_MAX);
    assert_int_equal(rh_time_from_integer(INT64_MIN, RH_NS, &time), 0);
    assert_int_equal(rh_time_from_integer(9223372036, RH_S, &time), 0);
    assert_int_equal(rh_time_from_integer(9223372037, RH_S, &time), -1);
    assert_int_equal(rh_time_from_integer(-9223372037, RH_S, &time), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_iso_times),
        cmocka_unit_test(refuses_what_is_no_time),
        cmocka_unit_test(obeys_the_length),
        cmocka_unit_test(knows_every_day),
        cmocka_unit_test(refuses_dates_out_of_range),
        cmocka_unit_test(writes_as_many_decimals_as_needed),
        cmocka_unit_test(times_survive_their_text),
        cmocka_unit_test(reads_durations_exactly),
        cmocka_unit_test(refuses_what_is_no_duration),
        cmocka_unit_test(writes_the_largest_exact_unit),
        cmocka_unit_test(durations_survive_their_text),
        cmocka_unit_test(years_are_act_365),
        cmocka_unit_test(units_of_integers_by_magnitude),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
