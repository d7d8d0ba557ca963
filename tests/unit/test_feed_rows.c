/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes, rows and headers: what a text file may look like. */
#include "test_feed_support.h"

#include "feed/bytes.h"
#include "feed/header.h"
#include "feed/rows.h"

#include <sys/resource.h>

/* Reads all rows; returns how many, or -1 with the error. `last` keeps the last row's line. */
static int count_rows(const char *path, uint64_t *last, rh_error *error) {
    rh_rows *rows = NULL;
    rh_row row;
    int count = 0, got;
    memset(error, 0, sizeof *error);
    if (rh_rows_open(path, &rows, error) != RH_OK)
        return -1;
    while ((got = rh_rows_next(rows, &row, error)) > 0) {
        count++;
        *last = row.line;
    }
    if (got == 0)
        assert_int_equal(rh_rows_next(rows, &row, error), 0);
    rh_rows_close(rows);
    return got < 0 ? -1 : count;
}

static void expect_rows(const char *text, int count, uint64_t last_line) {
    rh_error error;
    uint64_t last = 0;
    int got = count_rows(write_text(text), &last, &error);
    if (got != count || last != last_line)
        fail_msg("%d rows to line %d: %s", got, (int)last, error.text);
}

static void expect_refused(const void *bytes, size_t size, const char *part) {
    rh_error error;
    uint64_t last = 0;
    assert_int_equal(count_rows(write_bytes(bytes, size), &last, &error), -1);
    if (!strstr(error.text, part))
        fail_msg("'%s' is not in: %s", part, error.text);
    assert_int_equal(error.code, RH_BAD_DATA);
}

static void expect_refused_text(const char *text, const char *part) {
    expect_refused(text, strlen(text), part);
}

static void assert_cell(const rh_row *row, size_t i, const char *wanted) {
    const rh_cell cell = rh_row_cell(row, i);
    if (cell.length != strlen(wanted) || memcmp(cell.text, wanted, cell.length) != 0)
        fail_msg("'%.*s' is not '%s'", (int)cell.length, cell.text, wanted);
}

static void lines_are_those_of_an_editor(void **state) {
    (void)state;
    expect_rows("", 0, 0);
    expect_rows("\n\n  \n", 0, 0);
    expect_rows("a,b\n1,2\n", 2, 2);
    expect_rows("a,b\n1,2", 2, 2);
    expect_rows("a,b\r\n1,2\r\n", 2, 2);
    expect_rows("\n\na,b\n\r\n \t\n1,2\n\n", 2, 6);
    expect_rows("\xef\xbb\xbf"
                "a,b\n",
                1, 1);
    expect_rows("a,b\n\"x\ny\n\",2\n3,4\n", 3, 5);
    expect_rows("a,b\n\n\"x\n\",2\n", 2, 3);
}

static void cells_lose_blanks_and_quotes(void **state) {
    static const char *const wanted[] = {"a b", "", "c\"d", " e ", "f\ng", ""};
    rh_rows *rows = NULL;
    rh_row row;
    rh_error error;
    (void)state;
    const char *path =
        write_text("\xef\xbb\xbf\"a b\" ,, \"c\"\"d\",\" e \",\"f\ng\",\nlast , one\n");
    assert_int_equal(rh_rows_open(path, &rows, &error), RH_OK);
    assert_int_equal(rh_rows_next(rows, &row, &error), 1);
    assert_int_equal(row.count, 6);
    for (size_t i = 0; i < row.count; i++) {
        assert_cell(&row, i, wanted[i]);
    }
    assert_int_equal(rh_rows_next(rows, &row, &error), 1);
    assert_int_equal(row.line, 3);
    assert_cell(&row, 0, "last");
    rh_rows_close(rows);
}

