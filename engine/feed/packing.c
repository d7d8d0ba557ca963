/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/packing.h"

#include <inttypes.h>
#include <string.h>

/* ---- plain ---- */

static int knows_everything(const unsigned char *bytes, size_t count) {
    (void)bytes;
    (void)count;
    return 1;
}

static rh_status start_plain(void *state, rh_intake *intake, rh_error *error) {
    (void)state;
    (void)intake;
    (void)error;
    return RH_OK;
}

static rh_status some_plain(void *state, rh_intake *intake, unsigned char *out, size_t size,
                            size_t *got, rh_error *error) {
    (void)state;
    return rh_intake_read(intake, out, size, got, error);
}

static void stop_plain(void *state) {
    (void)state;
}

const rh_packing rh_packing_plain = {"plain",     knows_everything, 0,
                                     start_plain, some_plain,       stop_plain};

/* ---- finding ---- */

static const rh_packing *const packings[] = {&rh_packing_gzip, &rh_packing_zstd, &rh_packing_zip,
                                             &rh_packing_plain};

/* What is not read here, by its first bytes. */
static const struct {
    unsigned char magic[4];
    const char *name, *mend;
} refused[] = {
    {{'B', 'Z', 'h', '9'}, "bzip2", "unpack it with 'bunzip2' first"},
    {{0xfd, '7', 'z', 'X'}, "xz", "unpack it with 'unxz' first"},
    {{'7', 'z', 0xbc, 0xaf}, "7z", "unpack it with '7z e' first"},
    {{'S', 'Q', 'L', 'i'}, "SQLite", "name it as 'store:' instead"},
};

const rh_packing *rh_packing_find(const rh_intake *in, rh_error *error) {
    for (size_t i = 0; in->left >= 4 && i < sizeof refused / sizeof *refused; i++)
        if (memcmp(in->at, refused[i].magic, 4) == 0) {
            (void)rh_fail(error, RH_BAD_DATA, "%s: this is a %s file; %s", in->path,
                          refused[i].name, refused[i].mend);
            return NULL;
        }
    const rh_packing *const *packing = packings;
    while (!(*packing)->knows(in->at, in->left))
        packing++;
    return *packing;
}

rh_status rh_packing_truncated(const rh_intake *in, const char *what, rh_error *error) {
    return rh_fail(error, RH_BAD_DATA,
                   "%s: truncated %s: the file ends after %" PRIu64
                   " bytes, inside the compressed data (is the download complete?)",
                   in->path, what, in->taken);
}
