/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/zip_directory.h"

#include "base/memory.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    END_SIZE = 22,    /* of the end record without its comment */
    ENTRY_SIZE = 46,  /* of an entry without its texts */
    TAIL = 1 << 17,   /* looked at: the longest comment (64 KiB) and a directory before it */
    NAMES_ROOM = 400, /* of a message */
    NAME_SHOWN = 80
};

uint64_t rh_zip_number(const unsigned char *from, int bytes) {
    uint64_t number = 0;
    while (bytes-- > 0)
        number = number << 8 | from[bytes];
    return number;
}

rh_status rh_zip_refuse(const char *path, const char *names, rh_error *error) {
    return rh_fail(error, RH_BAD_DATA,
                   "%s: this zip holds %s; only zips of one file are read: unzip it and name the "
                   "files that are wanted",
                   path, names);
}

int rh_zip_add_name(char *names, size_t room, const unsigned char *name, size_t length) {
    const size_t used = strlen(names);
    const int shown = length < NAME_SHOWN ? (int)length : NAME_SHOWN;
    const int wrote = snprintf(names + used, room - used, "%s'%.*s'", used > 0 ? ", " : "", shown,
                               (const char *)name);
    if ((size_t)wrote < room - used)
        return 1;
    names[used] = '\0';
    return 0;
}

/* The last place where an end record with a comment up to the end of the file stands. */
static const unsigned char *find_end(const unsigned char *tail, size_t length) {
    for (size_t back = END_SIZE; back <= length; back++) {
        const unsigned char *at = tail + length - back;
        if (rh_zip_number(at, 4) == RH_ZIP_END && END_SIZE + rh_zip_number(at + 20, 2) == back)
            return at;
    }
    return NULL;
}

/* `at` .. `end`: the directory, as far as it lies in what was read. */
static void add_names(char *names, const unsigned char *at, const unsigned char *end) {
    while (end - at >= ENTRY_SIZE && rh_zip_number(at, 4) == RH_ZIP_ENTRY) {
        const size_t length = rh_zip_number(at + 28, 2);
        const size_t whole =
            ENTRY_SIZE + length + rh_zip_number(at + 30, 2) + rh_zip_number(at + 32, 2);
        if (whole > (size_t)(end - at))
            return;
        if (!rh_zip_add_name(names, NAMES_ROOM, at + ENTRY_SIZE, length))
            return;
        at += whole;
    }
}

static rh_status refuse_many(const char *path, const unsigned char *tail, const unsigned char *at,
                             uint64_t members, rh_error *error) {
    char names[NAMES_ROOM] = "", text[NAMES_ROOM + 64];
    const uint64_t size = rh_zip_number(at + 12, 4);
    if (members == 0)
        return rh_zip_refuse(path, "nothing", error);
    if (size <= (uint64_t)(at - tail))
        add_names(names, at - size, at);
    (void)snprintf(text, sizeof text, "%llu members%s%s", (unsigned long long)members,
                   *names ? ", " : "", names);
    return rh_zip_refuse(path, text, error);
}

rh_status rh_zip_require_one(const rh_intake *in, rh_error *error) {
    const off_t size = in->then.st_size;
    const off_t from = size > TAIL ? size - TAIL : 0;
    if (!in->is_file)
        return RH_OK;
    unsigned char *tail = rh_allocate(TAIL, 1);
    if (!tail)
        return rh_fail(error, RH_FAILED, "%s: no memory to read", in->path);
    const ssize_t got = pread(in->fd, tail, TAIL, from);
    const unsigned char *at = got > 0 ? find_end(tail, (size_t)got) : NULL;
    const uint64_t members = at ? rh_zip_number(at + 10, 2) : 1;
    rh_status status = members == 1 || members == 0xffff
                           ? RH_OK /* 0xffff: a zip64 record says */
                           : refuse_many(in->path, tail, at, members, error);
    rh_release(tail);
    return status;
}
