/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/folder.h"

#include "report/report.h"
#include "report/sheet.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_TEXT = 4096 };

rh_status rh_folder_make(const char *path, rh_error *error) {
    char part[PATH_TEXT];
    if (strlen(path) >= sizeof part)
        return rh_fail(error, RH_FAILED, "%.80s...: the path is too long", path);
    for (size_t i = 1; i <= strlen(path); i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return rh_fail(error, RH_FAILED, "%s: %s", part, strerror(errno));
    }
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode))
        return rh_fail(error, RH_FAILED, "%s: is not a directory", path);
    return RH_OK;
}

static int has_script(const char *folder, const char *tail, char *out, size_t size) {
    char script[PATH_TEXT + 32];
    if ((size_t)snprintf(out, size, "%s%s", folder, tail) >= size)
        return 0;
    (void)snprintf(script, sizeof script, "%s/tearsheet.gp", out);
    return access(script, R_OK) == 0;
}

/* The folder of the running program, where the system tells (Linux); else "". */
static void find_program(char *out, size_t size) {
    ssize_t length = readlink("/proc/self/exe", out, size - 1);
    out[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(out, '/');
    if (slash)
        *slash = '\0';
}

/* The folder of the .gp files: of $REHEDGE_DATA, an installation seen from the program, the
 * installation that was configured. */
static rh_status find_scripts(char *out, size_t size, rh_error *error) {
    char program[PATH_TEXT];
    const char *data = getenv("REHEDGE_DATA");
    if (data && *data) {
        if (has_script(data, "/plots", out, size))
            return RH_OK;
        return rh_fail(error, RH_FAILED,
                       "%s/plots/tearsheet.gp: not there (REHEDGE_DATA names the "
                       "folder that has plots/)",
                       data);
    }
    find_program(program, sizeof program);
    if (program[0] && has_script(program, "/../share/rehedge/plots", out, size))
        return RH_OK;
#ifdef REHEDGE_SOURCE_DATADIR
    if (has_script(REHEDGE_SOURCE_DATADIR, "/plots", out, size))
        return RH_OK;
#endif
#ifdef REHEDGE_INSTALL_DATADIR
    if (has_script(REHEDGE_INSTALL_DATADIR, "/plots", out, size))
        return RH_OK;
#endif
    return rh_fail(error, RH_FAILED,
                   "the plot scripts (plots/tearsheet.gp) were not found; set "
                   "REHEDGE_DATA to the folder share/rehedge of the installation");
}

static rh_status copy_bytes(FILE *out, const void *subject, rh_error *error) {
    const char *path = subject;
    char block[4096];
    size_t count;
    FILE *in = fopen(path, "rb");
    if (!in)
        return rh_fail(error, RH_FAILED, "%s: %s", path, strerror(errno));
    while ((count = fread(block, 1, sizeof block, in)) > 0)
        (void)fwrite(block, 1, count, out);
    int bad = ferror(in);
    (void)fclose(in);
    return bad ? rh_fail(error, RH_FAILED, "%s: can't be read", path) : RH_OK;
}

rh_status rh_folder_take_script(const char *directory, const char *script, rh_error *error) {
    const char *const names[] = {"theme.gp", script};
    char folder[PATH_TEXT], path[PATH_TEXT + 32];
    rh_status status = find_scripts(folder, sizeof folder, error);
    for (size_t i = 0; status == RH_OK && i < sizeof names / sizeof *names; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        status = rh_report_write_file(directory, names[i], copy_bytes, path, error);
    }
    return status;
}
