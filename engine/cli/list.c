/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list: what there is, with parameters, units, defaults and sources: every list is a table that the
 * engine itself works from. */
#include "base/config.h"
#include "base/json.h"
#include "base/number.h"
#include "cli/command.h"
#include "experiment/plan.h"
#include "feed/source.h"
#include "feed/store.h"
#include "instrument/venue.h"
#include "metrics/metric.h"
#include "strategy/nodes.h"
#include "strategy/params.h"

#include <string.h>

/* A list is printed as text or as JSON by the same walk: one object a row. */
typedef struct {
    rh_json *json; /* NULL: text */
} sheet;

static void begin_row(const sheet *s, const char *name, const char *summary) {
    if (s->json) {
        rh_json_begin(s->json, NULL, '{');
        rh_json_string(s->json, "name", name);
        rh_json_string(s->json, "summary", summary);
    } else {
        (void)printf("%-22s %s\n", name, summary);
    }
}

static void field(const sheet *s, const char *name, const char *value) {
    if (!value || !*value)
        return;
    if (s->json)
        rh_json_string(s->json, name, value);
    else
        (void)printf("%-22s %s: %s\n", "", name, value);
}

static void end_row(const sheet *s) {
    if (s->json)
        rh_json_end(s->json, '}');
}

/* ---- plug-ins ---- */

static void limit_text(const rh_param *p, double limit, char out[RH_NUMBER_TEXT]) {
    if (p->type == RH_PARAM_DURATION)
        (void)rh_duration_text((int64_t)(limit * (double)RH_S), out);
    else
        (void)rh_number_text(limit, out);
}

/* Limits of 1e9 and more are there to catch slips, and not worth reading. */
static void limits(const rh_param *p, char *out, size_t size) {
    char low[RH_NUMBER_TEXT], high[RH_NUMBER_TEXT];
    out[0] = '\0';
    if (p->type == RH_PARAM_CHOICE) {
        (void)snprintf(out, size, "%s", p->choices);
    } else if ((p->min != 0.0 || p->max != 0.0) && (p->min > -1e9 || p->max < 1e9)) {
        limit_text(p, p->min, low);
        limit_text(p, p->max, high);
        (void)snprintf(out, size, p->max >= 1e9 ? "at least %s" : "%s to %s", low, high);
    }
}

/* `initial` NULL: the parameter is needed. */
static void print_param(const sheet *s, const char *name, const char *type, const char *unit,
                        const char *initial, const char *range, const char *summary) {
    if (!s->json) {
        const char *word = !initial ? "needed" : *initial ? initial : "-";
        (void)printf("  %-16s %-9s %-8s %s%s%s%s\n", name, type, word, summary, *range ? " [" : "",
                     range, *range ? "]" : "");
        return;
    }
    rh_json_begin(s->json, NULL, '{');
    rh_json_string(s->json, "name", name);
    rh_json_string(s->json, "type", type);
    rh_json_string(s->json, "unit", unit);
    rh_json_string(s->json, "default", initial);
    rh_json_string(s->json, "range", range);
    rh_json_string(s->json, "summary", summary);
    rh_json_end(s->json, '}');
}

static void print_params(const sheet *s, const rh_param *params, size_t count) {
    char range[160];
    if (s->json)
        rh_json_begin(s->json, "parameters", '[');
    for (size_t i = 0; i < count; i++) {
        const rh_param *p = &params[i];
        limits(p, range, sizeof range);
        print_param(s, p->name, rh_param_type_text(p->type), p->unit ? p->unit : "", p->initial,
                    range, p->summary);
    }
    if (s->json)
        rh_json_end(s->json, ']');
}

/* The nodes by which rules are composed, in the form of rules. */
static void list_nodes(const sheet *s) {
    size_t count;
    const rh_rule_node *nodes = rh_rule_nodes(&count);
    for (size_t i = 0; i < count; i++) {
        begin_row(s, nodes[i].name, nodes[i].summary);
        if (s->json)
            rh_json_begin(s->json, "parameters", '[');
        for (int k = 0; k < 2 && nodes[i].params[k].name; k++)
            print_param(s, nodes[i].params[k].name, nodes[i].params[k].type, "", NULL, "",
                        nodes[i].params[k].summary);
        if (s->json)
            rh_json_end(s->json, ']');
        end_row(s);
    }
}

