/* SPDX-License-Identifier: GPL-3.0-or-later */
/* numbers.h: the numeric cells of a row, read together. */
#ifndef RH_FEED_NUMBERS_H
#define RH_FEED_NUMBERS_H

#include "feed/rows.h"

#include <stddef.h>
#include <stdint.h>

enum { RH_NUMBERS_MAX = 32 };

/* Reads the cells columns[i] of a row that lies in text (as in rh_row) into out[i], for i < n (at
 * most RH_NUMBERS_MAX). Bit i of what is returned is set where that is done: the cell is a short
 * plain number, and out[i] is what rh_number_parse makes of it. The other cells (long, with an
 * exponent or blanks, empty, no numbers) are left to the caller. RH_DECIMAL_SLACK bytes behind each
 * cell must be readable; `columns` and `out` go on to the next multiple of four. */
typedef uint32_t rh_numbers_reader(const char *text, const uint32_t *starts,
                                   const uint16_t *columns, size_t n, double *out);

rh_numbers_reader rh_numbers_portable;

/* The fastest of this processor. */
rh_numbers_reader *rh_numbers_fastest(void);

#endif
