/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report: draw everything from a results file again, without replaying. */
#include "report/report.h"

#include "base/memory.h"
#include "base/number.h"
#include "cli/command.h"

#include <string.h>

enum { OUTPUT, FORMAT, RUN };
static const rh_option options[] = {
    [OUTPUT] = {"output", 'o', "DIR", "folder of the report; beside the results if not given"},
    [FORMAT] = {"format", 0, "html,png,svg,pdf,txt", "what to make; html,png,svg,txt if not given"},
    [RUN] = {"run", 0, "N", "which run of the file; the first if not given"},
};

static unsigned format_bit(const char *word, size_t length) {
    static const struct {
        const char *name;
        unsigned bit;
    } formats[] = {{"html", RH_REPORT_HTML},
                   {"png", RH_REPORT_PNG},
                   {"svg", RH_REPORT_SVG},
                   {"pdf", RH_REPORT_PDF},
                   {"txt", RH_REPORT_TXT}};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strlen(formats[i].name) == length && memcmp(formats[i].name, word, length) == 0)
            return formats[i].bit;
    return 0;
}

static rh_status read_formats(const char *text, unsigned *out, rh_error *error) {
    *out = text ? 0 : RH_REPORT_ALL & ~(unsigned)RH_REPORT_PDF;
    for (const char *at = text; at && *at;) {
        const size_t length = strcspn(at, ",");
        const unsigned bit = format_bit(at, length);
        if (!bit)
            return rh_fail(error, RH_BAD_CONFIG,
                           "--format: '%.*s' is none of html, png, svg, pdf, txt", (int)length, at);
        *out |= bit;
        at += length + (at[length] == ',');
    }
    return *out ? RH_OK : rh_fail(error, RH_BAD_CONFIG, "--format names nothing");
}

static rh_status read_run(const char *text, int64_t *out, rh_error *error) {
    *out = 0; /* the first */
    if (!text || (rh_integer_parse(text, strlen(text), out) == 0 && *out > 0))
        return RH_OK;
    return rh_fail(error, RH_BAD_CONFIG, "--run: '%s' is not the number of a run (1, 2, ...)",
                   text);
}

static int run(const rh_arguments *arguments, const rh_globals *globals) {
    rh_error error = {0};
    unsigned formats = 0;
    int64_t run_id;
    rh_report_files files = {0};
    const char *given = rh_argument(arguments, OUTPUT);
    char *folder = given ? rh_copy_text(given) : rh_report_folder(arguments->operands[0]);
    (void)globals;
    rh_status status = read_formats(rh_argument(arguments, FORMAT), &formats, &error);
    if (status == RH_OK)
        status = read_run(rh_argument(arguments, RUN), &run_id, &error);
    if (!folder)
        status = rh_fail(&error, RH_FAILED, "out of memory");
    if (status == RH_OK)
        status = rh_report_draw(arguments->operands[0], run_id, folder, formats, &files, &error);
    for (unsigned bit = 1; bit <= RH_REPORT_TXT; bit <<= 1)
        if (files.made & bit)
            (void)printf("%s/%s\n", folder, rh_report_made_name(&files, bit));
    if (status == RH_PARTIAL)
        error.code = RH_FAILED;
    int code = status == RH_OK ? RH_OK : rh_report_error(&error);
    rh_release(folder);
    return code;
}

const rh_command rh_command_report = {
    .name = "report",
    .operands = "RESULTS",
    .summary = "draw everything from a results file, without replaying",
    .example = "report results/demo.db --format png,pdf\n"
               "results/demo-report/tearsheet.png\n"
               "results/demo-report/tearsheet.pdf",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .least_operands = 1,
    .most_operands = 1,
    .run = run,
};
