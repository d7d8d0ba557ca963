/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packed files and pipes as streams of bytes: the same bytes and digest from all of them, and an
 * error from every one that is cut, damaged or changed. */
#include "test_feed_support.h"
#include "test_feed_zip.h"

#include "base/memory.h"
#include "feed/ahead.h"
#include "feed/bytes.h"
#include "feed/inflater.h"
#include "feed/intake.h"

#include <dirent.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <zstd.h>

/* More than the second thread has room for. */
enum { LARGEST = 5 << 20, PACKED_ROOM = LARGEST + (1 << 16) };

static unsigned char plain[LARGEST], packed[PACKED_ROOM], seen[LARGEST + 1];

/* Bytes that compress somewhat, and nowhere repeat for long. */
static void make_plain(void) {
    uint32_t x = 1;
    for (size_t i = 0; i < sizeof plain; i++) {
        x = x * 1664525 + 1013904223;
        plain[i] = (unsigned char)("0123456789,.\n-+e"[x >> 28]);
    }
}

static void digest_of(const unsigned char *bytes, size_t size, char hex[65]) {
    struct sha256_ctx sha;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&sha);
    sha256_update(&sha, size, bytes);
    sha256_digest(&sha, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        (void)sprintf(hex + 2 * i, "%02x", digest[i]);
}

/* ---- packings; each packs into `packed` and returns the length ---- */

static size_t pack_plain(size_t size) {
    memcpy(packed, plain, size);
    return size;
}

static size_t gzip_member(size_t from, size_t size, size_t at) {
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = plain + from;
    z.avail_in = (unsigned)size;
    z.next_out = packed + at;
    z.avail_out = (unsigned)(sizeof packed - at);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    const size_t end = sizeof packed - z.avail_out;
    (void)deflateEnd(&z);
    return end;
}

static size_t pack_gzip(size_t size) {
    return gzip_member(0, size, 0);
}

static size_t pack_gzip_members(size_t size) {
    size_t at = gzip_member(0, size / 3, 0);
    at = gzip_member(0, 0, at);
    return gzip_member(size / 3, size - size / 3, at);
}

static size_t pack_zstd(size_t size) {
    ZSTD_CCtx *context = ZSTD_createCCtx();
    assert_non_null(context);
    (void)ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 1);
    (void)ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    size_t one = ZSTD_compress2(context, packed, sizeof packed, plain, size / 2);
    assert_false(ZSTD_isError(one));
    size_t two = ZSTD_compress2(context, packed + one, sizeof packed - one, plain + size / 2,
                                size - size / 2);
    assert_false(ZSTD_isError(two));
    (void)ZSTD_freeCCtx(context);
    return one + two;
}

static size_t pack_zip(size_t size) {
    return zip_into(&(zip_member){.name = "a.csv", .bytes = plain, .size = size}, 1, packed,
                    sizeof packed);
}

static size_t pack_zip_stored(size_t size) {
    return zip_into(&(zip_member){.name = "a.csv", .bytes = plain, .size = size, .stored = 1}, 1,
                    packed, sizeof packed);
}

static size_t pack_zip_streamed(size_t size) {
    return zip_into(&(zip_member){.name = "a.csv", .bytes = plain, .size = size, .streamed = 1}, 1,
                    packed, sizeof packed);
}

static size_t pack_zip_64(size_t size) {
    return zip_into(&(zip_member){.name = "a.csv", .bytes = plain, .size = size, .zip64 = 1}, 1,
                    packed, sizeof packed);
}

static size_t pack_zip_64_streamed(size_t size) {
    return zip_into(
        &(zip_member){.name = "a.csv", .bytes = plain, .size = size, .streamed = 1, .zip64 = 1}, 1,
        packed, sizeof packed);
}

static const struct {
    const char *name;
    size_t (*pack)(size_t size);
    const char *truncated; /* what a cut one says; NULL: nothing can be seen */
} packings[] = {
    {"plain", pack_plain, NULL},
    {"gzip", pack_gzip, "truncated gzip: the file ends after "},
    {"gzip", pack_gzip_members, NULL}, /* a cut between members can't be seen */
    {"zstd", pack_zstd, NULL},
    {"zip", pack_zip, "truncated zip: the file ends after "},
    {"zip", pack_zip_stored, "truncated zip: "},
    {"zip", pack_zip_streamed, "truncated zip: "},
    {"zip", pack_zip_64, "truncated zip: "},
    {"zip", pack_zip_64_streamed, "truncated zip: "},
};

