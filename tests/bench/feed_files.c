/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { STRIKES = 25, EXPIRIES = 8, OPTIONS = 2 * STRIKES * EXPIRIES };

#define START UINT64_C(1614556800000000) /* 2021-03-01, microseconds */

static char folder[4096];

static uint64_t next_random(uint64_t *seed) { /* SplitMix64 */
    uint64_t z = (*seed += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* ---- rows ---- */

/* Ticks of a cent and amounts of six decimals, as spot markets have them. */
static void write_quotes(void *file, uint64_t rows) {
    uint64_t seed = 1;
    fputs("ts,instrument,bid,bid_size,ask,ask_size\n", file);
    for (uint64_t i = 0; i < rows; i++) {
        const uint64_t r = next_random(&seed);
        const double bid = 45000.0 + (double)(r % 400000) * 0.01;
        fprintf(file, "%llu,BTCUSDT,%.2f,%.6f,%.2f,%.6f\n",
                (unsigned long long)(START + i * 25000 + r % 1000), bid,
                (double)(r >> 20 & 0x3fffff) * 1e-6, bid + 0.01, (double)(r >> 42) * 1e-6);
    }
}

/* Ticks of half a dollar and whole amounts. */
static void write_tardis_quotes(void *file, uint64_t rows) {
    uint64_t seed = 2;
    fputs("exchange,symbol,timestamp,local_timestamp,ask_amount,ask_price,bid_price,bid_amount\n",
          file);
    for (uint64_t i = 0; i < rows; i++) {
        const uint64_t r = next_random(&seed), time = START + i * 25000 + r % 1000;
        const double bid = 45000.0 + (double)(r % 4000) * 0.5;
        fprintf(file, "deribit,BTC-PERPETUAL,%llu,%llu,%llu,%.10g,%.10g,%llu\n",
                (unsigned long long)time, (unsigned long long)(time + 2000 + (r & 0xfff)),
                (unsigned long long)(10 * (r >> 20 & 0xffff)), bid + 0.5, bid,
                (unsigned long long)(10 * (r >> 40 & 0xffff)));
    }
}

static rh_instrument option(uint64_t i) {
    static const char *const expiries[EXPIRIES] = {"5MAR21",  "12MAR21", "26MAR21", "30APR21",
                                                   "28MAY21", "25JUN21", "24SEP21", "31DEC21"};
    rh_instrument out;
    char name[RH_NAME_MAX];
    (void)snprintf(name, sizeof name, "BTC-%s-%u-%c", expiries[i % EXPIRIES],
                   20000 + 2000 * (unsigned)(i / EXPIRIES % STRIKES),
                   i / EXPIRIES / STRIKES ? 'P' : 'C');
    if (rh_instrument_from_name(name, &out) != 0)
        abort();
    return out;
}

static void write_tail(FILE *file, double iv, uint64_t r) {
    fprintf(file, "%.2f,SYN.BTC-26MAR21,%.4f,%.5f,%.5f,%.5f,%.5f,%.5f\n", iv,
            45000.0 + (double)(r % 10000) * 0.25, (double)(r % 9999) * 1e-4,
            (double)(r % 99) * 1e-5, (double)(r % 99999) * 1e-3, -(double)(r % 9999) * 1e-2,
            (double)(r % 999) * 1e-2);
}

/* A hundred tickers a second, of options in any order. */
static void write_chain(void *file, uint64_t rows) {
    static rh_instrument options[OPTIONS];
    uint64_t seed = 3;
    for (unsigned i = 0; i < OPTIONS; i++)
        options[i] = option(i);
    fputs("exchange,symbol,timestamp,local_timestamp,type,strike_price,expiration,open_interest,"
          "last_price,bid_price,bid_amount,bid_iv,ask_price,ask_amount,ask_iv,mark_price,mark_iv,"
          "underlying_index,underlying_price,delta,gamma,vega,theta,rho\n",
          file);
    for (uint64_t i = 0; i < rows; i++) {
        const uint64_t r = next_random(&seed), s = next_random(&seed), time = START + i * 10000;
        const rh_instrument *o = &options[s % OPTIONS];
        const double bid = (double)(r % 3000) * 0.0005 + 0.0005;
        const double iv = 60.0 + (double)(r % 9999) * 0.01;
        fprintf(file, "deribit,%s,%llu,%llu,%s,%.0f,%lld,%llu,%.10g,%.10g,%.1f,%.2f,%.10g,%.1f,",
                o->name, (unsigned long long)(time - r % 9000), (unsigned long long)time,
                o->right > 0 ? "call" : "put", o->strike, (long long)(o->expiry / RH_US),
                (unsigned long long)(s >> 20 & 0xfff), bid, bid, (double)(s >> 9 & 0x3ff) * 0.1,
                iv - 1.0, bid + 0.001, (double)(s >> 32 & 0x3ff) * 0.1);
        fprintf(file, "%.2f,%.4f,", iv + 1.0, bid + 0.0001);
        write_tail(file, iv, r);
    }
}

const bench_file_kind bench_file_kinds[] = {
    {"quotes", "csv", write_quotes, 20000000},
    {"quotes as tardis.dev has them", "tardis-quotes", write_tardis_quotes, 20000000},
    {"option chain of tardis.dev", "tardis-options-chain", write_chain, 5000000},
};
const int bench_n_file_kinds = sizeof bench_file_kinds / sizeof *bench_file_kinds;

rh_catalogue *bench_catalogue(void) {
    static const char *const names[] = {"BTCUSDT", "BTC-PERPETUAL"};
    rh_catalogue *catalogue = rh_catalogue_new();
    rh_instrument instrument;
    for (size_t i = 0; catalogue && i < sizeof names / sizeof *names; i++)
        if (rh_instrument_from_name(names[i], &instrument) != 0 ||
            rh_catalogue_add(catalogue, &instrument) == RH_NO_INSTRUMENT)
            abort();
    for (unsigned i = 0; catalogue && i < OPTIONS; i++) {
        instrument = option(i);
        if (rh_catalogue_add(catalogue, &instrument) == RH_NO_INSTRUMENT)
            abort();
    }
    return catalogue;
}

/* ---- files ---- */

const char *bench_folder_make(void) {
    const char *below = getenv("TMPDIR");
    (void)snprintf(folder, sizeof folder, "%s/bench_feed_XXXXXX", below && *below ? below : "/tmp");
    return mkdtemp(folder);
}

void bench_folder_remove(void) {
    (void)rmdir(folder);
}

static int pack(const bench_file *file) {
    static char buffer[1 << 16];
    size_t got;
    int good = 1;
    FILE *from = fopen(file->path, "r");
    gzFile to = gzopen(file->packed, "wb1");
    if (!from || !to)
        return -1;
    while (good && (got = fread(buffer, 1, sizeof buffer, from)) > 0)
        good = gzwrite(to, buffer, (unsigned)got) == (int)got;
    good &= gzclose(to) == Z_OK;
    (void)fclose(from);
    return good ? 0 : -1;
}

int bench_file_make(bench_file *file, const bench_file_kind *kind, uint64_t rows) {
    file->kind = kind;
    file->rows = rows;
    (void)snprintf(file->path, sizeof file->path, "%s/rows.csv", folder);
    (void)snprintf(file->packed, sizeof file->packed, "%s/rows.csv.gz", folder);
    FILE *out = fopen(file->path, "w");
    if (!out)
        return -1;
    kind->write(out, rows);
    const long size = ftell(out);
    file->bytes = size > 0 ? (uint64_t)size : 0;
    return fclose(out) == 0 && size > 0 ? pack(file) : -1;
}

void bench_file_remove(const bench_file *file) {
    (void)unlink(file->path);
    (void)unlink(file->packed);
}
