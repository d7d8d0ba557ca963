/* SPDX-License-Identifier: GPL-3.0-or-later */
/* packing.h: how a file's bytes are packed, one record each: plain, gzip, zstd, zip.
 *
 * Found by the first bytes, never by the name. Every packing works on pipes too, verifies the
 * checksums it has, and refuses an early end and anything that follows its own end. Memory doesn't
 * depend on what is inside.
 */
#ifndef RH_FEED_PACKING_H
#define RH_FEED_PACKING_H

#include "feed/intake.h"

typedef struct {
    const char *name;
    /* Whether a file begins so; all its bytes are there where it is shorter than the buffer. */
    int (*knows)(const unsigned char *bytes, size_t count);
    size_t size; /* of `state`, zeroed bytes of the caller's */
    /* At the first byte of the input; once more after a rewind. */
    rh_status (*start)(void *state, rh_intake *intake, rh_error *error);
    /* Fills as much as it can at once: any number of bytes, but 0 only at the verified end. */
    rh_status (*some)(void *state, rh_intake *intake, unsigned char *out, size_t size, size_t *got,
                      rh_error *error);
    /* Gives back what start took; harmless if it never ran. */
    void (*stop)(void *state);
} rh_packing;

extern const rh_packing rh_packing_plain;
extern const rh_packing rh_packing_gzip;
extern const rh_packing rh_packing_zstd;
extern const rh_packing rh_packing_zip;

/* The packing of what stands in the intake's buffer; NULL with the error filled for one that isn't
 * read here. */
const rh_packing *rh_packing_find(const rh_intake *intake, rh_error *error);

/* "PATH: truncated WHAT: the file ends after N bytes, ..." */
rh_status rh_packing_truncated(const rh_intake *intake, const char *what, rh_error *error);

#endif
