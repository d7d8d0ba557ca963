/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/bytes.h"

#include "base/memory.h"
#include "feed/ahead.h"
#include "feed/packing.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct rh_bytes {
    rh_intake intake;
    const rh_packing *packing;
    void *unpacking; /* the packing's state */
    rh_ahead *ahead;
    unsigned char *at; /* unread part of a block of `ahead` */
    size_t left;
    int ended;
    char kept[RH_BYTES_KEPT + RH_BYTES_BEHIND];
};

_Static_assert((int)RH_BYTES_KEPT <= (int)RH_AHEAD_BEFORE &&
                   (int)RH_BYTES_BEHIND <= (int)RH_AHEAD_BEHIND,
               "a block of `ahead` has room about it");

/* At the first byte: finds the packing, which has to be the same after a rewind. */
static rh_status start(rh_bytes *b, rh_error *error) {
    rh_status status = rh_intake_fill(&b->intake, error);
    const rh_packing *found = status == RH_OK ? rh_packing_find(&b->intake, error) : NULL;
    if (!found)
        return status != RH_OK ? status : RH_BAD_DATA;
    if (b->packing && found != b->packing)
        return rh_fail(error, RH_BAD_DATA, "%s: the file changed while it was read",
                       b->intake.path);
    b->packing = found;
    if (!b->unpacking)
        b->unpacking = rh_allocate(1, found->size);
    if (!b->unpacking)
        return rh_fail(error, RH_FAILED, "%s: no memory to read", b->intake.path);
    return found->start(b->unpacking, &b->intake, error);
}

/* What `ahead` calls, perhaps on its thread. */
static rh_status fill(void *self, unsigned char *out, size_t size, size_t *got, rh_error *error) {
    rh_bytes *b = self;
    size_t some = 1;
    for (*got = 0; *got < size && some > 0; *got += some) {
        rh_status status =
            b->packing->some(b->unpacking, &b->intake, out + *got, size - *got, &some, error);
        if (status != RH_OK)
            return status;
    }
    return RH_OK;
}

static rh_status open_all(rh_bytes *b, const char *path, rh_error *error) {
    rh_status status = rh_intake_open(&b->intake, path, error);
    if (status != RH_OK)
        return status;
    b->ahead = rh_ahead_open(fill, b, b->intake.is_file);
    if (!b->ahead)
        return rh_fail(error, RH_FAILED, "%s: no memory to read", path);
    return start(b, error);
}

rh_status rh_bytes_open(const char *path, rh_bytes **out, rh_error *error) {
    rh_bytes *b = rh_allocate(1, sizeof *b);
    if (!b)
        return rh_fail(error, RH_FAILED, "%s: no memory to read", path);
    rh_status status = open_all(b, path, error);
    if (status != RH_OK) {
        rh_bytes_close(b);
        return status;
    }
    *out = b;
    return RH_OK;
}

void rh_bytes_close(rh_bytes *b) {
    if (!b)
        return;
    rh_ahead_close(b->ahead);
    if (b->unpacking)
        b->packing->stop(b->unpacking);
    rh_release(b->unpacking);
    rh_intake_close(&b->intake);
    rh_release(b);
}

rh_status rh_bytes_rewind(rh_bytes *b, rh_error *error) {
    rh_ahead_restart(b->ahead);
    b->left = 0;
    b->ended = 0;
    rh_status status = rh_intake_rewind(&b->intake, error);
    return status == RH_OK ? start(b, error) : status;
}

/* Where the last one is used up. */
static rh_status next_block(rh_bytes *b, rh_error *error) {
    if (b->left > 0 || b->ended)
        return RH_OK;
    rh_status status = rh_ahead_next(b->ahead, &b->at, &b->left, error);
    b->ended = status == RH_OK && b->left == 0;
    return status;
}

rh_status rh_bytes_go_on(rh_bytes *b, const char *kept, size_t n_kept, const char **text,
                         size_t *count, rh_error *error) {
    memcpy(b->kept, kept, n_kept); /* a block goes when the next one is asked for */
    rh_status status = next_block(b, error);
    *text = b->kept;
    *count = n_kept;
    if (status != RH_OK || b->left == 0)
        return status;
    memcpy(b->at - n_kept, b->kept, n_kept);
    *text = (const char *)b->at - n_kept;
    *count += b->left;
    b->at += b->left;
    b->left = 0;
    return RH_OK;
}

rh_status rh_bytes_read(rh_bytes *b, unsigned char *buffer, size_t size, size_t *got,
                        rh_error *error) {
    *got = 0;
    while (*got < size && !b->ended) {
        rh_status status = next_block(b, error);
        if (status != RH_OK)
            return status;
        const size_t part = b->left < size - *got ? b->left : size - *got;
        if (part > 0)
            memcpy(buffer + *got, b->at, part);
        b->at += part;
        b->left -= part;
        *got += part;
    }
    return RH_OK;
}

void rh_bytes_digest(const rh_bytes *b, char hex[65]) {
    uint8_t digest[32];
    hex[0] = '\0';
    if (!b->ended)
        return;
    rh_ahead_digest(b->ahead, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

void rh_bytes_place(const rh_bytes *b, int64_t *done, int64_t *total) {
    const off_t at = b->intake.is_file ? lseek(b->intake.fd, 0, SEEK_CUR) : -1;
    *done = at < 0 ? -1 : (int64_t)at - b->intake.start;
    *total = at < 0 ? -1 : (int64_t)b->intake.then.st_size - b->intake.start;
}

const char *rh_bytes_packing(const rh_bytes *b) {
    return b->packing->name;
}
