/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of keys, and experiment files against it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/number.h"
#include "experiment/experiment.h"
#include "experiment/keys.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* One file at a time. Errors call it by its name, which is left out of what tests compare. */
static char path[] = "/tmp/test_experiment_XXXXXX";

static int make_file(void **state) {
    int fd = mkstemp(path);
    (void)state;
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state) {
    (void)state;
    return unlink(path);
}

static void write_file(const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static const char least[] = "data:\n"
                            "  - {format: csv, path: a.csv}\n"
                            "book:\n"
                            "  - {instrument: BTC-25JUN21-36000-C, quantity: -10}\n"
                            "hedge: {instrument: BTC-PERPETUAL}\n"
                            "strategy: none\n";

static rh_experiment *read_good(const char *text, const char *const *settings, size_t count) {
    rh_experiment *experiment = NULL;
    rh_error error;
    write_file(text);
    if (rh_experiment_read(path, settings, count, &experiment, &error) != RH_OK)
        fail_msg("%s", error.text);
    return experiment;
}

/* ---- the table ---- */

static const rh_key *find_key(const char *name) {
    size_t count;
    const rh_key *keys = rh_keys(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(keys[i].path, name) == 0)
            return &keys[i];
    fail_msg("no key %s", name);
    return NULL;
}

static void the_table_is_sound(void **state) {
    size_t count;
    const rh_key *keys = rh_keys(&count);
    (void)state;
    assert_true(count > 50);
    for (size_t i = 0; i < count; i++) {
        const rh_key *k = &keys[i];
        if (!k->help || !*k->help || strchr(k->help, '\n'))
            fail_msg("%s has no help of one line", k->path);
        if (k->path[strspn(k->path, "abcdefghijklmnopqrstuvwxyz_.*")] != '\0')
            fail_msg("%s is no path", k->path);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(k->path, keys[j].path);
        assert_true(*rh_key_type_text(k->type) && *rh_key_scope_text(k->scope));
        if ((k->type == RH_KEY_CHOICE) != (k->choices != NULL))
            fail_msg("%s: only choices have choices", k->path);
        if ((k->type == RH_KEY_LIST) != (k->size > 0))
            fail_msg("%s: only lists have elements", k->path);
        if (!(k->min <= k->max))
            fail_msg("%s: limits", k->path);
        if (k->type == RH_KEY_NUMBER && k->min == 0.0 && k->max == 0.0)
            fail_msg("%s: a number without limits", k->path);
    }
}

/* Keys of a group, and of a list behind it, stand together: the canonical text relies on it. */
static void groups_stand_together(void **state) {
    size_t count;
    const rh_key *keys = rh_keys(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        const char *dot = strrchr(keys[i].path, '.');
        const size_t length = dot ? (size_t)(dot - keys[i].path) + 1 : 0;
        int left = 0;
        for (size_t j = i + 1; j < count && length > 0; j++) {
            int same = strncmp(keys[j].path, keys[i].path, length) == 0 &&
                       !strchr(keys[j].path + length, '.');
            if (same && left)
                fail_msg("%s stands apart from its group", keys[j].path);
            left |= !same;
        }
        if (dot && dot > keys[i].path && dot[-1] == '*') { /* its list is there, before it */
            char list[64];
            (void)snprintf(list, sizeof list, "%.*s", (int)(length - 3), keys[i].path);
            assert_int_equal(find_key(list)->type, RH_KEY_LIST);
            assert_true(find_key(list) < &keys[i]);
        }
    }
}

/* ---- values ---- */

static void defaults_are_filled_in(void **state) {
    rh_experiment *e = read_good(least, NULL, 0);
    (void)state;
    assert_null(e->title);
    assert_int_equal(e->n_data, 1);
    assert_string_equal(e->data[0].format, "csv");
    assert_null(e->data[0].instrument);
    assert_true(e->data[0].delay == 0 && e->data[0].interval == 0 && !e->data[0].proxy);
    assert_null(e->data[0].map);
    assert_true(e->from == RH_NEVER && e->to == RH_NEVER);
    assert_string_equal(e->venue, "none");
    assert_true(e->funding == 0 && e->numeraire == 0 && e->capital == NULL);
    assert_true(e->rate == 0.0 && e->rate_coin == 0.0);
    assert_int_equal(e->n_instruments, 0);
    assert_int_equal(e->n_book, 1);
    assert_true(e->book[0].quantity == -10.0);
    assert_true(e->book[0].open == RH_NEVER && e->book[0].close == RH_NEVER);
    assert_null(e->book[0].price);
    assert_string_equal(e->hedge.instrument, "BTC-PERPETUAL");
    assert_true(e->hedge.forward == 0 && e->hedge.target == 0.0 && e->hedge.at_end == 0);
    assert_string_equal(e->strategy->text, "none");
    assert_true(e->execution.price == 0 && e->execution.latency == 0);
    assert_true(isnan(e->costs.maker) && isnan(e->costs.taker) && isnan(e->costs.option));
    assert_true(e->mark.max_age == 2 * RH_DAY && e->record.every == RH_HOUR);
    rh_experiment_free(e);
    rh_experiment_free(NULL);
}

static const char full[] =
    "title: \"Short calls: a test\"\n"
    "data:\n"
    "  - {format: csv, path: /abs/a.csv, instrument: BTC-PERPETUAL, timezone: Europe/London,\n"
    "     interval: 1h, stamp: start, delay: 100ms, proxy: true, map: {px: last}}\n"
    "  - {format: optionsdx, path: sub/b.txt}\n"
    "from: 2021-06-01\n"
    "to: 2021-06-26T08:00Z\n"
    "venue: deribit\n"
    "funding: continuous\n"
    "numeraire: coin\n"
    "capital: {BTC: 1.5, USD: -2}\n"
    "rate: 0.05\n"
    "rate_coin: -0.01\n"
    "instruments:\n"
    "  - {name: X, kind: option, settle: inverse, multiplier: 0.1, tick: 0.5, lot: 2,\n"
    "     strike: 100, right: put, expiry: 2021-06-25T08:00Z, underlying: BTC}\n"
    "book:\n"
    "  - {instrument: X, quantity: 2, open: 2021-06-02, price: mid, close: 2021-06-20,\n"
    "     close_price: 0.1}\n"
    "hedge: {instrument: BTC-PERPETUAL, ratio: {name: net}, vol: mark, forward: observed,\n"
    "  target: -1, collateral: ignore, at_end: keep}\n"
    "strategy: {name: interval, every: 8h}\n"
    "execution: {price: mark, latency: 1s, max_age: 5m, liquidity: maker}\n"
    "costs: {maker: -0.0001, taker: 0.0005, option: 0.0003, option_cap: 0.125, delivery: 0}\n"
    "mark: {max_age: 1.5d}\n"
    "record: {every: 30m, anchor: utc}\n";

static void every_key_fills_its_member(void **state) {
    rh_experiment *e = read_good(full, NULL, 0);
    (void)state;
    assert_string_equal(e->title, "Short calls: a test");
    assert_int_equal(e->n_data, 2);
    const rh_data_entry *d = e->data;
    assert_string_equal(d->path, "/abs/a.csv");
    assert_string_equal(d->instrument, "BTC-PERPETUAL");
    assert_string_equal(d->timezone, "Europe/London");
    assert_string_equal(d->stamp, "start");
    assert_true(d->interval == RH_HOUR && d->delay == 100 * RH_MS && d->proxy == 1);
    assert_string_equal(rh_node_get(d->map, "px")->text, "last");
    assert_string_equal(d[1].format, "optionsdx");
    assert_true(e->from == INT64_C(1622505600) * RH_S && e->to == INT64_C(1624694400) * RH_S);
    assert_string_equal(e->venue, "deribit");
    assert_true(e->funding == 3 && e->numeraire == 1);
    assert_int_equal(rh_node_count(e->capital), 2);
    assert_true(e->rate == 0.05 && e->rate_coin == -0.01);
    assert_int_equal(e->n_instruments, 1);
    const rh_instrument_entry *i = e->instruments;
    assert_string_equal(i->name, "X");
    assert_string_equal(i->right, "put");
    assert_string_equal(i->underlying, "BTC");
    assert_true(i->kind == 3 && i->settle == 1 && i->multiplier == 0.1 && i->tick == 0.5);
    assert_true(i->lot == 2 && i->strike == 100 && i->expiry == INT64_C(1624608000) * RH_S);
    const rh_book_entry *b = e->book;
    assert_string_equal(b->price, "mid");
    assert_string_equal(b->close_price, "0.1");
    assert_true(b->quantity == 2 && b->open == INT64_C(1622592000) * RH_S);
    assert_true(b->close == INT64_C(1624147200) * RH_S);
    assert_string_equal(rh_node_get(e->hedge.ratio, "name")->text, "net");
    assert_true(e->hedge.vol == 0 && e->hedge.forward == 1 && e->hedge.target == -1);
    assert_true(e->hedge.collateral == 1 && e->hedge.at_end == 1);
    assert_string_equal(rh_node_get(e->strategy, "every")->text, "8h");
    assert_true(e->execution.price == 2 && e->execution.latency == RH_S);
    assert_true(e->execution.max_age == 5 * RH_MIN && e->execution.liquidity == 1);
    assert_true(e->costs.maker == -0.0001 && e->costs.taker == 0.0005 && e->costs.delivery == 0);
    assert_true(e->costs.option == 0.0003 && e->costs.option_cap == 0.125);
    assert_true(e->mark.max_age == 36 * RH_HOUR && e->record.every == 30 * RH_MIN);
    assert_true(e->record.anchor == 1);
    rh_experiment_free(e);
}

/* Every default that isn't empty is a value that the key would take: written out, it is read. */
static void defaults_are_values(void **state) {
    size_t count;
    const rh_key *keys = rh_keys(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        char setting[200], name[100];
        const char *settings[] = {setting}, *star = strchr(keys[i].path, '*');
        if (!keys[i].initial || !*keys[i].initial || strncmp(keys[i].path, "instruments", 11) == 0)
            continue;
        (void)snprintf(name, sizeof name, star ? "%.*s0%s" : "%.*s%s",
                       star ? (int)(star - keys[i].path) : (int)strlen(keys[i].path), keys[i].path,
                       star ? star + 1 : "");
        (void)snprintf(setting, sizeof setting, "%s=%s", name, keys[i].initial);
        rh_experiment_free(read_good(least, settings, 1));
    }
}

/* Every choice of every key is taken, and another word is not. */
static void choices_are_taken(void **state) {
    size_t count;
    const rh_key *keys = rh_keys(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        const char *at = keys[i].choices;
        for (int position = 0; at && *at; position++) {
            char setting[200];
            const char *settings[] = {setting};
            int found;
            const size_t width = strcspn(at, " ");
            if (strchr(keys[i].path, '*'))
                break;
            (void)snprintf(setting, sizeof setting, "%s=%.*s", keys[i].path, (int)width, at);
            rh_experiment *e = read_good(least, settings, 1);
            memcpy(&found, (const char *)e + keys[i].offset, sizeof found);
            assert_int_equal(found, position);
            rh_experiment_free(e);
            at += width + strspn(at + width, " ");
        }
    }
}

/* The limits themselves are taken; what lies beyond them isn't. */
static void limits_are_inclusive(void **state) {
    size_t count;
    const rh_key *keys = rh_keys(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        const double values[] = {keys[i].min, keys[i].max, nextafter(keys[i].min, -INFINITY),
                                 nextafter(keys[i].max, INFINITY)};
        if (keys[i].type != RH_KEY_NUMBER || strchr(keys[i].path, '*'))
            continue;
        for (size_t k = 0; k < LENGTH(values); k++) {
            char setting[200], number[RH_NUMBER_TEXT];
            const char *settings[] = {setting};
            rh_experiment *experiment = NULL;
            rh_error error;
            (void)snprintf(setting, sizeof setting, "%s=%s", keys[i].path,
                           rh_number_text(values[k], number));
            write_file(least);
            rh_status status = rh_experiment_read(path, settings, 1, &experiment, &error);
            assert_int_equal(status, k < 2 ? RH_OK : RH_BAD_CONFIG);
            if (k >= 2)
                assert_non_null(strstr(error.text, "is out of range"));
            rh_experiment_free(experiment);
        }
    }
}

/* ---- refusals ---- */

/* `text` with one key in front and one setting; the error without the file's name. */
static void is_refused(const char *text, const char *setting, const char *message) {
    const char *settings[] = {setting};
    rh_experiment *experiment = NULL;
    rh_error error = {.text = ""};
    write_file(text);
    if (rh_experiment_read(path, settings, setting != NULL, &experiment, &error) != RH_BAD_CONFIG)
        fail_msg("was taken; wanted: %s", message);
    assert_null(experiment);
    const size_t length = strlen(path);
    const char *sentence =
        strncmp(error.text, path, length) == 0 ? error.text + length : error.text;
    assert_string_equal(sentence, message);
}

#define REST                                                                                       \
    "book: [{instrument: X, quantity: 1}]\n"                                                       \
    "data: [{format: csv, path: a}]\n"                                                             \
    "strategy: none\n"
#define HEDGE "hedge: {instrument: Y}\n"

static void refusals_name_place_value_and_mend(void **state) {
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"[1, 2]\n", ":1:1: an experiment is a mapping of keys"},
        {"word\n", ":1:1: an experiment is a mapping of keys"},
        {"", ":1:1: data is needed: the files that make up the market's history"},
        {"titel: x\n" REST HEDGE, ":1:1: titel: unknown key (did you mean 'title'?)"},
        {REST HEDGE "zzzzzzz: x\n", ":5:1: zzzzzzz: unknown key"},
        {"hegde: {instrument: Y}\n" REST, ":1:1: hegde: unknown key (did you mean 'hedge'?)"},
        {REST "hedge:\n  instrument: Y\n  forwrad: x\n",
         ":6:3: hedge.forwrad: unknown key (did you mean 'forward'?)"},
        {REST "hedge: {instrument: Y, qqqqqqq: 1}\n", ":4:24: hedge.qqqqqqq: unknown key"},
        {REST HEDGE "recrod: {every: 1h}\n", ":5:1: recrod: unknown key (did you mean 'record'?)"},
        {REST HEDGE "record: {evry: 1h}\n",
         ":5:10: record.evry: unknown key (did you mean 'every'?)"},
        {"data:\n  - {format: csv, path: a, foramt: x}\nbook: []\n" HEDGE "strategy: none\n",
         ":2:28: data.0.foramt: unknown key (did you mean 'format'?)"},
        {"strategy: none\n" HEDGE "data: [{format: csv, path: a}]\n"
         "book:\n- {instrument: X, quantity: 1}\n- {instrument: X, quantty: 1}\n",
         ":6:19: book.1.quantty: unknown key (did you mean 'quantity'?)"},
        {REST "hedge: {}\n",
         ":4:8: hedge.instrument is needed: spot, perpetual or future that offsets the exposure"},
        {REST, ":1:1: hedge.instrument is needed: spot, perpetual or future that offsets the "
               "exposure"},
        {"data: []\nbook: [{instrument: X}]\n" HEDGE "strategy: none\n",
         ":2:8: book.0.quantity is needed: negative when sold"},
        {"data: a.csv\n" HEDGE "book: []\nstrategy: none\n", ":1:7: data: must be a list"},
        {"data: {format: csv}\n" HEDGE "book: []\nstrategy: none\n", ":1:7: data: must be a list"},
        {"data: [a.csv]\n" HEDGE "book: []\nstrategy: none\n", ":1:8: data.0: must be a mapping"},
        {"data: [[]]\n" HEDGE "book: []\nstrategy: none\n", ":1:8: data.0: must be a mapping"},
        {REST "hedge: BTC-PERPETUAL\n", ":4:8: hedge: must be a mapping"},
        {REST "hedge: [a]\n", ":4:8: hedge: must be a mapping"},
        {REST HEDGE "costs:\n", NULL},
        {REST HEDGE "title: [a]\n", ":5:8: title: must be one text"},
        {REST HEDGE "rate: {a: 1}\n", ":5:7: rate: must be one number"},
        {REST HEDGE "capital: 5\n", ":5:10: capital: must be a mapping"},
        {"strategy: [a]\n" HEDGE "data: []\nbook: []\n", ":1:11: strategy: must be a mapping"},
        {REST HEDGE "rate: abc\n", ":5:7: rate: 'abc' is not a number"},
        {REST HEDGE "rate: 11\n", ":5:7: rate: '11' is out of range (-1 to 10)"},
        {REST HEDGE "rate:\n", ":5:6: rate: '' is not a number"},
        {REST HEDGE "from: yesterday\n",
         ":5:7: from: 'yesterday' is not a time such as 2021-06-01 or 2021-06-01T08:00Z"},
        {REST HEDGE "to: 2021-02-29\n",
         ":5:5: to: '2021-02-29' is not a time such as 2021-06-01 or 2021-06-01T08:00Z"},
        {REST HEDGE "mark: {max_age: 2}\n",
         ":5:17: mark.max_age: '2' is not a duration such as 8h, 30m or 1.5d"},
        {REST HEDGE "record: {every: 0s}\n",
         ":5:17: record.every: '0s' is out of range (0.001 to 1000000000 seconds)"},
        {REST HEDGE "numeraire: eur\n",
         ":5:12: numeraire: 'eur' is not one of the choices (one of: usd coin)"},
        {REST HEDGE "numeraire: 'usd coin'\n",
         ":5:12: numeraire: 'usd coin' is not one of the choices (one of: usd coin)"},
        {REST HEDGE "numeraire: ''\n",
         ":5:12: numeraire: '' is not one of the choices (one of: usd coin)"},
        {"data: [{format: csv, path: a, proxy: yes}]\n" HEDGE "book: []\nstrategy: none\n",
         ":1:38: data.0.proxy: 'yes' is not one of the choices (true or false)"},
        {"title: a\ntitle: b\n", ":2:1: title: stands twice in this mapping"},
        {REST HEDGE "compare: a\n", ":5:10: compare: must be a list"},
        {REST HEDGE "compare: [a]\n", ":5:11: compare: must be mappings of keys"},
        {"a: [\n", NULL},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        if (cases[i].message) {
            is_refused(cases[i].text, NULL, cases[i].message);
            continue;
        }
        rh_experiment *experiment = NULL;
        rh_error error;
        write_file(cases[i].text);
        assert_int_equal(rh_experiment_read(path, NULL, 0, &experiment, &error), RH_BAD_CONFIG);
        assert_memory_equal(error.text, path, strlen(path));
    }
}

