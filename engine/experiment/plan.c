/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment/plan.h"

#include "base/memory.h"
#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static rh_status no_memory(rh_error *error) {
    return rh_fail(error, RH_FAILED, "out of memory");
}

/* ---- instruments ---- */

static rh_status add_instrument(rh_plan *plan, const rh_instrument *instrument, rh_error *error) {
    return rh_catalogue_add(plan->catalogue, instrument) == RH_NO_INSTRUMENT ? no_memory(error)
                                                                             : RH_OK;
}

static double or_else(double given, double otherwise) {
    return isnan(given) ? otherwise : given;
}

static int copy_name(char *into, size_t size, const char *text) {
    const size_t length = text ? strlen(text) : 0;
    if (length >= size)
        return -1;
    if (length > 0)
        (void)snprintf(into, size, "%s", text);
    return 0;
}

/* What the entry says, over what the name and the rulebook say. Returns NULL, or what is wrong. */
static const char *read_terms(const rh_plan *plan, const rh_instrument_entry *entry,
                              rh_instrument *out) {
    const int named = rh_instrument_from_name(entry->name, out) == 0;
    if (named)
        rh_venue_apply(plan->venue, out);
    else
        *out = (rh_instrument){.expiry = RH_NEVER, .multiplier = 1.0};
    if (!named && entry->kind < 0)
        return "needs a kind, since no venue names its contracts so";
    if (!*entry->name || copy_name(out->name, sizeof out->name, entry->name) != 0)
        return "a name has 1 to 47 bytes";
    if (copy_name(out->underlying, sizeof out->underlying, entry->underlying) != 0)
        return "an underlying has at most 15 bytes";
    if (entry->kind >= 0)
        out->kind = (rh_kind)entry->kind;
    if (entry->settle >= 0)
        out->settle = (rh_settle)entry->settle;
    else if (out->kind == RH_SPOT)
        out->settle = RH_LINEAR;
    out->multiplier = or_else(entry->multiplier, out->multiplier);
    out->tick = or_else(entry->tick, out->tick);
    out->lot = or_else(entry->lot, out->lot);
    out->strike = or_else(entry->strike, out->strike);
    if (entry->expiry != RH_NEVER)
        out->expiry = entry->expiry;
    if (entry->right)
        out->right = strcmp(entry->right, "call") == 0  ? 1
                     : strcmp(entry->right, "put") == 0 ? -1
                                                        : 0;
    if (out->kind == RH_SPOT && out->settle == RH_INVERSE)
        return "spot cannot be inverse";
    if ((out->kind == RH_OPTION || out->kind == RH_FUTURE) && out->expiry == RH_NEVER)
        return "needs an expiry";
    if (out->kind == RH_OPTION && (!out->right || !(out->strike > 0.0)))
        return "an option needs a strike and a right (call or put)";
    return NULL;
}

static rh_status declare(rh_plan *plan, size_t i, rh_error *error) {
    const rh_instrument_entry *entry = &plan->experiment->instruments[i];
    char path[40];
    rh_instrument out;
    (void)snprintf(path, sizeof path, "instruments.%zu", i);
    const char *fault = read_terms(plan, entry, &out);
    for (size_t k = 0; k < i && !fault; k++)
        if (strcmp(plan->experiment->instruments[k].name, entry->name) == 0)
            fault = "is declared twice";
    if (fault)
        return rh_experiment_fail(plan->experiment, path, error, "%s: %s", entry->name, fault);
    return add_instrument(plan, &out, error);
}

/* The number of an instrument that some key names, from the catalogue or from its name. */
static rh_status resolve(rh_plan *plan, const char *name, const char *path, uint32_t *out,
                         rh_error *error) {
    *out = rh_catalogue_find(plan->catalogue, name, strlen(name));
    if (*out != RH_NO_INSTRUMENT)
        return RH_OK;
    rh_instrument instrument;
    if (rh_instrument_from_name(name, &instrument) != 0)
        return rh_experiment_fail(plan->experiment, path, error,
                                  "'%s' is no name that a venue uses; declare it under "
                                  "`instruments:`",
                                  name);
    rh_venue_apply(plan->venue, &instrument);
    *out = rh_catalogue_add(plan->catalogue, &instrument);
    return *out == RH_NO_INSTRUMENT ? no_memory(error) : RH_OK;
}

