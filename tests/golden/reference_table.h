/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reference_table.h: reads the tables of reference values that lie outside the repository.
 *
 * A table is <shared>/reference/<name>: comma-separated, one header row, fields optionally in
 * double quotes. <shared> is the environment variable REHEDGE_SHARED, or else the directory
 * `shared` beside the source tree. Columns are asked for by the name in the header; a name that
 * is not there ends the program, so that a renamed column cannot silently test nothing.
 */
#ifndef REFERENCE_TABLE_H
#define REFERENCE_TABLE_H

#include <stddef.h>

typedef struct reference_table reference_table;

/* NULL, after a line on stdout that says so, if the file is not there. Released with
 * reference_close, which accepts NULL. */
reference_table *reference_open(const char *name);
void reference_close(reference_table *table);

size_t reference_rows(const reference_table *table);

/* 1 if the header has this column. */
int reference_has(const reference_table *table, const char *column);

/* The field of a row, counted from 0; "" where it is empty. Owned by the table. */
const char *reference_text(const reference_table *table, size_t row, const char *column);

/* The same as a number; NaN where it is empty. A magnitude below the smallest double reads 0. */
double reference_number(const reference_table *table, size_t row, const char *column);

/* |got - want| / |want|; absolute where |want| < 1e-290, scaled so that 1e-295 counts as 1e-16. */
double reference_error(double got, double want);

#endif
