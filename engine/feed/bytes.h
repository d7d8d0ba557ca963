/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bytes.h: a file as a stream of its unpacked bytes, with their SHA-256 taken on the way.
 *
 * Plain, gzip (also of several members), zstd, or zip with one member: found by the first bytes,
 * never by the name. Checksums are verified; a file that ends too early, is damaged, or goes on
 * after its own end is an error and says so, and so is one that changes while it is read. Other
 * packings are refused with the command that unpacks them. Constant memory whatever is inside;
 * long streams are unpacked by a second thread (ahead.h).
 *
 * "-" is standard input, and pipes are read as well; they can be rewound within their first
 * RH_INTAKE_KEPT bytes. Who reads a file several times asks rh_intake_require_file first.
 */
#ifndef RH_FEED_BYTES_H
#define RH_FEED_BYTES_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct rh_bytes rh_bytes;

/* `path` must outlive the stream. */
rh_status rh_bytes_open(const char *path, rh_bytes **out, rh_error *error);
void rh_bytes_close(rh_bytes *bytes);

/* Fills the buffer; *got is less than `size` only at the end of the file. */
rh_status rh_bytes_read(rh_bytes *bytes, unsigned char *buffer, size_t size, size_t *got,
                        rh_error *error);

/* What can be kept, and what is readable behind the bytes of rh_bytes_go_on. */
enum { RH_BYTES_KEPT = 1 << 16, RH_BYTES_BEHIND = 64 };

/* The next bytes where they lie, in one piece behind `n_kept` bytes (at most RH_BYTES_KEPT) that
 * are kept of the last piece; *count is that of both, n_kept at the end of the file. *text is valid
 * until the next call and mustn't be written to. */
rh_status rh_bytes_go_on(rh_bytes *bytes, const char *kept, size_t n_kept, const char **text,
                         size_t *count, rh_error *error);

/* Back to the first byte; the digest starts anew. */
rh_status rh_bytes_rewind(rh_bytes *bytes, rh_error *error);

/* The SHA-256 of all unpacked bytes in hexadecimal, or "" before the end was read. */
void rh_bytes_digest(const rh_bytes *bytes, char hex[65]);

/* How much of the input, as it lies there, has been read and how much there is; -1 both where that
 * can't be told. May be asked while another thread unpacks. */
void rh_bytes_place(const rh_bytes *bytes, int64_t *done, int64_t *total);

/* "plain", "gzip", "zstd" or "zip". */
const char *rh_bytes_packing(const rh_bytes *bytes);

#endif
