/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Generated files of quotes and option chains for bench_feed, from a seed, below $TMPDIR. */
#ifndef FEED_FILES_H
#define FEED_FILES_H

#include "feed/source.h"

#include <stdint.h>

typedef struct {
    const char *title;
    const char *format; /* of rh_formats */
    void (*write)(void *file, uint64_t rows);
    uint64_t rows; /* full size */
} bench_file_kind;

extern const bench_file_kind bench_file_kinds[];
extern const int bench_n_file_kinds;

typedef struct {
    const bench_file_kind *kind;
    uint64_t rows, bytes;
    char path[4200], packed[4200]; /* plain, gzip */
} bench_file;

/* Every instrument that the files name. */
rh_catalogue *bench_catalogue(void);

/* A folder that bench_folder_remove removes. NULL if there is none. */
const char *bench_folder_make(void);
void bench_folder_remove(void);

/* 0, or -1 where the disk is full. */
int bench_file_make(bench_file *file, const bench_file_kind *kind, uint64_t rows);
void bench_file_remove(const bench_file *file);

#endif
