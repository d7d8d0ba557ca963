/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a time-zone file: refused, or offsets and local times that agree. */
#include "feed/timezone.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/tmp/fuzz_zone_XXXXXX";
static char path[64];

static void remove_folder(void) {
    (void)unlink(path);
    (void)rmdir(folder);
}

static void save(const uint8_t *data, size_t size) {
    if (!*path) {
        if (!mkdtemp(folder) || setenv("TZDIR", folder, 1) != 0)
            abort();
        (void)snprintf(path, sizeof path, "%s/Made", folder);
        (void)atexit(remove_folder);
    }
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(data, 1, size, file) != size || fclose(file) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    rh_zone *zone = NULL;
    rh_error error;
    save(data, size);
    if (rh_zone_open("Made", &zone, &error) != RH_OK)
        return 0;
    for (int year = 1970; year < 2200; year += 3)
        for (int month = 1; month <= 12; month += 4) {
            rh_time local = 0, times[2];
            (void)rh_time_of_date(year, month, 28, &local);
            int count = rh_zone_from_local(zone, local, times);
            for (int i = 0; i < count; i++)
                if (times[i] + rh_zone_offset(zone, times[i]) * RH_S != local)
                    abort();
            if (count == 2 && times[0] >= times[1])
                abort();
        }
    rh_zone_close(zone);
    return 0;
}
