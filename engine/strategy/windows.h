/* SPDX-License-Identifier: GPL-3.0-or-later */
/* windows.h: times in which a rule is kept from trading.
 *
 * A window is half-open, [start, end), in UTC. It comes back every day, or on some days of the
 * week, around each of a list of times:
 *
 *     {at: "00:00 08:00 16:00", before: 5m, after: 10m}     # around each funding stamp
 *     {at: 07:30, after: 1h, days: fri}                      # the hour of the weekly expiry
 *
 * or stands once in the calendar:
 *
 *     {from: 2021-06-16T17:30Z, to: 2021-06-16T19:00Z}
 *
 * `days` lists mon tue wed thu fri sat sun or ranges such as mon-fri; they are the days of the
 * times in `at`, also where a window reaches over midnight. Windows may overlap.
 */
#ifndef RH_STRATEGY_WINDOWS_H
#define RH_STRATEGY_WINDOWS_H

#include "base/clock.h"
#include "strategy/params.h"

/* [start, end), and the same shifted by every whole number of periods; once if period is 0. */
typedef struct {
    rh_time start, end;
    int64_t period;
} rh_span;

typedef struct {
    rh_values *entries; /* as the user wrote them, by rh_window_params */
    size_t n_entries;
    rh_span *spans;
    size_t n_spans, capacity;
} rh_windows;

/* The keys of one window. */
const rh_param *rh_window_params(size_t *count);

/* Reads a list of windows; `path` ("strategy.windows") goes in front of errors. The caller releases
 * what was read, also after a failure. */
rh_status rh_windows_read(const rh_config *config, const rh_node *list, const char *path,
                          rh_windows *out, rh_error *error);
void rh_windows_free(rh_windows *windows);

/* One window in short: "08:00-5m+10m fri", "2021-06-16..2021-06-17"; returns `out`. */
const char *rh_windows_text(const rh_windows *windows, size_t entry, char *out, size_t size);

/* 1 if a window covers the instant. */
int rh_windows_cover(const rh_windows *windows, rh_time now);

/* The first end of a window after the instant; RH_NEVER if none is to come. */
rh_time rh_windows_next_end(const rh_windows *windows, rh_time now);

#endif
