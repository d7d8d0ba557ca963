/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan_instruments.c: the contracts of an experiment: declared, read from names, implied. */
#include "experiment/plan_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

rh_status rh_plan_add_instrument(rh_plan *plan, const rh_instrument *instrument, rh_error *error) {
    return rh_catalogue_add(plan->catalogue, instrument) == RH_NO_INSTRUMENT ? rh_no_memory(error)
                                                                             : RH_OK;
}

double rh_plan_or_else(double given, double otherwise) {
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
    if (!named)
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
    if (named) /* of the kind that it is now: lots of inverse contracts are USD */
        rh_venue_apply(plan->venue, out);
    out->multiplier = rh_plan_or_else(entry->multiplier, out->multiplier);
    out->tick = rh_plan_or_else(entry->tick, out->tick);
    out->lot = rh_plan_or_else(entry->lot, out->lot);
    out->strike = rh_plan_or_else(entry->strike, out->strike);
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

rh_status rh_plan_declare(rh_plan *plan, size_t i, rh_error *error) {
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
    return rh_plan_add_instrument(plan, &out, error);
}

/* The number of an instrument that some key names, from the catalogue or from its name. */
rh_status rh_plan_resolve(rh_plan *plan, const char *name, const char *path, uint32_t *out,
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
    return *out == RH_NO_INSTRUMENT ? rh_no_memory(error) : RH_OK;
}

/* The dated future of an option's expiry may give its forward, if the data have it. */
rh_status rh_plan_add_dated_future(rh_plan *plan, uint32_t id, rh_error *error) {
    const rh_instrument *option = rh_catalogue_get(plan->catalogue, id);
    char name[RH_NAME_MAX];
    rh_instrument future;
    if (option->kind != RH_OPTION)
        return RH_OK;
    (void)snprintf(name, sizeof name, "%.*s", (int)rh_instrument_dated_length(option->name),
                   option->name);
    if (rh_instrument_from_name(name, &future) != 0 || future.kind != RH_FUTURE)
        return RH_OK;
    rh_venue_apply(plan->venue, &future);
    return rh_plan_add_instrument(plan, &future, error);
}

rh_status rh_plan_one_underlying(rh_plan *plan, const rh_instrument *instrument, const char *path,
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
