/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/backwards.h"

#include "base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 1024 };

/* The events that didn't fit the last block are on disk, in blocks that are all full. */
struct rh_backwards {
    int fd; /* -1 until a block is full */
    uint64_t blocks;
    size_t count; /* in `block` */
    rh_event block[BLOCK];
};

rh_status rh_backwards_open(rh_backwards **out, rh_error *error) {
    *out = rh_allocate(1, sizeof **out);
    if (!*out)
        return rh_fail(error, RH_FAILED, "no memory to turn a file round");
    (*out)->fd = -1;
    return RH_OK;
}

void rh_backwards_close(rh_backwards *b) {
    if (b && b->fd >= 0)
        (void)close(b->fd);
    rh_release(b);
}

static rh_status open_unnamed(rh_backwards *b, rh_error *error) {
    char path[4096];
    const char *folder = getenv("TMPDIR");
    if (!folder || !*folder)
        folder = "/tmp";
    if (snprintf(path, sizeof path, "%s/rehedge-XXXXXX", folder) >= (int)sizeof path)
        return rh_fail(error, RH_FAILED, "TMPDIR is too long");
    b->fd = mkstemp(path);
    if (b->fd < 0)
        return rh_fail(error, RH_FAILED, "%s: cannot make a temporary file: %s", folder,
                       strerror(errno));
    (void)unlink(path);
    return RH_OK;
}

static off_t place_of(uint64_t block) {
    return (off_t)(block * sizeof(rh_event) * BLOCK);
}

static rh_status write_block(rh_backwards *b, rh_error *error) {
    const char *bytes = (const char *)b->block;
    size_t done = 0;
    if (b->fd < 0) {
        rh_status status = open_unnamed(b, error);
        if (status != RH_OK)
            return status;
    }
    while (done < sizeof b->block) {
        ssize_t wrote =
            pwrite(b->fd, bytes + done, sizeof b->block - done, place_of(b->blocks) + (off_t)done);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return rh_fail(error, RH_FAILED, "cannot write a temporary file: %s", strerror(errno));
        done += (size_t)wrote;
    }
    b->blocks++;
    b->count = 0;
    return RH_OK;
}

static rh_status read_block(rh_backwards *b, rh_error *error) {
    char *bytes = (char *)b->block;
    size_t done = 0;
    b->blocks--;
    while (done < sizeof b->block) {
        ssize_t got =
            pread(b->fd, bytes + done, sizeof b->block - done, place_of(b->blocks) + (off_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return rh_fail(error, RH_FAILED, "cannot read back a temporary file: %s",
                           got < 0 ? strerror(errno) : "it was cut short");
        done += (size_t)got;
    }
    b->count = BLOCK;
    return RH_OK;
}

rh_status rh_backwards_add(rh_backwards *b, const rh_event *event, rh_error *error) {
    if (b->count == BLOCK) {
        rh_status status = write_block(b, error);
        if (status != RH_OK)
            return status;
    }
    b->block[b->count++] = *event;
    return RH_OK;
}

int rh_backwards_take(rh_backwards *b, rh_event *event, rh_error *error) {
    if (b->count == 0 && b->blocks == 0)
        return 0;
    if (b->count == 0 && read_block(b, error) != RH_OK)
        return -1;
    *event = b->block[--b->count];
    return 1;
}
