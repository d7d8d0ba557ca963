/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "feed/csv_rows.h"

#include "base/memory.h"
#include "feed/bytes.h"
#include "feed/numbers.h"
#include "feed/separators.h"

#include <csv.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { GROWTH = 1 << 16 };

/* What a callback found wrong; libcsv cannot be stopped, so it is looked at afterwards. */
typedef enum { FINE, NO_MEMORY, CELL_TOO_LONG, ROW_TOO_LONG, TOO_MANY_CELLS, LONE_CR } trouble;

struct rh_csv_rows {
    const char *path;
    rh_bytes *bytes;
    struct csv_parser parser;
    int parser_ready, finished;
    size_t room;               /* bytes read at a time */
    size_t at, end;            /* unread part of `chunk` */
    int all_read;              /* no more bytes will come */
    uint64_t line;             /* of the byte at `at` */
    uint64_t row_line;         /* where the row began */
    uint64_t cell_line;        /* where the unfinished cell began */
    int begun, done, line_end; /* of the row: its first byte, last cell, end of line was there */
    trouble trouble;
    size_t count, used; /* cells and bytes of the row so far */
    size_t cells_capacity, text_capacity;
    size_t *starts; /* of the cells in `text`, which may move while the row grows */
    rh_cell *cells;
    char *text;
    rh_separators_finder *find;   /* NULL: all by libcsv */
    size_t separator, separators; /* the next one, and how many there are in `chunk` */
    int blanks;                   /* in `chunk`, perhaps */
    size_t doubt;                 /* first doubtful byte not before `at`; SIZE_MAX if none */
    size_t end_word;              /* of `ends`, of which `end_bits` are not before `at` */
    uint64_t end_bits;
    size_t expected; /* cells of a row, if only those of `wanted` are needed */
    size_t n_wanted;
    uint16_t *wanted;
    rh_numbers_reader *read_numbers;
    size_t n_numeric;
    uint16_t numeric[RH_NUMBERS_MAX]; /* columns */
    double numbers[RH_NUMBERS_MAX];
    rh_cell plain[RH_ROW_CELLS];
    uint64_t ends[RH_ROWS_BLOCK / 64], doubtful[RH_ROWS_BLOCK / 64];
    uint32_t places[1 + RH_ROWS_BLOCK + RH_SEPARATORS_SLACK]; /* of separators from [1] on */
    char chunk[RH_ROWS_BLOCK + RH_SEPARATORS_SLACK];
};

static rh_rows_path chosen_path;
static size_t chosen_room = RH_ROWS_BLOCK;

void rh_rows_choose(rh_rows_path path, size_t block) {
    chosen_path = path;
    chosen_room = block;
}

static void *resize_for_libcsv(void *block, size_t size) {
    return rh_resize(block, size, 1);
}

static int room_for_text(rh_csv_rows *r, size_t bytes) {
    if (r->used + bytes <= r->text_capacity)
        return 0;
    size_t wanted =
        r->text_capacity * 2 > r->used + bytes ? r->text_capacity * 2 : r->used + bytes + GROWTH;
    char *text = rh_resize(r->text, wanted, 1);
    if (!text)
        return -1;
    r->text = text;
    r->text_capacity = wanted;
    return 0;
}

static int room_for_cell(rh_csv_rows *r) {
    if (r->count < r->cells_capacity)
        return 0;
    size_t wanted = r->cells_capacity ? r->cells_capacity * 2 : 64;
    size_t *starts = rh_resize(r->starts, wanted, sizeof *starts);
    if (!starts)
        return -1;
    r->starts = starts;
    rh_cell *cells = rh_resize(r->cells, wanted, sizeof *cells);
    if (!cells)
        return -1;
    r->cells = cells;
    r->cells_capacity = wanted;
    return 0;
}

static trouble add_cell(rh_csv_rows *r, const char *text, size_t length) {
    if (r->done)
        return LONE_CR;
    if (length > RH_CELL_MAX)
        return CELL_TOO_LONG;
    if (r->used + length >= RH_ROW_MAX)
        return ROW_TOO_LONG;
    if (r->count == RH_ROW_CELLS)
        return TOO_MANY_CELLS;
    if (room_for_text(r, length + 1) != 0 || room_for_cell(r) != 0)
        return NO_MEMORY;
    if (length > 0)
        memcpy(r->text + r->used, text, length);
    r->text[r->used + length] = '\0';
    r->starts[r->count] = r->used;
    r->cells[r->count++].length = length;
    r->used += length + 1;
    return FINE;
}

static void on_cell(void *text, size_t length, void *user) {
    rh_csv_rows *r = user;
    if (r->trouble == FINE)
        r->trouble = add_cell(r, text, length);
}

static void on_row_end(int terminator, void *user) {
    rh_csv_rows *r = user;
    (void)terminator;
    r->done = 1;
}

