/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_store [MILLIONS]: what a store costs, against what SQLite costs by the row.
 *
 * Two markets are made in memory: quotes of one perpetual, and a chain of 400 options that are
 * quoted and marked every minute. Each goes into SQLite as rows of six columns, as chunks of 4, 16
 * and 64 thousand events, and as the store packs it; and back: rows stepped, chunks decoded, the
 * store to events and to the state of the market, and one option of the chain. Rates are millions
 * of events a second, the best of three; sizes are bytes an event.
 */
#include "base/clock.h"
#include "base/database.h"
#include "feed/chunk.h"
#include "feed/pack.h"
#include "feed/store.h"
#include "feed/store_pack.h"
#include "feed/store_schema.h"
#include "market/market.h"
#include "replay/replay.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { OPTIONS = 400, ROUNDS = 3 };

static const char path[] = "/tmp/bench_store.db";

static void must(int holds, const char *what) {
    if (holds)
        return;
    (void)fprintf(stderr, "bench_store: %s\n", what);
    exit(1);
}

static uint64_t draw(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* ---- markets ---- */

typedef struct {
    const char *name;
    rh_event *events;
    size_t count, instruments;
} tape;

static tape make_quotes(size_t count) {
    tape t = {"quotes of one perpetual", calloc(count, sizeof(rh_event)), count, 1};
    uint64_t seed = 1;
    int64_t ticks = 84000;
    rh_time now = 1700000000000 * RH_MS;
    must(t.events != NULL, "no memory");
    for (size_t i = 0; i < count; i++) {
        const uint64_t dice = draw(&seed);
        ticks += (int64_t)(dice % 5) - 2;
        now += (rh_time)(dice >> 8 & 255) * RH_MS;
        rh_event *e = &t.events[i];
        e->happened = e->known = now;
        e->kind = RH_EVENT_QUOTE;
        rh_event_set(e, RH_BID, 0.5 * (double)ticks);
        rh_event_set(e, RH_BID_SIZE, 10.0 * (double)(dice >> 16 & 4095));
        rh_event_set(e, RH_ASK, 0.5 * (double)(ticks + 1));
        rh_event_set(e, RH_ASK_SIZE, 10.0 * (double)(dice >> 32 & 4095));
    }
    return t;
}

static void make_option(rh_event *quote, rh_event *mark, uint64_t *seed, uint32_t option) {
    const uint64_t dice = draw(seed);
    const int64_t bid = 10 + (int64_t)(option * 3 + dice % 7);
    quote->kind = RH_EVENT_QUOTE;
    rh_event_set(quote, RH_BID, (double)(5 * bid) / 10000.0);
    rh_event_set(quote, RH_BID_SIZE, (double)(dice >> 8 & 1023) / 10.0);
    rh_event_set(quote, RH_ASK, dice & 1 << 30 ? NAN : (double)(5 * bid + 5) / 10000.0);
    rh_event_set(quote, RH_ASK_SIZE, dice & 1 << 30 ? NAN : (double)(dice >> 18 & 1023) / 10.0);
    mark->kind = RH_EVENT_MARK;
    rh_event_set(mark, RH_MARK, (double)(50 * bid + (int64_t)(dice >> 31 & 63)) / 100000.0);
    rh_event_set(mark, RH_IV, (double)(5000 + (dice >> 40 & 1023)) / 100.0 / 100.0);
    rh_event_set(mark, RH_FORWARD, (double)(4200000 + (dice >> 50 & 4095)) / 100.0);
}

static tape make_chain(size_t rows) {
    tape t = {"chain of 400 options", calloc(2 * rows, sizeof(rh_event)), 2 * rows, OPTIONS};
    uint64_t seed = 2;
    must(t.events != NULL, "no memory");
    for (size_t i = 0; i < rows; i++) {
        make_option(&t.events[2 * i], &t.events[2 * i + 1], &seed, (uint32_t)(i % OPTIONS));
        for (size_t k = 2 * i; k < 2 * i + 2; k++) {
            t.events[k].instrument = (uint32_t)(i % OPTIONS);
            t.events[k].happened = t.events[k].known =
                1700000000000 * RH_MS + (rh_time)(i / OPTIONS) * RH_MIN;
        }
    }
    return t;
}

/* ---- a file ---- */

static sqlite3 *make_file(const char *schema) {
    sqlite3 *db = NULL;
    FILE *file = fopen(path, "wb");
    must(file && fclose(file) == 0, "no file");
    must(rh_database_open_any(path, &db, NULL) == RH_OK, "no database");
    must(sqlite3_exec(db, schema, NULL, NULL, NULL) == SQLITE_OK, "no schema");
    must(sqlite3_exec(db, "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; BEGIN", NULL, NULL,
                      NULL) == SQLITE_OK,
         "no transaction");
    return db;
}

static void close_file(sqlite3 *db) {
    must(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK, "no commit");
    (void)sqlite3_close(db);
}

static double bytes_per(size_t count) {
    struct stat there;
    must(stat(path, &there) == 0, "no file");
    return (double)there.st_size / (double)count;
}

static sqlite3_stmt *prepared(sqlite3 *db, const char *sql) {
    sqlite3_stmt *statement;
    must(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK, sqlite3_errmsg(db));
    return statement;
}

static void tell(const char *what, double bytes, size_t count, double write_s, double read_s) {
    (void)printf("  %-34s %8.1f %8.1f %8.1f\n", what, bytes, (double)count / write_s / 1e6,
                 (double)count / read_s / 1e6);
}

/* Of all threads: other programs don't count. */
static double cpu_seconds(void) {
    return (double)clock() / CLOCKS_PER_SEC;
}

static double best(double a, double b) {
    return a < b ? a : b;
}

static double sum; /* of what was read, so that nothing is left out */

/* ---- rows ---- */

static void bench_rows(const tape *t) {
    double write_s = INFINITY, read_s = INFINITY;
    for (int round = 0; round < ROUNDS; round++) {
        double since = cpu_seconds();
        sqlite3 *db = make_file("CREATE TABLE q(ts INTEGER, instrument INTEGER, a REAL, b REAL, "
                                "c REAL, d REAL)");
        sqlite3_stmt *insert = prepared(db, "INSERT INTO q VALUES(?1,?2,?3,?4,?5,?6)");
        for (size_t i = 0; i < t->count; i++) {
            const rh_event *e = &t->events[i];
            (void)sqlite3_bind_int64(insert, 1, e->happened);
            (void)sqlite3_bind_int64(insert, 2, e->instrument);
            for (int v = 0; v < 4; v++)
                (void)sqlite3_bind_double(insert, 3 + v, e->value[v]);
            must(sqlite3_step(insert) == SQLITE_DONE, "no insert");
            (void)sqlite3_reset(insert);
        }
        (void)sqlite3_finalize(insert);
        close_file(db);
        write_s = best(write_s, cpu_seconds() - since);
        must(rh_database_open_any(path, &db, NULL) == RH_OK, "no database");
        since = cpu_seconds();
        sqlite3_stmt *rows = prepared(db, "SELECT ts, instrument, a, b, c, d FROM q");
        while (sqlite3_step(rows) == SQLITE_ROW) {
            sum += (double)(sqlite3_column_int64(rows, 0) + sqlite3_column_int64(rows, 1));
            for (int v = 2; v < 6; v++)
                sum += sqlite3_column_double(rows, v);
        }
        (void)sqlite3_finalize(rows);
        read_s = best(read_s, cpu_seconds() - since);
        (void)sqlite3_close(db);
    }
    tell("rows of six columns", bytes_per(t->count), t->count, write_s, read_s);
}

/* ---- chunks of one size, cut as the events come ---- */

static void write_chunks(const tape *t, const uint32_t *places, size_t size) {
    rh_chunk_writer writer = {0};
    sqlite3 *db = make_file("PRAGMA page_size=16384; CREATE TABLE c(kind INTEGER, events INTEGER, "
                            "data BLOB)");
    sqlite3_stmt *insert = prepared(db, "INSERT INTO c VALUES(?2,?3,?1)");
    for (int kind = 0; kind < RH_N_EVENT_KINDS; kind++)
        for (size_t from = 0; from < t->count; from += RH_SLICE_EVENTS)
            for (size_t at = from, n = 0; at < t->count && at < from + RH_SLICE_EVENTS; at += n) {
                static uint32_t chosen[RH_CHUNK_EVENTS];
                size_t count = 0;
                for (n = 0; at + n < t->count && at + n < from + RH_SLICE_EVENTS && count < size;
                     n++)
                    if (t->events[at + n].kind == kind)
                        chosen[count++] = places[at + n - from];
                if (count == 0)
                    continue;
                must(rh_chunk_encode(&writer, t->events + from, chosen, count, NULL) == RH_OK,
                     "no chunk");
                (void)sqlite3_bind_blob64(insert, 1, writer.bytes, writer.count, SQLITE_STATIC);
                (void)sqlite3_bind_int(insert, 2, kind);
                (void)sqlite3_bind_int64(insert, 3, (int64_t)count);
                must(sqlite3_step(insert) == SQLITE_DONE, "no insert");
                (void)sqlite3_reset(insert);
            }
    (void)sqlite3_finalize(insert);
    close_file(db);
    rh_chunk_writer_clear(&writer);
}

static void read_chunks(const tape *t, rh_event *events, uint32_t *places) {
    static uint32_t numbers[OPTIONS + 1];
    const rh_chunk_view view = {numbers, t->instruments + 1, 0};
    rh_chunk_reader *reader = rh_chunk_reader_new();
    sqlite3 *db;
    size_t total = 0;
    for (uint32_t i = 0; i <= OPTIONS; i++)
        numbers[i] = i - 1;
    must(rh_database_open_any(path, &db, NULL) == RH_OK, "no database");
    sqlite3_stmt *rows = prepared(db, "SELECT data, kind, events FROM c");
    while (sqlite3_step(rows) == SQLITE_ROW) {
        size_t count = 1;
        must(rh_chunk_open(reader, sqlite3_column_blob(rows, 0),
                           (size_t)sqlite3_column_bytes(rows, 0),
                           (rh_event_kind)sqlite3_column_int(rows, 1),
                           (size_t)sqlite3_column_int64(rows, 2), &view, NULL) == RH_OK,
             "a chunk is damaged");
        while (count > 0) {
            must(rh_chunk_next(reader, events, places, &count, NULL) == RH_OK,
                 "a chunk is damaged");
            total += count;
            sum += events[0].value[0];
        }
    }
    must(total == t->count, "events are missing");
    (void)sqlite3_finalize(rows);
    (void)sqlite3_close(db);
    rh_chunk_reader_free(reader);
}

static void bench_chunks(const tape *t, size_t size) {
    static rh_event events[RH_PACK_VALUES];
    static uint32_t places[RH_SLICE_EVENTS];
    double write_s = INFINITY, read_s = INFINITY;
    char what[64];
    for (int round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < RH_SLICE_EVENTS; i++)
            places[i] = i;
        double since = cpu_seconds();
        write_chunks(t, places, size);
        write_s = best(write_s, cpu_seconds() - since);
        since = cpu_seconds();
        read_chunks(t, events, places);
        read_s = best(read_s, cpu_seconds() - since);
    }
    (void)snprintf(what, sizeof what, "chunks of %zu, all instruments", size);
    tell(what, bytes_per(t->count), t->count, write_s, read_s);
}

