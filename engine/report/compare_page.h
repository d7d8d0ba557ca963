/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare_page.h: the HTML page of a comparison: one file without references to others. */
#ifndef RH_REPORT_COMPARE_PAGE_H
#define RH_REPORT_COMPARE_PAGE_H

#include "base/status.h"
#include "report/lanes.h"

#include <stdio.h>

struct sqlite3;

typedef struct {
    const rh_report_lanes *lanes;
    struct sqlite3 *db;       /* for tests and notes */
    const char *results_path; /* named in the commands the page proposes */
    const char *svg_path;     /* the picture; NULL or unreadable: the page says it is missing */
} rh_compare_page;

/* An rh_report_writer; `subject` is an rh_compare_page. */
rh_status rh_compare_page_write(FILE *out, const void *subject, rh_error *error);

#endif
