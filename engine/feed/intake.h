/* SPDX-License-Identifier: GPL-3.0-or-later */
/* intake.h: the raw bytes of a file or a pipe, through one buffer.
 *
 * A file can be read again from its start; a pipe only while no more than RH_INTAKE_KEPT bytes of
 * it were read, which are kept. A file whose size or time changed between its opening and its end
 * is an error.
 */
#ifndef RH_FEED_INTAKE_H
#define RH_FEED_INTAKE_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

enum { RH_INTAKE_BUFFER = 1 << 16, RH_INTAKE_KEPT = 1 << 22, RH_INTAKE_BACK = 8 };

/* Readers use `at` and `left` (what stands in the buffer) and leave the rest alone. */
typedef struct {
    const unsigned char *at; /* next byte of the buffer; up to RH_INTAKE_BACK bytes that were taken
                              * stand before it, for a reader that took too many */
    size_t left;
    const char *path;
    int fd;
    int is_file;      /* rather than a pipe */
    int64_t start;    /* of a file that was given as standard input: its offset there */
    uint64_t taken;   /* bytes that left the descriptor, or the kept ones after a rewind */
    struct stat then; /* of a file, when it was opened */
    unsigned char *kept;
    size_t n_kept, kept_room;
    int forgotten; /* more than can be kept has been read */
    unsigned char buffer[RH_INTAKE_BACK + RH_INTAKE_BUFFER];
} rh_intake;

/* `path` may be "-" for standard input, and must outlive the intake. Opening a pipe waits for its
 * writer. Close also after a failure. */
rh_status rh_intake_open(rh_intake *intake, const char *path, rh_error *error);
void rh_intake_close(rh_intake *intake);

/* Fills the buffer if it is empty; it stays empty only at the end. */
rh_status rh_intake_fill(rh_intake *intake, rh_error *error);

/* Fills a buffer of the caller's; *got is less than `size` only at the end. */
rh_status rh_intake_read(rh_intake *intake, unsigned char *out, size_t size, size_t *got,
                         rh_error *error);

rh_status rh_intake_rewind(rh_intake *intake, rh_error *error);

/* Place in the input of the next byte, from 0. */
uint64_t rh_intake_place(const rh_intake *intake);

/* Fails unless `path` can be read several times: "-", pipes and devices cannot. */
rh_status rh_intake_require_file(const char *path, rh_error *error);

#endif
