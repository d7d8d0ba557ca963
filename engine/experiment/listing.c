/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment/listing.h"

#include "base/memory.h"
#include "base/output.h"

#include <string.h>

typedef struct {
    char *format, *path, *store; /* store: "" for the file itself */
    int64_t stored;
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
    rh_release(file->format);
    rh_release(file->path);
    rh_release(file->store);
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

static rh_status read_file(const rh_source_spec *spec, listed_file *out, rh_error *error) {
    *out = (listed_file){rh_copy_text(spec->format), rh_copy_text(spec->path),
                         rh_copy_text(spec->store ? spec->store : ""), spec->stored,
                         rh_catalogue_new()};
    hearing h = {out->names, 0};
    rh_status status = RH_FAILED;
    if (out->format && out->path && out->store && out->names)
        status = rh_source_names(spec, hear, &h, error);
    else
        h.full = 1;
    if (h.full)
        status = rh_no_memory(error);
    if (status != RH_OK)
        free_file(out);
    return status;
}

static int is_of(const listed_file *file, const rh_source_spec *spec) {
    return strcmp(file->format, spec->format) == 0 && strcmp(file->path, spec->path) == 0 &&
           strcmp(file->store, spec->store ? spec->store : "") == 0 && file->stored == spec->stored;
}

rh_status rh_listing_read(rh_listing *listing, const rh_source_spec *spec, const rh_catalogue **out,
                          rh_error *error) {
    for (size_t i = 0; i < listing->count; i++) {
        const listed_file *file = &listing->files[i];
        *out = file->names;
        if (is_of(file, spec))
            return RH_OK;
    }
    if (rh_make_room(&listing->files, listing->count, &listing->capacity, sizeof *listing->files) !=
        0)
        return rh_no_memory(error);
    rh_status status = read_file(spec, &listing->files[listing->count], error);
    if (status == RH_OK)
        *out = listing->files[listing->count++].names;
    return status;
}
