/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiments resolved into plans, and the canonical JSON that is stored with the results. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "experiment/keys.h"
#include "experiment/plan.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static char path[] = "/tmp/test_plan_XXXXXX";
static rh_registry *registry;
static sqlite3 *database;

static int set_up(void **state) {
    int fd = mkstemp(path);
    (void)state;
    return fd < 0 || close(fd) != 0 || rh_registry_new(&registry, NULL) != RH_OK ||
           sqlite3_open(":memory:", &database) != SQLITE_OK;
}

static int tear_down(void **state) {
    (void)state;
    rh_registry_free(registry);
    (void)sqlite3_close(database);
    return unlink(path);
}

/* The smallest experiment, and what to put over it. */
static const char least[] = "data: [{format: csv, path: a.csv}]\n"
                            "book: [{instrument: BTC-25JUN21-36000-C, quantity: -10}]\n"
                            "hedge: {instrument: BTC-PERPETUAL}\n"
                            "strategy: none\n";

typedef struct {
    rh_experiment *experiment;
    rh_plan *plan;
    rh_error error;
} planned;

static void write_file(const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static rh_status make_plan(const char *text, const char *const *settings, size_t count,
                           planned *out) {
    *out = (planned){.experiment = NULL};
    write_file(text);
    rh_status status = rh_experiment_read(path, settings, count, &out->experiment, &out->error);
    return status == RH_OK ? rh_plan_new(out->experiment, registry, &out->plan, &out->error)
                           : status;
}

static planned good_plan(const char *text, const char *const *settings, size_t count) {
    planned p;
    if (make_plan(text, settings, count, &p) != RH_OK)
        fail_msg("%s", p.error.text);
    return p;
}

static void finish(planned *p) {
    rh_plan_free(p->plan);
    rh_experiment_free(p->experiment);
}

static const rh_instrument *find(const rh_plan *plan, const char *name) {
    uint32_t id = rh_catalogue_find(plan->catalogue, name, strlen(name));
    return id == RH_NO_INSTRUMENT ? NULL : rh_catalogue_get(plan->catalogue, id);
}

/* ---- what a plan holds ---- */

static void a_plan_resolves_names(void **state) {
    static const char *const settings[] = {"venue=deribit", "from=2021-06-01",
                                           "data.0.instrument=ETHUSDT", "data.0.delay=3s",
                                           "strategy={name: interval, on: BTC-25JUN21-40000-P}"};
    planned p = good_plan(least, settings, LENGTH(settings));
    (void)state;
    const rh_plan *plan = p.plan;
    assert_string_equal(plan->venue->name, "deribit");
    assert_int_equal(plan->funding, RH_FUNDING_CONTINUOUS);
    assert_string_equal(plan->rule->name, "interval");
    assert_string_equal(plan->ratio->name, "black");
    assert_string_equal(plan->underlying, "BTC");
    assert_string_equal(rh_catalogue_get(plan->catalogue, plan->lane.hedge)->name, "BTC-PERPETUAL");
    assert_true(find(plan, "BTC-PERPETUAL")->lot == 10.0);
    assert_true(find(plan, "BTC-25JUN21-36000-C")->lot == 0.1);
    assert_non_null(find(plan, "BTC-25JUN21"));         /* may give the forward */
    assert_non_null(find(plan, "BTC-25JUN21-40000-P")); /* is watched */
    assert_non_null(find(plan, "ETHUSDT"));             /* is in the data */
    assert_int_equal(plan->n_legs, 1);
    assert_true(plan->legs[0].quantity == -10 && plan->legs[0].open == p.experiment->from);
    assert_int_equal(plan->legs[0].open_price, RH_AT_BID); /* what is sold hits the bid */
    assert_int_equal(plan->legs[0].close_price, RH_AT_ASK);
    assert_true(plan->legs[0].close == RH_NEVER);
    assert_int_equal(plan->n_sources, 1);
    assert_string_equal(plan->sources[0].path, "/tmp/a.csv");
    assert_true(plan->sources[0].delay == 3 * RH_S && plan->lane.execution.delay == 3 * RH_S);
    finish(&p);
}

static void costs_are_the_venues_unless_given(void **state) {
    static const char *const settings[] = {"venue=deribit", "costs.taker=0.001", "costs.option=0"};
    planned p = good_plan(least, settings, LENGTH(settings));
    (void)state;
    assert_true(p.plan->lane.costs.taker == 0.001 && p.plan->lane.costs.option == 0.0);
    assert_true(p.plan->lane.costs.option_cap == 0.125 && p.plan->lane.costs.maker == 0.0);
    finish(&p);
    p = good_plan(least, NULL, 0); /* venue: none */
    assert_true(p.plan->lane.costs.taker == 0.0 && p.plan->lane.costs.option == 0.0);
    assert_true(find(p.plan, "BTC-PERPETUAL")->lot == 0.0);
    finish(&p);
}

static void prices_of_legs(void **state) {
    static const struct {
        const char *price;
        rh_leg_price kind;
    } cases[] = {{"bid", RH_AT_BID},   {"ask", RH_AT_ASK},     {"mid", RH_AT_MID},
                 {"mark", RH_AT_MARK}, {"0.05", RH_AT_NUMBER}, {"0", RH_AT_NUMBER}};
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        char setting[64];
        const char *settings[] = {setting};
        (void)snprintf(setting, sizeof setting, "book.0.price=%s", cases[i].price);
        planned p = good_plan(least, settings, 1);
        assert_int_equal(p.plan->legs[0].open_price, cases[i].kind);
        assert_true((cases[i].kind == RH_AT_NUMBER) == !isnan(p.plan->legs[0].open_number));
        finish(&p);
    }
}

