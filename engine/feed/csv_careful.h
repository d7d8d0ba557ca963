/* SPDX-License-Identifier: GPL-3.0-or-later */
/* csv_careful.h: one row of a comma-separated file by libcsv, whatever is in it.
 *
 * The text is given in pieces: lines, or parts of them, so that rows come out one at a time and the
 * line in which a row or an open cell began is known.
 */
#ifndef RH_FEED_CSV_CAREFUL_H
#define RH_FEED_CSV_CAREFUL_H

#include "feed/rows.h"

typedef struct rh_csv_careful rh_csv_careful;

/* `path` must outlive it. */
rh_status rh_csv_careful_open(const char *path, rh_csv_careful **out, rh_error *error);
void rh_csv_careful_close(rh_csv_careful *careful);

/* At the start of the file. */
rh_status rh_csv_careful_restart(rh_csv_careful *careful, rh_error *error);

/* A row begins with the next piece. */
void rh_csv_careful_begin(rh_csv_careful *careful);

/* Takes the first piece of the text, which is in the line `line`: up to the line's end, to a
 * carriage return, or all of it. *length becomes the piece's, *line_ends whether it ends the
 * line. */
rh_status rh_csv_careful_feed(rh_csv_careful *careful, const char *text, uint64_t line,
                              size_t *length, int *line_ends, rh_error *error);

/* The text ends here: the last row may have no line end, and an open quote is only found now. */
rh_status rh_csv_careful_finish(rh_csv_careful *careful, rh_error *error);

/* The row that was completed, until the next one begins; 0 if none was. */
int rh_csv_careful_row(rh_csv_careful *careful, rh_row *row);

#endif
