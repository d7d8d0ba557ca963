/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_parts.h: what `check` has found, for the ways in which it is told. */
#ifndef RH_CLI_CHECK_PARTS_H
#define RH_CLI_CHECK_PARTS_H

#include "audit/audit.h"
#include "experiment/plan.h"
#include "replay/replay.h"

/* One row of the coverage: an instrument, or the options of one expiry. */
typedef struct {
    char name[RH_NAME_MAX + 24];
    uint32_t instrument; /* the first of them */
    size_t count;
    rh_time expiry; /* of a group; RH_DAWN: the instrument alone */
    rh_coverage coverage;
} rh_check_row;

typedef struct {
    const char *const *paths; /* of the sources, as the user gave them */
    const rh_plan *plan;      /* NULL: a store */
    const rh_catalogue *catalogue;
    const rh_replay *replay;
    const rh_audit *audit;
    rh_check_row *rows;
    size_t n_rows;
} rh_check_result;

void rh_check_print(const rh_check_result *result);
void rh_check_print_json(const rh_check_result *result);

#endif