static void capital_goes_by_currency(void **state) {
    static const char *const settings[] = {"capital={BTC: 1.5, USD: 100, USDT: 20, USDC: 3}"};
    planned p = good_plan(least, settings, 1);
    (void)state;
    assert_true(p.plan->lane.coin == 1.5 && p.plan->lane.usd == 123);
    finish(&p);
}

static void declared_terms_win(void **state) {
    static const char terms[] =
        "instruments=[{name: BTC-PERPETUAL, lot: 100}, {name: XYZ, kind: option, settle: linear, "
        "strike: 50, right: put, expiry: 2021-06-25T08:00Z, underlying: BTC}]";
    static const char *const settings[] = {"venue=deribit", terms, "book.0.instrument=XYZ"};
    planned p = good_plan(least, settings, LENGTH(settings));
    (void)state;
    const rh_instrument *perpetual = find(p.plan, "BTC-PERPETUAL"), *xyz = find(p.plan, "XYZ");
    assert_true(perpetual->lot == 100 && perpetual->tick == 0.5);
    assert_int_equal(perpetual->settle, RH_INVERSE);
    assert_true(xyz->right == -1 && xyz->strike == 50 && xyz->settle == RH_LINEAR);
    assert_string_equal(xyz->underlying, "BTC");
    finish(&p);
}

static void spot_is_said_to_be(void **state) {
    static const char *const settings[] = {"instruments=[{name: BTCUSDT, kind: spot}]",
                                           "hedge.instrument=BTCUSDT"};
    planned p = good_plan(least, settings, LENGTH(settings));
    (void)state;
    assert_int_equal(find(p.plan, "BTCUSDT")->kind, RH_SPOT);
    assert_string_equal(p.plan->underlying, "BTC");
    finish(&p);
}

/* ---- refusals ---- */

