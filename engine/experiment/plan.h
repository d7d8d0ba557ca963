/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan.h: an experiment, resolved: names found, terms filled in, contradictions refused.
 *
 * A plan holds everything that a run needs and has opened no file yet. rh_plan_open makes the
 * tape, the market, the book and the lane; `check` and `--dry-run` stop before it.
 */
#ifndef RH_EXPERIMENT_PLAN_H
#define RH_EXPERIMENT_PLAN_H

#include "base/json.h"
#include "experiment/experiment.h"
#include "experiment/listing.h"
#include "replay/replay.h"
#include "run/run.h"
#include "simulate/scenario.h"
#include "strategy/rule.h"

typedef struct {
    const rh_experiment *experiment;
    rh_catalogue *catalogue;
    int borrowed; /* the catalogue is somebody else's */
    const rh_venue *venue;
    rh_source_spec *sources; /* of a store, one for each file that it holds */
    rh_data_entry *entries;  /* as if each source had one of its own */
    size_t n_sources, sources_room, entries_room;
    char **texts; /* that sources and entries use */
    size_t n_texts, texts_room;
    rh_config **maps; /* of entries from stores */
    size_t n_maps, maps_room;
    /* A synthetic market instead of sources; NULL: files. */
    rh_scenario *scenario;
    char scenario_sha256[RH_DIGEST_TEXT]; /* of the scenario's file */
    uint32_t first_path;                  /* of the scenario */
    size_t n_paths;                       /* 0: `paths` isn't given, a single history */
    rh_leg_terms *legs;
    size_t n_legs;
    rh_roll_terms *rolls;
    size_t n_rolls;
    rh_rule *rule;
    const rh_ratio *ratio;
    rh_values ratio_values;
    rh_funding_mode funding;
    rh_book_terms book;
    rh_lane_terms lane;
    const char *underlying; /* "BTC"; "" if no instrument says */
} rh_plan;

/* The experiment and the registry must outlive the plan. */
rh_status rh_plan_new(const rh_experiment *experiment, const rh_registry *registry, rh_plan **out,
                      rh_error *error);

/* What several plans have in common; both outlive them. */
typedef struct {
    rh_catalogue *catalogue; /* that all fill; NULL: each has its own */
    rh_listing *listing;     /* NULL: data files are read anew for their names */
} rh_plan_shared;

rh_status rh_plan_new_shared(const rh_experiment *experiment, const rh_registry *registry,
                             const rh_plan_shared *shared, rh_plan **out, rh_error *error);
void rh_plan_free(rh_plan *plan);

/* The canonical configuration: every key with its value, defaults filled in, keys in the order of
 * the table. Written to `json`; `with_paths` 0 leaves out where the data lie, so that the text
 * stands for what was asked and not for where. */
void rh_plan_json(const rh_plan *plan, int with_paths, rh_json *json);

/* Only the keys of some scopes (bits 1 << rh_key_scope), with paths: plans whose texts are equal
 * can share what those scopes decide. */
void rh_plan_scope_json(const rh_plan *plan, unsigned scopes, rh_json *json);

/* Opens the data: the files, or the first path of the scenario. */
rh_status rh_plan_replay(const rh_plan *plan, rh_replay **out, rh_error *error);

/* What a run works on. */
typedef struct {
    rh_replay *replay;
    rh_market *market;
    rh_book *book;
    rh_lane *lane;
} rh_stage;

/* The caller closes the stage, also after a failure. */
rh_status rh_plan_open(const rh_plan *plan, rh_recorder *recorder, rh_stage *out, rh_error *error);
void rh_stage_close(rh_stage *stage);

#endif
