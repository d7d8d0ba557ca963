/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/output.h"

#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER_BYTES = 65536, MOST_LINKS = 16, PATH_BYTES = 4096 };

struct rh_output {
    char *path;      /* the target, symbolic links followed */
    char *directory; /* where it lies, with the slash; "" is the current one */
    char *temporary;
    int file;
    dev_t device;
    ino_t inode;
    int trouble; /* errno of the first write that failed */
    size_t used;
    unsigned char buffer[BUFFER_BYTES];
};

/* ---- system calls that tests can make fail ---- */

static _Atomic uint64_t operations_left = UINT64_MAX;
static _Atomic uint64_t bytes_left = UINT64_MAX;

void rh_output_fail_after(uint64_t operations) {
    atomic_store(&operations_left, operations);
}

void rh_output_fail_after_bytes(uint64_t bytes) {
    atomic_store(&bytes_left, bytes);
}

static int refused(void) {
    uint64_t left = atomic_load(&operations_left);
    if (left == UINT64_MAX)
        return 0;
    if (left == 0) {
        errno = EIO;
        return 1;
    }
    atomic_store(&operations_left, left - 1);
    return 0;
}

static ssize_t write_some(int file, const unsigned char *bytes, size_t count) {
    uint64_t left = atomic_load(&bytes_left);
    if (refused())
        return -1;
    if (left == UINT64_MAX)
        return write(file, bytes, count);
    if (left == 0) {
        errno = ENOSPC;
        return -1;
    }
    ssize_t written = write(file, bytes, count < left ? count : (size_t)left);
    if (written > 0)
        atomic_store(&bytes_left, left - (uint64_t)written);
    return written;
}

/* ---- names ---- */

static char *join(const char *first, size_t length, const char *rest) {
    char *text = rh_allocate(length + strlen(rest) + 1, 1);
    if (text) {
        memcpy(text, first, length);
        strcpy(text + length, rest);
    }
    return text;
}

