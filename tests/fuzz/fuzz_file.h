/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a fuzz target of files needs: its input as a file. A target includes it once. */
#ifndef FUZZ_FILE_H
#define FUZZ_FILE_H

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

static char file_path[] = "/tmp/fuzz_XXXXXX";
static int file = -1;

static void remove_file(void) {
    (void)unlink(file_path);
}

/* The file at `file_path`, the same one each time, holds the bytes; removed at exit. */
static void save_file(const uint8_t *data, size_t size) {
    if (file < 0) {
        file = mkstemp(file_path);
        if (file < 0)
            abort();
        (void)atexit(remove_file);
    }
    if (ftruncate(file, 0) != 0 || (size > 0 && pwrite(file, data, size, 0) != (ssize_t)size))
        abort();
}

#endif
