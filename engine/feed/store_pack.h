/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_pack.h: events of one source, in their order, become chunks of a store.
 *
 * Events are gathered into slices; a second thread packs and inserts a slice while the next one
 * fills up. Between rh_packer_open and rh_packer_finish the database belongs to that thread. A
 * slice is as long as it takes to give its instruments chunks worth reading, up to RH_SLICE_EVENTS.
 */
#ifndef RH_FEED_STORE_PACK_H
#define RH_FEED_STORE_PACK_H

#include "base/status.h"
#include "instrument/event.h"

#include <stddef.h>
#include <stdint.h>

struct sqlite3;
typedef struct rh_packer rh_packer;

/* `path` is what errors name. */
rh_status rh_packer_open(struct sqlite3 *db, const char *path, int64_t source_id, rh_packer **out,
                         rh_error *error);

/* Adds events behind those that are there; events' instruments are the store's numbers less 1. */
rh_status rh_packer_add(rh_packer *packer, const rh_event *events, size_t count, rh_error *error);

/* Packs what is left and waits for the thread. *busy_s: what it took there. */
rh_status rh_packer_finish(rh_packer *packer, double *busy_s, rh_error *error);

/* Also ends the thread, where finish was not called. */
void rh_packer_close(rh_packer *packer);

#endif
