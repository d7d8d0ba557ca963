/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a packed file: bytes and a digest, or an error with a text; the same once more after
 * a rewind, and where two libraries inflate both give the same bytes. */
#include "fuzz_file.h"

#include "feed/bytes.h"
#include "feed/inflater.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 1 << 20 }; /* read of what may unpack without end */

typedef struct {
    rh_status status;
    size_t count;
    char digest[65];
    unsigned char bytes[MOST];
} outcome;

static outcome first, again, other;

static void check(int holds) {
    if (!holds)
        abort();
}

static void check_error(const rh_error *error) {
    check(*error->text && !strchr(error->text, '\n'));
}

static void read_all(rh_bytes *bytes, size_t piece, outcome *out) {
    rh_error error = {.text = ""};
    size_t got = 1;
    out->status = RH_OK;
    out->count = 0;
    while (got > 0 && out->count < MOST && out->status == RH_OK) {
        const size_t room = MOST - out->count;
        out->status = rh_bytes_read(bytes, out->bytes + out->count, room < piece ? room : piece,
                                    &got, &error);
        out->count += got;
    }
    rh_bytes_digest(bytes, out->digest);
    check((strlen(out->digest) == 64) == (out->status == RH_OK && got == 0));
    if (out->status != RH_OK)
        check_error(&error);
}

static void check_same(const outcome *a, const outcome *b) {
    check(a->status == b->status);
    check(a->status != RH_OK ||
          (a->count == b->count && memcmp(a->bytes, b->bytes, a->count) == 0));
}

/* Opening may fail alone; then there is no outcome. */
static int read_twice(size_t piece) {
    rh_bytes *bytes = NULL;
    rh_error error = {.text = ""};
    if (rh_bytes_open(file_path, &bytes, &error) != RH_OK) {
        check_error(&error);
        return 0;
    }
    read_all(bytes, piece, &first);
    check(rh_bytes_rewind(bytes, &error) == RH_OK);
    read_all(bytes, 4096, &again);
    rh_bytes_close(bytes);
    check_same(&first, &again);
    return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0)
        return 0;
    save_file(data + 1, size - 1);
    rh_inflater_use(rh_inflaters[0]);
    if (!read_twice(1 + (size_t)data[0] * data[0]))
        return 0;
    if (!rh_inflaters[1])
        return 0;
    memcpy(&other, &first, sizeof other);
    rh_inflater_use(rh_inflaters[1]);
    check(read_twice(1 + (size_t)data[0] * data[0]));
    check_same(&first, &other);
    return 0;
}
