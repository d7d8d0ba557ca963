/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Local clocks: offsets, hours that happen twice or never, rules of far years, broken zone files.
 */
#include "test_feed_support.h"

#include "feed/stamp.h"
#include "feed/timezone.h"

#include <sys/stat.h>

static rh_zone *zone_of(const char *name) {
    rh_zone *zone = NULL;
    rh_error error;
    if (rh_zone_open(name, &zone, &error) != RH_OK)
        fail_msg("%s", error.text);
    return zone;
}

/* Seconds east of UTC by Python 3.11 zoneinfo, tzdata 2026f; 4 million more were compared once. */
static void offsets(void **state) {
    static const struct {
        const char *zone, *utc;
        int seconds;
    } cases[] = {
        {"UTC", "2021-06-01", 0},
        {"Europe/London", "2019-12-01", 0},
        {"Europe/London", "2021-03-28T00:59:59Z", 0},
        {"Europe/London", "2021-03-28T01:00:00Z", 3600},
        {"Europe/London", "1970-07-01", 3600}, /* British Standard Time all year */
        {"Europe/London", "1970-01-01", 3600},
        {"Europe/London", "2050-03-27T00:59:59Z", 0},
        {"Europe/London", "2050-03-27T01:00:00Z", 3600},
        {"Europe/London", "2199-07-01", 3600},
        {"America/New_York", "2021-06-01", -14400},
        {"America/New_York", "2090-11-05T05:59:59Z", -14400},
        {"America/New_York", "2090-11-05T06:00:00Z", -18000},
        {"Australia/Lord_Howe", "2021-01-01", 39600},
        {"Australia/Lord_Howe", "2060-07-01", 37800},
        {"Europe/Dublin", "2060-01-01", 0}, /* its rule has winter as the saving */
        {"Europe/Dublin", "2060-07-01", 3600},
        {"Australia/Sydney", "2070-01-01", 39600},
        {"Australia/Sydney", "2070-07-01", 36000},
        {"Asia/Kolkata", "2100-01-01", 19800},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rh_zone *zone = zone_of(cases[i].zone);
        if (rh_zone_offset(zone, at(cases[i].utc)) != cases[i].seconds)
            fail_msg("%s at %s: %d", cases[i].zone, cases[i].utc,
                     (int)rh_zone_offset(zone, at(cases[i].utc)));
        rh_zone_close(zone);
    }
}

static void expect_local(const rh_zone *zone, const char *local, const char *first,
                         const char *second) {
    rh_time times[2];
    int wanted = !first ? 0 : !second ? 1 : 2;
    assert_int_equal(rh_zone_from_local(zone, at(local), times), wanted);
    if (wanted > 0)
        assert_int_equal(times[0], at(first));
    if (wanted > 1)
        assert_int_equal(times[1], at(second));
}

static void hours_twice_and_never(void **state) {
    rh_zone *london = zone_of("Europe/London"), *apia = zone_of("Pacific/Apia");
    (void)state;
    expect_local(london, "2021-03-28T00:59:59.5", "2021-03-28T00:59:59.5", NULL);
    expect_local(london, "2021-03-28T01:00:00", NULL, NULL);
    expect_local(london, "2021-03-28T01:59:59.999999999", NULL, NULL);
    expect_local(london, "2021-03-28T02:00:00", "2021-03-28T01:00:00", NULL);
    expect_local(london, "2021-10-31T00:59:59", "2021-10-30T23:59:59", NULL);
    expect_local(london, "2021-10-31T01:00:00", "2021-10-31T00:00:00", "2021-10-31T01:00:00");
    expect_local(london, "2021-10-31T01:59:59", "2021-10-31T00:59:59", "2021-10-31T01:59:59");
    expect_local(london, "2021-10-31T02:00:00", "2021-10-31T02:00:00", NULL);
    expect_local(apia, "2011-12-30T12:00:00", NULL, NULL); /* a day that Samoa left out */
    rh_zone_close(london);
    rh_zone_close(apia);
}

