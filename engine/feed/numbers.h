/* SPDX-License-Identifier: GPL-3.0-or-later */
/* numbers.h: the numeric cells of a row, read together. */
#ifndef RH_FEED_NUMBERS_H
#define RH_FEED_NUMBERS_H

#include "feed/rows.h"

#include <stddef.h>
#include <stdint.h>

/* Reads the cells columns[i] of a row that lies in text (as in rh_row) into out[i], for i < n (at
 * most RH_NUMBERS_MAX): what rh_number_parse makes of a short plain number, NaN for other cells
 * (long, with an exponent or blanks, empty, no numbers), which are left to the caller.
 * RH_DECIMAL_SLACK bytes behind each cell must be readable; `columns` and `out` go on to the next
 * multiple of four. */
typedef void rh_numbers_reader(const char *text, const uint32_t *starts, const uint16_t *columns,
                               size_t n, double *out);

rh_numbers_reader rh_numbers_portable;

/* The fastest of this processor. */
rh_numbers_reader *rh_numbers_fastest(void);

#endif