static void broken_texts_are_refused_with_their_line(void **state) {
    (void)state;
    expect_refused_text("a,b\n1,2\n3,\"4\n5,6\n", ":3:2: a quote that begins here never closes");
    expect_refused_text("a,b\n\"1\nx\",\"4\n5,6\n", ":3:2: a quote that begins here never closes");
    expect_refused_text("a,b\n1,2\n\n\"3", ":4:1: a quote that begins here never closes");
    expect_refused_text("a,b\n1,2x\"y\n", ":2:2: a quote inside a cell");
    expect_refused_text("a,b\n1,\"2\"y\n", ":2:2: a quote inside a cell");
    expect_refused_text("a,b\r1,2\r3,4\r", ":1: a carriage return inside a line");
    expect_refused("a,b\n1,2\n3,\0\n", 13, ":3: a NUL byte");
    expect_refused("\xff\xfe"
                   "a\0,\0b\0\n\0",
                   10, "UTF-8");
}

static void other_packings_are_named(void **state) {
    (void)state;
    expect_refused_text("BZh91AY", "bzip2 file; unpack it with 'bunzip2' first");
    expect_refused("\xfd"
                   "7zXZ",
                   6, "unxz");
    expect_refused_text("SQLite format 3", "store:");
}

static void paths_that_are_no_files(void **state) {
    rh_error error;
    uint64_t last;
    (void)state;
    assert_int_equal(count_rows("/nowhere/at/all.csv", &last, &error), -1);
    assert_string_equal(error.text, "/nowhere/at/all.csv: cannot open: No such file or directory");
    assert_int_equal(error.code, RH_BAD_DATA);
    assert_int_equal(count_rows("/tmp", &last, &error), -1);
    assert_string_equal(error.text, "/tmp: is a directory, not a file");
}

/* Rows of many lengths over many buffers, packed and not: every cell and line has to be right. */
static size_t write_long_text(char *text, size_t room, uint64_t *lines, int n_rows) {
    size_t used = 0;
    uint64_t line = 1;
    for (int i = 0; i < n_rows; i++) {
        lines[i] = line;
        int width = i * 7 % 97;
        used += (size_t)snprintf(text + used, room - used, "%d,\"%*s\n%d\"\"\",%0*d%s", i, width,
                                 "", i, width + 1, i, i % 3 ? "\r\n" : "\n\n");
        line += i % 3 ? 2 : 3;
    }
    return used;
}

static void check_long_row(const rh_row *row, int i) {
    char wanted[256];
    int width = i * 7 % 97;
    assert_int_equal(row->count, 3);
    (void)snprintf(wanted, sizeof wanted, "%d", i);
    assert_cell(row, 0, wanted);
    (void)snprintf(wanted, sizeof wanted, "%*s\n%d\"", width, "", i);
    assert_cell(row, 1, wanted);
    (void)snprintf(wanted, sizeof wanted, "%0*d", width + 1, i);
    assert_cell(row, 2, wanted);
}

static void rows_over_many_buffers(void **state) {
    enum { ROWS = 20000, ROOM = 1 << 22 }; /* past the first blocks, to those of the thread */
    static char text[ROOM];
    static unsigned char packed[ROOM];
    static uint64_t lines[ROWS];
    size_t used = write_long_text(text, ROOM, lines, ROWS);
    (void)state;
    for (int packing = 0; packing < 2; packing++) {
        size_t size = packing ? gzip_into(text, packed, ROOM) : used;
        rh_rows *rows = NULL;
        rh_row row;
        rh_error error;
        const void *bytes = packing ? (const void *)packed : text;
        assert_int_equal(rh_rows_open(write_bytes(bytes, size), &rows, &error), RH_OK);
        for (int pass = 0; pass < 2; pass++) {
            for (int i = 0; i < ROWS; i++) {
                assert_int_equal(rh_rows_next(rows, &row, &error), 1);
                assert_int_equal(row.line, lines[i]);
                check_long_row(&row, i);
            }
            assert_int_equal(rh_rows_next(rows, &row, &error), 0);
            assert_int_equal(rh_rows_rewind(rows, &error), RH_OK);
        }
        rh_rows_close(rows);
    }
}

