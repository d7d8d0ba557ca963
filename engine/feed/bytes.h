/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bytes.h: a file as a stream of decompressed bytes, with their SHA-256 taken on the way.
 *
 * Plain or gzip (also of several members) is found by the first bytes, never by the name. A gzip
 * file that ends too early is an error and says so. Zip, zstd and other packings are refused with
 * the command that unpacks them. Only regular files: a source is read twice where its direction
 * has to be found first.
 */
#ifndef RH_FEED_BYTES_H
#define RH_FEED_BYTES_H

#include "base/status.h"

#include <stddef.h>

typedef struct rh_bytes rh_bytes;

/* `path` must outlive the stream. */
rh_status rh_bytes_open(const char *path, rh_bytes **out, rh_error *error);
void rh_bytes_close(rh_bytes *bytes);

/* Fills the buffer; *got is less than `size` only at the end of the file. */
rh_status rh_bytes_read(rh_bytes *bytes, unsigned char *buffer, size_t size, size_t *got,
                        rh_error *error);

/* Back to the first byte; the digest starts anew. */
rh_status rh_bytes_rewind(rh_bytes *bytes, rh_error *error);

/* The SHA-256 of all decompressed bytes in hexadecimal, or "" before the end was read. */
void rh_bytes_digest(const rh_bytes *bytes, char hex[65]);

#endif