static void settings_are_checked_like_the_file(void **state) {
    static const struct {
        const char *setting, *message;
    } cases[] = {
        {"rate", "--set rate: must be key=value"},
        {"=5", "--set =5: must be key=value"},
        {"", "--set : must be key=value"},
        {"rate=abc", "--set: rate: 'abc' is not a number"},
        {"rate=", "--set: rate: '' is not a number"},
        {"raet=1", "--set: raet: unknown key (did you mean 'rate'?)"},
        {"record.evry=1h", "--set: record.evry: unknown key (did you mean 'every'?)"},
        {"book.0.quantty=1", "--set: book.0.quantty: unknown key (did you mean 'quantity'?)"},
        {"book.1.quantity=1", "--set: book.1.quantity: nothing at '1'"},
        {"data=x", "--set: data: must be a list"},
        {"book=[x]", "--set: book.0: must be a mapping"},
        {"rate=[1", "--set: rate: '[1' is not a value: did not find expected ',' or ']'"},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++)
        is_refused(least, cases[i].setting, cases[i].message);
}

static void settings_override_the_file_in_order(void **state) {
    static const char *const settings[] = {
        "rate=0.01",         "rate=0.02",     "book.0.quantity=5",
        "record.every=2h",   "title=a=b",     "strategy={name: interval, every: 1h}",
        "strategy.every=3h", "capital.BTC=7", "data.0.map={x: last}"};
    rh_experiment *e = read_good(least, settings, LENGTH(settings));
    (void)state;
    assert_true(e->rate == 0.02 && e->book[0].quantity == 5 && e->record.every == 2 * RH_HOUR);
    assert_string_equal(e->title, "a=b");
    assert_string_equal(rh_node_get(e->strategy, "every")->text, "3h");
    assert_string_equal(rh_node_get(e->capital, "BTC")->text, "7");
    assert_string_equal(rh_node_get(e->data[0].map, "x")->text, "last");
    rh_experiment_free(e);
}

