/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/block_case.h"

#include "base/memory.h"
#include "simulate/market_state.h"
#include "simulate/path_block.h"
#include "simulate/tape.h"
#include "study/lineup.h"

#include <string.h>

/* ---- which cases ---- */

static int is_on_step(const rh_scenario *s, rh_time time) {
    return (time - s->start) % s->step == 0;
}

static const char *scenario_refusal(const rh_scenario *s) {
    if (!rh_sim_path_in_blocks(&s->path))
        return "the scenario has jumps or a stochastic volatility";
    if ((s->perpetual.linear || s->perpetual.inverse) &&
        (s->perpetual.basis_sd_bps > 0.0 || s->perpetual.funding != RH_SIM_FUNDING_NONE))
        return "the scenario has a moving basis or funding";
    if (s->dropout.probability > 0.0 || s->options.wing_missing > 0.0)
        return "quotes of the scenario go missing";
    if (s->spot.tick > 0.0 || s->options.tick > 0.0)
        return "prices of the scenario are rounded to ticks";
    if (s->options.settle != RH_LINEAR)
        return "the options are inverse";
    if (s->options.delivery_window > s->step)
        return "the delivery price is a mean";
    return NULL;
}

static const rh_instrument *instrument_of(const rh_plan *plan, uint32_t id) {
    return rh_catalogue_get(plan->catalogue, id);
}

static const char *leg_refusal(const rh_plan *plan, const rh_leg_terms *leg) {
    const rh_scenario *s = plan->scenario;
    const rh_instrument *option = instrument_of(plan, leg->instrument);
    const rh_time end = s->start + (rh_time)(rh_scenario_steps(s) - 1) * s->step;
    const rh_time to = plan->experiment->to;
    if (option->kind != RH_OPTION || option->settle != RH_LINEAR)
        return "the book holds something else than linear options";
    if (leg->open > s->start || leg->close != RH_NEVER)
        return "a position opens or closes on the way";
    if (!is_on_step(s, option->expiry) || option->expiry <= s->start || option->expiry > end ||
        option->expiry >= to)
        return "an option expires between two steps or after the end";
    return NULL;
}

static const char *book_refusal(const rh_plan *plan) {
    const char *why = plan->n_rolls > 0 ? "positions roll" : NULL;
    if (strcmp(plan->ratio->name, "black") != 0)
        why = "the ratio isn't black";
    if (plan->book.settlement_window > 0)
        why = "the delivery price is a mean";
    for (size_t i = 0; i < plan->book.n_legs && !why; i++)
        why = leg_refusal(plan, &plan->book.legs[i]);
    return why;
}

static int is_linear_perpetual(const rh_plan *plan, const rh_instrument *hedge) {
    char name[RH_NAME_MAX];
    rh_sim_perpetual_name(plan->scenario, 1, name);
    return strcmp(hedge->name, name) == 0;
}

static const char *hedge_refusal(const rh_plan *plan) {
    const rh_scenario *s = plan->scenario;
    const rh_instrument *hedge = instrument_of(plan, plan->lane.hedge);
    const int perpetual = is_linear_perpetual(plan, hedge);
    if (!perpetual && strcmp(hedge->name, s->spot.instrument) != 0)
        return "the hedge is neither the scenario's spot nor its linear perpetual";
    if (hedge->settle != RH_LINEAR || hedge->kind != (perpetual ? RH_PERPETUAL : RH_SPOT))
        return "the hedge isn't linear";
    if (hedge->lot > 0.0 || (perpetual && s->perpetual.tick > 0.0))
        return "the hedge trades in lots or ticks";
    return NULL;
}

static const char *lane_refusal(const rh_lane_terms *lane) {
    if (lane->numeraire != RH_NUMERAIRE_USD || lane->coin != 0.0)
        return "the numeraire or the capital is coin";
    if (lane->execution.latency > 0)
        return "orders take time";
    if (lane->execution.price == RH_FILL_AT_MARK)
        return "orders fill at marks";
    return lane->ask_always ? "the rule is asked at every instant" : NULL;
}

/* A parameter by name; every rule that is asked has it. */
static const rh_value *parameter(const rh_rule *rule, const char *name) {
    size_t i = 0;
    while (strcmp(rule->strategy->params[i].name, name) != 0)
        i++;
    return &rule->values.values[i];
}

/* The first instant of the rule's clock, up to a multiple of `every`. */
static rh_time clock_origin(const rh_plan *plan, const rh_rule *rule) {
    const int from_open = parameter(rule, "anchor")->integer == 0;
    return (from_open ? plan->scenario->start : 0) + parameter(rule, "offset")->integer;
}

static const char *rule_refusal(const rh_plan *plan) {
    const rh_rule *rule = plan->lane.rule;
    if (!rule->strategy)
        return "the rule is a composed one";
    if (strcmp(rule->strategy->name, "none") == 0 || strcmp(rule->strategy->name, "static") == 0)
        return NULL;
    if (strcmp(rule->strategy->name, "interval") != 0 || !parameter(rule, "every")->given)
        return "the rule isn't interval on a clock, static or none";
    if (parameter(rule, "every")->integer % plan->scenario->step != 0 ||
        !is_on_step(plan->scenario, clock_origin(plan, rule)))
        return "the rule's clock strikes between two steps";
    return NULL;
}

