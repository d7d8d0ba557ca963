/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a file of any format: events in order, or an error with a text; nothing else.
 *
 * The first byte picks the format (low two bits) and what the experiment says of the file. */
#include "feed_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static rh_source_spec specification(uint8_t choice) {
    static const char *const formats[] = {"csv", "optionsdx", "cryptodatadownload",
                                          "binance-funding-ui"};
    static const struct rh_column_map map[] = {{"t", "ts"}, {"c", "close"}};
    rh_source_spec spec = {.format = formats[choice & 3], .path = file_path};
    const int has_clock = (choice & 3) == 0 || (choice & 3) == 3;
    const int has_bars = (choice & 3) == 0 || (choice & 3) == 2;
    spec.instrument = choice & 4 ? "X" : NULL;
    spec.timezone = choice & 8 && has_clock ? "Europe/London" : NULL;
    spec.interval = choice & 16 ? RH_HOUR : 0;
    spec.stamp = choice & 32 && has_bars ? "start" : NULL;
    spec.proxy = choice >> 6 & 1;
    spec.disorder = (choice & 0x50) == 0x50 ? RH_HOUR : 0;
    spec.map = map;
    spec.n_map = choice & 128 && (choice & 3) == 0 ? 2 : 0;
    return spec;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0)
        return 0;
    save_file(data + 1, size - 1);
    rh_catalogue *catalogue = rh_catalogue_new();
    check(catalogue != NULL);
    add_instrument(catalogue, "X");
    add_instrument(catalogue, "BTCUSDT");
    const rh_source_spec spec = specification(data[0]);
    read_file(&spec, catalogue);
    read_names(&spec);
    rh_catalogue_free(catalogue);
    return 0;
}
