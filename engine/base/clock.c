/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

rh_time rh_time_now(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (rh_time)now.tv_sec * RH_S + now.tv_nsec;
}

double rh_stopwatch(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

double rh_years(rh_time from, rh_time to) {
    /* Through unsigned: the distance of two instants may not fit into an int64. */
    double distance = to >= from ? (double)((uint64_t)to - (uint64_t)from)
                                 : -(double)((uint64_t)from - (uint64_t)to);
    return distance / (365.0 * (double)RH_DAY);
}

/* Days since 1970-01-01: Howard Hinnant, "chrono-compatible low-level date algorithms". */
static int64_t days_from_civil(int64_t year, int month, int day) {
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void civil_from_days(int64_t days, int *year, int *month, int *day) {
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t doe = days - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2));
}

static int days_in_month(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

int rh_time_of_date(int year, int month, int day, rh_time *out) {
    if (year < 1678 || year > 2261 || month < 1 || month > 12 || day < 1 ||
        day > days_in_month(year, month))
        return -1;
    *out = days_from_civil(year, month, day) * RH_DAY;
    return 0;
}

/* Takes exactly `digits` decimal digits; returns -1 if they are not there. */
static int take_digits(const char **at, const char *end, int digits) {
    int value = 0;
    if (end - *at < digits)
        return -1;
    for (int i = 0; i < digits; i++) {
        char c = (*at)[i];
        if (c < '0' || c > '9')
            return -1;
        value = value * 10 + (c - '0');
    }
    *at += digits;
    return value;
}

static int take_char(const char **at, const char *end, char wanted) {
    if (*at >= end || **at != wanted)
        return -1;
    (*at)++;
    return 0;
}

/* Up to nine decimals after a point; more are refused rather than silently cut. */
static int take_fraction(const char **at, const char *end, int64_t *nanoseconds) {
    int64_t value = 0, weight = RH_S;
    *nanoseconds = 0;
    if (take_char(at, end, '.') != 0)
        return 0;
    const char *first = *at;
    while (*at < end && **at >= '0' && **at <= '9') {
        if (*at - first == 9)
            return -1;
        weight /= 10;
        value += (**at - '0') * weight;
        (*at)++;
    }
    *nanoseconds = value;
    return *at > first ? 0 : -1;
}

static int take_offset(const char **at, const char *end, int64_t *offset) {
    *offset = 0;
    if (*at == end)
        return 0;
    if (**at == 'Z' || **at == 'z') {
        (*at)++;
        return 0;
    }
    int sign = **at == '+' ? 1 : **at == '-' ? -1 : 0;
    if (!sign)
        return -1;
    (*at)++;
    int hours = take_digits(at, end, 2);
    (void)take_char(at, end, ':');
    int minutes = take_digits(at, end, 2);
    if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59)
        return -1;
    *offset = sign * (hours * RH_HOUR + minutes * RH_MIN);
    return 0;
}

static int take_time_of_day(const char **at, const char *end, int64_t *out) {
    int64_t fraction = 0;
    int hour = take_digits(at, end, 2);
    if (hour < 0 || hour > 23 || take_char(at, end, ':') != 0)
        return -1;
    int minute = take_digits(at, end, 2), second = 0;
    if (minute < 0 || minute > 59)
        return -1;
    if (take_char(at, end, ':') == 0) {
        second = take_digits(at, end, 2);
        if (second < 0 || second > 59 || take_fraction(at, end, &fraction) != 0)
            return -1;
    }
    *out = hour * RH_HOUR + minute * RH_MIN + second * RH_S + fraction;
    return 0;
}

int rh_time_parse(const char *text, size_t length, rh_time *out) {
    const char *at = text, *end = text + length;
    int64_t date, within = 0, offset = 0;
    int year = take_digits(&at, end, 4);
    if (year < 0 || take_char(&at, end, '-') != 0)
        return -1;
    int month = take_digits(&at, end, 2);
    if (month < 0 || take_char(&at, end, '-') != 0)
        return -1;
    int day = take_digits(&at, end, 2);
    if (day < 0 || rh_time_of_date(year, month, day, &date) != 0)
        return -1;
    if (at < end) {
        if (*at != 'T' && *at != 't' && *at != ' ')
            return -1;
        at++;
        if (take_time_of_day(&at, end, &within) != 0 || take_offset(&at, end, &offset) != 0)
            return -1;
    }
    if (at != end)
        return -1;
    *out = date + within - offset;
    return 0;
}

