/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/intake.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int is_standard_input(const char *path) {
    return strcmp(path, "-") == 0;
}

/* ---- opening ---- */

static rh_status open_descriptor(rh_intake *in, rh_error *error) {
    if (is_standard_input(in->path)) {
        in->fd = STDIN_FILENO;
        return RH_OK;
    }
    in->fd = open(in->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (in->fd >= 0)
        return RH_OK;
    return rh_fail(error, RH_BAD_DATA, "%s: cannot open: %s", in->path, strerror(errno));
}

static rh_status check_kind(rh_intake *in, rh_error *error) {
    if (fstat(in->fd, &in->then) != 0)
        return rh_fail(error, RH_BAD_DATA, "%s: cannot read: %s", in->path, strerror(errno));
    if (S_ISDIR(in->then.st_mode))
        return rh_fail(error, RH_BAD_DATA, "%s: is a directory, not a file", in->path);
    in->is_file = S_ISREG(in->then.st_mode);
    const off_t start = in->is_file ? lseek(in->fd, 0, SEEK_CUR) : 0;
    in->start = start > 0 ? start : 0;
    return RH_OK;
}

rh_status rh_intake_open(rh_intake *in, const char *path, rh_error *error) {
    in->path = path;
    in->fd = -1;
    rh_status status = open_descriptor(in, error);
    return status == RH_OK ? check_kind(in, error) : status;
}

void rh_intake_close(rh_intake *in) {
    if (in->fd > STDIN_FILENO)
        (void)close(in->fd);
    in->fd = -1;
    rh_release(in->kept);
    in->kept = NULL;
}

rh_status rh_intake_require_file(const char *path, rh_error *error) {
    struct stat about;
    const int standard = is_standard_input(path);
    if (!standard && (stat(path, &about) != 0 || S_ISREG(about.st_mode) || S_ISDIR(about.st_mode)))
        return RH_OK; /* opening it says what is wrong */
    return rh_fail(error, RH_BAD_DATA,
                   "%s: %s can be read only once, and here data may be read again; save it to a "
                   "file, or 'rehedge import' it into a store",
                   path, standard ? "standard input" : "what isn't a regular file");
}

/* ---- reading ---- */

static int has_changed(const rh_intake *in) {
    struct stat now;
    return fstat(in->fd, &now) != 0 || now.st_size != in->then.st_size ||
           now.st_mtim.tv_sec != in->then.st_mtim.tv_sec ||
           now.st_mtim.tv_nsec != in->then.st_mtim.tv_nsec;
}

/* One read(2): some bytes, or none at the end. */
static rh_status read_some(rh_intake *in, unsigned char *out, size_t size, size_t *got,
                           rh_error *error) {
    ssize_t count;
    *got = 0;
    do
        count = read(in->fd, out, size);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        return rh_fail(error, RH_BAD_DATA, "%s: cannot read: %s", in->path, strerror(errno));
    if (count == 0 && in->is_file && has_changed(in))
        return rh_fail(error, RH_BAD_DATA, "%s: the file changed while it was read", in->path);
    *got = (size_t)count;
    return RH_OK;
}

static void forget(rh_intake *in) {
    rh_release(in->kept);
    in->kept = NULL;
    in->n_kept = in->kept_room = 0;
    in->forgotten = 1;
}

static rh_status keep(rh_intake *in, const unsigned char *bytes, size_t count, rh_error *error) {
    if (in->forgotten)
        return RH_OK;
    if (in->n_kept + count > RH_INTAKE_KEPT) {
        forget(in);
        return RH_OK;
    }
    if (in->n_kept + count > in->kept_room) {
        const size_t room = 2 * in->kept_room + RH_INTAKE_BUFFER + count;
        if (rh_resize_array(&in->kept, room, 1) != 0)
            return rh_fail(error, RH_FAILED, "%s: no memory to read", in->path);
        in->kept_room = room;
    }
    memcpy(in->kept + in->n_kept, bytes, count);
    in->n_kept += count;
    return RH_OK;
}

static rh_status take_some(rh_intake *in, unsigned char *out, size_t size, size_t *got,
                           rh_error *error) {
    rh_status status = RH_OK;
    if (in->taken < in->n_kept) {
        *got = in->n_kept - in->taken < size ? in->n_kept - (size_t)in->taken : size;
        memcpy(out, in->kept + in->taken, *got);
    } else {
        status = read_some(in, out, size, got, error);
        if (status == RH_OK && !in->is_file && *got > 0)
            status = keep(in, out, *got, error);
    }
    if (status == RH_OK)
        in->taken += *got;
    return status;
}

/* Takes until `size` bytes are there or the input ends. */
static rh_status take(rh_intake *in, unsigned char *out, size_t size, size_t *got,
                      rh_error *error) {
    size_t some = 1;
    for (*got = 0; *got < size && some > 0; *got += some) {
        rh_status status = take_some(in, out + *got, size - *got, &some, error);
        if (status != RH_OK)
            return status;
    }
    return RH_OK;
}

rh_status rh_intake_fill(rh_intake *in, rh_error *error) {
    if (in->left > 0)
        return RH_OK;
    unsigned char *const room = in->buffer + RH_INTAKE_BACK;
    if (in->at)
        memmove(in->buffer, in->at - RH_INTAKE_BACK, RH_INTAKE_BACK);
    in->at = room;
    return take(in, room, RH_INTAKE_BUFFER, &in->left, error);
}

rh_status rh_intake_read(rh_intake *in, unsigned char *out, size_t size, size_t *got,
                         rh_error *error) {
    const size_t first = in->left < size ? in->left : size;
    size_t rest = 0;
    if (first > 0) {
        memcpy(out, in->at, first);
        in->at += first;
        in->left -= first;
    }
    rh_status status = first < size ? take(in, out + first, size - first, &rest, error) : RH_OK;
    *got = first + rest;
    return status;
}

uint64_t rh_intake_place(const rh_intake *in) {
    return in->taken - in->left;
}

rh_status rh_intake_rewind(rh_intake *in, rh_error *error) {
    if (in->is_file && lseek(in->fd, (off_t)in->start, SEEK_SET) < 0)
        return rh_fail(error, RH_BAD_DATA, "%s: cannot read twice: %s", in->path, strerror(errno));
    if (!in->is_file && in->forgotten)
        return rh_fail(error, RH_BAD_DATA,
                       "%s: a pipe cannot be read twice beyond its first %d MiB; save it to a file",
                       in->path, RH_INTAKE_KEPT >> 20);
    in->at = NULL;
    in->left = 0;
    in->taken = 0;
    return RH_OK;
}
