/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/bytes.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { INPUT_SIZE = 1 << 16 };

struct rh_bytes {
    const char *path;
    int fd;
    int gzip;     /* the file is compressed */
    int inflated; /* `z` is initialised */
    int inside;   /* between the first and last byte of a gzip member */
    int ended;
    z_stream z;
    struct sha256_ctx sha;
    size_t at, end; /* unread part of `input` */
    unsigned char input[INPUT_SIZE];
};

static voidpf allocate_for_zlib(voidpf unused, uInt count, uInt size) {
    (void)unused;
    return rh_allocate(count, size);
}

static void release_for_zlib(voidpf unused, voidpf block) {
    (void)unused;
    rh_release(block);
}

/* Reads on until the input buffer is full or the file ends. */
static rh_status fill(rh_bytes *b, rh_error *error) {
    b->at = b->end = 0;
    while (b->end < INPUT_SIZE) {
        ssize_t got = read(b->fd, b->input + b->end, INPUT_SIZE - b->end);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return rh_fail(error, RH_BAD_DATA, "%s: cannot read: %s", b->path, strerror(errno));
        if (got == 0)
            break;
        b->end += (size_t)got;
    }
    return RH_OK;
}

/* Packings that are not read here, by their first bytes. */
static const struct {
    unsigned char magic[4];
    const char *name, *mend;
} packings[] = {
    {{'P', 'K', 3, 4}, "zip", "unzip it first"},
    {{0x28, 0xb5, 0x2f, 0xfd}, "zstd", "unpack it with 'zstd -d' first"},
    {{'B', 'Z', 'h', '9'}, "bzip2", "unpack it with 'bunzip2' first"},
    {{0xfd, '7', 'z', 'X'}, "xz", "unpack it with 'unxz' first"},
    {{'S', 'Q', 'L', 'i'}, "SQLite", "name it as 'store:' instead"},
};

static rh_status refuse_packings(const rh_bytes *b, rh_error *error) {
    if (b->end < 4)
        return RH_OK;
    for (size_t i = 0; i < sizeof packings / sizeof *packings; i++)
        if (memcmp(b->input, packings[i].magic, 4) == 0)
            return rh_fail(error, RH_BAD_DATA, "%s: this is a %s file; %s", b->path,
                           packings[i].name, packings[i].mend);
    return RH_OK;
}

static rh_status start_inflating(rh_bytes *b, rh_error *error) {
    b->inside = 1;
    if (b->inflated) {
        (void)inflateReset(&b->z);
        return RH_OK;
    }
    b->z.zalloc = allocate_for_zlib;
    b->z.zfree = release_for_zlib;
    /* 15 + 16: the largest window, gzip framing with its checksum. */
    if (inflateInit2(&b->z, 15 + 16) != Z_OK)
        return rh_fail(error, RH_FAILED, "%s: no memory to decompress", b->path);
    b->inflated = 1;
    return RH_OK;
}

static rh_status start(rh_bytes *b, rh_error *error) {
    b->ended = b->inside = 0;
    sha256_init(&b->sha);
    rh_status status = fill(b, error);
    if (status == RH_OK)
        status = refuse_packings(b, error);
    if (status != RH_OK)
        return status;
    b->gzip = b->end >= 2 && b->input[0] == 0x1f && b->input[1] == 0x8b;
    return b->gzip ? start_inflating(b, error) : RH_OK;
}