const char *rh_block_refusal(const rh_case *c) {
    const rh_plan *plan = c->plan;
    if (!plan->scenario)
        return "the data are files";
    const char *why = scenario_refusal(plan->scenario);
    if (!why && c->experiment->from != RH_NEVER && c->experiment->from > plan->scenario->start)
        why = "the run begins after the scenario";
    if (!why)
        why = book_refusal(plan);
    if (!why)
        why = hedge_refusal(plan);
    if (!why)
        why = lane_refusal(&plan->lane);
    return why ? why : rule_refusal(plan);
}

/* ---- the path that the engine runs ---- */

/* Hears what a lane does. */
typedef struct {
    rh_recorder recorder;
    const rh_plan *plan;
    rh_block_case *c;
    size_t rows;
    int strays; /* rows of the record grid lie between two steps */
    int late;   /* the book opened after the first instant */
} witness;

static int at_start(const witness *w, rh_time ts) {
    return ts == w->plan->scenario->start;
}

static void take_opening(witness *w, const rh_step *step) {
    rh_block_opening *o = &w->c->opening;
    o->held = step->hedge_quantity;
    o->entry = step->hedge_price;
    o->fees = -step->attribution.usd[RH_TERM_FEE];
    o->spread = -step->attribution.usd[RH_TERM_SPREAD];
    o->equity = step->equity_usd;
    o->shadow_equity = w->plan->lane.usd + step->unhedged_pnl_usd;
}

static rh_status hear_step(rh_recorder *self, const rh_step *step, rh_error *error) {
    witness *w = (witness *)self;
    const rh_scenario *s = w->plan->scenario;
    (void)error;
    if (w->rows++ == 0)
        take_opening(w, step);
    w->late |= w->rows == 1 && !at_start(w, step->ts);
    if (!is_on_step(s, step->ts))
        w->strays = 1;
    else if ((uint64_t)((step->ts - s->start) / s->step) <= w->c->last)
        w->c->acts[(step->ts - s->start) / s->step] |= RH_BLOCK_RECORDS;
    return RH_OK;
}

static rh_status hear_fill(rh_recorder *self, const rh_fill *fill, rh_error *error) {
    witness *w = (witness *)self;
    const rh_instrument *hedge = instrument_of(w->plan, w->plan->lane.hedge);
    (void)error;
    if (!at_start(w, fill->ts) || fill->reason != RH_FILL_HEDGE)
        return RH_OK;
    w->c->opening.turnover += rh_notional_usd(hedge, fill->quantity, fill->price);
    w->c->opening.rebalances += 1.0;
    return RH_OK;
}

/* The shadow has every flow but the hedge's. */
static rh_status hear_flow(rh_recorder *self, const rh_flow *flow, rh_error *error) {
    witness *w = (witness *)self;
    (void)error;
    if (!at_start(w, flow->ts) || flow->currency != RH_USD)
        return RH_OK;
    w->c->opening.cash += flow->amount;
    if (flow->instrument != w->plan->lane.hedge)
        w->c->opening.shadow_cash += flow->amount;
    return RH_OK;
}

static rh_status run_lineup(rh_lineup *lineup, rh_sim_tape *tape, rh_error *error) {
    const rh_stream stream = {tape, rh_sim_tape_next_time, rh_sim_tape_take};
    const rh_run_terms terms = rh_lineup_terms(lineup, &stream);
    rh_run_outcome outcome = {.status = lineup->status, .errors = lineup->errors};
    rh_status status = rh_run(&terms, &outcome, error);
    if (status == RH_OK && lineup->status[0] != RH_OK)
        status = rh_fail(error, lineup->status[0], "%s", lineup->errors[0].text);
    return status;
}

static rh_status run_path(const rh_cases *cases, size_t which, uint32_t path, witness *w,
                          rh_error *error) {
    rh_recorder *const recorder = &w->recorder;
    rh_lineup lineup;
    rh_sim_tape *tape = NULL;
    rh_status status = rh_lineup_open(cases, &which, 1, &recorder, &lineup, error);
    if (status == RH_OK)
        status = rh_sim_tape_open(w->plan->scenario, path, w->plan->catalogue, &tape, error);
    if (status == RH_OK)
        status = run_lineup(&lineup, tape, error);
    rh_sim_tape_close(tape);
    rh_lineup_close(&lineup);
    return status;
}

/* ---- making ---- */

static uint64_t step_of(const rh_scenario *s, rh_time time) {
    return (uint64_t)((time - s->start) / s->step);
}

