/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gnuplot.h: one picture by a gnuplot process, without a shell. */
#ifndef RH_REPORT_GNUPLOT_H
#define RH_REPORT_GNUPLOT_H

#include "base/status.h"

/* Runs `script` (a file name within `directory`) with the gnuplot variables fmt (the extension of
 * `picture`: png, svg, pdf) and out (a temporary file), and puts the result at `picture` within
 * `directory` if it is a whole picture of that kind.
 *
 * gnuplot is $REHEDGE_GNUPLOT, else the one in the PATH. It reads no start-up files, its
 * messages are appended to `directory`/gnuplot.log, and it is killed after `seconds`. RH_PARTIAL
 * if there is no such program; RH_FAILED with the log's first line if it failed. */
rh_status rh_gnuplot_draw(const char *directory, const char *script, const char *picture,
                          int seconds, rh_error *error);

#endif
