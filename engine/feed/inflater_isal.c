/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/inflater.h"

#ifdef REHEDGE_HAVE_ISAL

#include <isa-l/igzip_lib.h>
#include <limits.h>

static int start(void *self, rh_inflate_frame frame) {
    struct inflate_state *s = self;
    isal_inflate_init(s);
    s->crc_flag = frame == RH_INFLATE_GZIP ? ISAL_GZIP : ISAL_GZIP_NO_HDR;
    return 0;
}

/* In zlib's words where it has them. */
static const char *reason(int code) {
    switch (code) {
    case ISAL_INVALID_BLOCK: return "invalid block type";
    case ISAL_INVALID_SYMBOL: return "invalid code";
    case ISAL_INVALID_LOOKBACK: return "invalid distance too far back";
    case ISAL_INVALID_WRAPPER: return "incorrect header check";
    case ISAL_UNSUPPORTED_METHOD: return "unknown compression method";
    case ISAL_INCORRECT_CHECKSUM: return "incorrect data check";
    default: return "cannot decompress";
    }
}

/* Whole bytes that were taken in but lie behind the end of a raw stream; of a gzip member isa-l
 * gives them back itself. */
static void give_back(struct inflate_state *s, rh_inflate_io *io) {
    const size_t bytes = s->crc_flag == ISAL_GZIP ? 0 : (size_t)s->read_in_length / 8;
    io->in -= bytes;
    io->in_left += bytes;
}

static rh_inflate_result some(void *self, rh_inflate_io *io) {
    struct inflate_state *s = self;
    /* isa-l never writes to its input; its type says otherwise. */
    s->next_in = (uint8_t *)io->in;
    s->avail_in = (uint32_t)(io->in_left < UINT_MAX ? io->in_left : UINT_MAX);
    s->next_out = io->out;
    s->avail_out = (uint32_t)(io->out_left < UINT_MAX ? io->out_left : UINT_MAX);
    const int code = isal_inflate(s);
    io->in_left -= (size_t)(s->next_in - io->in);
    io->in = s->next_in;
    io->out_left -= (size_t)(s->next_out - io->out);
    io->out = s->next_out;
    if (code < 0 || code == ISAL_NEED_DICT) {
        io->why = reason(code);
        return RH_INFLATE_DAMAGED;
    }
    if (s->block_state != ISAL_BLOCK_FINISH)
        return RH_INFLATE_MORE;
    give_back(s, io);
    io->crc = s->crc;
    return RH_INFLATE_END;
}

static void stop(void *self) {
    (void)self;
}

const rh_inflater rh_inflater_isal = {"isa-l", sizeof(struct inflate_state), start, some, stop};

#endif