static rh_status fail_in_cell(const rh_csv_rows *r, rh_error *error, const char *what) {
    return rh_fail(error, RH_BAD_DATA, "%s:%" PRIu64 ":%zu: %s", r->path, r->cell_line,
                   r->count + 1, what);
}

static rh_status check_trouble(const rh_csv_rows *r, rh_error *error) {
    switch (r->trouble) {
    case FINE: return RH_OK;
    case NO_MEMORY: return rh_fail(error, RH_FAILED, "%s: no memory for a row", r->path);
    case CELL_TOO_LONG:
        return fail_in_cell(r, error,
                            "a cell of more than 1 MiB begins here (a quote that never closes?)");
    case ROW_TOO_LONG: return fail_in_cell(r, error, "a row of more than 4 MiB");
    case TOO_MANY_CELLS: return fail_in_cell(r, error, "a row of more than 4096 cells");
    case LONE_CR:
        return rh_fail(error, RH_BAD_DATA,
                       "%s:%" PRIu64 ": a carriage return inside a line (lines must end in LF or "
                       "CRLF)",
                       r->path, r->line);
    }
    return RH_FAILED;
}

static rh_status check_parser(rh_csv_rows *r, rh_error *error) {
    int code = csv_error(&r->parser);
    if (code == CSV_ENOMEM)
        return rh_fail(error, RH_FAILED, "%s: no memory for a row", r->path);
    return fail_in_cell(r, error, "a quote inside a cell (quote the cell and double the quote)");
}

/* ---- bytes ---- */

/* The first bit not before `at`, and in which word. */
static uint64_t next_bits(const rh_csv_rows *r, const uint64_t *mask, size_t *word) {
    const size_t words = (r->end + 63) / 64;
    *word = r->at / 64;
    uint64_t bits = *word < words ? mask[*word] & UINT64_MAX << r->at % 64 : 0;
    while (!bits && ++*word < words)
        bits = mask[*word];
    return bits;
}

/* After `at` has moved by other means than plain rows. */
static void find_place(rh_csv_rows *r) {
    size_t word;
    while (r->separator < r->separators && r->places[1 + r->separator] < r->at)
        r->separator++;
    const uint64_t doubts = next_bits(r, r->doubtful, &word);
    r->doubt = doubts ? word * 64 + (size_t)__builtin_ctzll(doubts) : SIZE_MAX;
    r->end_bits = next_bits(r, r->ends, &r->end_word);
}

static void find_separators(rh_csv_rows *r) {
    rh_separators out = {.at = r->places + 1, .ends = r->ends, .doubtful = r->doubtful};
    r->separator = 0;
    r->separators = r->find(r->chunk, r->end, &out);
    r->blanks = out.blanks;
    find_place(r);
}

static int begins_with_mark(const rh_csv_rows *r) {
    return r->line == 1 && r->end >= 3 && memcmp(r->chunk, "\xef\xbb\xbf", 3) == 0;
}

/* What is unread moves to the front, and the rest of the chunk is filled. */
static rh_status read_on(rh_csv_rows *r, rh_error *error) {
    const int first = r->line == 1 && r->end == 0;
    const size_t kept = r->end - r->at;
    size_t got;
    memmove(r->chunk, r->chunk + r->at, kept);
    r->at = 0;
    r->end = kept;
    rh_status status =
        rh_bytes_read(r->bytes, (unsigned char *)r->chunk + kept, r->room - kept, &got, error);
    if (status != RH_OK)
        return status;
    r->end += got;
    r->all_read = r->end < r->room;
    if (first && begins_with_mark(r))
        r->at = 3;
    if (r->find)
        find_separators(r);
    return RH_OK;
}

/* ---- rows without a doubt ---- */

typedef enum { TAKEN, UNFINISHED, DOUBTFUL } plain_row;

static inline int is_space(char c) {
    return c == ' ' || c == '\t';
}

static inline rh_cell cut(const char *from, const char *end) {
    while (from < end && is_space(*from))
        from++;
    while (from < end && is_space(end[-1]))
        end--;
    return (rh_cell){from, (size_t)(end - from)};
}

/* A carriage return before a line end belongs to it. */
static inline const char *without_return(const char *from, const char *end) {
    return end > from && end[-1] == '\r' ? end - 1 : end;
}

/* Cuts all cells up to the line end at `end`; 0 if there are too many. */
static size_t cut_all(rh_csv_rows *r, size_t end) {
    const char *from = r->chunk + r->at;
    for (size_t count = 0; count < RH_ROW_CELLS;) {
        const size_t place = r->places[1 + r->separator + count];
        const char *to = r->chunk + place;
        r->plain[count++] = cut(from, place == end ? without_return(from, to) : to);
        if (place == end)
            return count;
        from = to + 1;
    }
    return 0;
}