static void make_options(rh_block_case *c) {
    const rh_plan *plan = c->plan;
    for (size_t i = 0; i < c->n_options; i++) {
        const rh_leg_terms *leg = &plan->book.legs[i];
        const rh_instrument *option = instrument_of(plan, leg->instrument);
        c->options[i] = (rh_block_option){.instrument = option,
                                          .quantity = leg->quantity,
                                          .size = leg->quantity * option->multiplier,
                                          .last = step_of(plan->scenario, option->expiry)};
        if (c->options[i].last > c->last)
            c->last = c->options[i].last;
    }
}

/* What rh_sim_market_chain_state carries forwards from: a perpetual if there is one. */
static void make_prices(rh_block_case *c) {
    const rh_scenario *s = c->plan->scenario;
    const double basis = 1.0 + s->perpetual.basis_bps / 1e4;
    const int perpetual = is_linear_perpetual(c->plan, instrument_of(c->plan, c->plan->lane.hedge));
    c->hedge_factor = perpetual ? basis : 1.0;
    c->forward_factor = s->perpetual.linear || s->perpetual.inverse ? basis : 1.0;
    c->spread_bps = perpetual ? s->perpetual.half_spread_bps : s->spot.half_spread_bps;
    c->spread_vol_bps = perpetual ? s->perpetual.spread_vol_bps : s->spot.spread_vol_bps;
}

static void make_terms(rh_block_case *c) {
    const rh_lane_terms *lane = &c->plan->lane;
    const rh_instrument *hedge = instrument_of(c->plan, lane->hedge);
    c->terms =
        (rh_block_terms){.is_spot = hedge->kind == RH_SPOT,
                         .at_mid = lane->execution.price == RH_FILL_AT_MID,
                         .multiplier = hedge->multiplier,
                         .fee = lane->execution.maker ? lane->costs.maker : lane->costs.taker,
                         .target = lane->target};
}

/* An option that settles before the last wakes every rule but `none`; the last closes the hedge
 * instead. */
static void make_rebalances(rh_block_case *c) {
    const rh_scenario *s = c->plan->scenario;
    const rh_rule *rule = c->plan->lane.rule;
    if (strcmp(rule->strategy->name, "none") == 0)
        return;
    for (size_t i = 0; i < c->n_options; i++)
        c->acts[c->options[i].last] |= RH_BLOCK_REBALANCES;
    if (strcmp(rule->strategy->name, "interval") == 0) {
        const int64_t every = parameter(rule, "every")->integer;
        for (uint64_t i = 1; i < c->last; i++)
            if ((s->start + (rh_time)i * s->step - clock_origin(c->plan, rule)) % every == 0)
                c->acts[i] |= RH_BLOCK_REBALANCES;
    }
    c->acts[c->last] &= (unsigned char)~RH_BLOCK_REBALANCES;
}

/* Without interest the hedging errors between two records add up to that over both, and no book has
 * to be valued for them. */
static void drop_records(rh_block_case *c) {
    for (uint64_t i = 0; i < c->last && c->plan->lane.rate == 0.0; i++)
        c->acts[i] &= (unsigned char)~RH_BLOCK_RECORDS;
    c->acts[c->last] |= RH_BLOCK_RECORDS;
}

/* Blocks value the book only where its options are quoted. */
static int is_quoted_throughout(const rh_block_case *c) {
    const rh_scenario *s = c->plan->scenario;
    for (uint64_t i = 1; i < c->last; i++)
        if (c->acts[i] != 0 && !rh_scenario_shows_chain(s, s->start + (rh_time)i * s->step))
            return 0;
    return 1;
}

static rh_status make(const rh_cases *cases, size_t which, uint32_t first, rh_block_case *c,
                      int *possible, rh_error *error) {
    witness w = {.recorder = {hear_step, hear_fill, hear_flow}, .plan = c->plan, .c = c};
    c->options = rh_allocate(c->n_options, sizeof *c->options);
    if (!c->options)
        return rh_no_memory(error);
    make_options(c);
    make_prices(c);
    make_terms(c);
    c->opening.cash = c->opening.shadow_cash = c->plan->lane.usd;
    c->acts = rh_allocate(c->last + 1, sizeof *c->acts);
    if (!c->acts)
        return rh_no_memory(error);
    const rh_status status = run_path(cases, which, first, &w, error);
    make_rebalances(c);
    drop_records(c);
    *possible = w.rows > 0 && !w.late && (!w.strays || c->plan->lane.rate == 0.0) &&
                is_quoted_throughout(c);
    return status;
}

rh_status rh_block_case_new(const rh_cases *cases, size_t which, uint32_t first,
                            rh_block_case **out, rh_error *error) {
    rh_block_case *c = rh_allocate(1, sizeof *c);
    int possible = 0;
    *out = NULL;
    if (!c)
        return rh_no_memory(error);
    c->plan = cases->cases[which].plan;
    c->book = cases->cases[which].book;
    c->n_options = c->plan->book.n_legs;
    const rh_status status = make(cases, which, first, c, &possible, error);
    if (status == RH_OK && possible)
        *out = c;
    else
        rh_block_case_free(c);
    return status;
}

void rh_block_case_free(rh_block_case *c) {
    if (!c)
        return;
    rh_release(c->options);
    rh_release(c->acts);
    rh_release(c);
}
