/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The paths past libcsv: the same rows, lines, numbers and errors, on every input there is. */
#include "test_feed_support.h"

#include "rows_equal.h"

#include "base/decimal.h"
#include "base/number.h"
#include "feed/numbers.h"
#include "feed/separators.h"

#include <dirent.h>

static uint64_t next_random(uint64_t *seed) { /* SplitMix64 */
    uint64_t z = (*seed += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void expect_equal(const char *path, const char *what) {
    char where[2048];
    if (!rows_are_equal(path, where, sizeof where))
        fail_msg("%s: %s", what, where);
}

/* ---- separators ---- */

static void find_slowly(const char *text, size_t size, rh_separators *out) {
    out->count = out->n_lines = 0;
    out->blanks = 0;
    for (size_t i = 0; i < size; i++) {
        const int lone = text[i] == '\r' && (i + 1 == size || text[i + 1] != '\n');
        const uint64_t bit = UINT64_C(1) << i % 64;
        if (text[i] == '\n')
            out->lines[out->n_lines++] = (uint32_t)out->count;
        if (text[i] == ',' || text[i] == '\n')
            out->behind[out->count++] = (uint32_t)i + 1;
        out->doubtful[i / 64] |= lone || text[i] == '"' || text[i] == '\0' ? bit : 0;
        out->blanks |= text[i] == ' ' || text[i] == '\t';
    }
}

static void expect_found(rh_separators_finder *find, const char *text, size_t size) {
    uint32_t places[2][1024], lines[2][1024];
    uint64_t doubts[2][16] = {{0}};
    rh_separators wanted = {.behind = places[0], .lines = lines[0], .doubtful = doubts[0]};
    rh_separators found = {.behind = places[1], .lines = lines[1], .doubtful = doubts[1]};
    find_slowly(text, size, &wanted);
    find(text, size, &found);
    assert_int_equal(found.count, wanted.count);
    assert_int_equal(found.n_lines, wanted.n_lines);
    assert_memory_equal(places[0], places[1], wanted.count * sizeof places[0][0]);
    assert_memory_equal(lines[0], lines[1], wanted.n_lines * sizeof lines[0][0]);
    assert_memory_equal(doubts[0], doubts[1], (size + 63) / 64 * sizeof doubts[0][0]);
    assert_true(found.blanks || !wanted.blanks);
}

static void separators_are_found(void **state) {
    static const char common[] = ",\n\r\"01. ";
    char text[512 + RH_SEPARATORS_SLACK];
    uint64_t seed = 1;
    (void)state;
    for (int i = 0; i < 8000; i++) {
        const size_t size = next_random(&seed) % 513;
        const uint64_t rare = next_random(&seed) % 8;
        for (size_t k = 0; k < sizeof text; k++)
            text[k] = next_random(&seed) % 8 < rare
                          ? (char)next_random(&seed)
                          : common[next_random(&seed) % (sizeof common - 1)];
        expect_found(rh_separators_portable, text, size);
        expect_found(rh_separators_fastest(), text, size);
    }
}

/* ---- numbers ---- */

enum { CELLS = 32, CELL_ROOM = 20 };

/* A row of cells of any length, with any byte behind each of them. */
static void random_row(char text[CELLS * CELL_ROOM + RH_DECIMAL_SLACK], uint32_t starts[1 + CELLS],
                       uint64_t *seed) {
    static const char letters[] = "0123456789.0123456789-e:/ ";
    uint32_t at = 0;
    starts[0] = 0;
    for (size_t i = 1; i <= CELLS; i++) {
        const size_t length = next_random(seed) % CELL_ROOM;
        const uint64_t kinds = next_random(seed) % 3 ? 21 : sizeof letters - 1;
        for (size_t k = 0; k < length; k++)
            text[at++] = letters[next_random(seed) % kinds];
        text[at++] = (char)next_random(seed);
        starts[i] = at;
    }
    for (size_t i = 0; i < RH_DECIMAL_SLACK; i++)
        text[at + i] = (char)next_random(seed);
}

/* What is read is what rh_number_parse reads; plain numbers of up to 15 characters are read. */
static void check_number(const rh_cell *cell, double value) {
    const int done = !isnan(value);
    double wanted = 0.0;
    const int known = rh_number_parse(cell->text, cell->length, &wanted) == 0;
    if (done && (!known || memcmp(&value, &wanted, sizeof value) != 0))
        fail_msg("'%.*s' gave %.17g", (int)cell->length, cell->text, value);
    if (!done && known && cell->length <= 15 && !memchr(cell->text, 'e', cell->length))
        fail_msg("'%.*s' was not read", (int)cell->length, cell->text);
}

static void numbers_are_read_together(void **state) {
    char text[CELLS * CELL_ROOM + RH_DECIMAL_SLACK];
    uint32_t starts[1 + CELLS];
    uint16_t columns[CELLS];
    double portable[CELLS], fastest[CELLS];
    uint64_t seed = 8;
    (void)state;
    for (int i = 0; i < 20000; i++) {
        const size_t n = next_random(&seed) % (CELLS + 1);
        const rh_row row = {.count = CELLS, .text = text, .starts = starts};
        random_row(text, starts, &seed);
        for (size_t k = 0; k < CELLS; k++)
            columns[k] = (uint16_t)(next_random(&seed) % CELLS);
        rh_numbers_portable(text, starts, columns, n, portable);
        rh_numbers_fastest()(text, starts, columns, n, fastest);
        for (size_t k = 0; k < n; k++) {
            const rh_cell cell = rh_row_cell(&row, columns[k]);
            check_number(&cell, portable[k]);
            check_number(&cell, fastest[k]);
            assert_true(isnan(portable[k]) == isnan(fastest[k]));
        }
    }
}

/* ---- rows ---- */

static const char *const odd_texts[] = {
    "",
    "\n",
    "a",
    "a\n",
    "a,b",
    "a,b\r",
    "a,b\r\n1,2\r\n",
    "a,b\r1,2\r",
    "a,b\r\r\n1,2\n",
    "a,b\r \n1,2\n",
    "a,b \r\n 1 , 2 \r\n",
    "\r\n\ra,b\n",
    "a\r\"b\nc\"\n",
    "\xef\xbb\xbf"
    "a,b\n1,2\n",
    "\xef\xbb\xbf\n"
    "a,b\n",
    "\xef\xbb",
    "a,\xa0,b\n",
    "a,b\n\"1\",2\n3,4\n\"5\n6\",7\n8,9\n",
    "a,b\n1,2\"\n",
    "a,b\n1,\"2\"x\n",
    "a,b\n1,\"2\n3,4\n",
    ",\n,,\n , \n\t\n,\r\n",
    "a,b\n\n  \n1,2\n\r\n \t \r\n3,4",
    "a,b\n1,2\n3,4\"",
    "a,b\n1,2\n3,\"\"\"\"",
};

static void odd_texts_read_alike(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof odd_texts / sizeof *odd_texts; i++)
        expect_equal(write_text(odd_texts[i]), odd_texts[i]);
    expect_equal(write_bytes("a,b\n1,\0\n", 8), "NUL");
    expect_equal(write_bytes("a,b\n1\"\0,2\n", 11), "quote, then NUL");
    expect_equal(write_bytes("a,b\n1,2\n\0", 9), "NUL at the end");
}

/* Mostly rows as files have them, sometimes noise. */
static size_t write_garbage(char *text, size_t room, uint64_t *seed) {
    static const char plain[] = "0123456789.,,,\n", odd[] = "\r\n\"\", \t\0x\xef\xbb\xbf";
    const size_t size = next_random(seed) % room;
    const uint64_t oddity = next_random(seed) % 3 ? next_random(seed) % 16 : 0;
    for (size_t i = 0; i < size; i++)
        text[i] = next_random(seed) % 64 < oddity ? odd[next_random(seed) % (sizeof odd - 1)]
                                                  : plain[next_random(seed) % (sizeof plain - 1)];
    return size;
}

static void garbage_reads_alike(void **state) {
    char text[700];
    uint64_t seed = 2;
    (void)state;
    for (int i = 0; i < 1500; i++)
        expect_equal(write_bytes(text, write_garbage(text, sizeof text, &seed)), "garbage");
}

static void rows_over_blocks_read_alike(void **state) {
    static char text[1 << 19];
    uint64_t seed = 3;
    size_t used = 0;
    (void)state;
    while (used < sizeof text - 200) {
        const uint64_t kind = next_random(&seed) % 200;
        used += (size_t)snprintf(text + used, 200, "%d,%*s%d,%s,%.*f%s", (int)kind,
                                 (int)(next_random(&seed) % 40), "", (int)(used % 977),
                                 kind == 7 ? "\"q\"\"\n,\"" : "name", (int)(kind % 9),
                                 (double)used / 7.0, kind % 50 == 3 ? "\r\n" : "\n");
    }
    expect_equal(write_bytes(text, used), "half a megabyte");
}

/* Long rows are cut off where libcsv says so. */
static void limits_are_alike(void **state) {
    static char text[(1 << 22) + 4096];
    (void)state;
    memset(text, ',', sizeof text);
    for (size_t cells = RH_ROW_CELLS - 1; cells <= RH_ROW_CELLS + 1; cells++) {
        text[cells - 1] = '\n';
        expect_equal(write_bytes(text, cells), "cells of a row");
        text[cells - 1] = ',';
    }
    memset(text, 'x', sizeof text);
    for (size_t i = 1000; i < sizeof text; i += 1001)
        text[i] = ',';
    expect_equal(write_bytes(text, sizeof text), "a long row");
    memset(text, 'x', sizeof text);
    expect_equal(write_bytes(text, sizeof text), "a long cell");
}

/* The files that the other tests read; the first byte of a fuzz input isn't part of the text. */
static void expect_folder_equal(const char *folder, const char *ending, size_t skipped) {
    static char bytes[1 << 20];
    char name[4096];
    struct dirent *entry;
    int seen = 0;
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    while ((entry = readdir(entries))) {
        const size_t length = strlen(entry->d_name);
        if (entry->d_name[0] == '.' || length < strlen(ending) ||
            strcmp(entry->d_name + length - strlen(ending), ending) != 0)
            continue;
        (void)snprintf(name, sizeof name, "%s/%s", folder, entry->d_name);
        FILE *file = fopen(name, "rb");
        assert_non_null(file);
        const size_t size = fread(bytes, 1, sizeof bytes, file);
        (void)fclose(file);
        if (size < skipped)
            continue;
        expect_equal(write_bytes(bytes + skipped, size - skipped), name);
        seen++;
    }
    (void)closedir(entries);
    assert_true(seen > 0);
}

static void inputs_of_other_tests_read_alike(void **state) {
    (void)state;
    expect_folder_equal(REHEDGE_SOURCE_DIR "/tests/fuzz/corpus/feed_source", "", 1);
    expect_folder_equal(REHEDGE_SOURCE_DIR "/tests/fuzz/corpus/rows_equal", "", 1);
    expect_folder_equal(REHEDGE_SOURCE_DIR "/tests/cli", ".csv", 0);
}

static void only_doubtful_rows_go_to_libcsv(void **state) {
    static const int plain[] = {1, 1, 0, 1, 0, 1, 0};
    rh_rows *rows = NULL;
    rh_row row;
    rh_error error;
    (void)state;
    const char *path = write_text("a,b\n1,2\n\"3\",4\n 5,6 \r\n7\r\r\n8,9\n10,11");
    assert_int_equal(rh_rows_open(path, &rows, &error), RH_OK);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        assert_int_equal(rh_rows_next(rows, &row, &error), 1);
        assert_int_equal(row.cells == NULL, plain[i]);
    }
    assert_int_equal(rh_rows_next(rows, &row, &error), 0);
    rh_rows_close(rows);
}