enum { N_PACKINGS = sizeof packings / sizeof *packings };

/* ---- reading ---- */

/* Reads all in pieces of `piece`; how many bytes, or the status with the error. */
static rh_status read_on(rh_bytes *bytes, size_t piece, size_t *total, rh_error *error) {
    size_t got = 1;
    for (*total = 0; got > 0; *total += got) {
        const size_t room = sizeof seen - *total;
        rh_status status =
            rh_bytes_read(bytes, seen + *total, room < piece ? room : piece, &got, error);
        if (status != RH_OK)
            return status;
    }
    return RH_OK;
}

static rh_status read_file(const char *path, size_t *total, rh_error *error) {
    rh_bytes *bytes = NULL;
    rh_status status = rh_bytes_open(path, &bytes, error);
    if (status == RH_OK)
        status = read_on(bytes, 50000, total, error);
    rh_bytes_close(bytes);
    return status;
}

static void expect_plain(rh_bytes *bytes, size_t size, size_t piece) {
    rh_error error = {.text = ""};
    char hex[65], wanted[65];
    size_t total;
    rh_bytes_digest(bytes, hex);
    assert_string_equal(hex, "");
    if (read_on(bytes, piece, &total, &error) != RH_OK)
        fail_msg("%s", error.text);
    assert_int_equal(total, size);
    assert_memory_equal(seen, plain, size);
    digest_of(plain, size, wanted);
    rh_bytes_digest(bytes, hex);
    assert_string_equal(hex, wanted);
}

static void check_file(const char *path, const char *packing, size_t size) {
    rh_bytes *bytes = NULL;
    rh_error error = {.text = ""};
    size_t got;
    if (rh_bytes_open(path, &bytes, &error) != RH_OK)
        fail_msg("%s", error.text);
    assert_string_equal(rh_bytes_packing(bytes), packing);
    expect_plain(bytes, size, 50000);
    assert_int_equal(rh_bytes_rewind(bytes, &error), RH_OK);
    assert_int_equal(rh_bytes_read(bytes, seen, size / 2 + 1, &got, &error), RH_OK);
    assert_memory_equal(seen, plain, got);
    assert_int_equal(rh_bytes_rewind(bytes, &error), RH_OK);
    expect_plain(bytes, size, 1 << 18);
    rh_bytes_close(bytes);
}

static void check_packing(int packing, size_t size) {
    const char *path = write_bytes(packed, packings[packing].pack(size));
    for (int threads = 0; threads <= 2; threads += 2)
        for (const rh_inflater *const *inflater = rh_inflaters; *inflater; inflater++) {
            rh_ahead_limit(threads);
            rh_inflater_use(*inflater);
            check_file(path, packings[packing].name, size);
        }
}

