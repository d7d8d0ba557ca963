/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/csv_rows.h"

#include "base/memory.h"
#include "feed/bytes.h"
#include "feed/csv_careful.h"
#include "feed/numbers.h"
#include "feed/separators.h"

#include <math.h>
#include <string.h>

struct rh_csv_rows {
    const char *path;
    rh_bytes *bytes;
    rh_csv_careful *careful;
    int finished;
    size_t room;                /* bytes looked at at a time */
    const char *chunk;          /* of the file, where it lies */
    size_t at, end, limit;      /* its unread part that is looked at, and where it ends */
    int all_read;               /* no more bytes will come */
    uint64_t line;              /* of the byte at `at` */
    rh_separators_finder *find; /* NULL: all by libcsv */
    size_t separators, lines;   /* how many there are in `chunk` */
    size_t separator, line_end; /* the next ones */
    int blanks;                 /* in `chunk`, perhaps */
    size_t doubt;               /* first doubtful byte not before `at`; SIZE_MAX if none */
    rh_numbers_reader *read_numbers;
    size_t n_numeric, numeric_most;     /* how many columns, and the last of them */
    uint16_t numeric[RH_NUMBERS_MAX];   /* columns */
    double numbers[RH_NUMBERS_MAX + 1]; /* the last is NaN */
    uint64_t doubtful[RH_ROWS_BLOCK / 64];
    uint32_t line_ends[RH_ROWS_BLOCK + RH_SEPARATORS_SLACK];  /* which separators they are */
    uint32_t starts[1 + RH_ROWS_BLOCK + RH_SEPARATORS_SLACK]; /* [1 + i]: behind separator i */
};

_Static_assert((int)RH_ROWS_BLOCK <= (int)RH_BYTES_KEPT &&
                   (int)RH_SEPARATORS_SLACK <= (int)RH_BYTES_BEHIND,
               "the bytes go on behind what is unread");

static rh_rows_path chosen_path;
static size_t chosen_room = RH_ROWS_BLOCK;

void rh_rows_choose(rh_rows_path path, size_t block) {
    chosen_path = path;
    chosen_room = block;
}

/* ---- bytes ---- */

/* The first byte not before `at` that has its bit in the mask, or SIZE_MAX. */
static size_t next_byte(const rh_csv_rows *r, const uint64_t *mask) {
    const size_t words = (r->end + 63) / 64;
    size_t word = r->at / 64;
    uint64_t bits = word < words ? mask[word] & UINT64_MAX << r->at % 64 : 0;
    while (!bits && ++word < words)
        bits = mask[word];
    return bits ? word * 64 + (size_t)__builtin_ctzll(bits) : SIZE_MAX;
}

/* After `at` has moved by other means than plain rows. */
static void find_place(rh_csv_rows *r) {
    while (r->separator < r->separators && r->starts[1 + r->separator] <= r->at)
        r->separator++;
    while (r->line_end < r->lines && r->line_ends[r->line_end] < r->separator)
        r->line_end++;
    r->doubt = next_byte(r, r->doubtful);
}

static void find_separators(rh_csv_rows *r) {
    rh_separators out = {.behind = r->starts + 1, .lines = r->line_ends, .doubtful = r->doubtful};
    r->find(r->chunk, r->end, &out);
    r->separators = out.count;
    r->lines = out.n_lines;
    r->separator = r->line_end = 0;
    r->blanks = out.blanks;
    find_place(r);
}

static int begins_with_mark(const rh_csv_rows *r) {
    return r->line == 1 && r->end >= 3 && memcmp(r->chunk, "\xef\xbb\xbf", 3) == 0;
}

/* Looks at `room` bytes from the first unread one on, most of which lie behind it already. */
static rh_status read_on(rh_csv_rows *r, rh_error *error) {
    const int first = r->line == 1 && r->end == 0;
    const size_t kept = r->end - r->at;
    rh_status status = RH_OK;
    if (r->end < r->limit) {
        r->chunk += r->at;
        r->limit -= r->at;
    } else {
        status = rh_bytes_go_on(r->bytes, r->chunk + r->at, kept, &r->chunk, &r->limit, error);
        r->all_read = r->limit == kept;
    }
    r->at = 0;
    r->end = status == RH_OK && r->limit > r->room ? r->room : r->limit;
    if (status != RH_OK)
        return status;
    if (first && begins_with_mark(r))
        r->at = 3;
    if (r->find)
        find_separators(r);
    return RH_OK;
}

/* ---- rows without a doubt ---- */

typedef enum { TAKEN, UNFINISHED, DOUBTFUL } plain_row;

/* A carriage return before the line end belongs to it. */
static inline void lay_out(rh_csv_rows *r, size_t count, rh_row *row) {
    uint32_t *starts = r->starts + r->separator;
    if (starts[0] != r->at) /* the first row, and those after a carriage return */
        starts[0] = (uint32_t)r->at;
    if (starts[count] - 1 > starts[0] && r->chunk[starts[count] - 2] == '\r')
        starts[count]--;
    row->line = r->line;
    row->count = count;
    row->cells = NULL;
    row->text = r->chunk;
    row->starts = starts;
    row->blanks = r->blanks;
}

/* While a row is read, what lies as far behind it as is looked at at a time is sent for: it may
 * come from another processor's cache. */
static inline void send_for(const rh_csv_rows *r, size_t next) {
    for (size_t i = r->at + RH_ROWS_BLOCK; i < next + RH_ROWS_BLOCK && i < r->limit; i += 64)
        __builtin_prefetch(r->chunk + i, 0, 2);
}

