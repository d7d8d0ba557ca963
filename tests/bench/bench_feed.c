/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_feed [--quick] [ROUNDS]: from files to events and into the market's state, beside the
 * floors of the same run: counting line ends, and libcsv with strtod on every field.
 *
 * Full sizes (20 million quotes twice, 5 million rows of chains) need 4 GB below $TMPDIR; --quick
 * is a twentieth of it. Rates are million rows a second, the best of the rounds. "Alone" is
 * processor time of the whole process without a second thread: reading, SHA-256 and parsing on one
 * core. Otherwise a second thread reads, unpacks and takes the SHA-256, and the rate is of the
 * thread that parses; what both together reach, where a thread that would have to wait takes a part
 * of the SHA-256, is "on the wall". Every path has to give the same
 * events to the bit, or the program ends with 1. */
#include "feed/ahead.h"
#include "feed/bytes.h"
#include "feed/rows.h"
#include "feed_files.h"
#include "market/market.h"
#include "replay/replay.h"

#include <csv.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { PIECE = 1 << 16, EVENTS = 512, THREADS = 8 };

static int rounds = 3;

typedef struct {
    const bench_file *file;
    const char *path;
    const rh_catalogue *catalogue;
    size_t copies; /* of the file, merged */
    int check;     /* look at the events */
    uint64_t events, digest;
} job;

static void require(int holds, const char *what) {
    if (holds)
        return;
    fprintf(stderr, "bench_feed: %s\n", what);
    exit(1);
}

/* ---- what is timed ---- */

static void count_lines(job *j) {
    static char buffer[PIECE];
    ssize_t got;
    uint64_t lines = 0;
    const int fd = open(j->path, O_RDONLY);
    while ((got = read(fd, buffer, sizeof buffer)) > 0)
        for (const char *at = buffer, *end = buffer + got;
             (at = memchr(at, '\n', (size_t)(end - at))); at++)
            lines++;
    (void)close(fd);
    require(lines == j->file->rows + 1, "lines went missing");
}

typedef struct {
    uint64_t rows;
    double sum;
} total;

static void add_cell(void *text, size_t length, void *user) {
    total *t = user;
    (void)length;
    t->sum += strtod(text, NULL);
}

static void add_row(int end, void *user) {
    total *t = user;
    (void)end;
    t->rows++;
}

static void libcsv_and_strtod(job *j) {
    static char buffer[PIECE];
    struct csv_parser parser;
    total t = {0};
    ssize_t got;
    const int fd = open(j->path, O_RDONLY);
    require(fd >= 0 && csv_init(&parser, CSV_APPEND_NULL) == 0, "cannot start libcsv");
    while ((got = read(fd, buffer, sizeof buffer)) > 0)
        (void)csv_parse(&parser, buffer, (size_t)got, add_cell, add_row, &t);
    (void)csv_fini(&parser, add_cell, add_row, &t);
    csv_free(&parser);
    (void)close(fd);
    require(t.rows == j->file->rows + 1, "libcsv lost rows");
}

static void read_bytes(job *j) {
    static unsigned char buffer[PIECE];
    rh_bytes *bytes = NULL;
    size_t got;
    require(rh_bytes_open(j->path, &bytes, NULL) == RH_OK, "cannot open");
    do
        require(rh_bytes_read(bytes, buffer, sizeof buffer, &got, NULL) == RH_OK, "cannot read");
    while (got == sizeof buffer);
    rh_bytes_close(bytes);
}