static void contradictions_are_refused(void **state) {
    static const struct {
        const char *settings[2], *message;
    } cases[] = {
        {{"venue=deribti"}, "--set: venue: no rulebook 'deribti'; see `rehedge list venues`"},
        {{"data=[]"}, "--set: data: no file is given"},
        {{"data=[{format: csv}]"}, "--set: data.0.path: is needed, or a store"},
        {{"paths=3"}, "--set: paths: paths are those of a scenario, and the data are files"},
        {{"data=[{scenario: a.yaml}, {format: csv, path: a}]"},
         "--set: data: a scenario is the whole market; it stands alone"},
        {{"data=[{scenario: a.yaml, delay: 1s}]"},
         "--set: data.0.scenario: the other keys of `data` are about files, not scenarios"},
        {{"data=[{scenario: a.yaml}]", "paths=1.5"}, "--set: paths: is not a whole number"},
        {{"book=[]"}, "--set: book: no position is given"},
        {{"book.0.quantity=0"}, "--set: book.0.quantity: is 0"},
        {{"book.0.instrument=SPY"},
         "--set: book.0.instrument: 'SPY' is no name that a venue uses; "
         "declare it under `instruments:`"},
        {{"hedge.instrument=BTC"},
         "--set: hedge.instrument: 'BTC' is no name that a venue uses; "
         "declare it under `instruments:`"},
        {{"data.0.instrument=SPY"},
         "--set: data.0.instrument: 'SPY' is no name that a venue uses; "
         "declare it under `instruments:`"},
        {{"hedge.instrument=BTC-25JUN21-36000-C"},
         "--set: hedge.instrument: BTC-25JUN21-36000-C is an option; hedge with spot, a perpetual "
         "or a future"},
        {{"hedge.instrument=ETH-PERPETUAL"},
         ":2:21: book.0.instrument: BTC-25JUN21-36000-C is on BTC, the hedge on ETH: one run "
         "hedges "
         "one underlying"},
        {{"hedge.instrument=BTC-24JUN21"},
         "--set: hedge.instrument: BTC-24JUN21 expires before BTC-25JUN21-36000-C ends; use a "
         "later "
         "future or a perpetual"},
        {{"from=2021-06-02", "to=2021-06-02"}, "--set: to: must be later than `from`"},
        {{"from=2021-06-25T08:00Z"},
         ":2:8: book.0.open: BTC-25JUN21-36000-C ends at 2021-06-25T08:00:00Z and may open only "
         "from 2021-06-25T08:00:00Z on"},
        {{"book.0.open=2021-06-02", "book.0.close=2021-06-02"},
         "--set: book.0.open: BTC-25JUN21-36000-C ends at 2021-06-02T00:00:00Z and may open only "
         "from 2021-06-02T00:00:00Z on"},
        {{"book.0.price=cheap"},
         "--set: book.0.price: 'cheap' is not bid, ask, mid, mark or a number from 0"},
        {{"book.0.price=-1"},
         "--set: book.0.price: '-1' is not bid, ask, mid, mark or a number from 0"},
        {{"book.0.close_price=nan"},
         "--set: book.0.close_price: 'nan' is not bid, ask, mid, mark or a number from 0"},
        {{"capital={ETH: 1}"}, "--set: capital: ETH: only USD and BTC can be collateral here"},
        {{"capital={BTC: much}"}, "--set: capital: BTC: must be a number"},
        {{"capital={BTC: [1]}"}, "--set: capital: BTC: must be a number"},
        {{"data.0.map={px: [last]}"}, "--set: data.0.map: px: must be a field's name"},
        {{"strategy=intervall"},
         "--set: strategy.name: no such name 'intervall' (did you mean 'interval'?)"},
        {{"strategy=qqqqqqqqq"},
         "--set: strategy.name: no such name 'qqqqqqqqq'; see `rehedge list strategies`"},
        {{"strategy={every: 8h}"}, "--set: strategy: needs a name"},
        {{"strategy={name: [a]}"}, "--set: strategy: needs a name"},
        {{"hedge.ratio=blak"}, "--set: hedge.ratio: no such name 'blak' (did you mean 'black'?)"},
        {{"hedge.ratio={}"}, "--set: hedge.ratio: needs a name"},
        {{"hedge.ratio={name: black, x: 1}"}, "--set: hedge.ratio.x: unknown key"},
        {{"hedge.ratio=net"},
         "--set: hedge.ratio: net is for `numeraire: usd` with `collateral: ignore`; the coin "
         "numeraire takes the coin price off by itself"},
        {{"strategy={name: interval, evry: 8h}"},
         "--set: strategy.evry: unknown key (did you mean 'every'?)"},
        {{"strategy={name: interval, every: 8}"},
         "--set: strategy.every: '8' is not a duration such as 8h, 30m or 1.5d"},
        {{"instruments=[{name: FOO}]"},
         "--set: instruments.0: FOO: needs a kind, since no venue names its contracts so"},
        {{"instruments=[{name: FOO, kind: spot, settle: inverse}]"},
         "--set: instruments.0: FOO: spot cannot be inverse"},
        {{"instruments=[{name: FOO, kind: future}]"}, "--set: instruments.0: FOO: needs an expiry"},
        {{"instruments=[{name: FOO, kind: option, expiry: 2021-06-25}]"},
         "--set: instruments.0: FOO: an option needs a strike and a right (call or put)"},
        {{"instruments=[{name: FOO, kind: option, expiry: 2021-06-25, strike: 5, right: C}]"},
         "--set: instruments.0: FOO: an option needs a strike and a right (call or put)"},
        {{"instruments=[{name: FOO, kind: spot}, {name: FOO, kind: spot}]"},
         "--set: instruments.1: FOO: is declared twice"},
        {{"instruments=[{name: FOO, kind: spot, underlying: ABCDEFGHIJKLMNOP}]"},
         "--set: instruments.0: FOO: an underlying has at most 15 bytes"},
        {{"instruments=[{name: '', kind: spot}]"},
         "--set: instruments.0: : a name has 1 to 47 bytes"},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        planned p;
        size_t count = cases[i].settings[1] ? 2 : 1;
        if (make_plan(least, cases[i].settings, count, &p) != RH_BAD_CONFIG)
            fail_msg("was taken; wanted: %s", cases[i].message);
        assert_null(p.plan);
        const char *text = p.error.text;
        if (strncmp(text, path, strlen(path)) == 0)
            text += strlen(path);
        assert_string_equal(text, cases[i].message);
        finish(&p);
    }
    rh_plan_free(NULL);
}

