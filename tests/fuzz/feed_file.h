/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes as a file, read to its end: events in order, or an error with a text; nothing else. Each
 * fuzz target of file formats includes it once. */
#ifndef FUZZ_FEED_FILE_H
#define FUZZ_FEED_FILE_H

#include "fuzz_file.h"

#include "feed/source.h"

#include <string.h>

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
