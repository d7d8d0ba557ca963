/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inflating.h: deflate data out of an intake, for the packings that are made of them. */
#ifndef RH_FEED_INFLATING_H
#define RH_FEED_INFLATING_H

#include "feed/inflater.h"
#include "feed/intake.h"

typedef struct {
    const char *what; /* "gzip", for messages */
    const rh_inflater *inflater;
    void *state;
    int inside;   /* between the first and the last byte of a stream */
    uint32_t crc; /* of a raw stream, once it has ended */
} rh_inflating;

/* Begins a stream; the first time with the inflater of the day. `in` is for messages. */
rh_status rh_inflating_start(rh_inflating *inflating, const char *what, rh_inflate_frame frame,
                             const rh_intake *in, rh_error *error);

/* Any number of bytes, 0 too; `inside` falls at the end of the stream. */
rh_status rh_inflating_some(rh_inflating *inflating, rh_intake *in, unsigned char *out, size_t size,
                            size_t *got, rh_error *error);

/* Harmless if it was never started. */
void rh_inflating_stop(rh_inflating *inflating);

#endif
