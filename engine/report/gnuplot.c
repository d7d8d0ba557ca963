/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/gnuplot.h"

#include "base/memory.h"
#include "base/output.h"
#include "report/text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { PATH_TEXT = 4096 };

/* Both places as they are, since no shell reads them; gnuplot's own quoting is the only one. */
static rh_status write_command(const char *directory, const char *temporary, const char *picture,
                               char *out, size_t size, rh_error *error) {
    const char *parts[] = {
        "cd '", directory, "'; out='", temporary, "'; fmt='", strrchr(picture, '.') + 1, "'"};
    size_t used = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        for (const char *c = parts[i]; *c; c++) {
            if ((unsigned char)*c < 0x20 || used + 3 > size)
                return rh_fail(error, RH_FAILED,
                               "%s: gnuplot can't be told a path that is so long "
                               "or has control characters",
                               directory);
            if (*c == '\'' && i % 2 == 1)
                out[used++] = '\'';
            out[used++] = *c;
        }
    }
    out[used] = '\0';
    return RH_OK;
}

/* The C locale writes decimal points; UTF-8 where the system has it that way. The array is the
 * caller's, the texts aren't. */
static char **make_environment(void) {
    static char locale[] = "LC_ALL=C.UTF-8";
    size_t count = 0, kept = 0;
    while (environ[count])
        count++;
    char **copy = rh_allocate(count + 2, sizeof *copy);
    for (size_t i = 0; copy && i < count; i++)
        if (strncmp(environ[i], "LC_ALL=", 7) != 0)
            copy[kept++] = environ[i];
    if (copy)
        copy[kept] = locale;
    return copy;
}

static int spawn(const char *command, const char *script_path, const char *log_path, pid_t *child) {
    const char *program = getenv("REHEDGE_GNUPLOT");
    char *arguments[] = {"gnuplot", "-d", "-e", (char *)command, (char *)script_path, NULL};
    char **environment = make_environment();
    posix_spawn_file_actions_t files;
    if (!environment)
        return ENOMEM;
    int failure = posix_spawn_file_actions_init(&files);
    if (failure == 0) {
        failure = posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
        if (failure == 0)
            failure = posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
        if (failure == 0)
            failure = posix_spawn_file_actions_addopen(&files, 2, log_path,
                                                       O_WRONLY | O_CREAT | O_APPEND, 0666);
        if (failure == 0)
            failure = posix_spawnp(child, program && *program ? program : "gnuplot", &files, NULL,
                                   arguments, environment);
        posix_spawn_file_actions_destroy(&files);
    }
    rh_release(environment);
    return failure;
}

/* Waits at most `seconds`; returns waitpid's status, or -1 after killing the child. */
static int wait_for(pid_t child, int seconds) {
    const struct timespec nap = {0, 10 * 1000 * 1000};
    struct timespec start, now;
    int status;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (;;) {
        pid_t ended = waitpid(child, &status, WNOHANG);
        if (ended == child)
            return status;
        clock_gettime(CLOCK_MONOTONIC, &now);
        if ((ended < 0 && errno != EINTR) || now.tv_sec - start.tv_sec >= seconds)
            break;
        nanosleep(&nap, NULL);
    }
    kill(child, SIGKILL);
    (void)waitpid(child, &status, 0);
    return -1;
}

/* gnuplot leaves an empty or cut picture behind when a script fails. */
static int is_picture(const char *path, const char *extension) {
    static const struct {
        const char *extension, *start, *end;
    } kinds[] = {{"png", "\x89PNG\r\n\x1a\n", "IEND\xAE\x42\x60\x82"},
                 {"svg", "<?xml", "</svg>"},
                 {"pdf", "%PDF-", "%%EOF"}};
    char start[16] = "", end[32] = "";
    FILE *file = fopen(path, "rb");
    if (!file)
        return 0;
    size_t n_start = fread(start, 1, sizeof start - 1, file), n_end = 0;
    if (fseek(file, -24, SEEK_END) == 0)
        n_end = fread(end, 1, 24, file);
    (void)fclose(file);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t length = strlen(kinds[i].start), tail = strlen(kinds[i].end);
        if (strcmp(kinds[i].extension, extension) != 0)
            continue;
        if (n_start < length || memcmp(start, kinds[i].start, length) != 0)
            return 0;
        for (size_t at = 0; at + tail <= n_end; at++)
            if (memcmp(end + at, kinds[i].end, tail) == 0)
                return 1;
    }
    return 0;
}

