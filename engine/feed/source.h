/* SPDX-License-Identifier: GPL-3.0-or-later */
/* source.h: a file of market history as a stream of events.
 *
 * A source is pulled: rh_source_fill hands out blocks of events, `known` never going back, in
 * memory that does not grow with the file. Formats are a table (rh_formats); a file that is
 * written newest first is turned round through an unnamed temporary file in $TMPDIR (64 bytes an
 * event), rows of one time included. Which way a file runs is told by its first two different
 * times. Rows that come up to `disorder` late are put in their place, stably; later ones are an
 * error that says how late. With disorder the direction is told by the first time that lies further
 * from the first row's, at most a few thousand rows away.
 *
 * A series is the files that match a path, in natural order of their names (day-2 before day-10),
 * each opened when the one before it has ended. A file must not begin before the end of the one
 * before it (but for the disorder); rows of the very instant where they meet are all kept. Counts
 * add up, gaps between the files included unless they run newest first; its SHA-256 is of the
 * files' own, one line each.
 *
 * Rows of instruments that the catalogue doesn't hold are dropped: their time and number of cells
 * are checked, their other cells are not read.
 *
 * All events of one row have its times. Where a file has two clocks, the receiver's is when its
 * rows are known. A bar stamped at its start happens, and is known, one
 * interval later. Errors name file:line:column (the column's number, from 1), the value and the
 * mend: RH_BAD_DATA for the file, RH_BAD_CONFIG for what is said of it, RH_FAILED for the machine.
 */
#ifndef RH_FEED_SOURCE_H
#define RH_FEED_SOURCE_H

#include "base/status.h"
#include "instrument/catalogue.h"
#include "instrument/event.h"

#include <stddef.h>
#include <stdint.h>

/* What the experiment says of one file. Texts belong to the caller and must outlive the source;
 * NULL or 0 where nothing is said. */
typedef struct {
    const char *format;     /* name in rh_formats */
    const char *path;       /* plain, gzip, zstd or zip, found by content, not by name; with * ? or
                             * [ in it all files that match are one series (see below) */
    const char *instrument; /* the whole file is of this instrument; it may call it otherwise, but
                             * all rows alike */
    const char *timezone;   /* IANA name of the clock of text stamps; UTC if NULL */
    int64_t interval;       /* length of a bar or funding period, at most 366 days; 0: bars that are
                             * stamped at their start take the smallest step of the first rows,
                             * funding 8 h; bars stamped at their end then have no grid to miss */
    const char *stamp; /* "start" or "end" of its bar that a row's time is; format's own if NULL */
    int64_t delay;     /* known = happened + delay */
    int64_t disorder;  /* how far a row may be behind a later one before it, at most 366 days; 0: as
                        * far as the format's files are known to be */
    int once;  /* it is read once only, so that a pipe, or "-" for standard input, will do */
    int proxy; /* funding of another contract may stand for `instrument` */
    double contract_size; /* sizes in the file are contracts of so many USD (inverse) or units of
                           * the underlying (linear); 0: 1 */
    const char *query;    /* of an SQLite file: a table's name, or one SELECT */
    const char *iv_unit;  /* "percent" or "fraction"; format's own if NULL */
    size_t n_map;         /* column renames: file's name -> field's name */
    const struct rh_column_map { /* a mapped column no longer has its own name */
        const char *column, *field;
    } * map;
    const char *store; /* the store that holds the file, NULL for the file itself; `path` is then
                        * its name, `instrument` the only one that is wanted, and of the rest only
                        * the following count */
    int64_t stored;    /* its source_id there */
    rh_time from, to;  /* what happened in [from, to) is wanted; 0: all */
    uint64_t skip_bad; /* so many bad rows are skipped, and counted, before one is an error */
    void (*rejected)(void *user, const rh_error *error); /* hears of each of them; may be NULL */
    void *user;
    rh_catalogue *collect; /* the catalogue itself, if names that it doesn't hold are to be added */
} rh_source_spec;

typedef struct rh_source rh_source;

/* `number` becomes the events' source field. Opening reads far enough to find the header, the
 * time unit and the direction. The catalogue must outlive the source. */
rh_status rh_source_open(const rh_source_spec *spec, uint16_t number, const rh_catalogue *catalogue,
                         rh_source **out, rh_error *error);

/* The next *got events, up to `capacity` (1 or more); 0 at the end. Events of one row may fall into
 * two blocks. Events before a fault come first, the fault with the next call; after it, calls fail.
 * The first call reads a whole file that is written newest first. */
rh_status rh_source_fill(rh_source *source, rh_event *block, size_t capacity, size_t *got,
                         rh_error *error);

/* The same, but *events tells where they are: in the block, or where the source has them, until the
 * next call. They may be fewer than the block would hold before the end, too. */
rh_status rh_source_lend(rh_source *source, rh_event *block, size_t capacity,
                         const rh_event **events, size_t *got, rh_error *error);

/* One event at a time: 1 and an event, 0 at the end, -1 with the error filled. */
int rh_source_next(rh_source *source, rh_event *event, rh_error *error);

void rh_source_close(rh_source *source);

/* When its first event was known, or some time before; RH_NEVER if it has none. Needs no reading:
 * a source may wait unread until the clock comes there. */
rh_time rh_source_begins(const rh_source *source);

/* How many of the bytes that it lies in have been read; -1 both where that can't be told. */
void rh_source_place(const rh_source *source, int64_t *done, int64_t *total);

/* Reads what is left, so that the summary covers the whole source, where it doesn't yet. */
rh_status rh_source_finish(rh_source *source, rh_error *error);

/* What is known once the end was reached. `sha256` is of the decompressed bytes, hexadecimal. */
typedef struct {
    uint64_t rows;        /* data rows read, */
    uint64_t libcsv_rows; /* of which libcsv read so many; the others took the fast path (rows.h) */
    uint64_t events;      /* handed out */
    uint64_t foreign;     /* rows of instruments that the catalogue doesn't hold */
    uint64_t rejects;     /* bad rows that were skipped */
    uint64_t gaps; /* missing bars or funding stamps between an instrument's first and last, where
                    * the length of the period is known */
    uint64_t duplicates; /* rows left out since the same row had come shortly before */
    uint64_t conflicts;  /* rows with the time, instrument and key of one that said something else;
                          * the later one stands */
    uint64_t left_out;   /* rows that say nothing that can be true */
    uint64_t ahead; /* rows whose venue's clock is ahead of the receiver's; they happen when they
                     * were received */
    rh_time first, last; /* when its first and last row happened; RH_NEVER, RH_DAWN without rows */
    char sha256[65];     /* "" if the end wasn't reached */
    char note[256];      /* what the reader wants said, "" if nothing */
} rh_source_summary;
void rh_source_summarise(const rh_source *source, rh_source_summary *out);

/* The same of one instrument of the catalogue: its rows, and its gaps. */
void rh_source_counts(const rh_source *source, uint32_t instrument, uint64_t *rows, uint64_t *gaps);

/* Every instrument name in a file, in order of appearance, for `list instruments` and for
 * finding futures of an expiry; calls `each` once a name. The rows' times and values are not
 * read. With spec->instrument that is the only name. */
rh_status rh_source_names(const rh_source_spec *spec, void (*each)(void *user, const char *name),
                          void *user, rh_error *error);

/* One row of `rehedge list formats`. */
typedef struct {
    const char *name, *summary;
    const char *columns; /* the columns that it reads, by header name */
    const char *units;
    const char *clock;
    const char *source; /* who publishes it */
} rh_format_entry;
const rh_format_entry *rh_formats(size_t *count);

#endif
