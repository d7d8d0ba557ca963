/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench_bytes [MEGABYTES]: what unpacking costs, with and without the second thread, beside its
 * floors: the digest alone, each library alone, and the parsing of the same bytes unpacked.
 *
 * MB are of unpacked bytes; best of three. The last lines are whole sources, files to events. */
#include "feed/ahead.h"
#include "feed/bytes.h"
#include "feed/inflater.h"
#include "feed/source.h"

#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { ROUNDS = 3, PIECE = 1 << 16 };

static unsigned char *text, *packed;
static size_t text_size, packed_room;
static char path[] = "/tmp/bench_bytes_XXXXXX";

static double now(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void stop(const char *why) {
    fprintf(stderr, "bench_bytes: %s\n", why);
    (void)unlink(path);
    exit(1);
}

/* Quotes as a venue writes them, 60 bytes or so a row. */
static void make_text(size_t size) {
    uint64_t x = 1;
    text = malloc(size + 256);
    if (!text)
        stop("no memory");
    text_size = (size_t)sprintf((char *)text, "ts,instrument,bid,bid_size,ask,ask_size\n");
    for (uint64_t i = 0; text_size < size; i++) {
        x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        const unsigned price = 4200000 + (unsigned)(x >> 48) % 5000;
        text_size +=
            (size_t)sprintf((char *)text + text_size, "%llu,BTC-PERPETUAL,%u.%02u,%u,%u.%02u,%u\n",
                            (unsigned long long)(UINT64_C(1704067200000000) + 1000 * i + (x >> 60)),
                            price / 100, price % 100, 10 * (unsigned)((x >> 32) % 5000),
                            price / 100 + 1, price % 100, 10 * (unsigned)((x >> 20) % 5000));
    }
}

static size_t pack_plain(void) {
    memcpy(packed, text, text_size);
    return text_size;
}

static size_t deflate_at(size_t at, int bits) {
    z_stream z = {0};
    if (deflateInit2(&z, 6, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        stop("no memory");
    z.next_in = text;
    z.avail_in = (unsigned)text_size;
    z.next_out = packed + at;
    z.avail_out = (unsigned)(packed_room - at);
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        stop("cannot pack");
    (void)deflateEnd(&z);
    return packed_room - z.avail_out;
}

static size_t pack_gzip(void) {
    return deflate_at(0, 15 + 16);
}

static size_t pack_zstd(void) {
    const size_t size = ZSTD_compress(packed, packed_room, text, text_size, 3);
    if (ZSTD_isError(size))
        stop("cannot pack");
    return size;
}

static void put(size_t *at, uint64_t number, int bytes) {
    for (; bytes > 0; bytes--, number >>= 8)
        packed[(*at)++] = (unsigned char)number;
}

/* Local header, data, directory, end: APPNOTE.TXT 4.3. */
static size_t pack_zip(void) {
    const uint32_t crc = (uint32_t)crc32_z(0, text, text_size);
    const size_t end = deflate_at(31, -15);
    size_t at = 0;
    for (int directory = 0; directory <= 1; directory++) {
        if (directory)
            at = end;
        put(&at, directory ? 0x02014b50 : 0x04034b50, 4);
        if (directory)
            put(&at, 20, 2);
        put(&at, 20, 2);
        put(&at, 0, 2);
        put(&at, 8, 2);
        put(&at, 0, 4);
        put(&at, crc, 4);
        put(&at, end - 31, 4);
        put(&at, text_size, 4);
        put(&at, 1, 2);
        put(&at, 0, directory ? 8 : 2);
        if (directory)
            put(&at, 0, 8);
        put(&at, 'a', 1);
    }
    put(&at, 0x06054b50, 4);
    put(&at, 0, 4);
    put(&at, 1, 2);
    put(&at, 1, 2);
    put(&at, at - end - 12, 4);
    put(&at, end, 4);
    put(&at, 0, 2);
    return at;
}

static void save(size_t size) {
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(packed, 1, size, file) != size || fclose(file) != 0)
        stop("cannot write");
}

/* ---- what is timed ---- */

static void hash_alone(void) {
    struct sha256_ctx sha;
    sha256_init(&sha);
    for (size_t at = 0; at < text_size; at += PIECE)
        sha256_update(&sha, text_size - at < PIECE ? text_size - at : PIECE, text + at);
}

static size_t gzip_size; /* of what is in `packed` for it */

static void inflate_alone(void) {
    static unsigned char out[1 << 18];
    const rh_inflater *inflater = rh_inflater_now();
    void *state = calloc(1, inflater->size);
    rh_inflate_io io = {.in = packed, .in_left = gzip_size};
    rh_inflate_result result = RH_INFLATE_MORE;
    if (!state || inflater->start(state, RH_INFLATE_GZIP) != 0)
        stop("no memory");
    while (result == RH_INFLATE_MORE) {
        io.out = out;
        io.out_left = sizeof out;
        result = inflater->some(state, &io);
    }
    if (result != RH_INFLATE_END)
        stop("damaged");
    inflater->stop(state);
    free(state);
}

static void read_bytes(void) {
    static unsigned char buffer[PIECE];
    rh_bytes *bytes = NULL;
    rh_error error = {.text = ""};
    size_t got = 1, total = 0;
    rh_status status = rh_bytes_open(path, &bytes, &error);
    for (; status == RH_OK && got > 0; total += got)
        status = rh_bytes_read(bytes, buffer, sizeof buffer, &got, &error);
    if (status != RH_OK || total != text_size)
        stop(error.text);
    rh_bytes_close(bytes);
}

static void read_events(void) {
    static rh_event block[512];
    rh_catalogue *catalogue = rh_catalogue_new();
    rh_instrument instrument = {.name = "BTC-PERPETUAL", .multiplier = 1.0};
    const rh_source_spec spec = {.format = "csv", .path = path};
    rh_source *source = NULL;
    rh_error error = {.text = ""};
    size_t got = 1;
    if (!catalogue || rh_catalogue_add(catalogue, &instrument) == RH_NO_INSTRUMENT)
        stop("no memory");
    rh_status status = rh_source_open(&spec, 0, catalogue, &source, &error);
    while (status == RH_OK && got > 0)
        status = rh_source_fill(source, block, 512, &got, &error);
    if (status != RH_OK)
        stop(error.text);
    rh_source_close(source);
    rh_catalogue_free(catalogue);
}

/* Best seconds. */
static double time_of(void (*work)(void)) {
    double best = 1e9;
    for (int i = 0; i < ROUNDS; i++) {
        const double start = now();
        work();
        const double took = now() - start;
        best = took < best ? took : best;
    }
    return best;
}

static double tell(const char *what, double seconds) {
    printf("%-34s %8.0f MB/s\n", what, 1e-6 * (double)text_size / seconds);
    (void)fflush(stdout);
    return seconds;
}

static void both_ways(const char *name) {
    char what[64];
    for (int threads = 0; threads <= 1; threads++) {
        rh_ahead_limit(threads);
        (void)snprintf(what, sizeof what, "%s%s", name, threads ? ", second thread" : "");
        (void)tell(what, time_of(read_bytes));
    }
}

static void gzip_with(const rh_inflater *inflater, double parse) {
    char what[64];
    rh_inflater_use(inflater);
    (void)snprintf(what, sizeof what, "gzip, %s alone", inflater->name);
    const double alone = tell(what, time_of(inflate_alone));
    (void)snprintf(what, sizeof what, "gzip, %s", inflater->name);
    both_ways(what);
    (void)snprintf(what, sizeof what, "gzip to events, %s", inflater->name);
    const double whole = tell(what, time_of(read_events));
    printf("%-34s %8.2f of the slower of unpacking and parsing\n", "",
           whole / (alone > parse ? alone : parse));
}

int main(int argc, char **argv) {
    const size_t megabytes = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 128;
    const int fd = mkstemp(path);
    if (fd < 0 || megabytes < 1 || megabytes > 2000)
        stop("usage: bench_bytes [MEGABYTES up to 2000]");
    (void)close(fd);
    make_text(megabytes * 1000000);
    packed_room = text_size + (1 << 16);
    packed = malloc(packed_room);
    if (!packed)
        stop("no memory");
    (void)tell("SHA-256 alone", time_of(hash_alone));
    save(pack_plain());
    both_ways("plain");
    rh_ahead_limit(0);
    (void)tell("plain to events", time_of(read_events));
    rh_ahead_limit(1);
    const double parse = tell("plain to events, second thread", time_of(read_events));
    gzip_size = pack_gzip();
    save(gzip_size);
    for (const rh_inflater *const *inflater = rh_inflaters; *inflater; inflater++)
        gzip_with(*inflater, parse);
    rh_inflater_use(NULL);
    save(pack_zip());
    both_ways("zip");
    save(pack_zstd());
    both_ways("zstd");
    (void)tell("zstd to events", time_of(read_events));
    (void)unlink(path);
    return 0;
}
