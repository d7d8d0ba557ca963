/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ahead.h: a stream of bytes in blocks, read ahead by a second thread where it is long, with its
 * SHA-256.
 *
 * The first blocks are read when they are asked for, so that a short file costs no thread. From
 * then on a thread fills a small ring, if one may be had: all streams together have at most one
 * for each processor, and the rest read on as they began. The bytes, their digest and the error
 * that ends them are the same either way; whichever side would have to wait takes the digest.
 */
#ifndef RH_FEED_AHEAD_H
#define RH_FEED_AHEAD_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

/* Fills `out`; *got is less than `size` only at the end. */
typedef rh_status (*rh_ahead_fill)(void *self, unsigned char *out, size_t size, size_t *got,
                                   rh_error *error);

typedef struct rh_ahead rh_ahead;

/* `threaded`: a second thread may call `fill` (not where it could wait for long, as a pipe's
 * reader does: closing would wait with it). Returns NULL without memory. */
rh_ahead *rh_ahead_open(rh_ahead_fill fill, void *self, int threaded);

/* Waits for the thread, which is then no longer inside `fill`. Accepts NULL. */
void rh_ahead_close(rh_ahead *ahead);

/* About each block: so many bytes before it are the listener's, and so many behind it are readable.
 */
enum { RH_AHEAD_BEFORE = 1 << 16, RH_AHEAD_BEHIND = 64 };

/* The next block, valid until the next call; 0 bytes at the end. After an error the same one. Its
 * bytes mustn't change. */
rh_status rh_ahead_next(rh_ahead *ahead, unsigned char **bytes, size_t *count, rh_error *error);

/* Forgets everything and starts anew; `self` must be at its start again when the next block is
 * asked for, and is not touched from here until then. */
void rh_ahead_restart(rh_ahead *ahead);

/* Of all bytes; once the end was reached. */
void rh_ahead_digest(const rh_ahead *ahead, uint8_t sha256[32]);

/* At most so many threads from now on; -1: one for each processor but none on a single one. For
 * tests and benchmarks. */
void rh_ahead_limit(int threads);

/* Whether a listener that would have to wait takes digests, as it does at first. For benchmarks. */
void rh_ahead_help(int help);

#endif
