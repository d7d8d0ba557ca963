/* SPDX-License-Identifier: GPL-3.0-or-later */
/* timezone.h: local clocks of vendor files, read from the system's IANA zone files.
 *
 * TZif files (RFC 8536) of version 2 or later below $TZDIR, else /usr/share/zoneinfo: the 64-bit
 * transitions and the rule in the footer for the years after them. The process's own TZ plays no
 * part. "UTC" needs no file.
 */
#ifndef RH_FEED_TIMEZONE_H
#define RH_FEED_TIMEZONE_H

#include "base/clock.h"
#include "base/status.h"

typedef struct rh_zone rh_zone;

/* A name can't leave the directory: letters, digits, '_', '+', '-' and '/' between parts. */
rh_status rh_zone_open(const char *name, rh_zone **out, rh_error *error);
void rh_zone_close(rh_zone *zone);

/* Seconds that the local clock is ahead of UTC. */
int64_t rh_zone_offset(const rh_zone *zone, rh_time utc);

/* The instants at which the local clock shows `local` (a date and time as if it were UTC): none
 * where clocks were set forward over it, two (earlier first) where they were set back over it.
 * Returns how many. */
int rh_zone_from_local(const rh_zone *zone, rh_time local, rh_time out[2]);

#endif
