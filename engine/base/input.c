/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/input.h"

#include "base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Reads to the end into a text that doubles; stops behind the largest size that is allowed. */
static rh_status read_all(FILE *file, const char *what, char **text, size_t *length,
                          rh_error *error) {
    enum { LARGEST = 16 << 20 };
    size_t capacity = 1 << 16;
    *text = rh_allocate(capacity, 1);
    *length = 0;
    while (*text) {
        *length += fread(*text + *length, 1, capacity - *length, file);
        if (*length < capacity || *length > LARGEST)
            break;
        char *grown = rh_resize(*text, capacity *= 2, 1);
        if (!grown)
            return rh_no_memory(error);
        *text = grown;
    }
    if (!*text)
        return rh_no_memory(error);
    if (*length > LARGEST)
        return rh_fail(error, RH_BAD_CONFIG, "larger than 16 MiB; not %s", what);
    return ferror(file) ? rh_fail(error, RH_BAD_CONFIG, "%s", strerror(errno)) : RH_OK;
}

rh_status rh_input_read(const char *path, const char *what, char **text, size_t *length,
                        rh_error *error) {
    FILE *file = fopen(path, "rb");
    if (!file)
        return rh_fail(error, RH_BAD_CONFIG, "%s: %s", path, strerror(errno));
    rh_status status = read_all(file, what, text, length, error);
    (void)fclose(file);
    return status == RH_OK || status == RH_FAILED ? status : rh_fail_at(error, "%s", path);
}
