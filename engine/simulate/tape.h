/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tape.h: a simulated path as events in memory: those that its files (simulate.h) give when they
 * are read as generic CSV in the order spot.csv, perp.csv, options.csv, to the bit.
 *
 * Only what the catalogue holds is made: of a chain of 400 names the two that a book needs are
 * priced, and, as draws are a function of their place, they are what they are among all 400.
 *
 * The functions have the shape of an rh_stream (replay/stream.h), which another room makes of them.
 */
#ifndef RH_SIMULATE_TAPE_H
#define RH_SIMULATE_TAPE_H

#include "instrument/catalogue.h"
#include "instrument/event.h"
#include "simulate/scenario.h"

typedef struct rh_sim_tape rh_sim_tape;

/* Every option of the scenario's chain as its name says, into a catalogue: what its files list. */
rh_status rh_sim_list_options(const rh_scenario *scenario, rh_catalogue *into, rh_error *error);

/* At the beginning of path number `path`. The scenario and the catalogue, which must not grow any
 * more, must outlive the tape. */
rh_status rh_sim_tape_open(const rh_scenario *scenario, uint32_t path,
                           const rh_catalogue *catalogue, rh_sim_tape **out, rh_error *error);
void rh_sim_tape_close(rh_sim_tape *tape);

/* Back to the beginning, of another path. Allocates nothing. */
void rh_sim_tape_rewind(rh_sim_tape *tape, uint32_t path);

/* When the next instant is known; RH_NEVER at the end, or where take has an error to tell. */
rh_time rh_sim_tape_next_time(void *tape);

/* Takes the next instant; *events stays valid until the next call. 0 events: the end. Fails with
 * RH_BAD_CONFIG if the price has left the range that files can hold. */
rh_status rh_sim_tape_take(void *tape, const rh_event **events, size_t *count, rh_error *error);

/* Events handed out since it was opened. */
uint64_t rh_sim_tape_events(const rh_sim_tape *tape);

#endif
