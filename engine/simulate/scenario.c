/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/scenario.h"

#include "base/number.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { KEYS_MAX = 128, KEY_LENGTH = 64 };

static const double STEPS_MAX = 1e8;
static const rh_time CENTURY_END = INT64_C(4102444800000000000); /* 2100-01-01 */

typedef struct {
    const rh_config *config;
    rh_scenario *scenario;
    rh_error *error;
} reader;

/* A value as it stands in the file, or as the table's default writes it. */
typedef struct {
    const rh_scenario_key *key;
    const rh_node *node; /* where it stands; NULL for a default */
    const char *text;
    void *out;
} entry;

static const char *const flags[] = {"false", "true", NULL};

/* ---- one value ---- */

static rh_status refuse(const reader *r, const entry *e, const char *expected) {
    return rh_config_fail(r->config, e->node, r->error, "%s: '%s' is not %s", e->key->key, e->text,
                          expected);
}

static rh_status outside(const reader *r, const entry *e, const char *low, const char *high) {
    return rh_config_fail(r->config, e->node, r->error, "%s: %s is not between %s and %s",
                          e->key->key, e->text, low, high);
}

static rh_status read_number(const reader *r, const entry *e) {
    double *out = e->out;
    char low[RH_NUMBER_TEXT], high[RH_NUMBER_TEXT];
    if (rh_number_parse(e->text, strlen(e->text), out) != 0)
        return refuse(r, e, "a number");
    if (*out < e->key->low || *out > e->key->high)
        return outside(r, e, rh_number_text(e->key->low, low), rh_number_text(e->key->high, high));
    return RH_OK;
}

static rh_status read_count(const reader *r, const entry *e) {
    int64_t value;
    char low[RH_NUMBER_TEXT], high[RH_NUMBER_TEXT];
    if (rh_integer_parse(e->text, strlen(e->text), &value) != 0)
        return refuse(r, e, "a whole number");
    if ((double)value < e->key->low || (double)value > e->key->high)
        return outside(r, e, rh_number_text(e->key->low, low), rh_number_text(e->key->high, high));
    *(uint64_t *)e->out = (uint64_t)value;
    return RH_OK;
}

static rh_status read_duration(const reader *r, const entry *e) {
    int64_t *out = e->out;
    char low[RH_DURATION_TEXT], high[RH_DURATION_TEXT];
    if (rh_duration_parse(e->text, strlen(e->text), out) != 0)
        return refuse(r, e, "a duration such as 15m or 8h");
    if ((double)*out < e->key->low || (double)*out > e->key->high)
        return outside(r, e, rh_duration_text((int64_t)e->key->low, low),
                       rh_duration_text((int64_t)e->key->high, high));
    return RH_OK;
}

static rh_status read_time(const reader *r, const entry *e) {
    rh_time *out = e->out;
    if (rh_time_parse(e->text, strlen(e->text), out) != 0)
        return refuse(r, e, "a time such as 2024-01-01 or 2024-01-01T08:00Z");
    if (*out < 0 || *out >= CENTURY_END)
        return outside(r, e, "1970-01-01", "2099-12-31");
    return RH_OK;
}

static rh_status read_text(const reader *r, const entry *e) {
    const size_t length = strlen(e->text);
    if ((double)length > e->key->high)
        return rh_config_fail(r->config, e->node, r->error, "%s: longer than %d bytes", e->key->key,
                              (int)e->key->high);
    memcpy(e->out, e->text, length + 1);
    return RH_OK;
}

static rh_status read_name(const reader *r, const entry *e) {
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    if (!*e->text || e->text[strspn(e->text, allowed)])
        return refuse(r, e, "a name of letters, digits, '-', '_' and '.'");
    return read_text(r, e);
}

static rh_status read_choice(const reader *r, const entry *e, const char *const *choices) {
    size_t count = 0;
    while (choices[count])
        count++;
    for (size_t i = 0; i < count; i++)
        if (strcmp(choices[i], e->text) == 0) {
            *(int *)e->out = (int)i;
            return RH_OK;
        }
    char list[128] = "";
    for (size_t i = 0; i < count; i++)
        (void)snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "",
                       choices[i]);
    return rh_config_fail(r->config, e->node, r->error, "%s: '%s' is none of %s", e->key->key,
                          e->text, list);
}

/* Venues deliver at 08:00 UTC; a date alone means that instant. */
static rh_status read_date(const reader *r, const entry *e, rh_sim_expiries *out) {
    rh_time at;
    if (rh_time_parse(e->text, strlen(e->text), &at) != 0)
        return refuse(r, e, "a date such as 2024-01-26");
    if (at % RH_DAY == 0)
        at += 8 * RH_HOUR;
    if (at % RH_DAY != 8 * RH_HOUR)
        return refuse(r, e, "an expiry: they are at 08:00 UTC");
    if (at < 0 || at >= CENTURY_END) /* names have two digits for the year */
        return outside(r, e, "1970-01-01", "2099-12-31");
    if (out->count == RH_SIM_EXPIRIES_MAX)
        return rh_config_fail(r->config, e->node, r->error, "%s: more than %d dates", e->key->key,
                              RH_SIM_EXPIRIES_MAX);
    if (out->count > 0 && at <= out->at[out->count - 1])
        return rh_config_fail(r->config, e->node, r->error,
                              "%s: %s is not later than the date before it", e->key->key, e->text);
    out->at[out->count++] = at;
    return RH_OK;
}

