/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zips for the tests of engine/feed, written here so that each odd one can be had. The layout is
 * that of APPNOTE.TXT 6.3 (PKWARE). A test program includes it once, after cmocka. */
#ifndef TEST_FEED_ZIP_H
#define TEST_FEED_ZIP_H

#include <stdint.h>
#include <string.h>
#include <zlib.h>

typedef struct {
    const char *name;
    const unsigned char *bytes;
    size_t size;
    int stored, streamed, zip64; /* streamed: sizes follow the data, as `zip - -` writes them */
    int encrypted, wrong_size;   /* only said in the headers */
    unsigned method;             /* said in place of the true one */
} zip_member;

typedef struct {
    unsigned char *out;
    size_t at, room;
} zip_writer;

static void zip_put(zip_writer *w, uint64_t number, int bytes) {
    assert_true(w->at + (size_t)bytes <= w->room);
    for (; bytes > 0; bytes--, number >>= 8)
        w->out[w->at++] = (unsigned char)number;
}

static void zip_put_text(zip_writer *w, const char *text) {
    for (; *text; text++)
        zip_put(w, (unsigned char)*text, 1);
}

static void zip_put_data(zip_writer *w, const zip_member *m) {
    if (m->stored) {
        assert_true(w->at + m->size <= w->room);
        memcpy(w->out + w->at, m->bytes, m->size);
        w->at += m->size;
        return;
    }
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 1, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (unsigned char *)(uintptr_t)m->bytes;
    z.avail_in = (unsigned)m->size;
    z.next_out = w->out + w->at;
    z.avail_out = (unsigned)(w->room - w->at);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    w->at = w->room - z.avail_out;
    (void)deflateEnd(&z);
}

static void zip_put_head(zip_writer *w, const zip_member *m) {
    zip_put(w, 20, 2);
    zip_put(w, (unsigned)(m->encrypted | (m->streamed ? 8 : 0)), 2);
    zip_put(w, m->method ? m->method : m->stored ? 0 : 8, 2);
    zip_put(w, 0, 4); /* time and date */
}

/* CRC and sizes, and the zip64 field where it is wanted. */
static void zip_put_sizes(zip_writer *w, const zip_member *m, uint32_t crc, uint64_t packed) {
    zip_put(w, crc, 4);
    zip_put(w, m->zip64 ? UINT32_MAX : packed, 4);
    zip_put(w, m->zip64 ? UINT32_MAX : m->size + (size_t)m->wrong_size, 4);
    zip_put(w, strlen(m->name), 2);
}

static void zip_put_field_64(zip_writer *w, const zip_member *m, uint64_t packed, uint64_t size) {
    if (!m->zip64)
        return;
    zip_put(w, 1, 2);
    zip_put(w, 16, 2);
    zip_put(w, size, 8);
    zip_put(w, packed, 8);
}

/* Returns how long the packed data are. */
static uint64_t zip_put_member(zip_writer *w, const zip_member *m) {
    const uint32_t crc = (uint32_t)crc32_z(0, m->bytes, m->size);
    zip_put(w, 0x04034b50, 4);
    zip_put_head(w, m);
    const size_t sizes = w->at;
    const size_t field = m->zip64 ? 20 : 0;
    w->at += 16 + strlen(m->name) + field; /* filled in when the length is known */
    const size_t data = w->at;
    zip_put_data(w, m);
    const size_t end = w->at;
    const uint64_t packed = end - data;
    w->at = sizes;
    zip_put_sizes(w, m, m->streamed ? 0 : crc, m->streamed ? 0 : packed);
    zip_put(w, field, 2);
    zip_put_text(w, m->name);
    zip_put_field_64(w, m, m->streamed ? 0 : packed, m->streamed ? 0 : m->size);
    w->at = end;
    if (m->streamed) {
        zip_put(w, 0x08074b50, 4);
        zip_put(w, crc, 4);
        zip_put(w, packed, m->zip64 ? 8 : 4);
        zip_put(w, m->size, m->zip64 ? 8 : 4);
    }
    return packed;
}

static void zip_put_entry(zip_writer *w, const zip_member *m, uint64_t packed) {
    zip_put(w, 0x02014b50, 4);
    zip_put(w, 20, 2);
    zip_put_head(w, m);
    zip_put_sizes(w, m, (uint32_t)crc32_z(0, m->bytes, m->size), packed);
    zip_put(w, m->zip64 ? 20 : 0, 2);
    zip_put(w, 0, 8); /* comment, disk, attributes */
    zip_put(w, 0, 6); /* attributes, place: nobody asks */
    zip_put_text(w, m->name);
    zip_put_field_64(w, m, packed, m->size);
}

static size_t zip_into(const zip_member *members, int count, unsigned char *out, size_t room) {
    zip_writer w = {out, 0, room};
    uint64_t packed[100];
    for (int i = 0; i < count; i++)
        packed[i] = zip_put_member(&w, &members[i]);
    const size_t directory = w.at;
    for (int i = 0; i < count; i++)
        zip_put_entry(&w, &members[i], packed[i]);
    const size_t end = w.at;
    if (count == 1 && members->zip64) {
        zip_put(&w, 0x06064b50, 4);
        zip_put(&w, 44, 8);
        zip_put(&w, 0, 44);
        zip_put(&w, 0x07064b50, 4);
        zip_put(&w, 0, 16);
    }
    zip_put(&w, 0x06054b50, 4);
    zip_put(&w, 0, 4);
    zip_put(&w, (unsigned)count, 2);
    zip_put(&w, (unsigned)count, 2);
    zip_put(&w, end - directory, 4);
    zip_put(&w, directory, 4);
    zip_put(&w, 0, 2);
    return w.at;
}

#endif
