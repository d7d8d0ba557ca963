/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/memory.h"
#include "base/output.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char place[256]; /* a fresh directory for each test */

static const char *in_place(const char *name) {
    static char paths[4][512];
    static int turn;
    char *path = paths[turn++ % 4];
    (void)snprintf(path, sizeof paths[0], "%s/%s", place, name);
    return path;
}

static int set_up(void **state) {
    (void)state;
    const char *base = getenv("TMPDIR");
    (void)snprintf(place, sizeof place, "%s/rehedge-output-XXXXXX", base ? base : "/tmp");
    return mkdtemp(place) ? 0 : -1;
}

static int files_there(void) {
    int count = 0;
    const struct dirent *entry;
    DIR *directory = opendir(place);
    assert_non_null(directory);
    while ((entry = readdir(directory)))
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    (void)closedir(directory);
    return count;
}

static int tear_down(void **state) {
    (void)state;
    const struct dirent *entry;
    rh_output_fail_after(UINT64_MAX);
    rh_output_fail_after_bytes(UINT64_MAX);
    rh_memory_fail_after(UINT64_MAX);
    DIR *directory = opendir(place);
    while (directory && (entry = readdir(directory)))
        (void)remove(in_place(entry->d_name));
    if (directory)
        (void)closedir(directory);
    return rmdir(place);
}