/* The rulebook's lot is that of the contract as it is declared: USD for inverse ones only. */
static void lots_follow_the_declared_kind(void **state) {
    static const struct {
        const char *terms;
        double lot;
    } cases[] = {
        {"instruments=[{name: BTC-PERPETUAL}]", 10.0},
        {"instruments=[{name: BTC-PERPETUAL, settle: linear}]", 0.0},
        {"instruments=[{name: BTC-PERPETUAL, settle: linear, lot: 0.001}]", 0.001},
        {"instruments=[{name: BTC-PERPETUAL, lot: 0}]", 0.0},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const char *const settings[] = {"venue=deribit", cases[i].terms};
        planned p = good_plan(least, settings, 2);
        const rh_instrument *perpetual = rh_catalogue_get(
            p.plan->catalogue, rh_catalogue_find(p.plan->catalogue, "BTC-PERPETUAL", 13));
        assert_non_null(perpetual);
        assert_true(perpetual->lot == cases[i].lot);
        finish(&p);
    }
}

static void what_just_fits_is_taken(void **state) {
    static const struct {
        const char *settings[2];
    } cases[] = {
        {{"hedge.instrument=BTC-25JUN21", "from=2021-06-25T07:59:59Z"}},
        {{"hedge.instrument=BTC-24JUN21", "to=2021-06-24T08:00Z"}},
        {{"hedge.instrument=BTC-24JUN21", "book.0.close=2021-06-24T08:00Z"}},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        planned p = good_plan(least, cases[i].settings, 2);
        finish(&p);
    }
    static const char *const net[] = {"hedge.ratio=net", "hedge.collateral=ignore"};
    planned p = good_plan(least, net, 2);
    assert_string_equal(p.plan->ratio->name, "net");
    finish(&p);
}

/* ---- the canonical JSON ---- */

/* The caller releases it. */
static char *canonical(const char *text, const char *const *settings, size_t count, int paths) {
    planned p = good_plan(text, settings, count);
    rh_json json = {0};
    rh_plan_json(p.plan, paths, &json);
    char *copy = rh_copy_text(rh_json_text(&json));
    rh_json_free(&json);
    finish(&p);
    return copy;
}