/* The dated future of an option's expiry may give its forward, if the data have it. */
static rh_status add_dated_future(rh_plan *plan, uint32_t id, rh_error *error) {
    const rh_instrument *option = rh_catalogue_get(plan->catalogue, id);
    const char *dash = strchr(option->name, '-');
    char name[RH_NAME_MAX];
    rh_instrument future;
    if (option->kind != RH_OPTION || !dash)
        return RH_OK;
    (void)snprintf(name, sizeof name, "%.*s",
                   (int)(dash - option->name + 1 + (long)strcspn(dash + 1, "-")), option->name);
    if (rh_instrument_from_name(name, &future) != 0 || future.kind != RH_FUTURE)
        return RH_OK;
    rh_venue_apply(plan->venue, &future);
    return add_instrument(plan, &future, error);
}

static rh_status one_underlying(rh_plan *plan, const rh_instrument *instrument, const char *path,
                                rh_error *error) {
    if (!*instrument->underlying || strcmp(plan->underlying, instrument->underlying) == 0)
        return RH_OK;
    if (*plan->underlying)
        return rh_experiment_fail(plan->experiment, path, error,
                                  "%s is on %s, the hedge on %s: one run hedges one underlying",
                                  instrument->name, instrument->underlying, plan->underlying);
    plan->underlying = instrument->underlying;
    return RH_OK;
}

static rh_status unknown_name(const rh_plan *plan, const char *path, const char *name,
                              const char *near, const char *list, rh_error *error) {
    if (near)
        return rh_experiment_fail(plan->experiment, path, error,
                                  "no such name '%s' (did you mean '%s'?)", name, near);
    return rh_experiment_fail(plan->experiment, path, error,
                              "no such name '%s'; see `rehedge list %s`", name, list);
}

/* ---- data ---- */

static rh_status plan_map(rh_plan *plan, size_t i, rh_error *error) {
    const rh_node *map = plan->experiment->data[i].map;
    char path[40];
    (void)snprintf(path, sizeof path, "data.%zu.map", i);
    const size_t count = rh_node_count(map);
    struct rh_column_map *columns = rh_allocate(count + 1, sizeof *columns);
    if (!columns)
        return no_memory(error);
    plan->sources[i].map = columns;
    for (const rh_node *node = map ? map->child : NULL; node; node = node->next) {
        if (node->kind != RH_NODE_SCALAR)
            return rh_experiment_fail(plan->experiment, path, error, "%s: must be a field's name",
                                      node->key);
        columns[plan->sources[i].n_map++] = (struct rh_column_map){node->key, node->text};
    }
    return RH_OK;
}

static rh_status check_format(const rh_plan *plan, size_t i, rh_error *error) {
    enum { MOST = 64 };
    const char *wanted = plan->experiment->data[i].format, *names[MOST];
    size_t n;
    const rh_format_entry *formats = rh_formats(&n);
    char path[48];
    (void)snprintf(path, sizeof path, "data.%zu.format", i);
    for (size_t k = 0; k < n && k < MOST; k++) {
        names[k] = formats[k].name;
        if (strcmp(formats[k].name, wanted) == 0)
            return RH_OK;
    }
    return unknown_name(plan, path, wanted, rh_nearest_name(wanted, names, n < MOST ? n : MOST),
                        "formats", error);
}

static rh_status plan_source(rh_plan *plan, size_t i, rh_error *error) {
    const rh_data_entry *entry = &plan->experiment->data[i];
    char path[48];
    uint32_t id;
    plan->paths[i] = rh_experiment_path(plan->experiment, entry->path);
    if (!plan->paths[i])
        return no_memory(error);
    plan->sources[i] = (rh_source_spec){.format = entry->format,
                                        .path = plan->paths[i],
                                        .instrument = entry->instrument,
                                        .timezone = entry->timezone,
                                        .interval = entry->interval,
                                        .stamp = entry->stamp,
                                        .delay = entry->delay,
                                        .proxy = entry->proxy};
    if (entry->delay > plan->lane.execution.delay)
        plan->lane.execution.delay = entry->delay;
    rh_status status = check_format(plan, i, error);
    if (status == RH_OK)
        status = plan_map(plan, i, error);
    if (status != RH_OK || !entry->instrument)
        return status;
    (void)snprintf(path, sizeof path, "data.%zu.instrument", i);
    return resolve(plan, entry->instrument, path, &id, error);
}

