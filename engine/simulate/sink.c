/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/sink.h"

#include "base/memory.h"
#include "base/number.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

/* zlib: 15 bits of window, 16 more for a gzip header (which then has no name and no time). */
enum { LEVEL = 6, WINDOW = 15 + 16, MEMORY = 8 };

static void *packer_allocate(void *user, unsigned count, unsigned size) {
    (void)user;
    return rh_allocate(count, size);
}

static void packer_release(void *user, void *block) {
    (void)user;
    rh_release(block);
}

static rh_status start_packer(rh_sim_sink *sink, rh_error *error) {
    z_stream *packer = rh_allocate(1, sizeof *packer);
    if (!packer)
        return rh_no_memory(error);
    packer->zalloc = packer_allocate;
    packer->zfree = packer_release;
    if (deflateInit2(packer, LEVEL, Z_DEFLATED, WINDOW, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK) {
        rh_release(packer);
        return rh_no_memory(error);
    }
    sink->packer = packer;
    return RH_OK;
}

rh_status rh_sim_sink_open(rh_sim_sink *sink, const char *directory, const char *name, int gzip,
                           rh_error *error) {
    const size_t size = strlen(directory) + strlen(name) + sizeof "/.gz";
    memset(sink, 0, sizeof *sink);
    sink->path = rh_allocate(size, 1);
    if (!sink->path)
        return rh_no_memory(error);
    (void)snprintf(sink->path, size, "%s/%s%s", directory, name, gzip ? ".gz" : "");
    rh_status status = gzip ? start_packer(sink, error) : RH_OK;
    if (status == RH_OK)
        status = rh_output_create(sink->path, &sink->output, error);
    if (status != RH_OK)
        rh_sim_sink_abandon(sink);
    return status;
}

/* Deflate can't fail here: it has its memory, and gets room until it wants no more. */
static void pack(rh_sim_sink *sink, int flush) {
    z_stream *packer = sink->packer;
    unsigned char packed[4096];
    packer->next_in = (unsigned char *)sink->text;
    packer->avail_in = (unsigned)sink->used;
    do {
        packer->next_out = packed;
        packer->avail_out = sizeof packed;
        const int result = deflate(packer, flush);
        assert(result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR);
        (void)result;
        rh_output_write(sink->output, packed, sizeof packed - packer->avail_out);
    } while (packer->avail_out == 0);
}

static void drain(rh_sim_sink *sink, int flush) {
    if (sink->packer)
        pack(sink, flush);
    else
        rh_output_write(sink->output, sink->text, sink->used);
    sink->used = 0;
}

void rh_sim_sink_bytes(rh_sim_sink *sink, const char *bytes, size_t length) {
    while (length > 0) {
        if (sink->used == sizeof sink->text)
            drain(sink, Z_NO_FLUSH);
        const size_t room = sizeof sink->text - sink->used, part = length < room ? length : room;
        memcpy(sink->text + sink->used, bytes, part);
        sink->used += part;
        bytes += part;
        length -= part;
    }
}

void rh_sim_sink_text(rh_sim_sink *sink, const char *text) {
    rh_sim_sink_bytes(sink, text, strlen(text));
}

/* With up to 8 decimals these fit 63 bits; larger numbers are written as exact ones are. */
static const double FIXED_BELOW = 9e10;

/* Writes backwards from `end`; returns the beginning. */
static char *fixed(char *end, double value, int decimals) {
    double scale = 1.0;
    for (int i = 0; i < decimals; i++)
        scale *= 10.0;
    uint64_t digits = (uint64_t)(fabs(value) * scale + 0.5);
    const int negative = value < 0.0 && digits > 0;
    for (int i = 0; i < decimals; i++, digits /= 10)
        *--end = (char)('0' + digits % 10);
    if (decimals > 0)
        *--end = '.';
    do
        *--end = (char)('0' + digits % 10);
    while (digits /= 10);
    if (negative)
        *--end = '-';
    return end;
}

void rh_sim_sink_number(rh_sim_sink *sink, double value, int decimals) {
    char text[64];
    char *const end = text + sizeof text;
    rh_sim_sink_bytes(sink, ",", 1);
    if (isnan(value))
        return;
    if (decimals < 0 || !(fabs(value) < FIXED_BELOW)) {
        rh_sim_sink_text(sink, rh_number_text(value, text));
        return;
    }
    const char *begin = fixed(end, value, decimals);
    rh_sim_sink_bytes(sink, begin, (size_t)(end - begin));
}

rh_status rh_sim_sink_commit(rh_sim_sink *sink, rh_error *error) {
    drain(sink, Z_FINISH);
    rh_output *output = sink->output;
    sink->output = NULL;
    return rh_output_commit(output, error);
}

void rh_sim_sink_abandon(rh_sim_sink *sink) {
    rh_output_abandon(sink->output);
    sink->output = NULL;
    if (sink->packer)
        (void)deflateEnd(sink->packer);
    rh_release(sink->packer);
    sink->packer = NULL;
    rh_release(sink->path);
    sink->path = NULL;
}
