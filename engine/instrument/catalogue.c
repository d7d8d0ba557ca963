/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "instrument/catalogue.h"

#include "base/memory.h"

#include <string.h>

/* The hash beside the number tells nearly all other names apart without looking at them. */
typedef struct {
    uint32_t hash, id; /* id RH_NO_INSTRUMENT: empty */
} slot;

/* Open addressing over a power of two of slots. */
struct rh_catalogue {
    rh_instrument **items;
    size_t count, capacity;
    slot *slots;
    size_t n_slots;
};

/* Eight bytes at a time; the multiplier is 2^64 over the golden ratio. */
static uint32_t hash_of(const char *name, size_t length) {
    const uint64_t multiplier = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t h = length, word;
    for (; length >= sizeof word; length -= sizeof word, name += sizeof word) {
        memcpy(&word, name, sizeof word);
        h = (h ^ word) * multiplier;
        h ^= h >> 32;
    }
    for (word = 0; length > 0; length--)
        word = word << 8 | (unsigned char)*name++;
    h = (h ^ word) * multiplier;
    return (uint32_t)(h >> 32);
}

/* The slot that holds the name, or the empty one where it belongs. */
static slot *slot_of(const rh_catalogue *c, const char *name, size_t length, uint32_t hash) {
    for (size_t i = hash;; i++) {
        slot *s = &c->slots[i & (c->n_slots - 1)];
        if (s->id == RH_NO_INSTRUMENT)
            return s;
        const char *other = c->items[s->id]->name;
        if (s->hash == hash && rh_same_bytes(other, name, length) && other[length] == '\0')
            return s;
    }
}

static int grow_slots(rh_catalogue *c) {
    size_t wanted = c->n_slots ? c->n_slots * 2 : 64;
    slot *fresh = rh_allocate(wanted, sizeof *fresh);
    if (!fresh)
        return -1;
    memset(fresh, 0xff, wanted * sizeof *fresh);
    rh_release(c->slots);
    c->slots = fresh;
    c->n_slots = wanted;
    for (uint32_t i = 0; i < c->count; i++) {
        const char *name = c->items[i]->name;
        const uint32_t hash = hash_of(name, strlen(name));
        *slot_of(c, name, strlen(name), hash) = (slot){hash, i};
    }
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
    return length < RH_NAME_MAX ? slot_of(c, name, length, hash_of(name, length))->id
                                : RH_NO_INSTRUMENT;
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
    const uint32_t hash = hash_of(copy->name, strlen(copy->name));
    *slot_of(c, copy->name, strlen(copy->name), hash) = (slot){hash, id};
    return id;
}

size_t rh_catalogue_count(const rh_catalogue *c) {
    return c->count;
}

const rh_instrument *rh_catalogue_get(const rh_catalogue *c, uint32_t id) {
    return id < c->count ? c->items[id] : NULL;
}
