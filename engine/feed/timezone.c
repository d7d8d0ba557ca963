/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/timezone.h"

#include "base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1 << 18, NAME_MAX_LENGTH = 64, HEADER = 44, FOOTER_MAX = 128 };

/* A day of the year in a POSIX TZ rule, and the second of that local day. */
typedef struct {
    char form; /* 'M' month.week.weekday, 'J' day 1..365 without 29 Feb, 'N' day 0..365 */
    int month, week, day;
    int64_t second;
} change;

struct rh_zone {
    size_t count;
    int64_t *at;          /* UTC seconds of the transitions */
    int32_t *offset;      /* seconds east after each */
    int32_t first_offset; /* before the first */
    int has_rule, has_summer;
    int64_t standard, summer; /* seconds east */
    change begin, end;        /* of summer time */
};

static int is_name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '+' || c == '-';
}

static int is_zone_name(const char *name) {
    size_t length = strlen(name), part = 0;
    if (length == 0 || length > NAME_MAX_LENGTH)
        return 0;
    for (size_t i = 0; i < length; i++) {
        if (name[i] == '/' ? part == 0 : !is_name_char(name[i]))
            return 0;
        part = name[i] == '/' ? 0 : part + 1;
    }
    return part > 0;
}

/* Reads the whole file; *out is the caller's to release. */
static rh_status read_file(const char *name, unsigned char **out, size_t *size, rh_error *error) {
    char path[4096];
    const char *folder = getenv("TZDIR");
    if (!folder || !*folder)
        folder = "/usr/share/zoneinfo";
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return rh_fail(error, RH_BAD_CONFIG, "TZDIR is too long");
    FILE *file = fopen(path, "rb");
    if (!file)
        return rh_fail(error, RH_BAD_CONFIG, "no time zone '%s' (%s: %s)", name, path,
                       strerror(errno));
    *out = rh_allocate(FILE_MAX, 1);
    *size = *out ? fread(*out, 1, FILE_MAX, file) : 0;
    (void)fclose(file);
    return *out ? RH_OK : rh_fail(error, RH_FAILED, "no memory for time zone '%s'", name);
}

/* Big-endian two's complement. */
static int64_t big_endian(const unsigned char *bytes, int width) {
    uint64_t value = bytes[0] & 0x80 ? UINT64_MAX : 0;
    for (int i = 0; i < width; i++)
        value = value << 8 | bytes[i];
    return (int64_t)value;
}

/* The six counts of a TZif header, in the order of RFC 8536 section 3.1. */
typedef struct {
    size_t is_ut, is_std, leaps, times, types, chars;
} counts;

static int read_header(const unsigned char *from, const unsigned char *end, counts *c) {
    size_t *fields[] = {&c->is_ut, &c->is_std, &c->leaps, &c->times, &c->types, &c->chars};
    if (end - from < HEADER || memcmp(from, "TZif", 4) != 0 || from[4] < '2')
        return -1;
    for (int i = 0; i < 6; i++) {
        int64_t value = big_endian(from + 20 + 4 * i, 4);
        if (value < 0 || value > FILE_MAX)
            return -1;
        *fields[i] = (size_t)value;
    }
    return 0;
}

static size_t block_size(const counts *c, size_t width) {
    return c->times * (width + 1) + c->types * 6 + c->chars + c->leaps * (width + 4) + c->is_std +
           c->is_ut;
}

/* Of a local time type; what lies outside the range of RFC 8536 section 3.2 is none. */
static int read_offset(const unsigned char *type, int32_t *out) {
    *out = (int32_t)big_endian(type, 4);
    return *out >= -89999 && *out <= 93599 ? 0 : -1;
}

static int read_transitions(rh_zone *zone, const unsigned char *from, const counts *c) {
    const unsigned char *indices = from + c->times * 8, *types = indices + c->times;
    zone->at = rh_allocate(c->times, sizeof *zone->at);
    zone->offset = rh_allocate(c->times, sizeof *zone->offset);
    if (!zone->at || !zone->offset)
        return 1;
    if (read_offset(types, &zone->first_offset) != 0)
        return -1;
    for (; zone->count < c->times; zone->count++) {
        size_t i = zone->count;
        if (indices[i] >= c->types ||
            read_offset(types + 6 * (size_t)indices[i], &zone->offset[i]) != 0)
            return -1;
        zone->at[i] = big_endian(from + 8 * i, 8);
        if (i > 0 && zone->at[i] <= zone->at[i - 1])
            return -1;
    }
    return 0;
}