/* A key that misses is needed, whichever it is; with it the file is read. */
static void needed_keys_are_needed(void **state) {
    static const char *const lines[] = {"data: [{format: csv, path: a}]\n",
                                        "book: [{instrument: X, quantity: 1}]\n",
                                        "hedge: {instrument: Y}\n", "strategy: none\n"};
    (void)state;
    for (size_t missing = 0; missing < LENGTH(lines); missing++) {
        char text[400] = "";
        rh_experiment *experiment = NULL;
        rh_error error;
        for (size_t i = 0; i < LENGTH(lines); i++)
            if (i != missing)
                (void)strcat(text, lines[i]);
        write_file(text);
        assert_int_equal(rh_experiment_read(path, NULL, 0, &experiment, &error), RH_BAD_CONFIG);
        assert_non_null(strstr(error.text, " is needed: "));
    }
}

/* ---- places ---- */

static void later_errors_find_their_place(void **state) {
    static const char *const settings[] = {"mark.max_age=1d"};
    rh_experiment *e = read_good(full, settings, 1);
    rh_error error;
    static const struct {
        const char *at, *place;
    } cases[] = {
        {"book.0.price", ":18:59: book.0.price: bad"},
        {"book.0", ":18:5: book.0: bad"},
        {"book.7", ":18:3: book.7: bad"},
        {"book.0.nothing", ":18:5: book.0.nothing: bad"},
        {"hedge.ratio.name", ":20:50: hedge.ratio.name: bad"},
        {"data.1.path", ":5:31: data.1.path: bad"},
        {"nothing", ":1:1: nothing: bad"},
        {"title.x", ":1:8: title.x: bad"},
        {"", ":1:1: : bad"},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        assert_int_equal(rh_experiment_fail(e, cases[i].at, &error, "%s", "bad"), RH_BAD_CONFIG);
        assert_string_equal(error.text + strlen(path), cases[i].place);
    }
    (void)rh_experiment_fail(e, "mark.max_age", &error, "bad");
    assert_string_equal(error.text, "--set: mark.max_age: bad");
    rh_experiment_free(e);
}

