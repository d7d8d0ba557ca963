/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inflater.h: deflate data through zlib or, where it was there when the program was built, isa-l,
 * which gives the same bytes about four times as fast.
 */
#ifndef RH_FEED_INFLATER_H
#define RH_FEED_INFLATER_H

#include <stddef.h>
#include <stdint.h>

typedef enum { RH_INFLATE_GZIP, RH_INFLATE_RAW } rh_inflate_frame;
typedef enum {
    RH_INFLATE_MORE, /* wants input, or room for output */
    RH_INFLATE_END,
    RH_INFLATE_DAMAGED,
    RH_INFLATE_NO_MEMORY
} rh_inflate_result;

typedef struct {
    const unsigned char *in;
    size_t in_left;
    unsigned char *out;
    size_t out_left;
    uint32_t crc;    /* CRC-32 of a raw stream's output, at its end */
    const char *why; /* it is damaged */
} rh_inflate_io;

/* `state` is `size` zeroed bytes of the caller's. */
typedef struct {
    const char *name;
    size_t size;
    /* Before each gzip member or raw stream; 0, or -1 without memory. */
    int (*start)(void *state, rh_inflate_frame frame);
    /* Moves all four ends of `io`; at the end of the stream `in` is at the byte behind it, for
     * which it may go back by up to 8 bytes that an earlier call took. A gzip member's checksum
     * and length have been verified then. */
    rh_inflate_result (*some)(void *state, rh_inflate_io *io);
    /* Gives back what start took; harmless if it never ran. */
    void (*stop)(void *state);
} rh_inflater;

extern const rh_inflater rh_inflater_zlib;
extern const rh_inflater rh_inflater_isal;

/* All that were built in, the best first; NULL at the end. */
extern const rh_inflater *const rh_inflaters[];

/* What new streams use: the best, until a test or a benchmark says otherwise. */
const rh_inflater *rh_inflater_now(void);
void rh_inflater_use(const rh_inflater *inflater);

#endif
