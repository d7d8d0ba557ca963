/* SPDX-License-Identifier: GPL-3.0-or-later */
/* chunk.h: up to RH_CHUNK_EVENTS events of one kind as packed columns: a BLOB of the market store.
 *
 *   byte 0    "RHC1": the codec and its version
 *        4    events, 1 to RH_CHUNK_EVENTS
 *        8    instruments, 1 or more
 *       12    kind (rh_event_kind)
 *       16    checksum of everything behind it, 8 bytes
 *       24    the store's numbers of the instruments, ascending, 4 bytes each
 *       ...   blocks of RH_PACK_VALUES events (the last one of fewer), each of these columns of
 *             pack.h behind each other: instrument (position in the list), place in the slice,
 *             happened, known - happened, present, and the kind's values; of an absent value the
 *             column says nothing
 *
 * Numbers are little-endian. Any bytes may be decoded: what the checksum lets through is still
 * checked, so that no chunk reads or writes where it shouldn't, nor gives an event that no reader
 * of files could give the times, kind or presence of.
 */
#ifndef RH_FEED_CHUNK_H
#define RH_FEED_CHUNK_H

#include "base/status.h"
#include "instrument/event.h"

#include <stddef.h>
#include <stdint.h>

enum {
    RH_CHUNK_EVENTS = 1 << 16,
    RH_SLICE_EVENTS = 1 << 17, /* places in a slice */
    RH_N_EVENT_KINDS = RH_EVENT_SETTLEMENT + 1
};

/* How many values an event of a kind can have. */
int rh_event_values(rh_event_kind kind);

/* ---- writing ---- */

typedef struct {
    uint8_t *bytes;
    size_t count, capacity;
    uint32_t *instruments; /* of the chunk, ascending; the store's numbers */
    size_t n_instruments, instruments_capacity;
    uint32_t *position; /* of an instrument in that list */
    size_t n_positions;
} rh_chunk_writer;

/* Encodes events[place[0]], events[place[1]], ...: `count` of them, all of one kind; the places
 * ascend. The store's number of an instrument is the event's plus 1. The bytes are the writer's,
 * until the next call. */
rh_status rh_chunk_encode(rh_chunk_writer *writer, const rh_event *events, const uint32_t *place,
                          size_t count, rh_error *error);
void rh_chunk_writer_clear(rh_chunk_writer *writer);

/* Puts the checksum of bytes in its place, where there is room for a header. */
void rh_chunk_seal(uint8_t *bytes, size_t size);

/* ---- reading ---- */

/* What an instrument of the store is called by whoever reads. */
typedef struct {
    const uint32_t *numbers; /* by the store's number; RH_NO_INSTRUMENT: its events are dropped */
    size_t count;
    uint16_t source; /* of the events */
} rh_chunk_view;

typedef struct rh_chunk_reader rh_chunk_reader;
rh_chunk_reader *rh_chunk_reader_new(void); /* NULL if there is no memory */
void rh_chunk_reader_free(rh_chunk_reader *reader);

/* One more, for another chunk that is read in turns with the first reader's: they share what a
 * block is unpacked into, which stays the first one's. */
rh_chunk_reader *rh_chunk_reader_beside(const rh_chunk_reader *first);

/* Begins a chunk of `count` events of a kind, whose bytes stay where they are while it is read.
 * RH_BAD_DATA with a sentence without a place if it is damaged or another one. */
rh_status rh_chunk_open(rh_chunk_reader *reader, const void *bytes, size_t size, rh_event_kind kind,
                        size_t events, const rh_chunk_view *view, rh_error *error);

/* Decodes up to RH_PACK_VALUES of the wanted events, in their order, and their places in the slice,
 * into arrays with room for that many. None: the end. */
rh_status rh_chunk_next(rh_chunk_reader *reader, rh_event *events, uint32_t *places, size_t *count,
                        rh_error *error);

/* The same, but each event goes to its place in the slice, which has RH_SLICE_EVENTS of them. */
rh_status rh_chunk_lay(rh_chunk_reader *reader, rh_event *slice, uint32_t *places, size_t *count,
                       rh_error *error);

#endif
