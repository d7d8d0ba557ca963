/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes: libcsv and the paths past it give the same rows and the same errors, however the
 * bytes are chopped; and so do the events of a whole source, of the format that the first byte
 * picks. */
#include "../unit/rows_equal.h"
#include "fuzz_file.h"

#include "feed/source.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_EVENTS = 4096 };

/* All that a source says. */
typedef struct {
    rh_event events[MOST_EVENTS];
    size_t count;
    rh_status status;
    rh_error error;
    rh_source_summary summary;
} outcome;

static void check(int holds, const char *what) {
    if (holds)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

static rh_catalogue *catalogue_of_two(void) {
    rh_catalogue *catalogue = rh_catalogue_new();
    rh_instrument instrument = {.name = "X", .multiplier = 1.0};
    check(catalogue && rh_catalogue_add(catalogue, &instrument) == 0, "no catalogue");
    strcpy(instrument.name, "BTCUSDT");
    check(rh_catalogue_add(catalogue, &instrument) == 1, "no catalogue");
    return catalogue;
}

static void read_all(uint8_t choice, rh_rows_path by, size_t block, outcome *out) {
    size_t n_formats;
    const rh_format_entry *formats = rh_formats(&n_formats);
    const rh_source_spec spec = {.format = formats[choice % n_formats].name,
                                 .path = file_path,
                                 .instrument = choice & 128 ? "X" : NULL,
                                 .interval = RH_HOUR};
    rh_catalogue *catalogue = catalogue_of_two();
    rh_source *source = NULL;
    rh_event event;
    memset(out, 0, sizeof *out);
    rh_rows_choose(by, block);
    out->status = rh_source_open(&spec, 0, catalogue, &source, &out->error);
    while (out->status == RH_OK) {
        const int got = rh_source_next(source, &event, &out->error);
        if (got < 0)
            out->status = out->error.code;
        if (got <= 0)
            break;
        if (out->count < MOST_EVENTS)
            out->events[out->count] = event;
        out->count++;
    }
    if (source)
        rh_source_summarise(source, &out->summary);
    rh_source_close(source);
    rh_catalogue_free(catalogue);
}

static int same_outcome(const outcome *a, const outcome *b) {
    const size_t kept = a->count < MOST_EVENTS ? a->count : MOST_EVENTS;
    return a->status == b->status && same_error(&a->error, &b->error) && a->count == b->count &&
           memcmp(a->events, b->events, kept * sizeof *a->events) == 0 &&
           a->summary.rows == b->summary.rows && a->summary.foreign == b->summary.foreign &&
           a->summary.gaps == b->summary.gaps &&
           strcmp(a->summary.sha256, b->summary.sha256) == 0 &&
           strcmp(a->summary.note, b->summary.note) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static outcome reference, plain;
    char where[2048];
    if (size == 0)
        return 0;
    save_file(data + 1, size - 1);
    check(rows_are_equal(file_path, where, sizeof where), where);
    read_all(data[0], RH_ROWS_LIBCSV, RH_ROWS_BLOCK, &reference);
    read_all(data[0], RH_ROWS_PORTABLE, 128, &plain);
    check(same_outcome(&reference, &plain), "portable: other events");
    read_all(data[0], RH_ROWS_FASTEST, RH_ROWS_BLOCK, &plain);
    check(same_outcome(&reference, &plain), "fastest: other events");
    return 0;
}