static rh_status plan_data(rh_plan *plan, rh_error *error) {
    const size_t count = plan->experiment->n_data;
    if (count == 0)
        return rh_experiment_fail(plan->experiment, "data", error, "no file is given");
    if (count > UINT16_MAX)
        return rh_experiment_fail(plan->experiment, "data", error, "more than 65535 files");
    plan->sources = rh_allocate(count, sizeof *plan->sources);
    plan->paths = rh_allocate(count, sizeof *plan->paths);
    if (!plan->sources || !plan->paths)
        return no_memory(error);
    plan->n_sources = count;
    rh_status status = RH_OK;
    for (size_t i = 0; i < count && status == RH_OK; i++)
        status = plan_source(plan, i, error);
    return status;
}

/* ---- book ---- */

/* What a price key says; the side that is hit if it says nothing. */
static int read_price(const char *text, double quantity, rh_leg_price *kind, double *number) {
    static const char *const words[] = {"bid", "ask", "mid", "mark"};
    *number = NAN;
    if (!text) {
        *kind = quantity < 0.0 ? RH_AT_BID : RH_AT_ASK;
        return 0;
    }
    for (int i = 0; i < 4; i++) {
        if (strcmp(text, words[i]) != 0)
            continue;
        *kind = (rh_leg_price)i;
        return 0;
    }
    *kind = RH_AT_NUMBER;
    return rh_number_parse(text, strlen(text), number) == 0 && *number >= 0.0 ? 0 : -1;
}

static rh_status leg_fail(const rh_plan *plan, size_t i, const char *key, rh_error *error,
                          const char *fault) {
    char path[48];
    (void)snprintf(path, sizeof path, "book.%zu.%s", i, key);
    return rh_experiment_fail(plan->experiment, path, error, "%s", fault);
}

static rh_status bad_price(const rh_plan *plan, size_t i, const char *key, const char *text,
                           rh_error *error) {
    char path[48];
    (void)snprintf(path, sizeof path, "book.%zu.%s", i, key);
    return rh_experiment_fail(plan->experiment, path, error,
                              "'%s' is not bid, ask, mid, mark or a number from 0", text);
}

static rh_status plan_leg(rh_plan *plan, size_t i, rh_error *error) {
    const rh_book_entry *entry = &plan->experiment->book[i];
    rh_leg_terms *leg = &plan->legs[i];
    char path[48];
    (void)snprintf(path, sizeof path, "book.%zu.instrument", i);
    rh_status status = resolve(plan, entry->instrument, path, &leg->instrument, error);
    if (status == RH_OK)
        status = add_dated_future(plan, leg->instrument, error);
    if (status != RH_OK)
        return status;
    const rh_instrument *instrument = rh_catalogue_get(plan->catalogue, leg->instrument);
    status = one_underlying(plan, instrument, path, error);
    if (status != RH_OK)
        return status;
    leg->quantity = entry->quantity;
    leg->open = entry->open == RH_NEVER ? plan->experiment->from : entry->open;
    if (leg->open == RH_NEVER)
        leg->open = RH_DAWN;
    leg->close = entry->close;
    if (leg->quantity == 0.0)
        return leg_fail(plan, i, "quantity", error, "is 0");
    if (leg->open >= instrument->expiry || leg->open >= leg->close)
        return leg_fail(plan, i, "open", error, "is at or after the position's end");
    if (read_price(entry->price, leg->quantity, &leg->open_price, &leg->open_number) != 0)
        return bad_price(plan, i, "price", entry->price, error);
    if (read_price(entry->close_price, -leg->quantity, &leg->close_price, &leg->close_number) != 0)
        return bad_price(plan, i, "close_price", entry->close_price, error);
    return RH_OK;
}

