/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stands in for libFuzzer where it isn't there: gives every file of the folders on the command
 * line to the fuzz target, in order of name. A folder without a file is an error, since a replay
 * of nothing proves nothing. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void stop(const char *path, const char *reason) {
    fprintf(stderr, "%s: %s\n", path, reason);
    exit(1);
}

/* The buffer has exactly the file's size, so that a sanitizer sees the first byte read past it. */
static void replay_file(const char *path, size_t size) {
    uint8_t *data = malloc(size > 0 ? size : 1);
    FILE *file = fopen(path, "rb");
    if (!data || !file || fread(data, 1, size, file) != size)
        stop(path, "cannot be read");
    fclose(file);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
}

/* Returns 1 for a file, 0 for what is none. */
static unsigned replay_entry(const char *folder, const char *name) {
    char path[4096];
    struct stat info;
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (length < 0 || (size_t)length >= sizeof path)
        stop(folder, "path too long");
    if (stat(path, &info) != 0)
        stop(path, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return 0;
    fprintf(stderr, "%s\n", path); /* the last one named is the one that crashed */
    replay_file(path, (size_t)info.st_size);
    return 1;
}

static unsigned replay_folder(const char *folder) {
    struct dirent **entries = NULL;
    int n = scandir(folder, &entries, NULL, alphasort);
    unsigned replayed = 0;
    if (n < 0)
        stop(folder, strerror(errno));
    for (int i = 0; i < n; i++) {
        replayed += replay_entry(folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    if (replayed == 0)
        stop(folder, "no input to replay");
    return replayed;
}

int main(int argc, char **argv) {
    unsigned replayed = 0;
    for (int i = 1; i < argc; i++)
        replayed += replay_folder(argv[i]);
    printf("%u inputs replayed\n", replayed);
    return replayed > 0 ? 0 : 1;
}