/* ---- values ---- */

/* One price in a file of two rows: the same event or the same words from every path. */
static void expect_price_alike(const char *cell) {
    static const rh_rows_path paths[] = {RH_ROWS_LIBCSV, RH_ROWS_PORTABLE, RH_ROWS_FASTEST};
    char text[512];
    reading_result first = {0};
    rh_source_spec spec = {.format = "csv"};
    (void)snprintf(text, sizeof text, "ts,instrument,bid,ask\n1600000000,X,%s,1e9\n", cell);
    spec.path = write_text(text);
    for (int i = 0; i < 3; i++) {
        rh_rows_choose(paths[i], RH_ROWS_BLOCK);
        const reading_result *result = read_source(&spec, NAMES("X"));
        rh_rows_choose(RH_ROWS_FASTEST, RH_ROWS_BLOCK);
        if (i == 0)
            first = *result;
        assert_int_equal(result->status, first.status);
        assert_string_equal(result->error.text, first.error.text);
        assert_int_equal(result->count, first.count);
        assert_memory_equal(result->events, first.events, sizeof first.events);
    }
}

static void values_read_alike(void **state) {
    static const char *const cells[] = {
        "1e400",
        "nan",
        "inf",
        "-0",
        "0",
        "-1",
        "1.",
        ".5",
        ".",
        "-",
        "+1",
        "1..2",
        "1e-400",
        "4.9e-324",
        "1,5",
        "1 2",
        "0x10",
        "12a",
        "1e5",
        "1e",
        "",
        " 7 ",
        "7\t",
        "00012.50",
        "--1",
        "1.2.3.",
        "12345678.9",
        "9999999",
        "1/2",
        "12345678:12",
        "1\xa0",
        "\xd9\xa1",
        "9007199254740993",
        "123456789012345678",
        "0.1000000000000000055511151231257827",
        "999999999999999999999999999999999999999999999999999999999999999999999999999999"};
    (void)state;
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        expect_price_alike(cells[i]);
}

