/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clock.h: instants and durations.
 *
 * An instant is int64 nanoseconds since 1970-01-01T00:00:00Z (dates of the years 1678 to 2261),
 * without leap seconds. A duration is int64 nanoseconds. Years for pricing are ACT/365 and never
 * rounded to days.
 */
#ifndef RH_BASE_CLOCK_H
#define RH_BASE_CLOCK_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

typedef int64_t rh_time;

#define RH_NS    INT64_C(1)
#define RH_US    INT64_C(1000)
#define RH_MS    INT64_C(1000000)
#define RH_S     INT64_C(1000000000)
#define RH_MIN   (60 * RH_S)
#define RH_HOUR  (3600 * RH_S)
#define RH_DAY   (86400 * RH_S)
#define RH_NEVER INT64_MAX /* later than every instant */
#define RH_DAWN  INT64_MIN /* before every instant; also "not seen yet" */

/* The machine's own clock: now, and seconds since some fixed moment (for how long things take).
 * Neither ever enters a result but `started` and `elapsed_s`. */
rh_time rh_time_now(void);
double rh_stopwatch(void);

/* ACT/365 years from `from` to `to`; negative if `to` is earlier. */
double rh_years(rh_time from, rh_time to);

/* Nanoseconds at 00:00:00 UTC of a proleptic Gregorian date; returns 0 and sets *out, or -1 if the
 * date doesn't exist or is out of range. */
int rh_time_of_date(int year, int month, int day, rh_time *out);

/* Reads `2021-06-01`, `2021-06-01T08:00Z`, `2021-06-01 08:00:46.123456789Z`, `+00:00` offsets too.
 * Without an offset the text is UTC. Returns 0, or -1 if it isn't such a text. */
int rh_time_parse(const char *text, size_t length, rh_time *out);

/* Writes `2021-06-01T08:00:00Z`, with as many decimals of a second as needed (none, 3, 6 or 9).
 * `buffer` has RH_TIME_TEXT bytes; returned for use in printf. */
#define RH_TIME_TEXT 40
const char *rh_time_text(rh_time time, char buffer[RH_TIME_TEXT]);

/* Reads `8h`, `1.5d`, `100ms`; units ns us ms s m h d w. A bare `0` is allowed. Decimals are
 * exact. Returns 0, or -1 if it isn't such a text, doesn't fit, or is no whole number of
 * nanoseconds. Never negative. */
int rh_duration_parse(const char *text, size_t length, int64_t *out);

/* Writes the largest unit that divides exactly, but for weeks: `7d`, `8h`, `90m`, `1500ms`. */
#define RH_DURATION_TEXT 32
const char *rh_duration_text(int64_t duration, char buffer[RH_DURATION_TEXT]);

/* An integer time stamp whose unit is found by its magnitude: below 1e11 seconds, 1e14
 * milliseconds, 1e17 microseconds, else nanoseconds. rh_time_unit returns the nanoseconds of one
 * unit; rh_time_from_integer returns -1 if the product doesn't fit. */
static inline int64_t rh_time_unit(int64_t stamp) {
    const uint64_t size = stamp < 0 ? 0 - (uint64_t)stamp : (uint64_t)stamp;
    return size < UINT64_C(100000000000)         ? RH_S
           : size < UINT64_C(100000000000000)    ? RH_MS
           : size < UINT64_C(100000000000000000) ? RH_US
                                                 : RH_NS;
}

static inline int rh_time_from_integer(int64_t stamp, int64_t unit, rh_time *out) {
    return __builtin_mul_overflow(stamp, unit, out) ? -1 : 0;
}

#endif
