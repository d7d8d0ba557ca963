/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/packing.h"

#include "base/memory.h"
#include "feed/inflater.h"

#include <inttypes.h>

typedef struct {
    const rh_inflater *inflater;
    void *inflating;
    int inside; /* between the first and the last byte of a member */
} state;

static int knows(const unsigned char *bytes, size_t count) {
    return count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

static rh_status no_memory(const rh_intake *in, rh_error *error) {
    return rh_fail(error, RH_FAILED, "%s: no memory to decompress", in->path);
}

static rh_status start_member(state *s, const rh_intake *in, rh_error *error) {
    s->inside = 1;
    return s->inflater->start(s->inflating, RH_INFLATE_GZIP) == 0 ? RH_OK : no_memory(in, error);
}

static rh_status start(void *self, rh_intake *in, rh_error *error) {
    state *s = self;
    if (!s->inflating) {
        s->inflater = rh_inflater_now();
        s->inflating = rh_allocate(1, s->inflater->size);
    }
    return s->inflating ? start_member(s, in, error) : no_memory(in, error);
}

static void stop(void *self) {
    state *s = self;
    if (s->inflating)
        s->inflater->stop(s->inflating);
    rh_release(s->inflating);
}

/* After a member: another one, or the end of the file. Zero bytes are padding (tapes, gzip -l). */
static rh_status next_member(state *s, rh_intake *in, rh_error *error) {
    for (;;) {
        rh_status status = rh_intake_fill(in, error);
        if (status != RH_OK || in->left == 0)
            return status;
        if (*in->at != 0)
            break;
        in->at++;
        in->left--;
    }
    if (*in->at != 0x1f)
        return rh_fail(error, RH_BAD_DATA,
                       "%s: bytes that are not gzip follow the gzip data (at byte %" PRIu64 ")",
                       in->path, rh_intake_place(in));
    return start_member(s, in, error);
}

static rh_status inflate_some(state *s, rh_intake *in, unsigned char *out, size_t size, size_t *got,
                              rh_error *error) {
    rh_inflate_io io = {in->at, in->left, out, size, 0, NULL};
    const rh_inflate_result result = s->inflater->some(s->inflating, &io);
    in->at = io.in;
    in->left = io.in_left;
    *got = size - io.out_left;
    s->inside = result != RH_INFLATE_END;
    if (result == RH_INFLATE_NO_MEMORY)
        return no_memory(in, error);
    if (result == RH_INFLATE_DAMAGED)
        return rh_fail(error, RH_BAD_DATA, "%s: damaged gzip data before byte %" PRIu64 ": %s",
                       in->path, rh_intake_place(in), io.why);
    return RH_OK;
}

static rh_status some(void *self, rh_intake *in, unsigned char *out, size_t size, size_t *got,
                      rh_error *error) {
    state *s = self;
    rh_status status = RH_OK;
    *got = 0;
    while (status == RH_OK && *got == 0) {
        if (!s->inside) {
            status = next_member(s, in, error);
            if (status != RH_OK || !s->inside)
                break;
        }
        status = rh_intake_fill(in, error);
        const int ended = in->left == 0;
        if (status == RH_OK)
            status = inflate_some(s, in, out, size, got, error);
        if (status == RH_OK && ended && s->inside && *got == 0)
            status = rh_packing_truncated(in, "gzip", error);
    }
    return status;
}

const rh_packing rh_packing_gzip = {"gzip", knows, sizeof(state), start, some, stop};