/* ---- the store ---- */

static void write_store(const tape *t) {
    char sql[512];
    double busy_s;
    rh_packer *packer;
    sqlite3 *db = make_file(rh_store_schema);
    must(rh_packer_open(db, path, 1, &packer, NULL) == RH_OK, "no packer");
    must(rh_packer_add(packer, t->events, t->count, NULL) == RH_OK, "no events");
    must(rh_packer_finish(packer, &busy_s, NULL) == RH_OK, "no end");
    rh_packer_close(packer);
    for (size_t i = 0; i < t->instruments; i++) {
        (void)snprintf(sql, sizeof sql,
                       "INSERT INTO instrument VALUES(%zu,'I%zu');"
                       "INSERT INTO source_instrument VALUES(1,%zu,1,0)",
                       i + 1, i, i + 1);
        must(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, sqlite3_errmsg(db));
    }
    must(sqlite3_exec(
             db,
             "INSERT INTO source VALUES(1,'f','',0,'csv','','',0,'',0,0,1,'','','',0,0,0,0,0,0,0,0,"
             "0,0,0,0,0,'','','','')",
             NULL, NULL, NULL) == SQLITE_OK,
         sqlite3_errmsg(db));
    close_file(db);
}

/* Instruments from `first` on are wanted. */
static rh_catalogue *catalogue_of(size_t first, size_t count) {
    rh_catalogue *catalogue = rh_catalogue_new();
    for (size_t i = first; i < first + count; i++) {
        rh_instrument instrument = {.multiplier = 1.0, .kind = RH_PERPETUAL};
        (void)snprintf(instrument.name, sizeof instrument.name, "I%zu", i);
        must(rh_catalogue_add(catalogue, &instrument) != RH_NO_INSTRUMENT, "no memory");
    }
    return catalogue;
}

