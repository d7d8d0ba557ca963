/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small files and whole reads for the tests of engine/feed. Each test program includes it once. */
#ifndef TEST_FEED_SUPPORT_H
#define TEST_FEED_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "feed/source.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define UNUSED __attribute__((unused))

enum { KEPT_EVENTS = 64 };

/* One file at a time, removed by the next one and at exit. */
static char file_path[] = "/tmp/test_feed_XXXXXX";
static int file_made;

static void remove_file(void) {
    if (file_made)
        (void)unlink(file_path);
}

static const char *write_bytes(const void *bytes, size_t size) {
    if (!file_made) {
        int fd = mkstemp(file_path);
        assert_true(fd >= 0);
        (void)close(fd);
        file_made = 1;
        (void)atexit(remove_file);
    }
    FILE *file = fopen(file_path, "wb");
    assert_non_null(file);
    if (size > 0)
        assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    return file_path;
}

static UNUSED const char *write_text(const char *text) {
    return write_bytes(text, strlen(text));
}

/* Compresses into `out`, which has `room` bytes; the length. */
static UNUSED size_t gzip_into(const char *text, unsigned char *out, size_t room) {
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (unsigned char *)(uintptr_t)text;
    z.avail_in = (unsigned)strlen(text);
    z.next_out = out;
    z.avail_out = (unsigned)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t size = room - z.avail_out;
    (void)deflateEnd(&z);
    return size;
}

/* All that a source says. */
typedef struct {
    rh_status status; /* of opening, or of the first event that failed */
    rh_error error;
    size_t count; /* events, of which the first are kept */
    rh_event events[KEPT_EVENTS];
    rh_source_summary summary;
} reading_result;

static rh_catalogue *catalogue_of(const char *const *names) {
    rh_catalogue *catalogue = rh_catalogue_new();
    for (; catalogue && *names; names++) {
        rh_instrument instrument = {.multiplier = 1.0};
        (void)snprintf(instrument.name, sizeof instrument.name, "%s", *names);
        assert_int_not_equal(rh_catalogue_add(catalogue, &instrument), RH_NO_INSTRUMENT);
    }
    return catalogue;
}

static void pull_all(rh_source *source, reading_result *result) {
    rh_event event;
    rh_time known = RH_DAWN;
    int got;
    while ((got = rh_source_next(source, &event, &result->error)) > 0) {
        assert_true(event.known >= known);
        known = event.known;
        if (result->count < KEPT_EVENTS)
            result->events[result->count] = event;
        result->count++;
    }
    if (got < 0)
        result->status = result->error.code;
    rh_source_summarise(source, &result->summary);
}

/* Reads a whole file against a catalogue of the names. */
static UNUSED const reading_result *read_source(const rh_source_spec *spec,
                                                const char *const *names) {
    static reading_result result;
    rh_catalogue *catalogue = catalogue_of(names);
    rh_source *source = NULL;
    memset(&result, 0, sizeof result);
    result.status = rh_source_open(spec, 7, catalogue, &source, &result.error);
    if (result.status == RH_OK)
        pull_all(source, &result);
    rh_source_close(source);
    rh_catalogue_free(catalogue);
    return &result;
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static UNUSED void assert_says(const reading_result *result, rh_status status, const char *part) {
    if (!strstr(result->error.text, part))
        fail_msg("'%s' is not in: %s", part, result->error.text);
    assert_int_equal(result->status, status);
    assert_null(strchr(result->error.text, '\n'));
}

static UNUSED void assert_ok(const reading_result *result) {
    if (result->status != RH_OK)
        fail_msg("failed: %s", result->error.text);
}

static UNUSED rh_time at(const char *text) {
    rh_time time = 0;
    assert_int_equal(rh_time_parse(text, strlen(text), &time), 0);
    return time;
}

/* SplitMix64 (Steele, Lea, Flood 2014): noise that is the same every time. */
static UNUSED uint64_t noise(uint64_t *seed) {
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Path of a real data file, or NULL (and says so) where the shared folder isn't there. */
static UNUSED const char *shared_file(const char *name) {
    static char path[4096];
    const char *folder = getenv("REHEDGE_SHARED");
#ifdef REHEDGE_SOURCE_DIR
    if (!folder)
        folder = REHEDGE_SOURCE_DIR "/../shared";
#endif
    (void)snprintf(path, sizeof path, "%s/data/%s", folder ? folder : "", name);
    if (folder && access(path, R_OK) == 0)
        return path;
    print_message("skipped: no %s below REHEDGE_SHARED\n", name);
    return NULL;
}

#endif
