/* SPDX-License-Identifier: GPL-3.0-or-later */
/* names.c: what output files are called when the user doesn't say. */
#include "base/memory.h"
#include "cli/command.h"

#include <string.h>

/* The first `length` bytes of `text` with an ending. */
static char *with_ending(const char *text, size_t length, const char *ending) {
    const size_t more = strlen(ending) + 1;
    char *name = rh_allocate(length + more, 1);
    if (name) {
        memcpy(name, text, length);
        memcpy(name + length, ending, more);
    }
    return name;
}

char *rh_output_name(const char *experiment, const char *ending) {
    const char *slash = strrchr(experiment, '/');
    const char *base = slash ? slash + 1 : experiment;
    const char *dot = strrchr(base, '.');
    return with_ending(base, dot && dot > base ? (size_t)(dot - base) : strlen(base), ending);
}

char *rh_report_folder(const char *results) {
    const size_t length = strlen(results);
    const int is_db = length > 3 && strcmp(results + length - 3, ".db") == 0;
    return with_ending(results, is_db ? length - 3 : length, "-report");
}