/* Sizes about the edges of the blocks and of the first blocks without a thread. */
static void all_packings_give_the_same_bytes(void **state) {
    static const size_t sizes[] = {0, 1, 65535, 65536, 1 << 20, 1048577, 1310720, LARGEST};
    (void)state;
    for (int packing = 0; packing < N_PACKINGS; packing++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            check_packing(packing, sizes[i]);
    rh_inflater_use(NULL);
    rh_ahead_limit(-1);
}

static void expect_error(const char *path, const char *part) {
    rh_error error = {.text = ""};
    size_t total;
    assert_int_equal(read_file(path, &total, &error), RH_BAD_DATA);
    if (!strstr(error.text, part) || strncmp(error.text, file_path, strlen(file_path)) != 0)
        fail_msg("'%s' is not in: %s", part, error.text);
}

/* A file cut after any byte is refused; of several members, wherever that can be seen. */
static void a_cut_is_an_error(void **state) {
    enum { SIZE = 300 };
    rh_error error;
    size_t total;
    (void)state;
    for (const rh_inflater *const *inflater = rh_inflaters; *inflater; inflater++) {
        rh_inflater_use(*inflater);
        for (int packing = 1; packing < N_PACKINGS; packing++) {
            const size_t size = packings[packing].pack(SIZE);
            int unseen = 0;
            const char *path = write_bytes(packed, size);
            for (size_t cut = size - 1; cut >= 4; cut--) {
                assert_int_equal(truncate(path, (off_t)cut), 0);
                if (packings[packing].truncated)
                    expect_error(path, packings[packing].truncated);
                else
                    unseen += read_file(path, &total, &error) == RH_OK;
            }
            assert_true(unseen <= 2); /* between members */
        }
    }
    rh_inflater_use(NULL);
}

static void turn_bit(const char *path, size_t bit) {
    unsigned char byte;
    const int fd = open(path, O_RDWR);
    assert_int_equal(pread(fd, &byte, 1, (off_t)(bit / 8)), 1);
    byte = (unsigned char)(byte ^ 1 << bit % 8);
    assert_int_equal(pwrite(fd, &byte, 1, (off_t)(bit / 8)), 1);
    assert_int_equal(close(fd), 0);
}

/* Every bit that is turned round is either told or makes no difference to the bytes. */
static void damage_is_an_error(void **state) {
    enum { SIZE = 200 };
    (void)state;
    for (const rh_inflater *const *inflater = rh_inflaters; *inflater; inflater++) {
        rh_inflater_use(*inflater);
        for (int packing = 1; packing < N_PACKINGS; packing++) {
            const size_t size = packings[packing].pack(SIZE);
            const char *path = write_bytes(packed, size);
            int told = 0;
            for (size_t bit = 32; bit < 8 * size; bit++) {
                rh_error error = {.text = ""};
                size_t total = 0;
                turn_bit(path, bit);
                rh_status status = read_file(path, &total, &error);
                turn_bit(path, bit);
                told += status == RH_BAD_DATA && *error.text;
                if (status == RH_OK && (total != SIZE || memcmp(seen, plain, SIZE) != 0))
                    fail_msg("%s %s: bit %zu goes unnoticed", (*inflater)->name,
                             packings[packing].name, bit);
            }
            assert_true(told > 8 * SIZE / 4);
        }
    }
    rh_inflater_use(NULL);
}

static void what_follows_is_refused(void **state) {
    static const char *const parts[] = {
        "bytes that are not gzip follow the gzip data (at byte ", "not gzip follow",
        "bytes that are not zstd follow the zstd data (at byte ", "bytes follow its end"};
    size_t (*const pack[])(size_t) = {pack_gzip, pack_gzip_members, pack_zstd, pack_zip};
    (void)state;
    for (int i = 0; i < 4; i++) {
        const size_t size = pack[i](100);
        memcpy(packed + size, "more", 4);
        expect_error(write_bytes(packed, size + 4), parts[i]);
    }
    const size_t size = pack_gzip(100);
    memset(packed + size, 0, 1000); /* padding, as tapes leave it */
    rh_error error;
    size_t total;
    assert_int_equal(read_file(write_bytes(packed, size + 1000), &total, &error), RH_OK);
    assert_int_equal(total, 100);
}

static void damage_comes_through_the_thread(void **state) {
    const size_t size = pack_gzip(LARGEST);
    (void)state;
    packed[size - 6] ^= 1; /* the checksum, known at the very end */
    for (int threads = 0; threads <= 2; threads++) {
        rh_bytes *bytes = NULL;
        rh_error error = {.text = ""};
        size_t total;
        char hex[65];
        rh_ahead_limit(threads);
        assert_int_equal(rh_bytes_open(write_bytes(packed, size), &bytes, &error), RH_OK);
        assert_int_equal(read_on(bytes, 7777, &total, &error), RH_BAD_DATA);
        assert_non_null(strstr(error.text, "damaged gzip data before byte"));
        assert_non_null(strstr(error.text, "incorrect data check"));
        assert_memory_equal(seen, plain, total);
        error.text[0] = '\0';
        assert_int_equal(rh_bytes_read(bytes, seen, 10, &total, &error), RH_BAD_DATA);
        assert_non_null(strstr(error.text, "incorrect data check")); /* and stays there */
        rh_bytes_digest(bytes, hex);
        assert_string_equal(hex, "");
        rh_bytes_close(bytes);
    }
    rh_ahead_limit(-1);
}

/* ---- zips ---- */

static void zips_of_several_members_are_refused_by_name(void **state) {
    const zip_member members[] = {{.name = "BTCUSDT-1m-2024-01-01.csv", .bytes = plain, .size = 9},
                                  {.name = "README.txt", .bytes = plain, .size = 9}};
    zip_member many[90];
    char names[90][8];
    (void)state;
    size_t size = zip_into(members, 2, packed, sizeof packed);
    expect_error(write_bytes(packed, size),
                 "this zip holds 2 members, 'BTCUSDT-1m-2024-01-01.csv', 'README.txt'; only zips "
                 "of one file are read: unzip it");
    size = zip_into(members, 0, packed, sizeof packed);
    expect_error(write_bytes(packed, size), "this zip holds nothing");
    for (int i = 0; i < 90; i++) {
        (void)sprintf(names[i], "%d.csv", i);
        many[i] = (zip_member){.name = names[i], .bytes = plain, .size = 1};
    }
    size = zip_into(many, 90, packed, sizeof packed);
    expect_error(write_bytes(packed, size), "this zip holds 90 members, '0.csv', '1.csv', ");
}

static void zips_that_need_more_are_refused(void **state) {
    zip_member member = {.name = "a.csv", .bytes = plain, .size = 100, .encrypted = 1};
    (void)state;
    size_t size = zip_into(&member, 1, packed, sizeof packed);
    expect_error(write_bytes(packed, size), "this zip is encrypted");
    member = (zip_member){.name = "a.csv", .bytes = plain, .size = 100, .method = 93};
    size = zip_into(&member, 1, packed, sizeof packed);
    expect_error(write_bytes(packed, size), "compressed by method 93, only deflate is read");
    member = (zip_member){.name = "a.csv", .bytes = plain, .size = 9, .stored = 1, .streamed = 1};
    size = zip_into(&member, 1, packed, sizeof packed);
    expect_error(write_bytes(packed, size), "stored without saying how long it is");
    member = (zip_member){.name = "a.csv", .bytes = plain, .size = 100, .wrong_size = 1};
    size = zip_into(&member, 1, packed, sizeof packed);
    expect_error(write_bytes(packed, size), "the data are not as long as the headers say");
}

static size_t zip_named(char *name, size_t length, size_t size) {
    memset(name, 'x', length);
    name[length] = '\0';
    return zip_into(&(zip_member){.name = name, .bytes = plain, .size = size, .streamed = 1}, 1,
                    packed, sizeof packed);
}

/* The data end at each place about the end of a buffer, and the last bytes that they give don't fit
 * the block: what an inflater took too much of one buffer is given back when the next is there. */
static void data_may_end_anywhere_about_a_buffer(void **state) {
    enum { AROUND = 12, HEAD = 30, BEHIND = 16 + 46 + 22 };
    static char name[RH_INTAKE_BUFFER];
    (void)state;
    for (const rh_inflater *const *inflater = rh_inflaters; *inflater; inflater++)
        for (size_t size = (1 << 16) + 1; size <= (1 << 16) + 6; size++) {
            const size_t data = zip_named(name, 1, size) - HEAD - BEHIND - 2;
            const size_t first = RH_INTAKE_BUFFER - HEAD - data - AROUND;
            rh_inflater_use(*inflater);
            for (size_t length = first; length < first + 2 * AROUND; length++)
                check_file(write_bytes(packed, zip_named(name, length, size)), "zip", size);
        }
    rh_inflater_use(NULL);
}

/* ---- pipes ---- */

static unsigned char long_text[RH_INTAKE_KEPT + (1 << 18)];

typedef struct {
    pthread_t thread;
    const unsigned char *bytes;
    size_t size;
    int end, saved; /* the pipe's, and what was standard input */
} piped;

static void *write_all(void *self) {
    piped *p = self;
    for (size_t at = 0; at < p->size;) {
        ssize_t wrote = write(p->end, p->bytes + at, p->size - at < 5000 ? p->size - at : 5000);
        if (wrote <= 0)
            break; /* the reader has gone */
        at += (size_t)wrote;
    }
    (void)close(p->end);
    return NULL;
}

/* Standard input becomes a pipe that the bytes come through. */
static void pipe_in(piped *p, const unsigned char *bytes, size_t size) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    *p = (piped){.bytes = bytes, .size = size, .end = ends[1], .saved = dup(STDIN_FILENO)};
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    (void)close(ends[0]);
    assert_int_equal(pthread_create(&p->thread, NULL, write_all, p), 0);
}