/* The cells of `wanted`, of which the last may be the row's last. The place before the first is
 * that of the line end before the row. */
static inline void cut_wanted(rh_csv_rows *r) {
    uint32_t *const places = r->places + 1 + r->separator;
    const uint16_t *const wanted = r->wanted;
    const size_t n = r->n_wanted;
    const char *const chunk = r->chunk;
    places[-1] = (uint32_t)r->at - 1;
    for (size_t i = 0; i < n; i++) {
        const ptrdiff_t column = wanted[i];
        const uint32_t from = places[column - 1] + 1;
        r->plain[column] = (rh_cell){chunk + from, places[column] - from};
    }
    rh_cell *last = &r->plain[r->expected - 1];
    last->length = (size_t)(without_return(last->text, last->text + last->length) - last->text);
    for (size_t i = 0; r->blanks && i < n; i++) {
        rh_cell *cell = &r->plain[wanted[i]];
        *cell = cut(cell->text, cell->text + cell->length);
    }
}

/* The next line end of the chunk, or SIZE_MAX. */
static inline size_t line_end_of(rh_csv_rows *r) {
    const size_t words = (r->end + 63) / 64;
    while (!r->end_bits && r->end_word + 1 < words)
        r->end_bits = r->ends[++r->end_word];
    return r->end_bits ? r->end_word * 64 + (size_t)__builtin_ctzll(r->end_bits) : SIZE_MAX;
}

