/* SPDX-License-Identifier: GPL-3.0-or-later */
/* axes.h: what is varied in a comparison, and the combinations.
 *
 * An axis is a key of the configuration and the values it takes: `strategy.every=5m,1h,8h`,
 * `strategy.width=0:0.2:0.01` (from, to inclusive, step; numbers or durations). Commas inside
 * brackets, braces and quotes belong to the value. The combinations of all axes are their cartesian
 * product, the axes in alphabetical order of their keys and the last one fastest, so that the order
 * in which they were given doesn't matter.
 */
#ifndef RH_STUDY_AXES_H
#define RH_STUDY_AXES_H

#include "base/status.h"

#include <stddef.h>

typedef struct {
    char *key;
    char **values;
    size_t n_values;
} rh_axis;

typedef struct {
    rh_axis *axes;
    size_t n_axes;
    size_t n_combinations; /* 1 without an axis */
} rh_axes;

/* Reads the texts given with -P. Two axes of one key, an axis without values, a range that never
 * ends or more than 1,000,000 combinations are errors. */
rh_status rh_axes_read(const char *const *texts, size_t count, rh_axes *out, rh_error *error);
void rh_axes_free(rh_axes *axes);

/* The value of an axis in a combination. */
const char *rh_axes_value(const rh_axes *axes, size_t combination, size_t axis);

#endif