static size_t directory_length(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

static rh_status no_memory(const char *path, rh_error *error) {
    return rh_fail(error, RH_FAILED, "%s: cannot be written: out of memory", path);
}

static rh_status refuse(const char *path, int why, rh_error *error) {
    return rh_fail(error, RH_FAILED, "%s: cannot be written: %s", path, strerror(why));
}

/* Replaces output->path by what the link there points to; a relative one starts at its place. */
static rh_status follow_link(rh_output *output, rh_error *error) {
    char target[PATH_BYTES];
    ssize_t length = readlink(output->path, target, sizeof target - 1);
    if (length < 0)
        return refuse(output->path, errno, error);
    target[length] = '\0';
    size_t kept = target[0] == '/' ? 0 : directory_length(output->path);
    char *path = join(output->path, kept, target);
    if (!path)
        return no_memory(output->path, error);
    rh_release(output->path);
    output->path = path;
    return RH_OK;
}

/* Follows links and refuses what must not be renamed over. *mode gets the permissions to keep. */
static rh_status find_target(rh_output *output, mode_t *mode, rh_error *error) {
    struct stat there;
    for (int links = 0;; links++) {
        if (lstat(output->path, &there) != 0)
            return errno == ENOENT ? RH_OK : refuse(output->path, errno, error);
        if (!S_ISLNK(there.st_mode))
            break;
        if (links == MOST_LINKS)
            return refuse(output->path, ELOOP, error);
        rh_status status = follow_link(output, error);
        if (status != RH_OK)
            return status;
    }
    if (!S_ISREG(there.st_mode))
        return rh_fail(error, RH_FAILED, "%s: is %s; name a file", output->path,
                       S_ISDIR(there.st_mode) ? "a directory" : "not a regular file");
    if (access(output->path, W_OK) != 0)
        return refuse(output->path, errno, error);
    *mode = there.st_mode & 0777;
    return RH_OK;
}

/* The process that a temporary name belongs to; 0 if it isn't a name of ours. */
static long owner_of(const char *name, const char *prefix) {
    size_t length = strlen(prefix);
    if (strncmp(name, prefix, length) != 0)
        return 0;
    const char *digits = name + length;
    if (*digits == '\0' || strspn(digits, "0123456789") != strlen(digits))
        return 0;
    return strtol(digits, NULL, 10);
}

/* A temporary of this process's own number is one of a dead process, too: numbers come round. */
static int is_stale(long owner) {
    return owner == (long)getpid() || (kill((pid_t)owner, 0) != 0 && errno == ESRCH);
}

static void remove_stale(const rh_output *output, const char *prefix) {
    DIR *directory = opendir(*output->directory ? output->directory : ".");
    if (!directory)
        return;
    int place = dirfd(directory);
    const struct dirent *entry;
    while ((entry = readdir(directory))) {
        long owner = owner_of(entry->d_name, prefix);
        if (owner > 0 && is_stale(owner))
            (void)unlinkat(place, entry->d_name, 0);
    }
    (void)closedir(directory);
}

static rh_status name_temporary(rh_output *output, rh_error *error) {
    char number[32];
    size_t kept = directory_length(output->path);
    const char *name = output->path + kept;
    if (*name == '\0')
        return rh_fail(error, RH_FAILED, "%s: cannot be written: not the name of a file",
                       *output->path ? output->path : "''");
    output->directory = join(output->path, kept, "");
    char *hidden = join(".", 1, name);
    char *prefix = hidden ? join(hidden, strlen(hidden), ".tmp-") : NULL;
    char *beside = prefix && output->directory ? join(output->directory, kept, prefix) : NULL;
    (void)snprintf(number, sizeof number, "%ld", (long)getpid());
    output->temporary = beside ? join(beside, strlen(beside), number) : NULL;
    if (output->temporary)
        remove_stale(output, prefix);
    rh_release(hidden);
    rh_release(prefix);
    rh_release(beside);
    return output->temporary ? RH_OK : no_memory(output->path, error);
}

/* ---- life ---- */

static void release(rh_output *output) {
    if (output->file >= 0)
        (void)close(output->file);
    rh_release(output->path);
    rh_release(output->directory);
    rh_release(output->temporary);
    rh_release(output);
}

static rh_status open_temporary(rh_output *output, mode_t mode, rh_error *error) {
    struct stat made;
    if (!refused())
        output->file = open(output->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (output->file < 0)
        return refuse(output->path, errno, error);
    if (fstat(output->file, &made) != 0)
        return refuse(output->path, errno, error);
    output->device = made.st_dev;
    output->inode = made.st_ino;
    if (mode != 0)
        (void)fchmod(output->file, mode); /* a courtesy: some file systems know no modes */
    return RH_OK;
}

rh_status rh_output_create(const char *path, rh_output **out, rh_error *error) {
    mode_t mode = 0;
    *out = NULL;
    rh_output *output = rh_allocate(1, sizeof *output);
    if (!output)
        return no_memory(path, error);
    output->file = -1;
    output->path = rh_copy_text(path);
    rh_status status = output->path ? find_target(output, &mode, error) : no_memory(path, error);
    if (status == RH_OK)
        status = name_temporary(output, error);
    if (status == RH_OK)
        status = open_temporary(output, mode, error);
    if (status != RH_OK) {
        rh_output_abandon(output);
        return status;
    }
    *out = output;
    return RH_OK;
}

const char *rh_output_temporary(const rh_output *output) {
    return output->temporary;
}

/* Is the file of that name still the one that was made here? */
static int is_ours(const rh_output *output) {
    struct stat there;
    return output->temporary && output->inode != 0 && lstat(output->temporary, &there) == 0 &&
           there.st_dev == output->device && there.st_ino == output->inode;
}

void rh_output_abandon(rh_output *output) {
    if (!output)
        return;
    if (is_ours(output))
        (void)unlink(output->temporary);
    release(output);
}

/* ---- writing ---- */

static void write_all(rh_output *output, const unsigned char *bytes, size_t count) {
    while (count > 0 && output->trouble == 0) {
        ssize_t written = write_some(output->file, bytes, count);
        if (written < 0 && errno != EINTR)
            output->trouble = errno;
        if (written > 0) {
            bytes += written;
            count -= (size_t)written;
        }
    }
}

static void flush(rh_output *output) {
    write_all(output, output->buffer, output->used);
    output->used = 0;
}

void rh_output_write(rh_output *output, const void *bytes, size_t count) {
    if (count > sizeof output->buffer - output->used)
        flush(output);
    if (count > sizeof output->buffer) {
        write_all(output, bytes, count);
        return;
    }
    memcpy(output->buffer + output->used, bytes, count);
    output->used += count;
}

void rh_output_text(rh_output *output, const char *text) {
    rh_output_write(output, text, strlen(text));
}

/* Short texts are made in the buffer itself; a longer one than the buffer needs memory. */
void rh_output_printf(rh_output *output, const char *format, ...) {
    for (int round = 0; round < 2; round++) {
        va_list arguments;
        size_t room = sizeof output->buffer - output->used;
        va_start(arguments, format);
        int length = vsnprintf((char *)output->buffer + output->used, room, format, arguments);
        va_end(arguments);
        if (length >= 0 && (size_t)length < room) {
            output->used += (size_t)length;
            return;
        }
        flush(output);
    }
    if (output->trouble == 0)
        output->trouble = EOVERFLOW;
}

/* ---- committing ---- */

static int sync_file(rh_output *output) {
    if (refused() || fsync(output->file) != 0)
        return -1;
    int file = output->file;
    output->file = -1;
    int failed = close(file) != 0; /* NFS reports a full disk here */
    return failed || refused() ? -1 : 0;
}

/* Without it the rename itself may be lost with the power. Some file systems cannot (EINVAL). */
static int sync_directory(const rh_output *output) {
    int place = refused() ? -1 : open(*output->directory ? output->directory : ".", O_RDONLY);
    if (place < 0)
        return -1;
    int failed = fsync(place) != 0 && errno != EINVAL;
    (void)close(place);
    return failed ? -1 : 0;
}

static rh_status put_in_place(rh_output *output, rh_error *error) {
    if (output->trouble)
        return refuse(output->path, output->trouble, error);
    if (sync_file(output) != 0)
        return refuse(output->path, errno, error);
    if (!is_ours(output))
        return rh_fail(error, RH_FAILED,
                       "%s: cannot be written: its temporary file %s was taken away meanwhile; "
                       "is another run writing to the same place?",
                       output->path, output->temporary);
    if (refused() || rename(output->temporary, output->path) != 0)
        return refuse(output->path, errno, error);
    if (sync_directory(output) != 0)
        return rh_fail(error, RH_FAILED,
                       "%s: is in place, but its directory could not be synced: %s", output->path,
                       strerror(errno));
    return RH_OK;
}

rh_status rh_output_commit(rh_output *output, rh_error *error) {
    flush(output);
    rh_status status = put_in_place(output, error);
    rh_output_abandon(output);
    return status;
}