static const rh_source_spec spec = {.format = "csv", .path = "f", .store = path, .stored = 1};

static double read_events(size_t first, size_t instruments, size_t wanted) {
    enum { BLOCK = 512 };
    static rh_event block[BLOCK];
    rh_catalogue *catalogue = catalogue_of(first, instruments);
    rh_source *source;
    size_t got = 1, total = 0;
    const double since = cpu_seconds();
    must(rh_source_open(&spec, 0, catalogue, &source, NULL) == RH_OK, "no source");
    while (got > 0) {
        must(rh_source_fill(source, block, BLOCK, &got, NULL) == RH_OK, "the store is damaged");
        total += got;
    }
    const double took = cpu_seconds() - since;
    must(wanted == 0 || total == wanted, "events are missing");
    rh_source_close(source);
    rh_catalogue_free(catalogue);
    return took;
}

static double read_into_market(const tape *t) {
    rh_catalogue *catalogue = catalogue_of(0, t->instruments);
    rh_market *market = rh_market_new(catalogue, RH_FUNDING_NONE);
    rh_replay *replay;
    const rh_event *events;
    size_t count = 1, total = 0;
    const double since = cpu_seconds();
    must(rh_replay_open(&spec, 1, catalogue, &replay, NULL) == RH_OK, "no replay");
    while (count > 0) {
        const rh_time now = rh_replay_next_time(replay);
        must(rh_replay_take(replay, &events, &count, NULL) == RH_OK, "the store is damaged");
        if (count > 0)
            rh_market_advance(market, now);
        for (size_t i = 0; i < count; i++)
            rh_market_apply(market, &events[i]);
        total += count;
    }
    const double took = cpu_seconds() - since;
    must(total == t->count, "events are missing");
    sum += rh_market_price(rh_market_state(market, 0)).value;
    rh_replay_close(replay);
    rh_market_free(market);
    rh_catalogue_free(catalogue);
    return took;
}

