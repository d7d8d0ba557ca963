/* SPDX-License-Identifier: GPL-3.0-or-later */
/* params.h: a plug-in's parameter table meets what the user wrote. */
#ifndef RH_STRATEGY_PARAMS_H
#define RH_STRATEGY_PARAMS_H

#include "base/config.h"
#include "base/status.h"

#include <rehedge/strategy.h>
#include <stddef.h>

/* One value for each parameter of a table, in its order. Texts are copies. */
typedef struct {
    rh_value *values;
    size_t count;
    char **texts;
} rh_values;

/* Reads the parameters from a mapping; `name` is not a parameter and is passed over, every other
 * key that the table doesn't have is an error with a proposal. `path` ("strategy") goes in front
 * of the key in errors. `map` may be NULL: then all are defaults. */
rh_status rh_values_read(const rh_param *params, size_t count, const rh_config *config,
                         const rh_node *map, const char *path, rh_values *out, rh_error *error);
void rh_values_free(rh_values *values);

/* Refuses the first key of a mapping (NULL: none) that isn't among `names`, with a proposal where
 * one is near, else with `hint` behind the sentence. */
rh_status rh_params_refuse_unknown(const char *const *names, size_t n, const char *hint,
                                   const rh_config *config, const rh_node *map, const char *path,
                                   rh_error *error);

/* Checks a table that came from a plug-in: names, types, defaults that parse, limits. Returns
 * NULL, or a sentence on what is wrong. */
const char *rh_params_fault(const rh_param *params, size_t count);

/* "number", "duration", ... */
const char *rh_param_type_text(rh_param_type type);

#endif