static void names_stay_in_the_folder(void **state) {
    static const char *const bad[] = {
        "",
        "/etc/passwd",
        "../passwd",
        "Europe/../../x",
        "Europe//London",
        "Europe/",
        "a.b",
        "Europe/London ",
        "Europe\\London",
        "zone\n",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    rh_zone *zone = NULL;
    rh_error error;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(rh_zone_open(bad[i], &zone, &error), RH_BAD_CONFIG);
        assert_non_null(strstr(error.text, "is not the name of a time zone"));
    }
    assert_int_equal(rh_zone_open("Europe/Londn", &zone, &error), RH_BAD_CONFIG);
    assert_non_null(strstr(error.text, "no time zone 'Europe/Londn'"));
    assert_int_equal(rh_zone_open("Europe", &zone, &error), RH_BAD_CONFIG); /* a folder */
    assert_null(zone);
}

/* ---- zone files made by hand (RFC 8536) ---- */

static size_t put(unsigned char *to, int64_t value, int width) {
    for (int i = 0; i < width; i++)
        to[i] = (unsigned char)((uint64_t)value >> 8 * (width - 1 - i));
    return (size_t)width;
}

static size_t put_header(unsigned char *to, int times, int types) {
    memset(to, 0, 44);
    memcpy(to, "TZif2", 5);
    put(to + 32, times, 4);
    put(to + 36, types, 4);
    put(to + 40, 4, 4); /* designations: "XXX" */
    return 44;
}

/* One transition at `when` from `before` to `after` seconds east, then the rule. */
static size_t make_zone(unsigned char *to, int64_t when, int before, int after, const char *rule) {
    size_t n = put_header(to, 0, 1);
    memset(to + n, 0, 10); /* the block of version 1: one type, one designation */
    n += 10;
    n += put_header(to + n, 1, 2);
    n += put(to + n, when, 8);
    to[n++] = 1;
    n += put(to + n, before, 4) + put(to + n + 4, 0, 2);
    n += put(to + n, after, 4) + put(to + n + 4, 0, 2);
    memcpy(to + n, "XXX", 4);
    n += 4;
    return n + (size_t)sprintf((char *)to + n, "\n%s\n", rule);
}

static char folder[32];

static void save_zone(const unsigned char *bytes, size_t size) {
    char path[64];
    (void)snprintf(path, sizeof path, "%s/Made", folder);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static int make_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/test_zones_XXXXXX");
    return mkdtemp(folder) && setenv("TZDIR", folder, 1) == 0 ? 0 : -1;
}

static int remove_folder(void **state) {
    char path[64];
    (void)state;
    (void)snprintf(path, sizeof path, "%s/Made", folder);
    (void)unlink(path);
    return rmdir(folder) == 0 && unsetenv("TZDIR") == 0 ? 0 : -1;
}

static rh_zone *made_zone(const char *rule) {
    unsigned char bytes[512];
    save_zone(bytes, make_zone(bytes, 1000000000, 60, 120, rule));
    return zone_of("Made");
}