static void bench_store(const tape *t) {
    double write_s = INFINITY, events_s = INFINITY, market_s = INFINITY, one_s = INFINITY;
    for (int round = 0; round < ROUNDS; round++) {
        const double since = cpu_seconds();
        write_store(t);
        write_s = best(write_s, cpu_seconds() - since);
        events_s = best(events_s, read_events(0, t->instruments, t->count));
        market_s = best(market_s, read_into_market(t));
        one_s = best(one_s, read_events(t->instruments / 2, 1, 0));
    }
    const double bytes = bytes_per(t->count);
    tell("the store, to events", bytes, t->count, write_s, events_s);
    tell("the store, to the market's state", bytes, t->count, write_s, market_s);
    tell("the store, one instrument of it", bytes, t->count, write_s, one_s);
}

static void bench_copy(const tape *t) {
    rh_event *copy = malloc(t->count * sizeof *copy);
    double copy_s = INFINITY;
    must(copy != NULL, "no memory");
    for (int round = 0; round < ROUNDS; round++) {
        const double since = cpu_seconds();
        memcpy(copy, t->events, t->count * sizeof *copy);
        copy_s = best(copy_s, cpu_seconds() - since);
        sum += copy[t->count / 2].value[0];
    }
    free(copy);
    tell("memory, copied", sizeof *copy, t->count, copy_s, copy_s);
}

static void bench(tape t) {
    (void)printf("%s, %.1f million events\n  %-34s %8s %8s %8s\n", t.name, (double)t.count / 1e6,
                 "", "bytes", "write", "read");
    bench_copy(&t);
    bench_rows(&t);
    for (size_t size = 4096; size <= 65536; size *= 4)
        bench_chunks(&t, size);
    bench_store(&t);
    free(t.events);
}

int main(int argc, char **argv) {
    const double millions = argc > 1 ? strtod(argv[1], NULL) : 4.0;
    must(millions > 0.0 && millions <= 100.0, "usage: bench_store [MILLIONS of events]");
    bench(make_quotes((size_t)(millions * 1e6)));
    bench(make_chain((size_t)(millions * 0.5e6)));
    (void)remove(path);
    return isnan(sum) && millions < 0.0;
}