static rh_status read_dates(const reader *r, const entry *e) {
    rh_sim_expiries *out = e->out;
    out->count = 0;
    if (!e->node)
        return RH_OK;
    if (e->node->kind != RH_NODE_LIST)
        return rh_config_fail(r->config, e->node, r->error, "%s: a list of dates was expected",
                              e->key->key);
    for (const rh_node *child = e->node->child; child; child = child->next) {
        const entry date = {e->key, child, child->text, NULL};
        if (child->kind != RH_NODE_SCALAR)
            return rh_config_fail(r->config, child, r->error, "%s: a date was expected",
                                  e->key->key);
        const rh_status status = read_date(r, &date, out);
        if (status != RH_OK)
            return status;
    }
    return RH_OK;
}

static rh_status read_entry(const reader *r, const entry *e) {
    if (e->key->kind != RH_SCENARIO_DATES && e->node && e->node->kind != RH_NODE_SCALAR)
        return rh_config_fail(r->config, e->node, r->error, "%s: one value was expected",
                              e->key->key);
    switch (e->key->kind) {
    case RH_SCENARIO_NUMBER: return read_number(r, e);
    case RH_SCENARIO_COUNT: return read_count(r, e);
    case RH_SCENARIO_DURATION: return read_duration(r, e);
    case RH_SCENARIO_TIME: return read_time(r, e);
    case RH_SCENARIO_TEXT: return read_text(r, e);
    case RH_SCENARIO_NAME: return read_name(r, e);
    case RH_SCENARIO_FLAG: return read_choice(r, e, flags);
    case RH_SCENARIO_CHOICE: return read_choice(r, e, e->key->choices);
    case RH_SCENARIO_DATES: return read_dates(r, e);
    }
    return RH_OK;
}

/* ---- the document ---- */

/* The node of a key of the table, or NULL. */
static const rh_node *find(const rh_config *config, const char *key) {
    char section[KEY_LENGTH];
    const char *dot = strchr(key, '.');
    const rh_node *root = rh_config_root(config);
    if (!dot)
        return rh_node_get(root, key);
    (void)snprintf(section, sizeof section, "%.*s", (int)(dot - key), key);
    return rh_node_get(rh_node_get(root, section), dot + 1);
}

/* The names that may stand in a section ("" for the top): first those of sections, then keys. */
static size_t names_in(const char *section, char names[KEYS_MAX][KEY_LENGTH]) {
    size_t count, found = 0;
    const rh_scenario_key *keys = rh_scenario_keys(&count);
    const size_t prefix = strlen(section);
    for (size_t i = 0; i < count; i++) {
        const char *rest = keys[i].key;
        if (prefix > 0 && (strncmp(rest, section, prefix) != 0 || rest[prefix] != '.'))
            continue;
        rest += prefix > 0 ? prefix + 1 : 0;
        const size_t length = strcspn(rest, ".");
        if (found > 0 && strlen(names[found - 1]) == length &&
            strncmp(names[found - 1], rest, length) == 0)
            continue;
        (void)snprintf(names[found++], KEY_LENGTH, "%.*s", (int)length, rest);
        assert(found < KEYS_MAX);
    }
    return found;
}

static rh_status unknown_key(const reader *r, const rh_node *node, const char *section,
                             char names[KEYS_MAX][KEY_LENGTH], size_t count) {
    const char *candidates[KEYS_MAX];
    for (size_t i = 0; i < count; i++)
        candidates[i] = names[i];
    const char *near = rh_nearest_name(node->key, candidates, count);
    return rh_config_fail(r->config, node, r->error, "%s%s%s: unknown key%s%s%s", section,
                          *section ? "." : "", node->key, near ? " (did you mean '" : "",
                          near ? near : "", near ? "'?)" : "");
}

/* Every name in a mapping is one of the table's, and sections are mappings. */
static rh_status check_names(const reader *r, const rh_node *map, const char *section) {
    char names[KEYS_MAX][KEY_LENGTH], deeper[KEYS_MAX][KEY_LENGTH];
    const size_t count = names_in(section, names);
    for (const rh_node *child = map->child; child; child = child->next) {
        size_t i = 0;
        while (i < count && strcmp(names[i], child->key) != 0)
            i++;
        if (i == count)
            return unknown_key(r, child, section, names, count);
        if (*section || names_in(child->key, deeper) == 0)
            continue;
        if (child->kind != RH_NODE_MAP)
            return rh_config_fail(r->config, child, r->error, "%s: a section of keys was expected",
                                  child->key);
        const rh_status status = check_names(r, child, child->key);
        if (status != RH_OK)
            return status;
    }
    return RH_OK;
}

