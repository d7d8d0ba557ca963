/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every rule in the registry goes through the same cases, none of which knows a rule by name: asked
 * at every instant it trades as when it is only woken, it writes only into its own state, decides
 * without side effects, and repeats itself. A new rule needs a line in `sets`.
 *
 *     conformance_rules                             all rules
 *     conformance_rules interval                    one of them
 *     conformance_rules ./mine.so '{name: mine}'    a loaded one, with these parameters and more
 */
#include "../unit/tape.h"

enum { MOST_SETS = 12 };

/* Parameters to try, up to a NULL, and on how many tapes (0: all). */
static const struct {
    const char *rule;
    const char *sets[MOST_SETS];
    int tapes;
} sets[] = {
    {.rule = "none", .sets = {"{name: none}"}},
    {.rule = "static", .sets = {"{name: static}"}},
    {.rule = "interval",
     .sets = {"{name: interval, every: 1h}", "{name: interval, every: 37m}",
              "{name: interval, every: 8h, anchor: utc}",
              "{name: interval, on: BTC-25JUN21-36000-C}",
              "{name: interval, on: BTC-25JUN21-34000-P}",
              "{name: interval, every: 1h, offset: 7m}"}},
    {.rule = "business-time",
     .sets = {"{name: business-time, move: 0.01}", "{name: business-time, move: 0.05}"}},
    {.rule = "price-move",
     .sets = {"{name: price-move, move_pct: 0.7}", "{name: price-move, implied: 0.5, over: 4h}"}},
    {.rule = "schedule",
     .sets = {"{name: schedule}", "{name: schedule, at: '03:15 11:00:30', before: 1m}",
              "{name: schedule, at: '23:59:59', after: 2h}"}},
    {.rule = "auto-ddh",
     .sets = {"{name: auto-ddh, threshold: 0.3}",
              "{name: auto-ddh, threshold: 0.1, target: 1, check: 17m}",
              "{name: auto-ddh, threshold: 0.05, min_move_pct: 1, slice: 0.4}"}},
    {.rule = "cost-aware",
     .sets = {"{name: cost-aware, risk_aversion: 0.0001}",
              "{name: cost-aware, risk_aversion: 0.001, over: 1h, fixed: 5, to: centre}"}},
    {.rule = "funding-aware",
     .sets = {"{name: funding-aware, width: 0.05, risk_aversion: 0.0001}",
              "{name: funding-aware, width: 0.01, risk_aversion: 0.00001, most: 0.5}"}},
    {.rule = "gamma-scaled",
     .sets = {"{name: gamma-scaled, width: 0.05}",
              "{name: gamma-scaled, width: 0.03, power: -0.5}"}},
    {.rule = "hodges-neuberger",
     .sets =
         {"{name: hodges-neuberger, risk_aversion: 0.0001, vol: 0.7, cost: 0.001}",
          "{name: hodges-neuberger, risk_aversion: 0.001, vol: 0.7, cost: 0.0005, at_end: keep}"},
     .tapes = 1}, /* start solves an equation */
    {.rule = "leland",
     .sets = {"{name: leland, every: 1h}", "{name: leland, every: 4h, anchor: utc, cost: 0.001}"}},
    {.rule = "pnl-band",
     .sets = {"{name: pnl-band, width: 500}", "{name: pnl-band, width: 20, per: option}"}},
    {.rule = "stop-loss", .sets = {"{name: stop-loss}"}},
    {.rule = "whalley-wilmott",
     .sets = {"{name: whalley-wilmott, risk_aversion: 0.001}",
              "{name: whalley-wilmott, risk_aversion: 0.0001, cost: 0.001, per: option}"}},
    {.rule = "zakamouline",
     .sets = {"{name: zakamouline, risk_aversion: 0.001}",
              "{name: zakamouline, risk_aversion: 0.0001, cost: 0.001, per: option}"}},
    {.rule = "any",
     .sets =
         {"{name: any, of: [{name: interval, every: 8h}, {name: band, width: 0.05}]}",
          "{name: any, of: [{name: price-move, move_pct: 1.5}, {name: schedule}]}",
          "{name: any, of: [{name: interval, on: BTC-25JUN21-36000-C}, {name: pnl-band, width: "
          "500},"
          " {name: stop-loss}]}",
          "{name: any, of: [static, {name: auto-ddh, threshold: 0.2, check: 3h}]}",
          "{name: any, of: [{name: business-time, move: 0.03}, {name: price-move, move_pct: 2},"
          " {name: leland, every: 7h}, {name: band, width: 0.1, to: centre}]}",
          "{name: any, of: [{name: all, of: [{name: interval, every: 1h}, {name: band, width: 0.02,"
          " to: centre}]}, {name: price-move, move_pct: 2.5}]}"}},
    {.rule = "all",
     .sets =
         {"{name: all, of: [{name: interval, every: 3h}, {name: band, width: 0.03}]}",
          "{name: all, of: [{name: band, width: 0.03}, {name: interval, every: 3h}]}",
          "{name: all, of: [{name: price-move, move_pct: 0.7}, {name: schedule, at: '03:15 "
          "11:00'}]}",
          "{name: all, of: [static, {name: band, width: 0.01}]}",
          "{name: all, of: [{name: pnl-band, width: 200}, {name: business-time, move: 0.01},"
          " {name: interval, every: 17m}]}",
          "{name: all, of: [{name: auto-ddh, threshold: 0.05, check: 40m}, {name: price-move,"
          " move_pct: 0.5}]}",
          "{name: all, of: [{name: any, of: [{name: interval, every: 5h}, {name: price-move,"
          " move_pct: 1}]}, {name: band, width: 0.02, to: centre}, {name: any, of: [{name: leland,"
          " every: 2h}, {name: stop-loss}]}]}",
          "{name: all, of: [{name: gamma-scaled, width: 0.02}, {name: interval, every: 1h}]}"}},
    {.rule = "not-during",
     .sets =
         {"{name: not-during, of: [{name: band, width: 0.02}], windows: [{at: '00:00 08:00 16:00',"
          " before: 30m, after: 1h}]}",
          "{name: not-during, of: [{name: interval, every: 2h}], windows: [{at: '02:00', after: "
          "11h,"
          " days: tue-wed}, {at: '12:30', after: 70m}]}",
          "{name: not-during, of: [{name: price-move, move_pct: 0.7}], windows: [{from:"
          " 2021-06-01T02:00Z, to: 2021-06-01T09:30Z}, {from: 2021-06-02, to: 2021-06-02T11:00Z}]}",
          "{name: not-during, of: [{name: any, of: [static, {name: pnl-band, width: 300}]}],"
          " windows: [{at: '00:00 06:00 12:00 18:00', after: 3h}]}",
          "{name: not-during, of: [{name: auto-ddh, threshold: 0.1, check: 1h}], windows: [{at:"
          " '01:00 05:00', before: 45m, after: 50m}]}",
          "{name: any, of: [{name: not-during, of: [{name: all, of: [{name: interval, every: 1h},"
          " {name: band, width: 0.02}]}], windows: [{at: '08:00', before: 2h, after: 2h}]},"
          " {name: price-move, move_pct: 3}]}",
          "{name: all, of: [{name: not-during, of: [{name: band, width: 0.01, to: centre}], "
          "windows:"
          " [{at: '04:00 20:00', after: 5h}]}, {name: schedule, at: '05:00 10:00 21:00'}]}"}},
    {.rule = "band",
     .sets = {"{name: band, width: 0}", "{name: band, width: 0.02}",
              "{name: band, width: 0.02, to: centre}", "{name: band, width: 0.3, per: book}",
              "{name: band, width: 0.1, per: book, to: centre}",
              "{name: band, width: 0.01, unit: gamma, to: 0.5}"}},
};
enum { N_SETS = sizeof sets / sizeof *sets, N_TAPES = 12, N_INSTANTS = 260 };

