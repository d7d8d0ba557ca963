/* SPDX-License-Identifier: GPL-3.0-or-later */
/* status.h: how a function says that it failed, and where.
 *
 * Every function that can fail returns rh_status and takes an rh_error that the caller owns
 * (usually on its stack). On failure the error holds one sentence for the user, with the place
 * (file:line:column) in front of it where there is one. The error may be NULL where the caller
 * only wants the code. On success the error is left untouched.
 */
#ifndef RH_BASE_STATUS_H
#define RH_BASE_STATUS_H

/* The values are the program's exit codes; append only. */
typedef enum {
    RH_OK = 0,
    RH_FAILED = 1,     /* the machine refused: memory, disk, child process */
    RH_BAD_CONFIG = 2, /* the user's command line or experiment is wrong */
    RH_BAD_DATA = 3,   /* an input file is wrong */
    RH_PARTIAL = 4,    /* some lanes failed, the others are kept */
    RH_IDENTITY = 5,   /* an accounting identity did not hold */
    RH_INTERRUPTED = 130
} rh_status;

typedef struct {
    rh_status code;
    char text[1024]; /* a whole sentence, place first; control characters become '?' */
} rh_error;

#if defined(__GNUC__)
#define RH_PRINTF(position, first) __attribute__((format(printf, position, first)))
#else
#define RH_PRINTF(position, first)
#endif

/* Fills `error` (if not NULL) and returns `code`, so that a caller writes
 * `return rh_fail(error, RH_BAD_DATA, "bad price '%s'", text);`. */
rh_status rh_fail(rh_error *error, rh_status code, const char *format, ...) RH_PRINTF(3, 4);

/* RH_FAILED, "out of memory". */
rh_status rh_no_memory(rh_error *error);

/* Puts "place: " in front of the sentence that is there, for a caller that knows the place when
 * the callee did not. Returns the error's code (RH_FAILED if `error` is NULL). */
rh_status rh_fail_at(rh_error *error, const char *format, ...) RH_PRINTF(2, 3);

#endif