static void random_values_read_alike(void **state) {
    static const char letters[] = "0123456789.0123456789-e";
    uint64_t seed = 4;
    (void)state;
    for (int i = 0; i < 800; i++) {
        char cell[24] = "";
        const size_t length = next_random(&seed) % 20;
        for (size_t k = 0; k < length; k++)
            cell[k] = letters[next_random(&seed) % (sizeof letters - 1 - (size_t)(i % 3))];
        expect_price_alike(cell);
    }
}

static void expect_time_alike(const char *cell) {
    char text[512];
    reading_result first = {0};
    rh_source_spec spec = {.format = "csv"};
    (void)snprintf(text, sizeof text, "ts,instrument,bid\n%s,X,1\n%s,X,2\n", cell, cell);
    spec.path = write_text(text);
    for (int i = 0; i < 3; i++) {
        rh_rows_choose((rh_rows_path)(RH_ROWS_LIBCSV - i), RH_ROWS_BLOCK);
        const reading_result *result = read_source(&spec, NAMES("X"));
        rh_rows_choose(RH_ROWS_FASTEST, RH_ROWS_BLOCK);
        if (i == 0)
            first = *result;
        assert_int_equal(result->status, first.status);
        assert_string_equal(result->error.text, first.error.text);
        assert_memory_equal(result->events, first.events, sizeof first.events);
    }
}

static void times_read_alike(void **state) {
    static const char *const cells[] = {"1969-12-31T23:59:59Z",
                                        "2262-04-12T00:00:00Z",
                                        "2199-12-31 23:59:59.999999999",
                                        "1970-01-01",
                                        "-1",
                                        "9223372036854775807",
                                        "9223372036854775808",
                                        "0",
                                        "1600000000000000",
                                        "2021-02-29",
                                        "2021-06-01T24:00Z",
                                        "",
                                        "2021-06-01T08:00:00+01:00"};
    (void)state;
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        expect_time_alike(cells[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(separators_are_found),
        cmocka_unit_test(numbers_are_read_together),
        cmocka_unit_test(odd_texts_read_alike),
        cmocka_unit_test(garbage_reads_alike),
        cmocka_unit_test(rows_over_blocks_read_alike),
        cmocka_unit_test(limits_are_alike),
        cmocka_unit_test(inputs_of_other_tests_read_alike),
        cmocka_unit_test(only_doubtful_rows_go_to_libcsv),
        cmocka_unit_test(values_read_alike),
        cmocka_unit_test(random_values_read_alike),
        cmocka_unit_test(times_read_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
