/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan_data.c: the sources of an experiment: files, and those that stores hold. */
#include "base/memory.h"
#include "experiment/plan_parts.h"
#include "feed/store.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Puts a copy of a text where the plan keeps it; NULL without memory. */
static const char *keep_text(rh_plan *plan, char *text) {
    if (!text ||
        rh_make_room(&plan->texts, plan->n_texts, &plan->texts_room, sizeof *plan->texts) != 0) {
        rh_release(text);
        return NULL;
    }
    plan->texts[plan->n_texts++] = text;
    return text;
}

/* NULL for an empty one; *failed without memory. */
static const char *keep_copy(rh_plan *plan, const char *text, int *failed) {
    const char *kept = *text ? keep_text(plan, rh_copy_text(text)) : NULL;
    *failed |= *text && !kept;
    return kept;
}

static rh_status add_source(rh_plan *plan, const rh_source_spec *spec, const rh_data_entry *entry,
                            rh_error *error) {
    if (plan->n_sources == UINT16_MAX)
        return rh_experiment_fail(plan->experiment, "data", error, "more than 65535 files");
    if (rh_make_room(&plan->sources, plan->n_sources, &plan->sources_room, sizeof *plan->sources) !=
            0 ||
        rh_make_room(&plan->entries, plan->n_sources, &plan->entries_room, sizeof *plan->entries) !=
            0)
        return rh_no_memory(error);
    if (entry->delay > plan->lane.execution.delay)
        plan->lane.execution.delay = entry->delay;
    plan->entries[plan->n_sources] = *entry;
    plan->sources[plan->n_sources++] = *spec;
    return RH_OK;
}

static rh_status resolve(rh_plan *plan, size_t i, const char *name, rh_error *error) {
    char path[48];
    uint32_t id;
    (void)snprintf(path, sizeof path, "data.%zu.instrument", i);
    return rh_plan_resolve(plan, name, path, &id, error);
}

static rh_status entry_fail(const rh_plan *plan, size_t i, const char *key, rh_error *error,
                            const char *fault) {
    char path[48];
    (void)snprintf(path, sizeof path, "data.%zu%s%s", i, *key ? "." : "", key);
    return rh_experiment_fail(plan->experiment, path, error, "%s", fault);
}

/* ---- a file ---- */

