/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store.h: the market store: many files' events in one SQLite file.
 *
 * application_id 0x72686d6b ("rhmk"), user_version 1, STRICT tables:
 *
 * - instrument: instrument_id (1, 2, ... as they came), name.
 * - source, one imported file: source_id (1, 2, ... as they came), file, sha256 (of the
 *   decompressed bytes), bytes (as it lay on disk). How it was read: format, instrument, timezone,
 *   interval_ns, stamp, delay_ns, proxy, contract_size, iv_unit, map (JSON), query. What it holds:
 *   rows, libcsv_rows, events, rejects, duplicates, conflicts, left_out, ahead, gaps, first_ns,
 *   last_ns, first_known_ns, last_known_ns, clock, note. When: imported (UTC), engine_version.
 * - source_instrument: source_id, instrument_id, rows, gaps, of each instrument in each source.
 * - reject: source_id, place, text; the first rows of a source that were skipped.
 * - chunk, up to 65,536 events as packed columns: chunk_id, source_id, slice, kind
 *   (rh_event_kind), events, first_ns, last_ns, first_known_ns, last_known_ns, data (chunk.h).
 * - chunk_instrument: instrument_id, chunk_id; which chunks to read for an instrument.
 *
 * A source's events keep their order: a slice is up to 2^18 of them that follow each other, its
 * number is that of its first event in the source (from 0), and a chunk holds, with their places in
 * the slice, those of one kind and of one instrument, or of as many instruments as it takes to make
 * a chunk worth reading. So a chain of a thousand names stays dense, and one name of it costs few
 * chunks.
 *
 * The order of a store: by the time an event was known, then by source_id, then as it stood in the
 * file. It is that of the same files in an experiment in the order in which they were imported, and
 * so are the events, to the byte.
 */
#ifndef RH_FEED_STORE_H
#define RH_FEED_STORE_H

#include "base/database.h"
#include "base/digest.h"
#include "feed/source.h"

extern const rh_database_kind rh_store_kind;

struct sqlite3;

/* The file at `path` is a store. */
int rh_store_is(const char *path);

/* Opens a store for reading. */
rh_status rh_store_open(const char *path, struct sqlite3 **out, rh_error *error);

/* ---- what is in it ---- */

/* A row of `source`. Texts are "" where nothing is said, and live until the callback returns. */
typedef struct {
    int64_t id;
    const char *file, *sha256, *format, *instrument, *timezone, *stamp, *iv_unit, *query, *map,
        *note;
    int64_t interval, delay;
    int proxy;
    double contract_size;
    uint64_t rows, events, rejects, gaps;
    rh_time first, last, first_known, last_known; /* RH_NEVER, RH_DAWN without events */
} rh_store_source;

/* Calls `each` for every source in order, until it returns something else than RH_OK. */
rh_status rh_store_sources(const char *path,
                           rh_status (*each)(void *user, const rh_store_source *source,
                                             rh_error *error),
                           void *user, rh_error *error);

/* Calls `each` for every instrument in order. */
rh_status rh_store_instruments(const char *path, void (*each)(void *user, const char *name),
                               void *user, rh_error *error);

/* ---- bringing files in ---- */

typedef struct rh_store_writer rh_store_writer;

/* Opens a store for writing, or makes one: the file appears with the first source. */
rh_status rh_store_writer_open(const char *path, rh_store_writer **out, rh_error *error);
void rh_store_writer_close(rh_store_writer *writer);

typedef struct {
    int known;    /* this file was there already: nothing has changed */
    char as[256]; /* under which name */
    rh_source_summary summary;
    double elapsed_s, writing_s; /* in all; in the thread that packs and writes */
} rh_store_imported;

/* Who is told how far it is, from time to time; 1 stops the import. */
typedef struct {
    int (*report)(void *user, uint64_t events, int64_t bytes, int64_t of_bytes); /* -1: unknown */
    void *user;
} rh_store_watch;

/* Brings one file in, whole or not at all. A file with the same bytes and settings as one that is
 * there changes nothing. RH_INTERRUPTED if the watch said so. */
rh_status rh_store_import(rh_store_writer *writer, const rh_source_spec *spec,
                          const rh_store_watch *watch, rh_store_imported *out, rh_error *error);

#endif
