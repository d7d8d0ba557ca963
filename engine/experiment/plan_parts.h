/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan_parts.h: the inside of planning, shared by the files of this room and by nobody else. */
#ifndef RH_EXPERIMENT_PLAN_PARTS_H
#define RH_EXPERIMENT_PLAN_PARTS_H

#include "experiment/plan.h"

/* A number of the experiment, or what stands for it where none is given. */
double rh_plan_or_else(double given, double otherwise);

rh_status rh_plan_add_instrument(rh_plan *plan, const rh_instrument *instrument, rh_error *error);

/* Adds element i of `instruments:` to the catalogue. */
rh_status rh_plan_declare(rh_plan *plan, size_t i, rh_error *error);

/* The number of an instrument that the key at `path` names: declared, or read from its name. */
rh_status rh_plan_resolve(rh_plan *plan, const char *name, const char *path, uint32_t *out,
                          rh_error *error);

/* The dated future of an option's expiry may give its forward, if the data have it. */
rh_status rh_plan_add_dated_future(rh_plan *plan, uint32_t id, rh_error *error);

/* Whether the data are a scenario's; and the part of the plan that it fills. */
int rh_plan_is_simulated(const rh_experiment *experiment);
rh_status rh_plan_simulate(rh_plan *plan, rh_error *error);

/* Refuses an instrument on another underlying than the plan's. */
rh_status rh_plan_one_underlying(rh_plan *plan, const rh_instrument *instrument, const char *path,
                                 rh_error *error);

/* plan_book.c: the positions of the book that are one contract each. After the hedge. */
rh_status rh_plan_legs(rh_plan *plan, rh_error *error);

/* Its programmes: every option that the data list and that they may take becomes part of the
 * catalogue. After the data. */
rh_status rh_plan_rolls(rh_plan *plan, rh_listing *listing, rh_error *error);

/* A name that isn't in a list, with the nearest that is, if there is one near enough. */
rh_status rh_plan_unknown_name(const rh_plan *plan, const char *path, const char *name,
                               const char *near, const char *list, rh_error *error);

/* The sources: files, and those that the stores hold. */
rh_status rh_plan_data(rh_plan *plan, rh_error *error);
void rh_plan_data_free(rh_plan *plan);

#endif