static void rules_of_every_form(void **state) {
    static const struct {
        const char *rule, *utc;
        int seconds;
    } cases[] = {
        {"", "2001-09-09T01:46:39Z", 60},
        {"", "2001-09-09T01:46:40Z", 120},
        {"", "2150-01-01", 120},
        {"ABC-1", "2150-01-01", 3600},
        {"<-03>3", "2150-01-01", -10800},
        {"<+0530>-5:30:15", "2150-01-01", 19815},
        {"AAA0BBB,J60/0,J61/0", "2024-02-29T12:00Z", 0}, /* J60 is 1 March in every year */
        {"AAA0BBB,J60/0,J61/0", "2024-03-01T12:00Z", 3600},
        {"AAA0BBB,J60/0,J61/0", "2023-03-01T12:00Z", 3600},
        {"AAA0BBB,59/0,60/0", "2024-02-29T12:00Z", 3600}, /* 59 is 29 February in a leap year */
        {"AAA0BBB,59/0,60/0", "2023-03-01T12:00Z", 3600},
        {"AAA0BBB-2,M10.1.0,M3.5.0/-1", "2023-01-01", 7200}, /* summer over the new year */
        {"AAA0BBB-2,M10.1.0,M3.5.0/-1", "2023-03-25T20:59:59Z", 7200},
        {"AAA0BBB-2,M10.1.0,M3.5.0/-1", "2023-03-25T21:00:00Z", 0},
        {"AAA0BBB-2,M10.1.0,M3.5.0/-1", "2023-10-01T01:59:59Z", 0},
        {"AAA0BBB-2,M10.1.0,M3.5.0/-1", "2023-10-01T02:00:00Z", 7200},
        {"AAA0BBB,M3.1.4/50,M12.5.6/0", "2023-03-04T02:00:00Z", 3600}, /* 50 h after Thu 2 March */
        {"AAA0BBB,M3.1.4/50,M12.5.6/0", "2023-03-04T01:59:59Z", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rh_zone *zone = made_zone(cases[i].rule);
        if (rh_zone_offset(zone, at(cases[i].utc)) != cases[i].seconds)
            fail_msg("'%s' at %s: %d", cases[i].rule, cases[i].utc,
                     (int)rh_zone_offset(zone, at(cases[i].utc)));
        rh_zone_close(zone);
    }
}

static void expect_broken(const unsigned char *bytes, size_t size) {
    rh_zone *zone = NULL;
    rh_error error;
    save_zone(bytes, size);
    assert_int_equal(rh_zone_open("Made", &zone, &error), RH_BAD_CONFIG);
    assert_non_null(strstr(error.text, "'Made' is no time zone that can be read"));
    assert_null(zone);
}

static void broken_zone_files(void **state) {
    static const char *const rules[] = {"AB0",
                                        "AAA",
                                        "AAA0BBB",
                                        "AAA0BBB,M13.1.0,M3.1.0",
                                        "AAA0BBB,M3.6.0,M3.1.0",
                                        "AAA0BBB,J0,J5",
                                        "AAA0BBB,366,5",
                                        "AAA0BBB,M3.1.0/168,M4.1.0",
                                        "AAA0 ",
                                        "<AAA0",
                                        "AAA0:1:1:1"};
    unsigned char bytes[512];
    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        expect_broken(bytes, make_zone(bytes, 0, 0, 0, rules[i]));
    size_t size = make_zone(bytes, 0, 0, 3600, "AAA0BBB,M3.5.0/1,M10.5.0");
    for (size_t cut = 0; cut < size; cut++)
        expect_broken(bytes, cut);
    bytes[44 + 10 + 44 + 8] = 2; /* a type that isn't there */
    expect_broken(bytes, size);
    size = make_zone(bytes, 0, 0, 3600, "AAA0");
    put(bytes + 44 + 10 + 28, 1, 4); /* leap seconds */
    expect_broken(bytes, size);
    size = make_zone(bytes, 0, 0, 3600, "AAA0");
    bytes[4] = 0; /* version 1 */
    expect_broken(bytes, size);
}

/* ---- the time column ---- */

static void expect_stamp(rh_stamp *stamp, const char *text, int64_t grid, const char *utc) {
    rh_cell cell = {text, strlen(text)};
    rh_error error;
    rh_time time = 0;
    if (rh_stamp_read(stamp, &cell, grid, &time, &error) != RH_OK)
        fail_msg("%s: %s", text, error.text);
    if (time != at(utc))
        fail_msg("%s isn't %s", text, utc);
    stamp->last = time;
}

static void expect_no_stamp(rh_stamp *stamp, const char *text, rh_status status, const char *part) {
    rh_cell cell = {text, strlen(text)};
    rh_error error;
    rh_time time;
    assert_int_equal(rh_stamp_read(stamp, &cell, 0, &time, &error), status);
    if (!strstr(error.text, part))
        fail_msg("'%s' is not in: %s", part, error.text);
}

static void stamps_keep_their_unit(void **state) {
    rh_stamp stamp;
    rh_error error;
    (void)state;
    assert_int_equal(rh_stamp_open(&stamp, NULL, &error), RH_OK);
    expect_stamp(&stamp, "1622520046", 0, "2021-06-01T04:00:46Z");
    expect_stamp(&stamp, "0", 0, "1970-01-01");
    expect_no_stamp(&stamp, "1622520046000", RH_BAD_DATA,
                    "is in milliseconds by its size, but the file began with seconds");
    expect_no_stamp(&stamp, "2021-06-01", RH_BAD_DATA, "is text, but the file began with seconds");
    expect_no_stamp(&stamp, "-1", RH_BAD_DATA, "time '-1' is outside 1970 to 2199");
    expect_no_stamp(&stamp, "99999999999999999999", RH_BAD_DATA, "bad time");
    expect_no_stamp(&stamp, "1e9", RH_BAD_DATA, "bad time '1e9'");
    expect_no_stamp(&stamp, "", RH_BAD_DATA, "no time in this row");
    assert_int_equal(rh_stamp_open(&stamp, "UTC", &error), RH_OK);
    expect_stamp(&stamp, "1622520046123456789", 0, "2021-06-01T04:00:46.123456789Z");
    assert_int_equal(rh_stamp_open(&stamp, NULL, &error), RH_OK);
    expect_stamp(&stamp, "2021-06-01 04:00:46.5", 0, "2021-06-01T04:00:46.5Z");
    expect_stamp(&stamp, "2021-06-01T06:00+02:00", 0, "2021-06-01T04:00Z");
    expect_no_stamp(&stamp, "1622520046", RH_BAD_DATA, "bad time");
    expect_no_stamp(&stamp, "1969-12-31", RH_BAD_DATA, "outside 1970 to 2199");
    expect_no_stamp(&stamp, "2200-01-01", RH_BAD_DATA, "outside 1970 to 2199");
    expect_no_stamp(&stamp, "2262-05-01", RH_BAD_DATA, "bad time");
    expect_no_stamp(&stamp, "2021-02-29\n", RH_BAD_DATA, "bad time '2021-02-29?'");
}

static void local_stamps(void **state) {
    rh_stamp stamp;
    rh_error error;
    (void)state;
    assert_int_equal(rh_stamp_open(&stamp, "Europe/London", &error), RH_OK);
    expect_no_stamp(&stamp, "1622520046", RH_BAD_CONFIG, "integer times are UTC");
    expect_stamp(&stamp, "2021-07-01 01:00:00", 0, "2021-07-01T00:00Z");
    expect_stamp(&stamp, "2021-07-01 01:00:00Z", 0, "2021-07-01T01:00Z");
    expect_no_stamp(&stamp, "2021-03-28 01:30", RH_BAD_DATA, "does not exist in Europe/London");
    /* Funding at 00:00 UTC, in either direction. */
    expect_stamp(&stamp, "2021-10-31 01:00:00", 8 * RH_HOUR, "2021-10-31T00:00Z");
    stamp.direction = -1;
    stamp.last = at("2021-10-31T08:00Z");
    expect_stamp(&stamp, "2021-10-31 01:00:00", 8 * RH_HOUR, "2021-10-31T00:00Z");
    rh_stamp_clear(&stamp);
}

static void repeated_hours_follow_the_file(void **state) {
    rh_stamp stamp;
    rh_error error;
    (void)state;
    assert_int_equal(rh_stamp_open(&stamp, "Europe/London", &error), RH_OK);
    stamp.direction = 1;
    expect_stamp(&stamp, "2021-10-31 01:00", 0, "2021-10-31T00:00Z");
    expect_stamp(&stamp, "2021-10-31 01:30", 0, "2021-10-31T00:30Z");
    expect_stamp(&stamp, "2021-10-31 01:30", 0, "2021-10-31T00:30Z"); /* another instrument */
    expect_stamp(&stamp, "2021-10-31 01:00", 0, "2021-10-31T01:00Z"); /* went back: second */
    expect_stamp(&stamp, "2021-10-31 01:30", 0, "2021-10-31T01:30Z");
    expect_stamp(&stamp, "2021-10-31 02:00", 0, "2021-10-31T02:00Z");
    stamp.direction = -1;
    expect_stamp(&stamp, "2021-10-31 01:30", 0, "2021-10-31T01:30Z");
    expect_stamp(&stamp, "2021-10-31 01:00", 0, "2021-10-31T01:00Z");
    expect_stamp(&stamp, "2021-10-31 01:30", 0, "2021-10-31T00:30Z");
    expect_stamp(&stamp, "2021-10-31 01:00", 0, "2021-10-31T00:00Z");
    stamp.one_per_row = 1; /* hourly bars of one instrument: the same text twice */
    stamp.direction = 1;
    stamp.last = RH_DAWN;
    expect_stamp(&stamp, "2021-10-31 01:00", 0, "2021-10-31T00:00Z");
    expect_stamp(&stamp, "2021-10-31 01:00", 0, "2021-10-31T01:00Z");
    rh_stamp_clear(&stamp);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets),
        cmocka_unit_test(hours_twice_and_never),
        cmocka_unit_test(names_stay_in_the_folder),
        cmocka_unit_test_setup_teardown(rules_of_every_form, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(broken_zone_files, make_folder, remove_folder),
        cmocka_unit_test(stamps_keep_their_unit),
        cmocka_unit_test(local_stamps),
        cmocka_unit_test(repeated_hours_follow_the_file),
    };
    if (access("/usr/share/zoneinfo/Europe/London", R_OK) != 0 && !getenv("TZDIR")) {
        print_message("skipped: no time zones on this machine\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