static int line_of(const char *rule) {
    for (int i = 0; i < N_SETS; i++)
        if (strcmp(sets[i].rule, rule) == 0)
            return i;
    fail_msg("rule '%s' has no parameters to be tested with: add it to `sets` in %s", rule,
             __FILE__);
    return -1;
}

/* ---- random tapes ---- */

static const char *plugin; /* loaded into every registry; NULL: none */

typedef struct {
    uint32_t first, second, put, perpetual, future;
} cast;

static cast invite(rh_catalogue *catalogue, int linear) {
    return (cast){.perpetual = linear ? add_with_lot(catalogue, "BTCUSDT", 0.001)
                                      : add_with_lot(catalogue, "BTC-PERPETUAL", 10.0),
                  .first = add_named(catalogue, "BTC-2JUN21-36000-C"),
                  .second = add_named(catalogue, "BTC-25JUN21-36000-C"),
                  .put = add_named(catalogue, "BTC-25JUN21-34000-P"),
                  .future = add_named(catalogue, "BTC-25JUN21")};
}

static double maybe_gone(uint64_t *seed, double value) {
    return draw_below(seed, 12) == 0 ? GONE : value;
}

static void say_option(tape *t, uint32_t option, rh_time now, uint64_t *seed) {
    const int kind = draw_below(seed, 6);
    tape_row row = {.ts = now, .instrument = option};
    if (kind < 2)
        row.iv = 0.6 + 0.3 * draw(seed);
    else if (kind == 2) /* a price that may have no IV */
        row.mark = 0.001 + 0.1 * draw(seed);
    else if (kind == 3)
        row.bid = maybe_gone(seed, 0.02), row.ask = maybe_gone(seed, 0.03 + 0.05 * draw(seed));
    else
        return;
    tape_say(t, row);
}