static void pipe_out(piped *p) {
    (void)dup2(p->saved, STDIN_FILENO);
    (void)close(p->saved);
    (void)pthread_join(p->thread, NULL);
}

static void pipes_are_read_and_turned_back_near_their_start(void **state) {
    (void)state;
    for (int packing = 0; packing < N_PACKINGS; packing++) {
        rh_bytes *bytes = NULL;
        rh_error error = {.text = ""};
        size_t got;
        piped p;
        pipe_in(&p, packed, packings[packing].pack(LARGEST));
        if (rh_bytes_open("-", &bytes, &error) != RH_OK)
            fail_msg("%s", error.text);
        for (int turn = 0; turn < 3; turn++) {
            assert_int_equal(rh_bytes_read(bytes, seen, 300000, &got, &error), RH_OK);
            assert_int_equal(got, 300000);
            assert_memory_equal(seen, plain, got);
            assert_int_equal(rh_bytes_rewind(bytes, &error), RH_OK);
        }
        expect_plain(bytes, LARGEST, 50000);
        rh_bytes_close(bytes);
        pipe_out(&p);
    }
}

static void pipes_are_not_turned_back_from_far(void **state) {
    rh_bytes *bytes = NULL;
    rh_error error = {.text = ""};
    size_t got, total = 0;
    piped p;
    (void)state;
    memset(long_text, 'x', sizeof long_text);
    pipe_in(&p, long_text, sizeof long_text);
    assert_int_equal(rh_bytes_open("-", &bytes, &error), RH_OK);
    do {
        assert_int_equal(rh_bytes_read(bytes, seen, 1 << 20, &got, &error), RH_OK);
        total += got;
    } while (got > 0);
    assert_int_equal(total, sizeof long_text);
    assert_int_equal(rh_bytes_rewind(bytes, &error), RH_BAD_DATA);
    assert_string_equal(error.text,
                        "-: a pipe cannot be read twice beyond its first 4 MiB; save it "
                        "to a file");
    rh_bytes_close(bytes);
    pipe_out(&p);
}