static rh_status open_regular(rh_bytes *b, rh_error *error) {
    struct stat about;
    b->fd = open(b->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (b->fd < 0)
        return rh_fail(error, RH_BAD_DATA, "%s: cannot open: %s", b->path, strerror(errno));
    if (fstat(b->fd, &about) != 0)
        return rh_fail(error, RH_BAD_DATA, "%s: cannot read: %s", b->path, strerror(errno));
    if (S_ISDIR(about.st_mode))
        return rh_fail(error, RH_BAD_DATA, "%s: is a directory, not a file", b->path);
    if (!S_ISREG(about.st_mode))
        return rh_fail(error, RH_BAD_DATA, "%s: is not a regular file; save the data to one",
                       b->path);
    return RH_OK;
}

rh_status rh_bytes_open(const char *path, rh_bytes **out, rh_error *error) {
    rh_bytes *b = rh_allocate(1, sizeof *b);
    if (!b)
        return rh_fail(error, RH_FAILED, "%s: no memory to read", path);
    b->path = path;
    rh_status status = open_regular(b, error);
    if (status == RH_OK)
        status = start(b, error);
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
    if (b->inflated)
        (void)inflateEnd(&b->z);
    if (b->fd >= 0)
        (void)close(b->fd);
    rh_release(b);
}

rh_status rh_bytes_rewind(rh_bytes *b, rh_error *error) {
    if (lseek(b->fd, 0, SEEK_SET) != 0)
        return rh_fail(error, RH_BAD_DATA, "%s: cannot read twice: %s", b->path, strerror(errno));
    return start(b, error);
}

static rh_status read_plain(rh_bytes *b, unsigned char *buffer, size_t size, size_t *got,
                            rh_error *error) {
    *got = 0;
    if (b->at == b->end) {
        rh_status status = fill(b, error);
        if (status != RH_OK)
            return status;
    }
    *got = b->end - b->at < size ? b->end - b->at : size;
    memcpy(buffer, b->input + b->at, *got);
    b->at += *got;
    return RH_OK;
}

/* After the end of a member: another one, or the end of the file. Zero bytes are padding. */
static rh_status next_member(rh_bytes *b, rh_error *error) {
    for (;;) {
        if (b->at == b->end) {
            rh_status status = fill(b, error);
            if (status != RH_OK || b->end == 0)
                return status;
        }
        if (b->input[b->at] != 0)
            break;
        b->at++;
    }
    if (b->input[b->at] != 0x1f)
        return rh_fail(error, RH_BAD_DATA, "%s: bytes that are not gzip follow the gzip data",
                       b->path);
    return start_inflating(b, error);
}

static rh_status inflate_some(rh_bytes *b, unsigned char *buffer, size_t size, size_t *got,
                              rh_error *error) {
    b->z.next_in = b->input + b->at;
    b->z.avail_in = (uInt)(b->end - b->at);
    b->z.next_out = buffer;
    b->z.avail_out = (uInt)size;
    int code = inflate(&b->z, Z_NO_FLUSH);
    b->at = b->end - b->z.avail_in;
    *got = size - b->z.avail_out;
    if (code == Z_STREAM_END)
        b->inside = 0;
    else if (code == Z_MEM_ERROR)
        return rh_fail(error, RH_FAILED, "%s: no memory to decompress", b->path);
    else if (code != Z_OK && code != Z_BUF_ERROR)
        return rh_fail(error, RH_BAD_DATA, "%s: damaged gzip data: %s", b->path,
                       b->z.msg ? b->z.msg : "cannot decompress");
    return RH_OK;
}

static rh_status read_gzip(rh_bytes *b, unsigned char *buffer, size_t size, size_t *got,
                           rh_error *error) {
    rh_status status = RH_OK;
    *got = 0;
    while (status == RH_OK && *got == 0) {
        if (!b->inside) {
            status = next_member(b, error);
            if (status != RH_OK || !b->inside)
                break;
        }
        if (b->at == b->end)
            status = fill(b, error);
        if (status == RH_OK && b->end == 0)
            return rh_fail(error, RH_BAD_DATA,
                           "%s: truncated gzip: the file ends inside the compressed data", b->path);
        if (status == RH_OK)
            status = inflate_some(b, buffer, size, got, error);
    }
    return status;
}

rh_status rh_bytes_read(rh_bytes *b, unsigned char *buffer, size_t size, size_t *got,
                        rh_error *error) {
    *got = 0;
    while (*got < size && !b->ended) {
        size_t part;
        rh_status status = b->gzip ? read_gzip(b, buffer + *got, size - *got, &part, error)
                                   : read_plain(b, buffer + *got, size - *got, &part, error);
        if (status != RH_OK)
            return status;
        b->ended = part == 0;
        *got += part;
    }
    sha256_update(&b->sha, *got, buffer);
    return RH_OK;
}

void rh_bytes_digest(const rh_bytes *b, char hex[65]) {
    struct sha256_ctx copy = b->sha;
    uint8_t digest[SHA256_DIGEST_SIZE];
    hex[0] = '\0';
    if (!b->ended)
        return;
    sha256_digest(&copy, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}