/* Irregular times, vanishing quotes, sparse options, funding; three days across an expiry. */
static void random_rows(tape *t, const cast *c, uint64_t *seed) {
    rh_time now = DAY0;
    double price = 36000.0;
    for (int i = 0; i < N_INSTANTS; i++) {
        price *= exp(0.006 * draw_normal(seed));
        const int kind = draw_below(seed, 5);
        tape_row row = {.ts = now, .instrument = c->perpetual, .source = t->delay[1] > 0};
        if (kind < 3)
            row.bid = maybe_gone(seed, price - 5), row.ask = maybe_gone(seed, price + 5);
        else if (kind == 3)
            row.last = price;
        if (kind < 4)
            tape_say(t, row);
        if (draw_below(seed, 3) == 0 || i == 0)
            tape_say(t, (tape_row){.ts = now, .instrument = c->future, .last = price * 1.002});
        say_option(t, c->first, now, seed);
        say_option(t, c->second, now, seed);
        say_option(t, c->put, now, seed);
        if (i % 30 == 7)
            tape_say(t, (tape_row){.ts = now,
                                   .instrument = c->perpetual,
                                   .rate = 2e-2 * draw_normal(seed),
                                   .hours = 8,
                                   .source = t->delay[1] > 0});
        if (draw_below(seed, 4) == 0)
            tape_say(t, (tape_row){.ts = now, .instrument = c->second, .index = price * 0.999});
        now += draw_below(seed, 3) == 0 ? (rh_time)(draw(seed) * (double)RH_HOUR)
                                        : (rh_time)(draw(seed) * 20 * (double)RH_MIN) + 1;
    }
}

/* Legs that open, close and expire at different times; terms of all kinds. */
static void random_lane(tape *t, int drift, uint64_t *seed) {
    t->funding = drift || draw_below(seed, 2) ? RH_FUNDING_CONTINUOUS : RH_FUNDING_DISCRETE;
    t->book.settlement_window = draw_below(seed, 2) * 30 * RH_MIN;
    t->book.forward = (rh_forward_rule)draw_below(seed, 2);
    t->lane.numeraire = (rh_numeraire)draw_below(seed, 2);
    t->lane.collateral = (rh_collateral)draw_below(seed, 2);
    t->lane.target = draw_below(seed, 2) * 0.5;
    t->lane.usd = draw_below(seed, 2) * 1000;
    t->lane.coin = draw_below(seed, 2);
    t->lane.rate = drift * 0.03;
    t->lane.rate_coin = drift * 0.01;
    t->lane.costs = (rh_costs){.taker = 0.0005, .option = 0.0003, .option_cap = 0.125};
    t->lane.execution.price = (rh_fill_price)draw_below(seed, 3);
    t->lane.execution.max_age = draw_below(seed, 2) * 10 * RH_MIN;
    t->lane.execution.delay = t->delay[1];
}