static plain_row take_plain(rh_csv_rows *r, rh_row *row) {
    for (;;) {
        const size_t end = line_end_of(r);
        if (end == SIZE_MAX)
            return UNFINISHED;
        if (end > r->doubt)
            return DOUBTFUL;
        size_t count = r->expected;
        if (count > 0 && r->separator + count <= r->separators &&
            r->places[r->separator + count] == end)
            cut_wanted(r);
        else
            count = cut_all(r, end);
        if (count == 0)
            return DOUBTFUL;
        r->at = end + 1;
        r->separator += count;
        r->end_bits &= r->end_bits - 1;
        r->line++;
        if (count == 1 && r->plain[0].length == 0)
            continue; /* a blank line */
        *row = (rh_row){.line = r->line - 1, .count = count, .cells = r->plain, .plain = 1};
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

/* The piece up to the end of the line or to a carriage return, or of what has been read. */
static size_t piece_length(const rh_csv_rows *r) {
    const char *from = r->chunk + r->at;
    size_t length = r->end - r->at;
    const char *end = memchr(from, '\n', length);
    if (end)
        length = (size_t)(end - from) + 1;
    end = memchr(from, '\r', length);
    return end ? (size_t)(end - from) + 1 : length;
}

static int is_blank(const char *piece, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (!is_space(piece[i]) && piece[i] != '\r' && piece[i] != '\n')
            return 0;
    return 1;
}

/* Gives libcsv a piece without a NUL. */
static rh_status parse_piece(rh_csv_rows *r, const char *piece, size_t length, rh_error *error) {
    const size_t cells_before = r->count;
    if (!r->begun && !is_blank(piece, length)) {
        r->begun = 1;
        r->row_line = r->cell_line = r->line;
    }
    if (r->done && !is_blank(piece, length))
        r->trouble = LONE_CR;
    size_t taken = csv_parse(&r->parser, piece, length, on_cell, on_row_end, r);
    if (r->count > cells_before)
        r->cell_line = r->line;
    if (r->trouble == FINE && csv_get_buffer_size(&r->parser) > RH_CELL_MAX + 2 * GROWTH)
        r->trouble = CELL_TOO_LONG;
    rh_status status = check_trouble(r, error);
    return status == RH_OK && taken != length ? check_parser(r, error) : status;
}

/* Gives libcsv one line or a part of it, so that rows come out one at a time and the line in
 * which a row or an open cell began is known. */
static rh_status feed_piece(rh_csv_rows *r, rh_error *error) {
    const char *piece = r->chunk + r->at;
    const size_t length = piece_length(r);
    const char *nul = memchr(piece, '\0', length);
    r->line_end = piece[length - 1] == '\n';
    rh_status status = parse_piece(r, piece, nul ? (size_t)(nul - piece) : length, error);
    if (status == RH_OK && nul)
        return rh_fail(error, RH_BAD_DATA,
                       "%s:%" PRIu64 ": a NUL byte: this is no text (or UTF-16; save it as UTF-8)",
                       r->path, r->line);
    r->at += length;
    r->line += (uint64_t)r->line_end;
    return status;
}

/* The last row may have no line end; an open quote is only reported here. */
static rh_status finish(rh_csv_rows *r, rh_error *error) {
    r->finished = 1;
    if (csv_fini(&r->parser, on_cell, on_row_end, r) != 0) {
        if (csv_error(&r->parser) == CSV_ENOMEM)
            return rh_fail(error, RH_FAILED, "%s: no memory for a row", r->path);
        return fail_in_cell(r, error, "a quote that begins here never closes");
    }
    return check_trouble(r, error);
}

static void publish(rh_csv_rows *r, rh_row *row) {
    for (size_t i = 0; i < r->count; i++)
        r->cells[i].text = r->text + r->starts[i];
    *row = (rh_row){.line = r->row_line, .count = r->count, .cells = r->cells};
}

/* Goes on to the end of the line in which the row ends. */
static int next_by_libcsv(rh_csv_rows *r, rh_row *row, rh_error *error) {
    r->count = r->used = 0;
    r->begun = r->done = r->line_end = 0;
    while (!(r->done && r->line_end) && !r->finished) {
        rh_status status = RH_OK;
        if (r->at == r->end && !r->all_read)
            status = read_on(r, error);
        if (status == RH_OK)
            status = r->at < r->end ? feed_piece(r, error) : finish(r, error);
        if (status != RH_OK)
            return -1;
    }
    if (r->find)
        find_place(r);
    if (!r->done)
        return 0;
    publish(r, row);
    return 1;
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

static rh_status start(rh_csv_rows *r, rh_error *error) {
    if (r->parser_ready)
        csv_free(&r->parser);
    if (csv_init(&r->parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0)
        return rh_fail(error, RH_FAILED, "%s: cannot start libcsv", r->path);
    r->parser_ready = 1;
    csv_set_realloc_func(&r->parser, resize_for_libcsv);
    csv_set_free_func(&r->parser, rh_release);
    csv_set_blk_size(&r->parser, GROWTH);
    r->at = r->end = 0;
    r->separator = r->separators = 0;
    r->doubt = SIZE_MAX;
    r->end_word = 0;
    r->end_bits = 0;
    r->line = r->row_line = r->cell_line = 1;
    r->finished = r->all_read = 0;
    r->trouble = FINE;
    return RH_OK;
}

rh_status rh_csv_rows_want(rh_csv_rows *r, size_t count, const int *columns, size_t n_columns,
                           rh_error *error) {
    r->wanted = rh_allocate(n_columns + 1, sizeof *r->wanted);
    if (!r->wanted)
        return rh_fail(error, RH_FAILED, "%s: no memory to read", r->path);
    for (size_t i = 0; i < RH_ROW_CELLS; i++)
        r->plain[i] = (rh_cell){r->chunk, 0};
    for (size_t i = 0; i < n_columns; i++)
        r->wanted[i] = (uint16_t)columns[i];
    r->wanted[n_columns] = (uint16_t)(count - 1);
    r->n_wanted = n_columns + 1;
    r->expected = count > 1 ? count : 0; /* one empty cell is a blank line */
    return RH_OK;
}

unsigned rh_csv_rows_learn_number(rh_csv_rows *r, size_t column) {
    if (r->n_numeric == RH_NUMBERS_MAX || !r->find)
        return RH_NUMBER_NOWHERE;
    r->numeric[r->n_numeric] = (uint16_t)column;
    return (unsigned)r->n_numeric++;
}

void rh_csv_rows_read_numbers(rh_csv_rows *r, rh_row *row) {
    if (!row->plain || row->count != r->expected)
        return;
    row->numbers = r->numbers;
    row->numbered = r->read_numbers(r->plain, r->numeric, r->n_numeric, r->numbers);
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
    r->room = chosen_room;
    r->find = finder_of(chosen_path);
    r->read_numbers = chosen_path == RH_ROWS_FASTEST ? rh_numbers_fastest() : rh_numbers_portable;
    rh_status status = rh_bytes_open(path, &r->bytes, error);
    if (status == RH_OK)
        status = start(r, error);
    if (status != RH_OK) {
        rh_csv_rows_close(r);
        return status;
    }
    *out = r;
    return RH_OK;
}

rh_status rh_csv_rows_rewind(rh_csv_rows *r, rh_error *error) {
    rh_status status = rh_bytes_rewind(r->bytes, error);
    return status == RH_OK ? start(r, error) : status;
}

void rh_csv_rows_close(rh_csv_rows *r) {
    if (!r)
        return;
    if (r->parser_ready)
        csv_free(&r->parser);
    rh_bytes_close(r->bytes);
    rh_release(r->wanted);
    rh_release(r->starts);
    rh_release(r->cells);
    rh_release(r->text);
    rh_release(r);
}

void rh_csv_rows_digest(const rh_csv_rows *r, char hex[65]) {
    rh_bytes_digest(r->bytes, hex);
}

void rh_csv_rows_place(const rh_csv_rows *r, int64_t *done, int64_t *total) {
    rh_bytes_place(r->bytes, done, total);
}
