/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keys.h: the one table of configuration keys.
 *
 * Reading, --set, help, the documentation and the canonical configuration that is stored with the
 * results all come from this table. A path names a key; `data.*.format` is the key `format` of
 * every element of the list `data`. Keys of plug-ins (strategy, hedge.ratio) come from their own
 * tables.
 */
#ifndef RH_EXPERIMENT_KEYS_H
#define RH_EXPERIMENT_KEYS_H

#include "base/config.h"
#include "base/status.h"

#include <stddef.h>

typedef enum {
    RH_KEY_TEXT,     /* const char *, the document's own text */
    RH_KEY_NUMBER,   /* double; NaN if not given and without a default */
    RH_KEY_TIME,     /* rh_time */
    RH_KEY_DURATION, /* int64_t, ns */
    RH_KEY_CHOICE,   /* int, position in `choices` */
    RH_KEY_FLAG,     /* int, true or false */
    RH_KEY_PLUGIN,   /* const rh_node *: a name, or a mapping with a name and parameters */
    RH_KEY_MAP,      /* const rh_node *: a mapping of the user's own names */
    RH_KEY_SETS,     /* const rh_node *: a list of mappings that override other keys */
    RH_KEY_LIST      /* array of `size` bytes an element; count right behind the pointer */
} rh_key_type;

/* What a key decides: how lanes are compared and recorded; which market they see; which positions
 * are hedged; what those are worth; how one lane hedges. Lanes that agree in all of a scope share
 * what it makes. */
typedef enum {
    RH_SCOPE_STUDY,
    RH_SCOPE_TAPE,
    RH_SCOPE_BOOK,
    RH_SCOPE_VALUATION,
    RH_SCOPE_LANE
} rh_key_scope;

typedef struct {
    const char *path;
    rh_key_type type;
    rh_key_scope scope;
    size_t offset;       /* in rh_experiment, or in the list's element */
    const char *initial; /* as the user would write it; NULL: needed; "": may be left out */
    const char *unit;
    double min, max;     /* both 0: no limit; durations in seconds */
    const char *choices; /* blank-separated */
    size_t size;         /* RH_KEY_LIST: of an element */
    const char *help;
} rh_key;

const rh_key *rh_keys(size_t *count);
const char *rh_key_type_text(rh_key_type type);
const char *rh_key_scope_text(rh_key_scope scope);

/* Fills the structure at `into` (an rh_experiment) from the document: values, defaults, and
 * errors for unknown keys, wrong types and numbers out of range. Lists are allocated with
 * rh_allocate; rh_keys_free releases them. */
rh_status rh_keys_read(const rh_config *config, void *into, rh_error *error);
void rh_keys_free(void *into);

#endif
