/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A zip of one member, read from its front to its back, so that pipes work too. Layout and
 * numbers: APPNOTE.TXT 6.3 (PKWARE), sections 4.3 to 4.5. */
#include "feed/packing.h"

#include "feed/inflating.h"
#include "feed/zip_directory.h"

#include <inttypes.h>
#include <string.h>
#include <zlib.h>

/* Flags and methods of a local header. */
enum { ENCRYPTED = 1, SIZES_FOLLOW = 8, STORED = 0, DEFLATED = 8, FIELD_64 = 1, NAME_KEPT = 80 };

typedef struct {
    rh_inflating inflating;
    unsigned flags, method;
    uint32_t crc, crc_seen;
    uint64_t packed, plain, plain_seen;
    uint64_t begin; /* of the data, as a place in the file */
    int wide;       /* has the zip64 field */
    int inside, over;
    size_t name_length;
    unsigned char name[NAME_KEPT];
} state;

static int knows(const unsigned char *bytes, size_t count) {
    return count >= 4 &&
           (rh_zip_number(bytes, 4) == RH_ZIP_LOCAL || rh_zip_number(bytes, 4) == RH_ZIP_END);
}

static rh_status damaged(const rh_intake *in, const char *what, rh_error *error) {
    return rh_fail(error, RH_BAD_DATA, "%s: damaged zip before byte %" PRIu64 ": %s", in->path,
                   rh_intake_place(in), what);
}

/* Exactly `size` bytes; they are dropped if `out` is NULL. */
static rh_status take(rh_intake *in, unsigned char *out, uint64_t size, rh_error *error) {
    while (size > 0) {
        rh_status status = rh_intake_fill(in, error);
        if (status != RH_OK)
            return status;
        if (in->left == 0)
            return rh_packing_truncated(in, "zip", error);
        const size_t part = in->left < size ? in->left : (size_t)size;
        if (out) {
            memcpy(out, in->at, part);
            out += part;
        }
        in->at += part;
        in->left -= part;
        size -= part;
    }
    return RH_OK;
}

static rh_status take_number(rh_intake *in, int bytes, uint64_t *number, rh_error *error) {
    unsigned char raw[8];
    rh_status status = take(in, raw, (uint64_t)bytes, error);
    if (status == RH_OK)
        *number = rh_zip_number(raw, bytes);
    return status;
}

/* ---- the local header ---- */

static rh_status take_name(state *s, rh_intake *in, size_t length, rh_error *error) {
    s->name_length = length < NAME_KEPT ? length : NAME_KEPT;
    rh_status status = take(in, s->name, s->name_length, error);
    return status == RH_OK ? take(in, NULL, length - s->name_length, error) : status;
}

/* Sizes of 0xffffffff stand in the zip64 field, in the order plain, packed. */
static rh_status take_field_64(state *s, rh_intake *in, uint64_t length, rh_error *error) {
    rh_status status = RH_OK;
    s->wide = 1;
    if (s->plain == UINT32_MAX && length >= 8) {
        status = take_number(in, 8, &s->plain, error);
        length -= 8;
    }
    if (status == RH_OK && s->packed == UINT32_MAX && length >= 8) {
        status = take_number(in, 8, &s->packed, error);
        length -= 8;
    }
    return status == RH_OK ? take(in, NULL, length, error) : status;
}

static rh_status take_fields(state *s, rh_intake *in, uint64_t left, rh_error *error) {
    rh_status status = RH_OK;
    while (left >= 4 && status == RH_OK) {
        unsigned char head[4];
        status = take(in, head, sizeof head, error);
        if (status != RH_OK)
            return status;
        const uint64_t length = rh_zip_number(head + 2, 2);
        left -= 4;
        if (length > left)
            return damaged(in, "an extra field that is longer than its header says", error);
        left -= length;
        status = rh_zip_number(head, 2) == FIELD_64 ? take_field_64(s, in, length, error)
                                                    : take(in, NULL, length, error);
    }
    return status == RH_OK ? take(in, NULL, left, error) : status;
}