static void who_reads_twice_refuses_pipes(void **state) {
    rh_error error = {.text = ""};
    (void)state;
    assert_int_equal(rh_intake_require_file("-", &error), RH_BAD_DATA);
    assert_non_null(strstr(error.text, "-: standard input can be read only once"));
    assert_int_equal(rh_intake_require_file("/dev/null", &error), RH_BAD_DATA);
    assert_non_null(strstr(error.text, "/dev/null: what isn't a regular file can be read only"));
    assert_int_equal(rh_intake_require_file("/nowhere/at/all", &error), RH_OK);
    assert_int_equal(rh_intake_require_file(write_text("x"), &error), RH_OK);
    const rh_source_spec spec = {.format = "csv", .path = "-"};
    assert_says(read_source(&spec, NAMES("X")), RH_BAD_DATA, "-: standard input can be read only");
}

static void a_source_may_come_through_a_pipe(void **state) {
    static const char text[] = "ts,instrument,mark\n2024-01-02,X,1\n2024-01-03,X,2\n";
    const rh_source_spec spec = {.format = "csv", .path = "-", .once = 1};
    piped p;
    (void)state;
    pipe_in(&p, (const unsigned char *)text, sizeof text - 1);
    const reading_result *r = read_source(&spec, NAMES("X"));
    assert_ok(r);
    assert_int_equal(r->count, 2);
    pipe_out(&p);
}

/* ---- files that change ---- */

static void a_file_that_changes_while_it_is_read_is_refused(void **state) {
    (void)state;
    for (int grows = 0; grows <= 1; grows++) {
        rh_bytes *bytes = NULL;
        rh_error error = {.text = ""};
        size_t total;
        const char *path = write_bytes(plain, LARGEST);
        rh_ahead_limit(0); /* else the thread may be at the end already */
        assert_int_equal(rh_bytes_open(path, &bytes, &error), RH_OK);
        assert_int_equal(rh_bytes_read(bytes, seen, 1000, &total, &error), RH_OK);
        assert_int_equal(truncate(path, grows ? LARGEST + 5 : LARGEST / 2), 0);
        rh_status status;
        do
            status = rh_bytes_read(bytes, seen, 1 << 20, &total, &error);
        while (status == RH_OK && total > 0);
        assert_int_equal(status, RH_BAD_DATA);
        assert_non_null(strstr(error.text, ": the file changed while it was read"));
        rh_bytes_close(bytes);
    }
    rh_ahead_limit(-1);
}

static void a_file_may_lose_its_name_while_it_is_read(void **state) {
    rh_bytes *bytes = NULL;
    rh_error error = {.text = ""};
    (void)state;
    assert_int_equal(rh_bytes_open(write_bytes(plain, LARGEST), &bytes, &error), RH_OK);
    assert_int_equal(unlink(file_path), 0);
    expect_plain(bytes, LARGEST, 50000);
    rh_bytes_close(bytes);
}

