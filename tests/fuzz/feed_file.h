/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes as a file, read to its end: events in order, or an error with a text; nothing else. Each
 * fuzz target of file formats includes it once. */
#ifndef FUZZ_FEED_FILE_H
#define FUZZ_FEED_FILE_H

#include "feed/source.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char file_path[] = "/tmp/fuzz_feed_XXXXXX";
static int file = -1;

static void remove_file(void) {
    (void)unlink(file_path);
}

static void save_file(const uint8_t *data, size_t size) {
    if (file < 0) {
        file = mkstemp(file_path);
        if (file < 0)
            abort();
        (void)atexit(remove_file);
    }
    if (ftruncate(file, 0) != 0 || (size > 0 && pwrite(file, data, size, 0) != (ssize_t)size))
        abort();
}

static void check(int holds) {
    if (!holds)
        abort();
}

static void add_instrument(rh_catalogue *catalogue, const char *name) {
    rh_instrument instrument;
    if (rh_instrument_from_name(name, &instrument) != 0) {
        instrument = (rh_instrument){.multiplier = 1.0};
        strncpy(instrument.name, name, sizeof instrument.name - 1);
    }
    check(rh_catalogue_add(catalogue, &instrument) != RH_NO_INSTRUMENT);
}

static void read_file(const rh_source_spec *spec, const rh_catalogue *catalogue) {
    rh_source *source = NULL;
    rh_error error = {.text = ""};
    rh_event event;
    rh_time known = RH_DAWN;
    int got;
    if (rh_source_open(spec, 1, catalogue, &source, &error) != RH_OK) {
        check(*error.text && !strchr(error.text, '\n'));
        return;
    }
    while ((got = rh_source_next(source, &event, &error)) > 0) {
        check(event.known >= known && event.happened <= event.known &&
              event.instrument < rh_catalogue_count(catalogue) &&
              event.kind <= RH_EVENT_SETTLEMENT);
        known = event.known;
    }
    check(got == 0 || (*error.text && !strchr(error.text, '\n')));
    rh_source_summary summary;
    rh_source_summarise(source, &summary);
    check((strlen(summary.sha256) == 64) == (got == 0));
    rh_source_close(source);
}

static void ignore_name(void *user, const char *name) {
    (void)user;
    (void)name;
}

static void read_names(const rh_source_spec *spec) {
    rh_error error;
    (void)rh_source_names(spec, ignore_name, NULL, &error);
}

#endif
