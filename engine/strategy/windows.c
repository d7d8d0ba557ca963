/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "strategy/windows.h"

#include "base/memory.h"

#include <stdio.h>
#include <string.h>

enum { AT, BEFORE, AFTER, DAYS, FROM, TO, N_KEYS };

static const rh_param params[N_KEYS] = {
    [AT] = {.name = "at",
            .type = RH_PARAM_TEXT,
            .initial = "",
            .summary = "times of day (UTC), HH:MM or HH:MM:SS, separated by blanks or commas"},
    [BEFORE] = {.name = "before",
                .type = RH_PARAM_DURATION,
                .initial = "0",
                .min = 0,
                .max = 86400,
                .summary = "the window opens this long before each time"},
    [AFTER] = {.name = "after",
               .type = RH_PARAM_DURATION,
               .initial = "0",
               .min = 0,
               .max = 86400,
               .summary = "and closes this long after it"},
    [DAYS] = {.name = "days",
              .type = RH_PARAM_TEXT,
              .initial = "",
              .summary = "mon tue ... or mon-fri; every day if not given"},
    [FROM] = {.name = "from",
              .type = RH_PARAM_TEXT,
              .initial = "",
              .summary = "instead of `at`: one window of the calendar, such as 2021-06-16T18:00Z"},
    [TO] = {.name = "to", .type = RH_PARAM_TEXT, .initial = "", .summary = "its end (exclusive)"},
};

static const char separators[] = " ,";
static const int64_t WEEK = 7 * RH_DAY;
enum { ALL_DAYS = 0x7f, DAY_OF_1970 = 3 /* 1970-01-01 was a Thursday; Monday is 0 */ };

const rh_param *rh_window_params(size_t *count) {
    *count = N_KEYS;
    return params;
}

/* ---- reading ---- */

static rh_status add_span(rh_windows *windows, rh_span span, rh_error *error) {
    if (rh_make_room(&windows->spans, windows->n_spans, &windows->capacity, sizeof span) != 0)
        return rh_no_memory(error);
    windows->spans[windows->n_spans++] = span;
    return RH_OK;
}

/* Nanoseconds into the day of HH:MM or HH:MM:SS, or -1: the tail of a time as it is written
 * anywhere else. */
static int64_t read_time_of_day(const char *text, size_t length) {
    char full[32];
    rh_time time;
    if (length != 5 && length != 8)
        return -1;
    const int n = snprintf(full, sizeof full, "1970-01-01T%.*s", (int)length, text);
    return rh_time_parse(full, (size_t)n, &time) == 0 && time >= 0 && time < RH_DAY ? time : -1;
}

/* 0 for Monday, or -1. */
static int read_day(const char *text, size_t length) {
    char word[4];
    if (length != 3)
        return -1;
    (void)snprintf(word, sizeof word, "%.3s", text);
    return rh_choice_position("mon tue wed thu fri sat sun", word);
}

/* One bit a day, Monday the lowest; 0 if the text isn't days. */
static unsigned read_days(const char *text) {
    unsigned mask = 0;
    for (text += strspn(text, separators); *text; text += strspn(text, separators)) {
        const size_t length = strcspn(text, separators);
        const int first = read_day(text, length == 7 ? 3 : length);
        const int last = length == 7 && text[3] == '-' ? read_day(text + 4, 3) : first;
        if (first < 0 || last < 0 || (length == 7 && text[3] != '-'))
            return 0;
        for (int day = first;; day = (day + 1) % 7) {
            mask |= 1u << day;
            if (day == last)
                break;
        }
        text += length;
    }
    return mask;
}

static rh_status add_time(rh_windows *windows, int64_t time, const rh_value *values, unsigned days,
                          rh_error *error) {
    const rh_span span = {.start = time - values[BEFORE].integer,
                          .end = time + values[AFTER].integer,
                          .period = days == ALL_DAYS ? RH_DAY : WEEK};
    if (days == ALL_DAYS)
        return add_span(windows, span, error);
    rh_status status = RH_OK;
    for (int day = 0; day < 7 && status == RH_OK; day++) {
        rh_span one = span;
        one.start += (day - DAY_OF_1970) * RH_DAY;
        one.end += (day - DAY_OF_1970) * RH_DAY;
        if (days >> day & 1)
            status = add_span(windows, one, error);
    }
    return status;
}

typedef struct {
    const rh_config *config;
    const rh_node *node;
    const char *path;
    rh_windows *windows;
    rh_error *error;
} reading;

static rh_status refuse(const reading *r, const char *key, const char *text, const char *fault) {
    const rh_node *node = rh_node_get(r->node, key);
    return rh_config_fail(r->config, node ? node : r->node, r->error, "%s.%s: '%s' %s", r->path,
                          key, text, fault);
}

/* `at` with what belongs to it. */
static rh_status read_daily(const reading *r, const rh_value *values) {
    const int64_t length = values[BEFORE].integer + values[AFTER].integer;
    const unsigned days = values[DAYS].given ? read_days(values[DAYS].text) : ALL_DAYS;
    if (length == 0)
        return rh_config_fail(r->config, r->node, r->error,
                              "%s: give `before`, `after` or both: how long is the window?",
                              r->path);
    if (days == 0)
        return refuse(r, "days", values[DAYS].text,
                      "is not a list of days such as 'mon tue' or mon-fri");
    if (length > RH_DAY)
        return rh_config_fail(r->config, r->node, r->error,
                              "%s: `before` and `after` make more than a day", r->path);
    rh_status status = RH_OK;
    size_t n = 0;
    const char *text = values[AT].text;
    for (text += strspn(text, separators); *text && status == RH_OK;
         text += strspn(text, separators), n++) {
        const size_t width = strcspn(text, separators);
        const int64_t time = read_time_of_day(text, width);
        if (time < 0)
            return refuse(r, "at", values[AT].text,
                          "is not a list of times of day such as '00:00 08:00 16:00'");
        status = add_time(r->windows, time, values, days, r->error);
        text += width;
    }
    return n > 0 ? status : refuse(r, "at", values[AT].text, "lists no time");
}

