/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a file of any format: events in order, or an error with a text; nothing else.
 *
 * The first byte picks the format (low two bits) and what the experiment says of the file. */
#include "feed/source.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[] = "/tmp/fuzz_feed_XXXXXX";
static int file = -1;

static void remove_file(void) {
    (void)unlink(path);
}

static void save(const uint8_t *data, size_t size) {
    if (file < 0) {
        file = mkstemp(path);
        if (file < 0)
            abort();
        (void)atexit(remove_file);
    }
    if (ftruncate(file, 0) != 0 || (size > 0 && pwrite(file, data, size, 0) != (ssize_t)size))
        abort();
}

static rh_source_spec specification(uint8_t choice) {
    static const char *const formats[] = {"csv", "optionsdx", "cryptodatadownload",
                                          "binance-funding-ui"};
    static const struct rh_column_map map[] = {{"t", "ts"}, {"c", "close"}};
    rh_source_spec spec = {.format = formats[choice & 3], .path = path};
    const int has_clock = (choice & 3) == 0 || (choice & 3) == 3;
    const int has_bars = (choice & 3) == 0 || (choice & 3) == 2;
    spec.instrument = choice & 4 ? "X" : NULL;
    spec.timezone = choice & 8 && has_clock ? "Europe/London" : NULL;
    spec.interval = choice & 16 ? RH_HOUR : 0;
    spec.stamp = choice & 32 && has_bars ? "start" : NULL;
    spec.proxy = choice >> 6 & 1;
    spec.map = map;
    spec.n_map = choice & 128 && (choice & 3) == 0 ? 2 : 0;
    return spec;
}

static void check(int holds) {
    if (!holds)
        abort();
}

static void read_all(const rh_source_spec *spec, const rh_catalogue *catalogue) {
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
        check(event.known >= known && event.instrument < 2 && event.kind <= RH_EVENT_SETTLEMENT);
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    rh_error error;
    if (size == 0)
        return 0;
    save(data + 1, size - 1);
    rh_catalogue *catalogue = rh_catalogue_new();
    check(catalogue != NULL);
    rh_instrument instrument = {.name = "X", .multiplier = 1.0};
    check(rh_catalogue_add(catalogue, &instrument) == 0);
    strcpy(instrument.name, "BTCUSDT");
    check(rh_catalogue_add(catalogue, &instrument) == 1);
    const rh_source_spec spec = specification(data[0]);
    read_all(&spec, catalogue);
    (void)rh_source_names(&spec, ignore_name, NULL, &error);
    rh_catalogue_free(catalogue);
    return 0;
}
