/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report.h: pictures, pages and words made from a results file, without replaying.
 *
 * Everything is read from the file's public views. A report is a folder that stands alone:
 *
 *   of one run                  of a comparison
 *   tearsheet.gp, theme.gp      compare.gp, theme.gp      gnuplot scripts, as they are installed
 *   data/run.gp, NAME.tsv       data/compare.gp, NAME.tsv what they draw: gnuplot variables, and
 *                                                         series in real units
 *   tearsheet.png, .svg, .pdf   compare.png, .svg, .pdf   the page as a picture
 *   report.html                 report.html               one self-contained page
 *   summary.txt                 summary.txt               the summary; the league table
 *
 * `cd FOLDER && gnuplot tearsheet.gp` draws it again, after any edit.
 */
#ifndef RH_REPORT_REPORT_H
#define RH_REPORT_REPORT_H

#include "base/status.h"

#include <stdint.h>
#include <stdio.h>

struct sqlite3;

enum {
    RH_REPORT_HTML = 1,
    RH_REPORT_PNG = 2,
    RH_REPORT_SVG = 4,
    RH_REPORT_PDF = 8,
    RH_REPORT_TXT = 16,
    RH_REPORT_ALL = 31
};

/* What was written: bits as above, and whether it is a comparison. */
typedef struct {
    unsigned made;
    int is_comparison;
} rh_report_files;

/* The file in the folder that one format bit stands for, e.g. "tearsheet.png"; the second, of what
 * was drawn, e.g. "compare.png". */
const char *rh_report_file_name(unsigned format);
const char *rh_report_made_name(const rh_report_files *files, unsigned format);

/* Draws the formats asked for into `directory`, which is made if it isn't there. Data files and
 * scripts are written for every format but TXT. Run 0 is the whole file: the tear sheet of its run,
 * or the comparison if there are several. The tear sheet of a run of a comparison needs its steps;
 * RH_BAD_CONFIG if they weren't recorded.
 *
 * RH_PARTIAL means that gnuplot was not found: all is there but the pictures, and `error` says so
 * (a warning after `run`, a failure of `report`). $REHEDGE_GNUPLOT names another gnuplot,
 * $REHEDGE_DATA another folder that has plots/. `files` may be NULL and is filled in every case. */
rh_status rh_report_draw(const char *results_path, int64_t run_id, const char *directory,
                         unsigned formats, rh_report_files *files, rh_error *error);

/* The run at a glance, at most 40 lines of `width` columns (at least 60), in UTF-8. `colour` is
 * 0 or 1 (ANSI). Run 0 is the first. */
rh_status rh_report_summary(struct sqlite3 *db, int64_t run_id, FILE *out, int width, int colour,
                            rh_error *error);

/* The league table of all lanes, sorted by a metric (NULL: hedge_error_std; each metric knows which
 * way is better; an unknown one is RH_BAD_CONFIG with the nearest name), at most `limit` rows
 * (0: 40) and one for the reference, in `width` columns (at least 60), with marks and the words
 * that explain them. Cost is fees + spread + impact + latency. Works for a single lane too. */
rh_status rh_report_league(struct sqlite3 *db, const char *metric, int limit, FILE *out, int width,
                           int colour, rh_error *error);

#endif
