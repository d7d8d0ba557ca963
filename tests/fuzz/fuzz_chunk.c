/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a chunk of a market store, with their checksum and without: events that can be, or a
 * sentence. And what is decoded, encoded again, is the same.
 *
 * The first byte picks the kind (low three bits) and whether the checksum is put right. */
#include "feed/chunk.h"
#include "feed/format.h"
#include "feed/little.h"
#include "feed/pack.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INSTRUMENTS = 8 };

static void check(int holds) {
    if (!holds)
        abort();
}

static size_t decode(const uint8_t *bytes, size_t size, rh_event_kind kind, rh_event *events,
                     uint32_t *places) {
    static uint32_t numbers[INSTRUMENTS + 1] = {RH_NO_INSTRUMENT, 0, 1, 2, 3, 4, 5, 6, 7};
    const rh_chunk_view view = {numbers, INSTRUMENTS + 1, 0};
    rh_chunk_reader *reader = rh_chunk_reader_new();
    rh_error error = {.text = ""};
    size_t count = 1, total = 0;
    check(reader != NULL);
    const size_t said = size >= 8 ? rh_get_32(bytes + 4) : 1;
    rh_status status = rh_chunk_open(reader, bytes, size, kind, said, &view, &error);
    while (status == RH_OK && count > 0) {
        status = rh_chunk_next(reader, events + total, places + total, &count, &error);
        total += count;
        check(total <= said && total <= RH_CHUNK_EVENTS);
    }
    check(status == RH_OK || (status == RH_BAD_DATA && *error.text));
    rh_chunk_reader_free(reader);
    return status == RH_OK ? total : 0;
}

static void check_events(const rh_event *events, const uint32_t *places, size_t count,
                         rh_event_kind kind) {
    for (size_t i = 0; i < count; i++) {
        const rh_event *e = &events[i];
        check(e->instrument < INSTRUMENTS && e->kind == kind && places[i] < RH_SLICE_EVENTS &&
              e->happened >= 0 && e->happened <= RH_STAMP_END + RH_PERIOD_MAX &&
              e->known >= 0 && e->known <= RH_STAMP_END + 2 * RH_PERIOD_MAX);
        for (int v = 0; v < 5; v++)
            check(rh_event_has(e, v) ? v < rh_event_values(kind) : e->value[v] == 0.0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static rh_event events[RH_CHUNK_EVENTS + RH_PACK_VALUES];
    static rh_event again[RH_CHUNK_EVENTS + RH_PACK_VALUES];
    static uint32_t places[RH_CHUNK_EVENTS + RH_PACK_VALUES];
    static uint32_t order[RH_CHUNK_EVENTS + RH_PACK_VALUES];
    rh_chunk_writer writer = {0};
    if (size < 1)
        return 0;
    const rh_event_kind kind = (rh_event_kind)((data[0] & 7) % RH_N_EVENT_KINDS);
    uint8_t *bytes = malloc(size);
    check(bytes != NULL);
    memcpy(bytes, data + 1, size - 1);
    if (data[0] & 8)
        rh_chunk_seal(bytes, size - 1);
    const size_t count = decode(bytes, size - 1, kind, events, places);
    free(bytes);
    check_events(events, places, count, kind);
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    if (count == 0)
        return 0;
    check(rh_chunk_encode(&writer, events, order, count, NULL) == RH_OK);
    check(decode(writer.bytes, writer.count, kind, again, places) == count);
    check(memcmp(again, events, count * sizeof *events) == 0);
    rh_chunk_writer_clear(&writer);
    return 0;
}
