/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/packing.h"

#include <inttypes.h>
#include <string.h>
#include <zstd.h>

typedef struct {
    ZSTD_DCtx *context;
    int inside; /* a frame */
} state;

/* A frame, or one of the 16 kinds of skippable ones (RFC 8878, 3.1). */
static int knows(const unsigned char *bytes, size_t count) {
    static const unsigned char frame[4] = {0x28, 0xb5, 0x2f, 0xfd}, skip[3] = {0x2a, 0x4d, 0x18};
    return count >= 4 && (memcmp(bytes, frame, 4) == 0 ||
                          ((bytes[0] & 0xf0) == 0x50 && memcmp(bytes + 1, skip, 3) == 0));
}

static rh_status start(void *self, rh_intake *in, rh_error *error) {
    state *s = self;
    if (!s->context)
        s->context = ZSTD_createDCtx();
    if (!s->context)
        return rh_fail(error, RH_FAILED, "%s: no memory to decompress", in->path);
    (void)ZSTD_DCtx_reset(s->context, ZSTD_reset_session_only);
    s->inside = 0;
    return RH_OK;
}

static void stop(void *self) {
    state *s = self;
    (void)ZSTD_freeDCtx(s->context);
}

/* Fewer bytes than a magic number are caught by the end of the file. */
static rh_status check_frame(const rh_intake *in, rh_error *error) {
    if (in->left < 4 || knows(in->at, in->left))
        return RH_OK;
    return rh_fail(error, RH_BAD_DATA,
                   "%s: bytes that are not zstd follow the zstd data (at byte %" PRIu64 ")",
                   in->path, rh_intake_place(in));
}

static rh_status decompress_some(state *s, rh_intake *in, unsigned char *out, size_t size,
                                 size_t *got, rh_error *error) {
    ZSTD_inBuffer from = {in->at, in->left, 0};
    ZSTD_outBuffer to = {out, size, 0};
    const size_t code = ZSTD_decompressStream(s->context, &to, &from);
    in->at += from.pos;
    in->left -= from.pos;
    *got = to.pos;
    s->inside = code != 0;
    if (ZSTD_isError(code))
        return rh_fail(error, RH_BAD_DATA, "%s: damaged zstd data near byte %" PRIu64 ": %s",
                       in->path, rh_intake_place(in), ZSTD_getErrorName(code));
    return RH_OK;
}

static rh_status some(void *self, rh_intake *in, unsigned char *out, size_t size, size_t *got,
                      rh_error *error) {
    state *s = self;
    rh_status status = RH_OK;
    *got = 0;
    while (status == RH_OK && *got == 0) {
        status = rh_intake_fill(in, error);
        if (status != RH_OK || (in->left == 0 && !s->inside))
            break;
        const int ended = in->left == 0;
        if (!s->inside)
            status = check_frame(in, error);
        if (status == RH_OK)
            status = decompress_some(s, in, out, size, got, error);
        if (status == RH_OK && ended && s->inside && *got == 0)
            status = rh_packing_truncated(in, "zstd", error);
    }
    return status;
}

const rh_packing rh_packing_zstd = {"zstd", knows, sizeof(state), start, some, stop};
