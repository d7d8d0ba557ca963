/* SPDX-License-Identifier: GPL-3.0-or-later */
/* number.h: doubles and integers as text, independent of the locale. */
#ifndef RH_BASE_NUMBER_H
#define RH_BASE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

/* Reads a whole decimal number (strtod's grammar without hexadecimal, `inf`, `nan` or blanks
 * around it) of at most 127 bytes. Returns 0 and a finite value equal to strtod's to the bit, or
 * -1. `text` needs no terminator. */
int rh_number_parse(const char *text, size_t length, double *out);

/* Reads a whole signed decimal integer of at most 23 bytes. Returns 0, or -1 (not one, or too
 * large). */
int rh_integer_parse(const char *text, size_t length, int64_t *out);

/* 15 significant digits, or 16 or 17 where it takes them to read back to the same double; without
 * trailing zeros. "" for NaN.
 * `buffer` has RH_NUMBER_TEXT bytes; returned for use in printf. */
#define RH_NUMBER_TEXT 32
const char *rh_number_text(double value, char buffer[RH_NUMBER_TEXT]);

/* floor(x / lot + 0.5) * lot, the venues' rounding of quantities; a lot of 0 rounds nothing. */
double rh_round_to(double x, double lot);

/* Without fmin's and fmax's care for NaN: the second number if either is NaN. */
static inline double rh_smaller(double a, double b) {
    return a < b ? a : b;
}

static inline double rh_larger(double a, double b) {
    return a > b ? a : b;
}

#endif