static void what_may_not_be_read_says_so(void **state) {
    rh_error error = {.text = ""};
    size_t total;
    (void)state;
    if (geteuid() == 0)
        skip(); /* who may read everything */
    const char *path = write_text("x");
    assert_int_equal(chmod(path, 0), 0);
    assert_int_equal(read_file(path, &total, &error), RH_BAD_DATA);
    assert_non_null(strstr(error.text, ": cannot open: Permission denied"));
    assert_int_equal(chmod(path, 0600), 0);
}

/* ---- threads and memory ---- */

static int threads_here(void) {
    DIR *tasks = opendir("/proc/self/task");
    int count = 0;
    if (!tasks)
        return -1;
    for (const struct dirent *entry; (entry = readdir(tasks));)
        count += entry->d_name[0] != '.';
    (void)closedir(tasks);
    return count;
}

/* So long that a thread that has read ahead as far as it may isn't near the end. */
static const char *write_long(int times) {
    const char *path = write_bytes(plain, LARGEST);
    FILE *file = fopen(path, "ab");
    assert_non_null(file);
    for (int i = 1; i < times; i++)
        assert_int_equal(fwrite(plain, 1, LARGEST, file), LARGEST);
    assert_int_equal(fclose(file), 0);
    return path;
}

/* Many long files at once, read in turns and left in the middle. */
static void threads_are_few_and_end(void **state) {
    enum { FILES = 60 };
    rh_bytes *bytes[FILES];
    rh_error error = {.text = ""};
    size_t got;
    const int before = threads_here();
    const char *path = write_long(3);
    (void)state;
    if (before < 0)
        skip();
    rh_ahead_limit(3);
    for (int i = 0; i < FILES; i++)
        assert_int_equal(rh_bytes_open(path, &bytes[i], &error), RH_OK);
    assert_int_equal(threads_here(), before);
    for (size_t at = 0; at < 2 << 20; at += got)
        for (int i = 0; i < FILES; i++) {
            assert_int_equal(rh_bytes_read(bytes[i], seen, 1 << 18, &got, &error), RH_OK);
            assert_memory_equal(seen, plain + at, got);
        }
    assert_int_equal(threads_here(), before + 3);
    for (int i = 0; i < FILES; i++)
        rh_bytes_close(bytes[i]);
    assert_int_equal(threads_here(), before);
    rh_ahead_limit(-1);
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    for (const rh_inflater *const *inflater = rh_inflaters; *inflater; inflater++)
        for (int packing = 0; packing < N_PACKINGS; packing++) {
            const char *path = write_bytes(packed, packings[packing].pack(LARGEST));
            rh_status status;
            uint64_t n = 0;
            rh_inflater_use(*inflater);
            do {
                rh_error error = {.text = ""};
                size_t total = 0;
                rh_memory_fail_after(n++);
                status = read_file(path, &total, &error);
                rh_memory_fail_after(UINT64_MAX);
                if (status != RH_OK && (status != RH_FAILED || !strstr(error.text, "memory")))
                    fail_msg("%d: %s", (int)status, error.text);
                assert_true(status != RH_OK || total == LARGEST);
            } while (status != RH_OK && n < 100);
            assert_int_equal(status, RH_OK);
            assert_true(n > 3);
        }
    rh_inflater_use(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_packings_give_the_same_bytes),
        cmocka_unit_test(a_cut_is_an_error),
        cmocka_unit_test(damage_is_an_error),
        cmocka_unit_test(what_follows_is_refused),
        cmocka_unit_test(damage_comes_through_the_thread),
        cmocka_unit_test(zips_of_several_members_are_refused_by_name),
        cmocka_unit_test(zips_that_need_more_are_refused),
        cmocka_unit_test(data_may_end_anywhere_about_a_buffer),
        cmocka_unit_test(pipes_are_read_and_turned_back_near_their_start),
        cmocka_unit_test(pipes_are_not_turned_back_from_far),
        cmocka_unit_test(who_reads_twice_refuses_pipes),
        cmocka_unit_test(a_source_may_come_through_a_pipe),
        cmocka_unit_test(a_file_that_changes_while_it_is_read_is_refused),
        cmocka_unit_test(a_file_may_lose_its_name_while_it_is_read),
        cmocka_unit_test(what_may_not_be_read_says_so),
        cmocka_unit_test(threads_are_few_and_end),
        cmocka_unit_test(every_allocation_may_fail),
    };
    (void)signal(SIGPIPE, SIG_IGN);
    make_plain();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