static rh_status plan_book(rh_plan *plan, rh_error *error) {
    plan->n_legs = plan->experiment->n_book;
    if (plan->n_legs == 0)
        return rh_experiment_fail(plan->experiment, "book", error, "no position is given");
    plan->legs = rh_allocate(plan->n_legs, sizeof *plan->legs);
    if (!plan->legs)
        return no_memory(error);
    rh_status status = RH_OK;
    for (size_t i = 0; i < plan->n_legs && status == RH_OK; i++)
        status = plan_leg(plan, i, error);
    return status;
}

/* ---- hedge ---- */

static rh_status plan_hedge(rh_plan *plan, rh_error *error) {
    static const char path[] = "hedge.instrument";
    rh_status status =
        resolve(plan, plan->experiment->hedge.instrument, path, &plan->lane.hedge, error);
    if (status != RH_OK)
        return status;
    const rh_instrument *hedge = rh_catalogue_get(plan->catalogue, plan->lane.hedge);
    plan->underlying = hedge->underlying;
    if (hedge->kind == RH_OPTION)
        return rh_experiment_fail(plan->experiment, path, error,
                                  "%s is an option; hedge with spot, a perpetual or a future",
                                  hedge->name);
    return RH_OK;
}

/* A future that expires before the book would leave it without a hedge. */
static rh_status check_hedge_lasts(const rh_plan *plan, rh_error *error) {
    const rh_instrument *hedge = rh_catalogue_get(plan->catalogue, plan->lane.hedge);
    for (size_t i = 0; i < plan->n_legs; i++) {
        const rh_instrument *leg = rh_catalogue_get(plan->catalogue, plan->legs[i].instrument);
        rh_time end = leg->expiry < plan->legs[i].close ? leg->expiry : plan->legs[i].close;
        if (plan->experiment->to < end)
            end = plan->experiment->to;
        if (hedge->expiry < end)
            return rh_experiment_fail(plan->experiment, "hedge.instrument", error,
                                      "%s expires before %s ends; use a later future or a "
                                      "perpetual",
                                      hedge->name, leg->name);
    }
    return RH_OK;
}

/* ---- plug-ins ---- */

static const rh_node *plugin_map(const rh_node *node) {
    return node && node->kind == RH_NODE_MAP ? node : NULL;
}

static const char *plugin_name(const rh_node *node) {
    const rh_node *name = plugin_map(node) ? rh_node_get(node, "name") : node;
    return name && name->kind == RH_NODE_SCALAR ? name->text : NULL;
}

static rh_status plan_ratio(rh_plan *plan, const rh_registry *registry, rh_error *error) {
    const rh_node *node = plan->experiment->hedge.ratio;
    const char *name = node ? plugin_name(node) : "black", *near = NULL;
    if (!name)
        return rh_experiment_fail(plan->experiment, "hedge.ratio", error, "needs a name");
    plan->ratio = rh_registry_find_ratio(registry, name, &near);
    if (!plan->ratio)
        return unknown_name(plan, "hedge.ratio", name, near, "ratios", error);
    if (strcmp(name, "net") == 0 && (plan->lane.numeraire != RH_NUMERAIRE_USD ||
                                     plan->lane.collateral != RH_COLLATERAL_IGNORED))
        return rh_experiment_fail(plan->experiment, "hedge.ratio", error,
                                  "net is for `numeraire: usd` with `collateral: ignore`; the "
                                  "coin numeraire takes the coin price off by itself");
    return rh_values_read(plan->ratio->params, plan->ratio->n_params, plan->experiment->config,
                          plugin_map(node), "hedge.ratio", &plan->ratio_values, error);
}

/* A rule may name an instrument to watch that nothing else mentions. */
static rh_status add_watched(rh_plan *plan, rh_error *error) {
    rh_status status = RH_OK;
    for (size_t i = 0; i < plan->strategy_values.count && status == RH_OK; i++) {
        const rh_value *value = &plan->strategy_values.values[i];
        rh_instrument instrument;
        if (plan->strategy->params[i].type == RH_PARAM_TEXT && value->given &&
            rh_instrument_from_name(value->text, &instrument) == 0)
            status = add_instrument(plan, &instrument, error);
    }
    return status;
}

