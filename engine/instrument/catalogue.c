/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "instrument/catalogue.h"

#include "base/memory.h"

#include <string.h>

/* Open addressing over a power of two of slots; an empty slot holds RH_NO_INSTRUMENT. */
struct rh_catalogue {
    rh_instrument **items;
    size_t count, capacity;
    uint32_t *slots;
    size_t n_slots;
};

/* FNV-1a, 64 bits. */
static uint64_t hash(const char *name, size_t length) {
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < length; i++)
        h = (h ^ (unsigned char)name[i]) * UINT64_C(1099511628211);
    return h;
}

/* The slot that holds the name, or the empty one where it belongs. */
static size_t slot_of(const rh_catalogue *c, const char *name, size_t length) {
    size_t slot = (size_t)hash(name, length) & (c->n_slots - 1);
    for (;; slot = (slot + 1) & (c->n_slots - 1)) {
        if (c->slots[slot] == RH_NO_INSTRUMENT)
            return slot;
        const char *other = c->items[c->slots[slot]]->name;
        if (strlen(other) == length && memcmp(other, name, length) == 0)
            return slot;
    }
}

static int grow_slots(rh_catalogue *c) {
    size_t wanted = c->n_slots ? c->n_slots * 2 : 64;
    uint32_t *fresh = rh_allocate(wanted, sizeof *fresh);
    if (!fresh)
        return -1;
    memset(fresh, 0xff, wanted * sizeof *fresh);
    rh_release(c->slots);
    c->slots = fresh;
    c->n_slots = wanted;
    for (uint32_t i = 0; i < c->count; i++)
        c->slots[slot_of(c, c->items[i]->name, strlen(c->items[i]->name))] = i;
    return 0;
}

rh_catalogue *rh_catalogue_new(void) {
    rh_catalogue *c = rh_allocate(1, sizeof *c);
    if (c && grow_slots(c) != 0) {
        rh_release(c);
        return NULL;
    }
    return c;
}

void rh_catalogue_free(rh_catalogue *c) {
    if (!c)
        return;
    for (size_t i = 0; i < c->count; i++)
        rh_release(c->items[i]);
    rh_release(c->items);
    rh_release(c->slots);
    rh_release(c);
}

uint32_t rh_catalogue_find(const rh_catalogue *c, const char *name, size_t length) {
    return c->slots[slot_of(c, name, length)];
}

uint32_t rh_catalogue_add(rh_catalogue *c, const rh_instrument *instrument) {
    uint32_t id = rh_catalogue_find(c, instrument->name, strlen(instrument->name));
    if (id != RH_NO_INSTRUMENT)
        return id;
    if (2 * (c->count + 1) > c->n_slots && grow_slots(c) != 0)
        return RH_NO_INSTRUMENT;
    if (rh_make_room(&c->items, c->count, &c->capacity, sizeof *c->items) != 0)
        return RH_NO_INSTRUMENT;
    rh_instrument *copy = rh_allocate(1, sizeof *copy);
    if (!copy)
        return RH_NO_INSTRUMENT;
    *copy = *instrument;
    id = (uint32_t)c->count;
    c->items[c->count++] = copy;
    c->slots[slot_of(c, copy->name, strlen(copy->name))] = id;
    return id;
}

size_t rh_catalogue_count(const rh_catalogue *c) {
    return c->count;
}

const rh_instrument *rh_catalogue_get(const rh_catalogue *c, uint32_t id) {
    return id < c->count ? c->items[id] : NULL;
}