static rh_status check_method(const state *s, const rh_intake *in, rh_error *error) {
    if (s->flags & ENCRYPTED)
        return rh_fail(error, RH_BAD_DATA, "%s: this zip is encrypted; unzip it first", in->path);
    if (s->method != STORED && s->method != DEFLATED)
        return rh_fail(error, RH_BAD_DATA,
                       "%s: this zip is compressed by method %u, only deflate is read; unzip it "
                       "first",
                       in->path, s->method);
    if (s->method == STORED && s->flags & SIZES_FOLLOW)
        return rh_fail(error, RH_BAD_DATA,
                       "%s: this zip is stored without saying how long it is; unzip it first",
                       in->path);
    return RH_OK;
}

static rh_status take_local_header(state *s, rh_intake *in, rh_error *error) {
    unsigned char head[30];
    rh_status status = take(in, head, sizeof head, error);
    if (status != RH_OK)
        return status;
    if (rh_zip_number(head, 4) != RH_ZIP_LOCAL)
        return rh_zip_refuse(in->path, "nothing", error);
    s->flags = (unsigned)rh_zip_number(head + 6, 2);
    s->method = (unsigned)rh_zip_number(head + 8, 2);
    s->wide = 0;
    s->crc = (uint32_t)rh_zip_number(head + 14, 4);
    s->packed = rh_zip_number(head + 18, 4);
    s->plain = rh_zip_number(head + 22, 4);
    status = take_name(s, in, rh_zip_number(head + 26, 2), error);
    if (status == RH_OK)
        status = take_fields(s, in, rh_zip_number(head + 28, 2), error);
    return status == RH_OK ? check_method(s, in, error) : status;
}

static rh_status start(void *self, rh_intake *in, rh_error *error) {
    state *s = self;
    rh_status status = rh_zip_require_one(in, error);
    if (status == RH_OK)
        status = rh_inflating_start(&s->inflating, "zip", RH_INFLATE_RAW, in, error);
    if (status == RH_OK)
        status = take_local_header(s, in, error);
    s->begin = rh_intake_place(in);
    s->plain_seen = 0;
    s->crc_seen = 0;
    s->inside = 1;
    s->over = 0;
    return status;
}

static void stop(void *self) {
    rh_inflating_stop(&((state *)self)->inflating);
}

/* ---- the data ---- */

static rh_status inflate_some(state *s, rh_intake *in, unsigned char *out, size_t size, size_t *got,
                              rh_error *error) {
    rh_status status = rh_inflating_some(&s->inflating, in, out, size, got, error);
    s->inside = s->inflating.inside;
    s->crc_seen = s->inflating.crc;
    return status;
}

static rh_status copy_some(state *s, rh_intake *in, unsigned char *out, size_t size, size_t *got,
                           rh_error *error) {
    const uint64_t left = s->packed - s->plain_seen;
    rh_status status = rh_intake_read(in, out, left < size ? (size_t)left : size, got, error);
    if (status != RH_OK)
        return status;
    if (*got == 0 && left > 0)
        return rh_packing_truncated(in, "zip", error);
    s->crc_seen = (uint32_t)crc32_z(s->crc_seen, out, *got);
    s->inside = *got < left;
    return RH_OK;
}

/* ---- what follows the data ---- */

/* A descriptor is CRC, packed and plain size, with or without a signature. The sizes have 8 bytes
 * with a zip64 field, else 4, unless only 8 fit what was read. */
static rh_status take_descriptor(state *s, rh_intake *in, uint64_t packed, rh_error *error) {
    unsigned char raw[24];
    rh_status status = take(in, raw, 4, error);
    if (status == RH_OK && rh_zip_number(raw, 4) == RH_ZIP_DESCRIPTOR &&
        s->crc_seen != RH_ZIP_DESCRIPTOR)
        status = take(in, raw, 4, error);
    if (status == RH_OK)
        status = take(in, raw + 4, 8, error);
    if (status != RH_OK)
        return status;
    s->crc = (uint32_t)rh_zip_number(raw, 4);
    s->packed = rh_zip_number(raw + 4, 4);
    s->plain = rh_zip_number(raw + 8, 4);
    if (!s->wide && s->packed == packed && s->plain == s->plain_seen)
        return RH_OK;
    status = take(in, raw + 12, 8, error);
    s->packed = rh_zip_number(raw + 4, 8);
    s->plain = rh_zip_number(raw + 12, 8);
    return status;
}

