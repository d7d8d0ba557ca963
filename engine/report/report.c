/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/report.h"

#include "report/compare.h"
#include "report/compare_page.h"
#include "report/folder.h"
#include "report/gnuplot.h"
#include "report/lanes.h"
#include "report/page.h"
#include "report/run.h"
#include "report/sheet.h"
#include "results/results.h"

#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_TEXT = 4096, DRAWING_SECONDS = 120, SUMMARY_WIDTH = 80, LEAGUE_WIDTH = 120 };

static const unsigned pictures = RH_REPORT_PNG | RH_REPORT_SVG | RH_REPORT_PDF;

const char *rh_report_file_name(unsigned format) {
    switch (format) {
    case RH_REPORT_HTML: return "report.html";
    case RH_REPORT_PNG: return "tearsheet.png";
    case RH_REPORT_SVG: return "tearsheet.svg";
    case RH_REPORT_PDF: return "tearsheet.pdf";
    case RH_REPORT_TXT: return "summary.txt";
    default: return "";
    }
}

const char *rh_report_made_name(const rh_report_files *files, unsigned format) {
    const char *name = rh_report_file_name(format);
    if (!files->is_comparison || !(format & pictures))
        return name;
    return format == RH_REPORT_PNG   ? "compare.png"
           : format == RH_REPORT_SVG ? "compare.svg"
                                     : "compare.pdf";
}

typedef struct {
    sqlite3 *db;
    const char *results_path, *directory;
    rh_report_run run;     /* of a tear sheet */
    rh_report_lanes lanes; /* of a comparison */
    unsigned formats;
    rh_report_files *files;
} job;

static const char *script_of(const job *j) {
    return j->files->is_comparison ? "compare.gp" : "tearsheet.gp";
}

static rh_status write_summary(FILE *out, const void *subject, rh_error *error) {
    const job *j = subject;
    if (j->files->is_comparison)
        return rh_report_league(j->db, NULL, 0, out, LEAGUE_WIDTH, 0, error);
    return rh_report_summary(j->db, j->run.id, out, SUMMARY_WIDTH, 0, error);
}

static rh_status make_text(job *j, rh_error *error) {
    if (!(j->formats & RH_REPORT_TXT))
        return RH_OK;
    rh_status status = rh_report_write_file(j->directory, rh_report_file_name(RH_REPORT_TXT),
                                            write_summary, j, error);
    if (status == RH_OK)
        j->files->made |= RH_REPORT_TXT;
    return status;
}

/* The page embeds the SVG, so HTML asks for it as well. */
static rh_status make_pictures(job *j, rh_error *error) {
    char log_path[PATH_TEXT + 32];
    unsigned wanted = j->formats & pictures;
    rh_status status = RH_OK;
    if (j->formats & RH_REPORT_HTML)
        wanted |= RH_REPORT_SVG;
    (void)snprintf(log_path, sizeof log_path, "%s/gnuplot.log", j->directory);
    (void)unlink(log_path);
    for (unsigned format = 1; format <= RH_REPORT_ALL && status == RH_OK; format <<= 1) {
        if (!(wanted & format))
            continue;
        status = rh_gnuplot_draw(j->directory, script_of(j), rh_report_made_name(j->files, format),
                                 DRAWING_SECONDS, error);
        if (status == RH_OK)
            j->files->made |= format;
    }
    struct stat info;
    if (stat(log_path, &info) == 0 && info.st_size == 0)
        (void)unlink(log_path);
    return status;
}

static rh_status write_page(const job *j, const char *svg_path, rh_error *error) {
    const char *name = rh_report_file_name(RH_REPORT_HTML);
    const rh_report_page page = {&j->run, j->db, j->results_path, svg_path};
    const rh_compare_page comparison = {&j->lanes, j->db, j->results_path, svg_path};
    return j->files->is_comparison
               ? rh_report_write_file(j->directory, name, rh_compare_page_write, &comparison, error)
               : rh_report_write_file(j->directory, name, rh_page_write, &page, error);
}

static rh_status make_page(job *j, rh_error *error) {
    char svg_path[PATH_TEXT + 32];
    if (!(j->formats & RH_REPORT_HTML))
        return RH_OK;
    (void)snprintf(svg_path, sizeof svg_path, "%s/%s", j->directory,
                   rh_report_made_name(j->files, RH_REPORT_SVG));
    rh_status status = write_page(j, j->files->made & RH_REPORT_SVG ? svg_path : NULL, error);
    if (status == RH_OK)
        j->files->made |= RH_REPORT_HTML;
    return status;
}

static rh_status make_sheet(job *j, rh_error *error) {
    char data[PATH_TEXT + 32];
    (void)snprintf(data, sizeof data, "%s/data", j->directory);
    rh_status status = rh_folder_make(data, error);
    if (status == RH_OK)
        status = rh_folder_take_script(j->directory, script_of(j), error);
    if (status == RH_OK && j->files->is_comparison)
        return rh_compare_write(j->directory, j->db, &j->lanes, error);
    if (status == RH_OK)
        status = rh_report_run_read_series(j->db, &j->run, error);
    if (status == RH_OK)
        status = rh_sheet_write(j->directory, &j->run, error);
    return status;
}

/* What can be made is made, even if gnuplot can't; the pictures' status is the answer then. */
static rh_status make_all(job *j, rh_error *error) {
    rh_status status = rh_folder_make(j->directory, error);
    if (status == RH_OK)
        status = make_text(j, error);
    if (status != RH_OK || !(j->formats & ~(unsigned)RH_REPORT_TXT))
        return status;
    status = make_sheet(j, error);
    if (status != RH_OK)
        return status;
    rh_status drawn = make_pictures(j, error);
    status = make_page(j, drawn == RH_OK ? error : NULL);
    return drawn != RH_OK ? drawn : status;
}

/* A run on its own may have no steps, and its sheet says so; of many lanes only some have any. */
static rh_status must_have_steps(const job *j, int64_t run_id, int64_t n_lanes, rh_error *error) {
    if (n_lanes < 2 || j->run.to > 0)
        return RH_OK;
    return rh_fail(error, RH_BAD_CONFIG,
                   "run %lld of the comparison has no steps in the file; run its configuration on "
                   "its own to see them",
                   (long long)run_id);
}

static rh_status read_subject(job *j, int64_t run_id, rh_error *error) {
    const int64_t n_lanes = rh_report_count_lanes(j->db);
    j->files->is_comparison = run_id == 0 && n_lanes > 1;
    if (j->files->is_comparison)
        return rh_report_lanes_read(j->db, &j->lanes, error);
    rh_status status = rh_report_run_read(j->db, run_id, &j->run, error);
    return status == RH_OK ? must_have_steps(j, run_id, n_lanes, error) : status;
}

rh_status rh_report_draw(const char *results_path, int64_t run_id, const char *directory,
                         unsigned formats, rh_report_files *files, rh_error *error) {
    rh_report_files unseen;
    job j = {.results_path = results_path,
             .directory = directory,
             .formats = formats,
             .files = files ? files : &unseen};
    *j.files = (rh_report_files){.made = 0};
    rh_status status = rh_results_open(results_path, &j.db, error);
    if (status != RH_OK)
        return status;
    status = read_subject(&j, run_id, error);
    if (status == RH_OK)
        status = make_all(&j, error);
    rh_report_run_free(&j.run);
    rh_report_lanes_free(&j.lanes);
    sqlite3_close(j.db);
    return status;
}