static inline plain_row take_plain(rh_csv_rows *r, rh_row *row) {
    for (;;) {
        if (r->line_end == r->lines)
            return UNFINISHED;
        const size_t last = r->line_ends[r->line_end], next = r->starts[1 + last];
        const size_t count = last + 1 - r->separator;
        if (next > r->doubt || count > RH_ROW_CELLS)
            return DOUBTFUL;
        lay_out(r, count, row);
        send_for(r, next);
        r->at = next;
        r->separator = last + 1;
        r->line_end++;
        r->line++;
        if (count > 1 || rh_row_cell(row, 0).length > 0) /* else a blank line */
            return TAKEN;
    }
}

/* 1 and a row; 0 where libcsv has to go on; -1 with the error filled. */
static int next_plain(rh_csv_rows *r, rh_row *row, rh_error *error) {
    for (;;) {
        const plain_row what = take_plain(r, row);
        if (what != UNFINISHED)
            return what == TAKEN;
        if (r->all_read || (r->at == 0 && r->end == r->room))
            return 0;
        if (read_on(r, error) != RH_OK)
            return -1;
    }
}

/* ---- rows by libcsv ---- */

/* Takes a line or a part of it. */
static rh_status feed_piece(rh_csv_rows *r, int *line_ends, rh_error *error) {
    size_t length = r->end - r->at;
    rh_status status =
        rh_csv_careful_feed(r->careful, r->chunk + r->at, r->line, &length, line_ends, error);
    r->at += length;
    r->line += (uint64_t)*line_ends;
    return status;
}

/* Goes on to the end of the line in which the row ends. */
static int next_by_libcsv(rh_csv_rows *r, rh_row *row, rh_error *error) {
    int line_ends = 0, taken = 0;
    rh_csv_careful_begin(r->careful);
    while (!taken && !r->finished) {
        rh_status status = RH_OK;
        if (r->at == r->end && !r->all_read)
            status = read_on(r, error);
        r->finished = r->at == r->end;
        if (status == RH_OK)
            status = r->finished ? rh_csv_careful_finish(r->careful, error)
                                 : feed_piece(r, &line_ends, error);
        if (status != RH_OK)
            return -1;
        if (line_ends || r->finished)
            taken = rh_csv_careful_row(r->careful, row);
    }
    if (r->find)
        find_place(r);
    return taken;
}

int rh_csv_rows_next(rh_csv_rows *r, rh_row *row, rh_error *error) {
    int got = 0;
    if (r->finished)
        return 0;
    if (r->find)
        got = next_plain(r, row, error);
    if (got == 0)
        got = next_by_libcsv(r, row, error);
    r->finished |= got < 0;
    return got;
}

static void start(rh_csv_rows *r) {
    r->chunk = "";
    r->at = r->end = r->limit = 0;
    r->separator = r->separators = r->line_end = r->lines = 0;
    r->doubt = SIZE_MAX;
    r->line = 1;
    r->finished = r->all_read = 0;
}

unsigned rh_csv_rows_learn_number(rh_csv_rows *r, size_t column) {
    if (r->n_numeric == RH_NUMBERS_MAX || !r->find)
        return RH_NUMBER_NOWHERE;
    r->numeric[r->n_numeric] = (uint16_t)column;
    r->numbers[r->n_numeric] = NAN; /* in this row */
    r->numeric_most = column > r->numeric_most ? column : r->numeric_most;
    return (unsigned)r->n_numeric++;
}

void rh_csv_rows_read_numbers(rh_csv_rows *r, rh_row *row) {
    if (row->count <= r->numeric_most)
        return;
    r->read_numbers(row->text, row->starts, r->numeric, r->n_numeric, r->numbers);
    row->numbers = r->numbers;
}

static rh_separators_finder *finder_of(rh_rows_path path) {
    switch (path) {
    case RH_ROWS_FASTEST: return rh_separators_fastest();
    case RH_ROWS_PORTABLE: return rh_separators_portable;
    case RH_ROWS_LIBCSV: return NULL;
    }
    return NULL;
}

rh_status rh_csv_rows_open(const char *path, rh_csv_rows **out, rh_error *error) {
    rh_csv_rows *r = rh_allocate(1, sizeof *r);
    if (!r)
        return rh_fail(error, RH_FAILED, "%s: no memory to read", path);
    r->path = path;
    r->numbers[RH_NUMBER_NOWHERE] = NAN;
    r->room = chosen_room;
    r->find = finder_of(chosen_path);
    r->read_numbers = chosen_path == RH_ROWS_FASTEST ? rh_numbers_fastest() : rh_numbers_portable;
    start(r);
    rh_status status = rh_bytes_open(path, &r->bytes, error);
    if (status == RH_OK)
        status = rh_csv_careful_open(path, &r->careful, error);
    if (status != RH_OK) {
        rh_csv_rows_close(r);
        return status;
    }
    *out = r;
    return RH_OK;
}

rh_status rh_csv_rows_rewind(rh_csv_rows *r, rh_error *error) {
    rh_status status = rh_bytes_rewind(r->bytes, error);
    start(r);
    return status == RH_OK ? rh_csv_careful_restart(r->careful, error) : status;
}

void rh_csv_rows_close(rh_csv_rows *r) {
    if (!r)
        return;
    rh_bytes_close(r->bytes);
    rh_csv_careful_close(r->careful);
    rh_release(r);
}

void rh_csv_rows_digest(const rh_csv_rows *r, char hex[65]) {
    rh_bytes_digest(r->bytes, hex);
}

void rh_csv_rows_place(const rh_csv_rows *r, int64_t *done, int64_t *total) {
    rh_bytes_place(r->bytes, done, total);
}