/* A function of the text, by SQLite; -1 if it is NULL. */
static int ask(const char *function, const char *text, const char *at) {
    char sql[64];
    sqlite3_stmt *statement;
    (void)snprintf(sql, sizeof sql, at ? "SELECT %s(?1, ?2)" : "SELECT %s(?1)", function);
    assert_int_equal(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
    (void)sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC);
    if (at)
        (void)sqlite3_bind_text(statement, 2, at, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int answer =
        sqlite3_column_type(statement, 0) == SQLITE_NULL ? -1 : sqlite3_column_int(statement, 0);
    (void)sqlite3_finalize(statement);
    return answer;
}

static const char *const rich[] = {
    "title=\"a \\\"b\\\" \\\\ \\u00e9 \\u0001\"",
    "data=[{format: csv, path: a.csv, map: {\"p\\\"x\": last, ts: t}}, {format: csv, path: b}]",
    "instruments=[{name: FOO, kind: spot}]",
    "capital={BTC: 1.5, USD: -2}",
    "rate=0.1",
    "strategy={name: interval, every: 8h}",
    "from=2021-06-01",
    "venue=deribit"};

static void canonical_is_json(void **state) {
    (void)state;
    for (int paths = 0; paths < 2; paths++) {
        char *plain = canonical(least, NULL, 0, paths), *full = canonical(least, rich, 8, paths);
        assert_int_equal(ask("json_valid", plain, NULL), 1);
        assert_int_equal(ask("json_valid", full, NULL), 1);
        assert_int_equal(ask("json_array_length", full, "$.data"), 2);
        assert_null(strchr(full, '\n'));
        rh_release(plain);
        rh_release(full);
    }
}

static void canonical_is_complete(void **state) {
    size_t count;
    const rh_key *keys = rh_keys(&count);
    char *text = canonical(least, rich, LENGTH(rich), 1);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        char at[128];
        const char *star = strchr(keys[i].path, '*');
        if (strcmp(rh_key_type_text(keys[i].type), "sets") == 0)
            continue; /* a lane holds what became of it */
        if (star)
            (void)snprintf(at, sizeof at, "$.%.*s[0]%s", (int)(star - keys[i].path - 1),
                           keys[i].path, star + 1);
        else
            (void)snprintf(at, sizeof at, "$.%s", keys[i].path);
        if (ask("json_type", text, at) == -1)
            fail_msg("%s is not in %s", at, text);
    }
    assert_int_not_equal(ask("json_type", text, "$.strategy.anchor"), -1);
    rh_release(text);
}

static void canonical_fills_in_what_was_used(void **state) {
    static const char *const settings[] = {"venue=deribit", "costs.taker=0.001"};
    char *text = canonical(least, settings, 2, 0);
    (void)state;
    assert_non_null(strstr(text, "\"funding\":\"continuous\""));
    assert_non_null(strstr(text, "\"costs\":{\"maker\":0,\"taker\":0.001,\"option\":0.0003,"
                                 "\"option_cap\":0.125,\"delivery\":0.00015}"));
    assert_non_null(strstr(text, "\"ratio\":{\"name\":\"black\""));
    assert_non_null(strstr(text, "\"mark\":{\"max_age\":\"2d\"}"));
    assert_non_null(strstr(text, "\"from\":null"));
    rh_release(text);
    char *sorted =
        canonical(least, (const char *const[]){"capital={USD: 2, USDC: 3, BTC: 1}"}, 1, 0);
    assert_non_null(strstr(sorted, "\"capital\":{\"BTC\":1,\"USD\":2,\"USDC\":3}"));
    rh_release(sorted);
}

/* Only what a scope decides: equal for experiments that differ elsewhere. */
static void scopes_are_parts_of_the_text(void **state) {
    static const char *const one[] = {"strategy={name: interval, every: 8h}", "title=x"};
    static const char *const other[] = {"strategy=none", "title=x"};
    const unsigned tape = 1u << RH_SCOPE_TAPE, lane = 1u << RH_SCOPE_LANE;
    rh_json texts[4] = {{0}};
    planned p = good_plan(least, one, 2), q = good_plan(least, other, 2);
    (void)state;
    rh_plan_scope_json(p.plan, tape, &texts[0]);
    rh_plan_scope_json(q.plan, tape, &texts[1]);
    rh_plan_scope_json(p.plan, lane, &texts[2]);
    rh_plan_scope_json(q.plan, lane, &texts[3]);
    assert_string_equal(rh_json_text(&texts[0]), rh_json_text(&texts[1]));
    assert_string_not_equal(rh_json_text(&texts[2]), rh_json_text(&texts[3]));
    for (size_t i = 0; i < LENGTH(texts); i++) {
        assert_int_equal(ask("json_valid", rh_json_text(&texts[i]), NULL), 1);
        assert_int_equal(ask("json_type", rh_json_text(&texts[i]), "$.title"), -1);
        rh_json_free(&texts[i]);
    }
    finish(&p);
    finish(&q);
}

static void labels_name_what_differs_from_the_default(void **state) {
    static const char *const settings[] = {"strategy={name: interval, every: 8h, anchor: open}"};
    planned p = good_plan(least, settings, 1);
    char label[32], tight[12];
    (void)state;
    assert_int_equal(rh_rule_label(p.plan->rule, label, sizeof label), 17);
    assert_string_equal(label, "interval every=8h");
    assert_int_equal(rh_rule_label(p.plan->rule, tight, sizeof tight), 11);
    assert_string_equal(tight, "interval ev");
    finish(&p);
}

