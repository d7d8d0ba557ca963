/* SPDX-License-Identifier: GPL-3.0-or-later */
/* workers.h: work that is cut into parts, each done by a thread that need not come about. */
#ifndef RH_STUDY_WORKERS_H
#define RH_STUDY_WORKERS_H

#include <stddef.h>

enum { RH_MOST_WORKERS = 64 };

/* Calls `work` with each of the `count` (at most RH_MOST_WORKERS) elements of `size` bytes, and
 * waits for all. This thread is the first worker; those for which there is no thread aren't
 * called. */
void rh_workers_run(void *(*work)(void *), void *workers, size_t size, size_t count);

#endif
