/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page.h: the HTML page: one file without references to others. */
#ifndef RH_REPORT_PAGE_H
#define RH_REPORT_PAGE_H

#include "base/status.h"
#include "report/headline.h"
#include "report/run.h"

#include <stdio.h>

struct sqlite3;

typedef struct {
    const rh_report_run *run;
    struct sqlite3 *db;       /* for the fills */
    const char *results_path; /* named in the commands the page proposes */
    const char *svg_path;     /* the tear sheet; NULL or unreadable: the page says it is missing */
} rh_report_page;

/* An rh_report_writer; `subject` is an rh_report_page. */
rh_status rh_page_write(FILE *out, const void *subject, rh_error *error);

/* The parts that all pages share: up to the heading, whose words are for screen readers only where
 * a picture shows them; and the picture, `name` being what a reader misses if it isn't there. */
void rh_page_start(FILE *out, const rh_headline *headline, int has_picture);
void rh_page_write_picture(FILE *out, const char *svg_path, const char *name);

/* Compact JSON, indented for reading and escaped for HTML. */
void rh_page_write_json(FILE *out, const char *json);

#endif