static rh_status read_values(const reader *r) {
    size_t count;
    const rh_scenario_key *keys = rh_scenario_keys(&count);
    for (size_t i = 0; i < count; i++) {
        const rh_node *node = find(r->config, keys[i].key);
        const char *text = node ? node->text : keys[i].initial;
        if (!node && !text)
            return rh_config_fail(r->config, NULL, r->error, "%s: missing; it has no default",
                                  keys[i].key);
        const entry e = {&keys[i], node, text, (char *)r->scenario + keys[i].offset};
        const rh_status status = read_entry(r, &e);
        if (status != RH_OK)
            return status;
    }
    return RH_OK;
}

/* ---- what keys ask of each other ---- */

static rh_status wrong(const reader *r, const char *key, const char *sentence) {
    return rh_config_fail(r->config, find(r->config, key), r->error, "%s: %s", key, sentence);
}

/* It is paid on the clock, which the steps then have to meet. */
static int pays_funding(const rh_scenario *s) {
    return (s->perpetual.inverse || s->perpetual.linear) &&
           s->perpetual.funding != RH_SIM_FUNDING_NONE;
}

static rh_status check_clock(const reader *r) {
    const rh_scenario *s = r->scenario;
    if (strpbrk(s->underlying, "-_."))
        return wrong(r, "underlying", "'-', '_' and '.' divide the parts of a name");
    if (pays_funding(s) && 8 * RH_HOUR % s->step != 0)
        return wrong(r, "step", "8h is not a multiple of it, as the funding of a perpetual needs");
    if (pays_funding(s) && s->start % s->step != 0)
        return wrong(r, "start", "not a multiple of step");
    if (s->length % s->step != 0)
        return wrong(r, "length", "not a multiple of step");
    if ((double)s->length / (double)s->step > STEPS_MAX)
        return wrong(r, "length", "more than 100,000,000 steps");
    if (s->dropout.probability > 0.0 && s->dropout.length < s->step)
        return wrong(r, "dropout.length", "shorter than step");
    if (s->path.kappa * s->path.dt > 0.5)
        return wrong(r, "variance.kappa", "kappa * step is above 0.5 (take a shorter step)");
    return RH_OK;
}

static rh_status check_options(const reader *r) {
    const rh_scenario *s = r->scenario;
    const double reach = (double)(s->options.strikes / 2) * s->options.strike_step;
    if (s->options.expiries.count == 0)
        return RH_OK;
    if (s->options.every % s->step != 0)
        return wrong(r, "options.every", "not a multiple of step");
    if (s->options.delivery_window % s->step != 0)
        return wrong(r, "options.delivery_window", "not a multiple of step");
    if (s->options.expiries.at[0] <= s->start)
        return wrong(r, "options.expiries", "the first date is not after start");
    for (size_t i = 0; i < s->options.expiries.count; i++)
        if ((s->options.expiries.at[i] - s->start) % s->step != 0)
            return wrong(r, "options.expiries",
                         "not a whole number of steps after start (expiries are at 08:00 UTC)");
    if (reach + s->options.strike_step > s->path.spot0)
        return wrong(r, "options.strikes", "the lowest strike would not be above 0");
    if (s->options.curvature * (1.0 + fabs(s->options.skew)) > 2.0)
        return wrong(r, "options.curvature",
                     "curvature * (1 + |skew|) is above 2: butterflies would be negative");
    return RH_OK;
}

/* A linear contract has one tick, in USD, unless the file says otherwise (Deribit's BTC_USDC). */
static void settle_ticks(const reader *r) {
    rh_scenario *s = r->scenario;
    if (s->options.settle != RH_LINEAR)
        return;
    if (!find(r->config, "options.tick"))
        s->options.tick = 5.0;
    if (!find(r->config, "options.tick_small"))
        s->options.tick_small = s->options.tick > 0.0 ? s->options.tick : 5.0;
    if (!find(r->config, "options.tick_small_below"))
        s->options.tick_small_below = 0.0;
}

rh_status rh_scenario_read(const rh_config *config, rh_scenario *out, rh_error *error) {
    const reader r = {config, out, error};
    const rh_node *root = rh_config_root(config);
    memset(out, 0, sizeof *out);
    if (root->kind != RH_NODE_MAP)
        return rh_config_fail(config, root, error, "a scenario is a mapping of keys");
    rh_status status = check_names(&r, root, "");
    if (status == RH_OK)
        status = read_values(&r);
    if (status != RH_OK)
        return status;
    out->path.dt = rh_years(0, out->step);
    settle_ticks(&r);
    status = check_clock(&r);
    return status == RH_OK ? check_options(&r) : status;
}

rh_sim_smile rh_scenario_smile(const rh_scenario *scenario) {
    return (rh_sim_smile){scenario->path, scenario->options.premium, scenario->options.skew,
                          scenario->options.curvature};
}

int rh_scenario_shows_chain(const rh_scenario *scenario, rh_time time) {
    const int64_t every = scenario->options.every;
    const int on_clock = 8 * RH_HOUR % every == 0 && scenario->start % scenario->step == 0;
    return (time - (on_clock ? 0 : scenario->start)) % every == 0;
}

uint64_t rh_scenario_steps(const rh_scenario *scenario) {
    return (uint64_t)(scenario->length / scenario->step);
}