/* Legs that open, close and expire at different times; terms of all kinds. With drift, balances
 * move by themselves and there is a second holding; every third tape has one option only. */
static void random_tape(tape *t, uint64_t seed) {
    const int alone = seed % 3 == 0;
    rh_error error = {.text = ""};
    tape_make(t);
    if (plugin && rh_registry_load(t->registry, plugin, &error) != RH_OK)
        fail_msg("%s", error.text);
    const int drift = draw_below(&seed, 3) == 0;
    const cast c = invite(t->catalogue, draw_below(&seed, 3) == 0);
    tape_hedge(t, c.perpetual);
    t->delay[1] = draw_below(&seed, 2) * 5 * RH_S;
    random_lane(t, drift, &seed);
    random_rows(t, &c, &seed);
    tape_leg(t,
             (rh_leg_terms){
                 .instrument = c.first, .quantity = -10, .open = DAY0, .open_price = RH_AT_MARK});
    if (alone)
        return;
    tape_leg(t, (rh_leg_terms){.instrument = c.second,
                               .quantity = -5,
                               .open = DAY0 + 9 * RH_HOUR,
                               .open_price = RH_AT_MID,
                               .close = DAY0 + 40 * RH_HOUR,
                               .close_price = RH_AT_MARK});
    tape_leg(t, (rh_leg_terms){.instrument = c.put,
                               .quantity = 3,
                               .open = DAY0 + 3 * RH_HOUR,
                               .open_price = RH_AT_NUMBER,
                               .open_number = 0.04});
    if (drift)
        tape_leg(t, (rh_leg_terms){.instrument = c.future,
                                   .quantity = 30000,
                                   .open = DAY0 + RH_HOUR,
                                   .open_price = RH_AT_MARK});
}

static const int64_t latencies[] = {0, 100 * RH_MS, 5 * RH_MIN};
enum { N_LATENCIES = sizeof latencies / sizeof *latencies };

/* ---- sameness ---- */