/* The first line of the log that names a place in the script, else the first that says anything;
 * gnuplot shows the command with a caret below it before it says what is wrong. */
static void read_complaint(const char *log_path, char *out, size_t size) {
    char line[512];
    FILE *log = fopen(log_path, "r");
    (void)snprintf(out, size, "it left no message");
    for (int found = 0; log && fgets(line, sizeof line, log);) {
        int has_place = strstr(line, "\" line ") && !strstr(line, "warning:");
        if ((found && !has_place) || strspn(line, " \n") == strlen(line))
            continue;
        rh_clean_text(out, size, line, 300);
        found = 1;
        if (has_place)
            break;
    }
    if (log)
        (void)fclose(log);
}

static rh_status check(int ended, const char *temporary, const char *picture, const char *log_path,
                       int seconds, rh_error *error) {
    char complaint[400];
    if (ended == -1)
        return rh_fail(error, RH_FAILED, "%s: gnuplot took longer than %d s and was stopped",
                       picture, seconds);
    if (WIFEXITED(ended) && WEXITSTATUS(ended) == 127)
        return rh_fail(error, RH_PARTIAL, "%s: gnuplot could not be started", picture);
    if (WIFEXITED(ended) && WEXITSTATUS(ended) == 0 &&
        is_picture(temporary, strrchr(picture, '.') + 1))
        return RH_OK;
    read_complaint(log_path, complaint, sizeof complaint);
    return rh_fail(error, RH_FAILED, "%s: gnuplot drew no picture: %s (all of it in %s)", picture,
                   complaint, log_path);
}

static rh_status run(const char *directory, const char *script, const char *picture,
                     const char *temporary, int seconds, rh_error *error) {
    char command[3 * PATH_TEXT], script_path[PATH_TEXT], log_path[PATH_TEXT];
    pid_t child;
    rh_status status = write_command(directory, temporary, picture, command, sizeof command, error);
    if (status != RH_OK)
        return status;
    (void)snprintf(script_path, sizeof script_path, "%s/%s", directory, script);
    (void)snprintf(log_path, sizeof log_path, "%s/gnuplot.log", directory);
    int failure = spawn(command, script_path, log_path, &child);
    if (failure == ENOENT || failure == EACCES || failure == ENOEXEC)
        return rh_fail(error, RH_PARTIAL,
                       "no pictures: gnuplot was not found (install gnuplot-nox, or name it with "
                       "REHEDGE_GNUPLOT); %s is ready for it",
                       script_path);
    if (failure != 0)
        return rh_fail(error, RH_FAILED, "gnuplot could not be started: %s", strerror(failure));
    return check(wait_for(child, seconds), temporary, picture, log_path, seconds, error);
}

/* gnuplot changes into the directory, so that all else must be told from the root. */
static rh_status make_absolute(const char *directory, char *out, size_t size, rh_error *error) {
    if (directory[0] == '/')
        out[0] = '\0';
    else if (!getcwd(out, size))
        return rh_fail(error, RH_FAILED, "the working directory: %s", strerror(errno));
    size_t used = strlen(out);
    if ((size_t)snprintf(out + used, size - used, "%s%s", used ? "/" : "", directory) >=
        size - used)
        return rh_fail(error, RH_FAILED, "%s: the path is too long", directory);
    return RH_OK;
}

rh_status rh_gnuplot_draw(const char *directory, const char *script, const char *picture,
                          int seconds, rh_error *error) {
    char whole[PATH_TEXT - 256], path[PATH_TEXT];
    rh_output *output;
    rh_status status = make_absolute(directory, whole, sizeof whole, error);
    if (status != RH_OK)
        return status;
    (void)snprintf(path, sizeof path, "%s/%s", whole, picture);
    status = rh_output_create(path, &output, error);
    if (status != RH_OK)
        return status;
    status = run(whole, script, picture, rh_output_temporary(output), seconds, error);
    if (status == RH_OK)
        return rh_output_commit(output, error);
    rh_output_abandon(output);
    return status;
}