static int list_strategies(const sheet *s, const rh_globals *globals) {
    for (size_t i = 0; i < rh_registry_n_strategies(globals->registry); i++) {
        const rh_strategy *record = rh_registry_strategy(globals->registry, i);
        begin_row(s, record->name, record->summary);
        field(s, "source", record->source);
        print_params(s, record->params, record->n_params);
        end_row(s);
    }
    list_nodes(s);
    return RH_OK;
}

static int list_ratios(const sheet *s, const rh_globals *globals) {
    for (size_t i = 0; i < rh_registry_n_ratios(globals->registry); i++) {
        const rh_ratio *record = rh_registry_ratio(globals->registry, i);
        begin_row(s, record->name, record->summary);
        field(s, "source", record->source);
        print_params(s, record->params, record->n_params);
        end_row(s);
    }
    return RH_OK;
}

/* ---- the engine's tables ---- */

static int list_vols(const sheet *s, const rh_globals *globals) {
    (void)globals;
    begin_row(s, "mark",
              "the option's own last known implied volatility: the venue's mark IV, "
              "else implied by its mark, mid or last trade");
    end_row(s);
    return RH_OK;
}

static int list_formats(const sheet *s, const rh_globals *globals) {
    size_t n;
    const rh_format_entry *formats = rh_formats(&n);
    (void)globals;
    for (size_t i = 0; i < n; i++) {
        begin_row(s, formats[i].name, formats[i].summary);
        field(s, "columns", formats[i].columns);
        field(s, "units", formats[i].units);
        field(s, "clock", formats[i].clock);
        field(s, "source", formats[i].source);
        end_row(s);
    }
    return RH_OK;
}

static int list_venues(const sheet *s, const rh_globals *globals) {
    size_t n;
    const rh_venue *venues = rh_venues(&n);
    (void)globals;
    for (size_t i = 0; i < n; i++) {
        const rh_costs *c = &venues[i].costs;
        char text[200], window[RH_DURATION_TEXT];
        begin_row(s, venues[i].name, venues[i].summary);
        (void)snprintf(text, sizeof text,
                       "maker %g, taker %g, option %g (at most %g of its price), delivery %g",
                       c->maker, c->taker, c->option, c->option_cap, c->delivery);
        field(s, "fees", text);
        field(s, "funding", rh_funding_mode_text(venues[i].funding));
        field(s, "settlement",
              venues[i].settlement_window
                  ? (snprintf(text, sizeof text, "mean of the index over the last %s",
                              rh_duration_text(venues[i].settlement_window, window)),
                     text)
                  : "price at expiry");
        field(s, "source", venues[i].source);
        end_row(s);
    }
    return RH_OK;
}

static int list_metrics(const sheet *s, const rh_globals *globals) {
    const rh_metric_entry *entries = rh_metric_entries();
    (void)globals;
    for (int i = 0; i < RH_N_METRICS; i++) {
        if (!s->json) {
            (void)printf("%-26s %-14s %s\n", entries[i].name, entries[i].unit, entries[i].meaning);
            continue;
        }
        begin_row(s, entries[i].name, entries[i].meaning);
        field(s, "unit", entries[i].unit);
        end_row(s);
    }
    return RH_OK;
}

/* ---- instruments of an experiment or a store ---- */

static void print_instrument(const sheet *s, const rh_instrument *in) {
    char text[160], when[RH_TIME_TEXT], strike[RH_NUMBER_TEXT];
    int used =
        snprintf(text, sizeof text, "%s %s", rh_settle_text(in->settle),
                 in->kind == RH_OPTION ? (in->right > 0 ? "call" : "put") : rh_kind_text(in->kind));
    if (in->kind == RH_OPTION)
        used += snprintf(text + used, sizeof text - (size_t)used, " %s",
                         rh_number_text(in->strike, strike));
    if (in->expiry != RH_NEVER)
        (void)snprintf(text + used, sizeof text - (size_t)used, " to %s",
                       rh_time_text(in->expiry, when));
    begin_row(s, in->name, text);
    end_row(s);
}