static void put(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void assert_holds(const char *path, const char *text) {
    char content[256];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t length = fread(content, 1, sizeof content - 1, file);
    content[length] = '\0';
    (void)fclose(file);
    assert_string_equal(content, text);
}

static rh_status write_text(const char *path, const char *text, rh_error *error) {
    rh_output *output;
    rh_status status = rh_output_create(path, &output, error);
    if (status != RH_OK)
        return status;
    rh_output_text(output, text);
    return rh_output_commit(output, error);
}

static void appears_only_at_the_commit(void **state) {
    (void)state;
    rh_output *output;
    rh_error error;
    const char *path = in_place("a.txt");
    assert_int_equal(rh_output_create(path, &output, &error), RH_OK);
    rh_output_printf(output, "%d+%d", 1, 2);
    rh_output_write(output, "=3\0", 3);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(rh_output_commit(output, &error), RH_OK);
    assert_holds(path, "1+2=3");
    assert_int_equal(files_there(), 1);
}

static void abandoned_leaves_the_old_file(void **state) {
    (void)state;
    rh_output *output;
    rh_error error;
    const char *path = in_place("a.txt");
    put(path, "old");
    assert_int_equal(rh_output_create(path, &output, &error), RH_OK);
    rh_output_text(output, "new");
    assert_holds(path, "old");
    rh_output_abandon(output);
    rh_output_abandon(NULL);
    assert_holds(path, "old");
    assert_int_equal(files_there(), 1);
}

static void more_than_the_buffer_arrives_in_order(void **state) {
    (void)state;
    rh_output *output;
    rh_error error;
    enum { LINES = 40000, LONG = 100000 };
    char *line = calloc(LONG, 1), expected[32];
    const char *path = in_place("long");
    assert_non_null(line);
    memset(line, 'x', LONG - 1);
    assert_int_equal(rh_output_create(path, &output, &error), RH_OK);
    for (int i = 0; i < LINES; i++)
        rh_output_printf(output, "line %d\n", i);
    rh_output_write(output, line, LONG - 1);
    rh_output_text(output, "\nend\n");
    assert_int_equal(rh_output_commit(output, &error), RH_OK);

    FILE *file = fopen(path, "r");
    assert_non_null(file);
    for (int i = 0; i < LINES; i++) {
        (void)snprintf(expected, sizeof expected, "line %d\n", i);
        assert_non_null(fgets(line, LONG, file));
        assert_string_equal(line, expected);
    }
    assert_non_null(fgets(line, LONG, file));
    assert_int_equal(strspn(line, "x"), LONG - 1);
    assert_int_equal(fgetc(file), '\n');
    assert_non_null(fgets(line, LONG, file));
    assert_string_equal(line, "end\n");
    assert_int_equal(fgetc(file), EOF);
    (void)fclose(file);
    free(line);
}

static void a_text_beyond_the_buffer_is_an_error(void **state) {
    (void)state;
    rh_output *output;
    rh_error error;
    char *text = calloc(70001, 1);
    assert_non_null(text);
    memset(text, 'y', 70000);
    assert_int_equal(rh_output_create(in_place("a"), &output, &error), RH_OK);
    rh_output_printf(output, "%s", text);
    assert_int_equal(rh_output_commit(output, &error), RH_FAILED);
    assert_int_equal(files_there(), 0);
    free(text);
}

static void every_failing_operation_leaves_the_old_file(void **state) {
    (void)state;
    rh_error error;
    const char *path = in_place("a.txt");
    int failures = 0;
    for (uint64_t n = 0;; n++) {
        put(path, "old");
        rh_output_fail_after(n);
        rh_status status = write_text(path, "new", &error);
        rh_output_fail_after(UINT64_MAX);
        assert_int_equal(files_there(), 1);
        if (status == RH_OK)
            break;
        failures++;
        assert_int_equal(status, RH_FAILED);
        assert_non_null(strstr(error.text, path));
        assert_non_null(strstr(error.text, strerror(EIO)));
        if (!strstr(error.text, "is in place"))
            assert_holds(path, "old");
    }
    assert_int_equal(failures, 6); /* open write fsync close rename directory */
    assert_holds(path, "new");
}

static void every_full_disk_leaves_the_old_file(void **state) {
    (void)state;
    rh_error error;
    const char *path = in_place("a.txt");
    put(path, "old");
    for (uint64_t n = 0; n < 3; n++) {
        rh_output_fail_after_bytes(n);
        assert_int_equal(write_text(path, "new", &error), RH_FAILED);
        assert_non_null(strstr(error.text, strerror(ENOSPC)));
        assert_holds(path, "old");
        assert_int_equal(files_there(), 1);
    }
    rh_output_fail_after_bytes(3);
    assert_int_equal(write_text(path, "new", &error), RH_OK);
    assert_holds(path, "new");
}

static void every_failing_allocation_leaves_nothing(void **state) {
    (void)state;
    rh_error error;
    const char *path = in_place("a.txt");
    uint64_t n = 0;
    for (;; n++) {
        rh_memory_fail_after(n);
        rh_status status = write_text(path, "new", &error);
        rh_memory_fail_after(UINT64_MAX);
        if (status == RH_OK)
            break;
        assert_non_null(strstr(error.text, "out of memory"));
        assert_int_equal(files_there(), 0);
    }
    assert_true(n >= 4);
}

static void only_the_dead_lose_their_temporaries(void **state) {
    (void)state;
    rh_error error;
    pid_t child = fork();
    if (child == 0) {
        rh_output *output;
        if (rh_output_create(in_place("a.txt"), &output, NULL) == RH_OK)
            (void)raise(SIGKILL);
        _exit(1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(files_there(), 1);

    put(in_place(".a.txt.tmp-1"), ""); /* init is alive, whoever asks */
    put(in_place(".a.txt.tmp-9z"), "");
    put(in_place(".b.txt.tmp-1"), "");
    assert_int_equal(write_text(in_place("a.txt"), "new", &error), RH_OK);
    assert_int_equal(files_there(), 4);
    assert_int_equal(access(in_place(".a.txt.tmp-1"), F_OK), 0);
}

static void a_temporary_that_was_replaced_is_not_renamed(void **state) {
    (void)state;
    rh_output *output;
    rh_error error;
    const char *path = in_place("a.txt");
    put(path, "old");
    assert_int_equal(rh_output_create(path, &output, &error), RH_OK);
    char temporary[512];
    (void)snprintf(temporary, sizeof temporary, "%s", rh_output_temporary(output));
    put(in_place("other"), "half of another");
    assert_int_equal(rename(in_place("other"), temporary), 0);
    assert_int_equal(rh_output_commit(output, &error), RH_FAILED);
    assert_non_null(strstr(error.text, "another run"));
    assert_holds(path, "old");
    assert_holds(temporary, "half of another");
}

static void links_are_followed_and_modes_kept(void **state) {
    (void)state;
    rh_error error;
    struct stat there;
    const char *path = in_place("real.txt"), *link = in_place("link.txt");
    put(path, "old");
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(symlink("real.txt", link), 0);
    assert_int_equal(write_text(link, "new", &error), RH_OK);
    assert_holds(path, "new");
    assert_int_equal(lstat(link, &there), 0);
    assert_true(S_ISLNK(there.st_mode));
    assert_int_equal(stat(path, &there), 0);
    assert_int_equal(there.st_mode & 0777, 0600);

    assert_int_equal(symlink("loop", in_place("loop")), 0);
    assert_int_equal(write_text(in_place("loop"), "new", &error), RH_FAILED);
}

static void what_cannot_be_a_target_is_refused(void **state) {
    (void)state;
    rh_error error;
    assert_int_equal(write_text("/dev/null", "x", &error), RH_FAILED);
    assert_string_equal(error.text, "/dev/null: is not a regular file; name a file");
    assert_int_equal(write_text(place, "x", &error), RH_FAILED);
    assert_non_null(strstr(error.text, ": is a directory; name a file"));
    assert_int_equal(write_text("", "x", &error), RH_FAILED);
    assert_string_equal(error.text, "'': cannot be written: not the name of a file");
    assert_int_equal(write_text(in_place("no/such/place"), "x", &error), RH_FAILED);
    assert_non_null(strstr(error.text, strerror(ENOENT)));
    assert_int_equal(files_there(), 0);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(appears_only_at_the_commit),
        TEST(abandoned_leaves_the_old_file),
        TEST(more_than_the_buffer_arrives_in_order),
        TEST(a_text_beyond_the_buffer_is_an_error),
        TEST(every_failing_operation_leaves_the_old_file),
        TEST(every_full_disk_leaves_the_old_file),
        TEST(every_failing_allocation_leaves_nothing),
        TEST(only_the_dead_lose_their_temporaries),
        TEST(a_temporary_that_was_replaced_is_not_renamed),
        TEST(links_are_followed_and_modes_kept),
        TEST(what_cannot_be_a_target_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
