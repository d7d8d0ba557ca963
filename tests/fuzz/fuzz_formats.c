/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a file of every format. The first byte picks the format by its number in the list,
 * the second what the experiment says of the file. */
#include "feed_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const names[] = {"BTCUSDT",
                                        "BTC-PERPETUAL",
                                        "BTC-25JUN21-36000-C",
                                        "BTC-25JUN21-36000-P",
                                        "BTC-231027-33000-C",
                                        "BTC-USD-210625-36000-C"};
    size_t n;
    const rh_format_entry *formats = rh_formats(&n);
    if (size < 2)
        return 0;
    const uint8_t choice = data[1];
    save_file(data + 2, size - 2);
    const rh_source_spec spec = {.format = formats[data[0] % n].name,
                                 .path = file_path,
                                 .instrument = choice & 1 ? "BTCUSDT" : NULL,
                                 .stamp = choice & 2 ? "end" : NULL,
                                 .iv_unit = choice & 4 ? "percent" : NULL,
                                 .timezone = choice & 8 ? "Europe/London" : NULL,
                                 .interval = choice & 16 ? RH_HOUR : 0,
                                 .contract_size = choice & 32 ? 100.0 : 0.0,
                                 .delay = choice & 64 ? RH_MS : 0};
    rh_catalogue *catalogue = rh_catalogue_new();
    check(catalogue != NULL);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        add_instrument(catalogue, names[i]);
    read_file(&spec, catalogue);
    read_names(&spec);
    rh_catalogue_free(catalogue);
    return 0;
}
