/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/axis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void rh_extent_add(rh_extent *extent, double value) {
    if (!isfinite(value))
        return;
    extent->low = fmin(extent->low, value);
    extent->high = fmax(extent->high, value);
}

/* Multiples of a step within [low, high]. */
static double count_multiples(double low, double high, double step) {
    return floor(high / step + 1e-9) - ceil(low / step - 1e-9) + 1;
}

/* How badly a step serves: the distance from the wanted number of tics, much more if that isn't 3
 * to 5, and a little more for quarters, which read worse. */
static double badness(double low, double high, double step, int tics, int is_quarter) {
    double count = count_multiples(low, high, step);
    return fabs(count - tics) + (count < 3 || count > 5 ? 10 : 0) + (is_quarter ? 1.5 : 0);
}

/* Of 1, 2, 2.5 and 5 times powers of ten. Six multiples of a step hold three of its double, so that
 * some step always gives 3 to 5. */
static double choose_step(double low, double high, int tics) {
    static const double leads[] = {5, 2.5, 2, 1};
    double best = 0, least = HUGE_VAL;
    int power = (int)floor(log10(high - low));
    for (int p = power; p >= power - 1; p--)
        for (size_t i = 0; i < sizeof leads / sizeof *leads; i++) {
            double step = leads[i] * pow(10.0, p);
            double bad = badness(low, high, step, tics, i == 1);
            if (bad < least) {
                least = bad;
                best = step;
            }
        }
    return best;
}

static int decimals_of(double step) {
    int decimals = (int)fmax(0, -floor(log10(step) + 1e-9));
    double whole = step * pow(10.0, decimals);
    return decimals + (fabs(whole - rint(whole)) > 1e-6);
}

rh_axis rh_axis_make(rh_extent extent, rh_axis_unit unit, int tics) {
    rh_axis axis = {.unit = unit, .low = 0, .high = 1};
    if (extent.low <= extent.high) {
        axis.low = extent.low / unit.factor;
        axis.high = extent.high / unit.factor;
    }
    double size = fmax(fabs(axis.low), fabs(axis.high));
    if (axis.high - axis.low <= 1e-9 * size || axis.high == axis.low) {
        double half = size > 0 ? size / 10 : 1;
        axis.low -= half;
        axis.high += half;
    }
    double margin = 0.07 * (axis.high - axis.low);
    axis.low -= margin;
    axis.high += margin;
    axis.step = choose_step(axis.low, axis.high, tics);
    axis.decimals = decimals_of(axis.step);
    return axis;
}

typedef struct {
    int year, month, day, hour, minute, second;
} calendar;

static calendar calendar_of(rh_time time) {
    char text[RH_TIME_TEXT];
    calendar c = {0};
    int *parts[] = {&c.year, &c.month, &c.day, &c.hour, &c.minute, &c.second};
    const char *at = rh_time_text(time, text);
    for (size_t i = 0; i < sizeof parts / sizeof *parts && *at; i++) {
        char *end;
        *parts[i] = (int)strtol(at, &end, 10);
        at = *end ? end + 1 : end;
    }
    return c;
}

static const char *month_name(int month) {
    static const char *const names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return names[month - 1];
}

char *rh_date_text(rh_time time, char out[RH_DATE_TEXT]) {
    calendar c = calendar_of(time);
    int used = snprintf(out, RH_DATE_TEXT, "%d %s %d", c.day, month_name(c.month), c.year);
    if (c.hour || c.minute || c.second)
        (void)snprintf(out + used, RH_DATE_TEXT - (size_t)used,
                       c.second ? " %02d:%02d:%02d" : " %02d:%02d", c.hour, c.minute, c.second);
    return out;
}

static void label_tic(rh_time_tic *tic, rh_time step) {
    calendar c = calendar_of(tic->at);
    if (c.hour || c.minute || c.second)
        (void)snprintf(tic->label, sizeof tic->label,
                       step < RH_MIN ? "%02d:%02d:%02d" : "%02d:%02d", c.hour, c.minute, c.second);
    else
        (void)snprintf(tic->label, sizeof tic->label, "%d %s", c.day, month_name(c.month));
}

static size_t regular_tics(rh_time from, rh_time to, rh_time step, rh_time_tic *tics) {
    /* Days count from the first midnight, shorter steps from midnight. */
    rh_time unit = step < RH_DAY ? step : RH_DAY;
    rh_time first = from / unit * unit;
    size_t count = 0;
    if (first < from)
        first += unit;
    for (rh_time at = first; at <= to && count < RH_TIME_TICS; at += step) {
        tics[count].at = at;
        label_tic(&tics[count++], step);
    }
    return count;
}

static size_t month_tics(rh_time from, rh_time to, int months, rh_time_tic *tics) {
    calendar c = calendar_of(from);
    size_t count = 0;
    int at_month = (c.year * 12 + c.month - 1) / months * months;
    for (rh_time at; count < RH_TIME_TICS; at_month += months) {
        int year = at_month / 12, month = at_month % 12 + 1;
        if (rh_time_of_date(year, month, 1, &at) != 0 || at > to)
            break;
        if (at < from)
            continue;
        tics[count].at = at;
        if (months >= 12)
            (void)snprintf(tics[count++].label, sizeof tics->label, "%d", year);
        else
            (void)snprintf(tics[count++].label, sizeof tics->label, "%s %d", month_name(month),
                           year);
    }
    return count;
}

size_t rh_time_tics_make(rh_time from, rh_time to, rh_time_tic tics[RH_TIME_TICS]) {
    static const rh_time steps[] = {RH_S,        5 * RH_S,    15 * RH_S,    30 * RH_S, RH_MIN,
                                    5 * RH_MIN,  15 * RH_MIN, 30 * RH_MIN,  RH_HOUR,   2 * RH_HOUR,
                                    3 * RH_HOUR, 6 * RH_HOUR, 12 * RH_HOUR, RH_DAY,    2 * RH_DAY,
                                    4 * RH_DAY,  7 * RH_DAY,  14 * RH_DAY};
    static const int months[] = {1, 2, 3, 6, 12, 24, 60, 120, 240};
    const double most = 9.0, span = (double)to - (double)from;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (span <= most * (double)steps[i])
            return regular_tics(from, to, steps[i], tics);
    for (size_t i = 0; i < sizeof months / sizeof *months; i++)
        if (span <= most * 30.5 * (double)RH_DAY * months[i])
            return month_tics(from, to, months[i], tics);
    return 0;
}
