/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/twins.h"

#include "base/memory.h"

#include <string.h>

enum { SLOTS = 1 << 12 };

struct rh_twins {
    struct slot {
        uint64_t key, content; /* key 0: free */
    } slots[SLOTS];
};

rh_status rh_twins_open(rh_twins **out, rh_error *error) {
    *out = rh_allocate(1, sizeof **out);
    return *out ? RH_OK : rh_fail(error, RH_FAILED, "no memory to look for rows that come twice");
}

void rh_twins_close(rh_twins *twins) {
    rh_release(twins);
}

/* The finalizer of splitmix64 (Steele, Lea, Flood, OOPSLA 2014). */
static uint64_t mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) + UINT64_C(0x9e3779b97f4a7c15);
    hash = (hash ^ hash >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    hash = (hash ^ hash >> 27) * UINT64_C(0x94d049bb133111eb);
    return hash ^ hash >> 31;
}

static uint64_t mix_text(uint64_t hash, const rh_cell *cell) {
    for (size_t at = 0; at < cell->length; at += 8) {
        uint64_t word = 0;
        size_t left = cell->length - at;
        memcpy(&word, cell->text + at, left < 8 ? left : 8);
        hash = mix(hash, word);
    }
    return mix(hash, cell->length);
}

static uint64_t hash_events(const rh_batch *batch) {
    uint64_t hash = batch->count;
    for (size_t i = 0; i < batch->count; i++) {
        const rh_event *event = &batch->events[i];
        hash = mix(hash, (uint64_t)event->kind << 8 | event->present);
        for (int position = 0; position < 5; position++) {
            uint64_t word;
            memcpy(&word, &event->value[position], sizeof word);
            hash = rh_event_has(event, position) ? mix(hash, word) : hash;
        }
    }
    return hash;
}

rh_twin rh_twins_add(rh_twins *twins, const rh_reading *reading, const rh_row *row,
                     const rh_batch *batch) {
    const int field = reading->format->key_field;
    const rh_cell cell = rh_cell_of(reading, row, field ? field : RH_NO_FIELD);
    if (field && cell.length == 0)
        return RH_TWIN_NEW; /* without its key a row is like no other */
    uint64_t key = mix((uint64_t)reading->time, reading->instrument);
    if (field)
        key = mix_text(key, &cell);
    const uint64_t content = hash_events(batch);
    struct slot *slot = &twins->slots[key % SLOTS];
    const struct slot before = *slot;
    *slot = (struct slot){key, content};
    if (before.key != key)
        return RH_TWIN_NEW;
    return before.content == content ? RH_TWIN_SAME : RH_TWIN_OTHER;
}