static rh_status plan_strategy(rh_plan *plan, const rh_registry *registry, rh_error *error) {
    const rh_node *node = plan->experiment->strategy;
    const char *name = plugin_name(node), *near = NULL;
    if (!name)
        return rh_experiment_fail(plan->experiment, "strategy", error, "needs a name");
    plan->strategy = rh_registry_find_strategy(registry, name, &near);
    if (!plan->strategy)
        return unknown_name(plan, "strategy.name", name, near, "strategies", error);
    rh_status status =
        rh_values_read(plan->strategy->params, plan->strategy->n_params, plan->experiment->config,
                       plugin_map(node), "strategy", &plan->strategy_values, error);
    return status == RH_OK ? add_watched(plan, error) : status;
}

/* ---- terms ---- */

static int is_usd(const char *currency) {
    return strcmp(currency, "USD") == 0 || strcmp(currency, "USDT") == 0 ||
           strcmp(currency, "USDC") == 0;
}

static rh_status plan_capital(rh_plan *plan, rh_error *error) {
    const rh_node *map = plan->experiment->capital;
    for (const rh_node *node = map ? map->child : NULL; node; node = node->next) {
        double amount;
        if (node->kind != RH_NODE_SCALAR ||
            rh_number_parse(node->text, strlen(node->text), &amount) != 0)
            return rh_experiment_fail(plan->experiment, "capital", error, "%s: must be a number",
                                      node->key);
        if (is_usd(node->key))
            plan->lane.usd += amount;
        else if (!*plan->underlying || strcmp(node->key, plan->underlying) == 0)
            plan->lane.coin += amount;
        else
            return rh_experiment_fail(plan->experiment, "capital", error,
                                      "%s: only USD and %s can be collateral here", node->key,
                                      plan->underlying);
    }
    return RH_OK;
}

static void plan_lane(rh_plan *plan) {
    const rh_experiment *e = plan->experiment;
    const rh_costs *venue = &plan->venue->costs;
    rh_lane_terms *lane = &plan->lane;
    lane->numeraire = (rh_numeraire)e->numeraire;
    lane->collateral = (rh_collateral)e->hedge.collateral;
    lane->target = e->hedge.target;
    lane->rate = e->rate;
    lane->rate_coin = e->rate_coin;
    lane->record_every = e->record.every;
    lane->record_on_clock = e->record.anchor;
    lane->at_end = (rh_at_end)e->hedge.at_end;
    lane->execution.price = (rh_fill_price)e->execution.price;
    lane->execution.latency = e->execution.latency;
    lane->execution.max_age = e->execution.max_age;
    lane->execution.maker = e->execution.liquidity;
    lane->costs = (rh_costs){.maker = or_else(e->costs.maker, venue->maker),
                             .taker = or_else(e->costs.taker, venue->taker),
                             .option = or_else(e->costs.option, venue->option),
                             .option_cap = or_else(e->costs.option_cap, venue->option_cap),
                             .delivery = or_else(e->costs.delivery, venue->delivery)};
    plan->funding = e->funding == 0 ? plan->venue->funding : (rh_funding_mode)(e->funding - 1);
}

static void plan_valuation(rh_plan *plan) {
    const rh_experiment *e = plan->experiment;
    plan->book = (rh_book_terms){.legs = plan->legs,
                                 .n_legs = plan->n_legs,
                                 .hedge = plan->lane.hedge,
                                 .ratio = plan->ratio,
                                 .ratio_values = &plan->ratio_values,
                                 .forward = (rh_forward_rule)e->hedge.forward,
                                 .rate = e->rate,
                                 .rate_coin = e->rate_coin,
                                 .max_age = e->mark.max_age,
                                 .settlement_window = plan->venue->settlement_window};
    plan->lane.strategy = plan->strategy;
    plan->lane.values = &plan->strategy_values;
}

static rh_status plan_venue(rh_plan *plan, rh_error *error) {
    const rh_time when = plan->experiment->from == RH_NEVER ? 0 : plan->experiment->from;
    plan->venue = rh_venue_find(plan->experiment->venue, when);
    if (plan->venue)
        return RH_OK;
    return rh_experiment_fail(plan->experiment, "venue", error,
                              "no rulebook '%s'; see `rehedge list venues`",
                              plan->experiment->venue);
}

