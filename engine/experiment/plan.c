/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment/plan.h"

#include "base/memory.h"
#include "base/number.h"
#include "experiment/plan_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

rh_status rh_plan_unknown_name(const rh_plan *plan, const char *path, const char *name,
                               const char *near, const char *list, rh_error *error) {
    if (near)
        return rh_experiment_fail(plan->experiment, path, error,
                                  "no such name '%s' (did you mean '%s'?)", name, near);
    return rh_experiment_fail(plan->experiment, path, error,
                              "no such name '%s'; see `rehedge list %s`", name, list);
}

/* ---- hedge ---- */

static rh_status plan_hedge(rh_plan *plan, rh_error *error) {
    static const char path[] = "hedge.instrument";
    rh_status status =
        rh_plan_resolve(plan, plan->experiment->hedge.instrument, path, &plan->lane.hedge, error);
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
        return rh_plan_unknown_name(plan, "hedge.ratio", name, near, "ratios", error);
    if (strcmp(name, "net") == 0 && (plan->lane.numeraire != RH_NUMERAIRE_USD ||
                                     plan->lane.collateral != RH_COLLATERAL_IGNORED))
        return rh_experiment_fail(plan->experiment, "hedge.ratio", error,
                                  "net is for `numeraire: usd` with `collateral: ignore`; the "
                                  "coin numeraire takes the coin price off by itself");
    return rh_values_read(plan->ratio->params, plan->ratio->n_params, plan->experiment->config,
                          plugin_map(node), "hedge.ratio", &plan->ratio_values, error);
}

/* A rule may name an instrument to watch that nothing else mentions. */
static rh_status add_watched(rh_plan *plan, const rh_rule *leaf, rh_error *error) {
    rh_status status = RH_OK;
    for (size_t i = 0; i < leaf->values.count && status == RH_OK; i++) {
        const rh_value *value = &leaf->values.values[i];
        rh_instrument instrument;
        if (leaf->strategy->params[i].type == RH_PARAM_TEXT && value->given &&
            rh_instrument_from_name(value->text, &instrument) == 0)
            status = rh_plan_add_instrument(plan, &instrument, error);
    }
    return status;
}

static rh_status plan_strategy(rh_plan *plan, const rh_registry *registry, rh_error *error) {
    rh_status status = rh_rule_read(registry, plan->experiment->config, plan->experiment->strategy,
                                    "strategy", &plan->rule, error);
    for (size_t i = 0; status == RH_OK && i < plan->rule->n_leaves; i++)
        status = add_watched(plan, rh_rule_leaf(plan->rule, i), error);
    return status;
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

/* A window that is given says how many steps there will be; one of years gets room as it goes. */
static size_t count_steps(const rh_experiment *e) {
    enum { MOST = 1 << 14 };
    if (e->from == RH_NEVER || e->to == RH_NEVER || e->to <= e->from)
        return 0;
    const int64_t steps = (e->to - e->from) / e->record.every + 2;
    return steps < MOST ? (size_t)steps : 0;
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
    lane->steps = count_steps(e);
    lane->record_on_clock = e->record.anchor;
    lane->at_end = (rh_at_end)e->hedge.at_end;
    lane->execution.price = (rh_fill_price)e->execution.price;
    lane->execution.latency = e->execution.latency;
    lane->execution.max_age = e->execution.max_age;
    lane->execution.maker = e->execution.liquidity;
    lane->costs = (rh_costs){.maker = rh_plan_or_else(e->costs.maker, venue->maker),
                             .taker = rh_plan_or_else(e->costs.taker, venue->taker),
                             .option = rh_plan_or_else(e->costs.option, venue->option),
                             .option_cap = rh_plan_or_else(e->costs.option_cap, venue->option_cap),
                             .delivery = rh_plan_or_else(e->costs.delivery, venue->delivery)};
    plan->funding = e->funding == 0 ? plan->venue->funding : (rh_funding_mode)(e->funding - 1);
}

static void plan_valuation(rh_plan *plan) {
    const rh_experiment *e = plan->experiment;
    plan->book = (rh_book_terms){.legs = plan->legs,
                                 .n_legs = plan->n_legs,
                                 .rolls = plan->rolls,
                                 .n_rolls = plan->n_rolls,
                                 .hedge = plan->lane.hedge,
                                 .ratio = plan->ratio,
                                 .ratio_values = &plan->ratio_values,
                                 .forward = (rh_forward_rule)e->hedge.forward,
                                 .rate = e->rate,
                                 .rate_coin = e->rate_coin,
                                 .max_age = e->mark.max_age,
                                 .settlement_window = plan->venue->settlement_window};
    plan->lane.rule = plan->rule;
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

static rh_status fill(rh_plan *plan, const rh_registry *registry, rh_listing *listing,
                      rh_error *error) {
    const rh_experiment *e = plan->experiment;
    rh_status status = plan_venue(plan, error);
    for (size_t i = 0; i < e->n_instruments && status == RH_OK; i++)
        status = rh_plan_declare(plan, i, error);
    if (status == RH_OK && e->from != RH_NEVER && e->to != RH_NEVER && e->from >= e->to)
        status = rh_experiment_fail(e, "to", error, "must be later than `from`");
    if (status == RH_OK)
        status = plan_hedge(plan, error);
    if (status == RH_OK)
        status = rh_plan_legs(plan, error);
    if (status == RH_OK)
        status = rh_plan_data(plan, error);
    if (status == RH_OK)
        status = rh_plan_rolls(plan, listing, error);
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

rh_status rh_plan_new_shared(const rh_experiment *experiment, const rh_registry *registry,
                             const rh_plan_shared *shared, rh_plan **out, rh_error *error) {
    rh_plan *plan = rh_allocate(1, sizeof *plan);
    rh_listing *own = shared->listing ? NULL : rh_listing_new();
    rh_listing *listing = shared->listing ? shared->listing : own;
    if (!plan || !listing) {
        rh_release(plan);
        rh_listing_free(own);
        return rh_no_memory(error);
    }
    plan->experiment = experiment;
    plan->underlying = "";
    plan->borrowed = shared->catalogue != NULL;
    plan->catalogue = shared->catalogue ? shared->catalogue : rh_catalogue_new();
    rh_status status = plan->catalogue ? fill(plan, registry, listing, error) : rh_no_memory(error);
    rh_listing_free(own);
    if (status != RH_OK) {
        rh_plan_free(plan);
        return status;
    }
    *out = plan;
    return RH_OK;
}

rh_status rh_plan_new(const rh_experiment *experiment, const rh_registry *registry, rh_plan **out,
                      rh_error *error) {
    return rh_plan_new_shared(experiment, registry, &(rh_plan_shared){0}, out, error);
}

void rh_plan_free(rh_plan *plan) {
    if (!plan)
        return;
    rh_plan_data_free(plan);
    rh_release(plan->scenario);
    rh_release(plan->legs);
    rh_release(plan->rolls);
    rh_rule_free(plan->rule);
    rh_values_free(&plan->ratio_values);
    if (!plan->borrowed)
        rh_catalogue_free(plan->catalogue);
    rh_release(plan);
}

/* ---- opening ---- */

rh_status rh_plan_open(const rh_plan *plan, rh_recorder *recorder, rh_stage *out, rh_error *error) {
    *out = (rh_stage){0};
    rh_status status = rh_plan_replay(plan, &out->replay, error);
    if (status != RH_OK)
        return status;
    out->market = rh_market_new(plan->catalogue, plan->funding);
    if (!out->market)
        return rh_no_memory(error);
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
