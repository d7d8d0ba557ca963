/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever goes wrong while a results file is written, an older one stays as it was. */
#include "test_results_fixture.h"

#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

static const char old_text[] = "an older file";

static void put_old_file(const fixture *f) {
    FILE *file = fopen(f->path, "w");
    assert_non_null(file);
    assert_true(fputs(old_text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void assert_old_file_alone(const fixture *f) {
    char text[64];
    FILE *file = fopen(f->path, "r");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    (void)fclose(file);
    assert_string_equal(text, old_text);
    assert_int_equal(files_there(f), 1);
}

/* Writes a lane of `steps` steps without assertions, for children and failing allocators. */
static rh_status try_to_write(const fixture *f, int steps, int kill_at, rh_error *error) {
    rh_results *results;
    rh_recorder *lane;
    double at = 1.0;
    const rh_results_swept swept[] = {{"strategy.width", "0.5"}};
    rh_results_run run = a_run();
    const rh_results_end end = {.status = "ok", .notes = "a note"};
    run.swept = swept;
    run.n_swept = 1;
    rh_status status = rh_results_create(f->path, f->catalogue, &results, error);
    if (status != RH_OK)
        return status;
    status = rh_results_begin(results, &run, &lane, error);
    for (int i = 0; i < steps && status == RH_OK; i++) {
        const rh_step step = a_step(i, &at);
        const rh_fill fill = {.ts = i, .price = 1.0};
        if (i == kill_at)
            (void)raise(SIGKILL);
        status = lane->step(lane, &step, error);
        if (status == RH_OK)
            status = lane->fill(lane, &fill, error);
    }
    if (status == RH_OK)
        status = rh_results_finish(results, lane, &end, error);
    if (status == RH_OK)
        return rh_results_commit(results, error);
    rh_results_abandon(results);
    return status;
}

static void abandoning_leaves_the_old_file(void **state) {
    const fixture *f = *state;
    rh_results *results;
    put_old_file(f);
    MUST(rh_results_create(f->path, f->catalogue, &results, NULL));
    rh_results_abandon(results);
    rh_results_abandon(NULL);
    assert_old_file_alone(f);
}

static void a_commit_replaces_the_old_file(void **state) {
    const fixture *f = *state;
    sqlite3 *db;
    rh_error error;
    put_old_file(f);
    MUST(try_to_write(f, 10, -1, &error));
    assert_int_equal(files_there(f), 1);
    MUST(rh_results_open(f->path, &db, &error));
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* 50,000 steps are past the page cache, so that the child dies with half a file on disk. */
static void a_killed_writer_leaves_the_old_file(void **state) {
    const fixture *f = *state;
    int how;
    rh_error error;
    put_old_file(f);
    pid_t child = fork();
    if (child == 0)
        _exit(try_to_write(f, 50000, 49999, NULL) == RH_OK ? 1 : 2);
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);

    char temporary[400];
    struct stat there;
    (void)snprintf(temporary, sizeof temporary, "%s/.run.db.tmp-%ld", f->place, (long)child);
    assert_int_equal(stat(temporary, &there), 0);
    assert_true(there.st_size > 1000000);
    MUST(try_to_write(f, 3, -1, &error)); /* the next run clears up */
    assert_int_equal(files_there(f), 1);
}

/* The child's largest file is `limit` bytes; it reports what it got through its exit code. */
static int write_with_limit(const fixture *f, rlim_t limit) {
    int how;
    pid_t child = fork();
    if (child == 0) {
        rh_error error = {0};
        struct rlimit size = {limit, limit};
        (void)signal(SIGXFSZ, SIG_IGN);
        if (setrlimit(RLIMIT_FSIZE, &size) != 0)
            _exit(3);
        rh_status status = try_to_write(f, 30000, -1, &error);
        if (status == RH_OK)
            _exit(0);
        _exit(strstr(error.text, "run.db: cannot be written: ") && status == RH_FAILED ? 1 : 2);
    }
    (void)waitpid(child, &how, 0);
    return WIFEXITED(how) ? WEXITSTATUS(how) : -1;
}

static void a_full_disk_leaves_the_old_file(void **state) {
    const fixture *f = *state;
    struct stat whole;
    assert_int_equal(write_with_limit(f, RLIM_INFINITY), 0);
    assert_int_equal(stat(f->path, &whole), 0);
    const off_t limits[] = {0, 10000, whole.st_size / 2, whole.st_size - 1};
    put_old_file(f);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        assert_int_equal(write_with_limit(f, (rlim_t)limits[i]), 1);
        assert_old_file_alone(f);
    }
    assert_int_equal(write_with_limit(f, (rlim_t)whole.st_size), 0);
    assert_int_equal(files_there(f), 1);
}

static void a_failed_write_is_remembered(void **state) {
    const fixture *f = *state;
    rh_results *results;
    rh_recorder *lane;
    rh_error first = {0}, later = {0};
    const rh_results_run run = a_run();
    double at = 1.0;
    int how;
    pid_t child = fork();
    if (child == 0) {
        struct rlimit size = {3000000, 3000000};
        (void)signal(SIGXFSZ, SIG_IGN);
        rh_status status = rh_results_create(f->path, f->catalogue, &results, &first);
        status = status ? status : rh_results_begin(results, &run, &lane, &first);
        (void)setrlimit(RLIMIT_FSIZE, &size);
        for (int i = 0; i < 1000000 && status == RH_OK; i++) {
            const rh_step step = a_step(i, &at);
            status = lane->step(lane, &step, &first);
        }
        const rh_flow flow = {.instrument = RH_NO_INSTRUMENT};
        const rh_results_end end = {.status = "ok"};
        int same =
            status == RH_FAILED && strstr(first.text, "cannot be written") &&
            lane->flow(lane, &flow, &later) == RH_FAILED && strcmp(first.text, later.text) == 0 &&
            rh_results_finish(results, lane, &end, &later) == RH_FAILED &&
            strcmp(first.text, later.text) == 0 &&
            rh_results_begin(results, &run, &lane, &later) == RH_FAILED &&
            rh_results_commit(results, &later) == RH_FAILED && strcmp(first.text, later.text) == 0;
        _exit(same ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
    assert_int_equal(files_there(f), 0);
}

static void a_failing_rename_or_sync_is_reported(void **state) {
    const fixture *f = *state;
    rh_error error;
    for (uint64_t n = 0; n < 4; n++) { /* open, fsync, close, rename */
        put_old_file(f);
        rh_output_fail_after(n);
        rh_status status = try_to_write(f, 3, -1, &error);
        rh_output_fail_after(UINT64_MAX);
        assert_int_equal(status, RH_FAILED);
        assert_non_null(strstr(error.text, strerror(EIO)));
        assert_old_file_alone(f);
    }
}

static void every_failing_allocation_leaves_the_old_file(void **state) {
    const fixture *f = *state;
    rh_error error;
    uint64_t n = 0;
    put_old_file(f);
    for (;; n++) {
        rh_memory_fail_after(n);
        rh_status status = try_to_write(f, 3, -1, &error);
        rh_memory_fail_after(UINT64_MAX);
        if (status == RH_OK)
            break;
        assert_int_equal(status, RH_FAILED);
        assert_non_null(strstr(error.text, "out of memory"));
        assert_old_file_alone(f);
    }
    assert_true(n > 5);
}

/* ---- SQLite's own allocations ---- */

static sqlite3_mem_methods real;
static long allocations_left = -1; /* -1: all succeed */

static int allowed(void) {
    if (allocations_left < 0)
        return 1;
    if (allocations_left == 0)
        return 0;
    allocations_left--;
    return 1;
}

static void *failing_malloc(int size) {
    return allowed() ? real.xMalloc(size) : NULL;
}

static void *failing_realloc(void *block, int size) {
    return allowed() ? real.xRealloc(block, size) : NULL;
}

static void every_failing_allocation_of_sqlite_leaves_the_old_file(void **state) {
    const fixture *f = *state;
    rh_error error;
    long n = 0;
    put_old_file(f);
    MUST(try_to_write(f, 3, -1, &error)); /* what is allocated once per process */
    put_old_file(f);
    /* steps of 7: some 5,000 allocations, and coprime to whatever repeats in them */
    for (;; n += 7) {
        allocations_left = n;
        error.text[0] = '\0';
        rh_status status = try_to_write(f, 3, -1, &error);
        allocations_left = -1;
        if (status == RH_OK)
            break; /* SQLite does without some; then the file must be whole */
        assert_int_equal(status, RH_FAILED);
        assert_non_null(strstr(error.text, "run.db: cannot be written: out of memory"));
        assert_old_file_alone(f);
    }
    assert_true(n > 100);
    assert_int_equal(files_there(f), 1);
}

/* ---- what cannot be opened ---- */

static void assert_not_opened(const char *path, rh_status code, const char *sentence) {
    sqlite3 *db;
    rh_error error = {0};
    assert_int_equal(rh_results_open(path, &db, &error), code);
    assert_null(db);
    if (!strstr(error.text, sentence))
        fail_msg("'%s' is not in '%s'", sentence, error.text);
}

static void change(const fixture *f, const char *sql) {
    sqlite3 *db;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void other_files_are_not_results(void **state) {
    const fixture *f = *state;
    assert_not_opened(f->path, RH_BAD_DATA, "run.db: cannot be read: No such file");
    assert_not_opened(f->place, RH_BAD_DATA, "is not a regular file");
    assert_not_opened(":memory:", RH_BAD_DATA, ":memory:: cannot be read");
    put_old_file(f);
    assert_not_opened(f->path, RH_BAD_DATA, "run.db: is not a results file");
    assert_int_equal(truncate(f->path, 0), 0);
    assert_not_opened(f->path, RH_BAD_DATA, "is not a results file");
    change(f, "CREATE TABLE t(x)");
    assert_not_opened(f->path, RH_BAD_DATA, "is not a results file");
}

static void newer_files_are_refused(void **state) {
    const fixture *f = *state;
    write_small_file(f);
    change(f, "PRAGMA user_version=2");
    assert_not_opened(f->path, RH_BAD_DATA,
                      "written by a newer rehedge (results file version 2; this "
                      "one reads up to 1)");
    change(f, "PRAGMA user_version=0");
    assert_not_opened(f->path, RH_BAD_DATA, "is not a results file");
}

static void a_file_cut_short_is_refused(void **state) {
    const fixture *f = *state;
    struct stat there;
    write_small_file(f);
    assert_int_equal(stat(f->path, &there), 0);
    for (off_t size = there.st_size - 1; size > 0; size = size * 2 / 3) {
        assert_int_equal(truncate(f->path, size), 0);
        sqlite3 *db;
        rh_error error = {0};
        assert_int_equal(rh_results_open(f->path, &db, &error), RH_BAD_DATA);
        assert_true(strstr(error.text, "cut short") || strstr(error.text, "not a results file"));
        if (size > 100)
            assert_non_null(strstr(error.text, "cut short"));
    }
}

static void reading_changes_nothing(void **state) {
    const fixture *f = *state;
    struct stat before, after;
    sqlite3 *db;
    write_small_file(f);
    assert_int_equal(stat(f->path, &before), 0);
    MUST(rh_results_open(f->path, &db, NULL));
    assert_int_equal(sqlite3_exec(db, "SELECT * FROM step", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "DELETE FROM lane_step", NULL, NULL, NULL), SQLITE_READONLY);
    assert_int_equal(files_there(f), 1);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(stat(f->path, &after), 0);
    assert_true(before.st_mtime == after.st_mtime && before.st_size == after.st_size);
}

static void where_nothing_can_be_written_nothing_is_left(void **state) {
    const fixture *f = *state;
    char path[400];
    rh_error error;
    rh_results *results;
    (void)snprintf(path, sizeof path, "%s/no/such/run.db", f->place);
    assert_int_equal(rh_results_create(path, f->catalogue, &results, &error), RH_FAILED);
    assert_null(results);
    assert_non_null(strstr(error.text, "run.db: cannot be written: No such file or directory"));
    if (geteuid() == 0) {
        print_message("running as root, whom permissions don't stop: the rest is skipped\n");
        return;
    }
    assert_int_equal(chmod(f->place, 0500), 0);
    assert_int_equal(rh_results_create(f->path, f->catalogue, &results, &error), RH_FAILED);
    assert_int_equal(chmod(f->place, 0700), 0);
    assert_non_null(strstr(error.text, strerror(EACCES)));
    assert_int_equal(files_there(f), 0);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(abandoning_leaves_the_old_file),
        TEST(a_commit_replaces_the_old_file),
        TEST(a_killed_writer_leaves_the_old_file),
        TEST(a_full_disk_leaves_the_old_file),
        TEST(a_failed_write_is_remembered),
        TEST(a_failing_rename_or_sync_is_reported),
        TEST(every_failing_allocation_leaves_the_old_file),
        TEST(every_failing_allocation_of_sqlite_leaves_the_old_file),
        TEST(other_files_are_not_results),
        TEST(newer_files_are_refused),
        TEST(a_file_cut_short_is_refused),
        TEST(reading_changes_nothing),
        TEST(where_nothing_can_be_written_nothing_is_left),
    };
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real) != SQLITE_OK)
        return 1;
    sqlite3_mem_methods failing = real;
    failing.xMalloc = failing_malloc;
    failing.xRealloc = failing_realloc;
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &failing) != SQLITE_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