/* Several plans number their instruments in one catalogue. */
static void plans_may_share_a_catalogue(void **state) {
    static const char *const settings[] = {"hedge.instrument=BTCUSDT"};
    rh_catalogue *catalogue = rh_catalogue_new();
    const rh_plan_shared shared = {.catalogue = catalogue};
    planned p = good_plan(least, NULL, 0), q = good_plan(least, settings, 1);
    rh_plan *plans[2] = {NULL, NULL};
    (void)state;
    write_file(least);
    assert_int_equal(rh_plan_new_shared(p.experiment, registry, &shared, &plans[0], &p.error),
                     RH_OK);
    assert_int_equal(rh_plan_new_shared(q.experiment, registry, &shared, &plans[1], &q.error),
                     RH_OK);
    assert_int_equal(plans[0]->legs[0].instrument, plans[1]->legs[0].instrument);
    assert_int_not_equal(plans[0]->lane.hedge, plans[1]->lane.hedge);
    rh_plan_free(plans[0]);
    assert_string_equal(rh_catalogue_get(catalogue, plans[1]->lane.hedge)->name, "BTCUSDT");
    rh_plan_free(plans[1]);
    rh_catalogue_free(catalogue);
    finish(&p);
    finish(&q);
}

static void equal_experiments_have_equal_texts(void **state) {
    static const struct {
        const char *one[2], *other[2];
    } cases[] = {
        {{"rate=0.05"}, {"rate=5e-2"}},
        {{"rate=0"}, {"rate=-0.0"}},
        {{"record.every=1h"}, {"record.every=60m"}},
        {{"record.every=90m"}, {"record.every=1.5h"}},
        {{"from=2021-06-01"}, {"from=2021-06-01T02:00+02:00"}},
        {{"strategy={name: interval, every: 8h}"}, {"strategy={every: 480m, name: interval}"}},
        {{"strategy=none"}, {"strategy={name: none}"}},
        {{"hedge.ratio=black"}, {"hedge.ratio={name: black}"}},
        {{"capital={BTC: 1, USD: 2}"}, {"capital={USD: 2.0, BTC: 1e0}"}},
        {{"capital={}"}, {"numeraire=usd"}},
        {{"title=x"}, {"title='x'"}},
        {{"venue=deribit", "costs.taker=0.0005"}, {"venue=deribit", "rate=0"}},
        {{"venue=deribit", "funding=venue"}, {"venue=deribit", "funding=continuous"}},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        char *one = canonical(least, cases[i].one, cases[i].one[1] ? 2 : 1, 1);
        char *other = canonical(least, cases[i].other, cases[i].other[1] ? 2 : 1, 1);
        assert_string_equal(one, other);
        rh_release(one);
        rh_release(other);
    }
    static const char reordered[] = "# the same\n"
                                    "strategy: {name: none}\n"
                                    "hedge:\n  instrument: 'BTC-PERPETUAL'\n"
                                    "book:\n- quantity: -1e1\n  instrument: BTC-25JUN21-36000-C\n"
                                    "data:\n- path: a.csv\n  format: csv\n";
    char *one = canonical(least, NULL, 0, 1), *other = canonical(reordered, NULL, 0, 1);
    assert_string_equal(one, other);
    rh_release(one);
    rh_release(other);
}

static void different_experiments_differ(void **state) {
    static const char *const settings[] = {"rate=0.05",
                                           "title=x",
                                           "from=2021-06-01",
                                           "numeraire=coin",
                                           "book.0.quantity=-11",
                                           "book.0.price=mid",
                                           "hedge.target=1",
                                           "strategy={name: interval, every: 8h}",
                                           "strategy={name: interval, every: 4h}",
                                           "execution.latency=1ns",
                                           "costs.taker=1e-9",
                                           "record.anchor=utc",
                                           "capital={BTC: 1}",
                                           "data.0.delay=1ns",
                                           "data.0.map={a: b}",
                                           "hedge.instrument=BTCUSDT",
                                           "venue=deribit",
                                           "mark.max_age=1d"};
    char *texts[LENGTH(settings) + 1];
    (void)state;
    for (size_t i = 0; i <= LENGTH(settings); i++) {
        texts[i] = canonical(least, i > 0 ? &settings[i - 1] : NULL, i > 0, 0);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(texts[i], texts[j]);
    }
    for (size_t i = 0; i <= LENGTH(settings); i++)
        rh_release(texts[i]);
}