/* `from` and `to`. */
static rh_status read_once(const reading *r, const rh_value *values) {
    static const char fault[] = "is not a time such as 2021-06-01 or 2021-06-01T08:00Z";
    rh_time from, to;
    if (!values[FROM].given || !values[TO].given)
        return rh_config_fail(r->config, r->node, r->error, "%s: `from` and `to` go together",
                              r->path);
    if (values[BEFORE].integer || values[AFTER].integer || values[DAYS].given)
        return rh_config_fail(r->config, r->node, r->error,
                              "%s: `before`, `after` and `days` belong to `at`", r->path);
    if (rh_time_parse(values[FROM].text, strlen(values[FROM].text), &from) != 0)
        return refuse(r, "from", values[FROM].text, fault);
    if (rh_time_parse(values[TO].text, strlen(values[TO].text), &to) != 0)
        return refuse(r, "to", values[TO].text, fault);
    if (to <= from)
        return refuse(r, "to", values[TO].text, "is not later than `from`");
    return add_span(r->windows, (rh_span){from, to, 0}, r->error);
}

static rh_status read_window(const reading *r, const rh_value *values) {
    const int once = values[FROM].given || values[TO].given;
    if (values[AT].given && once)
        return rh_config_fail(r->config, r->node, r->error,
                              "%s: give either `at` (times of day) or `from` and `to`", r->path);
    if (!values[AT].given && !once)
        return rh_config_fail(r->config, r->node, r->error,
                              "%s: needs `at` (times of day) or `from` and `to`", r->path);
    return once ? read_once(r, values) : read_daily(r, values);
}

rh_status rh_windows_read(const rh_config *config, const rh_node *list, const char *path,
                          rh_windows *out, rh_error *error) {
    *out = (rh_windows){0};
    const size_t count = rh_node_count(list);
    if (list->kind != RH_NODE_LIST || count == 0)
        return rh_config_fail(config, list, error, "%s: must be a list of windows", path);
    out->entries = rh_allocate(count, sizeof *out->entries);
    if (!out->entries)
        return rh_no_memory(error);
    rh_status status = RH_OK;
    for (const rh_node *node = list->child; node && status == RH_OK; node = node->next) {
        char place[200];
        (void)snprintf(place, sizeof place, "%s.%zu", path, out->n_entries);
        if (node->kind != RH_NODE_MAP)
            return rh_config_fail(config, node, error,
                                  "%s: must be a mapping such as {at: '08:00', before: 5m}", place);
        rh_values *values = &out->entries[out->n_entries];
        status = rh_values_read(params, N_KEYS, config, node, place, values, error);
        if (status != RH_OK)
            break;
        out->n_entries++;
        status = read_window(&(reading){config, node, place, out, error}, values->values);
    }
    return status;
}

void rh_windows_free(rh_windows *windows) {
    for (size_t i = 0; i < windows->n_entries; i++)
        rh_values_free(&windows->entries[i]);
    rh_release(windows->entries);
    rh_release(windows->spans);
    *windows = (rh_windows){0};
}

const char *rh_windows_text(const rh_windows *windows, size_t entry, char *out, size_t size) {
    const rh_value *v = windows->entries[entry].values;
    if (v[FROM].given) {
        (void)snprintf(out, size, "%s..%s", v[FROM].text, v[TO].text);
        return out;
    }
    const char *before = v[BEFORE].integer ? v[BEFORE].text : NULL;
    const char *after = v[AFTER].integer ? v[AFTER].text : NULL;
    (void)snprintf(out, size, "%s%s%s%s%s%s%s", v[AT].text, before ? "-" : "", before ? before : "",
                   after ? "+" : "", after ? after : "", v[DAYS].given ? " " : "",
                   v[DAYS].given ? v[DAYS].text : "");
    return out;
}

/* ---- asking ---- */

/* Time since a span that comes back last began. */
static int64_t since_start(const rh_span *span, rh_time now) {
    const int64_t into = now % span->period - span->start % span->period;
    return (into % span->period + span->period) % span->period;
}

static int covers(const rh_span *span, rh_time now) {
    if (span->period == 0)
        return span->start <= now && now < span->end;
    return since_start(span, now) < span->end - span->start;
}

int rh_windows_cover(const rh_windows *windows, rh_time now) {
    for (size_t i = 0; i < windows->n_spans; i++)
        if (covers(&windows->spans[i], now))
            return 1;
    return 0;
}

static rh_time end_after(const rh_span *span, rh_time now) {
    if (span->period == 0)
        return now < span->end ? span->end : RH_NEVER;
    if (now < RH_DAWN + 2 * WEEK || now > RH_NEVER - 2 * WEEK) /* there may be no number for it */
        return RH_NEVER;
    const int64_t since = since_start(span, now), length = span->end - span->start;
    return now - since + length + (since < length ? 0 : span->period);
}

rh_time rh_windows_next_end(const rh_windows *windows, rh_time now) {
    rh_time next = RH_NEVER;
    for (size_t i = 0; i < windows->n_spans; i++) {
        const rh_time end = end_after(&windows->spans[i], now);
        next = end < next ? end : next;
    }
    return next;
}