static rh_status check_data(const state *s, const rh_intake *in, uint64_t packed, rh_error *error) {
    if (s->packed != packed || s->plain != s->plain_seen)
        return damaged(in, "the data are not as long as the headers say", error);
    if (s->crc != s->crc_seen)
        return damaged(in, "incorrect data check (CRC-32)", error);
    return RH_OK;
}

static rh_status refuse_next(const state *s, rh_intake *in, rh_error *error) {
    char names[256] = "";
    unsigned char head[26], next[NAME_KEPT];
    (void)rh_zip_add_name(names, sizeof names, s->name, s->name_length);
    rh_status status = take(in, head, sizeof head, error);
    if (status != RH_OK)
        return status;
    const uint64_t length = rh_zip_number(head + 22, 2);
    const size_t kept = length < NAME_KEPT ? (size_t)length : NAME_KEPT;
    status = take(in, next, kept, error);
    if (status != RH_OK)
        return status;
    (void)rh_zip_add_name(names, sizeof names, next, kept);
    return rh_zip_refuse(in->path, names, error);
}

static rh_status take_entry(const state *s, rh_intake *in, rh_error *error) {
    unsigned char raw[42];
    rh_status status = take(in, raw, sizeof raw, error);
    if (status != RH_OK)
        return status;
    if (rh_zip_number(raw + 12, 4) != s->crc_seen)
        return damaged(in, "the directory has another CRC-32 than the data", error);
    return take(in, NULL,
                rh_zip_number(raw + 24, 2) + rh_zip_number(raw + 26, 2) +
                    rh_zip_number(raw + 28, 2),
                error);
}

static rh_status take_end(rh_intake *in, rh_error *error) {
    unsigned char raw[18];
    rh_status status = take(in, raw, sizeof raw, error);
    if (status == RH_OK)
        status = take(in, NULL, rh_zip_number(raw + 16, 2), error);
    if (status == RH_OK)
        status = rh_intake_fill(in, error);
    if (status == RH_OK && in->left > 0)
        return damaged(in, "bytes follow its end", error);
    return status;
}

static rh_status take_end_64(rh_intake *in, rh_error *error) {
    uint64_t size = 0;
    rh_status status = take_number(in, 8, &size, error);
    return status == RH_OK ? take(in, NULL, size, error) : status;
}

static rh_status take_directory(state *s, rh_intake *in, rh_error *error) {
    rh_status status = RH_OK;
    int entries = 0;
    while (status == RH_OK && !s->over) {
        uint64_t signature = 0;
        status = take_number(in, 4, &signature, error);
        if (status != RH_OK)
            return status;
        switch (signature) {
        case RH_ZIP_LOCAL: return refuse_next(s, in, error);
        case RH_ZIP_ENTRY:
            if (++entries > 1)
                return damaged(in, "the directory has more members than the file", error);
            status = take_entry(s, in, error);
            break;
        case RH_ZIP_END_64: status = take_end_64(in, error); break;
        case RH_ZIP_LOCATOR_64: status = take(in, NULL, 16, error); break;
        case RH_ZIP_END:
            status = take_end(in, error);
            s->over = 1;
            break;
        default: return damaged(in, "no directory follows the data", error);
        }
    }
    if (status == RH_OK && entries == 0)
        return damaged(in, "the directory has no member", error);
    return status;
}

static rh_status finish(state *s, rh_intake *in, rh_error *error) {
    const uint64_t packed = rh_intake_place(in) - s->begin;
    rh_status status = s->flags & SIZES_FOLLOW ? take_descriptor(s, in, packed, error) : RH_OK;
    if (status == RH_OK)
        status = check_data(s, in, packed, error);
    return status == RH_OK ? take_directory(s, in, error) : status;
}

static rh_status some(void *self, rh_intake *in, unsigned char *out, size_t size, size_t *got,
                      rh_error *error) {
    state *s = self;
    rh_status status = RH_OK;
    *got = 0;
    while (status == RH_OK && *got == 0 && s->inside) {
        status = s->method == STORED ? copy_some(s, in, out, size, got, error)
                                     : inflate_some(s, in, out, size, got, error);
        s->plain_seen += *got;
    }
    return status == RH_OK && *got == 0 && !s->over ? finish(s, in, error) : status;
}

const rh_packing rh_packing_zip = {"zip", knows, sizeof(state), start, some, stop};
