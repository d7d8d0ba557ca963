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
    RH_SEPARATORS_SLACK = 64 /* readable bytes after the text, and room in the lists beyond it */
};

/* Where the finder writes. */
typedef struct {
    uint32_t *behind;   /* every ',' and LF the next byte is, ascending */
    uint32_t *lines;    /* every LF: which one of `behind` it is */
    uint64_t *doubtful; /* bit i % 64 of word i / 64: byte i needs a closer look, being a quote, a
                         * NUL, or a CR that no LF follows within the text */
    size_t count, n_lines;
    int blanks; /* there may be blanks or tabs, also behind the text */
} rh_separators;

typedef void rh_separators_finder(const char *text, size_t size, rh_separators *out);

rh_separators_finder rh_separators_portable;

/* The fastest of this processor. */
rh_separators_finder *rh_separators_fastest(void);

#endif