static rh_status fill(rh_plan *plan, const rh_registry *registry, rh_error *error) {
    const rh_experiment *e = plan->experiment;
    rh_status status = plan_venue(plan, error);
    for (size_t i = 0; i < e->n_instruments && status == RH_OK; i++)
        status = declare(plan, i, error);
    if (status == RH_OK && e->from != RH_NEVER && e->to != RH_NEVER && e->from >= e->to)
        status = rh_experiment_fail(e, "to", error, "must be later than `from`");
    if (status == RH_OK)
        status = plan_hedge(plan, error);
    if (status == RH_OK)
        status = plan_book(plan, error);
    if (status == RH_OK)
        status = check_hedge_lasts(plan, error);
    if (status == RH_OK)
        status = plan_data(plan, error);
    if (status != RH_OK)
        return status;
    plan_lane(plan);
    status = plan_capital(plan, error);
    if (status == RH_OK)
        status = plan_ratio(plan, registry, error);
    if (status == RH_OK)
        status = plan_strategy(plan, registry, error);
    plan_valuation(plan);
    return status;
}

static rh_status new_plan(const rh_experiment *experiment, const rh_registry *registry,
                          rh_catalogue *shared, rh_plan **out, rh_error *error) {
    rh_plan *plan = rh_allocate(1, sizeof *plan);
    if (!plan)
        return no_memory(error);
    plan->experiment = experiment;
    plan->underlying = "";
    plan->borrowed = shared != NULL;
    plan->catalogue = shared ? shared : rh_catalogue_new();
    rh_status status = plan->catalogue ? fill(plan, registry, error) : no_memory(error);
    if (status != RH_OK) {
        rh_plan_free(plan);
        return status;
    }
    *out = plan;
    return RH_OK;
}

rh_status rh_plan_new(const rh_experiment *experiment, const rh_registry *registry, rh_plan **out,
                      rh_error *error) {
    return new_plan(experiment, registry, NULL, out, error);
}

rh_status rh_plan_new_shared(const rh_experiment *experiment, const rh_registry *registry,
                             rh_catalogue *catalogue, rh_plan **out, rh_error *error) {
    return new_plan(experiment, registry, catalogue, out, error);
}

void rh_plan_free(rh_plan *plan) {
    if (!plan)
        return;
    for (size_t i = 0; i < plan->n_sources; i++) {
        rh_release(plan->paths[i]);
        rh_release((void *)(uintptr_t)plan->sources[i].map);
    }
    rh_release(plan->paths);
    rh_release(plan->sources);
    rh_release(plan->legs);
    rh_values_free(&plan->strategy_values);
    rh_values_free(&plan->ratio_values);
    if (!plan->borrowed)
        rh_catalogue_free(plan->catalogue);
    rh_release(plan);
}

/* ---- naming ---- */

size_t rh_plan_label(const rh_plan *plan, char *out, size_t size) {
    size_t used = (size_t)snprintf(out, size, "%s", plan->strategy->name);
    for (size_t i = 0; i < plan->strategy_values.count && used < size; i++) {
        const rh_param *param = &plan->strategy->params[i];
        const rh_value *value = &plan->strategy_values.values[i];
        if (value->given && value->text && (!param->initial || strcmp(param->initial, value->text)))
            used += (size_t)snprintf(out + used, size - used, " %s=%s", param->name, value->text);
    }
    return used < size ? used : size - 1;
}

/* ---- opening ---- */

rh_status rh_plan_open(const rh_plan *plan, rh_recorder *recorder, rh_stage *out, rh_error *error) {
    *out = (rh_stage){0};
    rh_status status =
        rh_replay_open(plan->sources, plan->n_sources, plan->catalogue, &out->replay, error);
    if (status != RH_OK)
        return status;
    out->market = rh_market_new(plan->catalogue, plan->funding);
    if (!out->market)
        return no_memory(error);
    rh_market_follow(out->market, plan->lane.hedge);
    status = rh_book_new(&plan->book, out->market, &out->book, error);
    if (status == RH_OK)
        status = rh_lane_new(&plan->lane, out->book, out->market, recorder, &out->lane, error);
    return status;
}

void rh_stage_close(rh_stage *stage) {
    rh_lane_free(stage->lane);
    rh_book_free(stage->book);
    rh_market_free(stage->market);
    rh_replay_close(stage->replay);
    *stage = (rh_stage){0};
}
