/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/inflating.h"

#include "base/memory.h"
#include "feed/packing.h"

#include <inttypes.h>

static rh_status no_memory(const rh_intake *in, rh_error *error) {
    return rh_fail(error, RH_FAILED, "%s: no memory to decompress", in->path);
}

rh_status rh_inflating_start(rh_inflating *s, const char *what, rh_inflate_frame frame,
                             const rh_intake *in, rh_error *error) {
    if (!s->state) {
        s->what = what;
        s->inflater = rh_inflater_now();
        s->state = rh_allocate(1, s->inflater->size);
    }
    s->inside = 1;
    return s->state && s->inflater->start(s->state, frame) == 0 ? RH_OK : no_memory(in, error);
}

rh_status rh_inflating_some(rh_inflating *s, rh_intake *in, unsigned char *out, size_t size,
                            size_t *got, rh_error *error) {
    rh_status status = rh_intake_fill(in, error);
    const int ended = in->left == 0;
    *got = 0;
    if (status != RH_OK)
        return status;
    rh_inflate_io io = {in->at, in->left, out, size, 0, NULL};
    const rh_inflate_result result = s->inflater->some(s->state, &io);
    in->at = io.in;
    in->left = io.in_left;
    *got = size - io.out_left;
    s->inside = result != RH_INFLATE_END;
    s->crc = io.crc;
    if (result == RH_INFLATE_NO_MEMORY)
        return no_memory(in, error);
    if (result == RH_INFLATE_DAMAGED)
        return rh_fail(error, RH_BAD_DATA, "%s: damaged %s data before byte %" PRIu64 ": %s",
                       in->path, s->what, rh_intake_place(in), io.why);
    return ended && s->inside && *got == 0 ? rh_packing_truncated(in, s->what, error) : RH_OK;
}

void rh_inflating_stop(rh_inflating *s) {
    if (s->state)
        s->inflater->stop(s->state);
    rh_release(s->state);
}