static void paths_are_relative_to_the_file(void **state) {
    rh_experiment *e = read_good(least, NULL, 0);
    (void)state;
    char *relative = rh_experiment_path(e, "sub/a.csv"), *absolute = rh_experiment_path(e, "/x/a");
    assert_string_equal(relative, "/tmp/sub/a.csv");
    assert_string_equal(absolute, "/x/a");
    rh_release(relative);
    rh_release(absolute);
    rh_experiment_free(e);
}

static void every_allocation_may_fail(void **state) {
    static const char *const settings[] = {"rate=0.01", "capital={BTC: 1}"};
    uint64_t n = 0;
    (void)state;
    write_file(full);
    for (;; n++) {
        rh_experiment *experiment = NULL;
        rh_error error;
        rh_memory_fail_after(n);
        rh_status status = rh_experiment_read(path, settings, 2, &experiment, &error);
        rh_memory_fail_after(UINT64_MAX);
        rh_experiment_free(experiment);
        if (status == RH_OK)
            break;
        assert_int_equal(status, RH_FAILED);
        assert_string_equal(error.text, "out of memory");
        assert_true(n < 5000);
    }
    assert_true(n > 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_sound),
        cmocka_unit_test(groups_stand_together),
        cmocka_unit_test(defaults_are_filled_in),
        cmocka_unit_test(every_key_fills_its_member),
        cmocka_unit_test(defaults_are_values),
        cmocka_unit_test(choices_are_taken),
        cmocka_unit_test(limits_are_inclusive),
        cmocka_unit_test(refusals_name_place_value_and_mend),
        cmocka_unit_test(settings_are_checked_like_the_file),
        cmocka_unit_test(settings_override_the_file_in_order),
        cmocka_unit_test(needed_keys_are_needed),
        cmocka_unit_test(later_errors_find_their_place),
        cmocka_unit_test(paths_are_relative_to_the_file),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