static rh_status list_planned(const sheet *s, const char *path, const rh_globals *globals,
                              rh_error *error) {
    rh_experiment *experiment = NULL;
    rh_plan *plan = NULL;
    rh_status status = rh_experiment_read(path, NULL, 0, &experiment, error);
    if (status == RH_OK)
        status = rh_plan_new(experiment, globals->registry, &plan, error);
    for (uint32_t i = 0; status == RH_OK && i < rh_catalogue_count(plan->catalogue); i++)
        print_instrument(s, rh_catalogue_get(plan->catalogue, i));
    rh_plan_free(plan);
    rh_experiment_free(experiment);
    return status;
}

/* A store knows the names; the terms are those that the venues' naming gives. */
static void print_stored(void *user, const char *name) {
    const sheet *s = user;
    rh_instrument instrument;
    if (rh_instrument_from_name(name, &instrument) == 0) {
        print_instrument(s, &instrument);
        return;
    }
    begin_row(s, name, "terms not told by its name");
    end_row(s);
}

static int list_instruments(const sheet *s, const char *path, const rh_globals *globals) {
    rh_error error = {0};
    rh_status status;
    if (!path)
        status = rh_fail(&error, RH_BAD_CONFIG, "list instruments needs an EXPERIMENT or a STORE");
    else if (rh_store_is(path))
        status = rh_store_instruments(path, print_stored, (void *)(uintptr_t)s, &error);
    else
        status = list_planned(s, path, globals, &error);
    return status == RH_OK ? RH_OK : rh_report_error(&error);
}

/* ---- the command ---- */

static const struct {
    const char *name;
    int (*print)(const sheet *s, const rh_globals *globals);
} lists[] = {{"strategies", list_strategies},
             {"ratios", list_ratios},
             {"vols", list_vols},
             {"formats", list_formats},
             {"venues", list_venues},
             {"metrics", list_metrics},
             {"instruments", NULL}};
enum { N_LISTS = sizeof lists / sizeof *lists };

static int print_list(const char *what, const char *operand, const sheet *s,
                      const rh_globals *globals) {
    rh_error error;
    const char *names[N_LISTS];
    for (int i = 0; i < N_LISTS; i++) {
        names[i] = lists[i].name;
        if (strcmp(what, lists[i].name) != 0)
            continue;
        return lists[i].print ? lists[i].print(s, globals) : list_instruments(s, operand, globals);
    }
    const char *near = rh_nearest_name(what, names, N_LISTS);
    if (near)
        (void)rh_fail(&error, RH_BAD_CONFIG, "no list '%s' (did you mean '%s'?)", what, near);
    else
        (void)rh_fail(&error, RH_BAD_CONFIG,
                      "no list '%s': strategies, ratios, vols, formats, "
                      "venues, metrics or instruments",
                      what);
    return rh_report_error(&error);
}

static int run(const rh_arguments *arguments, const rh_globals *globals) {
    rh_json json = {0};
    const sheet s = {globals->json ? &json : NULL};
    const char *operand = arguments->n_operands > 1 ? arguments->operands[1] : NULL;
    if (s.json)
        rh_json_begin(s.json, NULL, '[');
    int code = print_list(arguments->operands[0], operand, &s, globals);
    if (s.json) {
        rh_json_end(s.json, ']');
        if (code == RH_OK)
            (void)puts(rh_json_text(&json) ? rh_json_text(&json) : "");
        rh_json_free(&json);
    }
    return code;
}

const rh_command rh_command_list = {
    .name = "list",
    .operands = "WHAT [FILE]",
    .summary = "strategies, ratios, vols, formats, venues, metrics, or the instruments of an "
               "experiment or a store",
    .example = "list venues\n"
               "none                   no fee, tick or lot but what the experiment says",
    .least_operands = 1,
    .most_operands = 2,
    .run = run,
};
