/* SPDX-License-Identifier: GPL-3.0-or-later */
/* separators.h: where the commas and line ends of a piece of text are.
 *
 * Looked for 64 bytes at a time, by AVX2 where the processor has it, else by arithmetic on words of
 * eight; both find the same.
 */
#ifndef RH_FEED_SEPARATORS_H
#define RH_FEED_SEPARATORS_H

#include <stddef.h>
#include <stdint.h>

enum {
    RH_SEPARATORS_SLACK = 64 /* readable bytes after the text, and room in `at` beyond its size */
};

/* Where the finder writes. Bit i % 64 of a mask's word i / 64 is byte i. */
typedef struct {
    uint32_t *at;       /* of every ',' and LF, ascending */
    uint64_t *ends;     /* mask of LF */
    uint64_t *doubtful; /* mask of what needs a closer look: a quote, a NUL, a CR that no LF follows
                         * within the text */
    int blanks;         /* there may be blanks or tabs, also behind the text */
} rh_separators;

/* Returns how many places there are. */
typedef size_t rh_separators_finder(const char *text, size_t size, rh_separators *out);

rh_separators_finder rh_separators_portable;

/* The fastest of this processor. */
rh_separators_finder *rh_separators_fastest(void);

#endif
