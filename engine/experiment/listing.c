/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment/listing.h"

#include "base/json.h"
#include "base/memory.h"

#include <string.h>

/* `key` is all that decides which names a source has. */
typedef struct {
    char *key;
    rh_catalogue *names;
} listed_file;

struct rh_listing {
    listed_file *files;
    size_t count, capacity;
};

typedef struct {
    rh_catalogue *names;
    int full; /* no memory for one of them */
} hearing;

rh_listing *rh_listing_new(void) {
    return rh_allocate(1, sizeof(rh_listing));
}

static void free_file(listed_file *file) {
    rh_release(file->key);
    rh_catalogue_free(file->names);
}

void rh_listing_free(rh_listing *listing) {
    if (!listing)
        return;
    for (size_t i = 0; i < listing->count; i++)
        free_file(&listing->files[i]);
    rh_release(listing->files);
    rh_release(listing);
}

static void hear(void *self, const char *name) {
    hearing *h = self;
    rh_instrument instrument;
    if (rh_instrument_from_name(name, &instrument) == 0 &&
        rh_catalogue_add(h->names, &instrument) == RH_NO_INSTRUMENT)
        h->full = 1;
}

/* NULL without memory. */
static char *key_of(const rh_source_spec *spec) {
    rh_json json = {0};
    rh_json_begin(&json, NULL, '[');
    rh_json_string(&json, NULL, spec->format);
    rh_json_string(&json, NULL, spec->path);
    rh_json_string(&json, NULL, spec->store);
    rh_json_number(&json, NULL, (double)spec->stored);
    rh_json_string(&json, NULL, spec->instrument);
    rh_json_string(&json, NULL, spec->query);
    for (size_t i = 0; i < spec->n_map; i++) {
        rh_json_string(&json, NULL, spec->map[i].column);
        rh_json_string(&json, NULL, spec->map[i].field);
    }
    rh_json_end(&json, ']');
    char *key = rh_json_text(&json) ? rh_copy_text(rh_json_text(&json)) : NULL;
    rh_json_free(&json);
    return key;
}

/* Takes over `key`. */
static rh_status read_file(const rh_source_spec *spec, char *key, listed_file *out,
                           rh_error *error) {
    *out = (listed_file){key, rh_catalogue_new()};
    hearing h = {out->names, 0};
    rh_status status = out->names ? rh_source_names(spec, hear, &h, error) : rh_no_memory(error);
    if (status == RH_OK && h.full)
        status = rh_no_memory(error);
    if (status != RH_OK)
        free_file(out);
    return status;
}

rh_status rh_listing_read(rh_listing *listing, const rh_source_spec *spec, const rh_catalogue **out,
                          rh_error *error) {
    char *key = key_of(spec);
    if (!key || rh_make_room(&listing->files, listing->count, &listing->capacity,
                             sizeof *listing->files) != 0) {
        rh_release(key);
        return rh_no_memory(error);
    }
    for (size_t i = 0; i < listing->count; i++) {
        *out = listing->files[i].names;
        if (strcmp(listing->files[i].key, key) != 0)
            continue;
        rh_release(key);
        return RH_OK;
    }
    rh_status status = read_file(spec, key, &listing->files[listing->count], error);
    if (status == RH_OK)
        *out = listing->files[listing->count++].names;
    return status;
}