/* POSIX TZ: `std offset [dst [offset] , start [/time] , end [/time]]`, as in RFC 8536 3.3. */

static int take_zone_name(const char **at) {
    const char *from = *at;
    if (**at == '<') {
        while (**at && **at != '>')
            (*at)++;
        return *(*at)++ == '>' ? 0 : -1;
    }
    while ((**at >= 'a' && **at <= 'z') || (**at >= 'A' && **at <= 'Z'))
        (*at)++;
    return *at - from >= 3 ? 0 : -1;
}

static int take_number(const char **at, int highest) {
    int value = 0;
    if (**at < '0' || **at > '9')
        return -1;
    while (**at >= '0' && **at <= '9') {
        value = value * 10 + (*(*at)++ - '0');
        if (value > highest)
            return -1;
    }
    return value;
}

/* [+-]hh[:mm[:ss]]; hours to 167 as RFC 8536 allows. */
static int take_clock(const char **at, int64_t *seconds) {
    int64_t sign = **at == '-' ? -1 : 1, unit = 3600;
    *seconds = 0;
    if (**at == '-' || **at == '+')
        (*at)++;
    for (int part = 0; part < 3; part++, unit /= 60) {
        int value = take_number(at, part == 0 ? 167 : 59);
        if (value < 0)
            return -1;
        *seconds += sign * value * unit;
        if (**at != ':')
            return 0;
        (*at)++;
    }
    return -1;
}

static int take_month_day(const char **at, change *c) {
    c->month = take_number(at, 12);
    if (c->month < 1 || *(*at)++ != '.')
        return -1;
    c->week = take_number(at, 5);
    if (c->week < 1 || *(*at)++ != '.')
        return -1;
    c->day = take_number(at, 6);
    return c->day < 0 ? -1 : 0;
}

static int take_change(const char **at, change *c) {
    if (*(*at)++ != ',')
        return -1;
    c->form = **at == 'M' || **at == 'J' ? *(*at)++ : 'N';
    c->second = 7200;
    if (c->form == 'M') {
        if (take_month_day(at, c) != 0)
            return -1;
    } else {
        c->day = take_number(at, 365);
        if (c->day < (c->form == 'J'))
            return -1;
    }
    if (**at != '/')
        return 0;
    (*at)++;
    return take_clock(at, &c->second);
}

static int read_rule(rh_zone *zone, const char *at) {
    if (take_zone_name(&at) != 0 || take_clock(&at, &zone->standard) != 0)
        return -1;
    zone->standard = -zone->standard; /* POSIX counts west */
    zone->has_rule = 1;
    if (*at == '\0')
        return 0;
    if (take_zone_name(&at) != 0)
        return -1;
    zone->has_summer = 1;
    zone->summer = zone->standard + 3600;
    if (*at != ',') {
        if (take_clock(&at, &zone->summer) != 0)
            return -1;
        zone->summer = -zone->summer;
    }
    if (take_change(&at, &zone->begin) != 0 || take_change(&at, &zone->end) != 0)
        return -1;
    return *at == '\0' ? 0 : -1;
}

static int read_footer(rh_zone *zone, const unsigned char *from, const unsigned char *end) {
    char text[FOOTER_MAX];
    if (from == end || *from++ != '\n')
        return -1;
    const unsigned char *stop = memchr(from, '\n', (size_t)(end - from));
    if (!stop || stop - from >= FOOTER_MAX)
        return -1;
    memcpy(text, from, (size_t)(stop - from));
    text[stop - from] = '\0';
    return *text ? read_rule(zone, text) : 0;
}

/* 0, -1 if it is no zone file of version 2, 1 without memory. */
static int read_zone(rh_zone *zone, const unsigned char *bytes, size_t size) {
    const unsigned char *at = bytes, *end = bytes + size;
    counts c;
    if (read_header(at, end, &c) != 0 || block_size(&c, 4) > (size_t)(end - at) - HEADER)
        return -1;
    at += HEADER + block_size(&c, 4);
    /* Zones with leap seconds ("right/...") count other seconds than the rest of the engine. */
    if (read_header(at, end, &c) != 0 || block_size(&c, 8) > (size_t)(end - at) - HEADER ||
        c.types == 0 || c.leaps > 0)
        return -1;
    at += HEADER;
    int code = read_transitions(zone, at, &c);
    return code != 0 ? code : read_footer(zone, at + block_size(&c, 8), end);
}

