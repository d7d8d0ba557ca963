/* SPDX-License-Identifier: GPL-3.0-or-later */
/* schedule: trades to neutral at given times of day, UTC.
 *
 * `at` lists the times as HH:MM or HH:MM:SS, separated by commas or blanks; as it stands it lists
 * the stamps at which most perpetuals pay funding. `before: 1m` shifts every time a minute ahead,
 * so that the payment meets the new position; `after: 1m` a minute behind, so that it meets the old
 * one. A time that could not be acted upon (no price) stays due. A change of the book trades at
 * once.
 *
 * Source: desk practice; funding stamps 00:00, 08:00 and 16:00 UTC of Binance, OKX and Bybit.
 */
#include <rehedge/strategy.h>

#include <math.h>
#include <string.h>

#define SECOND INT64_C(1000000000)
#define DAY    (86400 * SECOND)

enum { AT, BEFORE, AFTER };
enum { MOST_TIMES = 96 };

static const rh_param params[] = {
    [AT] = {.name = "at",
            .type = RH_PARAM_TEXT,
            .unit = "HH:MM[:SS] UTC",
            .initial = "00:00,08:00,16:00",
            .summary = "times of day, separated by commas or blanks"},
    [BEFORE] = {.name = "before",
                .type = RH_PARAM_DURATION,
                .initial = "0s",
                .min = 0,
                .max = 86399,
                .summary = "trade so long before each time"},
    [AFTER] = {.name = "after",
               .type = RH_PARAM_DURATION,
               .initial = "0s",
               .min = 0,
               .max = 86399,
               .summary = "trade so long after each time"},
};

typedef struct {
    int64_t times[MOST_TIMES]; /* nanoseconds into the day, in no order */
    size_t n_times;
    int64_t next; /* due from here on */
} schedule_state;

/* Two digits below `limit`, or -1. */
static int two_digits(const char *text, int limit) {
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
        return -1;
    const int number = 10 * (text[0] - '0') + text[1] - '0';
    return number < limit ? number : -1;
}

/* Seconds into the day of HH:MM or HH:MM:SS, or -1. */
static int64_t read_time(const char *text, size_t length) {
    if ((length != 5 && length != 8) || text[2] != ':' || (length == 8 && text[5] != ':'))
        return -1;
    const int hours = two_digits(text, 24), minutes = two_digits(text + 3, 60);
    const int seconds = length == 8 ? two_digits(text + 6, 60) : 0;
    return hours < 0 || minutes < 0 || seconds < 0 ? -1 : hours * 3600 + minutes * 60 + seconds;
}

/* Takes the list, each time shifted; 0, or what is wrong. */
static const char *read_times(schedule_state *s, const char *text, int64_t shift) {
    for (text += strspn(text, ", "); *text; text += strspn(text, ", ")) {
        const size_t length = strcspn(text, ", ");
        const int64_t time = read_time(text, length);
        if (time < 0)
            return "`at` must be a list of times of day such as 00:00,08:00,16:00";
        if (s->n_times == MOST_TIMES)
            return "`at` lists more than 96 times";
        s->times[s->n_times++] = ((time * SECOND + shift) % DAY + DAY) % DAY;
        text += length;
    }
    return s->n_times > 0 ? NULL : "`at` lists no time";
}

static int start(void *state, const rh_value *values, const rh_host *host) {
    schedule_state *s = state;
    const char *fault = "give either `before` or `after`";
    if (values[BEFORE].integer == 0 || values[AFTER].integer == 0)
        fault = read_times(s, values[AT].text, values[AFTER].integer - values[BEFORE].integer);
    if (fault)
        host->complain(host->self, fault);
    s->next = INT64_MIN;
    return fault ? -1 : 0;
}

/* The first listed time after now. */
static int64_t time_after(const schedule_state *s, int64_t now) {
    const int64_t since = (now % DAY + DAY) % DAY;
    int64_t wait = DAY;
    for (size_t i = 0; i < s->n_times; i++) {
        const int64_t ahead = s->times[i] - since + (s->times[i] > since ? 0 : DAY);
        wait = ahead < wait ? ahead : wait;
    }
    return now + wait;
}

static int decide(const void *state, const rh_view *view, double *target, rh_wake *wake) {
    const schedule_state *s = state;
    const double neutral = rh_hedge_at(view, 0)->neutral;
    const int due = view->now >= s->next || (view->woke & RH_WOKE_BOOK);
    wake->at = view->now >= s->next ? time_after(s, view->now) : s->next;
    if (!due)
        return RH_HOLD;
    if (!isfinite(neutral)) {
        wake->signal = RH_SIGNAL_EVERY;
        return RH_HOLD;
    }
    target[0] = neutral;
    return RH_TRADE;
}

static void accepted(void *state, const rh_view *view) {
    schedule_state *s = state;
    s->next = time_after(s, view->now);
}

REHEDGE_STRATEGY(schedule) = {
    .abi = REHEDGE_ABI,
    .size = sizeof(rh_strategy),
    .name = "schedule",
    .summary = "trade to neutral at times of day, before or after funding",
    .source = "desk practice",
    .params = params,
    .n_params = sizeof params / sizeof *params,
    .state_size = sizeof(schedule_state),
    .start = start,
    .decide = decide,
    .accepted = accepted,
};
