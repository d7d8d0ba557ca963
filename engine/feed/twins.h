/* SPDX-License-Identifier: GPL-3.0-or-later */
/* twins.h: rows that a file holds twice.
 *
 * A row is told by a key (its instrument, time and what else its format names), and compared by
 * the events it gives. The last few thousand rows are remembered, one to a slot of a table, in
 * constant memory: of two equal rows that lie further apart the second may count as new.
 */
#ifndef RH_FEED_TWINS_H
#define RH_FEED_TWINS_H

#include "base/status.h"
#include "feed/format.h"

typedef enum {
    RH_TWIN_NEW,
    RH_TWIN_SAME, /* seen, and it said the same */
    RH_TWIN_OTHER /* seen, and it said something else */
} rh_twin;

typedef struct rh_twins rh_twins;

rh_status rh_twins_open(rh_twins **out, rh_error *error);
void rh_twins_close(rh_twins *twins);

/* Remembers the current row of `reading`, which gave `batch`. */
rh_twin rh_twins_add(rh_twins *twins, const rh_reading *reading, const rh_row *row,
                     const rh_batch *batch);

#endif