static rh_status load(rh_zone *zone, const char *name, rh_error *error) {
    unsigned char *bytes = NULL;
    size_t size;
    rh_status status = read_file(name, &bytes, &size, error);
    int code = status == RH_OK ? read_zone(zone, bytes, size) : 0;
    rh_release(bytes);
    if (code > 0)
        return rh_fail(error, RH_FAILED, "no memory for time zone '%s'", name);
    if (code < 0)
        return rh_fail(error, RH_BAD_CONFIG, "'%s' is no time zone that can be read (IANA name)",
                       name);
    return status;
}

rh_status rh_zone_open(const char *name, rh_zone **out, rh_error *error) {
    if (!is_zone_name(name))
        return rh_fail(error, RH_BAD_CONFIG,
                       "'%.64s' is not the name of a time zone (such as Europe/London)", name);
    rh_zone *zone = rh_allocate(1, sizeof *zone);
    if (!zone)
        return rh_fail(error, RH_FAILED, "no memory for time zone '%s'", name);
    rh_status status = strcmp(name, "UTC") == 0 ? RH_OK : load(zone, name, error);
    if (status != RH_OK) {
        rh_zone_close(zone);
        return status;
    }
    *out = zone;
    return RH_OK;
}

void rh_zone_close(rh_zone *zone) {
    if (!zone)
        return;
    rh_release(zone->at);
    rh_release(zone->offset);
    rh_release(zone);
}

static int64_t floor_seconds(rh_time time) {
    return time / RH_S - (time % RH_S < 0);
}

static int64_t days_of(int year, int month, int day) {
    rh_time time = 0;
    (void)rh_time_of_date(year, month, day, &time);
    return time / RH_DAY;
}

static int is_leap(int year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t month_day(int year, const change *c) {
    int64_t first = days_of(year, c->month, 1);
    int64_t next = c->month == 12 ? days_of(year + 1, 1, 1) : days_of(year, c->month + 1, 1);
    int64_t weekday = ((first + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
    int64_t day = first + (c->day - weekday + 7) % 7 + 7 * (c->week - 1);
    return day < next ? day : day - 7; /* week 5 is the last one */
}

/* Local seconds of a change of clocks in a year. */
static int64_t moment(int year, const change *c) {
    int64_t day;
    if (c->form == 'M')
        day = month_day(year, c);
    else if (c->form == 'J')
        day = days_of(year, 1, 1) + c->day - 1 + (c->day >= 60 && is_leap(year));
    else
        day = days_of(year, 1, 1) + c->day;
    return day * 86400 + c->second;
}

static int year_of(int64_t seconds) {
    int year = (int)(1970 + seconds / 31556952);
    while (days_of(year, 1, 1) * 86400 > seconds)
        year--;
    while (days_of(year + 1, 1, 1) * 86400 <= seconds)
        year++;
    return year;
}

static int64_t rule_offset(const rh_zone *zone, int64_t utc) {
    if (!zone->has_summer)
        return zone->standard;
    int year = year_of(utc + zone->standard);
    int64_t begin = moment(year, &zone->begin) - zone->standard;
    int64_t end = moment(year, &zone->end) - zone->summer;
    int is_summer = begin < end ? utc >= begin && utc < end : !(utc >= end && utc < begin);
    return is_summer ? zone->summer : zone->standard;
}

static int64_t offset_at(const rh_zone *zone, int64_t utc) {
    size_t low = 0, high = zone->count; /* transitions at or before `utc` */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->at[middle] <= utc)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == zone->count && zone->has_rule)
        return rule_offset(zone, utc);
    return low == 0 ? zone->first_offset : zone->offset[low - 1];
}

int64_t rh_zone_offset(const rh_zone *zone, rh_time utc) {
    return offset_at(zone, floor_seconds(utc));
}

/* No zone is further than 16 hours from UTC, and none changes twice within 32 hours, so the
 * offsets at both ends of that window are all that can apply. */
int rh_zone_from_local(const rh_zone *zone, rh_time local, rh_time out[2]) {
    int64_t seconds = floor_seconds(local);
    int64_t before = offset_at(zone, seconds - 16 * 3600);
    int64_t after = offset_at(zone, seconds + 16 * 3600);
    int64_t offsets[2] = {before > after ? before : after, before > after ? after : before};
    int found = 0;
    for (int i = 0; i < 2; i++) {
        if (i == 1 && offsets[0] == offsets[1])
            break;
        if (offset_at(zone, seconds - offsets[i]) == offsets[i])
            out[found++] = local - offsets[i] * RH_S;
    }
    return found;
}
