/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pattern.h: a path with * ? or [ in it as the files that it stands for. */
#ifndef RH_FEED_PATTERN_H
#define RH_FEED_PATTERN_H

#include "base/status.h"

#include <stddef.h>

/* It has a glob character, and isn't itself the name of a file. */
int rh_is_pattern(const char *path);

/* All paths that match (glob(7)), in natural order; none is an error. The caller releases them with
 * rh_pattern_free, after a failure too. */
rh_status rh_pattern_expand(const char *pattern, char ***paths, size_t *count, rh_error *error);
void rh_pattern_free(char **paths, size_t count);

/* As strcmp, but runs of digits compare as numbers: day-2 comes before day-10. */
int rh_natural_order(const char *a, const char *b);

#endif