static int same(double a, double b) {
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

static void assert_same_fills(const tape_record *a, const tape_record *b, const char *what) {
    if (a->n_fills != b->n_fills)
        fail_msg("%s: %zu fills, not %zu", what, b->n_fills, a->n_fills);
    for (size_t i = 0; i < a->n_fills; i++) {
        const rh_fill *x = &a->fills[i], *y = &b->fills[i];
        if (x->ts != y->ts || x->instrument != y->instrument || !same(x->quantity, y->quantity) ||
            !same(x->price, y->price) || !same(x->mid, y->mid) || !same(x->fee_usd, y->fee_usd) ||
            !same(x->latency_usd, y->latency_usd) || x->reason != y->reason)
            fail_msg("%s: fill %zu is %.17g at %.17g, not %.17g at %.17g", what, i, y->quantity,
                     y->price, x->quantity, x->price);
    }
}

static void assert_same_steps(const tape_record *a, const tape_record *b, const char *what) {
    if (a->n_steps != b->n_steps)
        fail_msg("%s: %zu steps, not %zu", what, b->n_steps, a->n_steps);
    for (size_t i = 0; i < a->n_steps; i++) {
        const rh_step *x = &a->steps[i], *y = &b->steps[i];
        if (x->ts != y->ts || !same(x->equity_usd, y->equity_usd) ||
            !same(x->equity_coin, y->equity_coin) || !same(x->net_delta, y->net_delta) ||
            !same(x->error_usd, y->error_usd) || !same(x->unhedged_pnl_usd, y->unhedged_pnl_usd))
            fail_msg("%s: step %zu has equity %.17g, not %.17g", what, i, y->equity_usd,
                     x->equity_usd);
    }
}

/* ---- a rule inside a cage ---- */

enum { CANARY = 32, CANARY_BYTE = 0xa5 };
static struct { const rh_strategy *rule; } cage;

static unsigned char *inside(const void *state) {
    return (unsigned char *)(uintptr_t)state + CANARY;
}

static void assert_canaries(const void *state) {
    const unsigned char *bytes = state;
    for (size_t i = 0; i < CANARY; i++) {
        assert_int_equal(bytes[i], CANARY_BYTE);
        assert_int_equal(bytes[CANARY + cage.rule->state_size + i], CANARY_BYTE);
    }
}

static int caged_start(void *state, const rh_value *values, const rh_host *host) {
    unsigned char *bytes = state;
    for (size_t i = 0; i < cage.rule->state_size; i++)
        assert_int_equal(bytes[CANARY + i], 0); /* zeroed at first */
    memset(bytes, CANARY_BYTE, CANARY);
    memset(bytes + CANARY + cage.rule->state_size, CANARY_BYTE, CANARY);
    const int said = cage.rule->start ? cage.rule->start(inside(state), values, host) : 0;
    assert_canaries(state);
    return said;
}

static void assert_view(const rh_view *view) {
    const rh_hedge *hedge = rh_hedge_at(view, 0);
    assert_int_equal(view->size, sizeof *view);
    assert_int_equal(view->hedge_size, sizeof *hedge);
    assert_int_equal(view->n_hedges, 1);
    assert_true(isfinite(hedge->neutral) && isfinite(hedge->held) && isfinite(hedge->price));
    assert_true(view->now >= view->opened && view->expiry > view->now);
    assert_true(hedge->neutral == view->target - view->exposure);
}

/* Asked twice with the same view: the same answer, and not a byte of state changed. */
static int caged_decide(const void *state, const rh_view *view, double *target, rh_wake *wake) {
    const size_t size = cage.rule->state_size;
    unsigned char *before = malloc(size + 1);
    const double untouched = *target;
    rh_wake first = *wake, second = *wake;
    double again = *target;
    assert_non_null(before);
    assert_true(wake->at == INT64_MAX && wake->signal == RH_SIGNAL_NONE);
    assert_view(view);
    memcpy(before, inside(state), size);
    const int said = cage.rule->decide(inside(state), view, target, &first);
    assert_int_equal(cage.rule->decide(inside(state), view, &again, &second), said);
    assert_true(same(again, *target));
    assert_true(first.at == second.at && first.signal == second.signal &&
                same(first.anchor, second.anchor) && same(first.width, second.width) &&
                first.scale == second.scale);
    if (memcmp(before, inside(state), size) != 0)
        fail_msg("%s: decide changed its state", cage.rule->name);
    free(before);
    assert_canaries(state);
    if (said == RH_HOLD)
        assert_true(same(*target, untouched));
    *wake = first;
    return said;
}

static void caged_accepted(void *state, const rh_view *view) {
    if (cage.rule->accepted)
        cage.rule->accepted(inside(state), view);
    assert_canaries(state);
}

static void caged_observe(void *state, const rh_view *view) {
    assert_int_equal(view->size, sizeof *view);
    cage.rule->observe(inside(state), view);
    assert_canaries(state);
}

static rh_strategy put_in_cage(const rh_strategy *rule) {
    rh_strategy caged = *rule;
    cage.rule = rule;
    caged.state_size = rule->state_size + 2 * CANARY;
    caged.start = caged_start;
    caged.decide = caged_decide;
    caged.accepted = caged_accepted;
    caged.observe = rule->observe ? caged_observe : NULL;
    return caged;
}

/* ---- the loop ---- */

static size_t hedges_in(const tape_record *record) {
    size_t count = 0;
    for (size_t i = 0; i < record->n_fills; i++)
        count += record->fills[i].reason == RH_FILL_HEDGE;
    return count;
}

static void assert_sane(const tape *t, const tape_record *record, const char *what) {
    for (size_t i = 0; i < record->n_fills; i++) {
        const rh_fill *fill = &record->fills[i];
        const double lots = fill->quantity / rh_catalogue_get(t->catalogue, t->lane.hedge)->lot;
        if (!isfinite(fill->quantity) || fill->quantity == 0.0 || !isfinite(fill->price))
            fail_msg("%s: fill %zu is %g at %g", what, i, fill->quantity, fill->price);
        if (fill->reason == RH_FILL_HEDGE && fill->instrument == t->lane.hedge)
            assert_near(lots, floor(lots + 0.5), 1e-6); /* no dust */
    }
    for (size_t i = 0; i < record->n_steps; i++)
        if (!isfinite(record->steps[i].equity_usd))
            fail_msg("%s: equity of step %zu is %g", what, i, record->steps[i].equity_usd);
}

/* A rule may refuse what it isn't made for (several expiries, say), but not everything. */
static int accepts(const tape *t) {
    rh_book_terms terms = t->book;
    rh_market *market = rh_market_new(t->catalogue, t->funding);
    rh_book *book = NULL;
    rh_lane *lane = NULL;
    rh_error error;
    terms.legs = t->legs;
    assert_int_equal(rh_book_new(&terms, market, &book, NULL), RH_OK);
    const rh_status status = rh_lane_new(&t->lane, book, market, NULL, &lane, &error);
    assert_true(status == RH_OK || status == RH_BAD_CONFIG);
    rh_lane_free(lane);
    rh_book_free(book);
    rh_market_free(market);
    return status == RH_OK;
}

static size_t check_rule(tape *t, const char *set, int64_t latency, const char *what) {
    tape_rule(t, set);
    t->lane.execution.latency = latency;
    t->lane.ask_always = 0;
    tape_result woken = tape_run(t), again = tape_run(t);
    assert_same_fills(&woken.record, &again.record, what);
    assert_same_steps(&woken.record, &again.record, what);
    assert_sane(t, &woken.record, what);

    t->lane.ask_always = 1;
    const rh_rule *rule = t->lane.rule;
    rh_strategy caged;
    rh_rule single;
    if (rule->kind == RH_RULE_LEAF) { /* its children are caged as rules of their own */
        caged = put_in_cage(rule->strategy);
        single = rh_rule_of(&caged, &rule->values);
        t->lane.rule = &single;
    }
    tape_result always = tape_run(t);
    assert_same_fills(&woken.record, &always.record, what);
    assert_same_steps(&woken.record, &always.record, what);
    assert_true(always.counts.decisions >= woken.counts.decisions);
    t->lane.ask_always = 0;
    t->lane.rule = rule;
    const size_t hedges = hedges_in(&woken.record);
    tape_result_free(&woken);
    tape_result_free(&again);
    tape_result_free(&always);
    return hedges;
}

/* The only child of `any` trades as it does alone. */
static void check_as_child(tape *t, const char *set, const char *what) {
    char wrapped[600];
    (void)snprintf(wrapped, sizeof wrapped, "{name: any, of: [%s]}", set);
    tape_rule(t, set);
    tape_result alone = tape_run(t);
    tape_rule(t, wrapped);
    tape_result child = tape_run(t);
    assert_same_fills(&alone.record, &child.record, what);
    assert_same_steps(&alone.record, &child.record, what);
    tape_result_free(&alone);
    tape_result_free(&child);
}

static size_t check_set(const char *set, uint64_t seed, size_t *runs) {
    tape t;
    char what[512];
    size_t hedges = 0;
    random_tape(&t, seed);
    for (int l = 0; l < N_LATENCIES; l++) {
        tape_rule(&t, set);
        (void)snprintf(what, sizeof what, "%s, tape %d, latency %d", set, (int)seed, l);
        if (l == 0 && !accepts(&t))
            break;
        hedges += check_rule(&t, set, latencies[l], what);
        if (seed % 4 == 0)
            check_as_child(&t, set, what);
        ++*runs;
    }
    tape_free(&t);
    return hedges;
}

static void check_all_tapes(const char *set, int tapes, int may_rest) {
    size_t runs = 0, trades = 0;
    for (int i = 0; i < tapes; i++)
        trades += check_set(set, 1002 + (uint64_t)i, &runs);
    if (runs == 0 || (trades < 10 && !may_rest))
        fail_msg("%s: %zu runs, %zu hedges: nothing was tested", set, runs, trades);
}

/* One test for each rule and node: *state is its name. */
static void test_rule(void **state) {
    const char *rule = *state;
    const int line = line_of(rule);
    const char *const *set = sets[line].sets;
    const int tapes = sets[line].tapes ? sets[line].tapes : N_TAPES;
    for (int k = 0; k < MOST_SETS && set[k]; k++)
        check_all_tapes(set[k], tapes, strcmp(rule, "none") == 0);
}

/* *state is what the user wrote. */
static void test_given(void **state) {
    check_all_tapes(*state, N_TAPES, 0);
}

/* What a lane does hangs on nothing that another lane does or asks for. */
static void test_lanes_do_not_see_each_other(void **state) {
    (void)state;
    for (uint64_t i = 0; i < N_TAPES; i++) {
        tape t;
        rh_run_outcome outcome;
        random_tape(&t, 2000 + i);
        tape_rule(&t, "{name: interval, every: 1h}");
        tape_result alone = tape_run(&t), both[2] = {{.status = RH_OK}, {.status = RH_OK}};
        rh_lane_terms terms[2] = {t.lane, t.lane};
        terms[1].record_every = 7 * RH_MIN;
        terms[1].execution.latency = 3 * RH_S;
        assert_int_equal(tape_run_lanes(&t, terms, 2, both, &outcome, NULL), RH_OK);
        assert_same_fills(&alone.record, &both[0].record, "beside another lane");
        assert_same_steps(&alone.record, &both[0].record, "beside another lane");
        tape_result_free(&alone);
        tape_result_free(&both[0]);
        tape_result_free(&both[1]);
        tape_free(&t);
    }
}

enum { MOST_RULES = 64 };

static int check_plugin(int n_sets, char **given) {
    struct CMUnitTest tests[MOST_RULES];
    size_t n = 0;
    for (int i = 0; i < n_sets && n < MOST_RULES; i++)
        tests[n++] = (struct CMUnitTest){given[i], test_given, NULL, NULL, given[i]};
    return _cmocka_run_group_tests(plugin, tests, n, NULL, NULL);
}

int main(int argc, char **argv) {
    struct CMUnitTest tests[MOST_RULES + 1] = {cmocka_unit_test(test_lanes_do_not_see_each_other)};
    size_t n = argc < 2;
    rh_registry *registry;
    if (argc > 2) {
        plugin = argv[1];
        return check_plugin(argc - 2, argv + 2);
    }
    if (rh_registry_new(&registry, NULL) != RH_OK)
        return 1;
    size_t n_nodes;
    const rh_rule_node *nodes = rh_rule_nodes(&n_nodes);
    for (size_t i = 0; i < n_nodes; i++)
        if (argc < 2 || strcmp(argv[1], nodes[i].name) == 0)
            tests[n++] = (struct CMUnitTest){nodes[i].name, test_rule, NULL, NULL,
                                             (void *)(uintptr_t)nodes[i].name};
    for (size_t i = 0; i < rh_registry_n_strategies(registry) && n <= MOST_RULES; i++) {
        const rh_strategy *rule = rh_registry_strategy(registry, i);
        if (argc < 2 || strcmp(argv[1], rule->name) == 0)
            tests[n++] = (struct CMUnitTest){rule->name, test_rule, NULL, NULL,
                                             (void *)(uintptr_t)rule->name};
    }
    const int failed = _cmocka_run_group_tests("rules", tests, n, NULL, NULL);
    rh_registry_free(registry);
    return failed;
}