static rh_status read_map(rh_plan *plan, size_t i, const rh_node *map, rh_source_spec *spec,
                          rh_error *error) {
    char path[40];
    (void)snprintf(path, sizeof path, "data.%zu.map", i);
    const size_t count = rh_node_count(map);
    struct rh_column_map *columns = rh_allocate(count + 1, sizeof *columns);
    if (!keep_text(plan, (char *)columns))
        return rh_no_memory(error);
    spec->map = columns;
    for (const rh_node *node = map ? map->child : NULL; node; node = node->next) {
        if (node->kind != RH_NODE_SCALAR)
            return rh_experiment_fail(plan->experiment, path, error, "%s: must be a field's name",
                                      node->key);
        columns[spec->n_map++] = (struct rh_column_map){node->key, node->text};
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
    return rh_plan_unknown_name(
        plan, path, wanted, rh_nearest_name(wanted, names, n < MOST ? n : MOST), "formats", error);
}

static rh_status plan_file(rh_plan *plan, size_t i, rh_error *error) {
    const rh_data_entry *entry = &plan->experiment->data[i];
    if (!entry->format)
        return entry_fail(plan, i, "format", error, "is needed: see `rehedge list formats`");
    if (!entry->path)
        return entry_fail(plan, i, "path", error, "is needed, or a store");
    if (entry->from != RH_NEVER || entry->to != RH_NEVER)
        return entry_fail(plan, i, entry->from != RH_NEVER ? "from" : "to", error,
                          "is for stores; a file is read whole");
    rh_source_spec spec = {.format = entry->format,
                           .path =
                               keep_text(plan, rh_experiment_path(plan->experiment, entry->path)),
                           .instrument = entry->instrument,
                           .timezone = entry->timezone,
                           .interval = entry->interval,
                           .stamp = entry->stamp,
                           .delay = entry->delay,
                           .disorder = entry->disorder,
                           .proxy = entry->proxy,
                           .contract_size = entry->contract_size,
                           .iv_unit = entry->iv_unit,
                           .query = entry->query};
    rh_status status = spec.path ? check_format(plan, i, error) : rh_no_memory(error);
    if (status == RH_OK)
        status = read_map(plan, i, entry->map, &spec, error);
    if (status == RH_OK)
        status = add_source(plan, &spec, entry, error);
    return status == RH_OK && entry->instrument ? resolve(plan, i, entry->instrument, error)
                                                : status;
}

/* ---- a store ---- */

typedef struct {
    rh_plan *plan;
    size_t i; /* of the entry */
    const char *store;
} expansion;

/* The instrument of a whole file counts for the market if it is on what is hedged. What a store
 * holds beside that is nobody's business. */
static rh_status take_instrument(rh_plan *plan, size_t i, const char *name, rh_error *error) {
    rh_instrument instrument;
    if (!*name || rh_catalogue_find(plan->catalogue, name, strlen(name)) != RH_NO_INSTRUMENT ||
        rh_instrument_from_name(name, &instrument) != 0 ||
        (*plan->underlying && strcmp(instrument.underlying, plan->underlying) != 0))
        return RH_OK;
    return resolve(plan, i, name, error);
}

static rh_status keep_map(rh_plan *plan, const char *map, const rh_node **out, rh_error *error) {
    *out = NULL;
    if (!*map || strcmp(map, "{}") == 0)
        return RH_OK;
    if (rh_make_room(&plan->maps, plan->n_maps, &plan->maps_room, sizeof(rh_config *)) != 0)
        return rh_no_memory(error);
    rh_status status =
        rh_config_read_text("map", map, strlen(map), &plan->maps[plan->n_maps], error);
    if (status == RH_OK)
        *out = rh_config_root(plan->maps[plan->n_maps++]);
    return status;
}

static rh_status add_stored(void *user, const rh_store_source *source, rh_error *error) {
    const expansion *x = user;
    rh_plan *plan = x->plan;
    const rh_data_entry *said = &plan->experiment->data[x->i];
    int failed = 0;
    rh_data_entry entry = {.format = keep_copy(plan, source->format, &failed),
                           .path = keep_copy(plan, source->file, &failed),
                           .store = said->store,
                           .instrument = keep_copy(plan, source->instrument, &failed),
                           .timezone = keep_copy(plan, source->timezone, &failed),
                           .stamp = keep_copy(plan, source->stamp, &failed),
                           .interval = source->interval,
                           .delay = source->delay,
                           .proxy = source->proxy,
                           .contract_size = source->contract_size,
                           .iv_unit = keep_copy(plan, source->iv_unit, &failed),
                           .query = keep_copy(plan, source->query, &failed),
                           .from = said->from,
                           .to = said->to};
    if (failed)
        return rh_no_memory(error);
    const rh_source_spec spec = {.format = entry.format,
                                 .path = entry.path,
                                 .instrument = said->instrument,
                                 .delay = entry.delay,
                                 .proxy = entry.proxy,
                                 .store = x->store,
                                 .stored = source->id,
                                 .from = said->from == RH_NEVER ? 0 : said->from,
                                 .to = said->to == RH_NEVER ? 0 : said->to};
    rh_status status = keep_map(plan, source->map, &entry.map, error);
    if (status == RH_OK)
        status = add_source(plan, &spec, &entry, error);
    return status == RH_OK && !said->instrument
               ? take_instrument(plan, x->i, source->instrument, error)
               : status;
}

static rh_status plan_store(rh_plan *plan, size_t i, rh_error *error) {
    const rh_data_entry *entry = &plan->experiment->data[i];
    const char *setting = entry->format                 ? "format"
                          : entry->path                 ? "path"
                          : entry->timezone             ? "timezone"
                          : entry->interval             ? "interval"
                          : entry->stamp                ? "stamp"
                          : entry->delay                ? "delay"
                          : entry->disorder             ? "disorder"
                          : entry->proxy                ? "proxy"
                          : entry->iv_unit              ? "iv_unit"
                          : entry->query                ? "query"
                          : entry->contract_size != 1.0 ? "contract_size"
                          : entry->map                  ? "map"
                                                        : NULL;
    if (setting)
        return entry_fail(plan, i, setting, error,
                          "is for files; a store keeps what was said when they were imported");
    if (entry->from != RH_NEVER && entry->to != RH_NEVER && entry->from >= entry->to)
        return entry_fail(plan, i, "to", error, "must be later than `from`");
    const expansion x = {plan, i,
                         keep_text(plan, rh_experiment_path(plan->experiment, entry->store))};
    if (!x.store)
        return rh_no_memory(error);
    const size_t before = plan->n_sources;
    rh_status status = entry->instrument ? resolve(plan, i, entry->instrument, error) : RH_OK;
    if (status == RH_OK)
        status = rh_store_sources(x.store, add_stored, (void *)(uintptr_t)&x, error);
    if (status == RH_OK && plan->n_sources == before)
        return entry_fail(plan, i, "store", error, "has nothing in it; see `rehedge import`");
    return status;
}

rh_status rh_plan_data(rh_plan *plan, rh_error *error) {
    const size_t count = plan->experiment->n_data;
    rh_status status = RH_OK;
    if (count == 0)
        return rh_experiment_fail(plan->experiment, "data", error, "no file is given");
    if (rh_plan_is_simulated(plan->experiment))
        return rh_plan_simulate(plan, error);
    if (!isnan(plan->experiment->paths) || !isnan(plan->experiment->first_path))
        return rh_experiment_fail(plan->experiment,
                                  isnan(plan->experiment->paths) ? "first_path" : "paths", error,
                                  "paths are those of a scenario, and the data are files");
    for (size_t i = 0; i < count && status == RH_OK; i++)
        status = plan->experiment->data[i].store ? plan_store(plan, i, error)
                                                 : plan_file(plan, i, error);
    return status;
}

void rh_plan_data_free(rh_plan *plan) {
    for (size_t i = 0; i < plan->n_texts; i++)
        rh_release(plan->texts[i]);
    for (size_t i = 0; i < plan->n_maps; i++)
        rh_config_free(plan->maps[i]);
    rh_release(plan->texts);
    rh_release((void *)plan->maps);
    rh_release(plan->sources);
    rh_release(plan->entries);
}
