/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/packing.h"

#include "feed/inflating.h"

#include <inttypes.h>

static int knows(const unsigned char *bytes, size_t count) {
    return count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

/* RFC 1952, 2.3.1.2: reserved flags must be zero; not every library looks. */
static rh_status check_flags(const rh_intake *in, rh_error *error) {
    if (in->left < 4 || (in->at[3] & 0xe0) == 0)
        return RH_OK;
    return rh_fail(error, RH_BAD_DATA,
                   "%s: damaged gzip data before byte %" PRIu64 ": unknown header flags set",
                   in->path, rh_intake_place(in) + 4);
}

static rh_status start(void *self, rh_intake *in, rh_error *error) {
    rh_status status = check_flags(in, error);
    return status != RH_OK ? status : rh_inflating_start(self, "gzip", RH_INFLATE_GZIP, in, error);
}

/* After a member: another one, or the end of the file. Zero bytes are padding, as tapes leave it.
 */
static rh_status next_member(rh_inflating *s, rh_intake *in, rh_error *error) {
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
    return start(s, in, error);
}

static rh_status some(void *self, rh_intake *in, unsigned char *out, size_t size, size_t *got,
                      rh_error *error) {
    rh_inflating *s = self;
    rh_status status = RH_OK;
    *got = 0;
    while (status == RH_OK && *got == 0) {
        if (!s->inside)
            status = next_member(s, in, error);
        if (status != RH_OK || !s->inside)
            break;
        status = rh_inflating_some(s, in, out, size, got, error);
    }
    return status;
}

static void stop(void *self) {
    rh_inflating_stop(self);
}

const rh_packing rh_packing_gzip = {"gzip", knows, sizeof(rh_inflating), start, some, stop};
