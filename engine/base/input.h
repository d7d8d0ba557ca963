/* SPDX-License-Identifier: GPL-3.0-or-later */
/* input.h: a small file as one text, for what is read whole (experiments, scenarios). */
#ifndef RH_BASE_INPUT_H
#define RH_BASE_INPUT_H

#include "base/status.h"

#include <stddef.h>

/* Reads a file of at most 16 MiB. `what` ("an experiment") is what a larger one is said not to be.
 * The caller releases *text, after a failure too; it has no terminator. */
rh_status rh_input_read(const char *path, const char *what, char **text, size_t *length,
                        rh_error *error);

#endif