static long peak_kilobytes(void) {
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

/* 100 MB of one kind of byte in one line, packed so that the test writes little. */
static void expect_long_line_refused(const char *start, const char *unit, const char *part) {
    static char block[1 << 16];
    rh_error error;
    uint64_t last;
    const size_t period = strlen(unit);
    write_text("");
    gzFile file = gzopen(file_path, "wb1");
    assert_non_null(file);
    assert_true(gzputs(file, start) >= 0);
    for (size_t i = 0; i < sizeof block; i++)
        block[i] = unit[i % period];
    for (int i = 0; i < 1600; i++)
        assert_int_equal(gzwrite(file, block, sizeof block), sizeof block);
    assert_int_equal(gzclose(file), Z_OK);
    long before = peak_kilobytes();
    assert_int_equal(count_rows(file_path, &last, &error), -1);
    if (!strstr(error.text, part))
        fail_msg("'%s' is not in: %s", part, error.text);
    assert_true(peak_kilobytes() - before < 64 * 1024);
}

static void long_lines_need_no_memory(void **state) {
    static char wide[2048];
    (void)state;
    expect_long_line_refused("a,b\n", "x", ":2:1: a cell of more than 1 MiB");
    expect_long_line_refused("a,b\n1,\"", "x\n", ":2:2: a cell of more than 1 MiB");
    expect_long_line_refused("a,b\n", "x,", ":2:4097: a row of more than 4096 cells");
    memset(wide, 'x', sizeof wide - 2); /* 4 MiB before 4096 cells */
    wide[sizeof wide - 2] = ',';
    expect_long_line_refused("a,b\n", wide, "a row of more than 4 MiB");
}

static void cells_at_the_limit(void **state) {
    static char text[RH_CELL_MAX + 16];
    rh_error error;
    uint64_t last;
    (void)state;
    memset(text, 'x', RH_CELL_MAX);
    assert_int_equal(count_rows(write_bytes(text, RH_CELL_MAX), &last, &error), 1);
    text[RH_CELL_MAX] = 'x';
    expect_refused(text, RH_CELL_MAX + 1, ":1:1: a cell of more than 1 MiB");
}

static void gzip_members_and_damage(void **state) {
    static unsigned char packed[4096];
    rh_error error;
    uint64_t last;
    (void)state;
    size_t first = gzip_into("a,b\n1,", packed, sizeof packed);
    size_t both = first + gzip_into("2\n3,4\n", packed + first, sizeof packed - first);
    assert_int_equal(count_rows(write_bytes(packed, both), &last, &error), 3);
    memset(packed + both, 0, 512);
    assert_int_equal(count_rows(write_bytes(packed, both + 512), &last, &error), 3);
    packed[both + 512] = 'x';
    expect_refused(packed, both + 513, "bytes that are not gzip follow");
    packed[first - 8] ^= 1; /* the checksum */
    expect_refused(packed, both, "damaged gzip data");
}

static void gzip_cut_anywhere_is_an_error(void **state) {
    static unsigned char packed[4096];
    (void)state;
    size_t size = gzip_into("ts,bid,ask\n1,2,3\n4,5,6\n7,8,9\n", packed, sizeof packed);
    for (size_t cut = 2; cut < size; cut++)
        expect_refused(packed, cut, "truncated gzip");
}

static void digest_of(const void *bytes, size_t size, char hex[65]) {
    rh_rows *rows = NULL;
    rh_row row;
    rh_error error;
    assert_int_equal(rh_rows_open(write_bytes(bytes, size), &rows, &error), RH_OK);
    assert_int_equal(rh_rows_next(rows, &row, &error), 1);
    while (rh_rows_next(rows, &row, &error) > 0)
        ;
    rh_rows_digest(rows, hex);
    rh_rows_close(rows);
}

/* From `printf 'a,b\n1,2\n' | sha256sum`, and with a byte-order mark in front. */
static void digest_is_of_the_unpacked_bytes(void **state) {
    static const char plain[] = "492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470";
    static const char marked[] = "4baf8d035fbc583379d998ac9ed3d18276d308ee43cf945ee88d0c54cca33992";
    unsigned char packed[256];
    char hex[65];
    (void)state;
    digest_of("a,b\n1,2\n", 8, hex);
    assert_string_equal(hex, plain);
    digest_of(packed, gzip_into("a,b\n1,2\n", packed, sizeof packed), hex);
    assert_string_equal(hex, plain);
    digest_of("\xef\xbb\xbf"
              "a,b\n1,2\n",
              11, hex);
    assert_string_equal(hex, marked);
}

static rh_status header_of(const char *text, int ignore_case, rh_header *header, rh_error *error) {
    rh_rows *rows = NULL;
    rh_row row;
    assert_int_equal(rh_rows_open(write_text(text), &rows, error), RH_OK);
    assert_int_equal(rh_rows_next(rows, &row, error), 1);
    rh_status status = rh_header_read(header, &row, ignore_case, "f", error);
    rh_rows_close(rows);
    return status;
}

static void header_names(void **state) {
    rh_header header = {0};
    rh_error error;
    (void)state;
    assert_int_equal(header_of("[QUOTE_TIME], [BID],Ask,,", 0, &header, &error), RH_OK);
    assert_int_equal(rh_header_find(&header, "QUOTE_TIME"), 0);
    assert_int_equal(rh_header_find(&header, "BID"), 1);
    assert_int_equal(rh_header_find(&header, "ask"), -1);
    assert_int_equal(rh_header_find(&header, ""), -1);
    assert_int_equal(rh_header_missing(&header, "ask", "f", &error), RH_BAD_DATA);
    assert_string_equal(error.text,
                        "f:1: no column 'ask' (did you mean 'Ask'?); rename it with map");
    assert_int_equal(rh_header_missing(&header, "QUOTE_TIMES", "f", &error), RH_BAD_DATA);
    assert_non_null(strstr(error.text, "did you mean 'QUOTE_TIME'?"));
    rh_header_clear(&header);
    assert_int_equal(header_of("Unix,BID,Ask", 1, &header, &error), RH_OK);
    assert_int_equal(rh_header_find(&header, "bid"), 1);
    rh_header_clear(&header);
}

static void header_twins_are_refused(void **state) {
    rh_header header = {0};
    rh_error error;
    (void)state;
    assert_int_equal(header_of("a,b, a ", 0, &header, &error), RH_BAD_DATA);
    assert_string_equal(error.text, "f:1:3: column 'a' is there twice (also column 1)");
    rh_header_clear(&header);
    assert_int_equal(header_of("a,A", 0, &header, &error), RH_OK);
    rh_header_clear(&header);
    assert_int_equal(header_of("a,A", 1, &header, &error), RH_BAD_DATA);
    rh_header_clear(&header);
    assert_int_equal(header_of("1,2", 1, &header, &error), RH_OK);
    assert_int_equal(rh_header_missing(&header, "ts", "f", &error), RH_BAD_DATA);
    assert_non_null(strstr(error.text, "no header: the first row begins with the number '1'"));
    rh_header_clear(&header);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_those_of_an_editor),
        cmocka_unit_test(cells_lose_blanks_and_quotes),
        cmocka_unit_test(broken_texts_are_refused_with_their_line),
        cmocka_unit_test(other_packings_are_named),
        cmocka_unit_test(paths_that_are_no_files),
        cmocka_unit_test(rows_over_many_buffers),
        cmocka_unit_test(long_lines_need_no_memory),
        cmocka_unit_test(cells_at_the_limit),
        cmocka_unit_test(gzip_members_and_damage),
        cmocka_unit_test(gzip_cut_anywhere_is_an_error),
        cmocka_unit_test(digest_is_of_the_unpacked_bytes),
        cmocka_unit_test(header_names),
        cmocka_unit_test(header_twins_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