static void without_paths_the_place_doesn_t_matter(void **state) {
    static const char *const moved[] = {"data.0.path=/elsewhere/b.csv"};
    char *here = canonical(least, NULL, 0, 0), *there = canonical(least, moved, 1, 0);
    char *with = canonical(least, moved, 1, 1);
    (void)state;
    assert_string_equal(here, there);
    assert_null(strstr(there, "\"path\""));
    assert_non_null(strstr(with, "/elsewhere/b.csv"));
    rh_release(here);
    rh_release(there);
    rh_release(with);
}

/* ---- memory ---- */

static void every_allocation_may_fail(void **state) {
    static const char *const settings[] = {
        "data.0={format: csv, path: a.csv, instrument: ETHUSDT, map: {a: b}}",
        "instruments=[{name: FOO, kind: spot}]",
        "strategy={name: interval, on: BTC-25JUN21-40000-P}", "venue=deribit"};
    planned p;
    uint64_t n = 0;
    (void)state;
    write_file(least);
    assert_int_equal(rh_experiment_read(path, settings, 4, &p.experiment, &p.error), RH_OK);
    for (;; n++) {
        rh_json json = {0};
        p.plan = NULL;
        rh_memory_fail_after(n);
        rh_status status = rh_plan_new(p.experiment, registry, &p.plan, &p.error);
        if (status == RH_OK)
            rh_plan_json(p.plan, 1, &json);
        const int whole = status == RH_OK && rh_json_text(&json);
        rh_memory_fail_after(UINT64_MAX);
        rh_json_free(&json);
        rh_plan_free(p.plan);
        if (whole)
            break;
        assert_true(status == RH_OK || status == RH_FAILED);
        if (status == RH_FAILED)
            assert_string_equal(p.error.text, "out of memory");
        assert_true(n < 1000);
    }
    assert_true(n > 10);
    rh_experiment_free(p.experiment);
}

/* Opening may fail at any allocation, too; what was opened until then is closed by the caller. */
static void a_stage_may_fail_to_open(void **state) {
    char data[] = "/tmp/test_plan_XXXXXX", setting[64];
    const char *settings[] = {setting};
    int fd = mkstemp(data);
    uint64_t n = 0;
    (void)state;
    assert_true(fd >= 0);
    static const char rows[] = "ts,instrument,bid,ask\n2021-06-01,BTC-PERPETUAL,100,101\n";
    assert_int_equal(write(fd, rows, sizeof rows - 1), sizeof rows - 1);
    (void)close(fd);
    (void)snprintf(setting, sizeof setting, "data.0.path=%s", data);
    planned p = good_plan(least, settings, 1);
    for (;; n++) {
        rh_stage stage;
        rh_memory_fail_after(n);
        rh_status status = rh_plan_open(p.plan, NULL, &stage, &p.error);
        rh_memory_fail_after(UINT64_MAX);
        rh_stage_close(&stage);
        if (status == RH_OK)
            break;
        assert_int_equal(status, RH_FAILED);
        assert_true(n < 1000);
    }
    assert_true(n > 10);
    finish(&p);
    (void)unlink(data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_resolves_names),
        cmocka_unit_test(costs_are_the_venues_unless_given),
        cmocka_unit_test(prices_of_legs),
        cmocka_unit_test(capital_goes_by_currency),
        cmocka_unit_test(declared_terms_win),
        cmocka_unit_test(spot_is_said_to_be),
        cmocka_unit_test(contradictions_are_refused),
        cmocka_unit_test(lots_follow_the_declared_kind),
        cmocka_unit_test(what_just_fits_is_taken),
        cmocka_unit_test(canonical_is_json),
        cmocka_unit_test(canonical_is_complete),
        cmocka_unit_test(canonical_fills_in_what_was_used),
        cmocka_unit_test(scopes_are_parts_of_the_text),
        cmocka_unit_test(labels_name_what_differs_from_the_default),
        cmocka_unit_test(plans_may_share_a_catalogue),
        cmocka_unit_test(equal_experiments_have_equal_texts),
        cmocka_unit_test(different_experiments_differ),
        cmocka_unit_test(without_paths_the_place_doesn_t_matter),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(a_stage_may_fail_to_open),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