const char *rh_time_text(rh_time time, char buffer[RH_TIME_TEXT]) {
    int64_t days = time / RH_DAY, within = time % RH_DAY;
    int year, month, day, decimals = 9;
    if (within < 0) {
        within += RH_DAY;
        days--;
    }
    civil_from_days(days, &year, &month, &day);
    int64_t fraction = within % RH_S;
    int used =
        snprintf(buffer, RH_TIME_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d", year, month, day,
                 (int)(within / RH_HOUR), (int)(within / RH_MIN % 60), (int)(within / RH_S % 60));
    if (fraction) {
        for (; fraction % 1000 == 0; fraction /= 1000)
            decimals -= 3;
        used +=
            snprintf(buffer + used, RH_TIME_TEXT - (size_t)used, ".%0*" PRId64, decimals, fraction);
    }
    (void)snprintf(buffer + used, RH_TIME_TEXT - (size_t)used, "Z");
    return buffer;
}

static const struct {
    const char *name;
    int64_t length;
} units[] = {{"w", 7 * RH_DAY}, {"d", RH_DAY}, {"h", RH_HOUR}, {"m", RH_MIN},
             {"s", RH_S},       {"ms", RH_MS}, {"us", RH_US},  {"ns", RH_NS}};
enum { N_UNITS = sizeof units / sizeof *units };

static int64_t unit_length(const char *name, size_t length) {
    for (int i = 0; i < N_UNITS; i++)
        if (strlen(units[i].name) == length && memcmp(units[i].name, name, length) == 0)
            return units[i].length;
    return 0;
}

static int take_whole(const char **at, const char *end, int64_t *out) {
    const char *first = *at;
    int64_t value = 0;
    for (; *at < end && **at >= '0' && **at <= '9'; (*at)++) {
        int digit = **at - '0';
        if (value > (INT64_MAX - digit) / 10)
            return -1;
        value = value * 10 + digit;
    }
    *out = value;
    return *at > first ? 0 : -1;
}

/* Decimals of a unit of time. Exact: 0.1s is 100000000 ns, not what a double would make of it,
 * and what would leave a part of a nanosecond (0.5ns) is refused. */
static int take_decimals(const char **at, const char *end, int64_t unit, int64_t *out) {
    int64_t value = 0, weight = unit;
    *out = 0;
    if (take_char(at, end, '.') != 0)
        return 0;
    const char *first = *at;
    for (; *at < end && **at >= '0' && **at <= '9'; (*at)++) {
        int digit = **at - '0';
        weight = weight % 10 == 0 ? weight / 10 : 0;
        if (digit > 0 && weight == 0)
            return -1;
        value += digit * weight;
    }
    *out = value;
    return *at > first ? 0 : -1;
}

int rh_duration_parse(const char *text, size_t length, int64_t *out) {
    const char *at = text, *end = text + length;
    int64_t whole, part;
    size_t digits = 0;
    while (digits < length && (text[digits] == '.' || (text[digits] >= '0' && text[digits] <= '9')))
        digits++;
    int bare = digits == length;
    int64_t unit = bare ? RH_S : unit_length(text + digits, length - digits);
    if (!unit || take_whole(&at, end, &whole) != 0 || take_decimals(&at, end, unit, &part) != 0)
        return -1;
    if (at != text + digits || whole > (INT64_MAX - part) / unit)
        return -1;
    if (bare && (whole != 0 || part != 0))
        return -1;
    *out = whole * unit + part;
    return 0;
}

const char *rh_duration_text(int64_t duration, char buffer[RH_DURATION_TEXT]) {
    int i = 1; /* weeks are never written: 7d reads better */
    while (i < N_UNITS - 1 && duration % units[i].length != 0)
        i++;
    if (duration == 0)
        i = 4;
    (void)snprintf(buffer, RH_DURATION_TEXT, "%" PRId64 "%s", duration / units[i].length,
                   units[i].name);
    return buffer;
}
