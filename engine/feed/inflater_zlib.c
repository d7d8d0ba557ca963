/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/inflater.h"

#include "base/memory.h"

#include <limits.h>
#include <zlib.h>

typedef struct {
    z_stream z;
    int ready;
    rh_inflate_frame frame;
    uint32_t crc; /* of a raw stream */
} state;

static voidpf allocate(voidpf unused, uInt count, uInt size) {
    (void)unused;
    return rh_allocate(count, size);
}

static void release(voidpf unused, voidpf block) {
    (void)unused;
    rh_release(block);
}

/* 15: the largest window; 16 more: gzip framing with its checksum; negative: none. */
static int window_bits(rh_inflate_frame frame) {
    return frame == RH_INFLATE_GZIP ? 15 + 16 : -15;
}

static int start(void *self, rh_inflate_frame frame) {
    state *s = self;
    s->frame = frame;
    s->crc = 0;
    if (s->ready)
        return inflateReset2(&s->z, window_bits(frame)) == Z_OK ? 0 : -1;
    s->z.zalloc = allocate;
    s->z.zfree = release;
    s->ready = inflateInit2(&s->z, window_bits(frame)) == Z_OK;
    return s->ready ? 0 : -1;
}

static rh_inflate_result result_of(const state *s, int code, rh_inflate_io *io) {
    switch (code) {
    case Z_STREAM_END: io->crc = s->crc; return RH_INFLATE_END;
    case Z_OK:
    case Z_BUF_ERROR: return RH_INFLATE_MORE;
    case Z_MEM_ERROR: return RH_INFLATE_NO_MEMORY;
    default: io->why = s->z.msg ? s->z.msg : "cannot decompress"; return RH_INFLATE_DAMAGED;
    }
}

static rh_inflate_result some(void *self, rh_inflate_io *io) {
    state *s = self;
    /* zlib never writes to its input; its type says otherwise. */
    s->z.next_in = (z_const Bytef *)io->in;
    s->z.avail_in = (uInt)(io->in_left < UINT_MAX ? io->in_left : UINT_MAX);
    s->z.next_out = io->out;
    s->z.avail_out = (uInt)(io->out_left < UINT_MAX ? io->out_left : UINT_MAX);
    const int code = inflate(&s->z, Z_NO_FLUSH);
    const size_t made = (size_t)(s->z.next_out - io->out);
    if (s->frame == RH_INFLATE_RAW)
        s->crc = (uint32_t)crc32_z(s->crc, io->out, made);
    io->in_left -= (size_t)(s->z.next_in - io->in);
    io->in = s->z.next_in;
    io->out += made;
    io->out_left -= made;
    return result_of(s, code, io);
}

static void stop(void *self) {
    state *s = self;
    if (s->ready)
        (void)inflateEnd(&s->z);
    s->ready = 0;
}

const rh_inflater rh_inflater_zlib = {"zlib", sizeof(state), start, some, stop};