/* So that no two orders, and no two bits, come to the same. */
static uint64_t mix(uint64_t digest, const rh_event *events, size_t count) {
    const unsigned char *bytes = (const unsigned char *)events;
    for (size_t i = 0; i < count * sizeof *events; i += sizeof digest) {
        uint64_t word;
        memcpy(&word, bytes + i, sizeof word);
        digest = (digest ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        digest ^= digest >> 32;
    }
    return digest;
}

static rh_source_spec spec_of(const job *j) {
    return (rh_source_spec){.format = j->file->kind->format, .path = j->path};
}

static void read_events(job *j) {
    static rh_event block[EVENTS];
    rh_source *source = NULL;
    rh_error error = {.text = ""};
    const rh_source_spec spec = spec_of(j);
    size_t got;
    j->events = j->digest = 0;
    rh_status status = rh_source_open(&spec, 0, j->catalogue, &source, &error);
    do {
        if (status == RH_OK)
            status = rh_source_fill(source, block, EVENTS, &got, &error);
        require(status == RH_OK, error.text);
        if (j->check)
            j->digest = mix(j->digest, block, got);
        j->events += got;
    } while (got > 0);
    rh_source_close(source);
}

static void fill_market(job *j) {
    rh_source_spec specs[] = {spec_of(j), spec_of(j), spec_of(j)};
    rh_replay *replay = NULL;
    rh_error error = {.text = ""};
    rh_market *market = rh_market_new(j->catalogue, RH_FUNDING_CONTINUOUS);
    const rh_event *events;
    size_t count;
    for (int i = 0; i < 3; i++) /* quotes come every 25 ms and up to 1 ms late: turns are random */
        specs[i].delay = i * 25 * RH_MS;
    require(market && rh_replay_open(specs, j->copies, j->catalogue, &replay, &error) == RH_OK,
            error.text);
    for (rh_time now; (now = rh_replay_next_time(replay)) != RH_NEVER;) {
        require(rh_replay_take(replay, &events, &count, &error) == RH_OK, error.text);
        rh_market_advance(market, now);
        for (size_t i = 0; i < count; i++)
            rh_market_apply(market, &events[i]);
        rh_market_complete(market);
    }
    rh_replay_close(replay);
    rh_market_free(market);
}

/* ---- the table ---- */

static double seconds_of(void (*work)(job *), job *j, clockid_t clock) {
    double least = INFINITY;
    for (int i = 0; i < rounds; i++) {
        struct timespec began, ended;
        (void)clock_gettime(clock, &began);
        work(j);
        (void)clock_gettime(clock, &ended);
        least = fmin(least, (double)(ended.tv_sec - began.tv_sec) +
                                1e-9 * (double)(ended.tv_nsec - began.tv_nsec));
    }
    return least;
}

/* Prints a rate; beside it its ratio to the floor, and what that has to be. */
static double tell(const char *what, double rows, double seconds, double floor_rate,
                   double target) {
    const double rate = rows / seconds * 1e-6;
    (void)printf("  %-48s %8.2f", what, rate);
    if (floor_rate > 0.0)
        (void)printf(" %7.1f", rate / floor_rate);
    if (target > 0.0)
        (void)printf(" %7.1f  %s", target, rate / floor_rate >= target ? "met" : "NOT met");
    (void)printf("\n");
    (void)fflush(stdout);
    return rate;
}

static void same_by_every_path(job *j) {
    static const rh_rows_path paths[] = {RH_ROWS_LIBCSV, RH_ROWS_PORTABLE, RH_ROWS_FASTEST};
    uint64_t events = 0, digest = 0;
    j->check = 1;
    for (int i = 0; i < 3; i++) {
        rh_rows_choose(paths[i], RH_ROWS_BLOCK);
        read_events(j);
        require(i == 0 || (events == j->events && digest == j->digest),
                "the paths give different events");
        events = j->events;
        digest = j->digest;
    }
    j->check = 0;
    (void)printf("  %llu events, the same to the bit by libcsv, portable C and AVX2\n",
                 (unsigned long long)events);
}

static double tell_path(const char *what, rh_rows_path path, void (*work)(job *), job *j,
                        clockid_t clock, double floor_rate, double target) {
    rh_rows_choose(path, RH_ROWS_BLOCK);
    rh_ahead_help(clock == CLOCK_MONOTONIC);
    const double rows = (double)j->file->rows * (double)j->copies;
    const double rate = tell(what, rows, seconds_of(work, j, clock), floor_rate, target);
    rh_rows_choose(RH_ROWS_FASTEST, RH_ROWS_BLOCK);
    rh_ahead_help(1);
    return rate;
}

static void compare_paths(job *j, double base) {
    const clockid_t process = CLOCK_PROCESS_CPUTIME_ID, thread = CLOCK_THREAD_CPUTIME_ID;
    rh_ahead_limit(0);
    tell_path("bytes and SHA-256 alone", RH_ROWS_FASTEST, read_bytes, j, process, base, 0.0);
    tell_path("events by libcsv alone", RH_ROWS_LIBCSV, read_events, j, process, base, 0.0);
    tell_path("events by portable C alone", RH_ROWS_PORTABLE, read_events, j, process, base, 0.0);
    tell_path("events by AVX2 alone", RH_ROWS_FASTEST, read_events, j, process, base, 0.0);
    rh_ahead_limit(THREADS);
    tell_path("events by libcsv", RH_ROWS_LIBCSV, read_events, j, thread, base, 0.0);
    tell_path("events by portable C", RH_ROWS_PORTABLE, read_events, j, thread, base, 4.0);
    tell_path("events by AVX2", RH_ROWS_FASTEST, read_events, j, thread, base, 10.0);
    tell_path("events by AVX2, on the wall", RH_ROWS_FASTEST, read_events, j, CLOCK_MONOTONIC, base,
              0.0);
    tell_path("into the market's state by portable C", RH_ROWS_PORTABLE, fill_market, j, thread,
              base, 0.0);
    tell_path("into the market's state by AVX2", RH_ROWS_FASTEST, fill_market, j, thread, base,
              0.0);
    j->copies = 3;
    tell_path("three such files merged into the market", RH_ROWS_FASTEST, fill_market, j, thread,
              base, 0.0);
    j->copies = 1;
}

/* On the wall: unpacking on the second core has to hide behind parsing, or the other way round. */
static void compare_gzip(job *j) {
    const double parse = seconds_of(read_events, j, CLOCK_MONOTONIC);
    j->path = j->file->packed;
    const double unpack = seconds_of(read_bytes, j, CLOCK_MONOTONIC);
    const double both = seconds_of(read_events, j, CLOCK_MONOTONIC);
    const double slower = fmax(parse, unpack), rows = (double)j->file->rows;
    tell("gzip unpacked, on the wall", rows, unpack, 0.0, 0.0);
    tell("gzip to events, on the wall", rows, both, 0.0, 0.0);
    (void)printf("  %-48s %8.2f %15.1f  %s\n", "times the slower of unpacking and plain to events",
                 both / slower, 1.3, both / slower <= 1.3 ? "met" : "NOT met");
    j->path = j->file->path;
}

static void measure(const bench_file *file, const rh_catalogue *catalogue) {
    job j = {.file = file, .path = file->path, .catalogue = catalogue, .copies = 1};
    const double rows = (double)file->rows;
    (void)printf("\n%s: %.0f rows of %.1f bytes; million rows a second, times the floor\n",
                 file->kind->title, rows, (double)file->bytes / rows);
    same_by_every_path(&j);
    tell("line ends counted", rows, seconds_of(count_lines, &j, CLOCK_PROCESS_CPUTIME_ID), 0.0,
         0.0);
    const double base = tell("libcsv, strtod on every field (the floor)", rows,
                             seconds_of(libcsv_and_strtod, &j, CLOCK_PROCESS_CPUTIME_ID), 0.0, 0.0);
    compare_paths(&j, base);
    compare_gzip(&j);
}

int main(int argc, char **argv) {
    uint64_t divisor = 1;
    struct rusage usage;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--quick") == 0)
            divisor = 20;
        else
            rounds = atoi(argv[i]);
    }
    require(rounds > 0 && bench_folder_make(), "no rounds, or no folder below TMPDIR");
    rh_catalogue *catalogue = bench_catalogue();
    require(catalogue != NULL, "no memory");
    for (int i = 0; i < bench_n_file_kinds; i++) {
        bench_file file;
        const bench_file_kind *kind = &bench_file_kinds[i];
        if (bench_file_make(&file, kind, kind->rows / divisor) == 0)
            measure(&file, catalogue);
        else
            fprintf(stderr, "bench_feed: cannot write %s\n", file.path);
        bench_file_remove(&file);
    }
    bench_folder_remove();
    rh_catalogue_free(catalogue);
    (void)getrusage(RUSAGE_SELF, &usage);
    (void)printf("\nlargest resident memory: %.1f MB\n", (double)usage.ru_maxrss / 1024.0);
    return 0;
}
