/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sink.h: rows of numbers on their way into an output of base/output.h, packed or not.
 *
 * As there, failures are remembered and reported by the commit. A zeroed sink is closed, and
 * rh_sim_sink_abandon is harmless to it.
 */
#ifndef RH_SIMULATE_SINK_H
#define RH_SIMULATE_SINK_H

#include "base/output.h"

#include <stddef.h>

typedef struct {
    rh_output *output;
    void *packer; /* zlib's z_stream; NULL if the file isn't gzip */
    char *path;   /* of the target */
    size_t used;
    char text[4096];
} rh_sim_sink;

/* DIRECTORY/NAME, or DIRECTORY/NAME.gz if `gzip`. */
rh_status rh_sim_sink_open(rh_sim_sink *sink, const char *directory, const char *name, int gzip,
                           rh_error *error);

void rh_sim_sink_bytes(rh_sim_sink *sink, const char *bytes, size_t length);
void rh_sim_sink_text(rh_sim_sink *sink, const char *text);

/* A comma and a number with `decimals` digits behind the point, or the shortest text that reads
 * back to the same number if `decimals` is negative; a comma alone for NaN. At most 8 decimals. */
void rh_sim_sink_number(rh_sim_sink *sink, double value, int decimals);

/* Puts the file in its place. The sink keeps its path until it is abandoned, which it has to be
 * either way. */
rh_status rh_sim_sink_commit(rh_sim_sink *sink, rh_error *error);

/* Closes; a file that wasn't committed never was. */
void rh_sim_sink_abandon(rh_sim_sink *sink);

#endif
